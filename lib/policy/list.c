/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Reads block lists line by line: list_form.c says which names a line has, here they become names. */
#include "policy/list.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "policy/policy_int.h"

/* A guess at names from the size of a file: too low costs growing, too high memory for a moment. */
#define LINE_GUESS_BYTES 28u
/* What a line is told to be where it is none. */
#define EXPECTED_NAME "a domain name (letters, digits, '-' and '_'; others as xn--...)"

struct reading {
	struct policy_names *names;
	struct policy_errors *errors;
	struct policy_list_report *report;
	const char *file;
	enum policy_list_format format;
	enum result result;
};

static const char *const expected[POLICY_LIST_FORMAT_COUNT] = {
    [POLICY_LIST_AUTO] = "a domain name or a line of a usual block list",
    [POLICY_LIST_DOMAINS] = "one domain name",
    [POLICY_LIST_HOSTS] = "an address and names, as in a hosts file",
    [POLICY_LIST_DNSMASQ] = "address=/NAME/, server=/NAME/ or local=/NAME/",
    [POLICY_LIST_ADBLOCK] = "||NAME^ or @@||NAME^",
    [POLICY_LIST_UNBOUND] = "local-zone: \"NAME\" TYPE",
    [POLICY_LIST_RPZ] = "NAME CNAME . (or *. or an rpz action)",
};

static void bad(struct reading *reading, const char *found, size_t len, const char *wanted)
{
	char quote[POLICY_QUOTE_BYTES];
	if (reading->report->bad++ < POLICY_LIST_ERRORS_MAX)
		policy_errors_add(reading->errors, true, "%s:%llu: found \"%s\", expected %s",
		                  reading->file, (unsigned long long)reading->report->lines,
		                  policy_errors_quote(found, len, quote), wanted);
}

/* Letters to lower case; 0 for what is in no name of a host. */
static uint8_t lower_of(char c)
{
	if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_')
		return (uint8_t)c;
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c - 'A' + 'a') : 0;
}

static bool is_number(const uint8_t *label)
{
	for (unsigned i = 1; i <= label[0]; i++) {
		if (label[i] < '0' || label[i] > '9')
			return false;
	}
	return true;
}

/* Text to a lower-case wire name in one pass. An address is no name, and nobody denies the root. */
static bool read_name(const char *text, size_t len, uint8_t out[DNS_NAME_MAX + 1])
{
	size_t at = 0; /* of the label's length */
	size_t end = 1;
	size_t last = 0;
	for (size_t i = 0; i <= len; i++) {
		if (i == len || text[i] == '.') {
			const size_t label = end - at - 1;
			if (label == 0 && i == len && i > 0 && text[i - 1] == '.')
				break; /* the final dot */
			if (label == 0 || label > DNS_LABEL_MAX)
				return false;
			out[at] = (uint8_t)label;
			last = at;
			at = end++;
			continue;
		}
		const uint8_t c = lower_of(text[i]);
		if (c == 0 || end >= DNS_NAME_MAX)
			return false;
		out[end++] = c;
	}
	if (at >= DNS_NAME_MAX)
		return false;
	out[at] = 0;
	return at > 0 && !is_number(out + last);
}

static void take_name(void *context, const char *text, size_t len, uint8_t flag)
{
	struct reading *reading = context;
	uint8_t name[DNS_NAME_MAX + 1];
	const char *whole = text;
	const size_t whole_len = len;
	/* "*.name" and ".name" are the name and all below, as every name here. */
	if (len > 2 && text[0] == '*' && text[1] == '.') {
		text += 2;
		len -= 2;
	} else if (len > 1 && text[0] == '.') {
		text++;
		len--;
	}
	if (!read_name(text, len, name)) {
		bad(reading, whole, whole_len, EXPECTED_NAME);
		return;
	}
	const enum result result = policy_names_add(reading->names, name, flag, 0);
	if (result == RESULT_OK)
		reading->report->names++;
	else if (result != RESULT_EXISTS)
		reading->result = result;
}

/* Blanks and the carriage return of other systems. */
static void trim(struct policy_line *line)
{
	while (line->len > 0 && strchr(" \t\r", line->text[line->len - 1]) != NULL &&
	       line->text[line->len - 1] != '\0')
		line->len--;
	while (line->len > 0 && (line->text[0] == ' ' || line->text[0] == '\t')) {
		line->text++;
		line->len--;
	}
}

