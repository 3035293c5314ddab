/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Records are written by the lcores and collected by control. */
#include "tap/flight.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <rte_cycles.h>
#include <rte_lcore.h>

#include "tap/flight_int.h"

/* Answers looked at for the percentile of a second: more would only make it more exact. */
#define SECOND_SAMPLE 8192
#define PERCENTILE 99
#define US_IN_SECOND 1000000u

static_assert(sizeof(struct flight_record) == 2 * CACHE_LINE_BYTES, "two lines");

/* -- lcores -- */

static struct flight_record *next_record(struct flight_ring *ring, uint64_t mask)
{
	uint64_t next = atomic_load_explicit(&ring->next, memory_order_relaxed);
	atomic_store_explicit(&ring->next, next + 1, memory_order_release);
	return &ring->records[next & mask];
}

static void fill_client(struct flight_record *record, const struct query *query, uint64_t tsc)
{
	record->tsc = tsc;
	record->took_tsc = tsc > query->arrival_tsc ? tsc - query->arrival_tsc : 0;
	record->source = query->source;
	record->verdict = query->verdict;
	record->family = query->client.family;
	record->client_port = query->client.port;
	memcpy(record->client, query->client.octets, sizeof(record->client));
	record->flags = query->flags;
}

static void fill_question(struct flight_record *record, const struct query *query)
{
	record->name_len = query->question.name_len;
	record->type = query->question.type;
	/* Always as many: the name's array is longer, and this needs no loop. */
	memcpy(record->name, query->question.name, FLIGHT_NAME_BYTES);
}

static struct flight_lane *lane_here(const struct flight *flight)
{
	unsigned lcore = rte_lcore_id();
	return LIKELY(lcore < RTE_MAX_LCORE) ? flight->lane[lcore] : NULL;
}

void flight_answer(struct flight *flight, const struct query *query, uint64_t tsc)
{
	struct flight_lane *lane = lane_here(flight);
	if (UNLIKELY(lane == NULL))
		return;
	struct flight_record *record = next_record(&lane->all, flight->mask);
	fill_client(record, query, tsc);
	record->kind = FLIGHT_ANSWER;
	record->drop = 0;
	record->rcode = query->answer.rcode;
	record->len = (uint16_t)query->message_len;
	record->name_len = 0;
	record->type = 0;
	if (LIKELY(query->question_ok))
		fill_question(record, query);
	if (UNLIKELY(query->answer.rcode != DNS_RCODE_NOERROR &&
	             query->answer.rcode != DNS_RCODE_NXDOMAIN))
		*next_record(&lane->odd, flight->odd_mask) = *record;
}

void flight_drop(struct flight *flight, const struct query *query, enum tap_known known,
                 enum drop_reason reason)
{
	struct flight_lane *lane = lane_here(flight);
	if (UNLIKELY(lane == NULL))
		return;
	struct flight_record *record = next_record(&lane->all, flight->mask);
	*record = (struct flight_record){.tsc = rte_rdtsc()};
	if (known != TAP_KNOWN_FRAME)
		fill_client(record, query, record->tsc);
	if (known == TAP_KNOWN_QUESTION && query->question_ok)
		fill_question(record, query);
	record->kind = FLIGHT_DROP;
	record->drop = (uint8_t)reason;
	*next_record(&lane->odd, flight->odd_mask) = *record;
}

/* -- control -- */

