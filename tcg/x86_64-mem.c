/* Guest memory on an x86_64 host: TLB probes, loads, stores, atomics, and their slow
 * paths. */
/* SPDX-License-Identifier: MIT */
/*
 * With a TLB an access is a probe that leaves the page's addend in a scratch register A,
 * and one instruction on [base + A + disp]. When the probe misses, code behind the unit
 * calls a thunk that stores all guest registers and calls the engine. A slow load gives
 * back, in A, the distance from the guest address to a buffer with the value, and goes on
 * at the instruction that loads: so all forms of loads share one slow path. A slow store
 * goes on behind the store.
 *
 * Between the jump to the slow path and the place where it comes back no register is
 * spilled: the slow path would not have done it. Dirty globals are stored by the slow
 * path itself, and stay dirty.
 */
#include "tcg/x86_64-internal.h"

/* A value for a slow path: where it is when the probe misses. */
typedef struct SlowVal {
    Opnd v;
    bool is_const;
    uint64_t val;
} SlowVal;

struct SlowPath {
    SlowPath *next;
    uint8_t kind, a; /* SlowKind; the register A */
    uint8_t memop;
    uint8_t code; /* of atomics */
    uint16_t x87; /* of SLOW_X87: row of x87.def */
    bool vec;     /* stores a vector, from this register or NO_REG */
    uint8_t vec_reg;
    bool flags; /* those of insn count */
    uint8_t insn_len;
    const uint8_t *insn; /* SLOW_RMW: what is done with the value */
    uint8_t *jump, *resume;
    bool is_const; /* of the address */
    uint64_t addr;
    Mem ea; /* the guest address, as operand of lea */
    SlowVal val[2];
    uint32_t what;   /* SLOW_PROBE */
    bool addend;     /* ... gives the distance to the host address */
    uint32_t recent; /* the jump is taken because this place holds another page, or 0 */
    uint8_t t;       /* ... than this register */
    unsigned ndirty;
    struct {
        uint8_t reg;
        int32_t offset;
    } dirty[RA_MAX_SCRATCH];
    TCGRestore state;
};

/* What the access's base, a probe's output, has to be added to, or NULL: it is the
 * address. x->at may be that of an op which the access is one with. */
static const Addend *addend_of(const X64 *x, const IROp *op)
{
    unsigned at = op - x->s->ops;
    for (unsigned i = 0; i < ARRAY_SIZE(x->addend); i++) {
        const Addend *a = &x->addend[i];
        if (a->out == op->in[0] && a->probe < at && at <= a->last) {
            return a;
        }
    }
    return NULL;
}

/* x64_address() of what is not just a pinned register and a displacement. */
static Mem any_address(X64 *x, const IROp *op, bool *is_const, uint64_t *val)
{
    IRRef base = op->in[0], index = op->in[1];
    int64_t disp = op->imm;
    const Addend *near = x->has_addends ? addend_of(x, op) : NULL;
    if (near) {
        *is_const = false;
        *val = 0;
        return (Mem){ra_use(&x->ra, near->base), ra_use(&x->ra, base), 0,
                     (int32_t)disp + near->disp};
    }
    if (ir_is_const(x->s, base)) {
        disp += ir_t(x->s, base)->val;
        base = IR_NONE;
    }
    if (ir_is_const(x->s, index)) {
        disp += ir_t(x->s, index)->val << op->scale;
        index = IR_NONE;
    }
    *val = disp;
    *is_const = base == IR_NONE && index == IR_NONE;
    Mem m = {NO_REG, NO_REG, op->scale, 0};
    if (*is_const) {
        return m;
    }
    m.base = base == IR_NONE ? NO_REG : ra_use(&x->ra, base);
    m.index = index == IR_NONE ? NO_REG : ra_use(&x->ra, index);
    if (disp != (int32_t)disp) {
        unsigned t = ra_alloc(&x->ra);
        asm_movi(&x->a, t, disp);
        if (m.base != NO_REG) {
            asm_lea(&x->a, IR_I64, t, (Mem){t, m.base, 0, 0});
            ra_release(&x->ra, m.base);
        }
        m.base = t;
        disp = 0;
    } else if (m.base == NO_REG && m.scale == 0) {
        m.base = m.index;
        m.index = NO_REG;
    }
    m.disp = disp;
    return m;
}

