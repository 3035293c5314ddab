/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* What is as large or as odd as it may be: octets, names, labels, records, RRsets. It is answered, or
 * refused in words. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit.h"
#include "vector.h"

#include "dns/rrtype.h"
#include "zone/zone.h"

#define APEX "@ 60 SOA ns h 1 2 3 4 5\n@ 60 NS ns.example.net.\n"

static struct zone_errors errors;
static uint8_t message[DNS_MESSAGE_MAX];

/* A zone of its own set. */
struct served {
	struct zone *zone;
	struct zone_set *set;
};

static enum result load(struct vector_text *text, const char *origin, struct zone **out)
{
	struct vector_file file;
	struct zone_load settings = {.file = file.path};
	const char *data = vector_text_close(text);
	vector_file_open(&file, data, text->len);
	CU_ASSERT_FATAL(dns_name_from_text(origin, strlen(origin), NULL, &settings.origin) ==
	                RESULT_OK);
	const enum result result = zone_load_file(&settings, out, &errors);
	vector_file_close(&file);
	free(text->data);
	return result;
}

static struct served serve(struct vector_text *text, const char *origin)
{
	struct served served;
	const enum result result = load(text, origin, &served.zone);
	if (result != RESULT_OK && errors.count > 0)
		printf("  line %u: %s\n", errors.error[0].line, errors.error[0].text);
	CU_ASSERT_FATAL(result == RESULT_OK);
	CU_ASSERT_FATAL(zone_set_create(&served.zone, 1, &served.set) == RESULT_OK);
	return served;
}

static void serve_end(struct served *served)
{
	zone_set_free(served->set);
	zone_free(served->zone);
}

static void expect_refused(struct vector_text *text, const char *origin, const char *says)
{
	struct zone *zone = NULL;
	CU_ASSERT(load(text, origin, &zone) == RESULT_MALFORMED);
	CU_ASSERT_FATAL(zone == NULL && errors.count > 0);
	CU_ASSERT(strstr(errors.error[0].text, says) != NULL);
	if (strstr(errors.error[0].text, says) == NULL)
		printf("  says \"%s\", not \"%s\"\n", errors.error[0].text, says);
}

/* Asks with room for `limit` octets. Gives the answer; the message is in `message`. */
static struct dns_answer ask(const struct served *served, const uint8_t *name, uint16_t type,
                             uint32_t limit)
{
	struct dns_question question;
	struct dns_builder builder;
	struct dns_answer answer = {0};
	dns_question_set(&question, name, type, DNS_CLASS_IN);
	const struct zone_answer_request request = {.question = &question, .stream = true};
	memset(message, 0, DNS_HEADER_SIZE);
	memcpy(message + DNS_HEADER_SIZE, name, question.name_len);
	dns_builder_init(&builder, message, DNS_HEADER_SIZE + question.name_len + 4u, limit);
	const struct zone *zone = zone_set_find(served->set, &question);
	CU_ASSERT_FATAL(zone == served->zone);
	zone_answer(served->set, zone, &request, &builder, &answer);
	return answer;
}

/* TC with nothing that is cut in a small answer, all of it in a large one. */
static void expect_large(const struct served *served, const uint8_t *name, uint16_t type,
                         uint16_t count)
{
	const struct dns_answer small = ask(served, name, type, 1232);
	CU_ASSERT(small.truncated);
	CU_ASSERT(small.count[DNS_SECTION_ANSWER] == 0);
	const struct dns_answer large = ask(served, name, type, DNS_MESSAGE_MAX);
	CU_ASSERT(!large.truncated);
	CU_ASSERT(large.rcode == DNS_RCODE_NOERROR);
	CU_ASSERT_EQUAL(large.count[DNS_SECTION_ANSWER], count);
}

static bool has_address(const struct dns_answer *answer, uint8_t last)
{
	const uint8_t rdata[] = {0, 4, 10, 0, 0, last};
	return memmem(message, answer->end, rdata, sizeof(rdata)) != NULL;
}

