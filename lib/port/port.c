/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Opens and closes devices: probe, plan (caps.c), configure, queues, start, the host's end (tap.c). */
#include "port/port.h"

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <rte_ethdev.h>

#include "base/check.h"
#include "base/log.h"
#include "net/frame.h"
#include "port/bare_start_int.h"
#include "port/bond_int.h"
#include "port/caps_int.h"
#include "port/device_int.h"
#include "port/driver_int.h"
#include "port/isolate_int.h"
#include "port/shield_int.h"
#include "port/tap_int.h"
#include "port/xdp_filter_int.h"

static enum result check_settings(const struct port_settings *settings)
{
	if (strlen(settings->name) >= PORT_NAME_BYTES ||
	    strlen(settings->device) >= PORT_DEVARGS_BYTES ||
	    settings->address_count > PORT_ADDRESSES_MAX ||
	    settings->member_count > PORT_MEMBERS_MAX) {
		log_error("port", "PRT010",
		          "%.31s: name, device or list of addresses or members is too long",
		          settings->name);
		return RESULT_TOO_LONG;
	}
	return RESULT_OK;
}

static void take_mac(struct port *port)
{
	struct rte_ether_addr mac = {{0}};
	(void)rte_eth_macaddr_get(port->id, &mac);
	memcpy(port->mac, mac.addr_bytes, sizeof(port->mac));
}

static void take_identity(const struct port_settings *settings, const struct port_driver *driver,
                          const struct rte_eth_dev_info *info, struct port *port)
{
	snprintf(port->name, sizeof(port->name), "%s", settings->name);
	snprintf(port->driver, sizeof(port->driver), "%s",
	         info->driver_name == NULL ? driver->name : info->driver_name);
	port->interface_index = info->if_index;
	if (info->if_index == 0 || if_indextoname(info->if_index, port->interface) == NULL)
		port->interface[0] = '\0';
	port->mode = settings->mode;
	if (port->mode == PORT_MODE_AUTO)
		port->mode = port_isolate_fits(port->driver) ? PORT_MODE_BIFURCATED : driver->mode;
	port->check_mac = driver->check_mac;
	for (unsigned i = 0; i < settings->address_count; i++) {
		port->address[i] = settings->addresses[i];
		if (net_prefix_has_host_bits(&port->address[i]))
			port->address[i].length =
			    (uint8_t)(8 * net_address_bytes(port->address[i].address.family));
	}
	port->address_count = settings->address_count;
	for (unsigned i = 0; i < PORT_QUEUES_MAX; i++) {
		port->wake_fd[i] = -1;
		rte_spinlock_init(&port->tx_lock[i].lock);
	}
}

static int setup_queues(const struct port *port, struct caps_plan *plan,
                        const struct rte_eth_dev_info *info, struct rte_mempool *pool)
{
	int socket = rte_eth_dev_socket_id(port->id);
	unsigned node = socket < 0 ? (unsigned)SOCKET_ID_ANY : (unsigned)socket;
	int error = rte_eth_dev_adjust_nb_rx_tx_desc(port->id, &plan->rx_descriptors,
	                                             &plan->tx_descriptors);
	if (error != 0 && error != -ENOTSUP)
		return error;
	struct rte_eth_rxconf rx_conf = info->default_rxconf;
	struct rte_eth_txconf tx_conf = info->default_txconf;
	rx_conf.offloads = plan->conf.rxmode.offloads;
	tx_conf.offloads = plan->conf.txmode.offloads;
	for (uint16_t queue = 0; queue < plan->rx_queues; queue++) {
		error = rte_eth_rx_queue_setup(port->id, queue, plan->rx_descriptors, node,
		                               &rx_conf, pool);
		if (error != 0)
			return error;
	}
	for (uint16_t queue = 0; queue < plan->tx_queues; queue++) {
		error =
		    rte_eth_tx_queue_setup(port->id, queue, plan->tx_descriptors, node, &tx_conf);
		if (error != 0)
			return error;
	}
	return 0;
}

/* Tries the steps from everything to nothing until the device agrees to one. */
static enum result configure(const struct port_settings *settings, const struct port_driver *driver,
                             const struct rte_eth_dev_info *info, uint16_t lane_count,
                             struct rte_mempool *pool, struct port *port)
{
	int error = 0;
	for (enum caps_step step = CAPS_ALL; step < CAPS_STEP_COUNT; step++) {
		struct caps_plan plan;
		port_caps_plan(settings, driver, info, lane_count, pool, step, &plan);
		error = rte_eth_dev_configure(port->id, plan.rx_queues, plan.tx_queues, &plan.conf);
		if (error == 0)
			error = setup_queues(port, &plan, info, pool);
		if (error == 0) {
			port_caps_take(&plan, lane_count, port);
			return RESULT_OK;
		}
		if (error == -ENOMEM)
			break;
	}
	log_error("port", "PRT012", "%s: the driver %s does not accept any configuration: %s",
	          port->name, port->driver, strerror(-error));
	return error == -ENOMEM ? RESULT_NO_MEMORY : RESULT_IO;
}

