/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* What a request asks for, and what is wrong with it. */
#include <string.h>
#include <strings.h>

#include "base/bytes.h"
#include "dns/encoding.h"
#include "dns/name.h"
#include "dns/rrtype.h"
#include "slowpath/http_int.h"

#define DNS_TYPE "application/dns-message"

struct text {
	const char *data;
	size_t len;
};

static bool equals(struct text text, const char *word)
{
	return text.len == strlen(word) && memcmp(text.data, word, text.len) == 0;
}

static bool equals_any_case(struct text text, const char *word)
{
	return text.len == strlen(word) && strncasecmp(text.data, word, text.len) == 0;
}

/* The part before `separator`, which is taken away with it. */
static struct text cut(struct text *rest, char separator)
{
	const char *found = memchr(rest->data, separator, rest->len);
	struct text part = {rest->data, found != NULL ? (size_t)(found - rest->data) : rest->len};
	size_t gone = part.len + (found != NULL ? 1 : 0);
	*rest = (struct text){rest->data + gone, rest->len - gone};
	return part;
}

static struct text trim(struct text text)
{
	while (text.len > 0 && (text.data[0] == ' ' || text.data[0] == '\t'))
		text = (struct text){text.data + 1, text.len - 1};
	while (text.len > 0 && (text.data[text.len - 1] == ' ' || text.data[text.len - 1] == '\t'))
		text.len--;
	return text;
}

static enum http_method method_of(struct text value)
{
	if (equals(value, "GET"))
		return HTTP_METHOD_GET;
	if (equals(value, "POST"))
		return HTTP_METHOD_POST;
	return equals(value, "OPTIONS") ? HTTP_METHOD_OPTIONS : HTTP_METHOD_OTHER;
}

/* RFC 8484 §4.1: base64url without padding. */
static void decode(struct http_fields *fields, struct text value, uint8_t *query, size_t *query_len)
{
	struct bytes_writer writer = bytes_writer_of(query, DNS_MESSAGE_MAX);
	struct encoding_decoder decoder;
	encoding_decoder_init(&decoder, ENCODING_BASE64URL, &writer);
	fields->has_query = true;
	fields->query_is_bad =
	    !encoding_decode(&decoder, value.data, value.len) || !encoding_decode_end(&decoder);
	fields->query_is_long = writer.overflow;
	*query_len = writer.len;
}

/* ":path": a path, and for GET a query string with "dns" in it. */
static void read_path(const struct http_settings *settings, struct http_fields *fields,
                      struct text value, uint8_t *query, size_t *query_len)
{
	struct text path = cut(&value, '?');
	for (uint32_t i = 0; i < settings->path_count; i++)
		fields->path_is_ours |= equals(path, settings->paths[i]);
	while (value.len > 0 && !fields->has_query) {
		struct text part = cut(&value, '&');
		if (part.len >= 4 && memcmp(part.data, "dns=", 4) == 0)
			decode(fields, (struct text){part.data + 4, part.len - 4}, query,
			       query_len);
	}
}

/* A media type without its parameters. */
static bool is_dns_type(struct text value)
{
	return equals_any_case(trim(cut(&value, ';')), DNS_TYPE);
}

/* RFC 9110 §12.5.1. Weights do not matter where there is one kind of answer. */
static bool takes_dns(struct text value)
{
	while (value.len > 0) {
		struct text range = cut(&value, ',');
		struct text type = trim(cut(&range, ';'));
		if (equals_any_case(type, DNS_TYPE) || equals(type, "*/*") ||
		    equals_any_case(type, "application/*"))
			return true;
	}
	return false;
}

static uint16_t origin_of(const struct http_settings *settings, struct text value)
{
	for (uint32_t i = 0; i < settings->origin_count; i++)
		if (equals_any_case(value, settings->origins[i]) ||
		    strcmp(settings->origins[i], "*") == 0)
			return (uint16_t)(i + 1);
	return 0;
}

