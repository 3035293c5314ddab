/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* http_int -- what the http_*.c files share.
 *
 * What:    http_server.c has the memory, http_session.c is HTTP/2's side of a session, http_request.c reads
 *          header fields, http_answer.c makes responses, http_flood.c counts what costs us.
 * Threads: one.
 * Memory:  as http.h.
 * Limits:  slowpath_limits.h.
 * Trust:   as http.h.
 * RFC:     as http.h. */
#pragma once

#include <nghttp2/nghttp2.h>

#include "dns/message.h"
#include "slowpath/http.h"
#include "slowpath/list.h"
#include "slowpath/slowpath_limits.h"

enum http_method {
	HTTP_METHOD_NONE,
	HTTP_METHOD_GET,
	HTTP_METHOD_POST,
	HTTP_METHOD_OPTIONS,
	HTTP_METHOD_OTHER
};

/* What the header fields of a request say. */
struct http_fields {
	uint8_t method; /* enum http_method */
	bool path_is_ours;
	bool has_query; /* of GET: "dns=" is there */
	bool query_is_bad; /* and no base64url */
	bool query_is_long; /* or too long */
	bool has_type; /* content-type */
	bool type_is_dns;
	bool has_accept;
	bool accepts_dns;
	uint16_t origin; /* 0: none of ours, else index + 1 */
};

enum http_stream_state {
	HTTP_STREAM_RECEIVING,
	HTTP_STREAM_READY, /* in session->ready */
	HTTP_STREAM_ASKED, /* in session->asked */
	HTTP_STREAM_ANSWERED
};

struct http_stream {
	int32_t id;
	uint8_t state; /* enum http_stream_state */
	bool too_long; /* the body */
	bool fields_too_long;
	uint32_t field_octets; /* of all header fields, as RFC 9113 §6.5.2 counts them */
	struct http_fields fields;
	struct stream_output body; /* of the request, later of the answer */
	struct list_link link; /* session->ready or ->asked */
	struct list_link all; /* session->streams */
	uint32_t slot;
};

struct http_server {
	struct http_limits limits;
	struct block_pool *bodies;
	struct block_pool slots;
	nghttp2_session_callbacks *callbacks;
	nghttp2_option *option;
	nghttp2_mem mem;
	uint64_t memory;
	uint64_t counts[HTTP_EVENT_COUNT];
	uint8_t scratch[DNS_MESSAGE_MAX]; /* one message in one piece */
};

struct http_session {
	struct http_server *server;
	const struct http_settings *settings;
	nghttp2_session *h2;
	struct list_link streams;
	struct list_link ready;
	struct list_link asked;
	int32_t newest_id; /* of requests */
	uint32_t receiving_count; /* streams in HTTP_STREAM_RECEIVING */
	uint32_t body_bytes; /* of answers */
	uint32_t sent_bytes;
	uint32_t tokens; /* frames that cost us that the client may still send */
	uint64_t tokens_us;
	bool has_settings; /* the client's first SETTINGS came */
	bool abused;
	bool failed; /* nothing more is read */
	const char *farewell; /* plain text, where HTTP/2 cannot be spoken */
};

static inline struct http_stream *http_stream_at(const struct http_server *server, uint32_t slot)
{
	return (struct http_stream *)(void *)block_pool_at(&server->slots, slot);
}

/* -- http_request.c: pure -- */
/* Takes one field into account. `query` takes the decoded query of a GET; *query_len is 0 before. */
void http_request_field(const struct http_settings *settings, struct http_fields *fields,
                        const char *name, size_t name_len, const char *value, size_t value_len,
                        uint8_t query[DNS_MESSAGE_MAX], size_t *query_len);
/* What is wrong with a request, as a status and a sentence; 200: nothing, 204: a preflight. */
struct http_verdict {
	uint16_t status;
	const char *text;
};
struct http_verdict http_request_check(const struct http_fields *fields, const uint8_t *message,
                                       size_t len);
/* How long the answer may be kept, in seconds (RFC 8484 §5.1). */
uint32_t http_request_freshness(const uint8_t *message, size_t len);

/* -- http_answer.c -- */
/* A response without a DNS message. Gives 0, or nghttp2's error. */
int http_answer_status(struct http_session *session, struct http_stream *stream,
                       struct http_verdict verdict);
/* Copies a body into one piece of server->scratch; gives its length. */
size_t http_answer_flatten(struct http_server *server, const struct stream_output *body);

/* -- http_flood.c -- */
/* A frame that costs us something. Gives 0, or nghttp2's error. */
int http_flood_spend(struct http_session *session);
/* Time passes: the client may send some more of those. */
void http_flood_earn(struct http_session *session, uint64_t now_us);
/* Whether one more header field is within what we told the client. One octet of a frame can stand for a field of 4 KiB
 * in the table of HPACK: such a bomb costs tokens for each field. */
MUST_CHECK bool http_flood_field(struct http_session *session, struct http_stream *stream,
                                 size_t octets);

/* -- http_session.c -- */
MUST_CHECK bool http_session_make_callbacks(struct http_server *server);
