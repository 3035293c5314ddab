/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Memory of zones that change: nodes from the front, pages from the end. */
#include "zone/arena.h"

#include <stdlib.h>
#include <sys/mman.h>

#include "base/check.h"
#include "zone/store.h"

/* From this size on large pages are asked for, where the kernel has them: a big zone's look-ups would
 * otherwise miss the TLB as often as the cache. */
#define LARGE_MIN_BYTES ((size_t)4 << 20)

static size_t page_at(const struct zone_arena *arena, uint32_t index)
{
	return arena->block_bytes - ((size_t)index + 1) * ZONE_PAGE_BYTES;
}

static uint32_t page_index(const struct zone_arena *arena, uint32_t ref)
{
	return (uint32_t)((arena->block_bytes - (size_t)ref * ZONE_UNIT) / ZONE_PAGE_BYTES - 1);
}

struct zone_arena *zone_arena_open(size_t size, size_t room_bytes)
{
	struct zone_arena *arena = calloc(1, sizeof(*arena));
	if (arena == NULL)
		return NULL;
	arena->used = zone_pad(size, ZONE_UNIT);
	arena->block_bytes = zone_pad(arena->used + room_bytes, ZONE_PAGE_BYTES);
	if (arena->block_bytes / ZONE_UNIT > UINT32_MAX)
		arena->block_bytes = zone_pad(arena->used, ZONE_PAGE_BYTES);
	void *block = mmap(NULL, arena->block_bytes, PROT_READ | PROT_WRITE,
	                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (block == MAP_FAILED) {
		free(arena);
		return NULL;
	}
	if (arena->used >= LARGE_MIN_BYTES)
		madvise(block, arena->used, MADV_HUGEPAGE);
	arena->block = block;
	arena->versions = 1;
	return arena;
}

void zone_arena_close(struct zone_arena *arena)
{
	CHECK(arena->pages_used == 0);
	munmap(arena->block, arena->block_bytes);
	free(arena->page);
	free(arena);
}

uint32_t zone_arena_append(struct zone_arena *arena, size_t size)
{
	const size_t at = arena->used;
	const size_t end = arena->block_bytes - (size_t)arena->page_count * ZONE_PAGE_BYTES;
	size = zone_pad(size, ZONE_UNIT);
	if (end - at < size)
		return 0;
	arena->used += size;
	return (uint32_t)(at / ZONE_UNIT);
}

/* One page more at the low end. False: no room. */
MUST_CHECK static bool page_add(struct zone_arena *arena)
{
	if (page_at(arena, arena->page_count) < arena->used ||
	    arena->block_bytes < ((size_t)arena->page_count + 1) * ZONE_PAGE_BYTES)
		return false;
	if (arena->page_count == arena->page_size) {
		const uint32_t size = arena->page_size < 64 ? 64 : arena->page_size * 2;
		struct zone_arena_page *page = realloc(arena->page, size * sizeof(*page));
		if (page == NULL)
			return false;
		arena->page = page;
		arena->page_size = size;
	}
	arena->page[arena->page_count] = (struct zone_arena_page){.next_free = arena->page_free};
	arena->page_free = ++arena->page_count;
	return true;
}

uint32_t zone_arena_page_take(struct zone_arena *arena)
{
	if (arena->page_free == 0 && !page_add(arena))
		return 0;
	const uint32_t index = arena->page_free - 1;
	arena->page_free = arena->page[index].next_free;
	arena->page[index].references = 1;
	arena->pages_used++;
	return (uint32_t)(page_at(arena, index) / ZONE_UNIT);
}

bool zone_arena_is_page(const struct zone_arena *arena, uint32_t ref)
{
	return (size_t)ref * ZONE_UNIT + (size_t)arena->page_count * ZONE_PAGE_BYTES >=
	       arena->block_bytes;
}

void zone_arena_page_hold(struct zone_arena *arena, uint32_t ref)
{
	arena->page[page_index(arena, ref)].references++;
}

void zone_arena_page_drop(struct zone_arena *arena, uint32_t ref)
{
	const uint32_t index = page_index(arena, ref);
	struct zone_arena_page *page = &arena->page[index];
	CHECK(page->references > 0);
	if (--page->references > 0)
		return;
	page->next_free = arena->page_free;
	arena->page_free = index + 1;
	arena->pages_used--;
}

size_t zone_arena_bytes(const struct zone_arena *arena)
{
	return arena->used + (size_t)arena->pages_used * ZONE_PAGE_BYTES + arena->versions_bytes;
}

bool zone_arena_page_is_shared(const struct zone_arena *arena, uint32_t ref)
{
	return arena->page[page_index(arena, ref)].references > 1;
}
