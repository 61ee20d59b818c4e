/* The instructions of the x87 FPU as functions on its state. */
/* SPDX-License-Identifier: MIT */
/*
 * Every numeric instruction goes the same way (SDM vol. 1, 8.4 to 8.6):
 *
 *   - an empty source or a full destination is a stack fault: it ends in the indefinite,
 * or leaves everything but the status word as it was if invalid operations are unmasked;
 *   - the operation, on a FloatStatus made of the control word;
 *   - settle(): flags, C1, ES; false when an unmasked exception that is detected before
 * the operation (invalid, denormal, zero divide) stops it;
 *   - the result, the pop.
 */
#include "target/x86/x87.h"

#define BEFORE_OPERATION (FLOAT_INVALID | FLOAT_DENORMAL | FLOAT_DIVZERO)

/* A source operand: a stack register or a value from memory. */
typedef struct Source {
    floatx80 v;
    bool empty;
    bool denormal; /* in the memory format that it was widened from */
} Source;

static inline unsigned physical(const X87State *x, unsigned i)
{
    return (x->top + i) & 7;
}

static inline bool is_empty(const X87State *x, unsigned i)
{
    return x->empty >> physical(x, i) & 1;
}

static inline floatx80 get_st(const X87State *x, unsigned i)
{
    return x->r[physical(x, i)];
}

static inline void set_st(X87State *x, unsigned i, floatx80 v)
{
    x87_put(&x->r[physical(x, i)], v);
    x->empty &= ~(1 << physical(x, i));
}

static inline Source source_st(const X87State *x, unsigned i)
{
    return (Source){.v = get_st(x, i), .empty = is_empty(x, i)};
}

static inline void push(X87State *x, floatx80 v)
{
    x->top = (x->top - 1) & 7;
    set_st(x, 0, v);
}

void x87_pop(X87State *x)
{
    x->empty |= 1 << x->top;
    x->top = (x->top + 1) & 7;
}

/*
 * Status.
 */

/* ES and B follow from flags and masks. */
static void update_summary(X87State *x)
{
    if (x->sw & ~x->cw & FLOAT_ALL_FLAGS) {
        x->sw |= X87_SW_ES | X87_SW_B;
    } else {
        x->sw &= ~(X87_SW_ES | X87_SW_B);
    }
}

static inline void set_c1(X87State *x, bool c1)
{
    x->sw = (x->sw & ~X87_SW_C1) | (c1 ? X87_SW_C1 : 0);
}

static inline void set_conditions(X87State *x, unsigned conditions)
{
    x->sw = (x->sw & ~X87_SW_CONDITIONS) | conditions;
}

/* Stack overflow or underflow. True: it is masked, the instruction goes on with
 * indefinites. */
static bool stack_fault(X87State *x, bool overflow)
{
    x->sw |= FLOAT_INVALID | X87_SW_SF;
    set_c1(x, overflow);
    update_summary(x);
    return x->cw & FLOAT_INVALID;
}

/* Records what an operation raised. True: its result is to be delivered. */
static bool settle(X87State *x, const FloatStatus *s)
{
    unsigned flags = s->flags;
    bool stopped = flags & s->unmasked & BEFORE_OPERATION;
    if (stopped) {
        flags &= BEFORE_OPERATION;
    }
    x->sw |= flags;
    set_c1(x, !stopped && s->rounded_up);
    if (flags & s->unmasked) {
        x->sw |= X87_SW_ES | X87_SW_B;
    }
    return !stopped;
}

/* The same for a result that goes to memory: no unmasked overflow or underflow is
 * delivered. */
static bool settle_store(X87State *x, FloatStatus *s)
{
    if (s->flags & s->unmasked & (FLOAT_OVERFLOW | FLOAT_UNDERFLOW)) {
        s->flags &= ~FLOAT_INEXACT;
        s->rounded_up = false;
        settle(x, s);
        return false;
    }
    return settle(x, s);
}

static inline FloatStatus status(const X87State *x)
{
    return float_status_from_cw(x->cw);
}

