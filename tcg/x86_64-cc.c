/* The guest's flags on an x86_64 host: EFLAGS while they last, else recipes. */
/* SPDX-License-Identifier: MIT */
/*
 * After an op that sets flags they are in EFLAGS, and mostly they are used from there. So
 * that they survive what destroys EFLAGS (TLB probes, address arithmetic, calls) and show
 * at faults, X64.cc keeps the recipe as well: which kind, and where its operands are. A
 * recipe whose operands are globals or constants costs nothing. When an operand is going
 * to be lost, it is stored in its own place in env (CCV_OWN), which is one move; or, when
 * nothing in sight destroys EFLAGS, it is just forgotten. cc_op is stored last, by
 * whatever makes env exact: exits, helpers that read flags, labels. A fault finds all of
 * it in the side table. Without a TLB an access is one instruction that leaves EFLAGS
 * alone, so flags may be nowhere else then: the fault brings them along (opt "operands").
 *
 * Invariants: flags that are wanted are in EFLAGS (cc.host) or in a recipe (cc.base).
 * While cc.base is CC_BASE_ENV nothing but cc_r and the overlay in env may be written.
 */
#include "tcg/x86_64-internal.h"

static int32_t home_of(const X64 *x, unsigned i)
{
    const GuestDesc *g = x->g;
    return i == 0 ? g->cc_a : i == 1 ? g->cc_b : i == 2 ? g->cc_c : g->cc_r;
}

/* ---- what happens to flags later ---- */

/* The thunk of faults puts EFLAGS here. */
static int32_t fault_flags(const X64 *x)
{
    return x->g->fault_regs;
}

bool cc_faults_bring_eflags(const X64 *x)
{
    return x->g->direct && fault_flags(x) && !TCG_OPT_OFF(x->s, operands);
}

/* The op leaves EFLAGS alone on this host. */
static bool keeps_eflags(const X64 *x, const IROp *op)
{
    switch (op->code) {
    case OP_mov:
    case OP_zext:
    case OP_sext:
    case OP_lea:
    case OP_not:
    case OP_setcc:
    case OP_selcc:
    case OP_brcc:
    case OP_ld_env:
    case OP_st_env:
    case OP_br:
    case OP_vmov:
        return true;
    case OP_add:
        return !op->setcc && op->type >= IR_I32;
    case OP_bswap:
        return op->type >= IR_I32;
    case OP_adcx:
    case OP_adox:
        return x64_thunks.adx;
    case OP_mulu2:
        return x64_is_mulx(x, op);
    case OP_ld:
    case OP_st:
        return (op->memop & MO_HOST && op->type <= IR_I64) || cc_shows_eflags(x, op);
    default:
        return false;
    }
}

static bool survive_from(const X64 *x, unsigned at, uint32_t mask, unsigned budget);

/* The same where the op is a branch. */
static bool survive_branch(const X64 *x, const IROp *op, uint32_t mask, unsigned budget)
{
    const Label *to = &x->labels[op->label];
    return to->preds > 1 || budget < 4 || survive_from(x, to->at + 1, mask, budget - 4);
}

/* From op number `at` on: flags of the mask that are still wanted meet what destroys
 * them, or is not looked beyond. */
static bool survive_from(const X64 *x, unsigned at, uint32_t mask, unsigned budget)
{
    const IROp *op = &x->s->ops[at], *end = x->s->ops + x->s->nops;
    for (; op < end; op++) {
        unsigned flags = op_info[op->code].flags;
        if (op->code == OP_nop) {
            continue; /* says nothing of flags */
        }
        if (op->code == OP_exit_link) {
            return op->ccmask & mask;
        }
        if ((flags & OPF_FAULT && !(op->memop & MO_HOST) && !cc_shows_eflags(x, op)) ||
            (flags & OPF_BB_END && op->code != OP_br)) {
            return true;
        }
        mask &= op->ccmask | op->ccfault;
        if (op->setcc || op->code == OP_call) {
            mask &= ~ir_cc_kills(x->s, op);
        }
        if (!mask) {
            return false;
        }
        if (flags & OPF_BRANCH && survive_branch(x, op, mask, budget)) {
            return true;
        }
        if (op->code == OP_br) {
            return false;
        }
        if (budget-- == 0 || op->code == OP_label || !keeps_eflags(x, op)) {
            return true;
        }
    }
    return false;
}

