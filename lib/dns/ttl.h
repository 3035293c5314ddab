/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* ttl -- durations and points in time in presentation form.
 *
 * What:    "3600", "1h30m", "1w2d" to seconds; the YYYYMMDDHHmmSS of signatures to seconds and back.
 * Threads: any; pure.
 * Memory:  the caller's.
 * Limits:  durations 0..max as the caller says, a TTL 0..DNS_TTL_MAX; times are 32 bits of seconds.
 * Trust:   takes anything.
 * RFC:     2181 §8 (TTL), 4034 §3.2 (time); the units w d h m s are common use. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/result.h"

/* RFC 2181 §8. */
#define DNS_TTL_MAX 0x7fffffffu
#define DNS_TIME_TEXT_LEN 14

/* Reads a TTL: digits, or digits with units, each unit at most once or several ("1h30m", any case).
 * Fails: RESULT_MALFORMED; RESULT_OUT_OF_RANGE above DNS_TTL_MAX. */
MUST_CHECK enum result dns_ttl_from_text(const char *text, size_t len, uint32_t *out);

/* The same with another greatest value, for the timers of SOA. */
MUST_CHECK enum result dns_duration_from_text(const char *text, size_t len, uint32_t max,
                                              uint32_t *out);

/* Reads YYYYMMDDHHmmSS, or seconds since 1970 in at most ten digits. The result is modulo 2^32.
 * Fails: RESULT_MALFORMED, RESULT_OUT_OF_RANGE. */
MUST_CHECK enum result dns_time_from_text(const char *text, size_t len, uint32_t *out);

/* Writes YYYYMMDDHHmmSS without a NUL. */
void dns_time_to_text(uint32_t time_s, char out[DNS_TIME_TEXT_LEN]);
