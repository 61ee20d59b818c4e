/* Helpers of the x87 instructions: waiting, memory, and the functions of x87.c. */
/* SPDX-License-Identifier: MIT */
/*
 * The semantics are in x87.c. What is added here is what needs the vCPU: every
 * instruction but the FN... forms first raises #MF if an unmasked exception is pending
 * (SDM vol. 1, 8.7), and stores write guest memory, before the state changes: a store
 * that faults leaves no trace.
 *
 * #MF is raised whatever CR0.NE says: the external reporting of CR0.NE = 0 is not there.
 */
#include "target/x86/excp.h"
#include "target/x86/help-x87.h"
#include "target/x86/helpers.h"
#include "util/bitops.h"

static inline X87State *wait_x87(CPUX86State *env, uintptr_t ra)
{
    if (unlikely(x87_exception_pending(&env->x87))) {
        x86_raise(env, EXCP_MF, ra);
    }
    return &env->x87;
}

void helper_x87_wait(CPUX86State *env)
{
    wait_x87(env, GETPC());
}

void helper_x87_simple(CPUX86State *env, uint64_t insn)
{
    static void (*const functions[])(X87State *) = {
#define X87_SIMPLE(name) [X87_SIMPLE_##name] = x87_##name,
#include "target/x86/x87-simple.def"
    };
    functions[insn](wait_x87(env, GETPC()));
}

/*
 * Loads.
 */

void helper_x87_fld_f32(CPUX86State *env, uint64_t v)
{
    x87_fld_f32(wait_x87(env, GETPC()), v);
}

void helper_x87_fld_f64(CPUX86State *env, uint64_t v)
{
    x87_fld_f64(wait_x87(env, GETPC()), v);
}

void helper_x87_fld_f80(CPUX86State *env, uint64_t lo, uint64_t hi)
{
    x87_fld(wait_x87(env, GETPC()), (floatx80){lo, hi});
}

void helper_x87_fild(CPUX86State *env, uint64_t v)
{
    x87_fld(wait_x87(env, GETPC()), fx80_from_i64(v));
}

void helper_x87_fbld(CPUX86State *env, uint64_t lo, uint64_t hi)
{
    uint8_t bcd[10];
    stq_le_p(bcd, lo);
    stw_le_p(bcd + 8, hi);
    x87_fld(wait_x87(env, GETPC()), fx80_from_bcd(bcd));
}

void helper_x87_fld_sti(CPUX86State *env, uint64_t i)
{
    x87_fld_sti(wait_x87(env, GETPC()), i);
}

void helper_x87_fld_const(CPUX86State *env, uint64_t c)
{
    x87_fld_const(wait_x87(env, GETPC()), c);
}

/*
 * Stores.
 */

/* Bytes of a value in memory, little-endian; 0: nothing is to be stored. */
static unsigned store_image(X87State *x, unsigned kind, bool truncate, uint8_t image[10])
{
    floatx80 f80;
    f32 single;
    f64 dbl;
    int16_t i16;
    int32_t i32;
    int64_t i64;
    bool stored;

    switch (kind) {
    case X87_ST_F32:
        stored = x87_fst_f32(x, &single);
        stl_le_p(image, single);
        return stored ? 4 : 0;
    case X87_ST_F64:
        stored = x87_fst_f64(x, &dbl);
        stq_le_p(image, dbl);
        return stored ? 8 : 0;
    case X87_ST_F80:
        stored = x87_fst_f80(x, &f80);
        stq_le_p(image, f80.lo);
        stw_le_p(image + 8, f80.hi);
        return stored ? 10 : 0;
    case X87_ST_I16:
        stored = x87_fist_i16(x, truncate, &i16);
        stw_le_p(image, i16);
        return stored ? 2 : 0;
    case X87_ST_I32:
        stored = x87_fist_i32(x, truncate, &i32);
        stl_le_p(image, i32);
        return stored ? 4 : 0;
    case X87_ST_I64:
        stored = x87_fist_i64(x, truncate, &i64);
        stq_le_p(image, i64);
        return stored ? 8 : 0;
    default:
        return x87_fbst(x, image) ? 10 : 0;
    }
}

static void store_bytes(CPUX86State *env, vaddr va, const uint8_t *image, unsigned size,
                        uintptr_t ra)
{
    CPUState *cpu = env_cpu(env);
    switch (size) {
    case 4:
        cpu_stl(cpu, va, ldl_le_p(image), MMU_CURRENT, ra);
        break;
    case 8:
        cpu_stq(cpu, va, ldq_le_p(image), MMU_CURRENT, ra);
        break;
    default:
        cpu_st_bytes(cpu, va, image, size, MMU_CURRENT, ra);
    }
}

void helper_x87_fst(CPUX86State *env, uint64_t va, uint64_t how)
{
    uintptr_t ra = GETPC();
    X87State *x = wait_x87(env, ra);
    uint8_t image[10];
    uint16_t before = x->sw;
    unsigned size =
        store_image(x, how >> X87_OP_SHIFT & X87_ST_KIND, how & X87_ST_TRUNCATE, image);

    if (size) {
        uint16_t after = x->sw;
        x->sw = before;
        store_bytes(env, va, image, size, ra); /* may fault */

        x->sw = after;
        if (how & X87_POP) {
            x87_pop(x);
        }
    }
}

