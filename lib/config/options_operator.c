/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Options of what the operator sees: logging, metrics, admin, monitoring. */
#include "config/config.h"
#include "config/option.h"

static const struct option_word levels[] = {
    {"error", LOG_LEVEL_ERROR, false},  {"warn", LOG_LEVEL_WARN, false},
    {"warning", LOG_LEVEL_WARN, false}, {"info", LOG_LEVEL_INFO, false},
    {"debug", LOG_LEVEL_DEBUG, false},  {NULL, 0, false},
};

static const struct option_word formats[] = {
    {"text", LOG_FORMAT_TEXT, false},
    {"json", LOG_FORMAT_JSON, false},
    {NULL, 0, false},
};

static const struct option log_level_rows[] = {
    {.key = "component",
     .type = OPTION_NAME,
     AT(log_level, component),
     RANGE(1, LOG_COMPONENT_BYTES - 1),
     .required = true,
     .live = true,
     .help = "Part of the program, as messages name it: config, port, resolver, zones ... "
             "(docs/messages.md)."},
    {.key = "level",
     .type = OPTION_CHOICE,
     AT(log_level, level),
     .words = levels,
     .required = true,
     .live = true,
     .help = "The least grave messages of it that are written."},
};

static const struct option_table option_log_level = {
    TABLE(log_level, log_level_rows),
    .example = "[{\"component\": \"resolver\", \"level\": \"debug\"}]",
};

static const struct option logging_rows[] = {
    {.key = "level",
     .type = OPTION_CHOICE,
     AT(logging, level),
     .words = levels,
     .init = "\"info\"",
     .live = true,
     .help = "The least grave messages that are written."},
    {.key = "levels",
     .type = OPTION_OBJECT,
     LIST_AT(logging, levels),
     .table = &option_log_level,
     .init = "[]",
     .items_max = LOG_COMPONENTS_MAX,
     .live = true,
     .help = "Levels of single components."},
    {.key = "format",
     .type = OPTION_CHOICE,
     AT(logging, format),
     .words = formats,
     .init = "\"text\"",
     .live = true,
     .help = "One line of text, or one JSON object, for each message."},
    {.key = "file",
     .type = OPTION_PATH,
     AT(logging, file),
     .init = "\"\"",
     .live = true,
     .written = true,
     .help =
         "Where messages go; empty: to standard error, with the journal's priorities where that is "
         "systemd's journal."},
    {.key = "dyn_ui",
     .type = OPTION_BOOL,
     AT(logging, dyn_ui),
     .init = "false",
     .pending = true,
     .help = "A live view in the terminal."},
    {.key = "rotate",
     .type = OPTION_BOOL,
     AT(logging, rotate),
     .init = "true",
     .live = true,
     .help = "Turn the file over when it reaches max_size_mb. Without it the file grows; another "
             "program may move it away and send SIGUSR1, at which it is opened again."},
    {.key = "live_print",
     .type = OPTION_BOOL,
     AT(logging, live_print),
     .init = "false",
     .live = true,
     .help = "With a file: write messages to standard error as well."},
    {.key = "max_size_mb",
     .type = OPTION_SIZE,
     AT(logging, max_size_mb),
     RANGE(1, 1048576),
     .init = "200",
     .unit = "MiB",
     .live = true,
     .help = "Size at which the file is turned over."},
    {.key = "keep_files",
     .type = OPTION_UINT,
     AT(logging, keep_files),
     RANGE(0, 99),
     .init = "4",
     .unit = "files",
     .live = true,
     .help = "Old files that are kept: FILE.1 (the youngest), FILE.2 and so on."},
    {.key = "burst",
     .type = OPTION_UINT,
     AT(logging, burst),
     RANGE(1, 1000000),
     .init = "64",
     .unit = "lines",
     .live = true,
     .help = "Lines of one kind within burst_window_ms. More are withheld, and counted in the next "
             "line of "
             "that kind."},
    {.key = "burst_window_ms",
     .type = OPTION_DURATION,
     AT(logging, burst_window_ms),
     RANGE(100, 3600000),
     .init = "5000",
     .unit = "ms",
     .live = true,
     .help = "The time that burst is for."},
};

