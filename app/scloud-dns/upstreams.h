/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* upstreams -- whom the resolver asks, as the configuration says.
 *
 * What:    fills in resolver_settings: a group for each forwarder, one for each forward zone, and the
 *          names that go to them. Without a forwarder for all names the root hints, from which
 *          iteration starts.
 * Threads: control.
 * Memory:  struct upstreams owns the lists; upstreams_free().
 * Limits:  resolver/resolver_limits.h.
 * Trust:   the configuration is checked.
 * RFC:     none. */
#pragma once

#include "base/attr.h"
#include "base/result.h"
#include "config/config.h"
#include "forward_tls.h"
#include "resolver/resolver.h"
#include "root_hints.h"
#include "stage/outside.h"
#include "slowpath/upstream_limits.h"
#include "trust_anchors.h"

struct upstreams {
	struct resolver_settings settings;
	struct net_address source[UPSTREAM_SOURCES_MAX]; /* to ask from */
	uint32_t source_count;
	struct forward_tls tls; /* how groups with a number are asked */
	struct net_prefix *private_addresses;
	struct dns_name *private_domains;
	struct resolver_group *group;
	struct resolver_zone *zone;
	struct root_hints hints;
	struct trust_anchors anchors;
	struct outside_zone *outside_zone; /* of: */
	struct outside outside; /* forward and stub zones in zones of our own */
	uint32_t *index; /* group numbers that zones refer to */
};

/* Fails: RESULT_NO_MEMORY, RESULT_MALFORMED (a zone's name), RESULT_IO (an address in recursion.egress that
 * this host does not have: it is logged); as root_hints_read(), trust_anchors_read() and
 * forward_tls_add(). */
MUST_CHECK enum result upstreams_configure(const struct config *config, struct upstreams *out);
void upstreams_free(struct upstreams *upstreams);
