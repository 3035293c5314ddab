/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Records that need no search for what to compress against: their rdata has no such name, and their owner is
 * the client's question or ends like it. That is nearly every record of an answer, so it is written straight into
 * the message. Where something does not hold, the builder's way is taken (reply.c). */
#include "zone/reply.h"

#define POINTER_FLAG 0xc000u
/* RFC 1035 §4.1.4: a pointer has 14 bits. */
#define POINTER_REACH 0x4000u
#define POINTER_BYTES 2u
/* Type, class, TTL, length of the rdata. */
#define FIXED_BYTES 10u
/* The five numbers at the end of an SOA's rdata. */
#define SOA_NUMBERS_BYTES 20u

/* Behind a name's octets in the message: its type, class and TTL. */
static uint8_t *put_fixed(uint8_t *at, uint16_t type, uint32_t ttl)
{
	bytes_store_u16(at, type);
	bytes_store_u16(at + 2, DNS_CLASS_IN);
	bytes_store_u32(at + 4, ttl);
	return at + 8;
}

static uint8_t *put_pointer(uint8_t *at, uint16_t pointer)
{
	bytes_store_u16(at, pointer);
	return at + POINTER_BYTES;
}

static uint8_t *put_octets(uint8_t *at, const uint8_t *octets, size_t len)
{
	memcpy(at, octets, len);
	return at + len;
}

/* Length and rdata; the usual lengths are those of addresses. */
static uint8_t *put_rdata(uint8_t *at, const uint8_t *rdata, uint16_t len)
{
	bytes_store_u16(at, len);
	at += sizeof(len);
	if (LIKELY(len == 4))
		memcpy(at, rdata, 4);
	else if (LIKELY(len == 16))
		memcpy(at, rdata, 16);
	else
		memcpy(at, rdata, len);
	return at + len;
}

/* The record that comes first: the RRset begins there and goes round. */
static const uint8_t *start_at(const struct zone_rrset *rrset, uint32_t first)
{
	const uint8_t *entry = zone_rrset_data(rrset);
	for (uint32_t i = 0; i < first; i++)
		entry += sizeof(uint16_t) + zone_rdata_len(entry);
	return entry;
}

bool reply_put_plain(const struct reply *reply, enum dns_section section, struct reply_owner *owner,
                     const struct zone_rrset *rrset, uint32_t ttl)
{
	struct dns_builder *builder = reply->builder;
	const uint32_t size =
	    owner->len + rrset->count * (POINTER_BYTES + FIXED_BYTES - 2) + rrset->size;
	uint8_t *out = dns_builder_room(builder, size);
	if (UNLIKELY(out == NULL))
		return false;
	const uint32_t first = reply->request->rotation % rrset->count;
	const uint8_t *entry = LIKELY(first == 0) ? zone_rrset_data(rrset) : start_at(rrset, first);
	for (uint32_t i = 0; i < rrset->count; i++) {
		if (UNLIKELY(first + i == rrset->count))
			entry = zone_rrset_data(rrset);
		const uint16_t len = zone_rdata_len(entry);
		if (UNLIKELY(owner->len > 0)) {
			const uint32_t at = (uint32_t)(out - builder->message);
			out = put_octets(out, owner->octets, owner->len);
			out = put_pointer(out, owner->pointer);
			/* Further records lead to this one's owner. */
			owner->pointer = (uint16_t)(POINTER_FLAG | at);
			owner->len = 0;
		} else {
			out = put_pointer(out, owner->pointer);
		}
		out = put_fixed(out, rrset->type, ttl);
		out = put_rdata(out, entry + sizeof(len), len);
		entry += sizeof(len) + len;
	}
	dns_builder_used(builder, section, size, rrset->count);
	return true;
}

/* Where in the message the question's suffix of so many octets stands. */
static uint16_t question_pointer(const struct reply *reply, size_t suffix_len)
{
	return (uint16_t)(POINTER_FLAG |
	                  (DNS_HEADER_SIZE + reply->question->name_len - suffix_len));
}

/* Whether the question in the message ends with the name of the zone at hand: pointers may lead there. */
static bool is_anchored(const struct reply *reply)
{
	return reply->question == reply->request->question && reply->zone->origin_len > 1 &&
	       reply->builder->qname_len > 1 && reply->builder->len < POINTER_REACH;
}

/* Whether the question has a suffix of these octets and then the zone's name, beginning at a label. */
static bool is_suffix(const struct reply *reply, const uint8_t *octets, size_t len)
{
	const struct dns_question *question = reply->question;
	const size_t whole = len + reply->zone->origin_len;
	if (whole > question->name_len)
		return false;
	const size_t at = question->name_len - whole;
	if (memcmp(question->name + at, octets, len) != 0)
		return false;
	for (unsigned i = 0; i <= question->label_count; i++) {
		if (question->label_at[i] == at)
			return true;
	}
	return false;
}

bool reply_owner_of(const struct reply *reply, const struct zone_node *node,
                    struct reply_owner *out)
{
	if (!is_anchored(reply))
		return false;
	size_t at = 0;
	while (at < node->prefix_len && !is_suffix(reply, node->prefix + at, node->prefix_len - at))
		at += (size_t)node->prefix[at] + 1;
	out->octets = node->prefix;
	if ((node->flags & ZONE_NODE_MIXED_CASE) != 0)
		out->octets += node->prefix_len;
	out->len = (uint8_t)at;
	out->pointer = question_pointer(reply, node->prefix_len - at + reply->zone->origin_len);
	return true;
}

bool reply_put_soa(const struct reply *reply, const struct zone_rrset *soa, uint32_t ttl)
{
	const struct zone *zone = reply->zone;
	if (!is_anchored(reply))
		return false;
	const uint16_t pointer = question_pointer(reply, zone->origin_len);
	uint32_t rdata_len = SOA_NUMBERS_BYTES;
	for (unsigned i = 0; i < ARRAY_COUNT(zone->soa_name); i++)
		rdata_len +=
		    zone->soa_name[i].len + (zone->soa_name[i].relative ? POINTER_BYTES : 0);
	const uint32_t size = POINTER_BYTES + FIXED_BYTES + rdata_len;
	uint8_t *out = dns_builder_room(reply->builder, size);
	if (out == NULL)
		return false;
	out = put_pointer(out, pointer);
	out = put_fixed(out, DNS_TYPE_SOA, ttl);
	bytes_store_u16(out, (uint16_t)rdata_len);
	out += sizeof(uint16_t);
	const uint8_t *rdata = zone_rrset_data(soa) + sizeof(uint16_t);
	for (unsigned i = 0; i < ARRAY_COUNT(zone->soa_name); i++) {
		const struct zone_soa_name name = zone->soa_name[i];
		out = put_octets(out, rdata, name.len);
		rdata += name.len;
		if (!name.relative)
			continue;
		out = put_pointer(out, pointer);
		rdata += zone->origin_len;
	}
	memcpy(out, rdata, SOA_NUMBERS_BYTES);
	dns_builder_used(reply->builder, DNS_SECTION_AUTHORITY, size, 1);
	return true;
}
