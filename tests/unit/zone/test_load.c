/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Reading zones: what is wrong is told with its place, files include each other, records come from the
 * configuration. What directives make is tested with vectors (reader.vec). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unit.h"
#include "vector.h"

#include "zone/store.h"
#include "zone/zone.h"
#include "zone/zone_limits.h"

static struct zone_errors errors;

static enum result load(const char *path, struct zone **out)
{
	struct zone_load settings = {.file = path};
	CU_ASSERT_FATAL(dns_name_from_text("example.com", 11, NULL, &settings.origin) == RESULT_OK);
	return zone_load_file(&settings, out, &errors);
}

static enum result load_text(const char *text, struct zone **out)
{
	struct vector_file file;
	vector_file_open(&file, text, strlen(text));
	const enum result result = load(file.path, out);
	vector_file_close(&file);
	return result;
}

/* A zone that is right but for what follows. It has two lines. */
#define GOOD "@ 60 SOA ns h 1 2 3 4 5\n@ 60 NS ns.example.net.\n"

static const struct wrong {
	const char *text; /* after GOOD */
	uint32_t line;
	uint32_t column;
	const char *says;
	uint32_t more; /* errors that follow from the first one */
} wrongs[] = {
    {"www 60 A 192.0.2.256\n", 3, 10, "www.example.com.: found \"192.0.2.256\", expected"},
    {"www 60 A\n", 3, 9, "found the end of the entry"},
    {"www 60 A 192.0.2.1 192.0.2.2\n", 3, 20, "found \"192.0.2.2\""},
    {"www 60 WHAT 1\n", 3, 8, "found \"WHAT\", expected a record type"},
    {"www 60 ANY 1\n", 3, 8, "found \"ANY\""},
    {"www 60 OPT 1\n", 3, 8, "expected a type that can be in a zone"},
    {"www 60x A 192.0.2.1\n", 3, 5, "found \"60x\", expected a TTL"},
    {"www 2147483648 A 192.0.2.1\n", 3, 5, "expected a TTL of 0 to 2147483647"},
    {"www 60 CH A 192.0.2.1\n", 3, 8, "found \"CH\", expected class IN"},
    {"www 60 IN IN A 192.0.2.1\n", 3, 11, "found \"IN\", expected a record type"},
    {"www 60\n", 3, 7, "found the end of the entry, expected a record type"},
    {"a..b 60 A 192.0.2.1\n", 3, 1, "found \"a..b\", expected a domain name"},
    {"www.example.net. 60 A 192.0.2.1\n", 3, 1,
     "www.example.net.: found an owner outside of the zone, expected one in example.com."},
    {"\n\n  60 A 192.0.2.1 extra\n", 5, 18, "example.com.: found \"extra\""},
    {"www 60 TXT ( \"a\"\n \"b\n)\n", 4, 2, "does not end on its line", 1},
    {"www 60 TXT ( \"a\"\n \"b\"\n", 3, 12, "found \"(\" that is not closed", 1},
    {"www 60 TXT a )\n", 3, 14, "found \")\", expected \"(\" before it"},
    {"www 60 TXT a\\\n", 3, 13, "found a backslash at the end of the line"},
    {"www 60 MX (\n 10\n mail..x )\n", 5, 2, "found \"mail..x\""},
    {"$ORIGIN\n", 3, 8, "found the end of the entry, expected a domain name"},
    {"$ORIGIN a b\n", 3, 11, "found \"b\", expected the end of the line"},
    {"$ORIGIN a..b\n", 3, 9, "found \"a..b\""},
    {"$TTL 1y\n", 3, 6, "found \"1y\", expected a TTL"},
    {"$TTL\n", 3, 5, "found the end of the entry, expected a TTL"},
    {"$NONSENSE 1\n", 3, 1, "found \"$NONSENSE\", expected $ORIGIN"},
    {"$INCLUDE\n", 3, 9, "expected a file name"},
    {"$INCLUDE /nonexistent/file\n", 3, 10, "cannot be read (No such file"},
    {"$INCLUDE / \n", 3, 10, "cannot be read (Is a directory"},
    {"$GENERATE 5-1 a$ A 192.0.2.$\n", 3, 11, "found \"5-1\", expected a range"},
    {"$GENERATE 1-5/0 a$ A 192.0.2.$\n", 3, 11, "expected a range"},
    {"$GENERATE 1-9999999 a$ A 192.0.2.$\n", 3, 11, "at most 1048576 numbers"},
    {"$GENERATE 1-5 a$ A\n", 3, 19, "found the end of the entry"},
    {"$GENERATE 1-5 a${x} A 192.0.2.$\n", 3, 15, "found \"a${x}\", expected $ or ${"},
    {"$GENERATE 1-5 a${0,9999} A 192.0.2.$\n", 3, 15, "expected $ or ${"},
    {"$GENERATE 1-5 a${0,1,z} A 192.0.2.$\n", 3, 15, "expected $ or ${"},
    {"$GENERATE 1-5 a${-9} A 192.0.2.$\n", 3, 15, "expected $ or ${"},
    {"$GENERATE 255-256 a$ 60 A 192.0.2.$\n", 3, 1, "a256.example.com.: found \"192.0.2.256\""},
    {"www 60 CNAME a\nwww 60 A 192.0.2.1\n", 3, 1, "found CNAME and A at one name"},
    {"www 60 CNAME a\nwww 60 CNAME b\n", 3, 1, "found 2 different CNAME records"},
    {"www 60 DNAME a\nwww 60 DNAME b\n", 3, 1, "found 2 different DNAME records"},
    {"@ 60 SOA ns h 2 2 3 4 5\n", 1, 1, "found 2 different SOA records"},
    {"www 60 SOA ns h 2 2 3 4 5\n", 3, 1, "found SOA below the zone's name"},
    {"short 60 NSEC3 1 0 0 - 2t7b4g4vsa5smi47k61mv5bv1a22bojr A\n", 3, 1,
     "expected a hash of 32 base32hex digits"},
    {"@ 60 NSEC3PARAM 1 0 2000 -\n", 3, 1, "found algorithm 1 with 2000 iterations"},
};

