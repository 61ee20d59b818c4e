/* Helpers of MMX, SSE, AVX: operands by descriptor, MXCSR, string comparisons, gathers.
 */
/* SPDX-License-Identifier: MIT */
#include "target/x86/decode.h"
#include "target/x86/excp.h"
#include "target/x86/help-int.h"
#include "target/x86/helpers.h"
#include "target/x86/vec.h"
#include "tcg/gather-op.h"

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

static void write_place(CPUX86State *env, uint64_t desc, const X86Vec *v)
{
    unsigned place = desc >> 16 & 0xff, n = MAX(16, desc >> 40 & 0xff);

    if (place < 16) {
        memcpy(env->vec[place].b, v->b, n);
        if (desc & VEC_DESC_ZERO) {
            memset(env->vec[place].b + n, 0, 32 - n);
        }
    } else if (place < VEC_REG_TMP) {
        x87_set_mmx(&env->x87, place - VEC_REG_MMX, v->q[0]);
    } else {
        env->vec_tmp = *v;
    }
}

/*
 * Merges the flags into MXCSR; an unmasked one is #XM, or #UD when the system does not
 * handle that. One that is found before anything is computed ends the step there, for all
 * lanes. SDM vol. 1, 11.5.
 */
static void finish_float(CPUX86State *env, const VecCall *c, uintptr_t ra)
{
    const unsigned before = FLOAT_INVALID | FLOAT_DENORMAL | FLOAT_DIVZERO;
    unsigned flags = c->fs.flags & FLOAT_ALL_FLAGS, unmasked = c->fs.unmasked;

    if (unlikely(flags & unmasked & before)) {
        flags &= before;
    }
    env->mxcsr |= flags | (c->earlier & FLOAT_ALL_FLAGS);
    if (unlikely(flags & unmasked)) {
        x86_raise(env, env->cr4 & CR4_OSXMMEXCPT ? EXCP_XM : EXCP_UD, ra);
    }
}

static VecFn *vec_fn(unsigned vop)
{
    return vec_int_fns[vop]      ? vec_int_fns[vop]
           : vec_fp_fns[vop]     ? vec_fp_fns[vop]
           : vec_crypto_fns[vop] ? vec_crypto_fns[vop]
                                 : vec_avx_fns[vop];
}

static void compute(VecCall *c, unsigned vop)
{
    VecFn *fn = vec_fn(vop);

    c->r = c->a;
    if (c->n <= 16 || vec_info[vop].flags & VECF_CROSS) {
        fn(c);
        return;
    }
    VecCall h = {.n = 16, .imm = c->imm, .fs = c->fs};

    for (h.half = 0; h.half < 2; h.half++) {
        memcpy(h.a.b, c->a.b + 16 * h.half, 16);
        memcpy(h.b.b, c->b.b + 16 * h.half, 16);
        memcpy(h.third.b, c->third.b + 16 * h.half, 16);
        h.r = h.a;
        fn(&h);
        memcpy(c->r.b + 16 * h.half, h.r.b, 16);
    }
    c->fs = h.fs;
}

