/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* The keyed hash of names and its secret. */
#include "dns/name_hash.h"

#include "dns/name.h"

/* Digits of pi: what tests and tools hash with that never set a secret. */
struct name_hash_secret name_hash_secret CACHE_ALIGNED = {
    .word = {UINT64_C(0x243f6a8885a308d3), UINT64_C(0x13198a2e03707345),
             UINT64_C(0xa4093822299f31d1), UINT64_C(0x082efa98ec4e6c89)},
    .root = UINT64_C(0x452821e638d01377),
};

/* Stretches the secret: one step of the splitmix64 generator. */
static uint64_t stretch(uint64_t *state)
{
	*state += UINT64_C(0x9e3779b97f4a7c15);
	uint64_t z = *state;
	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

void dns_name_hash_seed(const uint64_t secret[2])
{
	uint64_t first = secret[0];
	uint64_t second = secret[1];
	name_hash_secret.word[0] = stretch(&first);
	name_hash_secret.word[1] = stretch(&second) | 1;
	name_hash_secret.word[2] = stretch(&first) ^ second;
	/* Odd, so that a factor never loses bits of the other one. */
	name_hash_secret.word[3] = (stretch(&second) ^ first) | 1;
	name_hash_secret.root = stretch(&first) ^ stretch(&second);
}

uint64_t dns_name_hash_root(void)
{
	return name_hash_secret.root;
}

uint64_t dns_name_hash_label(uint64_t suffix_hash, const uint8_t *label)
{
	return name_hash_chain(suffix_hash, name_hash_mix(label, false));
}

uint64_t dns_name_hash(const uint8_t *wire)
{
	uint64_t mixed[DNS_LABELS_MAX];
	size_t count = 0;
	for (; *wire != 0; wire += (size_t)*wire + 1)
		mixed[count++] = name_hash_mix(wire, true);
	uint64_t hash = name_hash_secret.root;
	while (count > 0)
		hash = name_hash_chain(hash, mixed[--count]);
	return hash;
}
