/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* The readers' side: probe, copy the image out into the packet, validate, then patch TTLs. Nothing is
 * locked and nothing is written to shared lines but an unset visited bit. */
#include "cache/cache_walk.h"

/* What became of looking at one entry. */
enum look {
	LOOK_OTHER, /* not this question, or dead, or stale and not wanted so */
	LOOK_TORN, /* the writer was there meanwhile */
	LOOK_FOUND,
};

/* A hit on its way into the packet. */
struct hit {
	struct cache_meta meta;
	uint64_t now_ms;
	bool held; /* its resolution failed a moment ago */
	bool stale;
	uint32_t copied; /* octets of records in the message */
	uint8_t head[CACHE_HEAD_MAX];
};

static bool is_wanted(const struct cache *cache, const struct cache_meta *meta,
                      const struct cache_wanted *wanted)
{
	return meta->key == wanted->key && meta->type == wanted->type &&
	       meta->class == wanted->class &&
	       (meta->flags & CACHE_META_DNSSEC_OK) ==
	           (wanted->dnssec_ok ? CACHE_META_DNSSEC_OK : 0) &&
	       meta->name_len == wanted->name_len &&
	       meta->epoch == __atomic_load_n(&cache->epoch, __ATOMIC_RELAXED);
}

static enum look look(const struct cache *cache, const struct cache_entry *entry,
                      const struct cache_wanted *wanted, const struct dns_builder *builder,
                      struct hit *hit)
{
	uint32_t sequence;
	struct cache_meta *meta = &hit->meta;
	if (!cache_entry_begin(entry, &sequence))
		return LOOK_TORN;
	cache_words_load(meta, entry->meta, sizeof(*meta));
	uint64_t held_until_ms = __atomic_load_n(&entry->held_until_ms, __ATOMIC_RELAXED);
	if (!cache_entry_is_valid(entry, sequence))
		return LOOK_TORN;
	if (!is_wanted(cache, meta, wanted) || cache_meta_is_dead(cache, meta, hit->now_ms))
		return LOOK_OTHER;
	hit->stale = hit->now_ms >= meta->inserted_ms + meta->lifetime_ms;
	hit->held = hit->now_ms < held_until_ms;
	if (hit->stale && !wanted->stale_too)
		return LOOK_OTHER;

	struct cache_walk walk = {cache, entry->image, CACHE_INLINE_WORDS, meta->chain};
	uint32_t room = builder->limit - builder->len;
	hit->copied = meta->records_len < room ? meta->records_len : room;
	if (!cache_walk_copy(&walk, hit->head, cache_walk_head_len(meta)) ||
	    !cache_walk_copy(&walk, builder->message + builder->len, hit->copied))
		return LOOK_TORN;
	if (!cache_entry_is_valid(entry, sequence))
		return LOOK_TORN;
	return memcmp(hit->head, wanted->name, meta->name_len) == 0 ? LOOK_FOUND : LOOK_OTHER;
}

/* Goes through both buckets once. */
static enum look probe(const struct cache *cache, const struct cache_wanted *wanted,
                       const struct dns_builder *builder, struct hit *hit,
                       struct cache_entry **found)
{
	enum look worst = LOOK_OTHER;
	for (unsigned which = 0; which < 2; which++) {
		const struct cache_bucket *bucket = cache_index_bucket(cache, wanted->key, which);
		uint32_t match = cache_bucket_match(bucket, (uint32_t)(wanted->key >> 32));
		for (; match != 0; match &= match - 1) {
			uint64_t slot =
			    __atomic_load_n(&bucket->slot[__builtin_ctz(match)], __ATOMIC_ACQUIRE);
			if (slot == 0 || slot >> 32 != wanted->key >> 32)
				continue;
			struct cache_entry *entry = &cache->entries[(uint32_t)slot - 1];
			enum look result = look(cache, entry, wanted, builder, hit);
			if (result == LOOK_FOUND) {
				*found = entry;
				return LOOK_FOUND;
			}
			if (result == LOOK_TORN)
				worst = LOOK_TORN;
		}
	}
	return worst;
}

/* Takes whole RRsets into the builder as far as they were copied. Returns the records taken and whether
 * one was left out that the client needs: RFC 2181 §9 sets TC only for those. */
