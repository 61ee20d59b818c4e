/* Shuffles on an aarch64 host: the fewest instructions that move elements so. */
/* SPDX-License-Identifier: MIT */
/*
 * An instruction that has most elements right comes first, INS puts the others right. The
 * instructions that are tried are those that move whole elements between two registers.
 */
#include "tcg/aarch64-simd-enc.h"
#include "tcg/aarch64-simd.h"

/* An instruction on two registers, and how it fills element i of n: 0 ... n - 1 are
 * elements of the first one, the others of the second. */
typedef struct Mover {
    uint32_t opc;
    unsigned (*from)(unsigned i, unsigned n);
} Mover;

static unsigned from_zip1(unsigned i, unsigned n)
{
    return i / 2 + (i & 1) * n;
}
static unsigned from_zip2(unsigned i, unsigned n)
{
    return from_zip1(i, n) + n / 2;
}
static unsigned from_uzp1(unsigned i, unsigned n)
{
    return 2 * i;
}
static unsigned from_uzp2(unsigned i, unsigned n)
{
    return 2 * i + 1;
}
static unsigned from_trn1(unsigned i, unsigned n)
{
    return (i & ~1u) + (i & 1) * n;
}
static unsigned from_trn2(unsigned i, unsigned n)
{
    return from_trn1(i, n) + 1;
}

static const Mover movers[] = {
    {V_ZIP1, from_zip1},
    {V_ZIP2, from_zip2},
    {V_UZP1, from_uzp1},
    {V_UZP2, from_uzp2},
    {V_TRN1, from_trn1},
    {V_TRN2, from_trn2},
};

/* What is known of the best instruction so far. */
typedef struct Search {
    const uint8_t *map;
    unsigned n, size;
    unsigned a, b;  /* the registers */
    uint32_t wrong; /* elements that it does not put right */
    uint32_t word;  /* without its d; 0: nothing, d is a */
    bool found;
} Search;

/* The elements that are wrong when i comes from got[i]. */
static uint32_t wrong_elements(const Search *s, const uint8_t *got)
{
    uint32_t wrong = 0;
    for (unsigned i = 0; i < s->n; i++) {
        unsigned want = s->a == s->b ? s->map[i] % s->n : s->map[i];
        unsigned have = s->a == s->b ? got[i] % s->n : got[i];
        wrong |= want != have ? 1u << i : 0;
    }
    return wrong;
}

static void consider(Search *s, const uint8_t *got, uint32_t word)
{
    uint32_t wrong = wrong_elements(s, got);
    if (!s->found || popcount64(wrong) < popcount64(s->wrong)) {
        s->found = true;
        s->wrong = wrong;
        s->word = word;
    }
}

/* Instructions on registers p and q, each 0 for a and 1 for b. */
static void consider_pair(Search *s, unsigned p, unsigned q)
{
    unsigned n = s->n, regs[] = {s->a, s->b};
    uint32_t words = v_m(regs[q]) | regs[p] << 5;
    uint8_t got[16];
    for (unsigned k = 0; k < ARRAY_SIZE(movers); k++) {
        for (unsigned i = 0; i < n; i++) {
            unsigned from = movers[k].from(i, n);
            got[i] = from < n ? p * n + from : q * n + from - n;
        }
        consider(s, got, movers[k].opc | V16B | s->size << 22 | words);
    }
    for (unsigned by = 1; by < n; by++) {
        for (unsigned i = 0; i < n; i++) {
            got[i] = i + by < n ? p * n + i + by : q * n + i + by - n;
        }
        consider(s, got, V_EXT | (by << s->size) << 11 | words);
    }
}

static void consider_single(Search *s, unsigned p)
{
    unsigned n = s->n, reg = p ? s->b : s->a;
    uint8_t got[16];
    for (unsigned i = 0; i < n; i++) {
        got[i] = p * n + i;
    }
    consider(s, got, V_ORR | v_m(reg) | reg << 5);
    for (unsigned k = 0; k < n; k++) {
        memset(got, p * n + k, n);
        consider(s, got, V_DUP | v_lane(s->size, k) | reg << 5);
    }
    if (s->size < 3) {
        unsigned last = (8u >> s->size) - 1;
        for (unsigned i = 0; i < n; i++) {
            got[i] = p * n + (i ^ last);
        }
        consider(s, got, V_REV64 | V16B | s->size << 22 | reg << 5);
    }
    if (s->size < 2) {
        unsigned last = (4u >> s->size) - 1;
        for (unsigned i = 0; i < n; i++) {
            got[i] = p * n + (i ^ last);
        }
        consider(s, got, V_REV32 | V16B | s->size << 22 | reg << 5);
    }
}

