/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Tasks and the clients that wait for them. Equal questions meet in one task. */
#include "resolver/trace.h"

#include <stdlib.h>

/* Places for clients, and behind them some for tasks that wait. */
static uint32_t chain_up(struct resolver *resolver, uint32_t from, uint32_t to)
{
	for (uint32_t i = from; i < to; i++)
		resolver->clients[i].next = i + 1 < to ? i + 1 : RESOLVER_NONE;
	return from < to ? from : RESOLVER_NONE;
}

enum result resolver_task_create(struct resolver *resolver)
{
	uint32_t tasks = resolver->settings.tasks_max;
	uint32_t clients = resolver->settings.clients_max;
	uint32_t waiters = 0;
	if (resolver->iterates) {
		tasks += tasks / RESOLVER_SUBTASKS_SHARE + RESOLVER_SUBTASKS_MIN;
		waiters = tasks * RESOLVER_FANOUT_AT_ONCE * RESOLVER_FAMILIES;
	}
	resolver->task_size = tasks;
	uint32_t size = 16;
	while (size < tasks * 2)
		size *= 2;
	resolver->table_mask = size - 1;
	resolver->tasks = calloc(tasks, sizeof(*resolver->tasks));
	resolver->clients = calloc((size_t)clients + waiters, sizeof(*resolver->clients));
	resolver->chains = calloc(tasks, RESOLVER_CHAIN_BYTES);
	resolver->heap = calloc(tasks, sizeof(*resolver->heap));
	resolver->question_table = malloc(size * sizeof(uint32_t));
	resolver->attempt_table = malloc(size * sizeof(uint32_t));
	if (resolver->tasks == NULL || resolver->clients == NULL || resolver->heap == NULL ||
	    resolver->question_table == NULL || resolver->attempt_table == NULL ||
	    resolver->chains == NULL)
		return RESULT_NO_MEMORY;
	memset(resolver->question_table, 0xff, size * sizeof(uint32_t));
	memset(resolver->attempt_table, 0xff, size * sizeof(uint32_t));
	for (uint32_t i = 0; i < tasks; i++)
		resolver->tasks[i].next = i + 1 < tasks ? i + 1 : RESOLVER_NONE;
	resolver->client_free = chain_up(resolver, 0, clients);
	resolver->waiter_free = chain_up(resolver, clients, clients + waiters);
	resolver->run_first = RESOLVER_NONE;
	return RESULT_OK;
}

void resolver_task_destroy(struct resolver *resolver)
{
	free(resolver->tasks);
	free(resolver->clients);
	free(resolver->heap);
	free(resolver->question_table);
	free(resolver->attempt_table);
	free(resolver->chains);
}

static uint64_t key_of(const struct dns_question *question, bool dnssec_ok)
{
	uint64_t key = question->hash[0];
	key ^= (uint64_t)question->type << 17 | (uint64_t)question->class << 1 | dnssec_ok;
	key *= 0x9e3779b97f4a7c15u;
	return key ^ key >> 32;
}

static bool is_same(const struct resolver_task *task, const struct dns_question *question,
                    bool dnssec_ok, uint64_t key)
{
	return task->key == key && task->dnssec_ok == dnssec_ok &&
	       task->question.type == question->type && task->question.class == question->class &&
	       task->question.name_len == question->name_len &&
	       memcmp(task->question.name, question->name, question->name_len) == 0;
}

static struct resolver_task *find(struct resolver *resolver, const struct dns_question *question,
                                  bool dnssec_ok, uint64_t key)
{
	uint32_t at = resolver->question_table[key & resolver->table_mask];
	while (at != RESOLVER_NONE) {
		struct resolver_task *task = &resolver->tasks[at];
		if (is_same(task, question, dnssec_ok, key))
			return task;
		at = task->next;
	}
	return NULL;
}

/* What is asked, by whom it is paid for, and until when. */
struct order {
	const struct dns_question *question;
	uint64_t key;
	uint64_t now_ms;
	uint64_t deadline_ms;
	bool dnssec_ok;
	const struct resolver_task *parent; /* or NULL */
};

static void fill(struct resolver *resolver, struct resolver_task *task, const struct order *order)
{
	uint32_t index = resolver_task_index(resolver, task);
	/* Attempts and names are written before they are read. */
	memset(task, 0, offsetof(struct resolver_task, serial));
	task->state = RESOLVER_STATE_START;
	task->dnssec_ok = order->dnssec_ok;
	task->ede = EDNS_EDE_NO_REACHABLE_AUTHORITY;
	task->serial = ++resolver->serial;
	task->root = index;
	task->root_serial = task->serial;
	if (order->parent != NULL) {
		task->depth = order->parent->depth + 1;
		task->root = order->parent->root;
		task->root_serial = order->parent->root_serial;
		task->watchers = order->parent->watchers;
	}
	task->route = RESOLVER_NONE;
	task->server = RESOLVER_NONE;
	task->clients = RESOLVER_NONE;
	task->waiters = RESOLVER_NONE;
	task->heap_at = RESOLVER_NONE;
	task->rank = DNS_RANK_ZONE;
	task->late_ms = UINT64_MAX;
	task->key = order->key;
	task->deadline_ms = order->deadline_ms;
	task->begun_ms = order->now_ms;
	task->question = *order->question;
	task->target = *order->question;
}

