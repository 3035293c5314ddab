/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* tap_case -- packets as DECODER, ENCODER and stage_drop() have them, for the tests of lib/tap.
 *
 * What:    case_packet() is a query for a name from 192.0.2.1, UDP.
 * Threads: one.
 * Memory:  a pool of 63 mbufs.
 * Limits:  that many at a time.
 * Trust:   texts of the tests.
 * RFC:     none. */
#pragma once

#include <stdlib.h>

#include "../cache/dns_make.h"
#include "pipeline/query.h"
#include "unit.h"

static struct rte_mempool *case_pool;

static inline bool case_open(void)
{
	case_pool = rte_pktmbuf_pool_create("tap", 63, 0, QUERY_PRIVATE_BYTES,
	                                    RTE_MBUF_DEFAULT_BUF_SIZE, SOCKET_ID_ANY);
	return case_pool != NULL;
}

static inline struct rte_mbuf *case_packet(const char *name, uint16_t type)
{
	struct rte_mbuf *mbuf = rte_pktmbuf_alloc(case_pool);
	if (mbuf == NULL)
		abort();
	struct query *query = query_of(mbuf);
	memset(query, 0, sizeof(*query));
	query->source = QUERY_SOURCE_SOCKET;
	query->client = (struct query_address){.family = 4, .octets = {192, 0, 2, 1}, .port = 5300};
	query->local = (struct query_address){.family = 4, .octets = {192, 0, 2, 53}, .port = 53};
	query->question = made_question(name, type);
	query->question_ok = true;
	query->flags = DNS_FLAG_RD;
	query->id = 0x1234;
	query->answer.ede = EDNS_EDE_NONE;
	query->message_len = DNS_HEADER_SIZE + query->question.name_len + 4u;
	uint8_t *message = query_message(mbuf);
	memset(message, 0, query->message_len);
	bytes_store_u16(message, query->id);
	bytes_store_u16(message + 2, query->flags);
	dns_message_set_count(message, DNS_SECTION_QUESTION, 1);
	memcpy(message + DNS_HEADER_SIZE, query->question.name, query->question.name_len);
	bytes_store_u16(message + query->message_len - 4, type);
	bytes_store_u16(message + query->message_len - 2, DNS_CLASS_IN);
	mbuf->data_len = (uint16_t)query->message_len;
	mbuf->pkt_len = mbuf->data_len;
	return mbuf;
}
