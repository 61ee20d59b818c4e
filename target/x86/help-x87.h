/* What the helpers of x87 instructions share with their generators: packed arguments. */
/* SPDX-License-Identifier: MIT */
#ifndef TARGET_X86_HELP_X87_H
#define TARGET_X86_HELP_X87_H

/* The argument of helper_x87_simple. */
enum {
#define X87_SIMPLE(name) X87_SIMPLE_##name,
#include "target/x86/x87-simple.def"
};

/* The arguments that say how: ST(i) in the low bits; what else there is above. */
enum {
    X87_I_MASK = 7,
    X87_POP = 1 << 3,
    X87_QUIET = 1 << 4,
    X87_SRC_SHIFT = 5,  /* source of arithmetic: ST(n), 3 bits      */
    X87_OP_SHIFT = 8,   /* X86X87Op                                 */
    X87_POPS_SHIFT = 8, /* comparisons: number of pops              */
};

/* What helper_x87_fst stores; with X87_POP. */
enum {
    X87_ST_F32,
    X87_ST_F64,
    X87_ST_F80,
    X87_ST_I16,
    X87_ST_I32,
    X87_ST_I64,
    X87_ST_BCD,
    X87_ST_KIND = 7,
    X87_ST_TRUNCATE = 1 << 4,
};

/* Images of the environment; bits of X87Format. */
enum {
    X87_IMAGE_WIDE = 1 << 0,
    X87_IMAGE_REAL = 1 << 1,
};

#endif
