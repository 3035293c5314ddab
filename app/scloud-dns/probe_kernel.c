/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* The self-check's questions to the kernel: each feature is tried or looked for where it would be. */
#include <dirent.h>
#include <errno.h>
#include <sched.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/capability.h>
#include <netinet/in.h>

#include "port/port.h"
#include "probe_int.h"

#define DNS_PORT 53
#ifndef AF_XDP
#define AF_XDP 44
#endif

static bool exists(const char *path)
{
	return access(path, F_OK) == 0;
}

static const char *yes_no(bool yes)
{
	return yes ? "yes" : "no";
}

static bool has_socket(int family, int type)
{
	int fd = socket(family, type | SOCK_CLOEXEC, 0);
	bool is_there = fd >= 0 || errno == EPERM;
	if (fd >= 0)
		close(fd);
	return is_there;
}

/* Whether this process may make a network namespace: tried in a child, so that ours stays. */
static bool can_unshare(void)
{
	int status = 1;
	pid_t child = fork();
	if (child == 0)
		_exit(unshare(CLONE_NEWNET) == 0 ? 0 : 1);
	return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

static void check_tap(struct probe *probe)
{
	bool has_tun = exists("/dev/net/tun");
	probe_row(probe, "/dev/net/tun", yes_no(has_tun),
	          "net_tap, and the exception TAP of ports that are ours alone");
	if (has_tun)
		return;
	probe->broken = true;
	probe_advise(probe, "- No TAP: modprobe tun (in a container: --device /dev/net/tun), or an "
	                    "af_packet port\n");
}

static void check_namespaces(struct probe *probe)
{
	bool can = can_unshare();
	probe_row(probe, "network namespaces", yes_no(can),
	          "the kernel half of a port stands in one of its own");
	if (can)
		return;
	probe->broken = true;
	probe_advise(probe,
	             "- No network namespace can be made: run as root, or with CAP_SYS_ADMIN, or "
	             "use an af_packet port\n");
}

/* Those that `ip netns` knows: a port's kernel half may stand in one of them. */
static void print_named(struct probe *probe)
{
	char names[256] = "";
	size_t at = 0;
	DIR *folder = opendir("/run/netns");
	for (struct dirent *entry; folder != NULL && (entry = readdir(folder)) != NULL;) {
		if (entry->d_name[0] != '.' && at < sizeof(names))
			at += (size_t)snprintf(names + at, sizeof(names) - at, "%s%s",
			                       at > 0 ? ", " : "", entry->d_name);
	}
	if (folder != NULL)
		closedir(folder);
	probe_row(probe, "named ones", at > 0 ? names : "none",
	          "\"namespace\" of a port may be one of them");
}

static void check_vfio(struct probe *probe)
{
	struct utsname name;
	char path[128];
	bool has_vfio = exists("/dev/vfio/vfio");
	probe_row(probe, "vfio", yes_no(has_vfio), "PCI devices, with an IOMMU");
	probe_row(probe, "uio_pci_generic", yes_no(exists("/sys/bus/pci/drivers/uio_pci_generic")),
	          "PCI devices, without one (many virtual machines)");
	if (has_vfio || uname(&name) != 0)
		return;
	snprintf(path, sizeof(path), "/lib/modules/%s/modules.dep", name.release);
	if (!exists(path))
		probe_advise(probe,
		             "- No kernel modules are installed for %s: PCI devices cannot be "
		             "bound to vfio-pci\n",
		             name.release);
	else
		probe_advise(probe, "- For PCI devices: modprobe vfio-pci, and intel_iommu=on or "
		                    "amd_iommu=on at boot if there is an IOMMU\n");
}

void probe_kernel(struct probe *probe)
{
	struct utsname name;
	probe_title(probe, "Kernel");
	if (uname(&name) == 0)
		probe_row(probe, "release", name.release, "");
	check_tap(probe);
	check_namespaces(probe);
	print_named(probe);
	probe_row(probe, "AF_PACKET", yes_no(has_socket(AF_PACKET, SOCK_RAW)),
	          "net_af_packet: any interface, in a container too");
	probe_row(probe, "AF_XDP", yes_no(has_socket(AF_XDP, SOCK_RAW)),
	          "net_af_xdp: any interface, several times as fast");
	probe_row(probe, "af_xdp's filter", yes_no(port_has_xdp_filter()),
	          "built in: the kernel keeps what is not DNS");
	if (!port_has_xdp_filter())
		probe_advise(probe,
		             "- af_xdp would take whole interfaces: install clang and libbpf-dev "
		             "(scripts/deps build) and build again\n");
	probe_row(probe, "/dev/vhost-net", yes_no(exists("/dev/vhost-net")),
	          "net_virtio_user,path=/dev/vhost-net");
	check_vfio(probe);
}

/* What each capability is for, where we want it. */
static const struct {
	int number;
	const char *name;
	const char *use;
} capabilities[] = {
    {CAP_NET_ADMIN, "CAP_NET_ADMIN", "TAPs, addresses, af_xdp"},
    {CAP_NET_RAW, "CAP_NET_RAW", "af_packet, all that it needs; af_xdp"},
    {CAP_NET_BIND_SERVICE, "CAP_NET_BIND_SERVICE", "ports below 1024: DNS, DoT, DoH"},
    {CAP_SYS_ADMIN, "CAP_SYS_ADMIN", "the kernel half's network namespace, huge pages"},
    {CAP_IPC_LOCK, "CAP_IPC_LOCK", "memory that devices write to (vfio), locked"},
    {CAP_SYS_NICE, "CAP_SYS_NICE", "memory on the right NUMA node"},
    {CAP_BPF, "CAP_BPF", "af_xdp's filter"},
};

static uint64_t effective_capabilities(void)
{
	char line[128];
	uint64_t set = 0;
	FILE *file = fopen("/proc/self/status", "re");
	while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
		if (strncmp(line, "CapEff:", 7) == 0)
			set = strtoull(line + 7, NULL, 16);
	}
	if (file != NULL)
		fclose(file);
	return set;
}

