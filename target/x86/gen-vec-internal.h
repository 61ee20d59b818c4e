/* What the generators of vector instructions share. */
/* SPDX-License-Identifier: MIT */
#ifndef TARGET_X86_GEN_VEC_INTERNAL_H
#define TARGET_X86_GEN_VEC_INTERNAL_H

#include "target/x86/translate.h"
#include "target/x86/vec.h"

/* VEX encoded: the register that is written is cleared above what is written. */
static inline bool vec_is_vex(const DisasContext *s)
{
    return s->insn.prefixes & PFX_VEX;
}

/* The vector register that is operand n. */
static inline IRRef vec_reg(const DisasContext *s, unsigned n)
{
    return s->vec[s->insn.op[n].reg];
}

/* V256 if an operand has 256 bits. */
IRType vec_type(const DisasContext *s);
/* An op of that type whose output is `out`, a vector. */
IROp *vec_emit(DisasContext *s, OpCode code, IRRef out);
/* out = vop(a, b); out may be a or b. */
IROp *vec_op(DisasContext *s, unsigned vop, IRRef out, IRRef a, IRRef b);
/* out = memory, zeros above. */
void vec_load(DisasContext *s, IRRef out, IRAddr a, unsigned memop);
/* Operand n, a register or loaded. */
IRRef vec_operand(DisasContext *s, unsigned n);
/* The place of operand n for a helper: a register, or vec_tmp with the memory operand in
 * it. */
unsigned vec_place(DisasContext *s, unsigned n);

#endif
