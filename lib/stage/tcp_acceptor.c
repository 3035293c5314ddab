/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* TCP_ACCEPTOR: mbufs on one side, lib/slowpath on the other. Messages and kernel frames come from
 * poll(), answers and frames for the kernel go away in process() and flush(). */
#include "stage/tcp_acceptor.h"

#include <rte_cycles.h>

#include "base/check.h"
#include "pipeline/answer_times.h"
#include "pipeline/query.h"
#include "slowpath/poller.h"

/* Until buffers come back: nothing wakes us for them. */
#define STARVED_PAUSE_US 500

enum source {
	SOURCE_TAPS,
	SOURCE_UDP,
	SOURCE_TCP,
	SOURCE_COUNT
};

struct tcp_acceptor {
	struct slowpath slowpath; /* first: the unit test finds chosen ports there */
	struct rte_mempool *stream_pool;
	struct stage *stage;
	uint32_t held; /* writer: the lcore; readers: any. Datagrams that wait for flush() */
	uint32_t first_source; /* who may use the budget first in this turn */
	bool drained; /* draining was seen */
};

static enum result init(struct stage *stage, const void *settings)
{
	const struct stage_tcp_acceptor_settings *wanted = settings;
	struct tcp_acceptor *acceptor = stage->state;
	static_assert(TCP_EVENT_COUNT <= ARRAY_COUNT(stage->counters->event), "events fit");
	acceptor->stage = stage;
	acceptor->stream_pool = wanted->slowpath.stream_pool;
	return slowpath_open(&acceptor->slowpath, &wanted->slowpath);
}

static void fini(struct stage *stage)
{
	struct tcp_acceptor *acceptor = stage->state;
	slowpath_close(&acceptor->slowpath);
}

/* -- in -- */

/* All fields but the question, which DECODER sets as a whole. */
static struct query *clear_query(struct rte_mbuf *mbuf)
{
	struct query *query = query_of(mbuf);
	memset(query, 0, offsetof(struct query, question));
	return query;
}

static void emit_query(struct stage *stage, struct rte_mbuf *mbuf, uint32_t lane_key)
{
	struct query *query = query_of(mbuf);
	query->arrival_tsc = rte_rdtsc();
	query->lane = (uint8_t)(lane_key % stage->lane_count);
	stage_emit(stage, TCP_ACCEPTOR_TO_DECODER, mbuf);
}

/* The sink of the TCP server. */
static bool take_message(void *context, const struct tcp_message *message)
{
	struct tcp_acceptor *acceptor = context;
	struct rte_mbuf *mbuf = rte_pktmbuf_alloc(acceptor->stream_pool);
	if (mbuf == NULL)
		return false;
	/* The answer grows behind the question in the same buffer, to 65535 octets. */
	mbuf->data_off = 0;
	char *data = rte_pktmbuf_append(mbuf, message->len);
	CHECK(data != NULL);
	memcpy(data, message->data, message->len);
	struct query *query = clear_query(mbuf);
	query->source = QUERY_SOURCE_STREAM;
	query->stream_index = message->stream.index;
	query->stream_generation = message->stream.generation;
	query->stream_request = message->stream.request;
	query->encrypted = message->encrypted;
	query->keepalive_100ms = message->keepalive_100ms;
	query->client = *message->client;
	query->local = *message->local;
	query->message_len = message->len;
	stage_count(&acceptor->stage->counters->made, 1);
	emit_query(acceptor->stage, mbuf, message->stream.index);
	return true;
}

static uint16_t serve_tcp(struct tcp_acceptor *acceptor, uint16_t budget, uint16_t *work)
{
	struct tcp_sink sink = {.take = take_message, .context = acceptor};
	return tcp_server_serve(&acceptor->slowpath.tcp, &sink, acceptor->stage->now_us, budget,
	                        work);
}