const struct option_table option_logging = {
    TABLE(logging, logging_rows),
    .example = "{\"level\": \"info\", \"format\": \"json\", \"file\": "
               "\"/var/log/scloud-dns/scloud-dns.log\", \"max_size_mb\": 200}",
};

static const struct option metrics_rows[] = {
    {.key = "enabled",
     .type = OPTION_BOOL,
     AT(metrics, enabled),
     .init = "false",
     .help = "Serve metrics over HTTP. The DPDK telemetry socket is there in any case."},
    {.key = "prometheus_bind",
     .type = OPTION_ENDPOINT,
     AT(metrics, prometheus_bind),
     .init = "\"127.0.0.1:9153\"",
     .help = "Address and port of /metrics."},
    {.key = "enable_health_endpoint",
     .type = OPTION_BOOL,
     AT(metrics, enable_health_endpoint),
     .init = "true",
     .help = "Serve /healthz and /readyz."},
    {.key = "health_bind",
     .type = OPTION_ENDPOINT,
     AT(metrics, health_bind),
     .init = "\"127.0.0.1:8081\"",
     .help = "Address and port of /healthz and /readyz."},
    {.key = "latency",
     .type = OPTION_BOOL,
     AT(metrics, latency),
     .init = "true",
     .help = "Measure how long answers take, and each stage; also with metrics.enabled false."},
    {.key = "top",
     .type = OPTION_BOOL,
     AT(metrics, top),
     .init = "true",
     .help = "Count who asks most, and for what; also with metrics.enabled false."},
};

const struct option_table option_metrics = {TABLE(metrics, metrics_rows)};

static const struct option control_rows[] = {
    {.key = "socket",
     .type = OPTION_PATH,
     AT(control, socket),
     .init = "\"\"",
     .written = true,
     .help = "Unix socket for commands (scloud-dnsctl); empty: /run/scloud-dns/PREFIX.sock, where "
             "PREFIX is dpdk.file_prefix. Its mode is 0600: who may open it may do everything."},
};

const struct option_table option_control = {
    TABLE(control, control_rows),
    .example = "{\"socket\": \"/run/scloud-dns/control.sock\"}",
};

static const struct option admin_rows[] = {
    {.key = "enabled",
     .type = OPTION_BOOL,
     AT(admin, enabled),
     .init = "false",
     .help = "Take commands over TCP."},
    {.key = "bind",
     .type = OPTION_ENDPOINT,
     AT(admin, bind),
     .init = "\"127.0.0.1:8053\"",
     .help = "Address and port for commands."},
    {.key = "auth_token",
     .type = OPTION_SECRET,
     AT(admin, auth_token),
     RANGE(0, 4096),
     .init = "\"\"",
     .live = true,
     .help = "What a client has to show."},
    {.key = "enable_tls",
     .type = OPTION_BOOL,
     AT(admin, enable_tls),
     .init = "false",
     .help = "Speak TLS with clients."},
};

const struct option_table option_admin = {TABLE(admin, admin_rows), .gate = "enabled"};

static const struct option monitoring_rows[] = {
    {.key = "enable_query_logging",
     .type = OPTION_BOOL,
     AT(monitoring, enable_query_logging),
     .init = "false",
     .live = true,
     .help = "Write a line for each answer and for each query that is dropped; JSON where "
             "logging.format is json."},
    {.key = "query_log_path",
     .type = OPTION_PATH,
     AT(monitoring, query_log_path),
     .init = "\"\"",
     .live = true,
     .written = true,
     .help = "File that these lines are added to; SIGHUP opens it anew."},
    {.key = "log_query_qps",
     .type = OPTION_UINT,
     AT(monitoring, log_query_qps),
     RANGE(1, 10000000),
     .init = "1000",
     .unit = "lines/s",
     .live = true,
     .help = "At most so many lines; the others are counted."},
};

const struct option_table option_monitoring = {
    TABLE(monitoring, monitoring_rows),
};
