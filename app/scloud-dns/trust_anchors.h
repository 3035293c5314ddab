/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* trust_anchors -- the keys that the configuration believes in, for the resolver's VALIDATE step.
 *
 * What:    reads DS and DNSKEY records from dnssec.trust_anchors and dnssec.trust_anchor_file. They are
 *          checked and kept; answers are not validated with them yet.
 * Threads: control.
 * Memory:  the caller's list.
 * Limits:  TRUST_ANCHORS_MAX records of TRUST_ANCHOR_BYTES.
 * Trust:   texts of the administrator: what is wrong is told with its place.
 * RFC:     4033 §2 (trust anchor), 4034 §2 §5, 8624 §3.3. */
#pragma once

#include "base/attr.h"
#include "base/result.h"
#include "config/config.h"
#include "dns/name.h"

/* Too low: a private tree with anchors of its own does not fit. Too high: nothing but memory. */
#define TRUST_ANCHORS_MAX 64u
/* A DNSKEY of 4096 bits has 519 octets. */
#define TRUST_ANCHOR_BYTES 1024u

struct trust_anchor {
	struct dns_name zone; /* lower case */
	uint16_t type; /* DS or DNSKEY */
	uint16_t rdata_len;
	uint8_t rdata[TRUST_ANCHOR_BYTES];
};

struct trust_anchors {
	struct trust_anchor anchor[TRUST_ANCHORS_MAX];
	uint32_t count;
};

/* Fails (and logs why): RESULT_IO, RESULT_NO_MEMORY, RESULT_MALFORMED, RESULT_TOO_LONG. */
MUST_CHECK enum result trust_anchors_read(const struct config_dnssec *dnssec,
                                          struct trust_anchors *out);
