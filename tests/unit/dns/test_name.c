/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Names: parse with and without compression, text form, order, hashes. */
#include "dns/name.h"

#include <stdlib.h>
#include <string.h>

#include "unit.h"

/* A name from text that must be good. */
static struct dns_name named(const char *text)
{
	struct dns_name name;
	memset(&name, 0, sizeof(name));
	CU_ASSERT_EQUAL_FATAL(dns_name_from_text(text, strlen(text), NULL, &name), RESULT_OK);
	return name;
}

/* Parses from an exactly sized heap copy, so that a sanitizer sees one octet too many. */
static enum result parse_at(const void *data, size_t len, size_t at, struct dns_name *out,
                            size_t *end)
{
	uint8_t *copy = malloc(len + (len == 0));
	memcpy(copy, data, len);
	struct bytes_reader reader = {.data = copy, .len = len, .at = at};
	const enum result result = dns_name_parse(&reader, out);
	struct bytes_reader skipper = {.data = copy, .len = len, .at = at};
	const enum result skipped = dns_name_skip(&skipper);
	if (result == RESULT_OK) {
		CU_ASSERT_EQUAL(skipped, RESULT_OK);
		CU_ASSERT_EQUAL(skipper.at, reader.at);
	} else {
		CU_ASSERT_EQUAL(reader.at, at);
	}
	*end = reader.at;
	free(copy);
	return result;
}

static void parse_follows_pointers(void)
{
	/* RFC 1035 §4.1.4: F.ISI.ARPA at 0, FOO.F.ISI.ARPA, ARPA, the root. */
	static const char message[] = "\1F\3ISI\4ARPA\0"
	                              "\3FOO\xc0\0"
	                              "\xc0\6"
	                              "\0";
	struct dns_name name;
	size_t end;
	CU_ASSERT_EQUAL(parse_at(message, sizeof(message) - 1, 12, &name, &end), RESULT_OK);
	CU_ASSERT_EQUAL(end, 18);
	CU_ASSERT_EQUAL(name.len, 16);
	CU_ASSERT_EQUAL(name.label_count, 4);
	CU_ASSERT_TRUE(dns_name_equal(name.wire, named("foo.f.isi.arpa.").wire));
	CU_ASSERT_EQUAL(memcmp(name.wire, "\3FOO\1F\3ISI\4ARPA", 16), 0);
	CU_ASSERT_EQUAL(parse_at(message, sizeof(message) - 1, 18, &name, &end), RESULT_OK);
	CU_ASSERT_EQUAL(end, 20);
	CU_ASSERT_TRUE(dns_name_equal(name.wire, named("arpa").wire));
	CU_ASSERT_EQUAL(parse_at(message, sizeof(message) - 1, 20, &name, &end), RESULT_OK);
	CU_ASSERT_EQUAL(end, 21);
	CU_ASSERT_EQUAL(name.len, 1);
	CU_ASSERT_EQUAL(name.label_count, 0);
}

static void parse_refuses_loops(void)
{
	struct dns_name name;
	size_t end;
	/* To itself, forward, into its own labels, two that point at each other. */
	CU_ASSERT_EQUAL(parse_at("\xc0\0", 2, 0, &name, &end), RESULT_MALFORMED);
	CU_ASSERT_EQUAL(parse_at("\xc0\2\1a\0", 5, 0, &name, &end), RESULT_MALFORMED);
	CU_ASSERT_EQUAL(parse_at("\1a\xc0\0", 4, 0, &name, &end), RESULT_MALFORMED);
	CU_ASSERT_EQUAL(parse_at("\xc0\2\xc0\0", 4, 2, &name, &end), RESULT_MALFORMED);
	/* Label types 01 and 10. */
	CU_ASSERT_EQUAL(parse_at("\x41\0", 2, 0, &name, &end), RESULT_MALFORMED);
	CU_ASSERT_EQUAL(parse_at("\x81\0", 2, 0, &name, &end), RESULT_MALFORMED);
}

