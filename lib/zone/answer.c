/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Answers one question from zones: the algorithm of RFC 1034 §4.3.2 as a flat list of steps. The usual
 * way is find, hit, done. */
#include <string.h>

#include "zone/reply.h"

/* The first cut or DNAME on the way down from the apex hides all that is below it, whatever is stored
 * there (RFC 1034 §4.3.2 step 3b, RFC 6672 §3.2). */
static enum reply_state find_above(struct reply *reply)
{
	const struct dns_question *question = reply->question;
	unsigned label = question->label_count - reply->zone->origin_labels + 1u;
	while (label-- > 0) {
		const struct zone_node *node =
		    zone_find_suffix(reply->zone, question, (uint8_t)label);
		if (node == NULL)
			break;
		reply->node = node;
		reply->label = (uint8_t)label;
		if ((node->flags & ZONE_NODE_CUT) != 0)
			return REPLY_REFERRAL;
		if ((node->flags & ZONE_NODE_DNAME) != 0 && label > 0)
			return REPLY_REDIRECT;
	}
	return REPLY_NO_NAME;
}

/* The name is not there: what is above it decides. */
static enum reply_state find_missing(struct reply *reply)
{
	reply->encloser = zone_find_encloser(reply->zone, reply->question, 1, &reply->label);
	if (UNLIKELY((reply->encloser->flags &
	              (ZONE_NODE_CUT | ZONE_NODE_DNAME | ZONE_NODE_OCCLUDED)) != 0))
		return find_above(reply);
	reply->node =
	    zone_find_wildcard(reply->zone, reply->question, reply->encloser, reply->label);
	reply->wildcard = reply->node != NULL;
	return reply->wildcard ? REPLY_HIT : REPLY_NO_NAME;
}

static enum reply_state find(struct reply *reply)
{
	reply->wildcard = false;
	reply->node = zone_find_suffix(reply->zone, reply->question, 0);
	if (reply->node == NULL)
		return find_missing(reply);
	if (LIKELY((reply->node->flags & (ZONE_NODE_CUT | ZONE_NODE_OCCLUDED)) == 0))
		return REPLY_HIT;
	/* RFC 4035 §3.1.4.1: the parent's side of a cut answers for DS. */
	if ((reply->node->flags & ZONE_NODE_OCCLUDED) == 0 && reply->question->type == DNS_TYPE_DS)
		return REPLY_HIT;
	return find_above(reply);
}

/* Goes on with the name that an alias gave, in whichever of our zones it is. */
static enum reply_state follow(struct reply *reply, const uint8_t *target)
{
	if (reply->chain_len == ZONE_CHAIN_MAX)
		return REPLY_AUTHORITY;
	memcpy(reply->alias, target, dns_name_len(target));
	dns_question_set(&reply->chased, reply->alias, reply->request->question->type,
	                 DNS_CLASS_IN);
	for (uint8_t i = 0; i < reply->chain_len; i++) {
		if (reply->chain[i] == reply->chased.hash[0])
			return REPLY_AUTHORITY;
	}
	const struct zone *zone = zone_set_find(reply->set, &reply->chased);
	if (zone == NULL)
		return REPLY_AUTHORITY;
	reply->chain[reply->chain_len++] = reply->chased.hash[0];
	reply->zone = zone;
	reply->secure = reply->request->dnssec_ok && (zone->nsec || zone->nsec3);
	reply->question = &reply->chased;
	reply->owner = reply->alias;
	return REPLY_FIND;
}

static enum reply_state hit_cname(struct reply *reply, const struct zone_rrset *cname)
{
	if (reply_must(reply, DNS_SECTION_ANSWER, reply->owner, cname, REPLY_FIND) == REPLY_DONE)
		return REPLY_DONE;
	if (reply->wildcard)
		reply_prove_wildcard(reply);
	return follow(reply, zone_rrset_data(cname) + sizeof(uint16_t));
}

/* Whether the DNAME was applied before: under its own name it stands in the answer once, however often it is
 * applied or asked for (RFC 2181 §5 knows no record twice). */
static bool has_dname(const struct reply *reply, const struct zone_rrset *rrset)
{
	for (uint8_t i = 0; i < reply->dname_count; i++) {
		if (reply->dname[i] == rrset)
			return true;
	}
	return false;
}

/* RFC 8482 §4.1: one RRset is answer enough over UDP; over a stream all of them are given. RRSIG is
 * answered in the same way. */