static uint16_t serve_udp(struct tcp_acceptor *acceptor, uint16_t budget)
{
	struct stage *stage = acceptor->stage;
	uint16_t given = 0;
	for (uint32_t i = 0; i < acceptor->slowpath.udp_count && given < budget; i++) {
		struct local_udp *udp = &acceptor->slowpath.udp[i];
		struct rte_mbuf *mbufs[LOCAL_UDP_BATCH];
		uint64_t oversized = 0;
		if (!udp->readable)
			continue;
		uint16_t count = local_udp_read(udp, mbufs, (uint16_t)(budget - given), &oversized);
		stage_count(&stage->counters->made, count + oversized);
		stage_count(&stage->counters->drop[DROP_ACCEPTOR_OVERSIZED], oversized);
		/* One socket has many clients: they are spread over the lanes by their ports. */
		for (uint16_t j = 0; j < count; j++)
			emit_query(stage, mbufs[j], query_of(mbufs[j])->client.port);
		given = (uint16_t)(given + count);
	}
	return given;
}

static uint16_t serve_taps(struct tcp_acceptor *acceptor, uint16_t budget)
{
	struct stage *stage = acceptor->stage;
	uint16_t given = 0;
	for (uint32_t i = 0; i < acceptor->slowpath.tap_count && given < budget; i++) {
		struct exception_tap *tap = &acceptor->slowpath.taps[i];
		struct rte_mbuf *frames[PIPELINE_BURST];
		uint16_t left = RTE_MIN((uint16_t)(budget - given), (uint16_t)PIPELINE_BURST);
		if (!tap->readable)
			continue;
		uint16_t count = exception_tap_read(tap, frames, left);
		stage_count(&stage->counters->made, count);
		for (uint16_t j = 0; j < count; j++) {
			struct query *query = clear_query(frames[j]);
			query->source = QUERY_SOURCE_KERNEL;
			query->port_index = tap->port_index;
			/* One lane for one port: its frames stay in order. */
			query->lane = (uint8_t)(tap->port_index % stage->lane_count);
			stage_emit(stage, TCP_ACCEPTOR_TO_SENDER, frames[j]);
		}
		given = (uint16_t)(given + count);
	}
	return given;
}

static void handle_event(struct tcp_acceptor *acceptor, const struct epoll_event *event)
{
	struct poller_tag tag = poller_tag_unpack(event->data.u64);
	switch (tag.kind) {
	case POLLER_TAP:
		acceptor->slowpath.taps[tag.index].readable = true;
		return;
	case POLLER_UDP:
		acceptor->slowpath.udp[tag.index].readable = true;
		return;
	case POLLER_TCP_LISTENER:
	case POLLER_TCP_CONNECTION:
		tcp_server_event(&acceptor->slowpath.tcp, tag, event->events,
		                 acceptor->stage->now_us);
		return;
	}
}

static uint16_t handle_events(struct tcp_acceptor *acceptor)
{
	struct epoll_event events[POLLER_EVENTS];
	int count = epoll_wait(acceptor->slowpath.poller, events, POLLER_EVENTS, 0);
	for (int i = 0; i < count; i++)
		handle_event(acceptor, &events[i]);
	return (uint16_t)(count > 0 ? count : 0);
}

static uint16_t serve(struct tcp_acceptor *acceptor, enum source source, uint16_t budget,
                      uint16_t *work)
{
	switch (source) {
	case SOURCE_TAPS:
		return serve_taps(acceptor, budget);
	case SOURCE_UDP:
		return acceptor->drained ? 0 : serve_udp(acceptor, budget);
	case SOURCE_TCP:
		return serve_tcp(acceptor, budget, work);
	case SOURCE_COUNT:
		break;
	}
	return 0;
}

/* The kernel half works on while we drain: answers over TCP need its frames. */
static uint16_t poll(struct stage *stage, uint16_t budget)
{
	struct tcp_acceptor *acceptor = stage->state;
	uint16_t tcp_work = 0, given = 0;
	if (UNLIKELY(stage->draining && !acceptor->drained)) {
		acceptor->drained = true;
		tcp_server_drain(&acceptor->slowpath.tcp, stage->now_us);
	}
	uint16_t events = handle_events(acceptor);
	for (uint32_t i = 0; i < SOURCE_COUNT; i++) {
		enum source source = (enum source)((acceptor->first_source + i) % SOURCE_COUNT);
		given = (uint16_t)(given +
		                   serve(acceptor, source, (uint16_t)(budget - given), &tcp_work));
	}
	acceptor->first_source = (acceptor->first_source + 1) % SOURCE_COUNT;
	return (uint16_t)(events + tcp_work + given);
}

