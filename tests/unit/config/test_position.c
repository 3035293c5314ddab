/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Comments blanked in place, and where keys and values stand. */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/config_limits.h"
#include "config/position.h"

static const char *blanked(const char *text)
{
	static char copy[512];
	size_t at;
	snprintf(copy, sizeof(copy), "%s", text);
	CU_ASSERT_EQUAL(config_position_blank(copy, strlen(copy), &at), RESULT_OK);
	return copy;
}

static void comments_become_spaces(void)
{
	CU_ASSERT_STRING_EQUAL(blanked("{} // end\n1"), "{}       \n1");
	CU_ASSERT_STRING_EQUAL(blanked("a/* b\nc */d"), "a    \n    d");
	CU_ASSERT_STRING_EQUAL(blanked("// only"), "       ");
	CU_ASSERT_STRING_EQUAL(blanked("/**/x/***/"), "    x     ");
}

static void strings_keep_slashes(void)
{
	CU_ASSERT_STRING_EQUAL(blanked("\"http://x\" //"), "\"http://x\"   ");
	CU_ASSERT_STRING_EQUAL(blanked("\"a\\\"//b\"/**/"), "\"a\\\"//b\"    ");
	CU_ASSERT_STRING_EQUAL(blanked("1 / 2"), "1 / 2");
	CU_ASSERT_STRING_EQUAL(blanked("\"open // x"), "\"open // x");
}

static void open_comment(void)
{
	char text[] = "{ /* no end *";
	size_t at = 0;
	CU_ASSERT_EQUAL(config_position_blank(text, strlen(text), &at), RESULT_TOO_SHORT);
	CU_ASSERT_EQUAL(at, 2);
}

static struct config_memory *memory;

static const struct config_position *scan(const char *text)
{
	struct config_position *root = NULL;
	memory = config_memory_create();
	CU_ASSERT_PTR_NOT_NULL_FATAL(memory);
	CU_ASSERT_EQUAL(config_position_scan(text, text, strlen(text), memory, &root), RESULT_OK);
	CU_ASSERT_PTR_NOT_NULL_FATAL(root);
	return root;
}

static void is_at(const struct config_position *position, uint32_t line, uint32_t column)
{
	CU_ASSERT_PTR_NOT_NULL_FATAL(position);
	CU_ASSERT_EQUAL(position->line, line);
	CU_ASSERT_EQUAL(position->column, column);
}

static void places(void)
{
	const struct config_position *root =
	    scan("\n { \"a\" : 1,\n\t\"b\": [true,\n  {\"c\": \"x]\\\"}\"}, -1.5e3]}");
	is_at(root, 2, 2);
	const struct config_position *a = config_position_member(root, "a");
	is_at(a, 2, 10);
	CU_ASSERT_EQUAL(a->key_line, 2);
	CU_ASSERT_EQUAL(a->key_column, 4);
	const struct config_position *b = config_position_member(root, "b");
	is_at(b, 3, 7);
	is_at(b->first, 3, 8);
	is_at(b->first->next, 4, 3);
	is_at(config_position_member(b->first->next, "c"), 4, 9);
	is_at(b->first->next->next, 4, 19);
	CU_ASSERT_PTR_NULL(b->first->next->next->next);
	CU_ASSERT_PTR_NULL(config_position_member(root, "c"));
	config_memory_free(memory);
}

static void columns_count_characters(void)
{
	const struct config_position *root = scan("{\"\xc3\xa9\xe2\x82\xac\": 1}");
	is_at(root->first, 1, 8);
	config_memory_free(memory);
}

static void repeats(void)
{
	const struct config_position *root = scan("{\"a\":1,\n\"b\":2,\"a\":3,\"a\":4}");
	const struct config_position *second = root->first->next->next;
	CU_ASSERT_PTR_EQUAL(second->repeats, root->first);
	CU_ASSERT_PTR_EQUAL(second->next->repeats, root->first);
	CU_ASSERT_PTR_NULL(root->first->next->repeats);
	config_memory_free(memory);
}

static void broken_texts(void)
{
	static const char *const texts[] = {
	    "",     "{",   "[",     "{\"a\"", "{\"a\":",   "{\"a\":1", "{\"",
	    "{\"a", "[1,", "{a:1}", "[1 2]",  "{\"a\" 1}", "{\"\\",    "[]]"};
	struct config_memory *scratch = config_memory_create();
	CU_ASSERT_PTR_NOT_NULL_FATAL(scratch);
	for (size_t i = 0; i < ARRAY_COUNT(texts) - 1; i++) {
		struct config_position *root;
		size_t len = strlen(texts[i]);
		char *copy = malloc(len + (len == 0));
		CU_ASSERT_PTR_NOT_NULL_FATAL(copy);
		memcpy(copy, texts[i], len);
		CU_ASSERT_EQUAL(config_position_scan(copy, copy, len, scratch, &root),
		                RESULT_MALFORMED);
		free(copy);
	}
	config_memory_free(scratch);
}

static void depth_limited(void)
{
	char text[64];
	struct config_position *root;
	struct config_memory *scratch = config_memory_create();
	CU_ASSERT_PTR_NOT_NULL_FATAL(scratch);
	memset(text, '[', sizeof(text));
	memset(text + CONFIG_DEPTH_MAX, ']', CONFIG_DEPTH_MAX);
	CU_ASSERT_EQUAL(
	    config_position_scan(text, text, 2 * (size_t)CONFIG_DEPTH_MAX, scratch, &root),
	    RESULT_OK);
	memset(text, '[', sizeof(text));
	CU_ASSERT_EQUAL(config_position_scan(text, text, sizeof(text), scratch, &root),
	                RESULT_TOO_LONG);
	config_memory_free(scratch);
}

static const struct unit_case cases[] = {
    {"comments_become_spaces", comments_become_spaces},
    {"strings_keep_slashes", strings_keep_slashes},
    {"open_comment", open_comment},
    {"places", places},
    {"columns_count_characters", columns_count_characters},
    {"repeats", repeats},
    {"broken_texts", broken_texts},
    {"depth_limited", depth_limited},
};

int main(int argc, char **argv)
{
	return unit_main(argc, argv, "config/position", cases, ARRAY_COUNT(cases));
}
