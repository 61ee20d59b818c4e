/* Machine states as words: `rax=0x12 cf=1 m32@0x10=7 xmm0=...`. */
/* SPDX-License-Identifier: MIT */
#ifndef TESTS_ASM_STATE_H
#define TESTS_ASM_STATE_H

#include "tests/asm/rig.h"

/* What a run begins with and ends with. */
typedef struct Snapshot {
    MachineState st;
    MachineResult res;
    uint8_t data[DATA_SIZE], stack[STACK_SIZE];
} Snapshot;

/* The state in which every test begins: all registers and memory have telling values. */
void snapshot_init(Snapshot *s);
/* Memory of `s` to the places where code sees it, and back. */
void snapshot_load(const Snapshot *s);
void snapshot_save(Snapshot *s);

/* Applies the words of `text` to `s`; false with a message for an unknown word. */
bool snapshot_set(Snapshot *s, const char *text, GError **errp);
/*
 * Compares `s` with the words of `text`; differences are appended to `why`. *flags gets
 * the EFLAGS bits that were named. `fault=` and `err=` speak of the exception; without
 * them the test must have ended at its HLT.
 */
bool snapshot_matches(const Snapshot *s, const char *text, uint64_t end, GString *why,
                      uint32_t *flags);
/* Compares all but the flags outside `flags`. */
bool snapshot_equal(const Snapshot *a, const Snapshot *b, uint32_t flags, GString *why);
/* The words that lead from `before` to `s`, flags of `flags` included; `end`: as above.
 */
void snapshot_describe(const Snapshot *s, const Snapshot *before, uint64_t end,
                       uint32_t flags, GString *to);

#endif
