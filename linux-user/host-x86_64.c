/* Signal frames and the safe system call on x86_64 hosts. */
/* SPDX-License-Identifier: MIT */
#include "linux-user/host.h"

#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "linux-user/signals.h"
#include "linux-user/task.h"

/*
 * safe_syscall_asm(const int *pending, long nr, const uint64_t args[6]). A signal handler
 * that finds the pc between begin and end (of a call that is to be restarted the kernel
 * leaves it on the instruction) moves it to `undone`: the look at *pending and the call
 * are one step for signals.
 *
 * Labels that C names are global: with -flto the linker makes C's code apart from them.
 */
__asm__(".pushsection .text\n"
        ".globl safe_syscall_asm, safe_syscall_begin, safe_syscall_end\n"
        ".globl safe_syscall_undone, host_sigreturn\n"
        ".globl host_copy, host_copy_begin, host_copy_end\n"
        ".globl host_cmpxchg, host_cmpxchg_begin, host_cmpxchg_failed\n"
        ".hidden safe_syscall_asm, safe_syscall_begin, safe_syscall_end\n"
        ".hidden safe_syscall_undone, host_sigreturn\n"
        ".hidden host_copy, host_copy_begin, host_copy_end\n"
        ".hidden host_cmpxchg, host_cmpxchg_begin, host_cmpxchg_failed\n"
        ".balign 16\n"
        "safe_syscall_asm:\n"
        "    push %rbx\n"
        "    mov  %rdi, %rbx\n"
        "    mov  %rsi, %rax\n"
        "    mov  %rdx, %r11\n"
        "    mov  (%r11), %rdi\n"
        "    mov  8(%r11), %rsi\n"
        "    mov  16(%r11), %rdx\n"
        "    mov  24(%r11), %r10\n"
        "    mov  32(%r11), %r8\n"
        "    mov  40(%r11), %r9\n"
        "safe_syscall_begin:\n"
        "    cmpl $0, (%rbx)\n"
        "    jne  safe_syscall_undone\n"
        "    syscall\n"
        "safe_syscall_end:\n"
        "    pop  %rbx\n"
        "    ret\n"
        "safe_syscall_undone:\n"
        "    mov  $-512, %rax\n"
        "    pop  %rbx\n"
        "    ret\n"
        /* size_t host_copy(void *dst, const void *src, size_t n) */
        ".balign 16\n"
        "host_copy:\n"
        "    mov  %rdx, %rcx\n"
        "host_copy_begin:\n"
        "    rep  movsb\n"
        "host_copy_end:\n"
        "    mov  %rcx, %rax\n"
        "    ret\n"
        /* int host_cmpxchg(uint32_t *word, uint32_t expect, uint32_t new, uint32_t *seen)
         */
        ".balign 16\n"
        "host_cmpxchg:\n"
        "    mov  %esi, %eax\n"
        "host_cmpxchg_begin:\n"
        "    lock cmpxchg %edx, (%rdi)\n"
        "    mov  %eax, (%rcx)\n"
        "    xor  %eax, %eax\n"
        "    ret\n"
        "host_cmpxchg_failed:\n"
        "    mov  $-1, %eax\n"
        "    ret\n"
        ".balign 16\n"
        "host_sigreturn:\n"
        "    mov  $15, %eax\n"
        "    syscall\n"
        ".popsection\n");

static_assert(TASK_ERESTART == 512, "the assembly above");

/*
 * Where a static program is entered (meson.build). Nearly every page of the data is going
 * to be written, if only since libc relocates tables there; most of the code is used, and
 * some of the stack. A page fault for each costs several times what the pages cost that
 * come at once: madvise(POPULATE_READ, POPULATE_WRITE), which kernels before 5.14 refuse.
 * rdx and the stack are what _start wants to see.
 */
