/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Sets of eight entries; keys stand apart from them, so that looking for one touches four lines. */
#include "base/heavy.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"

#define WORD sizeof(uint64_t)

struct heavy_entry {
	uint64_t hash;
	uint32_t version; /* odd while the entry gets another key */
	uint32_t window; /* that the counts are of */
	uint32_t now, before;
	uint32_t now_error, before_error;
	uint32_t len; /* of the key; 0: the entry is free */
	uint32_t reserved;
};

struct heavy {
	uint32_t entries;
	uint32_t key_words;
	struct heavy_entry *entry;
	uint64_t *keys; /* key_words for each entry */
};

static uint32_t load(const uint32_t *word)
{
	return __atomic_load_n(word, __ATOMIC_RELAXED);
}

static void store(uint32_t *word, uint32_t value)
{
	__atomic_store_n(word, value, __ATOMIC_RELAXED);
}

enum result heavy_create(uint32_t entries, uint32_t key_bytes, struct heavy **out)
{
	CHECK(entries >= HEAVY_WAYS && (entries & (entries - 1)) == 0);
	CHECK(key_bytes >= 1 && key_bytes <= HEAVY_KEY_MAX);
	struct heavy *heavy = calloc(1, sizeof(*heavy));
	if (heavy == NULL)
		return RESULT_NO_MEMORY;
	heavy->entries = entries;
	heavy->key_words = (uint32_t)((key_bytes + WORD - 1) / WORD);
	heavy->entry = aligned_alloc(CACHE_LINE_BYTES, entries * sizeof(*heavy->entry));
	heavy->keys = calloc((size_t)entries * heavy->key_words, WORD);
	if (heavy->entry == NULL || heavy->keys == NULL) {
		heavy_destroy(heavy);
		return RESULT_NO_MEMORY;
	}
	memset(heavy->entry, 0, entries * sizeof(*heavy->entry));
	*out = heavy;
	return RESULT_OK;
}

void heavy_destroy(struct heavy *heavy)
{
	if (heavy == NULL)
		return;
	free(heavy->entry);
	free(heavy->keys);
	free(heavy);
}

uint32_t heavy_entries(const struct heavy *heavy)
{
	return heavy->entries;
}

/* Brings the counts up to `window`. */
static void turn(struct heavy_entry *entry, uint32_t window)
{
	if (entry->window == window)
		return;
	const bool follows = entry->window + 1 == window;
	store(&entry->before, follows ? entry->now : 0);
	store(&entry->before_error, follows ? entry->now_error : 0);
	store(&entry->now, 0);
	store(&entry->now_error, 0);
	store(&entry->window, window);
}

static bool is_key(const struct heavy *heavy, const struct heavy_entry *entry, uint64_t hash,
                   const void *key, size_t len)
{
	const uint64_t *words = heavy->keys + (size_t)(entry - heavy->entry) * heavy->key_words;
	return entry->hash == hash && entry->len == len && memcmp(words, key, len) == 0;
}

/* Gives the entry another key, which begins with what the former one had. */
static void replace(struct heavy *heavy, struct heavy_entry *entry, uint64_t hash, const void *key,
                    size_t len)
{
	uint64_t *words = heavy->keys + (size_t)(entry - heavy->entry) * heavy->key_words;
	uint64_t padded[(HEAVY_KEY_MAX + WORD) / WORD] = {0};
	memcpy(padded, key, len);
	store(&entry->version, entry->version + 1);
	__atomic_thread_fence(__ATOMIC_RELEASE);
	for (uint32_t i = 0; i < heavy->key_words; i++)
		__atomic_store_n(&words[i], padded[i], __ATOMIC_RELAXED);
	__atomic_store_n(&entry->hash, hash, __ATOMIC_RELAXED);
	store(&entry->len, (uint32_t)len);
	store(&entry->now_error, entry->now);
	store(&entry->before_error, entry->before);
	__atomic_store_n(&entry->version, entry->version + 1, __ATOMIC_RELEASE);
}

void heavy_add(struct heavy *heavy, uint64_t hash, const void *key, size_t len, uint32_t weight,
               uint32_t window)
{
	const uint32_t sets = heavy->entries / HEAVY_WAYS;
	struct heavy_entry *set = heavy->entry + (size_t)(hash & (sets - 1)) * HEAVY_WAYS;
	struct heavy_entry *least = NULL;
	CHECK(len >= 1 && len <= heavy->key_words * WORD && len <= HEAVY_KEY_MAX);
	for (uint32_t i = 0; i < HEAVY_WAYS; i++) {
		struct heavy_entry *entry = &set[i];
		turn(entry, window);
		if (is_key(heavy, entry, hash, key, len)) {
			store(&entry->now, entry->now + weight);
			return;
		}
		/* A free one has counted nothing. */
		if (least == NULL ||
		    (uint64_t)entry->now + entry->before < (uint64_t)least->now + least->before)
			least = entry;
	}
	replace(heavy, least, hash, key, len);
	store(&least->now, least->now + weight);
}

static void copy_counts(const struct heavy_entry *entry, uint32_t window, struct heavy_item *out)
{
	const uint32_t of = load(&entry->window);
	const uint32_t now = load(&entry->now), before = load(&entry->before);
	const uint32_t now_error = load(&entry->now_error);
	if (of == window) {
		out->now = now;
		out->before = before;
		out->error = now_error + load(&entry->before_error);
	} else if (of + 1 == window) {
		out->before = now;
		out->error = now_error;
	}
}

/* `key` NULL: without it. */
static bool read_entry(const struct heavy *heavy, uint32_t index, uint32_t window, uint8_t *key,
                       struct heavy_item *out)
{
	const struct heavy_entry *entry = &heavy->entry[index];
	const uint64_t *words = heavy->keys + (size_t)index * heavy->key_words;
	const uint32_t version = __atomic_load_n(&entry->version, __ATOMIC_ACQUIRE);
	out->len = (uint16_t)load(&entry->len);
	out->now = out->before = out->error = 0;
	if ((version & 1) != 0 || out->len == 0 || out->len > HEAVY_KEY_MAX)
		return false;
	out->hash = __atomic_load_n(&entry->hash, __ATOMIC_RELAXED);
	copy_counts(entry, window, out);
	for (uint32_t i = 0; key != NULL && i < heavy->key_words; i++) {
		const uint64_t word = __atomic_load_n(&words[i], __ATOMIC_RELAXED);
		memcpy(key + i * WORD, &word, WORD);
	}
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	return load(&entry->version) == version && out->now + out->before > 0;
}

bool heavy_peek(const struct heavy *heavy, uint32_t index, uint32_t window, struct heavy_item *out)
{
	CHECK(index < heavy->entries);
	return read_entry(heavy, index, window, NULL, out);
}

bool heavy_read(const struct heavy *heavy, uint32_t index, uint32_t window, struct heavy_item *out)
{
	CHECK(index < heavy->entries);
	static_assert(sizeof(out->key) % WORD == 0, "whole words");
	return read_entry(heavy, index, window, out->key, out);
}
