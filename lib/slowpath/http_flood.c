/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* What costs us something and the client nothing is paid with tokens; who has none left is ended. */
#include "slowpath/http_int.h"

/* CVE-2019-9512 to -9518, CVE-2023-44487, CVE-2025-8671. */
int http_flood_spend(struct http_session *session)
{
	if (session->tokens > 0) {
		session->tokens--;
		return 0;
	}
	if (!session->abused) {
		session->abused = true;
		session->server->counts[HTTP_EVENT_ABUSE]++;
		return nghttp2_session_terminate_session(session->h2, NGHTTP2_ENHANCE_YOUR_CALM);
	}
	return 0;
}

void http_flood_earn(struct http_session *session, uint64_t now_us)
{
	enum {
		US_PER_TOKEN = 1000000 / HTTP_TOKENS_PER_SECOND
	};
	uint64_t more = (now_us - session->tokens_us) / US_PER_TOKEN;
	session->tokens_us += more * US_PER_TOKEN;
	if (more > HTTP_TOKENS_MAX)
		more = HTTP_TOKENS_MAX;
	session->tokens += (uint32_t)more;
	if (session->tokens > HTTP_TOKENS_MAX)
		session->tokens = HTTP_TOKENS_MAX;
}

bool http_flood_field(struct http_session *session, struct http_stream *stream, size_t octets)
{
	enum {
		FIELD_OVERHEAD = 32 /* RFC 9113 §6.5.2 */
	};
	stream->field_octets += (uint32_t)octets + FIELD_OVERHEAD;
	if (stream->field_octets <= HTTP_HEADER_BYTES)
		return true;
	stream->fields_too_long = true;
	(void)http_flood_spend(session);
	return false;
}
