/* x86 instruction decoder: prefixes, REX and VEX, ModRM, operands. */
/* SPDX-License-Identifier: MIT */
/*
 * The steps: prefixes; opcode and map; a load from the map (and from a group, by ModRM)
 * for the slot; from the slot's row upwards the first whose selecting gates hold; sizes;
 * memory expression; immediate; operands. The tables (opcode-tables.c) say what each row
 * needs, so that the usual instruction takes few branches, and those few that a CPU can
 * predict.
 *
 * No step checks for the end of the bytes. Where fewer than READ_AHEAD are there, a
 * zero-padded copy is decoded; at the end the length tells whether the decision, whatever
 * it was, rests on a byte that was not there (X86_DECODE_MORE) or that may not be there
 * (X86_DECODE_TOO_LONG).
 */
#include "target/x86/decode-internal.h"

/* 15 bytes of prefixes, then opcode, ModRM, SIB, displacement, immediates, read 8 at a
 * time. */
#define READ_AHEAD 48

/* Out of the way of what all instructions need. */
#define RARE __attribute__((noinline))
/* Once for each kind of look. */
#define ALWAYS_INLINE inline __attribute__((always_inline))

typedef struct Cursor {
    const uint8_t *p, *start;
    uint32_t regs; /* register numbers where FROM_* says    */
    uint16_t slot; /* of the opcode                         */
    uint8_t pp;    /* 0 none, 1 66, 2 F3, 3 F2              */
    bool is_mem;   /* ModRM names memory */
} Cursor;

/* ---- Bytes ---- */

static inline uint64_t load64(const Cursor *c)
{
    uint64_t v;
    memcpy(&v, c->p, sizeof(v));
    return GUINT64_FROM_LE(v);
}

/* Takes 1 << size bytes. */
static inline uint64_t take(Cursor *c, unsigned size, bool is_signed)
{
    unsigned up = 64 - (8u << size);
    uint64_t v = load64(c) << up;

    c->p += 1u << size;
    return is_signed ? (uint64_t)((int64_t)v >> up) : v >> up;
}

/* Takes a displacement of 0, 1, 2 or 4 bytes. */
static inline uint64_t take_disp(Cursor *c, unsigned bytes)
{
    unsigned up = (64 - 8 * bytes) & 63;
    uint64_t v = bytes ? load64(c) << up : 0;

    c->p += bytes;
    return (uint64_t)((int64_t)v >> up);
}

/* ---- Prefixes ---- */

/* PK_ESCAPE: not all of the opcode, or not always. */
enum { PK_NONE, PK_ESCAPE, PK_REX, PK_66, PK_67, PK_LOCK, PK_F2, PK_F3, PK_SEG };

/* clang-format off */
static const uint8_t prefix_kind[256] = {
    [0x26] = PK_SEG + SEG_ES, [0x2e] = PK_SEG + SEG_CS, [0x36] = PK_SEG + SEG_SS,
    [0x3e] = PK_SEG + SEG_DS, [0x64] = PK_SEG + SEG_FS, [0x65] = PK_SEG + SEG_GS,
    [0x66] = PK_66,           [0x67] = PK_67,           [0x40 ... 0x4f] = PK_REX,
    [0xf0] = PK_LOCK,         [0xf2] = PK_F2,           [0xf3] = PK_F3,
    [0x0f] = PK_ESCAPE,       [0x62] = PK_ESCAPE,       [0xc4 ... 0xc5] = PK_ESCAPE,
};
/* clang-format on */

static bool is_prefix(const Insn *i, unsigned kind)
{
    return kind > PK_ESCAPE && (kind != PK_REX || i->mode == X86_MODE_64);
}

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

/* All prefixes, from the first byte on. A REX prefix counts only right in front of the
 * opcode. */
