/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* result -- the one list of ways in which a function can fail.
 *
 * What:    functions that can fail return `enum result` (marked MUST_CHECK); RESULT_OK is zero,
 *          everything else is a failure. Out-parameters are written only on RESULT_OK.
 * Threads: any.
 * Memory:  result_text() gives static strings.
 * Limits:  wrong input from wire or file is an ordinary result, never an assertion.
 * Trust:   no input.
 * RFC:     none. */
#pragma once

#include "base/attr.h"

enum result {
	RESULT_OK = 0,
	RESULT_MALFORMED, /* the input breaks its own format */
	RESULT_TOO_SHORT, /* the input ends before it should */
	RESULT_TOO_LONG, /* the input, or what is made of it, exceeds a named limit */
	RESULT_OUT_OF_RANGE, /* a value is outside of what is allowed */
	RESULT_UNKNOWN, /* a name, type or key is not known */
	RESULT_NOT_FOUND, /* nothing is there under that key */
	RESULT_EXISTS, /* something is there already */
	RESULT_NO_MEMORY, /* memory, a pool or a table is used up */
	RESULT_NO_SPACE, /* the caller's buffer is too small */
	RESULT_NO_CREDIT, /* the consumer has not yet returned enough credits */
	RESULT_AGAIN, /* nothing to do now: try later */
	RESULT_DENIED, /* policy or the kernel's permissions forbid it */
	RESULT_BUSY, /* somebody else holds it (an address in use, a device) */
	RESULT_UNSUPPORTED, /* the device, library or this version cannot do it */
	RESULT_IO, /* the system call failed: errno tells why */
	RESULT_COUNT
};

/* The result in English, lower case, without a full stop ("out of range"). */
const char *result_text(enum result result);
