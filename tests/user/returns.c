/* Returns that do not lead behind the call that came last, or not to what was there. */
/* SPDX-License-Identifier: MIT */
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#define NOINLINE __attribute__((noinline, noclone))

enum { ROUNDS = 40 };

/* ---- depth ---- */

static NOINLINE uint64_t deep(uint64_t n)
{
    uint64_t r = n ? deep(n - 1) : 1;
    __asm__ volatile("" : "+r"(r));
    return r * 3 + n;
}

static jmp_buf jump;

/* Leaves by longjmp() from level 0, or returns through all levels. */
static NOINLINE unsigned leaves(unsigned n, unsigned how)
{
    if (!n && how) {
        longjmp(jump, how);
    }
    unsigned r = n ? leaves(n - 1, how) : 1;
    __asm__ volatile("" : "+r"(r));
    return r + n;
}

static void test_depth(void)
{
    volatile unsigned left = 0, sum = 0;
    printf("deep %llx\n", (unsigned long long)deep(100000));
    for (volatile unsigned i = 0; i < ROUNDS; i++) {
        if (!setjmp(jump)) {
            sum += leaves(i * 37 + 1, i % 3);
        } else {
            left++;
        }
        sum += leaves(i, 0);
    }
    printf("longjmp %u %u\n", left, sum);
}

/* ---- stacks ---- */

static ucontext_t main_context, other[3];
static unsigned turns;

static NOINLINE void yield_at(unsigned depth, unsigned self)
{
    if (depth) {
        yield_at(depth - 1, self);
        turns += depth;
        return;
    }
    swapcontext(&other[self], self == 2 ? &main_context : &other[self + 1]);
    turns = turns * 5 + self;
}

static void coroutine(int self)
{
    for (unsigned i = 0; i < ROUNDS; i++) {
        yield_at(i % 7, self);
    }
}

static void test_stacks(void)
{
    enum { SIZE = 64 << 10 };
    static char stacks[3][SIZE];
    for (int i = 0; i < 3; i++) {
        getcontext(&other[i]);
        other[i].uc_stack.ss_sp = stacks[i];
        other[i].uc_stack.ss_size = SIZE;
        other[i].uc_link = &main_context;
        makecontext(&other[i], (void (*)(void))coroutine, 1, i);
    }
    for (unsigned i = 0; i < ROUNDS; i++) {
        swapcontext(&main_context, &other[0]);
    }
    printf("contexts %u\n", turns);
}

/* ---- returns that are none ---- */

uint64_t call_pop(void), push_ret(uint64_t n),
    retpoline(uint64_t (*fn)(uint64_t), uint64_t n);
uint64_t skips_one(void), ret_imm(uint64_t n), swaps(void), alternates(uint64_t n);

__asm__(".text\n"
        "call_pop:\n"
        "    call 1f\n"
        "1:  pop %rax\n"
        "    lea 1b(%rip), %rcx\n"
        "    sub %rcx, %rax\n"
        "    ret\n"
        "push_ret:\n"
        "    lea 1f(%rip), %rax\n"
        "    push %rax\n"
        "    lea 5(%rdi), %rax\n"
        "    ret\n"
        "    ud2\n"
        "1:  inc %rax\n"
        "    ret\n"
        "retpoline:\n"
        "    mov %rdi, %rax\n"
        "    mov %rsi, %rdi\n"
        "    call 2f\n"
        "1:  pause\n"
        "    jmp 1b\n"
        "2:  mov %rax, (%rsp)\n"
        "    ret\n"
        /* the callee returns to the caller's caller */
        "skips_one:\n"
        "    call 1f\n"
        "    mov $99, %eax\n"
        "    ret\n"
        "1:  call 2f\n"
        "    mov $98, %eax\n"
        "    ret\n"
        "2:  add $16, %rsp\n"
        "    mov $7, %eax\n"
        "    ret\n"
        "ret_imm:\n"
        "    push %rdi\n"
        "    push %rdi\n"
        "    call 1f\n"
        "    inc %rax\n"
        "    ret\n"
        "1:  mov 8(%rsp), %rax\n"
        "    add 16(%rsp), %rax\n"
        "    ret $16\n"
        /* two return addresses, taken in the other order */
        "swaps:\n"
        "    xor %eax, %eax\n"
        "    call 1f\n"
        "    lea 3(%rax, %rax, 4), %rax\n"
        "    ret\n"
        "1:  call 2f\n"
        "    lea 1(%rax, %rax, 2), %rax\n"
        "    ret\n"
        "2:  pop %rcx\n"
        "    pop %rdx\n"
        "    push %rcx\n"
        "    push %rdx\n"
        "    mov $2, %eax\n"
        "    ret\n"
        /* one call, one ret, two places to return to */
        "alternates:\n"
        "    xor %eax, %eax\n"
        "1:  call 3f\n"
        "    add $1, %rax\n"
        "    jmp 2f\n"
        "4:  add $1000, %rax\n"
        "2:  dec %rdi\n"
        "    jnz 1b\n"
        "    ret\n"
        "3:  test $1, %dil\n"
        "    jz 5f\n"
        "    lea 4b(%rip), %rcx\n"
        "    mov %rcx, (%rsp)\n"
        "5:  ret\n");

static uint64_t seven_times(uint64_t n)
{
    return 7 * n;
}

static void test_tricks(void)
{
    uint64_t sum[7] = {0};
    for (unsigned i = 0; i < ROUNDS; i++) {
        sum[0] += call_pop();
        sum[1] += push_ret(i);
        sum[2] += retpoline(seven_times, i);
        sum[3] += skips_one();
        sum[4] += ret_imm(i);
        sum[5] += swaps();
        sum[6] += alternates(i + 1);
    }
    for (unsigned i = 0; i < 7; i++) {
        printf("trick %u: %llu\n", i, (unsigned long long)sum[i]);
    }
}

