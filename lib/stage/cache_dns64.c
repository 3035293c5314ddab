/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* CACHE_LOOKUP for clients behind a NAT64: where the cache has no IPv6 address for a name it is asked for the
 * IPv4 ones. What it does not know is RESOLVER's to find out, with the stale answer in the packet if there is
 * one. */
#include "stage/cache_lookup_int.h"

#define MS_OF(stage_) ((stage_)->now_us / 1000)

/* Looks for the other question; the answer is beside the packet then. */
static enum cache_hit find(struct stage *stage, const struct query *query,
                           const struct dns_question *asked, struct dns_answer *out)
{
	const struct cache_lookup *lookup = stage->state;
	const bool dnssec_ok = query->edns.present && query->edns.dnssec_ok;
	struct dns_builder builder;
	translate_start(lookup->translate, asked, &builder);
	enum cache_hit hit =
	    cache_find(lookup->cache, asked, dnssec_ok, MS_OF(stage), &builder, out);
	if (hit != CACHE_MISS)
		return hit;
	return cache_infer(lookup->reader, asked, dnssec_ok, MS_OF(stage), &builder, out);
}

/* A, or the name of in-addr.arpa, instead. */
static enum cache_hit look_instead(struct stage *stage, struct rte_mbuf *mbuf,
                                   const struct dns64 *dns64, enum dns64_way way)
{
	const struct cache_lookup *lookup = stage->state;
	struct query *query = query_of(mbuf);
	struct dns_question asked;
	struct dns_answer answer;
	query->dns64 = (uint8_t)way;
	dns64_question(dns64, way, &query->question, &asked);
	const enum cache_hit hit = find(stage, query, &asked, &answer);
	if (hit != CACHE_MISS)
		translate_put(lookup->translate, dns64, mbuf, &asked, &answer);
	return hit == CACHE_REFRESH ? CACHE_FRESH : hit;
}

/* RFC 6147 §5.1.2 and §5.1.3: a failure is as good as no IPv6 address. */
static enum dns64_worth judge(const struct cache_lookup *lookup, const struct dns64 *dns64,
                              struct rte_mbuf *mbuf)
{
	struct query *query = query_of(mbuf);
	if (query->answer.rcode == DNS_RCODE_SERVFAIL) {
		query->dns64_ttl_s = DNS64_TTL_S;
		return DNS64_EMPTY;
	}
	/* What does not fit may have been the addresses. */
	if (query->answer.truncated)
		return DNS64_WHOLE;
	return translate_judge(lookup->translate, dns64, mbuf);
}

enum cache_hit cache_lookup_dns64(struct stage *stage, struct rte_mbuf *mbuf, enum cache_hit hit)
{
	const struct cache_lookup *lookup = stage->state;
	const struct dns64 *dns64 = translate_load(lookup->dns64);
	struct query *query = query_of(mbuf);
	if (dns64 == NULL) {
		query->dns64 = DNS64_NONE;
		return hit;
	}
	if (query->dns64 == DNS64_POINTER)
		return look_instead(stage, mbuf, dns64, DNS64_POINTER);
	if (hit == CACHE_MISS)
		return hit;
	switch (judge(lookup, dns64, mbuf)) {
	case DNS64_WHOLE:
		return hit;
	case DNS64_PARTLY:
		translate_filter(lookup->translate, dns64, mbuf);
		return hit;
	case DNS64_EMPTY:
		break;
	}
	const enum cache_hit other = look_instead(stage, mbuf, dns64, DNS64_IPV4);
	if (hit != CACHE_STALE)
		return other == CACHE_FRESH ? hit : other;
	/* AAAA has to be asked first; what was found here is for when nobody answers. */
	query->dns64 = DNS64_IPV6;
	return other == CACHE_MISS ? CACHE_MISS : CACHE_STALE;
}
