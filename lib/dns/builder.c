/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Writes RRsets into a message. The usual record, whose owner is the question's name and whose rdata
 * holds no name, costs one comparison and a copy; everything else goes through a table of hashes
 * of the names written before. The question's own suffixes enter that table with the first name
 * that needs it, so that an answer without such a name does not pay for it. */
#include "dns/builder.h"

#include <string.h>

#include "dns/fold.h"
#include "dns/name.h"
#include "dns/name_hash.h"
#include "dns/rrtype.h"

#define POINTER_FLAG 0xc000u
/* RFC 1035 §4.1.4: a pointer has 14 bits. */
#define POINTER_REACH 0x4000u
/* Type, class, ttl, rdlength. */
#define RR_FIXED_SIZE 10
/* Of a question with very many labels only the last ones become targets: zones' names are short. */
#define QUESTION_TARGETS_MAX 16

/* Every suffix of a name: where it starts, and its hash. */
struct suffixes {
	size_t count;
	uint8_t at[DNS_LABELS_MAX + 1]; /* at[count] is the root's octet */
	uint64_t hash[DNS_LABELS_MAX];
};

static void suffixes_of(const uint8_t *wire, struct suffixes *out)
{
	size_t at = 0;
	size_t count = 0;
	for (; wire[at] != 0; at += (size_t)wire[at] + 1) {
		out->at[count] = (uint8_t)at;
		out->hash[count++] = name_hash_mix(wire + at, true);
	}
	out->at[count] = (uint8_t)at;
	out->count = count;
	uint64_t hash = name_hash_secret.root;
	for (size_t i = count; i > 0; i--)
		out->hash[i - 1] = hash = name_hash_chain(hash, out->hash[i - 1]);
}

static inline uint64_t filter_bit(uint64_t hash)
{
	return UINT64_C(1) << (hash >> 58);
}

static void target_add(struct dns_builder *builder, size_t offset, uint64_t hash)
{
	if (builder->target_count >= DNS_BUILDER_TARGETS || offset >= POINTER_REACH)
		return;
	builder->target[builder->target_count++] =
	    (struct dns_builder_target){.offset = (uint16_t)offset, .hash = hash};
	builder->filter |= filter_bit(hash);
}

void dns_builder_init(struct dns_builder *builder, uint8_t *message, uint32_t question_end,
                      uint32_t limit)
{
	builder->message = message;
	builder->len = question_end;
	builder->limit = limit;
	memset(builder->count, 0, sizeof(builder->count));
	builder->target_count = 0;
	builder->question_target_count = 0;
	builder->filter = 0;
	/* Where no question could be read there is no name to point at. */
	builder->qname_len =
	    question_end > DNS_HEADER_SIZE + 4 ? (uint8_t)(question_end - DNS_HEADER_SIZE - 4) : 0;
}

/* Makes the question's suffixes targets, once. They are always the first in the table. */
static void question_add(struct dns_builder *builder)
{
	if (builder->question_target_count > 0 || builder->qname_len <= 1)
		return;
	struct suffixes suffixes;
	suffixes_of(builder->message + DNS_HEADER_SIZE, &suffixes);
	const size_t first =
	    suffixes.count > QUESTION_TARGETS_MAX ? suffixes.count - QUESTION_TARGETS_MAX : 0;
	for (size_t i = first; i < suffixes.count; i++)
		target_add(builder, DNS_HEADER_SIZE + suffixes.at[i], suffixes.hash[i]);
	builder->question_target_count = builder->target_count;
}

/* Whether the name that stands at `offset` of our own message, compressed or not, is `wire`. */
static bool stands_at(const struct dns_builder *builder, size_t offset, const uint8_t *wire)
{
	const uint8_t *p = builder->message + offset;
	for (;;) {
		while (*p >= POINTER_FLAG >> 8)
			p = builder->message + (bytes_load_u16(p) & (POINTER_REACH - 1));
		if (*p != *wire)
			return false;
		if (*p == 0)
			return true;
		for (size_t i = 1; i <= *wire; i++)
			if (dns_name_lower[p[i]] != dns_name_lower[wire[i]])
				return false;
		p += (size_t)*p + 1;
		wire += (size_t)*wire + 1;
	}
}

/* The offset of a name that was written before, or 0. */
static uint16_t target_find(const struct dns_builder *builder, uint64_t hash, const uint8_t *wire)
{
	if ((builder->filter & filter_bit(hash)) == 0)
		return 0;
	for (size_t i = 0; i < builder->target_count; i++) {
		const struct dns_builder_target *target = &builder->target[i];
		if (target->hash == hash && stands_at(builder, target->offset, wire))
			return target->offset;
	}
	return 0;
}

static inline bool fits(const struct dns_builder *builder, size_t count)
{
	return builder->len <= builder->limit && builder->limit - builder->len >= count;
}

static void put(struct dns_builder *builder, const uint8_t *data, size_t count)
{
	memcpy(builder->message + builder->len, data, count);
	builder->len += (uint32_t)count;
}

/* Writes a name as short as possible and remembers it. False: no room; nothing was written. */
static bool put_name(struct dns_builder *builder, const uint8_t *wire)
{
	struct suffixes suffixes;
	question_add(builder);
	suffixes_of(wire, &suffixes);

	uint16_t target = 0;
	size_t fresh = 0; /* labels that have to be written */
	for (; fresh < suffixes.count; fresh++) {
		target = target_find(builder, suffixes.hash[fresh], wire + suffixes.at[fresh]);
		if (target != 0)
			break;
	}
	const size_t octets = suffixes.at[fresh];
	if (!fits(builder, octets + (target != 0 ? 2 : 1)))
		return false;
	for (size_t i = 0; i < fresh; i++)
		target_add(builder, builder->len + suffixes.at[i], suffixes.hash[i]);
	put(builder, wire, octets);
	if (target != 0) {
		bytes_store_u16(builder->message + builder->len, (uint16_t)(POINTER_FLAG | target));
		builder->len += 2;
	} else {
		builder->message[builder->len++] = 0;
	}
	return true;
}

