/* Guest memory on an aarch64 host: TLB probes, loads, stores, and their slow paths. */
/* SPDX-License-Identifier: MIT */
/*
 * With a TLB an access is a probe that leaves the page's addend in T0, and one
 * instruction on [T0, address]. When the probe misses, code behind the unit calls a thunk
 * that stores all guest registers and calls the engine, and goes on behind the access.
 * NZCV survive both.
 *
 * Between the jump to the slow path and the place where it comes back no register is
 * spilled: the slow path would not have done it. Dirty globals are stored by the slow
 * path itself, and stay dirty.
 */
#include "tcg/aarch64-internal.h"
#include "tcg/aarch64-simd-enc.h"
#include "util/host.h"

struct SlowPath {
    SlowPath *next;
    uint8_t kind;                      /* SlowKind */
    uint8_t type;                      /* of the op */
    uint8_t addr;                      /* register of the guest address */
    uint8_t reg, reg2, value, desired; /* as in Access */
    uint8_t code;                      /* SLOW_ATOMIC */
    bool vec;
    unsigned memop;
    uint32_t what; /* SLOW_PROBE */
    uint8_t *jump, *resume;
    Dirty dirty;
    TCGRestore state;
};

/*
 * x86 keeps the order of any two accesses but that of a store and a load behind it (SDM
 * vol. 3A, 9.2.2): what comes behind a load waits for it, a store waits for the stores
 * before it. Locked operations and fences keep all (DMB ISH).
 */
void a64_after_load(A64 *x)
{
    if (x->g->ordered) {
        asm_insn(&x->a, DMB_ISHLD);
    }
}

void a64_before_store(A64 *x)
{
    if (x->g->ordered) {
        asm_insn(&x->a, DMB_ISHST);
    }
}

/* ---- addresses ---- */

/* What of the address is in registers, and the rest. */
typedef struct Parts {
    unsigned base, index; /* or NO_REG */
    uint64_t disp;
} Parts;

static Parts address_parts(A64 *x, const IROp *op)
{
    Parts p = {NO_REG, NO_REG, op->imm};
    if (ir_is_const(x->s, op->in[0])) {
        p.disp += ir_t(x->s, op->in[0])->val;
    } else if (op->in[0] != IR_NONE) {
        p.base = ra_use(&x->ra, op->in[0]);
    }
    if (ir_is_const(x->s, op->in[1])) {
        p.disp += ir_t(x->s, op->in[1])->val << op->scale;
    } else if (op->in[1] != IR_NONE) {
        p.index = ra_use(&x->ra, op->in[1]);
    }
    if (p.base == NO_REG && op->scale == 0) {
        p.base = p.index;
        p.index = NO_REG;
    }
    return p;
}

/* reg = base + (index << scale) */
static void add_index(A64 *x, unsigned reg, const Parts *p, unsigned scale)
{
    if (p->base == NO_REG) {
        asm_shift_imm(&x->a, LSL, IR_I64, from_to(p->index, reg), scale);
    } else {
        asm_shifted(&x->a, ADD, IR_I64, reg, p->base, shifted(p->index, LSL, scale));
    }
}

/* reg = the address; reg is none of its parts. */
static void address_to(A64 *x, unsigned reg, const Parts *p, unsigned scale)
{
    if (p->index == NO_REG && p->base == NO_REG) {
        asm_movi(&x->a, reg, p->disp);
    } else if (p->index == NO_REG) {
        a64_add_imm(x, reg, p->base, p->disp);
    } else {
        add_index(x, reg, p, scale);
        if (p->disp) {
            a64_addsub_const(x, ADD, IR_I64, from_to(reg, reg), p->disp);
        }
    }
}

unsigned a64_guest_address(A64 *x, const IROp *op)
{
    Parts p = address_parts(x, op);
    if (p.index == NO_REG && p.base != NO_REG && !p.disp) {
        return p.base;
    }
    unsigned r = ra_alloc(&x->ra);
    address_to(x, r, &p, op->scale);
    return r;
}

