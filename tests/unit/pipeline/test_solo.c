/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* A stage alone: its outputs, its drops, its start and end. */
#include "pipeline/solo.h"

#include "fake.h"
#include "pipeline/query.h"
#include "unit.h"

struct state {
	int started;
};

static int ended;
static struct rte_mempool *pool;

static const char *const outputs[] = {"first", "second", NULL};

static enum result init(struct stage *stage, const void *settings)
{
	struct state *state = stage->state;
	state->started = settings != NULL ? *(const int *)settings : 0;
	return state->started == 0 ? RESULT_OUT_OF_RANGE : RESULT_OK;
}

static void fini(struct stage *stage)
{
	const struct state *state = stage->state;
	ended = state->started;
}

/* An id says where the packet goes. */
static void process(struct stage *stage, struct rte_mbuf **burst, uint16_t count)
{
	CU_ASSERT_EQUAL(count, 1);
	CU_ASSERT_EQUAL(stage->now_us, 77);
	if (query_of(burst[0])->id < 2)
		stage_emit(stage, query_of(burst[0])->id, burst[0]);
	else
		stage_drop(stage, burst[0], DROP_DISPATCHER_ACL);
}

static const struct stage_ops ops = {
    .name = "ALONE",
    .outputs = outputs,
    .state_size = sizeof(struct state),
    .init = init,
    .fini = fini,
    .process = process,
};

static struct rte_mbuf *make_packet(uint16_t id)
{
	struct rte_mbuf *mbuf = rte_pktmbuf_alloc(pool);
	CU_ASSERT_PTR_NOT_NULL_FATAL(mbuf);
	memset(query_of(mbuf), 0, sizeof(struct query));
	query_of(mbuf)->id = id;
	return mbuf;
}

static void packets_come_back_with_their_output(void)
{
	const int settings = 5;
	enum drop_reason reason;
	struct solo *solo;
	CU_ASSERT_FATAL(solo_create(&ops, &settings, &solo) == RESULT_OK);
	for (uint16_t id = 0; id < 2; id++) {
		struct rte_mbuf *mbuf = make_packet(id);
		CU_ASSERT_EQUAL(solo_run(solo, mbuf, 77, &reason), id);
		CU_ASSERT_EQUAL(solo_counters(solo)->out[id], 1);
		rte_pktmbuf_free(mbuf);
	}
	CU_ASSERT_EQUAL(solo_run(solo, make_packet(2), 77, &reason), SOLO_DROPPED);
	CU_ASSERT_EQUAL(reason, DROP_DISPATCHER_ACL);
	CU_ASSERT_EQUAL(rte_mempool_in_use_count(pool), 0);
	solo_destroy(solo);
	CU_ASSERT_EQUAL(ended, 5);
}

static void a_start_that_fails_is_told(void)
{
	const int settings = 0;
	struct solo *solo = NULL;
	CU_ASSERT_EQUAL(solo_create(&ops, &settings, &solo), RESULT_OUT_OF_RANGE);
	solo_destroy(NULL);
}

static const struct unit_case cases[] = {
    {"packets_come_back_with_their_output", packets_come_back_with_their_output},
    {"a_start_that_fails_is_told", a_start_that_fails_is_told},
};

int main(int argc, char **argv)
{
	fake_eal_start();
	pool = rte_pktmbuf_pool_create("solo", 63, 0, QUERY_PRIVATE_BYTES,
	                               RTE_MBUF_DEFAULT_BUF_SIZE, SOCKET_ID_ANY);
	int status =
	    pool == NULL ? 1 : unit_main(argc, argv, "pipeline/solo", cases, ARRAY_COUNT(cases));
	rte_mempool_free(pool);
	fake_eal_stop();
	return status;
}
