/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Tables of names of fixed size. A name has a few places; the entry that was used the longest ago goes. */
#include "resolver/iterate.h"

#include <stdlib.h>

enum result resolver_table_create(struct resolver_table *table, uint32_t entries, size_t slot_bytes)
{
	table->slots = calloc(entries, slot_bytes);
	table->slot_bytes = slot_bytes;
	table->set_mask = entries / RESOLVER_TABLE_WAYS - 1;
	return table->slots != NULL ? RESULT_OK : RESULT_NO_MEMORY;
}

void resolver_table_destroy(struct resolver_table *table)
{
	free(table->slots);
	table->slots = NULL;
}

static void *slot_at(const struct resolver_table *table, uint64_t hash, unsigned way)
{
	size_t set = hash & table->set_mask;
	return table->slots + (set * RESOLVER_TABLE_WAYS + way) * table->slot_bytes;
}

void *resolver_table_find(const struct resolver_table *table, uint64_t hash, const uint8_t *name)
{
	for (unsigned way = 0; way < RESOLVER_TABLE_WAYS; way++) {
		const struct resolver_slot *slot = slot_at(table, hash, way);
		if (slot->used_ms != 0 && slot->hash == hash && dns_name_equal(slot->name, name))
			return slot_at(table, hash, way);
	}
	return NULL;
}

void *resolver_table_take(struct resolver_table *table, uint64_t hash, const uint8_t *name,
                          uint64_t now_ms)
{
	struct resolver_slot *slot = resolver_table_find(table, hash, name);
	if (slot != NULL)
		return slot;
	for (unsigned way = 0; way < RESOLVER_TABLE_WAYS; way++) {
		struct resolver_slot *other = slot_at(table, hash, way);
		if (slot == NULL || other->used_ms < slot->used_ms)
			slot = other;
	}
	memset(slot, 0, table->slot_bytes);
	slot->hash = hash;
	slot->used_ms = now_ms + 1; /* 0 is free */
	memcpy(slot->name, name, dns_name_len(name));
	return slot;
}
