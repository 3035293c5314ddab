/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Rdata of every type: text to wire to text to wire, wire from messages, and what is refused. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dns/rrtype.h"
#include "dns/rrtype_table.h"
#include "dns/text.h"
#include "rdata_refusals.h"
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
	uint8_t wire[64];
	uint8_t out[64];
	for (size_t i = 0; i < ARRAY_COUNT(rdata_bad_wire); i++) {
		const uint16_t len = (uint16_t)from_hex(rdata_bad_wire[i].hex, wire);
		struct bytes_reader reader = bytes_reader_of(wire, len);
		uint16_t out_len;
		const enum result result = dns_rdata_from_message(
		    &reader, type_of(rdata_bad_wire[i].type), len, out, sizeof(out), &out_len);
		if (result != RESULT_MALFORMED)
			printf("       %s %s\n", rdata_bad_wire[i].type, rdata_bad_wire[i].hex);
		CU_ASSERT_EQUAL(result, RESULT_MALFORMED);
	}
}

static void bad_text_is_refused(void)
{
	static uint8_t out[WIRE_MAX];
	for (size_t i = 0; i < ARRAY_COUNT(rdata_bad_text); i++) {
		uint16_t len;
		size_t error_token = 999;
		const enum result result =
		    read_text(type_of(rdata_bad_text[i].type), rdata_bad_text[i].text, out, &len,
		              &error_token);
		if (result != rdata_bad_text[i].want ||
		    error_token != rdata_bad_text[i].error_token)
			printf("       %s %s: %s at %zu\n", rdata_bad_text[i].type,
			       rdata_bad_text[i].text, result_text(result), error_token);
		CU_ASSERT_EQUAL(result, rdata_bad_text[i].want);
		CU_ASSERT_EQUAL(error_token, rdata_bad_text[i].error_token);
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
