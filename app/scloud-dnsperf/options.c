/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* The command line: a table of options, each with its letter, name, argument and help. */
#include "options.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "option_value.h"

#define DNS_PORT 53
#define PORTS_FIRST 20000
#define PORTS_COUNT 4096
#define IN_FLIGHT_DEFAULT 100
#define TIMEOUT_DEFAULT_S 5.0
#define RAMP_START_DEFAULT 10000
#define RAMP_STEP_DEFAULT_S 1.0
#define RAMP_LOSS_DEFAULT 0.1
#define MEMORY_DEFAULT_MB 256
#define DESCRIPTORS_DEFAULT 1024
#define RATE_MAX 1000000000u

enum group {
	WHERE,
	WHAT,
	HOW_MUCH,
	FROM,
	TELL
};

static const char *const group_titles[] = {"Where to", "What", "How much", "From where",
                                           "What is told"};

/* What a value is, and so how it is read. */
enum kind {
	TEXT, /* const char * */
	FLAG, /* bool, no value */
	FLAG_OFF,
	U16,
	U32,
	U64,
	SHARE, /* double, above 0 */
	OWN, /* take() reads it */
};

struct option_row {
	enum group group;
	char letter; /* 0: none */
	const char *name;
	const char *argument; /* NULL: none */
	enum kind kind;
	size_t offset; /* in struct options */
	uint64_t least;
	uint64_t most;
	bool (*take)(struct options *options, const char *value);
	const char *help;
};

/* -- options with more than one field -- */

static bool take_server(struct options *options, const char *value)
{
	if (net_address_parse(value, &options->route.server.address) != RESULT_OK)
		return option_value_wrong("--server", value, "no address");
	return true;
}

static bool take_target_mac(struct options *options, const char *value)
{
	options->target_mac_given = true;
	return option_value_mac("--target-mac", value, options->route.target_mac);
}

static bool take_source_mac(struct options *options, const char *value)
{
	options->source_mac_given = true;
	return option_value_mac("--source-mac", value, options->route.source_mac);
}

static bool take_vlan(struct options *options, const char *value)
{
	struct packet_route *route = &options->route;
	uint64_t id;
	if (route->vlan_count == NET_VLAN_TAGS_MAX)
		return option_value_wrong("--vlan", value, "two tags are the most");
	if (!option_value_number("--vlan", value, 0, 4094, &id))
		return false;
	route->vlan_id[route->vlan_count++] = (uint16_t)id;
	return true;
}

static bool take_udp_bytes(struct options *options, const char *value)
{
	uint64_t bytes;
	bool ok = option_value_number("--bufsize", value, 512, 65535, &bytes);
	if (ok) {
		options->queries.udp_bytes = (uint16_t)bytes;
		options->queries.edns = true;
	}
	return ok;
}

static bool take_option_octets(struct options *options, const char *value)
{
	return option_value_edns(value, &options->queries);
}

static bool take_source_range(struct options *options, const char *value)
{
	return option_value_sources(value, &options->route);
}

static bool take_ports(struct options *options, const char *value)
{
	uint64_t first, last;
	char text[16];
	size_t len = strcspn(value, "-");
	if (len >= sizeof(text))
		return option_value_wrong("--ports", value, "FIRST-LAST is wanted");
	memcpy(text, value, len);
	text[len] = '\0';
	if (!option_value_number("--ports", text, 1, 65535, &first))
		return false;
	last = first;
	if (value[len] != '\0' &&
	    !option_value_number("--ports", value + len + 1, first, 65535, &last))
		return false;
	options->first_port = (uint16_t)first;
	options->port_count = (uint16_t)(last - first + 1);
	return true;
}

static bool take_cpus(struct options *options, const char *value)
{
	if (value[strspn(value, "0123456789,")] != '\0' || *value == '\0')
		return option_value_wrong("--cpus", value,
		                          "numbers of processors are wanted, 1 or 2,3");
	options->cpus = value;
	return true;
}

