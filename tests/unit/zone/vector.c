/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Reads vector files, asks the zones in them, and compares what comes back. */
#include "vector.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "unit.h"

#include "dns/builder.h"
#include "dns/question.h"
#include "dns/rrtype.h"
#include "zone/zone.h"

#define TEXT_MAX 262144
#define LINES_MAX 4096
#define LINE_TEXT_MAX 65536

struct lines {
	char *line[LINES_MAX];
	size_t count;
};

struct expected {
	char rcode[16];
	char flags[32];
	struct lines section[DNS_SECTION_COUNT];
};

struct runner {
	const char *file;
	FILE *stream;
	unsigned line;
	struct zone *zone[VECTOR_ZONES_MAX];
	size_t zone_count;
	struct zone_set *set;
	uint8_t message[DNS_MESSAGE_MAX];
	struct dns_builder builder;
};

void vector_file_open(struct vector_file *file, const char *text, size_t len)
{
	file->fd = memfd_create("vector", MFD_CLOEXEC);
	CU_ASSERT_FATAL(file->fd >= 0);
	CU_ASSERT_FATAL(write(file->fd, text, len) == (ssize_t)len);
	snprintf(file->path, sizeof(file->path), "/proc/self/fd/%d", file->fd);
}

void vector_file_close(struct vector_file *file)
{
	close(file->fd);
}

void vector_text_open(struct vector_text *text, const char *start)
{
	text->stream = open_memstream(&text->data, &text->len);
	CU_ASSERT_FATAL(text->stream != NULL);
	fputs(start, text->stream);
}

const char *vector_text_close(struct vector_text *text)
{
	fclose(text->stream);
	return text->data;
}

static void lines_add(struct lines *lines, const char *text)
{
	CU_ASSERT_FATAL(lines->count < LINES_MAX);
	lines->line[lines->count++] = strdup(text);
}

