/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Sinks come and go with the configuration. */
#include "watchers.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <rte_cycles.h>

#include "base/check.h"
#include "base/crash.h"
#include "base/log.h"
#include "pipeline/pipeline.h"

#define PERCENT 100u
/* Fewer packets in a second say nothing about shares. */
#define PACKETS_MIN 20u
/* After a trigger: what went wrong is in the file, the next one should be another thing. */
#define QUIET_US 10000000u
/* For all lcores to have seen that the recorder is frozen. */
#define FREEZE_TIMEOUT_US 200000u

static void take_drop(void *context, struct rte_mbuf *mbuf, enum drop_reason reason)
{
	struct watchers *watchers = context;
	const struct tap_plan *plan = tap_plan(watchers->tap);
	if (flight_is_on(watchers->flight))
		flight_drop(watchers->flight, query_of(mbuf), tap_known(reason), reason);
	if (tap_wants(plan, TAP_DROP))
		tap_drop(watchers->tap, plan, mbuf, reason);
}

static struct pipeline_rcu *rcu_of(const struct watchers *watchers)
{
	return watchers->pipeline != NULL ? pipeline_get_rcu(watchers->pipeline) : NULL;
}

/* What the last answers and drops were when the process died; `flight show FILE` reads it. */
static void write_at_crash(void *context, int fd)
{
	(void)!flight_write(context, fd, "crash");
}

void watchers_start(struct watchers *watchers, struct tap *tap, struct flight *flight,
                    struct pipeline *pipeline)
{
	*watchers = (struct watchers){.tap = tap, .flight = flight, .pipeline = pipeline};
	watchers->drops = (struct stage_drop_watch){take_drop, watchers};
	stage_watch_drops(&watchers->drops);
	if (flight != NULL)
		CHECK(crash_hook("flight", write_at_crash, flight) == RESULT_OK);
}

/* -- the query log -- */

static void close_query_log(struct watchers *watchers)
{
	struct query_log_stats stats;
	if (watchers->query_log == NULL)
		return;
	tap_detach(watchers->tap, watchers->query_log_number, rcu_of(watchers));
	query_log_stats(watchers->query_log, &stats);
	log_info("tap", "TAP001", "the query log is closed: %llu lines, %llu withheld",
	         (unsigned long long)stats.written, (unsigned long long)stats.withheld);
	query_log_close(watchers->query_log);
	watchers->query_log = NULL;
}

static bool open_query_log(struct watchers *watchers, const struct config *config)
{
	const struct query_log_settings settings = {
	    .path = config->monitoring.query_log_path,
	    .lines_per_second = config->monitoring.log_query_qps,
	    .json = config->logging.format == LOG_FORMAT_JSON,
	};
	if (!config->monitoring.enable_query_logging)
		return true;
	enum result result = query_log_open(&settings, watchers->tap, &watchers->query_log);
	if (result != RESULT_OK) {
		log_error("tap", "TAP002", "no query log: %s: %s", settings.path,
		          result == RESULT_IO ? strerror(errno) : result_text(result));
		return false;
	}
	const struct tap_sink sink = query_log_sink(watchers->query_log);
	if (tap_attach(watchers->tap, &sink, rcu_of(watchers), &watchers->query_log_number) ==
	    RESULT_OK)
		return true;
	log_error("tap", "TAP002", "no query log: too many watch already, or no memory");
	query_log_close(watchers->query_log);
	watchers->query_log = NULL;
	return false;
}

/* -- dnstap -- */

static void close_dnstap(struct watchers *watchers)
{
	struct dnstap_stats stats;
	struct tap_stats tap;
	if (watchers->dnstap == NULL)
		return;
	tap_detach(watchers->tap, watchers->dnstap_number, rcu_of(watchers));
	dnstap_stats(watchers->dnstap, &stats);
	tap_stats(watchers->tap, &tap);
	log_info("tap", "TAP003",
	         "dnstap is closed: %llu messages, %llu lost to a slow reader, %llu to full rings",
	         (unsigned long long)stats.given, (unsigned long long)stats.lost,
	         (unsigned long long)tap.lost);
	dnstap_close(watchers->dnstap);
	watchers->dnstap = NULL;
}

static bool open_dnstap(struct watchers *watchers, const struct config *config)
{
	const struct config_dnstap *from = &config->dnstap;
	const struct dnstap_settings settings = {
	    .file = from->file,
	    .socket = from->socket,
	    .identity = from->identity[0] != '\0' ? from->identity : config->server.name,
	    .version = "scloud-dns " SCLOUD_VERSION,
	    .queries = from->queries,
	    .responses = from->responses,
	    .upstream = from->upstream,
	    .sample = from->sample,
	};
	if (!from->enabled)
		return true;
	enum result result = dnstap_open(&settings, watchers->tap, &watchers->dnstap);
	if (result != RESULT_OK) {
		log_error("tap", "TAP004", "no dnstap: %s: %s", settings.file,
		          result == RESULT_IO ? strerror(errno) : result_text(result));
		return false;
	}
	const struct tap_sink sink = dnstap_sink(watchers->dnstap);
	if (tap_attach(watchers->tap, &sink, rcu_of(watchers), &watchers->dnstap_number) ==
	    RESULT_OK)
		return true;
	log_error("tap", "TAP004", "no dnstap: too many watch already, or no memory");
	dnstap_close(watchers->dnstap);
	watchers->dnstap = NULL;
	return false;
}

