/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Connections of the resolver against servers of the test on the loopback interface: shared, answered out of
 * order, broken, idle, full, and over TLS. */
#include "base/clock.h"
#include "dns/message.h"
#include "tls_rig.h"
#include "upstream_rig.h"

#define QUERY_BYTES 32u

static int listener;
static struct net_endpoint server;

static void open_listener(uint16_t connections)
{
	open_all(1, connections);
	listener = open_server(SOCK_STREAM, 4, &server);
	CU_ASSERT_FATAL(listen(listener, 8) == 0);
}

static void close_listener(void)
{
	upstream_close(upstream);
	close(listener);
}

static void ask(uint64_t handle, uint16_t id)
{
	uint8_t query[QUERY_BYTES];
	make_query(query, id);
	upstream_send_tcp(upstream, handle, &server, 0, query, sizeof(query));
}

static int accept_one(void)
{
	wait_polling(listener);
	int fd = accept(listener, NULL, NULL);
	CU_ASSERT_FATAL(fd >= 0);
	return fd;
}

/* Reads one query; gives its id. */
static uint16_t read_query(int fd)
{
	uint8_t octets[2 + QUERY_BYTES];
	for (size_t got = 0; got < sizeof(octets);) {
		wait_polling(fd);
		ssize_t part = read(fd, octets + got, sizeof(octets) - got);
		CU_ASSERT_FATAL(part > 0);
		got += (size_t)part;
	}
	CU_ASSERT_EQUAL(bytes_load_u16(octets), QUERY_BYTES);
	return bytes_load_u16(octets + 2);
}

static void write_all(int fd, const void *data, size_t len)
{
	CU_ASSERT(write(fd, data, len) == (ssize_t)len);
}

static void write_answer(int fd, uint16_t id)
{
	uint8_t octets[2 + QUERY_BYTES];
	bytes_store_u16(octets, QUERY_BYTES);
	make_query(octets + 2, id);
	write_all(fd, octets, sizeof(octets));
}

static bool is_closed(int fd)
{
	uint8_t octet;
	wait_polling(fd);
	return read(fd, &octet, 1) == 0;
}

static void expect_taken(unsigned at, enum upstream_event_kind kind, uint64_t handle)
{
	CU_ASSERT_EQUAL(taken[at].event.kind, kind);
	CU_ASSERT_EQUAL(taken[at].event.handle, handle);
}

static uint64_t opened(void)
{
	struct upstream_stats stats;
	upstream_stats(upstream, &stats);
	return stats.tcp_opened;
}

/* The largest message, in pieces; and a small one after it, over the same connection. */
static void pieces_are_put_together(void)
{
	static const uint16_t sizes[] = {65535, 100, 65535};
	static uint8_t answer[2 + 65535];
	int fd = -1;
	open_listener(2);
	for (unsigned i = 0; i < ARRAY_COUNT(sizes); i++) {
		ask(1000 + i, (uint16_t)i);
		if (i == 0)
			fd = accept_one();
		CU_ASSERT_EQUAL(read_query(fd), i);
		memset(answer, 'a' + (int)i, sizeof(answer));
		bytes_store_u16(answer, sizes[i]);
		bytes_store_u16(answer + 2, (uint16_t)i);
		write_all(fd, answer, 1);
		CU_ASSERT_FATAL(wait_readable(upstream_fd(upstream)));
		upstream_poll(upstream, 64, take, NULL);
		size_t len = 2u + sizes[i];
		for (size_t at = 1; at < len;) {
			size_t part = len - at < 8192 ? len - at : 8192;
			write_all(fd, answer + at, part);
			at += part;
			CU_ASSERT_FATAL(wait_readable(upstream_fd(upstream)));
			upstream_poll(upstream, 64, take, NULL);
		}
		take_events(i + 1);
		expect_taken(i, UPSTREAM_EVENT_TCP, 1000 + i);
		CU_ASSERT_EQUAL(taken[i].event.len, sizes[i]);
		CU_ASSERT_EQUAL(taken[i].octets[63], 'a' + i);
	}
	CU_ASSERT_EQUAL(opened(), 1);
	close(fd);
	close_listener();
}

/* RFC 7766 §6.2.1.1, §7: questions go out without waiting, answers come in any order. */
static void questions_share_a_connection(void)
{
	open_listener(4);
	for (uint16_t id = 0; id < 10; id++)
		ask(100 + id, id);
	int fd = accept_one();
	for (uint16_t id = 0; id < 10; id++)
		CU_ASSERT_EQUAL(read_query(fd), id);
	for (uint16_t id = 10; id-- > 0;)
		write_answer(fd, id);
	take_events(10);
	for (unsigned i = 0; i < 10; i++)
		expect_taken(i, UPSTREAM_EVENT_TCP, 109 - i);
	/* A second question with an id that is under way needs a connection of its own. */
	ask(200, 7);
	ask(201, 7);
	int other = accept_one();
	CU_ASSERT_EQUAL(read_query(other), 7);
	CU_ASSERT_EQUAL(read_query(fd), 7);
	write_answer(other, 7);
	take_events(11);
	expect_taken(10, UPSTREAM_EVENT_TCP, 201);
	CU_ASSERT_EQUAL(opened(), 2);
	close(fd);
	close(other);
	close_listener();
}

