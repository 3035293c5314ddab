/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* stream_input -- DNS messages out of a stream of octets, however the octets are cut.
 *
 * What:    octets are read into the room that stream_input_room() names; stream_input_next() gives the
 *          next whole message in place. A message that cannot fit is told, so that the owner moves the
 *          input into a larger buffer; in that buffer no more is read than this one message.
 * Threads: one.
 * Memory:  the owner's buffer.
 * Limits:  messages of 0..65535 octets; the buffer holds at least 2.
 * Trust:   the octets are untrusted: a length may say anything.
 * RFC:     1035 §4.2.2, 7766 §8. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"

/* The length in front of each message. */
#define STREAM_LENGTH_OCTETS 2

struct stream_input {
	uint8_t *data;
	uint32_t size; /* octets that fit */
	uint32_t at; /* first octet that is not consumed */
	uint32_t len; /* octets filled, at <= len <= size */
};

/* The octets that are there and not consumed. */
static inline uint32_t stream_input_pending(const struct stream_input *input)
{
	return input->len - input->at;
}

/* The next whole message, inside the buffer. False: it has not arrived yet. */
MUST_CHECK bool stream_input_next(const struct stream_input *input, const uint8_t **message,
                                  uint16_t *len);

/* Moves behind the message that stream_input_next() gave. */
void stream_input_consume(struct stream_input *input, uint16_t len);

/* Whether the message that has begun can never fit this buffer. */
MUST_CHECK bool stream_input_is_too_small(const struct stream_input *input);

/* Goes on in another buffer that can hold what is pending. */
void stream_input_move(struct stream_input *input, uint8_t *data, uint32_t size);

/* Makes room (moves what is pending to the front) and gives where and how much to read, 0 when full.
 * `exact`: no more than the message that has begun. */
uint32_t stream_input_room(struct stream_input *input, bool exact, uint8_t **room);

/* `count` octets were read into the room. */
static inline void stream_input_filled(struct stream_input *input, uint32_t count)
{
	input->len += count;
}
