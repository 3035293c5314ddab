/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Rdata of every type: text to wire to text to wire, wire from messages, and what is refused. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dns/rrtype.h"
#include "dns/rrtype_table.h"
#include "dns/text.h"
#include "rdata_vectors.h"
#include "split.h"
#include "unit.h"

#define WIRE_MAX 65535
#define TOKENS_MAX 128

static struct dns_name origin;

static uint16_t type_of(const char *text)
{
	uint16_t type = 0;
	CU_ASSERT_TRUE_FATAL(dns_type_from_text(text, strlen(text), &type));
	return type;
}

static enum result read_text(uint16_t type, const char *text, uint8_t *out, uint16_t *out_len,
                             size_t *error_token)
{
	struct dns_token tokens[TOKENS_MAX];
	const char *expected = NULL;
	const size_t count = split(text, strlen(text), tokens, TOKENS_MAX);
	CU_ASSERT_EQUAL(dns_name_from_text("example.com.", 12, NULL, &origin), RESULT_OK);
	const enum result result = dns_rdata_from_tokens(type, tokens, count, &origin, out,
	                                                 WIRE_MAX, out_len, error_token, &expected);
	if (result != RESULT_OK) {
		CU_ASSERT_TRUE(*error_token <= count);
		CU_ASSERT_PTR_NOT_NULL(expected);
	}
	return result;
}

static size_t from_hex(const char *hex, uint8_t *out)
{
	size_t nibbles = 0;
	for (; *hex != '\0'; hex++) {
		const int value = text_hex_value(*hex);
		if (value < 0)
			continue;
		out[nibbles / 2] =
		    (uint8_t)(nibbles % 2 == 0 ? value << 4 : out[nibbles / 2] | value);
		nibbles++;
	}
	return nibbles / 2;
}

static void say(const struct rdata_vector *vector, const char *what)
{
	printf("       %s %s: %s\n", vector->type, vector->text, what);
}

/* Checks one row; prints which one when something is wrong, since the assertion cannot. */
static bool vector_holds(const struct rdata_vector *vector)
{
	static uint8_t wire[WIRE_MAX];
	static uint8_t want[WIRE_MAX];
	static uint8_t again[WIRE_MAX];
	static char text[4 * WIRE_MAX];
	const uint16_t type = type_of(vector->type);
	uint16_t len = 0;
	uint16_t again_len = 0;
	size_t text_len;
	size_t error_token;

	if (read_text(type, vector->text, wire, &len, &error_token) != RESULT_OK)
		return say(vector, "not read"), false;
	if (vector->hex != NULL &&
	    (from_hex(vector->hex, want) != len || memcmp(want, wire, len) != 0))
		return say(vector, "wrong wire"), false;
	/* From an exactly sized copy, as if it stood in a message of its own. */
	uint8_t *copy = malloc((size_t)len + 1);
	memcpy(copy, wire, len);
	struct bytes_reader reader = bytes_reader_of(copy, len);
	const enum result checked =
	    dns_rdata_from_message(&reader, type, len, again, sizeof(again), &again_len);
	const enum result written =
	    dns_rdata_to_text(type, copy, len, text, sizeof(text), &text_len);
	free(copy);
	if (checked != RESULT_OK || reader.at != len || again_len != len ||
	    memcmp(again, wire, len) != 0)
		return say(vector, "not taken from a message"), false;
	const char *canonical = vector->canonical != NULL ? vector->canonical : vector->text;
	if (written != RESULT_OK || text_len != strlen(text) || strcmp(text, canonical) != 0)
		return say(vector, "wrong text"), say(vector, text), false;
	if (read_text(type, text, again, &again_len, &error_token) != RESULT_OK ||
	    again_len != len || memcmp(again, wire, len) != 0)
		return say(vector, "text does not read back"), false;
	return true;
}

static void vectors_hold(void)
{
	for (size_t i = 0; i < ARRAY_COUNT(rdata_vectors); i++)
		CU_ASSERT_TRUE(vector_holds(&rdata_vectors[i]));
}

