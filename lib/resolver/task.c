/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Tasks and the clients that wait for them. Equal questions meet in one task. */
#include "resolver/resolver_int.h"

#include <stdlib.h>

enum result resolver_task_create(struct resolver *resolver)
{
	uint32_t tasks = resolver->settings.tasks_max;
	uint32_t clients = resolver->settings.clients_max;
	uint32_t size = 16;
	while (size < tasks * 2)
		size *= 2;
	resolver->table_mask = size - 1;
	resolver->tasks = calloc(tasks, sizeof(*resolver->tasks));
	resolver->clients = calloc(clients, sizeof(*resolver->clients));
	resolver->heap = calloc(tasks, sizeof(*resolver->heap));
	resolver->question_table = malloc(size * sizeof(uint32_t));
	resolver->attempt_table = malloc(size * sizeof(uint32_t));
	if (resolver->tasks == NULL || resolver->clients == NULL || resolver->heap == NULL ||
	    resolver->question_table == NULL || resolver->attempt_table == NULL)
		return RESULT_NO_MEMORY;
	memset(resolver->question_table, 0xff, size * sizeof(uint32_t));
	memset(resolver->attempt_table, 0xff, size * sizeof(uint32_t));
	for (uint32_t i = 0; i < tasks; i++)
		resolver->tasks[i].next = i + 1 < tasks ? i + 1 : RESOLVER_NONE;
	for (uint32_t i = 0; i < clients; i++)
		resolver->clients[i].next = i + 1 < clients ? i + 1 : RESOLVER_NONE;
	return RESULT_OK;
}

void resolver_task_destroy(struct resolver *resolver)
{
	free(resolver->tasks);
	free(resolver->clients);
	free(resolver->heap);
	free(resolver->question_table);
	free(resolver->attempt_table);
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

/* "0x20": bits of the name's case that a spoofer has to guess besides the id and the port. */
static void randomise_case(struct resolver *resolver, struct resolver_task *task)
{
	uint64_t random = 0;
	for (unsigned i = 0; i < task->question.name_len; i++) {
		if (i % 64 == 0)
			random = resolver_random(resolver);
		if (task->name[i] >= 'a' && task->name[i] <= 'z' && (random & 1) != 0)
			task->name[i] = (uint8_t)(task->name[i] - 'a' + 'A');
		random >>= 1;
	}
}

static struct resolver_task *start(const struct resolver_turn *turn,
                                   const struct resolver_event *event, uint64_t key)
{
	struct resolver *resolver = turn->resolver;
	uint32_t index = resolver->task_free;
	if (index == RESOLVER_NONE)
		return NULL;
	struct resolver_task *task = &resolver->tasks[index];
	resolver->task_free = task->next;
	resolver->task_count++;
	task->state = RESOLVER_STATE_CHOOSE;
	task->attempt_count = 0;
	task->near_misses = 0;
	task->dnssec_ok = event->dnssec_ok;
	task->use_tcp = false;
	task->soft_failure = false;
	task->ede = EDNS_EDE_NO_REACHABLE_AUTHORITY;
	task->generation++;
	task->route = resolver_route_find(resolver, event->question);
	task->server = RESOLVER_NONE;
	task->clients = RESOLVER_NONE;
	task->heap_at = RESOLVER_NONE;
	task->tried = 0;
	task->key = key;
	task->deadline_ms = turn->now_ms + resolver->settings.deadline_ms;
	task->question = *event->question;
	memcpy(task->name, event->question->name, event->question->name_len);
	if (resolver->settings.randomise_case)
		randomise_case(resolver, task);
	uint32_t *head = &resolver->question_table[key & resolver->table_mask];
	task->next = *head;
	*head = index;
	return task;
}

struct resolver_task *resolver_task_join(const struct resolver_turn *turn,
                                         const struct resolver_event *event, bool *is_new)
{
	struct resolver *resolver = turn->resolver;
	uint64_t key = key_of(event->question, event->dnssec_ok);
	uint32_t client = resolver->client_free;
	if (client == RESOLVER_NONE)
		return NULL;
	struct resolver_task *task = find(resolver, event->question, event->dnssec_ok, key);
	*is_new = task == NULL;
	if (task == NULL)
		task = start(turn, event, key);
	else
		resolver->stats.coalesced++;
	if (task == NULL)
		return NULL;
	resolver->client_free = resolver->clients[client].next;
	resolver->clients[client] = (struct resolver_client){event->client, task->clients};
	task->clients = client;
	return task;
}

static void unlink_question(struct resolver *resolver, struct resolver_task *task)
{
	uint32_t *at = &resolver->question_table[task->key & resolver->table_mask];
	uint32_t index = resolver_task_index(resolver, task);
	while (*at != index)
		at = &resolver->tasks[*at].next;
	*at = task->next;
}

void resolver_task_answer(const struct resolver_turn *turn, struct resolver_task *task,
                          const struct resolver_action *answer)
{
	struct resolver *resolver = turn->resolver;
	struct resolver_action action = *answer;
	action.kind = RESOLVER_ACTION_ANSWER;
	action.first = true;
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
