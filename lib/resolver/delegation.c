/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Who serves which zone, as the parents of the zones said. An entry is made and renewed by referrals of the
 * parent alone and holds no longer than the parent's own: a zone that was taken away ends with its TTL,
 * whatever its servers say (ghost and phoenix domains). Glue stays with the delegation that it came with
 * (RFC 2181 §5.4.1: it is the least that one can trust) and is taken only from servers of a zone that it
 * lies in. */
#include "resolver/iterate.h"

#include <stdlib.h>

static const uint8_t root_name[] = {0};

static void add_ns(struct resolver_delegation *to, const struct dns_name *name)
{
	for (unsigned i = 0; i < to->ns_count; i++) {
		if (dns_name_equal(to->names + to->ns_at[i], name->wire))
			return;
	}
	if (to->ns_count == RESOLVER_NS_MAX || to->names_len + name->len > RESOLVER_NS_BYTES)
		return;
	to->ns_at[to->ns_count++] = to->names_len;
	memcpy(to->names + to->names_len, name->wire, name->len);
	to->names_len = (uint16_t)(to->names_len + name->len);
}

static void add_glue(struct resolver_delegation *to, const uint8_t *name,
                     const struct net_address *address)
{
	if (to->glue_count == RESOLVER_GLUE_MAX)
		return;
	for (unsigned i = 0; i < to->ns_count; i++) {
		if (!dns_name_equal(to->names + to->ns_at[i], name))
			continue;
		to->glue[to->glue_count++] =
		    (struct resolver_glue){.address = *address, .ns = (uint8_t)i};
		return;
	}
}

enum result resolver_delegation_create(struct resolver *resolver)
{
	for (uint32_t i = 0; i < resolver->settings.hint_count; i++) {
		const struct resolver_hint *hint = &resolver->settings.hints[i];
		add_ns(&resolver->hints, &hint->name);
		add_glue(&resolver->hints, hint->name.wire, &hint->address);
		resolver->takes_loopback |= resolver_known_is_loopback(&hint->address);
	}
	resolver->hints.slot.until_ms = UINT64_MAX;
	resolver->hints.is_fixed = true;
	enum result result = resolver_table_create(&resolver->delegations, RESOLVER_DELEGATIONS,
	                                           sizeof(struct resolver_delegation));
	if (result != RESULT_OK)
		return result;
	return resolver_table_create(&resolver->hosts, RESOLVER_HOSTS,
	                             sizeof(struct resolver_host));
}

struct resolver_delegation *resolver_delegation_stub(const struct resolver *resolver,
                                                     const struct resolver_route *route)
{
	struct resolver_delegation *stub = calloc(1, sizeof(*stub));
	if (stub == NULL)
		return NULL;
	for (uint32_t i = 0; i < route->count && stub->glue_count < RESOLVER_GLUE_MAX; i++) {
		const struct net_endpoint *endpoint = &resolver->servers[route->server[i]].endpoint;
		stub->glue[stub->glue_count++] =
		    (struct resolver_glue){.address = endpoint->address, .port = endpoint->port};
	}
	stub->slot.until_ms = UINT64_MAX;
	stub->is_fixed = true;
	return stub;
}

static struct resolver_delegation *find(struct resolver *resolver, uint64_t hash,
                                        const uint8_t *name, uint64_t now_ms)
{
	uint32_t route = resolver_route_at(resolver, hash, name);
	/* The settings' word counts more than the parent's. */
	if (route != RESOLVER_NONE && resolver->routes[route].stub != NULL)
		return resolver->routes[route].stub;
	struct resolver_delegation *found = resolver_table_find(&resolver->delegations, hash, name);
	if (found != NULL && found->slot.until_ms > now_ms) {
		found->slot.used_ms = now_ms + 1;
		return found;
	}
	return name[0] == 0 ? &resolver->hints : NULL;
}

const struct resolver_delegation *resolver_delegation_locate(struct resolver *resolver,
                                                             struct resolver_task *task,
                                                             uint64_t now_ms)
{
	const struct dns_question *target = &task->target;
	const struct resolver_delegation *found = NULL;
	/* RFC 4035 §3.1.4.1: the parent knows a zone's DS records. */
	unsigned i = target->type == DNS_TYPE_DS && target->label_count > 0 &&
	             resolver->settings.hint_count > 0;
	for (; found == NULL; i++) {
		task->cut = (uint8_t)i;
		found = find(resolver, target->hash[i], target->name + target->label_at[i], now_ms);
	}
	return found;
}

struct resolver_delegation *resolver_delegation_of(struct resolver *resolver,
                                                   const struct resolver_task *task,
                                                   uint64_t now_ms)
{
	return find(resolver, task->target.hash[task->cut], resolver_task_zone(task), now_ms);
}

static bool read_target(const uint8_t *message, size_t len, const struct dns_rr *rr,
                        struct dns_name *out)
{
	struct bytes_reader reader = bytes_reader_of(message, len);
	reader.at = rr->rdata_at;
	return dns_name_parse(&reader, out) == RESULT_OK &&
	       reader.at == rr->rdata_at + rr->rdata_len;
}

static bool read_address(const struct dns_rr *rr, struct net_address *out)
{
	bool is_a = rr->type == DNS_TYPE_A && rr->rdata_len == 4;
	bool is_aaaa = rr->type == DNS_TYPE_AAAA && rr->rdata_len == 16;
	if (!is_a && !is_aaaa)
		return false;
	*out = (struct net_address){.family = is_a ? 4 : 6};
	memcpy(out->octets, rr->rdata, rr->rdata_len);
	return true;
}

