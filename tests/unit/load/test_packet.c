/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Frames that we write, read by net/frame.h; answers made from them. */
#include "load/packet.h"

#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "dns/message.h"
#include "net/reply.h"
#include "unit.h"

static struct query_file file;
static struct packet_route route;

static void make(const char *server, const char *source, uint8_t vlans, bool cookie)
{
	static char text[] = "www.example.com A\nlonger.name.example.com AAAA\n";
	const struct query_file_settings settings = {.edns = true, .cookie = cookie};
	FILE *in = fmemopen(text, sizeof(text) - 1, "r");
	CU_ASSERT_EQUAL_FATAL(query_file_read(in, "x", &settings, stderr, &file), RESULT_OK);
	fclose(in);
	route = (struct packet_route){
	    .source_count = 300,
	    .source_mac = {2, 0, 0, 0, 0, 1},
	    .target_mac = {2, 0, 0, 0, 0, 2},
	    .vlan_id = {7, 8},
	    .vlan_count = vlans,
	};
	CU_ASSERT_EQUAL_FATAL(net_endpoint_parse(server, 53, &route.server), RESULT_OK);
	CU_ASSERT_EQUAL_FATAL(net_address_parse(source, &route.first_source), RESULT_OK);
	CU_ASSERT_EQUAL_FATAL(packet_route_prepare(&route), RESULT_OK);
}

static uint16_t write_query(uint32_t query, uint32_t source, uint16_t port, uint16_t id,
                            const struct packet_cookie *cookie, uint8_t *frame)
{
	const struct packet_query what = {
	    .message = query_file_message(&file, query),
	    .entry = &file.entries[query],
	    .source = source,
	    .port = port,
	    .id = id,
	    .cookie = cookie,
	};
	memset(frame, 0xa5, PACKET_BYTES_MAX);
	return packet_write(&route, &what, frame);
}

static void check_query(uint8_t vlans, uint32_t source, const struct packet_cookie *cookie)
{
	uint8_t frame[PACKET_BYTES_MAX];
	struct net_frame parts;
	struct net_address from;
	uint16_t len = write_query(1, source, 40000, 0xabcd, cookie, frame);
	CU_ASSERT_EQUAL_FATAL(net_frame_parse(frame, len, &parts), NET_FRAME_UDP);
	CU_ASSERT_EQUAL(net_frame_checksum_check(frame, &parts, false), NET_CHECKSUM_GOOD);
	CU_ASSERT_EQUAL(parts.vlan_count, vlans);
	CU_ASSERT_EQUAL(parts.source_port, 40000);
	CU_ASSERT_EQUAL(parts.target_port, 53);
	CU_ASSERT_EQUAL(parts.payload_at + parts.payload_len, len);
	packet_source(&route, source, &from);
	CU_ASSERT_EQUAL(
	    memcmp(net_frame_source(frame, &parts), from.octets, net_address_bytes(from.family)),
	    0);
	CU_ASSERT_EQUAL(dns_message_id(frame + parts.payload_at), 0xabcd);
}

static void test_write(void)
{
	for (uint8_t vlans = 0; vlans <= 2; vlans++) {
		make("10.53.0.2", "10.53.0.250", vlans, false);
		for (uint32_t source = 0; source < 300; source += 13)
			check_query(vlans, source, NULL);
		query_file_free(&file);
		make("[fd53::2]:53", "fd53::fff0", vlans, false);
		for (uint32_t source = 0; source < 300; source += 13)
			check_query(vlans, source, NULL);
		query_file_free(&file);
	}
}

static void test_sources(void)
{
	struct net_address address;
	char text[NET_TEXT_BYTES];
	make("10.53.0.2", "10.53.0.250", 0, false);
	packet_source(&route, 10, &address);
	CU_ASSERT_STRING_EQUAL(net_address_format(&address, text), "10.53.1.4");
	query_file_free(&file);
	route.first_source.family = 6;
	CU_ASSERT_EQUAL(packet_route_prepare(&route), RESULT_MALFORMED);
	route.first_source.family = 4;
	route.source_count = 0;
	CU_ASSERT_EQUAL(packet_route_prepare(&route), RESULT_OUT_OF_RANGE);
}

/* The query itself, sent back: ports and addresses the other way round, QR set. */
static void turn_round(uint8_t *frame, const struct net_frame *parts)
{
	uint8_t swap[16];
	uint8_t *ip = frame + parts->l2_len;
	size_t len = net_address_bytes(parts->version);
	uint8_t *source = ip + (parts->version == 4 ? 12 : 8);
	memcpy(swap, source, len);
	memcpy(source, source + len, len);
	memcpy(source + len, swap, len);
	uint8_t *udp = ip + parts->l3_len;
	memcpy(swap, udp, 2);
	memcpy(udp, udp + 2, 2);
	memcpy(udp + 2, swap, 2);
	frame[parts->payload_at + 2] |= 0x80;
}

