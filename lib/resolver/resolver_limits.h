/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* resolver_limits -- every budget of the resolver, with its reason.
 *
 * What:    constants; what the configuration may change is in struct resolver_settings.
 * Threads: none.
 * Memory:  none.
 * Limits:  this is the place.
 * Trust:   no input.
 * RFC:     1035 §7.2, 5452 §4 §9, 6891 §6.2.5, 8767 §5, 9520 §3. */
#pragma once

/* Questions in flight. Too low: a slow zone takes all places. Too high: memory (about 2 KiB each), and
 * an outage makes us send that many questions in vain. */
#define RESOLVER_TASKS_MAX 65536u

/* Attempts for one question. Too low: two lost datagrams are a SERVFAIL. Too high: we amplify what
 * clients send us (the class of NXNSAttack, CVE-2020-8616; RFC 9520 §3.1 wants a limit). */
#define RESOLVER_ATTEMPTS_MAX 8u

/* Servers that one name may be forwarded to, all its groups together. Too low: large groups are cut.
 * Too high: the tried ones no longer fit into one word. */
#define RESOLVER_ROUTE_MAX 64u

/* Links of a CNAME or DNAME chain that are followed within an answer. Too low: content networks use
 * chains of 5 to 8. Too high: work per answer (chains cost chain length times records). */
#define RESOLVER_CHAIN_MAX 16u

/* Answers that agree in address, port and id but not in question, for one question, before it is asked
 * over TCP. Too low: a broken server costs TCP. Too high: whoever guesses ids has that many tries
 * more (RFC 5452 §9.3; CVE-2021-20322 class). */
#define RESOLVER_NEAR_MISSES_MAX 3u

/* How long a question may take in all. Too low: a slow chain of forwarders never answers. Too high: the
 * client has given up (stub resolvers wait 5 s). */
#define RESOLVER_DEADLINE_MS_MIN 100u
#define RESOLVER_DEADLINE_MS_MAX 30000u
#define RESOLVER_DEADLINE_MS_DEFAULT 4500u

/* How long one server may take. RFC 1035 §7.2 suggests 2 to 5 s; stubs that wait 5 s in all leave room
 * for about three tries. Too low: answers that the server has to look for are asked for twice. */
#define RESOLVER_TIMEOUT_MS_MIN 50u
#define RESOLVER_TIMEOUT_MS_MAX 10000u
#define RESOLVER_TIMEOUT_MS_DEFAULT 1500u

/* Time-outs in a row after which a server is left alone for a while. Too low: one lost datagram counts
 * as dead. Too high: that many clients wait for a time-out. */
#define RESOLVER_FAILS_MAX 2u

/* For how long: doubled with each further time-out. Then one question is sent to it besides the one
 * that a live server answers. Too low: probes for nothing. Too high: a server that is back stays
 * unused, which matters when the others die. */
#define RESOLVER_BACKOFF_MS_MIN 1000u
#define RESOLVER_BACKOFF_MS_MAX 8000u

/* One question in so many also goes to a server that is not the fastest, to learn its time. Too low: more
 * traffic. Too high: a server that became faster is found late. */
#define RESOLVER_EXPLORE_SHARE 32u

/* How long a server that refused EDNS is asked without (RFC 6891 §6.2.2 allows to remember). Too low:
 * each question twice. Too high: after an update it still gets no DO bit. */
#define RESOLVER_PLAIN_MS 900000u

/* UDP payload that we take: fits into every path's frames (DNS flag day 2020, RFC 9715 §3.1). */
#define RESOLVER_UDP_BYTES_DEFAULT 1232u

/* How often an unused id is looked for before the first one is taken. Ids of one socket are unique. */
#define RESOLVER_ID_TRIES 16u

/* The question in full, header and OPT record. */
#define RESOLVER_QUERY_BYTES_MAX 512u
