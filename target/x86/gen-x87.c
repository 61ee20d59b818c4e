/* Generators of the x87 instructions: operands to the IR's x87 ops. */
/* SPDX-License-Identifier: MIT */
/*
 * The arg column of the rows is an operation of tcg/x87.def. While the guest has all x87
 * exceptions masked, none can be pending, and the instruction is an x87 op; else it is a
 * call of helper_x87(), which raises #MF for what an earlier one left pending.
 *
 * Behind it the pointers to the instruction and its operand are noted, so that an
 * exception that is raised for an earlier instruction still finds that one's.
 */
#include "target/x86/cpuid.h"
#include "target/x86/help-x87.h"
#include "target/x86/translate.h"

#define X87_OFFSET(field) ((int32_t)offsetof(CPUX86State, x87.field))

/* ST(i) by ModRM.rm. */
static unsigned st_index(const Insn *i)
{
    return i->modrm & 7;
}

static bool is_unmasked(const DisasContext *s)
{
    return s->hflags & HF_X87_UNMASKED;
}

static bool by_helper(const DisasContext *s)
{
    return is_unmasked(s) || TCG_OPT_OFF(s->tcg, x87);
}

/* FIP and FDP are linear in real mode, else offsets; bases other than 0 are not taken off
 * FDP. */
static void note_insn(DisasContext *s)
{
    const Insn *i = &s->insn;
    uint64_t ip = x86_protected(s) ? s->pc : s->pc + s->cs_base;
    unsigned opcode = (i->opcode & 7) << 8 | i->modrm;

    if (s->tcg->relative) {
        ir_st_env(s->tcg, IR_I64, x86_pc(s, ip), X87_OFFSET(fip));
        ir_st_env(s->tcg, IR_I16, x86_const(s, opcode), X87_OFFSET(fop));
        return;
    }
    ir_x87_note(s->tcg, ip, opcode);
}

/* Models with this feature record FDP with an unmasked exception only: the helper does.
 */
static void note_operand(DisasContext *s, IRAddr a)
{
    if (!x86_model_has(s->env->model, X86_FEAT_FDP_EXCPTN_ONLY)) {
        IRRef va = x86_temp(s, IR_I64);

        ir_lea(s->tcg, IR_I64, va, a.base, a.index, a.scale, a.disp);
        ir_st_env(s->tcg, IR_I64, va, X87_OFFSET(fdp));
    }
    note_insn(s);
}

static IRRef address_of(DisasContext *s, IRAddr a)
{
    IRRef va = x86_temp(s, IR_I64);

    ir_lea(s->tcg, IR_I64, va, a.base, a.index, a.scale, a.disp);
    return va;
}

static IRRef linear_address(DisasContext *s, unsigned bytes, bool write)
{
    return address_of(s, x86_op_addr(s, bytes, write));
}

/* An operation on the stack; in: an integer operand, or IR_NONE. */
static void gen_stack(DisasContext *s, X87Id id, unsigned i, IRRef in)
{
    if (by_helper(s)) {
        X86_CALL(s, x87, IR_NONE, x86_const(s, id | i << X87_I_SHIFT),
                 in == IR_NONE ? x86_const(s, 0) : in);
    } else {
        ir_x87(s->tcg, id, i)->in[0] = in;
    }
    note_insn(s);
}

GEN(gen_x87, gen_stack(s, i->desc->arg, 0, IR_NONE))
GEN(gen_x87_sti, gen_stack(s, i->desc->arg, st_index(i), IR_NONE))

/* DA: B, E, BE, U; DB: their opposites. */
void gen_fcmov(DisasContext *s, Insn *i)
{
    static const uint8_t conds[4] = {COND_B, COND_E, COND_BE, COND_P};
    Cond c = conds[i->modrm >> 3 & 3] ^ (i->opcode & 1);
    IRRef condition = x86_temp(s, IR_I64);

    ir_setcc(s->tcg, c, condition);
    gen_stack(s, X87_fcmovne, st_index(i), condition);
}

void gen_fcomi(DisasContext *s, Insn *i)
{
    X87Id id = i->desc->arg;

    if (by_helper(s)) {
        IRRef flags = x86_temp(s, IR_I64);

        X86_CALL(s, x87_fcomi, flags, x86_const(s, id | st_index(i) << X87_I_SHIFT));
        ir_putcc(s->tcg, flags, CC_ALL);
    } else {
        ir_x87(s->tcg, id, st_index(i))->setcc = true;
    }
    note_insn(s);
}

/* --- memory --- */

/* What an earlier instruction left pending comes before a fault of the operand. */
static void wait_if_unmasked(DisasContext *s)
{
    if (is_unmasked(s)) {
        X86_CALL(s, x87_wait, IR_NONE);
    }
}

static unsigned memop(const Insn *i)
{
    return i->op[0].size == SZ80 ? MO_80 : i->op[0].size;
}

static void load_by_helper(DisasContext *s, X87Id id, IRAddr a, unsigned mo)
{
    IRRef va = address_of(s, a), lo = x86_temp(s, IR_I64), hi = x86_const(s, 0);

    ir_ld(s->tcg, IR_I64, lo, a, mo == MO_80 ? MO_64 : mo);
    if (mo == MO_80) {
        hi = x86_temp(s, IR_I64);
        a.disp += 8;
        ir_ld(s->tcg, IR_I64, hi, a, MO_16);
    }
    X86_CALL(s, x87_ld, IR_NONE, x86_const(s, id), lo, hi, va);
}

