/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* health -- what a service manager (systemd, Type=notify) is told.
 *
 * What:    READY, RELOADING, STOPPING, a status line, and signs of life. These are tied to progress: one is sent only
 *          when every lcore has made a turn since the last look, so that a hung lcore is restarted and not
 *          only a hung main thread.
 * Threads: main.
 * Memory:  static.
 * Limits:  HEALTH_STUCK_S.
 * Trust:   the environment of the service manager.
 * RFC:     none. */
#pragma once

#include "server_int.h"

/* An lcore that has made no turn for so long is told in the log. Turns take microseconds, sleeps a second at most.
 * Too low: a busy machine cries wolf. */
#define HEALTH_STUCK_S 10u

void health_open(void);
void health_ready(const struct server *server);
void health_reloading(void);
void health_stopping(void);
/* About once a second. */
void health_tick(const struct server *server, uint64_t now_us);
