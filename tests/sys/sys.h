/* What the test kernels share: console, traps that are expected, page tables, privileged
 * instructions. */
/* SPDX-License-Identifier: MIT */
#ifndef TESTS_SYS_SYS_H
#define TESTS_SYS_SYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Frame that the stubs build; rip and what follows are the processor's. */
typedef struct Frame {
    uint64_t r15, r14, r13, r12, r11, r10, r9, r8, rdi, rsi, rbp, rbx, rdx, rcx, rax;
    uint64_t vector, error;
    uint64_t rip, cs, rflags, rsp, ss;
} Frame;

/* The last exception that TRY() caught. vector is -1 when there was none. */
typedef struct Trap {
    int vector;
    uint64_t error, rip, cr2, rflags, rsp, cs;
} Trap;
extern volatile Trap trap;

/* Called for a vector instead of the default; returns to the interrupted code. NULL:
 * default. */
typedef void (*TrapFn)(Frame *f);
extern TrapFn trap_fn[256];

extern uint64_t gdt[], pml4[], pdpt[], page_dirs[], start_info;
extern volatile uint64_t fixup_rip, fixup_rsp;

typedef struct __attribute__((packed)) Tss {
    uint32_t reserved;
    uint64_t rsp[3];
    uint64_t reserved2;
    uint64_t ist[7];
    uint64_t reserved3;
    uint16_t reserved4, iomap;
    uint8_t map[8193];
} Tss;
extern Tss tss;

void sys_init(void);
void sys_exit(int code) __attribute__((noreturn));
int test_main(void);

void print(const char *fmt, ...); /* %s %d %x %lx */
extern int failures;
void check_at(bool ok, const char *what, const char *file, int line);
#define CHECK(x) check_at(x, #x, __FILE__, __LINE__)
void check_eq_at(uint64_t a, uint64_t b, const char *what, const char *file, int line);
#define CHECK_EQ(a, b) \
    check_eq_at((uint64_t)(a), (uint64_t)(b), #a " == " #b, __FILE__, __LINE__)

/* Gate `vector` to the default stubs: type 14 interrupt, 15 trap; ist 0 for none. */
void set_gate(int vector, unsigned type, unsigned dpl, unsigned ist);
void set_gate_to(int vector, void *to, uint16_t selector, unsigned type, unsigned dpl,
                 unsigned ist);
void set_idt_limit(uint16_t limit);

/*
 * Runs asm text (registers with %%); an exception in it is caught in `trap` and execution
 * goes on behind it. Values go in and out by `arg` (arg, arg+8 ...). RSP may be changed:
 * it comes back.
 */
extern volatile uint64_t arg[8];
#define TRY(code)                                                                      \
    do {                                                                               \
        trap.vector = -1;                                                              \
        asm volatile(                                                                  \
            "lea 99f(%%rip), %%rax; mov %%rax, fixup_rip; mov %%rsp, fixup_rsp\n" code \
            "\n99: mov fixup_rsp, %%rsp; movq $0, fixup_rip" ::                        \
                : "rax", "rcx", "rdx", "rbx", "rsi", "rdi", "r8", "r9", "r10", "r11",  \
                  "memory", "cc");                                                     \
    } while (0)

/* Runs fn at ring 3 (64-bit code) on a stack of its own until it traps with vector 0x80
 * or faults; the trap is in `trap`. */
void run_user(void (*fn)(void));

/* Maps one 4 KiB page: splits the large page of va if need be. Returns the entry. */
uint64_t *map_page(uint64_t va, uint64_t pa, uint64_t flags);
enum { P = 1, W = 2, U = 4, A = 32, D = 64, PS = 128, G = 256 };
#define NX (1ull << 63)
void *alloc_page(void);

static inline void outb(uint16_t port, uint8_t v)
{
    asm volatile("outb %0, %1" ::"a"(v), "Nd"(port));
}
static inline void outl(uint16_t port, uint32_t v)
{
    asm volatile("outl %0, %1" ::"a"(v), "Nd"(port));
}
static inline uint8_t inb(uint16_t port)
{
    uint8_t v;
    asm volatile("inb %1, %0" : "=a"(v) : "Nd"(port));
    return v;
}
static inline uint64_t rdmsr(uint32_t n)
{
    uint32_t a, d;
    asm volatile("rdmsr" : "=a"(a), "=d"(d) : "c"(n));
    return a | (uint64_t)d << 32;
}
static inline void wrmsr(uint32_t n, uint64_t v)
{
    asm volatile("wrmsr" ::"c"(n), "a"((uint32_t)v), "d"((uint32_t)(v >> 32)) : "memory");
}
static inline uint64_t rdtsc(void)
{
    uint32_t a, d;
    asm volatile("rdtsc" : "=a"(a), "=d"(d));
    return a | (uint64_t)d << 32;
}
#define READ_CR(n)                                     \
    ({                                                 \
        uint64_t v_;                                   \
        asm volatile("mov %%cr" #n ", %0" : "=r"(v_)); \
        v_;                                            \
    })
#define WRITE_CR(n, v) asm volatile("mov %0, %%cr" #n ::"r"((uint64_t)(v)) : "memory")
static inline void invlpg(uint64_t va)
{
    asm volatile("invlpg (%0)" ::"r"(va) : "memory");
}
static inline void cpuid(uint32_t leaf, uint32_t sub, uint32_t r[4])
{
    asm volatile("cpuid"
                 : "=a"(r[0]), "=b"(r[1]), "=c"(r[2]), "=d"(r[3])
                 : "a"(leaf), "c"(sub));
}
static inline bool has_feature(uint32_t leaf, unsigned reg, unsigned bit)
{
    uint32_t r[4];

    cpuid(leaf, 0, r);
    return r[reg] >> bit & 1;
}

#endif
