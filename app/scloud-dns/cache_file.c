/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Dumps and loads. A file is whole or not there: it is written beside its place and renamed. */
#include "cache_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/log.h"

#define US_PER_MS 1000u

struct cache_dump {
	const struct cache *cache;
	FILE *out;
	char *path;
	char *temporary;
	uint32_t slot;
	uint64_t entries;
	bool is_whole;
	struct cache_copy copy;
	struct cache_text_writer writer;
};

static void free_dump(struct cache_dump *dump)
{
	free(dump->path);
	free(dump->temporary);
	free(dump);
}

enum result cache_dump_open(const struct cache *cache, const char *path, uint64_t calendar_s,
                            struct cache_dump **out)
{
	struct cache_dump *dump = malloc(sizeof(*dump));
	if (dump == NULL)
		return RESULT_NO_MEMORY;
	dump->cache = cache;
	dump->slot = 0;
	dump->entries = 0;
	dump->is_whole = false;
	dump->path = strdup(path);
	if (asprintf(&dump->temporary, "%s.XXXXXX", path) < 0)
		dump->temporary = NULL;
	if (dump->path == NULL || dump->temporary == NULL) {
		free_dump(dump);
		return RESULT_NO_MEMORY;
	}
	int descriptor = mkstemp(dump->temporary); /* mode 0600 */
	dump->out = descriptor >= 0 ? fdopen(descriptor, "w") : NULL;
	if (dump->out == NULL) {
		int error = errno;
		if (descriptor >= 0)
			close(descriptor);
		free_dump(dump);
		errno = error;
		return RESULT_IO;
	}
	cache_text_start(&dump->writer, dump->out, calendar_s);
	*out = dump;
	return RESULT_OK;
}

bool cache_dump_piece(struct cache_dump *dump, uint64_t now_ms)
{
	const uint32_t slots = cache_copy_slots(dump->cache);
	uint32_t end = dump->slot + CACHE_FILE_SLOTS;
	if (end > slots)
		end = slots;
	for (; dump->slot < end; dump->slot++) {
		if (cache_copy_slot(dump->cache, dump->slot, now_ms, &dump->copy) &&
		    cache_text_write(&dump->writer, &dump->copy) == RESULT_OK)
			dump->entries++;
	}
	dump->is_whole = dump->slot >= slots;
	return !dump->is_whole && !ferror(dump->out);
}

enum result cache_dump_close(struct cache_dump *dump, bool keep, uint64_t *entries)
{
	bool is_good =
	    !ferror(dump->out) && fflush(dump->out) == 0 && fsync(fileno(dump->out)) == 0;
	int error = errno;
	is_good &= fclose(dump->out) == 0;
	*entries = dump->entries;
	if (keep && is_good && dump->is_whole) {
		is_good = rename(dump->temporary, dump->path) == 0;
		error = errno;
	}
	if (!keep || !is_good)
		(void)unlink(dump->temporary);
	cache_text_end(&dump->writer);
	free_dump(dump);
	errno = error;
	return is_good ? RESULT_OK : RESULT_IO;
}

/* -- loading -- */

struct cache_load {
	struct cache *cache;
	char *path;
	struct cache_file_sums sums;
	bool is_over;
	bool is_given; /* the batch was with the writer when we last looked */
	struct cache_batch batch;
	struct cache_item items[CACHE_FILE_BATCH];
	struct dns_question questions[CACHE_FILE_BATCH];
	uint8_t *messages[CACHE_FILE_BATCH];
	struct cache_text_reader reader;
};

/* The next good answer of the file; errors are told. False: the end. */
static bool read_next(struct cache_text_reader *reader, struct cache_file_sums *sums)
{
	enum result result;
	while ((result = cache_text_next(reader)) == RESULT_MALFORMED)
		log_warn("cache", "CCH002", "%s; that answer is passed over", reader->problem);
	if (result != RESULT_OK && result != RESULT_NOT_FOUND)
		log_warn("cache", "CCH003", "the rest of the cache file is not read: %s",
		         result_text(result));
	sums->wrong = reader->wrong;
	sums->read += result == RESULT_OK;
	return result == RESULT_OK;
}

