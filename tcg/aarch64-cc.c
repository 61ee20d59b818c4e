/* The guest's flags on an aarch64 host: recipes, and NZCV while they last. */
/* SPDX-License-Identifier: MIT */
/*
 * A64.cc always has a recipe for flags that somebody wants: which kind, and where its
 * operands are. One whose operands are registers of the guest, temps or constants costs
 * nothing. When an operand is going to be lost its value moves to a global of the
 * allocator made for that (CCV_OWN), whose home is the operand's place in env: it stays
 * in a scratch register as long as there are enough. Where env has to be exact (exits,
 * helpers that read flags, labels) cc_store() stores what is not there yet; a fault finds
 * the recipe in the side table.
 *
 * Besides, NZCV may hold some of the flags (cc.host), which saves doing the comparison
 * again. PF and AF are never there. A subtraction leaves C as the inverse of CF.
 */
#include "tcg/aarch64-internal.h"
#include "util/host.h"

enum { BIT_OF_C = 0, BIT_OF_Z = 6, BIT_OF_S = 7, BIT_OF_O = 11 };

static int32_t home_of(const A64 *x, unsigned i)
{
    return ir_t(x->s, x->own[i])->env_offset;
}

static bool is_temp(const A64 *x, IRRef ref)
{
    return ir_t(x->s, ref)->kind == TEMP_SSA;
}

/* ---- operands ---- */

/* The register of operand i; `tmp` where it has none. */
static unsigned operand(A64 *x, unsigned i, unsigned tmp)
{
    const CCVal *v = &x->cc.v[i];
    if (v->kind == CCV_OWN) {
        return ra_use(&x->ra, x->own[i]);
    }
    if (v->kind == CCV_REF) {
        unsigned r = ra_use(&x->ra, v->ref);
        if (v->val) {
            a64_add_imm(x, tmp, r, (int64_t)v->val);
            r = tmp;
        }
        return r;
    }
    if (v->val == 0 || v->kind == CCV_NONE) {
        return XZR;
    }
    asm_movi(&x->a, tmp, v->val & ir_type_mask(x->cc.type));
    return tmp;
}

static void own_operand(A64 *x, unsigned i)
{
    unsigned r = ra_alloc(&x->ra), from = operand(x, i, r);
    if (from != r) {
        asm_mov(&x->a, IR_I64, r, from);
    }
    ra_bind(&x->ra, x->own[i], r);
    x->cc.v[i] = (CCVal){.kind = CCV_OWN};
}

void cc_own(A64 *x, bool globals)
{
    for (unsigned i = 0; i < ARRAY_SIZE(x->cc.v); i++) {
        const CCVal *v = &x->cc.v[i];
        if (v->kind == CCV_REF && (globals || is_temp(x, v->ref))) {
            own_operand(x, i);
        }
    }
}

static void forget_own(A64 *x)
{
    for (unsigned i = 0; i < ARRAY_SIZE(x->own); i++) {
        ra_forget(&x->ra, x->own[i]);
    }
}

void cc_set_env(A64 *x)
{
    forget_own(x);
    x->cc = (CCInfo){.base = CC_BASE_ENV};
}

bool cc_refers_to(const A64 *x, IRRef global)
{
    bool any = false;
    for (unsigned i = 0; i < ARRAY_SIZE(x->cc.v); i++) {
        any |= x->cc.v[i].kind == CCV_REF && x->cc.v[i].ref == global;
    }
    return any;
}

static bool ends_with(const A64 *x, const IROp *op, IRRef ref)
{
    for (unsigned k = 0; k < op_info[op->code].ins; k++) {
        if (op->in[k] == ref && (op->dead >> k & 1)) {
            return op->out[0] != ref && op->out[1] != ref;
        }
    }
    return (op->out[0] == ref || op->out[1] == ref) && !ir_t(x->s, ref)->uses;
}

