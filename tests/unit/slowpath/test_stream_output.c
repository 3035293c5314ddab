/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Waiting output: what goes in comes out in order, all or nothing, and every block comes back. */
#include <string.h>

#include "slowpath/stream_output.h"
#include "unit.h"

#define BLOCK 8
#define BLOCKS 4

static bool append(struct stream_output *output, struct block_pool *pool, const char *text,
                   size_t skip)
{
	char copy[64];
	size_t len = strlen(text), half = len / 2;
	memcpy(copy, text, len);
	struct iovec parts[] = {{copy, half}, {copy + half, len - half}};
	return stream_output_append(output, pool, parts, 2, skip);
}

/* What waits, as text. */
static const char *waiting(const struct stream_output *output, const struct block_pool *pool)
{
	static char text[BLOCK * BLOCKS + 1];
	struct iovec parts[BLOCKS];
	size_t at = 0;
	int count = stream_output_gather(output, pool, parts, BLOCKS);
	for (int i = 0; i < count; i++) {
		memcpy(text + at, parts[i].iov_base, parts[i].iov_len);
		at += parts[i].iov_len;
	}
	text[at] = '\0';
	return text;
}

static void order_is_kept(void)
{
	struct block_pool pool;
	struct stream_output output;
	CU_ASSERT_EQUAL_FATAL(block_pool_init(&pool, BLOCK, BLOCKS), RESULT_OK);
	stream_output_init(&output);
	CU_ASSERT_TRUE(append(&output, &pool, "abcdefghij", 0));
	CU_ASSERT_TRUE(append(&output, &pool, "0123456789", 3));
	CU_ASSERT_STRING_EQUAL(waiting(&output, &pool), "abcdefghij3456789");
	CU_ASSERT_EQUAL(output.bytes, 17);
	CU_ASSERT_EQUAL(pool.free_count, BLOCKS - 3);
	CU_ASSERT_EQUAL(stream_output_advance(&output, &pool, 7), 0);
	CU_ASSERT_STRING_EQUAL(waiting(&output, &pool), "hij3456789");
	CU_ASSERT_EQUAL(stream_output_advance(&output, &pool, 1), 1);
	CU_ASSERT_TRUE(append(&output, &pool, "XYZ", 0));
	CU_ASSERT_STRING_EQUAL(waiting(&output, &pool), "ij3456789XYZ");
	CU_ASSERT_EQUAL(stream_output_advance(&output, &pool, 12), 2);
	CU_ASSERT_EQUAL(output.bytes, 0);
	CU_ASSERT_EQUAL(pool.free_count, BLOCKS);
	block_pool_fini(&pool);
}

static void all_or_nothing(void)
{
	struct block_pool pool;
	struct stream_output a, b;
	CU_ASSERT_EQUAL_FATAL(block_pool_init(&pool, BLOCK, BLOCKS), RESULT_OK);
	stream_output_init(&a);
	stream_output_init(&b);
	CU_ASSERT_TRUE(append(&a, &pool, "0123456789012345678901234", 0)); /* 25: all four */
	CU_ASSERT_FALSE(append(&b, &pool, "x", 0));
	CU_ASSERT_EQUAL(b.bytes, 0);
	CU_ASSERT_FALSE(append(&a, &pool, "01234567", 0)); /* 7 fit */
	CU_ASSERT_EQUAL(a.bytes, 25);
	CU_ASSERT_TRUE(append(&a, &pool, "0123456", 0));
	stream_output_clear(&a, &pool);
	CU_ASSERT_EQUAL(pool.free_count, BLOCKS);
	CU_ASSERT_TRUE(append(&b, &pool, "x", 0));
	CU_ASSERT_STRING_EQUAL(waiting(&b, &pool), "x");
	stream_output_clear(&b, &pool);
	block_pool_fini(&pool);
}

static void blocks_run_out_and_come_back(void)
{
	struct block_pool pool;
	uint32_t blocks[BLOCKS];
	CU_ASSERT_EQUAL_FATAL(block_pool_init(&pool, BLOCK, BLOCKS), RESULT_OK);
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < BLOCKS; i++) {
			blocks[i] = block_pool_take(&pool);
			CU_ASSERT_NOT_EQUAL_FATAL(blocks[i], BLOCK_NONE);
			memset(block_pool_at(&pool, blocks[i]), i, BLOCK);
		}
		CU_ASSERT_EQUAL(block_pool_take(&pool), BLOCK_NONE);
		for (int i = 0; i < BLOCKS; i++)
			CU_ASSERT_EQUAL(block_pool_at(&pool, blocks[i])[BLOCK - 1], i);
		for (int i = 0; i < BLOCKS; i++)
			block_pool_put(&pool, blocks[i]);
	}
	CU_ASSERT_EQUAL(pool.free_count, BLOCKS);
	block_pool_fini(&pool);
}

int main(int argc, char **argv)
{
	static const struct unit_case cases[] = {
	    {"order_is_kept", order_is_kept},
	    {"all_or_nothing", all_or_nothing},
	    {"blocks_run_out_and_come_back", blocks_run_out_and_come_back},
	};
	return unit_main(argc, argv, "slowpath/stream_output", cases, ARRAY_COUNT(cases));
}
