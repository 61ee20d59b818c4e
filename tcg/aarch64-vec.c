/* Vectors and x87 on an aarch64 host: moves, and operations in C. */
/* SPDX-License-Identifier: MIT */
/*
 * Vectors live in env and in spill slots; v0 and v1 hold one that is being moved. What is
 * to be computed GuestDesc.vec_op() and x87_op() compute.
 */
#include "tcg/aarch64-internal.h"

/* ---- moves ---- */

/* Where the vector lives: offset from ENV or SP. */
typedef struct Home {
    unsigned base;
    int32_t offset;
} Home;

static Home home(A64 *x, IRRef ref)
{
    if (ir_is_global(x->s, ref)) {
        return (Home){ENV, ir_t(x->s, ref)->env_offset};
    }
    return (Home){SP, FRAME_SLOTS + 8 * ra_vec_slot(&x->ra, ref)};
}

/* Registers v0 and, of 256 bits, v1. */
static void move_home(A64 *x, unsigned what, IRType t, Home h)
{
    for (unsigned i = 0; i <= (t == IR_V256); i++) {
        asm_ls(&x->a, ls_vec_opc(what, 4), i, h.base, h.offset + 16 * i);
    }
}

/* The upper half of a global that op has written the lower half of. */
static void clear_upper(A64 *x, const IROp *op)
{
    if (!op->vzero || !ir_is_global(x->s, op->out[0])) {
        return;
    }
    int32_t at = ir_t(x->s, op->out[0])->env_offset + 16;
    for (unsigned i = 0; i < 2; i++) {
        a64_env(x, ls_opc(STR, 3), XZR, at + 8 * i);
    }
}

void a64_emit_vmov(A64 *x, const IROp *op)
{
    move_home(x, LDR, op->type, home(x, op->in[0]));
    move_home(x, STR, op->type, home(x, op->out[0]));
    clear_upper(x, op);
}

/* ---- guest memory ---- */

static void move_memory(A64 *x, Access *acc, unsigned what)
{
    unsigned size = acc->memop & MO_SIZE;
    for (unsigned i = 0; i <= (size == MO_256); i++) {
        a64_access(x, acc, ls_vec_opc(what, MIN(size, MO_128)), i, 16 * i);
    }
    a64_access_done(x, acc);
}

void a64_emit_vec_ld(A64 *x, const IROp *op)
{
    Access acc = {.vec = true};
    Home to = home(x, op->out[0]);
    a64_access_begin(x, &acc, op, SLOW_LD);
    move_memory(x, &acc, LDR);
    a64_after_load(x);
    if (op->type == IR_V256 && (op->memop & MO_SIZE) < MO_256) {
        asm_insn(&x->a, 0x6f00e401); /* movi v1.2d, #0 */
    }
    move_home(x, STR, op->type, to);
    clear_upper(x, op);
}

void a64_emit_vec_st(A64 *x, const IROp *op)
{
    Access acc = {.vec = true};
    a64_before_store(x);
    move_home(x, LDR, (op->memop & MO_SIZE) == MO_256 ? IR_V256 : IR_V128,
              home(x, op->in[2]));
    a64_access_begin(x, &acc, op, SLOW_ST);
    move_memory(x, &acc, STR);
}

/* ---- operations in C ---- */

static uint64_t run_in_c(void *env, void *r, const void *a, const void *b, const void *c,
                         const VecOp *op)
{
    VecOp v = *op;
    v.r = r;
    v.a = a;
    v.b = b;
    v.c = c;
    return a64_thunks.guest->vec_op(env, &v);
}

/* reg = address of the vector, or NULL. */
static void address_of(A64 *x, unsigned reg, IRRef ref)
{
    if (ref == IR_NONE) {
        asm_movi(&x->a, reg, 0);
    } else {
        Home h = home(x, ref);
        if (h.base == SP) {
            asm_addsub_imm(&x->a, ADD, IR_I64, reg, SP, h.offset);
        } else {
            a64_add_imm(x, reg, h.base, h.offset);
        }
    }
}

static void integer_input(A64 *x, const IROp *op)
{
    unsigned r = a64_in(x, op->in[1], (IRType)op->memop);
    asm_pair(&x->a, PAIR_X, from_to(XZR, XZR), SP, FRAME_ARGS);
    asm_ls(&x->a, ls_opc(STR, op->memop), r, SP, FRAME_ARGS);
}

/* x0: flags, or an integer. */
static void result_of_c(A64 *x, const IROp *op)
{
    if (op->setcc) {
        cc_set_value(x, 0);
    }
    if (op->code == OP_vtoi) {
        asm_extend(&x->a, IR_I64, (IRType)op->memop, false, T0, 0);
        a64_out_done(x, op, 0, T0);
    }
}

/* vop, vcmpcc, vtoi, itov */
void a64_emit_vop(A64 *x, const IROp *op)
{
    bool to_vec = op->code == OP_vop || op->code == OP_itov;
    VecOp *v = arena_alloc(&x->s->arena, sizeof *v);
    *v = (VecOp){.vec = op->vec, .imm = op->imm, .n = op->type == IR_V128 ? 16 : 32};
    if (op->code == OP_itov) {
        integer_input(x, op);
    }
    cc_clobber(x);
    ra_evict(&x->ra, 0xff);
    asm_mov(&x->a, IR_I64, 0, ENV);
    address_of(x, 1, to_vec ? op->out[0] : IR_NONE);
    address_of(x, 2, op->in[0]);
    if (op->code == OP_itov) {
        asm_addsub_imm(&x->a, ADD, IR_I64, 3, SP, FRAME_ARGS);
    } else {
        address_of(x, 3, op->in[1]);
    }
    address_of(x, 4, op->code == OP_vop ? op->in[2] : IR_NONE);
    a64_data(x, 5, v, sizeof *v);
    a64_call_c(x, (const void *)run_in_c);
    result_of_c(x, op);
    if (to_vec) {
        clear_upper(x, op);
    }
}

/* ---- x87 ---- */

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
    return a64_thunks.guest->x87_op(env, &(X87Op){.id = id, .addr = addr, .ra = ra});
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
        x87_arg(x, addr, offsetof(X87Op, host));
        x87_call(x, op, 0);
        return;
    }
    asm_mov(&x->a, IR_I64, T0, addr);
    asm_movi(&x->a, T1, op->vec);
    a64_call_slow(x, a64_thunks.x87_st);
}

void a64_emit_x87_note(A64 *x, const IROp *op)
{
    asm_movi(&x->a, T0, op->imm);
    a64_env(x, ls_opc(STR, 3), T0, x->g->x87_fip);
    asm_movi(&x->a, T0, op->imm2);
    a64_env(x, ls_opc(STR, 1), T0, x->g->x87_fop);
}