void x87_init(X87State *x)
{
    x->cw = 0x37f;
    x->sw = 0;
    x->top = 0;
    x->empty = 0xff;
    x->fop = x->fcs = x->fds = 0;
    x->fip = x->fdp = 0;
}

void x87_clear_exceptions(X87State *x)
{
    x->sw &= ~(FLOAT_ALL_FLAGS | X87_SW_SF | X87_SW_ES | X87_SW_B);
}

/* Bit 6 is always set, bits 7 and 13 to 15 never. */
void x87_set_cw(X87State *x, uint16_t cw)
{
    x->cw = (cw & X87_CW_BITS) | X87_CW_FIXED;
    update_summary(x);
}

void x87_mask_all(X87State *x)
{
    x87_set_cw(x, x->cw | FLOAT_ALL_FLAGS);
}

/*
 * Loads.
 */

/* Whether a push can take place; if not, a masked fault has pushed the indefinite. */
static bool room_to_push(X87State *x)
{
    if (is_empty(x, 7)) {
        return true;
    }
    if (stack_fault(x, true)) {
        push(x, FX80_INDEFINITE);
    }
    return false;
}

void x87_fld(X87State *x, floatx80 v)
{
    if (room_to_push(x)) {
        set_c1(x, false);
        push(x, v);
    }
}

/* An unmasked denormal operand is loaded all the same. */
static void push_loaded(X87State *x, floatx80 v, const FloatStatus *s)
{
    if (settle(x, s) || !(s->flags & FLOAT_INVALID)) {
        push(x, v);
    }
}

void x87_fld_f32(X87State *x, f32 v)
{
    if (room_to_push(x)) {
        FloatStatus s = status(x);
        push_loaded(x, fx80_from_f32(v, &s), &s);
    }
}

void x87_fld_f64(X87State *x, f64 v)
{
    if (room_to_push(x)) {
        FloatStatus s = status(x);
        push_loaded(x, fx80_from_f64(v, &s), &s);
    }
}

void x87_fld_sti(X87State *x, unsigned i)
{
    if (is_empty(x, i)) {
        if (stack_fault(x, false)) {
            push(x, FX80_INDEFINITE);
        }
        return;
    }
    x87_fld(x, get_st(x, i));
}

/* The constants are held with more bits and rounded by RC (SDM vol. 1, 8.3.4). */
void x87_fld_const(X87State *x, X86X87Const c)
{
    static const struct {
        floatx80 down, up; /* neighbours of the exact value */
        bool nearest_up;
    } constants[] = {
        [X87_LD1] = {{0x8000000000000000, 0x3fff}, {0x8000000000000000, 0x3fff}, false},
        [X87_LDL2T] = {{0xd49a784bcd1b8afe, 0x4000}, {0xd49a784bcd1b8aff, 0x4000}, false},
        [X87_LDL2E] = {{0xb8aa3b295c17f0bb, 0x3fff}, {0xb8aa3b295c17f0bc, 0x3fff}, true },
        [X87_LDPI] = {{0xc90fdaa22168c234, 0x4000}, {0xc90fdaa22168c235, 0x4000}, true },
        [X87_LDLG2] = {{0x9a209a84fbcff798, 0x3ffd}, {0x9a209a84fbcff799, 0x3ffd}, true },
        [X87_LDLN2] = {{0xb17217f7d1cf79ab, 0x3ffe}, {0xb17217f7d1cf79ac, 0x3ffe}, true },
        [X87_LDZ] = {{0, 0},                       {0, 0},                       false},
    };
    FloatRounding mode = status(x).rounding;
    bool up =
        mode == FLOAT_ROUND_NEAREST ? constants[c].nearest_up : mode == FLOAT_ROUND_UP;
    x87_fld(x, up ? constants[c].up : constants[c].down);
}

/*
 * Stores.
 */