bool cc_must_survive(X64 *x, unsigned at, uint32_t mask)
{
    return TCG_OPT_OFF(x->s, hostflags) || (mask && survive_from(x, at, mask, 12));
}

/* ---- storing ---- */

void cc_set_env(X64 *x)
{
    x->cc = (CCInfo){.base = CC_BASE_ENV};
}

/* rax is needed for a moment; between ops it may go to a scratch register. */
static unsigned rax_away(X64 *x, bool between_ops)
{
    unsigned r = NO_REG;
    if (between_ops) {
        r = ra_alloc(&x->ra);
        ra_release(&x->ra, r);
        asm_mov(&x->a, IR_I64, r, RAX);
    } else {
        asm_store(&x->a, IR_I64, RAX, mem_at(RSP, FRAME_SAVE));
    }
    return r;
}

static void rax_back(X64 *x, unsigned r)
{
    if (r != NO_REG) {
        asm_mov(&x->a, IR_I64, RAX, r);
    } else {
        asm_load(&x->a, IR_I64, RAX, mem_at(RSP, FRAME_SAVE));
    }
}

/* PUSHFQ would do, but takes as long as twenty other instructions. */
static void save_eflags(X64 *x, bool between_ops)
{
    unsigned r = rax_away(x, between_ops);
    asm_b(&x->a, 0x9f); /* lahf */
    asm_setcc(&x->a, COND_O, RAX);
    asm_store(&x->a, IR_I32, RAX, env_mem(x->g->cc_a));
    rax_back(x, r);
    x->cc = (CCInfo){
        .host = x->cc.host,
        .base = CC_BASE_KNOWN,
        .kind = CC_AH,
        .v[0].kind = CCV_OWN,
    };
}

/* EFLAGS from such a recipe. */
static void load_ah(X64 *x)
{
    unsigned r = rax_away(x, false);
    asm_load(&x->a, IR_I32, RAX, env_mem(x->g->cc_a));
    asm_alu_ri(&x->a, ALU_ADD, IR_I8, RAX, 0x7f); /* OF = AL was 1 */
    asm_b(&x->a, 0x9e);                           /* sahf */
    rax_back(x, r);
}

void cc_clobber(X64 *x)
{
    if (x->cc.base == CC_BASE_NONE && x->wanted && x->cc.host) {
        save_eflags(x, false);
    }
    x->cc.host = 0;
}

void cc_fault_point(X64 *x)
{
    if (x->cc.base == CC_BASE_NONE && x->cc.host) {
        save_eflags(x, true);
    }
}

/* A register with the value of a GLOBAL operand, its addend included. Locked. */
static unsigned global_operand(X64 *x, const CCVal *v)
{
    if (v->val == 0) {
        return ra_use(&x->ra, v->ref);
    }
    int reg = ra_reg(&x->ra, v->ref);
    unsigned t = ra_alloc(&x->ra);
    if (reg < 0) {
        asm_load(&x->a, IR_I64, t, env_mem(ir_t(x->s, v->ref)->env_offset));
        reg = t;
    }
    asm_lea(&x->a, IR_I64, t, mem_at(reg, (int32_t)v->val));
    return t;
}

static void own_operand(X64 *x, unsigned i)
{
    CCVal *v = &x->cc.v[i];
    uint32_t locked = x->ra.locked;
    if (v->kind == CCV_CONST) {
        x64_store_imm(x, IR_I64, env_mem(home_of(x, i)), v->val);
    } else if (v->kind == CCV_REF) {
        asm_store(&x->a, IR_I64, global_operand(x, v), env_mem(home_of(x, i)));
    }
    x->ra.locked = locked;
    *v = (CCVal){.kind = CCV_OWN};
}

void cc_own_operands(X64 *x)
{
    for (unsigned i = 0; i < ARRAY_SIZE(x->cc.v); i++) {
        if (x->cc.v[i].kind == CCV_REF) {
            own_operand(x, i);
        }
    }
}

void cc_store(X64 *x)
{
    CCInfo *cc = &x->cc;
    if (cc->base == CC_BASE_NONE) {
        if (!cc->host) {
            return;
        }
        save_eflags(x, false);
    }
    uint32_t ov = cc->ov ? CC_OP_OVERLAY(cc->ov, cc->ov_type) : 0;
    if (recipe_base_pending(cc)) {
        for (unsigned i = 0; i < recipe_operands(cc->kind); i++) {
            own_operand(x, i);
        }
        asm_storei(&x->a, IR_I32, env_mem(x->g->cc_op), CC_OP(cc->kind, cc->type) | ov);
        cc->op_stored = true;
    } else if (recipe_overlay_pending(cc)) {
        asm_storei(&x->a, IR_I16, env_mem(x->g->cc_op + 2), ov >> 16);
    }
    if (recipe_overlay_pending(cc)) {
        own_operand(x, 3);
        cc->v[3].kind = CCV_NONE; /* the overlay is in env altogether */
    }
}

