/* Encoder of A64 vector and floating-point instructions. */
/* SPDX-License-Identifier: MIT */
#ifndef TCG_AARCH64_SIMD_ENC_H
#define TCG_AARCH64_SIMD_ENC_H

#include "tcg/aarch64-enc.h"

/*
 * Arm ARM, C4.1.96 "Data Processing -- Scalar Floating-Point and Advanced SIMD". An
 * opcode is the word with its register fields zero and the size that it has by itself; an
 * arrangement is added: V16B ... V2D of all 128 bits, V_LO(V8H) of the lower half.
 */
enum { V16B = 1 << 30, V8H = V16B | 1 << 22, V4S = V16B | 2 << 22, V2D = V16B | 3 << 22 };
#define V_LO(arrangement) ((arrangement) & ~V16B)
/* The same of floating point. */
enum { F4S = V16B, F2D = V16B | 1 << 22, FS = 0, FD = 1 << 22 };

/* clang-format off */
enum {
    /* three registers: d = n op m */
    V_SQADD = 0x0e200c00, V_UQADD = 0x2e200c00, V_URHADD = 0x2e201400,
    V_SQSUB = 0x0e202c00, V_UQSUB = 0x2e202c00, V_CMGT = 0x0e203400, V_CMHI = 0x2e203400, V_CMHS = 0x2e203c00,
    V_SSHL = 0x0e204400, V_USHL = 0x2e204400, V_SMAX = 0x0e206400, V_UMAX = 0x2e206400,
    V_SMIN = 0x0e206c00, V_UMIN = 0x2e206c00, V_UABD = 0x2e207400,
    V_ADD = 0x0e208400, V_SUB = 0x2e208400, V_CMTST = 0x0e208c00, V_CMEQ = 0x2e208c00,
    V_MUL = 0x0e209c00, V_UMAXP = 0x2e20a400, V_ADDP = 0x0e20bc00,
    /* of all bits; BSL: d = d ? n : m, BIT: d = m ? n : d, BIF: d = m ? d : n */
    V_AND = 0x4e201c00, V_BIC = 0x4e601c00, V_ORR = 0x4ea01c00, V_ORN = 0x4ee01c00,
    V_EOR = 0x6e201c00, V_BSL = 0x6e601c00, V_BIT = 0x6ea01c00, V_BIF = 0x6ee01c00,
    /* elements of twice the size; with 128 bits of the upper halves */
    V_SMULL = 0x0e20c000, V_UMULL = 0x2e20c000, V_PMULL = 0x0ee0e000,
    /* order of elements */
    V_UZP1 = 0x0e001800, V_TRN1 = 0x0e002800, V_ZIP1 = 0x0e003800,
    V_UZP2 = 0x0e005800, V_TRN2 = 0x0e006800, V_ZIP2 = 0x0e007800,
    V_EXT = 0x6e000000, V_TBL = 0x4e000000, V_TBL2 = 0x4e002000,
    /* two registers: d = op n */
    V_REV64 = 0x0e200800, V_REV32 = 0x2e200800, V_UADDLP = 0x2e202800,
    V_CMLT0 = 0x0e20a800, V_CMGE0 = 0x2e208800, V_CMEQ0 = 0x0e209800, V_ABS = 0x0e20b800, V_NEG = 0x2e20b800,
    V_UMINV_4S = 0x6eb1a800, V_UMAXV_4S = 0x6eb0a800, /* of all elements */
    V_NOT = 0x6e205800, V_XTN = 0x0e212800, V_SQXTN = 0x0e214800, V_SQXTUN = 0x2e212800,
    V_UQXTN_SCALAR = 0x7e214800,
    /* shifts by an immediate: v_right() or v_left() added */
    V_SSHR = 0x4f000400, V_USHR = 0x6f000400, V_SHL = 0x4f005400, V_USRA = 0x6f001400,
    V_SHRN = 0x0f008400, V_RSHRN = 0x0f008c00, V_SSHLL = 0x0f00a400, V_USHLL = 0x2f00a400,
    /* elements: v_lane() added */
    V_DUP = 0x4e000400, V_DUP_GPR = 0x4e000c00, V_INS = 0x6e000400, V_INS_GPR = 0x4e001c00,
    V_UMOV = 0x0e003c00, V_UMOV_X = 0x4e003c00,
    /* immediates: v_imm8() added */
    V_MOVI_16B = 0x4f00e400, V_MOVI_4S = 0x4f000400,
    V_MOVI_4S_TOP = 0x4f006400, /* in the uppermost byte */
    V_ZERO = 0x6f00e400,
    /* floating point: F4S or F2D, of scalars FS or FD, added */
    V_FADD = 0x0e20d400, V_FSUB = 0x0ea0d400, V_FMUL = 0x2e20dc00, V_FDIV = 0x2e20fc00,
    V_FMAX = 0x0e20f400, V_FMIN = 0x0ea0f400, V_FSQRT = 0x2ea1f800, V_FMLA = 0x0e20cc00,
    V_FMLS = 0x0ea0cc00, V_FNEG = 0x2ea0f800,
    V_FCMEQ = 0x0e20e400, V_FCMGE = 0x2e20e400, V_FCMGT = 0x2ea0e400,
    V_SCVTF = 0x0e21d800, V_FCVTZS = 0x0ea1b800, V_FCVTL = 0x0e217800, V_FCVTN = 0x0e216800,
    V_FRINTN = 0x0e218800, V_FRINTM = 0x0e219800, V_FRINTP = 0x0ea18800,
    V_FRINTZ = 0x0ea19800, V_FRINTX = 0x2e219800, V_FRINTI = 0x2ea19800,
    V_FRINT32Z = 0x0e21e800, V_FRINT32X = 0x2e21e800,
    FADD = 0x1e202800, FSUB = 0x1e203800, FMUL = 0x1e200800, FDIV = 0x1e201800,
    FMAX = 0x1e204800, FMIN = 0x1e205800, FSQRT = 0x1e21c000,
    FCMP = 0x1e202000, FCMPE = 0x1e202010, FABS = 0x1e20c000,
    FCCMP = 0x1e200400, FCSEL = 0x1e200c00, /* fp_cond() added */
    FCMEQ = 0x5e20e400, FCMGE = 0x7e20e400, FCMGT = 0x7ea0e400,
    FCVT_D_S = 0x1e22c000, FCVT_S_D = 0x1e624000,
    SCVTF = 0x1e220000, FCVTZS = 0x1e380000, /* with a GPR; | sf() */
    FRINTN = 0x1e244000, FRINTP = 0x1e24c000, FRINTM = 0x1e254000, FRINTZ = 0x1e25c000,
    FRINTX = 0x1e274000, FRINTI = 0x1e27c000,
    FRINT32Z = 0x1e284000, FRINT32X = 0x1e28c000, FRINT64Z = 0x1e294000,
    FRINT64X = 0x1e29c000,
    FMADD = 0x1f000000, FMSUB = 0x1f008000, FNMADD = 0x1f200000, FNMSUB = 0x1f208000,
    AXFLAG = (int)0xd500405f, /* FEAT_FlagM2 */
    /* AES, SHA: d is an input, too */
    V_AESE = 0x4e284800, V_AESD = 0x4e285800, V_AESMC = 0x4e286800, V_AESIMC = 0x4e287800,
    V_SHA1C = 0x5e000000, V_SHA1P = 0x5e001000, V_SHA1M = 0x5e002000, V_SHA1H = 0x5e280800,
    V_SHA256H = 0x5e004000, V_SHA256H2 = 0x5e005000, V_SHA256SU0 = 0x5e282800,
    V_SHA256SU1 = 0x5e006000,
    /* between register files */
    FMOV_S_W = 0x1e270000, FMOV_W_S = 0x1e260000,
    FMOV_D_X = (int)0x9e670000, FMOV_X_D = (int)0x9e660000,
    V_DUP_D = 0x5e080400, /* clears the rest */
};
/* clang-format on */

