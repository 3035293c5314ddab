/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Loads, arms and removes the filter. The driver keeps to itself what it has loaded, but its descriptors are those of
 * this process: they are found below /proc/self/fd, which needs no more rights than the driver needed. */
#include "port/xdp_filter_int.h"

#include <dirent.h>
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "base/log.h"
#include "port/driver_int.h"
#include "port/xdp_filter_limits.h"

#define DNS_PORT 53
#define DESCRIPTORS "/proc/self/fd"
#define KIND_PROGRAM "anon_inode:bpf-prog"
#define KIND_MAP "anon_inode:bpf-map"
#define MAPS_MAX 8

_Static_assert(XDP_FILTER_QUEUES_MAX == PORT_QUEUES_MAX, "the filter knows all queues");
_Static_assert(XDP_FILTER_ADDRESSES_MAX == PORT_ADDRESSES_MAX, "and all addresses");

extern const char xdp_filter_object[];
extern const unsigned long xdp_filter_object_len;

/* The name of the program, as the kernel keeps it. */
static const char filter_name[] = "scloud_filter";

/* A key of ours_v4 or ours_v6: a length of the prefix and its address. */
struct key {
	uint32_t bits;
	uint8_t octets[16];
};

bool port_has_xdp_filter(void)
{
	return true;
}

/* Whether the program is ours; false too if we may not ask. */
static bool is_ours(uint32_t id)
{
	struct bpf_prog_info info = {0};
	uint32_t len = sizeof(info);
	int fd = bpf_prog_get_fd_by_id(id);
	if (fd < 0)
		return false;
	bool ours =
	    bpf_obj_get_info_by_fd(fd, &info, &len) == 0 && strcmp(info.name, filter_name) == 0;
	close(fd);
	return ours;
}

/* That a link cannot be detached like this is no error that the library should print. */
static bool detach_quietly(int index)
{
	libbpf_print_fn_t print = libbpf_set_print(NULL);
	int error = bpf_xdp_detach(index, 0, NULL);
	libbpf_set_print(print);
	return error == 0;
}

/* A server that was killed while its attachment was DPDK's has left it. One that runs holds a link, which cannot be
 * taken away like this. */
static enum result clear_interface(const struct port_settings *settings, const char *interface)
{
	uint32_t id = 0;
	unsigned index = if_nametoindex(interface);
	if (index == 0) {
		log_error("port", "PRT016", "%s: there is no interface \"%s\"", settings->name,
		          interface);
		return RESULT_NOT_FOUND;
	}
	if (bpf_xdp_query_id((int)index, 0, &id) != 0 || id == 0)
		return RESULT_OK;
	if (is_ours(id) && detach_quietly((int)index)) {
		log_info("port", "PRT017",
		         "%s: took away the filter that a server before us left on %s",
		         settings->name, interface);
		return RESULT_OK;
	}
	log_error("port", "PRT018",
	          "%s: %s has an XDP program already (id %u): another server, or remove it with "
	          "\"ip link set %s xdp off\"",
	          settings->name, interface, id, interface);
	return RESULT_BUSY;
}

/* The program as a file that vanishes with its descriptor. */
static int open_object(void)
{
	int fd = memfd_create(filter_name, MFD_CLOEXEC);
	if (fd < 0)
		return -1;
	if (write(fd, xdp_filter_object, xdp_filter_object_len) == (ssize_t)xdp_filter_object_len)
		return fd;
	close(fd);
	return -1;
}

enum result port_xdp_filter_prepare(const struct port_settings *settings,
                                    char device[PORT_DEVARGS_BYTES], int *file)
{
	char interface[IFNAMSIZ];
	if (!port_device_value(settings->device, "iface", interface, sizeof(interface))) {
		log_error("port", "PRT016", "%s: \"%s\" names no interface (iface=NAME)",
		          settings->name, settings->device);
		return RESULT_NOT_FOUND;
	}
	enum result result = clear_interface(settings, interface);
	if (result != RESULT_OK)
		return result;
	*file = open_object();
	if (*file < 0) {
		log_error("port", "PRT019", "%s: no file for the filter: %s", settings->name,
		          strerror(errno));
		return RESULT_IO;
	}
	int len = snprintf(device, PORT_DEVARGS_BYTES, "%s,xdp_prog=" DESCRIPTORS "/%d",
	                   settings->device, *file);
	if (len < PORT_DEVARGS_BYTES)
		return RESULT_OK;
	close(*file);
	*file = -1;
	return RESULT_TOO_LONG;
}

static uint32_t id_of(int fd, bool is_map)
{
	struct bpf_map_info map = {0};
	struct bpf_prog_info program = {0};
	uint32_t len = is_map ? sizeof(map) : sizeof(program);
	void *info = is_map ? (void *)&map : (void *)&program;
	if (bpf_obj_get_info_by_fd(fd, info, &len) != 0)
		return 0;
	return is_map ? map.id : program.id;
}