static TCGValue describe_value(const void *opaque, unsigned i)
{
    const X64 *x = opaque;
    return recipe_value(x->s, &x->cc.v[i], home_of(x, i));
}

void cc_describe(const X64 *x, TCGRestore *r)
{
    recipe_describe(&x->cc, r, describe_value, x);
    if (x->g->direct && x->cc.base == CC_BASE_NONE && x->cc.host) {
        r->base_pending = true;
        r->cc_op = CC_OP(CC_EFLAGS, IR_I64);
        r->a = (TCGValue){.env_offset = fault_flags(x)};
        r->b = r->c = (TCGValue){.is_const = true};
    }
    r->pc = x->pc;
    r->sp = x->sp;
    r->x87_pending = x->x87_note.pending;
    if (r->x87_pending) {
        r->fip = x->x87_note.fip;
        r->fop = x->x87_note.fop;
    }
    r->resume = 0;
}

/* ---- operands that change ---- */

/* What x->op adds to the global that it writes, if it is such an op. */
static bool added_to_global(const X64 *x, IRRef global, int64_t *n)
{
    const IROp *op = x->op;
    if (op->type != IR_I64 || op->in[0] != global || op->setcc) {
        return false;
    }
    if (op->code == OP_lea && op->in[1] == IR_NONE) {
        *n = op->imm;
    } else if ((op->code == OP_add || op->code == OP_sub) &&
               ir_is_const(x->s, op->in[1])) {
        int64_t v = ir_t(x->s, op->in[1])->val;
        *n = op->code == OP_add ? v : -v;
    } else {
        return false;
    }
    return true;
}

/* Not inline: rare, as seen from cc_global_write(). */
static G_GNUC_NO_INLINE void operand_changes(X64 *x, unsigned i)
{
    CCVal *v = &x->cc.v[i];
    int64_t n, now;
    if (added_to_global(x, v->ref, &n)) {
        now = (int64_t)v->val - n;
        if (now == (int32_t)now) {
            v->val = now;
            return;
        }
    }
    if ((x->cc.host & x->wanted) == x->wanted && !cc_must_survive(x, x->at, x->wanted)) {
        x->cc = (CCInfo){.host = x->cc.host};
    } else {
        own_operand(x, i);
    }
}

void cc_global_write(X64 *x, IRRef global)
{
    for (unsigned i = 0; i < ARRAY_SIZE(x->cc.v); i++) {
        if (unlikely(x->cc.v[i].ref == global) && x->cc.v[i].kind == CCV_REF) {
            operand_changes(x, i);
        }
    }
}

/* ---- from the recipe back to EFLAGS ---- */

static Opnd operand(X64 *x, unsigned i, bool may_mem)
{
    const CCVal *v = &x->cc.v[i];
    Mem home = env_mem(home_of(x, i));
    if (v->kind == CCV_REF && v->val == 0 && ra_reg(&x->ra, v->ref) < 0) {
        home = env_mem(ir_t(x->s, v->ref)->env_offset);
    } else if (v->kind == CCV_REF) {
        return (Opnd){.kind = VAL_REG, .reg = global_operand(x, v)};
    } else if (v->kind == CCV_CONST) {
        int64_t c = sign_extend(v->val, ir_type_bits(x->cc.type));
        if (c == (int32_t)c) {
            return (Opnd){.kind = VAL_IMM, .imm = c};
        }
        unsigned t = ra_alloc(&x->ra);
        asm_movi(&x->a, t, c);
        return (Opnd){.kind = VAL_REG, .reg = t};
    }
    if (may_mem) {
        return (Opnd){.kind = VAL_MEM, .mem = home};
    }
    unsigned t = ra_alloc(&x->ra);
    asm_load(&x->a, IR_I64, t, home);
    return (Opnd){.kind = VAL_REG, .reg = t};
}

