/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Iteration as the RFCs want it, clause by clause, in a world of fake servers. */
#include "world_run.h"

/* 1: root, 2: test., 3 and 4: zones. */
static const struct world_zone zones[] = {
    {".", "1",
     ". NS a.root.\na.root. A 10.0.0.1\n"
     "test. NS ns.test.\nns.test. A 10.0.0.2\n"},
    {"test.", "2",
     "test. NS ns.test.\nns.test. A 10.0.0.2\n"
     "a.test. NS ns.a.test.\nns.a.test. A 10.0.0.3\n"
     "b.test. NS ns.a.test.\n"
     "two.test. NS ns3.two.test.\ntwo.test. NS ns4.two.test.\n"
     "ns3.two.test. A 10.0.0.3\nns4.two.test. A 10.0.0.4\n"
     "c.test. NS ns.d.test.\nd.test. NS ns.b.test.\n"
     "six.test. NS ns.six.test.\nns.six.test. AAAA fd00::5\n"
     "victim.test. NS ns.victim.test.\nns.victim.test. A 10.0.0.7\n"
     "evil.test. NS ns.evil.test.\nns.evil.test. A 10.0.0.9\n"},
    {"a.test.", "3",
     "ns.a.test. A 10.0.0.3\nwww.a.test. A 10.1.0.1\n"
     "x.y.z.a.test. A 10.1.0.2\n1.2.3.4.5.6.7.8.9.10.11.12.a.test. A 10.1.0.3\n"
     "alias.a.test. CNAME www.b.test.\nlong.a.test. CNAME hop.b.test.\n"
     "loop.a.test. CNAME loop.b.test.\nself.a.test. CNAME self.a.test.\n"
     "tree.a.test. DNAME b.test.\nnowhere.a.test. CNAME nowhere.b.test.\n"},
    {"b.test.", "3",
     "www.b.test. A 10.1.0.4\nns.b.test. A 10.0.0.3\nhop.b.test. CNAME www.two.test.\n"
     "loop.b.test. CNAME loop.a.test.\n"},
    {"two.test.", "3 4", "www.two.test. A 10.1.0.5\n"},
    {"c.test.", "3", "www.c.test. A 10.1.0.6\n"},
    {"d.test.", "3", "ns.d.test. A 10.0.0.3\n"},
    {"six.test.", "5", "www.six.test. A 10.1.0.7\n"},
    {"victim.test.", "7", "www.victim.test. A 10.1.0.8\nns.victim.test. A 10.0.0.7\n"},
    {"evil.test.", "9",
     "www.evil.test. CNAME www.victim.test.\nsub.evil.test. NS ns.victim.test.\n"
     "deep.evil.test. NS ns.deep.evil.test.\nns.deep.evil.test. A 10.0.0.8\n"},
    {"sub.evil.test.", "7", "www.sub.evil.test. A 10.1.0.9\n"},
    {"deep.evil.test.", "8", "www.deep.evil.test. A 10.1.0.10\n"},
};

static void open(void)
{
	world_open(zones, ARRAY_COUNT(zones), NULL);
}

/* RFC 1034 §5.3.3: down by referrals; what was learned on the way is not asked again. */
static void referrals_are_remembered(void)
{
	open();
	WORLD_EXPECT("www.a.test.", "A", DNS_RCODE_NOERROR, "10.1.0.1");
	CU_ASSERT_EQUAL(world_count(1, "test.", "A"), 1);
	unsigned before = world.asked_count;
	WORLD_EXPECT("www.a.test.", "AAAA", DNS_RCODE_NOERROR, "");
	CU_ASSERT_EQUAL(world.asked_count, before + 1);
	for (unsigned i = 0; i < world.asked_count; i++)
		CU_ASSERT_FALSE(world.asked[i].rd);
}

/* RFC 8109 §3: the root's NS are asked for once, not for each question. */
static void root_is_primed(void)
{
	open();
	WORLD_EXPECT("www.a.test.", "A", DNS_RCODE_NOERROR, "10.1.0.1");
	WORLD_EXPECT("www.missing.", "A", DNS_RCODE_NXDOMAIN, "");
	CU_ASSERT_EQUAL(world_count(1, ".", "NS"), 1);
}

