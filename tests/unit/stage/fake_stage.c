/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* The fake behind stage_emit() and friends: records instead of forwarding. */
#include "fake_stage.h"

#include <stdlib.h>
#include <string.h>

#include <CUnit/CUnit.h>

#include "pipeline/carrier.h"

#define FAKE_BUFFER_BYTES 4096

static struct fake_stage fake;
static void *packets[FAKE_PACKETS_MAX];
static unsigned packet_count;

void stage_emit(struct stage *stage, unsigned output, struct rte_mbuf *mbuf)
{
	(void)stage;
	CU_ASSERT_FATAL(fake.event_count < FAKE_PACKETS_MAX);
	fake.event[fake.event_count++] =
	    (struct fake_event){.mbuf = mbuf, .output = (int)output, .reason = DROP_REASON_COUNT};
}

bool stage_output_has_room(struct stage *stage, unsigned output)
{
	(void)stage;
	(void)output;
	return fake.has_room;
}

void stage_drop(struct stage *stage, struct rte_mbuf *mbuf, enum drop_reason reason)
{
	CU_ASSERT_FATAL(fake.event_count < FAKE_PACKETS_MAX);
	stage_count(&stage->counters->drop[reason], 1);
	fake.event[fake.event_count++] =
	    (struct fake_event){.mbuf = mbuf, .output = -1, .reason = reason};
}

void stage_retire(struct stage *stage, struct rte_mbuf *mbuf)
{
	(void)stage;
	CU_ASSERT_FATAL(fake.event_count < FAKE_PACKETS_MAX);
	fake.event[fake.event_count++] =
	    (struct fake_event){.mbuf = mbuf, .output = FAKE_RETIRED, .reason = DROP_REASON_COUNT};
}

struct rte_mbuf *carrier_take(const struct pipeline_pools *pools,
                              const struct dns_question *question, bool dnssec_ok,
                              uint32_t sections)
{
	(void)pools;
	uint8_t message[DNS_HEADER_SIZE + DNS_NAME_MAX + 4] = {0};
	const uint32_t end = DNS_HEADER_SIZE + question->name_len + 4u;
	CU_ASSERT_FATAL(end + sections <= FAKE_BUFFER_BYTES);
	memcpy(message + DNS_HEADER_SIZE, question->name, question->name_len);
	bytes_store_u16(message + end - 4, question->type);
	bytes_store_u16(message + end - 2, question->class);
	struct rte_mbuf *mbuf = fake_packet(QUERY_SOURCE_NONE, message, end);
	struct query *query = query_of(mbuf);
	query->question = *question;
	query->question_end = (uint16_t)end;
	query->edns.present = query->edns.dnssec_ok = dnssec_ok;
	query->answer.end = end;
	query->section_limit = DNS_MESSAGE_MAX;
	return mbuf;
}

void stage_release(struct stage *stage, struct rte_mbuf *mbuf)
{
	(void)stage;
	(void)mbuf;
}

struct fake_stage *fake_open(const struct stage_ops *ops, const void *settings)
{
	return fake_open_lanes(ops, settings, 1);
}

struct fake_stage *fake_open_lanes(const struct stage_ops *ops, const void *settings,
                                   uint16_t lane_count)
{
	memset(&fake, 0, sizeof(fake));
	fake.has_room = true;
	fake.stage.ops = ops;
	fake.stage.counters = &fake.counters;
	fake.stage.lane_count = lane_count;
	fake.stage.state = calloc(1, ops->state_size);
	CU_ASSERT_PTR_NOT_NULL_FATAL(fake.stage.state);
	CU_ASSERT_EQUAL_FATAL(ops->init(&fake.stage, settings), RESULT_OK);
	return &fake;
}

struct rte_mbuf *fake_packet(enum query_source source, const void *message, size_t len)
{
	const size_t head = sizeof(struct rte_mbuf) + QUERY_PRIVATE_BYTES;
	CU_ASSERT_FATAL(packet_count < FAKE_PACKETS_MAX && len <= FAKE_BUFFER_BYTES);
	uint8_t *block = aligned_alloc(CACHE_LINE_BYTES, head + FAKE_BUFFER_BYTES);
	CU_ASSERT_PTR_NOT_NULL_FATAL(block);
	memset(block, 0, head);
	packets[packet_count++] = block;

	struct rte_mbuf *mbuf = (struct rte_mbuf *)block;
	mbuf->priv_size = (uint16_t)QUERY_PRIVATE_BYTES;
	mbuf->buf_addr = block + head;
	mbuf->buf_len = FAKE_BUFFER_BYTES;
	mbuf->nb_segs = 1;
	mbuf->data_len = (uint16_t)len;
	mbuf->pkt_len = (uint32_t)len;
	memcpy(mbuf->buf_addr, message, len);

	struct query *query = query_of(mbuf);
	query->source = (uint8_t)source;
	query->message_len = (uint32_t)len;
	query->client = (struct query_address){.family = 4, .octets = {192, 0, 2, 1}, .port = 4053};
	query->local = (struct query_address){.family = 4, .octets = {10, 53, 0, 2}, .port = 53};
	return mbuf;
}

struct fake_event fake_run(struct rte_mbuf *mbuf)
{
	fake.event_count = 0;
	fake.stage.ops->process(&fake.stage, &mbuf, 1);
	CU_ASSERT_EQUAL_FATAL(fake.event_count, 1);
	return fake.event[0];
}

void fake_close(void)
{
	if (fake.stage.ops != NULL && fake.stage.ops->fini != NULL)
		fake.stage.ops->fini(&fake.stage);
	free(fake.stage.state);
	fake.stage.state = NULL;
	while (packet_count > 0)
		free(packets[--packet_count]);
}

size_t fake_query(uint8_t *out, size_t size, const char *text, uint16_t type, uint16_t class)
{
	struct dns_name name;
	struct bytes_writer writer = bytes_writer_of(out, size);
	CU_ASSERT_EQUAL_FATAL(dns_name_from_text(text, strlen(text), NULL, &name), RESULT_OK);
	bytes_put_u16(&writer, 0x1234);
	bytes_put_u16(&writer, DNS_FLAG_RD);
	bytes_put_u16(&writer, 1);
	bytes_put(&writer, "\0\0\0\0\0", 6);
	bytes_put(&writer, name.wire, name.len);
	bytes_put_u16(&writer, type);
	bytes_put_u16(&writer, class);
	CU_ASSERT_FALSE_FATAL(writer.overflow);
	return writer.len;
}
