/* Encoder of A64 instructions: words from opcode, registers and immediates. */
/* SPDX-License-Identifier: MIT */
#ifndef TCG_AARCH64_ENC_H
#define TCG_AARCH64_ENC_H

#include "tcg/types.h"
#include "util/bitops.h"

/*
 * Arm ARM, C4 "A64 instruction set encoding". An opcode is the instruction's word with
 * its fields zero. Integer operations take a type: IR_I64 sets bit 31 (X registers), all
 * others work on W registers. Register 31 is XZR or SP, as the instruction says. Vector
 * registers are given by their numbers. Writing beyond `limit` is the caller's error: he
 * asks asm_full() once an op.
 */
enum { X16 = 16, X17 = 17, X27 = 27, X28 = 28, FP = 29, LR = 30, XZR = 31, SP = 31 };
enum { NO_REG = 0xff };

typedef struct Asm {
    uint8_t *p, *limit;
} Asm;

/* Conditions, by their encoding. */
typedef enum ACond {
    A_EQ,
    A_NE,
    A_HS,
    A_LO,
    A_MI,
    A_PL,
    A_VS,
    A_VC,
    A_HI,
    A_LS,
    A_GE,
    A_LT,
    A_GT,
    A_LE,
    A_AL,
} ACond;

static inline ACond acond_invert(ACond c)
{
    return (ACond)(c ^ 1);
}
static_assert((A_EQ ^ 1) == A_NE && (A_HS ^ 1) == A_LO && (A_GT ^ 1) == A_LE,
              "acond_invert");

/* clang-format off */
enum {
    /* add and subtract: shifted register; | ADDSUB_EXT: extended register */
    ADD = 0x0b000000, ADDS = 0x2b000000, SUB = 0x4b000000, SUBS = 0x6b000000,
    /* logic: shifted register; | LOGIC_NOT: of the complement (bic, orn, eon, bics) */
    AND = 0x0a000000, ORR = 0x2a000000, EOR = 0x4a000000, ANDS = 0x6a000000,
    LOGIC_NOT = 0x00200000,
    /* two sources */
    ADC = 0x1a000000, ADCS = 0x3a000000, SBC = 0x5a000000, SBCS = 0x7a000000,
    UDIV = 0x1ac00800, SDIV = 0x1ac00c00,
    LSLV = 0x1ac02000, LSRV = 0x1ac02400, ASRV = 0x1ac02800, RORV = 0x1ac02c00,
    /* three sources: d = a + n * m, a - n * m */
    MADD = 0x1b000000, MSUB = 0x1b008000,
    /* always of X registers; a is XZR where there is no sum */
    SMADDL = (int)0x9b200000, UMADDL = (int)0x9ba00000,
    SMULH = (int)0x9b407c00, UMULH = (int)0x9bc07c00,
    /* one source; REV is that of all bytes, REV16 swaps within halfwords */
    CRC32CB = 0x1ac05000, /* | size << 10 */
    RBIT = 0x5ac00000, REV16 = 0x5ac00400, REV = 0x5ac00800, CLZ = 0x5ac01000,
    /* conditional select */
    CSEL = 0x1a800000, CSINC = 0x1a800400, CSINV = 0x5a800000, CSNEG = 0x5a800400,
    CCMP = 0x7a400000, CCMN = 0x3a400000, CCMP_IMM = 1 << 11,
    /* bit fields */
    SBFM = 0x13000000, BFM = 0x33000000, UBFM = 0x53000000, EXTR = 0x13800000,
    /* flags: FEAT_FlagM */
    CFINV = (int)0xd500401f, SETF8 = 0x3a00080d, SETF16 = 0x3a00480d,
    MRS_NZCV = (int)0xd53b4200, MSR_NZCV = (int)0xd51b4200,
    MRS_FPCR = (int)0xd53b4400, MSR_FPCR = (int)0xd51b4400,
    MRS_FPSR = (int)0xd53b4420, MSR_FPSR = (int)0xd51b4420,
    /* branches */
    BR = (int)0xd61f0000, BLR = (int)0xd63f0000, RET = (int)0xd65f0000,
    B = 0x14000000, BL = (int)0x94000000, B_COND = 0x54000000,
    CBZ = 0x34000000, CBNZ = 0x35000000, TBZ = 0x36000000, TBNZ = 0x37000000,
    /* barriers */
    DMB_ISH = (int)0xd5033bbf, DMB_ISHLD = (int)0xd50339bf, DMB_ISHST = (int)0xd5033abf,
    NOP = (int)0xd503201f,
    /* exclusives and ordered accesses of bytes; + size << 30 */
    LDAXR = 0x085ffc00, STLXR = 0x0800fc00, LDAR = 0x08dffc00, STLR = 0x089ffc00,
    LDAPR = 0x38bfc000,
    /* FEAT_LSE, acquire and release, of bytes; + size << 30 */
    LDADDAL = 0x38e00000, LDCLRAL = 0x38e01000, LDEORAL = 0x38e02000,
    LDSETAL = 0x38e03000, SWPAL = 0x38e08000, CASAL = 0x08e0fc00,
};
/* Loads and stores of 1 << size bytes; LDRS: sign-extended to an X or a W register. */
enum { STR = 0, LDR = 1, LDRS_X = 2, LDRS_W = 3 };
/* Pairs of X registers, and of Q registers: offset; | PAIR_LD to load. */
enum {
    PAIR_X = (int)0xa9000000, PAIR_Q = (int)0xad000000, PAIR_D = 0x6d000000,
    PAIR_LD = 0x00400000,
};
/* A load of 16 bytes that stand literal_offset() from it. */
#define V_LITERAL UINT32_C(0x9c000000)
/* Shifts of a register operand. */
enum { LSL = 0, LSR = 1, ASR = 2, ROR = 3 };
/* clang-format on */

