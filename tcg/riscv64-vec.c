/* Vectors and the x87 on a riscv64 host: in env and the frame, computed in C. */
/* SPDX-License-Identifier: MIT */
/* Operations are one call each of GuestDesc.vec_op() or x87_op(). */
#include "tcg/riscv64-internal.h"

/* Where a vector is: `offset` from ENV or SP. */
typedef struct Home {
    unsigned base;
    int32_t offset;
} Home;

static Home home(RV64 *x, IRRef ref)
{
    const IRTemp *t = ir_t(x->s, ref);
    if (t->kind == TEMP_GLOBAL) {
        return (Home){ENV, t->env_offset};
    }
    return (Home){SP, FRAME_SLOTS + 8 * (int32_t)ra_vec_slot(&x->ra, ref)};
}

/* Words `first` up to `end` of the vector = 0. */
static void clear_words(RV64 *x, Home h, unsigned first, unsigned end)
{
    for (unsigned i = first; i < end; i++) {
        rv_ls(x, SD, ZERO, h.base, h.offset + 8 * (int32_t)i);
    }
}

/* The upper half of a global of which an op of 128 bits writes the lower. */
static void clear_upper(RV64 *x, const IROp *op)
{
    if (op->vzero && op->type == IR_V128 && ir_is_global(x->s, op->out[0])) {
        clear_words(x, home(x, op->out[0]), 2, 4);
    }
}

static void copy_words(RV64 *x, Home to, Home from, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        rv_ls(x, LD, T0, from.base, from.offset + 8 * (int32_t)i);
        rv_ls(x, SD, T0, to.base, to.offset + 8 * (int32_t)i);
    }
}

void rv_vec_to_buf(RV64 *x, IRRef value, unsigned size)
{
    copy_words(x, (Home){SP, FRAME_BUF}, home(x, value), size == MO_256 ? 4 : 2);
}

void rv_emit_vmov(RV64 *x, const IROp *op)
{
    copy_words(x, home(x, op->out[0]), home(x, op->in[0]), op->type == IR_V256 ? 4 : 2);
    clear_upper(x, op);
}

/* All is loaded before anything is written: a fault changes nothing. */
void rv_emit_vec_ld(RV64 *x, const IROp *op)
{
    static const uint8_t regs[] = {T1, T2, LR, T0};
    unsigned size = op->memop & MO_SIZE, all = op->type == IR_V256 ? 4 : 2;
    unsigned n = size == MO_256 ? 4 : size == MO_128 ? 2 : 1;
    Access acc = {.op = op, .reg = T0, .wide = size > MO_64};
    rv_access_begin(x, &acc, SLOW_LD);
    if (size <= MO_64) {
        rv_access(x, &acc, load_opc(size, false), T0, 0);
    }
    for (unsigned i = 0; i < n && size > MO_64; i++) {
        rv_access(x, &acc, LD, regs[i], 8 * i);
    }
    rv_access_done(x, &acc);
    rv_after_load(x);
    Home h = {SP, FRAME_BUF};
    if (size <= MO_64) {
        asm_store(&x->a, SD, T0, SP, FRAME_BUF);
    }
    for (unsigned i = 0; i < n && size > MO_64; i++) {
        asm_store(&x->a, SD, regs[i], SP, FRAME_BUF + 8 * (int32_t)i);
    }
    Home to = home(x, op->out[0]);
    copy_words(x, to, h, n);
    clear_words(x, to, n, all);
    clear_upper(x, op);
}

void rv_emit_vec_st(RV64 *x, const IROp *op)
{
    unsigned size = op->memop & MO_SIZE, n = size == MO_256 ? 4 : size == MO_128 ? 2 : 1;
    Home from = home(x, op->in[2]);
    Access acc = {.op = op, .value = op->in[2], .wide = size > MO_64, .reg = T1};
    rv_before_store(x);
    if (!acc.wide) { /* the probe destroys T1 */
        acc.reg = ra_alloc(&x->ra);
        rv_ls(x, LD, acc.reg, from.base, from.offset);
    }
    rv_access_begin(x, &acc, SLOW_ST);
    for (unsigned i = n; i-- > 0;) { /* the last first: it may be of another page */
        if (acc.wide) {
            rv_ls(x, LD, T1, from.base, from.offset + 8 * (int32_t)i);
        }
        rv_access(x, &acc, store_opc(MIN(size, MO_64)), acc.reg, 8 * i);
    }
    rv_access_done(x, &acc);
}

/* ---- operations ---- */

/* reg = address of the vector, or NULL. */
static void address_of(RV64 *x, unsigned reg, IRRef ref)
{
    if (ref == IR_NONE) {
        asm_movi(&x->a, reg, 0);
    } else {
        Home h = home(x, ref);
        rv_add_imm(x, reg, h.base, h.offset);
    }
}

/* A0: flags, or an integer. */
static void result_of_c(RV64 *x, const IROp *op, IRType t)
{
    if (op->setcc) {
        cc_operand(x, 0, A0);
        cc_set(x, CC_EFLAGS, IR_I64);
    }
    if (op->out[0] != IR_NONE && (op->code == OP_vtoi || op->code == OP_x87)) {
        asm_extend(&x->a, t, false, T0, A0);
        rv_out_done(x, op, 0, T0);
    }
}

