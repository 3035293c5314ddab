/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* dns64 -- IPv6 addresses made from IPv4 ones, for clients behind a NAT64.
 *
 * What:    which addresses of an AAAA answer count, AAAA records made from the A records of another answer,
 *          names of ip6.arpa led to those of in-addr.arpa, and the answers for ipv4only.arpa, by which
 *          clients find the prefix. Who asks which question when is the stages' part.
 * Threads: made and freed by a control thread, then immutable: any lcore.
 * Memory:  its own; nothing is allocated for an answer.
 * Limits:  policy/policy_limits.h (DNS64_...).
 * Trust:   messages are those of the cache and the resolver: scrubbed; they are read with checks all the same.
 * RFC:     6052 §2.2 (addresses), §3.1 (well-known prefix), 6147 §5 (synthesis), 7050, 8880 §7.1 (ipv4only.arpa). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/result.h"
#include "dns/answer.h"
#include "dns/builder.h"
#include "dns/question.h"
#include "dns/rrset.h"
#include "net/prefix.h"

struct dns64;

struct dns64_settings {
	const struct net_prefix
	    *prefixes; /* IPv6, of 32, 40, 48, 56, 64 or 96 bits: 1..DNS64_PREFIXES_MAX */
	size_t prefix_count;
	const struct net_prefix *exclude; /* AAAA records in these do not count */
	size_t exclude_count;
	const struct net_prefix *exclude_ipv4; /* A records in these are not made IPv6 ones */
	size_t exclude_ipv4_count;
	const char *const *ignore; /* names whose AAAA records do not count, with all below */
	size_t ignore_count;
	bool
	    map_private; /* the well-known prefix for private addresses too, against RFC 6052 §3.1 */
	bool
	    pointers; /* PTR questions for addresses in the prefixes are answered from IPv4's names */
};

/* Fails: RESULT_OUT_OF_RANGE (no prefix, too many, a length that RFC 6052 does not have, bits 64 to 71 not
 * zero), RESULT_MALFORMED (a name), RESULT_NO_MEMORY. */
MUST_CHECK enum result dns64_create(const struct dns64_settings *settings, struct dns64 **out);
/* For snapshots. */
void dns64_free(void *dns64);

/* What DNS64 has to do with a question of class IN. */
enum dns64_way {
	DNS64_NONE,
	DNS64_IPV6, /* AAAA: asked as it is; if nothing comes, A is asked instead */
	DNS64_IPV4, /* A was asked instead: its answer is to be made an AAAA one */
	DNS64_POINTER, /* PTR in a prefix: the name of in-addr.arpa is asked instead */
	DNS64_ITSELF, /* ipv4only.arpa: dns64_answer_itself() */
};
enum dns64_way dns64_way_of(const struct dns64 *dns64, const struct dns_question *question);

/* The question that is asked instead: for POINTER of in-addr.arpa, else for A. */
void dns64_question(const struct dns64 *dns64, enum dns64_way way,
                    const struct dns_question *question, struct dns_question *out);

/* What an AAAA answer is worth. */
enum dns64_worth {
	DNS64_WHOLE, /* the client gets it: it has addresses, or says that there is no such name */
	DNS64_PARTLY, /* some of its addresses do not count: dns64_filter() */
	DNS64_EMPTY, /* A is to be asked */
};

/* Looks at a message with one question, AAAA. For EMPTY *ttl_s is for how long that is so (RFC 6147 §5.1.7:
 * by the SOA, or DNS64_TTL_S). */
enum dns64_worth dns64_judge(const struct dns64 *dns64, struct dns_rrset_reader *reader,
                             const uint8_t *message, size_t len, uint32_t *ttl_s);

/* An answer that is written from another one. */
struct dns64_work {
	struct dns_rrset_reader *reader;
	const struct dns_question *question; /* the client's */
	const uint8_t *message; /* the other answer, with a question of its own */
	size_t len;
	uint32_t ttl_max_s; /* of records that are made */
	struct dns_builder *builder; /* stands behind the client's question */
	struct dns_answer *answer; /* rcode, TC, counts and end are set; what else it says stays */
};

/* The answer without the addresses that do not count. */
void dns64_filter(const struct dns64 *dns64, const struct dns64_work *work);
/* Of an answer to the A question: aliases as they are, an AAAA record for each A record and prefix; a negative
 * answer as it is. */
void dns64_synthesise(const struct dns64 *dns64, const struct dns64_work *work);
/* Of an answer to the PTR question of in-addr.arpa: an alias to it in front. `asked` is that question. */
void dns64_point(const struct dns_question *asked, const struct dns64_work *work);
/* RFC 8880 §7.1: nobody is asked for ipv4only.arpa. */
void dns64_answer_itself(const struct dns64 *dns64, const struct dns_question *question,
                         struct dns_builder *builder, struct dns_answer *answer);
