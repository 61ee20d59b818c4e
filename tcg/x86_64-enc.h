/* Encoder of x86-64 instructions: bytes from opcode, registers and memory operand. */
/* SPDX-License-Identifier: MIT */
#ifndef TCG_X86_64_ENC_H
#define TCG_X86_64_ENC_H

#include "tcg/types.h"
#include "util/bitops.h"

/*
 * An opcode is a number with the byte in bits 7:0 and the rest of the encoding above:
 * map, prefix, REX.W, and whether an operand is a byte register (spl, bpl, sil and dil
 * need a REX prefix). Registers are numbered as encoded; 16 ... 31 are never used here: a
 * vector register is given by its number as well. Writing beyond `limit` is the caller's
 * error: he asks asm_full() once an op.
 */
typedef enum HostReg {
    RAX,
    RCX,
    RDX,
    RBX,
    RSP,
    RBP,
    RSI,
    RDI,
    R8,
    R9,
    R10,
    R11,
    R12,
    R13,
    R14,
    R15,
    NO_REG = 0xff,
} HostReg;

typedef struct Asm {
    uint8_t *p, *limit;
} Asm;

typedef struct Mem {
    uint8_t base, index; /* or NO_REG */
    uint8_t scale;       /* 0..3 */
    int32_t disp;
} Mem;

enum {
    MAP_0F = 1 << 8,
    MAP_0F38 = 2 << 8,
    MAP_0F3A = 3 << 8,
    MAP_MASK = 3 << 8,
    PRE_66 = 1 << 10,
    PRE_F3 = 1 << 11,
    PRE_F2 = 1 << 12,
    REX_W = 1 << 13,
    BYTE_REG = 1 << 14, /* the reg operand is a byte register */
    BYTE_RM = 1 << 15,  /* the r/m operand is, if a register  */
    LOCK = 1 << 16,
};

/* The eight of opcodes 00-3F and of group 1, in encoding order. */
typedef enum AluOp {
    ALU_ADD,
    ALU_OR,
    ALU_ADC,
    ALU_SBB,
    ALU_AND,
    ALU_SUB,
    ALU_XOR,
    ALU_CMP
} AluOp;
/* Group 2. */
typedef enum ShiftOp {
    SH_ROL,
    SH_ROR,
    SH_RCL,
    SH_RCR,
    SH_SHL,
    SH_SHR,
    SH_SAR = 7
} ShiftOp;

static inline bool asm_full(const Asm *a)
{
    return a->p >= a->limit;
}

static inline void asm_b(Asm *a, uint8_t v)
{
    *a->p++ = v;
}
static inline void asm_w(Asm *a, uint16_t v)
{
    stw_he_p(a->p, v);
    a->p += 2;
}
static inline void asm_d(Asm *a, uint32_t v)
{
    stl_he_p(a->p, v);
    a->p += 4;
}
static inline void asm_q(Asm *a, uint64_t v)
{
    stq_he_p(a->p, v);
    a->p += 8;
}

static inline Mem mem_at(unsigned base, int32_t disp)
{
    return (Mem){base, NO_REG, 0, disp};
}
static inline Mem mem_add(Mem m, int32_t n)
{
    m.disp += n;
    return m;
}

/* Operand size as bits of an opcode. For forms whose opcode is one less for bytes, see
 * opc_of(). */
static inline uint32_t opc_size(IRType t)
{
    return t == IR_I16 ? PRE_66 : t == IR_I64 ? REX_W : 0;
}
/* `opc` is the byte form: its successor has the other sizes. */
static inline uint32_t opc_of(uint32_t opc, IRType t)
{
    return t == IR_I8 ? opc | BYTE_REG | BYTE_RM : (opc + 1) | opc_size(t);
}
/* The same where the reg field is an opcode extension. */
static inline uint32_t opc_of1(uint32_t opc, IRType t)
{
    return t == IR_I8 ? opc | BYTE_RM : (opc + 1) | opc_size(t);
}

/*
 * An instruction is written by a pointer that the compiler can keep in a register; a->p
 * moves once, at its end. The put_ functions return where the next byte goes.
 */
static inline uint8_t *put_legacy(uint8_t *p, uint32_t opc)
{
    if (opc & LOCK) {
        *p++ = 0xf0;
    }
    if (opc & PRE_66) {
        *p++ = 0x66;
    }
    if (opc & PRE_F3) {
        *p++ = 0xf3;
    }
    if (opc & PRE_F2) {
        *p++ = 0xf2;
    }
    return p;
}

