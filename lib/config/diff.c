/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* What changed from one configuration to the next, key by key. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/compare.h"
#include "config/config.h"
#include "config/option.h"

struct diff {
	struct config_changes *changes;
	uint32_t capacity;
	bool out_of_memory;
};

#define FIRST_CAPACITY 16

/* A new change at the end of the list, or NULL when memory is out. */
static struct config_change *add(struct diff *diff, const char *key, const struct option *option,
                                 enum config_change_kind kind)
{
	struct config_changes *changes = diff->changes;
	if (changes->count == diff->capacity) {
		uint32_t capacity = diff->capacity == 0 ? FIRST_CAPACITY : diff->capacity * 2;
		struct config_change *grown =
		    realloc(changes->change, capacity * sizeof(*changes->change));
		if (grown == NULL) {
			diff->out_of_memory = true;
			return NULL;
		}
		changes->change = grown;
		diff->capacity = capacity;
	}
	struct config_change *change = &changes->change[changes->count++];
	*change = (struct config_change){.kind = kind, .live = option->live};
	snprintf(change->key, sizeof(change->key), "%s", key);
	if (!option->live)
		changes->restart_count++;
	return change;
}

static void diff_table(struct diff *diff, const char *path, const struct option_table *table,
                       const void *from, const void *to);

static void element_key(const char *path, const char *name, uint32_t index, char *out, size_t size)
{
	if (name != NULL)
		snprintf(out, size, "%s[%s]", path, name);
	else
		snprintf(out, size, "%s[%u]", path, index);
}

/* Elements of `from` that changed or are gone (`kind` CONFIG_REMOVED), or of `to` that are new
 * (CONFIG_ADDED). */
static void diff_elements(struct diff *diff, const char *path, const struct option *option,
                          const void *mine, const void *other, enum config_change_kind kind)
{
	uint32_t count;
	uint32_t other_count;
	const char *items = option_items(option, mine, &count);
	const char *other_items = option_items(option, other, &other_count);
	size_t size = option_item_bytes(option);
	for (uint32_t i = 0; i < count; i++) {
		char key[CONFIG_KEY_BYTES];
		const char *name = config_compare_name(option, items + i * size);
		const char *match = config_compare_find(option, other_items, other_count, name, i);
		element_key(path, name, i, key, sizeof(key));
		if (match == NULL)
			(void)add(diff, key, option, kind);
		else if (kind == CONFIG_REMOVED)
			diff_table(diff, key, option->table, items + i * size, match);
	}
}

static void diff_row(struct diff *diff, const char *path, const struct option *option,
                     const void *from, const void *to)
{
	if (config_compare_equal(option, from, to))
		return;
	if (option->type == OPTION_OBJECT && option->list) {
		uint32_t before = diff->changes->count;
		diff_elements(diff, path, option, from, to, CONFIG_REMOVED);
		diff_elements(diff, path, option, to, from, CONFIG_ADDED);
		/* The same elements in another order. */
		if (diff->changes->count == before)
			(void)add(diff, path, option, CONFIG_CHANGED);
		return;
	}
	if (option->type == OPTION_OBJECT) {
		diff_table(diff, path, option->table, option_value_const(option, from),
		           option_value_const(option, to));
		return;
	}
	struct config_change *change = add(diff, path, option, CONFIG_CHANGED);
	if (change == NULL)
		return;
	config_compare_text(option, from, change->from, sizeof(change->from));
	config_compare_text(option, to, change->to, sizeof(change->to));
}

static void diff_table(struct diff *diff, const char *path, const struct option_table *table,
                       const void *from, const void *to)
{
	char key[CONFIG_KEY_BYTES];
	for (size_t i = 0; i < table->count; i++) {
		int len = snprintf(key, sizeof(key), "%s%s%s", path, path[0] != '\0' ? "." : "",
		                   table->rows[i].key);
		if (len > 0)
			diff_row(diff, key, &table->rows[i], from, to);
	}
}

enum result config_diff(const struct config *from, const struct config *to,
                        struct config_changes *out)
{
	struct config_changes changes = {.count = 0};
	struct diff diff = {.changes = &changes};
	diff_table(&diff, "", &option_root, from, to);
	if (diff.out_of_memory) {
		config_changes_free(&changes);
		return RESULT_NO_MEMORY;
	}
	*out = changes;
	return RESULT_OK;
}

void config_changes_free(struct config_changes *changes)
{
	free(changes->change);
	*changes = (struct config_changes){.count = 0};
}
