/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* diff: what was taken out of a zone and what came in, RRset by RRset. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "dns/rrtype.h"
#include "input.h"
#include "zone/iterate.h"
#include "zone/write.h"

struct side {
	struct zone_iterate *iterate;
	const struct zone_iterate_name *name; /* NULL: none left */
	size_t at; /* next record of the name */
	char sign;
	uint64_t count; /* records that only this side has */
};

struct diff {
	struct side old, new;
	struct zone_write_text text;
	uint64_t rrsets;
	bool *ignore; /* by type */
	enum result result;
};

static void step_name(struct diff *diff, struct side *side)
{
	side->at = 0;
	side->name = NULL;
	const enum result result = zone_iterate_next(side->iterate, &side->name);
	if (result != RESULT_OK) {
		side->name = NULL;
		if (result != RESULT_NOT_FOUND)
			diff->result = result;
	}
}

static void print(struct diff *diff, struct side *side, const struct zone_iterate_record *record)
{
	side->count++;
	printf("%c ", side->sign);
	const enum result result =
	    zone_write_record(&diff->text, side->name->owner, record->ttl, record->type,
	                      record->rdata, record->len, stdout);
	if (result != RESULT_OK)
		diff->result = result;
	putchar('\n');
}

/* The end of the RRset that starts at `at`. Records stand in canonical order, so of one type together. */
static size_t rrset_end(const struct side *side, size_t at)
{
	const uint16_t type = side->name->record[at].type;
	while (at < side->name->record_count && side->name->record[at].type == type)
		at++;
	return at;
}

/* Whether `record` is among those of the other side's RRset, TTL and all. */
static bool has(const struct side *side, size_t from, size_t to,
                const struct zone_iterate_record *record)
{
	while (from < to) {
		const size_t middle = from + (to - from) / 2;
		const int order = zone_iterate_record_compare(&side->name->record[middle], record);
		if (order == 0)
			return side->name->record[middle].ttl == record->ttl;
		if (order < 0)
			from = middle + 1;
		else
			to = middle;
	}
	return false;
}

/* Prints what `side` has in its RRset and the other has not. */
static void print_lacking(struct diff *diff, struct side *side, size_t end,
                          const struct side *other, size_t other_end)
{
	for (size_t i = side->at; i < end; i++) {
		const struct zone_iterate_record *record = &side->name->record[i];
		if (!has(other, other->at, other_end, record))
			print(diff, side, record);
	}
}

/* Compares the RRsets of one type at one name; a side without the type has its end where it stands. */
static void compare_rrset(struct diff *diff, uint16_t type, size_t old_end, size_t new_end)
{
	const uint64_t before = diff->old.count + diff->new.count;
	if (!diff->ignore[type]) {
		print_lacking(diff, &diff->old, old_end, &diff->new, new_end);
		print_lacking(diff, &diff->new, new_end, &diff->old, old_end);
	}
	diff->rrsets += diff->old.count + diff->new.count > before;
	diff->old.at = old_end;
	diff->new.at = new_end;
}

static bool has_more(const struct side *side)
{
	return side->name != NULL && side->at < side->name->record_count;
}

/* Compares one name, of which either side may have none. */
static void compare_name(struct diff *diff, bool in_old, bool in_new)
{
	struct side *old = &diff->old, *new = &diff->new;
	while ((in_old && has_more(old)) || (in_new && has_more(new))) {
		const struct zone_iterate_record *a =
		    in_old && has_more(old) ? &old->name->record[old->at] : NULL;
		const struct zone_iterate_record *b =
		    in_new && has_more(new) ? &new->name->record[new->at] : NULL;
		const bool from_old = a != NULL && (b == NULL || a->rank <= b->rank);
		const bool from_new = b != NULL && (a == NULL || b->rank <= a->rank);
		const uint16_t type = from_old ? a->type : b->type;
		compare_rrset(diff, type, from_old ? rrset_end(old, old->at) : old->at,
		              from_new ? rrset_end(new, new->at) : new->at);
	}
	if (in_old)
		step_name(diff, old);
	if (in_new)
		step_name(diff, new);
}

static void compare(struct diff *diff)
{
	step_name(diff, &diff->old);
	step_name(diff, &diff->new);
	while ((diff->old.name != NULL || diff->new.name != NULL) && diff->result == RESULT_OK) {
		int order;
		if (diff->old.name == NULL)
			order = 1;
		else if (diff->new.name == NULL)
			order = -1;
		else
			order = zone_iterate_compare(diff->old.name, diff->new.name);
		compare_name(diff, order <= 0, order >= 0);
	}
}