void gen_x87_ld(DisasContext *s, Insn *i)
{
    X87Id id = i->desc->arg;
    unsigned mo = memop(i);

    wait_if_unmasked(s);
    IRAddr a = x86_op_addr(s, memop_bytes(mo), false);

    if (by_helper(s)) {
        load_by_helper(s, id, a, mo);
    } else {
        ir_x87_mem(s->tcg, OP_x87ld, id, a, mo);
    }
    note_operand(s, a);
}

void gen_x87_st(DisasContext *s, Insn *i)
{
    X87Id id = i->desc->arg;
    unsigned mo = memop(i);

    wait_if_unmasked(s);
    IRAddr a = x86_op_addr(s, memop_bytes(mo), true);

    if (by_helper(s)) {
        IRRef what = x86_const(s, id | memop_bytes(mo) << X87_I_SHIFT);
        X86_CALL(s, x87_st, IR_NONE, what, address_of(s, a));
    } else {
        ir_x87_mem(s->tcg, OP_x87st, id, a, mo);
    }
    note_operand(s, a);
}

/* --- control: these do not change the pointers --- */

void gen_fwait(DisasContext *s, Insn *i)
{
    if ((s->hflags & (HF_MP | HF_TS)) == (HF_MP | HF_TS)) {
        x86_gen_raise(s, EXCP_NM);
    } else {
        wait_if_unmasked(s);
    }
}

/* A control word that unmasks something is for the helper, and another mode. */
void gen_fldcw(DisasContext *s, Insn *i)
{
    wait_if_unmasked(s);
    IRRef cw = x86_op_load(s, 0), all = x86_const(s, FLOAT_ALL_FLAGS);

    if (by_helper(s)) {
        X86_CALL(s, x87_fldcw, IR_NONE, cw);
        x86_goto_next_mode(s);
        return;
    }
    IRRef masks = x86_op2(s, OP_and, IR_I64, cw, all);

    x86_call_if(s, IR_I64, COND_NE, masks, all, &helper_info_x87_fldcw, &cw, false);
    cw = x86_op2(s, OP_and, IR_I64, cw, x86_const(s, X87_CW_BITS));
    cw = x86_op2(s, OP_or, IR_I64, cw, x86_const(s, X87_CW_FIXED));
    ir_x87(s->tcg, X87_fldcw, 0)->in[0] = cw;
}

GEN(gen_fnstcw, x86_op_store(s, 0, x86_ld_env(s, IR_I16, X87_OFFSET(cw))))

void gen_fnstsw(DisasContext *s, Insn *i)
{
    IRRef sw;

    if (by_helper(s)) {
        IRRef top = x86_ld_env(s, IR_I8, X87_OFFSET(top));

        sw = x86_ld_env(s, IR_I16, X87_OFFSET(sw));
        top = x86_op2(s, OP_shl, IR_I64, top, x86_const(s, X87_SW_TOP_SHIFT));
        sw = x86_op2(s, OP_or, IR_I64, sw, top);
    } else {
        sw = x86_temp(s, IR_I16);
        ir_x87(s->tcg, X87_fnstsw, 0)->out[0] = sw;
    }
    x86_op_store(s, 0, sw);
}

GEN(gen_fnstsw_ax, gen_fnstsw(s, i))

void gen_fnclex(DisasContext *s, Insn *i)
{
    if (by_helper(s)) {
        X86_CALL(s, x87_fnclex, IR_NONE);
    } else {
        ir_x87(s->tcg, X87_fnclex, 0);
    }
}

/* The control word may have masked all exceptions, which were not. */
static void end_if_unmasked(DisasContext *s)
{
    if (is_unmasked(s)) {
        x86_goto_next_mode(s);
    }
}

void gen_fninit(DisasContext *s, Insn *i)
{
    X86_CALL(s, x87_fninit, IR_NONE);
    end_if_unmasked(s);
}

/* FNENI, FNDISI, FNSETPM of the 8087 and 80287: nothing since the 80387. */
void gen_fnop_old(DisasContext *s, Insn *i) {}

static unsigned image_format(const DisasContext *s)
{
    return (s->insn.opsize == SZ16 ? 0 : X87_IMAGE_WIDE) |
           (x86_protected(s) ? 0 : X87_IMAGE_REAL);
}

static unsigned env_size(const DisasContext *s)
{
    return s->insn.opsize == SZ16 ? 14 : 28;
}

void gen_fnstenv(DisasContext *s, Insn *i)
{
    X86_CALL(s, x87_fnstenv, IR_NONE, linear_address(s, env_size(s), true),
             x86_const(s, image_format(s)));
    end_if_unmasked(s);
}

void gen_fldenv(DisasContext *s, Insn *i)
{
    wait_if_unmasked(s);
    X86_CALL(s, x87_fldenv, IR_NONE, linear_address(s, env_size(s), false),
             x86_const(s, image_format(s)));
    x86_goto_next_mode(s);
}

void gen_fnsave(DisasContext *s, Insn *i)
{
    X86_CALL(s, x87_fnsave, IR_NONE, linear_address(s, env_size(s) + 80, true),
             x86_const(s, image_format(s)));
    end_if_unmasked(s);
}

void gen_frstor(DisasContext *s, Insn *i)
{
    wait_if_unmasked(s);
    X86_CALL(s, x87_frstor, IR_NONE, linear_address(s, env_size(s) + 80, false),
             x86_const(s, image_format(s)));
    x86_goto_next_mode(s);
}
