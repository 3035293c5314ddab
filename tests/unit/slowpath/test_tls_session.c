/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* TLS sessions of both sides over a socket pair: versions, protocols, names, pins, resumption,
 * peers that misbehave. */
#include <errno.h>
#include <sys/socket.h>

#include "slowpath/slowpath_limits.h"
#include "tls_rig.h"

#define HOUR_US (3600ull * 1000000)

static struct pair {
	struct tls_rig_files files;
	struct tls_server *server;
	struct tls_client *client;
	struct tls_tickets tickets;
	struct tls_resume resume;
	int fd[2];
	struct tls_session server_side;
	struct tls_session client_side;
} pair;

static void pair_open(void)
{
	struct problem problem;
	memset(&pair, 0, sizeof(pair));
	tls_rig_make(&pair.files, NULL);
	pair.server = tls_rig_server(&pair.files, TLS_PROTOCOL_DOT);
	CU_ASSERT_EQUAL_FATAL(tls_client_create(pair.files.cert, &pair.client, &problem),
	                      RESULT_OK);
	CU_ASSERT_EQUAL_FATAL(tls_tickets_init(&pair.tickets, 0), RESULT_OK);
}

static void pair_close(void)
{
	tls_resume_fini(&pair.resume);
	tls_tickets_fini(&pair.tickets);
	tls_server_free(pair.server);
	tls_client_free(pair.client);
	tls_rig_remove(&pair.files);
}

static void pair_connect(const struct tls_peer *peer)
{
	CU_ASSERT_EQUAL_FATAL(
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair.fd), 0);
	CU_ASSERT_EQUAL_FATAL(
	    tls_session_accept(&pair.server_side, pair.server, &pair.tickets, pair.fd[0]),
	    RESULT_OK);
	CU_ASSERT_EQUAL_FATAL(
	    tls_session_connect(&pair.client_side, pair.client, peer, &pair.resume, pair.fd[1]),
	    RESULT_OK);
}

static void pair_hang_up(void)
{
	tls_session_close(&pair.client_side);
	tls_session_close(&pair.server_side);
	(void)close(pair.fd[0]);
	(void)close(pair.fd[1]);
}

struct steps {
	enum tls_step server;
	enum tls_step client;
};

static struct steps shake_hands(void)
{
	struct steps steps = {TLS_STEP_AGAIN, TLS_STEP_AGAIN};
	for (int i = 0; i < 10; i++) {
		tls_session_readable(&pair.client_side, false);
		tls_session_readable(&pair.server_side, false);
		if (steps.client == TLS_STEP_AGAIN)
			steps.client = tls_session_handshake(&pair.client_side);
		if (steps.server == TLS_STEP_AGAIN)
			steps.server = tls_session_handshake(&pair.server_side);
	}
	return steps;
}

static bool is_open(struct steps steps)
{
	return steps.client == TLS_STEP_DONE && steps.server == TLS_STEP_DONE;
}

/* Octets arrive in both directions; the client's read takes its ticket too. */
static void exchange(void)
{
	uint8_t got[16];
	tls_session_readable(&pair.client_side, false);
	tls_session_readable(&pair.server_side, false);
	CU_ASSERT_EQUAL(tls_session_write(&pair.client_side, (const uint8_t *)"ask", 3), 3);
	CU_ASSERT_EQUAL(tls_session_read(&pair.server_side, got, sizeof(got)), 3);
	CU_ASSERT_EQUAL(memcmp(got, "ask", 3), 0);
	CU_ASSERT_EQUAL(tls_session_write(&pair.server_side, (const uint8_t *)"answer", 6), 6);
	CU_ASSERT_EQUAL(tls_session_read(&pair.client_side, got, sizeof(got)), 6);
	CU_ASSERT_EQUAL(memcmp(got, "answer", 6), 0);
	CU_ASSERT_EQUAL(tls_session_read(&pair.client_side, got, sizeof(got)), -1);
	CU_ASSERT_EQUAL(errno, EAGAIN);
	CU_ASSERT_FALSE(tls_session_has_more(&pair.client_side));
}

static const struct tls_peer anybody = {.protocol = TLS_PROTOCOL_DOT};

