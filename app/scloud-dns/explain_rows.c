/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* What a person gets to see: rows of the decision, of RESOLVER's steps, of the answer. */
#include "explain.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "cache/copy.h"
#include "guard/policy.h"
#include "guard/ratelimit.h"
#include "guard/views.h"
#include "zone/zone.h"

#define US_PER_MS 1000u
#define PERMILLE_FULL 1000u

void explain_row(struct explain *explain, const char *step, const char *result, const char *detail,
                 ...)
{
	char text[EXPLAIN_DETAIL_BYTES];
	va_list list;
	va_start(list, detail);
	vsnprintf(text, sizeof(text), detail, list);
	va_end(list);
	struct json_object *row = json_object_new_object();
	commands_add_text(row, "step", step);
	commands_add_text(row, "result", result);
	commands_add_text(row, "detail", text);
	(void)json_object_array_add(explain->decision, row);
}

/* -- access -- */

/* As guard_policy_check() picks it: the one with the very address, else one for every address. */
static const struct config_listener *listener_of(const struct config *config,
                                                 const struct net_endpoint *local)
{
	static const uint8_t any[16] = {0};
	const struct config_listener *found = NULL;
	const size_t len = net_address_bytes(local->address.family);
	for (uint32_t i = 0; i < config->listener_count; i++) {
		const struct config_listener *listener = &config->listener[i];
		if (listener->address.family != local->address.family ||
		    listener->port != local->port)
			continue;
		if (memcmp(listener->address.octets, local->address.octets, len) == 0)
			return listener;
		if (found == NULL && memcmp(listener->address.octets, any, len) == 0)
			found = listener;
	}
	return found;
}

static const char *list_text(const struct config_acl_ref *ref)
{
	return ref->text[0] != '\0' ? ref->text : "none";
}

static void tell_access(struct explain *explain, const struct guard_verdict *verdict)
{
	const struct config *config = explain->server->config;
	const struct config_listener *listener = listener_of(config, &explain->local);
	if (listener == NULL)
		explain_row(explain, "listener", "none",
		            "no listener names the address: everybody may ask there");
	else
		explain_row(explain, "listener", listener->name, "who may ask: %s",
		            list_text(&listener->acl));
	explain_row(explain, "access", verdict->allowed ? "allowed" : "refused", "%s",
	            verdict->allowed ? "" : "the client is not in the listener's list");
	if (!config->recursion.enabled)
		explain_row(explain, "recursion", "off", "recursion.enabled is false");
	else
		explain_row(
		    explain, "recursion", verdict->recursion_allowed ? "allowed" : "refused",
		    "recursion.allowed_acl: %s%s", list_text(&config->recursion.allowed_acl),
		    listener != NULL && listener->recursion_allowed ? "; the listener allows it"
		                                                    : "");
}

static void tell_view(struct explain *explain)
{
	const struct server *server = explain->server;
	const struct views *views = snapshot_load(&server->settings.zones);
	uint8_t view =
	    views_pick(views, explain->client.address.family, explain->client.address.octets);
	if (view >= server->config->view_count)
		explain_row(explain, "view", "common", "%s",
		            views->count == 0 ? "there are no views" : "the client is in no view");
	else
		explain_row(explain, "view", server->config->view[view].name,
		            "the first view that has the client: %s",
		            list_text(&server->config->view[view].acl));
}

