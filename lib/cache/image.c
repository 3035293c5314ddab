/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Makes an image of a message: the records are written anew behind the bare question, so that their
 * compression pointers lead only to the question and to each other, and the image fits into every
 * packet with the same question. Along the way the lifetime is found. */
#include "cache/cache_int.h"

#include <stdlib.h>

#include "dns/rrset.h"
#include "dns/rrtype.h"

/* An SOA's rdata ends with serial, refresh, retry, expire, minimum; two root names stand before. */
#define SOA_RDATA_MIN 22u
#define SOA_MINIMUM_SIZE 4u
/* What is past its TTL when it comes: shown with another TTL anyway. */
#define STALE_LIFETIME_S 1u

struct cache_scratch {
	struct cache_image image;
	struct dns_rrset_reader reader;
	uint16_t ttl_at[CACHE_RECORDS_MAX];
	struct cache_rrset rrset[CACHE_RECORDS_MAX];
	uint8_t message[DNS_MESSAGE_MAX];
};

enum result cache_image_create(struct cache_scratch **out)
{
	*out = calloc(1, sizeof(**out));
	return *out != NULL ? RESULT_OK : RESULT_NO_MEMORY;
}

void cache_image_destroy(struct cache_scratch *scratch)
{
	free(scratch);
}

/* What is known while an image grows. */
struct build {
	const struct cache_settings *settings;
	struct cache_scratch *scratch;
	struct dns_builder builder;
	const struct dns_question *question;
	bool answered; /* a record of the type that was asked for is there */
	bool has_soa;
	bool is_aged;
	bool is_stale;
	uint32_t ttl_s; /* the least so far */
};

static struct cache_meta meta_of(const struct cache *cache, const struct dns_question *question,
                                 bool dnssec_ok, uint64_t now_ms)
{
	return (struct cache_meta){
	    .key = cache_index_wanted(question, 0, question->type, dnssec_ok).key,
	    .inserted_ms = now_ms,
	    .epoch = __atomic_load_n(&cache->epoch, __ATOMIC_RELAXED),
	    .chain = CACHE_NONE,
	    .type = question->type,
	    .class = question->class,
	    .name_len = question->name_len,
	    .flags = dnssec_ok ? CACHE_META_DNSSEC_OK : 0,
	};
}

/* Puts name and tables in front of the records. */
static void write_head(struct cache_scratch *scratch, const struct dns_question *question)
{
	struct cache_image *image = &scratch->image;
	struct bytes_writer writer = bytes_writer_of(image->head, sizeof(image->head));
	bytes_put(&writer, question->name, question->name_len);
	bytes_put(&writer, scratch->ttl_at, image->meta.record_count * sizeof(uint16_t));
	bytes_put(&writer, scratch->rrset, image->meta.rrset_count * sizeof(struct cache_rrset));
	while (writer.len % sizeof(uint64_t) != 0)
		bytes_put_u8(&writer, 0);
	image->head_len = writer.len;
}

/* RFC 2308 §5: a negative answer lives for min(SOA TTL, MINIMUM) seconds. */
static uint32_t soa_ttl(const struct dns_rrset *rrset)
{
	const struct dns_rdata *rdata = &rrset->rdata[0];
	if (rdata->len < SOA_RDATA_MIN)
		return 0;
	uint32_t minimum = bytes_load_u32(rdata->data + rdata->len - SOA_MINIMUM_SIZE);
	return minimum < rrset->ttl ? minimum : rrset->ttl;
}

/* The TTL under which an RRset is kept and shown. */
static uint32_t ttl_for(struct build *build, const struct dns_rrset *rrset)
{
	const struct cache_settings *settings = build->settings;
	uint32_t ttl_s = rrset->ttl;
	if (rrset->section == DNS_SECTION_AUTHORITY && rrset->type == DNS_TYPE_SOA) {
		ttl_s = soa_ttl(rrset);
		build->has_soa = true;
	}
	if (build->is_stale)
		return STALE_LIFETIME_S;
	if (ttl_s == 0)
		return 0;
	/* What comes from a file was raised when it came from a server. */
	if (ttl_s < settings->ttl_min_s && !build->is_aged)
		ttl_s = settings->ttl_min_s;
	return ttl_s < settings->ttl_max_s ? ttl_s : settings->ttl_max_s;
}

