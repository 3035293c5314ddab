/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Makes policies and asks them, for the tests of this folder. */
#include "ask.h"

#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "dns/message.h"
#include "dns/rrset.h"
#include "dns/rrtype.h"
#include "unit.h"

struct policy_errors ask_errors;
static struct dns_rrset_reader reader;
static char text[2048];

struct policy *ask_create(const struct policy_settings *settings)
{
	struct policy *policy = NULL;
	const enum result result = policy_create(settings, &policy, &ask_errors);
	for (uint32_t i = 0; i < ask_errors.kept; i++)
		fprintf(stderr, "%s\n", ask_errors.error[i].text);
	CU_ASSERT_EQUAL_FATAL(result, RESULT_OK);
	return policy;
}

static void put(const char *format, const char *value)
{
	const size_t len = strlen(text);
	snprintf(text + len, sizeof(text) - len, format, value);
}

static void put_records(const struct dns_rrset *set)
{
	static const char *const marks[] = {"", "", " auth:", " add:"};
	char name[DNS_NAME_TEXT_MAX];
	char type[DNS_NUMBER_TEXT_MAX];
	char rdata[512];
	size_t len;
	for (unsigned i = 0; i < set->count; i++) {
		put("%s", marks[set->section]);
		dns_name_to_text(set->owner.wire, name);
		put(" %s", name);
		snprintf(rdata, sizeof(rdata), "%u", set->ttl);
		put(" %s", rdata);
		put(" %s", dns_type_text(set->type, type));
		CU_ASSERT_EQUAL(dns_rdata_to_text(set->type, set->rdata[i].data, set->rdata[i].len,
		                                  rdata, sizeof(rdata), &len),
		                RESULT_OK);
		put(" %s", rdata);
	}
}

const char *ask(const struct policy *policy, const char *name, const char *type)
{
	static const char *const rcodes[] = {"NOERROR", "1", "2", "NXDOMAIN", "4", "REFUSED"};
	uint8_t message[4096] = {0};
	struct dns_name wire;
	struct dns_question question;
	struct dns_builder builder;
	struct dns_answer answer;
	uint16_t number;
	CU_ASSERT_EQUAL_FATAL(dns_name_from_text(name, strlen(name), NULL, &wire), RESULT_OK);
	CU_ASSERT_TRUE_FATAL(dns_type_from_text(type, strlen(type), &number));
	dns_question_set(&question, wire.wire, number, DNS_CLASS_IN);
	policy_prefetch(policy, &question);
	const struct policy_verdict verdict = policy_find(policy, &question);
	if (verdict.kind == POLICY_NONE)
		return "-";
	if (verdict.kind == POLICY_DROP)
		return "drop";
	memcpy(message + DNS_HEADER_SIZE, wire.wire, wire.len);
	bytes_store_u16(message + DNS_HEADER_SIZE + wire.len, number);
	bytes_store_u16(message + DNS_HEADER_SIZE + wire.len + 2, DNS_CLASS_IN);
	dns_builder_init(&builder, message, DNS_HEADER_SIZE + wire.len + 4u, sizeof(message));
	policy_answer(policy, &verdict, &question, &builder, &answer);
	dns_message_set_count(message, DNS_SECTION_QUESTION, 1);
	for (unsigned i = DNS_SECTION_ANSWER; i < DNS_SECTION_COUNT; i++)
		dns_message_set_count(message, (enum dns_section)i, builder.count[i]);
	snprintf(text, sizeof(text), "%s%s", rcodes[answer.rcode],
	         answer.authoritative ? " aa" : "");
	if (answer.ede != EDNS_EDE_NONE)
		snprintf(text + strlen(text), 16, " ede%d", answer.ede);
	CU_ASSERT_EQUAL_FATAL(dns_rrset_reader_init(&reader, message, builder.len), RESULT_OK);
	struct dns_rrset set;
	while (dns_rrset_reader_next(&reader, &set) == RESULT_OK)
		put_records(&set);
	return text;
}
