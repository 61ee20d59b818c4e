/* Vector operations on an aarch64 host: integers, moves between register files. */
/* SPDX-License-Identifier: MIT */
/*
 * An operation of 256 bits is one on each half, where that is what the instruction does;
 * aarch64-simd.def has the rows. None of these looks at FPCR or NZCV. Floating point:
 * aarch64-fp.c.
 */
#include "tcg/aarch64-simd.h"

#include "tcg/aarch64-simd-enc.h"
#include "util/host.h"

/* log2 of the bytes of elements. */
static unsigned size_of(uint32_t opc)
{
    return opc >> 22 & 3;
}

/* ---- one instruction ---- */

static void v_bin(A64 *x, const VArgs *v)
{
    asm_v3(&x->a, v->opc, v->d, v->a, v->b);
}

static void v_rev(A64 *x, const VArgs *v)
{
    asm_v3(&x->a, v->opc, v->d, v->b, v->a);
}

static void v_un(A64 *x, const VArgs *v)
{
    asm_v2(&x->a, v->opc, v->d, v->b);
}

static void v_un2(A64 *x, const VArgs *v)
{
    asm_v3(&x->a, v->opc, v->d, v->b, v->b);
}

/* A register exclusive-or itself does not wait for it. */
static void v_xor(A64 *x, const VArgs *v)
{
    if (v->a == v->b) {
        asm_insn(&x->a, V_ZERO | v->d);
    } else {
        v_bin(x, v);
    }
}

/* ---- moves ---- */

void v_insert(A64 *x, const VArgs *v, uint32_t word)
{
    unsigned d = v->d;
    if (d == v->b && d != v->a) {
        d = v_tmp(x);
    }
    if (d != v->a) {
        asm_vmov(&x->a, d, v->a);
    }
    asm_v2(&x->a, word, d, v->b);
    if (d != v->d) {
        asm_vmov(&x->a, v->d, d);
    }
}

static void v_ins_low(A64 *x, const VArgs *v)
{
    v_insert(x, v, V_INS | v_lane(v->opc, 0));
}

static void v_movhlps(A64 *x, const VArgs *v)
{
    v_insert(x, v, V_INS | v_lane(3, 0) | v_from_lane(3, 1));
}

static void v_movq(A64 *x, const VArgs *v)
{
    asm_v2(&x->a, V_DUP_D, v->d, v->b);
}

static void v_broadcast(A64 *x, const VArgs *v)
{
    asm_v2(&x->a, V_DUP | v_lane(v->opc, 0), v->d, v->b);
}

static void v_insertps(A64 *x, const VArgs *v)
{
    unsigned imm = v->op->imm, d = v_tmp(x), zero = imm & 15 ? v_tmp(x) : 0;
    asm_vmov(&x->a, d, v->a);
    asm_v2(&x->a, V_INS | v_lane(2, imm >> 4 & 3) | v_from_lane(2, imm >> 6 & 3), d,
           v->b);
    if (imm & 15) {
        asm_insn(&x->a, V_ZERO | zero);
    }
    for (unsigned i = 0; i < 4; i++) {
        if (imm >> i & 1) {
            asm_v2(&x->a, V_INS | v_lane(2, i), d, zero);
        }
    }
    asm_vmov(&x->a, v->d, d);
}

/* ---- multiplications, sums ---- */

static void v_mulh(A64 *x, const VArgs *v)
{
    unsigned lo = v_tmp(x), hi = v_tmp(x);
    asm_v3(&x->a, v->opc, lo, v->a, v->b);
    asm_v3(&x->a, v->opc | V16B, hi, v->a, v->b);
    asm_v3(&x->a, V_UZP2 | V8H, v->d, lo, hi);
}

static void v_mulhrs(A64 *x, const VArgs *v)
{
    unsigned lo = v_tmp(x), hi = v_tmp(x);
    asm_v3(&x->a, v->opc, lo, v->a, v->b);
    asm_v3(&x->a, v->opc | V16B, hi, v->a, v->b);
    asm_v2(&x->a, V_RSHRN | v_right(1, 15), v->d, lo);
    asm_v2(&x->a, V_RSHRN | V16B | v_right(1, 15), v->d, hi);
}