Mem x64_address(X64 *x, const IROp *op, bool *is_const, uint64_t *val)
{
    int reg = op->in[0] == IR_NONE ? -1 : x64_pinned(x, op->in[0]);
    if (reg < 0 || op->in[1] != IR_NONE || op->imm != (int32_t)op->imm) {
        return any_address(x, op, is_const, val);
    }
    *is_const = false;
    *val = op->imm;
    return mem_at(reg, op->imm);
}

/* ---- slow paths ---- */

static SlowVal slow_val(X64 *x, IRRef ref)
{
    const IRTemp *t = ir_t(x->s, ref);
    if (t->kind == TEMP_CONST) {
        return (SlowVal){.is_const = true, .val = t->val};
    }
    if (t->reg) {
        return (SlowVal){
            .v = {.kind = VAL_REG, .reg = t->reg - 1}
        };
    }
    Mem m = t->kind == TEMP_GLOBAL ? env_mem(t->env_offset) : slot_mem(t->slot - 1);
    return (SlowVal){
        .v = {.kind = VAL_MEM, .mem = m}
    };
}

static void note_dirty(RegAlloc *ra, unsigned reg, int32_t offset)
{
    SlowPath *s = container_of(((X64 *)ra)->slow_tail, SlowPath, next);
    s->dirty[s->ndirty].reg = reg;
    s->dirty[s->ndirty++].offset = offset;
}

/* Where the probe jumps to when it misses; emitted later. `jump` is the rel32. */
static void slow_new(X64 *x, Access *acc, SlowKind kind, uint8_t *jump)
{
    const IROp *op = acc->op;
    SlowPath *s = arena_alloc(&x->s->arena, sizeof *s);
    *s = (SlowPath){
        .kind = kind,
        .a = acc->a,
        .memop = acc->memop,
        .code = op->code,
        .x87 = op->vec,
        .jump = jump,
        .is_const = acc->is_const,
        .addr = acc->addr,
        .ea = acc->ea,
        .state = acc->state,
    };
    if (kind == SLOW_ST && op->type >= IR_V128) {
        s->vec = true;
        s->vec_reg = x->vec_stored;
    }
    if (kind == SLOW_ST || kind == SLOW_ATOMIC) {
        s->val[0] = slow_val(x, op->in[2]);
    }
    if (kind == SLOW_PROBE) {
        s->what = ir_probe_what(op);
    }
    if (op->code == OP_at_cmpxchg) {
        s->val[1] = slow_val(x, op->in[3]);
    }
    *x->slow_tail = s;
    x->slow_tail = &s->next;
    ra_each_dirty(&x->ra, note_dirty);
    acc->slow = s;
}

/* The value, zero-extended, to a place in the frame; by way of register A. */
static void slow_store_val(X64 *x, const SlowPath *s, const SlowVal *v, int32_t at)
{
    IRType t = (IRType)(s->memop & MO_SIZE);
    Mem to = mem_at(RSP, at);
    if (v->is_const) {
        x64_store_imm(x, IR_I64, to, v->val & ir_type_mask(t));
    } else if (v->v.kind == VAL_REG && s->kind == SLOW_ST) {
        asm_store(&x->a, IR_I64, v->v.reg, to);
    } else {
        if (v->v.kind == VAL_REG) {
            asm_extend(&x->a, IR_I64, t, false, s->a, v->v.reg);
        } else {
            asm_rm(&x->a, opc_extend(IR_I64, t, false), s->a, v->v.mem);
        }
        asm_store(&x->a, IR_I64, s->a, to);
    }
}

static void slow_values(X64 *x, const SlowPath *s)
{
    if (s->vec) {
        x64_vec_to_frame(x, s->vec_reg, s->val[0].v.mem, MAX(16, memop_bytes(s->memop)));
    } else if (s->kind == SLOW_ST || s->kind == SLOW_ATOMIC) {
        slow_store_val(x, s, &s->val[0], FRAME_VAL);
    }
    if (s->kind == SLOW_ATOMIC) {
        if (s->code == OP_at_cmpxchg) {
            slow_store_val(x, s, &s->val[1], FRAME_VAL + 8);
        }
        asm_storei(&x->a, IR_I32, mem_at(RSP, FRAME_OI), ATOMIC_OI(s->code, s->memop));
    }
}

static void slow_call(X64 *x, const SlowPath *s, const uint8_t *thunk)
{
    if (s->is_const) {
        asm_movi(&x->a, s->a, s->addr);
    } else {
        asm_lea(&x->a, IR_I64, s->a, s->ea);
    }
    asm_push(&x->a, s->a);
    x64_call(x, thunk);
    add_side(x, &s->state);
}

