/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Answers of the cache become text. */
#include "cache_text.h"

#include <inttypes.h>
#include <time.h>

#include "dns/rrtype.h"

static const char *const sections[DNS_SECTION_COUNT] = {
    [DNS_SECTION_ANSWER] = "answer",
    [DNS_SECTION_AUTHORITY] = "authority",
    [DNS_SECTION_ADDITIONAL] = "additional",
};

const char *cache_text_rank(unsigned rank)
{
	static const char *const words[] = {
	    [DNS_RANK_NONE] = "none",
	    [DNS_RANK_ADDITIONAL] = "additional",
	    [DNS_RANK_ANSWER] = "answer",
	    [DNS_RANK_AUTHORITY] = "authority",
	    [DNS_RANK_AUTH_ANSWER] = "auth-answer",
	    [DNS_RANK_ZONE] = "zone",
	};
	return rank < ARRAY_COUNT(words) ? words[rank] : NULL;
}

const char *cache_text_security(unsigned security)
{
	static const char *const words[] = {
	    [DNS_SECURITY_UNCHECKED] = "unchecked",
	    [DNS_SECURITY_INSECURE] = "insecure",
	    [DNS_SECURITY_SECURE] = "secure",
	    [DNS_SECURITY_BOGUS] = "bogus",
	    [DNS_SECURITY_INDETERMINATE] = "indeterminate",
	};
	return security < ARRAY_COUNT(words) ? words[security] : NULL;
}

void cache_text_start(struct cache_text_writer *writer, FILE *out, uint64_t calendar_s)
{
	char text[32];
	const time_t calendar = (time_t)calendar_s;
	struct tm utc;
	gmtime_r(&calendar, &utc);
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &utc);
	writer->out = out;
	writer->text = (struct zone_write_text){0};
	fprintf(out, "; the cache of scloud-dns at %s\ncache %d saved %" PRIu64 "\n", text,
	        CACHE_TEXT_VERSION, calendar_s);
}

static void write_question(const struct cache_text_writer *writer, const struct cache_copy *copy)
{
	char name[DNS_NAME_TEXT_MAX];
	char type[DNS_NUMBER_TEXT_MAX];
	char rcode[DNS_NUMBER_TEXT_MAX];
	dns_name_to_text(copy->name.wire, name);
	fprintf(writer->out, "\nquestion %s IN %s %s left %" PRId64 " rank %s security %s%s%s\n",
	        name, copy->type == CACHE_COPY_NAME ? "*" : dns_type_text(copy->type, type),
	        dns_rcode_text(copy->rcode, rcode), copy->left_s, cache_text_rank(copy->rank),
	        cache_text_security(copy->security), copy->dnssec_ok ? " dnssec" : "",
	        copy->is_popular ? " popular" : "");
}

enum result cache_text_rdata(struct cache_text_writer *writer, struct bytes_reader *message,
                             const struct dns_rr *rr)
{
	struct bytes_reader reader = *message;
	uint16_t len;
	reader.at = rr->rdata_at;
	enum result result = dns_rdata_from_message(&reader, rr->type, rr->rdata_len, writer->rdata,
	                                            sizeof(writer->rdata), &len);
	if (result != RESULT_OK)
		return result;
	return zone_write_rdata(&writer->text, rr->type, writer->rdata, len);
}

enum result cache_text_write(struct cache_text_writer *writer, const struct cache_copy *copy)
{
	struct bytes_reader reader = bytes_reader_of(copy->message, copy->len);
	struct dns_rr rr;
	char owner[DNS_NAME_TEXT_MAX];
	char type[DNS_NUMBER_TEXT_MAX];
	if (copy->class != DNS_CLASS_IN)
		return RESULT_UNSUPPORTED;
	write_question(writer, copy);
	reader.at = DNS_HEADER_SIZE + copy->name.len + 4u;
	for (unsigned section = DNS_SECTION_ANSWER; section < DNS_SECTION_COUNT; section++) {
		unsigned left = dns_message_count(copy->message, (enum dns_section)section);
		for (; left > 0; left--) {
			enum result result = dns_rr_parse(&reader, &rr);
			if (result == RESULT_OK)
				result = cache_text_rdata(writer, &reader, &rr);
			if (result != RESULT_OK)
				return result;
			dns_name_to_text(rr.owner.wire, owner);
			fprintf(writer->out, "%s %s %u IN %s %s\n", sections[section], owner,
			        rr.ttl, dns_type_text(rr.type, type), writer->text.data);
		}
	}
	return RESULT_OK;
}

void cache_text_end(struct cache_text_writer *writer)
{
	zone_write_text_free(&writer->text);
}
