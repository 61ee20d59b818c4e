/* Alignment check (#AC): ring 3 under CR0.AM and EFLAGS.AC, all kinds of accesses. */
/* SPDX-License-Identifier: MIT */
#include "sys.h"

static volatile uint64_t data[16] __attribute__((aligned(64)));

/* Ring 3 code with EFLAGS.AC set; RBX: data. It ends with AC clear, or by an exception.
 */
#define USER(name, code)                                                              \
    static void name(void)                                                            \
    {                                                                                 \
        asm volatile("lea data(%%rip), %%rbx; mov $1, %%ecx; cld\n"                   \
                     "pushf; orl $0x40000, (%%rsp); popf\n" code "\n"                 \
                     "int $0x80" ::                                                   \
                         : "rax", "rbx", "rcx", "rdx", "rsi", "rdi", "memory", "cc"); \
    }
USER(aligned, "movb 1(%%rbx), %%al; movw 2(%%rbx), %%ax; movl 4(%%rbx), %%eax\n"
              "movq 8(%%rbx), %%rax; movl %%eax, 12(%%rbx); push %%rax; pop %%rax")
USER(byte, "movb 3(%%rbx), %%al; movb %%al, 7(%%rbx); lock incb 5(%%rbx)")
USER(word, "movw 1(%%rbx), %%ax")
USER(dword, "movl 2(%%rbx), %%eax")
USER(qword, "movq 4(%%rbx), %%rax")
USER(store, "movl %%eax, 1(%%rbx)")
USER(rmw, "addl $1, 6(%%rbx)")
USER(locked, "lock addl $1, 6(%%rbx)")
USER(push, "mov %%rsp, %%rbp; sub $4, %%rsp; push %%rax; mov %%rbp, %%rsp")
USER(string, "lea 1(%%rbx), %%rdi; stosl")
USER(rep_string, "lea 2(%%rbx), %%rdi; rep stosl")
USER(rep_bytes, "lea 1(%%rbx), %%rdi; rep stosb")
USER(bts, "mov $33, %%ecx; bts %%ecx, 1(%%rbx)")
USER(mmx, "movq 4(%%rbx), %%mm0")
USER(x87_single, "flds 2(%%rbx); fstp %%st(0)")
USER(x87_double, "fstl 4(%%rbx)")
USER(x87_extended, "fldt 4(%%rbx); fstp %%st(0)")
USER(x87_bcd, "fldz; fbstp 4(%%rbx)")
USER(x87_word, "fnstcw 1(%%rbx)")
USER(x87_env, "fnstenv 2(%%rbx)")
USER(x87_aligned, "fldt 8(%%rbx); fstpt 8(%%rbx); flds 4(%%rbx); fstp %%st(0); fnstenv "
                  "4(%%rbx); fninit")
USER(sse_load, "movups 8(%%rbx), %%xmm0")
USER(sse_store, "movdqu %%xmm0, 4(%%rbx)")
USER(sse_aligned,
     "movups 16(%%rbx), %%xmm0; movlps 8(%%rbx), %%xmm0; movss 4(%%rbx), %%xmm0")
USER(movaps, "movaps 8(%%rbx), %%xmm0")

static void no_ac(void)
{
    /* AC may be left of an earlier exception */
    asm volatile("pushf; andl $~0x40000, (%%rsp); popf; movl data+1(%%rip), %%eax\n"
                 "int $0x80" ::
                     : "rax", "memory", "cc");
}

static void expect(void (*fn)(void), int vector)
{
    run_user(fn);
    CHECK_EQ(trap.vector, vector);
    if (vector == 17) {
        CHECK_EQ(trap.error, 0);
        CHECK_EQ(trap.cs & 3, 3);
    }
}

static void all(int vector)
{
    static void (*const unaligned[])(void) = {
        word,    dword,      qword,   store,    rmw,        locked,     push,
        string,  rep_string, bts,     mmx,      x87_single, x87_double, x87_extended,
        x87_bcd, x87_word,   x87_env, sse_load, sse_store,
    };

    for (unsigned i = 0; i < sizeof unaligned / sizeof *unaligned; i++) {
        expect(unaligned[i], vector);
    }
    expect(aligned, 0x80);
    expect(x87_aligned, 0x80);
    expect(sse_aligned, 0x80);
    expect(movaps, 13); /* whatever AC says */
    expect(byte, 0x80);
    expect(rep_bytes, 0x80);
    expect(no_ac, 0x80);
}

int test_main(void)
{
    uint64_t cr0 = READ_CR(0), cr4 = READ_CR(4);

    WRITE_CR(4, cr4 | 0x600); /* OSFXSR, OSXMMEXCPT */
    asm volatile("fninit");
    all(0x80); /* CR0.AM is clear */
    WRITE_CR(0, cr0 | 1 << 18);
    all(17);
    /* ring 0 is not checked, whatever AC says there */
    TRY("pushf; orl $0x40000, (%%rsp); popf; movl data+1, %%eax; pushf; andl "
        "$~0x40000, (%%rsp); popf");
    CHECK_EQ(trap.vector, -1);
    WRITE_CR(0, cr0);
    all(0x80);
    WRITE_CR(4, cr4);
    return failures;
}