bool x87_fst_f32(X87State *x, f32 *v)
{
    if (is_empty(x, 0)) {
        *v = 0xffc00000;
        return stack_fault(x, false);
    }
    FloatStatus s = status(x);
    *v = fx80_to_f32(get_st(x, 0), &s);
    return settle_store(x, &s);
}

bool x87_fst_f64(X87State *x, f64 *v)
{
    if (is_empty(x, 0)) {
        *v = 0xfff8000000000000;
        return stack_fault(x, false);
    }
    FloatStatus s = status(x);
    *v = fx80_to_f64(get_st(x, 0), &s);
    return settle_store(x, &s);
}

bool x87_fst_f80(X87State *x, floatx80 *v)
{
    if (is_empty(x, 0)) {
        *v = FX80_INDEFINITE;
        return stack_fault(x, false);
    }
    *v = get_st(x, 0);
    set_c1(x, false);
    return true;
}

static FloatRounding store_rounding(const X87State *x, bool truncate)
{
    return truncate ? FLOAT_ROUND_ZERO : status(x).rounding;
}

bool x87_fist_i16(X87State *x, bool truncate, int16_t *v)
{
    if (is_empty(x, 0)) {
        *v = INT16_MIN;
        return stack_fault(x, false);
    }
    FloatStatus s = status(x);
    *v = fx80_to_i16(get_st(x, 0), store_rounding(x, truncate), &s);
    return settle_store(x, &s);
}

bool x87_fist_i32(X87State *x, bool truncate, int32_t *v)
{
    if (is_empty(x, 0)) {
        *v = INT32_MIN;
        return stack_fault(x, false);
    }
    FloatStatus s = status(x);
    *v = fx80_to_i32(get_st(x, 0), store_rounding(x, truncate), &s);
    return settle_store(x, &s);
}

bool x87_fist_i64(X87State *x, bool truncate, int64_t *v)
{
    if (is_empty(x, 0)) {
        *v = INT64_MIN;
        return stack_fault(x, false);
    }
    FloatStatus s = status(x);
    *v = fx80_to_i64(get_st(x, 0), store_rounding(x, truncate), &s);
    return settle_store(x, &s);
}

bool x87_fbst(X87State *x, uint8_t bcd[10])
{
    FloatStatus s = status(x);
    if (is_empty(x, 0)) {
        fx80_to_bcd(FX80_INDEFINITE, bcd, &s);
        return stack_fault(x, false);
    }
    fx80_to_bcd(get_st(x, 0), bcd, &s);
    return settle_store(x, &s);
}

void x87_fst_sti(X87State *x, unsigned i, bool pop)
{
    floatx80 v;
    if (x87_fst_f80(x, &v)) {
        set_st(x, i, v);
        if (pop) {
            x87_pop(x);
        }
    }
}

/* D9 D8+i: an alias of FSTP, but for an empty ST(0), which it just pops. */
void x87_fstp1(X87State *x, unsigned i)
{
    if (is_empty(x, 0)) {
        set_c1(x, false);
        x87_pop(x);
    } else {
        x87_fst_sti(x, i, true);
    }
}

/*
 * Arithmetic of two operands.
 */

static floatx80 compute(X86X87Op op, floatx80 a, floatx80 b, FloatStatus *s)
{
    switch (op) {
    case X87_ADD:
        return fx80_add(a, b, s);
    case X87_MUL:
        return fx80_mul(a, b, s);
    case X87_SUB:
        return fx80_sub(a, b, s);
    case X87_SUBR:
        return fx80_sub(b, a, s);
    case X87_DIV:
        return fx80_div(a, b, s);
    default:
        return fx80_div(b, a, s);
    }
}

/* A denormal in memory counts unless something of higher precedence came first. */
static void raise_memory_denormal(const Source *b, floatx80 a, FloatStatus *s)
{
    if (b->denormal && !(s->flags & (FLOAT_INVALID | FLOAT_DIVZERO)) &&
        fx80_classify(a) != FLOAT_CLASS_NAN) {
        s->flags |= FLOAT_DENORMAL;
    }
}

