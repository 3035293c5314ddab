/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* config_sandbox -- what the process gives up once it is started.
 *
 * What:    the section `sandbox`. docs/sandbox.md explains it.
 * Threads: immutable once loaded.
 * Memory:  everything pointed to belongs to the struct config around it.
 * Limits:  the ranges in docs/configuration.md.
 * Trust:   values that have been checked.
 * RFC:     none. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum config_seccomp {
	CONFIG_SECCOMP_OFF,
	CONFIG_SECCOMP_LOG,
	CONFIG_SECCOMP_ON
};

struct config_sandbox {
	const char *user; /* "": stay who we are */
	bool drop_capabilities;
	bool landlock;
	enum config_seccomp seccomp;
	const char **read_paths;
	uint32_t read_paths_count;
	const char **write_paths;
	uint32_t write_paths_count;
	const char *crash_folder; /* "": to standard error alone */
};
