/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Ports, streams, and the process as the kernel sees it. */
#include <sys/resource.h>

#include "port/stats.h"
#include "stage/tcp_acceptor.h"
#include "telemetry/prometheus_int.h"

#define SECOND_US 1e6

struct port_family {
	const char *name, *help;
	size_t offset; /* in struct port_stats */
};

static const struct port_family port_families[] = {
    {"port_received_packets_total", "Frames that a device gave us.",
     offsetof(struct port_stats, rx_packets)},
    {"port_received_bytes_total", "Their octets.", offsetof(struct port_stats, rx_bytes)},
    {"port_received_missed_total", "Frames that came when the receive queue was full.",
     offsetof(struct port_stats, rx_missed)},
    {"port_received_errors_total", "Frames that the device refused.",
     offsetof(struct port_stats, rx_errors)},
    {"port_received_no_buffer_total", "Frames without a buffer.",
     offsetof(struct port_stats, rx_no_buffer)},
    {"port_sent_packets_total", "Frames that a device took from us.",
     offsetof(struct port_stats, tx_packets)},
    {"port_sent_bytes_total", "Their octets.", offsetof(struct port_stats, tx_bytes)},
    {"port_sent_errors_total", "Frames that the device could not send.",
     offsetof(struct port_stats, tx_errors)},
};

static void write_links(struct prometheus *page, const struct telemetry_settings *settings)
{
	struct port_link link;
	prometheus_begin(page, "port_up", "gauge", "1 while the link is up.");
	for (uint16_t i = 0; i < settings->port_count; i++)
		if (port_link_read(&settings->ports[i], &link) == RESULT_OK)
			prometheus_count(page, PROMETHEUS_LABELS({"port", settings->ports[i].name}),
			                 link.up);
}

static void write_ports(struct prometheus *page, const struct telemetry_settings *settings)
{
	struct port_stats stats[PORT_MAX];
	bool has_stats[PORT_MAX];
	for (uint16_t i = 0; i < settings->port_count; i++)
		has_stats[i] = port_stats_read(&settings->ports[i], &stats[i]) == RESULT_OK;
	for (size_t i = 0; i < ARRAY_COUNT(port_families); i++) {
		const struct port_family *family = &port_families[i];
		prometheus_begin(page, family->name, "counter", family->help);
		for (uint16_t j = 0; j < settings->port_count; j++) {
			const char *at = (const char *)&stats[j] + family->offset;
			if (has_stats[j])
				prometheus_count(
				    page, PROMETHEUS_LABELS({"port", settings->ports[j].name}),
				    *(const uint64_t *)(const void *)at);
		}
	}
	write_links(page, settings);
}

static void write_streams(struct prometheus *page, const struct telemetry_settings *settings)
{
	prometheus_begin(page, "stream_events_total", "counter",
	                 "Connections of TCP, TLS and HTTPS; see /scloud/streams.");
	for (int i = 0; i < TCP_EVENT_COUNT; i++)
		prometheus_count(
		    page, PROMETHEUS_LABELS({"event", tcp_event_name((enum tcp_event)i)}),
		    telemetry_sum_event(settings->pipeline, &stage_tcp_acceptor_ops, (unsigned)i));
}

static double seconds_of(const struct timeval *time)
{
	return (double)time->tv_sec + (double)time->tv_usec / SECOND_US;
}

static void write_process(struct prometheus *page)
{
	struct rusage usage;
	if (getrusage(RUSAGE_SELF, &usage) != 0)
		return;
	prometheus_begin(page, "process_cpu_seconds_total", "counter",
	                 "Processor time of the process.");
	prometheus_real(page, NULL, seconds_of(&usage.ru_utime) + seconds_of(&usage.ru_stime));
	prometheus_single(page, "process_resident_memory_max_bytes", "gauge",
	                  "The most memory that it ever had.", (uint64_t)usage.ru_maxrss * 1024);
}

void prometheus_edges(struct prometheus *page, const struct telemetry_settings *settings)
{
	write_ports(page, settings);
	write_streams(page, settings);
	write_process(page);
}
