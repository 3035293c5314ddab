/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* query: asks the zone as a client asks the server, and prints the answer. The steps are those of the
 * stages DECODER, QUERY_DISPATCHER, ZONE_MANAGER and ENCODER for one query. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "dns/builder.h"
#include "dns/edns.h"
#include "dns/rrtype.h"
#include "dns/text.h"
#include "input.h"
#include "message.h"

/* What the server takes by default (server.edns in the configuration; DNS flag day 2020). */
#define UDP_SIZE_DEFAULT 1232

/* Zones that take part: FILE and those of --with. */
#define ZONES_MAX (1 + COMMAND_OPTIONS_MAX)

struct asked {
	struct dns_name name; /* in the case that was typed */
	struct dns_question question;
	bool edns;
	bool dnssec_ok;
	bool stream;
	uint32_t limit; /* of the whole message */
};

struct reply {
	uint8_t message[DNS_MESSAGE_MAX];
	struct dns_builder builder;
	struct dns_answer answer;
	uint32_t question_end;
};

static bool read_size(const struct command_args *args, struct asked *asked)
{
	const char *text = command_value(args, "+bufsize");
	uint64_t size = UDP_SIZE_DEFAULT;
	if (text != NULL && !text_to_u64(text, strlen(text), UINT16_MAX, &size)) {
		command_wrong(args, "+bufsize %s: 0 to 65535 octets is expected", text);
		return false;
	}
	/* RFC 6891 §6.2.3: less than 512 counts as 512; the server never sends more than it is set to. */
	if (size < DNS_UDP_PLAIN_MAX || !asked->edns)
		size = DNS_UDP_PLAIN_MAX;
	asked->limit = size < UDP_SIZE_DEFAULT ? (uint32_t)size : UDP_SIZE_DEFAULT;
	if (asked->stream)
		asked->limit = DNS_MESSAGE_MAX;
	return true;
}

static bool read_asked(const struct command_args *args, struct asked *asked)
{
	const char *name = args->word[1];
	const char *type_text = args->word[2] != NULL ? args->word[2] : "A";
	uint16_t type;
	if (dns_name_from_text(name, strlen(name), NULL, &asked->name) != RESULT_OK) {
		command_wrong(args, "%s: a domain name is expected", name);
		return false;
	}
	if (!dns_type_from_text(type_text, strlen(type_text), &type)) {
		command_wrong(args, "%s: a record type is expected, such as AAAA or TYPE64",
		              type_text);
		return false;
	}
	asked->edns = !command_has(args, "+noedns");
	asked->dnssec_ok = command_has(args, "+dnssec");
	asked->stream = command_has(args, "+tcp");
	if (!asked->edns && asked->dnssec_ok) {
		command_wrong(args, "+dnssec needs EDNS: leave +noedns out");
		return false;
	}
	dns_question_set(&asked->question, asked->name.wire, type, DNS_CLASS_IN);
	return read_size(args, asked);
}

static struct dns_edns_reply opt_of(const struct asked *asked, const struct dns_answer *answer)
{
	return (struct dns_edns_reply){.udp_size = UDP_SIZE_DEFAULT,
	                               .rcode = answer->rcode,
	                               .dnssec_ok = asked->dnssec_ok,
	                               .ede = (enum edns_ede)answer->ede};
}

/* Octets that the sections must leave free: the OPT record with an extended error. */
static uint32_t reserve_of(const struct asked *asked)
{
	const struct dns_answer error = {.ede = EDNS_EDE_OTHER};
	const struct dns_edns_reply opt = opt_of(asked, &error);
	return asked->edns ? (uint32_t)dns_edns_size(&opt) : 0;
}

static void start(const struct asked *asked, struct reply *reply)
{
	struct bytes_writer writer = bytes_writer_of(reply->message, sizeof(reply->message));
	memset(bytes_put_space(&writer, DNS_HEADER_SIZE), 0, DNS_HEADER_SIZE);
	bytes_put(&writer, asked->name.wire, asked->name.len);
	bytes_put_u16(&writer, asked->question.type);
	bytes_put_u16(&writer, asked->question.class);
	reply->question_end = (uint32_t)writer.len;
	reply->answer = (struct dns_answer){.ede = EDNS_EDE_NONE, .end = reply->question_end};
	dns_builder_init(&reply->builder, reply->message, reply->question_end,
	                 asked->limit - reserve_of(asked));
}

static void refuse(struct reply *reply, enum dns_rcode rcode, enum edns_ede ede)
{
	reply->answer.rcode = (uint16_t)rcode;
	reply->answer.ede = (int16_t)ede;
}

