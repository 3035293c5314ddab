/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* message -- prints a DNS message the way people know it from dig.
 *
 * What:    header, EDNS, question and sections with aligned columns.
 * Threads: one.
 * Memory:  the text of one record.
 * Limits:  none.
 * Trust:   takes any message; what cannot be read ends the print with a line that says so.
 * RFC:     1035 §4, 6891, 8914. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/result.h"

/* Prints to standard output. Fails: RESULT_MALFORMED and others of dns_rr_parse(). */
MUST_CHECK enum result message_print(const uint8_t *message, size_t len);

/* The answer's records alone, one a line: what dig +short prints, with owner and TTL left out. */
MUST_CHECK enum result message_print_short(const uint8_t *message, size_t len);
