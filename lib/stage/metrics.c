/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* METRICS: a stage without packets; its poll() is due once a second. */
#include "stage/metrics.h"

struct metrics {
	const struct stage_metrics_settings *settings;
	struct pipeline_totals last;
	uint64_t last_us; /* 0: nothing measured yet */
	uint64_t due_us;
};

static const char *const outputs[] = {NULL};

static enum result metrics_init(struct stage *stage, const void *settings)
{
	struct metrics *metrics = stage->state;
	metrics->settings = settings;
	return RESULT_OK;
}

static void publish(_Atomic uint64_t *field, uint64_t now, uint64_t before, uint64_t elapsed_us)
{
	uint64_t rate = (now - before) * 1000000 / elapsed_us;
	atomic_store_explicit(field, rate, memory_order_relaxed);
}

static void measure(struct metrics *metrics, const struct pipeline *pipeline, uint64_t now_us)
{
	struct metrics_view *view = metrics->settings->view;
	struct pipeline_totals totals;
	pipeline_get_totals(pipeline, &totals);
	uint64_t elapsed_us = now_us - metrics->last_us;
	if (metrics->last_us != 0 && elapsed_us > 0) {
		publish(&view->in_per_second, totals.in, metrics->last.in, elapsed_us);
		publish(&view->dropped_per_second, totals.dropped, metrics->last.dropped,
		        elapsed_us);
		publish(&view->answered_per_second, totals.answered, metrics->last.answered,
		        elapsed_us);
		uint64_t rate =
		    atomic_load_explicit(&view->answered_per_second, memory_order_relaxed);
		if (rate >
		    atomic_load_explicit(&view->answered_per_second_max, memory_order_relaxed))
			atomic_store_explicit(&view->answered_per_second_max, rate,
			                      memory_order_relaxed);
		atomic_fetch_add_explicit(&view->periods, 1, memory_order_relaxed);
	}
	metrics->last = totals;
	metrics->last_us = now_us;
}

static uint16_t metrics_poll(struct stage *stage, uint16_t budget)
{
	struct metrics *metrics = stage->state;
	(void)budget;
	if (stage->now_us < metrics->due_us)
		return 0;
	metrics->due_us = stage->now_us + METRICS_PERIOD_US;
	measure(metrics, stage->pipeline, stage->now_us);
	return 1;
}

static uint64_t metrics_deadline_us(struct stage *stage)
{
	const struct metrics *metrics = stage->state;
	return metrics->due_us;
}

/* Its deadline is all that wakes it. */
static int metrics_wake_fds(struct stage *stage, int *fds, int max)
{
	(void)stage;
	(void)fds;
	(void)max;
	return 0;
}

const struct stage_ops stage_metrics_ops = {
    .name = "METRICS",
    .outputs = outputs,
    .state_size = sizeof(struct metrics),
    .init = metrics_init,
    .poll = metrics_poll,
    .wake_fds = metrics_wake_fds,
    .deadline_us = metrics_deadline_us,
};
