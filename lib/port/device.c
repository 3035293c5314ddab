/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Devices come and go through DPDK's buses. A PCI device that does not come is looked up in sysfs: what is said then
 * is what has to be done. */
#include "port/device_int.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <rte_bus.h>
#include <rte_dev.h>
#include <rte_ethdev.h>

#include "base/log.h"
#include "port/driver_int.h"
#include "port/inventory.h"

#define SYSFS "/sys"
#define HINT_BYTES 384

static const char *probe_error_text(int error)
{
	if (error == 0)
		return "it is no network device";
	return error == -EFAULT ? "no driver knows that name" : strerror(-error);
}

/* Lines of commands, on one line. */
static void join_lines(char *text)
{
	size_t len = strlen(text);
	if (len > 0 && text[len - 1] == '\n')
		text[len - 1] = '\0';
	for (char *at = text; (at = strchr(at, '\n')) != NULL;)
		*at = ';';
}

/* Why DPDK does not have a PCI device, and the commands that change it. */
static void pci_hint(const char *name, char hint[HINT_BYTES])
{
	struct inventory_pci device;
	char commands[HINT_BYTES / 2];
	if (inventory_pci_read(SYSFS, name, &device) != RESULT_OK) {
		snprintf(hint, HINT_BYTES,
		         "; there is no such PCI device here (scloud-dns --probe lists them)");
		return;
	}
	inventory_pci_advise(&device, commands, sizeof(commands));
	join_lines(commands);
	if (commands[0] == '\0')
		snprintf(hint, HINT_BYTES,
		         "; it is bound to %s: are there huge pages, and the rights to use it?",
		         device.driver);
	else
		snprintf(hint, HINT_BYTES, "; it is bound to %s%s%s, and DPDK needs it: %s",
		         device.driver[0] != '\0' ? device.driver : "no driver",
		         device.interface[0] != '\0' ? " as " : "", device.interface, commands);
}

enum result port_device_plug(const char *port_name, const char *device, uint16_t *id)
{
	char name[PORT_DEVARGS_BYTES];
	char hint[HINT_BYTES] = "";
	if (port_device_name(device, name) != RESULT_OK)
		return RESULT_TOO_LONG;
	if (rte_eth_dev_get_port_by_name(name, id) == 0)
		return RESULT_OK;
	int error = rte_dev_probe(device);
	if (error == 0 && rte_eth_dev_get_port_by_name(name, id) == 0)
		return RESULT_OK;
	if (port_device_is_pci(device))
		pci_hint(name, hint);
	log_error("port", "PRT011", "%s: cannot open the device \"%s\": %s%s", port_name, device,
	          probe_error_text(error), hint);
	if (error == -EPERM || error == -EACCES)
		return RESULT_DENIED;
	return error == -EEXIST || error == -EBUSY ? RESULT_BUSY : RESULT_NOT_FOUND;
}

void port_device_unplug(uint16_t id)
{
	struct rte_eth_dev_info info;
	if (rte_eth_dev_info_get(id, &info) != 0)
		return;
	(void)rte_eth_dev_stop(id);
	struct rte_device *device = info.device;
	(void)rte_eth_dev_close(id);
	if (device != NULL)
		(void)rte_dev_remove(device);
}
