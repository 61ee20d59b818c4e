/* AES, SHA and carry-less products on an aarch64 host. */
/* SPDX-License-Identifier: MIT */
/*
 * x86 adds the round key at the end of a round, Arm at its beginning (with zero then).
 * x86 has words of SHA in the other order, and two rounds of SHA-256 where Arm has four:
 * after four, C D G H are A B E F of after two. SDM vol. 2, AESENC, SHA256RNDS2 ...; Arm
 * ARM, AESE, SHA256H ...
 */
#include "tcg/aarch64-simd-enc.h"
#include "tcg/aarch64-simd.h"

static unsigned zero(A64 *x)
{
    unsigned r = v_tmp(x);
    asm_insn(&x->a, V_ZERO | r);
    return r;
}

/* ---- AES ---- */

/* opc: AESE or AESD. */
static void aes_round(A64 *x, const VArgs *v, uint32_t mix)
{
    bool in_place = v->d == v->a && v->d != v->b;
    unsigned t = in_place ? v_const(x, V_ZERO) : zero(x), d = in_place ? v->d : t;
    asm_v2(&x->a, v->opc, d, in_place ? t : v->a);
    if (mix) {
        asm_v2(&x->a, mix, d, d);
    }
    asm_v3(&x->a, V_EOR, v->d, d, v->b);
}

void v_aes(A64 *x, const VArgs *v)
{
    aes_round(x, v, v->opc == V_AESE ? V_AESMC : V_AESIMC);
}

void v_aes_last(A64 *x, const VArgs *v)
{
    aes_round(x, v, 0);
}

/* ---- carry-less products ---- */

void v_pclmul(A64 *x, const VArgs *v)
{
    bool high_a = v->op->imm & 1, high_b = v->op->imm & 16;
    if (high_a == high_b) {
        asm_v3(&x->a, V_PMULL | (high_a ? V16B : 0), v->d, v->a, v->b);
        return;
    }
    unsigned t = v_tmp(x);
    asm_v2(&x->a, V_DUP | v_lane(3, 1), t, high_a ? v->a : v->b);
    asm_v3(&x->a, V_PMULL, v->d, t, high_a ? v->b : v->a);
}

/* ---- SHA-1 ---- */

/* d = words of n in the other order. */
static void reverse_words(A64 *x, unsigned d, unsigned n)
{
    asm_v2(&x->a, V_REV64 | V4S, d, n);
    asm_v3(&x->a, V_EXT | 8 << 11, d, d, d);
}

/* E is in the first word of b already. */
void v_sha1_rounds(A64 *x, const VArgs *v)
{
    static const uint32_t keys[] = {0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xca62c1d6};
    static const uint32_t rounds[] = {V_SHA1C, V_SHA1P, V_SHA1M, V_SHA1P};
    unsigned abcd = v_tmp(x), w = v_tmp(x), key = v_tmp(x);
    unsigned which = v->op->imm & 3;
    reverse_words(x, abcd, v->a);
    reverse_words(x, w, v->b);
    asm_movi(&x->a, T0, keys[which]);
    asm_v2(&x->a, V_DUP_GPR | v_lane(2, 0), key, T0);
    asm_v3(&x->a, V_ADD | V4S, w, w, key);
    asm_insn(&x->a, V_ZERO | key);
    asm_v3(&x->a, rounds[which], abcd, key, w);
    reverse_words(x, v->d, abcd);
}

/* A, rotated by 30, is added to the first word: the upper element. */
void v_sha1_nexte(A64 *x, const VArgs *v)
{
    unsigned t = v_tmp(x), e = zero(x);
    asm_v2(&x->a, V_DUP | v_lane(2, 3), t, v->a);
    asm_v2(&x->a, V_SHA1H, t, t);
    asm_v2(&x->a, V_INS | v_lane(2, 3), e, t);
    asm_v3(&x->a, V_ADD | V4S, v->d, v->b, e);
}

void v_sha1_msg1(A64 *x, const VArgs *v)
{
    unsigned t = v_tmp(x);
    asm_v3(&x->a, V_EXT | 8 << 11, t, v->b, v->a);
    asm_v3(&x->a, V_EOR, v->d, v->a, t);
}

/* d = words of n rotated left by one. */
static void rotate_words(A64 *x, unsigned d, unsigned n)
{
    asm_v2(&x->a, V_SHL | v_left(2, 1), d, n);
    asm_v2(&x->a, V_USRA | v_right(2, 31), d, n);
}

/* The last word depends on the first. */
void v_sha1_msg2(A64 *x, const VArgs *v)
{
    unsigned z = zero(x), t = v_tmp(x), u = v_tmp(x);
    asm_v3(&x->a, V_EXT | 12 << 11, t, z, v->b);
    asm_v3(&x->a, V_EOR, t, t, v->a);
    rotate_words(x, u, t);
    rotate_words(x, t, u);
    asm_v3(&x->a, V_EXT | 12 << 11, t, t, z);
    asm_v3(&x->a, V_EOR, v->d, u, t);
}

/* ---- SHA-256 ---- */

void v_sha256_rounds(A64 *x, const VArgs *v)
{
    unsigned abef = v_tmp(x), cdgh = v_tmp(x), abcd = v_tmp(x), t = v_tmp(x);
    asm_v2(&x->a, V_REV64 | V4S, abef, v->b);
    asm_v2(&x->a, V_REV64 | V4S, cdgh, v->a);
    asm_v3(&x->a, V_ZIP2 | V2D, abcd, abef, cdgh);
    asm_v3(&x->a, V_ZIP1 | V2D, abef, abef, cdgh); /* efgh */
    asm_vmov(&x->a, t, abcd);
    asm_v3(&x->a, V_SHA256H, t, abef, v->c);
    asm_v3(&x->a, V_SHA256H2, abef, abcd, v->c);
    asm_v3(&x->a, V_ZIP2 | V2D, t, abef, t);
    asm_v2(&x->a, V_REV64 | V4S, v->d, t);
}

void v_sha256_msg1(A64 *x, const VArgs *v)
{
    v_insert(x, v, V_SHA256SU0);
}

/* Arm's adds W[t - 7], which x86 leaves to the program. */
void v_sha256_msg2(A64 *x, const VArgs *v)
{
    unsigned z = zero(x), t = v_tmp(x), d = v_tmp(x);
    asm_vmov(&x->a, t, v->b);
    asm_v2(&x->a, V_INS | v_lane(2, 0), t, z);
    asm_vmov(&x->a, d, v->a);
    asm_v3(&x->a, V_SHA256SU1, d, z, t);
    asm_vmov(&x->a, v->d, d);
}