#define FIELD(member_) .offset = offsetof(struct options, member_)

static const struct option_row rows[] = {
    {WHERE, 0, "device", "DEVICE", TEXT, FIELD(device),
     .help = "DPDK port: a PCI address, net_tap0,iface=load0, net_af_packet0,iface=eth0 …"},
    {WHERE, 's', "server", "ADDRESS", OWN, .take = take_server, .help = "who is asked"},
    {WHERE, 'p', "port", "PORT", U16, FIELD(route.server.port), 1, 65535,
     .help = "the server's UDP port (default 53)"},
    {WHERE, 0, "target-mac", "MAC", OWN, .take = take_target_mac,
     .help = "the server's, or a router's; default: asked for (ARP, neighbour discovery)"},
    {WHERE, 0, "source-mac", "MAC", OWN, .take = take_source_mac,
     .help = "ours; default: the device's"},
    {WHERE, 0, "vlan", "ID", OWN, .take = take_vlan,
     .help = "802.1Q tag; twice: the outer one first"},
    {WHERE, 0, "host-address", "PREFIX", TEXT, FIELD(host_address),
     .help = "net_tap: the address of the kernel's end, 10.0.0.1/24"},
    {WHAT, 'd', "data", "FILE", TEXT, FIELD(data_file),
     .help = "questions: name, type, if wanted code and records; default: standard input"},
    {WHAT, 0, "random", NULL, FLAG, FIELD(random_order),
     .help = "questions in random order, with repetitions"},
    {WHAT, 0, "no-recursion", NULL, FLAG_OFF, FIELD(queries.recursion_desired),
     .help = "without RD"},
    {WHAT, 'e', "edns", NULL, FLAG, FIELD(queries.edns), .help = "with an OPT record"},
    {WHAT, 'D', "dnssec", NULL, FLAG, FIELD(queries.dnssec_ok), .help = "with DO"},
    {WHAT, 0, "bufsize", "OCTETS", OWN, .take = take_udp_bytes,
     .help = "UDP size in the OPT record (default 1232)"},
    {WHAT, 'E', "edns-option", "CODE:HEX", OWN, .take = take_option_octets,
     .help = "with one EDNS option more: 8:000118000a3500"},
    {WHAT, 0, "cookie", NULL, FLAG, FIELD(queries.cookie),
     .help = "with DNS cookies; the server's are learnt"},
    {WHAT, 0, "echo", NULL, FLAG, FIELD(echo),
     .help = "the other side only sends frames back (testpmd --forward-mode=5tswap)"},
    {HOW_MUCH, 'Q', "rate", "N", U64, FIELD(rate), 1, RATE_MAX,
     .help = "queries a second, at even times whatever the server does (open loop)"},
    {HOW_MUCH, 'q', "in-flight", "N", U32, FIELD(in_flight), 1, 1u << LOAD_FLIGHT_BITS_MAX,
     .help = "queries that wait at the same time (closed loop; default 100)"},
    {HOW_MUCH, 'l', "seconds", "S", SHARE, FIELD(seconds), 0, 1000000, .help = "for so long"},
    {HOW_MUCH, 'n', "rounds", "N", U32, FIELD(rounds), 1, UINT32_MAX,
     .help = "so often through the file; default without -l: once"},
    {HOW_MUCH, 't', "timeout", "S", SHARE, FIELD(timeout_s), 0, 60,
     .help = "after this a query is lost (default 5)"},
    {HOW_MUCH, 0, "ramp", NULL, FLAG, FIELD(ramp),
     .help = "find the highest rate with little loss"},
    {HOW_MUCH, 0, "ramp-start", "N", U64, FIELD(ramp_start), 1, RATE_MAX,
     .help = "its first rate (default 10000)"},
    {HOW_MUCH, 0, "ramp-step", "S", SHARE, FIELD(ramp_step_s), 0, 600,
     .help = "length of each step (default 1)"},
    {HOW_MUCH, 0, "ramp-loss", "PERCENT", SHARE, FIELD(loss_percent), 0, 50,
     .help = "loss that is little (default 0.1)"},
    {FROM, 'a', "source", "A[-B]", OWN, .take = take_source_range,
     .help = "our addresses: one, or a range"},
    {FROM, 'x', "ports", "A[-B]", OWN, .take = take_ports,
     .help = "our UDP ports (default 20000-24095)"},
    {FROM, 'T', "lcores", "N", U16, FIELD(lcores), 1, OPTIONS_LCORES_MAX,
     .help = "threads that send, a queue each (default 1)"},
    {FROM, 0, "cpus", "LIST", OWN, .take = take_cpus, .help = "their processors: 1 or 2,3"},
    {FROM, 0, "huge", NULL, FLAG, FIELD(huge_pages),
     .help = "huge pages, as PCI devices and vhost-user want"},
    {FROM, 0, "memory", "MB", U32, FIELD(memory_mb), 32, 1048576,
     .help = "for frames (default 256)"},
    {FROM, 0, "descriptors", "N", U32, FIELD(descriptors), 64, 16384,
     .help = "of each queue (default 1024)"},
    {FROM, 0, "file-prefix", "NAME", TEXT, FIELD(file_prefix),
     .help = "folder of DPDK's files (default scloud-dnsperf)"},
    {TELL, 0, "json", "FILE", TEXT, FIELD(json_file),
     .help = "all figures as JSON; - is standard output"},
    {TELL, 0, "histogram", "FILE", TEXT, FIELD(histogram_file),
     .help = "latencies for a plot: microseconds, count, share below"},
    {TELL, 'S', "progress", "S", SHARE, FIELD(progress_s), 0, 1000000,
     .help = "a line of figures so often; default: on a terminal, each second"},
    {TELL, 0, "quiet", NULL, FLAG, FIELD(quiet), .help = "no progress line"},
    {TELL, 'h', "help", NULL, FLAG, FIELD(help), .help = "this page"},
    {TELL, 0, "version", NULL, FLAG, FIELD(version), .help = "the version"},
};

