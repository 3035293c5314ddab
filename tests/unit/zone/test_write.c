/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* What is written reads back as the same zone, for every zone and every type that we have; and looks as
 * it should. */
#include "zone/write.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rig.h"
#include "unit.h"
#include "unit/dns/rdata_vectors.h"

#include "dns/rrtype.h"

/* Octets of a zone that a failure prints. */
#define SHOWN_MAX 4000

#define HEAD "@ 60 SOA . . 1 2 3 4 5\n NS a.\n"

static struct zone *expect_load(const char *origin, const char *text, size_t len, const char *what)
{
	struct zone *zone = rig_load(origin, text, len);
	if (zone == NULL)
		printf("%s: cannot be read\n%.*s\n", what, (int)(len < SHOWN_MAX ? len : SHOWN_MAX),
		       text);
	CU_ASSERT_FATAL(zone != NULL);
	return zone;
}

static void expect_same(const char *got, const char *wanted, const char *what)
{
	CU_ASSERT(strcmp(got, wanted) == 0);
	if (strcmp(got, wanted) != 0)
		printf("%s: got\n%.*swanted\n%.*s", what, SHOWN_MAX, got, SHOWN_MAX, wanted);
}

/* zone -> form -> zone -> canonical must be zone -> canonical; and the form again the same octets. */
static void expect_stable(const struct zone *zone, const char *origin, enum zone_write_form form,
                          const char *what)
{
	size_t len, again_len, canonical_len, wanted_len;
	char *text = rig_write(zone, form, &len);
	char *wanted = rig_write(zone, ZONE_WRITE_CANONICAL, &wanted_len);
	struct zone *again = expect_load(origin, text, len, what);
	char *canonical = rig_write(again, ZONE_WRITE_CANONICAL, &canonical_len);
	char *text_again = rig_write(again, form, &again_len);
	expect_same(canonical, wanted, what);
	expect_same(text_again, text, what);
	zone_free(again);
	free(text);
	free(wanted);
	free(canonical);
	free(text_again);
}

static void expect_round(const char *origin, const char *text, size_t len, const char *what)
{
	struct zone *zone = expect_load(origin, text, len, what);
	expect_stable(zone, origin, ZONE_WRITE_CANONICAL, what);
	expect_stable(zone, origin, ZONE_WRITE_PRETTY, what);
	zone_free(zone);
}

/* Runs every zone of a vector file through it. Gives how many there were. */
static unsigned vector_file(const char *name)
{
	char path[512], what[600];
	size_t len;
	unsigned zones = 0;
	snprintf(path, sizeof(path), "%s/%s", VECTORS, name);
	char *all = rig_file(path, &len);
	for (char *at = all; (at = strstr(at, "zone ")) != NULL;) {
		if (at != all && at[-1] != '\n') {
			at++;
			continue;
		}
		char *origin = at + strlen("zone ");
		char *text = strchr(origin, '\n') + 1;
		char *end = strstr(text, "\nend\n");
		CU_ASSERT_FATAL(end != NULL);
		text[-1] = '\0';
		snprintf(what, sizeof(what), "%s: zone %s", name, origin);
		expect_round(origin, text, (size_t)(end + 1 - text), what);
		zones++;
		at = end + 1;
	}
	free(all);
	return zones;
}

static void test_vectors(void)
{
	static const char *const files[] = {
	    "positive.vec",   "negative.vec",   "wildcard.vec", "alias.vec",      "nsec.vec",
	    "delegation.vec", "additional.vec", "nsec3.vec",    "truncation.vec", "reader.vec"};
	for (size_t i = 0; i < ARRAY_COUNT(files); i++)
		CU_ASSERT(vector_file(files[i]) > 0);
}

static void test_example(void)
{
	size_t len;
	char *text = rig_file(EXAMPLE_ZONE, &len);
	expect_round("example.com.", text, len, EXAMPLE_ZONE);
	free(text);
}

