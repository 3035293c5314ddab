/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* CACHE_LOOKUP: packets come from QUERY_DISPATCHER with a question that is not ours to answer with authority;
 * hits go to ENCODER, misses to RESOLVER. */
#include "stage/cache_lookup_int.h"

#include <rte_prefetch.h>

#define REFRESH_PERIOD_US 1000000u
#define US_PER_MS 1000u

static const char *const outputs[] = {"encoder", "resolver", NULL};

static enum result cache_lookup_init(struct stage *stage, const void *settings)
{
	const struct stage_cache_lookup_settings *given = settings;
	struct cache_lookup *lookup = stage->state;
	lookup->cache = given->cache;
	lookup->pools = given->pools;
	lookup->dns64 = given->dns64;
	lookup->translate = translate_create();
	if (lookup->translate == NULL)
		return RESULT_NO_MEMORY;
	return cache_reader_create(lookup->cache, &lookup->reader);
}

static void cache_lookup_fini(struct stage *stage)
{
	struct cache_lookup *lookup = stage->state;
	cache_reader_destroy(lookup->reader);
	lookup->reader = NULL;
	translate_destroy(lookup->translate);
	lookup->translate = NULL;
}

static bool wants_dnssec(const struct query *query)
{
	return query->edns.present && query->edns.dnssec_ok;
}

static void answer_empty(struct query *query, uint16_t rcode, enum edns_ede ede)
{
	query->answer = (struct dns_answer){
	    .rcode = rcode,
	    .ede = (int16_t)ede,
	    .end = query->question_end,
	};
}

static void count(struct stage *stage, enum cache_lookup_event event)
{
	stage_count(&stage->counters->event[event], 1);
}

/* What is not in the cache, or only stale: the answer in the packet is for when nobody can look. */
static enum cache_lookup_output miss(struct stage *stage, struct query *query, bool is_stale)
{
	/* RFC 1034 §4.3.1: without RD nobody is asked. */
	if ((query->flags & DNS_FLAG_RD) == 0) {
		count(stage, CACHE_LOOKUP_EVENT_REFUSED);
		answer_empty(query, DNS_RCODE_REFUSED, EDNS_EDE_NOT_AUTHORITATIVE);
		return CACHE_LOOKUP_TO_ENCODER;
	}
	query->has_stale = is_stale;
	if (LIKELY(stage_output_has_room(stage, CACHE_LOOKUP_TO_RESOLVER))) {
		count(stage, CACHE_LOOKUP_EVENT_MISS);
		return CACHE_LOOKUP_TO_RESOLVER;
	}
	if (is_stale) {
		count(stage, CACHE_LOOKUP_EVENT_STALE);
		return CACHE_LOOKUP_TO_ENCODER;
	}
	count(stage, CACHE_LOOKUP_EVENT_OVERLOAD);
	answer_empty(query, DNS_RCODE_SERVFAIL, EDNS_EDE_OTHER);
	return CACHE_LOOKUP_TO_ENCODER;
}

/* One second's share of questions without a client. */
static bool may_refresh(struct cache_lookup *lookup, uint64_t now_us)
{
	if (now_us - lookup->second_us >= REFRESH_PERIOD_US) {
		lookup->second_us = now_us;
		lookup->refreshes = 0;
	}
	return lookup->refreshes++ < CACHE_LOOKUP_REFRESH_MAX;
}

/* A popular answer whose TTL ends soon is asked for without a client, who has his answer. Where that cannot
 * be now it is not done: the next miss will see to it. */
static void refresh(struct stage *stage, const struct query *query)
{
	struct cache_lookup *lookup = stage->state;
	struct rte_mbuf *carrier = NULL;
	if (lookup->pools != NULL && !stage->draining && may_refresh(lookup, stage->now_us) &&
	    stage_output_has_room(stage, CACHE_LOOKUP_TO_RESOLVER))
		carrier = carrier_take(lookup->pools, &query->question, wants_dnssec(query), 0);
	if (carrier == NULL) {
		count(stage, CACHE_LOOKUP_EVENT_NOT_REFRESHED);
		return;
	}
	query_of(carrier)->lane = (uint8_t)stage->instance;
	count(stage, CACHE_LOOKUP_EVENT_REFRESH);
	stage_emit(stage, CACHE_LOOKUP_TO_RESOLVER, carrier);
}

