/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* explain, trace: what the server would do for one question, and what it does for those of others. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "explain.h"

#define CLIENT_PORT_DEFAULT 53000
/* For RESOLVER to have seen the question; where it takes longer the answer does too. */
#define WAKE_TIMEOUT_US 20000

/* -- arguments of explain -- */

static bool take_question(const struct control_request *request, struct control_reply *reply,
                          struct explain *out)
{
	static const struct dns_name root = {.len = 1};
	const char *name = control_text(request, "name");
	const char *type = control_text(request, "type");
	if (dns_name_from_text(name, strlen(name), &root, &out->name) != RESULT_OK) {
		control_reply_wrong(reply, "\"%s\" is no domain name", name);
		return false;
	}
	out->type = DNS_TYPE_A;
	if (type != NULL && !dns_type_from_text(type, strlen(type), &out->type)) {
		control_reply_wrong(reply, "\"%s\" is no record type", type);
		return false;
	}
	return true;
}

static bool take_endpoint(const char *text, uint16_t port, struct control_reply *reply,
                          struct net_endpoint *out)
{
	if (net_endpoint_parse(text, port, out) == RESULT_OK)
		return true;
	control_reply_wrong(reply, "\"%s\" is no address, with or without a port", text);
	return false;
}

/* Where clients of the family ask: an address of a port of ours, else that of a listener. */
static void guess_local(const struct config *config, uint8_t family, struct net_endpoint *out)
{
	const struct config_address *found = NULL;
	for (uint32_t i = config->listener_count; i-- > 0;) {
		if (config->listener[i].address.family == family)
			found = &config->listener[i].address;
	}
	for (uint32_t i = config->dpdk.ports_count; i-- > 0;) {
		const struct config_port *port = &config->dpdk.ports[i];
		for (uint32_t j = port->addresses_count; j-- > 0;) {
			if (port->addresses[j].family == family)
				found = &port->addresses[j];
		}
	}
	*out =
	    (struct net_endpoint){.address = {.family = family}, .port = config->server.bind_port};
	if (found != NULL)
		memcpy(out->address.octets, found->octets, sizeof(out->address.octets));
}

static bool take_transport(const char *word, struct control_reply *reply,
                           enum explain_transport *out)
{
	static const char *const words[EXPLAIN_TRANSPORT_COUNT] = {"udp", "tcp", "tls", "https"};
	for (unsigned i = 0; word != NULL && i < EXPLAIN_TRANSPORT_COUNT; i++) {
		*out = (enum explain_transport)i;
		if (strcmp(words[i], word) == 0)
			return true;
	}
	*out = EXPLAIN_UDP;
	if (word == NULL)
		return true;
	control_reply_wrong(reply, "%s: udp, tcp, tls or https is allowed", word);
	return false;
}

static bool take_arguments(const struct control_request *request, struct control_reply *reply,
                           struct explain *out)
{
	const char *client = control_text(request, "client");
	const char *local = control_text(request, "to");
	const struct config *config = out->server->config;
	out->dnssec_ok = control_flag(request, "dnssec");
	out->recursion_desired = !control_flag(request, "norecurse");
	out->may_ask = !control_flag(request, "no-ask");
	if (!take_question(request, reply, out) ||
	    !take_transport(control_text(request, "transport"), reply, &out->transport) ||
	    !take_endpoint(client != NULL ? client : "127.0.0.1", CLIENT_PORT_DEFAULT, reply,
	                   &out->client))
		return false;
	if (local == NULL)
		guess_local(config, out->client.address.family, &out->local);
	else if (!take_endpoint(local, config->server.bind_port, reply, &out->local))
		return false;
	if (out->local.address.family == out->client.address.family)
		return true;
	control_reply_wrong(reply, "client and address asked are of different families");
	return false;
}

/* -- explain -- */

static void release_explain(void *state)
{
	struct explain *explain = state;
	if (explain->place != EXPLAIN_NO_PLACE)
		resolver_desk_close(explain->server->settings.desk, explain->place);
	rte_pktmbuf_free(explain->packet);
	json_object_put(explain->decision);
	json_object_put(explain->steps);
	zone_write_text_free(&explain->writer.text);
	free(explain);
}

static void take_steps(struct explain *explain)
{
	struct resolver_desk *desk = explain->server->settings.desk;
	struct resolver_desk_step step;
	while (resolver_desk_next(desk, explain->place, &step)) {
		/* Those of a question that had this place before come before ours. */
		if (!explain->has_steps && step.step.kind != RESOLVER_TRACE_BEGIN)
			continue;
		if (!explain->has_steps)
			explain->first_ms = step.step.now_ms;
		explain->has_steps = true;
		(void)json_object_array_add(explain->steps, explain_step(&step, explain->first_ms));
	}
}

static void finish(struct explain *explain, struct control_reply *reply)
{
	explain_encode(explain);
	control_reply_result(reply, explain_result(explain));
}

static enum control_stream wait_for_answer(void *state, struct control_reply *reply)
{
	struct explain *explain = state;
	struct resolver_desk *desk = explain->server->settings.desk;
	const struct resolver_desk_answer *answer = resolver_desk_answer(desk, explain->place);
	take_steps(explain);
	if (answer == NULL)
		return CONTROL_LATER;
	explain_row(explain, "resolver", answer->len > 0 ? "answered" : "failed",
	            "rank %s, security %s",
	            answer->len > 0 ? cache_text_rank(answer->rank) : "none",
	            cache_text_security(answer->security));
	explain_take_answer(explain, answer);
	finish(explain, reply);
	return CONTROL_DONE;
}