/* Notes where the TTLs of the records are that were written since `at`. */
static enum result note(struct build *build, size_t at, const struct dns_rrset *rrset)
{
	struct cache_scratch *scratch = build->scratch;
	struct cache_meta *meta = &scratch->image.meta;
	const size_t base = DNS_HEADER_SIZE + build->question->name_len + 4u;
	struct bytes_reader reader = bytes_reader_of(scratch->message, build->builder.len);
	reader.at = at;
	for (unsigned i = 0; i < rrset->count; i++) {
		uint16_t rdata_len;
		if (meta->record_count >= CACHE_RECORDS_MAX)
			return RESULT_TOO_LONG;
		if (dns_name_skip(&reader) != RESULT_OK || !bytes_skip(&reader, 4))
			return RESULT_MALFORMED;
		scratch->ttl_at[meta->record_count++] = (uint16_t)(reader.at - base);
		if (!bytes_skip(&reader, 4) || !bytes_take_u16(&reader, &rdata_len) ||
		    !bytes_skip(&reader, rdata_len))
			return RESULT_MALFORMED;
	}
	scratch->rrset[meta->rrset_count++] = (struct cache_rrset){
	    .end = (uint16_t)(build->builder.len - base),
	    .section_count =
	        (uint16_t)((unsigned)rrset->section << CACHE_RRSET_SECTION_SHIFT | rrset->count),
	};
	return RESULT_OK;
}

static enum result add(struct build *build, const struct dns_rrset *rrset)
{
	uint32_t ttl_s = ttl_for(build, rrset);
	size_t at = build->builder.len;
	if (rrset->section == DNS_SECTION_ANSWER &&
	    (rrset->type == build->question->type || build->question->type == DNS_TYPE_ANY))
		build->answered = true;
	if (ttl_s < build->ttl_s)
		build->ttl_s = ttl_s;
	if (dns_builder_rrset(&build->builder, rrset->section, rrset->owner.wire, rrset->type,
	                      rrset->class, ttl_s, rrset->rdata, rrset->count) != RESULT_OK)
		return RESULT_TOO_LONG;
	return note(build, at, rrset);
}

static enum result add_all(struct build *build)
{
	struct dns_rrset rrset;
	enum result result;
	while ((result = dns_rrset_reader_next(&build->scratch->reader, &rrset)) == RESULT_OK) {
		result = add(build, &rrset);
		if (result != RESULT_OK)
			return result;
	}
	return result == RESULT_NOT_FOUND ? RESULT_OK : result;
}

/* A question section of our own: the builder compresses against it. */
static void start(struct build *build, const struct dns_question *question)
{
	uint8_t *message = build->scratch->message;
	uint32_t end = DNS_HEADER_SIZE + question->name_len;
	memset(message, 0, DNS_HEADER_SIZE);
	memcpy(message + DNS_HEADER_SIZE, question->name, question->name_len);
	bytes_store_u16(message + end, question->type);
	bytes_store_u16(message + end + 2, question->class);
	end += 4;
	dns_builder_init(&build->builder, message, end, DNS_MESSAGE_MAX);
}

/* Shows no record longer than a negative answer may live. */
static void cap_ttls(struct build *build, uint32_t cap_s)
{
	struct cache_scratch *scratch = build->scratch;
	uint8_t *records = scratch->message + DNS_HEADER_SIZE + build->question->name_len + 4;
	for (unsigned i = 0; i < scratch->image.meta.record_count; i++) {
		uint8_t *ttl = records + scratch->ttl_at[i];
		if (bytes_load_u32(ttl) > cap_s)
			bytes_store_u32(ttl, cap_s);
	}
}

