/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Chains over zones: what is known here of the names they lead to, and their parts for the cache. */
#include "world_run.h"

static const struct world_zone zones[] = {
    {".", "1",
     ". NS a.root.\na.root. A 10.0.0.1\n"
     "test. NS ns.test.\nns.test. A 10.0.0.2\n"
     "other. NS ns.other.\nns.other. A 10.0.0.3\n"
     "far. NS ns.near.test.\n"},
    {"test.", "2",
     "www.test. CNAME mid.test.\nmid.test. CNAME www.other.\n"
     "gone.test. CNAME nothing.other.\nd.test. DNAME other.\nns.near.test. A 10.0.0.4\n"},
    {"other.", "3", "www.other. A 10.1.0.3\n"},
    {"far.", "4 5", "www.far. A 10.1.0.4\n"}};

/* What is known here: one name, and what to say of it. */
static struct {
	const char *name;
	uint16_t type;
	uint16_t rcode;
	const char *alias; /* or NULL: an address */
	uint8_t address;
	unsigned asked;
	bool was_refresh;
} here;

static bool look_here(void *context, struct resolver_lookup *lookup)
{
	struct dns_name name = made_name(here.name != NULL ? here.name : "nowhere.");
	struct dns_builder *builder = lookup->builder;
	uint8_t address[] = {10, 9, 0, here.address};
	(void)context;
	here.asked++;
	here.was_refresh = lookup->is_refresh;
	if (here.name == NULL || !dns_name_equal(lookup->question->name, name.wire) ||
	    lookup->question->type != here.type)
		return false;
	lookup->answer = (struct dns_answer){.rcode = here.rcode, .ede = EDNS_EDE_NONE};
	lookup->rank = DNS_RANK_ZONE;
	if (here.rcode == DNS_RCODE_SERVFAIL)
		return true;
	if (here.alias != NULL) {
		struct dns_name target = made_name(here.alias);
		CU_ASSERT_EQUAL(dns_builder_rr(builder, DNS_SECTION_ANSWER, name.wire,
		                               DNS_TYPE_CNAME, DNS_CLASS_IN, 60, target.wire,
		                               target.len),
		                RESULT_OK);
	} else {
		CU_ASSERT_EQUAL(dns_builder_rr(builder, DNS_SECTION_ANSWER, name.wire, DNS_TYPE_A,
		                               DNS_CLASS_IN, 60, address, 4),
		                RESULT_OK);
	}
	memcpy(lookup->answer.count, builder->count, sizeof(builder->count));
	lookup->answer.end = builder->len;
	return true;
}

static void open_with_lookup(void)
{
	const struct resolver_settings settings = {.lookup = look_here};
	memset(&here, 0, sizeof(here));
	here.type = DNS_TYPE_A;
	world_open(zones, ARRAY_COUNT(zones), &settings);
}

static void parts_are_kept(void)
{
	open_with_lookup();
	WORLD_EXPECT("www.test.", "A", DNS_RCODE_NOERROR, "10.1.0.3");
	CU_ASSERT_EQUAL(world_kept_answers("www.test.", "CNAME"), 1);
	CU_ASSERT_EQUAL(world_kept_answers("mid.test.", "CNAME"), 1);
	CU_ASSERT_EQUAL(world_kept_answers("www.other.", "A"), 1);
	/* The whole is the client's. */
	CU_ASSERT_EQUAL(world_kept_answers("www.test.", "A"), -1);
	CU_ASSERT_EQUAL(world.client[0].rank, DNS_RANK_AUTH_ANSWER);
	for (unsigned i = 0; i < world.kept_count; i++)
		CU_ASSERT_EQUAL(world.kept[i].rank, DNS_RANK_AUTH_ANSWER);
}

static void ends_without_data_are_kept(void)
{
	open_with_lookup();
	WORLD_EXPECT("gone.test.", "A", DNS_RCODE_NXDOMAIN, "");
	CU_ASSERT_EQUAL(world_kept_answers("gone.test.", "CNAME"), 1);
	CU_ASSERT_EQUAL(world_kept_answers("nothing.other.", "A"), 0);
}

static void dnames_are_kept(void)
{
	open_with_lookup();
	WORLD_EXPECT("www.d.test.", "A", DNS_RCODE_NOERROR, "10.1.0.3");
	CU_ASSERT_EQUAL(world_kept_answers("d.test.", "DNAME"), 1);
	CU_ASSERT_EQUAL(world_kept_answers("www.d.test.", "CNAME"), 1);
	CU_ASSERT_EQUAL(world_kept_answers("www.other.", "A"), 1);
}