static inline bool asm_full(const Asm *a)
{
    return a->p >= a->limit;
}

static inline void asm_insn(Asm *a, uint32_t word)
{
    stl_he_p(a->p, word);
    a->p += 4;
}

/* Data among code. */
static inline void asm_quad(Asm *a, uint64_t v)
{
    stq_he_p(a->p, v);
    a->p += 8;
}

static inline uint32_t sf(IRType t)
{
    return t == IR_I64 ? UINT32_C(1) << 31 : 0;
}

/* ---- registers ---- */

/* d = n op m */
static inline void asm_rrr(Asm *a, uint32_t opc, IRType t, unsigned d, unsigned n,
                           unsigned m)
{
    asm_insn(a, opc | sf(t) | m << 16 | n << 5 | d);
}

/* d = n op (m shifted by `amount`), of ADD ... ANDS. */
static inline void asm_shifted(Asm *a, uint32_t opc, IRType t, unsigned d, unsigned n,
                               uint32_t m_shifted)
{
    asm_insn(a, opc | sf(t) | m_shifted | n << 5 | d);
}
static inline uint32_t shifted(unsigned m, unsigned shift, unsigned amount)
{
    return m << 16 | shift << 22 | amount << 10;
}
/* m as the bits of type `from` extended, then shifted left by 0 ... 4: of ADD ... SUBS.
 */
static inline uint32_t extended(unsigned m, IRType from, bool sign, unsigned amount)
{
    return 1u << 21 | m << 16 | (from | (sign ? 4u : 0)) << 13 | amount << 10;
}

static inline void asm_rr(Asm *a, uint32_t opc, IRType t, unsigned d, unsigned n)
{
    asm_insn(a, opc | sf(t) | n << 5 | d);
}

static inline void asm_mov(Asm *a, IRType t, unsigned d, unsigned n)
{
    asm_rrr(a, ORR, t, d, XZR, n);
}

/* d = acc + n * m or acc - n * m; of SMADDL and UMADDL, too. */
static inline void asm_madd(Asm *a, uint32_t opc, IRType t, unsigned d, unsigned n,
                            uint32_t m_acc)
{
    asm_insn(a, opc | sf(t) | m_acc | n << 5 | d);
}
static inline uint32_t times(unsigned m, unsigned acc)
{
    return m << 16 | acc << 10;
}

/* Byte order of a register of type t. */
static inline void asm_rev(Asm *a, IRType t, unsigned d, unsigned n)
{
    asm_insn(a, (t == IR_I64   ? sf(t) | (REV + 0x400)
                 : t == IR_I32 ? REV
                               : REV16) |
                    n << 5 | d);
}

