/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* One client: its lines come in, its replies go out, and it cannot make anybody wait. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "control/control_int.h"

static bool is_silent(const struct control_client *client)
{
	return client->reply.sent == client->reply.len && client->reply.next == NULL;
}

/* Octets of the first line with its newline; 0: none is whole. What was looked at is not looked at again. */
static size_t whole_line(struct control_client *client)
{
	const char *newline =
	    memchr(client->input + client->scanned, '\n', client->input_len - client->scanned);
	if (newline == NULL) {
		client->scanned = client->input_len;
		return 0;
	}
	client->scanned = (size_t)(newline - client->input);
	return client->scanned + 1;
}

/* False: the connection is broken. */
static bool receive(struct control_client *client, uint64_t now_us)
{
	size_t room = CONTROL_LINE_MAX - client->input_len;
	if (client->input_ended || room == 0)
		return true;
	ssize_t len = recv(client->fd, client->input + client->input_len, room, MSG_DONTWAIT);
	if (len < 0)
		return errno == EAGAIN || errno == EINTR;
	if (len == 0)
		client->input_ended = true;
	if (client->discards)
		return true;
	if (len > 0)
		client->active_us = now_us;
	client->input_len += (size_t)len;
	return true;
}

static void run_line(struct control_client *client, const struct control_table *table, size_t len)
{
	size_t text_len = len - 1;
	if (text_len > 0 && client->input[text_len - 1] == '\r')
		text_len--;
	if (text_len > 0)
		control_run_line(table, client->input, text_len, &client->reply);
	memmove(client->input, client->input + len, client->input_len - len);
	client->input_len -= len;
	client->scanned = 0;
}

/* The next request, once the former one has been answered and sent. */
static void run_next(struct control_client *client, const struct control_table *table,
                     uint64_t now_us)
{
	size_t len = is_silent(client) ? whole_line(client) : 0;
	if (len > 0) {
		run_line(client, table, len);
		client->active_us = now_us;
		return;
	}
	if (is_silent(client) && client->input_len == CONTROL_LINE_MAX) {
		client->reply.answered = false;
		control_reply_wrong(&client->reply, "a line has at most %d octets",
		                    CONTROL_LINE_MAX);
		client->input_len = client->scanned = 0;
		client->discards = true;
	}
}

static bool send_text(struct control_client *client, uint64_t now_us)
{
	struct control_reply *reply = &client->reply;
	while (reply->sent < reply->len) {
		ssize_t len = send(client->fd, reply->text + reply->sent, reply->len - reply->sent,
		                   MSG_DONTWAIT | MSG_NOSIGNAL);
		if (len < 0 && errno == EINTR)
			continue;
		if (len < 0)
			return errno == EAGAIN;
		reply->sent += (size_t)len;
		client->active_us = now_us;
	}
	return true;
}

bool control_client_turn(struct control_client *client, const struct control_table *table,
                         bool readable, uint64_t now_us)
{
	if (readable && !receive(client, now_us))
		return false;
	run_next(client, table, now_us);
	client->stands = control_reply_pull(&client->reply);
	if (client->reply.broken || !send_text(client, now_us))
		return false;
	client->wants_out = client->reply.sent < client->reply.len;
	/* Closing now, with input unread, would take the reply away from the client. */
	if (client->discards && is_silent(client))
		(void)shutdown(client->fd, SHUT_WR);
	/* A last line without a newline is no request. */
	bool over = client->input_ended && is_silent(client) && whole_line(client) == 0;
	return !over;
}

bool control_client_has_more(const struct control_client *client)
{
	if (client->wants_out)
		return false;
	if (client->reply.next != NULL)
		return client->stands == CONTROL_MORE;
	return memchr(client->input, '\n', client->input_len) != NULL;
}

bool control_client_is_stuck(const struct control_client *client, uint64_t now_us)
{
	uint64_t silent_us = now_us > client->active_us ? now_us - client->active_us : 0;
	if (client->wants_out || client->discards || (is_silent(client) && client->input_len > 0))
		return silent_us >= CONTROL_STUCK_US;
	/* A stream may wait for what it is to show for as long as it likes. */
	return client->reply.next == NULL && silent_us >= CONTROL_IDLE_US;
}

void control_client_close(struct control_client *client)
{
	close(client->fd);
	free(client->input);
	control_reply_fini(&client->reply);
	memset(client, 0, sizeof(*client));
	client->fd = -1;
}
