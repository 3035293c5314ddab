/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Questions against policies: what each type of local zone does, what is denied, and how the answers look. */
#include "policy/policy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ask.h"
#include "unit.h"

static const struct policy_record_row lan[] = {
    {"router", 60, "A", "192.168.1.1"}, {"router", 30, "A", "192.168.1.2"},
    {"router", 60, "A", "192.168.1.1"}, {"a.b", 60, "TXT", "\"two words\" three"},
    {"www", 60, "CNAME", "router"},     {"away", 60, "CNAME", "www.example."},
    {"loop", 60, "CNAME", "loop"},      {"@", 60, "AAAA", "fd00::1"},
};

static struct policy *create_zone(enum policy_zone_type type)
{
	const struct policy_zone_row zone = {"LAN.", type, lan, ARRAY_COUNT(lan)};
	const struct policy_settings settings = {
	    .zones = &zone, .zone_count = 1, .deny_kind = POLICY_NXDOMAIN, .deny_ttl_s = 300};
	return ask_create(&settings);
}

#define LAN_SOA "auth: lan. 300 SOA lan. nobody.invalid. 1 3600 1200 604800 300"

static void static_zones(void)
{
	struct policy *policy = create_zone(POLICY_ZONE_STATIC);
	EXPECT(policy, "Router.LAN", "A",
	       "NOERROR aa Router.LAN. 30 A 192.168.1.1 Router.LAN. 30 A 192.168.1.2");
	EXPECT(policy, "router.lan", "AAAA", "NOERROR aa " LAN_SOA);
	EXPECT(policy, "lan", "AAAA", "NOERROR aa lan. 60 AAAA fd00::1");
	EXPECT(policy, "nobody.lan", "A", "NXDOMAIN aa " LAN_SOA);
	EXPECT(policy, "x.router.lan", "A", "NXDOMAIN aa " LAN_SOA);
	/* RFC 4592 §2.2.2: names above others exist. */
	EXPECT(policy, "b.lan", "A", "NOERROR aa " LAN_SOA);
	EXPECT(policy, "a.b.lan", "ANY", "NOERROR aa a.b.lan. 60 TXT \"two words\" \"three\"");
	EXPECT(policy, "alan", "A", "-");
	EXPECT(policy, "example", "A", "-");
	policy_free(policy);
}

static void aliases(void)
{
	struct policy *policy = create_zone(POLICY_ZONE_STATIC);
	EXPECT(
	    policy, "www.lan", "A",
	    "NOERROR aa www.lan. 60 CNAME router.lan. router.lan. 30 A 192.168.1.1 router.lan. 30 "
	    "A 192.168.1.2");
	EXPECT(policy, "www.lan", "CNAME", "NOERROR aa www.lan. 60 CNAME router.lan.");
	EXPECT(policy, "away.lan", "A", "NOERROR aa away.lan. 60 CNAME www.example.");
	/* A loop ends. */
	CU_ASSERT_EQUAL(strncmp(ask(policy, "loop.lan", "A"), "NOERROR aa loop.lan.", 20), 0);
	policy_free(policy);
}

static void other_types_of_zones(void)
{
	static const struct {
		enum policy_zone_type type;
		const char *other_type; /* of router.lan */
		const char *other_name;
		const char *empty_name; /* b.lan */
	} rows[] = {
	    {POLICY_ZONE_TRANSPARENT, "NOERROR aa " LAN_SOA, "-", "-"},
	    {POLICY_ZONE_TYPETRANSPARENT, "-", "-", "-"},
	    {POLICY_ZONE_REFUSE, "REFUSED ede15", "REFUSED ede15", "REFUSED ede15"},
	    {POLICY_ZONE_DENY, "drop", "drop", "drop"},
	};
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		struct policy *policy = create_zone(rows[i].type);
		EXPECT(policy, "lan", "AAAA", "NOERROR aa lan. 60 AAAA fd00::1");
		EXPECT(policy, "router.lan", "TXT", rows[i].other_type);
		EXPECT(policy, "other.lan", "A", rows[i].other_name);
		EXPECT(policy, "b.lan", "A", rows[i].empty_name);
		policy_free(policy);
	}
}

static void redirect_zones(void)
{
	struct policy *policy = create_zone(POLICY_ZONE_REDIRECT);
	EXPECT(policy, "any.name.lan", "AAAA", "NOERROR aa any.name.lan. 60 AAAA fd00::1");
	EXPECT(policy, "router.lan", "A", "NOERROR aa " LAN_SOA);
	policy_free(policy);
}

