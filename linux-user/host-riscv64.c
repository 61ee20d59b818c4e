/* Signal frames and the safe system call on riscv64 hosts. */
/* SPDX-License-Identifier: MIT */
#include "linux-user/host.h"

#include <sys/syscall.h>
#include <unistd.h>

#include "linux-user/signals.h"
#include "linux-user/task.h"
#include "util/bitops.h"

/* As in host-x86_64.c: the look at *pending and the call are one step for signals. */
__asm__(".pushsection .text\n"
        ".globl safe_syscall_asm, safe_syscall_begin, safe_syscall_end\n"
        ".globl safe_syscall_undone\n"
        ".globl host_copy, host_copy_words, host_copy_rest\n"
        ".globl host_copy_bytes, host_copy_end\n"
        ".globl host_cmpxchg, host_cmpxchg_begin, host_cmpxchg_end\n"
        ".globl host_cmpxchg_failed\n"
        ".hidden safe_syscall_asm, safe_syscall_begin, safe_syscall_end\n"
        ".hidden safe_syscall_undone\n"
        ".hidden host_copy, host_copy_words, host_copy_rest\n"
        ".hidden host_copy_bytes, host_copy_end\n"
        ".hidden host_cmpxchg, host_cmpxchg_begin, host_cmpxchg_end\n"
        ".hidden host_cmpxchg_failed\n"
        ".balign 16\n"
        "safe_syscall_asm:\n"
        "    mv   t0, a0\n"
        "    mv   a7, a1\n"
        "    mv   t1, a2\n"
        "    ld   a0, 0(t1)\n"
        "    ld   a1, 8(t1)\n"
        "    ld   a2, 16(t1)\n"
        "    ld   a3, 24(t1)\n"
        "    ld   a4, 32(t1)\n"
        "    ld   a5, 40(t1)\n"
        "safe_syscall_begin:\n"
        "    lw   t1, 0(t0)\n"
        "    bnez t1, safe_syscall_undone\n"
        "    ecall\n"
        "safe_syscall_end:\n"
        "    ret\n"
        "safe_syscall_undone:\n"
        "    li   a0, -512\n"
        "    ret\n"
        /* size_t host_copy(void *dst, const void *src, size_t n): words while both are
           aligned; a fault in one leaves it to the loop of single bytes */
        ".balign 16\n"
        "host_copy:\n"
        "    or   t0, a0, a1\n"
        "    andi t0, t0, 7\n"
        "    bnez t0, host_copy_rest\n"
        "    li   t1, 8\n"
        "host_copy_words:\n"
        "    bltu a2, t1, host_copy_rest\n"
        "    ld   t0, 0(a1)\n"
        "    sd   t0, 0(a0)\n"
        "    addi a1, a1, 8\n"
        "    addi a0, a0, 8\n"
        "    addi a2, a2, -8\n"
        "    j    host_copy_words\n"
        "host_copy_rest:\n"
        "    beqz a2, host_copy_end\n"
        "host_copy_bytes:\n"
        "    lbu  t0, 0(a1)\n"
        "    sb   t0, 0(a0)\n"
        "    addi a1, a1, 1\n"
        "    addi a0, a0, 1\n"
        "    addi a2, a2, -1\n"
        "    bnez a2, host_copy_bytes\n"
        "host_copy_end:\n"
        "    mv   a0, a2\n"
        "    ret\n"
        /* int host_cmpxchg(uint32_t *word, uint32_t expect, uint32_t new, uint32_t *seen)
         */
        ".balign 16\n"
        "host_cmpxchg:\n"
        "    sext.w a1, a1\n"
        "host_cmpxchg_begin:\n"
        "    lr.w.aqrl t0, (a0)\n"
        "    bne  t0, a1, host_cmpxchg_end\n"
        "    sc.w.rl t1, a2, (a0)\n"
        "    bnez t1, host_cmpxchg_begin\n"
        "host_cmpxchg_end:\n"
        "    sw   t0, 0(a3)\n"
        "    li   a0, 0\n"
        "    ret\n"
        "host_cmpxchg_failed:\n"
        "    li   a0, -1\n"
        "    ret\n"
        ".popsection\n");

