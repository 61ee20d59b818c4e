/* Vector operations on integers and whole lanes: MMX, SSE2, SSSE3, SSE4. */
/* SPDX-License-Identifier: MIT */
/* SDM vol. 2, the operation sections. Lanes are little-endian; all arithmetic wraps or
 * saturates. */
#include "target/x86/vec.h"

static int64_t clamp(int64_t v, int64_t lo, int64_t hi)
{
    return v < lo ? lo : v > hi ? hi : v;
}
#define SAT_I8(v)  clamp(v, INT8_MIN, INT8_MAX)
#define SAT_I16(v) clamp(v, INT16_MIN, INT16_MAX)
#define SAT_U8(v)  clamp(v, 0, UINT8_MAX)
#define SAT_U16(v) clamp(v, 0, UINT16_MAX)

/* Lane by lane: x of a, y of b, as type T in field F of X86Vec. */
#define LANES(name, F, T, expr)                                   \
    static void name(VecCall *c)                                  \
    {                                                             \
        for (unsigned i = 0; i < c->n / sizeof(c->a.F[0]); i++) { \
            T x = (T)c->a.F[i], y = (T)c->b.F[i];                 \
            (void)x;                                              \
            c->r.F[i] = (expr);                                   \
        }                                                         \
    }

LANES(paddb, b, uint8_t, x + y)
LANES(paddw, w, uint16_t, x + y)
LANES(paddd, d, uint32_t, x + y)
LANES(paddq, q, uint64_t, x + y)
LANES(psubb, b, uint8_t, x - y)
LANES(psubw, w, uint16_t, x - y)
LANES(psubd, d, uint32_t, x - y)
LANES(psubq, q, uint64_t, x - y)
LANES(paddsb, b, int8_t, SAT_I8(x + y))
LANES(paddsw, w, int16_t, SAT_I16(x + y))
LANES(paddusb, b, uint8_t, SAT_U8(x + y))
LANES(paddusw, w, uint16_t, SAT_U16(x + y))
LANES(psubsb, b, int8_t, SAT_I8(x - y))
LANES(psubsw, w, int16_t, SAT_I16(x - y))
LANES(psubusb, b, uint8_t, SAT_U8(x - y))
LANES(psubusw, w, uint16_t, SAT_U16(x - y))
LANES(pmullw, w, int16_t, x *y)
LANES(pmulhw, w, int16_t, (x * y) >> 16)
LANES(pmulhuw, w, uint32_t, (x * y) >> 16)
LANES(pmulld, d, uint32_t, x *y)
LANES(pmulhrsw, w, int16_t, (((x * y) >> 14) + 1) >> 1)
LANES(pmuludq, q, uint64_t, (uint64_t)(uint32_t)x *(uint32_t)y)
LANES(pmuldq, q, uint64_t, (int64_t)(int32_t)x *(int32_t)y)
LANES(pavgb, b, uint8_t, (x + y + 1) >> 1)
LANES(pavgw, w, uint16_t, (x + y + 1) >> 1)
LANES(pminsb, b, int8_t, MIN(x, y))
LANES(pminsw, w, int16_t, MIN(x, y))
LANES(pminsd, d, int32_t, MIN(x, y))
LANES(pminub, b, uint8_t, MIN(x, y))
LANES(pminuw, w, uint16_t, MIN(x, y))
LANES(pminud, d, uint32_t, MIN(x, y))
LANES(pmaxsb, b, int8_t, MAX(x, y))
LANES(pmaxsw, w, int16_t, MAX(x, y))
LANES(pmaxsd, d, int32_t, MAX(x, y))
LANES(pmaxub, b, uint8_t, MAX(x, y))
LANES(pmaxuw, w, uint16_t, MAX(x, y))
LANES(pmaxud, d, uint32_t, MAX(x, y))
LANES(pcmpeqb, b, uint8_t, x == y ? -1 : 0)
LANES(pcmpeqw, w, uint16_t, x == y ? -1 : 0)
LANES(pcmpeqd, d, uint32_t, x == y ? -1 : 0)
LANES(pcmpeqq, q, uint64_t, x == y ? -1 : 0)
LANES(pcmpgtb, b, int8_t, x > y ? -1 : 0)
LANES(pcmpgtw, w, int16_t, x > y ? -1 : 0)
LANES(pcmpgtd, d, int32_t, x > y ? -1 : 0)
LANES(pcmpgtq, q, int64_t, x > y ? -1 : 0)
LANES(pand, q, uint64_t, x &y)
LANES(pandn, q, uint64_t, ~x &y)
LANES(por, q, uint64_t, x | y)
LANES(pxor, q, uint64_t, x ^ y)
LANES(psignb, b, int8_t, y < 0 ? -x : y ? x : 0)
LANES(psignw, w, int16_t, y < 0 ? -x : y ? x : 0)
LANES(psignd, d, int32_t, (uint32_t)(y < 0 ? -(int64_t)x : y ? x : 0))
LANES(pabsb, b, int8_t, y < 0 ? -y : y)
LANES(pabsw, w, int16_t, y < 0 ? -y : y)
LANES(pabsd, d, int32_t, (uint32_t)(y < 0 ? -(int64_t)y : y))