static void test_errors(void)
{
	char text[4096];
	for (size_t i = 0; i < ARRAY_COUNT(wrongs); i++) {
		struct zone *zone = NULL;
		snprintf(text, sizeof(text), "%s%s", GOOD, wrongs[i].text);
		CU_ASSERT(load_text(text, &zone) == RESULT_MALFORMED);
		CU_ASSERT(zone == NULL);
		const struct zone_error *error = &errors.error[0];
		const bool right = errors.count == 1 + wrongs[i].more && !error->warning &&
		                   error->line == wrongs[i].line &&
		                   error->column == wrongs[i].column &&
		                   strstr(error->text, wrongs[i].says) != NULL;
		CU_ASSERT(right);
		if (!right)
			printf("       %s       -> %u: %u:%u: %s\n", wrongs[i].text, errors.count,
			       error->line, error->column, error->text);
	}
}

static void test_no_ttl(void)
{
	struct zone *zone;
	CU_ASSERT(load_text("@ NS ns\n@ SOA ns h 1 2 3 4 5\n", &zone) == RESULT_MALFORMED);
	CU_ASSERT(errors.error[0].line == 1 && errors.error[0].column == 3);
	CU_ASSERT(strstr(errors.error[0].text, "there is no $TTL") != NULL);
	CU_ASSERT(load_text("  60 NS ns\n", &zone) == RESULT_MALFORMED);
	CU_ASSERT(strstr(errors.error[0].text, "no record stands before") != NULL);
}

