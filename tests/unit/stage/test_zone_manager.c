/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* ZONE_MANAGER: the zones of the right view, also when the views change on the way; rotation; what is told
 * about the zone. */
#include <string.h>

#include "dns/rrtype.h"
#include "fake_stage.h"
#include "guard/views.h"
#include "stage/zone_manager.h"
#include "unit.h"
#include "zone/zone.h"

/* The first octet of an address says which zone answered: 1 the common one, 2 and 3 those of views. */
static struct zone *zones[3];
static struct zone_set *set[3];
static struct snapshot snapshot;
static struct stage_zone_manager_settings settings = {.zones = &snapshot};

static struct zone *make_zone(const char *first, const char *second)
{
	const struct zone_text_record records[] = {{"@", 60, "SOA", "ns h 77 2 3 1209600 5"},
	                                           {"@", 60, "NS", "ns.example.net."},
	                                           {"www", 60, "A", first},
	                                           {"www", 60, "A", second}};
	static struct zone_errors errors;
	struct zone_load load = {0};
	struct zone *zone = NULL;
	CU_ASSERT_EQUAL_FATAL(dns_name_from_text("a.example.", 10, NULL, &load.origin), RESULT_OK);
	CU_ASSERT_EQUAL_FATAL(
	    zone_load_records(&load, records, ARRAY_COUNT(records), &zone, &errors), RESULT_OK);
	return zone;
}

/* Views 0 and 1 for two networks; `turned`: the other way round. */
static struct views *make_views(uint32_t generation, bool turned)
{
	const struct acl_prefix near = {4, 24, {192, 0, 2}}; /* the fake's clients */
	const struct acl_prefix far = {4, 24, {198, 51, 100}};
	const struct views_row rows[] = {{&near, 1, set[1]}, {&far, 1, set[2]}};
	const struct views_row other[] = {{&far, 1, set[2]}, {&near, 1, set[1]}};
	struct views *views = NULL;
	CU_ASSERT_EQUAL_FATAL(views_create(turned ? other : rows, 2, set[0], generation, &views),
	                      RESULT_OK);
	return views;
}

static struct views *open_zones(void)
{
	zones[0] = make_zone("1.0.0.1", "1.0.0.2");
	zones[1] = make_zone("2.0.0.1", "2.0.0.2");
	zones[2] = make_zone("3.0.0.1", "3.0.0.2");
	CU_ASSERT_EQUAL_FATAL(zone_set_create(&zones[0], 1, &set[0]), RESULT_OK);
	for (unsigned i = 1; i < 3; i++)
		CU_ASSERT_EQUAL_FATAL(zone_set_create_over(&zones[i], 1, set[0], &set[i]),
		                      RESULT_OK);
	struct views *views = make_views(5, false);
	snapshot_publish(&snapshot, NULL, views);
	fake_open(&stage_zone_manager_ops, &settings);
	return views;
}

static void done(struct views *views)
{
	fake_close();
	views_free(views);
	for (unsigned i = 0; i < 3; i++) {
		zone_set_free(set[i]);
		zone_free(zones[i]);
	}
}

static struct rte_mbuf *decoded(const char *name, uint16_t type, uint8_t view, uint32_t generation)
{
	uint8_t message[512];
	size_t len = fake_query(message, sizeof(message), name, type, 1);
	struct rte_mbuf *mbuf = fake_packet(QUERY_SOURCE_PORT, message, len);
	struct query *query = query_of(mbuf);
	struct dns_name parsed;
	CU_ASSERT_EQUAL_FATAL(dns_name_from_text(name, strlen(name), NULL, &parsed), RESULT_OK);
	dns_question_set(&query->question, parsed.wire, type, 1);
	query->question_ok = true;
	query->question_end = (uint16_t)len;
	query->answer_limit = query->section_limit = 512;
	query->view = view;
	query->views_generation = generation;
	/* QUERY_DISPATCHER's: of another version it means nothing. */
	const struct views *views = snapshot_load(&snapshot);
	query->zone_ref = zone_set_find_ref(views_zones(views, view), &query->question);
	query->answer = (struct dns_answer){.ede = EDNS_EDE_NONE, .end = (uint32_t)len};
	return mbuf;
}

/* The two addresses' first and last octets: "21" and "22" in some order as 2122 or 2221. */
static unsigned addresses(struct rte_mbuf *mbuf)
{
	CU_ASSERT_EQUAL_FATAL(fake_run(mbuf).output, ZONE_MANAGER_TO_ENCODER);
	const uint8_t *answer = query_message(mbuf) + query_of(mbuf)->question_end;
	CU_ASSERT_EQUAL_FATAL(query_of(mbuf)->answer.count[DNS_SECTION_ANSWER], 2);
	return answer[12] * 1000u + answer[15] * 100u + answer[28] * 10u + answer[31];
}