/* 0, or why an IPv4 socket cannot be bound to the DNS port on all addresses. */
static int bind_error(int type)
{
	const struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(DNS_PORT)};
	int error = 0;
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);
	if (fd < 0 || bind(fd, (const struct sockaddr *)&address, sizeof(address)) != 0)
		error = errno;
	if (fd >= 0)
		close(fd);
	return error;
}

static void check_port(struct probe *probe, const char *what, int type)
{
	int error = bind_error(type);
	probe_row(probe, what,
	          error == 0            ? "free"
	          : error == EADDRINUSE ? "taken"
	                                : "no",
	          error == 0 || error == EADDRINUSE ? "listeners on kernel sockets"
	                                            : strerror(error));
	if (error == EADDRINUSE)
		probe_advise(probe,
		             "- %s is taken by somebody: ss -lnp 'sport = :53'. Our ports are not "
		             "touched by that, listeners on the same address are\n",
		             what);
}

void probe_process(struct probe *probe)
{
	uint64_t set = effective_capabilities();
	probe_title(probe, "This process");
	for (size_t i = 0; i < ARRAY_COUNT(capabilities); i++)
		probe_row(probe, capabilities[i].name,
		          yes_no((set >> capabilities[i].number & 1) != 0), capabilities[i].use);
	if ((set >> CAP_NET_ADMIN & 1) == 0) {
		probe->broken = true;
		probe_advise(probe,
		             "- No CAP_NET_ADMIN: start with sudo, or use an af_packet port, which "
		             "needs CAP_NET_RAW only\n");
	}
	check_port(probe, "UDP port 53", SOCK_DGRAM);
	check_port(probe, "TCP port 53", SOCK_STREAM);
}