static void vec_in_c(RV64 *x, const IROp *op)
{
    bool to_vec = op->code == OP_vop || op->code == OP_itov;
    VecOp *v = arena_alloc(&x->s->arena, sizeof *v);
    *v = (VecOp){.vec = op->vec, .imm = op->imm, .n = op->type == IR_V128 ? 16 : 32};
    if (op->code == OP_itov) {
        IRType t = (IRType)op->memop;
        clear_words(x, (Home){SP, FRAME_ARGS}, 0, 2);
        rv_ls(x, store_opc(t), rv_in(x, op->in[1], t), SP, FRAME_ARGS);
    }
    ra_evict(&x->ra, SCRATCH);
    asm_mov(&x->a, A0, ENV);
    address_of(x, A0 + 1, to_vec ? op->out[0] : IR_NONE);
    address_of(x, A0 + 2, op->in[0]);
    if (op->code == OP_itov) {
        rv_add_imm(x, A0 + 3, SP, FRAME_ARGS);
    } else {
        address_of(x, A0 + 3, op->in[1]);
    }
    address_of(x, A0 + 4, op->code == OP_vop ? op->in[2] : IR_NONE);
    rv_data(x, A0 + 5, v, sizeof *v);
    rv_call_c(x, (const void *)vec_op_in_env);
    result_of_c(x, op, (IRType)op->memop);
    if (to_vec) {
        clear_upper(x, op);
    }
}

void rv_emit_vop(RV64 *x, const IROp *op)
{
    vec_in_c(x, op);
}

void rv_emit_vcmpcc(RV64 *x, const IROp *op)
{
    vec_in_c(x, op);
}

void rv_emit_vtoi(RV64 *x, const IROp *op)
{
    vec_in_c(x, op);
}

void rv_emit_itov(RV64 *x, const IROp *op)
{
    vec_in_c(x, op);
}

/* ---- x87 ---- */

static void x87_arg(RV64 *x, unsigned reg, size_t member)
{
    rv_ls(x, SD, reg, SP, FRAME_ARGS + (int64_t)member);
}

/* Calls x87_op(): lo and hi are in FRAME_ARGS. */
static void x87_call(RV64 *x, const IROp *op, unsigned i)
{
    ra_evict(&x->ra, SCRATCH);
    asm_movi(&x->a, T0, (int64_t)(op->vec | (uint64_t)i << 32));
    x87_arg(x, T0, offsetof(X87Op, id));
    asm_mov(&x->a, A0, ENV);
    rv_add_imm(x, A0 + 1, SP, FRAME_ARGS);
    rv_call_c(x, (const void *)x->g->x87_op);
}
static_assert(offsetof(X87Op, id) == 0 && offsetof(X87Op, i) == 4 &&
                  sizeof(X87Op) <= FRAME_SLOTS - FRAME_ARGS,
              "x87_call()");

void rv_emit_x87(RV64 *x, const IROp *op)
{
    if (op->in[0] != IR_NONE) {
        asm_extend(&x->a, IR_I16, false, T0, rv_in(x, op->in[0], IR_I16));
        x87_arg(x, T0, offsetof(X87Op, lo));
    }
    x87_call(x, op, (unsigned)op->imm);
    result_of_c(x, op, IR_I16);
}

static void emit_x87_ld(RV64 *x, const IROp *op)
{
    unsigned size = op->memop & MO_SIZE;
    Access acc = {.op = op, .reg = T0, .wide = size == MO_80};
    rv_access_begin(x, &acc, SLOW_LD);
    if (acc.wide) {
        rv_access(x, &acc, LD, T1, 0);
        rv_access(x, &acc, LHU, T0, 8);
    } else {
        rv_access(x, &acc, load_opc(size, false), T0, 0);
    }
    rv_access_done(x, &acc);
    rv_after_load(x);
    x87_arg(x, acc.wide ? T1 : T0, offsetof(X87Op, lo));
    x87_arg(x, T0, offsetof(X87Op, hi));
    x87_call(x, op, 0);
}

uint64_t rv_x87_store(void *env, uint64_t addr, uint64_t id, uintptr_t ra)
{
    return tcg_thunks.guest->x87_op(env, &(X87Op){.id = id, .addr = addr, .ra = ra});
}

void rv_emit_x87_mem(RV64 *x, const IROp *op)
{
    if (op->code == OP_x87ld) {
        emit_x87_ld(x, op);
        return;
    }
    rv_before_store(x);
    unsigned addr = rv_guest_address(x, op);
    if (op->memop & MO_HOST) {
        x87_arg(x, addr, offsetof(X87Op, host));
        x87_call(x, op, 0);
        return;
    }
    asm_mov(&x->a, T0, addr);
    asm_movi(&x->a, T1, op->vec);
    rv_call_slow(x, tcg_thunks.x87_st);
}

void rv_emit_x87_note(RV64 *x, const IROp *op)
{
    asm_movi(&x->a, T0, op->imm);
    rv_ls(x, SD, T0, ENV, x->g->x87_fip);
    asm_movi(&x->a, T0, op->imm2);
    rv_ls(x, SH, T0, ENV, x->g->x87_fop);
}
