/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* A Unix stream socket with JSON lines. */
#include "connection.h"

#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <json-c/json_tokener.h>

#include "control/control_limits.h"

/* Taken from the connection at once. */
#define RECEIVE_BYTES 65536

/* Fills in the path of the only socket there is. */
static bool find_socket(char out[CONTROL_PATH_BYTES])
{
	glob_t found = {0};
	bool one = glob(CONTROL_FOLDER "/*.sock", 0, NULL, &found) == 0 && found.gl_pathc == 1 &&
	           strlen(found.gl_pathv[0]) < CONTROL_PATH_BYTES;
	if (one)
		snprintf(out, CONTROL_PATH_BYTES, "%s", found.gl_pathv[0]);
	else if (found.gl_pathc > 1)
		fprintf(stderr,
		        "scloud-dnsctl: %zu servers have sockets in %s: say which one "
		        "with --socket (%s, ...)\n",
		        found.gl_pathc, CONTROL_FOLDER, found.gl_pathv[0]);
	else
		fprintf(stderr,
		        "scloud-dnsctl: no server has a socket in %s: is it running? "
		        "--socket says where else to look\n",
		        CONTROL_FOLDER);
	globfree(&found);
	return one;
}

bool connection_open(const char *path, struct connection *out)
{
	char only[CONTROL_PATH_BYTES];
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	if (path == NULL && !find_socket(only))
		return false;
	if (path == NULL)
		path = only;
	if (strlen(path) >= sizeof(address.sun_path)) {
		fprintf(stderr,
		        "scloud-dnsctl: %s: longer than the %zu octets of a socket's path\n", path,
		        sizeof(address.sun_path) - 1);
		return false;
	}
	memcpy(address.sun_path, path, strlen(path) + 1);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, (const struct sockaddr *)&address, sizeof(address)) != 0) {
		fprintf(stderr, "scloud-dnsctl: %s: %s\n", path,
		        errno == ECONNREFUSED ? "the server that had it is gone" : strerror(errno));
		if (fd >= 0)
			close(fd);
		return false;
	}
	*out = (struct connection){.fd = fd};
	return true;
}

void connection_close(struct connection *connection)
{
	close(connection->fd);
	free(connection->line);
}

bool connection_send_text(struct connection *connection, const char *text, size_t len)
{
	while (len > 0) {
		ssize_t sent = send(connection->fd, text, len, MSG_NOSIGNAL);
		if (sent < 0 && errno == EINTR)
			continue;
		if (sent <= 0) {
			fprintf(stderr, "scloud-dnsctl: the server does not listen: %s\n",
			        strerror(errno));
			return false;
		}
		text += sent;
		len -= (size_t)sent;
	}
	return true;
}

bool connection_send(struct connection *connection, const char *const *words, size_t count)
{
	size_t len = 0;
	struct json_object *request = json_object_new_object();
	struct json_object *list = json_object_new_array();
	for (size_t i = 0; i < count && list != NULL; i++)
		(void)json_object_array_add(list, json_object_new_string(words[i]));
	if (request == NULL || json_object_object_add(request, "words", list) != 0) {
		fprintf(stderr, "scloud-dnsctl: out of memory\n");
		exit(EXIT_FAILURE);
	}
	const char *text = json_object_to_json_string_length(request, JSON_C_TO_STRING_PLAIN, &len);
	bool sent = connection_send_text(connection, text, len) &&
	            connection_send_text(connection, "\n", 1);
	json_object_put(request);
	return sent;
}

/* More octets behind those that are there. False: the connection is over. */
static bool receive_more(struct connection *connection)
{
	if (connection->used > 0) {
		memmove(connection->line, connection->line + connection->used,
		        connection->have - connection->used);
		connection->have -= connection->used;
		connection->used = 0;
	}
	if (connection->have + 2 > connection->capacity) {
		size_t capacity = connection->capacity * 2 + RECEIVE_BYTES;
		char *line = realloc(connection->line, capacity);
		if (line == NULL)
			return false;
		connection->line = line;
		connection->capacity = capacity;
	}
	char *at = connection->line + connection->have;
	size_t room = connection->capacity - connection->have - 1;
	ssize_t len;
	do
		len = recv(connection->fd, at, room, 0);
	while (len < 0 && errno == EINTR);
	if (len <= 0)
		return false;
	connection->have += (size_t)len;
	return true;
}

/* The next line with its newline, and a NUL in the place of what follows; NULL: there is none. */
static const char *receive_line(struct connection *connection)
{
	size_t looked = connection->used;
	if (connection->held != 0)
		connection->line[connection->used] = connection->held;
	connection->held = 0;
	for (;;) {
		char *from = connection->line + looked;
		char *end = connection->have > looked
		                ? memchr(from, '\n', connection->have - looked)
		                : NULL;
		if (end != NULL) {
			char *start = connection->line + connection->used;
			connection->used = (size_t)(end + 1 - connection->line);
			if (connection->used < connection->have) {
				connection->held = end[1];
			}
			end[1] = '\0';
			return start;
		}
		looked = connection->have - connection->used;
		if (!receive_more(connection))
			return NULL;
	}
}

struct json_object *connection_receive(struct connection *connection, const char **text)
{
	const char *line = receive_line(connection);
	if (line == NULL) {
		fprintf(stderr, "scloud-dnsctl: the server ended the connection\n");
		return NULL;
	}
	struct json_object *reply = json_tokener_parse(line);
	if (!json_object_is_type(reply, json_type_object)) {
		fprintf(stderr, "scloud-dnsctl: the server sent no JSON object\n");
		json_object_put(reply);
		return NULL;
	}
	*text = line;
	return reply;
}
