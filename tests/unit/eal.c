/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* The arguments of DPDK that need neither root's files nor a device. */
#include "eal.h"

#include <rte_eal.h>

#include "base/attr.h"
#include "base/check.h"

void unit_eal_start(void)
{
	char *arguments[] = {(char[]){"test"},
	                     (char[]){"--no-huge"},
	                     (char[]){"--no-pci"},
	                     (char[]){"--no-shconf"},
	                     (char[]){"--no-telemetry"},
	                     (char[]){"-m"},
	                     (char[]){"64"},
	                     (char[]){"--log-level=error"},
	                     (char[]){"-l"},
	                     (char[]){"0"}};
	CHECK(rte_eal_init((int)ARRAY_COUNT(arguments), arguments) >= 0);
}
