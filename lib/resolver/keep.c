/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* What goes to the cache without a client: answers that nobody waits for any more, and the parts of chains.
 * Each alias is an answer to the question for its own type, and what is at the end of the chain answers the
 * question for the last name, so that other chains and other types find them. */
#include "resolver/resolver_int.h"

static void keep(const struct resolver_turn *turn, const struct resolver_action *from,
                 const struct dns_question *question, bool dnssec_ok)
{
	struct resolver_action action = *from;
	action.kind = RESOLVER_ACTION_KEEP;
	action.question = question;
	action.dnssec_ok = dnssec_ok;
	turn->resolver->stats.kept++;
	resolver_act(turn, &action);
}

void resolver_keep_answer(const struct resolver_turn *turn, const struct resolver_task *task,
                          const struct resolver_action *answer)
{
	keep(turn, answer, &task->question, task->dnssec_ok);
}

void resolver_keep_failure(const struct resolver_turn *turn, const struct resolver_task *task)
{
	const struct resolver_action failure = {.rcode = DNS_RCODE_SERVFAIL, .ede = task->ede};
	keep(turn, &failure, &task->question, task->dnssec_ok);
}

/* A part of the answer in resolver->result. */
struct part {
	struct dns_question question;
	bool is_end; /* all that is said of the last name; else one RRset */
	unsigned rcode;
};

static bool is_of_part(const struct part *part, const struct dns_rrset *rrset)
{
	uint16_t type = rrset->type == DNS_TYPE_RRSIG ? rrset->covered : rrset->type;
	/* RFC 6672 §5.3.1: nobody has signed the CNAME of a DNAME; the DNAME shows that it is right. */
	if (part->question.type == DNS_TYPE_CNAME && type == DNS_TYPE_DNAME &&
	    rrset->section == DNS_SECTION_ANSWER)
		return dns_name_is_below(part->question.name, rrset->owner.wire) &&
		       !dns_name_equal(part->question.name, rrset->owner.wire);
	/* With an answer made from a wildcard comes the proof that nothing else is there (RFC 4035 §3.1.3.3);
	 * what has to do with another name does no harm. */
	if (rrset->section == DNS_SECTION_AUTHORITY)
		return part->is_end || type == DNS_TYPE_NSEC || type == DNS_TYPE_NSEC3;
	return rrset->section == DNS_SECTION_ANSWER &&
	       dns_name_equal(rrset->owner.wire, part->question.name) &&
	       (part->is_end || type == part->question.type);
}

static void keep_part(const struct resolver_turn *turn, const struct resolver_task *task,
                      const struct part *part)
{
	struct resolver *resolver = turn->resolver;
	struct dns_builder builder;
	struct dns_rrset rrset;
	enum result result =
	    dns_rrset_reader_init(&resolver->reader, resolver->result, resolver->result_len);
	resolver_scrub_start(&part->question, resolver->found, &builder);
	while (result == RESULT_OK) {
		result = dns_rrset_reader_next(&resolver->reader, &rrset);
		if (result == RESULT_OK && is_of_part(part, &rrset))
			result =
			    dns_builder_rrset(&builder, rrset.section, rrset.owner.wire, rrset.type,
			                      rrset.class, rrset.ttl, rrset.rdata, rrset.count);
	}
	if (result != RESULT_NOT_FOUND)
		return;
	resolver_scrub_finish(&builder, part->rcode);
	const struct resolver_action action = {
	    .rcode = (uint16_t)part->rcode,
	    .ede = part->is_end && resolver->is_blocked ? EDNS_EDE_BLOCKED : EDNS_EDE_NONE,
	    .rank = (enum dns_rank)task->rank,
	    .security = (enum dns_security)task->security,
	    .message = resolver->found,
	    .len = builder.len,
	};
	keep(turn, &action, &part->question, task->dnssec_ok);
}

void resolver_keep_links(const struct resolver_turn *turn, const struct resolver_task *task)
{
	const struct resolver *resolver = turn->resolver;
	struct bytes_reader reader = bytes_reader_of(resolver->result, resolver->result_len);
	struct part part = {.rcode = DNS_RCODE_NOERROR};
	bool is_chain = task->links > 0 || resolver->chain.name_count > 1;
	struct dns_rr rr;
	if (!is_chain || resolver->result_len > RESOLVER_KEEP_BYTES)
		return;
	reader.at = DNS_HEADER_SIZE + task->question.name_len + 4u;
	for (unsigned i = dns_message_count(resolver->result, DNS_SECTION_ANSWER);
	     i > 0 && dns_rr_parse(&reader, &rr) == RESULT_OK; i--) {
		if (rr.type != DNS_TYPE_CNAME && rr.type != DNS_TYPE_DNAME)
			continue;
		dns_question_set(&part.question, rr.owner.wire, rr.type, rr.class);
		keep_part(turn, task, &part);
	}
	/* What was found here is kept already, or is ours. */
	if (task->has_found)
		return;
	dns_question_set(&part.question, resolver_chain_last(&resolver->chain)->wire,
	                 task->question.type, task->question.class);
	part.is_end = true;
	part.rcode = dns_message_flags(resolver->result) & DNS_FLAG_RCODE;
	keep_part(turn, task, &part);
}
