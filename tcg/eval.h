/* What the integer ops compute: their meaning, for the interpreter and for folding
 * constants. */
/* SPDX-License-Identifier: MIT */
#ifndef TCG_EVAL_H
#define TCG_EVAL_H

#include "tcg/ir.h"

/*
 * Computes an op that touches neither memory nor env and does not branch: `mov` to
 * `setcond`, `select`, `setcc`, `selcc`, `getcc`, `putcc`. in: values of the inputs, of
 * which only the low bits of ir_in_type() are looked at (missing ones: 0). out: results,
 * zero-extended from the type of the op. *cc: the six flags before and, if op->setcc,
 * after.
 */
void ir_eval(const IROp *op, const uint64_t *in, uint64_t *out, uint32_t *cc);

/*
 * Flags that x86 leaves undefined after the op, beside those that it keeps (SDM vol. 2).
 * Engines may differ in them, and nothing may depend on them. count: the masked count of
 * a shift or rotate, not 0; -1 when it is not known.
 */
uint32_t ir_undefined_flags(OpCode code, IRType t, int count);

/* Whether ir_eval() knows the op. */
bool ir_can_eval(OpCode code);

/* cond(a, b) as setcond, select and brcond compare, at type t. */
bool ir_compare(Cond cond, IRType t, uint64_t a, uint64_t b);

#endif
