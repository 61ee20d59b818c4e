/* Floating point of the aarch64 back end: what is computed again in C. */
/* SPDX-License-Identifier: MIT */
#ifndef TCG_AARCH64_FP_H
#define TCG_AARCH64_FP_H

#include "tcg/aarch64-simd.h"

/* Where the thunks find the inputs; the result is left in the last place. */
enum { EXACT_A = FRAME_ARGS, EXACT_B = EXACT_A + 16, EXACT_C = EXACT_B + 16 };
enum { EXACT_R = EXACT_C + 16 };
static_assert(EXACT_R + 16 <= FRAME_VEC_LOADED, "they are arguments of an op in C");

/* A cold part. When `jump` is taken, code goes on at `done` with the result in place, or,
 * where looking closely finds nothing, at `resume`. */
typedef struct VExact VExact;
struct VExact {
    VExact *next;
    VArgs v;
    uint8_t *jump, *resume, *done;
    unsigned result;        /* a register, or NO_REG: nobody wants it */
    IRType to;              /* IR_V128, or the integer that it is */
    bool looks, tiny;       /* v_look(), also at a tiny result */
    uint8_t in[3], checked; /* what at: operands, and the result; or NO_REG */
    uint32_t type;          /* F4S ... of them */
};
/* One for the branch just emitted, which is taken when the op is to be computed in C. */
VExact *v_exact_when(A64 *x, const VArgs *v, unsigned result, uint8_t *jump);

/* t = +- n * m +- addend, in[] in that order, by the opc of v_fma. */
void v_multiply_add(A64 *x, const VArgs *v, unsigned t, const uint8_t *in);

/* --- aarch64-fp-checked.c --- */

/* In a cold part: comes back to where control was unless C is needed. */
void v_look(A64 *x, const VExact *e);
/* In front of a comparison of the lower elements of a and b. */
void v_checked_compare(A64 *x, const VArgs *v);
EmitFn v_checked_to_int;
/* CVTPD2PS, CVT(T)PD2DQ of 256 bits. */
VEmitWhole v_checked_doubles_256;

#endif
