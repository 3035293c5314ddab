/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* config_zone -- the sections zone, tsig_key, axfr, dnssec, view and dynupdate.
 *
 * What:    member names are those of the JSON keys.
 * Threads: immutable once loaded.
 * Memory:  everything pointed to belongs to the struct config around it.
 * Limits:  config/config_limits.h, and the ranges in docs/configuration.md.
 * Trust:   values that have been checked.
 * RFC:     none. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/config_common.h"

enum config_zone_type {
	CONFIG_ZONE_PRIMARY,
	CONFIG_ZONE_SECONDARY,
	CONFIG_ZONE_FORWARD,
	CONFIG_ZONE_STUB
};

/* A number that the file does not give and that has no default. */
#define CONFIG_UNSET UINT32_MAX

struct config_record {
	struct config_place place;
	const char *name; /* relative to the zone, "@" */
	uint32_t ttl; /* server.default_ttl where the file has none */
	uint32_t class_code; /* key "class": 1, IN */
	const char *type;
	uint32_t priority; /* CONFIG_UNSET: none; it already stands in front of `rdata` */
	const char *rdata; /* presentation form, a priority included */
};

enum config_tsig_algorithm {
	CONFIG_TSIG_SHA1,
	CONFIG_TSIG_SHA224,
	CONFIG_TSIG_SHA256,
	CONFIG_TSIG_SHA384,
	CONFIG_TSIG_SHA512
};

struct config_tsig_key {
	struct config_place place;
	const char *name;
	enum config_tsig_algorithm algorithm;
	uint8_t *secret; /* decoded */
	uint32_t secret_count;
};

struct config_zone {
	struct config_place place;
	const char *name; /* absolute, with the final dot */
	enum config_zone_type type;
	const char *file; /* relative paths are made from the configuration file's folder */
	bool notify;
	struct config_acl_ref notify_acl;
	struct config_acl_ref allow_transfer_acl;
	struct config_acl_ref allow_update_acl;
	const struct config_tsig_key *axfr_tsig_key; /* NULL: none */
	struct config_address *masters;
	uint32_t masters_count;
	bool inline_records; /* key "inline": the records below instead of a file */
	struct config_record *records;
	uint32_t records_count;
	struct config_address *forwarders;
	uint32_t forwarders_count;
	enum config_forward_policy forward_policy;
};

struct config_axfr {
	bool enabled;
	uint32_t max_concurrent_transfers;
	uint32_t transfer_timeout_secs;
};

struct config_dnssec {
	bool enabled;
	bool auto_sign;
	uint32_t default_algo; /* number of the algorithm: 8, 10, 13..16 */
	const char *kasp_file;
	const char **trust_anchors; /* DS and DNSKEY records */
	uint32_t trust_anchors_count;
	const char *trust_anchor_file;
};

struct config_view_zone {
	struct config_place place;
	const char *name;
	const char *file;
};

struct config_view {
	struct config_place place;
	const char *name;
	struct config_acl_ref acl;
	struct config_view_zone *zones;
	uint32_t zones_count;
};

struct config_dynupdate {
	struct config_place place;
	const char *zone;
	struct config_acl_ref acl;
	const struct config_tsig_key *tsig_key;
	bool allow;
};
