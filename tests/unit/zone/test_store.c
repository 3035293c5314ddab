/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* The sealed zone: names, enclosers, flags, limits of names, and sizes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit.h"
#include "vector.h"

#include "zone/store.h"
#include "zone/zone.h"

static struct zone_errors errors;

#define GOOD "@ 60 SOA ns h 1 2 3 4 5\n@ 60 NS ns.example.net.\n"

static struct zone *load_as(const char *origin, const char *text)
{
	struct vector_file file;
	struct zone_load load = {0};
	struct zone *zone = NULL;
	CU_ASSERT_FATAL(dns_name_from_text(origin, strlen(origin), NULL, &load.origin) ==
	                RESULT_OK);
	vector_file_open(&file, text, strlen(text));
	load.file = file.path;
	const enum result result = zone_load_file(&load, &zone, &errors);
	vector_file_close(&file);
	if (result != RESULT_OK)
		printf("       %u:%u: %s\n", errors.error[0].line, errors.error[0].column,
		       errors.error[0].text);
	CU_ASSERT_FATAL(result == RESULT_OK);
	return zone;
}

static struct zone *load(const char *text)
{
	return load_as("example.com", text);
}

static void question_of(const char *text, struct dns_question *out)
{
	struct dns_name name;
	CU_ASSERT_FATAL(dns_name_from_text(text, strlen(text), NULL, &name) == RESULT_OK);
	dns_question_set(out, name.wire, DNS_TYPE_A, DNS_CLASS_IN);
}

static const struct zone_node *find(const struct zone *zone, const char *text)
{
	struct dns_name name;
	CU_ASSERT_FATAL(dns_name_from_text(text, strlen(text), NULL, &name) == RESULT_OK);
	return zone_find_name(zone, name.wire);
}

static void test_flags(void)
{
	struct zone *zone = load(GOOD "a.b.sub 60 A 192.0.2.1\n"
	                              "sub 60 NS ns.sub\n"
	                              "dn 60 DNAME x\n"
	                              "below.dn 60 A 192.0.2.1\n"
	                              "*.w 60 A 192.0.2.1\n"
	                              "c 60 CNAME x\n"
	                              "UPper 60 A 192.0.2.1\n");
	CU_ASSERT((zone_apex(zone)->flags & ~ZONE_NODE_PARENT) == ZONE_NODE_APEX);
	CU_ASSERT((find(zone, "sub.example.com")->flags & ~ZONE_NODE_PARENT) == ZONE_NODE_CUT);
	CU_ASSERT(find(zone, "a.b.sub.example.com")->flags == ZONE_NODE_OCCLUDED);
	CU_ASSERT((find(zone, "b.sub.example.com")->flags & ~ZONE_NODE_PARENT) ==
	          ZONE_NODE_OCCLUDED);
	CU_ASSERT(find(zone, "b.sub.example.com")->rrset_count == 0);
	CU_ASSERT((find(zone, "dn.example.com")->flags & ~ZONE_NODE_PARENT) == ZONE_NODE_DNAME);
	CU_ASSERT(find(zone, "below.dn.example.com")->flags == ZONE_NODE_OCCLUDED);
	CU_ASSERT((find(zone, "w.example.com")->flags & ~ZONE_NODE_PARENT) == ZONE_NODE_WILD_CHILD);
	CU_ASSERT(find(zone, "c.example.com")->flags == ZONE_NODE_CNAME);
	CU_ASSERT(find(zone, "upper.example.com")->flags == ZONE_NODE_MIXED_CASE);
	CU_ASSERT(find(zone, "x.example.com") == NULL);
	CU_ASSERT(find(zone, "example.net") == NULL);
	CU_ASSERT(find(zone, "com") == NULL);

	uint8_t name[DNS_NAME_MAX + 1];
	char text[DNS_NAME_TEXT_MAX];
	zone_node_name(zone, find(zone, "upper.example.com"), name);
	dns_name_to_text(name, text);
	CU_ASSERT_STRING_EQUAL(text, "UPper.example.com.");
	zone_free(zone);
}

static void encloser_is(const struct zone *zone, const char *name, const char *encloser)
{
	struct dns_question question;
	uint8_t label = 0;
	uint8_t wire[DNS_NAME_MAX + 1];
	char text[DNS_NAME_TEXT_MAX];
	question_of(name, &question);
	const struct zone_node *node = zone_find_encloser(zone, &question, 0, &label);
	zone_node_name(zone, node, wire);
	dns_name_to_text(wire, text);
	CU_ASSERT_STRING_EQUAL(text, encloser);
	dns_name_to_text(question.name + question.label_at[label], text);
	CU_ASSERT_STRING_EQUAL(text, encloser);
}

static void test_encloser(void)
{
	struct zone *zone = load(GOOD "a.b.c.d.e.f 60 A 192.0.2.1\nx 60 A 192.0.2.1\n");
	encloser_is(zone, "example.com", "example.com.");
	encloser_is(zone, "y.example.com", "example.com.");
	encloser_is(zone, "x.example.com", "x.example.com.");
	encloser_is(zone, "1.2.3.x.example.com", "x.example.com.");
	encloser_is(zone, "f.example.com", "f.example.com.");
	encloser_is(zone, "q.f.example.com", "f.example.com.");
	encloser_is(zone, "q.e.f.example.com", "e.f.example.com.");
	encloser_is(zone, "q.d.e.f.example.com", "d.e.f.example.com.");
	encloser_is(zone, "q.c.d.e.f.example.com", "c.d.e.f.example.com.");
	encloser_is(zone, "q.b.c.d.e.f.example.com", "b.c.d.e.f.example.com.");
	encloser_is(zone, "a.b.c.d.e.f.example.com", "a.b.c.d.e.f.example.com.");
	encloser_is(zone, "q.a.b.c.d.e.f.example.com", "a.b.c.d.e.f.example.com.");
	encloser_is(zone, "7.6.5.4.3.2.1.e.f.example.com", "e.f.example.com.");
	zone_free(zone);
}

