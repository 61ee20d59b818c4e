/* Thunks that are the same on all hosts. */
/* SPDX-License-Identifier: MIT */
#ifndef TCG_THUNKS_H
#define TCG_THUNKS_H

/*
 * Included by a back end's HOST-thunks.c behind these functions of its own:
 *   thunk_start()         the rx address of the thunk that begins here
 *   thunk_save(x, regs)   all of a thunk that stores pinned registers to env; C code is
 *                         called behind it
 *   thunk_load(x, regs)   all of one that loads them
 *   thunk_ld, thunk_st(x, memop)   the slow paths of loads and stores (slow-thunks.h)
 */
#include "tcg/backend-internal.h"

/* regs: all pinned ones, and those of them that C functions do not preserve. */
static inline void thunks_of_calls(Emission *x, uint32_t all, uint32_t caller_saved)
{
    tcg_thunks.save_all = thunk_start(x);
    thunk_save(x, all);
    tcg_thunks.save_caller = thunk_start(x);
    thunk_save(x, caller_saved);
    tcg_thunks.load_all = thunk_start(x);
    thunk_load(x, all);
    tcg_thunks.load_caller = thunk_start(x);
    thunk_load(x, caller_saved);
}

static inline void thunks_of_accesses(Emission *x)
{
    thunk_ld(x, MO_80);
    for (unsigned size = MO_8; size <= MO_256; size++) {
        for (unsigned align = 0; align <= MO_ALIGN; align += MO_ALIGN) {
            thunk_st(x, size | align);
            thunk_ld(x, size | align);
            thunk_ld(x, size | align | MO_RMW);
        }
    }
}

#endif