static void read_line(struct reading *reading, const char *text, size_t len)
{
	struct policy_line line = {.text = text, .len = len, .name = take_name, .context = reading};
	reading->report->lines++;
	trim(&line);
	if (line.len == 0 || strchr("#;![", line.text[0]) != NULL)
		return; /* nothing, a comment, or the head of a list of filters */
	if (line.len > POLICY_LINE_BYTES_MAX)
		bad(reading, line.text, line.len, "a line of at most 4096 octets");
	else if (policy_form_read(reading->format, &line) == POLICY_FORM_OTHER)
		bad(reading, line.text, line.len, expected[reading->format]);
}

enum result policy_list_text(struct policy_names *names, const char *file,
                             enum policy_list_format format, const char *text, size_t len,
                             struct policy_errors *errors, struct policy_list_report *report)
{
	static const char mark[] = "\xef\xbb\xbf"; /* of UTF-8 */
	struct reading reading = {.names = names,
	                          .errors = errors,
	                          .report = report,
	                          .file = file,
	                          .format = format,
	                          .result = RESULT_OK};
	*report = (struct policy_list_report){.lines = 0};
	const char *end = text + len;
	if (len >= sizeof(mark) - 1 && memcmp(text, mark, sizeof(mark) - 1) == 0)
		text += sizeof(mark) - 1;
	while (text < end && reading.result == RESULT_OK) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		const char *line_end = newline != NULL ? newline : end;
		read_line(&reading, text, (size_t)(line_end - text));
		text = newline != NULL ? newline + 1 : end;
	}
	if (report->bad > POLICY_LIST_ERRORS_MAX)
		policy_errors_add(errors, true, "%s: and %llu more lines that were passed over",
		                  file, (unsigned long long)(report->bad - POLICY_LIST_ERRORS_MAX));
	return reading.result;
}

/* -- files -- */

static enum result read_all(int fd, size_t size, char **out, size_t *len)
{
	char *text = malloc(size + 1);
	size_t at = 0;
	if (text == NULL)
		return RESULT_NO_MEMORY;
	while (at < size) {
		const ssize_t got = read(fd, text + at, size - at);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			free(text);
			return RESULT_IO;
		}
		if (got == 0)
			break;
		at += (size_t)got;
	}
	*out = text;
	*len = at;
	return RESULT_OK;
}

/* The whole file: a list is as large as the names that it is read into. */
static enum result load(const char *file, char **out, size_t *len)
{
	struct stat status;
	const int fd = open(file, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return RESULT_IO;
	enum result result = fstat(fd, &status) == 0 ? RESULT_OK : RESULT_IO;
	if (result == RESULT_OK && !S_ISREG(status.st_mode)) {
		errno = S_ISDIR(status.st_mode) ? EISDIR : EINVAL;
		result = RESULT_IO;
	}
	if (result == RESULT_OK && (uint64_t)status.st_size > POLICY_LIST_BYTES_MAX) {
		errno = EFBIG;
		result = RESULT_IO;
	}
	if (result == RESULT_OK)
		result = read_all(fd, (size_t)status.st_size, out, len);
	const int error = errno;
	close(fd);
	errno = error;
	return result;
}

enum result policy_list_file(struct policy *policy, const struct policy_list_row *row,
                             struct policy_errors *errors)
{
	struct policy_list_report report = {.lines = 0};
	char *text;
	size_t len;
	enum result result = load(row->file, &text, &len);
	if (result == RESULT_IO)
		policy_errors_add(errors, false, "%s: cannot be read: %s", row->file,
		                  strerror(errno));
	if (result != RESULT_OK)
		return result;
	result = policy_names_reserve(&policy->names, len / LINE_GUESS_BYTES);
	if (result == RESULT_OK)
		result = policy_list_text(&policy->names, row->file, row->format, text, len, errors,
		                          &report);
	free(text);
	if (result == RESULT_TOO_LONG)
		policy_errors_add(errors, false, "%s:%llu: found more than %u names in all lists",
		                  row->file, (unsigned long long)report.lines, POLICY_NAMES_MAX);
	policy->stats.list_lines += report.lines;
	policy->stats.list_bad += report.bad;
	return result;
}
