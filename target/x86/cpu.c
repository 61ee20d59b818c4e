/* The x86 vCPU: reset, flags words, translation key, register text. */
/* SPDX-License-Identifier: MIT */
#include "target/x86/cpu.h"

#include "hw/core/clock.h"
#include "target/x86/cpuid.h"
#include "target/x86/debug.h"
#include "target/x86/debug-regs.h"
#include "target/x86/disas.h"
#include "target/x86/dump.h"
#include "target/x86/excp.h"
#include "target/x86/paging.h"
#include "target/x86/seg.h"
#include "target/x86/translate.h"
#include "target/x86/user.h"
#include "tcg/cc-inline.h"
#include "util/host.h"
#include "util/int128.h"

/* --- EFLAGS --- */

uint32_t x86_eflags(CPUX86State *env)
{
    CCState cc = {
        .op = env->cc_op, .a = env->cc_a, .b = env->cc_b, .c = env->cc_c, .r = env->cc_r};

    return env->eflags | cc_compute_inline(&cc) | (env->df < 0 ? EFL_DF : 0) | EFL_FIXED;
}

void x86_store_eflags(CPUX86State *env, uint32_t val)
{
    env->cc_op = CC_OP(CC_EFLAGS, 0);
    env->cc_a = val & CC_ALL;
    env->df = val & EFL_DF ? -1 : 1;
    env->eflags = (val & ~(CC_ALL | EFL_DF)) | EFL_FIXED;
}

void x86_set_eflags(CPUX86State *env, uint32_t val)
{
    x86_store_eflags(env, val);
    x86_update_hflags(env);
}

/* --- hflags --- */

int x86_mmu_idx(const CPUX86State *env)
{
    if (x86_cpl(env) == 3) {
        return MMU_USER;
    }
    return env->cr4 & CR4_SMAP && !(env->eflags & EFL_AC) ? MMU_KERNEL_SMAP : MMU_KERNEL;
}

/* A segment through which 32-bit code may do every access of its kind unchecked. */
static bool is_flat(const X86Seg *s, bool code)
{
    uint32_t kind = s->attr & (SEG_CODE | SEG_E | SEG_W);

    return s->limit == UINT32_MAX && s->attr & SEG_P &&
           (code ? s->attr & SEG_R : kind == SEG_W);
}

static uint32_t segment_hflags(const CPUX86State *env)
{
    const X86Seg *cs = &env->seg[R_CS], *ss = &env->seg[R_SS];
    const X86Seg *ds = &env->seg[R_DS], *es = &env->seg[R_ES];
    uint32_t h = 0;

    if (x86_long_mode(env) && cs->attr & SEG_L) {
        return HF_CS64;
    }
    h |= cs->attr & SEG_DB ? HF_CS32 : 0;
    h |= ss->attr & SEG_DB ? HF_SS32 : 0;
    h |= ds->base | es->base | ss->base | cs->base ? HF_ADDSEG : 0;
    if (!is_flat(cs, true) || !is_flat(ss, false) || !is_flat(ds, false) ||
        !is_flat(es, false)) {
        h |= HF_LIMITS;
    }
    return h;
}

static uint32_t control_hflags(const CPUX86State *env)
{
    uint32_t h = 0;

    h |= env->cr0 & CR0_PE ? HF_PE : 0;
    h |= env->cr0 & CR0_MP ? HF_MP : 0;
    h |= env->cr0 & CR0_EM ? HF_EM : 0;
    h |= env->cr0 & CR0_TS ? HF_TS : 0;
    h |= env->efer & EFER_LMA ? HF_LMA : 0;
    h |= env->cr4 & CR4_OSFXSR ? HF_OSFXSR : 0;
    h |= env->cr4 & CR4_UMIP ? HF_UMIP : 0;
    if (env->cr4 & CR4_OSXSAVE) {
        h |= HF_OSXSAVE | ((env->xcr0 & 6) == 6 ? HF_AVX : 0);
    }
    return h;
}

/* SDM vol. 1, 10.2.3: flags in bits 5:0, DAZ in 6, masks of the flags in 12:7, FTZ in 15.
 */
