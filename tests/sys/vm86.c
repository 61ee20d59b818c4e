/* Virtual-8086 mode: entry by IRET, what IOPL and the I/O map keep from it, exit to ring
 * 0; task switches, which are refused. */
/* SPDX-License-Identifier: MIT */
#include "mode32.h"

enum { UD = 6, GP = 13 };

/* The frame that an exception found, and registers at its handler's first instruction. */
volatile struct {
    uint32_t vector, error, eip, cs, eflags, esp, ss, es, ds, fs, gs;
    uint32_t eax, handler_ds;
} v_out;
/* What IRET pops. */
volatile struct {
    uint32_t eip, cs, eflags, esp, ss, es, ds, fs, gs;
} v_in;

static struct __attribute__((packed)) {
    uint32_t link, esp0, ss0, rest[22];
    uint16_t trap, iomap;
    uint8_t map[8193];
} tss32 __attribute__((aligned(16)));
static uint8_t ring0_stack[4096] __attribute__((aligned(16)));

uint64_t idt32[256] __attribute__((aligned(16)));

asm(".altmacro\n"
    ".macro stub32 n\n"
    ".align 16\n"
    ".if \\n == 8 || (\\n >= 10 && \\n <= 14) || \\n == 17\n.else\npush $0\n.endif\n"
    "push $\\n\n"
    "jmp v_common\n"
    ".endm\n"
    ".code32\n"
    ".align 16\n"
    "stubs32: .set i, 0\n"
    ".rept 256\nstub32 %i\n.set i, i + 1\n.endr\n"
    "v_common:\n"
    "mov %eax, %ss:v_out + 44; mov %ds, %eax; mov %eax, %ss:v_out + 48\n"
    "mov $0x10, %eax; mov %eax, %ds; mov %eax, %es\n"
    "mov %esp, %esi; mov $v_out, %edi; mov $11, %ecx; cld; rep movsl\n"
    "mov v_esp, %esp; lidt v_idt64; ret\n"
    ".code64\n"
    ".data\n"
    "v_esp: .long 0\n v_idt64: .word 0; .long 0, 0\n"
    "v_idt32: .word 2047; .long idt32\n"
    ".text\n");
extern char stubs32[];

#define BEGIN32 "mov %esp, v_esp; sidt v_idt64; lidt v_idt32\n"
CODE32(enter_vm86,
       BEGIN32 "mov $0x58, %eax; ltr %ax\n"
               "sub $36, %esp; mov %esp, %edi; mov $v_in, %esi; mov $9, %ecx\n"
               "rep movsl; iretl")

static void set_gate32(unsigned vector, unsigned type, unsigned dpl)
{
    uint64_t to = (uint64_t)stubs32 + vector * 16;

    idt32[vector] = (to & 0xffff) | 0x30ull << 16 |
                    (uint64_t)(0x80 | dpl << 5 | type) << 40 | (to >> 16 & 0xffff) << 48;
}

static void describe_tss(void)
{
    uint64_t t = (uint64_t)&tss32;

    gdt[11] = (sizeof tss32 - 1) | (t & 0xffffff) << 16 | 0x89ull << 40 |
              (t >> 24 & 0xff) << 56;
}

static void setup(void)
{
    for (unsigned v = 0; v < 256; v++) {
        set_gate32(v, 14, 0);
    }
    set_gate32(3, 14, 3);
    set_gate32(4, 14, 3);
    set_gate32(0x20, 14, 3);
    tss32.esp0 = (uint64_t)ring0_stack + sizeof ring0_stack;
    tss32.ss0 = 0x10;
    tss32.iomap = 104;
    for (unsigned i = 0; i < sizeof tss32.map; i++) {
        tss32.map[i] = 0xff;
    }
}

#define CODE_AT  0x9000
#define STACK_AT 0x8000
#define DATA_AT  0xa000

