/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* web -- /metrics for Prometheus, /healthz and /readyz for whoever watches over the server.
 *
 * What:    pages over HTTP/1.1 by libmicrohttpd, on one thread of its own that no lcore shares. /healthz is 200
 *          while every lcore turns; /readyz is 200 while queries are served: zones are loaded, ports are
 *          up, the server does not drain. Both tell in a line what is wrong.
 * Threads: web_open(), _follow() and _close() on the control thread, web_set_state() anywhere.
 * Memory:  telemetry/web_limits.h bounds it.
 * Limits:  telemetry/web_limits.h.
 * Trust:   requests are anything; who may reach the addresses may read the metrics, and nothing else.
 * RFC:     9110, 9112. */
#pragma once

#include <sys/socket.h>

#include "base/attr.h"
#include "base/result.h"

struct web;

enum web_state {
	WEB_STARTING,
	WEB_READY,
	WEB_DRAINING,
};

struct web_settings {
	/* Where the pages are; ss_family 0: nowhere. Both may be the same. */
	struct sockaddr_storage metrics;
	struct sockaddr_storage health;
};

/* Listens, state WEB_STARTING. Fails: RESULT_IO (an address cannot be had; errno tells why), RESULT_NO_MEMORY. */
MUST_CHECK enum result web_open(const struct web_settings *settings, struct web **out);

/* NULL is fine for all of these. */
void web_set_state(struct web *web, enum web_state state);
/* From now on its thread runs on the processors of the calling thread, and on no others. */
void web_follow(struct web *web);
/* Ends connections at once. */
void web_close(struct web *web);
