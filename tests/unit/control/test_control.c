/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Clients at a real socket, turns by hand: streams, bounds, and clients that go away or stand still. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "control/control.h"
#include "unit.h"

static struct control *control;
static char path[CONTROL_PATH_BYTES];
static uint64_t now_us;

/* What the stream under test does. */
static struct {
	unsigned items; /* to give in all */
	unsigned given;
	unsigned released;
	size_t item_bytes;
	bool waits; /* has nothing for now */
	bool fails; /* ends with an error */
} stream;

static enum control_stream next(void *state, struct control_reply *reply)
{
	CU_ASSERT_PTR_EQUAL(state, &stream);
	if (stream.waits)
		return CONTROL_LATER;
	if (stream.given == stream.items) {
		if (stream.fails)
			control_reply_error(reply, "it broke");
		return CONTROL_DONE;
	}
	char *text = malloc(stream.item_bytes + 1);
	CU_ASSERT_PTR_NOT_NULL_FATAL(text);
	memset(text, 'x', stream.item_bytes);
	text[stream.item_bytes] = '\0';
	control_reply_item(reply, json_object_new_string(text));
	free(text);
	stream.given++;
	return CONTROL_MORE;
}

static void release(void *state)
{
	CU_ASSERT_PTR_EQUAL(state, &stream);
	stream.released++;
}

static void run_stream(void *context, const struct control_request *request,
                       struct control_reply *reply)
{
	(void)context;
	(void)request;
	control_reply_stream(reply, next, release, &stream);
}

static void run_big(void *context, const struct control_request *request,
                    struct control_reply *reply)
{
	(void)context;
	size_t len = (size_t)control_number(request, "octets", 0);
	char *text = calloc(1, len + 1);
	CU_ASSERT_PTR_NOT_NULL_FATAL(text);
	memset(text, 'y', len);
	control_reply_result(reply, json_object_new_string(text));
	free(text);
}

static const struct control_command rows[] = {
    {.name = "stream", .help = "Streams.", .run = run_stream},
    {.name = "big",
     .arguments = {{"octets", CONTROL_NUMBER, CONTROL_REQUIRED}},
     .help = "Long.",
     .run = run_big},
};

static void open_control(void)
{
	snprintf(path, sizeof(path), "/tmp/unit-control-%d.sock", (int)getpid());
	CU_ASSERT_EQUAL_FATAL(control_create(&control), RESULT_OK);
	control_register(control, rows, ARRAY_COUNT(rows), NULL);
	CU_ASSERT_EQUAL_FATAL(control_open(control, path), RESULT_OK);
	now_us = 1000000;
	memset(&stream, 0, sizeof(stream));
	stream.item_bytes = 10;
}

static void close_control(void)
{
	control_destroy(control);
	control = NULL;
	CU_ASSERT_EQUAL(access(path, F_OK), -1);
}

static int make_client(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
	CU_ASSERT_FATAL(connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0);
	control_turn(control, now_us);
	return fd;
}

static void say(int fd, const char *text)
{
	ssize_t len = send(fd, text, strlen(text), MSG_NOSIGNAL);
	CU_ASSERT_EQUAL(len, (ssize_t)strlen(text));
}

/* Turns until the client has a whole line, or the connection ended (""), or nothing comes ("-"). Long lines
 * are cut in the text but read to their end. */
static const char *hear(int fd)
{
	static char line[256];
	size_t len = 0;
	for (unsigned quiet = 0; quiet < 50;) {
		char octet;
		ssize_t got = recv(fd, &octet, 1, 0);
		if (got == 0)
			return "";
		if (got < 0) {
			control_turn(control, now_us);
			quiet++;
			continue;
		}
		quiet = 0;
		if (octet == '\n') {
			line[len] = '\0';
			return line;
		}
		if (len + 1 < sizeof(line))
			line[len++] = octet;
	}
	return "-";
}

static void turn(unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		control_turn(control, now_us);
}

