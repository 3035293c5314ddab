/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* inventory -- what the kernel says about this machine's network devices and huge pages.
 *
 * What:    reads sysfs: PCI network devices with the driver that has them, the kernel's interfaces, and
 *          huge pages. Says for a PCI device whether DPDK can have it as it is, and if not, what to do.
 * Threads: any; nothing is kept.
 * Memory:  the caller's.
 * Limits:  INVENTORY_*_MAX; what is beyond them is left out.
 * Trust:   the kernel's texts, cut to their fields.
 * RFC:     none. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/result.h"

/* Devices listed. Too low: a large machine's are missing. Too high: nobody reads the list. */
#define INVENTORY_DEVICES_MAX 64u
/* Texts of sysfs: a PCI address has 12 characters, an interface's name 15, drivers' names some more. */
#define INVENTORY_TEXT_BYTES 32u
/* Page sizes that a processor offers: x86 two, ARM up to four. */
#define INVENTORY_PAGE_SIZES_MAX 4u

/* Who has a PCI device. */
enum inventory_owner {
	INVENTORY_OWNER_NONE, /* no driver: bind one */
	INVENTORY_OWNER_KERNEL, /* the kernel's own driver: an interface, not for DPDK */
	INVENTORY_OWNER_USER, /* vfio-pci or a uio driver: DPDK may have it */
	INVENTORY_OWNER_BOTH, /* the kernel's driver, and DPDK's works through it (mlx4, mlx5, mana) */
};

struct inventory_pci {
	char address[INVENTORY_TEXT_BYTES]; /* "0000:3b:00.0" */
	uint16_t vendor;
	uint16_t device;
	int numa_node; /* -1: none */
	bool has_iommu_group; /* vfio-pci works without its unsafe mode */
	enum inventory_owner owner;
	char driver[INVENTORY_TEXT_BYTES]; /* "" if none */
	char interface[INVENTORY_TEXT_BYTES]; /* the kernel's, "" if none */
};

struct inventory_interface {
	char name[INVENTORY_TEXT_BYTES];
	char driver
	    [INVENTORY_TEXT_BYTES]; /* of a device behind it, else what kind it is: "veth" … or "" */
	char state[INVENTORY_TEXT_BYTES]; /* "up", "down", "unknown" */
	uint32_t mtu;
	uint32_t rx_queues;
};

struct inventory_pages {
	uint32_t size_kb;
	uint32_t total;
	uint32_t free;
};

/* Reads what the kernel says of the device at `address` ("0000:3b:00.0"). `sysfs`: where sysfs is, "/sys".
 * Fails: RESULT_NOT_FOUND (no such device), RESULT_TOO_LONG (the paths). */
MUST_CHECK enum result inventory_pci_read(const char *sysfs, const char *address,
                                          struct inventory_pci *out);

/* Lists PCI network devices in order of their addresses; gives how many, at most `max`. */
size_t inventory_pci_list(const char *sysfs, struct inventory_pci *out, size_t max);

/* Writes what must be done until DPDK can have the device, in commands that can be pasted, one a line; an
 * empty text if nothing has to be done. */
void inventory_pci_advise(const struct inventory_pci *device, char *text, size_t size);

/* Lists the kernel's interfaces by name, without the loopback; gives how many, at most `max`. */
size_t inventory_interfaces(const char *sysfs, struct inventory_interface *out, size_t max);

/* Lists the sizes of huge pages that the kernel offers, small ones first; gives how many. */
size_t inventory_pages(const char *sysfs, struct inventory_pages out[INVENTORY_PAGE_SIZES_MAX]);