static bool is_atomic(const IROp *op)
{
    return op->code >= OP_at_xchg && op->code <= OP_at_cmpxchg;
}

/* Accesses of more than one instruction, or of none, want the address in one register. */
static bool wants_base(const IROp *op)
{
    unsigned size = op->memop & MO_SIZE;
    return size > MO_128 || op->code == OP_probe || is_atomic(op);
}

/* LDAPR and STLR take a register, LDAPUR and STLUR an offset of nine bits beside it. */
static void ordered_operand(A64 *x, Access *acc, Parts p, unsigned scale)
{
    acc->disp = 0;
    if (host_has(HOST_ARM_LRCPC2) && p.disp + 256 < 512) {
        acc->disp = p.disp;
        p.disp = 0;
    }
    acc->index = NO_REG;
    acc->base = T2;
    if (p.index == NO_REG && p.base != NO_REG && !p.disp) {
        acc->base = p.base;
    } else {
        address_to(x, T2, &p, scale);
    }
    if (x->g->guest_base) {
        asm_rrr(&x->a, ADD, IR_I64, T2, MEM, acc->base);
        acc->base = T2;
    }
}

/* The host's operand where there is no TLB. */
static void direct_operand(A64 *x, Access *acc, const IROp *op)
{
    Parts p = address_parts(x, op);
    if (acc->ordered) {
        ordered_operand(x, acc, p, op->scale);
        return;
    }
    unsigned size = op->memop & MO_SIZE;
    bool has_base = x->g->guest_base && !(op->memop & MO_HOST);
    uint32_t opc = acc->vec ? ls_vec_opc(LDR, MIN(size, MO_128)) : ls_opc(LDR, size);
    acc->index = NO_REG;
    acc->base = T2;
    if (has_base || wants_base(op)) {
        if (p.index == NO_REG && p.base != NO_REG && !p.disp) {
            acc->base = p.base;
        } else {
            address_to(x, T2, &p, op->scale);
        }
    } else if (p.index != NO_REG && p.base != NO_REG && !p.disp &&
               (op->scale == 0 || op->scale == size)) {
        acc->base = p.base;
        acc->index = p.index;
        acc->scaled = op->scale != 0;
    } else if (p.index != NO_REG && ls_fits(opc, p.disp)) {
        add_index(x, T2, &p, op->scale);
        acc->disp = p.disp;
    } else if (p.index == NO_REG && p.base != NO_REG && ls_fits(opc, p.disp)) {
        acc->base = p.base;
        acc->disp = p.disp;
    } else {
        address_to(x, T2, &p, op->scale);
    }
    if (has_base && wants_base(op)) {
        asm_rrr(&x->a, ADD, IR_I64, T2, MEM, acc->base);
        acc->base = T2;
    } else if (has_base) {
        acc->index = acc->base;
        acc->base = MEM;
    }
}

/* ---- slow paths ---- */

static void note_dirty(RegAlloc *ra, unsigned reg, int32_t offset)
{
    Dirty *d = emission_of(ra)->dirty;
    d->at[d->n].reg = reg;
    d->at[d->n++].offset = offset;
}

void a64_note_dirty(A64 *x, Dirty *d)
{
    d->n = 0;
    x->dirty = d;
    ra_each_dirty(&x->ra, note_dirty);
}

void a64_store_dirty(A64 *x, const Dirty *d)
{
    for (unsigned i = 0; i < d->n; i++) {
        a64_env(x, ls_opc(STR, 3), d->at[i].reg, d->at[i].offset);
    }
}