enum result cache_load_open(struct cache *cache, const char *path, uint64_t calendar_s,
                            struct cache_load **out)
{
	struct cache_load *load = calloc(1, sizeof(*load));
	if (load == NULL || (load->path = strdup(path)) == NULL) {
		free(load);
		return RESULT_NO_MEMORY;
	}
	load->cache = cache;
	enum result result = cache_text_open(&load->reader, load->path, calendar_s);
	if (result == RESULT_MALFORMED)
		log_warn("cache", "CCH002", "%s", load->reader.problem);
	if (result != RESULT_OK) {
		int error = errno;
		free(load->path);
		free(load);
		errno = error;
		return result;
	}
	*out = load;
	return RESULT_OK;
}

static void free_messages(struct cache_load *load)
{
	for (uint32_t i = 0; i < load->batch.count; i++)
		free(load->messages[i]);
	load->batch.count = 0;
}

/* Copies the reader's answer into the batch. */
static bool take(struct cache_load *load)
{
	const struct cache_item *from = &load->reader.item;
	const uint32_t at = load->batch.count;
	load->messages[at] = malloc(from->len);
	if (load->messages[at] == NULL)
		return false;
	memcpy(load->messages[at], from->message, from->len);
	load->questions[at] = *from->question;
	load->items[at] = *from;
	load->items[at].question = &load->questions[at];
	load->items[at].message = load->messages[at];
	load->batch.count++;
	return true;
}

bool cache_load_piece(struct cache_load *load)
{
	if (!cache_load_is_idle(load) || !cache_batch_is_taken(load->cache))
		return true;
	load->is_given = false;
	load->sums.kept += load->batch.kept;
	load->batch.kept = 0;
	free_messages(load);
	while (load->batch.count < CACHE_FILE_BATCH && !load->is_over)
		load->is_over = !read_next(&load->reader, &load->sums) || !take(load);
	if (load->batch.count == 0)
		return false;
	load->batch.items = load->items;
	CHECK(cache_batch_give(load->cache, &load->batch) == RESULT_OK); /* it was taken above */
	load->is_given = true;
	return true;
}

void cache_load_sums(const struct cache_load *load, struct cache_file_sums *out)
{
	*out = load->sums;
}

bool cache_load_is_idle(const struct cache_load *load)
{
	return !load->is_given || cache_batch_is_taken(load->cache);
}

void cache_load_close(struct cache_load *load)
{
	free_messages(load);
	cache_text_close(&load->reader);
	free(load->path);
	free(load);
}

/* -- the whole at once -- */

static uint64_t now_ms(void)
{
	return clock_now_us() / US_PER_MS;
}

void cache_file_save(const struct cache *cache, const char *path)
{
	struct cache_dump *dump;
	uint64_t entries = 0;
	if (path[0] == '\0')
		return;
	enum result result = cache_dump_open(cache, path, clock_calendar_s(), &dump);
	if (result == RESULT_OK) {
		while (cache_dump_piece(dump, now_ms())) {
		}
		result = cache_dump_close(dump, true, &entries);
	}
	if (result == RESULT_OK)
		log_info("cache", "CCH001", "%llu answers of the cache are kept in %s",
		         (unsigned long long)entries, path);
	else
		log_error("cache", "CCH004", "cannot write %s: %s", path,
		          result == RESULT_IO ? strerror(errno) : result_text(result));
}

void cache_file_restore(struct cache *cache, const char *path)
{
	struct cache_load *load;
	struct cache_file_sums sums = {0};
	if (path[0] == '\0')
		return;
	enum result result = cache_load_open(cache, path, clock_calendar_s(), &load);
	if (result != RESULT_OK) {
		bool is_missing = result == RESULT_IO && errno == ENOENT;
		if (!is_missing)
			log_warn("cache", "CCH003", "cannot read %s: %s", path,
			         result == RESULT_IO ? strerror(errno) : result_text(result));
		return;
	}
	while (read_next(&load->reader, &sums))
		sums.kept += cache_insert(cache, &load->reader.item, now_ms()) == RESULT_OK;
	cache_load_close(load);
	log_info("cache", "CCH005",
	         "%llu of %llu answers in %s are in the cache again, %llu are wrong",
	         (unsigned long long)sums.kept, (unsigned long long)sums.read, path,
	         (unsigned long long)sums.wrong);
}
