/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* encoding -- octets as hexadecimal, base64 and base32hex text, in pieces.
 *
 * What:    zone files break long values over several tokens; a decoder takes piece after piece and
 *          puts octets into a bytes_writer.
 * Threads: an object belongs to one thread.
 * Memory:  the caller's.
 * Limits:  none but the writer's.
 * Trust:   takes anything.
 * RFC:     4648 §4 (base64), §5 (base64url), §7 (base32hex), §8 (hex). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/bytes.h"

enum encoding_base {
	ENCODING_HEX, /* either case */
	ENCODING_BASE32HEX, /* either case, no padding */
	ENCODING_BASE64, /* with padding */
	ENCODING_BASE64URL, /* no padding */
};

struct encoding_decoder {
	struct bytes_writer *out;
	enum encoding_base base;
	uint32_t bits; /* not yet put out */
	uint8_t bit_count;
	uint8_t padding; /* '=' seen */
	size_t chars; /* seen, padding included */
};

void encoding_decoder_init(struct encoding_decoder *decoder, enum encoding_base base,
                           struct bytes_writer *out);
/* Takes a piece; false: a character that does not belong there. */
MUST_CHECK bool encoding_decode(struct encoding_decoder *decoder, const char *text, size_t len);
/* False: the text broke off in the middle of an octet, or the padding is wrong. */
MUST_CHECK bool encoding_decode_end(const struct encoding_decoder *decoder);

/* Writes octets as text; hex and base32hex in upper case. */
void encoding_encode(enum encoding_base base, const uint8_t *data, size_t len,
                     struct bytes_writer *out);
