/* Generators of string instructions: one element inline, REP by a helper in runs. */
/* SPDX-License-Identifier: MIT */
/*
 * The helper ends when the instruction does, or leaves generated code when something else
 * is to be done first: then the instruction begins again. Where it is to do one element
 * at a time, it says whether there are more, and the instruction runs again from a unit
 * head.
 */
#include "target/x86/help-int.h"
#include "target/x86/translate.h"

/* The string pointer `reg` as an address in `seg`. */
static IRAddr string_addr(DisasContext *s, unsigned seg, unsigned reg, unsigned size,
                          bool write)
{
    IRRef ea = x86_reg_zext(s, reg, (IRType)s->insn.addrsize);

    return x86_seg_addr(s, seg, ea, 1u << size, write);
}

static void advance(DisasContext *s, unsigned reg, unsigned size)
{
    IRRef df = x86_ld_env(s, IR_I64, offsetof(CPUX86State, df));

    x86_reg_add_scaled(s, reg, (IRType)s->insn.addrsize, df, size);
}

static bool is_repeated(const DisasContext *s)
{
    return s->insn.prefixes & (PFX_F3 | PFX_F2);
}

/* What the helpers are told: STR_* of tcg/string-op.h. */
static unsigned describe(const DisasContext *s, StringKind kind, unsigned size)
{
    const Insn *i = &s->insn;
    bool one = TCG_OPT_OFF(s->tcg, strings) || s->base.one_insn || s->hflags & HF_TF;
    bool plain = i->addrsize == SZ64 && i->seg < R_FS && !(s->hflags & HF_AC);

    return size | i->addrsize << STR_ADDR_SHIFT | i->seg << STR_SEG_SHIFT |
           (one ? STR_ONE : 0) | (i->prefixes & PFX_F2 ? STR_REPNE : 0) |
           kind << STR_KIND_SHIFT | (plain ? STR_PLAIN : 0);
}

/* With REP: one helper for each instruction; `size` is that of an element. False: it is
 * without. */
static bool gen_rep(DisasContext *s, StringKind kind, unsigned size)
{
    static const HelperInfo *const helpers[] = {
        [STRING_MOVS] = &helper_info_rep_movs, [STRING_STOS] = &helper_info_rep_stos,
        [STRING_LODS] = &helper_info_rep_lods, [STRING_CMPS] = &helper_info_rep_cmps,
        [STRING_SCAS] = &helper_info_rep_scas,
    };

    if (!is_repeated(s)) {
        return false;
    }
    unsigned how = describe(s, kind, size);
    IRRef rcx = s->regs[R_RCX];

    if (string_compares(how) && !(how & STR_ONE) && x86_has_exit(s)) {
        /* Behind it flags are of one origin. */
        x86_leave_if(s, (IRType)s->insn.addrsize, COND_TSTE, rcx, rcx, s->next);
        how |= STR_NONZERO;
    }
    const IRRef args[] = {x86_const(s, how)};

    if (how & STR_ONE) {
        IRRef more = x86_temp(s, IR_I64);

        ir_call(s->tcg, helpers[kind], more, args);
        x86_goto_if(s, IR_I64, COND_TSTNE, more, more, s->pc);
    } else {
        ir_call(s->tcg, helpers[kind], IR_NONE, args);
    }
    return true;
}

void gen_movs(DisasContext *s, Insn *i)
{
    unsigned size = i->op[0].size;
    IRRef v = x86_temp(s, (IRType)size);

    if (gen_rep(s, STRING_MOVS, size)) {
        return;
    }

    ir_ld(s->tcg, (IRType)size, v, string_addr(s, i->seg, R_RSI, size, false), size);
    ir_st(s->tcg, (IRType)size, v, string_addr(s, SEG_ES, R_RDI, size, true), size);
    advance(s, R_RSI, size);
    advance(s, R_RDI, size);
}