static void parse_prefixes(Cursor *c, Insn *i)
{
    static const uint8_t pp_of[8] = {0, 2, 3, 3, 1, 2, 3, 3}; /* by 66, F2, F3 */
    unsigned kind;

    i->rex = 0;
    i->prefixes = 0;
    for (c->p = c->start; is_prefix(i, kind = prefix_kind[*c->p]); c->p++) {
        if (c->p - c->start > X86_MAX_INSN_LEN) {
            return; /* too long whatever follows */
        }
        i->rex = 0;
        i->prefixes &= ~PFX_REX;
        if (kind == PK_REX) {
            i->rex = *c->p & 15;
            i->prefixes |= PFX_REX;
        } else {
            take_prefix(i, kind);
        }
    }
    c->pp = pp_of[(i->prefixes / PFX_F3 & 3) | (i->prefixes & PFX_66 ? 4 : 0)];
    if (i->prefixes & PFX_67) {
        i->addrsize = i->mode == X86_MODE_32 ? SZ16 : SZ32;
    }
}

/* ---- VEX and EVEX ---- */

/* Whether C4, C5 or 62 is a prefix here: outside 64-bit mode only where LES, LDS, BOUND
 * are not. */
static bool vex_here(const Cursor *c, const Insn *i)
{
    return i->mode == X86_MODE_64 || *c->p >= 0xc0;
}

static bool vex_forbidden(const Insn *i)
{
    return i->prefixes & (PFX_66 | PFX_F2 | PFX_F3 | PFX_LOCK | PFX_REX);
}

/* Takes the payload and opcode of C4 or C5. False: #UD. */
static bool parse_vex(Cursor *c, Insn *i, uint8_t first)
{
    uint8_t b1 = *c->p++, b2;
    unsigned map;

    if (vex_forbidden(i)) {
        return false;
    }
    if (first == 0xc5) { /* as C4 with X, B, W clear and map 1 */
        b2 = b1 & 0x7f;
        b1 = (b1 & 0x80) | 0x61;
    } else {
        b2 = *c->p++;
    }
    map = b1 & 0x1f;
    c->pp = b2 & 3;
    i->rex = (~b1 >> 5 & 7) | (b2 >> 4 & REX_W);
    i->vvvv = ~b2 >> 3 & 15;
    i->vex_l = b2 >> 2 & 1;
    i->prefixes |= PFX_VEX;
    if (i->mode != X86_MODE_64) { /* eight registers; B and vvvv[3] are ignored */
        i->rex &= REX_W;
        i->vvvv &= 7;
    }
    c->regs = i->vvvv << FROM_VVVV;
    i->opcode = *c->p++;
    if (map < MAP_0F || map > MAP_0F3A) {
        return false;
    }
    c->slot = x86_maps[map][MAP_VEX + i->opcode];
    return true;
}

/* Whether an EVEX instruction ends with an immediate byte: maps 1 (0F) and 3 (0F 3A). */
static bool evex_has_imm(unsigned map, uint8_t op)
{
    bool imm_0f = (op & 0xfc) == 0x70 || op == 0xc2 || (op >= 0xc4 && op <= 0xc6);
    return map == MAP_0F3A || (map == MAP_0F && imm_0f);
}

/*
 * Takes the payload and opcode of 62. Only the length is right as yet: registers 16..31,
 * masks, broadcast and the scale of disp8 come with the rows.
 */
static bool parse_evex(Cursor *c, Insn *i)
{
    uint8_t p0 = c->p[0], p1 = c->p[1], p2 = c->p[2];
    unsigned map = p0 & 7;

    c->p += 3;
    if (vex_forbidden(i) || p0 & 8 || !(p1 & 4) || map == 0 || map == 4 || map == 7) {
        return false;
    }
    i->rex = (~p0 >> 5 & 7) | (p1 >> 4 & REX_W);
    i->vvvv = ~p1 >> 3 & 15;
    c->regs = i->vvvv << FROM_VVVV;
    i->vex_l = p2 >> 5 & 3;
    i->prefixes |= PFX_VEX;
    i->opcode = *c->p++;
    c->slot = SLOT_MODRM | x86_groups[x86_group_evex + evex_has_imm(map, i->opcode)];
    return true;
}

/* ---- Row ---- */

