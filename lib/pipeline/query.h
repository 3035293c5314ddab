/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* query -- what we know about one packet on its way: it lies in the mbuf's private area.
 *
 * What:    filled in by LISTENER or TCP_ACCEPTOR (where it came from), DECODER (what it asks),
 *          QUERY_DISPATCHER (who answers), an engine stage (what the answer is). ENCODER and SENDER
 *          read it.
 * Threads: belongs to the lcore that holds the mbuf.
 * Memory:  QUERY_PRIVATE_BYTES in each mbuf of the packet and stream pools; no pointer in it leads to a
 *          snapshot or the cache.
 * Limits:  dns/question.h.
 * Trust:   the values come from the wire, checked.
 * RFC:     1035, 6891, 7766. */
#pragma once

#include <rte_mbuf.h>

#include "dns/answer.h"
#include "dns/builder.h"
#include "dns/edns.h"
#include "dns/question.h"

/* Where an mbuf came from, and so where its answer goes. */
enum query_source {
	QUERY_SOURCE_PORT, /* a frame of a DPDK port: L2..L4 headers stand before the message */
	QUERY_SOURCE_SOCKET, /* a datagram of a kernel UDP socket: the mbuf holds only the message */
	QUERY_SOURCE_STREAM, /* a message of a TCP (TLS, HTTP) connection: only the message */
	QUERY_SOURCE_KERNEL, /* a raw frame of the kernel half on its way out: SENDER just sends it */
	QUERY_SOURCE_NONE, /* nobody's: a carrier (pipeline/carrier.h), never answered */
};

enum query_verdict {
	QUERY_VERDICT_NONE,
	QUERY_VERDICT_ZONE, /* ZONE_MANAGER answers */
	QUERY_VERDICT_CACHE, /* CACHE_LOOKUP, then RESOLVER */
	QUERY_VERDICT_ANSWER, /* rcode is set, ENCODER finishes (REFUSED, FORMERR, NOTIMP, CHAOS …) */
	QUERY_VERDICT_RESOLVED, /* was CACHE, and RESOLVER is done with it */
};

/* What CACHE_WRITER does with a packet that comes from RESOLVER. */
enum query_keep {
	QUERY_KEEP_NOT, /* nothing: it is kept already, or must not be */
	QUERY_KEEP_ANSWER, /* the sections behind the question are what is to be kept */
	QUERY_KEEP_FAILURE, /* remember that the question could not be resolved */
	QUERY_KEEP_HOLD, /* resolution takes long: let the stale answer serve meanwhile */
};

/* Address of a client or of ours: IPv4 in the first four octets. */
struct query_address {
	uint8_t family; /* 4 or 6 */
	uint8_t octets[16];
	uint16_t port; /* host order */
};

struct query {
	/* -- where it came from (LISTENER, TCP_ACCEPTOR) -- */
	uint64_t arrival_tsc;
	uint8_t source; /* enum query_source */
	uint8_t lane; /* which instance of the fast-path stages it travels through */
	uint16_t port_index; /* our index of the DPDK port (QUERY_SOURCE_PORT, _KERNEL) */
	uint16_t l2_len; /* Ethernet and VLAN tags */
	uint16_t l3_len; /* IP header with options or extension headers */
	uint8_t
	    link_credit; /* link that gets its credit back when a holding stage lets go; run loop */
	uint8_t link_producer; /* which producer of that link */
	uint16_t keepalive_100ms; /* STREAM only: how long it may be idle, to be told (RFC 7828) */
	uint32_t stream_index; /* connection or socket slot (STREAM, SOCKET) */
	uint32_t stream_generation; /* tells a slot's present connection from its former ones */
	uint32_t stream_request; /* HTTP/2: which of the connection's requests */
	struct query_address client;
	struct query_address local; /* the address it was sent to: answers leave from it */

	/* -- the message: offsets from rte_pktmbuf_mtod() to the DNS header and behind the question -- */
	uint16_t message_at; /* LISTENER, TCP_ACCEPTOR */
	uint32_t message_len; /* octets of the query, then of the finished answer */
	uint16_t question_end; /* from the DNS header on; 12 where no question could be read */
	uint16_t flags; /* the query's header flags, host order */
	uint16_t id;
	uint8_t opcode;
	bool question_ok; /* `question` is set */
	bool tsig_present; /* the last record is TSIG (transfer, update) */
	bool encrypted; /* STREAM only: what is sent cannot be read on the way; TCP_ACCEPTOR */
	/* How large the whole answer may be: UDP min(client's EDNS size, our limit), streams 65535. */
	uint32_t answer_limit;
	/* Of those, what engines may fill: room for OPT (and TSIG) is kept back for ENCODER. */
	uint32_t section_limit;
	struct dns_edns edns;

	/* -- the way and the answer -- */
	uint8_t verdict; /* enum query_verdict */
	bool recursion_allowed; /* the client may have recursion (RA) */
	uint8_t cookie_state; /* enum cookie_state of guard/cookie.h; QUERY_DISPATCHER */
	uint8_t keep; /* enum query_keep; RESOLVER */
	bool has_stale; /* a stale answer is in the packet: CACHE_LOOKUP, for RESOLVER */
	uint8_t view; /* index of guard/views.h, of that version of the views; QUERY_DISPATCHER */
	bool exempt; /* the client is not limited by rate; QUERY_DISPATCHER */
	bool unfiltered; /* no policy on names is for the client; QUERY_DISPATCHER */
	/* enum dns64_way of policy/dns64.h: QUERY_DISPATCHER; CACHE_LOOKUP and RESOLVER change it when another
	 * question is asked instead. */
	uint8_t dns64;
	bool expire_known; /* `zone_expire_s` goes into the answer; ZONE_MANAGER */
	bool serial_known; /* `zone_serial` and `zone_labels` do */
	uint8_t zone_labels; /* labels of the zone's name; ZONE_MANAGER */
	uint32_t views_generation;
	uint32_t zone_ref; /* of zone/zone.h, in the zones of that view; QUERY_DISPATCHER */
	uint32_t zone_serial;
	uint32_t zone_expire_s;
	uint32_t dns64_ttl_s; /* the most for AAAA records that are made */
	const char *ede_text; /* static text beside answer.ede, or NULL */
	struct dns_answer answer;
	struct dns_question question; /* large, so last */
};

/* What a pool's private area must hold; RTE_MBUF_PRIV_ALIGN is 8, we keep whole cache lines. */
#define QUERY_PRIVATE_BYTES                                                                        \
	((sizeof(struct query) + CACHE_LINE_BYTES - 1) & ~(size_t)(CACHE_LINE_BYTES - 1))

static inline struct query *query_of(struct rte_mbuf *mbuf)
{
	return (struct query *)rte_mbuf_to_priv(mbuf);
}

/* The DNS header of the message in the mbuf. */
static inline uint8_t *query_message(struct rte_mbuf *mbuf)
{
	return rte_pktmbuf_mtod_offset(mbuf, uint8_t *, query_of(mbuf)->message_at);
}

/* A builder that stands behind the question and may fill section_limit octets. */
static inline void query_builder(struct rte_mbuf *mbuf, struct dns_builder *out)
{
	const struct query *query = query_of(mbuf);
	dns_builder_init(out, query_message(mbuf), query->question_end, query->section_limit);
}

/* Takes over what the builder wrote into the query's answer. */
static inline void query_take_sections(struct query *query, const struct dns_builder *builder)
{
	for (int i = 0; i < DNS_SECTION_COUNT; i++)
		query->answer.count[i] = builder->count[i];
	query->answer.end = builder->len;
}
