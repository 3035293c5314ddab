/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Rdata as text: the first word is the type, the rest its rdata. What is read is good wire, has a text,
 * and the text gives the same wire again. */
#include <string.h>

#include "dns/rrtype.h"
#include "dns/ttl.h"
#include "fuzz.h"
#include "unit/dns/split.h"

#define TOKENS_MAX 70000

static uint8_t wire[65535];
static uint8_t again[65535];
static char text[5 * 65535 + 65536];
static struct dns_token tokens[TOKENS_MAX];

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct dns_name origin = {.len = 3, .label_count = 1, .wire = {1, 'o', 0}};
	size_t count = split((const char *)data, size, tokens, TOKENS_MAX);
	uint16_t type;
	uint16_t len;
	uint16_t again_len;
	size_t text_len;
	size_t error_token;
	const char *expected = NULL;
	uint32_t ttl;

	if (count == 0)
		return 0;
	(void)!dns_ttl_from_text(tokens[0].text, tokens[0].len, &ttl);
	(void)!dns_time_from_text(tokens[0].text, tokens[0].len, &ttl);
	if (!dns_type_from_text(tokens[0].text, tokens[0].len, &type))
		return 0;
	if (dns_rdata_from_tokens(type, tokens + 1, count - 1, &origin, wire, sizeof(wire), &len,
	                          &error_token, &expected) != RESULT_OK) {
		FUZZ_HOLDS(error_token <= count - 1 && expected != NULL);
		return 0;
	}
	struct bytes_reader reader = bytes_reader_of(wire, len);
	FUZZ_HOLDS(dns_rdata_from_message(&reader, type, len, again, sizeof(again), &again_len) ==
	           RESULT_OK);
	FUZZ_HOLDS(again_len == len && memcmp(again, wire, len) == 0);
	FUZZ_HOLDS(dns_rdata_to_text(type, wire, len, text, sizeof(text), &text_len) == RESULT_OK);
	count = split(text, text_len, tokens, TOKENS_MAX);
	FUZZ_HOLDS(dns_rdata_from_tokens(type, tokens, count, NULL, again, sizeof(again),
	                                 &again_len, &error_token, &expected) == RESULT_OK);
	FUZZ_HOLDS(again_len == len && memcmp(again, wire, len) == 0);
	return 0;
}
