/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* xdp_filter_int -- our own filter on the interface of an af_xdp port: queries to us, everything else to the kernel.
 *
 * What:    the program (xdp_filter.bpf.c) is compiled with the server and lies in it. DPDK's driver loads and attaches
 *          it from a file in memory; then it is armed: its maps are filled, and the attachment is made one that
 *          the kernel ends with this process, however that comes to its end.
 * Threads: control threads.
 * Memory:  descriptors; the maps are the kernel's.
 * Limits:  port/xdp_filter_limits.h.
 * Trust:   as port.h.
 * RFC:     none. */
#pragma once

#include "port/port.h"

/* Makes sure that the interface has no program, takes away one of ours that a killed server has left, and writes
 * devargs that name the filter into `device`. `file` is the filter's and has to stay open until the device has
 * started. Fails, and logs why: RESULT_BUSY (somebody else's program is there), RESULT_NOT_FOUND (no such
 * interface), RESULT_TOO_LONG, RESULT_IO. */
MUST_CHECK enum result port_xdp_filter_prepare(const struct port_settings *settings,
                                               char device[PORT_DEVARGS_BYTES], int *file);

/* The device has started: from now on queries to the addresses of the port are redirected. Where that does not work
 * it is logged; then the kernel gets all frames, and our UDP sockets there answer. */
void port_xdp_filter_arm(struct port *port, const struct port_settings *settings);

/* Takes the filter off the interface. */
void port_xdp_filter_close(struct port *port);
