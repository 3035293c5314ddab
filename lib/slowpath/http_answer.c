/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Responses: header fields, bodies as the client's window takes them. */
#include <stdio.h>
#include <string.h>

#include "slowpath/http_int.h"

#define FIELDS_MAX 8

struct fields {
	nghttp2_nv row[FIELDS_MAX];
	size_t count;
};

/* nghttp2 only reads, its type does not say so. It copies what is not NGHTTP2_NV_FLAG_NO_COPY_*. */
static void add(struct fields *fields, const char *name, const char *value)
{
	fields->row[fields->count++] = (nghttp2_nv){
	    .name = (uint8_t *)(uintptr_t)name,
	    .value = (uint8_t *)(uintptr_t)value,
	    .namelen = strlen(name),
	    .valuelen = strlen(value),
	    .flags = NGHTTP2_NV_FLAG_NO_COPY_NAME,
	};
}

/* Browsers read answers of other origins only where they are told that they may. */
static void add_origin(const struct http_session *session, const struct http_stream *stream,
                       struct fields *fields)
{
	if (stream->fields.origin == 0)
		return;
	add(fields, "access-control-allow-origin",
	    session->settings->origins[stream->fields.origin - 1]);
	add(fields, "vary", "origin");
}

static ssize_t read_body(nghttp2_session *h2, int32_t id, uint8_t *data, size_t size,
                         uint32_t *flags, nghttp2_data_source *source, void *context)
{
	struct http_session *session = context;
	struct http_stream *stream = source->ptr;
	struct block_pool *pool = session->server->bodies;
	size_t len = 0;
	(void)h2;
	(void)id;
	while (len < size && stream->body.bytes > 0) {
		struct iovec part;
		(void)stream_output_gather(&stream->body, pool, &part, 1);
		size_t here = part.iov_len < size - len ? part.iov_len : size - len;
		memcpy(data + len, part.iov_base, here);
		(void)stream_output_advance(&stream->body, pool, here);
		len += here;
	}
	session->body_bytes -= (uint32_t)len;
	session->sent_bytes += (uint32_t)len;
	if (stream->body.bytes == 0)
		*flags |= NGHTTP2_DATA_FLAG_EOF;
	return (ssize_t)len;
}

static bool put_body(struct http_session *session, struct http_stream *stream, const void *data,
                     size_t len)
{
	/* writev() and its like only read, their type does not say so. */
	struct iovec part = {.iov_base = (void *)(uintptr_t)data, .iov_len = len};
	stream_output_clear(&stream->body, session->server->bodies);
	if (!stream_output_append(&stream->body, session->server->bodies, &part, 1, 0))
		return false;
	session->body_bytes += (uint32_t)len;
	return true;
}

static int submit(struct http_session *session, struct http_stream *stream,
                  const struct fields *fields)
{
	nghttp2_data_provider body = {.source.ptr = stream, .read_callback = read_body};
	list_remove(&stream->link);
	if (stream->state == HTTP_STREAM_RECEIVING)
		session->receiving_count--;
	stream->state = HTTP_STREAM_ANSWERED;
	return nghttp2_submit_response(session->h2, stream->id, fields->row, fields->count,
	                               stream->body.bytes > 0 ? &body : NULL);
}

int http_answer_status(struct http_session *session, struct http_stream *stream,
                       struct http_verdict verdict)
{
	struct fields fields = {.count = 0};
	char status[8], length[16];
	size_t len = verdict.text != NULL ? strlen(verdict.text) : 0;
	(void)snprintf(status, sizeof(status), "%u", verdict.status);
	(void)snprintf(length, sizeof(length), "%u", (unsigned)len);
	if (verdict.status >= 400)
		session->server->counts[HTTP_EVENT_REFUSED]++;
	/* Without a block for the sentence the status alone has to do. */
	if (!put_body(session, stream, verdict.text, len))
		(void)snprintf(length, sizeof(length), "0");
	add(&fields, ":status", status);
	if (verdict.status == 204) {
		add(&fields, "access-control-allow-methods", "GET, POST");
		add(&fields, "access-control-allow-headers", "content-type");
		add(&fields, "access-control-max-age", "86400");
	} else {
		add(&fields, "content-type", "text/plain");
		add(&fields, "content-length", length);
	}
	if (verdict.status == 405)
		add(&fields, "allow", "GET, POST, OPTIONS");
	add_origin(session, stream, &fields);
	return submit(session, stream, &fields);
}