static void v_muldq(A64 *x, const VArgs *v)
{
    unsigned a = v_tmp(x), b = v->a == v->b ? a : v_tmp(x);
    asm_v2(&x->a, V_XTN | V_LO(V4S), a, v->a);
    if (b != a) {
        asm_v2(&x->a, V_XTN | V_LO(V4S), b, v->b);
    }
    asm_v3(&x->a, v->opc, v->d, a, b);
}

static void v_maddwd(A64 *x, const VArgs *v)
{
    unsigned lo = v_tmp(x), hi = v_tmp(x);
    asm_v3(&x->a, V_SMULL | V_LO(V8H), lo, v->a, v->b);
    asm_v3(&x->a, V_SMULL | V8H, hi, v->a, v->b);
    asm_v3(&x->a, V_ADDP | V4S, v->d, lo, hi);
}

/* Unsigned bytes of a times signed ones of b fit in 16 bits; their sums are saturated. */
static void v_maddubsw(A64 *x, const VArgs *v)
{
    unsigned t[2] = {v_tmp(x), v_tmp(x)}, u = v_tmp(x);
    for (unsigned i = 0; i < 2; i++) {
        uint32_t upper = i ? V16B : 0;
        asm_v2(&x->a, V_USHLL | upper | v_left(0, 0), t[i], v->a);
        asm_v2(&x->a, V_SSHLL | upper | v_left(0, 0), u, v->b);
        asm_v3(&x->a, V_MUL | V8H, t[i], t[i], u);
    }
    asm_v3(&x->a, V_UZP1 | V8H, u, t[0], t[1]);
    asm_v3(&x->a, V_UZP2 | V8H, t[0], t[0], t[1]);
    asm_v3(&x->a, V_SQADD | V8H, v->d, u, t[0]);
}

static void v_sadbw(A64 *x, const VArgs *v)
{
    unsigned t = v_tmp(x);
    asm_v3(&x->a, V_UABD | V16B, t, v->a, v->b);
    asm_v2(&x->a, V_UADDLP | V16B, t, t);
    asm_v2(&x->a, V_UADDLP | V8H, t, t);
    asm_v2(&x->a, V_UADDLP | V4S, v->d, t);
}

/* Elements with even numbers, those with odd ones, then `opc` of both. */
static void v_horizontal(A64 *x, const VArgs *v)
{
    unsigned even = v_tmp(x), odd = v_tmp(x);
    uint32_t arrangement = V16B | size_of(v->opc) << 22;
    asm_v3(&x->a, V_UZP1 | arrangement, even, v->a, v->b);
    asm_v3(&x->a, V_UZP2 | arrangement, odd, v->a, v->b);
    asm_v3(&x->a, v->opc, v->d, even, odd);
}

static void v_pack(A64 *x, const VArgs *v)
{
    unsigned d = v->d == v->b ? v_tmp(x) : v->d;
    asm_v2(&x->a, v->opc, d, v->a);
    asm_v2(&x->a, v->opc | V16B, d, v->b);
    if (d != v->d) {
        asm_vmov(&x->a, v->d, d);
    }
}

/* b < 0: -a, b = 0: 0; opc: the arrangement. */
static void v_sign(A64 *x, const VArgs *v)
{
    unsigned mask = v_tmp(x), neg = v_tmp(x);
    asm_v2(&x->a, V_CMLT0 | v->opc, mask, v->b);
    asm_v2(&x->a, V_NEG | v->opc, neg, v->a);
    asm_v3(&x->a, V_BSL, mask, neg, v->a);
    asm_v2(&x->a, V_CMEQ0 | v->opc, neg, v->b);
    asm_v3(&x->a, V_BIC, v->d, mask, neg);
}

/* ---- shifts ---- */

