/* x86 instruction decoder: bytes to an Insn whose operands are resolved. */
/* SPDX-License-Identifier: MIT */
/*
 * x86_decode() turns bytes into an Insn: which row of the opcode tables they are, and
 * every operand as register number, memory expression or immediate, sizes included. It
 * keeps no state, allocates nothing, reads no byte beyond `avail`, and knows neither pc
 * nor CPU model: the translator gates the row's `feature` and its informing gates
 * (columns.def).
 *
 * The decoder itself raises #UD for: no such row, LOCK where it is not allowed, register
 * form of a memory-only row and the reverse, prefixes in front of VEX, and registers that
 * do not exist (segment registers 6 and 7, CS as a destination, CR1, CR5, ...).
 */
#ifndef TARGET_X86_DECODE_H
#define TARGET_X86_DECODE_H

#include "target/x86/regs.h"
#include "util/common.h"

typedef enum X86Mode { X86_MODE_16, X86_MODE_32, X86_MODE_64 } X86Mode; /* CS.D, CS.L */

#define X86_MAX_INSN_LEN 15

enum {
    X86_DECODE_UD = -1,   /* no such instruction: #UD; insn->len bytes were looked at */
    X86_DECODE_MORE = -2, /* the bytes end before the instruction does               */
    X86_DECODE_TOO_LONG = -3, /* more than 15 bytes: #GP(0) */
};

/* clang-format off */

/* Sizes as log2 of bytes; the first four are the IR's I8..I64. */
enum {
    SZ8, SZ16, SZ32, SZ64, SZ128, SZ256, SZ512,
    SZ80,    /* x87 real or BCD                                       */
    SZ_FAR,  /* far pointer in memory: offset of opsize, selector     */
    SZ_DTR,  /* LGDT and friends: limit, base                         */
    SZ_NONE, /* no size of its own: LEA, FXSAVE, prefetch, VSIB ...   */
};

/* GPRs and segment registers by their encodings. */
enum { SEG_ES, SEG_CS, SEG_SS, SEG_DS, SEG_FS, SEG_GS };

/* EFLAGS at their architectural places (AC, RF, VM and above are not tracked). */
enum {
    XF_CF = 0x0001, XF_PF = 0x0004, XF_AF = 0x0010, XF_ZF = 0x0040, XF_SF = 0x0080,
    XF_TF = 0x0100, XF_IF = 0x0200, XF_DF = 0x0400, XF_OF = 0x0800, XF_IOPL = 0x3000,
    XF_NT = 0x4000,
    XF_EVERY = 0x7fd5,
};

/* clang-format on */

typedef enum X86Feature {
    X86_FEAT_0, /* in every CPU of this architecture */
#define FEAT(name, text, leaf, subleaf, reg, bit) X86_FEAT_##name,
#include "target/x86/features.def"
    NR_X86_FEATS
} X86Feature;

enum { CPUID_EAX, CPUID_EBX, CPUID_ECX, CPUID_EDX };

typedef struct X86FeatureInfo {
    const char *name; /* as users write it in -cpu */
    uint32_t leaf;
    uint8_t subleaf, reg, bit; /* reg: CPUID_EAX.. */
} X86FeatureInfo;

extern const X86FeatureInfo x86_features[NR_X86_FEATS];

/* Informing gates as bits of InsnDesc.gates. Selecting gates are the decoder's own
 * affair. */
enum {
#define GATE(name, bit, meaning) GATE_##name = (bit) >= 32 ? 1u << ((bit)&31) : 0,
#include "target/x86/columns.def"
};

typedef enum X86EflagsClass {
#define EFL(name, read, write, undef, cond) F_##name,
#include "target/x86/columns.def"
    NR_X86_EFLAGS_CLASSES
} X86EflagsClass;

/* What an instruction does to EFLAGS, as masks of XF_*. */
typedef struct X86Eflags {
    uint16_t read;
    uint16_t write;   /* set to defined values (when conditional: perhaps)  */
    uint16_t undef;   /* left undefined by the manual (perhaps only)        */
    bool conditional; /* may leave all flags as they were: no flag is dead before it */
} X86Eflags;

typedef enum X86OperandName {
    OP_, /* none */
#define OPND(name, handler, a, b) OP_##name,
#include "target/x86/columns.def"
    NR_X86_OPERANDS
} X86OperandName;

typedef enum X86OperandKind {
    OPK_NONE,
    OPK_REG,  /* GPR; `high` set: AH CH DH BH, then reg is 0..3       */
    OPK_MEM,  /* the Insn's one memory expression                    */
    OPK_IMM,  /* insn->imm (the second immediate: insn->imm2)        */
    OPK_REL,  /* branch displacement in insn->imm, from the next pc  */
    OPK_FAR,  /* offset in insn->imm, selector in insn->imm2         */
    OPK_XMEM, /* string source: seg:rSI                              */
    OPK_YMEM, /* string destination: ES:rDI                          */
    OPK_SEG,
    OPK_CR,
    OPK_DR,
    OPK_MMX,
    OPK_VEC, /* XMM or YMM: see size                                */
    OPK_ST,  /* ST(reg)                                             */
} X86OperandKind;

