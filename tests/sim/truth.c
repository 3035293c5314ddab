/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* What is right: the answer of the zones themselves, as if one server had all of them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "dns/rrtype.h"
#include "storm.h"
#include "zone/store.h"
#include "zone/zone.h"

/* A right answer. */
struct truth {
	struct dns_answer answer;
	bool is_known; /* false: the name is delegated to nowhere */
	bool is_empty; /* the name only has names below it */
	uint8_t message[DNS_MESSAGE_MAX];
};

static void ask(const struct dns_question *question, struct truth *out)
{
	const struct zone_set *set = server_truth();
	const struct zone *zone = zone_set_find(set, question);
	const struct zone_answer_request request = {.question = question, .stream = true};
	struct dns_builder builder;
	size_t end = DNS_HEADER_SIZE + question->name_len + 4u;
	CHECK(zone != NULL); /* the root is one of them */
	memset(out->message, 0, DNS_HEADER_SIZE);
	memcpy(out->message + DNS_HEADER_SIZE, question->name, question->name_len);
	bytes_store_u16(out->message + end - 4, question->type);
	bytes_store_u16(out->message + end - 2, question->class);
	dns_builder_init(&builder, out->message, (uint32_t)end, sizeof(out->message));
	zone_answer(set, zone, &request, &builder, &out->answer);
	dns_message_set_count(out->message, DNS_SECTION_QUESTION, 1);
	for (unsigned i = DNS_SECTION_ANSWER; i < DNS_SECTION_COUNT; i++)
		dns_message_set_count(out->message, (enum dns_section)i, out->answer.count[i]);
	const struct zone_node *node = zone_find_name(zone, question->name);
	out->is_known = out->answer.authoritative || out->answer.count[DNS_SECTION_ANSWER] > 0;
	out->is_empty = node != NULL && node->rrset_count == 0;
}

/* -- looking for a record -- */

struct search {
	const struct record *wanted;
	unsigned section_first; /* where it may be */
	unsigned section_last;
	bool found;
};

static void take(void *context, enum dns_section section, const struct record *record)
{
	struct search *search = context;
	bool had_ttl = search->wanted->has_ttl;
	((struct record *)(uintptr_t)search->wanted)->has_ttl = false;
	if (section >= search->section_first && section <= search->section_last)
		search->found |= record_is(record, search->wanted);
	((struct record *)(uintptr_t)search->wanted)->has_ttl = had_ttl;
}

static bool is_in(const struct truth *truth, const struct record *record, bool answer_only)
{
	struct search search = {record, DNS_SECTION_ANSWER,
	                        answer_only ? DNS_SECTION_ANSWER : DNS_SECTION_ADDITIONAL, false};
	CHECK(message_walk(truth->message, truth->answer.end, take, &search));
	return search.found;
}

/* Whether a record is in some zone. */
static bool is_true(const struct record *record)
{
	static struct truth truth;
	struct dns_question question;
	dns_question_set(&question, record->owner.wire, record->type, record->class);
	ask(&question, &truth);
	return is_in(&truth, record, false);
}

/* -- comparing a message -- */

struct comparison {
	const struct truth *truth;
	unsigned answers;
	char *wrong;
	size_t wrong_size;
};

/* message_walk() is in use by whoever calls this: the record is copied before others are read. */
static void compare(void *context, enum dns_section section, const struct record *found)
{
	struct comparison *comparison = context;
	static struct record record;
	memcpy(&record, found, offsetof(struct record, rdata) + found->len);
	if (comparison->wrong[0] != '\0')
		return;
	comparison->answers += section == DNS_SECTION_ANSWER;
	if (section == DNS_SECTION_ANSWER ? is_in(comparison->truth, &record, true)
	                                  : is_true(&record))
		return;
	char text[RECORD_TEXT_MAX];
	record_text(&record, text);
	snprintf(comparison->wrong, comparison->wrong_size, "no zone says: %.400s", text);
}

const char *truth_look(const struct dns_question *question, unsigned rcode, const uint8_t *message,
                       size_t len)
{
	static struct truth truth;
	static char wrong[512];
	struct comparison comparison = {&truth, 0, wrong, sizeof(wrong)};
	if (rcode == DNS_RCODE_SERVFAIL)
		return NULL;
	ask(question, &truth);
	wrong[0] = '\0';
	if (!truth.is_known)
		return "there is an answer for a name that is delegated to nowhere";
	if (!message_walk(message, len, compare, &comparison))
		return "the message cannot be read";
	if (wrong[0] != '\0')
		return wrong;
	/* Some servers say so; that they may is what RFC 9156 §3 is about. */
	if (truth.is_empty && rcode == DNS_RCODE_NXDOMAIN)
		return NULL;
	if (rcode != truth.answer.rcode)
		snprintf(wrong, sizeof(wrong), "found rcode %u, the zones say %u", rcode,
		         truth.answer.rcode);
	else if (comparison.answers != truth.answer.count[DNS_SECTION_ANSWER])
		snprintf(wrong, sizeof(wrong), "found %u records in the answer, the zones say %u",
		         comparison.answers, truth.answer.count[DNS_SECTION_ANSWER]);
	return wrong[0] != '\0' ? wrong : NULL;
}