void helper_x87_fst_sti(CPUX86State *env, uint64_t how)
{
    X87State *x = wait_x87(env, GETPC());
    if (how & X87_QUIET) {
        x87_fstp1(x, how & X87_I_MASK);
    } else {
        x87_fst_sti(x, how & X87_I_MASK, how & X87_POP);
    }
}

/*
 * Arithmetic and comparison.
 */

void helper_x87_arith(CPUX86State *env, uint64_t how)
{
    x87_arith(wait_x87(env, GETPC()), how >> X87_OP_SHIFT, how & X87_I_MASK,
              how >> X87_SRC_SHIFT & X87_I_MASK, how & X87_POP);
}

void helper_x87_arith_f32(CPUX86State *env, uint64_t op, uint64_t v)
{
    x87_arith_f32(wait_x87(env, GETPC()), op, v);
}

void helper_x87_arith_f64(CPUX86State *env, uint64_t op, uint64_t v)
{
    x87_arith_f64(wait_x87(env, GETPC()), op, v);
}

void helper_x87_arith_int(CPUX86State *env, uint64_t op, uint64_t v)
{
    x87_arith_int(wait_x87(env, GETPC()), op, v);
}

void helper_x87_fcom(CPUX86State *env, uint64_t how)
{
    x87_fcom(wait_x87(env, GETPC()), how & X87_I_MASK, how & X87_QUIET,
             how >> X87_POPS_SHIFT);
}

uint64_t helper_x87_fcomi(CPUX86State *env, uint64_t how)
{
    return x87_fcomi(wait_x87(env, GETPC()), how & X87_I_MASK, how & X87_QUIET,
                     how & X87_POP);
}

/*
 * The stack.
 */

void helper_x87_fxch(CPUX86State *env, uint64_t i)
{
    x87_fxch(wait_x87(env, GETPC()), i);
}

void helper_x87_fcmov(CPUX86State *env, uint64_t i, uint64_t condition)
{
    x87_fcmov(wait_x87(env, GETPC()), i, condition & 1);
}

void helper_x87_ffree(CPUX86State *env, uint64_t how)
{
    x87_ffree(wait_x87(env, GETPC()), how & X87_I_MASK, how & X87_POP);
}

/*
 * Control.
 */

void helper_x87_fldcw(CPUX86State *env, uint64_t cw)
{
    x87_set_cw(wait_x87(env, GETPC()), cw);
}

void helper_x87_fnclex(CPUX86State *env)
{
    x87_clear_exceptions(&env->x87);
}

void helper_x87_fninit(CPUX86State *env)
{
    x87_init(&env->x87);
}

static X87Format image_format(uint64_t format)
{
    return (X87Format){.wide = format & X87_IMAGE_WIDE, .real = format & X87_IMAGE_REAL};
}

void helper_x87_fnstenv(CPUX86State *env, uint64_t va, uint64_t format)
{
    uint8_t image[X87_MAX_IMAGE];
    X87Format f = image_format(format);
    x87_store_env(&env->x87, f, image);
    cpu_st_bytes(env_cpu(env), va, image, X87_ENV_SIZE(f.wide), MMU_CURRENT, GETPC());
    x87_mask_all(&env->x87);
}

void helper_x87_fldenv(CPUX86State *env, uint64_t va, uint64_t format)
{
    uintptr_t ra = GETPC();
    uint8_t image[X87_MAX_IMAGE];
    X87Format f = image_format(format);
    X87State *x = wait_x87(env, ra);
    cpu_ld_bytes(env_cpu(env), va, image, X87_ENV_SIZE(f.wide), MMU_CURRENT, ra);
    x87_load_env(x, f, image);
}

void helper_x87_fnsave(CPUX86State *env, uint64_t va, uint64_t format)
{
    uint8_t image[X87_MAX_IMAGE];
    X87Format f = image_format(format);
    unsigned size = X87_ENV_SIZE(f.wide);
    x87_store_env(&env->x87, f, image);
    x87_store_regs(&env->x87, image + size);
    cpu_st_bytes(env_cpu(env), va, image, size + X87_REGS_SIZE, MMU_CURRENT, GETPC());
    x87_init(&env->x87);
}

void helper_x87_frstor(CPUX86State *env, uint64_t va, uint64_t format)
{
    uintptr_t ra = GETPC();
    uint8_t image[X87_MAX_IMAGE];
    X87Format f = image_format(format);
    unsigned size = X87_ENV_SIZE(f.wide);
    X87State *x = wait_x87(env, ra);
    cpu_ld_bytes(env_cpu(env), va, image, size + X87_REGS_SIZE, MMU_CURRENT, ra);
    x87_load_env(x, f, image);
    x87_load_regs(x, image + size);
}
