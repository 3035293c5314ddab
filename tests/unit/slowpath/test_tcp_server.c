/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* The TCP server's service: pipelining, order, cuts, half-closed clients, fairness, draining. */
#include <errno.h>
#include <stdlib.h>

#include "tcp_rig.h"

static void a_query_is_answered(void)
{
	struct tcp_limits limits;
	uint16_t len;
	tcp_limits_default(&limits);
	rig_open(&limits);
	int client = rig_connect();
	rig_send_query(client, 77);
	RIG_PUMP(message_count, 1);
	CU_ASSERT_EQUAL(rig.messages[0].id, 77);
	CU_ASSERT_EQUAL(rig.messages[0].len, RIG_QUERY_LEN);
	CU_ASSERT_EQUAL(rig.messages[0].client.family, 4);
	CU_ASSERT_EQUAL(rig.messages[0].client.octets[0], 127);
	CU_ASSERT_EQUAL(rig.messages[0].local.port, rig.address.port);
	CU_ASSERT_EQUAL(rig_answer(0, 60), RESULT_OK);
	tcp_server_flush(&rig.server, rig.now_us);
	CU_ASSERT_EQUAL(rig_read_answer(client, &len), 77);
	CU_ASSERT_EQUAL(len, 60);
	(void)close(client);
	RIG_PUMP(server.open_count, 0);
	CU_ASSERT_EQUAL(rig_answer(0, 60), RESULT_NOT_FOUND);
	rig_close();
}

static void pipelined_and_out_of_order(void)
{
	struct tcp_limits limits;
	uint8_t stream[8 * (2 + RIG_QUERY_LEN)];
	size_t size = 0;
	uint16_t len;
	tcp_limits_default(&limits);
	rig_open(&limits);
	int client = rig_connect();
	for (uint16_t id = 0; id < 8; id++)
		size += rig_query(stream + size, id);
	rig_send(client, stream, size);
	RIG_PUMP(message_count, 8);
	for (uint32_t i = 8; i-- > 0;)
		CU_ASSERT_EQUAL(rig_answer(i, 40 + i), RESULT_OK);
	tcp_server_flush(&rig.server, rig.now_us);
	for (int id = 7; id >= 0; id--) {
		CU_ASSERT_EQUAL(rig_read_answer(client, &len), id);
		CU_ASSERT_EQUAL(len, 40 + id);
	}
	CU_ASSERT_EQUAL(rig.server.open_count, 1);
	(void)close(client);
	rig_close();
}

static void one_octet_at_a_time(void)
{
	struct tcp_limits limits;
	uint8_t query[2 + RIG_QUERY_LEN];
	tcp_limits_default(&limits);
	rig_open(&limits);
	int client = rig_connect();
	size_t size = rig_query(query, 9);
	for (size_t i = 0; i < size; i++) {
		CU_ASSERT_EQUAL(rig.message_count, 0);
		rig_send(client, query + i, 1);
		rig_settle();
	}
	RIG_PUMP(message_count, 1);
	CU_ASSERT_EQUAL(rig.messages[0].id, 9);
	(void)close(client);
	rig_close();
}

static void the_largest_message_both_ways(void)
{
	struct tcp_limits limits;
	uint16_t len;
	uint8_t *message = calloc(1, 65537);
	CU_ASSERT_PTR_NOT_NULL_FATAL(message);
	tcp_limits_default(&limits);
	rig_open(&limits);
	int client = rig_connect();
	bytes_store_u16(message, 65535);
	bytes_store_u16(message + 2, 4242);
	size_t sent = 0;
	while (sent < 65537) {
		ssize_t count = send(client, message + sent, 65537 - sent, MSG_DONTWAIT);
		sent += count > 0 ? (size_t)count : 0;
		(void)rig_turn(0);
	}
	rig_send_query(client, 5); /* a small one behind it */
	RIG_PUMP(message_count, 2);
	CU_ASSERT_EQUAL(rig.messages[0].len, 65535);
	CU_ASSERT_EQUAL(rig.messages[0].id, 4242);
	CU_ASSERT_EQUAL(rig.messages[1].id, 5);
	CU_ASSERT_EQUAL(rig.server.large_pool.free_count, limits.large_buffers);
	CU_ASSERT_EQUAL(rig_answer(0, 65535), RESULT_OK);
	CU_ASSERT_EQUAL(rig_answer(1, 65535), RESULT_OK);
	rig_settle();
	CU_ASSERT_EQUAL(rig_read_answer(client, &len), 4242);
	CU_ASSERT_EQUAL(len, 65535);
	rig_settle();
	CU_ASSERT_EQUAL(rig_read_answer(client, &len), 5);
	free(message);
	(void)close(client);
	rig_close();
}

