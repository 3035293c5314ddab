/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* stats: what is in the zone, and what it costs. */
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "dns/rrtype.h"
#include "dns/ttl.h"
#include "input.h"
#include "tally.h"

#define LABEL_WIDTH 15

#define US_PER_S 1e6

static uint64_t names_of(const struct zone *zone, const struct tally *tally)
{
	const uint64_t all = zone_name_count(zone);
	return all > tally->owners ? all : tally->owners;
}

static const char *denial_of(const struct tally *tally)
{
	if (tally->type[DNS_TYPE_NSEC3].records > 0)
		return "NSEC3";
	return tally->type[DNS_TYPE_NSEC].records > 0 ? "NSEC" : "none";
}

static bool is_signed(const struct tally *tally)
{
	return tally->has_key && tally->signatures > 0;
}

/* The types that occur, those with the most records first. Gives how many; *out is the caller's to free. */
static size_t types_of(const struct tally *tally, uint16_t **out)
{
	size_t count = 0;
	*out = calloc(UINT16_MAX + 1, sizeof(**out));
	for (size_t type = 0; *out != NULL && type <= UINT16_MAX; type++) {
		if (tally->type[type].records == 0)
			continue;
		size_t at = count++;
		for (; at > 0 && tally->type[(*out)[at - 1]].records < tally->type[type].records;
		     at--)
			(*out)[at] = (*out)[at - 1];
		(*out)[at] = (uint16_t)type;
	}
	return count;
}

static void print_rrset(const char *label, const struct tally_rrset *rrset)
{
	char owner[DNS_NAME_TEXT_MAX], number[DNS_NUMBER_TEXT_MAX];
	dns_name_to_text(rrset->owner, owner);
	printf("%-*s %s %s: %llu records, %llu octets\n", LABEL_WIDTH, label, owner,
	       dns_type_text(rrset->type, number), (unsigned long long)rrset->records,
	       (unsigned long long)rrset->octets);
}

static void print_signed(const struct tally *tally)
{
	if (!is_signed(tally)) {
		printf("%-*s no\n", LABEL_WIDTH, "signed");
		return;
	}
	char until[DNS_TIME_TEXT_LEN];
	dns_time_to_text(tally->signatures_until, until);
	printf("%-*s yes, denial by %s; %llu signatures, the first expires %.4s-%.2s-%.2s "
	       "%.2s:%.2s:%.2s UTC\n",
	       LABEL_WIDTH, "signed", denial_of(tally), (unsigned long long)tally->signatures,
	       until, until + 4, until + 6, until + 8, until + 10, until + 12);
}

static void print_head(const struct input *input, const struct tally *tally)
{
	const struct zone *zone = input->zone;
	char origin[DNS_NAME_TEXT_MAX];
	const uint64_t records = zone_record_count(zone);
	const uint64_t names = names_of(zone, tally);
	dns_name_to_text(input->origin.wire, origin);
	printf("%-*s %s (%s)\n", LABEL_WIDTH, "zone", origin, input->origin_from);
	printf("%-*s %u\n", LABEL_WIDTH, "serial", zone_serial(zone));
	printf("%-*s %llu, of these %llu without records (empty non-terminals)\n", LABEL_WIDTH,
	       "names", (unsigned long long)names, (unsigned long long)(names - tally->owners));
	if (tally->hashes > 0)
		printf("%-*s %llu\n", LABEL_WIDTH, "NSEC3 hashes",
		       (unsigned long long)tally->hashes);
	printf("%-*s %llu in %llu RRsets, %llu octets of data\n", LABEL_WIDTH, "records",
	       (unsigned long long)records, (unsigned long long)tally->rrsets,
	       (unsigned long long)tally->octets);
	printf("%-*s %llu\n", LABEL_WIDTH, "wildcards", (unsigned long long)tally->wildcards);
	printf("%-*s %llu, of these %llu signed; %llu names below them or below a DNAME\n",
	       LABEL_WIDTH, "delegations", (unsigned long long)tally->delegations,
	       (unsigned long long)tally->signed_delegations, (unsigned long long)tally->occluded);
	print_signed(tally);
	print_rrset("most records", &tally->most_records);
	print_rrset("most octets", &tally->most_octets);
	printf("%-*s %.1f KiB, %.0f octets a record\n", LABEL_WIDTH, "memory",
	       (double)zone_memory_bytes(zone) / 1024,
	       (double)zone_memory_bytes(zone) / (double)records);
	const double seconds = (double)input->read_us / US_PER_S;
	printf("%-*s %.3f s, %.0f records/s\n", LABEL_WIDTH, "read in", seconds,
	       seconds > 0 ? (double)records / seconds : 0);
}

