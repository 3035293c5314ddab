/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* The last words of the process, in calls that are safe in a signal handler. */
#include "base/crash.h"

#include <execinfo.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#define FILE_MODE 0600

static const int signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};

/* Written before anything crashes, but for `owner`. */
static struct {
	char folder[CRASH_PATH_BYTES];
	char version[64];
	_Atomic long owner; /* the thread that crashed first */
	uint32_t hook_count;
	struct {
		const char *name;
		crash_writer *writer;
		void *context;
	} hook[CRASH_HOOKS_MAX];
} state;

/* snprintf() is not safe here, so texts grow by hand; what does not fit is cut. */
struct text {
	size_t len;
	char octets[CRASH_PATH_BYTES + 256];
};

static void put(struct text *text, const char *word)
{
	while (*word != '\0' && text->len + 1 < sizeof(text->octets))
		text->octets[text->len++] = *word++;
	text->octets[text->len] = '\0';
}

static void put_number(struct text *text, uint64_t number, unsigned base, unsigned width)
{
	char digits[24];
	unsigned at = sizeof(digits) - 1;
	digits[at] = '\0';
	do {
		digits[--at] = "0123456789abcdef"[number % base];
		number /= base;
	} while ((number > 0 || sizeof(digits) - 1 - at < width) && at > 0);
	put(text, digits + at);
}

/* "20261128T050134Z"; gmtime() may take a lock, so the calendar is counted here (days since 0000-03-01). */
static void put_time(struct text *text)
{
	const uint64_t now = (uint64_t)time(NULL);
	const uint64_t day = now / 86400 + 719468;
	const uint64_t era = day / 146097;
	const uint64_t of_era = day % 146097;
	const uint64_t year_of_era =
	    (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	const uint64_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	const uint64_t month = (5 * of_year + 2) / 153;
	const uint64_t in_second_year = month >= 10 ? 1 : 0;
	put_number(text, year_of_era + era * 400 + in_second_year, 10, 4);
	put_number(text, month + 3 - 12 * in_second_year, 10, 2);
	put_number(text, of_year - (153 * month + 2) / 5 + 1, 10, 2);
	put(text, "T");
	put_number(text, now / 3600 % 24, 10, 2);
	put_number(text, now / 60 % 60, 10, 2);
	put_number(text, now % 60, 10, 2);
	put(text, "Z");
}

static void write_text(int fd, const struct text *text)
{
	const ssize_t written = write(fd, text->octets, text->len);
	(void)written; /* nobody is left to tell */
}

static int open_file(const struct text *base, const char *ending)
{
	struct text path = *base;
	put(&path, ending);
	return open(path.octets, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, FILE_MODE);
}

static const char *signal_word(int number)
{
	switch (number) {
	case SIGSEGV:
		return "SIGSEGV (no such memory)";
	case SIGBUS:
		return "SIGBUS (memory that is gone: a file that was cut, or no huge page left)";
	case SIGILL:
		return "SIGILL (no such instruction)";
	case SIGFPE:
		return "SIGFPE (arithmetic)";
	case SIGABRT:
		return "SIGABRT (a check failed)";
	default:
		return "a signal";
	}
}

static void put_register(struct text *text, const char *name, uint64_t value)
{
	put(text, name);
	put(text, " ");
	put_number(text, value, 16, 16);
	put(text, "\n");
}

static void put_registers(struct text *text, const ucontext_t *context)
{
#if defined(__x86_64__)
	static const struct {
		const char *name;
		int index;
	} rows[] = {{"rip", REG_RIP}, {"rsp", REG_RSP}, {"rbp", REG_RBP}, {"rax", REG_RAX},
	            {"rbx", REG_RBX}, {"rcx", REG_RCX}, {"rdx", REG_RDX}, {"rsi", REG_RSI},
	            {"rdi", REG_RDI}, {"r8", REG_R8},   {"r9", REG_R9},   {"r10", REG_R10},
	            {"r11", REG_R11}, {"r12", REG_R12}, {"r13", REG_R13}, {"r14", REG_R14},
	            {"r15", REG_R15}};
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++)
		put_register(text, rows[i].name,
		             (uint64_t)context->uc_mcontext.gregs[rows[i].index]);
#elif defined(__aarch64__)
	put_register(text, "pc", context->uc_mcontext.pc);
	put_register(text, "sp", context->uc_mcontext.sp);
	put_register(text, "lr", context->uc_mcontext.regs[30]);
#else
	(void)text;
	(void)context;
#endif
}