/* A row of rrtype.def without a vector is a type that nobody has tried. */
static void every_type_has_a_vector(void)
{
	for (unsigned type = 1; type <= UINT16_MAX; type++) {
		const struct rrtype_row *row = rrtype_row((uint16_t)type);
		bool found = row->text == NULL || row->field[0] == FIELD_OPAQUE;
		for (size_t i = 0; i < ARRAY_COUNT(rdata_vectors) && !found; i++)
			found = strcmp(rdata_vectors[i].type, row->text) == 0;
		if (!found)
			printf("       no vector for %s\n", row->text);
		CU_ASSERT_TRUE(found);
	}
}

/* Every shorter piece of every vector's wire is refused or read without a step beyond it; every one
 * that is taken can be written and read back. */
static void cut_wire_is_safe(void)
{
	static uint8_t wire[WIRE_MAX];
	static uint8_t out[WIRE_MAX];
	static char text[4 * WIRE_MAX];
	for (size_t i = 0; i < ARRAY_COUNT(rdata_vectors); i++) {
		const uint16_t type = type_of(rdata_vectors[i].type);
		uint16_t len = 0;
		size_t error_token;
		CU_ASSERT_EQUAL(read_text(type, rdata_vectors[i].text, wire, &len, &error_token),
		                RESULT_OK);
		for (uint16_t cut = 0; cut < len; cut++) {
			uint8_t *copy = malloc((size_t)cut + 1);
			uint16_t out_len = 0;
			size_t text_len;
			memcpy(copy, wire, cut);
			struct bytes_reader reader = bytes_reader_of(copy, cut);
			const enum result taken =
			    dns_rdata_from_message(&reader, type, cut, out, sizeof(out), &out_len);
			const enum result written =
			    dns_rdata_to_text(type, copy, cut, text, sizeof(text), &text_len);
			CU_ASSERT_TRUE(taken != RESULT_OK || written == RESULT_OK);
			if (taken == RESULT_OK)
				CU_ASSERT_EQUAL(read_text(type, text, out, &out_len, &error_token),
				                RESULT_OK);
			free(copy);
		}
	}
}

/* A buffer one octet too small is an ordinary result, for wire and for text. */
static void small_buffers(void)
{
	static uint8_t wire[WIRE_MAX];
	static char text[4 * WIRE_MAX];
	for (size_t i = 0; i < ARRAY_COUNT(rdata_vectors); i++) {
		const struct rdata_vector *vector = &rdata_vectors[i];
		const uint16_t type = type_of(vector->type);
		struct dns_token tokens[TOKENS_MAX];
		const size_t count = split(vector->text, strlen(vector->text), tokens, TOKENS_MAX);
		uint16_t len = 0;
		size_t error_token;
		size_t text_len;
		const char *expected;
		CU_ASSERT_EQUAL(read_text(type, vector->text, wire, &len, &error_token), RESULT_OK);
		CU_ASSERT_EQUAL(dns_rdata_to_text(type, wire, len, text, sizeof(text), &text_len),
		                RESULT_OK);
		for (size_t size = 0; size < len; size++) {
			uint8_t *small = malloc(size + 1);
			const enum result tight =
			    dns_rdata_from_tokens(type, tokens, count, &origin, small, size, &len,
			                          &error_token, &expected);
			if (tight != RESULT_NO_SPACE)
				say(vector, result_text(tight));
			CU_ASSERT_EQUAL(tight, RESULT_NO_SPACE);
			struct bytes_reader reader = bytes_reader_of(wire, len);
			CU_ASSERT_EQUAL(
			    dns_rdata_from_message(&reader, type, len, small, size, &len),
			    RESULT_NO_SPACE);
			free(small);
		}
		for (size_t size = 0; size <= text_len; size++) {
			char *small = malloc(size + 1);
			size_t small_len;
			CU_ASSERT_EQUAL(dns_rdata_to_text(type, wire, len, small, size, &small_len),
			                RESULT_NO_SPACE);
			free(small);
		}
	}
}