/* What is taken from a message. */
struct lesson {
	const struct resolver_task *task;
	const uint8_t *owner; /* of the NS records */
	enum dns_section section; /* where they are */
	uint64_t ttl_s;
};

static void see(struct resolver *resolver, struct lesson *lesson, enum dns_section section,
                const uint8_t *message, size_t len, const struct dns_rr *rr)
{
	struct net_address address;
	struct dns_name name;
	if (rr->class != lesson->task->target.class)
		return;
	if (section == lesson->section && rr->type == DNS_TYPE_NS &&
	    dns_name_equal(rr->owner.wire, lesson->owner)) {
		uint32_t ttl_s = rr->ttl <= INT32_MAX ? rr->ttl : 0; /* RFC 2181 §8 */
		if (!read_target(message, len, rr, &name))
			return;
		add_ns(&resolver->draft, &name);
		lesson->ttl_s = ttl_s < lesson->ttl_s ? ttl_s : lesson->ttl_s;
	} else if (section == DNS_SECTION_ADDITIONAL && read_address(rr, &address) &&
	           dns_name_is_below(rr->owner.wire, resolver_task_zone(lesson->task)) &&
	           resolver_known_is_usable(resolver, &address)) {
		add_glue(&resolver->draft, rr->owner.wire, &address);
	}
}

/* Reads the delegation into resolver->draft; false if the message cannot be read or says nothing. */
static bool read_lesson(struct resolver *resolver, struct lesson *lesson, const uint8_t *message,
                        size_t len)
{
	struct bytes_reader reader = bytes_reader_of(message, len);
	struct dns_rr rr;
	memset(&resolver->draft, 0, sizeof(resolver->draft));
	reader.at = DNS_HEADER_SIZE + resolver_task_asked_len(lesson->task) + 4;
	for (unsigned section = DNS_SECTION_ANSWER; section < DNS_SECTION_COUNT; section++) {
		unsigned left = dns_message_count(message, (enum dns_section)section);
		for (; left > 0; left--) {
			if (dns_rr_parse(&reader, &rr) != RESULT_OK)
				return false;
			see(resolver, lesson, (enum dns_section)section, message, len, &rr);
		}
	}
	return resolver->draft.ns_count > 0;
}

/* When the parent's word ends: by its TTL, but not after what the parent itself stands on. */
static uint64_t end_of(uint64_t ttl_s, uint64_t parent_until_ms, uint64_t now_ms)
{
	uint64_t ms = ttl_s * 1000;
	if (ms > RESOLVER_DELEGATION_MS_MAX)
		ms = RESOLVER_DELEGATION_MS_MAX;
	if (parent_until_ms - now_ms < ms)
		ms = parent_until_ms - now_ms;
	return now_ms + (ms > RESOLVER_DELEGATION_MS_MIN ? ms : RESOLVER_DELEGATION_MS_MIN);
}

static void keep(const struct resolver_turn *turn, const struct lesson *lesson,
                 uint64_t parent_until_ms)
{
	struct resolver *resolver = turn->resolver;
	uint64_t hash = dns_name_hash(lesson->owner);
	struct resolver_delegation *to =
	    resolver_table_take(&resolver->delegations, hash, lesson->owner, turn->now_ms);
	resolver->draft.slot = to->slot;
	*to = resolver->draft;
	to->slot.used_ms = turn->now_ms + 1;
	to->slot.until_ms = end_of(lesson->ttl_s, parent_until_ms, turn->now_ms);
	to->since_ms = turn->now_ms;
}

bool resolver_delegation_learn(const struct resolver_turn *turn, const struct resolver_task *task,
                               const uint8_t *message, size_t len)
{
	struct resolver *resolver = turn->resolver;
	const struct resolver_delegation *parent =
	    resolver_delegation_of(resolver, task, turn->now_ms);
	uint64_t parent_until_ms = parent != NULL ? parent->slot.until_ms : turn->now_ms;
	struct lesson lesson = {task, resolver->chain.cut.wire, DNS_SECTION_AUTHORITY, INT32_MAX};
	if (!read_lesson(resolver, &lesson, message, len))
		return false;
	keep(turn, &lesson, parent_until_ms);
	return true;
}

void resolver_delegation_learn_root(const struct resolver_turn *turn,
                                    const struct resolver_task *task, const uint8_t *message,
                                    size_t len)
{
	struct lesson lesson = {task, root_name, DNS_SECTION_ANSWER, INT32_MAX};
	/* Without a single address the hints are of more use. */
	if (read_lesson(turn->resolver, &lesson, message, len) &&
	    turn->resolver->draft.glue_count > 0)
		keep(turn, &lesson, UINT64_MAX);
}

void resolver_delegation_mark_lame(const struct resolver_turn *turn,
                                   const struct resolver_task *task, uint32_t server)
{
	struct resolver_delegation *delegation =
	    resolver_delegation_of(turn->resolver, task, turn->now_ms);
	if (delegation == NULL || resolver_delegation_is_lame(delegation, server, turn->now_ms))
		return;
	delegation->lame[delegation->lame_next] =
	    (struct resolver_lame){server, turn->now_ms + RESOLVER_LAME_MS};
	delegation->lame_next = (uint8_t)((delegation->lame_next + 1) % RESOLVER_LAME_MAX);
}

bool resolver_delegation_is_lame(const struct resolver_delegation *delegation, uint32_t server,
                                 uint64_t now_ms)
{
	for (unsigned i = 0; i < RESOLVER_LAME_MAX; i++) {
		if (delegation->lame[i].server == server && delegation->lame[i].until_ms > now_ms)
			return true;
	}
	return false;
}
