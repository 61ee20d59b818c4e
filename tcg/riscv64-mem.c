/* Guest memory on a riscv64 host: TLB probes, loads, stores, and their slow paths. */
/* SPDX-License-Identifier: MIT */
/*
 * With a TLB an access is a probe that leaves the host address in T0, and one instruction
 * off it. When the probe misses, code behind the unit calls a thunk that stores all guest
 * registers and calls the engine, and goes on behind the access; a wide load goes on at
 * the access, with what was loaded in the frame. Globals that are no pinned registers are
 * in env before. Atomics are the engine's altogether.
 */
#include "tcg/riscv64-internal.h"

struct SlowPath {
    SlowPath *next;
    const IROp *op;
    uint8_t kind;      /* SlowKind */
    uint8_t addr, reg; /* registers of the guest address; as in Access */
    bool wide;
    IRRef value;
    uint64_t pc;
    int8_t sp;
    uint8_t *jump, *resume;
};

/* As on every weak host (docs/threads.md): loads before all that follows, stores behind
 * all that comes before. */
void rv_after_load(RV64 *x)
{
    if (x->g->ordered) {
        asm_insn(&x->a, FENCE_R_RW);
    }
}

void rv_before_store(RV64 *x)
{
    if (x->g->ordered) {
        asm_insn(&x->a, FENCE_RW_W);
    }
}

/* ---- addresses ---- */

/* *disp: what of the address is not in the register returned, ZERO if all of it. */
static unsigned address_base(RV64 *x, const IROp *op, uint64_t *disp)
{
    unsigned base = NO_REG, index = NO_REG;
    *disp = (uint64_t)op->imm;
    if (ir_is_const(x->s, op->in[0])) {
        *disp += ir_t(x->s, op->in[0])->val;
    } else if (op->in[0] != IR_NONE) {
        base = ra_use(&x->ra, op->in[0]);
    }
    if (ir_is_const(x->s, op->in[1])) {
        *disp += ir_t(x->s, op->in[1])->val << op->scale;
    } else if (op->in[1] != IR_NONE) {
        index = ra_use(&x->ra, op->in[1]);
    }
    if (index == NO_REG) {
        return base == NO_REG ? ZERO : base;
    }
    unsigned r = ra_alloc(&x->ra);
    asm_rri(&x->a, SLLI, r, index, op->scale);
    if (base != NO_REG) {
        asm_rrr(&x->a, ADD, r, r, base);
    }
    return r;
}

unsigned rv_guest_address(RV64 *x, const IROp *op)
{
    uint64_t disp;
    unsigned base = address_base(x, op, &disp);
    if (!disp && base != ZERO) {
        return base;
    }
    unsigned r = ra_alloc(&x->ra);
    rv_add_imm(x, r, base, (int64_t)disp);
    return r;
}

/* The host's operand where there is no check. */
static void direct_operand(RV64 *x, Access *acc)
{
    const IROp *op = acc->op;
    uint64_t disp;
    bool has_base = x->g->guest_base && !(op->memop & MO_HOST);
    unsigned base = address_base(x, op, &disp);
    acc->base = base;
    acc->disp = (int32_t)disp;
    if (op->code == OP_probe || has_base || !fits_imm12((int64_t)disp) ||
        !fits_imm12((int64_t)disp + 32)) {
        rv_add_imm(x, T0, base, (int64_t)disp);
        acc->base = T0;
        acc->disp = 0;
    }
    if (has_base) {
        asm_rrr(&x->a, ADD, T0, T0, MEM);
    }
}

/* ---- slow paths ---- */

/* `jump`, just emitted, is taken when the probe misses. */
static void slow_new(RV64 *x, Access *acc, SlowKind kind, unsigned addr, uint8_t *jump)
{
    SlowPath *s = arena_alloc(&x->s->arena, sizeof *s);
    *s = (SlowPath){
        .op = acc->op,
        .kind = kind,
        .addr = addr,
        .reg = acc->reg,
        .wide = acc->wide,
        .value = acc->value,
        .pc = x->pc,
        .sp = x->sp,
        .jump = jump,
    };
    *x->slow_tail = s;
    x->slow_tail = &s->next;
    acc->slow = s;
}

