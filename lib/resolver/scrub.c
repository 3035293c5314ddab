/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Takes from an answer what belongs to the question, and nothing else: the chain of CNAMEs and DNAMEs that
 * starts at the name that was asked, the records of the asked type at its end, and for negative answers
 * (and with DO for proofs) the authority records of the zone that the last name is in. Additional records
 * and NS records are left out: nobody needs them here, and they are how caches get poisoned
 * (CVE-2025-40778 class). */
#include "resolver/resolver_int.h"

/* An RRSIG's rdata: covered, algorithm, labels, TTL, expiration, inception, tag, then the signer. */
#define RRSIG_SIGNER_AT 18u

/* Reads a name that is all of a record's rdata. */
static bool rdata_name(const uint8_t *message, size_t len, const struct dns_rr *rr, size_t skip,
                       struct dns_name *out)
{
	struct bytes_reader reader = bytes_reader_of(message, len);
	if (rr->rdata_len < skip)
		return false;
	reader.at = rr->rdata_at + skip;
	return dns_name_parse(&reader, out) == RESULT_OK &&
	       reader.at <= rr->rdata_at + rr->rdata_len;
}

static bool is_chain_name(const struct resolver_chain *chain, const uint8_t *name)
{
	for (unsigned i = 0; i < chain->name_count; i++) {
		if (dns_name_equal(chain->name[i].wire, name))
			return true;
	}
	return false;
}

static const struct dns_name *last_name(const struct resolver_chain *chain)
{
	return &chain->name[chain->name_count - 1];
}

/* Collects the CNAMEs of the answer section, whatever their order. */
static enum result collect_links(struct resolver_chain *chain, const uint8_t *message, size_t len,
                                 struct bytes_reader reader, uint16_t class)
{
	struct dns_rr rr;
	chain->link_count = 0;
	for (unsigned left = dns_message_count(message, DNS_SECTION_ANSWER); left > 0; left--) {
		enum result result = dns_rr_parse(&reader, &rr);
		if (result != RESULT_OK)
			return result;
		if (rr.type != DNS_TYPE_CNAME || rr.class != class)
			continue;
		if (chain->link_count == RESOLVER_CHAIN_MAX)
			return RESULT_TOO_LONG;
		struct resolver_link *link = &chain->link[chain->link_count++];
		link->owner = rr.owner;
		if (!rdata_name(message, len, &rr, 0, &link->target))
			return RESULT_MALFORMED;
	}
	return RESULT_OK;
}

static const struct resolver_link *link_of(const struct resolver_chain *chain, const uint8_t *name)
{
	for (unsigned i = 0; i < chain->link_count; i++) {
		if (dns_name_equal(chain->link[i].owner.wire, name))
			return &chain->link[i];
	}
	return NULL;
}

/* Follows the links from the question on. A loop ends where it meets itself. */
static void follow(struct resolver_chain *chain, const struct dns_question *question)
{
	chain->name_count = 1;
	chain->name[0].len = question->name_len;
	chain->name[0].label_count = question->label_count;
	memcpy(chain->name[0].wire, question->name, question->name_len);
	if (question->type == DNS_TYPE_CNAME || question->type == DNS_TYPE_ANY)
		return;
	while (chain->name_count <= RESOLVER_CHAIN_MAX) {
		const struct resolver_link *link = link_of(chain, last_name(chain)->wire);
		if (link == NULL || is_chain_name(chain, link->target.wire))
			return;
		chain->name[chain->name_count++] = link->target;
	}
}

/* Looks at one record for the zone of the last name: the owner of an SOA in the authority section, or who
 * signed the answer. */
static void see_zone(struct resolver_chain *chain, const uint8_t *message, size_t len,
                     const struct dns_rr *rr, bool authority)
{
	struct dns_name zone;
	const uint8_t *last = last_name(chain)->wire;
	if (authority && rr->type == DNS_TYPE_SOA)
		zone = rr->owner;
	else if (authority || rr->type != DNS_TYPE_RRSIG || !dns_name_equal(rr->owner.wire, last) ||
	         !rdata_name(message, len, rr, RRSIG_SIGNER_AT, &zone))
		return;
	if (!dns_name_is_below(last, zone.wire))
		return;
	chain->zone = zone;
	chain->has_zone = true;
}

