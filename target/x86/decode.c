/* x86 instruction decoder: prefixes, REX/VEX, ModRM, operand kinds. */
/* SPDX-License-Identifier: MIT */
/*
 * The tables, all made from opcode-*.def at compile time:
 *
 *   x86_rows[]   one InsnDesc a row, in the order of the files; row 0 matches nothing
 *   maps[][]     opcode -> slot, for each of the four maps, legacy and VEX
 *   groups[]     group base + (mod == 3 ? 8 : 0) + reg -> slot; sub-groups: base + 8 + rm
 *
 * A slot is a row number, or SLOT_GROUP and a base in groups[]. Several rows with the same key
 * (opcode, or group and number) stand one below the other; the slot names the last, and the search
 * goes up until a row's selecting gates all hold. Most opcodes have one row, so that decoding
 * is: prefixes, one load for the slot, ModRM, and a switch for each operand.
 *
 * Bytes are read through Cursor, whose end is 15 bytes or `avail` away, whichever is nearer: running
 * into it is X86_DECODE_TOO_LONG or X86_DECODE_MORE.
 */
#include "target/x86/decode.h"
#include "target/x86/vop.h"

/* The short names of the rows. */
enum {
#define GATE(name, bit, meaning) name = 1ull << (bit),
#include "target/x86/columns.def"
};

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

enum { GROUP_WIDTH = 16, SLOT_GROUP = 0x8000 };

enum {
    GROUP_JUNK,
#define G(opcode, group, gates) GROUP_##group,
#include "target/x86/opcode-all.def"
    NR_GROUPS
};

/* Groups as their members' opcode column writes them. */
enum {
#define G(opcode, group, gates) group = GROUP_##group * GROUP_WIDTH,
#include "target/x86/opcode-all.def"
};

enum {
    MAP_1BYTE, MAP_0F, MAP_0F38, MAP_0F3A,
    MAP_GROUPS, MAP_X87 = MAP_GROUPS, /* rows of ModRM groups: no map of opcodes */
    NR_MAPS = MAP_GROUPS
};
enum { MAP_VEX = 256, MAP_WIDTH = 512 };