static bool arith(X87State *x, X86X87Op op, unsigned dst, Source b)
{
    Source a = source_st(x, dst);
    floatx80 r = FX80_INDEFINITE;
    if (a.empty || b.empty) {
        if (!stack_fault(x, false)) {
            return false;
        }
    } else {
        FloatStatus s = status(x);
        r = compute(op, a.v, b.v, &s);
        raise_memory_denormal(&b, a.v, &s);
        if (!settle(x, &s)) {
            return false;
        }
    }
    set_st(x, dst, r);
    return true;
}

void x87_arith(X87State *x, X86X87Op op, unsigned dst, unsigned src, bool pop)
{
    if (arith(x, op, dst, source_st(x, src)) && pop) {
        x87_pop(x);
    }
}

/*
 * Comparison.
 */

static unsigned relation_conditions(FloatRelation r)
{
    static const uint16_t conditions[] = {
        X87_SW_C0,
        X87_SW_C3,
        0,
        X87_SW_C0 | X87_SW_C2 | X87_SW_C3,
    };
    return conditions[r + 1];
}

/* Compares ST(0) with b. False: stopped by an unmasked exception. */
static bool compare(X87State *x, Source b, bool quiet, FloatRelation *relation)
{
    Source a = source_st(x, 0);
    *relation = FLOAT_UNORDERED;
    if (a.empty || b.empty) {
        return stack_fault(x, false);
    }
    FloatStatus s = status(x);
    *relation = fx80_compare(a.v, b.v, quiet, &s);
    raise_memory_denormal(&b, a.v, &s);
    return settle(x, &s);
}

/* The conditions are set even when an unmasked exception stops the pops. */
static void compare_conditions(X87State *x, Source b, bool quiet, unsigned pops)
{
    FloatRelation relation;
    bool completed = compare(x, b, quiet, &relation);
    set_conditions(x, relation_conditions(relation));
    while (completed && pops--) {
        x87_pop(x);
    }
}

void x87_fcom(X87State *x, unsigned i, bool quiet, unsigned pops)
{
    compare_conditions(x, source_st(x, i), quiet, pops);
}

unsigned x87_fcomi(X87State *x, unsigned i, bool quiet, bool pop)
{
    static const uint8_t eflags[] = {0x01, 0x40, 0x00,
                                     0x45}; /* CF, ZF, none, all with PF */
    FloatRelation relation;
    unsigned c1 = is_empty(x, 0) || is_empty(x, i) ? 0 : x->sw & X87_SW_C1;
    bool completed = compare(x, source_st(x, i), quiet, &relation);
    x->sw |= c1; /* only a stack fault changes it */
    if (completed && pop) {
        x87_pop(x);
    }
    return eflags[relation + 1];
}

void x87_ftst(X87State *x)
{
    compare_conditions(x,
                       (Source){
                           .v = {0, 0}
    },
                       false, 0);
}

void x87_fxam(X87State *x)
{
    static const uint16_t conditions[] = {
        [FLOAT_CLASS_UNSUPPORTED] = 0,    [FLOAT_CLASS_NAN] = X87_SW_C0,
        [FLOAT_CLASS_NORMAL] = X87_SW_C2, [FLOAT_CLASS_INFINITY] = X87_SW_C2 | X87_SW_C0,
        [FLOAT_CLASS_ZERO] = X87_SW_C3,   [FLOAT_CLASS_DENORMAL] = X87_SW_C3 | X87_SW_C2,
    };
    floatx80 v = get_st(x, 0);
    unsigned c = is_empty(x, 0) ? X87_SW_C3 | X87_SW_C0 : conditions[fx80_classify(v)];
    set_conditions(x, c | (v.hi >> 15 ? X87_SW_C1 : 0));
}

/* ST(0) op a value from memory, arithmetic or comparison. */
static void arith_memory(X87State *x, X86X87Op op, Source b)
{
    if (op == X87_COM || op == X87_COMP) {
        compare_conditions(x, b, false, op == X87_COMP);
    } else {
        arith(x, op, 0, b);
    }
}

