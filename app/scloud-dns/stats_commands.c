/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* stats: what the server does now, in one reply: for scloud-dnsctl top and for people in a hurry. */
#include <stdlib.h>
#include <string.h>

#include <rte_cycles.h>

#include "base/clock.h"
#include "commands.h"
#include "dns/rrtype.h"
#include "stage/encoder.h"
#include "tap/flight.h"

/* Records that the hottest names and clients are counted from, and how many of each are shown. */
#define SAMPLE_MAX 20000u
#define TOP_SHOWN 20u
#define TOP_TABLE 8192u /* a power of two, more than different keys in the sample matter */
#define KEY_BYTES (FLIGHT_NAME_BYTES + 1)

/* -- counters -- */

static uint64_t sum_event(const struct pipeline *pipeline, const struct stage_ops *ops,
                          unsigned event)
{
	uint64_t sum = 0;
	struct pipeline_stage_stats stats;
	for (uint16_t i = 0; i < pipeline_count_stages(pipeline); i++) {
		pipeline_get_stage(pipeline, i, &stats);
		if (stats.ops == ops)
			sum += __atomic_load_n(&stats.counters->event[event], __ATOMIC_RELAXED);
	}
	return sum;
}

static void add_totals(const struct server *server, struct json_object *result)
{
	const struct metrics_view *view = &server->settings.metrics_view;
	struct pipeline_totals totals;
	pipeline_get_totals(server->pipeline, &totals);
	commands_add_text(result, "name", server->config->server.name);
	commands_add_text(result, "version", SCLOUD_VERSION);
	commands_add_number(result, "uptime_seconds",
	                    (clock_steady_us() - server->start_us) / 1000000);
	commands_add_number(result, "in", totals.in);
	commands_add_number(result, "answered", totals.answered);
	commands_add_number(result, "dropped", totals.dropped);
	commands_add_number(result, "in_flight", totals.in_flight);
	commands_add_number(result, "in_per_second", atomic_load(&view->in_per_second));
	commands_add_number(result, "answered_per_second", atomic_load(&view->answered_per_second));
	commands_add_number(result, "dropped_per_second", atomic_load(&view->dropped_per_second));
}

static void add_answers(const struct pipeline *pipeline, struct json_object *result)
{
	static const struct {
		unsigned event;
		const char *name;
	} rows[] = {
	    {ENCODER_EVENT_NOERROR, "noerror"},   {ENCODER_EVENT_NXDOMAIN, "nxdomain"},
	    {ENCODER_EVENT_SERVFAIL, "servfail"}, {ENCODER_EVENT_REFUSED, "refused"},
	    {ENCODER_EVENT_FORMERR, "formerr"},   {ENCODER_EVENT_NOTIMP, "notimp"},
	    {ENCODER_EVENT_OTHER_RCODE, "other"}, {ENCODER_EVENT_TRUNCATED, "truncated"},
	};
	struct json_object *answers = json_object_new_object();
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++)
		commands_add_number(answers, rows[i].name,
		                    sum_event(pipeline, &stage_encoder_ops, rows[i].event));
	commands_add(result, "answers", answers);
}

static void add_drops(const struct pipeline *pipeline, struct json_object *result)
{
	struct json_object *list = json_object_new_array();
	struct pipeline_totals totals;
	pipeline_get_totals(pipeline, &totals);
	for (unsigned i = 0; i < DROP_REASON_COUNT; i++) {
		if (totals.drop[i] == 0)
			continue;
		struct json_object *row = json_object_new_object();
		commands_add_text(row, "reason", drop_name((enum drop_reason)i));
		commands_add_number(row, "packets", totals.drop[i]);
		commands_add_text(row, "meaning", drop_sentence((enum drop_reason)i));
		(void)json_object_array_add(list, row);
	}
	commands_add(result, "drops", list);
}

