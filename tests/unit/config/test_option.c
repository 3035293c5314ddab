/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* The tables themselves: every row is whole, every default is good, suggestions are sensible. */
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "config/option.h"
#include "load.h"

static uint32_t row_count;

static void check_number(const struct option *option)
{
	CU_ASSERT_TRUE(option->min <= option->max);
	CU_ASSERT_TRUE(option->width == 2 || option->width == 4 || option->width == 8);
	if (option->width < 8)
		CU_ASSERT_TRUE(option->max < UINT64_C(1) << (option->width * 8));
}

static void check_words(const struct option *option)
{
	CU_ASSERT_PTR_NOT_NULL_FATAL(option->words);
	CU_ASSERT_EQUAL(option->width, 4);
	CU_ASSERT_PTR_NOT_NULL(option->words[0].text);
}

static void check_row(const struct option_table *table, const struct option *option)
{
	row_count++;
	CU_ASSERT_PTR_NOT_NULL_FATAL(option->key);
	CU_ASSERT_PTR_EQUAL(option_find(table, option->key), option);
	CU_ASSERT_PTR_NOT_NULL_FATAL(option->help);
	CU_ASSERT_EQUAL(option->help[strlen(option->help) - 1], '.');
	CU_ASSERT_PTR_NULL(strchr(option->help, '|'));
	CU_ASSERT_TRUE(option->offset + (option->list ? sizeof(void *) : option->width) <=
	               table->size);
	CU_ASSERT_FALSE(option->required && option->init != NULL);
	if (option->list)
		CU_ASSERT_NOT_EQUAL(option->count_offset, 0);
	if (option->type == OPTION_UINT || option->type == OPTION_DURATION ||
	    option->type == OPTION_SIZE)
		check_number(option);
	if (option->type == OPTION_DURATION || option->type == OPTION_SIZE)
		CU_ASSERT_PTR_NOT_NULL(option->unit);
	if (option->type == OPTION_CHOICE || option->type == OPTION_CHOICES)
		check_words(option);
	if (option->type == OPTION_TEXT || option->type == OPTION_NAME)
		CU_ASSERT_NOT_EQUAL(option->max, 0);
}

static void check_table(const struct option_table *table)
{
	for (size_t i = 0; i < table->count; i++) {
		const struct option *option = &table->rows[i];
		check_row(table, option);
		CU_ASSERT_EQUAL(option->type == OPTION_OBJECT, option->table != NULL);
		if (option->table != NULL)
			check_table(option->table);
	}
	if (table->gate != NULL) {
		const struct option *gate = option_find(table, table->gate);
		CU_ASSERT_PTR_NOT_NULL_FATAL(gate);
		CU_ASSERT_EQUAL(gate->type, OPTION_BOOL);
	}
}

static void rows_are_whole(void)
{
	row_count = 0;
	check_table(&option_root);
	CU_ASSERT_TRUE(row_count > 150);
}

/* Each section in a file of its own: what it names elsewhere is supplied. */
static void examples_load(void)
{
	static const char frame[] =
	    "{\"acl\":[{\"name\":\"internal\",\"networks\":[\"10.0.0.0/8\"]}],"
	    "\"forwarder\":[{\"name\":\"upstream\",\"addresses\":[\"192.0.2.1\"]}],"
	    "\"zone\":[{\"name\":\"example.com.\",\"file\":\"x\"}],"
	    "\"tsig_key\":[{\"name\":\"update-key\",\"secret\":\"Zm9v\"}]";
	char text[8192];
	unsigned count = 0;
	for (size_t i = 0; i < option_root.count; i++) {
		const struct option *section = &option_root.rows[i];
		if (section->table->example == NULL)
			continue;
		count++;
		char given[64];
		snprintf(given, sizeof(given), "\"%s\":", section->key);
		snprintf(text, sizeof(text), "%s%s%s%s}", strstr(frame, given) ? "{" : frame,
		         strstr(frame, given) ? "" : ",", given, section->table->example);
		struct config *config = load_good(text);
		config_free(config);
	}
	CU_ASSERT_TRUE(count > 8);
}

static void suggestions(void)
{
	CU_ASSERT_STRING_EQUAL(option_suggest(&option_listener, "prot"), "port");
	CU_ASSERT_STRING_EQUAL(option_suggest(&option_listener, "adress"), "address");
	CU_ASSERT_STRING_EQUAL(option_suggest(&option_listener, "protocol"), "protocols");
	CU_ASSERT_STRING_EQUAL(option_suggest(&option_cache, "Max_Entries"), "max_entries");
	CU_ASSERT_STRING_EQUAL(option_suggest(&option_root, "listeners"), "listener");
	CU_ASSERT_PTR_NULL(option_suggest(&option_root, "x"));
	CU_ASSERT_PTR_NULL(option_suggest(&option_root, "completely_different"));
	CU_ASSERT_PTR_NULL(option_suggest(
	    &option_root, "a_key_that_is_longer_than_anything_that_is_worth_comparing"));
}

static void integers(void)
{
	static const struct option widths[] = {
	    {.width = 1}, {.width = 2}, {.width = 4}, {.width = 8}};
	for (size_t i = 0; i < ARRAY_COUNT(widths); i++) {
		uint64_t value = UINT64_MAX;
		option_uint_set(&widths[i], &value, 0x12);
		CU_ASSERT_EQUAL(option_uint_get(&widths[i], &value), 0x12);
		if (widths[i].width < 8)
			CU_ASSERT_EQUAL(value >> (widths[i].width * 8),
			                UINT64_MAX >> (widths[i].width * 8));
	}
}

static const struct unit_case cases[] = {
    {"rows_are_whole", rows_are_whole},
    {"examples_load", examples_load},
    {"suggestions", suggestions},
    {"integers", integers},
};

int main(int argc, char **argv)
{
	return unit_main(argc, argv, "config/option", cases, ARRAY_COUNT(cases));
}
