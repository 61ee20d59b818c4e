/* Encoder of RV64 instructions: words from opcode, registers and immediates. */
/* SPDX-License-Identifier: MIT */
#ifndef TCG_RISCV64_ENC_H
#define TCG_RISCV64_ENC_H

#include "tcg/types.h"
#include "util/bitops.h"

/*
 * Unprivileged ISA, "RV32/64G Instruction Set Listings". An opcode is the instruction's
 * word with its fields zero. All instructions have four bytes: those of the extension C
 * are not used, so code may be patched by aligned words. Writing beyond `limit` is the
 * caller's error: he asks asm_full() once an op.
 */
enum { ZERO = 0, LR = 1, SP = 2, X5 = 5, X6 = 6, X7 = 7, A0 = 10 };
enum { NO_REG = 0xff };

typedef struct Asm {
    uint8_t *p, *limit;
} Asm;

/* clang-format off */
enum {
    /* three registers; the W forms work on 32 bits and sign-extend */
    ADD = 0x33, SUB = 0x40000033, SLL = 0x1033, SLT = 0x2033, SLTU = 0x3033,
    XOR = 0x4033, SRL = 0x5033, SRA = 0x40005033, OR = 0x6033, AND = 0x7033,
    ADDW = 0x3b, SUBW = 0x4000003b, SLLW = 0x103b, SRLW = 0x503b, SRAW = 0x4000503b,
    MUL = 0x02000033, MULH = 0x02001033, MULHU = 0x02003033, MULW = 0x0200003b,
    /* a register and an immediate of 12 bits, signed; of shifts a count */
    ADDI = 0x13, SLTIU = 0x3013, XORI = 0x4013, ORI = 0x6013, ANDI = 0x7013,
    SLLI = 0x1013, SRLI = 0x5013, SRAI = 0x40005013,
    ADDIW = 0x1b, SLLIW = 0x101b, SRLIW = 0x501b, SRAIW = 0x4000501b,
    JALR = 0x67,
    /* loads, stores */
    LB = 0x03, LH = 0x1003, LW = 0x2003, LD = 0x3003,
    LBU = 0x4003, LHU = 0x5003, LWU = 0x6003,
    SB = 0x23, SH = 0x1023, SW = 0x2023, SD = 0x3023,
    /* 20 bits at bit 12 */
    LUI = 0x37, AUIPC = 0x17, JAL = 0x6f,
    BEQ = 0x63, BNE = 0x1063, BLT = 0x4063, BGE = 0x5063, BLTU = 0x6063, BGEU = 0x7063,
    /* what comes before (r, rw, rw) is ordered before what comes behind (rw, w, rw) */
    FENCE_R_RW = 0x0230000f, FENCE_RW_W = 0x0310000f, FENCE_RW_RW = 0x0330000f,
    NOP = 0x13,
};
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

static inline bool fits_imm12(int64_t v)
{
    return v >= -2048 && v < 2048;
}

/* d = n op m */
static inline void asm_rrr(Asm *a, uint32_t opc, unsigned d, unsigned n, unsigned m)
{
    asm_insn(a, opc | m << 20 | n << 15 | d << 7);
}

/* d = n op imm; of loads d = [n + imm]; JALR: to n + imm */
static inline void asm_rri(Asm *a, uint32_t opc, unsigned d, unsigned n, int32_t imm)
{
    asm_insn(a, opc | (uint32_t)imm << 20 | n << 15 | d << 7);
}

/* [n + imm] = s */
static inline void asm_store(Asm *a, uint32_t opc, unsigned s, unsigned n, int32_t imm)
{
    uint32_t i = (uint32_t)imm;
    asm_insn(a, opc | (i >> 5 & 0x7f) << 25 | s << 20 | n << 15 | (i & 31) << 7);
}

static inline bool is_store(uint32_t opc)
{
    return (opc & 0x7f) == SB;
}

/* A load to `reg` or a store of it. */
static inline void asm_ls(Asm *a, uint32_t opc, unsigned reg, unsigned n, int32_t imm)
{
    if (is_store(opc)) {
        asm_store(a, opc, reg, n, imm);
    } else {
        asm_rri(a, opc, reg, n, imm);
    }
}

/* Loads and stores of 1 << size bytes. */
static inline uint32_t load_opc(unsigned size, bool sign)
{
    return LB | size << 12 | (sign || size == 3 ? 0 : 4u << 12);
}
static inline uint32_t store_opc(unsigned size)
{
    return SB | size << 12;
}

