/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Writes a world by chance. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "storm.h"

#define ZONES_MAX 14
#define SERVERS 12u /* 10.0.0.2 … and fd00::2 …; 10.0.0.1 is a root server, 10.0.0.66 lies */
#define LIAR 66u
#define FORWARDERS 3u /* 10.8.0.1 … */
#define GARBLED_SHARE 8u

struct place {
	char name[96]; /* "z1.z0." */
	unsigned parent; /* index; the root is 0 */
	unsigned server[3];
	unsigned server_count;
	unsigned foreign_ns; /* 0, or a zone whose servers' names it uses as well */
	bool has_ipv6;
};

struct storm {
	FILE *out;
	uint64_t random;
	unsigned count;
	bool is_garbled;
	bool cuts; /* RFC 8020 is in use */
	bool forwards; /* some names, or all, go to forwarders */
	const struct place *victim; /* whom the liar speaks of */
	struct place zone[ZONES_MAX];
};

static unsigned draw(struct storm *storm, unsigned below)
{
	storm->random ^= storm->random << 13;
	storm->random ^= storm->random >> 7;
	storm->random ^= storm->random << 17;
	return (unsigned)((storm->random * 0x2545f4914f6cdd1du >> 33) % below);
}

static bool chance(struct storm *storm, unsigned one_in)
{
	return draw(storm, one_in) == 0;
}

bool storm_is_garbled(uint64_t seed)
{
	return seed % GARBLED_SHARE == 0;
}

/* -- the tree -- */

static void plan_zone(struct storm *storm, unsigned index)
{
	struct place *zone = &storm->zone[index];
	zone->parent = index < 3 ? 0 : draw(storm, index);
	const struct place *parent = &storm->zone[zone->parent];
	if (strlen(parent->name) > 40) {
		zone->parent = 0;
		parent = &storm->zone[0];
	}
	snprintf(zone->name, sizeof(zone->name), "z%u.%.64s", index,
	         zone->parent == 0 ? "" : parent->name);
	zone->server_count = 1 + draw(storm, 3);
	for (unsigned i = 0; i < zone->server_count; i++)
		zone->server[i] = 2 + draw(storm, SERVERS);
	zone->foreign_ns = index > 3 && chance(storm, 3) ? 1 + draw(storm, index - 1) : 0;
	zone->has_ipv6 = chance(storm, 3);
}

static void plan(struct storm *storm)
{
	storm->count = 4 + draw(storm, ZONES_MAX - 4);
	snprintf(storm->zone[0].name, sizeof(storm->zone[0].name), ".");
	for (unsigned i = 1; i < storm->count; i++)
		plan_zone(storm, i);
	storm->victim = &storm->zone[1 + draw(storm, storm->count - 1)];
}

static const char *zone_at_random(struct storm *storm)
{
	return storm->zone[1 + draw(storm, storm->count - 1)].name;
}

static void write_delegation(struct storm *storm, const struct place *zone)
{
	for (unsigned i = 0; i < zone->server_count; i++) {
		fprintf(storm->out, "\t%s NS ns%u.%s\n\tns%u.%s A 10.0.0.%u\n", zone->name, i,
		        zone->name, i, zone->name, zone->server[i]);
		if (zone->has_ipv6)
			fprintf(storm->out, "\tns%u.%s AAAA fd00::%u\n", i, zone->name,
			        zone->server[i]);
	}
	if (zone->foreign_ns != 0)
		fprintf(storm->out, "\t%s NS ns0.%s\n", zone->name,
		        storm->zone[zone->foreign_ns].name);
}

static void write_addresses(const struct storm *storm, const struct place *zone)
{
	for (unsigned i = 0; i < zone->server_count; i++) {
		fprintf(storm->out, " 10.0.0.%u", zone->server[i]);
		if (zone->has_ipv6)
			fprintf(storm->out, " fd00::%u", zone->server[i]);
	}
	if (zone->foreign_ns != 0)
		fprintf(storm->out, " 10.0.0.%u", storm->zone[zone->foreign_ns].server[0]);
}