static void strays_are_dropped(void)
{
	open_listener(1);
	ask(1, 1);
	int fd = accept_one();
	CU_ASSERT_EQUAL(read_query(fd), 1);
	write_answer(fd, 2); /* nobody asked */
	write_all(fd, "\0\0", 2);
	write_all(fd, "\0\1x", 3);
	write_answer(fd, 1);
	write_answer(fd, 1); /* twice */
	take_events(1);
	expect_taken(0, UPSTREAM_EVENT_TCP, 1);
	ask(2, 3);
	CU_ASSERT_EQUAL(read_query(fd), 3);
	write_answer(fd, 3);
	take_events(2);
	expect_taken(1, UPSTREAM_EVENT_TCP, 2);
	close(fd);
	close_listener();
}

/* RFC 7766 §6.2.4: what was under way when the server closed is asked again over a new connection; a server
 * that closes after each answer gets each question alone. */
static void questions_survive_a_close(void)
{
	open_listener(4);
	for (uint16_t id = 0; id < 3; id++)
		ask(id, id);
	int fd = accept_one();
	CU_ASSERT_EQUAL(read_query(fd), 0);
	write_answer(fd, 0);
	close(fd);
	take_events(1);
	for (unsigned i = 1; i < 3; i++) {
		fd = accept_one();
		write_answer(fd, read_query(fd));
		take_events(i + 1);
		CU_ASSERT_EQUAL(taken[i].event.kind, UPSTREAM_EVENT_TCP);
		CU_ASSERT_TRUE(is_closed(fd));
		close(fd);
	}
	CU_ASSERT_EQUAL(taken[1].event.handle + taken[2].event.handle, 1 + 2);
	CU_ASSERT_EQUAL(opened(), 3);
	close_listener();
}

static void breaks_are_told(void)
{
	open_listener(1);
	/* Closed before the answer is whole. */
	ask(1, 1);
	int fd = accept_one();
	CU_ASSERT_EQUAL(read_query(fd), 1);
	write_all(fd, "\0\40half", 6);
	close(fd);
	take_events(1);
	expect_taken(0, UPSTREAM_EVENT_TCP_ERROR, 1);
	/* Forgotten: nothing comes, and the one place is free again. */
	ask(2, 2);
	fd = accept_one();
	CU_ASSERT_EQUAL(read_query(fd), 2);
	upstream_forget_tcp(upstream, 2);
	upstream_forget_tcp(upstream, 77);
	CU_ASSERT_TRUE(is_closed(fd));
	close(fd);
	close(listener);
	ask(3, 3);
	take_events(2);
	expect_taken(1, UPSTREAM_EVENT_TCP_ERROR, 3);
	/* A failure that waits to be told may be forgotten, too. */
	ask(4, 4);
	while (!upstream_has_failures(upstream) && wait_readable(upstream_fd(upstream)))
		upstream_poll(upstream, 1, take, NULL);
	upstream_forget_tcp(upstream, 4);
	upstream_poll(upstream, 64, take, NULL);
	CU_ASSERT_EQUAL(taken_count, 2);
	upstream_close(upstream);
}

static void idle_ones_are_closed(void)
{
	open_listener(1);
	ask(1, 1);
	int fd = accept_one();
	write_answer(fd, read_query(fd));
	take_events(1);
	clock_advance_us((UPSTREAM_IDLE_MS + 1) * UINT64_C(1000));
	upstream_poll(upstream, 64, take, NULL);
	CU_ASSERT_TRUE(is_closed(fd));
	close(fd);
	/* And so is one whose place somebody else needs. */
	ask(2, 2);
	fd = accept_one();
	write_answer(fd, read_query(fd));
	take_events(2);
	struct net_endpoint first = server;
	int first_listener = listener;
	listener = open_server(SOCK_STREAM, 4, &server);
	CU_ASSERT_FATAL(listen(listener, 8) == 0);
	ask(3, 3);
	CU_ASSERT_TRUE(is_closed(fd));
	close(fd);
	fd = accept_one();
	CU_ASSERT_EQUAL(read_query(fd), 3);
	/* All are in use: nothing is sent. */
	server = first;
	ask(4, 4);
	upstream_forget_tcp(upstream, 4);
	write_answer(fd, 3);
	take_events(3);
	expect_taken(2, UPSTREAM_EVENT_TCP, 3);
	close(fd);
	close(first_listener);
	close_listener();
}

static void source_is_ours_to_choose(void)
{
	static const struct net_address source = {.family = 4, .octets = {127, 1, 2, 3}};
	const struct upstream_settings settings = {.sources = &source, .source_count = 1};
	struct problem problem;
	struct sockaddr_in peer = {0};
	socklen_t len = sizeof(peer);
	CU_ASSERT_FATAL(upstream_open(&settings, &upstream, &problem) == RESULT_OK);
	listener = open_server(SOCK_STREAM, 4, &server);
	CU_ASSERT_FATAL(listen(listener, 8) == 0);
	ask(1, 1);
	int fd = accept_one();
	CU_ASSERT_EQUAL(getpeername(fd, (struct sockaddr *)&peer, &len), 0);
	CU_ASSERT_EQUAL(peer.sin_addr.s_addr, htonl(0x7f010203));
	close(fd);
	close_listener();
}

