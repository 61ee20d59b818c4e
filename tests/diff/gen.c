/* Random instructions from the rows of the opcode tables, with states to run them from.
 */
/* SPDX-License-Identifier: MIT */
/*
 * An encoding is a template of its row with random prefixes, registers, addressing and
 * immediates; the decoder must still find the same row in it. Then registers and
 * displacement are chosen so that the memory operand lies where both sides have memory,
 * or at its edges.
 *
 * A case of several instructions keeps the registers of `pointers` for addresses: no
 * instruction of it names them as an operand, so that each memory operand stays where it
 * is meant to be.
 */
#include "tests/diff/gen.h"

#include "tests/diff/templates.h"
#include "tests/unit/fpu-cases.h"

#include <fnmatch.h>

#define HLT 0xf4

struct Gen {
    Templates *t[3]; /* by X86Mode */
    bool (*can_run)(unsigned feature);
    uint8_t data[DATA_SIZE], stack[STACK_SIZE];
};

/* One instruction while it is made. */
typedef struct Draft {
    Rand *rnd;
    X86Mode mode;
    bool addr16;                 /* 16-bit addressing */
    bool limited;                /* segments have bases and limits: SEGS_LIMITED */
    uint8_t buf[32];             /* random bytes behind the ones that count */
    unsigned disp_at, disp_size; /* place of the displacement in buf */
    unsigned imm_at;             /* of what follows */
    Insn insn;
    int len;
} Draft;

/* --- values --- */

static uint64_t random_value(Rand *r)
{
    static const uint64_t edges[] = {0,         1,          2,          0x7f,
                                     0x80,      0xff,       0x7fff,     0x8000,
                                     0xffff,    0x7fffffff, 0x80000000, 0xffffffff,
                                     INT64_MAX, 1ull << 63, UINT64_MAX, 0x100000000};
    uint64_t v = rand_u64(r);
    unsigned bits = rand_below(r, 64);

    switch (rand_below(r, 8)) {
    case 0:
        return edges[rand_below(r, ARRAY_SIZE(edges))];
    case 1:
        return (1ull << bits) + (v & 3) - 1;
    case 2:
        return v >> bits;
    case 3:
        return -(v >> bits);
    case 4:
        return rand_below(r, 70);
    default:
        return v;
    }
}

static void random_vector(Rand *r, X86Vec *v)
{
    Random f = {.state = rand_u64(r)};
    unsigned how = rand_below(r, 4);

    for (unsigned n = 0; n < 4; n++) {
        if (how == 0) {
            v->q[n] = random_f64(&f);
        } else if (how == 1) {
            v->d[2 * n] = random_f32(&f);
            v->d[2 * n + 1] = random_f32(&f);
        } else {
            v->q[n] = random_value(r);
        }
    }
}

static void random_fpu(Rand *r, MachineState *st)
{
    Random f = {.state = rand_u64(r)};

    st->fcw = 0x37f;
    st->ftw = rand_below(r, 4) ? 0xff : rand_u64(r);
    st->fsw = (rand_below(r, 8) << 11) | (rand_u64(r) & 0x4700);
    for (unsigned n = 0; n < 8; n++) {
        floatx80 v = random_fx80(&f);
        stq_le_p(st->st[n], v.lo);
        stw_le_p(st->st[n] + 8, v.hi);
    }
    st->mxcsr = 0x1f80;
    if (rand_below(r, 4) == 0) {
        st->mxcsr |=
            rand_u64(r) & 0xe07f; /* FZ, RC, DAZ, flags; exceptions stay masked */
    }
    if (rand_below(r, 8) == 0) {
        st->mxcsr &= ~(rand_u64(r) & 0x1f80); /* now some do not */
    }
}

static void random_state(Rand *r, MachineState *st)
{
    for (unsigned n = 0; n < 16; n++) {
        st->regs[n] = random_value(r);
        random_vector(r, &st->vec[n]);
    }
    if (st->mode != X86_MODE_64) {
        for (unsigned n = 0; n < 16; n++) {
            st->regs[n] = n < 8 ? (uint32_t)st->regs[n] : 0;
        }
    }
    st->eflags = rand_u64(r) & (CC_ALL | (rand_below(r, 4) ? 0 : EFL_DF));
    random_fpu(r, st);
}

