/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* The log: both formats, levels, escapes, limits per site, turning over, many threads. */
#include "unit.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <fcntl.h>

#include "base/log.h"

#define TEXT_MAX (1 << 20)

static char folder[64];
static char path[128];
static char content[TEXT_MAX];
static uint64_t time_ms;

static uint64_t fake_now(void)
{
	return time_ms;
}

/* Monday 2026-11-23 06:00:00.007 UTC. */
#define START_MS UINT64_C(1795413600007)

static struct log_settings settings_of(enum log_format format)
{
	snprintf(folder, sizeof(folder), "/tmp/test-log-XXXXXX");
	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/out.log", folder);
	/* Each case starts in a window of its own. */
	time_ms = time_ms == 0 ? START_MS : time_ms + 60000;
	return (struct log_settings){.level = LOG_LEVEL_INFO,
	                             .format = format,
	                             .file = path,
	                             .burst = 3,
	                             .window_ms = 1000,
	                             .now_ms = fake_now};
}

static const char *read_file(const char *name)
{
	content[0] = '\0';
	int fd = open(name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	ssize_t len = read(fd, content, TEXT_MAX - 1);
	close(fd);
	content[len > 0 ? len : 0] = '\0';
	return content;
}

static const char *numbered(unsigned number)
{
	static char name[160];
	snprintf(name, sizeof(name), "%s.%u", path, number);
	return name;
}

static void clean(void)
{
	log_close();
	unlink(path);
	for (unsigned i = 1; i < 5; i++)
		unlink(numbered(i));
	CU_ASSERT_EQUAL(rmdir(folder), 0);
}

static void text_lines(void)
{
	struct log_settings settings = settings_of(LOG_FORMAT_TEXT);
	CU_ASSERT_EQUAL_FATAL(log_open(&settings), RESULT_OK);
	log_info("unit", "TST001", "%d words and a \x1b[31mcolour\n\"%s\"\\", 2,
	         "caf\xc3\xa9 \xff");
	log_error("unit", "TST002", "bad");
	log_debug("unit", "TST003", "not wanted");
	CU_ASSERT_STRING_EQUAL(
	    read_file(path),
	    "2026-11-23T06:00:00.007Z info  TST001 unit: 2 words and a \\x1b[31mcolour\\x0a"
	    "\"caf\xc3\xa9 \\xff\"\\\n"
	    "2026-11-23T06:00:00.007Z error TST002 unit: bad\n");
	clean();
}

static void json_lines(void)
{
	struct log_settings settings = settings_of(LOG_FORMAT_JSON);
	time_ms = START_MS;
	CU_ASSERT_EQUAL_FATAL(log_open(&settings), RESULT_OK);
	log_warn("unit", "TST004", "a \"quoted\\\"\ttext \xed\xa0\x80");
	CU_ASSERT_STRING_EQUAL(
	    read_file(path),
	    "{\"time\":\"2026-11-23T06:00:00.007Z\",\"level\":\"warn\","
	    "\"id\":\"TST004\",\"component\":\"unit\","
	    "\"text\":\"a \\\"quoted\\\\\\\"\\u0009text \\u00ed\\u00a0\\u0080\"}\n");
	clean();
}

static void level_debug(void)
{
	struct log_settings settings = settings_of(LOG_FORMAT_TEXT);
	settings.level = LOG_LEVEL_DEBUG;
	CU_ASSERT_EQUAL_FATAL(log_open(&settings), RESULT_OK);
	CU_ASSERT_TRUE(log_wants(LOG_LEVEL_DEBUG));
	log_debug("unit", "TST005", "seen");
	CU_ASSERT_PTR_NOT_NULL(strstr(read_file(path), "debug TST005 unit: seen\n"));
	settings.level = LOG_LEVEL_ERROR;
	CU_ASSERT_EQUAL_FATAL(log_open(&settings), RESULT_OK);
	CU_ASSERT_FALSE(log_wants(LOG_LEVEL_WARN));
	clean();
	CU_ASSERT_TRUE(log_wants(LOG_LEVEL_INFO));
	CU_ASSERT_FALSE(log_wants(LOG_LEVEL_DEBUG));
}

static unsigned count_of(const char *needle)
{
	unsigned count = 0;
	for (const char *p = content; (p = strstr(p, needle)) != NULL; p++)
		count++;
	return count;
}

static void say(int number)
{
	log_info("unit", "TST006", "number %d", number);
}

static void limit_per_site(void)
{
	struct log_settings settings = settings_of(LOG_FORMAT_TEXT);
	CU_ASSERT_EQUAL_FATAL(log_open(&settings), RESULT_OK);
	for (int i = 0; i < 10; i++)
		say(i);
	log_info("unit", "TST007", "another site");
	(void)read_file(path);
	CU_ASSERT_EQUAL(count_of("TST006"), 3);
	CU_ASSERT_EQUAL(count_of("TST007"), 1);
	log_flush();
	(void)read_file(path);
	CU_ASSERT_EQUAL(count_of("withheld"), 0);
	time_ms += 1000;
	say(99);
	(void)read_file(path);
	CU_ASSERT_EQUAL(count_of("(7 more like this withheld) number 99"), 1);
	log_flush();
	(void)read_file(path);
	CU_ASSERT_EQUAL(count_of("withheld"), 1);
	clean();
}

static void flush_tells(void)
{
	struct log_settings settings = settings_of(LOG_FORMAT_JSON);
	CU_ASSERT_EQUAL_FATAL(log_open(&settings), RESULT_OK);
	for (int i = 0; i < 5; i++)
		say(i);
	time_ms += 1000;
	log_flush();
	(void)read_file(path);
	CU_ASSERT_EQUAL(count_of("\"withheld\":2"), 1);
	for (int i = 0; i < 4; i++)
		say(i);
	log_close();
	(void)read_file(path);
	CU_ASSERT_EQUAL(count_of("\"withheld\":1"), 1);
	clean();
}

static void long_line_cut(void)
{
	static char text[LOG_LINE_MAX * 2];
	struct log_settings settings = settings_of(LOG_FORMAT_JSON);
	CU_ASSERT_EQUAL_FATAL(log_open(&settings), RESULT_OK);
	memset(text, 'x', sizeof(text) - 1);
	log_info("unit", "TST008", "%s", text);
	memset(text, '\1', sizeof(text) - 1);
	log_info("unit", "TST009", "%s", text);
	(void)read_file(path);
	CU_ASSERT_EQUAL(count_of("...\"}\n"), 2);
	CU_ASSERT_TRUE(strlen(content) <= 2 * LOG_LINE_MAX);
	clean();
}

static void file_turned_over(void)
{
	struct log_settings settings = settings_of(LOG_FORMAT_TEXT);
	settings.size_max_bytes = 100;
	settings.files_kept = 2;
	settings.burst = 100;
	CU_ASSERT_EQUAL_FATAL(log_open(&settings), RESULT_OK);
	for (int i = 0; i < 8; i++)
		say(i);
	/* 51 octets a line: one line fits, two do not. */
	CU_ASSERT_PTR_NOT_NULL(strstr(read_file(path), "number 7\n"));
	CU_ASSERT_PTR_NOT_NULL(strstr(read_file(numbered(1)), "number 6\n"));
	CU_ASSERT_PTR_NOT_NULL(strstr(read_file(numbered(2)), "number 5\n"));
	CU_ASSERT_PTR_NULL(read_file(numbered(3)));
	settings.files_kept = 0;
	CU_ASSERT_EQUAL_FATAL(log_open(&settings), RESULT_OK);
	say(8);
	CU_ASSERT_PTR_NOT_NULL(strstr(read_file(path), "number 8\n"));
	CU_ASSERT_PTR_NOT_NULL(strstr(read_file(numbered(1)), "number 6\n"));
	clean();
}

static void file_reopened(void)
{
	struct log_settings settings = settings_of(LOG_FORMAT_TEXT);
	CU_ASSERT_EQUAL_FATAL(log_open(&settings), RESULT_OK);
	say(1);
	CU_ASSERT_EQUAL(rename(path, numbered(1)), 0);
	say(2);
	CU_ASSERT_EQUAL(log_reopen(), RESULT_OK);
	say(3);
	CU_ASSERT_PTR_NOT_NULL(strstr(read_file(numbered(1)), "number 2\n"));
	CU_ASSERT_PTR_NULL(strstr(read_file(path), "number 2\n"));
	CU_ASSERT_PTR_NOT_NULL(strstr(content, "number 3\n"));
	clean();
}

static void bad_settings(void)
{
	struct log_settings settings = settings_of(LOG_FORMAT_TEXT);
	CU_ASSERT_EQUAL_FATAL(log_open(&settings), RESULT_OK);
	struct log_settings bad = settings;
	bad.file = "/nonexistent/folder/x.log";
	CU_ASSERT_EQUAL(log_open(&bad), RESULT_IO);
	bad = settings;
	bad.files_kept = 100;
	CU_ASSERT_EQUAL(log_open(&bad), RESULT_OUT_OF_RANGE);
	static char text[5000];
	memset(text, 'x', sizeof(text) - 1);
	bad = settings;
	bad.file = text;
	CU_ASSERT_EQUAL(log_open(&bad), RESULT_TOO_LONG);
	say(1);
	CU_ASSERT_PTR_NOT_NULL(strstr(read_file(path), "number 1\n"));
	clean();
}

#define THREADS 4
#define LINES 200

static void *talk(void *argument)
{
	for (int i = 0; i < LINES; i++)
		say(*(int *)argument);
	return NULL;
}

static void many_threads(void)
{
	struct log_settings settings = settings_of(LOG_FORMAT_TEXT);
	settings.burst = 500;
	pthread_t thread[THREADS];
	int number[THREADS];
	CU_ASSERT_EQUAL_FATAL(log_open(&settings), RESULT_OK);
	for (int i = 0; i < THREADS; i++) {
		number[i] = i;
		CU_ASSERT_EQUAL_FATAL(pthread_create(&thread[i], NULL, talk, &number[i]), 0);
	}
	for (int i = 0; i < THREADS; i++)
		pthread_join(thread[i], NULL);
	time_ms += 1000;
	log_flush();
	(void)read_file(path);
	CU_ASSERT_EQUAL(count_of("Z info  TST006 unit: number "), 500);
	CU_ASSERT_EQUAL(count_of("(300 more like this withheld)"), 1);
	CU_ASSERT_EQUAL(count_of("\n"), 501);
	clean();
}

/* One component says more, then all of them say less. */
static void levels_of_components(void)
{
	char name[LOG_COMPONENT_BYTES];
	struct log_settings settings = settings_of(LOG_FORMAT_TEXT);
	CU_ASSERT_EQUAL_FATAL(log_open(&settings), RESULT_OK);
	log_debug("unit", "TST001", "hidden");
	CU_ASSERT_EQUAL(log_set_level("unit", LOG_LEVEL_DEBUG), RESULT_OK);
	log_debug("unit", "TST001", "shown");
	log_debug("other", "TST001", "hidden");
	CU_ASSERT_EQUAL(log_level_of("unit"), LOG_LEVEL_DEBUG);
	CU_ASSERT_EQUAL(log_level_of("other"), LOG_LEVEL_INFO);
	CU_ASSERT_EQUAL(log_set_level("unit", LOG_LEVEL_ERROR), RESULT_OK);
	log_warn("unit", "TST001", "hidden");
	log_warn("other", "TST001", "shown");
	CU_ASSERT_FALSE(log_wants(LOG_LEVEL_DEBUG));
	CU_ASSERT_EQUAL(log_set_level(NULL, LOG_LEVEL_ERROR), RESULT_OK);
	log_warn("other", "TST001", "hidden");
	CU_ASSERT_FALSE(log_wants(LOG_LEVEL_WARN));
	(void)read_file(path);
	CU_ASSERT_EQUAL(count_of("shown"), 2);
	CU_ASSERT_EQUAL(count_of("hidden"), 0);
	for (int i = 0; i < LOG_COMPONENTS_MAX; i++) {
		snprintf(name, sizeof(name), "component%d", i);
		CU_ASSERT_EQUAL(log_set_level(name, LOG_LEVEL_INFO), RESULT_OK);
	}
	CU_ASSERT_EQUAL(log_set_level("more", LOG_LEVEL_INFO), RESULT_NO_SPACE);
	CU_ASSERT_EQUAL(log_set_level("component0", LOG_LEVEL_WARN), RESULT_OK);
	CU_ASSERT_EQUAL(log_set_level("a name that is far too long", LOG_LEVEL_INFO),
	                RESULT_TOO_LONG);
	clean();
	CU_ASSERT_EQUAL(log_level_of("component0"), LOG_LEVEL_INFO);
}

static void level_words(void)
{
	CU_ASSERT_STRING_EQUAL(log_level_text(LOG_LEVEL_WARN), "warn");
	CU_ASSERT_STRING_EQUAL(log_level_text(LOG_LEVEL_COUNT), "unknown");
}

static const struct unit_case cases[] = {
    {"text_lines", text_lines},
    {"json_lines", json_lines},
    {"level_debug", level_debug},
    {"limit_per_site", limit_per_site},
    {"flush_tells", flush_tells},
    {"long_line_cut", long_line_cut},
    {"file_turned_over", file_turned_over},
    {"file_reopened", file_reopened},
    {"bad_settings", bad_settings},
    {"many_threads", many_threads},
    {"levels_of_components", levels_of_components},
    {"level_words", level_words},
};

int main(int argc, char **argv)
{
	return unit_main(argc, argv, "base/log", cases, ARRAY_COUNT(cases));
}