/* Decides for how long, and whether at all. */
static enum result set_lifetime(struct build *build, struct cache_meta *meta)
{
	bool negative = meta->rcode == DNS_RCODE_NXDOMAIN || !build->answered;
	if (negative) {
		/* RFC 2308 §5: without an SOA it should not be cached. */
		if (!build->has_soa)
			return RESULT_OUT_OF_RANGE;
		meta->flags |= CACHE_META_NEGATIVE;
		if (build->ttl_s > build->settings->negative_ttl_max_s)
			build->ttl_s = build->settings->negative_ttl_max_s;
		cap_ttls(build, build->settings->negative_ttl_max_s);
	}
	if (build->ttl_s == 0)
		return RESULT_OUT_OF_RANGE;
	meta->lifetime_ms = build->ttl_s * 1000;
	return RESULT_OK;
}

/* What must not be kept whatever its records say. */
static bool is_keepable(const uint8_t *message, size_t len)
{
	if (len < DNS_HEADER_SIZE)
		return false;
	uint16_t flags = dns_message_flags(message);
	unsigned rcode = flags & DNS_FLAG_RCODE;
	return (flags & DNS_FLAG_TC) == 0 &&
	       (rcode == DNS_RCODE_NOERROR || rcode == DNS_RCODE_NXDOMAIN);
}

/* RFC 2308 §5, RFC 8020 §2: that a name does not exist holds for all types, and for all names below. An alias
 * to such a name does exist. */
static void set_key(struct cache_meta *meta, const struct cache_item *item,
                    const struct dns_builder *builder)
{
	if (meta->rcode != DNS_RCODE_NXDOMAIN || builder->count[DNS_SECTION_ANSWER] > 0)
		return;
	meta->type = CACHE_TYPE_NAME;
	meta->key = cache_index_wanted(item->question, 0, CACHE_TYPE_NAME, item->dnssec_ok).key;
}

enum result cache_image_build(struct cache *cache, const struct cache_item *item, uint64_t now_ms,
                              const struct cache_image **out)
{
	struct cache_scratch *scratch = cache->scratch;
	struct cache_meta *meta = &scratch->image.meta;
	const struct dns_question *question = item->question;
	const uint64_t age_ms = item->stale_s > 0 ? (item->stale_s + STALE_LIFETIME_S) * 1000 : 0;
	if (!is_keepable(item->message, item->len) || item->security == DNS_SECURITY_BOGUS ||
	    age_ms > now_ms)
		return RESULT_OUT_OF_RANGE;
	enum result result = dns_rrset_reader_init(&scratch->reader, item->message, item->len);
	if (result != RESULT_OK)
		return result;

	*meta = meta_of(cache, question, item->dnssec_ok, now_ms - age_ms);
	meta->rcode = dns_message_flags(item->message) & DNS_FLAG_RCODE;
	meta->rank = item->rank;
	if (item->is_blocked)
		meta->flags |= CACHE_META_BLOCKED;
	meta->security = item->security;
	struct build build = {
	    .settings = &cache->settings,
	    .scratch = scratch,
	    .question = question,
	    .is_aged = item->is_aged,
	    .is_stale = item->stale_s > 0,
	    .ttl_s = cache->settings.ttl_max_s,
	};
	start(&build, question);
	result = add_all(&build);
	if (result == RESULT_OK)
		result = set_lifetime(&build, meta);
	if (result != RESULT_OK)
		return result;

	uint32_t base = DNS_HEADER_SIZE + question->name_len + 4u;
	meta->records_len = (uint16_t)(build.builder.len - base);
	set_key(meta, item, &build.builder);
	scratch->image.marks = item->is_popular ? CACHE_MARK_VISITED : 0;
	scratch->image.records = scratch->message + base;
	write_head(scratch, question);
	*out = &scratch->image;
	return RESULT_OK;
}

const struct cache_image *cache_image_failure(struct cache *cache,
                                              const struct dns_question *question, bool dnssec_ok,
                                              uint32_t lifetime_ms, uint64_t now_ms)
{
	struct cache_scratch *scratch = cache->scratch;
	scratch->image.meta = meta_of(cache, question, dnssec_ok, now_ms);
	scratch->image.meta.rcode = DNS_RCODE_SERVFAIL;
	scratch->image.meta.lifetime_ms = lifetime_ms;
	scratch->image.marks = 0;
	scratch->image.records = scratch->message;
	write_head(scratch, question);
	return &scratch->image;
}
