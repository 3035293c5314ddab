/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* What the main thread does while the lcores work: it waits for signals and commands. */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "drain.h"
#include "health.h"
#include "safety.h"
#include "server_int.h"

/* How often withheld log lines are told. */
#define TICK_MS 1000

int server_loop_signals(void)
{
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGUSR1);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static void take_signals(struct server *server, int signal_fd)
{
	struct signalfd_siginfo info;
	bool wants_reload = false;
	while (read(signal_fd, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
		if (info.ssi_signo == SIGHUP)
			wants_reload = true;
		else if (info.ssi_signo == SIGUSR1)
			server_reopen_log(server);
		else
			server->is_stopping = true;
	}
	if (wants_reload && !server->is_stopping) {
		health_reloading();
		server_reload(server);
		health_ready(server);
	}
}

void server_loop(struct server *server, int signal_fd)
{
	uint64_t tick_us = clock_steady_us();
	while (!server->is_stopping) {
		struct pollfd fds[] = {{.fd = signal_fd, .events = POLLIN},
		                       {.fd = control_fd(server->control), .events = POLLIN}};
		int wait_ms = control_wait_ms(server->control);
		(void)poll(fds, ARRAY_COUNT(fds), wait_ms < TICK_MS ? wait_ms : TICK_MS);
		take_signals(server, signal_fd);
		uint64_t now_us = clock_steady_us();
		control_turn(server->control, now_us);
		drain_tick(server, now_us);
		if (now_us - tick_us >= (uint64_t)TICK_MS * 1000) {
			tick_us = now_us;
			log_flush();
			safety_tick();
			health_tick(server, now_us);
			watchers_tick(&server->watchers, server->config, now_us);
			next_hops_tick(&server->next_hops, &server->ports,
			               pipeline_get_rcu(server->pipeline), now_us);
		}
	}
	health_stopping();
	log_info("server", "SRV003", "stopping: what is in flight is finished first");
}