/* The operand in a scratch register that may be changed. */
static unsigned operand_copy(X64 *x, unsigned i)
{
    Opnd v = operand(x, i, true);
    if (v.kind == VAL_REG && x->cc.v[i].kind != CCV_REF) {
        return v.reg;
    }
    if (v.kind == VAL_REG && x->cc.v[i].val) { /* a sum, made in a register of its own */
        return v.reg;
    }
    unsigned t = ra_alloc(&x->ra);
    x64_mov_in(x, IR_I64, t, v);
    if (v.kind == VAL_REG && !(x->cc_locked >> v.reg & 1)) {
        ra_release(&x->ra, v.reg);
    }
    return t;
}

static void alu_in(X64 *x, AluOp op, IRType t, unsigned reg, Opnd v)
{
    if (v.kind == VAL_IMM) {
        asm_alu_ri(&x->a, op, t, reg, v.imm);
    } else if (v.kind == VAL_MEM) {
        asm_alu_rm(&x->a, op, t, reg, v.mem);
    } else {
        asm_alu_rr(&x->a, op, t, reg, v.reg);
    }
}

/* cmp a, b */
static void compare(X64 *x, IRType t)
{
    Opnd b = operand(x, 1, true), a = operand(x, 0, b.kind != VAL_MEM);
    if (a.kind == VAL_MEM && b.kind == VAL_IMM) {
        asm_alu_mi(&x->a, ALU_CMP, t, a.mem, b.imm);
    } else if (a.kind == VAL_MEM) {
        asm_alu_mr(&x->a, ALU_CMP, t, a.mem, b.reg);
    } else {
        if (a.kind == VAL_IMM) {
            a.reg = ra_alloc(&x->ra);
            asm_movi(&x->a, a.reg, (int64_t)a.imm);
        }
        alu_in(x, ALU_CMP, t, a.reg, b);
    }
}

/* ZF, SF and PF of operand i. */
static void test_operand(X64 *x, unsigned i, IRType t)
{
    Opnd v = operand(x, i, true);
    if (v.kind == VAL_REG) {
        asm_test_rr(&x->a, t, v.reg, v.reg);
    } else if (v.kind == VAL_MEM) {
        asm_alu_mi(&x->a, ALU_CMP, t, v.mem, 0);
    } else {
        unsigned r = operand_copy(x, i);
        asm_test_rr(&x->a, t, r, r);
    }
}

/* CF = bit n of operand 1. */
static void carry_of_bit(X64 *x, unsigned n)
{
    unsigned t = operand_copy(x, 1);
    asm_rr(&x->a, 0xba | MAP_0F | REX_W, 4, t);
    asm_b(&x->a, n);
}

/* CF = OF = bit 0 of operand 1, of which only the byte is there. */
static void carry_and_overflow(X64 *x)
{
    unsigned t = ra_alloc(&x->ra);
    asm_rm(&x->a, opc_extend(IR_I32, IR_I8, false), t, env_mem(home_of(x, 1)));
    asm_shift_ri(&x->a, SH_SHL, IR_I32, t, 31);
    asm_shift_ri(&x->a, SH_SHL, IR_I32, t, 1);
}

/* The base recipe's flags by a few instructions; false: not this one. */
static bool recompute_base(X64 *x, uint32_t mask)
{
    IRType t = x->cc.type;
    unsigned kind = x->cc.kind;
    bool of_result = !(mask & ~(CC_Z | CC_S | CC_P)) && kind != CC_CMP &&
                     kind != CC_EFLAGS && kind != CC_AH;
    if (of_result || kind == CC_LOGIC) {
        test_operand(x, 0, t);
        return true;
    }
    if (kind == CC_MUL && !(mask & ~(CC_C | CC_O))) {
        carry_and_overflow(x);
        return true;
    }
    if (kind == CC_CMP || (kind == CC_ADD && mask == CC_C)) {
        compare(x, t);
        return true;
    }
    if ((kind == CC_SHL || kind == CC_SAR) && mask == CC_C) {
        carry_of_bit(x, kind == CC_SHL ? ir_type_bits(t) - 1 : 0);
        return true;
    }
    switch (kind) {
    case CC_ADD:
    case CC_SUB: { /* back to the first operand, and once more */
        unsigned r = operand_copy(x, 0);
        Opnd b = operand(x, 1, true);
        alu_in(x, kind == CC_ADD ? ALU_SUB : ALU_ADD, t, r, b);
        alu_in(x, kind == CC_ADD ? ALU_ADD : ALU_CMP, t, r, b);
        return true;
    }
    case CC_SHL:
        asm_shift_ri(&x->a, SH_SHL, t, operand_copy(x, 1), 1);
        return true;
    default:
        return false;
    }
}