/* --- encodings --- */

static void put_prefixes(Draft *d, const Template *t, unsigned *n)
{
    Rand *r = d->rnd;

    if (t->vex) {
        return;
    }
    if (t->pp == 0 && rand_below(r, 4) == 0) {
        d->buf[(*n)++] = 0x66;
    }
    /* 16-bit addresses reach memory of ours only when segments have bases. */
    unsigned other = d->mode != X86_MODE_16 ? 1 : d->limited ? 4 : 15;
    d->addr16 = d->mode == X86_MODE_16;
    if (rand_below(r, 16) < other) {
        d->buf[(*n)++] = d->mode == X86_MODE_32 ? 0x3e : 0x67;
        d->addr16 = false;
    }
    if (rand_below(r, d->limited ? 4 : 16) == 0) {
        static const uint8_t segs[] = {0x2e, 0x26, 0x36, 0x65};
        d->buf[(*n)++] = segs[d->limited ? rand_below(r, 4) : 0];
    }
    if (rand_below(r, 4) == 0) {
        static const uint8_t more[] = {0xf0, 0xf0, 0xf3, 0xf2};
        d->buf[(*n)++] = more[rand_below(r, 4)];
    }
}

static void put_opcode(Draft *d, const Template *t, unsigned *n)
{
    static const uint8_t pp[] = {0, 0x66, 0xf3, 0xf2};
    Rand *r = d->rnd;
    bool m64 = d->mode == X86_MODE_64;

    if (t->vex) {
        uint8_t vvvv = rand_below(r, 4) ? rand_below(r, 16) : 15;
        d->buf[(*n)++] = 0xc4;
        d->buf[(*n)++] = (m64 ? rand_u64(r) & 0xe0 : 0xe0) | t->map;
        d->buf[(*n)++] = t->w << 7 | (m64 ? vvvv : 8 | vvvv) << 3 | t->l << 2 | t->pp;
    } else {
        if (t->pp) {
            d->buf[(*n)++] = pp[t->pp];
        }
        if (m64 && (t->w || rand_below(r, 2))) {
            d->buf[(*n)++] = 0x40 | t->w << 3 | rand_below(r, 8);
        }
        if (t->map) {
            d->buf[(*n)++] = 0x0f;
        }
        if (t->map >= 2) {
            d->buf[(*n)++] = t->map == 2 ? 0x38 : 0x3a;
        }
    }
    d->buf[(*n)++] = t->opcode;
}

static void put_disp(Draft *d, unsigned *n, unsigned size)
{
    d->disp_at = *n;
    d->disp_size = size;
    for (unsigned k = 0; k < size; k++) {
        d->buf[(*n)++] = rand_u64(d->rnd);
    }
    if (size == 4 && rand_below(d->rnd, 2)) {
        stl_le_p(d->buf + d->disp_at, (int32_t)(rand_below(d->rnd, 0x400) - 0x200));
    }
}

/* ModRM, SIB and displacement; the fields that select the row stay as the template has
 * them. */
static void put_modrm(Draft *d, const Template *t, unsigned *n)
{
    Rand *r = d->rnd;
    uint8_t m = t->modrm;
    unsigned mod = m >> 6;

    d->disp_size = 0;
    if (mod == 3) {
        d->buf[(*n)++] = m;
        return;
    }
    mod = rand_below(r, 3);
    m = mod << 6 | (m & 0x38) | rand_below(r, 8);
    d->buf[(*n)++] = m;
    if (d->addr16) {
        put_disp(d, n, mod == 1 ? 1 : mod == 2 || (m & 7) == 6 ? 2 : 0);
        return;
    }
    uint8_t sib = rand_u64(r);
    if ((m & 7) == 4) {
        d->buf[(*n)++] = sib;
    }
    bool disp32 = mod == 0 && ((m & 7) == 5 || ((m & 7) == 4 && (sib & 7) == 5));
    put_disp(d, n, mod == 1 ? 1 : mod == 2 || disp32 ? 4 : 0);
}

