/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* DNS64 between packets and the messages beside them. */
#include "stage/translate.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"

struct translate {
	struct dns_rrset_reader reader;
	uint8_t message[DNS_MESSAGE_MAX];
};

struct translate *translate_create(void)
{
	return calloc(1, sizeof(struct translate));
}

void translate_destroy(struct translate *translate)
{
	free(translate);
}

void translate_start(struct translate *translate, const struct dns_question *question,
                     struct dns_builder *builder)
{
	uint8_t *message = translate->message;
	const uint32_t end = DNS_HEADER_SIZE + question->name_len;
	memset(message, 0, DNS_HEADER_SIZE);
	memcpy(message + DNS_HEADER_SIZE, question->name, question->name_len);
	bytes_store_u16(message + end, question->type);
	bytes_store_u16(message + end + 2, question->class);
	dns_builder_init(builder, message, end + 4, DNS_MESSAGE_MAX);
}

/* Makes the header say what the answer says, so that it can be read as a message. */
static void write_header(uint8_t *message, const struct dns_answer *answer)
{
	bytes_store_u16(message + 2, (uint16_t)(DNS_FLAG_QR | (answer->rcode & DNS_FLAG_RCODE)));
	dns_message_set_count(message, DNS_SECTION_QUESTION, 1);
	for (unsigned i = DNS_SECTION_ANSWER; i < DNS_SECTION_COUNT; i++)
		dns_message_set_count(message, (enum dns_section)i, answer->count[i]);
}

enum dns64_worth translate_judge_message(struct translate *translate, const struct dns64 *dns64,
                                         struct query *query, const uint8_t *message, size_t len)
{
	query->dns64_ttl_s = 0;
	return dns64_judge(dns64, &translate->reader, message, len, &query->dns64_ttl_s);
}

enum dns64_worth translate_judge(struct translate *translate, const struct dns64 *dns64,
                                 struct rte_mbuf *mbuf)
{
	struct query *query = query_of(mbuf);
	uint8_t *message = query_message(mbuf);
	write_header(message, &query->answer);
	return translate_judge_message(translate, dns64, query, message, query->answer.end);
}

static struct dns64_work work_of(struct translate *translate, struct rte_mbuf *mbuf,
                                 struct dns_builder *builder, const uint8_t *message, size_t len)
{
	struct query *query = query_of(mbuf);
	query_builder(mbuf, builder);
	return (struct dns64_work){
	    .reader = &translate->reader,
	    .question = &query->question,
	    .message = message,
	    .len = len,
	    .ttl_max_s = query->dns64_ttl_s,
	    .builder = builder,
	    .answer = &query->answer,
	};
}

void translate_filter_message(struct translate *translate, const struct dns64 *dns64,
                              struct rte_mbuf *mbuf, const uint8_t *message, size_t len)
{
	struct dns_builder builder;
	const struct dns64_work work = work_of(translate, mbuf, &builder, message, len);
	dns64_filter(dns64, &work);
}

void translate_filter(struct translate *translate, const struct dns64 *dns64, struct rte_mbuf *mbuf)
{
	const size_t len = query_of(mbuf)->answer.end;
	memcpy(translate->message, query_message(mbuf), len);
	translate_filter_message(translate, dns64, mbuf, translate->message, len);
}

void translate_put_message(struct translate *translate, const struct dns64 *dns64,
                           struct rte_mbuf *mbuf, const struct dns_question *asked,
                           const uint8_t *message, size_t len)
{
	struct dns_builder builder;
	const struct dns64_work work = work_of(translate, mbuf, &builder, message, len);
	if (query_of(mbuf)->dns64 == DNS64_POINTER)
		dns64_point(asked, &work);
	else
		dns64_synthesise(dns64, &work);
}

void translate_put(struct translate *translate, const struct dns64 *dns64, struct rte_mbuf *mbuf,
                   const struct dns_question *asked, const struct dns_answer *answer)
{
	struct query *query = query_of(mbuf);
	query->answer = *answer;
	write_header(translate->message, answer);
	translate_put_message(translate, dns64, mbuf, asked, translate->message, answer->end);
	query->answer.truncated |= answer->truncated;
}
