/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* live_upstreams -- other forwarders, forward and stub zones, and times of recursion for the running server.
 *
 * What:    makes what RESOLVER, the cache and QUERY_DISPATCHER need of a changed configuration, and puts it in the
 *          place of what is there. Questions under way are asked anew; what was learned of servers is
 *          forgotten, the cache stays.
 * Threads: main.
 * Memory:  the former parts are freed when nobody uses them any more.
 * Limits:  resolver/resolver_limits.h.
 * Trust:   the configuration is checked.
 * RFC:     none. */
#pragma once

#include "base/attr.h"
#include "base/result.h"
#include "config/config.h"
#include "server_int.h"

struct live_upstreams {
	struct upstreams *upstreams; /* NULL: nothing has changed */
	struct resolver *engine;
	struct cache_apexes *apexes;
	bool flushes; /* what the cache has may not be what it may have now */
};

/* Fails: as upstreams_configure() and resolver_create(). *out may be freed or published then. */
MUST_CHECK enum result live_upstreams_make(const struct server *server, const struct config *config,
                                           const struct config_changes *changes,
                                           struct live_upstreams *out);
void live_upstreams_free(struct live_upstreams *live);
/* Takes the parts over. */
void live_upstreams_publish(struct live_upstreams *live, struct server *server);
