/* Vector operations of MMX and SSE: their meaning, as functions on values. */
/* SPDX-License-Identifier: MIT */
#ifndef TARGET_X86_VEC_H
#define TARGET_X86_VEC_H

#include "fpu/fpu.h"
#include "target/x86/cpu.h"
#include "target/x86/vop.h"

/*
 * One operation. The function computes r from a and b, which are copies: a is the first
 * source (with two-operand encodings the old destination), b the second, or the only one
 * of a unary operation. r begins as a, so a scalar operation just replaces its lane. Only
 * the low n bytes of r count. Floating point uses fs, whose flags the caller merges into
 * MXCSR.
 */
typedef struct VecCall {
    X86Vec r, a, b;
    X86Vec mask;  /* of BLENDVx and PBLENDVB */
    unsigned n;   /* bytes: 8 (MMX) or 16 */
    unsigned imm; /* immediate byte; a count of a shift is in b.q[0] instead */
    FloatStatus fs;
} VecCall;

typedef void VecFn(VecCall *c);

/* By X86Vop; NULL: not a vector operation of this kind, or not written yet. */
extern VecFn *const vec_int_fns[NR_VOPS];
extern VecFn *const vec_fp_fns[NR_VOPS];

/* Operand places in the descriptor of helper_vec. */
enum {
    VEC_REG_MMX = 16, /* 16..23: MM0..7 */
    VEC_REG_TMP = 24, /* env->vec_tmp: a memory or integer operand */
    VEC_REG_IMM = 25, /* b.q[0] is the immediate: shifts by a constant */
};

/* GuestDesc.vec_op(). */
uint64_t x86_vec_op(void *env, const VecOp *op);

/* The descriptor: one constant for the operation and its operands. */
static inline uint64_t vec_desc(unsigned vop, unsigned d, unsigned a, unsigned b,
                                unsigned n)
{
    return vop | (uint64_t)d << 16 | (uint64_t)a << 24 | (uint64_t)b << 32 |
           (uint64_t)n << 40;
}

#endif
