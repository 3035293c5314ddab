/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* root_hints -- the names and addresses of root servers, from a file.
 *
 * What:    reads the A and AAAA records of a root hints file (zone-file form, one record a line, as IANA
 *          and Debian's dns-root-data have it).
 * Threads: control.
 * Memory:  the caller's list.
 * Limits:  RESOLVER_HINTS_MAX addresses.
 * Trust:   the file may hold anything: what is no address record is passed over, a broken one is an error.
 * RFC:     1035 §5.1, 8109 §2. */
#pragma once

#include "base/attr.h"
#include "base/result.h"
#include "resolver/resolver.h"
#include "resolver/resolver_limits.h"

struct root_hints {
	struct resolver_hint hint[RESOLVER_HINTS_MAX];
	uint32_t count;
};

/* Takes `path`; if that is empty Debian's file, if there is one, else the built-in list.
 * Fails (and logs why): RESULT_IO, RESULT_MALFORMED, RESULT_NOT_FOUND (no address in the file). */
MUST_CHECK enum result root_hints_read(const char *path, struct root_hints *out);
