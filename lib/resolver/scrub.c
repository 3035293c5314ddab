/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Takes from an answer what belongs to the question, and nothing else: the chain of CNAMEs and DNAMEs that
 * starts at the name that was asked, the records of the asked type at its end, and for negative answers
 * (and with DO for proofs) the authority records of the zone that the last name is in. Additional records
 * and NS records are left out: nobody needs them here, and they are how caches get poisoned
 * (CVE-2025-40778 class). */
#include "resolver/resolver_int.h"

/* Whether a type may stand at a name of the chain: links on the way, the asked type at the end. */
static bool is_type_wanted(const struct resolver_task *task, const struct resolver_chain *chain,
                           const uint8_t *owner, uint16_t type)
{
	uint16_t asked = task->question.type;
	if (asked == DNS_TYPE_ANY)
		return true;
	bool is_last = dns_name_equal(owner, resolver_chain_last(chain)->wire);
	return is_last ? type == asked || type == DNS_TYPE_CNAME : type == DNS_TYPE_CNAME;
}

/* Whether a DNAME's owner is above a name of the chain. */
static bool is_above_chain(const struct resolver_chain *chain, const uint8_t *owner)
{
	for (unsigned i = 0; i < chain->name_count; i++) {
		if (dns_name_is_below(chain->name[i].wire, owner) &&
		    !dns_name_equal(chain->name[i].wire, owner))
			return true;
	}
	return false;
}

static bool is_answer_wanted(const struct resolver_task *task, const struct resolver_chain *chain,
                             const struct dns_rrset *rrset)
{
	const uint8_t *owner = rrset->owner.wire;
	uint16_t type = rrset->type;
	if (type == DNS_TYPE_RRSIG && task->question.type != DNS_TYPE_RRSIG &&
	    task->question.type != DNS_TYPE_ANY) {
		if (!task->dnssec_ok)
			return false;
		type = rrset->covered;
	}
	if (type == DNS_TYPE_DNAME && is_above_chain(chain, owner))
		return true;
	/* What is made from a DNAME is made here: see put_made(). */
	if (type == DNS_TYPE_CNAME && resolver_chain_is_made(chain, owner))
		return false;
	return resolver_chain_has(chain, owner) && is_type_wanted(task, chain, owner, type);
}

static bool is_authority_wanted(const struct resolver_task *task,
                                const struct resolver_chain *chain, const struct dns_rrset *rrset)
{
	const uint8_t *owner = rrset->owner.wire;
	bool is_signature = rrset->type == DNS_TYPE_RRSIG;
	uint16_t type = is_signature ? rrset->covered : rrset->type;
	if (!chain->has_zone || !dns_name_is_below(owner, chain->zone.wire))
		return false;
	if (type == DNS_TYPE_SOA)
		return dns_name_equal(owner, chain->zone.wire) &&
		       (!is_signature || task->dnssec_ok);
	return task->dnssec_ok && (type == DNS_TYPE_NSEC || type == DNS_TYPE_NSEC3);
}

static bool is_wanted(const struct resolver_task *task, const struct resolver_chain *chain,
                      const struct dns_rrset *rrset)
{
	if (rrset->class != task->target.class ||
	    !dns_name_is_below(rrset->owner.wire, resolver_task_zone(task)))
		return false;
	if (rrset->section == DNS_SECTION_ANSWER)
		return is_answer_wanted(task, chain, rrset);
	return rrset->section == DNS_SECTION_AUTHORITY && is_authority_wanted(task, chain, rrset);
}

void resolver_scrub_start(const struct dns_question *question, uint8_t *out,
                          struct dns_builder *builder)
{
	uint32_t end = DNS_HEADER_SIZE + question->name_len;
	memset(out, 0, DNS_HEADER_SIZE);
	memcpy(out + DNS_HEADER_SIZE, question->name, question->name_len);
	bytes_store_u16(out + end, question->type);
	bytes_store_u16(out + end + 2, question->class);
	dns_builder_init(builder, out, end + 4, DNS_MESSAGE_MAX);
}

void resolver_scrub_finish(const struct dns_builder *builder, unsigned rcode)
{
	uint8_t *message = builder->message;
	bytes_store_u16(message + 2, (uint16_t)(DNS_FLAG_QR | DNS_FLAG_RD | DNS_FLAG_RA | rcode));
	dns_message_set_count(message, DNS_SECTION_QUESTION, 1);
	for (unsigned i = DNS_SECTION_ANSWER; i < DNS_SECTION_COUNT; i++)
		dns_message_set_count(message, (enum dns_section)i, builder->count[i]);
}

/* A message of which one section is copied. */
struct source {
	const uint8_t *message;
	size_t len;
	bool is_scrubbed; /* was done before: all of it is wanted */
};

/* RFC 6672 §3.1: with a DNAME go the CNAMEs that are made from it, with its TTL. */
static enum result put_made(const struct resolver_chain *chain, struct dns_builder *builder,
                            const struct dns_rrset *dname)
{
	for (unsigned i = 0; i < chain->name_count; i++) {
		const struct dns_name *target = &chain->name[i + 1];
		if (chain->dname[i] == NULL ||
		    !dns_name_equal(chain->dname[i]->owner.wire, dname->owner.wire))
			continue;
		enum result result =
		    dns_builder_rr(builder, DNS_SECTION_ANSWER, chain->name[i].wire, DNS_TYPE_CNAME,
		                   dname->class, dname->ttl, target->wire, target->len);
		if (result != RESULT_OK)
			return result;
	}
	return RESULT_OK;
}