/* Types that no zone answers (RFC 6895 §3.1), transfers, names of others: as QUERY_DISPATCHER does. */
static void answer(const struct zone_set *set, const struct asked *asked, struct reply *reply)
{
	const struct dns_question *question = &asked->question;
	const uint16_t type = question->type;
	if (type == 0 || type == DNS_TYPE_OPT || type == DNS_TYPE_TSIG || type == DNS_TYPE_TKEY) {
		refuse(reply, DNS_RCODE_FORMERR, EDNS_EDE_NONE);
		return;
	}
	if (type == DNS_TYPE_AXFR || type == DNS_TYPE_IXFR) {
		refuse(reply, DNS_RCODE_REFUSED, EDNS_EDE_NOT_SUPPORTED);
		return;
	}
	const struct zone *zone = zone_set_find(set, question);
	if (zone == NULL) {
		fputs("scloud-zone query: the name is not below that of a zone that was given\n",
		      stderr);
		refuse(reply, DNS_RCODE_REFUSED, EDNS_EDE_NOT_AUTHORITATIVE);
		return;
	}
	const struct zone_answer_request request = {
	    .question = question, .dnssec_ok = asked->dnssec_ok, .stream = asked->stream};
	zone_answer(set, zone, &request, &reply->builder, &reply->answer);
}

/* Header and OPT record, as ENCODER does. Gives the message's length. */
static size_t finish(const struct asked *asked, struct reply *reply)
{
	const struct dns_answer *answer = &reply->answer;
	struct bytes_writer writer = bytes_writer_of(reply->message, sizeof(reply->message));
	uint16_t flags = DNS_FLAG_QR | (answer->rcode & DNS_FLAG_RCODE);
	flags |= answer->authoritative ? DNS_FLAG_AA : 0;
	flags |= answer->truncated ? DNS_FLAG_TC : 0;
	bytes_store_u16(reply->message + 2, flags);
	dns_message_set_count(reply->message, DNS_SECTION_QUESTION, 1);
	for (int i = DNS_SECTION_ANSWER; i < DNS_SECTION_COUNT; i++)
		dns_message_set_count(reply->message, (enum dns_section)i, answer->count[i]);
	writer.len = answer->end;
	if (asked->edns) {
		const struct dns_edns_reply opt = opt_of(asked, answer);
		dns_edns_write(&writer, &opt);
		dns_message_set_count(reply->message, DNS_SECTION_ADDITIONAL,
		                      (uint16_t)(answer->count[DNS_SECTION_ADDITIONAL] + 1));
	}
	return writer.len;
}

static enum command_status ask(const struct command_args *args, const struct zone_set *set,
                               const struct asked *asked)
{
	static struct reply reply;
	start(asked, &reply);
	answer(set, asked, &reply);
	const size_t len = finish(asked, &reply);
	const enum result result = command_has(args, "+short")
	                               ? message_print_short(reply.message, len)
	                               : message_print(reply.message, len);
	if (result == RESULT_OK)
		return COMMAND_GOOD;
	fprintf(stderr, "scloud-zone query: the answer cannot be printed: %s\n",
	        result_text(result));
	return COMMAND_BAD;
}

/* Reads FILE and those of --with. */
static enum command_status open_all(const struct command_args *args, struct zone **zones,
                                    size_t *count)
{
	static struct input input;
	enum command_status status = input_open(args, args->word[0], NULL, INPUT_ERRORS, &input);
	if (status == COMMAND_GOOD)
		zones[(*count)++] = input.zone;
	for (size_t i = 0; i < args->given_count && status == COMMAND_GOOD; i++) {
		if (strcmp(args->given[i].option->name, "--with") != 0)
			continue;
		status = input_open_other(args, args->given[i].value, NULL, INPUT_ERRORS, &input);
		if (status == COMMAND_GOOD)
			zones[(*count)++] = input.zone;
	}
	return status;
}

static enum command_status run(const struct command_args *args)
{
	static struct asked asked;
	struct zone *zones[ZONES_MAX];
	struct zone_set *set = NULL;
	size_t count = 0;
	if (!read_asked(args, &asked))
		return COMMAND_TROUBLE;
	enum command_status status = open_all(args, zones, &count);
	if (status == COMMAND_GOOD && zone_set_create(zones, count, &set) != RESULT_OK)
		status =
		    command_wrong(args, "two files are the same zone: one of each is expected");
	if (status == COMMAND_GOOD)
		status = ask(args, set, &asked);
	zone_set_free(set);
	while (count > 0)
		zone_free(zones[--count]);
	return status;
}

static const struct command_option options[] = {
    {"+dnssec", NULL, "ask for signatures and proofs (DO)"},
    {"+tcp", NULL, "as over TCP: up to 65535 octets"},
    {"+bufsize", "OCTETS", "what the client takes over UDP (1232)"},
    {"+noedns", NULL, "ask without EDNS: at most 512 octets"},
    {"+short", NULL, "print the data of the answer section only"},
    {"--with", "FILE", "one more zone of the server; may be repeated"},
    INPUT_OPTION_ORIGIN,
    {NULL, NULL, NULL},
};

const struct command command_query = {
    .name = "query",
    .words = "FILE NAME [TYPE]",
    .words_min = 2,
    .words_max = 3,
    .summary = "print what the server will answer from this zone",
    .help =
        "Answers one question (of type A if none is given) from the file with the server's own\n"
        "code: wildcards, aliases, delegations with glue, denial, sizes and truncation. NAME is\n"
        "complete, with or without a final dot. The exit status is 0 whatever the answer is.\n\n"
        "  scloud-zone query example.com.zone www.example.com AAAA\n"
        "  scloud-zone query example.com.zone nothere.example.com A +dnssec\n"
        "  scloud-zone query a.zone alias.a.example A --with b.zone",
    .options = options,
    .run = run,
};