static void streams(void)
{
	open_control();
	stream.items = 3;
	int fd = make_client();
	say(fd, "{\"command\":\"stream\"}\n{\"command\":\"help\"}\n");
	for (unsigned i = 0; i < 3; i++)
		CU_ASSERT_STRING_EQUAL(hear(fd), "{\"item\":\"xxxxxxxxxx\"}");
	CU_ASSERT_STRING_EQUAL(hear(fd), "{\"result\":{},\"ok\":true}");
	CU_ASSERT_EQUAL(stream.released, 1);
	CU_ASSERT_PTR_NOT_NULL(strstr(hear(fd), "help"));
	stream.given = 0;
	stream.fails = true;
	say(fd, "{\"command\":\"stream\"}\n");
	for (unsigned i = 0; i < 3; i++)
		(void)hear(fd);
	CU_ASSERT_STRING_EQUAL(hear(fd), "{\"ok\":false,\"error\":\"it broke\"}");
	CU_ASSERT_EQUAL(stream.released, 2);
	close(fd);
	close_control();
}

/* A stream that waits is asked again, lets others be served, and lasts as long as its client does. */
static void patience(void)
{
	open_control();
	stream.items = 1;
	stream.waits = true;
	int fd = make_client();
	say(fd, "{\"command\":\"stream\"}\n");
	turn(5);
	CU_ASSERT_EQUAL(control_wait_ms(control), CONTROL_LATER_MS);
	now_us += 10 * (uint64_t)CONTROL_IDLE_US;
	int other = make_client();
	say(other, "{\"command\":\"help\"}\n");
	CU_ASSERT_PTR_NOT_NULL(strstr(hear(other), "\"ok\":true"));
	CU_ASSERT_STRING_EQUAL(hear(fd), "-");
	stream.waits = false;
	CU_ASSERT_STRING_EQUAL(hear(fd), "{\"item\":\"xxxxxxxxxx\"}");
	CU_ASSERT_STRING_EQUAL(hear(fd), "{\"result\":{},\"ok\":true}");
	stream.waits = true;
	say(fd, "{\"command\":\"stream\"}\n");
	turn(5);
	close(fd);
	turn(5);
	CU_ASSERT_EQUAL(stream.released, 2);
	CU_ASSERT_EQUAL(control_wait_ms(control), CONTROL_TICK_MS);
	/* The end of the server is the end of streams. */
	say(other, "{\"command\":\"stream\"}\n");
	turn(5);
	close_control();
	CU_ASSERT_EQUAL(stream.released, 3);
	close(other);
}

/* A client that does not read costs a bounded number of items, and then its connection. */
static void no_reader(void)
{
	open_control();
	stream.items = 1000000;
	stream.item_bytes = 1000;
	int fd = make_client();
	say(fd, "{\"command\":\"stream\"}\n");
	turn(1000);
	unsigned given = stream.given;
	CU_ASSERT(given < 2000);
	turn(1000);
	CU_ASSERT_EQUAL(stream.given, given);
	CU_ASSERT_EQUAL(control_wait_ms(control), CONTROL_TICK_MS);
	now_us += CONTROL_STUCK_US;
	turn(2);
	CU_ASSERT_EQUAL(stream.released, 1);
	close(fd);
	close_control();
}

static void bounds(void)
{
	open_control();
	int fd = make_client();
	say(fd, "{\"words\":[\"big\",\"1000000\"]}\n");
	CU_ASSERT_PTR_NOT_NULL(strstr(hear(fd), "{\"result\":\"yyyy"));
	say(fd, "{\"words\":[\"big\",\"8388608\"]}\n");
	CU_ASSERT_PTR_NOT_NULL(strstr(hear(fd), "longer than 8388608 octets"));
	stream.items = 5;
	stream.item_bytes = CONTROL_OUTPUT_MAX;
	say(fd, "{\"command\":\"stream\"}\n");
	CU_ASSERT_PTR_NOT_NULL(strstr(hear(fd), "longer than 8388608 octets"));
	CU_ASSERT_EQUAL(stream.released, 1);
	say(fd, "{\"command\":\"help\"}\n");
	CU_ASSERT_PTR_NOT_NULL(strstr(hear(fd), "\"ok\":true"));
	close(fd);
	close_control();
}

