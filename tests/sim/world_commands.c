/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Statements that make the world: settings, forwarders, zones, servers and their answers. */
#include <stdio.h>
#include <string.h>

#include "play.h"

static void expect_word(const struct script_line *line, unsigned at, const char *word)
{
	if (strcmp(script_word(line, at, word), word) != 0)
		script_wrong(line->place, "found \"%s\", expected %s", line->word[at], word);
}

/* -- set NAME VALUE, and the same in lines below -- */

enum setting_kind {
	SETTING_SWITCH,
	SETTING_PREFER,
	SETTING_U16,
	SETTING_U32,
	SETTING_MS, /* a time, kept in milliseconds */
	SETTING_S, /* a time, kept in seconds */
};

static const struct setting {
	const char *name;
	enum setting_kind kind;
	void *to;
} settings[] = {
    {"iteration", SETTING_SWITCH, &sim.settings.iterates},
    {"cache", SETTING_SWITCH, &sim.settings.use_cache},
    {"randomise-case", SETTING_SWITCH, &sim.settings.engine.randomise_case},
    {"cookies", SETTING_SWITCH, &sim.settings.engine.cookies},
    {"prefer", SETTING_PREFER, &sim.settings.engine.prefer},
    {"no-ipv4", SETTING_SWITCH, &sim.settings.engine.no_ipv4},
    {"no-ipv6", SETTING_SWITCH, &sim.settings.engine.no_ipv6},
    {"tasks", SETTING_U32, &sim.settings.engine.tasks_max},
    {"clients", SETTING_U32, &sim.settings.engine.clients_max},
    {"deadline", SETTING_MS, &sim.settings.engine.deadline_ms},
    {"stale-after", SETTING_MS, &sim.settings.engine.stale_after_ms},
    {"udp-bytes", SETTING_U16, &sim.settings.engine.udp_bytes},
    {"port-slots", SETTING_U16, &sim.settings.engine.port_slots},
    {"iteration-port", SETTING_U16, &sim.settings.engine.iteration_port},
    {"failure", SETTING_MS, &sim.settings.failure_ms},
    {"cache-entries", SETTING_U32, &sim.settings.cache.entries_max},
    {"ttl-max", SETTING_S, &sim.settings.cache.ttl_max_s},
    {"ttl-min", SETTING_S, &sim.settings.cache.ttl_min_s},
    {"negative-ttl-max", SETTING_S, &sim.settings.cache.negative_ttl_max_s},
    {"stale-max", SETTING_S, &sim.settings.cache.stale_max_s},
    {"prefetch", SETTING_SWITCH, &sim.settings.cache.refresh},
    {"nxdomain-cut", SETTING_SWITCH, &sim.settings.cache.nxdomain_cut},
    {"retry", SETTING_MS, &sim.settings.engine.retry_ms},
};

static void set_one(const struct script_line *line, unsigned at)
{
	static const struct {
		const char *name;
		enum resolver_prefer prefer;
	} families[] = {{"any", RESOLVER_PREFER_ANY},
	                {"ipv4", RESOLVER_PREFER_IPV4},
	                {"ipv6", RESOLVER_PREFER_IPV6}};
	const char *name = script_word(line, at, "a setting");
	const struct setting *setting = &settings[SCRIPT_PICK(line->place, name, settings)];
	const char *value = script_last(line, at + 1, "its value");
	switch (setting->kind) {
	case SETTING_SWITCH:
		*(bool *)setting->to = script_switch(line->place, value);
		break;
	case SETTING_PREFER:
		*(enum resolver_prefer *)setting->to =
		    families[SCRIPT_PICK(line->place, value, families)].prefer;
		break;
	case SETTING_U16:
		*(uint16_t *)setting->to = (uint16_t)script_number(line->place, value, UINT16_MAX);
		break;
	case SETTING_U32:
		*(uint32_t *)setting->to = (uint32_t)script_number(line->place, value, UINT32_MAX);
		break;
	case SETTING_MS:
		*(uint32_t *)setting->to = (uint32_t)script_ms(line->place, value);
		break;
	case SETTING_S:
		*(uint32_t *)setting->to = (uint32_t)(script_ms(line->place, value) / 1000);
		break;
	}
}

/* Engine and cache are made from the settings with the first question. */
static void must_be_before(const struct script_statement *statement)
{
	if (sim.engine != NULL)
		script_wrong(statement->head->place,
		             "found \"%s\" behind the first question, expected it before",
		             statement->head->word[0]);
}

