/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Records of all sizes go round the ring in order; what finds no room is counted. */
#include "tap/tap_ring.h"

#include "unit.h"

static bool put(struct tap_ring *ring, uint32_t size, uint16_t mark)
{
	struct tap_record *record = tap_ring_begin(ring, size);
	if (record == NULL)
		return false;
	*record = (struct tap_record){.size = size, .lcore = mark};
	memset(record->data, mark & 0xff, size - sizeof(*record));
	tap_ring_end(ring, record);
	return true;
}

static void expect_next(struct tap_ring *ring, uint32_t size, uint16_t mark)
{
	const struct tap_record *record = tap_ring_next(ring);
	CU_ASSERT_PTR_NOT_NULL_FATAL(record);
	CU_ASSERT_EQUAL(record->size, size);
	CU_ASSERT_EQUAL(record->lcore, mark);
	CU_ASSERT_EQUAL(record->data[size - sizeof(*record) - 1], mark & 0xff);
	tap_ring_release(ring, record);
}

static void records_keep_their_order_around_the_end(void)
{
	struct tap_ring *ring = tap_ring_create();
	CU_ASSERT_PTR_NOT_NULL_FATAL(ring);
	CU_ASSERT_PTR_NULL(tap_ring_next(ring));
	uint32_t size = sizeof(struct tap_record) + 8;
	for (uint16_t i = 0; i < 20000; i++) {
		CU_ASSERT_TRUE_FATAL(put(ring, size, i));
		expect_next(ring, size, i);
		size = size < 60000 ? size + 8 * (i % 13 + 1) : sizeof(struct tap_record) + 8;
	}
	CU_ASSERT_PTR_NULL(tap_ring_next(ring));
	CU_ASSERT_EQUAL(atomic_load(&ring->lost), 0);
	CU_ASSERT_EQUAL(atomic_load(&ring->copied), 20000);
	tap_ring_destroy(ring);
}

static void a_full_ring_counts_what_it_cannot_take(void)
{
	const uint32_t size = 4096;
	struct tap_ring *ring = tap_ring_create();
	uint16_t taken = 0;
	CU_ASSERT_PTR_NOT_NULL_FATAL(ring);
	while (put(ring, size, taken))
		taken++;
	CU_ASSERT_EQUAL(taken, TAP_RING_BYTES / size);
	CU_ASSERT_EQUAL(atomic_load(&ring->lost), 1);
	expect_next(ring, size, 0);
	CU_ASSERT_TRUE(put(ring, size, taken));
	for (uint16_t i = 1; i <= taken; i++)
		expect_next(ring, size, i);
	CU_ASSERT_PTR_NULL(tap_ring_begin(ring, TAP_RING_BYTES));
	tap_ring_destroy(ring);
	tap_ring_destroy(NULL);
}

static const struct unit_case cases[] = {
    {"records_keep_their_order_around_the_end", records_keep_their_order_around_the_end},
    {"a_full_ring_counts_what_it_cannot_take", a_full_ring_counts_what_it_cannot_take},
};

int main(int argc, char **argv)
{
	return unit_main(argc, argv, "tap/tap_ring", cases, ARRAY_COUNT(cases));
}
