/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Floods of frames that cost the client nothing: each ends the session after a bounded number, with bounded memory. */
#include "http_rig.h"

#define FLOOD 100000u
#define MEMORY_MAX (256u * 1024)

/* Header fields: POST, https, "/", authority "a", content-length 9. */
#define POST_OF_9 0x83, 0x87, 0x84, 0x01, 0x01, 'a', 0x0f, 0x0d, 0x01, '9'

/* Gives `frame` again and again until the session ends; at most `sent_max` times, it is checked. */
static void flood(const void *frame, size_t len, size_t sent_max)
{
	size_t sent = 0;
	for (; sent < FLOOD && rig.result == RESULT_OK && !http_session_state(rig.session).is_over;
	     sent++)
		give(frame, len);
	CU_ASSERT_TRUE(sent <= sent_max);
	CU_ASSERT_TRUE(http_server_memory(rig.server) < MEMORY_MAX);
}

/* A session whose client has opened request 1 with a POST that has no end yet. */
static void open_request(void)
{
	static const uint8_t headers[] = {0, 0, 10, 1, 4, 0, 0, 0, 1, POST_OF_9};
	rig_open(false, UINT64_MAX);
	talk();
	give(headers, sizeof(headers));
	CU_ASSERT_EQUAL(rig.result, RESULT_OK);
}

/* CVE-2019-9512, -9515, -9513: each kind of frame, as often as wanted. */
static void frames_without_a_request(void)
{
	static const struct {
		const char *octets;
		size_t len;
	} frames[] = {
	    {"\0\0\x08\x06\0\0\0\0\0"
	     "12345678",
	     17}, /* PING */
	    {"\0\0\0\x04\0\0\0\0\0", 9}, /* SETTINGS */
	    {"\0\0\x05\x02\0\0\0\0\x01"
	     "\0\0\0\0\x10",
	     14}, /* PRIORITY */
	};
	for (size_t i = 0; i < ARRAY_COUNT(frames); i++) {
		rig_open(false, UINT64_MAX);
		talk();
		flood(frames[i].octets, frames[i].len, HTTP_TOKENS_MAX + 1);
		rig_close();
	}
}

/* What nghttp2 passes over without a word to us (RFC 9113 §4.1) costs no more than to read it, and no memory. */
static void frames_that_nobody_knows(void)
{
	static const uint8_t unknown[] = {0, 0, 0, 0xff, 0, 0, 0, 0, 0};
	struct http_request request;
	rig_open(false, UINT64_MAX);
	talk();
	flood(unknown, sizeof(unknown), FLOOD);
	(void)post(MESSAGE_LEN);
	talk();
	CU_ASSERT_TRUE(take(&request));
	rig_close();
}

/* CVE-2019-9518: parts of a request that hold nothing, or nothing but padding. */
static void empty_data(void)
{
	static const uint8_t empty[] = {0, 0, 0, 0, 0, 0, 0, 0, 1};
	static const uint8_t padded[] = {0, 0, 3, 0, 8, 0, 0, 0, 1, 2, 0, 0};
	open_request();
	flood(empty, sizeof(empty), HTTP_TOKENS_MAX + 1);
	rig_close();
	open_request();
	flood(padded, sizeof(padded), HTTP_TOKENS_MAX + 1);
	rig_close();
}

/* Requests whose numbers go backwards. */
static void requests_of_the_past(void)
{
	static const uint8_t newest[] = {0, 0, 10, 1, 4, 0, 0, 0, 99, POST_OF_9};
	static const uint8_t headers[] = {0, 0, 10, 1, 4, 0, 0, 0, 1, POST_OF_9};
	rig_open(false, UINT64_MAX);
	talk();
	give(newest, sizeof(newest));
	flood(headers, sizeof(headers), HTTP_TOKENS_MAX + 1);
	rig_close();
}

/* CVE-2024-27316: header fields without an end. */
static void endless_continuation(void)
{
	static const uint8_t headers[] = {0, 0, 1, 1, 0, 0, 0, 0, 1, 0x82};
	static const uint8_t continuation[] = {0, 0, 1, 9, 0, 0, 0, 0, 1, 0x84};
	rig_open(false, UINT64_MAX);
	talk();
	give(headers, sizeof(headers));
	flood(continuation, sizeof(continuation), 100);
	rig_close();
}