/* Random bytes where an immediate may be; often a small one, or a sign. */
static void put_immediate(Draft *d, unsigned n)
{
    uint64_t v = random_value(d->rnd);

    d->imm_at = n;
    memset(d->buf + n, 0, sizeof(d->buf) - n);
    stq_le_p(d->buf + n, v);
    stw_le_p(d->buf + n + 8, rand_u64(d->rnd));
}

static bool draft_decode(Draft *d)
{
    d->len = x86_decode(&d->insn, d->buf, sizeof(d->buf), d->mode);
    return d->len > 0;
}

static bool make_encoding(Draft *d, const Templates *all, unsigned row)
{
    const RowTemplates *rt = &all->rows[row];

    for (unsigned attempt = 0; attempt < 30; attempt++) {
        const Template *t = &rt->t[rand_below(d->rnd, MIN(rt->found, MAX_TEMPLATES))];
        unsigned n = 0;
        put_prefixes(d, t, &n);
        put_opcode(d, t, &n);
        if (t->has_modrm) {
            put_modrm(d, t, &n);
        } else {
            d->disp_size = 0;
        }
        put_immediate(d, n);
        if (draft_decode(d) && d->insn.desc == &x86_rows[row]) {
            return true;
        }
    }
    return false;
}

/* --- memory operands --- */

static bool matches(const Insn *i, const char *glob)
{
    return fnmatch(glob, i->desc->mnem, 0) == 0;
}

static int memory_operand(const Insn *i)
{
    for (unsigned n = 0; n < i->desc->nops; n++) {
        if (i->op[n].kind == OPK_MEM) {
            return n;
        }
    }
    return -1;
}

/* Where a memory operand may lie: mostly inside, sometimes over an edge or beyond it. */
static uint64_t random_place(Rand *r)
{
    unsigned inside = rand_below(r, DATA_SIZE - 128);

    switch (rand_below(r, 24)) {
    case 0:
        return DATA_BASE + DATA_SIZE - rand_below(r, 80);
    case 1:
        return DATA_BASE + DATA_SIZE / 2 - rand_below(r, 40);
    case 2:
        return DATA_BASE - rand_below(r, 40);
    case 3:
        return CONST_BASE + rand_below(r, 64) * 16;
    case 4:
    case 5:
    case 6:
    case 7:
        return DATA_BASE + inside;
    default:
        return DATA_BASE + (inside & ~31u);
    }
}

static void set_disp(Draft *d, uint64_t disp)
{
    if (d->disp_size == 2) {
        stw_le_p(d->buf + d->disp_at, disp);
    } else {
        stl_le_p(d->buf + d->disp_at, disp);
    }
}

/* Where segments begin. */
static uint64_t segment_base(const Draft *d, unsigned seg)
{
    static const uint32_t bases[] = {
        [SEG_ES] = DATA_BASE, [SEG_CS] = CODE_BASE, [SEG_SS] = STACK_BASE,
        [SEG_DS] = DATA_BASE, [SEG_FS] = 0,         [SEG_GS] = DATA_BASE - GS_START,
    };

    return d->limited ? bases[seg] : 0;
}

/* A place for an operand in segment `seg`: most of them lie in the data. */
static uint64_t random_place_in(Draft *d, unsigned seg)
{
    uint64_t place = random_place(d->rnd);

    if (d->limited && seg == SEG_SS) {
        place += STACK_BASE - DATA_BASE;
    }
    return place;
}

/* Random bits above an address of the instruction's address size, in a register of the
 * mode's size. */
static uint64_t above_address(Draft *d)
{
    unsigned asize = d->insn.addrsize;
    uint64_t v = rand_u64(d->rnd);

    if (asize == SZ16) {
        return (uint32_t)v & ~0xffffu;
    }
    return asize == SZ32 && d->mode == X86_MODE_64 ? v << 32 : 0;
}

static uint64_t address_mask(const Insn *i)
{
    return i->addrsize == SZ64   ? UINT64_MAX
           : i->addrsize == SZ32 ? UINT32_MAX
                                 : UINT16_MAX;
}

