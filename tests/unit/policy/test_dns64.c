/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* DNS64: addresses by RFC 6052, what answers are worth, what is made of them, names of addresses. */
#include "policy/dns64.h"

#include <stdio.h>
#include <string.h>

#include "../cache/dns_make.h"
#include "policy/policy_limits.h"
#include "unit.h"

static struct dns_rrset_reader reader;
static struct made made;
static uint8_t out[DNS_MESSAGE_MAX];
static struct dns_answer answer;

static struct net_prefix prefix_of(const char *text)
{
	struct net_prefix prefix;
	CHECK(net_prefix_parse(text, &prefix) == RESULT_OK);
	return prefix;
}

static struct dns64 *create(const char *prefix)
{
	static const char *const ignore[] = {"broken.example."};
	const struct net_prefix prefixes[] = {prefix_of(prefix)};
	const struct net_prefix exclude[] = {prefix_of("::ffff:0:0/96")};
	const struct net_prefix exclude_ipv4[] = {prefix_of("203.0.113.0/24")};
	const struct dns64_settings settings = {
	    .prefixes = prefixes,
	    .prefix_count = 1,
	    .exclude = exclude,
	    .exclude_count = 1,
	    .exclude_ipv4 = exclude_ipv4,
	    .exclude_ipv4_count = 1,
	    .ignore = ignore,
	    .ignore_count = 1,
	    .pointers = true,
	};
	struct dns64 *dns64 = NULL;
	CU_ASSERT_EQUAL_FATAL(dns64_create(&settings, &dns64), RESULT_OK);
	return dns64;
}

static void make_aaaa(const char *owner, uint32_t ttl, const char *address)
{
	struct net_address parsed;
	CHECK(net_address_parse(address, &parsed) == RESULT_OK);
	make_rr(&made, DNS_SECTION_ANSWER, owner, DNS_TYPE_AAAA, ttl, parsed.octets, 16);
}

static struct dns_builder builder_of(const struct dns_question *question, uint32_t limit)
{
	struct dns_builder builder;
	memset(out, 0, DNS_HEADER_SIZE);
	memcpy(out + DNS_HEADER_SIZE, question->name, question->name_len);
	bytes_store_u16(out + DNS_HEADER_SIZE + question->name_len, question->type);
	bytes_store_u16(out + DNS_HEADER_SIZE + question->name_len + 2, question->class);
	dns_builder_init(&builder, out, DNS_HEADER_SIZE + question->name_len + 4u, limit);
	return builder;
}

/* What is in `out`, a line for each record. */
static const char *shown(void)
{
	static char text[4096];
	char name[DNS_NAME_TEXT_MAX];
	char address[NET_TEXT_BYTES];
	struct dns_rrset rrset;
	size_t len = 0;
	text[0] = '\0';
	dns_message_set_count(out, DNS_SECTION_QUESTION, 1);
	for (unsigned i = DNS_SECTION_ANSWER; i < DNS_SECTION_COUNT; i++)
		dns_message_set_count(out, (enum dns_section)i, answer.count[i]);
	CHECK(dns_rrset_reader_init(&reader, out, answer.end) == RESULT_OK);
	while (dns_rrset_reader_next(&reader, &rrset) == RESULT_OK) {
		for (unsigned i = 0; i < rrset.count; i++) {
			struct net_address from = {.family = 6};
			const char *data = "";
			if (rrset.type == DNS_TYPE_AAAA) {
				memcpy(from.octets, rrset.rdata[i].data, 16);
				data = net_address_format(&from, address);
			}
			dns_name_to_text(rrset.owner.wire, name);
			len += (size_t)snprintf(text + len, sizeof(text) - len, "%s %u %u %s\n",
			                        name, rrset.ttl, rrset.type, data);
		}
	}
	return text;
}

static const char *synthesise(const struct dns64 *dns64, uint32_t ttl_max_s, uint32_t limit)
{
	struct dns_question question = made.question;
	question.type = DNS_TYPE_AAAA;
	struct dns_builder builder = builder_of(&question, limit);
	const struct dns64_work work = {
	    .reader = &reader,
	    .question = &question,
	    .message = made.octets,
	    .len = made.writer.len,
	    .ttl_max_s = ttl_max_s,
	    .builder = &builder,
	    .answer = &answer,
	};
	answer = (struct dns_answer){.ede = EDNS_EDE_NONE};
	dns64_synthesise(dns64, &work);
	return shown();
}

