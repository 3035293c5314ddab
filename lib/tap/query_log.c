/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Lines for people and for programs. */
#include "tap/query_log.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "dns/rrtype.h"

#define NS_IN_SECOND UINT64_C(1000000000)
#define LINE_BYTES 2048

struct query_log {
	const struct tap *tap;
	char *path;
	uint32_t lines_per_second;
	bool json;
	FILE *_Atomic file; /* control replaces it; the tap's thread writes */
	uint64_t second; /* of the calendar, in which `lines` were written */
	uint32_t lines;
	uint64_t withheld_now; /* in this second */
	_Atomic uint64_t written;
	_Atomic uint64_t withheld;
};

/* -- parts of a line -- */

static void write_time(uint64_t ns, char out[40])
{
	const time_t seconds = (time_t)(ns / NS_IN_SECOND);
	struct tm utc;
	gmtime_r(&seconds, &utc);
	size_t len = strftime(out, 24, "%Y-%m-%dT%H:%M:%S", &utc);
	snprintf(out + len, 40 - len, ".%06uZ", (unsigned)(ns % NS_IN_SECOND / 1000));
}

static const char *client_text(const struct query_address *client, char out[NET_TEXT_BYTES])
{
	struct net_address address = {.family = client->family};
	if (client->family == 0)
		return "-";
	memcpy(address.octets, client->octets, sizeof(address.octets));
	return net_address_format(&address, out);
}

/* What is in a record besides numbers. */
struct words {
	char time[40];
	char client[NET_TEXT_BYTES];
	char name[DNS_NAME_TEXT_MAX];
	char type[DNS_NUMBER_TEXT_MAX];
	char class[DNS_NUMBER_TEXT_MAX];
	char rcode[DNS_NUMBER_TEXT_MAX];
	char flags[8];
	const char *type_text, *class_text, *client_text, *outcome;
};

static void write_flags(const struct tap_record *record, char out[8])
{
	size_t len = 0;
	uint16_t flags = record->data_len >= DNS_HEADER_SIZE ? dns_message_flags(record->data) : 0;
	out[len++] = (flags & DNS_FLAG_RD) != 0 ? '+' : '-';
	if ((flags & DNS_FLAG_CD) != 0)
		out[len++] = 'C';
	if (record->kind == TAP_RESPONSE && (flags & DNS_FLAG_AA) != 0)
		out[len++] = 'A';
	if (record->kind == TAP_RESPONSE && (flags & DNS_FLAG_TC) != 0)
		out[len++] = 'T';
	out[len] = '\0';
}

static const char *outcome_of(const struct tap_record *record, char rcode[DNS_NUMBER_TEXT_MAX])
{
	switch ((enum tap_kind)record->kind) {
	case TAP_DROP:
		return drop_name((enum drop_reason)record->drop);
	case TAP_QUERY:
		return "query";
	case TAP_UPSTREAM_QUERY:
		return "asked";
	case TAP_RESPONSE:
	case TAP_UPSTREAM_RESPONSE:
	case TAP_KIND_COUNT:
		break;
	}
	return dns_rcode_text(record->rcode, rcode);
}

static void find_words(const struct tap *tap, const struct tap_record *record, struct words *out)
{
	uint16_t type = 0;
	uint16_t class = 0;
	write_time(tap_time_ns(tap, record->tsc), out->time);
	out->client_text = client_text(&record->client, out->client);
	out->type_text = out->class_text = "-";
	if (tap_question(record, out->name, &type, &class)) {
		out->type_text = dns_type_text(type, out->type);
		out->class_text = dns_class_text(class, out->class);
	} else {
		snprintf(out->name, sizeof(out->name), "-");
	}
	write_flags(record, out->flags);
	out->outcome = outcome_of(record, out->rcode);
}

void tap_line(const struct tap *tap, const struct tap_record *record, char *out, size_t size)
{
	struct words words;
	find_words(tap, record, &words);
	snprintf(out, size, "%s %s#%u %s %s %s %s %s %s %s %u %lluus", words.time,
	         words.client_text, record->client.port, tap_transport_text(record->transport),
	         words.name, words.class_text, words.type_text, words.flags, words.outcome,
	         tap_verdict_text(record->verdict), record->message_len,
	         (unsigned long long)tap_took_us(record));
}

/* Presentation form has no control characters, but backslashes and perhaps quotes. */
static void write_json_text(FILE *file, const char *text)
{
	fputc('"', file);
	for (; *text != '\0'; text++) {
		if (*text == '"' || *text == '\\')
			fputc('\\', file);
		fputc(*text, file);
	}
	fputc('"', file);
}

