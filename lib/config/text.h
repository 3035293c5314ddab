/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* text -- values that are written as text: addresses, names, quantities, processors, devices, base64.
 *
 * What:    each function takes the whole text or says no; none changes its output then.
 * Threads: any; pure but for their outputs.
 * Memory:  the caller's.
 * Limits:  those of the types.
 * Trust:   any text.
 * RFC:     1035 §2.3.4 (names), 4291 §2.2 and 5952 (addresses), 4648 §4 (base64). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "config/config.h"

/* "10.0.0.1" or "fd53::1"; port 0, prefix_len all bits. */
MUST_CHECK bool config_text_address(const char *text, struct config_address *out);

/* "10.0.0.1:53", "[fd53::1]:53". `default_port` 0: the port must be there; else "10.0.0.1" and "fd53::1"
 * will do. Ports 1..65535. */
MUST_CHECK bool config_text_endpoint(const char *text, uint16_t default_port,
                                     struct config_address *out);

/* "10.53.0.1/24". */
MUST_CHECK bool config_text_interface(const char *text, struct config_address *out);

/* "10.0.0.0/8", no bits behind the length; an address alone is a prefix of all its bits. */
MUST_CHECK bool config_text_network(const char *text, struct config_address *out);

/* A domain name in presentation form (escapes \X, \DDD), with or without the final dot, ASCII only. */
MUST_CHECK bool config_text_domain(const char *text);

/* Number and unit, brought to the wanted unit ("ms", "s"; "octets", "MiB"): "1500ms", "2 s", "64KiB". No
 * fractions, neither in the text nor in the result. */
MUST_CHECK bool config_text_duration(const char *text, const char *unit, uint64_t *out);
MUST_CHECK bool config_text_size(const char *text, const char *unit, uint64_t *out);

/* "auto" or a list of processors, each once, up to 65535: "0-3,8". */
MUST_CHECK bool config_text_lcores(const char *text, struct config_lcores *out);

/* "0000:3b:00.0", "3b:00.0", "net_tap0", each with ",key=value" behind it. */
MUST_CHECK bool config_text_device(const char *text);

/* Decodes into `out` (at least 3/4 of the text's length); *len octets. */
MUST_CHECK bool config_text_base64(const char *text, uint8_t *out, uint32_t *len);
