/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Questions over TCP and TLS: each is put on a connection to its server, shared with others if there is one
 * (RFC 7766 §6.2.1), and found again when the answer comes or when nobody wants it any more. */
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "slowpath/upstream_int.h"

#define LENGTH_SIZE 2u /* RFC 1035 §4.2.2 */

struct upstream_question *upstream_question_of(struct list_link *link)
{
	return LIST_ELEMENT(link, struct upstream_question, link);
}

static uint32_t *bucket_of(struct upstream *upstream, uint64_t handle)
{
	return &upstream->question_bucket[(handle * 0x9e3779b97f4a7c15u >> 32) % UPSTREAM_BUCKETS];
}

/* The link that leads to the question of a handle, or to the end of its bucket. */
static uint32_t *find(struct upstream *upstream, uint64_t handle)
{
	uint32_t *at = bucket_of(upstream, handle);
	while (*at != upstream->question_count && upstream->questions[*at].handle != handle)
		at = &upstream->questions[*at].chain;
	return at;
}

struct upstream_question *upstream_question_find(const struct upstream_connection *connection,
                                                 uint16_t id)
{
	for (struct list_link *link = connection->questions.next; link != &connection->questions;
	     link = link->next) {
		struct upstream_question *question = upstream_question_of(link);
		if (question->id == id)
			return question;
	}
	return NULL;
}

static struct upstream_question *take_free(struct upstream *upstream, uint64_t handle)
{
	uint32_t index = upstream->question_free;
	if (index == upstream->question_count)
		return NULL;
	struct upstream_question *question = &upstream->questions[index];
	upstream->question_free = question->chain;
	uint32_t *bucket = bucket_of(upstream, handle);
	question->handle = handle;
	question->chain = *bucket;
	question->tries = 0;
	question->at = 0;
	question->link = (struct list_link){NULL, NULL};
	*bucket = index;
	return question;
}

void upstream_question_end(struct upstream *upstream, struct upstream_question *question)
{
	uint32_t *at = find(upstream, question->handle);
	uint32_t index = *at;
	*at = question->chain;
	if (question->state == UPSTREAM_QUESTION_OPEN)
		upstream->connections[question->connection].question_count--;
	list_remove(&question->link);
	question->state = UPSTREAM_QUESTION_FREE;
	question->chain = upstream->question_free;
	upstream->question_free = index;
}

/* False where all connections are in use: then nothing is sent and the question times out, as if it were
 * lost. */
static bool place(struct upstream *upstream, struct upstream_question *question,
                  const struct net_endpoint *to, uint16_t tls)
{
	struct upstream_connection *connection = NULL;
	if (question->tries == 0)
		connection = upstream_connection_find(upstream, to, tls, question->id);
	if (connection == NULL)
		connection = upstream_connection_make(upstream, to, tls);
	if (connection == NULL)
		return false;
	/* The server does not like company: this one goes alone. */
	connection->is_closing |= question->tries > 0;
	list_remove(&connection->idle);
	list_push(&connection->questions, &question->link);
	connection->question_count++;
	question->connection = (uint32_t)(connection - upstream->connections);
	question->state = UPSTREAM_QUESTION_OPEN;
	upstream_connection_write(upstream, connection);
	return true;
}

void upstream_send_tcp(struct upstream *upstream, uint64_t handle, const struct net_endpoint *to,
                       uint16_t tls, const uint8_t *message, size_t len)
{
	struct upstream_question *question = NULL;
	if (len >= DNS_HEADER_SIZE && len <= UPSTREAM_QUERY_BYTES_MAX && tls <= upstream->tls_count)
		question = take_free(upstream, handle);
	if (question == NULL) {
		upstream->stats.tcp_failed++;
		return;
	}
	question->id = bytes_load_u16(message);
	question->len = (uint16_t)(LENGTH_SIZE + len);
	bytes_store_u16(question->out, (uint16_t)len);
	memcpy(question->out + LENGTH_SIZE, message, len);
	upstream->stats.tcp_sent++;
	if (!place(upstream, question, to, tls)) {
		upstream->stats.tcp_failed++;
		upstream_question_end(upstream, question);
	}
}