/* Where the branch just emitted goes to when the probe misses; emitted later. */
static void slow_new(A64 *x, Access *acc, SlowKind kind, unsigned addr, uint8_t *jump)
{
    SlowPath *s = arena_alloc(&x->s->arena, sizeof *s);
    *s = (SlowPath){
        .kind = kind,
        .type = acc->op->type,
        .addr = addr,
        .reg = acc->reg,
        .reg2 = acc->reg2,
        .value = acc->value,
        .desired = acc->desired,
        .code = acc->op->code,
        .vec = acc->vec,
        .memop = acc->op->memop,
        .what = kind == SLOW_PROBE ? ir_probe_what(acc->op) : 0,
        .jump = jump,
        .state = acc->state,
    };
    *x->slow_tail = s;
    x->slow_tail = &s->next;
    a64_note_dirty(x, &s->dirty);
    acc->slow = s;
}

static void buf(A64 *x, uint32_t opc, unsigned reg, unsigned at)
{
    asm_ls(&x->a, opc, reg, SP, FRAME_BUF + at);
}

/* The stored value to T1 or FRAME_BUF. */
static void slow_value(A64 *x, const SlowPath *s)
{
    unsigned size = s->memop & MO_SIZE;
    if (s->vec && size <= MO_64) {
        asm_insn(&x->a, FMOV_X_D | s->reg << 5 | T1);
    } else if (s->vec) {
        for (unsigned i = 0; i <= (size == MO_256); i++) {
            buf(x, ls_vec_opc(STR, 4), i ? s->reg2 : s->reg, 16 * i);
        }
    } else {
        asm_mov(&x->a, IR_I64, T1, s->reg);
    }
}

/* The loaded value from T0 or FRAME_BUF. */
static void slow_result(A64 *x, const SlowPath *s)
{
    unsigned size = s->memop & MO_SIZE;
    if (s->vec && size <= MO_64) {
        asm_insn(&x->a, FMOV_D_X | T0 << 5 | s->reg);
    } else if (s->vec) {
        for (unsigned i = 0; i <= (size == MO_256); i++) {
            buf(x, ls_vec_opc(LDR, 4), i ? s->reg2 : s->reg, 16 * i);
        }
    } else if (size == MO_80) {
        buf(x, ls_opc(LDR, 3), s->reg, 0);
        buf(x, ls_opc(LDR, 1), s->reg2, 8);
    } else if (s->kind == SLOW_LD && s->memop & MO_SIGN) {
        asm_extend(&x->a, s->type, (IRType)size, true, s->reg, T0);
    } else if (s->reg != T0) {
        asm_mov(&x->a, IR_I64, s->reg, T0);
    }
}

/* Its operands are in FRAME_OI. */
static void call_atomic(A64 *x, const SlowPath *s)
{
    IRType t = (IRType)(s->memop & MO_SIZE);
    const uint8_t operands[] = {s->value, s->desired};
    for (unsigned i = 0; i < ARRAY_SIZE(operands); i++) {
        asm_extend(&x->a, IR_I64, t, false, T1, operands[i]);
        asm_ls(&x->a, ls_opc(STR, 3), T1, SP, FRAME_OI + 8 * i);
    }
    asm_movi(&x->a, T1, ATOMIC_OI(s->code, s->memop));
    asm_ls(&x->a, ls_opc(STR, 3), T1, SP, FRAME_OI + 16);
    a64_call(x, tcg_thunks.atomic);
}

static void call_engine(A64 *x, const SlowPath *s)
{
    switch ((SlowKind)s->kind) {
    case SLOW_ST:
        a64_call(x, tcg_thunks.st[s->memop & (MO_SIZE | MO_ALIGN)]);
        break;
    case SLOW_LD:
        a64_call(x, tcg_thunks.ld[s->memop & (MO_SIZE | MO_ALIGN | MO_RMW)]);
        break;
    case SLOW_ATOMIC:
        call_atomic(x, s);
        break;
    case SLOW_PROBE:
        asm_movi(&x->a, T1, s->what);
        a64_call(x, tcg_thunks.probe);
        break;
    case SLOW_ELSE:
        g_assert_not_reached();
    }
}