void http_request_field(const struct http_settings *settings, struct http_fields *fields,
                        const char *name, size_t name_len, const char *value, size_t value_len,
                        uint8_t query[DNS_MESSAGE_MAX], size_t *query_len)
{
	const struct text key = {name, name_len};
	const struct text text = {value, value_len};
	if (equals(key, ":method")) {
		fields->method = (uint8_t)method_of(text);
	} else if (equals(key, ":path")) {
		read_path(settings, fields, text, query, query_len);
	} else if (equals(key, "content-type")) {
		fields->has_type = true;
		fields->type_is_dns = is_dns_type(text);
	} else if (equals(key, "accept")) {
		fields->has_accept = true;
		fields->accepts_dns |= takes_dns(text);
	} else if (equals(key, "origin")) {
		fields->origin = origin_of(settings, text);
	}
}

static struct http_verdict check_message(const uint8_t *message, size_t len)
{
	if (len < DNS_HEADER_SIZE)
		return (struct http_verdict){400, "shorter than a DNS header"};
	if ((dns_message_flags(message) & DNS_FLAG_QR) != 0)
		return (struct http_verdict){400, "a DNS response, wanted: a query"};
	return (struct http_verdict){200, NULL};
}

struct http_verdict http_request_check(const struct http_fields *fields, const uint8_t *message,
                                       size_t len)
{
	const enum http_method method = (enum http_method)fields->method;
	if (!fields->path_is_ours)
		return (struct http_verdict){404, "no DNS at this path"};
	if (method == HTTP_METHOD_OPTIONS)
		return (struct http_verdict){204, NULL};
	if (method != HTTP_METHOD_GET && method != HTTP_METHOD_POST)
		return (struct http_verdict){405, "GET or POST"};
	if (fields->has_accept && !fields->accepts_dns)
		return (struct http_verdict){406, "there is only " DNS_TYPE};
	/* RFC 8484 §4.1: the body of a POST is the message. */
	if (method == HTTP_METHOD_POST && !fields->type_is_dns)
		return (struct http_verdict){415, "content-type has to be " DNS_TYPE};
	if (method == HTTP_METHOD_GET && !fields->has_query)
		return (struct http_verdict){400, "no ?dns= with a message in base64url"};
	if (method == HTTP_METHOD_GET && fields->query_is_long)
		return (struct http_verdict){414, "the message is too long"};
	if (method == HTTP_METHOD_GET && fields->query_is_bad)
		return (struct http_verdict){400, "?dns= is no base64url without padding"};
	return check_message(message, len);
}

/* -- freshness -- */

static uint32_t least(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

/* RFC 2308 §5: how long a negative answer holds is in the SOA record. */
static uint32_t negative_ttl(const struct dns_rr *soa)
{
	enum {
		MINIMUM_OCTETS = 4
	};
	if (soa->rdata_len < MINIMUM_OCTETS)
		return 0;
	return least(soa->ttl, bytes_load_u32(soa->rdata + soa->rdata_len - MINIMUM_OCTETS));
}

static bool skip_question(struct bytes_reader *reader, uint16_t count)
{
	for (uint16_t i = 0; i < count; i++)
		if (dns_name_skip(reader) != RESULT_OK || !bytes_skip(reader, 4))
			return false;
	return true;
}

uint32_t http_request_freshness(const uint8_t *message, size_t len)
{
	struct bytes_reader reader = bytes_reader_of(message, len);
	uint16_t answers = dns_message_count(message, DNS_SECTION_ANSWER);
	uint16_t count = answers > 0 ? answers : dns_message_count(message, DNS_SECTION_AUTHORITY);
	uint32_t ttl = UINT32_MAX;
	struct dns_rr rr;
	if (!bytes_skip(&reader, DNS_HEADER_SIZE) ||
	    !skip_question(&reader, dns_message_count(message, DNS_SECTION_QUESTION)))
		return 0;
	for (uint16_t i = 0; i < count; i++) {
		if (dns_rr_parse(&reader, &rr) != RESULT_OK)
			return 0;
		if (answers > 0)
			ttl = least(ttl, rr.ttl);
		else if (rr.type == DNS_TYPE_SOA)
			ttl = least(ttl, negative_ttl(&rr));
	}
	return ttl <= INT32_MAX ? ttl : 0;
}
