/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* The states of iteration: from the lowest zone that is known above a name, by referrals, to the servers
 * that know it (RFC 1034 §5.3.3), showing no more of the name than each needs (RFC 9156). */
#include "resolver/iterate.h"

static void randomise_case(const struct resolver *resolver, struct resolver_task *task, size_t len)
{
	uint64_t random = 0;
	for (size_t i = 0; i < len; i++) {
		if (i % 64 == 0)
			random = resolver_random(resolver);
		if (task->name[i] >= 'a' && task->name[i] <= 'z' && (random & 1) != 0)
			task->name[i] = (uint8_t)(task->name[i] - 'a' + 'A');
		random >>= 1;
	}
}

/* A new question to send: what was sent for the one before is forgotten. "0x20": the case of the name has
 * bits that a spoofer has to guess besides the id and the port. */
void resolver_iterate_set_asked(const struct resolver_turn *turn, struct resolver_task *task,
                                unsigned from)
{
	const struct resolver *resolver = turn->resolver;
	resolver_attempt_forget(turn, task);
	task->near_misses = 0;
	task->round_at = 0;
	task->soft_failure = false;
	task->asked_from = (uint8_t)from;
	/* RFC 9156 §2.1: a type that every server knows, and that hides the real one. */
	task->asked_type = from == 0 ? task->target.type : DNS_TYPE_A;
	size_t len = resolver_task_asked_len(task);
	memcpy(task->name, resolver_task_asked(task), len);
	if (resolver->wants_case)
		randomise_case(resolver, task, len);
}

/* RFC 9156 §2.3: the first few labels one by one, the rest in a few larger steps. */
static unsigned step_of(const struct resolver_task *task, unsigned left)
{
	if (!task->minimise || task->minimised >= RESOLVER_MINIMISE_MAX)
		return left;
	if (task->minimised < RESOLVER_MINIMISE_ONE_LABEL)
		return 1;
	unsigned questions = RESOLVER_MINIMISE_MAX - task->minimised;
	return (left + questions - 1) / questions;
}

/* Shows more than `from`, the first label shown up to now. */
static void show_more(const struct resolver_turn *turn, struct resolver_task *task, unsigned from)
{
	resolver_iterate_set_asked(turn, task, from == 0 ? 0 : from - step_of(task, from));
	if (task->asked_from > 0)
		task->minimised++;
}

/* Whether names of a route are followed from zone to zone. */
static bool goes_down(const struct resolver *resolver, uint32_t route)
{
	return route == RESOLVER_NONE ? resolver->settings.hint_count > 0
	                              : resolver->routes[route].stub != NULL;
}

enum resolver_state resolver_iterate_start(const struct resolver_turn *turn,
                                           struct resolver_task *task)
{
	enum resolver_state next;
	if (resolver_lookup(turn, task, &next))
		return next;
	task->route = task->has_fallen_back ? RESOLVER_NONE
	                                    : resolver_route_find(turn->resolver, &task->target);
	task->iterative = goes_down(turn->resolver, task->route);
	if (!task->iterative)
		resolver_health_asked(turn);
	task->server = RESOLVER_NONE;
	task->tried = 0;
	task->minimise = true;
	task->minimised = 0;
	if (task->iterative)
		return RESOLVER_STATE_LOCATE;
	resolver_iterate_set_asked(turn, task, 0);
	return RESOLVER_STATE_CHOOSE;
}

/* RFC 8109 §3: the hints only tell where to ask for the root's real name servers. */
static void prime(const struct resolver_turn *turn)
{
	static const uint8_t root[] = {0};
	struct resolver *resolver = turn->resolver;
	struct dns_question question;
	if (turn->now_ms < resolver->prime_ms)
		return;
	resolver->prime_ms = turn->now_ms + RESOLVER_PRIME_MS;
	dns_question_set(&question, root, DNS_TYPE_NS, DNS_CLASS_IN);
	resolver_task_background(turn, &question);
}

enum resolver_state resolver_iterate_locate(const struct resolver_turn *turn,
                                            struct resolver_task *task)
{
	const struct resolver_delegation *delegation =
	    resolver_delegation_locate(turn->resolver, task, turn->now_ms);
	if (delegation == &turn->resolver->hints)
		prime(turn);
	task->asked_ns = 0;
	task->takes_lame = false;
	show_more(turn, task, task->cut);
	return RESOLVER_STATE_SELECT;
}

enum resolver_state resolver_iterate_select(const struct resolver_turn *turn,
                                            struct resolver_task *task)
{
	const struct resolver_delegation *delegation =
	    resolver_delegation_of(turn->resolver, task, turn->now_ms);
	if (delegation == NULL) /* thrown out for want of room, or at its end */
		return RESOLVER_STATE_LOCATE;
	if (!resolver_known_choose(turn, task, delegation))
		return RESOLVER_STATE_ADDRESS;
	task->use_tcp = task->near_misses > RESOLVER_NEAR_MISSES_MAX;
	return RESOLVER_STATE_ASK;
}