/* One octet stands for a field of some KiB: 16 KiB of frame for 60 MiB of fields. */
static void a_bomb_of_indexed_fields(void)
{
	enum {
		FIELD = 3000,
		REFERENCES = 16000
	};
	/* "x" with a value of FIELD octets, into the dynamic table. */
	static uint8_t plant[9 + 3 + 7 + FIELD] = {0, 0,    0,    1,    4,    0, 0,   0,
	                                           1, 0x83, 0x87, 0x84, 0x40, 1, 'x', 0x7f};
	static uint8_t bomb[9 + 3 + REFERENCES] = {0, 0, 0, 1, 4, 0, 0, 0, 3, 0x83, 0x87, 0x84};
	size_t at = 16;
	uint32_t rest = FIELD - 127;
	for (; rest >= 128; rest /= 128)
		plant[at++] = (uint8_t)(0x80 | rest % 128);
	plant[at++] = (uint8_t)rest;
	memset(plant + at, 'v', FIELD);
	at += FIELD;
	bytes_store_u16(plant + 1, (uint16_t)(at - 9));
	bytes_store_u16(bomb + 1, sizeof(bomb) - 9);
	memset(bomb + 12, 0x80 | 62, REFERENCES);
	rig_open(false, UINT64_MAX);
	talk();
	give(plant, at);
	CU_ASSERT_EQUAL(rig.result, RESULT_OK);
	give(bomb, sizeof(bomb));
	CU_ASSERT_EQUAL(rig.result, RESULT_DENIED);
	CU_ASSERT_TRUE(http_server_memory(rig.server) < MEMORY_MAX);
	talk();
	CU_ASSERT_TRUE(http_session_state(rig.session).is_over);
	rig_close();
}

/* More fields than we told that we take, from somebody honest: that request alone is refused. */
static void too_many_fields(void)
{
	static char value[4000];
	memset(value, 'v', sizeof(value) - 1);
	const nghttp2_nv fields[] = {
	    NV(":method", "GET"),
	    NV(":scheme", "https"),
	    NV(":authority", "ns.test"),
	    NV(":path", "/dns-query?dns=AAABAAABAAAAAAAAAAABAAE"),
	    {(uint8_t *)(uintptr_t) "x-a", (uint8_t *)value, 3, sizeof(value) - 1, 0},
	    {(uint8_t *)(uintptr_t) "x-b", (uint8_t *)value, 3, sizeof(value) - 1, 0},
	    {(uint8_t *)(uintptr_t) "x-c", (uint8_t *)value, 3, sizeof(value) - 1, 0},
	    {(uint8_t *)(uintptr_t) "x-d", (uint8_t *)value, 3, sizeof(value) - 1, 0},
	    {(uint8_t *)(uintptr_t) "x-e", (uint8_t *)value, 3, sizeof(value) - 1, 0},
	};
	struct http_request request;
	rig_open(false, UINT64_MAX);
	CU_ASSERT_TRUE(
	    nghttp2_submit_request(rig.client, NULL, fields, ARRAY_COUNT(fields), NULL, NULL) > 0);
	talk();
	CU_ASSERT_EQUAL(rig.status, 431);
	CU_ASSERT_FALSE(http_session_has_request(rig.session));
	(void)post(MESSAGE_LEN);
	talk();
	CU_ASSERT_TRUE(take(&request));
	CU_ASSERT_EQUAL(rig.result, RESULT_OK);
	rig_close();
}