static const uint8_t *store_thunk(const SlowPath *s)
{
    return tcg_thunks.st[s->memop & (MO_SIZE | MO_ALIGN)];
}

/* The value is in FRAME_BUF, and A its distance from the guest address. */
static void slow_change(X64 *x, const SlowPath *s)
{
    Asm *a = &x->a;
    memcpy(a->p, s->insn, s->insn_len);
    a->p += s->insn_len;
    if (s->flags) {
        asm_b(a, 0x9c); /* pushfq */
        asm_rm(a, 0x8f, 0, mem_at(RSP, FRAME_FLAGS));
    }
    asm_load(a, IR_I64, s->a, mem_at(RSP, FRAME_BUF));
    asm_store(a, IR_I64, s->a, mem_at(RSP, FRAME_VAL));
    slow_call(x, s, store_thunk(s));
    if (s->flags) {
        asm_rm(a, 0xff, 6, mem_at(RSP, FRAME_FLAGS));
        asm_b(a, 0x9d); /* popfq */
    }
}

static void find_entry(X64 *x, unsigned a, Mem ea);
static void make_tag(X64 *x, unsigned t, Mem ea, unsigned memop, unsigned n);

/* Not the recent page: the TLB's entry. Goes on behind the jump if it is that of another
 * page. */
static void find_other_page(X64 *x, const SlowPath *s)
{
    const GuestDesc *g = x->g;
    find_entry(x, s->a, s->ea);
    make_tag(x, s->t, s->ea, s->memop, memop_bytes(s->memop));
    asm_alu_rm(&x->a, ALU_CMP, IR_I64, s->t, (Mem){TLB, s->a, 0, g->tag_read});
    uint8_t *jump = asm_jcc(&x->a, COND_NE);
    asm_load(&x->a, IR_I64, s->a, (Mem){TLB, s->a, 0, g->addend});
    asm_store(&x->a, IR_I64, s->t, mem_at(TLB, s->recent));
    asm_store(&x->a, IR_I64, s->a, mem_at(TLB, s->recent + RECENT_ADDEND));
    asm_jmp_to(&x->a, s->resume);
    asm_patch(jump, x->a.p);
}

static void emit_slow(X64 *x, const SlowPath *s)
{
    asm_patch(s->jump, x->a.p);
    if (s->recent) {
        find_other_page(x, s);
    }
    for (unsigned i = 0; i < s->ndirty; i++) {
        asm_store(&x->a, IR_I64, s->dirty[i].reg, env_mem(s->dirty[i].offset));
    }
    slow_values(x, s);
    switch (s->kind) {
    case SLOW_ST:
        slow_call(x, s, store_thunk(s));
        break;
    case SLOW_X87:
        asm_storei(&x->a, IR_I32, mem_at(RSP, FRAME_OI), s->x87);
        slow_call(x, s, tcg_thunks.x87_st);
        break;
    case SLOW_ATOMIC:
        slow_call(x, s, tcg_thunks.atomic);
        asm_pop(&x->a, s->a);
        break;
    case SLOW_PROBE:
        asm_storei(&x->a, IR_I32, mem_at(RSP, FRAME_OI), s->what);
        slow_call(x, s, tcg_thunks.probe);
        asm_pop(&x->a, s->a);
        if (s->addend) {
            asm_alu_rr(&x->a, ALU_SUB, IR_I64, s->a, s->ea.base);
            asm_alu_ri(&x->a, ALU_SUB, IR_I64, s->a, s->ea.disp);
        }
        break;
    default:
        slow_call(x, s, tcg_thunks.ld[s->memop & (MO_SIZE | MO_ALIGN | MO_RMW)]);
        asm_pop(&x->a, s->a);
        if (s->kind == SLOW_RMW) {
            slow_change(x, s);
        }
        break;
    }
    asm_jmp_to(&x->a, s->resume);
}

void x64_emit_slow(X64 *x)
{
    for (const SlowPath *s = x->slow; s && !asm_full(&x->a); s = s->next) {
        emit_slow(x, s);
    }
}

/* ---- probes ---- */

static int32_t page_mask(const X64 *x)
{
    return -(INT32_C(1) << x->g->page_bits);
}

