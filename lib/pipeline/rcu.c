/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* A thin cover over rte_rcu_qsbr that waits without burning a processor which readers may need. */
#include "pipeline/rcu.h"

#include <time.h>

#include <rte_rcu_qsbr.h>

#include "pipeline/pipeline_int.h"

/* Between two looks. Lower: takes the processor from the very readers it waits for. Higher: a reload of
 * many snapshots is slow. */
#define WAIT_NS 50000

struct pipeline_rcu {
	struct rte_rcu_qsbr *variable;
};

enum result pipeline_rcu_create(uint32_t threads, struct pipeline_rcu **out)
{
	struct pipeline_rcu *rcu = pipeline_memory_make(sizeof(*rcu), SOCKET_ID_ANY);
	if (rcu == NULL)
		return RESULT_NO_MEMORY;
	rcu->variable = pipeline_memory_make(rte_rcu_qsbr_get_memsize(threads), SOCKET_ID_ANY);
	if (rcu->variable == NULL || rte_rcu_qsbr_init(rcu->variable, threads) != 0) {
		pipeline_rcu_destroy(rcu);
		return RESULT_NO_MEMORY;
	}
	*out = rcu;
	return RESULT_OK;
}

void pipeline_rcu_destroy(struct pipeline_rcu *rcu)
{
	if (rcu == NULL)
		return;
	pipeline_memory_free(rcu->variable);
	pipeline_memory_free(rcu);
}

void pipeline_rcu_join(struct pipeline_rcu *rcu, uint32_t thread)
{
	int status = rte_rcu_qsbr_thread_register(rcu->variable, thread);
	CHECK(status == 0); /* the number is in range */
	rte_rcu_qsbr_thread_online(rcu->variable, thread);
}

void pipeline_rcu_leave(struct pipeline_rcu *rcu, uint32_t thread)
{
	rte_rcu_qsbr_thread_offline(rcu->variable, thread);
	int status = rte_rcu_qsbr_thread_unregister(rcu->variable, thread);
	CHECK(status == 0);
}

void pipeline_rcu_quiescent(struct pipeline_rcu *rcu, uint32_t thread)
{
	rte_rcu_qsbr_quiescent(rcu->variable, thread);
}

void pipeline_rcu_offline(struct pipeline_rcu *rcu, uint32_t thread)
{
	rte_rcu_qsbr_thread_offline(rcu->variable, thread);
}

void pipeline_rcu_online(struct pipeline_rcu *rcu, uint32_t thread)
{
	rte_rcu_qsbr_thread_online(rcu->variable, thread);
}

void pipeline_rcu_wait(struct pipeline_rcu *rcu)
{
	const struct timespec pause = {.tv_nsec = WAIT_NS};
	uint64_t token = rte_rcu_qsbr_start(rcu->variable);
	while (rte_rcu_qsbr_check(rcu->variable, token, false) == 0)
		nanosleep(&pause, NULL);
}
