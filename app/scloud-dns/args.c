/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* The command line: a table of long options, each with its argument's name and its help. */
#include "args.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct option_row {
	const char *name;
	const char *argument; /* NULL: none; in brackets: may be left out */
	const char *help;
	bool (*take)(struct args *args, const char *value);
};

static bool set_action(struct args *args, enum args_action action)
{
	if (args->action != ARGS_RUN && args->action != action) {
		fprintf(stderr, "scloud-dns: only one of --check, --graph, --probe, --schema, "
		                "--config-doc, --help and --version at a time\n");
		return false;
	}
	args->action = action;
	return true;
}

static bool take_config(struct args *args, const char *value)
{
	if (args->config_file != NULL) {
		fprintf(stderr, "scloud-dns: two configuration files, %s and %s: one is allowed\n",
		        args->config_file, value);
		return false;
	}
	args->config_file = value;
	return true;
}

static bool take_check(struct args *args, const char *value)
{
	return set_action(args, ARGS_CHECK) && (value == NULL || take_config(args, value));
}

static bool take_graph(struct args *args, const char *value)
{
	static const char *const formats[] = {"text", "dot", "svg"};
	for (size_t i = 0; i < ARRAY_COUNT(formats); i++) {
		if (value == NULL || strcmp(value, formats[i]) == 0) {
			args->graph_format = (enum args_graph_format)i;
			return set_action(args, ARGS_GRAPH);
		}
	}
	fprintf(stderr, "scloud-dns: --graph=%s: text, dot or svg is allowed\n", value);
	return false;
}

static bool take_placement(struct args *args, const char *value)
{
	if (strcmp(value, "auto") != 0 && strcmp(value, "fused") != 0 &&
	    strcmp(value, "spread") != 0) {
		fprintf(stderr, "scloud-dns: --placement %s: auto, fused or spread is allowed\n",
		        value);
		return false;
	}
	args->placement = value;
	return true;
}

static bool take_idle(struct args *args, const char *value)
{
	if (strcmp(value, "adaptive") != 0 && strcmp(value, "poll") != 0 &&
	    strcmp(value, "interrupt") != 0) {
		fprintf(stderr, "scloud-dns: --idle %s: adaptive, poll or interrupt is allowed\n",
		        value);
		return false;
	}
	args->idle = value;
	return true;
}

static bool take_lanes(struct args *args, const char *value)
{
	char *end;
	unsigned long lanes = strtoul(value, &end, 10);
	if (*value < '0' || *value > '9' || *end != '\0' || lanes < 1 || lanes > 64) {
		fprintf(stderr, "scloud-dns: --lanes %s: 1 to 64 is allowed\n", value);
		return false;
	}
	args->lanes = (unsigned)lanes;
	return true;
}

static bool take_file_prefix(struct args *args, const char *value)
{
	if (*value == '\0' || strchr(value, '/') != NULL || strlen(value) > 64) {
		fprintf(stderr, "scloud-dns: --file-prefix %s: 1 to 64 characters without '/'\n",
		        value);
		return false;
	}
	args->file_prefix = value;
	return true;
}

static bool take_user(struct args *args, const char *value)
{
	args->user = value;
	return true;
}

static bool take_test_sandbox(struct args *args, const char *value)
{
	(void)value;
	args->test_sandbox = true;
	return true;
}

static bool take_test_clock(struct args *args, const char *value)
{
	(void)value;
	args->test_clock = true;
	return true;
}

static bool take_config_doc(struct args *args, const char *value)
{
	(void)value;
	return set_action(args, ARGS_CONFIG_DOC);
}

static bool take_schema(struct args *args, const char *value)
{
	(void)value;
	return set_action(args, ARGS_SCHEMA);
}

static bool take_probe(struct args *args, const char *value)
{
	(void)value;
	return set_action(args, ARGS_PROBE);
}

static bool take_help(struct args *args, const char *value)
{
	if (value != NULL && strcmp(value, "config") != 0) {
		fprintf(stderr, "scloud-dns: --help=%s: config is allowed\n", value);
		return false;
	}
	return set_action(args, value == NULL ? ARGS_HELP : ARGS_HELP_CONFIG);
}

static bool take_version(struct args *args, const char *value)
{
	(void)value;
	return set_action(args, ARGS_VERSION);
}

