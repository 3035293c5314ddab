/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* From stored RRsets to records in the message. */
#include "zone/reply.h"

/* RRsets up to this many records are written with one call. */
#define RDATA_LOCAL 64

/* RFC 1035 §4.1.4: the question's name stands behind the header. */
#define POINTER_TO_QUESTION (0xc000u | DNS_HEADER_SIZE)

/* The root as owner and the fixed part of a record (RFC 1035 §4.1.3), no rdata. */
#define RR_MIN_BYTES 11u

/* Finds the record that comes first: the RRset begins there and goes round. */
static const uint8_t *start_at(const struct zone_rrset *rrset, uint32_t first)
{
	const uint8_t *entry = zone_rrset_data(rrset);
	for (uint32_t i = 0; i < first; i++)
		entry += sizeof(uint16_t) + zone_rdata_len(entry);
	return entry;
}

static enum result put_small(struct dns_builder *builder, enum dns_section section,
                             const uint8_t *owner, const struct zone_rrset *rrset, uint32_t ttl,
                             uint32_t first)
{
	struct dns_rdata rdata[RDATA_LOCAL];
	const uint8_t *entry = start_at(rrset, first);
	for (uint32_t i = 0; i < rrset->count; i++) {
		if (first + i == rrset->count)
			entry = zone_rrset_data(rrset);
		rdata[i].len = zone_rdata_len(entry);
		rdata[i].data = entry + sizeof(uint16_t);
		entry = rdata[i].data + rdata[i].len;
	}
	return dns_builder_rrset(builder, section, owner, rrset->type, DNS_CLASS_IN, ttl, rdata,
	                         rrset->count);
}

static enum result put_large(struct dns_builder *builder, enum dns_section section,
                             const uint8_t *owner, const struct zone_rrset *rrset, uint32_t ttl,
                             uint32_t first)
{
	const struct dns_builder_mark mark = dns_builder_mark(builder);
	const uint8_t *entry = start_at(rrset, first);
	for (uint32_t i = 0; i < rrset->count; i++) {
		if (first + i == rrset->count)
			entry = zone_rrset_data(rrset);
		const uint16_t len = zone_rdata_len(entry);
		const enum result result =
		    dns_builder_rr(builder, section, owner, rrset->type, DNS_CLASS_IN, ttl,
		                   entry + sizeof(len), len);
		if (result != RESULT_OK) {
			dns_builder_rewind(builder, &mark);
			return result;
		}
		entry += sizeof(len) + len;
	}
	return RESULT_OK;
}

/* The client's question as it stands in the message. */
static const struct reply_owner question_owner = {.pointer = POINTER_TO_QUESTION};

static bool put_set(const struct reply *reply, enum dns_section section, const uint8_t *owner,
                    const struct zone_rrset *rrset, uint32_t ttl_max)
{
	const uint32_t ttl = rrset->ttl < ttl_max ? rrset->ttl : ttl_max;
	const struct dns_builder *builder = reply->builder;
	if (LIKELY((rrset->flags & ZONE_RRSET_PLAIN) != 0 &&
	           owner == builder->message + DNS_HEADER_SIZE && builder->qname_len > 1)) {
		struct reply_owner question = question_owner;
		return reply_put_plain(reply, section, &question, rrset, ttl);
	}
	/* A set that cannot fit costs no walk over its records: its owner, fixed part and rdata take at
	 * least this much each. */
	if (UNLIKELY(reply->builder->len + rrset->count * RR_MIN_BYTES > reply->builder->limit))
		return false;
	const uint32_t first = reply->request->rotation % rrset->count;
	if (LIKELY(rrset->count <= RDATA_LOCAL))
		return put_small(reply->builder, section, owner, rrset, ttl, first) == RESULT_OK;
	return put_large(reply->builder, section, owner, rrset, ttl, first) == RESULT_OK;
}

bool reply_put(const struct reply *reply, enum dns_section section, const uint8_t *owner,
               const struct zone_rrset *rrset, uint32_t ttl_max)
{
	if (LIKELY(!reply->request->dnssec_ok))
		return put_set(reply, section, owner, rrset, ttl_max);

	const struct dns_builder_mark mark = dns_builder_mark(reply->builder);
	const struct zone_rrset *signatures = zone_rrset_signatures(rrset);
	if (!put_set(reply, section, owner, rrset, ttl_max))
		return false;
	if (signatures == NULL || put_set(reply, section, owner, signatures, ttl_max))
		return true;
	/* RFC 4035 §3.1.1: in answer and authority the signatures go with their set or TC is set; in the
	 * additional section the set alone is better than nothing. */
	if (section == DNS_SECTION_ADDITIONAL)
		return true;
	dns_builder_rewind(reply->builder, &mark);
	return false;
}

/* A node's set with its signatures under an owner that is known. */
static bool put_owned(const struct reply *reply, enum dns_section section, struct reply_owner owner,
                      const struct zone_rrset *rrset)
{
	const struct dns_builder_mark mark = dns_builder_mark(reply->builder);
	const struct zone_rrset *signatures =
	    reply->request->dnssec_ok ? zone_rrset_signatures(rrset) : NULL;
	if (!reply_put_plain(reply, section, &owner, rrset, rrset->ttl))
		return false;
	if (signatures == NULL ||
	    reply_put_plain(reply, section, &owner, signatures, signatures->ttl))
		return true;
	dns_builder_rewind(reply->builder, &mark);
	return false;
}

bool reply_put_node(const struct reply *reply, enum dns_section section, const struct zone *zone,
                    const struct zone_node *node, const struct zone_rrset *rrset)
{
	struct reply_owner owner;
	if (LIKELY(zone == reply->zone && (rrset->flags & ZONE_RRSET_PLAIN) != 0 &&
	           section != DNS_SECTION_ADDITIONAL && reply_owner_of(reply, node, &owner)))
		return put_owned(reply, section, owner, rrset);
	uint8_t name[DNS_NAME_MAX + 1];
	zone_node_name(zone, node, name);
	return reply_put(reply, section, name, rrset, ZONE_TTL_MAX);
}

bool reply_put_negative(const struct reply *reply, const struct zone_rrset *soa)
{
	const struct zone *zone = reply->zone;
	const uint32_t ttl_max = zone->negative_ttl;
	const struct dns_builder_mark mark = dns_builder_mark(reply->builder);
	const struct zone_rrset *signatures =
	    reply->request->dnssec_ok ? zone_rrset_signatures(soa) : NULL;
	struct reply_owner owner;
	if (UNLIKELY(!reply_owner_of(reply, zone_apex(zone), &owner) ||
	             !reply_put_soa(reply, soa, ttl_max)))
		return reply_put(reply, DNS_SECTION_AUTHORITY, zone->origin.wire, soa, ttl_max);
	if (signatures == NULL)
		return true;
	const uint32_t ttl = signatures->ttl < ttl_max ? signatures->ttl : ttl_max;
	if (reply_put_plain(reply, DNS_SECTION_AUTHORITY, &owner, signatures, ttl))
		return true;
	dns_builder_rewind(reply->builder, &mark);
	return false;
}

enum reply_state reply_must(struct reply *reply, enum dns_section section, const uint8_t *owner,
                            const struct zone_rrset *rrset, enum reply_state then)
{
	if (LIKELY(reply_put(reply, section, owner, rrset, ZONE_TTL_MAX)))
		return then;
	reply->out->truncated = true;
	return REPLY_DONE;
}