/* Shifts: one count for all lanes, in b. */
#define SHIFT(name, F, T, bits, expr, over)                       \
    static void name(VecCall *c)                                  \
    {                                                             \
        uint64_t n = c->b.q[0];                                   \
        for (unsigned i = 0; i < c->n / sizeof(c->a.F[0]); i++) { \
            T x = (T)c->a.F[i];                                   \
            c->r.F[i] = n < (bits) ? (T)(expr) : (T)(over);       \
        }                                                         \
    }
SHIFT(psrlw, w, uint16_t, 16, x >> n, 0)
SHIFT(psrld, d, uint32_t, 32, x >> n, 0)
SHIFT(psrlq, q, uint64_t, 64, x >> n, 0)
SHIFT(psllw, w, uint16_t, 16, x << n, 0)
SHIFT(pslld, d, uint32_t, 32, x << n, 0)
SHIFT(psllq, q, uint64_t, 64, x << n, 0)
SHIFT(psraw, w, int16_t, 16, x >> n, x >> 15)
SHIFT(psrad, d, int32_t, 32, x >> n, x >> 31)

static void psrldq(VecCall *c)
{
    unsigned n = MIN(c->imm, 16);

    for (unsigned i = 0; i < 16; i++) {
        c->r.b[i] = i + n < 16 ? c->a.b[i + n] : 0;
    }
}

static void pslldq(VecCall *c)
{
    unsigned n = MIN(c->imm, 16);

    for (unsigned i = 0; i < 16; i++) {
        c->r.b[i] = i >= n ? c->a.b[i - n] : 0;
    }
}

/* Low or high halves of both sources, interleaved. */
#define UNPACK(name, F, high)                                    \
    static void name(VecCall *c)                                 \
    {                                                            \
        unsigned half = c->n / sizeof(c->a.F[0]) / 2;            \
        for (unsigned i = 0; i < half; i++) {                    \
            c->r.F[2 * i] = c->a.F[i + ((high) ? half : 0)];     \
            c->r.F[2 * i + 1] = c->b.F[i + ((high) ? half : 0)]; \
        }                                                        \
    }
UNPACK(punpcklbw, b, false)
UNPACK(punpcklwd, w, false)
UNPACK(punpckldq, d, false)
UNPACK(punpcklqdq, q, false)
UNPACK(punpckhbw, b, true)
UNPACK(punpckhwd, w, true)
UNPACK(punpckhdq, d, true)
UNPACK(punpckhqdq, q, true)

/* Lanes of a, then of b, at half the width, saturated. */
#define PACK(name, from, S, to, sat)                   \
    static void name(VecCall *c)                       \
    {                                                  \
        unsigned lanes = c->n / sizeof(c->a.from[0]);  \
        for (unsigned i = 0; i < lanes; i++) {         \
            c->r.to[i] = sat((S)c->a.from[i]);         \
            c->r.to[i + lanes] = sat((S)c->b.from[i]); \
        }                                              \
    }
PACK(packsswb, w, int16_t, b, SAT_I8)
PACK(packuswb, w, int16_t, b, SAT_U8)
PACK(packssdw, d, int32_t, w, SAT_I16)
PACK(packusdw, d, int32_t, w, SAT_U16)

