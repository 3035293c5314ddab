/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Start and end: questions, DPDK, the port, the server's MAC address, workers. */
#include "session.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <rte_cycles.h>
#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_lcore.h>
#include <rte_mbuf.h>

#include "base/clock.h"
#include "load/neighbour.h"
#include "port/eal.h"

#define EXIT_WRONG 2
#define EAL_WORDS_MAX 32
/* The server's MAC address: asked for so often, so far apart. */
#define ASK_TIMES 25
#define ASK_EACH_US 200000
#define LISTEN_NS 200000
/* Frames of an ordinary answer, and room for larger ones that arrive in one buffer. */
#define FRAME_ROOM 4096
/* Room for late answers: slots for each query that may be in flight. */
#define SLOTS_PER_QUERY 2

static volatile sig_atomic_t interrupted;

static void on_signal(int number)
{
	(void)number;
	interrupted = 1;
}

bool session_is_interrupted(void)
{
	return interrupted != 0;
}

static int fail(const char *what, const char *why)
{
	fprintf(stderr, "scloud-dnsperf: %s: %s\n", what, why);
	return EXIT_FAILURE;
}

static int read_questions(struct session *session)
{
	const char *name = session->options->data_file;
	bool is_stdin = name == NULL || strcmp(name, "-") == 0;
	FILE *in = is_stdin ? stdin : fopen(name, "re");
	if (in == NULL) {
		fprintf(stderr, "scloud-dnsperf: cannot read %s: %s\n", name, strerror(errno));
		return EXIT_WRONG;
	}
	enum result result = query_file_read(in, is_stdin ? "standard input" : name,
	                                     &session->options->queries, stderr, &session->file);
	if (!is_stdin)
		fclose(in);
	if (result == RESULT_NOT_FOUND)
		fprintf(stderr, "scloud-dnsperf: %s holds no question\n",
		        is_stdin ? "standard input" : name);
	else if (result != RESULT_OK && result != RESULT_MALFORMED)
		return fail("questions", result_text(result));
	return result == RESULT_OK ? EXIT_SUCCESS : EXIT_WRONG;
}

/* The processors that this process may use, as EAL writes a set: "(0,1)". */
static void write_processors(char *out, size_t size)
{
	cpu_set_t set;
	const char *comma = "";
	size_t at = (size_t)snprintf(out, size, "(");
	CPU_ZERO(&set);
	if (sched_getaffinity(0, sizeof(set), &set) != 0)
		CPU_SET(0, &set);
	for (unsigned cpu = 0; cpu < CPU_SETSIZE && at < size; cpu++) {
		if (!CPU_ISSET(cpu, &set))
			continue;
		at += (size_t)snprintf(out + at, size - at, "%s%u", comma, cpu);
		comma = ",";
	}
	if (at < size)
		snprintf(out + at, size - at, ")");
}

/* Lcore 0 is main and sleeps; 1 and up send, each on its processor where some are named. */
static void write_lcores(const struct options *options, char *out, size_t size)
{
	char any[256];
	const char *cpus = options->cpus;
	write_processors(any, sizeof(any));
	size_t at = (size_t)snprintf(out, size, "0@%s", any);
	for (unsigned i = 1; i <= options->lcores && at < size; i++) {
		bool is_named = cpus != NULL && *cpus != '\0';
		int len = is_named ? (int)strcspn(cpus, ",") : (int)strlen(any);
		at += (size_t)snprintf(out + at, size - at, ",%u@%.*s", i, len,
		                       is_named ? cpus : any);
		if (is_named)
			cpus += len + (cpus[len] == ',');
	}
}