static const struct option_row rows[] = {
    {"config", "FILE", "configuration to start with (default: the embedded one)", take_config},
    {"check", "[FILE]", "read configuration and zones, say what is wrong, and stop", take_check},
    {"placement", "NAME", "auto, fused or spread, instead of dpdk.placement", take_placement},
    {"lanes", "COUNT", "fast-path lanes, instead of dpdk.lanes", take_lanes},
    {"idle", "NAME", "adaptive, poll or interrupt, instead of dpdk.idle", take_idle},
    {"file-prefix", "NAME", "folder of DPDK's sockets below the run directory", take_file_prefix},
    {"user", "NAME", "become this user once started, instead of sandbox.user", take_user},
    {"test-clock", NULL, "for tests only: scloud-dnsctl clock advance may move the server's time",
     take_test_clock},
    {"test-sandbox", NULL,
     "for tests only: scloud-dnsctl sandbox try may do what the sandbox forbids",
     take_test_sandbox},
    {"graph", "[FORMAT]", "print the pipeline as text, dot or svg", take_graph},
    {"probe", NULL, "say what this machine offers, and what to do where something is missing",
     take_probe},
    {"schema", NULL, "print the configuration's JSON schema", take_schema},
    {"config-doc", NULL, "print the configuration's reference page (Markdown)", take_config_doc},
    {"help", "[config]", "this page; --help=config lists every configuration key", take_help},
    {"version", NULL, "print the version", take_version},
};

static const struct option_row *find_row(const char *name, size_t len)
{
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		if (strlen(rows[i].name) == len && strncmp(rows[i].name, name, len) == 0)
			return &rows[i];
	}
	return NULL;
}

/* One "--name", "--name=value" or "--name value"; *index moves when the value is a word of its own. */
static bool take_option(int argc, char **argv, int *index, struct args *args)
{
	const char *name = argv[*index] + 2;
	const char *equals = strchr(name, '=');
	size_t len = equals != NULL ? (size_t)(equals - name) : strlen(name);
	const struct option_row *row = find_row(name, len);
	const char *value = equals != NULL ? equals + 1 : NULL;

	if (row == NULL) {
		fprintf(stderr, "scloud-dns: unknown option --%.*s; --help lists them all\n",
		        (int)len, name);
		return false;
	}
	if (value != NULL && row->argument == NULL) {
		fprintf(stderr, "scloud-dns: --%s takes no value\n", row->name);
		return false;
	}
	if (value == NULL && row->argument != NULL && row->argument[0] != '[') {
		if (*index + 1 >= argc) {
			fprintf(stderr, "scloud-dns: --%s needs a value: %s\n", row->name,
			        row->argument);
			return false;
		}
		value = argv[++*index];
	}
	return row->take(args, value);
}

bool args_parse(int argc, char **argv, struct args *out)
{
	struct args args = {.action = ARGS_RUN};
	for (int i = 1; i < argc; i++) {
		const char *word = argv[i];
		bool is_option = word[0] == '-' && word[1] == '-' && word[2] != '\0';
		if (word[0] == '-' && !is_option) {
			fprintf(stderr, "scloud-dns: unknown option %s; --help lists them all\n",
			        word);
			return false;
		}
		if (is_option ? !take_option(argc, argv, &i, &args) : !take_config(&args, word))
			return false;
	}
	*out = args;
	return true;
}

void args_print_help(void)
{
	printf("scloud-dns " SCLOUD_VERSION
	       ": authoritative server, resolver, forwarder and cache on DPDK\n\n"
	       "usage: scloud-dns [OPTION]... [FILE]\n\n");
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		char left[40];
		const char *argument = rows[i].argument;
		bool optional = argument != NULL && argument[0] == '[';
		snprintf(left, sizeof(left), "--%s%s%s", rows[i].name,
		         argument == NULL ? ""
		         : optional       ? "[="
		                          : " ",
		         argument == NULL ? "" : argument + (optional ? 1 : 0));
		printf("  %-24s %s\n", left, rows[i].help);
	}
	printf("\nSignals: TERM and INT finish what is in flight and stop; HUP reads the "
	       "configuration and zones and "
	       "opens the log again; USR1 opens the log again.\n"
	       "Exit status: 0 stopped as asked, 1 could not start or run, 2 wrong use or a wrong "
	       "file.\n"
	       "Commands: scloud-dnsctl --help.\n"
	       "Telemetry: dpdk-telemetry.py -f PREFIX, then /scloud/stats, /scloud/workers, "
	       "/scloud/links.\n"
	       "Configuration: docs/configuration.md or --help=config; commented example: "
	       "config/scloud-dns.json.\n");
}