static void zones_that_always_do_the_same(void)
{
	static const struct {
		enum policy_zone_type type;
		const char *wanted;
	} rows[] = {
	    {POLICY_ZONE_ALWAYS_NXDOMAIN, "NXDOMAIN aa ede15 " LAN_SOA},
	    {POLICY_ZONE_ALWAYS_NODATA, "NOERROR aa ede15 " LAN_SOA},
	    {POLICY_ZONE_ALWAYS_NULL, "NOERROR aa ede4 router.lan. 300 A 0.0.0.0"},
	    {POLICY_ZONE_ALWAYS_REFUSE, "REFUSED ede15"},
	    {POLICY_ZONE_ALWAYS_DENY, "drop"},
	    {POLICY_ZONE_ALWAYS_TRANSPARENT, "-"},
	};
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		struct policy *policy = create_zone(rows[i].type);
		EXPECT(policy, "router.lan", "A", rows[i].wanted);
		policy_free(policy);
	}
}

static void the_longest_zone_counts(void)
{
	static const struct policy_record_row records[] = {
	    {"@", 5, "SOA", "ns hostmaster 7 1 2 3 4"}, {"x", 60, "A", "192.0.2.1"}};
	static const struct policy_zone_row zones[] = {
	    {"example.", POLICY_ZONE_ALWAYS_REFUSE, NULL, 0},
	    {"in.example.", POLICY_ZONE_STATIC, records, 2},
	    {"out.in.example.", POLICY_ZONE_ALWAYS_TRANSPARENT, NULL, 0},
	    {".", POLICY_ZONE_ALWAYS_NODATA, NULL, 0},
	};
	const struct policy_settings settings = {
	    .zones = zones, .zone_count = ARRAY_COUNT(zones), .deny_ttl_s = 10};
	struct policy *policy = ask_create(&settings);
	EXPECT(policy, "a.example", "A", "REFUSED ede15");
	/* Its own SOA record, with the lesser of TTL and minimum (RFC 2308 §3). */
	EXPECT(
	    policy, "a.in.example", "A",
	    "NXDOMAIN aa auth: in.example. 4 SOA ns.in.example. hostmaster.in.example. 7 1 2 3 4");
	EXPECT(policy, "a.out.in.example", "A", "-");
	EXPECT(policy, "other", "A",
	       "NOERROR aa ede15 auth: . 10 SOA . nobody.invalid. 1 3600 1200 604800 10");
	policy_free(policy);
}

static const char *const deny[] = {"bad.example.", "ads.example.", "www.good.example."};
static const char *const allow[] = {"good.example.", "fine.ads.example."};

static struct policy *create_deny(enum policy_kind kind)
{
	const struct policy_settings settings = {.deny = deny,
	                                         .deny_count = ARRAY_COUNT(deny),
	                                         .allow = allow,
	                                         .allow_count = ARRAY_COUNT(allow),
	                                         .deny_kind = kind,
	                                         .deny_ttl_s = 300};
	return ask_create(&settings);
}

static void denied_names(void)
{
	struct policy *policy = create_deny(POLICY_NXDOMAIN);
	EXPECT(policy, "bad.example", "A",
	       "NXDOMAIN ede15 auth: bad.example. 300 SOA bad.example. nobody.invalid. 1 3600 1200 "
	       "604800 300");
	EXPECT(policy, "a.b.bad.example", "MX",
	       "NXDOMAIN ede15 auth: bad.example. 300 SOA bad.example. nobody.invalid. 1 3600 1200 "
	       "604800 300");
	EXPECT(policy, "example", "A", "-");
	EXPECT(policy, "notbad.example", "A", "-");
	/* Who is allowed is allowed with all below, and whatever is denied below or above. */
	EXPECT(policy, "www.good.example", "A", "-");
	EXPECT(policy, "x.fine.ads.example", "A", "-");
	EXPECT(policy, "bad.ads.example", "TXT",
	       "NXDOMAIN ede15 auth: ads.example. 300 SOA ads.example. nobody.invalid. 1 3600 1200 "
	       "604800 300");
	policy_free(policy);
}

static void actions(void)
{
	struct policy *policy = create_deny(POLICY_NODATA);
	EXPECT(policy, "bad.example", "A",
	       "NOERROR ede15 auth: bad.example. 300 SOA bad.example. nobody.invalid. 1 3600 1200 "
	       "604800 300");
	policy_free(policy);
	policy = create_deny(POLICY_NULL);
	EXPECT(policy, "x.bad.example", "A", "NOERROR ede4 x.bad.example. 300 A 0.0.0.0");
	EXPECT(policy, "x.bad.example", "AAAA", "NOERROR ede4 x.bad.example. 300 AAAA ::");
	EXPECT(policy, "x.bad.example", "HTTPS",
	       "NOERROR ede15 auth: bad.example. 300 SOA bad.example. nobody.invalid. 1 3600 1200 "
	       "604800 300");
	policy_free(policy);
	policy = create_deny(POLICY_REFUSE);
	EXPECT(policy, "bad.example", "A", "REFUSED ede15");
	policy_free(policy);
	policy = create_deny(POLICY_DROP);
	EXPECT(policy, "bad.example", "A", "drop");
	policy_free(policy);
}

