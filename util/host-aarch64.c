/* The host: features of an aarch64 CPU, as the kernel names them in the auxiliary vector.
 */
/* SPDX-License-Identifier: MIT */
#include <sys/auxv.h>

#include "util/bitops.h"
#include "util/host.h"

static const struct {
    uint8_t feature, word, bit;
} rows[] = {
#define X86(name, text, leaf, subleaf, reg, bit, state)
#define ARM(name, text, word, bit) {HOST_ARM_##name, word, bit},
#include "util/host-features.def"
};

uint64_t host_ticks(void)
{
    return clock_monotonic_ns();
}

/* Its bits of FPCR stay 0 elsewhere (Arm ARM, FPCR: RES0); a kernel or an emulator may
 * have it without saying so in HWCAP2. */
static bool has_afp(void)
{
    uint64_t was, is, bits = 7; /* FIZ, AH, NEP */
    __asm__ volatile("mrs %0, fpcr" : "=r"(was));
    __asm__ volatile("msr fpcr, %1\n\tisb\n\tmrs %0, fpcr" : "=r"(is) : "r"(was | bits));
    __asm__ volatile("msr fpcr, %0" : : "r"(was));
    return (is & bits) == bits;
}

uint64_t host_probe_features(void)
{
    uint64_t features = 0, words[3] = {0, getauxval(AT_HWCAP), getauxval(AT_HWCAP2)};
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        if (words[rows[i].word] >> rows[i].bit & 1) {
            features |= BIT64(rows[i].feature);
        }
    }
    return features | (has_afp() ? BIT64(HOST_ARM_AFP) : 0);
}