static uint32_t larger(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

/* Which lane the client's packets come to only the device knows: the fullest counts. */
static struct ratelimit_state look_limits(const struct explain *explain,
                                          const struct snapshot *snapshot)
{
	struct ratelimit_state most = {.address = 0};
	const struct ratelimit_lanes *lanes = snapshot_load(snapshot);
	for (uint32_t i = 0; ratelimit_lane(lanes, i) != NULL; i++) {
		struct ratelimit_state state;
		ratelimit_look(ratelimit_lane(lanes, i), explain->client.address.family,
		               explain->client.address.octets, RATELIMIT_POSITIVE,
		               (uint32_t)(clock_now_us() / US_PER_MS), &state);
		most.limits_queries |= state.limits_queries;
		most.limits_responses |= state.limits_responses;
		most.address = larger(most.address, state.address);
		most.network = larger(most.network, state.network);
		most.global = larger(most.global, state.global);
		most.response = larger(most.response, state.response);
	}
	return most;
}

static void tell_limits(struct explain *explain, bool exempt)
{
	const struct settings *settings = &explain->server->settings;
	const struct ratelimit_state queries = look_limits(explain, &settings->queries);
	const struct ratelimit_state responses = look_limits(explain, &settings->responses);
	const uint32_t most = larger(queries.address, larger(queries.network, queries.global));
	if (!queries.limits_queries && !responses.limits_responses) {
		explain_row(explain, "rate limit", "none", "no limit is configured");
		return;
	}
	if (exempt || explain->transport != EXPLAIN_UDP) {
		explain_row(explain, "rate limit", "exempt", "%s",
		            exempt ? "the client is in ratelimit.exempt_acl"
		                   : "who asks over a stream has proved his address");
		return;
	}
	if (queries.limits_queries)
		explain_row(explain, "rate limit",
		            most >= PERMILLE_FULL ? "over: dropped" : "passes",
		            "used of the limit on queries: address %u %%, network %u %%, all %u %%",
		            queries.address / 10, queries.network / 10, queries.global / 10);
	if (responses.limits_responses)
		explain_row(explain, "response rate",
		            responses.response >= PERMILLE_FULL ? "over: dropped or cut" : "passes",
		            "used of the limit on answers with records: %u %%",
		            responses.response / 10);
}

void explain_access(struct explain *explain)
{
	const struct guard_policy *policy = snapshot_load(&explain->server->settings.policy);
	const struct guard_verdict verdict = guard_policy_check(
	    policy, explain->client.address.family, explain->client.address.octets,
	    explain->local.address.octets, explain->local.port);
	tell_access(explain, &verdict);
	tell_limits(explain, verdict.exempt);
	tell_view(explain);
	if (verdict.unfiltered)
		explain_row(explain, "policy", "exempt", "the client is in policy.exempt_acl");
}

/* -- zone and cache -- */

void explain_zone(struct explain *explain)
{
	const struct query *query = query_of(explain->packet);
	const struct views *views = snapshot_load(&explain->server->settings.zones);
	const struct zone *zone = zone_set_find(views_zones(views, query->view), &query->question);
	char name[DNS_NAME_TEXT_MAX];
	struct zones_row row;
	if (zone == NULL)
		return;
	dns_name_to_text(zone_origin(zone)->wire, name);
	for (uint32_t i = 0; zones_at(explain->server->zones, i, &row); i++) {
		if (row.zone != zone)
			continue;
		explain_row(explain, "zone", name, "serial %u, from %s%s", zone_serial(zone),
		            row.file,
		            row.is_former ? "; the file is wrong now: the version before it" : "");
		return;
	}
	explain_row(explain, "zone", name, "serial %u", zone_serial(zone));
}

void explain_cache(struct explain *explain)
{
	const struct query *query = query_of(explain->packet);
	struct cache_copy *copy = &explain->copy;
	if (!cache_copy_question(explain->server->settings.cache, &query->question,
	                         explain->dnssec_ok, clock_now_us() / US_PER_MS, copy)) {
		explain_row(explain, "cache", "miss", "nothing is kept for the question");
		return;
	}
	explain_row(explain, "cache", copy->left_s > 0 ? "hit" : "stale",
	            "%s, kept for %llu s, %lld s left, rank %s, security %s%s",
	            copy->type == CACHE_COPY_NAME ? "the name does not exist" : "an answer",
	            (unsigned long long)copy->age_s, (long long)copy->left_s,
	            cache_text_rank(copy->rank), cache_text_security(copy->security),
	            copy->is_popular ? ", popular" : "");
}

/* -- RESOLVER's steps -- */

static const char *const kind_words[] = {
    [RESOLVER_TRACE_BEGIN] = "begin",       [RESOLVER_TRACE_ZONE] = "zone",
    [RESOLVER_TRACE_FORWARD] = "forward",   [RESOLVER_TRACE_SEND] = "ask",
    [RESOLVER_TRACE_RESPONSE] = "response", [RESOLVER_TRACE_TIMEOUT] = "time-out",
    [RESOLVER_TRACE_ERROR] = "error",       [RESOLVER_TRACE_ADDRESSES] = "wait",
    [RESOLVER_TRACE_ALIAS] = "alias",       [RESOLVER_TRACE_KNOWN] = "known",
    [RESOLVER_TRACE_ANSWER] = "answer",     [RESOLVER_TRACE_FAILED] = "failed",
};
static_assert(ARRAY_COUNT(kind_words) == RESOLVER_TRACE_KIND_COUNT, "a word for each");

static bool is_about_server(const struct resolver_trace_step *step)
{
	return step->kind == RESOLVER_TRACE_SEND || step->kind == RESOLVER_TRACE_RESPONSE ||
	       step->kind == RESOLVER_TRACE_TIMEOUT || step->kind == RESOLVER_TRACE_ERROR;
}

static void write_detail(const struct resolver_trace_step *step, char *out, size_t size)
{
	char rcode[DNS_NUMBER_TEXT_MAX];
	const char *text = step->text != NULL ? step->text : "";
	switch ((enum resolver_trace_kind)step->kind) {
	case RESOLVER_TRACE_SEND:
		snprintf(out, size, "%s, %u octets%s%s",
		         step->over_tls   ? "TLS"
		         : step->over_tcp ? "TCP"
		                          : "UDP",
		         step->len, text[0] != '\0' ? "; " : "", text);
		return;
	case RESOLVER_TRACE_RESPONSE:
		snprintf(out, size, "%s%s, records %u+%u+%u, %u octets%s%s",
		         dns_rcode_text(step->rcode, rcode), step->authoritative ? " AA" : "",
		         step->count[0], step->count[1], step->count[2], step->len,
		         text[0] != '\0' ? ": " : "", text);
		return;
	case RESOLVER_TRACE_ANSWER:
		snprintf(out, size, "%s, records %u+%u+%u", dns_rcode_text(step->rcode, rcode),
		         step->count[0], step->count[1], step->count[2]);
		return;
	case RESOLVER_TRACE_FAILED:
		snprintf(out, size, "%s",
		         step->ede != EDNS_EDE_NONE ? dns_ede_text((enum edns_ede)step->ede) : "");
		return;
	case RESOLVER_TRACE_ADDRESSES:
		snprintf(out, size, "for addresses of the zone's servers");
		return;
	case RESOLVER_TRACE_BEGIN:
	case RESOLVER_TRACE_ZONE:
	case RESOLVER_TRACE_FORWARD:
	case RESOLVER_TRACE_TIMEOUT:
	case RESOLVER_TRACE_ERROR:
	case RESOLVER_TRACE_ALIAS:
	case RESOLVER_TRACE_KNOWN:
	case RESOLVER_TRACE_KIND_COUNT:
		break;
	}
	snprintf(out, size, "%s", text);
}

struct json_object *explain_step(const struct resolver_desk_step *from, uint64_t first_ms)
{
	const struct resolver_trace_step *step = &from->step;
	struct json_object *row = json_object_new_object();
	char text[EXPLAIN_DETAIL_BYTES];
	char number[DNS_NUMBER_TEXT_MAX];
	commands_add_number(row, "ms", step->now_ms - first_ms);
	commands_add_number(row, "question", step->question);
	commands_add_number(row, "depth", step->depth);
	commands_add_text(row, "step",
	                  step->kind < ARRAY_COUNT(kind_words) ? kind_words[step->kind] : "?");
	commands_add_text(row, "server",
	                  is_about_server(step) ? net_endpoint_format(&step->server, text) : "");
	if (step->name != NULL)
		dns_name_to_text(step->name, text);
	commands_add_text(row, "name", step->name != NULL ? text : "");
	commands_add_text(row, "type", step->type != 0 ? dns_type_text(step->type, number) : "");
	if (step->kind == RESOLVER_TRACE_SEND || step->took_ms > 0 || is_about_server(step))
		commands_add_number(row, "took_ms",
		                    step->kind == RESOLVER_TRACE_SEND ? 0 : step->took_ms);
	write_detail(step, text, sizeof(text));
	commands_add_text(row, "detail", text);
	return row;
}

/* -- the answer -- */

static struct json_object *list_records(struct explain *explain, const struct query *query)
{
	static const char *const sections[] = {"question", "answer", "authority", "additional"};
	const uint8_t *message = query_message(explain->packet);
	struct bytes_reader reader = bytes_reader_of(message, query->message_len);
	struct json_object *list = json_object_new_array();
	char owner[DNS_NAME_TEXT_MAX];
	char type[DNS_NUMBER_TEXT_MAX];
	struct dns_rr rr;
	reader.at = query->question_end;
	for (unsigned section = DNS_SECTION_ANSWER; section < DNS_SECTION_COUNT; section++) {
		unsigned left = dns_message_count(message, (enum dns_section)section);
		for (; left > 0 && dns_rr_parse(&reader, &rr) == RESULT_OK; left--) {
			if (rr.type == DNS_TYPE_OPT ||
			    cache_text_rdata(&explain->writer, &reader, &rr) != RESULT_OK)
				continue;
			struct json_object *row = json_object_new_object();
			dns_name_to_text(rr.owner.wire, owner);
			commands_add_text(row, "section", sections[section]);
			commands_add_text(row, "name", owner);
			commands_add_number(row, "ttl", rr.ttl);
			commands_add_text(row, "type", dns_type_text(rr.type, type));
			commands_add_text(row, "data", explain->writer.text.data);
			(void)json_object_array_add(list, row);
		}
	}
	return list;
}

static void write_flags(uint16_t flags, char *out, size_t size)
{
	static const struct {
		uint16_t bit;
		const char *word;
	} words[] = {{DNS_FLAG_QR, "qr"}, {DNS_FLAG_AA, "aa"}, {DNS_FLAG_TC, "tc"},
	             {DNS_FLAG_RD, "rd"}, {DNS_FLAG_RA, "ra"}, {DNS_FLAG_AD, "ad"}};
	size_t len = 0;
	out[0] = '\0';
	for (size_t i = 0; i < ARRAY_COUNT(words); i++) {
		if ((flags & words[i].bit) != 0 && len < size)
			len += (size_t)snprintf(out + len, size - len, "%s%s", len > 0 ? " " : "",
			                        words[i].word);
	}
}

static void add_question(const struct explain *explain, struct json_object *result)
{
	static const char *const words[] = {"udp", "tcp", "tls", "https"};
	char text[EXPLAIN_DETAIL_BYTES + DNS_NAME_TEXT_MAX];
	char name[DNS_NAME_TEXT_MAX];
	char number[DNS_NUMBER_TEXT_MAX];
	char client[NET_TEXT_BYTES];
	char local[NET_TEXT_BYTES];
	dns_name_to_text(explain->name.wire, name);
	snprintf(text, sizeof(text), "%s IN %s", name, dns_type_text(explain->type, number));
	commands_add_text(result, "question", text);
	commands_add_text(result, "client", net_endpoint_format(&explain->client, client));
	commands_add_text(result, "to", net_endpoint_format(&explain->local, local));
	commands_add_text(result, "transport", words[explain->transport]);
}

static void add_outcome(struct explain *explain, struct json_object *result)
{
	const struct query *query = query_of(explain->packet);
	char text[EXPLAIN_DETAIL_BYTES];
	commands_add_text(result, "answered_by",
	                  explain->answered_by != NULL ? explain->answered_by : "nobody");
	commands_add_text(result, "status", dns_rcode_text(query->answer.rcode, text));
	write_flags(dns_message_flags(query_message(explain->packet)), text, sizeof(text));
	commands_add_text(result, "flags", text);
	if (query->answer.ede != EDNS_EDE_NONE) {
		snprintf(text, sizeof(text), "%d %s%s%s", query->answer.ede,
		         dns_ede_text((enum edns_ede)query->answer.ede),
		         query->ede_text != NULL ? ": " : "",
		         query->ede_text != NULL ? query->ede_text : "");
		commands_add_text(result, "extended_error", text);
	}
	commands_add_number(result, "octets", query->message_len);
}

struct json_object *explain_result(struct explain *explain)
{
	struct json_object *result = json_object_new_object();
	char took[32];
	add_question(explain, result);
	if (explain->packet != NULL)
		add_outcome(explain, result);
	else
		commands_add_text(result, "answered_by", "nobody: the query is dropped");
	snprintf(took, sizeof(took), "%.3f", (double)(clock_steady_us() - explain->begun_us) / 1e3);
	commands_add(result, "took_ms", json_object_new_double_s(atof(took), took));
	commands_add(result, "decision", json_object_get(explain->decision));
	if (explain->has_steps)
		commands_add(result, "resolver", json_object_get(explain->steps));
	if (explain->packet != NULL)
		commands_add(result, "answer", list_records(explain, query_of(explain->packet)));
	return result;
}
