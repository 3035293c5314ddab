/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* The service manager's side of the socket, played here. */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/notify.h"
#include "unit.h"

static int listen_at(const char *name)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	const size_t len = strlen(name);
	memcpy(address.sun_path, name, len);
	if (name[0] == '@')
		address.sun_path[0] = '\0';
	const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	CU_ASSERT_EQUAL_FATAL(bind(fd, (struct sockaddr *)&address,
	                           (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len)),
	                      0);
	return fd;
}

static void hears(const char *name)
{
	char text[NOTIFY_BYTES + 1];
	const int fd = listen_at(name);
	CU_ASSERT_EQUAL(setenv("NOTIFY_SOCKET", name, 1), 0);
	CU_ASSERT_EQUAL_FATAL(notify_open(), RESULT_OK);
	notify("READY=1\nSTATUS=%d lanes", 3);
	const ssize_t len = recv(fd, text, sizeof(text) - 1, 0);
	CU_ASSERT_FATAL(len > 0);
	text[len] = '\0';
	CU_ASSERT_STRING_EQUAL(text, "READY=1\nSTATUS=3 lanes");
	/* What is too long is cut, and nobody waits for a manager that does not read. */
	for (int i = 0; i < 10000; i++)
		notify("STATUS=%600s", "x");
	CU_ASSERT_EQUAL(recv(fd, text, sizeof(text), 0), NOTIFY_BYTES - 1);
	notify_close();
	close(fd);
	notify("READY=1");
}

static void test_path(void)
{
	char name[64];
	snprintf(name, sizeof(name), "/tmp/notify-test-%d", (int)getpid());
	hears(name);
	CU_ASSERT_EQUAL(unlink(name), 0);
}

static void test_abstract(void)
{
	char name[64];
	snprintf(name, sizeof(name), "@notify-test-%d", (int)getpid());
	hears(name);
}

static void test_wrong(void)
{
	char name[200];
	CU_ASSERT_EQUAL(unsetenv("NOTIFY_SOCKET"), 0);
	CU_ASSERT_EQUAL(notify_open(), RESULT_OK);
	CU_ASSERT_EQUAL(setenv("NOTIFY_SOCKET", "vsock:2:1", 1), 0);
	CU_ASSERT_EQUAL(notify_open(), RESULT_MALFORMED);
	CU_ASSERT_EQUAL(setenv("NOTIFY_SOCKET", "/tmp/no-such-socket-of-ours", 1), 0);
	CU_ASSERT_EQUAL(notify_open(), RESULT_IO);
	memset(name, '/', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	CU_ASSERT_EQUAL(setenv("NOTIFY_SOCKET", name, 1), 0);
	CU_ASSERT_EQUAL(notify_open(), RESULT_TOO_LONG);
	notify("READY=1");
}

static void test_watchdog(void)
{
	char text[32];
	const int fd = listen_at("@notify-watchdog-test");
	CU_ASSERT_EQUAL(setenv("NOTIFY_SOCKET", "@notify-watchdog-test", 1), 0);
	CU_ASSERT_EQUAL_FATAL(notify_open(), RESULT_OK);
	CU_ASSERT_EQUAL(notify_watchdog_us(), 0);
	CU_ASSERT_EQUAL(setenv("WATCHDOG_USEC", "30000000", 1), 0);
	CU_ASSERT_EQUAL(notify_watchdog_us(), 30000000);
	snprintf(text, sizeof(text), "%d", (int)getpid());
	CU_ASSERT_EQUAL(setenv("WATCHDOG_PID", text, 1), 0);
	CU_ASSERT_EQUAL(notify_watchdog_us(), 30000000);
	/* Meant for our parent, which did not clean up. */
	CU_ASSERT_EQUAL(setenv("WATCHDOG_PID", "1", 1), 0);
	CU_ASSERT_EQUAL(notify_watchdog_us(), 0);
	CU_ASSERT_EQUAL(unsetenv("WATCHDOG_PID"), 0);
	CU_ASSERT_EQUAL(setenv("WATCHDOG_USEC", "soon", 1), 0);
	CU_ASSERT_EQUAL(notify_watchdog_us(), 0);
	notify_close();
	close(fd);
}

int main(int argc, char **argv)
{
	static const struct unit_case cases[] = {
	    {"path", test_path},
	    {"abstract", test_abstract},
	    {"wrong", test_wrong},
	    {"watchdog", test_watchdog},
	};
	return unit_main(argc, argv, "base/notify", cases, ARRAY_COUNT(cases));
}
