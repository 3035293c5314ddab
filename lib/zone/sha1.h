/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* sha1 -- the hash of NSEC3, for short inputs.
 *
 * What:    SHA-1 of a name and a salt. Nothing here is secret, and no safety rests on it: RFC 5155
 *          fixed the algorithm, and answers need it without a call into a library.
 * Threads: any; pure.
 * Memory:  the caller's.
 * Limits:  inputs of at most SHA1_INPUT_MAX octets.
 * Trust:   takes anything.
 * RFC:     3174, 5155 §5. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define SHA1_BYTES 20
#define SHA1_BLOCK 64
/* A name and a salt (255 octets each), padded to whole blocks. */
#define SHA1_INPUT_MAX (9 * SHA1_BLOCK - 9)

void zone_sha1(const uint8_t *data, size_t len, uint8_t out[SHA1_BYTES]);