static void write_json(const struct query_log *log, FILE *file, const struct tap_record *record)
{
	struct words words;
	find_words(log->tap, record, &words);
	fprintf(file,
	        "{\"time\":\"%s\",\"client\":\"%s\",\"port\":%u,\"transport\":\"%s\",\"name\":",
	        words.time, words.client_text, record->client.port,
	        tap_transport_text(record->transport));
	write_json_text(file, words.name);
	fprintf(file,
	        ",\"class\":\"%s\",\"type\":\"%s\",\"flags\":\"%s\",\"outcome\":\"%s\","
	        "\"dropped\":%s,\"from\":\"%s\",\"octets\":%u,\"took_us\":%llu}\n",
	        words.class_text, words.type_text, words.flags, words.outcome,
	        record->kind == TAP_DROP ? "true" : "false", tap_verdict_text(record->verdict),
	        record->message_len, (unsigned long long)tap_took_us(record));
}

/* -- the log -- */

/* How many were withheld, before the first line of another second. */
static void tell_withheld(struct query_log *log, FILE *file)
{
	if (log->withheld_now == 0)
		return;
	if (log->json)
		fprintf(file, "{\"withheld\":%llu}\n", (unsigned long long)log->withheld_now);
	else
		fprintf(file, "(%llu more withheld: monitoring.log_query_qps is %u)\n",
		        (unsigned long long)log->withheld_now, log->lines_per_second);
	log->withheld_now = 0;
}

static bool may_write(struct query_log *log, FILE *file, uint64_t ns)
{
	uint64_t second = ns / NS_IN_SECOND;
	if (second != log->second) {
		tell_withheld(log, file);
		log->second = second;
		log->lines = 0;
	}
	if (log->lines < log->lines_per_second) {
		log->lines++;
		return true;
	}
	log->withheld_now++;
	atomic_fetch_add_explicit(&log->withheld, 1, memory_order_relaxed);
	return false;
}

static void take(void *context, const struct tap_record *record)
{
	struct query_log *log = context;
	FILE *file = atomic_load_explicit(&log->file, memory_order_acquire);
	char line[LINE_BYTES];
	if (record->is_frame || !may_write(log, file, tap_time_ns(log->tap, record->tsc)))
		return;
	atomic_fetch_add_explicit(&log->written, 1, memory_order_relaxed);
	if (log->json) {
		write_json(log, file, record);
		return;
	}
	tap_line(log->tap, record, line, sizeof(line));
	fputs(line, file);
	fputc('\n', file);
}

static void flush(void *context)
{
	struct query_log *log = context;
	fflush(atomic_load_explicit(&log->file, memory_order_acquire));
}

enum result query_log_open(const struct query_log_settings *settings, const struct tap *tap,
                           struct query_log **out)
{
	struct query_log *log = calloc(1, sizeof(*log));
	char *path = strdup(settings->path);
	if (log == NULL || path == NULL) {
		free(log);
		free(path);
		return RESULT_NO_MEMORY;
	}
	log->tap = tap;
	log->path = path;
	log->lines_per_second = settings->lines_per_second;
	log->json = settings->json;
	FILE *file = fopen(path, "ae");
	if (file == NULL) {
		free(path);
		free(log);
		return RESULT_IO;
	}
	atomic_store(&log->file, file);
	*out = log;
	return RESULT_OK;
}

/* The stream stays, its descriptor is another one: the tap's thread never sees a closed file. */
enum result query_log_reopen(struct query_log *log)
{
	FILE *next = fopen(log->path, "ae");
	if (next == NULL)
		return RESULT_IO;
	FILE *file = atomic_load(&log->file);
	flockfile(file);
	fflush(file);
	int status = dup3(fileno(next), fileno(file), O_CLOEXEC);
	funlockfile(file);
	fclose(next);
	return status < 0 ? RESULT_IO : RESULT_OK;
}

void query_log_close(struct query_log *log)
{
	if (log == NULL)
		return;
	FILE *file = atomic_load(&log->file);
	tell_withheld(log, file);
	fclose(file);
	free(log->path);
	free(log);
}

struct tap_sink query_log_sink(struct query_log *log)
{
	return (struct tap_sink){
	    .name = "query log",
	    /* The question is enough. */
	    .filter = {.kinds = 1u << TAP_RESPONSE | 1u << TAP_DROP,
	               .snap = DNS_HEADER_SIZE + DNS_NAME_MAX + 4},
	    .take = take,
	    .flush = flush,
	    .context = log,
	};
}

void query_log_stats(const struct query_log *log, struct query_log_stats *out)
{
	out->written = atomic_load_explicit(&log->written, memory_order_relaxed);
	out->withheld = atomic_load_explicit(&log->withheld, memory_order_relaxed);
}
