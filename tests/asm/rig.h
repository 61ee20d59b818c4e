/* Runs a few x86 instructions from a given state: on the host's CPU, or by our
 * translator. */
/* SPDX-License-Identifier: MIT */
/*
 * Guest memory is the test program's own: a guest address is a host address. Both ways
 * see the same three places, at addresses below 2 GiB so that 32-bit code reaches them.
 * Code runs in user mode until it raises an exception; HLT, which does, is how a test
 * ends.
 */
#ifndef TESTS_ASM_RIG_H
#define TESTS_ASM_RIG_H

#include "target/x86/cpu.h"
#include "target/x86/decode.h"
#include "tcg/tcg.h"

#define CODE_BASE  0x10000000u
#define CODE_SIZE  0x00400000u
#define DATA_BASE  0x20000000u /* two pages; nothing in front of them and behind them */
#define DATA_SIZE  0x00002000u
#define STACK_BASE 0x20010000u /* two pages, the same */
#define STACK_SIZE 0x00002000u
#define CONST_BASE 0x20020000u /* one page, read only */
#define CONST_SIZE 0x00001000u
#define GDT_BASE                                                                    \
    0x20030000u /* one page, read only: the translator's GDT, with the selectors of \
                   Linux */
#define GDT_SIZE 0x00001000u

/*
 * Segments of 16-bit code. SEGS_LIMITED: CS, SS and DS begin at the three places and are
 * no longer than needed, ES ends where ES_LIMIT says, GS is an expand-down segment.
 * SEGS_VM86: the same bases and limits in virtual-8086 mode, which the host cannot do.
 */
enum { SEGS_FLAT, SEGS_LIMITED, SEGS_VM86 };
#define ES_LIMIT 0x1bffu
#define GS_START 0xe000u /* first valid offset; it is the beginning of the data */

typedef struct MachineState {
    uint64_t regs[16];
    uint64_t rip;
    uint32_t eflags;
    uint32_t mxcsr;
    uint8_t mode;      /* X86Mode: of the code segment */
    uint8_t segs;      /* SEGS_* */
    uint16_t fcw, fsw; /* fsw with TOP */
    uint8_t ftw;       /* bit i: physical register i is in use (as FXSAVE) */
    uint8_t st[8][10]; /* ST(0) first */
    X86Vec vec[16];
} MachineState;

typedef struct MachineResult {
    int vector;     /* of the exception that ended the run; -1: it did not end */
    uint32_t error; /* page fault error code */
    uint64_t cr2;   /* of a page fault */
} MachineResult;

/* Maps the three places in this process. Once. */
bool rig_map_memory(void);

/* EFLAGS bits that both ways can set and show. */
#define RIG_EFLAGS (CC_ALL | EFL_DF)

/* --- the host's CPU: native-*.c --- */

/* False: this host is no x86_64 one; nothing else of native_* may be called then. */
bool native_init(void);
/* The host can run code of that mode. */
bool native_has_mode(X86Mode mode);
/* Runs from *st until an exception; *st is the state at it. Not for code that may damage
 * the process. */
MachineResult native_run(MachineState *st);
/*
 * A faster way for 64-bit code in flat segments: it may come to its end without an
 * exception where native_put_exit() has put a jump, NATIVE_EXIT_SIZE bytes. The result is
 * as if a HLT were there.
 */
#define NATIVE_EXIT_SIZE 14
void native_put_exit(uint8_t *at);
MachineResult native_run_to(MachineState *st, uint64_t end);
/* Where RSP is not canonical, an interrupt during native_run() can show as a #GP that the
 * code does not raise (hypervisors that refuse to return to such a state). */
bool native_rsp_is_canonical(const MachineState *st);
/* The host CPU has the feature. */
bool native_has_feature(unsigned feature);

/* --- ours: rig.c --- */

typedef struct Rig Rig;
/* A vCPU on `backend`; `opts_off`: OPTBIT_* switched off. */
Rig *rig_new(const TCGBackend *backend, uint64_t opts_off);
/* The same without a TLB: memory is accessed directly. It cannot catch faults: for
 * rig_translate(). */
Rig *rig_new_direct(const TCGBackend *backend, uint64_t opts_off);
void rig_free(Rig *r);
/* Code in memory has changed: forget all translations. */
void rig_forget(Rig *r);
/* Runs from *st until an exception, or `max_units` units have been run. */
MachineResult rig_run(Rig *r, MachineState *st, unsigned max_units);
/* The units made since rig_forget(), as IR text. */
void rig_print_ir(Rig *r, const MachineState *st, GString *to);
/*
 * Translates the unit at st->rip, of max_insns instructions at most, and does not run it;
 * for back ends that have code to show. *ended: its last instruction ends units. The
 * unit's ops are in what is returned, until the next unit is made; NULL: it is none.
 */
const TCGContext *rig_translate(Rig *r, const MachineState *st, unsigned max_insns,
                                TCGCode *code, bool *ended);
/* The CPU that the vCPU is (a copy is kept), and XCR0 of its runs; at first every
 * feature, and x87, SSE and AVX state. */
void rig_set_model(Rig *r, const X86Model *m, uint64_t xcr0);
/* From now on guest accesses are ordered as with a second vCPU. */
void rig_set_ordered(Rig *r, bool on);
/* One instruction per unit from now on. */
void rig_set_one_insn(Rig *r, bool on);

#endif