static void emit_slow(A64 *x, const SlowPath *s)
{
    if (s->kind == SLOW_ELSE) {
        asm_patch(s->jump, s->resume);
        return;
    }
    asm_patch(s->jump, x->a.p);
    a64_store_dirty(x, &s->dirty);
    if (s->kind == SLOW_ST) {
        slow_value(x, s);
    }
    asm_mov(&x->a, IR_I64, T0, s->addr);
    call_engine(x, s);
    add_side(x, &s->state);
    if (s->kind == SLOW_ATOMIC && x->g->ordered) { /* exclusives in C are no barrier */
        asm_insn(&x->a, DMB_ISH);
    }
    if (s->kind != SLOW_ST) {
        slow_result(x, s);
    }
    asm_insn(&x->a, branch_word(B, s->resume - x->a.p));
}

void a64_emit_slow(A64 *x)
{
    for (const SlowPath *s = x->slow; s && !asm_full(&x->a); s = s->next) {
        emit_slow(x, s);
    }
}

void a64_call_slow(A64 *x, const uint8_t *thunk)
{
    TCGRestore state;
    cc_own(x, false);
    cc_describe(x, &state);
    ra_sync(&x->ra);
    a64_call(x, thunk);
    add_side(x, &state);
}

/* ---- probes ---- */

/* How many bytes are checked. */
static unsigned length_of(const Access *acc)
{
    return acc->op->code == OP_probe ? PROBE_LEN(acc->op->imm2) : memop_bytes(acc->memop);
}

/* T1 = what the tag has to be: the page of the last byte, and what must be 0. */
static void wanted_tag(A64 *x, const Access *acc, unsigned addr)
{
    uint64_t mask = -(UINT64_C(1) << x->g->page_bits);
    unsigned n = length_of(acc);
    if (acc->memop & MO_ALIGN) { /* n is a multiple: the last piece is in the page if its
                                    first byte is */
        n -= memop_bytes(acc->memop) - 1;
        mask |= memop_bytes(acc->memop) - 1;
    }
    if (n > 1) {
        a64_add_imm(x, T1, addr, n - 1);
        addr = T1;
    }
    if (!asm_logic_imm(&x->a, AND, IR_I64, T1, addr, mask)) {
        g_assert_not_reached();
    }
}

static void probe(A64 *x, Access *acc, SlowKind kind, unsigned addr)
{
    const GuestDesc *g = x->g;
    asm_extract(&x->a, IR_I64, false, from_to(addr, T0), g->page_bits, g->tlb_index_bits);
    asm_shifted(&x->a, ADD, IR_I64, T0, MEM, shifted(T0, LSL, g->tlb_entry_bits));
    asm_ls(&x->a, ls_opc(LDR, 3), T2, T0, acc->is_write ? g->tag_write : g->tag_read);
    wanted_tag(x, acc, addr);
    asm_rrr(&x->a, SUB, IR_I64, T1, T1, T2);
    slow_new(x, acc, kind, addr, asm_branch(&x->a, cb(CBNZ, IR_I64, T1)));
    asm_ls(&x->a, ls_opc(LDR, 3), T0, T0, g->addend);
    acc->base = T0;
    acc->index = addr;
    if (wants_base(acc->op)) {
        asm_rrr(&x->a, ADD, IR_I64, T0, T0, addr);
        acc->index = NO_REG;
    }
}

/* The host does not check alignment: what is not aligned takes the slow path. */
static void check_alignment(A64 *x, Access *acc, SlowKind kind)
{
    unsigned addr = a64_guest_address(x, acc->op);
    asm_logic_imm(&x->a, AND, IR_I64, T1, addr, memop_bytes(acc->memop) - 1);
    slow_new(x, acc, kind, addr, asm_branch(&x->a, cb(CBNZ, IR_I64, T1)));
    acc->base = addr;
    acc->index = NO_REG;
    if (x->g->guest_base) {
        asm_rrr(&x->a, ADD, IR_I64, T2, MEM, addr);
        acc->base = T2;
    }
}

