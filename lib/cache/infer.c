/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Answers that follow from entries for other questions. An entry is copied out behind its own question in
 * scratch memory, where its compression is right, and its RRsets are written anew behind the client's. */
#include "cache/cache_int.h"

#include <stdlib.h>

#include "dns/rrset.h"
#include "dns/rrtype.h"

struct cache_reader {
	struct cache *cache;
	struct dns_rrset_reader rrsets;
	struct dns_question link; /* where a chain has led */
	uint8_t message[DNS_MESSAGE_MAX];
};

/* What is looked for, and where it goes. */
struct infer {
	struct cache_reader *reader;
	const struct dns_question *question;
	uint64_t now_ms;
	bool dnssec_ok;
	struct dns_builder *builder;
	struct dns_answer *out;
};

enum result cache_reader_create(struct cache *cache, struct cache_reader **out)
{
	*out = malloc(sizeof(**out));
	if (*out == NULL)
		return RESULT_NO_MEMORY;
	(*out)->cache = cache;
	return RESULT_OK;
}

void cache_reader_destroy(struct cache_reader *reader)
{
	free(reader);
}

/* Looks for a fresh entry; its message is in the scratch memory then. */
static bool find(const struct infer *infer, struct cache_wanted *wanted, struct dns_answer *out)
{
	struct cache_reader *reader = infer->reader;
	struct dns_builder builder;
	struct cache_finding finding;
	uint32_t end = DNS_HEADER_SIZE + wanted->name_len;
	if (!cache_index_may_have(reader->cache, wanted->key))
		return false;
	memset(reader->message, 0, DNS_HEADER_SIZE);
	memcpy(reader->message + DNS_HEADER_SIZE, wanted->name, wanted->name_len);
	bytes_store_u16(reader->message + end, wanted->type);
	bytes_store_u16(reader->message + end + 2, wanted->class);
	dns_builder_init(&builder, reader->message, end + 4, DNS_MESSAGE_MAX);
	wanted->now_ms = infer->now_ms;
	if (!cache_find_entry(reader->cache, wanted, &builder, out, &finding))
		return false;
	dns_message_set_count(reader->message, DNS_SECTION_QUESTION, 1);
	for (unsigned i = DNS_SECTION_ANSWER; i < DNS_SECTION_COUNT; i++)
		dns_message_set_count(reader->message, (enum dns_section)i, out->count[i]);
	return true;
}

/* Two parts make one answer, which is believed as much as the lesser of them. */
static void join(struct dns_answer *out, const struct dns_answer *part)
{
	if (part->ede == EDNS_EDE_BLOCKED)
		out->ede = EDNS_EDE_BLOCKED;
	if (part->rank < out->rank)
		out->rank = part->rank;
	bool is_checked =
	    (part->security == DNS_SECURITY_SECURE || part->security == DNS_SECURITY_INSECURE) &&
	    (out->security == DNS_SECURITY_SECURE || out->security == DNS_SECURITY_INSECURE);
	if (part->security != out->security)
		out->security = is_checked ? DNS_SECURITY_INSECURE : DNS_SECURITY_UNCHECKED;
	out->authenticated = out->security == DNS_SECURITY_SECURE;
	out->rcode = part->rcode;
}

/* Writes the RRsets of the message in the scratch memory behind the client's question. */
static bool append(const struct infer *infer, const struct dns_answer *part, bool only_answer)
{
	struct cache_reader *reader = infer->reader;
	struct dns_rrset rrset;
	enum result result = dns_rrset_reader_init(&reader->rrsets, reader->message, part->end);
	while (result == RESULT_OK) {
		result = dns_rrset_reader_next(&reader->rrsets, &rrset);
		if (result != RESULT_OK || (only_answer && rrset.section != DNS_SECTION_ANSWER))
			break;
		if (dns_builder_rrset(infer->builder, rrset.section, rrset.owner.wire, rrset.type,
		                      rrset.class, rrset.ttl, rrset.rdata,
		                      rrset.count) == RESULT_OK)
			continue;
		/* RFC 2181 §9 */
		infer->out->truncated |= rrset.section != DNS_SECTION_ADDITIONAL;
		return true;
	}
	return result == RESULT_OK || result == RESULT_NOT_FOUND;
}

static void finish(const struct infer *infer)
{
	infer->out->end = infer->builder->len;
	memcpy(infer->out->count, infer->builder->count, sizeof(infer->out->count));
}

/* Whether a name from the question's up to below `label` is asked for elsewhere than what is above it. */
static bool is_elsewhere(const struct cache *cache, const struct dns_question *question,
                         unsigned label)
{
	const struct cache_apexes *apexes = __atomic_load_n(&cache->apexes, __ATOMIC_ACQUIRE);
	for (unsigned i = 0; i < label && apexes->count > 0; i++) {
		if (bsearch(&question->hash[i], apexes->hash, apexes->count,
		            sizeof(question->hash[0]), cache_compare_hashes) != NULL)
			return true;
	}
	return false;
}