static void slow_result(RV64 *x, const SlowPath *s)
{
    unsigned memop = s->op->memop;
    if (s->wide) {
        rv_add_imm(x, T0, SP, FRAME_BUF);
    } else if (s->kind == SLOW_LD && memop & MO_SIGN) {
        asm_extend(&x->a, (IRType)(memop & MO_SIZE), true, s->reg, T0);
    } else {
        asm_mov(&x->a, s->reg, T0);
    }
}

static void emit_slow(RV64 *x, const SlowPath *s)
{
    unsigned memop = s->op->memop;
    asm_patch(s->jump, x->a.p);
    if (s->kind == SLOW_ST && s->wide) {
        rv_vec_to_buf(x, s->value, memop & MO_SIZE);
    } else if (s->kind == SLOW_ST) {
        asm_mov(&x->a, T1, s->reg);
    }
    asm_mov(&x->a, T0, s->addr);
    switch ((SlowKind)s->kind) {
    case SLOW_ST:
        rv_call(x, tcg_thunks.st[memop & (MO_SIZE | MO_ALIGN)]);
        break;
    case SLOW_LD:
        rv_call(x, tcg_thunks.ld[memop & (MO_SIZE | MO_ALIGN | MO_RMW)]);
        break;
    case SLOW_PROBE:
        asm_movi(&x->a, T1, ir_probe_what(s->op));
        rv_call(x, tcg_thunks.probe);
        break;
    }
    x->pc = s->pc;
    x->sp = s->sp;
    rv_side(x);
    if (s->kind != SLOW_ST) {
        slow_result(x, s);
    }
    asm_patch(asm_jump(&x->a), s->resume);
}

void rv_emit_slow(RV64 *x)
{
    for (const SlowPath *s = x->slow; s && !asm_full(&x->a); s = s->next) {
        emit_slow(x, s);
    }
}

void rv_call_slow(RV64 *x, const uint8_t *thunk)
{
    ra_sync(&x->ra);
    rv_call(x, thunk);
    rv_side(x);
}

/* ---- probes ---- */

/* How many bytes are checked. */
static unsigned length_of(const IROp *op)
{
    return op->code == OP_probe ? PROBE_LEN(op->imm2) : memop_bytes(op->memop);
}

/* T1 = what the tag has to be: the page of the last byte, and what must be 0. */
static void wanted_tag(RV64 *x, const IROp *op, unsigned addr)
{
    int64_t mask = -(INT64_C(1) << x->g->page_bits);
    unsigned n = length_of(op);
    if (op->memop & MO_ALIGN) { /* n is a multiple: the last piece is in the page if its
                                   first byte is */
        n -= memop_bytes(op->memop) - 1;
        mask |= memop_bytes(op->memop) - 1;
    }
    asm_movi(&x->a, T2, mask);
    rv_add_imm(x, T1, addr, n - 1);
    asm_rrr(&x->a, AND, T1, T1, T2);
}

static void probe(RV64 *x, Access *acc, SlowKind kind, unsigned addr)
{
    const GuestDesc *g = x->g;
    const IROp *op = acc->op;
    bool is_write = kind == SLOW_ST || (op->memop & MO_RMW);
    Asm *a = &x->a;
    asm_rri(a, SLLI, T0, addr, 64 - g->page_bits - g->tlb_index_bits);
    asm_rri(a, SRLI, T0, T0, 64 - g->tlb_index_bits);
    asm_rri(a, SLLI, T0, T0, g->tlb_entry_bits);
    asm_rrr(a, ADD, T0, T0, MEM);
    wanted_tag(x, op, addr);
    asm_ls(a, LD, T2, T0, is_write ? g->tag_write : g->tag_read);
    slow_new(x, acc, kind, addr, asm_jump_if(a, BNE, T1, T2));
    asm_ls(a, LD, T0, T0, g->addend);
    asm_rrr(a, ADD, T0, T0, addr);
    acc->base = T0;
}

/* The host does not check alignment: what is not aligned takes the slow path. */
static void check_alignment(RV64 *x, Access *acc, SlowKind kind)
{
    unsigned addr = rv_guest_address(x, acc->op);
    asm_rri(&x->a, ANDI, T1, addr, (int32_t)memop_bytes(acc->op->memop) - 1);
    slow_new(x, acc, kind, addr, asm_jump_if(&x->a, BNE, T1, ZERO));
    acc->base = T0;
    asm_mov(&x->a, T0, addr);
    if (x->g->guest_base) {
        asm_rrr(&x->a, ADD, T0, T0, MEM);
    }
}

