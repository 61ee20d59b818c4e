/* x87 on an aarch64 host: operations in C, loads and stores by the inline probe. */
/* SPDX-License-Identifier: MIT */
/*
 * What is common is done by a function of GuestDesc.x87_fast, around which pinned
 * registers and vectors stay where they are. When it declines, or where there is none,
 * x87_op() does all of it, by a thunk that saves everything.
 */
#include "tcg/aarch64-internal.h"

static void x87_arg(A64 *x, unsigned reg, size_t member)
{
    asm_ls(&x->a, ls_opc(STR, 3), reg, SP, FRAME_ARGS + member);
}
static_assert(offsetof(X87Op, id) == 0 && offsetof(X87Op, i) == 4 &&
                  offsetof(X87Op, hi) == offsetof(X87Op, lo) + 8 &&
                  sizeof(X87Op) <= FRAME_SLOTS - FRAME_ARGS,
              "thunk_x87()");

/* x87_op(), by the thunk: T0 = its result. lo, hi and host are in FRAME_ARGS. */
static void x87_in_c(A64 *x, const IROp *op, unsigned i)
{
    asm_movi(&x->a, T0, op->vec | (uint64_t)i << 32);
    a64_call(x, a64_thunks.x87);
}

static X87FastFn *fast_function(const A64 *x, const IROp *op)
{
    bool on = x->g->x87_fast && !TCG_OPT_OFF(x->s, x87fast);
    return on ? x->g->x87_fast[op->vec] : NULL;
}

/* x1 and x2 are its operand; x0 and x1 its result. Other scratch registers are lost. */
static void call_fast(A64 *x, X87FastFn *fn)
{
    a64_add_imm(x, 0, ENV, x->g->x87_regs);
    a64_call(x, (const void *)fn);
}

/* An op but a store, with nothing of other ops in scratch registers: x1 is its result. */
static void x87_run(A64 *x, const IROp *op, unsigned i)
{
    X87FastFn *fn = fast_function(x, op);
    uint8_t *done = NULL;
    if (fn) {
        call_fast(x, fn);
        done = asm_branch(&x->a, cb(CBNZ, IR_I64, 0));
    }
    x87_in_c(x, op, i);
    if (op->setcc || op->out[0] != IR_NONE) {
        asm_mov(&x->a, IR_I64, 1, T0);
    }
    if (done) {
        asm_patch(done, x->a.p);
    }
}

/* A scratch register for an argument. */
static void take(A64 *x, unsigned reg)
{
    ra_evict(&x->ra, 1u << reg);
    ra_lock(&x->ra, reg);
}

/* Scratch registers and NZCV are given up, but for arguments. */
static void before_call(A64 *x, const IROp *op)
{
    a64_end_op(x, op);
    cc_clobber(x);
    ra_evict(&x->ra, 0xff);
}

void a64_emit_x87(A64 *x, const IROp *op)
{
    if (op->in[0] != IR_NONE) {
        take(x, 2);
        asm_extend(&x->a, IR_I64, IR_I16, false, 2, a64_in(x, op->in[0], IR_I16));
        x87_arg(x, 2, offsetof(X87Op, lo));
    }
    before_call(x, op);
    asm_movi(&x->a, 1, op->imm);
    x87_run(x, op, op->imm);
    if (op->setcc) {
        cc_set_value(x, 1);
    }
    if (op->out[0] != IR_NONE) {
        asm_extend(&x->a, IR_I64, IR_I16, false, T0, 1);
        a64_out_done(x, op, 0, T0);
    }
}

static void emit_x87_ld(A64 *x, const IROp *op)
{
    unsigned size = op->memop & MO_SIZE;
    Access acc = {.reg = 1, .reg2 = 2};
    take(x, acc.reg);
    take(x, acc.reg2);
    a64_access_begin(x, &acc, op, SLOW_LD);
    if (size == MO_80) {
        a64_access(x, &acc, ls_opc(LDR, 3), acc.reg, 0);
        a64_access(x, &acc, ls_opc(LDR, 1), acc.reg2, 8);
    } else {
        a64_access(x, &acc, ls_opc(LDR, size), acc.reg, 0);
    }
    a64_access_done(x, &acc);
    a64_after_load(x);
    x87_arg(x, acc.reg, offsetof(X87Op, lo));
    if (size == MO_80) {
        x87_arg(x, acc.reg2, offsetof(X87Op, hi));
    }
    before_call(x, op);
    x87_run(x, op, 0);
}

