/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* cache_bucket -- one cache line of the index: eight slots, looked at together.
 *
 * What:    a slot is one word, so that readers see an old one or a new one, never a mixture.
 * Threads: the writer lcore stores slots; any lcore reads them.
 * Memory:  the cache's.
 * Limits:  none.
 * Trust:   ours.
 * RFC:     none. */
#pragma once

#include <stdint.h>
#if defined(__SSE2__) && !defined(__SANITIZE_THREAD__)
#include <emmintrin.h>
#define CACHE_MATCH_SSE2
#endif

#include "base/attr.h"

#define CACHE_BUCKET_SLOTS 8u

struct cache_bucket {
	uint64_t
	    slot[CACHE_BUCKET_SLOTS]; /* tag in the upper half, entry number + 1 in the lower */
} CACHE_ALIGNED;

#ifdef CACHE_MATCH_SSE2
/* The upper 32 bits of four slots. */
static inline __m128i cache_upper_halves(const uint64_t *slot)
{
	const __m128i *pair = (const __m128i *)(const void *)slot;
	return _mm_castps_si128(_mm_shuffle_ps(_mm_castsi128_ps(_mm_load_si128(pair)),
	                                       _mm_castsi128_ps(_mm_load_si128(pair + 1)),
	                                       _MM_SHUFFLE(3, 1, 3, 1)));
}
#endif

/* Looks at all slots of a bucket at once: a bit for each whose tag it is. Only a hint, since the writer may be at
 * them: the slot itself is loaded after that. */
static inline uint32_t cache_bucket_match(const struct cache_bucket *bucket, uint32_t tag)
{
#ifdef CACHE_MATCH_SSE2
	const __m128i wanted = _mm_set1_epi32((int)tag);
	const __m128i low = cache_upper_halves(bucket->slot);
	const __m128i high = cache_upper_halves(bucket->slot + 4);
	const __m128i same =
	    _mm_packs_epi32(_mm_cmpeq_epi32(low, wanted), _mm_cmpeq_epi32(high, wanted));
	return (uint32_t)_mm_movemask_epi8(_mm_packs_epi16(same, _mm_setzero_si128()));
#else
	uint32_t found = 0;
	for (unsigned i = 0; i < CACHE_BUCKET_SLOTS; i++)
		found |=
		    (uint32_t)(__atomic_load_n(&bucket->slot[i], __ATOMIC_RELAXED) >> 32 == tag)
		    << i;
	return found;
#endif
}
