/* Generators of system instructions: control registers, descriptor tables, ports, flags,
 * MSRs, state images. */
/* SPDX-License-Identifier: MIT */
#include "target/x86/translate.h"

/* The helper has stored the new RIP to env: go on there, in whatever mode it set. */
static void goto_env_rip(DisasContext *s)
{
    x86_goto_ind(s, x86_ld_env(s, IR_I64, offsetof(CPUX86State, rip)));
}

static IRRef linear_address(DisasContext *s, unsigned n, unsigned bytes, bool write)
{
    IRAddr a = x86_op_addr(s, bytes, write);
    IRRef va = x86_temp(s, IR_I64);

    ir_lea(s->tcg, IR_I64, va, a.base, a.index, a.scale, a.disp);
    return va;
}

static IRRef load_at(DisasContext *s, IRAddr a, int64_t disp, IRType t)
{
    IRRef v = x86_temp(s, t);

    a.disp += disp;
    ir_ld(s->tcg, t, v, a, t);
    return v;
}

static void store_at(DisasContext *s, IRAddr a, int64_t disp, IRType t, IRRef v)
{
    a.disp += disp;
    ir_st(s->tcg, t, v, a, t);
}

/* #GP(0) if IOPL keeps the current level from IF and the ports. True: raised. */
static bool denied_by_iopl(DisasContext *s)
{
    if (x86_protected(s) && s->cpl > s->iopl) {
        x86_gen_raise(s, EXCP_GP);
        return true;
    }
    return false;
}

/* --- segment registers --- */

static void load_seg(DisasContext *s, unsigned reg, IRRef selector)
{
    X86_CALL(s, load_seg, IR_NONE, x86_const(s, reg), selector);
}

/* The shadow of SS covers the next instruction, and holds back this one's #DB. */
static void finish_load_seg(DisasContext *s, unsigned reg)
{
    if (reg == R_SS) {
        X86_CALL(s, shadow_ss, IR_NONE);
        ir_exit_ind(s->tcg, x86_pc(s, s->next));
        s->base.is_jmp = DISAS_END;
    } else {
        x86_goto_next_mode(s);
    }
}

void gen_mov_to_seg(DisasContext *s, Insn *i)
{
    load_seg(s, i->op[0].reg, x86_op_load_ext(s, 1, false));
    finish_load_seg(s, i->op[0].reg);
}

static IRRef selector_of(DisasContext *s, unsigned reg)
{
    return x86_ld_env(s, IR_I16,
                      offsetof(CPUX86State, seg[0].selector) + reg * sizeof(X86Seg));
}

GEN(gen_mov_from_seg, x86_op_store(s, 0, selector_of(s, i->op[1].reg)))
GEN(gen_push_seg, x86_push(s, (IRType)i->opsize, selector_of(s, i->op[0].reg)))

void gen_pop_seg(DisasContext *s, Insn *i)
{
    IRType t = (IRType)i->opsize;
    IRRef sel = x86_zext(s, x86_stack_top(s, t, 0), IR_I16);

    load_seg(s, i->op[0].reg, sel);
    x86_stack_add(s, 1 << t);
    finish_load_seg(s, i->op[0].reg);
}

typedef struct FarPointer {
    IRRef offset, selector;
} FarPointer;

/* m16:16, m16:32, m16:64 */
static FarPointer load_far_pointer(DisasContext *s)
{
    IRType t = (IRType)s->insn.opsize;
    IRAddr a = x86_op_addr(s, (1 << t) + 2, false);
    FarPointer p;

    p.offset = load_at(s, a, 0, t);
    p.selector = load_at(s, a, 1 << t, IR_I16);
    return p;
}

void gen_load_far(DisasContext *s, Insn *i)
{
    unsigned reg = i->opcode == 0xc4   ? R_ES
                   : i->opcode == 0xc5 ? R_DS
                                       : i->opcode - 0xb0u;
    FarPointer p = load_far_pointer(s);

    load_seg(s, reg, p.selector);
    x86_op_store(s, 0, p.offset);
    finish_load_seg(s, reg);
}

/* --- far transfers --- */

static IRRef opsize_bytes(DisasContext *s)
{
    return x86_const(s, 1 << s->insn.opsize);
}

static void jmp_far(DisasContext *s, IRRef selector, IRRef offset)
{
    X86_CALL(s, jmp_far, IR_NONE, selector, offset, opsize_bytes(s));
    goto_env_rip(s);
}