/* The host's operand where there is no TLB, if it is not just the guest's. */
static void direct_operand(X64 *x, Access *acc)
{
    Mem m = acc->ea;
    if (acc->is_const && acc->addr == (uint64_t)(int64_t)(int32_t)acc->addr) {
        m = mem_at(NO_REG, acc->addr);
    } else if (acc->is_const) {
        m = mem_at(ra_alloc(&x->ra), 0);
        asm_movi(&x->a, m.base, acc->addr);
    }
    if (x->g->guest_base) {
        if (m.index != NO_REG) {
            unsigned t = ra_alloc(&x->ra);
            asm_lea(&x->a, IR_I64, t, m);
            m = mem_at(t, 0);
        }
        if (m.base == NO_REG) {
            m.base = TLB;
        } else {
            m.index = TLB;
            m.scale = 0;
        }
    }
    acc->host = m;
}

/* How many bytes are checked. */
static unsigned length_of(const Access *acc)
{
    return acc->op->code == OP_probe ? PROBE_LEN(acc->op->imm2) : memop_bytes(acc->memop);
}

/* A constant address: its TLB entry is known. */
static void probe_const(X64 *x, Access *acc, SlowKind kind)
{
    const GuestDesc *g = x->g;
    unsigned n = length_of(acc);
    uint64_t addr = acc->addr, page = (addr + n - 1) & (uint64_t)(int64_t)page_mask(x);
    uint64_t index = addr >> g->page_bits & ((1u << g->tlb_index_bits) - 1);
    Mem entry = mem_at(TLB, index << g->tlb_entry_bits);
    Mem tag = mem_add(entry, acc->is_write ? g->tag_write : g->tag_read);
    bool never = page != (addr & (uint64_t)(int64_t)page_mask(x)) ||
                 ((acc->memop & MO_ALIGN) && (addr & (memop_bytes(acc->memop) - 1)));
    if (never) {
        slow_new(x, acc, kind, asm_jmp(&x->a));
    } else {
        if (page == (uint64_t)(int64_t)(int32_t)page) {
            asm_alu_mi(&x->a, ALU_CMP, IR_I64, tag, (int32_t)page);
        } else {
            asm_movi(&x->a, acc->a, page);
            asm_alu_mr(&x->a, ALU_CMP, IR_I64, tag, acc->a);
        }
        slow_new(x, acc, kind, asm_jcc(&x->a, COND_NE));
    }
    asm_load(&x->a, IR_I64, acc->a, mem_add(entry, g->addend));
    acc->slow->resume = x->a.p;
    if (addr == (uint64_t)(int64_t)(int32_t)addr) {
        acc->host = mem_at(acc->a, (int32_t)addr);
    } else {
        asm_movi(&x->a, acc->t, addr);
        acc->host = (Mem){acc->t, acc->a, 0, 0};
    }
}

/* reg = address + n of an operand without index. */
static void address_to(X64 *x, unsigned reg, Mem m, unsigned n)
{
    if (m.disp + n == 0) {
        asm_mov(&x->a, IR_I64, reg, m.base);
    } else {
        asm_lea(&x->a, IR_I64, reg, mem_add(m, n));
    }
}

/* A = offset of the TLB entry in the table. */
static void find_entry(X64 *x, unsigned a, Mem ea)
{
    const GuestDesc *g = x->g;
    unsigned shift = g->page_bits - g->tlb_entry_bits;
    if (ea.disp == 0 && x64_thunks.bmi2) {
        asm_rorx(&x->a, IR_I64, a, ea.base, shift);
    } else {
        address_to(x, a, ea, 0);
        asm_shift_ri(&x->a, SH_SHR, IR_I64, a, shift);
    }
    asm_alu_ri(&x->a, ALU_AND, IR_I32, a,
               ((1u << g->tlb_index_bits) - 1) << g->tlb_entry_bits);
}

/* T = what the tag is if n bytes from the address on are in the entry's page. */
static void make_tag(X64 *x, unsigned t, Mem ea, unsigned memop, unsigned n)
{
    int32_t mask = page_mask(x);
    if (memop & MO_ALIGN) { /* n is a multiple: the last piece is in the page if its first
                               byte is */
        unsigned align = memop_bytes(memop);
        address_to(x, t, ea, n - align);
        mask |= align - 1;
    } else {
        address_to(x, t, ea, n - 1);
    }
    asm_alu_ri(&x->a, ALU_AND, IR_I64, t, mask);
}

/* A loop that chooses by what it has loaded where to load next waits for the TLB each
 * time; where it stays in a page, its recent page is known before the address is. */
