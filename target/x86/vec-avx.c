/* Vector operations that have AVX encodings only: permutations, broadcasts, AVX2, VNNI.
 */
/* SPDX-License-Identifier: MIT */
/* SDM vol. 2, the operation sections. */
#include "target/x86/vec.h"

/* --- permutations --- */

static void vpermilps(VecCall *c)
{
    for (unsigned i = 0; i < 4; i++) {
        c->r.d[i] = c->a.d[c->b.d[i] & 3];
    }
}

static void vpermilpd(VecCall *c)
{
    for (unsigned i = 0; i < 2; i++) {
        c->r.q[i] = c->a.q[c->b.q[i] >> 1 & 1];
    }
}

static void vpermilps_i(VecCall *c)
{
    for (unsigned i = 0; i < 4; i++) {
        c->r.d[i] = c->b.d[c->imm >> (2 * i) & 3];
    }
}

static void vpermilpd_i(VecCall *c)
{
    unsigned sel = c->imm >> 2 * c->half;

    c->r.q[0] = c->b.q[sel & 1];
    c->r.q[1] = c->b.q[sel >> 1 & 1];
}

/* The first source selects, the second is selected from. */
static void vpermd(VecCall *c)
{
    for (unsigned i = 0; i < 8; i++) {
        c->r.d[i] = c->b.d[c->a.d[i] & 7];
    }
}

static void vpermq(VecCall *c)
{
    for (unsigned i = 0; i < 4; i++) {
        c->r.q[i] = c->b.q[c->imm >> (2 * i) & 3];
    }
}

/* Half `at` of r, by four bits of the immediate: one of four halves, or zero. */
static void permute_half(VecCall *c, unsigned at, unsigned sel)
{
    const X86Vec *from = sel & 2 ? &c->b : &c->a;

    for (unsigned i = 0; i < 2; i++) {
        c->r.q[2 * at + i] = sel & 8 ? 0 : from->q[2 * (sel & 1) + i];
    }
}

static void vperm2x128(VecCall *c)
{
    permute_half(c, 0, c->imm & 15);
    permute_half(c, 1, c->imm >> 4);
}

static void vinsert128(VecCall *c)
{
    memcpy(c->r.b + 16 * (c->imm & 1), c->b.b, 16);
}

static void vextract128(VecCall *c)
{
    X86Vec v = {0};

    memcpy(v.b, c->b.b + 16 * (c->imm & 1), 16);
    c->r = v;
}

/* --- broadcasts of b's lowest element --- */

#define BROADCAST(name, F)                                        \
    static void name(VecCall *c)                                  \
    {                                                             \
        for (unsigned i = 0; i < c->n / sizeof(c->r.F[0]); i++) { \
            c->r.F[i] = c->b.F[0];                                \
        }                                                         \
    }
BROADCAST(vpbroadcastb, b)
BROADCAST(vpbroadcastw, w)
BROADCAST(vpbroadcastd, d)
BROADCAST(vpbroadcastq, q)

static void vbroadcast128(VecCall *c)
{
    memcpy(c->r.b, c->b.b, 16);
    memcpy(c->r.b + 16, c->b.b, 16);
}

/* --- shifts with a count for each lane --- */

#define SHIFT(name, F, T, bits, expr, over)                       \
    static void name(VecCall *c)                                  \
    {                                                             \
        for (unsigned i = 0; i < c->n / sizeof(c->a.F[0]); i++) { \
            T x = (T)c->a.F[i];                                   \
            uint64_t n = c->b.F[i];                               \
            c->r.F[i] = n < (bits) ? (T)(expr) : (T)(over);       \
        }                                                         \
    }
SHIFT(vpsrlvd, d, uint32_t, 32, x >> n, 0)
SHIFT(vpsrlvq, q, uint64_t, 64, x >> n, 0)
SHIFT(vpsllvd, d, uint32_t, 32, x << n, 0)
SHIFT(vpsllvq, q, uint64_t, 64, x << n, 0)
SHIFT(vpsravd, d, int32_t, 32, x >> n, x >> 31)

static void vpblendd(VecCall *c)
{
    unsigned sel = c->imm >> 4 * c->half;

    for (unsigned i = 0; i < 4; i++) {
        c->r.d[i] = (sel >> i & 1 ? &c->b : &c->a)->d[i];
    }
}

/* --- AVX-VNNI: sums of products are added to a --- */

static int64_t dot_bytes(const VecCall *c, unsigned i)
{
    int64_t sum = 0;

    for (unsigned k = 4 * i; k < 4 * i + 4; k++) {
        sum += c->b.b[k] * (int8_t)c->third.b[k];
    }
    return sum;
}

static int64_t dot_words(const VecCall *c, unsigned i)
{
    int64_t sum = 0;

    for (unsigned k = 2 * i; k < 2 * i + 2; k++) {
        sum += (int16_t)c->b.w[k] * (int16_t)c->third.w[k];
    }
    return sum;
}

#define DOT(name, fn, result)                            \
    static void name(VecCall *c)                         \
    {                                                    \
        for (unsigned i = 0; i < c->n / 4; i++) {        \
            int64_t sum = (int32_t)c->a.d[i] + fn(c, i); \
            c->r.d[i] = (uint32_t)(result);              \
        }                                                \
    }
#define SAT_I32(v) ((v) < INT32_MIN ? INT32_MIN : (v) > INT32_MAX ? INT32_MAX : (v))
DOT(vpdpbusd, dot_bytes, sum)
DOT(vpdpbusds, dot_bytes, SAT_I32(sum))
DOT(vpdpwssd, dot_words, sum)
DOT(vpdpwssds, dot_words, SAT_I32(sum))

#define FN(VOP, fn) [VOP_##VOP] = fn
VecFn *const vec_avx_fns[NR_VOPS] = {
    FN(VPERMILPS, vpermilps),
    FN(VPERMILPD, vpermilpd),
    FN(VPERMILPS_I, vpermilps_i),
    FN(VPERMILPD_I, vpermilpd_i),
    FN(VPERMPS, vpermd),
    FN(VPERMD, vpermd),
    FN(VPERMQ, vpermq),
    FN(VPERM2X128, vperm2x128),
    FN(VINSERT128, vinsert128),
    FN(VEXTRACT128, vextract128),
    FN(VPBROADCASTB, vpbroadcastb),
    FN(VPBROADCASTW, vpbroadcastw),
    FN(VPBROADCASTD, vpbroadcastd),
    FN(VPBROADCASTQ, vpbroadcastq),
    FN(VBROADCAST128, vbroadcast128),
    FN(VPSRLVD, vpsrlvd),
    FN(VPSRLVQ, vpsrlvq),
    FN(VPSLLVD, vpsllvd),
    FN(VPSLLVQ, vpsllvq),
    FN(VPSRAVD, vpsravd),
    FN(VPBLENDD, vpblendd),
    FN(VPDPBUSD, vpdpbusd),
    FN(VPDPBUSDS, vpdpbusds),
    FN(VPDPWSSD, vpdpwssd),
    FN(VPDPWSSDS, vpdpwssds),
};
