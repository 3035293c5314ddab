/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* From which level on each component writes. */
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "base/log.h"

static const char *const level_texts[LOG_LEVEL_COUNT] = {"error", "warn", "info", "debug"};

/* Everything but `most` is under the lock. */
static struct {
	pthread_mutex_t lock;
	_Atomic int most; /* the least grave that any component writes */
	enum log_level common; /* of components without a level of their own */
	uint32_t count;
	struct {
		char name[LOG_COMPONENT_BYTES];
		enum log_level level;
	} component[LOG_COMPONENTS_MAX];
} levels = {
    .lock = PTHREAD_MUTEX_INITIALIZER,
    .most = LOG_LEVEL_INFO,
    .common = LOG_LEVEL_INFO,
};

bool log_wants(enum log_level level)
{
	return (int)level <= atomic_load_explicit(&levels.most, memory_order_relaxed);
}

/* The index of the component; `count`: it has no level of its own. The lock is held. */
static uint32_t find(const char *component)
{
	uint32_t at = 0;
	while (at < levels.count && strcmp(levels.component[at].name, component) != 0)
		at++;
	return at;
}

enum log_level log_level_of(const char *component)
{
	pthread_mutex_lock(&levels.lock);
	uint32_t at = find(component);
	enum log_level level = at < levels.count ? levels.component[at].level : levels.common;
	pthread_mutex_unlock(&levels.lock);
	return level;
}

static enum result set_component(const char *component, enum log_level level)
{
	uint32_t at = find(component);
	if (strlen(component) >= LOG_COMPONENT_BYTES)
		return RESULT_TOO_LONG;
	if (at == LOG_COMPONENTS_MAX)
		return RESULT_NO_SPACE;
	memcpy(levels.component[at].name, component, strlen(component) + 1);
	levels.component[at].level = level;
	levels.count += at == levels.count;
	return RESULT_OK;
}

enum result log_set_level(const char *component, enum log_level level)
{
	enum result result = RESULT_OK;
	pthread_mutex_lock(&levels.lock);
	if (component != NULL) {
		result = set_component(component, level);
	} else {
		levels.count = 0;
		levels.common = level;
	}
	enum log_level most = levels.common;
	for (uint32_t i = 0; i < levels.count; i++)
		if (levels.component[i].level > most)
			most = levels.component[i].level;
	atomic_store_explicit(&levels.most, (int)most, memory_order_relaxed);
	pthread_mutex_unlock(&levels.lock);
	return result;
}

const char *log_level_text(enum log_level level)
{
	return (unsigned)level < LOG_LEVEL_COUNT ? level_texts[level] : "unknown";
}
