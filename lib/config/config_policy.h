/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* config_policy -- the sections policy, local_zone and dns64.
 *
 * What:    member names are those of the JSON keys.
 * Threads: immutable once loaded.
 * Memory:  everything pointed to belongs to the struct config around it.
 * Limits:  config/config_limits.h, and the ranges in docs/configuration.md.
 * Trust:   values that have been checked.
 * RFC:     none. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "config/config_common.h"
#include "config/config_zone.h"

enum config_deny_action {
	CONFIG_DENY_NXDOMAIN,
	CONFIG_DENY_NODATA,
	CONFIG_DENY_NULL,
	CONFIG_DENY_REFUSE,
	CONFIG_DENY_DROP
};

enum config_list_format {
	CONFIG_LIST_AUTO,
	CONFIG_LIST_DOMAINS,
	CONFIG_LIST_HOSTS,
	CONFIG_LIST_DNSMASQ,
	CONFIG_LIST_ADBLOCK,
	CONFIG_LIST_UNBOUND,
	CONFIG_LIST_RPZ
};

struct config_block_list {
	struct config_place place;
	const char *file;
	enum config_list_format format;
};

struct config_policy {
	const char **deny_domains;
	uint32_t deny_domains_count;
	enum config_deny_action deny_action;
	uint32_t deny_ttl_seconds;
	const char **allow_domains;
	uint32_t allow_domains_count;
	struct config_block_list *block_lists;
	uint32_t block_lists_count;
	struct config_acl_ref exempt_acl; /* clients without any of this */
	bool empty_zones;
	const char **empty_zone_exceptions;
	uint32_t empty_zone_exceptions_count;
	bool rebind_protection;
	struct config_address *private_addresses;
	uint32_t private_addresses_count;
	const char **private_domains;
	uint32_t private_domains_count;
};

struct config_dns64 {
	bool enabled;
	struct config_address *prefixes;
	uint32_t prefixes_count;
	struct config_acl_ref clients_acl;
	struct config_address *exclude;
	uint32_t exclude_count;
	struct config_address *exclude_ipv4;
	uint32_t exclude_ipv4_count;
	const char **ignore_domains;
	uint32_t ignore_domains_count;
	bool map_private;
	bool reverse;
};

enum config_local_zone_type {
	CONFIG_LOCAL_STATIC,
	CONFIG_LOCAL_TRANSPARENT,
	CONFIG_LOCAL_TYPETRANSPARENT,
	CONFIG_LOCAL_REDIRECT,
	CONFIG_LOCAL_REFUSE,
	CONFIG_LOCAL_DENY,
	CONFIG_LOCAL_ALWAYS_NXDOMAIN,
	CONFIG_LOCAL_ALWAYS_NODATA,
	CONFIG_LOCAL_ALWAYS_NULL,
	CONFIG_LOCAL_ALWAYS_REFUSE,
	CONFIG_LOCAL_ALWAYS_DENY,
	CONFIG_LOCAL_ALWAYS_TRANSPARENT
};

struct config_local_zone {
	struct config_place place;
	const char *name; /* absolute, with the final dot */
	enum config_local_zone_type type;
	struct config_record *records;
	uint32_t records_count;
};