static uint32_t at_most(uint32_t ttl_s, uint32_t max_s)
{
	return max_s != 0 && ttl_s > max_s ? max_s : ttl_s;
}

/* What the cache makes of TTLs the first client gets to see as well: RFC 8767 §4 (cap), RFC 2308 §3 and §5 (the lesser
 * of the SOA's own and its last number). */
static void bound_ttl(const struct resolver_settings *settings, struct dns_rrset *rrset)
{
	const struct dns_rdata *last = &rrset->rdata[rrset->count - 1];
	rrset->ttl = at_most(rrset->ttl, settings->ttl_max_s);
	if (rrset->section == DNS_SECTION_AUTHORITY && rrset->type == DNS_TYPE_SOA &&
	    last->len >= sizeof(uint32_t)) {
		uint32_t minimum = bytes_load_u32(last->data + last->len - sizeof(uint32_t));
		rrset->ttl = minimum < rrset->ttl ? minimum : rrset->ttl;
		rrset->ttl = at_most(rrset->ttl, settings->negative_ttl_max_s);
	}
	/* 0 is for the one who asks, whatever the floor (RFC 1035 §3.2.1). */
	if (rrset->section == DNS_SECTION_ANSWER && rrset->ttl > 0 &&
	    rrset->ttl < settings->ttl_min_s)
		rrset->ttl = settings->ttl_min_s;
}

static enum result copy_rrset(struct resolver *resolver, const struct resolver_task *task,
                              const struct source *from, struct dns_builder *builder,
                              struct dns_rrset *rrset)
{
	struct dns_rdata room[DNS_RRSET_RECORDS_MAX];
	if (!from->is_scrubbed) {
		if (task->iterative && rrset->count > RESOLVER_RRSET_RECORDS_MAX)
			return RESULT_TOO_LONG;
		bound_ttl(&resolver->settings, rrset);
		resolver->is_blocked |= resolver_private_filter(resolver, rrset, room) > 0;
	}
	if (rrset->count == 0)
		return RESULT_OK;
	enum result result =
	    dns_builder_rrset(builder, rrset->section, rrset->owner.wire, rrset->type, rrset->class,
	                      rrset->ttl, rrset->rdata, rrset->count);
	if (result != RESULT_OK || from->is_scrubbed || rrset->type != DNS_TYPE_DNAME)
		return result;
	return put_made(&resolver->chain, builder, rrset);
}

/* Where addresses were taken out and none is left, it has to be said for how long. */
static enum result finish_blocked(struct resolver *resolver, const struct resolver_task *task,
                                  struct dns_builder *builder)
{
	const struct dns_name *last = resolver_chain_last(&resolver->chain);
	struct bytes_reader reader = bytes_reader_of(builder->message, builder->len);
	struct dns_rr rr;
	reader.at = DNS_HEADER_SIZE + task->question.name_len + 4u;
	for (unsigned i = builder->count[DNS_SECTION_ANSWER];
	     i > 0 && dns_rr_parse(&reader, &rr) == RESULT_OK; i--) {
		if (rr.type == task->question.type && dns_name_equal(rr.owner.wire, last->wire))
			resolver->is_blocked = false;
	}
	if (!resolver->is_blocked || builder->count[DNS_SECTION_AUTHORITY] > 0)
		return RESULT_OK;
	return resolver_private_put_soa(builder, last->wire);
}

static enum result copy_section(struct resolver *resolver, const struct resolver_task *task,
                                const struct source *from, enum dns_section section,
                                struct dns_builder *builder)
{
	struct dns_rrset rrset;
	if (from->len == 0)
		return RESULT_OK;
	enum result result = dns_rrset_reader_init(&resolver->reader, from->message, from->len);
	while (result == RESULT_OK) {
		result = dns_rrset_reader_next(&resolver->reader, &rrset);
		if (result == RESULT_OK && rrset.section == section &&
		    (from->is_scrubbed || is_wanted(task, &resolver->chain, &rrset)))
			result = copy_rrset(resolver, task, from, builder, &rrset);
	}
	return result == RESULT_NOT_FOUND ? RESULT_OK : result;
}

enum result resolver_scrub_answer(struct resolver *resolver, const struct resolver_task *task,
                                  const uint8_t *message, size_t len)
{
	struct dns_builder builder;
	const struct source before = {resolver_task_chain(resolver, task), task->chain_len, true};
	const struct source now = {message, len, false};
	enum result result = resolver_chain_read(resolver, task, message, len);
	resolver_scrub_start(&task->question, resolver->result, &builder);
	resolver->is_blocked = false;
	for (unsigned i = DNS_SECTION_ANSWER; i <= DNS_SECTION_AUTHORITY; i++) {
		enum dns_section section = (enum dns_section)i;
		if (result == RESULT_OK)
			result = copy_section(resolver, task, &before, section, &builder);
		if (result == RESULT_OK)
			result = copy_section(resolver, task, &now, section, &builder);
	}
	if (result == RESULT_OK && resolver->is_blocked)
		result = finish_blocked(resolver, task, &builder);
	if (result != RESULT_OK)
		return result == RESULT_NO_SPACE ? RESULT_TOO_LONG : result;
	/* RFC 6672 §2.2. */
	resolver_scrub_finish(&builder, resolver->chain.is_too_long
	                                    ? DNS_RCODE_YXDOMAIN
	                                    : dns_message_flags(message) & DNS_FLAG_RCODE);
	resolver->result_len = builder.len;
	return RESULT_OK;
}
