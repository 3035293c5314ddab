/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* The lanes' lists become one: equal keys are added up, then sorted. */
#include "telemetry/top.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "net/prefix.h"

#define SECOND_US 1e6
/* IPv6 clients are counted by network. */
#define NETWORK_BITS 64

static const struct top *part_of(const struct telemetry_tops *tops, enum top_kind kind)
{
	return kind == TOP_CLIENTS || kind == TOP_NAMES ? tops->questions : tops->answers;
}

/* What one lane's samples stand for in this window and the one before. */
static uint64_t count_packets(const struct top_sampler *sampler, uint32_t window)
{
	const uint32_t of = __atomic_load_n(&sampler->window, __ATOMIC_RELAXED);
	const uint64_t packets = __atomic_load_n(&sampler->packets, __ATOMIC_RELAXED);
	if (of == window)
		return packets + __atomic_load_n(&sampler->packets_before, __ATOMIC_RELAXED);
	return of + 1 == window ? packets : 0;
}

/* Adds what a lane has. */
static void add_lane(struct telemetry_top_list *list, const struct top *top, uint16_t lane)
{
	const struct heavy *heavy = top->heavy[list->kind];
	for (uint32_t i = 0; i < heavy_entries(heavy); i++) {
		struct heavy_item item;
		if (!heavy_peek(heavy, i, list->window, &item))
			continue;
		list->rows[list->count++] = (struct telemetry_top_row){
		    .hash = item.hash,
		    .count = (uint64_t)item.now + item.before,
		    .error = item.error,
		    .lane = lane,
		    .entry = i,
		};
	}
}

static int compare_hashes(const void *a, const void *b)
{
	const struct telemetry_top_row *left = a, *right = b;
	return (left->hash > right->hash) - (left->hash < right->hash);
}

/* Adds up what several lanes have counted of one key. */
static void join_lanes(struct telemetry_top_list *list)
{
	uint32_t kept = 0;
	qsort(list->rows, list->count, sizeof(*list->rows), compare_hashes);
	for (uint32_t i = 0; i < list->count; i++) {
		struct telemetry_top_row *last = kept > 0 ? &list->rows[kept - 1] : NULL;
		if (last != NULL && last->hash == list->rows[i].hash) {
			last->count += list->rows[i].count;
			last->error += list->rows[i].error;
		} else {
			list->rows[kept++] = list->rows[i];
		}
	}
	list->count = kept;
}

/* What is certain decides: a key that has inherited its count stands behind one that earned it. */
static int compare(const void *a, const void *b)
{
	const struct telemetry_top_row *left = a, *right = b;
	const uint64_t mine = left->count - left->error, other = right->count - right->error;
	if (mine != other)
		return mine < other ? 1 : -1;
	return compare_hashes(a, b);
}

enum result telemetry_top_list(const struct telemetry_tops *tops, enum top_kind kind,
                               uint64_t now_us, struct telemetry_top_list *out)
{
	const struct top *part = part_of(tops, kind);
	const uint32_t window = top_window(now_us);
	const uint32_t lanes = part != NULL ? tops->lanes : 0;
	*out = (struct telemetry_top_list){
	    .kind = kind,
	    .window = window,
	    .seconds = (double)(TOP_WINDOW_US + now_us % TOP_WINDOW_US) / SECOND_US,
	};
	if (lanes == 0)
		return RESULT_OK;
	out->rows = calloc((size_t)lanes * TOP_ENTRIES, sizeof(*out->rows));
	if (out->rows == NULL)
		return RESULT_NO_MEMORY;
	for (uint16_t i = 0; i < lanes; i++) {
		add_lane(out, &part[i], i);
		out->packets += count_packets(&part[i].sampler, window);
	}
	if (lanes > 1)
		join_lanes(out);
	qsort(out->rows, out->count, sizeof(*out->rows), compare);
	return RESULT_OK;
}

void telemetry_top_free(struct telemetry_top_list *list)
{
	free(list->rows);
	list->rows = NULL;
	list->count = 0;
}

/* Family and address as top.c of the stages writes them. */
static void client_text(const uint8_t *key, char text[NET_TEXT_BYTES])
{
	struct net_prefix prefix = {.address.family = key[0], .length = NETWORK_BITS};
	memcpy(prefix.address.octets, key + 1, key[0] == 4 ? 4 : TOP_CLIENT_BYTES - 1);
	if (prefix.address.family == 4)
		net_address_format(&prefix.address, text);
	else
		net_prefix_format(&prefix, text);
}

bool telemetry_top_text(const struct telemetry_tops *tops, const struct telemetry_top_list *list,
                        uint32_t row, char text[TELEMETRY_TOP_TEXT_BYTES])
{
	CHECK(row < list->count);
	const struct telemetry_top_row *from = &list->rows[row];
	const struct heavy *heavy = part_of(tops, list->kind)[from->lane].heavy[list->kind];
	struct heavy_item item;
	/* The next window may have begun since. */
	if (!heavy_read(heavy, from->entry, list->window, &item) &&
	    !heavy_read(heavy, from->entry, list->window + 1, &item))
		return false;
	if (item.hash != from->hash)
		return false;
	if (list->kind == TOP_CLIENTS)
		client_text(item.key, text);
	else
		dns_name_to_text(item.key, text);
	return true;
}