static int start_eal(struct session *session, const struct port_settings *port)
{
	const struct options *options = session->options;
	struct port_eal_args devices;
	char lcores[4096];
	char memory[16];
	char *words[EAL_WORDS_MAX];
	int count = 0;
	write_lcores(options, lcores, sizeof(lcores));
	snprintf(memory, sizeof(memory), "%u", options->memory_mb);
	if (port_eal_args(port, 1, &devices) != RESULT_OK)
		return fail(options->device, "too long for DPDK");
	const char *const fixed[] = {"scloud-dnsperf",
	                             "--lcores",
	                             lcores,
	                             "--main-lcore",
	                             "0",
	                             "--file-prefix",
	                             options->file_prefix,
	                             "--no-telemetry",
	                             "-m",
	                             memory,
	                             "--log-level",
	                             "warning",
	                             options->huge_pages ? "--in-memory" : "--no-huge"};
	for (size_t i = 0; i < ARRAY_COUNT(fixed); i++)
		words[count++] = (char *)(uintptr_t)fixed[i];
	/* Few and large files of memory: vhost-user hands each of them over. */
	if (options->huge_pages)
		words[count++] = (char *)(uintptr_t) "--single-file-segments";
	for (unsigned i = 0; i < devices.count; i++)
		words[count++] = (char *)(uintptr_t)devices.argument[i];
	words[count] = NULL;
	if (rte_eal_init(count, words) < 0)
		return fail("DPDK does not start", rte_strerror(rte_errno));
	session->eal_is_up = true;
	return EXIT_SUCCESS;
}

static int open_port(struct session *session, const struct port_settings *settings)
{
	const struct options *options = session->options;
	uint32_t queues = 2u * options->lcores * options->descriptors;
	uint32_t frames = queues + options->lcores * (WORKER_BURST * 4u + 512u) + 1024u;
	session->pool = rte_pktmbuf_pool_create("frames", frames, 256, 0,
	                                        FRAME_ROOM + RTE_PKTMBUF_HEADROOM, SOCKET_ID_ANY);
	if (session->pool == NULL)
		return fail("no memory for frames (--memory)", rte_strerror(rte_errno));
	enum result result = port_open(settings, 0, options->lcores, session->pool, &session->port);
	if (result != RESULT_OK)
		return fail(options->device, result_text(result));
	if (session->port.rx_queue_count < options->lcores)
		fprintf(
		    stderr,
		    "scloud-dnsperf: the device has %u receive queues for %u lcores: answers are "
		    "handed over between them\n",
		    session->port.rx_queue_count, options->lcores);
	return EXIT_SUCCESS;
}

static void send_frame(struct session *session, const uint8_t *frame, size_t len)
{
	struct rte_mbuf *mbuf = rte_pktmbuf_alloc(session->pool);
	if (mbuf == NULL)
		return;
	memcpy(rte_pktmbuf_append(mbuf, (uint16_t)len), frame, len);
	if (port_tx(&session->port, 0, &mbuf, 1) == 0)
		rte_pktmbuf_free(mbuf);
}

/* Listens for a while; true when the server has answered. */
static bool listen_for(struct session *session, uint64_t until_us)
{
	while (clock_now_us() < until_us && !interrupted) {
		struct rte_mbuf *burst[WORKER_BURST];
		bool found = false;
		for (uint16_t queue = 0; queue < session->port.rx_queue_count; queue++) {
			uint16_t count = port_rx(&session->port, queue, burst, WORKER_BURST);
			for (uint16_t i = 0; i < count; i++) {
				struct neighbour neighbour;
				enum neighbour_kind kind = neighbour_read(
				    &session->route, rte_pktmbuf_mtod(burst[i], const uint8_t *),
				    burst[i]->data_len, &neighbour);
				if (kind == NEIGHBOUR_QUESTION)
					send_frame(session, neighbour.reply, neighbour.reply_len);
				if (kind == NEIGHBOUR_SERVER) {
					memcpy(session->route.target_mac, neighbour.mac, 6);
					found = true;
				}
				rte_pktmbuf_free(burst[i]);
			}
		}
		if (found)
			return true;
		const struct timespec pause = {.tv_nsec = LISTEN_NS};
		nanosleep(&pause, NULL);
	}
	return false;
}

static int find_server(struct session *session)
{
	char text[NET_TEXT_BYTES];
	uint8_t frame[NEIGHBOUR_BYTES];
	if (!session->options->source_mac_given)
		memcpy(session->route.source_mac, session->port.mac, 6);
	if (!session->options->target_mac_given) {
		bool found = false;
		size_t len = neighbour_ask(&session->route, frame);
		for (unsigned i = 0; i < ASK_TIMES && !found && !interrupted; i++) {
			send_frame(session, frame, len);
			found = listen_for(session, clock_now_us() + ASK_EACH_US);
		}
		net_address_format(&session->route.server.address, text);
		if (!found)
			return fail(text,
			            "nobody says that it is there; is the server up and on this "
			            "link? --target-mac names its, or a router's, MAC address");
	}
	enum result result = packet_route_prepare(&session->route);
	return result == RESULT_OK ? EXIT_SUCCESS : fail("addresses", result_text(result));
}

