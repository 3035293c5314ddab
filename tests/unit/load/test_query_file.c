/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Lines, right and wrong, and the messages made from them. */
#include "load/query_file.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "dns/message.h"
#include "load/load_limits.h"
#include "net/checksum.h"
#include "unit.h"

static char errors[4096];

static enum result read_text(const char *text, const struct query_file_settings *settings,
                             struct query_file *out)
{
	FILE *in = fmemopen((void *)(uintptr_t)text, strlen(text), "r");
	FILE *told = fmemopen(errors, sizeof(errors), "w");
	CU_ASSERT_PTR_NOT_NULL_FATAL(in);
	CU_ASSERT_PTR_NOT_NULL_FATAL(told);
	enum result result = query_file_read(in, "queries", settings, told, out);
	fclose(told);
	fclose(in);
	return result;
}

static void test_lines(void)
{
	struct query_file file;
	const struct query_file_settings settings = {.recursion_desired = true};
	CU_ASSERT_EQUAL_FATAL(read_text("; comment\n\nwww.example.com A\n# another\n"
	                                "Example. TYPE65 nxdomain\n.\tNS REFUSED",
	                                &settings, &file),
	                      RESULT_OK);
	static const uint8_t wanted[] = "\0\0\1\0\0\1\0\0\0\0\0\0\3www\7example\3com\0\0\1\0\1";
	CU_ASSERT_EQUAL_FATAL(file.count, 3);
	CU_ASSERT_EQUAL(file.entries[0].len, sizeof(wanted) - 1);
	CU_ASSERT_EQUAL(file.entries[0].question_end, sizeof(wanted) - 1);
	CU_ASSERT_EQUAL(memcmp(query_file_message(&file, 0), wanted, sizeof(wanted) - 1), 0);
	CU_ASSERT_EQUAL(file.entries[0].rcode, QUERY_FILE_ANY_RCODE);
	CU_ASSERT_EQUAL(file.entries[1].rcode, DNS_RCODE_NXDOMAIN);
	CU_ASSERT_EQUAL(file.entries[2].rcode, DNS_RCODE_REFUSED);
	CU_ASSERT_EQUAL(query_file_message(&file, 1)[13], 'E');
	query_file_free(&file);
}

static void test_opt(void)
{
	struct query_file file;
	const struct query_file_settings settings = {
	    .dnssec_ok = true, .cookie = true, .udp_bytes = 4096};
	CU_ASSERT_EQUAL_FATAL(read_text("a. A\n", &settings, &file), RESULT_OK);
	static const uint8_t wanted[] = "\0\0\0\0\0\1\0\0\0\0\0\1\1a\0\0\1\0\1\0\0\x29\x10\0\0\0"
	                                "\x80\0\0\x0c\0\x0a\0\x08\0\0\0\0\0\0\0";
	const struct query_file_entry *entry = &file.entries[0];
	CU_ASSERT_EQUAL(entry->len, sizeof(wanted));
	CU_ASSERT_EQUAL(entry->question_end, 19);
	CU_ASSERT_EQUAL(memcmp(query_file_message(&file, 0), wanted, sizeof(wanted)), 0);
	CU_ASSERT_EQUAL(entry->sum, net_checksum_fold(net_checksum_add(wanted, sizeof(wanted), 0)));
	query_file_free(&file);
}

/* An option of the user's stands before the cookie, which grows at the end. */
static void test_option(void)
{
	struct query_file file;
	const struct query_file_settings settings = {
	    .cookie = true, .option = "\0\x08\0\x02xy", .option_len = 6};
	CU_ASSERT_EQUAL_FATAL(read_text("a. A\n", &settings, &file), RESULT_OK);
	static const uint8_t wanted[] = "\0\0\0\0\0\1\0\0\0\0\0\1\1a\0\0\1\0\1\0\0\x29\x04\xd0\0\0"
	                                "\0\0\0\x12\0\x08\0\x02xy\0\x0a\0\x08\0\0\0\0\0\0\0";
	CU_ASSERT_EQUAL(file.entries[0].len, sizeof(wanted));
	CU_ASSERT_EQUAL(memcmp(query_file_message(&file, 0), wanted, sizeof(wanted)), 0);
	query_file_free(&file);
}

