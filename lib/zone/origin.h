/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* origin -- which zone a file is, when nobody says so.
 *
 * What:    finds the zone's name in a zone file: the owner of its SOA, made complete by $ORIGIN, or
 *          else by the file's name ("example.com.zone", "db.example.com").
 * Threads: any.
 * Memory:  the scanner's window, up to the SOA.
 * Limits:  zone/zone_limits.h. $INCLUDE is not followed.
 * Trust:   files may hold anything.
 * RFC:     1035 §5.1. */
#pragma once

#include "base/attr.h"
#include "base/result.h"
#include "dns/name.h"

enum zone_origin_source {
	ZONE_ORIGIN_SOA, /* the SOA's owner, or $ORIGIN where that is relative */
	ZONE_ORIGIN_FILE_NAME,
};

/* Gives the name, and where it was found.
 * Fails: RESULT_IO (the file cannot be read, errno tells), RESULT_NOT_FOUND (the file does not say and its
 * name is no domain name), RESULT_NO_MEMORY. */
MUST_CHECK enum result zone_origin_find(const char *file, struct dns_name *out,
                                        enum zone_origin_source *source);

/* The same from a path alone: the last part of it without "db." before it and without the usual endings
 * (.zone .db .dns .hosts .signed .txt) behind it. Fails: RESULT_NOT_FOUND. */
MUST_CHECK enum result zone_origin_from_path(const char *path, struct dns_name *out);
