/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* The other side: a thread that empties the rings, sinks that come and go. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <rte_cycles.h>

#include "dns/rrtype.h"
#include "tap/tap_int.h"

#define NS_IN_SECOND UINT64_C(1000000000)
#define US_IN_SECOND 1000000u

/* -- time -- */

/* TSC and calendar are set side by side now and then, so that they do not drift apart. */
static void set_time(struct tap *tap)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	tap->tsc_base = rte_rdtsc();
	tap->ns_base = (uint64_t)now.tv_sec * NS_IN_SECOND + (uint64_t)now.tv_nsec;
	tap->tsc_hz = rte_get_tsc_hz();
}

uint64_t tap_time_ns(const struct tap *tap, uint64_t tsc)
{
	const double ns_per_tick = (double)NS_IN_SECOND / (double)tap->tsc_hz;
	const double ns = (double)(int64_t)(tsc - tap->tsc_base) * ns_per_tick;
	return tap->ns_base + (uint64_t)(int64_t)ns;
}

uint64_t tap_took_us(const struct tap_record *record)
{
	if (record->arrival_tsc == 0 || record->tsc < record->arrival_tsc)
		return 0;
	return (record->tsc - record->arrival_tsc) * US_IN_SECOND / rte_get_tsc_hz();
}

/* -- the drain -- */

static void give(struct tap *tap, const struct tap_record *record)
{
	for (unsigned i = 0; i < TAP_SINKS_MAX; i++) {
		if ((record->sinks & tap->used) >> i & 1)
			tap->sink[i].take(tap->sink[i].context, record);
	}
}

/* Gives how many records there were. With the lock held. */
static uint32_t drain_some(struct tap *tap)
{
	uint32_t records = 0;
	for (unsigned i = 0; i < RTE_MAX_LCORE; i++) {
		const struct tap_record *record;
		uint32_t left = TAP_DRAIN_BATCH;
		if (tap->ring[i] == NULL)
			continue;
		for (; left > 0 && (record = tap_ring_next(tap->ring[i])) != NULL; left--) {
			give(tap, record);
			tap_ring_release(tap->ring[i], record);
			records++;
		}
	}
	return records;
}

/* Everything that is in the rings now, and not what comes meanwhile. With the lock held. */
static void drain_present(struct tap *tap)
{
	uint64_t bytes = 0;
	for (unsigned i = 0; i < RTE_MAX_LCORE; i++) {
		if (tap->ring[i] != NULL)
			bytes += TAP_RING_BYTES;
	}
	/* Each round takes TAP_DRAIN_BATCH records, or all, of each ring. */
	for (uint64_t rounds = bytes / (TAP_DRAIN_BATCH * sizeof(struct tap_record)) + 1;
	     rounds > 0 && drain_some(tap) > 0; rounds--)
		;
}

static void flush_all(struct tap *tap)
{
	for (unsigned i = 0; i < TAP_SINKS_MAX; i++) {
		if ((tap->used >> i & 1) != 0 && tap->sink[i].flush != NULL)
			tap->sink[i].flush(tap->sink[i].context);
	}
}

static void *run(void *context)
{
	struct tap *tap = context;
	const struct timespec pause = {.tv_nsec = TAP_DRAIN_US * 1000};
	pthread_setname_np(pthread_self(), "TAP");
	while (!atomic_load_explicit(&tap->is_ending, memory_order_relaxed)) {
		pthread_mutex_lock(&tap->lock);
		uint32_t records = drain_some(tap);
		if (records == 0) {
			flush_all(tap);
			set_time(tap);
		}
		pthread_mutex_unlock(&tap->lock);
		if (records == 0)
			nanosleep(&pause, NULL);
	}
	return NULL;
}

/* -- control -- */

enum result tap_create(struct tap **out)
{
	struct tap *tap = calloc(1, sizeof(*tap));
	if (tap == NULL)
		return RESULT_NO_MEMORY;
	tap->plan.release = free;
	pthread_mutex_init(&tap->lock, NULL);
	*out = tap;
	return RESULT_OK;
}

static void end_thread(struct tap *tap)
{
	if (!tap->has_thread)
		return;
	atomic_store(&tap->is_ending, true);
	pthread_join(tap->thread, NULL);
	tap->has_thread = false;
}

void tap_destroy(struct tap *tap)
{
	if (tap == NULL)
		return;
	end_thread(tap);
	snapshot_publish(&tap->plan, NULL, NULL);
	for (unsigned i = 0; i < RTE_MAX_LCORE; i++)
		tap_ring_destroy(tap->ring[i]);
	pthread_mutex_destroy(&tap->lock);
	free(tap);
}

