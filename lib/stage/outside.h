/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* outside -- forward and stub zones that lie in zones of our own: their names are not answered from these.
 *
 * What:    a short list of names; whether a question is below one of them that is longer than the zone
 *          which would answer.
 * Threads: immutable once made.
 * Memory:  the caller's list.
 * Limits:  the list is walked: only names in zones of our own belong into it.
 * Trust:   the list comes from the configuration.
 * RFC:     4035 §3.1.4.1 (the parent has a zone's DS records). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "dns/question.h"

struct outside {
	uint32_t count;
	const struct outside_zone {
		uint64_t hash; /* of the name */
		struct dns_name name; /* lower case */
	} * zone;
};

/* Whether the question is for one of the zones, and not for one of ours that has `labels` labels. */
bool outside_has(const struct outside *outside, const struct dns_question *question,
                 unsigned labels) PURE;
