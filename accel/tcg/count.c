/* Ops that count what units execute, so that -d stats can tell rates. */
/* SPDX-License-Identifier: MIT */
/*
 * In front of each exit of a unit the counters of the vCPU are increased by what lies on
 * the way to it: the instructions up to the exit's own, and their accesses to memory. An
 * exit in a cold part belongs to the instruction whose branch leads there. Where paths
 * inside the unit part, in front of a branch to a label that is also fallen into, and
 * where they meet, and in front of a helper with HELPER_LEAVES, what has been on the way
 * so far is counted, and the sums begin anew. What else leaves a unit by an exception, or
 * is done by helpers, is not counted.
 *
 * Units are bigger and slower for it, so it is done for -d stats only
 * (-accel tcg,count=on|off).
 */
#include "accel/tcg/tb.h"

#define OPS_PER_COUNTER 3

/* What has been executed when an instruction of the unit is complete. */
typedef struct Sum {
    uint64_t pc;
    unsigned insns, accesses;
} Sum;

typedef struct Counting {
    TCGContext *s;
    Sum *sum; /* of the instructions, and of what labels lead to, in their order */
    unsigned nsums, now;
    bool *meets; /* by label: it is fallen into */
    Sum *from;   /* by label: at the branch that leads there */
} Counting;

static bool is_exit(const IROp *op)
{
    return op->code == OP_exit_link || op->code == OP_exit_ind || op->code == OP_exit_tb;
}

static void increase(TCGContext *s, int32_t counter, uint64_t n)
{
    IRRef was = ir_temp(s, IR_I64), now = ir_temp(s, IR_I64);

    ir_ld_env(s, IR_I64, was, counter);
    ir_op2(s, OP_add, IR_I64, now, was, ir_const(s, n));
    ir_st_env(s, IR_I64, now, counter);
}

static void push(Counting *c, Sum sum)
{
    c->now = c->nsums++;
    c->sum[c->now] = sum;
}

/* Ops of the instruction at pc follow: a new one, or again one whose cold part this is.
 */
static void begin_insn(Counting *c, uint64_t pc)
{
    for (unsigned i = 0; i < c->nsums; i++) {
        if (c->sum[i].pc == pc) {
            return;
        }
    }
    Sum before = c->nsums ? c->sum[c->now] : (Sum){0};

    push(c, (Sum){pc, before.insns + 1, before.accesses});
}

static void count_sum(const Counting *c)
{
    const Sum *sum = &c->sum[c->now];

    increase(c->s, CPU_ENV_OFFSET(counts.insns), sum->insns);
    increase(c->s, CPU_ENV_OFFSET(counts.accesses), sum->accesses);
}

/* Nothing is on the way from here yet. */
static void count_part(Counting *c)
{
    Sum *sum = &c->sum[c->now];

    count_sum(c);
    *sum = (Sum){.pc = sum->pc};
}

static void count_exit(const Counting *c, const IROp *op)
{
    count_sum(c);
    if (op->code == OP_exit_ind) {
        increase(c->s, CPU_ENV_OFFSET(counts.indirect), 1);
    }
}

static bool may_leave(const IROp *op)
{
    return op->code == OP_call && ir_helper(op)->flags & HELPER_LEAVES;
}

static bool has_label(const IROp *op)
{
    return op->code == OP_label || op_info[op->code].flags & OPF_BRANCH;
}

/* Paths part or meet at the op. */
static bool is_fork(const Counting *c, const IROp *op)
{
    return has_label(op) && c->meets[op->label];
}

/* At a branch or label. */
static void count_path(Counting *c, const IROp *op)
{
    Sum *sum = &c->sum[c->now];

    if (!c->meets[op->label] && op->code == OP_label) {
        push(c, c->from[op->label]);
    } else if (!c->meets[op->label]) {
        c->from[op->label] = *sum;
    } else if (sum->insns) {
        count_part(c);
    }
}

/* Op number i is the first of its instruction, or of its cold part. */
static bool is_first(const IROp *ops, unsigned i)
{
    return !i || ops[i].insn != ops[i - 1].insn;
}

static void find_meetings(Counting *c, const IROp *ops, unsigned n)
{
    bool ended = false;

    c->meets = arena_alloc(&c->s->arena, c->s->nlabels);
    c->from = arena_alloc(&c->s->arena, c->s->nlabels * sizeof *c->from);
    memset(c->from, 0, c->s->nlabels * sizeof *c->from);
    for (unsigned i = 0; i < n; i++) {
        if (ops[i].code == OP_label) {
            c->meets[ops[i].label] = !ended;
            ended = false;
        }
        ended |= op_info[ops[i].code].flags & OPF_BB_END;
    }
}

void tb_count_ops(TCGContext *s)
{
    Counting c = {.s = s};
    unsigned n = s->nops, starts = 0, exits = 0;
    IROp *ops = arena_alloc(&s->arena, n * sizeof *ops);

    memcpy(ops, s->ops, n * sizeof *ops);
    find_meetings(&c, ops, n);
    for (unsigned i = 0; i < n; i++) {
        starts += is_first(ops, i);
        exits += is_exit(&ops[i]) || is_fork(&c, &ops[i]) || may_leave(&ops[i]);
    }
    if (!starts || n + 3 * OPS_PER_COUNTER * exits > IR_MAX_OPS) {
        return;
    }
    c.sum = arena_alloc(&s->arena, (starts + s->nlabels) * sizeof *c.sum);
    s->nops = 0;
    for (unsigned i = 0; i < n; i++) {
        if (is_first(ops, i)) {
            begin_insn(&c, ir_insn_pc(s, &ops[i]));
            s->insn = ops[i].insn;
        }
        if (op_info[ops[i].code].class == CLASS_MEM && c.nsums) {
            c.sum[c.now].accesses++;
        } else if (is_exit(&ops[i]) && c.nsums) {
            count_exit(&c, &ops[i]);
        } else if (has_label(&ops[i]) && c.nsums) {
            count_path(&c, &ops[i]);
        } else if (may_leave(&ops[i]) && c.nsums) {
            count_part(&c);
        }
        s->ops[s->nops++] = ops[i];
    }
}