static enum command_status summary(const struct diff *diff, bool quiet)
{
	if (diff->result != RESULT_OK) {
		fprintf(stderr, "scloud-zone diff: %s\n", result_text(diff->result));
		return COMMAND_TROUBLE;
	}
	if (diff->rrsets == 0)
		return COMMAND_GOOD;
	if (!quiet)
		printf("; RRsets changed: %llu; records removed: %llu, added: %llu\n",
		       (unsigned long long)diff->rrsets, (unsigned long long)diff->old.count,
		       (unsigned long long)diff->new.count);
	return COMMAND_BAD;
}

static enum command_status compare_zones(const struct zone *old, const struct zone *new,
                                         bool *ignore, bool quiet)
{
	struct diff diff = {.old.sign = '-', .new.sign = '+', .ignore = ignore};
	diff.result = zone_iterate_open(old, ZONE_ITERATE_CANONICAL, &diff.old.iterate);
	if (diff.result == RESULT_OK)
		diff.result = zone_iterate_open(new, ZONE_ITERATE_CANONICAL, &diff.new.iterate);
	if (diff.result == RESULT_OK)
		compare(&diff);
	zone_iterate_close(diff.old.iterate);
	zone_iterate_close(diff.new.iterate);
	zone_write_text_free(&diff.text);
	return summary(&diff, quiet);
}

/* "SOA,RRSIG" */
static bool read_types(const struct command_args *args, const char *list, bool *ignore)
{
	while (true) {
		const size_t len = strcspn(list, ",");
		uint16_t type;
		if (!dns_type_from_text(list, len, &type)) {
			command_wrong(args, "--ignore %.*s: a record type is expected", (int)len,
			              list);
			return false;
		}
		ignore[type] = true;
		if (list[len] == '\0')
			return true;
		list += len + 1;
	}
}

static bool read_ignored(const struct command_args *args, bool *ignore)
{
	for (size_t i = 0; i < args->given_count; i++) {
		if (strcmp(args->given[i].option->name, "--ignore") == 0 &&
		    !read_types(args, args->given[i].value, ignore))
			return false;
	}
	return true;
}

static enum command_status run(const struct command_args *args)
{
	static struct input old, new;
	static bool ignore[UINT16_MAX + 1];
	char old_name[DNS_NAME_TEXT_MAX], new_name[DNS_NAME_TEXT_MAX];
	if (!read_ignored(args, ignore))
		return COMMAND_TROUBLE;
	enum command_status status = COMMAND_TROUBLE;
	if (input_open(args, args->word[0], args->word[2], INPUT_ERRORS, &old) == COMMAND_GOOD &&
	    input_open(args, args->word[1], args->word[2], INPUT_ERRORS, &new) == COMMAND_GOOD) {
		dns_name_to_text(old.origin.wire, old_name);
		dns_name_to_text(new.origin.wire, new_name);
		if (dns_name_equal(old.origin.wire, new.origin.wire))
			status =
			    compare_zones(old.zone, new.zone, ignore, command_has(args, "--quiet"));
		else
			command_wrong(args, "%s is zone %s, %s is zone %s: the same is expected",
			              old.file, old_name, new.file, new_name);
	}
	input_close(&old);
	input_close(&new);
	return status;
}

static const struct command_option options[] = {
    {"--ignore", "TYPE,...", "leave records of these types out"},
    {"--quiet", NULL, "records only, without the line of sums"},
    INPUT_OPTION_ORIGIN,
    {NULL, NULL, NULL},
};

const struct command command_diff = {
    .name = "diff",
    .words = "OLD NEW [ORIGIN]",
    .words_min = 2,
    .words_max = 3,
    .summary = "print the records that a change removes and adds",
    .help = "Compares two zones, not two texts: order, case, $ORIGIN, $TTL, comments do not count. "
            "Each\n"
            "line is a record in canonical form, after \"- \" if only OLD has it, \"+ \" if only "
            "NEW has it;\n"
            "of an RRset the removed ones come first. A record with another TTL is both.\n\n"
            "Exit status: 0 the zones are equal, 1 they differ, 2 they cannot be compared.\n\n"
            "  scloud-zone diff old.zone new.zone\n"
            "  scloud-zone diff --ignore SOA running.zone edited.zone\n"
            "  scloud-zone diff --ignore RRSIG,NSEC,NSEC3,NSEC3PARAM,DNSKEY plain.zone signed.zone",
    .options = options,
    .run = run,
};
