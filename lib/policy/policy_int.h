/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* policy_int -- the inside of a policy, for the files of lib/policy.
 *
 * What:    names lead to nodes, nodes to RRsets, RRsets to rdata; zones are nodes with a type. policy.c
 *          makes it of its parts: special.c gives the rows of special names, data.c the records, list.c
 *          the lists.
 * Threads: one thread while it is made, then immutable.
 * Memory:  arrays that grow while it is made.
 * Limits:  policy/policy_limits.h.
 * Trust:   checked names and rdata.
 * RFC:     none. */
#pragma once

#include "dns/rrtype.h"
#include "policy/names.h"
#include "policy/policy.h"
#include "policy/policy_limits.h"

struct policy_zone {
	uint32_t node; /* of its name */
	uint8_t type; /* enum policy_zone_type */
	uint8_t reason; /* enum policy_reason */
	bool is_served; /* RFC 6303 §3: has a SOA and an NS record of its own making */
	bool
	    parent_has_ds; /* questions for DS of the zone's name are the parent's (RFC 4035 §3.1.4.1) */
};

/* A name with local data, one above such a name, or a zone's name. */
struct policy_node {
	uint32_t zone; /* that begins here; POLICY_NO_ZONE */
	uint32_t set; /* first of its RRsets */
	uint32_t set_count;
};

struct policy_set {
	uint16_t type;
	uint16_t count;
	uint32_t ttl;
	uint32_t rdata; /* first of its records */
};

/* A record that is being added. */
struct policy_draft {
	uint32_t node;
	uint32_t order; /* as they came */
	uint32_t ttl;
	uint16_t type;
	uint16_t len;
	uint8_t *data;
};

struct policy {
	struct policy_names names;
	struct policy_zone *zones;
	uint32_t zone_count;
	struct policy_node *nodes;
	uint32_t node_count;
	uint32_t node_size;
	struct policy_set *sets;
	uint32_t set_count;
	struct dns_rdata *rdata;
	struct policy_draft *drafts; /* own the rdata's octets */
	uint32_t record_count;
	uint32_t record_size;
	uint32_t zone_size;
	uint8_t deny_kind; /* enum policy_kind */
	uint32_t deny_ttl_s;
	struct policy_stats stats;
};

/* -- special.c -- */
/* A special name: a static zone, or with an address a redirect one. */
struct policy_special {
	const char *name;
	const char *address; /* its A record, or NULL */
	const char *address6;
	const char *pointer_owner; /* owner of a PTR record to localhost, or NULL */
	bool parent_has_ds;
};
size_t policy_special_rows(const struct policy_special **out);

/* -- data.c -- */
/* The node of a name, made with the nodes between it and its zone if it is not there.
 * Fails: RESULT_TOO_LONG, RESULT_NO_MEMORY. */
MUST_CHECK enum result policy_data_node(struct policy *policy, const uint8_t *name,
                                        const uint8_t *zone, uint32_t *out);
/* Adds a record. What is wrong with it goes to *errors, and the record does not count.
 * Fails: RESULT_TOO_LONG, RESULT_NO_MEMORY. */
MUST_CHECK enum result policy_data_add(struct policy *policy, const struct dns_name *zone,
                                       const struct policy_record_row *row, const char *place,
                                       struct policy_errors *errors);
/* Makes RRsets of the records. Fails: RESULT_NO_MEMORY. */
MUST_CHECK enum result policy_data_finish(struct policy *policy, struct policy_errors *errors);

/* The RRset of a type at a node, or NULL. */
const struct policy_set *policy_data_find(const struct policy *policy, uint32_t node,
                                          uint16_t type) PURE;

/* -- list_form.c -- */
/* What a line of a list says. */
enum policy_form {
	POLICY_FORM_OTHER, /* not a line of this format */
	POLICY_FORM_TAKEN, /* its names were given */
	POLICY_FORM_PASSED, /* of this format, but nothing for us */
};

/* Where the names of a line go. */
struct policy_line {
	const char *text; /* without blanks at its ends */
	size_t len;
	void (*name)(void *context, const char *text, size_t len, uint8_t flag);
	void *context;
};
enum policy_form policy_form_read(enum policy_list_format format, const struct policy_line *line);

/* -- list.c -- */
/* Reads a list into the policy's names. Fails: RESULT_IO, RESULT_TOO_LONG, RESULT_NO_MEMORY; *errors says
 * why. */
MUST_CHECK enum result policy_list_file(struct policy *policy, const struct policy_list_row *row,
                                        struct policy_errors *errors);
