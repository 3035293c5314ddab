/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* The question taken apart: label places, lower case, suffix hashes. */
#include "dns/question.h"

#include <stdlib.h>
#include <string.h>

#include "unit.h"

/* What question.h promises, checked against the plain functions of name.h. */
static void check_question(const struct dns_question *question, const uint8_t *wire)
{
	const size_t len = dns_name_len(wire);
	CU_ASSERT_EQUAL(question->name_len, len);
	size_t at = 0;
	for (size_t i = 0; i <= question->label_count; i++) {
		CU_ASSERT_EQUAL(question->label_at[i], at);
		CU_ASSERT_EQUAL(question->hash[i], dns_name_hash(wire + at));
		at += (size_t)wire[at] + 1;
	}
	CU_ASSERT_EQUAL(at, len);
	CU_ASSERT_EQUAL(question->hash[question->label_count], dns_name_hash_root());
	for (size_t i = 0; i < len; i++)
		CU_ASSERT_EQUAL(question->name[i], dns_name_lower[wire[i]]);
}

static void set_all_lengths(void)
{
	struct dns_question question;
	/* Names of every length, from exactly sized copies, so that a sanitizer sees reading beyond. */
	for (size_t len = 3; len <= DNS_NAME_MAX; len++) {
		uint8_t *wire = malloc(len);
		size_t at = 0;
		while (len - at > 65) {
			wire[at] = (uint8_t)(1 + at % 61);
			memset(wire + at + 1, 'A' + (int)(at % 26), wire[at]);
			at += (size_t)wire[at] + 1;
		}
		if (len - at > 1) {
			wire[at] = (uint8_t)(len - at - 2);
			memset(wire + at + 1, 'Q', wire[at]);
		}
		wire[len - 1] = 0;
		if (dns_name_len(wire) == len) {
			dns_question_set(&question, wire, 1, 1);
			check_question(&question, wire);
		}
		free(wire);
	}
}

static void set_root_and_most_labels(void)
{
	struct dns_question question;
	dns_question_set(&question, (const uint8_t *)"", DNS_LABELS_MAX, 255);
	CU_ASSERT_EQUAL(question.label_count, 0);
	CU_ASSERT_EQUAL(question.name_len, 1);
	CU_ASSERT_EQUAL(question.type, 127);
	CU_ASSERT_EQUAL(question.class, 255);
	check_question(&question, (const uint8_t *)"");
	uint8_t wire[DNS_NAME_MAX];
	for (size_t i = 0; i < DNS_LABELS_MAX; i++) {
		wire[2 * i] = 1;
		wire[2 * i + 1] = (uint8_t)('A' + i % 26);
	}
	wire[254] = 0;
	dns_question_set(&question, wire, 1, 1);
	CU_ASSERT_EQUAL(question.label_count, DNS_LABELS_MAX);
	check_question(&question, wire);
}

static void parse_reads_question(void)
{
	static const char wire[] = "\3wWw\7Example\3COM\0\0\x1c\0\1";
	const size_t len = sizeof(wire) - 1;
	struct dns_question question;
	for (size_t cut = 0; cut < len; cut++) {
		uint8_t *copy = malloc(cut + 1);
		memcpy(copy, wire, cut);
		struct bytes_reader reader = bytes_reader_of(copy, cut);
		CU_ASSERT_EQUAL(dns_question_parse(&reader, &question), RESULT_TOO_SHORT);
		CU_ASSERT_EQUAL(reader.at, 0);
		free(copy);
	}
	uint8_t *copy = malloc(len);
	memcpy(copy, wire, len);
	struct bytes_reader reader = bytes_reader_of(copy, len);
	CU_ASSERT_EQUAL(dns_question_parse(&reader, &question), RESULT_OK);
	CU_ASSERT_EQUAL(reader.at, len);
	CU_ASSERT_EQUAL(question.type, 28);
	CU_ASSERT_EQUAL(question.class, 1);
	CU_ASSERT_EQUAL(question.label_count, 3);
	CU_ASSERT_EQUAL(memcmp(question.name, "\3www\7example\3com", 17), 0);
	check_question(&question, copy);
	free(copy);
}

static void parse_refuses(void)
{
	struct dns_question question;
	struct bytes_reader reader = bytes_reader_of((const uint8_t *)"\1a\xc0\0\0\1\0\1", 8);
	CU_ASSERT_EQUAL(dns_question_parse(&reader, &question), RESULT_MALFORMED);
	uint8_t wire[300];
	memset(wire, 1, sizeof(wire));
	reader = bytes_reader_of(wire, sizeof(wire));
	CU_ASSERT_EQUAL(dns_question_parse(&reader, &question), RESULT_TOO_LONG);
	CU_ASSERT_EQUAL(reader.at, 0);
}

static const struct unit_case cases[] = {
    {"set_all_lengths", set_all_lengths},
    {"set_root_and_most_labels", set_root_and_most_labels},
    {"parse_reads_question", parse_reads_question},
    {"parse_refuses", parse_refuses},
};

int main(int argc, char **argv)
{
	return unit_main(argc, argv, "dns/question", cases, ARRAY_COUNT(cases));
}
