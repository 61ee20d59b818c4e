/* The IR's x87 operations: rows of tcg/x87.def to the functions of x87.c. */
/* SPDX-License-Identifier: MIT */
#include "target/x86/x87-op.h"

#include "util/bitops.h"

/* arg: that of the row. Returns what the IR's op does, if it has an output. */
typedef uint64_t X87Fn(X87State *x, const X87Op *op, unsigned arg);

/* One of a single statement, without output. */
#define DOES(name, statement)                                        \
    static uint64_t name(X87State *x, const X87Op *op, unsigned arg) \
    {                                                                \
        statement;                                                   \
        return 0;                                                    \
    }

/*
 * Arithmetic and comparison.
 */

static uint64_t st0_sti(X87State *x, const X87Op *op, unsigned arg)
{
    if (arg == X87_COM || arg == X87_COMP) {
        x87_fcom(x, op->i, false, arg == X87_COMP);
    } else {
        x87_arith(x, arg, 0, op->i, false);
    }
    return 0;
}

DOES(sti_st0, x87_arith(x, arg, op->i, 0, false))
DOES(sti_pop, x87_arith(x, arg, op->i, 0, true))
DOES(with_f32, x87_arith_f32(x, arg, op->lo))
DOES(with_f64, x87_arith_f64(x, arg, op->lo))
DOES(with_i16, x87_arith_int(x, arg, (int16_t)op->lo))
DOES(with_i32, x87_arith_int(x, arg, (int32_t)op->lo))

/* arg: how many pops; QUIET, and ST(1). */
enum { POPS = 3, QUIET = 4, ST1 = 8 };

DOES(compare, x87_fcom(x, arg &ST1 ? 1 : op->i, arg &QUIET, arg &POPS))

static uint64_t compare_flags(X87State *x, const X87Op *op, unsigned arg)
{
    return x87_fcomi(x, op->i, arg & QUIET, arg & POPS);
}

/*
 * Loads.
 */

DOES(load_f32, x87_fld_f32(x, op->lo))
DOES(load_f64, x87_fld_f64(x, op->lo))
DOES(load_f80, x87_fld(x, (floatx80){op->lo, op->hi}))

/* arg: bits */
DOES(load_int, x87_fld(x, fx80_from_i64(sign_extend(op->lo, arg))))

static uint64_t load_bcd(X87State *x, const X87Op *op, unsigned arg)
{
    uint8_t bcd[10];
    stq_le_p(bcd, op->lo);
    stw_le_p(bcd + 8, op->hi);
    x87_fld(x, fx80_from_bcd(bcd));
    return 0;
}

DOES(load_const, x87_fld_const(x, arg))

/*
 * The stack.
 */

DOES(load_sti, x87_fld_sti(x, op->i))
DOES(store_sti, x87_fst_sti(x, op->i, arg))
DOES(store_sti_alias, x87_fstp1(x, op->i))
DOES(exchange, x87_fxch(x, op->i))
DOES(free_sti, x87_ffree(x, op->i, arg))
DOES(move_if, x87_fcmov(x, op->i, op->lo != 0))

/*
 * Control.
 */

DOES(load_cw, x87_set_cw(x, op->lo))

static uint64_t status_word(X87State *x, const X87Op *op, unsigned arg)
{
    return x87_sw(x);
}

DOES(clear, x87_clear_exceptions(x))

#define X87_SIMPLE(name) DOES(run_##name, x87_##name(x))
#include "target/x86/x87-simple.def"

