/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* A made-up sysfs in a folder of our own, and what is read out of it. */
#include "port/inventory.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unit.h"

static char root[] = "/tmp/inventory-XXXXXX";

/* Makes the folders that lead to root/path. */
static void make_folders(char *path)
{
	for (char *at = path + strlen(root) + 1; (at = strchr(at, '/')) != NULL; at++) {
		*at = '\0';
		mkdir(path, 0755);
		*at = '/';
	}
}

static void put(const char *name, const char *text)
{
	char path[512];
	snprintf(path, sizeof(path), "%s/%s", root, name);
	make_folders(path);
	FILE *file = fopen(path, "w");
	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	fputs(text, file);
	fclose(file);
}

static void put_link(const char *name, const char *target)
{
	char path[512];
	snprintf(path, sizeof(path), "%s/%s", root, name);
	make_folders(path);
	CU_ASSERT_EQUAL_FATAL(symlink(target, path), 0);
}

#define PCI "bus/pci/devices/"

static void make_tree(void)
{
	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(root));
	/* An Intel card that the kernel has, behind an IOMMU. */
	put(PCI "0000:3b:00.0/class", "0x020000\n");
	put(PCI "0000:3b:00.0/vendor", "0x8086\n");
	put(PCI "0000:3b:00.0/device", "0x1572\n");
	put(PCI "0000:3b:00.0/numa_node", "1\n");
	put(PCI "0000:3b:00.0/net/ens1f0/mtu", "1500\n");
	put_link(PCI "0000:3b:00.0/driver", "../../../../bus/pci/drivers/i40e");
	put_link(PCI "0000:3b:00.0/iommu_group", "../../../kernel/iommu_groups/17");
	/* Its second port is ours already. */
	put(PCI "0000:3b:00.1/class", "0x020000\n");
	put_link(PCI "0000:3b:00.1/driver", "../../../../bus/pci/drivers/vfio-pci");
	/* A Mellanox card keeps its driver. */
	put(PCI "0000:5e:00.0/class", "0x020700\n");
	put_link(PCI "0000:5e:00.0/driver", "../../../../bus/pci/drivers/mlx5_core");
	/* A virtio card without IOMMU, and one that nobody has. */
	put(PCI "0000:00:02.0/class", "0x020000\n");
	put(PCI "0000:00:02.0/virtio1/net/eth0/mtu", "1500\n");
	put_link(PCI "0000:00:02.0/driver", "../../../../bus/pci/drivers/virtio-pci");
	put(PCI "0000:00:03.0/class", "0x020000\n");
	/* No network device. */
	put(PCI "0000:00:1f.2/class", "0x010601\n");

	put("class/net/lo/ifindex", "1\n");
	put("class/net/eth0/ifindex", "2\n");
	put("class/net/eth0/operstate", "up\n");
	put("class/net/eth0/mtu", "9000\n");
	put("class/net/eth0/queues/rx-0/x", "");
	put("class/net/eth0/queues/rx-1/x", "");
	put("class/net/eth0/queues/tx-0/x", "");
	put_link("class/net/eth0/device/driver", "../../../bus/virtio/drivers/virtio_net");
	put("class/net/br0/ifindex", "3\n");
	put("class/net/br0/uevent", "INTERFACE=br0\nDEVTYPE=bridge\n");
	put("class/net/tap0/ifindex", "4\n");
	put("class/net/tap0/tun_flags", "0x1002\n");
	put("class/net/bonding_masters", "\n"); /* a file, no interface */

	put("kernel/mm/hugepages/hugepages-1048576kB/nr_hugepages", "2\n");
	put("kernel/mm/hugepages/hugepages-1048576kB/free_hugepages", "1\n");
	put("kernel/mm/hugepages/hugepages-2048kB/nr_hugepages", "512\n");
	put("kernel/mm/hugepages/hugepages-2048kB/free_hugepages", "100\n");
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *where)
{
	(void)status;
	(void)kind;
	(void)where;
	return remove(path);
}

