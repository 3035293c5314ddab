/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Sums for the Internet checksum: messages are short, so that a plain loop over 64-bit words, whose carries are
 * counted, beats one that a compiler makes for vectors. */
#include "net/checksum.h"

/* Both halves of a word, so that sums of many of them have room. */
static inline uint64_t halves(uint64_t word)
{
	return (word & UINT32_MAX) + (word >> 32);
}

static inline uint64_t load_tail(const uint8_t *octets, size_t len)
{
	uint64_t word = 0;
	memcpy(&word, octets, len);
	return halves(word);
}

uint64_t net_checksum_add(const void *data, size_t len, uint64_t sum)
{
	const uint8_t *octets = data;
	uint64_t words = 0; /* one's complement: carries come back in at the lowest bit */
	for (; len >= sizeof(words); len -= sizeof(words), octets += sizeof(words)) {
		uint64_t word;
		memcpy(&word, octets, sizeof(word));
		words += word;
		words += words < word;
	}
	if (len >= sizeof(uint32_t)) {
		uint32_t word;
		memcpy(&word, octets, sizeof(word));
		sum += word;
		len -= sizeof(word);
		octets += sizeof(word);
	}
	if (len > 0)
		sum += load_tail(octets, len);
	return sum + halves(words);
}

uint64_t net_checksum_pseudo(uint8_t version, const uint8_t *source, const uint8_t *target,
                             uint8_t protocol, uint32_t len)
{
	size_t address_len = version == 4 ? 4 : 16;
	const uint8_t tail[8] = {(uint8_t)(len >> 24),
	                         (uint8_t)(len >> 16),
	                         (uint8_t)(len >> 8),
	                         (uint8_t)len,
	                         0,
	                         0,
	                         0,
	                         protocol};
	uint64_t sum = net_checksum_add(tail, sizeof(tail), 0);
	sum = net_checksum_add(source, address_len, sum);
	return net_checksum_add(target, address_len, sum);
}
