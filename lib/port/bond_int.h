/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* bond_int -- a port of several devices (net_bonding): its members have to be there before it. */
#pragma once

#include "port/port.h"

/* Plugs in the members and writes devargs of the bond that name them into `device`.
 * Fails, and logs why: as port_device_plug(), RESULT_TOO_LONG. Those that are plugged in then stay for
 * port_bond_close(). */
MUST_CHECK enum result port_bond_prepare(const struct port_settings *settings, struct port *port,
                                         char device[PORT_DEVARGS_BYTES]);

/* The bond has started: the host's ends of members that are TAPs are set up as those of TAP ports. */
void port_bond_host_setup(const struct port *port, const struct port_settings *settings);

/* Takes the members out, behind the bond. */
void port_bond_close(struct port *port);