static void lines_free(struct lines *lines)
{
	for (size_t i = 0; i < lines->count; i++)
		free(lines->line[i]);
	lines->count = 0;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Reads a line without its end and without blanks around it. False at the end of the file. */
static bool read_line(struct runner *runner, char *out, size_t size, bool trim)
{
	if (fgets(out, (int)size, runner->stream) == NULL)
		return false;
	runner->line++;
	size_t len = strcspn(out, "\n");
	out[len] = '\0';
	if (!trim)
		return true;
	while (len > 0 && out[len - 1] == ' ')
		out[--len] = '\0';
	const size_t blanks = strspn(out, " \t");
	memmove(out, out + blanks, len - blanks + 1);
	return true;
}

static void print_errors(const struct zone_errors *errors)
{
	for (uint32_t i = 0; i < errors->count && i < ZONE_ERRORS_MAX; i++)
		printf("  %s:%u:%u: %s\n", errors->error[i].file, errors->error[i].line,
		       errors->error[i].column, errors->error[i].text);
}

static void read_zone(struct runner *runner, const char *name)
{
	static char text[TEXT_MAX];
	static char line[LINE_TEXT_MAX];
	size_t len = 0;
	while (read_line(runner, line, sizeof(line), false) && strcmp(line, "end") != 0) {
		const int wrote = snprintf(text + len, sizeof(text) - len, "%s\n", line);
		CU_ASSERT_FATAL(wrote > 0 && (size_t)wrote < sizeof(text) - len);
		len += (size_t)wrote;
	}
	struct vector_file file;
	vector_file_open(&file, text, len);
	struct zone_load load = {.file = file.path};
	CU_ASSERT_FATAL(dns_name_from_text(name, strlen(name), NULL, &load.origin) == RESULT_OK);
	static struct zone_errors errors;
	const enum result result =
	    zone_load_file(&load, &runner->zone[runner->zone_count], &errors);
	vector_file_close(&file);
	if (result != RESULT_OK) {
		printf("%s:%u: zone %s: %s\n", runner->file, runner->line, name,
		       result_text(result));
		print_errors(&errors);
	}
	CU_ASSERT_FATAL(result == RESULT_OK);
	runner->zone_count++;
	zone_set_free(runner->set);
	runner->set = NULL;
	CU_ASSERT_FATAL(zone_set_create(runner->zone, runner->zone_count, &runner->set) ==
	                RESULT_OK);
}

/* Adds one record of the message as text. */
static void record_text(struct bytes_reader *reader, struct lines *lines)
{
	static struct dns_rr rr;
	static uint8_t rdata[UINT16_MAX];
	static char rdata_text[LINE_TEXT_MAX * 4];
	char owner[DNS_NAME_TEXT_MAX], type[DNS_NUMBER_TEXT_MAX], class[DNS_NUMBER_TEXT_MAX];
	uint16_t rdata_len;
	size_t text_len;
	CU_ASSERT_FATAL(dns_rr_parse(reader, &rr) == RESULT_OK);
	struct bytes_reader at = bytes_reader_of(reader->data, reader->len);
	at.at = rr.rdata_at;
	CU_ASSERT_FATAL(dns_rdata_from_message(&at, rr.type, rr.rdata_len, rdata, sizeof(rdata),
	                                       &rdata_len) == RESULT_OK);
	CU_ASSERT_FATAL(dns_rdata_to_text(rr.type, rdata, rdata_len, rdata_text, sizeof(rdata_text),
	                                  &text_len) == RESULT_OK);
	dns_name_to_text(rr.owner.wire, owner);
	CU_ASSERT_FATAL(lines->count < LINES_MAX);
	CU_ASSERT_FATAL(asprintf(&lines->line[lines->count], "%s %u %s %s %s", owner, rr.ttl,
	                         dns_class_text(rr.class, class), dns_type_text(rr.type, type),
	                         rdata_text) > 0);
	lines->count++;
}

/* What came back, in the form in which it is expected. */
static void actual_read(const struct runner *runner, const struct dns_answer *answer,
                        struct expected *out, size_t question_end)
{
	char number[DNS_NUMBER_TEXT_MAX];
	snprintf(out->rcode, sizeof(out->rcode), "%s", dns_rcode_text(answer->rcode, number));
	snprintf(out->flags, sizeof(out->flags), "%s%s", answer->authoritative ? "aa" : "",
	         answer->truncated ? (answer->authoritative ? " tc" : "tc") : "");
	struct bytes_reader reader = bytes_reader_of(runner->message, answer->end);
	reader.at = question_end;
	for (unsigned section = DNS_SECTION_ANSWER; section < DNS_SECTION_COUNT; section++) {
		for (uint16_t i = 0; i < answer->count[section]; i++)
			record_text(&reader, &out->section[section]);
	}
	CU_ASSERT(bytes_left(&reader) == 0);
}

/* "query NAME TYPE [do] [tcp] [size=N] [rotate=N]" */
static size_t ask(struct runner *runner, char *query, struct dns_answer *answer)
{
	struct dns_question question;
	struct dns_name name;
	struct zone_answer_request request = {.question = &question};
	uint32_t limit = 1232;
	char *save = NULL;
	const char *owner = strtok_r(query, " ", &save);
	const char *type_text = strtok_r(NULL, " ", &save);
	uint16_t type;
	CU_ASSERT_FATAL(owner != NULL && type_text != NULL);
	CU_ASSERT_FATAL(dns_name_from_text(owner, strlen(owner), NULL, &name) == RESULT_OK);
	CU_ASSERT_FATAL(dns_type_from_text(type_text, strlen(type_text), &type));
	for (const char *word; (word = strtok_r(NULL, " ", &save)) != NULL;) {
		request.dnssec_ok = request.dnssec_ok || strcmp(word, "do") == 0;
		request.stream = request.stream || strcmp(word, "tcp") == 0;
		if (strncmp(word, "size=", 5) == 0)
			limit = (uint32_t)strtoul(word + 5, NULL, 10);
		if (strncmp(word, "rotate=", 7) == 0)
			request.rotation = (uint32_t)strtoul(word + 7, NULL, 10);
	}
	if (request.stream)
		limit = DNS_MESSAGE_MAX;

	struct bytes_writer writer = bytes_writer_of(runner->message, sizeof(runner->message));
	memset(bytes_put_space(&writer, DNS_HEADER_SIZE), 0, DNS_HEADER_SIZE);
	bytes_put(&writer, name.wire, name.len);
	bytes_put_u16(&writer, type);
	bytes_put_u16(&writer, DNS_CLASS_IN);
	struct bytes_reader reader = bytes_reader_of(runner->message, writer.len);
	reader.at = DNS_HEADER_SIZE;
	CU_ASSERT_FATAL(dns_question_parse(&reader, &question) == RESULT_OK);

	dns_builder_init(&runner->builder, runner->message, (uint32_t)writer.len, limit);
	zone_set_prefetch(runner->set, &question);
	const struct zone *zone = zone_set_find(runner->set, &question);
	CU_ASSERT_FATAL(zone != NULL);
	(void)zone_bucket_line(zone, &question);
	(void)zone_node_line(zone, &question);
	zone_answer(runner->set, zone, &request, &runner->builder, answer);
	CU_ASSERT(answer->end <= limit || answer->end == writer.len);
	return writer.len;
}

static void expected_read(struct runner *runner, struct expected *out)
{
	static char line[LINE_TEXT_MAX];
	struct lines *section = NULL;
	while (read_line(runner, line, sizeof(line), true) && strcmp(line, "end") != 0) {
		if (strncmp(line, "rcode ", 6) == 0)
			snprintf(out->rcode, sizeof(out->rcode), "%.15s", line + 6);
		else if (strcmp(line, "flags") == 0 || strncmp(line, "flags ", 6) == 0)
			snprintf(out->flags, sizeof(out->flags), "%.31s",
			         line[5] != '\0' ? line + 6 : "");
		else if (strcmp(line, "answer") == 0)
			section = &out->section[DNS_SECTION_ANSWER];
		else if (strcmp(line, "authority") == 0)
			section = &out->section[DNS_SECTION_AUTHORITY];
		else if (strcmp(line, "additional") == 0)
			section = &out->section[DNS_SECTION_ADDITIONAL];
		else if (line[0] != '\0' && line[0] != '#' && section != NULL)
			lines_add(section, line);
	}
}

static bool lines_equal(struct lines *a, struct lines *b)
{
	qsort(a->line, a->count, sizeof(a->line[0]), by_text);
	qsort(b->line, b->count, sizeof(b->line[0]), by_text);
	bool equal = a->count == b->count;
	for (size_t i = 0; i < a->count && equal; i++)
		equal = strcmp(a->line[i], b->line[i]) == 0;
	return equal;
}

static void print_message(const struct expected *message)
{
	static const char *const names[] = {"", "answer", "authority", "additional"};
	printf("rcode %s\nflags %s\n", message->rcode, message->flags);
	for (unsigned i = DNS_SECTION_ANSWER; i < DNS_SECTION_COUNT; i++) {
		if (message->section[i].count > 0)
			printf("%s\n", names[i]);
		for (size_t j = 0; j < message->section[i].count; j++)
			printf("  %s\n", message->section[i].line[j]);
	}
	printf("end\n");
}

static void run_query(struct runner *runner, char *query)
{
	static struct expected expected, actual;
	struct dns_answer answer;
	char *text = strdup(query);
	const unsigned line = runner->line;
	memset(&expected, 0, sizeof(expected));
	memset(&actual, 0, sizeof(actual));
	const size_t question_end = ask(runner, query, &answer);
	actual_read(runner, &answer, &actual, question_end);
	expected_read(runner, &expected);

	bool equal =
	    strcmp(expected.rcode, actual.rcode) == 0 && strcmp(expected.flags, actual.flags) == 0;
	for (unsigned i = DNS_SECTION_ANSWER; i < DNS_SECTION_COUNT; i++)
		equal = lines_equal(&expected.section[i], &actual.section[i]) && equal;
	CU_ASSERT(equal);
	if (!equal) {
		printf("%s:%u: differs. Actual:\n\nquery %s\n", runner->file, line, text);
		print_message(&actual);
	}
	free(text);
	for (unsigned i = 0; i < DNS_SECTION_COUNT; i++) {
		lines_free(&expected.section[i]);
		lines_free(&actual.section[i]);
	}
}

void vector_run(const char *name)
{
	static struct runner runner;
	static char line[LINE_TEXT_MAX];
	char path[512];
	unsigned queries = 0;
	snprintf(path, sizeof(path), "%s/%s", VECTORS, name);
	runner = (struct runner){.file = name, .stream = fopen(path, "r")};
	CU_ASSERT_FATAL(runner.stream != NULL);
	while (read_line(&runner, line, sizeof(line), true)) {
		if (strncmp(line, "zone ", 5) == 0) {
			read_zone(&runner, line + 5);
		} else if (strncmp(line, "query ", 6) == 0) {
			run_query(&runner, line + 6);
			queries++;
		} else {
			/* A line that is neither would silently take tests away. */
			CU_ASSERT(line[0] == '\0' || line[0] == '#');
		}
	}
	fclose(runner.stream);
	CU_ASSERT(queries > 0);
	zone_set_free(runner.set);
	for (size_t i = 0; i < runner.zone_count; i++)
		zone_free(runner.zone[i]);
}
