/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Servers: zones made from the lines of scenarios, answered by lib/zone, then bent by the servers' habits. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "dns/rrtype.h"
#include "dns/text.h"
#include "dns/ttl.h"
#include "sim.h"
#include "zone/store.h"
#include "zone/zone.h"

#define DEFAULT_SOA "ns.invalid. host.invalid. 1 3600 600 86400 60"

const struct sim_habit_name sim_habit_names[] = {
    {"silent", SIM_SILENT},
    {"silent-udp", SIM_SILENT_UDP},
    {"silent-tcp", SIM_SILENT_TCP},
    {"resets", SIM_RESETS},
    {"refuses", SIM_REFUSES},
    {"fails", SIM_FAILS},
    {"no-edns", SIM_NO_EDNS},
    {"ignores-edns", SIM_IGNORES_EDNS},
    {"drops-edns", SIM_DROPS_EDNS},
    {"truncates", SIM_TRUNCATES},
    {"no-authority", SIM_NO_AUTHORITY},
    {"denies-empty", SIM_DENIES_EMPTY},
    {"fails-empty", SIM_FAILS_EMPTY},
    {"upwards", SIM_UPWARDS},
    {"guessed", SIM_GUESSED},
    {"wrong-id", SIM_WRONG_ID},
    {"wrong-question", SIM_WRONG_QUESTION},
    {"wrong-case", SIM_WRONG_CASE},
    {"wrong-address", SIM_WRONG_ADDRESS},
    {"wrong-port", SIM_WRONG_PORT},
    {"no-glue", SIM_NO_GLUE},
    {"cookies", SIM_COOKIES},
    {"wants-cookie", SIM_COOKIES | SIM_WANTS_COOKIE},
    {"garbage", SIM_GARBAGE},
    {"recurses", SIM_RECURSES},
    {"ok", 0},
};
const unsigned sim_habit_count = ARRAY_COUNT(sim_habit_names);

/* What is served at an address. */
struct site {
	struct net_address address;
	unsigned count;
	struct zone *zone[SIM_ZONES_MAX];
	struct zone_set *set; /* of them, or NULL: not made yet */
};

static struct {
	unsigned site_count;
	struct site site[SIM_SITES_MAX];
	unsigned zone_count;
	struct zone *zone[SIM_ZONES_MAX];
	struct zone_set *all; /* of all zones, the latest of each name: who recurses looks here */
} servers;

void server_reset(void)
{
	for (unsigned i = 0; i < servers.site_count; i++)
		zone_set_free(servers.site[i].set);
	zone_set_free(servers.all);
	for (unsigned i = 0; i < servers.zone_count; i++)
		zone_free(servers.zone[i]);
	servers.site_count = 0;
	servers.zone_count = 0;
	servers.all = NULL;
}

static struct site *site_at(const struct net_address *address)
{
	for (unsigned i = 0; i < servers.site_count; i++) {
		if (net_address_equal(&servers.site[i].address, address))
			return &servers.site[i];
	}
	return NULL;
}

static void drop_from(struct site *site, const struct dns_name *name)
{
	zone_set_free(site->set);
	site->set = NULL;
	for (unsigned i = 0; i < site->count; i++) {
		if (dns_name_equal(zone_origin(site->zone[i])->wire, name->wire))
			site->zone[i--] = site->zone[--site->count];
	}
}

void server_drop_zone(const struct dns_name *name, const struct net_address *addresses,
                      unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		struct site *site = site_at(&addresses[i]);
		if (site != NULL)
			drop_from(site, name);
	}
}

/* -- reading zones -- */

struct lines {
	unsigned count;
	bool has_soa;
	bool has_ns;
	struct zone_text_record record[8192];
};

static bool is_apex(const char *owner, const struct dns_name *origin)
{
	struct dns_name name;
	return dns_name_from_text(owner, strlen(owner), origin, &name) == RESULT_OK &&
	       dns_name_equal(name.wire, origin->wire);
}

static char *join(const struct script_line *line, unsigned from)
{
	size_t len = 1;
	for (unsigned i = from; i < line->count; i++)
		len += strlen(line->word[i]) + 1;
	char *text = calloc(1, len);
	CHECK(text != NULL);
	size_t at = 0;
	for (unsigned i = from; i < line->count; i++)
		at += (size_t)snprintf(text + at, len - at, "%s%s", i == from ? "" : " ",
		                       line->word[i]);
	return text;
}

