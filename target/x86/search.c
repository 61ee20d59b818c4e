/* Loops that search memory for a value: a few steps ahead without a branch. */
/* SPDX-License-Identifier: MIT */
/*
 * A loop that goes on while what it loads is smaller (or larger) than a value ends where
 * no processor foresees it, unless the values lie in an order:
 *
 *     1: mov rdi, rax; mov ecx, [rax]; add rax, 4; cmp ecx, edx; jb 1b
 *
 * So behind the first round, where the unit comes to the JCC, the next STEPS rounds are
 * done by conditional moves, and the JCC goes by what is found then:
 *
 *     1: mov rdi, rax; mov ecx, [rax]; add rax, 4; cmp ecx, edx
 *        (lea t, [rax + 4]; cmovb rax, t; mov t, [next]; cmovb ecx, t; cmp ecx, edx)
 *        STEPS times
 *        lea rdi, [rax - 4]; jb 1b
 *
 * A round changes registers by the same number each time, and compares what it loads.
 * What is loaded in vain lies in the page of the first round's load, in plain RAM (a
 * `probe`), so nobody sees that. Where the page ends too soon the JCC is a jump as ever.
 *
 * Rounds that the first unit has not done go as ever, in a unit of the loop's own: a long
 * way is foreseen.
 */
#include "target/x86/translate.h"

#define STEPS            4
#define MAX_OPS          20  /* of a round */
#define MAX_BYTES        128 /* from the first load to the last */
#define NR_REGS          16
#define MAX_EXITS_BEFORE 4 /* of the unit: four more come here */
#define PAGE_SIZE        4096

/* What a register holds, by the values at the head of the loop. */
typedef struct Value {
    enum { AS_IT_WAS, SUM, SUM_32, LOADED } kind;
    IRRef from; /* of a sum: from + add, cut to 32 bits if SUM_32 */
    int64_t add;
} Value;

typedef struct Search {
    const TCGContext *t;
    Value reg[NR_REGS];
    IROp load; /* its address by the values at the head of the loop */
    IROp compare;
    bool has_load, has_compare;
    unsigned first; /* op of the body */
} Search;

static Value value_of(const Search *h, IRRef r)
{
    const Value *v = &h->reg[r];

    return v->kind == AS_IT_WAS ? (Value){.kind = SUM, .from = r} : *v;
}

/* A register's value at the head that an address counts from, or false. */
static bool to_head(const Search *h, IRRef *r, int64_t *add)
{
    if (*r == IR_NONE) {
        return true;
    }
    if (*r >= NR_REGS) {
        return false;
    }
    Value v = value_of(h, *r);

    *r = v.from;
    *add += v.add;
    return v.kind == SUM;
}

static bool note_load(Search *h, const IROp *op)
{
    int64_t base = 0, index = 0;

    if (h->has_load || h->has_compare || op->type > IR_I64 ||
        op->memop & (MO_RMW | MO_ALIGN | MO_HOST) || op->in[0] == IR_NONE) {
        return false;
    }
    if (ir_is_global(h->t, op->out[0])) {
        if (op->type < IR_I32) {
            return false;
        }
        h->reg[op->out[0]] = (Value){.kind = LOADED};
    }
    h->has_load = true;
    h->load = *op;
    if (!to_head(h, &h->load.in[0], &base) || !to_head(h, &h->load.in[1], &index)) {
        return false;
    }
    h->load.imm += base + index * (1 << op->scale);
    return h->load.imm > INT32_MIN / 2 && h->load.imm < INT32_MAX / 2;
}

/* out = in[0] + n. */
static bool note_sum(Search *h, const IROp *op, int64_t n)
{
    if (op->out[0] >= NR_REGS || op->in[0] >= NR_REGS) {
        return false;
    }
    Value v = value_of(h, op->in[0]);

    if (v.kind != SUM || (op->type != IR_I64 && op->type != IR_I32)) {
        return false;
    }
    if (op->type == IR_I32) {
        v.kind = SUM_32;
    }
    v.add += n;
    h->reg[op->out[0]] = v;
    return true;
}

