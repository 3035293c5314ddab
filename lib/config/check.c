/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* What a table's row cannot say: names that must be there, be unique, or go together. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "config/out.h"
#include "config/reader.h"
#include "config/text.h"

/* Elements with errors may have no name. */
static bool is_named(const char *name, const char *wanted)
{
	return name != NULL && strcmp(name, wanted) == 0;
}

static const struct config_acl *find_acl(const struct config *config, const char *name)
{
	for (uint32_t i = 0; i < config->acl_count; i++) {
		if (is_named(config->acl[i].name, name))
			return &config->acl[i];
	}
	return NULL;
}

/* An access list of its own for "any", "none", "localhost" or a prefix; NULL: no memory. */
static const struct config_acl *make_acl(struct reader *reader, const char *text,
                                         const char *const *networks, uint32_t count)
{
	struct config_acl *acl = reader_take(reader, 1, sizeof(*acl));
	if (acl == NULL)
		return NULL;
	acl->name = text;
	acl->networks = reader_take(reader, count + 1, sizeof(*acl->networks));
	for (uint32_t i = 0; i < count && acl->networks != NULL; i++) {
		if (config_text_network(networks[i], &acl->networks[i]))
			acl->networks_count++;
	}
	return acl;
}

static void resolve_acl(struct reader *reader, const struct reader_reference *reference)
{
	static const char *const any[] = {"0.0.0.0/0", "::/0"};
	static const char *const localhost[] = {"127.0.0.0/8", "::1/128"};
	struct config_acl_ref *ref = reference->value;
	const char *text = reference->text;
	struct config_address network;
	ref->acl = find_acl(reader->config, text);
	if (ref->acl != NULL)
		return;
	if (strcmp(text, "any") == 0)
		ref->acl = make_acl(reader, text, any, ARRAY_COUNT(any));
	else if (strcmp(text, "none") == 0 || text[0] == '\0')
		ref->acl = make_acl(reader, text, NULL, 0);
	else if (strcmp(text, "localhost") == 0)
		ref->acl = make_acl(reader, text, localhost, ARRAY_COUNT(localhost));
	else if (config_text_network(text, &network))
		ref->acl = make_acl(reader, text, &text, 1);
	else
		reader_error(
		    reader, reference->place,
		    "%s: found \"%s\", which is no acl of this file, allowed: the name of an "
		    "acl, a prefix, \"any\", \"none\" or \"localhost\"",
		    reference->path, text);
}

static void resolve_key(struct reader *reader, const struct reader_reference *reference)
{
	struct config *config = reader->config;
	if (reference->text[0] == '\0')
		return;
	for (uint32_t i = 0; i < config->tsig_key_count; i++) {
		if (config->tsig_key[i].name != NULL &&
		    strcasecmp(config->tsig_key[i].name, reference->text) == 0) {
			*(const struct config_tsig_key **)reference->value = &config->tsig_key[i];
			return;
		}
	}
	reader_error(
	    reader, reference->place,
	    "%s: found \"%s\", which is no tsig_key of this file, allowed: the name of one",
	    reference->path, reference->text);
}

/* Adds a forwarder to recursion.forward_to unless it is there. */
static void add_forwarder(struct config_recursion *recursion,
                          const struct config_forwarder *forwarder)
{
	for (uint32_t i = 0; i < recursion->forward_to_count; i++) {
		if (recursion->forward_to[i] == forwarder)
			return;
	}
	recursion->forward_to[recursion->forward_to_count++] = forwarder;
}

static void resolve_forwarder(struct reader *reader, const struct reader_reference *reference)
{
	struct config *config = reader->config;
	bool found = strcmp(reference->text, "*") == 0;
	for (uint32_t i = 0; i < config->forwarder_count; i++) {
		const struct config_forwarder *forwarder = &config->forwarder[i];
		if (strcmp(reference->text, "*") != 0 &&
		    !is_named(forwarder->name, reference->text))
			continue;
		add_forwarder(&config->recursion, forwarder);
		found = true;
	}
	if (!found)
		reader_error(
		    reader, reference->place,
		    "%s: found \"%s\", which is no forwarder of this file, allowed: the name "
		    "of one, or \"*\"",
		    reference->path, reference->text);
}

static void resolve_references(struct reader *reader)
{
	/* "*" may be more than one: the list is made anew from its words. */
	struct config *config = reader->config;
	config->recursion.forward_to_count = 0;
	config->recursion.forward_to =
	    reader_take(reader, config->forwarder_count + 1, sizeof(*config->recursion.forward_to));
	if (config->recursion.forward_to == NULL)
		return;
	for (struct reader_reference *r = reader->references; r != NULL; r = r->next) {
		if (r->option->type == OPTION_ACL)
			resolve_acl(reader, r);
		else if (r->option->type == OPTION_KEY)
			resolve_key(reader, r);
		else
			resolve_forwarder(reader, r);
	}
}

