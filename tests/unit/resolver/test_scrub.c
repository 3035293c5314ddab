/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* What of a response goes on to clients and the cache: the chain and its end, nothing else. */
#include "fake_network.h"

static bool has(enum dns_section section, const char *owner, uint16_t type)
{
	struct dns_rr rr;
	struct dns_name name = made_name(owner);
	struct bytes_reader reader = bytes_reader_of(answers[0].message, answers[0].len);
	reader.at = DNS_HEADER_SIZE;
	CU_ASSERT_FATAL(dns_name_skip(&reader) == RESULT_OK && bytes_skip(&reader, 4));
	for (unsigned s = DNS_SECTION_ANSWER; s < DNS_SECTION_COUNT; s++) {
		for (unsigned i = 0; i < fake_count(0, (enum dns_section)s); i++) {
			CU_ASSERT_FATAL(dns_rr_parse(&reader, &rr) == RESULT_OK);
			if (s == section && rr.type == type &&
			    dns_name_equal(rr.owner.wire, name.wire))
				return true;
		}
	}
	return false;
}

/* Asks, lets the server send `made`, expects an answer. */
static void go(const char *name, uint16_t type, bool dnssec_ok)
{
	fake_clear();
	fake_ask(1, name, type, dnssec_ok);
	fake_respond(&sent[0]);
	CU_ASSERT_EQUAL_FATAL(answer_count, 1);
}

static void chain_in_any_order(void)
{
	fake_open(1, RESOLVER_POLICY_FIRST);
	make_start(&made, "www.example.", DNS_TYPE_A, DNS_RCODE_NOERROR);
	make_a(&made, DNS_SECTION_ANSWER, "end.test.", 60, 1);
	make_target(&made, DNS_SECTION_ANSWER, "mid.example.", DNS_TYPE_CNAME, 60, "end.test.");
	make_target(&made, DNS_SECTION_ANSWER, "www.example.", DNS_TYPE_CNAME, 60, "mid.example.");
	make_a(&made, DNS_SECTION_ANSWER, "end.test.", 60, 2);
	go("www.example.", DNS_TYPE_A, false);
	CU_ASSERT_EQUAL(fake_count(0, DNS_SECTION_ANSWER), 4);
	fake_close();
}

/* CVE-2025-40778 class: records that nobody asked for do not get in. */
static void strangers_are_left_out(void)
{
	fake_open(1, RESOLVER_POLICY_FIRST);
	make_start(&made, "www.example.", DNS_TYPE_A, DNS_RCODE_NOERROR);
	make_a(&made, DNS_SECTION_ANSWER, "www.example.", 60, 1);
	make_a(&made, DNS_SECTION_ANSWER, "bank.test.", 60, 2);
	make_txt(&made, DNS_SECTION_ANSWER, "www.example.", 60, 'x', 3);
	make_target(&made, DNS_SECTION_ANSWER, "bank.test.", DNS_TYPE_CNAME, 60, "evil.test.");
	make_target(&made, DNS_SECTION_AUTHORITY, "example.", DNS_TYPE_NS, 60, "ns.evil.test.");
	make_target(&made, DNS_SECTION_AUTHORITY, "test.", DNS_TYPE_NS, 60, "ns.evil.test.");
	make_soa(&made, "test.", 60, 60);
	make_a(&made, DNS_SECTION_ADDITIONAL, "ns.evil.test.", 60, 3);
	make_a(&made, DNS_SECTION_ADDITIONAL, "www.example.", 60, 4);
	go("www.example.", DNS_TYPE_A, false);
	CU_ASSERT_EQUAL(fake_count(0, DNS_SECTION_ANSWER), 1);
	CU_ASSERT(has(DNS_SECTION_ANSWER, "www.example.", DNS_TYPE_A));
	CU_ASSERT_EQUAL(fake_count(0, DNS_SECTION_AUTHORITY), 0);
	CU_ASSERT_EQUAL(fake_count(0, DNS_SECTION_ADDITIONAL), 0);
	fake_close();
}

static void other_class_is_left_out(void)
{
	fake_open(1, RESOLVER_POLICY_FIRST);
	fake_make_a("www.example.");
	size_t class_at = DNS_HEADER_SIZE + 2 * (size_t)made.question.name_len + 4 + 2;
	bytes_store_u16(made.octets + class_at, DNS_CLASS_CH);
	go("www.example.", DNS_TYPE_A, false);
	CU_ASSERT_EQUAL(fake_count(0, DNS_SECTION_ANSWER), 0);
	fake_close();
}