/* The register at 20:16. */
static inline uint32_t v_m(unsigned m)
{
    return (uint32_t)m << 16;
}

/* d = n op m */
static inline void asm_v3(Asm *a, uint32_t opc, unsigned d, unsigned n, unsigned m)
{
    asm_insn(a, opc | v_m(m) | n << 5 | d);
}

/* d = op n; registers of either file. */
static inline void asm_v2(Asm *a, uint32_t opc, unsigned d, unsigned n)
{
    asm_insn(a, opc | n << 5 | d);
}

/* Element `i` of 1 << size bytes. */
static inline uint32_t v_lane(unsigned size, unsigned i)
{
    return (i << (size + 1) | 1u << size) << 16;
}
/* Of INS: element `from` of n. */
static inline uint32_t v_from_lane(unsigned size, unsigned from)
{
    return from << size << 11;
}

/* Shifts of elements of 1 << size bytes; right: 1 ... bits, left: 0 ... bits - 1. */
static inline uint32_t v_right(unsigned size, unsigned n)
{
    return ((16u << size) - n) << 16;
}
static inline uint32_t v_left(unsigned size, unsigned n)
{
    return ((8u << size) + n) << 16;
}

/* The condition of FCCMP and FCSEL, and what FCCMP makes NZCV when it does not hold. */
static inline uint32_t fp_cond(ACond c, unsigned nzcv)
{
    return (uint32_t)c << 12 | nzcv;
}

static inline uint32_t v_imm8(uint8_t v)
{
    return (uint32_t)(v >> 5) << 16 | (uint32_t)(v & 31) << 5;
}

static inline void asm_vmov(Asm *a, unsigned d, unsigned n)
{
    asm_v3(a, V_ORR, d, n, n);
}

#endif