/* d is the input that most elements stay in, and the others come from elements that do
 * not change. */
static bool fixed_in_place(const Search *s, unsigned d)
{
    if (s->word != (V_ORR | v_m(d) | d << 5)) {
        return false;
    }
    for (unsigned i = 0; i < s->n; i++) {
        unsigned reg = s->map[i] < s->n ? s->a : s->b;
        if ((s->wrong >> i & 1) && reg == d && (s->wrong >> s->map[i] % s->n & 1)) {
            return false;
        }
    }
    return true;
}

/* d = elements of 1 << size bytes: element i is element map[i] of a, or, from the number
 * of elements on, of b. */
static void v_permute(A64 *x, const VArgs *v, unsigned size, const uint8_t *map)
{
    Search s = {.map = map, .size = size, .n = 16u >> size, .a = v->a, .b = v->b};
    for (unsigned p = 0; p < 2; p++) {
        consider_single(&s, p);
    }
    for (unsigned p = 0; p < 2; p++) {
        consider_pair(&s, p, p);
        consider_pair(&s, p, 1 - p);
    }
    bool shared = s.wrong && (v->d == v->a || v->d == v->b);
    unsigned d = shared && !fixed_in_place(&s, v->d) ? v_tmp(x) : v->d;
    bool is_mov = s.word == (V_ORR | v_m(d) | d << 5);
    if (!is_mov) {
        asm_insn(&x->a, s.word | d);
    }
    for (unsigned i = 0; i < s.n; i++) {
        if (s.wrong >> i & 1) {
            unsigned from = map[i] % s.n, n = map[i] < s.n ? v->a : v->b;
            asm_v2(&x->a, V_INS | v_lane(size, i) | v_from_lane(size, from), d, n);
        }
    }
    if (d != v->d) {
        asm_vmov(&x->a, v->d, d);
    }
}

/* ---- by immediate ---- */

void v_shufps(A64 *x, const VArgs *v)
{
    uint8_t map[4];
    for (unsigned i = 0; i < 4; i++) {
        map[i] = (v->op->imm >> 2 * i & 3) + (i < 2 ? 0 : 4);
    }
    v_permute(x, v, 2, map);
}

void v_shufpd(A64 *x, const VArgs *v)
{
    unsigned imm = v->op->imm >> 2 * v->half;
    v_permute(x, v, 3, (uint8_t[]){imm & 1, 2 + (imm >> 1 & 1)});
}

/* One input, the last. */
static void permute_b(A64 *x, const VArgs *v, unsigned size, const uint8_t *map)
{
    VArgs w = *v;
    w.a = v->b;
    v_permute(x, &w, size, map);
}

void v_pshufd(A64 *x, const VArgs *v)
{
    uint8_t map[4];
    for (unsigned i = 0; i < 4; i++) {
        map[i] = v->op->imm >> 2 * i & 3;
    }
    permute_b(x, v, 2, map);
}

/* Four words by the immediate, `at` the first of them; the others stay. */
static void shuffle_words(A64 *x, const VArgs *v, unsigned at)
{
    uint8_t map[8] = {0, 1, 2, 3, 4, 5, 6, 7};
    for (unsigned i = 0; i < 4; i++) {
        map[at + i] = at + (v->op->imm >> 2 * i & 3);
    }
    permute_b(x, v, 1, map);
}

void v_pshuflw(A64 *x, const VArgs *v)
{
    shuffle_words(x, v, 0);
}

void v_pshufhw(A64 *x, const VArgs *v)
{
    shuffle_words(x, v, 4);
}

void v_vpermilpd(A64 *x, const VArgs *v)
{
    unsigned imm = v->op->imm >> 2 * v->half;
    permute_b(x, v, 3, (uint8_t[]){imm & 1, imm >> 1 & 1});
}

/* opc: log2 of the elements' size. PBLENDW has the same eight bits for both halves. */
void v_blend(A64 *x, const VArgs *v)
{
    uint8_t map[8];
    unsigned size = v->opc, n = 16u >> size;
    unsigned imm = v->op->imm >> (size == 1 ? 0 : n * v->half);
    for (unsigned i = 0; i < n; i++) {
        map[i] = i + (imm >> i & 1 ? n : 0);
    }
    v_permute(x, v, size, map);
}

/* ---- across halves ---- */

