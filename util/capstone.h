/* Capstone, which turns machine code into text: loaded when something is first shown. */
/* SPDX-License-Identifier: MIT */
#ifndef UTIL_CAPSTONE_H
#define UTIL_CAPSTONE_H

#include <capstone/capstone.h>

/*
 * The tables of the library have so many addresses in them that relocating them is half
 * of what a short program under us would cost, and few runs show any code. So it is no
 * library that the program is linked with. The functions that we call, by their names:
 */
#define CAPSTONE_FUNCTIONS(FN) \
    FN(open)                   \
    FN(close)                  \
    FN(option)                 \
    FN(disasm)                 \
    FN(disasm_iter)            \
    FN(malloc)                 \
    FN(free)

typedef struct Capstone {
#define FN(name) __typeof__(cs_##name) *name;
    CAPSTONE_FUNCTIONS(FN)
#undef FN
} Capstone;

/* The library, of the version that we were compiled with; NULL where it cannot be loaded:
 * then code is shown as bytes. Any thread. */
const Capstone *capstone(void);

#endif
