/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* capture, watchers: packets that pass, for a person to look at or as a pcapng file; who watches now. */
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "base/clock.h"
#include "commands.h"
#include "dns/rrtype.h"
#include "tap/pcapng.h"
#include "tap/tap_ring.h"

/* Where the command sets no limit of its own. */
#define COUNT_DEFAULT 1000000u
#define SECONDS_DEFAULT 60.0
#define SECONDS_MAX 86400.0
/* Octets of pcapng in one item. */
#define ITEM_BYTES 32768u
#define BASE64_BYTES (((ITEM_BYTES + PCAPNG_BLOCK_MAX) + 2) / 3 * 4 + 1)

struct capture {
	struct server *server;
	struct tap_ring *queue; /* the tap's thread puts, the stream takes */
	unsigned number;
	bool is_attached;
	bool pcapng;
	bool has_head;
	uint64_t count; /* given so far */
	uint64_t count_max;
	uint64_t until_us;
	size_t block_len;
	uint8_t blocks[ITEM_BYTES + PCAPNG_BLOCK_MAX];
	unsigned char base64[BASE64_BYTES];
};

/* -- the filter -- */

static bool take_drop_reason(const char *word, struct control_reply *reply, struct tap_filter *out)
{
	out->kinds = 1u << TAP_DROP;
	if (strcmp(word, "any") == 0)
		return true;
	out->only_drops_of = true;
	for (unsigned i = 0; i < DROP_REASON_COUNT; i++) {
		if (strstr(drop_name((enum drop_reason)i), word) != NULL)
			out->drops |= UINT64_C(1) << i;
	}
	if (out->drops != 0)
		return true;
	control_reply_wrong(reply,
	                    "\"%s\" is in no reason to drop; any is allowed, or a part of a name "
	                    "such as rate_limit",
	                    word);
	return false;
}

static bool take_kinds(const struct control_request *request, struct control_reply *reply,
                       struct tap_filter *out)
{
	static const struct {
		const char *word;
		uint32_t kinds;
	} words[] = {
	    {"clients", 1u << TAP_QUERY | 1u << TAP_RESPONSE | 1u << TAP_DROP},
	    {"queries", 1u << TAP_QUERY},
	    {"responses", 1u << TAP_RESPONSE},
	    {"upstream", 1u << TAP_UPSTREAM_QUERY | 1u << TAP_UPSTREAM_RESPONSE},
	    {"all", (1u << TAP_KIND_COUNT) - 1},
	};
	const char *word = control_text(request, "what");
	out->kinds = words[0].kinds;
	for (size_t i = 0; word != NULL && i < ARRAY_COUNT(words); i++) {
		if (strcmp(words[i].word, word) != 0)
			continue;
		out->kinds = words[i].kinds;
		return true;
	}
	if (word == NULL)
		return true;
	control_reply_wrong(reply, "%s: clients, queries, responses, upstream or all is allowed",
	                    word);
	return false;
}

static bool take_rcode(const char *word, struct control_reply *reply, struct tap_filter *out)
{
	char text[DNS_NUMBER_TEXT_MAX];
	out->has_rcode = true;
	out->kinds = 1u << TAP_RESPONSE;
	for (unsigned rcode = 0; rcode < 24; rcode++) {
		if (strcasecmp(dns_rcode_text(rcode, text), word) != 0)
			continue;
		out->rcode = (uint16_t)rcode;
		return true;
	}
	control_reply_wrong(reply, "\"%s\" is no response code", word);
	return false;
}

static bool take_question(const struct control_request *request, struct control_reply *reply,
                          struct tap_filter *out)
{
	static const struct dns_name root = {.len = 1};
	const char *name = control_text(request, "name");
	const char *type = control_text(request, "type");
	out->has_name = name != NULL;
	out->has_type = type != NULL;
	if (name != NULL &&
	    dns_name_from_text(name, strlen(name), &root, &out->name) != RESULT_OK) {
		control_reply_wrong(reply, "\"%s\" is no domain name", name);
		return false;
	}
	if (name != NULL)
		dns_name_to_lower(out->name.wire, out->name.len);
	if (type != NULL && !dns_type_from_text(type, strlen(type), &out->type)) {
		control_reply_wrong(reply, "\"%s\" is no record type", type);
		return false;
	}
	return true;
}

