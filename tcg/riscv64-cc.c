/* The guest's flags on a riscv64 host: recipes in env. */
/* SPDX-License-Identifier: MIT */
/*
 * The host has no flags. An op whose flags somebody wants stores its operands as a recipe
 * (tcg/cc.h), at once; so faults, helpers and exits find env right. Which recipe that is
 * stays known up to the next label that several paths reach, and most conditions are then
 * one comparison of the operands, loaded with their type's sign: that keeps the order of
 * unsigned numbers, too. The others ask C code.
 */
#include "tcg/riscv64-internal.h"

void cc_set_env(RV64 *x)
{
    x->cc = (CCInfo){.known = false};
}

bool cc_on(const RV64 *x, const IROp *op)
{
    return op->setcc && x->wanted;
}

void cc_operand(RV64 *x, unsigned i, unsigned reg)
{
    const int32_t homes[] = {x->g->cc_a, x->g->cc_b, x->g->cc_c};
    rv_ls(x, SD, reg, ENV, homes[i]);
}

void cc_set(RV64 *x, unsigned kind, IRType t)
{
    CCInfo *cc = &x->cc;
    if (!cc->known || cc->kind != kind || cc->type != t || cc->ov) {
        asm_movi(&x->a, T0, CC_OP(kind, t));
        rv_ls(x, SW, T0, ENV, x->g->cc_op);
    }
    *cc = (CCInfo){.known = true, .kind = kind, .type = t};
}

void cc_overlay(RV64 *x, bool inc, IRType t, unsigned result)
{
    unsigned ov = inc ? CC_OV_INC : CC_OV_DEC;
    rv_ls(x, SD, result, ENV, x->g->cc_r);
    asm_movi(&x->a, T0, CC_OP_OVERLAY(ov, t) >> 16);
    rv_ls(x, SH, T0, ENV, x->g->cc_op + 2);
    x->cc.ov = ov;
    x->cc.ov_type = t;
}

void cc_load(RV64 *x)
{
    rv_call(x, tcg_thunks.cc_load);
}

static void load(RV64 *x, unsigned reg, IRType t, int32_t home)
{
    rv_ls(x, load_opc(t, true), reg, ENV, home);
}

/* ZF, SF and the conditions that look at both of a result, OF being 0; false: others. */
static bool test_of_result(Cond c, Test *t)
{
    static const uint32_t opcs[] = {[COND_E >> 1] = BEQ, [COND_S >> 1] = BLT};
    if (c >> 1 != COND_E >> 1 && c >> 1 != COND_S >> 1) {
        return false;
    }
    *t = (Test){opcs[c >> 1], T0, ZERO};
    return true;
}

/* CF and OF are 0. */
static bool test_of_logic(Cond c, Test *t)
{
    switch (c >> 1) {
    case COND_O >> 1:
    case COND_B >> 1:
        *t = (Test){BNE, ZERO, ZERO};
        return true;
    case COND_BE >> 1:
        return test_of_result(COND_E, t);
    case COND_L >> 1:
        return test_of_result(COND_S, t);
    case COND_LE >> 1:
        *t = (Test){BGE, ZERO, T0};
        return true;
    default:
        return test_of_result(c & ~1, t);
    }
}

/* T0 - T1 */
static bool test_of_difference(RV64 *x, Cond c, IRType type, Test *t)
{
    switch (c >> 1) {
    case COND_B >> 1:
        *t = (Test){BLTU, T0, T1};
        return true;
    case COND_E >> 1:
        *t = (Test){BEQ, T0, T1};
        return true;
    case COND_BE >> 1:
        *t = (Test){BGEU, T1, T0};
        return true;
    case COND_L >> 1:
        *t = (Test){BLT, T0, T1};
        return true;
    case COND_LE >> 1:
        *t = (Test){BGE, T1, T0};
        return true;
    case COND_S >> 1:
        asm_rrr(&x->a, SUB, T0, T0, T1);
        asm_extend(&x->a, type, true, T0, T0);
        return test_of_result(c, t);
    default:
        return false;
    }
}

/* `c` has its lowest bit clear. */
static bool test_of_recipe(RV64 *x, Cond c, Test *t)
{
    const GuestDesc *g = x->g;
    IRType type = (IRType)x->cc.type;
    if (c >> 1 == COND_O >> 1 || c >> 1 == COND_P >> 1) {
        return false;
    }
    load(x, T0, type, g->cc_a);
    switch (x->cc.kind) {
    case CC_LOGIC:
        return test_of_logic(c, t);
    case CC_CMP:
        load(x, T1, type, g->cc_b);
        return test_of_difference(x, c, type, t);
    case CC_SUB:
        if (test_of_result(c, t)) {
            return true;
        }
        load(x, T1, type, g->cc_b);
        asm_rrr(&x->a, ADD, T0, T0, T1);
        asm_extend(&x->a, type, true, T0, T0);
        return test_of_difference(x, c, type, t);
    case CC_ADD:
        if (c >> 1 == COND_B >> 1) {
            load(x, T1, type, g->cc_b);
            *t = (Test){BLTU, T0, T1};
            return true;
        }
        return test_of_result(c, t);
    case CC_ADC:
    case CC_SBB:
    case CC_SHL:
    case CC_SAR:
        return test_of_result(c, t);
    default:
        return false;
    }
}

/* T0 is not 0 if it holds. */
static void test_of_flags(RV64 *x, Cond c)
{
    Asm *a = &x->a;
    cc_load(x);
    switch (c >> 1) {
    case COND_L >> 1:
    case COND_LE >> 1: /* bit 7: SF differs from OF */
        asm_rri(a, SRLI, T1, T0, 4);
        asm_rrr(a, XOR, T1, T1, T0);
        if (c >> 1 == COND_LE >> 1) { /* or ZF, moved there */
            asm_rri(a, SLLI, T0, T0, 1);
            asm_rrr(a, OR, T1, T1, T0);
        }
        asm_rri(a, ANDI, T0, T1, CC_S);
        break;
    case COND_O >> 1:
        asm_rri(a, SRLI, T0, T0, 11);
        asm_rri(a, ANDI, T0, T0, 1);
        break;
    default:
        asm_rri(a, ANDI, T0, T0, (int32_t)cc_of_cond(c));
        break;
    }
}
static_assert(CC_O == 1 << 11 && CC_S == 1 << 7 && CC_Z == 1 << 6, "the shifts above");

Test cc_test_of(RV64 *x, Cond c)
{
    Cond even = (Cond)(c & ~1);
    Test t;
    bool of_result = !(cc_of_cond(c) & ~(CC_Z | CC_S));
    bool found = false;
    if (x->cc.ov && of_result) {
        load(x, T0, (IRType)x->cc.ov_type, x->g->cc_r);
        found = test_of_result(even, &t);
    } else if (x->cc.known && (!x->cc.ov || even == COND_B)) {
        found = test_of_recipe(x, even, &t);
    }
    if (!found) {
        test_of_flags(x, even);
        t = (Test){BNE, T0, ZERO};
    }
    t.opc ^= c & 1 ? 0x1000 : 0; /* the inverse */
    return t;
}