bool x64_wants_recent(const X64 *x)
{
    if (!x->s->leads_to_itself || !x->g->recent || TCG_OPT_OFF(x->s, recent)) {
        return false;
    }
    for (unsigned i = 0; i < x->s->nops; i++) {
        if (x->s->ops[i].code == OP_selcc) {
            return true;
        }
    }
    return false;
}

/* Compares the page with the recent one of a place of its own. What is not a multiple of
 * its size, and could go on in another page, is never there. */
static void probe_recent(X64 *x, Access *acc, SlowKind kind)
{
    int32_t mask = page_mask(x) | (memop_bytes(acc->memop) - 1);
    uint32_t at = x->g->recent + RECENT_SIZE * x->nrecent++;
    address_to(x, acc->t, acc->ea, 0);
    asm_alu_ri(&x->a, ALU_AND, IR_I64, acc->t, mask);
    asm_alu_rm(&x->a, ALU_CMP, IR_I64, acc->t, mem_at(TLB, at));
    slow_new(x, acc, kind, asm_jcc(&x->a, COND_NE));
    acc->slow->recent = at;
    acc->slow->t = acc->t;
    asm_load(&x->a, IR_I64, acc->a, mem_at(TLB, at + RECENT_ADDEND));
}

/* Compares it with the tag of the address's entry. */
static void probe_entry(X64 *x, Access *acc, SlowKind kind)
{
    const GuestDesc *g = x->g;
    find_entry(x, acc->a, acc->ea);
    make_tag(x, acc->t, acc->ea, acc->memop, length_of(acc));
    asm_alu_rm(&x->a, ALU_CMP, IR_I64, acc->t,
               (Mem){TLB, acc->a, 0, acc->is_write ? g->tag_write : g->tag_read});
    slow_new(x, acc, kind, asm_jcc(&x->a, COND_NE));
    asm_load(&x->a, IR_I64, acc->a, (Mem){TLB, acc->a, 0, g->addend});
}

static void probe(X64 *x, Access *acc, SlowKind kind)
{
    bool recent = x->use_recent && kind == SLOW_LD && !acc->is_write &&
                  length_of(acc) <= 8 && x->nrecent < NR_RECENT;
    (recent ? probe_recent : probe_entry)(x, acc, kind);
    acc->slow->resume = x->a.p;
    acc->host = (Mem){acc->ea.base, acc->a, 0, acc->ea.disp};
}

/* Without inline probes: always the slow path. */
static void probe_never(X64 *x, Access *acc, SlowKind kind)
{
    slow_new(x, acc, kind, asm_jmp(&x->a));
    acc->slow->resume = x->a.p;
    acc->host = (Mem){acc->ea.base, acc->a, 0, acc->ea.disp};
    if (acc->is_const) {
        asm_movi(&x->a, acc->t, acc->addr);
        acc->host = (Mem){acc->t, acc->a, 0, 0};
    }
}

/* Host instructions of up to eight bytes do not check alignment, nor do those that move
 * halves. */
static bool checked_in_c(const IROp *op)
{
    unsigned bytes = memop_bytes(op->memop);
    return op->memop & MO_ALIGN && (bytes <= 8 || (bytes == 32 && !x64_thunks.avx));
}

/* A load of base + displacement + addend comes a cycle later than one of a sum + addend,
 * and RORX can leave that sum where it is: made first, if that costs no register. */
static bool sum_first(const X64 *x, const Access *acc)
{
    return !TCG_OPT_OFF(x->s, sums) && acc->ea.disp != 0 && !acc->is_write &&
           x64_thunks.bmi2 && tcg_thunks.use_tlb && ra_all_empty(&x->ra);
}

/* The rest of x64_access_begin() where there is a TLB. */
static void begin_probe(X64 *x, Access *acc, SlowKind kind)
{
    acc->is_write = (kind != SLOW_LD && kind != SLOW_PROBE) || (acc->memop & MO_RMW);
    if (acc->ea.index != NO_REG || (kind == SLOW_LD && sum_first(x, acc))) {
        unsigned r = ra_alloc(&x->ra);
        asm_lea(&x->a, IR_I64, r, acc->ea);
        if (acc->ea.index != NO_REG) {
            ra_release(&x->ra, acc->ea.index);
        }
        if (acc->ea.base != NO_REG) {
            ra_release(&x->ra, acc->ea.base);
        }
        ra_lock(&x->ra, r);
        acc->ea = mem_at(r, 0);
    }
    acc->a = ra_alloc(&x->ra);
    acc->t = ra_alloc(&x->ra);
    x->cc.host = 0;
    if (!tcg_thunks.use_tlb) {
        probe_never(x, acc, kind);
    } else if (acc->is_const) {
        probe_const(x, acc, kind);
    } else {
        probe(x, acc, kind);
    }
}

