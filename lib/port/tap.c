/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* The host's end of a net_tap port. The interface lives as long as the driver holds it open; nothing of
 * what is set up here has to be taken back. */
#include "port/tap_int.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include <rte_log.h>

#include "base/log.h"
#include "port/driver_int.h"
#include "port/netlink.h"

#define TUN_DEVICE "/dev/net/tun"
#define SIGNALS_MAX 128
/* The bit that says "locally administered" in the first octet of a MAC address. */
#define MAC_LOCAL 0x02

/* Written and read by the control thread that opens ports. */
static bool signal_taken[SIGNALS_MAX];
static int saved_log_level = -1;

enum result port_tap_check(const struct port_settings *settings)
{
	char name[IFNAMSIZ];
	int fd = open(TUN_DEVICE, O_RDWR | O_CLOEXEC);
	if (fd < 0) {
		bool denied = errno == EPERM || errno == EACCES;
		log_error("port", "PRT001", "%s: cannot open %s: %s; %s", settings->name,
		          TUN_DEVICE, strerror(errno),
		          denied ? "run as root or with CAP_NET_ADMIN" : "load the module tun");
		return denied ? RESULT_DENIED : RESULT_UNSUPPORTED;
	}
	close(fd);
	if (port_device_value(settings->device, "iface", name, sizeof(name)) &&
	    strchr(name, '%') == NULL && if_nametoindex(name) != 0) {
		log_error("port", "PRT002",
		          "%s: the interface %s is there already; is another server running?",
		          settings->name, name);
		return RESULT_BUSY;
	}
	return RESULT_OK;
}

void port_tap_quiet_begin(void)
{
	for (int number = SIGRTMIN + 1; number < SIGRTMAX && number < SIGNALS_MAX; number++) {
		struct sigaction action;
		signal_taken[number] = false;
		if (sigaction(number, NULL, &action) != 0 || action.sa_handler != SIG_DFL)
			continue;
		action = (struct sigaction){.sa_handler = SIG_IGN};
		signal_taken[number] = sigaction(number, &action, NULL) == 0;
	}
	/* The driver complains about signals, and about queue disciplines that we do not use. */
	int type = rte_log_register("pmd.net.tap");
	saved_log_level = type < 0 ? -1 : rte_log_get_level((uint32_t)type);
	if (saved_log_level >= 0 && saved_log_level < (int)RTE_LOG_DEBUG)
		rte_log_set_level((uint32_t)type, RTE_LOG_CRIT);
}

void port_tap_quiet_end(void)
{
	for (int number = SIGRTMIN + 1; number < SIGRTMAX && number < SIGNALS_MAX; number++) {
		const struct sigaction action = {.sa_handler = SIG_DFL};
		if (signal_taken[number])
			(void)sigaction(number, &action, NULL);
		signal_taken[number] = false;
	}
	int type = rte_log_register("pmd.net.tap");
	if (type >= 0 && saved_log_level >= 0)
		rte_log_set_level((uint32_t)type, (uint32_t)saved_log_level);
	saved_log_level = -1;
}

void port_tap_before_start(struct port *port)
{
	struct port_netlink netlink;
	if (port->interface_index == 0 || port_netlink_open(&netlink) != RESULT_OK)
		return;
	const struct port_netlink_link link = {.no_link_local = true};
	if (port_netlink_set_link(&netlink, port->interface_index, &link) != RESULT_OK)
		log_debug("port", "PRT003", "%s: the kernel keeps IPv6 from %s: %s", port->name,
		          port->interface, strerror(errno));
	port_netlink_close(&netlink);
}

/* fe80::/64 with the modified EUI-64 of the MAC address (RFC 4291, appendix A). */
static struct net_prefix link_local_of(const uint8_t mac[6])
{
	struct net_prefix prefix = {.address = {.family = 6, .octets = {0xfe, 0x80}}, .length = 64};
	uint8_t *id = prefix.address.octets + 8;
	memcpy(id, mac, 3);
	id[0] ^= MAC_LOCAL;
	id[3] = 0xff;
	id[4] = 0xfe;
	memcpy(id + 5, mac + 3, 3);
	return prefix;
}

static void add_address(struct port_netlink *netlink, const struct port *port,
                        const struct net_prefix *address)
{
	char text[NET_TEXT_BYTES];
	if (port_netlink_add_address(netlink, port->interface_index, address) != RESULT_OK)
		log_warn("port", "PRT004", "%s: cannot give %s the address %s: %s", port->name,
		         port->interface, net_prefix_format(address, text), strerror(errno));
}

void port_tap_host_setup(struct port *port, const struct port_settings *settings)
{
	struct port_netlink netlink;
	if (port->interface_index == 0 || port_netlink_open(&netlink) != RESULT_OK) {
		log_warn("port", "PRT005", "%s: the host's end cannot be set up: %s", port->name,
		         strerror(errno));
		return;
	}
	/* The driver gives its own MAC address to the host's end too. The kernel half answers ARP with
	 * it, and a host does not believe its own address in others' hands. */
	uint8_t mac[6];
	memcpy(mac, port->mac, sizeof(mac));
	mac[0] |= MAC_LOCAL;
	mac[5] ^= 1;
	const struct port_netlink_link link = {.mac = mac, .up = true};
	if (port_netlink_set_link(&netlink, port->interface_index, &link) != RESULT_OK)
		log_warn("port", "PRT006", "%s: cannot bring up %s: %s", port->name,
		         port->interface, strerror(errno));
	bool has_v6 = false;
	for (unsigned i = 0; i < settings->host_address_count; i++) {
		has_v6 |= settings->host_addresses[i].address.family == 6;
		add_address(&netlink, port, &settings->host_addresses[i]);
	}
	const struct net_prefix link_local = link_local_of(mac);
	if (has_v6)
		add_address(&netlink, port, &link_local);
	port_netlink_close(&netlink);
}
