/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Records that may be in a zone, and the comparison of two zones by all their answers. */
#include "change_model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit.h"
#include "vector.h"

#include "dns/rrtype.h"

#define MESSAGE_BYTES 4096

struct zone_errors model_errors;
uint32_t model_random_state;
struct model_candidate model_candidate[MODEL_RECORDS_MAX];
uint32_t model_count;
uint32_t model_sequence;
char model_name_text[MODEL_NAMES_MAX][MODEL_NAME_TEXT_MAX];
uint32_t model_name_count;
struct zone_load model_settings;

uint32_t model_random(uint32_t limit)
{
	model_random_state = model_random_state * 1664525u + 1013904223u;
	return (uint32_t)(((uint64_t)model_random_state * limit) >> 32);
}

static void add_name(const char *text)
{
	for (uint32_t i = 0; i < model_name_count; i++) {
		if (strcasecmp(model_name_text[i], text) == 0)
			return;
	}
	CU_ASSERT_FATAL(model_name_count < MODEL_NAMES_MAX &&
	                strlen(text) < sizeof(model_name_text[0]));
	snprintf(model_name_text[model_name_count++], MODEL_NAME_TEXT_MAX, "%s", text);
}

/* Owners, and what is one label below and beside them. */
void model_add_names(const char *owner)
{
	char text[80];
	if (owner == NULL || strcmp(owner, "@") == 0)
		return;
	add_name(owner);
	snprintf(text, sizeof(text), "x.%.70s", owner);
	add_name(text);
	const char *parent = strchr(owner, '.');
	snprintf(text, sizeof(text), "zz%.70s", parent == NULL ? "" : parent);
	add_name(text);
	if (parent != NULL)
		add_name(parent + 1);
}

struct zone *model_load_texts(const struct zone_text_record *records, size_t count)
{
	struct zone *zone = NULL;
	return zone_load_records(&model_settings, records, count, &zone, &model_errors) == RESULT_OK
	           ? zone
	           : NULL;
}

/* Learns the wire form of a record from a zone that has no other of its type. */
void model_add(const char *owner, const char *type, const char *rdata, bool present)
{
	CU_ASSERT_FATAL(model_count < MODEL_RECORDS_MAX);
	struct model_candidate *to = &model_candidate[model_count++];
	*to = (struct model_candidate){.text = {strdup(owner), 60, strdup(type), strdup(rdata)},
	                               .present = present,
	                               .sequence = model_sequence++};
	const bool soa = strcmp(type, "SOA") == 0;
	const bool apex_ns = strcmp(type, "NS") == 0 && strcmp(owner, "@") == 0;
	struct zone_text_record records[3] = {to->text};
	size_t count = 1;
	if (!soa)
		records[count++] = (struct zone_text_record){"@", 60, "SOA", "ns h 1 2 3 4 5"};
	if (!apex_ns)
		records[count++] = (struct zone_text_record){"@", 60, "NS", "ns"};
	struct zone *zone = model_load_texts(records, count);
	CU_ASSERT_FATAL(zone != NULL);
	struct zone_cursor cursor = {0};
	struct zone_rrset_view view;
	while (zone_cursor_next(zone, &cursor, &view)) {
		const bool extra =
		    dns_name_equal(view.owner, zone_origin(zone)->wire) &&
		    ((view.type == DNS_TYPE_SOA && !soa) || (view.type == DNS_TYPE_NS && !apex_ns));
		if (extra)
			continue;
		memcpy(&to->len, view.data, sizeof(to->len));
		CU_ASSERT_FATAL(to->len <= sizeof(to->rdata));
		memcpy(to->rdata, view.data + sizeof(to->len), to->len);
		memcpy(to->owner, view.owner, sizeof(to->owner));
		to->type = view.type;
	}
	CU_ASSERT_FATAL(to->type != 0);
	zone_free(zone);
	model_add_names(owner);
}

void model_clear(void)
{
	for (uint32_t i = 0; i < model_count; i++) {
		free((void *)(uintptr_t)model_candidate[i].text.owner);
		free((void *)(uintptr_t)model_candidate[i].text.type);
		free((void *)(uintptr_t)model_candidate[i].text.rdata);
	}
	model_count = 0;
	model_name_count = 0;
	model_sequence = 0;
}

