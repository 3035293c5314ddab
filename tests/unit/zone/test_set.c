/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Which zone answers: the longest name, over few and many zones. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit.h"

#include "zone/zone.h"

static struct zone_errors errors;

static struct zone *make(const char *origin)
{
	static const struct zone_text_record records[] = {
	    {"@", 60, "SOA", "ns h 1 2 3 4 5"},
	    {"@", 60, "NS", "ns.example.net."},
	};
	struct zone_load load = {0};
	struct zone *zone = NULL;
	CU_ASSERT_FATAL(dns_name_from_text(origin, strlen(origin), NULL, &load.origin) ==
	                RESULT_OK);
	CU_ASSERT_FATAL(zone_load_records(&load, records, ARRAY_COUNT(records), &zone, &errors) ==
	                RESULT_OK);
	return zone;
}

static const struct zone *find(const struct zone_set *set, const char *text, uint16_t type)
{
	struct dns_name name;
	struct dns_question question;
	CU_ASSERT_FATAL(dns_name_from_text(text, strlen(text), NULL, &name) == RESULT_OK);
	dns_question_set(&question, name.wire, type, DNS_CLASS_IN);
	zone_set_prefetch(set, &question);
	zone_set_prefetch_zone(set, &question);
	return zone_set_find(set, &question);
}

/* A view's set over the common one. */
static void test_over(void)
{
	struct zone *common[] = {make("example.com"), make("a.example.com"), make("example.net")};
	struct zone *own[] = {make("example.com"), make("b.example.net"), make("c.a.example.com")};
	struct zone_set *under = NULL;
	struct zone_set *set = NULL;
	CU_ASSERT_FATAL(zone_set_create(common, ARRAY_COUNT(common), &under) == RESULT_OK);
	CU_ASSERT_FATAL(zone_set_create_over(own, ARRAY_COUNT(own), under, &set) == RESULT_OK);
	CU_ASSERT(zone_set_count(set) == ARRAY_COUNT(own));
	/* Of the same name, the view's. */
	CU_ASSERT(find(set, "www.example.com", DNS_TYPE_A) == own[0]);
	CU_ASSERT(find(under, "www.example.com", DNS_TYPE_A) == common[0]);
	/* Longer names win, whichever set they are in. */
	CU_ASSERT(find(set, "www.a.example.com", DNS_TYPE_A) == common[1]);
	CU_ASSERT(find(set, "www.c.a.example.com", DNS_TYPE_A) == own[2]);
	CU_ASSERT(find(set, "www.b.example.net", DNS_TYPE_A) == own[1]);
	/* What the view does not have. */
	CU_ASSERT(find(set, "www.example.net", DNS_TYPE_A) == common[2]);
	CU_ASSERT(find(set, "example.org", DNS_TYPE_A) == NULL);
	/* RFC 4035 §3.1.4.1 over both sets. */
	CU_ASSERT(find(set, "b.example.net", DNS_TYPE_DS) == common[2]);
	CU_ASSERT(find(set, "c.a.example.com", DNS_TYPE_DS) == common[1]);
	CU_ASSERT(zone_expire_s(own[0]) == 4);
	/* By name: in this set alone, in the order given. */
	size_t index = 99;
	CU_ASSERT(zone_set_index(set, zone_origin(own[2]), &index) && index == 2);
	CU_ASSERT(zone_set_index(under, zone_origin(common[1]), &index) && index == 1);
	CU_ASSERT(!zone_set_index(set, zone_origin(common[2]), &index) && index == 1);
	zone_set_free(set);
	zone_set_free(under);
	for (size_t i = 0; i < ARRAY_COUNT(common); i++) {
		zone_free(common[i]);
		zone_free(own[i]);
	}
}

