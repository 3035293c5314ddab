/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* world -- a small Internet for the resolver engine: name servers, a network and a clock that are not real.
 *
 * What:    zones are texts, served by servers 10.0.0.N (and fd00::N where a record says so); each server
 *          has habits, good and bad. Datagrams take time, get lost or overtake each other, by a seed.
 *          world_ask() and world_run() are the client; what servers were asked is kept.
 * Threads: one.
 * Memory:  static.
 * Limits:  WORLD_*_MAX.
 * Trust:   texts of the tests.
 * RFC:     1034 §4.3.2 (what a server does). */
#pragma once

#include <stdlib.h>
#include <strings.h>

#include "dns/edns.h"
#include "resolver/resolver.h"
#include "resolver/resolver_limits.h"

#include "../unit/cache/dns_make.h"
#include "unit.h"

#define WORLD_RECORDS_MAX 512
#define WORLD_ASKED_MAX 20000
#define WORLD_MAIL_MAX 512
#define WORLD_CLIENTS_MAX 512
#define WORLD_SERVERS_MAX 256
#define WORLD_KEPT_MAX 256
#define WORLD_MESSAGE_MAX 4096
#define WORLD_DEADLINE_MS 4500

/* Habits of servers, to be combined. */
enum world_habit {
	WORLD_SILENT = 1,
	WORLD_REFUSES = 2,
	WORLD_FAILS = 4, /* SERVFAIL */
	WORLD_NO_EDNS = 8, /* FORMERR to an OPT record */
	WORLD_TRUNCATES = 16, /* nothing but TC over UDP */
	WORLD_NO_AUTHORITY = 32, /* never AA: as if from a cache */
	WORLD_DENIES_EMPTY = 64, /* NXDOMAIN for a name that only has names below it */
	WORLD_FAILS_EMPTY = 128, /* the same with SERVFAIL */
	WORLD_LIES = 256, /* adds records of others to everything */
	WORLD_UPWARDS = 512, /* refers to the root */
	WORLD_GUESSES = 1024, /* a spoofer sends something before, with a wrong id */
	WORLD_RESETS = 2048, /* ICMP unreachable, TCP reset */
	WORLD_BARE_DNAME = 4096, /* makes no CNAME from a DNAME */
	WORLD_FOLDS = 8192, /* answers in lower case */
};

/* A zone: who serves it ("1 2": 10.0.0.1 and 10.0.0.2, fd00::1 and fd00::2), and its records: lines of
 * owner, type and data, all names absolute. */
struct world_zone {
	const char *name;
	const char *servers;
	const char *records;
};

struct world_record {
	const struct world_zone *zone;
	char owner[256];
	uint16_t type;
	char data[256];
};

struct world_asked {
	uint8_t server;
	bool tcp;
	bool edns;
	bool rd;
	uint16_t type;
	uint64_t at_ms;
	char name[256];
};

/* A message on its way to the engine. */
struct world_mail {
	bool used;
	struct resolver_event event;
	uint64_t at_ms;
	uint8_t octets[WORLD_MESSAGE_MAX];
};

struct world_client {
	unsigned answers;
	uint64_t asked_ms;
	uint64_t answered_ms;
	uint16_t rcode;
	int16_t ede;
	enum dns_rank rank;
	size_t len;
	uint8_t message[WORLD_MESSAGE_MAX];
};

/* What went to the cache without a client. */
struct world_kept {
	char name[256];
	uint16_t type;
	uint16_t rcode;
	enum dns_rank rank;
	unsigned answers; /* records */
};

static struct {
	struct resolver *engine;
	uint64_t now_ms;
	uint64_t random;
	unsigned loss_percent;
	unsigned delay_ms; /* one way and back, at most doubled by jitter */
	unsigned jitter_ms;
	uint32_t ttl;
	unsigned habits[WORLD_SERVERS_MAX];
	struct world_record record[WORLD_RECORDS_MAX];
	unsigned record_count;
	struct world_asked asked[WORLD_ASKED_MAX];
	unsigned asked_count;
	struct world_mail mail[WORLD_MAIL_MAX];
	struct world_client client[WORLD_CLIENTS_MAX];
	unsigned client_count;
	struct world_kept kept[WORLD_KEPT_MAX];
	unsigned kept_count;
	struct made made;
} world;

static inline uint64_t world_random(void *context)
{
	(void)context;
	world.random ^= world.random << 13;
	world.random ^= world.random >> 7;
	world.random ^= world.random << 17;
	return world.random * 0x2545f4914f6cdd1du;
}