void x87_arith_f32(X87State *x, X86X87Op op, f32 v)
{
    Source b = {.empty = false};
    b.v = fx80_widen_f32(v, &b.denormal);
    arith_memory(x, op, b);
}

void x87_arith_f64(X87State *x, X86X87Op op, f64 v)
{
    Source b = {.empty = false};
    b.v = fx80_widen_f64(v, &b.denormal);
    arith_memory(x, op, b);
}

void x87_arith_int(X87State *x, X86X87Op op, int32_t v)
{
    arith_memory(x, op, (Source){.v = fx80_from_i64(v)});
}

/*
 * Functions of one or two operands.
 */

/* FCHS and FABS raise nothing but a stack fault. */
static void change_sign(X87State *x, uint16_t keep, uint16_t flip)
{
    floatx80 v = get_st(x, 0);
    if (!is_empty(x, 0)) {
        set_c1(x, false);
        set_st(x, 0, (floatx80){v.lo, (v.hi & keep) ^ flip});
    } else if (stack_fault(x, false)) {
        set_st(x, 0, FX80_INDEFINITE);
    }
}

void x87_fchs(X87State *x)
{
    change_sign(x, 0xffff, 0x8000);
}

void x87_fabs(X87State *x)
{
    change_sign(x, 0x7fff, 0);
}

static void unary(X87State *x, floatx80 (*f)(floatx80, FloatStatus *))
{
    floatx80 r = FX80_INDEFINITE;
    if (is_empty(x, 0)) {
        if (!stack_fault(x, false)) {
            return;
        }
    } else {
        FloatStatus s = status(x);
        r = f(get_st(x, 0), &s);
        if (!settle(x, &s)) {
            return;
        }
    }
    set_st(x, 0, r);
}

void x87_fsqrt(X87State *x)
{
    unary(x, fx80_sqrt);
}

void x87_frndint(X87State *x)
{
    unary(x, fx80_round_to_int);
}

void x87_f2xm1(X87State *x)
{
    unary(x, fx80_f2xm1);
}

/* f(ST(0), ST(1)) to ST(dst); false: stopped. */
static bool binary(X87State *x, unsigned dst,
                   floatx80 (*f)(floatx80, floatx80, FloatStatus *))
{
    floatx80 r = FX80_INDEFINITE;
    if (is_empty(x, 0) || is_empty(x, 1)) {
        if (!stack_fault(x, false)) {
            return false;
        }
    } else {
        FloatStatus s = status(x);
        r = f(get_st(x, 0), get_st(x, 1), &s);
        if (!settle(x, &s)) {
            return false;
        }
    }
    set_st(x, dst, r);
    return true;
}

void x87_fscale(X87State *x)
{
    binary(x, 0, fx80_scale);
}

static void binary_pop(X87State *x, floatx80 (*f)(floatx80, floatx80, FloatStatus *))
{
    if (binary(x, 1, f)) {
        x87_pop(x);
    }
}

void x87_fyl2x(X87State *x)
{
    binary_pop(x, fx80_fyl2x);
}

void x87_fyl2xp1(X87State *x)
{
    binary_pop(x, fx80_fyl2xp1);
}

void x87_fpatan(X87State *x)
{
    binary_pop(x, fx80_fpatan);
}

/* The conditions are the low bits of the quotient, or C2 alone (SDM vol. 2, FPREM). */
static void partial_remainder(X87State *x, bool nearest)
{
    x->sw &= ~X87_SW_C2;
    if (is_empty(x, 0) || is_empty(x, 1)) {
        if (stack_fault(x, false)) {
            set_st(x, 0, FX80_INDEFINITE);
        }
        return;
    }
    unsigned q;
    bool partial;
    FloatStatus s = status(x);
    floatx80 r = fx80_rem(get_st(x, 0), get_st(x, 1), nearest, &q, &partial, &s);
    if (!settle(x, &s)) {
        return;
    }
    set_st(x, 0, r);
    if (fx80_classify(r) != FLOAT_CLASS_NAN) {
        set_conditions(x, (q & 4 ? X87_SW_C0 : 0) | (q & 2 ? X87_SW_C3 : 0) |
                              (q & 1 ? X87_SW_C1 : 0) | (partial ? X87_SW_C2 : 0));
    }
}