static void print_types(const struct tally *tally)
{
	uint16_t *types;
	const size_t count = types_of(tally, &types);
	printf("\n%-11s %10s %10s %12s\n", "type", "RRsets", "records", "octets");
	for (size_t i = 0; i < count; i++) {
		char number[DNS_NUMBER_TEXT_MAX];
		const struct tally_type *row = &tally->type[types[i]];
		printf("%-11s %10llu %10llu %12llu\n", dns_type_text(types[i], number),
		       (unsigned long long)row->rrsets, (unsigned long long)row->records,
		       (unsigned long long)row->octets);
	}
	free(types);
}

static void add_number(struct json_object *object, const char *key, uint64_t value)
{
	json_object_object_add(object, key, json_object_new_uint64(value));
}

static struct json_object *types_json(const struct tally *tally)
{
	struct json_object *all = json_object_new_object();
	uint16_t *types;
	const size_t count = types_of(tally, &types);
	for (size_t i = 0; i < count; i++) {
		char number[DNS_NUMBER_TEXT_MAX];
		struct json_object *row = json_object_new_object();
		add_number(row, "rrsets", tally->type[types[i]].rrsets);
		add_number(row, "records", tally->type[types[i]].records);
		add_number(row, "octets", tally->type[types[i]].octets);
		json_object_object_add(all, dns_type_text(types[i], number), row);
	}
	free(types);
	return all;
}

static struct json_object *rrset_json(const struct tally_rrset *rrset)
{
	char owner[DNS_NAME_TEXT_MAX], number[DNS_NUMBER_TEXT_MAX];
	struct json_object *object = json_object_new_object();
	dns_name_to_text(rrset->owner, owner);
	json_object_object_add(object, "owner", json_object_new_string(owner));
	json_object_object_add(object, "type",
	                       json_object_new_string(dns_type_text(rrset->type, number)));
	add_number(object, "records", rrset->records);
	add_number(object, "octets", rrset->octets);
	return object;
}

static void print_json(const struct input *input, const struct tally *tally)
{
	char origin[DNS_NAME_TEXT_MAX];
	struct json_object *object = json_object_new_object();
	const uint64_t names = names_of(input->zone, tally);
	dns_name_to_text(input->origin.wire, origin);
	json_object_object_add(object, "file", json_object_new_string(input->file));
	json_object_object_add(object, "origin", json_object_new_string(origin));
	add_number(object, "serial", zone_serial(input->zone));
	add_number(object, "names", names);
	add_number(object, "empty_non_terminals", names - tally->owners);
	add_number(object, "nsec3_hashes", tally->hashes);
	add_number(object, "records", zone_record_count(input->zone));
	add_number(object, "rrsets", tally->rrsets);
	add_number(object, "rdata_octets", tally->octets);
	add_number(object, "wildcards", tally->wildcards);
	add_number(object, "delegations", tally->delegations);
	add_number(object, "signed_delegations", tally->signed_delegations);
	add_number(object, "occluded_names", tally->occluded);
	json_object_object_add(object, "signed", json_object_new_boolean(is_signed(tally)));
	json_object_object_add(object, "denial", json_object_new_string(denial_of(tally)));
	add_number(object, "signatures", tally->signatures);
	add_number(object, "signatures_until_s", tally->signatures_until);
	json_object_object_add(object, "most_records", rrset_json(&tally->most_records));
	json_object_object_add(object, "most_octets", rrset_json(&tally->most_octets));
	add_number(object, "memory_bytes", zone_memory_bytes(input->zone));
	add_number(object, "read_us", input->read_us);
	json_object_object_add(object, "types", types_json(tally));
	puts(json_object_to_json_string_ext(object, JSON_C_TO_STRING_PRETTY |
	                                                JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(object);
}

static enum command_status run(const struct command_args *args)
{
	static struct input input;
	static struct tally tally;
	enum command_status status =
	    input_open(args, args->word[0], args->word[1], INPUT_ERRORS, &input);
	if (status != COMMAND_GOOD)
		return status;
	const enum result result = tally_zone(input.zone, &tally);
	if (result != RESULT_OK) {
		fprintf(stderr, "scloud-zone stats: %s\n", result_text(result));
		status = COMMAND_BAD;
	} else if (command_has(args, "--json")) {
		print_json(&input, &tally);
	} else {
		print_head(&input, &tally);
		print_types(&tally);
	}
	input_close(&input);
	return status;
}

static const struct command_option options[] = {
    INPUT_OPTION_ORIGIN,
    {"--json", NULL, "the same as one JSON object"},
    {NULL, NULL, NULL},
};

const struct command command_stats = {
    .name = "stats",
    .words = "FILE [ORIGIN]",
    .words_min = 1,
    .words_max = 2,
    .summary = "count names and records, measure memory and reading",
    .help = "What is in the zone: names, records by type, wildcards, delegations, signatures and\n"
            "when the first of them expires, the largest RRsets; and what the zone costs the\n"
            "server: memory, and time to read the file.\n\n"
            "  scloud-zone stats example.com.zone\n"
            "  scloud-zone stats --json example.com.zone | jq .types.A.records",
    .options = options,
    .run = run,
};