/* RFC 8020 §2: below a name that does not exist there is nothing. The proofs for that name (RFC 4035 §3.1.3.2,
 * RFC 5155 §7.2.2) are those for all names below. */
static bool cut(const struct infer *infer)
{
	const struct dns_question *question = infer->question;
	struct cache *cache = infer->reader->cache;
	struct cache_wanted wanted[CACHE_CUT_LABELS_MAX];
	struct dns_answer part;
	unsigned count = 0;
	if (!cache->settings.nxdomain_cut || question->label_count < 2)
		return false;
	for (unsigned i = 1; i < question->label_count && count < CACHE_CUT_LABELS_MAX; i++) {
		wanted[count] = cache_index_wanted(question, i, CACHE_TYPE_NAME, infer->dnssec_ok);
		__builtin_prefetch(cache_index_bucket(cache, wanted[count].key, 0));
		__builtin_prefetch(cache_index_bucket(cache, wanted[count].key, 1));
		count++;
	}
	for (unsigned i = 0; i < count; i++) {
		if (!find(infer, &wanted[i], &part))
			continue;
		if (is_elsewhere(cache, question, i + 1) || !append(infer, &part, false))
			return false;
		join(infer->out, &part);
		finish(infer);
		return true;
	}
	return false;
}

/* The next name of a chain: the rdata of the CNAME in the scratch memory. */
static bool follow(const struct infer *infer, const struct dns_answer *part)
{
	struct cache_reader *reader = infer->reader;
	struct bytes_reader bytes = bytes_reader_of(reader->message, part->end);
	struct dns_name target;
	struct dns_rr rr;
	bytes.at = DNS_HEADER_SIZE;
	if (dns_name_skip(&bytes) != RESULT_OK || !bytes_skip(&bytes, 4))
		return false;
	for (unsigned i = 0; i < part->count[DNS_SECTION_ANSWER]; i++) {
		if (dns_rr_parse(&bytes, &rr) != RESULT_OK)
			return false;
		if (rr.type != DNS_TYPE_CNAME)
			continue;
		bytes.at = rr.rdata_at;
		if (dns_name_parse(&bytes, &target) != RESULT_OK ||
		    dns_name_equal(target.wire, infer->question->name))
			return false;
		dns_question_set(&reader->link, target.wire, infer->question->type,
		                 infer->question->class);
		return true;
	}
	return false;
}

/* What the chain ends with: the answer of its last name, or that it does not exist. */
static bool find_end(const struct infer *infer, struct dns_answer *part)
{
	const struct dns_question *link = &infer->reader->link;
	struct cache_wanted exact = cache_index_wanted(link, 0, link->type, infer->dnssec_ok);
	struct cache_wanted name = cache_index_wanted(link, 0, CACHE_TYPE_NAME, infer->dnssec_ok);
	return (find(infer, &exact, part) && part->rcode != DNS_RCODE_SERVFAIL) ||
	       find(infer, &name, part);
}

/* RFC 1034 §4.3.2 step 3a, from entry to entry. */
static bool chain(const struct infer *infer)
{
	const struct dns_question *at = infer->question;
	struct dns_answer part;
	if (at->type == DNS_TYPE_CNAME || at->type == DNS_TYPE_ANY)
		return false;
	for (unsigned links = 0; links < CACHE_CHAIN_MAX; links++) {
		struct cache_wanted wanted =
		    cache_index_wanted(at, 0, DNS_TYPE_CNAME, infer->dnssec_ok);
		if (!find(infer, &wanted, &part) || part.rcode != DNS_RCODE_NOERROR ||
		    !append(infer, &part, true) || !follow(infer, &part))
			return false;
		join(infer->out, &part);
		at = &infer->reader->link;
		if (!find_end(infer, &part))
			continue;
		if (!append(infer, &part, false))
			return false;
		join(infer->out, &part);
		finish(infer);
		return true;
	}
	return false;
}

enum cache_hit cache_infer(struct cache_reader *reader, const struct dns_question *question,
                           bool dnssec_ok, uint64_t now_ms, struct dns_builder *builder,
                           struct dns_answer *out)
{
	const struct dns_builder_mark mark = dns_builder_mark(builder);
	struct dns_answer answer = {
	    .ede = EDNS_EDE_NONE,
	    .rank = DNS_RANK_ZONE,
	    .security = DNS_SECURITY_SECURE,
	};
	const struct infer infer = {reader, question, now_ms, dnssec_ok, builder, &answer};
	bool is_found = cut(&infer);
	if (!is_found) {
		dns_builder_rewind(builder, &mark);
		is_found = chain(&infer);
	}
	if (!is_found) {
		dns_builder_rewind(builder, &mark);
		return CACHE_MISS;
	}
	*out = answer;
	return CACHE_FRESH;
}
