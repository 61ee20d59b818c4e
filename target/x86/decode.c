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

typedef struct Cursor {
    const uint8_t *p, *start;
    const uint16_t *slots; /* by opcode, of the map */
    unsigned map, pp;      /* pp: 0 none, 1 66, 2 F3, 3 F2 */
    uint32_t regs;         /* register numbers where FROM_* says      */
    uint8_t opsize;        /* that of SZ_V                            */
    bool is_mem;           /* ModRM names memory */
    bool no_rex;           /* nor VEX */
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

enum { PK_NONE, PK_REX, PK_66, PK_67, PK_LOCK, PK_F2, PK_F3, PK_SEG };

/* clang-format off */
static const uint8_t prefix_kind[256] = {
    [0x26] = PK_SEG + SEG_ES, [0x2e] = PK_SEG + SEG_CS, [0x36] = PK_SEG + SEG_SS,
    [0x3e] = PK_SEG + SEG_DS, [0x64] = PK_SEG + SEG_FS, [0x65] = PK_SEG + SEG_GS,
    [0x66] = PK_66,           [0x67] = PK_67,           [0x40 ... 0x4f] = PK_REX,
    [0xf0] = PK_LOCK,         [0xf2] = PK_F2,           [0xf3] = PK_F3,
};
/* clang-format on */

static bool is_prefix(const Insn *i, unsigned kind)
{
    return kind != PK_NONE && (kind != PK_REX || i->mode == X86_MODE_64);
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
static void parse_all_prefixes(Cursor *c, Insn *i)
{
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
}

/* Most instructions have a REX prefix or none: taken without a branch. */
static inline void parse_prefixes(Cursor *c, Insn *i)
{
    bool rex = (*c->p & 0xf0) == 0x40 && i->mode == X86_MODE_64;

    i->rex = rex ? *c->p & 15 : 0;
    i->prefixes = rex ? PFX_REX : 0;
    c->p += rex;
    if (unlikely(is_prefix(i, prefix_kind[*c->p]))) {
        parse_all_prefixes(c, i);
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

    if (vex_forbidden(i)) {
        return false;
    }
    if (first == 0xc5) { /* as C4 with X, B, W clear and map 1 */
        b2 = b1 & 0x7f;
        b1 = (b1 & 0x80) | 0x61;
    } else {
        b2 = *c->p++;
    }
    c->map = b1 & 0x1f;
    c->pp = b2 & 3;
    i->rex = (~b1 >> 5 & 7) | (b2 >> 4 & REX_W);
    i->vvvv = ~b2 >> 3 & 15;
    i->vex_l = b2 >> 2 & 1;
    i->prefixes |= PFX_VEX;
    if (i->mode != X86_MODE_64) { /* eight registers; B and vvvv[3] are ignored */
        i->rex &= REX_W;
        i->vvvv &= 7;
    }
    i->opcode = *c->p++;
    if (c->map < MAP_0F || c->map > MAP_0F3A) {
        return false;
    }
    c->slots = &x86_maps[c->map][MAP_VEX];
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
 * masks, broadcast and the scale of disp8 come with the rows. c->pp tells the row of
 * GEVEX.
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
    i->vex_l = p2 >> 5 & 3;
    i->prefixes |= PFX_VEX;
    i->opcode = *c->p++;
    c->map = MAP_EVEX;
    c->pp = evex_has_imm(map, i->opcode);
    return true;
}

/* ---- Row ---- */

static bool parse_opcode(Cursor *c, Insn *i)
{
    static const uint8_t pp_of[8] = {0, 2, 3, 3, 1, 2, 3, 3}; /* by 66, F2, F3 */
    uint8_t op = *c->p++;

    c->map = MAP_1BYTE;
    c->slots = x86_maps[MAP_1BYTE];
    if (op == 0x0f) {
        c->map = MAP_0F;
        op = *c->p++;
        if (op == 0x38 || op == 0x3a) {
            c->map = op == 0x38 ? MAP_0F38 : MAP_0F3A;
            op = *c->p++;
        }
        c->slots = x86_maps[c->map];
    } else if (unlikely(op == 0xc4 || op == 0xc5) && vex_here(c, i)) {
        return parse_vex(c, i, op);
    } else if (unlikely(op == 0x62) && vex_here(c, i)) {
        return parse_evex(c, i);
    }
    i->opcode = op;
    if (unlikely(i->prefixes & (PFX_66 | PFX_F3 | PFX_F2))) {
        c->pp = pp_of[(i->prefixes / PFX_F3 & 3) | (i->prefixes & PFX_66 ? 4 : 0)];
    }
    return true;
}

/* The selecting gates that hold for this instruction. */
static uint32_t conditions(const Cursor *c, const Insn *i)
{
    static const uint32_t by_pp[4] = {NP | NFX, P66 | NFX, PF3, PF2};
    uint32_t have = by_pp[c->pp];

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
static const InsnDesc *select_row(const Cursor *c, const Insn *i, const InsnDesc *d)
{
    uint32_t have = conditions(c, i);

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
    slot = x86_groups[(slot & ~SLOT_GROUP) + (modrm >= 0xc0 ? 8 : 0) + (modrm >> 3 & 7)];
    if (slot & SLOT_GROUP) {
        slot = x86_groups[(slot & ~SLOT_GROUP) + 8 + (modrm & 7)];
    }
    return slot;
}

/* Takes the ModRM byte when there is one. False: #UD. */
static bool find_row(Cursor *c, Insn *i)
{
    unsigned slot = likely(c->map != MAP_EVEX) ? c->slots[i->opcode]
                                               : x86_groups[x86_group_evex + c->pp];

    bool modrm = slot & SLOT_GROUP || x86_rows[slot].modrm;
    i->modrm = modrm ? *c->p : 0;
    c->p += modrm;
    if (slot & SLOT_GROUP) {
        slot = group_slot(slot, i->modrm);
    }
    const InsnDesc *d = &x86_rows[slot];
    if (d->need && !(d = select_row(c, i, d))) {
        return false;
    }
    i->desc = d;
    c->is_mem = modrm && i->modrm < 0xc0 && !(d->gates & GATE_MODR);
    return true;
}

/* ---- Sizes ---- */

static inline void resolve_sizes(Cursor *c, Insn *i)
{
    /* clang-format off */
    /* by mode; OSIZE_*; 66 and REX.W */
    static const uint8_t operand[3][4][4] = {
        { { SZ16, SZ32, SZ16, SZ32 }, { SZ16, SZ32, SZ16, SZ32 },
          { SZ16, SZ32, SZ16, SZ32 }, { SZ16, SZ16, SZ16, SZ16 } },
        { { SZ32, SZ16, SZ32, SZ16 }, { SZ32, SZ16, SZ32, SZ16 },
          { SZ32, SZ16, SZ32, SZ16 }, { SZ32, SZ32, SZ32, SZ32 } },
        { { SZ32, SZ16, SZ64, SZ64 }, { SZ64, SZ16, SZ64, SZ64 },
          { SZ64, SZ64, SZ64, SZ64 }, { SZ32, SZ32, SZ64, SZ64 } },
    };
    static const uint8_t address[3][2] = { { SZ16, SZ32 }, { SZ32, SZ16 }, { SZ64, SZ32 } };
    /* clang-format on */

    c->opsize =
        operand[i->mode][i->desc->osize][(i->prefixes & PFX_66) | (i->rex & REX_W) >> 2];
    i->addrsize = address[i->mode][i->prefixes / PFX_67 & 1];
    i->opsize = i->desc->byte ? SZ8 : c->opsize;
}

/* Sizes that depend on more than the operand size. */
static unsigned rare_size(const Cursor *c, const Insn *i, unsigned size)
{

    switch (size) {
    case SZ_Z:
        return MIN(c->opsize, SZ32);
    case SZ_Y:
        return i->mode == X86_MODE_64 && i->rex & REX_W ? SZ64 : SZ32;
    case SZ_M:
        return i->mode == X86_MODE_64 ? SZ64 : SZ32;
    case SZ_A:
        return i->addrsize;
    default: /* SZ_X and its parts */
        return SZ128 - (size - SZ_X) + i->vex_l;
    }
}

static inline unsigned size_of(const Cursor *c, const Insn *i, unsigned size)
{
    return likely(size <= SZ_V) ? (size == SZ_V ? c->opsize : size)
                                : rare_size(c, i, size);
}

/* ---- Memory ---- */

static void parse_mem16(Cursor *c, Insn *i)
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
        parse_mem16(c, i);
    }
    if ((i->base == R_RBP || i->base == R_RSP) && !i->seg_override) {
        i->seg = SEG_SS;
    }
}

/* ---- Operands ---- */

static inline void collect_registers(Cursor *c, const Insn *i)
{
    unsigned b = i->rex << 3 & 8;
    unsigned reg = (i->modrm >> 3 & 7) | (i->rex << 1 & 8), rm = (i->modrm & 7) | b;

    c->regs = reg << FROM_REG | rm << FROM_RM | i->vvvv << FROM_VVVV |
              ((i->opcode & 7u) | b) << FROM_OPCODE;
    c->no_rex = !(i->prefixes & (PFX_REX | PFX_VEX));
}

static inline void resolve_operand(const Cursor *c, Insn *i, unsigned n)
{
    const OperandForm *f = &x86_operand_info[i->desc->op[n]].form[c->is_mem];
    X86Operand *o = &i->op[n];

    *o = f->like;
    o->reg |= c->regs >> f->from & f->mask;
    if (f->like.size >= SZ_V) {
        o->size = f->like.size == SZ_V ? c->opsize : rare_size(c, i, f->like.size);
    }
    if (f->like.high) {
        o->high = c->no_rex && o->reg >= 4;
        o->reg -= 4 * o->high;
    }
}

static inline void resolve_operands(const Cursor *c, Insn *i)
{
    resolve_operand(c, i, 0);
    resolve_operand(c, i, 1);
    for (unsigned n = 2; n < i->desc->nops; n++) {
        resolve_operand(c, i, n);
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
static bool parse_special(Cursor *c, Insn *i, unsigned special)
{

    if (special & SPECIAL_MOFFS) {
        i->disp = take(c, i->addrsize, false);
    }
    if (special & SPECIAL_FAR) {
        i->imm = take(c, size_of(c, i, SZ_Z), false);
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

static bool decode(Cursor *c, Insn *i)
{

    parse_prefixes(c, i);
    if (!parse_opcode(c, i) || !find_row(c, i)) {
        return false;
    }
    const InsnDesc *d = i->desc;
    resolve_sizes(c, i);
    if (c->is_mem) {
        parse_mem(c, i);
    }
    if (d->imm) {
        i->imm = take(c, size_of(c, i, x86_operand_info[d->imm].form[0].like.size),
                      d->imm >= OP_Iz);
    }
    collect_registers(c, i);
    resolve_operands(c, i);
    if (unlikely(d->special) && !parse_special(c, i, d->special)) {
        return false;
    }
    return likely(!(i->prefixes & PFX_LOCK)) ||
           (d->gates & GATE_LOCK && i->op[0].kind == OPK_MEM);
}

int x86_decode(Insn *insn, const uint8_t *buf, size_t avail, X86Mode mode)
{
    uint8_t padded[READ_AHEAD];
    Cursor c = {.p = buf, .start = buf};

    if (unlikely(avail < READ_AHEAD)) {
        memset(padded, 0, sizeof(padded));
        memcpy(padded, buf, avail);
        c.p = c.start = padded;
    }
    memset(insn, 0, sizeof(*insn));
    insn->mode = mode;
    insn->seg = SEG_DS;
    insn->base = insn->index = -1;

    bool valid = decode(&c, insn);
    size_t len = c.p - c.start, limit = MIN(avail, X86_MAX_INSN_LEN);
    insn->len = MIN(len, limit);
    if (unlikely(len > limit)) {
        return avail < X86_MAX_INSN_LEN ? X86_DECODE_MORE : X86_DECODE_TOO_LONG;
    }
    return valid ? (int)len : X86_DECODE_UD;
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
    if (insn->desc->gates & (GATE_FAULT | GATE_SIMDFP | GATE_MMX)) { /* #XM, #MF */
        return true;
    }
    if (insn->desc->gates & GATE_HINT) {
        return false;
    }
    for (unsigned n = 0; n < insn->desc->nops; n++) {
        unsigned kind = insn->op[n].kind;
        bool mem = kind == OPK_MEM || kind == OPK_XMEM || kind == OPK_YMEM;
        if (mem &&
            insn->op[n].size != SZ_NONE) { /* LEA; the others of no size are FAULT */
            return true;
        }
    }
    return false;
}

const InsnDesc *x86_insn_fallback(const InsnDesc *desc)
{
    return desc->gates & GATE_OLD ? desc - 1 : NULL;
}
