/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* The sandbox, entered by processes that are made for it, and looked at from each of their threads. */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox/sandbox.h"
#include "unit.h"

/* Sanitizers make system calls, and at the end processes, of their own. */
#ifdef __SANITIZE_ADDRESS__
#define IS_INSTRUMENTED 1
#else
#define IS_INSTRUMENTED 0
#endif

#define THREADS 6
#define CHILD_FAILED 1
#define CHILD_GOOD 42

/* In the child a CUnit assertion would be lost: it tells and leaves. */
#define CHILD_CHECK(condition_)                                                                    \
	do {                                                                                       \
		if (!(condition_)) {                                                               \
			fprintf(stderr, "%s:%d: %s (%s)\n", __FILE__, __LINE__, #condition_,       \
			        strerror(errno));                                                  \
			_exit(CHILD_FAILED);                                                       \
		}                                                                                  \
	} while (0)

/* Threads that were there before and sleep in the kernel, where the signal finds them. */
static sem_t go[THREADS];
static sem_t done;
static void (*job)(void);

static void *thread_main(void *argument)
{
	sem_t *mine = argument;
	while (sem_wait(mine) != 0)
		continue;
	job();
	sem_post(&done);
	return NULL;
}

/* Runs `child` in a process of its own; true: it came to its end. */
static bool in_child(void (*child)(void))
{
	fflush(NULL);
	const pid_t process = fork();
	if (process == 0) {
		child();
		_exit(CHILD_GOOD);
	}
	int status = 0;
	CU_ASSERT_EQUAL_FATAL(waitpid(process, &status, 0), process);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != CHILD_GOOD)
		fprintf(stderr, "the child ended with status 0x%x\n", status);
	return WIFEXITED(status) && WEXITSTATUS(status) == CHILD_GOOD;
}

static void start_threads(void)
{
	pthread_t thread;
	CHILD_CHECK(sem_init(&done, 0, 0) == 0);
	for (int i = 0; i < THREADS; i++) {
		CHILD_CHECK(sem_init(&go[i], 0, 0) == 0);
		CHILD_CHECK(pthread_create(&thread, NULL, thread_main, &go[i]) == 0);
	}
}

/* Lets every thread, and this one, do the job. */
static void everywhere(void (*what)(void))
{
	job = what;
	what();
	for (int i = 0; i < THREADS; i++) {
		CHILD_CHECK(sem_post(&go[i]) == 0);
		while (sem_wait(&done) != 0)
			CHILD_CHECK(errno == EINTR);
	}
}

static bool fails(int result, int error)
{
	const bool good = result < 0 && errno == error;
	if (result >= 0)
		(void)close(result);
	return good;
}

static char allowed[] = "/tmp/sandbox-test-XXXXXX";

static void look_at_files(void)
{
	char path[64];
	snprintf(path, sizeof(path), "%s/new", allowed);
	CHILD_CHECK(fails(open("/etc/passwd", O_RDONLY), EACCES));
	CHILD_CHECK(fails(open("/tmp/sandbox-test-elsewhere", O_WRONLY | O_CREAT, 0600), EACCES));
	const int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
	CHILD_CHECK(fd >= 0);
	CHILD_CHECK(close(fd) == 0);
	CHILD_CHECK(unlink(path) == 0);
	CHILD_CHECK(fails(open("/dev/null", O_WRONLY), EACCES));
	const int zero = open("/dev/zero", O_RDONLY);
	CHILD_CHECK(zero >= 0);
	CHILD_CHECK(close(zero) == 0);
	CHILD_CHECK(fails(open("/dev/zero", O_WRONLY), EACCES));
	CHILD_CHECK(fails(symlink("/", path), EACCES));
}

