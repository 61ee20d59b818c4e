/* SSE and AVX floating point on special values: the host back end against the
 * interpreter, on any host. */
/* SPDX-License-Identifier: MIT */
/*
 * test-specials [N]: every Nth pair; 1: all of them
 * Each row of tcg/vec.def that rounds or compares, on all pairs of the special values of
 * fpu-cases.h, the third operand by turns; so are the modes of MXCSR, of which one in
 * eight flushes denormals, and the flags that it has before.
 */
#include "tests/asm/rig.h"
#include "tests/unit/fpu-cases.h"

#include <stdio.h>

enum { FP = 1, UNARY = 2, IMM = 4, TERN = 8, CROSS = 16, VEX = 32, W1 = 64, OUTRM = 128 };
enum { PP_NP, PP_66, PP_F3, PP_F2 };
enum { MAP_0F = 1, MAP_0F38, MAP_0F3A };
enum { HLT = 0xf4, ROOM = 32, FROM_A = 1, FROM_B = 2, FROM_C = 3 };

typedef struct Form {
    const char *name;
    uint8_t flags, prefix, map, opcode;
    bool fma; /* VEX alone */
} Form;

#define VEC(name, flags, memory, feature, prefix, map, opcode) \
    {#name,     flags,  PP_##prefix,                           \
     MAP_##map, opcode, #feature[0] == 'F' && #feature[1] == 'M'},
static const Form forms[] = {
#include "tcg/vec.def"
};

static Rig *native, *interp;
static unsigned failed, checked, every = 23;

/* What the operands are: the one that is converted tells. */
static bool takes_doubles(const char *name)
{
    if (strncmp(name, "CVT", 3) == 0) {
        return name[name[3] == 'T' ? 5 : 4] == 'D';
    }
    return name[strlen(name) - 1] == 'D';
}

static bool is_packed(const char *name)
{
    return strstr(name, "PS") || strstr(name, "PD");
}

/* Registers: the output 1, operands 1 and 2; with VEX the first one is 3. */
static void put_form(const Form *f, bool vex, bool wide, unsigned imm, uint8_t *to)
{
    static const uint8_t prefixes[] = {0x90, 0x66, 0xf3, 0xf2};
    static const uint8_t maps[] = {0x90, 0x90, 0x38, 0x3a};
    if (vex) {
        *to++ = 0xc4;
        *to++ = 0xe0 | f->map;
        *to++ = (f->flags & W1 ? 0x80 : 0) |
                (f->flags & UNARY ? 0x78 : (~FROM_C & 15) << 3) | wide << 2 | f->prefix;
    } else {
        *to++ = prefixes[f->prefix];
        *to++ = 0x0f;
        if (f->map > MAP_0F) {
            *to++ = maps[f->map];
        }
    }
    *to++ = f->opcode;
    *to++ = 0xc0 | FROM_A << 3 | FROM_B;
    if (f->flags & IMM) {
        *to++ = imm;
    }
    *to = HLT;
}

static uint64_t value(bool is_double, unsigned n)
{
    unsigned all = is_double ? ARRAY_SIZE(special_f64) : ARRAY_SIZE(special_f32);
    uint64_t sign = n / all & 1;
    n %= all;
    return is_double ? special_f64[n] | sign << 63 : special_f32[n] | sign << 31;
}

static void fill(X86Vec *v, bool is_double, unsigned n, unsigned step)
{
    for (unsigned i = 0; i < (is_double ? 4 : 8); i++) {
        if (is_double) {
            v->q[i] = value(true, n + i * step);
        } else {
            v->d[i] = value(false, n + i * step);
        }
    }
}

static uint32_t mxcsr_of(unsigned n)
{
    uint32_t flags = n / 32 % 4 ? 0 : 0x3f & (n * 0x9e37 >> 8);
    return 0x1f80 | (n & 3) << 13 | flags | (n / 4 % 8 ? 0 : (n & 1 ? 0x8040 : 0x8000));
}

static void compare(const Form *f, const MachineState *before, const MachineState *ours,
                    const MachineState *right)
{
    checked++;
    if (memcmp(ours->vec, right->vec, sizeof ours->vec) == 0 &&
        ours->mxcsr == right->mxcsr && ours->rip == right->rip &&
        ours->regs[FROM_A] == right->regs[FROM_A] &&
        ((ours->eflags ^ right->eflags) & CC_ALL) == 0) {
        return;
    }
    if (failed++ < 10) {
        printf("%s: a %016" PRIx64 ", b %016" PRIx64 ", c %016" PRIx64
               ", mxcsr %04x: ours "
               "%016" PRIx64 ", mxcsr %04x, flags %x; interpreter %016" PRIx64
               ", mxcsr %04x, flags %x\n",
               f->name, before->vec[FROM_A].q[0], before->vec[FROM_B].q[0],
               before->vec[FROM_C].q[0], before->mxcsr, ours->vec[FROM_A].q[0],
               ours->mxcsr, (unsigned)(ours->eflags & CC_ALL), right->vec[FROM_A].q[0],
               right->mxcsr, (unsigned)(right->eflags & CC_ALL));
    }
}

/* All pairs; of packed operands the other elements are pairs, too. */
static void check_form(const Form *f, bool wide, uint32_t at)
{
    bool is_double = takes_doubles(f->name);
    unsigned n = 2 * (is_double ? ARRAY_SIZE(special_f64) : ARRAY_SIZE(special_f32));
    MachineState st = {.mode = X86_MODE_64, .rip = at, .fcw = 0x37f, .ftw = 0xff};
    for (unsigned k = 0; k < n * n; k += every) {
        unsigned turn = k + k / n * 7;
        fill(&st.vec[FROM_A], is_double, k / n, 5);
        fill(&st.vec[FROM_B], is_double, k % n, 1);
        fill(&st.vec[FROM_C], is_double, f->fma ? turn * 11 : k / n, 3);
        st.regs[FROM_B] = value(true, k);
        st.mxcsr = mxcsr_of(turn);
        MachineState ours = st, right = st;
        rig_run(native, &ours, 2);
        rig_run(interp, &right, 2);
        compare(f, &st, &ours, &right);
    }
}

static void check_row(const Form *f, uint32_t *at)
{
    unsigned imms = f->flags & IMM ? 16 : 1;
    for (unsigned imm = 0; imm < imms; imm += f->flags & IMM ? 1 + imm / 8 : 1) {
        for (unsigned wide = 0; wide <= is_packed(f->name); wide++) {
            put_form(f, f->fma || wide, wide, imm, (uint8_t *)(uintptr_t)*at);
            check_form(f, wide, *at);
            *at += ROOM;
        }
    }
}

int main(int argc, char **argv)
{
    uint32_t at = CODE_BASE;
    unsigned rows = 0;
    if (argc > 1) {
        every = MAX(atoi(argv[1]), 1);
    }
    if (!tcg_native_backend || !rig_map_memory()) {
        printf("no back end for this host\n");
        return 77;
    }
    native = rig_new(tcg_native_backend, 0);
    interp = rig_new(&tcg_interp_backend, 0);
    for (unsigned i = 0; i < ARRAY_SIZE(forms); i++) {
        const Form *f = &forms[i];
        if (f->flags & FP && f->opcode && (f->flags & VEX || f->fma)) {
            check_row(f, &at);
            rows++;
        }
    }
    printf("%u rows, %u runs, %u differ\n", rows, checked, failed);
    rig_free(native);
    rig_free(interp);
    return failed || rows < 120;
}