/* What a slow path stands beside. */
static void checked_operand(A64 *x, Access *acc, SlowKind kind)
{
    if (x->g->direct) {
        check_alignment(x, acc, kind);
        return;
    }
    unsigned addr = a64_guest_address(x, acc->op);
    if (tcg_thunks.use_tlb) {
        probe(x, acc, kind, addr);
    } else { /* always the slow path */
        slow_new(x, acc, kind, addr, asm_branch(&x->a, B));
        acc->base = addr;
        acc->index = NO_REG;
    }
}

void a64_access_begin(A64 *x, Access *acc, const IROp *op, SlowKind kind)
{
    bool atomic = kind == SLOW_ATOMIC, host = op->memop & MO_HOST;
    acc->op = op;
    acc->memop = op->memop;
    if (atomic && (op->memop & MO_SIZE) > MO_8) { /* else by the engine */
        acc->memop |= MO_ALIGN;
    }
    bool vec = op->type >= IR_V128 && !atomic && x->g->direct;
    if (vec && acc->memop & MO_ALIGN && a64_is_aligned(x, op)) {
        acc->memop &= ~MO_ALIGN;
    }
    bool align = acc->memop & MO_ALIGN;
    acc->is_write =
        kind == SLOW_ST || kind == SLOW_ELSE || atomic || (op->memop & MO_RMW);
    acc->faults = x->g->direct && !host && kind != SLOW_PROBE;
    if (host || (x->g->direct && (!align || kind == SLOW_PROBE))) {
        direct_operand(x, acc, op);
    } else {
        cc_own(x, false); /* as the slow path wants it */
        cc_describe(x, &acc->state);
        checked_operand(x, acc, kind);
        if (vec) {
            a64_note_aligned(x, op);
        }
    }
    if (acc->faults) {
        cc_describe_fault(x, &acc->state);
    }
}

void a64_access_side(A64 *x, const Access *acc)
{
    if (acc->faults) {
        add_side(x, &acc->state);
    }
}

/* LDAPR extends with zeros. */
static void ordered_access(A64 *x, const Access *acc, uint32_t opc, unsigned reg)
{
    unsigned size = ls_size(opc), what = opc >> 22 & 3;
    if (host_has(HOST_ARM_LRCPC2)) {
        asm_ls_ordered(&x->a, opc, reg, acc->base, acc->disp);
        return;
    }
    asm_ordered(&x->a, what == STR ? STLR : LDAPR, size, XZR, from_to(acc->base, reg));
    if (what == LDRS_X || what == LDRS_W) {
        asm_extend(&x->a, what == LDRS_X ? IR_I64 : IR_I32, (IRType)size, true, reg, reg);
    }
}

void a64_access(A64 *x, const Access *acc, uint32_t opc, unsigned reg, unsigned offset)
{
    a64_access_side(x, acc);
    if (acc->ordered) {
        ordered_access(x, acc, opc, reg);
    } else if (acc->index != NO_REG) {
        asm_ls_index(&x->a, opc, reg, from_to(acc->base, acc->index), acc->scaled);
    } else {
        asm_ls(&x->a, opc, reg, acc->base, acc->disp + offset);
    }
}

void a64_access_pair(A64 *x, const Access *acc, uint32_t opc)
{
    assert(acc->index == NO_REG && !acc->ordered && pair_fits(opc, acc->disp));
    a64_access_side(x, acc);
    asm_pair(&x->a, opc, from_to(acc->reg, acc->reg2), acc->base, acc->disp);
}

void a64_access_done(A64 *x, Access *acc)
{
    if (acc->slow) {
        acc->slow->resume = x->a.p;
    }
}

void a64_access_else(Access *acc, uint8_t *to)
{
    if (acc->slow) {
        acc->slow->resume = to;
    }
}

/* The check alone: the output is the host address. */
void a64_emit_probe(A64 *x, const IROp *op)
{
    Access acc = {.reg = ra_def(&x->ra, op->out[0])};
    a64_access_begin(x, &acc, op, SLOW_PROBE);
    asm_mov(&x->a, IR_I64, acc.reg, acc.base);
    a64_access_done(x, &acc);
}

