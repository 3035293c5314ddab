/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* The way of the C library's setuid(): a signal makes each thread do it for itself. Threads of libraries can
 * be told in no other way, and Linux has no call that changes them all. */
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "sandbox/sandbox_int.h"

/* No library that we link takes real-time signals; the C library keeps the first two to itself. */
#define THREAD_SIGNAL (SIGRTMIN + 4)
#define WAIT_STEP_NS 200000

/* The handler gets nothing but a number, so what it works on is static. One round at a time: `answered` is
 * written by the one thread that was asked, and read by the one that asks. */
static struct {
	struct sandbox_failure (*work)(void *context);
	void *context;
	struct sandbox_failure failure;
	_Atomic int answered; /* thread id */
	pid_t done[SANDBOX_THREADS_MAX];
	uint32_t done_count;
	uint32_t wait_ms;
} round_state;

static void take_signal(int number)
{
	const int errno_before = errno;
	(void)number;
	round_state.failure = round_state.work(round_state.context);
	atomic_store_explicit(&round_state.answered, (int)syscall(SYS_gettid),
	                      memory_order_release);
	errno = errno_before;
}

static bool is_done(pid_t thread)
{
	for (uint32_t i = 0; i < round_state.done_count; i++)
		if (round_state.done[i] == thread)
			return true;
	return false;
}

static bool is_alive(pid_t thread)
{
	return syscall(SYS_tgkill, getpid(), thread, 0) == 0;
}

static void name_of(pid_t thread, char out[32])
{
	char path[64];
	snprintf(path, sizeof(path), "/proc/self/task/%d/comm", thread);
	snprintf(out, 32, "%d", thread);
	FILE *file = fopen(path, "re");
	if (file == NULL)
		return;
	if (fgets(out, 32, file) != NULL)
		out[strcspn(out, "\n")] = '\0';
	fclose(file);
}

/* Asks one thread and waits for it. True: it has done it, or is no more. */
static bool ask(pid_t thread)
{
	atomic_store_explicit(&round_state.answered, 0, memory_order_relaxed);
	if (syscall(SYS_tgkill, getpid(), thread, THREAD_SIGNAL) != 0)
		return errno == ESRCH;
	const struct timespec step = {.tv_nsec = WAIT_STEP_NS};
	for (uint64_t waited_ns = 0; waited_ns < round_state.wait_ms * UINT64_C(1000000);
	     waited_ns += WAIT_STEP_NS) {
		if (atomic_load_explicit(&round_state.answered, memory_order_acquire) == thread)
			return true;
		nanosleep(&step, NULL);
		if (!is_alive(thread))
			return true;
	}
	return false;
}

static enum result tell(struct sandbox_report *report, pid_t thread, const char *step, int error)
{
	char name[32];
	name_of(thread, name);
	snprintf(report->problem, sizeof(report->problem), "%s: thread %s: %s", step, name,
	         error != 0 ? strerror(error) : "does not answer");
	return RESULT_IO;
}

static enum result one_thread(pid_t thread, struct sandbox_report *report)
{
	if (round_state.done_count == SANDBOX_THREADS_MAX) {
		snprintf(report->problem, sizeof(report->problem), "more than %u threads",
		         SANDBOX_THREADS_MAX);
		return RESULT_NO_SPACE;
	}
	round_state.failure = (struct sandbox_failure){.step = NULL};
	if (!ask(thread))
		return tell(report, thread, "telling all threads", 0);
	if (round_state.failure.step != NULL)
		return tell(report, thread, round_state.failure.step, round_state.failure.error);
	round_state.done[round_state.done_count++] = thread;
	return RESULT_OK;
}

/* All threads that are there and have not done it. *found: how many those were. */
static enum result one_pass(uint32_t *found, struct sandbox_report *report)
{
	enum result result = RESULT_OK;
	*found = 0;
	DIR *tasks = opendir("/proc/self/task");
	if (tasks == NULL) {
		snprintf(report->problem, sizeof(report->problem), "/proc/self/task: %s",
		         strerror(errno));
		return RESULT_IO;
	}
	for (struct dirent *entry = readdir(tasks); entry != NULL && result == RESULT_OK;
	     entry = readdir(tasks)) {
		const pid_t thread = (pid_t)strtol(entry->d_name, NULL, 10);
		if (thread <= 0 || thread == gettid() || is_done(thread))
			continue;
		*found += 1;
		result = one_thread(thread, report);
	}
	closedir(tasks);
	return result;
}

enum result sandbox_each_thread(struct sandbox_failure (*work)(void *context), void *context,
                                uint32_t wait_ms, struct sandbox_report *report)
{
	struct sigaction action = {.sa_handler = take_signal, .sa_flags = SA_RESTART};
	struct sigaction before;
	uint32_t found = 1;
	enum result result = RESULT_OK;
	sigfillset(&action.sa_mask);
	round_state.work = work;
	round_state.context = context;
	round_state.done_count = 0;
	round_state.wait_ms = wait_ms > 0 ? wait_ms : SANDBOX_THREAD_WAIT_MS;
	if (sigaction(THREAD_SIGNAL, &action, &before) != 0)
		return RESULT_IO;
	/* A thread that was made meanwhile by one that had not done it is found by the next pass. */
	while (result == RESULT_OK && found > 0)
		result = one_pass(&found, report);
	(void)sigaction(THREAD_SIGNAL, &before, NULL);
	if (result != RESULT_OK)
		return result;
	const struct sandbox_failure ours = work(context);
	report->threads = round_state.done_count + 1;
	if (ours.step != NULL)
		return tell(report, gettid(), ours.step, ours.error);
	return RESULT_OK;
}