/* clang-format off */
static const struct {
    X87Fn *fn;
    uint8_t arg;
} rows[NR_X87_IDS] = {
    [X87_fadd_st0] = {st0_sti, X87_ADD},
    [X87_fmul_st0] = {st0_sti, X87_MUL},
    [X87_fcom_st0] = {st0_sti, X87_COM},
    [X87_fcomp_st0] = {st0_sti, X87_COMP},
    [X87_fsub_st0] = {st0_sti, X87_SUB},
    [X87_fsubr_st0] = {st0_sti, X87_SUBR},
    [X87_fdiv_st0] = {st0_sti, X87_DIV},
    [X87_fdivr_st0] = {st0_sti, X87_DIVR},
    [X87_fadd_sti] = {sti_st0, X87_ADD},
    [X87_fmul_sti] = {sti_st0, X87_MUL},
    [X87_fsub_sti] = {sti_st0, X87_SUB},
    [X87_fsubr_sti] = {sti_st0, X87_SUBR},
    [X87_fdiv_sti] = {sti_st0, X87_DIV},
    [X87_fdivr_sti] = {sti_st0, X87_DIVR},
    [X87_faddp] = {sti_pop, X87_ADD},
    [X87_fmulp] = {sti_pop, X87_MUL},
    [X87_fsubp] = {sti_pop, X87_SUB},
    [X87_fsubrp] = {sti_pop, X87_SUBR},
    [X87_fdivp] = {sti_pop, X87_DIV},
    [X87_fdivrp] = {sti_pop, X87_DIVR},
    [X87_fadd_f32] = {with_f32, X87_ADD},
    [X87_fmul_f32] = {with_f32, X87_MUL},
    [X87_fcom_f32] = {with_f32, X87_COM},
    [X87_fcomp_f32] = {with_f32, X87_COMP},
    [X87_fsub_f32] = {with_f32, X87_SUB},
    [X87_fsubr_f32] = {with_f32, X87_SUBR},
    [X87_fdiv_f32] = {with_f32, X87_DIV},
    [X87_fdivr_f32] = {with_f32, X87_DIVR},
    [X87_fadd_f64] = {with_f64, X87_ADD},
    [X87_fmul_f64] = {with_f64, X87_MUL},
    [X87_fcom_f64] = {with_f64, X87_COM},
    [X87_fcomp_f64] = {with_f64, X87_COMP},
    [X87_fsub_f64] = {with_f64, X87_SUB},
    [X87_fsubr_f64] = {with_f64, X87_SUBR},
    [X87_fdiv_f64] = {with_f64, X87_DIV},
    [X87_fdivr_f64] = {with_f64, X87_DIVR},
    [X87_fadd_i16] = {with_i16, X87_ADD},
    [X87_fmul_i16] = {with_i16, X87_MUL},
    [X87_fcom_i16] = {with_i16, X87_COM},
    [X87_fcomp_i16] = {with_i16, X87_COMP},
    [X87_fsub_i16] = {with_i16, X87_SUB},
    [X87_fsubr_i16] = {with_i16, X87_SUBR},
    [X87_fdiv_i16] = {with_i16, X87_DIV},
    [X87_fdivr_i16] = {with_i16, X87_DIVR},
    [X87_fadd_i32] = {with_i32, X87_ADD},
    [X87_fmul_i32] = {with_i32, X87_MUL},
    [X87_fcom_i32] = {with_i32, X87_COM},
    [X87_fcomp_i32] = {with_i32, X87_COMP},
    [X87_fsub_i32] = {with_i32, X87_SUB},
    [X87_fsubr_i32] = {with_i32, X87_SUBR},
    [X87_fdiv_i32] = {with_i32, X87_DIV},
    [X87_fdivr_i32] = {with_i32, X87_DIVR},
    [X87_fld_f32] = {load_f32, 0},
    [X87_fld_f64] = {load_f64, 0},
    [X87_fld_f80] = {load_f80, 0},
    [X87_fild_i16] = {load_int, 16},
    [X87_fild_i32] = {load_int, 32},
    [X87_fild_i64] = {load_int, 64},
    [X87_fbld] = {load_bcd, 0},
    [X87_fld_sti] = {load_sti, 0},
    [X87_fst_sti] = {store_sti, 0},
    [X87_fstp_sti] = {store_sti, true},
    [X87_fstp1] = {store_sti_alias, 0},
    [X87_fxch] = {exchange, 0},
    [X87_ffree] = {free_sti, 0},
    [X87_ffreep] = {free_sti, true},
    [X87_fcmovne] = {move_if, 0},
    [X87_fcompp] = {compare, 2 | ST1},
    [X87_fucom] = {compare, QUIET},
    [X87_fucomp] = {compare, QUIET | 1},
    [X87_fucompp] = {compare, QUIET | 2 | ST1},
    [X87_fcomi] = {compare_flags, 0},
    [X87_fucomi] = {compare_flags, QUIET},
    [X87_fcomip] = {compare_flags, 1},
    [X87_fucomip] = {compare_flags, QUIET | 1},
    [X87_fld1] = {load_const, X87_LD1},
    [X87_fldl2t] = {load_const, X87_LDL2T},
    [X87_fldl2e] = {load_const, X87_LDL2E},
    [X87_fldpi] = {load_const, X87_LDPI},
    [X87_fldlg2] = {load_const, X87_LDLG2},
    [X87_fldln2] = {load_const, X87_LDLN2},
    [X87_fldz] = {load_const, X87_LDZ},
    [X87_fnclex] = {clear, 0},
    [X87_fldcw] = {load_cw, 0},
    [X87_fnstsw] = {status_word, 0},
#define X87_SIMPLE(name) [X87_##name] = {run_##name, 0},
#include "target/x86/x87-simple.def"
};
/* clang-format on */

