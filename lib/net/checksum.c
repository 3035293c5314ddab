/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Sums for the Internet checksum: 32-bit words into a 64-bit sum, a loop that compilers vectorise. */
#include "net/checksum.h"

uint64_t net_checksum_add(const void *data, size_t len, uint64_t sum)
{
	const uint8_t *octets = data;
	size_t at = 0;
	for (; at + 4 <= len; at += 4) {
		uint32_t word;
		memcpy(&word, octets + at, sizeof(word));
		sum += word;
	}
	if (at < len) {
		uint32_t word = 0;
		memcpy(&word, octets + at, len - at);
		sum += word;
	}
	return sum;
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