static void test_apex(void)
{
	struct zone *zone;
	CU_ASSERT(load_text("www 60 A 192.0.2.1\n", &zone) == RESULT_MALFORMED);
	CU_ASSERT_FATAL(errors.count == 2);
	CU_ASSERT(strstr(errors.error[0].text, "no SOA") != NULL);
	CU_ASSERT(strstr(errors.error[1].text, "no NS") != NULL);
	CU_ASSERT(load_text("", &zone) == RESULT_MALFORMED);
}

static void test_many_errors(void)
{
	struct zone *zone;
	struct vector_text text;
	vector_text_open(&text, GOOD);
	for (unsigned i = 0; i < 2 * ZONE_ERRORS_MAX; i++)
		fputs("www 60 A nonsense\n", text.stream);
	CU_ASSERT(load_text(vector_text_close(&text), &zone) == RESULT_MALFORMED);
	free(text.data);
	CU_ASSERT(errors.count == ZONE_ERRORS_MAX);
	CU_ASSERT(errors.error[ZONE_ERRORS_MAX - 1].line == ZONE_ERRORS_MAX + 2);
}

static void test_warnings(void)
{
	struct zone *zone = NULL;
	CU_ASSERT_FATAL(load_text(GOOD
	                          "www 60 A 192.0.2.1\nwww 30 A 192.0.2.2\nwww 90 A 192.0.2.3\n"
	                          "www 60 A 192.0.2.1\n",
	                          &zone) == RESULT_OK);
	CU_ASSERT(errors.count == 1 && errors.warning_count == 1 && errors.error[0].warning);
	CU_ASSERT(strstr(errors.error[0].text, "RFC 2181") != NULL);
	static const uint8_t www[] = "\3www\7example\3com";
	const struct zone_node *node = zone_find_name(zone, www);
	CU_ASSERT_FATAL(node != NULL);
	const struct zone_rrset *a = zone_node_find(node, DNS_TYPE_A);
	CU_ASSERT(a->ttl == 30 && a->count == 3);
	CU_ASSERT(zone_record_count(zone) == 5);
	zone_free(zone);

	/* RFC 6672 §2.3: both are kept, and people are told. */
	CU_ASSERT_FATAL(load_text(GOOD "www 60 NS ns.example.net.\nwww 60 DNAME a\n", &zone) ==
	                RESULT_OK);
	CU_ASSERT(errors.count == 1 && errors.warning_count == 1);
	CU_ASSERT(strstr(errors.error[0].text, "DNAME beside a delegation") != NULL);
	zone_free(zone);
}

/* Errors take the place of warnings where there is no room for both. */
static void test_errors_before_warnings(void)
{
	struct zone *zone;
	struct vector_text text;
	vector_text_open(&text, GOOD);
	for (unsigned i = 0; i < ZONE_ERRORS_MAX + 5; i++)
		fprintf(text.stream, "w%u 60 A 192.0.2.1\nw%u 30 A 192.0.2.2\n", i, i);
	fputs("zz 60 CNAME a\nzz 60 A 192.0.2.1\n", text.stream);
	CU_ASSERT(load_text(vector_text_close(&text), &zone) == RESULT_MALFORMED);
	free(text.data);
	CU_ASSERT(errors.count == ZONE_ERRORS_MAX + 6);
	CU_ASSERT(!errors.error[ZONE_ERRORS_MAX - 1].warning);
	CU_ASSERT(errors.error[0].warning);
}

/* Files that include each other, in a folder of their own. */
struct folder {
	char path[64];
	char file[128];
};

static void folder_open(struct folder *folder)
{
	snprintf(folder->path, sizeof(folder->path), "/tmp/zone-test-XXXXXX");
	CU_ASSERT_FATAL(mkdtemp(folder->path) != NULL);
}

static const char *folder_file(struct folder *folder, const char *name)
{
	snprintf(folder->file, sizeof(folder->file), "%s/%s", folder->path, name);
	return folder->file;
}

static void folder_write(struct folder *folder, const char *name, const char *text)
{
	FILE *file = fopen(folder_file(folder, name), "w");
	CU_ASSERT_FATAL(file != NULL);
	CU_ASSERT_FATAL(fputs(text, file) >= 0);
	fclose(file);
}