static const char *const plain[][3] = {
    {"@", "NS", "ns"},
    {"ns", "A", "192.0.2.1"},
    {"@", "NS", "ns.sub"},
    {"@", "MX", "10 mail"},
    {"@", "MX", "20 w.a"},
    {"@", "MX", "30 b.x.dn"},
    {"@", "TXT", "\"one\""},
    {"mail", "A", "192.0.2.2"},
    {"mail", "A", "192.0.2.3"},
    {"mail", "AAAA", "2001:db8::2"},
    {"mail", "CNAME", "a"},
    {"a", "A", "192.0.2.4"},
    {"a", "NS", "ns"},
    {"*.a", "A", "192.0.2.5"},
    {"*.a", "MX", "10 mail"},
    {"w.a", "A", "192.0.2.6"},
    {"c.b.a", "TXT", "\"deep\""},
    {"b.a", "TXT", "\"less deep\""},
    {"d.c.b.a", "A", "192.0.2.7"},
    {"*.b.a", "CNAME", "mail"},
    {"*", "A", "192.0.2.8"},
    {"d", "CNAME", "w.a"},
    {"e", "CNAME", "d"},
    {"f", "CNAME", "x.dn"},
    {"dn", "DNAME", "a"},
    {"dn", "A", "192.0.2.9"},
    {"x.dn", "A", "192.0.2.10"},
    {"b.x.dn", "A", "192.0.2.11"},
    {"c.b.x.dn", "AAAA", "2001:db8::3"},
    {"sub", "NS", "ns.sub"},
    {"sub", "NS", "ns.b.sub"},
    {"sub", "NS", "mail"},
    {"sub", "DS", "1 8 2 0000000000000000000000000000000000000000000000000000000000000000"},
    {"sub", "A", "192.0.2.12"},
    {"ns.sub", "A", "192.0.2.13"},
    {"ns.b.sub", "A", "192.0.2.14"},
    {"b.sub", "NS", "ns"},
    {"b.sub", "DNAME", "mail"},
    {"q.ns.b.sub", "TXT", "\"below\""},
    {"svc", "SRV", "0 0 53 mail"},
    {"svc", "SRV", "0 0 53 w.a"},
    {"svc", "HTTPS", "1 . alpn=h2"},
    {"svc", "HTTPS", "0 svc2"},
    {"svc2", "HTTPS", "1 . alpn=h3"},
    {"svc2", "A", "192.0.2.15"},
    {"Case.mix", "A", "192.0.2.16"},
    {"CASE.mix", "MX", "10 Mail"},
};

static void add_plain(void)
{
	model_add("@", "SOA", "ns h 1 2 3 4 5", true);
	model_add("@", "SOA", "ns h 2 2 3 4 6", false);
	for (size_t i = 0; i < ARRAY_COUNT(plain); i++)
		model_add(plain[i][0], plain[i][1], plain[i][2], i < 2 || i % 2 == 0);
}

static int by_sequence(const void *left, const void *right)
{
	const struct model_candidate *const *a = left;
	const struct model_candidate *const *b = right;
	return (*a)->sequence < (*b)->sequence ? -1 : (*a)->sequence > (*b)->sequence;
}

/* The zone that a file with the present records makes, or NULL if it would be refused. */
struct zone *model_load(void)
{
	struct model_candidate *list[MODEL_RECORDS_MAX];
	struct zone_text_record records[MODEL_RECORDS_MAX];
	uint32_t count = 0;
	for (uint32_t i = 0; i < model_count; i++) {
		if (model_candidate[i].present)
			list[count++] = &model_candidate[i];
	}
	qsort(list, count, sizeof(list[0]), by_sequence);
	for (uint32_t i = 0; i < count; i++)
		records[i] = list[i]->text;
	return model_load_texts(records, count);
}

/* Takes out what may not stand beside what came before. */
void model_make_valid(void)
{
	bool wanted[MODEL_RECORDS_MAX];
	for (uint32_t i = 0; i < model_count; i++) {
		wanted[i] = model_candidate[i].present;
		model_candidate[i].present = i == 0 || i == 2;
	}
	for (uint32_t i = 3; i < model_count; i++) {
		model_candidate[i].present = wanted[i];
		struct zone *zone = model_load();
		model_candidate[i].present = wanted[i] && zone != NULL;
		zone_free(zone);
	}
}

struct reply_bytes {
	uint8_t message[MESSAGE_BYTES];
	struct dns_answer answer;
};

static void ask(const struct zone_set *set, const struct dns_name *name, uint16_t type,
                bool dnssec_ok, struct reply_bytes *out)
{
	struct dns_question question;
	struct dns_builder builder;
	memset(out, 0, sizeof(*out));
	memcpy(out->message + DNS_HEADER_SIZE, name->wire, name->len);
	bytes_store_u16(out->message + DNS_HEADER_SIZE + name->len, type);
	bytes_store_u16(out->message + DNS_HEADER_SIZE + name->len + 2, DNS_CLASS_IN);
	dns_question_set(&question, name->wire, type, DNS_CLASS_IN);
	dns_builder_init(&builder, out->message, DNS_HEADER_SIZE + name->len + 4u, MESSAGE_BYTES);
	const struct zone_answer_request request = {
	    .question = &question, .dnssec_ok = dnssec_ok, .stream = true};
	zone_answer(set, zone_set_at(set, 0), &request, &builder, &out->answer);
	memset(out->message + out->answer.end, 0, MESSAGE_BYTES - out->answer.end);
}

