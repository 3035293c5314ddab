/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* What hostile, slow and too many clients can do to the TCP server: each limit is reached and holds, the
 * others are served on. Time is the test's own. */
#include <errno.h>
#include <stdlib.h>

#include "tcp_rig.h"

static void the_longest_idle_makes_room(void)
{
	struct tcp_limits limits = few(3);
	rig_open(&limits);
	int clients[4];
	for (int i = 0; i < 3; i++) {
		clients[i] = arrive();
		advance(MS);
	}
	CU_ASSERT_TRUE(is_served(clients[0])); /* now clients[1] has been idle the longest */
	clients[3] = arrive();
	CU_ASSERT_EQUAL(rig.server.open_count, 3);
	CU_ASSERT_EQUAL(rig.server.counts[TCP_EVENT_EVICTED], 1);
	CU_ASSERT_TRUE(rig_is_closed(clients[1]));
	CU_ASSERT_TRUE(is_served(clients[0]));
	CU_ASSERT_TRUE(is_served(clients[2]));
	CU_ASSERT_TRUE(is_served(clients[3]));
	for (int i = 0; i < 4; i++)
		(void)close(clients[i]);
	rig_close();
}

static void an_unfinished_message_makes_room_when_none_is_idle(void)
{
	struct tcp_limits limits = few(2);
	rig_open(&limits);
	int busy = arrive(), partial = arrive();
	rig_send_query(busy, 1);
	RIG_PUMP(message_count, 1);
	rig_send(partial, "\0\40\1\2\3", 5);
	rig_settle();
	int third = arrive();
	CU_ASSERT_TRUE(rig_is_closed(partial));
	CU_ASSERT_TRUE(is_served(third));
	(void)close(busy);
	(void)close(partial);
	(void)close(third);
	rig_close();
}

static void busy_connections_are_never_evicted(void)
{
	struct tcp_limits limits = few(2);
	uint16_t len;
	rig_open(&limits);
	int a = arrive(), b = arrive();
	rig_send_query(a, 1);
	rig_send_query(b, 2);
	RIG_PUMP(message_count, 2);
	int third = rig_connect();
	RIG_PUMP(server.counts[TCP_EVENT_REFUSED], 1);
	CU_ASSERT_TRUE(rig_is_closed(third));
	CU_ASSERT_EQUAL(rig_answer(0, 30), RESULT_OK);
	CU_ASSERT_EQUAL(rig_answer(1, 30), RESULT_OK);
	rig_settle();
	CU_ASSERT_TRUE(rig_read_answer(a, &len) >= 1);
	CU_ASSERT_TRUE(rig_read_answer(b, &len) >= 1);
	(void)close(a);
	(void)close(b);
	(void)close(third);
	rig_close();
}

static void one_client_has_its_share(void)
{
	struct tcp_limits limits = few(10);
	struct sockaddr_storage name;
	limits.per_client_max = 2;
	rig_open(&limits);
	/* Another client, 127.0.0.9, comes first and so has been idle the longest of all. */
	struct query_address other = {.family = 4, .octets = {127, 0, 0, 9}};
	int neighbour = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	socklen_t length = endpoint_to_sockaddr(&other, &name);
	CU_ASSERT_EQUAL(bind(neighbour, (struct sockaddr *)&name, length), 0);
	length = endpoint_to_sockaddr(&rig.address, &name);
	CU_ASSERT_EQUAL(connect(neighbour, (struct sockaddr *)&name, length), 0);
	RIG_PUMP(server.open_count, 1);
	advance(MS);
	int a = arrive();
	advance(MS);
	int b = arrive(), c = arrive();
	CU_ASSERT_EQUAL(rig.server.open_count, 3);
	CU_ASSERT_TRUE(rig_is_closed(a));
	CU_ASSERT_TRUE(is_served(b));
	CU_ASSERT_TRUE(is_served(c));
	CU_ASSERT_TRUE(is_served(neighbour));
	(void)close(a);
	(void)close(b);
	(void)close(c);
	(void)close(neighbour);
	rig_close();
}

