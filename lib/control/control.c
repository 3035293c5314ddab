/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* The socket and its clients: one epoll for all of them, nothing ever waits. */
#include "control/control.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/check.h"
#include "control/control_int.h"

#define EVENTS_MAX (CONTROL_CLIENTS_MAX + 1)
/* In epoll's data: the listening socket, beside the clients' numbers. */
#define LISTENER CONTROL_CLIENTS_MAX

struct control {
	int epoll_fd;
	int listen_fd; /* -1: not open */
	char path[CONTROL_PATH_BYTES];
	struct control_table table;
	struct control_client client[CONTROL_CLIENTS_MAX];
};

enum result control_create(struct control **out)
{
	struct control *control = calloc(1, sizeof(*control));
	if (control == NULL)
		return RESULT_NO_MEMORY;
	control->listen_fd = -1;
	for (unsigned i = 0; i < CONTROL_CLIENTS_MAX; i++)
		control->client[i].fd = -1;
	control->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (control->epoll_fd < 0) {
		free(control);
		return RESULT_IO;
	}
	control_register(control, &control_help, 1, &control->table);
	*out = control;
	return RESULT_OK;
}

void control_register(struct control *control, const struct control_command *rows, size_t count,
                      void *context)
{
	struct control_table *table = &control->table;
	for (size_t i = 0; i < count; i++) {
		CHECK(table->count < CONTROL_COMMANDS_MAX);
		CHECK(control_find_name(table, rows[i].name) == NULL);
		table->entry[table->count++] =
		    (struct control_entry){.command = &rows[i], .context = context};
	}
}

static bool watch(const struct control *control, int fd, uint32_t number, uint32_t events, int how)
{
	struct epoll_event event = {.events = events, .data.u32 = number};
	return epoll_ctl(control->epoll_fd, how, fd, &event) == 0;
}

enum result control_open(struct control *control, const char *path)
{
	int fd;
	enum result result = control_socket_open(path, &fd);
	if (result != RESULT_OK)
		return result;
	if (!watch(control, fd, LISTENER, EPOLLIN, EPOLL_CTL_ADD)) {
		control_socket_remove(path);
		close(fd);
		return RESULT_IO;
	}
	control->listen_fd = fd;
	memcpy(control->path, path, strlen(path) + 1);
	return RESULT_OK;
}

const char *control_path(const struct control *control)
{
	return control->path;
}

int control_fd(const struct control *control)
{
	return control->epoll_fd;
}

int control_wait_ms(const struct control *control)
{
	int wait_ms = CONTROL_TICK_MS;
	for (unsigned i = 0; i < CONTROL_CLIENTS_MAX; i++) {
		const struct control_client *client = &control->client[i];
		if (client->fd < 0)
			continue;
		if (control_client_has_more(client))
			return 0;
		if (client->reply.next != NULL && client->stands == CONTROL_LATER)
			wait_ms = CONTROL_LATER_MS;
	}
	return wait_ms;
}

static struct control_client *free_place(struct control *control, uint32_t *number)
{
	for (uint32_t i = 0; i < CONTROL_CLIENTS_MAX; i++) {
		*number = i;
		if (control->client[i].fd < 0)
			return &control->client[i];
	}
	return NULL;
}

static void turn_away(int fd)
{
	static const char text[] = "{\"ok\":false,\"error\":\"too many clients\"}\n";
	ssize_t sent = send(fd, text, sizeof(text) - 1, MSG_DONTWAIT | MSG_NOSIGNAL);
	(void)sent; /* who does not get it sees the end of the connection */
	close(fd);
}

static void take_client(struct control *control, int fd, uint64_t now_us)
{
	uint32_t number;
	struct control_client *client = free_place(control, &number);
	char *input = client != NULL ? malloc(CONTROL_LINE_MAX) : NULL;
	if (input == NULL || !watch(control, fd, number, EPOLLIN, EPOLL_CTL_ADD)) {
		free(input);
		turn_away(fd);
		return;
	}
	*client = (struct control_client){
	    .fd = fd, .input = input, .active_us = now_us, .stands = CONTROL_DONE};
}

/* As many as wait, but not more than there are places: a flood of them must not keep us here. */
static void accept_clients(struct control *control, uint64_t now_us)
{
	for (unsigned i = 0; i < CONTROL_CLIENTS_MAX; i++) {
		int fd = accept4(control->listen_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd < 0)
			return;
		take_client(control, fd, now_us);
	}
}

/* What epoll has to tell of a client from now on. */
static void watch_client(const struct control *control, uint32_t number)
{
	const struct control_client *client = &control->client[number];
	bool takes = !client->input_ended && client->input_len < CONTROL_LINE_MAX;
	uint32_t events =
	    (takes ? (uint32_t)EPOLLIN : 0) | (client->wants_out ? (uint32_t)EPOLLOUT : 0);
	(void)watch(control, client->fd, number, events, EPOLL_CTL_MOD);
}

static void turn_client(struct control *control, uint32_t number, uint32_t events, uint64_t now_us)
{
	struct control_client *client = &control->client[number];
	/* Only both ends closed make a hang-up: who only ended its requests still gets replies. */
	bool gone = (events & EPOLLERR) != 0 || ((events & EPOLLHUP) != 0 && client->input_ended);
	if (gone || !control_client_turn(client, &control->table,
	                                 (events & (EPOLLIN | EPOLLHUP)) != 0, now_us)) {
		control_client_close(client);
		return;
	}
	watch_client(control, number);
}

void control_turn(struct control *control, uint64_t now_us)
{
	struct epoll_event events[EVENTS_MAX];
	uint32_t told[CONTROL_CLIENTS_MAX] = {0};
	int count = epoll_wait(control->epoll_fd, events, EVENTS_MAX, 0);
	for (int i = 0; i < count; i++) {
		if (events[i].data.u32 == LISTENER)
			accept_clients(control, now_us);
		else
			told[events[i].data.u32] = events[i].events;
	}
	for (uint32_t i = 0; i < CONTROL_CLIENTS_MAX; i++) {
		struct control_client *client = &control->client[i];
		if (client->fd < 0)
			continue;
		if (control_client_is_stuck(client, now_us))
			control_client_close(client);
		else if (told[i] != 0 || client->reply.next != NULL ||
		         control_client_has_more(client))
			turn_client(control, i, told[i], now_us);
	}
}

void control_destroy(struct control *control)
{
	if (control == NULL)
		return;
	for (uint32_t i = 0; i < CONTROL_CLIENTS_MAX; i++)
		if (control->client[i].fd >= 0)
			control_client_close(&control->client[i]);
	if (control->listen_fd >= 0) {
		close(control->listen_fd);
		control_socket_remove(control->path);
	}
	close(control->epoll_fd);
	free(control);
}