/* Two elements of a list with the same name (their first text member, behind the place). */
static void check_names(struct reader *reader, const char *key, const void *items, uint32_t count,
                        size_t size)
{
	struct named {
		struct config_place place;
		const char *name;
	};
	const char *first = items;
	for (uint32_t i = 1; i < count; i++) {
		const struct named *one = (const void *)(first + i * size);
		for (uint32_t j = 0; j < i && one->name != NULL; j++) {
			const struct named *other = (const void *)(first + j * size);
			if (other->name == NULL || strcasecmp(one->name, other->name) != 0)
				continue;
			reader_error(
			    reader, one->place,
			    "%s[%u].name: found \"%s\" a second time, allowed: once (line %u)", key,
			    i, one->name, other->place.line);
			break;
		}
	}
}

static void check_zone(struct reader *reader, uint32_t index, const struct config_zone *zone)
{
	const char *needed = NULL;
	bool has_source = zone->inline_records ? zone->records_count > 0 : zone->file[0] != '\0';
	if (zone->type == CONFIG_ZONE_PRIMARY && !has_source)
		needed = zone->inline_records ? "\"records\" (inline is true)"
		                              : "\"file\", or "
		                                "\"inline\": true with \"records\"";
	else if ((zone->type == CONFIG_ZONE_SECONDARY || zone->type == CONFIG_ZONE_STUB) &&
	         zone->masters_count == 0)
		needed = "\"masters\"";
	else if (zone->type == CONFIG_ZONE_FORWARD && zone->forwarders_count == 0)
		needed = "\"forwarders\"";
	if (needed != NULL)
		reader_error(reader, zone->place, "zone[%u]: %s has no source, needed: %s", index,
		             zone->name, needed);
	if (!zone->inline_records && zone->records_count > 0)
		reader_error(reader, zone->place,
		             "zone[%u].records: found records, allowed: only with \"inline\": true",
		             index);
	if (zone->inline_records && zone->file[0] != '\0')
		reader_error(reader, zone->place,
		             "zone[%u].file: found a file, allowed: none with \"inline\": true",
		             index);
}

/* Gives records their TTL, and those with a priority the data with it in front. */
static void finish_records(struct reader *reader, struct config_record *records, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		struct config_record *record = &records[i];
		if (record->ttl == CONFIG_UNSET)
			record->ttl = reader->config->server.default_ttl;
		if (record->priority == CONFIG_UNSET || record->rdata == NULL)
			continue;
		size_t size = strlen(record->rdata) + 8;
		char *rdata = reader_take(reader, size, 1);
		if (rdata == NULL)
			return;
		struct config_out out = config_out_of(rdata, size);
		config_out_put(&out, "%u %s", record->priority, record->rdata);
		record->rdata = rdata;
	}
}

static void check_zones(struct reader *reader)
{
	struct config *config = reader->config;
	for (uint32_t i = 0; i < config->zone_count; i++) {
		check_zone(reader, i, &config->zone[i]);
		finish_records(reader, config->zone[i].records, config->zone[i].records_count);
	}
	for (uint32_t i = 0; i < config->local_zone_count; i++)
		finish_records(reader, config->local_zone[i].records,
		               config->local_zone[i].records_count);
	for (uint32_t i = 0; i < config->dynupdate_count; i++) {
		bool found = false;
		const struct config_dynupdate *update = &config->dynupdate[i];
		for (uint32_t j = 0; j < config->zone_count && !found; j++)
			found = strcasecmp(config->zone[j].name, update->zone) == 0;
		if (!found)
			reader_error(
			    reader, update->place,
			    "dynupdate[%u].zone: found \"%s\", allowed: the name of a zone of "
			    "this file",
			    i, update->zone);
	}
}

/* Names in large lists by sorting them: many thousand zones must not be compared with each other. */
static int zone_order(const void *a, const void *b)
{
	const struct config_zone *const *one = a;
	const struct config_zone *const *other = b;
	int order = strcasecmp((*one)->name, (*other)->name);
	if (order != 0)
		return order;
	return (*one)->place.line < (*other)->place.line ? -1 : 1;
}

static void check_zone_names(struct reader *reader)
{
	struct config *config = reader->config;
	uint32_t count = config->zone_count;
	const struct config_zone **sorted =
	    config_memory_take(reader->scratch, count + 1, sizeof(*sorted));
	if (sorted == NULL) {
		reader->out_of_memory = true;
		return;
	}
	for (uint32_t i = 0; i < count; i++)
		sorted[i] = &config->zone[i];
	qsort(sorted, count, sizeof(*sorted), zone_order);
	for (uint32_t i = 1; i < count; i++) {
		if (strcasecmp(sorted[i - 1]->name, sorted[i]->name) == 0)
			reader_error(
			    reader, sorted[i]->place,
			    "zone[%zu].name: found \"%s\" a second time, allowed: once (line "
			    "%u)",
			    (size_t)(sorted[i] - config->zone), sorted[i]->name,
			    sorted[i - 1]->place.line);
	}
}

