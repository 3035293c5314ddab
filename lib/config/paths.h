/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* paths -- every path that a configuration names.
 *
 * What:    walks the table of options: a row of type OPTION_PATH is found without being named here, so that
 *          new options are part of the sandbox's lists by themselves.
 * Threads: any; the configuration is immutable.
 * Memory:  none.
 * Limits:  none.
 * Trust:   values that have been checked; the files need not exist.
 * RFC:     none. */
#pragma once

#include <stdbool.h>

#include "config/config.h"

/* Calls visit(context, path, is_written) for each path that is not empty; is_written: the row says that the
 * server writes the file, or files in the folder. */
void config_paths_visit(const struct config *config,
                        void (*visit)(void *context, const char *path, bool is_written),
                        void *context);
