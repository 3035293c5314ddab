/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* telemetry_int -- what the files of this folder share.
 *
 * What:    the commands, and helpers for DPDK's reply objects.
 * Threads: DPDK's telemetry thread.
 * Memory:  as in telemetry.h.
 * Limits:  as in telemetry.h.
 * Trust:   parameters come from whoever may open the socket.
 * RFC:     none. */
#pragma once

#include <rte_telemetry.h>

#include "telemetry/telemetry.h"

/* Entries of a list in one reply: with the longest names they stay below DPDK's 16 KiB. */
#define TELEMETRY_PAGE 24
/* Names of counters and their prefix. */
#define TELEMETRY_NAME_BYTES 64

/* Each fills `reply`; `params` is what stands behind the comma, or NULL. */
typedef int (*telemetry_fill)(const struct telemetry_settings *settings, const char *params,
                              struct rte_tel_data *reply);

int telemetry_stats(const struct telemetry_settings *settings, const char *params,
                    struct rte_tel_data *reply);
int telemetry_streams(const struct telemetry_settings *settings, const char *params,
                      struct rte_tel_data *reply);
int telemetry_workers(const struct telemetry_settings *settings, const char *params,
                      struct rte_tel_data *reply);
int telemetry_links(const struct telemetry_settings *settings, const char *params,
                    struct rte_tel_data *reply);
int telemetry_lcores(const struct telemetry_settings *settings, const char *params,
                     struct rte_tel_data *reply);
int telemetry_drops(const struct telemetry_settings *settings, const char *params,
                    struct rte_tel_data *reply);
int telemetry_ports(const struct telemetry_settings *settings, const char *params,
                    struct rte_tel_data *reply);
int telemetry_xstats(const struct telemetry_settings *settings, const char *params,
                     struct rte_tel_data *reply);
int telemetry_version(const struct telemetry_settings *settings, const char *params,
                      struct rte_tel_data *reply);

/* Adds entry `index` of a list to the reply, or gives a negative errno. */
typedef int (*telemetry_add)(const struct pipeline *pipeline, uint16_t index,
                             struct rte_tel_data *reply);

/* A page of a list of `count` entries from the one that `params` names on, with "count" and "next". */
int telemetry_list(uint16_t count, const char *params, const struct pipeline *pipeline,
                   telemetry_add add, struct rte_tel_data *reply);

/* The parameter as a number; absent: 0. False when it is something else. */
bool telemetry_parse_start(const char *params, uint16_t *out);

/* Reads a counter that another lcore writes. */
static inline uint64_t telemetry_read(const uint64_t *counter)
{
	return __atomic_load_n(counter, __ATOMIC_RELAXED);
}
