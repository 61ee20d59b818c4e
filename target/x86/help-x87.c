/* Helpers of the x87 instructions: waiting, memory, and the functions of x87.c. */
/* SPDX-License-Identifier: MIT */
/*
 * The semantics are in x87.c, which x87-op.c finds by the operation's number. What is
 * added here is what needs the vCPU: every instruction but the FN... forms first raises
 * #MF if an unmasked exception is pending (SDM vol. 1, 8.7), and stores write guest
 * memory, before the state changes: a store that faults leaves no trace.
 *
 * #MF is raised whatever CR0.NE says: the external reporting of CR0.NE = 0 is not there.
 */
#include "target/x86/excp.h"
#include "target/x86/help-x87.h"
#include "target/x86/helpers.h"
#include "target/x86/x87-op.h"
#include "tcg/tcg.h"
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

/* What an instruction has left is an exception: models that keep FDP for these alone
 * record it now. */
static void record_operand(CPUX86State *env, uint64_t va)
{
    if (x87_exception_pending(&env->x87)) {
        env->x87.fdp = va;
    }
}

void helper_x87(CPUX86State *env, uint64_t what, uint64_t in)
{
    X87Op op = {.id = what & X87_ID_MASK, .i = what >> X87_I_SHIFT, .lo = in & 0xffff};
    x87_run(wait_x87(env, GETPC()), &op);
}

uint64_t helper_x87_fcomi(CPUX86State *env, uint64_t what)
{
    X87Op op = {.id = what & X87_ID_MASK, .i = what >> X87_I_SHIFT};
    return x87_run(wait_x87(env, GETPC()), &op);
}

void helper_x87_ld(CPUX86State *env, uint64_t id, uint64_t lo, uint64_t hi, uint64_t va)
{
    X87Op op = {.id = id, .lo = lo, .hi = hi};
    x87_run(wait_x87(env, GETPC()), &op);
    record_operand(env, va);
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

static void store(CPUX86State *env, const X87Op *op)
{
    uint8_t image[X87_MAX_STORE];
    uint16_t sw;
    unsigned size = x87_store_image(&env->x87, op->id, image, &sw);

    if (size && op->host) {
        memcpy(op->host, image, size);
    } else if (size) {
        store_bytes(env, op->addr, image, size, op->ra); /* may fault */
    }
    if (size) {
        x87_stored(&env->x87, op->id, sw);
    }
}

void helper_x87_st(CPUX86State *env, uint64_t what, uint64_t va)
{
    X87Op op = {.id = what & X87_ID_MASK, .addr = va, .ra = GETPC()};
    wait_x87(env, op.ra);
    /* When an exception keeps it from being stored the operand faults all the same. */
    cpu_probe(env_cpu(env), va, what >> X87_I_SHIFT, MMU_WRITE, MMU_CURRENT, op.ra);
    store(env, &op);
    record_operand(env, va);
}

uint64_t x86_x87_op(void *env, const X87Op *op)
{
    CPUX86State *e = env;
    if (op->id >= X87_f2xm1 && op->id <= X87_fcos && tcg_x87_exec(env, op->id)) {
        return 0;
    }
    if (x87_info[op->id].form != X87_FORM_ST) {
        return x87_run(&e->x87, op);
    }
    store(e, op);
    return 0;
}

/*
 * Control.
 */

void helper_x87_fldcw(CPUX86State *env, uint64_t cw)
{
    x87_set_cw(wait_x87(env, GETPC()), cw);
    x86_x87_masks_changed(env);
}

void helper_x87_fnclex(CPUX86State *env)
{
    x87_clear_exceptions(&env->x87);
}

void helper_x87_fninit(CPUX86State *env)
{
    x87_init(&env->x87);
    x86_x87_masks_changed(env);
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
    x86_x87_masks_changed(env);
}

void helper_x87_fldenv(CPUX86State *env, uint64_t va, uint64_t format)
{
    uintptr_t ra = GETPC();
    uint8_t image[X87_MAX_IMAGE];
    X87Format f = image_format(format);
    X87State *x = wait_x87(env, ra);
    cpu_ld_bytes(env_cpu(env), va, image, X87_ENV_SIZE(f.wide), MMU_CURRENT, ra);
    x87_load_env(x, f, image);
    x86_x87_masks_changed(env);
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
    x86_x87_masks_changed(env);
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
    x86_x87_masks_changed(env);
}