uint64_t a64_x87_store(void *env, uint64_t addr, uint64_t id, uintptr_t ra)
{
    return tcg_thunks.guest->x87_op(env, &(X87Op){.id = id, .addr = addr, .ra = ra});
}

static void store_in_c(A64 *x, const IROp *op)
{
    unsigned addr = a64_guest_address(x, op);
    if (op->memop & MO_HOST) {
        x87_arg(x, addr, offsetof(X87Op, host));
        x87_in_c(x, op, 0);
    } else {
        asm_mov(&x->a, IR_I64, T0, addr);
        asm_movi(&x->a, T1, op->vec);
        a64_call_slow(x, tcg_thunks.x87_st);
    }
}

/* 10 bytes in two pages: a store may fault when half of it is done. */
static void branch_if_in_two_pages(A64 *x, const Access *acc, uint8_t *to)
{
    asm_logic_imm(&x->a, AND, IR_I64, T1, acc->base, 0xfff);
    asm_addsub_imm(&x->a, SUBS, IR_I64, XZR, T1, 0x1000 - 10);
    asm_patch(asm_branch(&x->a, b_cond(A_HI)), to);
}

/* Stores x1, and bits 63:48 of x0. What is no plain access goes to `in_c`. */
static void store_result(A64 *x, const IROp *op, uint8_t *in_c)
{
    unsigned size = op->memop & MO_SIZE;
    Access acc = {.reg = 1, .reg2 = 2};
    x->ra.locked = 1u << 0 | 1u << acc.reg | 1u << acc.reg2;
    a64_access_begin(x, &acc, op, SLOW_ELSE);
    if (size == MO_80) {
        if (x->g->direct && !(op->memop & MO_HOST)) {
            branch_if_in_two_pages(x, &acc, in_c);
        }
        asm_shift_imm(&x->a, LSR, IR_I64, from_to(0, acc.reg2), X87_FAST_HI_SHIFT);
        a64_access(x, &acc, ls_opc(STR, 3), acc.reg, 0);
        a64_access(x, &acc, ls_opc(STR, 1), acc.reg2, 8);
    } else {
        a64_access(x, &acc, ls_opc(STR, size), acc.reg, 0);
    }
    a64_access_else(&acc, in_c);
}

static void emit_x87_st(A64 *x, const IROp *op)
{
    X87FastFn *fn = fast_function(x, op);
    a64_before_store(x);
    if (!fn) {
        cc_clobber(x);
        ra_evict(&x->ra, 0xff);
        store_in_c(x, op);
        return;
    }
    cc_own(x, false);
    cc_clobber(x);
    ra_evict(&x->ra, 0xff);
    call_fast(x, fn);
    uint8_t *done = asm_branch(&x->a, cb(CBNZ, IR_I64, 0));
    uint8_t *in_c = x->a.p;
    store_in_c(x, op);
    ra_evict(&x->ra, 0xff);
    uint8_t *end = asm_branch(&x->a, B);
    asm_patch(done, x->a.p);
    store_result(x, op, in_c);
    a64_env(x, ls_opc(STR, 2), 0, x->g->x87_sw);
    ra_evict(&x->ra, 0xff); /* nothing that is loaded on one of the ways */
    asm_patch(end, x->a.p);
}

void a64_emit_x87_mem(A64 *x, const IROp *op)
{
    if (op->code == OP_x87ld) {
        emit_x87_ld(x, op);
    } else {
        emit_x87_st(x, op);
    }
}

/* ---- the last instruction ---- */

void a64_emit_x87_note(A64 *x, const IROp *op)
{
    x->x87_note = (X87Note){.pending = true, .fip = op->imm, .fop = op->imm2};
    if (TCG_OPT_OFF(x->s, x87fast)) {
        a64_x87_flush(x);
    }
}

void a64_x87_flush(A64 *x)
{
    if (x->x87_note.pending) {
        asm_movi(&x->a, T0, x->x87_note.fip);
        a64_env(x, ls_opc(STR, 3), T0, x->g->x87_fip);
        asm_movi(&x->a, T0, x->x87_note.fop);
        a64_env(x, ls_opc(STR, 1), T0, x->g->x87_fop);
        x->x87_note.pending = false;
    }
}
