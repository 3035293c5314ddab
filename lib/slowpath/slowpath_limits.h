/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* slowpath_limits -- every number of the slow path, with what happens below and above it.
 *
 * What:    defaults of settings, and sizes that are fixed.
 * Threads: none.
 * Memory:  what the defaults cost is said beside them.
 * Limits:  this is the list.
 * Trust:   no input.
 * RFC:     7766 §6.2, 7828, 9210 §4. */
#pragma once

/* Connections open at once. Too low: resolvers that keep theirs open crowd each other out. Too high:
 * memory (a slot is about 2.5 KiB, touched only when used) and descriptors. */
#define TCP_CONNECTIONS_DEFAULT 4096
#define TCP_CONNECTIONS_MAX 1048576

/* Of those, from one client. Too low: large NATs. Too high: one host takes all (RFC 7766 §6.2.2). */
#define TCP_PER_CLIENT_DEFAULT 128
/* Which part of an IPv6 address is one client: a host commonly commands its whole /64. */
#define TCP_CLIENT_IPV6_BITS_DEFAULT 64

/* Idle time-out. Too low: handshakes again and again. Too high: dead connections pile up
 * (RFC 7766 §6.2.3: "on the order of seconds"). */
#define TCP_IDLE_TIMEOUT_MS_DEFAULT 10000
/* What is left of it when all connections are in use. Too low: clients far away begin anew for each query. Too high:
 * idle connections keep others out. */
#define TCP_IDLE_PRESSED_MS 1000
/* From a message's first octet to its last. Too low: bad links. Too high: slow loris. */
#define TCP_MESSAGE_TIMEOUT_MS_DEFAULT 5000
/* Time in which a client has to take STREAM_BLOCK_BYTES of what waits for it. */
#define TCP_OUTPUT_TIMEOUT_MS_DEFAULT 5000
/* A query that got no answer within this was dropped by policy; above every resolver time-out. */
#define TCP_ANSWER_TIMEOUT_MS_DEFAULT 30000

/* Connections at once whose PROXY header or TLS handshake is not done; beyond, the oldest of them is closed.
 * Too low: a rush of clients after a restart is cut. Too high: memory, up to 45 KiB each, for who never
 * finishes. */
#define TCP_OPENING_DEFAULT 1024
/* Time for that. Too low: bad links. Too high: a slow loris holds its place for longer. */
#define TCP_OPENING_TIMEOUT_MS_DEFAULT 5000
/* A PROXY header with its extensions. Too low: proxies that send certificates in them. Too high: it has to fit
 * STREAM_INPUT_BYTES. */
#define PROXY_HEADER_MAX 1024
/* Steps of TLS handshakes in one turn. One costs 0.1 ms (ECDSA) to 1 ms (RSA), during which UDP and open
 * connections wait. Too low: few new connections a second beside other work. Too high: a flood of handshakes
 * is felt by everybody. */
#define TLS_HANDSHAKES_PER_TURN 4

/* Queries of one connection in the pipeline at once. Too low: pipelining clients stall. Too high: one
 * client owns the stream pool. */
#define TCP_IN_FLIGHT_DEFAULT 64

/* Octets that may wait for one client that does not read. Too low: a burst of large answers over a
 * long path is taken for a slow reader. Too high: a few slow readers own the pool. */
#define TCP_OUTPUT_BYTES_DEFAULT (1024 * 1024)
/* Above this much waiting output no more queries are read from that client. */
#define TCP_OUTPUT_PAUSE_BYTES (64 * 1024)

/* Blocks of all output queues together: 4096 x 4 KiB = 16 MiB, touched only when used. */
#define STREAM_BLOCK_BYTES 4096
#define TCP_OUTPUT_BLOCKS_DEFAULT 4096
/* Blocks that one system call gathers: 64 KiB, what a socket takes at once. */
#define STREAM_GATHER_BLOCKS 16

/* Input buffer of each connection. Too low: each larger message needs a large buffer. Too high:
 * memory. Queries are mostly under 100 octets, nearly all under 512. */
#define STREAM_INPUT_BYTES 2048
/* Two octets of length and 65535 of message (RFC 1035 §4.2.2), rounded up. */
#define STREAM_LARGE_BYTES 65600
/* Large buffers for all connections: 64 x 64 KiB = 4 MiB. When none is free the connection that has
 * held one the longest is closed. */
#define TCP_LARGE_BUFFERS_DEFAULT 64

