/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Answers of many messages: made as the client takes them, whole or not at all, beside other answers. */
#include <errno.h>
#include <fcntl.h>

#include "slowpath/tcp_int.h"
#include "tcp_rig.h"

/* A transfer of `count` messages; what happened to it. */
struct transfer {
	struct tcp_producer producer; /* first */
	uint16_t id;
	uint32_t len; /* of each message */
	uint32_t count;
	uint32_t made;
	uint32_t pause_at; /* says once that there is nothing now, 0: never */
	uint32_t fail_at; /* 0: never */
	uint32_t done;
	bool complete;
};

static enum tcp_produced next(struct tcp_producer *producer, uint8_t *message, uint32_t size,
                              uint32_t *len)
{
	struct transfer *transfer = (struct transfer *)producer;
	CU_ASSERT_EQUAL(transfer->done, 0);
	CU_ASSERT_EQUAL(size, 65535);
	if (transfer->pause_at != 0 && transfer->made == transfer->pause_at) {
		transfer->pause_at = 0;
		return TCP_PRODUCED_LATER;
	}
	if (transfer->fail_at != 0 && transfer->made == transfer->fail_at)
		return TCP_PRODUCED_FAILED;
	if (transfer->made == transfer->count)
		return TCP_PRODUCED_END;
	memset(message, 0, transfer->len);
	bytes_store_u16(message, transfer->id);
	bytes_store_u32(message + 12, transfer->made++);
	*len = transfer->len;
	return TCP_PRODUCED_MESSAGE;
}

static void done(struct tcp_producer *producer, bool complete)
{
	struct transfer *transfer = (struct transfer *)producer;
	transfer->done++;
	transfer->complete = complete;
}

static struct transfer transfer_of(uint16_t id, uint32_t len, uint32_t count)
{
	return (struct transfer){
	    .producer = {.next = next, .done = done}, .id = id, .len = len, .count = count};
}

/* A client whose only query, with the id of the transfer, is answered by the transfer. */
static int begin(struct transfer *transfer)
{
	int client = arrive();
	uint32_t before = rig.message_count;
	rig_send_query(client, transfer->id);
	RIG_PUMP(message_count, before + 1);
	CU_ASSERT_EQUAL(tcp_server_produce(&rig.server, rig.messages[before].stream,
	                                   &transfer->producer, rig.now_us),
	                RESULT_OK);
	return client;
}

/* What a client has read of messages. */
struct reader {
	uint8_t octets[2 + 65535];
	size_t len;
	uint32_t messages; /* whole ones */
	uint32_t number; /* of the last one */
	uint16_t id;
};

/* Reads what is there, at most `octets`; gives whether there was something. */
static bool read_some(int fd, struct reader *reader, size_t octets)
{
	bool any = false;
	while (octets > 0) {
		size_t whole = reader->len < 2 ? 2 : 2u + bytes_load_u16(reader->octets);
		size_t wanted = whole - reader->len < octets ? whole - reader->len : octets;
		ssize_t count = recv(fd, reader->octets + reader->len, wanted, MSG_DONTWAIT);
		if (count <= 0)
			break;
		any = true;
		octets -= (size_t)count;
		reader->len += (size_t)count;
		if (reader->len < 2 || reader->len < 2u + bytes_load_u16(reader->octets))
			continue;
		reader->id = bytes_load_u16(reader->octets + 2);
		reader->number = bytes_load_u32(reader->octets + 2 + 12);
		reader->messages++;
		reader->len = 0;
	}
	return any;
}

/* Reads all of a transfer. */
static void read_all(int fd, struct reader *reader, const struct transfer *transfer)
{
	uint64_t end = rig_clock_ms() + RIG_PATIENCE_MS;
	while (reader->messages < transfer->count && rig_clock_ms() < end) {
		uint32_t before = reader->messages;
		(void)rig_turn(0);
		(void)read_some(fd, reader, SIZE_MAX);
		if (reader->messages > before)
			CU_ASSERT_EQUAL(reader->number, reader->messages - 1);
	}
	CU_ASSERT_EQUAL(reader->messages, transfer->count);
	CU_ASSERT_EQUAL(reader->id, transfer->id);
}

static void many_messages_in_order(void)
{
	static const uint32_t lens[] = {16, 4000, 4097, 65535};
	static struct reader reader;
	for (size_t i = 0; i < ARRAY_COUNT(lens); i++) {
		struct tcp_limits limits = few(4);
		struct transfer transfer = transfer_of(7, lens[i], 300);
		rig_open(&limits);
		int client = begin(&transfer);
		memset(&reader, 0, sizeof(reader));
		read_all(client, &reader, &transfer);
		rig_settle();
		CU_ASSERT_EQUAL(transfer.done, 1);
		CU_ASSERT_TRUE(transfer.complete);
		CU_ASSERT_TRUE(is_served(client));
		(void)close(client);
		rig_close();
	}
}

