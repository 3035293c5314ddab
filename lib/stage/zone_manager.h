/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* zone_manager -- the ZONE_MANAGER stage: authoritative answers from a snapshot of all zones.
 *
 * What:    loads the snapshot once per burst, takes the zones of the view that QUERY_DISPATCHER picked,
 *          starts the memory loads of the whole burst, then lets zone_answer() write the sections of each
 *          packet.
 * Threads: one instance for each lane, on its lcore; zones are replaced by a control thread through the
 *          snapshot.
 * Memory:  none besides the packet; no pointer into the snapshot outlives the burst.
 * Limits:  zone/zone_limits.h.
 * Trust:   questions are checked by DECODER, zones by the loader.
 * RFC:     1034 §4.3.2, 7314 §3.1 (EXPIRE), 9660 §3.2 (ZONEVERSION). */
#pragma once

#include <stdbool.h>

#include "pipeline/snapshot.h"
#include "pipeline/stage.h"

enum zone_manager_output {
	ZONE_MANAGER_TO_ENCODER
};

/* Indices of stage_counters.event. */
enum zone_manager_event {
	ZONE_MANAGER_EVENT_POSITIVE,
	ZONE_MANAGER_EVENT_NODATA_OR_REFERRAL,
	ZONE_MANAGER_EVENT_NXDOMAIN,
	ZONE_MANAGER_EVENT_GONE, /* the zone was removed between QUERY_DISPATCHER and here */
};

struct stage_zone_manager_settings {
	const struct snapshot *zones; /* of struct views: zones, by view of the client */
	bool rotate; /* change the order of an RRset's records from answer to answer */
};

extern const struct stage_ops stage_zone_manager_ops;
