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
	*out = (struct connection){.in = fdopen(fd, "r"), .fd = fd};
	if (out->in != NULL)
		return true;
	fprintf(stderr, "scloud-dnsctl: out of memory\n");
	close(fd);
	return false;
}

void connection_close(struct connection *connection)
{
	fclose(connection->in);
	free(connection->line);
}

static bool send_all(int fd, const char *text, size_t len)
{
	while (len > 0) {
		ssize_t sent = send(fd, text, len, MSG_NOSIGNAL);
		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0)
			return false;
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
	bool sent = send_all(connection->fd, text, len) && send_all(connection->fd, "\n", 1);
	json_object_put(request);
	if (!sent)
		fprintf(stderr, "scloud-dnsctl: the server does not listen: %s\n", strerror(errno));
	return sent;
}

struct json_object *connection_receive(struct connection *connection, const char **text)
{
	ssize_t len = getline(&connection->line, &connection->capacity, connection->in);
	if (len <= 0) {
		fprintf(stderr, "scloud-dnsctl: the server ended the connection\n");
		return NULL;
	}
	struct json_object *reply = json_tokener_parse(connection->line);
	if (!json_object_is_type(reply, json_type_object)) {
		fprintf(stderr, "scloud-dnsctl: the server sent no JSON object\n");
		json_object_put(reply);
		return NULL;
	}
	*text = connection->line;
	return reply;
}
