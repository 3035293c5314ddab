/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Cache, resolver and zones. */
#include <stdlib.h>

#include "telemetry/cache.h"
#include "telemetry/prometheus_int.h"

#define SECOND_US 1e6

static void write_cache(struct prometheus *page, const struct telemetry_settings *settings)
{
	struct cache_stats stats;
	cache_stats(settings->cache, &stats);
	const struct {
		const char *name;
		uint64_t value;
	} rows[] = {
	    {"insert", stats.inserts},  {"replace", stats.replaced}, {"failure", stats.failures},
	    {"evict", stats.evictions}, {"expire", stats.expired},   {"flush", stats.flushed},
	};
	prometheus_single(page, "cache_entries", "gauge", "Answers kept.", stats.entries);
	prometheus_single(page, "cache_entries_max", "gauge", "Answers that fit.",
	                  stats.entries_max);
	prometheus_single(page, "cache_memory_bytes", "gauge", "Memory of the cache.",
	                  stats.memory_bytes);
	prometheus_single(page, "cache_image_bytes", "gauge", "Of that, used for answers.",
	                  stats.image_bytes);
	prometheus_begin(page, "cache_changes_total", "counter", "What was done to entries.");
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++)
		prometheus_count(page, PROMETHEUS_LABELS({"change", rows[i].name}), rows[i].value);
	prometheus_begin(page, "cache_lookups_total", "counter",
	                 "What became of questions to the cache; see /scloud/cache.");
	const struct telemetry_cache_event *event;
	for (size_t i = 0; (event = telemetry_cache_event(i)) != NULL; i++)
		prometheus_count(page, PROMETHEUS_LABELS({"event", event->name}),
		                 telemetry_sum_event(settings->pipeline, event->ops, event->event));
}

static void write_events(struct prometheus *page, const struct resolver_stats *stats)
{
	const struct {
		const char *name;
		uint64_t value;
	} rows[] = {
	    {"query", stats->queries},     {"coalesced", stats->coalesced},
	    {"refused", stats->refused},   {"refresh", stats->refreshes},
	    {"late", stats->late},         {"found", stats->found},
	    {"kept", stats->kept},         {"fell_back", stats->fell_back},
	    {"probe", stats->probes},      {"sent_udp", stats->sent_udp},
	    {"sent_tcp", stats->sent_tcp}, {"response", stats->responses},
	    {"timeout", stats->timeouts},  {"mismatched", stats->mismatched},
	    {"answered", stats->answered}, {"failed", stats->failed},
	};
	prometheus_single(page, "resolver_in_flight", "gauge", "Questions being resolved.",
	                  stats->tasks);
	prometheus_begin(page, "resolver_events_total", "counter",
	                 "What the resolver did; see /scloud/resolver.");
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++)
		prometheus_count(page, PROMETHEUS_LABELS({"event", rows[i].name}), rows[i].value);
}

enum upstream_family {
	UPSTREAM_SENT,
	UPSTREAM_ANSWERED,
	UPSTREAM_TIMED_OUT,
	UPSTREAM_RTT,
	UPSTREAM_BACKED_OFF,
};

static void write_upstream(struct prometheus *page, const struct resolver_view_data *data,
                           enum upstream_family family)
{
	for (uint32_t i = 0; i < data->server_count; i++) {
		const struct resolver_server_stats *server = &data->server[i];
		char text[NET_TEXT_BYTES];
		const struct prometheus_label *labels =
		    PROMETHEUS_LABELS({"server", net_endpoint_format(&server->endpoint, text)},
		                      {"group", server->group});
		switch (family) {
		case UPSTREAM_SENT:
			prometheus_count(page, labels, server->sent);
			break;
		case UPSTREAM_ANSWERED:
			prometheus_count(page, labels, server->answered);
			break;
		case UPSTREAM_TIMED_OUT:
			prometheus_count(page, labels, server->timed_out);
			break;
		case UPSTREAM_RTT:
			prometheus_real(page, labels, server->rtt_us / SECOND_US);
			break;
		case UPSTREAM_BACKED_OFF:
			prometheus_count(page, labels, server->backed_off);
			break;
		}
	}
}

static void write_upstreams(struct prometheus *page, const struct resolver_view_data *data)
{
	prometheus_begin(page, "upstream_queries_total", "counter",
	                 "Queries sent to a configured server.");
	write_upstream(page, data, UPSTREAM_SENT);
	prometheus_begin(page, "upstream_answers_total", "counter", "Answers that came from it.");
	write_upstream(page, data, UPSTREAM_ANSWERED);
	prometheus_begin(page, "upstream_timeouts_total", "counter", "Queries without an answer.");
	write_upstream(page, data, UPSTREAM_TIMED_OUT);
	prometheus_begin(page, "upstream_rtt_seconds", "gauge",
	                 "Smoothed round-trip time; 0: not known.");
	write_upstream(page, data, UPSTREAM_RTT);
	prometheus_begin(page, "upstream_backed_off", "gauge",
	                 "1 while it is left alone for want of answers.");
	write_upstream(page, data, UPSTREAM_BACKED_OFF);
}

static void write_resolver(struct prometheus *page, const struct telemetry_settings *settings)
{
	struct resolver_view_data *data = malloc(sizeof(*data));
	if (data != NULL && resolver_view_read(settings->resolver, data)) {
		write_events(page, &data->stats);
		write_upstreams(page, data);
	}
	free(data);
}

static void write_serials(struct prometheus *page, const struct telemetry_settings *settings)
{
	struct telemetry_zone row;
	prometheus_begin(page, "zone_serial", "gauge", "Serial of a zone; of the first ones.");
	for (uint32_t i = 0;
	     i < PROMETHEUS_ZONES_MAX && settings->zones.at(settings->zones.context, i, &row);
	     i++) {
		char text[DNS_NAME_TEXT_MAX];
		dns_name_to_text(zone_origin(row.zone)->wire, text);
		prometheus_count(
		    page,
		    PROMETHEUS_LABELS({"zone", text}, {"view", row.view != NULL ? row.view : ""}),
		    zone_serial(row.zone));
	}
}

static void write_zones(struct prometheus *page, const struct telemetry_settings *settings)
{
	const struct telemetry_zone_sums *sums = telemetry_zone_sums(settings);
	prometheus_single(page, "zones", "gauge", "Zones that are served.", sums->zones);
	prometheus_single(page, "zones_file_wrong", "gauge",
	                  "Zones whose file is wrong now: what was read before is served.",
	                  sums->former);
	prometheus_single(page, "zone_records", "gauge", "Records of all zones.", sums->records);
	prometheus_single(page, "zone_names", "gauge", "Names of all zones.", sums->names);
	prometheus_single(page, "zone_memory_bytes", "gauge", "Memory of all zones.", sums->bytes);
	write_serials(page, settings);
}

void prometheus_data(struct prometheus *page, const struct telemetry_settings *settings)
{
	write_cache(page, settings);
	write_resolver(page, settings);
	write_zones(page, settings);
}
