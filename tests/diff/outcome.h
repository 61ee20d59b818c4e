/* What a run ended with; memory around a run. */
/* SPDX-License-Identifier: MIT */
/*
 * Between runs memory is what gen_data() and gen_stack() say. A run needs 16 KiB of it
 * and changes hardly any, so an outcome has only the lines that are not as they were.
 */
#ifndef TESTS_DIFF_OUTCOME_H
#define TESTS_DIFF_OUTCOME_H

#include "tests/diff/gen.h"

#define LINE_SIZE 64
#define NR_LINES  ((DATA_SIZE + STACK_SIZE) / LINE_SIZE)

typedef struct Outcome {
    MachineState st;
    MachineResult res;
    uint64_t changed[NR_LINES / 64]; /* bit n: line n is in lines[n] */
    uint8_t lines[NR_LINES][LINE_SIZE];
} Outcome;

/* Puts code and patch of the case in place, and its state into *out. */
void outcome_begin(const Case *c, Outcome *out);
/* Takes them away again; what is different in memory goes to *out. */
void outcome_end(const Gen *g, const Case *c, Outcome *out);

/* The same in all but the flags outside `flags`, bit for bit. */
bool outcome_equal(const Outcome *a, const Outcome *b, uint32_t flags);
/* With all of memory. */
void outcome_expand(const Gen *g, const Outcome *o, Snapshot *s);
/* What the case begins with. */
void outcome_before(const Gen *g, const Case *c, Snapshot *s);

#endif
