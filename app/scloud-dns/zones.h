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

struct zones_report {
	uint32_t loaded;
	uint32_t kept; /* their files are wrong: the former version stays in service */
	uint32_t failed; /* their files are wrong and there is no former version */
	uint64_t records;
};

/* Loads every primary zone of the configuration and those of its views. `former` NULL at the start. Each
 * error is logged.
 * Gives: *out even when zones failed: the caller decides by report->failed.
 * Fails: RESULT_NO_MEMORY, RESULT_EXISTS, RESULT_TOO_LONG. */
MUST_CHECK enum result zones_load(const struct config *config, const struct zones *former,
                                  struct zones **out, struct zones_report *report);

/* What stages read. */
struct views *zones_views(const struct zones *zones);

/* Frees the version and every zone that no other version holds. */
void zones_free(struct zones *zones);