enum resolver_state resolver_iterate_whole(const struct resolver_turn *turn,
                                           struct resolver_task *task)
{
	task->minimise = false;
	resolver_iterate_set_asked(turn, task, 0);
	return RESOLVER_STATE_SELECT;
}

enum resolver_state resolver_iterate_longer(const struct resolver_turn *turn,
                                            struct resolver_task *task)
{
	show_more(turn, task, task->asked_from);
	return RESOLVER_STATE_SELECT;
}

enum resolver_state resolver_iterate_again(struct resolver_task *task)
{
	task->round_at = task->attempt_count;
	task->soft_failure = false;
	return RESOLVER_STATE_SELECT;
}

/* Whether an address of a family is worth looking up. */
static bool is_unknown(const struct resolver *resolver, const struct resolver_host *host,
                       enum resolver_family family, uint64_t now_ms)
{
	return (host == NULL || host->until_ms[family] <= now_ms) &&
	       !resolver_family_is_broken(resolver, family, now_ms);
}

/* Looks up the addresses of one server's name; false if that is of no use. */
static bool look_up(const struct resolver_turn *turn, struct resolver_task *task,
                    const uint8_t *name)
{
	static const uint16_t types[RESOLVER_FAMILIES] = {DNS_TYPE_A, DNS_TYPE_AAAA};
	const struct resolver_host *host = resolver_host_find(turn->resolver, name);
	struct resolver_task *root = resolver_task_root(turn->resolver, task);
	bool waits = false;
	/* A name in the zone itself can only be known from glue. */
	if (dns_name_is_below(name, resolver_task_zone(task)))
		return false;
	if (root == NULL || root->fanout >= RESOLVER_FANOUT_MAX ||
	    task->depth >= RESOLVER_DEPTH_MAX) {
		task->is_over_budget = true;
		return false;
	}
	for (unsigned family = 0; family < RESOLVER_FAMILIES; family++) {
		struct dns_question question;
		if (!is_unknown(turn->resolver, host, (enum resolver_family)family, turn->now_ms))
			continue;
		dns_question_set(&question, name, types[family], DNS_CLASS_IN);
		waits |= resolver_task_wait_for(turn, task, &question);
	}
	root->fanout += waits;
	return waits;
}

static unsigned count_bits(uint32_t bits)
{
	return (unsigned)__builtin_popcount(bits);
}

/* NXNSAttack: few names at a time, few in all, in an order that nobody can foresee. */
static void look_up_some(const struct resolver_turn *turn, struct resolver_task *task,
                         const struct resolver_delegation *delegation)
{
	unsigned start = (unsigned)(resolver_random(turn->resolver) % delegation->ns_count);
	unsigned begun = 0;
	for (unsigned i = 0; i < delegation->ns_count && begun < RESOLVER_FANOUT_AT_ONCE; i++) {
		unsigned ns = (start + i) % delegation->ns_count;
		if ((task->asked_ns >> ns & 1) != 0)
			continue;
		if (count_bits(task->asked_ns) >= RESOLVER_FANOUT_ZONE_MAX)
			return;
		if (!look_up(turn, task, delegation->names + delegation->ns_at[ns]))
			continue;
		task->asked_ns |= UINT32_C(1) << ns;
		begun++;
	}
}

/* Servers that refused once may have refused only that name: better than nobody. */
static enum resolver_state try_lame(struct resolver_task *task)
{
	task->takes_lame = true;
	return RESOLVER_STATE_SELECT;
}

/* All servers that are known failed. If what the parent said is not new, the zone may have moved. */
static enum resolver_state exhausted(const struct resolver_turn *turn, struct resolver_task *task,
                                     struct resolver_delegation *delegation)
{
	if (delegation->is_fixed ||
	    delegation->since_ms + RESOLVER_DELEGATION_OLD_MS > turn->now_ms ||
	    task->relocations >= RESOLVER_RELOCATIONS_MAX)
		return RESOLVER_STATE_FAILED;
	task->relocations++;
	delegation->slot.until_ms = turn->now_ms;
	return RESOLVER_STATE_LOCATE;
}

enum resolver_state resolver_iterate_address(const struct resolver_turn *turn,
                                             struct resolver_task *task)
{
	struct resolver_delegation *delegation =
	    resolver_delegation_of(turn->resolver, task, turn->now_ms);
	if (delegation == NULL)
		return RESOLVER_STATE_LOCATE;
	/* The servers of a stub zone have no names. */
	if (task->children == 0 && delegation->ns_count > 0)
		look_up_some(turn, task, delegation);
	if (task->children == 0 && !task->takes_lame)
		return try_lame(task);
	if (task->children == 0 && resolver_resort_take(task))
		return RESOLVER_STATE_ASK;
	if (task->children == 0)
		return task->soft_failure ? resolver_iterate_again(task)
		                          : exhausted(turn, task, delegation);
	uint64_t due_ms = turn->now_ms + RESOLVER_ADDRESS_WAIT_MS;
	if (!task->soft_failure || due_ms > task->deadline_ms)
		due_ms = task->deadline_ms;
	resolver_timer_set(turn->resolver, task, due_ms);
	return RESOLVER_STATE_WAIT_ADDRESS;
}
