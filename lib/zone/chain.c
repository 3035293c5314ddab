/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Finding in, and changing, the order of names. */
#include "zone/chain.h"

#include <string.h>

/* Where a reference stands, or would stand. */
struct place {
	uint32_t page;
	uint32_t at;
};

static uint32_t *page_refs(const struct zone *zone, uint32_t page)
{
	return (uint32_t *)(void *)(zone->base + (size_t)zone->chain[page].at * ZONE_UNIT);
}

/* A node's name as a key: closed by a root octet. */
struct key {
	uint8_t wire[DNS_NAME_MAX + 3];
};

static struct key key_of(const struct zone_node *node)
{
	struct key key;
	memcpy(key.wire, node->prefix, node->prefix_len);
	key.wire[node->prefix_len] = 0;
	return key;
}

int zone_chain_compare(const struct zone_node *left, const struct zone_node *right)
{
	const struct key a = key_of(left);
	const struct key b = key_of(right);
	return dns_name_compare(a.wire, b.wire);
}

/* Whether the node of a reference stands behind the key. Most names, and all hashes, are one label below the zone's:
 * then nothing has to be taken apart (RFC 4034 §6.1). */
static bool is_behind(const struct zone *zone, uint32_t ref, const uint8_t *key)
{
	const struct zone_node *node = zone_node_at(zone, ref);
	const uint8_t *prefix = node->prefix;
	if (LIKELY(node->label_count == 1 && key[0] != 0 && key[key[0] + 1] == 0)) {
		const size_t len = prefix[0] < key[0] ? prefix[0] : key[0];
		const int order = memcmp(prefix + 1, key + 1, len);
		return order != 0 ? order > 0 : prefix[0] > key[0];
	}
	const struct key owner = key_of(node);
	return dns_name_compare(owner.wire, key) > 0;
}

/* The first reference behind the key: in the last page whose first is not behind it. */
static struct place find(const struct zone *zone, const uint8_t *key)
{
	struct place place = {0};
	uint32_t low = 0;
	uint32_t high = zone->chain_pages;
	while (low < high) {
		const uint32_t middle = low + (high - low) / 2;
		if (is_behind(zone, page_refs(zone, middle)[0], key))
			high = middle;
		else
			low = middle + 1;
	}
	if (low == 0)
		return place;
	place.page = low - 1;
	const uint32_t *refs = page_refs(zone, place.page);
	low = 1;
	high = zone->chain[place.page].count;
	while (low < high) {
		const uint32_t middle = low + (high - low) / 2;
		if (is_behind(zone, refs[middle], key))
			high = middle;
		else
			low = middle + 1;
	}
	place.at = low;
	return place;
}

const struct zone_node *zone_chain_before(const struct zone *zone, const uint8_t *key)
{
	const struct place place = find(zone, key);
	return place.at == 0 ? NULL : zone_node_at(zone, page_refs(zone, place.page)[place.at - 1]);
}

const struct zone_node *zone_chain_last(const struct zone *zone)
{
	if (zone->chain_pages == 0)
		return NULL;
	const uint32_t page = zone->chain_pages - 1;
	return zone_node_at(zone, page_refs(zone, page)[zone->chain[page].count - 1]);
}

/* Other versions read it, or it is a part of what was sealed. */
static bool is_shared(const struct zone_chain_edit *edit, uint32_t page)
{
	const struct zone_arena *arena = edit->zone->arena;
	return !zone_arena_is_page(arena, edit->page[page].at) ||
	       zone_arena_page_is_shared(arena, edit->page[page].at);
}

/* Makes a page the version's own. */
MUST_CHECK static bool own(const struct zone_chain_edit *edit, uint32_t page)
{
	if (!is_shared(edit, page))
		return true;
	struct zone_arena *arena = edit->zone->arena;
	const uint32_t from = edit->page[page].at;
	const uint32_t to = zone_arena_page_take(arena);
	if (to == 0)
		return false;
	memcpy(edit->zone->base + (size_t)to * ZONE_UNIT,
	       edit->zone->base + (size_t)from * ZONE_UNIT,
	       edit->page[page].count * sizeof(uint32_t));
	edit->page[page].at = to;
	if (zone_arena_is_page(arena, from))
		zone_arena_page_drop(arena, from);
	return true;
}