/* Where a member of the section server stands. */
static struct config_place server_place(struct reader *reader, const char *key)
{
	const struct config_position *at = config_position_member(reader->root, "server");
	if (at != NULL)
		at = config_position_member(at, key);
	return at == NULL ? (struct config_place){0} : (struct config_place){at->line, at->column};
}

static void check_cookie_secret(struct reader *reader, const char *key, const char *text)
{
	if (text[0] == '\0' || (strlen(text) == CONFIG_COOKIE_SECRET_DIGITS &&
	                        strspn(text, "0123456789abcdefABCDEF") == strlen(text)))
		return;
	reader_error(reader, server_place(reader, key),
	             "server.%s: found another text, allowed: %d hexadecimal digits, or none", key,
	             CONFIG_COOKIE_SECRET_DIGITS);
}

static void check_cookie_secrets(struct reader *reader)
{
	const struct config_server *server = &reader->config->server;
	check_cookie_secret(reader, "cookie_secret", server->cookie_secret);
	check_cookie_secret(reader, "cookie_secret_old", server->cookie_secret_old);
	if (server->cookie_secret[0] == '\0' && server->cookie_secret_old[0] != '\0')
		reader_error(reader, server_place(reader, "cookie_secret_old"),
		             "server.cookie_secret_old: found a secret, allowed: one only beside "
		             "\"cookie_secret\"");
}

static void check_view_zones(struct reader *reader)
{
	char key[CONFIG_KEY_BYTES];
	for (uint32_t i = 0; i < reader->config->view_count; i++) {
		const struct config_view *view = &reader->config->view[i];
		snprintf(key, sizeof(key), "view[%u].zones", i);
		check_names(reader, key, view->zones, view->zones_count, sizeof(*view->zones));
	}
}

static void check_server(struct reader *reader)
{
	const struct config_server *server = &reader->config->server;
	const struct config_position *at = config_position_member(reader->root, "server");
	if (at != NULL)
		at = config_position_member(at, "max_udp_payload_ipv6");
	if (at != NULL && server->max_udp_payload_ipv6 != 0 && server->max_udp_payload_ipv6 < 512)
		reader_error(
		    reader, (struct config_place){at->line, at->column},
		    "server.max_udp_payload_ipv6: found %u, allowed: 0, or a whole number from "
		    "512 to 65535 octets",
		    server->max_udp_payload_ipv6);
}

/* Stages of the fast path come in lanes: all of them have as many instances. */
static void check_workers(struct reader *reader)
{
	const struct config_workers *workers = &reader->config->workers;
	const struct config_position *at = config_position_member(reader->root, "workers");
	const uint16_t lane_stages[] = {
	    workers->listener,     workers->decoder,      workers->query_dispatcher,
	    workers->cache_lookup, workers->zone_manager, workers->encoder,
	    workers->sender};
	uint16_t lanes = config_lanes_wanted(reader->config);
	for (size_t i = 0; i < ARRAY_COUNT(lane_stages) && at != NULL; i++) {
		if (lane_stages[i] == 0 || lane_stages[i] == lanes)
			continue;
		reader_warn(reader, (struct config_place){at->key_line, at->key_column},
		            "workers: stages of the fast path have one instance in each lane, and "
		            "there are %u lanes (the largest number here, or dpdk.lanes)",
		            lanes);
		return;
	}
}

void reader_check(struct reader *reader)
{
	struct config *config = reader->config;
	check_names(reader, "acl", config->acl, config->acl_count, sizeof(*config->acl));
	check_names(reader, "listener", config->listener, config->listener_count,
	            sizeof(*config->listener));
	check_names(reader, "forwarder", config->forwarder, config->forwarder_count,
	            sizeof(*config->forwarder));
	check_names(reader, "tsig_key", config->tsig_key, config->tsig_key_count,
	            sizeof(*config->tsig_key));
	check_names(reader, "view", config->view, config->view_count, sizeof(*config->view));
	check_names(reader, "dpdk.ports", config->dpdk.ports, config->dpdk.ports_count,
	            sizeof(*config->dpdk.ports));
	resolve_references(reader);
	/* What follows looks at whole values. */
	if (reader->problems->error_count > 0 || reader->out_of_memory)
		return;
	check_zone_names(reader);
	check_zones(reader);
	check_server(reader);
	check_cookie_secrets(reader);
	check_view_zones(reader);
	check_workers(reader);
	reader_check_listeners(reader);
	reader_check_ports(reader);
	reader_check_forwarders(reader);
	reader_check_egress(reader);
	reader_check_watch(reader);
	reader_check_dns64(reader);
}