/* One owner for each row, since many types stand alone. */
static void test_types(void)
{
	char *text = NULL;
	size_t len, rows = 0;
	FILE *stream = open_memstream(&text, &len);
	CU_ASSERT_FATAL(stream != NULL);
	fputs(HEAD, stream);
	for (size_t i = 0; i < ARRAY_COUNT(rdata_vectors); i++) {
		uint16_t type;
		const struct rdata_vector *row = &rdata_vectors[i];
		CU_ASSERT_FATAL(dns_type_from_text(row->type, strlen(row->type), &type));
		/* The SOA stands at the top only, some types in no zone; a hash is the owner of NSEC3. */
		if (type == DNS_TYPE_SOA || dns_type_is_meta(type))
			continue;
		rows++;
		if (type == DNS_TYPE_NSEC3)
			fprintf(stream, "%032zu %zu %s %s\n", i, i, row->type, row->text);
		else
			fprintf(stream, "Owner%zu %zu %s (%s)\n", i, i, row->type, row->text);
	}
	fclose(stream);
	CU_ASSERT(rows > 100);
	expect_round("example.com.", text, len, "rdata_vectors.h");
	free(text);
}

static void expect_text(enum zone_write_form form, const char *text, const char *wanted)
{
	size_t len;
	struct zone *zone = expect_load("example.com.", text, strlen(text), "expect_text");
	char *got = rig_write(zone, form, &len);
	expect_same(got, wanted, form == ZONE_WRITE_PRETTY ? "pretty" : "canonical");
	free(got);
	zone_free(zone);
}

static const char sample[] =
    "$TTL 1h\n@ SOA NS1 hostmaster.example.net. 7 7200 900 1209600 90061\n  NS NS1\n"
    "  MX 10 mail.example.COM.\n  300 TXT \"one two\" \"\\\"\"\n"
    "WWW 300 A 192.0.2.2\n  300 A 192.0.2.1\nalias CNAME @\n"
    "_x._tcp SRV 1 2 3 www\nns1 A 192.0.2.53\n\\@ CNAME \\@.sub\n";

static void test_canonical(void)
{
	expect_text(
	    ZONE_WRITE_CANONICAL, sample,
	    "example.com. 3600 IN SOA ns1.example.com. hostmaster.example.net. 7 7200 900 1209600 "
	    "90061\n"
	    "example.com. 3600 IN NS ns1.example.com.\n"
	    "example.com. 3600 IN MX 10 mail.example.com.\n"
	    "example.com. 300 IN TXT \"one two\" \"\\\"\"\n"
	    "\\@.example.com. 3600 IN CNAME \\@.sub.example.com.\n"
	    "_x._tcp.example.com. 3600 IN SRV 1 2 3 www.example.com.\n"
	    "alias.example.com. 3600 IN CNAME example.com.\n"
	    "ns1.example.com. 3600 IN A 192.0.2.53\n"
	    "www.example.com. 300 IN A 192.0.2.1\n"
	    "www.example.com. 300 IN A 192.0.2.2\n");
}

static void test_pretty(void)
{
	expect_text(ZONE_WRITE_PRETTY, sample,
	            "$ORIGIN example.com.\n"
	            "$TTL 3600 ; 1h\n"
	            "\n"
	            "@           IN SOA   NS1 hostmaster.example.net. (\n"
	            "                     7            ; serial\n"
	            "                     7200         ; refresh (2h)\n"
	            "                     900          ; retry (15m)\n"
	            "                     1209600      ; expire (2w)\n"
	            "                     90061      ) ; negative TTL (1d1h1m1s)\n"
	            "            IN NS    NS1\n"
	            "            IN MX    10 mail.example.COM.\n"
	            "        300 IN TXT   \"one two\" \"\\\"\"\n"
	            "\n"
	            "\\@          IN CNAME \\@.sub\n"
	            "_x._tcp     IN SRV   1 2 3 www\n"
	            "alias       IN CNAME @\n"
	            "ns1         IN A     192.0.2.53\n"
	            "WWW     300 IN A     192.0.2.2\n"
	            "        300 IN A     192.0.2.1\n");
}

/* No TTL differs: no column for it. A zone called "." has no relative names. */
static void test_root(void)
{
	static const char text[] = ". 60 SOA a. b. 1 2 3 4 5\n. 60 NS a.\ncom. 60 NS b.com.\n";
	size_t len;
	struct zone *zone = expect_load(".", text, strlen(text), "root");
	char *got = rig_write(zone, ZONE_WRITE_PRETTY, &len);
	CU_ASSERT(strstr(got, "\n.    IN SOA a. b. (") != NULL);
	CU_ASSERT(strstr(got, "\ncom. IN NS  b.com.\n") != NULL);
	free(got);
	zone_free(zone);
	expect_round(".", text, strlen(text), "root");
}