static void run_set(const struct script_statement *statement)
{
	must_be_before(statement);
	if (statement->head->count > 1)
		set_one(statement->head, 1);
	for (unsigned i = 0; i < statement->count; i++)
		set_one(statement->line[i], 0);
}

/* root NAME ADDRESS, one for each root server that is known from the start */
static void run_root(const struct script_statement *statement)
{
	const struct script_line *line = statement->head;
	struct sim_settings *to = &sim.settings;
	must_be_before(statement);
	if (!to->has_roots) /* not the default one, then */
		to->hint_count = 0;
	to->has_roots = true;
	if (to->hint_count == SIM_HINTS_MAX)
		script_wrong(line->place, "found more than %d root servers", SIM_HINTS_MAX);
	to->hint[to->hint_count++] = (struct resolver_hint){
	    .name = script_name(line->place, script_word(line, 1, "a name")),
	    .address = script_address(line->place, script_last(line, 2, "an address")),
	};
}

/* -- forwarders -- */

/* Reads addresses up to a word that is none. */
static unsigned read_endpoints(const struct script_line *line, unsigned at,
                               struct net_endpoint *out, unsigned *count)
{
	script_word(line, at, "addresses");
	for (*count = 0; at < line->count && *count < SIM_GROUP_SERVERS_MAX; at++) {
		const char *word = line->word[at];
		if (strcspn(word, "0123456789:[") != 0 && strchr(word, ':') == NULL)
			break;
		out[(*count)++] = script_endpoint(line->place, word);
	}
	return at;
}

/* forwarder NAME at ADDRESS... [first|round-robin|fastest] [timeout TIME] [plain] [tcp-on-retry] */
static void run_forwarder(const struct script_statement *statement)
{
	static const struct {
		const char *name;
	} options[] = {{"first"},   {"round-robin"}, {"fastest"},
	               {"timeout"}, {"plain"},       {"tcp-on-retry"}};
	const struct script_line *line = statement->head;
	struct sim_settings *to = &sim.settings;
	must_be_before(statement);
	if (to->group_count == SIM_GROUPS_MAX)
		script_wrong(line->place, "found more than %d forwarders", SIM_GROUPS_MAX);
	unsigned index = to->group_count++;
	struct resolver_group *group = &to->group[index];
	unsigned count;
	*group = (struct resolver_group){.name = script_word(line, 1, "a name"), .edns = true};
	expect_word(line, 2, "at");
	unsigned at = read_endpoints(line, 3, to->group_server[index], &count);
	group->servers = to->group_server[index];
	group->server_count = count;
	for (; at < line->count; at++) {
		unsigned option = SCRIPT_PICK(line->place, line->word[at], options);
		if (option <= RESOLVER_POLICY_FASTEST)
			group->policy = (enum resolver_policy)option;
		else if (option == 3)
			group->timeout_ms =
			    (uint32_t)script_ms(line->place, script_word(line, ++at, "a time"));
		else if (option == 4)
			group->edns = false;
		else
			group->use_tcp_on_retry = true;
	}
}

/* forward ZONE to NAME... */
static void run_forward(const struct script_statement *statement)
{
	const struct script_line *line = statement->head;
	struct sim_settings *to = &sim.settings;
	must_be_before(statement);
	if (to->route_count == SIM_ROUTES_MAX)
		script_wrong(line->place, "found more than %d forward zones", SIM_ROUTES_MAX);
	unsigned index = to->route_count++;
	struct resolver_zone *route = &to->route[index];
	*route = (struct resolver_zone){
	    .name = script_name(line->place, script_word(line, 1, "a zone")),
	    .groups = to->route_group[index],
	};
	expect_word(line, 2, "to");
	script_word(line, 3, "forwarders");
	for (unsigned at = 3; at < line->count; at++)
		to->route_group[index][route->group_count++] = script_pick(
		    line->place, line->word[at], to->group, sizeof(to->group[0]), to->group_count);
}

/* -- zones and servers -- */

