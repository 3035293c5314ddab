/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* From the configuration to a process that can do little else than answer. */
#include "safety.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <rte_eal.h>

#include "base/log.h"

#ifndef CAP_BPF
#define CAP_BPF 39
#endif

#define BIT(capability_) (UINT64_C(1) << (capability_))

/* What drivers do after the start and at their end. A device that is not here needs nothing. */
static const struct driver_row {
	const char *device; /* what the port's device names; "": a PCI address */
	uint64_t capabilities;
	bool bpf;
} drivers[] = {
    /* The program is taken off the interface when the port closes. */
    {"net_af_xdp", BIT(CAP_NET_ADMIN) | BIT(CAP_NET_RAW) | BIT(CAP_BPF), true},
    /* The interface is set down and its flags are put back. */
    {"net_tap", BIT(CAP_NET_ADMIN), false},
    /* Memory for the device is locked; some cards (mlx5) make queues of raw frames again after an error. */
    {"", BIT(CAP_IPC_LOCK) | BIT(CAP_NET_RAW), false},
};

/* A bond names its members: all drivers that the text names count. */
static bool is_used(const struct driver_row *row, const char *device)
{
	return row->device[0] == '\0' ? strchr(device, ':') != NULL
	                              : strstr(device, row->device) != NULL;
}

static void add_drivers(const struct ports *ports, struct sandbox_settings *settings)
{
	for (uint16_t i = 0; i < ports->count; i++) {
		for (size_t j = 0; j < ARRAY_COUNT(drivers); j++) {
			if (!is_used(&drivers[j], ports->settings[i].device))
				continue;
			settings->keep |= drivers[j].capabilities;
			settings->allow_bpf = settings->allow_bpf || drivers[j].bpf;
		}
	}
}

/* Who sends by the kernel's routes asks it to look again for neighbours that it may have lost. */
static void add_routes(const struct config *config, struct sandbox_settings *settings)
{
	for (uint32_t i = 0; i < config->dpdk.ports_count; i++)
		if (config->dpdk.ports[i].l2 == CONFIG_L2_ROUTE)
			settings->keep |= BIT(CAP_NET_ADMIN);
}

enum result safety_prepare(struct server *server)
{
	const char *user =
	    server->args->user != NULL ? server->args->user : server->config->sandbox.user;
	server->has_user = user[0] != '\0';
	if (!server->has_user)
		return RESULT_OK;
	const enum result result = sandbox_find_user(user, &server->user);
	if (result != RESULT_OK)
		log_error("sandbox", "SBX001",
		          "sandbox.user %s: %s; allowed: the name of an account, UID or UID:GID",
		          user,
		          result == RESULT_NOT_FOUND  ? "there is no such account"
		          : result == RESULT_NO_SPACE ? "it is in too many groups"
		                                      : "it cannot be read");
	return result;
}

static void hand_over(const char *path, const struct sandbox_user *user)
{
	if (path[0] != '\0' && lchown(path, user->uid, user->gid) != 0 && errno != ENOENT)
		log_warn("sandbox", "SBX004", "%s cannot be given to the user: %s", path,
		         strerror(errno));
}

/* What was made by root before, and is opened again or removed by the user later. */
static void hand_over_files(const struct server *server)
{
	char path[CONFIG_PATH_BYTES];
	const char *folder = rte_eal_get_runtime_dir();
	hand_over(server->config->logging.file, &server->user);
	hand_over(control_path(server->control), &server->user);
	hand_over(folder, &server->user);
	snprintf(path, sizeof(path), "%s/dpdk_telemetry.v2", folder);
	hand_over(path, &server->user);
}

/* Once we are who we shall be: what will fail later is better told now. */
static void check_folder(const char *file, const char *key)
{
	char folder[CONFIG_PATH_BYTES];
	struct stat status;
	if (file[0] == '\0')
		return;
	snprintf(folder, sizeof(folder), "%s", file);
	char *slash = strrchr(folder, '/');
	if (slash != NULL && (stat(file, &status) != 0 || !S_ISDIR(status.st_mode)))
		*(slash == folder ? slash + 1 : slash) = '\0';
	if (faccessat(AT_FDCWD, folder, W_OK | X_OK, AT_EACCESS) != 0)
		log_warn("sandbox", "SBX005",
		         "%s: %s cannot be written to by the server's user: %s", key, folder,
		         strerror(errno));
}

static void check_folders(const struct config *config)
{
	if (config->logging.rotate)
		check_folder(config->logging.file, "logging.file");
	check_folder(config->cache.file, "cache.file");
	check_folder(config->sandbox.crash_folder, "sandbox.crash_folder");
}

