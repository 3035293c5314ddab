/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Which page a request gets. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "telemetry/web_int.h"
#include "telemetry/prometheus.h"

#define TEXT_TYPE "text/plain; charset=utf-8"
#define METRICS_TYPE "text/plain; version=0.0.4; charset=utf-8"
#define US_PER_MS 1000u

static void set_type(struct MHD_Response *response, const char *type)
{
	(void)MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
	(void)MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
}

static enum MHD_Result give_text(struct MHD_Connection *connection, unsigned status,
                                 const char *text)
{
	char line[WEB_REASON_BYTES + 1];
	snprintf(line, sizeof(line), "%s\n", text);
	struct MHD_Response *response =
	    MHD_create_response_from_buffer(strlen(line), line, MHD_RESPMEM_MUST_COPY);
	if (response == NULL)
		return MHD_NO;
	set_type(response, TEXT_TYPE);
	if (status == MHD_HTTP_METHOD_NOT_ALLOWED)
		(void)MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
	enum MHD_Result result = MHD_queue_response(connection, status, response);
	MHD_destroy_response(response);
	return result;
}

/* A page of a moment ago is good enough: who asks all the time costs no more than who asks now and then. */
static bool renew_page(struct web *web)
{
	const uint64_t now_us = clock_steady_us();
	char *text;
	size_t len;
	if (web->page != NULL && now_us - web->page_us < WEB_FRESH_MS * US_PER_MS)
		return true;
	if (telemetry_prometheus(&text, &len) != RESULT_OK)
		return false;
	struct MHD_Response *page =
	    MHD_create_response_from_buffer(len, text, MHD_RESPMEM_MUST_FREE);
	if (page == NULL) {
		free(text);
		return false;
	}
	set_type(page, METRICS_TYPE);
	if (web->page != NULL)
		MHD_destroy_response(web->page);
	web->page = page;
	web->page_us = now_us;
	return true;
}

static enum MHD_Result give_metrics(struct web *web, struct MHD_Connection *connection)
{
	if (!renew_page(web))
		return give_text(connection, MHD_HTTP_SERVICE_UNAVAILABLE, "no metrics now");
	return MHD_queue_response(connection, MHD_HTTP_OK, web->page);
}

static enum MHD_Result give_state(struct MHD_Connection *connection, bool is_good,
                                  const char *reason)
{
	if (is_good)
		return give_text(connection, MHD_HTTP_OK, "ok");
	return give_text(connection, MHD_HTTP_SERVICE_UNAVAILABLE, reason);
}

static enum MHD_Result give_page(const struct web_place *place, struct MHD_Connection *connection,
                                 const char *url)
{
	char reason[WEB_REASON_BYTES] = "";
	if (place->metrics && strcmp(url, "/metrics") == 0)
		return give_metrics(place->web, connection);
	if (place->health && strcmp(url, "/healthz") == 0) {
		const bool is_good = web_is_healthy(place->web, reason);
		return give_state(connection, is_good, reason);
	}
	if (place->health && strcmp(url, "/readyz") == 0) {
		const bool is_good = web_is_ready(place->web, reason);
		return give_state(connection, is_good, reason);
	}
	return give_text(connection, MHD_HTTP_NOT_FOUND,
	                 !place->health    ? "there is /metrics here"
	                 : !place->metrics ? "there are /healthz and /readyz here"
	                                   : "there are /metrics, /healthz and /readyz here");
}

enum MHD_Result web_answer(void *context, struct MHD_Connection *connection, const char *url,
                           const char *method, const char *version, const char *upload,
                           size_t *upload_len, void **request)
{
	static const char begun;
	(void)version;
	(void)upload;
	(void)upload_len;
	if (strcmp(method, MHD_HTTP_METHOD_GET) != 0 && strcmp(method, MHD_HTTP_METHOD_HEAD) != 0)
		return give_text(connection, MHD_HTTP_METHOD_NOT_ALLOWED, "only GET and HEAD");
	if (*request == NULL) { /* only the head has come: MHD calls again */
		*request = (void *)(uintptr_t)&begun;
		return MHD_YES;
	}
	if (*upload_len > 0) { /* a GET with a body, which nobody reads */
		*upload_len = 0;
		return MHD_YES;
	}
	return give_page(context, connection, url);
}
