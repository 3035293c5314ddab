/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* In place of xdp_filter.c where clang or libbpf was not there when the server was built. */
#include "port/xdp_filter_int.h"

#include "base/log.h"

bool port_has_xdp_filter(void)
{
	return false;
}

enum result port_xdp_filter_prepare(const struct port_settings *settings,
                                    char device[PORT_DEVARGS_BYTES], int *file)
{
	(void)device;
	(void)file;
	log_error("port", "PRT022",
	          "%s: an af_xdp port that shares its interface with the kernel needs our filter, "
	          "and this server "
	          "was built without: install clang and libbpf-dev (scripts/deps build) and build "
	          "it again, or "
	          "say \"mode\": \"owned\"",
	          settings->name);
	return RESULT_UNSUPPORTED;
}

void port_xdp_filter_arm(struct port *port, const struct port_settings *settings)
{
	(void)port;
	(void)settings;
}

void port_xdp_filter_close(struct port *port)
{
	port->filtered = false;
}
