/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* rdata_field -- what the readers, writers and checkers of single fields of rdata share.
 *
 * What:    each kind of field (dns/rrtype_table.h) has a function from text to wire (..._read), one from
 *          wire to text (..._text) and one that checks and copies foreign wire (..._copy). The
 *          drivers in rdata_read.c, rdata_text.c and rdata_wire.c call them row by row.
 * Threads: an object belongs to one thread.
 * Memory:  the caller's.
 * Limits:  rdata has 0..65535 octets.
 * Trust:   the inputs are anything.
 * RFC:     those of each type; see docs/rfc.md. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "dns/encoding.h"
#include "dns/rrtype.h"

/* ---- text to wire ---- */

struct rdata_input {
	const struct dns_token *tokens;
	size_t count;
	size_t at; /* the token to be read next; on failure the one at fault */
	const struct dns_name *origin;
	struct bytes_writer out; /* overflow is looked at once, at the end */
	const char *expected; /* on failure: what should have stood there */
};

/* The next token, or NULL when there is none. Notes what is expected; does not move. */
static inline const struct dns_token *rdata_peek(struct rdata_input *input, const char *expected)
{
	input->expected = expected;
	return input->at < input->count ? &input->tokens[input->at] : NULL;
}

/* Reads a decimal number 0..max and moves on. */
MUST_CHECK enum result rdata_number_read(struct rdata_input *input, uint64_t max,
                                         const char *expected, uint64_t *out);
/* Reads a name and moves on. */
MUST_CHECK enum result rdata_name_read(struct rdata_input *input);
/* Reads one token of encoded octets and moves on. */
MUST_CHECK enum result rdata_encoded_read(struct rdata_input *input, enum encoding_base base,
                                          const char *expected);
/* Reads encoded octets to the last token. */
MUST_CHECK enum result rdata_rest_read(struct rdata_input *input, enum encoding_base base,
                                       const char *expected);
MUST_CHECK enum result rdata_ipv4_read(struct rdata_input *input);
MUST_CHECK enum result rdata_ipv6_read(struct rdata_input *input);
/* Writes text with its escapes resolved; false: a broken escape. */
MUST_CHECK bool rdata_unescape(const char *text, size_t len, struct bytes_writer *out);

enum result rdata_u8_read(struct rdata_input *input);
enum result rdata_u16_read(struct rdata_input *input);
enum result rdata_u32_read(struct rdata_input *input);
enum result rdata_u64_read(struct rdata_input *input);
enum result rdata_ttl_read(struct rdata_input *input);
enum result rdata_time_read(struct rdata_input *input);
enum result rdata_type_read(struct rdata_input *input);
enum result rdata_algorithm_read(struct rdata_input *input);
enum result rdata_cert_type_read(struct rdata_input *input);
enum result rdata_dsync_scheme_read(struct rdata_input *input);
enum result rdata_node64_read(struct rdata_input *input);
enum result rdata_eui48_read(struct rdata_input *input);
enum result rdata_eui64_read(struct rdata_input *input);
enum result rdata_salt_read(struct rdata_input *input);
enum result rdata_hash_read(struct rdata_input *input);
enum result rdata_nsap_read(struct rdata_input *input);
enum result rdata_atma_read(struct rdata_input *input);
enum result rdata_bitmap_read(struct rdata_input *input);
enum result rdata_bitmap_old_read(struct rdata_input *input);
enum result rdata_services_read(struct rdata_input *input);
enum result rdata_loc_read(struct rdata_input *input);
enum result rdata_apl_read(struct rdata_input *input);
enum result rdata_gateway_read(struct rdata_input *input);
enum result rdata_relay_read(struct rdata_input *input);
enum result rdata_hip_read(struct rdata_input *input);
enum result rdata_svcparams_read(struct rdata_input *input);

/* ---- wire to text ---- */

struct rdata_output {
	struct bytes_reader in;
	struct bytes_writer out; /* overflow is looked at once, at the end */
};

/* A space between fields; nothing before the first. */
void rdata_space(struct rdata_output *output);
void rdata_put_text(struct rdata_output *output, const char *text);
void rdata_put_number(struct rdata_output *output, uint64_t value);
/* A quoted string. */
void rdata_put_quoted(struct rdata_output *output, const uint8_t *data, size_t len);
void rdata_put_type(struct rdata_output *output, uint16_t type);
MUST_CHECK enum result rdata_name_text(struct rdata_output *output);
MUST_CHECK enum result rdata_ipv4_text(struct rdata_output *output);
MUST_CHECK enum result rdata_ipv6_text(struct rdata_output *output);

/* Each gives RESULT_MALFORMED for wire it cannot understand, RESULT_UNSUPPORTED for wire that is good
 * but has no text but that of RFC 3597. */
enum result rdata_node64_text(struct rdata_output *output);
enum result rdata_eui48_text(struct rdata_output *output);
enum result rdata_eui64_text(struct rdata_output *output);
enum result rdata_salt_text(struct rdata_output *output);
enum result rdata_hash_text(struct rdata_output *output);
enum result rdata_nsap_text(struct rdata_output *output);
enum result rdata_atma_text(struct rdata_output *output);
enum result rdata_bitmap_text(struct rdata_output *output);
enum result rdata_bitmap_old_text(struct rdata_output *output);
enum result rdata_services_text(struct rdata_output *output);
enum result rdata_loc_text(struct rdata_output *output);
enum result rdata_apl_text(struct rdata_output *output);
enum result rdata_gateway_text(struct rdata_output *output);
enum result rdata_relay_text(struct rdata_output *output);
enum result rdata_hip_text(struct rdata_output *output);
enum result rdata_svcparams_text(struct rdata_output *output);

/* ---- foreign wire ---- */

struct rdata_copy {
	struct bytes_reader in; /* begins with the message, ends with the rdata */
	struct bytes_writer out; /* data NULL: check only */
	bool pointers; /* compressed names are allowed where the type allows them */
};

/* Copies octets; false: there are not so many. */
MUST_CHECK bool rdata_octets_copy(struct rdata_copy *copy, size_t count);
/* Copies a name that must not be compressed. */
MUST_CHECK enum result rdata_name_copy(struct rdata_copy *copy);

enum result rdata_bitmap_copy(struct rdata_copy *copy);
enum result rdata_bitmap_old_copy(struct rdata_copy *copy);
enum result rdata_apl_copy(struct rdata_copy *copy);
enum result rdata_gateway_copy(struct rdata_copy *copy);
enum result rdata_relay_copy(struct rdata_copy *copy);
enum result rdata_hip_copy(struct rdata_copy *copy);
enum result rdata_svcparams_copy(struct rdata_copy *copy);

/* Checks rdata in which no name may be compressed: what the form of RFC 3597 §5 goes through. */
MUST_CHECK enum result rdata_check(uint16_t type, const uint8_t *rdata, uint16_t rdata_len);
