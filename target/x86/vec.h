/* Vector operations of MMX, SSE and AVX: their meaning, as functions on values. */
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
 * MXCSR. Of 32 bytes a function sees the halves one after the other, as 16 bytes each,
 * unless its row in vec.def says CROSS.
 */
typedef struct VecCall {
    X86Vec r, a, b;
    X86Vec third;  /* mask of BLENDVx and PBLENDVB; last operand of FMA */
    unsigned n;    /* bytes: 8 (MMX), 16 or 32 */
    unsigned half; /* 1: the upper 16 bytes of 32 */
    unsigned imm;  /* immediate byte; a count of a shift is in b.q[0] instead */
    FloatStatus fs;
    uint8_t earlier; /* FLOAT_* flags of steps that are done: see vec_end_step() */
} VecCall;

typedef void VecFn(VecCall *c);

/*
 * Between the steps of an operation of several, DPPS and DPPD, each of which takes all
 * lanes and finds exceptions by itself. False: one of this step is not masked, and the
 * operation ends here.
 */
static inline bool vec_end_step(VecCall *c)
{
    if (c->fs.flags & c->fs.unmasked) {
        return false;
    }
    c->earlier |= c->fs.flags;
    c->fs.flags = 0;
    return true;
}

/* By X86Vop; NULL: not a vector operation of this kind, or not written yet. */
extern VecFn *const vec_int_fns[NR_VOPS];
extern VecFn *const vec_avx_fns[NR_VOPS];
extern VecFn *const vec_crypto_fns[NR_VOPS];
extern VecFn *const vec_fp_fns[NR_VOPS];

/* Operand places in the descriptor of helper_vec. */
enum {
    VEC_REG_MMX = 16, /* 16..23: MM0..7 */
    VEC_REG_TMP = 24, /* env->vec_tmp: a memory or integer operand */
    VEC_REG_IMM = 25, /* b.q[0] is the immediate: shifts by a constant */
};

/* GuestDesc.vec_op(). */
uint64_t x86_vec_op(void *env, const VecOp *op);

/*
 * The descriptor: one constant for the operation and its operands; n: bytes. The third
 * operand is added by vec_desc_third(); VEC_DESC_ZERO: the register is cleared above n
 * bytes.
 */
static inline uint64_t vec_desc(unsigned vop, unsigned d, unsigned a, unsigned b,
                                unsigned n)
{
    return vop | (uint64_t)d << 16 | (uint64_t)a << 24 | (uint64_t)b << 32 |
           (uint64_t)n << 40 | (uint64_t)VEC_REG_IMM << 48;
}
static inline uint64_t vec_desc_third(uint64_t desc, unsigned c)
{
    return (desc & ~(0xffull << 48)) | (uint64_t)c << 48;
}
#define VEC_DESC_ZERO (1ull << 56)

#endif