/* Puts the question to RESOLVER. Gives whether the answer has to be waited for. */
static bool ask(struct explain *explain)
{
	const struct query *query = query_of(explain->packet);
	if (!explain->may_ask) {
		explain_row(explain, "resolver", "not asked",
		            "--no-ask: it would look for the answer");
		return false;
	}
	enum result result = resolver_desk_ask(explain->server->settings.desk, &query->question,
	                                       explain->dnssec_ok, &explain->place);
	if (result == RESULT_OK) {
		/* RESOLVER may be asleep. */
		(void)pipeline_pass_turn(explain->server->pipeline, WAKE_TIMEOUT_US);
		return true;
	}
	explain->place = EXPLAIN_NO_PLACE;
	explain_row(explain, "resolver", "not asked",
	            "too many commands look at the resolver at once: try again");
	return false;
}

static void run_explain(void *context, const struct control_request *request,
                        struct control_reply *reply)
{
	bool wants_resolver;
	struct explain *explain = calloc(1, sizeof(*explain));
	if (explain == NULL) {
		control_reply_error(reply, "no memory");
		return;
	}
	explain->server = context;
	explain->place = EXPLAIN_NO_PLACE;
	explain->begun_us = clock_steady_us();
	explain->decision = json_object_new_array();
	explain->steps = json_object_new_array();
	if (!take_arguments(request, reply, explain) ||
	    !explain_start(explain, reply, &wants_resolver)) {
		release_explain(explain);
		return;
	}
	if (wants_resolver && ask(explain)) {
		control_reply_stream(reply, wait_for_answer, release_explain, explain);
		return;
	}
	finish(explain, reply);
	release_explain(explain);
}

/* -- trace -- */

struct trace {
	struct server *server;
	unsigned place;
	bool has_first;
	uint64_t first_ms;
	uint64_t until_us; /* 0: until the client goes */
	uint64_t steps;
};

static void release_trace(void *state)
{
	struct trace *trace = state;
	struct resolver_desk *desk = trace->server->settings.desk;
	resolver_desk_unwatch(desk, trace->place);
	pipeline_rcu_wait(pipeline_get_rcu(trace->server->pipeline));
	resolver_desk_close(desk, trace->place);
	free(trace);
}

static enum control_stream trace_on(void *state, struct control_reply *reply)
{
	struct trace *trace = state;
	struct resolver_desk *desk = trace->server->settings.desk;
	struct resolver_desk_step step;
	struct json_object *rows = NULL;
	while (resolver_desk_next(desk, trace->place, &step)) {
		if (!trace->has_first)
			trace->first_ms = step.step.now_ms;
		trace->has_first = true;
		trace->steps++;
		if (rows == NULL)
			rows = json_object_new_array();
		(void)json_object_array_add(rows, explain_step(&step, trace->first_ms));
	}
	control_reply_item(reply, rows);
	if (trace->until_us == 0 || clock_steady_us() < trace->until_us)
		return CONTROL_LATER;
	struct json_object *result = json_object_new_object();
	commands_add_number(result, "steps", trace->steps);
	commands_add_number(result, "lost", resolver_desk_lost(desk, trace->place));
	control_reply_result(reply, result);
	return CONTROL_DONE;
}

static void run_trace(void *context, const struct control_request *request,
                      struct control_reply *reply)
{
	static const struct dns_name root = {.len = 1};
	struct server *server = context;
	const char *text = control_text(request, "name");
	const double seconds = control_decimal(request, "seconds", 0);
	struct dns_name name;
	if (dns_name_from_text(text, strlen(text), &root, &name) != RESULT_OK) {
		control_reply_wrong(reply, "\"%s\" is no domain name", text);
		return;
	}
	struct trace *trace = calloc(1, sizeof(*trace));
	if (trace == NULL) {
		control_reply_error(reply, "no memory");
		return;
	}
	trace->server = server;
	if (seconds > 0)
		trace->until_us = clock_steady_us() + (uint64_t)(seconds * 1e6);
	if (resolver_desk_watch(server->settings.desk, &name, &trace->place) == RESULT_OK) {
		control_reply_stream(reply, trace_on, release_trace, trace);
		return;
	}
	control_reply_error(reply, "too many commands look at the resolver at once: try again");
	free(trace);
}

static const struct control_command rows[] = {
    {.name = "explain",
     .arguments = {{"name", CONTROL_TEXT, CONTROL_REQUIRED},
                   {"type", CONTROL_TEXT, CONTROL_OPTIONAL},
                   {"client", CONTROL_TEXT, CONTROL_OPTIONAL},
                   {"to", CONTROL_TEXT, CONTROL_OPTION},
                   {"transport", CONTROL_TEXT, CONTROL_OPTION},
                   {"dnssec", CONTROL_FLAG, CONTROL_OPTION},
                   {"norecurse", CONTROL_FLAG, CONTROL_OPTION},
                   {"no-ask", CONTROL_FLAG, CONTROL_OPTION}},
     .help =
         "Shows the whole decision for one question as the server would take it now: access, rate "
         "limit, view, policy, zone or cache entry, each step of the resolver, and the answer. "
         "CLIENT (127.0.0.1) is who asks; --to the address asked, --transport udp, tcp, tls or "
         "https; --dnssec asks with DO, --norecurse without RD; with --no-ask no other server is "
         "asked. What is found is kept in the cache, as if a client had asked.",
     .run = run_explain},
    {.name = "trace",
     .arguments = {{"name", CONTROL_TEXT, CONTROL_REQUIRED},
                   {"seconds", CONTROL_DECIMAL, CONTROL_OPTION}},
     .help =
         "Shows what the resolver does for clients' questions for NAME and names below it, as it "
         "happens, until it is interrupted or for so many seconds.",
     .run = run_trace},
};

void explain_commands_register(struct server *server)
{
	control_register(server->control, rows, ARRAY_COUNT(rows), server);
}
