/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Takes buffers from the pools and makes them look like a question that was read. */
#include "pipeline/carrier.h"

#include <string.h>

/* A buffer in which `len` octets of message fit behind its head room. */
static struct rte_mbuf *take_buffer(const struct pipeline_pools *pools, uint32_t len)
{
	const uint32_t room = rte_pktmbuf_data_room_size(pools->packet);
	if (len + RTE_PKTMBUF_HEADROOM <= room)
		return rte_pktmbuf_alloc(pools->packet);
	struct rte_mbuf *mbuf = pools->stream != NULL ? rte_pktmbuf_alloc(pools->stream) : NULL;
	if (mbuf != NULL)
		mbuf->data_off = 0;
	return mbuf;
}

struct rte_mbuf *carrier_take(const struct pipeline_pools *pools,
                              const struct dns_question *question, bool dnssec_ok,
                              uint32_t sections)
{
	uint32_t question_end = DNS_HEADER_SIZE + question->name_len + 4u;
	uint32_t len = question_end + sections;
	struct rte_mbuf *mbuf = len <= DNS_MESSAGE_MAX ? take_buffer(pools, len) : NULL;
	if (mbuf == NULL)
		return NULL;
	struct query *query = query_of(mbuf);
	memset(query, 0, offsetof(struct query, question));
	query->source = QUERY_SOURCE_NONE;
	query->question = *question;
	query->question_ok = true;
	query->question_end = (uint16_t)question_end;
	query->flags = DNS_FLAG_RD;
	query->answer_limit = DNS_MESSAGE_MAX;
	query->section_limit = DNS_MESSAGE_MAX;
	query->recursion_allowed = true;
	query->edns.present = dnssec_ok;
	query->edns.dnssec_ok = dnssec_ok;
	query->answer.ede = EDNS_EDE_NONE;
	query->answer.end = question_end;

	uint8_t *message = query_message(mbuf);
	memset(message, 0, DNS_HEADER_SIZE);
	memcpy(message + DNS_HEADER_SIZE, question->name, question->name_len);
	bytes_store_u16(message + question_end - 4, question->type);
	bytes_store_u16(message + question_end - 2, question->class);
	return mbuf;
}
