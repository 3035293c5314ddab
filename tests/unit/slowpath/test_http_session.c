/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* HTTP/2 sessions between nghttp2's own client and ours, without a socket. Floods: test_http_flood.c. */
#include "http_rig.h"

static void answers_out_of_order(void)
{
	struct http_request requests[4];
	static uint8_t answer[60000];
	rig_open(false, UINT64_MAX);
	for (int i = 0; i < 4; i++) {
		CU_ASSERT_TRUE(post(MESSAGE_LEN) > 0);
		talk();
		CU_ASSERT_TRUE(take(&requests[i]));
		CU_ASSERT_EQUAL(requests[i].len, MESSAGE_LEN);
	}
	CU_ASSERT_FALSE(http_session_has_request(rig.session));
	for (int i = 4; i-- > 0;)
		CU_ASSERT_EQUAL(http_session_answer(rig.session, requests[i].stream_id, answer,
		                                    i == 0 ? sizeof(answer) : 100),
		                RESULT_OK);
	talk();
	CU_ASSERT_EQUAL(rig.responses, 4);
	CU_ASSERT_EQUAL(rig.closed, 4);
	CU_ASSERT_EQUAL(rig.body_len, sizeof(answer) + 300);
	CU_ASSERT_EQUAL(rig.status, 200);
	/* Nobody waits any more. */
	CU_ASSERT_EQUAL(http_session_answer(rig.session, requests[0].stream_id, answer, 100),
	                RESULT_NOT_FOUND);
	CU_ASSERT_EQUAL(http_server_count(rig.server, HTTP_EVENT_REQUESTS), 4);
	rig_close();
}

static void the_largest_request_and_one_more(void)
{
	struct http_request request;
	rig_open(false, UINT64_MAX);
	(void)post(DNS_MESSAGE_MAX);
	talk();
	CU_ASSERT_TRUE(take(&request));
	CU_ASSERT_EQUAL(request.len, DNS_MESSAGE_MAX);
	(void)post(DNS_MESSAGE_MAX + 1);
	talk();
	CU_ASSERT_FALSE(http_session_has_request(rig.session));
	CU_ASSERT_EQUAL(rig.status, 413);
	(void)post(DNS_HEADER_SIZE - 1);
	talk();
	CU_ASSERT_EQUAL(rig.status, 400);
	CU_ASSERT_EQUAL(http_server_count(rig.server, HTTP_EVENT_REFUSED), 2);
	rig_close();
}

/* RFC 8484 §4.1: the message of a POST is its body, whatever its path says. */
static void a_post_has_its_message_in_the_body(void)
{
	const nghttp2_nv fields[] = {NV(":path", "/dns-query?dns=AAABAAABAAAAAAAAAAABAAE"),
	                             NV(":method", "POST"), NV(":scheme", "https"),
	                             NV(":authority", "ns.test"),
	                             NV("content-type", "application/dns-message")};
	nghttp2_data_provider body = {.source.fd = MESSAGE_LEN, .read_callback = read_zeros};
	struct http_request request;
	rig_open(false, UINT64_MAX);
	CU_ASSERT_TRUE(
	    nghttp2_submit_request(rig.client, NULL, fields, ARRAY_COUNT(fields), &body, NULL) > 0);
	talk();
	CU_ASSERT_TRUE(take(&request));
	CU_ASSERT_EQUAL(request.len, MESSAGE_LEN);
	rig_close();
}

static void an_answer_that_never_comes(void)
{
	struct http_request request;
	rig_open(false, UINT64_MAX);
	(void)post(MESSAGE_LEN);
	talk();
	CU_ASSERT_TRUE(take(&request));
	http_session_give_up(rig.session);
	talk();
	CU_ASSERT_EQUAL(rig.status, 504);
	rig_close();
}

/* CVE-2023-44487: requests that are reset at once. */
static void rapid_reset(void)
{
	uint8_t answer[MESSAGE_LEN] = {0};
	rig_open(false, UINT64_MAX);
	for (int i = 0; i < 10000 && rig.result == RESULT_OK; i++) {
		struct http_request request;
		int32_t id = post(MESSAGE_LEN);
		if (id < 0)
			break;
		talk();
		nghttp2_submit_rst_stream(rig.client, NGHTTP2_FLAG_NONE, id, NGHTTP2_CANCEL);
		talk();
		if (take(&request))
			CU_ASSERT_EQUAL(http_session_answer(rig.session, request.stream_id, answer,
			                                    sizeof(answer)),
			                RESULT_NOT_FOUND);
	}
	CU_ASSERT_EQUAL(rig.result, RESULT_DENIED);
	CU_ASSERT_EQUAL(rig.goaway_error, NGHTTP2_ENHANCE_YOUR_CALM);
	uint64_t resets = http_server_count(rig.server, HTTP_EVENT_RESETS);
	CU_ASSERT_TRUE(resets <= HTTP_TOKENS_MAX + 1);
	CU_ASSERT_EQUAL(http_server_count(rig.server, HTTP_EVENT_ABUSE), 1);
	CU_ASSERT_TRUE(http_session_state(rig.session).is_over);
	rig_close();
}

