/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* CACHE_WRITER: packets come from RESOLVER with finished sections; they are kept and go on to ENCODER. */
#include "stage/cache_writer.h"

#include <stdlib.h>

#include "dns/rrset.h"
#include "pipeline/query.h"

struct cache_writer {
	struct cache *cache;
	uint32_t failure_ms;
	struct dns_rrset_reader *reader;
};

static const char *const outputs[] = {"encoder", NULL};

static enum result cache_writer_init(struct stage *stage, const void *settings)
{
	const struct stage_cache_writer_settings *given = settings;
	struct cache_writer *writer = stage->state;
	writer->cache = given->cache;
	writer->failure_ms =
	    given->failure_ms != 0 ? given->failure_ms : CACHE_WRITER_FAILURE_MS_DEFAULT;
	writer->reader = calloc(1, sizeof(*writer->reader));
	return writer->reader != NULL ? RESULT_OK : RESULT_NO_MEMORY;
}

static void cache_writer_fini(struct stage *stage)
{
	struct cache_writer *writer = stage->state;
	free(writer->reader);
	writer->reader = NULL;
}

/* Makes the header say what the answer says, so that the packet is a message; ENCODER writes it anew. */
static void write_header(uint8_t *message, const struct query *query)
{
	const struct dns_answer *answer = &query->answer;
	uint16_t flags = DNS_FLAG_QR | (answer->rcode & DNS_FLAG_RCODE);
	bytes_store_u16(message + 2, flags | (answer->truncated ? DNS_FLAG_TC : 0));
	dns_message_set_count(message, DNS_SECTION_QUESTION, 1);
	for (unsigned i = DNS_SECTION_ANSWER; i < DNS_SECTION_COUNT; i++)
		dns_message_set_count(message, (enum dns_section)i, answer->count[i]);
}

static enum cache_writer_event insert(struct stage *stage, const struct query *query,
                                      const uint8_t *message)
{
	struct cache_writer *writer = stage->state;
	const struct cache_item item = {
	    .question = &query->question,
	    .dnssec_ok = query->edns.present && query->edns.dnssec_ok,
	    .rank = query->answer.rank,
	    .security = query->answer.security,
	    .is_blocked = query->answer.ede == EDNS_EDE_BLOCKED,
	    .message = message,
	    .len = query->answer.end,
	};
	enum result result = cache_insert(writer->cache, &item, stage->now_us / 1000);
	if (result == RESULT_EXISTS)
		return CACHE_WRITER_EVENT_OUTRANKED;
	return result == RESULT_OK ? CACHE_WRITER_EVENT_INSERTED : CACHE_WRITER_EVENT_NOT_KEPT;
}

static void keep(struct stage *stage, const struct query *query, const uint8_t *message)
{
	struct cache_writer *writer = stage->state;
	bool dnssec_ok = query->edns.present && query->edns.dnssec_ok;
	uint64_t now_ms = stage->now_us / 1000;
	enum cache_writer_event event = CACHE_WRITER_EVENT_NOT_KEPT;
	switch ((enum query_keep)query->keep) {
	case QUERY_KEEP_NOT:
		return;
	case QUERY_KEEP_ANSWER:
		event = insert(stage, query, message);
		break;
	case QUERY_KEEP_FAILURE:
		cache_insert_failure(writer->cache, &query->question, dnssec_ok, writer->failure_ms,
		                     now_ms);
		event = CACHE_WRITER_EVENT_FAILURE;
		break;
	case QUERY_KEEP_HOLD:
		if (cache_hold(writer->cache, &query->question, dnssec_ok, writer->failure_ms,
		               now_ms))
			event = CACHE_WRITER_EVENT_HELD;
		break;
	}
	stage_count(&stage->counters->event[event], 1);
}

/* RESOLVER fills the packet as far as it goes, so that all of it can be kept; the client may take less. */
static void cut(struct stage *stage, struct query *query, const uint8_t *message)
{
	struct cache_writer *writer = stage->state;
	struct dns_answer *answer = &query->answer;
	struct dns_rrset_cut cut;
	stage_count(&stage->counters->event[CACHE_WRITER_EVENT_CUT], 1);
	if (dns_rrset_cut(writer->reader, message, answer->end, query->section_limit, &cut) !=
	    RESULT_OK)
		cut = (struct dns_rrset_cut){.end = query->question_end, .truncated = true};
	answer->end = cut.end;
	answer->truncated |= cut.truncated;
	memcpy(answer->count, cut.count, sizeof(answer->count));
}

static void write(struct stage *stage, struct rte_mbuf *mbuf)
{
	struct query *query = query_of(mbuf);
	uint8_t *message = query_message(mbuf);
	bool is_long = query->answer.end > query->section_limit;
	if (query->keep != QUERY_KEEP_NOT || is_long)
		write_header(message, query);
	keep(stage, query, message);
	if (query->source == QUERY_SOURCE_NONE) {
		stage_count(&stage->counters->event[CACHE_WRITER_EVENT_RETIRED], 1);
		stage_retire(stage, mbuf);
		return;
	}
	if (is_long)
		cut(stage, query, message);
	stage_emit(stage, CACHE_WRITER_TO_ENCODER, mbuf);
}

static void cache_writer_process(struct stage *stage, struct rte_mbuf **burst, uint16_t count)
{
	for (uint16_t i = 0; i < count; i++)
		write(stage, burst[i]);
}

static uint16_t cache_writer_poll(struct stage *stage, uint16_t budget)
{
	const struct cache_writer *writer = stage->state;
	(void)budget; /* nothing is emitted */
	return (uint16_t)cache_drain(writer->cache, CACHE_WRITER_DRAIN_MAX, stage->now_us / 1000);
}

/* What the janitor finds can wait for the next packet or the end of the longest sleep. */
static int cache_writer_wake_fds(struct stage *stage, int *fds, int max)
{
	(void)stage;
	(void)fds;
	(void)max;
	return 0;
}

const struct stage_ops stage_cache_writer_ops = {
    .name = "CACHE_WRITER",
    .outputs = outputs,
    .state_size = sizeof(struct cache_writer),
    .init = cache_writer_init,
    .fini = cache_writer_fini,
    .process = cache_writer_process,
    .poll = cache_writer_poll,
    .wake_fds = cache_writer_wake_fds,
};