void gen_stos(DisasContext *s, Insn *i)
{
    unsigned size = i->op[0].size;

    if (gen_rep(s, STRING_STOS, size)) {
        return;
    }

    IRAddr a = string_addr(s, SEG_ES, R_RDI, size, true);
    ir_st(s->tcg, (IRType)size, s->regs[R_RAX], a, size);
    advance(s, R_RDI, size);
}

void gen_lods(DisasContext *s, Insn *i)
{
    unsigned size = i->op[1].size;

    if (gen_rep(s, STRING_LODS, size)) {
        return;
    }

    IRAddr a = string_addr(s, i->seg, R_RSI, size, false);
    ir_ld(s->tcg, (IRType)size, s->regs[R_RAX], a, size);
    advance(s, R_RSI, size);
}

void gen_cmps(DisasContext *s, Insn *i)
{
    unsigned size = i->op[0].size;
    IRType t = (IRType)size;
    IRRef a = x86_temp(s, t), b = x86_temp(s, t);

    if (gen_rep(s, STRING_CMPS, size)) {
        return;
    }

    ir_ld(s->tcg, t, b, string_addr(s, SEG_ES, R_RDI, size, false), size);
    ir_ld(s->tcg, t, a, string_addr(s, i->seg, R_RSI, size, false), size);
    advance(s, R_RSI, size);
    advance(s, R_RDI, size);
    ir_op2f(s->tcg, OP_sub, t, IR_NONE, a, b);
}

void gen_scas(DisasContext *s, Insn *i)
{
    unsigned size = i->op[1].size;
    IRType t = (IRType)size;
    IRRef b = x86_temp(s, t);

    if (gen_rep(s, STRING_SCAS, size)) {
        return;
    }

    ir_ld(s->tcg, t, b, string_addr(s, SEG_ES, R_RDI, size, false), size);
    advance(s, R_RDI, size);
    ir_op2f(s->tcg, OP_sub, t, IR_NONE, s->regs[R_RAX], b);
}

/* --- ports: an element at a time, REP too --- */

/* With REP: rCX == 0 ends it. Returns true if it is repeated. */
static bool begin_repeated(DisasContext *s)
{
    IRRef rcx = s->regs[R_RCX];

    if (!is_repeated(s)) {
        return false;
    }
    x86_goto_if(s, (IRType)s->insn.addrsize, COND_TSTE, rcx, rcx, s->next);
    return true;
}

static void end_repeated(DisasContext *s)
{
    x86_reg_add(s, R_RCX, (IRType)s->insn.addrsize, -1);
    x86_goto(s, s->pc);
}

void gen_ins(DisasContext *s, Insn *i)
{
    unsigned size = i->op[0].size;
    IRType t = (IRType)size;
    IRRef port = x86_reg_zext(s, R_RDX, IR_I16), v = x86_temp(s, IR_I64);

    x86_gen_check_io(s, port, t);
    bool repeated = begin_repeated(s);
    IRAddr a = string_addr(s, SEG_ES, R_RDI, size, true);

    /* A fault must come before the port is read. */
    ir_ld(s->tcg, t, x86_temp(s, t), a, size | MO_RMW);
    X86_CALL(s, in, v, port, x86_const(s, 1 << size));
    ir_st(s->tcg, t, v, a, size);
    advance(s, R_RDI, size);
    if (repeated) {
        end_repeated(s);
    }
}

void gen_outs(DisasContext *s, Insn *i)
{
    unsigned size = i->op[1].size;
    IRType t = (IRType)size;
    IRRef port = x86_reg_zext(s, R_RDX, IR_I16), v = x86_temp(s, IR_I64);

    x86_gen_check_io(s, port, t);
    bool repeated = begin_repeated(s);

    ir_ld(s->tcg, IR_I64, v, string_addr(s, i->seg, R_RSI, size, false), size);
    X86_CALL(s, out, IR_NONE, port, v, x86_const(s, 1 << size));
    advance(s, R_RSI, size);
    if (repeated) {
        end_repeated(s);
    }
}
