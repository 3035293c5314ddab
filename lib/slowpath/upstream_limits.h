/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* upstream_limits -- the numbers of the resolver's sockets, with what happens below and above.
 *
 * What:    constants.
 * Threads: none.
 * Memory:  what they cost is said beside them.
 * Limits:  this is the list.
 * Trust:   no input.
 * RFC:     5452 §9.2, 6056, 7766 §6.2. */
#pragma once

/* UDP sockets of each family. Too low: a spoofer who learns them needs few guesses. Too high:
 * descriptors (twice as many while ports are renewed), and batches of one datagram. */
#define UPSTREAM_PORT_SLOTS_DEFAULT 64u
#define UPSTREAM_PORT_SLOTS_MAX 4096u

/* Datagrams after which a socket's port is renewed, and how long the old one still listens (longer than a
 * question may take). Too low: system calls. Too high: ports can be found by probing (CVE-2020-25705). */
#define UPSTREAM_PORT_USES 512u
#define UPSTREAM_PORT_RETIRE_MS 30000u

/* Random ports are taken from here up (RFC 6056 §3.2: the whole range above the system ports). */
#define UPSTREAM_PORT_MIN 1024u
/* Addresses of our own to ask from. Too low: fewer bits for a spoofer to guess than there could be. */
#define UPSTREAM_SOURCES_MAX 16u

/* Tries to find a free one before the kernel chooses. */
#define UPSTREAM_BIND_TRIES 16u

/* TCP connections at once: 66 KiB each, touched only when used. Too low: truncated answers fail under
 * load. Too high: memory. */
#define UPSTREAM_CONNECTIONS_DEFAULT 256u
#define UPSTREAM_CONNECTIONS_MAX 8192u

/* Questions over TCP at once, for each connection that there may be: 600 octets each. Too low: forwarding
 * over TLS, where all questions share few connections, fails under load. Too high: memory. */
#define UPSTREAM_QUESTIONS_SHARE 16u
/* Questions on one connection (RFC 7766 §6.2.1.1); the next one opens another. Too low: connections where
 * one would do. Too high: one that hangs takes that many with it. */
#define UPSTREAM_PIPELINE_MAX 256u
/* Connections that may end under a question that a server has not answered, after it answered others: some
 * close after each answer. Too low: those fail. Too high: work for hostile ones. */
#define UPSTREAM_TRIES_MAX 3u
/* How long a connection without a question stays open (RFC 7766 §6.2.3: clients close what is idle). Too
 * low: a handshake for each burst of questions. Too high: it takes up a place, here and there. */
#define UPSTREAM_IDLE_MS 5000u
/* Reads in one turn from one connection. Too low: large answers take turns. Too high: one server keeps the
 * others waiting. A TLS peer whose records are so small that this many do not empty them is cut off. */
#define UPSTREAM_READS_MAX 64u
/* Buckets to find connections and questions by. */
#define UPSTREAM_BUCKETS 256u

/* Header, the longest name, type, class, OPT record; more is not sent. */
#define UPSTREAM_QUERY_BYTES_MAX 512u
/* We announce 1232; a server that sends more than this is cut off and the question times out. */
#define UPSTREAM_DATAGRAM_BYTES 4096u

/* Datagrams in one recvmmsg, gathered for sending, and failed ones that wait to be told. */
#define UPSTREAM_READ_BATCH 16u
#define UPSTREAM_SEND_BATCH 64u
#define UPSTREAM_FAILURES_MAX 256u

/* Sockets that one poll serves. */
#define UPSTREAM_EVENTS 64
