/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Which files the started server reaches. To extend the list: a path of the configuration is here by itself, by
 * its row of type OPTION_PATH (`written` where we write it); any other gets a row in `fixed`. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <rte_eal.h>

#include "config/paths.h"
#include "control/control.h"
#include "safety.h"

#define READ SANDBOX_READ
#define WRITE (SANDBOX_READ | SANDBOX_WRITE)

static const struct sandbox_path fixed[] = {
    /* Of this process and the machine: counters, processors. The memory and the environment of other
     * processes are closed to a confined process in any case. */
    {"/proc", READ},
    {"/sys", READ},
    /* The C library: randomness, nothing, time zones. */
    {"/dev/null", WRITE},
    {"/dev/urandom", READ},
    {"/dev/random", READ},
    {"/dev/zero", READ},
    {"/etc/localtime", READ},
    {"/usr/share/zoneinfo", READ},
    /* Shared libraries that are loaded late (text encodings, a part of OpenSSL): to map, not to run. */
    {"/usr/lib", READ},
    {"/lib", READ},
    {"/etc/ld.so.cache", READ},
    /* TLS towards forwarders. Not /etc/ssl itself, where Debian keeps private keys. */
    {"/etc/ssl/certs", READ},
    {"/etc/ssl/openssl.cnf", READ},
    {"/usr/share/ca-certificates", READ},
    /* Root hints and trust anchors of Debian's dns-root-data. */
    {"/usr/share/dns", READ},
    /* "resolv.conf" among a forwarder's addresses; the file is mostly a link to one of these. */
    {"/etc/resolv.conf", READ},
    {"/run/systemd/resolve", READ},
    {"/run/resolvconf", READ},
    {"/run/NetworkManager", READ},
    /* Devices of DPDK's drivers. */
    {"/dev/vfio", WRITE},
    {"/dev/hugepages", WRITE},
    {"/dev/infiniband", WRITE},
    {"/dev/shm", WRITE},
    /* At the end our folders below it go, when they are empty. */
    {"/run", SANDBOX_REMOVE_FOLDER},
};

/* Adds rights for the path, which is copied. */
static void add(struct safety_paths *paths, const char *path, unsigned rights)
{
	size_t at = paths->last;
	if (at >= paths->count || strcmp(paths->path[at].path, path) != 0)
		for (at = 0; at < paths->count && strcmp(paths->path[at].path, path) != 0; at++)
			;
	paths->last = at;
	if (at < paths->count) {
		paths->path[at].rights |= rights;
		return;
	}
	char *copy = paths->count < SAFETY_PATHS_MAX ? strdup(path) : NULL;
	if (copy == NULL) {
		paths->is_full = true;
		return;
	}
	paths->path[paths->count++] = (struct sandbox_path){.path = copy, .rights = rights};
}

/* Whether so much hangs below the folder that only the file itself is let in. */
static bool is_too_wide(const char *folder)
{
	static const char *const wide[] = {"", "/etc", "/usr", "/var", "/home", "/root"};
	for (size_t i = 0; i < ARRAY_COUNT(wide); i++)
		if (strcmp(folder, wide[i]) == 0)
			return true;
	return false;
}

/* The folder of a file, since editors and certificate tools put a new file in the place of the old one. */
static void add_folder_of(struct safety_paths *paths, const char *path, unsigned rights)
{
	char folder[PATH_MAX];
	const char *slash = strrchr(path, '/');
	if (slash == NULL)
		snprintf(folder, sizeof(folder), ".");
	else
		snprintf(folder, sizeof(folder), "%.*s", (int)(slash - path), path);
	add(paths, is_too_wide(folder) ? path : folder, rights);
}

static void add_file(struct safety_paths *paths, const char *path, unsigned rights)
{
	char real[PATH_MAX];
	struct stat status;
	if (lstat(path, &status) == 0 && S_ISDIR(status.st_mode)) {
		add(paths, path, rights);
		return;
	}
	add_folder_of(paths, path, rights);
	/* Where a link points to, too: /etc/letsencrypt/live holds nothing but links. */
	if (lstat(path, &status) == 0 && S_ISLNK(status.st_mode) && realpath(path, real) != NULL)
		add_folder_of(paths, real, rights);
}

static void visit(void *context, const char *path, bool is_written)
{
	add_file(context, path, is_written ? WRITE : READ);
}

/* Folders that DPDK and the control socket made, which go with us. */
static void add_runtime(struct safety_paths *paths, const struct server *server)
{
	const char *control = control_path(server->control);
	add(paths, rte_eal_get_runtime_dir(), WRITE | SANDBOX_REMOVE_FOLDER);
	if (control != NULL)
		add_folder_of(paths, control, WRITE);
}

/* A secondary's file is written when the zone was transferred, and one that clients may change when it was. */
static void add_written_zones(struct safety_paths *paths, const struct config *config)
{
	for (uint32_t i = 0; i < config->zone_count; i++)
		if (config->zone[i].type == CONFIG_ZONE_SECONDARY && config->zone[i].file != NULL &&
		    config->zone[i].file[0] != '\0')
			add_file(paths, config->zone[i].file, WRITE);
}

enum result safety_paths_make(const struct server *server, struct safety_paths **out)
{
	struct safety_paths *paths = calloc(1, sizeof(*paths));
	*out = paths;
	if (paths == NULL)
		return RESULT_NO_MEMORY;
	for (size_t i = 0; i < ARRAY_COUNT(fixed); i++)
		add(paths, fixed[i].path, fixed[i].rights);
	add_runtime(paths, server);
	if (server->args->config_file != NULL)
		add_file(paths, server->args->config_file, READ);
	config_paths_visit(server->config, visit, paths);
	add_written_zones(paths, server->config);
	return RESULT_OK;
}

void safety_paths_free(struct safety_paths *paths)
{
	if (paths == NULL)
		return;
	for (size_t i = 0; i < paths->count; i++)
		free((void *)(uintptr_t)paths->path[i].path);
	free(paths);
}
