/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* The program: reads its command line and does what it says. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "access.h"
#include "args.h"
#include "certificates.h"
#include "config/config.h"
#include "pipeline/graph.h"
#include "plan.h"
#include "policies.h"
#include "probe.h"
#include "server.h"
#include "topology.h"
#include "upstreams.h"
#include "zones.h"

/* Wrong use or a wrong file, as --help says. */
#define EXIT_WRONG 2

static enum result load_config(const struct args *args, struct config **out)
{
	struct config_problems *problems = calloc(1, sizeof(*problems));
	if (problems == NULL)
		return RESULT_NO_MEMORY;
	enum result result = args->config_file != NULL
	                         ? config_load_file(args->config_file, NULL, out, problems)
	                         : config_default(NULL, out, problems);
	config_problems_write(problems, stderr);
	free(problems);
	return result;
}

/* --check: everything that can be wrong without starting anything. */
static int check(const struct config *config)
{
	struct zones *zones = NULL;
	struct zones_report report;
	struct guard_policy *policy = NULL;
	struct policy *names = NULL;
	struct certificates certificates;
	enum result result = access_policy_create(config, &policy);
	if (result == RESULT_OK) {
		result = certificates_open(config, &certificates);
		certificates_close(&certificates);
	}
	if (result == RESULT_OK) {
		static struct upstreams upstreams;
		result = upstreams_configure(config, &upstreams);
		upstreams_free(&upstreams);
	}
	if (result == RESULT_OK)
		result = zones_load(&(struct zones_request){.config = config}, &zones, &report);
	if (result == RESULT_OK)
		result = policies_load(config, &names);
	policy_free(names);
	guard_policy_free(policy);
	zones_free(zones);
	if (result != RESULT_OK) {
		fprintf(stderr, "scloud-dns: %s: %s\n", config->file, result_text(result));
		return EXIT_WRONG;
	}
	if (report.failed > 0) {
		fprintf(stderr, "%s: %u of %u zones are wrong\n", config->file, report.failed,
		        report.failed + report.loaded);
		return EXIT_WRONG;
	}
	printf("%s: correct; %u zones with %llu records\n", config->file, report.loaded,
	       (unsigned long long)report.records);
	return EXIT_SUCCESS;
}

static int graph(const struct config *config, const struct args *args)
{
	static const enum graph_format formats[] = {[ARGS_GRAPH_TEXT] = GRAPH_TEXT,
	                                            [ARGS_GRAPH_DOT] = GRAPH_DOT,
	                                            [ARGS_GRAPH_SVG] = GRAPH_SVG};
	struct topology_settings settings = {0};
	struct topology_tables tables;
	struct placement placement;
	struct pipeline_error error;

	topology_fill(&settings, &tables);
	if (topology_check(&tables.topology, &error) != RESULT_OK ||
	    plan_placement(config, args, &tables.topology, &placement, &error) != RESULT_OK) {
		fprintf(stderr, "scloud-dns: %s\n", error.text);
		return EXIT_WRONG;
	}
	return graph_write(&tables.topology, &placement, formats[args->graph_format], stdout) ==
	               RESULT_OK
	           ? EXIT_SUCCESS
	           : EXIT_FAILURE;
}

/* Actions that need no configuration; -1: it is not one of them. */
static int act_alone(const struct args *args)
{
	switch (args->action) {
	case ARGS_HELP:
		args_print_help();
		return EXIT_SUCCESS;
	case ARGS_VERSION:
		printf("scloud-dns " SCLOUD_VERSION "\n");
		return EXIT_SUCCESS;
	case ARGS_HELP_CONFIG:
		return config_help_write(NULL, stdout) == RESULT_OK ? EXIT_SUCCESS : EXIT_FAILURE;
	case ARGS_CONFIG_DOC:
		return config_document_write(stdout) == RESULT_OK ? EXIT_SUCCESS : EXIT_FAILURE;
	case ARGS_SCHEMA:
		return config_schema_write(stdout) == RESULT_OK ? EXIT_SUCCESS : EXIT_FAILURE;
	case ARGS_PROBE:
		return probe_print(stdout);
	case ARGS_RUN:
	case ARGS_CHECK:
	case ARGS_GRAPH:
		break;
	}
	return -1;
}

int main(int argc, char **argv)
{
	struct args args;
	struct config *config = NULL;

	if (!args_parse(argc, argv, &args))
		return EXIT_WRONG;
	int status = act_alone(&args);
	if (status >= 0)
		return status;
	if (load_config(&args, &config) != RESULT_OK)
		return EXIT_WRONG;
	if (args.action == ARGS_CHECK)
		status = check(config);
	else if (args.action == ARGS_GRAPH)
		status = graph(config, &args);
	else
		status = server_run(config, &args);
	config_free(config);
	return status;
}
