/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Leaves nothing behind of DPDK's runtime folder. */
#include "runtime_dir.h"

#include <dirent.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <unistd.h>

#include <rte_eal.h>

void runtime_dir_remember(char folder[RUNTIME_DIR_BYTES])
{
	snprintf(folder, RUNTIME_DIR_BYTES, "%s", rte_eal_get_runtime_dir());
}

void runtime_dir_remove(const char *folder)
{
	DIR *stream = opendir(folder);
	if (stream == NULL)
		return;
	for (struct dirent *entry = readdir(stream); entry != NULL; entry = readdir(stream)) {
		if (entry->d_type != DT_DIR)
			(void)unlinkat(dirfd(stream), entry->d_name, 0);
	}
	closedir(stream);
	(void)rmdir(folder);
	/* The folder of all prefixes, which EAL made if we are the first: it goes with the last one. */
	char parent[RUNTIME_DIR_BYTES];
	snprintf(parent, sizeof(parent), "%s", folder);
	(void)rmdir(dirname(parent));
}
