/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* web_limits -- what a client of the metrics' and health pages may cost, each number with its reason.
 *
 * What:    constants.
 * Threads: none.
 * Memory:  none.
 * Limits:  this is the place.
 * Trust:   no input.
 * RFC:     none. */
#pragma once

/* Connections at the same time, of all clients and of one address. Too low: two Prometheus servers and a
 * person are in each other's way. Too high: descriptors, and WEB_MEMORY_BYTES each. */
#define WEB_CONNECTIONS_MAX 64
#define WEB_CONNECTIONS_PER_CLIENT_MAX 16

/* Seconds without progress after which a connection is closed. Too low: a slow network loses pages. Too high:
 * whoever holds connections open keeps others out for as long. */
#define WEB_IDLE_S 10

/* Octets of a request with its headers. Too low: proxies' headers do not fit. Too high: memory. */
#define WEB_MEMORY_BYTES 16384

/* Milliseconds for which a page that was made is given again. Too low: who asks all the time takes a processor.
 * Too high: people look at what was. */
#define WEB_FRESH_MS 100

/* Seconds without a turn after which an lcore counts as stuck: /healthz fails. Too low: a machine that was
 * suspended, or a processor that others took, is restarted for nothing. */
#define WEB_STUCK_S 10
