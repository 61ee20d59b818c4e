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
        ".globl safe_syscall_asm, safe_syscall_begin, safe_syscall_end\n"
        ".globl safe_syscall_undone, host_call_keeping\n"
        ".globl host_copy, host_copy_blocks, host_copy_rest\n"
        ".globl host_copy_bytes, host_copy_end\n"
        ".globl host_cmpxchg, host_cmpxchg_begin, host_cmpxchg_end\n"
        ".globl host_cmpxchg_failed\n"
        ".hidden safe_syscall_asm, safe_syscall_begin, safe_syscall_end\n"
        ".hidden safe_syscall_undone, host_call_keeping\n"
        ".hidden host_copy, host_copy_blocks, host_copy_rest\n"
        ".hidden host_copy_bytes, host_copy_end\n"
        ".hidden host_cmpxchg, host_cmpxchg_begin, host_cmpxchg_end\n"
        ".hidden host_cmpxchg_failed\n"
        ".balign 16\n"
        "safe_syscall_asm:\n"
        "    mov  x7, x0\n"
        "    mov  x8, x1\n"
        "    mov  x10, x2\n"
        "    ldp  x0, x1, [x10]\n"
        "    ldp  x2, x3, [x10, #16]\n"
        "    ldp  x4, x5, [x10, #32]\n"
        "safe_syscall_begin:\n" /* called by syscall-short.c, too */
        "    ldr  w6, [x7]\n"
        "    cbnz w6, safe_syscall_undone\n"
        "    svc  #0\n"
        "safe_syscall_end:\n"
        "    ret\n"
        "safe_syscall_undone:\n"
        "    mov  x0, #-512\n"
        "    ret\n"
        /* Calls x6, for syscall-short.c; x7 and what units have in registers stay. */
        ".balign 16\n"
        "host_call_keeping:\n"
        "    stp  x29, x30, [sp, #-480]!\n"
        "    mov  x29, sp\n"
        "    stp  x7, x8, [sp, #16]\n"
        "    stp  x9, x10, [sp, #32]\n"
        "    stp  x11, x12, [sp, #48]\n"
        "    stp  x13, x14, [sp, #64]\n"
        "    str  x15, [sp, #80]\n"
        "    stp  q8, q9, [sp, #96]\n"
        "    stp  q10, q11, [sp, #128]\n"
        "    stp  q12, q13, [sp, #160]\n"
        "    stp  q14, q15, [sp, #192]\n"
        "    stp  q16, q17, [sp, #224]\n"
        "    stp  q18, q19, [sp, #256]\n"
        "    stp  q20, q21, [sp, #288]\n"
        "    stp  q22, q23, [sp, #320]\n"
        "    stp  q24, q25, [sp, #352]\n"
        "    stp  q26, q27, [sp, #384]\n"
        "    stp  q28, q29, [sp, #416]\n"
        "    stp  q30, q31, [sp, #448]\n"
        "    blr  x6\n"
        "    ldp  x7, x8, [sp, #16]\n"
        "    ldp  x9, x10, [sp, #32]\n"
        "    ldp  x11, x12, [sp, #48]\n"
        "    ldp  x13, x14, [sp, #64]\n"
        "    ldr  x15, [sp, #80]\n"
        "    ldp  q8, q9, [sp, #96]\n"
        "    ldp  q10, q11, [sp, #128]\n"
        "    ldp  q12, q13, [sp, #160]\n"
        "    ldp  q14, q15, [sp, #192]\n"
        "    ldp  q16, q17, [sp, #224]\n"
        "    ldp  q18, q19, [sp, #256]\n"
        "    ldp  q20, q21, [sp, #288]\n"
        "    ldp  q22, q23, [sp, #320]\n"
        "    ldp  q24, q25, [sp, #352]\n"
        "    ldp  q26, q27, [sp, #384]\n"
        "    ldp  q28, q29, [sp, #416]\n"
        "    ldp  q30, q31, [sp, #448]\n"
        "    ldp  x29, x30, [sp], #480\n"
        "    ret\n"
        /* size_t host_copy(void *dst, const void *src, size_t n): blocks of 16 bytes; a
           fault in one leaves it to the loop of single bytes */
        ".balign 16\n"
        "host_copy:\n"
        "    subs x2, x2, #16\n"
        "    b.lo host_copy_rest\n"
        "host_copy_blocks:\n"
        "    ldp  x3, x4, [x1]\n"
        "    stp  x3, x4, [x0]\n"
        "    add  x1, x1, #16\n"
        "    add  x0, x0, #16\n"
        "    subs x2, x2, #16\n"
        "    b.hs host_copy_blocks\n"
        "host_copy_rest:\n"
        "    adds x2, x2, #16\n"
        "    b.eq host_copy_end\n"
        "host_copy_bytes:\n"
        "    ldrb w3, [x1], #1\n"
        "    strb w3, [x0], #1\n"
        "    subs x2, x2, #1\n"
        "    b.ne host_copy_bytes\n"
        "host_copy_end:\n"
        "    mov  x0, x2\n"
        "    ret\n"
        /* int host_cmpxchg(uint32_t *word, uint32_t expect, uint32_t new, uint32_t *seen)
         */
        ".balign 16\n"
        "host_cmpxchg:\n"
        "host_cmpxchg_begin:\n"
        "    ldaxr w4, [x0]\n"
        "    cmp  w4, w1\n"
        "    b.ne host_cmpxchg_end\n"
        "    stlxr w5, w2, [x0]\n"
        "    cbnz w5, host_cmpxchg_begin\n"
        "host_cmpxchg_end:\n"
        "    str  w4, [x3]\n"
        "    mov  w0, #0\n"
        "    ret\n"
        "host_cmpxchg_failed:\n"
        "    mov  w0, #-1\n"
        "    ret\n"
        ".popsection\n");

