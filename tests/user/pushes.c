/* User program: pushes and pops in a row, each of which may fault: what the handler sees,
 * and what comes out. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <ucontext.h>

/* Three pages; the first and the last cannot be accessed until somebody tries. */
enum { PAGE = 4096, AREA = 0x60000000, BOTTOM = AREA + PAGE, TOP = BOTTOM + PAGE };
enum { FLAGS = 0x8d5, PLACES = 28 };

/* In and out: rax rcx rdx rbx rbp r8 r9 r10 r12, and RSP as it was left. */
uint64_t seq_regs[9], seq_rsp, seq_saved[8];

/* name(rsp) does what `body` says with that stack. */
#define SEQUENCE(name, body)                                                            \
    void name(uint64_t rsp);                                                            \
    asm(".text\n" #name ":\n"                                                           \
        "mov %rsp, seq_saved; mov %rbx, seq_saved + 8; mov %rbp, seq_saved + 16\n"      \
        "mov %r12, seq_saved + 24; mov %rdi, %rsp\n"                                    \
        "mov seq_regs, %rax; mov seq_regs + 8, %rcx; mov seq_regs + 16, %rdx\n"         \
        "mov seq_regs + 24, %rbx; mov seq_regs + 32, %rbp; mov seq_regs + 40, %r8\n"    \
        "mov seq_regs + 48, %r9; mov seq_regs + 56, %r10; mov seq_regs + 64, %r12\n"    \
        "cmp $0x55, %al\n" body "\n"                                                    \
        "mov %rsp, seq_rsp; mov seq_saved, %rsp\n"                                      \
        "mov %rax, seq_regs; mov %rcx, seq_regs + 8; mov %rdx, seq_regs + 16\n"         \
        "mov %rbx, seq_regs + 24; mov %rbp, seq_regs + 32; mov %r8, seq_regs + 40\n"    \
        "mov %r9, seq_regs + 48; mov %r10, seq_regs + 56; mov %r12, seq_regs + 64\n"    \
        "mov seq_saved + 8, %rbx; mov seq_saved + 16, %rbp; mov seq_saved + 24, %r12\n" \
        "ret")

#define PUSHES4 "push %rax; push %rcx; push %r10; push %r12;"
#define POPS4   "pop %rax; pop %rcx; pop %r10; pop %r12;"

SEQUENCE(seq_push, PUSHES4 "push $0x1234; push $-5; push %rdx");
SEQUENCE(seq_pop, POPS4 "pop %rdx; pop %r8");
SEQUENCE(seq_many, PUSHES4 PUSHES4 PUSHES4 PUSHES4 PUSHES4);
SEQUENCE(seq_many_back, POPS4 POPS4 POPS4 POPS4 POPS4);
SEQUENCE(seq_rsp_itself,
         "push %rax; push %rsp; push %rcx; mov %rsp, %r9; push %rdx; lea 8(%rsp), %r10;"
         "push %r10; push (%rsp); push 16(%rsp); add %rsp, %rax; push %rax");
SEQUENCE(seq_pop_rsp, "pop %rax; pop %rcx; pop %rsp; pop %rdx; push %r8; push %rax");
SEQUENCE(seq_memory,
         "push %rax; mov 8(%rsp), %rdx; push %rdx; mov %ecx, -12(%rsp); pop (%rsp);"
         "pop 8(%rsp); push %rbx; addq $3, (%rsp); push %rbp; movzbl 9(%rsp), %r8d;"
         "mov $1, %ecx; push (%rsp,%rcx,8); lea (%rsp,%rcx,4), %r9; pop %rax; pop %rbx");
SEQUENCE(seq_call,
         "push %rax; call 1f; push %r9; jmp 2f;"
         "1: push %rbp; mov %rsp, %rbp; push %rbx; push %r12; sub $24, %rsp; mov %rax, "
         "8(%rsp);"
         "xor %ebx, %ebx; add $24, %rsp; pop %r12; pop %rbx; pop %rbp; ret; 2: pop %rdx");
SEQUENCE(seq_ret,
         "lea 1f(%rip), %rax; push %rcx; push %rdx; push %rax; ret $16; 1: pop %rbx");
SEQUENCE(seq_leave,
         "push %rbp; mov %rsp, %rbp; push %rbx; push %rcx; leave; pop %rdx; push %rcx");
SEQUENCE(seq_enter, "push %rax; enter $32, $0; push %rax; leave; push %rcx");
SEQUENCE(seq_words,
         "pushw %ax; pushw %cx; popw %dx; push %rbx; pushw $7; popw %r8w; pop %r9");
SEQUENCE(seq_flags,
         "push %rax; push %rcx; je 1f; push %rdx; pushf; pop %r8; 1: pop %rbx;"
         "cmp %rax, %rbx; push %rcx; push %rdx; setne %al; adc %ecx, %edx; push %rdx");
SEQUENCE(seq_join, "push %rax; test $1, %cl; jz 1f; push %rcx; push %rdx; pop %rbx;"
                   "1: push %rbp; pop %rcx; pop %rdx");
SEQUENCE(seq_locked, "push %rax; xchg %rcx, (%rsp); push %rdx; lock xaddq %rbx, (%rsp);"
                     "push %r8; lock incq 8(%rsp); push %rax; movups (%rsp), %xmm0;"
                     "push %rcx; movups %xmm0, -16(%rsp); pop %rdx");
SEQUENCE(seq_system, "push %rax; push %rdx; mov $-1, %eax; syscall; pop %rdx; push %rax;"
                     "mov $0, %ecx; push %r9");

