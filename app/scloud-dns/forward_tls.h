/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* forward_tls -- how forwarders are asked over TLS, as forwarder.tls says.
 *
 * What:    a TLS client context and a peer for each forwarder with TLS.
 * Threads: control; read by the resolver's lcore.
 * Memory:  struct forward_tls owns contexts and pins; names are the configuration's.
 * Limits:  65,535 forwarders with TLS.
 * Trust:   the configuration is checked; files are the operator's.
 * RFC:     7858, 8310. */
#pragma once

#include "base/attr.h"
#include "base/result.h"
#include "config/config.h"
#include "slowpath/upstream.h"

struct forward_tls {
	struct upstream_tls *profile;
	uint32_t count;
};

/* Adds one; `number`: 1 + its index. Fails: RESULT_NO_MEMORY, RESULT_IO, RESULT_MALFORMED (the file of
 * authorities; it is logged). */
MUST_CHECK enum result forward_tls_add(struct forward_tls *tls, const struct config_forwarder *row,
                                       uint16_t *number);
void forward_tls_free(struct forward_tls *tls);
