/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* One hash table with open addressing; a look-up probes it once for each length of prefix that occurs, longest
 * first. Hosts have few lengths, and routers about twenty for each family. */
#include "net/next_hop.h"

#include <string.h>

#include "base/check.h"

/* A neighbour, beside the lengths of routes. */
#define LENGTH_NEIGHBOUR 255
#define LENGTHS 129
#define FACTOR 0x9e3779b97f4a7c15u

enum kind {
	KIND_FREE,
	KIND_MAC, /* a neighbour */
	KIND_LINK, /* a route whose hosts are neighbours */
	KIND_GATEWAY
};

struct entry {
	uint8_t kind; /* enum kind */
	uint8_t family;
	uint8_t length;
	uint8_t mac[6];
	uint8_t octets[16];
	uint8_t gateway[16];
};

struct net_next_hops {
	size_t mask;
	size_t room; /* entries that may be added */
	uint8_t length_count[2]; /* IPv4, IPv6 */
	uint8_t length[2][LENGTHS]; /* those that occur, longest first */
	bool has_length[2][LENGTHS];
	struct entry entry[];
};

/* A power of two at least twice as large: probes stay short. */
static size_t slots_for(size_t count)
{
	size_t slots = 8;
	while (slots < 2 * count)
		slots *= 2;
	return slots;
}

size_t net_next_hops_bytes(size_t count)
{
	return sizeof(struct net_next_hops) + slots_for(count) * sizeof(struct entry);
}

struct net_next_hops *net_next_hops_begin(void *memory, size_t count)
{
	struct net_next_hops *table = memory;
	memset(table, 0, net_next_hops_bytes(count));
	table->mask = slots_for(count) - 1;
	table->room = count;
	return table;
}

static size_t hash(uint8_t family, uint8_t length, const uint8_t octets[16])
{
	uint64_t part[2];
	memcpy(part, octets, sizeof(part));
	uint64_t sum = (part[0] ^ ((uint64_t)length << 8 | family)) * FACTOR;
	sum = (sum ^ sum >> 32 ^ part[1]) * FACTOR;
	return (size_t)(sum >> 32);
}

/* The entry with that key, or the free slot where it would be. */
static const struct entry *probe(const struct net_next_hops *table, uint8_t family, uint8_t length,
                                 const uint8_t octets[16])
{
	for (size_t at = hash(family, length, octets);; at++) {
		const struct entry *entry = &table->entry[at & table->mask];
		if (entry->kind == KIND_FREE ||
		    (entry->family == family && entry->length == length &&
		     memcmp(entry->octets, octets, sizeof(entry->octets)) == 0))
			return entry;
	}
}

/* The address with all bits behind `length` cleared. */
static void mask_octets(uint8_t octets[16], uint8_t length)
{
	for (unsigned i = 0; i < 16; i++) {
		unsigned bits = length > 8 * i ? length - 8 * i : 0;
		if (bits < 8)
			octets[i] &= (uint8_t)(0xff00 >> bits);
	}
}

/* A free slot for the key, or NULL where it is there already. */
static struct entry *add(struct net_next_hops *table, enum kind kind, uint8_t length,
                         const struct net_address *address)
{
	uint8_t octets[16];
	memcpy(octets, address->octets, sizeof(octets));
	if (kind != KIND_MAC)
		mask_octets(octets, length);
	const struct entry *found = probe(table, address->family, length, octets);
	if (found->kind != KIND_FREE)
		return NULL;
	CHECK(table->room > 0);
	table->room--;
	struct entry *entry = &table->entry[found - table->entry];
	entry->kind = (uint8_t)kind;
	entry->family = address->family;
	entry->length = length;
	memcpy(entry->octets, octets, sizeof(octets));
	return entry;
}

void net_next_hops_add_neighbour(struct net_next_hops *table, const struct net_address *address,
                                 const uint8_t mac[6])
{
	struct entry *entry = add(table, KIND_MAC, LENGTH_NEIGHBOUR, address);
	if (entry != NULL)
		memcpy(entry->mac, mac, sizeof(entry->mac));
}

void net_next_hops_add_route(struct net_next_hops *table, const struct net_prefix *prefix,
                             const struct net_address *gateway)
{
	CHECK(prefix->length < LENGTHS);
	struct entry *entry = add(table, gateway != NULL ? KIND_GATEWAY : KIND_LINK, prefix->length,
	                          &prefix->address);
	if (entry != NULL && gateway != NULL)
		memcpy(entry->gateway, gateway->octets, sizeof(entry->gateway));
	table->has_length[prefix->address.family == 6][prefix->length] = true;
}

void net_next_hops_end(struct net_next_hops *table)
{
	for (unsigned family = 0; family < 2; family++) {
		for (unsigned length = LENGTHS; length-- > 0;) {
			if (table->has_length[family][length])
				table->length[family][table->length_count[family]++] =
				    (uint8_t)length;
		}
	}
}

static const uint8_t *neighbour(const struct net_next_hops *table, uint8_t family,
                                const uint8_t octets[16])
{
	const struct entry *entry = probe(table, family, LENGTH_NEIGHBOUR, octets);
	return entry->kind == KIND_MAC ? entry->mac : NULL;
}

const uint8_t *net_next_hop_find(const struct net_next_hops *table, uint8_t family,
                                 const uint8_t *octets)
{
	unsigned row = family == 6;
	uint8_t address[16] = {0};
	memcpy(address, octets, net_address_bytes(family));
	for (unsigned i = 0; i < table->length_count[row]; i++) {
		uint8_t masked[16];
		memcpy(masked, address, sizeof(masked));
		mask_octets(masked, table->length[row][i]);
		const struct entry *entry = probe(table, family, table->length[row][i], masked);
		if (entry->kind == KIND_LINK)
			return neighbour(table, family, address);
		if (entry->kind == KIND_GATEWAY)
			return neighbour(table, family, entry->gateway);
	}
	return NULL;
}