static void call_far(DisasContext *s, IRRef selector, IRRef offset)
{
    X86_CALL(s, call_far, IR_NONE, selector, offset, opsize_bytes(s), x86_pc(s, s->next));
    goto_env_rip(s);
}

GEN(gen_jmpf, jmp_far(s, x86_const(s, i->imm2), x86_const(s, i->imm)))
GEN(gen_callf, call_far(s, x86_const(s, i->imm2), x86_const(s, i->imm)))

void gen_jmpf_ind(DisasContext *s, Insn *i)
{
    FarPointer p = load_far_pointer(s);

    jmp_far(s, x86_zext(s, p.selector, IR_I16), x86_zext(s, p.offset, (IRType)i->opsize));
}

void gen_callf_ind(DisasContext *s, Insn *i)
{
    FarPointer p = load_far_pointer(s);

    call_far(s, x86_zext(s, p.selector, IR_I16),
             x86_zext(s, p.offset, (IRType)i->opsize));
}

void gen_retf(DisasContext *s, Insn *i)
{
    X86_CALL(s, ret_far, IR_NONE, opsize_bytes(s),
             x86_const(s, i->desc->nops ? i->imm & 0xffff : 0));
    goto_env_rip(s);
}

/* RF is what the popped image says. */
void gen_iret(DisasContext *s, Insn *i)
{
    X86_CALL(s, iret, IR_NONE, opsize_bytes(s));
    x86_goto_ind_tf(s, x86_ld_env(s, IR_I64, offsetof(CPUX86State, rip)),
                    x86_const(s, (s->hflags & HF_TF) != 0), true);
}

static void raise_software(DisasContext *s, unsigned vector)
{
    X86_CALL(s, raise_software, IR_NONE, x86_const(s, vector), x86_pc(s, s->next));
    ir_exit_tb(s->tcg, 0); /* never reached */
    s->base.is_jmp = DISAS_END;
}

GEN(gen_int, raise_software(s, i->imm & 0xff))
GEN(gen_int3, raise_software(s, EXCP_BP))

void gen_into(DisasContext *s, Insn *i)
{
    IRRef of = x86_temp(s, IR_I64);

    ir_setcc(s->tcg, COND_O, of);
    x86_call_if(s, IR_I8, COND_NE, of, x86_const(s, 0), &helper_info_raise_software,
                (const IRRef[]){x86_const(s, EXCP_OF), x86_pc(s, s->next)}, false);
}

void gen_int1(DisasContext *s, Insn *i)
{
    X86_CALL(s, int1, IR_NONE, x86_pc(s, s->next));
    ir_exit_tb(s->tcg, 0); /* never reached */
    s->base.is_jmp = DISAS_END;
}

/* The helper leaves the code for what is not done at once. */
static void gen_program_syscall(DisasContext *s)
{
    if (TCG_OPT_OFF(s->tcg, syscalls) || s->base.one_insn ||
        s->hflags & (HF_TF | HF_RF)) {
        x86_exit_next(s, CPU_TB_SYSCALL);
        return;
    }
    X86_CALL(s, program_syscall, IR_NONE, x86_pc(s, s->next));
    x86_goto(s, s->next);
}

/* The single-step trap behind SYSCALL is by TF as it is then: IA32_FMASK may clear it. */
void gen_syscall(DisasContext *s, Insn *i)
{
    if (s->hflags & HF_PROGRAM) {
        gen_program_syscall(s);
        return;
    }
    X86_CALL(s, syscall, IR_NONE, x86_pc(s, s->next));
    IRRef fl = x86_ld_env(s, IR_I32, offsetof(CPUX86State, eflags));
    IRRef tf = x86_op2(s, OP_and, IR_I64, fl, x86_const(s, EFL_TF));

    x86_goto_ind_tf(s, x86_ld_env(s, IR_I64, offsetof(CPUX86State, rip)), tf, false);
}

/* The helper raises the single-step trap: by the TF that R11 brings. */
void gen_sysret(DisasContext *s, Insn *i)
{
    X86_CALL(s, sysret, IR_NONE, opsize_bytes(s));
    x86_goto_ind_tf(s, x86_ld_env(s, IR_I64, offsetof(CPUX86State, rip)), x86_const(s, 0),
                    false);
}

void gen_sysenter(DisasContext *s, Insn *i)
{
    X86_CALL(s, sysenter, IR_NONE);
    goto_env_rip(s);
}

void gen_sysexit(DisasContext *s, Insn *i)
{
    X86_CALL(s, sysexit, IR_NONE, opsize_bytes(s));
    goto_env_rip(s);
}

