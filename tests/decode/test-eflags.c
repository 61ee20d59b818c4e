/* What decoded instructions say of EFLAGS, faults and CPUs without their feature. */
/* SPDX-License-Identifier: MIT */
#include "tests/decode/insn-text.h"

#include <stdio.h>

enum { ANY_CL = -1 };

#define ALL (XF_CF | XF_PF | XF_AF | XF_ZF | XF_SF | XF_OF)

/* clang-format off */

/* Expected masks, from the "Flags Affected" paragraphs of SDM volume 2. */
static const struct {
    const char *name;
    uint8_t b[6];
    int cl; /* x86_insn_eflags_cl() with this CL, or x86_insn_eflags() */
    uint16_t read, write, undef;
    bool conditional;
} eflags_cases[] = {
    { "add", { 0x01, 0xd8 }, ANY_CL, 0, ALL, 0, false },
    { "adc", { 0x11, 0xd8 }, ANY_CL, XF_CF, ALL, 0, false },
    { "and", { 0x21, 0xd8 }, ANY_CL, 0, ALL & ~XF_AF, XF_AF, false },
    { "inc", { 0xff, 0xc0 }, ANY_CL, 0, ALL & ~XF_CF, 0, false },
    { "mov", { 0x89, 0xd8 }, ANY_CL, 0, 0, 0, false },
    { "jbe", { 0x76, 0x00 }, ANY_CL, XF_CF | XF_ZF, 0, 0, false },
    { "shl 0", { 0xc1, 0xe0, 0x20 }, ANY_CL, 0, 0, 0, false },
    { "shl 1", { 0xc1, 0xe0, 0x01 }, ANY_CL, 0, ALL & ~XF_AF, XF_AF, false },
    { "shl D1", { 0xd1, 0xe0 }, ANY_CL, 0, ALL & ~XF_AF, XF_AF, false },
    { "shl 5", { 0xc1, 0xe0, 5 }, ANY_CL, 0, XF_CF | XF_PF | XF_ZF | XF_SF, XF_AF | XF_OF, false },
    { "shl b,8", { 0xc0, 0xe0, 8 }, ANY_CL, 0, XF_PF | XF_ZF | XF_SF, XF_CF | XF_AF | XF_OF, false },
    { "sar b,8", { 0xc0, 0xf8, 8 }, ANY_CL, 0, ALL & ~XF_AF & ~XF_OF, XF_AF | XF_OF, false },
    { "shl cl", { 0xd3, 0xe0 }, ANY_CL, 0, ALL & ~XF_AF & ~XF_OF, XF_AF | XF_OF, true },
    { "shr b,cl", { 0xd2, 0xe8 }, ANY_CL, 0, XF_PF | XF_ZF | XF_SF, XF_CF | XF_AF | XF_OF, true },
    { "shl cl=0", { 0xd3, 0xe0 }, 64, 0, 0, 0, false },
    { "shl cl=1", { 0xd3, 0xe0 }, 33, 0, ALL & ~XF_AF, XF_AF, false },
    { "shl q,cl=33", { 0x48, 0xd3, 0xe0 }, 33, 0, ALL & ~XF_AF & ~XF_OF, XF_AF | XF_OF, false },
    { "rol 1", { 0xd1, 0xc0 }, ANY_CL, 0, XF_CF | XF_OF, 0, false },
    { "rol 4", { 0xc1, 0xc0, 4 }, ANY_CL, 0, XF_CF, XF_OF, false },
    { "rcr cl", { 0xd3, 0xd8 }, ANY_CL, XF_CF, XF_CF, XF_OF, true },
    { "shld w,17", { 0x66, 0x0f, 0xa4, 0xd8, 17 }, ANY_CL, 0, 0, ALL, false },
    { "shld 3", { 0x0f, 0xa4, 0xd8, 3 }, ANY_CL, 0, ALL & ~XF_AF & ~XF_OF, XF_AF | XF_OF, false },
    { "mul", { 0xf7, 0xe3 }, ANY_CL, 0, XF_CF | XF_OF, ALL & ~XF_CF & ~XF_OF, false },
    { "div", { 0xf7, 0xf3 }, ANY_CL, 0, 0, ALL, false },
    { "bt", { 0x0f, 0xa3, 0xd8 }, ANY_CL, 0, XF_CF, XF_OF | XF_SF | XF_AF | XF_PF, false },
    { "cmpsb", { 0xa6 }, ANY_CL, XF_DF, ALL, 0, false },
    { "repe cmpsb", { 0xf3, 0xa6 }, ANY_CL, XF_DF, ALL, 0, true },
    { "popf", { 0x9d }, ANY_CL, 0, XF_EVERY, 0, false },
};

