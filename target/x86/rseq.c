/* Restartable sequences of a program (rseq(2)): its code inside them. */
/* SPDX-License-Identifier: MIT */
/*
 * In a known sequence (cpu/rseq.h) an instruction's loads and stores become calls of
 * helpers, which do the access only if the thread was not disturbed. Else the guest goes
 * on at the sequence's abort address with the registers as they are before the
 * instruction. What is no plain load or store (locked instructions, vectors that are
 * loaded, helpers that access memory) is checked beforehand, and may be disturbed after
 * that.
 */
#include "target/x86/translate.h"

#include "target/x86/helpers.h"

static bool is_descriptor(const DisasContext *s, uint64_t va)
{
    return x86_rseq_may_be(va) && rseq_look(s->base.cpu, va);
}

/* A RIP-relative address, or an immediate. */
static void look_at_constants(DisasContext *s)
{
    const Insn *i = &s->insn;
    bool any = i->rip_rel && is_descriptor(s, s->next + i->disp);

    any |= is_descriptor(s, i->imm);
    s->tcg->movable &= !any;
}

const RseqSequence *x86_rseq_begin(DisasContext *s)
{
    look_at_constants(s);
    if (!rseq_sequences) {
        return NULL;
    }
    const RseqSequence *q = s->rseq;

    s->rseq = q && s->pc >= q->start && s->pc < q->end ? q : rseq_at(s->base.cpu, s->pc);
    return s->rseq;
}

static bool is_access(const IROp *op)
{
    return op->code == OP_st || (op->code == OP_ld && op->type <= IR_I64);
}

static bool must_check(const IROp *op)
{
    return op->code == OP_call ? ir_helper(op)->flags & HELPER_FAULT
                               : op_info[op->code].class == CLASS_MEM && !is_access(op);
}

static IRRef address_of(DisasContext *s, const IROp *op)
{
    IRRef va;

    if (op->in[0] == IR_NONE && op->in[1] == IR_NONE) {
        return x86_const(s, op->imm);
    }
    va = x86_temp(s, IR_I64);
    ir_lea(s->tcg, IR_I64, va, op->in[0], op->in[1], op->scale, op->imm);
    return va;
}

static void guard_load(DisasContext *s, const IROp *op, IRRef seq)
{
    IRRef va = address_of(s, op), r = x86_temp(s, IR_I64);

    X86_CALL(s, rseq_load, r, va, x86_const(s, op->memop), seq);
    ir_mov(s->tcg, ir_is_global(s->tcg, op->out[0]) ? (IRType)op->type : IR_I64,
           op->out[0], r);
}

static void guard_store(DisasContext *s, const IROp *op, IRRef seq)
{
    IRRef va = address_of(s, op), how = x86_const(s, op->memop), val = op->in[2];

    if (op->type <= IR_I64) {
        IRType t = (IRType)(op->memop & MO_SIZE);

        X86_CALL(s, rseq_store, IR_NONE, va, x86_zext(s, val, t), how, seq);
        return;
    }
    if (val != s->vec_tmp) {
        ir_mov(s->tcg, (IRType)op->type, s->vec_tmp, val);
    }
    X86_CALL(s, rseq_store_vec, IR_NONE, va, how, seq);
}

void x86_rseq_guard(DisasContext *s, unsigned first, bool cold)
{
    TCGContext *t = s->tcg;
    unsigned n = t->nops - first;
    IROp *ops = arena_alloc(&t->arena, n * sizeof *ops);
    IRRef seq = x86_const(s, (uintptr_t)s->rseq);
    bool check = cold;

    memcpy(ops, t->ops + first, n * sizeof *ops);
    t->nops = first;
    t->movable = false;
    for (unsigned i = 0; i < n; i++) {
        check |= must_check(&ops[i]);
    }
    if (check) {
        X86_CALL(s, rseq_check, IR_NONE, seq);
    }
    for (unsigned i = 0; i < n; i++) {
        if (!is_access(&ops[i])) {
            *ir_emit(t, OP_nop, IR_I64) = ops[i];
        } else if (ops[i].code == OP_ld) {
            guard_load(s, &ops[i], seq);
        } else {
            guard_store(s, &ops[i], seq);
        }
    }
}

/* Helpers. */

static void abort_sequence(CPUX86State *env, const RseqSequence *q, uintptr_t ra)
    __attribute__((noreturn));
static void abort_sequence(CPUX86State *env, const RseqSequence *q, uintptr_t ra)
{
    CPUState *cpu = env_cpu(env);

    cpu_restore_state(cpu, ra);
    env->rip = q->abort;
    cpu->exception_index = CPU_EXCP_LEAVE;
    cpu_loop_exit(cpu);
}

static const RseqSequence *sequence(uint64_t arg)
{
    return (const RseqSequence *)(uintptr_t)arg;
}

static void access_in_sequence(CPUX86State *env, const RseqAccess *a, uintptr_t ra)
{
    unsigned n = memop_bytes(a->memop);

    if (a->memop & MO_ALIGN && a->va & (n - 1)) {
        env_cpu(env)->ops->unaligned(env_cpu(env), a->va, n, ra);
    }
    if (!cpu_rseq_access(env_cpu(env), a, ra)) {
        abort_sequence(env, a->seq, ra);
    }
}

uint64_t helper_rseq_load(CPUX86State *env, uint64_t va, uint64_t memop, uint64_t seq)
{
    uint8_t buf[8];
    RseqAccess a = {.seq = sequence(seq), .va = va, .buf = buf, .memop = memop};

    access_in_sequence(env, &a, GETPC());
    uint64_t v = ldn_le_p(buf, memop_bytes(memop));

    return memop & MO_SIGN ? (uint64_t)sign_extend(v, 8 * memop_bytes(memop)) : v;
}

void helper_rseq_store(CPUX86State *env, uint64_t va, uint64_t val, uint64_t memop,
                       uint64_t seq)
{
    uint8_t buf[8];
    RseqAccess a = {
        .seq = sequence(seq), .va = va, .buf = buf, .memop = memop, .write = true};

    stn_le_p(buf, sizeof buf, val);
    access_in_sequence(env, &a, GETPC());
}

void helper_rseq_store_vec(CPUX86State *env, uint64_t va, uint64_t memop, uint64_t seq)
{
    RseqAccess a = {.seq = sequence(seq),
                    .va = va,
                    .buf = &env->vec_tmp,
                    .memop = memop,
                    .write = true};

    access_in_sequence(env, &a, GETPC());
}

void helper_rseq_check(CPUX86State *env, uint64_t seq)
{
    if (!cpu_rseq_goes_on(env_cpu(env), sequence(seq))) {
        abort_sequence(env, sequence(seq), GETPC());
    }
}