#define MAP_KEY_(map)              MAP_##map
#define MAP_KEY(map)               MAP_KEY_(map)
#define KEY(opcode, g)             (MAP_KEY(X86_MAP) << 12 | ((g)&VEX ? MAP_VEX : 0) | (opcode))
#define OP1_(a, ...)               OP_##a
#define OPS4(a, b, c, d, ...)      { OP_##a, OP_##b, OP_##c, OP_##d }
#define NEEDS_MODRM(op)            ((op) >= OP_Eb)
#define OPS_MODRM(a, b, c, d, ...) \
    (NEEDS_MODRM(OP_##a) || NEEDS_MODRM(OP_##b) || NEEDS_MODRM(OP_##c) || NEEDS_MODRM(OP_##d))
#define OPS_COUNT(a, b, c, d, ...) \
    ((OP_##a != 0) + (OP_##b != 0) + (OP_##c != 0) + (OP_##d != 0))
#define OPS_Z(a, b, ...) \
    ((OP_##a >= OP_Zb && OP_##a <= OP_Zy) || (OP_##b >= OP_Zb && OP_##b <= OP_Zy))
/* An operation is on bytes when its first operand is one; OUT: when its second is AL. */
#define OPS_BYTE(a, b, ...)                                                                \
    (OP_##a == OP_Eb || OP_##a == OP_Gb || OP_##a == OP_Zb || OP_##a == OP_AL ||           \
     OP_##a == OP_Ob || OP_##a == OP_Xb || OP_##a == OP_Yb || OP_##b == OP_AL ||           \
     OP_##b == OP_Xb)

#define DESC(code, name, sub, g, efl, feat, is_todo, ...)                                  \
    { .mnem = name, .need = (g)&0xffffffff, .gates = (uint64_t)(g) >> 32,                  \
      .key = KEY(code, g), .arg = sub, .eflags = efl, .feature = X86_FEAT_##feat,          \
      .op = OPS4(__VA_ARGS__), .nops = OPS_COUNT(__VA_ARGS__),                             \
      .modrm = MAP_KEY(X86_MAP) == MAP_GROUPS || OPS_MODRM(__VA_ARGS__),                   \
      .byte = OPS_BYTE(__VA_ARGS__), .todo = is_todo },

const InsnDesc x86_rows[] = {
    { .mnem = "(bad)", .need = (uint32_t)BAD, .key = 0xffff },
#define I(op, mnem, gen, g, efl, feat, ...)       DESC(op, mnem, 0, g, efl, feat, 0, __VA_ARGS__,,,,)
#define T(op, mnem, gen, g, efl, feat, ...)       DESC(op, mnem, 0, g, efl, feat, 1, __VA_ARGS__,,,,)
#define IA(op, mnem, gen, arg, g, efl, feat, ...) DESC(op, mnem, arg, g, efl, feat, 0, __VA_ARGS__,,,,)
#define TA(op, mnem, gen, arg, g, efl, feat, ...) DESC(op, mnem, arg, g, efl, feat, 1, __VA_ARGS__,,,,)
#include "target/x86/opcode-all.def"
};

const unsigned x86_nr_rows = NR_ROWS;

/*
 * In the maps below a later row of the same opcode overrides an earlier one, on purpose: that is
 * how a slot comes to name the last of them.
 */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverride-init"
#ifdef __clang__
#pragma GCC diagnostic ignored "-Winitializer-overrides"
#endif

#define MAP_OP(op, g)   ((op) + ((g)&VEX ? MAP_VEX : 0))
#define MAP_LAST(a, b, ...) (OPS_Z(a, b, ) ? 7 : 0)
#define MAP_SLOT(op, g, ...) \
    [MAP_OP(op, g)... MAP_OP(op, g) + MAP_LAST(__VA_ARGS__)] = ROW_ID,

static const uint16_t maps[NR_MAPS][MAP_WIDTH] = {
#define I(op, mnem, gen, g, efl, feat, ...)       MAP_SLOT(op, g, __VA_ARGS__,,)
#define T(op, mnem, gen, g, efl, feat, ...)       MAP_SLOT(op, g, __VA_ARGS__,,)
#define IA(op, mnem, gen, arg, g, efl, feat, ...) MAP_SLOT(op, g, __VA_ARGS__,,)
#define TA(op, mnem, gen, arg, g, efl, feat, ...) MAP_SLOT(op, g, __VA_ARGS__,,)
#define G(op, group, g)                           [MAP_OP(op, g)] = SLOT_GROUP | group,
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
#define GROUP_MEM(op, g)  ((g)&REG ? 0 : (op))
#define GROUP_REG(op, g)  ((g)&MEM ? 8 : (op) + 8)
#define GROUP_SLOT(op, g) [GROUP_MEM(op, g)] = ROW_ID, [GROUP_REG(op, g)] = ROW_ID,

static const uint16_t groups[NR_GROUPS * GROUP_WIDTH] = {
#define I(op, mnem, gen, g, ...)       GROUP_SLOT(op, g)
#define T(op, mnem, gen, g, ...)       GROUP_SLOT(op, g)
#define IA(op, mnem, gen, arg, g, ...) GROUP_SLOT(op, g)
#define TA(op, mnem, gen, arg, g, ...) GROUP_SLOT(op, g)
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

const X86FeatureInfo x86_features[NR_X86_FEATS] = {
    [X86_FEAT_0] = { .name = "" },
#define FEAT(name, text, leaf, subleaf, reg, bit) \
    [X86_FEAT_##name] = { text, leaf, subleaf, CPUID_##reg, bit },
#include "target/x86/features.def"
};

const char *const x86_operand_names[NR_X86_OPERANDS] = {
    [OP_] = "",
#define OPND(name, handler, a, b) [OP_##name] = #name,
#include "target/x86/columns.def"
};

typedef enum Handler {
    H_NONE, H_GPR, H_ONE, H_OPREG, H_IMM, H_SIMM, H_REL, H_FAR, H_MOFFS, H_XSTR, H_YSTR, H_SREG,
    H_ST0, H_XMM0, H_E, H_R, H_RM, H_RA, H_G, H_GM, H_GA, H_B, H_M, H_S, H_C, H_D, H_STI, H_P, H_Q, H_N, H_V, H_W,
    H_WH, H_U, H_H, H_L,
} Handler;

static const struct OperandInfo {
    uint8_t handler, a, b;
} operand_info[NR_X86_OPERANDS] = {
#define OPND(name, handler, a, b) [OP_##name] = { H_##handler, a, b },
#include "target/x86/columns.def"
};

static const X86Eflags eflags_classes[NR_X86_EFLAGS_CLASSES] = {
#define EFL(name, read, write, undef, cond) [F_##name] = { read, write, undef, cond },
#include "target/x86/columns.def"
};

typedef struct Cursor {
    const uint8_t *p, *end;
    Insn *insn;
    uint8_t size[4]; /* what SZ_V SZ_Z SZ_Y SZ_X are for this instruction */
    uint8_t nimm;
    bool high_regs;  /* byte registers 4..7 are AH CH DH BH */
} Cursor;

/* ---- Bytes ---- */

static inline bool fetch8(Cursor *c, uint8_t *v)
{
    if (unlikely(c->p == c->end)) {
        return false;
    }
    *v = *c->p++;
    return true;
}

/* Reads 1 << size bytes, little endian. */
static inline bool fetch(Cursor *c, unsigned size, uint64_t *v)
{
    unsigned n = 1u << size;
    if (unlikely((size_t)(c->end - c->p) < n)) {
        c->p = c->end;
        return false;
    }
    uint64_t r = 0;
    memcpy(&r, c->p, n);
    c->p += n;
    *v = GUINT64_FROM_LE(r);
    return true;
}

static inline bool fetch_signed(Cursor *c, unsigned size, uint64_t *v)
{
    if (!fetch(c, size, v)) {
        return false;
    }
    unsigned up = 64 - (8u << size);
    *v = (uint64_t)((int64_t)(*v << up) >> up);
    return true;
}

/* ---- Prefixes ---- */

enum { PK_NONE, PK_REX, PK_66, PK_67, PK_LOCK, PK_F2, PK_F3, PK_SEG };

static const uint8_t prefix_kind[256] = {
    [0x26] = PK_SEG + SEG_ES, [0x2e] = PK_SEG + SEG_CS, [0x36] = PK_SEG + SEG_SS,
    [0x3e] = PK_SEG + SEG_DS, [0x64] = PK_SEG + SEG_FS, [0x65] = PK_SEG + SEG_GS,
    [0x40 ... 0x4f] = PK_REX, [0x66] = PK_66, [0x67] = PK_67,
    [0xf0] = PK_LOCK,         [0xf2] = PK_F2, [0xf3] = PK_F3,
};

static void take_prefix(Insn *i, unsigned kind)
{
    switch (kind) {
    case PK_66:
        i->prefixes |= PFX_66;
        break;
    case PK_67:
        i->prefixes |= PFX_67;
        break;
    case PK_LOCK:
        i->prefixes |= PFX_LOCK;
        break;
    case PK_F2:
        i->prefixes = (i->prefixes & ~PFX_F3) | PFX_F2;
        break;
    case PK_F3:
        i->prefixes = (i->prefixes & ~PFX_F2) | PFX_F3;
        break;
    default: /* in 64-bit mode only FS and GS are more than a byte of length */
        if (i->mode != X86_MODE_64 || kind - PK_SEG >= SEG_FS) {
            i->seg = kind - PK_SEG;
            i->seg_override = true;
        }
        break;
    }
}

/* Leaves the first opcode byte in *op. A REX prefix counts only right in front of it. */
static bool parse_prefixes(Cursor *c, uint8_t *op)
{
    Insn *i = c->insn;

    for (;;) {
        if (!fetch8(c, op)) {
            return false;
        }
        unsigned kind = prefix_kind[*op];
        if (likely(kind == PK_NONE)) {
            return true;
        }
        if (kind == PK_REX) {
            if (i->mode != X86_MODE_64) {
                return true;
            }
            i->rex = *op & 15;
            i->prefixes |= PFX_REX;
        } else {
            i->rex = 0;
            i->prefixes &= ~PFX_REX;
            take_prefix(i, kind);
        }
    }
}

/* ---- VEX ---- */

enum { VEX_NO = 0, VEX_YES = 1 };
enum { MAP_EVEX = NR_MAPS }; /* no table: the "prefix" 0 or 1 tells the row in GEVEX */

/* Whether C4, C5 or 62 is a prefix here: outside 64-bit mode only where LES, LDS, BOUND are not. */
static int vex_here(Cursor *c)
{
    if (c->insn->mode == X86_MODE_64) {
        return VEX_YES;
    }
    if (c->p == c->end) {
        return X86_DECODE_MORE;
    }
    return *c->p >= 0xc0 ? VEX_YES : VEX_NO;
}

/* Takes payload and opcode of a VEX prefix: *map, and vex_pp 0..3. Returns 0 or an error. */
static int parse_vex(Cursor *c, uint8_t first, unsigned *map, unsigned *pp, uint8_t *op)
{
    Insn *i = c->insn;
    uint8_t b1, b2;

    if (i->prefixes & (PFX_66 | PFX_F2 | PFX_F3 | PFX_LOCK | PFX_REX)) {
        return X86_DECODE_UD;
    }
    if (!fetch8(c, &b1)) {
        return X86_DECODE_MORE;
    }
    if (first == 0xc5) {
        b2 = b1 & 0x7f;
        b1 = (b1 & 0x80) | 0x61;
    } else if (!fetch8(c, &b2)) {
        return X86_DECODE_MORE;
    }
    *map = b1 & 0x1f;
    *pp = b2 & 3;
    i->rex = (~b1 >> 5 & 7) | (b2 >> 4 & REX_W);
    i->vvvv = ~b2 >> 3 & 15;
    i->vex_l = b2 >> 2 & 1;
    i->prefixes |= PFX_VEX;
    if (i->mode != X86_MODE_64) { /* eight registers; B and vvvv[3] are ignored */
        i->rex &= REX_W;
        i->vvvv &= 7;
    }
    if (*map < MAP_0F || *map > MAP_0F3A) {
        return X86_DECODE_UD;
    }
    return fetch8(c, op) ? 0 : X86_DECODE_MORE;
}

/* Whether an EVEX instruction ends with an immediate byte: maps 1 (0F) and 3 (0F 3A). */
static bool evex_has_imm(unsigned map, uint8_t op)
{
    return map == MAP_0F3A ||
           (map == MAP_0F && ((op & 0xfc) == 0x70 || op == 0xc2 || (op >= 0xc4 && op <= 0xc6)));
}

/*
 * Takes payload and opcode of an EVEX prefix. Only the length is right as yet: registers 16..31,
 * masks, broadcast and the scale of disp8 come with the rows.
 */
static int parse_evex(Cursor *c, unsigned *map, unsigned *imm, uint8_t *op)
{
    Insn *i = c->insn;
    uint8_t p[3];

    if (i->prefixes & (PFX_66 | PFX_F2 | PFX_F3 | PFX_LOCK | PFX_REX)) {
        return X86_DECODE_UD;
    }
    for (unsigned n = 0; n < ARRAY_SIZE(p); n++) {
        if (!fetch8(c, &p[n])) {
            return X86_DECODE_MORE;
        }
    }
    unsigned m = p[0] & 7;
    if (p[0] & 8 || !(p[1] & 4) || m == 0 || m == 4 || m == 7) {
        return X86_DECODE_UD;
    }
    i->rex = (~p[0] >> 5 & 7) | (p[1] >> 4 & REX_W);
    i->vvvv = ~p[1] >> 3 & 15;
    i->vex_l = p[2] >> 5 & 3;
    i->prefixes |= PFX_VEX;
    if (!fetch8(c, op)) {
        return X86_DECODE_MORE;
    }
    *imm = evex_has_imm(m, *op);
    *map = MAP_EVEX;
    return 0;
}

/* ---- Row ---- */

/* The selecting gates that hold for this instruction, but for MEM and REG. */
static uint32_t conditions(const Insn *i, unsigned pp)
{
    static const uint32_t by_pp[4] = { NP | NFX, P66 | NFX, PF3, PF2 };
    uint32_t have = by_pp[pp];

    have |= i->mode == X86_MODE_64 ? ONLY64 : NO64;
    have |= i->rex & REX_W ? W1 : W0;
    have |= i->rex & REX_B ? 0 : B0;
    have |= i->vex_l ? L1 : L0;
    have |= i->vvvv ? 0 : NOVV;
    have |= i->prefixes & PFX_VEX ? VEX : 0;
    return have;
}

static inline unsigned group_slot(unsigned slot, uint8_t modrm)
{
    slot = groups[(slot & ~SLOT_GROUP) + (modrm >= 0xc0 ? 8 : 0) + (modrm >> 3 & 7)];
    if (slot & SLOT_GROUP) {
        slot = groups[(slot & ~SLOT_GROUP) + 8 + (modrm & 7)];
    }
    return slot;
}

/* Finds the row; takes the ModRM byte when there is one. Returns 0 or an error. */
static int find_row(Cursor *c, unsigned map, unsigned pp)
{
    Insn *i = c->insn;
    uint32_t have = conditions(i, pp);
    unsigned slot = likely(map != MAP_EVEX)
                        ? maps[map][i->opcode + (i->prefixes & PFX_VEX ? MAP_VEX : 0)]
                        : groups[GEVEX + pp];

    if (slot & SLOT_GROUP || x86_rows[slot].modrm) {
        if (!fetch8(c, &i->modrm)) {
            return X86_DECODE_MORE;
        }
        have |= i->modrm >= 0xc0 ? REG : MEM;
        have |= i->modrm & 0x38 ? 0 : R0;
        if (slot & SLOT_GROUP) {
            slot = group_slot(slot, i->modrm);
        }
    }
    const InsnDesc *d = &x86_rows[slot];
    while (unlikely(d->need & ~have)) {
        if (d == x86_rows || d->key != d[-1].key) {
            return X86_DECODE_UD;
        }
        d--;
    }
    i->desc = d;
    return 0;
}

/* ---- Sizes ---- */

static uint8_t operand_size(const Insn *i)
{
    bool p66 = i->prefixes & PFX_66 && !(i->desc->need & P66); /* mandatory: no operand size */

    if (i->mode != X86_MODE_64) {
        return (i->mode == X86_MODE_32) != p66 ? SZ32 : SZ16;
    }
    if (i->rex & REX_W || i->desc->gates & GATE_F64) {
        return SZ64;
    }
    if (p66) {
        return SZ16;
    }
    return i->desc->gates & GATE_D64 ? SZ64 : SZ32;
}

static void resolve_sizes(Cursor *c)
{
    Insn *i = c->insn;
    unsigned v = operand_size(i);
    bool wide = i->mode == X86_MODE_64 && i->rex & REX_W;

    c->size[SZ_V - SZ_V] = v;
    c->size[SZ_Z - SZ_V] = MIN(v, SZ32);
    c->size[SZ_Y - SZ_V] = wide ? SZ64 : SZ32;
    c->size[SZ_X - SZ_V] = SZ128 + i->vex_l;
    if (i->desc->byte) {
        i->opsize = SZ8;
    } else {
        i->opsize = i->prefixes & PFX_VEX ? c->size[SZ_Y - SZ_V] : v;
    }
}

static inline uint8_t size_of(const Cursor *c, unsigned size)
{
    return size >= SZ_V ? c->size[size - SZ_V] : size;
}

/* ---- ModRM ---- */

static bool parse_mem16(Cursor *c)
{
    static const int8_t base[8] = { R_RBX, R_RBX, R_RBP, R_RBP, R_RSI, R_RDI, R_RBP, R_RBX };
    static const int8_t index[8] = { R_RSI, R_RDI, R_RSI, R_RDI, -1, -1, -1, -1 };
    Insn *i = c->insn;
    unsigned mod = i->modrm >> 6, rm = i->modrm & 7;

    i->base = base[rm];
    i->index = index[rm];
    if (mod == 0 && rm == 6) {
        i->base = -1;
        return fetch_signed(c, SZ16, &i->disp);
    }
    return mod == 0 || fetch_signed(c, mod == 1 ? SZ8 : SZ16, &i->disp);
}

static bool parse_sib(Cursor *c)
{
    Insn *i = c->insn;
    uint8_t sib;

    if (!fetch8(c, &sib)) {
        return false;
    }
    i->scale = sib >> 6;
    i->index = (sib >> 3 & 7) | (i->rex & REX_X ? 8 : 0);
    if (i->index == R_RSP && !(i->desc->gates & GATE_VSIB)) {
        i->index = -1;
    }
    if ((sib & 7) == R_RBP && i->modrm < 0x40) {
        i->base = -1;
        return fetch_signed(c, SZ32, &i->disp);
    }
    i->base = (sib & 7) | (i->rex & REX_B ? 8 : 0);
    return true;
}

static bool parse_mem32(Cursor *c)
{
    Insn *i = c->insn;
    unsigned mod = i->modrm >> 6, rm = i->modrm & 7;

    if (rm == R_RSP) {
        if (!parse_sib(c)) {
            return false;
        }
    } else if (mod == 0 && rm == R_RBP) {
        i->rip_rel = i->mode == X86_MODE_64;
        return fetch_signed(c, SZ32, &i->disp);
    } else {
        i->base = rm | (i->rex & REX_B ? 8 : 0);
    }
    return mod == 0 || fetch_signed(c, mod == 1 ? SZ8 : SZ32, &i->disp);
}

/* VSIB needs a SIB byte, and destination, index and mask to be three registers. */
static bool vsib_ok(const Insn *i)
{
    unsigned reg = (i->modrm >> 3 & 7) | (i->rex & REX_R ? 8 : 0);
    return i->addrsize != SZ16 && (i->modrm & 7) == R_RSP && reg != i->vvvv &&
           i->index != (int)reg && i->index != i->vvvv;
}

static bool parse_mem(Cursor *c)
{
    Insn *i = c->insn;
    bool ok = i->addrsize == SZ16 ? parse_mem16(c) : parse_mem32(c);

    if (!i->seg_override && (i->base == R_RBP || i->base == R_RSP)) {
        i->seg = SEG_SS;
    }
    return ok;
}

/* ---- Operands ---- */

static inline void set_gpr(const Cursor *c, X86Operand *o, unsigned reg)
{
    o->kind = OPK_REG;
    o->high = o->size == SZ8 && reg >= 4 && c->high_regs;
    o->reg = o->high ? reg - 4 : reg;
}

static inline unsigned modrm_reg(const Insn *i)
{
    return (i->modrm >> 3 & 7) | (i->rex & REX_R ? 8 : 0);
}

static inline unsigned modrm_rm(const Insn *i)
{
    return (i->modrm & 7) | (i->rex & REX_B ? 8 : 0);
}

/* Control registers that exist: 0 2 3 4 8. */
static bool cr_exists(unsigned reg)
{
    return 0x11d >> reg & 1;
}

/* rm operands: true when ModRM names memory, then the operand is done. */
static inline bool rm_is_mem(const Cursor *c, X86Operand *o, const struct OperandInfo *info)
{
    if (c->insn->modrm >= 0xc0) {
        return false;
    }
    o->kind = OPK_MEM;
    o->size = size_of(c, info->b);
    return true;
}

static int parse_imm(Cursor *c, X86Operand *o, bool is_signed)
{
    Insn *i = c->insn;
    uint64_t v;

    o->kind = OPK_IMM;
    if (is_signed ? !fetch_signed(c, o->size, &v) : !fetch(c, o->size, &v)) {
        return X86_DECODE_MORE;
    }
    if (c->nimm++) {
        i->imm2 = v;
    } else {
        i->imm = v;
    }
    return 0;
}

static int parse_far(Cursor *c, X86Operand *o)
{
    uint64_t sel;

    o->kind = OPK_FAR;
    if (!fetch(c, o->size, &c->insn->imm) || !fetch(c, SZ16, &sel)) {
        return X86_DECODE_MORE;
    }
    c->insn->imm2 = sel;
    return 0;
}

static int parse_moffs(Cursor *c, X86Operand *o)
{
    o->kind = OPK_MEM;
    return fetch(c, c->insn->addrsize, &c->insn->disp) ? 0 : X86_DECODE_MORE;
}

/* Operands that need no ModRM byte. */
static int parse_fixed(Cursor *c, X86Operand *o, const struct OperandInfo *info)
{
    Insn *i = c->insn;

    switch (info->handler) {
    case H_GPR:
        o->kind = OPK_REG;
        o->reg = info->b;
        return 0;
    case H_ONE:
        o->kind = OPK_IMM;
        i->imm = 1;
        return 0;
    case H_OPREG:
        set_gpr(c, o, (i->opcode & 7) | (i->rex & REX_B ? 8 : 0));
        return 0;
    case H_IMM:
        return parse_imm(c, o, false);
    case H_SIMM:
        return parse_imm(c, o, true);
    case H_REL:
        o->kind = OPK_REL;
        return fetch_signed(c, o->size, &i->imm) ? 0 : X86_DECODE_MORE;
    case H_FAR:
        return parse_far(c, o);
    case H_MOFFS:
        return parse_moffs(c, o);
    case H_XSTR:
        o->kind = OPK_XMEM;
        o->reg = R_RSI;
        return 0;
    case H_YSTR:
        o->kind = OPK_YMEM;
        o->reg = R_RDI;
        return 0;
    case H_SREG:
        o->kind = OPK_SEG;
        o->reg = info->b;
        return 0;
    case H_ST0:
        o->kind = OPK_ST;
        o->reg = 0;
        return 0;
    case H_XMM0:
        o->kind = OPK_VEC;
        o->reg = 0;
        return 0;
    default:
        return X86_DECODE_UD;
    }
}

/* Segment, control and debug registers in ModRM.reg. */
static int parse_system_reg(Cursor *c, X86Operand *o, unsigned handler)
{
    Insn *i = c->insn;
    unsigned reg = modrm_reg(i);

    if (handler == H_S) {
        o->kind = OPK_SEG;
        o->reg = reg & 7;
        bool writes_cs = o->reg == SEG_CS && o == &i->op[0];
        return o->reg > SEG_GS || writes_cs ? X86_DECODE_UD : 0;
    }
    o->kind = handler == H_C ? OPK_CR : OPK_DR;
    o->reg = reg;
    o->size = i->mode == X86_MODE_64 ? SZ64 : SZ32;
    return (handler == H_C ? cr_exists(reg) : reg < 8) ? 0 : X86_DECODE_UD;
}

static int parse_vector(Cursor *c, X86Operand *o, const struct OperandInfo *info)
{
    Insn *i = c->insn;
    uint64_t v;

    o->kind = OPK_VEC;
    switch (info->handler) {
    case H_V:
        o->reg = modrm_reg(i);
        return 0;
    case H_H:
        o->reg = i->vvvv;
        return 0;
    case H_L:
        if (!fetch(c, SZ8, &v)) {
            return X86_DECODE_MORE;
        }
        i->imm = v;
        o->reg = v >> 4 & (i->mode == X86_MODE_64 ? 15 : 7);
        return 0;
    case H_WH: /* 1/2, 1/4, 1/8 of the vector length */
        o->size = c->size[SZ_X - SZ_V] - 1 - info->a;
        o->reg = modrm_rm(i);
        o->kind = i->modrm >= 0xc0 ? OPK_VEC : OPK_MEM;
        return 0;
    case H_U:
        if (i->modrm < 0xc0) {
            return X86_DECODE_UD;
        }
        break;
    default:
        if (rm_is_mem(c, o, info)) {
            return 0;
        }
        break;
    }
    o->reg = modrm_rm(i);
    return 0;
}

static int parse_mmx(Cursor *c, X86Operand *o, const struct OperandInfo *info)
{
    Insn *i = c->insn;

    o->kind = OPK_MMX;
    if (info->handler == H_P) {
        o->reg = i->modrm >> 3 & 7;
        return 0;
    }
    if (info->handler == H_Q && rm_is_mem(c, o, info)) {
        return 0;
    }
    o->reg = i->modrm & 7;
    return i->modrm >= 0xc0 ? 0 : X86_DECODE_UD;
}

static int parse_operand(Cursor *c, X86Operand *o, unsigned name)
{
    const struct OperandInfo *info = &operand_info[name];
    Insn *i = c->insn;

    *o = (X86Operand){ .size = size_of(c, info->a) };
    switch (info->handler) {
    case H_E:
        if (!rm_is_mem(c, o, info)) {
            set_gpr(c, o, modrm_rm(i));
        }
        return 0;
    case H_G:
        set_gpr(c, o, modrm_reg(i));
        return 0;
    case H_M:
        return rm_is_mem(c, o, info) ? 0 : X86_DECODE_UD;
    case H_R:
        set_gpr(c, o, modrm_rm(i));
        return i->modrm >= 0xc0 ? 0 : X86_DECODE_UD;
    case H_RM:
    case H_GM:
        o->size = i->mode == X86_MODE_64 ? SZ64 : SZ32;
        set_gpr(c, o, info->handler == H_RM ? modrm_rm(i) : modrm_reg(i));
        return 0;
    case H_RA:
    case H_GA:
        o->size = i->addrsize;
        set_gpr(c, o, info->handler == H_RA ? modrm_rm(i) : modrm_reg(i));
        return 0;
    case H_B:
        set_gpr(c, o, i->vvvv);
        return 0;
    case H_STI:
        o->kind = OPK_ST;
        o->reg = i->modrm & 7;
        return 0;
    case H_S:
    case H_C:
    case H_D:
        return parse_system_reg(c, o, info->handler);
    case H_P:
    case H_Q:
    case H_N:
        return parse_mmx(c, o, info);
    case H_V:
    case H_W:
    case H_WH:
    case H_U:
    case H_H:
    case H_L:
        return parse_vector(c, o, info);
    default:
        return parse_fixed(c, o, info);
    }
}

static int parse_operands(Cursor *c)
{
    Insn *i = c->insn;
    const InsnDesc *d = i->desc;

    for (unsigned n = 0; n < d->nops; n++) {
        int err = parse_operand(c, &i->op[n], d->op[n]);
        if (unlikely(err)) {
            return err;
        }
    }
    return 0;
}

/* ---- The whole ---- */

static int parse_opcode(Cursor *c, unsigned *map, unsigned *pp)
{
    static const uint8_t pp_of[4] = { 0, 2, 3, 3 }; /* by F3, F2 */
    Insn *i = c->insn;
    uint8_t op;

    if (!parse_prefixes(c, &op)) {
        return X86_DECODE_MORE;
    }
    *map = MAP_1BYTE;
    if (op == 0xc4 || op == 0xc5) {
        int vex = vex_here(c);
        if (vex) {
            return vex < 0 ? vex : parse_vex(c, op, map, pp, &i->opcode);
        }
    } else if (op == 0x62) {
        int vex = vex_here(c);
        if (vex) {
            return vex < 0 ? vex : parse_evex(c, map, pp, &i->opcode);
        }
    } else if (op == 0x0f) {
        *map = MAP_0F;
        if (!fetch8(c, &op)) {
            return X86_DECODE_MORE;
        }
        if (op == 0x38 || op == 0x3a) {
            *map = op == 0x38 ? MAP_0F38 : MAP_0F3A;
            if (!fetch8(c, &op)) {
                return X86_DECODE_MORE;
            }
        }
    }
    i->opcode = op;
    *pp = pp_of[i->prefixes / PFX_F3 & 3];
    if (!*pp) {
        *pp = i->prefixes & PFX_66 ? 1 : 0;
    }
    return 0;
}

static int decode(Cursor *c)
{
    Insn *i = c->insn;
    unsigned map, pp;
    int err = parse_opcode(c, &map, &pp);

    if (err || (err = find_row(c, map, pp))) {
        return err;
    }
    const InsnDesc *d = i->desc;
    resolve_sizes(c);
    c->high_regs = !(i->prefixes & (PFX_REX | PFX_VEX));
    i->addrsize = SZ16 + i->mode;
    if (i->prefixes & PFX_67) {
        i->addrsize = i->mode == X86_MODE_32 ? SZ16 : SZ32;
    }
    if (d->modrm && i->modrm < 0xc0 && !(d->gates & GATE_MODR) && !parse_mem(c)) {
        return X86_DECODE_MORE;
    }
    if ((err = parse_operands(c))) {
        return err;
    }
    if (unlikely(i->prefixes & PFX_LOCK) &&
        !(d->gates & GATE_LOCK && i->op[0].kind == OPK_MEM)) {
        return X86_DECODE_UD;
    }
    return unlikely(d->gates & GATE_VSIB) && !vsib_ok(i) ? X86_DECODE_UD : 0;
}

int x86_decode(Insn *insn, const uint8_t *buf, size_t avail, X86Mode mode)
{
    Cursor c = { buf, buf + MIN(avail, X86_MAX_INSN_LEN), insn };

    memset(insn, 0, offsetof(Insn, op));
    insn->mode = mode;
    insn->seg = SEG_DS;
    insn->base = insn->index = -1;

    int err = decode(&c);
    insn->len = c.p - buf;
    if (unlikely(err)) {
        return err == X86_DECODE_MORE && avail >= X86_MAX_INSN_LEN ? X86_DECODE_TOO_LONG : err;
    }
    return insn->len;
}

/* ---- Questions about a decoded instruction ---- */

/* What a shift or rotate by `count` (masked, not 0) does; -1: by any count, perhaps 0. */
static X86Eflags shift_eflags(unsigned class, int count, int bits)
{
    X86Eflags f = eflags_classes[class];

    f.conditional = count < 0;
    if (count == 1) {
        f.write |= XF_OF;
        f.undef &= ~XF_OF;
    }
    if (class == F_SHIFT && (count < 0 ? bits < 32 : count >= bits)) {
        f.undef |= XF_CF;
        f.write &= ~XF_CF;
    }
    if (class == F_SHD && (count < 0 ? bits < 32 : count > bits)) {
        f.undef |= f.write;
        f.write = 0;
    }
    return f;
}

static X86Eflags eflags_by_count(const Insn *i, int count)
{
    unsigned class = i->desc->eflags;

    if (class < F_SHIFT || class > F_SHD) {
        X86Eflags f = eflags_classes[class];
        if (class == F_STRCMP) {
            f.conditional = i->prefixes & (PFX_F3 | PFX_F2);
        }
        return f;
    }
    if (count > 0) {
        count &= i->opsize == SZ64 ? 63 : 31;
    }
    return count ? shift_eflags(class, count, 8 << i->opsize) : eflags_classes[F_0];
}

static bool counts_by_cl(const Insn *i)
{
    return i->desc->op[1] == OP_CL || i->desc->op[2] == OP_CL;
}

X86Eflags x86_insn_eflags(const Insn *insn)
{
    return eflags_by_count(insn, counts_by_cl(insn) ? -1 : (int)(insn->imm & 63));
}

X86Eflags x86_insn_eflags_cl(const Insn *insn, uint8_t cl)
{
    return eflags_by_count(insn, counts_by_cl(insn) ? cl & 63 : (int)(insn->imm & 63));
}

bool x86_insn_may_fault(const Insn *insn)
{
    if (insn->desc->gates & GATE_FAULT) {
        return true;
    }
    if (insn->desc->gates & GATE_HINT) {
        return false;
    }
    for (unsigned n = 0; n < insn->desc->nops; n++) {
        unsigned kind = insn->op[n].kind;
        bool mem = kind == OPK_MEM || kind == OPK_XMEM || kind == OPK_YMEM;
        if (mem && insn->op[n].size != SZ_NONE) { /* LEA; the others of no size are FAULT */
            return true;
        }
    }
    return false;
}

const InsnDesc *x86_insn_fallback(const InsnDesc *desc)
{
    return desc->gates & GATE_OLD ? desc - 1 : NULL;
}
