/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* kernel_half -- what the kernel does for us: TAPs, TCP and sockets, as the configuration wants them.
 *
 * What:    fills in the settings of TCP_ACCEPTOR: an exception TAP for each owned port, TCP on the
 *          ports' addresses, UDP and TCP sockets for listeners that are no port's, TLS, HTTP.
 * Threads: control.
 * Memory:  struct kernel_half is the caller's and outlives the pipeline.
 * Limits:  slowpath/slowpath_limits.h.
 * Trust:   the configuration is checked. What cannot be opened is a warning that says why, for example
 *          who holds the address.
 * RFC:     7766. */
#pragma once

#include "base/attr.h"
#include "base/result.h"
#include "certificates.h"
#include "config/config.h"
#include "pipeline/pool.h"
#include "ports.h"
#include "stage/tcp_acceptor.h"

/* Prefixes of all proxy_protocol_acl together: they are looked through one by one for each connection. */
#define KERNEL_HALF_PROXIES_MAX 256

struct kernel_half {
	struct stage_tcp_acceptor_settings settings;
	struct exception_tap_settings tap[PORT_MAX];
	struct endpoint_prefix address[PORT_MAX][PORT_ADDRESSES_MAX];
	struct slowpath_listener listener[SLOWPATH_LISTENERS_MAX];
	struct slowpath_route route[2 * PORT_MAX];
	struct http_settings http;
	uint32_t proxy_count;
	struct net_prefix proxy[KERNEL_HALF_PROXIES_MAX]; /* of all listeners */
};

/* What it is made from; all of it outlives the pipeline. */
struct kernel_half_parts {
	const struct config *config;
	const struct ports *ports;
	const struct pipeline_pools *pools;
	const struct certificates *certificates;
};

/* Requires: the ports are open. Fails: RESULT_TOO_LONG (more listeners than possible), logged. */
MUST_CHECK enum result kernel_half_configure(const struct kernel_half_parts *parts,
                                             struct kernel_half *out);
