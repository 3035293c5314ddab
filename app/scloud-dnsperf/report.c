/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Tables and files of one measurement. */
#include "report.h"

#include <math.h>
#include <string.h>

#include <json-c/json.h>

#include "dns/message.h"

static const struct {
	const char *name;
	double share;
} percentiles[] = {
    {"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}, {"p99.9", 0.999}, {"p99.99", 0.9999},
};

static double share_of(uint64_t part, uint64_t whole)
{
	return whole > 0 ? 100.0 * (double)part / (double)whole : 0;
}

static double mean(uint64_t sum, uint64_t count)
{
	return count > 0 ? (double)sum / (double)count : 0;
}

static double rate_of(const struct session_result *result)
{
	return result->seconds > 0 ? (double)result->counts.answered / result->seconds : 0;
}

uint64_t report_wrong(const struct worker_counts *counts)
{
	return counts->mismatched + counts->unexpected + counts->other_records +
	       counts->bad_checksum;
}

/* From the buckets: exact to one part in 256. */
static double deviation(const struct histogram *latency)
{
	double average = mean(latency->sum, latency->count);
	double squares = 0;
	for (uint32_t i = 0; i < HISTOGRAM_BUCKETS; i++) {
		double off = (double)histogram_bucket_top(i) - average;
		squares += latency->bucket[i] > 0 ? (double)latency->bucket[i] * off * off : 0;
	}
	return latency->count > 1 ? sqrt(squares / (double)(latency->count - 1)) : 0;
}

static void print_codes(const struct worker_counts *counts, FILE *out)
{
	char buffer[DNS_NUMBER_TEXT_MAX];
	const char *comma = "";
	fprintf(out, "  Response codes:       ");
	for (unsigned i = 0; i < WORKER_RCODES; i++) {
		if (counts->rcode[i] == 0)
			continue;
		fprintf(out, "%s%s %llu (%.2f%%)", comma, dns_rcode_text(i, buffer),
		        (unsigned long long)counts->rcode[i],
		        share_of(counts->rcode[i], counts->answered));
		comma = ", ";
	}
	fprintf(out, "\n");
}

static void print_wrong(const struct worker_counts *counts, FILE *out)
{
	const struct {
		const char *what;
		uint64_t count;
	} rows[] = {
	    {"another code than expected", counts->unexpected},
	    {"other records than expected", counts->other_records},
	    {"another question or client", counts->mismatched},
	    {"wrong checksum", counts->bad_checksum},
	    {"late, twice, unasked", counts->unknown},
	    {"truncated (TC)", counts->truncated},
	    {"no buffer to send from", counts->no_buffer},
	};
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		if (rows[i].count > 0)
			fprintf(out, "  %-30s %llu\n", rows[i].what,
			        (unsigned long long)rows[i].count);
	}
}

void report_text(const struct options *options, const struct session_result *result, FILE *out)
{
	const struct worker_counts *counts = &result->counts;
	const struct histogram *latency = &result->latency;
	fprintf(out, "Statistics:\n\n");
	fprintf(out, "  Queries sent:         %llu\n", (unsigned long long)counts->sent);
	fprintf(out, "  Queries completed:    %llu (%.2f%%)\n",
	        (unsigned long long)counts->answered, share_of(counts->answered, counts->sent));
	fprintf(out, "  Queries lost:         %llu (%.2f%%)\n\n", (unsigned long long)counts->lost,
	        share_of(counts->lost, counts->sent));
	print_codes(counts, out);
	fprintf(out, "  Average packet size:  request %.0f, response %.0f\n",
	        mean(counts->query_octets, counts->sent),
	        mean(counts->answer_octets, counts->answered));
	fprintf(out, "  Run time (s):         %.6f\n", result->seconds);
	fprintf(out, "  Queries per second:   %.6f\n", rate_of(result));
	if (options->rate > 0)
		fprintf(out, "  Wanted per second:    %llu\n", (unsigned long long)options->rate);
	if (latency->count > 0) {
		fprintf(out, "\n  Average Latency (s):  %.6f (min %.6f, max %.6f)\n",
		        mean(latency->sum, latency->count) / 1e9, (double)latency->least / 1e9,
		        (double)latency->largest / 1e9);
		fprintf(out, "  Latency StdDev (s):   %.6f\n", deviation(latency) / 1e9);
		fprintf(out, "  Latency (us):        ");
		for (size_t i = 0; i < ARRAY_COUNT(percentiles); i++)
			fprintf(out, " %s %.1f", percentiles[i].name,
			        (double)histogram_percentile(latency, percentiles[i].share) / 1e3);
		fprintf(out, "\n");
	}
	fprintf(out, "\n");
	print_wrong(counts, out);
}

/* -- JSON -- */

