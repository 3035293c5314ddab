/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* HTTP/2's side of a session: nghttp2 reads frames, these callbacks make requests of them. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "slowpath/http_int.h"

static const char http1_answer[] = "HTTP/1.1 505 HTTP Version Not Supported\r\n"
                                   "content-type: text/plain\r\n"
                                   "content-length: 42\r\n"
                                   "connection: close\r\n"
                                   "\r\n"
                                   "DNS over HTTPS is spoken over HTTP/2 here\n";

/* -- streams -- */

static struct http_stream *stream_open(struct http_session *session, int32_t id)
{
	struct http_server *server = session->server;
	uint32_t slot = block_pool_take(&server->slots);
	if (slot == BLOCK_NONE)
		return NULL;
	struct http_stream *stream = http_stream_at(server, slot);
	*stream = (struct http_stream){.id = id, .slot = slot};
	stream_output_init(&stream->body);
	list_push(&session->streams, &stream->all);
	session->receiving_count++;
	return stream;
}

static void stream_free(struct http_session *session, struct http_stream *stream)
{
	struct http_server *server = session->server;
	if (stream->state == HTTP_STREAM_RECEIVING)
		session->receiving_count--;
	if (stream->state == HTTP_STREAM_ANSWERED)
		session->body_bytes -= stream->body.bytes;
	list_remove(&stream->link);
	list_remove(&stream->all);
	stream_output_clear(&stream->body, server->bodies);
	block_pool_put(&server->slots, stream->slot);
}

/* The whole request is there. */
static int finish(struct http_session *session, struct http_stream *stream)
{
	struct http_server *server = session->server;
	struct http_verdict verdict = {413, "the message is too long"};
	if (stream->state != HTTP_STREAM_RECEIVING)
		return 0;
	if (stream->fields_too_long)
		verdict = (struct http_verdict){431, "the header fields are too long"};
	else if (!stream->too_long)
		verdict = http_request_check(&stream->fields, server->scratch,
		                             http_answer_flatten(server, &stream->body));
	if (verdict.status != 200)
		return http_answer_status(session, stream, verdict);
	session->receiving_count--;
	stream->state = HTTP_STREAM_READY;
	list_push(&session->ready, &stream->link);
	return 0;
}

/* -- callbacks; 0: go on -- */

static int on_begin_headers(nghttp2_session *h2, const nghttp2_frame *frame, void *context)
{
	struct http_session *session = context;
	if (frame->hd.type != NGHTTP2_HEADERS || frame->headers.cat != NGHTTP2_HCAT_REQUEST)
		return 0;
	struct http_stream *stream = stream_open(session, frame->hd.stream_id);
	if (stream == NULL)
		return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
	return nghttp2_session_set_stream_user_data(h2, frame->hd.stream_id, stream);
}

static int on_header(nghttp2_session *h2, const nghttp2_frame *frame, const uint8_t *name,
                     size_t name_len, const uint8_t *value, size_t value_len, uint8_t flags,
                     void *context)
{
	struct http_session *session = context;
	struct http_server *server = session->server;
	struct http_stream *stream = nghttp2_session_get_stream_user_data(h2, frame->hd.stream_id);
	size_t query_len = 0;
	(void)flags;
	if (stream == NULL || stream->state != HTTP_STREAM_RECEIVING)
		return 0;
	if (!http_flood_field(session, stream, name_len + value_len))
		/* Not the rest of the frame, when it goes on and on. */
		return session->abused ? NGHTTP2_ERR_CALLBACK_FAILURE : 0;
	/* RFC 9110 §6.5.1: what stands behind the body says nothing about the request. */
	if (frame->headers.cat != NGHTTP2_HCAT_REQUEST)
		return 0;
	http_request_field(session->settings, &stream->fields, (const char *)name, name_len,
	                   (const char *)value, value_len, server->scratch, &query_len);
	struct iovec part = {.iov_base = server->scratch, .iov_len = query_len};
	if (query_len > 0 && !stream_output_append(&stream->body, server->bodies, &part, 1, 0))
		return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
	return 0;
}

static int on_data(nghttp2_session *h2, uint8_t flags, int32_t id, const uint8_t *data, size_t len,
                   void *context)
{
	struct http_session *session = context;
	struct http_stream *stream = nghttp2_session_get_stream_user_data(h2, id);
	struct iovec part = {.iov_base = (void *)(uintptr_t)data, .iov_len = len};
	(void)flags;
	if (stream == NULL || stream->state != HTTP_STREAM_RECEIVING || stream->too_long)
		return 0;
	/* A GET has its message in the path. */
	if (stream->fields.method != HTTP_METHOD_POST)
		return 0;
	if (stream->body.bytes + len > DNS_MESSAGE_MAX) {
		stream->too_long = true;
		stream_output_clear(&stream->body, session->server->bodies);
		return 0;
	}
	if (stream_output_append(&stream->body, session->server->bodies, &part, 1, 0))
		return 0;
	return nghttp2_submit_rst_stream(h2, NGHTTP2_FLAG_NONE, id, NGHTTP2_INTERNAL_ERROR);
}