/* A gather: indices near by, some masked, some far away. */
static bool aim_gather(Draft *d, MachineState *st, uint64_t place)
{
    Insn *i = &d->insn;
    X86Vec *v = &st->vec[i->index];

    if (i->base < 0 || i->seg >= SEG_FS) {
        return false;
    }
    for (unsigned n = 0; n < 8; n++) {
        int32_t near = (int32_t)rand_below(d->rnd, 64) - 32;
        if (i->desc->arg == SZ32) {
            v->d[n] = near;
        } else if (n < 4) {
            v->q[n] = near;
        }
    }
    if (rand_below(d->rnd, 8) == 0) {
        v->d[2 * rand_below(d->rnd, 4)] = rand_u64(d->rnd);
    }
    st->regs[i->base] = (place - i->disp) & address_mask(i);
    return true;
}

/*
 * Chooses registers or displacement so that the memory operand is at the linear address
 * `place`. False: it cannot be.
 */
static bool aim(Draft *d, MachineState *st, uint64_t place)
{
    Insn *i = &d->insn;
    uint64_t mask = address_mask(i), index = 0;

    if (i->desc->gates & GATE_VSIB) {
        return aim_gather(d, st, place);
    }
    if (i->rip_rel || i->seg == SEG_FS ||
        (!d->limited && (i->addrsize == SZ16 || i->seg == SEG_GS))) {
        return false;
    }
    place -= segment_base(d, i->seg);
    if (i->index >= 0 && i->index != i->base) {
        st->regs[i->index] =
            rand_below(d->rnd, 2) ? rand_below(d->rnd, 64) : random_value(d->rnd) & mask;
        index = st->regs[i->index] << i->scale;
    }
    if (i->base >= 0 && i->base != i->index) {
        st->regs[i->base] = ((place - index - i->disp) & mask) | above_address(d);
        return true;
    }
    if (i->index >= 0) {
        uint64_t v = rand_below(d->rnd, 0x1000);
        st->regs[i->index] = v;
        index = (v << i->scale) + (i->base >= 0 ? v : 0);
    }
    if (d->disp_size >= 2) {
        set_disp(d, place - index);
        return true;
    }
    if (d->disp_size == 0) { /* an absolute address behind the opcode */
        stq_le_p(d->buf + d->imm_at, place);
        return i->base < 0 && i->index < 0;
    }
    return false;
}

/* In a case of several instructions these hold addresses. */
static const uint8_t pointers[] = {R_RBP, R_RSI, R_RDI, 12, 13, 14, 15};
#define SMALL_INDEX 11

static bool is_pointer(unsigned reg)
{
    return reg == R_RSP || reg == SMALL_INDEX || memchr(pointers, reg, sizeof(pointers));
}

static bool names_pointer(const Insn *i)
{
    for (unsigned n = 0; n < i->desc->nops; n++) {
        const X86Operand *o = &i->op[n];
        if (o->kind == OPK_REG && is_pointer(o->reg)) {
            return true;
        }
    }
    return false;
}

/* May stand among others: its memory operand is by a pointer, and it changes none. */
static bool is_calm(const Insn *i)
{
    bool memory = memory_operand(i) >= 0;

    if (names_pointer(i) || i->desc->gates & (GATE_END | GATE_REP | GATE_REPZ) ||
        i->desc->nops > 3) {
        return false;
    }
    if (matches(i, "enter") || matches(i, "leave") || matches(i, "xlat") ||
        matches(i, "pop*") || matches(i, "maskmov*") ||
        (memory && matches(i, "bt*") && i->op[1].kind == OPK_REG)) {
        return false;
    }
    if (i->opsize == SZ32 && (matches(i, "bsf") || matches(i, "bsr"))) {
        return false; /* the upper half of the result, if the source is 0 */
    }
    if (!memory) {
        return true;
    }
    if (matches(i, "sha*") || i->desc->gates & GATE_VSIB) {
        return false; /* see make_single(); indices far away */
    }
    return i->seg < SEG_FS && i->addrsize == (i->mode == X86_MODE_64 ? SZ64 : SZ32) &&
           i->base >= 0 && i->base != R_RSP && is_pointer(i->base) &&
           i->base != SMALL_INDEX && (i->index < 0 || i->index == SMALL_INDEX) &&
           (int64_t)i->disp > -0x200 && (int64_t)i->disp < 0x200;
}

/* --- states that make sense to the instruction --- */