static int submit_message(struct http_session *session, struct http_stream *stream,
                          const uint8_t *message, uint32_t len)
{
	struct fields fields = {.count = 0};
	char length[16], age[32];
	(void)snprintf(length, sizeof(length), "%u", len);
	(void)snprintf(age, sizeof(age), "max-age=%u", http_request_freshness(message, len));
	add(&fields, ":status", "200");
	add(&fields, "content-type", "application/dns-message");
	add(&fields, "content-length", length);
	add(&fields, "cache-control", age);
	add_origin(session, stream, &fields);
	return submit(session, stream, &fields);
}

/* What is in the pipeline for the stream; NULL: the client has reset it, or it was never asked. */
static struct http_stream *find_asked(const struct http_session *session, uint32_t stream_id)
{
	struct http_stream *stream =
	    nghttp2_session_get_stream_user_data(session->h2, (int32_t)stream_id);
	return stream != NULL && stream->state == HTTP_STREAM_ASKED ? stream : NULL;
}

enum result http_session_answer(struct http_session *session, uint32_t stream_id,
                                const uint8_t *message, uint32_t len)
{
	struct http_stream *stream = find_asked(session, stream_id);
	if (stream == NULL)
		return RESULT_NOT_FOUND;
	if (session->body_bytes + len > session->server->limits.session_bytes_max)
		return RESULT_NO_SPACE;
	if (!put_body(session, stream, message, len))
		return RESULT_NO_MEMORY;
	if (submit_message(session, stream, message, len) != 0)
		return RESULT_NO_SPACE;
	/* An answered request is what an honest client comes for: it earns a frame. */
	if (session->tokens < HTTP_TOKENS_MAX)
		session->tokens++;
	return RESULT_OK;
}

void http_session_give_up(struct http_session *session)
{
	const struct http_verdict verdict = {504, "no answer"};
	while (!list_is_empty(&session->asked)) {
		struct http_stream *stream =
		    LIST_ELEMENT(session->asked.next, struct http_stream, link);
		list_remove(&stream->link);
		if (http_answer_status(session, stream, verdict) != 0)
			session->failed = true;
	}
}

size_t http_answer_flatten(struct http_server *server, const struct stream_output *body)
{
	struct iovec parts[DNS_MESSAGE_MAX / STREAM_BLOCK_BYTES + 2];
	int count = stream_output_gather(body, server->bodies, parts, (int)ARRAY_COUNT(parts));
	size_t len = 0;
	for (int i = 0; i < count && len + parts[i].iov_len <= sizeof(server->scratch); i++) {
		memcpy(server->scratch + len, parts[i].iov_base, parts[i].iov_len);
		len += parts[i].iov_len;
	}
	return len;
}

/* -- out -- */

static bool put_out(struct http_session *session, struct stream_output *output, const void *data,
                    size_t len)
{
	struct iovec part = {.iov_base = (void *)(uintptr_t)data, .iov_len = len};
	return stream_output_append(output, session->server->bodies, &part, 1, 0);
}

bool http_session_output(struct http_session *session, struct stream_output *output,
                         uint32_t bytes_max)
{
	if (session->farewell != NULL) {
		const char *text = session->farewell;
		session->farewell = NULL;
		return put_out(session, output, text, strlen(text));
	}
	while (output->bytes < bytes_max) {
		const uint8_t *data;
		/* What nghttp2 gives is gone from it: there has to be room before. */
		if (session->server->bodies->free_count < HTTP_FRAME_BLOCKS)
			return false;
		ssize_t len = nghttp2_session_mem_send(session->h2, &data);
		if (len < 0)
			session->failed = true;
		if (len <= 0)
			return true;
		if (!put_out(session, output, data, (size_t)len))
			return false;
	}
	return true;
}
