/* Ops that count what units execute, so that -d stats can tell rates. */
/* SPDX-License-Identifier: MIT */
/*
 * In front of each exit of a unit the counters of the vCPU are increased by what lies on
 * the way to it: the instructions up to the exit's own, and their accesses to memory. An
 * exit in a cold part belongs to the instruction that its insn_start names. What leaves a
 * unit by an exception, or is done by helpers, is not counted.
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
    Sum *sum; /* of the instructions, in their order */
    unsigned nsums, now;
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

/* Ops of the instruction at pc follow: a new one, or again one whose cold part this is.
 */
static void begin_insn(Counting *c, uint64_t pc)
{
    for (unsigned i = 0; i < c->nsums; i++) {
        if (c->sum[i].pc == pc) {
            c->now = i;
            return;
        }
    }
    Sum before = c->nsums ? c->sum[c->nsums - 1] : (Sum){0};

    c->now = c->nsums++;
    c->sum[c->now] = (Sum){pc, before.insns + 1, before.accesses};
}

static void count_exit(const Counting *c, const IROp *op)
{
    const Sum *sum = &c->sum[c->now];

    increase(c->s, CPU_ENV_OFFSET(counts.insns), sum->insns);
    increase(c->s, CPU_ENV_OFFSET(counts.accesses), sum->accesses);
    if (op->code == OP_exit_ind) {
        increase(c->s, CPU_ENV_OFFSET(counts.indirect), 1);
    }
}

void tb_count_ops(TCGContext *s)
{
    Counting c = {.s = s};
    unsigned n = s->nops, starts = 0, exits = 0;
    IROp *ops = arena_alloc(&s->arena, n * sizeof *ops);

    memcpy(ops, s->ops, n * sizeof *ops);
    for (unsigned i = 0; i < n; i++) {
        starts += ops[i].code == OP_insn_start;
        exits += is_exit(&ops[i]);
    }
    if (!starts || n + 3 * OPS_PER_COUNTER * exits > s->max_ops) {
        return;
    }
    c.sum = arena_alloc(&s->arena, starts * sizeof *c.sum);
    s->nops = 0;
    for (unsigned i = 0; i < n; i++) {
        if (ops[i].code == OP_insn_start) {
            begin_insn(&c, ops[i].imm);
        } else if (op_info[ops[i].code].class == CLASS_MEM && c.now + 1 == c.nsums) {
            c.sum[c.now].accesses++;
        } else if (is_exit(&ops[i]) && c.nsums) {
            count_exit(&c, &ops[i]);
        }
        s->ops[s->nops++] = ops[i];
    }
}