/* --- flags --- */

static void change_eflags(DisasContext *s, OpCode op, uint32_t bits)
{
    IRRef old = x86_ld_env(s, IR_I32, offsetof(CPUX86State, eflags));
    IRRef val = x86_op2(s, op, IR_I32, old, x86_const(s, (int32_t)bits));

    ir_st_env(s->tcg, IR_I32, val, offsetof(CPUX86State, eflags));
}

void gen_cli(DisasContext *s, Insn *i)
{
    if (!denied_by_iopl(s)) {
        change_eflags(s, OP_and, ~(uint32_t)EFL_IF);
    }
}

/*
 * Interrupts are looked at between units only, so the shadow of STI holds by itself for
 * the instruction behind it. When a request waits already the unit ends here, for a unit
 * of one instruction in the shadow; so it does where it has no room for that instruction.
 */
void gen_sti(DisasContext *s, Insn *i)
{
    if (denied_by_iopl(s)) {
        return;
    }
    IRRef request = x86_ld_env(s, IR_I32, CPU_ENV_OFFSET(interrupt_request));

    change_eflags(s, OP_or, EFL_IF);
    if (!(s->hflags & HF_ONE_SHOT)) {
        x86_call_if(s, IR_I32, COND_NE, request, x86_const(s, 0),
                    &helper_info_inhibit_irq, NULL, false);
    }
    s->behind_sti = true;
}

void gen_pushf(DisasContext *s, Insn *i)
{
    if (s->hflags & HF_VM ? s->iopl < 3 : false) {
        x86_gen_raise(s, EXCP_GP);
        return;
    }
    IRRef cc = x86_temp(s, IR_I64);
    IRRef fl = x86_ld_env(s, IR_I32, offsetof(CPUX86State, eflags));
    IRRef df = x86_ld_env(s, IR_I64, offsetof(CPUX86State, df));

    ir_getcc(s->tcg, cc);
    df = x86_op2(s, OP_sar, IR_I64, df, x86_const(s, 63));
    df = x86_op2(s, OP_and, IR_I64, df, x86_const(s, EFL_DF));
    fl = x86_op2(s, OP_and, IR_I64, fl, x86_const(s, ~(int64_t)(EFL_RF | EFL_VM)));
    fl = x86_op2(s, OP_or, IR_I64, fl, cc);
    x86_push(s, (IRType)i->opsize, x86_op2(s, OP_or, IR_I64, fl, df));
}

void gen_popf(DisasContext *s, Insn *i)
{
    IRType t = (IRType)i->opsize;
    IRRef val = x86_zext(s, x86_stack_top(s, t, 0), MIN(t, IR_I32));
    uint32_t mask = CC_ALL | EFL_TF | EFL_DF | EFL_NT | EFL_AC | EFL_ID;

    mask |= s->cpl == 0 ? EFL_IOPL : 0;
    mask |= s->cpl <= s->iopl || s->hflags & HF_VM ? EFL_IF : 0;
    x86_stack_add(s, 1 << t);
    X86_CALL(s, write_flags, IR_NONE, val,
             x86_const(s, t == IR_I16 ? mask & 0xffff : mask));
    x86_goto_next_mode(s);
}

GEN(gen_stac, X86_CALL(s, stac, IR_NONE))
GEN(gen_clac, X86_CALL(s, clac, IR_NONE))

/* --- ports --- */

void x86_gen_check_io(DisasContext *s, IRRef port, IRType t)
{
    if (s->hflags & HF_VM || (s->hflags & HF_PE && s->cpl > s->iopl)) {
        X86_CALL(s, check_io, IR_NONE, port, x86_const(s, 1 << t));
    }
}

void gen_in(DisasContext *s, Insn *i)
{
    IRType t = x86_op_type(s, 0);
    IRRef port = x86_op_load_ext(s, 1, false), val = x86_temp(s, IR_I64);

    x86_gen_check_io(s, port, t);
    X86_CALL(s, in, val, port, x86_const(s, 1 << t));
    x86_op_store(s, 0, val);
}

void gen_out(DisasContext *s, Insn *i)
{
    IRType t = x86_op_type(s, 1);
    IRRef port = x86_op_load_ext(s, 0, false);

    x86_gen_check_io(s, port, t);
    X86_CALL(s, out, IR_NONE, port, x86_op_load_ext(s, 1, false), x86_const(s, 1 << t));
}

/* --- control and debug registers --- */

