/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Names that the RFCs keep from the outside: all of them, their neighbours, and exceptions. */
#include "ask.h"
#include "unit.h"

/* RFC 6303, 6761 and friends. */
static void special_names(void)
{
	const struct policy_settings settings = {.special_names = true};
	struct policy *policy = ask_create(&settings);
	EXPECT(policy, "localhost", "A", "NOERROR aa localhost. 10800 A 127.0.0.1");
	EXPECT(policy, "x.localhost", "AAAA", "NOERROR aa x.localhost. 10800 AAAA ::1");
	EXPECT(
	    policy, "localhost", "MX",
	    "NOERROR aa auth: localhost. 10800 SOA localhost. nobody.invalid. 1 3600 1200 604800 "
	    "10800");
	EXPECT(policy, "1.0.0.127.in-addr.arpa", "PTR",
	       "NOERROR aa 1.0.0.127.in-addr.arpa. 10800 PTR localhost.");
	EXPECT(policy, "1.2.168.192.in-addr.arpa", "PTR",
	       "NXDOMAIN aa auth: 168.192.in-addr.arpa. 10800 SOA 168.192.in-addr.arpa. "
	       "nobody.invalid. 1 3600 1200 604800 10800");
	EXPECT(policy, "10.in-addr.arpa", "SOA",
	       "NOERROR aa 10.in-addr.arpa. 10800 SOA 10.in-addr.arpa. nobody.invalid. 1 3600 1200 "
	       "604800 10800");
	EXPECT(policy, "10.in-addr.arpa", "NS",
	       "NOERROR aa 10.in-addr.arpa. 10800 NS 10.in-addr.arpa.");
	EXPECT(policy, "d.f.ip6.arpa", "A",
	       "NOERROR aa auth: d.f.ip6.arpa. 10800 SOA d.f.ip6.arpa. nobody.invalid. 1 3600 1200 "
	       "604800 10800");
	/* The delegation is the parent's. */
	EXPECT(policy, "10.in-addr.arpa", "DS", "-");
	EXPECT(policy, "home.arpa", "DS", "-");
	static const char *const none[] = {"x.test",
	                                   "invalid",
	                                   "abc.onion",
	                                   "printer.local",
	                                   "x.home.arpa",
	                                   "_dns.resolver.arpa",
	                                   "1.64.100.in-addr.arpa",
	                                   "127.100.in-addr.arpa",
	                                   "1.31.172.in-addr.arpa",
	                                   "255.255.255.255.in-addr.arpa",
	                                   "1.2.0.192.in-addr.arpa",
	                                   "1.8.e.f.ip6.arpa"};
	for (size_t i = 0; i < ARRAY_COUNT(none); i++)
		CU_ASSERT_STRING_NOT_EQUAL(ask(policy, none[i], "A"), "-");
	static const char *const usual[] = {"63.100.in-addr.arpa",
	                                    "128.100.in-addr.arpa",
	                                    "32.172.in-addr.arpa",
	                                    "8.in-addr.arpa",
	                                    "arpa",
	                                    "mytest",
	                                    "c.e.f.ip6.arpa",
	                                    "in-addr.arpa"};
	for (size_t i = 0; i < ARRAY_COUNT(usual); i++)
		EXPECT(policy, usual[i], "A", "-");
	policy_free(policy);
}

static void exceptions_of_special_names(void)
{
	static const char *const except[] = {"test.", "1.168.192.in-addr.arpa.", "ip6.arpa.", "."};
	static const struct policy_record_row router = {"router", 60, "A", "192.168.1.1"};
	static const struct policy_zone_row zone = {"local.", POLICY_ZONE_STATIC, &router, 1};
	const struct policy_settings settings = {.zones = &zone,
	                                         .zone_count = 1,
	                                         .special_names = true,
	                                         .except = except,
	                                         .except_count = ARRAY_COUNT(except)};
	struct policy *policy = ask_create(&settings);
	EXPECT(policy, "a.test", "A", "-");
	EXPECT(policy, "7.1.168.192.in-addr.arpa", "PTR", "-");
	CU_ASSERT_STRING_NOT_EQUAL(ask(policy, "7.2.168.192.in-addr.arpa", "PTR"), "-");
	EXPECT(policy, "1.d.f.ip6.arpa", "PTR", "-");
	EXPECT(policy, "router.local", "A", "NOERROR aa router.local. 60 A 192.168.1.1");
	policy_free(policy);
}

static const struct unit_case cases[] = {
    {"special_names", special_names},
    {"exceptions_of_special_names", exceptions_of_special_names},
};

int main(int argc, char **argv)
{
	return unit_main(argc, argv, "policy/special", cases, ARRAY_COUNT(cases));
}