static void octets_go_both_ways(void)
{
	uint8_t octet;
	pair_open();
	for (int version = TLS1_2_VERSION; version <= TLS1_3_VERSION; version++) {
		pair_connect(&anybody);
		SSL_set_max_proto_version(pair.client_side.ssl, version);
		CU_ASSERT_TRUE(is_open(shake_hands()));
		CU_ASSERT_EQUAL(SSL_version(pair.server_side.ssl), version);
		exchange();
		tls_session_close(&pair.client_side);
		tls_session_readable(&pair.server_side, false);
		CU_ASSERT_EQUAL(tls_session_read(&pair.server_side, &octet, 1), 0);
		pair_hang_up();
		tls_resume_fini(&pair.resume);
	}
	pair_close();
}

static void an_old_version_is_refused(void)
{
	pair_open();
	pair_connect(&anybody);
	SSL_set_min_proto_version(pair.client_side.ssl, TLS1_1_VERSION);
	SSL_set_max_proto_version(pair.client_side.ssl, TLS1_1_VERSION);
	SSL_set_security_level(pair.client_side.ssl, 0);
	(void)SSL_set_cipher_list(pair.client_side.ssl, "ALL:@SECLEVEL=0");
	CU_ASSERT_EQUAL(shake_hands().server, TLS_STEP_FAILED);
	CU_ASSERT_EQUAL(pair.server_side.failure, TLS_FAILURE_VERSION);
	CU_ASSERT_STRING_EQUAL(tls_failure_text(TLS_FAILURE_VERSION), "no version in common");
	pair_hang_up();
	pair_close();
}

static void another_protocol_is_refused(void)
{
	const struct tls_peer web = {.protocol = TLS_PROTOCOL_H2};
	pair_open();
	pair_connect(&web);
	struct steps steps = shake_hands();
	CU_ASSERT_EQUAL(steps.server, TLS_STEP_FAILED);
	CU_ASSERT_EQUAL(pair.server_side.failure, TLS_FAILURE_ALPN);
	CU_ASSERT_EQUAL(steps.client, TLS_STEP_FAILED);
	CU_ASSERT_EQUAL(pair.client_side.failure, TLS_FAILURE_ALPN);
	pair_hang_up();
	pair_close();
}

static void names_are_verified(void)
{
	static const struct {
		const char *name;
		bool good;
	} cases[] = {{"ns.test", true},   {"localhost", true},  {"127.0.0.1", true},
	             {"ns1.test", false}, {"127.0.0.2", false}, {"test", false}};
	pair_open();
	for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
		const struct tls_peer peer = {.name = cases[i].name, .verify_name = true};
		pair_connect(&peer);
		enum tls_step got = shake_hands().client;
		CU_ASSERT_EQUAL(got, cases[i].good ? TLS_STEP_DONE : TLS_STEP_FAILED);
		CU_ASSERT_EQUAL(pair.client_side.failure,
		                cases[i].good ? TLS_FAILURE_NONE : TLS_FAILURE_CERTIFICATE);
		pair_hang_up();
		tls_resume_fini(&pair.resume);
	}
	pair_close();
}

static void an_unknown_authority_is_refused(void)
{
	const struct tls_peer peer = {.name = "ns.test", .verify_name = true};
	struct tls_rig_files other;
	struct problem problem;
	pair_open();
	tls_rig_make(&other, NULL);
	tls_client_free(pair.client);
	CU_ASSERT_EQUAL_FATAL(tls_client_create(other.cert, &pair.client, &problem), RESULT_OK);
	pair_connect(&peer);
	CU_ASSERT_EQUAL(shake_hands().client, TLS_STEP_FAILED);
	CU_ASSERT_EQUAL(pair.client_side.failure, TLS_FAILURE_CERTIFICATE);
	pair_hang_up();
	tls_rig_remove(&other);
	pair_close();
}

static void pins_are_compared(void)
{
	uint8_t pins[2 * TLS_PIN_BYTES] = {0};
	pair_open();
	const struct tls_peer peer = {.pin_count = 2, .pins = pins};
	pair_connect(&peer);
	CU_ASSERT_EQUAL(shake_hands().client, TLS_STEP_FAILED);
	CU_ASSERT_EQUAL(pair.client_side.failure, TLS_FAILURE_CERTIFICATE);
	pair_hang_up();
	memcpy(pins + TLS_PIN_BYTES, pair.files.pin, TLS_PIN_BYTES);
	pair_connect(&peer);
	CU_ASSERT_TRUE(is_open(shake_hands()));
	pair_hang_up();
	pair_close();
}

