/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Finds the process that holds an address: the kernel's socket tables give an inode, the
 * descriptors of all processes say whose it is. For messages at start only. */
#include <ctype.h>
#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "slowpath/endpoint.h"

/* /proc writes an address as 32-bit words in host order, in hexadecimal. */
static bool parse_octets(const char *text, size_t octets, uint8_t *out)
{
	for (size_t word = 0; word < octets / 4; word++) {
		uint32_t value;
		if (sscanf(text + 8 * word, "%8" SCNx32, &value) != 1)
			return false;
		memcpy(out + 4 * word, &value, 4);
	}
	return true;
}

/* Whether a socket at `held` keeps others from `wanted`. */
static bool collides(const struct query_address *held, const struct query_address *wanted)
{
	if (held->port != wanted->port)
		return false;
	if (endpoint_is_any(held))
		return true;
	if (held->family != wanted->family)
		return endpoint_is_any(wanted);
	return endpoint_is_any(wanted) ||
	       memcmp(held->octets, wanted->octets, endpoint_octets(held)) == 0;
}

/* One line of /proc/net/{tcp,udp}{,6}: the inode when it collides, else 0. */
static unsigned long line_inode(const char *line, bool tcp, uint8_t family,
                                const struct query_address *wanted)
{
	char address[40];
	unsigned port, state;
	unsigned long inode;
	struct query_address held = {.family = family};
	if (sscanf(line, " %*d: %39[0-9A-Fa-f]:%x %*s %x %*s %*s %*s %*d %*d %lu", address, &port,
	           &state, &inode) != 4)
		return 0;
	held.port = (uint16_t)port;
	enum {
		PROC_TCP_LISTEN = 0x0a
	};
	if (tcp && state != PROC_TCP_LISTEN)
		return 0;
	if (strlen(address) != 2 * endpoint_octets(&held) ||
	    !parse_octets(address, endpoint_octets(&held), held.octets))
		return 0;
	return collides(&held, wanted) ? inode : 0;
}

static unsigned long table_inode(const char *path, bool tcp, uint8_t family,
                                 const struct query_address *wanted)
{
	char line[512];
	unsigned long inode = 0;
	FILE *file = fopen(path, "re");
	if (file == NULL)
		return 0;
	while (inode == 0 && fgets(line, sizeof(line), file) != NULL)
		inode = line_inode(line, tcp, family, wanted);
	(void)fclose(file);
	return inode;
}

/* Whether the process has a descriptor whose link text is `link`. */
static bool process_has(const char *pid, const char *link)
{
	char path[300], text[64];
	bool found = false;
	(void)snprintf(path, sizeof(path), "/proc/%s/fd", pid);
	DIR *directory = opendir(path);
	if (directory == NULL)
		return false;
	for (struct dirent *entry = readdir(directory); entry != NULL && !found;
	     entry = readdir(directory)) {
		ssize_t length =
		    readlinkat(dirfd(directory), entry->d_name, text, sizeof(text) - 1);
		if (length < 0)
			continue;
		text[length] = '\0';
		found = strcmp(text, link) == 0;
	}
	(void)closedir(directory);
	return found;
}

static void process_text(const char *pid, char holder[ENDPOINT_HOLDER_MAX])
{
	char path[300], name[32] = "?";
	(void)snprintf(path, sizeof(path), "/proc/%s/comm", pid);
	FILE *file = fopen(path, "re");
	if (file != NULL) {
		if (fgets(name, sizeof(name), file) != NULL)
			name[strcspn(name, "\n")] = '\0';
		(void)fclose(file);
	}
	(void)snprintf(holder, ENDPOINT_HOLDER_MAX, "%s (pid %.10s)", name, pid);
}

bool endpoint_holder(bool tcp, const struct query_address *address,
                     char holder[ENDPOINT_HOLDER_MAX])
{
	char link[32];
	unsigned long inode = table_inode(
	    tcp ? "/proc/thread-self/net/tcp" : "/proc/thread-self/net/udp", tcp, 4, address);
	if (inode == 0)
		inode =
		    table_inode(tcp ? "/proc/thread-self/net/tcp6" : "/proc/thread-self/net/udp6",
		                tcp, 6, address);
	if (inode == 0)
		return false;
	(void)snprintf(link, sizeof(link), "socket:[%lu]", inode);
	DIR *processes = opendir("/proc");
	if (processes == NULL)
		return false;
	bool found = false;
	for (struct dirent *entry = readdir(processes); entry != NULL && !found;
	     entry = readdir(processes)) {
		if (!isdigit((unsigned char)entry->d_name[0]) || !process_has(entry->d_name, link))
			continue;
		process_text(entry->d_name, holder);
		found = true;
	}
	(void)closedir(processes);
	return found;
}