/* An opcode of one byte or more, VEX or EVEX, behind all prefixes but them. */
static bool parse_long_opcode(Cursor *c, Insn *i)
{
    unsigned map = MAP_1BYTE;
    uint8_t op = *c->p++;

    if (op == 0x0f) {
        map = MAP_0F;
        op = *c->p++;
        if (op == 0x38 || op == 0x3a) {
            map = op == 0x38 ? MAP_0F38 : MAP_0F3A;
            op = *c->p++;
        }
    } else if ((op == 0xc4 || op == 0xc5) && vex_here(c, i)) {
        return parse_vex(c, i, op);
    } else if (op == 0x62 && vex_here(c, i)) {
        return parse_evex(c, i);
    }
    i->opcode = op;
    c->slot = x86_maps[map][op];
    return true;
}

static RARE bool parse_rare_opcode(Cursor *c, Insn *i)
{
    if (is_prefix(i, prefix_kind[*c->p])) {
        parse_prefixes(c, i);
    }
    return parse_long_opcode(c, i);
}

/* Most instructions have a REX prefix or none, which is taken without a branch, and an
 * opcode of one byte. The cursor is lent as a copy, so that it can be in registers. */
static inline bool parse_opcode(Cursor *c, Insn *i)
{
    unsigned rex = ((*c->p & 0xf0) == 0x40) & (i->mode == X86_MODE_64);

    i->rex = *c->p & 15 & -rex;
    i->prefixes = rex * PFX_REX;
    c->p += rex;
    if (prefix_kind[*c->p] != PK_NONE) {
        Cursor lent = *c;
        bool valid = parse_rare_opcode(&lent, i);
        *c = lent;
        return valid;
    }
    i->opcode = *c->p++;
    c->slot = x86_maps[MAP_1BYTE][i->opcode];
    return true;
}

/* The selecting gates that hold for this instruction. */
static uint32_t conditions(const Insn *i, unsigned pp)
{
    static const uint32_t by_pp[4] = {NP | NFX, P66 | NFX, PF3, PF2};
    uint32_t have = by_pp[pp];

    have |= i->mode == X86_MODE_64 ? ONLY64 : NO64;
    have |= i->rex & REX_W ? W1 : W0;
    have |= i->rex & REX_B ? 0 : B0;
    have |= i->vex_l ? L1 : L0;
    have |= i->vvvv ? 0 : NOVV;
    have |= i->prefixes & PFX_VEX ? VEX : 0;
    have |= i->modrm >= 0xc0 ? REG : MEM;
    have |= i->modrm & 0x38 ? 0 : R0;
    return have;
}

/* The last of the rows, from d upwards, whose selecting gates hold, or NULL. */
static RARE const InsnDesc *select_row(const Insn *i, unsigned pp, const InsnDesc *d)
{
    uint32_t have = conditions(i, pp);

    while (d->need & ~have) {
        if (d == x86_rows || d->key != d[-1].key) {
            return NULL;
        }
        d--;
    }
    return d;
}

static inline unsigned group_slot(unsigned slot, uint8_t modrm)
{
    slot = x86_groups[slot + (modrm >= 0xc0 ? 8 : 0) + (modrm >> 3 & 7)];
    if (slot & SLOT_GROUP) {
        slot = x86_groups[(slot & ~SLOT_GROUP) + 8 + (modrm & 7)];
    }
    return slot;
}

/* Takes the ModRM byte when there is one. False: #UD. */
static inline bool find_row(Cursor *c, Insn *i)
{
    unsigned slot = c->slot;

    if (slot & SLOT_MODRM) {
        i->modrm = *c->p++;
        c->is_mem = i->modrm < 0xc0;
    }
    if (slot & SLOT_GROUP) {
        slot = group_slot(slot & SLOT_NUMBER, i->modrm);
    }
    i->desc = &x86_rows[slot & SLOT_NUMBER];
    if (i->desc->need) {
        i->desc = select_row(i, c->pp, i->desc);
    }
    return i->desc;
}

/* ---- Sizes ---- */

/* OSIZE_* leave the places of 66, REX.W and the mode free. */
#define OPSIZE_AT(mode, osize, prefix66, rexw) \
    ((osize) + (prefix66) + (rexw) + ((mode) << OSIZE_BITS))