static void names_are_decompressed(void)
{
	/* "com" at 0; at 5 an MX whose name is "mail" and a pointer; at 14 the same as SRV; KX may not. */
	static const uint8_t message[] = {3,   'c', 'o',  'm', 0, 0, 10, 4,   'm',  'a',
	                                  'i', 'l', 0xc0, 0,   0, 1, 0,  2,   0,    3,
	                                  1,   's', 0xc0, 0,   0, 1, 1,  'k', 0xc0, 0};
	uint8_t out[64];
	uint16_t len = 0;
	struct bytes_reader reader = {.data = message, .len = sizeof(message), .at = 5};
	CU_ASSERT_EQUAL(dns_rdata_from_message(&reader, DNS_TYPE_MX, 9, out, sizeof(out), &len),
	                RESULT_OK);
	CU_ASSERT_EQUAL(reader.at, 14);
	CU_ASSERT_EQUAL(len, 12);
	CU_ASSERT_EQUAL(memcmp(out, "\0\12\4mail\3com", 12), 0);
	CU_ASSERT_EQUAL(dns_rdata_from_message(&reader, DNS_TYPE_SRV, 10, out, sizeof(out), &len),
	                RESULT_OK);
	CU_ASSERT_EQUAL(len, 13);
	CU_ASSERT_EQUAL(dns_rdata_from_message(&reader, 36, 6, out, sizeof(out), &len),
	                RESULT_MALFORMED);
	CU_ASSERT_EQUAL(reader.at, 24);
	/* A name must end where its rdata ends. */
	reader.at = 5;
	CU_ASSERT_EQUAL(dns_rdata_from_message(&reader, DNS_TYPE_MX, 8, out, sizeof(out), &len),
	                RESULT_MALFORMED);
	CU_ASSERT_EQUAL(dns_rdata_from_message(&reader, DNS_TYPE_MX, 10, out, sizeof(out), &len),
	                RESULT_MALFORMED);
	CU_ASSERT_EQUAL(dns_rdata_from_message(&reader, DNS_TYPE_MX, 100, out, sizeof(out), &len),
	                RESULT_TOO_SHORT);
	CU_ASSERT_EQUAL(reader.at, 5);
}

static void bad_wire_is_refused(void)
{
	static const struct {
		const char *type;
		const char *hex;
	} rows[] = {
	    {"A", ""},
	    {"A", "0102030405"},
	    {"AAAA", "01020304"},
	    {"TXT", ""},
	    {"TXT", "0261"},
	    {"NSEC", "00 0000"},
	    {"NSEC", "00 0021 000000000000000000000000000000000000000000000000000000000000000001"},
	    {"NSEC", "00 0001 00"},
	    {"NSEC", "00 000140 000140"},
	    {"NSEC", "00 010140 000140"},
	    {"NSEC", "c000"},
	    {"SVCB", "0001 00 0001"},
	    {"SVCB", "0001 00 0003 0003 0035"},
	    {"SVCB", "0001 00 0003 0002 0035 0003 0002 0035"},
	    {"SVCB", "0001 00 0003 0002 0035 0001 0003 026832"},
	    {"NSEC3", "01 00 0000 00 00"},
	    {"CAA", "00 00"},
	    {"DS", "0001 01 01"},
	    {"APL", "0001 15 04 c0a820"},
	    {"HIP", "ff 02 0003 20 01 02 03"},
	    {"IPSECKEY", "0a 01 02 c00002"},
	    {"HINFO", "0161"},
	    {"SOA", "00 00 00000000"},
	};
	uint8_t wire[64];
	uint8_t out[64];
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		const uint16_t len = (uint16_t)from_hex(rows[i].hex, wire);
		struct bytes_reader reader = bytes_reader_of(wire, len);
		uint16_t out_len;
		const enum result result = dns_rdata_from_message(&reader, type_of(rows[i].type),
		                                                  len, out, sizeof(out), &out_len);
		if (result != RESULT_MALFORMED)
			printf("       %s %s\n", rows[i].type, rows[i].hex);
		CU_ASSERT_EQUAL(result, RESULT_MALFORMED);
	}
}