static inline uint8_t *put_map(uint8_t *p, unsigned map)
{
    *p++ = 0x0f;
    if (map != MAP_0F) {
        *p++ = map == MAP_0F38 ? 0x38 : 0x3a;
    }
    return p;
}

/* Prefixes and opcode. */
static inline uint8_t *put_opcode(uint8_t *p, uint32_t opc, unsigned rex)
{
    if (opc & (LOCK | PRE_66 | PRE_F3 | PRE_F2)) {
        p = put_legacy(p, opc);
    }
    rex |= opc & REX_W ? 0x48 : 0;
    *p = rex | 0x40; /* written over if there is none */
    p += rex != 0;
    if (opc & MAP_MASK) {
        p = put_map(p, opc & MAP_MASK);
    }
    *p++ = opc;
    return p;
}

static inline void asm_prefixes(Asm *a, uint32_t opc, unsigned rex)
{
    a->p = put_opcode(a->p, opc, rex);
}

static inline bool is_new_byte_reg(unsigned r)
{
    return r >= RSP && r <= RDI;
}

static inline void asm_rr(Asm *a, uint32_t opc, unsigned reg, unsigned rm)
{
    unsigned rex = (reg >> 3) << 2 | rm >> 3;
    if (((opc & BYTE_REG) && is_new_byte_reg(reg)) ||
        ((opc & BYTE_RM) && is_new_byte_reg(rm))) {
        rex |= 0x40;
    }
    uint8_t *p = put_opcode(a->p, opc, rex);
    *p++ = 0xc0 | (reg & 7) << 3 | (rm & 7);
    a->p = p;
}

static inline unsigned mem_rex(unsigned reg, Mem m)
{
    return (reg >> 3) << 2 | (m.index == NO_REG ? 0 : (m.index >> 3) << 1) |
           (m.base == NO_REG ? 0 : m.base >> 3);
}

/* ModRM, SIB and displacement. */
static inline uint8_t *put_modrm(uint8_t *p, unsigned reg, Mem m)
{
    unsigned r = (reg & 7) << 3;
    unsigned index = m.index == NO_REG ? 4 : m.index & 7;
    if (m.base == NO_REG) {
        *p++ = r | 4;
        *p++ = m.scale << 6 | index << 3 | 5;
        stl_he_p(p, m.disp);
        return p + 4;
    }
    unsigned base = m.base & 7;
    unsigned mod = m.disp == 0 && base != 5 ? 0 : m.disp == (int8_t)m.disp ? 1 : 2;
    if (m.index != NO_REG || base == 4) {
        *p++ = mod << 6 | r | 4;
        *p++ = m.scale << 6 | index << 3 | base;
    } else {
        *p++ = mod << 6 | r | base;
    }
    stl_he_p(p, m.disp);  /* what is too much is written over */
    return p + mod * mod; /* 0, 1 or 4 */
}

static inline void asm_modrm(Asm *a, unsigned reg, Mem m)
{
    a->p = put_modrm(a->p, reg, m);
}

static inline void asm_rm(Asm *a, uint32_t opc, unsigned reg, Mem m)
{
    unsigned rex = mem_rex(reg, m);
    if ((opc & BYTE_REG) && is_new_byte_reg(reg)) {
        rex |= 0x40;
    }
    a->p = put_modrm(put_opcode(a->p, opc, rex), reg, m);
}

/* VEX forms with general registers (BMI1, BMI2): pp is 0, 1 (66), 2 (F3), 3 (F2). */
static inline void asm_vex(Asm *a, uint32_t opc, unsigned pp, unsigned rex, unsigned v)
{
    asm_b(a, 0xc4);
    asm_b(a, (~rex & 7) << 5 | (opc & MAP_MASK) >> 8);
    asm_b(a, (opc & REX_W ? 0x80 : 0) | (~v & 15) << 3 | pp);
    asm_b(a, opc);
}
static inline void asm_vex_rr(Asm *a, uint32_t opc, unsigned pp, unsigned reg, unsigned v,
                              unsigned rm)
{
    asm_vex(a, opc, pp, (reg >> 3) << 2 | rm >> 3, v);
    asm_b(a, 0xc0 | (reg & 7) << 3 | (rm & 7));
}
static inline void asm_vex_rm(Asm *a, uint32_t opc, unsigned pp, unsigned reg, unsigned v,
                              Mem m)
{
    asm_vex(a, opc, pp, mem_rex(reg, m), v);
    asm_modrm(a, reg, m);
}

