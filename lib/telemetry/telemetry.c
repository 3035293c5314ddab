/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* The table of commands, and the lock that keeps a command from looking at a pipeline that goes away. */
#include "telemetry/telemetry.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "telemetry/telemetry_int.h"

static const struct command {
	const char *name;
	telemetry_fill fill;
	const char *help;
} commands[] = {
    {"/scloud/stats", telemetry_stats,
     "Packets in, answered, dropped by name, in flight; answers by code; rates. No parameters"},
    {"/scloud/workers", telemetry_workers,
     "Each stage instance: thread, packets, outputs, drops, cycles. Parameter: first entry"},
    {"/scloud/links", telemetry_links,
     "Each link: policy, credits, in use, waits (the consumer was slow). Parameter: first entry"},
    {"/scloud/lcores", telemetry_lcores,
     "Each lcore: thread, load in permille, turns, sleeps. Parameter: first entry"},
    {"/scloud/ports", telemetry_ports,
     "Each port: driver, link, MTU, queues, abilities, counters. Parameter: first entry"},
    {"/scloud/xstats", telemetry_xstats,
     "All that a port's driver counts. Parameters: name of the port, first entry"},
    {"/scloud/streams", telemetry_streams,
     "Connections of TCP and TLS: accepted, how they ended, handshakes. No parameters"},
    {"/scloud/drops", telemetry_drops, "Every reason to drop, its count. No parameters"},
    {"/scloud/version", telemetry_version, "Version of scloud-dns and DPDK. No parameters"},
};

/* DPDK 22.11 hands its callbacks no context, so this is the one place that needs a global. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct telemetry_settings current;
static bool is_open;
static bool is_registered;

/* DPDK passes the command that was called, which says which row it is. */
static int dispatch(const char *name, const char *params, struct rte_tel_data *reply)
{
	for (size_t i = 0; i < ARRAY_COUNT(commands); i++) {
		if (strcmp(commands[i].name, name) != 0)
			continue;
		pthread_mutex_lock(&lock);
		int status = is_open ? commands[i].fill(&current, params, reply) : -EAGAIN;
		pthread_mutex_unlock(&lock);
		return status;
	}
	return -EINVAL;
}

enum result telemetry_open(const struct telemetry_settings *settings)
{
	for (size_t i = 0; i < ARRAY_COUNT(commands) && !is_registered; i++) {
		if (rte_telemetry_register_cmd(commands[i].name, dispatch, commands[i].help) != 0)
			return RESULT_UNSUPPORTED;
	}
	is_registered = true;
	pthread_mutex_lock(&lock);
	current = *settings;
	is_open = true;
	pthread_mutex_unlock(&lock);
	return RESULT_OK;
}

void telemetry_close(void)
{
	pthread_mutex_lock(&lock);
	is_open = false;
	pthread_mutex_unlock(&lock);
}

bool telemetry_parse_start(const char *params, uint16_t *out)
{
	if (params == NULL || *params == '\0') {
		*out = 0;
		return true;
	}
	char *end;
	unsigned long start = strtoul(params, &end, 10);
	if (*params < '0' || *params > '9' || *end != '\0' || start > UINT16_MAX)
		return false;
	*out = (uint16_t)start;
	return true;
}

int telemetry_list(uint16_t count, const char *params, const struct pipeline *pipeline,
                   telemetry_add add, struct rte_tel_data *reply)
{
	uint16_t start;
	if (!telemetry_parse_start(params, &start))
		return -EINVAL;
	rte_tel_data_start_dict(reply);
	if (start > count)
		start = count;
	uint16_t end = count - start > TELEMETRY_PAGE ? (uint16_t)(start + TELEMETRY_PAGE) : count;
	for (uint16_t i = start; i < end; i++) {
		int status = add(pipeline, i, reply);
		if (status != 0)
			return status;
	}
	rte_tel_data_add_dict_u64(reply, "count", count);
	if (end < count)
		rte_tel_data_add_dict_u64(reply, "next", end);
	return 0;
}
