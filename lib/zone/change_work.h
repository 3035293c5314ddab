/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* change_work -- what the files that make a changed version share.
 *
 * What:    a draft of the names that a change touches, and of all names above them, with what the old
 *          version knows of each. change.c fills it and checks it; change_share.c makes a version that
 *          shares memory with the old one, change_rebuild.c one that does not.
 * Threads: an object belongs to one thread.
 * Memory:  as a draft, for the touched names only.
 * Limits:  none.
 * Trust:   as zone/change.h.
 * RFC:     none. */
#pragma once

#include "zone/change.h"
#include "zone/draft.h"

/* Beside the draft's node of the same index. */
struct zone_change_name {
	uint32_t old_ref; /* 0: not in the old version */
	uint32_t children; /* nodes one label below in the old version */
	uint16_t old_flags;
	bool touched; /* the change names it */
	bool exists; /* in the new version */
	bool dirty; /* the new version has a node of its own for it */
};

struct zone_change_work {
	const struct zone *old;
	struct zone_draft draft;
	struct zone_change_name *name;
	uint32_t name_count; /* draft.node_count, once the names are loaded */
	uint32_t name_size;
	uint64_t loaded_count; /* records that came from the old version */
	bool parameters_changed; /* NSEC3PARAM: all hashes may be others */
};

/* The index of a name, made and loaded with all names above it if it is not there.
 * Fails: RESULT_OUT_OF_RANGE (not in this zone), RESULT_NO_MEMORY. */
MUST_CHECK enum result zone_change_name(struct zone_change_work *work, const uint8_t *name,
                                        bool nsec3, uint32_t *out);

/* What each name is in the new version: whether it is there, its flags, and whether it is dirty. */
void zone_change_settle(struct zone_change_work *work);

/* Puts a node's records into a draft. Fails: RESULT_NO_MEMORY. */
MUST_CHECK enum result zone_change_load(struct zone_draft *draft, uint32_t index,
                                        const struct zone_node *node);

/* Takes names into the work that the change does not name but that it affects, since a cut or a DNAME above
 * them comes or goes. Fails: RESULT_NO_SPACE (too many), RESULT_NO_MEMORY. */
MUST_CHECK enum result zone_change_spread(struct zone_change_work *work);

/* Makes the names dirty whose hash gets an NSEC3 record.
 * Fails: RESULT_NO_SPACE (it is the hash of a name that the work does not know). */
MUST_CHECK enum result zone_change_match(struct zone_change_work *work);

/* Makes a version that shares memory with the old one.
 * Fails: RESULT_NO_SPACE (no room is left, or too much hangs on the change), RESULT_NO_MEMORY. */
MUST_CHECK enum result zone_change_share(struct zone_change_work *work, struct zone **out);

/* Makes a version with memory of its own. Fails: RESULT_MALFORMED, RESULT_NO_MEMORY. */
MUST_CHECK enum result zone_change_rebuild(const struct zone_change_work *work, size_t room_bytes,
                                           struct zone **out, struct zone_errors *errors);
