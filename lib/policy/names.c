/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Entries grow at the end of one block; the table is made anew from them when it is full. */
#include "policy/names.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "dns/name.h"
#include "policy/policy_limits.h"

/* Offset 0 is an empty slot. */
#define FIRST_OFFSET 1u
#define FIRST_BYTES 4096u
/* Flags and a number before the name. */
#define HEAD_MAX 5u
#define NAME_GUESS_BYTES 24u

static size_t head_len(const uint8_t *entry)
{
	return (entry[0] & POLICY_NAME_NODE) != 0 ? HEAD_MAX : 1;
}

static const uint8_t *name_of(const uint8_t *entry)
{
	return entry + head_len(entry);
}

/* A table for so many names with all entries in it. */
static enum result make_table(struct policy_names *names, uint64_t room)
{
	struct name_table table = {.bucket_count = name_table_buckets(room)};
	const size_t bytes = name_table_bytes(table.bucket_count);
	table.bucket = aligned_alloc(CACHE_LINE_BYTES, bytes);
	if (table.bucket == NULL)
		return RESULT_NO_MEMORY;
	memset(table.bucket, 0, bytes);
	for (size_t at = FIRST_OFFSET; at < names->len;) {
		const uint8_t *entry = names->octets + at;
		const uint8_t *name = name_of(entry);
		name_table_add(&table, dns_name_hash(name), (uint32_t)at);
		at += head_len(entry) + dns_name_len(name);
	}
	free(names->table.bucket);
	names->table = table;
	return RESULT_OK;
}

enum result policy_names_init(struct policy_names *names, size_t expected)
{
	*names = (struct policy_names){
	    .len = FIRST_OFFSET,
	    .size = FIRST_BYTES + expected * NAME_GUESS_BYTES,
	};
	names->octets = malloc(names->size);
	if (names->octets == NULL || make_table(names, expected + 1) != RESULT_OK) {
		policy_names_fini(names);
		return RESULT_NO_MEMORY;
	}
	return RESULT_OK;
}

void policy_names_fini(struct policy_names *names)
{
	free(names->octets);
	free(names->table.bucket);
	*names = (struct policy_names){.len = 0};
}

enum result policy_names_reserve(struct policy_names *names, size_t more)
{
	if (more > POLICY_NAMES_MAX)
		more = POLICY_NAMES_MAX;
	const uint64_t room = (uint64_t)names->count + more;
	return name_table_buckets(room) > names->table.bucket_count ? make_table(names, room)
	                                                            : RESULT_OK;
}

static enum result make_room(struct policy_names *names, size_t bytes)
{
	if (names->count >= POLICY_NAMES_MAX || names->len + bytes > UINT32_MAX)
		return RESULT_TOO_LONG;
	if (names->len + bytes > names->size) {
		const size_t size = names->size + names->size / 2 + bytes;
		uint8_t *grown = realloc(names->octets, size);
		if (grown == NULL)
			return RESULT_NO_MEMORY;
		names->octets = grown;
		names->size = size;
	}
	/* Four fifths full. */
	if ((uint64_t)names->count * 5 < (uint64_t)names->table.bucket_count * NAME_TABLE_SLOTS * 4)
		return RESULT_OK;
	return make_table(names, (uint64_t)names->count * 2);
}

static uint8_t *find(const struct policy_names *names, uint64_t hash, const uint8_t *name,
                     size_t len)
{
	struct name_table_probe probe = name_table_probe(&names->table, hash);
	for (uint32_t ref; (ref = name_table_next(&names->table, &probe)) != 0;) {
		uint8_t *entry = names->octets + ref;
		/* Both end with the root: no octet behind either of them is looked at. */
		const uint8_t *other = name_of(entry);
		if (other[0] == name[0] && dns_name_len(other) == len &&
		    memcmp(other, name, len) == 0)
			return entry;
	}
	return NULL;
}

/* What questions can be sorted out by. */
static void note_shape(struct policy_names *names, const struct dns_question *question)
{
	const uint32_t bit = policy_names_top(question);
	if (question->label_count == 0) /* the root is above all others */
		memset(names->top, 0xff, sizeof(names->top));
	names->top[bit / 64] |= UINT64_C(1) << (bit % 64);
	names->depth[question->label_count / 64] |= UINT64_C(1) << (question->label_count % 64);
}

enum result policy_names_add(struct policy_names *names, const uint8_t *name, uint8_t flags,
                             uint32_t node)
{
	struct dns_question question; /* the same hashes as those of the questions that come */
	dns_question_set(&question, name, 0, 0);
	const size_t len = question.name_len;
	uint8_t *known = find(names, question.hash[0], name, len);
	if (known != NULL) {
		const bool is_new = (known[0] & flags) != flags;
		/* The number's place is made with the entry. */
		known[0] |= flags & ~(unsigned)POLICY_NAME_NODE;
		return is_new ? RESULT_OK : RESULT_EXISTS;
	}
	enum result result = make_room(names, HEAD_MAX + len);
	if (result != RESULT_OK)
		return result;
	uint8_t *entry = names->octets + names->len;
	entry[0] = flags;
	if ((flags & POLICY_NAME_NODE) != 0)
		bytes_store_u32(entry + 1, node);
	memcpy(entry + head_len(entry), name, len);
	name_table_add(&names->table, question.hash[0], (uint32_t)names->len);
	names->len += head_len(entry) + len;
	names->count++;
	note_shape(names, &question);
	return RESULT_OK;
}

enum result policy_names_finish(struct policy_names *names)
{
	uint8_t *fitting = realloc(names->octets, names->len);
	if (fitting != NULL) {
		names->octets = fitting;
		names->size = names->len;
	}
	if (names->table.bucket_count <= name_table_buckets((uint64_t)names->count + 1))
		return RESULT_OK;
	return make_table(names, (uint64_t)names->count + 1);
}

size_t policy_names_bytes(const struct policy_names *names)
{
	return names->size + name_table_bytes(names->table.bucket_count);
}

struct policy_name policy_names_find(const struct policy_names *names, uint64_t hash,
                                     const uint8_t *name)
{
	const uint8_t *entry = find(names, hash, name, dns_name_len(name));
	if (entry == NULL)
		return (struct policy_name){.flags = 0};
	return (struct policy_name){
	    .flags = entry[0],
	    .node = (entry[0] & POLICY_NAME_NODE) != 0 ? bytes_load_u32(entry + 1) : 0,
	};
}