void gen_mov_from_cr(DisasContext *s, Insn *i)
{
    IRRef val = x86_temp(s, IR_I64);

    X86_CALL(s, read_cr, val, x86_const(s, i->op[1].reg));
    x86_op_store(s, 0, val);
}

void gen_mov_to_cr(DisasContext *s, Insn *i)
{
    X86_CALL(s, write_cr, IR_NONE, x86_const(s, i->op[0].reg),
             x86_op_load_ext(s, 1, false));
    x86_goto_next_mode(s);
}

void gen_mov_from_dr(DisasContext *s, Insn *i)
{
    IRRef val = x86_temp(s, IR_I64);

    X86_CALL(s, read_dr, val, x86_const(s, i->op[1].reg));
    x86_op_store(s, 0, val);
}

void gen_mov_to_dr(DisasContext *s, Insn *i)
{
    X86_CALL(s, write_dr, IR_NONE, x86_const(s, i->op[0].reg),
             x86_op_load_ext(s, 1, false));
    x86_goto_next_mode(s);
}

void gen_clts(DisasContext *s, Insn *i)
{
    X86_CALL(s, clts, IR_NONE);
    x86_goto_next_mode(s);
}

static void check_umip(DisasContext *s)
{
    if (s->hflags & HF_UMIP && s->cpl != 0) {
        X86_CALL(s, check_umip, IR_NONE);
    }
}

void gen_smsw(DisasContext *s, Insn *i)
{
    check_umip(s);
    x86_op_store(s, 0, x86_ld_env(s, IR_I64, offsetof(CPUX86State, cr0)));
}

void gen_lmsw(DisasContext *s, Insn *i)
{
    X86_CALL(s, lmsw, IR_NONE, x86_op_load_ext(s, 0, false));
    x86_goto_next_mode(s);
}

/* --- descriptor tables --- */

static void store_table(DisasContext *s, int32_t offset)
{
    IRType t = s->code64 ? IR_I64 : IR_I32;
    IRAddr a = x86_op_addr(s, 2 + (1 << t), true);

    check_umip(s);
    store_at(s, a, 0, IR_I16, x86_ld_env(s, IR_I16, offset + offsetof(X86Table, limit)));
    store_at(s, a, 2, t, x86_ld_env(s, IR_I64, offset + offsetof(X86Table, base)));
}

GEN(gen_sgdt, store_table(s, offsetof(CPUX86State, gdt)))
GEN(gen_sidt, store_table(s, offsetof(CPUX86State, idt)))

static void load_table(DisasContext *s, unsigned which)
{
    IRType t = s->code64 ? IR_I64 : IR_I32;
    IRAddr a = x86_op_addr(s, 2 + (1 << t), false);
    IRRef limit = x86_zext(s, load_at(s, a, 0, IR_I16), IR_I16);
    IRRef base = load_at(s, a, 2, t);

    if (s->insn.opsize == SZ16 && !s->code64) { /* a 24-bit base */
        base = x86_op2(s, OP_and, IR_I32, base, x86_const(s, 0xffffff));
    }
    X86_CALL(s, load_table, IR_NONE, x86_const(s, which), limit, base);
}

GEN(gen_lgdt, load_table(s, 0))
GEN(gen_lidt, load_table(s, 1))

void gen_sldt(DisasContext *s, Insn *i)
{
    check_umip(s);
    x86_op_store(s, 0, x86_ld_env(s, IR_I16, offsetof(CPUX86State, ldt.selector)));
}

void gen_str(DisasContext *s, Insn *i)
{
    check_umip(s);
    x86_op_store(s, 0, x86_ld_env(s, IR_I16, offsetof(CPUX86State, tr.selector)));
}

GEN(gen_lldt, X86_CALL(s, lldt, IR_NONE, x86_op_load_ext(s, 0, false)))
GEN(gen_ltr, X86_CALL(s, ltr, IR_NONE, x86_op_load_ext(s, 0, false)))

/* A selector that fails leaves all of the register as it is, whatever the operand size.
 */
static void selector_query(DisasContext *s, const HelperInfo *h)
{
    const X86Operand *dst = &s->insn.op[0];
    IRRef sel = x86_op_load_ext(s, 1, false), old = s->regs[dst->reg];
    IRRef val = x86_temp(s, IR_I64);

    ir_call(s->tcg, h, val, (const IRRef[]){x86_zext(s, sel, IR_I16), old});
    x86_reg_store(s, dst->reg, dst->size == MO_16 ? IR_I16 : IR_I64, val);
}

