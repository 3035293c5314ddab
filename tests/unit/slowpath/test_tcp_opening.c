/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* TLS in the TCP server: queries through it, handshakes that never end, floods of them, octets that are no
 * TLS, large answers to slow readers. */
#include <errno.h>
#include <stdlib.h>

#include "slowpath/tcp_int.h"
#include "tcp_rig.h"
#include "tls_rig.h"

static struct tls_rig_files files;
static struct snapshot certificate;
static struct tls_client *trusting;
static const struct tls_peer anybody = {.protocol = TLS_PROTOCOL_DOT};

static void release(void *context)
{
	tls_server_free(context);
}

static void open_tls(const struct tcp_limits *limits)
{
	struct problem problem;
	tls_rig_make(&files, NULL);
	certificate.release = release;
	snapshot_publish(&certificate, NULL, tls_rig_server(&files, TLS_PROTOCOL_DOT));
	CU_ASSERT_EQUAL_FATAL(tls_client_create(files.cert, &trusting, &problem), RESULT_OK);
	rig.service = (struct tcp_service){.tls = &certificate};
	rig_open(limits);
}

static void close_tls(void)
{
	rig_close();
	rig.service = (struct tcp_service){0};
	snapshot_publish(&certificate, NULL, NULL);
	tls_client_free(trusting);
	tls_rig_remove(&files);
}

/* Steps of both sides until the client is done; NULL: it failed. */
static struct tls_session *shake(int fd, struct tls_session *session)
{
	uint64_t end = rig_clock_ms() + RIG_PATIENCE_MS;
	enum tls_step step = TLS_STEP_AGAIN;
	CU_ASSERT_EQUAL_FATAL(tls_session_connect(session, trusting, &anybody, NULL, fd),
	                      RESULT_OK);
	while (step == TLS_STEP_AGAIN && rig_clock_ms() < end) {
		tls_session_readable(session, false);
		step = tls_session_handshake(session);
		(void)rig_turn(5);
	}
	if (step == TLS_STEP_DONE)
		return session;
	tls_session_close(session);
	return NULL;
}

/* Reads `size` octets, with turns of the server; gives how many came. */
static size_t read_all(struct tls_session *session, uint8_t *out, size_t size)
{
	uint64_t end = rig_clock_ms() + RIG_PATIENCE_MS;
	size_t got = 0;
	while (got < size && rig_clock_ms() < end) {
		tls_session_readable(session, false);
		ssize_t part = tls_session_read(session, out + got, size - got);
		if (part == 0 || (part < 0 && errno != EAGAIN))
			break;
		if (part > 0)
			got += (size_t)part;
		else
			(void)rig_turn(5);
	}
	return got;
}

static void queries_go_through_tls(void)
{
	struct tcp_limits limits;
	struct tls_session session;
	uint8_t stream[8 * (2 + RIG_QUERY_LEN)];
	uint8_t got[2 + 40];
	size_t size = 0;
	tcp_limits_default(&limits);
	open_tls(&limits);
	int client = rig_connect();
	CU_ASSERT_PTR_NOT_NULL_FATAL(shake(client, &session));
	RIG_PUMP(server.counts[TCP_EVENT_TLS_OPENED], 1);
	CU_ASSERT_EQUAL(rig.server.opening_count, 0);
	for (uint16_t id = 0; id < 8; id++)
		size += rig_query(stream + size, id);
	CU_ASSERT_EQUAL(tls_session_write(&session, stream, size), size);
	RIG_PUMP(message_count, 8);
	CU_ASSERT_TRUE(rig.messages[0].encrypted);
	for (uint32_t i = 8; i-- > 0;)
		CU_ASSERT_EQUAL(rig_answer(i, 40), RESULT_OK);
	tcp_server_flush(&rig.server, rig.now_us);
	for (int id = 7; id >= 0; id--) {
		CU_ASSERT_EQUAL(read_all(&session, got, sizeof(got)), sizeof(got));
		CU_ASSERT_EQUAL(bytes_load_u16(got + 2), id);
	}
	tls_session_close(&session);
	(void)close(client);
	RIG_PUMP(server.open_count, 0);
	close_tls();
}

static void the_largest_message_both_ways(void)
{
	static uint8_t message[2 + 65535], got[2 + 65535];
	struct tcp_limits limits;
	struct tls_session session;
	size_t sent = 0;
	tcp_limits_default(&limits);
	open_tls(&limits);
	int client = rig_connect();
	CU_ASSERT_PTR_NOT_NULL_FATAL(shake(client, &session));
	bytes_store_u16(message, 65535);
	bytes_store_u16(message + 2, 4711);
	bytes_store_u16(message + 4, 0);
	while (sent < sizeof(message)) {
		ssize_t part = tls_session_write(&session, message + sent, sizeof(message) - sent);
		CU_ASSERT_TRUE_FATAL(part > 0 || errno == EAGAIN);
		sent += part > 0 ? (size_t)part : 0;
		(void)rig_turn(1);
	}
	RIG_PUMP(message_count, 1);
	CU_ASSERT_EQUAL(rig.messages[0].len, 65535);
	CU_ASSERT_EQUAL(rig_answer(0, 65535), RESULT_OK);
	CU_ASSERT_EQUAL(read_all(&session, got, sizeof(got)), sizeof(got));
	CU_ASSERT_EQUAL(bytes_load_u16(got + 2), 4711);
	tls_session_close(&session);
	(void)close(client);
	close_tls();
}

