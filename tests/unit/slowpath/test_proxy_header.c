/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* The PROXY protocol's header, version 2, whole, cut and wrong; and in the TCP server, from who may send it
 * and from who may not. */
#include <string.h>

#include "slowpath/proxy_header.h"
#include "slowpath/slowpath_limits.h"
#include "tcp_rig.h"

#define SIGNATURE "\r\n\r\n\0\r\nQUIT\n"

/* 192.0.2.7:4711 to 192.0.2.1:53, and a TLV. */
static const char tcp4[] = SIGNATURE "\x21\x11\0\x10\xc0\0\2\7\xc0\0\2\1\x12\x67\0\x35\4\0\1x";
#define TCP4_LEN (sizeof(tcp4) - 1)
static const char tcp6[] = SIGNATURE "\x21\x21\0\x24"
                                     "\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1"
                                     "\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\2"
                                     "\x12\x67\0\x35";
static const char local[] = SIGNATURE "\x20\0\0\0";

static enum result parse(const char *data, size_t len, struct proxy_header *out)
{
	return proxy_header_parse((const uint8_t *)data, len, out);
}

static void whole_headers(void)
{
	struct proxy_header header;
	CU_ASSERT_EQUAL(parse(tcp4, TCP4_LEN, &header), RESULT_OK);
	CU_ASSERT_TRUE(header.has_client);
	CU_ASSERT_EQUAL(header.client.family, 4);
	CU_ASSERT_EQUAL(header.client.octets[3], 7);
	CU_ASSERT_EQUAL(header.client.port, 4711);
	CU_ASSERT_EQUAL(header.destination.port, 53);
	CU_ASSERT_EQUAL(parse(tcp6, sizeof(tcp6) - 1, &header), RESULT_OK);
	CU_ASSERT_EQUAL(header.client.family, 6);
	CU_ASSERT_EQUAL(header.client.octets[15], 1);
	CU_ASSERT_EQUAL(header.destination.octets[15], 2);
	CU_ASSERT_EQUAL(parse(local, sizeof(local) - 1, &header), RESULT_OK);
	CU_ASSERT_FALSE(header.has_client);
}

static void cut_headers_want_more(void)
{
	struct proxy_header header;
	for (size_t len = 0; len < TCP4_LEN; len++) {
		CU_ASSERT_EQUAL(parse(tcp4, len, &header), RESULT_TOO_SHORT);
		size_t wants = proxy_header_wants((const uint8_t *)tcp4, len);
		CU_ASSERT_TRUE(wants >= 1 && len + wants <= TCP4_LEN);
	}
	CU_ASSERT_EQUAL(proxy_header_wants((const uint8_t *)tcp4, TCP4_LEN), 0);
}

static void wrong_headers(void)
{
	char octets[sizeof(tcp4)];
	struct proxy_header header;
	static const struct {
		size_t at;
		char value;
		enum result result;
	} cases[] = {
	    {0, 'P', RESULT_MALFORMED},     {11, 0, RESULT_MALFORMED},
	    {12, 0x11, RESULT_MALFORMED},   {12, 0x22, RESULT_MALFORMED},
	    {13, 0x31, RESULT_UNSUPPORTED}, {13, 0x12, RESULT_UNSUPPORTED},
	    {13, 0x21, RESULT_MALFORMED},   {14, 0x7f, RESULT_TOO_LONG},
	    {15, 0x0b, RESULT_MALFORMED},
	};
	for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
		memcpy(octets, tcp4, sizeof(octets));
		octets[cases[i].at] = cases[i].value;
		CU_ASSERT_EQUAL(parse(octets, TCP4_LEN, &header), cases[i].result);
	}
	CU_ASSERT_EQUAL(parse("PROXY TCP4 192.0.2.7", 20, &header), RESULT_MALFORMED);
}

static const struct net_prefix loopback = {{.family = 4, .octets = {127}}, 8};

static void open_for_proxies(const struct tcp_limits *limits)
{
	rig.service = (struct tcp_service){.proxies = &loopback, .proxy_count = 1};
	rig_open(limits);
}

static void close_for_proxies(void)
{
	rig_close();
	rig.service = (struct tcp_service){0};
}

