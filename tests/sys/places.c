/* The same work in 16-, 32- and 64-bit mode, in ring 0, ring 3 and real mode: places.sh
 * compares what it finds, and what the devices see, between two accelerators. */
/* SPDX-License-Identifier: MIT */
#include "mode32.h"

enum { RING0_16 = 0x58, RING3_16 = 0x60, LOW = 0x8000 };

/* What the work leaves behind: eax ebx ecx edx esi edi ebp, cs, flags; and memory. */
volatile uint32_t found[9];
volatile uint8_t area[64];

/*
 * Addresses are 32 bits wide and segments flat in every mode. a32 is the prefix that
 * makes a string instruction's so; l and r name an operand of PUSH and a register for it.
 * Flags that an instruction leaves undefined are not looked at. Port 21h is the mask of
 * the first 8259; CF8h and CFCh are PCI's configuration, 70h and 71h CMOS; FED000F0h is
 * the counter of the HPET, which stands still; port EDh and A0000h are nothing's.
 */
#define WORK(a32, l, r)                                                               \
    "cld; mov $area, %edi; mov $64, %ecx; mov $0x5a, %al; " a32 " rep stosb\n"        \
    "mov $0x11223344, %eax; mov $5, %ecx; mov $0x21, %edx\n"                          \
    "1: out %al, %dx; in %dx, %al; rol $3, %eax; add %al, %ah; dec %ecx; jnz 1b\n"    \
    "mov $area, %edi; mov %eax, (%edi)\n"                                             \
    "mov $0x80000800, %eax; mov $0xcf8, %edx; out %eax, %dx; in %dx, %eax\n"          \
    "mov $0xcfc, %edx; in %dx, %ax; in %dx, %eax; mov %eax, 4(%edi); inc %edx\n"      \
    "in %dx, %al; mov $0xcfc, %edx; mov $area + 8, %edi; mov $2, %ecx\n" a32          \
    " rep insl; mov $3, %ecx; " a32 " rep insw; mov $3, %ecx; " a32 " rep insb\n"     \
    "mov $area + 4, %esi; mov $0xed, %edx; mov $7, %ecx; " a32 " rep outsb\n"         \
    "mov $2, %ecx; " a32 " rep outsw; " a32 " outsl; std; " a32 " outsb; cld\n"       \
    "mov $0x3c, %al; out %al, $0x70; mov $0x77, %al; out %al, $0x71; in $0x71, %al\n" \
    "mov $0xfed000f0, %edi; mov %eax, (%edi); movw $0x1357, 4(%edi)\n"                \
    "addl $7, (%edi); lock orl $0x80, (%edi); mov (%edi), %ebx; xchg %ebx, (%edi)\n"  \
    "movzwl 2(%edi), %esi; movb $9, 7(%edi); btsl $4, (%edi)\n"                       \
    "push" l " (%edi); pop %" r "bp; cmp %ebp, (%edi); setne %bl; not %ebp\n"         \
    "xadd %ebp, (%edi); mov 6(%edi), %al; mov $area + 40, %ecx; mov %esi, (%ecx)\n"   \
    "mov $area, %esi; mov $0xa0000, %edi; mov $5, %ecx; " a32 " rep movsb\n"          \
    "mov $2, %ecx; " a32 " rep stosl; mov $0xa0000, %esi; " a32 " lodsw\n"            \
    "mov $area + 44, %edi; mov $6, %ecx; " a32 " rep movsb\n"                         \
    "mov $0xa0000, %edi; mov $0xff, %al; mov $9, %ecx; " a32 " repe scasb\n"          \
    "setz %cl; mov $0x12345, %eax; imul $77, %eax, %ebx; mul %ebx\n"                  \
    "shld $5, %eax, %edx; bsf %edx, %esi; cwtl; cltd; sar $3, %eax; adc %edx, %ebp\n" \
    "call 2f; jmp 3f; 2: rcr $1, %ebx; ret; 3: cmova %ebx, %edi; sbb %edx, %edx\n"    \
    "push %" r "di; mov $found, %edi; mov %eax, (%edi); mov %ebx, 4(%edi)\n"          \
    "mov %ecx, 8(%edi); mov %edx, 12(%edi); mov %esi, 16(%edi); mov %ebp, 24(%edi)\n" \
    "pushf" l "; pop %" r "ax; and $0xcd5, %eax; mov %eax, 32(%edi)\n"                \
    "mov %cs, %eax; mov %eax, 28(%edi); pop %" r "ax; mov %eax, 20(%edi); ret\n"