static inline void asm_mov(Asm *a, unsigned d, unsigned s)
{
    if (d != s) {
        asm_rri(a, ADDI, d, s, 0);
    }
}

/* LUI, AUIPC: the upper 20 of 32 bits. */
static inline void asm_upper(Asm *a, uint32_t opc, unsigned d, int64_t v)
{
    asm_insn(a, opc | ((uint32_t)v & 0xfffff000) | d << 7);
}

/* What LUI and AUIPC take of v, so that the rest is an immediate of 12 bits. */
static inline int64_t upper_of(int64_t v)
{
    return (v + 0x800) & ~INT64_C(0xfff);
}
static inline int32_t lower_of(int64_t v)
{
    return (int32_t)(v - upper_of(v));
}
static inline bool fits_upper(int64_t v)
{
    return v >= INT32_MIN && v <= INT32_MAX - 0x800;
}

/* d = v; eight instructions at most. */
static inline void asm_movi(Asm *a, unsigned d, int64_t v)
{
    if (fits_imm12(v)) {
        asm_rri(a, ADDI, d, ZERO, (int32_t)v);
    } else if (v >= INT32_MIN && v <= INT32_MAX) {
        asm_upper(a, LUI, d, upper_of(v));
        if (lower_of(v)) {
            asm_rri(a, ADDIW, d, d, lower_of(v)); /* the sum wraps at 32 bits */
        }
    } else {
        int64_t high = (int64_t)((uint64_t)v - (uint64_t)(int64_t)lower_of(v)) >> 12;
        unsigned shift = 12 + ctz64((uint64_t)high);
        asm_movi(a, d, high >> (shift - 12));
        asm_rri(a, SLLI, d, d, (int32_t)shift);
        if (lower_of(v)) {
            asm_rri(a, ADDI, d, d, lower_of(v));
        }
    }
}

/* d = the low bits of s, of type t, extended to 64. */
static inline void asm_extend(Asm *a, IRType t, bool sign, unsigned d, unsigned s)
{
    int32_t up = (int32_t)(64 - ir_type_bits(t));
    if (t == IR_I64) {
        asm_mov(a, d, s);
    } else if (t == IR_I32 && sign) {
        asm_rri(a, ADDIW, d, s, 0);
    } else if (t == IR_I8 && !sign) {
        asm_rri(a, ANDI, d, s, 255);
    } else {
        asm_rri(a, SLLI, d, s, up);
        asm_rri(a, sign ? SRAI : SRLI, d, d, up);
    }
}

/* ---- branches; their distances are multiples of 4 ---- */

static inline uint32_t jal_distance(ptrdiff_t d)
{
    uint32_t i = (uint32_t)d;
    return (i >> 20 & 1) << 31 | (i >> 1 & 0x3ff) << 21 | (i >> 11 & 1) << 20 |
           (i >> 12 & 0xff) << 12;
}
static inline uint32_t branch_distance(ptrdiff_t d)
{
    uint32_t i = (uint32_t)d;
    return (i >> 12 & 1) << 31 | (i >> 5 & 0x3f) << 25 | (i >> 1 & 15) << 8 |
           (i >> 11 & 1) << 7;
}

/* A branch over the next `d` bytes, if a opc b. */
static inline void asm_branch(Asm *a, uint32_t opc, unsigned n, unsigned m, ptrdiff_t d)
{
    asm_insn(a, opc | m << 20 | n << 15 | branch_distance(d));
}

/* A jump that asm_patch() directs, within 1 MiB. */
static inline uint8_t *asm_jump(Asm *a)
{
    uint8_t *at = a->p;
    asm_insn(a, JAL);
    return at;
}
static inline void asm_patch(uint8_t *at, const uint8_t *to)
{
    stl_he_p(at, JAL | jal_distance(to - at));
}

/* The same if n opc m; a conditional branch itself reaches no more than 4 KiB. */
static inline uint8_t *asm_jump_if(Asm *a, uint32_t opc, unsigned n, unsigned m)
{
    asm_branch(a, opc ^ 0x1000, n, m, 8); /* bit 12 inverts the condition */
    return asm_jump(a);
}
static_assert((BEQ ^ 0x1000) == BNE && (BLT ^ 0x1000) == BGE && (BLTU ^ 0x1000) == BGEU,
              "asm_jump_if()");

#endif
