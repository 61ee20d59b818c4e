/* Generators of jumps, calls, returns and loops within a code segment. */
/* SPDX-License-Identifier: MIT */
#include "target/x86/translate.h"

/* Target of a relative branch. */
static uint64_t rel_target(const DisasContext *s)
{
    return (s->next + s->insn.imm) & x86_ip_mask(s, (IRType)s->insn.opsize);
}

/* Behind the branch: go on in this unit, or leave. */
static void fall_through(DisasContext *s, uint64_t taken)
{
    if (!x86_may_go_on(s, taken)) {
        x86_goto(s, s->next);
    }
}

void gen_jcc(DisasContext *s, Insn *i)
{
    uint64_t target = rel_target(s);
    Cond c = (Cond)(i->opcode & 15);

    if (!x86_select(s, c, target)) {
        x86_search(s, c, target);
        x86_goto_if_cc(s, c, target);
        fall_through(s, target);
    }
}

void gen_jmp(DisasContext *s, Insn *i)
{
    uint64_t target = rel_target(s);

    x86_check_target(s, x86_const(s, target));
    x86_goto(s, target);
}

void gen_jmp_ind(DisasContext *s, Insn *i)
{
    IRRef target = x86_ip_cut(s, x86_op_load(s, 0), (IRType)i->opsize);

    x86_check_target(s, target);
    x86_branch_ind(s, target);
}

/* The return address goes onto the stack; the target is checked after the stack, before
 * the store. */
static void push_return(DisasContext *s, IRRef target)
{
    IRType t = (IRType)s->insn.opsize;

    if (x86_must_check_target(s, target)) {
        x86_stack_probe(s, t, -(int64_t)(1 << t));
        x86_check_target(s, target);
    }
    x86_push(s, t, x86_pc(s, s->next));
}

void gen_call(DisasContext *s, Insn *i)
{
    uint64_t target = rel_target(s);

    push_return(s, x86_const(s, target));
    x86_goto(s, target);
}

void gen_call_ind(DisasContext *s, Insn *i)
{
    IRRef target = x86_ip_cut(s, x86_op_load(s, 0), (IRType)i->opsize);

    if (target == s->regs[R_RSP]) { /* as it was before the push */
        target = x86_op1(s, OP_mov, IR_I64, target);
    }
    push_return(s, target);
    x86_branch_ind(s, target);
}

void gen_ret(DisasContext *s, Insn *i)
{
    IRType t = (IRType)i->opsize;
    IRRef target = x86_ip_cut(s, x86_stack_top(s, t, 0), t);

    x86_check_target(s, target);
    x86_stack_add(s, (1 << t) + (i->desc->nops ? i->imm : 0));
    x86_branch_ind(s, target);
}

/* CX, ECX or RCX, by address size. */
static IRType counter_type(const DisasContext *s)
{
    return (IRType)s->insn.addrsize;
}

void gen_jcxz(DisasContext *s, Insn *i)
{
    uint64_t target = rel_target(s);
    IRRef rcx = s->regs[R_RCX];

    x86_goto_if(s, counter_type(s), COND_TSTE, rcx, rcx, target);
    fall_through(s, target);
}

/* LOOPNE E0, LOOPE E1, LOOP E2. The flags do not change. */
void gen_loop(DisasContext *s, Insn *i)
{
    uint64_t target = rel_target(s);
    IRRef rcx = s->regs[R_RCX];
    IRType t = counter_type(s);

    x86_reg_add(s, R_RCX, t, -1);
    if (i->opcode == 0xe2) {
        x86_goto_if(s, t, COND_TSTNE, rcx, rcx, target);
    } else {
        IRRef more = x86_temp(s, IR_I64), zf = x86_temp(s, IR_I64);
        ir_setcond(s->tcg, t, COND_TSTNE, more, rcx, rcx);
        ir_setcc(s->tcg, i->opcode == 0xe1 ? COND_E : COND_NE, zf);
        x86_goto_if(s, IR_I64, COND_TSTNE, more, zf, target);
    }
    fall_through(s, target);
}
