/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Runs a fuzz target without libFuzzer: each seed file of a directory, then mutations of the seeds and
 * random octets, always the same ones. "replay DIRECTORY [ROUNDS]". */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

#define SEEDS_MAX 1024
#define SEED_OCTETS_MAX 65535
#define ROUNDS_DEFAULT 200000

struct seed {
	uint8_t *data;
	size_t len;
};

static struct seed seeds[SEEDS_MAX];
static size_t seed_count;

/* xorshift64: the same run every time. */
static uint64_t next_random(void)
{
	static uint64_t state = UINT64_C(0x9e3779b97f4a7c15);
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

static size_t below(size_t bound)
{
	return (size_t)(next_random() % bound);
}

static void run(const uint8_t *data, size_t len)
{
	uint8_t *exact = malloc(len + (len == 0));
	if (exact == NULL)
		exit(EXIT_FAILURE);
	memcpy(exact, data, len);
	LLVMFuzzerTestOneInput(exact, len);
	free(exact);
}

static void seed_load(const char *directory, const char *name)
{
	static uint8_t buffer[SEED_OCTETS_MAX];
	char path[4096];
	snprintf(path, sizeof(path), "%s/%s", directory, name);
	FILE *file = fopen(path, "rb");
	if (file == NULL)
		return;
	const size_t len = fread(buffer, 1, sizeof(buffer), file);
	fclose(file);
	struct seed *seed = &seeds[seed_count++];
	seed->data = malloc(len + 1);
	if (seed->data == NULL)
		exit(EXIT_FAILURE);
	memcpy(seed->data, buffer, len);
	seed->len = len;
}

static int compare_names(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static void seeds_load(const char *directory)
{
	struct dirent **names;
	const int count = scandir(directory, &names, NULL, compare_names);
	for (int i = 0; i < count; i++) {
		if (names[i]->d_name[0] != '.' && seed_count < SEEDS_MAX)
			seed_load(directory, names[i]->d_name);
		free(names[i]);
	}
	if (count >= 0)
		free(names);
}

/* Changes a few octets, cuts, or puts a piece of another seed in. */
static size_t mutate(uint8_t *data, size_t len, size_t size)
{
	static const uint8_t telling[] = {0, 1, 0x3f, 0x40, 0x7f, 0x80, 0xc0, 0xff, '\\', '"', '.'};
	for (size_t changes = 1 + below(4); changes > 0; changes--) {
		const struct seed *other = &seeds[below(seed_count)];
		const size_t at = len > 0 ? below(len) : 0;
		const size_t piece = below(other->len + 1);
		switch (below(5)) {
		case 0:
			if (len > 0)
				data[at] = (uint8_t)next_random();
			break;
		case 1:
			if (len > 0)
				data[at] = telling[below(sizeof(telling))];
			break;
		case 2:
			if (len > 0)
				data[at] ^= (uint8_t)(1u << below(8));
			break;
		case 3:
			len = at;
			break;
		default:
			if (len + piece <= size) {
				memmove(data + at + piece, data + at, len - at);
				memcpy(data + at, other->data, piece);
				len += piece;
			}
			break;
		}
	}
	return len;
}

int main(int argc, char **argv)
{
	static uint8_t data[2 * SEED_OCTETS_MAX];
	if (argc < 2) {
		fprintf(stderr, "usage: %s SEEDS [ROUNDS]\n", argv[0]);
		return EXIT_FAILURE;
	}
	const long rounds = argc > 2 ? strtol(argv[2], NULL, 10) : ROUNDS_DEFAULT;
	seeds_load(argv[1]);
	if (seed_count == 0) {
		fprintf(stderr, "%s: no seeds in %s\n", argv[0], argv[1]);
		return EXIT_FAILURE;
	}
	for (size_t i = 0; i < seed_count; i++)
		run(seeds[i].data, seeds[i].len);
	for (long i = 0; i < rounds; i++) {
		const struct seed *seed = &seeds[below(seed_count)];
		memcpy(data, seed->data, seed->len);
		run(data, mutate(data, seed->len, sizeof(data)));
	}
	printf("%zu seeds, %ld mutations\n", seed_count, rounds);
	for (size_t i = 0; i < seed_count; i++)
		free(seeds[i].data);
	return EXIT_SUCCESS;
}