static void read_line(struct lines *lines, const struct script_line *line,
                      const struct dns_name *origin, uint32_t ttl)
{
	struct zone_text_record *record = &lines->record[lines->count++];
	unsigned at = 1;
	CHECK(lines->count < ARRAY_COUNT(lines->record) - 2);
	record->owner = line->word[0];
	record->ttl = ttl;
	const char *word = script_word(line, at, "a TTL or a type");
	if (dns_ttl_from_text(word, strlen(word), &record->ttl) == RESULT_OK)
		at++;
	record->type = script_word(line, at, "a type");
	(void)script_type(line->place, record->type);
	script_word(line, at + 1, "rdata");
	record->rdata = join(line, at + 1);
	if (is_apex(record->owner, origin)) {
		lines->has_soa |= text_is(record->type, strlen(record->type), "soa");
		lines->has_ns |= text_is(record->type, strlen(record->type), "ns");
	}
}

static void say_wrong(const struct script_statement *statement, const struct zone_errors *errors)
{
	for (uint32_t i = 0; i < errors->count && i < ZONE_ERRORS_MAX; i++) {
		const struct zone_error *error = &errors->error[i];
		unsigned at = error->line < statement->count ? error->line : 0;
		if (!error->warning)
			script_wrong(statement->count > 0 ? statement->line[at]->place
			                                  : statement->head->place,
			             "%s", error->text);
	}
	script_wrong(statement->head->place, "the zone cannot be made");
}

static struct zone *make_zone(const struct script_statement *statement, const struct dns_name *name,
                              uint32_t ttl)
{
	static struct lines lines;
	static struct zone_errors errors;
	const struct zone_load load = {.origin = *name, .default_ttl = ttl};
	struct zone *zone;
	lines.count = 0;
	lines.has_soa = false;
	lines.has_ns = false;
	for (unsigned i = 0; i < statement->count; i++)
		read_line(&lines, statement->line[i], name, ttl);
	unsigned given = lines.count;
	if (!lines.has_soa)
		lines.record[lines.count++] =
		    (struct zone_text_record){"@", ttl, "SOA", DEFAULT_SOA};
	if (!lines.has_ns)
		lines.record[lines.count++] =
		    (struct zone_text_record){"@", ttl, "NS", "ns.invalid."};
	if (zone_load_records(&load, lines.record, lines.count, &zone, &errors) != RESULT_OK)
		say_wrong(statement, &errors);
	for (unsigned i = 0; i < given; i++)
		free((void *)(uintptr_t)lines.record[i].rdata);
	return zone;
}

void server_add_zone(const struct script_statement *statement, const struct dns_name *name,
                     const struct net_address *addresses, unsigned count, uint32_t ttl)
{
	struct zone *zone = make_zone(statement, name, ttl);
	if (servers.zone_count == SIM_ZONES_MAX)
		script_wrong(statement->head->place, "found more than %d zones", SIM_ZONES_MAX);
	servers.zone[servers.zone_count++] = zone;
	zone_set_free(servers.all);
	servers.all = NULL;
	for (unsigned i = 0; i < count; i++) {
		struct site *site = site_at(&addresses[i]);
		if (site == NULL) {
			if (servers.site_count == SIM_SITES_MAX)
				script_wrong(statement->head->place, "found more than %d servers",
				             SIM_SITES_MAX);
			site = &servers.site[servers.site_count++];
			site->address = addresses[i];
			site->count = 0;
			site->set = NULL;
		}
		drop_from(site, name);
		site->zone[site->count++] = zone;
	}
}

/* -- looking up -- */

static const struct zone_set *set_of_all(void)
{
	struct zone *latest[SIM_ZONES_MAX];
	unsigned count = 0;
	if (servers.all != NULL)
		return servers.all;
	for (unsigned i = 0; i < servers.zone_count; i++) {
		bool is_latest = true;
		for (unsigned j = i + 1; j < servers.zone_count; j++)
			is_latest &= !dns_name_equal(zone_origin(servers.zone[i])->wire,
			                             zone_origin(servers.zone[j])->wire);
		if (is_latest)
			latest[count++] = servers.zone[i];
	}
	CHECK(zone_set_create(latest, count, &servers.all) == RESULT_OK);
	return servers.all;
}

