/* The meaning of the integer ops, one case each. */
/* SPDX-License-Identifier: MIT */
/*
 * Each family of ops is a function with one case per op; ir_eval() picks the family by a
 * table. Inputs arrive masked to the type that the op looks at, results are masked on the
 * way out, so the cases in between need not care about bits above the type.
 *
 * Flags are computed through the recipes of cc.h wherever one fits: so a recipe that a
 * back end stores and the flags computed here cannot differ. Flags that x86 leaves
 * undefined depend on operands and results only, never on the flags before.
 */
#include "tcg/eval.h"
#include "util/bitops.h"
#include "util/int128.h"

typedef struct Eval {
    const IROp *op;
    IRType t;
    unsigned bits;  /* of t */
    uint64_t in[5]; /* masked */
    uint64_t out[2];
    uint32_t cc;    /* before */
    uint32_t flags; /* after; the caller keeps those that the op does not define */
} Eval;

static int64_t sext(uint64_t v, IRType t)
{
    return sign_extend(v, ir_type_bits(t));
}

static uint32_t recipe(CCKind kind, IRType t, uint64_t a, uint64_t b, uint64_t c)
{
    return cc_compute(&(CCState){.op = CC_OP(kind, t), .a = a, .b = b, .c = c});
}

bool ir_compare(Cond cond, IRType t, uint64_t a, uint64_t b)
{
    if (cond >= COND_TSTE) {
        return ((a & b & ir_type_mask(t)) == 0) == (cond == COND_TSTE);
    }
    return cc_test(recipe(CC_CMP, t, a, b, 0), cond);
}

/* ---- data movement ---- */

static uint64_t byte_swap(uint64_t v, unsigned bits)
{
    return __builtin_bswap64(v) >> (64 - bits);
}

static void eval_move(Eval *e)
{
    const IROp *op = e->op;
    unsigned pos = op->imm & 0xff, len = op->imm >> 8 & 0xff;
    uint64_t *out = &e->out[0], a = e->in[0], b = e->in[1];
    switch (op->code) {
    case OP_mov:
    case OP_zext:
        *out = a;
        break;
    case OP_sext:
        *out = sext(a, (IRType)op->imm);
        break;
    case OP_extract:
        *out = extract64(a, pos, len);
        break;
    case OP_sextract:
        *out = sextract64(a, pos, len);
        break;
    case OP_deposit:
        *out = deposit64(a, pos, len, b);
        break;
    case OP_bswap:
        *out = byte_swap(a, e->bits);
        break;
    case OP_lea:
        *out = a + (b << op->scale) + op->imm;
        break;
    }
}

/* ---- arithmetic and logic ---- */

static void arith(Eval *e, CCKind kind, uint64_t r, uint64_t b, uint64_t c)
{
    e->out[0] = r;
    if (e->op->setcc) {
        e->flags = recipe(kind, e->t, r, b, c);
    }
}

static void eval_add(Eval *e)
{
    uint64_t a = e->in[0], b = e->in[1], c = e->cc & CC_C;
    switch (e->op->code) {
    case OP_add:
        arith(e, CC_ADD, a + b, b, 0);
        break;
    case OP_sub:
        arith(e, CC_SUB, a - b, b, 0);
        break;
    case OP_adc:
        arith(e, CC_ADC, a + b + c, b, c);
        break;
    case OP_sbb:
        arith(e, CC_SBB, a - b - c, b, c);
        break;
    case OP_neg:
        arith(e, CC_SUB, -a, a, 0);
        break;
    case OP_inc:
        arith(e, CC_ADD, a + 1, 1, 0);
        break;
    case OP_dec:
        arith(e, CC_SUB, a - 1, 1, 0);
        break;
    }
}

static void eval_logic(Eval *e)
{
    uint64_t a = e->in[0], b = e->in[1], r = 0;
    switch (e->op->code) {
    case OP_and:
        r = a & b;
        break;
    case OP_or:
        r = a | b;
        break;
    case OP_xor:
        r = a ^ b;
        break;
    case OP_andn:
        r = ~a & b;
        break;
    case OP_not:
        r = ~a;
        break;
    }
    arith(e, CC_LOGIC, r, 0, 0);
}

