/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* bytes -- the one checked cursor by which foreign bytes are read, and its twin for writing.
 *
 * What:    struct bytes_reader walks a span it does not own; each take fails (returns false and
 *          moves nothing) when the span is too short. struct bytes_writer fills a span it does not
 *          own; the first put that does not fit sets `overflow` and every later put does nothing, so
 *          that a caller checks once, at the end.
 * Threads: an object belongs to one thread.
 * Memory:  the caller's; nothing is allocated or kept.
 * Limits:  spans up to SIZE_MAX; multi-octet integers are in network order.
 * Trust:   made for bytes from the wire: no put or take ever leaves the span.
 * RFC:     RFC 1035 §2.3.2 (data transmission order). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/attr.h"

struct bytes_reader {
	const uint8_t *data;
	size_t len; /* octets in the span */
	size_t at; /* next octet to take, 0 <= at <= len */
};

static inline struct bytes_reader bytes_reader_of(const uint8_t *data, size_t len)
{
	return (struct bytes_reader){.data = data, .len = len, .at = 0};
}

/* Octets that are left. */
static inline size_t bytes_left(const struct bytes_reader *reader)
{
	return reader->len - reader->at;
}

MUST_CHECK static inline bool bytes_skip(struct bytes_reader *reader, size_t count)
{
	if (UNLIKELY(bytes_left(reader) < count))
		return false;
	reader->at += count;
	return true;
}

/* Gives a pointer to the next `count` octets, inside the span, and moves behind them. */
MUST_CHECK static inline bool bytes_take(struct bytes_reader *reader, size_t count,
                                         const uint8_t **out)
{
	if (UNLIKELY(bytes_left(reader) < count))
		return false;
	*out = reader->data + reader->at;
	reader->at += count;
	return true;
}

MUST_CHECK static inline bool bytes_take_u8(struct bytes_reader *reader, uint8_t *out)
{
	const uint8_t *p;
	if (!bytes_take(reader, 1, &p))
		return false;
	*out = p[0];
	return true;
}

/* Unchecked big-endian loads and stores, for spans whose length was checked before. */
static inline uint16_t bytes_load_u16(const uint8_t *p)
{
	return (uint16_t)((unsigned)p[0] << 8 | p[1]);
}

static inline uint32_t bytes_load_u32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static inline void bytes_store_u16(uint8_t *p, uint16_t value)
{
	p[0] = (uint8_t)(value >> 8);
	p[1] = (uint8_t)value;
}

static inline void bytes_store_u32(uint8_t *p, uint32_t value)
{
	bytes_store_u16(p, (uint16_t)(value >> 16));
	bytes_store_u16(p + 2, (uint16_t)value);
}

MUST_CHECK static inline bool bytes_take_u16(struct bytes_reader *reader, uint16_t *out)
{
	const uint8_t *p;
	if (!bytes_take(reader, 2, &p))
		return false;
	*out = bytes_load_u16(p);
	return true;
}

MUST_CHECK static inline bool bytes_take_u32(struct bytes_reader *reader, uint32_t *out)
{
	const uint8_t *p;
	if (!bytes_take(reader, 4, &p))
		return false;
	*out = bytes_load_u32(p);
	return true;
}

struct bytes_writer {
	uint8_t *data;
	size_t size; /* octets that fit */
	size_t len; /* octets written, 0 <= len <= size */
	bool overflow; /* something did not fit; `len` still tells what did */
};

static inline struct bytes_writer bytes_writer_of(uint8_t *data, size_t size)
{
	return (struct bytes_writer){.data = data, .size = size, .len = 0, .overflow = false};
}

/* Makes room for `count` octets and gives their start, or NULL (and sets overflow). */
static inline uint8_t *bytes_put_space(struct bytes_writer *writer, size_t count)
{
	if (UNLIKELY(writer->overflow || writer->size - writer->len < count)) {
		writer->overflow = true;
		return NULL;
	}
	uint8_t *space = writer->data + writer->len;
	writer->len += count;
	return space;
}

static inline void bytes_put(struct bytes_writer *writer, const void *data, size_t count)
{
	uint8_t *space = bytes_put_space(writer, count);
	if (space != NULL && count > 0)
		memcpy(space, data, count);
}

static inline void bytes_put_u8(struct bytes_writer *writer, uint8_t value)
{
	bytes_put(writer, &value, 1);
}

static inline void bytes_put_u16(struct bytes_writer *writer, uint16_t value)
{
	uint8_t *space = bytes_put_space(writer, 2);
	if (space != NULL)
		bytes_store_u16(space, value);
}

static inline void bytes_put_u32(struct bytes_writer *writer, uint32_t value)
{
	uint8_t *space = bytes_put_space(writer, 4);
	if (space != NULL)
		bytes_store_u32(space, value);
}