static void negative_keeps_its_soa(void)
{
	fake_open(1, RESOLVER_POLICY_FIRST);
	make_start(&made, "no.www.example.", DNS_TYPE_A, DNS_RCODE_NXDOMAIN);
	make_soa(&made, "example.", 60, 60);
	make_target(&made, DNS_SECTION_AUTHORITY, "example.", DNS_TYPE_NS, 60, "ns.example.");
	go("no.www.example.", DNS_TYPE_A, false);
	CU_ASSERT_EQUAL(answers[0].rcode, DNS_RCODE_NXDOMAIN);
	CU_ASSERT_EQUAL(fake_count(0, DNS_SECTION_AUTHORITY), 1);
	CU_ASSERT(has(DNS_SECTION_AUTHORITY, "example.", DNS_TYPE_SOA));
	/* An SOA that the name is not in would make a false negative of somebody else's zone. */
	make_start(&made, "no.example.", DNS_TYPE_A, DNS_RCODE_NXDOMAIN);
	make_soa(&made, "www.example.", 60, 60);
	go("no.example.", DNS_TYPE_A, false);
	CU_ASSERT_EQUAL(fake_count(0, DNS_SECTION_AUTHORITY), 0);
	fake_close();
}

/* RFC 2308 §2.1: the SOA is that of the zone in which the chain ends. */
static void negative_at_the_end_of_a_chain(void)
{
	fake_open(1, RESOLVER_POLICY_FIRST);
	make_start(&made, "www.example.", DNS_TYPE_A, DNS_RCODE_NXDOMAIN);
	make_target(&made, DNS_SECTION_ANSWER, "www.example.", DNS_TYPE_CNAME, 60, "no.test.");
	make_soa(&made, "test.", 60, 60);
	go("www.example.", DNS_TYPE_A, false);
	CU_ASSERT_EQUAL(fake_count(0, DNS_SECTION_ANSWER), 1);
	CU_ASSERT_EQUAL(fake_count(0, DNS_SECTION_AUTHORITY), 1);
	fake_close();
}

static void dname_and_its_cname(void)
{
	fake_open(1, RESOLVER_POLICY_FIRST);
	make_start(&made, "a.old.example.", DNS_TYPE_A, DNS_RCODE_NOERROR);
	make_target(&made, DNS_SECTION_ANSWER, "old.example.", DNS_TYPE_DNAME, 60, "new.example.");
	make_target(&made, DNS_SECTION_ANSWER, "a.old.example.", DNS_TYPE_CNAME, 60,
	            "a.new.example.");
	make_a(&made, DNS_SECTION_ANSWER, "a.new.example.", 60, 1);
	make_target(&made, DNS_SECTION_ANSWER, "other.example.", DNS_TYPE_DNAME, 60, "x.example.");
	go("a.old.example.", DNS_TYPE_A, false);
	CU_ASSERT_EQUAL(fake_count(0, DNS_SECTION_ANSWER), 3);
	CU_ASSERT(has(DNS_SECTION_ANSWER, "old.example.", DNS_TYPE_DNAME));
	CU_ASSERT_FALSE(has(DNS_SECTION_ANSWER, "other.example.", DNS_TYPE_DNAME));
	fake_close();
}

/* RFC 6672 §3.1 §5.3.1: the CNAME is made here, whatever the server made of it. */
static void dname_without_its_cname(void)
{
	fake_open(1, RESOLVER_POLICY_FIRST);
	make_start(&made, "a.b.old.example.", DNS_TYPE_A, DNS_RCODE_NOERROR);
	make_target(&made, DNS_SECTION_ANSWER, "old.example.", DNS_TYPE_DNAME, 60, "new.example.");
	make_a(&made, DNS_SECTION_ANSWER, "a.b.new.example.", 60, 1);
	go("a.b.old.example.", DNS_TYPE_A, false);
	CU_ASSERT_EQUAL(fake_count(0, DNS_SECTION_ANSWER), 3);
	CU_ASSERT(has(DNS_SECTION_ANSWER, "a.b.old.example.", DNS_TYPE_CNAME));
	CU_ASSERT(has(DNS_SECTION_ANSWER, "a.b.new.example.", DNS_TYPE_A));

	make_start(&made, "a.old.example.", DNS_TYPE_A, DNS_RCODE_NOERROR);
	make_target(&made, DNS_SECTION_ANSWER, "a.old.example.", DNS_TYPE_CNAME, 60, "evil.test.");
	make_a(&made, DNS_SECTION_ANSWER, "evil.test.", 60, 2);
	make_target(&made, DNS_SECTION_ANSWER, "old.example.", DNS_TYPE_DNAME, 60, "new.example.");
	make_a(&made, DNS_SECTION_ANSWER, "a.new.example.", 60, 1);
	go("a.old.example.", DNS_TYPE_A, false);
	CU_ASSERT_EQUAL(fake_count(0, DNS_SECTION_ANSWER), 3);
	CU_ASSERT(has(DNS_SECTION_ANSWER, "a.new.example.", DNS_TYPE_A));
	CU_ASSERT_FALSE(has(DNS_SECTION_ANSWER, "evil.test.", DNS_TYPE_A));

	/* Who asks for the alias gets it; the owner of a DNAME is not below itself. */
	make_start(&made, "a.old.example.", DNS_TYPE_CNAME, DNS_RCODE_NOERROR);
	make_target(&made, DNS_SECTION_ANSWER, "old.example.", DNS_TYPE_DNAME, 60, "new.example.");
	go("a.old.example.", DNS_TYPE_CNAME, false);
	CU_ASSERT_EQUAL(fake_count(0, DNS_SECTION_ANSWER), 2);
	CU_ASSERT(has(DNS_SECTION_ANSWER, "a.old.example.", DNS_TYPE_CNAME));
	make_start(&made, "old.example.", DNS_TYPE_DNAME, DNS_RCODE_NOERROR);
	make_target(&made, DNS_SECTION_ANSWER, "old.example.", DNS_TYPE_DNAME, 60, "new.example.");
	go("old.example.", DNS_TYPE_DNAME, false);
	CU_ASSERT_EQUAL(fake_count(0, DNS_SECTION_ANSWER), 1);
	fake_close();
}

