/* The side table of a unit: for each host address that can fault, the precise state. */
/* SPDX-License-Identifier: MIT */
#ifndef TCG_SIDE_TABLE_H
#define TCG_SIDE_TABLE_H

#include "tcg/tcg.h"

/*
 * Entries are in the order of their offsets. In memory: for each the differences to the
 * one before, a zero at the end, as variable-length integers; a recipe that has not
 * changed takes one byte. All integers are LEB128, signed ones zigzag.
 */
typedef struct SideWriter {
    uint8_t *start, *p, *limit; /* p: where the next byte goes; limit: none beyond */
    uint32_t offset;            /* of the last entry, 0: there is none */
    TCGRestore last;
} SideWriter;

/* No entry takes more bytes. */
#define SIDE_MAX_ENTRY 116

/* Begins a table at p. */
void side_begin(SideWriter *w, uint8_t *p, uint8_t *limit);
/* offset: of the host address from the unit's entry. */
void side_add(SideWriter *w, uint32_t offset, const TCGRestore *state);
/* Where the entry added last says where to resume, which it does. */
uint8_t *side_resume(const SideWriter *w);
/* Says so there, instead of what it said. */
void side_set_resume(uint8_t *at, uint32_t resume);
/* Ends the table and returns its size, or 0 if there was no room. */
size_t side_end(SideWriter *w);

/* Finds the entry of `offset`; false if there is none. */
bool side_find(const uint8_t *table, uint32_t offset, TCGRestore *out);

#endif