/* Over an interface of the kernel nothing larger than its MTU can leave, whatever the driver says. */
static void limit_mtu(struct port *port)
{
	struct ifreq request = {0};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	memcpy(request.ifr_name, port->interface, IFNAMSIZ);
	if (ioctl(fd, SIOCGIFMTU, &request) == 0 && request.ifr_mtu < port->mtu)
		port->mtu = (uint16_t)request.ifr_mtu;
	close(fd);
}

static void find_wake_fds(const struct port_driver *driver, struct port *port)
{
	if (!driver->wakes)
		return;
	for (uint16_t queue = 0; queue < port->rx_queue_count; queue++) {
		int fd = rte_eth_dev_rx_intr_ctl_q_get_fd(port->id, queue);
		port->wake_fd[queue] = fd < 0 ? -1 : fd;
	}
}

/* The kernel half of an owned port needs ARP, neighbour discovery and what routing daemons say, of which most goes to
 * groups. A device that cannot take all groups is asked for all frames: those to other stations are sorted out. */
static void take_groups(struct port *port)
{
	if (port->mode != PORT_MODE_OWNED || rte_eth_allmulticast_enable(port->id) == 0)
		return;
	if (rte_eth_promiscuous_enable(port->id) == 0)
		port->check_mac = true;
}

/* 0, or -errno. */
static int start_device(const struct port_driver *driver, const struct port *port)
{
	if (strcmp(driver->name, "net_af_packet") == 0 && port_bare_start_wanted(port))
		return port_bare_start(port);
	return rte_eth_dev_start(port->id);
}

static enum result start(const struct port_settings *settings, const struct port_driver *driver,
                         uint16_t lane_count, struct port *port)
{
	bool is_tap = strcmp(driver->name, "net_tap") == 0;
	if (is_tap) {
		port_tap_before_start(port);
		/* Configuring does not reach the interface; where this fails limit_mtu() says so. */
		(void)rte_eth_dev_set_mtu(port->id, port->mtu);
	}
	int error = start_device(driver, port);
	if (error != 0) {
		log_error("port", "PRT013", "%s: the device does not start: %s", port->name,
		          strerror(-error));
		return RESULT_IO;
	}
	take_groups(port);
	take_mac(port); /* a bond has its members' only now */
	if (port->interface[0] != '\0')
		limit_mtu(port);
	port->is_bond = driver->is_bond;
	port->tx_shared |= driver->is_bond; /* port_rx() sends too */
	find_wake_fds(driver, port);
	if (is_tap)
		port_tap_host_setup(port, settings);
	port_bond_host_setup(port, settings);
	if (port->filtered)
		port_xdp_filter_arm(port, settings);
	else if (port->passes)
		port_isolate_rules(port, settings);
	port_shield_open(port, settings);
	port_caps_log(port, settings, lane_count);
	return RESULT_OK;
}

static enum result open_device(const struct port_settings *settings,
                               const struct port_driver *driver, uint16_t lane_count,
                               struct rte_mempool *pool, struct port *port)
{
	enum result result = port_device_plug(settings->name, settings->device, &port->id);
	if (result != RESULT_OK)
		return result;
	struct rte_eth_dev_info info;
	int error = rte_eth_dev_info_get(port->id, &info);
	if (error != 0)
		return RESULT_IO;
	take_identity(settings, driver, &info, port);
	if (port->mode == PORT_MODE_BIFURCATED && port_isolate_fits(port->driver)) {
		port->passes = port_isolate_begin(port);
		port->mode = port->passes ? PORT_MODE_BIFURCATED : PORT_MODE_OWNED;
	}
	result = configure(settings, driver, &info, lane_count, pool, port);
	if (result == RESULT_OK)
		result = start(settings, driver, lane_count, port);
	if (result != RESULT_OK)
		port_device_unplug(port->id);
	return result;
}

/* An af_xdp port shares its interface with the kernel by our filter, unless it brings a program of its own, or
 * shall have all frames. */
static bool wants_filter(const struct port_settings *settings, const struct port_driver *driver)
{
	char program[PORT_DEVARGS_BYTES];
	if (strcmp(driver->name, "net_af_xdp") != 0 ||
	    port_device_value(settings->device, "xdp_prog", program, sizeof(program)))
		return false;
	return settings->mode == PORT_MODE_BIFURCATED ||
	       (settings->mode == PORT_MODE_AUTO && driver->mode == PORT_MODE_BIFURCATED);
}