static void parse_refuses_short(void)
{
	static const char message[] = "\3www\7example\3com\0\xc0\4";
	struct dns_name name;
	size_t end;
	CU_ASSERT_EQUAL(parse_at("", 0, 0, &name, &end), RESULT_TOO_SHORT);
	for (size_t len = 1; len < 17; len++)
		CU_ASSERT_EQUAL(parse_at(message, len, 0, &name, &end), RESULT_TOO_SHORT);
	CU_ASSERT_EQUAL(parse_at(message, 17, 0, &name, &end), RESULT_OK);
	CU_ASSERT_EQUAL(parse_at(message, 18, 17, &name, &end), RESULT_TOO_SHORT);
	CU_ASSERT_EQUAL(parse_at(message, 19, 17, &name, &end), RESULT_OK);
}

/* Chains of pointers longer than DNS_LABELS_MAX are refused though each leads backwards. */
static void parse_bounds_pointers(void)
{
	uint8_t message[2 * 200 + 1] = {0};
	struct dns_name name;
	size_t end;
	for (size_t i = 0; i < 200; i++) {
		const size_t target = i == 0 ? 0 : 2 * i - 1;
		bytes_store_u16(message + 1 + 2 * i, (uint16_t)(0xc000u | target));
	}
	CU_ASSERT_EQUAL(parse_at(message, 255, 253, &name, &end), RESULT_OK);
	CU_ASSERT_EQUAL(parse_at(message, 257, 255, &name, &end), RESULT_MALFORMED);
}

/* Fills wire with one-octet labels; gives the name's length. */
static size_t long_name(uint8_t *wire, size_t labels)
{
	for (size_t i = 0; i < labels; i++) {
		wire[2 * i] = 1;
		wire[2 * i + 1] = (uint8_t)('a' + i % 26);
	}
	wire[2 * labels] = 0;
	return 2 * labels + 1;
}

static void parse_bounds_length(void)
{
	uint8_t wire[300];
	struct dns_name name;
	size_t end;
	const size_t len = long_name(wire, DNS_LABELS_MAX);
	CU_ASSERT_EQUAL(len, DNS_NAME_MAX);
	CU_ASSERT_EQUAL(parse_at(wire, len, 0, &name, &end), RESULT_OK);
	CU_ASSERT_EQUAL(name.len, 255);
	CU_ASSERT_EQUAL(name.label_count, 127);
	/* The same name and one label more, by a pointer, and plain. */
	wire[255] = 1;
	wire[256] = 'x';
	bytes_store_u16(wire + 257, 0xc000);
	CU_ASSERT_EQUAL(parse_at(wire, 259, 255, &name, &end), RESULT_TOO_LONG);
	long_name(wire, 128);
	CU_ASSERT_EQUAL(parse_at(wire, 257, 0, &name, &end), RESULT_TOO_LONG);
	struct bytes_reader reader = bytes_reader_of(wire, 257);
	CU_ASSERT_EQUAL(dns_name_parse_plain(&reader, &name), RESULT_TOO_LONG);
	CU_ASSERT_EQUAL(dns_name_skip(&reader), RESULT_TOO_LONG);
	CU_ASSERT_EQUAL(reader.at, 0);
}

static void plain_refuses_pointers(void)
{
	struct dns_name name;
	struct bytes_reader reader = bytes_reader_of((const uint8_t *)"\1a\0\1b\xc0\0", 7);
	CU_ASSERT_EQUAL(dns_name_parse_plain(&reader, &name), RESULT_OK);
	CU_ASSERT_EQUAL(reader.at, 3);
	CU_ASSERT_EQUAL(name.label_count, 1);
	CU_ASSERT_EQUAL(dns_name_parse_plain(&reader, &name), RESULT_MALFORMED);
	CU_ASSERT_EQUAL(reader.at, 3);
}

