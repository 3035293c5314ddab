/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* chain -- the ordered owners of a signed zone's NSEC or NSEC3 records.
 *
 * What:    node references in canonical order, in pages, so that a new version copies only the pages that
 *          changed and the list of pages.
 * Threads: readers any; writers while a version is made.
 * Memory:  four octets an owner; full pages when sealed, at least half full after a split.
 * Limits:  ZONE_CHAIN_PAGE references a page.
 * Trust:   no input.
 * RFC:     4034 §6.1, 5155 §7.1 (hashes in base32hex are in the order of the hashes). */
#pragma once

#include <stdint.h>

#include "zone/arena.h"
#include "zone/store.h"

#define ZONE_CHAIN_PAGE (ZONE_PAGE_BYTES / (uint32_t)sizeof(uint32_t))

/* Of sealed pages; the others have as many. Half, so that they take names without being split. */
#define ZONE_CHAIN_SEALED (ZONE_CHAIN_PAGE / 2)

/* The node whose name is `key` or stands last before it; NULL: all stand behind it. `key` is a name without
 * the zone's own name, in lower case, closed by a root octet. */
const struct zone_node *zone_chain_before(const struct zone *zone, const uint8_t *key);

/* The last node, NULL if there is none. */
const struct zone_node *zone_chain_last(const struct zone *zone);

/* Compares two nodes' names. */
int zone_chain_compare(const struct zone_node *left, const struct zone_node *right);

/* Of a version that is being made: its list of pages, which may be written and has room for one page more for
 * each node that is added. */
struct zone_chain_edit {
	struct zone *zone;
	struct zone_chain_page *page; /* zone->chain */
};

/* Each gives false when no room is left. Requires of remove and replace: the node `from` is there. */
MUST_CHECK bool zone_chain_add(const struct zone_chain_edit *edit, uint32_t ref);
MUST_CHECK bool zone_chain_remove(const struct zone_chain_edit *edit, uint32_t from);
MUST_CHECK bool zone_chain_replace(const struct zone_chain_edit *edit, uint32_t from, uint32_t to);
