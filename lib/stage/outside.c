/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Compares hashes first: most questions are for other names. */
#include "stage/outside.h"

#include "dns/rrtype.h"

bool outside_has(const struct outside *outside, const struct dns_question *question,
                 unsigned labels)
{
	for (uint32_t i = 0; i < outside->count; i++) {
		const struct outside_zone *zone = &outside->zone[i];
		if (zone->name.label_count <= labels ||
		    zone->name.label_count > question->label_count)
			continue;
		unsigned at = question->label_count - zone->name.label_count;
		if (question->hash[at] == zone->hash &&
		    dns_name_equal(question->name + question->label_at[at], zone->name.wire) &&
		    (at > 0 || question->type != DNS_TYPE_DS))
			return true;
	}
	return false;
}
