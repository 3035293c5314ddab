/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Answers from zones against tests/vectors/zones: one case for each file. */
#include "unit.h"
#include "vector.h"

static void test_positive(void)
{
	vector_run("positive.vec");
}

static void test_negative(void)
{
	vector_run("negative.vec");
}

static void test_wildcard(void)
{
	vector_run("wildcard.vec");
}

static void test_alias(void)
{
	vector_run("alias.vec");
}

static void test_delegation(void)
{
	vector_run("delegation.vec");
}

static void test_additional(void)
{
	vector_run("additional.vec");
}

static void test_truncation(void)
{
	vector_run("truncation.vec");
}

static void test_nsec(void)
{
	vector_run("nsec.vec");
}

static void test_nsec3(void)
{
	vector_run("nsec3.vec");
}

static void test_reader(void)
{
	vector_run("reader.vec");
}

static void test_straight(void)
{
	vector_run("straight.vec");
}

static const struct unit_case cases[] = {
    {"positive", test_positive},     {"negative", test_negative},
    {"wildcard", test_wildcard},     {"alias", test_alias},
    {"delegation", test_delegation}, {"additional", test_additional},
    {"truncation", test_truncation}, {"nsec", test_nsec},
    {"nsec3", test_nsec3},           {"reader", test_reader},
    {"straight", test_straight},
};

int main(int argc, char **argv)
{
	return unit_main(argc, argv, "zone/answer", cases, ARRAY_COUNT(cases));
}