static inline void resolve_opsize(Insn *i)
{
    /* clang-format off */
#define OPSIZES(mode, osize, plain, p66, w, w66)                                     \
    [OPSIZE_AT(X86_MODE_##mode, OSIZE_##osize, 0, 0)] = SZ##plain,                    \
    [OPSIZE_AT(X86_MODE_##mode, OSIZE_##osize, PFX_66, 0)] = SZ##p66,                 \
    [OPSIZE_AT(X86_MODE_##mode, OSIZE_##osize, 0, REX_W)] = SZ##w,                    \
    [OPSIZE_AT(X86_MODE_##mode, OSIZE_##osize, PFX_66, REX_W)] = SZ##w66,
    static const uint8_t opsize[3 << OSIZE_BITS] = {
        OPSIZES(16, PLAIN, 16, 32, 16, 32)
        OPSIZES(16, D64,   16, 32, 16, 32)
        OPSIZES(16, F64,   16, 32, 16, 32)
        OPSIZES(16, NO66,  16, 16, 16, 16)
        OPSIZES(16, BYTE,  8,  8,  8,  8)
        OPSIZES(32, PLAIN, 32, 16, 32, 16)
        OPSIZES(32, D64,   32, 16, 32, 16)
        OPSIZES(32, F64,   32, 16, 32, 16)
        OPSIZES(32, NO66,  32, 32, 32, 32)
        OPSIZES(32, BYTE,  8,  8,  8,  8)
        OPSIZES(64, PLAIN, 32, 16, 64, 64)
        OPSIZES(64, D64,   64, 16, 64, 64)
        OPSIZES(64, F64,   64, 64, 64, 64)
        OPSIZES(64, NO66,  32, 32, 64, 64)
        OPSIZES(64, BYTE,  8,  8,  8,  8)
    };
#undef OPSIZES
    /* clang-format on */

    i->opsize =
        opsize[OPSIZE_AT(i->mode, i->desc->osize, i->prefixes & PFX_66, i->rex & REX_W)];
}

/* Sizes that depend on more than that. */
static unsigned rare_size(const Insn *i, unsigned size)
{
    switch (size) {
    case SZ_Y:
        return i->mode == X86_MODE_64 && i->rex & REX_W ? SZ64 : SZ32;
    case SZ_M:
        return i->mode == X86_MODE_64 ? SZ64 : SZ32;
    case SZ_A:
        return i->addrsize;
    case SZ_X ... SZ_X8:
        return SZ128 - (size - SZ_X) + i->vex_l;
    default:
        return size;
    }
}

static inline unsigned imm_size(const Insn *i, unsigned name)
{
    return x86_operand_info[name].form[0][i->opsize].like.size;
}

/* ---- Memory ---- */

static RARE void parse_mem16(Cursor *c, Insn *i)
{
    static const int8_t base[8] = {R_RBX, R_RBX, R_RBP, R_RBP,
                                   R_RSI, R_RDI, R_RBP, R_RBX};
    static const int8_t index[8] = {R_RSI, R_RDI, R_RSI, R_RDI, -1, -1, -1, -1};
    static const uint8_t bytes[4] = {0, 1, 2, 0};
    unsigned mod = i->modrm >> 6, rm = i->modrm & 7;
    bool direct = mod == 0 && rm == 6;

    i->base = direct ? -1 : base[rm];
    i->index = index[rm];
    i->disp = take_disp(c, direct ? 2 : bytes[mod]);
}

static void parse_mem32(Cursor *c, Insn *i)
{
    static const uint8_t bytes[4] = {0, 1, 4, 0};
    unsigned mod = i->modrm >> 6, base = i->modrm & 7;
    bool sib = base == R_RSP;

    if (sib) {
        uint8_t b = *c->p++;
        int index = (b >> 3 & 7) | (i->rex & REX_X ? 8 : 0);
        i->scale = b >> 6;
        i->index = index == R_RSP ? -1 : index;
        base = b & 7;
    }
    bool direct = mod == 0 && base == R_RBP;
    i->rip_rel = direct && !sib && i->mode == X86_MODE_64;
    i->base = direct ? -1 : (int)(base | (i->rex & REX_B ? 8 : 0));
    i->disp = take_disp(c, direct ? 4 : bytes[mod]);
}

static inline void parse_mem(Cursor *c, Insn *i)
{
    if (likely(i->addrsize != SZ16)) {
        parse_mem32(c, i);
    } else {
        Cursor lent = *c;
        parse_mem16(&lent, i);
        *c = lent;
    }
    if ((i->base == R_RBP || i->base == R_RSP) && !i->seg_override) {
        i->seg = SEG_SS;
    }
}

/* ---- Operands ---- */

/* But for vvvv, which is there already. */
static inline void collect_registers(Cursor *c, const Insn *i)
{
#define HIGH(rex)                                         \
    ((rex)&REX_B ? 8 << FROM_RM | 8 << FROM_OPCODE : 0) | \
        ((rex)&REX_R ? 8 << FROM_REG : 0)
    static const uint16_t high[8] = {HIGH(0), HIGH(1), HIGH(2), HIGH(3),
                                     HIGH(4), HIGH(5), HIGH(6), HIGH(7)};
#undef HIGH
    static_assert(FROM_RM == 0 && FROM_REG == 4,
                  "ModRM.rm, and ModRM.reg shifted by one");

    c->regs |= ((i->modrm & 7) + (i->modrm & 0x38) * 2) |
               (i->opcode & 7u) << FROM_OPCODE | high[i->rex & 7];
}

static RARE void resolve_rare(const Insn *i, X86Operand *o)
{
    if (o->size == SZ8) { /* 4 to 7 are AH CH DH BH, but with REX */
        o->high = !(i->prefixes & (PFX_REX | PFX_VEX)) && o->reg >= 4;
        o->reg -= 4 * o->high;
    } else {
        o->size = rare_size(i, o->size);
    }
}

static inline void resolve_operand(const Cursor *c, Insn *i, unsigned n)
{
    const OperandForm *f = &x86_operand_info[i->desc->op[n]].form[c->is_mem][i->opsize];
    X86Operand *o = &i->op[n];

    *o = f->like;
    o->reg |= c->regs >> f->from & f->mask;
    if (f->rare) {
        resolve_rare(i, o);
    }
}

static inline void resolve_operands(const Cursor *c, Insn *i)
{
    resolve_operand(c, i, 0);
    resolve_operand(c, i, 1);
    if (i->desc->op[2]) {
        resolve_operand(c, i, 2);
        resolve_operand(c, i, 3);
    }
}

/* Control registers 0 2 3 4 8, debug registers 0..7, six segment registers and no MOV to
 * CS. */
static bool registers_exist(const Insn *i)
{
    for (unsigned n = 0; n < 2; n++) {
        const X86Operand *o = &i->op[n];
        bool bad_seg = o->reg > SEG_GS || (o->reg == SEG_CS && n == 0);
        if ((o->kind == OPK_CR && !(0x11d >> o->reg & 1)) ||
            (o->kind == OPK_DR && o->reg > 7) || (o->kind == OPK_SEG && bad_seg)) {
            return false;
        }
    }
    return true;
}

/* VSIB needs a SIB byte, and destination, index and mask to be three registers. */
static bool parse_vsib(Cursor *c, Insn *i)
{
    int reg = c->regs >> FROM_REG & 15;

    i->index = i->index < 0 ? R_RSP : i->index;
    return i->addrsize != SZ16 && (i->modrm & 7) == R_RSP && reg != i->vvvv &&
           i->index != reg && i->index != i->vvvv;
}

/* Work for the few, after memory, immediate and operands. False: #UD. */
static RARE bool parse_special(Cursor *c, Insn *i, unsigned special)
{
    if (special & SPECIAL_MOFFS) {
        i->disp = take(c, i->addrsize, false);
    }
    if (special & SPECIAL_FAR) {
        i->imm = take(c, MIN(i->opsize, SZ32), false);
        i->imm2 = take(c, SZ16, false);
    }
    if (special & SPECIAL_ONE) {
        i->imm = 1;
    }
    if (special & SPECIAL_IMM2) {
        i->imm2 = take(c, SZ8, false);
    }
    if (special & SPECIAL_L) {
        i->op[3].reg = i->imm >> 4 & (i->mode == X86_MODE_64 ? 15 : 7);
    }
    if (special & SPECIAL_REG && !registers_exist(i)) {
        return false;
    }
    return !(special & SPECIAL_VSIB) || parse_vsib(c, i);
}

/* ---- The whole ---- */

static ALWAYS_INLINE bool decode(Cursor *c, Insn *i, bool operands)
{
    if (!parse_opcode(c, i) || !find_row(c, i)) {
        return false;
    }
    const InsnDesc *d = i->desc;
    resolve_opsize(i);
    if (c->is_mem && !(d->gates & GATE_MODR)) {
        parse_mem(c, i);
    }
    if (d->imm) {
        i->imm = take(c, imm_size(i, d->imm), d->imm >= OP_Iz);
    }
    if (operands || d->special || i->prefixes & PFX_LOCK) {
        collect_registers(c, i);
        resolve_operands(c, i);
    }
    if (unlikely(d->special)) {
        Cursor lent = *c;
        bool valid = parse_special(&lent, i, d->special);
        *c = lent;
        if (!valid) {
            return false;
        }
    }
    return likely(!(i->prefixes & PFX_LOCK)) ||
           (d->gates & GATE_LOCK && i->op[0].kind == OPK_MEM);
}

static ALWAYS_INLINE int decode_any(Insn *insn, const uint8_t *buf, size_t avail,
                                    X86Mode mode, bool operands)
{
    uint8_t padded[READ_AHEAD];
    size_t limit = X86_MAX_INSN_LEN;

    if (unlikely(avail < READ_AHEAD)) {
        memset(padded, 0, sizeof(padded));
        buf = memcpy(padded, buf, avail);
        limit = MIN(avail, limit);
    }
    Cursor c = {.p = buf, .start = buf};

    *insn = (Insn){
        .mode = mode,
        .addrsize = SZ16 + mode,
        .seg = SEG_DS,
        .base = -1,
        .index = -1,
    };
    bool valid = decode(&c, insn, operands);
    size_t len = c.p - c.start;

    insn->len = len;
    if (unlikely(len > limit)) {
        insn->len = limit;
        return avail < X86_MAX_INSN_LEN ? X86_DECODE_MORE : X86_DECODE_TOO_LONG;
    }
    return valid ? (int)len : X86_DECODE_UD;
}

int x86_decode(Insn *insn, const uint8_t *buf, size_t avail, X86Mode mode)
{
    return decode_any(insn, buf, avail, mode, true);
}

int x86_decode_brief(Insn *insn, const uint8_t *buf, size_t avail, X86Mode mode)
{
    return decode_any(insn, buf, avail, mode, false);
}

/* ---- Questions about a decoded instruction ---- */

/* What a shift or rotate by `count` (masked, not 0) does; -1: by any count, perhaps 0. */
static X86Eflags shift_eflags(unsigned class, int count, int bits)
{
    X86Eflags f = x86_eflags_classes[class];

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
        X86Eflags f = x86_eflags_classes[class];
        if (class == F_STRCMP) {
            f.conditional = i->prefixes & (PFX_F3 | PFX_F2);
        }
        return f;
    }
    if (count > 0) {
        count &= i->opsize == SZ64 ? 63 : 31;
    }
    return count ? shift_eflags(class, count, 8 << i->opsize) : x86_eflags_classes[F_0];
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
    const InsnDesc *d = insn->desc;

    if (d->gates & (GATE_FAULT | GATE_SIMDFP | GATE_MMX)) { /* #XM, #MF */
        return true;
    }
    return !(d->gates & GATE_HINT) &&
           (d->mem == MEM_ALWAYS || (d->mem == MEM_BY_MODRM && insn->modrm < 0xc0));
}

const InsnDesc *x86_insn_fallback(const InsnDesc *desc)
{
    return desc->gates & GATE_OLD ? desc - 1 : NULL;
}
