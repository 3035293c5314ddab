/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* decoder -- the DECODER stage: from octets to struct query.
 *
 * What:    reads header, question and the records behind it (OPT, TSIG) into the query and works out how
 *          large the answer may be. A query that breaks the format goes to ENCODER as FORMERR; what is
 *          no query at all is dropped by name.
 * Threads: one instance for each lane, on its lcore.
 * Memory:  none besides the packet.
 * Limits:  DECODER_RECORDS_MAX records are walked; EDNS limits in dns/edns.h.
 * Trust:   this is the door: everything here comes from the wire.
 * RFC:     1035 §4.1, 6891 §6, 7873 §5.4 (no question), 9619 (one question), 8945 §5.1 (TSIG is last),
 *          7766 §8. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "pipeline/stage.h"
#include "tap/tap.h"

/* A query's additional section holds OPT, TSIG or SIG(0) and nothing else that we know of. Too low:
 * FORMERR for an odd client. Too high: a 64 KiB message of 5,957 records becomes work. */
#define DECODER_RECORDS_MAX 16

enum decoder_output {
	DECODER_TO_DISPATCHER,
	DECODER_TO_ENCODER
};

/* Indices of stage_counters.event. */
enum decoder_event {
	DECODER_EVENT_FORMERR,
	DECODER_EVENT_BADVERS,
	DECODER_EVENT_NOTIMP,
	DECODER_EVENT_EDNS,
};

struct stage_decoder_settings {
	/* The largest UDP answer, by family: 512..65535 (RFC 9715 recommends 1232 … 1400). */
	uint16_t udp_size_v4;
	uint16_t udp_size_v6;
	/* Octets that ENCODER's NSID option takes when a client asks for it; 0: none. */
	uint16_t nsid_len;
	/* Whether ENCODER answers cookies. */
	bool cookies;
	/* OPT records are records like others, and no answer has one. */
	bool ignore_edns;
	/* Longer questions are refused, though RFC 1035 allows them: octets of the whole name on the wire,
	 * and of its longest label; 0: no limit but that of RFC 1035. */
	uint8_t name_octets_max;
	uint8_t label_octets_max;
	struct tap *tap; /* NULL: nobody can watch */
};

extern const struct stage_ops stage_decoder_ops;
