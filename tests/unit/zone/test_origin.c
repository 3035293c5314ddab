/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Which zone a file is. */
#include "zone/origin.h"

#include <string.h>

#include "unit.h"
#include "vector.h"

static void expect_path(const char *path, const char *wanted)
{
	char text[DNS_NAME_TEXT_MAX];
	struct dns_name name;
	CU_ASSERT_FATAL(zone_origin_from_path(path, &name) == RESULT_OK);
	dns_name_to_text(name.wire, text);
	CU_ASSERT_STRING_EQUAL(text, wanted);
}

static void test_path(void)
{
	struct dns_name name;
	expect_path("/etc/zones/example.com.zone", "example.com.");
	expect_path("example.com.", "example.com.");
	expect_path("db.example.com", "example.com.");
	expect_path("a/DB.Example.com.ZONE.signed", "Example.com.");
	expect_path("2.0.192.in-addr.arpa.db", "2.0.192.in-addr.arpa.");
	CU_ASSERT(zone_origin_from_path("dir/", &name) == RESULT_NOT_FOUND);
	CU_ASSERT(zone_origin_from_path("a..b.zone", &name) == RESULT_NOT_FOUND);
}

/* NULL: the file does not say. The path of the file itself, "/proc/self/fd/N", is the name "N." then. */
static void expect_text(const char *text, const char *wanted)
{
	char found[DNS_NAME_TEXT_MAX];
	struct dns_name name;
	enum zone_origin_source source = ZONE_ORIGIN_FILE_NAME;
	struct vector_file file;
	vector_file_open(&file, text, strlen(text));
	CU_ASSERT_FATAL(zone_origin_find(file.path, &name, &source) == RESULT_OK);
	vector_file_close(&file);
	CU_ASSERT(source == (wanted != NULL ? ZONE_ORIGIN_SOA : ZONE_ORIGIN_FILE_NAME));
	dns_name_to_text(name.wire, found);
	if (wanted != NULL)
		CU_ASSERT_STRING_EQUAL(found, wanted);
}

static void test_text(void)
{
	expect_text("example. SOA . . 1 2 3 4 5\n", "example.");
	expect_text("; x\n$TTL 1h\nExample. 1h IN SOA . . 1 2 3 4 5\n", "Example.");
	expect_text("$ORIGIN a.example.\n@ IN 1h SOA . . 1 2 3 4 5\n", "a.example.");
	expect_text("$origin example.\n$ORIGIN b\nc SOA . . 1 2 3 4 5\n", "c.b.example.");
	expect_text("a. NS b.\n SOA . . 1 2 3 4 5\n", "a.");
	expect_text("broken (\n", NULL);
	expect_text("a. ) NS b.\na. SOA . . 1 2 3 4 5\n", "a.");
}

static void test_silent(void)
{
	expect_text("", NULL);
	expect_text("@ SOA . . 1 2 3 4 5\n", NULL);
	expect_text("x\\. SOA . . 1 2 3 4 5\n", NULL);
	expect_text("$ORIGIN relative\n@ SOA . . 1 2 3 4 5\n", NULL);
	expect_text("a. NS b.\n", NULL);
}

static void test_missing(void)
{
	struct dns_name name;
	enum zone_origin_source source;
	CU_ASSERT(zone_origin_find("/nonexistent/example.zone", &name, &source) == RESULT_IO);
}

static const struct unit_case cases[] = {
    {"path", test_path},
    {"text", test_text},
    {"silent", test_silent},
    {"missing", test_missing},
};

int main(int argc, char **argv)
{
	return unit_main(argc, argv, "zone/origin", cases, ARRAY_COUNT(cases));
}