static void remove_tree(void)
{
	CU_ASSERT_EQUAL(nftw(root, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
}

static void test_pci(void)
{
	struct inventory_pci list[INVENTORY_DEVICES_MAX];
	CU_ASSERT_EQUAL_FATAL(inventory_pci_list(root, list, INVENTORY_DEVICES_MAX), 5);
	CU_ASSERT_STRING_EQUAL(list[0].address, "0000:00:02.0");
	CU_ASSERT_EQUAL(list[0].owner, INVENTORY_OWNER_KERNEL);
	CU_ASSERT_STRING_EQUAL(list[0].interface, "eth0");
	CU_ASSERT_FALSE(list[0].has_iommu_group);
	CU_ASSERT_EQUAL(list[0].numa_node, -1);
	CU_ASSERT_EQUAL(list[1].owner, INVENTORY_OWNER_NONE);
	CU_ASSERT_STRING_EQUAL(list[1].driver, "");
	CU_ASSERT_STRING_EQUAL(list[2].driver, "i40e");
	CU_ASSERT_STRING_EQUAL(list[2].interface, "ens1f0");
	CU_ASSERT_EQUAL(list[2].vendor, 0x8086);
	CU_ASSERT_EQUAL(list[2].device, 0x1572);
	CU_ASSERT_EQUAL(list[2].numa_node, 1);
	CU_ASSERT_TRUE(list[2].has_iommu_group);
	CU_ASSERT_EQUAL(list[3].owner, INVENTORY_OWNER_USER);
	CU_ASSERT_EQUAL(list[4].owner, INVENTORY_OWNER_BOTH);
	CU_ASSERT_EQUAL(inventory_pci_list(root, list, 2), 2);
	CU_ASSERT_EQUAL(inventory_pci_list("/nothing/here", list, 2), 0);
}

static void test_one(void)
{
	struct inventory_pci device;
	char path[8192];
	CU_ASSERT_EQUAL(inventory_pci_read(root, "0000:ff:00.0", &device), RESULT_NOT_FOUND);
	memset(path, 'x', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	CU_ASSERT_EQUAL(inventory_pci_read(root, path, &device), RESULT_TOO_LONG);
	CU_ASSERT_EQUAL(inventory_pci_read(root, "0000:3b:00.1", &device), RESULT_OK);
	CU_ASSERT_STRING_EQUAL(device.driver, "vfio-pci");
}

static void advice_is(const char *address, const char *wanted)
{
	struct inventory_pci device;
	char text[512];
	CU_ASSERT_EQUAL_FATAL(inventory_pci_read(root, address, &device), RESULT_OK);
	inventory_pci_advise(&device, text, sizeof(text));
	CU_ASSERT_STRING_EQUAL(text, wanted);
}

static void test_advice(void)
{
	advice_is("0000:3b:00.0", "modprobe vfio-pci\nip link set ens1f0 down\n"
	                          "dpdk-devbind.py --bind=vfio-pci 0000:3b:00.0\n");
	advice_is("0000:00:02.0", "modprobe uio_pci_generic\nip link set eth0 down\n"
	                          "dpdk-devbind.py --bind=uio_pci_generic 0000:00:02.0\n");
	advice_is("0000:00:03.0", "modprobe uio_pci_generic\n"
	                          "dpdk-devbind.py --bind=uio_pci_generic 0000:00:03.0\n");
	advice_is("0000:3b:00.1", "");
	advice_is("0000:5e:00.0", "");
}

static void test_interfaces(void)
{
	struct inventory_interface list[INVENTORY_DEVICES_MAX];
	CU_ASSERT_EQUAL_FATAL(inventory_interfaces(root, list, INVENTORY_DEVICES_MAX), 3);
	CU_ASSERT_STRING_EQUAL(list[0].name, "br0");
	CU_ASSERT_STRING_EQUAL(list[0].driver, "bridge");
	CU_ASSERT_STRING_EQUAL(list[1].name, "eth0");
	CU_ASSERT_STRING_EQUAL(list[1].driver, "virtio_net");
	CU_ASSERT_STRING_EQUAL(list[1].state, "up");
	CU_ASSERT_EQUAL(list[1].mtu, 9000);
	CU_ASSERT_EQUAL(list[1].rx_queues, 2);
	CU_ASSERT_STRING_EQUAL(list[2].driver, "tun/tap");
	CU_ASSERT_EQUAL(inventory_interfaces(root, list, 1), 1);
}

static void test_pages(void)
{
	struct inventory_pages list[INVENTORY_PAGE_SIZES_MAX];
	CU_ASSERT_EQUAL_FATAL(inventory_pages(root, list), 2);
	CU_ASSERT_EQUAL(list[0].size_kb, 2048);
	CU_ASSERT_EQUAL(list[0].total, 512);
	CU_ASSERT_EQUAL(list[0].free, 100);
	CU_ASSERT_EQUAL(list[1].size_kb, 1048576);
	CU_ASSERT_EQUAL(list[1].free, 1);
	CU_ASSERT_EQUAL(inventory_pages("/nothing/here", list), 0);
}

int main(int argc, char **argv)
{
	static const struct unit_case cases[] = {
	    {"made", make_tree},
	    {"pci devices with their drivers and interfaces", test_pci},
	    {"one device; none there; a text that is no address", test_one},
	    {"what to do until DPDK can have a device", test_advice},
	    {"interfaces of the kernel", test_interfaces},
	    {"huge pages of all sizes", test_pages},
	    {"removed", remove_tree},
	};
	return unit_main(argc, argv, "port/inventory", cases, ARRAY_COUNT(cases));
}
