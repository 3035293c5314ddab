/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Start and stop. */
#include "server.h"

#include <errno.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include <rte_eal.h>
#include <rte_errno.h>

#include "base/clock.h"
#include "base/crash.h"
#include "base/log.h"
#include "cache_file.h"
#include "commands.h"
#include "drain.h"
#include "egress.h"
#include "health.h"
#include "pages.h"
#include "reload.h"
#include "runtime_dir.h"
#include "safety.h"
#include "server_int.h"
#include "telemetry/telemetry.h"

/* Wrong zone or configuration, as --help says. */
#define EXIT_WRONG 2

static int fail(const char *what, enum result result, const char *text)
{
	log_error("server", "SRV001", "%s: %s%s%s", what, text != NULL ? text : result_text(result),
	          text != NULL ? ": " : "", text != NULL ? result_text(result) : "");
	return EXIT_FAILURE;
}

/* A keyed hash with a secret that nobody outside knows, before any name is hashed. */
static void seed_hashes(void)
{
	uint64_t secret[2];
	if (getrandom(secret, sizeof(secret), 0) != sizeof(secret))
		secret[0] = secret[1] = clock_now_us();
	dns_name_hash_seed(secret);
}

static int open_log(const struct config *config)
{
	enum result result = reload_open_log(config);
	if (result == RESULT_OK)
		return EXIT_SUCCESS;
	const char *why = result == RESULT_IO ? strerror(errno) : result_text(result);
	log_error("server", "SRV006", "cannot open the log %s: %s", config->logging.file, why);
	return EXIT_FAILURE;
}

static int load_zones(struct server *server)
{
	struct zones_report report;
	/* With a million zones, reading the configuration took more memory than they do. */
	malloc_trim(0);
	const struct zones_request request = {.config = server->config};
	enum result result = zones_load(&request, &server->zones, &report);
	if (result != RESULT_OK)
		return fail("cannot load the zones", result, NULL);
	if (report.failed > 0) {
		log_error("zones", "ZON004", "%u of %u zones are wrong: not started", report.failed,
		          report.failed + report.loaded);
		return EXIT_WRONG;
	}
	log_info("zones", "ZON005", "%u zones with %llu records are loaded", report.loaded,
	         (unsigned long long)report.records);
	return EXIT_SUCCESS;
}

static int load_policies(struct server *server)
{
	const enum result result = policies_load(server->config, &server->names);
	if (result == RESULT_OK)
		return EXIT_SUCCESS;
	log_error("policy", "POL004", "local zones or block lists are wrong: not started");
	return result == RESULT_NO_MEMORY ? EXIT_FAILURE : EXIT_WRONG;
}

static int start_eal(struct server *server)
{
	if (rte_eal_init(server->plan.argument_count, server->plan.argument) < 0)
		return fail("DPDK does not start", RESULT_IO, rte_strerror(rte_errno));
	server->eal_is_up = true;
	web_follow(server->web); /* this thread has the control group's processors now */
	return EXIT_SUCCESS;
}