/* The temp's register becomes the operand's. */
static void inherit(A64 *x, unsigned i)
{
    IRRef ref = x->cc.v[i].ref;
    bool again = false;
    for (unsigned k = i + 1; k < ARRAY_SIZE(x->cc.v); k++) {
        again |= x->cc.v[k].kind == CCV_REF && x->cc.v[k].ref == ref;
    }
    if (again) {
        own_operand(x, i);
        return;
    }
    unsigned r = ra_use(&x->ra, ref);
    ra_kill(&x->ra, ref);
    ra_bind(&x->ra, x->own[i], r);
    x->cc.v[i] = (CCVal){.kind = CCV_OWN};
}

void cc_drop(A64 *x)
{
    if (x->cc.base != CC_BASE_ENV) {
        forget_own(x);
        x->cc = (CCInfo){.base = CC_BASE_NONE};
    }
}

void cc_end_op(A64 *x, const IROp *op)
{
    if (!x->wanted) {
        cc_drop(x);
    }
    x->ra.locked = 0;
    for (unsigned i = 0; i < ARRAY_SIZE(x->cc.v); i++) {
        const CCVal *v = &x->cc.v[i];
        if (v->kind == CCV_REF && is_temp(x, v->ref) && ends_with(x, op, v->ref)) {
            inherit(x, i);
        }
    }
}

void cc_global_write(A64 *x, IRRef global)
{
    for (unsigned i = 0; i < ARRAY_SIZE(x->cc.v) && x->needed; i++) {
        CCVal *v = &x->cc.v[i];
        int64_t n;
        if (v->kind != CCV_REF || v->ref != global) {
            continue;
        }
        if (!x->op->setcc && a64_adds(x, x->op, global, &n)) {
            int64_t now = (int64_t)(v->val - (uint64_t)n);
            if (now > -4096 && now < 4096) {
                v->val = now;
                continue;
            }
        }
        own_operand(x, i);
    }
}

/* ---- to env ---- */

static bool is_stored(const A64 *x, unsigned i)
{
    return x->cc.v[i].kind == CCV_OWN && !ra_is_dirty(&x->ra, x->own[i]);
}

static void note_stored(A64 *x, unsigned i)
{
    ra_stored(&x->ra, x->own[i]);
    x->cc.v[i] = (CCVal){.kind = CCV_OWN};
}

/* Puts operand i home, if it is not there. Destroys T0 and T2. */
static void store_operand(A64 *x, unsigned i)
{
    uint32_t locked = x->ra.locked;
    if (!is_stored(x, i)) {
        a64_env(x, ls_opc(STR, 3), operand(x, i, T0), home_of(x, i));
        note_stored(x, i);
    }
    x->ra.locked = locked;
}

/* Both words of env, from `at` on, are to be stored, and one instruction does that. */
static bool is_pair(const A64 *x, int32_t at, int32_t next)
{
    return next == at + 8 && pair_fits(PAIR_X, at) && !TCG_OPT_OFF(x->s, pairs);
}

/* Operands i and i + 1; false: they are no pair, nothing is stored. */
static bool store_two(A64 *x, unsigned i)
{
    if (is_stored(x, i) || is_stored(x, i + 1) ||
        !is_pair(x, home_of(x, i), home_of(x, i + 1))) {
        return false;
    }
    uint32_t locked = x->ra.locked;
    unsigned first = operand(x, i, T0);
    asm_pair(&x->a, PAIR_X, from_to(first, operand(x, i + 1, T1)), ENV, home_of(x, i));
    x->ra.locked = locked;
    note_stored(x, i);
    note_stored(x, i + 1);
    return true;
}