/* RFC 9156 §2: each server sees one label more than it serves, as a question for A. */
static void names_are_minimised(void)
{
	open();
	WORLD_EXPECT("x.y.z.a.test.", "TXT", DNS_RCODE_NOERROR, "");
	CU_ASSERT_EQUAL(world_count(1, NULL, "TXT"), 0);
	CU_ASSERT_EQUAL(world_count(2, NULL, "TXT"), 0);
	CU_ASSERT_EQUAL(world_count(2, "a.test.", "A"), 1);
	CU_ASSERT_EQUAL(world_count(3, "x.y.z.a.test.", "TXT"), 1);
	/* §2.3: names of many labels do not take as many questions. */
	open();
	WORLD_EXPECT("1.2.3.4.5.6.7.8.9.10.11.12.a.test.", "A", DNS_RCODE_NOERROR, "10.1.0.3");
	CU_ASSERT(world_count(3, NULL, NULL) <= RESOLVER_MINIMISE_MAX);
}

/* RFC 9156 §3: servers that cannot stand partial names. */
static void minimisation_falls_back(void)
{
	static const unsigned habits[] = {WORLD_DENIES_EMPTY, WORLD_FAILS_EMPTY};
	for (unsigned i = 0; i < ARRAY_COUNT(habits); i++) {
		open();
		world.habits[3] = habits[i];
		WORLD_EXPECT("x.y.z.a.test.", "A", DNS_RCODE_NOERROR, "10.1.0.2");
	}
}

/* RFC 1034 §3.6.2, RFC 6672: chains over zones; RFC 6604 §3: the rcode is that of the last name. */
static void chains_cross_zones(void)
{
	open();
	WORLD_EXPECT("alias.a.test.", "A", DNS_RCODE_NOERROR, "10.1.0.4");
	const struct world_client *client = world_resolve("long.a.test.", "A");
	CU_ASSERT_STRING_EQUAL(world_address(client), "10.1.0.5");
	CU_ASSERT_EQUAL(dns_message_count(client->message, DNS_SECTION_ANSWER), 3);
	WORLD_EXPECT("www.tree.a.test.", "A", DNS_RCODE_NOERROR, "10.1.0.4");
	WORLD_EXPECT("nowhere.a.test.", "A", DNS_RCODE_NXDOMAIN, "");
	WORLD_EXPECT("alias.a.test.", "CNAME", DNS_RCODE_NOERROR, "");
}

/* RFC 1034 §5.2.2: a chain in a circle is an error. */
static void chains_in_a_circle_fail(void)
{
	open();
	WORLD_FAILS_WITH("loop.a.test.", EDNS_EDE_OTHER);
	CU_ASSERT(world.asked_count < 20);
	CU_ASSERT_EQUAL(world_resolve("self.a.test.", "A")->rcode, DNS_RCODE_SERVFAIL);
}

/* RFC 2308 §2, §3: negative answers come with the SOA of their zone. */
static void negatives_have_their_soa(void)
{
	open();
	const struct world_client *client = world_resolve("missing.a.test.", "A");
	CU_ASSERT_EQUAL(client->rcode, DNS_RCODE_NXDOMAIN);
	CU_ASSERT_EQUAL(dns_message_count(client->message, DNS_SECTION_AUTHORITY), 1);
	client = world_resolve("www.a.test.", "TXT");
	CU_ASSERT_EQUAL(client->rcode, DNS_RCODE_NOERROR);
	CU_ASSERT_EQUAL(dns_message_count(client->message, DNS_SECTION_AUTHORITY), 1);
}

/* RFC 1034 §5.3.3 step 3: addresses that did not come along are looked up. */
static void missing_glue_is_looked_up(void)
{
	open();
	WORLD_EXPECT("www.c.test.", "A", DNS_RCODE_NOERROR, "10.1.0.6");
	CU_ASSERT(world_count(3, "ns.d.test.", "A") >= 1);
	/* Two clients at once, one look-up. */
	open();
	world_ask("www.c.test.", "A");
	world_ask("other.c.test.", "A");
	world_settle();
	CU_ASSERT_EQUAL(world.client[0].rcode, DNS_RCODE_NOERROR);
	CU_ASSERT_EQUAL(world.client[1].rcode, DNS_RCODE_NXDOMAIN);
	CU_ASSERT_EQUAL(world_count(3, "ns.d.test.", "A"), 1);
}

static void both_families(void)
{
	open();
	WORLD_EXPECT("www.six.test.", "A", DNS_RCODE_NOERROR, "10.1.0.7");
}

/* RFC 4697 §2, RFC 1034 §4.2.1: servers that do not serve, or only repeat; the other one does. */
static void bad_servers_are_passed_over(void)
{
	static const unsigned habits[] = {WORLD_SILENT,       WORLD_REFUSES, WORLD_FAILS,
	                                  WORLD_NO_AUTHORITY, WORLD_UPWARDS, WORLD_RESETS};
	for (unsigned i = 0; i < ARRAY_COUNT(habits); i++) {
		open();
		world.habits[4] = habits[i];
		for (unsigned j = 0; j < 16; j++)
			WORLD_EXPECT("www.two.test.", "A", DNS_RCODE_NOERROR, "10.1.0.5");
		unsigned before = world_count(4, NULL, NULL);
		CU_ASSERT(before >= 1); /* it was tried */
		if (habits[i] == WORLD_REFUSES || habits[i] == WORLD_UPWARDS) /* and is lame now */
			CU_ASSERT_EQUAL(before, world_count(4, "www.two.test.", "A"));
	}
}

