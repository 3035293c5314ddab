/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* The table of reports, the lock that keeps one from looking at a pipeline that goes away, and DPDK's side. */
#include "telemetry/telemetry.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <rte_telemetry.h>

#include "telemetry/telemetry_int.h"

#define PREFIX "/scloud/"

struct report {
	struct telemetry_row row;
	telemetry_fill *fill;
};

/* The sentences end with the parameter: DPDK's /help shows nothing else. */
static const struct report reports[] = {
    {{PREFIX "stats", NULL, false,
      "Packets in, answered, dropped by name, in flight; answers by code; rates. No parameters"},
     telemetry_stats},
    {{PREFIX "latency", NULL, false,
      "How long answers took, by their way, and each stage: p50 to p99.9, max. No parameters"},
     telemetry_latency},
    {{PREFIX "top", "KIND", true,
      "Most frequent of late. Parameter: clients, names, zones or nxdomain, and first entry; none: "
      "ten of each"},
     telemetry_top},
    {{PREFIX "workers", NULL, true,
      "Each stage instance: thread, packets, outputs, drops, cycles. Parameter: first entry"},
     telemetry_workers},
    {{PREFIX "links", NULL, true,
      "Each link: policy, credits, in use, waits (the consumer was slow). Parameter: first entry"},
     telemetry_links},
    {{PREFIX "lcores", NULL, true,
      "Each lcore: thread, load in permille, turns, sleeps. Parameter: first entry"},
     telemetry_lcores},
    {{PREFIX "ports", NULL, true,
      "Each port: driver, link, MTU, queues, abilities, counters. Parameter: first entry"},
     telemetry_ports},
    {{PREFIX "xstats", "PORT", true,
      "All that a port's driver counts. Parameters: name of the port, first entry",
      .page = TELEMETRY_XSTATS_PAGE},
     telemetry_xstats},
    {{PREFIX "cache", NULL, false,
      "The cache: entries, memory, hits, misses, what was thrown out. No parameters"},
     telemetry_cache},
    {{PREFIX "resolver", NULL, true,
      "Questions to other servers, and each configured one of them. Parameter: first server"},
     telemetry_resolver},
    {{PREFIX "zones", NULL, true,
      "Each zone: serial, size, state of its file. Parameter: first zone"},
     telemetry_zones},
    {{PREFIX "zone", "ZONE", false, "One zone, in each view that has it. Parameter: its name"},
     telemetry_zone},
    {{PREFIX "graph", NULL, true,
      "Which stage runs where, and where its packets go. Parameter: first stage"},
     telemetry_graph},
    {{PREFIX "streams", NULL, false,
      "Connections of TCP and TLS: accepted, how they ended, handshakes. No parameters"},
     telemetry_streams},
    {{PREFIX "drops", NULL, false, "Every reason to drop, its count. No parameters"},
     telemetry_drops},
    {{PREFIX "version", NULL, false, "Version of scloud-dns and DPDK. No parameters"},
     telemetry_version},
};

