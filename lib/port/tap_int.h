/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* tap_int -- what net_tap needs around it: no signals while it opens, and the host's end set up. */
#pragma once

#include "port/port.h"

/* Whether a TAP can be made here at all, before the driver tries and says it in its own words.
 * Fails (and logs why): RESULT_UNSUPPORTED (no /dev/net/tun), RESULT_DENIED, RESULT_BUSY (the interface
 * is there already). */
MUST_CHECK enum result port_tap_check(const struct port_settings *settings);

/* The driver asks the kernel for one real-time signal for each frame, to save system calls when it is
 * polled. For a process that sleeps on the descriptor, that is a signal to the main thread for each
 * query, and it loses frames' wake-ups when a pool runs dry. Where all signals are in use the driver
 * goes without; so between begin and end all free ones are in use. Both on one control thread. */
void port_tap_quiet_begin(void);
void port_tap_quiet_end(void);

/* Before the device starts: keeps the kernel from making an IPv6 address from the MAC address, which is
 * ours and not the host's. */
void port_tap_before_start(struct port *port);

/* Gives the host's end a MAC address of its own, its addresses, a link-local one, and brings it up. What
 * does not work is logged: the port as such works. */
void port_tap_host_setup(struct port *port, const struct port_settings *settings);
