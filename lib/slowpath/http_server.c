/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* What all HTTP sessions share: slots of streams, and a bound on what nghttp2 allocates. */
#include <malloc.h>
#include <stdlib.h>

#include "slowpath/http_int.h"

static void *count_in(struct http_server *server, void *pointer)
{
	if (pointer != NULL)
		server->memory += malloc_usable_size(pointer);
	return pointer;
}

static bool is_too_much(const struct http_server *server, size_t size)
{
	return server->memory + size > server->limits.memory_max;
}

static void *take(size_t size, void *context)
{
	struct http_server *server = context;
	return is_too_much(server, size) ? NULL : count_in(server, malloc(size));
}

static void *take_clear(size_t count, size_t size, void *context)
{
	struct http_server *server = context;
	if (size > 0 && count > SIZE_MAX / size)
		return NULL;
	return is_too_much(server, count * size) ? NULL : count_in(server, calloc(count, size));
}

static void give(void *pointer, void *context)
{
	struct http_server *server = context;
	if (pointer != NULL)
		server->memory -= malloc_usable_size(pointer);
	free(pointer);
}

static void *change(void *pointer, size_t size, void *context)
{
	struct http_server *server = context;
	size_t before = pointer != NULL ? malloc_usable_size(pointer) : 0;
	if (size > before && is_too_much(server, size - before))
		return NULL;
	void *next = realloc(pointer, size);
	if (next == NULL)
		return NULL;
	server->memory -= before;
	return count_in(server, next);
}

static bool make_option(struct http_server *server)
{
	if (nghttp2_option_new(&server->option) != 0)
		return false;
	/* CVE-2019-9512, CVE-2019-9515: answers to PING and SETTINGS that the client does not fetch. */
	nghttp2_option_set_max_outbound_ack(server->option, HTTP_ACKS_MAX);
	nghttp2_option_set_max_settings(server->option, HTTP_SETTINGS_MAX);
	/* Our own count of frames decides: it knows how many requests were honest. */
	nghttp2_option_set_stream_reset_rate_limit(server->option, UINT32_MAX, UINT32_MAX);
	/* RFC 9113 §5.3.2: priorities are a thing of the past; keep no closed streams for them. */
	nghttp2_option_set_no_closed_streams(server->option, 1);
	nghttp2_option_set_max_deflate_dynamic_table_size(server->option, HTTP_TABLE_BYTES);
	return true;
}

enum result http_server_open(const struct http_limits *limits, struct block_pool *bodies,
                             struct http_server **out)
{
	struct http_server *server = calloc(1, sizeof(*server));
	if (server == NULL)
		return RESULT_NO_MEMORY;
	server->limits = *limits;
	server->bodies = bodies;
	server->mem = (nghttp2_mem){.mem_user_data = server,
	                            .malloc = take,
	                            .free = give,
	                            .calloc = take_clear,
	                            .realloc = change};
	if (block_pool_init(&server->slots, sizeof(struct http_stream), limits->streams_max) !=
	        RESULT_OK ||
	    !make_option(server) || !http_session_make_callbacks(server)) {
		http_server_close(server);
		return RESULT_NO_MEMORY;
	}
	*out = server;
	return RESULT_OK;
}

void http_server_close(struct http_server *server)
{
	if (server == NULL)
		return;
	nghttp2_session_callbacks_del(server->callbacks);
	nghttp2_option_del(server->option);
	block_pool_fini(&server->slots);
	free(server);
}

uint64_t http_server_memory(const struct http_server *server)
{
	return server->memory;
}

uint64_t http_server_count(const struct http_server *server, enum http_event event)
{
	return server->counts[event];
}
