/* The test kernels' runtime: console, IDT, caught traps, page tables, ring 3. */
/* SPDX-License-Identifier: MIT */
#include "sys.h"

#include <stdarg.h>

#define COM1       0x3f8
#define DEBUG_EXIT 0xf4

volatile Trap trap;
TrapFn trap_fn[256];
volatile uint64_t fixup_rip, fixup_rsp, arg[8];
int failures;
Tss tss;
extern char trap_stubs[];

static struct __attribute__((packed)) {
    uint16_t limit;
    uint64_t base;
} idt_ptr;
static uint64_t idt[512];
static uint8_t user_stack[8192] __attribute__((aligned(4096)));
static uint8_t kernel_stack[8192] __attribute__((aligned(16)));

static void put(char c)
{
    while (!(inb(COM1 + 5) & 0x20)) {
    }
    outb(COM1, c);
}

static void put_hex(uint64_t v)
{
    bool started = false;

    for (int s = 60; s >= 0; s -= 4) {
        unsigned d = v >> s & 15;

        if (d || started || s == 0) {
            put("0123456789abcdef"[d]);
            started = true;
        }
    }
}

static void put_dec(int64_t v)
{
    if (v < 0) {
        put('-');
        v = -v;
    }
    if (v >= 10) {
        put_dec(v / 10);
    }
    put('0' + v % 10);
}

void print(const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    for (; *fmt; fmt++) {
        if (*fmt != '%') {
            put(*fmt);
            continue;
        }
        bool wide = fmt[1] == 'l';

        fmt += wide ? 2 : 1;
        if (*fmt == 's') {
            for (const char *s = va_arg(ap, const char *); *s; s++) {
                put(*s);
            }
        } else if (*fmt == 'd') {
            put_dec(wide ? va_arg(ap, int64_t) : va_arg(ap, int));
        } else {
            put_hex(wide ? va_arg(ap, uint64_t) : va_arg(ap, unsigned));
        }
    }
    va_end(ap);
}

void sys_exit(int code)
{
    outl(DEBUG_EXIT, code);
    for (;;) {
        asm volatile("cli; hlt");
    }
}

void check_at(bool ok, const char *what, const char *file, int line)
{
    if (!ok) {
        failures++;
        print("%s:%d: failed: %s (last trap: %d, error %lx, rip %lx, cr2 %lx)\n", file,
              line, what, trap.vector, trap.error, trap.rip, trap.cr2);
    }
}

void check_eq_at(uint64_t a, uint64_t b, const char *what, const char *file, int line)
{
    if (a != b) {
        failures++;
        print("%s:%d: failed: %s: %lx, %lx\n", file, line, what, a, b);
    }
}

static void unexpected(const Frame *f)
{
    print("unexpected trap %d error %lx at %lx:%lx flags %lx stack %lx:%lx cr2 %lx\n",
          (int)f->vector, f->error, f->cs, f->rip, f->rflags, f->ss, f->rsp, READ_CR(2));
    sys_exit(127);
}

void trap_handler(Frame *f)
{
    if (trap_fn[f->vector]) {
        trap_fn[f->vector](f);
        return;
    }
    if (!fixup_rip) {
        unexpected(f);
    }
    trap.vector = f->vector;
    trap.error = f->error;
    trap.rip = f->rip;
    trap.rflags = f->rflags;
    trap.rsp = f->rsp;
    trap.cs = f->cs;
    trap.cr2 = READ_CR(2);
    f->rip = fixup_rip;
    f->rsp = fixup_rsp;
    f->cs = 8;
    f->ss = 16;
    f->rflags &= ~0x10100ull; /* RF, TF */
    fixup_rip = 0;
}