static struct resolver_task *start(struct resolver *resolver, const struct order *order)
{
	uint32_t index = resolver->task_free;
	if (index == RESOLVER_NONE)
		return NULL;
	struct resolver_task *task = &resolver->tasks[index];
	resolver->task_free = task->next;
	resolver->task_count++;
	fill(resolver, task, order);
	uint32_t *head = &resolver->question_table[order->key & resolver->table_mask];
	task->next = *head;
	*head = index;
	return task;
}

void resolver_task_queue(struct resolver *resolver, struct resolver_task *task)
{
	uint32_t index = resolver_task_index(resolver, task);
	if (task->is_queued)
		return;
	task->is_queued = true;
	task->run_next = RESOLVER_NONE;
	if (resolver->run_first == RESOLVER_NONE)
		resolver->run_first = index;
	else
		resolver->tasks[resolver->run_last].run_next = index;
	resolver->run_last = index;
}

void resolver_task_run_queued(const struct resolver_turn *turn)
{
	struct resolver *resolver = turn->resolver;
	while (resolver->run_first != RESOLVER_NONE) {
		struct resolver_task *task = &resolver->tasks[resolver->run_first];
		resolver->run_first = task->run_next;
		task->is_queued = false;
		resolver_state_run(turn, task);
	}
}

/* Whether one more question of a client, or of nobody, may be begun. */
static bool has_place(const struct resolver *resolver, const void *client)
{
	uint32_t max = resolver->settings.tasks_max;
	return resolver->task_count < (client != NULL ? max : max / RESOLVER_REFRESH_SHARE);
}

static void add_client(struct resolver *resolver, struct resolver_task *task,
                       const struct resolver_event *event)
{
	uint32_t client = resolver->client_free;
	resolver->client_free = resolver->clients[client].next;
	resolver->clients[client] = (struct resolver_client){
	    .client = event->client,
	    .has_stale = event->has_stale,
	    .next = task->clients,
	};
	task->clients = client;
}

struct resolver_task *resolver_task_join(const struct resolver_turn *turn,
                                         const struct resolver_event *event, bool *is_new)
{
	struct resolver *resolver = turn->resolver;
	struct order order = {
	    .question = event->question,
	    .key = key_of(event->question, event->dnssec_ok),
	    .now_ms = turn->now_ms,
	    .deadline_ms = turn->now_ms + resolver->settings.deadline_ms,
	    .dnssec_ok = event->dnssec_ok,
	};
	if (event->client != NULL && resolver->client_free == RESOLVER_NONE)
		return NULL;
	struct resolver_task *task = find(resolver, event->question, event->dnssec_ok, order.key);
	*is_new = task == NULL;
	if (task != NULL)
		resolver->stats.coalesced += event->client != NULL;
	else if (has_place(resolver, event->client))
		task = start(resolver, &order);
	if (task == NULL)
		return NULL;
	if (task->depth > 0) {
		/* Begun for the address of a server: it is a client's own question from here on. */
		task->depth = 0;
		task->root = resolver_task_index(resolver, task);
		task->root_serial = task->serial;
		task->deadline_ms = order.deadline_ms;
	}
	if (event->client != NULL)
		add_client(resolver, task, event);
	else
		task->is_refresh = *is_new;
	if (UNLIKELY(event->watchers != 0)) {
		task->watchers |= event->watchers;
		resolver_trace_tell_begin(turn, task, *is_new);
	}
	return task;
}

static struct resolver_task *living(const struct resolver *resolver, uint32_t index,
                                    uint32_t serial)
{
	struct resolver_task *task = &resolver->tasks[index];
	return task->state != RESOLVER_STATE_FREE && task->serial == serial ? task : NULL;
}

struct resolver_task *resolver_task_root(struct resolver *resolver, struct resolver_task *task)
{
	struct resolver_task *root = living(resolver, task->root, task->root_serial);
	uint32_t at = task->waiters;
	/* Whose sake it was for is gone: somebody else who waits pays from here on. */
	for (; root == NULL && at != RESOLVER_NONE; at = resolver->clients[at].next) {
		const struct resolver_client *waiter = &resolver->clients[at];
		struct resolver_task *parent =
		    living(resolver, waiter->parent, waiter->parent_serial);
		if (parent != NULL)
			root = resolver_task_root(resolver, parent);
	}
	if (root == NULL)
		return NULL;
	task->root = resolver_task_index(resolver, root);
	task->root_serial = root->serial;
	return root;
}