static void idle_connections_end(void)
{
	struct tcp_limits limits = few(4);
	rig_open(&limits);
	int client = arrive();
	uint64_t idle_us = limits.idle_timeout_ms * (uint64_t)MS;
	CU_ASSERT_EQUAL(tcp_server_deadline_us(&rig.server, rig.now_us), rig.now_us + idle_us);
	advance(idle_us - 1);
	CU_ASSERT_TRUE(is_served(client)); /* which starts the time anew */
	advance(idle_us - 1);
	CU_ASSERT_EQUAL(rig.server.open_count, 1);
	advance(1);
	CU_ASSERT_EQUAL(rig.server.open_count, 0);
	CU_ASSERT_EQUAL(rig.server.counts[TCP_EVENT_IDLE], 1);
	CU_ASSERT_EQUAL(tcp_server_deadline_us(&rig.server, rig.now_us), UINT64_MAX);
	CU_ASSERT_TRUE(rig_is_closed(client));
	(void)close(client);
	rig_close();
}

static void one_octet_a_second_ends(void)
{
	struct tcp_limits limits = few(4);
	uint8_t query[2 + RIG_QUERY_LEN];
	rig_open(&limits);
	int slow = arrive(), good = arrive();
	size_t sent = 0;
	(void)rig_query(query, 1);
	while (rig.server.counts[TCP_EVENT_SLOW_WRITER] == 0 && sent < sizeof(query)) {
		rig_send(slow, query + sent++, 1);
		rig_settle();
		advance(1000 * MS);
	}
	CU_ASSERT_EQUAL(sent, limits.message_timeout_ms / 1000);
	CU_ASSERT_TRUE(rig_is_closed(slow));
	CU_ASSERT_TRUE(is_served(good));
	(void)close(slow);
	(void)close(good);
	rig_close();
}

static void a_length_that_lies_ends(void)
{
	struct tcp_limits limits = few(4);
	rig_open(&limits);
	int liar = arrive();
	rig_send(liar, "\377\377a query that never comes", 26);
	rig_settle();
	CU_ASSERT_EQUAL(rig.message_count, 0);
	CU_ASSERT_EQUAL(rig.server.large_pool.free_count, limits.large_buffers);
	advance(limits.message_timeout_ms * (uint64_t)MS);
	CU_ASSERT_EQUAL(rig.server.open_count, 0);
	CU_ASSERT_TRUE(rig_is_closed(liar));
	(void)close(liar);
	rig_close();
}

static void what_no_query_can_be_ends(void)
{
	static const uint8_t tiny[] = {0, 4, 1, 2, 3, 4};
	static const uint8_t empty[] = {0, 0};
	static const uint8_t response[] = {0, 12, 1, 1, 0x81, 0, 0, 0, 0, 0, 0, 0, 0, 0};
	struct tcp_limits limits = few(4);
	rig_open(&limits);
	int a = arrive(), b = arrive(), c = arrive();
	rig_send(a, tiny, sizeof(tiny));
	rig_send(b, empty, sizeof(empty));
	rig_send(c, response, sizeof(response));
	RIG_PUMP(server.counts[TCP_EVENT_PROTOCOL], 3);
	CU_ASSERT_EQUAL(rig.message_count, 0);
	CU_ASSERT_EQUAL(rig.server.open_count, 0);
	(void)close(a);
	(void)close(b);
	(void)close(c);
	rig_close();
}

/* Octets of a fixed generator, so that a failure can be repeated. */
static void fill_junk(uint8_t *out, size_t size, uint32_t seed)
{
	for (size_t i = 0; i < size; i++) {
		seed = seed * 1664525u + 1013904223u;
		out[i] = (uint8_t)(seed >> 24);
	}
}