void set_gate_to(int vector, void *to, uint16_t selector, unsigned type, unsigned dpl,
                 unsigned ist)
{
    uint64_t a = (uint64_t)to;

    idt[vector * 2] = (a & 0xffff) | (uint64_t)selector << 16 | (uint64_t)ist << 32 |
                      (uint64_t)(0x80 | dpl << 5 | type) << 40 | (a >> 16 & 0xffff) << 48;
    idt[vector * 2 + 1] = a >> 32;
}

void set_gate(int vector, unsigned type, unsigned dpl, unsigned ist)
{
    set_gate_to(vector, trap_stubs + vector * 16, 8, type, dpl, ist);
}

void set_idt_limit(uint16_t limit)
{
    idt_ptr.limit = limit;
    idt_ptr.base = (uint64_t)idt;
    asm volatile("lidt %0" ::"m"(idt_ptr));
}

void sys_init(void)
{
    uint64_t t = (uint64_t)&tss;

    for (int v = 0; v < 256; v++) {
        set_gate(v, 14, 0, 0);
    }
    set_gate(0x80, 14, 3, 0);
    set_idt_limit(sizeof idt - 1);
    tss.iomap = offsetof(Tss, map);
    for (size_t i = 0; i < sizeof tss.map; i++) {
        tss.map[i] = 0xff;
    }
    tss.rsp[0] = (uint64_t)(kernel_stack + sizeof kernel_stack);
    gdt[9] =
        (sizeof tss - 1) | (t & 0xffffff) << 16 | 0x89ull << 40 | (t >> 24 & 0xff) << 56;
    gdt[10] = t >> 32;
    asm volatile("ltr %w0" ::"r"(0x48));
}

enum { NR_PAGES = 128 };
static uint8_t pages[NR_PAGES][4096] __attribute__((aligned(4096)));

void *alloc_page(void)
{
    static unsigned next;

    if (next == NR_PAGES) {
        print("out of pages\n");
        sys_exit(126);
    }
    return pages[next++];
}

static uint64_t *next_table(uint64_t *table, unsigned index, unsigned shift)
{
    uint64_t e = table[index];

    if (!(e & P) || e & PS) {
        uint64_t *t = alloc_page();
        uint64_t base = e & PS ? e & 0xffffffffff000ull & ~((1ull << shift) - 1) : 0;

        for (unsigned i = 0; i < 512; i++) {
            t[i] = e & PS ? (base + ((uint64_t)i << (shift - 9))) | (e & 0x7f) |
                                (shift > 21 ? PS : 0)
                          : 0;
        }
        table[index] = (uint64_t)t | P | W | U;
        return t;
    }
    table[index] |= U;
    return (uint64_t *)(e & 0xffffffffff000ull);
}

uint64_t *map_page(uint64_t va, uint64_t pa, uint64_t flags)
{
    uint64_t *t = next_table(pml4, va >> 39 & 511, 39);

    t = next_table(t, va >> 30 & 511, 30);
    t = next_table(t, va >> 21 & 511, 21);
    uint64_t *e = &t[va >> 12 & 511];

    *e = pa | flags;
    invlpg(va);
    return e;
}

/* Ring 3 sees the kernel's first 2 MiB (code of the tests) and its stack. */
void run_user(void (*fn)(void))
{
    static bool mapped;

    if (!mapped) {
        for (uint64_t va = 0x100000; va < 0x400000; va += 4096) {
            map_page(va, va, P | W | U);
        }
        mapped = true;
    }
    trap.vector = -1;
    arg[0] = (uint64_t)fn;
    arg[1] = (uint64_t)(user_stack + sizeof user_stack - 8);
    asm volatile("lea 99f(%%rip), %%rax; mov %%rax, fixup_rip; mov %%rsp, fixup_rsp\n"
                 "push $0x23; push arg+8; pushf; push $0x2b; push arg; iretq\n"
                 "99: movq $0, fixup_rip" ::
                     : "rax", "rcx", "rdx", "rbx", "rsi", "rdi", "r8", "r9", "r10", "r11",
                       "r12", "r13", "r14", "r15", "memory", "cc");
}