static void write_data(struct storm *storm, const struct place *zone, unsigned index)
{
	FILE *out = storm->out;
	fprintf(out, "\twww.%s A 10.1.0.%u\n", zone->name, index);
	if (chance(storm, 2))
		fprintf(out, "\twww.%s AAAA fd01::%u\n\twww.%s TXT \"t%u\"\n", zone->name, index,
		        zone->name, index);
	if (chance(storm, 2))
		fprintf(out, "\ta.b.c.%s A 10.1.1.%u\n", zone->name, index);
	if (chance(storm, 2))
		fprintf(out, "\t*.w.%s A 10.1.2.%u\n", zone->name, index);
	if (chance(storm, 2))
		fprintf(out, "\talias.%s CNAME www.%s\n", zone->name, zone_at_random(storm));
	if (chance(storm, 3))
		fprintf(out, "\tchain.%s CNAME alias.%s\n", zone->name, zone_at_random(storm));
	if (chance(storm, 4))
		fprintf(out, "\ttree.%s DNAME %s\n", zone->name, zone_at_random(storm));
	if (chance(storm, 4))
		fprintf(out, "\tbig.%s A 10.2.%u.{i=1..60}\n", zone->name, index);
	if (chance(storm, 4))
		fprintf(out, "\tmail.%s MX 10 www.%s\n", zone->name, zone_at_random(storm));
	if (chance(storm, 6))
		fprintf(out, "\tloop.%s CNAME loop.%s\n", zone->name, zone_at_random(storm));
}

/* The root's zone also delegates to zones that nobody can find, and to one whose server lies. */
static void write_hostile_delegations(struct storm *storm)
{
	fprintf(storm->out,
	        "\tevil. NS ns.evil.\n\tns.evil. A 10.0.0.%u\n"
	        "\tone. NS ns.two.\n\ttwo. NS ns.one.\n\tself. NS www.self.\n"
	        "\tfan. NS n{i=1..40}.%s\n",
	        LIAR, zone_at_random(storm));
}

static void write_zones(struct storm *storm)
{
	static const unsigned ttls[] = {0, 5, 30, 60, 600};
	FILE *out = storm->out;
	fprintf(out, "zone . at 10.0.0.1\n\t. NS a.root.\n\ta.root. A 10.0.0.1\n");
	for (unsigned i = 1; i < storm->count; i++) {
		if (storm->zone[i].parent == 0)
			write_delegation(storm, &storm->zone[i]);
	}
	write_hostile_delegations(storm);
	for (unsigned i = 1; i < storm->count; i++) {
		const struct place *zone = &storm->zone[i];
		fprintf(out, "\nzone %s at", zone->name);
		write_addresses(storm, zone);
		fprintf(out, " ttl %us\n", ttls[draw(storm, ARRAY_COUNT(ttls))]);
		write_delegation(storm, zone);
		write_data(storm, zone, i);
		for (unsigned j = i + 1; j < storm->count; j++) {
			if (storm->zone[j].parent == i)
				write_delegation(storm, &storm->zone[j]);
		}
	}
	fprintf(out,
	        "\nzone evil. at 10.0.0.%u\n\tevil. NS ns.evil.\n\tns.evil. A 10.0.0.%u\n"
	        "\twww.evil. A 10.1.3.1\n\talias.evil. CNAME www.%s\n"
	        "\tsub.evil. NS ns0.%s\n\nzone sub.evil. at 10.0.0.%u\n"
	        "\twww.sub.evil. A 10.1.3.2\n\n",
	        LIAR, LIAR, storm->zone[1].name, storm->victim->name, storm->victim->server[0]);
}

/* -- bad habits -- */

