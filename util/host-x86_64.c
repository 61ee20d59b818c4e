/* The host: features of an x86_64 CPU, by CPUID. */
/* SPDX-License-Identifier: MIT */
#include <cpuid.h>

#include "util/bitops.h"
#include "util/host.h"

/* SDM vol. 1, 13.3: what the system must have switched on in XCR0 for each kind of
 * register. */
enum { XCR0_NONE = 0, XCR0_YMM = 0x6, XCR0_ZMM = 0xe6 };
enum { REG_A, REG_B, REG_C, REG_D };

static const struct {
    uint8_t feature, subleaf, reg, bit;
    uint32_t leaf, state;
} rows[] = {
#define X86(name, text, leaf, subleaf, reg, bit, state) \
    {HOST_X86_##name, subleaf, REG_##reg, bit, leaf, XCR0_##state},
#define ARM(name, text, word, bit)
#include "util/host-features.def"
};

static uint64_t read_xcr0(void)
{
    uint32_t regs[4], lo, hi;
    __cpuid(1, regs[REG_A], regs[REG_B], regs[REG_C], regs[REG_D]);
    if (!(regs[REG_C] & BIT32(27))) { /* OSXSAVE */
        return 0;
    }
    __asm__("xgetbv" : "=a"(lo), "=d"(hi) : "c"(0));
    return (uint64_t)hi << 32 | lo;
}

uint64_t host_ticks(void)
{
    return __builtin_ia32_rdtsc();
}

uint64_t host_probe_features(void)
{
    uint64_t features = 0, xcr0 = read_xcr0();
    uint32_t regs[4] = {0};
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        /* in a virtual machine CPUID takes as long as a thousand instructions */
        if (!i || rows[i].leaf != rows[i - 1].leaf ||
            rows[i].subleaf != rows[i - 1].subleaf) {
            memset(regs, 0, sizeof regs);
            __get_cpuid_count(rows[i].leaf, rows[i].subleaf, &regs[REG_A], &regs[REG_B],
                              &regs[REG_C], &regs[REG_D]);
        }
        if (regs[rows[i].reg] >> rows[i].bit & 1 &&
            (xcr0 & rows[i].state) == rows[i].state) {
            features |= BIT64(rows[i].feature);
        }
    }
    return features;
}
