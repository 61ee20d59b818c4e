/* The driver of translation: one guest instruction from bytes to its generator. */
/* SPDX-License-Identifier: MIT */
/*
 * The engine calls x86_translate_start(), x86_translate_insn() until is_jmp says
 * DISAS_END or it has enough, then x86_translate_stop(). A unit stays within the page of
 * its first instruction; only an instruction that is alone in its unit may reach into the
 * next page. So a unit whose bytes span two pages holds one instruction.
 */
#include "target/x86/translate.h"
#include "target/x86/helpers.h"
#include "target/x86/x87-fast.h"

#include "target/x86/vec.h"

static_assert(sizeof(floatx80) == 16, "GuestDesc.x87_regs");
static_assert(NR_X86_FEATS <= 64 * ARRAY_SIZE(((CPUX86State *)NULL)->features),
              "features");

#define PAGE_SIZE 4096

static const char *const gpr_names[16] = {
    "rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi",
    "r8",  "r9",  "r10", "r11", "r12", "r13", "r14", "r15",
};
static const char *const vec_names[16] = {
    "ymm0", "ymm1", "ymm2",  "ymm3",  "ymm4",  "ymm5",  "ymm6",  "ymm7",
    "ymm8", "ymm9", "ymm10", "ymm11", "ymm12", "ymm13", "ymm14", "ymm15",
};

#define GPR(n) (int32_t)(offsetof(CPUX86State, regs) + 8 * (n))

static void short_else(void *env, uint64_t next)
{
    helper_program_syscall(env, next);
}

void x86_fill_guest_desc(GuestDesc *g)
{
    g->pc = offsetof(CPUX86State, rip);
    g->cc_op = offsetof(CPUX86State, cc_op);
    g->cc_a = offsetof(CPUX86State, cc_a);
    g->cc_b = offsetof(CPUX86State, cc_b);
    g->cc_c = offsetof(CPUX86State, cc_c);
    g->cc_r = offsetof(CPUX86State, cc_r);
    g->sp = offsetof(CPUX86State, regs[R_RSP]);
    g->exit_note = offsetof(CPUX86State, exit_note);
    g->unit_page = offsetof(CPUX86State, unit_page);
    g->df = offsetof(CPUX86State, df);
    g->mxcsr = offsetof(CPUX86State, mxcsr);
    g->vec_loaded = offsetof(CPUX86State, vec_loaded);
    g->vec_op = x86_vec_op;
    g->x87_regs = offsetof(CPUX86State, x87.r);
    g->x87_cw = offsetof(CPUX86State, x87.cw);
    g->x87_sw = offsetof(CPUX86State, x87.sw);
    g->x87_top = offsetof(CPUX86State, x87.top);
    g->x87_empty = offsetof(CPUX86State, x87.empty);
    g->x87_fip = offsetof(CPUX86State, x87.fip);
    g->x87_fop = offsetof(CPUX86State, x87.fop);
    g->x87_loaded = offsetof(CPUX86State, x87_loaded);
    g->x87_host_cw = offsetof(CPUX86State, x87_host_cw);
    g->x87_op = x86_x87_op;
    g->x87_fast = x87_fast;
    g->short_else = short_else;
    g->short_regs = (ShortRegs){
        .in = {GPR(R_RDI), GPR(R_RSI), GPR(R_RDX), GPR(10), GPR(8), GPR(9), GPR(R_RAX)},
        .arg = GPR(R_RCX),
        .value = GPR(R_RAX),
        .also = GPR(11),
    };
}

/* Globals are numbered as made: GPRs 0..15, vector registers 16..31, vec_tmp 32. */
void x86_init_globals(TCGContext *tcg)
{
    for (unsigned n = 0; n < 16; n++) {
        ir_global(tcg, IR_I64, GPR(n), gpr_names[n]);
    }
    for (unsigned n = 0; n < 16; n++) {
        ir_global(tcg, IR_V256, offsetof(CPUX86State, vec) + sizeof(X86Vec) * n,
                  vec_names[n]);
    }
    ir_global(tcg, IR_V256, offsetof(CPUX86State, vec_tmp), "vec_tmp");
}

