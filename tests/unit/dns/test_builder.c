/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Records written into messages: what is compressed against what, and what does not fit. */
#include "dns/builder.h"

#include <stdio.h>
#include <string.h>

#include "dns/question.h"
#include "dns/rrtype.h"
#include "unit.h"

struct scene {
	uint8_t message[DNS_MESSAGE_MAX];
	struct dns_builder builder;
};

static struct dns_name named(const char *text)
{
	struct dns_name name;
	memset(&name, 0, sizeof(name));
	CU_ASSERT_EQUAL_FATAL(dns_name_from_text(text, strlen(text), NULL, &name), RESULT_OK);
	return name;
}

/* A message with a header and a question, and a builder behind it. */
static void start(struct scene *scene, const char *qname, uint32_t limit)
{
	const struct dns_name name = named(qname);
	memset(scene->message, 0, DNS_HEADER_SIZE);
	memcpy(scene->message + DNS_HEADER_SIZE, name.wire, name.len);
	bytes_store_u32(scene->message + DNS_HEADER_SIZE + name.len, 0x00010001);
	dns_builder_init(&scene->builder, scene->message, DNS_HEADER_SIZE + name.len + 4u, limit);
}

static enum result add(struct scene *scene, const char *owner, uint16_t type, const void *rdata,
                       size_t len)
{
	const struct dns_name name = named(owner);
	return dns_builder_rr(&scene->builder, DNS_SECTION_ANSWER, name.wire, type, DNS_CLASS_IN,
	                      300, rdata, (uint16_t)len);
}

static enum result add_name(struct scene *scene, const char *owner, uint16_t type,
                            const char *target)
{
	const struct dns_name name = named(target);
	return add(scene, owner, type, name.wire, name.len);
}

/* Reads the next record back. */
static struct dns_rr next(const struct scene *scene, struct bytes_reader *reader)
{
	struct dns_rr rr;
	memset(&rr, 0, sizeof(rr));
	reader->data = scene->message;
	reader->len = scene->builder.len;
	CU_ASSERT_EQUAL(dns_rr_parse(reader, &rr), RESULT_OK);
	return rr;
}

static void is_name_at(const struct scene *scene, size_t at, const char *want)
{
	struct bytes_reader reader = bytes_reader_of(scene->message, scene->builder.len);
	struct dns_name name;
	reader.at = at;
	CU_ASSERT_EQUAL_FATAL(dns_name_parse(&reader, &name), RESULT_OK);
	CU_ASSERT_TRUE(dns_name_equal(name.wire, named(want).wire));
}

static void owner_is_question(void)
{
	static struct scene scene;
	start(&scene, "www.Example.com", 512);
	const uint32_t end = scene.builder.len;
	CU_ASSERT_EQUAL(add(&scene, "WWW.example.COM", DNS_TYPE_A, "\1\2\3\4", 4), RESULT_OK);
	CU_ASSERT_EQUAL(scene.builder.len, end + 16);
	CU_ASSERT_EQUAL(memcmp(scene.message + end, "\xc0\x0c\0\1\0\1\0\0\1\x2c\0\4\1\2\3\4", 16),
	                0);
	CU_ASSERT_EQUAL(dns_builder_rr(&scene.builder, DNS_SECTION_ADDITIONAL,
	                               scene.message + DNS_HEADER_SIZE, DNS_TYPE_A, 1, 300,
	                               (const uint8_t *)"\1\2\3\4", 4),
	                RESULT_OK);
	CU_ASSERT_EQUAL(memcmp(scene.message + end, scene.message + end + 16, 16), 0);
	CU_ASSERT_EQUAL(scene.builder.count[DNS_SECTION_ANSWER], 1);
	CU_ASSERT_EQUAL(scene.builder.count[DNS_SECTION_ADDITIONAL], 1);
	CU_ASSERT_EQUAL(scene.builder.target_count, 0);
}