/* Work for one connection, and for one listener, in one turn: fairness between them. */
#define TCP_MESSAGES_PER_TURN 8
#define TCP_ACCEPTS_PER_TURN 16
/* Connections served in one turn, expired in one turn: the TAP and UDP wait for no more. */
#define TCP_SERVED_PER_TURN 64
#define TCP_EXPIRED_PER_TURN 64

/* Messages of zone transfers made in one turn, and of those for one connection. Too low: more turns for each. Too
 * high: each costs some 10 us, while which queries wait. */
#define TCP_PRODUCED_PER_TURN 16
#define TCP_PRODUCED_PER_VISIT 4

/* Kernel queues of half-open and of not yet accepted connections; fast open requests (RFC 7413). */
#define TCP_LISTEN_BACKLOG 1024
#define TCP_FASTOPEN_QUEUE 256
/* After the system ran out of descriptors: time until accept is tried again. */
#define TCP_ACCEPT_PAUSE_US 100000

/* How long one key makes session tickets. Too low: clients that come back pay for a handshake. Too high: who
 * learns the key can read more of what was recorded (RFC 9325 §3.4). */
#define TLS_TICKET_KEY_MS 3600000
/* How long a ticket may be used: while its key is kept (TLS_TICKET_KEYS of them). */
#define TLS_TICKET_LIFE_S 7200
/* Octets that one call takes from the kernel at most. Too low: more calls for large messages. Too high: a
 * peer that sends records without content holds up the others. */
#define TLS_READ_BYTES_PER_CALL (64 * 1024)
/* The most that one record holds (RFC 8446 §5.1). */
#define TLS_RECORD_BYTES 16384
/* Handshake messages after the handshake (KeyUpdate, refused renegotiation) on one connection. Too low: a
 * peer that changes keys often is cut off. Too high: each costs work and an answer (CVE-2011-1473 and its
 * like). Honest peers send one in 2^24 records or none. */
#define TLS_POST_MESSAGES_MAX 64

/* Requests of all HTTP/2 sessions at once: a slot is about 100 octets, touched only when used. Too low: streams
 * are reset. Too high: memory. */
#define HTTP_STREAMS_DEFAULT 65536
/* What HTTP/2 sessions may allocate together (a session takes 5 to 30 KiB); beyond, sessions are closed. */
#define HTTP_MEMORY_BYTES_DEFAULT (128u * 1024 * 1024)
/* Header fields of one request, as told to clients. Too low: long paths and cookies of browsers. Too high:
 * memory for what we never read. nghttp2 takes 64 KiB at most, and 8 CONTINUATION frames (CVE-2024-27316). */
#define HTTP_HEADER_BYTES (16 * 1024)
/* Dynamic table of our own header fields, which hardly change. */
#define HTTP_TABLE_BYTES 1024
/* Frames that cost us and bring no request (PING, SETTINGS, RST_STREAM, PRIORITY, empty DATA, broken ones) that
 * a client may send at once, and how many more in a second; each answered request earns one. Too low:
 * browsers that give up requests are cut off. Too high: rapid reset (CVE-2023-44487) pays. */
#define HTTP_TOKENS_MAX 200
#define HTTP_TOKENS_PER_SECOND 50
/* Answers to PING and SETTINGS that wait because the client does not read (CVE-2019-9512, -9515). */
#define HTTP_ACKS_MAX 100
/* Entries of one SETTINGS frame. */
#define HTTP_SETTINGS_MAX 32
/* Blocks that one frame of ours takes: 16 KiB and its header, begun anywhere in a block. */
#define HTTP_FRAME_BLOCKS 6

/* Datagrams in one recvmmsg or sendmmsg. */
#define LOCAL_UDP_BATCH 32
/* Kernel receive buffer of a UDP socket: bursts of some thousand queries. */
#define LOCAL_UDP_RECEIVE_BYTES (4 * 1024 * 1024)

/* Events taken from the kernel in one turn. */
#define POLLER_EVENTS 64

/* Listeners and TAPs. Far more than ports and addresses of real machines. */
#define SLOWPATH_LISTENERS_MAX 256
#define SLOWPATH_TAPS_MAX 32
/* Descriptors that the process needs besides connections, listeners and TAPs: files, upstream sockets,
 * telemetry, DPDK. Too low: those fail when all connections are in use. */
#define SLOWPATH_DESCRIPTORS_SPARE 8192