/* Runs the bytes at 900:0 with this IOPL until they raise something. */
static void run_vm86(unsigned iopl, const char *code, unsigned len)
{
    volatile uint8_t *to = (volatile uint8_t *)CODE_AT;

    for (unsigned i = 0; i < len; i++) {
        to[i] = code[i];
    }
    to[len] = 0xf4; /* HLT: #GP */
    v_in.eip = 0;
    v_in.cs = CODE_AT >> 4;
    v_in.eflags = 0x20002 | iopl << 12;
    v_in.esp = 0x100;
    v_in.ss = STACK_AT >> 4;
    v_in.es = 0xb00;
    v_in.ds = DATA_AT >> 4;
    v_in.fs = 0xc00;
    v_in.gs = 0xd00;
    v_out.vector = -1;
    describe_tss();
    run32(enter_vm86);
}

/* The first instruction raises it, or (eip) one behind. */
#define VM86(iopl, code, vector_, error_, eip_)    \
    do {                                           \
        run_vm86(iopl, code, sizeof code - 1);     \
        CHECK_EQ(v_out.vector, vector_);           \
        CHECK_EQ(v_out.error, error_);             \
        CHECK_EQ(v_out.eip, eip_);                 \
        CHECK_EQ(v_out.cs, CODE_AT >> 4);          \
        CHECK_EQ(v_out.eflags & 0x20000, 0x20000); \
    } while (0)

static void entry_and_exit(void)
{
    VM86(0, "\x8c\xd8", GP, 0, 2); /* MOV AX, DS */
    CHECK_EQ(v_out.eax & 0xffff, DATA_AT >> 4);
    CHECK_EQ(v_out.esp, 0x100);
    CHECK_EQ(v_out.ss, STACK_AT >> 4);
    CHECK_EQ(v_out.es, 0xb00);
    CHECK_EQ(v_out.ds, DATA_AT >> 4);
    CHECK_EQ(v_out.fs, 0xc00);
    CHECK_EQ(v_out.gs, 0xd00);
    CHECK_EQ(v_out.handler_ds & 0xffff, 0); /* data segments are null in the handler */
}

/* Segments are paragraphs; offsets end at FFFF. */
static void memory(void)
{
    *(volatile uint16_t *)(DATA_AT + 0x10) = 0x1234;
    VM86(0, "\xa1\x10\x00", GP, 0, 3); /* MOV AX, [10] */
    CHECK_EQ(v_out.eax & 0xffff, 0x1234);
    VM86(0, "\x68\x78\x56", GP, 0, 3); /* PUSH 5678 */
    CHECK_EQ(v_out.esp, 0xfe);
    CHECK_EQ(*(volatile uint16_t *)(STACK_AT + 0xfe), 0x5678);
    VM86(0, "\xb8\x01\x0a\x8e\xd8\xa0\x00\x00", GP, 0, 8); /* DS = A01: 16 bytes on */
    CHECK_EQ(v_out.eax & 0xff, 0x34);
    VM86(0, "\xa1\xff\xff", GP, 0, 0); /* a word across the end */
    VM86(0, "\x0f\x0b", UD, 0, 0);
}

