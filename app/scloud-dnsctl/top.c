/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Draws into a buffer and writes it at once, so that nothing flickers. */
#include "top.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <json-c/json_object.h>

#include "connection.h"
#include "top_draw.h"

#define PERIOD_MS 1000
#define ROWS_DEFAULT 24
#define COLUMNS_DEFAULT 80
#define EXIT_WRONG 2

#define SCREEN_ENTER "\033[?1049h\033[?25l"
#define SCREEN_LEAVE "\033[?25h\033[?1049l"
#define SCREEN_HOME "\033[H"
#define REST_CLEAR "\033[J"

static volatile sig_atomic_t must_end;

static void end_soon(int number)
{
	(void)number;
	must_end = 1;
}

/* -- the screen -- */

static void measure_screen(struct top *top)
{
	struct winsize size;
	top->rows = ROWS_DEFAULT;
	top->columns = COLUMNS_DEFAULT;
	if (!top->is_terminal) {
		top->rows = UINT16_MAX;
		top->columns = COLUMNS_MAX;
	} else if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 &&
	           size.ws_col > 0) {
		top->rows = size.ws_row;
		top->columns = size.ws_col < COLUMNS_MAX ? size.ws_col : COLUMNS_MAX;
	}
}

static void draw(struct top *top)
{
	char *text = NULL;
	size_t len = 0;
	measure_screen(top);
	/* The last line stays empty: writing its end would scroll. */
	top->left = top->rows - 1;
	top->out = open_memstream(&text, &len);
	if (top->out == NULL)
		return;
	if (top->is_terminal)
		fputs(SCREEN_HOME, top->out);
	top_draw(top);
	if (top->is_terminal)
		fputs(REST_CLEAR, top->out);
	fclose(top->out);
	fwrite(text, 1, len, stdout);
	fflush(stdout);
	free(text);
}

static bool enter_screen(struct top *top)
{
	struct termios raw;
	const struct sigaction action = {.sa_handler = end_soon};
	top->is_terminal = isatty(STDOUT_FILENO) != 0 && isatty(STDIN_FILENO) != 0 &&
	                   tcgetattr(STDIN_FILENO, &top->before) == 0;
	if (!top->is_terminal)
		return true;
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	raw = top->before;
	raw.c_lflag &= (tcflag_t) ~(ICANON | ECHO);
	raw.c_cc[VMIN] = 0;
	raw.c_cc[VTIME] = 0;
	if (tcsetattr(STDIN_FILENO, TCSANOW, &raw) != 0)
		return false;
	fputs(SCREEN_ENTER, stdout);
	return true;
}

static void leave_screen(const struct top *top)
{
	if (!top->is_terminal)
		return;
	fputs(SCREEN_LEAVE, stdout);
	fflush(stdout);
	(void)tcsetattr(STDIN_FILENO, TCSANOW, &top->before);
}

/* -- keys -- */

static void take_key(struct top *top, char key)
{
	if (key == 'q' || key == 'Q')
		must_end = 1;
	else if (key == ' ')
		top->is_paused = !top->is_paused;
	else if (key == '\t')
		top->page = (enum page)((top->page + 1) % PAGE_COUNT);
	else if (key >= '1' && key < '1' + PAGE_COUNT)
		top->page = (enum page)(key - '1');
	else
		return;
	draw(top);
}

/* Until the next picture is due. */
static void wait_for_keys(struct top *top)
{
	int left_ms = PERIOD_MS;
	while (left_ms > 0 && !must_end) {
		struct pollfd fd = {.fd = STDIN_FILENO, .events = POLLIN};
		const int slice_ms = left_ms < 100 ? left_ms : 100;
		char key;
		int ready = poll(&fd, 1, slice_ms);
		if (ready > 0 && read(STDIN_FILENO, &key, 1) == 1) {
			take_key(top, key);
			continue;
		}
		if (ready > 0) /* the terminal is gone */
			must_end = 1;
		left_ms -= slice_ms;
	}
}

/* Asks for the figures. False: it has been told why not. */
static bool ask(struct connection *connection, struct top *top)
{
	static const char *const words[] = {"stats"};
	const char *text;
	struct json_object *result = NULL;
	if (!connection_send(connection, words, 1))
		return false;
	struct json_object *reply = connection_receive(connection, &text);
	if (reply == NULL)
		return false;
	if (!json_object_object_get_ex(reply, "result", &result)) {
		fprintf(stderr, "scloud-dnsctl: %s\n", json_object_to_json_string(reply));
		json_object_put(reply);
		return false;
	}
	json_object_put(top->earlier);
	top->earlier = top->now;
	top->now = json_object_get(result);
	json_object_put(reply);
	return true;
}

int top_run(const struct args *args)
{
	struct connection connection;
	struct top top = {.page = PAGE_OVERVIEW};
	if (args->count > 1) {
		fprintf(stderr, "scloud-dnsctl: one word too many: %s; the use is: top\n",
		        args->words[1]);
		return EXIT_WRONG;
	}
	if (!connection_open(args->socket, &connection))
		return EXIT_FAILURE;
	bool good = ask(&connection, &top);
	if (good && enter_screen(&top)) {
		draw(&top);
		while (top.is_terminal && good && !must_end) {
			wait_for_keys(&top);
			if (must_end || top.is_paused)
				continue;
			good = ask(&connection, &top);
			if (good)
				draw(&top);
		}
		leave_screen(&top);
	}
	json_object_put(top.now);
	json_object_put(top.earlier);
	connection_close(&connection);
	return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