static void put_capabilities(uint64_t capabilities, char *out, size_t bytes)
{
	size_t len = 0;
	snprintf(out, bytes, "none");
	for (unsigned number = 0; number < 64 && len < bytes; number++) {
		const char *name = sandbox_capability_name(number);
		if ((capabilities >> number & 1) != 0 && name != NULL)
			len += (size_t)snprintf(out + len, bytes - len, "%s%s", len > 0 ? "," : "",
			                        name);
	}
}

static void tell(const struct server *server)
{
	const struct config_sandbox *wanted = &server->config->sandbox;
	const struct sandbox_report *report = &server->sandbox;
	char capabilities[512];
	char files[64];
	if (wanted->drop_capabilities)
		put_capabilities(report->capabilities, capabilities, sizeof(capabilities));
	else
		snprintf(capabilities, sizeof(capabilities), "as before");
	if (report->landlock > 0)
		snprintf(files, sizeof(files), "%u paths (Landlock %d)", report->paths,
		         report->landlock);
	else
		snprintf(files, sizeof(files), "all");
	log_info("sandbox", "SBX002",
	         "%u threads confined: user %u:%u, capabilities %s, files %s, system calls %s",
	         report->threads, (unsigned)geteuid(), (unsigned)getegid(), capabilities, files,
	         wanted->seccomp == CONFIG_SECCOMP_ON    ? "listed (seccomp)"
	         : wanted->seccomp == CONFIG_SECCOMP_LOG ? "all, unlisted ones logged (seccomp)"
	                                                 : "all");
	if (wanted->landlock && report->landlock == 0)
		log_warn("sandbox", "SBX006",
		         "this kernel has no Landlock (Linux 5.13 and \"landlock\" in its lsm= "
		         "list): files "
		         "are not confined; sandbox.landlock: false silences this");
}

static enum result enter(struct server *server, const struct safety_paths *paths)
{
	static const enum sandbox_calls calls[] = {[CONFIG_SECCOMP_OFF] = SANDBOX_CALLS_OFF,
	                                           [CONFIG_SECCOMP_LOG] = SANDBOX_CALLS_LOG,
	                                           [CONFIG_SECCOMP_ON] = SANDBOX_CALLS_ON};
	const struct config_sandbox *wanted = &server->config->sandbox;
	struct sandbox_settings settings = {
	    .user = server->has_user ? &server->user : NULL,
	    .drop_capabilities = wanted->drop_capabilities,
	    .confine_files = wanted->landlock,
	    .paths = paths->path,
	    .path_count = paths->count,
	    .calls = calls[wanted->seccomp],
	};
	add_drivers(&server->ports, &settings);
	add_routes(server->config, &settings);
	/* Root without any capability could not read again, or write, what it could at the start; where, Landlock
	 * says. */
	if (!server->has_user && geteuid() == 0)
		settings.keep |= BIT(CAP_DAC_OVERRIDE);
	return sandbox_enter(&settings, &server->sandbox);
}

/* The sanitizers' own search for leaks needs ptrace() at the end, and a call of theirs is nobody's bug. */
static bool is_instrumented(void)
{
#ifdef __SANITIZE_ADDRESS__
	return true;
#else
	return false;
#endif
}

enum result safety_enter(struct server *server)
{
	struct safety_paths *paths;
	if (is_instrumented()) {
		log_info("sandbox", "SBX007", "built with sanitizers: not confined");
		return RESULT_OK;
	}
	enum result result = safety_paths_make(server, &paths);
	if (result != RESULT_OK)
		return result;
	if (paths->is_full)
		log_warn(
		    "sandbox", "SBX008",
		    "files are in more than %u folders: those beyond cannot be read again; name "
		    "what is above them in sandbox.read_paths",
		    SAFETY_PATHS_MAX);
	if (server->has_user)
		hand_over_files(server);
	result = enter(server, paths);
	safety_paths_free(paths);
	if (result != RESULT_OK) {
		log_error("sandbox", "SBX009", "the process cannot be confined: %s",
		          server->sandbox.problem[0] != '\0' ? server->sandbox.problem
		                                             : result_text(result));
		return result;
	}
	if (server->has_user)
		check_folders(server->config);
	tell(server);
	return RESULT_OK;
}

void safety_tick(void)
{
	struct sandbox_denied denied;
	while (sandbox_take_denied(&denied))
		log_warn(
		    "sandbox", "SBX003",
		    "system call %s was denied %u times, last in thread %s: a feature that the "
		    "list lacks, or somebody who broke in; sandbox.seccomp: log lets it through",
		    denied.call, denied.count, denied.thread);
}