static bool take_value(const struct option_row *row, struct options *options, const char *value)
{
	char what[32];
	uint64_t number = 0;
	void *field = (char *)options + row->offset;
	snprintf(what, sizeof(what), "--%s", row->name);
	switch (row->kind) {
	case TEXT:
		*(const char **)field = value;
		return true;
	case FLAG:
	case FLAG_OFF:
		*(bool *)field = row->kind == FLAG;
		return true;
	case SHARE:
		return option_value_share(what, value, (double)row->most, field);
	case OWN:
		return row->take(options, value);
	case U16:
	case U32:
	case U64:
		break;
	}
	if (!option_value_number(what, value, row->least, row->most, &number))
		return false;
	if (row->kind == U16)
		*(uint16_t *)field = (uint16_t)number;
	else if (row->kind == U32)
		*(uint32_t *)field = (uint32_t)number;
	else
		*(uint64_t *)field = number;
	return true;
}

static const struct option_row *find_row(const char *word, size_t len)
{
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		const struct option_row *row = &rows[i];
		bool is_letter = len == 2 && row->letter != 0 && word[1] == row->letter;
		bool is_name = len > 2 && word[1] == '-' && strlen(row->name) == len - 2 &&
		               strncmp(word + 2, row->name, len - 2) == 0;
		if (is_letter || is_name)
			return row;
	}
	return NULL;
}