/* All of the recipe at the base: what it is, and its operands. Destroys T0, T1, T2. */
static void store_base(A64 *x, uint32_t op)
{
    unsigned n = recipe_operands(x->cc.kind), i = 0;
    uint32_t locked = x->ra.locked;
    asm_movi(&x->a, T0, op);
    if ((n != 2 || is_stored(x, 1)) && !is_stored(x, 0) &&
        is_pair(x, x->g->cc_op, home_of(x, 0))) {
        asm_pair(&x->a, PAIR_X, from_to(T0, operand(x, 0, T1)), ENV, x->g->cc_op);
        note_stored(x, i++);
        x->ra.locked = locked;
    } else {
        a64_env(x, ls_opc(STR, 2), T0, x->g->cc_op);
    }
    while (i < n) {
        if (i + 1 < n && store_two(x, i)) {
            i += 2;
        } else {
            store_operand(x, i++);
        }
    }
}

void cc_store(A64 *x)
{
    CCInfo *cc = &x->cc;
    bool pending = recipe_overlay_pending(cc);
    uint32_t ov = cc->ov ? CC_OP_OVERLAY(cc->ov, cc->ov_type) : 0;
    if (cc->base == CC_BASE_NONE) {
        return;
    }
    if (recipe_base_pending(cc)) {
        store_base(x, CC_OP(cc->kind, cc->type) | ov);
        cc->op_stored = true;
    } else if (pending) {
        asm_movi(&x->a, T0, ov >> 16);
        a64_env(x, ls_opc(STR, 1), T0, x->g->cc_op + 2);
    }
    if (pending) {
        store_operand(x, 3);
    }
    ra_sync(&x->ra);
    if (pending) {
        cc->v[3].kind = CCV_NONE; /* the overlay is in env altogether */
    }
}

/* What a scratch register holds when an access faults. */
static TCGValue at_fault(const A64 *x, unsigned reg)
{
    return (TCGValue){.env_offset = x->g->fault_regs + 8 * (int32_t)reg};
}

static TCGValue describe_value(const void *opaque, unsigned i)
{
    const A64 *x = opaque;
    return recipe_value(x->s, &x->cc.v[i], home_of(x, i));
}

static void describe(const A64 *x, TCGRestore *r, RecipeValueFn *value)
{
    *r = (TCGRestore){
        .pc = x->pc,
        .sp = x->sp,
        .x87_pending = x->x87_note.pending,
        .fip = x->x87_note.fip,
        .fop = x->x87_note.fop,
    };
    recipe_describe(&x->cc, r, value, x);
}

void cc_describe(const A64 *x, TCGRestore *r)
{
    describe(x, r, describe_value);
}

static TCGValue describe_at_fault(const void *opaque, unsigned i)
{
    const A64 *x = opaque;
    const CCVal *v = &x->cc.v[i];
    if (v->kind == CCV_OWN && ra_is_dirty(&x->ra, x->own[i])) {
        return at_fault(x, ra_reg(&x->ra, x->own[i]));
    }
    if (v->kind == CCV_REF && is_temp(x, v->ref)) {
        return at_fault(x, ra_reg(&x->ra, v->ref));
    }
    return describe_value(x, i);
}

void cc_describe_fault(A64 *x, TCGRestore *r)
{
    bool in_regs = x->g->fault_regs && !TCG_OPT_OFF(x->s, operands);
    for (unsigned i = 0; i < ARRAY_SIZE(x->cc.v); i++) {
        const CCVal *v = &x->cc.v[i];
        if (v->kind == CCV_REF && is_temp(x, v->ref) &&
            (!in_regs || ra_reg(&x->ra, v->ref) < 0)) {
            own_operand(x, i);
        }
    }
    ra_sync_but(&x->ra, x->own, in_regs ? ARRAY_SIZE(x->own) : 0);
    describe(x, r, describe_at_fault);
}

/* ---- flags as a value ---- */

void cc_set_value(A64 *x, unsigned reg)
{
    forget_own(x);
    x->cc = (CCInfo){.base = CC_BASE_KNOWN, .kind = CC_EFLAGS};
    x->cc.v[0].kind = CCV_OWN;
    ra_bind(&x->ra, x->own[0], reg);
}

