/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Durations with units and calendar times. */
#include "dns/ttl.h"

#include <string.h>

#include "unit.h"

static void durations(void)
{
	static const struct {
		const char *text;
		enum result want;
		uint32_t value;
	} rows[] = {
	    {"0", RESULT_OK, 0},
	    {"3600", RESULT_OK, 3600},
	    {"1h30m", RESULT_OK, 5400},
	    {"1W2D3H4M5S", RESULT_OK, 788645},
	    {"1h30", RESULT_OK, 3630},
	    {"2147483647", RESULT_OK, 2147483647},
	    {"2147483648", RESULT_OUT_OF_RANGE, 0},
	    {"4294967296", RESULT_OUT_OF_RANGE, 0},
	    {"99999999999999999999999999", RESULT_OUT_OF_RANGE, 0},
	    {"99999w", RESULT_OUT_OF_RANGE, 0},
	    {"4294967295w4294967295w", RESULT_OUT_OF_RANGE, 0},
	    {"", RESULT_MALFORMED, 0},
	    {"h", RESULT_MALFORMED, 0},
	    {"1hh", RESULT_MALFORMED, 0},
	    {"1x", RESULT_MALFORMED, 0},
	    {"-1", RESULT_MALFORMED, 0},
	    {"1 h", RESULT_MALFORMED, 0},
	};
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		uint32_t value = 0;
		CU_ASSERT_EQUAL(dns_ttl_from_text(rows[i].text, strlen(rows[i].text), &value),
		                rows[i].want);
		CU_ASSERT_EQUAL(value, rows[i].value);
	}
	uint32_t value;
	CU_ASSERT_EQUAL(dns_duration_from_text("4294967295", 10, UINT32_MAX, &value), RESULT_OK);
	CU_ASSERT_EQUAL(value, UINT32_MAX);
}

static void times(void)
{
	static const struct {
		const char *text;
		uint32_t value;
	} rows[] = {
	    {"19700101000000", 0},          {"20000229235959", 951868799},
	    {"20030322173103", 1048354263}, {"20240101000000", 1704067200},
	    {"20380119031408", 2147483648}, {"21060207062815", 4294967295},
	};
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		uint32_t value = 0;
		char text[DNS_TIME_TEXT_LEN + 1] = {0};
		CU_ASSERT_EQUAL(dns_time_from_text(rows[i].text, 14, &value), RESULT_OK);
		CU_ASSERT_EQUAL(value, rows[i].value);
		dns_time_to_text(value, text);
		CU_ASSERT_STRING_EQUAL(text, rows[i].text);
	}
	uint32_t value = 0;
	CU_ASSERT_EQUAL(dns_time_from_text("1048354263", 10, &value), RESULT_OK);
	CU_ASSERT_EQUAL(value, 1048354263);
	/* Beyond 2106 the number wraps (RFC 4034 §3.1.5). */
	CU_ASSERT_EQUAL(dns_time_from_text("21060207062816", 14, &value), RESULT_OK);
	CU_ASSERT_EQUAL(value, 0);
	static const char *const bad[] = {"",
	                                  "20010229000000",
	                                  "20011301000000",
	                                  "20010100000000",
	                                  "20010101240000",
	                                  "20010101006000",
	                                  "20010101000061",
	                                  "19691231235959",
	                                  "4294967296",
	                                  "200101010000",
	                                  "2001010100000x"};
	for (size_t i = 0; i < ARRAY_COUNT(bad); i++)
		CU_ASSERT_NOT_EQUAL(dns_time_from_text(bad[i], strlen(bad[i]), &value), RESULT_OK);
}

static const struct unit_case cases[] = {{"durations", durations}, {"times", times}};

int main(int argc, char **argv)
{
	return unit_main(argc, argv, "dns/ttl", cases, ARRAY_COUNT(cases));
}
