/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Text becomes answers again. What is wrong in an answer costs that answer, and is told with its place. */
#include "cache_text.h"

#include <errno.h>
#include <string.h>

#include "dns/rrtype.h"
#include "dns/text.h"

/* Words of a line "question": before the flags. */
#define QUESTION_WORDS 11u
/* Words of a record before its rdata: section, owner, TTL, class, type. */
#define RECORD_WORDS 5u

static bool is_word(const struct cache_text_reader *reader, size_t at, const char *word)
{
	const struct zone_scan *scan = &reader->scan;
	return at < scan->token_count && !scan->token[at].quoted &&
	       text_is(scan->token[at].text, scan->token[at].len, word);
}

/* Says what is wrong at a token: what was found, and what should be there. */
static enum result wrong(struct cache_text_reader *reader, size_t at, const char *expected)
{
	const struct zone_scan *scan = &reader->scan;
	char quote[ZONE_QUOTE_MAX] = "the end of the line";
	uint32_t line = zone_scan_place(scan, scan->entry_at).line;
	if (at < scan->token_count) {
		line = scan->entry_line;
		zone_error_quote(scan->token[at].text, scan->token[at].len, quote);
	}
	snprintf(reader->problem, sizeof(reader->problem), "%s:%u: found %s, allowed: %s",
	         scan->file, line, quote, expected);
	return RESULT_MALFORMED;
}

/* The next line, which stays until has_line is taken away. */
static enum result see_line(struct cache_text_reader *reader)
{
	struct zone_scan *scan = &reader->scan;
	if (reader->has_line)
		return RESULT_OK;
	enum result result = zone_scan_next(scan);
	if (result == RESULT_OK)
		reader->has_line = true;
	if (result == RESULT_MALFORMED)
		snprintf(reader->problem, sizeof(reader->problem), "%s:%u: %s, allowed: %s",
		         scan->file, zone_scan_place(scan, scan->wrong_at).line, scan->found,
		         scan->expected);
	if (result == RESULT_TOO_LONG) {
		snprintf(reader->problem, sizeof(reader->problem),
		         "%s:%u: a line that is longer than any record; the rest is not read",
		         scan->file, scan->line);
		return RESULT_NOT_FOUND;
	}
	return result;
}

static bool number_at(const struct cache_text_reader *reader, size_t at, uint64_t max,
                      uint64_t *out)
{
	const struct dns_token *token = &reader->scan.token[at];
	return at < reader->scan.token_count && text_to_u64(token->text, token->len, max, out);
}

enum result cache_text_open(struct cache_text_reader *reader, const char *file, uint64_t calendar_s)
{
	uint64_t version;
	uint64_t saved_s;
	reader->has_line = false;
	reader->wrong = 0;
	enum result result = zone_scan_open(&reader->scan, file);
	if (result != RESULT_OK)
		return result;
	result = see_line(reader);
	if (result == RESULT_NOT_FOUND || (result == RESULT_OK && !is_word(reader, 0, "cache"))) {
		result =
		    wrong(reader, 0, "\"cache 1 saved SECONDS\", the first line of a cache file");
	} else if (result == RESULT_OK && !number_at(reader, 1, CACHE_TEXT_VERSION, &version)) {
		result = wrong(reader, 1, "a version of the format that this server knows: 1");
	} else if (result == RESULT_OK &&
	           (!is_word(reader, 2, "saved") || !number_at(reader, 3, INT64_MAX, &saved_s))) {
		result = wrong(reader, 3, "\"saved\" and seconds since 1970");
	}
	if (result != RESULT_OK) {
		zone_scan_close(&reader->scan);
		return result;
	}
	reader->has_line = false;
	reader->elapsed_s = calendar_s > saved_s ? calendar_s - saved_s : 0;
	return RESULT_OK;
}

void cache_text_close(struct cache_text_reader *reader)
{
	zone_scan_close(&reader->scan);
}

/* -- the line "question" -- */

static bool name_at(const struct cache_text_reader *reader, size_t at, struct dns_name *out)
{
	static const struct dns_name root = {.len = 1};
	const struct dns_token *token = &reader->scan.token[at];
	return dns_name_from_text(token->text, token->len, &root, out) == RESULT_OK;
}

