/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* prometheus_int -- how the families of the page are written.
 *
 * What:    a family is begun once, then its samples follow, each with its labels.
 * Threads: as prometheus.h.
 * Memory:  the stream's.
 * Limits:  none.
 * Trust:   as prometheus.h.
 * RFC:     none. */
#pragma once

#include <stdio.h>

#include "base/latency.h"
#include "telemetry/prometheus.h"
#include "telemetry/telemetry_int.h"

#define PROMETHEUS_PREFIX "scloud_dns_"

struct prometheus {
	FILE *out;
	const char *name; /* of the family, without the prefix */
};

/* `type`: "counter", "gauge" or "histogram". */
void prometheus_begin(struct prometheus *page, const char *name, const char *type,
                      const char *help);

/* A label with its value. */
struct prometheus_label {
	const char *name;
	const char *value;
};

/* `labels` end with one without a name; NULL: none. */
void prometheus_count(const struct prometheus *page, const struct prometheus_label *labels,
                      uint64_t value);
void prometheus_real(const struct prometheus *page, const struct prometheus_label *labels,
                     double value);
/* Buckets from 100 ns to 10 s, sum and count. */
void prometheus_histogram(const struct prometheus *page, const struct prometheus_label *labels,
                          const struct latency *latency);

/* A family of one sample without labels. */
void prometheus_single(struct prometheus *page, const char *name, const char *type,
                       const char *help, uint64_t value);

#define PROMETHEUS_LABELS(...)                                                                     \
	(const struct prometheus_label[])                                                          \
	{                                                                                          \
		__VA_ARGS__,                                                                       \
		{                                                                                  \
			NULL, NULL                                                                 \
		}                                                                                  \
	}

/* The parts of the page. */
typedef void prometheus_part(struct prometheus *page, const struct telemetry_settings *settings);

prometheus_part prometheus_pipeline; /* packets, answers, latencies */
prometheus_part prometheus_stages; /* stages, links, lcores, pools */
prometheus_part prometheus_data; /* cache, resolver, zones */
prometheus_part prometheus_edges; /* ports, streams, the process */