/* One connection; gives whether it was resumed. */
static bool resumes(int version)
{
	pair_connect(&anybody);
	SSL_set_max_proto_version(pair.client_side.ssl, version);
	CU_ASSERT_TRUE(is_open(shake_hands()));
	exchange();
	bool resumed = tls_session_is_resumed(&pair.server_side);
	CU_ASSERT_EQUAL(tls_session_is_resumed(&pair.client_side), resumed);
	pair_hang_up();
	return resumed;
}

static void sessions_resume_while_the_key_is_kept(void)
{
	pair_open();
	for (int version = TLS1_2_VERSION; version <= TLS1_3_VERSION; version++) {
		CU_ASSERT_FALSE(resumes(version));
		CU_ASSERT_TRUE(resumes(version));
		tls_tickets_rotate(&pair.tickets, pair.tickets.key[0].born_us + HOUR_US - 1);
		CU_ASSERT_TRUE(resumes(version));
		/* A key of before still opens; the ticket is renewed. */
		tls_tickets_rotate(&pair.tickets, pair.tickets.key[0].born_us + HOUR_US);
		CU_ASSERT_TRUE(resumes(version));
		/* A new certificate changes nothing. */
		tls_server_free(pair.server);
		pair.server = tls_rig_server(&pair.files, TLS_PROTOCOL_DOT);
		CU_ASSERT_TRUE(resumes(version));
		for (int i = 0; i < TLS_TICKET_KEYS; i++)
			tls_tickets_rotate(&pair.tickets, pair.tickets.key[0].born_us + HOUR_US);
		CU_ASSERT_EQUAL(pair.tickets.count, TLS_TICKET_KEYS);
		CU_ASSERT_FALSE(resumes(version));
		tls_resume_fini(&pair.resume);
	}
	pair_close();
}

static void a_context_may_go_before_its_sessions(void)
{
	pair_open();
	pair_connect(&anybody);
	tls_server_free(pair.server);
	CU_ASSERT_TRUE(is_open(shake_hands()));
	exchange();
	pair_hang_up();
	pair.server = tls_rig_server(&pair.files, TLS_PROTOCOL_DOT);
	pair_close();
}

static void what_is_no_tls_is_told(void)
{
	static const char texts[][20] = {"GET / HTTP/1.1\r\n\r\n", "\0\024\0\0\1\0\0\1\0\0\0\0\0",
	                                 "\x16\x03\x01\xff\xff garbage"};
	pair_open();
	for (size_t i = 0; i < ARRAY_COUNT(texts); i++) {
		pair_connect(&anybody);
		CU_ASSERT_EQUAL(send(pair.fd[1], texts[i], 18, 0), 18);
		CU_ASSERT_EQUAL(tls_session_handshake(&pair.server_side), TLS_STEP_FAILED);
		CU_ASSERT_EQUAL(pair.server_side.failure, TLS_FAILURE_NOT_TLS);
		pair_hang_up();
	}
	pair_connect(&anybody);
	tls_session_close(&pair.client_side);
	(void)shutdown(pair.fd[1], SHUT_WR);
	CU_ASSERT_EQUAL(tls_session_handshake(&pair.server_side), TLS_STEP_FAILED);
	CU_ASSERT_EQUAL(pair.server_side.failure, TLS_FAILURE_CLOSED);
	pair_hang_up();
	pair_close();
}

static void a_flood_of_key_updates_is_abuse(void)
{
	uint8_t octets[16];
	ssize_t got = -1;
	pair_open();
	pair_connect(&anybody);
	CU_ASSERT_TRUE(is_open(shake_hands()));
	exchange();
	for (int i = 0; i <= TLS_POST_MESSAGES_MAX && got < 0; i++) {
		CU_ASSERT_EQUAL(SSL_key_update(pair.client_side.ssl, SSL_KEY_UPDATE_NOT_REQUESTED),
		                1);
		CU_ASSERT_EQUAL(SSL_do_handshake(pair.client_side.ssl), 1);
		tls_session_readable(&pair.server_side, false);
		errno = 0;
		got = tls_session_read(&pair.server_side, octets, sizeof(octets));
		CU_ASSERT_EQUAL(errno, i < TLS_POST_MESSAGES_MAX ? EAGAIN : EPROTO);
	}
	CU_ASSERT_EQUAL(pair.server_side.failure, TLS_FAILURE_ABUSE);
	pair_hang_up();
	pair_close();
}

