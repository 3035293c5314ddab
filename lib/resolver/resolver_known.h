/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* resolver_known -- what iteration remembers: delegations and the addresses of servers.
 *
 * What:    the entries of the tables in struct resolver.
 * Threads: one.
 * Memory:  tables of fixed size, made by resolver_create().
 * Limits:  resolver/resolver_limits.h.
 * Trust:   filled from referrals and answers that judge.c let through.
 * RFC:     1034 §5.3.3 (the server list), 2181 §5.4.1. */
#pragma once

#include "dns/name.h"
#include "net/prefix.h"
#include "resolver/resolver_limits.h"

#define RESOLVER_NONE UINT32_MAX

/* What a table of names keeps is headed by this. */
struct resolver_slot {
	uint64_t hash;
	uint64_t used_ms; /* 0: free */
	uint64_t until_ms;
	uint8_t name[DNS_NAME_MAX + 1];
};

/* A table of names: RESOLVER_TABLE_WAYS places for each set of hashes, of which the one that was used the
 * longest ago makes room. */
struct resolver_table {
	uint8_t *slots;
	size_t slot_bytes;
	uint32_t set_mask;
};

struct resolver_glue {
	struct net_address address;
	uint8_t ns; /* whose: index of ns_at */
	uint16_t port; /* 0: that of iteration */
};

struct resolver_lame {
	uint32_t server;
	uint64_t until_ms;
};

/* What a parent zone said about who serves a zone. Only the parent can make or renew it: what the zone
 * says of itself is not taken ("ghost domains", CVE-2012-1033). */
struct resolver_delegation {
	struct resolver_slot slot; /* the zone, and until when the parent's word holds */
	uint64_t since_ms;
	uint16_t names_len;
	uint16_t ns_at[RESOLVER_NS_MAX]; /* offsets in names */
	bool is_fixed; /* from the settings: nobody renews it, and it has no end */
	uint8_t ns_count;
	uint8_t glue_count;
	uint8_t lame_next;
	struct resolver_glue glue[RESOLVER_GLUE_MAX];
	struct resolver_lame lame[RESOLVER_LAME_MAX];
	uint8_t names[RESOLVER_NS_BYTES];
};

/* The families of addresses, as indices. */
enum resolver_family {
	RESOLVER_FAMILY_4,
	RESOLVER_FAMILY_6,
	RESOLVER_FAMILIES
};

/* The addresses of a name server's name, as its own zone says. */
struct resolver_host {
	struct resolver_slot slot;
	uint64_t until_ms[RESOLVER_FAMILIES]; /* beyond: not known */
	uint8_t count[RESOLVER_FAMILIES]; /* 0 while known: there are none */
	struct net_address address[RESOLVER_FAMILIES][RESOLVER_HOST_ADDRESSES_MAX];
};