static unsigned take_rrsets(const struct hit *hit, const uint8_t *table,
                            struct dns_builder *builder, bool *truncated)
{
	unsigned records = 0;
	uint32_t end = 0;
	*truncated = false;
	for (unsigned i = 0; i < hit->meta.rrset_count; i++) {
		struct cache_rrset rrset;
		memcpy(&rrset, table + i * sizeof(rrset), sizeof(rrset));
		unsigned section = rrset.section_count >> CACHE_RRSET_SECTION_SHIFT;
		unsigned count = rrset.section_count & CACHE_RRSET_COUNT_MASK;
		if (rrset.end > hit->copied) {
			*truncated = section != DNS_SECTION_ADDITIONAL;
			break;
		}
		end = rrset.end;
		records += count;
		builder->count[section] = (uint16_t)(builder->count[section] + count);
	}
	builder->len += end;
	return records;
}

static void patch_ttls(const struct hit *hit, const uint8_t *ttl_at, unsigned records,
                       uint8_t *message)
{
	/* Lcores read the clock once a turn: the writer may have been ahead of us. */
	uint64_t inserted_ms = hit->meta.inserted_ms;
	uint32_t age_s =
	    hit->now_ms > inserted_ms ? (uint32_t)((hit->now_ms - inserted_ms) / 1000) : 0;
	for (unsigned i = 0; i < records; i++) {
		uint16_t at;
		memcpy(&at, ttl_at + i * sizeof(at), sizeof(at));
		uint8_t *ttl = message + at;
		bytes_store_u32(ttl, hit->stale ? CACHE_STALE_TTL_S : bytes_load_u32(ttl) - age_s);
	}
}

static int16_t ede_of(const struct hit *hit)
{
	if (cache_meta_is_failure(&hit->meta))
		return EDNS_EDE_CACHED_ERROR;
	if (!hit->stale)
		return (hit->meta.flags & CACHE_META_BLOCKED) != 0 ? EDNS_EDE_BLOCKED
		                                                   : EDNS_EDE_NONE;
	return hit->meta.rcode == DNS_RCODE_NXDOMAIN ? EDNS_EDE_STALE_NXDOMAIN
	                                             : EDNS_EDE_STALE_ANSWER;
}

/* The copy is whole and ours: makes it an answer. */
static void finish(const struct hit *hit, struct dns_builder *builder, struct dns_answer *out)
{
	uint8_t *records = builder->message + builder->len;
	const uint8_t *ttl_at = hit->head + hit->meta.name_len;
	bool truncated;
	unsigned count = take_rrsets(hit, ttl_at + hit->meta.record_count * sizeof(uint16_t),
	                             builder, &truncated);
	patch_ttls(hit, ttl_at, count, records);
	*out = (struct dns_answer){
	    .rcode = hit->meta.rcode,
	    .truncated = truncated,
	    .authenticated = hit->meta.security == DNS_SECURITY_SECURE,
	    .ede = ede_of(hit),
	    .rank = hit->meta.rank,
	    .security = hit->meta.security,
	    .end = builder->len,
	};
	memcpy(out->count, builder->count, sizeof(out->count));
}

/* Whether so little of its TTL is left that it should be asked for anew. */
static bool is_late(const struct cache *cache, const struct hit *hit)
{
	const struct cache_meta *meta = &hit->meta;
	if (!cache->settings.refresh || hit->stale || meta->lifetime_ms < CACHE_REFRESH_TTL_MIN_MS)
		return false;
	uint64_t left_ms = meta->inserted_ms + meta->lifetime_ms - hit->now_ms;
	return left_ms * CACHE_REFRESH_PART <= meta->lifetime_ms;
}

/* Notes the hit, by a write only where it is news. Returns whether this hit is the one that has the entry
 * refreshed: not the first one, so that what is asked for once in a TTL is not. */