/* CF = OF = `wide`: the high half says more than the low half's sign (or zero) does. */
static uint32_t flags_of_mul(const Eval *e, bool wide)
{
    return cc_of_result(e->out[0], e->t) | (wide ? CC_C | CC_O : 0);
}

static void eval_mul(Eval *e)
{
    bool is_signed = e->op->code != OP_mulu2;
    if (is_signed) {
        i128 p = (i128)sext(e->in[0], e->t) * sext(e->in[1], e->t);
        e->out[0] = p;
        e->out[1] = p >> e->bits;
        e->flags = flags_of_mul(e, p != sext(p, e->t));
    } else {
        u128 p = (u128)e->in[0] * e->in[1];
        e->out[0] = p;
        e->out[1] = p >> e->bits;
        e->flags = flags_of_mul(e, e->out[1] != 0);
    }
}

/* Where the result is undefined, it is 0 here: nothing may trap. */
static void eval_div(Eval *e)
{
    u128 n = (u128)e->in[1] << e->bits | e->in[0];
    if (e->op->code == OP_divu2) {
        if (e->in[1] < e->in[2]) {
            e->out[0] = n / e->in[2];
            e->out[1] = n % e->in[2];
        }
        return;
    }
    unsigned up = 128 - 2 * e->bits;
    i128 d = sext(e->in[2], e->t), sn = (i128)(n << up) >> up;
    bool min_by_minus_one = d == -1 && sn == (i128)((u128)1 << 127);
    if (d == 0 || min_by_minus_one) {
        return;
    }
    i128 q = sn / d;
    if (q == sext(q, e->t)) {
        e->out[0] = q;
        e->out[1] = sn % d;
    }
}

/* ---- shifts and rotates: the count is not zero ---- */

static void eval_shift(Eval *e, unsigned count)
{
    uint64_t a = e->in[0], last; /* shifted by count - 1: holds the bit that goes to CF */
    switch (e->op->code) {
    case OP_shl:
        last = a << (count - 1);
        arith(e, CC_SHL, last << 1, last, 0);
        break;
    case OP_shr:
        last = a >> (count - 1);
        arith(e, CC_SAR, last >> 1, last, 0);
        break;
    case OP_sar:
        last = sext(a, e->t) >> (count - 1);
        arith(e, CC_SAR, (int64_t)last >> 1, last, 0);
        break;
    }
}

/* The two operands side by side, and below or above them the first again: counts above 16
 * of i16 shift that in. */
static void eval_double_shift(Eval *e, unsigned count)
{
    unsigned n = e->bits;
    u128 a = e->in[0], b = e->in[1], wide;
    if (e->op->code == OP_shld) {
        wide = n == 64 ? a << 64 | b : a << 2 * n | b << n | a;
        wide <<= count - 1;
        unsigned at = n == 64 ? 64 : 2 * n;
        arith(e, CC_SHL, wide << 1 >> at, wide >> at, 0);
    } else {
        wide = n == 64 ? b << 64 | a : a << 2 * n | b << n | a;
        wide >>= count - 1;
        arith(e, CC_SAR, wide >> 1, wide, 0);
    }
}

static bool bit_of(uint64_t v, unsigned n)
{
    return v >> n & 1;
}

/* CF and OF after a rotate: OF by the rule for a count of one, to the left or to the
 * right. */
static void rotated(Eval *e, uint64_t r, bool carry, bool left)
{
    unsigned top = e->bits - 1;
    bool of = bit_of(r, top) != (left ? carry : bit_of(r, top - 1));
    e->out[0] = r;
    e->flags = (carry ? CC_C : 0) | (of ? CC_O : 0);
}

static void eval_rotate(Eval *e, unsigned count)
{
    bool left = e->op->code == OP_rotl;
    unsigned n = e->bits, k = count % n;
    uint64_t a = e->in[0], r = a;
    if (k) {
        r = left ? a << k | a >> (n - k) : a >> k | a << (n - k);
    }
    rotated(e, r, bit_of(r, left ? 0 : n - 1), left);
}