static void folder_close(struct folder *folder, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		unlink(folder_file(folder, names[i]));
	CU_ASSERT(rmdir(folder->path) == 0);
}

static bool has_name(const struct zone *zone, const char *text)
{
	struct dns_name name;
	CU_ASSERT_FATAL(dns_name_from_text(text, strlen(text), NULL, &name) == RESULT_OK);
	return zone_find_name(zone, name.wire) != NULL;
}

static void test_include(void)
{
	static const char *const names[] = {"main", "part", "deeper"};
	struct folder folder;
	struct zone *zone = NULL;
	folder_open(&folder);
	folder_write(&folder, "main",
	             "$TTL 60\n" GOOD "$ORIGIN o\n$INCLUDE part p\nafter A 192.0.2.1\n");
	folder_write(&folder, "part",
	             "in A 192.0.2.2\n$TTL 5\n$ORIGIN q\n$INCLUDE \"deeper\"\nlast A 192.0.2.4\n");
	folder_write(&folder, "deeper", "deep A 192.0.2.3\n");
	CU_ASSERT_FATAL(load(folder_file(&folder, "main"), &zone) == RESULT_OK);
	CU_ASSERT(has_name(zone, "in.p.o.example.com"));
	CU_ASSERT(has_name(zone, "deep.q.p.o.example.com"));
	CU_ASSERT(has_name(zone, "last.q.p.o.example.com"));
	/* RFC 1035 §5.1: the including file's origin (and TTL) are as before. */
	CU_ASSERT_FATAL(has_name(zone, "after.o.example.com"));
	static const uint8_t after[] = "\5after\1o\7example\3com";
	CU_ASSERT(zone_node_find(zone_find_name(zone, after), DNS_TYPE_A)->ttl == 60);
	zone_free(zone);
	folder_close(&folder, names, ARRAY_COUNT(names));
}

static void test_include_errors(void)
{
	static const char *const names[] = {"main", "loop", "bad"};
	struct folder folder;
	struct zone *zone;
	folder_open(&folder);
	folder_write(&folder, "main", "$INCLUDE loop\n" GOOD);
	folder_write(&folder, "loop", "; nothing\n$INCLUDE ./main\n");
	CU_ASSERT(load(folder_file(&folder, "main"), &zone) == RESULT_MALFORMED);
	CU_ASSERT(errors.count == 1 && errors.error[0].line == 2 && errors.error[0].column == 10);
	CU_ASSERT(strstr(errors.error[0].file, "/loop") != NULL);
	CU_ASSERT(strstr(errors.error[0].text, "does not include itself") != NULL);

	/* An error in an included file names that file; reading goes on in the one that includes it. */
	folder_write(&folder, "main", GOOD "$INCLUDE bad\nx 60 A nonsense\n");
	folder_write(&folder, "bad", "\n\ny 60 A nonsense\n");
	CU_ASSERT(load(folder_file(&folder, "main"), &zone) == RESULT_MALFORMED);
	CU_ASSERT_FATAL(errors.count == 2);
	CU_ASSERT(strstr(errors.error[0].file, "/bad") != NULL && errors.error[0].line == 3);
	CU_ASSERT(strstr(errors.error[1].file, "/main") != NULL && errors.error[1].line == 4);
	folder_close(&folder, names, ARRAY_COUNT(names));
}

static void test_include_depth(void)
{
	struct folder folder;
	struct zone *zone;
	char name[16], text[32];
	folder_open(&folder);
	for (unsigned i = 0; i <= ZONE_INCLUDE_DEPTH_MAX + 1; i++) {
		snprintf(name, sizeof(name), "f%u", i);
		snprintf(text, sizeof(text), "$INCLUDE f%u\n", i + 1);
		folder_write(&folder, name, text);
	}
	CU_ASSERT(load(folder_file(&folder, "f0"), &zone) == RESULT_MALFORMED);
	CU_ASSERT(strstr(errors.error[0].text, "more than 16 files within each other") != NULL);
	for (unsigned i = 0; i <= ZONE_INCLUDE_DEPTH_MAX + 1; i++) {
		snprintf(name, sizeof(name), "f%u", i);
		unlink(folder_file(&folder, name));
	}
	CU_ASSERT(rmdir(folder.path) == 0);
}