/* Rings for all lcores, which stay from the first sink on; the thread comes and goes with the sinks. */
static enum result make_rings(struct tap *tap)
{
	unsigned lcore;
	RTE_LCORE_FOREACH(lcore)
	{
		if (tap->ring[lcore] == NULL)
			tap->ring[lcore] = tap_ring_create();
		if (tap->ring[lcore] == NULL)
			return RESULT_NO_MEMORY;
	}
	return RESULT_OK;
}

static enum result start_thread(struct tap *tap)
{
	if (tap->has_thread)
		return RESULT_OK;
	set_time(tap);
	atomic_store(&tap->is_ending, false);
	tap->has_thread = pthread_create(&tap->thread, NULL, run, tap) == 0;
	return tap->has_thread ? RESULT_OK : RESULT_NO_MEMORY;
}

/* What the sinks in `used` want; NULL: nothing, or no memory. */
static struct tap_plan *make_plan(const struct tap *tap, uint8_t used)
{
	struct tap_plan *plan = used != 0 ? calloc(1, sizeof(*plan)) : NULL;
	if (plan == NULL)
		return NULL;
	plan->sinks = used;
	for (unsigned i = 0; i < TAP_SINKS_MAX; i++) {
		plan->filter[i] = tap->sink[i].filter;
		if ((used >> i & 1) != 0)
			plan->kinds |= plan->filter[i].kinds;
	}
	return plan;
}

enum result tap_attach(struct tap *tap, const struct tap_sink *sink, struct pipeline_rcu *rcu,
                       unsigned *number)
{
	unsigned free_one = 0;
	while (free_one < TAP_SINKS_MAX && (tap->used >> free_one & 1) != 0)
		free_one++;
	if (free_one == TAP_SINKS_MAX)
		return RESULT_BUSY;
	enum result result = make_rings(tap);
	if (result != RESULT_OK)
		return result;
	pthread_mutex_lock(&tap->lock);
	tap->sink[free_one] = *sink;
	tap->used |= (uint8_t)(1u << free_one);
	struct tap_plan *plan = make_plan(tap, tap->used);
	if (plan == NULL)
		tap->used &= (uint8_t) ~(1u << free_one);
	pthread_mutex_unlock(&tap->lock);
	if (plan == NULL)
		return RESULT_NO_MEMORY;
	result = start_thread(tap);
	if (result != RESULT_OK) {
		tap->used &= (uint8_t) ~(1u << free_one);
		free(plan);
		return result;
	}
	snapshot_publish(&tap->plan, rcu, plan);
	*number = free_one;
	return RESULT_OK;
}

void tap_detach(struct tap *tap, unsigned number, struct pipeline_rcu *rcu)
{
	uint8_t left = (uint8_t)(tap->used & ~(1u << number));
	/* Where there is no memory for a plan nobody is told anything until the next change. */
	snapshot_publish(&tap->plan, rcu, make_plan(tap, left));
	pthread_mutex_lock(&tap->lock);
	drain_present(tap);
	if (tap->sink[number].flush != NULL)
		tap->sink[number].flush(tap->sink[number].context);
	tap->used = left;
	pthread_mutex_unlock(&tap->lock);
	if (left == 0)
		end_thread(tap);
}

void tap_stats(const struct tap *tap, struct tap_stats *out)
{
	*out = (struct tap_stats){.copied = 0};
	for (unsigned i = 0; i < RTE_MAX_LCORE; i++) {
		if (tap->ring[i] == NULL)
			continue;
		out->copied += atomic_load_explicit(&tap->ring[i]->copied, memory_order_relaxed);
		out->lost += atomic_load_explicit(&tap->ring[i]->lost, memory_order_relaxed);
	}
}

/* -- words -- */

const char *tap_transport_text(unsigned transport)
{
	static const char *const words[TAP_TRANSPORT_COUNT] = {"udp", "tcp", "tls", "https"};
	return transport < ARRAY_COUNT(words) ? words[transport] : "?";
}

const char *tap_verdict_text(unsigned verdict)
{
	static const char *const words[] = {[QUERY_VERDICT_NONE] = "none",
	                                    [QUERY_VERDICT_ZONE] = "zone",
	                                    [QUERY_VERDICT_CACHE] = "cache",
	                                    [QUERY_VERDICT_ANSWER] = "answer"};
	return verdict < ARRAY_COUNT(words) ? words[verdict] : "?";
}

bool tap_question(const struct tap_record *record, char *name, uint16_t *type, uint16_t *class)
{
	struct bytes_reader reader = bytes_reader_of(record->data, record->data_len);
	struct dns_name wire;
	if (record->is_frame || record->data_len < DNS_HEADER_SIZE ||
	    dns_message_count(record->data, DNS_SECTION_QUESTION) == 0)
		return false;
	reader.at = DNS_HEADER_SIZE;
	if (dns_name_parse_plain(&reader, &wire) != RESULT_OK || !bytes_take_u16(&reader, type) ||
	    !bytes_take_u16(&reader, class))
		return false;
	dns_name_to_text(wire.wire, name);
	return true;
}
