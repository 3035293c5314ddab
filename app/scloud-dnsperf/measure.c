/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* One measurement: workers are told what to do, watched, and their figures summed up. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <rte_pause.h>

#include "base/clock.h"
#include "report.h"
#include "session.h"

/* How often main looks. */
#define LOOK_NS 2000000

static void sum_counts(const struct session *session, struct worker_counts *out)
{
	memset(out, 0, sizeof(*out));
	uint64_t *sums = (uint64_t *)out;
	for (uint16_t i = 0; i < session->plan.worker_count; i++) {
		const uint64_t *words = (const uint64_t *)&session->workers[i].counts;
		for (size_t word = 0; word < sizeof(*out) / sizeof(*words); word++)
			sums[word] += __atomic_load_n(&words[word], __ATOMIC_RELAXED);
	}
}

static void set_phase(struct session *session, enum worker_phase phase)
{
	for (uint16_t i = 0; i < session->plan.worker_count; i++)
		__atomic_store_n(&session->workers[i].phase, phase, __ATOMIC_RELEASE);
}

/* `share` of n, dealt out without a rest. */
static uint64_t deal(uint64_t total, uint16_t index, uint16_t count)
{
	return total / count + (index < total % count);
}

static void begin(struct session *session, const struct session_load *load)
{
	uint16_t count = session->plan.worker_count;
	for (uint16_t i = 0; i < count; i++) {
		struct worker *worker = &session->workers[i];
		worker->rate = load->rate == 0 ? 0 : deal(load->rate, i, count);
		worker->in_flight = (uint32_t)deal(load->in_flight, i, count);
		worker->to_send =
		    load->queries == UINT64_MAX ? UINT64_MAX : deal(load->queries, i, count);
		__atomic_store_n(&worker->generation, worker->generation + 1, __ATOMIC_RELEASE);
	}
	for (uint16_t i = 0; i < count; i++) {
		const struct worker *worker = &session->workers[i];
		while (__atomic_load_n(&worker->generation_seen, __ATOMIC_ACQUIRE) !=
		       worker->generation)
			rte_pause();
	}
	set_phase(session, WORKER_SEND);
}

static bool all_rest(const struct session *session, enum worker_phase phase)
{
	for (uint16_t i = 0; i < session->plan.worker_count; i++) {
		if (__atomic_load_n(&session->workers[i].rests_in, __ATOMIC_ACQUIRE) != phase)
			return false;
	}
	return true;
}

static void look_again(void)
{
	const struct timespec pause = {.tv_nsec = LOOK_NS};
	nanosleep(&pause, NULL);
}

static void tell_progress(const struct session_load *load, const struct worker_counts *now,
                          const struct worker_counts *before, uint64_t elapsed_us,
                          uint64_t since_us)
{
	double seconds = (double)since_us / 1e6;
	const char *begin = load->progress == SESSION_PROGRESS_LINES ? "" : "\r";
	const char *end = load->progress == SESSION_PROGRESS_LINES ? "\n" : " ";
	fprintf(stderr, "%s%8.1f s  %12.0f sent/s  %12.0f answered/s  %10llu lost  %8llu wrong%s",
	        begin, (double)elapsed_us / 1e6, (double)(now->sent - before->sent) / seconds,
	        (double)(now->answered - before->answered) / seconds, (unsigned long long)now->lost,
	        (unsigned long long)report_wrong(now), end);
}

/* Until the load is sent, the time is up, or somebody has had enough. */
static void watch(struct session *session, const struct session_load *load, uint64_t start_us)
{
	struct worker_counts before = {0};
	uint64_t told_us = start_us;
	while (!session_is_interrupted() && !all_rest(session, WORKER_SEND)) {
		uint64_t now_us = clock_now_us();
		if (load->seconds > 0 && (double)(now_us - start_us) >= load->seconds * 1e6)
			break;
		if (load->progress != SESSION_PROGRESS_NONE &&
		    (double)(now_us - told_us) >= load->progress_s * 1e6) {
			struct worker_counts now;
			sum_counts(session, &now);
			tell_progress(load, &now, &before, now_us - start_us, now_us - told_us);
			before = now;
			told_us = now_us;
		}
		look_again();
	}
	if (load->progress == SESSION_PROGRESS_OVER && told_us != start_us)
		fprintf(stderr, "\r%90s\r", "");
}

void session_run(struct session *session, const struct session_load *load,
                 struct session_result *out)
{
	begin(session, load);
	uint64_t start_us = clock_now_us();
	watch(session, load, start_us);
	out->seconds = (double)(clock_now_us() - start_us) / 1e6;
	set_phase(session, WORKER_PAUSE);
	while (!all_rest(session, WORKER_PAUSE))
		look_again();
	sum_counts(session, &out->counts);
	histogram_reset(&out->latency);
	for (uint16_t i = 0; i < session->plan.worker_count; i++)
		histogram_merge(&out->latency, &session->workers[i].latency);
	out->interrupted = session_is_interrupted();
}