bool watchers_open(struct watchers *watchers, const struct config *config)
{
	close_query_log(watchers);
	close_dnstap(watchers);
	const bool has_log = open_query_log(watchers, config);
	return open_dnstap(watchers, config) && has_log;
}

void watchers_reopen(struct watchers *watchers, const struct config *config)
{
	if (watchers->query_log != NULL && query_log_reopen(watchers->query_log) != RESULT_OK)
		log_error("tap", "TAP002", "the query log %s cannot be opened again: %s",
		          config->monitoring.query_log_path, strerror(errno));
	if (watchers->dnstap == NULL || config->dnstap.socket[0] != '\0')
		return;
	close_dnstap(watchers);
	(void)open_dnstap(watchers, config);
}

void watchers_end(struct watchers *watchers)
{
	if (watchers->tap == NULL)
		return;
	watchers->pipeline = NULL;
	if (watchers->flight != NULL)
		crash_unhook(write_at_crash, watchers->flight);
	stage_watch_drops(NULL);
	close_query_log(watchers);
	close_dnstap(watchers);
}

/* -- the flight recorder -- */

static void make_path(const char *directory, const char *reason, uint32_t number,
                      char path[WATCHERS_PATH_BYTES])
{
	char stamp[32];
	const time_t now = time(NULL);
	struct tm utc;
	gmtime_r(&now, &utc);
	strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%SZ", &utc);
	snprintf(path, WATCHERS_PATH_BYTES, "%s/flight-%s-%u-%s", directory, stamp, number, reason);
	for (char *at = path + strlen(directory) + 1; *at != '\0'; at++) {
		if (*at == ' ' || *at == '/')
			*at = '-';
	}
}

enum result watchers_save(struct watchers *watchers, const char *directory, const char *reason,
                          char path[WATCHERS_PATH_BYTES])
{
	make_path(directory, reason, watchers->saved + 1, path);
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return RESULT_IO;
	flight_freeze(watchers->flight);
	(void)pipeline_pass_turn(watchers->pipeline, FREEZE_TIMEOUT_US);
	const bool written = flight_write(watchers->flight, fd, reason);
	const int why = errno;
	flight_thaw(watchers->flight);
	const bool closed = close(fd) == 0;
	if (!written || !closed) {
		errno = written ? errno : why;
		return RESULT_IO;
	}
	watchers->saved++;
	return RESULT_OK;
}

static bool is_share(uint64_t part, uint64_t whole, uint32_t percent)
{
	return percent > 0 && whole >= PACKETS_MIN && part * PERCENT >= whole * percent;
}

/* Which trigger the last second has hit; NULL: none. */
static const char *find_trigger(const struct watchers *watchers,
                                const struct config_flight_recorder *settings)
{
	struct flight_second second;
	flight_second(watchers->flight, rte_rdtsc(), &second);
	if (is_share(second.failures, second.answers, settings->servfail_percent))
		return "servfail";
	if (is_share(second.drops, second.answers + second.drops, settings->drop_percent))
		return "drops";
	if (settings->p99_us > 0 && second.answers >= PACKETS_MIN &&
	    second.p99_us > settings->p99_us)
		return "p99";
	return NULL;
}

static bool has_trigger(const struct config_flight_recorder *settings)
{
	return settings->directory[0] != '\0' &&
	       (settings->servfail_percent > 0 || settings->drop_percent > 0 ||
	        settings->p99_us > 0);
}

void watchers_tick(struct watchers *watchers, const struct config *config, uint64_t now_us)
{
	const struct config_flight_recorder *settings = &config->flight_recorder;
	char path[WATCHERS_PATH_BYTES];
	if (watchers->flight == NULL || !has_trigger(settings) ||
	    watchers->saved >= settings->files_max || now_us < watchers->quiet_until_us)
		return;
	const char *reason = find_trigger(watchers, settings);
	if (reason == NULL)
		return;
	watchers->quiet_until_us = now_us + QUIET_US;
	if (watchers_save(watchers, settings->directory, reason, path) == RESULT_OK)
		log_warn("tap", "TAP005", "the flight recorder is saved, for %s: %s", reason, path);
	else
		log_error("tap", "TAP006", "the flight recorder cannot be saved: %s: %s", path,
		          strerror(errno));
}
