/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Framing: the same messages must come out however the stream is cut into reads. */
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "slowpath/stream_input.h"
#include "unit.h"

#define SMALL 64
#define STREAM_MAX 4096

/* Messages of the given lengths, one behind the other; octet i of message m is m + i. */
static size_t make_stream(uint8_t *out, const uint16_t *lengths, size_t count)
{
	size_t at = 0;
	for (size_t m = 0; m < count; m++) {
		bytes_store_u16(out + at, lengths[m]);
		for (size_t i = 0; i < lengths[m]; i++)
			out[at + 2 + i] = (uint8_t)(m + i);
		at += 2u + lengths[m];
	}
	return at;
}

static bool is_message(const uint8_t *message, uint16_t len, size_t m, uint16_t expected)
{
	if (len != expected)
		return false;
	for (size_t i = 0; i < len; i++)
		if (message[i] != (uint8_t)(m + i))
			return false;
	return true;
}

/* Feeds the stream in pieces of `piece` octets and checks every message. Gives how many came out. */
static size_t feed(const uint8_t *stream, size_t size, size_t piece, const uint16_t *lengths)
{
	uint8_t buffer[SMALL];
	struct stream_input input = {.data = buffer, .size = sizeof(buffer)};
	size_t at = 0, got = 0;
	while (at < size) {
		uint8_t *room;
		const uint8_t *message;
		uint16_t len;
		size_t count = stream_input_room(&input, false, &room);
		count = count < piece ? count : piece;
		count = count < size - at ? count : size - at;
		if (count == 0)
			return got; /* stuck: the caller's count will differ */
		memcpy(room, stream + at, count);
		stream_input_filled(&input, (uint32_t)count);
		at += count;
		while (stream_input_next(&input, &message, &len)) {
			CU_ASSERT_TRUE(is_message(message, len, got, lengths[got]));
			stream_input_consume(&input, len);
			got++;
		}
	}
	CU_ASSERT_EQUAL(stream_input_pending(&input), 0);
	return got;
}

static void any_split(void)
{
	static const uint16_t lengths[] = {12, 0, 1, 62, 30, 61, 2, 2, 40};
	uint8_t stream[STREAM_MAX];
	size_t size = make_stream(stream, lengths, ARRAY_COUNT(lengths));
	for (size_t piece = 1; piece <= SMALL; piece++)
		CU_ASSERT_EQUAL(feed(stream, size, piece, lengths), ARRAY_COUNT(lengths));
}

static void a_large_message_asks_for_a_larger_buffer(void)
{
	uint8_t small[SMALL], *room;
	const uint8_t *message;
	uint16_t len;
	struct stream_input input = {.data = small, .size = sizeof(small)};
	uint8_t *large = malloc(65600);
	CU_ASSERT_PTR_NOT_NULL_FATAL(large);
	CU_ASSERT_EQUAL(stream_input_room(&input, false, &room), SMALL);
	memset(room, 7, SMALL);
	bytes_store_u16(room, 65535);
	stream_input_filled(&input, 1);
	CU_ASSERT_FALSE(stream_input_is_too_small(&input)); /* half a length says nothing */
	stream_input_filled(&input, SMALL - 1);
	CU_ASSERT_TRUE(stream_input_is_too_small(&input));
	stream_input_move(&input, large, 65600);
	CU_ASSERT_FALSE(stream_input_is_too_small(&input));
	/* Not an octet more than this message is asked for. */
	uint32_t missing = 65537 - SMALL;
	CU_ASSERT_EQUAL(stream_input_room(&input, true, &room), missing);
	memset(room, 7, missing);
	stream_input_filled(&input, missing - 1);
	CU_ASSERT_FALSE(stream_input_next(&input, &message, &len));
	stream_input_filled(&input, 1);
	CU_ASSERT_TRUE_FATAL(stream_input_next(&input, &message, &len));
	CU_ASSERT_EQUAL(len, 65535);
	stream_input_consume(&input, len);
	CU_ASSERT_EQUAL(stream_input_pending(&input), 0);
	free(large);
}

static void a_full_buffer_has_no_room(void)
{
	uint8_t small[SMALL], *room;
	struct stream_input input = {.data = small, .size = sizeof(small)};
	CU_ASSERT_EQUAL(stream_input_room(&input, false, &room), SMALL);
	bytes_store_u16(room, SMALL - 2);
	stream_input_filled(&input, SMALL);
	CU_ASSERT_EQUAL(stream_input_room(&input, false, &room), 0);
	CU_ASSERT_FALSE(stream_input_is_too_small(&input));
	stream_input_consume(&input, SMALL - 2);
	CU_ASSERT_EQUAL(stream_input_room(&input, false, &room), SMALL);
}

int main(int argc, char **argv)
{
	static const struct unit_case cases[] = {
	    {"any_split", any_split},
	    {"a_large_message_asks_for_a_larger_buffer", a_large_message_asks_for_a_larger_buffer},
	    {"a_full_buffer_has_no_room", a_full_buffer_has_no_room},
	};
	return unit_main(argc, argv, "slowpath/stream_input", cases, ARRAY_COUNT(cases));
}
