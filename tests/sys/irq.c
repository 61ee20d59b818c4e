/* Interrupts: APIC timer, self-IPIs and priorities, PIC, HLT, the shadow of STI, TPR. */
/* SPDX-License-Identifier: MIT */
#include "sys.h"

#define APIC 0xfee00000ull
enum {
    ID = 0x20,
    TPR = 0x80,
    PPR = 0xa0,
    EOI = 0xb0,
    SVR = 0xf0,
    ISR = 0x100,
    IRR = 0x200,
    ESR = 0x280,
    ICR = 0x300,
    ICR2 = 0x310,
    LVTT = 0x320,
    LVT0 = 0x350,
    TICR = 0x380,
    TCCR = 0x390,
    TDCR = 0x3e0
};

static uint32_t apic_read(unsigned r)
{
    return *(volatile uint32_t *)(APIC + r);
}
static void apic_write(unsigned r, uint32_t v)
{
    *(volatile uint32_t *)(APIC + r) = v;
}

static volatile int count[256];
static volatile int order[32], norder;

static void note(Frame *f)
{
    count[f->vector]++;
    if (norder < 32) {
        order[norder++] = f->vector;
    }
    apic_write(EOI, 0);
}

static void on(int vector)
{
    trap_fn[vector] = note;
    count[vector] = 0;
}

static void cli(void)
{
    asm volatile("cli" ::: "memory");
}
static void sti(void)
{
    asm volatile("sti; nop" ::: "memory");
}
static void halt(void)
{
    asm volatile("sti; hlt; cli" ::: "memory");
}

static void self_ipi(int vector)
{
    apic_write(ICR, 0x40000 | vector);
}

static void apic_on(void)
{
    apic_write(SVR, 0x1ff);
    apic_write(TPR, 0);
    CHECK_EQ(apic_read(SVR) & 0x100, 0x100);
}

/* Waiting interrupts come highest vector first, when IF allows. */
static void priorities(void)
{
    on(0x41);
    on(0x51);
    on(0x61);
    cli();
    norder = 0;
    self_ipi(0x41);
    self_ipi(0x61);
    self_ipi(0x51);
    CHECK_EQ(norder, 0);
    CHECK_EQ(apic_read(IRR + 0x20) & 2, 2);
    CHECK_EQ(apic_read(IRR + 0x30) & 2, 2);
    sti();
    cli();
    CHECK_EQ(norder, 3);
    CHECK_EQ(order[0], 0x61);
    CHECK_EQ(order[1], 0x51);
    CHECK_EQ(order[2], 0x41);
}

/* The task priority holds back its class and those below; CR8 is the same register. */
static void task_priority(void)
{
    cli();
    norder = 0;
    apic_write(TPR, 0x50);
    CHECK_EQ(READ_CR(8), 5);
    self_ipi(0x51);
    self_ipi(0x61);
    sti();
    cli();
    CHECK_EQ(norder, 1);
    CHECK_EQ(order[0], 0x61);
    sti();
    WRITE_CR(8, 0);
    asm volatile("nop");
    cli();
    CHECK_EQ(apic_read(TPR), 0);
    CHECK_EQ(norder, 2);
}

static void nested(Frame *f)
{
    count[f->vector]++;
    if (f->vector == 0x41) {
        CHECK_EQ(apic_read(PPR) & 0xf0, 0x40);
        self_ipi(0x42); /* the same class: after EOI */
        self_ipi(0x51); /* higher: at once */
        sti();
        cli();
        CHECK_EQ(count[0x51], 1);
        CHECK_EQ(count[0x42], 0);
    }
    apic_write(EOI, 0);
}

static void nesting(void)
{
    on(0x41);
    on(0x42);
    on(0x51);
    trap_fn[0x41] = trap_fn[0x51] = nested;
    cli();
    self_ipi(0x41);
    sti();
    cli();
    CHECK_EQ(count[0x41], 1);
    CHECK_EQ(count[0x42], 1);
}

static void timer(void)
{
    on(0x70);
    cli();
    apic_write(TDCR, 3); /* by 16 */
    apic_write(LVTT, 0x70);
    apic_write(TICR, 62500); /* 1 ms: the processor has come to HLT */
    halt();
    CHECK_EQ(count[0x70], 1);
    CHECK_EQ(apic_read(TCCR), 0);
    apic_write(LVTT, 0x20070); /* periodic */
    apic_write(TICR, 2000);
    for (int i = 0; i < 200; i++) { /* they come before, at and behind STI and HLT */
        halt();
        CHECK(count[0x70] > i + 1);
    }
    apic_write(TICR, 0);
    /* a busy loop is interrupted too */
    int before = count[0x70];

    apic_write(LVTT, 0x70);
    apic_write(TICR, 1000);
    sti();
    while (count[0x70] == before) {
    }
    /* That may have been the last of the periodic ones: nothing is left behind. */
    apic_write(LVTT, 0x10070);
    sti();
    cli();
}