/* Slots for what can be in flight at once. */
static uint64_t slots_wanted(const struct options *options)
{
	if (options->ramp)
		return UINT64_C(1) << LOAD_FLIGHT_BITS_MAX;
	if (options->rate == 0)
		return (uint64_t)options->in_flight * SLOTS_PER_QUERY / options->lcores + 1;
	return (uint64_t)((double)options->rate * options->timeout_s) / options->lcores + 1;
}

static int start_workers(struct session *session)
{
	const struct options *options = session->options;
	session->plan = (struct worker_plan){
	    .port = &session->port,
	    .pool = session->pool,
	    .route = &session->route,
	    .file = &session->file,
	    .workers = session->workers,
	    .worker_count = options->lcores,
	    .ports_each = (uint16_t)(options->port_count / options->lcores),
	    .first_port = options->first_port,
	    .random_order = options->random_order,
	    .echo = options->echo,
	    .cookies = options->queries.cookie,
	    .check_sums = !session->port.rx_udp_checksum && !options->echo,
	    .tsc_hz = rte_get_tsc_hz(),
	};
	session->plan.timeout_tsc = (uint64_t)(options->timeout_s * (double)session->plan.tsc_hz);
	for (uint16_t i = 0; i < options->lcores; i++) {
		enum result result =
		    worker_create(&session->plan, i, slots_wanted(options), &session->workers[i]);
		if (result != RESULT_OK)
			return fail("that many queries in flight need more --ports or memory",
			            result_text(result));
	}
	unsigned lcore;
	uint16_t index = 0;
	RTE_LCORE_FOREACH_WORKER(lcore)
	(void)rte_eal_remote_launch(worker_main, &session->workers[index++], lcore);
	session->workers_run = true;
	return EXIT_SUCCESS;
}

int session_open(const struct options *options, struct session *out)
{
	struct net_prefix host;
	struct port_settings settings = {
	    .name = "load",
	    .device = options->device,
	    .rx_descriptors = (uint16_t)options->descriptors,
	    .tx_descriptors = (uint16_t)options->descriptors,
	};
	memset(out, 0, sizeof(*out));
	out->options = options;
	out->route = options->route;
	out->route.option_len = options->queries.option_len;
	if (options->host_address != NULL) {
		if (net_prefix_parse(options->host_address, &host) != RESULT_OK) {
			fprintf(stderr,
			        "scloud-dnsperf: --host-address %s: an address with its length is "
			        "wanted, 10.0.0.1/24\n",
			        options->host_address);
			return EXIT_WRONG;
		}
		settings.host_addresses = &host;
		settings.host_address_count = 1;
	}
	signal(SIGINT, on_signal);
	signal(SIGTERM, on_signal);
	out->workers = aligned_alloc(CACHE_LINE_BYTES, sizeof(*out->workers) * options->lcores);
	if (out->workers == NULL)
		return fail("workers", result_text(RESULT_NO_MEMORY));
	memset(out->workers, 0, sizeof(*out->workers) * options->lcores);
	int status = read_questions(out);
	if (status == EXIT_SUCCESS)
		status = start_eal(out, &settings);
	if (status == EXIT_SUCCESS)
		status = open_port(out, &settings);
	if (status == EXIT_SUCCESS)
		status = find_server(out);
	return status == EXIT_SUCCESS ? start_workers(out) : status;
}

void session_close(struct session *session)
{
	for (uint16_t i = 0; session->workers_run && i < session->plan.worker_count; i++)
		__atomic_store_n(&session->workers[i].phase, WORKER_STOP, __ATOMIC_RELEASE);
	if (session->workers_run)
		rte_eal_mp_wait_lcore();
	for (uint16_t i = 0; i < session->plan.worker_count; i++)
		worker_destroy(&session->workers[i]);
	port_close(&session->port);
	rte_mempool_free(session->pool);
	if (session->eal_is_up)
		rte_eal_cleanup();
	query_file_free(&session->file);
	free(session->workers);
}
