/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Every result has words of its own; a broken invariant ends the process and says where. */
#include "base/result.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/check.h"
#include "unit.h"

static void every_result_has_a_text(void)
{
	for (int i = 0; i < RESULT_COUNT; i++) {
		const char *text = result_text((enum result)i);
		CU_ASSERT_TRUE(strlen(text) > 1);
		CU_ASSERT_STRING_NOT_EQUAL(text, "unknown result");
		for (int j = 0; j < i; j++)
			CU_ASSERT_STRING_NOT_EQUAL(text, result_text((enum result)j));
	}
	CU_ASSERT_STRING_EQUAL(result_text(RESULT_COUNT), "unknown result");
	CU_ASSERT_STRING_EQUAL(result_text((enum result) - 1), "unknown result");
}

/* In a child, whose standard error we read. */
static int fail_in_child(char *said, size_t size)
{
	int ends[2];
	int status = 0;
	if (pipe(ends) != 0)
		return 0;
	const pid_t child = fork();
	if (child == 0) {
		dup2(ends[1], STDERR_FILENO);
		CHECK(size == 0);
		_exit(0);
	}
	close(ends[1]);
	const ssize_t len = read(ends[0], said, size - 1);
	said[len > 0 ? len : 0] = '\0';
	close(ends[0]);
	waitpid(child, &status, 0);
	return status;
}

static void check_says_where_and_aborts(void)
{
	char said[256];
	CHECK(1 + 1 == 2);
	const int status = fail_in_child(said, sizeof(said));
	CU_ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
	CU_ASSERT_PTR_NOT_NULL(strstr(said, "test_result.c:"));
	CU_ASSERT_PTR_NOT_NULL(strstr(said, "CHECK failed: size == 0"));
}

static const struct unit_case cases[] = {
    {"every_result_has_a_text", every_result_has_a_text},
    {"check_says_where_and_aborts", check_says_where_and_aborts},
};

int main(int argc, char **argv)
{
	return unit_main(argc, argv, "base/result", cases, ARRAY_COUNT(cases));
}