static void names_share_suffixes(void)
{
	static struct scene scene;
	struct bytes_reader reader;
	start(&scene, "www.example.com", 512);
	reader.at = scene.builder.len;
	CU_ASSERT_EQUAL(add_name(&scene, "www.example.com", DNS_TYPE_CNAME, "Web.EXAMPLE.com"),
	                RESULT_OK);
	CU_ASSERT_EQUAL(add_name(&scene, "web.example.com", DNS_TYPE_CNAME, "a.b.net"), RESULT_OK);
	CU_ASSERT_EQUAL(add_name(&scene, "a.b.net", DNS_TYPE_CNAME, "c.B.net"), RESULT_OK);
	CU_ASSERT_EQUAL(add_name(&scene, "c.b.net", DNS_TYPE_PTR, "www.example.com"), RESULT_OK);
	struct dns_rr rr = next(&scene, &reader);
	/* "Web" and a pointer to example.com in the question. */
	CU_ASSERT_EQUAL(rr.rdata_len, 6);
	CU_ASSERT_EQUAL(memcmp(rr.rdata, "\3Web\xc0\x10", 6), 0);
	is_name_at(&scene, rr.rdata_at, "web.example.com");
	const size_t web_at = rr.rdata_at;
	const size_t second_at = reader.at;
	rr = next(&scene, &reader);
	CU_ASSERT_EQUAL(bytes_load_u16(scene.message + second_at), 0xc000 | web_at);
	CU_ASSERT_EQUAL(rr.rdata_len, 9);
	is_name_at(&scene, rr.rdata_at, "a.b.net");
	rr = next(&scene, &reader);
	CU_ASSERT_TRUE(dns_name_equal(rr.owner.wire, named("a.b.net").wire));
	CU_ASSERT_EQUAL(rr.rdata_len, 4);
	is_name_at(&scene, rr.rdata_at, "c.b.net");
	rr = next(&scene, &reader);
	CU_ASSERT_EQUAL(rr.rdata_len, 2);
	CU_ASSERT_EQUAL(memcmp(rr.rdata, "\xc0\x0c", 2), 0);
	CU_ASSERT_EQUAL(reader.at, scene.builder.len);
}

static void rrset_names_owner_once(void)
{
	static struct scene scene;
	struct bytes_reader reader;
	start(&scene, "example.com", 512);
	reader.at = scene.builder.len;
	const struct dns_name owner = named("other.org");
	const struct dns_rdata rdata[3] = {{4, (const uint8_t *)"aaaa"},
	                                   {4, (const uint8_t *)"bbbb"},
	                                   {4, (const uint8_t *)"cccc"}};
	const uint32_t before = scene.builder.len;
	CU_ASSERT_EQUAL(
	    dns_builder_rrset(&scene.builder, DNS_SECTION_AUTHORITY, owner.wire, 1, 1, 9, rdata, 3),
	    RESULT_OK);
	CU_ASSERT_EQUAL(scene.builder.len - before, 11 + 2 + 2 + 3 * 14);
	CU_ASSERT_EQUAL(scene.builder.count[DNS_SECTION_AUTHORITY], 3);
	for (int i = 0; i < 3; i++) {
		const struct dns_rr rr = next(&scene, &reader);
		CU_ASSERT_TRUE(dns_name_equal(rr.owner.wire, owner.wire));
		CU_ASSERT_EQUAL(rr.ttl, 9);
		CU_ASSERT_EQUAL(rr.rdata[0], 'a' + i);
	}
}

static void rdata_names(void)
{
	static struct scene scene;
	struct bytes_reader reader;
	start(&scene, "example.com", 512);
	reader.at = scene.builder.len;
	/* MX and SOA are compressed; SRV is not (RFC 3597 §4). */
	CU_ASSERT_EQUAL(add(&scene, "example.com", DNS_TYPE_MX, "\0\12\4mail\7example\3com", 20),
	                RESULT_OK);
	static const char soa[] = "\2ns\7example\3com\0\5admin\7example\3com\0"
	                          "aaaabbbbccccddddeeee";
	CU_ASSERT_EQUAL(add(&scene, "example.com", DNS_TYPE_SOA, soa, sizeof(soa) - 1), RESULT_OK);
	static const char srv[] = "\0\1\0\2\0\3\2ns\7example\3com";
	CU_ASSERT_EQUAL(add(&scene, "example.com", DNS_TYPE_SRV, srv, sizeof(srv)), RESULT_OK);
	CU_ASSERT_EQUAL(add(&scene, "example.com", 65280, srv, 0), RESULT_OK);
	struct dns_rr rr = next(&scene, &reader);
	CU_ASSERT_EQUAL(rr.rdata_len, 9);
	CU_ASSERT_EQUAL(memcmp(rr.rdata, "\0\12\4mail\xc0\x0c", 9), 0);
	rr = next(&scene, &reader);
	CU_ASSERT_EQUAL(rr.rdata_len, 5 + 8 + 20);
	CU_ASSERT_EQUAL(memcmp(rr.rdata,
	                       "\2ns\xc0\x0c\5admin\xc0\x0c"
	                       "aaaa",
	                       17),
	                0);
	rr = next(&scene, &reader);
	CU_ASSERT_EQUAL(rr.rdata_len, sizeof(srv));
	CU_ASSERT_EQUAL(memcmp(rr.rdata, srv, sizeof(srv)), 0);
	CU_ASSERT_EQUAL(next(&scene, &reader).rdata_len, 0);
}

