/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Block lists in each format: which names they deny, which they allow, and what is said of wrong lines. */
#include "policy/list.h"

#include <string.h>

#include "dns/name.h"
#include "unit.h"

static struct policy_errors errors;

struct row {
	enum policy_list_format format;
	const char *line;
	const char *name; /* NULL: none */
	uint8_t flag;
	bool bad;
};

static const struct row rows[] = {
    /* In every format that shows itself, AUTO sees which. */
    {POLICY_LIST_AUTO, "ads.example", "ads.example", POLICY_NAME_DENY, false},
    {POLICY_LIST_AUTO, "  ADS.Example.  # why\r", "ads.example", POLICY_NAME_DENY, false},
    {POLICY_LIST_AUTO, "*.ads.example", "ads.example", POLICY_NAME_DENY, false},
    {POLICY_LIST_AUTO, ".ads.example", "ads.example", POLICY_NAME_DENY, false},
    {POLICY_LIST_AUTO, "0.0.0.0\tads.example", "ads.example", POLICY_NAME_DENY, false},
    {POLICY_LIST_AUTO, "127.0.0.1 other.example ads.example #x", "ads.example", POLICY_NAME_DENY,
     false},
    {POLICY_LIST_AUTO, ":: ads.example", "ads.example", POLICY_NAME_DENY, false},
    {POLICY_LIST_AUTO, "::1 localhost ip6-loopback", NULL, 0, false},
    {POLICY_LIST_AUTO, "0.0.0.0 0.0.0.0", NULL, 0, false},
    {POLICY_LIST_AUTO, "192.168.1.5 nas", NULL, 0, false},
    {POLICY_LIST_AUTO, "address=/ads.example/", "ads.example", POLICY_NAME_DENY, false},
    {POLICY_LIST_AUTO, "address=/ads.example/0.0.0.0", "ads.example", POLICY_NAME_DENY, false},
    {POLICY_LIST_AUTO, "address=/a.example/ads.example/#", "ads.example", POLICY_NAME_DENY, false},
    {POLICY_LIST_AUTO, "local=/ads.example/", "ads.example", POLICY_NAME_DENY, false},
    {POLICY_LIST_AUTO, "server=/corp.example/192.0.2.1", NULL, 0, false},
    {POLICY_LIST_AUTO, "address=/nas.example/192.0.2.1", NULL, 0, false},
    {POLICY_LIST_AUTO, "||ads.example^", "ads.example", POLICY_NAME_DENY, false},
    {POLICY_LIST_AUTO, "||ads.example^$important", "ads.example", POLICY_NAME_DENY, false},
    {POLICY_LIST_AUTO, "||ads.example^$third-party", NULL, 0, false},
    {POLICY_LIST_AUTO, "||ads.example/banner^", NULL, 0, false},
    {POLICY_LIST_AUTO, "@@||good.example^", "good.example", POLICY_NAME_ALLOW, false},
    {POLICY_LIST_AUTO, "@@|https://good.example", NULL, 0, false},
    {POLICY_LIST_AUTO, "example.com##.banner", NULL, 0, false},
    {POLICY_LIST_AUTO, "/banner[0-9]+/", NULL, 0, false},
    {POLICY_LIST_AUTO, "[Adblock Plus 2.0]", NULL, 0, false},
    {POLICY_LIST_AUTO, "! a comment", NULL, 0, false},
    {POLICY_LIST_AUTO, "local-zone: \"ads.example\" always_nxdomain", "ads.example",
     POLICY_NAME_DENY, false},
    {POLICY_LIST_AUTO, "local-zone: \"ads.example.\" transparent", NULL, 0, false},
    {POLICY_LIST_AUTO, "server:", NULL, 0, false},
    {POLICY_LIST_AUTO, "ads.example CNAME .", "ads.example", POLICY_NAME_DENY, false},
    {POLICY_LIST_AUTO, "*.ads.example 300 IN CNAME *.", "ads.example", POLICY_NAME_DENY, false},
    {POLICY_LIST_AUTO, "good.example IN CNAME rpz-passthru.", "good.example", POLICY_NAME_ALLOW,
     false},
    {POLICY_LIST_AUTO, "32.1.2.0.192.rpz-ip CNAME rpz-tcp-only.", NULL, 0, false},
    {POLICY_LIST_RPZ, "$TTL 300", NULL, 0, false},
    {POLICY_LIST_RPZ, "@ SOA localhost. root.localhost. 1 2 3 4 5", NULL, 0, false},
    {POLICY_LIST_DOMAINS, "a-b_c.xn--4ca.example", "a-b_c.xn--4ca.example", POLICY_NAME_DENY,
     false},
    /* What is wrong is told. */
    {POLICY_LIST_AUTO, "http://ads.example/x", NULL, 0, true},
    {POLICY_LIST_AUTO, "two words", NULL, 0, true},
    {POLICY_LIST_AUTO, "192.0.2.1", NULL, 0, false}, /* an entry of hosts without names */
    {POLICY_LIST_DOMAINS, "192.0.2.1", NULL, 0, true},
    {POLICY_LIST_DOMAINS,
     "b\xc3\xbc"
     "cher.example",
     NULL, 0, true},
    {POLICY_LIST_DOMAINS, "a..example", NULL, 0, true},
    {POLICY_LIST_DOMAINS, "a.example..", NULL, 0, true},
    {POLICY_LIST_DOMAINS, ".", NULL, 0, true},
    {POLICY_LIST_DOMAINS, "*.", NULL, 0, true},
    {POLICY_LIST_DOMAINS, "0.0.0.0 ads.example", NULL, 0, true},
    {POLICY_LIST_HOSTS, "ads.example", NULL, 0, true},
    {POLICY_LIST_DNSMASQ, "ads.example", NULL, 0, true},
    {POLICY_LIST_DNSMASQ, "address=/a/b//", NULL, 0, true},
    {POLICY_LIST_ADBLOCK, "ads.example", NULL, 0, true},
    {POLICY_LIST_UNBOUND, "ads.example", NULL, 0, true},
    {POLICY_LIST_RPZ, "ads.example", NULL, 0, true},
    {POLICY_LIST_RPZ, "ads.example A 192.0.2.1", NULL, 0, true},
};

