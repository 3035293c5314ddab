/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Lines become messages. */
#include "load/query_file.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "dns/edns.h"
#include "dns/message.h"
#include "dns/name.h"
#include "dns/rrtype.h"
#include "load/load_limits.h"
#include "net/checksum.h"

#define UDP_BYTES_DEFAULT 1232
#define CLIENT_COOKIE_OCTETS 8
#define OPT_DNSSEC_OK 0x8000u
/* Type and class at a question's end. */
#define QUESTION_TAIL_OCTETS 4
#define BLANKS " \t\r\n"

struct line_reader {
	const struct query_file_settings *settings;
	const char *name;
	FILE *errors;
	unsigned line;
	unsigned wrong;
};

/* Words of a line, cut in place; what stands behind them is the expected records. */
#define LINE_WORDS 3
struct line_words {
	const char *word[LINE_WORDS];
	unsigned count;
	char *rest; /* without blanks in front; may be empty */
};

static void complain(struct line_reader *reader, const char *what, const char *found)
{
	if (reader->wrong++ < LOAD_ERRORS_TOLD_MAX)
		fprintf(reader->errors, "%s:%u: %s \"%s\"\n", reader->name, reader->line, what,
		        found);
}

static void split(char *line, struct line_words *out)
{
	out->count = 0;
	out->rest = line;
	while (out->count < LINE_WORDS) {
		char *word = strtok_r(out->count == 0 ? line : NULL, BLANKS, &out->rest);
		if (word == NULL)
			break;
		out->word[out->count++] = word;
	}
	out->rest += strspn(out->rest, BLANKS);
}

static bool rcode_from_text(const char *text, uint16_t *out)
{
	char buffer[DNS_NUMBER_TEXT_MAX];
	for (unsigned rcode = 0; rcode <= DNS_RCODE_BADCOOKIE; rcode++) {
		if (strcasecmp(text, dns_rcode_text(rcode, buffer)) == 0) {
			*out = (uint16_t)rcode;
			return true;
		}
	}
	return false;
}

static void put_opt(struct bytes_writer *writer, const struct query_file_settings *settings)
{
	static const uint8_t no_cookie[CLIENT_COOKIE_OCTETS];
	uint16_t udp_bytes = settings->udp_bytes != 0 ? settings->udp_bytes : UDP_BYTES_DEFAULT;
	bytes_put_u8(writer, 0);
	bytes_put_u16(writer, DNS_TYPE_OPT);
	bytes_put_u16(writer, udp_bytes);
	bytes_put_u32(writer, settings->dnssec_ok ? OPT_DNSSEC_OK : 0);
	bytes_put_u16(writer, (uint16_t)(settings->option_len +
	                                 (settings->cookie ? 4 + sizeof(no_cookie) : 0)));
	bytes_put(writer, settings->option, settings->option_len);
	if (!settings->cookie)
		return;
	bytes_put_u16(writer, EDNS_OPTION_COOKIE);
	bytes_put_u16(writer, sizeof(no_cookie));
	bytes_put(writer, no_cookie, sizeof(no_cookie));
}

static void write_message(const struct query_file_settings *settings, const struct dns_name *name,
                          uint16_t type, struct bytes_writer *writer, uint16_t *question_end)
{
	bool has_opt =
	    settings->edns || settings->dnssec_ok || settings->cookie || settings->option_len > 0;
	bytes_put_u16(writer, 0);
	bytes_put_u16(writer, settings->recursion_desired ? DNS_FLAG_RD : 0);
	bytes_put_u16(writer, 1);
	bytes_put_u32(writer, 0);
	bytes_put_u16(writer, has_opt ? 1 : 0);
	bytes_put(writer, name->wire, name->len);
	bytes_put_u16(writer, type);
	bytes_put_u16(writer, DNS_CLASS_IN);
	*question_end = (uint16_t)writer->len;
	if (has_opt)
		put_opt(writer, settings);
}

static bool make_room(struct query_file *file)
{
	if (file->count == file->room) {
		uint32_t room = file->room == 0 ? 1024 : file->room * 2;
		void *entries = realloc(file->entries, (size_t)room * sizeof(*file->entries));
		if (entries == NULL)
			return false;
		file->entries = entries;
		file->room = room;
	}
	if (file->message_octets + LOAD_MESSAGE_MAX > file->message_room) {
		uint64_t room = file->message_room == 0 ? 1 << 16 : file->message_room * 2;
		void *messages = realloc(file->messages, room);
		if (messages == NULL)
			return false;
		file->messages = messages;
		file->message_room = room;
	}
	return true;
}

