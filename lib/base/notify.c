/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* The protocol of sd_notify(3). */
#include "base/notify.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int notify_fd = -1;

enum result notify_open(void)
{
	const char *name = getenv("NOTIFY_SOCKET");
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	if (name == NULL || name[0] == '\0')
		return RESULT_OK;
	const size_t len = strlen(name);
	if (name[0] != '/' && name[0] != '@')
		return RESULT_MALFORMED;
	if (len >= sizeof(address.sun_path))
		return RESULT_TOO_LONG;
	memcpy(address.sun_path, name, len);
	/* An abstract name begins with a NUL, which environments cannot hold. */
	if (name[0] == '@')
		address.sun_path[0] = '\0';
	notify_close();
	const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return RESULT_IO;
	if (connect(fd, (const struct sockaddr *)&address,
	            (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len)) != 0) {
		const int reason = errno;
		(void)close(fd);
		errno = reason;
		return RESULT_IO;
	}
	notify_fd = fd;
	return RESULT_OK;
}

void notify_close(void)
{
	if (notify_fd >= 0)
		(void)close(notify_fd);
	notify_fd = -1;
}

void notify(const char *format, ...)
{
	char text[NOTIFY_BYTES];
	va_list arguments;
	if (notify_fd < 0)
		return;
	va_start(arguments, format);
	const int len = vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	if (len <= 0)
		return;
	/* A manager that is busy must not stop us. */
	const size_t bytes = (size_t)len < sizeof(text) ? (size_t)len : sizeof(text) - 1;
	(void)send(notify_fd, text, bytes, MSG_NOSIGNAL | MSG_DONTWAIT);
}

uint64_t notify_watchdog_us(void)
{
	const char *text = getenv("WATCHDOG_USEC");
	const char *pid = getenv("WATCHDOG_PID");
	if (notify_fd < 0 || text == NULL)
		return 0;
	if (pid != NULL && strtoull(pid, NULL, 10) != (unsigned long long)getpid())
		return 0;
	char *end;
	const unsigned long long microseconds = strtoull(text, &end, 10);
	return *text >= '0' && *text <= '9' && *end == '\0' ? microseconds : 0;
}
