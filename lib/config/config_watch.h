/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* config_watch -- the sections about who watches what passes: query log, dnstap, flight recorder.
 *
 * What:    structs, part of config/config.h.
 * Threads: as config/config.h.
 * Memory:  as config/config.h.
 * Limits:  ranges are in options_watch.c and options_operator.c.
 * Trust:   checked.
 * RFC:     none. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct config_monitoring {
	bool enable_query_logging;
	const char *query_log_path;
	uint32_t log_query_qps;
};

struct config_dnstap {
	bool enabled;
	const char *socket; /* one of these two is not "" */
	const char *file;
	const char *identity; /* "": server.name */
	bool queries;
	bool responses;
	bool upstream;
	uint32_t sample;
};

struct config_flight_recorder {
	bool enabled;
	uint32_t entries; /* for each lcore */
	const char *directory; /* "": triggers save nothing */
	uint32_t files_max;
	uint32_t servfail_percent; /* these three: 0: never */
	uint32_t drop_percent;
	uint32_t p99_us;
};
