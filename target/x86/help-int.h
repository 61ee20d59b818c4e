/* What the helpers of integer and string instructions share with their generators. */
/* SPDX-License-Identifier: MIT */
#ifndef TARGET_X86_HELP_INT_H
#define TARGET_X86_HELP_INT_H

#include "target/x86/cpu.h"
#include "tcg/string-op.h"

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
