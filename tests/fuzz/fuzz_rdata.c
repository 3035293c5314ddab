/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Rdata of any type: two octets of type, then rdata as it stands in a message. What is taken has a text,
 * and the text gives the same wire again. */
#include <string.h>

#include "dns/rrtype.h"
#include "fuzz.h"
#include "unit/dns/split.h"

#define TOKENS_MAX 70000

static uint8_t wire[65535];
static uint8_t again[65535];
static char text[5 * 65535 + 65536];
static struct dns_token tokens[TOKENS_MAX];

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 2 || size > 65537)
		return 0;
	const uint16_t type = bytes_load_u16(data);
	const uint16_t rdata_len = (uint16_t)(size - 2);
	struct bytes_reader reader = bytes_reader_of(data + 2, size - 2);
	uint16_t len;
	uint16_t again_len;
	size_t text_len;
	size_t error_token;
	const char *expected;

	/* Unchecked rdata may be refused, not more. */
	(void)!dns_rdata_to_text(type, data + 2, rdata_len, text, sizeof(text), &text_len);
	if (dns_rdata_from_message(&reader, type, rdata_len, wire, sizeof(wire), &len) != RESULT_OK)
		return 0;
	FUZZ_HOLDS(dns_rdata_to_text(type, wire, len, text, sizeof(text), &text_len) == RESULT_OK);
	FUZZ_HOLDS(strlen(text) == text_len);
	const size_t count = split(text, text_len, tokens, TOKENS_MAX);
	FUZZ_HOLDS(dns_rdata_from_tokens(type, tokens, count, NULL, again, sizeof(again),
	                                 &again_len, &error_token, &expected) == RESULT_OK);
	FUZZ_HOLDS(again_len == len && memcmp(again, wire, len) == 0);
	dns_rdata_to_canonical(type, again, again_len);
	const uint8_t *glue = dns_rdata_glue_name(type, wire, len);
	FUZZ_HOLDS(glue == NULL || glue + dns_name_len(glue) <= wire + len);
	return 0;
}