static void text_round_trip(const char *in, const char *want)
{
	char text[DNS_NAME_TEXT_MAX];
	const struct dns_name name = named(in);
	CU_ASSERT_EQUAL(dns_name_to_text(name.wire, text), strlen(want));
	CU_ASSERT_STRING_EQUAL(text, want);
	CU_ASSERT_EQUAL(name.len, dns_name_len(name.wire));
	const struct dns_name again = named(text);
	CU_ASSERT_EQUAL(again.len, name.len);
	CU_ASSERT_EQUAL(memcmp(again.wire, name.wire, name.len), 0);
}

static void text_forms(void)
{
	text_round_trip(".", ".");
	text_round_trip("Example.COM", "Example.COM.");
	text_round_trip("a\\.b.c.", "a\\.b.c.");
	text_round_trip("a\\046b.c.", "a\\.b.c.");
	text_round_trip("sp\\032ace\\000\\255.", "sp\\032ace\\000\\255.");
	text_round_trip("q\\\"\\;\\(\\)\\\\.x", "q\\\"\\;\\(\\)\\\\.x.");
	text_round_trip("\\@.*._tcp.", "\\@.*._tcp.");
}

static void text_origin(void)
{
	const struct dns_name origin = named("example.org.");
	struct dns_name name;
	CU_ASSERT_EQUAL(dns_name_from_text("www", 3, &origin, &name), RESULT_OK);
	CU_ASSERT_TRUE(dns_name_equal(name.wire, named("www.example.org").wire));
	CU_ASSERT_EQUAL(name.label_count, 3);
	CU_ASSERT_EQUAL(dns_name_from_text("@", 1, &origin, &name), RESULT_OK);
	CU_ASSERT_TRUE(dns_name_equal(name.wire, origin.wire));
	CU_ASSERT_EQUAL(dns_name_from_text("www.", 4, &origin, &name), RESULT_OK);
	CU_ASSERT_EQUAL(name.len, 5);
	CU_ASSERT_EQUAL(dns_name_from_text(".", 1, &origin, &name), RESULT_OK);
	CU_ASSERT_EQUAL(name.len, 1);
	CU_ASSERT_EQUAL(dns_name_from_text("@", 1, NULL, &name), RESULT_MALFORMED);
}

static void text_refusals(void)
{
	static const struct {
		const char *text;
		enum result want;
	} rows[] = {
	    {"", RESULT_MALFORMED},      {"..", RESULT_MALFORMED},      {".a", RESULT_MALFORMED},
	    {"a..b", RESULT_MALFORMED},  {"a\\", RESULT_MALFORMED},     {"a\\25", RESULT_MALFORMED},
	    {"\\256", RESULT_MALFORMED}, {"a\\2b3.", RESULT_MALFORMED}, {"a.b..", RESULT_MALFORMED},
	};
	struct dns_name name;
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++)
		CU_ASSERT_EQUAL(dns_name_from_text(rows[i].text, strlen(rows[i].text), NULL, &name),
		                rows[i].want);
	char label[64];
	memset(label, 'x', sizeof(label));
	CU_ASSERT_EQUAL(dns_name_from_text(label, 63, NULL, &name), RESULT_OK);
	CU_ASSERT_EQUAL(dns_name_from_text(label, 64, NULL, &name), RESULT_TOO_LONG);
}