void x64_access_begin(X64 *x, Access *acc, const IROp *op, SlowKind kind)
{
    acc->op = op; /* the rest is set where it is needed: this is a large struct */
    acc->memop = op->memop;
    acc->no_fault = op->memop & MO_HOST;
    acc->direct = acc->no_fault || (x->g->direct && !checked_in_c(op));
    acc->slow = NULL;
    if (!acc->no_fault) {
        cc_describe(x, &acc->state);
    }
    acc->ea = x64_address(x, op, &acc->is_const, &acc->addr);
    acc->host = acc->ea;
    if (acc->no_fault) {
        return;
    }
    if (!acc->direct) {
        begin_probe(x, acc, kind);
        return;
    }
    ra_sync(&x->ra);
    if (acc->is_const || x->g->guest_base) {
        direct_operand(x, acc);
    }
}

void x64_access_here(X64 *x, const Access *acc)
{
    if (acc->direct && !acc->no_fault) {
        add_side(x, &acc->state);
    }
}

void x64_access_done(X64 *x, Access *acc)
{
    if (!acc->direct) {
        acc->slow->resume = x->a.p;
    }
}

void x64_access_rmw(X64 *x, Access *acc, const uint8_t *insn, bool flags)
{
    if (!acc->direct) {
        acc->slow->insn = insn;
        acc->slow->insn_len = x->a.p - insn;
        acc->slow->flags = flags;
        acc->slow->resume = x->a.p;
    }
}

/* Where the last of the ops is that use a probe's output, if all of them are accesses off
 * it and none before that writes the base register; else 0. */
static unsigned last_access(const X64 *x, IRRef base, IRRef out)
{
    const TCGContext *s = x->s;
    unsigned left = ir_t(s, out)->uses;
    for (unsigned at = x->at + 1; at < s->nops; at++) {
        const IROp *op = &s->ops[at];
        bool access = op->code == OP_ld || op->code == OP_st;
        if (access && op->in[0] == out && op->in[1] == IR_NONE && op->in[2] != out &&
            --left == 0) {
            return at;
        }
        if (op->code == OP_call || op->code == OP_label || op->out[0] == base ||
            op->out[1] == base) {
            break;
        }
    }
    return 0;
}

/* The output of a probe can be the addend instead of the host address: that saves making
 * the sum, and what waits for it. NULL: it cannot. */
static Addend *addend_new(X64 *x, const IROp *op, const Access *acc)
{
    IRRef base = op->in[0];
    if (op->in[1] != IR_NONE || base == IR_NONE || !ir_is_global(x->s, base) ||
        ra_is_scratch(&x->ra, acc->ea.base) ||
        acc->ea.disp > INT32_MAX - (1 << x->g->page_bits)) {
        return NULL;
    }
    for (unsigned i = 0; i < ARRAY_SIZE(x->addend); i++) {
        Addend *a = &x->addend[i];
        if (x->at <= a->probe || x->at >= a->last) { /* not in use */
            x->has_addends = true;
            *a = (Addend){
                .out = op->out[0],
                .base = base,
                .probe = x->at,
                .last = last_access(x, base, op->out[0]),
                .disp = acc->ea.disp,
            };
            return a->last ? a : NULL;
        }
    }
    return NULL;
}

/* The check alone: the output is the host address. */
void x64_emit_probe(X64 *x, const IROp *op)
{
    Access acc;
    x64_access_begin(x, &acc, op, SLOW_PROBE);
    if (acc.direct) {
        unsigned d = x64_out(x, op, 0, 0);
        asm_lea(&x->a, IR_I64, d, acc.host);
        x64_out_done(x, op, 0, d);
        return;
    }
    acc.slow->addend = addend_new(x, op, &acc) != NULL;
    if (!acc.slow->addend) {
        asm_lea(&x->a, IR_I64, acc.a, acc.host);
    }
    acc.slow->resume = x->a.p;
    ra_bind(&x->ra, op->out[0], acc.a);
}

/* ---- loads ---- */