static void all_servers_bad(void)
{
	open();
	world.habits[3] = WORLD_SILENT;
	WORLD_FAILS_WITH("www.a.test.", EDNS_EDE_NO_REACHABLE_AUTHORITY);
	world.habits[3] = WORLD_REFUSES;
	WORLD_FAILS_WITH("www.a.test.", EDNS_EDE_NO_REACHABLE_AUTHORITY);
}

/* RFC 6891 §6.2.2 and RFC 1035 §4.2.1, RFC 7766 §5. */
static void edns_and_tcp(void)
{
	open();
	world.habits[3] = WORLD_NO_EDNS;
	WORLD_EXPECT("www.a.test.", "A", DNS_RCODE_NOERROR, "10.1.0.1");
	open();
	world.habits[3] = WORLD_TRUNCATES;
	WORLD_EXPECT("www.a.test.", "A", DNS_RCODE_NOERROR, "10.1.0.1");
	CU_ASSERT(world.asked[world.asked_count - 1].tcp);
}

/* RFC 5452 §4, §9: others cannot slip in an answer. */
static void guesses_are_not_taken(void)
{
	open();
	world.habits[3] = WORLD_GUESSES;
	WORLD_EXPECT("www.a.test.", "A", DNS_RCODE_NOERROR, "10.1.0.1");
}

/* RFC 2181 §5.4.1: what a server says about names outside of its zone is nothing. */
static void lies_are_not_believed(void)
{
	open();
	world.habits[3] = WORLD_LIES;
	WORLD_EXPECT("www.a.test.", "A", DNS_RCODE_NOERROR, "10.1.0.1");
	WORLD_EXPECT("www.c.test.", "A", DNS_RCODE_NOERROR, "10.1.0.6");
	WORLD_EXPECT("www.victim.test.", "A", DNS_RCODE_NOERROR, "10.1.0.8");
	CU_ASSERT_EQUAL(world_count(7, NULL, NULL), 1);
	/* An alias to a victim, with the victim's address and an alias back beside it. */
	world.habits[9] = WORLD_LIES;
	const struct world_client *client = world_resolve("www.evil.test.", "A");
	CU_ASSERT_STRING_EQUAL(world_address(client), "10.1.0.8");
	CU_ASSERT_EQUAL(dns_message_count(client->message, DNS_SECTION_ANSWER), 2);
	/* A delegation to a victim's server, with glue that says it is elsewhere. */
	WORLD_EXPECT("www.sub.evil.test.", "A", DNS_RCODE_NOERROR, "10.1.0.9");
	CU_ASSERT_EQUAL(world_count(6, NULL, NULL), 0);
}

/* RFC 6298 §2: the faster server gets the questions, and a dead one does not cost each client. */
static void the_faster_server_is_preferred(void)
{
	open();
	world.habits[4] = WORLD_SILENT;
	for (unsigned i = 0; i < 50; i++)
		(void)world_resolve("www.two.test.", "A");
	CU_ASSERT(world_count(4, NULL, NULL) <= 10);
}

/* RFC 4035 §3.1.4.1. */
static void ds_is_asked_at_the_parent(void)
{
	open();
	WORLD_EXPECT("www.a.test.", "A", DNS_RCODE_NOERROR, "10.1.0.1");
	WORLD_EXPECT("a.test.", "DS", DNS_RCODE_NOERROR, "");
	CU_ASSERT_EQUAL(world_count(2, "a.test.", "DS"), 1);
	CU_ASSERT_EQUAL(world_count(3, "a.test.", "DS"), 0);
}

/* CVE-2012-1033: after the parent has taken a zone away it ends with the delegation's TTL, however often
 * its own servers are asked and whatever they say. */
static void ghosts_die(void)
{
	open();
	world.ttl = 60;
	for (unsigned i = 0; i < 5; i++) {
		WORLD_EXPECT("www.a.test.", "A", DNS_RCODE_NOERROR, "10.1.0.1");
		(void)world_resolve("a.test.", "NS");
		world_run(world.now_ms + 10000);
	}
	for (unsigned i = 0; i < world.record_count; i++) {
		if (strcmp(world.record[i].owner, "a.test.") == 0)
			snprintf(world.record[i].owner, sizeof(world.record[i].owner), "zz.test.");
	}
	world_run(world.now_ms + 11000);
	CU_ASSERT_EQUAL(world_resolve("www.a.test.", "A")->rcode, DNS_RCODE_NXDOMAIN);
}

