/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* xdp_filter_limits -- sizes of the filter's maps, for the kernel's side and for ours.
 *
 * What:    numbers only, so that the program in the kernel can include them.
 * Threads: none.
 * Memory:  none.
 * Limits:  these; port.c checks that they are those of port_limits.h.
 * Trust:   no input.
 * RFC:     none. */
#pragma once

/* As PORT_QUEUES_MAX and PORT_ADDRESSES_MAX. Too low: queues and addresses beyond go to the kernel, which
 * is slower. Too high: some kilobytes of the kernel's memory. */
#define XDP_FILTER_QUEUES_MAX 64
#define XDP_FILTER_ADDRESSES_MAX 64

/* UDP ports of DNS. Too low: a port beyond is answered over the kernel. Too high: nothing. */
#define XDP_FILTER_PORTS_MAX 16
