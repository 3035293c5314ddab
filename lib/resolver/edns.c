/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* OPT records to and from servers: which sizes and options a server stands (RFC 6891 §6.2.2), and cookies
 * (RFC 7873 §5.1 §5.3). Our part of a cookie is random and another one for each server, so that servers that
 * compare notes do not know us again (RFC 9018 §3). */
#include "resolver/resolver_int.h"

/* Datagrams with EDNS to the server that this question has lost. */
static unsigned count_lost(const struct resolver_task *task, uint32_t server)
{
	unsigned lost = 0;
	for (unsigned i = 0; i < task->attempt_count; i++) {
		const struct resolver_attempt *attempt = &task->attempt[i];
		lost += attempt->server == server && attempt->kind == ATTEMPT_UDP &&
		        attempt->edns && !attempt->answered;
	}
	return lost;
}

/* Not while something is out with the old one, since its answer would not be known again; unless that is
 * always so. */
static void renew_cookie(const struct resolver_turn *turn, struct resolver_server *server)
{
	if (turn->now_ms < server->cookie_until_ms ||
	    (server->pins > 0 && turn->now_ms < server->cookie_until_ms + RESOLVER_COOKIE_MS))
		return;
	uint64_t random = resolver_random(turn->resolver);
	memcpy(server->cookie, &random, RESOLVER_COOKIE_BYTES);
	server->cookie_len = 0;
	server->cookie_until_ms = turn->now_ms + RESOLVER_COOKIE_MS;
}

static const struct resolver_group *group_of(const struct resolver *resolver,
                                             const struct resolver_server *server)
{
	return server->group == RESOLVER_NONE ? NULL : &resolver->groups[server->group];
}

void resolver_edns_choose(const struct resolver_turn *turn, const struct resolver_task *task,
                          struct resolver_attempt *attempt)
{
	const struct resolver *resolver = turn->resolver;
	struct resolver_server *server = &resolver->servers[attempt->server];
	const struct resolver_group *group = group_of(resolver, server);
	unsigned lost = count_lost(task, attempt->server);
	bool wants_case = group != NULL ? group->randomise_case : resolver->settings.randomise_case;
	attempt->folded = !wants_case || turn->now_ms < server->fold_until_ms;
	attempt->edns = (group == NULL || group->edns) && turn->now_ms >= server->plain_until_ms &&
	                lost < (turn->now_ms < server->edns_until_ms ? RESOLVER_LOST_PLAIN_KNOWN
	                                                             : RESOLVER_LOST_PLAIN) &&
	                task->without_edns != 1 + attempt->server;
	attempt->small = lost >= RESOLVER_LOST_SMALL || turn->now_ms < server->small_until_ms;
	attempt->cookie =
	    attempt->edns && resolver->settings.cookies && turn->now_ms >= server->bare_until_ms;
	if (attempt->cookie)
		renew_cookie(turn, server);
}

void resolver_edns_write(const struct resolver *resolver, const struct resolver_task *task,
                         const struct resolver_attempt *attempt, struct bytes_writer *writer)
{
	const struct resolver_server *server = &resolver->servers[attempt->server];
	struct dns_edns_reply opt = {
	    .udp_size = attempt->small ? RESOLVER_UDP_BYTES_SMALL : resolver->settings.udp_bytes,
	    .dnssec_ok = task->dnssec_ok,
	    .ede = EDNS_EDE_NONE,
	};
	if (attempt->cookie) {
		opt.cookie = server->cookie;
		opt.cookie_len = (uint8_t)(RESOLVER_COOKIE_BYTES + server->cookie_len);
	}
	/* RFC 8467 §4.1. In the clear it would hide nothing. */
	const struct resolver_group *group = group_of(resolver, server);
	if (group != NULL && group->tls != 0)
		opt.padding_block = RESOLVER_PADDING_BLOCK;
	dns_edns_write(writer, &opt);
}

/* Passes over one record, or reads it if it is the OPT record. */
static bool see_record(struct bytes_reader *reader, struct dns_edns *out)
{
	uint16_t type;
	uint16_t len;
	if (dns_name_skip(reader) != RESULT_OK || !bytes_take_u16(reader, &type))
		return false;
	if (type == DNS_TYPE_OPT)
		return dns_edns_parse(reader, out) == RESULT_OK;
	return bytes_skip(reader, 6) && bytes_take_u16(reader, &len) && bytes_skip(reader, len);
}

void resolver_edns_read(struct resolver *resolver, const uint8_t *message, size_t len)
{
	struct bytes_reader reader = bytes_reader_of(message, len);
	unsigned records = 0;
	resolver->edns = (struct dns_edns){.present = false};
	if (len < DNS_HEADER_SIZE)
		return;
	reader.at = DNS_HEADER_SIZE;
	for (unsigned i = dns_message_count(message, DNS_SECTION_QUESTION); i > 0; i--) {
		if (dns_name_skip(&reader) != RESULT_OK || !bytes_skip(&reader, 4))
			return;
	}
	for (unsigned i = DNS_SECTION_ANSWER; i < DNS_SECTION_COUNT; i++)
		records += dns_message_count(message, (enum dns_section)i);
	while (records-- > 0 && !resolver->edns.present) {
		if (!see_record(&reader, &resolver->edns))
			return;
	}
}

void resolver_edns_learn(const struct resolver_turn *turn, const struct resolver_task *task,
                         const struct resolver_attempt *attempt, enum resolver_verdict verdict)
{
	const struct resolver *resolver = turn->resolver;
	const struct dns_edns *edns = &resolver->edns;
	const bool is_truncated = verdict == RESOLVER_VERDICT_TRUNCATED;
	const bool is_good = verdict == RESOLVER_VERDICT_ANSWER;
	struct resolver_server *server = &resolver->servers[attempt->server];
	unsigned lost = count_lost(task, attempt->server);
	if (edns->present)
		server->edns_until_ms = turn->now_ms + RESOLVER_PLAIN_MS;
	/* The smaller one came through, and the larger one was too large for the way. */
	if (attempt->small && is_truncated && lost >= RESOLVER_LOST_SMALL)
		server->small_until_ms = turn->now_ms + RESOLVER_PLAIN_MS;
	if (!attempt->edns && attempt->kind == ATTEMPT_UDP && lost >= RESOLVER_LOST_PLAIN)
		server->plain_until_ms = turn->now_ms + RESOLVER_PLAIN_SILENT_MS;
	if (!attempt->edns && task->without_edns == 1 + attempt->server && is_good)
		server->plain_until_ms = turn->now_ms + RESOLVER_PLAIN_MS;
	if (!attempt->cookie)
		return;
	server->cookie_len = 0;
	if (edns->cookie_len <= RESOLVER_COOKIE_BYTES)
		return;
	server->cookie_len = (uint8_t)(edns->cookie_len - RESOLVER_COOKIE_BYTES);
	memcpy(server->cookie + RESOLVER_COOKIE_BYTES, edns->cookie + RESOLVER_COOKIE_BYTES,
	       server->cookie_len);
}

void resolver_edns_refused(const struct resolver_turn *turn, const struct resolver_attempt *attempt)
{
	struct resolver_server *server = &turn->resolver->servers[attempt->server];
	/* Old firewalls and servers know EDNS, but no option that they do not know. */
	if (attempt->cookie)
		server->bare_until_ms = turn->now_ms + RESOLVER_PLAIN_MS;
	else
		server->plain_until_ms = turn->now_ms + RESOLVER_PLAIN_MS;
}
