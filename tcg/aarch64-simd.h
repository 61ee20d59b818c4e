/* Vector operations of the aarch64 back end: places, and the table of operations. */
/* SPDX-License-Identifier: MIT */
#ifndef TCG_AARCH64_SIMD_H
#define TCG_AARCH64_SIMD_H

#include "tcg/aarch64-internal.h"

/* --- aarch64-vec.c --- */

/* Pinned registers are loaded from here on. Destroys T0 and T1. */
void v_need(A64 *x);
/* A register that holds the lower (0) or upper (1) half of ref. Locked, as those that the
 * next two return, until v_end_op() or A64.vlocked is set back; among v0-v7 there are
 * eight. */
unsigned v_in(A64 *x, IRRef ref, unsigned half);
/* One to compute half of an output in; a pinned one may be that of an input. */
unsigned v_out(A64 *x, IRRef ref, unsigned half);
unsigned v_tmp(A64 *x);
/* One that holds what the instruction `word` makes in its register, which is not to be
 * written; it stays there for others who want the same. */
unsigned v_const(A64 *x, uint32_t word);
/* The same: all words, or both quadwords, are this. */
unsigned v_const_words(A64 *x, uint32_t value);
unsigned v_const_quads(A64 *x, uint64_t quad);
/* One of v0-v7 that holds what `word` stands for, made of half of ref, or -1; notes that
 * it does, as long as that half is not written. */
int v_derived(A64 *x, IRRef ref, unsigned half, uint32_t word);
void v_note_derived(A64 *x, unsigned reg, IRRef ref, unsigned half, uint32_t word);
/* The first of two neighbours, for an op that has locked at most three others. */
unsigned v_tmp_pair(A64 *x);
/* Guest register ymm`n`, and the register that half of it is pinned to, or -1: then it
 * lives in env. */
IRRef v_ymm(const A64 *x, unsigned n);
int v_pin(const A64 *x, IRRef ref, unsigned half);
/* All bytes of the half are 0 or 0xff, as a comparison has left them. */
bool v_is_mask(const A64 *x, IRRef ref, unsigned half);
/* Nothing in v0-v7 is what the vector holds. */
void v_drop(A64 *x, IRRef ref);
/* The half is a global's that has no register of its own. */
bool v_is_stored(const A64 *x, IRRef ref, unsigned half);
/* The half has been computed in reg. */
void v_out_done(A64 *x, IRRef ref, unsigned half, unsigned reg);
void v_set_zero(A64 *x, IRRef ref, unsigned half);
void v_clear_upper(A64 *x, const IROp *op);
/* vop, vcmpcc, vtoi, itov by GuestDesc.vec_op(). */
void v_in_c(A64 *x, const IROp *op);
/* In thunks: v0-v7 to the frame, or from it. */
void v_frame_temps(A64 *x, uint32_t opc);

/* --- aarch64-simd.c --- */

/* One operation on 128 bits: registers of its inputs (those that it has) and where the
 * result goes, which may be that of an input. */
typedef struct VArgs {
    const IROp *op;
    unsigned half; /* of 256 bits */
    uint32_t opc;  /* the row's word, or what its emitter makes of it */
    uint8_t d, a, b, c;
} VArgs;
typedef void VEmit(A64 *x, const VArgs *v);
/* d = a but for what `word` makes of b and a, which is then its d. */
void v_insert(A64 *x, const VArgs *v, uint32_t word);

/* --- aarch64-permute.c --- */

VEmit v_shufps, v_shufpd, v_pshufd, v_pshufhw, v_pshuflw, v_vpermilpd, v_blend;
/* Operations whose halves of 256 bits depend on both of their inputs'. */
typedef void VEmitWhole(A64 *x, const IROp *op);
VEmitWhole v_vpermq, v_vperm2x128, v_vinsert128, v_vextract128, v_vbroadcast128, v_vpermd;

/* --- aarch64-crypto.c --- */

VEmit v_aes, v_aes_last, v_pclmul, v_sha1_rounds, v_sha1_nexte, v_sha1_msg1, v_sha1_msg2;
VEmit v_sha256_rounds, v_sha256_msg1, v_sha256_msg2;

/* --- aarch64-fp.c --- */

/* In thunks: the modes of MXCSR to FPCR, and the flags of FPSR to MXCSR. */
void v_thunk_mxcsr_load(A64 *x);
void v_thunk_mxcsr_save(A64 *x);
/* Of an op of floating point: it need not be computed in C, if there is a row. */
bool v_fp_has(const A64 *x, const IROp *op);
VEmit v_fp_into, v_fp_pairs, v_fp_round, v_fp_round_into, v_fp_cmp, v_fp_cmp_scalar;
VEmit v_fma;
/* Argument of v_fma: FMA_132 ..., and whether the product or the addend is negated. */
enum { FMA_132 = 0, FMA_213 = 1, FMA_231 = 2, FMA_SUB = 4, FMA_NEG = 8 };
/* In a thunk: fn(env, sp, VecOp) for what v_fma cannot do. */
void *v_exact_function(void);
VEmit v_fp_to_dword, v_fp_pd_to_dq, v_fp_lengthen, v_fp_dq_to_pd;
VEmitWhole v_fp_pd_to_dq_256, v_fp_pd_to_ps_256;
EmitFn v_fp_from_int, v_fp_to_int, v_fp_compare;

/* --- aarch64-fp-checked.c --- */

VEmit v_checked_sum, v_checked_product, v_checked_root, v_checked_least, v_checked_pairs;
VEmit v_checked_cmp, v_checked_round, v_checked_to_dword, v_checked_widen;
VEmit v_checked_narrow, v_checked_fma, v_checked_lengthen, v_checked_doubles;
/* Makes A64Thunks.fp_look. */
void v_thunks_look(A64 *x);

#endif
