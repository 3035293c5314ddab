/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Where an answer leads: from the name that was asked along CNAMEs, and what it says of the last name. From
 * the server of a zone only records in that zone count: it has no say about others. */
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

bool resolver_chain_has(const struct resolver_chain *chain, const uint8_t *name)
{
	for (unsigned i = 0; i < chain->name_count; i++) {
		if (dns_name_equal(chain->name[i].wire, name))
			return true;
	}
	return false;
}

const struct dns_name *resolver_chain_last(const struct resolver_chain *chain)
{
	return &chain->name[chain->name_count - 1];
}

/* Where the records of a response to the task begin. check.c has compared the question. */
static struct bytes_reader records_of(const struct resolver_task *task, const uint8_t *message,
                                      size_t len)
{
	struct bytes_reader reader = bytes_reader_of(message, len);
	reader.at = DNS_HEADER_SIZE + resolver_task_asked_len(task) + 4;
	return reader;
}

/* Collects the CNAMEs of the answer section, whatever their order. */
static enum result collect_links(struct resolver_chain *chain, const struct resolver_task *task,
                                 const uint8_t *message, size_t len)
{
	struct bytes_reader reader = records_of(task, message, len);
	struct dns_rr rr;
	chain->link_count = 0;
	for (unsigned left = dns_message_count(message, DNS_SECTION_ANSWER); left > 0; left--) {
		enum result result = dns_rr_parse(&reader, &rr);
		if (result != RESULT_OK)
			return result;
		if (rr.type != DNS_TYPE_CNAME || rr.class != task->target.class ||
		    !dns_name_is_below(rr.owner.wire, resolver_task_zone(task)))
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
static void follow(struct resolver_chain *chain, const struct resolver_task *task)
{
	chain->name_count = 1;
	chain->has_loop = false;
	chain->name[0].len = (uint8_t)resolver_task_asked_len(task);
	chain->name[0].label_count = (uint8_t)(task->target.label_count - task->asked_from);
	memcpy(chain->name[0].wire, resolver_task_asked(task), chain->name[0].len);
	if (task->asked_type == DNS_TYPE_CNAME || task->asked_type == DNS_TYPE_ANY)
		return;
	while (chain->name_count <= RESOLVER_CHAIN_MAX) {
		const struct resolver_link *link = link_of(chain, resolver_chain_last(chain)->wire);
		if (link == NULL)
			return;
		chain->has_loop = resolver_chain_has(chain, link->target.wire);
		if (chain->has_loop)
			return;
		chain->name[chain->name_count++] = link->target;
	}
}

/* The zone of the last name: the owner of an SOA in the authority section, or who signed the answer. */
static void see_zone(struct resolver_chain *chain, const struct resolver_task *task,
                     const uint8_t *message, size_t len, const struct dns_rr *rr, bool authority)
{
	struct dns_name zone;
	const uint8_t *last = resolver_chain_last(chain)->wire;
	if (authority && rr->type == DNS_TYPE_SOA)
		zone = rr->owner;
	else if (authority || rr->type != DNS_TYPE_RRSIG || !dns_name_equal(rr->owner.wire, last) ||
	         !rdata_name(message, len, rr, RRSIG_SIGNER_AT, &zone))
		return;
	if (!dns_name_is_below(last, zone.wire) ||
	    !dns_name_is_below(zone.wire, resolver_task_zone(task)))
		return;
	chain->zone = zone;
	chain->has_zone = true;
	chain->has_soa |= authority;
}

/* A referral leads downwards from the zone asked, towards the name; anything else would be a circle, or
 * none of that server's business. */
static void see_cut(struct resolver_chain *chain, const struct resolver_task *task,
                    const struct dns_rr *rr)
{
	const uint8_t *owner = rr->owner.wire;
	const uint8_t *zone = resolver_task_zone(task);
	bool is_ds = task->asked_type == DNS_TYPE_DS && task->asked_from == 0;
	if (!task->iterative || rr->type != DNS_TYPE_NS || chain->has_cut ||
	    !dns_name_is_below(owner, zone) || dns_name_equal(owner, zone) ||
	    !dns_name_is_below(task->target.name, owner) ||
	    (is_ds && dns_name_equal(task->target.name, owner)))
		return;
	chain->cut = rr->owner;
	chain->has_cut = true;
}

static void see_data(struct resolver_chain *chain, const struct resolver_task *task,
                     const struct dns_rr *rr)
{
	const uint8_t *last = resolver_chain_last(chain)->wire;
	if ((rr->type == task->asked_type || task->asked_type == DNS_TYPE_ANY) &&
	    dns_name_equal(rr->owner.wire, last) &&
	    dns_name_is_below(last, resolver_task_zone(task)))
		chain->has_data = true;
}

static enum result see_records(struct resolver_chain *chain, const struct resolver_task *task,
                               const uint8_t *message, size_t len)
{
	struct bytes_reader reader = records_of(task, message, len);
	struct dns_rr rr;
	unsigned answers = dns_message_count(message, DNS_SECTION_ANSWER);
	unsigned all = answers + dns_message_count(message, DNS_SECTION_AUTHORITY);
	for (unsigned i = 0; i < all; i++) {
		enum result result = dns_rr_parse(&reader, &rr);
		if (result != RESULT_OK)
			return result;
		if (rr.class != task->target.class)
			continue;
		see_zone(chain, task, message, len, &rr, i >= answers);
		if (i < answers)
			see_data(chain, task, &rr);
		else
			see_cut(chain, task, &rr);
	}
	return RESULT_OK;
}

enum result resolver_chain_read(struct resolver *resolver, const struct resolver_task *task,
                                const uint8_t *message, size_t len)
{
	struct resolver_chain *chain = &resolver->chain;
	enum result result = collect_links(chain, task, message, len);
	if (result != RESULT_OK)
		return result;
	follow(chain, task);
	chain->has_zone = false;
	chain->has_soa = false;
	chain->has_data = false;
	chain->has_cut = false;
	return see_records(chain, task, message, len);
}