static void check_answer(const char *server, const char *source)
{
	uint8_t frame[PACKET_BYTES_MAX];
	struct net_frame parts;
	struct packet_answer answer;
	make(server, source, 1, false);
	uint16_t len = write_query(0, 299, 50000, 77, NULL, frame);
	CU_ASSERT_EQUAL(packet_read(&route, frame, len, true, &answer), PACKET_OTHER);
	CU_ASSERT_EQUAL_FATAL(net_frame_parse(frame, len, &parts), NET_FRAME_UDP);
	turn_round(frame, &parts);
	CU_ASSERT_EQUAL(packet_read(&route, frame, len, true, &answer), PACKET_BAD_CHECKSUM);
	CU_ASSERT_EQUAL_FATAL(packet_read(&route, frame, len, false, &answer), PACKET_ANSWER);
	CU_ASSERT_EQUAL(answer.port, 50000);
	CU_ASSERT_EQUAL(answer.id, 77);
	CU_ASSERT_EQUAL(answer.source, 299);
	CU_ASSERT_TRUE(answer.flags & DNS_FLAG_QR);
	CU_ASSERT_TRUE(
	    packet_question_matches(&answer, query_file_message(&file, 0), &file.entries[0]));
	CU_ASSERT_FALSE(
	    packet_question_matches(&answer, query_file_message(&file, 1), &file.entries[1]));
	/* To an address that is none of ours, and from another port. */
	frame[parts.l2_len + (parts.version == 4 ? 19 : 39)] ^= 0x80;
	CU_ASSERT_EQUAL(packet_read(&route, frame, len, false, &answer), PACKET_OTHER);
	frame[parts.l2_len + (parts.version == 4 ? 19 : 39)] ^= 0x80;
	frame[parts.l2_len + parts.l3_len] ^= 1;
	CU_ASSERT_EQUAL(packet_read(&route, frame, len, false, &answer), PACKET_OTHER);
	CU_ASSERT_EQUAL(packet_read(&route, frame, 20, false, &answer), PACKET_OTHER);
	query_file_free(&file);
}

static void test_read(void)
{
	check_answer("10.53.0.2", "10.53.7.0");
	check_answer("fd53::2", "fd53::1:0");
}

static void test_cookies(void)
{
	uint8_t frame[PACKET_BYTES_MAX];
	struct packet_answer answer;
	struct packet_cookie learnt = {0};
	struct net_frame parts;
	struct packet_cookie cookie = {.client = {1, 2, 3, 4, 5, 6, 7, 8}};
	make("10.53.0.2", "10.53.7.0", 0, true);
	check_query(0, 5, &cookie);
	cookie.server_len = 16;
	memset(cookie.server, 0x5c, sizeof(cookie.server));
	check_query(0, 5, &cookie);

	uint16_t len = write_query(0, 5, 50000, 77, &cookie, frame);
	CU_ASSERT_EQUAL_FATAL(net_frame_parse(frame, len, &parts), NET_FRAME_UDP);
	turn_round(frame, &parts);
	CU_ASSERT_EQUAL_FATAL(packet_read(&route, frame, len, false, &answer), PACKET_ANSWER);
	CU_ASSERT_TRUE(packet_find_cookie(&answer, &learnt));
	CU_ASSERT_EQUAL(learnt.server_len, 16);
	CU_ASSERT_EQUAL(memcmp(learnt.server, cookie.server, 16), 0);
	CU_ASSERT_EQUAL(memcmp(learnt.client, cookie.client, 8), 0);
	/* Cut anywhere, nothing is found and nothing is read behind the end. */
	for (uint16_t cut = DNS_HEADER_SIZE; cut < answer.len; cut++) {
		struct packet_answer part = answer;
		uint8_t copy[LOAD_MESSAGE_MAX];
		memcpy(copy, answer.message, cut);
		part.message = copy;
		part.len = cut;
		CU_ASSERT_FALSE(packet_find_cookie(&part, &learnt));
	}
	query_file_free(&file);
}

int main(int argc, char **argv)
{
	static const struct unit_case cases[] = {
	    {"frames of both versions, with tags, have right sums", test_write},
	    {"addresses that are counted up; routes that are refused", test_sources},
	    {"answers are told from everything else", test_read},
	    {"cookies are sent and learnt", test_cookies},
	};
	return unit_main(argc, argv, "load/packet", cases, ARRAY_COUNT(cases));
}
