/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Paths of the configuration, by its table. */
#include "config/paths.h"

#include "config/option.h"

struct walk {
	void (*visit)(void *context, const char *path, bool is_written);
	void *context;
};

static void walk_table(const struct walk *walk, const struct option_table *table,
                       const void *object);

static void walk_value(const struct walk *walk, const struct option *option, const void *value)
{
	if (option->type == OPTION_OBJECT) {
		walk_table(walk, option->table, value);
		return;
	}
	const char *path = *(const char *const *)value;
	if (path != NULL && path[0] != '\0')
		walk->visit(walk->context, path, option->written);
}

static void walk_table(const struct walk *walk, const struct option_table *table,
                       const void *object)
{
	for (size_t i = 0; i < table->count; i++) {
		const struct option *option = &table->rows[i];
		if (option->type != OPTION_PATH && option->type != OPTION_OBJECT)
			continue;
		if (!option->list) {
			walk_value(walk, option, option_value_const(option, object));
			continue;
		}
		uint32_t count;
		const char *items = option_items(option, object, &count);
		for (uint32_t j = 0; j < count; j++)
			walk_value(walk, option, items + j * option_item_bytes(option));
	}
}

void config_paths_visit(const struct config *config,
                        void (*visit)(void *context, const char *path, bool is_written),
                        void *context)
{
	const struct walk walk = {.visit = visit, .context = context};
	walk_table(&walk, &option_root, config);
}
