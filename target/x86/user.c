/* The vCPU of a program: the state that a kernel would have made, and its exceptions. */
/* SPDX-License-Identifier: MIT */
#include "target/x86/user.h"

#include "target/x86/cpuid.h"
#include "target/x86/excp.h"
#include "target/x86/helpers.h"
#include "target/x86/seg.h"

/*
 * The descriptors of Linux's GDT that a program can load. Program and emulator share an
 * address space, so the vCPU reads them here. Accessed bits are set: nobody writes.
 */
static const uint64_t linux_gdt[] = {
    [4] = 0x00cffb000000ffff, /* 0x23: 32-bit code */
    [5] = 0x00cff3000000ffff, /* 0x2b: data */
    [6] = 0x00affb000000ffff, /* 0x33: 64-bit code */
};

void x86_user_reset(CPUState *cpu)
{
    CPUX86State *env = cpu_env(cpu);

    x86_cpu_ops.reset(cpu);
    env->is_program = true;
    env->cr0 = CR0_PE | CR0_MP | CR0_ET | CR0_NE | CR0_WP | CR0_AM | CR0_PG;
    env->cr4 = CR4_PAE | CR4_OSFXSR | CR4_OSXMMEXCPT;
    if (x86_model_has(env->model, X86_FEAT_FSGSBASE)) {
        env->cr4 |= CR4_FSGSBASE;
    }
    if (x86_model_has(env->model, X86_FEAT_XSAVE)) {
        env->cr4 |= CR4_OSXSAVE;
        env->xcr0 = x86_xcr0_supported(env);
    }
    env->efer = EFER_SCE | EFER_LME | EFER_LMA | EFER_NXE;
    env->gdt = (X86Table){.base = (uintptr_t)linux_gdt, .limit = sizeof linux_gdt - 1};
    for (int r = 0; r < NR_SEGS; r++) {
        seg_set(env, r, (X86Seg){0});
    }
    seg_set(env, R_CS, seg_from_desc(0x33, linux_gdt[6]));
    seg_set(env, R_SS, seg_from_desc(0x2b, linux_gdt[5]));
    memset(env->regs, 0, sizeof env->regs);
    env->x87.cw = 0x37f;
    env->x87.empty = 0xff;
    x86_set_eflags(env, EFL_FIXED | EFL_IF);
}

/* Linux hides from programs what is mapped from here on (its TASK_SIZE_MAX). */
#define LINUX_TASK_END UINT64_C(0x7ffffffff000)

/* SDM vol. 3, 4.7: error code of a page fault. */
void x86_user_fault(CPUState *cpu, vaddr va, MMUAccess acc, bool present, bool general)
{
    CPUX86State *env = cpu_env(cpu);

    env->has_error_code = true;
    env->error_code = 0;
    if (general) {
        cpu->exception_index = x86_is_stack_fault(env) ? EXCP_SS : EXCP_GP;
        return;
    }
    env->fault_cr2 = va;
    env->error_code = PF_USER | (present || va >= LINUX_TASK_END ? PF_PRESENT : 0) |
                      (acc == MMU_WRITE ? PF_WRITE : 0) |
                      (acc == MMU_EXEC ? PF_FETCH : 0);
    cpu->exception_index = EXCP_PF;
}

bool x86_user_take_interrupt(CPUState *cpu, uint32_t pending)
{
    return false;
}

bool x86_user_has_work(CPUState *cpu)
{
    return true;
}

void x86_user_set_base(CPUX86State *env, int seg, uint64_t base)
{
    X86Seg s = env->seg[seg];

    s.base = base;
    seg_set(env, seg, s);
}

RUN_AT_FORK void helper_program_syscall(CPUX86State *env, uint64_t next)
{
    CPUState *cpu = env_cpu(env);

    env->rip = next;
    int index = cpu->syscall_in_code ? cpu->syscall_in_code(cpu) : CPU_EXCP_SYSCALL;

    if (unlikely(index >= 0)) {
        cpu->exception_index = index;
        cpu_loop_exit(cpu);
    }
}
