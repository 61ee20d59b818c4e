/* Tables made of opcode-*.def, columns.def and features.def. */
/* SPDX-License-Identifier: MIT */
/*
 *   x86_rows[]    one InsnDesc a row, in the order of the files; row 0 matches nothing
 *   x86_maps[][]  opcode -> slot, for each of the four maps, legacy and VEX
 *   x86_groups[]  group, mod and reg (or rm) -> slot
 *
 * All is computed by the compiler from the columns: where a row's slot is, whether it has
 * a ModRM byte, which immediate follows, what makes its operand size. Rows with the same
 * key (opcode, or group and number) stand one below the other, in the order of the files.
 */
#include "target/x86/decode-internal.h"
#include "target/x86/vop.h"

/* clang-format off */

#define CAT_(a, b, c) a##b##_##c
#define CAT(a, b, c)  CAT_(a, b, c)
#define ROW_ID        CAT(ROW_, X86_MAP, __LINE__)

enum {
    ROW_BAD,
#define I(...)  ROW_ID,
#define T(...)  ROW_ID,
#define IA(...) ROW_ID,
#define TA(...) ROW_ID,
#include "target/x86/opcode-all.def"
    NR_ROWS
};

enum {
    GROUP_JUNK,
#define G(opcode, group, gates) GROUP_##group,
#include "target/x86/opcode-all.def"
    NR_GROUPS
};

/* Bases of the groups, by the names that their members' opcode column uses. */
enum {
#define G(opcode, group, gates) group = GROUP_##group * GROUP_WIDTH,
#include "target/x86/opcode-all.def"
};

const uint16_t x86_group_evex = GEVEX;

/* ---- What follows from a row's operands: a b c d, OP_ where there is none ---- */

#define IN(op, first, last)  ((op) >= (first) && (op) <= (last))
#define ANY(a, b, c, d, first, last) \
    (IN(a, first, last) || IN(b, first, last) || IN(c, first, last) || IN(d, first, last))
#define HAS(a, b, c, d, op)  ANY(a, b, c, d, op, op)

#define OPS_COUNT(a, b, c, d) (((a) != 0) + ((b) != 0) + ((c) != 0) + ((d) != 0))
#define OPS_MODRM(a, b, c, d) ANY(a, b, c, d, OP_Eb, NR_X86_OPERANDS)
#define OPS_NEED(a, b, c, d)                                                     \
    ((ANY(a, b, c, d, OP_M, OP_MVdq) ? MEM : 0) |                                \
     (ANY(a, b, c, d, OP_Rd, OP_STi) ? REG : 0))
#define IS_IMM(op)            IN(op, OP_Ib, OP_Jz)
#define OPS_IMM(a, b, c, d)                                                      \
    (IS_IMM(a) ? (a) : IS_IMM(b) ? (b) : IS_IMM(c) ? (c) : IS_IMM(d) ? (d) :     \
     HAS(a, b, c, d, OP_Lx) ? OP_Ib : OP_)
#define OPS_IMM2(a, b, c, d)  (IS_IMM(a) + IS_IMM(b) + IS_IMM(c) + IS_IMM(d) > 1)
#define OPS_Z(a, b)           (IN(a, OP_Zb, OP_Zv) || IN(b, OP_Zb, OP_Zv))
/* An operation is on bytes when its first operand is one; OUT: when its second is. */
#define OPS_BYTE(a, b, c, d)                                                     \
    ((a) == OP_Eb || (a) == OP_Gb || (a) == OP_Zb || (a) == OP_AL || (a) == OP_Ob || \
     (a) == OP_Xb || (a) == OP_Yb || (b) == OP_AL || (b) == OP_Xb)
/* M, MVx and MVdq have no size. */
#define OPS_MEM(a, b, c, d)                                                      \
    (ANY(a, b, c, d, OP_Xb, OP_Yz) || ANY(a, b, c, d, OP_Ob, OP_Ov) ? MEM_ALWAYS \
     : ANY(a, b, c, d, OP_Eb, OP_RdMw) || ANY(a, b, c, d, OP_Mb, OP_Mbcd) ||     \
       ANY(a, b, c, d, OP_Qd, OP_Qq) || ANY(a, b, c, d, OP_Wx, OP_We)            \
         ? MEM_BY_MODRM : MEM_NEVER)