typedef struct X86Operand {
    uint8_t kind; /* X86OperandKind */
    uint8_t size; /* SZ8.. of what is accessed, not of the register */
    uint8_t reg;
    bool high;
} X86Operand;

/* clang-format off */

/* One row of the opcode tables. No pointers: the table is the same page of the file for
 * every process, whatever its address. */
typedef struct InsnDesc {
    uint32_t need;    /* selecting gates                                */
    uint32_t gates;   /* GATE_*                                         */
    uint16_t key;     /* opcode and map, or group and number            */
    uint16_t arg;     /* generator's sub-code: VOP_*, X87_* ...         */
    uint8_t eflags;   /* X86EflagsClass                                 */
    uint8_t feature;  /* X86Feature                                     */
    uint8_t op[4];    /* X86OperandName                                 */
    uint8_t imm;      /* X86OperandName of the (first) immediate, or 0  */
    uint8_t special;  /* the decoder's                                  */
    uint8_t osize;    /* the decoder's                                  */
    uint8_t nops : 3;
    bool todo : 1;    /* no generator yet: gen_todo                     */
    uint8_t mem : 2;  /* MEM_*                                          */
    bool modrm : 1;   /* a ModRM byte follows the opcode                */
    uint16_t number;  /* of the row, and of its generator in x86_gen[]  */
} InsnDesc;

/* InsnDesc.mem: the instruction accesses memory, though not LEA and those of no size. */
enum { MEM_NEVER, MEM_BY_MODRM, MEM_ALWAYS };

enum {
    PFX_66 = 1, PFX_67 = 2, PFX_LOCK = 4, PFX_F3 = 8, PFX_F2 = 16, PFX_REX = 32, PFX_VEX = 64
};
enum { REX_B = 1, REX_X = 2, REX_R = 4, REX_W = 8 };

typedef struct Insn {
    const InsnDesc *desc;
    uint64_t imm;      /* sign- or zero-extended to 64 bits, as the form says  */
    uint64_t disp;     /* sign-extended; or the offset of a moffs operand      */
    uint16_t imm2;     /* selector of a far pointer, nesting level of ENTER .. */
    uint8_t len;
    uint8_t mode;      /* X86Mode                                              */
    uint8_t opcode;    /* last opcode byte: the condition is its low half      */
    uint8_t modrm;     /* 0 when there is none                                 */
    uint8_t prefixes;  /* PFX_*; of F3 and F2 only the last                    */
    uint8_t rex;       /* REX_*, also from VEX (not inverted)                  */
    uint8_t vvvv;      /* VEX.vvvv, not inverted                               */
    uint8_t vex_l;     /* 0: 128, 1: 256                                       */
    uint8_t opsize;    /* SZ8..SZ64: size of the operation                     */
    uint8_t addrsize;  /* SZ16..SZ64                                           */
    uint8_t seg;       /* of the memory operand, resolved; or of implicit DS:  */
    int8_t base;       /* GPR of the memory operand, or -1                     */
    int8_t index;      /* GPR (VSIB: vector register), or -1                   */
    uint8_t scale;     /* log2: 0..3                                           */
    bool rip_rel;      /* disp counts from the next instruction                */
    bool seg_override;
    X86Operand op[4];  /* desc->nops of them                                   */
} Insn;

/* clang-format on */

/*
 * Decodes one instruction from `avail` bytes. Returns its length, 1..15, or an
 * X86_DECODE_* code; then only len, mode and prefixes of `insn` are meaningful.
 */
int x86_decode(Insn *insn, const uint8_t *buf, size_t avail, X86Mode mode);

/* The same for who looks ahead: `op` of the Insn is left empty. */
int x86_decode_brief(Insn *insn, const uint8_t *buf, size_t avail, X86Mode mode);

/* EFLAGS use of a decoded instruction: its class, refined by an immediate count. */
X86Eflags x86_insn_eflags(const Insn *insn);

/* The same where the value of CL is known, for tests that compare flags with a CPU. */
X86Eflags x86_insn_eflags_cl(const Insn *insn, uint8_t cl);

/* Whether a decoded instruction can raise an exception (besides #DB). */
bool x86_insn_may_fault(const Insn *insn);

/* What the encoding means on a CPU without the row's feature (GATE_OLD), or NULL: #UD. */
const InsnDesc *x86_insn_fallback(const InsnDesc *desc);

/* All rows in table order. */
extern const InsnDesc x86_rows[];
extern const unsigned x86_nr_rows;

/* The mnemonic of a row. */
const char *x86_row_name(const InsnDesc *row);

extern const char *const x86_operand_names[NR_X86_OPERANDS];

#endif
