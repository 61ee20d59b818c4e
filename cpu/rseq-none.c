/* Where there are no restartable sequences: machines, and tests of the front end. */
/* SPDX-License-Identifier: MIT */
#include "cpu/rseq.h"

unsigned rseq_sequences;

bool rseq_look(CPUState *cpu, vaddr va)
{
    return false;
}

const RseqSequence *rseq_at(CPUState *cpu, vaddr pc)
{
    return NULL;
}

bool cpu_rseq_access(CPUState *cpu, const RseqAccess *a, uintptr_t ra)
{
    return false;
}

bool cpu_rseq_goes_on(CPUState *cpu, const RseqSequence *seq)
{
    return false;
}
