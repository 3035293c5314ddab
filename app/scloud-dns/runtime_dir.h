/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* runtime_dir -- DPDK's folder of sockets below the run directory, which has to go when we go.
 *
 * What:    rte_eal_cleanup() closes what is in the folder but leaves files and the folder itself.
 * Threads: main.
 * Memory:  the caller's.
 * Limits:  RUNTIME_DIR_BYTES.
 * Trust:   the folder is ours by its prefix; only plain files and sockets directly in it are removed.
 * RFC:     none. */
#pragma once

#define RUNTIME_DIR_BYTES 4096

/* Copies the folder's path; EAL must be up. */
void runtime_dir_remember(char folder[RUNTIME_DIR_BYTES]);

/* Removes its files and then the folder. */
void runtime_dir_remove(const char *folder);
