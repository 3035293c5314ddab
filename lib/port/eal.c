/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* EAL arguments from port settings. */
#include "port/eal.h"

#include <stdio.h>
#include <string.h>

#include "port/driver_int.h"

static enum result add_device(const char *device, struct port_eal_args *out)
{
	if (strlen(device) >= PORT_DEVARGS_BYTES)
		return RESULT_TOO_LONG;
	if (!port_device_is_pci(device))
		return RESULT_OK;
	unsigned at = out->count / 2;
	if (at == PORT_EAL_DEVICES_MAX)
		return RESULT_TOO_LONG;
	snprintf(out->text[at], sizeof(out->text[at]), "%s", device);
	out->argument[out->count++] = "-a";
	out->argument[out->count++] = out->text[at];
	return RESULT_OK;
}

enum result port_eal_args(const struct port_settings *settings, uint16_t count,
                          struct port_eal_args *out)
{
	if (count > PORT_MAX)
		return RESULT_TOO_LONG;
	out->count = 0;
	for (unsigned i = 0; i < count; i++) {
		enum result result = add_device(settings[i].device, out);
		for (unsigned j = 0; j < settings[i].member_count && result == RESULT_OK; j++)
			result = add_device(settings[i].members[j], out);
		if (result != RESULT_OK)
			return result;
	}
	if (out->count == 0)
		out->argument[out->count++] = "--no-pci";
	return RESULT_OK;
}