/* Neighbouring lanes of a, then of b, combined. */
#define HORIZONTAL(name, F, T, expr)                          \
    static void name(VecCall *c)                              \
    {                                                         \
        unsigned half = c->n / sizeof(c->a.F[0]) / 2;         \
        for (unsigned i = 0; i < half; i++) {                 \
            T x = (T)c->a.F[2 * i], y = (T)c->a.F[2 * i + 1]; \
            c->r.F[i] = (expr);                               \
            x = (T)c->b.F[2 * i];                             \
            y = (T)c->b.F[2 * i + 1];                         \
            c->r.F[i + half] = (expr);                        \
        }                                                     \
    }
HORIZONTAL(phaddw, w, int16_t, x + y)
HORIZONTAL(phaddd, d, uint32_t, x + y)
HORIZONTAL(phaddsw, w, int16_t, SAT_I16(x + y))
HORIZONTAL(phsubw, w, int16_t, x - y)
HORIZONTAL(phsubd, d, uint32_t, x - y)
HORIZONTAL(phsubsw, w, int16_t, SAT_I16(x - y))

static void pmaddwd(VecCall *c)
{
    for (unsigned i = 0; i < c->n / 4; i++) {
        int64_t lo = (int16_t)c->a.w[2 * i] * (int16_t)c->b.w[2 * i];
        int64_t hi = (int16_t)c->a.w[2 * i + 1] * (int16_t)c->b.w[2 * i + 1];

        c->r.d[i] = (uint32_t)(lo + hi);
    }
}

static void pmaddubsw(VecCall *c)
{
    for (unsigned i = 0; i < c->n / 2; i++) {
        int lo = c->a.b[2 * i] * (int8_t)c->b.b[2 * i];
        int hi = c->a.b[2 * i + 1] * (int8_t)c->b.b[2 * i + 1];

        c->r.w[i] = SAT_I16(lo + hi);
    }
}

static void psadbw(VecCall *c)
{
    for (unsigned q = 0; q < c->n / 8; q++) {
        unsigned sum = 0;

        for (unsigned i = 8 * q; i < 8 * q + 8; i++) {
            sum += ABS(c->a.b[i] - c->b.b[i]);
        }
        c->r.q[q] = sum;
    }
}

static void pshufb(VecCall *c)
{
    for (unsigned i = 0; i < c->n; i++) {
        uint8_t sel = c->b.b[i];

        c->r.b[i] = sel & 0x80 ? 0 : c->a.b[sel & (c->n - 1)];
    }
}

static void pshufw(VecCall *c)
{
    for (unsigned i = 0; i < 4; i++) {
        c->r.w[i] = c->b.w[c->imm >> (2 * i) & 3];
    }
}

static void pshufd(VecCall *c)
{
    for (unsigned i = 0; i < 4; i++) {
        c->r.d[i] = c->b.d[c->imm >> (2 * i) & 3];
    }
}

static void pshuflw(VecCall *c)
{
    c->r.q[1] = c->b.q[1];
    pshufw(c);
}

static void pshufhw(VecCall *c)
{
    c->r.q[0] = c->b.q[0];
    for (unsigned i = 0; i < 4; i++) {
        c->r.w[4 + i] = c->b.w[4 + (c->imm >> (2 * i) & 3)];
    }
}

static void shufps(VecCall *c)
{
    for (unsigned i = 0; i < 4; i++) {
        c->r.d[i] = (i < 2 ? &c->a : &c->b)->d[c->imm >> (2 * i) & 3];
    }
}

static void shufpd(VecCall *c)
{
    unsigned sel = c->imm >> 2 * c->half;

    c->r.q[0] = c->a.q[sel & 1];
    c->r.q[1] = c->b.q[sel >> 1 & 1];
}

static void movddup(VecCall *c)
{
    c->r.q[0] = c->r.q[1] = c->b.q[0];
}

static void movsldup(VecCall *c)
{
    c->r.d[0] = c->r.d[1] = c->b.d[0];
    c->r.d[2] = c->r.d[3] = c->b.d[2];
}

static void movshdup(VecCall *c)
{
    c->r.d[0] = c->r.d[1] = c->b.d[1];
    c->r.d[2] = c->r.d[3] = c->b.d[3];
}

static void palignr(VecCall *c)
{
    uint8_t both[32];

    memcpy(both, c->b.b, c->n);
    memcpy(both + c->n, c->a.b, c->n);
    for (unsigned i = 0; i < c->n; i++) {
        c->r.b[i] = i + c->imm < 2 * c->n ? both[i + c->imm] : 0;
    }
}

