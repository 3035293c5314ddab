/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Addresses of servers' names that came without glue, as tasks of their own found them out. */
#include "resolver/iterate.h"

const struct resolver_host *resolver_host_find(const struct resolver *resolver, const uint8_t *name)
{
	return resolver_table_find(&resolver->hosts, dns_name_hash(name), name);
}

static bool is_address(uint16_t type)
{
	return type == DNS_TYPE_A || type == DNS_TYPE_AAAA;
}

static struct resolver_host *take(const struct resolver_turn *turn,
                                  const struct dns_question *question)
{
	if (!is_address(question->type))
		return NULL;
	struct resolver_host *host = resolver_table_take(&turn->resolver->hosts, question->hash[0],
	                                                 question->name, turn->now_ms);
	host->slot.used_ms = turn->now_ms + 1;
	return host;
}

static enum resolver_family family_of(uint16_t type)
{
	return type == DNS_TYPE_A ? RESOLVER_FAMILY_4 : RESOLVER_FAMILY_6;
}

void resolver_host_failed(const struct resolver_turn *turn, const struct resolver_task *task)
{
	struct resolver_host *host = take(turn, &task->question);
	if (host == NULL)
		return;
	enum resolver_family family = family_of(task->question.type);
	if (host->until_ms[family] > turn->now_ms)
		return;
	host->count[family] = 0;
	host->until_ms[family] = turn->now_ms + RESOLVER_HOST_FAILED_MS;
}

/* Adds one record. RFC 2181 §10.3: the name of a server has its addresses itself, no alias counts. */
static void add(const struct resolver *resolver, const struct dns_question *question,
                struct resolver_host *host, const struct dns_rr *rr)
{
	enum resolver_family family = family_of(question->type);
	struct net_address address = {.family = family == RESOLVER_FAMILY_4 ? 4 : 6};
	size_t len = net_address_bytes(address.family);
	if (rr->type != question->type || rr->class != question->class || rr->rdata_len != len ||
	    !dns_name_equal(rr->owner.wire, question->name) ||
	    host->count[family] == RESOLVER_HOST_ADDRESSES_MAX)
		return;
	memcpy(address.octets, rr->rdata, len);
	if (resolver_known_is_usable(resolver, &address))
		host->address[family][host->count[family]++] = address;
}

static uint64_t clamp(uint64_t ms)
{
	if (ms < RESOLVER_HOST_MS_MIN)
		return RESOLVER_HOST_MS_MIN;
	return ms < RESOLVER_HOST_MS_MAX ? ms : RESOLVER_HOST_MS_MAX;
}

void resolver_host_learn(const struct resolver_turn *turn, const struct resolver_task *task)
{
	const struct resolver *resolver = turn->resolver;
	struct resolver_host *host = take(turn, &task->question);
	struct bytes_reader reader = bytes_reader_of(resolver->result, resolver->result_len);
	uint32_t ttl_s = UINT32_MAX;
	struct dns_rr rr;
	if (host == NULL)
		return;
	enum resolver_family family = family_of(task->question.type);
	host->count[family] = 0;
	reader.at = DNS_HEADER_SIZE + task->question.name_len + 4u;
	for (unsigned i = dns_message_count(resolver->result, DNS_SECTION_ANSWER);
	     i > 0 && dns_rr_parse(&reader, &rr) == RESULT_OK; i--) {
		add(resolver, &task->question, host, &rr);
		ttl_s = rr.ttl < ttl_s ? rr.ttl : ttl_s;
	}
	uint64_t ms =
	    host->count[family] > 0 ? clamp((uint64_t)ttl_s * 1000) : RESOLVER_HOST_NONE_MS;
	host->until_ms[family] = turn->now_ms + ms;
}
