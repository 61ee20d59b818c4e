/* What gdb looks at: calls, data, registers with known values, and a loop without end. */
/* SPDX-License-Identifier: MIT */
#include "../sys/sys.h"

#define MSR_FS_BASE 0xc0000100

volatile uint64_t counter, seen, wide[4];
volatile int go_on;

__attribute__((noinline)) int twice(int x)
{
    asm volatile("" ::: "memory");
    return 2 * x;
}

__attribute__((noinline)) void touch(uint64_t v)
{
    counter = v;
    seen = wide[1];
    wide[2] = v;
}

/* SSE is on from here: CR0.EM off, MP on; CR4.OSFXSR and OSXMMEXCPT. */
static void set_registers(void)
{
    WRITE_CR(0, (READ_CR(0) & ~4ull) | 2);
    WRITE_CR(4, READ_CR(4) | 0x600);
    wrmsr(MSR_FS_BASE, 0x123456789a);
    asm volatile(
        "movq %0, %%xmm0; pshufd $0x44, %%xmm0, %%xmm0" ::"r"(0x1122334455667788));
    asm volatile("fninit; fldpi; fld1");
}

__attribute__((noinline)) void ready(void)
{
    asm volatile("" ::: "memory");
}

__attribute__((noinline)) void spin(void)
{
    while (!go_on) {
        seen++;
    }
}

int test_main(void)
{
    int sum = 0;

    set_registers();
    ready();
    for (int i = 1; i <= 5; i++) {
        sum += twice(i);
        touch(i);
    }
    spin();
    return sum == 30 ? 0 : 9;
}
