/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* CACHE_LOOKUP: packets come from QUERY_DISPATCHER with a question that is not ours to answer with authority;
 * hits go to ENCODER, misses to RESOLVER. */
#include "stage/cache_lookup.h"

#include "pipeline/query.h"

struct cache_lookup {
	struct cache *cache;
};

static const char *const outputs[] = {"encoder", "resolver", NULL};

static enum result cache_lookup_init(struct stage *stage, const void *settings)
{
	const struct stage_cache_lookup_settings *given = settings;
	struct cache_lookup *lookup = stage->state;
	lookup->cache = given->cache;
	return RESULT_OK;
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
	                                stage->now_us / 1000, &builder, &query->answer);
	if (LIKELY(hit == CACHE_FRESH)) {
		count(stage, CACHE_LOOKUP_EVENT_HIT);
		return CACHE_LOOKUP_TO_ENCODER;
	}
	return miss(stage, query, hit == CACHE_STALE);
}

static void cache_lookup_process(struct stage *stage, struct rte_mbuf **burst, uint16_t count)
{
	const struct cache_lookup *lookup = stage->state;

	for (uint16_t i = 0; i < count; i++) {
		const struct query *query = query_of(burst[i]);
		cache_prefetch(lookup->cache, &query->question, wants_dnssec(query));
	}
	for (uint16_t i = 0; i < count; i++) {
		const struct query *query = query_of(burst[i]);
		cache_prefetch_entry(lookup->cache, &query->question, wants_dnssec(query));
	}
	for (uint16_t i = 0; i < count; i++)
		stage_emit(stage, look(stage, burst[i]), burst[i]);
}

const struct stage_ops stage_cache_lookup_ops = {
    .name = "CACHE_LOOKUP",
    .outputs = outputs,
    .state_size = sizeof(struct cache_lookup),
    .init = cache_lookup_init,
    .process = cache_lookup_process,
};
