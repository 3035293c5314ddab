/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* cache stats, lookup, flush. What looks at the whole cache does so a piece at a time. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "cache_file.h"
#include "commands.h"
#include "dns/rrtype.h"
#include "stage/cache_lookup.h"
#include "stage/cache_writer.h"

#define US_PER_MS 1000u
#define PERCENT 100.0

static uint64_t now_ms(void)
{
	return clock_now_us() / US_PER_MS;
}

/* -- cache stats -- */

/* Sum of one event over all instances of a stage. */
static uint64_t sum_event(const struct server *server, const struct stage_ops *ops, unsigned event)
{
	struct pipeline_stage_stats stats;
	uint64_t sum = 0;
	for (uint16_t i = 0; i < pipeline_count_stages(server->pipeline); i++) {
		pipeline_get_stage(server->pipeline, i, &stats);
		if (stats.ops == ops)
			sum += __atomic_load_n(&stats.counters->event[event], __ATOMIC_RELAXED);
	}
	return sum;
}

struct stat_row {
	const char *name;
	const struct stage_ops *ops;
	unsigned event;
};

static const struct stat_row stat_rows[] = {
    {"hits", &stage_cache_lookup_ops, CACHE_LOOKUP_EVENT_HIT},
    {"hits_inferred", &stage_cache_lookup_ops, CACHE_LOOKUP_EVENT_INFERRED},
    {"misses", &stage_cache_lookup_ops, CACHE_LOOKUP_EVENT_MISS},
    {"stale_for_want_of_credit", &stage_cache_lookup_ops, CACHE_LOOKUP_EVENT_STALE},
    {"servfail_for_want_of_credit", &stage_cache_lookup_ops, CACHE_LOOKUP_EVENT_OVERLOAD},
    {"refreshes", &stage_cache_lookup_ops, CACHE_LOOKUP_EVENT_REFRESH},
    {"refreshes_left_out", &stage_cache_lookup_ops, CACHE_LOOKUP_EVENT_NOT_REFRESHED},
    {"stale_answers", &stage_resolver_ops, RESOLVER_EVENT_COUNT_STALE},
    {"carriers", &stage_cache_writer_ops, CACHE_WRITER_EVENT_RETIRED},
    {"not_kept", &stage_cache_writer_ops, CACHE_WRITER_EVENT_NOT_KEPT},
    {"outranked", &stage_cache_writer_ops, CACHE_WRITER_EVENT_OUTRANKED},
};

static void add_cache_stats(const struct server *server, struct json_object *result)
{
	struct cache_stats stats;
	cache_stats(server->settings.cache, &stats);
	commands_add_number(result, "entries", stats.entries);
	commands_add_number(result, "entries_max", stats.entries_max);
	commands_add_number(result, "memory_bytes", stats.memory_bytes);
	commands_add_number(result, "image_bytes", stats.image_bytes);
	commands_add_number(result, "inserts", stats.inserts);
	commands_add_number(result, "replaced", stats.replaced);
	commands_add_number(result, "failures", stats.failures);
	commands_add_number(result, "evictions", stats.evictions);
	commands_add_number(result, "expired", stats.expired);
	commands_add_number(result, "flushed", stats.flushed);
}

static void run_stats(void *context, const struct control_request *request,
                      struct control_reply *reply)
{
	const struct server *server = context;
	struct json_object *result = json_object_new_object();
	(void)request;
	add_cache_stats(server, result);
	for (size_t i = 0; i < ARRAY_COUNT(stat_rows); i++)
		commands_add_number(result, stat_rows[i].name,
		                    sum_event(server, stat_rows[i].ops, stat_rows[i].event));
	uint64_t hits = sum_event(server, &stage_cache_lookup_ops, CACHE_LOOKUP_EVENT_HIT);
	uint64_t all = hits + sum_event(server, &stage_cache_lookup_ops, CACHE_LOOKUP_EVENT_MISS);
	commands_add(result, "hit_percent",
	             json_object_new_double(all > 0 ? PERCENT * (double)hits / (double)all : 0));
	control_reply_result(reply, result);
}

/* -- arguments -- */

/* NAME and TYPE of a request. False: an error was given. */
static bool take_name(const struct control_request *request, struct control_reply *reply,
                      struct cache_flush *out)
{
	static const struct dns_name root = {.len = 1};
	const char *name = control_text(request, "name");
	const char *type = control_text(request, "type");
	*out = (struct cache_flush){.subtree = control_flag(request, "subtree")};
	if (dns_name_from_text(name, strlen(name), &root, &out->name) != RESULT_OK) {
		control_reply_wrong(reply, "\"%s\" is no domain name", name);
		return false;
	}
	if (type != NULL && !dns_type_from_text(type, strlen(type), &out->type)) {
		control_reply_wrong(reply, "\"%s\" is no record type", type);
		return false;
	}
	return true;
}

/* -- cache lookup -- */

struct lookup {
	const struct cache *cache;
	struct cache_flush what;
	uint32_t slot;
	uint64_t found;
	struct cache_copy copy;
	struct cache_text_writer writer; /* for rdata */
};

static struct json_object *list_records(struct lookup *lookup)
{
	const struct cache_copy *copy = &lookup->copy;
	struct bytes_reader reader = bytes_reader_of(copy->message, copy->len);
	struct json_object *list = json_object_new_array();
	struct dns_rr rr;
	char owner[DNS_NAME_TEXT_MAX];
	char type[DNS_NUMBER_TEXT_MAX];
	reader.at = DNS_HEADER_SIZE + copy->name.len + 4u;
	while (list != NULL && bytes_left(&reader) > 0 && dns_rr_parse(&reader, &rr) == RESULT_OK &&
	       cache_text_rdata(&lookup->writer, &reader, &rr) == RESULT_OK) {
		char *line;
		dns_name_to_text(rr.owner.wire, owner);
		if (asprintf(&line, "%s %u IN %s %s", owner, rr.ttl, dns_type_text(rr.type, type),
		             lookup->writer.text.data) < 0)
			break;
		json_object_array_add(list, json_object_new_string(line));
		free(line);
	}
	return list;
}

