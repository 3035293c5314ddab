/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* tcp_acceptor -- the TCP_ACCEPTOR stage: where the kernel's side and the pipeline meet.
 *
 * What:    poll() brings in DNS messages of TCP connections and of the kernel's UDP sockets (to DECODER) and
 *          frames of the kernel half (to SENDER). process() takes frames for the kernel half (from
 *          LISTENER) and finished answers of connections and sockets (from SENDER).
 * Threads: one instance on one lcore.
 * Memory:  lib/slowpath's, allocated at start; a packet never stays beyond the end of a turn.
 * Limits:  struct tcp_limits; slowpath/slowpath_limits.h.
 * Trust:   clients and frames are hostile; answers are ours.
 * RFC:     1035 §4.2, 7766, 7828. */
#pragma once

#include "pipeline/stage.h"
#include "slowpath/slowpath.h"

enum tcp_acceptor_output {
	TCP_ACCEPTOR_TO_DECODER,
	TCP_ACCEPTOR_TO_SENDER, /* frames of the kernel half */
};

/* The events of this stage (stage_counters.event) are enum tcp_event of slowpath/tcp_server.h. */

struct stage_tcp_acceptor_settings {
	struct slowpath_settings slowpath;
};

extern const struct stage_ops stage_tcp_acceptor_ops;