/* The descriptor of this process for the map or program with that id, or -1. */
static int find_descriptor(const char *kind, uint32_t id)
{
	char target[64];
	int found = -1;
	DIR *folder = opendir(DESCRIPTORS);
	for (struct dirent *entry; folder != NULL && found < 0 && (entry = readdir(folder));) {
		ssize_t len = readlinkat(dirfd(folder), entry->d_name, target, sizeof(target) - 1);
		if (len < 0)
			continue;
		target[len] = '\0';
		int fd = (int)strtol(entry->d_name, NULL, 10);
		if (strcmp(target, kind) == 0 && id_of(fd, strcmp(kind, KIND_MAP) == 0) == id)
			found = fd;
	}
	if (folder != NULL)
		closedir(folder);
	return found;
}

/* The program's map of that name. */
static int find_map(int program, const char *name)
{
	uint32_t ids[MAPS_MAX];
	struct bpf_prog_info info = {.nr_map_ids = MAPS_MAX, .map_ids = (uintptr_t)ids};
	uint32_t len = sizeof(info);
	if (bpf_obj_get_info_by_fd(program, &info, &len) != 0)
		return -1;
	for (uint32_t i = 0; i < info.nr_map_ids && i < MAPS_MAX; i++) {
		struct bpf_map_info map = {0};
		int fd = find_descriptor(KIND_MAP, ids[i]);
		len = sizeof(map);
		if (fd >= 0 && bpf_obj_get_info_by_fd(fd, &map, &len) == 0 &&
		    strcmp(map.name, name) == 0)
			return fd;
	}
	errno = ENOENT;
	return -1;
}

static bool add_port(int map, uint16_t udp_port)
{
	const uint16_t key = htobe16(udp_port);
	const uint8_t value = 1;
	return bpf_map_update_elem(map, &key, &value, 0) == 0;
}

static bool fill_ports(int program, const struct port_settings *settings)
{
	int map = find_map(program, "dns_ports");
	if (map < 0)
		return false;
	if (settings->dns_port_count == 0)
		return add_port(map, DNS_PORT);
	for (uint16_t i = 0; i < settings->dns_port_count; i++) {
		if (!add_port(map, settings->dns_ports[i]))
			return false;
	}
	return true;
}

static bool fill_addresses(int program, const struct port *port)
{
	const int v4 = find_map(program, "ours_v4");
	const int v6 = find_map(program, "ours_v6");
	const uint8_t value = 1;
	if (v4 < 0 || v6 < 0)
		return false;
	for (uint16_t i = 0; i < port->address_count; i++) {
		const struct net_prefix *ours = &port->address[i];
		struct key key = {.bits = ours->length};
		memcpy(key.octets, ours->address.octets, net_address_bytes(ours->address.family));
		if (bpf_map_update_elem(ours->address.family == 4 ? v4 : v6, &key, &value, 0) != 0)
			return false;
	}
	return true;
}

/* The driver's attachment outlives the process, a link does not. Between the two the kernel gets all frames for a
 * moment, and our UDP sockets there answer. */
static void attach_by_link(struct port *port, int program)
{
	int index = (int)port->interface_index;
	if (bpf_xdp_detach(index, 0, NULL) == 0) {
		port->filter_fd = bpf_link_create(program, index, BPF_XDP, NULL);
		if (port->filter_fd >= 0)
			return;
		port->filter_fd = -1;
		if (bpf_xdp_attach(index, program, 0, NULL) != 0) {
			log_warn("port", "PRT020", "%s: the filter cannot be attached again: %s",
			         port->name, strerror(errno));
			return;
		}
	}
	log_info("port", "PRT021",
	         "%s: the filter stays on %s if this process is killed, until the next start",
	         port->name, port->interface);
}

void port_xdp_filter_arm(struct port *port, const struct port_settings *settings)
{
	uint32_t id = 0;
	int program = -1;
	if (bpf_xdp_query_id((int)port->interface_index, 0, &id) == 0 && id != 0)
		program = find_descriptor(KIND_PROGRAM, id);
	if (program < 0 || !fill_ports(program, settings) || !fill_addresses(program, port)) {
		log_warn("port", "PRT020",
		         "%s: the filter on %s does not work, queries go over the kernel: %s",
		         port->name, port->interface, strerror(errno));
		return;
	}
	attach_by_link(port, program);
}

void port_xdp_filter_close(struct port *port)
{
	if (!port->filtered)
		return;
	port->filtered = false;
	if (port->filter_fd >= 0)
		close(port->filter_fd);
	else
		(void)bpf_xdp_detach((int)port->interface_index, 0, NULL);
	port->filter_fd = -1;
}
