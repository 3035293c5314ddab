/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Small texts out of sysfs. A file that is not there is an empty text: kernels differ in what they tell. */
#include "port/inventory.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* PCI base class "network controller": the first two digits of the class. */
#define CLASS_NETWORK 0x02u
#define CLASS_SHIFT 16

/* Drivers that hand a device to user space, and those that share it with DPDK. */
static const char *const user_drivers[] = {"vfio-pci", "uio_pci_generic", "igb_uio"};
static const char *const shared_drivers[] = {"mlx4_core", "mlx5_core", "mana"};

static bool is_one_of(const char *name, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(name, list[i]) == 0)
			return true;
	}
	return false;
}

/* Cut to its field: the kernel's own names are shorter. */
static void copy_text(char out[INVENTORY_TEXT_BYTES], const char *text)
{
	snprintf(out, INVENTORY_TEXT_BYTES, "%.*s", (int)INVENTORY_TEXT_BYTES - 1, text);
}

/* The first word of a file. */
static void read_word(const char *folder, const char *name, char out[INVENTORY_TEXT_BYTES])
{
	char path[PATH_MAX];
	out[0] = '\0';
	if (snprintf(path, sizeof(path), "%s/%s", folder, name) >= (int)sizeof(path))
		return;
	FILE *file = fopen(path, "re");
	if (file == NULL)
		return;
	if (fgets(out, INVENTORY_TEXT_BYTES, file) == NULL)
		out[0] = '\0';
	out[strcspn(out, " \n")] = '\0';
	fclose(file);
}

static long read_number(const char *folder, const char *name, long otherwise)
{
	char text[INVENTORY_TEXT_BYTES];
	char *end;
	read_word(folder, name, text);
	long value = strtol(text, &end, 0);
	return end != text ? value : otherwise;
}

/* The last part of what a symbolic link points to. */
static void read_link(const char *folder, const char *name, char out[INVENTORY_TEXT_BYTES])
{
	char path[PATH_MAX];
	char target[PATH_MAX];
	out[0] = '\0';
	if (snprintf(path, sizeof(path), "%s/%s", folder, name) >= (int)sizeof(path))
		return;
	ssize_t len = readlink(path, target, sizeof(target) - 1);
	if (len <= 0)
		return;
	target[len] = '\0';
	const char *slash = strrchr(target, '/');
	copy_text(out, slash != NULL ? slash + 1 : target);
}

