/* What the helpers of x87 instructions share with their generators: packed arguments. */
/* SPDX-License-Identifier: MIT */
#ifndef TARGET_X86_HELP_X87_H
#define TARGET_X86_HELP_X87_H

#include "tcg/x87.h"

/* The operation: an X87Id, and i of ST(i) above it. */
enum {
    X87_ID_MASK = 0xff,
    X87_I_SHIFT = 8,
};
static_assert((int)NR_X87_IDS <= (int)X87_ID_MASK, "X87_ID_MASK");

/* Images of the environment; bits of X87Format. */
enum {
    X87_IMAGE_WIDE = 1 << 0,
    X87_IMAGE_REAL = 1 << 1,
};

#endif
