/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* views -- which zones a client sees: other zones for other clients.
 *
 * What:    an immutable list of views, each with the prefixes of its clients and its zones. The first view
 *          that has the client counts; who is in none of them sees the common zones. Where there are no
 *          views that is a pointer and nothing else.
 * Threads: made and freed by a control thread; views_pick() and views_zones() on any lcore.
 * Memory:  its own for the list; sets of zones are referred to.
 * Limits:  VIEWS_MAX views.
 * Trust:   client addresses come from the wire and may be forged: a view over UDP is no secret.
 * RFC:     none; 1034 knows one tree for all. The practice of BIND and NSD. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/result.h"
#include "guard/acl.h"

/* Each view is a bit of a class mask. Too low: an honest configuration is refused. */
#define VIEWS_MAX ACL_CLASSES_MAX
/* The index of who is in no view. */
#define VIEWS_COMMON UINT8_MAX

struct zone_set;

struct views_row {
	const struct acl_prefix *prefixes;
	size_t prefix_count;
	const struct zone_set *zones; /* of this view, over the common ones */
};

struct views {
	const struct zone_set *common;
	struct acl *acl; /* bit n: client of view n */
	/* Differs between any two versions that may be in use at the same time: an index that was picked
	 * from another version means nothing in this one. */
	uint32_t generation;
	uint32_t count;
	const struct zone_set *zones[VIEWS_MAX];
};

/* Fails: RESULT_TOO_LONG (more than VIEWS_MAX, or too many prefixes), RESULT_OUT_OF_RANGE (a prefix),
 * RESULT_NO_MEMORY. */
MUST_CHECK enum result views_create(const struct views_row *rows, size_t count,
                                    const struct zone_set *common, uint32_t generation,
                                    struct views **out);
/* Frees the list, not the zones. */
void views_free(struct views *views);

/* The first view that has the client; needs views->count > 0. */
uint8_t views_match(const struct views *views, uint8_t family, const uint8_t *octets) PURE;

/* The index of the client's view, VIEWS_COMMON if it is in none. */
static inline uint8_t views_pick(const struct views *views, uint8_t family, const uint8_t *octets)
{
	if (LIKELY(views->count == 0))
		return VIEWS_COMMON;
	return views_match(views, family, octets);
}

/* What a client of that view sees. */
static inline const struct zone_set *views_zones(const struct views *views, uint8_t index)
{
	if (LIKELY(index >= VIEWS_MAX || index >= views->count))
		return views->common;
	return views->zones[index];
}