SEQUENCE(seq_by_rsp, "mov %rax, 8(%rsp); push %rcx");
SEQUENCE(seq_by_rbp, "mov %rsp, %rbp; push %rax; mov %ecx, (%rbp); push %rdx");
SEQUENCE(seq_by_rax, "push %rcx; mov %rsp, %rax; push %rcx; mov %rcx, (%rax)");
SEQUENCE(seq_push_far, "push %rcx; movabs $0x123456789abcdef0, %rax; push (%rax)");
SEQUENCE(seq_push_far_rbp, "push %rcx; movabs $0x123456789abcdef0, %rbp; push (%rbp)");
SEQUENCE(seq_pop_far, "pop %rcx; movabs $0x123456789abcdef0, %rax; pop (%rax)");
SEQUENCE(seq_unaligned, "push %rcx; movaps 4(%rsp), %xmm0");

static const struct {
    const char *name;
    void (*run)(uint64_t rsp);
} sequences[] = {
#define S(name)     \
    {               \
#name, name \
    }
    S(seq_push),       S(seq_pop),       S(seq_many),     S(seq_many_back),
    S(seq_rsp_itself), S(seq_pop_rsp),   S(seq_memory),   S(seq_call),
    S(seq_ret),        S(seq_leave),     S(seq_enter),    S(seq_by_rsp),
    S(seq_by_rbp),     S(seq_by_rax),    S(seq_push_far), S(seq_push_far_rbp),
    S(seq_pop_far),    S(seq_unaligned), S(seq_words),    S(seq_flags),
    S(seq_join),       S(seq_locked),    S(seq_system),
#undef S
};

static uint64_t hash;
static unsigned faults;

static void add(uint64_t v)
{
    hash = (hash ^ v) * UINT64_C(0x9e3779b97f4a7c15);
    hash ^= hash >> 31;
}

static sigjmp_buf away;

/* The page is there from now on: the instruction is begun again. Outside of the area the
 * sequence ends. */
static void on_fault(int sig, siginfo_t *si, void *context)
{
    static const int regs[] = {REG_RIP, REG_RSP, REG_RAX, REG_RCX, REG_RDX, REG_RBX,
                               REG_RBP, REG_R8,  REG_R9,  REG_R10, REG_R12, REG_ERR};
    greg_t *r = ((ucontext_t *)context)->uc_mcontext.gregs;
    uintptr_t at = (uintptr_t)si->si_addr;
    for (unsigned i = 0; i < sizeof regs / sizeof regs[0]; i++) {
        add(r[regs[i]]);
    }
    add(r[REG_EFL] & FLAGS);
    add(at);
    add(sig << 8 | si->si_code);
    add(r[REG_TRAPNO]);
    faults++;
    if (at < AREA || at >= TOP + PAGE) {
        siglongjmp(away, 1);
    }
    mprotect((void *)(at & -PAGE), PAGE, PROT_READ | PROT_WRITE);
}

/* Each word is an address near the middle: it may become RSP. */
static void fill(void)
{
    uint64_t *p = (uint64_t *)AREA;
    mprotect(p, 3 * PAGE, PROT_READ | PROT_WRITE);
    for (unsigned i = 0; i < 3 * PAGE / 8; i++) {
        p[i] = BOTTOM + PAGE / 2 + 8 * (i * 7 % 32);
    }
    mprotect(p, PAGE, PROT_NONE);
    mprotect((void *)TOP, PAGE, PROT_NONE);
}

static void run(void (*sequence)(uint64_t), uint64_t rsp, unsigned seed)
{
    fill();
    for (unsigned i = 0; i < 9; i++) {
        seq_regs[i] = (seed + i) * UINT64_C(0x0123456789abcdef);
    }
    seq_regs[0] = seed & 1 ? 0x55 : seq_regs[0];
    if (!sigsetjmp(away, 1)) {
        sequence(rsp);
    }
    add(seq_rsp);
    for (unsigned i = 0; i < 9; i++) {
        add(seq_regs[i]);
    }
    mprotect((void *)AREA, 3 * PAGE, PROT_READ);
    for (const uint64_t *p = (void *)AREA; p < (uint64_t *)(TOP + PAGE); p++) {
        add(*p);
    }
}

int main(void)
{
    static uint8_t stack[64 << 10];
    stack_t alt = {.ss_sp = stack, .ss_size = sizeof stack};
    struct sigaction sa = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    sigaltstack(&alt, NULL);
    sigaction(SIGSEGV, &sa, NULL);
    sigaction(SIGBUS, &sa, NULL);
    if (mmap((void *)AREA, 3 * PAGE, PROT_NONE,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) != (void *)AREA) {
        perror("mmap");
        return 1;
    }
    for (unsigned n = 0; n < sizeof sequences / sizeof sequences[0]; n++) {
        hash = faults = 0;
        for (unsigned i = 0; i < PLACES; i++) {
            run(sequences[n].run, BOTTOM - 16 + 8 * i, i);
            run(sequences[n].run, TOP + 16 - 8 * i, i);
        }
        printf("%s %u %016lx\n", sequences[n].name, faults, hash);
        hash = faults = 0;
        for (unsigned i = 0; i < PLACES && sequences[n].run != seq_enter; i++) {
            run(sequences[n].run, BOTTOM + 4 + 8 * i, i);
        }
        printf("%s unaligned %u %016lx\n", sequences[n].name, faults, hash);
        hash = faults = 0;
        for (int i = -12; i < 4; i++) {
            run(sequences[n].run, UINT64_C(0x7ffffffff000) + 8 * i, i);
            run(sequences[n].run, UINT64_C(0x800000000000) + 8 * i, i);
            run(sequences[n].run, UINT64_C(0xffff800000000000) + 8 * i, i);
        }
        printf("%s far %u %016lx\n", sequences[n].name, faults, hash);
    }
    return 0;
}
