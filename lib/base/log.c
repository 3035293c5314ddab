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
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "base/log_int.h"

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
	uint64_t lost; /* lines that the file did not take, since the last that it took */
	uint64_t lost_before; /* that, and not told yet */
	int journal; /* standard error is systemd's journal: 1, 0; -1: not looked at yet */
	char path[PATH_BYTES];
} log_state = {
    .lock = PTHREAD_MUTEX_INITIALIZER,
    .fd = -1,
    .journal = -1,
    .burst = LOG_BURST_DEFAULT,
    .window_ms = LOG_WINDOW_MS_DEFAULT,
};

static uint64_t now_ms(void)
{
	if (log_state.now_ms != NULL)
		return log_state.now_ms();
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* Whether all of it was taken. */
static bool write_whole(int fd, const struct log_line *line)
{
	size_t done = 0;
	while (done < line->len) {
		ssize_t n = write(fd, line->text + done, line->len - done);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		done += (size_t)n;
	}
	return true;
}

/* "2026-11-23T06:00:00.007Z " before a line of text. */
#define TIME_OCTETS 25

/* To a terminal, a pipe or a file as it stands; to the journal with a priority, and without the time, of which it
 * has its own. In one call: lines of other parts of the process must not come between. */
static void write_stderr(struct log_line *line, enum log_level level)
{
	if (log_state.journal < 0)
		log_state.journal = log_journal_is_stderr() ? 1 : 0;
	if (log_state.journal == 0) {
		(void)write_whole(STDERR_FILENO, line);
		return;
	}
	const size_t skipped = log_state.format == LOG_FORMAT_TEXT ? TIME_OCTETS : 0;
	struct iovec parts[] = {
	    {.iov_base = (void *)(uintptr_t)log_journal_priority(level), .iov_len = 3},
	    {.iov_base = line->text + skipped, .iov_len = line->len - skipped}};
	const ssize_t written = writev(STDERR_FILENO, parts, 2);
	(void)written; /* nowhere to tell it */
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

/* A full disk must not be silent: the first line that the file does not take goes to standard error, with the
 * reason; log_flush() tells how many were lost, once the file takes lines again. */
static void write_file(struct log_line *line, enum log_level level)
{
	struct log_line told = {.len = 0};
	if (!write_whole(log_state.fd, line)) {
		if (log_state.lost++ == 0) {
			const char *why = strerror(errno);
			told.len = (size_t)snprintf(told.text, sizeof(told.text),
			                            "scloud-dns: cannot write to the log %s: %s\n",
			                            log_state.path, why);
			(void)write_whole(STDERR_FILENO, &told);
			write_stderr(line, level);
		}
		return;
	}
	log_state.size_bytes += line->len;
	log_state.lost_before += log_state.lost;
	log_state.lost = 0;
}

static void emit(struct log_line *line, enum log_level level)
{
	if (log_state.fd < 0 || log_state.also_stderr)
		write_stderr(line, level);
	if (log_state.fd < 0)
		return;
	if (log_state.size_max_bytes > 0 && log_state.size_bytes > 0 &&
	    log_state.size_bytes + line->len > log_state.size_max_bytes)
		turn_over();
	write_file(line, level);
}

/* Makes the line and writes it; the lock is held. */
static void write_line(const struct log_site *site, const char *text, uint32_t withheld,
                       uint64_t time_ms)
{
	struct log_line line;
	log_line_make(&line, log_state.format, site, text, withheld, time_ms);
	emit(&line, site->level);
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
	const uint64_t lost = log_state.lost_before;
	log_state.lost_before = 0;
	pthread_mutex_unlock(&log_state.lock);
	if (lost > 0)
		log_error("log", "LOG001", "%llu lines could not be written to the log",
		          (unsigned long long)lost);
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
