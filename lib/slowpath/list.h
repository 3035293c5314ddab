/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* list -- doubly linked lists whose links lie in the elements: no memory, all steps O(1).
 *
 * What:    time-outs of one kind all have the same length, so a list in order of arrival is a timer queue:
 *          its first element is the next one due. Ready and dirty connections are lists too.
 * Threads: a list belongs to one thread.
 * Memory:  the elements'.
 * Limits:  an element is in at most one list per link.
 * Trust:   no input.
 * RFC:     none. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct list_link {
	struct list_link *next; /* NULL: in no list */
	struct list_link *previous;
};

/* The list's head is a link too. */
static inline void list_init(struct list_link *head)
{
	head->next = head;
	head->previous = head;
}

static inline bool list_is_empty(const struct list_link *head)
{
	return head->next == head;
}

static inline bool list_has(const struct list_link *link)
{
	return link->next != NULL;
}

static inline void list_push(struct list_link *head, struct list_link *link)
{
	link->previous = head->previous;
	link->next = head;
	head->previous->next = link;
	head->previous = link;
}

/* Does nothing for a link that is in no list. */
static inline void list_remove(struct list_link *link)
{
	if (link->next == NULL)
		return;
	link->next->previous = link->previous;
	link->previous->next = link->next;
	link->next = NULL;
	link->previous = NULL;
}

/* The element in which `link` is the field `field`. */
#define LIST_ELEMENT(link, type, field) ((type *)((char *)(link)-offsetof(type, field)))