void x64_emit_ld(X64 *x, const IROp *op)
{
    Access acc;
    IRType size = (IRType)(op->memop & MO_SIZE), t = op->type;
    if (t >= IR_V128) {
        x64_emit_vec_ld(x, op);
        return;
    }
    bool sign = op->memop & MO_SIGN;
    IRRef out = op->out[0];
    x64_access_begin(x, &acc, op, SLOW_LD);
    int reg = x64_pinned(x, out);
    if (reg >= 0 && t == size && t < IR_I32) {
        x64_access_here(x, &acc);
        asm_load(&x->a, t, reg, acc.host);
        return;
    }
    bool to_pinned = reg >= 0 && t >= IR_I32;
    unsigned d = to_pinned ? (unsigned)reg : acc.direct ? x64_out(x, op, 0, 0) : acc.a;
    x64_access_here(x, &acc);
    asm_rm(&x->a, opc_extend(sign ? MAX(t, IR_I32) : IR_I64, size, sign), d, acc.host);
    if (to_pinned) {
        return;
    }
    if (!acc.direct && !ir_is_global(x->s, out)) {
        ra_bind(&x->ra, out, d);
    } else {
        x64_out_done(x, op, 0, d);
    }
}

/* ---- stores ---- */

/* What is stored, as register or immediate; by way of acc->t where it is in memory. */
static Opnd value_to_store(X64 *x, const Access *acc, IRRef ref, IRType t)
{
    SlowVal v = slow_val(x, ref);
    unsigned reg = acc->direct ? NO_REG : acc->t;
    if (v.is_const) {
        int64_t c = sign_extend(v.val, ir_type_bits(t));
        if (c == (int32_t)c) {
            return (Opnd){.kind = VAL_IMM, .imm = c};
        }
        reg = reg == NO_REG ? ra_alloc(&x->ra) : reg;
        asm_movi(&x->a, reg, c);
    } else if (v.v.kind == VAL_REG) {
        return v.v;
    } else {
        reg = reg == NO_REG ? ra_alloc(&x->ra) : reg;
        asm_load(&x->a, IR_I64, reg, v.v.mem);
    }
    return (Opnd){.kind = VAL_REG, .reg = reg};
}

/* acc->t is needed for the address of a constant access that does not fit a displacement.
 */
static bool t_is_busy(const Access *acc)
{
    return !acc->direct && acc->host.base == acc->t;
}

static void free_t(X64 *x, Access *acc)
{
    if (t_is_busy(acc)) {
        asm_lea(&x->a, IR_I64, acc->a, acc->host);
        acc->host = mem_at(acc->a, 0);
    }
}

unsigned x64_access_scratch(X64 *x, Access *acc)
{
    if (acc->direct) {
        return ra_alloc(&x->ra);
    }
    free_t(x, acc);
    return acc->t;
}

void x64_emit_st(X64 *x, const IROp *op)
{
    Access acc;
    IRType t = (IRType)(op->memop & MO_SIZE);
    if (op->type >= IR_V128) {
        x64_emit_vec_st(x, op);
        return;
    }
    x64_access_begin(x, &acc, op, SLOW_ST);
    free_t(x, &acc);
    Opnd v = value_to_store(x, &acc, op->in[2], t);
    x64_access_here(x, &acc);
    if (v.kind == VAL_IMM) {
        asm_storei(&x->a, t, acc.host, v.imm);
    } else {
        asm_store(&x->a, t, v.reg, acc.host);
    }
    x64_access_done(x, &acc);
}

/* ---- atomics: afterwards A holds the old value, zero-extended ---- */

static void lock_alu(X64 *x, const Access *acc, AluOp alu, IRType t, Opnd v)
{
    asm_b(&x->a, 0xf0);
    if (v.kind == VAL_IMM) {
        asm_alu_mi(&x->a, alu, t, acc->host, v.imm);
    } else {
        asm_alu_mr(&x->a, alu, t, acc->host, v.reg);
    }
}

/* Of a direct access: the address is in one scratch register, and what it was made of is
 * free again. There may be no more than three. */
static void address_to_one(X64 *x, Access *acc)
{
    acc->a = ra_alloc(&x->ra);
    asm_lea(&x->a, IR_I64, acc->a, acc->host);
    acc->host = mem_at(acc->a, 0);
    x->ra.locked = 0;
    ra_lock(&x->ra, acc->a);
}

/* xchg, or lock xadd */
static void exchange(X64 *x, Access *acc, IRType t, Opnd v)
{
    unsigned r = acc->direct ? ra_alloc(&x->ra) : acc->t;
    x64_mov_in(x, t, r, v);
    x64_access_here(x, acc);
    if (acc->op->code == OP_at_xchg) {
        asm_rm(&x->a, opc_of(0x86, t), r, acc->host);
    } else {
        asm_rm(&x->a, opc_of(0xc0, t) | MAP_0F | LOCK, r, acc->host);
    }
    if (acc->direct) {
        acc->a = r;
    }
    asm_extend(&x->a, IR_I64, t, false, acc->a, r);
}

