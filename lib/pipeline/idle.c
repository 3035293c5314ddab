/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* What an lcore does when there is nothing to do, and how it is woken.
 *
 * No wake-up is lost: the sleeper announces that it sleeps, makes a full fence and looks again at everything
 * that others may have changed; whoever changes it makes a full fence and looks for the announcement. One of
 * the two sees the other. A sleeper that was seen gets an event on its eventfd. */
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <rte_pause.h>

#include "pipeline/pipeline_int.h"

#define EVENTS_MAX 8
#define US_PER_MS 1000

static const char *const policy_names[] = {
    [IDLE_POLL] = "poll",
    [IDLE_ADAPTIVE] = "adaptive",
    [IDLE_INTERRUPT] = "interrupt",
};

const char *idle_policy_name(enum idle_policy policy)
{
	return policy_names[policy];
}

bool idle_policy_parse(const char *name, enum idle_policy *out)
{
	for (size_t i = 0; i < ARRAY_COUNT(policy_names); i++) {
		if (strcmp(name, policy_names[i]) != 0)
			continue;
		*out = (enum idle_policy)i;
		return true;
	}
	return false;
}

static bool watch(const struct pipeline_lcore *lcore, int fd)
{
	struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
	return epoll_ctl(lcore->epoll_fd, EPOLL_CTL_ADD, fd, &event) == 0;
}

enum result pipeline_idle_open(struct pipeline_lcore *lcore)
{
	lcore->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	lcore->doorbell_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (lcore->epoll_fd < 0 || lcore->doorbell_fd < 0 || !watch(lcore, lcore->doorbell_fd))
		return RESULT_IO;
	return RESULT_OK;
}

void pipeline_idle_close(struct pipeline_lcore *lcore)
{
	if (lcore->epoll_fd >= 0)
		close(lcore->epoll_fd);
	if (lcore->doorbell_fd >= 0)
		close(lcore->doorbell_fd);
	lcore->epoll_fd = lcore->doorbell_fd = -1;
}

void pipeline_idle_watch(struct pipeline_lcore *lcore)
{
	int fds[IDLE_WAKE_FDS_MAX];
	for (uint16_t i = 0; i < lcore->stage_count; i++) {
		struct stage *stage = &lcore->stages[i]->base;
		if (stage->ops->wake_fds == NULL)
			continue;
		int count = stage->ops->wake_fds(stage, fds, IDLE_WAKE_FDS_MAX);
		for (int j = 0; j < count; j++)
			if (!watch(lcore, fds[j]))
				count = -1;
		lcore->is_polled |= count < 0;
	}
}

bool pipeline_doorbell_ring(struct pipeline_lcore *lcore, enum lcore_sleep least)
{
	if (LIKELY(atomic_load_explicit(&lcore->sleep, memory_order_relaxed) < least))
		return false;
	/* Only one of several rings; the kernel makes the rest visible before the sleeper runs. */
	if (atomic_exchange_explicit(&lcore->sleep, LCORE_AWAKE, memory_order_acq_rel) ==
	    LCORE_AWAKE)
		return false;
	const uint64_t one = 1;
	ssize_t written = write(lcore->doorbell_fd, &one, sizeof(one));
	(void)written; /* EAGAIN: 2^64 - 2 rings wait already, so the descriptor is readable */
	return true;
}

/* Some BLOCK ring gave no room in the last turn. */
static bool is_dry(const struct pipeline_lcore *lcore)
{
	for (uint16_t i = 0; i < lcore->out_count; i++)
		if (lcore->out[i]->row->policy == LINK_BLOCK && lcore->out[i]->turn_room == 0)
			return true;
	return false;
}

static bool is_stage_blocked(const struct pipeline_stage *stage)
{
	for (uint16_t i = 0; i < stage->reach_count; i++)
		if (stage->reach[i]->turn_room == 0)
			return true;
	return false;
}

/* The second look, after the announcement. */
static bool has_work(const struct pipeline_lcore *lcore)
{
	struct pipeline *pipeline = lcore->pipeline;
	if (atomic_load(&pipeline->is_leaving) ||
	    atomic_load(&pipeline->is_draining) != lcore->was_draining)
		return true;
	for (uint16_t i = 0; i < lcore->out_count; i++) {
		struct pipeline_link *link = lcore->out[i];
		if (link->row->policy == LINK_BLOCK && link->turn_room == 0 &&
		    credit_open(&link->credit) > 0)
			return true;
	}
	for (uint16_t i = 0; i < lcore->in_count; i++) {
		const struct pipeline_stage *stage = lcore->in[i]->consumer;
		if (link_has_packets(lcore->in[i]) &&
		    (stage->base.ops->absorbs || !is_stage_blocked(stage)))
			return true;
	}
	return false;
}

