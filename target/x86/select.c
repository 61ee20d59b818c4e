/* Conditional jumps around a few moves become conditional moves. */
/* SPDX-License-Identifier: MIT */
/*
 * A jump that no processor foresees costs some twenty cycles each time that it does not
 * do what it did before, and the more, the later the value comes that it asks for. The
 * moves alone cost one each:
 *
 *     cmp edx, [rsi]; jae 1f; mov rax, rcx; 1:
 *
 * A jump is taken to be of that kind when it asks for an order (not for equality) of two
 * values of which one has just been loaded. Others are mostly foreseen, and what comes
 * behind them need not wait for the comparison.
 *
 * Three forms are known, both ways of at most MAX_MOVES moves between registers, which
 * cannot fault and leave the flags alone:
 *
 *     jcc J; moves; J:                                     one way is empty
 *     jcc T; moves; jmp J; T: moves; J:
 *     jcc T; moves; J: ...   and elsewhere  T: moves; jmp J
 *
 * The unit goes on at J. It depends on all bytes that were looked at.
 */
#include "target/x86/translate.h"

#define MAX_MOVES 3
#define MAX_BACK  12 /* ops that are searched for the comparison and its operands */

/* Instructions on one side of the jump. */
typedef struct Way {
    unsigned n;
    Insn insn[MAX_MOVES];
    uint64_t pc[MAX_MOVES + 1]; /* of each, and behind the last */
    uint64_t jump, end;         /* where the JMP behind them leads to, or 0; behind it */
} Way;

/* Only a global is written, by one op that is neither a load nor flags. */
static bool is_move(const Insn *i)
{
    GenFn *gen = x86_gen[i->desc->number];
    const X86Operand *to = &i->op[0], *from = &i->op[1];

    if (to->kind != OPK_REG || to->high || (to->size != SZ32 && to->size != SZ64)) {
        return false;
    }
    if (gen == gen_lea) {
        return i->addrsize == SZ64;
    }
    return (gen == gen_mov && from->kind == OPK_IMM) ||
           ((gen == gen_mov || gen == gen_movzx || gen == gen_movsx ||
             gen == gen_movsxd) &&
            from->kind == OPK_REG && !from->high);
}

static void look_along(const DisasContext *s, uint64_t pc, Way *w)
{
    w->n = 0;
    w->jump = 0;
    for (;;) {
        unsigned avail;
        const uint8_t *code = x86_peek(s, pc, &avail);
        Insn i;
        int len = code ? x86_decode(&i, code, avail, s->mode) : X86_DECODE_MORE;

        w->pc[w->n] = pc;
        if (len < 0) {
            return;
        }
        if (x86_gen[i.desc->number] == gen_jmp) {
            w->end = pc + len;
            w->jump = w->end + i.imm;
            return;
        }
        if (w->n == MAX_MOVES || !is_move(&i)) {
            return;
        }
        w->insn[w->n++] = i;
        pc += len;
    }
}

/* Cuts the way where it comes to `pc`. */
static bool cut_at(Way *w, uint64_t pc)
{
    for (unsigned n = 0; n <= w->n; n++) {
        if (w->pc[n] == pc) {
            w->n = n;
            return true;
        }
    }
    return false;
}

/* Where both ways come together, or 0. */
static uint64_t common_end(const DisasContext *s, uint64_t target, Way *on, Way *taken)
{
    taken->n = 0;
    look_along(s, s->next, on);
    if (cut_at(on, target)) {
        return target;
    }
    look_along(s, target, taken);
    if (on->jump && target == on->end && cut_at(taken, on->jump)) {
        return on->jump;
    }
    return taken->jump && cut_at(on, taken->jump) ? taken->jump : 0;
}

/* The value that op number `at` finds in `ref` has been loaded a few ops above. */
static bool was_loaded(const TCGContext *t, unsigned at, IRRef ref)
{
    for (unsigned n = 0; n < MAX_BACK && at-- > 0; n++) {
        const IROp *op = &t->ops[at];

        if (op->code == OP_label) {
            return false;
        }
        if (op->out[0] != ref) {
            continue;
        }
        if (op->code == OP_ld) {
            return true;
        }
        if (op->code != OP_mov && op->code != OP_zext && op->code != OP_sext) {
            return false;
        }
        ref = op->in[0];
    }
    return false;
}

/* The flags say how two values compare, of which one has just been loaded. */
static bool compares_loaded(const TCGContext *t)
{
    for (unsigned at = t->nops, n = 0; n < MAX_BACK && at-- > 0; n++) {
        const IROp *op = &t->ops[at];

        if (op->setcc) {
            return op->code == OP_sub && op->out[0] == IR_NONE &&
                   !ir_is_const(t, op->in[0]) && !ir_is_const(t, op->in[1]) &&
                   (was_loaded(t, at, op->in[0]) || was_loaded(t, at, op->in[1]));
        }
        if (op->code != OP_nop && op->code != OP_mov && op->code != OP_lea) {
            return false;
        }
    }
    return false;
}

bool x86_cond_is_order(Cond c)
{
    switch (c & ~1) {
    case COND_B:
    case COND_BE:
    case COND_L:
    case COND_LE:
        return true;
    default:
        return false;
    }
}

/* The moves of a way, done if cond. */
static void gen_way(DisasContext *s, Cond c, const Way *w)
{
    TCGContext *t = s->tcg;

    for (unsigned n = 0; n < w->n; n++) {
        s->insn = w->insn[n];
        s->next = w->pc[n + 1];
        s->have_addr = false;
        x86_gen[s->insn.desc->number](s, &s->insn);

        IROp *op = &t->ops[t->nops - 1];
        IRRef reg = op->out[0], val = ir_temp(t, (IRType)op->type);

        op->out[0] = val; /* zero-extended as the register would be */
        ir_selcc(t, IR_I64, c, reg, val, reg);
    }
}

bool x86_select(DisasContext *s, Cond c, uint64_t target)
{
    Way on, taken;

    if (TCG_OPT_OFF(s->tcg, select) || !s->base.skip_jumps || !s->code64 ||
        !x86_cond_is_order(c) || !x86_may_go_on(s, UINT64_MAX) ||
        !compares_loaded(s->tcg)) {
        return false;
    }
    uint64_t end = common_end(s, target, &on, &taken);

    if (end <= s->pc || (end ^ s->base.pc_first) & ~(uint64_t)0xfff) {
        return false;
    }
    uint64_t next = s->next;

    gen_way(s, c ^ 1, &on);
    gen_way(s, c, &taken);
    s->base.pc_next += end - next;
    s->next = end;
    return true;
}
