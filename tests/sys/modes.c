/* Other modes: 32-bit paging, PAE, compatibility mode, 16-bit protected and real mode,
 * virtual-8086 mode. */
/* SPDX-License-Identifier: MIT */
#include "mode32.h"
#include "sys.h"

CODE32(plain32,
       "mov %esp, arg+8; mov $-1, %eax; inc %eax; pushf; pop %ecx; mov %ecx, arg+16\n"
       "push $0x12345678; mov (%esp), %ecx; mov %ecx, arg+24; add $4, %esp\n"
       "mov $0x99, %al; add $0x28, %al; daa; mov %al, arg+32\n"
       "pusha; popa\n"
       "mov $7, %eax; aam; mov %ax, arg+40")

static void plain(void)
{
    run32(plain32);
    CHECK_EQ(arg[2] & 0x8d5, 0x54);
    CHECK_EQ(arg[3], 0x12345678);
    CHECK_EQ(arg[4] & 0xff, 0x27);
    CHECK_EQ(arg[5], 7);
}

/* Two-level paging with a 4 MiB page for the kernel and a 4 KiB one elsewhere. */
uint32_t dir32[1024] __attribute__((aligned(4096))),
    table32[1024] __attribute__((aligned(4096)));
CODE32(paged32, "mov %cr4, %eax; and $~0x20, %eax; or $0x10, %eax; mov %eax, %cr4\n"
                "mov $dir32, %eax; mov %eax, %cr3\n"
                "mov %cr0, %eax; or $0x80000000, %eax; mov %eax, %cr0\n"
                "mov 0x40000004, %eax; mov %eax, arg+8\n"
                "movl $0x77, 0x40000008")

static void paging32(void)
{
    uint32_t *page = alloc_page();

    dir32[0] = 0 | P | W | PS;
    dir32[256] = (uint32_t)(uint64_t)table32 | P | W;
    table32[0] = (uint32_t)(uint64_t)page | P | W;
    page[1] = 0xcafe;
    run32(paged32);
    CHECK_EQ(arg[1], 0xcafe);
    CHECK_EQ(page[2], 0x77);
    CHECK_EQ(table32[0] & (A | D), A | D);
    CHECK_EQ(dir32[256] & (A | D), A);
}

uint64_t pae_pdpt[4] __attribute__((aligned(32)));
uint64_t pae_dir[512] __attribute__((aligned(4096)));
CODE32(paged_pae, "mov $pae_pdpt, %eax; mov %eax, %cr3\n"
                  "mov %cr0, %eax; or $0x80000000, %eax; mov %eax, %cr0\n"
                  "mov 0x40000000, %eax; mov %eax, arg+8")

static void paging_pae(void)
{
    uint64_t *page = alloc_page();
    uint64_t *table = alloc_page();

    *page = 0xbeef;
    for (int i = 0; i < 8; i++) {
        pae_dir[i] = (uint64_t)i << 21 | P | W | PS;
    }
    table[0] = (uint64_t)page | P | W;
    pae_pdpt[0] = (uint64_t)pae_dir | P;
    uint64_t *dir1 = alloc_page();

    dir1[0] = (uint64_t)table | P | W;
    pae_pdpt[1] = (uint64_t)dir1 | P;
    run32(paged_pae);
    CHECK_EQ(arg[1], 0xbeef);
}

/* Real mode at 0x8000: segments, INT through the IVT, string moves, and back by way of
 * 16-bit protected mode. */
