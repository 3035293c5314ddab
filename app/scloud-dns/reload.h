/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* reload -- changes of the running server: its configuration, its zones.
 *
 * What:    a new configuration is read, compared and made into everything that the lcores need, before
 *          anything is changed; then it is published whole. What is wrong changes nothing.
 * Threads: main; the lcores see a snapshot before or after, never in between.
 * Memory:  the server owns the configuration in use; what is replaced is freed when no lcore can see it.
 * Limits:  config/config_limits.h.
 * Trust:   the file may hold anything; what is wrong is told with file, line and column.
 * RFC:     none. */
#pragma once

#include "base/attr.h"
#include "base/result.h"
#include "server_int.h"

/* Enough for any sentence about what is wrong. */
#define RELOAD_REASON_BYTES 512

/* A configuration that has been read, but is not in use. */
struct reload_candidate {
	struct config *config; /* NULL: it is wrong */
	struct config_problems *problems;
	struct config_changes changes; /* from the one in use to this one */
};

/* Reads `path`, or the server's own configuration if it is NULL. Gives: *out, even when the configuration is
 * wrong; reload_free() it. Fails: RESULT_NO_MEMORY. */
MUST_CHECK enum result reload_read(const struct server *server, const char *path,
                                   struct reload_candidate *out);
void reload_free(struct reload_candidate *candidate);

/* Takes the candidate's configuration over, or changes nothing and tells why (also in the log). Changes that
 * need a restart are left out and logged. */
MUST_CHECK bool reload_apply(struct server *server, struct reload_candidate *candidate,
                             enum zones_read read, char reason[RELOAD_REASON_BYTES]);

/* Reads all zones again, or that of `origin` (ZONES_READ_ONE), or those that are new. A zone whose file is
 * wrong stays as it was. With `strict` nothing changes when some zone cannot be served at all.
 * Fails: RESULT_NO_MEMORY and others of zones_load(); RESULT_MALFORMED (strict). */
MUST_CHECK enum result reload_zones(struct server *server, enum zones_read read,
                                    const struct dns_name *origin, bool strict,
                                    struct zones_report *report);

/* Makes the configuration's section `logging` the process' own. */
MUST_CHECK enum result reload_open_log(const struct config *config);
