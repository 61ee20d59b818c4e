/* A guest that checks itself until an NMI comes: registers that nobody touches,
 * interrupts, traps, paging, changing code. Meanwhile changes.sh changes its accelerator.
 */
/* SPDX-License-Identifier: MIT */
#include "pvclock.h"
#include "sys.h"

#define APIC 0xfee00000ull
enum { EOI = 0xb0, SVR = 0xf0, LVTT = 0x320, LVT0 = 0x350, TICR = 0x380, TDCR = 0x3e0 };

static void apic_write(unsigned r, uint32_t v)
{
    *(volatile uint32_t *)(APIC + r) = v;
}

/* ---- interrupts ---- */

/*
 * What is made for the processor that QEMU 10.0.2 emulates (tests/kvm) does without what
 * that one does wrong now and then: it passes a breakpoint over for an interrupt that
 * comes at the same instruction (CALM_BREAKPOINTS); and where KVM injects an interrupt,
 * the frame's IF is sometimes clear (CALM_FRAMES).
 */
#ifdef CALM_BREAKPOINTS
#define CALM(what)                        \
    do {                                  \
        asm volatile("cli" ::: "memory"); \
        what;                             \
        asm volatile("sti" ::: "memory"); \
    } while (0)
#else
#define CALM(what) what
#endif
#ifdef CALM_FRAMES
#define CHECK_FRAME(f) (void)(f)
#else
#define CHECK_FRAME(f) CHECK((f)->rflags & 0x200)
#endif

static volatile uint64_t apic_ticks, pit_ticks, last_tsc, last_pv;
static volatile bool done, has_pvclock;

static void check_time(void)
{
    uint64_t now = rdtsc();

    CHECK(now >= last_tsc);
    last_tsc = now;
    if (has_pvclock) {
        now = pv_ns();
        CHECK(now >= last_pv);
        last_pv = now;
    }
}

static void on_apic_timer(Frame *f)
{
    CHECK_FRAME(f);
    apic_ticks++;
    check_time();
    apic_write(EOI, 0);
}

static void on_pit(Frame *f)
{
    CHECK_FRAME(f);
    pit_ticks++;
    outb(0x20, 0x20);
}

static void on_nmi(Frame *f)
{
    (void)f;
    done = true;
}

static void start_timers(void)
{
    outb(0x20, 0x11);
    outb(0x21, 0x30);
    outb(0x21, 4);
    outb(0x21, 1);
    outb(0x21, 0xfe); /* IRQ 0 only */
    outb(0xa1, 0xff);
    apic_write(SVR, 0x1ff);
    apic_write(LVT0, 0x700);
    trap_fn[2] = on_nmi;
    trap_fn[0x30] = on_pit;
    trap_fn[0x70] = on_apic_timer;
    outb(0x43, 0x34);
    outb(0x40, 1193182 / 500 & 255);
    outb(0x40, (1193182 / 500) >> 8);
    apic_write(TDCR, 3);       /* by 16 */
    apic_write(LVTT, 0x20070); /* periodic */
    apic_write(TICR, 200 * 1000);
    asm volatile("sti");
}

/* ---- x87 and vector registers: loaded once, compared ever after ---- */

static uint8_t first_fpu[1024] __attribute__((aligned(64)));
static uint8_t now_fpu[1024] __attribute__((aligned(64)));
static bool have_avx;

static void save_fpu(uint8_t *to)
{
    if (have_avx) {
        asm volatile("xsave64 (%0)" ::"r"(to), "a"(7), "d"(0) : "memory");
    } else {
        asm volatile("fxsave64 (%0)" ::"r"(to) : "memory");
    }
}

static void load_fpu(void)
{
    static uint8_t image[1024] __attribute__((aligned(64)));

    WRITE_CR(4, READ_CR(4) | 0x600); /* OSFXSR, OSXMMEXCPT */
    have_avx = has_feature(1, 2, 26) && has_feature(1, 2, 28);
    if (have_avx) {
        WRITE_CR(4, READ_CR(4) | 0x40000); /* OSXSAVE */
        asm volatile("xsetbv" ::"c"(0), "a"(7), "d"(0));
    }
    asm volatile("fninit; fldpi; fldl2e; fldln2; fld1; fldz; fldlg2");
    save_fpu(image);
    for (int i = 160; i < 416; i++) { /* XMM */
        image[i] = i * 7;
    }
    for (int i = 576; i < 832; i++) { /* upper halves of YMM */
        image[i] = i * 5;
    }
    image[0] = 0x7f;
    image[1] = 0x0a;                             /* x87: double precision, round up */
    *(uint32_t *)(image + 24) = 0x1f80 | 0x2000; /* MXCSR: round down */
    if (have_avx) {
        image[512] = 7;
        asm volatile("xrstor64 (%0)" ::"r"(image), "a"(7), "d"(0));
    } else {
        asm volatile("fxrstor64 (%0)" ::"r"(image));
    }
    save_fpu(first_fpu);
}