/* Both halves of the output are computed before one is written. */
static void write_halves(A64 *x, const IROp *op, const unsigned *from)
{
    unsigned d[2];
    for (unsigned h = 0; h < 2; h++) {
        d[h] = v_is_stored(x, op->out[0], h) ? from[h] : v_out(x, op->out[0], h);
    }
    bool first = from[1] == d[0]; /* then the upper half is written first */
    for (unsigned k = 0; k < 2; k++) {
        unsigned h = first ? 1 - k : k;
        if (d[h] != from[h]) {
            asm_vmov(&x->a, d[h], from[h]);
        }
        v_out_done(x, op->out[0], h, d[h]);
    }
}

/* A register for half of the output: its own where that is a global. */
static unsigned half_of_output(A64 *x, const IROp *op, unsigned half)
{
    return ir_is_global(x->s, op->out[0]) ? v_out(x, op->out[0], half) : v_tmp(x);
}

void v_vpermq(A64 *x, const IROp *op)
{
    unsigned lo = v_in(x, op->in[1], 0), hi = v_in(x, op->in[1], 1), t[2];
    for (unsigned h = 0; h < 2; h++) {
        unsigned imm = op->imm >> 4 * h;
        bool is_input = op->out[0] == op->in[1];
        VArgs v = {.op = op, .a = lo, .b = hi};
        v.d = is_input ? v_tmp(x) : half_of_output(x, op, h);
        v_permute(x, &v, 3, (uint8_t[]){imm & 3, imm >> 2 & 3});
        t[h] = v.d;
    }
    write_halves(x, op, t);
}

/* A register with the indices of half of a vector as TBL wants them, which goes by bytes:
 * 4 * index + 0 ... 3. */
static unsigned byte_indices(A64 *x, IRRef ref, unsigned half)
{
    int held = v_derived(x, ref, half, V_TBL2);
    if (held >= 0) {
        return held;
    }
    unsigned t = v_tmp(x), locked = x->vlocked;
    asm_v3(&x->a, V_AND, t, v_in(x, ref, half), v_const_words(x, 7));
    x->vlocked = locked;
    asm_v3(&x->a, V_MUL | V4S, t, t, v_const(x, V_MOVI_16B | v_imm8(4)));
    asm_v3(&x->a, V_ADD | V4S, t, t, v_const_words(x, 0x03020100));
    x->vlocked = locked;
    v_note_derived(x, t, ref, half, V_TBL2);
    return t;
}

/* The table is of two registers. */
void v_vpermd(A64 *x, const IROp *op)
{
    unsigned table = v_tmp_pair(x), t[2];
    for (unsigned h = 0; h < 2; h++) {
        asm_vmov(&x->a, table + h, v_in(x, op->in[1], h));
    }
    x->vlocked = 3u << table;
    for (unsigned h = 0; h < 2; h++) {
        t[h] = byte_indices(x, op->in[0], h);
    }
    for (unsigned h = 0; h < 2; h++) {
        unsigned d = half_of_output(x, op, h);
        asm_v3(&x->a, V_TBL2, d, table, t[h]);
        t[h] = d;
    }
    write_halves(x, op, t);
}

static unsigned zero(A64 *x)
{
    unsigned r = v_tmp(x);
    asm_insn(&x->a, V_ZERO | r);
    return r;
}

/* The halves may be each other's: they are copied. */
void v_vperm2x128(A64 *x, const IROp *op)
{
    unsigned t[2];
    for (unsigned h = 0; h < 2; h++) {
        unsigned c = op->imm >> 4 * h & 15;
        if (c & 8) {
            t[h] = zero(x);
        } else {
            unsigned from = v_in(x, op->in[c >> 1 & 1], c & 1);
            t[h] = v_tmp(x);
            asm_vmov(&x->a, t[h], from);
        }
    }
    write_halves(x, op, t);
}

void v_vinsert128(A64 *x, const IROp *op)
{
    unsigned at = op->imm & 1, t[2];
    t[at] = v_in(x, op->in[1], 0);
    t[1 - at] = v_in(x, op->in[0], 1 - at);
    write_halves(x, op, t);
}

void v_vextract128(A64 *x, const IROp *op)
{
    unsigned from = v_in(x, op->in[1], op->imm & 1), d = v_out(x, op->out[0], 0);
    asm_vmov(&x->a, d, from);
    v_out_done(x, op->out[0], 0, d);
    v_set_zero(x, op->out[0], 1);
}

void v_vbroadcast128(A64 *x, const IROp *op)
{
    unsigned from = v_in(x, op->in[1], 0);
    write_halves(x, op, (unsigned[]){from, from});
}