static bool take_filter(const struct control_request *request, struct control_reply *reply,
                        struct tap_filter *out)
{
	const char *client = control_text(request, "client");
	const char *rcode = control_text(request, "rcode");
	const char *drop = control_text(request, "drop");
	*out = (struct tap_filter){.sample = (uint32_t)control_number(request, "sample", 1)};
	if (!take_kinds(request, reply, out) || !take_question(request, reply, out))
		return false;
	if (rcode != NULL && drop != NULL) {
		control_reply_wrong(reply,
		                    "what is dropped has no response code: --rcode or --drop");
		return false;
	}
	if ((rcode != NULL && !take_rcode(rcode, reply, out)) ||
	    (drop != NULL && !take_drop_reason(drop, reply, out)))
		return false;
	out->has_client = client != NULL;
	if (client == NULL || net_prefix_parse(client, &out->client) == RESULT_OK)
		return true;
	control_reply_wrong(reply, "\"%s\" is no address and no prefix", client);
	return false;
}

/* -- what comes -- */

/* On the tap's thread: a copy for the stream. */
static void keep(void *context, const struct tap_record *record)
{
	struct capture *capture = context;
	struct tap_record *copy = tap_ring_begin(capture->queue, record->size);
	if (copy == NULL)
		return;
	memcpy(copy, record, record->size);
	tap_ring_end(capture->queue, copy);
}

static const char *kind_word(unsigned kind)
{
	static const char *const words[TAP_KIND_COUNT] = {
	    [TAP_QUERY] = "query",
	    [TAP_RESPONSE] = "response",
	    [TAP_DROP] = "drop",
	    [TAP_UPSTREAM_QUERY] = "asked",
	    [TAP_UPSTREAM_RESPONSE] = "answered",
	};
	return words[kind];
}

static const char *outcome_of(const struct tap_record *record, char text[DNS_NUMBER_TEXT_MAX])
{
	if (record->kind == TAP_DROP)
		return drop_name((enum drop_reason)record->drop);
	if (record->kind == TAP_RESPONSE || record->kind == TAP_UPSTREAM_RESPONSE)
		return dns_rcode_text(record->rcode, text);
	return "";
}

static struct json_object *describe(const struct tap *tap, const struct tap_record *record)
{
	struct json_object *row = json_object_new_object();
	struct net_endpoint client = {.address = {.family = record->client.family},
	                              .port = record->client.port};
	char text[NET_TEXT_BYTES];
	char name[DNS_NAME_TEXT_MAX];
	char number[DNS_NUMBER_TEXT_MAX];
	uint16_t type = 0;
	uint16_t class = 0;
	const uint64_t ns = tap_time_ns(tap, record->tsc);
	memcpy(client.address.octets, record->client.octets, sizeof(client.address.octets));
	snprintf(text, sizeof(text), "%llu.%06llu", (unsigned long long)(ns / 1000000000),
	         (unsigned long long)(ns % 1000000000 / 1000));
	commands_add_text(row, "time", text);
	commands_add_text(row, "kind", kind_word(record->kind));
	commands_add_text(row, "client",
	                  client.address.family != 0 ? net_endpoint_format(&client, text) : "");
	commands_add_text(row, "over", tap_transport_text(record->transport));
	bool has_question = tap_question(record, name, &type, &class);
	commands_add_text(row, "name", has_question ? name : "");
	commands_add_text(row, "type", has_question ? dns_type_text(type, number) : "");
	commands_add_text(row, "outcome", outcome_of(record, number));
	commands_add_text(row, "from",
	                  record->kind == TAP_RESPONSE ? tap_verdict_text(record->verdict) : "");
	commands_add_number(row, "octets", record->message_len);
	commands_add_number(row, "us", tap_took_us(record));
	return row;
}

