/* Random instructions from the rows of the opcode tables. */
/* SPDX-License-Identifier: MIT */
/*
 * An encoding is a template of its row with random prefixes, registers, addressing and
 * immediates; the decoder must still find the same row in it. gen-state.c makes the
 * states to run it from.
 */
#include "tests/diff/gen-internal.h"

#include "tests/diff/templates.h"

#include <fnmatch.h>

#define HLT 0xf4

struct Gen {
    Templates *t;
    bool (*can_run)(unsigned feature);
    GenKind kind;
    uint8_t data[DATA_SIZE], stack[STACK_SIZE];
    /* the instructions of the last case, for its other states */
    bool has_last;
    Draft draft;
    Case last;
};

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
    uint64_t v = gen_value(d->rnd);

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

/* --- what may be compared --- */

static bool matches(const Insn *i, const char *glob)
{
    return fnmatch(glob, x86_row_name(i->desc), 0) == 0;
}

static bool names_pointer(const Insn *i)
{
    for (unsigned n = 0; n < i->desc->nops; n++) {
        const X86Operand *o = &i->op[n];
        if (o->kind == OPK_REG && gen_is_pointer(o->reg)) {
            return true;
        }
    }
    return false;
}

/* May stand among others: its memory operand is by a pointer, and it changes none. */
static bool is_calm(const Draft *d)
{
    const Insn *i = &d->insn;
    bool memory = gen_memory_operand(d) >= 0;

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
        return false; /* see operand_place(); indices far away */
    }
    return i->seg < SEG_FS && i->addrsize == (i->mode == X86_MODE_64 ? SZ64 : SZ32) &&
           i->base >= 0 && i->base != R_RSP && gen_is_pointer(i->base) &&
           i->base != SMALL_INDEX && (i->index < 0 || i->index == SMALL_INDEX) &&
           (int64_t)i->disp > -0x200 && (int64_t)i->disp < 0x200;
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
    if ((matches(i, "maskmov*") || matches(i, "vmaskmovdqu")) && i->mode != X86_MODE_64) {
        return true; /* limits of what is not stored */
    }
    if (i->mode != X86_MODE_64 && i->prefixes & PFX_VEX && i->rex & REX_W &&
        (matches(i, "vpextr*") || matches(i, "vpinsr*") || matches(i, "vpcmpestr*"))) {
        return true; /* ignored by Intel; with AMD #UD, and lengths of 64 bits */
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

static void add_flags(Case *c, X86Eflags f)
{
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
    c->falls &= !(d->insn.desc->gates & GATE_END);
}

static unsigned random_row(const Gen *g, const Draft *d)
{
    const Templates *t = g->t;

    for (;;) {
        unsigned row = t->index[rand_below(d->rnd, t->count)];
        if (g->can_run(x86_rows[row].feature)) {
            return row;
        }
    }
}

static unsigned traits_of(const Insn *i)
{
    static const struct {
        const char *glob;
        unsigned trait;
    } table[] = {
        {"nop",       TRAIT_NO_ACCESS},
        {"lea",       TRAIT_NO_ACCESS},
        {"popa",      TRAIT_POPA     },
        {"*maskmov*", TRAIT_MASKMOV  },
        {"enter",     TRAIT_FRAME    },
        {"leave",     TRAIT_FRAME    },
        {"xlat",      TRAIT_XLAT     },
        {"*div",      TRAIT_DIV      },
        {"call",      TRAIT_CALL     },
        {"jmp",       TRAIT_CALL     },
        {"bt*",       TRAIT_BT       },
        {"sha*",      TRAIT_SHA      },
        {"*ldmxcsr",  TRAIT_LDMXCSR  },
    };
    unsigned traits = 0;

    for (unsigned n = 0; n < ARRAY_SIZE(table); n++) {
        traits |= matches(i, table[n].glob) ? table[n].trait : 0;
    }
    return traits;
}

static bool make_single(Gen *g, Draft *d, Case *c)
{
    c->row = random_row(g, d);
    if (!make_encoding(d, g->t, c->row) || is_undefined(&d->insn) ||
        (d->limited && matches(&d->insn, "v*maskmov*"))) { /* elements left out */
        return false;
    }
    d->traits = traits_of(&d->insn);
    if (!gen_aim_encoding(d)) {
        return false;
    }
    set_branch(d);
    if (!draft_decode(d) || d->insn.desc != &x86_rows[c->row]) {
        return false;
    }
    c->only_protected = d->insn.prefixes & PFX_VEX ||
                        d->insn.desc->gates & (GATE_VM86 | GATE_IOPL | GATE_PROT) ||
                        d->insn.seg == SEG_CS || d->insn.seg == SEG_GS;
    append(c, d);
    return true;
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
    c->row = 0;
    for (unsigned attempt = 0; attempt < 200 && c->ninsns < ninsns; attempt++) {
        unsigned row = random_row(g, d);
        if (!make_encoding(d, g->t, row) || is_undefined(&d->insn) ||
            (d->limited && matches(&d->insn, "v*maskmov*"))) {
            continue;
        }
        d->traits = traits_of(&d->insn);
        if (!is_calm(d)) {
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
        add_flags(c, f);
        if (branch) {
            c->undefined |= f.undef; /* perhaps */
        }
        c->row = c->row ? c->row : row;
    }
    return c->ninsns > 0;
}

/* The instructions of seed `seed`, to g->last and g->draft. */
static void make_insns(Gen *g, uint64_t seed)
{
    Rand rnd = {.state = (seed + 1) * UINT64_C(0x9e3779b97f4a7c15)};
    Draft *d = &g->draft;
    Case *c = &g->last;
    unsigned ninsns = g->kind.ninsns;

    do {
        memset(d, 0, sizeof(*d));
        memset(c, 0, sizeof(*c));
        d->rnd = &rnd;
        d->mode = c->before.mode = g->kind.mode;
        d->limited = g->kind.segs != SEGS_FLAT;
        c->before.segs = g->kind.segs;
        c->seed = seed;
        c->falls = true;
    } while (!(ninsns > 1 ? make_several(g, d, c, ninsns) : make_single(g, d, c)));
    d->unmasked = rand_below(&rnd, 8) == 0;
    c->offset = rand_below(&rnd, 8) ? 0x100 + rand_below(&rnd, CODE_AREA - 0x300)
                                    : CODE_AREA / 2 - rand_below(&rnd, 16);
    c->before.rip = CODE_BASE + c->offset - gen_segment_base(d, SEG_CS);
    c->code[c->len] = HLT;
    g->has_last = true;
}

void gen_case(Gen *g, Case *c, uint64_t seed, unsigned state)
{
    uint64_t a = (seed + 1) * UINT64_C(0xbf58476d1ce4e5b9);
    Rand rnd = {.state = (a ^ (state + 1) * UINT64_C(0x94d049bb133111eb)) | 1};

    if (!g->has_last || g->last.seed != seed) {
        make_insns(g, seed);
    }
    *c = g->last;
    c->state = state;
    rand_u64(&rnd);
    g->draft.rnd = &rnd;
    if (g->kind.ninsns > 1) {
        gen_several_state(&g->draft, c);
    } else {
        gen_single_state(&g->draft, c);
        add_flags(c, x86_insn_eflags_cl(&g->draft.insn, c->before.regs[R_RCX]));
    }
}

const uint8_t *gen_data(const Gen *g)
{
    return g->data;
}

const uint8_t *gen_stack(const Gen *g)
{
    return g->stack;
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
        stq_le_p(g->stack + n, gen_target(&rnd));
    }
}

Gen *gen_new(GenKind kind, bool (*can_run)(unsigned feature), const char *rows)
{
    Gen *g = g_new0(Gen, 1);

    g->kind = kind;
    g->can_run = can_run;
    fill_memory(g);
    memcpy((void *)(uintptr_t)DATA_BASE, g->data, DATA_SIZE);
    memcpy((void *)(uintptr_t)STACK_BASE, g->stack, STACK_SIZE);
    g->t = templates_new(rows, kind.mode, false);
    return g;
}

void gen_free(Gen *g)
{
    templates_free(g->t);
    g_free(g);
}

unsigned gen_rows(const Gen *g)
{
    return g->t->count;
}
