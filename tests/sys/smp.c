/* Two vCPUs: INIT and start-up IPIs, local APICs of their own, locked instructions, IPIs,
 * and INIT once more. For accelerators that run more than one. */
/* SPDX-License-Identifier: MIT */
#include "sys.h"

enum {
    LOW = 0x8000,
    APIC_ID = 0x20,
    EOI = 0xb0,
    SVR = 0xf0,
    ICR = 0x300,
    TIMES = 100000
};
enum { INIT = 0x4500, STARTUP = 0x4600, FIXED = 0x4000, VECTOR = 0x40 };
#define APIC(reg) (*(volatile uint32_t *)(0xfee00000ull + (reg)))

/* Of the second vCPU: how often it has come to its code, what it is called there. */
volatile uint32_t begun, counted, counter, ipis, id_apic, id_cpuid;
uint64_t idt32[256] __attribute__((aligned(16)));

/* With FALLS the second vCPU ends in a triple fault when it comes to its code for the
 * first time. The machine is reset, its memory stays, and all begins anew. */
#ifdef FALLS
#define FALL "cmpl $1, 0x7000; je 3f; movl $1, 0x7000; lidt no_idt; ud2; 3:\n"
#else
#define FALL
#endif

asm(".code16; .balign 16\n"
    "low: cli; xor %ax, %ax; mov %ax, %ds; lgdtl 0x8000 + low_gdt - low\n"
    "mov %cr0, %eax; or $1, %al; mov %eax, %cr0; ljmpl $0x30, $second\n"
    "low_gdt: .word 0x57; .long gdt\n"
    "low_end:\n"
    ".code32\n"
    "second: mov $0x10, %eax; mov %eax, %ds; mov %eax, %es; mov %eax, %ss\n" FALL
    "mov $second_top, %esp; lidt second_idt\n"
    "movl $0x1ff, 0xfee000f0; mov 0xfee00020, %eax; mov %eax, id_apic\n"
    "mov $1, %eax; cpuid; shr $24, %ebx; mov %ebx, id_cpuid; lock incl begun\n"
    "mov $100000, %ecx; 1: lock incl counter; dec %ecx; jnz 1b; lock incl counted\n"
    "2: sti; hlt; jmp 2b\n"
    "on_ipi: lock incl ipis; movl $0, 0xfee000b0; iretl\n"
    ".code64\n"
    ".data\n"
    "second_idt: .word 2047; .long idt32\n"
    "no_idt: .word 0; .long 0\n"
    ".bss; .balign 16; .skip 4096; second_top:\n"
    ".text\n");
extern char low[], low_end[], on_ipi[];

static void await(volatile uint32_t *what, uint32_t value)
{
    while (*what != value) {
        asm volatile("pause");
    }
}

static void send(uint32_t command)
{
    APIC(ICR + 0x10) = 1 << 24;
    APIC(ICR) = command;
}

static void start_second(void)
{
    send(INIT);
    send(STARTUP | LOW >> 12);
    send(STARTUP | LOW >> 12); /* as kernels do; the second is of no effect */
}

static void setup(void)
{
    uint64_t to = (uint64_t)on_ipi;

    idt32[VECTOR] =
        (to & 0xffff) | 0x30ull << 16 | 0x8eull << 40 | (to >> 16 & 0xffff) << 48;
    for (long i = 0; i < low_end - low; i++) {
        ((volatile char *)LOW)[i] = low[i];
    }
    APIC(SVR) = 0x1ff;
}

int test_main(void)
{
    setup();
    start_second();
    for (int i = 0; i < TIMES; i++) {
        asm volatile("lock incl counter" ::: "memory");
    }
    await(&counted, 1);
    CHECK_EQ(begun, 1);
    CHECK_EQ(counter, 2 * TIMES);
    CHECK_EQ(id_apic >> 24, 1);
    CHECK_EQ(id_cpuid, 1);
    CHECK_EQ(APIC(APIC_ID) >> 24, 0);
    for (uint32_t n = 1; n <= 100; n++) {
        send(FIXED | VECTOR);
        await(&ipis, n);
    }
    start_second(); /* from its HLT */
    await(&counted, 2);
    CHECK_EQ(begun, 2);
    CHECK_EQ(counter, 3 * TIMES);
    send(FIXED | VECTOR);
    await(&ipis, 101);
    return failures;
}