/* Whether `task` waits for `other`, directly or through others. When that is too long to find out: yes. */
static bool waits_for(const struct resolver *resolver, const struct resolver_task *task,
                      const struct resolver_task *other, unsigned *looks)
{
	if (task == other)
		return true;
	for (uint32_t at = other->waiters; at != RESOLVER_NONE; at = resolver->clients[at].next) {
		const struct resolver_client *waiter = &resolver->clients[at];
		const struct resolver_task *parent = &resolver->tasks[waiter->parent];
		if (parent->serial != waiter->parent_serial || parent->state == RESOLVER_STATE_FREE)
			continue;
		if (++*looks > RESOLVER_CYCLE_LOOKS_MAX || waits_for(resolver, task, parent, looks))
			return true;
	}
	return false;
}

bool resolver_task_wait_for(const struct resolver_turn *turn, struct resolver_task *parent,
                            const struct dns_question *question)
{
	struct resolver *resolver = turn->resolver;
	const struct order order = {
	    .question = question,
	    .key = key_of(question, false),
	    .now_ms = turn->now_ms,
	    .deadline_ms = parent->deadline_ms,
	    .parent = parent,
	};
	uint32_t index = resolver->waiter_free;
	unsigned looks = 0;
	if (index == RESOLVER_NONE || parent->children == UINT8_MAX)
		return false;
	struct resolver_task *task = find(resolver, question, false, order.key);
	if (task != NULL && waits_for(resolver, task, parent, &looks))
		return false;
	if (task != NULL)
		task->watchers |= parent->watchers;
	if (task == NULL) {
		task = start(resolver, &order);
		if (task == NULL)
			return false;
		resolver_task_queue(resolver, task);
	}
	struct resolver_client *waiter = &resolver->clients[index];
	resolver->waiter_free = waiter->next;
	*waiter = (struct resolver_client){
	    .next = task->waiters,
	    .parent = resolver_task_index(resolver, parent),
	    .parent_serial = parent->serial,
	};
	task->waiters = index;
	parent->children++;
	return true;
}

struct resolver_task *resolver_task_begin(const struct resolver_turn *turn,
                                          const struct dns_question *question, uint64_t key)
{
	struct resolver *resolver = turn->resolver;
	const struct order order = {
	    .question = question,
	    .key = key,
	    .now_ms = turn->now_ms,
	    .deadline_ms = turn->now_ms + resolver->settings.deadline_ms,
	};
	struct resolver_task *task = start(resolver, &order);
	if (task != NULL)
		resolver_task_queue(resolver, task);
	return task;
}

void resolver_task_background(const struct resolver_turn *turn, const struct dns_question *question)
{
	uint64_t key = key_of(question, false);
	if (find(turn->resolver, question, false, key) == NULL)
		(void)resolver_task_begin(turn, question, key);
}

static void unlink_question(struct resolver *resolver, struct resolver_task *task)
{
	uint32_t *at = &resolver->question_table[task->key & resolver->table_mask];
	uint32_t index = resolver_task_index(resolver, task);
	while (*at != index)
		at = &resolver->tasks[*at].next;
	*at = task->next;
}

/* Tells the tasks that waited that there is news. */
static void wake(struct resolver *resolver, struct resolver_task *task)
{
	while (task->waiters != RESOLVER_NONE) {
		uint32_t index = task->waiters;
		struct resolver_client *waiter = &resolver->clients[index];
		struct resolver_task *parent = &resolver->tasks[waiter->parent];
		task->waiters = waiter->next;
		waiter->next = resolver->waiter_free;
		resolver->waiter_free = index;
		if (parent->serial != waiter->parent_serial || parent->state == RESOLVER_STATE_FREE)
			continue;
		parent->children--;
		if (parent->state != RESOLVER_STATE_WAIT_ADDRESS || resolver->is_stopping)
			continue;
		parent->state = RESOLVER_STATE_SELECT;
		resolver_task_queue(resolver, parent);
	}
}

void resolver_task_answer(const struct resolver_turn *turn, struct resolver_task *task,
                          const struct resolver_action *answer)
{
	struct resolver *resolver = turn->resolver;
	struct resolver_action action = *answer;
	action.kind = RESOLVER_ACTION_ANSWER;
	action.first = true;
	task->late_ms = UINT64_MAX;
	resolver_trace_end(turn, task, answer);
	unlink_question(resolver, task);
	while (task->clients != RESOLVER_NONE) {
		uint32_t index = task->clients;
		struct resolver_client *client = &resolver->clients[index];
		task->clients = client->next;
		client->next = resolver->client_free;
		resolver->client_free = index;
		action.client = client->client;
		resolver_act(turn, &action);
		action.first = false;
	}
	wake(resolver, task);
}

void resolver_task_free(const struct resolver_turn *turn, struct resolver_task *task)
{
	struct resolver *resolver = turn->resolver;
	resolver_attempt_forget(turn, task);
	resolver_timer_remove(resolver, task);
	task->state = RESOLVER_STATE_FREE;
	task->next = resolver->task_free;
	resolver->task_free = resolver_task_index(resolver, task);
	resolver->task_count--;
}
