/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* packet -- a query as a frame, and an answer's frame taken apart, as fast as it goes.
 *
 * What:    the headers are made once; each frame is two copies, a few stores, and checksums that are sums of
 *          parts summed before.
 * Threads: packet_route is read by all; the rest works on the caller's octets.
 * Memory:  the caller's.
 * Limits:  frames of PACKET_BYTES_MAX octets.
 * Trust:   answers are anything.
 * RFC:     768, 791, 8200; 1071 (sums of parts). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/result.h"
#include "load/load_limits.h"
#include "load/query_file.h"
#include "net/frame.h"
#include "net/prefix.h"

#define PACKET_BYTES_MAX (NET_HEADERS_BYTES_MAX + LOAD_MESSAGE_MAX)

/* Whose cookie goes into the query: none of the server's is known yet with server_len 0. */
struct packet_cookie {
	uint8_t client[8];
	uint8_t server[32];
	uint8_t server_len; /* 0, 8..32 */
};

/* Where queries go and come from. */
struct packet_route {
	struct net_endpoint server;
	struct net_address first_source;
	uint32_t source_count; /* first_source and those behind it */
	uint8_t source_mac[6];
	uint8_t target_mac[6];
	uint16_t vlan_id[NET_VLAN_TAGS_MAX];
	uint8_t vlan_count;
	uint16_t option_len; /* of the EDNS options before the cookie */

	/* Made by packet_route_prepare(). */
	uint8_t head[NET_HEADERS_BYTES_MAX]; /* Ethernet to UDP, with zero lengths and sums */
	uint16_t l2_len;
	uint16_t l3_len;
	uint16_t head_len;
	uint64_t ip_sum; /* of the IPv4 header without length and source */
	uint64_t
	    udp_sum; /* of the pseudo-header without length and source, and the server's port */
};

/* Fails: RESULT_MALFORMED (families differ), RESULT_OUT_OF_RANGE (source_count). */
MUST_CHECK enum result packet_route_prepare(struct packet_route *route);

/* Address number `index` of the sources. */
void packet_source(const struct packet_route *route, uint32_t index, struct net_address *out);

struct packet_query {
	const uint8_t *message; /* with id 0 */
	const struct query_file_entry *entry;
	uint32_t source;
	uint16_t port; /* ours */
	uint16_t id;
	const struct packet_cookie *cookie; /* NULL: the message has none */
};

/* Writes the frame, which has room for PACKET_BYTES_MAX octets, and gives its length. */
uint16_t packet_write(const struct packet_route *route, const struct packet_query *query,
                      uint8_t *frame);

enum packet_kind {
	PACKET_OTHER, /* not from the server's port to an address of ours */
	PACKET_ANSWER,
	PACKET_BAD_CHECKSUM, /* where they are checked */
};

struct packet_answer {
	const uint8_t *message; /* at least a DNS header */
	uint16_t len;
	uint16_t port; /* ours */
	uint16_t id;
	uint16_t flags;
	uint32_t source; /* number of our address */
};

/* Takes a received frame apart. `check_sums`: verify checksums, the device has not. */
enum packet_kind packet_read(const struct packet_route *route, const uint8_t *frame, size_t len,
                             bool check_sums, struct packet_answer *out);

/* Whether the answer repeats the question, octet for octet. */
bool packet_question_matches(const struct packet_answer *answer, const uint8_t *message,
                             const struct query_file_entry *entry) PURE;

/* Looks for the cookie in the answer's OPT record. */
bool packet_find_cookie(const struct packet_answer *answer, struct packet_cookie *out);