/* ---- moves ---- */

static inline void asm_mov(Asm *a, IRType t, unsigned dst, unsigned src)
{
    asm_rr(a, opc_of(0x8a, t), dst, src);
}
static inline void asm_load(Asm *a, IRType t, unsigned dst, Mem m)
{
    asm_rm(a, opc_of(0x8a, t), dst, m);
}
static inline void asm_store(Asm *a, IRType t, unsigned src, Mem m)
{
    asm_rm(a, opc_of(0x88, t), src, m);
}

/* MOVZX or MOVSX opcode from type `from` to a register of type `to`; a plain move from
 * I32 to I64 without sign. */
static inline uint32_t opc_extend(IRType to, IRType from, bool sign)
{
    uint32_t size = opc_size(to);
    if (from >= IR_I32) {
        return from == IR_I64 ? 0x8b | REX_W : sign && to == IR_I64 ? 0x63 | REX_W : 0x8b;
    }
    if (from == to) {
        return from == IR_I8 ? 0x8a | BYTE_REG | BYTE_RM : 0x8b | PRE_66;
    }
    if (!sign && to == IR_I64) {
        size = 0;
    }
    return MAP_0F | (sign ? 0xbe : 0xb6) | (from == IR_I16) | size |
           (from == IR_I8 ? BYTE_RM : 0);
}
static inline void asm_extend(Asm *a, IRType to, IRType from, bool sign, unsigned dst,
                              unsigned src)
{
    asm_rr(a, opc_extend(to, from, sign), dst, src);
}

/* All 64 bits of dst; flags stay. */
static inline void asm_movi(Asm *a, unsigned dst, uint64_t v)
{
    if (v == (uint32_t)v) {
        asm_prefixes(a, 0xb8 + (dst & 7), dst >> 3);
        asm_d(a, v);
    } else if (v == (uint64_t)(int64_t)(int32_t)v) {
        asm_rr(a, 0xc7 | REX_W, 0, dst);
        asm_d(a, v);
    } else {
        asm_prefixes(a, (0xb8 + (dst & 7)) | REX_W, dst >> 3);
        asm_q(a, v);
    }
}

/* An immediate of type t, 32 bits at most, after ModRM. */
static inline void asm_imm(Asm *a, IRType t, int32_t v)
{
    if (t == IR_I8) {
        asm_b(a, v);
    } else if (t == IR_I16) {
        asm_w(a, v);
    } else {
        asm_d(a, v);
    }
}

static inline void asm_movi_partial(Asm *a, IRType t, unsigned dst, int32_t v)
{
    asm_rr(a, opc_of1(0xc6, t), 0, dst);
    asm_imm(a, t, v);
}
static inline void asm_storei(Asm *a, IRType t, Mem m, int32_t v)
{
    asm_rm(a, opc_of1(0xc6, t), 0, m);
    asm_imm(a, t, v);
}

static inline void asm_lea(Asm *a, IRType t, unsigned dst, Mem m)
{
    asm_rm(a, 0x8d | opc_size(t), dst, m);
}

/* ---- arithmetic ---- */