static void compare_exchange(X64 *x, Access *acc, IRType t)
{
    const IROp *op = acc->op;
    if (acc->direct) {
        address_to_one(x, acc);
        acc->t = ra_alloc(&x->ra);
    } else {
        asm_lea(&x->a, IR_I64, acc->a, acc->host);
        acc->host = mem_at(acc->a, 0);
    }
    Opnd new = value_to_store(x, acc, op->in[3], t);
    if (new.kind == VAL_IMM || new.reg == RAX) {
        x64_mov_in(x, IR_I64, acc->t, new);
        new = (Opnd){.kind = VAL_REG, .reg = acc->t};
    }
    asm_store(&x->a, IR_I64, RAX, mem_at(RSP, FRAME_SAVE));
    SlowVal expected = slow_val(x, op->in[2]);
    if (expected.is_const) {
        asm_movi(&x->a, RAX, expected.val & ir_type_mask(t));
    } else {
        x64_mov_in(x, IR_I64, RAX, expected.v);
    }
    x64_access_here(x, acc);
    asm_rm(&x->a, opc_of(0xb0, t) | MAP_0F | LOCK, new.reg, acc->host);
    asm_extend(&x->a, IR_I64, t, false, acc->a, RAX);
    asm_load(&x->a, IR_I64, RAX, mem_at(RSP, FRAME_SAVE));
}

static void old_value_out(X64 *x, const Access *acc)
{
    const IROp *op = acc->op;
    if (op->out[0] == IR_NONE ||
        (!ir_is_global(x->s, op->out[0]) && !ir_t(x->s, op->out[0])->uses)) {
        return;
    }
    if (ir_is_global(x->s, op->out[0])) {
        x64_out_done(x, op, 0, acc->a);
    } else {
        ra_bind(&x->ra, op->out[0], acc->a);
    }
}

/* The access in C always: logic whose old value is wanted. */
static void atomic_in_c(X64 *x, const IROp *op)
{
    Access acc = {.op = op, .memop = op->memop};
    cc_describe(x, &acc.state);
    acc.ea = x64_address(x, op, &acc.is_const, &acc.addr);
    unsigned r = ra_alloc(&x->ra);
    if (acc.is_const) {
        asm_movi(&x->a, r, acc.addr);
    } else {
        asm_lea(&x->a, IR_I64, r, acc.ea);
    }
    x->ra.locked = 0;
    ra_lock(&x->ra, r);
    acc.ea = mem_at(r, 0);
    acc.is_const = false;
    acc.a = ra_alloc(&x->ra);
    x->cc.host = 0;
    slow_new(x, &acc, SLOW_ATOMIC, asm_jmp(&x->a));
    acc.slow->resume = x->a.p;
    old_value_out(x, &acc);
}

void x64_emit_atomic(X64 *x, const IROp *op)
{
    static const uint8_t alus[] = {ALU_ADD, ALU_AND, ALU_OR, ALU_XOR};
    IRType t = (IRType)(op->memop & MO_SIZE);
    bool old_used = op->out[0] != IR_NONE && ir_t(x->s, op->out[0])->uses;
    bool logic = op->code >= OP_at_and && op->code <= OP_at_xor;
    Access acc;
    cc_clobber(x);
    if (logic &&
        (old_used || (op->out[0] != IR_NONE && ir_is_global(x->s, op->out[0])))) {
        atomic_in_c(x, op);
        return;
    }
    x64_access_begin(x, &acc, op, SLOW_ATOMIC);
    free_t(x, &acc);
    if (op->code == OP_at_cmpxchg) {
        compare_exchange(x, &acc, t);
    } else {
        if (!logic && acc.direct && acc.host.index != NO_REG) {
            address_to_one(x, &acc);
        }
        Opnd v = value_to_store(x, &acc, op->in[2], t);
        if (logic) {
            x64_access_here(x, &acc);
            lock_alu(x, &acc, (AluOp)alus[op->code - OP_at_add], t, v);
        } else {
            exchange(x, &acc, t, v);
        }
    }
    x64_access_done(x, &acc);
    old_value_out(x, &acc);
}
static_assert(OP_at_xchg + 1 == OP_at_add && OP_at_add + 3 == OP_at_xor, "alus[]");