asm(".globl real_image, real_image_end\n"
    "real_image:\n"
    ".code16\n"
    ".set B, 0x8000\n"
    "xor %ax, %ax; mov %ax, %ss; mov $0x7f00, %sp; mov %ax, %es\n"
    "mov $0x1234, %bx; mov $0x900, %ax; mov %ax, %ds\n"
    "mov %bx, 0x10\n" /* 0x9010 */
    "movw $B + r_handler - real_image, %es:0x60 * 4; movw $0, %es:0x60 * 4 + 2\n"
    "clc; int $0x60\n"
    "setc 0x12\n"
    "mov $0x100, %ax; mov %ax, %es; cld; mov $0x10, %si; mov $0x20, %di; mov $1, %cx; "
    "rep movsw\n" /* to 0x1020 */
    "xor %ax, %ax; mov %ax, %ds\n"
    "mov %cr0, %eax; or $1, %al; mov %eax, %cr0\n"
    "ljmpl $0x30, $real_done\n"
    "r_handler:\n"
    "push %bp; mov %sp, %bp; orw $1, 6(%bp); pop %bp; iret\n" /* CF in its flags */
    "real_image_end:\n"
    ".code32\n"
    "real_done:\n"
    "mov $0x10, %eax; mov %eax, %ss; mov %eax, %ds; mov %eax, %es\n"
    "mov real_esp, %esp\n"
    "lidt real_idt\n"
    "ret\n"
    ".data\nreal_esp: .long 0\n real_idt: .word 4095; .long 0, 0\n ivt: .word 1023; "
    ".long 0\n.text\n"
    ".code64\n");
extern uint8_t real_image[], real_image_end[];
CODE32(go_real, "mov %esp, real_esp; sidt real_idt; lidt ivt\n"
                "ljmp $0x38, $0x8000 - 16\n")

static void real_mode(void)
{
    /* mov $0x40, %ax; mov %ax, %ss, ds, es; mov %cr0, %eax; and $0xfe, %al; mov %eax,
       %cr0; ljmp $0, $0x8000 needs more than 16 bytes: it stands at 0x7f80 and the entry
       jumps back to it */
    static const uint8_t entry[] = {
        0xb8, 0x40, 0x00,                                     /* mov $0x40, %ax */
        0x8e, 0xd0, 0x8e, 0xd8, 0x8e, 0xc0, 0x0f, 0x20, 0xc0, /* mov %cr0, %eax */
        0x24, 0xfe,                                           /* and $0xfe, %al */
        0x0f, 0x22, 0xc0,                                     /* mov %eax, %cr0 */
        0xea, 0x00, 0x80, 0x00, 0x00,                         /* ljmp 0:0x8000 */
    };
    uint8_t *low = (uint8_t *)0x7fc0;

    for (size_t i = 0; i < sizeof entry; i++) {
        low[i] = entry[i];
    }
    *(uint8_t *)0x7ff0 = 0xeb; /* jmp 0x7fc0 */
    *(uint8_t *)0x7ff1 = 0xce;
    for (uint8_t *p = real_image; p < real_image_end; p++) {
        ((uint8_t *)0x8000)[p - real_image] = *p;
    }
    *(volatile uint16_t *)0x9010 = 0;
    *(volatile uint16_t *)0x1020 = 0;
    run32(go_real);
    CHECK_EQ(*(volatile uint16_t *)0x9010, 0x1234);
    CHECK_EQ(*(volatile uint8_t *)0x9012, 1);
    CHECK_EQ(*(volatile uint16_t *)0x1020, 0x1234);
}

/* Compatibility mode: 32-bit code in ring 3 under long mode. */
asm(".globl compat_code\n.code32\ncompat_code:\n"
    "mov $-1, %eax; add $1, %eax; adc $5, %eax; push %eax; pop %ebx; mov $0xffffffff, "
    "%ecx; inc %ecx; int $0x80\n.code64\n");
extern char compat_code[];
static uint64_t compat_rbx;
static void note_compat(Frame *f)
{
    compat_rbx = f->rbx | f->rcx << 32;
    trap_fn[0x80] = NULL;
    f->cs = 8;
    f->ss = 16;
    f->rip = fixup_rip;
    f->rsp = fixup_rsp;
    fixup_rip = 0;
}

static void u_nop(void)
{
    asm volatile("int $0x80");
}

static void compat(void)
{
    run_user(u_nop); /* maps the kernel for ring 3 */
    trap_fn[0x80] = note_compat;
    arg[0] = (uint64_t)compat_code;
    TRY("push $0x23; push $0x3fff00; pushf; push $0x1b; push arg; iretq");
    CHECK_EQ(compat_rbx, 6);
}

int test_main(void)
{
    plain();
    paging32();
    paging_pae();
    real_mode();
    compat();
    return failures;
}