static enum result add(struct query_file *file, const struct query_file_settings *settings,
                       const struct dns_name *name, uint16_t type, uint16_t rcode)
{
	if (file->count == LOAD_QUERIES_MAX)
		return RESULT_TOO_LONG;
	if (!make_room(file))
		return RESULT_NO_MEMORY;
	struct query_file_entry *entry = &file->entries[file->count++];
	uint8_t *message = file->messages + file->message_octets;
	struct bytes_writer writer = bytes_writer_of(message, LOAD_MESSAGE_MAX);
	*entry = (struct query_file_entry){.at = file->message_octets, .rcode = rcode};
	write_message(settings, name, type, &writer, &entry->question_end);
	entry->len = (uint16_t)writer.len;
	entry->sum = net_checksum_fold(net_checksum_add(message, entry->len, 0));
	file->message_octets += entry->len;
	return RESULT_OK;
}

/* The records behind the response code, of the question added last. */
static enum result read_expected(struct line_reader *reader, char *text, uint16_t type,
                                 struct query_file *file)
{
	const char *wrong = "";
	if (*text == '\0')
		return RESULT_OK;
	enum result result = expected_add(&file->expected, file->count - 1, type, text, &wrong);
	if (result != RESULT_MALFORMED && result != RESULT_TOO_LONG)
		return result;
	complain(reader, "expected records that are wrong:", wrong);
	return RESULT_MALFORMED;
}

/* RESULT_MALFORMED is told and counted; the file is read on, so that all mistakes are seen at once. */
static enum result read_line(struct line_reader *reader, char *line, struct query_file *file)
{
	struct line_words words;
	struct dns_name name;
	uint16_t type = 0;
	uint16_t rcode = QUERY_FILE_ANY_RCODE;
	split(line, &words);
	if (words.count == 0 || words.word[0][0] == ';' || words.word[0][0] == '#')
		return RESULT_OK;
	enum result result = RESULT_MALFORMED;
	if (words.count < 2)
		complain(reader, "a name, a type and perhaps a response code are wanted; only",
		         words.word[0]);
	else if (dns_name_from_text(words.word[0], strlen(words.word[0]), NULL, &name) != RESULT_OK)
		complain(reader, "no domain name:", words.word[0]);
	else if (!dns_type_from_text(words.word[1], strlen(words.word[1]), &type))
		complain(reader, "no record type:", words.word[1]);
	else if (words.count > 2 && !rcode_from_text(words.word[2], &rcode))
		complain(reader, "no response code:", words.word[2]);
	else
		result = add(file, reader->settings, &name, type, rcode);
	return result == RESULT_OK ? read_expected(reader, words.rest, type, file) : result;
}

enum result query_file_read(FILE *in, const char *name, const struct query_file_settings *settings,
                            FILE *errors, struct query_file *out)
{
	char line[LOAD_LINE_MAX];
	struct line_reader reader = {.settings = settings, .name = name, .errors = errors};
	memset(out, 0, sizeof(*out));
	while (fgets(line, sizeof(line), in) != NULL) {
		reader.line++;
		if (strchr(line, '\n') == NULL && strlen(line) == sizeof(line) - 1) {
			line[32] = '\0';
			complain(&reader, "a line longer than any question:", line);
			return RESULT_MALFORMED;
		}
		enum result result = read_line(&reader, line, out);
		if (result != RESULT_OK && result != RESULT_MALFORMED)
			return result;
	}
	if (reader.wrong > LOAD_ERRORS_TOLD_MAX)
		fprintf(errors, "%s: %u more lines are wrong\n", name,
		        reader.wrong - LOAD_ERRORS_TOLD_MAX);
	if (reader.wrong > 0)
		return RESULT_MALFORMED;
	return out->count > 0 ? RESULT_OK : RESULT_NOT_FOUND;
}

bool query_file_match(const struct query_file *file, uint32_t index, const uint8_t *answer,
                      size_t len)
{
	const struct query_file_entry *entry = &file->entries[index];
	/* The type stands behind the question's name. */
	const uint8_t *type =
	    query_file_message(file, index) + entry->question_end - QUESTION_TAIL_OCTETS;
	return expected_match(&file->expected, index, bytes_load_u16(type), answer, len,
	                      entry->question_end);
}

void query_file_free(struct query_file *file)
{
	free(file->messages);
	free(file->entries);
	expected_free(&file->expected);
	memset(file, 0, sizeof(*file));
}
