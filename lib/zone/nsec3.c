/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Hashed names and the order of hashes. */
#include "zone/nsec3.h"

#include <string.h>

#include "zone/sha1.h"

#define HASH_DIGITS 32

/* RFC 4648 §7; 160 bits are 32 digits of 5 without padding. */
static void base32hex(const uint8_t digest[SHA1_BYTES], uint8_t out[HASH_DIGITS])
{
	static const char digits[] = "0123456789abcdefghijklmnopqrstuv";
	for (unsigned i = 0; i < HASH_DIGITS; i++) {
		const unsigned bit = i * 5;
		unsigned window = (unsigned)digest[bit / 8] << 8;
		if (bit / 8 + 1 < SHA1_BYTES)
			window |= digest[bit / 8 + 1];
		out[i] = (uint8_t)digits[window >> (11 - bit % 8) & 31];
	}
}

struct zone_nsec3_hash zone_nsec3_hash(const struct zone *zone, const uint8_t *name, size_t len)
{
	uint8_t input[2 * (DNS_NAME_MAX + 3)];
	uint8_t digest[SHA1_BYTES];
	memcpy(input, name, len);
	memcpy(input + len, zone->nsec3_salt, zone->nsec3_salt_len);
	zone_sha1(input, len + zone->nsec3_salt_len, digest);
	for (uint16_t i = 0; i < zone->nsec3_iterations; i++) {
		memcpy(input, digest, sizeof(digest));
		memcpy(input + sizeof(digest), zone->nsec3_salt, zone->nsec3_salt_len);
		zone_sha1(input, sizeof(digest) + zone->nsec3_salt_len, digest);
	}
	struct zone_nsec3_hash hash = {.label = {HASH_DIGITS}};
	base32hex(digest, hash.label + 1);
	return hash;
}

const struct zone_node *zone_nsec3_before(const struct zone *zone,
                                          const struct zone_nsec3_hash *hash)
{
	uint32_t low = 0;
	uint32_t high = zone->chain_count;
	if (high == 0)
		return NULL;
	while (low < high) {
		const uint32_t middle = low + (high - low) / 2;
		const struct zone_node *node = zone_node_at(zone, zone->chain[middle]);
		if (memcmp(node->prefix, hash->label, sizeof(hash->label)) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	return zone_node_at(zone, zone->chain[low == 0 ? zone->chain_count - 1 : low - 1]);
}

uint32_t zone_nsec3_link(const struct zone *zone, const struct zone_node *node)
{
	uint8_t name[DNS_NAME_MAX + 1];
	const size_t len = zone_node_name(zone, node, name);
	dns_name_to_lower(name, len);
	const struct zone_nsec3_hash hash = zone_nsec3_hash(zone, name, len);
	const struct zone_node *found = zone_nsec3_before(zone, &hash);
	if (found == NULL || memcmp(found->prefix, hash.label, sizeof(hash.label)) != 0)
		return 0;
	return (uint32_t)((size_t)((const uint8_t *)found - (const uint8_t *)zone) / ZONE_UNIT);
}
