/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* What a running server keeps of the configuration it was started with, whatever the new file says. */
#include <string.h>

#include "config/compare.h"
#include "config/config.h"
#include "config/memory.h"
#include "config/option.h"

struct merge {
	struct config_memory *memory; /* of the new configuration */
	bool out_of_memory;
};

/* The value itself; of lists the elements stay where they are. */
static void put_back(const struct option *option, const void *from, void *to)
{
	if (option->list || option->type == OPTION_BASE64) {
		memcpy(option_value(option, to), option_value_const(option, from), sizeof(void *));
		memcpy((char *)to + option->count_offset, (const char *)from + option->count_offset,
		       sizeof(uint32_t));
		return;
	}
	memcpy(option_value(option, to), option_value_const(option, from), option->width);
}

static void merge_table(struct merge *merge, const struct option_table *table, const void *started,
                        void *next);

/* Elements may come and go: those that were there at the start keep what cannot change in them. */
static void merge_live_list(struct merge *merge, const struct option *option, const void *started,
                            void *next)
{
	uint32_t count;
	uint32_t started_count;
	const void *started_items = option_items(option, started, &started_count);
	(void)option_items(option, next, &count);
	char *items;
	memcpy(&items, option_value(option, next), sizeof(items));
	for (uint32_t i = 0; i < count; i++) {
		char *element = items + i * option_item_bytes(option);
		const void *match = config_compare_find(option, started_items, started_count,
		                                        config_compare_name(option, element), i);
		if (match != NULL)
			merge_table(merge, option->table, match, element);
	}
}

/* The elements are those of the start, in its order; what can change in them does. */
static void merge_fixed_list(struct merge *merge, const struct option *option, const void *started,
                             void *next)
{
	uint32_t count;
	uint32_t next_count;
	size_t size = option_item_bytes(option);
	const char *from = option_items(option, started, &count);
	const void *next_items = option_items(option, next, &next_count);
	char *items = config_memory_take(merge->memory, count, size);
	if (items == NULL) {
		merge->out_of_memory = true;
		return;
	}
	for (uint32_t i = 0; i < count; i++) {
		char *element = items + i * size;
		const void *match =
		    config_compare_find(option, next_items, next_count,
		                        config_compare_name(option, from + i * size), i);
		memcpy(element, match != NULL ? match : from + i * size, size);
		if (match != NULL)
			merge_table(merge, option->table, from + i * size, element);
	}
	memcpy(option_value(option, next), &items, sizeof(items));
	memcpy((char *)next + option->count_offset, &count, sizeof(count));
}

static void merge_table(struct merge *merge, const struct option_table *table, const void *started,
                        void *next)
{
	for (size_t i = 0; i < table->count; i++) {
		const struct option *option = &table->rows[i];
		if (option->type == OPTION_OBJECT && !option->list)
			merge_table(merge, option->table, option_value_const(option, started),
			            option_value(option, next));
		else if (option->type == OPTION_OBJECT && option->live)
			merge_live_list(merge, option, started, next);
		else if (option->type == OPTION_OBJECT)
			merge_fixed_list(merge, option, started, next);
		else if (!option->live)
			put_back(option, started, next);
	}
}

enum result config_merge(const struct config *started, struct config *next)
{
	struct merge merge = {.memory = next->memory};
	merge_table(&merge, &option_root, started, next);
	return merge.out_of_memory ? RESULT_NO_MEMORY : RESULT_OK;
}