static bool mark(const struct cache *cache, struct cache_entry *entry, const struct hit *hit)
{
	uint32_t marks = __atomic_load_n(&entry->marks, __ATOMIC_RELAXED);
	if (UNLIKELY((marks & CACHE_MARK_VISITED) == 0)) {
		__atomic_fetch_or(&entry->marks, CACHE_MARK_VISITED, __ATOMIC_RELAXED);
		return false;
	}
	if (LIKELY(!is_late(cache, hit)) || (marks & CACHE_MARK_REFRESH) != 0)
		return false;
	marks = __atomic_fetch_or(&entry->marks, CACHE_MARK_REFRESH, __ATOMIC_RELAXED);
	return (marks & CACHE_MARK_REFRESH) == 0;
}

bool cache_find_entry(struct cache *cache, const struct cache_wanted *wanted,
                      struct dns_builder *builder, struct dns_answer *out,
                      struct cache_finding *finding)
{
	struct hit hit;
	struct cache_entry *entry = NULL;
	hit.now_ms = wanted->now_ms;
	hit.stale = false;
	enum look result = LOOK_TORN;
	for (unsigned i = 0; i < CACHE_READ_TRIES && result == LOOK_TORN; i++)
		result = probe(cache, wanted, builder, &hit, &entry);
	*finding = (struct cache_finding){.is_stale = hit.stale};
	if (result != LOOK_FOUND)
		return false;
	finding->is_held = hit.held;
	finding->is_due = mark(cache, entry, &hit);
	finish(&hit, builder, out);
	return true;
}

/* Nothing fresh has the question itself: is it kept that the name does not exist (RFC 2308 §5)? If not,
 * what is stale will have to do. */
static enum cache_hit find_name(struct cache *cache, const struct dns_question *question,
                                struct cache_wanted *exact, struct dns_builder *builder,
                                struct dns_answer *out)
{
	struct cache_finding finding;
	struct cache_wanted wanted =
	    cache_index_wanted(question, 0, CACHE_TYPE_NAME, exact->dnssec_ok);
	wanted.now_ms = exact->now_ms;
	if (cache_find_entry(cache, &wanted, builder, out, &finding))
		return finding.is_due ? CACHE_REFRESH : CACHE_FRESH;
	wanted.stale_too = finding.is_stale;
	if ((exact->stale_too && cache_find_entry(cache, exact, builder, out, &finding)) ||
	    (wanted.stale_too && cache_find_entry(cache, &wanted, builder, out, &finding)))
		return finding.is_stale && !finding.is_held ? CACHE_STALE : CACHE_FRESH;
	return CACHE_MISS;
}

enum cache_hit cache_find(struct cache *cache, const struct dns_question *question, bool dnssec_ok,
                          uint64_t now_ms, struct dns_builder *builder, struct dns_answer *out)
{
	struct cache_finding finding;
	/* Images hold offsets that are right only directly behind the question. */
	if (builder->len != DNS_HEADER_SIZE + question->name_len + 4u)
		return CACHE_MISS;
	struct cache_wanted wanted = cache_index_wanted(question, 0, question->type, dnssec_ok);
	wanted.now_ms = now_ms;
	if (LIKELY(cache_find_entry(cache, &wanted, builder, out, &finding)))
		return UNLIKELY(finding.is_due) ? CACHE_REFRESH : CACHE_FRESH;
	wanted.stale_too = finding.is_stale;
	return find_name(cache, question, &wanted, builder, out);
}

const void *cache_bucket_line(const struct cache *cache, const struct dns_question *question,
                              bool dnssec_ok)
{
	const struct cache_wanted wanted =
	    cache_index_wanted(question, 0, question->type, dnssec_ok);
	return cache_index_bucket(cache, wanted.key, 0);
}

const void *cache_entry_line(const struct cache *cache, const struct dns_question *question,
                             bool dnssec_ok)
{
	const struct cache_wanted wanted =
	    cache_index_wanted(question, 0, question->type, dnssec_ok);
	const struct cache_bucket *bucket = cache_index_bucket(cache, wanted.key, 0);
	const uint32_t found = cache_bucket_match(bucket, (uint32_t)(wanted.key >> 32));
	if (found == 0)
		return NULL;
	const uint64_t slot =
	    __atomic_load_n(&bucket->slot[__builtin_ctz(found)], __ATOMIC_RELAXED);
	return (uint32_t)slot == 0 ? NULL : &cache->entries[(uint32_t)slot - 1];
}