/* RFC 6672 §2.2: a name that becomes too long is YXDOMAIN, said or not. */
static void dname_makes_too_long_a_name(void)
{
	char label[64];
	char name[256];
	char target[256];
	memset(label, 'a', 63);
	label[63] = '\0';
	snprintf(name, sizeof(name), "%s.%s.old.example.", label, label);
	snprintf(target, sizeof(target), "%s.%s.example.", label, label);
	fake_open(1, RESOLVER_POLICY_FIRST);
	make_start(&made, name, DNS_TYPE_A, DNS_RCODE_NOERROR);
	make_target(&made, DNS_SECTION_ANSWER, "old.example.", DNS_TYPE_DNAME, 60, target);
	go(name, DNS_TYPE_A, false);
	CU_ASSERT_EQUAL(answers[0].rcode, DNS_RCODE_YXDOMAIN);
	CU_ASSERT_EQUAL(fake_count(0, DNS_SECTION_ANSWER), 1);
	CU_ASSERT(has(DNS_SECTION_ANSWER, "old.example.", DNS_TYPE_DNAME));
	fake_close();
}

static void make_rrsig(const char *owner, enum dns_section section, uint16_t covered,
                       const char *signer)
{
	uint8_t rdata[18 + DNS_NAME_MAX + 8] = {0};
	struct dns_name name = made_name(signer);
	bytes_store_u16(rdata, covered);
	memcpy(rdata + 18, name.wire, name.len);
	make_rr(&made, section, owner, DNS_TYPE_RRSIG, 60, rdata, (uint16_t)(18 + name.len + 8));
}

static void make_nsec(const char *owner, const char *next)
{
	uint8_t rdata[DNS_NAME_MAX + 3] = {0};
	struct dns_name name = made_name(next);
	memcpy(rdata, name.wire, name.len);
	memcpy(rdata + name.len, "\0\1\100", 3);
	make_rr(&made, DNS_SECTION_AUTHORITY, owner, DNS_TYPE_NSEC, 60, rdata,
	        (uint16_t)(name.len + 3));
}

static void signatures_only_with_do(void)
{
	for (unsigned dnssec_ok = 0; dnssec_ok < 2; dnssec_ok++) {
		fake_open(1, RESOLVER_POLICY_FIRST);
		make_start(&made, "www.example.", DNS_TYPE_A, DNS_RCODE_NOERROR);
		make_a(&made, DNS_SECTION_ANSWER, "www.example.", 60, 1);
		make_rrsig("www.example.", DNS_SECTION_ANSWER, DNS_TYPE_A, "example.");
		make_rrsig("www.example.", DNS_SECTION_ANSWER, DNS_TYPE_TXT, "example.");
		make_nsec("b.example.", "x.example."); /* the proof of a wildcard */
		make_rrsig("b.example.", DNS_SECTION_AUTHORITY, DNS_TYPE_NSEC, "example.");
		make_nsec("b.test.", "x.test.");
		go("www.example.", DNS_TYPE_A, dnssec_ok != 0);
		CU_ASSERT_EQUAL(fake_count(0, DNS_SECTION_ANSWER), 1 + dnssec_ok);
		CU_ASSERT_EQUAL(fake_count(0, DNS_SECTION_AUTHORITY), 2 * dnssec_ok);
		fake_close();
	}
}