static void check_fpu_bytes(int from, int to)
{
    for (int i = from; i < to; i++) {
        if (first_fpu[i] != now_fpu[i]) {
            print("byte %d of the FPU's image is %x, was %x\n", i, now_fpu[i],
                  first_fpu[i]);
            failures++;
            return;
        }
    }
}

static void check_fpu(void)
{
    save_fpu(now_fpu);
    check_fpu_bytes(0, 5);   /* control, status, tags */
    check_fpu_bytes(24, 28); /* MXCSR */
    for (int i = 0; i < 8; i++) {
        check_fpu_bytes(32 + 16 * i, 42 + 16 * i);
    }
    check_fpu_bytes(160, 416);
    if (have_avx) {
        check_fpu_bytes(576, 832);
    }
}

/* ---- MSRs, control and debug registers ---- */

static const struct {
    uint32_t msr;
    uint64_t value;
} msrs[] = {
    {0xc0000081, 0x0023001000000000},
    {0xc0000082, 0xffffffff81234560},
    {0xc0000084, 0x47700           },
    {0xc0000100, 0x123456789a      }, /* FS base */
    {0xc0000101, 0xffff888000001000}, /* GS base */
    {0xc0000102, 0xffff888000002000},
    {0x174,      0x10              },
    {0x175,      0xffffffff80001000},
    {0x176,      0xffffffff80002000},
    {0x277,      0x0007010600070106}, /* PAT */
};

static volatile int debug_hits;

static void on_debug(Frame *f)
{
    uint64_t dr6;

    asm volatile("mov %%dr6, %0" : "=r"(dr6));
    CHECK_EQ(dr6 & 0xf, 4);
    asm volatile("mov %0, %%dr6" ::"r"(0xffff0ff0ull));
    debug_hits++;
    f->rflags |= 0x10000; /* RF */
}

static __attribute__((noinline)) void watched(void)
{
    asm volatile("");
}

static void load_registers(void)
{
    for (size_t i = 0; i < sizeof msrs / sizeof *msrs; i++) {
        wrmsr(msrs[i].msr, msrs[i].value);
    }
    trap_fn[1] = on_debug;
    asm volatile("mov %0, %%dr0" ::"r"(0x1111ull));
    asm volatile("mov %0, %%dr1" ::"r"(0x2222ull));
    asm volatile("mov %0, %%dr2" ::"r"((uint64_t)watched));
    asm volatile("mov %0, %%dr3" ::"r"(0x4444ull));
    asm volatile("mov %0, %%dr7" ::"r"(0x420ull)); /* DR2: execution */
    WRITE_CR(8, 3);
}

static void check_registers(void)
{
    uint64_t dr;
    int hits = debug_hits;

    for (size_t i = 0; i < sizeof msrs / sizeof *msrs; i++) {
        CHECK_EQ(rdmsr(msrs[i].msr), msrs[i].value);
    }
    asm volatile("mov %%dr1, %0" : "=r"(dr));
    CHECK_EQ(dr, 0x2222);
    asm volatile("mov %%dr7, %0" : "=r"(dr));
    CHECK_EQ(dr, 0x420);
    CHECK_EQ(READ_CR(8), 3);
    CALM(watched());
    CHECK_EQ(debug_hits, hits + 1);
}

/* ---- traps and ring 3 ---- */

/* KVM without virtual machines has no INT in ring 3 (docs/kvm.md). */
#ifdef CALM_USER
#define LEAVE_USER   "ud2"
#define LEAVE_VECTOR 6
#else
#define LEAVE_USER   "int $0x80"
#define LEAVE_VECTOR 0x80
#endif

static void user_code(void)
{
    asm volatile("mov $1000, %%ecx; 1: dec %%ecx; jnz 1b; " LEAVE_USER ::: "ecx");
}