static uint32_t simd_hflags(const CPUX86State *env)
{
    enum { DAZ = 1 << 6, FTZ = 1 << 15 };
    return (~env->mxcsr >> 7 & 0x3f ? HF_SIMD_UNMASKED : 0) |
           (env->mxcsr & (DAZ | FTZ) ? HF_SIMD_FLUSHES : 0);
}

void x86_set_mxcsr(CPUX86State *env, uint32_t val)
{
    env->mxcsr = val;
    if (simd_hflags(env) != (env->hflags & (HF_SIMD_UNMASKED | HF_SIMD_FLUSHES))) {
        x86_update_hflags(env);
    }
}

static bool has_unmasked_x87(const CPUX86State *env)
{
    return ~env->x87.cw & FLOAT_ALL_FLAGS;
}

void x86_x87_masks_changed(CPUX86State *env)
{
    if (has_unmasked_x87(env) != !!(env->hflags & HF_X87_UNMASKED)) {
        x86_update_hflags(env);
    }
}

void x86_update_hflags(CPUX86State *env)
{
    uint32_t h = segment_hflags(env) | control_hflags(env);
    unsigned cpl = 0;

    if (env->eflags & EFL_VM) {
        h |= HF_VM;
        cpl = 3;
    } else if (env->cr0 & CR0_PE) {
        cpl = env->seg[R_SS].attr >> SEG_DPL_SHIFT & 3;
    }
    h |= cpl;
    h |= env->eflags & EFL_TF ? HF_TF : 0;
    h |= env->eflags & EFL_RF ? HF_RF : 0;
    h |= env->inhibit_irq ? HF_INHIBIT : 0;
    h |= env->is_program ? HF_PROGRAM : 0;
    h |= simd_hflags(env);
    h |= has_unmasked_x87(env) ? HF_X87_UNMASKED : 0;
    h |= (env->eflags & EFL_IOPL) >> EFL_IOPL_SHIFT << HF_IOPL_SHIFT;
    h |= cpl == 3 && env->cr0 & CR0_AM && env->eflags & EFL_AC ? HF_AC : 0;
    env->hflags = h;
    env_cpu(env)->align_user = h & HF_AC;
    cpu_mode_changed(env_cpu(env), x86_mmu_idx(env));
}

static RUN_AT_FORK TBKey x86_tb_key(CPUState *cpu)
{
    CPUX86State *env = cpu_env(cpu);

    if (env->hflags & HF_CS64) {
        return (TBKey){.pc = env->rip, .flags = env->hflags};
    }
    uint64_t base = env->seg[R_CS].base;

    return (TBKey){
        .pc = (uint32_t)(base + env->rip), .cs_base = base, .flags = env->hflags};
}

static void x86_restore_state(CPUState *cpu, uint64_t pc)
{
    CPUX86State *env = cpu_env(cpu);

    env->rip = pc;
}

uint64_t x86_tsc(CPUX86State *env)
{
    if (env->is_program) { /* what is shared with it (the vDSO's data) counts so */
        return host_ticks();
    }
    uint64_t ns = env->clock ? clock_ns(env->clock) : clock_monotonic_ns();

    if (x86_tsc_hz(env) != X86_TSC_HZ) {
        ns = (u128)ns * x86_tsc_hz(env) / X86_TSC_HZ;
    }
    return ns + (uint64_t)env->tsc_offset;
}

void x86_set_tsc_hz(CPUX86State *env, uint64_t hz)
{
    uint64_t now = x86_tsc(env);

    env->tsc_hz = hz;
    env->tsc_offset += (int64_t)(now - x86_tsc(env));
}

/* --- reset: SDM vol. 3, table 9-1 --- */

static void reset_segments(CPUX86State *env)
{
    for (int r = 0; r < NR_SEGS; r++) {
        seg_set(env, r, (X86Seg){.limit = 0xffff, .attr = SEG_P | SEG_S | SEG_W | SEG_A});
    }
    seg_set(env, R_CS,
            (X86Seg){.selector = 0xf000,
                     .base = 0xffff0000,
                     .limit = 0xffff,
                     .attr = SEG_P | SEG_S | SEG_CODE | SEG_R | SEG_A});
    env->ldt = (X86Seg){.limit = 0xffff, .attr = SEG_P | SYS_LDT};
    env->tr = (X86Seg){.limit = 0xffff, .attr = SEG_P | SYS_TSS_BUSY};
    env->gdt = env->idt = (X86Table){.limit = 0xffff};
}

