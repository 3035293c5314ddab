/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* The log: admission per call site, one line made on the stack, one write(2) for each line. */
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define PATH_BYTES 4096
#define FILES_KEPT_MAX 99
#define FILE_MODE 0640
/* Text of a message before escaping; escapes make it longer, LOG_LINE_MAX bounds the result. */
#define TEXT_BYTES (LOG_LINE_MAX - 512)

/* All of it is under the lock. The log is the process' own, so its state is too. */
static struct {
	pthread_mutex_t lock;
	enum log_format format;
	bool also_stderr;
	int fd; /* -1: standard error */
	uint64_t size_bytes;
	uint64_t size_max_bytes;
	uint32_t files_kept;
	uint32_t burst;
	uint32_t window_ms;
	uint64_t (*now_ms)(void);
	struct log_site *withheld; /* sites that held lines back */
	char path[PATH_BYTES];
} log_state = {
    .lock = PTHREAD_MUTEX_INITIALIZER,
    .fd = -1,
    .burst = LOG_BURST_DEFAULT,
    .window_ms = LOG_WINDOW_MS_DEFAULT,
};

/* A line under construction; what does not fit is cut and marked. */
struct line {
	size_t len;
	bool cut;
	char text[LOG_LINE_MAX];
};

static uint64_t now_ms(void)
{
	if (log_state.now_ms != NULL)
		return log_state.now_ms();
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* Room for the mark, the end of a JSON object and the newline stays free. */
#define LINE_RESERVE 32

static void line_put(struct line *line, const char *text, size_t len)
{
	if (line->cut || LOG_LINE_MAX - LINE_RESERVE - line->len < len) {
		line->cut = true;
		return;
	}
	memcpy(line->text + line->len, text, len);
	line->len += len;
}

static void line_text(struct line *line, const char *text)
{
	line_put(line, text, strlen(text));
}

/* Length of the valid UTF-8 sequence at p, 0 if it is none (RFC 3629 §4, overlong and surrogates
 * included as far as a log needs it). */
static size_t utf8_len(const unsigned char *p)
{
	size_t len = p[0] < 0x80             ? 1
	             : (p[0] & 0xe0) == 0xc0 ? 2
	             : (p[0] & 0xf0) == 0xe0 ? 3
	             : (p[0] & 0xf8) == 0xf0 ? 4
	                                     : 0;
	for (size_t i = 1; i < len; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	}
	if (len == 2 && p[0] < 0xc2)
		return 0;
	if (len == 3 && ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f)))
		return 0;
	if (len == 4 &&
	    ((p[0] == 0xf0 && p[1] < 0x90) || p[0] > 0xf4 || (p[0] == 0xf4 && p[1] > 0x8f)))
		return 0;
	return len;
}

/* Foreign octets must not end the line, move the cursor or leave the JSON string. */
static void line_escaped(struct line *line, const char *text, enum log_format format)
{
	const unsigned char *p = (const unsigned char *)text;
	while (*p != 0) {
		char escape[8];
		size_t len = utf8_len(p);
		if (*p < 0x20 || *p == 0x7f || len == 0) {
			const char *form = format == LOG_FORMAT_JSON ? "\\u%04x" : "\\x%02x";
			snprintf(escape, sizeof(escape), form, *p);
			line_text(line, escape);
			p++;
			continue;
		}
		if (format == LOG_FORMAT_JSON && (*p == '"' || *p == '\\'))
			line_text(line, "\\");
		line_put(line, (const char *)p, len);
		p += len;
	}
}

static void line_time(struct line *line, uint64_t time_ms)
{
	time_t seconds = (time_t)(time_ms / 1000);
	struct tm utc;
	char text[48];
	gmtime_r(&seconds, &utc);
	size_t len = strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &utc);
	snprintf(text + len, sizeof(text) - len, ".%03uZ", (unsigned)(time_ms % 1000));
	line_text(line, text);
}

