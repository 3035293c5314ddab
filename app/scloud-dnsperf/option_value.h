/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* option_value -- numbers, shares and addresses of the command line.
 *
 * What:    each reads one text; what is wrong is told in one line on standard error, with what is allowed. `what`
 *          names the option.
 * Threads: main.
 * Memory:  the caller's.
 * Limits:  those given.
 * Trust:   the caller's shell.
 * RFC:     none. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "load/packet.h"

/* Tells "what value: allowed"; false. */
bool option_value_wrong(const char *what, const char *value, const char *allowed);

MUST_CHECK bool option_value_number(const char *what, const char *value, uint64_t least,
                                    uint64_t most, uint64_t *out);

/* Above 0, at most `most`. */
MUST_CHECK bool option_value_share(const char *what, const char *value, double most, double *out);

/* "02:00:00:00:00:01". */
MUST_CHECK bool option_value_mac(const char *what, const char *value, uint8_t mac[6]);

/* "10.0.0.1" or "10.0.0.1-10.0.3.255" into the route's sources. */
MUST_CHECK bool option_value_sources(const char *value, struct packet_route *route);

/* "8:000118000a3500", a code and octets in hexadecimal, into the settings' option. */
MUST_CHECK bool option_value_edns(const char *value, struct query_file_settings *settings);