static enum reply_state hit_any(struct reply *reply)
{
	const bool signatures = reply->question->type == DNS_TYPE_RRSIG;
	const struct zone_rrset *rrset = zone_node_rrsets(reply->node);
	bool found = false;
	for (uint16_t i = 0; i < reply->node->rrset_count; i++, rrset = zone_rrset_next(rrset)) {
		const bool is_signature = rrset->type == DNS_TYPE_RRSIG;
		/* With DO a set brings its signatures along. */
		if (is_signature != signatures &&
		    (signatures || !reply->request->stream || reply->request->dnssec_ok))
			continue;
		if ((reply->wildcard || !has_dname(reply, rrset)) &&
		    reply_must(reply, DNS_SECTION_ANSWER, reply->owner, rrset, REPLY_FIND) ==
		        REPLY_DONE)
			return REPLY_DONE;
		found = true;
		if (!reply->request->stream)
			break;
	}
	if (!found)
		return REPLY_NO_DATA;
	if (reply->wildcard)
		reply_prove_wildcard(reply);
	return REPLY_AUTHORITY;
}

static enum reply_state hit(struct reply *reply)
{
	const uint16_t type = reply->question->type;
	if (UNLIKELY(type == DNS_TYPE_ANY || type == DNS_TYPE_RRSIG))
		return hit_any(reply);
	const struct zone_rrset *rrset = zone_node_find(reply->node, type);
	if (LIKELY(rrset != NULL)) {
		if (reply->wildcard)
			reply_prove_wildcard(reply);
		if (UNLIKELY(!reply->wildcard && has_dname(reply, rrset)))
			return REPLY_AUTHORITY;
		reply_want_additional(reply, reply->owner, rrset);
		return reply_must(reply, DNS_SECTION_ANSWER, reply->owner, rrset, REPLY_AUTHORITY);
	}
	/* RFC 4035 §2.5: NSEC, and RFC 2535 §2.3.5: KEY, stand beside a CNAME and are asked for
	 * themselves. */
	if ((reply->node->flags & ZONE_NODE_CNAME) != 0 && type != DNS_TYPE_NSEC &&
	    type != DNS_TYPE_KEY)
		return hit_cname(reply, zone_node_find(reply->node, DNS_TYPE_CNAME));
	return REPLY_NO_DATA;
}

static bool put_dname(struct reply *reply, const struct zone_rrset *dname)
{
	if (has_dname(reply, dname))
		return true;
	if (reply->dname_count < ZONE_CHAIN_MAX)
		reply->dname[reply->dname_count++] = dname;
	uint8_t owner[DNS_NAME_MAX + 1];
	zone_node_name(reply->zone, reply->node, owner);
	return reply_must(reply, DNS_SECTION_ANSWER, owner, dname, REPLY_FIND) != REPLY_DONE;
}

/* RFC 6672 §3.1: the DNAME, and a CNAME made from it for those who do not know DNAME. */
static enum reply_state redirect(struct reply *reply)
{
	const struct zone_rrset *dname = zone_node_find(reply->node, DNS_TYPE_DNAME);
	if (!put_dname(reply, dname))
		return REPLY_DONE;

	const uint8_t *target = zone_rrset_data(dname) + sizeof(uint16_t);
	const size_t target_len = dns_name_len(target);
	const size_t prefix_len = reply->question->label_at[reply->label];
	if (prefix_len + target_len > DNS_NAME_MAX) {
		reply->out->rcode = DNS_RCODE_YXDOMAIN;
		return REPLY_AUTHORITY;
	}
	uint8_t name[DNS_NAME_MAX + 1];
	memcpy(name, reply->owner, prefix_len);
	memcpy(name + prefix_len, target, target_len);
	if (dns_builder_rr(reply->builder, DNS_SECTION_ANSWER, reply->owner, DNS_TYPE_CNAME,
	                   DNS_CLASS_IN, dname->ttl, name,
	                   (uint16_t)(prefix_len + target_len)) != RESULT_OK) {
		reply->out->truncated = true;
		return REPLY_DONE;
	}
	/* Who asked for a CNAME has it: BIND, Knot and NSD stop here, too. */
	if (reply->question->type == DNS_TYPE_CNAME)
		return REPLY_AUTHORITY;
	return follow(reply, name);
}

/* RFC 1034 §4.3.2 step 3b. */
static enum reply_state referral(struct reply *reply)
{
	const struct zone_rrset *ns = zone_node_find(reply->node, DNS_TYPE_NS);
	uint8_t owner[DNS_NAME_MAX + 1];
	zone_node_name(reply->zone, reply->node, owner);
	/* AA speaks of the first owner in the answer section (RFC 1035 §4.1.1). */
	if (reply->builder->count[DNS_SECTION_ANSWER] == 0)
		reply->out->authoritative = false;
	enum reply_state state =
	    reply_must(reply, DNS_SECTION_AUTHORITY, owner, ns, REPLY_AUTHORITY);
	reply->referral = ns;
	if (reply->secure && state != REPLY_DONE) {
		const struct zone_rrset *ds = zone_node_find(reply->node, DNS_TYPE_DS);
		if (ds != NULL)
			state = reply_must(reply, DNS_SECTION_AUTHORITY, owner, ds, state);
		else
			reply_prove_no_ds(reply);
	}
	return state;
}