/* Every octet in names and strings. */
static void test_octets(void)
{
	char *text = NULL;
	size_t len;
	FILE *stream = open_memstream(&text, &len);
	CU_ASSERT_FATAL(stream != NULL);
	fputs(HEAD, stream);
	for (unsigned i = 0; i < 256; i++)
		fprintf(stream, "\\%03u 60 TXT \\%03u\na\\%03u.b 60 NS \\%03u\\%03u\n", i, i, i, i,
		        i);
	fclose(stream);
	expect_round("example.com.", text, len, "octets");
	free(text);
}

/* Rdata whose own text is beyond what an entry may have: RFC 3597 §5 says it in less. */
static void test_longest(void)
{
	char *text = NULL;
	size_t len;
	FILE *stream = open_memstream(&text, &len);
	CU_ASSERT_FATAL(stream != NULL);
	fputs(HEAD, stream);
	fputs("t 60 TXT \\# 65400 ", stream);
	for (unsigned i = 0; i < 65400; i++)
		fputs("00", stream); /* empty strings */
	fputs("\nn 60 NSEC a. ", stream);
	for (unsigned i = 60000; i < 65536; i++)
		fprintf(stream, "TYPE%u ", i);
	fputs("\nb 60 NSEC \\# 8705 00", stream);
	for (unsigned window = 0; window < 256; window++) {
		fprintf(stream, "%02x20", window);
		for (unsigned i = 0; i < 32; i++)
			fputs("ff", stream);
	}
	fputs("\n", stream);
	fclose(stream);
	struct zone *zone = expect_load("example.com.", text, len, "longest");
	free(text);
	text = rig_write(zone, ZONE_WRITE_CANONICAL, &len);
	CU_ASSERT(strstr(text, "t.example.com. 60 IN TXT \"\" \"\"") != NULL);
	CU_ASSERT(strstr(text, "b.example.com. 60 IN NSEC \\# 8705 0000") != NULL);
	expect_round("example.com.", text, len, "longest");
	free(text);
	zone_free(zone);
}

/* A name that ends with the same octets, but not at a label, or in another case, stays absolute. */
static void test_name(void)
{
	static const struct {
		const char *name;
		const char *wanted;
	} rows[] = {{"example.com.", "@"},
	            {"a.b.example.com.", "a.b"},
	            {"com.", "com."},
	            {"a\\.example.com.", "a\\.example.com."},
	            {"a.Example.com.", "a.Example.com."},
	            {".", "."}};
	struct dns_name origin, name;
	char text[DNS_NAME_TEXT_MAX];
	CU_ASSERT(dns_name_from_text("example.com.", 12, NULL, &origin) == RESULT_OK);
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		CU_ASSERT(dns_name_from_text(rows[i].name, strlen(rows[i].name), NULL, &name) ==
		          RESULT_OK);
		CU_ASSERT(zone_write_name(name.wire, &origin, text) == strlen(rows[i].wanted));
		CU_ASSERT_STRING_EQUAL(text, rows[i].wanted);
	}
}

/* A disk that is full is not silent. */
static void test_full(void)
{
	FILE *full = fopen("/dev/full", "w");
	CU_ASSERT_FATAL(full != NULL);
	struct zone *zone = expect_load("example.com.", sample, strlen(sample), "full");
	CU_ASSERT(zone_write(zone, ZONE_WRITE_CANONICAL, full) == RESULT_IO);
	CU_ASSERT(zone_write(zone, ZONE_WRITE_PRETTY, full) == RESULT_IO);
	zone_free(zone);
	fclose(full);
}

static const struct unit_case cases[] = {
    {"vectors", test_vectors},     {"example", test_example}, {"types", test_types},
    {"canonical", test_canonical}, {"pretty", test_pretty},   {"root", test_root},
    {"octets", test_octets},       {"longest", test_longest}, {"name", test_name},
    {"full", test_full},
};

int main(int argc, char **argv)
{
	return unit_main(argc, argv, "zone/write", cases, ARRAY_COUNT(cases));
}
