/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Expected rdata out of text, and answers compared with it. */
#include "load/expected.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "dns/message.h"
#include "dns/rrtype.h"
#include "load/load_limits.h"

#define BLOCK_OCTETS_MIN 65536u

/* Words of one record's rdata; "|" ends it. */
struct record_words {
	struct dns_token token[LOAD_EXPECTED_WORDS_MAX];
	size_t count;
	bool more; /* another record follows */
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* The end of the word that starts at `text`: a blank, or the quote that closes it. */
static char *end_of(char *text, bool quoted)
{
	for (; *text != '\0' && *text != '\n'; text++) {
		if (quoted ? *text == '"' : is_blank(*text))
			break;
		if (*text == '\\' && text[1] != '\0' && text[1] != '\n')
			text++;
	}
	return text;
}

/* Splits off one record's words and gives where the next record starts, NULL: broken or too many words. */
static char *split_record(char *text, struct record_words *out)
{
	out->count = 0;
	for (;;) {
		while (is_blank(*text))
			text++;
		out->more = *text == '|';
		if (*text == '\0' || out->more)
			return text + out->more;
		if (out->count == LOAD_EXPECTED_WORDS_MAX)
			return NULL;
		bool quoted = *text == '"';
		text += quoted;
		char *end = end_of(text, quoted);
		if (quoted && *end != '"')
			return NULL;
		out->token[out->count++] =
		    (struct dns_token){.text = text, .len = (size_t)(end - text), .quoted = quoted};
		text = end + quoted;
	}
}

/* Numbers up to `index`, of which those that are new expect nothing. */
static bool make_numbers(struct expected_list *list, uint32_t index)
{
	if (index < list->at_count)
		return true;
	uint32_t count = index < 1024 ? 1024 : index * 2;
	uint64_t *at = realloc(list->at, (size_t)count * sizeof(*at));
	if (at == NULL)
		return false;
	memset(at + list->at_count, 0, (size_t)(count - list->at_count) * sizeof(*at));
	list->at = at;
	list->at_count = count;
	return true;
}

static bool make_room(struct expected_list *list, size_t octets)
{
	if (list->size - list->used >= octets)
		return true;
	uint64_t size = list->size * 2 + BLOCK_OCTETS_MIN + octets;
	uint8_t *block = realloc(list->octets, size);
	if (block == NULL)
		return false;
	list->octets = block;
	list->size = size;
	return true;
}

static enum result add_record(struct expected_list *list, uint16_t type,
                              const struct record_words *words, const char **wrong)
{
	static uint8_t rdata[UINT16_MAX]; /* files are read by one thread */
	uint16_t len = 0;
	size_t at_fault;
	if (words->count == 0) {
		*wrong = "a record is empty";
		return RESULT_MALFORMED;
	}
	enum result result = dns_rdata_from_tokens(type, words->token, words->count, NULL, rdata,
	                                           sizeof(rdata), &len, &at_fault, wrong);
	if (result != RESULT_OK)
		return RESULT_MALFORMED;
	dns_rdata_to_canonical(type, rdata, len);
	if (!make_room(list, sizeof(uint16_t) + len))
		return RESULT_NO_MEMORY;
	bytes_store_u16(list->octets + list->used, len);
	memcpy(list->octets + list->used + sizeof(uint16_t), rdata, len);
	list->used += sizeof(uint16_t) + len;
	return RESULT_OK;
}

static bool is_none(const struct record_words *words)
{
	return words->count == 1 && !words->token[0].quoted && words->token[0].len == 1 &&
	       words->token[0].text[0] == '-';
}

enum result expected_add(struct expected_list *list, uint32_t index, uint16_t type, char *text,
                         const char **wrong)
{
	struct record_words words;
	uint64_t start = list->used;
	uint16_t count = 0;
	if (!make_numbers(list, index) || !make_room(list, sizeof(count)))
		return RESULT_NO_MEMORY;
	list->used += sizeof(count);
	do {
		text = split_record(text, &words);
		*wrong = "a quote is not closed, or there are too many words";
		if (text == NULL)
			return RESULT_MALFORMED;
		*wrong = "there are too many records";
		if (count == LOAD_EXPECTED_MAX)
			return RESULT_TOO_LONG;
		if (count == 0 && !words.more && is_none(&words))
			break;
		enum result result = add_record(list, type, &words, wrong);
		if (result != RESULT_OK)
			return result;
		count++;
	} while (words.more);
	bytes_store_u16(list->octets + start, count);
	list->at[index] = start + 1;
	return RESULT_OK;
}

void expected_free(struct expected_list *list)
{
	free(list->octets);
	free(list->at);
	memset(list, 0, sizeof(*list));
}

/* Marks the first unmarked expected record that is the same; false: there is none. */
static bool mark(const uint8_t *expected, uint16_t count, const uint8_t *rdata, uint16_t len,
                 uint32_t *marked)
{
	for (uint16_t i = 0; i < count; i++) {
		uint16_t wanted = bytes_load_u16(expected);
		expected += sizeof(uint16_t);
		if ((*marked & 1u << i) == 0 && wanted == len &&
		    memcmp(expected, rdata, len) == 0) {
			*marked |= 1u << i;
			return true;
		}
		expected += wanted;
	}
	return false;
}

bool expected_match(const struct expected_list *list, uint32_t index, uint16_t type,
                    const uint8_t *message, size_t len, size_t records_at)
{
	static _Thread_local uint8_t rdata[UINT16_MAX];
	struct bytes_reader reader = bytes_reader_of(message, len);
	struct dns_rr rr;
	uint32_t marked = 0;
	uint16_t found = 0;
	_Static_assert(LOAD_EXPECTED_MAX <= 32, "a bit of `marked` for each");
	if (index >= list->at_count || list->at[index] == 0)
		return true;
	const uint8_t *expected = list->octets + list->at[index] - 1;
	uint16_t count = bytes_load_u16(expected);
	if (!bytes_skip(&reader, records_at))
		return false;
	for (unsigned i = dns_message_count(message, DNS_SECTION_ANSWER); i > 0; i--) {
		uint16_t rdata_len = 0;
		if (dns_rr_parse(&reader, &rr) != RESULT_OK)
			return false;
		if (rr.type != type)
			continue;
		struct bytes_reader inside = bytes_reader_of(message, len);
		if (!bytes_skip(&inside, rr.rdata_at) ||
		    dns_rdata_from_message(&inside, type, rr.rdata_len, rdata, sizeof(rdata),
		                           &rdata_len) != RESULT_OK)
			return false;
		dns_rdata_to_canonical(type, rdata, rdata_len);
		if (!mark(expected + sizeof(count), count, rdata, rdata_len, &marked))
			return false;
		found++;
	}
	return found == count;
}