static void child_files(void)
{
	const struct sandbox_path paths[] = {{allowed, SANDBOX_READ | SANDBOX_WRITE},
	                                     {"/dev/zero", SANDBOX_READ},
	                                     {"/no/such/path", SANDBOX_READ}};
	const struct sandbox_settings settings = {
	    .confine_files = true, .paths = paths, .path_count = ARRAY_COUNT(paths)};
	struct sandbox_report report;
	start_threads();
	CHILD_CHECK(sandbox_enter(&settings, &report) == RESULT_OK);
	CHILD_CHECK(report.threads == THREADS + 1);
	if (report.landlock == 0) {
		/* The kernel has none: that is told, and no failure. */
		const int fd = open("/etc/passwd", O_RDONLY);
		CHILD_CHECK(fd >= 0);
		return;
	}
	CHILD_CHECK(report.paths == 2);
	everywhere(look_at_files);
}

static void files_in_all_threads(void)
{
	memcpy(allowed + strlen(allowed) - 6, "XXXXXX", 6);
	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(allowed));
	CU_ASSERT(in_child(child_files));
	CU_ASSERT_EQUAL(rmdir(allowed), 0);
}

static void look_at_calls(void)
{
	char *const arguments[] = {(char *)(uintptr_t) "true", NULL};
	CHILD_CHECK(execv("/bin/true", arguments) < 0 && errno == EPERM);
	CHILD_CHECK(fork() < 0 && errno == EPERM);
	CHILD_CHECK(fails(socket(AF_PACKET, SOCK_RAW, 0), EPERM));
	CHILD_CHECK(mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) ==
	                MAP_FAILED &&
	            errno == EPERM);
	CHILD_CHECK(kill(getppid(), 0) < 0 && errno == EPERM);
	CHILD_CHECK(fails(open("/etc/passwd", O_RDONLY), 0) == false);
}

static void *nothing(void *argument)
{
	return argument;
}

/* What was denied is told once, with name and count; threads can still be made. */
static void child_calls(void)
{
	const struct sandbox_settings settings = {.calls = SANDBOX_CALLS_ON};
	struct sandbox_report report;
	struct sandbox_denied denied;
	bool saw_execve = false;
	pthread_t thread;
	start_threads();
	CHILD_CHECK(sandbox_enter(&settings, &report) == RESULT_OK);
	CHILD_CHECK(!sandbox_take_denied(&denied));
	everywhere(look_at_calls);
	while (sandbox_take_denied(&denied))
		if (strcmp(denied.call, "execve") == 0) {
			CHILD_CHECK(denied.count == THREADS + 1);
			CHILD_CHECK(denied.thread[0] != '\0');
			saw_execve = true;
		}
	CHILD_CHECK(saw_execve);
	CHILD_CHECK(!sandbox_take_denied(&denied));
	CHILD_CHECK(pthread_create(&thread, NULL, nothing, NULL) == 0);
	CHILD_CHECK(pthread_join(thread, NULL) == 0);
}

static void calls_in_all_threads(void)
{
	CU_ASSERT(IS_INSTRUMENTED || in_child(child_calls));
}

static void look_at_user(void)
{
	CHILD_CHECK(getuid() == 12345 && geteuid() == 12345);
	CHILD_CHECK(getgid() == 23456 && getegid() == 23456);
	CHILD_CHECK(getgroups(0, NULL) == 1);
	CHILD_CHECK(sandbox_capabilities() == UINT64_C(1) << CAP_NET_RAW);
	CHILD_CHECK(setuid(0) < 0 && errno == EPERM);
}

static void child_user(void)
{
	struct sandbox_user user;
	struct sandbox_report report;
	CHILD_CHECK(sandbox_find_user("12345:23456", &user) == RESULT_OK);
	const struct sandbox_settings settings = {
	    .user = &user, .drop_capabilities = true, .keep = UINT64_C(1) << CAP_NET_RAW};
	start_threads();
	if (geteuid() != 0 || (sandbox_capabilities() >> CAP_NET_RAW & 1) == 0) {
		/* Who is not root cannot become another user, and is told so. */
		CHILD_CHECK(sandbox_enter(&settings, &report) == RESULT_IO);
		CHILD_CHECK(strstr(report.problem, "changing") != NULL);
		return;
	}
	CHILD_CHECK(sandbox_enter(&settings, &report) == RESULT_OK);
	CHILD_CHECK(report.capabilities == UINT64_C(1) << CAP_NET_RAW);
	everywhere(look_at_user);
}

