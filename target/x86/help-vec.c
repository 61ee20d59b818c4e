/* Helpers of MMX and SSE: operands by descriptor, MXCSR, the string comparisons. */
/* SPDX-License-Identifier: MIT */
#include "target/x86/excp.h"
#include "target/x86/helpers.h"
#include "target/x86/vec.h"

static X86Vec read_place(const CPUX86State *env, unsigned place)
{
    X86Vec v = {0};

    if (place < 16) {
        return env->vec[place];
    }
    if (place < VEC_REG_TMP) {
        v.q[0] = env->x87.r[place - VEC_REG_MMX].lo;
        return v;
    }
    return env->vec_tmp;
}

static void write_place(CPUX86State *env, unsigned place, const X86Vec *v)
{
    if (place < 16) {
        memcpy(env->vec[place].b, v->b, 16);
    } else if (place < VEC_REG_TMP) {
        x87_set_mmx(&env->x87, place - VEC_REG_MMX, v->q[0]);
    } else {
        env->vec_tmp = *v;
    }
}

/* Merges the flags into MXCSR; an unmasked one is #XM, or #UD when the system does not
 * handle that. SDM vol. 1, 11.5. */
static void finish_float(CPUX86State *env, const FloatStatus *fs, uintptr_t ra)
{
    env->mxcsr |= fs->flags & FLOAT_ALL_FLAGS;
    if (unlikely(fs->flags & fs->unmasked)) {
        x86_raise(env, env->cr4 & CR4_OSXMMEXCPT ? EXCP_XM : EXCP_UD, ra);
    }
}

static void run(CPUX86State *env, VecCall *c, uint64_t desc, uint64_t imm, uintptr_t ra)
{
    unsigned vop = desc & 0xffff, b = desc >> 32 & 0xff;

    c->n = desc >> 40 & 0xff;
    c->imm = imm;
    c->a = read_place(env, desc >> 24 & 0xff);
    c->b = b == VEC_REG_IMM ? (X86Vec){.q = {imm}} : read_place(env, b);
    c->r = c->a;
    if (vec_int_fns[vop]) {
        vec_int_fns[vop](c);
        return;
    }
    c->fs = float_status_from_mxcsr(env->mxcsr);
    vec_fp_fns[vop](c);
    finish_float(env, &c->fs, ra);
}

uint64_t x86_vec_op(void *opaque, const VecOp *op)
{
    CPUX86State *env = opaque;
    VecCall c = {.n = op->n, .imm = op->imm, .b.q[0] = op->imm};

    if (op->a) {
        memcpy(c.a.b, op->a, op->n);
    }
    if (op->b) {
        memcpy(c.b.b, op->b, op->n);
    }
    if (op->c) {
        memcpy(c.mask.b, op->c, op->n);
    }
    c.r = c.a;
    if (vec_int_fns[op->vec]) {
        vec_int_fns[op->vec](&c);
    } else {
        c.fs = float_status_from_mxcsr(env->mxcsr);
        vec_fp_fns[op->vec](&c);
        env->mxcsr |= c.fs.flags & FLOAT_ALL_FLAGS;
    }
    if (op->r) {
        memcpy(op->r, c.r.b, op->n);
    }
    return c.r.q[0];
}

void helper_vec(CPUX86State *env, uint64_t desc, uint64_t imm)
{
    VecCall c;

    run(env, &c, desc, imm, GETPC());
    write_place(env, desc >> 16 & 0xff, &c.r);
}

uint64_t helper_vec_value(CPUX86State *env, uint64_t desc, uint64_t imm)
{
    VecCall c;

    run(env, &c, desc, imm, GETPC());
    return c.r.q[0];
}

uint64_t helper_vec_movmsk(CPUX86State *env, uint64_t place, uint64_t lane_bytes,
                           uint64_t n)
{
    X86Vec v = read_place(env, place);
    uint64_t mask = 0;

    for (unsigned i = 0; i < n / lane_bytes; i++) {
        mask |= (uint64_t)(v.b[(i + 1) * lane_bytes - 1] >> 7) << i;
    }
    return mask;
}

/* MASKMOVQ, MASKMOVDQU: the bytes of `data` whose mask byte is negative go to va. */
void helper_vec_maskmov(CPUX86State *env, uint64_t data, uint64_t mask, uint64_t n,
                        uint64_t va)
{
    uintptr_t ra = GETPC();
    X86Vec d = read_place(env, data), m = read_place(env, mask);

    for (unsigned i = 0; i < n; i++) {
        if (m.b[i] & 0x80) {
            cpu_stb(env_cpu(env), va + i, d.b[i], MMU_CURRENT, ra);
        }
    }
}

void helper_ldmxcsr(CPUX86State *env, uint64_t val)
{
    if (val >> 16) {
        x86_raise_err(env, EXCP_GP, 0, GETPC());
    }
    x86_set_mxcsr(env, val);
}

/* By a call, because a back end may keep MXCSR elsewhere while units run. */
uint64_t helper_stmxcsr(CPUX86State *env)
{
    return env->mxcsr;
}