static void by_iopl(void)
{
    static const struct {
        const char *code;
        unsigned len;
    } sensitive[] = {
        {"\xfa",     1},
        {"\xfb",     1},
        {"\x9c",     1},
        {"\x9d",     1},
        {"\xcf",     1},
        {"\xcd\x20", 2},
        {"\x66\x9c", 2},
        {"\x66\x9d", 2}
    };

    for (unsigned i = 0; i < sizeof sensitive / sizeof *sensitive; i++) {
        for (unsigned iopl = 0; iopl < 3; iopl++) {
            run_vm86(iopl, sensitive[i].code, sensitive[i].len);
            CHECK_EQ(v_out.vector, GP);
            CHECK_EQ(v_out.error, 0);
            CHECK_EQ(v_out.eip, 0);
        }
    }
    VM86(3, "\xfb", GP, 0, 1); /* STI, CLI, PUSHF; POP AX */
    CHECK_EQ(v_out.eflags & 0x200, 0x200);
    VM86(3, "\xfb\xfa", GP, 0, 2);
    CHECK_EQ(v_out.eflags & 0x200, 0);
    VM86(3, "\x9c\x58", GP, 0, 2);
    CHECK_EQ(v_out.eax & 0xffff, 0x3002);
    VM86(3, "\x6a\x00\x9d", GP, 0, 3); /* PUSH 0, POPF: IOPL stays */
    CHECK_EQ(v_out.eflags & 0x3000, 0x3000);
    /* PUSHF, PUSH CS, PUSH 6, IRET: goes to the HLT at 7 by way of a NOP */
    VM86(3, "\x9c\x0e\x6a\x06\xcf\x90\x90", GP, 0, 7);
    VM86(3, "\xcd\x20", 0x20, 0, 2);
    VM86(3, "\xcd\x21", GP, 0x21 * 8 + 2, 0); /* the gate's DPL is 0 */
    VM86(0, "\xcc", 3, 0, 1);                 /* INT3 and INTO do not look at IOPL */
    VM86(0, "\xb0\x7f\x04\x01\xce", 4, 0, 5);
}

/* Ports are by the map alone, IOPL does not count. */
static void ports(void)
{
    VM86(3, "\xe4\x80", GP, 0, 0);
    tss32.map[0x80 / 8] &= ~1;
    VM86(3, "\xe4\x80", GP, 0, 2);
    VM86(0, "\xe4\x80", GP, 0, 2);
    VM86(0, "\xe5\x80", GP, 0, 0); /* two ports */
    tss32.map[0x80 / 8] |= 1;
}

static void privileged(void)
{
    VM86(3, "\x0f\x20\xc0", GP, 0, 0);     /* MOV EAX, CR0 */
    VM86(3, "\x0f\x21\xf8", GP, 0, 0);     /* MOV EAX, DR7 */
    VM86(3, "\x0f\x01\x16\x10", GP, 0, 0); /* LGDT */
    VM86(3, "\x0f\x06", GP, 0, 0);         /* CLTS */
    VM86(3, "\x0f\x32", GP, 0, 0);         /* RDMSR */
    VM86(3, "\x0f\x00\xc0", UD, 0, 0);     /* SLDT, LTR, LAR, ARPL: not here */
    VM86(3, "\x0f\x00\xd8", UD, 0, 0);
    VM86(3, "\x0f\x02\xc0", UD, 0, 0);
    VM86(3, "\x63\xc0", UD, 0, 0);
}

/* An interrupt may only go to ring 0. */
static void handler_level(void)
{
    idt32[0x20] = (idt32[0x20] & ~0xffff0000ull) | 0x1bull << 16;
    VM86(3, "\xcd\x20", GP, 0x18, 0);
    set_gate32(0x20, 14, 3);
}

CODE32(by_task_gate, BEGIN32 "int $0x30")
CODE32(jump_to_tss, BEGIN32 "ljmp $0x58, $0")
CODE32(call_tss, BEGIN32 "lcall $0x58, $0")
CODE32(return_with_nt, BEGIN32 "pushf; orl $0x4000, (%esp); popf; iretl")

static void refused(void *code, uint32_t error)
{
    v_out.vector = -1;
    describe_tss();
    run32(code);
    CHECK_EQ(v_out.vector, GP);
    CHECK_EQ(v_out.error, error);
}

/* Task switches are not implemented: #GP that names the selector or gate, nothing
 * changed. */
static void tasks(void)
{
    idt32[0x30] = 0x58ull << 16 | 0x85ull << 40;
    refused(by_task_gate, 0x30 * 8 + 2);
    refused(jump_to_tss, 0x58);
    refused(call_tss, 0x58);
    refused(return_with_nt, 0);
    CHECK_EQ(gdt[11] >> 40 & 0xff, 0x89);
}

int test_main(void)
{
    setup();
    entry_and_exit();
    memory();
    by_iopl();
    ports();
    privileged();
    handler_level();
    tasks();
    return failures;
}
