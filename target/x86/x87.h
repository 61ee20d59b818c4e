/* The x87 FPU: its state and, as functions on it, its instructions. */
/* SPDX-License-Identifier: MIT */
#ifndef TARGET_X86_X87_H
#define TARGET_X86_X87_H

#include "fpu/fpu.h"

/* Physical registers: ST(i) is r[(top + i) & 7]. An MMX register MMi is r[i].lo. SDM vol. 1, 8.1. */
typedef struct X87State {
    floatx80 r[8];
    uint16_t cw;
    uint16_t sw;    /* without TOP (bits 13:11) */
    uint8_t top;    /* 0..7 */
    uint8_t empty;  /* bit i: physical register i is empty */
    uint16_t fop;
    uint16_t fcs, fds;
    uint64_t fip, fdp;
} X87State;

#endif
