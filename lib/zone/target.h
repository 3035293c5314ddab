/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* target -- the names in rdata that want additional records.
 *
 * What:    which types have one, where it stands in the rdata, and, when a zone is sealed, the node it
 *          leads to, so that answering needs no look-up.
 * Threads: zone_target_link() while the zone is made; the others any.
 * Memory:  four octets a record of these types.
 * Limits:  none.
 * Trust:   needs checked rdata.
 * RFC:     1035 §3.3.9 §3.3.11, 2782, 3403 §4.1, 9460 §4.1. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "zone/store.h"

/* Whether records of the type name a host whose addresses are additional. */
bool zone_target_has(uint16_t type) PURE;

/* The name in the rdata, or NULL if this record has none that counts. */
const uint8_t *zone_target_name(uint16_t type, const uint8_t *rdata, uint16_t rdata_len) PURE;

/* RFC 9460 §2.5: in ServiceMode "." means the owner itself; in AliasMode it means that there is
 * nothing. */
bool zone_target_is_owner(uint16_t type, const uint8_t *rdata, const uint8_t *name) PURE;

/* Fills in the node references of one node. Requires: the zone has all its nodes. */
void zone_target_link(struct zone *zone, uint32_t ref);

/* The node of a host, or of the wildcard that stands for it; NULL if it is not in the zone. */
const struct zone_node *zone_target_find(const struct zone *zone, const uint8_t *name);

/* The same for a host that a record names, `ref` being the record's node reference. In a version that was
 * changed names may have come, gone or moved since the record was linked: only a name of its own that
 * nothing replaced is where it was. */
static inline const struct zone_node *zone_target_node(const struct zone *zone, uint32_t ref,
                                                       const uint8_t *name)
{
	if (LIKELY(zone->marks == NULL))
		return ref == 0 ? NULL : zone_node_at(zone, ref);
	if (ref != 0 && !zone_is_marked(zone, ref)) {
		const struct zone_node *node = zone_node_at(zone, ref);
		if (node->prefix_len < 2 || node->prefix[0] != 1 || node->prefix[1] != '*')
			return node;
	}
	return name == NULL ? NULL : zone_target_find(zone, name);
}