void cc_set_compared(A64 *x, IRType t, unsigned a, unsigned b)
{
    forget_own(x);
    x->cc = (CCInfo){.base = CC_BASE_KNOWN, .kind = CC_CMP, .type = t};
    x->cc.v[0].kind = x->cc.v[1].kind = CCV_OWN;
    ra_bind(&x->ra, x->own[0], a);
    ra_bind(&x->ra, x->own[1], b);
}

void cc_set_nzcv(A64 *x)
{
    forget_own(x);
    x->cc = (CCInfo){.base = CC_BASE_NONE, .host = CC_NZCV, .borrow = true};
}

unsigned cc_to_value(A64 *x)
{
    CCInfo *cc = &x->cc;
    if (cc->base == CC_BASE_KNOWN && cc->kind == CC_EFLAGS && !cc->ov &&
        cc->v[0].kind != CCV_CONST) {
        return operand(x, 0, T0);
    }
    unsigned r = ra_alloc(&x->ra);
    if (cc->base == CC_BASE_KNOWN && cc->kind == CC_EFLAGS && !cc->ov) {
        asm_movi(&x->a, r, cc->v[0].val);
    } else if (cc->base == CC_BASE_NONE) {
        asm_movi(&x->a, r, 0);
    } else {
        cc_store(x);
        a64_call(x, tcg_thunks.cc_load);
        asm_mov(&x->a, IR_I64, r, T0);
    }
    cc_set_value(x, r);
    return r;
}

/* ---- conditions ---- */

/* T0: bit 7 is whether SF and OF differ, with `or_zero` or ZF is set. */
static Test test_of_value(A64 *x, unsigned v, Cond c)
{
    static const uint8_t bits[] = {
        [COND_O >> 1] = BIT_OF_O, [COND_B >> 1] = BIT_OF_C, [COND_E >> 1] = BIT_OF_Z,
        [COND_S >> 1] = BIT_OF_S, [COND_P >> 1] = 2,
    };
    Test t = {.kind = TEST_BIT, .reg = v, .invert = !(c & 1)};
    switch (c >> 1) {
    case COND_BE >> 1: /* CF is bit 0, ZF bit 6 */
        asm_shifted(&x->a, ORR, IR_I32, T0, v, shifted(v, LSL, BIT_OF_Z));
        t.reg = T0;
        t.bit = BIT_OF_Z;
        break;
    case COND_L >> 1:
    case COND_LE >> 1:
        asm_shifted(&x->a, EOR, IR_I32, T0, v, shifted(v, LSR, BIT_OF_O - BIT_OF_S));
        if (c >> 1 == COND_LE >> 1) {
            asm_shifted(&x->a, ORR, IR_I32, T0, T0, shifted(v, LSL, 1));
        }
        t.reg = T0;
        t.bit = BIT_OF_S;
        break;
    default:
        t.bit = bits[c >> 1];
        break;
    }
    return t;
}

/* The condition on what NZCV hold; false: it needs more than one of Arm's. */
static bool test_of_nzcv(const A64 *x, Cond c, Test *t)
{
    static const uint8_t conds[] = {
        [COND_O >> 1] = A_VS,  [COND_B >> 1] = A_LO, [COND_E >> 1] = A_EQ,
        [COND_BE >> 1] = A_LS, [COND_S >> 1] = A_MI, [COND_L >> 1] = A_LT,
        [COND_LE >> 1] = A_LE,
    };
    uint32_t mask = cc_of_cond(c);
    ACond a = (ACond)conds[c >> 1];
    if (mask & ~x->cc.host || (c >> 1 == COND_BE >> 1 && !x->cc.borrow)) {
        return false;
    }
    if (c >> 1 == COND_B >> 1 && !x->cc.borrow) {
        a = A_HS;
    }
    *t = (Test){.kind = TEST_NZCV, .cond = c & 1 ? acond_invert(a) : a};
    return true;
}