static bool word_of(const struct cache_text_reader *reader, size_t at,
                    const char *(*name)(unsigned), uint8_t *out)
{
	const char *word;
	for (uint8_t i = 0; (word = name(i)) != NULL; i++) {
		if (is_word(reader, at, word)) {
			*out = i;
			return true;
		}
	}
	return false;
}

static bool left_at(const struct cache_text_reader *reader, size_t at, int64_t *out)
{
	const struct dns_token *token = &reader->scan.token[at];
	const bool is_negative = token->len > 0 && token->text[0] == '-';
	uint64_t seconds;
	if (!text_to_u64(token->text + is_negative, token->len - is_negative, UINT32_MAX, &seconds))
		return false;
	*out = is_negative ? -(int64_t)seconds : (int64_t)seconds;
	return true;
}

static enum result take_flags(struct cache_text_reader *reader)
{
	for (size_t i = QUESTION_WORDS; i < reader->scan.token_count; i++) {
		if (is_word(reader, i, "dnssec"))
			reader->item.dnssec_ok = true;
		else if (is_word(reader, i, "popular"))
			reader->item.is_popular = true;
		else
			return wrong(reader, i, "the flags dnssec and popular");
	}
	return RESULT_OK;
}

static void start_message(struct cache_text_reader *reader, unsigned rcode)
{
	const struct dns_question *question = &reader->question;
	const uint32_t end = DNS_HEADER_SIZE + question->name_len;
	memset(reader->message, 0, DNS_HEADER_SIZE);
	bytes_store_u16(reader->message + 2, (uint16_t)(DNS_FLAG_QR | rcode));
	memcpy(reader->message + DNS_HEADER_SIZE, question->name, question->name_len);
	bytes_store_u16(reader->message + end, question->type);
	bytes_store_u16(reader->message + end + 2, question->class);
	dns_builder_init(&reader->builder, reader->message, end + 4, DNS_MESSAGE_MAX);
	reader->section = DNS_SECTION_ANSWER;
}

static enum result take_question(struct cache_text_reader *reader)
{
	struct cache_item *item = &reader->item;
	struct dns_name name;
	uint16_t type = CACHE_COPY_NAME;
	int64_t left_s;
	*item = (struct cache_item){.question = &reader->question, .is_aged = true};
	if (!is_word(reader, 0, "question"))
		return wrong(reader, 0, "\"question\", which begins an answer");
	if (reader->scan.token_count < QUESTION_WORDS)
		return wrong(reader, reader->scan.token_count,
		             "question NAME IN TYPE RCODE left SECONDS rank WORD security WORD");
	if (!name_at(reader, 1, &name))
		return wrong(reader, 1, "a domain name");
	if (!is_word(reader, 2, "IN"))
		return wrong(reader, 2, "the class IN");
	if (!is_word(reader, 3, "*") &&
	    !dns_type_from_text(reader->scan.token[3].text, reader->scan.token[3].len, &type))
		return wrong(reader, 3, "a type, or * for a name that does not exist");
	bool is_nxdomain = is_word(reader, 4, "NXDOMAIN");
	if (!is_nxdomain && !is_word(reader, 4, "NOERROR"))
		return wrong(reader, 4, "NOERROR or NXDOMAIN");
	if (!is_word(reader, 5, "left") || !left_at(reader, 6, &left_s))
		return wrong(reader, 6, "left SECONDS");
	if (!is_word(reader, 7, "rank") || !word_of(reader, 8, cache_text_rank, &item->rank))
		return wrong(reader, 8,
		             "rank and none, additional, answer, authority, auth-answer, "
		             "zone");
	if (!is_word(reader, 9, "security") ||
	    !word_of(reader, 10, cache_text_security, &item->security))
		return wrong(reader, 10, "security and unchecked, insecure, secure, indeterminate");
	left_s -= (int64_t)reader->elapsed_s;
	if (left_s <= 0)
		item->stale_s = left_s < 0 ? (uint32_t)-left_s : 1;
	dns_question_set(&reader->question, name.wire, type, DNS_CLASS_IN);
	start_message(reader, is_nxdomain ? DNS_RCODE_NXDOMAIN : DNS_RCODE_NOERROR);
	return take_flags(reader);
}

/* -- records -- */