/* ---- immediates ---- */

static inline bool is_addsub_imm(uint64_t v)
{
    return v < 0x1000 || (!(v & 0xfff) && v < 0x1000000);
}

/* d = n op v, of ADD ... SUBS; 31 is SP (as d: unless flags are set). */
static inline void asm_addsub_imm(Asm *a, uint32_t opc, IRType t, unsigned d, unsigned n,
                                  uint32_t v)
{
    uint32_t imm = v < 0x1000 ? v << 10 : 1u << 22 | v >> 12 << 10;
    asm_insn(a, (opc ^ 0x1a000000) | sf(t) | imm | n << 5 | d);
}
static_assert((ADD ^ 0x1a000000) == 0x11000000, "register to immediate form");

/*
 * N:immr:imms of a logical immediate, at bits 22:10, or NO_IMM where v is none: a run of
 * ones, rotated, in elements of 2, 4 ... 64 bits that repeat (Arm ARM, DecodeBitMasks()).
 */
#define NO_IMM UINT32_MAX
static inline uint32_t logical_imm(IRType t, uint64_t v)
{
    unsigned size = 64;
    if (t != IR_I64) {
        v = (v & UINT32_MAX) | v << 32;
    }
    if (v == 0 || v == UINT64_MAX) {
        return NO_IMM;
    }
    while (size > 2) {
        uint64_t half = size / 2, mask = (UINT64_C(1) << half) - 1;
        if ((v & mask) != (v >> half & mask)) {
            break;
        }
        size = half;
    }
    uint64_t mask = UINT64_MAX >> (64 - size);
    v &= mask;
    /* Rotated right by r it is `ones` ones at the bottom. */
    unsigned r = v & 1 ? size - clz64(~(v << (64 - size))) : ctz64(v);
    uint64_t run = r % size ? (v >> r | v << (size - r)) & mask : v;
    if (run & (run + 1)) {
        return NO_IMM;
    }
    unsigned ones = popcount64(run);
    uint32_t immr = (size - r) % size;
    uint32_t imms = ((63 & ~(size * 2 - 1)) | (ones - 1)) & 63;
    return (size == 64 ? 1u << 22 : 0) | immr << 16 | imms << 10;
}

/* d = n op v, of AND ... ANDS; false: v is no logical immediate, nothing is emitted. */
static inline bool asm_logic_imm(Asm *a, uint32_t opc, IRType t, unsigned d, unsigned n,
                                 uint64_t v)
{
    uint32_t imm = logical_imm(t, v);
    if (imm != NO_IMM) {
        asm_insn(a, (opc ^ 0x18000000) | sf(t) | imm | n << 5 | d);
    }
    return imm != NO_IMM;
}
static_assert((AND ^ 0x18000000) == 0x12000000, "register to immediate form");

/* d = v, by one to four instructions. */
static inline void asm_movi(Asm *a, unsigned d, uint64_t v)
{
    unsigned zeros = 0, ones = 0;
    for (unsigned i = 0; i < 64; i += 16) {
        zeros += (v >> i & 0xffff) == 0;
        ones += (v >> i & 0xffff) == 0xffff;
    }
    if (v == 0 || v == UINT64_MAX) {
        asm_insn(a, (v ? 0x92800000 : 0xd2800000) | d);
        return;
    }
    if (v <= UINT32_MAX && zeros < 3) {
        if (v >> 16 == 0xffff) {
            asm_insn(a, 0x12800000 | (~v & 0xffff) << 5 | d); /* movn */
            return;
        }
        if (asm_logic_imm(a, ORR, IR_I32, d, XZR, v)) {
            return;
        }
    }
    if (zeros < 3 && ones < 3 && asm_logic_imm(a, ORR, IR_I64, d, XZR, v)) {
        return;
    }
    bool inverted = ones > zeros;
    uint16_t skip = inverted ? 0xffff : 0;
    unsigned i = 0;
    while (i < 3 && (uint16_t)(v >> 16 * i) == skip) {
        i++;
    }
    uint16_t first = v >> 16 * i;
    if (inverted) {
        asm_insn(a,
                 0x92800000 | i << 21 | (uint32_t)(uint16_t)~first << 5 | d); /* movn */
    } else {
        asm_insn(a, 0xd2800000 | i << 21 | (uint32_t)first << 5 | d); /* movz */
    }
    while (++i < 4) {
        uint16_t part = v >> 16 * i;
        if (part != skip) {
            asm_insn(a, 0xf2800000 | i << 21 | (uint32_t)part << 5 | d); /* movk */
        }
    }
}

