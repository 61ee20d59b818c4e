/* The x87 operations once more, on what is common: short functions that may decline. */
/* SPDX-License-Identifier: MIT */
/*
 * Registers that are valid, numbers that are normal, no exception but inexact, and for
 * what rounds: to nearest, to 64 bits. The rest is declined with the state as it was, and
 * is then for x87.c, which defines what is to be done. All exceptions are masked and none
 * is pending, as in all units with x87 ops.
 *
 * On aarch64 this file is compiled so that its functions keep all registers but those of
 * GuestDesc.x87_fast. They call nothing: the compiler does not know what the callee
 * keeps.
 */
#include "fpu/fx80-fast.h"
#include "target/x86/x87-fast.h"
#include "target/x86/x87.h"

/*
 * The words of an X87State from sw to cw, as one value.
 */
enum { TOP_SHIFT = 16, EMPTY_SHIFT = 24, CW_SHIFT = 32 };
#define WORD(member) ((offsetof(X87State, member) - offsetof(X87State, sw)) * 8)
static_assert(WORD(top) == TOP_SHIFT && WORD(empty) == EMPTY_SHIFT &&
                  WORD(cw) == CW_SHIFT && WORD(fop) == CW_SHIFT + 16,
              "X87State");

#define FORCE static inline __attribute__((always_inline))

static const X87FastResult declined = {0, 0};
static const X87FastResult done = {1, 0};

FORCE uint64_t load_words(const X87State *x)
{
    uint64_t w;
    memcpy(&w, (const char *)x + offsetof(X87State, sw), sizeof w);
    return w;
}

FORCE X87FastResult finish(X87State *x, uint32_t w)
{
    memcpy((char *)x + offsetof(X87State, sw), &w, sizeof w);
    return done;
}

FORCE unsigned physical(uint64_t w, unsigned i)
{
    return ((w >> TOP_SHIFT) + i) & 7;
}

/* Bit 0: the physical register is empty. */
FORCE uint64_t emptiness(uint64_t w, unsigned r)
{
    return w >> EMPTY_SHIFT >> r;
}

/* RC and PC say: to nearest, 64 bits. */
FORCE bool rounds_as_usual(uint64_t w)
{
    return (w >> CW_SHIFT & 0xf00) == 0x300;
}

FORCE uint64_t with_top(uint64_t w, unsigned top)
{
    return (w & ~(UINT64_C(7) << TOP_SHIFT)) | (uint64_t)(top & 7) << TOP_SHIFT;
}

FORCE uint64_t popped(uint64_t w)
{
    unsigned top = physical(w, 0);
    return with_top(w | UINT64_C(1) << EMPTY_SHIFT << top, top + 1);
}

FORCE uint64_t with_c1(uint64_t w, bool c1)
{
    return (w & ~(uint64_t)X87_SW_C1) | (c1 ? X87_SW_C1 : 0);
}

FORCE uint64_t with_rounding(uint64_t w, bool inexact, bool up)
{
    return with_c1(w, up) | (inexact ? FLOAT_INEXACT : 0);
}

/* Where memory operands of an instruction are from, by the end of its name. */
typedef enum Operand { M_F32, M_F64, M_I16, M_I32, M_I64 } Operand;

/* The operand as a number or zero; false: it is neither. */
FORCE bool widen(Operand kind, uint64_t lo, floatx80 *v)
{
    switch (kind) {
    case M_F32:
        return fx80_of_float((uint32_t)lo, 32, 8, v);
    case M_F64:
        return fx80_of_float(lo, 64, 11, v);
    case M_I16:
        *v = fx80_of_i64((int16_t)lo);
        return true;
    case M_I32:
        *v = fx80_of_i64((int32_t)lo);
        return true;
    default:
        *v = fx80_of_i64((int64_t)lo);
        return true;
    }
}

/*
 * Arithmetic.
 */

/* *d = a op b; *w: what the status word becomes. */
FORCE bool compute(X86X87Op op, floatx80 a, floatx80 b, floatx80 *d, uint64_t *w)
{
    Fx80Exact r;
    bool up;

    if (op == X87_SUBR || op == X87_DIVR) {
        floatx80 t = a;
        a = b;
        b = t;
    }
    if (!fx80_is_normal(a) || !fx80_is_normal(b)) {
        return false;
    }
    if (op == X87_MUL) {
        r = fx80_exact_product(a, b);
    } else if (op == X87_DIV || op == X87_DIVR) {
        r = fx80_exact_quotient(a, b);
    } else if (!fx80_exact_sum(a, b, op == X87_ADD ? 0 : FX80_SIGN, &r)) {
        *d = (floatx80){0, 0};
        *w = with_c1(*w, false);
        return true;
    }
    if (!fx80_round(r, d, &up)) {
        return false;
    }
    *w = with_rounding(*w, r.rest, up);
    return true;
}

