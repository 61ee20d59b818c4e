/* Guest arithmetic flags: their bits, and recipes from which they can be computed later.
 */
/* SPDX-License-Identifier: MIT */
#ifndef TCG_CC_H
#define TCG_CC_H

#include "tcg/types.h"

/*
 * The six arithmetic flags have x86's meaning and bit positions (SDM vol. 1, 3.4.3.1).
 * The IR has one implicit flags value, cc. An op with its `setcc` bit set writes it;
 * brcc, setcc, selcc, adc, sbb ... read it. Between ops cc exists as a *recipe*: what was
 * computed and from what, so that nothing is computed before somebody asks.
 *
 * env holds the recipe whenever no generated code runs, and wherever a back end has
 * chosen to store it: cc_op  base recipe in bits 15:0 (CC_OP(kind, type)), overlay kind
 * in bits 31:16; cc_a cc_b cc_c  its operands, zero-extended or not: only the low bits of
 * the type count; cc_r   the result of an inc or dec laid over the base: it gives every
 * flag but CF. A store of the base recipe writes all 32 bits of cc_op and thereby drops
 * the overlay.
 */
enum {
    CC_C = 1 << 0,
    CC_P = 1 << 2,
    CC_A = 1 << 4,
    CC_Z = 1 << 6,
    CC_S = 1 << 7,
    CC_O = 1 << 11,
    CC_ALL = CC_C | CC_P | CC_A | CC_Z | CC_S | CC_O,
};

typedef enum CCKind {
    CC_EFLAGS, /* cc_a holds the six flags themselves; other bits are ignored     */
    CC_ADD,    /* a = result, b = second operand                                  */
    CC_ADC,    /* a = result, b = second operand, c = carry in (0 or 1)           */
    CC_SUB,    /* a = result, b = subtrahend                                      */
    CC_CMP,    /* a = minuend, b = subtrahend (the result was not kept)           */
    CC_SBB,    /* a = result, b = subtrahend, c = borrow in (0 or 1)              */
    CC_LOGIC,  /* a = result; CF = OF = AF = 0                                    */
    CC_SHL,    /* a = result, b = operand shifted by count - 1 (its top bit: CF)  */
    /* a = result, b = operand shifted by count - 1 (its bit 0: CF); OF = top bits differ.
       Also for shr */
    CC_SAR,
    CC_MUL,  /* a = low half of the product; bit 0 of b: CF = OF              */
    CC_MULS, /* a, b = low, high half of a signed product; CF = OF = a is not all of it */
    CC_MULU, /* the same, unsigned                                                      */
    CC_AH,   /* a: bits 15:8 as LAHF leaves them in AH, bit 0 is OF                 */
    NR_CC_KINDS,
} CCKind;

/* Overlays: kinds of bits 31:16 of cc_op. */
enum { CC_OV_NONE, CC_OV_INC, CC_OV_DEC };

#define CC_OP(kind, type)       ((uint32_t)((kind) << 2 | (type)))
#define CC_OP_OVERLAY(ov, type) ((uint32_t)((ov) << 2 | (type)) << 16)
#define CC_OP_KIND(op)          ((CCKind)(((op)&0xffff) >> 2))
#define CC_OP_TYPE(op)          ((IRType)((op)&3))

typedef struct CCState {
    uint32_t op;
    uint64_t a, b, c, r;
} CCState;

/* The six flags that a recipe stands for (a value of CC_* bits). */
uint32_t cc_compute(const CCState *cc);

/* PF, ZF and SF of a result of type t. */
uint32_t cc_of_result(uint64_t r, IRType t);

/* True if condition `cond` (one of the first sixteen) holds for the flags `eflags`. */
bool cc_test(uint32_t eflags, Cond cond);

/* Flags that condition `cond` looks at. */
uint32_t cc_of_cond(Cond cond);

#endif