static void every_octet(void)
{
	struct vector_text text;
	vector_text_open(&text, APEX);
	for (unsigned octet = 0; octet < 256; octet++)
		fprintf(text.stream, "x\\%03u 60 A 10.0.0.%u\n", octet, octet);
	struct served served = serve(&text, "example");
	/* Each letter is one name with two records; SOA and NS are at the apex. */
	CU_ASSERT_EQUAL(zone_name_count(served.zone), 1 + 256 - 26);
	for (unsigned octet = 0; octet < 256; octet++) {
		const uint8_t name[] = {2,   'x', (uint8_t)octet, 7, 'e', 'x', 'a', 'm', 'p', 'l',
		                        'e', 0};
		const struct dns_answer answer = ask(&served, name, DNS_TYPE_A, 512);
		CU_ASSERT(answer.rcode == DNS_RCODE_NOERROR);
		CU_ASSERT(has_address(&answer, (uint8_t)octet));
	}
	serve_end(&served);
}

/* `labels` times the label "a" below "a.": two octets each. */
static void print_labels(struct vector_text *text, unsigned labels)
{
	for (unsigned i = 0; i < labels; i++)
		fprintf(text->stream, "%sa", i == 0 ? "" : ".");
}

static void most_labels(void)
{
	struct vector_text text;
	uint8_t name[DNS_NAME_MAX];
	vector_text_open(&text, APEX);
	print_labels(&text, DNS_LABELS_MAX - 1);
	fprintf(text.stream, " 60 A 10.0.0.1\n");
	struct served served = serve(&text, "a");
	/* All that stand between it and the apex are empty non-terminals. */
	CU_ASSERT_EQUAL(zone_name_count(served.zone), DNS_LABELS_MAX);
	for (unsigned i = 0; i < DNS_LABELS_MAX; i++) {
		name[i * 2] = 1;
		name[i * 2 + 1] = 'a';
	}
	name[DNS_NAME_MAX - 1] = 0;
	struct dns_answer answer = ask(&served, name, DNS_TYPE_A, 512);
	CU_ASSERT(answer.rcode == DNS_RCODE_NOERROR && has_address(&answer, 1));
	for (unsigned i = 1; i < DNS_LABELS_MAX - 1; i++) {
		answer = ask(&served, name + i * 2, DNS_TYPE_A, 512);
		CU_ASSERT(answer.rcode == DNS_RCODE_NOERROR);
		CU_ASSERT(answer.count[DNS_SECTION_ANSWER] == 0);
	}
	name[1] = 'b';
	answer = ask(&served, name, DNS_TYPE_A, 512);
	CU_ASSERT(answer.rcode == DNS_RCODE_NXDOMAIN);
	serve_end(&served);
}

static void longest_name(void)
{
	struct vector_text text;
	uint8_t name[DNS_NAME_MAX];
	size_t at = 0;
	/* 64 + 64 + 64 + 54 octets, then "example." with 9. */
	static const uint8_t labels[] = {63, 63, 63, 53};
	vector_text_open(&text, APEX);
	for (size_t i = 0; i < sizeof(labels); i++) {
		fprintf(text.stream, "%s%0*d", i == 0 ? "" : ".", labels[i], 0);
		name[at++] = labels[i];
		memset(name + at, '0', labels[i]);
		at += labels[i];
	}
	memcpy(name + at, "\7example", 9);
	CU_ASSERT_FATAL(at + 9 == DNS_NAME_MAX);
	fprintf(text.stream, " 60 A 10.0.0.1\n");
	struct served served = serve(&text, "example");
	const struct dns_answer answer = ask(&served, name, DNS_TYPE_A, 512);
	CU_ASSERT(answer.rcode == DNS_RCODE_NOERROR && has_address(&answer, 1));
	serve_end(&served);
}