static bool note_op(Search *h, const IROp *op)
{
    bool number = op->in[1] != IR_NONE && ir_is_const(h->t, op->in[1]);
    int64_t n = number ? (int64_t)ir_t(h->t, op->in[1])->val : 0;

    if (op->setcc && h->has_compare) {
        return false;
    }
    switch (op->code) {
    case OP_nop:
        return true;
    case OP_ld:
        return note_load(h, op);
    case OP_mov:
        return note_sum(h, op, 0);
    case OP_lea:
        return op->in[1] == IR_NONE && note_sum(h, op, op->imm);
    case OP_inc:
        return note_sum(h, op, 1);
    case OP_dec:
        return note_sum(h, op, -1);
    case OP_add:
        return number && note_sum(h, op, n);
    case OP_sub:
        if (op->out[0] != IR_NONE) {
            return number && note_sum(h, op, -n);
        }
        h->compare = *op;
        h->has_compare = true;
        return h->has_load;
    default:
        return false;
    }
}

/* The body begins with the instruction at `pc`, and nothing leads into it. */
static bool find_body(Search *h, uint64_t pc)
{
    const TCGContext *t = h->t;

    for (unsigned n = 0, at = t->nops; n < MAX_OPS && at-- > 0; n++) {
        const IROp *op = &t->ops[at];

        if (op->code == OP_label) {
            break;
        }
        if (ir_insn_pc(t, op) == pc && (!at || op[-1].insn != op->insn)) {
            h->first = at;
            return true;
        }
    }
    return false;
}

/* By how much a register grows in a round. */
static int64_t growth(const Search *h, IRRef r)
{
    return r == IR_NONE ? 0 : h->reg[r].add;
}

/* What is compared is what was loaded, and a register that stays as it is. */
static bool compares_load(const Search *h)
{
    bool loaded[2], stays[2];

    for (unsigned k = 0; k < 2; k++) {
        IRRef r = h->compare.in[k];
        bool global = r < NR_REGS;

        loaded[k] = r == h->load.out[0] && (!global || h->reg[r].kind == LOADED);
        stays[k] = global && h->reg[r].kind == AS_IT_WAS;
    }
    return (loaded[0] && stays[1]) || (loaded[1] && stays[0]);
}

/* Each register that changes is what it was and a number, or a sum of one such. */
static bool sums_are_regular(const Search *h)
{
    for (unsigned r = 0; r < NR_REGS; r++) {
        const Value *v = &h->reg[r];
        bool is_sum = v->kind == SUM || v->kind == SUM_32;

        if (is_sum && v->from != r &&
            (v->kind == SUM_32 ||
             (h->reg[v->from].kind != AS_IT_WAS &&
              (h->reg[v->from].kind != SUM || h->reg[v->from].from != v->from)))) {
            return false;
        }
    }
    return true;
}

/* Bytes from one load to the next, 0: the loop is of another kind. */
static int64_t stride_of(const Search *h)
{
    const IROp *l = &h->load;

    for (unsigned k = 0; k < 2; k++) {
        if (l->in[k] == IR_NONE) {
            continue;
        }
        const Value *v = &h->reg[l->in[k]];

        if (v->kind != AS_IT_WAS && (v->kind != SUM || v->from != l->in[k])) {
            return 0;
        }
    }
    int64_t d = growth(h, l->in[0]) + growth(h, l->in[1]) * (1 << l->scale);
    int64_t most = (MAX_BYTES - memop_bytes(l->memop)) / STEPS;

    return d <= most && d >= -most ? d : 0;
}

static int64_t analyse(Search *h, uint64_t pc)
{
    if (!find_body(h, pc)) {
        return 0;
    }
    for (unsigned at = h->first; at < h->t->nops; at++) {
        if (!note_op(h, &h->t->ops[at])) {
            return 0;
        }
    }
    return h->has_compare && h->has_load && compares_load(h) && sums_are_regular(h)
               ? stride_of(h)
               : 0;
}

