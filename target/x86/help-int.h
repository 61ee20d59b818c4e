/* What the helpers of integer and string instructions share with their generators. */
/* SPDX-License-Identifier: MIT */
#ifndef TARGET_X86_HELP_INT_H
#define TARGET_X86_HELP_INT_H

#include "target/x86/cpu.h"

/* The argument of the REP helpers. */
enum {
    STR_SIZE_MASK = 3,  /* log2 of the element's bytes             */
    STR_ADDR_SHIFT = 2, /* address size, SZ16..SZ64: 2 bits        */
    STR_SEG_SHIFT = 4,  /* segment of the source: 3 bits           */
    STR_ONE = 1 << 7,   /* one element a call                      */
    STR_REPNE = 1 << 8, /* F2: CMPS and SCAS stop at equal, not at unequal */
};

/*
 * Whether limit and type of segment `seg` allow an access to `bytes` at effective address
 * `ea`. Not for 64-bit code.
 */
bool x86_seg_allows(const CPUX86State *env, unsigned seg, uint64_t ea, uint64_t bytes,
                    bool write);
/* The same; raises #GP(0) or #SS(0). */
void x86_check_seg(CPUX86State *env, unsigned seg, uint64_t ea, unsigned bytes,
                   bool write, uintptr_t ra);

#endif
