/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Hashed names and the order of hashes. */
#include "zone/nsec3.h"

#include <string.h>

#include "zone/chain.h"
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
	uint8_t key[sizeof(hash->label) + 1] = {0};
	memcpy(key, hash->label, sizeof(hash->label));
	const struct zone_node *node = zone_chain_before(zone, key);
	return node != NULL ? node : zone_chain_last(zone);
}

/* The node of exactly this hash, or NULL. */
static const struct zone_node *find(const struct zone *zone, const struct zone_nsec3_hash *hash)
{
	const struct zone_node *node = zone_nsec3_before(zone, hash);
	return node != NULL && zone_node_is(node, hash->label, sizeof(hash->label)) ? node : NULL;
}

const struct zone_node *zone_nsec3_of(const struct zone *zone, const struct zone_node *node)
{
	if (node->nsec3 == 0)
		return NULL;
	const struct zone_node *hashed = zone_node_at(zone, node->nsec3);
	if (LIKELY(!zone_is_marked(zone, node->nsec3)))
		return hashed;
	/* Former versions' nodes are still there: this one's name is the hash. */
	struct zone_nsec3_hash hash;
	memcpy(hash.label, hashed->prefix, sizeof(hash.label));
	return find(zone, &hash);
}

uint32_t zone_nsec3_link(const struct zone *zone, const struct zone_node *node)
{
	uint8_t name[DNS_NAME_MAX + 1];
	const size_t len = zone_node_name(zone, node, name);
	dns_name_to_lower(name, len);
	const struct zone_nsec3_hash hash = zone_nsec3_hash(zone, name, len);
	const struct zone_node *found = find(zone, &hash);
	return found == NULL ? 0 : zone_node_ref(zone, found);
}