static void test_longest(void)
{
	struct zone *zones[] = {make("example.com"), make("a.b.example.com"), make("com"),
	                        make("EXAMPLE.org")};
	struct zone_set *set = NULL;
	CU_ASSERT_FATAL(zone_set_create(zones, ARRAY_COUNT(zones), &set) == RESULT_OK);
	CU_ASSERT(zone_set_count(set) == ARRAY_COUNT(zones));
	CU_ASSERT(zone_set_at(set, 2) == zones[2]);
	CU_ASSERT(find(set, "example.com", DNS_TYPE_A) == zones[0]);
	CU_ASSERT(find(set, "www.EXAMPLE.com", DNS_TYPE_A) == zones[0]);
	CU_ASSERT(find(set, "b.example.com", DNS_TYPE_A) == zones[0]);
	CU_ASSERT(find(set, "a.b.example.com", DNS_TYPE_A) == zones[1]);
	CU_ASSERT(find(set, "x.y.a.b.example.com", DNS_TYPE_A) == zones[1]);
	CU_ASSERT(find(set, "other.com", DNS_TYPE_A) == zones[2]);
	CU_ASSERT(find(set, "www.example.org", DNS_TYPE_A) == zones[3]);
	CU_ASSERT(find(set, "org", DNS_TYPE_A) == NULL);
	CU_ASSERT(find(set, ".", DNS_TYPE_A) == NULL);
	/* The end of another label is not the end of a name. */
	CU_ASSERT(find(set, "notexample.org", DNS_TYPE_A) == NULL);
	/* RFC 4035 §3.1.4.1. */
	CU_ASSERT(find(set, "a.b.example.com", DNS_TYPE_DS) == zones[0]);
	CU_ASSERT(find(set, "example.org", DNS_TYPE_DS) == zones[3]);
	CU_ASSERT(find(set, "x.example.org", DNS_TYPE_DS) == zones[3]);
	zone_set_free(set);
	for (size_t i = 0; i < ARRAY_COUNT(zones); i++)
		zone_free(zones[i]);
}

static void test_root(void)
{
	struct zone *zones[] = {make(".")};
	struct zone_set *set = NULL;
	CU_ASSERT_FATAL(zone_set_create(zones, 1, &set) == RESULT_OK);
	CU_ASSERT(find(set, ".", DNS_TYPE_DS) == zones[0]);
	CU_ASSERT(find(set, "a.b.c", DNS_TYPE_A) == zones[0]);
	zone_set_free(set);
	zone_free(zones[0]);
}

static void test_empty(void)
{
	struct zone_set *set = NULL;
	CU_ASSERT_FATAL(zone_set_create(NULL, 0, &set) == RESULT_OK);
	CU_ASSERT(zone_set_count(set) == 0);
	CU_ASSERT(find(set, "example.com", DNS_TYPE_A) == NULL);
	zone_set_free(set);
	zone_set_free(NULL);
}

static void test_twice(void)
{
	struct zone *zones[] = {make("example.com"), make("Example.COM")};
	struct zone_set *set = NULL;
	CU_ASSERT(zone_set_create(zones, 2, &set) == RESULT_EXISTS);
	CU_ASSERT(set == NULL);
	zone_free(zones[0]);
	zone_free(zones[1]);
}

static void test_many(void)
{
	enum {
		COUNT = 20000
	};
	struct zone **zones = calloc(COUNT, sizeof(*zones));
	struct zone_set *set = NULL;
	char name[64];
	for (unsigned i = 0; i < COUNT; i++) {
		snprintf(name, sizeof(name), "z%u.t%u", i, i % 7);
		zones[i] = make(name);
	}
	CU_ASSERT_FATAL(zone_set_create(zones, COUNT, &set) == RESULT_OK);
	unsigned right = 0;
	for (unsigned i = 0; i < COUNT; i++) {
		snprintf(name, sizeof(name), "host.z%u.t%u", i, i % 7);
		right += find(set, name, DNS_TYPE_A) == zones[i];
	}
	CU_ASSERT(right == COUNT);
	CU_ASSERT(find(set, "z1.t0", DNS_TYPE_A) == NULL);
	zone_set_free(set);
	for (unsigned i = 0; i < COUNT; i++)
		zone_free(zones[i]);
	free(zones);
}

static const struct unit_case cases[] = {
    {"longest", test_longest}, {"root", test_root}, {"empty", test_empty},
    {"twice", test_twice},     {"many", test_many}, {"over", test_over},
};

int main(int argc, char **argv)
{
	return unit_main(argc, argv, "zone/set", cases, ARRAY_COUNT(cases));
}
