/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* The text format: names, labels, values. */
#include <inttypes.h>
#include <stdlib.h>

#include "telemetry/latency.h"
#include "telemetry/prometheus_int.h"

/* Bounds of histograms, in seconds: a stage's work is some hundred nanoseconds, a resolution some seconds. */
static const double bounds[] = {1e-7, 2.5e-7, 5e-7, 1e-6, 2.5e-6, 5e-6, 1e-5, 2.5e-5, 5e-5,
                                1e-4, 2.5e-4, 5e-4, 1e-3, 2.5e-3, 5e-3, 1e-2, 2.5e-2, 5e-2,
                                0.1,  0.25,   0.5,  1,    2.5,    5,    10};

void prometheus_begin(struct prometheus *page, const char *name, const char *type, const char *help)
{
	page->name = name;
	fprintf(page->out, "# HELP " PROMETHEUS_PREFIX "%s %s\n", name, help);
	fprintf(page->out, "# TYPE " PROMETHEUS_PREFIX "%s %s\n", name, type);
}

static void write_escaped(FILE *out, const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '\n') {
			fputs("\\n", out);
			continue;
		}
		if (*text == '"' || *text == '\\')
			fputc('\\', out);
		fputc(*text, out);
	}
}

/* Name, labels and one more label (of a bucket), or NULL. */
static void write_name(const struct prometheus *page, const char *suffix,
                       const struct prometheus_label *labels, const char *bound)
{
	const char *before = "{";
	fprintf(page->out, PROMETHEUS_PREFIX "%s%s", page->name, suffix);
	for (; labels != NULL && labels->name != NULL; labels++) {
		fprintf(page->out, "%s%s=\"", before, labels->name);
		write_escaped(page->out, labels->value);
		fputc('"', page->out);
		before = ",";
	}
	if (bound != NULL)
		fprintf(page->out, "%sle=\"%s\"", before, bound);
	if (bound != NULL || *before == ',')
		fputc('}', page->out);
}

void prometheus_count(const struct prometheus *page, const struct prometheus_label *labels,
                      uint64_t value)
{
	write_name(page, "", labels, NULL);
	fprintf(page->out, " %" PRIu64 "\n", value);
}

void prometheus_real(const struct prometheus *page, const struct prometheus_label *labels,
                     double value)
{
	write_name(page, "", labels, NULL);
	fprintf(page->out, " %.9g\n", value);
}

static void write_bucket(const struct prometheus *page, const struct prometheus_label *labels,
                         const char *bound, uint64_t count)
{
	write_name(page, "_bucket", labels, bound);
	fprintf(page->out, " %" PRIu64 "\n", count);
}

void prometheus_histogram(const struct prometheus *page, const struct prometheus_label *labels,
                          const struct latency *latency)
{
	uint64_t count = 0;
	uint32_t at = 0;
	char bound[16];
	for (size_t i = 0; i < ARRAY_COUNT(bounds); i++) {
		/* A fine bucket counts where it ends: at most 6 % too late. */
		for (; at < LATENCY_BUCKETS &&
		       telemetry_latency_seconds(latency_bucket_top(at)) <= bounds[i];
		     at++)
			count += latency->bucket[at];
		snprintf(bound, sizeof(bound), "%g", bounds[i]);
		write_bucket(page, labels, bound, count);
	}
	for (; at < LATENCY_BUCKETS; at++)
		count += latency->bucket[at];
	write_bucket(page, labels, "+Inf", count);
	write_name(page, "_sum", labels, NULL);
	fprintf(page->out, " %.9g\n", telemetry_latency_seconds(latency->sum));
	write_name(page, "_count", labels, NULL);
	fprintf(page->out, " %" PRIu64 "\n", count);
}

void prometheus_single(struct prometheus *page, const char *name, const char *type,
                       const char *help, uint64_t value)
{
	prometheus_begin(page, name, type, help);
	prometheus_count(page, NULL, value);
}

static void write_page(const struct telemetry_settings *settings, void *context)
{
	static prometheus_part *const parts[] = {prometheus_pipeline, prometheus_stages,
	                                         prometheus_data, prometheus_edges};
	struct prometheus page = {.out = context};
	for (size_t i = 0; i < ARRAY_COUNT(parts); i++)
		parts[i](&page, settings);
}

enum result telemetry_prometheus(char **text, size_t *len)
{
	FILE *out = open_memstream(text, len);
	if (out == NULL)
		return RESULT_NO_MEMORY;
	enum result result = telemetry_look(write_page, out);
	const bool is_whole = ferror(out) == 0;
	if (fclose(out) != 0 || !is_whole)
		result = result == RESULT_OK ? RESULT_NO_MEMORY : result;
	if (result != RESULT_OK)
		free(*text);
	return result;
}