/* ---- code that changes while it waits for its callee ---- */

typedef int Code(void (*callee)(void));
enum { IMM = 9 };
/* sub $8, %rsp; call *%rdi; add ...; mov $imm, %eax; ret */
static const uint8_t code_bytes[] = {0x48, 0x83, 0xec, 0x08, 0xff, 0xd7,
                                     0x90, 0x90, 0xb8, 1,    0,    0,
                                     0,    0x48, 0x83, 0xc4, 0x08, 0xc3};
static uint8_t *page;
static atomic_uint wanted, done;

static void nothing(void) {}

static void rewrite(void)
{
    page[IMM]++;
}

/* System calls make the vCPU see what other ones have written. */
static void wait_for_other(void)
{
    unsigned n = atomic_fetch_add(&wanted, 1) + 1;
    while (atomic_load(&done) < n) {
        getppid();
    }
}

static void *other_thread(void *arg)
{
    for (unsigned n = 1; n <= ROUNDS; n++) {
        while (atomic_load(&wanted) < n) {
            getppid();
        }
        page[IMM]++;
        atomic_store(&done, n);
    }
    return arg;
}

static sigjmp_buf fault_jump;
static void *volatile fault_at;

static void on_fault(int sig, siginfo_t *si, void *uc)
{
    fault_at = (void *)((ucontext_t *)uc)->uc_mcontext.gregs[REG_RIP];
    siglongjmp(fault_jump, sig);
}

static void unmap(void)
{
    munmap(page, 4096);
}

static void refuse(void)
{
    mprotect(page, 4096, PROT_READ | PROT_WRITE);
}

static uint8_t *new_page(uint8_t *at)
{
    uint8_t *p = mmap(at, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
                      MAP_PRIVATE | MAP_ANONYMOUS | (at ? MAP_FIXED : 0), -1, 0);
    if (p == MAP_FAILED) {
        exit(1);
    }
    memcpy(p, code_bytes, sizeof code_bytes);
    return p;
}

/* Where the return to code that is not there any more faults. */
static void lost(const char *name, void (*callee)(void))
{
    for (volatile unsigned i = 0; i < 3; i++) {
        page = new_page(page);
        int was = ((Code *)page)(nothing), sig = sigsetjmp(fault_jump, 1);
        if (!sig) {
            ((Code *)page)(callee);
        }
        printf("%s: %d, signal %d, at %d\n", name, was, sig,
               (int)((uint8_t *)fault_at - page));
    }
}

static void test_changes(void)
{
    unsigned sum = 0;
    pthread_t thread;
    page = new_page(NULL);
    Code *code = (Code *)page;
    for (unsigned i = 0; i < ROUNDS; i++) {
        sum = sum * 3 + code(i % 4 ? rewrite : nothing);
    }
    printf("rewritten %u\n", sum);
    pthread_create(&thread, NULL, other_thread, NULL);
    for (unsigned i = 0; i < ROUNDS; i++) {
        sum = sum * 3 + code(wait_for_other);
    }
    pthread_join(thread, NULL);
    printf("by another %u\n", sum);
    lost("unmapped", unmap);
    lost("refused", refuse);
}

/* ---- signals ---- */

static sigjmp_buf levels[8];

static void on_signal(int sig, siginfo_t *si, void *uc)
{
    static unsigned n;
    if (n++ % 3) {
        siglongjmp(levels[n % 8], 1);
    }
}

static NOINLINE unsigned signals(unsigned depth)
{
    volatile unsigned r = depth;
    if (depth < 8) {
        if (!sigsetjmp(levels[depth], 1)) {
            r += signals(depth + 1);
        } else {
            r += 100;
        }
    } else if (depth < 20) {
        r += signals(depth + 1);
    } else {
        raise(SIGUSR1);
    }
    return r;
}

static void test_signals(void)
{
    unsigned sum = 0;
    for (unsigned i = 0; i < ROUNDS; i++) {
        sum = sum * 7 + signals(0);
    }
    printf("signals %u\n", sum);
}

/* ---- modes ---- */

/* Of division by zero, in MXCSR. */
static NOINLINE void set_mask(int unmask)
{
    enum { FLAGS = 0x3f, MASK_ZERO = 1 << 9 };
    unsigned csr = __builtin_ia32_stmxcsr() & ~(FLAGS | MASK_ZERO);
    __builtin_ia32_ldmxcsr(csr | (unmask ? 0 : MASK_ZERO));
}

/* What comes behind the call is to be seen in the mode that the callee has set. */
static NOINLINE double divides(int unmask)
{
    volatile double a = 1, b = 0;
    set_mask(unmask);
    return a / b;
}

static void test_modes(void)
{
    volatile unsigned signals_seen = 0, infinite = 0;
    for (volatile unsigned i = 0; i < ROUNDS; i++) {
        if (!sigsetjmp(fault_jump, 1)) {
            infinite += divides(i % 5 == 4) > 1e300;
        } else {
            signals_seen++;
        }
        set_mask(0);
    }
    printf("divisions %u, signals %u\n", infinite, signals_seen);
}

int main(void)
{
    struct sigaction fault = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO},
                     usr = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO};
    sigaction(SIGSEGV, &fault, NULL);
    sigaction(SIGFPE, &fault, NULL);
    sigaction(SIGUSR1, &usr, NULL);
    test_depth();
    test_stacks();
    test_tricks();
    test_changes();
    test_signals();
    test_modes();
    return 0;
}