/* SBFM, BFM, UBFM with immr and imms. */
static inline void asm_bfm(Asm *a, uint32_t opc, IRType t, uint32_t d_n, unsigned immr,
                           unsigned imms)
{
    asm_insn(a, opc | sf(t) | sf(t) >> 9 | immr << 16 | imms << 10 | d_n);
}
static inline uint32_t from_to(unsigned n, unsigned d)
{
    return n << 5 | d;
}

/* d = bits pos ... pos + len - 1 of n, zero- or sign-extended. */
static inline void asm_extract(Asm *a, IRType t, bool sign, uint32_t d_n, unsigned pos,
                               unsigned len)
{
    asm_bfm(a, sign ? SBFM : UBFM, t, d_n, pos, pos + len - 1);
}
/* The same bits of d become the low bits of n. */
static inline void asm_insert(Asm *a, IRType t, uint32_t d_n, unsigned pos, unsigned len)
{
    unsigned bits = t == IR_I64 ? 64 : 32;
    asm_bfm(a, BFM, t, d_n, (bits - pos) % bits, len - 1);
}

/* d = n extended from type `from`, to 64 bits unless t is smaller. */
static inline void asm_extend(Asm *a, IRType t, IRType from, bool sign, unsigned d,
                              unsigned n)
{
    if (from >= IR_I64 || (!sign && from == IR_I32)) {
        asm_mov(a, from, d, n);
    } else {
        asm_extract(a, sign ? t : IR_I32, sign, from_to(n, d), 0, ir_type_bits(from));
    }
}

static inline void asm_shift_imm(Asm *a, unsigned shift, IRType t, uint32_t d_n,
                                 unsigned amount)
{
    unsigned bits = t == IR_I64 ? 64 : 32;
    if (shift == LSL) {
        asm_bfm(a, UBFM, t, d_n, (bits - amount) % bits, bits - 1 - amount);
    } else if (shift == ROR) {
        asm_insn(a, EXTR | sf(t) | sf(t) >> 9 | (d_n >> 5) << 16 | amount << 10 | d_n);
    } else {
        asm_bfm(a, shift == LSR ? UBFM : SBFM, t, d_n, amount, bits - 1);
    }
}

/* d = bits amount ... amount + bits - 1 of n:m */
static inline void asm_extr(Asm *a, IRType t, uint32_t d_n, unsigned m, unsigned amount)
{
    asm_insn(a, EXTR | sf(t) | sf(t) >> 9 | m << 16 | amount << 10 | d_n);
}

/* ---- conditions ---- */

/* of CSEL, CSINC, CSINV, CSNEG: d = c ? n : m (changed) */
static inline void asm_csel(Asm *a, uint32_t opc, IRType t, uint32_t d_n, unsigned m,
                            ACond c)
{
    asm_insn(a, opc | sf(t) | m << 16 | c << 12 | d_n);
}

static inline void asm_cset(Asm *a, unsigned d, ACond c)
{
    asm_csel(a, CSINC, IR_I32, from_to(XZR, d), XZR, acond_invert(c));
}

/* CCMP, CCMN: c ? flags of n and m : nzcv */
static inline void asm_ccmp(Asm *a, uint32_t opc, IRType t, uint32_t n_m, ACond c,
                            unsigned nzcv)
{
    asm_insn(a, opc | sf(t) | (n_m & 31) << 16 | c << 12 | (n_m >> 5) << 5 | nzcv);
}

/* ---- memory ---- */

enum { LS_VEC = 1 << 26 };

/* The word of a load or store of 1 << size bytes without address: what: STR ... LDRS_W.
 */
