/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* The socket file: made for its owner only, taken over from the dead, never from the living. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "control/control_int.h"

#define SOCKET_MODE 0600
#define FOLDER_MODE 0755

static bool is_in_our_folder(const char *path)
{
	static const char prefix[] = CONTROL_FOLDER "/";
	return strncmp(path, prefix, sizeof(prefix) - 1) == 0;
}

/* Whether nobody listens there any more: then the file goes. */
static enum result take_over(const struct sockaddr_un *address)
{
	struct stat status;
	if (lstat(address->sun_path, &status) != 0)
		return errno == ENOENT ? RESULT_OK : RESULT_IO;
	if (!S_ISSOCK(status.st_mode))
		return RESULT_EXISTS;
	int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (probe < 0)
		return RESULT_IO;
	bool is_dead = connect(probe, (const struct sockaddr *)address, sizeof(*address)) != 0 &&
	               errno == ECONNREFUSED;
	close(probe);
	if (!is_dead)
		return RESULT_BUSY;
	return unlink(address->sun_path) == 0 ? RESULT_OK : RESULT_IO;
}

static enum result listen_at(int fd, const struct sockaddr_un *address)
{
	/* The mode before the file is there: nobody else gets in, not even for a moment. */
	if (fchmod(fd, SOCKET_MODE) != 0)
		return RESULT_IO;
	const struct sockaddr *generic = (const struct sockaddr *)address;
	if (bind(fd, generic, sizeof(*address)) != 0)
		return errno == EADDRINUSE ? RESULT_BUSY : RESULT_IO;
	return listen(fd, SOMAXCONN) == 0 ? RESULT_OK : RESULT_IO;
}

enum result control_socket_open(const char *path, int *fd)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	_Static_assert(sizeof(address.sun_path) == CONTROL_PATH_BYTES, "as the kernel has it");
	if (path[0] == '\0' || strlen(path) >= sizeof(address.sun_path))
		return RESULT_TOO_LONG;
	memcpy(address.sun_path, path, strlen(path) + 1);
	/* bind() tells if it is still missing. */
	if (is_in_our_folder(path))
		(void)mkdir(CONTROL_FOLDER, FOLDER_MODE);
	enum result result = take_over(&address);
	if (result != RESULT_OK)
		return result;
	int made = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (made < 0)
		return RESULT_IO;
	result = listen_at(made, &address);
	if (result != RESULT_OK) {
		int reason = errno;
		close(made);
		errno = reason;
		return result;
	}
	*fd = made;
	return RESULT_OK;
}

void control_socket_remove(const char *path)
{
	(void)unlink(path);
	if (is_in_our_folder(path))
		(void)rmdir(CONTROL_FOLDER); /* stays while others have sockets in it */
}
