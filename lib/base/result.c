/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* The English words for enum result. */
#include "base/result.h"

#include <stddef.h>

static const char *const texts[RESULT_COUNT] = {
    [RESULT_OK] = "ok",
    [RESULT_MALFORMED] = "malformed",
    [RESULT_TOO_SHORT] = "too short",
    [RESULT_TOO_LONG] = "too long",
    [RESULT_OUT_OF_RANGE] = "out of range",
    [RESULT_UNKNOWN] = "unknown",
    [RESULT_NOT_FOUND] = "not found",
    [RESULT_EXISTS] = "exists already",
    [RESULT_NO_MEMORY] = "out of memory",
    [RESULT_NO_SPACE] = "buffer too small",
    [RESULT_NO_CREDIT] = "no credit",
    [RESULT_AGAIN] = "nothing to do now",
    [RESULT_DENIED] = "permission denied",
    [RESULT_BUSY] = "in use",
    [RESULT_UNSUPPORTED] = "not supported",
    [RESULT_IO] = "system call failed",
};

const char *result_text(enum result result)
{
	if ((unsigned)result >= RESULT_COUNT || texts[result] == NULL)
		return "unknown result";
	return texts[result];
}
