/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Whether a message answers what we asked, and what kind of answer it is. Address, port and id have been
 * compared before (attempt.c). */
#include "resolver/resolver_int.h"

/* RFC 5452 §4.2: name, type and class have to be those that we sent. */
static bool is_our_question(const struct resolver_task *task, const uint8_t *message, size_t len)
{
	size_t name_len = resolver_task_asked_len(task);
	const uint8_t *asked = resolver_task_asked(task);
	const uint8_t *name = message + DNS_HEADER_SIZE;
	if (len < DNS_HEADER_SIZE + name_len + 4)
		return false;
	for (size_t i = 0; i < name_len; i++) {
		if (dns_name_lower[name[i]] != asked[i])
			return false;
	}
	return bytes_load_u16(name + name_len) == task->asked_type &&
	       bytes_load_u16(name + name_len + 2) == task->target.class;
}

/* A server that does not understand a query may send back the header alone. */
static bool is_bare_error(unsigned rcode, const uint8_t *message, size_t len)
{
	return dns_message_count(message, DNS_SECTION_QUESTION) == 0 && len == DNS_HEADER_SIZE &&
	       rcode != DNS_RCODE_NOERROR && rcode != DNS_RCODE_NXDOMAIN;
}

const uint8_t *resolver_check_sent_name(const struct resolver_task *task,
                                        const struct resolver_attempt *attempt)
{
	return attempt->folded ? resolver_task_asked(task) : task->name;
}

unsigned resolver_check_rcode(const struct resolver *resolver, const uint8_t *message)
{
	return (unsigned)resolver->edns.extended_rcode << 4 |
	       (dns_message_flags(message) & DNS_FLAG_RCODE);
}

/* Whether the message can be an answer to the attempt at all. */
static bool is_ours(const struct resolver_task *task, const struct resolver_attempt *attempt,
                    const uint8_t *message, size_t len)
{
	if (len < DNS_HEADER_SIZE || dns_message_id(message) != attempt->id ||
	    (dns_message_flags(message) & DNS_FLAG_QR) == 0 ||
	    dns_message_opcode(message) != DNS_OPCODE_QUERY)
		return false;
	return is_bare_error(dns_message_flags(message) & DNS_FLAG_RCODE, message, len) ||
	       (dns_message_count(message, DNS_SECTION_QUESTION) == 1 &&
	        is_our_question(task, message, len));
}

/* RFC 7873 §5.3: a cookie that is not ours is the sign of a spoofer; none at all from a server that had one
 * may be, where anybody can send us datagrams. */
static enum resolver_verdict check_cookie(const struct resolver *resolver,
                                          const struct resolver_attempt *attempt)
{
	const struct resolver_server *server = &resolver->servers[attempt->server];
	const struct dns_edns *edns = &resolver->edns;
	if (!attempt->cookie)
		return RESOLVER_VERDICT_ANSWER;
	if (edns->cookie_len == 0)
		return server->cookie_len > 0 && attempt->kind == ATTEMPT_UDP
		           ? RESOLVER_VERDICT_NO_COOKIE
		           : RESOLVER_VERDICT_ANSWER;
	return memcmp(edns->cookie, server->cookie, RESOLVER_COOKIE_BYTES) == 0
	           ? RESOLVER_VERDICT_ANSWER
	           : RESOLVER_VERDICT_FOREIGN;
}

static enum resolver_verdict check_rcode(const struct resolver *resolver,
                                         const struct resolver_attempt *attempt, unsigned rcode)
{
	if (rcode == DNS_RCODE_BADCOOKIE && attempt->cookie &&
	    resolver->edns.cookie_len > RESOLVER_COOKIE_BYTES)
		return RESOLVER_VERDICT_BAD_COOKIE;
	/* RFC 6891 §7: FORMERR and NOTIMP are what servers without EDNS say; §6.1.3: BADVERS. */
	if (attempt->edns &&
	    (rcode == DNS_RCODE_FORMERR || rcode == DNS_RCODE_NOTIMP || rcode == DNS_RCODE_BADVERS))
		return RESOLVER_VERDICT_NO_EDNS;
	/* RFC 2671 §5.3, the EDNS of before: SERVFAIL may say the same. */
	if (attempt->edns && rcode == DNS_RCODE_SERVFAIL && !resolver->edns.present &&
	    attempt->sent_ms >= resolver->servers[attempt->server].edns_until_ms)
		return RESOLVER_VERDICT_FAILS_EDNS;
	/* RFC 6672 §2.2: YXDOMAIN says that a DNAME made the name too long. */
	if (rcode != DNS_RCODE_NOERROR && rcode != DNS_RCODE_NXDOMAIN &&
	    rcode != DNS_RCODE_YXDOMAIN)
		return RESOLVER_VERDICT_FAILURE;
	return RESOLVER_VERDICT_ANSWER;
}

enum resolver_verdict resolver_check_response(const struct resolver *resolver,
                                              const struct resolver_task *task,
                                              const struct resolver_attempt *attempt,
                                              const uint8_t *message, size_t len)
{
	if (!is_ours(task, attempt, message, len))
		return RESOLVER_VERDICT_FOREIGN;
	if (attempt->kind == ATTEMPT_UDP && dns_message_count(message, DNS_SECTION_QUESTION) == 1 &&
	    memcmp(message + DNS_HEADER_SIZE, resolver_check_sent_name(task, attempt),
	           resolver_task_asked_len(task)) != 0)
		return RESOLVER_VERDICT_OTHER_CASE;
	enum resolver_verdict cookie = check_cookie(resolver, attempt);
	if (cookie != RESOLVER_VERDICT_ANSWER)
		return cookie;
	if ((dns_message_flags(message) & DNS_FLAG_TC) != 0 && attempt->kind == ATTEMPT_UDP)
		return RESOLVER_VERDICT_TRUNCATED;
	/* Truncated where everything fits, and nothing in it: no answer. */
	if ((dns_message_flags(message) & DNS_FLAG_TC) != 0 &&
	    dns_message_count(message, DNS_SECTION_ANSWER) == 0)
		return RESOLVER_VERDICT_FAILURE;
	return check_rcode(resolver, attempt, resolver_check_rcode(resolver, message));
}
