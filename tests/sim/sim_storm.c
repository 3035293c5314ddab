/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* sim-storm: plays worlds that chance made up. Whatever happens in them: every client gets one answer within its
 * time; no client costs more than its budget; places come back; nothing is allocated on the way; and what is kept
 * or given to clients is what the zones say, however many servers lie, or it is a failure. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "play.h"
#include "storm.h"

#ifdef __SANITIZE_ADDRESS__
#define SEEDS_DEFAULT 300u
#else
#define SEEDS_DEFAULT 3000u
#endif
/* What the engine asks for itself: the root's servers, again and again where they do not answer. */
#define OWN_QUESTIONS 64u
/* And at the same time: priming, and a look at each of three forwarders. */
#define OWN_PLACES 5u

static const char usage[] =
    "usage: sim-storm [-v] [--seeds N] [--seed N] [--print]\n"
    "\n"
    "Makes up worlds by chance and plays them. What fails is named by its seed.\n"
    "\n"
    "  --seeds N   so many worlds\n"
    "  --seed N    this one alone\n"
    "  -v          with the whole transcript\n"
    "  --print     print its scenario, for sim-run, and stop\n";

static const struct script_place nowhere = {"storm", 0};
static bool is_garbled;

static void look_at_kept(const struct dns_question *question, bool dnssec_ok,
                         const uint8_t *message, size_t len)
{
	(void)dnssec_ok;
	if (is_garbled)
		return;
	char name[DNS_NAME_TEXT_MAX];
	const char *wrong =
	    truth_look(question, dns_message_flags(message) & DNS_FLAG_RCODE, message, len);
	dns_name_to_text(question->name, name);
	if (wrong != NULL)
		sim_fail(nowhere, "kept for %s type %u: %s", name, question->type, wrong);
}

static void look_at_client(const struct sim_client *client)
{
	char name[DNS_NAME_TEXT_MAX];
	dns_name_to_text(client->question.name, name);
	if (client->answers != 1) {
		sim_fail(nowhere, "%s: %u answers", name, client->answers);
		return;
	}
	if (client->answered_ms > client->asked_ms + RESOLVER_DEADLINE_MS_DEFAULT)
		sim_fail(nowhere, "%s: answered after %" PRIu64 " ms", name,
		         client->answered_ms - client->asked_ms);
	if (client->answer.rcode == DNS_RCODE_SERVFAIL && client->answer.ede < 0)
		sim_fail(nowhere, "%s: a failure without a reason", name);
	const char *wrong = is_garbled ? NULL
	                               : truth_look(&client->question, client->answer.rcode,
	                                            client->message, client->answer.end);
	if (wrong != NULL)
		sim_fail(nowhere, "a client got for %s type %u: %s", name, client->question.type,
		         wrong);
}

/* All places are free again: so many questions can be asked at once. */
static void look_at_places(void)
{
	struct resolver_stats before;
	struct resolver_stats after;
	resolver_stats(sim.engine, &before);
	if (before.tasks != 0 || resolver_due_ms(sim.engine) != UINT64_MAX)
		sim_fail(nowhere, "%u questions are left in flight", before.tasks);
	unsigned first = sim.client_count;
	for (unsigned i = 0; i < sim.settings.engine.clients_max; i++) {
		char text[32];
		snprintf(text, sizeof(text), "place%u.nowhere.",
		         i % (sim.settings.engine.tasks_max - OWN_PLACES));
		struct dns_name name = script_name(nowhere, text);
		host_ask(&name, 1, false);
	}
	host_run(UINT64_MAX);
	resolver_stats(sim.engine, &after);
	if (after.refused != before.refused)
		sim_fail(nowhere, "%" PRIu64 " places are lost", after.refused - before.refused);
	for (unsigned i = first; i < sim.client_count; i++)
		look_at_client(&sim.client[i]);
}

static void look_at_all(uint64_t memory_bytes)
{
	struct cache_stats stats;
	host_run(UINT64_MAX);
	for (unsigned i = 0; i < sim.client_count; i++)
		look_at_client(&sim.client[i]);
	if (sim.sent_count >
	    (RESOLVER_QUERIES_MAX + 1) * (sim.client_count + sim.refreshes) + OWN_QUESTIONS)
		sim_fail(nowhere, "%u questions were sent for %u clients", sim.sent_count,
		         sim.client_count);
	cache_stats(sim.cache, &stats);
	if (stats.memory_bytes != memory_bytes || stats.entries > stats.entries_max)
		sim_fail(nowhere, "the cache has grown");
	if (sim.allocations != 0)
		sim_fail(nowhere, "%u allocations in engine or cache", sim.allocations);
	look_at_places();
}

static bool play(uint64_t seed, bool verbose)
{
	static struct script script;
	struct cache_stats stats;
	char *text = storm_make(seed);
	script_read("storm", text, &script);
	is_garbled = storm_is_garbled(seed);
	sim.verbose = verbose;
	sim_reset(seed);
	sim.on_keep = look_at_kept;
	unsigned at = 0;
	/* Settings first. */
	for (; at < script.count && strncmp(script.statement[at].head->word[0], "zone", 4) != 0;
	     at++)
		play_statement(&script.statement[at]);
	host_open();
	cache_stats(sim.cache, &stats);
	for (; at < script.count && sim.failures == 0; at++)
		play_statement(&script.statement[at]);
	if (sim.failures == 0)
		look_at_all(stats.memory_bytes);
	script_free(&script);
	free(text);
	return sim.failures == 0;
}

static int play_all(uint64_t seeds)
{
	unsigned failed = 0;
	uint64_t kept = 0;
	uint64_t sent = 0;
	for (uint64_t seed = 1; seed <= seeds && failed < 5; seed++) {
		if (!play(seed, false)) {
			failed++;
			printf("FAILED seed %" PRIu64 "\n       sim-storm -v --seed %" PRIu64 "\n",
			       seed, seed);
		}
		kept += sim.kept;
		sent += sim.sent_count;
	}
	/* A storm that asks nobody and keeps nothing looks at nothing. */
	CHECK(kept > seeds && sent > seeds);
	if (failed == 0)
		printf("ok     %" PRIu64 " worlds, %" PRIu64 " questions to servers, %" PRIu64
		       " answers kept\n",
		       seeds, sent, kept);
	printf("storm: %u passed, %u failed\n", failed == 0, failed);
	return failed > 0;
}

int main(int argc, char **argv)
{
	uint64_t seeds = SEEDS_DEFAULT;
	uint64_t seed = 0;
	bool verbose = false;
	bool print = false;
	for (int at = 1; at < argc; at++) {
		if (strcmp(argv[at], "-v") == 0) {
			verbose = true;
		} else if (strcmp(argv[at], "--print") == 0) {
			print = true;
		} else if (strcmp(argv[at], "--seeds") == 0 && at + 1 < argc) {
			seeds = strtoull(argv[++at], NULL, 10);
		} else if (strcmp(argv[at], "--seed") == 0 && at + 1 < argc) {
			seed = strtoull(argv[++at], NULL, 10);
		} else {
			fputs(usage, strcmp(argv[at], "--help") == 0 ? stdout : stderr);
			return strcmp(argv[at], "--help") == 0 ? 0 : 2;
		}
	}
	sim_start();
	if (print) {
		char *text = storm_make(seed);
		fputs(text, stdout);
		free(text);
		return 0;
	}
	int status = seed != 0 ? !play(seed, verbose) : play_all(seeds);
	sim_close();
	return status;
}
