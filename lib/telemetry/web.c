/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* The thread that serves pages. libmicrohttpd runs on it and starts none of its own, so that it can be kept
 * off the processors of the lcores. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/check.h"
#include "telemetry/web_int.h"

#define WAIT_MS_MAX 1000

static enum result open_place(struct web *web, struct web_place *place,
                              const struct sockaddr_storage *address)
{
	unsigned flags = MHD_USE_EPOLL;
	if (address->ss_family == AF_INET6)
		flags |= MHD_USE_IPv6;
	place->web = web;
	errno = 0;
	place->daemon = MHD_start_daemon(
	    flags, 0, NULL, NULL, web_answer, place, MHD_OPTION_SOCK_ADDR, address,
	    MHD_OPTION_LISTENING_ADDRESS_REUSE, 1u, MHD_OPTION_CONNECTION_LIMIT,
	    (unsigned)WEB_CONNECTIONS_MAX, MHD_OPTION_PER_IP_CONNECTION_LIMIT,
	    (unsigned)WEB_CONNECTIONS_PER_CLIENT_MAX, MHD_OPTION_CONNECTION_TIMEOUT,
	    (unsigned)WEB_IDLE_S, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)WEB_MEMORY_BYTES,
	    MHD_OPTION_END);
	return place->daemon == NULL ? RESULT_IO : RESULT_OK;
}

static bool is_same(const struct web_settings *settings)
{
	return memcmp(&settings->metrics, &settings->health, sizeof(settings->metrics)) == 0;
}

static enum result open_places(struct web *web, const struct web_settings *settings)
{
	const bool is_shared = is_same(settings);
	enum result result = RESULT_OK;
	if (settings->metrics.ss_family != 0) {
		web->place[0].metrics = true;
		web->place[0].health = is_shared;
		result = open_place(web, &web->place[0], &settings->metrics);
	}
	if (result == RESULT_OK && settings->health.ss_family != 0 && !is_shared) {
		web->place[1].health = true;
		result = open_place(web, &web->place[1], &settings->health);
	}
	return result;
}

/* How long nothing has to be done unless something comes. */
static int wait_ms(const struct web *web)
{
	int least = WAIT_MS_MAX;
	for (size_t i = 0; i < ARRAY_COUNT(web->place); i++) {
		MHD_UNSIGNED_LONG_LONG ms;
		if (web->place[i].daemon != NULL &&
		    MHD_get_timeout(web->place[i].daemon, &ms) == MHD_YES && ms < (unsigned)least)
			least = (int)ms;
	}
	return least;
}

static void *serve(void *context)
{
	struct web *web = context;
	struct pollfd fds[1 + ARRAY_COUNT(web->place)] = {{.fd = web->leave_fd, .events = POLLIN}};
	pthread_setname_np(pthread_self(), "HTTP");
	for (size_t i = 0; i < ARRAY_COUNT(web->place); i++) {
		const struct web_place *place = &web->place[i];
		fds[1 + i].fd =
		    place->daemon == NULL
		        ? -1
		        : MHD_get_daemon_info(place->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
		fds[1 + i].events = POLLIN;
	}
	while ((fds[0].revents & POLLIN) == 0) {
		(void)poll(fds, ARRAY_COUNT(fds), wait_ms(web));
		for (size_t i = 0; i < ARRAY_COUNT(web->place); i++)
			if (web->place[i].daemon != NULL)
				(void)MHD_run(web->place[i].daemon);
	}
	return NULL;
}

enum result web_open(const struct web_settings *settings, struct web **out)
{
	struct web *web = calloc(1, sizeof(*web));
	if (web == NULL)
		return RESULT_NO_MEMORY;
	web->leave_fd = eventfd(0, EFD_CLOEXEC);
	enum result result = web->leave_fd < 0 ? RESULT_IO : open_places(web, settings);
	if (result == RESULT_OK) {
		errno = pthread_create(&web->thread, NULL, serve, web);
		web->has_thread = errno == 0;
		result = web->has_thread ? RESULT_OK : RESULT_IO;
	}
	if (result == RESULT_OK) {
		*out = web;
		return RESULT_OK;
	}
	const int why = errno;
	web_close(web);
	errno = why;
	return result;
}

void web_set_state(struct web *web, enum web_state state)
{
	if (web != NULL)
		atomic_store(&web->state, state);
}

void web_follow(struct web *web)
{
	cpu_set_t cpus;
	if (web == NULL || pthread_getaffinity_np(pthread_self(), sizeof(cpus), &cpus) != 0)
		return;
	(void)pthread_setaffinity_np(web->thread, sizeof(cpus), &cpus);
}

void web_close(struct web *web)
{
	const uint64_t one = 1;
	if (web == NULL)
		return;
	if (web->has_thread && write(web->leave_fd, &one, sizeof(one)) == sizeof(one))
		pthread_join(web->thread, NULL);
	for (size_t i = 0; i < ARRAY_COUNT(web->place); i++)
		if (web->place[i].daemon != NULL)
			MHD_stop_daemon(web->place[i].daemon);
	if (web->page != NULL)
		MHD_destroy_response(web->page);
	if (web->leave_fd >= 0)
		close(web->leave_fd);
	free(web);
}
