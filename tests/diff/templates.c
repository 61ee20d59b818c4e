/* Which bytes make which row: found by trying all of them. */
/* SPDX-License-Identifier: MIT */
/*
 * The rows do not say how they are encoded in a way that can be turned around (groups
 * hang below several opcodes, prefixes select), so the decoder is asked about every
 * opcode, prefix and ModRM byte. Of what gives a row, some random ones are kept.
 */
#include "tests/diff/templates.h"

#include <fnmatch.h>

/* Rows whose results are not the same on any two machines, or that would change the test
 * program. */
static const char *const excluded[] = {
    "in*",
    "out*",
    "rd*",
    "cpuid",
    "sys*",
    "int",
    "iret*",
    "*fsbase",
    "*gsbase",
    "callf",
    "jmpf*",
    "retf",
    "l?s",
    "lar",
    "lsl",
    "ver?",
    "s?dt",
    "smsw",
    "str",
    "xgetbv",
    "xsave*",
    "xrstor*",
    "fxsave",
    "fxrstor",
    "popf",
    "fnsave",
    "frstor",
    "fnstenv",
    "fldenv",
    "arpl",
    "clflush*",
    "clwb",
    "movdir*",
    "x*abort",
    "xbegin",
    "xtest",
    "pause",
    "prefetch*",
    "rsm",
    /* Approximations, and transcendental: processors differ; tests/unit holds ours to the
       bound. */
    "*rcp?s",
    "*rsqrt?s",
    "f2xm1",
    "fyl2x*",
    "fptan",
    "fpatan",
    "fsin*",
    "fcos",
    /* Approximations: each processor has its own tables. */
    "rcp*",
    "rsqrt*",
};

static bool has_segment_register(const InsnDesc *d)
{
    for (unsigned n = 0; n < d->nops; n++) {
        if ((d->op[n] >= OP_ES && d->op[n] <= OP_GS) || d->op[n] == OP_Sw) {
            return true;
        }
    }
    return false;
}

static bool is_eligible(const InsnDesc *d, const char *rows)
{
    if (d->todo || d->gates & GATE_CPL0 || has_segment_register(d)) {
        return false;
    }
    for (unsigned n = 0; n < ARRAY_SIZE(excluded); n++) {
        if (fnmatch(excluded[n], x86_row_name(d), 0) == 0) {
            return false;
        }
    }
    return !rows || fnmatch(rows, x86_row_name(d), 0) == 0;
}

unsigned template_bytes(const Template *t, uint8_t *to)
{
    static const uint8_t prefixes[] = {0, 0x66, 0xf3, 0xf2};
    unsigned n = 0;

    if (t->vex) {
        to[n++] = 0xc4;
        to[n++] = 0xe0 | t->map;
        to[n++] = t->w << 7 | 0x78 | t->l << 2 | t->pp;
    } else {
        if (t->pp) {
            to[n++] = prefixes[t->pp];
        }
        if (t->w) {
            to[n++] = 0x48;
        }
        if (t->map) {
            to[n++] = 0x0f;
        }
        if (t->map >= 2) {
            to[n++] = t->map == 2 ? 0x38 : 0x3a;
        }
    }
    to[n++] = t->opcode;
    to[n++] = t->modrm;
    return n;
}

static void try_template(Templates *all, Template *t, X86Mode mode, Rand *rnd)
{
    uint8_t buf[24] = {0};
    Insn i;

    template_bytes(t, buf);
    if (x86_decode(&i, buf, sizeof(buf), mode) < 0) {
        return;
    }
    unsigned row = i.desc - x86_rows;
    RowTemplates *r = &all->rows[row];
    if (!r->eligible) {
        return;
    }
    t->has_modrm = i.desc->modrm;
    r->found++;
    /* Every one that is found has the same chance to stay. */
    unsigned slot = r->found <= MAX_TEMPLATES ? r->found - 1 : rand_below(rnd, r->found);
    if (slot < MAX_TEMPLATES) {
        r->t[slot] = *t;
    }
}

static void try_modrms(Templates *all, Template t, X86Mode mode, Rand *rnd)
{
    for (unsigned m = 0; m < 256; m++) {
        t.modrm = m;
        try_template(all, &t, mode, rnd);
    }
}

static void try_opcodes(Templates *all, Template t, X86Mode mode, Rand *rnd)
{
    static const uint8_t not_opcodes[] = {0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x66, 0x67,
                                          0xf0, 0xf2, 0xf3, 0x0f, 0xc4, 0xc5, 0x62};

    for (unsigned op = 0; op < 256; op++) {
        bool prefix =
            !t.vex && t.map == 0 && memchr(not_opcodes, op, sizeof(not_opcodes));
        bool rex = !t.vex && t.map == 0 && mode == X86_MODE_64 && (op & 0xf0) == 0x40;
        bool escape = !t.vex && t.map == 1 && (op == 0x38 || op == 0x3a);
        t.opcode = op;
        if (!(prefix && op != 0xc4 && op != 0xc5 && op != 0x62) && !rex && !escape) {
            try_modrms(all, t, mode, rnd);
        }
    }
}

Templates *templates_new(const char *rows, X86Mode mode, bool all_rows)
{
    Templates *all = g_new0(Templates, 1);
    Rand rnd = {.state = 1};

    all->rows = g_new0(RowTemplates, x86_nr_rows);
    for (unsigned n = 1; n < x86_nr_rows; n++) {
        all->rows[n].eligible =
            all_rows ? !x86_rows[n].todo : is_eligible(&x86_rows[n], rows);
    }
    for (unsigned v = 0; v < 2; v++) {
        for (unsigned map = v; map < 4; map++) {
            for (unsigned k = 0; k < 16; k++) {
                Template t = {
                    .vex = v, .map = map, .pp = k & 3, .w = k >> 2 & 1, .l = k >> 3};
                bool impossible = (t.l && !v) || (t.w && mode != X86_MODE_64 && !v);
                if (!impossible) {
                    try_opcodes(all, t, mode, &rnd);
                }
            }
        }
    }
    all->index = g_new(unsigned, x86_nr_rows);
    for (unsigned n = 1; n < x86_nr_rows; n++) {
        if (all->rows[n].found) {
            all->index[all->count++] = n;
        }
    }
    return all;
}

void templates_free(Templates *all)
{
    g_free(all->rows);
    g_free(all->index);
    g_free(all);
}
