/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* heavy -- the most frequent keys of a stream, in bounded memory: who asks most, what is asked for most.
 *
 * What:    Space-Saving (Metwally, Agrawal, El Abbadi 2005) in sets of eight: a key that has no place takes that
 *          of the least frequent one of its set and inherits its count as a possible error. What is kept is so
 *          never less than the truth, and at most `error` more. Counts are of this window of time and the one
 *          before, so that what was hot an hour ago is forgotten; windows are numbers that the caller makes
 *          of its clock, and turn without work: an entry is brought up to date when it is touched.
 * Threads: one writer; others may read while it writes: an entry that changed meanwhile is passed over.
 * Memory:  made at heavy_create(): HEAVY_ENTRY_BYTES and the key's for each entry. Nothing afterwards.
 * Limits:  keys of 1..HEAVY_KEY_MAX octets.
 * Trust:   keys come from the wire; hashes are keyed with a secret, or one set is easily flooded. Who floods
 *          all of them raises the errors, which are told.
 * RFC:     none. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/result.h"

/* The longest key: a domain name. */
#define HEAVY_KEY_MAX 255
/* Keys that compete for the same places. Too low: a frequent key is pushed out by chance. Too high: each step
 * compares them all. */
#define HEAVY_WAYS 8

struct heavy;

/* `entries`: a power of two, at least HEAVY_WAYS. Fails: RESULT_NO_MEMORY. */
MUST_CHECK enum result heavy_create(uint32_t entries, uint32_t key_bytes, struct heavy **out);
void heavy_destroy(struct heavy *heavy); /* NULL is fine */

/* Counts a key `weight` times in `window`, which never goes back. Writer only. */
void heavy_add(struct heavy *heavy, uint64_t hash, const void *key, size_t len, uint32_t weight,
               uint32_t window);

/* An entry as a reader sees it. */
struct heavy_item {
	uint64_t hash;
	uint32_t now; /* in this window */
	uint32_t before; /* in the one before */
	uint32_t error; /* of both together, so much may be another key's */
	uint16_t len;
	uint8_t key[HEAVY_KEY_MAX + 1];
};

uint32_t heavy_entries(const struct heavy *heavy);

/* Entry `index` as of `window`, without its key. False: it counts nothing, or was just changing. Any thread. */
MUST_CHECK bool heavy_peek(const struct heavy *heavy, uint32_t index, uint32_t window,
                           struct heavy_item *out);
/* The same with its key. */
MUST_CHECK bool heavy_read(const struct heavy *heavy, uint32_t index, uint32_t window,
                           struct heavy_item *out);
