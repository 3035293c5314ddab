/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Names that are asked of others though they lie in a zone of ours. */
#include "stage/outside.h"

#include "../cache/dns_make.h"
#include "unit.h"

static void longer_names_count(void)
{
	struct outside_zone zones[2];
	const struct outside outside = {2, zones};
	static const struct {
		const char *name;
		uint16_t type;
		unsigned labels;
		bool is_outside;
	} rows[] = {
	    {"www.far.example.", DNS_TYPE_A, 1, true},
	    {"far.example.", DNS_TYPE_A, 1, true},
	    {"FAR.example.", DNS_TYPE_SOA, 1, true},
	    {"far.example.", DNS_TYPE_DS, 1, false}, /* the parent's */
	    {"www.far.example.", DNS_TYPE_DS, 1, true},
	    {"www.far.example.", DNS_TYPE_A, 3, false}, /* a zone of ours below it */
	    {"www.far.example.", DNS_TYPE_A, 2, false}, /* the same name: ours */
	    {"notfar.example.", DNS_TYPE_A, 1, false},
	    {"example.", DNS_TYPE_A, 1, false},
	    {"a.b.c.d.", DNS_TYPE_A, 0, true},
	    {".", DNS_TYPE_A, 0, false},
	};
	zones[0].name = made_name("far.example.");
	zones[1].name = made_name("b.c.d.");
	for (unsigned i = 0; i < ARRAY_COUNT(zones); i++)
		zones[i].hash = dns_name_hash(zones[i].name.wire);
	for (unsigned i = 0; i < ARRAY_COUNT(rows); i++) {
		struct dns_question question = made_question(rows[i].name, rows[i].type);
		CU_ASSERT_EQUAL(outside_has(&outside, &question, rows[i].labels),
		                rows[i].is_outside);
	}
}

int main(int argc, char **argv)
{
	static const struct unit_case cases[] = {{"longer_names_count", longer_names_count}};
	return unit_main(argc, argv, "outside", cases, ARRAY_COUNT(cases));
}