static void any_and_rrsig_can_be_asked_for(void)
{
	fake_open(1, RESOLVER_POLICY_FIRST);
	make_start(&made, "www.example.", DNS_TYPE_ANY, DNS_RCODE_NOERROR);
	make_a(&made, DNS_SECTION_ANSWER, "www.example.", 60, 1);
	make_txt(&made, DNS_SECTION_ANSWER, "www.example.", 60, 'x', 3);
	make_a(&made, DNS_SECTION_ANSWER, "wwx.example.", 60, 1);
	go("www.example.", DNS_TYPE_ANY, false);
	CU_ASSERT_EQUAL(fake_count(0, DNS_SECTION_ANSWER), 2);
	make_start(&made, "www.example.", DNS_TYPE_RRSIG, DNS_RCODE_NOERROR);
	make_rrsig("www.example.", DNS_SECTION_ANSWER, DNS_TYPE_A, "example.");
	go("www.example.", DNS_TYPE_RRSIG, false);
	CU_ASSERT_EQUAL(fake_count(0, DNS_SECTION_ANSWER), 1);
	make_start(&made, "www.example.", DNS_TYPE_CNAME, DNS_RCODE_NOERROR);
	make_target(&made, DNS_SECTION_ANSWER, "www.example.", DNS_TYPE_CNAME, 60, "x.example.");
	make_a(&made, DNS_SECTION_ANSWER, "x.example.", 60, 1);
	go("www.example.", DNS_TYPE_CNAME, false);
	CU_ASSERT_EQUAL(fake_count(0, DNS_SECTION_ANSWER), 1);
	fake_close();
}

static void loops_and_endless_chains(void)
{
	fake_open(1, RESOLVER_POLICY_FIRST);
	make_start(&made, "a.example.", DNS_TYPE_A, DNS_RCODE_NOERROR);
	make_target(&made, DNS_SECTION_ANSWER, "a.example.", DNS_TYPE_CNAME, 60, "b.example.");
	make_target(&made, DNS_SECTION_ANSWER, "b.example.", DNS_TYPE_CNAME, 60, "a.example.");
	go("a.example.", DNS_TYPE_A, false);
	CU_ASSERT_EQUAL(answers[0].rcode, DNS_RCODE_SERVFAIL);
	CU_ASSERT_EQUAL(answers[0].ede, EDNS_EDE_OTHER);

	make_start(&made, "n0.example.", DNS_TYPE_A, DNS_RCODE_NOERROR);
	for (unsigned i = 0; i <= RESOLVER_CHAIN_MAX; i++) {
		char from[32];
		char to[32];
		snprintf(from, sizeof(from), "n%u.example.", i);
		snprintf(to, sizeof(to), "n%u.example.", i + 1);
		make_target(&made, DNS_SECTION_ANSWER, from, DNS_TYPE_CNAME, 60, to);
	}
	go("n0.example.", DNS_TYPE_A, false);
	CU_ASSERT_EQUAL(answers[0].rcode, DNS_RCODE_SERVFAIL);
	CU_ASSERT_EQUAL(answers[0].ede, EDNS_EDE_INVALID_DATA);
	fake_close();
}

/* Sections go behind the client's own question: pointers only lead to it and into the answer. */
static void result_is_compressed_against_the_question(void)
{
	fake_open(1, RESOLVER_POLICY_FIRST);
	make_start(&made, "www.example.", DNS_TYPE_A, DNS_RCODE_NOERROR);
	for (unsigned i = 0; i < 10; i++)
		make_a(&made, DNS_SECTION_ANSWER, "www.example.", 60, i);
	size_t plain = made.writer.len;
	go("www.example.", DNS_TYPE_A, false);
	CU_ASSERT(answers[0].len < plain);
	CU_ASSERT_EQUAL(answers[0].len, DNS_HEADER_SIZE + made.question.name_len + 4u + 10 * 16);
	CU_ASSERT_EQUAL(dns_message_id(answers[0].message), 0);
	CU_ASSERT(memcmp(answers[0].message + DNS_HEADER_SIZE, made.question.name,
	                 made.question.name_len) == 0);
	fake_close();
}

int main(int argc, char **argv)
{
	static const struct unit_case cases[] = {
	    {"chain_in_any_order", chain_in_any_order},
	    {"strangers_are_left_out", strangers_are_left_out},
	    {"other_class_is_left_out", other_class_is_left_out},
	    {"negative_keeps_its_soa", negative_keeps_its_soa},
	    {"negative_at_the_end_of_a_chain", negative_at_the_end_of_a_chain},
	    {"dname_and_its_cname", dname_and_its_cname},
	    {"dname_without_its_cname", dname_without_its_cname},
	    {"dname_makes_too_long_a_name", dname_makes_too_long_a_name},
	    {"signatures_only_with_do", signatures_only_with_do},
	    {"any_and_rrsig_can_be_asked_for", any_and_rrsig_can_be_asked_for},
	    {"loops_and_endless_chains", loops_and_endless_chains},
	    {"result_is_compressed_against_the_question",
	     result_is_compressed_against_the_question},
	};
	return fake_main(argc, argv, "scrub", cases, ARRAY_COUNT(cases));
}