GEN(gen_lar, selector_query(s, &helper_info_lar))
GEN(gen_lsl, selector_query(s, &helper_info_lsl))
GEN(gen_verr, X86_CALL(s, verr, IR_NONE, x86_op_load_ext(s, 0, false)))
GEN(gen_verw, X86_CALL(s, verw, IR_NONE, x86_op_load_ext(s, 0, false)))

void gen_arpl(DisasContext *s, Insn *i)
{
    IRRef dst = x86_zext(s, x86_op_load_rmw(s, 0), IR_I16);
    IRRef rpl = x86_op2(s, OP_and, IR_I32, x86_op_load(s, 1), x86_const(s, 3));
    IRRef old = x86_op2(s, OP_and, IR_I32, dst, x86_const(s, 3));
    IRRef raised = x86_op2(s, OP_or, IR_I32,
                           x86_op2(s, OP_and, IR_I32, dst, x86_const(s, 0xfffc)), rpl);
    IRRef val = x86_temp(s, IR_I32), zf = x86_temp(s, IR_I64);

    ir_select(s->tcg, IR_I32, COND_B, val, old, rpl, raised, dst);
    ir_setcond(s->tcg, IR_I32, COND_B, zf, old, rpl);
    zf = x86_op2(s, OP_shl, IR_I32, zf, x86_const(s, 6));
    x86_op_store(s, 0, val);
    ir_putcc(s->tcg, zf, CC_Z);
}

/* --- TLB and caches --- */

void gen_invlpg(DisasContext *s, Insn *i)
{
    X86_CALL(s, invlpg, IR_NONE, linear_address(s, 0, 1, false));
    x86_goto_next_mode(s);
}

void gen_invpcid(DisasContext *s, Insn *i)
{
    IRRef type = x86_op_load_ext(s, 0, false);

    X86_CALL(s, invpcid, IR_NONE, type, linear_address(s, 1, 16, false));
    x86_goto_next_mode(s);
}

void gen_invd(DisasContext *s, Insn *i) {}

void gen_wbinvd(DisasContext *s, Insn *i) {}

/* There is no cache to flush, but the address is checked as a load's. */
GEN(gen_clflush, load_at(s, x86_op_addr(s, 1, false), 0, IR_I8))

/* --- MSRs, TSC, CPUID --- */

GEN(gen_rdmsr, X86_CALL(s, rdmsr, IR_NONE))

void gen_wrmsr(DisasContext *s, Insn *i)
{
    X86_CALL(s, wrmsr, IR_NONE);
    x86_goto_next_mode(s);
}

static void read_tsc(DisasContext *s)
{
    IRRef tsc = x86_temp(s, IR_I64);

    X86_CALL(s, rdtsc, tsc);
    ir_mov(s->tcg, IR_I32, s->regs[R_RAX], tsc);
    ir_op2(s->tcg, OP_shr, IR_I64, s->regs[R_RDX], tsc, x86_const(s, 32));
}

GEN(gen_rdtsc, read_tsc(s))

/* Linux keeps the number of the CPU there. */
static IRRef tsc_aux(DisasContext *s)
{
    if (s->hflags & HF_PROGRAM) {
        IRRef n = x86_temp(s, IR_I64);

        X86_CALL(s, cpu_number, n);
        return n;
    }
    return x86_ld_env(s, IR_I32, offsetof(CPUX86State, tsc_aux));
}

void gen_rdtscp(DisasContext *s, Insn *i)
{
    read_tsc(s);
    ir_mov(s->tcg, IR_I32, s->regs[R_RCX], tsc_aux(s));
}

GEN(gen_rdpid, x86_op_store(s, 0, tsc_aux(s)))
GEN(gen_rdpmc, X86_CALL(s, rdpmc, IR_NONE))
GEN(gen_cpuid, X86_CALL(s, cpuid, IR_NONE))

/* CF = 1: a number was there; the other flags are cleared. */
void gen_rdrand(DisasContext *s, Insn *i)
{
    IRRef val = x86_temp(s, IR_I64);

    X86_CALL(s, rdrand, val);
    x86_op_store(s, 0, val);
    ir_putcc(s->tcg, x86_const(s, CC_C), CC_ALL);
}

/* --- FS and GS bases --- */

static int32_t base_offset(unsigned reg)
{
    return offsetof(CPUX86State, seg_base) + 8 * reg;
}

