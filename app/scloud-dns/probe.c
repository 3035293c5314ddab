/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* The self-check: one function for each table. What is missing goes into a list as it is found, and is printed in the
 * end, so that the reader sees what to do in one place. */
#include "probe.h"

#include <dirent.h>
#include <sched.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <rte_config.h>
#include <rte_version.h>

#include "port/inventory.h"
#include "probe_int.h"

#define SYSFS "/sys"

void probe_advise(struct probe *probe, const char *format, ...)
{
	va_list list;
	size_t left = sizeof(probe->advice) - probe->advice_len;
	va_start(list, format);
	int len = vsnprintf(probe->advice + probe->advice_len, left, format, list);
	va_end(list);
	if (len > 0)
		probe->advice_len += (size_t)len < left ? (size_t)len : left - 1;
}

void probe_title(struct probe *probe, const char *text)
{
	fprintf(probe->out, "\n%s\n", text);
}

void probe_row(struct probe *probe, const char *what, const char *state, const char *meaning)
{
	fprintf(probe->out, meaning[0] != '\0' ? "  %-22s %-14s %s\n" : "  %-22s %s%s\n", what,
	        state, meaning);
}

static void print_processors(struct probe *probe)
{
	char isolated[128] = "";
	char text[32];
	cpu_set_t set;
	probe_title(probe, "Processors");
	CPU_ZERO(&set);
	int count = sched_getaffinity(0, sizeof(set), &set) == 0 ? CPU_COUNT(&set) : 0;
	snprintf(text, sizeof(text), "%d", count);
	probe_row(probe, "usable", text, "a lane, the resolver and the slow path like one each");
	FILE *file = fopen(SYSFS "/devices/system/cpu/isolated", "re");
	if (file != NULL && fgets(isolated, sizeof(isolated), file) != NULL)
		isolated[strcspn(isolated, "\n")] = '\0';
	if (file != NULL)
		fclose(file);
	probe_row(probe, "isolated", isolated[0] != '\0' ? isolated : "none",
	          "isolcpus= keeps the scheduler away from lcores that poll");
	if (count < 2)
		probe_advise(
		    probe, "- One processor: leave dpdk.idle at \"adaptive\", polling would starve "
		           "everything else.\n");
}

static void print_memory(struct probe *probe)
{
	struct inventory_pages pages[INVENTORY_PAGE_SIZES_MAX];
	char what[64];
	char state[64];
	uint32_t total = 0;
	probe_title(probe, "Huge pages");
	size_t count = inventory_pages(SYSFS, pages);
	for (size_t i = 0; i < count; i++) {
		snprintf(what, sizeof(what), "of %u MiB", pages[i].size_kb / 1024);
		snprintf(state, sizeof(state), "%u of %u free", pages[i].free, pages[i].total);
		probe_row(probe, what, state, "");
		total += pages[i].total;
	}
	if (count == 0)
		probe_row(probe, "any", "no", "the kernel has none");
	if (count > 0 && total == 0)
		probe_advise(
		    probe,
		    "- No huge pages. Not needed for TAP, af_packet and af_xdp; a PCI device needs "
		    "them:\n"
		    "      echo 256 > /sys/kernel/mm/hugepages/hugepages-%ukB/nr_hugepages\n"
		    "      (at boot: hugepages=256), and \"hugepages\": \"auto\" under "
		    "dpdk.memory\n",
		    pages[0].size_kb);
}

static const char *usable_as(const struct inventory_pci *device)
{
	switch (device->owner) {
	case INVENTORY_OWNER_USER:
		return "a port: \"device\": its address";
	case INVENTORY_OWNER_BOTH:
		return "a port, its driver stays";
	case INVENTORY_OWNER_KERNEL:
		return "an interface (af_packet, af_xdp)";
	case INVENTORY_OWNER_NONE:
		break;
	}
	return "nothing until it is bound";
}

static void advise_pci(struct probe *probe, const struct inventory_pci *device)
{
	char commands[512];
	inventory_pci_advise(device, commands, sizeof(commands));
	if (commands[0] == '\0')
		return;
	probe_advise(probe, "- To give %s to DPDK%s:\n", device->address,
	             device->interface[0] != '\0'
	                 ? " (the kernel loses it, and every connection over it)"
	                 : "");
	for (const char *line = commands; *line != '\0'; line = strchr(line, '\n') + 1)
		probe_advise(probe, "      %.*s\n", (int)strcspn(line, "\n"), line);
}

