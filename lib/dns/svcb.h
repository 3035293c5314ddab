/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* svcb -- the service parameters of SVCB and HTTPS records: names of keys, shapes of values.
 *
 * What:    what svcb_read.c (text to wire) and svcb_text.c (wire to text, check of wire) share.
 * Threads: any; const.
 * Memory:  static.
 * Limits:  SVCB_PARAMS_MAX parameters in text.
 * Trust:   takes anything.
 * RFC:     9460 §2, §7, §8, §14.3.2; 9461 (dohpath), 9540 (ohttp). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

/* Too low: an honest record is refused. Too high: sorting in place becomes work. */
#define SVCB_PARAMS_MAX 64

enum svcb_key {
	SVCB_KEY_MANDATORY,
	SVCB_KEY_ALPN,
	SVCB_KEY_NO_DEFAULT_ALPN,
	SVCB_KEY_PORT,
	SVCB_KEY_IPV4HINT,
	SVCB_KEY_ECH,
	SVCB_KEY_IPV6HINT,
	SVCB_KEY_DOHPATH,
	SVCB_KEY_OHTTP,
	SVCB_KEY_NAMED, /* how many have names */
	SVCB_KEY_INVALID = 65535,
};

/* "alpn", "key667" …, lower case; false: no key. */
MUST_CHECK bool svcb_key_from_text(const char *text, size_t len, uint16_t *out);
/* The name of a key below SVCB_KEY_NAMED. */
const char *svcb_key_name(uint16_t key) PURE;
/* Whether a value has the shape that its key asks for; always, where the key has no name. */
bool svcb_value_is_valid(uint16_t key, const uint8_t *value, size_t len) PURE;
