/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* address -- IPv4 and IPv6 addresses of rdata in presentation form.
 *
 * What:    text spans to octets and back, without NUL bytes, libc or scope identifiers.
 * Threads: any; pure.
 * Memory:  the caller's.
 * Limits:  none.
 * Trust:   reading takes anything.
 * RFC:     1035 §3.4.1 (dotted decimal), 4291 §2.2, 5952 (writing IPv6). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

#define ADDRESS_IPV4_TEXT_MAX 15
#define ADDRESS_IPV6_TEXT_MAX 45

/* Four decimal numbers 0..255 without leading zeros. */
MUST_CHECK bool address_ipv4_read(const char *text, size_t len, uint8_t out[4]);
/* Eight groups, one "::", a dotted quad at the end allowed. */
MUST_CHECK bool address_ipv6_read(const char *text, size_t len, uint8_t out[16]);
/* Write without a NUL; give the length. */
size_t address_ipv4_write(const uint8_t address[4], char out[ADDRESS_IPV4_TEXT_MAX]);
size_t address_ipv6_write(const uint8_t address[16], char out[ADDRESS_IPV6_TEXT_MAX]);
