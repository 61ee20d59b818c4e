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

uint64_t host_probe_features(void)
{
    uint64_t features = 0, words[3] = {0, getauxval(AT_HWCAP), getauxval(AT_HWCAP2)};
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        if (words[rows[i].word] >> rows[i].bit & 1) {
            features |= BIT64(rows[i].feature);
        }
    }
    return features;
}