static void the_view_of_the_query_answers(void)
{
	struct views *views = open_zones();
	CU_ASSERT_EQUAL(addresses(decoded("www.a.example.", DNS_TYPE_A, VIEWS_COMMON, 5)), 1112);
	CU_ASSERT_EQUAL(addresses(decoded("www.a.example.", DNS_TYPE_A, 0, 5)), 2122);
	CU_ASSERT_EQUAL(addresses(decoded("www.a.example.", DNS_TYPE_A, 1, 5)), 3132);
	/* No such view: never a read outside of the list. */
	CU_ASSERT_EQUAL(addresses(decoded("www.a.example.", DNS_TYPE_A, 200, 5)), 1112);
	done(views);
}

/* An index of another version is another view's: the client must not see its zones. */
static void views_that_changed_on_the_way_are_picked_again(void)
{
	struct views *views = open_zones();
	struct views *turned = make_views(6, true);
	snapshot_publish(&snapshot, NULL, turned);
	CU_ASSERT_EQUAL(addresses(decoded("www.a.example.", DNS_TYPE_A, 0, 5)), 2122);
	CU_ASSERT_EQUAL(addresses(decoded("www.a.example.", DNS_TYPE_A, VIEWS_COMMON, 5)), 2122);
	CU_ASSERT_EQUAL(addresses(decoded("www.a.example.", DNS_TYPE_A, 0, 6)), 3132);
	views_free(turned);
	done(views);
}

static void a_zone_that_is_gone_is_refused(void)
{
	struct views *views = open_zones();
	struct rte_mbuf *mbuf = decoded("www.b.example.", DNS_TYPE_A, 0, 5);
	CU_ASSERT_EQUAL(fake_run(mbuf).output, ZONE_MANAGER_TO_ENCODER);
	CU_ASSERT_EQUAL(query_of(mbuf)->answer.rcode, DNS_RCODE_REFUSED);
	CU_ASSERT_EQUAL(query_of(mbuf)->answer.end, query_of(mbuf)->question_end);
	done(views);
}

static void rotation_turns_sets(void)
{
	settings.rotate = true;
	struct views *views = open_zones();
	for (unsigned i = 0; i < 4; i++)
		CU_ASSERT_EQUAL(addresses(decoded("www.a.example.", DNS_TYPE_A, 0, 5)),
		                i % 2 == 0 ? 2122 : 2221);
	settings.rotate = false;
	for (unsigned i = 0; i < 4; i++)
		CU_ASSERT_EQUAL(addresses(decoded("www.a.example.", DNS_TYPE_A, 0, 5)), 2122);
	done(views);
}

/* RFC 1035 §6.2. */
static void class_any_is_answered_without_authority(void)
{
	struct views *views = open_zones();
	struct rte_mbuf *mbuf = decoded("www.a.example.", DNS_TYPE_A, 0, 5);
	CU_ASSERT_EQUAL(addresses(mbuf), 2122);
	CU_ASSERT_TRUE(query_of(mbuf)->answer.authoritative);
	mbuf = decoded("www.a.example.", DNS_TYPE_A, 0, 5);
	query_of(mbuf)->question.class = DNS_CLASS_ANY;
	CU_ASSERT_EQUAL(addresses(mbuf), 2122);
	CU_ASSERT_FALSE(query_of(mbuf)->answer.authoritative);
	done(views);
}

static const struct query *described(const char *name, uint16_t type)
{
	struct rte_mbuf *mbuf = decoded(name, type, 0, 5);
	struct query *query = query_of(mbuf);
	query->edns =
	    (struct dns_edns){.present = true, .zoneversion_asked = true, .expire_asked = true};
	CU_ASSERT_EQUAL(fake_run(mbuf).output, ZONE_MANAGER_TO_ENCODER);
	return query;
}

/* RFC 9660 §3.2, RFC 7314 §3.1. */
static void version_and_expiry_of_the_zone(void)
{
	struct views *views = open_zones();
	const struct query *query = described("www.a.example.", DNS_TYPE_A);
	CU_ASSERT_TRUE(query->serial_known);
	CU_ASSERT_EQUAL(query->zone_serial, 77);
	CU_ASSERT_EQUAL(query->zone_labels, 2);
	CU_ASSERT_FALSE(query->expire_known);
	CU_ASSERT_TRUE(described("nothing.a.example.", DNS_TYPE_A)->serial_known);
	query = described("a.example.", DNS_TYPE_SOA);
	CU_ASSERT_TRUE(query->expire_known);
	CU_ASSERT_EQUAL(query->zone_expire_s, 1209600);
	CU_ASSERT_FALSE(described("www.a.example.", DNS_TYPE_SOA)->expire_known);
	CU_ASSERT_FALSE(described("www.b.example.", DNS_TYPE_A)->serial_known);
	done(views);
}

static const struct unit_case cases[] = {
    {"the_view_of_the_query_answers", the_view_of_the_query_answers},
    {"views_that_changed_on_the_way_are_picked_again",
     views_that_changed_on_the_way_are_picked_again},
    {"a_zone_that_is_gone_is_refused", a_zone_that_is_gone_is_refused},
    {"rotation_turns_sets", rotation_turns_sets},
    {"class_any_is_answered_without_authority", class_any_is_answered_without_authority},
    {"version_and_expiry_of_the_zone", version_and_expiry_of_the_zone},
};

int main(int argc, char **argv)
{
	return unit_main(argc, argv, "stage/zone_manager", cases, ARRAY_COUNT(cases));
}
