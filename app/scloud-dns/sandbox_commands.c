/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* sandbox show, sandbox try: what was given up, and the proof of it. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "commands.h"

static struct json_object *capabilities(uint64_t set)
{
	struct json_object *list = json_object_new_array();
	for (unsigned number = 0; number < 64 && list != NULL; number++) {
		const char *name = sandbox_capability_name(number);
		if ((set >> number & 1) != 0 && name != NULL)
			(void)json_object_array_add(list, json_object_new_string(name));
	}
	return list;
}

static void show(void *context, const struct control_request *request, struct control_reply *reply)
{
	static const char *const words[] = {
	    [CONFIG_SECCOMP_OFF] = "off", [CONFIG_SECCOMP_LOG] = "log", [CONFIG_SECCOMP_ON] = "on"};
	const struct server *server = context;
	const struct sandbox_report *report = &server->sandbox;
	struct json_object *result = json_object_new_object();
	const bool is_in = report->threads > 0;
	(void)request;
	commands_add_number(result, "threads", report->threads);
	commands_add_number(result, "user", geteuid());
	commands_add_number(result, "group", getegid());
	commands_add(result, "capabilities", capabilities(sandbox_capabilities()));
	commands_add_number(result, "landlock", (uint64_t)report->landlock);
	commands_add_number(result, "paths", report->paths);
	commands_add_text(result, "seccomp",
	                  words[is_in ? server->started->sandbox.seccomp : CONFIG_SECCOMP_OFF]);
	control_reply_result(reply, result);
}

/* Each gives -1 with errno where it was refused. */

static long try_read(const char *path)
{
	return open(path, O_RDONLY | O_CLOEXEC);
}

static long try_write(const char *path)
{
	return open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
}

static long try_execute(const char *path)
{
	char *const arguments[] = {(char *)(uintptr_t)path, NULL};
	return execv(path, arguments);
}

static long try_fork(const char *path)
{
	(void)path;
	const long child = syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
	if (child == 0)
		_exit(0);
	return child;
}

static long try_code(const char *path)
{
	(void)path;
	void *memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
	                    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return memory != MAP_FAILED ? 0 : -1;
}

static long try_frames(const char *path)
{
	(void)path;
	return socket(AF_PACKET, SOCK_RAW, 0);
}

static long try_signal(const char *path)
{
	(void)path;
	return kill(getppid(), 0);
}

static long try_root(const char *path)
{
	(void)path;
	return syscall(SYS_setresuid, 0, 0, 0);
}

static long try_namespace(const char *path)
{
	(void)path;
	return unshare(CLONE_NEWNS);
}

static const struct attempt {
	const char *name;
	long (*run)(const char *path);
} attempts[] = {
    {"read", try_read},     {"write", try_write}, {"execute", try_execute},
    {"fork", try_fork},     {"code", try_code},   {"frames", try_frames},
    {"signal", try_signal}, {"root", try_root},   {"namespace", try_namespace},
};

static void try_it(void *context, const struct control_request *request,
                   struct control_reply *reply)
{
	const struct server *server = context;
	const char *name = control_text(request, "what");
	const char *path = control_text(request, "path");
	struct json_object *result;
	if (!server->args->test_sandbox) {
		control_reply_error(reply, "the server was started without --test-sandbox");
		return;
	}
	for (size_t i = 0; i < ARRAY_COUNT(attempts); i++) {
		if (strcmp(attempts[i].name, name) != 0)
			continue;
		errno = 0;
		const long status = attempts[i].run(path != NULL ? path : "/");
		result = json_object_new_object();
		commands_add_text(result, "outcome", status < 0 ? strerrorname_np(errno) : "done");
		control_reply_result(reply, result);
		return;
	}
	control_reply_wrong(
	    reply,
	    "%s: read, write, execute, fork, code, frames, signal, root or namespace is allowed",
	    name);
}

static const struct control_command rows[] = {
    {.name = "sandbox show",
     .help = "Shows what the process has given up: user, capabilities, files, system calls.",
     .run = show},
    {.name = "sandbox try",
     .arguments = {{"what", CONTROL_TEXT, CONTROL_REQUIRED},
                   {"path", CONTROL_TEXT, CONTROL_OPTIONAL}},
     .help = "Lets the server try what its sandbox forbids (only with --test-sandbox): read PATH, "
             "write "
             "PATH, execute PATH, fork, code, frames, signal, root, namespace.",
     .run = try_it},
};

void sandbox_commands_register(struct server *server)
{
	control_register(server->control, rows, ARRAY_COUNT(rows), server);
}
