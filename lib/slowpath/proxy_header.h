/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* proxy_header -- who the client is, when a proxy of ours has passed its connection on.
 *
 * What:    reads version 2 of the PROXY protocol (HAProxy, "The PROXY protocol", §2.2), the binary one.
 *          Version 1, a line of text, is refused.
 * Threads: any.
 * Memory:  none.
 * Limits:  PROXY_HEADER_MAX octets with all extensions (TLVs), which are passed over.
 * Trust:   whoever may send it says who the client is: the owner asks for it only from the proxies that the
 *          configuration names.
 * RFC:     none. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/result.h"
#include "pipeline/query.h"

struct proxy_header {
	bool has_client; /* else the proxy speaks for itself (LOCAL), or of no address */
	struct query_address client;
	struct query_address destination; /* that the client connected to */
};

/* How many octets are still missing of a header of which `len` are there; never more, so that what follows
 * is left for others. At least 1 as long as proxy_header_parse() gives RESULT_TOO_SHORT. */
size_t proxy_header_wants(const uint8_t *data, size_t len);

/* Fails: RESULT_TOO_SHORT (more is to come), RESULT_MALFORMED, RESULT_TOO_LONG, RESULT_UNSUPPORTED (an
 * address family that is neither IPv4 nor IPv6, or no stream). */
MUST_CHECK enum result proxy_header_parse(const uint8_t *data, size_t len,
                                          struct proxy_header *out);