/* Room in the list for a page behind `page`. */
static void list_open(const struct zone_chain_edit *edit, uint32_t page)
{
	memmove(&edit->page[page + 1], &edit->page[page],
	        (edit->zone->chain_pages - page) * sizeof(edit->page[0]));
	edit->zone->chain_pages++;
}

static void list_close(const struct zone_chain_edit *edit, uint32_t page)
{
	if (zone_arena_is_page(edit->zone->arena, edit->page[page].at))
		zone_arena_page_drop(edit->zone->arena, edit->page[page].at);
	edit->zone->chain_pages--;
	memmove(&edit->page[page], &edit->page[page + 1],
	        (edit->zone->chain_pages - page) * sizeof(edit->page[0]));
}

/* Moves the second half of a full page of our own to a new page behind it. */
MUST_CHECK static bool split(const struct zone_chain_edit *edit, struct place *place)
{
	const uint32_t to = zone_arena_page_take(edit->zone->arena);
	if (to == 0)
		return false;
	list_open(edit, place->page + 1);
	struct zone_chain_page *left = &edit->page[place->page];
	struct zone_chain_page *right = left + 1;
	const uint32_t stay = left->count / 2;
	*right = (struct zone_chain_page){.at = to, .count = left->count - stay};
	left->count = stay;
	memcpy(page_refs(edit->zone, place->page + 1), page_refs(edit->zone, place->page) + stay,
	       right->count * sizeof(uint32_t));
	if (place->at > stay) {
		place->page++;
		place->at -= stay;
	}
	return true;
}

/* The chain's first page and node. */
MUST_CHECK static bool begin(const struct zone_chain_edit *edit, uint32_t ref)
{
	const uint32_t to = zone_arena_page_take(edit->zone->arena);
	if (to == 0)
		return false;
	edit->page[0] = (struct zone_chain_page){.at = to, .count = 1};
	edit->zone->chain_pages = 1;
	page_refs(edit->zone, 0)[0] = ref;
	return true;
}

bool zone_chain_add(const struct zone_chain_edit *edit, uint32_t ref)
{
	struct zone *zone = edit->zone;
	const struct key key = key_of(zone_node_at(zone, ref));
	if (zone->chain_pages == 0)
		return begin(edit, ref);
	struct place place = find(zone, key.wire);
	if (!own(edit, place.page))
		return false;
	if (edit->page[place.page].count == ZONE_CHAIN_PAGE && !split(edit, &place))
		return false;
	uint32_t *refs = page_refs(zone, place.page);
	memmove(&refs[place.at + 1], &refs[place.at],
	        (edit->page[place.page].count - place.at) * sizeof(*refs));
	refs[place.at] = ref;
	edit->page[place.page].count++;
	return true;
}

/* Where a node of the chain stands. */
static struct place find_node(const struct zone *zone, uint32_t ref)
{
	const struct key key = key_of(zone_node_at(zone, ref));
	struct place place = find(zone, key.wire);
	place.at--;
	return place;
}

bool zone_chain_remove(const struct zone_chain_edit *edit, uint32_t from)
{
	const struct place place = find_node(edit->zone, from);
	if (!own(edit, place.page))
		return false;
	uint32_t *refs = page_refs(edit->zone, place.page);
	edit->page[place.page].count--;
	memmove(&refs[place.at], &refs[place.at + 1],
	        (edit->page[place.page].count - place.at) * sizeof(*refs));
	if (edit->page[place.page].count == 0)
		list_close(edit, place.page);
	return true;
}

bool zone_chain_replace(const struct zone_chain_edit *edit, uint32_t from, uint32_t to)
{
	const struct place place = find_node(edit->zone, from);
	if (!own(edit, place.page))
		return false;
	page_refs(edit->zone, place.page)[place.at] = to;
	return true;
}