static void names_beyond(void)
{
	struct vector_text text;
	vector_text_open(&text, APEX);
	print_labels(&text, DNS_LABELS_MAX);
	fprintf(text.stream, " 60 A 10.0.0.1\n");
	expect_refused(&text, "a", "expected a domain name (labels of 1 to 63 octets, 255 in all)");

	vector_text_open(&text, APEX);
	fprintf(text.stream, "%064d 60 A 10.0.0.1\n", 0);
	expect_refused(&text, "a", "expected a domain name (labels of 1 to 63 octets, 255 in all)");
}

static const uint8_t big[] = "\3big\7example";

/* One TXT record of `octets` octets of text, in strings as long as they can be. */
static void print_txt(struct vector_text *text, unsigned octets)
{
	fprintf(text->stream, "big 60 TXT");
	for (unsigned left = octets; left > 0;) {
		const unsigned len = left < 255 ? left : 255;
		fprintf(text->stream, " \"%0*d\"", (int)len, 0);
		left -= len;
	}
	fprintf(text->stream, "\n");
}

static void long_txt(void)
{
	struct vector_text text;
	vector_text_open(&text, APEX);
	print_txt(&text, 65000);
	struct served served = serve(&text, "example");
	expect_large(&served, big, DNS_TYPE_TXT, 1);
	serve_end(&served);

	vector_text_open(&text, APEX);
	print_txt(&text, 65300);
	expect_refused(&text, "example", "expected rdata of at most 65535 octets");
	/* The rdata may be so long, but no message can carry it. */
	vector_text_open(&text, APEX);
	print_txt(&text, 65250);
	expect_refused(&text, "example", "found 1 TXT record that takes 65");
}

/* 65,535 octets hold 4,093 addresses of 16 octets, with header, question and OPT. */
#define ADDRESSES_MAX 4093u

static void print_addresses(struct vector_text *text, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		fprintf(text->stream, "big 60 A 10.0.%u.%u\n", i >> 8, i & 0xff);
}

static void many_records(void)
{
	struct vector_text text;
	vector_text_open(&text, APEX);
	print_addresses(&text, ADDRESSES_MAX);
	struct served served = serve(&text, "example");
	expect_large(&served, big, DNS_TYPE_A, ADDRESSES_MAX);
	serve_end(&served);

	vector_text_open(&text, APEX);
	print_addresses(&text, ADDRESSES_MAX + 1);
	expect_refused(&text, "example", "found 4094 A records that take 655");
	vector_text_open(&text, APEX);
	print_addresses(&text, 10000);
	expect_refused(&text, "example",
	               "big.example.: found 10000 A records that take 160040 octets in a message, "
	               "expected at most 65535");
}

/* Names in rdata may be compressed: what counts is what must be there. */
static void many_compressed(void)
{
	struct vector_text text;
	vector_text_open(&text, APEX);
	for (unsigned i = 0; i < 2700; i++)
		fprintf(text.stream, "big 60 MX 10 mx%u.big\n", i);
	struct served served = serve(&text, "example");
	expect_large(&served, big, DNS_TYPE_MX, 2700);
	serve_end(&served);
	vector_text_open(&text, APEX);
	for (unsigned i = 0; i < 10000; i++)
		fprintf(text.stream, "big 60 MX 10 mx%u.big\n", i);
	expect_refused(&text, "example", "found 10000 MX records that take");
}

static void large_set(void)
{
	struct vector_text text;
	vector_text_open(&text, APEX);
	for (unsigned i = 0; i < 240; i++)
		fprintf(text.stream, "big 60 TXT \"%0255d\"\n", (int)i);
	struct served served = serve(&text, "example");
	expect_large(&served, big, DNS_TYPE_TXT, 240);
	serve_end(&served);
}

static const struct unit_case cases[] = {
    {"every_octet", every_octet},   {"most_labels", most_labels},
    {"longest_name", longest_name}, {"names_beyond", names_beyond},
    {"long_txt", long_txt},         {"many_records", many_records},
    {"large_set", large_set},       {"many_compressed", many_compressed},
};

int main(int argc, char **argv)
{
	return unit_main(argc, argv, "zone/extremes", cases, ARRAY_COUNT(cases));
}
