/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* The scanner's limits: files larger than its window, entries and rdata of the greatest size. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit.h"
#include "vector.h"

#include "zone/scan.h"
#include "zone/zone.h"
#include "zone/zone_limits.h"

static struct zone_errors errors;

#define GOOD "@ 60 SOA ns h 1 2 3 4 5\n@ 60 NS ns.example.net.\n"

/* Loads what was written, and frees it. */
static enum result load(struct vector_text *text, struct zone **out)
{
	struct vector_file file;
	struct zone_load settings = {0};
	CU_ASSERT_FATAL(dns_name_from_text("example.com", 11, NULL, &settings.origin) == RESULT_OK);
	vector_text_close(text);
	vector_file_open(&file, text->data, text->len);
	settings.file = file.path;
	const enum result result = zone_load_file(&settings, out, &errors);
	vector_file_close(&file);
	free(text->data);
	return result;
}

/* Writes a zone of two windows and a half; gives the names in it. */
static unsigned write_large(struct vector_text *text)
{
	unsigned names = 0;
	while (ftell(text->stream) < (long)(ZONE_READ_BYTES / 2 * 5)) {
		fprintf(text->stream,
		        "n%07u 60 TXT ( \"some text that fills the line\"\n\t\"more\" )\n", names);
		names++;
	}
	return names;
}

static void test_large_file(void)
{
	struct vector_text text;
	vector_text_open(&text, GOOD);
	const unsigned names = write_large(&text);
	struct zone *zone = NULL;
	CU_ASSERT_FATAL(load(&text, &zone) == RESULT_OK);
	CU_ASSERT(zone_name_count(zone) == names + 1);
	CU_ASSERT(zone_record_count(zone) == names + 2);
	zone_free(zone);
}

/* The place of an error behind the first window is right too. */
static void test_late_error(void)
{
	struct vector_text text;
	vector_text_open(&text, GOOD);
	const unsigned names = write_large(&text);
	struct zone *zone;
	fputs("bad 60 A x\n", text.stream);
	CU_ASSERT(load(&text, &zone) == RESULT_MALFORMED);
	CU_ASSERT(errors.error[0].line == 2 + 2 * names + 1 && errors.error[0].column == 10);
}

static void test_long_entry(void)
{
	struct vector_text text;
	vector_text_open(&text, GOOD "x 60 TXT (");
	struct zone *zone;
	for (unsigned i = 0; i < ZONE_READ_BYTES / 8; i++)
		fputs(" aaaaaaaaaaaaaaa", text.stream);
	CU_ASSERT(load(&text, &zone) == RESULT_MALFORMED);
	CU_ASSERT(errors.error[0].line == 3);
	CU_ASSERT(strstr(errors.error[0].text, "expected a shorter one") != NULL);
}

/* 65,025 octets of text in one record; what would be more than 65,535 is refused. */
static void test_large_rdata(void)
{
	struct zone *zone = NULL;
	for (unsigned strings = 255; strings <= 265; strings += 10) {
		struct vector_text text;
		vector_text_open(&text, GOOD "x 60 TXT");
		for (unsigned i = 0; i < strings; i++)
			fprintf(text.stream, " \"%0254u\"", i);
		fputs("\n", text.stream);
		CU_ASSERT(load(&text, &zone) == (strings == 255 ? RESULT_OK : RESULT_MALFORMED));
	}
	zone_free(zone);
}

static void tokens_are(const char *input, const char *expected)
{
	struct zone_scan scan;
	struct vector_text text;
	vector_text_open(&text, "");
	zone_scan_text(&scan, input, strlen(input), "text", 1);
	enum result result;
	while ((result = zone_scan_next(&scan)) == RESULT_OK) {
		fputs(scan.blank_start ? "_" : "", text.stream);
		for (size_t i = 0; i < scan.token_count; i++)
			fprintf(text.stream, scan.token[i].quoted ? "<%.*s>" : "[%.*s]",
			        (int)scan.token[i].len, scan.token[i].text);
		fputs("/", text.stream);
	}
	CU_ASSERT(result == RESULT_NOT_FOUND);
	CU_ASSERT_STRING_EQUAL(vector_text_close(&text), expected);
	zone_scan_close(&scan);
	free(text.data);
}

static void test_tokens(void)
{
	tokens_are("", "");
	tokens_are("\n\n ; only a comment\n\t\n", "");
	tokens_are("a b\n c\n", "[a][b]/_[c]/");
	tokens_are("a b", "[a][b]/");
	tokens_are("a\tb\r\nc", "[a][b]/[c]/");
	tokens_are("a (b\n(c)\nd) e", "[a][b][c][d][e]/");
	tokens_are("(a\n)", "[a]/");
	tokens_are("a;b\nc", "[a]/[c]/");
	tokens_are("a ( ; comment )\n b )", "[a][b]/");
	tokens_are("\"\" \"a b\"\"c\"d", "<><a b><c>[d]/");
	tokens_are("\"a\\\"b;(\" \\;\\ \\(x", "<a\\\"b;(>[\\;\\ \\(x]/");
	tokens_are("k=\"v w\" k2=\"a\\\" b\"x", "[k=\"v w\"][k2=\"a\\\" b\"x]/");
	tokens_are("a\"b\"", "[a]<b>/");
}

static const struct unit_case cases[] = {
    {"large_file", test_large_file}, {"late_error", test_late_error},
    {"long_entry", test_long_entry}, {"large_rdata", test_large_rdata},
    {"tokens", test_tokens},
};

int main(int argc, char **argv)
{
	return unit_main(argc, argv, "zone/scan", cases, ARRAY_COUNT(cases));
}
