/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Processes that crash, and what they leave. */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/crash.h"
#include "unit.h"

static char folder[] = "/tmp/crash-test-XXXXXX";
static char text[1 << 20];

static void write_flight(void *context, int fd)
{
	const char *what = context;
	const ssize_t written = write(fd, what, strlen(what));
	(void)written; /* the reader sees it */
}

/* Reads the one file whose name ends so; false: there is none, or more. */
static bool read_file(const char *ending)
{
	char path[512] = "";
	int found = 0;
	DIR *entries = opendir(folder);
	CU_ASSERT_PTR_NOT_NULL_FATAL(entries);
	for (struct dirent *entry = readdir(entries); entry != NULL; entry = readdir(entries)) {
		const size_t len = strlen(entry->d_name);
		if (len < strlen(ending) ||
		    strcmp(entry->d_name + len - strlen(ending), ending) != 0)
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		found++;
	}
	closedir(entries);
	FILE *file = found == 1 ? fopen(path, "r") : NULL;
	if (file == NULL)
		return false;
	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	fclose(file);
	(void)unlink(path);
	return true;
}

/* Gives the status of a child that ends by the signal. */
static int crash(int number, const char *where, bool with_hook)
{
	static char words[] = "what the flight recorder had";
	fflush(NULL);
	const pid_t child = fork();
	if (child == 0) {
		const struct rlimit none = {0, 0};
		(void)setrlimit(RLIMIT_CORE, &none);
		(void)freopen("/dev/null", "w", stderr);
		if (crash_watch(where, "1.2.3") != RESULT_OK)
			_exit(1);
		if (with_hook && crash_hook("flight", write_flight, words) != RESULT_OK)
			_exit(1);
		(void)raise(number);
		_exit(0);
	}
	int status = 0;
	CU_ASSERT_EQUAL_FATAL(waitpid(child, &status, 0), child);
	return status;
}

static void test_report(void)
{
	const int status = crash(SIGSEGV, folder, true);
	CU_ASSERT(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
	CU_ASSERT_FATAL(read_file(".txt"));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "scloud-dns 1.2.3 crashed at 20"));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "SIGSEGV"));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "test_base_crash"));
	CU_ASSERT_FATAL(read_file(".flight"));
	CU_ASSERT_STRING_EQUAL(text, "what the flight recorder had");
}

static void test_each_signal(void)
{
	static const int signals[] = {SIGBUS, SIGILL, SIGFPE, SIGABRT};
	for (size_t i = 0; i < ARRAY_COUNT(signals); i++) {
		const int status = crash(signals[i], folder, false);
		CU_ASSERT(WIFSIGNALED(status) && WTERMSIG(status) == signals[i]);
		CU_ASSERT(read_file(".txt"));
		CU_ASSERT_FALSE(read_file(".flight"));
	}
}

static void test_no_folder(void)
{
	const int status = crash(SIGSEGV, NULL, true);
	CU_ASSERT(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
	CU_ASSERT_FALSE(read_file(".txt"));
}

static void test_hooks_come_and_go(void)
{
	static char contexts[CRASH_HOOKS_MAX + 1];
	for (int i = 0; i < CRASH_HOOKS_MAX; i++)
		CU_ASSERT_EQUAL(crash_hook("x", write_flight, &contexts[i]), RESULT_OK);
	CU_ASSERT_EQUAL(crash_hook("x", write_flight, &contexts[CRASH_HOOKS_MAX]), RESULT_NO_SPACE);
	crash_unhook(write_flight, &contexts[3]);
	CU_ASSERT_EQUAL(crash_hook("x", write_flight, &contexts[CRASH_HOOKS_MAX]), RESULT_OK);
	for (int i = 0; i <= CRASH_HOOKS_MAX; i++)
		crash_unhook(write_flight, &contexts[i]);
	CU_ASSERT_EQUAL(crash_hook("x", write_flight, &contexts[0]), RESULT_OK);
	crash_unhook(write_flight, &contexts[0]);
}

static void test_folder_too_long(void)
{
	static char path[CRASH_PATH_BYTES + 1];
	memset(path, 'a', CRASH_PATH_BYTES);
	CU_ASSERT_EQUAL(crash_watch(path, "1"), RESULT_TOO_LONG);
}

int main(int argc, char **argv)
{
	static const struct unit_case cases[] = {
	    {"report_and_hook", test_report},
	    {"each_signal", test_each_signal},
	    {"no_folder", test_no_folder},
	    {"hooks_come_and_go", test_hooks_come_and_go},
	    {"folder_too_long", test_folder_too_long},
	};
	if (mkdtemp(folder) == NULL)
		return 1;
	const int status = unit_main(argc, argv, "base/crash", cases, ARRAY_COUNT(cases));
	(void)rmdir(folder);
	return status;
}
