/* SIMD exceptions that are not masked: #XM in front of the instruction, with all state as
 * it was before. */
/* SPDX-License-Identifier: MIT */
#include "sys.h"

enum { MASKED = 0x1f80, XM = 19, UD = 6, ARITH = 0x8d5 };
enum { IE = 1, DE = 2, ZE = 4, OE = 8, UE = 16, PE = 32 };

typedef union Vec {
    double d[2];
    float f[4];
    uint64_t q[2];
} __attribute__((aligned(16))) Vec;

/* a: xmm1, the destination; b: xmm2, and what is in memory. */
Vec a, b;
uint32_t csr;
static Vec after;
static uint32_t csr_after, masked = MASKED;

static void look(unsigned flags)
{
    asm volatile("stmxcsr %0; movups %%xmm1, %1; ldmxcsr %2"
                 : "=m"(csr_after), "=m"(after)
                 : "m"(masked));
    CHECK_EQ(trap.vector, XM);
    if (trap.vector == XM) {
        CHECK_EQ(trap.rip, arg[0]);
        CHECK_EQ(trap.rflags & ARITH, arg[1] & ARITH);
        CHECK_EQ(csr_after & 0x3f, flags);
        CHECK(after.q[0] == a.q[0] && after.q[1] == a.q[1]);
    }
}

/* With `unmask` unmasked: all flags that MXCSR has then. EFLAGS are those of a comparison
 * in front of it. */
#define RAISES(text, unmask, flags)                                                   \
    do {                                                                              \
        csr = MASKED & ~((unmask) << 7);                                              \
        TRY("movups a, %%xmm1; movups b, %%xmm2; ldmxcsr csr; lea 1f(%%rip), %%rcx\n" \
            "mov %%rcx, arg; cmp $-7, %%rsp; pushf; popq arg+8; mov $2, %%ebx\n"      \
            "cmp $-7, %%rsp; 1: " text);                                              \
        look(flags);                                                                  \
    } while (0)

static void scalars(void)
{
    a.d[0] = 1;
    b.d[0] = 0;
    RAISES("divsd %%xmm2, %%xmm1", ZE, ZE);
    RAISES("divsd b, %%xmm1", ZE, ZE);
    b.q[0] = 0x7ff4000000000000; /* a signalling NaN */
    RAISES("addsd %%xmm2, %%xmm1", IE, IE);
    RAISES("ucomisd b, %%xmm1", IE, IE);
    RAISES("cvttsd2si %%xmm2, %%rbx", IE, IE);
    RAISES("cmpltsd %%xmm2, %%xmm1", IE, IE);
    b.q[0] = 7;
    RAISES("mulsd %%xmm2, %%xmm1", DE, DE);
    b.d[0] = 3;
    RAISES("sqrtsd b, %%xmm1", PE, PE);
    RAISES("divsd %%xmm2, %%xmm1", PE, PE);
}

static void vectors(void)
{
    a = (Vec){
        .f = {1, 3e38f, 2, 2e-38f}
    };
    b = (Vec){
        .f = {1, 2, 3, 4}
    };
    RAISES("mulps %%xmm2, %%xmm1", OE, OE);
    b.f[0] = b.f[1] = 1;
    b.f[3] = 1e-3f;
    RAISES("mulps b, %%xmm1", UE, UE | PE);
    RAISES("cvtps2dq b, %%xmm1", PE, PE);
    b.f[2] = 0;
    RAISES("divps %%xmm2, %%xmm1", ZE, ZE);
}

/* Without a handler for them it is #UD. */
static void unhandled(void)
{
    uint64_t cr4 = READ_CR(4);
    a.d[0] = 1;
    b.d[0] = 0;
    csr = MASKED & ~(ZE << 7);
    WRITE_CR(4, cr4 & ~0x400);
    TRY("movups a, %%xmm1; ldmxcsr csr; divsd b, %%xmm1");
    WRITE_CR(4, cr4);
    asm volatile("ldmxcsr %0" ::"m"(masked));
    CHECK_EQ(trap.vector, UD);
}

/* In a loop; the handler goes on behind DIVSD. */
static volatile unsigned traps;

static void skip(Frame *f)
{
    traps++;
    f->rip += 4;
}

static void loop(void)
{
    static double values[1000], sum;
    for (unsigned i = 0; i < 1000; i++) {
        values[i] = i % 3 == 1 ? 0 : 2;
    }
    a.d[0] = 8;
    csr = MASKED & ~(ZE << 7);
    trap_fn[XM] = skip;
    asm volatile("ldmxcsr %[csr]; xor %%ecx, %%ecx; xorps %%xmm1, %%xmm1\n"
                 "1: movsd %[a], %%xmm3; movsd (%[v],%%rcx,8), %%xmm2\n"
                 "divsd %%xmm2, %%xmm3; addsd %%xmm3, %%xmm1\n"
                 "inc %%ecx; cmp $1000, %%ecx; jne 1b\n"
                 "movsd %%xmm1, %[sum]; ldmxcsr %[masked]"
                 : [sum] "=m"(sum)
                 : [v] "r"(values), [a] "m"(a), [csr] "m"(csr), [masked] "m"(masked)
                 : "ecx", "memory", "cc");
    trap_fn[XM] = NULL;
    CHECK_EQ(traps, 333);
    CHECK_EQ(*(uint64_t *)&sum, 0x40b4d40000000000); /* 667 times 4, 333 times 8 */
}

int test_main(void)
{
    WRITE_CR(0, (READ_CR(0) | 0x22) & ~0xcull); /* NE, MP; not EM, TS */
    WRITE_CR(4, READ_CR(4) | 0x600);            /* OSFXSR, OSXMMEXCPT */
    scalars();
    vectors();
    unhandled();
    loop();
    return failures;
}