/* Answers everything that was asked since the last call. */
static void answer_all(uint32_t *answered)
{
	while (*answered < rig.message_count)
		if (rig_answer((*answered)++, 60) != RESULT_OK)
			continue; /* that client is gone */
	rig_settle();
}

static void junk_is_survived(void)
{
	enum {
		JUNK = 65536
	};
	struct tcp_limits limits = few(8);
	uint8_t *junk = malloc(JUNK);
	CU_ASSERT_PTR_NOT_NULL_FATAL(junk);
	rig_open(&limits);
	int good = arrive();
	uint32_t answered = 0;
	for (uint32_t seed = 1; seed <= 20; seed++) {
		int client = rig_connect();
		fill_junk(junk, JUNK, seed);
		for (size_t sent = 0; sent < JUNK;) {
			ssize_t count =
			    send(client, junk + sent, JUNK - sent, MSG_DONTWAIT | MSG_NOSIGNAL);
			if (count < 0 && errno != EAGAIN)
				break; /* the server has closed it */
			sent += count > 0 ? (size_t)count : 0;
			rig_settle();
			answer_all(&answered);
		}
		(void)close(client);
		rig_settle();
		answer_all(&answered);
	}
	CU_ASSERT_TRUE(is_served(good));
	RIG_PUMP(server.open_count, 1);
	CU_ASSERT_EQUAL(rig.server.large_pool.free_count, limits.large_buffers);
	CU_ASSERT_EQUAL(rig.server.output_pool.free_count, limits.output_blocks);
	(void)close(good);
	free(junk);
	rig_close();
}

static void large_buffers_are_shared(void)
{
	struct tcp_limits limits = few(8);
	static uint8_t half[4000] = {0x7f, 0xff};
	limits.large_buffers = 2;
	rig_open(&limits);
	int holders[3];
	for (int i = 0; i < 3; i++) {
		holders[i] = arrive();
		rig_send(holders[i], half, sizeof(half));
		rig_settle();
	}
	/* The third took the buffer of the first, who had it the longest. */
	CU_ASSERT_EQUAL(rig.server.open_count, 2);
	CU_ASSERT_EQUAL(rig.server.large_pool.free_count, 0);
	CU_ASSERT_TRUE(rig_is_closed(holders[0]));
	for (int i = 0; i < 3; i++)
		(void)close(holders[i]);
	RIG_PUMP(server.open_count, 0);
	CU_ASSERT_EQUAL(rig.server.large_pool.free_count, 2);
	rig_close();
}

static void queries_in_flight_are_bounded(void)
{
	enum {
		SENT = 10
	};
	struct tcp_limits limits = few(4);
	uint8_t stream[SENT * (2 + RIG_QUERY_LEN)];
	size_t size = 0;
	limits.in_flight_max = 4;
	rig_open(&limits);
	int client = arrive(), other = arrive();
	for (uint16_t id = 0; id < SENT; id++)
		size += rig_query(stream + size, id);
	rig_send(client, stream, size);
	RIG_PUMP(message_count, 4);
	rig_settle();
	CU_ASSERT_EQUAL(rig.message_count, 4);
	CU_ASSERT_EQUAL(rig_answer(0, 30), RESULT_OK);
	rig_settle();
	CU_ASSERT_EQUAL(rig.message_count, 5);
	CU_ASSERT_EQUAL(rig.messages[4].id, 4);
	CU_ASSERT_TRUE(is_served(other));
	(void)close(client);
	(void)close(other);
	rig_close();
}