static void local_zones_go_before_denied_names(void)
{
	static const struct policy_zone_row zones[] = {
	    {"ads.example.", POLICY_ZONE_TRANSPARENT, lan, 1},
	};
	const struct policy_settings settings = {.zones = zones,
	                                         .zone_count = 1,
	                                         .deny = deny,
	                                         .deny_count = ARRAY_COUNT(deny),
	                                         .deny_kind = POLICY_REFUSE};
	struct policy *policy = ask_create(&settings);
	EXPECT(policy, "router.ads.example", "A",
	       "NOERROR aa router.ads.example. 60 A 192.168.1.1");
	EXPECT(policy, "other.ads.example", "A", "REFUSED ede15");
	policy_free(policy);
}

static void lists_come_from_files(void)
{
	char path[] = "/tmp/test-policy-XXXXXX";
	const int fd = mkstemp(path);
	static const char content[] =
	    "0.0.0.0 listed.example\nnot a line\n@@||free.listed.example^\n";
	CU_ASSERT_EQUAL_FATAL(write(fd, content, sizeof(content) - 1), sizeof(content) - 1);
	close(fd);
	const struct policy_list_row list = {path, POLICY_LIST_AUTO};
	const struct policy_settings settings = {
	    .lists = &list, .list_count = 1, .deny_kind = POLICY_REFUSE};
	struct policy *policy = ask_create(&settings);
	EXPECT(policy, "x.listed.example", "A", "REFUSED ede15");
	EXPECT(policy, "free.listed.example", "A", "-");
	CU_ASSERT_EQUAL(ask_errors.warning_count, 1);
	struct policy_stats stats;
	policy_stats(policy, &stats);
	CU_ASSERT_EQUAL(stats.names, 2);
	CU_ASSERT_EQUAL(stats.list_lines, 3);
	CU_ASSERT_EQUAL(stats.list_bad, 1);
	CU_ASSERT(stats.memory_bytes > 0);
	policy_free(policy);
	unlink(path);
	CU_ASSERT_EQUAL(policy_create(&settings, &policy, &ask_errors), RESULT_IO);
	CU_ASSERT_EQUAL(ask_errors.error_count, 1);
}

static void wrong_settings(void)
{
	static const struct policy_record_row bad[] = {{"outside.example.", 60, "A", "192.0.2.1"},
	                                               {"x", 60, "AXFR", "x"},
	                                               {"x", 60, "A", "192.0.2"},
	                                               {"x", 60, "A", ""},
	                                               {"c", 60, "CNAME", "a"},
	                                               {"c", 60, "A", "192.0.2.1"}};
	static const struct policy_zone_row zones[] = {
	    {"lan.", POLICY_ZONE_STATIC, bad, ARRAY_COUNT(bad)},
	    {"LAN.", POLICY_ZONE_STATIC, NULL, 0},
	};
	struct policy_settings settings = {.zones = zones, .zone_count = 1};
	struct policy *policy;
	CU_ASSERT_EQUAL(policy_create(&settings, &policy, &ask_errors), RESULT_MALFORMED);
	CU_ASSERT_EQUAL(ask_errors.error_count, 5);
	CU_ASSERT_STRING_EQUAL(ask_errors.error[0].text,
	                       "local zone lan., record 0: found \"outside.example.\", expected a "
	                       "domain name in the local zone");
	settings.zone_count = 2;
	CU_ASSERT_EQUAL(policy_create(&settings, &policy, &ask_errors), RESULT_MALFORMED);
	static const char *const none[] = {"a..b"};
	settings = (struct policy_settings){.deny = none, .deny_count = 1};
	CU_ASSERT_EQUAL(policy_create(&settings, &policy, &ask_errors), RESULT_MALFORMED);
}

static const struct unit_case cases[] = {
    {"static_zones", static_zones},
    {"aliases", aliases},
    {"other_types_of_zones", other_types_of_zones},
    {"redirect_zones", redirect_zones},
    {"zones_that_always_do_the_same", zones_that_always_do_the_same},
    {"the_longest_zone_counts", the_longest_zone_counts},
    {"denied_names", denied_names},
    {"actions", actions},
    {"local_zones_go_before_denied_names", local_zones_go_before_denied_names},
    {"lists_come_from_files", lists_come_from_files},
    {"wrong_settings", wrong_settings},
};

int main(int argc, char **argv)
{
	return unit_main(argc, argv, "policy/policy", cases, ARRAY_COUNT(cases));
}