/* "Phoenix domains", CVE-2022-30698: neither do zones below it live on. */
static void phoenixes_die(void)
{
	open();
	world.ttl = 60;
	(void)world_resolve("www.evil.test.", "A");
	world_run(world.now_ms + 50000);
	WORLD_EXPECT("www.deep.evil.test.", "A", DNS_RCODE_NOERROR, "10.1.0.10");
	for (unsigned i = 0; i < world.record_count; i++) {
		if (strcmp(world.record[i].owner, "evil.test.") == 0)
			snprintf(world.record[i].owner, sizeof(world.record[i].owner), "zz.test.");
	}
	world_run(world.now_ms + 20000);
	CU_ASSERT_EQUAL(world_resolve("www.deep.evil.test.", "A")->rcode, DNS_RCODE_NXDOMAIN);
}

/* A zone that moved is found again before the parent's TTL ends, when its old servers say no. */
static void moved_zones_are_found(void)
{
	open();
	WORLD_EXPECT("www.victim.test.", "A", DNS_RCODE_NOERROR, "10.1.0.8");
	world.habits[7] = WORLD_REFUSES;
	for (unsigned i = 0; i < world.record_count; i++) {
		if (strcmp(world.record[i].data, "10.0.0.7") == 0)
			snprintf(world.record[i].data, sizeof(world.record[i].data), "10.0.0.9");
	}
	static const struct world_zone moved = {"victim.test.", "9",
	                                        "www.victim.test. A 10.1.0.9\n"};
	world_add_zone(&moved);
	world_run(world.now_ms + RESOLVER_DELEGATION_OLD_MS + 1);
	WORLD_EXPECT("www.victim.test.", "A", DNS_RCODE_NOERROR, "10.1.0.9");
}

/* Names of forward zones go to their forwarders, those at the end of a chain and of servers as well. */
static void forward_zones_are_obeyed(void)
{
	static const struct net_endpoint forwarder = {
	    .address = {.family = 4, .octets = {10, 0, 0, 3}}, .port = 53};
	static const struct resolver_group group = {
	    .name = "f", .servers = &forwarder, .server_count = 1, .edns = true};
	static const uint32_t groups[] = {0};
	const struct resolver_zone zone = {made_name("b.test."), groups, 1};
	const struct resolver_settings settings = {
	    .groups = &group, .group_count = 1, .zones = &zone, .zone_count = 1};
	world_open(zones, ARRAY_COUNT(zones), &settings);
	WORLD_EXPECT("alias.a.test.", "A", DNS_RCODE_NOERROR, "10.1.0.4");
	CU_ASSERT_EQUAL(world_count(2, "b.test.", NULL), 0);
	CU_ASSERT_EQUAL(world_count(3, "www.b.test.", "A"), 1);
	CU_ASSERT(world.asked[world.asked_count - 1].rd);
	WORLD_EXPECT("www.c.test.", "A", DNS_RCODE_NOERROR, "10.1.0.6");
	CU_ASSERT_EQUAL(world_count(2, "b.test.", NULL), 0);
}

int main(int argc, char **argv)
{
	static const struct unit_case cases[] = {
	    {"referrals_are_remembered", referrals_are_remembered},
	    {"root_is_primed", root_is_primed},
	    {"names_are_minimised", names_are_minimised},
	    {"minimisation_falls_back", minimisation_falls_back},
	    {"chains_cross_zones", chains_cross_zones},
	    {"chains_in_a_circle_fail", chains_in_a_circle_fail},
	    {"negatives_have_their_soa", negatives_have_their_soa},
	    {"missing_glue_is_looked_up", missing_glue_is_looked_up},
	    {"both_families", both_families},
	    {"bad_servers_are_passed_over", bad_servers_are_passed_over},
	    {"all_servers_bad", all_servers_bad},
	    {"edns_and_tcp", edns_and_tcp},
	    {"guesses_are_not_taken", guesses_are_not_taken},
	    {"lies_are_not_believed", lies_are_not_believed},
	    {"the_faster_server_is_preferred", the_faster_server_is_preferred},
	    {"ds_is_asked_at_the_parent", ds_is_asked_at_the_parent},
	    {"ghosts_die", ghosts_die},
	    {"phoenixes_die", phoenixes_die},
	    {"moved_zones_are_found", moved_zones_are_found},
	    {"forward_zones_are_obeyed", forward_zones_are_obeyed},
	};
	return world_main(argc, argv, "iteration", cases, ARRAY_COUNT(cases));
}