/* RSP inside the stack, seldom at an edge. */
static uint64_t random_rsp(Draft *d)
{
    Rand *r = d->rnd;
    uint64_t base = STACK_BASE - segment_base(d, SEG_SS);

    if (rand_below(r, 16) == 0) {
        unsigned edge = rand_below(r, 2) ? STACK_SIZE : d->limited ? 20 : 0;
        return base + edge + rand_below(r, 40) - 20;
    }
    return base + 0x400 + (rand_below(r, 0x1800) & (rand_below(r, 4) ? ~7u : ~0u));
}

static uint64_t random_count(Rand *r)
{
    return rand_below(r, 8) ? rand_below(r, 40) : rand_below(r, 9000);
}

static void set_string_registers(Draft *d, MachineState *st)
{
    const Insn *i = &d->insn;
    Rand *r = d->rnd;
    uint64_t mask = address_mask(i);
    uint64_t from = random_place(r),
             to = rand_below(r, 3) ? random_place(r) : from + rand_below(r, 32) - 16;

    st->regs[R_RSI] = ((from - segment_base(d, i->seg)) & mask) | above_address(d);
    st->regs[R_RDI] = ((to - segment_base(d, SEG_ES)) & mask) | above_address(d);
    st->regs[R_RCX] = random_count(r) | above_address(d);
}

/* A place in the code area where there is HLT. */
static uint64_t random_target(Rand *r)
{
    return CODE_BASE + CODE_AREA + rand_below(r, 0x1000);
}

static void set_special_registers(Draft *d, MachineState *st)
{
    const Insn *i = &d->insn;
    Rand *r = d->rnd;

    st->regs[R_RSP] = random_rsp(d);
    if (i->desc->gates & (GATE_REP | GATE_REPZ)) {
        set_string_registers(d, st);
    }
    if (matches(i, "popa")) {
        st->regs[R_RSP] =
            STACK_BASE + 0x800 -
            segment_base(d, SEG_SS); /* AMD processors leave half of it done */
    }
    if (matches(i, "*maskmov*")) { /* which byte faults, and whether a masked one does, is
                                      open */
        st->regs[R_RDI] = DATA_BASE + rand_below(r, DATA_SIZE - 16);
    }
    if (matches(i, "enter") || matches(i, "leave")) {
        st->regs[R_RBP] = random_rsp(d);
    }
    if (matches(i, "xlat")) {
        st->regs[R_RBX] = random_place(r) - segment_base(d, i->seg);
    }
    if (matches(i, "*div") && rand_below(r, 4)) {
        st->regs[R_RDX] = rand_below(r, 2) ? (uint64_t)((int64_t)st->regs[R_RAX] >> 63)
                                           : rand_below(r, 3);
    }
    if ((matches(i, "call") || matches(i, "jmp")) && i->op[0].kind == OPK_REG &&
        i->op[0].reg != R_RSP) {
        st->regs[i->op[0].reg] = random_target(r) - segment_base(d, SEG_CS);
    }
}

/* A bit offset in a register reaches 64 bytes up or down. */
static bool limit_bit_offset(Draft *d, MachineState *st)
{
    const Insn *i = &d->insn;

    if (!matches(i, "bt*") || i->op[0].kind != OPK_MEM || i->op[1].kind != OPK_REG) {
        return true;
    }
    if (i->op[1].reg == i->base || i->op[1].reg == i->index) {
        return false;
    }
    st->regs[i->op[1].reg] = (uint64_t)rand_below(d->rnd, 1024) - 512;
    return true;
}

/* Relative branches go to HLTs near by; of several instructions, behind the next one. */
static void set_branch(Draft *d)
{
    const Insn *i = &d->insn;

    for (unsigned n = 0; n < i->desc->nops; n++) {
        if (i->op[n].kind == OPK_REL) {
            uint64_t disp = rand_below(d->rnd, 2) ? 1 + rand_below(d->rnd, 100)
                                                  : -1 - i->len - rand_below(d->rnd, 80);
            stq_le_p(d->buf + d->imm_at, disp);
        }
    }
}

