/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Every path of a configuration is found, and which of them are written. */
#include "load.h"

#include <stdio.h>
#include <string.h>

#include "config/paths.h"

struct found {
	char text[1024];
};

static void visit(void *context, const char *path, bool is_written)
{
	struct found *found = context;
	const size_t len = strlen(found->text);
	snprintf(found->text + len, sizeof(found->text) - len, "%s%s ", path,
	         is_written ? "(w)" : "");
}

static void check(const char *text, const char *wanted)
{
	struct found found = {.text = ""};
	struct config *config = load_good(text);
	CU_ASSERT_PTR_NOT_NULL_FATAL(config);
	config_paths_visit(config, visit, &found);
	CU_ASSERT_STRING_EQUAL(found.text, wanted);
	config_free(config);
}

static void test_none(void)
{
	check("{}", "");
}

static void test_sections(void)
{
	check("{\"logging\":{\"file\":\"/l/x\"},\"cache\":{\"file\":\"/c/"
	      "x\"},\"root_hints\":{\"file\":"
	      "\"/r/x\"},\"sandbox\":{\"crash_folder\":\"/k\"}}",
	      "/l/x(w) /k(w) /r/x /c/x(w) ");
}

static void test_lists(void)
{
	check("{\"sandbox\":{\"read_paths\":[\"/a\",\"/b\"],\"write_paths\":[\"/w\"]}}",
	      "/a /b /w(w) ");
}

static void test_lists_of_objects(void)
{
	check(
	    "{\"zone\":[{\"name\":\"a.\",\"file\":\"/z/a\"},{\"name\":\"b.\",\"file\":\"/z/b\"}]}",
	    "/z/a /z/b ");
}

int main(int argc, char **argv)
{
	static const struct unit_case cases[] = {
	    {"none", test_none},
	    {"sections", test_sections},
	    {"lists", test_lists},
	    {"lists_of_objects", test_lists_of_objects},
	};
	return unit_main(argc, argv, "config/paths", cases, ARRAY_COUNT(cases));
}