static void add_lcores(const struct pipeline *pipeline, struct json_object *result)
{
	struct json_object *list = json_object_new_array();
	struct pipeline_lcore_stats stats;
	for (uint16_t i = 0; i < pipeline_count_lcores(pipeline); i++) {
		struct json_object *row = json_object_new_object();
		pipeline_get_lcore(pipeline, i, &stats);
		commands_add_number(row, "lcore", stats.lcore_id);
		commands_add_text(row, "thread", stats.thread);
		commands_add_number(row, "load_permille", stats.load_permille);
		commands_add_number(row, "turns_busy", stats.turns_busy);
		commands_add_number(row, "turns_idle", stats.turns_idle);
		commands_add_number(row, "sleeps", stats.sleeps);
		(void)json_object_array_add(list, row);
	}
	commands_add(result, "lcores", list);
}

static void add_links(const struct pipeline *pipeline, struct json_object *result)
{
	struct json_object *list = json_object_new_array();
	struct pipeline_link_stats stats;
	for (uint16_t i = 0; i < pipeline_count_links(pipeline); i++) {
		pipeline_get_link(pipeline, i, &stats);
		if (stats.is_direct)
			continue;
		struct json_object *row = json_object_new_object();
		commands_add_text(row, "link", stats.name);
		commands_add_number(row, "from", stats.from_instance);
		commands_add_number(row, "to", stats.to_instance);
		commands_add_number(row, "credits", stats.credits);
		commands_add_number(row, "in_use", stats.in_use);
		commands_add_number(row, "packets", stats.handed);
		commands_add_number(row, "waits", stats.waits);
		commands_add_number(row, "shed", stats.shed);
		(void)json_object_array_add(list, row);
	}
	commands_add(result, "links", list);
}

static void add_cache(const struct server *server, struct json_object *result)
{
	struct json_object *object = json_object_new_object();
	const struct pipeline *pipeline = server->pipeline;
	struct cache_stats stats;
	cache_stats(server->settings.cache, &stats);
	commands_add_number(object, "entries", stats.entries);
	commands_add_number(object, "entries_max", stats.entries_max);
	commands_add_number(object, "hits",
	                    sum_event(pipeline, &stage_cache_lookup_ops, CACHE_LOOKUP_EVENT_HIT));
	commands_add_number(object, "misses",
	                    sum_event(pipeline, &stage_cache_lookup_ops, CACHE_LOOKUP_EVENT_MISS));
	commands_add_number(object, "evictions", stats.evictions);
	commands_add(result, "cache", object);
}

/* -- what the flight recorder knows: times, and who and what is hottest -- */

struct top_entry {
	uint32_t count;
	uint8_t key[KEY_BYTES]; /* the length first */
};

static void count_key(struct top_entry *table, const void *key, size_t len)
{
	uint64_t hash = 0xcbf29ce484222325u;
	const uint8_t *octets = key;
	for (size_t i = 0; i < len; i++)
		hash = (hash ^ octets[i]) * 0x100000001b3u;
	for (unsigned tries = 0; tries < 16; tries++) {
		struct top_entry *entry = &table[(hash + tries) % TOP_TABLE];
		if (entry->count == 0) {
			entry->key[0] = (uint8_t)len;
			memcpy(entry->key + 1, key, len);
		} else if (entry->key[0] != len || memcmp(entry->key + 1, key, len) != 0) {
			continue;
		}
		entry->count++;
		return;
	}
}

static int by_count(const void *a, const void *b)
{
	const struct top_entry *left = a;
	const struct top_entry *right = b;
	return left->count > right->count ? -1 : left->count < right->count;
}

static void write_client(const uint8_t *key, char out[NET_TEXT_BYTES])
{
	struct net_address address = {.family = key[1]};
	memcpy(address.octets, key + 2, sizeof(address.octets));
	net_address_format(&address, out);
}

/* The whole labels of a name that may be cut. */
static void write_name(const uint8_t *key, char out[DNS_NAME_TEXT_MAX])
{
	uint8_t wire[KEY_BYTES + 1];
	size_t at = 0;
	while (at < key[0] && key[1 + at] != 0 && key[1 + at] <= DNS_LABEL_MAX &&
	       at + 1u + key[1 + at] < key[0])
		at += 1u + key[1 + at];
	memcpy(wire, key + 1, at);
	wire[at] = 0;
	dns_name_to_text(wire, out);
}