static const struct zone_set *set_of(const struct net_address *address, bool recurses)
{
	struct site *site = site_at(address);
	if (recurses)
		return set_of_all();
	if (site == NULL || site->count == 0)
		return NULL;
	if (site->set == NULL)
		CHECK(zone_set_create(site->zone, site->count, &site->set) == RESULT_OK);
	return site->set;
}

static void take_record(void *context, enum dns_section section, const struct record *record)
{
	draft_add(context, section, record, false);
}

/* Whether a name is there only because of names below it. */
static bool is_empty_name(const struct zone *zone, const struct server_question *question)
{
	const struct zone_node *node = zone_find_name(zone, question->question.name);
	return node != NULL && node->rrset_count == 0;
}

static void bend(const struct server_question *question, const struct zone *zone,
                 struct draft *draft)
{
	unsigned habits = question->rule.habits;
	bool is_empty =
	    (habits & (SIM_DENIES_EMPTY | SIM_FAILS_EMPTY)) != 0 && is_empty_name(zone, question);
	if (is_empty && (habits & SIM_DENIES_EMPTY) != 0)
		draft->flags |= DNS_RCODE_NXDOMAIN;
	if (is_empty && (habits & SIM_FAILS_EMPTY) != 0)
		draft->flags |= DNS_RCODE_SERVFAIL;
	if ((habits & SIM_NO_AUTHORITY) != 0)
		draft->flags &= (uint16_t)~DNS_FLAG_AA;
	if ((habits & SIM_RECURSES) != 0 && (draft->flags & DNS_FLAG_AA) == 0 &&
	    (draft->count == 0 || draft->record[0].section != DNS_SECTION_ANSWER)) {
		/* It has followed the referral, and found nobody. */
		draft->flags |= DNS_RCODE_SERVFAIL;
		draft->count = 0;
	}
	if ((habits & SIM_RECURSES) != 0)
		draft->flags = (uint16_t)((draft->flags & ~DNS_FLAG_AA) | DNS_FLAG_RA);
	while ((habits & SIM_NO_GLUE) != 0 && draft->count > 0 &&
	       draft->record[draft->count - 1].section == DNS_SECTION_ADDITIONAL)
		draft->count--;
}

bool server_look_up(const struct server_question *question, struct draft *draft)
{
	static uint8_t message[DNS_MESSAGE_MAX];
	struct dns_builder builder;
	struct dns_answer answer;
	const struct zone_set *set =
	    set_of(&question->action->to.address, (question->rule.habits & SIM_RECURSES) != 0);
	const struct zone *zone = set != NULL ? zone_set_find(set, &question->question) : NULL;
	if (zone == NULL)
		return false;
	const struct zone_answer_request request = {
	    .question = &question->question,
	    .dnssec_ok = question->edns.dnssec_ok,
	    .stream = question->tcp,
	};
	size_t end = DNS_HEADER_SIZE + question->name.len + 4u;
	memset(message, 0, DNS_HEADER_SIZE);
	memcpy(message + DNS_HEADER_SIZE, question->action->message + DNS_HEADER_SIZE,
	       question->name.len + 4u);
	dns_builder_init(&builder, message, (uint32_t)end, sizeof(message));
	zone_answer(set, zone, &request, &builder, &answer);
	dns_message_set_count(message, DNS_SECTION_QUESTION, 1);
	for (unsigned i = DNS_SECTION_ANSWER; i < DNS_SECTION_COUNT; i++)
		dns_message_set_count(message, (enum dns_section)i, answer.count[i]);
	CHECK(message_walk(message, answer.end, take_record, draft));
	draft->flags |= (uint16_t)(answer.rcode & DNS_FLAG_RCODE);
	draft->flags |= answer.authoritative ? DNS_FLAG_AA : 0;
	bend(question, zone, draft);
	return true;
}

const struct zone_set *server_truth(void)
{
	return set_of_all();
}
