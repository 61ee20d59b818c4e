/* IR vocabulary: value types, conditions, guest memory operands. */
/* SPDX-License-Identifier: MIT */
#ifndef TCG_TYPES_H
#define TCG_TYPES_H

#include "util/common.h"

/*
 * Type of an op. Integer values live in 64-bit containers:
 *   inputs: an op of type t looks only at the low bits of its inputs;
 *   output to a temp: I8 and I16 leave the bits above unspecified, I32 clears them;
 *   output to a global: I8 and I16 replace only the low bits (x86 partial registers),
 *   I32 clears bits 63:32, I64 replaces all.
 * V128 and V256 are vector values; the types of lanes are part of the op. V128 to a
 * global of V256 replaces the low half, and clears the other if the op says vzero.
 */
typedef enum IRType {
    IR_I8,
    IR_I16,
    IR_I32,
    IR_I64,
    IR_V128,
    IR_V256,
    NR_IR_TYPES,
} IRType;

static_assert(IR_I8 == 0 && IR_I64 == 3, "an integer type is log2 of its size in bytes");

static inline unsigned ir_type_bits(IRType t)
{
    return 8u << t;
}

static inline uint64_t ir_type_mask(IRType t)
{
    return t >= IR_I64 ? UINT64_MAX : (1ull << ir_type_bits(t)) - 1;
}

/* Index of a temp in TCGContext.temps: globals first, then temps and constants as made.
 */
typedef uint16_t IRRef;
#define IR_NONE ((IRRef)0xffff)

/*
 * Conditions. The first sixteen are the x86 condition codes in encoding order (SDM vol.
 * 1, appendix B); setcc/selcc/brcc read them from the flags. Those that compare two
 * integers (setcond, select, brcond) take only the ones that make sense of a - b: B AE E
 * NE BE A L GE LE G, and S NS (sign of a & b is not meant: they are for flags only), plus
 * TSTE and TSTNE, which look at a & b.
 */
typedef enum Cond {
    COND_O,
    COND_NO,
    COND_B,
    COND_AE,
    COND_E,
    COND_NE,
    COND_BE,
    COND_A,
    COND_S,
    COND_NS,
    COND_P,
    COND_NP,
    COND_L,
    COND_GE,
    COND_LE,
    COND_G,
    COND_TSTE,
    COND_TSTNE,
    NR_CONDS,
} Cond;

static inline Cond cond_invert(Cond c)
{
    return (Cond)(c ^ 1);
}
static_assert((COND_E ^ 1) == COND_NE && (COND_L ^ 1) == COND_GE &&
                  (COND_B ^ 1) == COND_AE && (COND_TSTE ^ 1) == COND_TSTNE,
              "cond_invert");

/*
 * Guest memory access: size, extension and checks of a ld or st op, and of its slow path.
 * The address is base + (index << scale) + disp, 64 bits wide, in the current MMU mode.
 */
typedef enum MemOp {
    MO_8 = 0,
    MO_16 = 1,
    MO_32 = 2,
    MO_64 = 3,
    MO_128 = 4,
    MO_256 = 5,
    MO_80 = 6, /* of x87ld and x87st: 10 bytes */
    MO_SIZE = 7,
    /* a load sign-extends to the op's type; otherwise it zero-extends to 64 bits */
    MO_SIGN = 1 << 3,
    /* an address that is no multiple of the size faults (legacy SSE) */
    MO_ALIGN = 1 << 4,
    /* a load that a store to the same address follows: checked as a write */
    MO_RMW = 1 << 5,
    /* ld, st: the address is one that comes from a probe, and the access cannot fault */
    MO_HOST = 1 << 6,
} MemOp;

static inline unsigned memop_bytes(unsigned mo)
{
    return (mo & MO_SIZE) == MO_80 ? 10 : 1u << (mo & MO_SIZE);
}

#endif
