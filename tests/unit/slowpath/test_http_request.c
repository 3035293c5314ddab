/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* What header fields of a request mean, and how long answers hold. */
#include <string.h>

#include "base/bytes.h"
#include "slowpath/http_int.h"
#include "unit.h"

static const char *const paths[] = {"/dns-query", "/private"};
static const char *const origins[] = {"https://console.test"};
static const struct http_settings settings = {
    .paths = paths, .path_count = 2, .origins = origins, .origin_count = 1};

/* "name", "value", …, NULL. */
static uint16_t status_of(const char *const *fields, const uint8_t *body, size_t body_len)
{
	static uint8_t message[DNS_MESSAGE_MAX];
	struct http_fields read = {0};
	size_t len = 0;
	for (size_t i = 0; fields[i] != NULL; i += 2)
		http_request_field(&settings, &read, fields[i], strlen(fields[i]), fields[i + 1],
		                   strlen(fields[i + 1]), message, &len);
	if (body_len > 0)
		memcpy(message, body, body_len);
	return http_request_check(&read, message, len > body_len ? len : body_len).status;
}
#define STATUS(...) status_of((const char *const[]){__VA_ARGS__, NULL}, NULL, 0)

/* A query for example.com. */
#define CODED "AAABAAABAAAAAAAAB2V4YW1wbGUDY29tAAABAAE"

static void methods_and_paths(void)
{
	uint8_t query[DNS_HEADER_SIZE] = {0};
	CU_ASSERT_EQUAL(STATUS(":method", "GET", ":path", "/dns-query?dns=" CODED), 200);
	CU_ASSERT_EQUAL(STATUS(":method", "GET", ":path", "/private?a=b&dns=" CODED "&c"), 200);
	CU_ASSERT_EQUAL(STATUS(":method", "GET", ":path", "/dns-query/?dns=" CODED), 404);
	CU_ASSERT_EQUAL(STATUS(":method", "GET", ":path", "/dns"), 404);
	CU_ASSERT_EQUAL(STATUS(":method", "GET", ":path", ""), 404);
	CU_ASSERT_EQUAL(STATUS(":method", "GET", ":path", "/dns-query"), 400);
	CU_ASSERT_EQUAL(STATUS(":method", "GET", ":path", "/dns-query?"), 400);
	CU_ASSERT_EQUAL(STATUS(":method", "GET", ":path", "/dns-query?dn=" CODED), 400);
	CU_ASSERT_EQUAL(STATUS(":method", "HEAD", ":path", "/dns-query?dns=" CODED), 405);
	CU_ASSERT_EQUAL(STATUS(":method", "OPTIONS", ":path", "/dns-query"), 204);
	CU_ASSERT_EQUAL(STATUS(":method", "POST", ":path", "/dns-query"), 415);
	const char *const post[] = {":method",    "POST",         ":path",
	                            "/dns-query", "content-type", "Application/DNS-message; x=y",
	                            NULL};
	CU_ASSERT_EQUAL(status_of(post, query, sizeof(query)), 200);
	CU_ASSERT_EQUAL(status_of(post, query, sizeof(query) - 1), 400);
	query[2] = 0x80;
	CU_ASSERT_EQUAL(status_of(post, query, sizeof(query)), 400);
}

static void base64url(void)
{
	static const struct {
		const char *path;
		uint16_t status;
	} cases[] = {
	    {"/dns-query?dns=", 400},
	    {"/dns-query?dns=" CODED "=", 400},
	    {"/dns-query?dns=AAAAAAAAAAAAAAAA", 200},
	    {"/dns-query?dns=AAAAAAAAAAAAAAA", 400},
	    {"/dns-query?dns=AAAAAAAAAAAAAAAA-_", 200},
	    {"/dns-query?dns=AAAAAAAAAAAAAAAA+/", 400},
	    {"/dns-query?dns=AAAAAAAAAAAAAAAAA", 400},
	    {"/dns-query?dns=AAAAAAAAAAAAAAAA A", 400},
	};
	for (size_t i = 0; i < ARRAY_COUNT(cases); i++)
		CU_ASSERT_EQUAL(STATUS(":method", "GET", ":path", cases[i].path), cases[i].status);
}

/* 87,384 characters are 65,538 octets. */
static void a_path_longer_than_any_message(void)
{
	static char path[15 + 87384 + 1];
	memcpy(path, "/dns-query?dns=", 15);
	memset(path + 15, 'A', 87384);
	CU_ASSERT_EQUAL(STATUS(":method", "GET", ":path", path), 414);
	path[15 + 87376] = '\0';
	CU_ASSERT_EQUAL(STATUS(":method", "GET", ":path", path), 200);
}