/* The word of the shift `opc` of a row by n, which is none of 0. */
static uint32_t shift_word(uint32_t opc, unsigned n)
{
    unsigned size = size_of(opc);
    uint32_t word = opc & ~(3u << 22);
    return word | (word == V_SHL ? v_left(size, n) : v_right(size, n));
}

static bool is_left(uint32_t opc)
{
    return (opc & ~(3u << 22)) == V_SHL;
}
static bool is_sign(uint32_t opc)
{
    return (opc & ~(3u << 22)) == V_SSHR;
}

static void shift_imm(A64 *x, const VArgs *v)
{
    unsigned bits = 8u << size_of(v->opc);
    uint64_t n = v->op->imm & 0xff;
    if (n >= bits && !is_sign(v->opc)) {
        asm_insn(&x->a, V_ZERO | v->d);
    } else if (n) {
        asm_v2(&x->a, shift_word(v->opc, n < bits ? n : bits - 1), v->d, v->a);
    } else if (v->d != v->a) {
        asm_vmov(&x->a, v->d, v->a);
    }
}

/* USHL and SSHL go by signed counts: negative to the right. */
static void shift_by(A64 *x, const VArgs *v, unsigned counts)
{
    uint32_t arrangement = V16B | size_of(v->opc) << 22;
    if (!is_left(v->opc)) {
        asm_v2(&x->a, V_NEG | arrangement, counts, counts);
    }
    asm_v3(&x->a, (is_sign(v->opc) ? V_SSHL : V_USHL) | arrangement, v->d, v->a, counts);
}

/* By the low 64 bits of b, at most 64 of them, which is as good as more. */
static void v_shift(A64 *x, const VArgs *v)
{
    if (v->op->in[1] == IR_NONE) {
        shift_imm(x, v);
        return;
    }
    unsigned n = v_tmp(x), most = v_tmp(x), b = v->b;
    for (unsigned size = 3; size-- > 0; b = n) {
        asm_v2(&x->a, V_UQXTN_SCALAR | size << 22, n, b);
    }
    asm_insn(&x->a, V_MOVI_16B | v_imm8(64) | most);
    asm_v3(&x->a, V_UMIN | V_LO(V16B), n, n, most);
    asm_v2(&x->a, V_DUP | v_lane(0, 0), n, n);
    if (!is_left(v->opc)) {
        asm_v2(&x->a, V_NEG | V16B, n, n);
    }
    asm_v3(&x->a, (is_sign(v->opc) ? V_SSHL : V_USHL) | V16B | size_of(v->opc) << 22,
           v->d, v->a, n);
}

static void v_shift_v(A64 *x, const VArgs *v)
{
    unsigned n = v_tmp(x);
    asm_v3(&x->a, V_UMIN | V4S, n, v_const_words(x, 32), v->b);
    shift_by(x, v, n);
}

/* There is no minimum of 64 bits: what is shifted too far is cleared. */
static void v_shift_vq(A64 *x, const VArgs *v)
{
    unsigned n = v_tmp(x), far = v_tmp(x);
    VArgs w = *v;
    asm_v3(&x->a, V_CMEQ | V2D, far, far, far);
    asm_v2(&x->a, V_USHR | v_right(3, 58), far, far); /* 63 */
    asm_v3(&x->a, V_CMHI | V2D, far, v->b, far);
    asm_vmov(&x->a, n, v->b);
    w.d = n;
    shift_by(x, &w, n);
    asm_v3(&x->a, V_BIC, v->d, n, far);
}

/* d = bytes n ... n + 15 of hi:lo, 16 bytes each; n < 16. */
static void extract_bytes(A64 *x, const VArgs *v, uint32_t lo_hi, unsigned n)
{
    asm_v3(&x->a, V_EXT | n << 11, v->d, lo_hi >> 5, lo_hi & 31);
}