static void text_longest(void)
{
	char text[DNS_NAME_TEXT_MAX];
	uint8_t wire[DNS_NAME_MAX];
	struct dns_name name;
	/* 3 x 63 and 61 octets, all to be escaped: the longest text there is. */
	static const uint8_t lens[] = {63, 63, 63, 61};
	size_t at = 0;
	for (size_t i = 0; i < 4; i++) {
		wire[at++] = lens[i];
		memset(wire + at, 200, lens[i]);
		at += lens[i];
	}
	wire[at] = 0;
	const size_t len = dns_name_to_text(wire, text);
	CU_ASSERT_TRUE(len < sizeof(text));
	CU_ASSERT_EQUAL(dns_name_from_text(text, len, NULL, &name), RESULT_OK);
	CU_ASSERT_EQUAL(name.len, 255);
	CU_ASSERT_EQUAL(memcmp(name.wire, wire, 255), 0);
	struct dns_name origin = named("a");
	CU_ASSERT_EQUAL(dns_name_from_text(text, len - 1, &origin, &name), RESULT_TOO_LONG);
	CU_ASSERT_EQUAL(dns_name_from_text("a.b", 3, &name, &origin), RESULT_TOO_LONG);
}

static void canonical_order(void)
{
	/* The list of RFC 4034 §6.1. */
	static const char *const sorted[] = {
	    "example",         "a.example",      "yljkjljk.a.example",
	    "Z.a.example",     "zABC.a.EXAMPLE", "z.example",
	    "\\001.z.example", "*.z.example",    "\\200.z.example",
	};
	for (size_t i = 0; i < ARRAY_COUNT(sorted); i++) {
		for (size_t j = 0; j < ARRAY_COUNT(sorted); j++) {
			const int order =
			    dns_name_compare(named(sorted[i]).wire, named(sorted[j]).wire);
			CU_ASSERT_EQUAL((order > 0) - (order < 0), (i > j) - (i < j));
		}
	}
}

static void equality_and_below(void)
{
	CU_ASSERT_TRUE(
	    dns_name_equal(named("WWW.Example.com").wire, named("www.eXAMPLE.Com").wire));
	CU_ASSERT_FALSE(
	    dns_name_equal(named("www.example.com").wire, named("www.example.con").wire));
	CU_ASSERT_FALSE(dns_name_equal(named("aa").wire, named("ba").wire));
	CU_ASSERT_FALSE(dns_name_equal(named("[").wire, named("{").wire));
	CU_ASSERT_FALSE(dns_name_equal(named("@x").wire, named("`x").wire));
	CU_ASSERT_FALSE(dns_name_equal(named("\\193").wire, named("\\225").wire));
	CU_ASSERT_TRUE(dns_name_is_below(named("a.b.Example").wire, named("B.example").wire));
	CU_ASSERT_TRUE(dns_name_is_below(named("b.example").wire, named("b.example").wire));
	CU_ASSERT_TRUE(dns_name_is_below(named("b.example").wire, named(".").wire));
	CU_ASSERT_FALSE(dns_name_is_below(named("ab.example").wire, named("b.example").wire));
	CU_ASSERT_FALSE(dns_name_is_below(named("example").wire, named("b.example").wire));
	CU_ASSERT_FALSE(dns_name_is_below(named("a.c.example").wire, named("b.example").wire));
}

static void folding_is_ascii(void)
{
	uint8_t all[256];
	for (size_t i = 0; i < 256; i++) {
		all[i] = (uint8_t)i;
		CU_ASSERT_EQUAL(dns_name_lower[i], i >= 'A' && i <= 'Z' ? i + 32 : i);
	}
	dns_name_to_lower(all, 255);
	for (size_t i = 0; i < 255; i++)
		CU_ASSERT_EQUAL(all[i], dns_name_lower[i]);
	uint8_t few[3] = {'A', 'B', 'C'};
	dns_name_to_lower(few, 2);
	CU_ASSERT_EQUAL(memcmp(few, "abC", 3), 0);
}