uint64_t x87_run(X87State *x, const X87Op *op)
{
    return rows[op->id].fn(x, op, rows[op->id].arg);
}

/*
 * Stores.
 */

static unsigned image_of_int(X87State *x, X87Id id, uint8_t *image)
{
    bool truncate = id >= X87_fisttp_i16 && id <= X87_fisttp_i64;
    int16_t i16 = 0;
    int32_t i32 = 0;
    int64_t i64 = 0;
    bool stored;

    switch (id) {
    case X87_fist_i16:
    case X87_fistp_i16:
    case X87_fisttp_i16:
        stored = x87_fist_i16(x, truncate, &i16);
        stw_le_p(image, i16);
        return stored ? 2 : 0;
    case X87_fist_i32:
    case X87_fistp_i32:
    case X87_fisttp_i32:
        stored = x87_fist_i32(x, truncate, &i32);
        stl_le_p(image, i32);
        return stored ? 4 : 0;
    default:
        stored = x87_fist_i64(x, truncate, &i64);
        stq_le_p(image, i64);
        return stored ? 8 : 0;
    }
}

static unsigned image_of(X87State *x, X87Id id, uint8_t *image)
{
    floatx80 f80 = {0, 0};
    f32 single = 0;
    f64 dbl = 0;
    bool stored;

    switch (id) {
    case X87_fst_f32:
    case X87_fstp_f32:
        stored = x87_fst_f32(x, &single);
        stl_le_p(image, single);
        return stored ? 4 : 0;
    case X87_fst_f64:
    case X87_fstp_f64:
        stored = x87_fst_f64(x, &dbl);
        stq_le_p(image, dbl);
        return stored ? 8 : 0;
    case X87_fstp_f80:
        stored = x87_fst_f80(x, &f80);
        stq_le_p(image, f80.lo);
        stw_le_p(image + 8, f80.hi);
        return stored ? 10 : 0;
    case X87_fbstp:
        return x87_fbst(x, image) ? 10 : 0;
    default:
        return image_of_int(x, id, image);
    }
}

unsigned x87_store_image(X87State *x, X87Id id, uint8_t image[X87_MAX_STORE],
                         uint16_t *sw)
{
    uint16_t before = x->sw;
    unsigned n = image_of(x, id, image);

    *sw = x->sw;
    if (n) {
        x->sw = before;
    }
    return n;
}

void x87_stored(X87State *x, X87Id id, uint16_t sw)
{
    bool stays = id == X87_fst_f32 || id == X87_fst_f64 || id == X87_fist_i16 ||
                 id == X87_fist_i32;

    x->sw = sw;
    if (!stays) {
        x87_pop(x);
    }
}
