/* Segments and descriptors: loading, checking, stacks addressed through them. */
/* SPDX-License-Identifier: MIT */
#ifndef TARGET_X86_SEG_H
#define TARGET_X86_SEG_H

#include "target/x86/cpu.h"

/* System descriptor types (SDM vol. 3, table 3-2). */
enum {
    SYS_TSS16 = 1,
    SYS_LDT = 2,
    SYS_TSS16_BUSY = 3,
    SYS_CALL16 = 4,
    SYS_TASK_GATE = 5,
    SYS_INT16 = 6,
    SYS_TRAP16 = 7,
    SYS_TSS = 9,
    SYS_TSS_BUSY = 11,
    SYS_CALL = 12,
    SYS_INT = 14,
    SYS_TRAP = 15,
};

/* MMU mode of accesses that the processor makes for itself (descriptor tables, TSS):
 * supervisor, SMAP in force. */
static inline int x86_mmu_system(const CPUX86State *env)
{
    return env->cr4 & CR4_SMAP ? MMU_KERNEL_SMAP : MMU_KERNEL;
}

static inline bool x86_real_or_vm86(const CPUX86State *env)
{
    return !(env->cr0 & CR0_PE) || env->eflags & EFL_VM;
}
static inline bool x86_long_mode(const CPUX86State *env)
{
    return env->efer & EFER_LMA;
}
static inline unsigned seg_dpl(const X86Seg *s)
{
    return s->attr >> SEG_DPL_SHIFT & 3;
}

/* The hidden part that a descriptor's first 8 bytes describe. */
X86Seg seg_from_desc(uint16_t selector, uint64_t desc);

/*
 * Reads the descriptor of `selector` from GDT or LDT to *desc. False: it is beyond the
 * table's limit. May fault.
 */
bool seg_read_desc(CPUX86State *env, uint16_t selector, uint64_t *desc, uintptr_t ra);
/* The second 8 bytes of a 16-byte system descriptor; false: beyond the limit. */
bool seg_read_desc_high(CPUX86State *env, uint16_t selector, uint64_t *high,
                        uintptr_t ra);
/* Sets the accessed bit of the descriptor in memory, if it is clear. May fault. */
void seg_mark_accessed(CPUX86State *env, uint16_t selector, uint64_t desc, uintptr_t ra);

/* Puts a segment in place: visible part, hidden part, and the base that generated code
 * uses. hflags are the caller's. */
void seg_set(CPUX86State *env, int reg, X86Seg seg);
/* The same from a selector in real or virtual-8086 mode (base = selector * 16). */
void seg_set_real(CPUX86State *env, int reg, uint16_t selector);
/* MOV or POP to a data segment register, all modes; raises the SDM's exceptions. Updates
 * hflags. */
void seg_load(CPUX86State *env, int reg, uint16_t selector, uintptr_t ra);

/* True if `bytes` at effective address ea of the segment may be accessed, by its limit
 * and (not in real and virtual-8086 mode) its type. */
bool seg_allows(const X86Seg *seg, bool real, uint64_t ea, uint64_t bytes, bool write);

/* A stack that is being pushed to or popped from, apart from RSP until the instruction
 * commits. */
typedef struct SegStack {
    CPUX86State *env;
    uint64_t base; /* of the segment; 0 in 64-bit mode */
    uint64_t mask; /* of the stack pointer's width */
    uint64_t sp;
    uint8_t size; /* bytes of a slot: 2, 4, 8 */
    int8_t mmu_idx;
    uint32_t error; /* of the #SS that a push or pop beyond the segment raises */
    bool inner;     /* of a privilege level to be entered: protected mode */
    X86Seg seg;     /* its limit counts, unless mask says 64-bit mode */
    uintptr_t ra;
} SegStack;

/* The current stack, slots of `size` bytes. */
SegStack seg_stack(CPUX86State *env, unsigned size, uintptr_t ra);
void seg_push(SegStack *st, uint64_t val);
uint64_t seg_pop(SegStack *st);
/* Stores the new stack pointer to RSP, as wide as the mask. */
void seg_stack_commit(const SegStack *st);

/* SS:ESP or RSP of privilege level `cpl` from the TSS. 64-bit: ist 1..7 takes that entry
 * instead; ss is then NULL. May fault. */
uint64_t seg_tss_stack(CPUX86State *env, unsigned cpl, unsigned ist, uint16_t *ss,
                       uintptr_t ra);

/* Checks that the stack segment `selector` fits privilege level cpl, for an
 * inter-privilege transfer; raises `vector`(selector | ext). */
X86Seg seg_check_stack(CPUX86State *env, uint16_t selector, unsigned cpl, uint32_t ext,
                       uintptr_t ra);

/* After the CPL has grown: data segments that the new CPL may not see become null (SDM
 * vol. 2, RET). */
void seg_drop_privileged(CPUX86State *env, unsigned cpl);

#endif