static inline unsigned world_draw(unsigned below)
{
	return (unsigned)((world_random(NULL) >> 33) % below);
}

/* -- zones -- */

static inline uint16_t world_type(const char *text)
{
	uint16_t type = 0;
	CU_ASSERT_FATAL(dns_type_from_text(text, strlen(text), &type));
	return type;
}

/* Copies the next word of a line; gives what is behind it. */
static inline const char *world_word(const char *line, char *out, size_t size)
{
	size_t len = strcspn(line, " \n");
	CU_ASSERT_FATAL(len > 0 && len < size);
	memcpy(out, line, len);
	out[len] = '\0';
	return line[len] == '\0' ? line + len : line + len + 1;
}

static inline void world_add_zone(const struct world_zone *zone)
{
	const char *line = zone->records;
	while (*line != '\0') {
		char type[16];
		struct world_record *record = &world.record[world.record_count];
		CU_ASSERT_FATAL(world.record_count < WORLD_RECORDS_MAX);
		line = world_word(line, record->owner, sizeof(record->owner));
		line = world_word(line, type, sizeof(type));
		line = world_word(line, record->data, sizeof(record->data));
		record->zone = zone;
		record->type = world_type(type);
		world.record_count++;
	}
}

static inline bool world_is_below(const char *name, const char *zone)
{
	struct dns_name a = made_name(name);
	struct dns_name b = made_name(zone);
	return dns_name_is_below(a.wire, b.wire);
}

static inline bool world_serves(const struct world_zone *zone, unsigned server)
{
	const char *at = zone->servers;
	while (*at != '\0') {
		if (strtoul(at, NULL, 10) == server)
			return true;
		at += strcspn(at, " ");
		at += strspn(at, " ");
	}
	return false;
}

/* -- a server's answer, into world.made -- */

static inline void world_put(enum dns_section section, const struct world_record *record)
{
	struct net_address address;
	if (record->type == DNS_TYPE_A || record->type == DNS_TYPE_AAAA) {
		CU_ASSERT_FATAL(net_address_parse(record->data, &address) == RESULT_OK);
		make_rr(&world.made, section, record->owner, record->type, world.ttl,
		        address.octets, (uint16_t)net_address_bytes(address.family));
	} else if (record->type == DNS_TYPE_TXT) {
		make_rr(&world.made, section, record->owner, record->type, world.ttl, "\1x", 2);
	} else {
		make_target(&world.made, section, record->owner, record->type, world.ttl,
		            record->data);
	}
}

static inline const struct world_zone *world_zone_of(unsigned server, const char *name)
{
	const struct world_zone *best = NULL;
	for (unsigned i = 0; i < world.record_count; i++) {
		const struct world_zone *zone = world.record[i].zone;
		if (world_serves(zone, server) && world_is_below(name, zone->name) &&
		    (best == NULL || world_is_below(zone->name, best->name)))
			best = zone;
	}
	return best;
}

/* The record of the zone at or above the name, NS below the apex or DNAME above the name. */
static inline const struct world_record *world_cut(const struct world_zone *zone, const char *name,
                                                   uint16_t type)
{
	for (unsigned i = 0; i < world.record_count; i++) {
		const struct world_record *record = &world.record[i];
		bool is_owner = strcasecmp(record->owner, name) == 0;
		if (record->zone != zone || record->type != type ||
		    !world_is_below(name, record->owner))
			continue;
		if (type == DNS_TYPE_NS ? strcasecmp(record->owner, zone->name) != 0 : !is_owner)
			return record;
	}
	return NULL;
}

static inline void world_put_glue(const struct world_zone *zone, const char *name)
{
	for (unsigned i = 0; i < world.record_count; i++) {
		const struct world_record *record = &world.record[i];
		if (record->zone == zone && strcasecmp(record->owner, name) == 0 &&
		    (record->type == DNS_TYPE_A || record->type == DNS_TYPE_AAAA))
			world_put(DNS_SECTION_ADDITIONAL, record);
	}
}

/* NS records of an owner, then their addresses. */
static inline void world_put_servers(enum dns_section section, const struct world_zone *zone,
                                     const char *owner)
{
	for (unsigned pass = 0; pass < 2; pass++) {
		for (unsigned i = 0; i < world.record_count; i++) {
			const struct world_record *record = &world.record[i];
			if (record->zone != zone || record->type != DNS_TYPE_NS ||
			    strcasecmp(record->owner, owner) != 0)
				continue;
			if (pass == 0)
				world_put(section, record);
			else
				world_put_glue(zone, record->data);
		}
	}
}