static struct json_object *describe(struct lookup *lookup)
{
	const struct cache_copy *copy = &lookup->copy;
	struct json_object *item = json_object_new_object();
	char text[DNS_NAME_TEXT_MAX];
	char number[DNS_NUMBER_TEXT_MAX];
	dns_name_to_text(copy->name.wire, text);
	commands_add_text(item, "name", text);
	commands_add_text(item, "type",
	                  copy->type == CACHE_COPY_NAME ? "*" : dns_type_text(copy->type, number));
	commands_add_text(item, "rcode", dns_rcode_text(copy->rcode, number));
	commands_add(item, "left_seconds", json_object_new_int64(copy->left_s));
	commands_add_text(item, "rank", cache_text_rank(copy->rank));
	commands_add_text(item, "security", cache_text_security(copy->security));
	commands_add(item, "dnssec", json_object_new_boolean(copy->dnssec_ok));
	commands_add(item, "popular", json_object_new_boolean(copy->is_popular));
	commands_add(item, "records", list_records(lookup));
	return item;
}

static bool is_asked_for(const struct lookup *lookup)
{
	const struct cache_copy *copy = &lookup->copy;
	if (lookup->what.type != 0 && copy->type != lookup->what.type &&
	    copy->type != CACHE_COPY_NAME)
		return false;
	return lookup->what.subtree ? dns_name_is_below(copy->name.wire, lookup->what.name.wire)
	                            : dns_name_equal(copy->name.wire, lookup->what.name.wire);
}

static enum control_stream look_on(void *state, struct control_reply *reply)
{
	struct lookup *lookup = state;
	const uint32_t slots = cache_copy_slots(lookup->cache);
	for (uint32_t i = 0; i < CACHE_FILE_SLOTS && lookup->slot < slots; i++, lookup->slot++) {
		if (!cache_copy_slot(lookup->cache, lookup->slot, now_ms(), &lookup->copy) ||
		    !is_asked_for(lookup))
			continue;
		lookup->found++;
		control_reply_item(reply, describe(lookup));
	}
	if (lookup->slot < slots)
		return CONTROL_MORE;
	struct json_object *result = json_object_new_object();
	commands_add_number(result, "found", lookup->found);
	control_reply_result(reply, result);
	return CONTROL_DONE;
}

static void release_lookup(void *state)
{
	struct lookup *lookup = state;
	zone_write_text_free(&lookup->writer.text);
	free(lookup);
}

static void run_lookup(void *context, const struct control_request *request,
                       struct control_reply *reply)
{
	const struct server *server = context;
	struct lookup *lookup = calloc(1, sizeof(*lookup));
	if (lookup == NULL) {
		control_reply_error(reply, "no memory");
		return;
	}
	lookup->cache = server->settings.cache;
	if (!take_name(request, reply, &lookup->what)) {
		free(lookup);
		return;
	}
	control_reply_stream(reply, look_on, release_lookup, lookup);
}

/* -- cache flush -- */

static enum control_stream flush_on(void *state, struct control_reply *reply)
{
	struct cache *cache = state;
	uint64_t freed;
	if (!cache_flush_is_done(cache, &freed))
		return CONTROL_LATER;
	struct json_object *result = json_object_new_object();
	commands_add_number(result, "flushed", freed);
	control_reply_result(reply, result);
	return CONTROL_DONE;
}

static void release_nothing(void *state)
{
	(void)state;
}

static void run_flush(void *context, const struct control_request *request,
                      struct control_reply *reply)
{
	const struct server *server = context;
	struct cache *cache = server->settings.cache;
	struct cache_flush what;
	if (control_text(request, "name") == NULL) {
		struct cache_stats stats;
		struct json_object *result = json_object_new_object();
		cache_stats(cache, &stats);
		cache_flush_all(cache);
		commands_add_number(result, "flushed", stats.entries);
		control_reply_result(reply, result);
		return;
	}
	if (!take_name(request, reply, &what))
		return;
	if (cache_flush_request(cache, &what) != RESULT_OK) {
		control_reply_error(reply, "another flush is under way");
		return;
	}
	control_reply_stream(reply, flush_on, release_nothing, cache);
}

static const struct control_command rows[] = {
    {.name = "cache stats",
     .help = "Shows what the cache holds and how often it could answer.",
     .run = run_stats},
    {.name = "cache lookup",
     .arguments = {{"name", CONTROL_TEXT, CONTROL_REQUIRED},
                   {"type", CONTROL_TEXT, CONTROL_OPTIONAL},
                   {"subtree", CONTROL_FLAG, CONTROL_OPTION}},
     .help = "Shows what is kept for a name, stale answers too; with --subtree also below it.",
     .run = run_lookup},
    {.name = "cache flush",
     .arguments = {{"name", CONTROL_TEXT, CONTROL_OPTIONAL},
                   {"type", CONTROL_TEXT, CONTROL_OPTIONAL},
                   {"subtree", CONTROL_FLAG, CONTROL_OPTION}},
     .help = "Forgets what is kept for a name (of one type, and with --subtree also below it); "
             "without a name everything.",
     .run = run_flush},
};

void cache_commands_register(struct server *server)
{
	control_register(server->control, rows, ARRAY_COUNT(rows), server);
}
