/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* scloud-dnsperf: options, one measurement or a ramp, the report. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "options.h"
#include "ramp.h"
#include "report.h"
#include "session.h"

#define EXIT_WRONG 2
#define PROGRESS_DEFAULT_S 1.0

/* Large, and there is one of each. */
static struct ramp ramp;
static struct session_result result;

static void say_begin(const struct options *options, int argc, char **argv)
{
	char server[NET_TEXT_BYTES];
	printf("scloud-dnsperf " SCLOUD_VERSION "\n[Status] Command line:");
	for (int i = 1; i < argc; i++)
		printf(" %s", argv[i]);
	printf("\n[Status] Sending queries (to %s over %s)\n",
	       net_endpoint_format(&options->route.server, server), options->device);
	fflush(stdout);
}

/* Files are asked for and cannot be written: that is a failure too. */
static int write_files(const struct options *options, const struct ramp *of_ramp)
{
	int status = EXIT_SUCCESS;
	const struct session_result *what = of_ramp != NULL ? &of_ramp->result : &result;
	if (options->json_file != NULL &&
	    report_json(options, what, of_ramp != NULL ? of_ramp->step : NULL,
	                of_ramp != NULL ? of_ramp->count : 0, options->json_file) != RESULT_OK) {
		fprintf(stderr, "scloud-dnsperf: cannot write %s\n", options->json_file);
		status = EXIT_FAILURE;
	}
	if (options->histogram_file != NULL &&
	    report_histogram(&what->latency, options->histogram_file) != RESULT_OK) {
		fprintf(stderr, "scloud-dnsperf: cannot write %s\n", options->histogram_file);
		status = EXIT_FAILURE;
	}
	return status;
}

/* A terminal sees one line that changes; -S wants lines wherever they go. */
static enum session_progress session_progress(const struct options *options)
{
	if (options->progress_s > 0)
		return SESSION_PROGRESS_LINES;
	return !options->quiet && isatty(STDERR_FILENO) ? SESSION_PROGRESS_OVER
	                                                : SESSION_PROGRESS_NONE;
}

static int measure(struct session *session)
{
	const struct options *options = session->options;
	const struct session_load load = {
	    .rate = options->rate,
	    .in_flight = options->in_flight,
	    .queries =
	        options->rounds > 0 ? (uint64_t)options->rounds * session->file.count : UINT64_MAX,
	    .seconds = options->seconds,
	    .progress = session_progress(options),
	    .progress_s = options->progress_s > 0 ? options->progress_s : PROGRESS_DEFAULT_S,
	};
	session_run(session, &load, &result);
	printf("[Status] Testing complete (%s)\n\n", result.interrupted ? "interrupted" : "done");
	report_text(options, &result, stdout);
	int status = write_files(options, NULL);
	return report_wrong(&result.counts) > 0 ? EXIT_FAILURE : status;
}

static int climb(struct session *session)
{
	const struct options *options = session->options;
	printf("\n");
	ramp_run(session, stdout, &ramp);
	if (ramp.best == 0) {
		printf("\nNo rate was good: start lower with --ramp-start.\n");
		return EXIT_FAILURE;
	}
	printf("\nHighest rate with at most %g %% lost: %llu queries per second.\n\n",
	       options->loss_percent, (unsigned long long)ramp.best);
	report_text(options, &ramp.result, stdout);
	int status = write_files(options, &ramp);
	return report_wrong(&ramp.result.counts) > 0 ? EXIT_FAILURE : status;
}

int main(int argc, char **argv)
{
	struct options options;
	static struct session session;

	if (!options_parse(argc, argv, &options))
		return EXIT_WRONG;
	if (options.help) {
		options_print_help();
		return EXIT_SUCCESS;
	}
	if (options.version) {
		printf("scloud-dnsperf " SCLOUD_VERSION "\n");
		return EXIT_SUCCESS;
	}
	const struct log_settings log = {.level = LOG_LEVEL_WARN};
	if (log_open(&log) != RESULT_OK)
		return EXIT_FAILURE;
	int status = session_open(&options, &session);
	if (status == EXIT_SUCCESS) {
		say_begin(&options, argc, argv);
		status = options.ramp ? climb(&session) : measure(&session);
	}
	session_close(&session);
	log_close();
	return status;
}