static void hash_is_chained(void)
{
	const struct dns_name name = named("www.a-rather-long-label-of-many-octets.example.com.");
	uint64_t hash = dns_name_hash_root();
	hash = dns_name_hash_label(hash, (const uint8_t *)"\3com");
	hash = dns_name_hash_label(hash, (const uint8_t *)"\7example");
	CU_ASSERT_EQUAL(hash, dns_name_hash(named("EXAMPLE.Com").wire));
	hash = dns_name_hash_label(hash, name.wire + 4);
	hash = dns_name_hash_label(hash, (const uint8_t *)"\3www");
	CU_ASSERT_EQUAL(hash, dns_name_hash(name.wire));
	CU_ASSERT_EQUAL(dns_name_hash_root(), dns_name_hash(named(".").wire));
	CU_ASSERT_NOT_EQUAL(dns_name_hash(named("a.b").wire), dns_name_hash(named("b.a").wire));
}

static int compare_u64(const void *a, const void *b)
{
	const uint64_t x = *(const uint64_t *)a;
	const uint64_t y = *(const uint64_t *)b;
	return (x > y) - (x < y);
}

/* Each length 1..63 and each octet of it matters; no two of near 18,000 names collide, nor
 * their lower 32 bits more often than chance would have it. */
static void hash_spreads(void)
{
	enum {
		COUNT = 20000
	};
	uint64_t *hashes = malloc(COUNT * sizeof(*hashes));
	size_t collisions[2] = {0};
	size_t count = 0;
	uint8_t wire[80] = {0};
	for (uint8_t len = 1; len <= 63; len++) {
		for (uint8_t at = 1; at <= len; at++) {
			for (unsigned octet = '0'; octet <= '8' && count < COUNT; octet++) {
				wire[0] = len;
				memset(wire + 1, 'x', len);
				wire[at] = (uint8_t)octet;
				wire[len + 1] = 0;
				hashes[count++] = dns_name_hash(wire);
			}
		}
	}
	static const uint64_t masks[2] = {UINT64_MAX, UINT32_MAX};
	for (size_t m = 0; m < 2; m++) {
		for (size_t i = 0; i < count; i++)
			hashes[i] &= masks[m];
		qsort(hashes, count, sizeof(*hashes), compare_u64);
		for (size_t i = 1; i < count; i++)
			collisions[m] += hashes[i] == hashes[i - 1];
	}
	CU_ASSERT_EQUAL(collisions[0], 0);
	CU_ASSERT_TRUE(collisions[1] <= 3);
	free(hashes);
}

static void hash_is_keyed(void)
{
	const struct dns_name name = named("www.example.com");
	const uint64_t before = dns_name_hash(name.wire);
	dns_name_hash_seed((const uint64_t[2]){1, 2});
	const uint64_t one = dns_name_hash(name.wire);
	dns_name_hash_seed((const uint64_t[2]){1, 3});
	const uint64_t two = dns_name_hash(name.wire);
	dns_name_hash_seed((const uint64_t[2]){1, 2});
	CU_ASSERT_EQUAL(dns_name_hash(name.wire), one);
	CU_ASSERT_NOT_EQUAL(before, one);
	CU_ASSERT_NOT_EQUAL(one, two);
	CU_ASSERT_NOT_EQUAL(dns_name_hash_root(), 0);
}

static const struct unit_case cases[] = {
    {"parse_follows_pointers", parse_follows_pointers},
    {"parse_refuses_loops", parse_refuses_loops},
    {"parse_refuses_short", parse_refuses_short},
    {"parse_bounds_pointers", parse_bounds_pointers},
    {"parse_bounds_length", parse_bounds_length},
    {"plain_refuses_pointers", plain_refuses_pointers},
    {"text_forms", text_forms},
    {"text_origin", text_origin},
    {"text_refusals", text_refusals},
    {"text_longest", text_longest},
    {"canonical_order", canonical_order},
    {"equality_and_below", equality_and_below},
    {"folding_is_ascii", folding_is_ascii},
    {"hash_is_chained", hash_is_chained},
    {"hash_spreads", hash_spreads},
    {"hash_is_keyed", hash_is_keyed},
};

int main(int argc, char **argv)
{
	return unit_main(argc, argv, "dns/name", cases, ARRAY_COUNT(cases));
}
