/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* netns -- the network namespace in which the kernel half lives.
 *
 * What:    an anonymous one (only descriptors keep it alive, so that nothing is left behind however the
 *          process ends), or a named one below /run/netns (so that `ip netns exec NAME` and routing
 *          daemons reach it), made when it does not exist and then removed at close.
 * Threads: control threads. Entering changes only the calling thread. Sockets and TAPs made inside
 *          belong to the namespace for good; who uses them later need not live in it.
 * Memory:  the caller's.
 * Limits:  needs CAP_SYS_ADMIN.
 * Trust:   the name comes from the configuration: no '/' is allowed in it.
 * RFC:     none. */
#pragma once

#include <stdbool.h>

#include "base/attr.h"
#include "base/result.h"
#include "slowpath/problem.h"

#define NETNS_PATH_MAX 128

struct netns {
	int fd; /* the namespace */
	bool named; /* we made the name and remove it */
	char path[NETNS_PATH_MAX]; /* of the name, empty for an anonymous one */
};

/* Makes an anonymous namespace (`name` NULL), or joins or makes the named one. Its loopback interface is
 * not up yet. Fails: RESULT_DENIED without the right to, RESULT_MALFORMED for a bad name, RESULT_IO.
 * The calling thread is in its own namespace again afterwards. */
MUST_CHECK enum result netns_open(struct netns *netns, const char *name, struct problem *problem);

/* Lets go of it; with the last socket in it an anonymous one ends. */
void netns_close(struct netns *netns);

/* The calling thread goes in, does its work, and goes back with netns_leave(home). */
MUST_CHECK enum result netns_enter(const struct netns *netns, int *home, struct problem *problem);
void netns_leave(int home);

/* The calling thread goes in for good. Fails as netns_enter(). */
MUST_CHECK enum result netns_move(const struct netns *netns, struct problem *problem);

/* Writes a setting below /proc/sys/net of the namespace that the thread is in. False where that file
 * cannot be written (a read-only /proc in a container): the setting then stays as it was. */
bool netns_sysctl(const char *path, const char *value);