/* The manual leaves the result itself open, or processors differ. */
static bool is_undefined(const Insn *i)
{
    bool wide = i->op[0].size == SZ16;

    if (i->mode == X86_MODE_64 && i->desc->gates & GATE_F64 && i->prefixes & PFX_66) {
        return true; /* a near branch with 66: ignored by Intel, 16 bits with AMD */
    }
    if (matches(i, "loop*") && i->prefixes & (PFX_F3 | PFX_F2)) {
        return true; /* AMD processors look at the prefix instead of the opcode */
    }
    if (matches(i, "maskmov*") && i->mode != X86_MODE_64) {
        return true; /* limits of what is not stored */
    }
    if (i->desc->gates & GATE_ALIGN && i->seg == SEG_SS && i->mode == X86_MODE_16) {
        return true; /* whether #SS for the limit or #GP for the alignment comes first */
    }
    if (i->mode == X86_MODE_32 && i->desc->gates & GATE_X87 && i->seg == SEG_CS) {
        return true; /* whether #GP for a write or a pending #MF comes first */
    }
    if (matches(i, "nop") && i->opcode == 0x0d) {
        return true; /* PREFETCH of a register: #UD with AMD */
    }

    return (matches(i, "sh?d") && wide) || (matches(i, "bswap") && wide) ||
           (matches(i, "movsxd") && wide);
}

/* --- cases --- */

static void patch_memory(Rand *r, Case *c, uint64_t place, bool branch)
{
    X86Vec v[2];

    if (place < DATA_BASE || place + sizeof(c->patch) > DATA_BASE + DATA_SIZE) {
        return;
    }
    random_vector(r, &v[0]);
    random_vector(r, &v[1]);
    memcpy(c->patch, v, sizeof(c->patch));
    if (branch) {
        stq_le_p(c->patch, random_target(r));
    }
    c->patch_addr = place;
    c->patch_len = sizeof(c->patch);
}

static void add_flags(Case *c, const Insn *i)
{
    bool first = c->ninsns == 1;
    X86Eflags f =
        first ? x86_insn_eflags_cl(i, c->before.regs[R_RCX]) : x86_insn_eflags(i);

    if (!f.conditional) {
        c->undefined &= ~f.write;
    }
    c->undefined |= f.undef;
    c->ever_undefined |= f.undef;
}

static void append(Case *c, const Draft *d)
{
    memcpy(c->code + c->len, d->buf, d->len);
    c->len += d->len;
    c->ninsns++;
    add_flags(c, &d->insn);
}

static const Templates *templates(const Gen *g, const Draft *d)
{
    return g->t[d->mode];
}

static unsigned random_row(const Gen *g, const Draft *d)
{
    const Templates *t = templates(g, d);

    for (;;) {
        unsigned row = t->index[rand_below(d->rnd, t->count)];
        if (g->can_run(x86_rows[row].feature)) {
            return row;
        }
    }
}

static bool make_single(Gen *g, Draft *d, Case *c)
{
    MachineState *st = &c->before;

    c->row = random_row(g, d);
    if (!make_encoding(d, templates(g, d), c->row) || is_undefined(&d->insn)) {
        return false;
    }
    set_special_registers(d, st);
    if (memory_operand(&d->insn) >= 0 && !matches(&d->insn, "nop") &&
        !matches(&d->insn, "lea")) {
        uint64_t place = random_place_in(d, d->insn.seg);
        if (matches(&d->insn, "sha*")) {
            place &= ~15ull; /* AMD processors do not mind */
        }
        if (!aim(d, st, place) || !limit_bit_offset(d, st)) {
            return false;
        }
        patch_memory(d->rnd, c, place, d->insn.desc->gates & GATE_END);
    }
    if (matches(&d->insn, "*ldmxcsr")) {
        c->patch[2] &= ~2; /* bit 17 is AMD's */
    }
    set_branch(d);
    if (!draft_decode(d) || d->insn.desc != &x86_rows[c->row]) {
        return false;
    }
    c->only_protected = d->insn.desc->gates & (GATE_VM86 | GATE_IOPL | GATE_PROT) ||
                        d->insn.seg == SEG_CS || d->insn.seg == SEG_GS;
    append(c, d);
    return true;
}

static void set_pointers(Draft *d, Case *c)
{
    for (unsigned n = 0; n < sizeof(pointers); n++) {
        c->before.regs[pointers[n]] = DATA_BASE + 0x400 + rand_below(d->rnd, 0x100) * 16;
    }
    c->before.regs[SMALL_INDEX] = rand_below(d->rnd, 64);
    c->before.regs[R_RSP] = STACK_BASE + 0x1000;
}

