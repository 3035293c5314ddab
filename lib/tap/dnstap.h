/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* dnstap -- queries and responses as dnstap messages, to a file or a Unix socket (dnstap.info, Frame Streams).
 *
 * What:    a sink of the tap. Whether a client asked us as a server of zones (AUTH_QUERY, AUTH_RESPONSE) or as a
 *          resolver (CLIENT_QUERY, CLIENT_RESPONSE) is told by RD, as BIND tells it; questions to other
 *          servers are RESOLVER_* without RD and FORWARDER_* with it. A socket that is not there, or goes away,
 *          is tried again every second.
 * Threads: open and close on control, the rest on the tap's thread; libfstrm writes on a thread of its own.
 * Memory:  at most DNSTAP_QUEUE messages that wait for that thread; what does not fit is counted.
 * Limits:  tap/tap_limits.h.
 * Trust:   messages are passed on as they came.
 * RFC:     none; the schema is public (lib/tap/dnstap.proto). */
#pragma once

#include "tap/tap.h"

struct dnstap;

struct dnstap_settings {
	const char *file; /* one of the two */
	const char *socket;
	const char *identity;
	const char *version;
	bool queries; /* of clients, and responses to them */
	bool responses;
	bool upstream;
	uint32_t sample; /* one in so many */
};

/* A file that is there and not empty gets its time behind its name: frame streams cannot be appended to.
 * Fails: RESULT_IO (errno), RESULT_NO_MEMORY. */
MUST_CHECK enum result dnstap_open(const struct dnstap_settings *settings, const struct tap *tap,
                                   struct dnstap **out);
/* Writes what waits, as far as its reader takes it, and ends the stream. */
void dnstap_close(struct dnstap *dnstap); /* NULL is fine; it is detached */

struct tap_sink dnstap_sink(struct dnstap *dnstap);

struct dnstap_stats {
	uint64_t given; /* to libfstrm */
	uint64_t lost; /* its queue was full */
};
void dnstap_stats(const struct dnstap *dnstap, struct dnstap_stats *out);
