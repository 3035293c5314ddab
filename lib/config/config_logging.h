/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* config_logging -- how much is written to the log, in which form, and where.
 *
 * What:    the section `logging`.
 * Threads: immutable once loaded.
 * Memory:  everything pointed to belongs to the struct config around it.
 * Limits:  the ranges in docs/configuration.md.
 * Trust:   values that have been checked.
 * RFC:     none. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/log.h"
#include "config/config_common.h"

/* The level of one component, instead of logging.level. */
struct config_log_level {
	struct config_place place;
	const char *component;
	enum log_level level;
};

struct config_logging {
	enum log_level level;
	enum log_format format;
	const char *file; /* "": standard error */
	bool dyn_ui;
	bool rotate;
	bool live_print;
	uint32_t max_size_mb;
	uint32_t keep_files;
	uint32_t burst;
	uint32_t burst_window_ms;
	struct config_log_level *levels;
	uint32_t levels_count;
};