static void check_traps(unsigned round)
{
    TRY("ud2");
    CHECK_EQ(trap.vector, 6);
    TRY("xor %%edx, %%edx; xor %%ecx, %%ecx; mov $1, %%eax; div %%ecx");
    CHECK_EQ(trap.vector, 0);
    arg[0] = 0x123456789000 + (round & 0xff);
    TRY("mov arg, %%rax; mov (%%rax), %%al");
    CHECK_EQ(trap.vector, 14);
    CHECK_EQ(trap.cr2, arg[0]);
    if (round % 8 == 0) {
        run_user(user_code);
        CHECK_EQ(trap.vector, LEAVE_VECTOR);
    }
}

/* ---- memory: pages that move, code that changes, strings that are interrupted ---- */

#define WINDOW 0x123450000000ull

static void check_paging(unsigned round)
{
    static uint64_t *entry, *pages[2];

    if (!entry) {
        for (int i = 0; i < 2; i++) {
            pages[i] = alloc_page();
            *pages[i] = 0xabcd0000 + i;
        }
        entry = map_page(WINDOW, (uint64_t)pages[0], P | W);
    }
    *entry = (uint64_t)pages[round & 1] | P | W;
    invlpg(WINDOW);
    CHECK_EQ(*(volatile uint64_t *)WINDOW, 0xabcd0000 + (round & 1));
}

static void check_code(unsigned round)
{
    static uint8_t code[16] = {0xb8, 0, 0, 0, 0, 0xc3}; /* mov $imm, %eax; ret */
    uint32_t (*fn)(void) = (void *)code;

    *(volatile uint32_t *)(code + 1) = round * 77;
    CHECK_EQ(fn(), round * 77);
}

static void check_string(unsigned round)
{
    static uint32_t from[8192], to[8192];
    uint32_t *s = from, *d = to;
    uint64_t n = 8192;

    from[round % 8192] = round;
    asm volatile("rep movsl" : "+S"(s), "+D"(d), "+c"(n)::"memory");
    CHECK_EQ(n, 0);
    CHECK_EQ(to[round % 8192], round);
    CHECK_EQ(to[(round - 1) % 8192], from[(round - 1) % 8192]);
}

/* An instruction that reads a device's register and writes it: both, or neither. */
static void check_device(unsigned round)
{
    volatile uint32_t *comparator = (void *)0xfed00128ull; /* of the HPET's timer 1 */

    *comparator = round;
    for (unsigned n = 1; n <= 4; n++) {
        asm volatile("incl %0" : "+m"(*comparator));
        CHECK_EQ(*comparator, round + n);
    }
}

/* kvmclock, which the accelerator keeps that offers it: the MSRs are there, and from time
 * to time the guest asks for it anew, several times: a change may come right then. */
static void check_pvclock(unsigned round)
{
    if (!has_pvclock) {
        return;
    }
    CHECK_EQ(rdmsr(PV_TIME), (uint64_t)pv_page | 1);
    CHECK_EQ(rdmsr(PV_WALL), (uint64_t)&pv_boot);
    CHECK(pv_boot.sec > 1600000000 && pv_boot.nsec < 1000000000);
    for (int n = round % 16 ? 0 : 100; n > 0; n--) {
        asm volatile("cli");
        pv_start();
        check_time();
        asm volatile("sti");
    }
}

/* A sum that is known, in registers all the time. */
static void check_sum(unsigned round)
{
    uint64_t sum = round, n = 20000;

    asm volatile("1: add %1, %0; dec %1; jnz 1b" : "+r"(sum), "+r"(n)::"cc");
    CHECK_EQ(sum, round + 20000ull * 20001 / 2);
}

int test_main(void)
{
    unsigned round = 0;

    load_fpu();
    load_registers();
    has_pvclock = pv_is_offered();
    if (has_pvclock) {
        pv_start();
    }
    start_timers();
    for (; !done && !failures; round++) {
        check_fpu();
        check_registers();
        check_traps(round);
        check_paging(round);
        check_code(round);
        check_string(round);
        check_device(round);
        check_sum(round);
        check_pvclock(round);
        asm volatile("cli"); /* or its handler's time comes between the two readings */
        check_time();
        asm volatile("sti");
        if (round % 4 == 0) {
            asm volatile("hlt");
        }
    }
    CHECK(round > 0 && apic_ticks > 0 && pit_ticks > 0);
    return failures;
}
