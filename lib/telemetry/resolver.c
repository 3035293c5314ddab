/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* /scloud/resolver: questions to other servers, and each configured one of them. */
#include <stdlib.h>

#include "telemetry/telemetry_int.h"

static void add_stats(const struct resolver_stats *stats, struct json_object *reply)
{
	const struct {
		const char *name;
		uint64_t value;
	} rows[] = {
	    {"in_flight", stats->tasks},       {"queries", stats->queries},
	    {"coalesced", stats->coalesced},   {"refused", stats->refused},
	    {"refreshes", stats->refreshes},   {"late", stats->late},
	    {"found", stats->found},           {"kept", stats->kept},
	    {"fell_back", stats->fell_back},   {"probes", stats->probes},
	    {"sent_udp", stats->sent_udp},     {"sent_tcp", stats->sent_tcp},
	    {"responses", stats->responses},   {"timeouts", stats->timeouts},
	    {"mismatched", stats->mismatched}, {"answered", stats->answered},
	    {"failed", stats->failed},
	};
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++)
		telemetry_add_number(reply, rows[i].name, rows[i].value);
}

static void add_server(const struct resolver_server_stats *server, struct json_object *array)
{
	char text[NET_TEXT_BYTES];
	struct json_object *entry = json_object_new_object();
	telemetry_add_text(entry, "server", net_endpoint_format(&server->endpoint, text));
	telemetry_add_text(entry, "group", server->group);
	telemetry_add_number(entry, "rtt_us", server->rtt_us);
	telemetry_add_number(entry, "sent", server->sent);
	telemetry_add_number(entry, "answered", server->answered);
	telemetry_add_number(entry, "timed_out", server->timed_out);
	telemetry_add_number(entry, "timed_out_in_a_row", server->fails);
	telemetry_add_number(entry, "backed_off", server->backed_off);
	json_object_array_add(array, entry);
}

enum result telemetry_resolver(const struct telemetry_settings *settings,
                               const struct telemetry_request *request, struct json_object *reply)
{
	struct resolver_view_data *data = malloc(sizeof(*data));
	struct json_object *array = json_object_new_array();
	enum result result = data == NULL || array == NULL ? RESULT_NO_MEMORY : RESULT_OK;
	if (result == RESULT_OK && !resolver_view_read(settings->resolver, data))
		result = RESULT_BUSY;
	if (result != RESULT_OK) {
		json_object_put(array);
		free(data);
		return result;
	}
	const uint32_t end = telemetry_page_end(request, data->server_count);
	add_stats(&data->stats, reply);
	for (uint32_t i = request->first; i < end; i++)
		add_server(&data->server[i], array);
	telemetry_add(reply, "servers", array);
	telemetry_page_close(reply, end, data->server_count);
	free(data);
	return RESULT_OK;
}