/* RFC 6052 §2.4, table 1. */
static void addresses(void)
{
	static const struct {
		const char *prefix;
		const char *address;
	} rows[] = {
	    {"2001:db8::/32", "2001:db8:c000:221::"},
	    {"2001:db8:100::/40", "2001:db8:1c0:2:21::"},
	    {"2001:db8:122::/48", "2001:db8:122:c000:2:2100::"},
	    {"2001:db8:122:300::/56", "2001:db8:122:3c0:0:221::"},
	    {"2001:db8:122:344::/64", "2001:db8:122:344:c0:2:2100:0"},
	    {"2001:db8:122:344::/96", "2001:db8:122:344::c000:221"},
	    {"64:ff9b::/96", "64:ff9b::c000:221"},
	};
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		char wanted[128];
		struct dns64 *dns64 = create(rows[i].prefix);
		snprintf(wanted, sizeof(wanted), "a.example. 60 28 %s\n", rows[i].address);
		make_start(&made, "a.example.", DNS_TYPE_A, DNS_RCODE_NOERROR);
		make_a(&made, DNS_SECTION_ANSWER, "a.example.", 60, 0xc0000221);
		CU_ASSERT_STRING_EQUAL(synthesise(dns64, 600, 512), wanted);
		dns64_free(dns64);
	}
}

static void is_refused(const char *prefix)
{
	struct net_prefix given = prefix_of(prefix);
	const struct dns64_settings settings = {.prefixes = &given, .prefix_count = 1};
	struct dns64 *dns64 = NULL;
	CU_ASSERT_EQUAL(dns64_create(&settings, &dns64), RESULT_OUT_OF_RANGE);
}

static void prefixes(void)
{
	struct dns64_settings settings = {.prefix_count = 0};
	struct dns64 *dns64 = NULL;
	is_refused("2001:db8::/33");
	is_refused("2001:db8::/95");
	is_refused("2001:db8::/128");
	is_refused("10.0.0.0/8");
	is_refused("2001:db8:0:0:100::/96"); /* bits 64 to 71 */
	CU_ASSERT_EQUAL(dns64_create(&settings, &dns64), RESULT_OUT_OF_RANGE);
}

static enum dns64_worth judge(const struct dns64 *dns64, uint32_t *ttl_s)
{
	return dns64_judge(dns64, &reader, made.octets, made.writer.len, ttl_s);
}

static void worth(void)
{
	struct dns64 *dns64 = create("64:ff9b::/96");
	uint32_t ttl_s = 0;
	make_start(&made, "a.example.", DNS_TYPE_AAAA, DNS_RCODE_NOERROR);
	CU_ASSERT_EQUAL(judge(dns64, &ttl_s), DNS64_EMPTY);
	CU_ASSERT_EQUAL(ttl_s, DNS64_TTL_S);
	make_soa(&made, "example.", 900, 120);
	CU_ASSERT_EQUAL(judge(dns64, &ttl_s), DNS64_EMPTY);
	CU_ASSERT_EQUAL(ttl_s, 120);
	make_start(&made, "a.example.", DNS_TYPE_AAAA, DNS_RCODE_NXDOMAIN);
	CU_ASSERT_EQUAL(judge(dns64, &ttl_s), DNS64_WHOLE);
	make_start(&made, "a.example.", DNS_TYPE_AAAA, DNS_RCODE_NOERROR);
	make_aaaa("a.example.", 60, "::ffff:192.0.2.1");
	CU_ASSERT_EQUAL(judge(dns64, &ttl_s), DNS64_EMPTY);
	make_aaaa("a.example.", 60, "2001:db8::1");
	CU_ASSERT_EQUAL(judge(dns64, &ttl_s), DNS64_PARTLY);
	make_start(&made, "a.example.", DNS_TYPE_AAAA, DNS_RCODE_NOERROR);
	make_aaaa("a.example.", 60, "2001:db8::1");
	CU_ASSERT_EQUAL(judge(dns64, &ttl_s), DNS64_WHOLE);
	make_start(&made, "www.broken.example.", DNS_TYPE_AAAA, DNS_RCODE_NOERROR);
	make_aaaa("www.broken.example.", 60, "2001:db8::1");
	CU_ASSERT_EQUAL(judge(dns64, &ttl_s), DNS64_EMPTY);
	/* What cannot be read is not made worse. */
	make_start(&made, "a.example.", DNS_TYPE_AAAA, DNS_RCODE_NOERROR);
	dns_message_set_count(made.octets, DNS_SECTION_ANSWER, 1);
	CU_ASSERT_EQUAL(judge(dns64, &ttl_s), DNS64_WHOLE);
	dns64_free(dns64);
}

