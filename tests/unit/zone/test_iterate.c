/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Names in canonical order, each with its records in theirs. */
#include "zone/iterate.h"

#include <stdlib.h>
#include <string.h>

#include "rig.h"
#include "unit.h"

#include "dns/rrtype.h"

#define HEAD "@ 60 SOA . . 1 2 3 4 5\n NS a.\n"

/* RFC 4034 §6.1's own list, then octets that a naive order gets wrong. */
static const char names[] = "$ORIGIN example.\n"
                            "*.z 1 A 192.0.2.1\n"
                            "\\200.z 1 A 192.0.2.1\n"
                            "zABC.a.EXAMPLE. 1 A 192.0.2.1\n"
                            "yljkjljk.a 1 A 192.0.2.1\n"
                            "Z.a 1 A 192.0.2.1\n"
                            "z 1 A 192.0.2.1\n"
                            "a 1 A 192.0.2.1\n"
                            "\\001.z 1 A 192.0.2.1\n"
                            "\\000.z 1 A 192.0.2.1\n"
                            "\\000\\000.z 1 A 192.0.2.1\n"
                            "b.\\000.z 1 A 192.0.2.1\n"
                            "\\002.z 1 A 192.0.2.1\n"
                            "@ 1 SOA . . 1 2 3 4 5\n"
                            "@ 1 NS a\n";
static const char *const order[] = {
    "example.",         "a.example.",         "yljkjljk.a.example.",
    "Z.a.example.",     "zABC.a.example.",    "z.example.",
    "\\000.z.example.", "b.\\000.z.example.", "\\000\\000.z.example.",
    "\\001.z.example.", "\\002.z.example.",   "*.z.example.",
    "\\200.z.example."};

static struct zone_iterate *open_zone(const struct zone *zone, enum zone_iterate_form form)
{
	struct zone_iterate *iterate = NULL;
	CU_ASSERT_FATAL(zone_iterate_open(zone, form, &iterate) == RESULT_OK);
	return iterate;
}

static void test_names(void)
{
	struct zone *zone = rig_load("example.", names, strlen(names));
	CU_ASSERT_FATAL(zone != NULL);
	struct zone_iterate *iterate = open_zone(zone, ZONE_ITERATE_WRITTEN);
	const struct zone_iterate_name *name;
	/* Twice: the second time after a rewind. */
	for (unsigned round = 0; round < 2; round++) {
		for (size_t i = 0; i < ARRAY_COUNT(order); i++) {
			char text[DNS_NAME_TEXT_MAX];
			CU_ASSERT_FATAL(zone_iterate_next(iterate, &name) == RESULT_OK);
			dns_name_to_text(name->owner, text);
			CU_ASSERT_STRING_EQUAL(text, order[i]);
		}
		CU_ASSERT(zone_iterate_next(iterate, &name) == RESULT_NOT_FOUND);
		zone_iterate_rewind(iterate);
	}
	zone_iterate_close(iterate);
	zone_free(zone);
}

/* The keys must order names as dns_name_compare() does, whatever the octets are. */
static void test_chance(void)
{
	char *text = NULL;
	size_t len;
	FILE *stream = open_memstream(&text, &len);
	uint32_t state = 1;
	CU_ASSERT_FATAL(stream != NULL);
	fputs(HEAD, stream);
	for (unsigned i = 0; i < 3000; i++) {
		for (unsigned labels = 1 + i % 3; labels > 0; labels--) {
			for (unsigned octets = 1 + (state >> 28) % 3; octets > 0; octets--) {
				state = state * 1664525 + 1013904223;
				fprintf(stream, "\\%03u", (state >> 24) % ((i % 2) ? 3 : 256));
			}
			fputs(labels > 1 ? "." : " 1 A 192.0.2.1\n", stream);
		}
	}
	fclose(stream);
	struct zone *zone = rig_load("example.", text, len);
	free(text);
	CU_ASSERT_FATAL(zone != NULL);
	struct zone_iterate *iterate = open_zone(zone, ZONE_ITERATE_CANONICAL);
	const struct zone_iterate_name *name;
	struct zone_iterate_name last = {0};
	size_t count = 0, wrong = 0;
	while (zone_iterate_next(iterate, &name) == RESULT_OK) {
		wrong += count > 0 && zone_iterate_compare(&last, name) >= 0;
		last = *name;
		count++;
	}
	CU_ASSERT(wrong == 0);
	CU_ASSERT(count > 1000 && count <= zone_name_count(zone));
	zone_iterate_close(iterate);
	zone_free(zone);
}

static const char records[] = "@ 60 NS b\n NS a\n"
                              "@ 60 RRSIG MX 8 1 60 20300101000000 20250101000000 1 @ AAAA\n"
                              " MX 20 B.example.\n MX 10 Z\n MX 5 AA\n"
                              " RRSIG NS 8 1 60 20300101000000 20250101000000 1 @ AAAA\n"
                              " A 192.0.2.1\n SOA . . 1 2 3 4 5\n";