static void bad_text_is_refused(void)
{
	static const struct {
		const char *type;
		const char *text;
		size_t error_token;
		enum result want;
	} rows[] = {
	    {"A", "", 0, RESULT_MALFORMED},
	    {"A", "1.2.3", 0, RESULT_MALFORMED},
	    {"A", "1.2.3.4.", 0, RESULT_MALFORMED},
	    {"A", "1.2.3.256", 0, RESULT_MALFORMED},
	    {"A", "1.2.03.4", 0, RESULT_MALFORMED},
	    {"A", "1..2.3", 0, RESULT_MALFORMED},
	    {"A", "1.2.3.4 5", 1, RESULT_MALFORMED},
	    {"AAAA", "1.2.3.4", 0, RESULT_MALFORMED},
	    {"AAAA", "1::2::3", 0, RESULT_MALFORMED},
	    {"AAAA", ":1:2:3:4:5:6:7", 0, RESULT_MALFORMED},
	    {"AAAA", "1:2:3:4:5:6:7:", 0, RESULT_MALFORMED},
	    {"AAAA", "1:2:3:4:5:6:7:8:9", 0, RESULT_MALFORMED},
	    {"AAAA", "1:2:3:4:5:6:7:8::", 0, RESULT_MALFORMED},
	    {"AAAA", "1:2:3:4:5:6:7", 0, RESULT_MALFORMED},
	    {"AAAA", "12345::", 0, RESULT_MALFORMED},
	    {"AAAA", ":", 0, RESULT_MALFORMED},
	    {"AAAA", ":::", 0, RESULT_MALFORMED},
	    {"AAAA", "::1.2.3", 0, RESULT_MALFORMED},
	    {"AAAA", "fe80::1%eth0", 0, RESULT_MALFORMED},
	    {"MX", "65536 a.", 0, RESULT_OUT_OF_RANGE},
	    {"MX", "10", 1, RESULT_MALFORMED},
	    {"MX", "-1 a.", 0, RESULT_MALFORMED},
	    {"MX", "10 a..b", 1, RESULT_MALFORMED},
	    {"SOA", "a. b. 1 1x 1 1 1", 3, RESULT_MALFORMED},
	    {"SOA", "a. b. 1 1 1 1 999999w", 6, RESULT_OUT_OF_RANGE},
	    {"SOA", "a. b. 4294967296 1 1 1 1", 2, RESULT_OUT_OF_RANGE},
	    {"TXT", "", 0, RESULT_MALFORMED},
	    {"TXT", "a b\\25", 1, RESULT_MALFORMED},
	    {"DS", "1 8 2 ABC", 3, RESULT_MALFORMED},
	    {"DS", "1 8 2", 3, RESULT_MALFORMED},
	    {"DS", "1 8 2 AX", 3, RESULT_MALFORMED},
	    {"DS", "1 FOO 2 AB", 1, RESULT_MALFORMED},
	    {"DNSKEY", "1 3 8 AQI", 3, RESULT_MALFORMED},
	    {"DNSKEY", "1 3 8 AQ=I", 3, RESULT_MALFORMED},
	    {"RRSIG", "A 5 3 1 20031322173103 0 1 . AQID", 4, RESULT_OUT_OF_RANGE},
	    {"RRSIG", "A 5 3 1 200313221731 0 1 . AQID", 4, RESULT_MALFORMED},
	    {"RRSIG", "FOO 5 3 1 0 0 1 . AQID", 0, RESULT_MALFORMED},
	    {"NSEC", "a. A FOO", 2, RESULT_MALFORMED},
	    {"NSEC3", "1 0 0 - 2t7b4g4w", 4, RESULT_MALFORMED},
	    {"NSEC3PARAM", "1 0 0 abc", 3, RESULT_MALFORMED},
	    {"CAA", "0 is-sue x", 1, RESULT_MALFORMED},
	    {"CAA", "256 issue x", 0, RESULT_OUT_OF_RANGE},
	    {"LOC", "91 N 0 E 0", 0, RESULT_OUT_OF_RANGE},
	    {"LOC", "90 0 0.001 N 0 E 0", 3, RESULT_OUT_OF_RANGE},
	    {"LOC", "1 60 N 0 E 0", 1, RESULT_OUT_OF_RANGE},
	    {"LOC", "1 1 60 N 0 E 0", 2, RESULT_MALFORMED},
	    {"LOC", "1 N", 2, RESULT_MALFORMED},
	    {"LOC", "1 N 1 E -100001m", 4, RESULT_MALFORMED},
	    {"APL", "1:1.2.3.4/33", 0, RESULT_OUT_OF_RANGE},
	    {"APL", "3:1.2.3.4/3", 0, RESULT_MALFORMED},
	    {"APL", "1:1.2.3.4", 0, RESULT_MALFORMED},
	    {"IPSECKEY", "10 4 2 . AQID", 1, RESULT_OUT_OF_RANGE},
	    {"IPSECKEY", "10 0 2 x AQID", 3, RESULT_MALFORMED},
	    {"EUI48", "00-00-5e-00-53", 0, RESULT_MALFORMED},
	    {"EUI48", "00-00-5e-00-53-2a-00", 0, RESULT_MALFORMED},
	    {"NID", "10 0014:4fff:ff20", 1, RESULT_MALFORMED},
	    {"NULL", "x", 0, RESULT_MALFORMED},
	    {"TYPE731", "x", 0, RESULT_MALFORMED},
	    {"TYPE731", "\\# 2 abcdef", 1, RESULT_MALFORMED},
	    {"TYPE731", "\\# 1", 2, RESULT_MALFORMED},
	    {"TYPE731", "\\# x ab", 1, RESULT_MALFORMED},
	    {"A", "\\# 3 010203", 2, RESULT_MALFORMED},
	    {"MX", "\\# 4 000a c000", 2, RESULT_MALFORMED},
	    /* RFC 9460 appendix D.3. */
	    {"SVCB", "1 foo.example.com. key123=abc key123=def", 3, RESULT_MALFORMED},
	    {"SVCB", "1 foo.example.com. mandatory", 2, RESULT_MALFORMED},
	    {"SVCB", "1 foo.example.com. alpn", 2, RESULT_MALFORMED},
	    {"SVCB", "1 foo.example.com. port", 2, RESULT_MALFORMED},
	    {"SVCB", "1 foo.example.com. ipv4hint", 2, RESULT_MALFORMED},
	    {"SVCB", "1 foo.example.com. ipv6hint", 2, RESULT_MALFORMED},
	    {"SVCB", "1 foo.example.com. alpn=h2 no-default-alpn=abc", 3, RESULT_MALFORMED},
	    {"SVCB", "1 foo.example.com. mandatory=key123", 2, RESULT_MALFORMED},
	    {"SVCB", "1 foo.example.com. mandatory=mandatory", 2, RESULT_MALFORMED},
	    {"SVCB", "1 foo.example.com. mandatory=key123,key123 key123=abc", 2, RESULT_MALFORMED},
	    {"SVCB", "1 . no-default-alpn", 3, RESULT_MALFORMED},
	    {"SVCB", "1 . alpn=h2,,h3", 2, RESULT_MALFORMED},
	    {"SVCB", "1 . key01=a", 2, RESULT_MALFORMED},
	    {"SVCB", "1 . key65535=a", 2, RESULT_MALFORMED},
	    {"SVCB", "1 . ALPN=h2", 2, RESULT_MALFORMED},
	    {"SVCB", "1 . ech=A", 2, RESULT_MALFORMED},
	    {"SVCB", "1 . port=65536", 2, RESULT_MALFORMED},
	};
	static uint8_t out[WIRE_MAX];
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		uint16_t len;
		size_t error_token = 999;
		const enum result result =
		    read_text(type_of(rows[i].type), rows[i].text, out, &len, &error_token);
		if (result != rows[i].want || error_token != rows[i].error_token)
			printf("       %s %s: %s at %zu\n", rows[i].type, rows[i].text,
			       result_text(result), error_token);
		CU_ASSERT_EQUAL(result, rows[i].want);
		CU_ASSERT_EQUAL(error_token, rows[i].error_token);
	}
}