static void root_question_and_owner(void)
{
	static struct scene scene;
	struct bytes_reader reader;
	start(&scene, ".", 512);
	reader.at = scene.builder.len;
	const uint32_t before = scene.builder.len;
	CU_ASSERT_EQUAL(add_name(&scene, ".", DNS_TYPE_NS, "a.root-servers.net"), RESULT_OK);
	CU_ASSERT_EQUAL(scene.builder.len - before, 1 + 10 + 20);
	CU_ASSERT_EQUAL(add_name(&scene, ".", DNS_TYPE_NS, "b.root-servers.net"), RESULT_OK);
	CU_ASSERT_EQUAL(scene.builder.len - before, 31 + 1 + 10 + 4);
	CU_ASSERT_EQUAL(next(&scene, &reader).owner.len, 1);
	const struct dns_rr rr = next(&scene, &reader);
	is_name_at(&scene, rr.rdata_at, "b.root-servers.net");
}

static void no_question(void)
{
	static struct scene scene;
	struct bytes_reader reader = {.at = DNS_HEADER_SIZE};
	memset(scene.message, 0xaa, sizeof(scene.message));
	dns_builder_init(&scene.builder, scene.message, DNS_HEADER_SIZE, 512);
	CU_ASSERT_EQUAL(add_name(&scene, "a.b", DNS_TYPE_NS, "c.b"), RESULT_OK);
	const struct dns_rr rr = next(&scene, &reader);
	CU_ASSERT_TRUE(dns_name_equal(rr.owner.wire, named("a.b").wire));
	CU_ASSERT_EQUAL(rr.rdata_len, 4);
}

/* At every limit a set is there as a whole or not at all, and nothing beyond the limit is touched. */
static void whole_set_or_nothing(void)
{
	static struct scene scene;
	const struct dns_name owner = named("example.com");
	const struct dns_name one = named("ns1.example.net");
	const struct dns_name two = named("ns2.example.net");
	const struct dns_rdata rdata[2] = {{one.len, one.wire}, {two.len, two.wire}};
	start(&scene, "www.example.com", 512);
	const uint32_t before = scene.builder.len;
	CU_ASSERT_EQUAL(dns_builder_rrset(&scene.builder, DNS_SECTION_ANSWER, owner.wire,
	                                  DNS_TYPE_NS, 1, 1, rdata, 2),
	                RESULT_OK);
	const uint32_t full = scene.builder.len;
	for (uint32_t limit = before; limit < full; limit++) {
		memset(scene.message, 0x55, sizeof(scene.message));
		start(&scene, "www.example.com", limit);
		CU_ASSERT_EQUAL(dns_builder_rrset(&scene.builder, DNS_SECTION_ANSWER, owner.wire,
		                                  DNS_TYPE_NS, 1, 1, rdata, 2),
		                RESULT_NO_SPACE);
		CU_ASSERT_EQUAL(scene.builder.len, before);
		CU_ASSERT_EQUAL(scene.builder.count[DNS_SECTION_ANSWER], 0);
		CU_ASSERT_EQUAL(scene.builder.target_count, 3);
		for (uint32_t i = limit; i < full + 8; i++)
			CU_ASSERT_EQUAL(scene.message[i], 0x55);
	}
	/* After a set that did not fit, a smaller one must not point into what was taken back. */
	start(&scene, "www.example.com", full - 1);
	CU_ASSERT_EQUAL(dns_builder_rrset(&scene.builder, DNS_SECTION_ANSWER, owner.wire,
	                                  DNS_TYPE_NS, 1, 1, rdata, 2),
	                RESULT_NO_SPACE);
	CU_ASSERT_EQUAL(add_name(&scene, "example.com", DNS_TYPE_NS, "ns2.example.net"), RESULT_OK);
	struct bytes_reader reader = {.at = before};
	const struct dns_rr rr = next(&scene, &reader);
	CU_ASSERT_EQUAL(rr.rdata_len, 17);
	is_name_at(&scene, rr.rdata_at, "ns2.example.net");
}

