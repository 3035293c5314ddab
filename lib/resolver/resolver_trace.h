/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* resolver_trace -- what the resolver does for one question, step by step, for a person who wants to know.
 *
 * What:    a question that comes with `watchers` (struct resolver_event) has each of its steps told to the
 *          function in the settings, and so have the questions that it leads to (addresses of servers).
 *          Questions without watchers cost one comparison a step.
 * Threads: the resolver's.
 * Memory:  a step's pointers live during the call.
 * Limits:  eight watchers, a bit each.
 * Trust:   names and codes come from responses: they are for printing only.
 * RFC:     none. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "net/prefix.h"

#define RESOLVER_WATCHERS_MAX 8

enum resolver_trace_kind {
	RESOLVER_TRACE_BEGIN, /* the question is taken up, or met one in flight */
	RESOLVER_TRACE_ZONE, /* the zone whose servers are asked: `name` */
	RESOLVER_TRACE_FORWARD, /* the group of forwarders that is asked: `text` */
	RESOLVER_TRACE_SEND, /* to `server`: `name`, `type` */
	RESOLVER_TRACE_RESPONSE, /* from `server`; `text`: what it means */
	RESOLVER_TRACE_TIMEOUT, /* of `server` */
	RESOLVER_TRACE_ERROR, /* the network's, about `server` */
	RESOLVER_TRACE_ADDRESSES, /* waits for addresses of servers */
	RESOLVER_TRACE_ALIAS, /* the chain goes on at `name` */
	RESOLVER_TRACE_KNOWN, /* `name` is in the cache, or in a zone of ours */
	RESOLVER_TRACE_ANSWER, /* the end: `rcode`, `count` */
	RESOLVER_TRACE_FAILED, /* the end: `ede` */
	RESOLVER_TRACE_KIND_COUNT
};

struct resolver_trace_step {
	uint8_t kind; /* enum resolver_trace_kind */
	uint8_t watchers;
	uint8_t depth; /* 0: for the question itself; else for a server's address */
	bool over_tcp;
	bool over_tls;
	bool authoritative; /* RESPONSE: AA */
	uint16_t type;
	uint16_t rcode; /* RESPONSE, ANSWER */
	uint16_t count[3]; /* answer, authority, additional */
	int16_t ede; /* FAILED */
	uint32_t len; /* octets of the message */
	uint32_t rtt_us; /* SEND: what the server usually takes; 0: not known */
	uint32_t question; /* tells the questions apart */
	uint64_t now_ms;
	uint64_t
	    took_ms; /* RESPONSE, TIMEOUT, ERROR: since it was sent; ANSWER, FAILED: since the begin */
	struct net_endpoint server;
	const uint8_t *name; /* wire, or NULL */
	const char *text; /* static, or NULL */
};