void gen_rdfsbase(DisasContext *s, Insn *i)
{
    X86_CALL(s, check_fsgsbase, IR_NONE);
    x86_op_store(s, 0, x86_ld_env(s, IR_I64, base_offset(R_FS + (i->modrm >> 3 & 1))));
}

void gen_wrfsbase(DisasContext *s, Insn *i)
{
    X86_CALL(s, check_fsgsbase, IR_NONE);
    X86_CALL(s, write_seg_base, IR_NONE, x86_const(s, R_FS + (i->modrm >> 3 & 1)),
             x86_op_load_ext(s, 0, false));
}

void gen_swapgs(DisasContext *s, Insn *i)
{
    IRRef gs = x86_ld_env(s, IR_I64, base_offset(R_GS));
    IRRef kernel = x86_ld_env(s, IR_I64, offsetof(CPUX86State, kernel_gs_base));

    ir_st_env(s->tcg, IR_I64, gs, offsetof(CPUX86State, kernel_gs_base));
    ir_st_env(s->tcg, IR_I64, kernel, base_offset(R_GS));
    ir_st_env(s->tcg, IR_I64, kernel, offsetof(CPUX86State, seg[R_GS].base));
}

/* --- state images --- */

/* #UD by CR0.EM (not for XSAVE), #NM by CR0.TS. True: raised. */
static bool denied_by_cr0(DisasContext *s, uint32_t em)
{
    if (s->hflags & em) {
        x86_gen_raise(s, EXCP_UD);
        return true;
    }
    if (s->hflags & HF_TS) {
        x86_gen_raise(s, EXCP_NM);
        return true;
    }
    return false;
}

static IRRef wide(DisasContext *s)
{
    return x86_const(s, (s->insn.rex & REX_W) != 0);
}

void gen_fxsave(DisasContext *s, Insn *i)
{
    if (!denied_by_cr0(s, HF_EM)) {
        X86_CALL(s, fxsave, IR_NONE, linear_address(s, 0, 512, true), wide(s));
    }
}

void gen_fxrstor(DisasContext *s, Insn *i)
{
    if (!denied_by_cr0(s, HF_EM)) {
        X86_CALL(s, fxrstor, IR_NONE, linear_address(s, 0, 512, false), wide(s));
        x86_goto_next_mode(s); /* MXCSR, x87 control word */
    }
}

/* EDX:EAX as one value. */
static IRRef edx_eax(DisasContext *s)
{
    IRRef high = x86_op2(s, OP_shl, IR_I64, s->regs[R_RDX], x86_const(s, 32));

    return x86_op2(s, OP_or, IR_I64, x86_zext(s, s->regs[R_RAX], IR_I32), high);
}

static void xsave(DisasContext *s, unsigned mode)
{
    if (!denied_by_cr0(s, 0)) {
        IRRef va = linear_address(s, 0, 576, true);

        X86_CALL(s, xsave, IR_NONE, va, edx_eax(s), x86_const(s, mode), wide(s));
    }
}

GEN(gen_xsave, xsave(s, 0))
GEN(gen_xsaveopt, xsave(s, 1))
GEN(gen_xsavec, xsave(s, 2))

void gen_xrstor(DisasContext *s, Insn *i)
{
    if (!denied_by_cr0(s, 0)) {
        IRRef va = linear_address(s, 0, 576, false);

        X86_CALL(s, xrstor, IR_NONE, va, edx_eax(s), wide(s));
        x86_goto_next_mode(s); /* MXCSR, x87 control word */
    }
}

void gen_xgetbv(DisasContext *s, Insn *i)
{
    IRRef val = x86_temp(s, IR_I64);

    X86_CALL(s, xgetbv, val, x86_zext(s, s->regs[R_RCX], IR_I32));
    ir_mov(s->tcg, IR_I32, s->regs[R_RAX], val);
    ir_op2(s->tcg, OP_shr, IR_I64, s->regs[R_RDX], val, x86_const(s, 32));
}

void gen_xsetbv(DisasContext *s, Insn *i)
{
    X86_CALL(s, xsetbv, IR_NONE, x86_zext(s, s->regs[R_RCX], IR_I32), edx_eax(s));
    x86_goto_next_mode(s);
}

/* --- the rest --- */

void gen_hlt(DisasContext *s, Insn *i)
{
    if (s->hflags & HF_TF) { /* the trap wakes the processor at once */
        x86_goto_next_mode(s);
        return;
    }
    X86_CALL(s, hlt, IR_NONE, x86_pc(s, s->next));
    ir_exit_tb(s->tcg, 0);
    s->base.is_jmp = DISAS_END;
}