/* -- out -- */

static void set_held(struct tcp_acceptor *acceptor, uint32_t held)
{
	__atomic_store_n(&acceptor->held, held, __ATOMIC_RELAXED);
}

/* Of a datagram, while it is sent and its mbuf is gone. */
struct sent_datagram {
	const struct rte_mbuf *mbuf;
	uint64_t arrival_tsc;
	enum answer_way way;
};

static void note_datagrams(const struct local_udp *udp, struct sent_datagram *notes)
{
	for (uint16_t i = 0; i < udp->tx_count; i++) {
		const struct query *query = query_of(udp->tx[i]);
		notes[i] =
		    (struct sent_datagram){udp->tx[i], query->arrival_tsc, answer_way_of(query)};
	}
}

/* Those that did not leave are in the order in which they were to. */
static void count_times(struct stage *stage, const struct sent_datagram *notes, uint16_t count,
                        const struct local_udp_outcome *outcome)
{
	struct answer_run run;
	uint16_t failed = 0;
	answer_run_begin(&run, stage->answer_times);
	for (uint16_t i = 0; i < count; i++) {
		if (failed < outcome->failed_count && notes[i].mbuf == outcome->failed[failed])
			failed++;
		else
			answer_run_add(&run, notes[i].arrival_tsc, notes[i].way);
	}
	answer_run_end(&run);
}

static void send_datagrams(struct tcp_acceptor *acceptor, struct local_udp *udp)
{
	struct local_udp_outcome outcome;
	struct sent_datagram notes[LOCAL_UDP_BATCH];
	const uint16_t count = udp->tx_count;
	set_held(acceptor, acceptor->held - count);
	note_datagrams(udp, notes);
	local_udp_send(udp, &outcome);
	count_times(acceptor->stage, notes, count, &outcome);
	stage_count(&acceptor->stage->counters->answered, outcome.sent);
	for (uint16_t i = 0; i < outcome.failed_count; i++)
		stage_drop(acceptor->stage, outcome.failed[i], DROP_ACCEPTOR_SOCKET_WRITE);
}

static void answer_datagram(struct tcp_acceptor *acceptor, struct rte_mbuf *mbuf)
{
	const struct query *query = query_of(mbuf);
	CHECK(query->stream_index < acceptor->slowpath.udp_count);
	struct local_udp *udp = &acceptor->slowpath.udp[query->stream_index];
	if (udp->tx_count == LOCAL_UDP_BATCH)
		send_datagrams(acceptor, udp);
	CHECK(local_udp_put(udp, mbuf));
	set_held(acceptor, acceptor->held + 1);
}

/* The packet has left the pipeline. */
static void done(struct stage *stage, struct rte_mbuf *mbuf)
{
	stage_count(&stage->counters->answered, 1);
	rte_pktmbuf_free(mbuf);
}

static void answer_stream(struct tcp_acceptor *acceptor, struct rte_mbuf *mbuf)
{
	struct stage *stage = acceptor->stage;
	const struct query *query = query_of(mbuf);
	const struct tcp_stream stream = {.index = query->stream_index,
	                                  .generation = query->stream_generation,
	                                  .request = query->stream_request};
	enum result result = tcp_server_answer(&acceptor->slowpath.tcp, stream, query_message(mbuf),
	                                       query->message_len, stage->now_us);
	if (result == RESULT_OK) {
		answer_times_add(stage->answer_times, query);
		done(stage, mbuf);
	} else if (result == RESULT_NO_SPACE)
		stage_drop(stage, mbuf, DROP_ACCEPTOR_SLOW_READER);
	else
		stage_drop(stage, mbuf, DROP_ACCEPTOR_CLIENT_GONE);
}