static void quoted_value_as_own_token(void)
{
	const struct dns_token tokens[] = {
	    {"1", 1, false},    {".", 1, false},       {"alpn=", 5, false},
	    {"h2,h3", 5, true}, {"port=53", 7, false},
	};
	uint8_t out[64];
	uint16_t len = 0;
	size_t error_token;
	const char *expected;
	CU_ASSERT_EQUAL(dns_rdata_from_tokens(DNS_TYPE_HTTPS, tokens, ARRAY_COUNT(tokens), NULL,
	                                      out, sizeof(out), &len, &error_token, &expected),
	                RESULT_OK);
	CU_ASSERT_EQUAL(len, 3 + 4 + 6 + 4 + 2);
	CU_ASSERT_EQUAL(memcmp(out, "\0\1\0\0\1\0\6\2h2\2h3\0\3\0\2\0\65", len), 0);
}

static void long_strings(void)
{
	static char text[300];
	static uint8_t out[WIRE_MAX];
	uint16_t len = 0;
	size_t error_token;
	memset(text, 'x', 255);
	CU_ASSERT_EQUAL(read_text(DNS_TYPE_TXT, text, out, &len, &error_token), RESULT_OK);
	CU_ASSERT_EQUAL(len, 256);
	text[255] = 'x';
	CU_ASSERT_EQUAL(read_text(DNS_TYPE_TXT, text, out, &len, &error_token), RESULT_TOO_LONG);
}