static void send_blocks(struct capture *capture, struct control_reply *reply)
{
	if (capture->block_len == 0)
		return;
	struct json_object *item = json_object_new_object();
	int len = EVP_EncodeBlock(capture->base64, capture->blocks, (int)capture->block_len);
	commands_add(item, "pcapng",
	             json_object_new_string_len((const char *)capture->base64, len));
	control_reply_item(reply, item);
	capture->block_len = 0;
}

/* One item: rows, or octets of the file. Gives whether there was anything. */
static bool send_some(struct capture *capture, struct control_reply *reply)
{
	const struct tap *tap = capture->server->settings.tap;
	struct json_object *rows = NULL;
	const struct tap_record *record;
	unsigned left = COMMANDS_ROWS_PER_ITEM;
	if (capture->pcapng && !capture->has_head)
		capture->block_len = pcapng_head(capture->blocks);
	capture->has_head = true;
	for (; left > 0 && capture->count < capture->count_max && capture->block_len < ITEM_BYTES &&
	       (record = tap_ring_next(capture->queue)) != NULL;
	     left--, capture->count++) {
		if (capture->pcapng)
			capture->block_len += pcapng_packet(record, tap_time_ns(tap, record->tsc),
			                                    capture->blocks + capture->block_len);
		else if (rows == NULL)
			rows = json_object_new_array();
		if (!capture->pcapng)
			(void)json_object_array_add(rows, describe(tap, record));
		tap_ring_release(capture->queue, record);
	}
	control_reply_item(reply, rows);
	send_blocks(capture, reply);
	return left < COMMANDS_ROWS_PER_ITEM;
}

static void detach(struct capture *capture)
{
	if (!capture->is_attached)
		return;
	tap_detach(capture->server->settings.tap, capture->number,
	           pipeline_get_rcu(capture->server->pipeline));
	capture->is_attached = false;
}

static void release_capture(void *state)
{
	struct capture *capture = state;
	detach(capture);
	tap_ring_destroy(capture->queue);
	free(capture);
}

static enum control_stream capture_on(void *state, struct control_reply *reply)
{
	struct capture *capture = state;
	if (send_some(capture, reply))
		return CONTROL_MORE;
	if (capture->count < capture->count_max && clock_steady_us() < capture->until_us)
		return CONTROL_LATER;
	if (capture->is_attached) {
		/* What was copied before comes still. */
		detach(capture);
		return CONTROL_MORE;
	}
	struct json_object *result = json_object_new_object();
	commands_add_number(result, "packets", capture->count);
	commands_add_number(result, "lost",
	                    atomic_load_explicit(&capture->queue->lost, memory_order_relaxed));
	control_reply_result(reply, result);
	return CONTROL_DONE;
}

static enum result start(struct capture *capture, const struct tap_filter *filter)
{
	const struct tap_sink sink = {
	    .name = "capture", .filter = *filter, .take = keep, .context = capture};
	capture->queue = tap_ring_create();
	if (capture->queue == NULL)
		return RESULT_NO_MEMORY;
	enum result result =
	    tap_attach(capture->server->settings.tap, &sink,
	               pipeline_get_rcu(capture->server->pipeline), &capture->number);
	capture->is_attached = result == RESULT_OK;
	return result;
}

