/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Walking over a whole zone: every record once, names without records not at all. */
#include <stdio.h>
#include <string.h>

#include "unit.h"

#include "zone/zone.h"

static struct zone_errors errors;

static void test_walk(void)
{
	static const struct zone_text_record records[] = {
	    {"@", 60, "SOA", "ns h 1 2 3 4 5"}, {"@", 60, "NS", "ns"},
	    {"Www", 60, "A", "192.0.2.1"},      {"a.b.c", 60, "TXT", "x"},
	    {"www", 60, "AAAA", "2001:db8::1"}, {"www", 60, "A", "192.0.2.2"},
	    {"sub", 60, "NS", "ns.sub"},        {"ns.sub", 60, "A", "192.0.2.3"},
	};
	struct zone_load load = {0};
	struct zone *zone = NULL;
	CU_ASSERT_FATAL(dns_name_from_text("example.com", 11, NULL, &load.origin) == RESULT_OK);
	CU_ASSERT_FATAL(zone_load_records(&load, records, ARRAY_COUNT(records), &zone, &errors) ==
	                RESULT_OK);

	struct zone_cursor cursor = {0};
	struct zone_rrset_view view;
	char got[512] = "";
	size_t len = 0;
	unsigned count = 0;
	while (zone_cursor_next(zone, &cursor, &view)) {
		char owner[DNS_NAME_TEXT_MAX], type[DNS_NUMBER_TEXT_MAX];
		dns_name_to_text(view.owner, owner);
		len += (size_t)snprintf(got + len, sizeof(got) - len, "%s/%s/%u ", owner,
		                        dns_type_text(view.type, type), view.count);
		count += view.count;
		CU_ASSERT(view.ttl == 60);
	}
	CU_ASSERT(count == zone_record_count(zone));
	CU_ASSERT_STRING_EQUAL(got, "example.com./NS/1 example.com./SOA/1 Www.example.com./A/2 "
	                            "Www.example.com./AAAA/1 a.b.c.example.com./TXT/1 "
	                            "sub.example.com./NS/1 ns.sub.example.com./A/1 ");
	CU_ASSERT(!zone_cursor_next(zone, &cursor, &view));
	zone_free(zone);
}

static const struct unit_case cases[] = {
    {"walk", test_walk},
};

int main(int argc, char **argv)
{
	return unit_main(argc, argv, "zone/cursor", cases, ARRAY_COUNT(cases));
}