/* A client that resets some of its requests, and fetches the others, is none. */
static void honest_resets(void)
{
	uint8_t answer[MESSAGE_LEN] = {0};
	rig_open(false, UINT64_MAX);
	for (int i = 0; i < 2000; i++) {
		struct http_request request;
		int32_t id = post(MESSAGE_LEN);
		talk();
		CU_ASSERT_TRUE(take(&request));
		if (i % 3 == 0)
			nghttp2_submit_rst_stream(rig.client, NGHTTP2_FLAG_NONE, id,
			                          NGHTTP2_CANCEL);
		talk();
		CU_ASSERT_EQUAL(
		    http_session_answer(rig.session, request.stream_id, answer, sizeof(answer)),
		    i % 3 == 0 ? RESULT_NOT_FOUND : RESULT_OK);
		talk();
	}
	CU_ASSERT_EQUAL(rig.result, RESULT_OK);
	rig_close();
}

static void a_broken_frame_ends_the_session(void)
{
	static const uint8_t goaway_at_a_stream[] = {0, 0, 0, 7, 0, 0, 0, 0, 5};
	rig_open(false, UINT64_MAX);
	talk();
	give(goaway_at_a_stream, sizeof(goaway_at_a_stream));
	talk();
	CU_ASSERT_NOT_EQUAL(rig.goaway_error, NGHTTP2_NO_ERROR);
	CU_ASSERT_TRUE(http_session_state(rig.session).is_over);
	rig_close();
}

/* A client that gives no window gets no more answers than the limit, and nothing of them is sent. */
static void a_window_of_zero(void)
{
	static uint8_t answer[60000];
	struct http_request request;
	unsigned taken = 0;
	rig_open(true, UINT64_MAX);
	for (int i = 0; i < 8; i++)
		(void)post(MESSAGE_LEN);
	talk();
	for (; http_session_next(rig.session, &request); taken++) {
		http_session_took(rig.session);
		enum result result =
		    http_session_answer(rig.session, request.stream_id, answer, sizeof(answer));
		CU_ASSERT_EQUAL(result, taken < 2 ? RESULT_OK : RESULT_NO_SPACE);
	}
	talk();
	CU_ASSERT_TRUE(taken > 2);
	CU_ASSERT_EQUAL(rig.body_len, 0);
	CU_ASSERT_EQUAL(http_session_state(rig.session).body_bytes, 2 * sizeof(answer));
	rig_close();
}

/* More requests at once than were allowed: those are refused, the others are not. */
static void too_many_streams(void)
{
	unsigned taken = 0;
	struct http_request request;
	rig_open(false, UINT64_MAX);
	/* Before the client has heard of the limit. */
	for (int i = 0; i < 20; i++)
		(void)post(MESSAGE_LEN);
	talk();
	while (take(&request))
		taken++;
	CU_ASSERT_EQUAL(taken, 8);
	rig_close();
}

static void memory_is_bounded(void)
{
	rig_open(false, 20000);
	for (int i = 0; i < 8; i++)
		(void)post(MESSAGE_LEN);
	if (rig.session != NULL)
		talk();
	CU_ASSERT_TRUE(http_server_memory(rig.server) <= 20000);
	rig_close();
}

static void what_is_no_http2(void)
{
	static const char request[] = "GET / HTTP/1.1\r\nhost: ns.test\r\n\r\n";
	struct iovec part;
	rig_open(false, UINT64_MAX);
	give((const uint8_t *)request, sizeof(request) - 1);
	CU_ASSERT_EQUAL(rig.result, RESULT_UNSUPPORTED);
	CU_ASSERT_TRUE(http_session_output(rig.session, &rig.output, 65536));
	CU_ASSERT_EQUAL_FATAL(stream_output_gather(&rig.output, &rig.bodies, &part, 1), 1);
	CU_ASSERT_EQUAL(memcmp(part.iov_base, "HTTP/1.1 505 ", 13), 0);
	CU_ASSERT_TRUE(http_session_state(rig.session).is_over);
	rig_close();
}

int main(int argc, char **argv)
{
	static const struct unit_case cases[] = {
	    {"answers_out_of_order", answers_out_of_order},
	    {"the_largest_request_and_one_more", the_largest_request_and_one_more},
	    {"a_post_has_its_message_in_the_body", a_post_has_its_message_in_the_body},
	    {"an_answer_that_never_comes", an_answer_that_never_comes},
	    {"rapid_reset", rapid_reset},
	    {"honest_resets", honest_resets},
	    {"a_broken_frame_ends_the_session", a_broken_frame_ends_the_session},
	    {"a_window_of_zero", a_window_of_zero},
	    {"too_many_streams", too_many_streams},
	    {"memory_is_bounded", memory_is_bounded},
	    {"what_is_no_http2", what_is_no_http2},
	};
	return unit_main(argc, argv, "slowpath/http_session", cases, ARRAY_COUNT(cases));
}
