/* Generators of the x87 instructions: operands to helper calls. */
/* SPDX-License-Identifier: MIT */
/*
 * A helper does the instruction, stack and status included (help-x87.c); operands in
 * memory are loaded here, in line. Behind the helper the pointers to the instruction and
 * its operand are noted, so that an exception that is raised for an earlier instruction
 * still finds that one's.
 */
#include "target/x86/help-x87.h"
#include "target/x86/translate.h"

#define X87_OFFSET(field) ((int32_t)offsetof(CPUX86State, x87.field))

/* ST(i) by ModRM.rm. */
static unsigned st_index(const Insn *i)
{
    return i->modrm & 7;
}

/* FIP and FDP are linear in real mode, else offsets; bases other than 0 are not taken off
 * FDP. */
static void note_insn(DisasContext *s)
{
    const Insn *i = &s->insn;
    uint64_t ip = x86_protected(s) ? s->pc : s->pc + s->cs_base;
    unsigned fop = (i->opcode & 7) << 8 | i->modrm;

    ir_st_env(s->tcg, IR_I64, x86_const(s, ip), X87_OFFSET(fip));
    ir_st_env(s->tcg, IR_I16, x86_const(s, fop), X87_OFFSET(fop));
}

static IRRef linear_address(DisasContext *s, unsigned bytes, bool write)
{
    IRAddr a = x86_op_addr(s, bytes, write);
    IRRef va = x86_temp(s, IR_I64);

    ir_lea(s->tcg, IR_I64, va, a.base, a.index, a.scale, a.disp);
    return va;
}

static void note_insn_mem(DisasContext *s, unsigned bytes)
{
    ir_st_env(s->tcg, IR_I64, linear_address(s, bytes, false), X87_OFFSET(fdp));
    note_insn(s);
}

/* The 80 bits of the memory operand. */
static void load_80(DisasContext *s, IRRef v[2])
{
    IRAddr a = x86_op_addr(s, 10, false);

    v[0] = x86_temp(s, IR_I64);
    v[1] = x86_temp(s, IR_I64);
    ir_ld(s->tcg, IR_I64, v[0], a, IR_I64);
    a.disp += 8;
    ir_ld(s->tcg, IR_I64, v[1], a, IR_I16);
}