static void line_as_text(struct line *line, const struct log_site *site, const char *text,
                         uint32_t withheld)
{
	char part[64];
	snprintf(part, sizeof(part), " %-5s %s ", log_level_text(site->level), site->id);
	line_text(line, part);
	line_text(line, site->component);
	line_text(line, ": ");
	if (withheld > 0) {
		snprintf(part, sizeof(part), "(%u more like this withheld) ", withheld);
		line_text(line, part);
	}
	line_escaped(line, text, LOG_FORMAT_TEXT);
	if (line->cut)
		line->len += (size_t)snprintf(line->text + line->len, LINE_RESERVE, "...");
	line->text[line->len++] = '\n';
}

static void line_as_json(struct line *line, const struct log_site *site, const char *text,
                         uint32_t withheld)
{
	char part[64];
	snprintf(part, sizeof(part), "\",\"level\":\"%s\",\"id\":\"%s\"",
	         log_level_text(site->level), site->id);
	line_text(line, part);
	line_text(line, ",\"component\":\"");
	line_text(line, site->component);
	line_text(line, "\"");
	if (withheld > 0) {
		snprintf(part, sizeof(part), ",\"withheld\":%u", withheld);
		line_text(line, part);
	}
	line_text(line, ",\"text\":\"");
	line_escaped(line, text, LOG_FORMAT_JSON);
	line->len += (size_t)snprintf(line->text + line->len, LINE_RESERVE, "%s\"}\n",
	                              line->cut ? "..." : "");
}

static void write_whole(int fd, const struct line *line)
{
	size_t done = 0;
	while (done < line->len) {
		ssize_t n = write(fd, line->text + done, line->len - done);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return;
		done += (size_t)n;
	}
}

static int file_open(const char *path, uint64_t *size)
{
	int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, FILE_MODE);
	struct stat status;
	if (fd >= 0)
		*size = fstat(fd, &status) == 0 ? (uint64_t)status.st_size : 0;
	return fd;
}

/* FILE.N-1 becomes FILE.N and so on, FILE becomes FILE.1 (or goes, where none are kept). */
static void turn_over(void)
{
	char from[PATH_BYTES + 16];
	char to[PATH_BYTES + 16];
	for (uint32_t i = log_state.files_kept; i > 0; i--) {
		snprintf(to, sizeof(to), "%s.%u", log_state.path, i);
		if (i > 1)
			snprintf(from, sizeof(from), "%s.%u", log_state.path, i - 1);
		else
			snprintf(from, sizeof(from), "%s", log_state.path);
		(void)rename(from, to);
	}
	if (log_state.files_kept == 0)
		(void)unlink(log_state.path);
	uint64_t size;
	int fd = file_open(log_state.path, &size);
	if (fd < 0)
		return;
	close(log_state.fd);
	log_state.fd = fd;
	log_state.size_bytes = size;
}

static void emit(const struct line *line)
{
	if (log_state.fd < 0 || log_state.also_stderr)
		write_whole(STDERR_FILENO, line);
	if (log_state.fd < 0)
		return;
	if (log_state.size_max_bytes > 0 && log_state.size_bytes > 0 &&
	    log_state.size_bytes + line->len > log_state.size_max_bytes)
		turn_over();
	write_whole(log_state.fd, line);
	log_state.size_bytes += line->len;
}

/* Makes the line and writes it; the lock is held. */
static void write_line(const struct log_site *site, const char *text, uint32_t withheld,
                       uint64_t time_ms)
{
	struct line line = {.len = 0, .cut = false};
	if (log_state.format == LOG_FORMAT_JSON) {
		line_text(&line, "{\"time\":\"");
		line_time(&line, time_ms);
		line_as_json(&line, site, text, withheld);
	} else {
		line_time(&line, time_ms);
		line_as_text(&line, site, text, withheld);
	}
	emit(&line);
}

/* Whether the site may write now; *withheld: how many it held back before. */
static bool admit(struct log_site *site, uint64_t time_ms, uint32_t *withheld)
{
	*withheld = 0;
	/* A clock that was set back starts a window too. */
	if (site->written == 0 || time_ms < site->window_start_ms ||
	    time_ms - site->window_start_ms >= log_state.window_ms) {
		site->window_start_ms = time_ms;
		site->written = 0;
		*withheld = site->withheld;
		site->withheld = 0;
	}
	if (site->written < log_state.burst) {
		site->written++;
		return true;
	}
	site->withheld++;
	if (!site->listed) {
		site->listed = true;
		site->next = log_state.withheld;
		log_state.withheld = site;
	}
	return false;
}