static inline void asm_alu_rr(Asm *a, AluOp op, IRType t, unsigned dst, unsigned src)
{
    asm_rr(a, opc_of(op << 3 | 2, t), dst, src);
}
static inline void asm_alu_rm(Asm *a, AluOp op, IRType t, unsigned dst, Mem m)
{
    asm_rm(a, opc_of(op << 3 | 2, t), dst, m);
}
static inline void asm_alu_mr(Asm *a, AluOp op, IRType t, Mem m, unsigned src)
{
    asm_rm(a, opc_of(op << 3, t), src, m);
}
static inline void asm_alu_ri(Asm *a, AluOp op, IRType t, unsigned dst, int32_t v)
{
    bool small = v == (int8_t)v && t != IR_I8;
    asm_rr(a, small ? 0x83 | opc_size(t) : opc_of1(0x80, t), op, dst);
    asm_imm(a, small ? IR_I8 : t, v);
}
static inline void asm_alu_mi(Asm *a, AluOp op, IRType t, Mem m, int32_t v)
{
    bool small = v == (int8_t)v && t != IR_I8;
    asm_rm(a, small ? 0x83 | opc_size(t) : opc_of1(0x80, t), op, m);
    asm_imm(a, small ? IR_I8 : t, v);
}
static inline void asm_test_rr(Asm *a, IRType t, unsigned x, unsigned y)
{
    asm_rr(a, opc_of(0x84, t), y, x);
}
static inline void asm_test_ri(Asm *a, IRType t, unsigned x, int32_t v)
{
    asm_rr(a, opc_of1(0xf6, t), 0, x);
    asm_imm(a, t, v);
}
static inline void asm_test_mr(Asm *a, IRType t, Mem m, unsigned y)
{
    asm_rm(a, opc_of(0x84, t), y, m);
}
static inline void asm_test_mi(Asm *a, IRType t, Mem m, int32_t v)
{
    asm_rm(a, opc_of1(0xf6, t), 0, m);
    asm_imm(a, t, v);
}
static inline void asm_shift_ri(Asm *a, ShiftOp op, IRType t, unsigned r, unsigned n)
{
    if (n == 1) {
        asm_rr(a, opc_of1(0xd0, t), op, r);
    } else {
        asm_rr(a, opc_of1(0xc0, t), op, r);
        asm_b(a, n);
    }
}
static inline void asm_shift_cl(Asm *a, ShiftOp op, IRType t, unsigned r)
{
    asm_rr(a, opc_of1(0xd2, t), op, r);
}
/* BMI2: dst = src rotated right by n, flags stay. */
static inline void asm_rorx(Asm *a, IRType t, unsigned dst, unsigned src, unsigned n)
{
    asm_vex_rr(a, 0xf0 | MAP_0F3A | opc_size(t), 3, dst, 0, src);
    asm_b(a, n);
}

/* ---- control ---- */

static inline void asm_setcc(Asm *a, Cond c, unsigned dst)
{
    asm_rr(a, (0x90 + c) | MAP_0F | BYTE_RM, 0, dst);
}
static inline void asm_setcc_m(Asm *a, Cond c, Mem m)
{
    asm_rm(a, (0x90 + c) | MAP_0F, 0, m);
}
static inline void asm_cmov(Asm *a, Cond c, IRType t, unsigned dst, unsigned src)
{
    asm_rr(a, (0x40 + c) | MAP_0F | opc_size(t), dst, src);
}
static inline void asm_push(Asm *a, unsigned r)
{
    asm_prefixes(a, 0x50 + (r & 7), r >> 3);
}
static inline void asm_pop(Asm *a, unsigned r)
{
    asm_prefixes(a, 0x58 + (r & 7), r >> 3);
}

/* rel32 forms: return where the displacement is, for asm_patch(). */
static inline uint8_t *asm_jcc(Asm *a, Cond c)
{
    asm_b(a, 0x0f);
    asm_b(a, 0x80 + c);
    asm_d(a, 0);
    return a->p - 4;
}
static inline uint8_t *asm_jmp(Asm *a)
{
    asm_b(a, 0xe9);
    asm_d(a, 0);
    return a->p - 4;
}
static inline void asm_patch(uint8_t *at, const uint8_t *target)
{
    stl_he_p(at, (uint32_t)(target - (at + 4)));
}
static inline void asm_jmp_to(Asm *a, const uint8_t *target)
{
    ptrdiff_t d = target - (a->p + 2);
    if (d == (int8_t)d) {
        asm_b(a, 0xeb);
        asm_b(a, d);
    } else {
        asm_patch(asm_jmp(a), target);
    }
}

/* NOPs of n bytes in all. */
static inline void asm_nops(Asm *a, unsigned n)
{
    static const char nop[][10] = {
        "\x90",
        "\x66\x90",
        "\x0f\x1f\x00",
        "\x0f\x1f\x40\x00",
        "\x0f\x1f\x44\x00\x00",
        "\x66\x0f\x1f\x44\x00\x00",
        "\x0f\x1f\x80\x00\x00\x00\x00",
        "\x0f\x1f\x84\x00\x00\x00\x00\x00",
        "\x66\x0f\x1f\x84\x00\x00\x00\x00\x00",
    };
    while (n) {
        unsigned k = MIN(n, 9);
        memcpy(a->p, nop[k - 1], k);
        a->p += k;
        n -= k;
    }
}

#endif