/* RFC 6672 §5.3.1: a server need not make the CNAME for us. */
static void dnames_lead_on_alone(void)
{
	open_with_lookup();
	world.habits[2] = WORLD_BARE_DNAME;
	WORLD_EXPECT("www.d.test.", "A", DNS_RCODE_NOERROR, "10.1.0.3");
	CU_ASSERT_EQUAL(dns_message_count(world.client[0].message, DNS_SECTION_ANSWER), 3);
	CU_ASSERT_EQUAL(world_kept_answers("www.d.test.", "CNAME"), 1);
	WORLD_EXPECT("no.such.d.test.", "A", DNS_RCODE_NXDOMAIN, "");
}

/* A name that is known here ends the chain without asking its servers. */
static void targets_are_looked_for_here(void)
{
	open_with_lookup();
	here.name = "www.other.";
	here.address = 1;
	WORLD_EXPECT("www.test.", "A", DNS_RCODE_NOERROR, "10.9.0.1");
	CU_ASSERT_EQUAL(world_count(3, NULL, NULL), 0);
	/* It is here already, and need not be kept. */
	CU_ASSERT_EQUAL(world_kept_answers("www.other.", "A"), -1);
	CU_ASSERT_EQUAL(world_kept_answers("www.test.", "CNAME"), 1);
	/* The least of what is in the answer counts. */
	CU_ASSERT_EQUAL(world.client[0].rank, DNS_RANK_AUTH_ANSWER);
	/* A client's own question has been looked for before. */
	here.asked = 0;
	WORLD_EXPECT("www.other.", "A", DNS_RCODE_NOERROR, "10.1.0.3");
	CU_ASSERT_EQUAL(here.asked, 0);
}

static void aliases_that_are_known_lead_on(void)
{
	open_with_lookup();
	here.name = "www.other.";
	here.type = DNS_TYPE_CNAME;
	here.alias = "www.far.";
	WORLD_EXPECT("www.test.", "A", DNS_RCODE_NOERROR, "10.1.0.4");
	CU_ASSERT_EQUAL(world_count(3, NULL, NULL), 0);
	CU_ASSERT(dns_message_count(world.client[0].message, DNS_SECTION_ANSWER) == 4);
	/* In a circle. */
	open_with_lookup();
	here.name = "www.other.";
	here.type = DNS_TYPE_CNAME;
	here.alias = "www.test.";
	WORLD_FAILS_WITH("www.test.", EDNS_EDE_OTHER);
}

/* RFC 9520 §3.2: the target's servers have just failed. */
static void failures_that_are_known_end_it(void)
{
	open_with_lookup();
	here.name = "www.other.";
	here.rcode = DNS_RCODE_SERVFAIL;
	WORLD_FAILS_WITH("www.test.", EDNS_EDE_CACHED_ERROR);
	CU_ASSERT_EQUAL(world_count(3, NULL, NULL), 0);
}

static void servers_are_looked_for_here(void)
{
	open_with_lookup();
	here.name = "ns.near.test.";
	here.address = 0;
	/* 10.9.0.0 does not answer, but it is asked. */
	world.habits[0] = WORLD_SILENT;
	CU_ASSERT_EQUAL(world_resolve("www.far.", "A")->rcode, DNS_RCODE_SERVFAIL);
	CU_ASSERT_EQUAL(world_count(2, "ns.near.test.", "A"), 0);
	CU_ASSERT(here.asked > 0);
	open_with_lookup();
	here.name = "ns.near.test.";
	here.address = 5;
	WORLD_EXPECT("www.far.", "A", DNS_RCODE_NOERROR, "10.1.0.4");
	CU_ASSERT_EQUAL(world_count(5, "www.far.", "A"), 1);
}

static void refreshes_say_so(void)
{
	open_with_lookup();
	struct dns_question question = made_question("www.test.", DNS_TYPE_A);
	const struct resolver_event event = {.kind = RESOLVER_EVENT_QUERY, .question = &question};
	resolver_step(world.engine, &event, world.now_ms, &world_sink);
	world_settle();
	CU_ASSERT(here.was_refresh);
	CU_ASSERT_EQUAL(world_kept_answers("www.test.", "A"), 3);
	CU_ASSERT_EQUAL(world_kept_answers("www.other.", "A"), 1);
	WORLD_EXPECT("www.test.", "A", DNS_RCODE_NOERROR, "10.1.0.3");
	CU_ASSERT_FALSE(here.was_refresh);
}

int main(int argc, char **argv)
{
	static const struct unit_case cases[] = {
	    {"parts_are_kept", parts_are_kept},
	    {"ends_without_data_are_kept", ends_without_data_are_kept},
	    {"dnames_are_kept", dnames_are_kept},
	    {"dnames_lead_on_alone", dnames_lead_on_alone},
	    {"targets_are_looked_for_here", targets_are_looked_for_here},
	    {"aliases_that_are_known_lead_on", aliases_that_are_known_lead_on},
	    {"failures_that_are_known_end_it", failures_that_are_known_end_it},
	    {"servers_are_looked_for_here", servers_are_looked_for_here},
	    {"refreshes_say_so", refreshes_say_so},
	};
	return world_main(argc, argv, "chain", cases, ARRAY_COUNT(cases));
}