/* CVE-2019-9518: frames without octets and without an end; padding is nothing. */
static bool is_empty(const nghttp2_frame *frame)
{
	size_t padding = frame->hd.type == NGHTTP2_DATA ? frame->data.padlen : 0;
	return frame->hd.length <= padding;
}

/* What nghttp2 passes over without another word: PRIORITY, and requests whose numbers do not grow
 * (RFC 9113 §5.1.1). */
static int on_begin_frame(nghttp2_session *h2, const nghttp2_frame_hd *hd, void *context)
{
	struct http_session *session = context;
	if (hd->type == NGHTTP2_PRIORITY)
		return http_flood_spend(session);
	if (hd->type != NGHTTP2_HEADERS)
		return 0;
	if (hd->stream_id > session->newest_id)
		session->newest_id = hd->stream_id;
	else if (nghttp2_session_get_stream_user_data(h2, hd->stream_id) == NULL)
		return http_flood_spend(session);
	return 0;
}

/* A part of a request. */
static int take_part(struct http_session *session, struct http_stream *stream,
                     const nghttp2_frame *frame)
{
	/* RFC 8484 §4.1: only GET has its message in the path. */
	if (stream != NULL && frame->hd.type == NGHTTP2_HEADERS &&
	    frame->headers.cat == NGHTTP2_HCAT_REQUEST && stream->fields.method != HTTP_METHOD_GET)
		stream_output_clear(&stream->body, session->server->bodies);
	if ((frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0)
		return stream != NULL ? finish(session, stream) : 0;
	return is_empty(frame) ? http_flood_spend(session) : 0;
}

static int on_frame(nghttp2_session *h2, const nghttp2_frame *frame, void *context)
{
	struct http_session *session = context;
	struct http_stream *stream = nghttp2_session_get_stream_user_data(h2, frame->hd.stream_id);
	switch (frame->hd.type) {
	case NGHTTP2_DATA:
	case NGHTTP2_HEADERS:
		return take_part(session, stream, frame);
	case NGHTTP2_WINDOW_UPDATE:
		return 0;
	case NGHTTP2_SETTINGS:
		session->has_settings = true;
		return http_flood_spend(session);
	case NGHTTP2_RST_STREAM:
		session->server->counts[HTTP_EVENT_RESETS]++;
		return http_flood_spend(session);
	default:
		return http_flood_spend(session);
	}
}

static int on_invalid_frame(nghttp2_session *h2, const nghttp2_frame *frame, int error,
                            void *context)
{
	(void)h2;
	(void)frame;
	(void)error;
	return http_flood_spend(context);
}

/* CVE-2025-8671 ("MadeYouReset"): frames that make us reset the client's requests are not cheaper for it than
 * frames with which it resets them itself. */
static int on_sent(nghttp2_session *h2, const nghttp2_frame *frame, void *context)
{
	(void)h2;
	return frame->hd.type == NGHTTP2_RST_STREAM ? http_flood_spend(context) : 0;
}

static int on_close(nghttp2_session *h2, int32_t id, uint32_t error, void *context)
{
	struct http_stream *stream = nghttp2_session_get_stream_user_data(h2, id);
	(void)error;
	if (stream != NULL)
		stream_free(context, stream);
	return 0;
}

bool http_session_make_callbacks(struct http_server *server)
{
	nghttp2_session_callbacks *made;
	if (nghttp2_session_callbacks_new(&made) != 0)
		return false;
	nghttp2_session_callbacks_set_on_begin_headers_callback(made, on_begin_headers);
	nghttp2_session_callbacks_set_on_begin_frame_callback(made, on_begin_frame);
	nghttp2_session_callbacks_set_on_header_callback(made, on_header);
	nghttp2_session_callbacks_set_on_data_chunk_recv_callback(made, on_data);
	nghttp2_session_callbacks_set_on_frame_recv_callback(made, on_frame);
	nghttp2_session_callbacks_set_on_invalid_frame_recv_callback(made, on_invalid_frame);
	nghttp2_session_callbacks_set_on_frame_send_callback(made, on_sent);
	nghttp2_session_callbacks_set_on_stream_close_callback(made, on_close);
	server->callbacks = made;
	return true;
}

/* -- the session -- */

static bool open_h2(struct http_session *session)
{
	struct http_server *server = session->server;
	const nghttp2_settings_entry settings[] = {
	    {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, server->limits.session_streams_max},
	    {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, HTTP_HEADER_BYTES},
	    /* RFC 9218 §2.1: we answer as answers come. */
	    {NGHTTP2_SETTINGS_NO_RFC7540_PRIORITIES, 1},
	};
	return nghttp2_session_server_new3(&session->h2, server->callbacks, session, server->option,
	                                   &server->mem) == 0 &&
	       nghttp2_submit_settings(session->h2, NGHTTP2_FLAG_NONE, settings,
	                               ARRAY_COUNT(settings)) == 0;
}

struct http_session *http_session_open(struct http_server *server,
                                       const struct http_settings *settings, uint64_t now_us)
{
	struct http_session *session = server->mem.calloc(1, sizeof(*session), server);
	if (session == NULL)
		return NULL;
	session->server = server;
	session->settings = settings;
	session->tokens = HTTP_TOKENS_MAX;
	session->tokens_us = now_us;
	list_init(&session->streams);
	list_init(&session->ready);
	list_init(&session->asked);
	if (open_h2(session))
		return session;
	http_session_close(session);
	return NULL;
}

void http_session_close(struct http_session *session)
{
	if (session == NULL)
		return;
	/* nghttp2 calls on_close() for none of the streams that are open. */
	while (!list_is_empty(&session->streams))
		stream_free(session, LIST_ELEMENT(session->streams.next, struct http_stream, all));
	nghttp2_session_del(session->h2);
	session->server->mem.free(session, session->server);
}

void http_session_refuse_http1(struct http_session *session)
{
	static_assert(sizeof("DNS over HTTPS is spoken over HTTP/2 here\n") - 1 == 42,
	              "content-length is right");
	session->failed = true;
	session->farewell = http1_answer;
}

enum result http_session_input(struct http_session *session, const uint8_t *data, size_t len,
                               uint64_t now_us)
{
	http_flood_earn(session, now_us);
	ssize_t got = nghttp2_session_mem_recv(session->h2, data, len);
	if (got == NGHTTP2_ERR_BAD_CLIENT_MAGIC) {
		http_session_refuse_http1(session);
		return RESULT_UNSUPPORTED;
	}
	if (got == NGHTTP2_ERR_FLOODED && !session->abused) {
		session->abused = true;
		session->server->counts[HTTP_EVENT_ABUSE]++;
	}
	if (got < 0)
		session->failed = true;
	if (session->abused)
		return RESULT_DENIED;
	if (got < 0)
		return got == NGHTTP2_ERR_NOMEM ? RESULT_NO_MEMORY : RESULT_MALFORMED;
	return RESULT_OK;
}

bool http_session_has_request(const struct http_session *session)
{
	return !list_is_empty(&session->ready);
}

static struct http_stream *first_ready(const struct http_session *session)
{
	return LIST_ELEMENT(session->ready.next, struct http_stream, link);
}

bool http_session_next(struct http_session *session, struct http_request *out)
{
	if (list_is_empty(&session->ready))
		return false;
	const struct http_stream *stream = first_ready(session);
	size_t len = http_answer_flatten(session->server, &stream->body);
	*out = (struct http_request){.stream_id = (uint32_t)stream->id,
	                             .data = session->server->scratch,
	                             .len = (uint16_t)len};
	return true;
}

void http_session_took(struct http_session *session)
{
	CHECK(!list_is_empty(&session->ready));
	struct http_stream *stream = first_ready(session);
	list_remove(&stream->link);
	stream->state = HTTP_STREAM_ASKED;
	stream_output_clear(&stream->body, session->server->bodies);
	list_push(&session->asked, &stream->link);
	session->server->counts[HTTP_EVENT_REQUESTS]++;
}

void http_session_goodbye(struct http_session *session)
{
	if (!session->failed &&
	    nghttp2_submit_goaway(session->h2, NGHTTP2_FLAG_NONE,
	                          nghttp2_session_get_last_proc_stream_id(session->h2),
	                          NGHTTP2_NO_ERROR, NULL, 0) != 0)
		session->failed = true;
}

struct http_state http_session_state(const struct http_session *session)
{
	return (struct http_state){
	    .is_partial = !session->has_settings || session->receiving_count > 0,
	    .is_over =
	        session->failed || session->abused || nghttp2_session_want_read(session->h2) == 0,
	    .body_bytes = session->body_bytes,
	    .sent_bytes = session->sent_bytes,
	};
}