static void queries_that_a_policy_drops_are_forgotten(void)
{
	struct tcp_limits limits = few(4);
	limits.in_flight_max = 2;
	rig_open(&limits);
	int client = arrive();
	rig_send_query(client, 1);
	rig_send_query(client, 2);
	rig_send_query(client, 3);
	RIG_PUMP(message_count, 2);
	uint64_t answer_us = limits.answer_timeout_ms * (uint64_t)MS;
	advance(answer_us - 1);
	CU_ASSERT_EQUAL(rig.message_count, 2);
	advance(1);
	rig_settle();
	CU_ASSERT_EQUAL(rig.message_count, 3);
	CU_ASSERT_EQUAL(rig.server.counts[TCP_EVENT_UNANSWERED], 2);
	CU_ASSERT_EQUAL(rig_answer(2, 30), RESULT_OK);
	rig_settle();
	advance(limits.idle_timeout_ms * (uint64_t)MS);
	CU_ASSERT_EQUAL(rig.server.open_count, 0);
	(void)close(client);
	rig_close();
}

static void limits_are_checked(void)
{
	struct tcp_limits limits = few(0);
	CU_ASSERT_EQUAL(tcp_server_open(&rig.server, &limits, -1), RESULT_OUT_OF_RANGE);
	limits = few(1);
	limits.output_bytes_max = 65536;
	CU_ASSERT_EQUAL(tcp_server_open(&rig.server, &limits, -1), RESULT_OUT_OF_RANGE);
	limits = few(1);
	limits.output_blocks = 16;
	CU_ASSERT_EQUAL(tcp_server_open(&rig.server, &limits, -1), RESULT_OUT_OF_RANGE);
}

/* RFC 7828 §3.4: who comes while many are there is told less, and all idle ones go sooner. */
static void the_idle_time_out_falls(void)
{
	int clients[8];
	struct tcp_limits limits = few(8);
	limits.idle_timeout_ms = 10000;
	rig_open(&limits);
	for (uint16_t i = 0; i < 8; i++) {
		clients[i] = arrive();
		rig_send_query(clients[i], i);
		RIG_PUMP(message_count, i + 1u);
		CU_ASSERT_EQUAL(rig_answer(i, 30), RESULT_OK);
		rig_settle();
	}
	CU_ASSERT_EQUAL(rig.messages[0].keepalive_100ms, 100);
	CU_ASSERT_EQUAL(rig.messages[3].keepalive_100ms, 100);
	CU_ASSERT_TRUE(rig.messages[5].keepalive_100ms < 100);
	CU_ASSERT_TRUE(rig.messages[6].keepalive_100ms < rig.messages[5].keepalive_100ms);
	CU_ASSERT_EQUAL(rig.messages[7].keepalive_100ms, TCP_IDLE_PRESSED_MS / 100);
	advance((TCP_IDLE_PRESSED_MS + 1) * MS);
	CU_ASSERT_EQUAL(rig.server.counts[TCP_EVENT_IDLE], 8);
	for (int i = 0; i < 8; i++)
		(void)close(clients[i]);
	rig_close();
}

int main(int argc, char **argv)
{
	static const struct unit_case cases[] = {
	    {"the_longest_idle_makes_room", the_longest_idle_makes_room},
	    {"an_unfinished_message_makes_room_when_none_is_idle",
	     an_unfinished_message_makes_room_when_none_is_idle},
	    {"busy_connections_are_never_evicted", busy_connections_are_never_evicted},
	    {"one_client_has_its_share", one_client_has_its_share},
	    {"idle_connections_end", idle_connections_end},
	    {"one_octet_a_second_ends", one_octet_a_second_ends},
	    {"a_length_that_lies_ends", a_length_that_lies_ends},
	    {"what_no_query_can_be_ends", what_no_query_can_be_ends},
	    {"junk_is_survived", junk_is_survived},
	    {"large_buffers_are_shared", large_buffers_are_shared},
	    {"queries_in_flight_are_bounded", queries_in_flight_are_bounded},
	    {"queries_that_a_policy_drops_are_forgotten",
	     queries_that_a_policy_drops_are_forgotten},
	    {"limits_are_checked", limits_are_checked},
	    {"the_idle_time_out_falls", the_idle_time_out_falls},
	};
	return unit_main(argc, argv, "slowpath/tcp_accept", cases, ARRAY_COUNT(cases));
}