static void a_half_closed_client_gets_its_answers(void)
{
	struct tcp_limits limits;
	uint16_t len;
	tcp_limits_default(&limits);
	rig_open(&limits);
	int client = rig_connect();
	rig_send_query(client, 1);
	rig_send_query(client, 2);
	rig_send(client, "\0", 1); /* and half a length */
	CU_ASSERT_EQUAL(shutdown(client, SHUT_WR), 0);
	RIG_PUMP(message_count, 2);
	rig_settle();
	CU_ASSERT_EQUAL(rig.server.open_count, 1);
	CU_ASSERT_EQUAL(rig_answer(1, 30), RESULT_OK);
	rig_settle();
	CU_ASSERT_EQUAL(rig.server.open_count, 1);
	CU_ASSERT_EQUAL(rig_answer(0, 30), RESULT_OK);
	rig_settle();
	CU_ASSERT_EQUAL(rig.server.open_count, 0);
	CU_ASSERT_EQUAL(rig_read_answer(client, &len), 2);
	CU_ASSERT_EQUAL(rig_read_answer(client, &len), 1);
	CU_ASSERT_TRUE(rig_is_closed(client));
	(void)close(client);
	rig_close();
}

static void a_talker_does_not_starve_others(void)
{
	enum {
		TALK = 200,
		QUIET = 5
	};
	struct tcp_limits limits;
	static uint8_t stream[TALK * (2 + RIG_QUERY_LEN)];
	int quiet[QUIET];
	size_t size = 0;
	tcp_limits_default(&limits);
	limits.in_flight_max = TALK;
	rig_open(&limits);
	int talker = rig_connect();
	for (int i = 0; i < QUIET; i++)
		quiet[i] = rig_connect();
	RIG_PUMP(server.open_count, 1 + QUIET);
	for (uint16_t id = 0; id < TALK; id++)
		size += rig_query(stream + size, id);
	rig_send(talker, stream, size);
	for (int i = 0; i < QUIET; i++)
		rig_send_query(quiet[i], (uint16_t)(1000 + i));
	RIG_PUMP(message_count, TALK + QUIET);
	/* Each quiet one is served after at most one turn's share of the talker's for each. */
	uint32_t last_quiet = 0;
	for (uint32_t i = 0; i < rig.message_count; i++)
		if (rig.messages[i].id >= 1000)
			last_quiet = i;
	CU_ASSERT_TRUE(last_quiet < 3 * TCP_MESSAGES_PER_TURN + QUIET);
	(void)close(talker);
	for (int i = 0; i < QUIET; i++)
		(void)close(quiet[i]);
	rig_close();
}

static void no_budget_and_no_buffer_keep_messages(void)
{
	struct tcp_limits limits;
	tcp_limits_default(&limits);
	rig_open(&limits);
	int client = rig_connect();
	RIG_PUMP(server.open_count, 1);
	rig.budget = 0;
	rig_send_query(client, 1);
	rig_send_query(client, 2);
	(void)rig_turn(100);
	(void)rig_turn(0);
	CU_ASSERT_EQUAL(rig.message_count, 0);
	rig.budget = 1;
	rig.refuse = true;
	(void)rig_turn(0);
	CU_ASSERT_EQUAL(rig.message_count, 0);
	CU_ASSERT_TRUE(rig.server.starved);
	CU_ASSERT_TRUE(tcp_server_deadline_us(&rig.server, rig.now_us) > rig.now_us);
	rig.refuse = false;
	(void)rig_turn(0);
	CU_ASSERT_EQUAL(rig.message_count, 1);
	(void)rig_turn(0);
	CU_ASSERT_EQUAL(rig.message_count, 2);
	CU_ASSERT_EQUAL(rig.messages[1].id, 2);
	(void)close(client);
	rig_close();
}

static void draining_finishes_what_was_asked(void)
{
	struct tcp_limits limits;
	struct sockaddr_storage name;
	uint16_t len;
	tcp_limits_default(&limits);
	rig_open(&limits);
	int asked = rig_connect(), idle = rig_connect();
	rig_send_query(asked, 3);
	RIG_PUMP(message_count, 1);
	RIG_PUMP(server.open_count, 2);
	tcp_server_drain(&rig.server, rig.now_us);
	CU_ASSERT_EQUAL(rig.server.open_count, 1);
	CU_ASSERT_TRUE(rig_is_closed(idle));
	int late = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	socklen_t length = endpoint_to_sockaddr(&rig.address, &name);
	CU_ASSERT_EQUAL(connect(late, (struct sockaddr *)&name, length), -1);
	rig_send_query(asked, 4); /* too late: not read */
	rig_settle();
	CU_ASSERT_EQUAL(rig.message_count, 1);
	CU_ASSERT_EQUAL(rig_answer(0, 50), RESULT_OK);
	rig_settle();
	CU_ASSERT_EQUAL(rig_read_answer(asked, &len), 3);
	CU_ASSERT_EQUAL(rig.server.open_count, 0);
	(void)close(asked);
	(void)close(idle);
	(void)close(late);
	rig_close();
}

int main(int argc, char **argv)
{
	static const struct unit_case cases[] = {
	    {"a_query_is_answered", a_query_is_answered},
	    {"pipelined_and_out_of_order", pipelined_and_out_of_order},
	    {"one_octet_at_a_time", one_octet_at_a_time},
	    {"the_largest_message_both_ways", the_largest_message_both_ways},
	    {"a_half_closed_client_gets_its_answers", a_half_closed_client_gets_its_answers},
	    {"a_talker_does_not_starve_others", a_talker_does_not_starve_others},
	    {"no_budget_and_no_buffer_keep_messages", no_budget_and_no_buffer_keep_messages},
	    {"draining_finishes_what_was_asked", draining_finishes_what_was_asked},
	};
	return unit_main(argc, argv, "slowpath/tcp_server", cases, ARRAY_COUNT(cases));
}