__asm__(".pushsection .text\n"
        ".globl host_start\n"
        "host_start:\n"
        "    mov  %rdx, %r8\n"
        "    lea  __executable_start(%rip), %rdi\n"
        "    lea  etext(%rip), %rsi\n"
        "    mov  $22, %edx\n"
        "    call host_populate_range\n"
        "    lea  __init_array_start(%rip), %rdi\n"
        "    lea  _end(%rip), %rsi\n"
        "    mov  $23, %edx\n"
        "    call host_populate_range\n"
        "    lea  -32768(%rsp), %rdi\n"
        "    mov  %rsp, %rsi\n"
        "    mov  $23, %edx\n"
        "    call host_populate_range\n"
        "    mov  %r8, %rdx\n"
        "    jmp  _start\n"
        "host_populate_range:\n" /* from rdi to rsi, advice in edx */
        "    and  $-4096, %rdi\n"
        "    sub  %rdi, %rsi\n"
        "    mov  $28, %eax\n"
        "    syscall\n"
        "    ret\n"
        ".popsection\n");

int64_t safe_syscall_asm(const int *pending, long nr, const uint64_t *args);
extern const char safe_syscall_begin[], safe_syscall_end[], safe_syscall_undone[];
extern const char host_copy_begin[], host_copy_end[], host_sigreturn[];
extern const char host_cmpxchg_begin[], host_cmpxchg_failed[];

int64_t host_safe_syscall(TaskState *ts, long nr, const uint64_t args[6])
{
    return safe_syscall_asm(&ts->signal_pending, nr, args);
}

uintptr_t host_frame_pc(const ucontext_t *uc)
{
    return uc->uc_mcontext.gregs[REG_RIP];
}

void host_frame_set_pc(ucontext_t *uc, uintptr_t pc)
{
    uc->uc_mcontext.gregs[REG_RIP] = (greg_t)pc;
}

void host_frame_fault(const siginfo_t *si, const ucontext_t *uc, UserFault *out)
{
    enum { TRAP_SS = 12, TRAP_GP = 13, TRAP_PF = 14, ERR_WRITE = 2 };
    const greg_t *r = uc->uc_mcontext.gregs;
    bool write = r[REG_TRAPNO] == TRAP_PF && r[REG_ERR] & ERR_WRITE;

    *out = (UserFault){
        .addr = (uintptr_t)si->si_addr,
        .access = write ? MMU_WRITE : MMU_READ,
    };
    if (si->si_signo == SIGFPE) {
        out->kind = USER_FAULT_FP;
    } else if (r[REG_TRAPNO] == TRAP_GP || r[REG_TRAPNO] == TRAP_SS) {
        out->kind = USER_FAULT_GENERAL;
    } else if (si->si_signo == SIGBUS) {
        out->kind = USER_FAULT_BUS;
    } else {
        out->kind =
            si->si_code == SEGV_MAPERR ? USER_FAULT_UNMAPPED : USER_FAULT_FORBIDDEN;
    }
}

void host_frame_call(ucontext_t *uc, void (*fn)(CPUState *), CPUState *arg)
{
    greg_t *r = uc->uc_mcontext.gregs;

    r[REG_RSP] = ((r[REG_RSP] - 128) & ~15) - 8; /* red zone; as after a call */
    r[REG_RDI] = (uintptr_t)arg;
    r[REG_RIP] = (uintptr_t)fn;
    r[REG_EFL] &= ~0x400; /* DF */
}

void host_frame_fault_entry(ucontext_t *uc)
{
    greg_t *r = uc->uc_mcontext.gregs;

    r[REG_R10] = r[REG_RIP];
    r[REG_RIP] = (uintptr_t)user_fault_entry();
    r[REG_EFL] &= ~0x400;
}

const HostWayOut host_copy_ways_out[] = {
    {host_copy_begin,    host_copy_begin + 1, host_copy_end},
    {host_cmpxchg_begin,     host_cmpxchg_begin + 1, host_cmpxchg_failed},
    {NULL},
};
const HostWayOut host_syscall_way_out = {safe_syscall_begin, safe_syscall_end,
                                         safe_syscall_undone};

struct KernelSigaction {
    void (*handler)(int, siginfo_t *, void *);
    unsigned long flags;
    const void *restorer;
    uint64_t mask;
};

void host_sigaction(int sig, void (*handler)(int, siginfo_t *, void *), int flags)
{
    enum { SA_RESTORER_FLAG = 0x04000000 };
    struct KernelSigaction sa = {
        .handler = handler,
        .flags = (unsigned)flags | SA_SIGINFO | SA_RESTORER_FLAG,
        .restorer = host_sigreturn,
        .mask = ~SIGNALS_OF_FAULTS,
    };

    syscall(SYS_rt_sigaction, sig, &sa, NULL, sizeof sa.mask);
}
