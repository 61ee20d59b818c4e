/* The guest's hardware breakpoints (DR0 to DR3, DR7): code, data, ports; RF, GD, shadows.
 */
/* SPDX-License-Identifier: MIT */
#include "sys.h"

#define WRITE_DR(n, v) asm volatile("mov %0, %%dr" #n ::"r"((uint64_t)(v)) : "memory")
#define READ_DR(n)                                     \
    ({                                                 \
        uint64_t v_;                                   \
        asm volatile("mov %%dr" #n ", %0" : "=r"(v_)); \
        v_;                                            \
    })

/* R/W and LEN of breakpoint n, with its L and G enables. */
enum { EXEC = 0, WRITE = 1, IO = 2, ACCESS = 3 };
enum { LEN1 = 0, LEN2 = 1, LEN8 = 2, LEN4 = 3 };
#define L(n)           (1u << 2 * (n))
#define GL(n)          (2u << 2 * (n))
#define AT(n, rw, len) ((uint32_t)((rw) | (len) << 2) << (16 + 4 * (n)))
#define GD             (1u << 13)

enum { BD = 0x2000, BS = 0x4000 };

/* What each #DB found; the handler clears DR6, and sets RF if it is to go on at a
 * breakpoint. */
static volatile int hits;
static volatile struct {
    uint64_t rip, rflags, dr6, rcx, rax;
} hit[16];
static volatile bool set_rf;

static void on_debug(Frame *f)
{
    if (hits < 16) {
        hit[hits].rip = f->rip;
        hit[hits].rflags = f->rflags;
        hit[hits].dr6 = READ_DR(6) & 0xe00f;
        hit[hits].rcx = f->rcx;
        hit[hits].rax = f->rax;
    }
    hits++;
    WRITE_DR(6, 0xffff0ff0);
    if (set_rf) {
        f->rflags |= 0x10000;
    }
}

static void arm(uint32_t dr7)
{
    hits = 0;
    set_rf = true;
    WRITE_DR(7, dr7);
}

static void disarm(void)
{
    WRITE_DR(7, 0x400);
}

static volatile uint64_t data[8] __attribute__((aligned(64)));

#define LABEL(name) extern char name[]
LABEL(b0);
LABEL(b1);
LABEL(r0);
LABEL(r1);
LABEL(g0);
LABEL(g1);
LABEL(d0);
LABEL(w0);
LABEL(w1);
LABEL(p0);
LABEL(p1);
LABEL(q0);
LABEL(q1);
LABEL(t0);
LABEL(t1);
LABEL(t2);
LABEL(l0);
LABEL(j0);

static int loops(void)
{
    int n;

    asm volatile("xor %0, %0\n"
                 ".globl b0, b1\n"
                 "b0: inc %0\n"
                 "b1: cmp $5, %0\n"
                 "jb b0"
                 : "=&r"(n)::"cc");
    return n;
}

/* The fault comes before the instruction, each time it is met; the return with RF goes
 * on. */
static void code(void)
{
    CHECK_EQ(loops(), 5); /* translated before there is a breakpoint */
    WRITE_DR(0, b0);
    WRITE_DR(3, b1);
    arm(L(0) | AT(0, EXEC, LEN1));
    CHECK_EQ(loops(), 5);
    CHECK_EQ(hits, 5);
    for (int n = 0; n < 5; n++) {
        CHECK_EQ(hit[n].rip, (uint64_t)b0);
        CHECK_EQ(hit[n].dr6, 1);
        CHECK_EQ(hit[n].rflags & 0x10000, 0);
    }
    arm(GL(3) | AT(3, EXEC, LEN1)); /* a global enable is as good; DR0 is off now */
    CHECK_EQ(loops(), 5);
    CHECK_EQ(hits, 5);
    CHECK_EQ(hit[4].rip, (uint64_t)b1);
    CHECK_EQ(hit[4].dr6, 8);
    disarm();
    CHECK_EQ(loops(), 5);
    CHECK_EQ(hits, 5);
}

/* A jump that a branch leads to. */
static __attribute__((noinline)) void branch_to_jump(int n)
{
    asm volatile("test %0, %0\n"
                 "jnz 1f\n"
                 "jmp 2f\n"
                 ".globl j0\n"
                 "1: j0: jmp 2f\n"
                 "nop\n"
                 "2:" ::"r"(n)
                 : "cc");
}

static void jump_behind_branch(void)
{
    branch_to_jump(1); /* translated before there is a breakpoint */
    WRITE_DR(0, j0);
    arm(L(0) | AT(0, EXEC, LEN1));
    branch_to_jump(0);
    branch_to_jump(1);
    CHECK_EQ(hits, 1);
    CHECK_EQ(hit[0].rip, (uint64_t)j0);
    disarm();
}

/* A breakpoint at itself: each turn is an instruction of its own, so RF does not last. */
static void self_jump(void)
{
    WRITE_DR(0, l0);
    arm(L(0) | AT(0, EXEC, LEN1));
    asm volatile("mov $3, %%ecx\n.globl l0\nl0: loop l0" ::: "rcx");
    CHECK_EQ(hits, 3);
    disarm();
}

/* RF covers all iterations of a repeated instruction, however it is cut. */
static void repeated_code(void)
{
    void *to = (void *)data;
    uint64_t n = 5;

    WRITE_DR(1, r0);
    arm(L(1) | AT(1, EXEC, LEN1));
    asm volatile(".globl r0, r1\nr0: rep stosb\nr1:"
                 : "+D"(to), "+c"(n)
                 : "a"(7)
                 : "memory");
    CHECK_EQ(hits, 1);
    CHECK_EQ(hit[0].rip, (uint64_t)r0);
    CHECK_EQ(hit[0].rcx, 5);
    CHECK_EQ(n, 0);
    disarm();
}

static void store(int size, volatile void *at)
{
    switch (size) {
    case 1:
        asm volatile("movb $1, (%0)" ::"r"(at) : "memory");
        break;
    case 2:
        asm volatile("movw $1, (%0)" ::"r"(at) : "memory");
        break;
    case 4:
        asm volatile("movl $1, (%0)" ::"r"(at) : "memory");
        break;
    default:
        asm volatile("movq $1, (%0)" ::"r"(at) : "memory");
    }
}

static uint64_t load(int size, volatile void *at)
{
    uint64_t v = 0;

    if (size == 1) {
        asm volatile("movzbl (%1), %k0" : "=r"(v) : "r"(at) : "memory");
    } else {
        asm volatile("movq (%1), %0" : "=r"(v) : "r"(at) : "memory");
    }
    return v;
}

/* A trap comes after the access. Only bytes that the breakpoint covers count. */
static void data_breakpoints(void)
{
    volatile char *base = (volatile char *)data;

    for (int i = 0; i < 8; i++) {
        data[i] = 0;
    }
    WRITE_DR(0, base + 9); /* 4 bytes: from 8 on */
    arm(L(0) | AT(0, WRITE, LEN4));
    store(1, base + 7);
    store(1, base + 12);
    store(8, base);
    CHECK_EQ(hits, 0);
    load(8, base + 8);
    CHECK_EQ(hits, 0);
    store(1, base + 11);
    CHECK_EQ(hits, 1);
    store(8, base + 1);
    CHECK_EQ(hits, 2);
    store(4, base + 5); /* ends at the first byte */
    CHECK_EQ(hits, 3);
    CHECK_EQ(hit[2].dr6, 1);

    arm(L(0) | AT(0, WRITE, LEN4));
    asm volatile(".globl w0, w1\nw0: addl $5, 8(%0)\nw1: nop" ::"r"(base)
                 : "memory", "cc");
    CHECK_EQ(hits, 1);
    CHECK_EQ(hit[0].rip, (uint64_t)w1);
    CHECK_EQ(hit[0].rflags & 0x10000, 0);

    WRITE_DR(2, base + 16);
    WRITE_DR(3, base + 16);
    arm(GL(2) | AT(2, ACCESS, LEN8) | L(3) | AT(3, WRITE, LEN1));
    load(1, base + 23);
    CHECK_EQ(hits, 1);
    CHECK_EQ(hit[0].dr6, 4);
    store(8, base + 16);
    CHECK_EQ(hits, 2);
    CHECK_EQ(hit[1].dr6, 12);
    load(1, base + 24);
    CHECK_EQ(hits, 2);
    disarm();
    store(8, base + 16);
    load(8, base + 16);
    CHECK_EQ(hits, 2);
}

/* The page's other data, and an access across pages. */
static void pages(void)
{
    static volatile char two[8192] __attribute__((aligned(4096)));

    WRITE_DR(1, two + 4096);
    arm(L(1) | AT(1, WRITE, LEN2));
    store(8, two + 4096 - 8);
    CHECK_EQ(hits, 0);
    store(8, two + 4096 - 7);
    CHECK_EQ(hits, 1);
    store(8, two + 4098);
    CHECK_EQ(hits, 1);
    CHECK_EQ(two[4098], 1);
    disarm();
}

/* One of several accesses off one base, which may be checked together. */
LABEL(n0);
LABEL(n1);

static void neighbours(void)
{
    WRITE_DR(0, data + 2);
    arm(L(0) | AT(0, ACCESS, LEN8));
    asm volatile("movq $1, (%0); movq $2, 8(%0); movq $3, 16(%0)\n"
                 ".globl n0, n1\n"
                 "n0: movq $4, 24(%0); mov 8(%0), %%rax; mov 16(%0), %%rax\n"
                 "n1: mov 24(%0), %%rax" ::"r"(data)
                 : "rax", "memory");
    CHECK_EQ(hits, 2);
    CHECK_EQ(hit[0].rip, (uint64_t)n0);
    CHECK_EQ(hit[1].rip, (uint64_t)n1);
    CHECK_EQ(hit[1].rax, 3);
    CHECK_EQ(data[3], 4);
    disarm();
}

/* Reported after the iteration that hits. */
static void repeated_data(void)
{
    void *to = (void *)data;
    uint64_t n = 20;

    WRITE_DR(0, (uint64_t)data + 6);
    arm(L(0) | AT(0, WRITE, LEN2));
    asm volatile(".globl q0, q1\nq0: rep stosb\nq1:"
                 : "+D"(to), "+c"(n)
                 : "a"(9)
                 : "memory");
    CHECK_EQ(hits, 2);
    CHECK_EQ(hit[0].rcx, 13);
    CHECK_EQ(hit[0].rip, (uint64_t)q0);
    CHECK_EQ(hit[1].rcx, 12);
    CHECK_EQ(n, 0);
    CHECK_EQ(((volatile uint8_t *)data)[19], 9);
    disarm();
}

/* Locked and 16-byte operations take other ways to memory. */
static void other_accesses(void)
{
    uint64_t a = 0, d = 0;

    WRITE_DR(0, data + 2);
    arm(L(0) | AT(0, WRITE, LEN8));
    asm volatile("lock incq %0" : "+m"(data[2])::"cc");
    CHECK_EQ(hits, 1);
    asm volatile("xchg %0, %1" : "+r"(a), "+m"(data[2]));
    CHECK_EQ(hits, 2);
    asm volatile("lock cmpxchg16b %0"
                 : "+m"(data[2]), "+a"(a), "+d"(d)
                 : "b"(0ull), "c"(0ull)
                 : "cc");
    CHECK_EQ(hits, 3);
    disarm();

    uint64_t rsp;

    asm volatile("mov %%rsp, %0" : "=r"(rsp));
    WRITE_DR(0, rsp - 64);
    arm(L(0) | AT(0, WRITE, LEN8));
    asm volatile("lea -56(%0), %%rsp; push %%rax; mov %0, %%rsp" ::"r"(rsp) : "memory");
    CHECK_EQ(hits, 1);
    disarm();
}

/* The frame that an interrupt pushes is data, too: the trap comes before its handler's
 * first instruction. */
static volatile uint64_t seen_at_entry;

static void note_entry(Frame *f)
{
    (void)f;
    seen_at_entry = hits;
}

static void delivery(void)
{
    uint64_t rsp;

    trap_fn[0x81] = note_entry;
    asm volatile("mov %%rsp, %0" : "=r"(rsp));
    rsp = (rsp - 1024) & ~15ull;
    WRITE_DR(0, rsp - 24); /* the flags of the frame */
    arm(L(0) | AT(0, WRITE, LEN8));
    set_rf = false;
    seen_at_entry = -1;
    asm volatile("mov %%rsp, %%rbx; mov %0, %%rsp; int $0x81; mov %%rbx, %%rsp" ::"r"(rsp)
                 : "rbx", "memory");
    CHECK_EQ(hits, 1);
    CHECK_EQ(seen_at_entry, 1);
    disarm();
}

/* Single step and a data breakpoint: one #DB with both. */
static void with_tf(void)
{
    WRITE_DR(0, data);
    arm(L(0) | AT(0, WRITE, LEN8));
    set_rf = false;
    asm volatile("pushf; pushf; orq $0x100, (%%rsp); popf\n"
                 "movl $1, %0\n"
                 "popf"
                 : "=m"(data[0])::"memory", "cc");
    CHECK_EQ(hits, 2);
    CHECK_EQ(hit[0].dr6, BS | 1);
    CHECK_EQ(hit[1].dr6, BS);
    disarm();
}

/* MOV SS holds a data breakpoint until after the next instruction, and an instruction
 * breakpoint there is not met. */
static void shadow(void)
{
    uint64_t ss;

    asm volatile("mov %%ss, %0" : "=r"(ss));
    data[3] = ss;
    WRITE_DR(0, data + 3);
    WRITE_DR(1, t0);
    arm(L(0) | AT(0, ACCESS, LEN8) | L(1) | AT(1, EXEC, LEN1));
    asm volatile("mov %0, %%ss\n"
                 ".globl t0, t1, t2\n"
                 "t0: nop\n"
                 "t1: nop\n" ::"m"(data[3]));
    CHECK_EQ(hits, 1);
    CHECK_EQ(hit[0].rip, (uint64_t)t1);
    CHECK_EQ(hit[0].dr6, 1);

    /* INT n there: the trap comes in front of the handler */
    arm(L(0) | AT(0, ACCESS, LEN8));
    set_rf = false;
    seen_at_entry = -1;
    asm volatile("mov %0, %%ss\n int $0x81\n t2: nop" ::"m"(data[3]));
    CHECK_EQ(hits, 1);
    CHECK_EQ(seen_at_entry, 1);
    disarm();
}

static void ports(void)
{
    uint8_t buf[4] = {1, 2, 3, 4};
    void *from = buf;
    uint64_t n = 4, v;

    WRITE_DR(0, 0x80);
    WRITE_DR(1, 0xed);
    arm(L(0) | AT(0, IO, LEN2) | L(1) | AT(1, IO, LEN1));
    outb(0x80, 1);
    CHECK_EQ(hits, 0); /* not without CR4.DE: the encoding is undefined then */
    v = READ_CR(4);
    WRITE_CR(4, v | 8);
    asm volatile(".globl p0, p1\np0: out %%al, $0x80\np1: nop" ::"a"(1));
    CHECK_EQ(hits, 1);
    CHECK_EQ(hit[0].rip, (uint64_t)p1);
    CHECK_EQ(hit[0].dr6, 1);
    inb(0x81);
    CHECK_EQ(hits, 2);
    inb(0x82);
    CHECK_EQ(hits, 2);
    asm volatile("inl $0xea, %%eax" ::: "rax");
    CHECK_EQ(hits, 3);
    CHECK_EQ(hit[2].dr6, 2);
    asm volatile("rep outsb" : "+S"(from), "+c"(n) : "d"(0x80) : "memory");
    CHECK_EQ(hits, 7);
    CHECK_EQ(hit[3].rcx, 3);
    CHECK_EQ(hit[6].rcx, 0);
    WRITE_CR(4, v);
    disarm();
}

/* GD: MOV DR faults with BD; the handler finds GD clear. DR4 and DR5 are DR6 and DR7,
 * unless CR4.DE. */
static void registers(void)
{
    uint64_t v, cr4 = READ_CR(4);

    arm(GD);
    set_rf = false;
    asm volatile(".globl g0, g1\ng0: mov %%dr3, %0\ng1: nop" : "=r"(v));
    CHECK_EQ(hits, 1);
    CHECK_EQ(hit[0].dr6, BD);
    CHECK_EQ(hit[0].rip, (uint64_t)g0); /* a fault: then it went on, as GD was clear */
    CHECK_EQ(hit[0].rflags & 0x10000, 0x10000);
    CHECK_EQ(READ_DR(7), 0x400);

    WRITE_DR(7, 0xfffffffeu & ~GD & ~0xffu);
    CHECK_EQ(READ_DR(7), 0xffff0700);
    disarm();
    WRITE_DR(6, 0);
    CHECK_EQ(READ_DR(6), 0xffff0ff0);
    WRITE_DR(6, 0xffffffff);
    CHECK_EQ(READ_DR(6), 0xffffefff);
    asm volatile(".byte 0x0f, 0x21, 0xe0; mov %%rax, %0"
                 : "=r"(v)::"rax"); /* MOV RAX, DR4 */
    CHECK_EQ(v, 0xffffefff);
    WRITE_DR(6, 0);
    WRITE_CR(4, cr4 | 8);
    TRY(".byte 0x0f, 0x21, 0xe0");
    CHECK_EQ(trap.vector, 6);
    WRITE_CR(4, cr4);
    TRY("mov $0x100000000, %%rax; mov %%rax, %%dr7");
    CHECK_EQ(trap.vector, 13);
    TRY("mov $0x100000000, %%rax; mov %%rax, %%dr6");
    CHECK_EQ(trap.vector, 13);
    WRITE_DR(2, 0x8000000000000000ull); /* any value, canonical or not */
    CHECK_EQ(READ_DR(2), 0x8000000000000000ull);
}

/* BS and the hits are what a #DB adds to DR6; the hits of an earlier one do not stay. */
static void sticky(void)
{
    trap_fn[1] = NULL;
    WRITE_DR(6, 0x4003);
    WRITE_DR(2, data);
    WRITE_DR(7, L(2) | AT(2, WRITE, LEN8));
    TRY("movq $0, data");
    disarm();
    CHECK_EQ(trap.vector, 1);
    CHECK_EQ(READ_DR(6) & 0xe00f, 0x4004);
    WRITE_DR(6, 0);
    trap_fn[1] = on_debug;
}

/* Ring 3 hits breakpoints, but may not touch the registers. */
static void user_code(void)
{
    asm volatile(".globl d0\nd0: movl $1, data; int $0x80" ::: "memory");
}
static void user_dr(void)
{
    asm volatile("mov %%dr7, %%rax; int $0x80" ::: "rax");
}

static void ring3(void)
{
    WRITE_DR(0, d0);
    WRITE_DR(1, data);
    arm(L(0) | AT(0, EXEC, LEN1) | L(1) | AT(1, WRITE, LEN4));
    run_user(user_code);
    CHECK_EQ(trap.vector, 0x80);
    CHECK_EQ(hits, 2);
    CHECK_EQ(hit[0].dr6, 1);
    CHECK_EQ(hit[1].dr6, 2);
    arm(GD);
    run_user(user_dr);
    CHECK_EQ(trap.vector, 13); /* before GD is looked at */
    CHECK_EQ(hits, 0);
    READ_DR(7);
    disarm();
}

int test_main(void)
{
    trap_fn[1] = on_debug;
    code();
    jump_behind_branch();
    self_jump();
    repeated_code();
    data_breakpoints();
    pages();
    neighbours();
    repeated_data();
    other_accesses();
    delivery();
    with_tf();
    shadow();
    ports();
    registers();
    sticky();
    ring3();
    return failures;
}