/* Forwarders have their bad days as well; what they say is what all servers together know. */
static void write_forwarder_habits(struct storm *storm)
{
	static const char *const habits[] = {"",        "",        "",          "silent",
	                                     "fails",   "resets",  "refuses",   "truncates",
	                                     "no-edns", "guessed", "wrong-port"};
	for (unsigned i = 1; i <= FORWARDERS; i++)
		fprintf(storm->out, "server 10.8.0.%u recurses %s\n", i,
		        habits[draw(storm, ARRAY_COUNT(habits))]);
}

static void write_forwarders(struct storm *storm)
{
	static const char *const policies[] = {"first", "round-robin", "fastest"};
	storm->forwards = chance(storm, 3);
	if (!storm->forwards)
		return;
	fprintf(storm->out, "forwarder f at 10.8.0.1 10.8.0.2 10.8.0.3 %s timeout %ums\n",
	        policies[draw(storm, ARRAY_COUNT(policies))], 200 + draw(storm, 1000));
	fprintf(storm->out, "forward %s to f\n\n", chance(storm, 2) ? "." : zone_at_random(storm));
}

static void write_lies(struct storm *storm)
{
	const char *victim = storm->victim->name;
	fprintf(storm->out,
	        "server 10.0.0.%u\n\tanswer www.%s 9999 A 10.6.6.6\n"
	        "\tauthority %s 9999 NS ns.evil.\n\tauthority . 9999 NS ns.evil.\n"
	        "\tadditional www.%s 9999 A 10.6.6.6\n\tadditional ns0.%s 9999 A 10.6.6.6\n"
	        "\tadditional ns.evil. 9999 A 10.6.6.6\n",
	        LIAR, victim, victim, victim, victim);
}

static void write_habits(struct storm *storm)
{
	static const char *const habits[] = {
	    "silent",       "silent-udp",   "silent-tcp",     "resets",        "refuses",
	    "fails",        "no-edns",      "ignores-edns",   "drops-edns",    "truncates",
	    "no-authority", "fails-empty",  "upwards",        "guessed",       "wrong-id",
	    "wrong-case",   "wrong-port",   "wrong-question", "wrong-address", "no-glue",
	    "cookies",      "wants-cookie", "denies-empty",   "garbage",
	};
	for (unsigned server = 1; server < 2 + SERVERS; server++) {
		const char *habit = "ok";
		if (chance(storm, 3))
			habit = habits[draw(storm, ARRAY_COUNT(habits))];
		/* These say what is not true of their own zones. */
		if ((strcmp(habit, "garbage") == 0 && !storm->is_garbled) ||
		    (strcmp(habit, "denies-empty") == 0 && storm->cuts))
			habit = "ok";
		fprintf(storm->out, "server 10.0.0.%u %s\n", server, habit);
		fprintf(storm->out, "server fd00::%u %s\n", server,
		        chance(storm, 4) ? "silent" : "ok");
	}
	if (storm->forwards)
		write_forwarder_habits(storm);
	write_lies(storm);
	fprintf(storm->out, "net delay %ums jitter %ums loss %u%% duplicates %u%%\n",
	        1 + draw(storm, 60), draw(storm, 200), chance(storm, 3) ? draw(storm, 40) : 0,
	        chance(storm, 3) ? draw(storm, 30) : 0);
}

/* -- clients -- */

static void write_name(struct storm *storm)
{
	static const char *const labels[] = {
	    "www.", "a.b.c.", "c.",    "x.w.",     "alias.", "chain.", "www.tree.",
	    "big.", "mail.",  "loop.", "missing.", "",       "ns0.",   "www.missing."};
	static const char *const hostile[] = {"www.evil.", "alias.evil.",   "x.evil.",
	                                      "www.one.",  "www.sub.evil.", "www.self.",
	                                      "www.fan.",  "www.nowhere."};
	if (chance(storm, 6))
		fprintf(storm->out, "%s", hostile[draw(storm, ARRAY_COUNT(hostile))]);
	else
		fprintf(storm->out, "%s%s", labels[draw(storm, ARRAY_COUNT(labels))],
		        zone_at_random(storm));
}