/* An instruction of the unit may end beyond the limit of CS, or where addresses are no
 * longer canonical. */
static bool must_check_fetch(const DisasContext *s)
{
    uint64_t pc = s->base.pc_first, last = (pc | (PAGE_SIZE - 1)) + X86_MAX_INSN_LEN;

    return s->code64 ? !x86_is_canonical(pc) || !x86_is_canonical(last)
                     : (s->hflags & HF_LIMITS) != 0;
}

void x86_translate_start(DisasContextBase *db)
{
    DisasContext *s = container_of(db, DisasContext, base);
    uint32_t hf = db->key.flags;

    s->tcg = db->tcg;
    s->tcg->fp_flushes = hf & HF_SIMD_FLUSHES;
    s->tcg->fp_traps &= (hf & HF_SIMD_UNMASKED) != 0;
    s->env = cpu_env(db->cpu);
    s->hflags = hf;
    s->code64 = hf & HF_CS64;
    s->mode = s->code64 ? X86_MODE_64 : hf & HF_CS32 ? X86_MODE_32 : X86_MODE_16;
    s->cpl = hf & HF_CPL_MASK;
    s->iopl = hf >> HF_IOPL_SHIFT & 3;
    s->stack_type = s->code64 ? IR_I64 : hf & HF_SS32 ? IR_I32 : IR_I16;
    s->cs_base = s->code64 ? 0 : db->key.cs_base;
    s->ip_mask = s->code64 ? UINT64_MAX : UINT32_MAX;
    s->check_fetch = must_check_fetch(s);
    s->nexits = 0;
    s->join = UINT64_MAX;
    s->sp_ahead = 0;
    s->behind_sti = false;
    x86_mmx_forget(s);
    s->ncold = 0;
    s->rseq = NULL;
    for (unsigned n = 0; n < 16; n++) {
        s->regs[n] = n;
        s->vec[n] = 16 + n;
    }
    s->vec_tmp = 32;
    if (hf & HF_ONE_SHOT) {
        db->max_insns = 1;
    }
}

static uint64_t linear_to_ip(const DisasContext *s, vaddr va)
{
    return (va - s->cs_base) & s->ip_mask;
}

/*
 * Decodes at pc_next. Returns the length or an X86_DECODE_* code. X86_DECODE_MORE: the
 * instruction goes on in the next page and is not the unit's first; for the first one
 * code_more raises the fault if there is none.
 */
static int decode_here(DisasContext *s)
{
    DisasContextBase *db = &s->base;
    unsigned off = db->pc_next - db->pc_first;

    for (;;) {
        int len = x86_decode(&s->insn, db->code + off, db->code_len - off, s->mode);
        if (likely(len != X86_DECODE_MORE) || off ||
            !db->code_more(db, db->code_len + 1)) {
            return len;
        }
    }
}

/* The instruction's last byte is beyond the limit of CS: #GP when it gets there. */
static void gen_fetch_check(DisasContext *s)
{
    uint64_t last = s->pc + s->insn.len - 1;

    if (!s->code64 || !x86_is_canonical(last)) {
        x86_check_target(s, x86_const(s, last));
    }
}

/* #UD for bytes that are no instruction, or one that the model lacks; says so in -d
 * unimp. */
static void gen_undefined(DisasContext *s, unsigned feature)
{
    X86_CALL(s, undefined, IR_NONE, x86_const(s, feature));
    ir_exit_tb(s->tcg, 0); /* never reached */
    s->base.is_jmp = DISAS_END;
}