/* Lanes of b where the selector's bit is set, of a elsewhere; the upper half's selector.
 */
#define BLEND_IMM(name, F, upper)                               \
    static void name(VecCall *c)                                \
    {                                                           \
        unsigned sel = c->half ? c->imm >> (upper) : c->imm;    \
        for (unsigned i = 0; i < 16 / sizeof(c->a.F[0]); i++) { \
            c->r.F[i] = (sel >> i & 1 ? &c->b : &c->a)->F[i];   \
        }                                                       \
    }
BLEND_IMM(blendps, d, 4)
BLEND_IMM(blendpd, q, 2)
BLEND_IMM(pblendw, w, 0)

static void insertps(VecCall *c)
{
    c->r.d[c->imm >> 4 & 3] = c->b.d[c->imm >> 6];
    for (unsigned i = 0; i < 4; i++) {
        if (c->imm >> i & 1) {
            c->r.d[i] = 0;
        }
    }
}

static void mpsadbw(VecCall *c)
{
    unsigned sel = c->imm >> 3 * c->half, from_a = sel & 4, from_b = (sel & 3) * 4;

    for (unsigned i = 0; i < 8; i++) {
        unsigned sum = 0;

        for (unsigned k = 0; k < 4; k++) {
            sum += ABS(c->a.b[from_a + i + k] - c->b.b[from_b + k]);
        }
        c->r.w[i] = sum;
    }
}

static void phminposuw(VecCall *c)
{
    unsigned at = 0;

    for (unsigned i = 1; i < 8; i++) {
        at = c->b.w[i] < c->b.w[at] ? i : at;
    }
    c->r.q[0] = c->b.w[at] | at << 16;
    c->r.q[1] = 0;
}

/* The low lanes of b, widened. */
#define WIDEN(name, from, S, to)                                   \
    static void name(VecCall *c)                                   \
    {                                                              \
        for (unsigned i = 0; i < c->n / sizeof(c->a.to[0]); i++) { \
            c->r.to[i] = (S)c->b.from[i];                          \
        }                                                          \
    }
WIDEN(pmovsxbw, b, int8_t, w)
WIDEN(pmovsxbd, b, int8_t, d)
WIDEN(pmovsxbq, b, int8_t, q)
WIDEN(pmovsxwd, w, int16_t, d)
WIDEN(pmovsxwq, w, int16_t, q)
WIDEN(pmovsxdq, d, int32_t, q)
WIDEN(pmovzxbw, b, uint8_t, w)
WIDEN(pmovzxbd, b, uint8_t, d)
WIDEN(pmovzxbq, b, uint8_t, q)
WIDEN(pmovzxwd, w, uint16_t, d)
WIDEN(pmovzxwq, w, uint16_t, q)
WIDEN(pmovzxdq, d, uint32_t, q)

/* --- masks and single elements --- */

/* Lanes of b where the sign of the mask's lane is set, of a elsewhere. */
#define BLENDV(name, F, T)                                            \
    static void name(VecCall *c)                                      \
    {                                                                 \
        for (unsigned i = 0; i < c->n / sizeof(c->a.F[0]); i++) {     \
            c->r.F[i] = ((T)c->third.F[i] < 0 ? &c->b : &c->a)->F[i]; \
        }                                                             \
    }
BLENDV(pblendvb, b, int8_t)
BLENDV(blendvps, d, int32_t)
BLENDV(blendvpd, q, int64_t)

/* The signs of b's lanes, as bits of an integer. */
#define MOVMSK(name, F, T)                                        \
    static void name(VecCall *c)                                  \
    {                                                             \
        uint64_t mask = 0;                                        \
        for (unsigned i = 0; i < c->n / sizeof(c->a.F[0]); i++) { \
            mask |= (uint64_t)((T)c->b.F[i] < 0) << i;            \
        }                                                         \
        c->r.q[0] = mask;                                         \
    }
MOVMSK(movmskps, d, int32_t)
MOVMSK(movmskpd, q, int64_t)
MOVMSK(pmovmskb, b, int8_t)

