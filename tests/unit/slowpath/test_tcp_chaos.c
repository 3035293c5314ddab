/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Many clients do anything at any time, by a generator with fixed seeds; answers come late, large, or never;
 * time jumps. Whatever happened, afterwards every slot, block and
 * buffer is free. A failure prints its seed: give it as the second argument. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "tcp_rig.h"

#define CLIENTS 24
#define STEPS 3000

static uint64_t state;

/* xorshift64*: quick, and the same everywhere. */
static uint32_t dice(uint32_t sides)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return (uint32_t)((state * 0x2545f4914f6cdd1dULL) >> 33) % sides;
}

static int clients[CLIENTS];
static uint32_t answered; /* messages before this one are answered or forgotten */

static void client_open(int *client)
{
	struct sockaddr_storage name;
	int size = dice(2) ? 4096 : 65536;
	*client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	(void)setsockopt(*client, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	socklen_t length = endpoint_to_sockaddr(&rig.address, &name);
	if (connect(*client, (struct sockaddr *)&name, length) != 0)
		CU_ASSERT_EQUAL(errno, EINPROGRESS);
}

static void client_close(int *client)
{
	struct linger reset = {.l_onoff = 1};
	if (dice(2))
		(void)setsockopt(*client, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	(void)close(*client);
	*client = -1;
}

/* Sends some octets: queries, cut anywhere, or junk. What does not fit into the socket is lost, so that
 * the framing breaks too. */
static void client_send(int client)
{
	static uint8_t octets[65537];
	size_t size = 0;
	switch (dice(5)) {
	case 0: /* junk */
		size = 1 + dice(3000);
		for (size_t i = 0; i < size; i++)
			octets[i] = (uint8_t)dice(256);
		break;
	case 1: /* a large message */
		size = 2 + dice(65536);
		memset(octets, 0, size);
		bytes_store_u16(octets, (uint16_t)(size - 2));
		break;
	case 2: /* a piece of a query */
		(void)rig_query(octets, (uint16_t)dice(65536));
		size = 1 + dice(2 + RIG_QUERY_LEN);
		break;
	default: /* some queries */
		for (uint32_t i = 1 + dice(30); i > 0; i--)
			size += rig_query(octets + size, (uint16_t)dice(65536));
		break;
	}
	(void)!send(client, octets, size, MSG_NOSIGNAL | MSG_DONTWAIT);
}

static void client_act(int *client)
{
	static uint8_t sink[70000];
	if (*client < 0) {
		client_open(client);
		return;
	}
	switch (dice(12)) {
	case 0:
		client_close(client);
		break;
	case 1:
		(void)shutdown(*client, SHUT_WR);
		break;
	case 2:
	case 3:
	case 4:
		(void)!recv(*client, sink, 1 + dice(sizeof(sink)), MSG_DONTWAIT);
		break;
	default:
		client_send(*client);
		break;
	}
}

/* Answers some of what was asked, in order but for some that are never answered. */
static void answer_some(void)
{
	uint32_t left = rig.message_count - answered;
	for (uint32_t i = dice(left + 1); i > 0; i--) {
		uint32_t len = dice(20) == 0 ? 65535 : 12 + dice(2000);
		if (dice(10) > 0)
			(void)!rig_answer(answered, len);
		answered++;
	}
	if (answered == rig.message_count) {
		answered = 0;
		rig.message_count = 0;
	}
}

static void step(void)
{
	client_act(&clients[dice(CLIENTS)]);
	rig.budget = (uint16_t)dice(33);
	rig.refuse = dice(20) == 0;
	(void)rig_turn(0);
	if (dice(3) == 0)
		answer_some();
	rig.now_us += dice(100) == 0 ? 2000000 : dice(10000);
}

/* All clients go, all time-outs pass. */
static void end_all(void)
{
	for (int i = 0; i < CLIENTS; i++)
		if (clients[i] >= 0)
			client_close(&clients[i]);
	rig.refuse = false;
	rig.budget = 32;
	for (int i = 0; i < 40; i++) {
		rig.message_count = 0;
		rig_settle();
		rig.now_us += 10000000;
	}
}

static void chaos(uint64_t seed)
{
	struct tcp_limits limits;
	tcp_limits_default(&limits);
	limits.connections_max = CLIENTS - 4;
	limits.per_client_max = CLIENTS - 6;
	limits.output_blocks = 60;
	limits.large_buffers = 3;
	limits.output_bytes_max = 100000;
	limits.in_flight_max = 10;
	rig_open(&limits);
	state = seed;
	answered = 0;
	for (int i = 0; i < CLIENTS; i++)
		clients[i] = -1;
	for (int i = 0; i < STEPS; i++) {
		step();
		CU_ASSERT_TRUE_FATAL(rig.server.open_count <= limits.connections_max);
	}
	end_all();
	bool clean = rig.server.open_count == 0 &&
	             rig.server.output_pool.free_count == limits.output_blocks &&
	             rig.server.large_pool.free_count == limits.large_buffers &&
	             list_is_empty(&rig.server.ready) && list_is_empty(&rig.server.dirty);
	for (unsigned kind = 0; kind < TCP_TIMER_COUNT; kind++)
		clean = clean && list_is_empty(&rig.server.timers[kind]);
	CU_ASSERT_TRUE(clean);
	if (!clean)
		printf("       seed %llu\n", (unsigned long long)seed);
	/* The dice reach what is meant. */
	CU_ASSERT_TRUE(rig.server.counts[TCP_EVENT_ACCEPTED] > 100);
	CU_ASSERT_TRUE(rig.server.counts[TCP_EVENT_EVICTED] > 0);
	CU_ASSERT_TRUE(rig.server.counts[TCP_EVENT_SLOW_WRITER] > 0);
	CU_ASSERT_TRUE(rig.server.counts[TCP_EVENT_PROTOCOL] > 0);
	rig_close();
}

static uint64_t only_seed;

static void anything_at_any_time(void)
{
	if (only_seed != 0) {
		chaos(only_seed);
		return;
	}
	for (uint64_t seed = 1; seed <= 8; seed++)
		chaos(seed);
}

int main(int argc, char **argv)
{
	static const struct unit_case cases[] = {
	    {"anything_at_any_time", anything_at_any_time},
	};
	if (argc > 2)
		only_seed = strtoull(argv[2], NULL, 10);
	return unit_main(argc, argv, "slowpath/tcp_chaos", cases, ARRAY_COUNT(cases));
}