/* RFC 1035 §2.3.4: 127 labels, 255 octets, any octet. */
static void test_extreme_names(void)
{
	struct vector_text text;
	vector_text_open(&text, GOOD);
	char deep[2 * 121 + sizeof("example.com")];
	for (unsigned i = 0; i < 121; i++)
		memcpy(deep + 2 * (size_t)i, "a.", 2);
	memcpy(deep + 2 * 121, "example.com", sizeof("example.com"));
	fprintf(text.stream,
	        "%s. 60 A 192.0.2.1\n"
	        "\\000\\255\\046\\032\\\\ 60 A 192.0.2.2\n"
	        "%.63s.%.63s.%.63s.%.49s 60 A 192.0.2.3\n",
	        deep, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	        "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
	        "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc",
	        "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd");
	struct zone *zone = load(vector_text_close(&text));
	free(text.data);
	const struct zone_node *node = find(zone, deep);
	CU_ASSERT_FATAL(node != NULL);
	CU_ASSERT(node->label_count == 121);
	CU_ASSERT(zone_name_count(zone) == 1 + 121 + 1 + 4);
	CU_ASSERT(find(zone, "\\000\\255\\.\\ \\\\.example.com") != NULL);
	zone_free(zone);
}

static void test_root_zone(void)
{
	struct zone *zone = load_as(".", ". 60 SOA a. b. 1 2 3 4 5\n. 60 NS a.\ncom 60 NS a.\n"
	                                 "a 60 A 192.0.2.1\n");
	CU_ASSERT(find(zone, ".")->flags == (ZONE_NODE_APEX | ZONE_NODE_PARENT));
	CU_ASSERT(find(zone, "com")->flags == ZONE_NODE_CUT);
	CU_ASSERT(find(zone, "a") != NULL);
	CU_ASSERT(find(zone, "b") == NULL);
	zone_free(zone);
}

static void test_numbers(void)
{
	struct zone *zone = load("@ 600 SOA ns h 4294967295 2 3 4 5\n@ 60 NS ns.example.net.\n"
	                         "@ 60 NS NS.example.net.\n"
	                         "a.b 60 A 192.0.2.1\n");
	CU_ASSERT(zone_serial(zone) == UINT32_MAX);
	CU_ASSERT(zone->negative_ttl == 5);
	CU_ASSERT(zone_name_count(zone) == 3);
	/* Names that differ in case are one record (RFC 2181 §5, RFC 4343). */
	CU_ASSERT(zone_record_count(zone) == 3);
	CU_ASSERT(zone_memory_bytes(zone) < 2048);
	CU_ASSERT_STRING_EQUAL((const char *)zone_origin(zone)->wire, "\7example\3com");
	zone_free(zone);
}

/* Numbers before names in rdata are not letters: MX 65 and MX 97 differ. */
static void test_duplicates(void)
{
	struct zone *zone = load(GOOD "m 60 MX 65 a\nm 60 MX 97 a\nm 60 MX 97 A\n"
	                              "t 60 TXT a\nt 60 TXT A\nt 60 TXT a\n");
	CU_ASSERT(zone_node_find(find(zone, "m.example.com"), DNS_TYPE_MX)->count == 2);
	CU_ASSERT(zone_node_find(find(zone, "t.example.com"), DNS_TYPE_TXT)->count == 2);
	zone_free(zone);
}

/* Four thousand records of one set, and every name found among many. */
static void test_many(void)
{
	enum {
		COUNT = 50000
	};
	struct vector_text text;
	vector_text_open(&text, GOOD);
	for (unsigned i = 0; i < 4000; i++)
		fprintf(text.stream, "set 60 A 10.0.%u.%u\n", i / 256, i % 256);
	for (unsigned i = 0; i < COUNT; i++)
		fprintf(text.stream, "n%u.p%u 60 A 192.0.2.1\n", i, i % 100);
	struct zone *zone = load(vector_text_close(&text));
	free(text.data);
	CU_ASSERT(zone_node_find(find(zone, "set.example.com"), DNS_TYPE_A)->count == 4000);
	unsigned right = 0;
	for (unsigned i = 0; i < COUNT; i++) {
		char name[64];
		snprintf(name, sizeof(name), "N%u.P%u.example.com", i, i % 100);
		const struct zone_node *node = find(zone, name);
		right += node != NULL && node->rrset_count == 1;
	}
	CU_ASSERT(right == COUNT);
	CU_ASSERT(find(zone, "n1.p2.example.com") == NULL);
	zone_free(zone);
}

static const struct unit_case cases[] = {
    {"flags", test_flags},
    {"encloser", test_encloser},
    {"extreme_names", test_extreme_names},
    {"root_zone", test_root_zone},
    {"numbers", test_numbers},
    {"duplicates", test_duplicates},
    {"many", test_many},
};

int main(int argc, char **argv)
{
	return unit_main(argc, argv, "zone/store", cases, ARRAY_COUNT(cases));
}