#define OPS_SPECIAL(a, b, c, d)                                                  \
    ((ANY(a, b, c, d, OP_Ob, OP_Ov) ? SPECIAL_MOFFS : 0) |                       \
     (HAS(a, b, c, d, OP_Ap) ? SPECIAL_FAR : 0) |                                \
     (HAS(a, b, c, d, OP_1) ? SPECIAL_ONE : 0) |                                 \
     (OPS_IMM2(a, b, c, d) ? SPECIAL_IMM2 : 0) |                                 \
     (HAS(a, b, c, d, OP_Lx) ? SPECIAL_L : 0) |                                  \
     (ANY(a, b, c, d, OP_Sw, OP_Dm) ? SPECIAL_REG : 0) |                         \
     (ANY(a, b, c, d, OP_MVx, OP_MVdq) ? SPECIAL_VSIB : 0))

#define OSIZE(g) \
    ((g)&F64 ? OSIZE_F64 : (g)&D64 ? OSIZE_D64 : (g)&P66 ? OSIZE_NO66 : OSIZE_PLAIN)

/* ---- Rows ---- */

#define MAP_OF_(map)   MAP_##map
#define MAP_OF(map)    MAP_OF_(map)
#define KEY(opcode, g) (MAP_OF(X86_MAP) << 12 | ((g)&VEX ? MAP_VEX : 0) | (opcode))

#define DESC(code, sub, g, efl, feat, is_todo, a, b, c, d)                 \
    {                                                                            \
        .need = ((g)&0xffffffff) | OPS_NEED(a, b, c, d),                         \
        .gates = (uint64_t)(g) >> 32,                                            \
        .key = KEY(code, g),                                                     \
        .arg = sub,                                                              \
        .eflags = efl,                                                           \
        .feature = X86_FEAT_##feat,                                              \
        .op = { a, b, c, d },                                                    \
        .imm = OPS_IMM(a, b, c, d),                                              \
        .special = OPS_SPECIAL(a, b, c, d),                                      \
        .nops = OPS_COUNT(a, b, c, d),                                           \
        .osize = OPS_BYTE(a, b, c, d) ? OSIZE_BYTE : OSIZE(g),                   \
        .todo = is_todo,                                                         \
        .mem = OPS_MEM(a, b, c, d),                                              \
        .modrm = MAP_OF(X86_MAP) == MAP_GROUPS || OPS_MODRM(a, b, c, d),         \
        .number = ROW_ID,                                                        \
    },