/* ST(dst) = ST(dst) op ST(src) */
FORCE X87FastResult arith(X87State *x, X86X87Op op, unsigned dst, unsigned src, bool pop)
{
    uint64_t w = load_words(x);
    unsigned a = physical(w, dst), b = physical(w, src);
    floatx80 r;

    if (!rounds_as_usual(w) || (emptiness(w, a) | emptiness(w, b)) & 1 ||
        !compute(op, x->r[a], x->r[b], &r, &w)) {
        return declined;
    }
    x87_put(&x->r[a], r);
    return finish(x, pop ? popped(w) : w);
}

FORCE X87FastResult arith_memory(X87State *x, X86X87Op op, Operand kind, uint64_t lo)
{
    uint64_t w = load_words(x);
    unsigned a = physical(w, 0);
    floatx80 b, r;

    if (!rounds_as_usual(w) || emptiness(w, a) & 1 || !widen(kind, lo, &b) ||
        !compute(op, x->r[a], b, &r, &w)) {
        return declined;
    }
    x87_put(&x->r[a], r);
    return finish(x, w);
}

#define FAST(name) static X87FastResult fast_##name(X87State *x, uint64_t lo, uint64_t hi)

#define ARITH_MEMORY(name, op, suffix, kind)            \
    FAST(name##_##suffix)                               \
    {                                                   \
        return arith_memory(x, X87_##op, M_##kind, lo); \
    }
#define ARITH(name, op, pop_name)                \
    FAST(name##_st0)                             \
    {                                            \
        return arith(x, X87_##op, 0, lo, false); \
    }                                            \
    FAST(name##_sti)                             \
    {                                            \
        return arith(x, X87_##op, lo, 0, false); \
    }                                            \
    FAST(pop_name)                               \
    {                                            \
        return arith(x, X87_##op, lo, 0, true);  \
    }                                            \
    ARITH_MEMORY(name, op, f32, F32)             \
    ARITH_MEMORY(name, op, f64, F64)             \
    ARITH_MEMORY(name, op, i16, I16)             \
    ARITH_MEMORY(name, op, i32, I32)

ARITH(fadd, ADD, faddp)
ARITH(fmul, MUL, fmulp)
ARITH(fsub, SUB, fsubp)
ARITH(fsubr, SUBR, fsubrp)
ARITH(fdiv, DIV, fdivp)
ARITH(fdivr, DIVR, fdivrp)

FAST(fsqrt)
{
    uint64_t w = load_words(x);
    floatx80 *a = &x->r[physical(w, 0)], r;
    bool up;

    if (!rounds_as_usual(w) || emptiness(w, physical(w, 0)) & 1 || !fx80_is_normal(*a) ||
        a->hi & FX80_SIGN) {
        return declined;
    }
    Fx80Exact root = fx80_exact_root(*a);
    if (!fx80_round(root, &r, &up)) {
        return declined;
    }
    x87_put(a, r);
    return finish(x, with_rounding(w, root.rest, up));
}

/*
 * Comparison.
 */

FORCE bool is_ordered(floatx80 v)
{
    return fx80_is_normal(v) || fx80_is_zero(v);
}

/* pops: how many */
FORCE X87FastResult compare(X87State *x, uint64_t w, floatx80 b, unsigned pops)
{
    static const uint16_t conditions[] = {X87_SW_C0, X87_SW_C3, 0};
    floatx80 a = x->r[physical(w, 0)];

    if (emptiness(w, physical(w, 0)) & 1 || !is_ordered(a) || !is_ordered(b)) {
        return declined;
    }
    w = (w & ~(uint64_t)X87_SW_CONDITIONS) | conditions[fx80_order(a, b) + 1];
    for (unsigned i = 0; i < pops; i++) {
        w = popped(w);
    }
    return finish(x, w);
}

FORCE X87FastResult compare_sti(X87State *x, unsigned i, unsigned pops)
{
    uint64_t w = load_words(x);
    unsigned b = physical(w, i);

    return emptiness(w, b) & 1 ? declined : compare(x, w, x->r[b], pops);
}

FORCE X87FastResult compare_memory(X87State *x, Operand kind, uint64_t lo, unsigned pops)
{
    floatx80 b;
    return widen(kind, lo, &b) ? compare(x, load_words(x), b, pops) : declined;
}

FORCE X87FastResult compare_flags(X87State *x, unsigned i, bool pop)
{
    static const uint8_t eflags[] = {0x01, 0x40, 0x00}; /* CF, ZF, none */
    uint64_t w = load_words(x);
    unsigned ra = physical(w, 0), rb = physical(w, i);
    floatx80 a = x->r[ra], b = x->r[rb];

    if ((emptiness(w, ra) | emptiness(w, rb)) & 1 || !is_ordered(a) || !is_ordered(b)) {
        return declined;
    }
    if (pop) {
        finish(x, popped(w));
    }
    return (X87FastResult){1, eflags[fx80_order(a, b) + 1]};
}

#define COMPARE(name, statement) \
    FAST(name)                   \
    {                            \
        return statement;        \
    }
COMPARE(fcom_st0, compare_sti(x, lo, 0))
COMPARE(fcomp_st0, compare_sti(x, lo, 1))
COMPARE(fcompp, compare_sti(x, 1, 2))
COMPARE(fcom_f32, compare_memory(x, M_F32, lo, 0))
COMPARE(fcom_f64, compare_memory(x, M_F64, lo, 0))
COMPARE(fcomp_f32, compare_memory(x, M_F32, lo, 1))
COMPARE(fcomp_f64, compare_memory(x, M_F64, lo, 1))
COMPARE(fcomi, compare_flags(x, lo, false))
COMPARE(fcomip, compare_flags(x, lo, true))
COMPARE(ftst, compare(x, load_words(x), ((floatx80){0, 0}), 0))

/*
 * Loads, and the stack.
 */

FORCE X87FastResult push(X87State *x, uint64_t w, floatx80 v)
{
    unsigned top = physical(w, 7);

    if (!(emptiness(w, top) & 1)) {
        return declined;
    }
    x87_put(&x->r[top], v);
    w &= ~(UINT64_C(1) << EMPTY_SHIFT << top);
    return finish(x, with_c1(with_top(w, top), false));
}

FORCE X87FastResult load(X87State *x, Operand kind, uint64_t lo)
{
    floatx80 v;
    return widen(kind, lo, &v) ? push(x, load_words(x), v) : declined;
}

FAST(fld_f32)
{
    return load(x, M_F32, lo);
}

FAST(fld_f64)
{
    return load(x, M_F64, lo);
}

FAST(fild_i16)
{
    return load(x, M_I16, lo);
}

FAST(fild_i32)
{
    return load(x, M_I32, lo);
}

FAST(fild_i64)
{
    return load(x, M_I64, lo);
}

FAST(fld_f80)
{
    return push(x, load_words(x), (floatx80){lo, hi});
}

FAST(fld1)
{
    return push(x, load_words(x), (floatx80){FX80_ONE, FX80_BIAS});
}

FAST(fldz)
{
    return push(x, load_words(x), (floatx80){0, 0});
}

FAST(fld_sti)
{
    uint64_t w = load_words(x);
    unsigned i = physical(w, lo);

    return emptiness(w, i) & 1 ? declined : push(x, w, x->r[i]);
}

FORCE X87FastResult store_sti(X87State *x, unsigned i, bool pop)
{
    uint64_t w = load_words(x);
    unsigned from = physical(w, 0), to = physical(w, i);

    if (emptiness(w, from) & 1) {
        return declined;
    }
    x87_put(&x->r[to], x->r[from]);
    w = with_c1(w & ~(UINT64_C(1) << EMPTY_SHIFT << to), false);
    return finish(x, pop ? popped(w) : w);
}

FAST(fst_sti)
{
    return store_sti(x, lo, false);
}

FAST(fstp_sti)
{
    return store_sti(x, lo, true);
}

FAST(fxch)
{
    uint64_t w = load_words(x);
    unsigned a = physical(w, 0), b = physical(w, lo);

    if ((emptiness(w, a) | emptiness(w, b)) & 1) {
        return declined;
    }
    floatx80 t = x->r[a];
    x87_put(&x->r[a], x->r[b]);
    x87_put(&x->r[b], t);
    return finish(x, with_c1(w, false));
}

FORCE X87FastResult change_sign(X87State *x, uint16_t keep, uint16_t flip)
{
    uint64_t w = load_words(x);
    unsigned a = physical(w, 0);

    if (emptiness(w, a) & 1) {
        return declined;
    }
    x->r[a].hi = (x->r[a].hi & keep) ^ flip;
    return finish(x, with_c1(w, false));
}

FAST(fchs)
{
    return change_sign(x, 0xffff, FX80_SIGN);
}

FAST(fabs)
{
    return change_sign(x, FX80_EXP, 0);
}

/*
 * Control.
 */

FAST(fldcw)
{
    uint16_t cw = (hi & X87_CW_BITS) | X87_CW_FIXED;

    if (x->sw & (X87_SW_ES | X87_SW_B)) {
        return declined;
    }
    x->cw = cw;
    return done;
}

FAST(fnstsw)
{
    return (X87FastResult){1, x87_sw(x)};
}

/*
 * Stores: the state is what `done` says when memory has been written.
 */

FORCE X87FastResult stored(uint64_t w, bool pop, uint64_t lo, uint64_t hi)
{
    w = (uint32_t)(pop ? popped(w) : w);
    return (X87FastResult){w | X87_FAST_DONE | hi << X87_FAST_HI_SHIFT, lo};
}

FAST(fstp_f80)
{
    uint64_t w = load_words(x);
    unsigned a = physical(w, 0);

    if (emptiness(w, a) & 1) {
        return declined;
    }
    return stored(with_c1(w, false), true, x->r[a].lo, x->r[a].hi);
}

FORCE X87FastResult store_float(X87State *x, int size, int bits, bool pop)
{
    uint64_t w = load_words(x), v;
    floatx80 a = x->r[physical(w, 0)];
    bool inexact, up;

    if (!rounds_as_usual(w | UINT64_C(0x300) << CW_SHIFT) ||
        emptiness(w, physical(w, 0)) & 1 || !fx80_is_normal(a) ||
        !fx80_to_float(a, size, bits, &v, &inexact, &up)) {
        return declined;
    }
    return stored(with_rounding(w, inexact, up), pop, v, 0);
}

FORCE X87FastResult store_integer(X87State *x, unsigned bits, bool truncate, bool pop)
{
    uint64_t w = load_words(x);
    floatx80 a = x->r[physical(w, 0)];
    unsigned rounding = w >> (CW_SHIFT + 10) & 3;
    bool inexact, up;
    int64_t v;

    truncate |= rounding == FLOAT_ROUND_ZERO;
    if ((rounding != FLOAT_ROUND_NEAREST && !truncate) ||
        emptiness(w, physical(w, 0)) & 1 || !fx80_is_normal(a) ||
        !fx80_to_integer(a, truncate, &v, &inexact, &up) ||
        v << (64 - bits) >> (64 - bits) != v) {
        return declined;
    }
    return stored(with_rounding(w, inexact, up), pop, v, 0);
}

#define STORE(name, statement) \
    FAST(name)                 \
    {                          \
        return statement;      \
    }
STORE(fst_f32, store_float(x, 32, 8, false))
STORE(fst_f64, store_float(x, 64, 11, false))
STORE(fstp_f32, store_float(x, 32, 8, true))
STORE(fstp_f64, store_float(x, 64, 11, true))
STORE(fist_i16, store_integer(x, 16, false, false))
STORE(fist_i32, store_integer(x, 32, false, false))
STORE(fistp_i16, store_integer(x, 16, false, true))
STORE(fistp_i32, store_integer(x, 32, false, true))
STORE(fistp_i64, store_integer(x, 64, false, true))
STORE(fisttp_i16, store_integer(x, 16, true, true))
STORE(fisttp_i32, store_integer(x, 32, true, true))
STORE(fisttp_i64, store_integer(x, 64, true, true))

/* clang-format off */
#define ROW(name) [X87_##name] = fast_##name,
#define ROW_AS(name, fn) [X87_##name] = fast_##fn,
#define ARITH_ROWS(name, pop_name) \
    ROW(name##_st0) ROW(name##_sti) ROW(pop_name) ROW(name##_f32) ROW(name##_f64) ROW(name##_i16) ROW(name##_i32)
X87FastFn *const x87_fast[NR_X87_IDS] = {
    ARITH_ROWS(fadd, faddp) ARITH_ROWS(fmul, fmulp) ARITH_ROWS(fsub, fsubp)
    ARITH_ROWS(fsubr, fsubrp) ARITH_ROWS(fdiv, fdivp) ARITH_ROWS(fdivr, fdivrp)
    ROW(fcom_st0) ROW(fcomp_st0) ROW(fcompp) ROW(fcom_f32) ROW(fcom_f64) ROW(fcomp_f32) ROW(fcomp_f64)
    ROW(fcomi) ROW(fcomip) ROW(ftst)
    /* without NaNs the quiet comparisons are the same */
    ROW_AS(fucom, fcom_st0) ROW_AS(fucomp, fcomp_st0) ROW_AS(fucompp, fcompp)
    ROW_AS(fucomi, fcomi) ROW_AS(fucomip, fcomip)
    ROW(fld_f32) ROW(fld_f64) ROW(fld_f80) ROW(fild_i16) ROW(fild_i32) ROW(fild_i64)
    ROW(fld_sti) ROW(fst_sti) ROW(fstp_sti) ROW(fxch) ROW(fld1) ROW(fldz) ROW(fchs) ROW(fabs)
    /* an empty ST(0) is not for these */
    ROW_AS(fstp1, fstp_sti)
    ROW(fst_f32) ROW(fst_f64) ROW(fstp_f32) ROW(fstp_f64) ROW(fstp_f80)
    ROW(fist_i16) ROW(fist_i32) ROW(fistp_i16) ROW(fistp_i32) ROW(fistp_i64)
    ROW(fisttp_i16) ROW(fisttp_i32) ROW(fisttp_i64)
    ROW(fsqrt) ROW(fldcw) ROW(fnstsw)
};
/* clang-format on */
