/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* socket -- opening the kernel's UDP sockets and TCP listeners with every option that DNS wants.
 *
 * What:    nonblocking, bound sockets in the namespace in which the calling thread is. An address in use
 *          is RESULT_BUSY and the problem's text names the holder.
 * Threads: control threads.
 * Memory:  none.
 * Limits:  slowpath_limits.h.
 * Trust:   addresses come from the configuration.
 * RFC:     7766 (TCP), 7413 (fast open), 9715 §3 (no fragments made from forged path MTUs). */
#pragma once

#include "base/attr.h"
#include "base/result.h"
#include "slowpath/endpoint.h"
#include "slowpath/problem.h"

/* A UDP socket that tells the address each datagram was sent to, and answers from a chosen one. */
MUST_CHECK enum result socket_open_udp(const struct query_address *address, int *out,
                                       struct problem *problem);

/* A listening TCP socket. `output_timeout_ms`: how long sent octets may stay without an
 * acknowledgement; what it accepts inherits that and TCP_NODELAY. */
MUST_CHECK enum result socket_open_tcp(const struct query_address *address,
                                       uint32_t output_timeout_ms, int *out,
                                       struct problem *problem);

/* The address that a socket is bound to (the port that the kernel chose for port 0). */
MUST_CHECK bool socket_local(int fd, struct query_address *out);
