/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Entries copied out by their place, and batches handed to the writer. */
#include "cache/copy.h"

#include "cache/cache_walk.h"

static_assert(CACHE_COPY_NAME == CACHE_TYPE_NAME, "the same thing from outside");

uint32_t cache_copy_slots(const struct cache *cache)
{
	return __atomic_load_n(&cache->entries_fresh, __ATOMIC_ACQUIRE);
}

/* What was copied and is not yet told. */
struct draft {
	struct cache_meta meta;
	uint32_t marks;
	uint8_t head[CACHE_HEAD_MAX];
};

/* An entry's octets, name first, if they belong together. */
static bool copy_entry(const struct cache *cache, uint32_t slot, uint64_t now_ms,
                       struct draft *draft, uint8_t *message)
{
	const struct cache_entry *entry = &cache->entries[slot];
	struct cache_meta *meta = &draft->meta;
	uint32_t sequence;
	if (!cache_entry_begin(entry, &sequence))
		return false;
	cache_words_load(meta, entry->meta, sizeof(*meta));
	draft->marks = __atomic_load_n(&entry->marks, __ATOMIC_RELAXED);
	if (!cache_entry_is_valid(entry, sequence) || cache_meta_is_dead(cache, meta, now_ms) ||
	    cache_meta_is_failure(meta))
		return false;
	struct cache_walk walk = {cache, entry->image, CACHE_INLINE_WORDS, meta->chain};
	uint8_t *records = message + DNS_HEADER_SIZE + meta->name_len + 4;
	return cache_walk_copy(&walk, draft->head, cache_walk_head_len(meta)) &&
	       cache_walk_copy(&walk, records, meta->records_len) &&
	       cache_entry_is_valid(entry, sequence);
}

static void write_question(const struct draft *draft, struct cache_copy *out)
{
	const struct cache_meta *meta = &draft->meta;
	uint8_t *message = out->message;
	const uint32_t end = DNS_HEADER_SIZE + meta->name_len;
	memset(message, 0, DNS_HEADER_SIZE);
	bytes_store_u16(message + 2, (uint16_t)(DNS_FLAG_QR | meta->rcode));
	dns_message_set_count(message, DNS_SECTION_QUESTION, 1);
	memcpy(message + DNS_HEADER_SIZE, draft->head, meta->name_len);
	bytes_store_u16(message + end, meta->type);
	bytes_store_u16(message + end + 2, meta->class);
	out->len = end + 4u + meta->records_len;
}

static void count_records(const struct draft *draft, uint8_t *message)
{
	const struct cache_meta *meta = &draft->meta;
	const uint8_t *table = draft->head + meta->name_len + meta->record_count * sizeof(uint16_t);
	for (unsigned i = 0; i < meta->rrset_count; i++) {
		struct cache_rrset rrset;
		memcpy(&rrset, table + i * sizeof(rrset), sizeof(rrset));
		enum dns_section section =
		    (enum dns_section)(rrset.section_count >> CACHE_RRSET_SECTION_SHIFT);
		unsigned count = dns_message_count(message, section) +
		                 (rrset.section_count & CACHE_RRSET_COUNT_MASK);
		dns_message_set_count(message, section, (uint16_t)count);
	}
}

static void count_down(const struct draft *draft, uint64_t now_ms, uint8_t *records)
{
	const struct cache_meta *meta = &draft->meta;
	uint64_t age_s = now_ms > meta->inserted_ms ? (now_ms - meta->inserted_ms) / 1000 : 0;
	for (unsigned i = 0; i < meta->record_count; i++) {
		uint16_t at;
		memcpy(&at, draft->head + meta->name_len + i * sizeof(at), sizeof(at));
		uint32_t ttl = bytes_load_u32(records + at);
		bytes_store_u32(records + at, ttl > age_s ? (uint32_t)(ttl - age_s) : 0);
	}
}

