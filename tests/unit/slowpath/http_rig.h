/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* http_rig -- nghttp2's own client and one of our sessions, without a socket between them.
 *
 * What:    rig_open() makes both, post() asks, talk() moves octets until neither side has more to say.
 * Threads: one.
 * Memory:  static, one rig at a time; rig_close() checks that all of it came back.
 * Limits:  8 requests at once.
 * Trust:   no input.
 * RFC:     9113. */
#pragma once

#include <stdlib.h>
#include <string.h>

#include "slowpath/http_int.h"
#include "unit.h"

#define BLOCKS 256
#define MESSAGE_LEN 40

static const char *const paths[] = {"/dns-query"};
static const struct http_settings settings = {.paths = paths, .path_count = 1};

static struct rig {
	struct block_pool bodies;
	struct http_server *server;
	struct http_session *session;
	struct stream_output output;
	nghttp2_session *client;
	uint64_t now_us;
	enum result result; /* of the last input that failed */
	/* what the client saw */
	unsigned responses;
	unsigned closed;
	int status;
	size_t body_len;
	uint32_t goaway_error;
	bool window_closed;
} rig;

static int client_header(nghttp2_session *h2, const nghttp2_frame *frame, const uint8_t *name,
                         size_t name_len, const uint8_t *value, size_t value_len, uint8_t flags,
                         void *context)
{
	(void)h2, (void)frame, (void)flags, (void)context, (void)value_len;
	if (name_len == 7 && memcmp(name, ":status", 7) == 0) {
		rig.status = (value[0] - '0') * 100 + (value[1] - '0') * 10 + value[2] - '0';
		rig.responses++;
	}
	return 0;
}

static int client_data(nghttp2_session *h2, uint8_t flags, int32_t id, const uint8_t *data,
                       size_t len, void *context)
{
	(void)h2, (void)flags, (void)id, (void)data, (void)context;
	rig.body_len += len;
	return 0;
}

static int client_frame(nghttp2_session *h2, const nghttp2_frame *frame, void *context)
{
	(void)h2, (void)context;
	if (frame->hd.type == NGHTTP2_GOAWAY)
		rig.goaway_error = frame->goaway.error_code;
	return 0;
}

static int client_close(nghttp2_session *h2, int32_t id, uint32_t error, void *context)
{
	(void)h2, (void)id, (void)error, (void)context;
	rig.closed++;
	return 0;
}

static void open_client(void)
{
	nghttp2_session_callbacks *callbacks;
	nghttp2_option *option;
	nghttp2_option_new(&option);
	nghttp2_option_set_no_auto_window_update(option, rig.window_closed);
	nghttp2_option_set_max_outbound_ack(option, 1000000);
	nghttp2_session_callbacks_new(&callbacks);
	nghttp2_session_callbacks_set_on_header_callback(callbacks, client_header);
	nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, client_data);
	nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, client_frame);
	nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, client_close);
	CU_ASSERT_EQUAL_FATAL(nghttp2_session_client_new2(&rig.client, callbacks, NULL, option), 0);
	nghttp2_session_callbacks_del(callbacks);
	nghttp2_option_del(option);
	const nghttp2_settings_entry window = {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE,
	                                       rig.window_closed ? 0 : 65535};
	nghttp2_submit_settings(rig.client, NGHTTP2_FLAG_NONE, &window, 1);
}

static void rig_open(bool window_closed, uint64_t memory_max)
{
	const struct http_limits limits = {.streams_max = 32,
	                                   .session_streams_max = 8,
	                                   .session_bytes_max = 128 * 1024,
	                                   .memory_max = memory_max};
	memset(&rig, 0, sizeof(rig));
	rig.window_closed = window_closed;
	rig.now_us = 1000000;
	stream_output_init(&rig.output);
	CU_ASSERT_EQUAL_FATAL(block_pool_init(&rig.bodies, STREAM_BLOCK_BYTES, BLOCKS), RESULT_OK);
	CU_ASSERT_EQUAL_FATAL(http_server_open(&limits, &rig.bodies, &rig.server), RESULT_OK);
	rig.session = http_session_open(rig.server, &settings, rig.now_us);
	open_client();
}

static void rig_close(void)
{
	nghttp2_session_del(rig.client);
	stream_output_clear(&rig.output, &rig.bodies);
	http_session_close(rig.session);
	CU_ASSERT_EQUAL(rig.bodies.free_count, BLOCKS);
	CU_ASSERT_EQUAL(rig.server->slots.free_count, 32);
	CU_ASSERT_EQUAL(http_server_memory(rig.server), 0);
	http_server_close(rig.server);
	block_pool_fini(&rig.bodies);
}

static void give(const uint8_t *data, size_t len)
{
	enum result result = http_session_input(rig.session, data, len, rig.now_us);
	if (result != RESULT_OK)
		rig.result = result;
}

/* Octets in both directions until neither side has more to say. */
static void talk(void)
{
	bool more = true;
	while (more) {
		const uint8_t *data;
		struct iovec part;
		more = false;
		for (ssize_t len; (len = nghttp2_session_mem_send(rig.client, &data)) > 0;) {
			give(data, (size_t)len);
			more = true;
		}
		CU_ASSERT_TRUE(http_session_output(rig.session, &rig.output, 65536));
		while (stream_output_gather(&rig.output, &rig.bodies, &part, 1) > 0) {
			(void)!nghttp2_session_mem_recv(rig.client, part.iov_base, part.iov_len);
			(void)stream_output_advance(&rig.output, &rig.bodies, part.iov_len);
			more = true;
		}
	}
}

#define NV(name, value)                                                                            \
	{                                                                                          \
		(uint8_t *)(uintptr_t)(name), (uint8_t *)(uintptr_t)(value), sizeof(name) - 1,     \
		    sizeof(value) - 1, NGHTTP2_NV_FLAG_NONE                                        \
	}

/* source->fd: how many are left. */
static ssize_t read_zeros(nghttp2_session *h2, int32_t id, uint8_t *data, size_t size,
                          uint32_t *flags, nghttp2_data_source *source, void *context)
{
	size_t len = (size_t)source->fd < size ? (size_t)source->fd : size;
	(void)h2, (void)id, (void)context;
	memset(data, 0, len);
	source->fd -= (int)len;
	if (source->fd == 0)
		*flags |= NGHTTP2_DATA_FLAG_EOF;
	return (ssize_t)len;
}

/* A POST of `len` zeros: a query without a question. Gives its stream. */
static int32_t post(size_t len)
{
	const nghttp2_nv fields[] = {NV(":method", "POST"), NV(":scheme", "https"),
	                             NV(":authority", "ns.test"), NV(":path", "/dns-query"),
	                             NV("content-type", "application/dns-message")};
	nghttp2_data_provider body = {.source.fd = (int)len, .read_callback = read_zeros};
	return nghttp2_submit_request(rig.client, NULL, fields, ARRAY_COUNT(fields), &body, NULL);
}

static bool take(struct http_request *out)
{
	if (!http_session_next(rig.session, out))
		return false;
	http_session_took(rig.session);
	return true;
}
