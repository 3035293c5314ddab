/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Clients that do not read their answers: what waits for them is bounded, in time, for each and for all. */
#include <errno.h>

#include "tcp_rig.h"

/* Sends queries and answers them largely until the kernel takes no more. Gives the last result. */
static enum result stuff(int client, uint32_t answers)
{
	enum result result = RESULT_OK;
	for (uint32_t i = 0; i < answers && result == RESULT_OK; i++) {
		rig_send_query(client, (uint16_t)i);
		uint32_t before = rig.message_count;
		if (!rig_pump(&rig.message_count, sizeof(rig.message_count), before + 1))
			return RESULT_AGAIN; /* paused: too much waits */
		result = rig_answer(before, 65535);
		tcp_server_flush(&rig.server, rig.now_us);
	}
	return result;
}

/* Small kernel buffers for connections to come, so that little is enough. */
static void shrink_buffers(void)
{
	int size = 4096;
	rig.client_buffer = size;
	(void)setsockopt(rig.server.listeners[0].fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
}

static void a_slow_reader_ends(void)
{
	struct tcp_limits limits = few(4);
	rig_open(&limits);
	shrink_buffers();
	int slow = arrive(), good = arrive();
	for (uint16_t id = 0; id < 8; id++)
		rig_send_query(slow, id);
	RIG_PUMP(message_count, 8);
	for (uint32_t i = 0; i < 8; i++)
		CU_ASSERT_EQUAL(rig_answer(i, 65535), RESULT_OK);
	rig_settle();
	uint32_t used = limits.output_blocks - rig.server.output_pool.free_count;
	CU_ASSERT_TRUE(used > 0);
	/* It asks on, but is not listened to while so much waits for it. */
	rig_send_query(slow, 9);
	rig_settle();
	CU_ASSERT_EQUAL(rig.message_count, 8);
	CU_ASSERT_TRUE(is_served(good));
	/* A few octets now and then are no progress. */
	for (int i = 0; i < 4; i++) {
		uint8_t octets[16];
		advance(limits.output_timeout_ms * (uint64_t)MS / 5);
		CU_ASSERT_EQUAL(recv(slow, octets, sizeof(octets), 0), sizeof(octets));
	}
	CU_ASSERT_EQUAL(rig.server.counts[TCP_EVENT_SLOW_READER], 0);
	advance(limits.output_timeout_ms * (uint64_t)MS / 5);
	CU_ASSERT_EQUAL(rig.server.counts[TCP_EVENT_SLOW_READER], 1);
	CU_ASSERT_EQUAL(rig.server.output_pool.free_count, limits.output_blocks);
	CU_ASSERT_TRUE(is_served(good));
	(void)close(slow);
	(void)close(good);
	rig_close();
}

static void waiting_output_is_bounded_for_one(void)
{
	struct tcp_limits limits = few(4);
	limits.output_bytes_max = 65537;
	rig_open(&limits);
	shrink_buffers();
	int slow = arrive();
	rig_send_query(slow, 1);
	rig_send_query(slow, 2);
	rig_send_query(slow, 3);
	RIG_PUMP(message_count, 3);
	CU_ASSERT_EQUAL(rig_answer(0, 65535), RESULT_OK);
	enum result result = rig_answer(1, 65535);
	if (result == RESULT_OK)
		result = rig_answer(2, 65535);
	CU_ASSERT_EQUAL(result, RESULT_NO_SPACE);
	CU_ASSERT_EQUAL(rig.server.open_count, 0);
	CU_ASSERT_EQUAL(rig.server.output_pool.free_count, limits.output_blocks);
	(void)close(slow);
	rig_close();
}

static void the_slowest_reader_makes_room(void)
{
	struct tcp_limits limits = few(4);
	limits.output_blocks = 20;
	rig_open(&limits);
	shrink_buffers();
	int first = arrive(), second = arrive();
	CU_ASSERT_EQUAL(stuff(first, 1), RESULT_OK);
	advance(1);
	CU_ASSERT_TRUE(rig.server.output_pool.free_count < 17);
	CU_ASSERT_EQUAL(stuff(second, 1), RESULT_OK);
	CU_ASSERT_EQUAL(rig.server.counts[TCP_EVENT_SLOW_READER], 1);
	CU_ASSERT_EQUAL(rig.server.open_count, 1);
	(void)close(first);
	(void)close(second);
	rig_close();
}

int main(int argc, char **argv)
{
	static const struct unit_case cases[] = {
	    {"a_slow_reader_ends", a_slow_reader_ends},
	    {"waiting_output_is_bounded_for_one", waiting_output_is_bounded_for_one},
	    {"the_slowest_reader_makes_room", the_slowest_reader_makes_room},
	};
	return unit_main(argc, argv, "slowpath/tcp_answer", cases, ARRAY_COUNT(cases));
}
