/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* The names of events. */
#include "slowpath/tcp_server.h"

static const char *const names[TCP_EVENT_COUNT] = {
    [TCP_EVENT_ACCEPTED] = "accepted",
    [TCP_EVENT_REFUSED] = "refused",
    [TCP_EVENT_EVICTED] = "evicted",
    [TCP_EVENT_IDLE] = "idle",
    [TCP_EVENT_SLOW_WRITER] = "slow_writer",
    [TCP_EVENT_SLOW_READER] = "slow_reader",
    [TCP_EVENT_PROTOCOL] = "protocol",
    [TCP_EVENT_UNANSWERED] = "unanswered",
    [TCP_EVENT_SLOW_OPENING] = "slow_opening",
    [TCP_EVENT_PROXY_WRONG] = "proxy_wrong",
    [TCP_EVENT_TLS_OPENED] = "tls_opened",
    [TCP_EVENT_TLS_RESUMED] = "tls_resumed",
    [TCP_EVENT_TLS_FAILED] = "tls_failed",
    [TCP_EVENT_TLS_CLOSED] = "tls_failed_closed",
    [TCP_EVENT_TLS_NOT_TLS] = "tls_failed_not_tls",
    [TCP_EVENT_TLS_VERSION] = "tls_failed_version",
    [TCP_EVENT_TLS_CIPHER] = "tls_failed_cipher",
    [TCP_EVENT_TLS_ALPN] = "tls_failed_alpn",
    [TCP_EVENT_TLS_CERTIFICATE] = "tls_failed_certificate",
    [TCP_EVENT_TLS_ABUSE] = "tls_failed_abuse",
    [TCP_EVENT_TLS_PROTOCOL] = "tls_failed_protocol",
    [TCP_EVENT_HTTP_REQUESTS] = "http_requests",
    [TCP_EVENT_HTTP_REFUSED] = "http_refused",
    [TCP_EVENT_HTTP_RESETS] = "http_resets",
    [TCP_EVENT_HTTP_ABUSE] = "http_abuse",
};

const char *tcp_event_name(enum tcp_event event)
{
	return event < TCP_EVENT_COUNT ? names[event] : "unknown";
}