static void copy_map(int fd)
{
	char block[4096];
	const int map = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
	if (map < 0)
		return;
	for (ssize_t n = read(map, block, sizeof(block)); n > 0;
	     n = read(map, block, sizeof(block)))
		if (write(fd, block, (size_t)n) != n)
			break;
	(void)close(map);
}

static void write_report(int fd, int number, const siginfo_t *info, const void *context)
{
	struct text text = {.len = 0};
	char thread[17] = "";
	void *frames[CRASH_FRAMES_MAX];
	(void)prctl(PR_GET_NAME, thread, 0, 0, 0);
	put(&text, "scloud-dns ");
	put(&text, state.version);
	put(&text, " crashed at ");
	put_time(&text);
	put(&text, ": ");
	put(&text, signal_word(number));
	put(&text, ", address 0x");
	put_number(&text, (uint64_t)(uintptr_t)info->si_addr, 16, 1);
	put(&text, ", thread ");
	put(&text, thread);
	put(&text, "\n");
	put_registers(&text, context);
	put(&text,
	    "calls, the last one first (addr2line -e FILE 0x... for the numbers behind +):\n");
	write_text(fd, &text);
	backtrace_symbols_fd(frames, backtrace(frames, CRASH_FRAMES_MAX), fd);
}

/* The folder's files. */
static void write_files(int number, const siginfo_t *info, const void *context)
{
	struct text base = {.len = 0};
	put(&base, state.folder);
	put(&base, "/crash-");
	put_time(&base);
	put(&base, "-");
	put_number(&base, (uint64_t)getpid(), 10, 1);
	int fd = open_file(&base, ".txt");
	if (fd >= 0) {
		write_report(fd, number, info, context);
		copy_map(fd);
		(void)close(fd);
	}
	for (uint32_t i = 0; i < state.hook_count; i++) {
		struct text ending = {.len = 0};
		put(&ending, ".");
		put(&ending, state.hook[i].name);
		fd = open_file(&base, ending.octets);
		if (fd < 0)
			continue;
		state.hook[i].writer(state.hook[i].context, fd);
		(void)close(fd);
	}
	struct text told = {.len = 0};
	put(&told, fd >= 0 ? "saved: " : "could not be saved: ");
	put(&told, base.octets);
	put(&told, ".*\n");
	write_text(STDERR_FILENO, &told);
}

static void pass_on(int number)
{
	const struct sigaction ordinary = {.sa_handler = SIG_DFL};
	(void)sigaction(number, &ordinary, NULL);
	(void)raise(number);
}

static void take_signal(int number, siginfo_t *info, void *context)
{
	long before = 0;
	const long self = syscall(SYS_gettid);
	if (!atomic_compare_exchange_strong(&state.owner, &before, self)) {
		/* A crash of the handler itself is the end; another thread waits for it. */
		if (before == self)
			pass_on(number);
		for (;;)
			(void)pause();
	}
	write_report(STDERR_FILENO, number, info, context);
	if (state.folder[0] != '\0')
		write_files(number, info, context);
	/* Taken when the handler has returned: core dump, exit status and the service's restart are as ever. */
	pass_on(number);
}

enum result crash_watch(const char *folder, const char *version)
{
	struct sigaction action = {.sa_sigaction = take_signal,
	                           .sa_flags = SA_SIGINFO | SA_ONSTACK};
	void *frame[1];
	if (folder == NULL)
		folder = "";
	if (strlen(folder) >= sizeof(state.folder) || strlen(version) >= sizeof(state.version))
		return RESULT_TOO_LONG;
	memcpy(state.folder, folder, strlen(folder) + 1);
	memcpy(state.version, version, strlen(version) + 1);
	/* The first backtrace loads a library, which a handler must not and a confined process cannot. */
	(void)backtrace(frame, 1);
	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < ARRAY_COUNT(signals); i++)
		if (sigaction(signals[i], &action, NULL) != 0)
			return RESULT_IO;
	return RESULT_OK;
}

enum result crash_hook(const char *name, crash_writer *writer, void *context)
{
	if (state.hook_count == CRASH_HOOKS_MAX)
		return RESULT_NO_SPACE;
	state.hook[state.hook_count].name = name;
	state.hook[state.hook_count].writer = writer;
	state.hook[state.hook_count].context = context;
	state.hook_count++;
	return RESULT_OK;
}

void crash_unhook(crash_writer *writer, const void *context)
{
	for (uint32_t i = 0; i < state.hook_count; i++) {
		if (state.hook[i].writer != writer || state.hook[i].context != context)
			continue;
		state.hook_count--;
		state.hook[i] = state.hook[state.hook_count];
		return;
	}
}