static void shift_bytes(A64 *x, const VArgs *v, bool left)
{
    uint64_t n = v->op->imm & 0xff;
    if (n == 0) {
        if (v->d != v->a) {
            asm_vmov(&x->a, v->d, v->a);
        }
        return;
    }
    unsigned zero = n < 16 ? v_tmp(x) : v->d;
    asm_insn(&x->a, V_ZERO | zero);
    if (n < 16) {
        extract_bytes(x, v, left ? from_to(zero, v->a) : from_to(v->a, zero),
                      left ? 16 - n : n);
    }
}

static void v_slldq(A64 *x, const VArgs *v)
{
    shift_bytes(x, v, true);
}

static void v_srldq(A64 *x, const VArgs *v)
{
    shift_bytes(x, v, false);
}

/* Of a:b. */
static void v_alignr(A64 *x, const VArgs *v)
{
    unsigned n = v->op->imm & 0xff;
    if (n < 16) {
        extract_bytes(x, v, from_to(v->b, v->a), n);
        return;
    }
    unsigned zero = n < 32 ? v_tmp(x) : v->d;
    asm_insn(&x->a, V_ZERO | zero);
    if (n < 32) {
        extract_bytes(x, v, from_to(v->a, zero), n - 16);
    }
}

/* ---- shuffles ---- */

/* TBL gives 0 for all indices above 15, PSHUFB for those above 127. */
static void v_shufb(A64 *x, const VArgs *v)
{
    unsigned t = v_tmp(x);
    asm_v3(&x->a, V_AND, t, v_const(x, V_MOVI_16B | v_imm8(0x8f)), v->b);
    asm_v3(&x->a, V_TBL, v->d, v->a, t);
}

static void v_blendv(A64 *x, const VArgs *v)
{
    bool input = v->d == v->a || v->d == v->b;
    bool known = v->opc == V16B && v_is_mask(x, v->op->in[2], v->half);
    unsigned mask = known && input ? v->c : input ? v_tmp(x) : v->d;
    if (!known) {
        asm_v2(&x->a, V_CMLT0 | v->opc, mask, v->c);
    } else if (mask != v->c) {
        asm_vmov(&x->a, mask, v->c);
    }
    if (v->d == v->a) {
        asm_v3(&x->a, V_BIT, v->d, v->b, mask);
    } else if (v->d == v->b) {
        asm_v3(&x->a, V_BIF, v->d, v->a, mask);
    } else {
        asm_v3(&x->a, V_BSL, mask, v->b, v->a);
    }
}

/* opc: SSHLL or USHLL, and log2 of the sizes before and after. */
static void v_extend(A64 *x, const VArgs *v)
{
    unsigned from = v->opc >> 4 & 3, to = v->opc & 3, b = v->b;
    uint32_t word = v->opc & ~0xffu;
    if (v->half) {
        unsigned t = v_tmp(x);
        asm_v3(&x->a, V_EXT | (16u >> (to - from)) << 11, t, b, b);
        b = t;
    }
    for (unsigned size = from; size < to; size++) {
        asm_v2(&x->a, word | v_left(size, 0), v->d, b);
        b = v->d;
    }
}

/* ---- the table ---- */

typedef struct Row {
    VEmit *emit;
    VEmit *checked; /* instead of emit, without FEAT_AFP */
    VEmitWhole *whole;
    uint32_t opc;
    uint8_t need; /* HostFeature, or NEED_NOTHING */
} Row;
enum { NEED_NOTHING = 0xff };