static void x86_reset(CPUState *cpu)
{
    CPUX86State *env = cpu_env(cpu);
    int64_t tsc_offset = env->tsc_offset;

    memset(env, 0, offsetof(CPUX86State, model));
    env->tsc_offset = tsc_offset;
    env->rip = 0xfff0;
    env->df = 1;
    env->eflags = EFL_FIXED;
    env->cr0 = CR0_ET | CR0_NW | CR0_CD;
    env->dr[6] = DR6_FIXED & 0xffffffff;
    env->dr[7] = DR7_FIXED;
    env->mxcsr = 0x1f80;
    env->xcr0 = 1;
    env->pat = 0x0007040600070406ull;
    env->x87.cw = 0x40;
    env->misc_enable = 1;
    env->old_exception = -1;
    if (env->model) {
        env->regs[R_RDX] = env->model->stepping | (env->model->model & 15) << 4 |
                           env->model->family << 8;
    }
    reset_segments(env);
    cpu->exception_index = -1;
    cpu->halted = false;
    tlb_flush(cpu);
    x86_update_breakpoints(env);
    x86_update_hflags(env);
}

void x86_take_init(CPUState *cpu)
{
    enum { BASE_BSP = 1 << 8 };
    CPUX86State *env = cpu_env(cpu);
    CPUIntc *intc = &cpu->intc;
    CPUX86State before = *env;

    x86_reset(cpu);
    memcpy(&env->star, &before.star,
           offsetof(CPUX86State, exception_next) - offsetof(CPUX86State, star));
    memcpy(env->vec, before.vec, sizeof env->vec);
    env->mxcsr = before.mxcsr;
    env->cr0 = CR0_ET | (before.cr0 & (CR0_NW | CR0_CD));
    machine_lock();
    intc->reset(intc->opaque, false);
    bool first = intc->get_base(intc->opaque) & BASE_BSP;

    machine_unlock();
    env->wait_sipi = cpu->halted = !first;
    x86_update_hflags(env);
}

static void x86_engine_attached(CPUState *cpu)
{
    x86_mapping_changed(cpu_env(cpu));
}

#define COMMON_OPS                                                                    \
    .name = "x86_64", .env_size = sizeof(CPUX86State),                                \
    .fill_guest_desc = x86_fill_guest_desc, .init_globals = x86_init_globals,         \
    .disas_size = sizeof(DisasContext), .tb_key = x86_tb_key,                         \
    .translate_start = x86_translate_start, .translate_insn = x86_translate_insn,     \
    .translate_stop = x86_translate_stop, .restore_state = x86_restore_state,         \
    .walk = x86_walk, .raise_pending = x86_raise_pending, .unaligned = x86_unaligned, \
    .dump_regs = x86_dump_regs, .disas = x86_disas, .check_target = x86_check_branch, \
    .debug_hit = x86_debug_hit, .dump_mappings = x86_dump_mappings,                   \
    .gdb_arch = "i386:x86-64", .regs = x86_regs, .nregs = X86_NREGS,                  \
    .reg_features = x86_reg_features, .nreg_features = X86_NREG_FEATURES,             \
    .reg_aliases = x86_reg_aliases

const CPUOps x86_cpu_ops = {
    COMMON_OPS,
    .reset = x86_reset,
    .engine_attached = x86_engine_attached,
    .deliver_exception = x86_deliver_exception,
    .take_interrupt = x86_take_interrupt,
    .has_work = x86_has_work,
};

const CPUOps x86_user_cpu_ops = {
    COMMON_OPS,
    .reset = x86_user_reset,
    .user_fault = x86_user_fault,
    .take_interrupt = x86_user_take_interrupt,
    .has_work = x86_user_has_work,
};