/* ---- loads, stores ---- */

static uint32_t load_opc(const IROp *op)
{
    unsigned size = op->memop & MO_SIZE;
    bool sign = op->memop & MO_SIGN && size < op->type && size < MO_64;
    return ls_opc(!sign ? LDR : op->type == IR_I64 ? LDRS_X : LDRS_W, size);
}

/*
 * The access is to be an instruction that orders by itself. One that is not aligned (with
 * FEAT_LSE2: not within 16 bytes) faults; then the engine makes the unit anew without
 * such. Where there is a TLB nobody would catch that.
 */
static bool orders_itself(const A64 *x, const IROp *op)
{
    return x->g->ordered && x->g->direct && !x->s->unaligned && !(op->memop & MO_HOST) &&
           host_has(HOST_ARM_LRCPC);
}

/*
 * As push and pop do: the access goes off a pinned register, to which the op behind it
 * adds *n, and one instruction does both. One that faults leaves the register as it was.
 */
static bool updates_base(A64 *x, const IROp *op, const Access *acc, int64_t *n)
{
    IRRef base = op->in[0];
    const IROp *next = op + 1;
    bool store = op->code == OP_st;
    if (!x->g->direct || x->g->guest_base || acc->ordered || TCG_OPT_OFF(x->s, fuse) ||
        op->memop & (MO_ALIGN | MO_HOST) || op->in[1] != IR_NONE || base == IR_NONE ||
        x->at + 1 >= x->s->nops || next->insn != op->insn || !ir_is_global(x->s, base)) {
        return false;
    }
    int reg = ra_reg(&x->ra, base);
    return reg >= 0 && !ra_is_scratch(&x->ra, reg) && reg != acc->reg &&
           a64_adds(x, next, base, n) && !next->setcc && *n >= -256 && *n < 256 &&
           op->imm == (store ? *n : 0) && !cc_refers_to(x, base);
}

static void access_value(A64 *x, const IROp *op, Access *acc, uint32_t opc)
{
    int64_t n;
    if (updates_base(x, op, acc, &n)) {
        a64_access_side(x, acc);
        asm_ls_update(&x->a, opc, acc->reg, ra_reg(&x->ra, op->in[0]), n);
        x->fused = true;
    } else {
        a64_access(x, acc, opc, acc->reg, 0);
    }
}

/* A global that is not pinned keeps its old value for the slow path. */
static unsigned load_reg(A64 *x, const IROp *op)
{
    IRRef out = op->out[0];
    int r = ra_reg(&x->ra, out);
    bool unpinned = ir_is_global(x->s, out) && (r < 0 || ra_is_scratch(&x->ra, r));
    return unpinned ? T0 : a64_out(x, op, 0);
}

void a64_emit_ld(A64 *x, const IROp *op)
{
    if (op->type >= IR_V128) {
        a64_emit_vec_ld(x, op);
        return;
    }
    a64_use_inputs(x, op);
    Access acc = {.reg = load_reg(x, op), .ordered = orders_itself(x, op)};
    a64_access_begin(x, &acc, op, SLOW_LD);
    access_value(x, op, &acc, load_opc(op));
    a64_access_done(x, &acc);
    if (!acc.ordered) {
        a64_after_load(x);
    }
    a64_out_done(x, op, 0, acc.reg);
}

void a64_emit_st(A64 *x, const IROp *op)
{
    if (op->type >= IR_V128) {
        a64_emit_vec_st(x, op);
        return;
    }
    IRType t = (IRType)(op->memop & MO_SIZE);
    bool ordered = orders_itself(x, op);
    if (!ordered) {
        a64_before_store(x);
    }
    Access acc = {.reg = a64_in(x, op->in[2], t), .ordered = ordered};
    a64_access_begin(x, &acc, op, SLOW_ST);
    access_value(x, op, &acc, ls_opc(STR, t));
    a64_access_done(x, &acc);
}
