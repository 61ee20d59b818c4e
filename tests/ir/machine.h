/* A guest for tests of units: registers, four pages of memory behind a small TLB,
 * helpers, faults. */
/* SPDX-License-Identifier: MIT */
#ifndef TESTS_IR_MACHINE_H
#define TESTS_IR_MACHINE_H

#include <setjmp.h>

#include "target/x86/x87-op.h"
#include "tcg/tcg.h"

/*
 * Memory is four pages at MEM_BASE: the first in the TLB for reads and writes, the second
 * for reads only, the third not at all (the slow path does these accesses), the fourth
 * faults. So does everything else.
 */
enum {
    NR_GPRS = 16,
    NR_VECS = 4,
    NR_FIELDS = 4,
    PAGE_BITS = 12,
    PAGE_SIZE = 1 << PAGE_BITS,
    NR_PAGES = 4,
    MEM_SIZE = (NR_PAGES - 1) * PAGE_SIZE, /* what can be accessed */
    MEM_BASE = 0x10000,
};

/* What generated code addresses; the env pointer is at `gpr`. */
typedef struct Env {
    char *tlb;
    JumpEntry *jump_table;
    uint64_t jump_mask, jump_tag;
    int32_t exit_request;
    int32_t rounds; /* of a loop, until it asks to leave: see gen_round() */
    uint64_t gpr[NR_GPRS] __attribute__((aligned(64)));
    uint8_t vec[NR_VECS][32];
    uint64_t pc, unit_page;
    uint32_t cc_op, cc_unused;
    uint64_t cc_a, cc_b, cc_c, cc_r;
    uint32_t mxcsr;
    uint8_t vec_loaded, x87_loaded;
    uint16_t x87_host_cw;
    X87State x87;
    uint64_t field[NR_FIELDS]; /* for ld_env and st_env */
    uint64_t io;               /* what helpers with effects outside have done */
} Env;

typedef struct TLBEntry {
    uint64_t tag_read, tag_write, addend, unused;
} TLBEntry;
enum { TLB_INDEX_BITS = 3 };

/* All that a unit can change, and how it ended. */
typedef struct Outcome {
    uint64_t gpr[NR_GPRS];
    uint8_t vec[NR_VECS][32];
    X87State x87;
    uint64_t field[NR_FIELDS];
    uint64_t pc, io;
    uint32_t flags;      /* cc_compute() of the recipe */
    uint32_t flags_mask; /* of which these count: exit_link's ccmask, or all */
    bool faulted;
    uint64_t fault_addr;
    uint64_t reason; /* of the TCGExit, when not faulted */
    uint8_t mem[MEM_SIZE];
} Outcome;

typedef struct Machine {
    Env env;
    TLBEntry tlb[1 << TLB_INDEX_BITS];
    uint8_t recent[RECENT_BYTES];
    uint8_t mem[MEM_SIZE] __attribute__((aligned(64)));
    const TCGBackend *backend;
    CodeBuf *buf;
    TCGContext *s;
    sigjmp_buf on_fault;
    uintptr_t fault_ra;
    uint64_t fault_addr;
    bool probe_failed; /* the last run ended at a probe that cannot be answered */
} Machine;

/* A machine on `backend`; free it with machine_free(). */
Machine *machine_new(const TCGBackend *backend);
void machine_free(Machine *m);

extern const GuestDesc machine_guest;

/* A new context with the machine's globals: rax ... r15, xmm0 ... xmm3. */
TCGContext *machine_context(void);

/* Helpers that units call by name; each row says what its function reads and writes. */
extern const HelperInfo machine_helpers[];
extern const unsigned nr_machine_helpers;
/* NULL: there is none of that name. */
const HelperInfo *machine_helper(const char *name);

/* Parses a unit into m->s, puts in the real helpers for their names, and verifies it. */
bool machine_parse(Machine *m, const char *text, GError **errp);

/* Sets registers, memory and flags, as a function of `seed`. */
void machine_fill(Machine *m, uint64_t seed);

/* Translates the unit in `s` as it is, without passes, and runs it once. */
void machine_run(Machine *m, TCGContext *s, Outcome *o);

/* What differs between two outcomes, as text; empty when nothing does. */
void outcome_diff(const Outcome *a, const Outcome *b, GString *to);

#endif