/* clang-format on */

static unsigned check_eflags(void)
{
    unsigned failed = 0;

    for (size_t n = 0; n < ARRAY_SIZE(eflags_cases); n++) {
        Insn i;
        x86_decode(&i, eflags_cases[n].b, sizeof(eflags_cases[n].b), X86_MODE_64);
        X86Eflags f = eflags_cases[n].cl < 0 ? x86_insn_eflags(&i)
                                             : x86_insn_eflags_cl(&i, eflags_cases[n].cl);
        if (f.read != eflags_cases[n].read || f.write != eflags_cases[n].write ||
            f.undef != eflags_cases[n].undef ||
            f.conditional != eflags_cases[n].conditional) {
            printf("%s: read %04x write %04x undef %04x conditional %d\n",
                   eflags_cases[n].name, f.read, f.write, f.undef, f.conditional);
            failed++;
        }
    }
    return failed;
}

/* clang-format off */
static const struct {
    const char *name;
    uint8_t b[6];
    bool may_fault;
} fault_cases[] = {
    { "add r,r", { 0x01, 0xd8 }, false },    { "add m,r", { 0x01, 0x18 }, true },
    { "lea", { 0x8d, 0x00 }, false },        { "push", { 0x50 }, true },
    { "movsb", { 0xa4 }, true },             { "div", { 0xf7, 0xf3 }, true },
    { "nop m", { 0x0f, 0x1f, 0x00 }, false }, { "prefetch", { 0x0f, 0x18, 0x08 }, false },
    { "fxsave", { 0x0f, 0xae, 0x00 }, true }, { "mov m", { 0xa1 }, true },
    { "xlat", { 0xd7 }, true },              { "jmp", { 0xeb, 0x00 }, false },
    { "addps", { 0x0f, 0x58, 0xc0 }, true }, { "andps", { 0x0f, 0x54, 0xc0 }, false },
    { "paddb", { 0x0f, 0xfc, 0xc0 }, true }, { "fld1", { 0xd9, 0xe8 }, true },
};

/* clang-format on */

static unsigned check_faults(void)
{
    unsigned failed = 0;

    for (size_t n = 0; n < ARRAY_SIZE(fault_cases); n++) {
        uint8_t b[X86_MAX_INSN_LEN] = {0};
        Insn i;
        memcpy(b, fault_cases[n].b, sizeof(fault_cases[n].b));
        x86_decode(&i, b, sizeof(b), X86_MODE_64);
        if (x86_insn_may_fault(&i) != fault_cases[n].may_fault) {
            printf("%s: x86_insn_may_fault is wrong\n", fault_cases[n].name);
            failed++;
        }
    }
    return failed;
}

/* The older meaning is the row above: same opcode, so that the length is the same too. */
static unsigned check_fallbacks(void)
{
    unsigned failed = 0, met = 0;

    for (unsigned r = 1; r < x86_nr_rows; r++) {
        const InsnDesc *old = x86_insn_fallback(&x86_rows[r]);
        met += old != NULL;
        if (old && (old->key != x86_rows[r].key || old->modrm != x86_rows[r].modrm)) {
            printf("%s falls back to %s\n", x86_row_name(&x86_rows[r]),
                   x86_row_name(old));
            failed++;
        }
    }
    return failed + !met;
}

/* No CPUID bit and no name stands twice. */
static unsigned check_features(void)
{
    unsigned failed = 0;

    for (unsigned a = X86_FEAT_0 + 1; a < NR_X86_FEATS; a++) {
        for (unsigned b = a + 1; b < NR_X86_FEATS; b++) {
            const X86FeatureInfo *f = &x86_features[a], *g = &x86_features[b];
            if (!strcmp(f->name, g->name) ||
                (f->leaf == g->leaf && f->subleaf == g->subleaf && f->reg == g->reg &&
                 f->bit == g->bit)) {
                printf("%s and %s are one\n", f->name, g->name);
                failed++;
            }
        }
    }
    return failed;
}

int main(void)
{
    unsigned failed =
        check_eflags() + check_faults() + check_fallbacks() + check_features();
    printf("%u failed\n", failed);
    return failed != 0;
}