static inline bool is_question_name(const struct dns_builder *builder, const uint8_t *owner)
{
	const uint8_t *qname = builder->message + DNS_HEADER_SIZE;
	/* A root owner is shorter as itself. */
	if (builder->qname_len <= 1)
		return false;
	if (owner == qname)
		return true;
	return dns_name_len(owner) == builder->qname_len &&
	       fold_equal(owner, qname, builder->qname_len);
}

/* Writes the owner. Gives in *again the pointer by which further records of the set may name it, or 0. */
static bool put_owner(struct dns_builder *builder, const uint8_t *owner, uint16_t *again)
{
	const uint32_t at = builder->len;
	if (LIKELY(is_question_name(builder, owner))) {
		if (!fits(builder, 2))
			return false;
		*again = POINTER_FLAG | DNS_HEADER_SIZE;
		bytes_store_u16(builder->message + at, *again);
		builder->len += 2;
		return true;
	}
	if (!put_name(builder, owner))
		return false;
	const uint16_t first = bytes_load_u16(builder->message + at);
	if (builder->len - at == 2 && first >= POINTER_FLAG)
		*again = first;
	else
		*again = at < POINTER_REACH && *owner != 0 ? (uint16_t)(POINTER_FLAG | at) : 0;
	return true;
}

/* Writes rdata with its length; names in it are compressed where the type's shape allows it. */
static bool put_rdata(struct dns_builder *builder, struct dns_rdata_shape shape,
                      const struct dns_rdata *rdata)
{
	const uint8_t *p = rdata->data;
	const uint8_t *end = p + rdata->len;
	if (!fits(builder, 2))
		return false;
	const uint32_t length_at = builder->len;
	builder->len += 2;
	if (shape.name_count > 0) {
		if (!fits(builder, shape.prefix))
			return false;
		put(builder, p, shape.prefix);
		p += shape.prefix;
		for (uint8_t i = 0; i < shape.name_count; i++) {
			if (!put_name(builder, p))
				return false;
			p += dns_name_len(p);
		}
	}
	if (!fits(builder, (size_t)(end - p)))
		return false;
	if (p != end)
		put(builder, p, (size_t)(end - p));
	bytes_store_u16(builder->message + length_at, (uint16_t)(builder->len - length_at - 2));
	return true;
}

/* What the records of one set have in common. */
struct rrset {
	const uint8_t *owner;
	uint16_t type;
	uint16_t class;
	uint32_t ttl;
	uint16_t again; /* pointer to the owner, 0: not known */
	struct dns_rdata_shape shape;
};

static inline bool put_rr(struct dns_builder *builder, struct rrset *set,
                          const struct dns_rdata *rdata)
{
	if (set->again != 0) {
		if (!fits(builder, 2))
			return false;
		bytes_store_u16(builder->message + builder->len, set->again);
		builder->len += 2;
	} else if (!put_owner(builder, set->owner, &set->again)) {
		return false;
	}
	if (!fits(builder, RR_FIXED_SIZE - 2))
		return false;
	uint8_t *p = builder->message + builder->len;
	bytes_store_u16(p, set->type);
	bytes_store_u16(p + 2, set->class);
	bytes_store_u32(p + 4, set->ttl);
	builder->len += RR_FIXED_SIZE - 2;
	return put_rdata(builder, set->shape, rdata);
}

enum result dns_builder_rrset(struct dns_builder *builder, enum dns_section section,
                              const uint8_t *owner, uint16_t type, uint16_t class, uint32_t ttl,
                              const struct dns_rdata *rdata, uint16_t rdata_count)
{
	const struct dns_builder_mark mark = dns_builder_mark(builder);
	struct rrset set = {.owner = owner, .type = type, .class = class, .ttl = ttl, .again = 0};
	set.shape = dns_rdata_compressible(type);
	for (uint16_t i = 0; i < rdata_count; i++) {
		if (UNLIKELY(!put_rr(builder, &set, &rdata[i]))) {
			/* RFC 2181 §9: a part of a set is worse than nothing. */
			dns_builder_rewind(builder, &mark);
			return RESULT_NO_SPACE;
		}
	}
	builder->count[section] = (uint16_t)(builder->count[section] + rdata_count);
	return RESULT_OK;
}

enum result dns_builder_rr(struct dns_builder *builder, enum dns_section section,
                           const uint8_t *owner, uint16_t type, uint16_t class, uint32_t ttl,
                           const uint8_t *rdata, uint16_t rdata_len)
{
	const struct dns_rdata one = {.len = rdata_len, .data = rdata};
	return dns_builder_rrset(builder, section, owner, type, class, ttl, &one, 1);
}

struct dns_builder_mark dns_builder_mark(const struct dns_builder *builder)
{
	struct dns_builder_mark mark = {.len = builder->len, .target_count = builder->target_count};
	memcpy(mark.count, builder->count, sizeof(mark.count));
	return mark;
}

void dns_builder_rewind(struct dns_builder *builder, const struct dns_builder_mark *mark)
{
	builder->len = mark->len;
	memcpy(builder->count, mark->count, sizeof(builder->count));
	/* The question's names stay, whenever they came into the table. Bits of the filter that have no
	 * target any more cost a search, no more. */
	builder->target_count = mark->target_count > builder->question_target_count
	                            ? mark->target_count
	                            : builder->question_target_count;
}
