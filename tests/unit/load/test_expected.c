/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Answers with the expected records, with others, with none, and broken ones. */
#include "load/expected.h"

#include <string.h>

#include "dns/message.h"
#include "dns/rrtype.h"
#include "load/load_limits.h"
#include "unit.h"

#define QUESTION "\1a\0\0\1\0\1"
#define QUESTION_END (DNS_HEADER_SIZE + 7)
#define HEADER(answers_) "\0\0\x80\0\0\1\0" answers_ "\0\0\0\0"
#define ADDRESS(last_) "\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4\300\0\2" last_
#define ALIAS "\xc0\x0c\0\5\0\1\0\0\0\x3c\0\2\xc0\x0c"

static const char *wrong;

static struct expected_list list_of(const char *text, uint16_t type)
{
	char copy[4096];
	struct expected_list list = {0};
	snprintf(copy, sizeof(copy), "%s", text);
	CU_ASSERT_EQUAL_FATAL(expected_add(&list, 5, type, copy, &wrong), RESULT_OK);
	return list;
}

static bool matches(const char *text, const char *message, size_t len)
{
	struct expected_list list = list_of(text, DNS_TYPE_A);
	bool result =
	    expected_match(&list, 5, DNS_TYPE_A, (const uint8_t *)message, len, QUESTION_END);
	expected_free(&list);
	return result;
}

#define MATCHES(text_, message_) matches(text_, message_, sizeof(message_) - 1)

static void test_sets(void)
{
	CU_ASSERT_TRUE(MATCHES("192.0.2.1", HEADER("\1") QUESTION ADDRESS("\1")));
	CU_ASSERT_TRUE(
	    MATCHES("192.0.2.1 | 192.0.2.2", HEADER("\2") QUESTION ADDRESS("\2") ADDRESS("\1")));
	CU_ASSERT_TRUE(MATCHES("192.0.2.1", HEADER("\2") QUESTION ALIAS ADDRESS("\1")));
	CU_ASSERT_TRUE(MATCHES("-", HEADER("\0") QUESTION));
	CU_ASSERT_TRUE(MATCHES("-", HEADER("\1") QUESTION ALIAS));
}

static void test_others(void)
{
	CU_ASSERT_FALSE(MATCHES("192.0.2.1", HEADER("\1") QUESTION ADDRESS("\2")));
	CU_ASSERT_FALSE(MATCHES("192.0.2.1", HEADER("\0") QUESTION));
	CU_ASSERT_FALSE(MATCHES("-", HEADER("\1") QUESTION ADDRESS("\1")));
	CU_ASSERT_FALSE(MATCHES("192.0.2.1", HEADER("\2") QUESTION ADDRESS("\1") ADDRESS("\2")));
	/* The same twice is not two that differ. */
	CU_ASSERT_FALSE(
	    MATCHES("192.0.2.1 | 192.0.2.2", HEADER("\2") QUESTION ADDRESS("\1") ADDRESS("\1")));
}

static void test_broken(void)
{
	CU_ASSERT_FALSE(MATCHES("192.0.2.1", HEADER("\2") QUESTION ADDRESS("\1")));
	CU_ASSERT_FALSE(
	    MATCHES("192.0.2.1", HEADER("\1") QUESTION "\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4\300"));
	CU_ASSERT_FALSE(
	    MATCHES("192.0.2.1", HEADER("\1") QUESTION "\xc0\x0c\0\1\0\1\0\0\0\x3c\0\1\300"));
	CU_ASSERT_FALSE(matches("192.0.2.1", HEADER("\1"), DNS_HEADER_SIZE));
}

/* Names are compared without case, and uncompressed (RFC 4034 §6.2). */
static void test_names(void)
{
	static const char message[] =
	    HEADER("\1") "\1a\0\0\x0f\0\1"
	                 "\xc0\x0c\0\x0f\0\1\0\0\0\x3c\0\6\0\x0a\1M\xc0\x0c";
	struct expected_list list = list_of("10 m.A.", DNS_TYPE_MX);
	CU_ASSERT_TRUE(expected_match(&list, 5, DNS_TYPE_MX, (const uint8_t *)message,
	                              sizeof(message) - 1, QUESTION_END));
	expected_free(&list);
}

static void test_only_where_expected(void)
{
	struct expected_list list = list_of("192.0.2.1", DNS_TYPE_A);
	static const char message[] = HEADER("\0") QUESTION;
	static const uint32_t others[] = {0, 4, 6, 2000};
	for (size_t i = 0; i < ARRAY_COUNT(others); i++)
		CU_ASSERT_TRUE(expected_match(&list, others[i], DNS_TYPE_A,
		                              (const uint8_t *)message, sizeof(message) - 1,
		                              QUESTION_END));
	expected_free(&list);
}

static void test_wrong_text(void)
{
	static const struct {
		const char *text;
		const char *wanted;
	} cases[] = {
	    {"192.0.2.", "an IPv4 address"},
	    {"192.0.2.1 |", "a record is empty"},
	    {"| 192.0.2.1", "a record is empty"},
	    {"\"192.0.2.1", "a quote is not closed, or there are too many words"},
	    {"- | 192.0.2.1", "an IPv4 address"},
	};
	char copy[4096] = "";
	struct expected_list list = {0};
	for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
		snprintf(copy, sizeof(copy), "%s", cases[i].text);
		CU_ASSERT_EQUAL(expected_add(&list, 0, DNS_TYPE_A, copy, &wrong), RESULT_MALFORMED);
		CU_ASSERT_STRING_EQUAL(wrong, cases[i].wanted);
	}
	copy[0] = '\0';
	for (unsigned i = 0; i <= LOAD_EXPECTED_MAX; i++)
		snprintf(copy + strlen(copy), sizeof(copy) - strlen(copy), "%s192.0.2.%u",
		         i == 0 ? "" : " | ", i);
	CU_ASSERT_EQUAL(expected_add(&list, 0, DNS_TYPE_A, copy, &wrong), RESULT_TOO_LONG);
	expected_free(&list);
}

int main(int argc, char **argv)
{
	static const struct unit_case cases[] = {
	    {"sets in any order, behind aliases, empty ones", test_sets},
	    {"another record, one too few, one too many, one twice", test_others},
	    {"answers that are broken", test_broken},
	    {"names without case, compressed", test_names},
	    {"questions without expected records", test_only_where_expected},
	    {"text that is no rdata", test_wrong_text},
	};
	return unit_main(argc, argv, "load/expected", cases, ARRAY_COUNT(cases));
}