static void run(CPUX86State *env, VecCall *c, uint64_t desc, uint64_t imm, uintptr_t ra)
{
    unsigned vop = desc & 0xffff, b = desc >> 32 & 0xff, third = desc >> 48 & 0xff;

    c->earlier = 0;
    c->n = desc >> 40 & 0xff;
    c->imm = imm;
    c->a = read_place(env, desc >> 24 & 0xff);
    c->b = b == VEC_REG_IMM ? (X86Vec){.q = {imm}} : read_place(env, b);
    c->third = third == VEC_REG_IMM ? (X86Vec){0} : read_place(env, third);
    c->fs = float_status_from_mxcsr(env->mxcsr);
    compute(c, vop);
    if (vec_info[vop].flags & VECF_FP) {
        finish_float(env, c, ra);
    }
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
        memcpy(c.third.b, op->c, op->n);
    }
    c.fs = float_status_from_mxcsr(env->mxcsr);
    compute(&c, op->vec);
    if (vec_info[op->vec].flags & VECF_FP) {
        env->mxcsr |= (c.fs.flags | c.earlier) & FLOAT_ALL_FLAGS;
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
    write_place(env, desc, &c.r);
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

/* --- AVX: elements under a mask --- */

static bool is_selected(const X86Vec *mask, unsigned size, unsigned i)
{
    return mask->b[(i + 1) * size - 1] & 0x80;
}

static uint64_t load_element(CPUX86State *env, unsigned size, uint64_t va, uintptr_t ra)
{
    CPUState *cpu = env_cpu(env);

    return size == 4 ? cpu_ldl(cpu, va, MMU_CURRENT, ra)
                     : cpu_ldq(cpu, va, MMU_CURRENT, ra);
}

/* desc: vec_desc(bytes of an element, register, mask, -, bytes). */
void helper_vec_mask_load(CPUX86State *env, uint64_t desc, uint64_t va)
{
    uintptr_t ra = GETPC();
    unsigned size = desc & 0xff, n = (desc >> 40 & 0xff) / size;
    const X86Vec *mask = &env->vec[desc >> 24 & 15];
    X86Vec v = {0};

    for (unsigned i = 0; i < n; i++) {
        uint64_t e =
            is_selected(mask, size, i) ? load_element(env, size, va + i * size, ra) : 0;

        memcpy(v.b + i * size, &e, size);
    }
    env->vec[desc >> 16 & 15] = v;
}

void helper_vec_mask_store(CPUX86State *env, uint64_t desc, uint64_t va)
{
    uintptr_t ra = GETPC();
    CPUState *cpu = env_cpu(env);
    unsigned size = desc & 0xff, n = (desc >> 40 & 0xff) / size;
    const X86Vec *mask = &env->vec[desc >> 24 & 15], *v = &env->vec[desc >> 16 & 15];

    for (unsigned i = 0; i < n; i++) { /* all may be written before any is */
        if (is_selected(mask, size, i)) {
            cpu_probe(cpu, va + i * size, size, MMU_WRITE, MMU_CURRENT, ra);
        }
    }
    for (unsigned i = 0; i < n; i++) {
        if (!is_selected(mask, size, i)) {
            continue;
        }
        if (size == 4) {
            cpu_stl(cpu, va + i * size, v->d[i], MMU_CURRENT, ra);
        } else {
            cpu_stq(cpu, va + i * size, v->q[i], MMU_CURRENT, ra);
        }
    }
}

/* The linear address of an element: `ea` and its index, cut to the address size. */
static uint64_t gather_address(CPUX86State *env, uint64_t how, uint64_t ea, int64_t index,
                               uintptr_t ra)
{
    unsigned seg = how >> GATHER_SEG_SHIFT & 7;

    ea += (uint64_t)index << (how >> GATHER_SCALE_SHIFT & 3);
    if ((how >> GATHER_ADDR_SHIFT & 3) == SZ32) {
        ea = (uint32_t)ea;
    }
    if (env->hflags & HF_CS64) {
        return ea + (seg >= R_FS ? env->seg_base[seg] : 0);
    }
    x86_check_seg(env, seg, ea, how & GATHER_DATA_64 ? 8 : 4, false, ra);
    return (uint32_t)(ea + env->seg[seg].base);
}

/* Elements that are done leave the mask, so that the instruction goes on with the others
 * after a fault (SDM vol. 2, VGATHERDPS). */
void helper_vec_gather(CPUX86State *env, uint64_t how, uint64_t ea)
{
    uintptr_t ra = GETPC();
    unsigned size = how & GATHER_DATA_64 ? 8 : 4;
    unsigned index_size = how & GATHER_INDEX_64 ? 8 : 4;
    unsigned n = (how & GATHER_256 ? 32 : 16) / MAX(size, index_size);
    X86Vec *v = &env->vec[how >> GATHER_DATA_SHIFT & 15];
    X86Vec *mask = &env->vec[how >> GATHER_MASK_SHIFT & 15];
    const X86Vec *index = &env->vec[how >> GATHER_INDEX_SHIFT & 15];

    for (unsigned i = 0; i < n; i++) {
        if (!is_selected(mask, size, i)) {
            continue;
        }
        int64_t at = index_size == 4 ? (int32_t)index->d[i] : (int64_t)index->q[i];
        uint64_t e = load_element(env, size, gather_address(env, how, ea, at, ra), ra);

        memcpy(v->b + i * size, &e, size);
        memset(mask->b + i * size, 0, size);
    }
    memset(v->b + n * size, 0, sizeof(v->b) - n * size);
    memset(mask, 0, sizeof(*mask));
}

void helper_ldmxcsr(CPUX86State *env, uint64_t val)
{
    if (val >> 16) {
        x86_raise_err(env, EXCP_GP, 0, GETPC());
    }
    x86_set_mxcsr(env, val);
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

static void string_mask(CPUX86State *env, const StringCompare *s, uint32_t res, bool vex)
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
    memcpy(env->vec[0].b, v.b, vex ? 32 : 16);
}

/* how: bit 0 explicit lengths, bit 1 index to ECX (else mask to XMM0), bit 2 lengths in
 * 64-bit registers, bit 3 VEX. Returns the flags. */
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
        string_mask(env, &s, res, how & 8);
    }
    return (res ? CC_C : 0) | (s.len_b < (int)s.lanes ? CC_Z : 0) |
           (s.len_a < (int)s.lanes ? CC_S : 0) | (res & 1 ? CC_O : 0);
}