/* The driver then takes the whole interface: fine, but not what most want. */
static void tell_unfiltered(const struct port_settings *settings, const struct port_driver *driver)
{
	if (strcmp(driver->name, "net_af_xdp") == 0 && settings->mode == PORT_MODE_AUTO &&
	    !port_has_xdp_filter())
		log_info("port", "PRT015",
		         "%s: built without the XDP filter: the whole interface is taken from the "
		         "kernel",
		         settings->name);
}

/* What has to be there before the device, and the device's text then. `file` is to be closed afterwards, or -1. */
static enum result prepare(const struct port_settings *settings, const struct port_driver *driver,
                           struct port *port, char device[PORT_DEVARGS_BYTES], int *file)
{
	*file = -1;
	port->filter_fd = -1;
	memcpy(device, settings->device, strlen(settings->device) + 1);
	if (settings->member_count > 0)
		return port_bond_prepare(settings, port, device);
	if (!wants_filter(settings, driver))
		return RESULT_OK;
	port->passes = port->filtered = true;
	return port_xdp_filter_prepare(settings, device, file);
}

static enum result prepare_and_open(const struct port_settings *settings,
                                    const struct port_driver *driver, uint16_t lane_count,
                                    struct rte_mempool *pool, struct port *port)
{
	char device[PORT_DEVARGS_BYTES];
	int file;
	enum result result = prepare(settings, driver, port, device, &file);
	struct port_settings prepared = *settings;
	prepared.device = device;
	if (result == RESULT_OK)
		result = open_device(&prepared, driver, lane_count, pool, port);
	if (result != RESULT_OK)
		port_bond_close(port);
	if (file >= 0)
		close(file);
	return result;
}

static bool has_tap(const struct port_settings *settings, const struct port_driver *driver)
{
	bool is_tap = strcmp(driver->name, "net_tap") == 0;
	for (uint16_t i = 0; i < settings->member_count; i++)
		is_tap |= strcmp(port_driver_find(settings->members[i])->name, "net_tap") == 0;
	return is_tap;
}

enum result port_open(const struct port_settings *settings, uint16_t index, uint16_t lane_count,
                      struct rte_mempool *pool, struct port *out)
{
	CHECK(index < PORT_MAX && lane_count > 0);
	enum result result = check_settings(settings);
	if (result != RESULT_OK)
		return result;
	const struct port_driver *driver = port_driver_find(settings->device);
	bool is_tap = has_tap(settings, driver);
	if (is_tap) {
		result = port_tap_check(settings);
		if (result != RESULT_OK)
			return result;
		port_tap_quiet_begin();
	}
	*out = (struct port){.index = index};
	tell_unfiltered(settings, driver);
	result = prepare_and_open(settings, driver, lane_count, pool, out);
	if (is_tap)
		port_tap_quiet_end();
	out->is_open = result == RESULT_OK;
	return result;
}

void port_close(struct port *port)
{
	if (!port->is_open)
		return;
	port->is_open = false;
	port_shield_close(port);
	port_xdp_filter_close(port);
	port_device_unplug(port->id);
	port_bond_close(port);
}

uint16_t port_message_max(const struct port *port, uint8_t version)
{
	uint16_t headers = NET_UDP_HEADER_BYTES;
	headers += version == 4 ? NET_IPV4_HEADER_BYTES : NET_IPV6_HEADER_BYTES;
	return (uint16_t)(port->mtu - headers);
}

uint32_t port_mbufs_held(const struct port_settings *settings, uint16_t lane_count)
{
	const struct port_driver *driver = port_driver_find(settings->device);
	uint32_t rx =
	    settings->rx_descriptors == 0 ? PORT_DESCRIPTORS_DEFAULT : settings->rx_descriptors;
	uint32_t tx =
	    settings->tx_descriptors == 0 ? PORT_DESCRIPTORS_DEFAULT : settings->tx_descriptors;
	if (driver->rx_descriptors_max != 0 && rx > driver->rx_descriptors_max)
		rx = driver->rx_descriptors_max;
	uint32_t queues = lane_count;
	if (settings->queues != 0 && settings->queues < lane_count)
		queues = settings->queues;
	uint32_t devices = settings->member_count > 1 ? settings->member_count : 1;
	return devices * (queues * rx + lane_count * tx);
}

bool port_may_lack_queues(const struct port_settings *settings)
{
	return settings->queues != 0 || !port_device_is_pci(settings->device);
}

int port_wake_fd(const struct port *port, uint16_t queue)
{
	return queue < port->rx_queue_count ? port->wake_fd[queue] : -1;
}