static bool put_soa(const struct reply *reply)
{
	const struct zone *zone = reply->zone;
	const struct zone_rrset *soa =
	    (const struct zone_rrset *)(const void *)((const uint8_t *)zone_apex(zone) + zone->soa);
	return reply_put_negative(reply, soa);
}

static bool put_proof(const struct reply *reply, const struct reply_proof *proof)
{
	const uint16_t type =
	    (proof->node->flags & ZONE_NODE_NSEC3) != 0 ? DNS_TYPE_NSEC3 : DNS_TYPE_NSEC;
	const struct zone_rrset *rrset = zone_node_find(proof->node, type);
	return rrset == NULL ||
	       reply_put_node(reply, DNS_SECTION_AUTHORITY, proof->zone, proof->node, rrset);
}

/* The SOA of a negative answer and the proofs, after the answer section is complete. */
static enum reply_state authority(struct reply *reply)
{
	bool fits = !reply->negative || put_soa(reply);
	for (uint8_t i = 0; i < reply->proof_count && fits; i++)
		fits = put_proof(reply, &reply->proof[i]);
	if (!fits) {
		reply->out->truncated = true;
		return REPLY_DONE;
	}
	return REPLY_ADDITIONAL;
}

static enum reply_state additional(struct reply *reply)
{
	if (reply->referral != NULL && !reply_glue(reply, reply->referral))
		reply->out->truncated = true;
	reply_additional(reply);
	return REPLY_DONE;
}

static enum reply_state negative(struct reply *reply, bool name_exists)
{
	reply->negative = true;
	if (!name_exists)
		reply->out->rcode = DNS_RCODE_NXDOMAIN; /* of the last name: RFC 6604 §3 */
	if (reply->secure && name_exists)
		reply_prove_no_data(reply);
	else if (reply->secure)
		reply_prove_no_name(reply);
	return REPLY_AUTHORITY;
}

static void begin(struct reply *reply)
{
	reply->question = reply->request->question;
	/* The question's own octets in the message: case as asked, and the cheapest owner to write. */
	reply->owner = reply->builder->message + DNS_HEADER_SIZE;
	reply->node = NULL;
	reply->wildcard = false;
	reply->negative = false;
	reply->secure = reply->request->dnssec_ok && (reply->zone->nsec || reply->zone->nsec3);
	reply->chain_len = 1;
	reply->chain[0] = reply->question->hash[0];
	reply->dname_count = 0;
	reply->proof_count = 0;
	reply->additional_count = 0;
	reply->seen_count = 0;
	reply->referral = NULL;
}

static void finish(const struct reply *reply)
{
	for (unsigned i = 0; i < DNS_SECTION_COUNT; i++)
		reply->out->count[i] = reply->builder->count[i];
	reply->out->end = reply->builder->len;
}

static enum reply_state step(struct reply *reply, enum reply_state state)
{
	switch (state) {
	case REPLY_FIND:
		return find(reply);
	case REPLY_HIT:
		return hit(reply);
	case REPLY_REDIRECT:
		return redirect(reply);
	case REPLY_REFERRAL:
		return referral(reply);
	case REPLY_NO_DATA:
		return negative(reply, true);
	case REPLY_NO_NAME:
		return negative(reply, false);
	case REPLY_AUTHORITY:
		return authority(reply);
	case REPLY_ADDITIONAL:
		return additional(reply);
	case REPLY_DONE:
		break;
	}
	return REPLY_DONE;
}

void zone_answer(const struct zone_set *set, const struct zone *zone,
                 const struct zone_answer_request *request, struct dns_builder *builder,
                 struct dns_answer *out)
{
	struct reply reply;
	reply.set = set;
	reply.zone = zone;
	reply.request = request;
	reply.builder = builder;
	reply.out = out;
	begin(&reply);
	*out = (struct dns_answer){.rcode = DNS_RCODE_NOERROR,
	                           /* RFC 1034 §3.7.1: QCLASS ANY is never authoritative. */
	                           .authoritative = request->question->class != DNS_CLASS_ANY,
	                           .ede = EDNS_EDE_NONE};
	enum reply_state state = REPLY_FIND;
	while (state != REPLY_DONE)
		state = step(&reply, state);
	finish(&reply);
}