static unsigned section_at(const struct cache_text_reader *reader)
{
	if (is_word(reader, 0, "answer"))
		return DNS_SECTION_ANSWER;
	if (is_word(reader, 0, "authority"))
		return DNS_SECTION_AUTHORITY;
	return is_word(reader, 0, "additional") ? DNS_SECTION_ADDITIONAL : DNS_SECTION_COUNT;
}

static enum result take_rdata(struct cache_text_reader *reader, const struct dns_name *owner,
                              uint64_t ttl, uint16_t type)
{
	static const struct dns_name root = {.len = 1};
	const struct zone_scan *scan = &reader->scan;
	size_t error_token;
	const char *expected;
	uint16_t len;
	if (dns_rdata_from_tokens(
	        type, scan->token + RECORD_WORDS, scan->token_count - RECORD_WORDS, &root,
	        reader->rdata, sizeof(reader->rdata), &len, &error_token, &expected) != RESULT_OK)
		return wrong(reader, RECORD_WORDS + error_token, expected);
	ttl = ttl > reader->elapsed_s ? ttl - reader->elapsed_s : 0;
	if (dns_builder_rr(&reader->builder, (enum dns_section)reader->section, owner->wire, type,
	                   DNS_CLASS_IN, (uint32_t)ttl, reader->rdata, len) != RESULT_OK)
		return wrong(reader, RECORD_WORDS,
		             "as many records as a message of 65535 octets "
		             "holds");
	return RESULT_OK;
}

static enum result take_record(struct cache_text_reader *reader)
{
	struct dns_name owner;
	uint64_t ttl;
	uint16_t type;
	const struct dns_token *token = reader->scan.token;
	const unsigned section = section_at(reader);
	if (section == DNS_SECTION_COUNT)
		return wrong(reader, 0, "question, answer, authority, additional");
	if (section < reader->section)
		return wrong(reader, 0, "sections in the order answer, authority, additional");
	reader->section = section;
	if (reader->scan.token_count < RECORD_WORDS)
		return wrong(reader, reader->scan.token_count, "SECTION OWNER TTL IN TYPE RDATA");
	if (!name_at(reader, 1, &owner))
		return wrong(reader, 1, "a domain name");
	if (!number_at(reader, 2, INT32_MAX, &ttl))
		return wrong(reader, 2, "a TTL in seconds");
	if (!is_word(reader, 3, "IN"))
		return wrong(reader, 3, "the class IN");
	if (!dns_type_from_text(token[4].text, token[4].len, &type) || dns_type_is_meta(type))
		return wrong(reader, 4, "the type of a record");
	return take_rdata(reader, &owner, ttl, type);
}

/* Passes over what is left of an answer that is wrong. */
static void pass_over(struct cache_text_reader *reader)
{
	reader->wrong++;
	reader->has_line = false;
	for (;;) {
		char problem[sizeof(reader->problem)];
		memcpy(problem, reader->problem, sizeof(problem));
		enum result result = see_line(reader);
		memcpy(reader->problem, problem, sizeof(problem));
		if (result == RESULT_MALFORMED)
			continue;
		if (result != RESULT_OK || is_word(reader, 0, "question"))
			return;
		reader->has_line = false;
	}
}

static enum result take_records(struct cache_text_reader *reader)
{
	enum result result;
	while ((result = see_line(reader)) == RESULT_OK && !is_word(reader, 0, "question")) {
		result = take_record(reader);
		if (result != RESULT_OK)
			return result;
		reader->has_line = false;
	}
	return result == RESULT_NOT_FOUND ? RESULT_OK : result;
}

enum result cache_text_next(struct cache_text_reader *reader)
{
	enum result result = see_line(reader);
	if (result == RESULT_OK)
		result = take_question(reader);
	if (result == RESULT_OK) {
		reader->has_line = false;
		result = take_records(reader);
	}
	if (result == RESULT_MALFORMED)
		pass_over(reader);
	if (result != RESULT_OK)
		return result;
	dns_message_set_count(reader->message, DNS_SECTION_QUESTION, 1);
	for (unsigned i = DNS_SECTION_ANSWER; i < DNS_SECTION_COUNT; i++)
		dns_message_set_count(reader->message, (enum dns_section)i,
		                      reader->builder.count[i]);
	reader->item.message = reader->message;
	reader->item.len = reader->builder.len;
	return RESULT_OK;
}