static inline void world_set_flags(uint16_t set)
{
	uint16_t flags = dns_message_flags(world.made.octets);
	bytes_store_u16(world.made.octets + 2, flags | set);
}

static inline void world_put_dname(const struct world_record *dname, const char *name,
                                   unsigned habits)
{
	struct world_record cname = *dname;
	size_t prefix = strlen(name) - strlen(dname->owner);
	world_put(DNS_SECTION_ANSWER, dname);
	if ((habits & WORLD_BARE_DNAME) != 0)
		return;
	cname.type = DNS_TYPE_CNAME;
	snprintf(cname.owner, sizeof(cname.owner), "%s", name);
	int written =
	    snprintf(cname.data, sizeof(cname.data), "%.*s%s", (int)prefix, name, dname->data);
	CU_ASSERT_FATAL(written > 0 && (size_t)written < sizeof(cname.data));
	world_put(DNS_SECTION_ANSWER, &cname);
}

/* Data of a name, or that there are none. */
static inline void world_put_data(const struct world_zone *zone, const char *name, uint16_t type,
                                  unsigned habits)
{
	bool has_name = strcasecmp(name, zone->name) == 0;
	bool is_empty = !has_name;
	bool has_data = false;
	for (unsigned i = 0; i < world.record_count; i++) {
		const struct world_record *record = &world.record[i];
		if (record->zone != zone || !world_is_below(record->owner, name))
			continue;
		has_name = true;
		if (strcasecmp(record->owner, name) != 0)
			continue;
		is_empty = false;
		if (record->type != type && record->type != DNS_TYPE_CNAME)
			continue;
		has_data = true;
		world_put(DNS_SECTION_ANSWER, record);
	}
	if (has_data)
		return;
	if (!has_name || (is_empty && (habits & WORLD_DENIES_EMPTY) != 0))
		world_set_flags(DNS_RCODE_NXDOMAIN);
	if (is_empty && has_name && (habits & WORLD_FAILS_EMPTY) != 0)
		world_set_flags(DNS_RCODE_SERVFAIL);
	make_soa(&world.made, zone->name, world.ttl, 60);
}

/* The same in the answer section, where they come first. */
static inline void world_put_early_lies(void)
{
	make_a(&world.made, DNS_SECTION_ANSWER, "www.victim.test.", 9999, 0x06060606);
	make_target(&world.made, DNS_SECTION_ANSWER, "www.victim.test.", DNS_TYPE_CNAME, 9999,
	            "www.evil.test.");
}

static inline void world_answer(unsigned server, const char *name, uint16_t type)
{
	unsigned habits = world.habits[server];
	const struct world_zone *zone = world_zone_of(server, name);
	make_start(&world.made, name, type, 0);
	if ((habits & WORLD_LIES) != 0)
		world_put_early_lies();
	if (zone == NULL) {
		world_set_flags(DNS_RCODE_REFUSED);
		return;
	}
	const struct world_record *cut = world_cut(zone, name, DNS_TYPE_NS);
	const struct world_record *dname = world_cut(zone, name, DNS_TYPE_DNAME);
	if (cut != NULL && !(type == DNS_TYPE_DS && strcasecmp(cut->owner, name) == 0)) {
		world_put_servers(DNS_SECTION_AUTHORITY, zone, cut->owner);
		return;
	}
	if ((habits & WORLD_NO_AUTHORITY) == 0)
		world_set_flags(DNS_FLAG_AA);
	if (dname != NULL)
		world_put_dname(dname, name, habits);
	else if (type == DNS_TYPE_NS && strcasecmp(name, zone->name) == 0)
		world_put_servers(DNS_SECTION_ANSWER, zone, name);
	else
		world_put_data(zone, name, type, habits);
}

/* What a liar adds: CVE-2025-40778 and all its ancestors. */
static inline void world_put_lies(void)
{
	make_a(&world.made, DNS_SECTION_ADDITIONAL, "www.victim.test.", 9999, 0x06060606);
	make_a(&world.made, DNS_SECTION_ADDITIONAL, "ns.test.", 9999, 0x06060606);
	make_a(&world.made, DNS_SECTION_ADDITIONAL, "ns.victim.test.", 9999, 0x06060606);
}