void log_write(struct log_site *site, const char *format, ...)
{
	if (site->level > log_level_of(site->component))
		return;
	int errno_before = errno;
	char text[TEXT_BYTES];
	va_list arguments;
	va_start(arguments, format);
	int len = vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	if (len >= (int)sizeof(text))
		memcpy(text + sizeof(text) - 4, "...", 4);
	pthread_mutex_lock(&log_state.lock);
	uint64_t time_ms = now_ms();
	uint32_t withheld;
	if (len >= 0 && admit(site, time_ms, &withheld))
		write_line(site, text, withheld, time_ms);
	pthread_mutex_unlock(&log_state.lock);
	errno = errno_before;
}

/* Tells and unlists the sites whose window is over (or all); the lock is held. */
static void tell_withheld(bool all)
{
	uint64_t time_ms = now_ms();
	struct log_site **link = &log_state.withheld;
	while (*link != NULL) {
		struct log_site *site = *link;
		bool over = time_ms < site->window_start_ms ||
		            time_ms - site->window_start_ms >= log_state.window_ms;
		if (!over && !all) {
			link = &site->next;
			continue;
		}
		if (site->withheld > 0)
			write_line(site, "no further message of this kind for now", site->withheld,
			           time_ms);
		site->withheld = 0;
		site->written = 0;
		site->listed = false;
		*link = site->next;
	}
}

void log_flush(void)
{
	pthread_mutex_lock(&log_state.lock);
	tell_withheld(false);
	pthread_mutex_unlock(&log_state.lock);
}

enum result log_open(const struct log_settings *settings)
{
	int fd = -1;
	uint64_t size = 0;
	const char *path = settings->file != NULL ? settings->file : "";
	if (settings->files_kept > FILES_KEPT_MAX)
		return RESULT_OUT_OF_RANGE;
	if (strlen(path) >= PATH_BYTES)
		return RESULT_TOO_LONG;
	if (path[0] != '\0') {
		fd = file_open(path, &size);
		if (fd < 0)
			return RESULT_IO;
	}
	pthread_mutex_lock(&log_state.lock);
	if (log_state.fd >= 0)
		close(log_state.fd);
	log_state.fd = fd;
	log_state.size_bytes = size;
	memmove(log_state.path, path, strlen(path) + 1);
	log_state.format = settings->format;
	log_state.also_stderr = settings->also_stderr;
	log_state.size_max_bytes = settings->size_max_bytes;
	log_state.files_kept = settings->files_kept;
	log_state.burst = settings->burst > 0 ? settings->burst : LOG_BURST_DEFAULT;
	log_state.window_ms = settings->window_ms > 0 ? settings->window_ms : LOG_WINDOW_MS_DEFAULT;
	log_state.now_ms = settings->now_ms;
	pthread_mutex_unlock(&log_state.lock);
	return log_set_level(NULL, settings->level);
}

enum result log_reopen(void)
{
	enum result result = RESULT_OK;
	pthread_mutex_lock(&log_state.lock);
	if (log_state.fd >= 0) {
		uint64_t size;
		int fd = file_open(log_state.path, &size);
		if (fd < 0) {
			result = RESULT_IO;
		} else {
			close(log_state.fd);
			log_state.fd = fd;
			log_state.size_bytes = size;
		}
	}
	pthread_mutex_unlock(&log_state.lock);
	return result;
}

void log_close(void)
{
	pthread_mutex_lock(&log_state.lock);
	tell_withheld(true);
	if (log_state.fd >= 0)
		close(log_state.fd);
	log_state.fd = -1;
	log_state.path[0] = '\0';
	log_state.format = LOG_FORMAT_TEXT;
	log_state.now_ms = NULL;
	log_state.burst = LOG_BURST_DEFAULT;
	log_state.window_ms = LOG_WINDOW_MS_DEFAULT;
	pthread_mutex_unlock(&log_state.lock);
	enum result result = log_set_level(NULL, LOG_LEVEL_INFO);
	(void)result; /* for all components it cannot fail */
}