static void a_handshake_has_its_time(void)
{
	struct tcp_limits limits = few(8);
	open_tls(&limits);
	int client = arrive();
	CU_ASSERT_EQUAL(rig.server.opening_count, 1);
	/* An octet now and then does not help. */
	for (int i = 0; i < 4; i++) {
		advance((uint64_t)limits.opening_timeout_ms * MS / 4 - 1);
		rig_send(client, "\x16", 1);
		(void)rig_turn(5);
		CU_ASSERT_EQUAL(rig.server.open_count, 1);
	}
	advance(4);
	CU_ASSERT_EQUAL(rig.server.counts[TCP_EVENT_SLOW_OPENING], 1);
	CU_ASSERT_EQUAL(rig.server.opening_count, 0);
	CU_ASSERT_EQUAL(rig.server.open_count, 0);
	(void)close(client);
	close_tls();
}

static void unfinished_handshakes_are_bounded(void)
{
	struct tcp_limits limits = few(64);
	struct tls_session session;
	int clients[32];
	limits.opening_max = 4;
	open_tls(&limits);
	for (size_t i = 0; i < ARRAY_COUNT(clients); i++) {
		clients[i] = arrive();
		CU_ASSERT_TRUE(rig.server.opening_count <= 4);
	}
	CU_ASSERT_EQUAL(rig.server.counts[TCP_EVENT_EVICTED], ARRAY_COUNT(clients) - 4);
	int honest = rig_connect();
	CU_ASSERT_PTR_NOT_NULL(shake(honest, &session));
	tls_session_close(&session);
	(void)close(honest);
	for (size_t i = 0; i < ARRAY_COUNT(clients); i++)
		(void)close(clients[i]);
	close_tls();
}

/* In one turn only so much is done for handshakes, and nobody is forgotten. */
static void handshakes_take_turns(void)
{
	struct tcp_limits limits = few(64);
	struct tls_session sessions[TLS_HANDSHAKES_PER_TURN * 3];
	int clients[ARRAY_COUNT(sessions)];
	open_tls(&limits);
	for (size_t i = 0; i < ARRAY_COUNT(sessions); i++) {
		clients[i] = arrive();
		CU_ASSERT_EQUAL(
		    tls_session_connect(&sessions[i], trusting, &anybody, NULL, clients[i]),
		    RESULT_OK);
	}
	for (size_t i = 0; i < ARRAY_COUNT(sessions); i++)
		CU_ASSERT_EQUAL(tls_session_handshake(&sessions[i]), TLS_STEP_AGAIN);
	rig_settle();
	CU_ASSERT_EQUAL(rig.server.handshakes_left, TLS_HANDSHAKES_PER_TURN);
	for (size_t i = 0; i < ARRAY_COUNT(sessions); i++) {
		tls_session_readable(&sessions[i], false);
		CU_ASSERT_EQUAL(tls_session_handshake(&sessions[i]), TLS_STEP_DONE);
	}
	RIG_PUMP(server.counts[TCP_EVENT_TLS_OPENED], ARRAY_COUNT(sessions));
	for (size_t i = 0; i < ARRAY_COUNT(sessions); i++) {
		tls_session_close(&sessions[i]);
		(void)close(clients[i]);
	}
	close_tls();
}

static void what_is_no_tls_is_counted(void)
{
	struct tcp_limits limits = few(8);
	open_tls(&limits);
	int client = arrive();
	rig_send(client, "GET / HTTP/1.1\r\n\r\n", 18);
	RIG_PUMP(server.counts[TCP_EVENT_TLS_NOT_TLS], 1);
	CU_ASSERT_EQUAL(rig.server.counts[TCP_EVENT_TLS_FAILED], 1);
	CU_ASSERT_EQUAL(rig.server.open_count, 0);
	(void)close(client);
	client = arrive();
	(void)close(client);
	RIG_PUMP(server.counts[TCP_EVENT_TLS_CLOSED], 1);
	close_tls();
}

static void a_slow_reader_is_closed(void)
{
	struct tcp_limits limits = few(8);
	struct tls_session session;
	uint8_t query[2 + RIG_QUERY_LEN];
	rig.client_buffer = 4096;
	open_tls(&limits);
	int client = rig_connect();
	CU_ASSERT_PTR_NOT_NULL_FATAL(shake(client, &session));
	for (uint32_t i = 0; rig.server.open_count > 0 && i < 1000; i++) {
		(void)rig_query(query, (uint16_t)i);
		if (tls_session_write(&session, query, sizeof(query)) < 0)
			break;
		(void)rig_turn(1);
		while (rig.message_count > 0)
			(void)!rig_answer(--rig.message_count, 65535);
		tcp_server_flush(&rig.server, rig.now_us);
		if (rig.server.connections[0].output.bytes > TCP_OUTPUT_PAUSE_BYTES)
			advance((uint64_t)limits.output_timeout_ms * MS + 1);
	}
	CU_ASSERT_EQUAL(rig.server.counts[TCP_EVENT_SLOW_READER], 1);
	CU_ASSERT_EQUAL(rig.server.output_pool.free_count, limits.output_blocks);
	tls_session_close(&session);
	(void)close(client);
	close_tls();
}

int main(int argc, char **argv)
{
	static const struct unit_case cases[] = {
	    {"queries_go_through_tls", queries_go_through_tls},
	    {"the_largest_message_both_ways", the_largest_message_both_ways},
	    {"a_handshake_has_its_time", a_handshake_has_its_time},
	    {"unfinished_handshakes_are_bounded", unfinished_handshakes_are_bounded},
	    {"handshakes_take_turns", handshakes_take_turns},
	    {"what_is_no_tls_is_counted", what_is_no_tls_is_counted},
	    {"a_slow_reader_is_closed", a_slow_reader_is_closed},
	};
	return unit_main(argc, argv, "slowpath/tcp_opening", cases, ARRAY_COUNT(cases));
}
