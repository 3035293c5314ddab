/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* eal -- which arguments rte_eal_init() needs for a set of ports.
 *
 * What:    PCI devices are named with -a, so that no other device is touched; without any, --no-pci saves
 *          the scan of the bus. Virtual devices are not named: port_open() plugs them in, so that a
 *          failure is the port's and not EAL's. DPDK loads all of its drivers in any case
 *          (30..100 ms; its -d adds to them, it does not replace them).
 * Threads: any; pure.
 * Memory:  the caller's; the texts lie in struct port_eal_args.
 * Limits:  PORT_MAX ports, PORT_EAL_DEVICES_MAX PCI devices.
 * Trust:   settings come from the configuration.
 * RFC:     none. */
#pragma once

#include <stdint.h>

#include "base/attr.h"
#include "base/result.h"
#include "port/port.h"

/* PCI devices of all ports and bonds: RTE_MAX_ETHPORTS. */
#define PORT_EAL_DEVICES_MAX 32

struct port_eal_args {
	unsigned count;
	const char *argument[2 * PORT_EAL_DEVICES_MAX];
	char text[PORT_EAL_DEVICES_MAX][PORT_DEVARGS_BYTES];
};

/* Fails: RESULT_TOO_LONG (more ports or devices than that, or a device text). */
MUST_CHECK enum result port_eal_args(const struct port_settings *settings, uint16_t count,
                                     struct port_eal_args *out);