static void test_missing_file(void)
{
	struct zone *zone;
	CU_ASSERT(load("/nonexistent/zone", &zone) == RESULT_IO);
	CU_ASSERT(errors.count == 1);
	CU_ASSERT(strstr(errors.error[0].text, "No such file") != NULL);
}

static void test_records(void)
{
	static const struct zone_text_record records[] = {
	    {"@", 60, "SOA", "ns1 hostmaster 7 2 3 4 5"},
	    {"@", 60, "NS", "ns1"},
	    {"ns1", 60, "A", "192.0.2.1"},
	    {"www.example.com.", 30, "TXT", "\"a\nb\""},
	    {"mail", 60, "MX", "10 ns1"},
	};
	struct zone_load settings = {0};
	struct zone *zone = NULL;
	CU_ASSERT_FATAL(dns_name_from_text("example.com", 11, NULL, &settings.origin) == RESULT_OK);
	/* A quoted string must end on its line. */
	CU_ASSERT(zone_load_records(&settings, records, ARRAY_COUNT(records), &zone, &errors) ==
	          RESULT_MALFORMED);
	CU_ASSERT(errors.count == 1 && errors.error[0].line == 3);

	struct zone_text_record good[ARRAY_COUNT(records)];
	memcpy(good, records, sizeof(good));
	good[3].rdata = "\"a\"\n\"b\"";
	CU_ASSERT_FATAL(zone_load_records(&settings, good, ARRAY_COUNT(good), &zone, &errors) ==
	                RESULT_OK);
	CU_ASSERT(zone_serial(zone) == 7);
	CU_ASSERT(zone_record_count(zone) == 5);
	CU_ASSERT(zone_name_count(zone) == 4);
	zone_free(zone);

	/* A record cannot smuggle in a second one. */
	good[3].rdata = "a )\nevil 60 A 192.0.2.66 (";
	CU_ASSERT(zone_load_records(&settings, good, ARRAY_COUNT(good), &zone, &errors) ==
	          RESULT_MALFORMED);
	CU_ASSERT(errors.error[0].line == 3);
	good[3] = (struct zone_text_record){"x", 60, "A", "192.0.2.300"};
	CU_ASSERT(zone_load_records(&settings, good, ARRAY_COUNT(good), &zone, &errors) ==
	          RESULT_MALFORMED);
	CU_ASSERT(strstr(errors.error[0].text, "x.example.com.: found \"192.0.2.300\"") != NULL);
}

static void test_example(void)
{
	struct zone *zone = NULL;
	const enum result result = load(EXAMPLE_ZONE, &zone);
	for (uint32_t i = 0; i < errors.count; i++)
		printf("       %u:%u: %s\n", errors.error[i].line, errors.error[i].column,
		       errors.error[i].text);
	CU_ASSERT_FATAL(result == RESULT_OK);
	CU_ASSERT(errors.count == 0);
	zone_free(zone);
}

static const struct unit_case cases[] = {
    {"errors", test_errors},
    {"no_ttl", test_no_ttl},
    {"apex", test_apex},
    {"many_errors", test_many_errors},
    {"warnings", test_warnings},
    {"errors_before_warnings", test_errors_before_warnings},
    {"include", test_include},
    {"include_errors", test_include_errors},
    {"include_depth", test_include_depth},
    {"missing_file", test_missing_file},
    {"records", test_records},
    {"example", test_example},
};

int main(int argc, char **argv)
{
	return unit_main(argc, argv, "zone/load", cases, ARRAY_COUNT(cases));
}
