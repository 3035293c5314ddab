/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* option -- the table of options: one row for each key of the configuration file.
 *
 * What:    a row says name, type, place in struct config, range, default, unit, whether a change needs a
 *          restart, whether this version does it, and the sentence for people. Reading, checking,
 *          comparing, the schema, the reference page and --help all walk these rows, and nothing else
 *          knows the keys. To add an option: a member in config.h, a row here, an example if it helps.
 * Threads: constant.
 * Memory:  constant; the rows say where values go in the caller's struct.
 * Limits:  tests/unit/config/test_option.c checks the tables themselves.
 * Trust:   no input.
 * RFC:     none. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

enum option_type {
	OPTION_BOOL,
	OPTION_UINT, /* whole number, min..max */
	OPTION_DURATION, /* the same in `unit`, or text with a unit: "1500ms", "2s", "5m", "1h", "1d" */
	OPTION_SIZE, /* the same in `unit`, or text with a unit: "512", "64KiB", "2MiB", "1GiB" */
	OPTION_TEXT, /* min..max octets */
	OPTION_SECRET, /* text that is never shown */
	OPTION_PATH, /* of a file; relative to the configuration's folder */
	OPTION_NAME, /* name of an object in the file: letters, digits, "-_." */
	OPTION_DOMAIN, /* domain name, made absolute */
	OPTION_CHOICE, /* one of `words` */
	OPTION_CHOICES, /* list of `words`, a bit for each value */
	OPTION_ADDRESS, /* "10.0.0.1", "fd53::1" */
	OPTION_ENDPOINT, /* the same with a port: "10.0.0.1:53", "[fd53::1]:53" */
	OPTION_INTERFACE, /* the same with a prefix length: "10.53.0.1/24" */
	OPTION_NETWORK, /* a prefix: "10.0.0.0/8", no bits behind the length */
	OPTION_SERVER, /* the same, port 53 if it has none */
	OPTION_UPSTREAM, /* OPTION_SERVER or "resolv.conf" */
	OPTION_BASE64, /* octets; data and count */
	OPTION_LCORES, /* struct config_lcores */
	OPTION_DEVICE, /* DPDK device: virtual device or PCI address, with arguments */
	OPTION_ACL, /* struct config_acl_ref */
	OPTION_KEY, /* reference to a tsig_key */
	OPTION_FORWARDER, /* reference to a forwarder; "*" in a list: all of them */
	OPTION_OBJECT, /* `table` */
	OPTION_TYPE_COUNT
};

/* A word of OPTION_CHOICE; several words may have the same value, the first of them is the proper one. */
struct option_word {
	const char *text; /* NULL ends the list */
	uint32_t value;
	bool pending; /* understood, not done by this version */
};

struct option_table;

struct option {
	const char *key;
	enum option_type type;
	bool list; /* a list of that type; objects then are elements with a `place` in front */
	bool live; /* a change is taken over without a restart */
	bool pending; /* not done by this version: asking for it gives a warning */
	bool required;
	bool written; /* OPTION_PATH: the server writes it; the sandbox lets it */
	size_t offset; /* of the value, or of the pointer to the list's first element */
	size_t count_offset; /* lists and OPTION_BASE64: of the uint32_t count */
	size_t width; /* octets of the value */
	uint64_t min;
	uint64_t max;
	uint64_t done_max; /* this version does values up to this; 0: all */
	uint32_t items_max; /* elements of a list; 0: any number */
	const char *init; /* default as JSON text; NULL: none (numbers: CONFIG_UNSET) */
	const char *unit;
	const struct option_word *words;
	const struct option_table *table;
	const char *help; /* sentences for the reference page */
};

struct option_table {
	const struct option *rows;
	size_t count;
	size_t size; /* octets of the struct */
	const char *gate; /* key whose "true" asks for a pending section; NULL: any change does */
	const char *example; /* JSON for the reference page; NULL: none */
};

/* The whole file: struct config. */
extern const struct option_table option_root;

/* The sections' tables, one file for each group. */
extern const struct option_table option_server;
extern const struct option_table option_workers;
extern const struct option_table option_logging;
extern const struct option_table option_metrics;
extern const struct option_table option_control;
extern const struct option_table option_admin;
extern const struct option_table option_dnstap;
extern const struct option_table option_flight_recorder;
extern const struct option_table option_monitoring;
extern const struct option_table option_sandbox;
extern const struct option_table option_acl;
extern const struct option_table option_listener;
extern const struct option_table option_doh;
extern const struct option_table option_amplification;
extern const struct option_table option_tuning;
extern const struct option_table option_limits;
extern const struct option_table option_ratelimit;
extern const struct option_table option_forwarder;
extern const struct option_table option_root_hints;
extern const struct option_table option_cache;
extern const struct option_table option_recursion;
extern const struct option_table option_policy;
extern const struct option_table option_local_zone;
extern const struct option_table option_dns64;
extern const struct option_table option_record;
extern const struct option_table option_zone;
extern const struct option_table option_tsig_key;
extern const struct option_table option_axfr;
extern const struct option_table option_dnssec;
extern const struct option_table option_view;
extern const struct option_table option_dynupdate;
extern const struct option_table option_dpdk;
extern const struct option_word option_forward_words[];

/* Parts of a row: where the value is, and its range. */
#define AT(section_, member_)                                                                      \
	.offset = offsetof(struct config_##section_, member_),                                     \
	.width = sizeof(((struct config_##section_ *)0)->member_)
#define LIST_AT(section_, member_)                                                                 \
	.offset = offsetof(struct config_##section_, member_),                                     \
	.width = sizeof(((struct config_##section_ *)0)->member_[0]),                              \
	.count_offset = offsetof(struct config_##section_, member_##_count), .list = true
#define RANGE(min_, max_) .min = (min_), .max = (max_)
#define TABLE(section_, rows_)                                                                     \
	.rows = (rows_), .count = ARRAY_COUNT(rows_), .size = sizeof(struct config_##section_)

/* The member of a struct made from rows that the row stands for. */
static inline void *option_value(const struct option *option, void *object)
{
	return (char *)object + option->offset;
}

static inline const void *option_value_const(const struct option *option, const void *object)
{
	return (const char *)object + option->offset;
}

/* The elements of a list and how many there are. */
static inline const void *option_items(const struct option *option, const void *object,
                                       uint32_t *count)
{
	*count = *(const uint32_t *)(const void *)((const char *)object + option->count_offset);
	return *(const void *const *)option_value_const(option, object);
}

/* Octets of an element: the struct's for objects. */
size_t option_item_bytes(const struct option *option);

/* Reads an integer member of 1, 2, 4 or 8 octets, and writes one. */
uint64_t option_uint_get(const struct option *option, const void *value);
void option_uint_set(const struct option *option, void *value, uint64_t number);

/* The row of a key in a table, or NULL. */
const struct option *option_find(const struct option_table *table, const char *key);

/* Puts into `out` what the option takes, in words: "whole number from 1 to 65535 (ms)". */
void option_allowed_text(const struct option *option, char *out, size_t size);

/* The same in few words for tables: "1..65535", "true, false". */
void option_range_text(const struct option *option, char *out, size_t size);

/* The name of the type: "whole number", "list of addresses". */
void option_type_text(const struct option *option, char *out, size_t size);

/* The key of the table that is most like the unknown one, or NULL if none is near. */
const char *option_suggest(const struct option_table *table, const char *unknown);
