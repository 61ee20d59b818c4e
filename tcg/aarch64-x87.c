/* x87 on an aarch64 host: operations in C, loads and stores by the inline probe. */
/* SPDX-License-Identifier: MIT */
#include "tcg/aarch64-internal.h"

static void x87_arg(A64 *x, unsigned reg, size_t member)
{
    asm_ls(&x->a, ls_opc(STR, 3), reg, SP, FRAME_ARGS + member);
}

/* Calls x87_op(): lo and hi are in FRAME_ARGS. */
static void x87_call(A64 *x, const IROp *op, unsigned i)
{
    cc_clobber(x);
    ra_evict(&x->ra, 0xff);
    asm_movi(&x->a, T0, op->vec | (uint64_t)i << 32);
    x87_arg(x, T0, offsetof(X87Op, id));
    asm_mov(&x->a, IR_I64, 0, ENV);
    asm_addsub_imm(&x->a, ADD, IR_I64, 1, SP, FRAME_ARGS);
    a64_call_c(x, (const void *)x->g->x87_op);
}
static_assert(offsetof(X87Op, id) == 0 && offsetof(X87Op, i) == 4 &&
                  sizeof(X87Op) <= FRAME_SLOTS - FRAME_ARGS,
              "x87_call()");

void a64_emit_x87(A64 *x, const IROp *op)
{
    a64_vec_in_env(x);
    if (op->in[0] != IR_NONE) {
        asm_extend(&x->a, IR_I64, IR_I16, false, T0, a64_in(x, op->in[0], IR_I16));
        x87_arg(x, T0, offsetof(X87Op, lo));
    }
    x87_call(x, op, op->imm);
    if (op->setcc) {
        cc_set_value(x, 0);
    }
    if (op->out[0] != IR_NONE) {
        asm_extend(&x->a, IR_I64, IR_I16, false, T0, 0);
        a64_out_done(x, op, 0, T0);
    }
}

static void emit_x87_ld(A64 *x, const IROp *op)
{
    unsigned size = op->memop & MO_SIZE;
    a64_vec_in_env(x);
    Access acc = {.reg = ra_alloc(&x->ra), .reg2 = ra_alloc(&x->ra)};
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
    x87_arg(x, acc.reg2, offsetof(X87Op, hi));
    x87_call(x, op, 0);
}

uint64_t a64_x87_store(void *env, uint64_t addr, uint64_t id, uintptr_t ra)
{
    return tcg_thunks.guest->x87_op(env, &(X87Op){.id = id, .addr = addr, .ra = ra});
}

void a64_emit_x87_mem(A64 *x, const IROp *op)
{
    if (op->code == OP_x87ld) {
        emit_x87_ld(x, op);
        return;
    }
    a64_before_store(x);
    unsigned addr = a64_guest_address(x, op);
    if (op->memop & MO_HOST) {
        a64_vec_in_env(x);
        x87_arg(x, addr, offsetof(X87Op, host));
        x87_call(x, op, 0);
        return;
    }
    asm_mov(&x->a, IR_I64, T0, addr);
    asm_movi(&x->a, T1, op->vec);
    a64_call_slow(x, tcg_thunks.x87_st);
}

void a64_emit_x87_note(A64 *x, const IROp *op)
{
    asm_movi(&x->a, T0, op->imm);
    a64_env(x, ls_opc(STR, 3), T0, x->g->x87_fip);
    asm_movi(&x->a, T0, op->imm2);
    a64_env(x, ls_opc(STR, 1), T0, x->g->x87_fop);
}
