/* Several vCPUs for a debugger: each goes round a loop with its number in R15. */
/* SPDX-License-Identifier: MIT */
#include "../sys/sys.h"

enum { LOW = 0x8000, MOST = 8, STACK = 4096 };
enum { APIC_ID = 0x20, SVR = 0xf0, ICR = 0x300 };
enum { TO_OTHERS = 0xc0000, INIT = 0x4500, STARTUP = 0x4600 };
#define APIC(reg) (*(volatile uint32_t *)(0xfee00000ull + (reg)))

/* What the debugger sets: how many there will be; whose turn it is to be caught; all are
 * to come to an end. */
volatile uint32_t expected = 2;
volatile int32_t chosen = -1;
volatile int go_on;

volatile uint32_t running;
volatile uint64_t rounds[MOST], caught[MOST];
uint8_t stacks[MOST][STACK] __attribute__((aligned(16)));

asm(".code16; .balign 16\n"
    "low: cli; xor %ax, %ax; mov %ax, %ds; lgdtl 0x8000 + low_gdt - low\n"
    "mov %cr0, %eax; or $1, %al; mov %eax, %cr0; ljmpl $0x30, $low32\n"
    "low_gdt: .word 0x57; .long gdt\n"
    "low_end:\n"
    ".code32\n"
    "low32: mov $0x10, %eax; mov %eax, %ds; mov %eax, %es; mov %eax, %ss\n"
    "mov %cr4, %eax; or $0x20, %eax; mov %eax, %cr4; mov $pml4, %eax; mov %eax, %cr3\n"
    "mov $0xc0000080, %ecx; rdmsr; or $0x901, %eax; wrmsr\n"
    "mov %cr0, %eax; or $0x80010001, %eax; and $0x9fffffff, %eax; mov %eax, %cr0\n"
    "ljmp $8, $low64\n"
    ".code64\n"
    "low64: movabs 0xfee00020, %eax; shr $24, %eax; mov %eax, %edi; inc %eax\n"
    "shl $12, %eax; lea stacks(%rax), %rsp; call other\n");
extern char low[], low_end[];

/* A breakpoint here is for one vCPU. */
__attribute__((noinline)) void on_chosen(uint64_t id)
{
    caught[id]++;
}

/* ... and here for each of them, all the time. */
__attribute__((noinline)) void on_each(uint64_t id)
{
    rounds[id]++;
}

__attribute__((noinline)) void all_there(void)
{
    asm volatile("" ::: "memory");
}

static void go_round(uint64_t id)
{
    while (!go_on) {
        asm volatile("mov %0, %%r15" ::"r"(0xc0ffee00 + id) : "r15");
        on_each(id);
        if (chosen == (int32_t)id) {
            chosen = -1;
            on_chosen(id);
        }
    }
}

void other(uint64_t id);
void other(uint64_t id)
{
    asm volatile("lock incl running" ::: "memory");
    go_round(id);
    for (;;) {
        asm volatile("cli; hlt");
    }
}

int test_main(void)
{
    for (long i = 0; i < low_end - low; i++) {
        ((volatile char *)LOW)[i] = low[i];
    }
    APIC(SVR) = 0x1ff;
    APIC(ICR) = TO_OTHERS | INIT;
    APIC(ICR) = TO_OTHERS | STARTUP | LOW >> 12;
    while (running != expected - 1) {
        asm volatile("pause");
    }
    all_there();
    go_round(0);
    return 0;
}
