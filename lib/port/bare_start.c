/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* af_packet without CAP_NET_ADMIN. A filter of seccomp belongs to the thread that loads it, and ends with it. */
#include "port/bare_start_int.h"

#include <errno.h>
#include <net/if.h>
#include <pthread.h>
#include <seccomp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <rte_ethdev.h>

#include "base/log.h"

/* The kernel looks at 32 bits of the request only. */
#define REQUEST_MASK UINT32_MAX

/* What dev_config_restore() of DPDK asks for: promiscuous mode off (it is), the MAC address that was read before. */
static const unsigned long idle_requests[] = {SIOCSIFFLAGS, SIOCSIFHWADDR};

struct start {
	uint16_t id;
	int error; /* of the start */
	int filter_error;
};

bool port_bare_start_wanted(const struct port *port)
{
	struct ifreq request = {0};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return false;
	memcpy(request.ifr_name, port->interface, IFNAMSIZ);
	const bool refused = ioctl(fd, SIOCGIFFLAGS, &request) == 0 &&
	                     ioctl(fd, SIOCSIFFLAGS, &request) != 0 && errno == EPERM;
	close(fd);
	return refused;
}

/* For the calling thread alone. Gives 0, or -errno. */
static int idle_calls(void)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	if (filter == NULL)
		return -ENOMEM;
	int error = 0;
	for (size_t i = 0; i < ARRAY_COUNT(idle_requests) && error == 0; i++) {
		const struct scmp_arg_cmp request = {1, SCMP_CMP_MASKED_EQ, REQUEST_MASK,
		                                     idle_requests[i]};
		error =
		    seccomp_rule_add_array(filter, SCMP_ACT_ERRNO(0), SCMP_SYS(ioctl), 1, &request);
	}
	if (error == 0)
		error = seccomp_load(filter);
	seccomp_release(filter);
	return error;
}

static void *start_thread(void *argument)
{
	struct start *start = argument;
	start->filter_error = idle_calls();
	start->error = rte_eth_dev_start(start->id);
	return NULL;
}

int port_bare_start(const struct port *port)
{
	struct start start = {.id = port->id};
	pthread_t thread;
	if (pthread_create(&thread, NULL, start_thread, &start) != 0)
		return rte_eth_dev_start(port->id);
	(void)pthread_join(thread, NULL);
	if (start.filter_error != 0)
		log_warn("port", "PRT027",
		         "%s: no CAP_NET_ADMIN, and no seccomp by which the driver could do "
		         "without: %s",
		         port->name, strerror(-start.filter_error));
	else
		log_info("port", "PRT026",
		         "%s: no CAP_NET_ADMIN: flags and MAC address of %s stay as they are",
		         port->name, port->interface);
	return start.error;
}
