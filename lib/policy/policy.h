/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* policy -- names that are treated in a way of their own: local zones, block lists, special names.
 *
 * What:    policy_create() makes one immutable object of local zones with their data, of names that are
 *          denied or allowed, of block lists, and of the names that the RFCs keep from the outside.
 *          policy_find() says for a question what is to be done, policy_answer() writes the answer.
 * Threads: made and freed by a control thread; policy_prefetch(), policy_find() and policy_answer() on any
 *          lcore.
 * Memory:  its own; policy_stats() tells how much. Nothing is allocated for a question.
 * Limits:  policy/policy_limits.h.
 * Trust:   block lists may hold anything: wrong lines are told and passed over. Questions are parsed ones.
 * RFC:     6303 and 7793 (empty zones), 6761, 6762 §22.1, 7686, 8375, 9462 §8.2 (special names), 2308
 *          (negative answers), 8914 (EDE 4 and 15). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/result.h"
#include "dns/answer.h"
#include "dns/builder.h"
#include "dns/question.h"
#include "policy/errors.h"

struct policy;

/* What a local zone does with names in it. "Data" are its records for the name and the type. */
enum policy_zone_type {
	POLICY_ZONE_STATIC, /* data; else NODATA or NXDOMAIN */
	POLICY_ZONE_TRANSPARENT, /* data; NODATA for a name with other data; else as usual */
	POLICY_ZONE_TYPETRANSPARENT, /* data; else as usual */
	POLICY_ZONE_REDIRECT, /* the data of the zone's own name, for all names in it; else NODATA */
	POLICY_ZONE_REFUSE, /* data; else REFUSED */
	POLICY_ZONE_DENY, /* data; else no answer at all */
	POLICY_ZONE_ALWAYS_NXDOMAIN, /* never data, from here on */
	POLICY_ZONE_ALWAYS_NODATA,
	POLICY_ZONE_ALWAYS_NULL, /* the addresses 0.0.0.0 and ::, else NODATA */
	POLICY_ZONE_ALWAYS_REFUSE,
	POLICY_ZONE_ALWAYS_DENY,
	POLICY_ZONE_ALWAYS_TRANSPARENT, /* as usual */
	POLICY_ZONE_TYPE_COUNT
};

/* What is done with a question. */
enum policy_kind {
	POLICY_NONE, /* nothing: the question goes its usual way */
	POLICY_DATA, /* local data at policy_verdict.node */
	POLICY_NODATA,
	POLICY_NXDOMAIN,
	POLICY_NULL, /* 0.0.0.0 and :: */
	POLICY_REFUSE,
	POLICY_DROP, /* no answer */
};

/* Why. */
enum policy_reason {
	POLICY_REASON_LOCAL, /* a local zone of the configuration */
	POLICY_REASON_SPECIAL, /* a name that the RFCs keep from the outside */
	POLICY_REASON_DENIED, /* a denied name or a block list */
	POLICY_REASON_COUNT
};

struct policy_verdict {
	uint8_t kind; /* enum policy_kind */
	uint8_t reason; /* enum policy_reason */
	uint8_t label; /* of the question: where the zone's or the denied name begins */
	uint32_t node; /* DATA: where it is */
	uint32_t zone; /* POLICY_NO_ZONE: a denied name */
};
#define POLICY_NO_ZONE UINT32_MAX

/* -- making -- */

struct policy_record_row {
	const char *owner; /* relative to the zone unless it ends in a dot; "@" */
	uint32_t ttl;
	const char *type;
	const char *rdata; /* presentation form */
};

struct policy_zone_row {
	const char *name;
	enum policy_zone_type type;
	const struct policy_record_row *records;
	size_t record_count;
};

enum policy_list_format {
	POLICY_LIST_AUTO, /* each line as what it looks like */
	POLICY_LIST_DOMAINS, /* "ads.example", "*.ads.example" */
	POLICY_LIST_HOSTS, /* "0.0.0.0 ads.example www.ads.example" */
	POLICY_LIST_DNSMASQ, /* "address=/ads.example/", "server=/ads.example/" */
	POLICY_LIST_ADBLOCK, /* "||ads.example^", "@@||good.ads.example^" allows */
	POLICY_LIST_UNBOUND, /* "local-zone: "ads.example" always_nxdomain" */
	POLICY_LIST_RPZ, /* "ads.example CNAME .", owners without the zone's name */
	POLICY_LIST_FORMAT_COUNT
};

struct policy_list_row {
	const char *file;
	enum policy_list_format format;
};

struct policy_settings {
	const struct policy_zone_row *zones;
	size_t zone_count;
	const char *const *deny; /* names that are denied, with all below */
	size_t deny_count;
	const char *const *allow; /* names that are not, with all below, whatever lists say */
	size_t allow_count;
	const struct policy_list_row *lists;
	size_t list_count;
	enum policy_kind deny_kind; /* NXDOMAIN, NODATA, NULL, REFUSE or DROP */
	uint32_t deny_ttl_s; /* of answers for denied names */
	bool special_names; /* those of the RFCs; without: */
	const char *const *except; /* these, and all at or below them */
	size_t except_count;
};

struct policy_stats {
	uint64_t names; /* denied ones */
	uint64_t zones;
	uint64_t records;
	size_t memory_bytes;
	uint64_t list_lines;
	uint64_t list_bad; /* lines that were passed over as wrong */
};

/* Gives *out, to be freed with policy_free(); warnings may be in *errors even then.
 * Fails: RESULT_IO (a list cannot be read), RESULT_MALFORMED (a name or a record of the settings),
 * RESULT_TOO_LONG, RESULT_NO_MEMORY: *errors says which. */
MUST_CHECK enum result policy_create(const struct policy_settings *settings, struct policy **out,
                                     struct policy_errors *errors);
/* For snapshots. */
void policy_free(void *policy);
void policy_stats(const struct policy *policy, struct policy_stats *out);

/* -- asking -- */

/* Asks memory for what policy_find() will read. Over a burst: this for all, then that for all. */
void policy_prefetch(const struct policy *policy, const struct dns_question *question);

/* What is to be done with a question of class IN. */
struct policy_verdict policy_find(const struct policy *policy, const struct dns_question *question);

/* Writes the answer of a verdict that is neither NONE nor DROP: sections to `builder`, the rest to
 * *out. */
void policy_answer(const struct policy *policy, const struct policy_verdict *verdict,
                   const struct dns_question *question, struct dns_builder *builder,
                   struct dns_answer *out);