/* Rotates through CF: bits + 1 places, one at a time. */
static void eval_rotate_carry(Eval *e, unsigned count)
{
    bool left = e->op->code == OP_rcl, carry = e->cc & CC_C;
    uint64_t r = e->in[0];
    unsigned top = e->bits - 1;
    for (unsigned i = 0; i < count; i++) {
        bool next = bit_of(r, left ? top : 0);
        r = left ? r << 1 | carry
                 : (r & ir_type_mask(e->t)) >> 1 | (uint64_t)carry << top;
        carry = next;
    }
    rotated(e, r, carry, left);
}

static void eval_counted(Eval *e)
{
    unsigned count = e->in[ir_count_index(e->op->code)] & (e->t == IR_I64 ? 63 : 31);
    if (count == 0) {
        e->out[0] = e->in[0];
        e->flags = e->cc;
    } else if (e->op->code <= OP_sar) {
        eval_shift(e, count);
    } else if (e->op->code <= OP_rotr) {
        eval_rotate(e, count);
    } else if (e->op->code <= OP_rcr) {
        eval_rotate_carry(e, count);
    } else {
        eval_double_shift(e, count);
    }
}
static_assert(OP_shl < OP_sar && OP_sar < OP_rotl && OP_rotr < OP_rcl && OP_rcr < OP_shld,
              "the order above");

/* ---- bits ---- */

static void eval_bit_test(Eval *e)
{
    unsigned n = e->in[1] & (e->bits - 1);
    uint64_t bit = BIT64(n), a = e->in[0];
    e->flags = bit_of(a, n) ? CC_C : 0;
    switch (e->op->code) {
    case OP_bts:
        e->out[0] = a | bit;
        break;
    case OP_btr:
        e->out[0] = a & ~bit;
        break;
    case OP_btc:
        e->out[0] = a ^ bit;
        break;
    }
}

static void eval_scan(Eval *e)
{
    uint64_t a = e->in[0];
    switch (e->op->code) {
    case OP_bsf:
        e->out[0] = a ? ctz64(a) : e->in[1];
        e->flags = a ? 0 : CC_Z;
        break;
    case OP_bsr:
        e->out[0] = a ? 63 - clz64(a) : e->in[1];
        e->flags = a ? 0 : CC_Z;
        break;
    case OP_tzcnt:
        e->out[0] = a ? ctz64(a) : e->bits;
        e->flags = (a ? 0 : CC_C) | (e->out[0] ? 0 : CC_Z);
        break;
    case OP_lzcnt:
        e->out[0] = clz64(a) - (64 - e->bits);
        e->flags = (a ? 0 : CC_C) | (e->out[0] ? 0 : CC_Z);
        break;
    case OP_popcnt:
        e->out[0] = popcount64(a);
        e->flags = a ? 0 : CC_Z;
        break;
    }
}

static void eval_scatter(Eval *e)
{
    uint64_t a = e->in[0], mask = e->in[1], r = 0;
    for (unsigned n = 0; mask; mask &= mask - 1, n++) {
        uint64_t place = mask & -mask;
        if (e->op->code == OP_pdep) {
            r |= bit_of(a, n) ? place : 0;
        } else {
            r |= a & place ? BIT64(n) : 0;
        }
    }
    e->out[0] = r;
}

/* Polynomial 11EDC6F41h, bits reflected (SDM vol. 2, CRC32). */
static void eval_adx(Eval *e)
{
    uint32_t flag = e->op->code == OP_adcx ? CC_C : CC_O;
    uint64_t a = e->in[0], sum = (a + e->in[1]) & ir_type_mask(e->t);
    uint64_t out = (sum + !!(e->cc & flag)) & ir_type_mask(e->t);

    e->out[0] = out;
    e->flags = sum < a || out < sum ? flag : 0;
}

