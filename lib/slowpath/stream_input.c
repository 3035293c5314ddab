/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Two-octet framing. */
#include "slowpath/stream_input.h"

#include <string.h>

#include "base/bytes.h"
#include "base/check.h"

/* Octets of the message that has begun, its length included; 0 while the length is not there. */
static uint32_t begun(const struct stream_input *input)
{
	if (stream_input_pending(input) < STREAM_LENGTH_OCTETS)
		return 0;
	return STREAM_LENGTH_OCTETS + bytes_load_u16(input->data + input->at);
}

bool stream_input_next(const struct stream_input *input, const uint8_t **message, uint16_t *len)
{
	uint32_t whole = begun(input);
	if (whole == 0 || stream_input_pending(input) < whole)
		return false;
	*message = input->data + input->at + STREAM_LENGTH_OCTETS;
	*len = (uint16_t)(whole - STREAM_LENGTH_OCTETS);
	return true;
}

void stream_input_consume(struct stream_input *input, uint16_t len)
{
	CHECK(stream_input_pending(input) >= STREAM_LENGTH_OCTETS + (uint32_t)len);
	input->at += STREAM_LENGTH_OCTETS + (uint32_t)len;
	if (input->at == input->len) {
		input->at = 0;
		input->len = 0;
	}
}

bool stream_input_is_too_small(const struct stream_input *input)
{
	return begun(input) > input->size;
}

void stream_input_move(struct stream_input *input, uint8_t *data, uint32_t size)
{
	uint32_t pending = stream_input_pending(input);
	CHECK(pending <= size);
	if (pending > 0)
		memcpy(data, input->data + input->at, pending);
	*input = (struct stream_input){.data = data, .size = size, .len = pending};
}

uint32_t stream_input_room(struct stream_input *input, bool exact, uint8_t **room)
{
	uint32_t pending = stream_input_pending(input);
	if (input->at > 0) {
		memmove(input->data, input->data + input->at, pending);
		input->at = 0;
		input->len = pending;
	}
	uint32_t free_bytes = input->size - input->len;
	uint32_t whole = begun(input);
	*room = input->data + input->len;
	if (exact && whole > pending && whole - pending < free_bytes)
		return whole - pending;
	return free_bytes;
}
