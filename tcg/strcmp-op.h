/* What the helper of PCMPxSTRx is told, and a back end that needs no helper. */
/* SPDX-License-Identifier: MIT */
#ifndef TCG_STRCMP_OP_H
#define TCG_STRCMP_OP_H

/* The argument of a helper with HELPER_STRCMP, which returns the flags. */
enum {
    STRCMP_IMM_SHIFT = 0,      /* the immediate byte                                 */
    STRCMP_A_SHIFT = 8,        /* numbers of vector registers, 4 bits each: xmm0 ... */
    STRCMP_B_SHIFT = 12,       /*                                                    */
    STRCMP_B_IN_ENV = 1 << 16, /* b is in env instead, at STRCMP_ENV_SHIFT           */
    STRCMP_EXPLICIT = 1 << 17, /* lengths are in rAX and rDX                         */
    STRCMP_64 = 1 << 18,       /* ... of which all 64 bits count                     */
    STRCMP_INDEX = 1 << 19,    /* an index to rCX, not a mask to xmm0                */
    STRCMP_VEX = 1 << 20,      /* the mask clears the upper half of ymm0             */
    STRCMP_ENV_SHIFT = 32,
};

#endif