static Test parity(A64 *x, unsigned r, Cond c)
{
    asm_shifted(&x->a, EOR, IR_I32, T0, r, shifted(r, LSR, 4));
    asm_shifted(&x->a, EOR, IR_I32, T0, T0, shifted(T0, LSR, 2));
    asm_shifted(&x->a, EOR, IR_I32, T0, T0, shifted(T0, LSR, 1));
    return (Test){.kind = TEST_BIT, .reg = T0, .bit = 0, .invert = c & 1};
}

/* ZF, SF and PF of a result. */
static Test test_of_result(A64 *x, unsigned r, IRType t, Cond c)
{
    if (c >> 1 == COND_P >> 1) {
        return parity(x, r, c);
    }
    if (c >> 1 == COND_S >> 1) {
        return (Test){
            .kind = TEST_BIT, .reg = r, .bit = ir_type_bits(t) - 1, .invert = !(c & 1)};
    }
    if (t < IR_I32) {
        asm_extend(&x->a, IR_I32, t, false, T0, r);
        r = T0;
    }
    return (Test){.kind = TEST_ZERO, .type = t, .reg = r, .invert = c & 1};
}

/* NZCV of a - b; t: a type of 32 or 64 bits, or both shifted to the top of 32. */
static void compare_regs(A64 *x, IRType t, unsigned a, unsigned b)
{
    if (t >= IR_I32) {
        asm_rrr(&x->a, SUBS, t, XZR, a, b);
    } else {
        unsigned up = 32 - ir_type_bits(t);
        asm_shift_imm(&x->a, LSL, IR_I32, from_to(a, T0), up);
        asm_shifted(&x->a, SUBS, IR_I32, XZR, T0, shifted(b, LSL, up));
    }
    x->cc.host = CC_NZCV;
    x->cc.borrow = true;
}

/* NZCV of the sum whose result is a and whose second operand is b. */
static void add_again(A64 *x, IRType t, unsigned a, unsigned b)
{
    asm_rrr(&x->a, SUB, t, T0, a, b);
    if (t >= IR_I32) {
        asm_rrr(&x->a, ADDS, t, XZR, T0, b);
    } else {
        unsigned up = 32 - ir_type_bits(t);
        asm_shift_imm(&x->a, LSL, IR_I32, from_to(T0, T0), up);
        asm_shifted(&x->a, ADDS, IR_I32, XZR, T0, shifted(b, LSL, up));
    }
    x->cc.host = CC_NZCV;
    x->cc.borrow = false;
}

/* NZCV of an addition or subtraction with carry, once more; of 32 or 64 bits. */
static void carry_again(A64 *x, IRType t, bool sbb)
{
    unsigned a = operand(x, 0, T0), b = operand(x, 1, T1), c = operand(x, 2, T2);
    asm_rrr(&x->a, sbb ? ADD : SUB, t, T0, a, b);
    asm_rrr(&x->a, sbb ? ADD : SUB, t, T0, T0, c);
    if (sbb) {
        asm_rrr(&x->a, SUBS, IR_I32, XZR, XZR, c);
    } else if (c == XZR) {
        asm_rrr(&x->a, ADDS, IR_I32, XZR, XZR, XZR);
    } else {
        asm_addsub_imm(&x->a, SUBS, IR_I32, XZR, c, 1);
    }
    asm_rrr(&x->a, sbb ? SBCS : ADCS, t, XZR, T0, b);
    x->cc.host = CC_NZCV;
    x->cc.borrow = sbb;
}