/* "-q 5", "--in-flight 5", "--in-flight=5"; *index moves when the value is a word of its own. */
static bool take_option(int argc, char **argv, int *index, struct options *options)
{
	const char *word = argv[*index];
	size_t len = strcspn(word, "=");
	const char *value = word[len] == '=' ? word + len + 1 : NULL;
	const struct option_row *row = word[0] == '-' ? find_row(word, len) : NULL;
	if (row == NULL) {
		fprintf(stderr, "scloud-dnsperf: unknown option %.*s; --help lists them all\n",
		        (int)len, word);
		return false;
	}
	if (value != NULL && row->argument == NULL) {
		fprintf(stderr, "scloud-dnsperf: --%s takes no value\n", row->name);
		return false;
	}
	if (value == NULL && row->argument != NULL) {
		if (*index + 1 >= argc) {
			fprintf(stderr, "scloud-dnsperf: --%s needs a value: %s\n", row->name,
			        row->argument);
			return false;
		}
		value = argv[++*index];
	}
	return take_value(row, options, value);
}

/* What options say together. */
static bool check_together(struct options *options)
{
	options->ramp |= options->ramp_start != 0;
	if (options->ramp_start == 0)
		options->ramp_start = RAMP_START_DEFAULT;
	if (options->device == NULL)
		return option_value_wrong("--device", "is missing",
		                          "for example net_tap0,iface=load0");
	if (options->route.server.address.family == 0)
		return option_value_wrong("-s", "is missing", "the server's address is wanted");
	if (options->route.first_source.family == 0)
		return option_value_wrong("--source", "is missing", "our address is wanted");
	if (options->route.first_source.family != options->route.server.address.family)
		return option_value_wrong("--source", "and -s", "both are IPv4 or both are IPv6");
	if (options->ramp && options->rate != 0)
		return option_value_wrong("--ramp", "and -Q",
		                          "one of them: a ramp finds the rate itself");
	if (options->port_count < options->lcores)
		return option_value_wrong("--ports", "and --lcores",
		                          "each thread needs a port of its own");
	if (!options->ramp && options->seconds == 0 && options->rounds == 0)
		options->rounds = 1;
	return true;
}

bool options_parse(int argc, char **argv, struct options *out)
{
	*out = (struct options){
	    .route = {.server = {.port = DNS_PORT}, .source_count = 1},
	    .queries = {.recursion_desired = true},
	    .in_flight = IN_FLIGHT_DEFAULT,
	    .ramp_step_s = RAMP_STEP_DEFAULT_S,
	    .loss_percent = RAMP_LOSS_DEFAULT,
	    .timeout_s = TIMEOUT_DEFAULT_S,
	    .first_port = PORTS_FIRST,
	    .port_count = PORTS_COUNT,
	    .lcores = 1,
	    .memory_mb = MEMORY_DEFAULT_MB,
	    .descriptors = DESCRIPTORS_DEFAULT,
	    .file_prefix = "scloud-dnsperf",
	};
	for (int i = 1; i < argc; i++) {
		if (!take_option(argc, argv, &i, out))
			return false;
	}
	return out->help || out->version || check_together(out);
}

void options_print_help(void)
{
	printf("scloud-dnsperf " SCLOUD_VERSION
	       ": DNS load over a DPDK port, at line rate, every answer checked\n\n"
	       "usage: scloud-dnsperf --device DEVICE -s ADDRESS --source ADDRESS -d FILE "
	       "[OPTION]...\n");
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		char left[40];
		const struct option_row *row = &rows[i];
		if (i == 0 || row->group != rows[i - 1].group)
			printf("\n%s\n", group_titles[row->group]);
		snprintf(left, sizeof(left), "%c%c%s --%s %s", row->letter != 0 ? '-' : ' ',
		         row->letter != 0 ? row->letter : ' ', row->letter != 0 ? "," : " ",
		         row->name, row->argument != NULL ? row->argument : "");
		printf("  %-28s %s\n", left, row->help);
	}
	printf(
	    "\nA latency counts from when a query was to be sent, so that waiting is part of it.\n"
	    "Exit status: 0 done, 1 could not run, or answers were wrong, 2 wrong use or a wrong "
	    "file.\n"
	    "Examples, and how to read the figures: docs/dnsperf.md.\n");
}