static_assert(TASK_ERESTART == 512, "the assembly above");

int64_t safe_syscall_asm(const int *pending, long nr, const uint64_t *args);
/* Hidden: reached without the GOT. */
#define LABEL extern __attribute__((visibility("hidden"))) const char
LABEL safe_syscall_begin[], safe_syscall_end[], safe_syscall_undone[];
LABEL host_copy_words[], host_copy_rest[], host_copy_bytes[], host_copy_end[];
LABEL host_cmpxchg_begin[], host_cmpxchg_end[], host_cmpxchg_failed[];

int64_t host_safe_syscall(TaskState *ts, long nr, const uint64_t args[6])
{
    return safe_syscall_asm(&ts->signal_pending, nr, args);
}

/* Where the kernel's struct user_regs_struct has them: x0's place is the pc's. */
enum { GREG_PC = 0, GREG_SP = 2, GREG_T0 = 5, GREG_A0 = 10 };

uintptr_t host_frame_pc(const ucontext_t *uc)
{
    return uc->uc_mcontext.__gregs[GREG_PC];
}

void host_frame_set_pc(ucontext_t *uc, uintptr_t pc)
{
    uc->uc_mcontext.__gregs[GREG_PC] = pc;
}

/*
 * The frame does not tell the direction. The instruction does (unprivileged
 * specification, "RV32/64G Instruction Set Listings" and "RVC Instruction Set Listings"):
 * stores have the major opcodes STORE and STORE-FP, of AMO all but LR write; compressed
 * stores have a funct3 of 5 to 7 in quadrants 0 and 2.
 */
static bool insn_writes(const uint16_t *pc)
{
    uint32_t insn = pc[0];

    switch (extract32(insn, 0, 2)) {
    case 0:
    case 2:
        return extract32(insn, 13, 3) >= 5;
    case 1:
        return false;
    default:
        break;
    }
    insn |= (uint32_t)pc[1] << 16;
    switch (extract32(insn, 0, 7)) {
    case 0x23:
    case 0x27:
        return true;
    case 0x2f:
        return extract32(insn, 27, 5) != 2;
    default:
        return false;
    }
}

void host_frame_fault(const siginfo_t *si, const ucontext_t *uc, UserFault *out)
{
    *out = (UserFault){
        .addr = (uintptr_t)si->si_addr,
        .access = insn_writes((const void *)host_frame_pc(uc)) ? MMU_WRITE : MMU_READ,
        .kind = host_fault_kind(si),
    };
}

void host_frame_call(ucontext_t *uc, void (*fn)(CPUState *), CPUState *arg)
{
    uc->uc_mcontext.__gregs[GREG_SP] &= ~15ul;
    uc->uc_mcontext.__gregs[GREG_A0] = (uintptr_t)arg;
    host_frame_set_pc(uc, (uintptr_t)fn);
}

/* The pc of the fault goes to t0 (TCGBackend.fault_entry). */
void host_frame_fault_entry(ucontext_t *uc)
{
    uc->uc_mcontext.__gregs[GREG_T0] = host_frame_pc(uc);
    host_frame_set_pc(uc, (uintptr_t)user_fault_entry());
}

const HostWayOut host_copy_ways_out[] = {
    {host_copy_words, host_copy_rest, host_copy_rest},
    {host_copy_bytes, host_copy_end, host_copy_end},
    {host_cmpxchg_begin, host_cmpxchg_end, host_cmpxchg_failed},
    {NULL },
};
const HostWayOut host_syscall_way_out = {safe_syscall_begin, safe_syscall_end,
                                         safe_syscall_undone};

struct KernelSigaction {
    void (*handler)(int, siginfo_t *, void *);
    unsigned long flags;
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