bool cache_copy_slot(const struct cache *cache, uint32_t slot, uint64_t now_ms,
                     struct cache_copy *out)
{
	struct draft draft;
	const struct cache_meta *meta = &draft.meta;
	if (!copy_entry(cache, slot, now_ms, &draft, out->message))
		return false;
	write_question(&draft, out);
	count_records(&draft, out->message);
	count_down(&draft, now_ms, out->message + DNS_HEADER_SIZE + meta->name_len + 4);
	struct bytes_reader reader = bytes_reader_of(draft.head, meta->name_len);
	if (dns_name_parse(&reader, &out->name) != RESULT_OK)
		return false;
	out->type = meta->type;
	out->class = meta->class;
	out->rcode = meta->rcode;
	out->dnssec_ok = (meta->flags & CACHE_META_DNSSEC_OK) != 0;
	out->is_popular = (draft.marks & CACHE_MARK_VISITED) != 0;
	out->rank = meta->rank;
	out->security = meta->security;
	int64_t left_ms = (int64_t)(meta->inserted_ms + meta->lifetime_ms) - (int64_t)now_ms;
	/* What is left is rounded up as in answers, what is over away from 0: a stale one stays so. */
	out->age_s = now_ms > meta->inserted_ms ? (now_ms - meta->inserted_ms) / 1000 : 0;
	out->left_s = left_ms > 0 ? (left_ms + 999) / 1000 : left_ms / 1000 - 1;
	return true;
}

/* Whether a place has the answer to a question, under one of the two types that it may be kept under. */
static bool is_answer(const struct cache_copy *copy, const struct dns_question *question,
                      uint16_t type, bool dnssec_ok)
{
	return copy->type == type && copy->dnssec_ok == dnssec_ok &&
	       dns_name_equal(copy->name.wire, question->name);
}

static bool copy_as(const struct cache *cache, const struct dns_question *question, uint16_t type,
                    bool dnssec_ok, uint64_t now_ms, struct cache_copy *out)
{
	struct cache_wanted wanted = cache_index_wanted(question, 0, type, dnssec_ok);
	for (unsigned which = 0; which < 2; which++) {
		const struct cache_bucket *bucket = cache_index_bucket(cache, wanted.key, which);
		for (unsigned i = 0; i < CACHE_BUCKET_SLOTS; i++) {
			uint64_t slot = __atomic_load_n(&bucket->slot[i], __ATOMIC_ACQUIRE);
			if (slot == 0 || slot >> 32 != wanted.key >> 32)
				continue;
			if (cache_copy_slot(cache, (uint32_t)slot - 1, now_ms, out) &&
			    is_answer(out, question, type, dnssec_ok))
				return true;
		}
	}
	return false;
}

bool cache_copy_question(const struct cache *cache, const struct dns_question *question,
                         bool dnssec_ok, uint64_t now_ms, struct cache_copy *out)
{
	return copy_as(cache, question, question->type, dnssec_ok, now_ms, out) ||
	       copy_as(cache, question, CACHE_TYPE_NAME, dnssec_ok, now_ms, out);
}

enum result cache_batch_give(struct cache *cache, struct cache_batch *batch)
{
	if (!cache_batch_is_taken(cache))
		return RESULT_BUSY;
	batch->next = 0;
	batch->kept = 0;
	__atomic_store_n(&cache->batch, batch, __ATOMIC_RELEASE);
	return RESULT_OK;
}

bool cache_batch_is_taken(const struct cache *cache)
{
	return __atomic_load_n(&cache->batch, __ATOMIC_ACQUIRE) == NULL;
}

uint32_t cache_batch_piece(struct cache *cache, uint64_t now_ms)
{
	struct cache_batch *batch = __atomic_load_n(&cache->batch, __ATOMIC_ACQUIRE);
	if (LIKELY(batch == NULL))
		return 0;
	uint32_t end = batch->next + CACHE_BATCH_STEPS;
	if (end > batch->count)
		end = batch->count;
	for (; batch->next < end; batch->next++)
		batch->kept += cache_insert(cache, &batch->items[batch->next], now_ms) == RESULT_OK;
	if (batch->next == batch->count)
		__atomic_store_n(&cache->batch, NULL, __ATOMIC_RELEASE);
	return CACHE_BATCH_STEPS;
}