static void run_capture(void *context, const struct control_request *request,
                        struct control_reply *reply)
{
	struct tap_filter filter;
	const double seconds = control_decimal(request, "seconds", SECONDS_DEFAULT);
	if (!take_filter(request, reply, &filter))
		return;
	if (seconds <= 0 || seconds > SECONDS_MAX || control_number(request, "count", 1) == 0 ||
	    control_number(request, "sample", 1) == 0) {
		control_reply_wrong(reply,
		                    "seconds, count and sample begin at 1, seconds end at %.0f",
		                    SECONDS_MAX);
		return;
	}
	struct capture *capture = calloc(1, sizeof(*capture));
	if (capture == NULL) {
		control_reply_error(reply, "no memory");
		return;
	}
	capture->server = context;
	capture->pcapng = control_flag(request, "pcapng");
	capture->count_max = control_number(request, "count", COUNT_DEFAULT);
	capture->until_us = clock_steady_us() + (uint64_t)(seconds * 1e6);
	enum result result = start(capture, &filter);
	if (result == RESULT_OK) {
		control_reply_stream(reply, capture_on, release_capture, capture);
		return;
	}
	control_reply_error(reply, "%s",
	                    result == RESULT_BUSY ? "too many captures at once: end one of them"
	                                          : "no memory");
	release_capture(capture);
}

/* -- watchers -- */

static void run_watchers(void *context, const struct control_request *request,
                         struct control_reply *reply)
{
	const struct server *server = context;
	const struct watchers *watchers = &server->watchers;
	struct json_object *result = json_object_new_object();
	struct query_log_stats lines = {0};
	struct dnstap_stats dnstap = {0};
	struct tap_stats tap;
	(void)request;
	tap_stats(server->settings.tap, &tap);
	if (watchers->query_log != NULL)
		query_log_stats(watchers->query_log, &lines);
	if (watchers->dnstap != NULL)
		dnstap_stats(watchers->dnstap, &dnstap);
	commands_add_number(result, "copied", tap.copied);
	commands_add_number(result, "lost", tap.lost);
	commands_add(result, "query_log", json_object_new_boolean(watchers->query_log != NULL));
	commands_add_number(result, "query_log_lines", lines.written);
	commands_add_number(result, "query_log_withheld", lines.withheld);
	commands_add(result, "dnstap", json_object_new_boolean(watchers->dnstap != NULL));
	commands_add_number(result, "dnstap_messages", dnstap.given);
	commands_add_number(result, "dnstap_lost", dnstap.lost);
	commands_add(result, "flight_recorder", json_object_new_boolean(watchers->flight != NULL));
	commands_add_number(result, "flight_files", watchers->saved);
	control_reply_result(reply, result);
}

static const struct control_command rows[] = {
    {.name = "capture",
     .arguments = {{"what", CONTROL_TEXT, CONTROL_OPTIONAL},
                   {"client", CONTROL_TEXT, CONTROL_OPTION},
                   {"name", CONTROL_TEXT, CONTROL_OPTION},
                   {"type", CONTROL_TEXT, CONTROL_OPTION},
                   {"rcode", CONTROL_TEXT, CONTROL_OPTION},
                   {"drop", CONTROL_TEXT, CONTROL_OPTION},
                   {"sample", CONTROL_NUMBER, CONTROL_OPTION},
                   {"count", CONTROL_NUMBER, CONTROL_OPTION},
                   {"seconds", CONTROL_DECIMAL, CONTROL_OPTION},
                   {"pcapng", CONTROL_FLAG, CONTROL_OPTION}},
     .help =
         "Shows packets as they pass: WHAT is clients (queries, responses and drops; if it is left "
         "out), queries, responses, upstream or all. Only those of a --client (address or prefix), "
         "for a --name and below, of a --type, with an --rcode, or dropped for a --drop (any, or a "
         "part of its name); one in --sample. Ends after --count packets, or --seconds (60). "
         "scloud-dnsctl --write FILE makes a pcapng file of it.",
     .run = run_capture},
    {.name = "watchers",
     .help =
         "Shows who watches what passes: the query log, dnstap, the flight recorder, and what was "
         "lost.",
     .run = run_watchers},
};

void capture_commands_register(struct server *server)
{
	control_register(server->control, rows, ARRAY_COUNT(rows), server);
}