static void renegotiation_is_refused(void)
{
	uint8_t octets[16];
	pair_open();
	pair_connect(&anybody);
	SSL_set_max_proto_version(pair.client_side.ssl, TLS1_2_VERSION);
	SSL_clear_options(pair.client_side.ssl, SSL_OP_NO_RENEGOTIATION);
	CU_ASSERT_TRUE(is_open(shake_hands()));
	CU_ASSERT_EQUAL(SSL_renegotiate(pair.client_side.ssl), 1);
	(void)SSL_do_handshake(pair.client_side.ssl);
	tls_session_readable(&pair.server_side, false);
	CU_ASSERT_EQUAL(tls_session_read(&pair.server_side, octets, sizeof(octets)), -1);
	tls_session_readable(&pair.client_side, false);
	CU_ASSERT_NOT_EQUAL(SSL_do_handshake(pair.client_side.ssl), 1);
	CU_ASSERT_EQUAL(SSL_version(pair.server_side.ssl), TLS1_2_VERSION);
	pair_hang_up();
	pair_close();
}

/* A record of 16 KiB through a small buffer, and a writer that the kernel stops. */
static void large_and_stopped(void)
{
	static uint8_t sent[16384], got[16384];
	size_t count = 0, more = 0;
	ssize_t part;
	pair_open();
	pair_connect(&anybody);
	CU_ASSERT_TRUE(is_open(shake_hands()));
	exchange();
	for (size_t i = 0; i < sizeof(sent); i++)
		sent[i] = (uint8_t)(i * 7);
	CU_ASSERT_EQUAL(tls_session_write(&pair.client_side, sent, sizeof(sent)), sizeof(sent));
	tls_session_readable(&pair.server_side, false);
	while (count < sizeof(got) &&
	       (part = tls_session_read(&pair.server_side, got + count, 1000)) > 0)
		count += (size_t)part;
	CU_ASSERT_EQUAL(count, sizeof(got));
	CU_ASSERT_EQUAL(memcmp(sent, got, sizeof(got)), 0);
	while ((part = tls_session_write(&pair.client_side, sent, sizeof(sent))) > 0)
		more += (size_t)part;
	CU_ASSERT_EQUAL(errno, EAGAIN);
	CU_ASSERT_TRUE(pair.client_side.wants_write);
	for (count = 0; count < more; count += (size_t)part) {
		tls_session_readable(&pair.server_side, false);
		part = tls_session_read(&pair.server_side, got, sizeof(got));
		CU_ASSERT_TRUE_FATAL(part > 0);
	}
	CU_ASSERT_TRUE(tls_session_write(&pair.client_side, sent, sizeof(sent)) > 0);
	pair_hang_up();
	pair_close();
}

int main(int argc, char **argv)
{
	static const struct unit_case cases[] = {
	    {"octets_go_both_ways", octets_go_both_ways},
	    {"an_old_version_is_refused", an_old_version_is_refused},
	    {"another_protocol_is_refused", another_protocol_is_refused},
	    {"names_are_verified", names_are_verified},
	    {"an_unknown_authority_is_refused", an_unknown_authority_is_refused},
	    {"pins_are_compared", pins_are_compared},
	    {"sessions_resume_while_the_key_is_kept", sessions_resume_while_the_key_is_kept},
	    {"a_context_may_go_before_its_sessions", a_context_may_go_before_its_sessions},
	    {"what_is_no_tls_is_told", what_is_no_tls_is_told},
	    {"a_flood_of_key_updates_is_abuse", a_flood_of_key_updates_is_abuse},
	    {"renegotiation_is_refused", renegotiation_is_refused},
	    {"large_and_stopped", large_and_stopped},
	};
	return unit_main(argc, argv, "slowpath/tls_session", cases, ARRAY_COUNT(cases));
}
