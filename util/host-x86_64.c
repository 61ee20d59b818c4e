/* The host: features of an x86_64 CPU, by CPUID. */
/* SPDX-License-Identifier: MIT */
#include <cpuid.h>
#if __has_include(<sys/platform/x86.h>)
#include <sys/platform/x86.h>
#endif

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

/*
 * What CPUID says of a leaf. In a virtual machine that instruction takes as long as ten
 * thousand others: what libc has asked at the program's start is taken from there.
 */
static void cpuid(uint32_t leaf, uint32_t subleaf, uint32_t regs[4])
{
#if __has_include(<sys/platform/x86.h>)
    static const struct {
        uint32_t leaf, subleaf, index;
    } known[] = {
        {1,          0, CPUID_INDEX_1       },
        {7,          0, CPUID_INDEX_7       },
        {7,          1, CPUID_INDEX_7_ECX_1 },
        {0x80000001, 0, CPUID_INDEX_80000001},
        {0x80000007, 0, CPUID_INDEX_80000007},
    };

    for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
        if (known[i].leaf == leaf && known[i].subleaf == subleaf) {
            memcpy(regs, __x86_get_cpuid_feature_leaf(known[i].index)->cpuid_array,
                   4 * sizeof(uint32_t));
            return;
        }
    }
#endif
    memset(regs, 0, 4 * sizeof(uint32_t));
    __get_cpuid_count(leaf, subleaf, &regs[REG_A], &regs[REG_B], &regs[REG_C],
                      &regs[REG_D]);
}

static uint64_t read_xcr0(void)
{
    uint32_t regs[4], lo, hi;
    cpuid(1, 0, regs);
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
        if (!i || rows[i].leaf != rows[i - 1].leaf ||
            rows[i].subleaf != rows[i - 1].subleaf) {
            cpuid(rows[i].leaf, rows[i].subleaf, regs);
        }
        if (regs[rows[i].reg] >> rows[i].bit & 1 &&
            (xcr0 & rows[i].state) == rows[i].state) {
            features |= BIT64(rows[i].feature);
        }
    }
    return features;
}