static void accepted_types(void)
{
	static const struct {
		const char *accept;
		uint16_t status;
	} cases[] = {
	    {"application/dns-message", 200},        {"*/*", 200},
	    {"text/html, application/*;q=0.1", 200}, {"application/dns-json", 406},
	    {"application/json, text/html", 406},    {"", 406},
	};
	for (size_t i = 0; i < ARRAY_COUNT(cases); i++)
		CU_ASSERT_EQUAL(STATUS(":method", "GET", ":path", "/dns-query?dns=" CODED, "accept",
		                       cases[i].accept),
		                cases[i].status);
	/* Two fields are one list. */
	CU_ASSERT_EQUAL(STATUS(":method", "GET", ":path", "/dns-query?dns=" CODED, "accept",
	                       "application/dns-message", "accept", "text/html"),
	                200);
}

static void origin_fields(void)
{
	static const char *const all[] = {"*"};
	const struct http_settings open = {.origins = all, .origin_count = 1};
	struct http_fields fields = {0};
	http_request_field(&settings, &fields, "origin", 6, "https://other.test", 18, NULL, NULL);
	CU_ASSERT_EQUAL(fields.origin, 0);
	http_request_field(&settings, &fields, "origin", 6, "https://Console.test", 20, NULL, NULL);
	CU_ASSERT_EQUAL(fields.origin, 1);
	http_request_field(&open, &fields, "origin", 6, "https://other.test", 18, NULL, NULL);
	CU_ASSERT_EQUAL(fields.origin, 1);
}

/* -- freshness -- */

static size_t put_record(uint8_t *out, uint16_t type, uint32_t ttl, const void *rdata, uint16_t len)
{
	out[0] = 0;
	bytes_store_u16(out + 1, type);
	bytes_store_u16(out + 3, 1);
	bytes_store_u32(out + 5, ttl);
	bytes_store_u16(out + 9, len);
	memcpy(out + 11, rdata, len);
	return 11u + len;
}

static void freshness(void)
{
	uint8_t message[256] = {0};
	uint8_t soa[22] = {0};
	size_t at = DNS_HEADER_SIZE;
	CU_ASSERT_EQUAL(http_request_freshness(message, at), 0);
	at += put_record(message + at, 1, 300, "\1\2\3\4", 4);
	at += put_record(message + at, 1, 200, "\1\2\3\5", 4);
	dns_message_set_count(message, DNS_SECTION_ANSWER, 2);
	CU_ASSERT_EQUAL(http_request_freshness(message, at), 200);
	/* Authority and additional do not count where there is an answer. */
	at += put_record(message + at, 2, 5, "\0", 1);
	dns_message_set_count(message, DNS_SECTION_AUTHORITY, 1);
	CU_ASSERT_EQUAL(http_request_freshness(message, at), 200);
	/* Cut short: not to be kept. */
	CU_ASSERT_EQUAL(http_request_freshness(message, DNS_HEADER_SIZE + 14), 0);
	/* Negative: the lesser of the SOA's TTL and minimum. */
	memset(message, 0, sizeof(message));
	bytes_store_u32(soa + 18, 60);
	at = DNS_HEADER_SIZE + put_record(message + DNS_HEADER_SIZE, 6, 3600, soa, sizeof(soa));
	dns_message_set_count(message, DNS_SECTION_AUTHORITY, 1);
	CU_ASSERT_EQUAL(http_request_freshness(message, at), 60);
	at = DNS_HEADER_SIZE + put_record(message + DNS_HEADER_SIZE, 6, 30, soa, sizeof(soa));
	CU_ASSERT_EQUAL(http_request_freshness(message, at), 30);
	at = DNS_HEADER_SIZE + put_record(message + DNS_HEADER_SIZE, 6, 30, soa, 3);
	CU_ASSERT_EQUAL(http_request_freshness(message, at), 0);
}

int main(int argc, char **argv)
{
	static const struct unit_case cases[] = {
	    {"methods_and_paths", methods_and_paths},
	    {"base64url", base64url},
	    {"a_path_longer_than_any_message", a_path_longer_than_any_message},
	    {"accepted_types", accepted_types},
	    {"origin_fields", origin_fields},
	    {"freshness", freshness},
	};
	return unit_main(argc, argv, "slowpath/http_request", cases, ARRAY_COUNT(cases));
}