static bool is_same(const struct reply_bytes *a, const struct reply_bytes *b)
{
	return a->answer.rcode == b->answer.rcode && a->answer.end == b->answer.end &&
	       a->answer.authoritative == b->answer.authoritative &&
	       a->answer.truncated == b->answer.truncated &&
	       memcmp(a->answer.count, b->answer.count, sizeof(a->answer.count)) == 0 &&
	       memcmp(a->message, b->message, MESSAGE_BYTES) == 0;
}

static const uint16_t asked[] = {DNS_TYPE_A,     DNS_TYPE_NS,  DNS_TYPE_MX,   DNS_TYPE_TXT,
                                 DNS_TYPE_CNAME, DNS_TYPE_DS,  DNS_TYPE_SOA,  DNS_TYPE_ANY,
                                 DNS_TYPE_RRSIG, DNS_TYPE_SRV, DNS_TYPE_HTTPS};

/* Asks two zones everything. Gives how many answers differ. */
uint32_t model_differences(struct zone *one, struct zone *two)
{
	struct zone_set *first = NULL, *second = NULL;
	static struct reply_bytes a, b;
	uint32_t count = 0;
	CU_ASSERT_FATAL(zone_set_create(&one, 1, &first) == RESULT_OK);
	CU_ASSERT_FATAL(zone_set_create(&two, 1, &second) == RESULT_OK);
	for (uint32_t i = 0; i <= model_name_count; i++) {
		const char *text = i == model_name_count ? "@" : model_name_text[i];
		struct dns_name name;
		CU_ASSERT_FATAL(dns_name_from_text(text, strlen(text), zone_origin(one), &name) ==
		                RESULT_OK);
		for (unsigned j = 0; j < 2 * ARRAY_COUNT(asked); j++) {
			ask(first, &name, asked[j / 2], j % 2 == 1, &a);
			ask(second, &name, asked[j / 2], j % 2 == 1, &b);
			if (is_same(&a, &b))
				continue;
			if (count++ < 4)
				printf("       %s type %u DO %u: rcode %u %u, length %zu %zu\n",
				       text, asked[j / 2], j % 2, (unsigned)a.answer.rcode,
				       (unsigned)b.answer.rcode, (size_t)a.answer.end,
				       (size_t)b.answer.end);
		}
	}
	zone_set_free(first);
	zone_set_free(second);
	return count;
}

struct zone_change_record model_record(const struct model_candidate *from,
                                       enum zone_change_kind kind)
{
	return (struct zone_change_record){.kind = kind,
	                                   .owner = from->owner,
	                                   .type = from->type,
	                                   .len = from->len,
	                                   .ttl = from->text.ttl,
	                                   .rdata = from->rdata};
}

void model_start(void)
{
	CU_ASSERT_FATAL(dns_name_from_text("example.com", 11, NULL, &model_settings.origin) ==
	                RESULT_OK);
	add_plain();
}

struct zone_change_record model_hand_record(const struct model_hand *from,
                                            enum zone_change_kind kind)
{
	return (struct zone_change_record){.kind = kind,
	                                   .owner = from->owner.wire,
	                                   .type = from->type,
	                                   .len = from->len,
	                                   .ttl = 60,
	                                   .rdata = from->rdata};
}

struct model_hand model_hand_address(const char *owner, uint32_t address)
{
	struct model_hand hand = {.type = DNS_TYPE_A, .len = 4};
	CU_ASSERT_FATAL(dns_name_from_text(owner, strlen(owner), &model_settings.origin,
	                                   &hand.owner) == RESULT_OK);
	bytes_store_u32(hand.rdata, address);
	return hand;
}

/* SOA a. b. with serial and 1 1 1 1. */
struct model_hand model_hand_soa(uint32_t serial)
{
	struct model_hand hand = {.owner = model_settings.origin, .type = DNS_TYPE_SOA, .len = 26};
	memcpy(hand.rdata, "\1a\0\1b", 6);
	bytes_store_u32(hand.rdata + 6, serial);
	for (unsigned i = 1; i < 5; i++)
		bytes_store_u32(hand.rdata + 6 + 4 * (size_t)i, 1);
	return hand;
}

enum result model_apply(const struct zone *old, const struct zone_change_record *records,
                        size_t count, struct zone **out)
{
	const struct zone_change change = {records, count};
	return zone_change_apply(old, &change, out, &model_errors);
}

struct zone *model_load_text(const char *text)
{
	struct vector_file file;
	struct zone *zone = NULL;
	struct zone_load load = model_settings;
	vector_file_open(&file, text, strlen(text));
	load.file = file.path;
	const enum result result = zone_load_file(&load, &zone, &model_errors);
	vector_file_close(&file);
	CU_ASSERT_FATAL(result == RESULT_OK);
	return zone;
}
