/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* zones -- the zones of the configuration, by view, loaded, and loaded again without losing one.
 *
 * What:    a version of all zones and views: what QUERY_DISPATCHER and ZONE_MANAGER read as a snapshot. A
 *          reload makes the next version; a zone whose file is now wrong stays in it as it was. A file
 *          that several views name for the same zone is read once.
 * Threads: control.
 * Memory:  zones are counted references, shared by versions.
 * Limits:  zone/zone_limits.h, VIEWS_MAX views.
 * Trust:   zone files may hold anything: every error goes to the log with file, line and column.
 * RFC:     1035 §5. */
#pragma once

#include <stdint.h>

#include "base/attr.h"
#include "base/result.h"
#include "config/config.h"
#include "guard/views.h"
#include "zone/zone.h"

struct zones;

/* Which zones of the former version are read again; all others are taken over as they are. */
enum zones_read {
	ZONES_READ_ALL,
	ZONES_READ_NEW, /* those that are not there yet under that name from that file */
	ZONES_READ_ONE, /* that of `origin`, in every view */
};

struct zones_request {
	const struct config *config;
	const struct zones *former; /* NULL at the start */
	enum zones_read read;
	const struct dns_name *origin; /* ZONES_READ_ONE */
};

struct zones_report {
	uint32_t loaded;
	uint32_t reused; /* taken over without looking at their files */
	uint32_t kept; /* their files are wrong: the former version stays in service */
	uint32_t failed; /* their files are wrong and there is no former version */
	uint64_t records;
};

/* Loads every primary zone of the configuration and those of its views. Each error is logged.
 * Gives: *out even when zones failed: the caller decides by report->failed.
 * Fails: RESULT_NO_MEMORY, RESULT_EXISTS, RESULT_TOO_LONG. */
MUST_CHECK enum result zones_load(const struct zones_request *request, struct zones **out,
                                  struct zones_report *report);

/* One zone as it is served. Pointers live as long as this version. */
struct zones_row {
	const char *view; /* NULL: for everybody */
	const struct zone *zone;
	const char *file;
	uint64_t loaded_s; /* calendar */
	bool is_former; /* its file is wrong now: this is what was read before */
};

/* Zones of views first, in the order of the configuration. False behind the last one. */
MUST_CHECK bool zones_at(const struct zones *zones, uint32_t index, struct zones_row *out);

/* What stages read. */
struct views *zones_views(const struct zones *zones);

/* Frees the version and every zone that no other version holds. */
void zones_free(struct zones *zones);