static void write_question(struct storm *storm)
{
	static const char *const types[] = {"A",  "A",  "A",     "AAAA", "TXT",
	                                    "MX", "NS", "CNAME", "SOA"};
	fprintf(storm->out, chance(storm, 12) ? "refresh " : "ask ");
	write_name(storm);
	fprintf(storm->out, " %s%s\n", types[draw(storm, ARRAY_COUNT(types))],
	        chance(storm, 8) ? " do" : "");
}

static void write_load(struct storm *storm)
{
	unsigned questions = 10 + draw(storm, 40);
	for (unsigned i = 0; i < questions; i++) {
		write_question(storm);
		if (chance(storm, 3))
			fprintf(storm->out, "advance %ums\n", draw(storm, 1200));
		if (chance(storm, 12))
			fprintf(storm->out, "advance %us\n", draw(storm, 120));
		if (chance(storm, 60))
			fprintf(storm->out, "net silent\nadvance %us\n", draw(storm, 90));
		if (chance(storm, 10))
			write_habits(storm);
	}
	fprintf(storm->out, "settle\n");
}

static void write_settings(struct storm *storm)
{
	FILE *out = storm->out;
	fprintf(out, "set\n\trandomise-case %s\n\tcache-entries %u\n\ttasks %u\n\tclients %u\n",
	        chance(storm, 2) ? "on" : "off", 16 + draw(storm, 200), 8 + draw(storm, 100),
	        20 + draw(storm, 100));
	if (chance(storm, 2))
		fprintf(out, "\tstale-max 1h\n\tstale-after %ums\n", draw(storm, 3000));
	if (chance(storm, 3))
		fprintf(out, "\tttl-min 10s\n");
	static const char *const families[] = {"any", "ipv4", "ipv6"};
	storm->cuts = chance(storm, 2);
	fprintf(out, "\tcookies %s\n\tprefetch %s\n\tnxdomain-cut %s\n\tprefer %s\n",
	        chance(storm, 2) ? "on" : "off", chance(storm, 2) ? "on" : "off",
	        storm->cuts ? "on" : "off", families[draw(storm, ARRAY_COUNT(families))]);
	fprintf(out, "\n");
}

/* All is well again, and what is remembered of bad times has ended: every name is found. */
static void write_healing(struct storm *storm)
{
	fprintf(storm->out,
	        "\nserver 10.0.0.0/26 ok\nserver fd00::/64 ok\nserver 10.8.0.0/24 recurses\n"
	        "net delay 10ms jitter 0ms loss 0%% duplicates 0%%\nadvance 10m\n");
	write_lies(storm);
	if (storm->is_garbled)
		return;
	for (unsigned i = 1; i < storm->count; i++)
		fprintf(
		    storm->out,
		    "query www.%s A -> NOERROR 10.1.0.%u\n\tasked <= %u\n\twithin 4500ms\nsettle\n",
		    storm->zone[i].name, i, RESOLVER_QUERIES_MAX + 1);
	fprintf(storm->out, "query www.evil. A -> NOERROR 10.1.3.1\nsent to 10.6.6.6 = 0\n");
}

char *storm_make(uint64_t seed)
{
	struct storm *storm = calloc(1, sizeof(*storm));
	char *text = NULL;
	size_t len = 0;
	CHECK(storm != NULL);
	storm->random = seed * 0x9e3779b97f4a7c15u | 1;
	storm->is_garbled = storm_is_garbled(seed);
	storm->out = open_memstream(&text, &len);
	CHECK(storm->out != NULL);
	for (unsigned i = 0; i < 8; i++)
		(void)draw(storm, 2);
	fprintf(storm->out, "; a world by chance: seed %llu\n", (unsigned long long)seed);
	plan(storm);
	write_settings(storm);
	write_forwarders(storm);
	write_zones(storm);
	write_habits(storm);
	fprintf(storm->out, "\n");
	write_load(storm);
	write_healing(storm);
	fclose(storm->out);
	free(storm);
	return text;
}