static inline uint32_t ls_opc(unsigned what, unsigned size)
{
    return 0x38000000 | size << 30 | what << 22;
}
/* The same of a vector register: 1 << size bytes, size 0 ... 4. */
static inline uint32_t ls_vec_opc(unsigned what, unsigned size)
{
    return ls_opc((what & 1) | (size == 4 ? 2 : 0), size & 3) | LS_VEC;
}
static inline unsigned ls_size(uint32_t opc)
{
    return (opc & LS_VEC) && (opc >> 23 & 1) ? 4 : opc >> 30;
}

/* Whether [n, #offset] is an operand of the access. */
static inline bool ls_fits(uint32_t opc, int64_t offset)
{
    unsigned size = ls_size(opc);
    bool scaled = offset >= 0 && !(offset & ((1 << size) - 1)) && offset >> size < 4096;
    return scaled || (offset >= -256 && offset < 256);
}

/* [n, #offset], which fits. */
static inline void asm_ls(Asm *a, uint32_t opc, unsigned r, unsigned n, int64_t offset)
{
    unsigned size = ls_size(opc);
    if (offset >= 0 && !(offset & ((1 << size) - 1)) && offset >> size < 4096) {
        asm_insn(a, opc | 1 << 24 | (uint32_t)(offset >> size) << 10 | n << 5 | r);
    } else {
        asm_insn(a, opc | ((uint32_t)offset & 0x1ff) << 12 | n << 5 | r);
    }
}

/* The base changes by `by`, within 256 bytes: before a store, behind a load. r is not n.
 */
static inline void asm_ls_update(Asm *a, uint32_t opc, unsigned r, unsigned n, int64_t by)
{
    uint32_t before = (opc >> 22 & 3) == STR ? 1u << 11 : 0;
    asm_insn(a, opc | 1 << 10 | before | ((uint32_t)by & 0x1ff) << 12 | n << 5 | r);
}

/* [n], which then changes by `by`, within 256 bytes. */
static inline void asm_ls_post(Asm *a, uint32_t opc, unsigned r, unsigned n, int64_t by)
{
    asm_insn(a, opc | 1 << 10 | ((uint32_t)by & 0x1ff) << 12 | n << 5 | r);
}

/* FEAT_LRCPC2: LDAPUR, STLUR ... [n, #offset], within 256 bytes. */
static inline void asm_ls_ordered(Asm *a, uint32_t opc, unsigned r, unsigned n,
                                  int64_t offset)
{
    asm_insn(a, (opc ^ 0x21000000) | ((uint32_t)offset & 0x1ff) << 12 | n << 5 | r);
}

/* [n, m], with `scaled`: m times the size of the access. */
static inline void asm_ls_index(Asm *a, uint32_t opc, unsigned r, uint32_t n_m,
                                bool scaled)
{
    asm_insn(a, opc | 0x00206800 | (n_m & 31) << 16 | (uint32_t)scaled << 12 |
                    (n_m >> 5) << 5 | r);
}

/* [n, m], m as 32 bits sign-extended or as it is, with `scaled` times the size. */
static inline void asm_ls_extended(Asm *a, uint32_t opc, unsigned r, uint32_t n_m,
                                   bool sign, bool scaled)
{
    asm_insn(a, opc | (sign ? 0x0020c800 : 0x00206800) | (n_m & 31) << 16 |
                    (uint32_t)scaled << 12 | (n_m >> 5) << 5 | r);
}

/* Pairs: [n, #offset], a multiple of the size within 64 of them. */
static inline void asm_pair(Asm *a, uint32_t opc, uint32_t r1_r2, unsigned n,
                            int32_t offset)
{
    unsigned scale = (opc & ~(uint32_t)PAIR_LD) == (uint32_t)PAIR_Q ? 4 : 3;
    asm_insn(a, opc | ((uint32_t)(offset >> scale) & 0x7f) << 15 | (r1_r2 & 31) << 10 |
                    n << 5 | r1_r2 >> 5);
}
/* [n], which then changes by `by`, as of the offset of a pair. */
static inline void asm_pair_post(Asm *a, uint32_t opc, uint32_t r1_r2, unsigned n,
                                 int32_t by)
{
    asm_pair(a, opc, r1_r2, n, by);
    stl_he_p(a->p - 4, ldl_he_p(a->p - 4) ^ 0x01800000);
}
static inline bool pair_fits(uint32_t opc, int32_t offset)
{
    unsigned scale = (opc & ~(uint32_t)PAIR_LD) == (uint32_t)PAIR_Q ? 4 : 3;
    return !(offset & ((1 << scale) - 1)) &&
           offset >> scale == (int8_t)(offset >> scale) && offset >> scale >= -64 &&
           offset >> scale < 64;
}