static void eval_crc32(Eval *e)
{
    uint32_t c = e->in[0];
    uint64_t v = e->in[1];
    for (unsigned i = 0; i < e->bits; i += 8, v >>= 8) {
        c ^= v & 0xff;
        for (unsigned n = 0; n < 8; n++) {
            c = c >> 1 ^ (c & 1 ? 0x82f63b78 : 0);
        }
    }
    e->out[0] = c;
}

/* ---- conditions ---- */

static void eval_cond(Eval *e)
{
    const IROp *op = e->op;
    switch (op->code) {
    case OP_setcond:
        e->out[0] = ir_compare(op->cond, e->t, e->in[0], e->in[1]);
        break;
    case OP_select:
        e->out[0] =
            ir_compare(op->cond, IR_I64, e->in[0], e->in[1]) ? e->in[2] : e->in[3];
        break;
    case OP_setcc:
        e->out[0] = cc_test(e->cc, op->cond);
        break;
    case OP_selcc:
        e->out[0] = cc_test(e->cc, op->cond) ? e->in[0] : e->in[1];
        break;
    case OP_getcc:
        e->out[0] = e->cc;
        break;
    case OP_putcc:
        e->flags = e->in[0];
        break;
    }
}

static uint32_t undefined_by_shift(OpCode code, IRType t, int count)
{
    bool rotate = code >= OP_rotl && code <= OP_rcr;
    uint32_t undefined = (rotate ? 0 : CC_A) | (count == 1 ? 0 : CC_O);
    bool past_the_end = count < 0 ? t <= IR_I16 : (unsigned)count >= ir_type_bits(t);
    if (!rotate && code != OP_sar && past_the_end) {
        undefined |= CC_C;
    }
    return undefined;
}

uint32_t ir_undefined_flags(OpCode code, IRType t, int count)
{
    switch (code) {
    case OP_and:
    case OP_or:
    case OP_xor:
    case OP_andn:
        return CC_A;
    case OP_mul:
    case OP_mulu2:
    case OP_muls2:
        return CC_S | CC_Z | CC_A | CC_P;
    case OP_bsf:
    case OP_bsr:
        return CC_ALL & ~CC_Z;
    case OP_tzcnt:
    case OP_lzcnt:
        return CC_O | CC_S | CC_A | CC_P;
    case OP_shl ... OP_shrd:
        return undefined_by_shift(code, t, count);
    default:
        return 0;
    }
}

static void (*const families[NR_OPS])(Eval *e) = {
    [OP_mov... OP_lea] = eval_move,
    [OP_add... OP_sbb] = eval_add,
    [OP_and... OP_andn] = eval_logic,
    [OP_inc... OP_neg] = eval_add,
    [OP_not] = eval_logic,
    [OP_mul... OP_muls2] = eval_mul,
    [OP_divu2... OP_divs2] = eval_div,
    [OP_shl... OP_shrd] = eval_counted,
    [OP_bt... OP_btc] = eval_bit_test,
    [OP_bsf... OP_popcnt] = eval_scan,
    [OP_pdep... OP_pext] = eval_scatter,
    [OP_crc32] = eval_crc32,
    [OP_adcx... OP_adox] = eval_adx,
    [OP_setcond... OP_select] = eval_cond,
    [OP_setcc... OP_selcc] = eval_cond,
    [OP_getcc... OP_putcc] = eval_cond,
};

bool ir_can_eval(OpCode code)
{
    return families[code] != NULL;
}

void ir_eval(const IROp *op, const uint64_t *in, uint64_t *out, uint32_t *cc)
{
    const OpInfo *info = &op_info[op->code];
    Eval e = {.op = op, .t = op->type, .bits = ir_type_bits(op->type), .cc = *cc};
    for (unsigned i = 0; i < info->ins; i++) {
        e.in[i] = in[i] & ir_type_mask(ir_in_type(op, i));
    }
    families[op->code](&e);
    uint64_t mask = ir_type_mask(ir_out_type(op));
    for (unsigned k = 0; k < info->outs; k++) {
        out[k] = e.out[k] & mask;
    }
    if (op->setcc) {
        uint32_t defined = ir_cc_writes(op);
        *cc = (*cc & ~defined) | (e.flags & defined);
    }
}