/* ZF: a & b is 0 where `bits` are; CF: ~a & b. */
static void test(VecCall *c, uint64_t bits)
{
    uint64_t both = 0, outside = 0;

    for (unsigned i = 0; i < c->n / 8; i++) {
        both |= c->a.q[i] & c->b.q[i] & bits;
        outside |= ~c->a.q[i] & c->b.q[i] & bits;
    }
    c->r.q[0] = (both ? 0 : CC_Z) | (outside ? 0 : CC_C);
}

static void ptest(VecCall *c)
{
    test(c, UINT64_MAX);
}

static void vtestps(VecCall *c)
{
    test(c, 0x8000000080000000);
}

static void vtestpd(VecCall *c)
{
    test(c, 1ull << 63);
}

static void movss(VecCall *c)
{
    c->r.d[0] = c->b.d[0];
}

static void movsd(VecCall *c)
{
    c->r.q[0] = c->b.q[0];
}

static void movhlps(VecCall *c)
{
    c->r.q[0] = c->b.q[1];
}

static void movlhps(VecCall *c)
{
    c->r.q[1] = c->b.q[0];
}

/* The low half, or an integer that has been zero-extended. */
static void movq(VecCall *c)
{
    c->r.q[0] = c->b.q[0];
    c->r.q[1] = 0;
}

/* An integer replaces element imm of a; element imm of b becomes an integer. */
#define ELEMENT(F, name)                                           \
    static void pinsr##name(VecCall *c)                            \
    {                                                              \
        c->r.F[c->imm & (16 / sizeof(c->r.F[0]) - 1)] = c->b.q[0]; \
    }                                                              \
    static void pextr##name(VecCall *c)                            \
    {                                                              \
        c->r.q[0] = c->b.F[c->imm & (16 / sizeof(c->r.F[0]) - 1)]; \
    }
ELEMENT(b, b)
ELEMENT(w, w)
ELEMENT(d, d)
ELEMENT(q, q)

