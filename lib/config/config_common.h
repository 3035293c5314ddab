/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* config_common -- what several sections of the configuration are made of.
 *
 * What:    addresses, places in the file, access lists, policies.
 * Threads: immutable once loaded.
 * Memory:  everything pointed to belongs to the struct config around it.
 * Limits:  config/config_limits.h, and the ranges in docs/configuration.md.
 * Trust:   values that have been checked.
 * RFC:     none. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* An address, with what may stand beside it: ":53" (port) or "/24" (prefix_len). */
struct config_address {
	uint8_t family; /* 4 or 6; 0: none given */
	uint8_t prefix_len; /* 32 or 128 where none was given */
	uint16_t port; /* host order; 0 where it has none */
	uint8_t octets[16]; /* IPv4 in the first four */
};

/* Where an element of a list stands in the file. The first member of each of them. */
struct config_place {
	uint32_t line; /* 1.. */
	uint32_t column; /* 1.., in characters */
};

struct config_acl {
	struct config_place place;
	const char *name;
	struct config_address *networks;
	uint32_t networks_count;
};

/* A key that takes an access list: the name of one, a prefix, or any, none, localhost. */
struct config_acl_ref {
	const char *text; /* as written; "" is none */
	const struct config_acl *acl; /* never NULL: a bare prefix makes a list of its own */
};

enum config_forward_policy {
	CONFIG_FORWARD_FIRST, /* the first that answers, in the order of the file */
	CONFIG_FORWARD_ROUND_ROBIN,
	CONFIG_FORWARD_FASTEST,
};