static bool recompute_overlay(X64 *x, uint32_t mask)
{
    CCInfo *cc = &x->cc;
    IRType t = cc->ov_type;
    if (mask & CC_C) {
        if (cc->base != CC_BASE_KNOWN || !recompute_base(x, CC_C)) {
            return false;
        }
        x->ra.locked = x->cc_locked;
        if (mask == CC_C) {
            return true;
        }
    }
    if (cc->v[3].kind == CCV_NONE) {
        cc->v[3].kind = CCV_OWN;
    }
    unsigned r = operand_copy(x, 3);
    asm_lea(&x->a, IR_I64, r, mem_at(r, cc->ov == CC_OV_INC ? -1 : 1));
    asm_rr(&x->a, opc_of1(0xfe, t), cc->ov == CC_OV_INC ? 0 : 1, r);
    return true;
}

void cc_load(X64 *x)
{
    x64_call(x, TCG_OPT_OFF(x->s, recipes) ? tcg_thunks.cc_load : x64_thunks.recipe_load);
}

static void recompute(X64 *x, uint32_t mask)
{
    CCInfo *cc = &x->cc;
    CCVal r = cc->v[3];
    bool ok = cc->ov ? recompute_overlay(x, mask)
                     : cc->base == CC_BASE_KNOWN && recompute_base(x, mask);
    cc->v[3] = r;
    if (ok) {
        cc->host = mask;
        return;
    }
    if (cc->base == CC_BASE_KNOWN && cc->kind == CC_AH && !cc->ov) {
        load_ah(x);
    } else if (cc->base == CC_BASE_KNOWN && cc->kind == CC_EFLAGS && !cc->ov) {
        own_operand(x, 0);
        x64_call(x, x64_thunks.flags_load);
    } else {
        cc_store(x);
        cc_load(x);
    }
    cc->host = CC_ALL;
}

void cc_require(X64 *x, uint32_t mask)
{
    if (!(mask & ~x->cc.host) || x->cc.base == CC_BASE_NONE) {
        return;
    }
    x->cc_locked = x->ra.locked;
    recompute(x, mask);
    x->ra.locked = x->cc_locked;
}

/* The condition on flags that are a value in memory, if one test can tell. */
static bool test_value(X64 *x, Cond *c)
{
    uint32_t mask = cc_of_cond(*c);
    bool in_ah = x->cc.kind == CC_AH, in_b = x->cc.kind == CC_MUL;
    if (x->cc.base != CC_BASE_KNOWN || x->cc.ov || *c >= COND_L ||
        (in_b ? mask & ~(CC_C | CC_O) : x->cc.kind != CC_EFLAGS && !in_ah)) {
        return false;
    }
    if (!in_b) {
        own_operand(x, 0);
    }
    if (in_b) {
        asm_test_mi(&x->a, IR_I8, env_mem(x->g->cc_b), 1);
    } else if (in_ah && mask == CC_O) {
        asm_test_mi(&x->a, IR_I8, env_mem(x->g->cc_a), 1);
    } else if (in_ah) {
        asm_test_mi(&x->a, IR_I8, env_mem(x->g->cc_a + 1), mask);
    } else {
        asm_test_mi(&x->a, IR_I32, env_mem(x->g->cc_a), mask);
    }
    x->cc.host = 0;
    *c = *c & 1 ? COND_E : COND_NE;
    return true;
}

Cond cc_condition(X64 *x, Cond c)
{
    uint32_t mask = cc_of_cond(c);
    if (mask & ~x->cc.host && !test_value(x, &c)) {
        cc_require(x, mask);
    }
    return c;
}

/* ---- ops that set flags ---- */

/* The flags of the op are to last beyond EFLAGS. Not asked where it makes no difference:
 * mostly all operands stay where they are. */
static bool must_keep(X64 *x)
{
    return cc_must_survive(x, x->at + 1, x->wanted);
}

/* Where the op leaves `ref`, an input or its result; if it is lost and has to be kept,
 * its value goes to env now. */