#define FN(VOP, fn) [VOP_##VOP] = fn
VecFn *const vec_int_fns[NR_VOPS] = {
    FN(PBLENDVB, pblendvb),
    FN(BLENDVPS, blendvps),
    FN(BLENDVPD, blendvpd),
    FN(MOVMSKPS, movmskps),
    FN(MOVMSKPD, movmskpd),
    FN(PMOVMSKB, pmovmskb),
    FN(PTEST, ptest),
    FN(VTESTPS, vtestps),
    FN(VTESTPD, vtestpd),
    FN(MOVSS, movss),
    FN(MOVSD, movsd),
    FN(MOVHLPS, movhlps),
    FN(MOVLHPS, movlhps),
    FN(MOVQ, movq),
    FN(MOVD, movq),
    FN(PINSRB, pinsrb),
    FN(PINSRW, pinsrw),
    FN(PINSRD, pinsrd),
    FN(PINSRQ, pinsrq),
    FN(PEXTRB, pextrb),
    FN(PEXTRW, pextrw),
    FN(PEXTRD, pextrd),
    FN(PEXTRQ, pextrq),
    FN(PADDB, paddb),
    FN(PADDW, paddw),
    FN(PADDD, paddd),
    FN(PADDQ, paddq),
    FN(PSUBB, psubb),
    FN(PSUBW, psubw),
    FN(PSUBD, psubd),
    FN(PSUBQ, psubq),
    FN(PADDSB, paddsb),
    FN(PADDSW, paddsw),
    FN(PADDUSB, paddusb),
    FN(PADDUSW, paddusw),
    FN(PSUBSB, psubsb),
    FN(PSUBSW, psubsw),
    FN(PSUBUSB, psubusb),
    FN(PSUBUSW, psubusw),
    FN(PMULLW, pmullw),
    FN(PMULHW, pmulhw),
    FN(PMULHUW, pmulhuw),
    FN(PMULLD, pmulld),
    FN(PMULHRSW, pmulhrsw),
    FN(PMULUDQ, pmuludq),
    FN(PMULDQ, pmuldq),
    FN(PAVGB, pavgb),
    FN(PAVGW, pavgw),
    FN(PMINSB, pminsb),
    FN(PMINSW, pminsw),
    FN(PMINSD, pminsd),
    FN(PMINUB, pminub),
    FN(PMINUW, pminuw),
    FN(PMINUD, pminud),
    FN(PMAXSB, pmaxsb),
    FN(PMAXSW, pmaxsw),
    FN(PMAXSD, pmaxsd),
    FN(PMAXUB, pmaxub),
    FN(PMAXUW, pmaxuw),
    FN(PMAXUD, pmaxud),
    FN(PCMPEQB, pcmpeqb),
    FN(PCMPEQW, pcmpeqw),
    FN(PCMPEQD, pcmpeqd),
    FN(PCMPEQQ, pcmpeqq),
    FN(PCMPGTB, pcmpgtb),
    FN(PCMPGTW, pcmpgtw),
    FN(PCMPGTD, pcmpgtd),
    FN(PCMPGTQ, pcmpgtq),
    FN(PAND, pand),
    FN(PANDN, pandn),
    FN(POR, por),
    FN(PXOR, pxor),
    FN(ANDPS, pand),
    FN(ANDPD, pand),
    FN(ANDNPS, pandn),
    FN(ANDNPD, pandn),
    FN(ORPS, por),
    FN(ORPD, por),
    FN(XORPS, pxor),
    FN(XORPD, pxor),
    FN(PSIGNB, psignb),
    FN(PSIGNW, psignw),
    FN(PSIGND, psignd),
    FN(PABSB, pabsb),
    FN(PABSW, pabsw),
    FN(PABSD, pabsd),
    FN(PSRLW, psrlw),
    FN(PSRLD, psrld),
    FN(PSRLQ, psrlq),
    FN(PSLLW, psllw),
    FN(PSLLD, pslld),
    FN(PSLLQ, psllq),
    FN(PSRAW, psraw),
    FN(PSRAD, psrad),
    FN(PSRLDQ, psrldq),
    FN(PSLLDQ, pslldq),
    FN(PUNPCKLBW, punpcklbw),
    FN(PUNPCKLWD, punpcklwd),
    FN(PUNPCKLDQ, punpckldq),
    FN(PUNPCKLQDQ, punpcklqdq),
    FN(PUNPCKHBW, punpckhbw),
    FN(PUNPCKHWD, punpckhwd),
    FN(PUNPCKHDQ, punpckhdq),
    FN(PUNPCKHQDQ, punpckhqdq),
    FN(UNPCKLPS, punpckldq),
    FN(UNPCKLPD, punpcklqdq),
    FN(UNPCKHPS, punpckhdq),
    FN(UNPCKHPD, punpckhqdq),
    FN(PACKSSWB, packsswb),
    FN(PACKUSWB, packuswb),
    FN(PACKSSDW, packssdw),
    FN(PACKUSDW, packusdw),
    FN(PHADDW, phaddw),
    FN(PHADDD, phaddd),
    FN(PHADDSW, phaddsw),
    FN(PHSUBW, phsubw),
    FN(PHSUBD, phsubd),
    FN(PHSUBSW, phsubsw),
    FN(PMADDWD, pmaddwd),
    FN(PMADDUBSW, pmaddubsw),
    FN(PSADBW, psadbw),
    FN(PSHUFB, pshufb),
    FN(PSHUFW, pshufw),
    FN(PSHUFD, pshufd),
    FN(PSHUFLW, pshuflw),
    FN(PSHUFHW, pshufhw),
    FN(SHUFPS, shufps),
    FN(SHUFPD, shufpd),
    FN(MOVDDUP, movddup),
    FN(MOVSLDUP, movsldup),
    FN(MOVSHDUP, movshdup),
    FN(PALIGNR, palignr),
    FN(BLENDPS, blendps),
    FN(BLENDPD, blendpd),
    FN(PBLENDW, pblendw),
    FN(INSERTPS, insertps),
    FN(MPSADBW, mpsadbw),
    FN(PHMINPOSUW, phminposuw),
    FN(PMOVSXBW, pmovsxbw),
    FN(PMOVSXBD, pmovsxbd),
    FN(PMOVSXBQ, pmovsxbq),
    FN(PMOVSXWD, pmovsxwd),
    FN(PMOVSXWQ, pmovsxwq),
    FN(PMOVSXDQ, pmovsxdq),
    FN(PMOVZXBW, pmovzxbw),
    FN(PMOVZXBD, pmovzxbd),
    FN(PMOVZXBQ, pmovzxbq),
    FN(PMOVZXWD, pmovzxwd),
    FN(PMOVZXWQ, pmovzxwq),
    FN(PMOVZXDQ, pmovzxdq),
};
