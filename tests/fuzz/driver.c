/* Runs a fuzz target on random inputs: a bounded number, where there is no libFuzzer. */
/* SPDX-License-Identifier: MIT */
/*
 * driver [CASES [SEED]]. An input is random bytes, more of those that lead deep into the
 * tables: prefixes, escapes, small numbers. Without coverage it finds less than libFuzzer
 * does, but it runs everywhere and in every build.
 */
#include "tests/unit/rand.h"

#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MAX_SIZE 20

static uint8_t random_byte(Rand *r)
{
    static const uint8_t likely[] = {
        0x0f, 0x38, 0x3a, 0x66, 0xf2, 0xf3, 0xf0, 0x67, 0x2e, 0x36, 0x3e, 0x26, 0x64,
        0x65, 0x40, 0x48, 0x4f, 0xc4, 0xc5, 0x62, 0x8f, 0x00, 0x04, 0x05, 0x25, 0x80,
        0xc0, 0xff, 0x7f, 0xd8, 0xd9, 0xdf, 0xe1, 0xe2, 0xe3, 0x78, 0x79, 0x7d, 0xf9,
    };

    return rand_below(r, 2) ? likely[rand_below(r, ARRAY_SIZE(likely))]
                            : rand_below(r, 256);
}

int main(int argc, char **argv)
{
    uint64_t cases = argc > 1 ? strtoull(argv[1], NULL, 0) : 1000000;
    Rand r = {.state = argc > 2 ? strtoull(argv[2], NULL, 0) : 1};

    for (uint64_t n = 0; n < cases; n++) {
        size_t size = rand_below(&r, MAX_SIZE + 1);
        /* of its own size: a sanitizer sees a read behind it */
        uint8_t *data = malloc(size);

        for (size_t k = 0; k < size; k++) {
            data[k] = random_byte(&r);
        }
        if (LLVMFuzzerTestOneInput(data, size) != 0) {
            return 1;
        }
        free(data);
    }
    printf("%llu inputs\n", (unsigned long long)cases);
    return 0;
}
