/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Records as words, octets and text; messages by their parts. */
#include "record.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "dns/rrtype.h"
#include "dns/ttl.h"

static void read_rdata(const struct script_line *line, unsigned at, struct record *out)
{
	struct dns_token token[SCRIPT_WORDS_MAX];
	size_t wrong;
	const char *expected;
	for (unsigned i = at; i < line->count; i++) {
		size_t len = strlen(line->word[i]);
		bool quoted = len >= 2 && line->word[i][0] == '"';
		token[i - at] =
		    (struct dns_token){line->word[i] + quoted, len - 2u * quoted, quoted};
	}
	if (dns_rdata_from_tokens(out->type, token, line->count - at, NULL, out->rdata,
	                          sizeof(out->rdata), &out->len, &wrong, &expected) == RESULT_OK)
		return;
	script_wrong(line->place, "found \"%s\", expected %s",
	             at + wrong < line->count ? line->word[at + wrong] : "the end of the line",
	             expected);
}

void record_read(const struct script_line *line, unsigned at, struct record *out)
{
	out->owner = script_name(line->place, script_word(line, at, "a name"));
	out->class = DNS_CLASS_IN;
	const char *word = script_word(line, ++at, "a TTL or a type");
	out->has_ttl = isdigit((unsigned char)*word) != 0;
	out->ttl = 0;
	if (out->has_ttl) {
		if (dns_ttl_from_text(word, strlen(word), &out->ttl) != RESULT_OK)
			script_wrong(line->place, "found \"%s\", expected a TTL", word);
		at++;
	}
	out->type = script_type(line->place, script_word(line, at, "a type"));
	out->any_rdata = script_has(line, at + 1, "*");
	out->len = 0;
	if (!out->any_rdata)
		read_rdata(line, at + 1, out);
}

bool record_parse(struct bytes_reader *reader, struct record *out)
{
	struct dns_rr rr;
	if (dns_rr_parse(reader, &rr) != RESULT_OK)
		return false;
	out->owner = rr.owner;
	out->type = rr.type;
	out->class = rr.class;
	out->ttl = rr.ttl;
	out->has_ttl = true;
	out->any_rdata = false;
	struct bytes_reader at = bytes_reader_of(reader->data, reader->len);
	at.at = rr.rdata_at;
	return dns_rdata_from_message(&at, rr.type, rr.rdata_len, out->rdata, sizeof(out->rdata),
	                              &out->len) == RESULT_OK;
}

bool record_is(const struct record *found, const struct record *wanted)
{
	if (found->type != wanted->type || !dns_name_equal(found->owner.wire, wanted->owner.wire) ||
	    (wanted->has_ttl && found->ttl != wanted->ttl))
		return false;
	if (wanted->any_rdata)
		return true;
	static struct record canonical[2];
	memcpy(canonical[0].rdata, found->rdata, found->len);
	memcpy(canonical[1].rdata, wanted->rdata, wanted->len);
	dns_rdata_to_canonical(found->type, canonical[0].rdata, found->len);
	dns_rdata_to_canonical(wanted->type, canonical[1].rdata, wanted->len);
	return found->len == wanted->len &&
	       memcmp(canonical[0].rdata, canonical[1].rdata, found->len) == 0;
}

void record_text(const struct record *record, char out[RECORD_TEXT_MAX])
{
	char owner[DNS_NAME_TEXT_MAX];
	char type[DNS_NUMBER_TEXT_MAX];
	char ttl[16] = "";
	static char rdata[4 * UINT16_MAX];
	size_t len;
	dns_name_to_text(record->owner.wire, owner);
	if (record->has_ttl)
		snprintf(ttl, sizeof(ttl), "%u ", record->ttl);
	if (record->any_rdata)
		snprintf(rdata, sizeof(rdata), "*");
	else if (dns_rdata_to_text(record->type, record->rdata, record->len, rdata, sizeof(rdata),
	                           &len) != RESULT_OK)
		snprintf(rdata, sizeof(rdata), "?");
	snprintf(out, RECORD_TEXT_MAX, "%.400s %s%s %.1500s", owner, ttl,
	         dns_type_text(record->type, type), rdata);
}

void draft_add(struct draft *draft, enum dns_section section, const struct record *record,
               bool first)
{
	unsigned at = draft->count;
	CHECK(draft->count < DRAFT_RECORDS_MAX &&
	      draft->bytes_len + record->len <= DRAFT_BYTES_MAX);
	for (unsigned i = 0; i < draft->count && at == draft->count; i++) {
		if (draft->record[i].section > section ||
		    (first && draft->record[i].section == section))
			at = i;
	}
	memmove(draft->record + at + 1, draft->record + at,
	        (draft->count - at) * sizeof(draft->record[0]));
	draft->record[at] = (struct draft_record){
	    .section = section,
	    .owner = record->owner,
	    .type = record->type,
	    .class = record->class,
	    .ttl = record->ttl,
	    .len = record->len,
	    .at = draft->bytes_len,
	};
	memcpy(draft->bytes + draft->bytes_len, record->rdata, record->len);
	draft->bytes_len += record->len;
	draft->count++;
}

size_t draft_write(const struct draft *draft, uint8_t *out, size_t limit)
{
	struct dns_builder builder;
	struct bytes_writer writer = bytes_writer_of(out, limit);
	bytes_put_u16(&writer, draft->id);
	bytes_put_u16(&writer, draft->flags);
	bytes_put_u16(&writer, draft->has_question);
	memset(bytes_put_space(&writer, 6), 0, 6);
	if (draft->has_question) {
		bytes_put(&writer, draft->name.wire, draft->name.len);
		bytes_put_u16(&writer, draft->type);
		bytes_put_u16(&writer, draft->class);
	}
	CHECK(!writer.overflow);
	dns_builder_init(&builder, out, (uint32_t)writer.len, (uint32_t)(limit - draft->opt_len));
	for (unsigned i = 0; i < draft->count; i++) {
		const struct draft_record *record = &draft->record[i];
		if (dns_builder_rr(&builder, record->section, record->owner.wire, record->type,
		                   record->class, record->ttl, draft->bytes + record->at,
		                   record->len) != RESULT_OK) {
			bytes_store_u16(out + 2, draft->flags | DNS_FLAG_TC);
			break;
		}
	}
	memcpy(out + builder.len, draft->opt, draft->opt_len);
	builder.count[DNS_SECTION_ADDITIONAL] += draft->opt_len > 0;
	for (unsigned i = DNS_SECTION_ANSWER; i < DNS_SECTION_COUNT; i++)
		dns_message_set_count(out, (enum dns_section)i, builder.count[i]);
	return builder.len + draft->opt_len;
}

bool message_walk(const uint8_t *message, size_t len,
                  void (*take)(void *context, enum dns_section section,
                               const struct record *record),
                  void *context)
{
	static struct record record;
	struct bytes_reader reader = bytes_reader_of(message, len);
	struct dns_name name;
	reader.at = DNS_HEADER_SIZE;
	if (len < DNS_HEADER_SIZE)
		return false;
	if (dns_message_count(message, DNS_SECTION_QUESTION) > 0) {
		if (dns_name_parse(&reader, &name) != RESULT_OK || bytes_left(&reader) < 4)
			return false;
		reader.at += 4;
	}
	for (unsigned section = DNS_SECTION_ANSWER; section < DNS_SECTION_COUNT; section++) {
		for (unsigned i = dns_message_count(message, (enum dns_section)section); i > 0;
		     i--) {
			if (!record_parse(&reader, &record))
				return false;
			take(context, (enum dns_section)section, &record);
		}
	}
	return true;
}