/* A transfer of 64 MB to a client that does not read takes a bounded part of it; it goes on when the client does, and
 * meanwhile others are served. */
static void a_slow_reader_slows_its_own_transfer(void)
{
	static struct reader reader;
	struct tcp_limits limits = few(4);
	struct transfer transfer = transfer_of(3, 16000, 4000);
	rig_open(&limits);
	int size = 4096;
	rig.client_buffer = size;
	(void)setsockopt(rig.server.listeners[0].fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	int slow = begin(&transfer);
	int good = arrive();
	rig_settle();
	uint32_t made = transfer.made;
	CU_ASSERT_TRUE(made < 100);
	CU_ASSERT_TRUE((limits.output_blocks - rig.server.output_pool.free_count) *
	                   STREAM_BLOCK_BYTES <=
	               TCP_OUTPUT_PAUSE_BYTES + 65537 + STREAM_BLOCK_BYTES);
	CU_ASSERT_TRUE(is_served(good));
	CU_ASSERT_EQUAL(transfer.made, made);
	memset(&reader, 0, sizeof(reader));
	for (int i = 0; i < 40; i++) {
		(void)read_some(slow, &reader, 16000);
		rig_settle();
	}
	CU_ASSERT_TRUE(transfer.made > made);
	CU_ASSERT_TRUE(transfer.made < made + 100);
	/* And when it reads no more at all it is cut off, and its owner told. */
	advance((uint64_t)limits.output_timeout_ms * MS + 1);
	rig_settle();
	CU_ASSERT_EQUAL(transfer.done, 1);
	CU_ASSERT_FALSE(transfer.complete);
	CU_ASSERT_EQUAL(rig.server.counts[TCP_EVENT_SLOW_READER], 1);
	CU_ASSERT_EQUAL(rig.server.output_pool.free_count, limits.output_blocks);
	(void)close(slow);
	(void)close(good);
	rig_close();
}

static void other_answers_go_between(void)
{
	static struct reader reader;
	struct tcp_limits limits = few(4);
	struct transfer transfer = transfer_of(5, 60000, 200);
	rig_open(&limits);
	int client = begin(&transfer);
	(void)rig_turn(0);
	rig_send_query(client, 9);
	memset(&reader, 0, sizeof(reader));
	bool seen = false;
	for (uint64_t end = rig_clock_ms() + RIG_PATIENCE_MS;
	     (reader.messages <= transfer.count || !seen) && rig_clock_ms() < end;) {
		(void)rig_turn(0);
		if (rig.message_count == 2) {
			CU_ASSERT_EQUAL(rig_answer(1, 40), RESULT_OK);
			rig.message_count++;
			CU_ASSERT_TRUE(transfer.made < transfer.count);
		}
		uint32_t before = reader.messages;
		(void)read_some(client, &reader,
		                (reader.len < 2 ? 2u : 2u + bytes_load_u16(reader.octets)) -
		                    reader.len);
		seen |= reader.messages > before && reader.id == 9;
		if (reader.messages > transfer.count && seen)
			break;
	}
	CU_ASSERT_TRUE(seen);
	CU_ASSERT_TRUE(transfer.complete);
	(void)close(client);
	rig_close();
}

/* Two transfers asked for on one connection: one after the other. */
static void one_after_the_other(void)
{
	static struct reader reader;
	struct tcp_limits limits = few(4);
	struct transfer first = transfer_of(1, 5000, 50), second = transfer_of(2, 5000, 50);
	rig_open(&limits);
	int client = arrive();
	rig_send_query(client, 1);
	rig_send_query(client, 2);
	RIG_PUMP(message_count, 2);
	CU_ASSERT_EQUAL(
	    tcp_server_produce(&rig.server, rig.messages[0].stream, &first.producer, rig.now_us),
	    RESULT_OK);
	CU_ASSERT_EQUAL(
	    tcp_server_produce(&rig.server, rig.messages[1].stream, &second.producer, rig.now_us),
	    RESULT_OK);
	memset(&reader, 0, sizeof(reader));
	for (uint64_t end = rig_clock_ms() + RIG_PATIENCE_MS;
	     reader.messages < 100 && rig_clock_ms() < end;) {
		uint32_t before = reader.messages;
		(void)rig_turn(0);
		(void)read_some(client, &reader, 5002 - reader.len);
		if (reader.messages > before) {
			CU_ASSERT_EQUAL(reader.id, before < 50 ? 1 : 2);
			CU_ASSERT_EQUAL(reader.number, before % 50);
		}
	}
	CU_ASSERT_EQUAL(reader.messages, 100);
	rig_settle();
	CU_ASSERT_TRUE(first.complete && second.complete);
	CU_ASSERT_EQUAL(first.done + second.done, 2);
	(void)close(client);
	rig_close();
}

static void a_producer_that_waits(void)
{
	static struct reader reader;
	struct tcp_limits limits = few(4);
	struct transfer transfer = transfer_of(1, 100, 20), forgotten = transfer_of(2, 100, 20);
	transfer.pause_at = forgotten.pause_at = 10;
	rig_open(&limits);
	int client = begin(&transfer);
	rig_settle();
	CU_ASSERT_EQUAL(transfer.made, 10);
	/* Nothing is to be done for it, and it is not idle. */
	CU_ASSERT_TRUE(tcp_server_deadline_us(&rig.server, rig.now_us) > rig.now_us);
	advance((uint64_t)limits.idle_timeout_ms * MS + 1);
	CU_ASSERT_EQUAL(rig.server.open_count, 1);
	tcp_server_resume(&rig.server, &transfer.producer, rig.now_us);
	memset(&reader, 0, sizeof(reader));
	read_all(client, &reader, &transfer);
	rig_settle();
	CU_ASSERT_TRUE(transfer.complete);
	/* One that nobody resumes does not stay for ever. */
	int other = begin(&forgotten);
	rig_settle();
	advance((uint64_t)limits.answer_timeout_ms * MS + 1);
	rig_settle();
	CU_ASSERT_EQUAL(forgotten.done, 1);
	CU_ASSERT_FALSE(forgotten.complete);
	(void)close(client);
	(void)close(other);
	rig_close();
}

/* What cannot be ended is cut off: nobody takes it for the whole. */
static void half_of_a_transfer_is_none(void)
{
	struct tcp_limits limits = few(4);
	struct transfer fails = transfer_of(1, 100, 20), leaves = transfer_of(2, 65535, 1000);
	fails.fail_at = 10;
	rig_open(&limits);
	int client = begin(&fails);
	RIG_PUMP(server.open_count, 0);
	CU_ASSERT_EQUAL(fails.done, 1);
	CU_ASSERT_FALSE(fails.complete);
	int gone = begin(&leaves);
	(void)rig_turn(0);
	(void)close(gone);
	RIG_PUMP(server.open_count, 0);
	CU_ASSERT_EQUAL(leaves.done, 1);
	CU_ASSERT_FALSE(leaves.complete);
	CU_ASSERT_EQUAL(
	    tcp_server_produce(&rig.server, rig.messages[1].stream, &leaves.producer, rig.now_us),
	    RESULT_NOT_FOUND);
	/* A server that closes tells owners too. */
	struct transfer waits = transfer_of(3, 100, 20);
	waits.pause_at = 1;
	int last = begin(&waits);
	rig_settle();
	(void)close(client);
	rig_close();
	CU_ASSERT_EQUAL(waits.done, 1);
	(void)close(last);
}

/* Transfers count as queries in flight: their number is bounded. */
static void as_many_as_queries(void)
{
	struct tcp_limits limits = few(4);
	struct transfer transfers[2] = {transfer_of(1, 100, 20), transfer_of(2, 100, 20)};
	limits.in_flight_max = 2;
	rig_open(&limits);
	int client = arrive();
	for (uint16_t i = 0; i < 2; i++) {
		transfers[i].pause_at = 1;
		rig_send_query(client, i);
	}
	RIG_PUMP(message_count, 2);
	for (uint16_t i = 0; i < 2; i++)
		CU_ASSERT_EQUAL(tcp_server_produce(&rig.server, rig.messages[i].stream,
		                                   &transfers[i].producer, rig.now_us),
		                RESULT_OK);
	rig_send_query(client, 3);
	rig_settle();
	CU_ASSERT_EQUAL(rig.message_count, 2);
	(void)close(client);
	rig_close();
}

int main(int argc, char **argv)
{
	static const struct unit_case cases[] = {
	    {"many_messages_in_order", many_messages_in_order},
	    {"a_slow_reader_slows_its_own_transfer", a_slow_reader_slows_its_own_transfer},
	    {"other_answers_go_between", other_answers_go_between},
	    {"one_after_the_other", one_after_the_other},
	    {"a_producer_that_waits", a_producer_that_waits},
	    {"half_of_a_transfer_is_none", half_of_a_transfer_is_none},
	    {"as_many_as_queries", as_many_as_queries},
	};
	return unit_main(argc, argv, "slowpath/tcp_producer", cases, ARRAY_COUNT(cases));
}