#define ROW(name, emitter, word, feature) \
    [VEC_##name] = {.emit = v_##emitter, .opc = (uint32_t)(word), .need = feature},
#define V(name, emitter, word) ROW(name, emitter, word, NEED_NOTHING)
#define F(name, emitter, word, without)      \
    [VEC_##name] = {.emit = v_##emitter,     \
                    .checked = v_##without,  \
                    .opc = (uint32_t)(word), \
                    .need = HOST_ARM_AFP},
#define CRYPTO(name, emitter, word, feature) ROW(name, emitter, word, HOST_ARM_##feature)
#define WHOLE(name, emitter)                 [VEC_##name] = {.whole = v_##emitter, .need = NEED_NOTHING},
#define WHOLE_256(name, emitter)
static const Row rows[NR_VEC_IDS] = {
#include "tcg/aarch64-simd.def"
};
#define V(name, emitter, word)
#define F(name, emitter, word, without)
#define CRYPTO(name, emitter, word, feature)
#define WHOLE(name, emitter)
#define WHOLE_256(name, emitter) [VEC_##name] = v_##emitter,
static VEmitWhole *const rows_256[NR_VEC_IDS] = {
#include "tcg/aarch64-simd.def"
};

/* The row of an op that host instructions do; NULL: it is computed in C. */
static const Row *row_of(const A64 *x, const IROp *op)
{
    const Row *row = &rows[op->vec];
    if ((!row->emit && !row->whole) || TCG_OPT_OFF(x->s, vector)) {
        return NULL;
    }
    if (row->need == HOST_ARM_AFP) {
        return v_fp_has(x, op) ? row : NULL;
    }
    return row->need == NEED_NOTHING || host_has((HostFeature)row->need) ? row : NULL;
}

static VEmit *emitter_of(const Row *row)
{
    return row->need == HOST_ARM_AFP && !a64_thunks.afp ? row->checked : row->emit;
}

/* Rows that take the lower half of their last input for both halves of the output. */
static bool reads_lower(const IROp *op, unsigned flags)
{
    return flags & VECF_CROSS && op->in[1] != IR_NONE;
}

static void emit_half(A64 *x, const IROp *op, const Row *row, unsigned half)
{
    VArgs v = {.op = op, .half = half, .opc = row->opc};
    unsigned of_b = reads_lower(op, vec_info[op->vec].flags) ? 0 : half;
    v.a = op->in[0] != IR_NONE ? v_in(x, op->in[0], half) : 0;
    v.b = op->in[1] != IR_NONE ? v_in(x, op->in[1], of_b) : 0;
    v.c = op->in[2] != IR_NONE ? v_in(x, op->in[2], half) : 0;
    v.d = v_out(x, op->out[0], half);
    emitter_of(row)(x, &v);
    v_out_done(x, op->out[0], half, v.d);
    x->vlocked = 0;
}

void a64_emit_vop(A64 *x, const IROp *op)
{
    const Row *row = row_of(x, op);
    if (!row) {
        v_in_c(x, op);
        return;
    }
    v_need(x);
    if (row->whole) {
        row->whole(x, op);
    } else if (op->type == IR_V256 && rows_256[op->vec]) {
        rows_256[op->vec](x, op);
    } else if (op->type == IR_V256 && reads_lower(op, vec_info[op->vec].flags)) {
        emit_half(x, op, row, 1); /* the lower half may be the last input's */
        emit_half(x, op, row, 0);
    } else {
        for (unsigned half = 0; half <= (op->type == IR_V256); half++) {
            emit_half(x, op, row, half);
        }
    }
    v_clear_upper(x, op);
}

/* ---- integers ---- */

void a64_emit_itov(A64 *x, const IROp *op)
{
    IRType t = (IRType)op->memop;
    unsigned size = op->vec == VEC_PINSRB   ? 0
                    : op->vec == VEC_PINSRW ? 1
                    : op->vec == VEC_PINSRD ? 2
                                            : 3;
    bool pinsr = op->vec == VEC_PINSRB || op->vec == VEC_PINSRW ||
                 op->vec == VEC_PINSRD || op->vec == VEC_PINSRQ;
    bool fp = op->vec == VEC_CVTSI2SS || op->vec == VEC_CVTSI2SD;
    if ((op->vec != VEC_MOVD && !pinsr && !(fp && v_fp_has(x, op))) ||
        TCG_OPT_OFF(x->s, vector)) {
        v_in_c(x, op);
        return;
    }
    v_need(x);
    if (fp) {
        v_fp_from_int(x, op);
        return;
    }
    unsigned r = a64_in(x, op->in[1], t);
    if (op->vec == VEC_MOVD) {
        asm_v2(&x->a, t == IR_I64 ? FMOV_D_X : FMOV_S_W, v_out(x, op->out[0], 0), r);
        if (op->type == IR_V256) {
            v_set_zero(x, op->out[0], 1);
        }
    } else {
        if (size == 2 && t == IR_I64) {
            size = 3;
        }
        unsigned a = v_in(x, op->in[0], 0), d = v_out(x, op->out[0], 0);
        if (d != a) {
            asm_vmov(&x->a, d, a);
        }
        asm_v2(&x->a, V_INS_GPR | v_lane(size, op->imm & ((16u >> size) - 1)), d, r);
    }
    v_clear_upper(x, op);
}

/* d = the sign bits of the bytes: byte i of eight keeps bit i, then their sums. */
static void movmsk_b(A64 *x, const IROp *op, unsigned d)
{
    unsigned t[2], bits = v_const_quads(x, UINT64_C(0x8040201008040201));
    bool whole = op->type == IR_V256;
    for (unsigned half = 0; half <= whole; half++) {
        unsigned v = v_in(x, op->in[1], half);
        t[half] = v_tmp(x);
        if (!v_is_mask(x, op->in[1], half)) {
            asm_v2(&x->a, V_CMLT0 | V16B, t[half], v);
            v = t[half];
        }
        asm_v3(&x->a, V_AND, t[half], v, bits);
    }
    asm_v3(&x->a, V_ADDP | V16B, t[0], t[0], t[whole]);
    asm_v3(&x->a, V_ADDP | V16B, t[0], t[0], t[0]);
    asm_v3(&x->a, V_ADDP | V16B, t[0], t[0], t[0]);
    asm_v2(&x->a, whole ? (uint32_t)FMOV_W_S : V_UMOV | v_lane(1, 0), d, t[0]);
}

static void movmsk_s(A64 *x, unsigned d, unsigned v)
{
    unsigned t = v_tmp(x);
    asm_v2(&x->a, V_USHR | v_right(2, 31), t, v);
    asm_v2(&x->a, V_USRA | v_right(3, 31), t, t);
    asm_v2(&x->a, V_UMOV | v_lane(2, 0), d, t);
    asm_v2(&x->a, V_UMOV | v_lane(2, 2), T1, t);
    asm_shifted(&x->a, ORR, IR_I32, d, d, shifted(T1, LSL, 2));
}

static void movmsk_d(A64 *x, unsigned d, unsigned v)
{
    unsigned t = v_tmp(x);
    asm_v2(&x->a, V_USHR | v_right(3, 63), t, v);
    asm_v2(&x->a, FMOV_X_D, d, t);
    asm_v2(&x->a, V_UMOV_X | v_lane(3, 1), T1, t);
    asm_shifted(&x->a, ORR, IR_I32, d, d, shifted(T1, LSL, 1));
}

static void movmsk(A64 *x, const IROp *op)
{
    unsigned d = a64_out(x, op, 0);
    bool bytes = op->vec == VEC_PMOVMSKB, words = op->vec == VEC_MOVMSKPS;
    if (bytes) {
        movmsk_b(x, op, d);
    }
    for (unsigned half = 0; half <= (op->type == IR_V256) && !bytes; half++) {
        unsigned v = v_in(x, op->in[1], half), r = half ? T2 : d;
        unsigned lanes = words ? 4 : 2;
        (words ? movmsk_s : movmsk_d)(x, r, v);
        if (half) {
            asm_shifted(&x->a, ORR, IR_I32, d, d, shifted(T2, LSL, lanes));
        }
        x->vlocked = 0;
    }
    a64_out_done(x, op, 0, d);
}

static void extract_element(A64 *x, const IROp *op, unsigned size)
{
    unsigned v = v_in(x, op->in[1], 0), d = a64_out(x, op, 0);
    unsigned i = op->imm & ((16u >> size) - 1);
    if (i == 0 && size >= 2) {
        asm_v2(&x->a, size == 3 ? FMOV_X_D : FMOV_W_S, d, v);
    } else {
        asm_v2(&x->a, (size == 3 ? V_UMOV_X : V_UMOV) | v_lane(size, i), d, v);
    }
    a64_out_done(x, op, 0, d);
}

void a64_emit_vtoi(A64 *x, const IROp *op)
{
    if (TCG_OPT_OFF(x->s, vector)) {
        v_in_c(x, op);
        return;
    }
    switch (op->vec) {
    case VEC_MOVD:
        v_need(x);
        extract_element(x, op, (IRType)op->memop == IR_I64 ? 3 : 2);
        return;
    case VEC_PEXTRB:
        v_need(x);
        extract_element(x, op, 0);
        return;
    case VEC_PEXTRW:
        v_need(x);
        extract_element(x, op, 1);
        return;
    case VEC_PEXTRD:
        v_need(x);
        extract_element(x, op, 2);
        return;
    case VEC_PEXTRQ:
        v_need(x);
        extract_element(x, op, 3);
        return;
    case VEC_PMOVMSKB:
    case VEC_MOVMSKPS:
    case VEC_MOVMSKPD:
        v_need(x);
        movmsk(x, op);
        return;
    case VEC_CVTSS2SI:
    case VEC_CVTTSS2SI:
    case VEC_CVTSD2SI:
    case VEC_CVTTSD2SI:
        if (v_fp_has(x, op)) {
            v_need(x);
            v_fp_to_int(x, op);
            return;
        }
        break;
    default:
        break;
    }
    v_in_c(x, op);
}

/* A register whose bits are those of the vector op of both inputs, all halves. */
static unsigned bits_of(A64 *x, const IROp *op, uint32_t opc)
{
    unsigned t = v_tmp(x), kept = x->vlocked;
    for (unsigned half = 0; half <= (op->type == IR_V256); half++) {
        unsigned a = v_in(x, op->in[0], half), b = v_in(x, op->in[1], half);
        unsigned r = half ? v_tmp(x) : t;
        asm_v3(&x->a, opc, r, b, a);
        if (half) {
            asm_v3(&x->a, V_ORR, t, t, r);
        }
    }
    x->vlocked = kept;
    return t;
}

/* ZF: no bit of both; CF: none of the last input alone, of which a register has none that
 * is compared with itself. */
static void ptest(A64 *x, const IROp *op)
{
    bool same = op->in[0] == op->in[1], carry = x->wanted & CC_C;
    unsigned r = ra_alloc(&x->ra), t = bits_of(x, op, V_AND);
    unsigned u = carry && !same ? bits_of(x, op, V_BIC) : t;
    asm_v3(&x->a, V_UMAXP | V4S, t, t, u);
    asm_v2(&x->a, V_CMEQ0 | V2D, t, t);
    asm_v2(&x->a, FMOV_X_D, r, t);
    if (u != t) {
        asm_v2(&x->a, V_UMOV_X | v_lane(3, 1), T1, t);
    }
    asm_logic_imm(&x->a, AND, IR_I32, r, r, CC_Z);
    if (u != t) {
        asm_rrr(&x->a, SUB, IR_I32, r, r, T1);
    } else if (carry) {
        asm_addsub_imm(&x->a, ADD, IR_I32, r, r, CC_C);
    }
    cc_set_value(x, r);
}

void a64_emit_vcmpcc(A64 *x, const IROp *op)
{
    bool fp = op->vec == VEC_COMISS || op->vec == VEC_COMISD || op->vec == VEC_UCOMISS ||
              op->vec == VEC_UCOMISD;
    if (fp && v_fp_has(x, op) && !TCG_OPT_OFF(x->s, vector)) {
        v_need(x);
        v_fp_compare(x, op);
        return;
    }
    if (op->vec != VEC_PTEST || TCG_OPT_OFF(x->s, vector)) {
        v_in_c(x, op);
        return;
    }
    if (!op->setcc) {
        return;
    }
    v_need(x);
    ptest(x, op);
}