/* Everything that needs memory and devices. */
static int open_devices(struct server *server)
{
	struct pipeline_error error;
	enum result result = pipeline_pools_create(&server->plan.pools, &server->pools, &error);
	if (result != RESULT_OK)
		return fail("no memory for packets", result, error.text);
	result = ports_open(&server->ports, server->plan.placement.lanes, server->pools.packet);
	if (result != RESULT_OK)
		return EXIT_FAILURE;
	result = next_hops_open(server->config, &server->ports, &server->next_hops);
	if (result != RESULT_OK)
		return EXIT_FAILURE;
	const struct kernel_half_parts parts = {
	    .config = server->config,
	    .ports = &server->ports,
	    .pools = &server->pools,
	    .certificates = &server->certificates,
	};
	result = kernel_half_configure(&parts, &server->kernel_half);
	server->kernel_half.settings.slowpath.withdrawn = &server->is_withdrawn;
	if (server->next_hops.is_half_wanted)
		server->kernel_half.settings.slowpath.watch = &server->next_hops.half;
	server->kernel_half.settings.slowpath.inside = &server->inside;
	if (result == RESULT_OK)
		result = egress_take_port(server->config, &server->ports, server->upstreams,
		                          &server->is_egress_inside);
	return result == RESULT_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* A row for reports. */
static bool zone_at(void *context, uint32_t index, struct telemetry_zone *out)
{
	const struct server *server = context;
	struct zones_row row;
	if (!zones_at(server->zones, index, &row))
		return false;
	*out = (struct telemetry_zone){
	    .zone = row.zone,
	    .view = row.view,
	    .file = row.file,
	    .loaded_s = row.loaded_s,
	    .is_former = row.is_former,
	};
	return true;
}

static int make_pipeline(struct server *server)
{
	struct pipeline_error error;
	const struct settings_parts parts = {
	    .config = server->config,
	    .zones = zones_views(server->zones),
	    .names = server->names,
	    .ports = &server->ports,
	    .pools = &server->pools,
	    .upstreams = server->upstreams,
	    .kernel_half = &server->kernel_half,
	    .next_hops = server->next_hops.table,
	    .lanes = server->plan.placement.lanes,
	};
	enum result result = settings_make(&parts, &server->settings);
	if (result != RESULT_OK)
		return fail("cannot make the stages' settings", result, NULL);
	topology_fill(&server->settings.topology, &server->tables);
	const struct pipeline_config config = {
	    .topology = &server->tables.topology,
	    .placement = &server->plan.placement,
	    .idle = server->plan.idle,
	    .latency = server->config->metrics.latency || server->config->dpdk.stamp_cycles,
	    .stamp_turns = server->config->dpdk.stamp_cycles ? 1 : 0,
	    .pools = server->pools,
	};
	result = pipeline_create(&config, &server->pipeline, &error);
	if (result != RESULT_OK)
		return fail("cannot make the pipeline", result, error.text);
	const struct telemetry_settings telemetry = {
	    .pipeline = server->pipeline,
	    .view = &server->settings.metrics_view,
	    .zones = {zone_at, server},
	    .ports = server->ports.port,
	    .port_count = server->ports.count,
	    .cache = server->settings.cache,
	    .resolver = &server->settings.resolver_view,
	    .tops = {server->settings.top_questions, server->settings.top_answers,
	             server->settings.lanes},
	    .start_us = server->start_us,
	};
	if (telemetry_open(&telemetry) != RESULT_OK)
		return fail("DPDK refuses a telemetry command", RESULT_UNSUPPORTED, NULL);
	server->telemetry_is_open = true;
	cache_file_restore(server->settings.cache, server->config->cache.file);
	watchers_start(&server->watchers, server->settings.tap, server->settings.flight,
	               server->pipeline);
	(void)watchers_open(&server->watchers, server->config);
	return EXIT_SUCCESS;
}

/* Everything is open: from here on the process has only what it needs to answer, before the first packet of a
 * stranger is looked at. */
static int launch(struct server *server)
{
	struct pipeline_error error;
	if (server->is_egress_inside && egress_enter(server->pipeline, server->inside) != RESULT_OK)
		return EXIT_FAILURE;
	if (safety_enter(server) != RESULT_OK)
		return EXIT_FAILURE;
	enum result result = pipeline_launch(server->pipeline, &error);
	if (result != RESULT_OK)
		return fail("cannot start the pipeline", result, error.text);
	return EXIT_SUCCESS;
}

/* What can be found out before anything is started. */
static int prepare(struct server *server)
{
	struct pipeline_error error;
	int status = open_log(server->config);
	health_open();
	if (status == EXIT_SUCCESS &&
	    crash_watch(server->config->sandbox.crash_folder, SCLOUD_VERSION) != RESULT_OK)
		status = fail("cannot watch for crashes", RESULT_TOO_LONG, "sandbox.crash_folder");
	if (status == EXIT_SUCCESS && safety_prepare(server) != RESULT_OK)
		status = EXIT_WRONG;
	if (status != EXIT_SUCCESS)
		return status;
	server->web = pages_open(server->config);
	status = load_zones(server);
	if (status == EXIT_SUCCESS)
		status = load_policies(server);
	if (status != EXIT_SUCCESS)
		return status;
	if (certificates_open(server->config, &server->certificates) != RESULT_OK ||
	    ports_configure(server->config, &server->ports) != RESULT_OK)
		return EXIT_WRONG;
	server->upstreams = calloc(1, sizeof(*server->upstreams));
	if (server->upstreams == NULL)
		return fail("cannot make the list of forwarders", RESULT_NO_MEMORY, NULL);
	enum result result = upstreams_configure(server->config, server->upstreams);
	if (result != RESULT_OK)
		return fail("cannot make the list of forwarders", result, NULL);
	server->settings.topology.spread = ports_may_spread(&server->ports);
	topology_fill(&server->settings.topology, &server->tables);
	result = plan_make(server->config, server->args, &server->tables.topology,
	                   server->ports.settings, server->ports.count, &server->plan, &error);
	if (result != RESULT_OK)
		return fail("cannot place the stages", result, error.text);
	return EXIT_SUCCESS;
}

/* Without its socket the server answers all the same: only commands are missing. */
static void open_control(struct server *server)
{
	char path[CONFIG_PATH_BYTES];
	if (server->config->control.socket[0] != '\0')
		snprintf(path, sizeof(path), "%s", server->config->control.socket);
	else
		snprintf(path, sizeof(path), CONTROL_FOLDER "/%s.sock", server->plan.file_prefix);
	enum result result = control_open(server->control, path);
	if (result == RESULT_OK)
		return;
	log_warn("server", "SRV008", "no commands: the control socket %s cannot be opened: %s",
	         path,
	         result == RESULT_IO         ? strerror(errno)
	         : result == RESULT_BUSY     ? "another server listens there"
	         : result == RESULT_EXISTS   ? "something that is no socket is there"
	         : result == RESULT_TOO_LONG ? "the path is too long"
	                                     : result_text(result));
}

static int make_control(struct server *server)
{
	enum result result = control_create(&server->control);
	if (result != RESULT_OK)
		return fail("cannot make the control socket", result, NULL);
	commands_register(server);
	if (server->args->test_clock)
		log_warn("server", "SRV009",
		         "started with --test-clock: commands may move the time");
	return EXIT_SUCCESS;
}

static int start(struct server *server)
{
	int status = prepare(server);
	if (status == EXIT_SUCCESS)
		status = make_control(server);
	if (status == EXIT_SUCCESS)
		status = start_eal(server);
	if (status == EXIT_SUCCESS)
		status = open_devices(server);
	if (status == EXIT_SUCCESS)
		status = make_pipeline(server);
	if (status == EXIT_SUCCESS)
		open_control(server);
	if (status == EXIT_SUCCESS)
		status = launch(server);
	return status;
}

static void log_totals(const struct server *server)
{
	struct pipeline_totals totals;
	pipeline_get_totals(server->pipeline, &totals);
	log_info("server", "SRV004", "stopped: %llu in, %llu answered, %llu dropped",
	         (unsigned long long)totals.in, (unsigned long long)totals.answered,
	         (unsigned long long)totals.dropped);
}

/* Undoes whatever start() has done, in reverse. */
static void stop(struct server *server)
{
	web_set_state(server->web, WEB_DRAINING);
	if (server->pipeline != NULL) {
		const uint64_t timeout_us = drain_finish_us(server);
		if (!pipeline_stop(server->pipeline, timeout_us))
			log_warn("server", "SRV005", "not everything was answered in %llu s",
			         (unsigned long long)timeout_us / 1000000);
		log_totals(server);
		cache_file_save(server->settings.cache, server->config->cache.file);
	}
	control_destroy(server->control);
	cache_file_commands_end(server);
	web_close(server->web);
	watchers_end(&server->watchers);
	if (server->telemetry_is_open)
		telemetry_close();
	pipeline_destroy(server->pipeline);
	settings_free(&server->settings);
	next_hops_close(&server->next_hops);
	ports_close(&server->ports);
	pipeline_pools_destroy(&server->pools);
	if (server->eal_is_up) {
		char folder[RUNTIME_DIR_BYTES];
		runtime_dir_remember(folder);
		rte_eal_cleanup();
		runtime_dir_remove(folder);
	}
	if (server->upstreams != NULL)
		upstreams_free(server->upstreams);
	free(server->upstreams);
	certificates_close(&server->certificates);
	policy_free(server->names);
	zones_free(server->zones);
	config_free(server->owned);
	log_close();
}

int server_run(const struct config *config, const struct args *args)
{
	int signal_fd = server_loop_signals();
	struct server *server = calloc(1, sizeof(*server));
	if (server == NULL || signal_fd < 0)
		return EXIT_FAILURE;
	server->started = config;
	server->config = config;
	server->args = args;
	server->start_us = clock_steady_us();
	seed_hashes();
	int status = start(server);
	if (status == EXIT_SUCCESS) {
		log_info("server", "SRV002",
		         "ready after %llu ms: placement %s, %u lanes, %u lcores, %s memory",
		         (unsigned long long)(clock_steady_us() - server->start_us) / 1000,
		         placement_kind_name(server->plan.placement.kind),
		         server->plan.placement.lanes, server->plan.placement.lcore_count,
		         server->plan.hugepages ? "huge page" : "ordinary");
		health_ready(server);
		web_set_state(server->web, WEB_READY);
		server_loop(server, signal_fd);
	}
	stop(server);
	close(signal_fd);
	free(server);
	return status;
}
