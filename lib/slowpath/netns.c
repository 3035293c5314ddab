/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Network namespaces: making, naming, entering, leaving. */
#include "slowpath/netns.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/check.h"

#define NETNS_DIRECTORY "/run/netns"
#define NETNS_SELF "/proc/thread-self/ns/net"

static int open_self(void)
{
	return open(NETNS_SELF, O_RDONLY | O_CLOEXEC);
}

/* Puts the namespace that the thread is in under its name, as `ip netns add` does, so that other
 * programs see it: the directory has to be a shared mount for that. */
static enum result bind_name(struct netns *netns, struct problem *problem)
{
	enum {
		DIRECTORY_MODE = 0755
	};
	if (mkdir(NETNS_DIRECTORY, DIRECTORY_MODE) != 0 && errno != EEXIST)
		return problem_set_errno(problem, "making " NETNS_DIRECTORY);
	if (mount("", NETNS_DIRECTORY, "none", MS_SHARED | MS_REC, NULL) != 0) {
		if (mount(NETNS_DIRECTORY, NETNS_DIRECTORY, "none", MS_BIND | MS_REC, NULL) != 0 ||
		    mount("", NETNS_DIRECTORY, "none", MS_SHARED | MS_REC, NULL) != 0)
			return problem_set_errno(problem, "sharing " NETNS_DIRECTORY);
	}
	int file = open(netns->path, O_RDONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0);
	if (file < 0)
		return problem_set_errno(problem, "making %s", netns->path);
	(void)close(file);
	if (mount(NETNS_SELF, netns->path, "none", MS_BIND, NULL) != 0) {
		enum result result = problem_set_errno(problem, "naming %s", netns->path);
		(void)unlink(netns->path);
		return result;
	}
	netns->named = true;
	return RESULT_OK;
}

/* Makes a namespace while the thread is away from `home`, and closes that descriptor. */
static enum result make(struct netns *netns, int home, struct problem *problem)
{
	if (unshare(CLONE_NEWNET) != 0) {
		enum result denied = problem_set_errno(problem, "making a network namespace");
		(void)close(home);
		return denied;
	}
	enum result result = RESULT_OK;
	netns->fd = open_self();
	if (netns->fd < 0)
		result = problem_set_errno(problem, "opening the new network namespace");
	else if (netns->path[0] != '\0')
		result = bind_name(netns, problem);
	netns_leave(home);
	return result;
}

static enum result set_path(struct netns *netns, const char *name, struct problem *problem)
{
	if (name == NULL)
		return RESULT_OK;
	if (name[0] == '\0' || name[0] == '.' || strchr(name, '/') != NULL ||
	    strlen(name) + sizeof(NETNS_DIRECTORY) + 1 > NETNS_PATH_MAX)
		return problem_set(problem, RESULT_MALFORMED,
		                   "\"%.40s\" cannot name a network namespace", name);
	(void)snprintf(netns->path, sizeof(netns->path), NETNS_DIRECTORY "/%s", name);
	return RESULT_OK;
}

enum result netns_open(struct netns *netns, const char *name, struct problem *problem)
{
	*netns = (struct netns){.fd = -1};
	enum result result = set_path(netns, name, problem);
	if (result != RESULT_OK)
		return result;
	if (name != NULL) {
		netns->fd = open(netns->path, O_RDONLY | O_CLOEXEC);
		if (netns->fd >= 0)
			return RESULT_OK;
	}
	int home = open_self();
	if (home < 0)
		return problem_set_errno(problem, "opening " NETNS_SELF);
	result = make(netns, home, problem);
	if (result != RESULT_OK)
		netns_close(netns);
	return result;
}

void netns_close(struct netns *netns)
{
	if (netns->named) {
		(void)umount2(netns->path, MNT_DETACH);
		(void)unlink(netns->path);
	}
	if (netns->fd >= 0)
		(void)close(netns->fd);
	*netns = (struct netns){.fd = -1};
}

enum result netns_enter(const struct netns *netns, int *home, struct problem *problem)
{
	int here = open_self();
	if (here < 0)
		return problem_set_errno(problem, "opening " NETNS_SELF);
	if (setns(netns->fd, CLONE_NEWNET) != 0) {
		enum result result = problem_set_errno(problem, "entering the network namespace");
		(void)close(here);
		return result;
	}
	*home = here;
	return RESULT_OK;
}

enum result netns_move(const struct netns *netns, struct problem *problem)
{
	if (setns(netns->fd, CLONE_NEWNET) != 0)
		return problem_set_errno(problem, "entering the network namespace");
	return RESULT_OK;
}

void netns_leave(int home)
{
	/* We were there a moment ago with the same rights. A thread left behind in the wrong
	 * namespace would open its sockets in the wrong network. */
	CHECK(setns(home, CLONE_NEWNET) == 0);
	(void)close(home);
}

bool netns_sysctl(const char *path, const char *value)
{
	char full[NETNS_PATH_MAX];
	(void)snprintf(full, sizeof(full), "/proc/sys/net/%s", path);
	int file = open(full, O_WRONLY | O_CLOEXEC);
	if (file < 0)
		return false;
	size_t length = strlen(value);
	bool written = write(file, value, length) == (ssize_t)length;
	(void)close(file);
	return written;
}