static void deadline(void)
{
    if (!has_feature(1, 2, 24)) {
        return;
    }
    cli();
    on(0x71);
    apic_write(LVTT, 0x40071);
    asm volatile("mfence");
    uint64_t when = rdtsc() + 1000000000000;

    wrmsr(0x6e0, when); /* far off: it does not come while we look */
    CHECK_EQ(rdmsr(0x6e0), when);
    when = rdtsc() + 2000000;
    wrmsr(0x6e0, when);
    halt();
    CHECK_EQ(count[0x71], 1);
    CHECK(rdtsc() >= when);
    CHECK_EQ(rdmsr(0x6e0), 0);
    wrmsr(0x6e0, rdtsc() + 1000000000);
    wrmsr(0x6e0, 0); /* disarmed */
    CHECK_EQ(rdmsr(0x6e0), 0);
    wrmsr(0x6e0, 1); /* in the past: at once */
    sti();
    cli();
    CHECK_EQ(count[0x71], 2);
}

static void pic_note(Frame *f)
{
    count[f->vector]++;
    outb(0x20, 0x20);
}

/* PIT channel 0 through the 8259 and LINT0 as ExtINT. */
static void pic(void)
{
    cli();
    outb(0x20, 0x11);
    outb(0x21, 0x30);
    outb(0x21, 4);
    outb(0x21, 1);
    outb(0x21, 0xfe); /* IRQ 0 only */
    trap_fn[0x30] = pic_note;
    count[0x30] = 0;
    apic_write(LVT0, 0x700);
    outb(0x43, 0x34);
    outb(0x40, 1193182 / 1000 & 255);
    outb(0x40, (1193182 / 1000) >> 8);
    for (int i = 0; i < 3; i++) {
        halt();
    }
    CHECK(count[0x30] >= 3);
    outb(0x21, 0xff);
}

/* The instruction behind STI is not interrupted: a waiting interrupt comes after it. */
static volatile uint64_t shadow_rip;
static void note_rip(Frame *f)
{
    shadow_rip = f->rip;
    apic_write(EOI, 0);
}

extern char behind_shadow[], after_popf[];

static void shadows(void)
{
    trap_fn[0x43] = note_rip;
    cli();
    self_ipi(0x43);
    asm volatile("sti; nop; .globl behind_shadow; behind_shadow: nop; nop; cli" ::
                     : "memory");
    CHECK_EQ(shadow_rip, (uint64_t)behind_shadow);
    self_ipi(0x43);
    asm volatile(
        "pushf; orq $0x200, (%%rsp); popf; .globl after_popf; after_popf: nop; cli" ::
            : "memory", "cc");
    CHECK_EQ(shadow_rip, (uint64_t)after_popf); /* POPF casts none */
}

/* STI is a page's last byte, so the translator's unit ends with it. */
asm(".pushsection .text\n"
    ".balign 4096\n.skip 4095\n"
    ".globl sti_at_end, next_page\n"
    "sti_at_end: sti\n"
    "next_page: nop\nnop\nnop\nnop\ncli\nret\n"
    ".popsection\n");
extern char sti_at_end[], next_page[];

/* The timer comes at any time around such an STI, but never behind it. */
static void shadow_of_page_end(void)
{
    int too_early = 0;

    trap_fn[0x46] = note_rip;
    apic_write(TDCR, 3);
    apic_write(LVTT, 0x46);
    for (int i = 0; i < 2000; i++) {
        shadow_rip = 0;
        apic_write(TICR, i % 64 + 1);
        asm volatile("call *%0" ::"r"(sti_at_end) : "memory");
        too_early += shadow_rip == (uint64_t)next_page;
        while (!shadow_rip) {
            sti();
            cli();
        }
    }
    CHECK_EQ(too_early, 0);
}

/* IF set by IRET from the handler: the interrupted loop goes on, many times. */
static void storm(void)
{
    volatile uint64_t x = 0;

    on(0x44);
    sti();
    for (int i = 0; i < 2000; i++) {
        self_ipi(0x44);
        x += i;
    }
    cli();
    CHECK_EQ(count[0x44], 2000);
    CHECK_EQ(x, 1999000);
}

/* The next one 100 us after this one's end, however slow the host is. */
static void again(Frame *f)
{
    note(f);
    apic_write(TICR, 6250);
}

/* A string instruction is interrupted between its elements, and goes on. */
static void strings(void)
{
    static uint64_t block[512 << 10];
    enum { WORDS = sizeof block / sizeof *block };

    on(0x45);
    trap_fn[0x45] = again;
    apic_write(TDCR, 3);
    apic_write(LVTT, 0x45);
    apic_write(TICR, 6250);
    sti();
    for (uint64_t round = 1; round <= 20; round++) {
        uint64_t *to = block, n = WORDS;

        asm volatile("rep stosq" : "+D"(to), "+c"(n) : "a"(round) : "memory");
        CHECK_EQ(n, 0);
        CHECK_EQ((uint64_t)to, (uint64_t)(block + WORDS));
        for (unsigned i = 0; i < WORDS; i += 8191) {
            CHECK_EQ(block[i], round);
        }
    }
    while (!count[0x45]) {
    }
    apic_write(LVTT, 0x10045);
    sti();
    cli();
}

int test_main(void)
{
    outb(0x21, 0xff);
    outb(0xa1, 0xff);
    apic_on();
    priorities();
    task_priority();
    nesting();
    timer();
    deadline();
    shadows();
    shadow_of_page_end();
    storm();
    strings();
    pic();
    return failures;
}