static void expect_types(enum zone_iterate_form form, const uint16_t *types, size_t count)
{
	struct zone *zone = rig_load("example.", records, strlen(records));
	CU_ASSERT_FATAL(zone != NULL);
	struct zone_iterate *iterate = open_zone(zone, form);
	const struct zone_iterate_name *name;
	CU_ASSERT_FATAL(zone_iterate_next(iterate, &name) == RESULT_OK);
	CU_ASSERT_FATAL(name->record_count == count);
	for (size_t i = 0; i < count; i++) {
		CU_ASSERT(name->record[i].type == types[i]);
		CU_ASSERT((name->record[i].covers != 0) == (types[i] == DNS_TYPE_RRSIG));
	}
	zone_iterate_close(iterate);
	zone_free(zone);
}

/* Signatures follow what they sign. */
static void test_written(void)
{
	static const uint16_t types[] = {DNS_TYPE_SOA,   DNS_TYPE_NS, DNS_TYPE_NS,
	                                 DNS_TYPE_RRSIG, DNS_TYPE_A,  DNS_TYPE_MX,
	                                 DNS_TYPE_MX,    DNS_TYPE_MX, DNS_TYPE_RRSIG};
	expect_types(ZONE_ITERATE_WRITTEN, types, ARRAY_COUNT(types));
}

static void test_canonical(void)
{
	static const uint16_t types[] = {DNS_TYPE_SOA, DNS_TYPE_A,     DNS_TYPE_NS,
	                                 DNS_TYPE_NS,  DNS_TYPE_MX,    DNS_TYPE_MX,
	                                 DNS_TYPE_MX,  DNS_TYPE_RRSIG, DNS_TYPE_RRSIG};
	expect_types(ZONE_ITERATE_CANONICAL, types, ARRAY_COUNT(types));
}

/* RFC 4034 §6.3: by rdata in canonical form, and equal ones once. SRV is among the types whose names are
 * made lower case, but the loader keeps both spellings. */
static void test_equal(void)
{
	static const char text[] = HEAD "s 1 SRV 1 1 1 B\n SRV 1 1 1 b\n SRV 1 1 1 A\n";
	struct zone *zone = rig_load("example.", text, strlen(text));
	CU_ASSERT_FATAL(zone != NULL);
	struct zone_iterate *iterate = open_zone(zone, ZONE_ITERATE_CANONICAL);
	const struct zone_iterate_name *name;
	CU_ASSERT(zone_iterate_next(iterate, &name) == RESULT_OK);
	CU_ASSERT_FATAL(zone_iterate_next(iterate, &name) == RESULT_OK);
	CU_ASSERT_FATAL(name->record_count == 2);
	CU_ASSERT(name->record[0].rdata[7] == 'a' && name->record[1].rdata[7] == 'b');
	zone_iterate_close(iterate);
	zone_free(zone);
}

/* A name spelt like a hash, with an address: two nodes of the store, one name for us. */
static void test_hash_name(void)
{
	static const char hash[] = "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom";
	char text[1024];
	snprintf(text, sizeof(text),
	         HEAD "@ 60 NSEC3PARAM 1 0 0 -\n%s 1 NSEC3 1 0 0 - %s NS SOA NSEC3PARAM\n"
	              "www 1 A 192.0.2.2\n%s 1 A 192.0.2.1\n",
	         hash, hash, hash);
	struct zone *zone = rig_load("example.", text, strlen(text));
	CU_ASSERT_FATAL(zone != NULL);
	struct zone_iterate *iterate = open_zone(zone, ZONE_ITERATE_WRITTEN);
	const struct zone_iterate_name *name;
	CU_ASSERT(zone_iterate_next(iterate, &name) == RESULT_OK);
	CU_ASSERT_FATAL(zone_iterate_next(iterate, &name) == RESULT_OK);
	CU_ASSERT_FATAL(name->record_count == 2);
	CU_ASSERT(name->record[0].type == DNS_TYPE_A);
	CU_ASSERT(name->record[1].type == DNS_TYPE_NSEC3);
	CU_ASSERT(zone_iterate_next(iterate, &name) == RESULT_OK);
	CU_ASSERT(zone_iterate_next(iterate, &name) == RESULT_NOT_FOUND);
	zone_iterate_close(iterate);
	zone_free(zone);
}

static const struct unit_case cases[] = {
    {"names", test_names},         {"chance", test_chance}, {"written", test_written},
    {"canonical", test_canonical}, {"equal", test_equal},   {"hash_name", test_hash_name},
};

int main(int argc, char **argv)
{
	return unit_main(argc, argv, "zone/iterate", cases, ARRAY_COUNT(cases));
}