/* Makes NZCV hold what the base recipe says; false: not of this one. */
static bool recompute(A64 *x)
{
    IRType t = x->cc.type;
    unsigned a, b;
    switch (x->cc.kind) {
    case CC_CMP:
        a = operand(x, 0, T2);
        compare_regs(x, t, a, operand(x, 1, T1));
        return true;
    case CC_SUB:
        a = operand(x, 0, T2);
        b = operand(x, 1, T1);
        asm_rrr(&x->a, ADD, IR_I64, T2, a, b);
        compare_regs(x, t, T2, b);
        return true;
    case CC_ADD:
        a = operand(x, 0, T2);
        add_again(x, t, a, operand(x, 1, T1));
        return true;
    case CC_ADC:
    case CC_SBB:
        if (t >= IR_I32) {
            carry_again(x, t, x->cc.kind == CC_SBB);
        }
        return t >= IR_I32;
    case CC_LOGIC:
        a = operand(x, 0, T0);
        if (t < IR_I32) {
            asm_shift_imm(&x->a, LSL, IR_I32, from_to(a, T0), 32 - ir_type_bits(t));
            a = T0;
        }
        asm_rrr(&x->a, ANDS, t, XZR, a, a);
        x->cc.host = CC_NZCV;
        x->cc.borrow = false;
        return true;
    default:
        return false;
    }
}

/* CF and OF of a product. */
static Test test_of_product(A64 *x, Cond c)
{
    IRType t = x->cc.type;
    unsigned high = operand(x, 1, T0);
    if (x->cc.kind == CC_MULS) {
        asm_shifted(&x->a, EOR, t, T0, high,
                    shifted(operand(x, 0, T1), ASR, ir_type_bits(t) - 1));
        high = T0;
    }
    return (Test){.kind = TEST_ZERO, .type = t, .reg = high, .invert = !(c & 1)};
}

/* Conditions that one operand tells. */
static bool test_of_operand(A64 *x, Cond c, Test *t)
{
    uint32_t mask = cc_of_cond(c);
    const CCInfo *cc = &x->cc;
    bool of_result = !(mask & ~(CC_Z | CC_S | CC_P));
    if (cc->ov && of_result) {
        bool in_env = cc->v[3].kind == CCV_NONE;
        unsigned r = in_env ? ra_use(&x->ra, x->own[3]) : operand(x, 3, T1);
        *t = test_of_result(x, r, cc->ov_type, c);
        return true;
    }
    if (cc->base != CC_BASE_KNOWN || (cc->ov && mask != CC_C)) {
        return false;
    }
    if ((cc->kind == CC_SHL || cc->kind == CC_SAR) && mask == CC_C) {
        unsigned bit = cc->kind == CC_SHL ? ir_type_bits(cc->type) - 1 : 0;
        *t = (Test){
            .kind = TEST_BIT, .reg = operand(x, 1, T1), .bit = bit, .invert = !(c & 1)};
        return true;
    }
    if ((cc->kind == CC_MULS || cc->kind == CC_MULU) && (mask == CC_C || mask == CC_O)) {
        *t = test_of_product(x, c);
        return true;
    }
    if (!of_result || cc->kind == CC_EFLAGS || cc->kind == CC_AH) {
        return false;
    }
    unsigned r = operand(x, 0, T1);
    if (cc->kind == CC_CMP) {
        if (mask != CC_P) {
            return false;
        }
        asm_rrr(&x->a, SUB, IR_I32, T0, r, operand(x, 1, T0));
        r = T0;
    }
    *t = test_of_result(x, r, cc->type, c);
    return true;
}

Test cc_test_of(A64 *x, Cond c)
{
    uint32_t locked = x->ra.locked;
    Test t;
    if (test_of_nzcv(x, c, &t)) {
        return t;
    }
    bool known = x->cc.base == CC_BASE_KNOWN && (!x->cc.ov || cc_of_cond(c) == CC_C);
    if (!test_of_operand(x, c, &t) &&
        !(known && recompute(x) && test_of_nzcv(x, c, &t))) {
        t = test_of_value(x, cc_to_value(x), c);
    }
    if (x->cc.ov) {
        x->cc.host &= CC_C; /* the rest is the base's */
    }
    x->ra.locked = locked | (t.kind != TEST_NZCV ? 1u << t.reg : 0);
    return t;
}