static void a_proxy_names_its_client(void)
{
	struct tcp_limits limits = few(8);
	open_for_proxies(&limits);
	int client = arrive();
	for (size_t i = 0; i < TCP4_LEN; i++) {
		rig_send(client, tcp4 + i, 1);
		rig_settle();
		CU_ASSERT_EQUAL(rig.server.opening_count, i + 1 < TCP4_LEN);
	}
	rig_send_query(client, 7);
	RIG_PUMP(message_count, 1);
	CU_ASSERT_EQUAL(rig.server.opening_count, 0);
	CU_ASSERT_EQUAL(rig.messages[0].client.octets[0], 192);
	CU_ASSERT_EQUAL(rig.messages[0].client.port, 4711);
	CU_ASSERT_EQUAL(rig.messages[0].local.octets[0], 127);
	CU_ASSERT_TRUE(is_served(client));
	(void)close(client);
	close_for_proxies();
}

/* The header, and what follows it, in one write. */
static void limits_hold_for_the_client_that_is_named(void)
{
	struct tcp_limits limits = few(8);
	int clients[4];
	limits.per_client_max = 2;
	open_for_proxies(&limits);
	for (size_t i = 0; i < ARRAY_COUNT(clients); i++) {
		char first[TCP4_LEN + 2 + RIG_QUERY_LEN];
		memcpy(first, tcp4, TCP4_LEN);
		first[19] = (char)(i < 3 ? 7 : 8);
		(void)rig_query((uint8_t *)first + TCP4_LEN, (uint16_t)i);
		clients[i] = arrive();
		rig_send(clients[i], first, sizeof(first));
		if (i == 2) {
			RIG_PUMP(server.counts[TCP_EVENT_REFUSED], 1);
		} else {
			RIG_PUMP(message_count, i < 2 ? i + 1 : 3);
		}
	}
	CU_ASSERT_EQUAL(rig.server.open_count, 3);
	for (size_t i = 0; i < ARRAY_COUNT(clients); i++)
		(void)close(clients[i]);
	close_for_proxies();
}

static void a_proxy_without_a_header_is_closed(void)
{
	struct tcp_limits limits = few(8);
	open_for_proxies(&limits);
	int client = arrive();
	rig_send_query(client, 7);
	RIG_PUMP(server.counts[TCP_EVENT_PROXY_WRONG], 1);
	CU_ASSERT_EQUAL(rig.server.open_count, 0);
	(void)close(client);
	client = arrive();
	rig_send(client, tcp4, TCP4_LEN - 1);
	advance((uint64_t)limits.opening_timeout_ms * MS + 1);
	CU_ASSERT_EQUAL(rig.server.counts[TCP_EVENT_SLOW_OPENING], 1);
	CU_ASSERT_EQUAL(rig.message_count, 0);
	(void)close(client);
	close_for_proxies();
}

/* A header from a client that is no proxy is no query either. */
static void others_cannot_name_a_client(void)
{
	static const struct net_prefix elsewhere = {{.family = 4, .octets = {192, 0, 2}}, 24};
	struct tcp_limits limits = few(8);
	rig.service = (struct tcp_service){.proxies = &elsewhere, .proxy_count = 1};
	rig_open(&limits);
	int client = arrive();
	CU_ASSERT_TRUE(is_served(client));
	CU_ASSERT_EQUAL(rig.messages[0].client.octets[0], 127);
	(void)close(client);
	client = arrive();
	rig_send(client, tcp4, TCP4_LEN);
	rig_settle();
	CU_ASSERT_EQUAL(rig.message_count, 1);
	(void)close(client);
	close_for_proxies();
}

int main(int argc, char **argv)
{
	static const struct unit_case cases[] = {
	    {"whole_headers", whole_headers},
	    {"cut_headers_want_more", cut_headers_want_more},
	    {"wrong_headers", wrong_headers},
	    {"a_proxy_names_its_client", a_proxy_names_its_client},
	    {"limits_hold_for_the_client_that_is_named", limits_hold_for_the_client_that_is_named},
	    {"a_proxy_without_a_header_is_closed", a_proxy_without_a_header_is_closed},
	    {"others_cannot_name_a_client", others_cannot_name_a_client},
	};
	return unit_main(argc, argv, "slowpath/proxy_header", cases, ARRAY_COUNT(cases));
}