/* How long the sleep may last, in milliseconds, rounded up; 0: not at all. */
static int bound_ms(const struct pipeline_lcore *lcore, bool dry)
{
	uint64_t bound_us =
	    lcore->is_polled || dry ? IDLE_SLEEP_POLLED_US : lcore->pipeline->sleep_max_us;
	for (uint16_t i = 0; i < lcore->stage_count; i++) {
		struct stage *stage = &lcore->stages[i]->base;
		if (stage->ops->deadline_us == NULL)
			continue;
		uint64_t deadline_us = stage->ops->deadline_us(stage);
		uint64_t left_us = deadline_us > lcore->now_us ? deadline_us - lcore->now_us : 0;
		bound_us = left_us < bound_us ? left_us : bound_us;
	}
	uint64_t bound = bound_us / US_PER_MS + (bound_us % US_PER_MS != 0);
	return bound < INT_MAX ? (int)bound : INT_MAX;
}

/* Arms every source; false: one has work already. All are disarmed afterwards in any case. */
static bool arm(struct pipeline_lcore *lcore)
{
	bool quiet = true;
	for (uint16_t i = 0; i < lcore->stage_count; i++) {
		struct stage *stage = &lcore->stages[i]->base;
		if (stage->ops->arm != NULL)
			quiet &= stage->ops->arm(stage);
	}
	return quiet;
}

static void disarm(struct pipeline_lcore *lcore)
{
	for (uint16_t i = 0; i < lcore->stage_count; i++) {
		struct stage *stage = &lcore->stages[i]->base;
		if (stage->ops->disarm != NULL)
			stage->ops->disarm(stage);
	}
}

static void answer_doorbell(struct pipeline_lcore *lcore)
{
	uint64_t rings;
	ssize_t taken = read(lcore->doorbell_fd, &rings, sizeof(rings));
	(void)taken; /* EAGAIN: nobody rang */
}

/* Blocks in the kernel. While an lcore waits for credit its sources may well be readable, so it listens to
 * the doorbell only. */
static void block(struct pipeline_lcore *lcore, bool dry, int timeout_ms)
{
	struct epoll_event events[EVENTS_MAX];
	struct pollfd doorbell = {.fd = lcore->doorbell_fd, .events = POLLIN};
	stage_count(&lcore->sleeps, 1);
	pipeline_rcu_offline(lcore->pipeline->rcu, lcore->index);
	int woken = dry ? poll(&doorbell, 1, timeout_ms)
	                : epoll_wait(lcore->epoll_fd, events, EVENTS_MAX, timeout_ms);
	pipeline_rcu_online(lcore->pipeline->rcu, lcore->index);
	if (woken > 0)
		answer_doorbell(lcore);
}

static void sleep_bounded(struct pipeline_lcore *lcore)
{
	bool dry = is_dry(lcore);
	int timeout_ms = bound_ms(lcore, dry);
	if (timeout_ms == 0)
		return;
	atomic_store(&lcore->sleep, dry ? LCORE_ASLEEP_DRY : LCORE_ASLEEP);
	atomic_thread_fence(memory_order_seq_cst);
	if (!has_work(lcore)) {
		if (arm(lcore))
			block(lcore, dry, timeout_ms);
		disarm(lcore);
	}
	/* A ring that comes too late to wake this sleep cuts the next one short, no more. */
	atomic_store(&lcore->sleep, LCORE_AWAKE);
}

void pipeline_idle_turn(struct pipeline_lcore *lcore, uint32_t work)
{
	if (work > 0) {
		lcore->empty_turns = 0;
		return;
	}
	enum idle_policy policy = lcore->pipeline->idle;
	if (policy == IDLE_POLL)
		return;
	if (policy == IDLE_ADAPTIVE && lcore->empty_turns < IDLE_SPIN_TURNS + IDLE_PAUSE_TURNS) {
		if (lcore->empty_turns++ >= IDLE_SPIN_TURNS)
			for (unsigned i = 0; i < IDLE_PAUSES_PER_TURN; i++)
				rte_pause();
		return;
	}
	sleep_bounded(lcore);
}