static void print_pci(struct probe *probe)
{
	struct inventory_pci devices[INVENTORY_DEVICES_MAX];
	probe_title(probe, "PCI network devices");
	size_t count = inventory_pci_list(SYSFS, devices, INVENTORY_DEVICES_MAX);
	if (count == 0)
		fprintf(probe->out, "  none\n");
	else
		fprintf(probe->out, "  %-13s %-10s %-16s %-10s %-5s %-6s %s\n", "address", "id",
		        "driver", "interface", "NUMA", "IOMMU", "can be");
	for (size_t i = 0; i < count; i++) {
		const struct inventory_pci *device = &devices[i];
		fprintf(probe->out, "  %-13s %04x:%04x  %-16s %-10s %-5d %-6s %s\n",
		        device->address, device->vendor, device->device,
		        device->driver[0] != '\0' ? device->driver : "-",
		        device->interface[0] != '\0' ? device->interface : "-", device->numa_node,
		        device->has_iommu_group ? "yes" : "no", usable_as(device));
		advise_pci(probe, device);
	}
}

static void print_interfaces(struct probe *probe)
{
	struct inventory_interface rows[INVENTORY_DEVICES_MAX];
	probe_title(probe, "Interfaces of the kernel, for ports net_af_packet0,iface=NAME or "
	                   "net_af_xdp0,iface=NAME");
	size_t count = inventory_interfaces(SYSFS, rows, INVENTORY_DEVICES_MAX);
	if (count == 0)
		fprintf(probe->out, "  none\n");
	else
		fprintf(probe->out, "  %-16s %-14s %-9s %6s %7s\n", "name", "driver or kind",
		        "state", "MTU", "queues");
	for (size_t i = 0; i < count; i++)
		fprintf(probe->out, "  %-16s %-14s %-9s %6u %7u\n", rows[i].name,
		        rows[i].driver[0] != '\0' ? rows[i].driver : "-", rows[i].state,
		        rows[i].mtu, rows[i].rx_queues);
}

static int is_net_driver(const struct dirent *entry)
{
	const char *name = entry->d_name;
	size_t len = strlen(name);
	return strncmp(name, "librte_net_", 11) == 0 && len > 14 &&
	       strcmp(name + len - 3, ".so") == 0;
}

/* DPDK's drivers are files in one folder; a packaged one has them all. */
static void print_drivers(struct probe *probe)
{
	struct dirent **entries;
	probe_title(probe, "DPDK");
	probe_row(probe, "version", rte_version(), "");
#ifdef RTE_EAL_PMD_PATH
	int count = scandir(RTE_EAL_PMD_PATH, &entries, is_net_driver, alphasort);
	size_t column = 0;
	fprintf(probe->out, "  network drivers in %s:", RTE_EAL_PMD_PATH);
	for (int i = 0; i < count; i++) {
		const char *name = entries[i]->d_name + strlen("librte_");
		int len = (int)strlen(name) - 3;
		if (column++ % 7 == 0)
			fprintf(probe->out, "\n   ");
		fprintf(probe->out, " %.*s", len, name);
		free(entries[i]);
	}
	fprintf(probe->out, "%s\n", count <= 0 ? " none" : "");
	if (count >= 0)
		free(entries);
	if (count <= 0)
		probe_advise(
		    probe, "- DPDK's drivers are missing: apt-get install dpdk (or libdpdk-dev)\n");
#else
	(void)entries;
	(void)is_net_driver;
#endif
}

int probe_print(FILE *out)
{
	struct probe probe = {.out = out};
	fprintf(out, "scloud-dns " SCLOUD_VERSION " on this machine (nothing is changed)\n");
	print_processors(&probe);
	print_memory(&probe);
	print_pci(&probe);
	print_interfaces(&probe);
	print_drivers(&probe);
	probe_kernel(&probe);
	probe_process(&probe);
	probe_title(&probe, "What to do");
	fprintf(out, "%s", probe.advice_len > 0 ? probe.advice : "- Nothing.\n");
	fprintf(out, "\n%s\n",
	        probe.broken ? "The default configuration (a TAP) cannot start here."
	                     : "The default configuration (a TAP) can start here.");
	return probe.broken ? EXIT_FAILURE : EXIT_SUCCESS;
}