static struct json_object *list_top(struct top_entry *table, bool is_name, size_t sample)
{
	struct json_object *list = json_object_new_array();
	char text[DNS_NAME_TEXT_MAX];
	qsort(table, TOP_TABLE, sizeof(*table), by_count);
	for (size_t i = 0; i < TOP_SHOWN && table[i].count > 0; i++) {
		struct json_object *row = json_object_new_object();
		if (is_name)
			write_name(table[i].key, text);
		else
			write_client(table[i].key, text);
		commands_add_text(row, is_name ? "name" : "client", text);
		commands_add_number(row, "packets", table[i].count);
		commands_add_number(row, "percent", table[i].count * 100u / sample);
		(void)json_object_array_add(list, row);
	}
	return list;
}

static void add_hottest(const struct flight_record *records, size_t count,
                        struct json_object *result)
{
	struct top_entry *names = calloc(TOP_TABLE, sizeof(*names));
	struct top_entry *clients = calloc(TOP_TABLE, sizeof(*clients));
	for (size_t i = 0; i < count && names != NULL && clients != NULL; i++) {
		const struct flight_record *record = &records[i];
		uint8_t client[17] = {record->family};
		size_t len =
		    record->name_len < FLIGHT_NAME_BYTES ? record->name_len : FLIGHT_NAME_BYTES;
		memcpy(client + 1, record->client, sizeof(record->client));
		if (len > 0)
			count_key(names, record->name, len);
		if (record->family != 0)
			count_key(clients, client, sizeof(client));
	}
	if (count > 0 && names != NULL && clients != NULL) {
		commands_add(result, "names", list_top(names, true, count));
		commands_add(result, "clients", list_top(clients, false, count));
	}
	free(names);
	free(clients);
}

static int by_took(const void *a, const void *b)
{
	const struct flight_record *left = a;
	const struct flight_record *right = b;
	return left->took_tsc < right->took_tsc ? -1 : left->took_tsc > right->took_tsc;
}

static void add_times(struct flight_record *records, size_t count, struct json_object *result)
{
	static const struct {
		const char *name;
		unsigned permille;
	} rows[] = {
	    {"p50_us", 500}, {"p90_us", 900}, {"p99_us", 990}, {"p999_us", 999}, {"max_us", 1000}};
	struct json_object *object = json_object_new_object();
	size_t answers = 0;
	for (size_t i = 0; i < count; i++) {
		if (records[i].kind == FLIGHT_ANSWER && records[i].took_tsc > 0)
			records[answers++] = records[i];
	}
	qsort(records, answers, sizeof(*records), by_took);
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		uint64_t tsc =
		    answers > 0 ? records[(answers - 1) * rows[i].permille / 1000].took_tsc : 0;
		commands_add_number(object, rows[i].name, tsc * 1000000 / rte_get_tsc_hz());
	}
	commands_add_number(object, "answers", answers);
	commands_add(result, "latency", object);
}

/* From the last records: the recorder goes on meanwhile, a record that is half new counts too. */
static void add_recent(const struct server *server, struct json_object *result)
{
	struct flight_record *records;
	size_t count;
	if (server->settings.flight == NULL ||
	    flight_collect(server->settings.flight, 0, SAMPLE_MAX, &records, &count) != RESULT_OK)
		return;
	add_hottest(records, count, result);
	add_times(records, count, result);
	free(records);
}

static void run_stats(void *context, const struct control_request *request,
                      struct control_reply *reply)
{
	const struct server *server = context;
	struct json_object *result = json_object_new_object();
	(void)request;
	add_totals(server, result);
	add_answers(server->pipeline, result);
	add_cache(server, result);
	add_recent(server, result);
	add_drops(server->pipeline, result);
	add_lcores(server->pipeline, result);
	add_links(server->pipeline, result);
	control_reply_result(reply, result);
}

static const struct control_command rows[] = {
    {.name = "stats",
     .help =
         "Shows what the server does now: rates, answers by code, times of the last answers, the "
         "hottest "
         "names and clients among them, drops, lcores and links. scloud-dnsctl top shows it live.",
     .run = run_stats},
};

void stats_commands_register(struct server *server)
{
	control_register(server->control, rows, ARRAY_COUNT(rows), server);
}