/* The CPU's model has the instruction, and the mode allows it. False: it raises. */
static bool pass_gates(DisasContext *s)
{
    Insn *i = &s->insn;
    const InsnDesc *row = x86_row_for_model(s, i->desc);

    if (!row) {
        gen_undefined(s, i->desc->feature);
        return false;
    }
    i->desc = row;
    if (row->gates & (GATE_X87 | GATE_X87N | GATE_CPL0)) {
        x86_mmx_forget(s);
    }
    int vector = x86_gate_exception(s, i);

    if (vector >= 0) {
        x86_gen_raise(s, vector);
    } else if (unlikely(s->tcg->fp_traps) && row->gates & GATE_SIMDFP) {
        ir_emit(s->tcg, OP_fp_point, 0);
    }
    return vector < 0;
}

static inline void begin_insn(DisasContext *s, unsigned bytes)
{
    s->behind_sti = false;
    if (unlikely(s->pc >= s->join)) {
        x86_stack_settle(s);
        x86_join(s);
        x86_mmx_forget(s);
    }
    if (s->sp_ahead) {
        x86_stack_begin_insn(s);
    }
    s->base.pc_next += bytes;
    s->next = linear_to_ip(s, s->base.pc_next);
    s->have_addr = false;
    s->insn.len = bytes;
    ir_insn_start(s->tcg, s->pc);
    ir_insn_sp(s->tcg, s->sp_ahead);
    if (unlikely(s->check_fetch)) {
        gen_fetch_check(s);
    }
}

/* What decode_here() says is no instruction. */
static void gen_no_insn(DisasContext *s, int code)
{
    x86_stack_settle(s);
    if (code == X86_DECODE_MORE) {
        x86_goto_next_unit(s, s->pc); /* a unit of its own */
        return;
    }
    begin_insn(s, MAX(1u, s->insn.len));
    if (code == X86_DECODE_TOO_LONG) {
        x86_gen_raise(s, EXCP_GP);
    } else {
        gen_undefined(s, X86_FEAT_0);
    }
}

static inline void gen_row(DisasContext *s)
{
    x86_gen[s->insn.desc->number](s, &s->insn);
}

static void gen_in_sequence(DisasContext *s)
{
    unsigned first = s->tcg->nops, ncold = s->ncold;

    gen_row(s);
    x86_rseq_guard(s, first, s->ncold != ncold);
}

void x86_translate_insn(DisasContextBase *db)
{
    DisasContext *s = container_of(db, DisasContext, base);
    int len = decode_here(s);

    s->pc = linear_to_ip(s, db->pc_next);
    if (unlikely(len < 0)) {
        gen_no_insn(s, len);
        return;
    }
    begin_insn(s, len);

    if (x86_is_gated(s->insn.desc) && !pass_gates(s)) {
        return;
    }
    if (s->env->is_program && unlikely(x86_rseq_concerns(s)) && s->code64 &&
        x86_rseq_begin(s)) {
        gen_in_sequence(s);
    } else {
        gen_row(s);
    }
    if (s->ncold > X86_MAX_COLD - 8 - X86_COLD_PER_INSN) {
        db->max_insns = 0; /* the unit cannot hold another one */
    }
}

/*
 * HF_AC: accesses of two to eight bytes have to be aligned (SDM vol. 3, table 6-7).
 * Larger ones are checked by the instructions that want it.
 */
static void align_accesses(TCGContext *s, unsigned first)
{
    for (unsigned i = first; i < s->nops; i++) {
        IROp *op = &s->ops[i];
        bool memory = op->code == OP_ld || op->code == OP_st ||
                      (op->code >= OP_at_xchg && op->code <= OP_at_cmpxchg);

        if (memory && memop_bytes(op->memop) <= 8) {
            op->memop |= MO_ALIGN;
        }
    }
}

void x86_translate_stop(DisasContextBase *db)
{
    DisasContext *s = container_of(db, DisasContext, base);

    if (db->is_jmp == DISAS_NEXT) {
        x86_goto_next_unit(s, linear_to_ip(s, db->pc_next));
    }
    x86_emit_cold(s);
    if (s->hflags & HF_AC) {
        align_accesses(s->tcg, db->head_ops);
    }
}
