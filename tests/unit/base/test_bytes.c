/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* The checked cursor: nothing moves when the span is too short, overflow stays. */
#include "base/bytes.h"

#include <stdlib.h>

#include "unit.h"

static const uint8_t octets[] = {1, 2, 3, 4, 5, 6, 7};

static void takes_in_order(void)
{
	struct bytes_reader reader = bytes_reader_of(octets, sizeof(octets));
	uint8_t one = 0;
	uint16_t two = 0;
	uint32_t four = 0;
	CU_ASSERT_TRUE(bytes_take_u8(&reader, &one));
	CU_ASSERT_TRUE(bytes_take_u16(&reader, &two));
	CU_ASSERT_TRUE(bytes_take_u32(&reader, &four));
	CU_ASSERT_EQUAL(one, 1);
	CU_ASSERT_EQUAL(two, 0x0203);
	CU_ASSERT_EQUAL(four, 0x04050607);
	CU_ASSERT_EQUAL(bytes_left(&reader), 0);
	CU_ASSERT_FALSE(bytes_take_u8(&reader, &one));
	CU_ASSERT_EQUAL(one, 1);
}

static void short_spans_move_nothing(void)
{
	struct bytes_reader reader = bytes_reader_of(octets, 3);
	uint32_t four = 99;
	const uint8_t *p = NULL;
	CU_ASSERT_FALSE(bytes_take_u32(&reader, &four));
	CU_ASSERT_FALSE(bytes_take(&reader, 4, &p));
	CU_ASSERT_FALSE(bytes_take(&reader, SIZE_MAX, &p));
	CU_ASSERT_FALSE(bytes_skip(&reader, SIZE_MAX));
	CU_ASSERT_EQUAL(reader.at, 0);
	CU_ASSERT_EQUAL(four, 99);
	CU_ASSERT_PTR_NULL(p);
	CU_ASSERT_TRUE(bytes_skip(&reader, 3));
	CU_ASSERT_TRUE(bytes_take(&reader, 0, &p));
	CU_ASSERT_PTR_EQUAL(p, octets + 3);
}

static void puts_in_order(void)
{
	/* Not known when compiling, so that the compiler does not warn of the very case that is tested. */
	volatile size_t size = 8;
	uint8_t *out = malloc(size);
	struct bytes_writer writer = bytes_writer_of(out, size);
	bytes_put_u8(&writer, 1);
	bytes_put_u16(&writer, 0x0203);
	bytes_put_u32(&writer, 0x04050607);
	bytes_put(&writer, "", 0);
	CU_ASSERT_EQUAL(writer.len, 7);
	CU_ASSERT_FALSE(writer.overflow);
	CU_ASSERT_EQUAL(memcmp(out, octets, 7), 0);
	/* What does not fit is not begun, and nothing follows it. */
	bytes_put_u16(&writer, 0xffff);
	CU_ASSERT_TRUE(writer.overflow);
	bytes_put_u8(&writer, 8);
	CU_ASSERT_EQUAL(writer.len, 7);
	CU_ASSERT_PTR_NULL(bytes_put_space(&writer, 0));
	free(out);
}

static const struct unit_case cases[] = {
    {"takes_in_order", takes_in_order},
    {"short_spans_move_nothing", short_spans_move_nothing},
    {"puts_in_order", puts_in_order},
};

int main(int argc, char **argv)
{
	return unit_main(argc, argv, "base/bytes", cases, ARRAY_COUNT(cases));
}
