/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* A prefix set as one open-addressing table per family, keyed by masked address and length. */
#include "guard/acl.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"

/* Every octet of an address, the length that it was masked to, and the lists it is in; none: a free slot. */
struct key {
	uint64_t high;
	uint64_t low;
	uint64_t classes;
	uint8_t length;
};

struct table {
	struct key *slots;
	size_t mask; /* slot count - 1; a power of two, at most half full */
	uint64_t everybody; /* lists with a prefix of length 0: "any" needs no probe */
	uint8_t length_count;
	uint8_t lengths[128]; /* the other prefix lengths, each once, as they came */
};

struct acl {
	struct table v4;
	struct table v6;
};

/* All bits of an address, IPv4 in the upper 32. */
static inline struct key address_of(uint8_t family, const uint8_t *octets)
{
	struct key key = {.high = (uint64_t)bytes_load_u32(octets) << 32};
	if (family == 4)
		return key;
	key.high |= bytes_load_u32(octets + 4);
	key.low = (uint64_t)bytes_load_u32(octets + 8) << 32 | bytes_load_u32(octets + 12);
	return key;
}

/* The same with all bits behind `length` (1..128) cleared. */
static inline struct key masked(struct key address, uint8_t length)
{
	address.length = length;
	if (length <= 64) {
		address.high &= ~UINT64_C(0) << (64 - length);
		address.low = 0;
	} else {
		address.low &= ~UINT64_C(0) << (128 - length);
	}
	return address;
}

/* The product's halves together: every bit of `a` reaches every bit of the result. Prefixes are mostly
 * zeros at one end, which a plain product would leave there. */
static inline uint64_t fold(uint64_t a, uint64_t b)
{
	__extension__ unsigned __int128 product = (unsigned __int128)a * b;
	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static inline size_t slot_of(const struct table *table, const struct key *key)
{
	uint64_t hash =
	    fold(key->high ^ UINT64_C(0xa0761d6478bd642f), UINT64_C(0x9e3779b97f4a7c15));
	hash = fold(hash ^ key->low ^ key->length, UINT64_C(0xe7037ed1a0b428db));
	return (size_t)hash & table->mask;
}

static inline bool same(const struct key *a, const struct key *b)
{
	return a->high == b->high && a->low == b->low && a->length == b->length;
}

/* The slot that holds the key, or the free one where it belongs. */
static inline struct key *probe(const struct table *table, const struct key *key)
{
	size_t at = slot_of(table, key);
	while (table->slots[at].classes != 0 && !same(&table->slots[at], key))
		at = (at + 1) & table->mask;
	return &table->slots[at];
}

static void add(struct table *table, const struct acl_prefix *prefix, uint64_t classes)
{
	if (prefix->length == 0) {
		table->everybody |= classes;
		return;
	}
	struct key key = masked(address_of(prefix->family, prefix->octets), prefix->length);
	struct key *slot = probe(table, &key);
	key.classes = slot->classes | classes;
	*slot = key;
	if (memchr(table->lengths, prefix->length, table->length_count) == NULL)
		table->lengths[table->length_count++] = prefix->length;
}

static bool table_init(struct table *table, size_t entries)
{
	size_t slots = 8;
	while (slots < entries * 2)
		slots *= 2;
	table->slots = calloc(slots, sizeof(*table->slots));
	table->mask = slots - 1;
	return table->slots != NULL;
}

static enum result check(const struct acl_prefix *prefixes, size_t count, size_t *v4_count)
{
	if (count > ACL_PREFIXES_MAX)
		return RESULT_TOO_LONG;
	*v4_count = 0;
	for (size_t i = 0; i < count; i++) {
		if (prefixes[i].family == 4 && prefixes[i].length <= 32)
			++*v4_count;
		else if (prefixes[i].family != 6 || prefixes[i].length > 128)
			return RESULT_OUT_OF_RANGE;
	}
	return RESULT_OK;
}

enum result acl_create(const struct acl_prefix *prefixes, size_t count, struct acl **out)
{
	return acl_create_classes(prefixes, NULL, count, out);
}

enum result acl_create_classes(const struct acl_prefix *prefixes, const uint64_t *classes,
                               size_t count, struct acl **out)
{
	size_t v4_count;
	enum result result = check(prefixes, count, &v4_count);
	if (result != RESULT_OK)
		return result;
	struct acl *acl = calloc(1, sizeof(*acl));
	if (acl == NULL)
		return RESULT_NO_MEMORY;
	if (!table_init(&acl->v4, v4_count) || !table_init(&acl->v6, count - v4_count)) {
		acl_free(acl);
		return RESULT_NO_MEMORY;
	}
	for (size_t i = 0; i < count; i++)
		add(prefixes[i].family == 4 ? &acl->v4 : &acl->v6, &prefixes[i],
		    classes == NULL ? 1 : classes[i]);
	*out = acl;
	return RESULT_OK;
}

void acl_free(struct acl *acl)
{
	if (acl == NULL)
		return;
	free(acl->v4.slots);
	free(acl->v6.slots);
	free(acl);
}

bool acl_match(const struct acl *acl, uint8_t family, const uint8_t *octets)
{
	const struct table *table = family == 4 ? &acl->v4 : &acl->v6;
	if (table->everybody != 0)
		return true;
	const struct key address = address_of(family, octets);
	for (uint8_t i = 0; i < table->length_count; i++) {
		const struct key key = masked(address, table->lengths[i]);
		if (probe(table, &key)->classes != 0)
			return true;
	}
	return false;
}

uint64_t acl_classes(const struct acl *acl, uint8_t family, const uint8_t *octets)
{
	const struct table *table = family == 4 ? &acl->v4 : &acl->v6;
	uint64_t classes = table->everybody;
	const struct key address = address_of(family, octets);
	for (uint8_t i = 0; i < table->length_count; i++) {
		const struct key key = masked(address, table->lengths[i]);
		classes |= probe(table, &key)->classes;
	}
	return classes;
}

static size_t longest_run(const struct table *table)
{
	size_t longest = 0;
	size_t run = 0;
	for (size_t i = 0; i <= table->mask; i++) {
		run = table->slots[i].classes != 0 ? run + 1 : 0;
		longest = run > longest ? run : longest;
	}
	return longest;
}

size_t acl_longest_probe(const struct acl *acl)
{
	const size_t v4 = longest_run(&acl->v4);
	const size_t v6 = longest_run(&acl->v6);
	return (v4 > v6 ? v4 : v6) + 1;
}