static_assert(TASK_ERESTART == 512, "the assembly above");

int64_t safe_syscall_asm(const int *pending, long nr, const uint64_t *args);
/* Hidden: the linker gives local symbols of one section one entry of the GOT. */
#define LABEL extern __attribute__((visibility("hidden"))) const char
LABEL safe_syscall_begin[], safe_syscall_end[], safe_syscall_undone[];
LABEL host_copy_blocks[], host_copy_rest[], host_copy_bytes[], host_copy_end[];
LABEL host_cmpxchg_begin[], host_cmpxchg_end[], host_cmpxchg_failed[];

int64_t host_safe_syscall(TaskState *ts, long nr, const uint64_t args[6])
{
    return safe_syscall_asm(&ts->signal_pending, nr, args);
}

uintptr_t host_frame_pc(const ucontext_t *uc)
{
    return uc->uc_mcontext.pc;
}

void host_frame_set_pc(ucontext_t *uc, uintptr_t pc)
{
    uc->uc_mcontext.pc = pc;
}

static uint32_t bits(uint32_t insn, unsigned low, unsigned n)
{
    return insn >> low & ((1u << n) - 1);
}

/*
 * Arm ARM, C4.1 "Loads and stores": bits 29:27 and 25:24 tell the class, and in most a
 * bit L or a field opc the direction. DC ZVA is memset()'s.
 */
static bool insn_writes(uint32_t insn)
{
    bool l = insn >> 22 & 1, vector = insn >> 26 & 1, b21 = insn >> 21 & 1;
    uint32_t opc = bits(insn, 22, 2), low = bits(insn, 10, 2);

    if ((insn & ~31u) == 0xd50b7420) {
        return true;
    }
    switch (bits(insn, 27, 3)) {
    case 1: /* structures; exclusive and ordered, CAS and CASP among them */
        return !l || (!vector && b21 && (insn >> 23 & 1 || !(insn >> 31)));
    case 3: /* literals; ordered with an offset */
        return insn >> 24 & 1 && !opc;
    case 5: /* pairs */
        return !l;
    case 7: /* atomics, but for LDAPR; all the others */
        if (!vector && !(insn >> 24 & 1) && b21 && low == 0) {
            return bits(insn, 12, 4) != 12 || opc != 2;
        }
        return vector ? !l : !opc;
    default:
        return false;
    }
}

/* LDXR, LDAXR: of a locked access, which is a write as a whole. */
static bool insn_is_exclusive(uint32_t insn)
{
    return (insn & 0x3fe00000) == 0x08400000;
}

/* Arm ARM, ESR_EL1 of a data abort: exception class 0x24, bit WnR. Without it (emulators
 * leave it out) the instruction tells. */
static bool is_write(const ucontext_t *uc)
{
    const uint8_t *p = (const uint8_t *)uc->uc_mcontext.__reserved;
    const uint32_t *pc = (const void *)(uintptr_t)uc->uc_mcontext.pc;

    if (insn_is_exclusive(*pc)) {
        return true;
    }
    for (;;) {
        const struct _aarch64_ctx *head = (const void *)p;

        if (head->magic == ESR_MAGIC) {
            uint64_t esr = ((const struct esr_context *)head)->esr;

            return esr >> 26 == 0x24 && esr & 1 << 6;
        }
        if (!head->magic || !head->size) {
            return insn_writes(*pc);
        }
        p += head->size;
    }
}

void host_frame_fault(const siginfo_t *si, const ucontext_t *uc, UserFault *out)
{
    *out = (UserFault){
        .addr = (uintptr_t)si->si_addr,
        .access = is_write(uc) ? MMU_WRITE : MMU_READ,
        .kind = host_fault_kind(si),
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

const HostWayOut host_copy_ways_out[] = {
    {host_copy_blocks, host_copy_rest, host_copy_rest},
    {host_copy_bytes,  host_copy_end, host_copy_end},
    {host_cmpxchg_begin,  host_cmpxchg_end, host_cmpxchg_failed},
    {NULL  },
};
const HostWayOut host_syscall_way_out = {safe_syscall_begin, safe_syscall_end,
                                         safe_syscall_undone};

/* The top byte of a faulting address is to be seen: it is none of the guest's. */
#define EXPOSE_TAGBITS 0x800

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
        .flags = (unsigned)flags | SA_SIGINFO | EXPOSE_TAGBITS,
        .mask = ~SIGNALS_OF_FAULTS,
    };

    syscall(SYS_rt_sigaction, sig, &sa, NULL, sizeof sa.mask);
}
