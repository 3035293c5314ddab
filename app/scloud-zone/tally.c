/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Counting. */
#include "tally.h"

#include <string.h>

#include "dns/rrtype.h"
#include "zone/iterate.h"

/* RFC 4034 §3.1: type covered, algorithm, labels, original TTL, then the expiration. */
#define RRSIG_EXPIRATION_AT 8

struct walk {
	const struct zone *zone;
	struct tally *tally;
	bool below; /* a delegation or DNAME was met, and names below it may follow */
	uint8_t cut[DNS_NAME_MAX + 1];
};

static bool has(const struct zone_iterate_name *name, uint16_t type)
{
	for (size_t i = 0; i < name->record_count; i++) {
		if (name->record[i].type == type)
			return true;
	}
	return false;
}

static void note_largest(struct tally_rrset *largest, const struct tally_rrset *one, bool larger)
{
	if (larger)
		*largest = *one;
}

static void count_rrset(struct walk *walk, const struct tally_rrset *rrset)
{
	struct tally *tally = walk->tally;
	struct tally_type *type = &tally->type[rrset->type];
	type->rrsets++;
	type->records += rrset->records;
	type->octets += rrset->octets;
	tally->rrsets++;
	tally->octets += rrset->octets;
	note_largest(&tally->most_records, rrset, rrset->records > tally->most_records.records);
	note_largest(&tally->most_octets, rrset, rrset->octets > tally->most_octets.octets);
}

static void count_signature(struct tally *tally, const struct zone_iterate_record *record)
{
	const uint32_t until = bytes_load_u32(record->rdata + RRSIG_EXPIRATION_AT);
	tally->signatures++;
	/* Serial number arithmetic: RFC 4034 §3.1.5, RFC 1982. */
	if (tally->signatures == 1 || (int32_t)(until - tally->signatures_until) < 0)
		tally->signatures_until = until;
}

/* The records of one RRset stand together, the signatures of each, too. */
static void count_records(struct walk *walk, const struct zone_iterate_name *name)
{
	struct tally_rrset rrset;
	memcpy(rrset.owner, name->owner, sizeof(rrset.owner));
	for (size_t i = 0; i < name->record_count;) {
		const uint64_t rank = name->record[i].rank;
		rrset.type = name->record[i].type;
		rrset.records = rrset.octets = 0;
		for (; i < name->record_count && name->record[i].rank == rank; i++) {
			rrset.records++;
			rrset.octets += name->record[i].len;
			if (rrset.type == DNS_TYPE_RRSIG)
				count_signature(walk->tally, &name->record[i]);
		}
		count_rrset(walk, &rrset);
	}
}

static void count_name(struct walk *walk, const struct zone_iterate_name *name)
{
	struct tally *tally = walk->tally;
	const bool apex = dns_name_equal(name->owner, zone_origin(walk->zone)->wire);
	const bool occluded = walk->below && dns_name_is_below(name->owner, walk->cut);
	count_records(walk, name);
	tally->has_key = tally->has_key || (apex && has(name, DNS_TYPE_DNSKEY));
	if (has(name, DNS_TYPE_NSEC3)) {
		tally->hashes++;
		return;
	}
	tally->owners++;
	if (occluded) {
		tally->occluded++;
		return;
	}
	walk->below = false;
	tally->wildcards += name->owner[0] == 1 && name->owner[1] == '*';
	if (!apex && has(name, DNS_TYPE_NS)) {
		tally->delegations++;
		tally->signed_delegations += has(name, DNS_TYPE_DS);
		walk->below = true;
	} else if (has(name, DNS_TYPE_DNAME)) {
		walk->below = true;
	}
	memcpy(walk->cut, name->owner, sizeof(walk->cut));
}

enum result tally_zone(const struct zone *zone, struct tally *out)
{
	struct walk walk = {.zone = zone, .tally = out};
	struct zone_iterate *iterate;
	const struct zone_iterate_name *name;
	enum result result = zone_iterate_open(zone, ZONE_ITERATE_WRITTEN, &iterate);
	if (result != RESULT_OK)
		return result;
	while ((result = zone_iterate_next(iterate, &name)) == RESULT_OK)
		count_name(&walk, name);
	zone_iterate_close(iterate);
	return result == RESULT_NOT_FOUND ? RESULT_OK : result;
}
