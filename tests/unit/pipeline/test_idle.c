/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Sleeping and waking. The bound of the sleep is taken away, so that one lost wake-up stops the test for good
 * (the test's time-out then fails it); nothing here depends on how long anything takes. */
#include "fake.h"

#include <sched.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include <rte_pause.h>

#include "pipeline/query.h"
#include "unit.h"

#define ENDLESS_US (UINT64_MAX / 4)
/* Pauses: up to some 30 us, as long as a wake-up takes. */
#define DAWDLE_MAX 1000

/* One packet at a time goes PING -> PONG and is answered there; PING sleeps until the test sends a wake-up
 * through its descriptor, or, when it is told to run by itself, until PONG's answer rings. */
struct ping {
	struct rte_mempool *pool;
	int fd;
	uint32_t packets;
	bool forever; /* PING makes as many as credits allow */
};

struct ping_state {
	struct ping *ping;
	uint32_t made;
};

static enum result ping_init(struct stage *stage, const void *settings)
{
	((struct ping_state *)stage->state)->ping = *(struct ping *const *)settings;
	return RESULT_OK;
}

static uint16_t ping_poll(struct stage *stage, uint16_t budget)
{
	struct ping_state *state = stage->state;
	uint64_t ask = 0;
	if (state->ping->forever)
		ask = state->made < state->ping->packets ? budget : 0;
	else if (read(state->ping->fd, &ask, sizeof(ask)) < 0)
		return 0;
	if (ask > state->ping->packets - state->made)
		ask = state->ping->packets - state->made;
	for (uint64_t i = 0; i < ask; i++) {
		struct rte_mbuf *mbuf = rte_pktmbuf_alloc(state->ping->pool);
		CU_ASSERT_PTR_NOT_NULL_FATAL(mbuf);
		state->made++;
		stage_count(&stage->counters->made, 1);
		stage_emit(stage, 0, mbuf);
	}
	return (uint16_t)ask;
}

static int ping_wake_fds(struct stage *stage, int *fds, int max)
{
	CU_ASSERT(max >= 1);
	fds[0] = ((struct ping_state *)stage->state)->ping->fd;
	return 1;
}

static void pong_process(struct stage *stage, struct rte_mbuf **burst, uint16_t count)
{
	stage_count(&stage->counters->answered, count);
	for (uint16_t i = 0; i < count; i++)
		rte_pktmbuf_free(burst[i]);
}

/* Asked just before the lcore announces that it sleeps: dawdling here makes the gap wide in which a wake-up
 * could be lost, and a different one each time. */
static uint64_t dawdle(struct stage *stage)
{
	static _Thread_local uint32_t seed = 7;
	(void)stage;
	for (uint32_t i = fake_random(&seed) % DAWDLE_MAX; i > 0; i--)
		rte_pause();
	return UINT64_MAX;
}

static const struct stage_ops ping_ops = {
    .name = "PING",
    .outputs = (const char *const[]){"pong", NULL},
    .state_size = sizeof(struct ping_state),
    .init = ping_init,
    .poll = ping_poll,
    .wake_fds = ping_wake_fds,
    .deadline_us = dawdle,
};

static const struct stage_ops pong_ops = {
    .name = "PONG",
    .process = pong_process,
    .deadline_us = dawdle,
};

static const struct topology_group groups[] = {{.thread = "PING"}, {.thread = "PONG"}};
static struct ping *settings;
static struct topology_stage stages[] = {
    {.ops = &ping_ops, .group = 0, .settings = &settings},
    {.ops = &pong_ops, .group = 1},
};
static struct topology_link links[] = {
    {.name = "ping_pong", .from = "PING", .output = "pong", .to = "PONG", .depth = 64},
};
static const struct topology map = {
    .groups = groups,
    .stages = stages,
    .links = links,
    .group_count = 2,
    .stage_count = 2,
    .link_count = 1,
};

static struct placement placement;

static struct pipeline *start(struct ping *ping, uint32_t credits, enum idle_policy idle)
{
	struct pipeline_error error = {.text = ""};
	struct pipeline *pipeline = NULL;
	struct placement_request request = {.kind = PLACEMENT_FUSED};
	settings = ping;
	links[0].credits = credits;
	ping->fd = eventfd(0, EFD_NONBLOCK);
	ping->pool =
	    rte_pktmbuf_pool_create("ping_pool", 1023, 0, QUERY_PRIVATE_BYTES, 256, SOCKET_ID_ANY);
	CU_ASSERT_PTR_NOT_NULL_FATAL(ping->pool);
	CU_ASSERT_EQUAL_FATAL(placement_make(&map, &request, &placement, &error), RESULT_OK);
	struct pipeline_config config = {.topology = &map, .placement = &placement, .idle = idle};
	CU_ASSERT_EQUAL_FATAL(pipeline_create(&config, &pipeline, &error), RESULT_OK);
	pipeline->sleep_max_us = ENDLESS_US;
	CU_ASSERT_EQUAL_FATAL(pipeline_launch(pipeline, &error), RESULT_OK);
	return pipeline;
}

static uint64_t answered(struct pipeline *pipeline)
{
	const struct stage *pong = pipeline_find_stage(pipeline, "PONG", 0);
	return __atomic_load_n(&pong->counters->answered, __ATOMIC_RELAXED);
}

static void end(struct pipeline *pipeline, struct ping *ping)
{
	struct pipeline_totals totals;
	CU_ASSERT_TRUE(pipeline_stop(pipeline, ENDLESS_US));
	pipeline_get_totals(pipeline, &totals);
	CU_ASSERT_EQUAL(totals.in, totals.answered);
	CU_ASSERT_EQUAL(totals.in_flight, 0);
	pipeline_destroy(pipeline);
	CU_ASSERT_EQUAL(rte_mempool_in_use_count(ping->pool), 0);
	rte_mempool_free(ping->pool);
	close(ping->fd);
}

/* Every packet finds PONG asleep or about to sleep. */
static void each_packet_wakes(enum idle_policy idle)
{
	struct ping ping = {.packets = 2000};
	struct pipeline *pipeline = start(&ping, 64, idle);
	const uint64_t one = 1;
	for (uint32_t i = 0; i < ping.packets; i++) {
		CU_ASSERT_EQUAL(write(ping.fd, &one, sizeof(one)), sizeof(one));
		while (answered(pipeline) == i)
			sched_yield();
	}
	struct pipeline_lcore_stats lcore;
	pipeline_get_lcore(pipeline, 1, &lcore);
	CU_ASSERT(lcore.sleeps > 0);
	pipeline_get_lcore(pipeline, 0, &lcore);
	CU_ASSERT(lcore.bells > 0);
	end(pipeline, &ping);
}

static void test_packets_wake_sleepers(void)
{
	each_packet_wakes(IDLE_INTERRUPT);
	each_packet_wakes(IDLE_ADAPTIVE);
}

/* PING is blocked most of the time, and its sleep while blocked is bounded by 1 ms only as a safety net: the
 * count of sleeps shows that credit that comes back wakes it. */
static void test_credits_wake_blocked_producers(void)
{
	struct ping ping = {.packets = 10000, .forever = true};
	struct pipeline *pipeline = start(&ping, 1, IDLE_INTERRUPT);
	const struct timespec pause = {.tv_nsec = 1000000};
	while (answered(pipeline) < ping.packets)
		nanosleep(&pause, NULL);
	struct pipeline_link_stats link;
	pipeline_get_link(pipeline, 0, &link);
	CU_ASSERT_EQUAL(link.handed, ping.packets);
	CU_ASSERT_EQUAL(link.returned, ping.packets);
	CU_ASSERT(link.waits > 0);
	struct pipeline_lcore_stats pong;
	pipeline_get_lcore(pipeline, 1, &pong);
	CU_ASSERT(pong.bells > 0); /* PONG only ever rings to say that credit came back */
	end(pipeline, &ping);
}

/* An idle lcore sleeps: nothing but the test's own wake-ups makes it turn. */
static void test_idle_lcores_sleep(void)
{
	struct ping ping = {.packets = 1};
	struct pipeline *pipeline = start(&ping, 64, IDLE_ADAPTIVE);
	const struct timespec pause = {.tv_nsec = 1000000};
	struct pipeline_lcore_stats first = {0};
	struct pipeline_lcore_stats second = {0};
	while (first.sleeps == 0 || second.sleeps == 0) {
		pipeline_get_lcore(pipeline, 0, &first);
		pipeline_get_lcore(pipeline, 1, &second);
		nanosleep(&pause, NULL);
	}
	pipeline_get_lcore(pipeline, 1, &first);
	for (int i = 0; i < 50; i++)
		nanosleep(&pause, NULL);
	pipeline_get_lcore(pipeline, 1, &second);
	CU_ASSERT_EQUAL(first.turns_idle, second.turns_idle);
	end(pipeline, &ping);
}

static void test_names_of_policies(void)
{
	enum idle_policy policy = IDLE_POLL;
	CU_ASSERT_TRUE(idle_policy_parse("interrupt", &policy));
	CU_ASSERT_EQUAL(policy, IDLE_INTERRUPT);
	CU_ASSERT_FALSE(idle_policy_parse("sleep", &policy));
	CU_ASSERT_STRING_EQUAL(idle_policy_name(IDLE_ADAPTIVE), "adaptive");
}

int main(int argc, char **argv)
{
	static const struct unit_case cases[] = {
	    {"packets_wake_sleepers", test_packets_wake_sleepers},
	    {"credits_wake_blocked_producers", test_credits_wake_blocked_producers},
	    {"idle_lcores_sleep", test_idle_lcores_sleep},
	    {"names_of_policies", test_names_of_policies},
	};
	fake_eal_start();
	int status = unit_main(argc, argv, "pipeline/idle", cases, ARRAY_COUNT(cases));
	fake_eal_stop();
	return status;
}
