/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* resolver_view -- what RESOLVER knows of the servers it asks, for those who look at it from outside.
 *
 * What:    RESOLVER copies the engine's counts and its configured servers there, at most each
 *          RESOLVER_VIEW_PERIOD_US and once more after its last work.
 * Threads: RESOLVER's lcore writes; any number of others copy, and try again where it wrote meanwhile.
 * Memory:  the application's.
 * Limits:  RESOLVER_VIEW_SERVERS.
 * Trust:   counts and times of our own.
 * RFC:     none. */
#pragma once

#include "resolver/resolver.h"

/* Servers that are shown. Too low: some of a large group are not seen. Too high: copies take longer. Those
 * that iteration finds are no part of it: they are many, and come and go. */
#define RESOLVER_VIEW_SERVERS 256

/* Too low: copying costs more than is read. Too high: people look at what was. */
#define RESOLVER_VIEW_PERIOD_US 250000u

struct resolver_view_data {
	struct resolver_stats stats;
	uint32_t server_count;
	struct resolver_server_stats server[RESOLVER_VIEW_SERVERS];
};

struct resolver_view {
	uint32_t version; /* odd while it is written */
	struct resolver_view_data data;
};

/* RESOLVER: writes it anew. */
void resolver_view_write(struct resolver_view *view, const struct resolver *engine,
                         uint64_t now_ms);

/* Others: a copy of one moment. False: it was written each time that we looked. */
MUST_CHECK bool resolver_view_read(const struct resolver_view *view,
                                   struct resolver_view_data *out);
