/* Restartable sequences of a program, rseq(2): what front end, engine and door share. */
/* SPDX-License-Identifier: MIT */
#ifndef CPU_RSEQ_H
#define CPU_RSEQ_H

#include "cpu/cpu.h"

/*
 * The host's kernel knows the thread's area (CPUState.rseq_area), the guest's own. Where
 * the guest has put the address of a descriptor there, the kernel finds our code outside
 * of the sequence when it preempts, moves or signals the thread, and writes 0. So a 0 in
 * a sequence means that the thread has been disturbed since it came in, and that it must
 * not load or store any more, but goes on at the sequence's abort address.
 *
 * A sequence is known once its descriptor's address was met as a constant of the guest's
 * code. Guest code inside does its accesses by cpu_rseq_access().
 */
typedef struct RseqSequence {
    uint64_t descriptor; /* where the guest has its struct rseq_cs */
    uint64_t start, end, abort;
} RseqSequence;

/* How many have become known; never less. */
extern unsigned rseq_sequences;

/* While a unit is made: true if va is the address of a descriptor. Its sequence is known
 * from now on, and units made from it before are gone. */
bool rseq_look(CPUState *cpu, vaddr va);
/* While a unit is made: the sequence that the instruction at pc belongs to, or NULL. It
 * stays where it is. */
const RseqSequence *rseq_at(CPUState *cpu, vaddr pc);

/* Copies between guest memory and `buf`. */
typedef struct RseqAccess {
    const RseqSequence *seq;
    vaddr va;
    void *buf;
    unsigned memop; /* MO_*: 1 to 32 bytes */
    bool write;
} RseqAccess;

/*
 * The access, unless the thread has been disturbed in the sequence, up to the end of the
 * access; false: it has, and nothing was done. In a thread without an area it is like any
 * other. Faults as in cpu/ldst.h.
 */
bool cpu_rseq_access(CPUState *cpu, const RseqAccess *a, uintptr_t ra);
/* The thread has not been disturbed up to now. */
bool cpu_rseq_goes_on(CPUState *cpu, const RseqSequence *seq);

#endif
