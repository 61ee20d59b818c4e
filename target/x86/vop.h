/* Sub-codes of generator families: the arg column of the opcode tables. */
/* SPDX-License-Identifier: MIT */
/*
 * VOP_X is the operation of the SSE instruction X, whatever its encoding: MMX, SSE and
 * AVX rows share it, operand kind and size tell which. X87_x is a row of tcg/x87.def.
 * Rows of gen_pextr, gen_pinsr, gen_broadcast, gen_vmaskmov and
 * gen_gather carry a size, SZ8...
 */
#ifndef TARGET_X86_VOP_H
#define TARGET_X86_VOP_H

#include "tcg/vec.h"
#include "tcg/x87.h"

typedef enum X86Vop {
    VOP_NONE = VEC_NONE,
#define VEC(name, flags, memory, feature, prefix, map, opcode) VOP_##name = VEC_##name,
#include "tcg/vec.def"
    NR_VOPS = NR_VEC_IDS,
} X86Vop;

/* Arithmetic of x87, by ModRM.reg of D8, DA, DC, DE. */
typedef enum X86X87Op {
    X87_ADD,
    X87_MUL,
    X87_COM,
    X87_COMP,
    X87_SUB,
    X87_SUBR,
    X87_DIV,
    X87_DIVR,
} X86X87Op;

/* Constants of D9 E8..EE, in that order. */
typedef enum X86X87Const {
    X87_LD1,
    X87_LDL2T,
    X87_LDL2E,
    X87_LDPI,
    X87_LDLG2,
    X87_LDLN2,
    X87_LDZ,
} X86X87Const;

/* clang-format on */

#endif