static void rewind_takes_groups_out(void)
{
	static struct scene scene;
	start(&scene, "example.com", 4096);
	const struct dns_builder_mark mark = dns_builder_mark(&scene.builder);
	CU_ASSERT_EQUAL(add_name(&scene, "a.example.com", DNS_TYPE_NS, "b.example.org"), RESULT_OK);
	CU_ASSERT_EQUAL(add_name(&scene, "c.example.com", DNS_TYPE_NS, "d.example.org"), RESULT_OK);
	dns_builder_rewind(&scene.builder, &mark);
	CU_ASSERT_EQUAL(scene.builder.len, mark.len);
	CU_ASSERT_EQUAL(scene.builder.count[DNS_SECTION_ANSWER], 0);
	struct bytes_reader reader = {.at = mark.len};
	CU_ASSERT_EQUAL(add_name(&scene, "x.example.com", DNS_TYPE_NS, "d.example.org"), RESULT_OK);
	struct dns_rr rr = next(&scene, &reader);
	CU_ASSERT_TRUE(dns_name_equal(rr.owner.wire, named("x.example.com").wire));
	is_name_at(&scene, rr.rdata_at, "d.example.org");
	CU_ASSERT_EQUAL(rr.rdata_len, 15);
}

/* Many different names: the table fills up, offsets pass 0x4000, everything reads back. */
static void many_names(void)
{
	static struct scene scene;
	char owner[64];
	char target[64];
	unsigned count = 0;
	start(&scene, "zone.example", DNS_MESSAGE_MAX);
	struct bytes_reader reader = {.at = scene.builder.len};
	for (;; count++) {
		snprintf(owner, sizeof(owner), "host%u.part%u.example", count, count % 7);
		snprintf(target, sizeof(target), "mail%u.far%u.net", count % 97, count % 11);
		if (add_name(&scene, owner, DNS_TYPE_PTR, target) != RESULT_OK)
			break;
	}
	CU_ASSERT_TRUE(count > 1000);
	CU_ASSERT_TRUE(scene.builder.len > 0x8000);
	CU_ASSERT_EQUAL(scene.builder.count[DNS_SECTION_ANSWER], count);
	for (unsigned i = 0; i < count; i++) {
		const struct dns_rr rr = next(&scene, &reader);
		snprintf(owner, sizeof(owner), "host%u.part%u.example", i, i % 7);
		snprintf(target, sizeof(target), "mail%u.far%u.net", i % 97, i % 11);
		CU_ASSERT_TRUE(dns_name_equal(rr.owner.wire, named(owner).wire));
		is_name_at(&scene, rr.rdata_at, target);
	}
	CU_ASSERT_EQUAL(reader.at, scene.builder.len);
}

static void long_question(void)
{
	static struct scene scene;
	char text[256];
	for (size_t i = 0; i < DNS_LABELS_MAX; i++) {
		text[2 * i] = (char)('a' + i % 26);
		text[2 * i + 1] = '.';
	}
	text[254] = '\0';
	start(&scene, text, 4096);
	/* The whole name, and one of its last suffixes. */
	const uint32_t before = scene.builder.len;
	CU_ASSERT_EQUAL(add(&scene, text, DNS_TYPE_A, "aaaa", 4), RESULT_OK);
	CU_ASSERT_EQUAL(scene.builder.len - before, 16);
	CU_ASSERT_EQUAL(add_name(&scene, text + 254 - 20, DNS_TYPE_NS, text + 254 - 4), RESULT_OK);
	CU_ASSERT_EQUAL(scene.builder.len - before, 16 + 2 + 10 + 2);
	CU_ASSERT_EQUAL(add_name(&scene, text + 2, DNS_TYPE_NS, text), RESULT_OK);
	struct bytes_reader reader = {.at = before + 30};
	const struct dns_rr rr = next(&scene, &reader);
	CU_ASSERT_TRUE(dns_name_equal(rr.owner.wire, named(text + 2).wire));
	is_name_at(&scene, rr.rdata_at, text);
}

static const struct unit_case cases[] = {
    {"owner_is_question", owner_is_question},
    {"names_share_suffixes", names_share_suffixes},
    {"rrset_names_owner_once", rrset_names_owner_once},
    {"rdata_names", rdata_names},
    {"root_question_and_owner", root_question_and_owner},
    {"no_question", no_question},
    {"whole_set_or_nothing", whole_set_or_nothing},
    {"rewind_takes_groups_out", rewind_takes_groups_out},
    {"many_names", many_names},
    {"long_question", long_question},
};

int main(int argc, char **argv)
{
	return unit_main(argc, argv, "dns/builder", cases, ARRAY_COUNT(cases));
}
