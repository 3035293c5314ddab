/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* answer -- what an engine (zone, cache, resolver) says about the answer besides its records.
 *
 * What:    the records go through a dns_builder into the packet; this struct says the rest. ENCODER turns
 *          both into the finished header and OPT record.
 * Threads: an object belongs to one thread at a time.
 * Memory:  the caller's; by value; holds no pointer into any store.
 * Limits:  none.
 * Trust:   made by our own code.
 * RFC:     1035 §4.1.1, 2181 §5.4.1, 4035 §3 (AD), 8914 (EDE). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "dns/edns.h"
#include "dns/message.h"
#include "dns/trust.h"

struct dns_answer {
	uint16_t rcode; /* enum dns_rcode, 12 bits */
	bool authoritative; /* AA */
	bool authenticated; /* AD may be set if the client wants to know */
	bool truncated; /* TC: a required RRset did not fit */
	int16_t ede; /* enum edns_ede, EDNS_EDE_NONE if none */
	uint8_t rank; /* enum dns_rank: the least of what is in it */
	uint8_t security; /* enum dns_security */
	uint16_t count[DNS_SECTION_COUNT]; /* answer, authority, additional; question is not used */
	uint32_t end; /* offset behind the last record, from the header on */
};
