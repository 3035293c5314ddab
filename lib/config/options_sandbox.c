/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Options of the sandbox. */
#include "config/config.h"
#include "config/option.h"

static const struct option_word seccomp_words[] = {
    {"on", CONFIG_SECCOMP_ON, false},
    {"log", CONFIG_SECCOMP_LOG, false},
    {"off", CONFIG_SECCOMP_OFF, false},
    {NULL, 0, false},
};

static const struct option sandbox_rows[] = {
    {.key = "user",
     .type = OPTION_TEXT,
     AT(sandbox, user),
     RANGE(0, 64),
     .init = "\"\"",
     .help = "Whom the process becomes once sockets and devices are open: a name, \"UID\" or "
             "\"UID:GID\"; empty: it stays who it is. Folders of files that it writes (log, cache, "
             "crash_folder) must be this user's."},
    {.key = "drop_capabilities",
     .type = OPTION_BOOL,
     AT(sandbox, drop_capabilities),
     .init = "true",
     .help = "Give up all capabilities but the few that a port's driver needs until its end; root "
             "without them keeps only access to files of others."},
    {.key = "landlock",
     .type = OPTION_BOOL,
     AT(sandbox, landlock),
     .init = "true",
     .help = "Reach only the folders of files that the configuration names, and run no program "
             "(Linux 5.13 or later)."},
    {.key = "seccomp",
     .type = OPTION_CHOICE,
     AT(sandbox, seccomp),
     .words = seccomp_words,
     .init = "\"on\"",
     .help = "on: system calls that are not on our list fail. log: they are done, and told in the "
             "kernel's log."},
    {.key = "read_paths",
     .type = OPTION_PATH,
     LIST_AT(sandbox, read_paths),
     .init = "[]",
     .items_max = 64,
     .help = "More files and folders to read: those that zones include from elsewhere, or that you "
             "will name in zones added later."},
    {.key = "write_paths",
     .type = OPTION_PATH,
     LIST_AT(sandbox, write_paths),
     .written = true,
     .init = "[]",
     .items_max = 64,
     .help = "More folders to write into: for caches and captures that are written on command."},
    {.key = "crash_folder",
     .type = OPTION_PATH,
     AT(sandbox, crash_folder),
     .written = true,
     .init = "\"\"",
     .help = "Where a crash leaves its report; empty: on standard error alone."},
};

const struct option_table option_sandbox = {
    TABLE(sandbox, sandbox_rows),
    .example = "{\"user\": \"scloud-dns\", \"read_paths\": [\"/srv/zones\"], \"crash_folder\": "
               "\"/var/lib/scloud-dns/crash\"}",
};