#define X87_SIMPLE(name)                                                   \
    void gen_##name(DisasContext *s, Insn *i)                              \
    {                                                                      \
        X86_CALL(s, x87_simple, IR_NONE, x86_const(s, X87_SIMPLE_##name)); \
        note_insn(s);                                                      \
    }
#include "target/x86/x87-simple.def"

/* --- loads --- */

void gen_fld_mem(DisasContext *s, Insn *i)
{
    IRRef v[2];

    switch (i->op[0].size) {
    case SZ32:
        X86_CALL(s, x87_fld_f32, IR_NONE, x86_op_load(s, 0));
        break;
    case SZ64:
        X86_CALL(s, x87_fld_f64, IR_NONE, x86_op_load(s, 0));
        break;
    default:
        load_80(s, v);
        X86_CALL(s, x87_fld_f80, IR_NONE, v[0], v[1]);
    }
    note_insn_mem(s, i->op[0].size == SZ80 ? 10 : 1 << i->op[0].size);
}

void gen_fild(DisasContext *s, Insn *i)
{
    bool wide = i->op[0].size == SZ64;
    IRRef v = wide ? x86_op_load(s, 0) : x86_op_load_ext(s, 0, true);

    X86_CALL(s, x87_fild, IR_NONE, v);
    note_insn_mem(s, 1 << i->op[0].size);
}

void gen_fbld(DisasContext *s, Insn *i)
{
    IRRef v[2];

    load_80(s, v);
    X86_CALL(s, x87_fbld, IR_NONE, v[0], v[1]);
    note_insn_mem(s, 10);
}

void gen_fld_sti(DisasContext *s, Insn *i)
{
    X86_CALL(s, x87_fld_sti, IR_NONE, x86_const(s, st_index(i)));
    note_insn(s);
}

void gen_fld_const(DisasContext *s, Insn *i)
{
    X86_CALL(s, x87_fld_const, IR_NONE, x86_const(s, i->desc->arg));
    note_insn(s);
}

/* --- stores --- */

static void gen_store(DisasContext *s, unsigned kind, unsigned how)
{
    static const uint8_t bytes[] = {
        [X87_ST_F32] = 4, [X87_ST_F64] = 8, [X87_ST_F80] = 10, [X87_ST_I16] = 2,
        [X87_ST_I32] = 4, [X87_ST_I64] = 8, [X87_ST_BCD] = 10,
    };
    IRRef va = linear_address(s, bytes[kind], true);

    X86_CALL(s, x87_fst, IR_NONE, va, x86_const(s, kind << X87_OP_SHIFT | how));
    ir_st_env(s->tcg, IR_I64, va, X87_OFFSET(fdp));
    note_insn(s);
}

static unsigned real_kind(const Insn *i)
{
    unsigned size = i->op[0].size;
    return size == SZ32 ? X87_ST_F32 : size == SZ64 ? X87_ST_F64 : X87_ST_F80;
}

static unsigned integer_kind(const Insn *i)
{
    return X87_ST_I16 + (i->op[0].size - SZ16);
}

void gen_fst_mem(DisasContext *s, Insn *i)
{
    gen_store(s, real_kind(i), 0);
}

void gen_fstp_mem(DisasContext *s, Insn *i)
{
    gen_store(s, real_kind(i), X87_POP);
}

void gen_fist(DisasContext *s, Insn *i)
{
    gen_store(s, integer_kind(i), 0);
}

void gen_fistp(DisasContext *s, Insn *i)
{
    gen_store(s, integer_kind(i), X87_POP);
}

void gen_fisttp(DisasContext *s, Insn *i)
{
    gen_store(s, integer_kind(i), X87_POP | X87_ST_TRUNCATE);
}

void gen_fbstp(DisasContext *s, Insn *i)
{
    gen_store(s, X87_ST_BCD, X87_POP);
}

static void gen_store_sti(DisasContext *s, unsigned how)
{
    X86_CALL(s, x87_fst_sti, IR_NONE, x86_const(s, how));
    note_insn(s);
}

void gen_fst_sti(DisasContext *s, Insn *i)
{
    gen_store_sti(s, st_index(i));
}

void gen_fstp_sti(DisasContext *s, Insn *i)
{
    unsigned quiet = i->opcode == 0xd9 ? X87_QUIET : 0; /* the alias at D9 D8 */

    gen_store_sti(s, st_index(i) | X87_POP | quiet);
}

/* --- arithmetic --- */

void gen_farith_mem(DisasContext *s, Insn *i)
{
    IRRef op = x86_const(s, i->desc->arg), v = x86_op_load(s, 0);

    if (i->op[0].size == SZ32) {
        X86_CALL(s, x87_arith_f32, IR_NONE, op, v);
    } else {
        X86_CALL(s, x87_arith_f64, IR_NONE, op, v);
    }
    note_insn_mem(s, 1 << i->op[0].size);
}

void gen_farith_mem_int(DisasContext *s, Insn *i)
{
    IRRef v = x86_op_load_ext(s, 0, true);

    X86_CALL(s, x87_arith_int, IR_NONE, x86_const(s, i->desc->arg), v);
    note_insn_mem(s, 1 << i->op[0].size);
}

static void gen_compare(DisasContext *s, unsigned how, unsigned pops)
{
    X86_CALL(s, x87_fcom, IR_NONE, x86_const(s, how | pops << X87_POPS_SHIFT));
    note_insn(s);
}

static void gen_arith(DisasContext *s, unsigned dst, unsigned src, unsigned pop)
{
    unsigned op = s->insn.desc->arg;
    unsigned how = dst | src << X87_SRC_SHIFT | op << X87_OP_SHIFT | pop;

    X86_CALL(s, x87_arith, IR_NONE, x86_const(s, how));
    note_insn(s);
}

void gen_farith_st0(DisasContext *s, Insn *i)
{
    unsigned op = i->desc->arg;

    if (op == X87_COM || op == X87_COMP) {
        gen_compare(s, st_index(i), op == X87_COMP);
    } else {
        gen_arith(s, 0, st_index(i), 0);
    }
}

void gen_farith_sti(DisasContext *s, Insn *i)
{
    gen_arith(s, st_index(i), 0, 0);
}

void gen_farith_pop(DisasContext *s, Insn *i)
{
    gen_arith(s, st_index(i), 0, X87_POP);
}

void gen_fcompp(DisasContext *s, Insn *i)
{
    gen_compare(s, 1, 2);
}

void gen_fucom(DisasContext *s, Insn *i)
{
    gen_compare(s, st_index(i) | X87_QUIET, 0);
}

void gen_fucomp(DisasContext *s, Insn *i)
{
    gen_compare(s, st_index(i) | X87_QUIET, 1);
}

void gen_fucompp(DisasContext *s, Insn *i)
{
    gen_compare(s, 1 | X87_QUIET, 2);
}

/* FUCOMI has ModRM.reg 5, FCOMI 6. */
static void gen_compare_flags(DisasContext *s, unsigned pop)
{
    const Insn *i = &s->insn;
    unsigned quiet = (i->modrm >> 3 & 7) == 5 ? X87_QUIET : 0;
    IRRef flags = x86_temp(s, IR_I64);

    X86_CALL(s, x87_fcomi, flags, x86_const(s, st_index(i) | quiet | pop));
    ir_putcc(s->tcg, flags, CC_ALL);
    note_insn(s);
}

void gen_fcomi(DisasContext *s, Insn *i)
{
    gen_compare_flags(s, 0);
}

void gen_fcomip(DisasContext *s, Insn *i)
{
    gen_compare_flags(s, X87_POP);
}

/* --- the stack --- */

void gen_fxch(DisasContext *s, Insn *i)
{
    X86_CALL(s, x87_fxch, IR_NONE, x86_const(s, st_index(i)));
    note_insn(s);
}

/* DA: B, E, BE, U; DB: their opposites. */
void gen_fcmov(DisasContext *s, Insn *i)
{
    static const uint8_t conds[4] = {COND_B, COND_E, COND_BE, COND_P};
    Cond c = conds[i->modrm >> 3 & 3] ^ (i->opcode & 1);
    IRRef condition = x86_temp(s, IR_I64);

    ir_setcc(s->tcg, c, condition);
    X86_CALL(s, x87_fcmov, IR_NONE, x86_const(s, st_index(i)), condition);
    note_insn(s);
}

void gen_ffree(DisasContext *s, Insn *i)
{
    X86_CALL(s, x87_ffree, IR_NONE, x86_const(s, st_index(i)));
    note_insn(s);
}

void gen_ffreep(DisasContext *s, Insn *i)
{
    X86_CALL(s, x87_ffree, IR_NONE, x86_const(s, st_index(i) | X87_POP));
    note_insn(s);
}

/* --- control: these do not change the pointers --- */

void gen_fwait(DisasContext *s, Insn *i)
{
    if ((s->hflags & (HF_MP | HF_TS)) == (HF_MP | HF_TS)) {
        x86_gen_raise(s, EXCP_NM);
    } else {
        X86_CALL(s, x87_wait, IR_NONE);
    }
}

void gen_fldcw(DisasContext *s, Insn *i)
{
    X86_CALL(s, x87_fldcw, IR_NONE, x86_op_load(s, 0));
}

void gen_fnstcw(DisasContext *s, Insn *i)
{
    x86_op_store(s, 0, x86_ld_env(s, IR_I16, X87_OFFSET(cw)));
}

void gen_fnstsw(DisasContext *s, Insn *i)
{
    IRRef sw = x86_ld_env(s, IR_I16, X87_OFFSET(sw));
    IRRef top = x86_ld_env(s, IR_I8, X87_OFFSET(top));

    top = x86_op2(s, OP_shl, IR_I64, top, x86_const(s, X87_SW_TOP_SHIFT));
    x86_op_store(s, 0, x86_op2(s, OP_or, IR_I64, sw, top));
}

void gen_fnstsw_ax(DisasContext *s, Insn *i)
{
    gen_fnstsw(s, i);
}

void gen_fnclex(DisasContext *s, Insn *i)
{
    X86_CALL(s, x87_fnclex, IR_NONE);
}

void gen_fninit(DisasContext *s, Insn *i)
{
    X86_CALL(s, x87_fninit, IR_NONE);
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
}

void gen_fldenv(DisasContext *s, Insn *i)
{
    X86_CALL(s, x87_fldenv, IR_NONE, linear_address(s, env_size(s), false),
             x86_const(s, image_format(s)));
}

void gen_fnsave(DisasContext *s, Insn *i)
{
    X86_CALL(s, x87_fnsave, IR_NONE, linear_address(s, env_size(s) + 80, true),
             x86_const(s, image_format(s)));
}

void gen_frstor(DisasContext *s, Insn *i)
{
    X86_CALL(s, x87_frstor, IR_NONE, linear_address(s, env_size(s) + 80, false),
             x86_const(s, image_format(s)));
}
