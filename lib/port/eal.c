/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* EAL arguments from port settings. */
#include "port/eal.h"

#include <stdio.h>
#include <string.h>

#include "port/driver_int.h"

enum result port_eal_args(const struct port_settings *settings, uint16_t count,
                          struct port_eal_args *out)
{
	if (count > PORT_MAX)
		return RESULT_TOO_LONG;
	for (unsigned i = 0; i < count; i++) {
		if (strlen(settings[i].device) >= PORT_DEVARGS_BYTES)
			return RESULT_TOO_LONG;
	}
	out->count = 0;
	for (unsigned i = 0; i < count; i++) {
		if (!port_device_is_pci(settings[i].device))
			continue;
		snprintf(out->text[i], sizeof(out->text[i]), "%s", settings[i].device);
		out->argument[out->count++] = "-a";
		out->argument[out->count++] = out->text[i];
	}
	if (out->count == 0)
		out->argument[out->count++] = "--no-pci";
	return RESULT_OK;
}