void x87_fprem(X87State *x)
{
    partial_remainder(x, false);
}

void x87_fprem1(X87State *x)
{
    partial_remainder(x, true);
}

/*
 * Trigonometry: C2 says that the operand is out of range, and then nothing is done.
 */

static void trigonometric(X87State *x, bool (*f)(floatx80, floatx80 *, FloatStatus *))
{
    floatx80 r = FX80_INDEFINITE;
    x->sw &= ~X87_SW_C2;
    if (is_empty(x, 0)) {
        if (!stack_fault(x, false)) {
            return;
        }
    } else {
        FloatStatus s = status(x);
        if (!f(get_st(x, 0), &r, &s)) {
            x->sw |= X87_SW_C2;
            set_c1(x, false);
            return;
        }
        if (!settle(x, &s)) {
            return;
        }
    }
    set_st(x, 0, r);
}

void x87_fsin(X87State *x)
{
    trigonometric(x, fx80_fsin);
}

void x87_fcos(X87State *x)
{
    trigonometric(x, fx80_fcos);
}

/* *first replaces ST(0), *second is pushed; false: out of range. */
typedef bool (*TwoResults)(floatx80 a, floatx80 *first, floatx80 *second, FloatStatus *s);

static void two_results(X87State *x, TwoResults f)
{
    floatx80 first = FX80_INDEFINITE, second = FX80_INDEFINITE;
    bool underflow = is_empty(x, 0);
    if (underflow || !is_empty(x, 7)) {
        if (!stack_fault(x, !underflow)) {
            return;
        }
    } else {
        FloatStatus s = status(x);
        if (!f(get_st(x, 0), &first, &second, &s)) {
            x->sw |= X87_SW_C2;
            set_c1(x, false);
            return;
        }
        if (!settle(x, &s)) {
            return;
        }
    }
    set_st(x, 0, first);
    push(x, second);
}

static bool extract(floatx80 a, floatx80 *exponent, floatx80 *significand, FloatStatus *s)
{
    *significand = fx80_extract(a, exponent, s);
    return true;
}

void x87_fxtract(X87State *x)
{
    two_results(x, extract);
}

void x87_fsincos(X87State *x)
{
    x->sw &= ~X87_SW_C2;
    two_results(x, fx80_fsincos);
}

void x87_fptan(X87State *x)
{
    x->sw &= ~X87_SW_C2;
    two_results(x, fx80_fptan);
}

/*
 * The stack.
 */

void x87_fxch(X87State *x, unsigned i)
{
    Source a = source_st(x, 0), b = source_st(x, i);
    if (a.empty || b.empty) {
        if (!stack_fault(x, false)) {
            return;
        }
    } else {
        set_c1(x, false);
    }
    set_st(x, 0, b.empty ? FX80_INDEFINITE : b.v);
    set_st(x, i, a.empty ? FX80_INDEFINITE : a.v);
}

void x87_fcmov(X87State *x, unsigned i, bool condition)
{
    if (is_empty(x, 0) || is_empty(x, i)) {
        if (stack_fault(x, false)) {
            set_st(x, 0, FX80_INDEFINITE);
        }
        return;
    }
    if (condition) {
        set_st(x, 0, get_st(x, i));
    }
}

void x87_ffree(X87State *x, unsigned i, bool pop)
{
    set_c1(x, false);
    x->empty |= 1 << physical(x, i);
    if (pop) {
        x87_pop(x);
    }
}

void x87_fincstp(X87State *x)
{
    set_c1(x, false);
    x->top = (x->top + 1) & 7;
}

void x87_fdecstp(X87State *x)
{
    set_c1(x, false);
    x->top = (x->top - 1) & 7;
}

void x87_fnop(X87State *x) {}
