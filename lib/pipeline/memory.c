/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Memory of the pipeline itself, made at start and freed at the end: cache aligned, on one NUMA node. */
#include <rte_malloc.h>

#include "pipeline/pipeline_int.h"

void *pipeline_memory_make(size_t bytes, int socket)
{
	return rte_zmalloc_socket("pipeline", bytes, CACHE_LINE_BYTES, socket);
}

void pipeline_memory_free(void *memory)
{
	rte_free(memory);
}
