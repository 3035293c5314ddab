/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* http -- DNS over HTTPS: HTTP/2 on octets, without a socket.
 *
 * What:    octets of a client go in, DNS queries come out; answers go in, octets for the client come out.
 *          GET and POST of application/dns-message at the configured paths; everything else gets a status
 *          that says what is wrong. TLS, time-outs and the number of connections are the owner's.
 * Threads: one.
 * Memory:  http_server_open() allocates the streams' slots; bodies lie in blocks of the owner's pool; nghttp2
 *          allocates, http_limits.memory_max for all sessions together at most.
 * Limits:  struct http_limits, HTTP_* of slowpath_limits.h.
 * Trust:   clients are hostile: floods of frames that cost us and not them end the session
 *          (CVE-2019-9511 and its like, CVE-2023-44487, CVE-2024-27316).
 * RFC:     8484, 9113, 9110, 4648 §5 (base64url), the Fetch standard (CORS). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/result.h"
#include "slowpath/block_pool.h"
#include "slowpath/stream_output.h"

/* What clients may ask for; outlives the sessions. */
struct http_settings {
	const char *const *paths;
	uint32_t path_count;
	const char *const *origins; /* of browsers; "*": all */
	uint32_t origin_count;
};

struct http_limits {
	uint32_t streams_max; /* of all sessions, 1.. */
	uint32_t session_streams_max; /* of one, 1.. */
	uint32_t session_bytes_max; /* bodies of one session */
	uint64_t memory_max; /* nghttp2's, for all sessions */
};

struct http_server;
struct http_session;

/* `bodies`: where requests and answers lie; the owner's. Fails: RESULT_NO_MEMORY. */
MUST_CHECK enum result http_server_open(const struct http_limits *limits, struct block_pool *bodies,
                                        struct http_server **out);
/* Requires: no session is open. NULL is fine. */
void http_server_close(struct http_server *server);
/* Octets that nghttp2 has allocated. */
uint64_t http_server_memory(const struct http_server *server);

/* NULL: no memory. */
struct http_session *http_session_open(struct http_server *server,
                                       const struct http_settings *settings, uint64_t now_us);
/* NULL is fine. */
void http_session_close(struct http_session *session);

/* Takes octets of the client, all of them. Fails, and then only http_session_output() and _close() may
 * follow: RESULT_UNSUPPORTED (the client speaks no HTTP/2; the output says so to HTTP/1.1),
 * RESULT_DENIED (abuse), RESULT_MALFORMED, RESULT_NO_MEMORY. */
MUST_CHECK enum result http_session_input(struct http_session *session, const uint8_t *data,
                                          size_t len, uint64_t now_us);

/* The client has agreed on "http/1.1": the output says that only HTTP/2 is spoken. */
void http_session_refuse_http1(struct http_session *session);

struct http_request {
	uint32_t stream_id;
	const uint8_t *data; /* valid until the next call */
	uint16_t len; /* at least a DNS header; QR is 0 */
};

/* Whether requests wait. */
bool http_session_has_request(const struct http_session *session);
/* The request that has waited the longest; http_session_took(): it has gone on its way. */
MUST_CHECK bool http_session_next(struct http_session *session, struct http_request *out);
void http_session_took(struct http_session *session);

/* Takes an answer (copied). RESULT_NOT_FOUND: the client does not wait any more. RESULT_NO_MEMORY: the pool
 * is used up, offer it again. RESULT_NO_SPACE: too much waits for this client already. */
MUST_CHECK enum result http_session_answer(struct http_session *session, uint32_t stream_id,
                                           const uint8_t *message, uint32_t len);
/* Requests whose answers never came get an error. */
void http_session_give_up(struct http_session *session);

/* Moves octets for the client into `output` while it holds less than `bytes_max`. False: out of blocks,
 * call again. */
MUST_CHECK bool http_session_output(struct http_session *session, struct stream_output *output,
                                    uint32_t bytes_max);

/* Says goodbye (GOAWAY): no new requests, those that were taken are answered. */
void http_session_goodbye(struct http_session *session);

struct http_state {
	bool is_partial; /* the client has begun something and not ended it */
	bool is_over; /* nothing more will be read */
	uint32_t body_bytes; /* answers that wait for the client's window */
	uint32_t sent_bytes; /* of answers so far; wraps */
};
struct http_state http_session_state(const struct http_session *session);

/* What happened, of all sessions. */
enum http_event {
	HTTP_EVENT_REQUESTS, /* that became queries */
	HTTP_EVENT_REFUSED, /* that got a status of 400 or more */
	HTTP_EVENT_RESETS, /* streams that the client reset */
	HTTP_EVENT_ABUSE, /* sessions that were ended for a flood */
	HTTP_EVENT_COUNT
};
uint64_t http_server_count(const struct http_server *server, enum http_event event);
