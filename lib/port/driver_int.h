/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* driver_int -- what we know about drivers that DPDK does not tell. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "port/port.h"

struct port_driver {
	const char *name; /* start of the device's name; "" for PCI devices */
	enum port_mode mode;
	/* The descriptor of an rx interrupt is the data source itself: readable while frames wait, and
	 * nothing has to be armed or acknowledged. */
	bool wakes;
	/* "Offloaded" checksums are computed by the driver on our lcore: ours are cheaper. */
	bool software_checksums;
	/* rx and tx queues must be equal in number. */
	bool paired_queues;
	/* The interface has a MAC address of its own but hands over other hosts' frames too. */
	bool check_mac;
	/* Its maximum frame length does not count the checksum of four octets, as DPDK thinks that it does. */
	bool no_crc;
	/* It is made of other devices. */
	bool is_bond;
	/* rx descriptors are segments of one frame and not a queue: more only cost mbufs. */
	uint16_t rx_descriptors_max;
};

/* The row for devargs or a PCI address; a row with common properties for drivers without one. */
const struct port_driver *port_driver_find(const char *device);

/* Whether the text is a PCI address: [DDDD:]BB:DD.F. */
bool port_device_is_pci(const char *device);

/* The device's name in DPDK: what stands before the first comma; a PCI address gets its domain.
 * Fails: RESULT_TOO_LONG. */
MUST_CHECK enum result port_device_name(const char *device, char name[PORT_DEVARGS_BYTES]);

/* The value of `key` in devargs, or false if it is not there or does not fit. */
bool port_device_value(const char *device, const char *key, char *value, size_t size);