void rv_access_begin(RV64 *x, Access *acc, SlowKind kind)
{
    const IROp *op = acc->op;
    bool host = op->memop & MO_HOST, align = op->memop & MO_ALIGN;
    acc->faults = x->g->direct && !host && kind != SLOW_PROBE;
    if (!host) {
        ra_sync(&x->ra);
    }
    if (host || (x->g->direct && (!align || kind == SLOW_PROBE))) {
        direct_operand(x, acc);
    } else if (x->g->direct) {
        check_alignment(x, acc, kind);
    } else if (tcg_thunks.use_tlb) {
        probe(x, acc, kind, rv_guest_address(x, op));
    } else { /* always the slow path */
        unsigned addr = rv_guest_address(x, op);
        slow_new(x, acc, kind, addr, asm_jump(&x->a));
        acc->base = addr;
    }
    if (acc->slow && acc->wide && kind == SLOW_LD) {
        if (acc->base != T0) {
            asm_mov(&x->a, T0, acc->base);
            acc->base = T0;
        }
        acc->slow->resume = x->a.p;
    }
}

void rv_access(RV64 *x, const Access *acc, uint32_t opc, unsigned reg, unsigned offset)
{
    if (acc->faults) {
        rv_side(x);
    }
    asm_ls(&x->a, opc, reg, acc->base, acc->disp + (int32_t)offset);
}

void rv_access_done(RV64 *x, Access *acc)
{
    if (acc->slow && !acc->slow->resume) {
        acc->slow->resume = x->a.p;
    }
}

/* The check alone: the output is the host address. */
void rv_emit_probe(RV64 *x, const IROp *op)
{
    rv_use_inputs(x, op);
    Access acc = {.op = op, .reg = T0};
    rv_access_begin(x, &acc, SLOW_PROBE);
    if (acc.base != T0) {
        asm_mov(&x->a, T0, acc.base);
    }
    rv_access_done(x, &acc);
    rv_out_done(x, op, 0, T0);
}

/* ---- loads, stores, atomics ---- */

/* To T0: until it has been loaded the output has its old value. */
void rv_emit_ld(RV64 *x, const IROp *op)
{
    if (op->type >= IR_V128) {
        rv_emit_vec_ld(x, op);
        return;
    }
    Access acc = {.op = op, .reg = T0};
    rv_access_begin(x, &acc, SLOW_LD);
    rv_access(x, &acc, load_opc(op->memop & MO_SIZE, op->memop & MO_SIGN), T0, 0);
    rv_access_done(x, &acc);
    rv_after_load(x);
    rv_out_done(x, op, 0, T0);
}

void rv_emit_st(RV64 *x, const IROp *op)
{
    if (op->type >= IR_V128) {
        rv_emit_vec_st(x, op);
        return;
    }
    IRType t = (IRType)(op->memop & MO_SIZE);
    Access acc = {.op = op, .reg = rv_in(x, op->in[2], t)};
    rv_before_store(x);
    rv_access_begin(x, &acc, SLOW_ST);
    rv_access(x, &acc, store_opc(t), acc.reg, 0);
    rv_access_done(x, &acc);
}

void rv_emit_atomic(RV64 *x, const IROp *op)
{
    IRType t = (IRType)(op->memop & MO_SIZE);
    for (unsigned i = 0; i < 2; i++) {
        unsigned r = op->in[2 + i] == IR_NONE ? ZERO : rv_in(x, op->in[2 + i], t);
        asm_extend(&x->a, t, false, T0, r);
        rv_ls(x, SD, T0, SP, FRAME_OI + 8 * i);
    }
    asm_movi(&x->a, T0, ATOMIC_OI(op->code, op->memop));
    rv_ls(x, SD, T0, SP, FRAME_OI + 16);
    ra_sync(&x->ra);
    asm_mov(&x->a, T0, rv_guest_address(x, op));
    if (x->g->ordered) {
        asm_insn(&x->a, FENCE_RW_RW);
    }
    rv_call_slow(x, tcg_thunks.atomic);
    if (x->g->ordered) {
        asm_insn(&x->a, FENCE_RW_RW);
    }
    rv_out_done(x, op, 0, T0);
}