static void put_u64(struct json_object *object, const char *key, uint64_t value)
{
	json_object_object_add(object, key, json_object_new_uint64(value));
}

static void put_double(struct json_object *object, const char *key, double value)
{
	json_object_object_add(object, key, json_object_new_double(value));
}

static struct json_object *latency_object(const struct histogram *latency)
{
	struct json_object *object = json_object_new_object();
	put_u64(object, "count", latency->count);
	if (latency->count == 0)
		return object;
	put_double(object, "average_us", mean(latency->sum, latency->count) / 1e3);
	put_double(object, "min_us", (double)latency->least / 1e3);
	put_double(object, "max_us", (double)latency->largest / 1e3);
	put_double(object, "deviation_us", deviation(latency) / 1e3);
	for (size_t i = 0; i < ARRAY_COUNT(percentiles); i++) {
		char key[16];
		snprintf(key, sizeof(key), "%s_us", percentiles[i].name);
		put_double(object, key,
		           (double)histogram_percentile(latency, percentiles[i].share) / 1e3);
	}
	return object;
}

static struct json_object *codes_object(const struct worker_counts *counts)
{
	char buffer[DNS_NUMBER_TEXT_MAX];
	struct json_object *object = json_object_new_object();
	for (unsigned i = 0; i < WORKER_RCODES; i++) {
		if (counts->rcode[i] > 0)
			put_u64(object, dns_rcode_text(i, buffer), counts->rcode[i]);
	}
	return object;
}

static struct json_object *steps_array(const struct report_step *steps, size_t count)
{
	struct json_object *array = json_object_new_array();
	for (size_t i = 0; i < count; i++) {
		struct json_object *row = json_object_new_object();
		put_double(row, "wanted", steps[i].wanted);
		put_double(row, "sent", steps[i].sent);
		put_double(row, "answered", steps[i].answered);
		put_double(row, "loss_percent", steps[i].loss_percent);
		put_double(row, "p50_us", steps[i].p50_us);
		put_double(row, "p99_us", steps[i].p99_us);
		json_object_object_add(row, "good", json_object_new_boolean(steps[i].good));
		json_object_array_add(array, row);
	}
	return array;
}

enum result report_json(const struct options *options, const struct session_result *result,
                        const struct report_step *steps, size_t step_count, const char *path)
{
	const struct worker_counts *counts = &result->counts;
	struct json_object *root = json_object_new_object();
	if (root == NULL)
		return RESULT_NO_MEMORY;
	put_double(root, "seconds", result->seconds);
	put_double(root, "answers_per_second", rate_of(result));
	put_u64(root, "wanted_per_second", options->rate);
	put_u64(root, "in_flight", options->rate > 0 || options->ramp ? 0 : options->in_flight);
	put_u64(root, "sent", counts->sent);
	put_u64(root, "answered", counts->answered);
	put_u64(root, "lost", counts->lost);
	put_u64(root, "unexpected", counts->unexpected);
	put_u64(root, "other_records", counts->other_records);
	put_u64(root, "mismatched", counts->mismatched);
	put_u64(root, "bad_checksum", counts->bad_checksum);
	put_u64(root, "unknown", counts->unknown);
	put_u64(root, "truncated", counts->truncated);
	put_double(root, "query_octets", mean(counts->query_octets, counts->sent));
	put_double(root, "answer_octets", mean(counts->answer_octets, counts->answered));
	json_object_object_add(root, "rcode", codes_object(counts));
	json_object_object_add(root, "latency", latency_object(&result->latency));
	if (steps != NULL)
		json_object_object_add(root, "ramp", steps_array(steps, step_count));
	bool is_stdout = strcmp(path, "-") == 0;
	FILE *out = is_stdout ? stdout : fopen(path, "we");
	bool ok =
	    out != NULL &&
	    fprintf(out, "%s\n", json_object_to_json_string_ext(root, JSON_C_TO_STRING_PRETTY)) > 0;
	if (out != NULL && !is_stdout)
		ok &= fclose(out) == 0;
	json_object_put(root);
	return ok ? RESULT_OK : RESULT_IO;
}

enum result report_histogram(const struct histogram *latency, const char *path)
{
	uint64_t seen = 0;
	FILE *out = fopen(path, "we");
	if (out == NULL)
		return RESULT_IO;
	fprintf(out, "# microseconds  count  share\n");
	for (uint32_t i = 0; i < HISTOGRAM_BUCKETS; i++) {
		if (latency->bucket[i] == 0)
			continue;
		seen += latency->bucket[i];
		fprintf(out, "%.3f %llu %.8f\n", (double)histogram_bucket_top(i) / 1e3,
		        (unsigned long long)latency->bucket[i],
		        (double)seen / (double)latency->count);
	}
	return fclose(out) == 0 ? RESULT_OK : RESULT_IO;
}