/* CVE-2025-8671: frames that make the server reset requests which it has begun to work on. */
static void made_you_reset(void)
{
	static const uint8_t too_much_window[] = {0, 0, 4,    8,    0,    0,   0,
	                                          0, 0, 0x7f, 0xff, 0xff, 0xff};
	uint8_t answer[MESSAGE_LEN] = {0};
	unsigned taken = 0;
	rig_open(false, UINT64_MAX);
	talk();
	for (uint32_t i = 0; i < FLOOD && rig.result == RESULT_OK; i++) {
		struct http_request request;
		uint8_t frame[sizeof(too_much_window)];
		int32_t id = post(MESSAGE_LEN);
		if (id < 0)
			break;
		talk();
		bool took = take(&request);
		taken += took;
		memcpy(frame, too_much_window, sizeof(frame));
		bytes_store_u32(frame + 5, (uint32_t)id);
		give(frame, sizeof(frame));
		talk();
		if (took && rig.result == RESULT_OK)
			CU_ASSERT_EQUAL(http_session_answer(rig.session, request.stream_id, answer,
			                                    sizeof(answer)),
			                RESULT_NOT_FOUND);
	}
	CU_ASSERT_TRUE(taken > 10 && taken <= HTTP_TOKENS_MAX + 1);
	CU_ASSERT_EQUAL(rig.goaway_error, NGHTTP2_ENHANCE_YOUR_CALM);
	CU_ASSERT_EQUAL(http_server_count(rig.server, HTTP_EVENT_ABUSE), 1);
	rig_close();
}

/* The same with a body that is longer than it was said to be. */
static void bodies_that_break_the_rules(void)
{
	static const uint8_t ten[] = {0, 0, 10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
	static const uint8_t headers[] = {0, 0, 10, 1, 4, 0, 0, 0, 0, POST_OF_9};
	uint8_t frame[sizeof(ten)];
	uint32_t sent = 0;
	rig_open(false, UINT64_MAX);
	talk();
	for (; sent < FLOOD && rig.result == RESULT_OK && !http_session_state(rig.session).is_over;
	     sent++) {
		memcpy(frame, headers, sizeof(headers));
		bytes_store_u32(frame + 5, 2 * sent + 1);
		give(frame, sizeof(headers));
		memcpy(frame, ten, sizeof(ten));
		bytes_store_u32(frame + 5, 2 * sent + 1);
		give(frame, sizeof(ten));
		talk();
	}
	CU_ASSERT_TRUE(sent <= HTTP_TOKENS_MAX + 1);
	CU_ASSERT_TRUE(http_server_memory(rig.server) < MEMORY_MAX);
	rig_close();
}

/* A client may say any size of its table: ours stays as small as we like. */
static void a_huge_table(void)
{
	static const nghttp2_settings_entry huge = {NGHTTP2_SETTINGS_HEADER_TABLE_SIZE, UINT32_MAX};
	uint8_t answer[MESSAGE_LEN] = {0};
	struct http_request request;
	rig_open(false, UINT64_MAX);
	talk();
	CU_ASSERT_EQUAL(nghttp2_submit_settings(rig.client, NGHTTP2_FLAG_NONE, &huge, 1), 0);
	for (int i = 0; i < 1000; i++) {
		(void)post(MESSAGE_LEN);
		talk();
		CU_ASSERT_TRUE_FATAL(take(&request));
		CU_ASSERT_EQUAL(
		    http_session_answer(rig.session, request.stream_id, answer, sizeof(answer)),
		    RESULT_OK);
		talk();
	}
	CU_ASSERT_EQUAL(rig.responses, 1000);
	CU_ASSERT_TRUE(http_server_memory(rig.server) < MEMORY_MAX);
	rig_close();
}

int main(int argc, char **argv)
{
	static const struct unit_case cases[] = {
	    {"frames_without_a_request", frames_without_a_request},
	    {"frames_that_nobody_knows", frames_that_nobody_knows},
	    {"empty_data", empty_data},
	    {"requests_of_the_past", requests_of_the_past},
	    {"endless_continuation", endless_continuation},
	    {"a_bomb_of_indexed_fields", a_bomb_of_indexed_fields},
	    {"too_many_fields", too_many_fields},
	    {"made_you_reset", made_you_reset},
	    {"bodies_that_break_the_rules", bodies_that_break_the_rules},
	    {"a_huge_table", a_huge_table},
	};
	return unit_main(argc, argv, "slowpath/http_flood", cases, ARRAY_COUNT(cases));
}