static void test_records(void)
{
	struct query_file file;
	const struct query_file_settings settings = {0};
	CU_ASSERT_EQUAL_FATAL(
	    read_text("a. A\nb. A NOERROR 192.0.2.1 | 192.0.2.2\nc. A NOERROR -\n", &settings,
	              &file),
	    RESULT_OK);
	CU_ASSERT_PTR_NOT_NULL_FATAL(file.expected.at);
	CU_ASSERT_EQUAL(file.expected.at[0], 0);
	CU_ASSERT_EQUAL(file.expected.at[1], 1);
	static const uint8_t wanted[] = "\0\2\0\4\300\0\2\1\0\4\300\0\2\2\0";
	CU_ASSERT_EQUAL(file.expected.used, sizeof(wanted));
	CU_ASSERT_EQUAL(memcmp(file.expected.octets, wanted, sizeof(wanted)), 0);
	/* An answer without records: right for the first and the last question. */
	for (uint32_t i = 0; i < file.count; i++) {
		const uint8_t *answer = query_file_message(&file, i);
		CU_ASSERT_EQUAL(query_file_fits(&file, i, answer, file.entries[i].len), i != 1);
	}
	query_file_free(&file);
}

static void test_errors(void)
{
	static const struct {
		const char *text;
		const char *wanted;
	} cases[] = {
	    {"x\n",
	     "queries:1: a name, a type and perhaps a response code are wanted; only \"x\"\n"},
	    {"\n..x A\n", "queries:2: no domain name: \"..x\"\n"},
	    {"a. FOO\n", "queries:1: no record type: \"FOO\"\n"},
	    {"a. A NOPE\n", "queries:1: no response code: \"NOPE\"\n"},
	    {"a. A NOERROR x\n",
	     "queries:1: expected records that are wrong: \"an IPv4 address\"\n"},
	    {"a. TXT NOERROR \"x\n", "queries:1: expected records that are wrong: \"a quote is not "
	                             "closed, or there are too many "
	                             "words\"\n"},
	    {"a. A NOERROR 1.2.3.4 |\n",
	     "queries:1: expected records that are wrong: \"a record is empty\"\n"},
	    {"a. A\nb.\nc. X\n",
	     "queries:2: a name, a type and perhaps a response code are wanted; only \"b.\"\n"
	     "queries:3: no record type: \"X\"\n"},
	};
	const struct query_file_settings settings = {0};
	struct query_file file;
	for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
		CU_ASSERT_EQUAL(read_text(cases[i].text, &settings, &file), RESULT_MALFORMED);
		CU_ASSERT_STRING_EQUAL(errors, cases[i].wanted);
		query_file_free(&file);
	}
	CU_ASSERT_EQUAL(read_text("; nothing\n", &settings, &file), RESULT_NOT_FOUND);
	query_file_free(&file);
}

static void test_many_errors(void)
{
	char text[LOAD_LINE_MAX * 2];
	struct query_file file;
	const struct query_file_settings settings = {0};
	memset(text, 0, sizeof(text));
	for (int i = 0; i < 15; i++)
		memcpy(text + 2 * i, "x\n", 2);
	CU_ASSERT_EQUAL(read_text(text, &settings, &file), RESULT_MALFORMED);
	CU_ASSERT_PTR_NOT_NULL(strstr(errors, "queries:10: "));
	CU_ASSERT_PTR_NULL(strstr(errors, "queries:11: "));
	CU_ASSERT_PTR_NOT_NULL(strstr(errors, "queries: 5 more lines are wrong\n"));
	query_file_free(&file);
	memset(text, 'x', sizeof(text) - 1);
	CU_ASSERT_EQUAL(read_text(text, &settings, &file), RESULT_MALFORMED);
	CU_ASSERT_PTR_NOT_NULL(strstr(errors, "queries:1: a line longer than any question"));
	query_file_free(&file);
}

int main(int argc, char **argv)
{
	static const struct unit_case cases[] = {
	    {"names, types, codes, comments", test_lines},
	    {"an OPT record with room for a cookie", test_opt},
	    {"an option before the cookie", test_option},
	    {"expected records", test_records},
	    {"each mistake with its line", test_errors},
	    {"many mistakes, endless lines", test_many_errors},
	};
	return unit_main(argc, argv, "load/query_file", cases, ARRAY_COUNT(cases));
}