static void what_is_made(void)
{
	struct dns64 *dns64 = create("64:ff9b::/96");
	make_start(&made, "a.example.", DNS_TYPE_A, DNS_RCODE_NOERROR);
	make_target(&made, DNS_SECTION_ANSWER, "a.example.", DNS_TYPE_CNAME, 300, "b.example.");
	make_a(&made, DNS_SECTION_ANSWER, "b.example.", 300, 0xc0000201);
	make_a(&made, DNS_SECTION_ANSWER, "b.example.", 300, 0xcb007101); /* excluded */
	make_a(&made, DNS_SECTION_ANSWER, "b.example.", 300, 0x0a000001); /* private */
	CU_ASSERT_STRING_EQUAL(synthesise(dns64, 120, 512),
	                       "a.example. 300 5 \nb.example. 120 28 64:ff9b::c000:201\n");
	CU_ASSERT_FALSE(answer.truncated);
	/* The address does not fit, the alias does. */
	CU_ASSERT_STRING_EQUAL(synthesise(dns64, 120, 60), "a.example. 300 5 \n");
	CU_ASSERT_TRUE(answer.truncated);
	dns64_free(dns64);
	/* A prefix of one's own is for private addresses too. */
	dns64 = create("2001:db8::/96");
	CU_ASSERT_STRING_EQUAL(synthesise(dns64, 600, 512),
	                       "a.example. 300 5 \nb.example. 300 28 2001:db8::c000:201\n"
	                       "b.example. 300 28 2001:db8::a00:1\n");
	make_start(&made, "a.example.", DNS_TYPE_A, DNS_RCODE_NXDOMAIN);
	make_soa(&made, "example.", 900, 120);
	CU_ASSERT_STRING_EQUAL(synthesise(dns64, 600, 512), "example. 900 6 \n");
	CU_ASSERT_EQUAL(answer.rcode, DNS_RCODE_NXDOMAIN);
	dns64_free(dns64);
}

static enum dns64_way way_of(const struct dns64 *dns64, const char *name, uint16_t type)
{
	const struct dns_question question = made_question(name, type);
	return dns64_way_of(dns64, &question);
}

#define REVERSE "1.2.2.0.0.0.0.c.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.b.9.f.f.4.6.0.0.ip6.arpa."

static void ways(void)
{
	struct dns64 *dns64 = create("64:ff9b::/96");
	struct dns_question question = made_question(REVERSE, DNS_TYPE_PTR);
	struct dns_question asked;
	struct dns_name wanted = made_name("33.2.0.192.in-addr.arpa.");
	CU_ASSERT_EQUAL(way_of(dns64, "a.example.", DNS_TYPE_A), DNS64_NONE);
	CU_ASSERT_EQUAL(way_of(dns64, "a.example.", DNS_TYPE_AAAA), DNS64_IPV6);
	CU_ASSERT_EQUAL(way_of(dns64, "ipv4only.arpa.", DNS_TYPE_A), DNS64_ITSELF);
	CU_ASSERT_EQUAL(way_of(dns64, "x.ipv4only.arpa.", DNS_TYPE_TXT), DNS64_ITSELF);
	CU_ASSERT_EQUAL(way_of(dns64, "xipv4only.arpa.", DNS_TYPE_A), DNS64_NONE);
	CU_ASSERT_EQUAL(way_of(dns64, REVERSE, DNS_TYPE_PTR), DNS64_POINTER);
	CU_ASSERT_EQUAL(way_of(dns64, REVERSE, DNS_TYPE_TXT), DNS64_NONE);
	CU_ASSERT_EQUAL(way_of(dns64, "1." REVERSE, DNS_TYPE_PTR), DNS64_NONE);
	CU_ASSERT_EQUAL(way_of(dns64, "b.9.f.f.4.6.0.0.ip6.arpa.", DNS_TYPE_PTR), DNS64_NONE);
	dns64_question(dns64, DNS64_POINTER, &question, &asked);
	CU_ASSERT_TRUE(dns_name_equal(asked.name, wanted.wire));
	CU_ASSERT_EQUAL(asked.type, DNS_TYPE_PTR);
	dns64_free(dns64);
}

/* RFC 7050 §2.2, RFC 8880 §7.1. */
static void itself(void)
{
	struct dns64 *dns64 = create("64:ff9b::/96");
	struct dns_question question = made_question("ipv4only.arpa.", DNS_TYPE_AAAA);
	struct dns_builder builder = builder_of(&question, 512);
	dns64_answer_itself(dns64, &question, &builder, &answer);
	memcpy(answer.count, builder.count, sizeof(answer.count));
	answer.end = builder.len;
	CU_ASSERT_STRING_EQUAL(shown(), "ipv4only.arpa. 86400 28 64:ff9b::c000:aa\n"
	                                "ipv4only.arpa. 86400 28 64:ff9b::c000:ab\n");
	question = made_question("x.ipv4only.arpa.", DNS_TYPE_AAAA);
	builder = builder_of(&question, 512);
	dns64_answer_itself(dns64, &question, &builder, &answer);
	CU_ASSERT_EQUAL(answer.rcode, DNS_RCODE_NXDOMAIN);
	CU_ASSERT_EQUAL(builder.count[DNS_SECTION_AUTHORITY], 1);
	dns64_free(dns64);
}

static const struct unit_case cases[] = {
    {"addresses", addresses},       {"prefixes", prefixes}, {"worth", worth},
    {"what_is_made", what_is_made}, {"ways", ways},         {"itself", itself},
};

int main(int argc, char **argv)
{
	return unit_main(argc, argv, "policy/dns64", cases, ARRAY_COUNT(cases));
}