static int not_hidden(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* Calls `take` for each entry of a folder, in order of names. */
typedef void take_entry(void *context, const char *folder, const char *name);
static void each_entry(const char *folder, take_entry *take, void *context)
{
	struct dirent **entries;
	int count = scandir(folder, &entries, not_hidden, alphasort);
	for (int i = 0; i < count; i++) {
		take(context, folder, entries[i]->d_name);
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
}

static void take_first(void *context, const char *folder, const char *name)
{
	char *text = context;
	(void)folder;
	if (text[0] == '\0')
		copy_text(text, name);
}

/* A virtio device has its interface one folder further down. */
static void take_virtio(void *context, const char *folder, const char *name)
{
	char path[PATH_MAX];
	if (strncmp(name, "virtio", 6) == 0 &&
	    snprintf(path, sizeof(path), "%s/%s/net", folder, name) < (int)sizeof(path))
		each_entry(path, take_first, context);
}

static void read_interface(const char *folder, char out[INVENTORY_TEXT_BYTES])
{
	char path[PATH_MAX];
	out[0] = '\0';
	if (snprintf(path, sizeof(path), "%s/net", folder) < (int)sizeof(path))
		each_entry(path, take_first, out);
	if (out[0] == '\0')
		each_entry(folder, take_virtio, out);
}

static enum inventory_owner owner_of(const char *driver)
{
	if (driver[0] == '\0')
		return INVENTORY_OWNER_NONE;
	if (is_one_of(driver, user_drivers, ARRAY_COUNT(user_drivers)))
		return INVENTORY_OWNER_USER;
	if (is_one_of(driver, shared_drivers, ARRAY_COUNT(shared_drivers)))
		return INVENTORY_OWNER_BOTH;
	return INVENTORY_OWNER_KERNEL;
}

enum result inventory_pci_read(const char *sysfs, const char *address, struct inventory_pci *out)
{
	char folder[PATH_MAX];
	char group[INVENTORY_TEXT_BYTES];
	int len = snprintf(folder, sizeof(folder), "%s/bus/pci/devices/%s", sysfs, address);
	if (len >= PATH_MAX || strlen(address) >= sizeof(out->address))
		return RESULT_TOO_LONG;
	if (access(folder, F_OK) != 0)
		return RESULT_NOT_FOUND;
	memset(out, 0, sizeof(*out));
	copy_text(out->address, address);
	out->vendor = (uint16_t)read_number(folder, "vendor", 0);
	out->device = (uint16_t)read_number(folder, "device", 0);
	out->numa_node = (int)read_number(folder, "numa_node", -1);
	read_link(folder, "iommu_group", group);
	out->has_iommu_group = group[0] != '\0';
	read_link(folder, "driver", out->driver);
	read_interface(folder, out->interface);
	out->owner = owner_of(out->driver);
	return RESULT_OK;
}

struct pci_list {
	const char *sysfs;
	struct inventory_pci *out;
	size_t max;
	size_t found;
};

static void take_pci(void *context, const char *folder, const char *name)
{
	struct pci_list *list = context;
	char path[PATH_MAX];
	if (list->found == list->max ||
	    snprintf(path, sizeof(path), "%s/%s", folder, name) >= (int)sizeof(path))
		return;
	long class = read_number(path, "class", 0);
	if ((unsigned long)class >> CLASS_SHIFT == CLASS_NETWORK &&
	    inventory_pci_read(list->sysfs, name, &list->out[list->found]) == RESULT_OK)
		list->found++;
}

size_t inventory_pci_list(const char *sysfs, struct inventory_pci *out, size_t max)
{
	char path[PATH_MAX];
	struct pci_list list = {.sysfs = sysfs, .out = out, .max = max};
	if (snprintf(path, sizeof(path), "%s/bus/pci/devices", sysfs) < (int)sizeof(path))
		each_entry(path, take_pci, &list);
	return list.found;
}

void inventory_pci_advise(const struct inventory_pci *device, char *text, size_t size)
{
	const char *driver = device->has_iommu_group ? "vfio-pci" : "uio_pci_generic";
	text[0] = '\0';
	if (device->owner == INVENTORY_OWNER_USER || device->owner == INVENTORY_OWNER_BOTH)
		return;
	size_t at = (size_t)snprintf(text, size, "modprobe %s\n", driver);
	if (device->interface[0] != '\0' && at < size)
		at += (size_t)snprintf(text + at, size - at, "ip link set %s down\n",
		                       device->interface);
	if (at < size)
		snprintf(text + at, size - at, "dpdk-devbind.py --bind=%s %s\n", driver,
		         device->address);
}

/* Interfaces without a device have no driver; some of them tell their kind. */
static void read_kind(const char *folder, char out[INVENTORY_TEXT_BYTES])
{
	char path[PATH_MAX];
	char line[INVENTORY_TEXT_BYTES * 2];
	read_link(folder, "device/driver", out);
	if (out[0] != '\0' ||
	    snprintf(path, sizeof(path), "%s/uevent", folder) >= (int)sizeof(path))
		return;
	FILE *file = fopen(path, "re");
	while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		if (strncmp(line, "DEVTYPE=", 8) == 0)
			copy_text(out, line + 8);
	}
	if (file != NULL)
		fclose(file);
	if (out[0] == '\0' &&
	    snprintf(path, sizeof(path), "%s/tun_flags", folder) < (int)sizeof(path) &&
	    access(path, F_OK) == 0)
		copy_text(out, "tun/tap");
}

static void count_queue(void *context, const char *folder, const char *name)
{
	uint32_t *queues = context;
	(void)folder;
	*queues += strncmp(name, "rx-", 3) == 0;
}

struct interface_list {
	struct inventory_interface *out;
	size_t max;
	size_t found;
};

static void take_interface(void *context, const char *folder, const char *name)
{
	struct interface_list *list = context;
	char path[PATH_MAX];
	char queues[PATH_MAX];
	if (list->found == list->max || strcmp(name, "lo") == 0 ||
	    strlen(name) >= INVENTORY_TEXT_BYTES ||
	    snprintf(path, sizeof(path), "%s/%s", folder, name) >= (int)sizeof(path) ||
	    snprintf(queues, sizeof(queues), "%s/%s/queues", folder, name) >= (int)sizeof(queues) ||
	    read_number(path, "ifindex", -1) < 0)
		return;
	struct inventory_interface *row = &list->out[list->found++];
	memset(row, 0, sizeof(*row));
	memcpy(row->name, name, strlen(name) + 1);
	read_kind(path, row->driver);
	read_word(path, "operstate", row->state);
	row->mtu = (uint32_t)read_number(path, "mtu", 0);
	each_entry(queues, count_queue, &row->rx_queues);
}

size_t inventory_interfaces(const char *sysfs, struct inventory_interface *out, size_t max)
{
	char path[PATH_MAX];
	struct interface_list list = {.out = out, .max = max};
	if (snprintf(path, sizeof(path), "%s/class/net", sysfs) < (int)sizeof(path))
		each_entry(path, take_interface, &list);
	return list.found;
}

struct pages_list {
	struct inventory_pages *out;
	size_t found;
};

static void take_pages(void *context, const char *folder, const char *name)
{
	struct pages_list *list = context;
	static const char prefix[] = "hugepages-";
	char path[PATH_MAX];
	char *end;
	if (list->found == INVENTORY_PAGE_SIZES_MAX || strncmp(name, prefix, strlen(prefix)) != 0)
		return;
	unsigned long size_kb = strtoul(name + strlen(prefix), &end, 10);
	if (strcmp(end, "kB") != 0 ||
	    snprintf(path, sizeof(path), "%s/%s", folder, name) >= (int)sizeof(path))
		return;
	list->out[list->found++] = (struct inventory_pages){
	    .size_kb = (uint32_t)size_kb,
	    .total = (uint32_t)read_number(path, "nr_hugepages", 0),
	    .free = (uint32_t)read_number(path, "free_hugepages", 0),
	};
}

static int by_size(const void *left, const void *right)
{
	const struct inventory_pages *a = left, *b = right;
	return a->size_kb < b->size_kb ? -1 : a->size_kb > b->size_kb;
}

size_t inventory_pages(const char *sysfs, struct inventory_pages out[INVENTORY_PAGE_SIZES_MAX])
{
	char path[PATH_MAX];
	struct pages_list list = {.out = out};
	if (snprintf(path, sizeof(path), "%s/kernel/mm/hugepages", sysfs) < (int)sizeof(path))
		each_entry(path, take_pages, &list);
	qsort(out, list.found, sizeof(*out), by_size);
	return list.found;
}