static struct flight_record *map_records(uint64_t entries)
{
	void *memory = mmap(NULL, entries * sizeof(struct flight_record), PROT_READ | PROT_WRITE,
	                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	return memory == MAP_FAILED ? NULL : memory;
}

static enum result make_lane(struct flight *flight, unsigned lcore)
{
	struct flight_lane *lane = aligned_alloc(CACHE_LINE_BYTES, sizeof(*lane));
	if (lane == NULL)
		return RESULT_NO_MEMORY;
	memset(lane, 0, sizeof(*lane));
	flight->lane[lcore] = lane;
	lane->all.records = map_records(flight->mask + 1);
	lane->odd.records = map_records(flight->odd_mask + 1);
	return lane->all.records != NULL && lane->odd.records != NULL ? RESULT_OK
	                                                              : RESULT_NO_MEMORY;
}

enum result flight_create(uint32_t entries, struct flight **out)
{
	unsigned lcore;
	enum result result = RESULT_OK;
	if (entries < FLIGHT_ENTRIES_MIN || entries > FLIGHT_ENTRIES_MAX ||
	    (entries & (entries - 1)) != 0)
		return RESULT_OUT_OF_RANGE;
	struct flight *flight = calloc(1, sizeof(*flight));
	if (flight == NULL)
		return RESULT_NO_MEMORY;
	flight->mask = entries - 1;
	flight->odd_mask = entries / FLIGHT_ODD_SHARE - 1;
	flight->tsc_hz = rte_get_tsc_hz();
	RTE_LCORE_FOREACH(lcore)
	{
		if (result == RESULT_OK)
			result = make_lane(flight, lcore);
	}
	if (result != RESULT_OK) {
		flight_destroy(flight);
		return result;
	}
	atomic_store(&flight->first.is_on, true);
	*out = flight;
	return RESULT_OK;
}

void flight_destroy(struct flight *flight)
{
	if (flight == NULL)
		return;
	for (unsigned i = 0; i < RTE_MAX_LCORE; i++) {
		struct flight_lane *lane = flight->lane[i];
		if (lane != NULL && lane->all.records != NULL)
			munmap(lane->all.records,
			       (flight->mask + 1) * sizeof(struct flight_record));
		if (lane != NULL && lane->odd.records != NULL)
			munmap(lane->odd.records,
			       (flight->odd_mask + 1) * sizeof(struct flight_record));
		free(lane);
	}
	free(flight);
}

void flight_freeze(struct flight *flight)
{
	atomic_store(&flight->first.is_on, false);
}

void flight_thaw(struct flight *flight)
{
	atomic_store(&flight->first.is_on, true);
}

static int by_time(const void *a, const void *b)
{
	const struct flight_record *left = a;
	const struct flight_record *right = b;
	if (left->tsc != right->tsc)
		return left->tsc < right->tsc ? -1 : 1;
	return memcmp(left, right, sizeof(*left));
}

/* Sorts, and takes out what stands in both rings. */
size_t flight_put_in_order(struct flight_record *records, size_t count)
{
	size_t kept = 0;
	qsort(records, count, sizeof(*records), by_time);
	for (size_t i = 0; i < count; i++) {
		if (kept > 0 && memcmp(&records[kept - 1], &records[i], sizeof(*records)) == 0)
			continue;
		if (kept != i)
			records[kept] = records[i];
		kept++;
	}
	return kept;
}

static size_t copy_ring(const struct flight_ring *ring, uint64_t mask, uint64_t since_tsc,
                        struct flight_record *out)
{
	uint64_t next = atomic_load_explicit(&ring->next, memory_order_acquire);
	uint64_t have = next <= mask ? next : mask + 1;
	size_t count = 0;
	for (uint64_t i = next - have; i < next; i++) {
		const struct flight_record *record = &ring->records[i & mask];
		if (record->kind != FLIGHT_NONE && record->tsc >= since_tsc)
			out[count++] = *record;
	}
	return count;
}

enum result flight_collect(const struct flight *flight, uint64_t since_tsc, size_t max,
                           struct flight_record **out, size_t *count)
{
	size_t room = 0;
	size_t have = 0;
	for (unsigned i = 0; i < RTE_MAX_LCORE; i++) {
		if (flight->lane[i] != NULL)
			room += flight_ring_have(&flight->lane[i]->all, flight->mask) +
			        flight_ring_have(&flight->lane[i]->odd, flight->odd_mask);
	}
	struct flight_record *records = malloc((room + 1) * sizeof(*records));
	if (records == NULL)
		return RESULT_NO_MEMORY;
	for (unsigned i = 0; i < RTE_MAX_LCORE; i++) {
		const struct flight_lane *lane = flight->lane[i];
		if (lane == NULL)
			continue;
		have += copy_ring(&lane->all, flight->mask, since_tsc, records + have);
		have += copy_ring(&lane->odd, flight->odd_mask, since_tsc, records + have);
	}
	have = flight_put_in_order(records, have);
	if (have > max) {
		memmove(records, records + (have - max), max * sizeof(*records));
		have = max;
	}
	*out = records;
	*count = have;
	return RESULT_OK;
}

/* -- the last second -- */

static int by_value(const void *a, const void *b)
{
	const uint64_t *left = a;
	const uint64_t *right = b;
	return *left < *right ? -1 : *left > *right;
}

/* Adds one lcore's part; it may write meanwhile: a record that is half new is one of the last second too. */
static void add_lane(const struct flight_lane *lane, uint64_t mask, uint64_t since_tsc,
                     uint64_t *took, size_t *count, struct flight_second *out)
{
	uint64_t next = atomic_load_explicit(&lane->all.next, memory_order_acquire);
	uint64_t have = next <= mask ? next : mask + 1;
	for (uint64_t i = 0; i < have && i < SECOND_SAMPLE; i++) {
		const struct flight_record *record = &lane->all.records[(next - 1 - i) & mask];
		if (record->tsc < since_tsc)
			return;
		if (record->kind == FLIGHT_DROP) {
			out->drops++;
			continue;
		}
		out->answers++;
		out->failures += record->rcode == DNS_RCODE_SERVFAIL;
		if (record->took_tsc > 0 && *count < SECOND_SAMPLE)
			took[(*count)++] = record->took_tsc;
	}
}

void flight_second(const struct flight *flight, uint64_t now_tsc, struct flight_second *out)
{
	uint64_t *took = malloc(SECOND_SAMPLE * sizeof(*took));
	size_t count = 0;
	*out = (struct flight_second){.answers = 0};
	if (took == NULL)
		return;
	for (unsigned i = 0; i < RTE_MAX_LCORE; i++) {
		if (flight->lane[i] != NULL)
			add_lane(flight->lane[i], flight->mask, now_tsc - flight->tsc_hz, took,
			         &count, out);
	}
	if (count > 0) {
		qsort(took, count, sizeof(*took), by_value);
		out->p99_us = took[(count - 1) * PERCENTILE / 100] * US_IN_SECOND / flight->tsc_hz;
	}
	free(took);
}