asm(".globl work64, user32, low, low_end\n"
    "work64: push %rbx; push %rbp\n"
    "call 4f; pop %rbp; pop %rbx; ret\n"
    "4: " WORK("addr32", "q", "r") ".code32\n"
                                   "user32: mov $0x23, %eax; mov %eax, %ds; mov %eax, "
                                   "%es; call work32; int $0x80\n"
                                   "work32: " WORK("", "l", "e")
    /* runs at LOW; the entries are at multiples of 16 */
    ".code16; .balign 16\n"
    "low: call work16; lretl\n"
    ".balign 16\n"
    "user16: mov $0x23, %eax; mov %eax, %ds; mov %eax, %es; call work16; int $0x80\n"
    ".balign 16\n"
    "to_real: mov %cr0, %eax; and $0xfe, %al; mov %eax, %cr0\n"
    ".byte 0xea; .word real - low, 0x800\n"
    "real: call work16; mov %cr0, %eax; or $1, %al; mov %eax, %cr0\n"
    ".byte 0xea; .word back - low, 0x58\n"
    "back: lretl\n"
    "work16: " WORK("addr32", "l", "e") "low_end:\n"
                                        ".code64\n");
void work64(void);
extern char user32[], low[], low_end[];

CODE32(in_16, "lcall $0x58, $0")
CODE32(in_real, "lcall $0x58, $to_real - low")
CODE32(in_32, "push %ebx; push %ebp; call work32; pop %ebp; pop %ebx")

static void from_user64(void)
{
    work64();
    asm volatile("int $0x80");
}

static void from_user32(void)
{
    asm volatile("push $0x1b; push $user32; lretq");
}

static void from_user16(void)
{
    asm volatile("push $0x63; push $user16 - low; lretq");
}

/* Ring 3 may use all ports and the devices' memory; 16-bit code is below 64 KiB. */
static void setup(void)
{
    for (unsigned i = 0; i < sizeof tss.map - 1; i++) {
        tss.map[i] = 0;
    }
    map_page(0xfed00000, 0xfed00000, P | W | U);
    map_page(0xa0000, 0xa0000, P | W | U);
    map_page(LOW, LOW, P | W | U);
    for (long i = 0; i < low_end - low; i++) {
        ((volatile char *)LOW)[i] = low[i];
    }
    gdt[RING0_16 / 8] = 0x00009b000000ffff | (uint64_t)LOW << 16;
    gdt[RING3_16 / 8] = 0x0000fb000000ffff | (uint64_t)LOW << 16;
}

static void report(const char *name)
{
    print("%s:", name);
    for (int i = 0; i < 9; i++) {
        print(" %x", found[i]);
        found[i] = 0xdead;
    }
    print("\n ");
    for (int i = 0; i < 64; i++) {
        print(" %x", area[i]);
        area[i] = 0;
    }
    print("\n");
}

/* In ring 3. */
static void report_user(const char *name, void (*fn)(void))
{
    run_user(fn);
    CHECK_EQ(trap.vector, 0x80);
    report(name);
}

/* What a hypervisor may offer is the same everywhere without kvmclock, which is not there
 * then. */
static void paravirtual(void)
{
    for (uint32_t leaf = 0x40000000; leaf < 0x40000002; leaf++) {
        uint32_t r[4];

        cpuid(leaf, 0, r);
        print("CPUID %x: %x %x %x %x\n", leaf, r[0], r[1], r[2], r[3]);
    }
    TRY("mov $0x4b564d01, %%ecx; mov $area + 1, %%eax; xor %%edx, %%edx; wrmsr");
    CHECK_EQ(trap.vector, 13);
    TRY("mov $0x12, %%ecx; mov $area + 1, %%eax; xor %%edx, %%edx; wrmsr");
    CHECK_EQ(trap.vector, 13);
    TRY("mov $0x11, %%ecx; rdmsr");
    CHECK_EQ(trap.vector, 13);
}

int test_main(void)
{
    setup();
    paravirtual();
    work64();
    report("64-bit, ring 0");
    report_user("64-bit, ring 3", from_user64);
    report_user("32-bit, ring 3", from_user32);
    report_user("16-bit, ring 3", from_user16);
    run32(in_32);
    report("32-bit, ring 0");
    run32(in_16);
    report("16-bit, ring 0");
    run32(in_real);
    report("real mode");
    return failures;
}