/* --- PCMPxSTRx: SDM vol. 1, 12.13.5 --- */

typedef struct StringCompare {
    X86Vec a, b;
    unsigned imm, lanes;
    int len_a, len_b; /* valid elements */
} StringCompare;

static int element(const StringCompare *s, const X86Vec *v, int i)
{
    if (s->imm & 1) {
        return s->imm & 2 ? (int16_t)v->w[i] : v->w[i];
    }
    return s->imm & 2 ? (int8_t)v->b[i] : v->b[i];
}

static int implicit_length(const StringCompare *s, const X86Vec *v)
{
    int n = 0;

    while (n < (int)s->lanes && element(s, v, n)) {
        n++;
    }
    return n;
}

static int explicit_length(const StringCompare *s, uint64_t reg, bool wide)
{
    int64_t n = wide ? (int64_t)reg : (int32_t)reg;

    return n < -(int64_t)s->lanes || n > (int64_t)s->lanes ? (int)s->lanes : (int)ABS(n);
}

static bool equal_any(const StringCompare *s, int j)
{
    for (int i = 0; i < s->len_a; i++) {
        if (element(s, &s->a, i) == element(s, &s->b, j)) {
            return true;
        }
    }
    return false;
}

static bool in_ranges(const StringCompare *s, int j)
{
    int x = element(s, &s->b, j);

    for (int i = 0; i + 1 < s->len_a; i += 2) {
        if (x >= element(s, &s->a, i) && x <= element(s, &s->a, i + 1)) {
            return true;
        }
    }
    return false;
}

static bool equal_ordered(const StringCompare *s, int j)
{
    for (int i = 0; i < s->len_a && j + i < (int)s->lanes; i++) {
        if (j + i >= s->len_b || element(s, &s->a, i) != element(s, &s->b, j + i)) {
            return false;
        }
    }
    return true;
}

static bool equal_each(const StringCompare *s, int j)
{
    bool in_a = j < s->len_a, in_b = j < s->len_b;

    return in_a && in_b ? element(s, &s->a, j) == element(s, &s->b, j) : in_a == in_b;
}

/* IntRes2: a bit for each element of b. */
static uint32_t compare_strings(const StringCompare *s)
{
    uint32_t res = 0, all = (1u << s->lanes) - 1;

    for (int j = 0; j < (int)s->lanes; j++) {
        bool valid = j < s->len_b, hit;

        switch (s->imm >> 2 & 3) {
        case 0:
            hit = valid && equal_any(s, j);
            break;
        case 1:
            hit = valid && in_ranges(s, j);
            break;
        case 2:
            hit = equal_each(s, j);
            break;
        default:
            hit = equal_ordered(s, j);
            break;
        }
        res |= (uint32_t)hit << j;
    }
    switch (s->imm >> 4 & 3) {
    case 1:
        return res ^ all;
    case 3:
        return res ^ ((1u << s->len_b) - 1);
    default:
        return res;
    }
}

static void string_mask(CPUX86State *env, const StringCompare *s, uint32_t res)
{
    X86Vec v = {0};

    for (unsigned i = 0; i < s->lanes; i++) {
        bool hit = res >> i & 1;

        if (!(s->imm & 0x40)) {
            v.q[0] = res;
        } else if (s->imm & 1) {
            v.w[i] = hit ? UINT16_MAX : 0;
        } else {
            v.b[i] = hit ? UINT8_MAX : 0;
        }
    }
    memcpy(env->vec[0].b, v.b, 16);
}

/* how: bit 0 explicit lengths, bit 1 index to ECX (else mask to XMM0), bit 2 lengths in
 * 64-bit registers. Returns the flags. */
uint64_t helper_vec_pcmpstr(CPUX86State *env, uint64_t desc, uint64_t imm, uint64_t how)
{
    StringCompare s = {
        .a = read_place(env, desc >> 24 & 0xff),
        .b = read_place(env, desc >> 32 & 0xff),
        .imm = imm,
        .lanes = imm & 1 ? 8 : 16,
    };

    s.len_a = how & 1 ? explicit_length(&s, env->regs[R_RAX], how & 4)
                      : implicit_length(&s, &s.a);
    s.len_b = how & 1 ? explicit_length(&s, env->regs[R_RDX], how & 4)
                      : implicit_length(&s, &s.b);
    uint32_t res = compare_strings(&s);

    if (how & 2) {
        unsigned none = s.lanes, first = res ? (unsigned)__builtin_ctz(res) : none;
        unsigned last = res ? 31u - (unsigned)__builtin_clz(res) : none;

        env->regs[R_RCX] = imm & 0x40 ? last : first;
    } else {
        string_mask(env, &s, res);
    }
    return (res ? CC_C : 0) | (s.len_b < (int)s.lanes ? CC_Z : 0) |
           (s.len_a < (int)s.lanes ? CC_S : 0) | (res & 1 ? CC_O : 0);
}