static enum result find_zone(struct resolver_chain *chain, const uint8_t *message, size_t len,
                             struct bytes_reader reader)
{
	struct dns_rr rr;
	chain->has_zone = false;
	unsigned answers = dns_message_count(message, DNS_SECTION_ANSWER);
	unsigned all = answers + dns_message_count(message, DNS_SECTION_AUTHORITY);
	for (unsigned i = 0; i < all; i++) {
		enum result result = dns_rr_parse(&reader, &rr);
		if (result != RESULT_OK)
			return result;
		see_zone(chain, message, len, &rr, i >= answers);
	}
	return RESULT_OK;
}

/* Whether a type may stand at a name of the chain: links on the way, the asked type at the end. */
static bool is_type_wanted(const struct resolver_task *task, const struct resolver_chain *chain,
                           const uint8_t *owner, uint16_t type)
{
	uint16_t asked = task->question.type;
	if (asked == DNS_TYPE_ANY)
		return true;
	bool is_last = dns_name_equal(owner, last_name(chain)->wire);
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
	return is_chain_name(chain, owner) && is_type_wanted(task, chain, owner, type);
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
	if (rrset->class != task->question.class)
		return false;
	if (rrset->section == DNS_SECTION_ANSWER)
		return is_answer_wanted(task, chain, rrset);
	return rrset->section == DNS_SECTION_AUTHORITY && is_authority_wanted(task, chain, rrset);
}

/* The head of the result: as a response to the question in lower case. */
static void start(struct resolver *resolver, const struct resolver_task *task,
                  struct dns_builder *builder)
{
	const struct dns_question *question = &task->question;
	uint32_t end = DNS_HEADER_SIZE + question->name_len;
	memset(resolver->result, 0, DNS_HEADER_SIZE);
	memcpy(resolver->result + DNS_HEADER_SIZE, question->name, question->name_len);
	bytes_store_u16(resolver->result + end, question->type);
	bytes_store_u16(resolver->result + end + 2, question->class);
	dns_builder_init(builder, resolver->result, end + 4, sizeof(resolver->result));
}

static void finish(struct resolver *resolver, const struct dns_builder *builder, unsigned rcode)
{
	bytes_store_u16(resolver->result + 2,
	                (uint16_t)(DNS_FLAG_QR | DNS_FLAG_RD | DNS_FLAG_RA | rcode));
	dns_message_set_count(resolver->result, DNS_SECTION_QUESTION, 1);
	for (unsigned i = DNS_SECTION_ANSWER; i < DNS_SECTION_COUNT; i++)
		dns_message_set_count(resolver->result, (enum dns_section)i, builder->count[i]);
	resolver->result_len = builder->len;
}

static enum result copy_wanted(struct resolver *resolver, const struct resolver_task *task,
                               const uint8_t *message, size_t len, struct dns_builder *builder)
{
	struct dns_rrset rrset;
	enum result result = dns_rrset_reader_init(&resolver->reader, message, len);
	while (result == RESULT_OK) {
		result = dns_rrset_reader_next(&resolver->reader, &rrset);
		if (result != RESULT_OK || !is_wanted(task, &resolver->chain, &rrset))
			continue;
		result = dns_builder_rrset(builder, rrset.section, rrset.owner.wire, rrset.type,
		                           rrset.class, rrset.ttl, rrset.rdata, rrset.count);
	}
	return result == RESULT_NOT_FOUND ? RESULT_OK : result;
}

enum result resolver_scrub_answer(struct resolver *resolver, const struct resolver_task *task,
                                  const uint8_t *message, size_t len)
{
	struct dns_builder builder;
	struct bytes_reader records = bytes_reader_of(message, len);
	records.at = DNS_HEADER_SIZE + task->question.name_len + 4u; /* check.c compared them */
	enum result result =
	    collect_links(&resolver->chain, message, len, records, task->question.class);
	if (result != RESULT_OK)
		return result;
	follow(&resolver->chain, &task->question);
	result = find_zone(&resolver->chain, message, len, records);
	if (result != RESULT_OK)
		return result;
	start(resolver, task, &builder);
	result = copy_wanted(resolver, task, message, len, &builder);
	if (result != RESULT_OK)
		return result == RESULT_NO_SPACE ? RESULT_TOO_LONG : result;
	finish(resolver, &builder, dns_message_flags(message) & DNS_FLAG_RCODE);
	return RESULT_OK;
}