/* DPDK 22.11 hands its callbacks no context, so this is the one place that needs a global. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct telemetry_settings current;
static bool is_open;
static bool is_registered;
static struct telemetry_zone_sums zone_sums;
static bool zone_sums_are_fresh;

const struct telemetry_row *telemetry_row(size_t index)
{
	return index < ARRAY_COUNT(reports) ? &reports[index].row : NULL;
}

void telemetry_lock(void)
{
	pthread_mutex_lock(&lock);
}

void telemetry_unlock(void)
{
	zone_sums_are_fresh = false;
	pthread_mutex_unlock(&lock);
}

const struct telemetry_zone_sums *telemetry_zone_sums(const struct telemetry_settings *settings)
{
	if (!zone_sums_are_fresh)
		telemetry_sum_zones(settings, &zone_sums);
	zone_sums_are_fresh = true;
	return &zone_sums;
}

static const struct report *find(const char *name)
{
	if (strncmp(name, PREFIX, strlen(PREFIX)) == 0)
		name += strlen(PREFIX);
	for (size_t i = 0; i < ARRAY_COUNT(reports); i++)
		if (strcmp(reports[i].row.name + strlen(PREFIX), name) == 0)
			return &reports[i];
	return NULL;
}

enum result telemetry_look(void (*look)(const struct telemetry_settings *settings, void *context),
                           void *context)
{
	enum result result = RESULT_BUSY;
	pthread_mutex_lock(&lock);
	if (is_open) {
		look(&current, context);
		result = RESULT_OK;
	}
	pthread_mutex_unlock(&lock);
	return result;
}

static enum result fill(const struct report *report, const struct telemetry_request *request,
                        struct json_object *reply)
{
	enum result result = RESULT_BUSY;
	pthread_mutex_lock(&lock);
	if (is_open)
		result = report->fill(&current, request, reply);
	pthread_mutex_unlock(&lock);
	return result;
}

enum result telemetry_report(const char *name, const struct telemetry_request *request,
                             struct json_object **out)
{
	const struct report *report = find(name);
	if (report == NULL)
		return RESULT_NOT_FOUND;
	struct json_object *reply = json_object_new_object();
	if (reply == NULL)
		return RESULT_NO_MEMORY;
	enum result result = fill(report, request, reply);
	if (result == RESULT_OK)
		*out = reply;
	else
		json_object_put(reply);
	return result;
}

/* A whole number and nothing else. */
static bool parse_first(const char *text, uint32_t *out)
{
	char *end;
	unsigned long first = strtoul(text, &end, 10);
	if (*text < '0' || *text > '9' || *end != '\0' || first > UINT32_MAX)
		return false;
	*out = (uint32_t)first;
	return true;
}

/* What stands behind the comma of a command: the parameter, the number of the first entry, or both with a
 * comma between them. False: it is none of that. */
static bool parse_words(const struct telemetry_row *row, const char *words,
                        char parameter[TELEMETRY_PARAMETER_BYTES],
                        struct telemetry_request *request)
{
	*request = (struct telemetry_request){.limit = row->page != 0 ? row->page : TELEMETRY_PAGE};
	if (words == NULL || *words == '\0')
		return true;
	const char *comma = strrchr(words, ',');
	if (row->parameter == NULL)
		return !row->is_list || parse_first(words, &request->first);
	size_t len = strlen(words);
	if (row->is_list && comma != NULL) {
		if (!parse_first(comma + 1, &request->first))
			return false;
		len = (size_t)(comma - words);
	}
	if (len >= TELEMETRY_PARAMETER_BYTES)
		return false;
	memcpy(parameter, words, len);
	parameter[len] = '\0';
	if (len > 0)
		request->parameter = parameter;
	return true;
}

/* A page that fits: entries with long names may be too many for DPDK's reply. */
static enum result gather_page(const char *name, struct telemetry_request *request,
                               struct json_object **out)
{
	for (;;) {
		enum result result = telemetry_report(name, request, out);
		if (result != RESULT_OK)
			return result;
		const char *text = json_object_to_json_string_ext(*out, JSON_C_TO_STRING_PLAIN);
		if (text == NULL || strlen(text) <= TELEMETRY_REPLY_MAX || request->limit <= 1)
			return RESULT_OK;
		json_object_put(*out);
		request->limit /= 2;
	}
}

/* DPDK passes the command that was called, which says which row it is. */
static int dispatch(const char *name, const char *words, struct rte_tel_data *reply)
{
	const struct report *report = find(name);
	char parameter[TELEMETRY_PARAMETER_BYTES];
	struct telemetry_request request;
	struct json_object *object;

	if (report == NULL || !parse_words(&report->row, words, parameter, &request))
		return -EINVAL;
	if (gather_page(name, &request, &object) != RESULT_OK)
		return -EINVAL;
	int status = telemetry_reply(object, reply);
	json_object_put(object);
	return status;
}

enum result telemetry_open(const struct telemetry_settings *settings)
{
	for (size_t i = 0; i < ARRAY_COUNT(reports) && !is_registered; i++) {
		const struct telemetry_row *row = &reports[i].row;
		if (rte_telemetry_register_cmd(row->name, dispatch, row->help) != 0)
			return RESULT_UNSUPPORTED;
	}
	is_registered = true;
	telemetry_lock();
	current = *settings;
	is_open = true;
	telemetry_unlock();
	return RESULT_OK;
}

void telemetry_close(void)
{
	pthread_mutex_lock(&lock);
	is_open = false;
	pthread_mutex_unlock(&lock);
}
