/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* encoder -- the ENCODER stage: from sections to a finished message.
 *
 * What:    writes the header's flags and counts and appends our OPT record behind the sections that an
 *          engine left in the packet, and limits the rate of responses to clients that have not proved
 *          their address. What goes to SENDER is a whole message.
 * Threads: one instance for each lane, on its lcore.
 * Memory:  none besides the packet.
 * Limits:  never writes beyond query.answer_limit, for which DECODER keeps room.
 * Trust:   sections are ours; the question is the client's, checked by DECODER.
 * RFC:     1035 §4.1.1, 2181 §9 (TC), 3225 (DO), 4035 §3.1.6 §3.2.3 (CD, AD), 6891, 8914, 5001, 7314, 7828,
 *          7830, 7873, 8467, 9018, 9660. */
#pragma once

#include <stdint.h>

#include "guard/ratelimit.h"
#include "pipeline/snapshot.h"
#include "pipeline/stage.h"
#include "stage/top.h"
#include "tap/flight.h"
#include "tap/tap.h"

/* What DECODER keeps back for an extended error without text (RFC 8914 §2): option header and code. */
#define ENCODER_EDE_RESERVE 6
/* RFC 9660 §2: label count, type, and a serial for version. */
#define ENCODER_ZONEVERSION_BYTES 6
/* RFC 8467 §4.1: answers are padded to a multiple of this. */
#define ENCODER_PADDING_BLOCK 468
/* RFC 5001 leaves the length open; longer ones only cost answer room. */
#define ENCODER_NSID_MAX 128

enum encoder_output {
	ENCODER_TO_SENDER
};

/* Indices of stage_counters.event: answers by response code, and truncated ones. */
enum encoder_event {
	ENCODER_EVENT_NOERROR,
	ENCODER_EVENT_NXDOMAIN,
	ENCODER_EVENT_SERVFAIL,
	ENCODER_EVENT_REFUSED,
	ENCODER_EVENT_FORMERR,
	ENCODER_EVENT_NOTIMP,
	ENCODER_EVENT_OTHER_RCODE,
	ENCODER_EVENT_TRUNCATED,
};

struct stage_encoder_settings {
	uint16_t udp_size; /* what we say that we take, in the OPT record */
	uint16_t nsid_len; /* 0: none, at most ENCODER_NSID_MAX */
	uint8_t nsid[ENCODER_NSID_MAX];
	const struct snapshot *cookie_keys; /* of struct cookie_keys; NULL: cookies are ignored */
	const struct snapshot *ratelimit; /* of struct ratelimit_lanes; NULL, or empty: no limit */
	struct top *top; /* TOP_ANSWERS, one for each lane; NULL: not counted */
	struct tap *tap; /* NULL: nobody can watch */
	struct flight *flight; /* NULL: nothing is recorded */
};

extern const struct stage_ops stage_encoder_ops;
