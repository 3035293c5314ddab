/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* telemetry_int -- what the files of this folder share.
 *
 * What:    the reports, and helpers for JSON.
 * Threads: whoever asks, under the lock of telemetry.c.
 * Memory:  as in telemetry.h.
 * Limits:  as in telemetry.h.
 * Trust:   parameters come from whoever may open the socket.
 * RFC:     none. */
#pragma once

#include "telemetry/telemetry.h"
#include "telemetry/telemetry_limits.h"

/* Names of counters and their prefix. */
#define TELEMETRY_NAME_BYTES 64

/* Fills `reply`, an empty object; fails as telemetry_report() does. */
typedef enum result telemetry_fill(const struct telemetry_settings *settings,
                                   const struct telemetry_request *request,
                                   struct json_object *reply);

telemetry_fill telemetry_cache;
telemetry_fill telemetry_drops;
telemetry_fill telemetry_graph;
telemetry_fill telemetry_latency;
telemetry_fill telemetry_lcores;
telemetry_fill telemetry_links;
telemetry_fill telemetry_ports;
telemetry_fill telemetry_resolver;
telemetry_fill telemetry_stats;
telemetry_fill telemetry_streams;
telemetry_fill telemetry_top;
telemetry_fill telemetry_version;
telemetry_fill telemetry_workers;
telemetry_fill telemetry_xstats;
telemetry_fill telemetry_zone;
telemetry_fill telemetry_zones;

/* Sums over all zones: made once for each version of the list. */
const struct telemetry_zone_sums *telemetry_zone_sums(const struct telemetry_settings *settings);
void telemetry_sum_zones(const struct telemetry_settings *settings,
                         struct telemetry_zone_sums *out);

/* -- json.c -- */
/* Take `member` over; NULL is memory that was not there, and shows as null. */
void telemetry_add(struct json_object *object, const char *key, struct json_object *member);
void telemetry_add_number(struct json_object *object, const char *key, uint64_t number);
void telemetry_add_text(struct json_object *object, const char *key, const char *text);
/* Adds an empty object and gives it; NULL: no memory. */
struct json_object *telemetry_add_object(struct json_object *object, const char *key);

/* Adds entry `index` of a list to the reply. */
typedef void (*telemetry_entry)(const struct telemetry_settings *settings, uint32_t index,
                                struct json_object *reply);
/* What `request` wants of a list of `count` entries, with "count" and "next". */
void telemetry_list(const struct telemetry_settings *settings,
                    const struct telemetry_request *request, uint32_t count, telemetry_entry add,
                    struct json_object *reply);
/* The end of the page that `request` wants. */
uint32_t telemetry_page_end(const struct telemetry_request *request, uint32_t count);
/* Adds "count" and, where entries are left, "next". */
void telemetry_page_close(struct json_object *reply, uint32_t end, uint32_t count);

/* -- sums.c -- */
/* Sum of one of a stage's events over all of its instances. */
uint64_t telemetry_sum_event(const struct pipeline *pipeline, const struct stage_ops *ops,
                             unsigned event);

/* Reads a counter that another lcore writes. */
static inline uint64_t telemetry_read(const uint64_t *counter)
{
	return __atomic_load_n(counter, __ATOMIC_RELAXED);
}

/* -- reply.c -- */
struct rte_tel_data;
/* Writes an object into DPDK's reply. Fails: negative errno. */
int telemetry_reply(const struct json_object *object, struct rte_tel_data *reply);
