/* Signal frames and the safe system call on aarch64 hosts. */
/* SPDX-License-Identifier: MIT */
#include "linux-user/host.h"

#include <asm/sigcontext.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "linux-user/signals.h"
#include "linux-user/task.h"

/* As in host-x86_64.c: the look at *pending and the call are one step for signals. */
__asm__(".pushsection .text\n"
        ".balign 16\n"
        "safe_syscall_asm:\n"
        "    mov  x9, x0\n"
        "    mov  x8, x1\n"
        "    mov  x10, x2\n"
        "    ldp  x0, x1, [x10]\n"
        "    ldp  x2, x3, [x10, #16]\n"
        "    ldp  x4, x5, [x10, #32]\n"
        "safe_syscall_begin:\n"
        "    ldr  w10, [x9]\n"
        "    cbnz w10, safe_syscall_undone\n"
        "    svc  #0\n"
        "safe_syscall_end:\n"
        "    ret\n"
        "safe_syscall_undone:\n"
        "    mov  x0, #-512\n"
        "    ret\n"
        /* size_t host_copy(void *dst, const void *src, size_t n) */
        ".balign 16\n"
        ".globl host_copy\n"
        "host_copy:\n"
        "    cbz  x2, host_copy_end\n"
        "host_copy_begin:\n"
        "    ldrb w3, [x1], #1\n"
        "    strb w3, [x0], #1\n"
        "    subs x2, x2, #1\n"
        "    b.ne host_copy_begin\n"
        "host_copy_end:\n"
        "    mov  x0, x2\n"
        "    ret\n"
        ".popsection\n");

static_assert(TASK_ERESTART == 512, "the assembly above");

int64_t safe_syscall_asm(const int *pending, long nr, const uint64_t *args);
extern const char safe_syscall_begin[], safe_syscall_end[], safe_syscall_undone[];
extern const char host_copy_begin[], host_copy_end[];

int64_t host_safe_syscall(TaskState *ts, long nr, const uint64_t args[6])
{
    return safe_syscall_asm(&ts->signal_pending, nr, args);
}

uintptr_t host_frame_pc(const ucontext_t *uc)
{
    return uc->uc_mcontext.pc;
}

/* Arm ARM, ESR_EL1 of a data abort: exception class 0x24, bit WnR. */
static bool is_write(const ucontext_t *uc)
{
    const uint8_t *p = (const uint8_t *)uc->uc_mcontext.__reserved;

    for (;;) {
        const struct _aarch64_ctx *head = (const void *)p;

        if (head->magic == ESR_MAGIC) {
            uint64_t esr = ((const struct esr_context *)head)->esr;

            return esr >> 26 == 0x24 && esr & 1 << 6;
        }
        if (!head->magic || !head->size) {
            return false;
        }
        p += head->size;
    }
}

void host_frame_fault(const siginfo_t *si, const ucontext_t *uc, UserFault *out)
{
    *out = (UserFault){
        .addr = (uintptr_t)si->si_addr,
        .access = is_write(uc) ? MMU_WRITE : MMU_READ,
        .kind = si->si_signo == SIGBUS       ? USER_FAULT_BUS
                : si->si_code == SEGV_MAPERR ? USER_FAULT_UNMAPPED
                                             : USER_FAULT_FORBIDDEN,
    };
}

void host_frame_call(ucontext_t *uc, void (*fn)(CPUState *), CPUState *arg)
{
    uc->uc_mcontext.sp &= ~UINT64_C(15);
    uc->uc_mcontext.regs[0] = (uintptr_t)arg;
    uc->uc_mcontext.pc = (uintptr_t)fn;
}

/* The pc of the fault goes to x16 (TCGBackend.fault_entry). */
void host_frame_fault_entry(ucontext_t *uc)
{
    uc->uc_mcontext.regs[16] = uc->uc_mcontext.pc;
    uc->uc_mcontext.pc = (uintptr_t)user_fault_entry();
}

bool host_frame_copy_failed(ucontext_t *uc)
{
    uintptr_t pc = uc->uc_mcontext.pc;

    if (pc < (uintptr_t)host_copy_begin || pc >= (uintptr_t)host_copy_end) {
        return false;
    }
    uc->uc_mcontext.pc = (uintptr_t)host_copy_end;
    return true;
}

void host_frame_leave_syscall(ucontext_t *uc)
{
    uintptr_t pc = uc->uc_mcontext.pc;

    if (pc >= (uintptr_t)safe_syscall_begin && pc < (uintptr_t)safe_syscall_end) {
        uc->uc_mcontext.pc = (uintptr_t)safe_syscall_undone;
    }
}

struct KernelSigaction {
    void (*handler)(int, siginfo_t *, void *);
    unsigned long flags;
    const void *restorer;
    uint64_t mask;
};

void host_sigaction(int sig, void (*handler)(int, siginfo_t *, void *), int flags)
{
    struct KernelSigaction sa = {
        .handler = handler,
        .flags = (unsigned)flags | SA_SIGINFO,
        .mask = ~SIGNALS_OF_FAULTS,
    };

    syscall(SYS_rt_sigaction, sig, &sa, NULL, sizeof sa.mask);
}
