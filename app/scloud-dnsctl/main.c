/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* The program: words go to the server, replies to the terminal. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "args.h"
#include "connection.h"
#include "pcap.h"
#include "print.h"
#include "top.h"

#define EXIT_WRONG 2

/* The last line of a reply. Gives the exit status. */
static int finish(struct json_object *reply, bool json)
{
	struct json_object *member = NULL;
	if (json_object_object_get_ex(reply, "ok", &member) && json_object_get_boolean(member)) {
		if (!json && json_object_object_get_ex(reply, "result", &member) &&
		    !(json_object_is_type(member, json_type_object) &&
		      json_object_object_length(member) == 0))
			print_value(member, stdout);
		return EXIT_SUCCESS;
	}
	bool has_text = json_object_object_get_ex(reply, "error", &member);
	fprintf(stderr, "scloud-dnsctl: %s\n",
	        has_text ? json_object_get_string(member) : "the server could not do it");
	bool is_wrong = json_object_object_get_ex(reply, "wrong_use", &member) &&
	                json_object_get_boolean(member);
	return is_wrong ? EXIT_WRONG : EXIT_FAILURE;
}

/* One line of a reply before the last one. False: it could not be written, which has been told. */
static bool take_item(struct json_object *item, const struct args *args, struct pcap *pcap)
{
	struct json_object *blocks = NULL;
	if (pcap->out != NULL && json_object_object_get_ex(item, "pcapng", &blocks))
		return pcap_write(pcap, blocks);
	if (!args->json)
		print_item(item, stdout);
	/* A trace is read while it goes on. */
	fflush(stdout);
	return true;
}

/* One command from its words to the end of its reply. */
static int run(struct connection *connection, const char *const *words, size_t count,
               const struct args *args, struct pcap *pcap)
{
	if (!connection_send(connection, words, count))
		return EXIT_FAILURE;
	for (;;) {
		const char *text = NULL;
		struct json_object *item = NULL;
		struct json_object *reply = connection_receive(connection, &text);
		if (reply == NULL)
			return EXIT_FAILURE;
		bool is_item = json_object_object_get_ex(reply, "item", &item);
		if (args->json && pcap->out == NULL)
			fputs(text, stdout);
		int status = EXIT_SUCCESS;
		if (!is_item)
			status = finish(reply, args->json || pcap->out == stdout);
		else if (!take_item(item, args, pcap))
			status = EXIT_FAILURE;
		json_object_put(reply);
		if (!is_item || status != EXIT_SUCCESS)
			return status;
	}
}

/* --help behind a command, or help in its place: the server knows. */
static int help(const struct args *args)
{
	struct connection connection;
	const char *words[CONTROL_WORDS_MAX + 1] = {"help"};
	size_t count = args->count < CONTROL_WORDS_MAX ? args->count : CONTROL_WORDS_MAX - 1;
	memcpy(words + 1, args->words, count * sizeof(words[0]));
	if (args->count == 0)
		args_print_help();
	if (args->count == 0)
		printf("\nCommands of the server that runs now:\n\n");
	fflush(stdout);
	if (!connection_open(args->socket, &connection))
		return args->count == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
	struct pcap none = {.out = NULL};
	int status = run(&connection, words, count + 1, args, &none);
	connection_close(&connection);
	return status;
}

/* With --write a capture is asked for as a file. */
static bool add_write(struct args *args)
{
	if (args->write == NULL)
		return true;
	if (strcmp(args->words[0], "capture") != 0 || args->count == CONTROL_WORDS_MAX) {
		fprintf(stderr, "scloud-dnsctl: --write is for capture alone\n");
		return false;
	}
	args->words[args->count++] = "--pcapng";
	return true;
}

static int run_command(struct args *args)
{
	struct connection connection;
	struct pcap pcap = {.out = NULL};
	if (!add_write(args))
		return EXIT_WRONG;
	if (args->write == NULL && strcmp(args->words[0], "top") == 0)
		return top_run(args);
	if (!connection_open(args->socket, &connection))
		return EXIT_FAILURE;
	int status = EXIT_FAILURE;
	if (args->write == NULL || pcap_open(args->write, &pcap))
		status = run(&connection, args->words, args->count, args, &pcap);
	if (!pcap_close(&pcap))
		status = EXIT_FAILURE;
	connection_close(&connection);
	return status;
}

int main(int argc, char **argv)
{
	struct args args;
	if (!args_parse(argc, argv, &args))
		return EXIT_WRONG;
	if (args.version) {
		printf("scloud-dnsctl " SCLOUD_VERSION "\n");
		return EXIT_SUCCESS;
	}
	if (args.help)
		return help(&args);
	if (args.count == 0) {
		fprintf(stderr, "scloud-dnsctl: a command is missing; --help lists them all\n");
		return EXIT_WRONG;
	}
	return run_command(&args);
}
