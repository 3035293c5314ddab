/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Where an answer leads: from the name that was asked along CNAMEs and DNAMEs, and what it says of the last name. From
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

bool resolver_chain_is_made(const struct resolver_chain *chain, const uint8_t *name)
{
	for (unsigned i = 0; i < chain->name_count; i++) {
		if (chain->dname[i] != NULL && dns_name_equal(chain->name[i].wire, name))
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

/* Collects the CNAMEs and DNAMEs of the answer section, whatever their order. */
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
		if ((rr.type != DNS_TYPE_CNAME && rr.type != DNS_TYPE_DNAME) ||
		    rr.class != task->target.class ||
		    !dns_name_is_below(rr.owner.wire, resolver_task_zone(task)))
			continue;
		if (chain->link_count == RESOLVER_LINKS_MAX)
			return RESULT_TOO_LONG;
		struct resolver_link *link = &chain->link[chain->link_count++];
		link->is_dname = rr.type == DNS_TYPE_DNAME;
		link->ttl = rr.ttl;
		link->owner = rr.owner;
		if (!rdata_name(message, len, &rr, 0, &link->target))
			return RESULT_MALFORMED;
	}
	return RESULT_OK;
}

/* RFC 6672 §2.2: the end of the name that is the DNAME's owner gives way to its target. */
static bool substitute(const struct dns_name *name, const struct resolver_link *dname,
                       struct dns_name *out)
{
	size_t prefix = (size_t)name->len - dname->owner.len;
	if (prefix + dname->target.len > DNS_NAME_MAX)
		return false;
	memcpy(out->wire, name->wire, prefix);
	memcpy(out->wire + prefix, dname->target.wire, dname->target.len);
	out->len = (uint8_t)(prefix + dname->target.len);
	out->label_count =
	    (uint8_t)(name->label_count - dname->owner.label_count + dname->target.label_count);
	return true;
}

/* The link that leads on from a name. A DNAME above it counts more than a CNAME, which is only made from it
 * for those who do not know DNAME (RFC 6672 §3.1), and may be missing or wrong. */
static const struct resolver_link *link_of(const struct resolver_chain *chain, const uint8_t *name)
{
	const struct resolver_link *found = NULL;
	for (unsigned i = 0; i < chain->link_count; i++) {
		const struct resolver_link *link = &chain->link[i];
		bool is_owner = dns_name_equal(link->owner.wire, name);
		if (link->is_dname && !is_owner && dns_name_is_below(name, link->owner.wire))
			return link;
		if (!link->is_dname && is_owner && found == NULL)
			found = link;
	}
	return found;
}

/* Puts the next name behind the last one; false: the chain ends here. */
static bool take_step(struct resolver_chain *chain)
{
	unsigned at = chain->name_count - 1;
	const struct resolver_link *link = link_of(chain, chain->name[at].wire);
	struct dns_name *next = &chain->name[at + 1];
	if (link == NULL)
		return false;
	if (!link->is_dname)
		*next = link->target;
	else if (substitute(&chain->name[at], link, next))
		chain->dname[at] = link;
	else
		chain->is_too_long = true;
	return !chain->is_too_long;
}

/* Follows the links from the question on. A loop ends where it meets itself. */
static enum result follow(struct resolver_chain *chain, const struct resolver_task *task)
{
	chain->name_count = 1;
	chain->name[0].len = (uint8_t)resolver_task_asked_len(task);
	chain->name[0].label_count = (uint8_t)(task->target.label_count - task->asked_from);
	memcpy(chain->name[0].wire, resolver_task_asked(task), chain->name[0].len);
	if (task->asked_type == DNS_TYPE_ANY)
		return RESULT_OK;
	while (take_step(chain)) {
		/* Who asks for the alias itself has it with the first link. */
		if (task->asked_type == DNS_TYPE_CNAME) {
			chain->has_data = true;
			return RESULT_OK;
		}
		chain->has_loop = resolver_chain_has(chain, chain->name[chain->name_count].wire);
		if (chain->has_loop)
			return RESULT_OK;
		if (chain->name_count > RESOLVER_CHAIN_MAX)
			return RESULT_TOO_LONG;
		chain->name_count++;
	}
	return RESULT_OK;
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
	chain->has_zone = false;
	chain->has_soa = false;
	chain->has_data = false;
	chain->has_cut = false;
	chain->has_loop = false;
	chain->is_too_long = false;
	memset(chain->dname, 0, sizeof(chain->dname));
	result = follow(chain, task);
	if (result != RESULT_OK)
		return result;
	return see_records(chain, task, message, len);
}