static CCVal plan_operand(X64 *x, unsigned i, IRRef ref)
{
    const IROp *op = x->op;
    if (ref == IR_NONE) {
        return (CCVal){0};
    }
    if (ref == REF_ONE) {
        return (CCVal){.kind = CCV_CONST, .val = 1};
    }
    if (ir_is_const(x->s, ref)) {
        return (CCVal){.kind = CCV_CONST, .val = ir_t(x->s, ref)->val};
    }
    if (ir_is_global(x->s, ref) && op->out[0] != ref) {
        return (CCVal){.kind = CCV_REF, .ref = ref};
    }
    if (!must_keep(x)) {
        return (CCVal){0};
    }
    asm_store(&x->a, IR_I64, ra_use(&x->ra, ref), env_mem(home_of(x, i)));
    ra_release(&x->ra, ra_reg(&x->ra, ref));
    return (CCVal){.kind = CCV_OWN};
}

static void plan_recipe(X64 *x, CCPlan *p, unsigned kind, IRRef a, IRRef b)
{
    kind = kind == CC_CMP ? recipe_of_compare(x->s, (IRType)x->op->type, b) : kind;
    b = recipe_operands(kind) > 1 ? b : IR_NONE;
    bool a_is_result = a == IR_NONE || a == x->op->out[0];
    CCInfo *n = &p->next;
    *n = (CCInfo){.base = CC_BASE_KNOWN, .kind = kind, .type = x->op->type};
    n->v[1] = plan_operand(x, 1, b);
    if (kind == CC_MUL && must_keep(x)) {
        n->v[1].kind = CCV_OWN;
        p->of = true;
    }
    if (!a_is_result) {
        n->v[0] = plan_operand(x, 0, a);
    } else if (a != IR_NONE && ir_is_global(x->s, a)) {
        n->v[0] = (CCVal){.kind = CCV_REF, .ref = a};
    } else {
        bool keep = must_keep(x);
        p->keep = keep ? 0 : -1;
        n->v[0].kind = keep ? CCV_OWN : CCV_NONE;
    }
    for (unsigned i = 0; i < recipe_operands(kind); i++) {
        if (n->v[i].kind == CCV_NONE) {
            n->base = CC_BASE_NONE;
        }
    }
}

void cc_plan(X64 *x, CCPlan *p, unsigned kind, IRRef a, IRRef b)
{
    const IROp *op = x->op;
    p->writes = ir_cc_writes(op);
    p->others = 0;
    p->keep = -1;
    p->of = false;
    if (!op->setcc) {
        cc_clobber(x);
        return; /* cc_done() does not look at p->next */
    }
    p->others = x->wanted & ~ir_cc_kills(x->s, op);
    if (p->others || kind == CC_HOST_ONLY) {
        p->next = (CCInfo){0};
        cc_require(x, p->others);
    } else {
        plan_recipe(x, p, kind, a, b);
    }
}

void cc_plan_incdec(X64 *x, CCPlan *p, bool inc, bool overlay)
{
    const IROp *op = x->op;
    IRRef out = op->out[0];
    if (!op->setcc || !(x->wanted & CC_C)) {
        cc_plan(x, p, inc ? CC_ADD : CC_SUB, out, REF_ONE);
        p->others = 0;
        return;
    }
    bool keep = !ir_is_global(x->s, out);
    if (x->cc.base == CC_BASE_NONE ||
        (keep && !overlay && !cc_must_survive(x, x->at + 1, x->wanted))) {
        cc_plan(x, p, CC_HOST_ONLY, IR_NONE, IR_NONE);
        return;
    }
    *p = (CCPlan){
        .writes = CC_ALL & ~CC_C,
        .others = x->cc.host & CC_C,
        .next = x->cc,
        .keep = keep ? 3 : -1,
    };
    p->next.ov = inc ? CC_OV_INC : CC_OV_DEC;
    p->next.ov_type = op->type;
    p->next.v[3] = (CCVal){.kind = keep ? CCV_OWN : CCV_REF, .ref = out};
}

void cc_done(X64 *x, CCPlan *p, unsigned result)
{
    if (!p->writes) {
        return;
    }
    x->cc = p->next;
    x->cc.host = p->writes | p->others;
    if (p->keep >= 0 && result == NO_REG) {
        x->cc = (CCInfo){.host = x->cc.host};
    } else if (p->keep >= 0) {
        asm_store(&x->a, IR_I64, result, env_mem(home_of(x, p->keep)));
    }
    if (p->of && x->cc.base != CC_BASE_NONE) {
        asm_setcc_m(&x->a, COND_O, env_mem(x->g->cc_b));
    }
    if (TCG_OPT_OFF(x->s, hostflags)) {
        if (x->cc.base == CC_BASE_NONE) {
            save_eflags(x, false);
        }
        x->cc.host = 0;
    }
}
