/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* drain -- out of service: clients are sent elsewhere while everything is still answered; then the server stops.
 *
 * What:    the commands `drain` and `resume`, and when a drain ends. docs/control.md says what clients see.
 * Threads: main; server->is_withdrawn is read by the lcores.
 * Memory:  some members of struct server.
 * Limits:  DRAIN_SECONDS_MAX.
 * Trust:   who may open the control socket may do it.
 * RFC:     7828 §3.2.2. */
#pragma once

#include "server_int.h"

/* Of an argument in seconds. Too low: slow balancers are cut off. Higher is a slip of the finger, or --stay. */
#define DRAIN_SECONDS_MAX 3600u

/* On each turn of the loop: asks for the stop when it is time. */
void drain_tick(struct server *server, uint64_t now_us);
/* How long a stop may take to finish what is in flight. */
uint64_t drain_finish_us(const struct server *server);