void cc_load_carry(A64 *x, bool borrow)
{
    if (!(x->cc.host & CC_C)) {
        Test t = cc_test_of(x, COND_B);
        if (t.kind == TEST_BIT) {
            asm_extract(&x->a, t.bit > 31 ? IR_I64 : IR_I32, false, from_to(t.reg, T0),
                        t.bit, 1);
            asm_rrr(&x->a, SUBS, IR_I32, XZR, XZR, T0);
            x->cc.host = CC_C;
            x->cc.borrow = true;
        } else if (t.kind == TEST_ZERO) {
            asm_addsub_imm(&x->a, SUBS, t.type, XZR, t.reg, 1);
            x->cc.host = CC_C;
            x->cc.borrow = false;
        }
    }
    if (x->cc.borrow != borrow) {
        if (host_has(HOST_ARM_FLAGM)) {
            asm_insn(&x->a, CFINV);
        } else {
            asm_cset(&x->a, T0, A_HS);
            asm_rrr(&x->a, SUBS, IR_I32, XZR, XZR, T0);
        }
        x->cc.host = CC_C;
        x->cc.borrow = borrow;
    }
}

/* ---- ops that set flags ---- */

static CCVal plan_operand(A64 *x, CCPlan *p, unsigned i, IRRef ref)
{
    if (ref == IR_NONE) {
        return (CCVal){0};
    }
    if (ref == REF_ONE) {
        return (CCVal){.kind = CCV_CONST, .val = 1};
    }
    if (ir_is_const(x->s, ref)) {
        return (CCVal){.kind = CCV_CONST, .val = ir_t(x->s, ref)->val};
    }
    if (ir_is_global(x->s, ref) && ref == x->op->out[0]) {
        p->own[i] = ra_alloc(&x->ra);
        asm_mov(&x->a, IR_I64, p->own[i], ra_use(&x->ra, ref));
        return (CCVal){.kind = CCV_OWN};
    }
    return (CCVal){.kind = CCV_REF, .ref = ref};
}

void cc_plan(A64 *x, CCPlan *p, unsigned kind, IRRef a, IRRef b)
{
    const IROp *op = x->op;
    *p = (CCPlan){.on = op->setcc && x->wanted};
    memset(p->own, NO_REG, sizeof p->own);
    if (!p->on) {
        return;
    }
    p->next = (CCInfo){.base = CC_BASE_KNOWN, .kind = kind, .type = op->type};
    p->next.v[1] = plan_operand(x, p, 1, b);
    if (a != IR_NONE && a == op->out[0]) {
        p->next.v[0] = (CCVal){.kind = CCV_REF, .ref = a};
    } else {
        p->next.v[0] = plan_operand(x, p, 0, a);
    }
}

void cc_operand_reg(A64 *x, CCPlan *p, unsigned i, unsigned reg)
{
    p->own[i] = reg;
    p->next.v[i] = (CCVal){.kind = CCV_OWN};
}

void cc_done(A64 *x, const CCPlan *p, uint32_t nz, bool borrow)
{
    if (!p->on) {
        if (nz) {
            cc_clobber(x);
        }
        return;
    }
    forget_own(x);
    x->cc = p->next;
    x->cc.host = TCG_OPT_OFF(x->s, hostflags) ? 0 : nz;
    x->cc.borrow = borrow;
    for (unsigned i = 0; i < ARRAY_SIZE(p->own); i++) {
        if (p->own[i] != NO_REG) {
            ra_bind(&x->ra, x->own[i], p->own[i]);
        }
    }
}

void cc_overlay(A64 *x, bool inc, IRRef result)
{
    ra_forget(&x->ra, x->own[3]);
    x->cc.ov = inc ? CC_OV_INC : CC_OV_DEC;
    x->cc.ov_type = x->op->type;
    x->cc.v[3] = (CCVal){.kind = CCV_REF, .ref = result};
    cc_clobber(x);
}