static void user_in_all_threads(void)
{
	CU_ASSERT(IS_INSTRUMENTED || in_child(child_user));
}

static void *blocks_all(void *argument)
{
	sigset_t all;
	sigfillset(&all);
	(void)pthread_sigmask(SIG_BLOCK, &all, NULL);
	sem_post(&done);
	for (;;)
		(void)pause();
	return argument;
}

/* A thread that cannot be told is a failure, with its name: better than one that is free. */
static void child_deaf_thread(void)
{
	const struct sandbox_settings settings = {.drop_capabilities = true, .wait_ms = 100};
	struct sandbox_report report;
	pthread_t thread;
	CHILD_CHECK(sem_init(&done, 0, 0) == 0);
	CHILD_CHECK(pthread_create(&thread, NULL, blocks_all, NULL) == 0);
	CHILD_CHECK(pthread_setname_np(thread, "deaf") == 0);
	CHILD_CHECK(sem_wait(&done) == 0);
	CHILD_CHECK(sandbox_enter(&settings, &report) == RESULT_IO);
	CHILD_CHECK(strcmp(report.problem, "telling all threads: thread deaf: does not answer") ==
	            0);
}

static void deaf_thread(void)
{
	CU_ASSERT(in_child(child_deaf_thread));
}

static void finds_users(void)
{
	struct sandbox_user user;
	CU_ASSERT_EQUAL(sandbox_find_user("root", &user), RESULT_OK);
	CU_ASSERT(user.uid == 0 && user.gid == 0 && user.group_count >= 1);
	CU_ASSERT_EQUAL(sandbox_find_user("0", &user), RESULT_OK);
	CU_ASSERT_EQUAL(user.uid, 0);
	CU_ASSERT_EQUAL(sandbox_find_user("4000000", &user), RESULT_OK);
	CU_ASSERT(user.uid == 4000000 && user.gid == 4000000 && user.group_count == 1);
	CU_ASSERT_EQUAL(sandbox_find_user("7:8", &user), RESULT_OK);
	CU_ASSERT(user.uid == 7 && user.gid == 8 && user.groups[0] == 8);
	CU_ASSERT_EQUAL(sandbox_find_user("nobody-of-that-name", &user), RESULT_NOT_FOUND);
	static const char *const wrong[] = {"7:",    "7:x", "7x",         ":7",
	                                    "7:8:9", "-1",  "4294967295", "99999999999999999999"};
	for (size_t i = 0; i < ARRAY_COUNT(wrong); i++)
		CU_ASSERT_NOT_EQUAL(sandbox_find_user(wrong[i], &user), RESULT_OK);
}

static void names_capabilities(void)
{
	CU_ASSERT_STRING_EQUAL(sandbox_capability_name(CAP_NET_RAW), "net_raw");
	CU_ASSERT_STRING_EQUAL(sandbox_capability_name(CAP_CHOWN), "chown");
	CU_ASSERT_PTR_NULL(sandbox_capability_name(63));
}

int main(int argc, char **argv)
{
	static const struct unit_case cases[] = {
	    {"files are confined in all threads", files_in_all_threads},
	    {"system calls are confined in all threads", calls_in_all_threads},
	    {"all threads become the user and keep what is listed", user_in_all_threads},
	    {"a thread that does not answer is a failure", deaf_thread},
	    {"users by name and number", finds_users},
	    {"names of capabilities", names_capabilities},
	};
	return unit_main(argc, argv, "sandbox/sandbox", cases, ARRAY_COUNT(cases));
}