/* Nothing fresh is there for this very question: what follows from others? */
static enum cache_hit infer(struct stage *stage, struct rte_mbuf *mbuf, enum cache_hit hit)
{
	const struct cache_lookup *lookup = stage->state;
	struct query *query = query_of(mbuf);
	const uint64_t now_ms = stage->now_us / US_PER_MS;
	struct dns_builder builder;
	query_builder(mbuf, &builder);
	if (cache_infer(lookup->reader, &query->question, wants_dnssec(query), now_ms, &builder,
	                &query->answer) != CACHE_MISS) {
		count(stage, CACHE_LOOKUP_EVENT_INFERRED);
		return CACHE_FRESH;
	}
	if (hit == CACHE_MISS)
		return CACHE_MISS;
	/* The stale answer has been written over. */
	query_builder(mbuf, &builder);
	return cache_find(lookup->cache, &query->question, wants_dnssec(query), now_ms, &builder,
	                  &query->answer);
}

static enum cache_lookup_output look(struct stage *stage, struct rte_mbuf *mbuf)
{
	const struct cache_lookup *lookup = stage->state;
	struct query *query = query_of(mbuf);
	struct dns_builder builder;

	/* Who may not recurse may not look into the cache either: what is in it tells who asked what. */
	if (UNLIKELY(!query->recursion_allowed)) {
		count(stage, CACHE_LOOKUP_EVENT_REFUSED);
		answer_empty(query, DNS_RCODE_REFUSED, EDNS_EDE_NOT_AUTHORITATIVE);
		return CACHE_LOOKUP_TO_ENCODER;
	}
	query_builder(mbuf, &builder);
	enum cache_hit hit = cache_find(lookup->cache, &query->question, wants_dnssec(query),
	                                stage->now_us / US_PER_MS, &builder, &query->answer);
	if (UNLIKELY(hit == CACHE_MISS || hit == CACHE_STALE))
		hit = infer(stage, mbuf, hit);
	if (UNLIKELY(query->dns64 != DNS64_NONE))
		hit = cache_lookup_dns64(stage, mbuf, hit);
	if (UNLIKELY(hit == CACHE_MISS || hit == CACHE_STALE))
		return miss(stage, query, hit == CACHE_STALE);
	count(stage, CACHE_LOOKUP_EVENT_HIT);
	if (UNLIKELY(hit == CACHE_REFRESH))
		refresh(stage, query);
	return CACHE_LOOKUP_TO_ENCODER;
}

/* Asks for all that the burst will read, in one go for each step (cache/cache.h says why). */
static void look_ahead(const struct cache *cache, struct rte_mbuf **burst, uint16_t count)
{
	const uint8_t *line[PIPELINE_BURST];
	for (uint16_t i = 0; i < count; i++) {
		const struct query *query = query_of(burst[i]);
		line[i] = cache_bucket_line(cache, &query->question, wants_dnssec(query));
	}
	for (uint16_t i = 0; i < count; i++)
		rte_prefetch0(line[i]);
	for (uint16_t i = 0; i < count; i++) {
		const struct query *query = query_of(burst[i]);
		line[i] = cache_entry_line(cache, &query->question, wants_dnssec(query));
		if (line[i] == NULL) /* nothing costs more to look up than nowhere */
			line[i] = (const uint8_t *)query;
	}
	for (uint16_t i = 0; i < count; i++) {
		for (unsigned at = 0; at < CACHE_ENTRY_AHEAD_BYTES; at += CACHE_LINE_BYTES)
			rte_prefetch0(line[i] + at);
	}
}

static void cache_lookup_process(struct stage *stage, struct rte_mbuf **burst, uint16_t count)
{
	const struct cache_lookup *lookup = stage->state;
	look_ahead(lookup->cache, burst, count);
	for (uint16_t i = 0; i < count; i++)
		stage_emit(stage, look(stage, burst[i]), burst[i]);
}

const struct stage_ops stage_cache_lookup_ops = {
    .name = "CACHE_LOOKUP",
    .outputs = outputs,
    .state_size = sizeof(struct cache_lookup),
    .init = cache_lookup_init,
    .fini = cache_lookup_fini,
    .process = cache_lookup_process,
};
