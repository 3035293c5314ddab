/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* reader -- what the files that read a configuration share: errors, the key path, references.
 *
 * What:    a struct reader goes with one reading, from text to a checked struct config.
 * Threads: one.
 * Memory:  what lives as long as the configuration comes from `memory`, the rest from `scratch`.
 * Limits:  config/config_limits.h.
 * Trust:   keys and values are foreign text.
 * RFC:     none. */
#pragma once

#include <json-c/json_object.h>

#include "config/config.h"
#include "config/memory.h"
#include "config/option.h"
#include "config/position.h"

/* A value that names something else in the file; resolved when all is read. */
struct reader_reference {
	struct reader_reference *next;
	const struct option *option;
	void *value;
	const char *text;
	const char *path; /* of the key, for messages */
	struct config_place place;
};

struct reader {
	struct config *config;
	struct config_memory *memory;
	struct config_memory *scratch;
	struct config_problems *problems;
	const struct config_source *source;
	const char *folder; /* "" or one that ends in a slash */
	const struct config_position *root;
	struct reader_reference *references;
	struct reader_reference **references_end;
	bool out_of_memory;
	unsigned quiet; /* > 0: inside of something pending, which is told once for all of it */
	struct config_place place; /* of the value being read */
	size_t path_len;
	char path[CONFIG_KEY_BYTES];
	struct {
		const struct option *option;
		struct json_object *json;
	} defaults[512]; /* parsed default texts, by a hash of the row's address */
};

/* Adds to the key path: a key, an element's index. Returns the former length for reader_leave(). */
size_t reader_enter_key(struct reader *reader, const char *key);
size_t reader_enter_index(struct reader *reader, uint32_t index);
void reader_leave(struct reader *reader, size_t path_len);

/* Notes an error or a warning at a place; the text is complete. */
void reader_error(struct reader *reader, struct config_place place, const char *format, ...)
    PRINTF_LIKE(3, 4);
void reader_warn(struct reader *reader, struct config_place place, const char *format, ...)
    PRINTF_LIKE(3, 4);

/* Memory of the configuration, zeroed; NULL after noting that there is none. */
void *reader_take(struct reader *reader, size_t count, size_t size);
char *reader_text(struct reader *reader, const char *text);

/* Reads one value (no list, no object) into the place in a struct. Returns whether it was good; a bad one
 * is not reported and changes nothing. */
bool reader_value(struct reader *reader, const struct option *option, struct json_object *json,
                  void *value);

/* "found X, allowed: Y" for a value that was not good. */
void reader_bad_value(struct reader *reader, const struct option *option, struct json_object *json);

/* A JSON value for messages: cut where it is long, hidden where it is secret. */
void reader_found_text(const struct option *option, struct json_object *json, char *out,
                       size_t size);

/* Reads an object (NULL: only defaults) by its table into a zeroed struct. */
void reader_object(struct reader *reader, const struct option_table *table,
                   struct json_object *json, const struct config_position *position, void *object);

/* After reading: references, doubles, what must go together. */
void reader_check(struct reader *reader);
void reader_check_listeners(struct reader *reader);
void reader_check_ports(struct reader *reader);
void reader_check_forwarders(struct reader *reader);
/* recursion.egress and egress_port. */
void reader_check_egress(struct reader *reader);
/* check_watch.c */
void reader_check_watch(struct reader *reader);
/* check_dns64.c */
void reader_check_dns64(struct reader *reader);

/* The name servers of a resolv.conf(5); at most CONFIG_RESOLV_CONF_MAX. Returns how many. */
uint32_t reader_resolv_conf(const char *path, struct config_address *out);
