/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* arena -- the memory that all versions of a zone share.
 *
 * What:    one block of addresses: what was sealed at its front, then nodes that changes append, and from
 *          its end downwards pages of one size (parts of tables that differ from version to version).
 *          Nodes stay until the arena goes; pages are counted and used again.
 * Threads: one control thread at a time. Readers only read what was complete before their version was
 *          published.
 * Memory:  room for changes is addresses only, until it is used.
 * Limits:  references of 32 bits in units of ZONE_UNIT octets.
 * Trust:   no input.
 * RFC:     none. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

/* A page: 64 buckets of the table, or 1,024 references of the chain. Too small: longer directories, which
 * each version copies. Too large: more octets copied for each record that changes. */
#define ZONE_PAGE_BYTES 4096u

struct zone_arena_page {
	uint32_t references; /* versions that hold it; 0: free */
	uint32_t next_free; /* index + 1 of the next free page */
};

struct zone_arena {
	uint8_t *block;
	size_t block_bytes; /* room included */
	size_t used; /* octets from the front */
	bool mapped; /* came from mmap() */
	uint32_t versions; /* that live here */
	uint32_t tomb; /* reference of the node that no name matches, 0 if there is none yet */

	struct zone_arena_page *page; /* page i begins (i + 1) pages before the end */
	uint32_t page_count; /* ever taken */
	uint32_t page_size; /* room in `page` */
	uint32_t page_free; /* index + 1 of the first free one */
	uint32_t pages_used;
	size_t versions_bytes; /* heads and directories of versions */
};

/* Takes a block of `size` octets and `room_bytes` of addresses behind it, all zero. Gives NULL: no memory.
 * The block begins at a cache line. */
MUST_CHECK struct zone_arena *zone_arena_open(size_t size, size_t room_bytes);
void zone_arena_close(struct zone_arena *arena);

/* Room for one more node. Gives its reference, 0: no room is left. */
MUST_CHECK uint32_t zone_arena_append(struct zone_arena *arena, size_t size);

/* A page, held once, with anything in it. Gives its reference, 0: no room is left. */
MUST_CHECK uint32_t zone_arena_page_take(struct zone_arena *arena);

/* Whether the reference is a page's, and not a part of the sealed front. */
bool zone_arena_is_page(const struct zone_arena *arena, uint32_t ref) PURE;
void zone_arena_page_hold(struct zone_arena *arena, uint32_t ref);
void zone_arena_page_drop(struct zone_arena *arena, uint32_t ref);
/* Whether another version holds the page, too. */
bool zone_arena_page_is_shared(const struct zone_arena *arena, uint32_t ref) PURE;

/* What the arena holds of memory now. */
size_t zone_arena_bytes(const struct zone_arena *arena) PURE;