/* zone NAME at ADDRESS... [ttl TIME] [gone] */
static void run_zone(const struct script_statement *statement)
{
	const struct script_line *line = statement->head;
	const struct dns_name name = script_name(line->place, script_word(line, 1, "a zone"));
	struct net_endpoint endpoint[SIM_GROUP_SERVERS_MAX];
	struct net_address address[SIM_GROUP_SERVERS_MAX];
	uint64_t ttl_s = 3600;
	unsigned count;
	bool gone = false;
	expect_word(line, 2, "at");
	unsigned at = read_endpoints(line, 3, endpoint, &count);
	for (unsigned i = 0; i < count; i++)
		address[i] = endpoint[i].address;
	for (; at < line->count; at++) {
		if (strcmp(line->word[at], "gone") == 0)
			gone = true;
		else if (strcmp(line->word[at], "ttl") == 0)
			ttl_s = script_ms(line->place, script_word(line, ++at, "a time")) / 1000;
		else
			script_wrong(line->place,
			             "found \"%s\", expected an address, ttl TIME or gone",
			             line->word[at]);
	}
	if (gone)
		server_drop_zone(&name, address, count);
	else
		server_add_zone(statement, &name, address, count, (uint32_t)ttl_s);
}

static unsigned read_rule_option(struct sim_rule *rule, const struct script_line *line, unsigned at)
{
	const char *word = line->word[at];
	if (strcmp(word, "delay") == 0) {
		rule->has_delay = true;
		rule->delay_ms =
		    (unsigned)script_ms(line->place, script_word(line, ++at, "a time"));
	} else if (strcmp(word, "jitter") == 0) {
		rule->has_jitter = true;
		rule->jitter_ms =
		    (unsigned)script_ms(line->place, script_word(line, ++at, "a time"));
	} else if (strcmp(word, "loss") == 0) {
		rule->has_loss = true;
		rule->loss_percent =
		    script_percent(line->place, script_word(line, ++at, "a share"));
	} else if (strcmp(word, "duplicates") == 0) {
		rule->has_duplicate = true;
		rule->duplicate_percent =
		    script_percent(line->place, script_word(line, ++at, "a share"));
	} else {
		rule->has_habits = true;
		rule->habits |=
		    sim_habit_names[script_pick(line->place, word, sim_habit_names,
		                                sizeof(sim_habit_names[0]), sim_habit_count)]
		        .habit;
	}
	return at + 1;
}

static struct sim_rule *new_rule(const struct script_line *line)
{
	if (sim.rule_count == SIM_RULES_MAX)
		script_wrong(line->place, "found more than %d rules for servers", SIM_RULES_MAX);
	return &sim.rule[sim.rule_count++];
}

/* server PREFIX HABIT... [delay TIME] [jitter TIME] [loss N%] [duplicates N%], and records that it adds */
static void run_server(const struct script_statement *statement)
{
	static struct draft draft;
	const struct script_line *line = statement->head;
	struct sim_rule *rule = new_rule(line);
	*rule = (struct sim_rule){
	    .prefix = script_prefix(line->place, script_word(line, 1, "an address"))};
	for (unsigned at = 2; at < line->count;)
		at = read_rule_option(rule, line, at);
	draft.count = 0;
	draft.bytes_len = 0;
	for (unsigned i = 0; i < statement->count; i++) {
		if (!server_add_line(statement->line[i], &draft, false))
			script_wrong(statement->line[i]->place,
			             "found \"%s\", allowed: answer authority additional",
			             statement->line[i]->word[0]);
	}
	if (statement->count > 0) {
		rule->has_habits = true;
		rule->extra = statement;
	}
}

/* net [delay TIME] …: the same for all servers */
static void run_net(const struct script_statement *statement)
{
	const struct script_line *line = statement->head;
	struct sim_rule *rule = new_rule(line);
	*rule = (struct sim_rule){.prefix = {.address = {.family = 4}}};
	for (unsigned at = 1; at < line->count;)
		at = read_rule_option(rule, line, at);
	struct sim_rule *other = new_rule(line);
	*other = *rule;
	other->prefix.address.family = 6;
}

static void run_reply(const struct script_statement *statement)
{
	reply_add(statement);
}

/* forget replies */
static void run_forget(const struct script_statement *statement)
{
	expect_word(statement->head, 1, "replies");
	reply_forget();
}

const struct play_command play_world_commands[] = {
    {"set", run_set, true},
    {"root", run_root, false},
    {"forwarder", run_forwarder, false},
    {"forward", run_forward, false},
    {"zone", run_zone, true},
    {"server", run_server, true},
    {"net", run_net, false},
    {"reply", run_reply, true},
    {"forget", run_forget, false},
};
const unsigned play_world_command_count = ARRAY_COUNT(play_world_commands);
