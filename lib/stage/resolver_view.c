/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* A sequence lock: the writer never waits. */
#include "stage/resolver_view.h"

#include <string.h>

/* A writer is busy for microseconds, four times a second. */
#define TRIES_MAX 100

void resolver_view_write(struct resolver_view *view, const struct resolver *engine, uint64_t now_ms)
{
	struct resolver_view_data *data = &view->data;
	__atomic_store_n(&view->version, view->version + 1, __ATOMIC_RELAXED);
	__atomic_thread_fence(__ATOMIC_RELEASE);
	resolver_stats(engine, &data->stats);
	data->server_count = 0;
	while (data->server_count < RESOLVER_VIEW_SERVERS &&
	       resolver_server_at(engine, data->server_count, now_ms,
	                          &data->server[data->server_count]) == RESULT_OK)
		data->server_count++;
	__atomic_store_n(&view->version, view->version + 1, __ATOMIC_RELEASE);
}

bool resolver_view_read(const struct resolver_view *view, struct resolver_view_data *out)
{
	for (int i = 0; i < TRIES_MAX; i++) {
		const uint32_t version = __atomic_load_n(&view->version, __ATOMIC_ACQUIRE);
		if ((version & 1) != 0)
			continue;
		memcpy(out, &view->data, sizeof(*out));
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
		if (__atomic_load_n(&view->version, __ATOMIC_RELAXED) == version)
			return true;
	}
	return false;
}
