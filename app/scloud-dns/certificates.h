/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* certificates -- the certificates and keys of encrypted listeners, read at start and again at SIGHUP.
 *
 * What:    a snapshot of a TLS context for each listener with enable_tls, and for DoH that ends TLS itself.
 * Threads: control. The slow path's lcore reads the snapshots.
 * Memory:  the caller's struct; contexts are freed by certificates_close(), after the pipeline.
 * Limits:  CONFIG_LISTENERS_MAX and one.
 * Trust:   the files are the operator's.
 * RFC:     7858, 8484. */
#pragma once

#include "base/attr.h"
#include "base/result.h"
#include "config/config.h"
#include "pipeline/snapshot.h"

struct certificates {
	const struct config *config;
	struct snapshot *listener; /* of struct tls_server, one for each config->listener; owned */
	struct snapshot doh;
};

/* Reads all; what is wrong is logged. Fails: RESULT_MALFORMED (some file is wrong), RESULT_NO_MEMORY. */
MUST_CHECK enum result certificates_open(const struct config *config, struct certificates *out);
/* Reads all again; where something is wrong the former one stays in use. */
void certificates_reload(struct certificates *certificates, struct pipeline_rcu *rcu);
void certificates_close(struct certificates *certificates);
