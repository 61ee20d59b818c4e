/* Helpers of MMX, SSE, AVX: operands by descriptor, MXCSR, string comparisons, gathers.
 */
/* SPDX-License-Identifier: MIT */
#include "target/x86/decode.h"
#include "target/x86/excp.h"
#include "target/x86/help-int.h"
#include "target/x86/helpers.h"
#include "target/x86/vec.h"
#include "tcg/gather-op.h"
#include "tcg/strcmp-op.h"

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

void helper_vec_mask_load(CPUX86State *env, uint64_t how, uint64_t va)
{
    uintptr_t ra = GETPC();
    unsigned size = how & MASKMOV_64 ? 8 : 4, n = (how & MASKMOV_256 ? 32 : 16) / size;
    const X86Vec *mask = &env->vec[how >> MASKMOV_MASK_SHIFT & 15];
    X86Vec v = {0};

    for (unsigned i = 0; i < n; i++) {
        uint64_t e =
            is_selected(mask, size, i) ? load_element(env, size, va + i * size, ra) : 0;

        memcpy(v.b + i * size, &e, size);
    }
    env->vec[how >> MASKMOV_DATA_SHIFT & 15] = v;
}

void helper_vec_mask_store(CPUX86State *env, uint64_t how, uint64_t va)
{
    uintptr_t ra = GETPC();
    CPUState *cpu = env_cpu(env);
    unsigned size = how & MASKMOV_64 ? 8 : 4, n = (how & MASKMOV_256 ? 32 : 16) / size;
    const X86Vec *mask = &env->vec[how >> MASKMOV_MASK_SHIFT & 15],
                 *v = &env->vec[how >> MASKMOV_DATA_SHIFT & 15];

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

/* Elements that are done, and those that are passed over, leave the mask, so that the
 * instruction goes on with the others after a fault (SDM vol. 2, VGATHERDPS). */
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
        if (is_selected(mask, size, i)) {
            int64_t at = index_size == 4 ? (int32_t)index->d[i] : (int64_t)index->q[i];
            uint64_t e =
                load_element(env, size, gather_address(env, how, ea, at, ra), ra);

            memcpy(v->b + i * size, &e, size);
        }
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

/* Sets of elements are masks, bit i for element i. */
typedef struct StringCompare {
    X86Vec a, b;
    unsigned imm, lanes;
    int len_a, len_b; /* valid elements */
} StringCompare;

typedef uint8_t ByteLanes __attribute__((vector_size(16)));
typedef uint16_t WordLanes __attribute__((vector_size(16)));

/* The elements of a vector that are all ones; the others are zero. */
static uint32_t lane_mask(const StringCompare *s, const void *v)
{
    uint64_t q[2];

    memcpy(q, v, sizeof q);
    if (s->imm & 1) { /* a product moves the lowest bits of all to the top */
        uint64_t lowest = UINT64_C(0x0001000100010001),
                 move = UINT64_C(0x0001000200040008);

        return (q[0] & lowest) * move >> 48 | ((q[1] & lowest) * move >> 48) << 4;
    }
    uint64_t lowest = UINT64_C(0x0101010101010101), move = UINT64_C(0x0102040810204080);

    return (q[0] & lowest) * move >> 56 | ((q[1] & lowest) * move >> 56) << 8;
}

/* The elements of v that are those of x; at least so many as the vectors have. */
static uint32_t equal_lanes(const StringCompare *s, const X86Vec *v, const X86Vec *x)
{
    if (s->imm & 1) {
        WordLanes eq = *(const WordLanes *)v->w == *(const WordLanes *)x->w;

        return lane_mask(s, &eq);
    }
    ByteLanes eq = *(const ByteLanes *)v->b == *(const ByteLanes *)x->b;

    return lane_mask(s, &eq);
}

/* The elements of v that are element i of `of`. */
static uint32_t lanes_like(const StringCompare *s, const X86Vec *v, const X86Vec *of,
                           int i)
{
    X86Vec x;

    if (s->imm & 1) {
        *(WordLanes *)x.w = of->w[i] - (WordLanes){0};
    } else {
        *(ByteLanes *)x.b = of->b[i] - (ByteLanes){0};
    }
    return equal_lanes(s, v, &x);
}

static int implicit_length(const StringCompare *s, const X86Vec *v)
{
    static const X86Vec zero;
    uint32_t ends = equal_lanes(s, v, &zero);

    return ends ? __builtin_ctz(ends) : (int)s->lanes;
}

static int explicit_length(const StringCompare *s, uint64_t reg, bool wide)
{
    int64_t n = wide ? (int64_t)reg : (int32_t)reg;

    return n < -(int64_t)s->lanes || n > (int64_t)s->lanes ? (int)s->lanes : (int)ABS(n);
}

static uint32_t equal_any(const StringCompare *s)
{
    uint32_t found = 0;

    for (int i = 0; i < s->len_a; i++) {
        found |= lanes_like(s, &s->b, &s->a, i);
    }
    return found;
}

static int element(const StringCompare *s, const X86Vec *v, int i)
{
    if (s->imm & 1) {
        return s->imm & 2 ? (int16_t)v->w[i] : v->w[i];
    }
    return s->imm & 2 ? (int8_t)v->b[i] : v->b[i];
}

static uint32_t in_ranges(const StringCompare *s)
{
    uint32_t found = 0;

    for (int j = 0; j < s->len_b; j++) {
        int x = element(s, &s->b, j);

        for (int i = 0; i + 1 < s->len_a; i += 2) {
            bool hit = x >= element(s, &s->a, i) && x <= element(s, &s->a, i + 1);

            found |= (uint32_t)hit << j;
        }
    }
    return found;
}

/* Where a begins in b; behind the end of both vectors all is equal. */
static uint32_t equal_ordered(const StringCompare *s)
{
    uint32_t valid = (1u << s->len_b) - 1, behind = ~0u << s->lanes, found = ~0u;

    for (int i = 0; i < s->len_a; i++) {
        found &= ((lanes_like(s, &s->b, &s->a, i) & valid) | behind) >> i;
    }
    return found;
}

/* IntRes2: a bit for each element of b. */
static uint32_t compare_strings(const StringCompare *s)
{
    uint32_t all = (1u << s->lanes) - 1, res;
    uint32_t in_a = (1u << s->len_a) - 1, in_b = (1u << s->len_b) - 1;

    switch (s->imm >> 2 & 3) {
    case 0:
        res = equal_any(s) & in_b;
        break;
    case 1:
        res = in_ranges(s) & in_b;
        break;
    case 2:
        res = (equal_lanes(s, &s->a, &s->b) & in_a & in_b) | (all & ~(in_a | in_b));
        break;
    default:
        res = equal_ordered(s) & all;
        break;
    }
    switch (s->imm >> 4 & 3) {
    case 1:
        return res ^ all;
    case 3:
        return res ^ in_b;
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

/* how: of tcg/strcmp-op.h. Returns the flags. */
uint64_t helper_vec_pcmpstr(CPUX86State *env, uint64_t how)
{
    unsigned b = how & STRCMP_B_IN_ENV ? VEC_REG_TMP : how >> STRCMP_B_SHIFT & 15;
    uint8_t imm = how >> STRCMP_IMM_SHIFT;
    StringCompare s = {
        .a = read_place(env, how >> STRCMP_A_SHIFT & 15),
        .b = read_place(env, b),
        .imm = imm,
        .lanes = imm & 1 ? 8 : 16,
    };
    bool given = how & STRCMP_EXPLICIT, wide = how & STRCMP_64;

    s.len_a =
        given ? explicit_length(&s, env->regs[R_RAX], wide) : implicit_length(&s, &s.a);
    s.len_b =
        given ? explicit_length(&s, env->regs[R_RDX], wide) : implicit_length(&s, &s.b);
    uint32_t res = compare_strings(&s);

    if (how & STRCMP_INDEX) {
        unsigned none = s.lanes, first = res ? (unsigned)__builtin_ctz(res) : none;
        unsigned last = res ? 31u - (unsigned)__builtin_clz(res) : none;

        env->regs[R_RCX] = imm & 0x40 ? last : first;
    } else {
        string_mask(env, &s, res, how & STRCMP_VEX);
    }
    return (res ? CC_C : 0) | (s.len_b < (int)s.lanes ? CC_Z : 0) |
           (s.len_a < (int)s.lanes ? CC_S : 0) | (res & 1 ? CC_O : 0);
}