void upstream_forget_tcp(struct upstream *upstream, uint64_t handle)
{
	uint32_t index = *find(upstream, handle);
	if (index == upstream->question_count)
		return;
	struct upstream_question *question = &upstream->questions[index];
	bool is_open = question->state == UPSTREAM_QUESTION_OPEN;
	struct upstream_connection *connection = &upstream->connections[question->connection];
	uint16_t sent = question->at;
	bool is_partial = sent > 0 && sent < question->len;
	upstream_question_end(upstream, question);
	if (!is_open)
		return;
	/* Its id must not be used again here, and a server that did not answer may never do. */
	connection->is_closing |= sent > 0;
	if (is_partial)
		upstream_connection_break(upstream, connection);
	upstream_connection_settle(upstream, connection);
}

void upstream_question_orphaned(struct upstream *upstream, struct upstream_question *question,
                                const struct net_endpoint *to, uint16_t tls, bool may_retry)
{
	question->at = 0;
	if (may_retry && question->tries < UPSTREAM_TRIES_MAX) {
		question->tries++;
		if (place(upstream, question, to, tls))
			return;
	}
	question->state = UPSTREAM_QUESTION_FAILED;
	list_push(&upstream->failed, &question->link);
}

uint32_t upstream_tcp_tell_failed(struct upstream *upstream, upstream_take *take, void *context)
{
	/* Telling may make new failures: they wait for the next poll. */
	struct list_link *last = upstream->failed.previous;
	uint32_t told = 0;
	for (bool more = !list_is_empty(&upstream->failed); more;) {
		struct list_link *link = upstream->failed.next;
		struct upstream_question *question = upstream_question_of(link);
		const struct upstream_event event = {.kind = UPSTREAM_EVENT_TCP_ERROR,
		                                     .handle = question->handle};
		more = link != last;
		upstream->stats.tcp_failed++;
		upstream_question_end(upstream, question);
		take(context, &event);
		told++;
		/* What is told of may forget others, the last one among them. */
		more = more && !list_is_empty(&upstream->failed);
	}
	return told;
}

bool upstream_tcp_open(struct upstream *upstream, const struct upstream_settings *settings)
{
	uint32_t connections = settings->connections;
	uint32_t questions = connections * UPSTREAM_QUESTIONS_SHARE;
	upstream->connections = calloc(connections, sizeof(*upstream->connections));
	upstream->in = calloc(connections, UPSTREAM_IN_BYTES);
	upstream->questions = calloc(questions, sizeof(*upstream->questions));
	if (upstream->connections == NULL || upstream->in == NULL || upstream->questions == NULL)
		return false;
	upstream->connection_count = upstream->connection_free = connections;
	upstream->question_count = upstream->question_free = questions;
	for (uint32_t i = connections; i-- > 0;) {
		upstream->connections[i].chain = upstream->connection_free;
		upstream->connection_free = i;
	}
	for (uint32_t i = questions; i-- > 0;) {
		upstream->questions[i].chain = upstream->question_free;
		upstream->question_free = i;
	}
	for (uint32_t i = 0; i < UPSTREAM_BUCKETS; i++) {
		upstream->connection_bucket[i] = connections;
		upstream->question_bucket[i] = questions;
	}
	list_init(&upstream->idle);
	list_init(&upstream->failed);
	upstream->tls = settings->tls;
	upstream->tls_count = settings->tls_count;
	return true;
}

static void close_all(struct upstream *upstream)
{
	for (uint32_t i = 0; i < upstream->connection_count; i++) {
		if (upstream->connections[i].state != UPSTREAM_CONNECTION_FREE)
			upstream_connection_close(upstream, &upstream->connections[i]);
	}
}

void upstream_set_tls(struct upstream *upstream, const struct upstream_tls *tls, uint32_t count)
{
	close_all(upstream);
	/* Answers to what was asked before would look like guesses. */
	upstream_udp_close(upstream);
	upstream->tls = tls;
	upstream->tls_count = count;
}

void upstream_tcp_close(struct upstream *upstream)
{
	close_all(upstream);
	free(upstream->connections);
	free(upstream->in);
	free(upstream->questions);
}
