/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* The world's state, its chance, and its transcript. */
#include "sim.h"

#include <inttypes.h>
#include <malloc.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dns/rrtype.h"

struct sim sim;

uint64_t sim_random(void *context)
{
	(void)context;
	sim.random ^= sim.random << 13;
	sim.random ^= sim.random >> 7;
	sim.random ^= sim.random << 17;
	return sim.random * 0x2545f4914f6cdd1du;
}

unsigned sim_draw(unsigned below)
{
	return (unsigned)((sim_random(NULL) >> 33) % below);
}

static void set_defaults(struct sim_settings *settings)
{
	static const struct resolver_hint hint = {
	    .name = {.len = 8, .label_count = 2, .wire = "\1a\4root"},
	    .address = {.family = 4, .octets = {10, 0, 0, 1}},
	};
	settings->iterates = true;
	settings->hint[0] = hint;
	settings->hint_count = 1;
	settings->use_cache = true;
	settings->failure_ms = 5000;
	settings->engine.tasks_max = 256;
	settings->engine.clients_max = SIM_CLIENTS_MAX;
	settings->engine.deadline_ms = RESOLVER_DEADLINE_MS_DEFAULT;
	settings->engine.port_slots = 64;
	settings->engine.random = sim_random;
	settings->cache.entries_max = 512;
}

void sim_start(void)
{
	static const uint64_t secret[2] = {3, 4};
	dns_name_hash_seed(secret);
	/* The engine's tables are large and hardly used: fresh pages need not be cleared by hand. */
	mallopt(M_MMAP_THRESHOLD, 1 << 20);
}

void sim_close(void)
{
	host_close();
	net_reset();
	server_reset();
	reply_reset();
	for (unsigned i = 0; i < sim.client_count; i++)
		free(sim.client[i].message);
	sim.client_count = 0;
}

void sim_reset(uint64_t seed)
{
	bool verbose = sim.verbose;
	sim_close();
	/* What is large is emptied by its count. */
	sim.settings = (struct sim_settings){.failure_ms = 0};
	sim.now_ms = SIM_START_MS;
	sim.random = seed * 0x9e3779b97f4a7c15u | 1;
	sim.rule_count = 0;
	sim.sent_count = 0;
	sim.sent_mark = 0;
	sim.verbose = verbose;
	sim.failures = 0;
	sim.kept = 0;
	sim.refreshes = 0;
	sim.allocations = 0;
	set_defaults(&sim.settings);
	for (unsigned i = 0; i < 8; i++)
		sim_random(NULL);
}

void sim_say(const char *format, ...)
{
	va_list arguments;
	if (!sim.verbose)
		return;
	va_start(arguments, format);
	printf("%9" PRIu64 " ms  ", sim.now_ms - SIM_START_MS);
	vprintf(format, arguments);
	putchar('\n');
	va_end(arguments);
}

void sim_fail(struct script_place place, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	sim.failures++;
	printf("%s:%u: at %" PRIu64 " ms: ", place.file, place.line, sim.now_ms - SIM_START_MS);
	vprintf(format, arguments);
	putchar('\n');
	va_end(arguments);
}

static void say_record(void *context, enum dns_section section, const struct record *record)
{
	static const char *const names[] = {"", "answer", "authority", "additional"};
	char text[RECORD_TEXT_MAX];
	(void)context;
	if (record->type == 41)
		return;
	record_text(record, text);
	printf("                %-10s %s\n", names[section], text);
}

void sim_say_message(const uint8_t *message, size_t len)
{
	if (sim.verbose && !message_walk(message, len, say_record, NULL))
		printf("                (and something that cannot be read)\n");
}