/* -- TLS -- */

static struct tls_rig_files files;

/* Waits for the one that wants something, the server's side or ours. */
static void wait_either(int fd)
{
	struct pollfd entries[] = {{.fd = fd, .events = POLLIN},
	                           {.fd = upstream_fd(upstream), .events = POLLIN}};
	CU_ASSERT_FATAL(poll(entries, 2, PATIENCE_MS) > 0);
	upstream_poll(upstream, 64, take, NULL);
}

/* The server's handshake; false: it failed. */
static bool shake_hands(struct tls_session *session, int fd)
{
	for (unsigned turn = 0; turn < 100; turn++) {
		tls_session_readable(session, false);
		enum tls_step step = tls_session_handshake(session);
		if (step != TLS_STEP_AGAIN)
			return step == TLS_STEP_DONE;
		wait_either(fd);
	}
	return false;
}

/* Asks over TLS three times; gives whether it went well. */
static bool ask_over_tls(const struct tls_peer *peer)
{
	struct problem problem;
	struct tls_client *client = NULL;
	CU_ASSERT_EQUAL_FATAL(tls_client_create(files.cert, &client, &problem), RESULT_OK);
	const struct upstream_tls tls = {.client = client, .peer = *peer};
	const struct upstream_settings settings = {.tls = &tls, .tls_count = 1};
	CU_ASSERT_FATAL(upstream_open(&settings, &upstream, &problem) == RESULT_OK);
	struct tls_server *context = tls_rig_server(&files, TLS_PROTOCOL_DOT);
	struct tls_session session;
	uint8_t query[QUERY_BYTES], octets[3 * (2 + QUERY_BYTES)];
	taken_count = 0;
	listener = open_server(SOCK_STREAM, 4, &server);
	CU_ASSERT_FATAL(listen(listener, 8) == 0);
	for (uint16_t id = 0; id < 3; id++) {
		make_query(query, id);
		upstream_send_tcp(upstream, id, &server, 1, query, sizeof(query));
	}
	int fd = accept_one();
	CU_ASSERT_EQUAL_FATAL(tls_session_accept(&session, context, NULL, fd), RESULT_OK);
	bool done = shake_hands(&session, fd);
	for (size_t got = 0; done && got < sizeof(octets);) {
		tls_session_readable(&session, false);
		ssize_t part = tls_session_read(&session, octets + got, sizeof(octets) - got);
		got += part > 0 ? (size_t)part : 0;
		done = part > 0 || (part < 0 && errno == EAGAIN);
		if (part < 0 && done)
			wait_either(fd);
	}
	if (done) {
		CU_ASSERT(tls_session_write(&session, octets, sizeof(octets)) == sizeof(octets));
	}
	take_events(3);
	for (unsigned i = 0; i < 3; i++)
		expect_taken(i, done ? UPSTREAM_EVENT_TCP : UPSTREAM_EVENT_TCP_ERROR, i);
	CU_ASSERT_EQUAL(opened(), 1);
	tls_session_close(&session);
	close(fd);
	close_listener();
	tls_server_free(context);
	tls_client_free(client);
	return done;
}

/* RFC 7858 §3, RFC 8310 §8: by name, by pin, or not at all. */
static void tls_knows_its_peer(void)
{
	static const uint8_t wrong[TLS_PIN_BYTES];
	tls_rig_make(&files, NULL);
	struct tls_peer peer = {
	    .protocol = TLS_PROTOCOL_DOT, .name = "ns.test", .verify_name = true};
	CU_ASSERT_TRUE(ask_over_tls(&peer));
	peer.name = "other.test";
	CU_ASSERT_FALSE(ask_over_tls(&peer));
	peer = (struct tls_peer){.pin_count = 1, .pins = files.pin};
	CU_ASSERT_TRUE(ask_over_tls(&peer));
	peer.pins = wrong;
	CU_ASSERT_FALSE(ask_over_tls(&peer));
	tls_rig_remove(&files);
}

int main(int argc, char **argv)
{
	static const struct unit_case cases[] = {
	    {"pieces_are_put_together", pieces_are_put_together},
	    {"questions_share_a_connection", questions_share_a_connection},
	    {"strays_are_dropped", strays_are_dropped},
	    {"questions_survive_a_close", questions_survive_a_close},
	    {"breaks_are_told", breaks_are_told},
	    {"idle_ones_are_closed", idle_ones_are_closed},
	    {"source_is_ours_to_choose", source_is_ours_to_choose},
	    {"tls_knows_its_peer", tls_knows_its_peer},
	};
	return unit_main(argc, argv, "upstream_connection", cases, ARRAY_COUNT(cases));
}