static void lines(void)
{
	static char octets[CONTROL_LINE_MAX];
	open_control();
	int fd = make_client();
	/* In pieces, with a carriage return, and an empty one. */
	say(fd, "\n\r\n{\"comm");
	turn(3);
	say(fd, "and\":\"help\"}\r");
	turn(3);
	say(fd, "\n");
	CU_ASSERT_PTR_NOT_NULL(strstr(hear(fd), "\"ok\":true"));
	CU_ASSERT_STRING_EQUAL(hear(fd), "-");
	/* Half a line, and silence. */
	say(fd, "{\"comm");
	turn(3);
	now_us += CONTROL_STUCK_US;
	CU_ASSERT_STRING_EQUAL(hear(fd), "");
	close(fd);
	/* A line without an end: an error, the end, and no more than so much time for what follows. */
	fd = make_client();
	memset(octets, 'z', sizeof(octets));
	size_t sent = 0;
	for (unsigned i = 0; i < 100 && sent < 3 * sizeof(octets); i++) {
		ssize_t len = send(fd, octets, sizeof(octets), MSG_NOSIGNAL);
		sent += len > 0 ? (size_t)len : 0;
		control_turn(control, now_us);
	}
	CU_ASSERT_PTR_NOT_NULL(strstr(hear(fd), "a line has at most"));
	CU_ASSERT_STRING_EQUAL(hear(fd), "");
	CU_ASSERT(send(fd, octets, 10, MSG_NOSIGNAL) == 10);
	now_us += CONTROL_STUCK_US;
	turn(2);
	CU_ASSERT(send(fd, octets, 10, MSG_NOSIGNAL) < 0 && errno == EPIPE);
	close(fd);
	close_control();
}

static void crowd(void)
{
	int fds[CONTROL_CLIENTS_MAX + 1];
	open_control();
	for (unsigned i = 0; i <= CONTROL_CLIENTS_MAX; i++)
		fds[i] = make_client();
	CU_ASSERT_PTR_NOT_NULL(strstr(hear(fds[CONTROL_CLIENTS_MAX]), "too many clients"));
	CU_ASSERT_STRING_EQUAL(hear(fds[CONTROL_CLIENTS_MAX]), "");
	/* Who asks nothing for long makes room. */
	now_us += CONTROL_IDLE_US;
	turn(2);
	CU_ASSERT_STRING_EQUAL(hear(fds[0]), "");
	int fd = make_client();
	say(fd, "{\"command\":\"help\"}\n");
	CU_ASSERT_PTR_NOT_NULL(strstr(hear(fd), "\"ok\":true"));
	close(fd);
	for (unsigned i = 0; i <= CONTROL_CLIENTS_MAX; i++)
		close(fds[i]);
	close_control();
}

static void paths(void)
{
	struct control *second;
	struct stat status;
	open_control();
	CU_ASSERT_EQUAL(stat(path, &status), 0);
	CU_ASSERT_EQUAL(status.st_mode & 07777, 0600);
	CU_ASSERT_STRING_EQUAL(control_path(control), path);
	CU_ASSERT_EQUAL_FATAL(control_create(&second), RESULT_OK);
	CU_ASSERT_EQUAL(control_open(second, path), RESULT_BUSY);
	CU_ASSERT_EQUAL(control_open(second, ""), RESULT_TOO_LONG);
	CU_ASSERT_EQUAL(control_open(second, "/no/such/folder/x.sock"), RESULT_IO);
	CU_ASSERT_EQUAL(control_open(second, "/etc/passwd"), RESULT_EXISTS);
	CU_ASSERT_STRING_EQUAL(control_path(second), "");
	control_destroy(second);
	CU_ASSERT_EQUAL(access(path, F_OK), 0);
	close_control();
	control_destroy(NULL);
}

int main(int argc, char **argv)
{
	static const struct unit_case cases[] = {
	    {"a stream gives items, then a result or an error", streams},
	    {"a stream that waits hinders nobody", patience},
	    {"a client that does not read costs little", no_reader},
	    {"replies have a greatest length", bounds},
	    {"lines come in pieces, half, and without end", lines},
	    {"more clients than places", crowd},
	    {"where a socket may be", paths},
	};
	return unit_main(argc, argv, "control/control", cases, ARRAY_COUNT(cases));
}
