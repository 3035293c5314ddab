/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* A whole message: question, records, their rdata. What is read is written again by the builder and must
 * read back the same. */
#include <string.h>

#include "dns/builder.h"
#include "dns/edns.h"
#include "dns/message.h"
#include "dns/question.h"
#include "dns/rrtype.h"
#include "fuzz.h"

static uint8_t answer[DNS_MESSAGE_MAX];
static uint8_t rdata[DNS_MESSAGE_MAX];
static uint8_t again[DNS_MESSAGE_MAX];

/* Text of the name, and the name of the text. */
static void name_round_trip(const struct dns_name *name)
{
	char text[DNS_NAME_TEXT_MAX];
	struct dns_name back;
	const size_t len = dns_name_to_text(name->wire, text);
	FUZZ_HOLDS(len < sizeof(text));
	FUZZ_HOLDS(dns_name_from_text(text, len, NULL, &back) == RESULT_OK);
	FUZZ_HOLDS(back.len == name->len && back.label_count == name->label_count);
	FUZZ_HOLDS(memcmp(back.wire, name->wire, name->len) == 0);
	FUZZ_HOLDS(dns_name_compare(name->wire, back.wire) == 0);
	FUZZ_HOLDS(dns_name_hash(name->wire) == dns_name_hash(back.wire));
}

static void rebuild(struct dns_builder *builder, const struct dns_rr *rr, uint16_t len)
{
	const uint32_t before = builder->len;
	if (dns_builder_rr(builder, DNS_SECTION_ANSWER, rr->owner.wire, rr->type, rr->class,
	                   rr->ttl, rdata, len) != RESULT_OK) {
		FUZZ_HOLDS(builder->len == before);
		return;
	}
	struct bytes_reader reader = {.data = answer, .len = builder->len, .at = before};
	struct dns_rr back;
	uint16_t back_len;
	FUZZ_HOLDS(dns_rr_parse(&reader, &back) == RESULT_OK);
	FUZZ_HOLDS(reader.at == builder->len);
	FUZZ_HOLDS(dns_name_equal(back.owner.wire, rr->owner.wire));
	struct bytes_reader at = {.data = answer, .len = builder->len, .at = back.rdata_at};
	FUZZ_HOLDS(dns_rdata_from_message(&at, rr->type, back.rdata_len, again, sizeof(again),
	                                  &back_len) == RESULT_OK);
	FUZZ_HOLDS(back_len == len);
	/* Compression may change case, nothing else. */
	dns_rdata_to_canonical(rr->type, rdata, len);
	dns_rdata_to_canonical(rr->type, again, len);
	FUZZ_HOLDS(memcmp(again, rdata, len) == 0);
}

static void records(struct bytes_reader *reader, struct dns_builder *builder)
{
	struct dns_rr rr;
	while (dns_rr_parse(reader, &rr) == RESULT_OK) {
		uint16_t len;
		struct bytes_reader at = {
		    .data = reader->data, .len = reader->len, .at = rr.rdata_at};
		name_round_trip(&rr.owner);
		if (dns_rdata_from_message(&at, rr.type, rr.rdata_len, rdata, sizeof(rdata),
		                           &len) == RESULT_OK)
			rebuild(builder, &rr, len);
		if (rr.type == DNS_TYPE_OPT) {
			struct dns_edns edns;
			at.at = rr.rdata_at - 8;
			(void)!dns_edns_parse(&at, &edns);
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dns_question question;
	struct dns_builder builder;
	struct bytes_reader reader = bytes_reader_of(data, size);
	if (!bytes_skip(&reader, DNS_HEADER_SIZE) || size > DNS_MESSAGE_MAX)
		return 0;
	if (dns_question_parse(&reader, &question) != RESULT_OK)
		return 0;
	FUZZ_HOLDS(question.hash[0] == dns_name_hash(data + DNS_HEADER_SIZE));
	FUZZ_HOLDS(dns_name_len(question.name) == question.name_len);
	memcpy(answer, data, reader.at);
	dns_builder_init(&builder, answer, (uint32_t)reader.at, sizeof(answer));
	records(&reader, &builder);
	return 0;
}
