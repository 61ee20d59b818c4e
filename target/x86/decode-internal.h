/* Tables between opcode-tables.c and decode.c. */
/* SPDX-License-Identifier: MIT */
#ifndef TARGET_X86_DECODE_INTERNAL_H
#define TARGET_X86_DECODE_INTERNAL_H

#include "target/x86/decode.h"

/* The gates under the short names of the rows: bits of 64. */
enum {
#define GATE(name, bit, meaning) name = 1ull << (bit),
#include "target/x86/columns.def"
};

/* clang-format off */

/* Maps of opcodes; rows of ModRM groups and of x87 have no map of their own. */
enum {
    MAP_1BYTE, MAP_0F, MAP_0F38, MAP_0F3A, NR_MAPS,
    MAP_GROUPS = NR_MAPS, MAP_X87 = MAP_GROUPS,
};
enum { MAP_VEX = 256, MAP_WIDTH = 512 };

/* Sizes that depend on the instruction, as columns.def names them: 11 and up. */
enum {
    SZ_V = SZ_NONE + 1, /* operand size                                      */
    SZ_Z,               /* the same, at most 32 bits                         */
    SZ_Y,               /* 32, or 64 by W in 64-bit mode                     */
    SZ_M,               /* width of the mode: 32 or 64                       */
    SZ_A,               /* address size                                      */
    SZ_X,               /* vector length: VEX.L                              */
    SZ_X2, SZ_X4, SZ_X8, /* and parts of it                                  */
    NR_SIZES
};

/* InsnDesc.osize: what makes the operand size. Bits 0 and 3 are free for PFX_66 and REX_W. */
enum {
    OSIZE_PLAIN = 0, OSIZE_D64 = 2, OSIZE_F64 = 4, OSIZE_NO66 = 6, OSIZE_BYTE = 16,
    OSIZE_BITS = 5,
};

/* Where an operand's register number comes from: how far to shift Cursor.regs. */
enum { FROM_NONE = 0, FROM_RM = 0, FROM_REG = 4, FROM_VVVV = 8, FROM_OPCODE = 12 };

/* clang-format on */

/* InsnDesc.special: work that few rows need. */
enum {
    SPECIAL_MOFFS = 1, /* the offset of a memory operand stands in the instruction  */
    SPECIAL_FAR = 2,   /* a far pointer does                                        */
    SPECIAL_ONE = 4,   /* an immediate of 1 is implied                              */
    SPECIAL_IMM2 = 8,  /* a second immediate byte                                   */
    SPECIAL_L = 16,    /* the immediate names a vector register                     */
    SPECIAL_REG = 32,  /* segment, control and debug registers: not all exist       */
    SPECIAL_VSIB = 64,
};

typedef struct OperandForm {
    X86Operand like; /* what the operand begins as; reg: that the opcode implies */
    uint8_t from;    /* FROM_*                                                   */
    uint8_t mask;    /* how much of that field counts                            */
    bool rare; /* a size that no row of `form` has, or a GPR of a byte, which may be AH */
    uint8_t unused; /* 8 bytes index faster than 7 */
} OperandForm;

typedef struct OperandInfo {
    OperandForm form[2][4]; /* [ModRM names memory][size of the operation] */
} OperandInfo;

extern const OperandInfo x86_operand_info[NR_X86_OPERANDS];

extern const X86Eflags x86_eflags_classes[NR_X86_EFLAGS_CLASSES];

/*
 * Slots: opcode (+ MAP_VEX) to slot, and group base + (mod == 3 ? 8 : 0) + reg to slot;
 * in sub-groups base + 8 + rm. A slot is the number of the last row of those with that
 * key, or SLOT_GROUP and a group's base. 0: no such instruction. In the maps SLOT_MODRM
 * tells that a ModRM byte follows.
 */
enum { GROUP_WIDTH = 16, SLOT_GROUP = 0x8000, SLOT_MODRM = 0x4000, SLOT_NUMBER = 0x3fff };

extern const uint16_t x86_maps[NR_MAPS][MAP_WIDTH];
extern const uint16_t x86_groups[];
extern const uint16_t x86_group_evex;

#endif