static void give_kernel(struct tcp_acceptor *acceptor, struct rte_mbuf *mbuf)
{
	struct exception_tap *tap =
	    slowpath_find_tap(&acceptor->slowpath, query_of(mbuf)->port_index);
	if (tap != NULL && !exception_tap_wants(tap, mbuf))
		stage_drop(acceptor->stage, mbuf, DROP_ACCEPTOR_OTHER_VLAN);
	else if (tap != NULL && exception_tap_write(tap, mbuf))
		done(acceptor->stage, mbuf);
	else
		stage_drop(acceptor->stage, mbuf, DROP_ACCEPTOR_KERNEL_WRITE);
}

static void process(struct stage *stage, struct rte_mbuf **burst, uint16_t count)
{
	struct tcp_acceptor *acceptor = stage->state;
	for (uint16_t i = 0; i < count; i++) {
		switch ((enum query_source)query_of(burst[i])->source) {
		case QUERY_SOURCE_KERNEL:
			give_kernel(acceptor, burst[i]);
			break;
		case QUERY_SOURCE_STREAM:
			answer_stream(acceptor, burst[i]);
			break;
		case QUERY_SOURCE_SOCKET:
			answer_datagram(acceptor, burst[i]);
			break;
		case QUERY_SOURCE_PORT:
		case QUERY_SOURCE_NONE:
			/* SENDER has sent the former itself, CACHE_WRITER has retired the latter. */
			CHECK(false);
			break;
		}
	}
}

static void flush(struct stage *stage)
{
	struct tcp_acceptor *acceptor = stage->state;
	struct slowpath *slowpath = &acceptor->slowpath;
	for (uint32_t i = 0; i < slowpath->udp_count; i++)
		if (slowpath->udp[i].tx_count > 0)
			send_datagrams(acceptor, &slowpath->udp[i]);
	tcp_server_flush(&slowpath->tcp, stage->now_us);
	for (unsigned i = 0; i < TCP_EVENT_COUNT; i++)
		__atomic_store_n(&stage->counters->event[i], slowpath->tcp.counts[i],
		                 __ATOMIC_RELAXED);
}

/* -- idling -- */

static int wake_fds(struct stage *stage, int *fds, int max)
{
	const struct tcp_acceptor *acceptor = stage->state;
	if (max < 1)
		return -1;
	fds[0] = acceptor->slowpath.poller;
	return 1;
}

/* Only asked when poll() did nothing: what is still readable then waits for buffers or credit. */
static uint64_t deadline_us(struct stage *stage)
{
	const struct tcp_acceptor *acceptor = stage->state;
	const struct slowpath *slowpath = &acceptor->slowpath;
	bool waits = false;
	for (uint32_t i = 0; i < slowpath->tap_count; i++)
		waits |= slowpath->taps[i].readable;
	for (uint32_t i = 0; i < slowpath->udp_count && !acceptor->drained; i++)
		waits |= slowpath->udp[i].readable;
	uint64_t deadline = tcp_server_deadline_us(&slowpath->tcp, stage->now_us);
	uint64_t soon = stage->now_us + STARVED_PAUSE_US;
	return waits && soon < deadline ? soon : deadline;
}

static uint32_t held(const struct stage *stage)
{
	const struct tcp_acceptor *acceptor = stage->state;
	return __atomic_load_n(&acceptor->held, __ATOMIC_RELAXED);
}

static const char *const outputs[] = {"decoder", "sender", NULL};

const struct stage_ops stage_tcp_acceptor_ops = {
    .name = "TCP_ACCEPTOR",
    .outputs = outputs,
    .state_size = sizeof(struct tcp_acceptor),
    .absorbs = true,
    .init = init,
    .fini = fini,
    .process = process,
    .poll = poll,
    .flush = flush,
    .wake_fds = wake_fds,
    .deadline_us = deadline_us,
    .held = held,
    .answers = true,
};