/* A branch over the instruction that comes next. */
static void put_jcc(const Draft *next, Case *c)
{
    c->code[c->len++] = 0x70 | rand_below(next->rnd, 16);
    c->code[c->len++] = next->len;
    c->ninsns++;
}

static bool make_several(Gen *g, Draft *d, Case *c, unsigned ninsns)
{
    set_pointers(d, c);
    c->row = 0;
    for (unsigned attempt = 0; attempt < 200 && c->ninsns < ninsns; attempt++) {
        unsigned row = random_row(g, d);
        if (!make_encoding(d, templates(g, d), row) || is_undefined(&d->insn) ||
            !is_calm(&d->insn)) {
            continue;
        }
        X86Eflags f = x86_insn_eflags(&d->insn);
        if (f.read & c->undefined) {
            continue;
        }
        bool branch =
            c->undefined == 0 && c->ninsns + 1 < ninsns && rand_below(d->rnd, 6) == 0;
        if (branch) {
            put_jcc(d, c);
        }
        append(c, d);
        if (branch) {
            c->undefined |= f.undef; /* perhaps */
        }
        c->row = c->row ? c->row : row;
    }
    return c->ninsns > 0;
}

void gen_case(Gen *g, Case *c, uint64_t seed, unsigned ninsns, X86Mode mode,
              unsigned segs)
{
    Rand rnd = {.state = (seed + 1) * UINT64_C(0x9e3779b97f4a7c15)};
    Draft d = {.rnd = &rnd, .mode = mode, .limited = segs != SEGS_FLAT};

    for (;;) {
        memset(c, 0, sizeof(*c));
        c->seed = seed;
        c->before.mode = mode;
        c->before.segs = segs;
        random_state(&rnd, &c->before);
        if (ninsns > 1 ? make_several(g, &d, c, ninsns) : make_single(g, &d, c)) {
            break;
        }
    }
    c->offset = rand_below(&rnd, 8) ? 0x100 + rand_below(&rnd, CODE_AREA - 0x300)
                                    : CODE_AREA / 2 - rand_below(&rnd, 16);
    c->before.rip = CODE_BASE + c->offset - segment_base(&d, SEG_CS);
    c->code[c->len] = HLT;
}

void gen_memory(const Gen *g, const Case *c, Snapshot *s)
{
    memcpy(s->data, g->data, DATA_SIZE);
    memcpy(s->stack, g->stack, STACK_SIZE);
    if (c->patch_len) {
        memcpy(s->data + (c->patch_addr - DATA_BASE), c->patch, c->patch_len);
    }
}

void gen_place(const Case *c)
{
    memcpy((uint8_t *)(uintptr_t)CODE_BASE + c->offset, c->code, c->len + 1);
}

void gen_unplace(const Case *c)
{
    memset((uint8_t *)(uintptr_t)CODE_BASE + c->offset, HLT, c->len + 1);
}

/* Data are random; on the stack are places to return to. */
static void fill_memory(Gen *g)
{
    Rand rnd = {.state = 7};

    memset((void *)(uintptr_t)CODE_BASE, HLT, 0x10000);
    for (unsigned n = 0; n < DATA_SIZE; n += 8) {
        stq_le_p(g->data + n, rand_u64(&rnd));
    }
    for (unsigned n = 0; n < STACK_SIZE; n += 8) {
        stq_le_p(g->stack + n, random_target(&rnd));
    }
}

Gen *gen_new(bool (*can_run)(unsigned feature), const char *rows)
{
    Gen *g = g_new0(Gen, 1);

    g->can_run = can_run;
    fill_memory(g);
    for (X86Mode m = X86_MODE_16; m <= X86_MODE_64; m++) {
        g->t[m] = templates_new(rows, m);
    }
    return g;
}

void gen_free(Gen *g)
{
    for (X86Mode m = X86_MODE_16; m <= X86_MODE_64; m++) {
        templates_free(g->t[m]);
    }
    g_free(g);
}

unsigned gen_rows(const Gen *g)
{
    return g->t[X86_MODE_64]->count;
}
