/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* name_scan -- the length of an uncompressed name in foreign octets, or why they are none.
 *
 * What:    the one check of plain names: of questions (question.c) and of names that may not be
 *          compressed (name.c). Inline, since every packet passes it.
 * Threads: any; pure.
 * Memory:  none.
 * Limits:  DNS_NAME_MAX, DNS_LABEL_MAX: RFC 1035 §2.3.4.
 * Trust:   the octets come from the wire.
 * RFC:     1035 §3.1. */
#pragma once

#include "dns/name.h"

/* Reads labels from `start`, of which `left` octets are there, up to the root.
 * Gives: *out_len, the root's octet included, and *out_labels without the root.
 * Fails: RESULT_TOO_SHORT, RESULT_MALFORMED (a pointer or an unknown label type), RESULT_TOO_LONG. */
MUST_CHECK static ALWAYS_INLINE enum result dns_name_scan(const uint8_t *start, size_t left,
                                                          size_t *out_len, uint8_t *out_labels)
{
	size_t at = 0;
	uint8_t labels = 0;

	for (;;) {
		if (UNLIKELY(at >= left))
			return RESULT_TOO_SHORT;
		const uint8_t len = start[at];
		if (len == 0)
			break;
		if (UNLIKELY(len > DNS_LABEL_MAX))
			return RESULT_MALFORMED;
		at += (size_t)len + 1;
		if (UNLIKELY(at >= DNS_NAME_MAX))
			return RESULT_TOO_LONG;
		labels++;
	}
	*out_len = at + 1;
	*out_labels = labels;
	return RESULT_OK;
}