/* The host address of all that the first round has loaded and the steps load: all of one
 * page. Elsewhere the JCC is done at once. */
static IRRef gen_probe(DisasContext *s, const Search *h, int64_t stride, Cond c,
                       uint64_t target)
{
    TCGContext *t = s->tcg;
    const IROp *l = &h->load;
    IRRef low = x86_temp(s, IR_I64), host = x86_temp(s, IR_I64), in_page;
    /* by the registers as they are now, `imm` is what the first step loads */
    int64_t disp = l->imm + (stride > 0 ? -stride : (STEPS - 1) * stride);
    unsigned bytes = llabs(stride) * STEPS + memop_bytes(l->memop);

    ir_lea(t, IR_I64, low, l->in[0], l->in[1], l->scale, disp);
    in_page = x86_op2(s, OP_and, IR_I64, low, x86_const(s, PAGE_SIZE - 1));
    x86_jcc_if_above(s, in_page, x86_const(s, PAGE_SIZE - bytes), c, target);
    ir_probe(t, host, (IRAddr){.base = low, .index = IR_NONE}, bytes);
    return host;
}

/* What is compared becomes what the step loads, if cond. */
static void gen_load(DisasContext *s, Search *h, Cond c, IRRef host, int64_t off)
{
    TCGContext *t = s->tcg;
    IRRef was = h->load.out[0], is = was, val = x86_temp(s, (IRType)h->load.type);
    IRAddr addr = {.base = host, .index = IR_NONE, .disp = off};

    ir_ld(t, (IRType)h->load.type, val, addr, h->load.memop | MO_HOST);
    if (!ir_is_global(t, was)) {
        is = x86_temp(s, IR_I64);
    }
    ir_selcc(t, IR_I64, c, is, val, was);
    for (unsigned k = 0; k < 2; k++) {
        h->compare.in[k] = h->compare.in[k] == was ? is : h->compare.in[k];
    }
    h->load.out[0] = is;
}

static void gen_sums(DisasContext *s, const Search *h, Cond c)
{
    for (unsigned r = 0; r < NR_REGS; r++) {
        const Value *v = &h->reg[r];

        if ((v->kind == SUM || v->kind == SUM_32) && v->from == r && v->add) {
            IRType t = v->kind == SUM ? IR_I64 : IR_I32;
            IRRef sum = x86_temp(s, t);

            ir_lea(s->tcg, t, sum, r, IR_NONE, 0, v->add);
            ir_selcc(s->tcg, IR_I64, c, r, sum, r);
        }
    }
}

/* Registers that are sums of others. */
static void gen_others(DisasContext *s, const Search *h)
{
    for (unsigned r = 0; r < NR_REGS; r++) {
        const Value *v = &h->reg[r];

        if (v->kind == SUM && v->from != r && h->reg[v->from].kind == SUM) {
            ir_lea(s->tcg, IR_I64, r, v->from, IR_NONE, 0, v->add - h->reg[v->from].add);
        }
    }
}

void x86_search(DisasContext *s, Cond c, uint64_t target)
{
    if (TCG_OPT_OFF(s->tcg, search) || !s->tcg->share || !s->base.skip_jumps ||
        !s->code64 || s->hflags & HF_AC || target <= s->base.pc_first ||
        target >= s->pc || !x86_cond_is_order(c) || s->nexits > MAX_EXITS_BEFORE) {
        return;
    }
    Search h = {.t = s->tcg};
    int64_t stride = analyse(&h, target);

    if (!stride) {
        return;
    }
    IRRef host = gen_probe(s, &h, stride, c, target);

    for (int n = 1; n <= STEPS; n++) {
        gen_sums(s, &h, c);
        gen_load(s, &h, c, host, stride > 0 ? n * stride : (n - STEPS) * stride);
        ir_op2f(s->tcg, OP_sub, (IRType)h.compare.type, IR_NONE, h.compare.in[0],
                h.compare.in[1]);
    }
    gen_others(s, &h);
}
