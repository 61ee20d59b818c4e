/* A whole PC board for device tests: every device, no vCPU. */
/* SPDX-License-Identifier: MIT */
#ifndef TESTS_QTEST_BOARD_H
#define TESTS_QTEST_BOARD_H

#include "hw/x86/pc.h"
#include "tests/qtest/fake-chardev.h"
#include "tests/qtest/qtest.h"

typedef struct Board {
    Machine m;
    Chardev serial[2];
    int requests;
} Board;

/* `kernel` and `firmware` may be NULL. The board is reset. */
void board_init(Board *b, uint64_t ram_size, const char *kernel, const char *firmware);
void board_fini(Board *b);

#endif