static uint8_t flags_of(const struct policy_names *names, const char *text)
{
	struct dns_name name;
	CU_ASSERT_EQUAL_FATAL(dns_name_from_text(text, strlen(text), NULL, &name), RESULT_OK);
	return policy_names_find(names, dns_name_hash(name.wire), name.wire).flags;
}

static bool is_right(const struct row *row)
{
	struct policy_names names;
	struct policy_list_report report;
	errors = (struct policy_errors){.kept = 0};
	CU_ASSERT_EQUAL_FATAL(policy_names_init(&names, 0), RESULT_OK);
	CU_ASSERT_EQUAL(policy_list_text(&names, "list.txt", row->format, row->line,
	                                 strlen(row->line), &errors, &report),
	                RESULT_OK);
	bool right = report.lines == 1 && (report.bad > 0) == row->bad;
	if (row->name != NULL)
		right &= flags_of(&names, row->name) == row->flag;
	else if (!row->bad)
		right &= names.count == 0;
	if (row->bad)
		right &= errors.warning_count == 1 && errors.error_count == 0 &&
		         strncmp(errors.error[0].text, "list.txt:1: found \"", 19) == 0;
	policy_names_fini(&names);
	return right;
}

static void each_format(void)
{
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		if (!is_right(&rows[i])) {
			fprintf(stderr, "row %zu: %s\n", i, rows[i].line);
			CU_FAIL("a row is not read as it should");
		}
	}
}

static void names_have_limits(void)
{
	/* Three labels of 63 octets and their lengths, and the root: 62 are left for a label and its length. */
	char name[3 * 64 + 62 + 1];
	memset(name, 'a', sizeof(name));
	for (unsigned i = 1; i <= 3; i++)
		name[i * 64 - 1] = '.';
	name[3 * 64 + 61] = '\0';
	struct row row = {POLICY_LIST_DOMAINS, name, name, POLICY_NAME_DENY, false};
	CU_ASSERT_TRUE(is_right(&row));
	name[3 * 64 + 61] = 'a';
	name[3 * 64 + 62] = '\0';
	row = (struct row){POLICY_LIST_DOMAINS, name, NULL, 0, true};
	CU_ASSERT_TRUE(is_right(&row));
	char label[65];
	memset(label, 'a', 64);
	label[64] = '\0';
	row.line = label;
	CU_ASSERT_TRUE(is_right(&row));
}

static void whole_files(void)
{
	static const char text[] = "\xef\xbb\xbf# head\r\n\r\n0.0.0.0 a.example\r\nb.example\n"
	                           "b.example\nb.example c\n||d.example^";
	struct policy_names names;
	struct policy_list_report report;
	errors = (struct policy_errors){.kept = 0};
	CU_ASSERT_EQUAL_FATAL(policy_names_init(&names, 0), RESULT_OK);
	CU_ASSERT_EQUAL(policy_list_text(&names, "x", POLICY_LIST_AUTO, text, sizeof(text) - 1,
	                                 &errors, &report),
	                RESULT_OK);
	CU_ASSERT_EQUAL(report.lines, 7);
	CU_ASSERT_EQUAL(report.names, 3);
	CU_ASSERT_EQUAL(report.bad, 1);
	CU_ASSERT_STRING_EQUAL(errors.error[0].text,
	                       "x:6: found \"b.example c\", expected a domain name or a line of a "
	                       "usual block list");
	policy_names_fini(&names);
}

static void only_some_wrong_lines_are_told(void)
{
	struct policy_names names;
	struct policy_list_report report;
	char text[2 * 100];
	for (unsigned i = 0; i < sizeof(text); i += 2)
		memcpy(text + i, "?\n", 2);
	errors = (struct policy_errors){.kept = 0};
	CU_ASSERT_EQUAL_FATAL(policy_names_init(&names, 0), RESULT_OK);
	CU_ASSERT_EQUAL(policy_list_text(&names, "x", POLICY_LIST_DOMAINS, text, sizeof(text),
	                                 &errors, &report),
	                RESULT_OK);
	CU_ASSERT_EQUAL(report.bad, 100);
	CU_ASSERT_EQUAL(errors.kept, POLICY_LIST_ERRORS_MAX + 1);
	CU_ASSERT_STRING_EQUAL(errors.error[POLICY_LIST_ERRORS_MAX].text,
	                       "x: and 90 more lines that were passed over");
	policy_names_fini(&names);
}

static const struct unit_case cases[] = {
    {"each_format", each_format},
    {"names_have_limits", names_have_limits},
    {"whole_files", whole_files},
    {"only_some_wrong_lines_are_told", only_some_wrong_lines_are_told},
};

int main(int argc, char **argv)
{
	return unit_main(argc, argv, "policy/list", cases, ARRAY_COUNT(cases));
}
