/* Locked operations on an aarch64 host: LSE instructions, or loops of exclusives. */
/* SPDX-License-Identifier: MIT */
/*
 * Inline is what is naturally aligned; the rest takes the slow path, to the engine. On
 * x86 each of these is a full barrier, whatever comes of it. An LSE instruction that
 * acquires and releases is one if it writes (Arm ARM, B2.3.3, "Barrier-ordered-before");
 * behind a CAS, which may not write, and behind exclusives there is a DMB once somebody
 * else looks.
 */
#include "tcg/aarch64-internal.h"
#include "util/host.h"

/* The registers of one operation; `value` and `desired` keep what they have. */
typedef struct Atomic {
    IRType t;
    unsigned base, old, value, desired;
    unsigned tmp; /* beside T1: the one of T0 and T2 that is not the base */
} Atomic;

static void ordered(A64 *x, uint32_t opc, const Atomic *at, unsigned s, unsigned reg)
{
    asm_ordered(&x->a, opc, at->t, s, from_to(at->base, reg));
}

/* With XZR for its result an instruction does not acquire: `old` is a register in any
 * case. */
static void by_lse(A64 *x, const Access *acc, const IROp *op, const Atomic *at)
{
    static const uint32_t opcs[] = {SWPAL, LDADDAL, LDCLRAL, LDSETAL, LDEORAL};
    unsigned value = at->value;
    if (op->code == OP_at_cmpxchg) {
        asm_mov(&x->a, IR_I64, at->old, at->value);
        a64_access_side(x, acc);
        ordered(x, CASAL, at, at->old, at->desired);
        return;
    }
    if (op->code == OP_at_and) { /* there is only bit clear */
        asm_rrr(&x->a, ORR | LOGIC_NOT, IR_I64, T1, XZR, value);
        value = T1;
    }
    a64_access_side(x, acc);
    ordered(x, opcs[op->code - OP_at_xchg], at, value, at->old);
}
static_assert(OP_at_xchg + 5 == OP_at_cmpxchg && OP_at_add == OP_at_xchg + 1 &&
                  OP_at_and == OP_at_add + 1 && OP_at_or == OP_at_and + 1,
              "opcs[]");

/* Register of what is to be stored, computed from `old`. */
static unsigned new_value(A64 *x, const IROp *op, const Atomic *at)
{
    static const uint32_t opcs[] = {ADD, AND, ORR, EOR};
    if (op->code == OP_at_xchg) {
        return at->value;
    }
    asm_rrr(&x->a, opcs[op->code - OP_at_add], IR_I64, T1, at->old, at->value);
    return T1;
}

static void by_exclusives(A64 *x, const Access *acc, const IROp *op, const Atomic *at)
{
    bool compare = op->code == OP_at_cmpxchg;
    uint8_t *out = NULL;
    unsigned store;
    if (compare) {
        asm_extend(&x->a, IR_I64, at->t, false, T1, at->value);
    }
    const uint8_t *again = x->a.p;
    a64_access_side(x, acc);
    ordered(x, LDAXR, at, XZR, at->old);
    if (compare) {
        asm_rrr(&x->a, EOR, IR_I64, at->tmp, at->old, T1);
        out = asm_branch(&x->a, cb(CBNZ, IR_I64, at->tmp));
        store = at->desired;
    } else {
        store = new_value(x, op, at);
    }
    a64_access_side(x, acc);
    ordered(x, STLXR, at, at->tmp, store);
    uint8_t *failed = asm_branch(&x->a, cb(CBNZ, IR_I32, at->tmp));
    asm_patch(failed, again);
    if (out) {
        asm_patch(out, x->a.p);
    }
}

/* Uses of globals are not counted. */
static bool is_wanted(const A64 *x, IRRef out)
{
    return out != IR_NONE && (ir_is_global(x->s, out) || ir_t(x->s, out)->uses);
}

/* Where the old value comes to be: not a register that the operation reads. */
static unsigned old_register(A64 *x, const IROp *op)
{
    IRRef out = op->out[0];
    return is_wanted(x, out) && !ir_is_global(x->s, out) ? ra_def(&x->ra, out)
                                                         : ra_alloc(&x->ra);
}

void a64_emit_atomic(A64 *x, const IROp *op)
{
    IRType t = (IRType)(op->memop & MO_SIZE);
    bool lse = host_has(HOST_ARM_LSE), compare = op->code == OP_at_cmpxchg;
    Access acc = {
        .value = a64_in(x, op->in[2], t),
        .desired = compare ? a64_in(x, op->in[3], t) : XZR,
    };
    acc.reg = old_register(x, op);
    a64_access_begin(x, &acc, op, SLOW_ATOMIC);
    Atomic at = {
        .t = t,
        .base = acc.base,
        .old = acc.reg,
        .value = acc.value,
        .desired = acc.desired,
        .tmp = acc.base == T0 ? T2 : T0,
    };
    (lse ? by_lse : by_exclusives)(x, &acc, op, &at);
    a64_access_done(x, &acc);
    if (x->g->ordered && (compare || !lse)) {
        asm_insn(&x->a, DMB_ISH);
    }
    if (is_wanted(x, op->out[0])) {
        a64_out_done(x, op, 0, acc.reg);
    }
}
