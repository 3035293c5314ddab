/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* The table of sections, and what can be asked of rows and tables in general. */
#include "config/option.h"

#include <stdio.h>
#include <string.h>

#include "config/config.h"

#define SECTION(member_, help_, ...)                                                               \
	{                                                                                          \
		.key = #member_, .type = OPTION_OBJECT,                                            \
		.offset = offsetof(struct config, member_),                                        \
		.width = sizeof(((struct config *)0)->member_), .help = help_, __VA_ARGS__         \
	}
#define SECTIONS(member_, help_, ...)                                                              \
	{                                                                                          \
		.key = #member_, .type = OPTION_OBJECT, .list = true, .init = "[]",                \
		.offset = offsetof(struct config, member_),                                        \
		.count_offset = offsetof(struct config, member_##_count),                          \
		.width = sizeof(((struct config *)0)->member_[0]), .help = help_, __VA_ARGS__      \
	}

static const struct option root_rows[] = {
    SECTION(server, "The server as a whole.", .table = &option_server),
    SECTION(dpdk, "The fast path: lcores, memory, ports.", .table = &option_dpdk),
    SECTION(workers, "How many instances of each stage, by their names.", .table = &option_workers),
    SECTION(logging, "Messages of the server.", .table = &option_logging),
    SECTION(sandbox, "What the process gives up once it is started.", .table = &option_sandbox),
    SECTION(metrics, "What is measured, and metrics over HTTP.", .table = &option_metrics),
    SECTION(control, "Commands of the operator, over a Unix socket.", .table = &option_control),
    SECTION(admin, "Commands over TCP.", .table = &option_admin, .pending = true),
    SECTIONS(acl,
             "Access lists. Where a key takes one, it may be the name of a list, a prefix "
             "(\"192.0.2.0/24\"), \"any\", \"none\" (or empty), or \"localhost\".",
             .table = &option_acl, .live = true),
    SECTIONS(listener, "Addresses at which we take queries, and who may ask there.",
             .table = &option_listener, .items_max = CONFIG_LISTENERS_MAX),
    SECTION(doh, "DNS over HTTPS, over HTTP/2.", .table = &option_doh),
    SECTIONS(forwarder, "Groups of servers that answer for us what we do not know.",
             .table = &option_forwarder, .live = true),
    SECTION(root_hints, "Where iteration starts.", .table = &option_root_hints),
    SECTION(cache, "Answers of other servers, kept.", .table = &option_cache),
    SECTION(recursion, "Questions outside of our zones.", .table = &option_recursion),
    SECTION(ratelimit, "Limits by rate.", .table = &option_ratelimit),
    SECTIONS(zone, "Zones that we serve or treat in a way of their own.", .table = &option_zone,
             .live = true),
    SECTIONS(tsig_key, "Keys that sign transfers and updates (RFC 8945).",
             .table = &option_tsig_key, .live = true, .pending = true),
    SECTION(axfr, "Zone transfers.", .table = &option_axfr, .pending = true),
    SECTION(dnssec, "Signing of zones.", .table = &option_dnssec, .pending = true),
    SECTION(policy, "Names that are treated in a way of their own.", .table = &option_policy),
    SECTIONS(local_zone, "Names with answers of our own, without being a zone of the world.",
             .table = &option_local_zone, .live = true),
    SECTION(dns64, "IPv6 addresses made from IPv4 ones, for clients behind a NAT64 (RFC 6147).",
            .table = &option_dns64),
    SECTION(amplification_mitigation, "Against misuse of our answers for attacks on others.",
            .table = &option_amplification),
    SECTION(tuning, "Sizes that seldom need a change.", .table = &option_tuning),
    SECTIONS(view, "Other zones for other clients.", .table = &option_view, .live = true,
             .items_max = CONFIG_VIEWS_MAX),
    SECTION(monitoring, "A log of queries.", .table = &option_monitoring),
    SECTION(dnstap, "Queries and responses for a reader of dnstap.", .table = &option_dnstap),
    SECTION(flight_recorder,
            "The last answers and drops of each lcore, kept for when something goes wrong.",
            .table = &option_flight_recorder),
    SECTIONS(dynupdate, "Changes of zones by clients (RFC 2136).", .table = &option_dynupdate,
             .live = true, .pending = true),
    SECTION(limits, "What one client, or all together, may take.", .table = &option_limits),
};

const struct option_table option_root = {
    .rows = root_rows,
    .count = ARRAY_COUNT(root_rows),
    .size = sizeof(struct config),
};

size_t option_item_bytes(const struct option *option)
{
	return option->type == OPTION_OBJECT ? option->table->size : option->width;
}

uint64_t option_uint_get(const struct option *option, const void *value)
{
	switch (option->width) {
	case 1:
		return *(const uint8_t *)value;
	case 2:
		return *(const uint16_t *)value;
	case 4:
		return *(const uint32_t *)value;
	default:
		return *(const uint64_t *)value;
	}
}

void option_uint_set(const struct option *option, void *value, uint64_t number)
{
	switch (option->width) {
	case 1:
		*(uint8_t *)value = (uint8_t)number;
		break;
	case 2:
		*(uint16_t *)value = (uint16_t)number;
		break;
	case 4:
		*(uint32_t *)value = (uint32_t)number;
		break;
	default:
		*(uint64_t *)value = number;
		break;
	}
}

const struct option *option_find(const struct option_table *table, const char *key)
{
	for (size_t i = 0; i < table->count; i++) {
		if (strcmp(table->rows[i].key, key) == 0)
			return &table->rows[i];
	}
	return NULL;
}

/* Longest key that is worth comparing. */
#define SUGGEST_KEY_MAX 48

static unsigned least(unsigned a, unsigned b, unsigned c)
{
	unsigned ab = a < b ? a : b;
	return ab < c ? ab : c;
}

/* Edits (add, remove, change a letter, ignoring case) that lead from one text to the other. */
static unsigned edits(const char *from, const char *to)
{
	unsigned row[SUGGEST_KEY_MAX + 1];
	size_t to_len = strlen(to);
	for (size_t j = 0; j <= to_len; j++)
		row[j] = (unsigned)j;
	for (size_t i = 0; from[i] != '\0'; i++) {
		unsigned diagonal = row[0];
		row[0] = (unsigned)i + 1;
		for (size_t j = 0; j < to_len; j++) {
			unsigned above = row[j + 1];
			unsigned change = (from[i] | 0x20) == (to[j] | 0x20) ? 0 : 1;
			row[j + 1] = least(diagonal + change, above + 1, row[j] + 1);
			diagonal = above;
		}
	}
	return row[to_len];
}

const char *option_suggest(const struct option_table *table, const char *unknown)
{
	const char *best = NULL;
	size_t len = strlen(unknown);
	/* A third of the letters may be wrong: "prot" for "port", not "ttl" for "tls". */
	unsigned limit = (unsigned)(len + 2) / 3 + 1;
	if (limit > CONFIG_SUGGEST_EDITS_MAX)
		limit = CONFIG_SUGGEST_EDITS_MAX;
	for (size_t i = 0; i < table->count && len <= SUGGEST_KEY_MAX; i++) {
		if (strlen(table->rows[i].key) > SUGGEST_KEY_MAX)
			continue;
		unsigned distance = edits(unknown, table->rows[i].key);
		if (distance < limit || (distance == limit && best == NULL)) {
			best = table->rows[i].key;
			limit = distance;
		}
	}
	return best;
}