/* Exclusives, ordered accesses and LSE operations of 1 << size bytes; s: the second
 * register, or XZR. */
static inline void asm_ordered(Asm *a, uint32_t opc, unsigned size, unsigned s,
                               uint32_t n_t)
{
    bool has_s = opc != LDAXR && opc != LDAR && opc != STLR && opc != LDAPR;
    asm_insn(a, opc | size << 30 | (has_s ? s << 16 : 0) | n_t);
}

/* ---- branches ---- */

/* What a branch whose target is not known yet is: its distance comes by asm_patch(). */
static inline uint8_t *asm_branch(Asm *a, uint32_t opc)
{
    asm_insn(a, opc);
    return a->p - 4;
}
static inline uint32_t b_cond(ACond c)
{
    return B_COND | c;
}
static inline uint32_t cb(uint32_t opc, IRType t, unsigned r)
{
    return opc | sf(t) | r;
}
static inline uint32_t tb_opc(uint32_t opc, unsigned r, unsigned bit)
{
    return opc | (bit >> 5) << 31 | (bit & 31) << 19 | r;
}

static inline bool is_b(uint32_t insn)
{
    return (insn & 0x7c000000) == B;
}
/* The word of the branch `insn` over `distance` bytes. */
static inline uint32_t branch_word(uint32_t insn, ptrdiff_t distance)
{
    uint32_t d = (uint32_t)(distance >> 2);
    if (is_b(insn)) {
        return (insn & 0xfc000000) | (d & 0x3ffffff);
    }
    if ((insn & 0x7e000000) == TBZ) {
        return (insn & ~(0x3fffu << 5)) | (d & 0x3fff) << 5;
    }
    return (insn & ~(0x7ffffu << 5)) | (d & 0x7ffff) << 5;
}
/* ... reaches that far. */
static inline bool branch_fits(uint32_t insn, ptrdiff_t distance)
{
    unsigned bits = is_b(insn) ? 28 : (insn & 0x7e000000) == TBZ ? 16 : 21;
    ptrdiff_t half = (ptrdiff_t)1 << (bits - 1);
    return distance >= -half && distance < half;
}
/* Makes the branch at `at` (rw address) go to `to`. */
static inline void asm_patch(uint8_t *at, const uint8_t *to)
{
    assert(branch_fits(ldl_he_p(at), to - at));
    stl_he_p(at, branch_word(ldl_he_p(at), to - at));
}

/* d = address `distance` bytes from the instruction, within 1 MiB. */
static inline void asm_adr(Asm *a, unsigned d, ptrdiff_t distance)
{
    uint32_t v = (uint32_t)distance;
    asm_insn(a, 0x10000000 | (v & 3) << 29 | (v >> 2 & 0x7ffff) << 5 | d);
}
/* d = page of an address, `pages` 4 KiB pages from that of the instruction. */
static inline void asm_adrp(Asm *a, unsigned d, int64_t pages)
{
    uint32_t v = (uint32_t)pages;
    asm_insn(a, 0x90000000 | (v & 3) << 29 | (v >> 2 & 0x7ffff) << 5 | d);
}
/* Where a literal is, in the word of its load. */
static inline uint32_t literal_offset(ptrdiff_t distance)
{
    return ((uint32_t)(distance >> 2) & 0x7ffff) << 5;
}
/* d = the word (I32) or doubleword at `distance` bytes from the instruction. */
static inline void asm_literal(Asm *a, IRType t, unsigned d, ptrdiff_t distance)
{
    asm_insn(a, (t == IR_I64 ? 0x58000000 : 0x18000000) | literal_offset(distance) | d);
}

#endif
