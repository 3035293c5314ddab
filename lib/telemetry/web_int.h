/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* web_int -- the inside of the HTTP server: web.c listens, web_pages.c answers, web_health.c judges.
 *
 * What:    the state of the one thread.
 * Threads: its own, but for `state` and `is_leaving`.
 * Memory:  struct web.
 * Limits:  telemetry/web_limits.h.
 * Trust:   as web.h.
 * RFC:     none. */
#pragma once

#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "pipeline/pipeline_limits.h"
#include "telemetry/web.h"
#include "telemetry/web_limits.h"
#include "telemetry/telemetry_int.h"

#define WEB_REASON_BYTES 160

/* What an address serves. */
struct web_place {
	struct web *web;
	struct MHD_Daemon *daemon; /* NULL: nothing */
	bool metrics, health;
};

/* When each lcore was seen turning. */
struct web_watch {
	uint64_t turns[PIPELINE_LCORES_MAX];
	uint64_t seen_us[PIPELINE_LCORES_MAX]; /* 0: not yet */
};

struct web {
	struct web_place place[2];
	pthread_t thread;
	bool has_thread;
	int leave_fd; /* readable: the thread is to end */
	_Atomic int state; /* enum web_state */
	struct web_watch watch;
	struct MHD_Response *page; /* the last one of /metrics, or NULL */
	uint64_t page_us;
};

/* web_pages.c: MHD's callback; `context` is the place. */
enum MHD_Result web_answer(void *context, struct MHD_Connection *connection, const char *url,
                           const char *method, const char *version, const char *upload,
                           size_t *upload_len, void **request);

/* web_health.c: true: all is well; else `reason` says what is not. */
MUST_CHECK bool web_is_healthy(struct web *web, char reason[WEB_REASON_BYTES]);
MUST_CHECK bool web_is_ready(const struct web *web, char reason[WEB_REASON_BYTES]);