#define DESC_OPS(code, sub, g, efl, feat, is_todo, a, b, c, d, ...) \
    DESC(code, sub, g, efl, feat, is_todo, OP_##a, OP_##b, OP_##c, OP_##d)
#define ROW(...) DESC_OPS(__VA_ARGS__, , , , , )

const InsnDesc x86_rows[] = {
    { .need = (uint32_t)BAD, .key = 0xffff },
#define I(op, mnem, gen, g, efl, feat, ...) \
    ROW(op, 0, g, efl, feat, 0, __VA_ARGS__)
#define T(op, mnem, gen, g, efl, feat, ...) \
    ROW(op, 0, g, efl, feat, 1, __VA_ARGS__)
#define IA(op, mnem, gen, arg, g, efl, feat, ...) \
    ROW(op, arg, g, efl, feat, 0, __VA_ARGS__)
#define TA(op, mnem, gen, arg, g, efl, feat, ...) \
    ROW(op, arg, g, efl, feat, 1, __VA_ARGS__)
#include "target/x86/opcode-all.def"
};

const unsigned x86_nr_rows = NR_ROWS;

#define NAME_MAX_LEN 18
#define ROW_NAME(op, mnem, ...) mnem,

static const char row_names[NR_ROWS][NAME_MAX_LEN + 1] = {
    "(bad)",
#define I  ROW_NAME
#define T  ROW_NAME
#define IA ROW_NAME
#define TA ROW_NAME
#include "target/x86/opcode-all.def"
};

static_assert(sizeof(InsnDesc) == 24, "a pointer would make the table private to each process");

const char *x86_row_name(const InsnDesc *row)
{
    return row_names[row->number];
}

/* ---- Slots ---- */

/*
 * In these arrays a later row of the same opcode overrides an earlier one, on purpose: that
 * is how a slot comes to name the last of them.
 */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverride-init"
#ifdef __clang__
#pragma GCC diagnostic ignored "-Winitializer-overrides"
#endif

#define MAP_AT(op, g)            ((op) + ((g)&VEX ? MAP_VEX : 0))
#define MAP_UP_TO(op, g, a, b)   (MAP_AT(op, g) + (OPS_Z(a, b) ? 7 : 0))
#define SLOT(a, b, c, d)         (ROW_ID | (OPS_MODRM(a, b, c, d) ? SLOT_MODRM : 0))
#define MAP_SLOTS(op, g, a, b, c, d, ...)                  \
    [MAP_AT(op, g) ... MAP_UP_TO(op, g, OP_##a, OP_##b)] = \
        SLOT(OP_##a, OP_##b, OP_##c, OP_##d),
#define SLOTS(...)               MAP_SLOTS(__VA_ARGS__, , , , )

const uint16_t x86_maps[NR_MAPS][MAP_WIDTH] = {
#define I(op, mnem, gen, g, efl, feat, ...)       SLOTS(op, g, __VA_ARGS__)
#define T(op, mnem, gen, g, efl, feat, ...)       SLOTS(op, g, __VA_ARGS__)
#define IA(op, mnem, gen, arg, g, efl, feat, ...) SLOTS(op, g, __VA_ARGS__)
#define TA(op, mnem, gen, arg, g, efl, feat, ...) SLOTS(op, g, __VA_ARGS__)
#define G(op, group, g)                           [MAP_AT(op, g)] = SLOT_GROUP | SLOT_MODRM | group,
#define X86_MAP 1BYTE
    [MAP_1BYTE] = {
#include "target/x86/opcode-1byte.def"
    },
#undef X86_MAP
#define X86_MAP 0F
    [MAP_0F] = {
#include "target/x86/opcode-0f.def"
    },
#undef X86_MAP
#define X86_MAP 0F38
    [MAP_0F38] = {
#include "target/x86/opcode-0f38.def"
    },
#undef X86_MAP
#define X86_MAP 0F3A
    [MAP_0F3A] = {
#include "target/x86/opcode-0f3a.def"
    },
#undef X86_MAP
#undef I
#undef T
#undef IA
#undef TA
#undef G
};

/* The half of a group that a row's gates rule out is written to the junk group. */
#define GROUP_MEM(op, g)   ((g)&REG ? 0 : (op))
#define GROUP_REG(op, g)   ((g)&MEM ? 8 : (op) + 8)
#define GROUP_SLOTS(op, g) [GROUP_MEM(op, g)] = ROW_ID, [GROUP_REG(op, g)] = ROW_ID,

const uint16_t x86_groups[NR_GROUPS * GROUP_WIDTH] = {
#define I(op, mnem, gen, g, ...)       GROUP_SLOTS(op, g)
#define T(op, mnem, gen, g, ...)       GROUP_SLOTS(op, g)
#define IA(op, mnem, gen, arg, g, ...) GROUP_SLOTS(op, g)
#define TA(op, mnem, gen, arg, g, ...) GROUP_SLOTS(op, g)
#define G(op, group, g)                [GROUP_REG(op, g)] = SLOT_GROUP | group,
#define X86_MAP GROUPS
#include "target/x86/opcode-groups.def"
#undef X86_MAP
#define X86_MAP X87
#include "target/x86/opcode-x87.def"
#undef X86_MAP
#undef I
#undef T
#undef IA
#undef TA
#undef G
};
#pragma GCC diagnostic pop

static_assert((int)NR_ROWS <= SLOT_NUMBER && (int)NR_GROUPS * GROUP_WIDTH <= SLOT_NUMBER, "slots");

/* ---- Operands: HANDLER_X is both forms; FORM: kind, from, mask, number, size ---- */

#define SIZE_AT(size, opsize) \
    ((int)(size) == SZ_V   ? (opsize)                      \
     : (int)(size) == SZ_Z ? ((opsize) < SZ32 ? (opsize) : SZ32) : (int)(size))
#define IS_RARE(kind, size) \
    ((int)(size) > SZ_Z || ((kind) == OPK_REG && (int)(size) == SZ8))
#define FORM_AT(opsize, kind, from, mask, number, size)  \
    { { kind, SIZE_AT(size, opsize), number, false }, from, mask, IS_RARE(kind, size), 0 }
#define FORM(...)                                                                 \
    { FORM_AT(SZ8, __VA_ARGS__), FORM_AT(SZ16, __VA_ARGS__),                      \
      FORM_AT(SZ32, __VA_ARGS__), FORM_AT(SZ64, __VA_ARGS__) }
#define ONE(...)            { FORM(__VA_ARGS__), FORM(__VA_ARGS__) }
#define OR_MEM(msize, ...)  { FORM(__VA_ARGS__), FORM(OPK_MEM, FROM_NONE, 0, 0, msize) }

#define HANDLER_GPR(a, b)   ONE(OPK_REG,  FROM_NONE,   0,  b, a)
#define HANDLER_OPREG(a, b) ONE(OPK_REG,  FROM_OPCODE, 15, 0, a)
#define HANDLER_IMM(a, b)   ONE(OPK_IMM,  FROM_NONE,   0,  0, a)
#define HANDLER_REL(a, b)   ONE(OPK_REL,  FROM_NONE,   0,  0, a)
#define HANDLER_FAR(a, b)   ONE(OPK_FAR,  FROM_NONE,   0,  0, a)
#define HANDLER_MOFFS(a, b) ONE(OPK_MEM,  FROM_NONE,   0,  0, a)
#define HANDLER_XSTR(a, b)  ONE(OPK_XMEM, FROM_NONE,   0,  b, a)
#define HANDLER_YSTR(a, b)  ONE(OPK_YMEM, FROM_NONE,   0,  b, a)
#define HANDLER_SREG(a, b)  ONE(OPK_SEG,  FROM_NONE,   0,  b, a)
#define HANDLER_ST0(a, b)   ONE(OPK_ST,   FROM_NONE,   0,  0, a)
#define HANDLER_XMM0(a, b)  ONE(OPK_VEC,  FROM_NONE,   0,  0, a)
#define HANDLER_E(a, b)     OR_MEM(b, OPK_REG, FROM_RM, 15, 0, a)
#define HANDLER_M(a, b)     OR_MEM(b, OPK_MEM, FROM_NONE, 0, 0, a)
#define HANDLER_R(a, b)     ONE(OPK_REG,  FROM_RM,     15, 0, a)
#define HANDLER_N(a, b)     ONE(OPK_MMX,  FROM_RM,     7,  0, a)
#define HANDLER_U(a, b)     ONE(OPK_VEC,  FROM_RM,     15, 0, a)
#define HANDLER_STI(a, b)   ONE(OPK_ST,   FROM_RM,     7,  0, a)
#define HANDLER_G(a, b)     ONE(OPK_REG,  FROM_REG,    15, 0, a)
#define HANDLER_B(a, b)     ONE(OPK_REG,  FROM_VVVV,   15, 0, a)
#define HANDLER_S(a, b)     ONE(OPK_SEG,  FROM_REG,    7,  0, a)
#define HANDLER_C(a, b)     ONE(OPK_CR,   FROM_REG,    15, 0, a)
#define HANDLER_D(a, b)     ONE(OPK_DR,   FROM_REG,    15, 0, a)
#define HANDLER_P(a, b)     ONE(OPK_MMX,  FROM_REG,    7,  0, a)
#define HANDLER_Q(a, b)     OR_MEM(b, OPK_MMX, FROM_RM, 7, 0, a)
#define HANDLER_V(a, b)     ONE(OPK_VEC,  FROM_REG,    15, 0, a)
#define HANDLER_W(a, b)     OR_MEM(b, OPK_VEC, FROM_RM, 15, 0, a)
#define HANDLER_H(a, b)     ONE(OPK_VEC,  FROM_VVVV,   15, 0, a)
#define HANDLER_L(a, b)     ONE(OPK_VEC,  FROM_NONE,   0,  0, a) /* SPECIAL_L */

const OperandInfo x86_operand_info[NR_X86_OPERANDS] = {
#define OPND(name, handler, a, b) [OP_##name] = { HANDLER_##handler(a, b) },
#include "target/x86/columns.def"
};

const char *const x86_operand_names[NR_X86_OPERANDS] = {
    [OP_] = "",
#define OPND(name, handler, a, b) [OP_##name] = #name,
#include "target/x86/columns.def"
};

/* ---- The other columns ---- */

const X86Eflags x86_eflags_classes[NR_X86_EFLAGS_CLASSES] = {
#define EFL(name, read, write, undef, cond) [F_##name] = { read, write, undef, cond },
#include "target/x86/columns.def"
};

const X86FeatureInfo x86_features[NR_X86_FEATS] = {
    [X86_FEAT_0] = { .name = "" },
#define FEAT(name, text, leaf, subleaf, reg, bit) \
    [X86_FEAT_##name] = { text, leaf, subleaf, CPUID_##reg, bit },
#include "target/x86/features.def"
};