/* Service parameters that a resolver passes on but that have no text of their own. */
static void odd_svcb_is_generic(void)
{
	static const uint8_t wire[] = {0, 1, 0, 0, 3, 0, 3, 0, 0, 53};
	char text[128];
	size_t len;
	CU_ASSERT_EQUAL(
	    dns_rdata_to_text(DNS_TYPE_SVCB, wire, sizeof(wire), text, sizeof(text), &len),
	    RESULT_OK);
	CU_ASSERT_STRING_EQUAL(text, "\\# 10 00010000030003000035");
}

static void canonical_form(void)
{
	static const struct {
		const char *type;
		const char *text;
		const char *want;
	} rows[] = {
	    {"MX", "10 Mail.EXAMPLE.", "10 mail.example."},
	    {"SOA", "NS. Admin. 1 2 3 4 5", "ns. admin. 1 2 3 4 5"},
	    {"SRV", "1 2 3 Sip.", "1 2 3 sip."},
	    {"NAPTR", "1 2 \"S\" \"SIP\" \"Re\" Repl.", "1 2 \"S\" \"SIP\" \"Re\" repl."},
	    {"RRSIG", "A 5 3 1 0 0 1 EXAMPLE. AQID",
	     "A 5 3 1 19700101000000 19700101000000 1 example. AQID"},
	    /* RFC 6840 §5.1: not NSEC; and nothing else newer. */
	    {"NSEC", "Host. A", "Host. A"},
	    {"SVCB", "1 Foo.", "1 Foo."},
	    {"TXT", "\"ABC\"", "\"ABC\""},
	    {"DNAME", "ABC.", "abc."},
	};
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		static uint8_t wire[WIRE_MAX];
		char text[256];
		uint16_t len = 0;
		size_t other;
		const uint16_t type = type_of(rows[i].type);
		CU_ASSERT_EQUAL(read_text(type, rows[i].text, wire, &len, &other), RESULT_OK);
		dns_rdata_to_canonical(type, wire, len);
		CU_ASSERT_EQUAL(dns_rdata_to_text(type, wire, len, text, sizeof(text), &other),
		                RESULT_OK);
		CU_ASSERT_STRING_EQUAL(text, rows[i].want);
	}
}

static void glue_names(void)
{
	uint8_t mx[] = {0, 10, 1, 'a', 0};
	uint8_t naptr[] = {0, 1, 0, 2, 1, 's', 0, 0, 1, 'b', 0};
	CU_ASSERT_PTR_EQUAL(dns_rdata_glue_name(DNS_TYPE_MX, mx, sizeof(mx)), mx + 2);
	CU_ASSERT_PTR_EQUAL(dns_rdata_glue_name(DNS_TYPE_NAPTR, naptr, sizeof(naptr)), naptr + 8);
	CU_ASSERT_PTR_EQUAL(dns_rdata_glue_name(DNS_TYPE_NS, mx + 2, 3), mx + 2);
	CU_ASSERT_PTR_NULL(dns_rdata_glue_name(DNS_TYPE_CNAME, mx + 2, 3));
	CU_ASSERT_PTR_NULL(dns_rdata_glue_name(DNS_TYPE_A, mx, 4));
	CU_ASSERT_PTR_NULL(dns_rdata_glue_name(65280, mx, 4));
}

static const struct unit_case cases[] = {
    {"vectors_hold", vectors_hold},
    {"every_type_has_a_vector", every_type_has_a_vector},
    {"cut_wire_is_safe", cut_wire_is_safe},
    {"small_buffers", small_buffers},
    {"names_are_decompressed", names_are_decompressed},
    {"bad_wire_is_refused", bad_wire_is_refused},
    {"bad_text_is_refused", bad_text_is_refused},
    {"quoted_value_as_own_token", quoted_value_as_own_token},
    {"long_strings", long_strings},
    {"odd_svcb_is_generic", odd_svcb_is_generic},
    {"canonical_form", canonical_form},
    {"glue_names", glue_names},
};

int main(int argc, char **argv)
{
	return unit_main(argc, argv, "dns/rdata", cases, ARRAY_COUNT(cases));
}
