/* Thunks of slow paths on hosts that pass arguments and return addresses in registers. */
/* SPDX-License-Identifier: MIT */
#ifndef TCG_SLOW_THUNKS_H
#define TCG_SLOW_THUNKS_H

/*
 * Units call them with arguments in T0 and T1, and FRAME_BUF or FRAME_OI of the frame; LR
 * is `ra`. Included by a back end's HOST-thunks.c behind thunk_start() and
 *   slow_begin(x)          saves what units have in registers; argument 0 is env
 *   slow_call(x, fn, result)   calls the function, and makes its result T0
 *   slow_end(x)            puts that back, and returns
 *   arg_reg, arg_imm, arg_frame, arg_extend, args_load   see below what they are for
 */
#include "tcg/backend-internal.h"

/* T0: guest address; then T0, or FRAME_BUF, is the value. */
static void thunk_ld(Emission *x, unsigned memop)
{
    bool wide = (memop & MO_SIZE) > MO_64;
    tcg_thunks.ld[memop] = thunk_start(x);
    slow_begin(x);
    arg_reg(x, 1, T0);
    arg_reg(x, wide ? 4 : 3, LR);
    arg_imm(x, wide ? 3 : 2, memop);
    if (wide) {
        arg_frame(x, 2, FRAME_BUF);
    }
    slow_call(x, wide ? (const void *)x->g->ld_vec : (const void *)x->g->ld, !wide);
    slow_end(x);
}

/* T0: guest address, T1 or FRAME_BUF: the value. */
static void thunk_st(Emission *x, unsigned memop)
{
    bool wide = (memop & MO_SIZE) > MO_64;
    tcg_thunks.st[memop] = thunk_start(x);
    slow_begin(x);
    arg_reg(x, 1, T0);
    if (wide) {
        arg_frame(x, 2, FRAME_BUF);
    } else {
        arg_extend(x, 2, (IRType)(memop & MO_SIZE), T1);
    }
    arg_imm(x, 3, memop);
    arg_reg(x, 4, LR);
    slow_call(x, wide ? (const void *)x->g->st_vec : (const void *)x->g->st, false);
    slow_end(x);
}

/* fn(env, T0, T1, ra), whose result is then T0. */
static void thunk_of_three(Emission *x, const uint8_t **thunk, const void *fn)
{
    *thunk = thunk_start(x);
    slow_begin(x);
    arg_reg(x, 1, T0);
    arg_reg(x, 2, T1);
    arg_reg(x, 3, LR);
    slow_call(x, fn, true);
    slow_end(x);
}

/* T0: guest address, FRAME_OI: three operands; then T0 is the old value. */
static void thunk_atomic(Emission *x)
{
    tcg_thunks.atomic = thunk_start(x);
    slow_begin(x);
    arg_reg(x, 1, T0);
    args_load(x, FRAME_OI); /* 2, 3 and 4 */
    arg_reg(x, 5, LR);
    slow_call(x, (const void *)x->g->atomic, true);
    slow_end(x);
}

/* T0: the six flags. */
static void thunk_cc_load(Emission *x)
{
    tcg_thunks.cc_load = thunk_start(x);
    slow_begin(x);
    slow_call(x, (const void *)flags_in_env, true);
    slow_end(x);
}

#endif
