/* Code of the aarch64 back end that all units share: entry, exits, slow paths. */
/* SPDX-License-Identifier: MIT */
/*
 * Thunks that a unit calls run on its frame (aarch64-internal.h). Pinned registers are
 * stored to env for whatever may look at the guest's state; what C functions do not
 * preserve is loaded again. Slow paths keep the scratch registers and NZCV as well.
 */
#include "tcg/aarch64-simd.h"
#include "util/host.h"

enum { PINNED_CALLER = 0x0000ff00, PINNED_CALLEE = 0x07f80000 };
enum { ALL_PINNED = PINNED_CALLER | PINNED_CALLEE };

/* Two at a time where they are neighbours in env. */
static void thunk_regs(A64 *x, uint32_t regs, bool store)
{
    for (unsigned r = 0; r < 32; r++) {
        int32_t at = tcg_thunks.pinned_at[r];
        if (!(regs >> r & 1) || at == NOT_PINNED) {
            continue;
        }
        if (r < 31 && (regs >> (r + 1) & 1) && tcg_thunks.pinned_at[r + 1] == at + 8 &&
            pair_fits(PAIR_X, at)) {
            asm_pair(&x->a, (uint32_t)PAIR_X | (store ? 0 : PAIR_LD), from_to(r, r + 1),
                     ENV, at);
            r++;
        } else {
            a64_env(x, ls_opc(store ? STR : LDR, 3), r, at);
        }
    }
}

static const uint8_t *thunk_start(A64 *x)
{
    while ((uintptr_t)x->a.p & 15) {
        asm_insn(&x->a, NOP);
    }
    return rx_of(x, x->a.p);
}

static void thunk_ret(A64 *x)
{
    asm_insn(&x->a, RET | LR << 5);
}

static void frame(A64 *x, unsigned what, unsigned reg, unsigned at)
{
    asm_ls(&x->a, ls_opc(what, 3), reg, SP, at);
}

/* C code comes next. Destroys T0, T1 and LR. */
static void vec_to_c(A64 *x)
{
    if (a64_thunks.has_vecs) {
        a64_call(x, a64_thunks.vec_to_c);
    }
}

static void load_memory_base(A64 *x)
{
    if (tcg_thunks.use_tlb) {
        a64_env(x, ls_opc(LDR, 3), MEM, x->g->tlb_base);
    } else if (x->g->guest_base) {
        asm_movi(&x->a, MEM, x->g->guest_base);
    }
}

/* What the C ABI wants preserved, below the caller's sp. */
static const uint8_t callee_saved[] = {19, 20, 21, 22, 23, 24, 25, 26, 27, 28, FP, LR};
enum { SAVED_VECS = 96, SAVED_SIZE = SAVED_VECS + 64 };
static_assert(ARRAY_SIZE(callee_saved) * 8 == SAVED_VECS && SAVED_SIZE % 16 == 0,
              "sp is aligned");

static void callee_regs(A64 *x, uint32_t opc)
{
    for (unsigned i = 0; i < ARRAY_SIZE(callee_saved); i += 2) {
        asm_pair(&x->a, opc | (uint32_t)PAIR_X,
                 from_to(callee_saved[i], callee_saved[i + 1]), SP, 8 * i);
    }
    for (unsigned i = 0; i < 8; i += 2) { /* d8-d15 */
        asm_pair(&x->a, opc | PAIR_D, from_to(8 + i, 9 + i), SP, SAVED_VECS + 8 * i);
    }
}

/* To `code`, the entry of the unit of env's pc. */
static void go_to_entry(A64 *x, unsigned code)
{
    load_memory_base(x);
    thunk_regs(x, ALL_PINNED, false);
    a64_env(x, ls_opc(LDR, 3), T0, x->g->pc);
    asm_insn(&x->a, BR | code << 5);
}

/* TCGExit enter(void *env, const void *entry) */
static void thunk_enter(A64 *x)
{
    tcg_thunks.enter = thunk_start(x);
    asm_addsub_imm(&x->a, SUB, IR_I64, SP, SP, SAVED_SIZE);
    callee_regs(x, 0);
    asm_addsub_imm(&x->a, SUB, IR_I64, SP, SP, FRAME_SIZE);
    asm_mov(&x->a, IR_I64, ENV, 0);
    go_to_entry(x, 1);
}
static_assert(FRAME_SIZE < 4096, "an immediate");

/* T0: reason, T1: unit. */
static void thunk_exit(A64 *x)
{
    tcg_thunks.exit_lookup = thunk_start(x);
    asm_movi(&x->a, T0, TCG_EXIT_LOOKUP);
    asm_movi(&x->a, T1, 0);
    tcg_thunks.exit = rx_of(x, x->a.p);
    thunk_regs(x, ALL_PINNED, true);
    asm_mov(&x->a, IR_I64, 0, T0);
    asm_mov(&x->a, IR_I64, 1, T1);
    vec_to_c(x);
    asm_addsub_imm(&x->a, ADD, IR_I64, SP, SP, FRAME_SIZE);
    callee_regs(x, PAIR_LD);
    asm_addsub_imm(&x->a, ADD, IR_I64, SP, SP, SAVED_SIZE);
    thunk_ret(x);
}

/* Env's pc is what stands at LR; in a relative unit it counts from the unit's page.
 * Changes T0 and LR. */
static void store_pc(A64 *x, bool relative)
{
    asm_ls(&x->a, ls_opc(LDR, 3), T0, LR, 0);
    if (relative) {
        a64_env(x, ls_opc(LDR, 3), LR, x->g->unit_page);
        asm_rrr(&x->a, ADD, IR_I64, T0, T0, LR);
    }
    a64_env(x, ls_opc(STR, 3), T0, x->g->pc);
}

/* Called by a unit; behind the call are the guest pc and, for exits, the offset of these
 * data in the unit. */
static void thunks_of_exits(A64 *x, bool relative)
{
    static const uint8_t reason[] = {TCG_EXIT_REQUEST, TCG_EXIT_LOOKUP};
    for (unsigned i = 0; i < ARRAY_SIZE(reason); i++) {
        a64_thunks.head[relative][i] = thunk_start(x);
        store_pc(x, relative);
        asm_movi(&x->a, T0, reason[i]);
        asm_movi(&x->a, T1, 0);
        a64_jmp(x, tcg_thunks.exit);
    }
    for (unsigned i = 0; i < TCG_MAX_EXITS; i++) {
        a64_thunks.unlinked[relative][i] = thunk_start(x);
        asm_mov(&x->a, IR_I64, T1, LR);
        store_pc(x, relative);
        asm_ls(&x->a, ls_opc(LDR, 2), T0, T1, 8);
        asm_rrr(&x->a, SUB, IR_I64, T1, T1, T0);
        asm_movi(&x->a, T0, TCG_EXIT_LINK + i);
        a64_jmp(x, tcg_thunks.exit);
    }
}

/* T0: guest pc that the jump table does not know. */
static void thunk_jump_miss(A64 *x)
{
    tcg_thunks.jump_miss = thunk_start(x);
    a64_env(x, ls_opc(STR, 3), T0, x->g->pc);
    thunk_regs(x, ALL_PINNED, true);
    vec_to_c(x);
    asm_mov(&x->a, IR_I64, 0, ENV);
    a64_call(x, (const void *)x->g->lookup);
    a64_address(x, T1, tcg_thunks.exit_lookup);
    asm_addsub_imm(&x->a, SUBS, IR_I64, XZR, 0, 0);
    asm_csel(&x->a, CSEL, IR_I64, from_to(T1, T1), 0, A_EQ);
    go_to_entry(x, T1);
}

static void thunk_save(A64 *x, uint32_t regs)
{
    thunk_regs(x, regs, true);
    if (a64_thunks.has_vecs) {
        a64_jmp(x, a64_thunks.vec_to_c);
    } else {
        thunk_ret(x);
    }
}

static void thunk_load(A64 *x, uint32_t regs)
{
    thunk_regs(x, regs, false);
    thunk_ret(x);
}

static void thunk_call_c(A64 *x)
{
    a64_thunks.call_c = thunk_start(x); /* T0: the function */
    frame(x, STR, LR, FRAME_LR);
    thunk_regs(x, PINNED_CALLER, true);
    asm_insn(&x->a, BLR | T0 << 5);
    thunk_regs(x, PINNED_CALLER, false);
    frame(x, LDR, LR, FRAME_LR);
    thunk_ret(x);
}

static void scratch_regs(A64 *x, uint32_t opc)
{
    for (unsigned r = 0; r < 8; r += 2) {
        asm_pair(&x->a, opc, from_to(r, r + 1), SP, FRAME_SAVE + 8 * r);
    }
}

static void slow_begin(A64 *x)
{
    scratch_regs(x, PAIR_X);
    frame(x, STR, LR, FRAME_LR);
    thunk_regs(x, ALL_PINNED, true);
    asm_insn(&x->a, MRS_NZCV);
    frame(x, STR, 0, FRAME_NZCV);
    if (a64_thunks.has_vecs) {
        asm_mov(&x->a, IR_I64, 0, T0);
        asm_mov(&x->a, IR_I64, 1, T1);
        a64_call(x, a64_thunks.vec_slow_begin);
        asm_mov(&x->a, IR_I64, T0, 0);
        asm_mov(&x->a, IR_I64, T1, 1);
        frame(x, LDR, LR, FRAME_LR);
    }
    asm_mov(&x->a, IR_I64, 0, ENV);
}

/* Where T0 and T1 stay as they are. */
static void slow_restore(A64 *x)
{
    frame(x, LDR, 0, FRAME_NZCV);
    asm_insn(&x->a, MSR_NZCV);
    load_memory_base(x);
    thunk_regs(x, PINNED_CALLER, false);
    if (a64_thunks.has_vecs) {
        asm_mov(&x->a, IR_I64, 0, T0);
        asm_mov(&x->a, IR_I64, 1, T1);
        a64_call(x, a64_thunks.vec_slow_end);
        asm_mov(&x->a, IR_I64, T0, 0);
        asm_mov(&x->a, IR_I64, T1, 1);
    }
    scratch_regs(x, PAIR_X | PAIR_LD);
    frame(x, LDR, LR, FRAME_LR);
}

static void slow_end(A64 *x)
{
    slow_restore(x);
    thunk_ret(x);
}

/* T0: pc of an access that has faulted in a unit. */
static void thunk_fault(A64 *x)
{
    tcg_thunks.fault = thunk_start(x);
    for (unsigned r = 0; r < 8 && x->g->fault_regs; r++) {
        a64_env(x, ls_opc(STR, 3), r, x->g->fault_regs + 8 * r);
    }
    slow_begin(x);
    asm_mov(&x->a, IR_I64, 1, T0);
    a64_call(x, (const void *)x->g->fault);
    asm_mov(&x->a, IR_I64, T0, 0);
    slow_restore(x);
    asm_insn(&x->a, BR | T0 << 5);
}

static void thunks_around_c(A64 *x)
{
    a64_thunks.to_c = thunk_start(x);
    slow_begin(x);
    thunk_ret(x);
    a64_thunks.from_c = thunk_start(x);
    frame(x, STR, LR, FRAME_LR);
    slow_end(x);
}

static void slow_call(A64 *x, const void *fn, bool result)
{
    a64_call(x, fn);
    if (result) {
        asm_mov(&x->a, IR_I64, T0, 0);
    }
}

/* Argument i of the function. */
static void arg_reg(A64 *x, unsigned i, unsigned reg)
{
    asm_mov(&x->a, IR_I64, i, reg);
}
static void arg_imm(A64 *x, unsigned i, unsigned val)
{
    asm_movi(&x->a, i, val);
}
static void arg_frame(A64 *x, unsigned i, unsigned offset)
{
    asm_addsub_imm(&x->a, ADD, IR_I64, i, SP, offset);
}
static void arg_extend(A64 *x, unsigned i, IRType t, unsigned reg)
{
    asm_extend(&x->a, IR_I64, t, false, i, reg);
}
static void args_load(A64 *x, unsigned offset)
{
    asm_pair(&x->a, PAIR_X | PAIR_LD, from_to(2, 3), SP, offset);
    frame(x, LDR, 4, offset + 16);
}

#include "tcg/slow-thunks.h"
#include "tcg/thunks.h"

/* FRAME_ARGS: low, high, divisor; then T0 and T1: quotient, remainder. */
static void thunk_divs(A64 *x)
{
    a64_thunks.div[1] = thunk_start(x);
    slow_begin(x);
    asm_addsub_imm(&x->a, ADD, IR_I64, 0, SP, FRAME_ARGS);
    a64_call(x, (const void *)a64_divs);
    frame(x, LDR, T0, FRAME_ARGS);
    frame(x, LDR, T1, FRAME_ARGS + 8);
    slow_end(x);
}

/* Registers of thunk_divu(); top: the upper half of the divisor. */
enum { DIV_LO, DIV_HI, DIV_BY, DIV_SHIFT, DIV_TOP, DIV_Q, DIV_P, DIV_NEXT };

/*
 * One of the two digits of the quotient, of 32 bits: HI:digit of LO by BY. HI becomes the
 * remainder, the digit of LO that of the quotient. HI / TOP is it, or one or two too much
 * (Knuth, 4.3.1 D). Destroys T0, T1, NZCV.
 */
static void div_digit(A64 *x, unsigned at)
{
    Asm *a = &x->a;
    asm_extract(a, IR_I64, false, from_to(DIV_LO, DIV_NEXT), at, 32);
    asm_rrr(a, UDIV, IR_I64, DIV_Q, DIV_HI, DIV_TOP);
    asm_madd(a, MSUB, IR_I64, T0, DIV_Q, times(DIV_TOP, DIV_HI));
    uint8_t *again = a->p;
    asm_shift_imm(a, LSR, IR_I64, from_to(DIV_Q, T1), 32);
    uint8_t *large = asm_branch(a, cb(CBNZ, IR_I64, T1));
    asm_madd(a, UMADDL, IR_I64, DIV_P, DIV_Q, times(DIV_BY, XZR));
    asm_shifted(a, ORR, IR_I64, T1, DIV_NEXT, shifted(T0, LSL, 32));
    asm_rrr(a, SUBS, IR_I64, XZR, DIV_P, T1);
    uint8_t *right = asm_branch(a, b_cond(A_LS));
    asm_patch(large, a->p);
    asm_addsub_imm(a, SUB, IR_I64, DIV_Q, DIV_Q, 1);
    asm_rrr(a, ADD, IR_I64, T0, T0, DIV_TOP);
    asm_shift_imm(a, LSR, IR_I64, from_to(T0, T1), 32);
    asm_patch(asm_branch(a, cb(CBZ, IR_I64, T1)), again);
    asm_patch(right, a->p);
    asm_shifted(a, ORR, IR_I64, T1, DIV_NEXT, shifted(DIV_HI, LSL, 32));
    asm_madd(a, MSUB, IR_I64, DIV_HI, DIV_Q, times(DIV_BY, T1));
    asm_insert(a, IR_I64, from_to(DIV_Q, DIV_LO), at, 32);
}

/* As thunk_divs(), but destroys NZCV. */
static void thunk_divu(A64 *x)
{
    Asm *a = &x->a;
    a64_thunks.div[0] = thunk_start(x);
    scratch_regs(x, PAIR_X);
    asm_pair(a, PAIR_X | PAIR_LD, from_to(DIV_LO, DIV_HI), SP, FRAME_ARGS);
    frame(x, LDR, DIV_BY, FRAME_ARGS + 16);
    /* the divisor's highest bit is to be 1 */
    asm_rr(a, CLZ, IR_I64, DIV_SHIFT, DIV_BY);
    asm_shifted(a, ORR | LOGIC_NOT, IR_I64, T0, XZR, shifted(DIV_SHIFT, LSL, 0));
    asm_shift_imm(a, LSR, IR_I64, from_to(DIV_LO, T1), 1);
    asm_rrr(a, LSRV, IR_I64, T1, T1, T0);
    asm_rrr(a, LSLV, IR_I64, DIV_HI, DIV_HI, DIV_SHIFT);
    asm_rrr(a, ORR, IR_I64, DIV_HI, DIV_HI, T1);
    asm_rrr(a, LSLV, IR_I64, DIV_LO, DIV_LO, DIV_SHIFT);
    asm_rrr(a, LSLV, IR_I64, DIV_BY, DIV_BY, DIV_SHIFT);
    asm_shift_imm(a, LSR, IR_I64, from_to(DIV_BY, DIV_TOP), 32);
    div_digit(x, 32);
    div_digit(x, 0);
    asm_mov(a, IR_I64, T0, DIV_LO);
    asm_rrr(a, LSRV, IR_I64, T1, DIV_HI, DIV_SHIFT);
    scratch_regs(x, PAIR_X | PAIR_LD);
    thunk_ret(x);
}

/* T0: a VecOp. */
static void thunk_exact(A64 *x)
{
    a64_thunks.vec_exact = thunk_start(x);
    slow_begin(x);
    asm_addsub_imm(&x->a, ADD, IR_I64, 1, SP, 0);
    asm_mov(&x->a, IR_I64, 2, T0);
    a64_call(x, v_exact_function());
    slow_end(x);
}

/* T0: id and i of the X87Op in FRAME_ARGS. */
static void thunk_x87(A64 *x)
{
    a64_thunks.x87 = thunk_start(x);
    slow_begin(x);
    frame(x, STR, T0, FRAME_ARGS);
    asm_addsub_imm(&x->a, ADD, IR_I64, 1, SP, FRAME_ARGS);
    slow_call(x, (const void *)x->g->x87_op, true);
    slow_end(x);
}

unsigned a64_pin_of(int32_t at)
{
    for (unsigned r = 0; r < 32; r++) {
        if (tcg_thunks.pinned_at[r] == at) {
            return r;
        }
    }
    return NO_REG;
}

/* Pinned registers stay where they are over what is done at once. */
static void thunk_short_call(A64 *x)
{
    Asm *a = &x->a;
    const ShortRegs *at = &x->g->short_regs;
    unsigned arg = a64_pin_of(at->arg), also = a64_pin_of(at->also);
    a64_thunks.short_call = thunk_start(x);
    frame(x, STR, LR, FRAME_LR);
    for (unsigned i = 0; i < ARRAY_SIZE(at->in); i++) {
        asm_mov(a, IR_I64, i, a64_pin_of(at->in[i]));
    }
    asm_mov(a, IR_I64, 7, ENV);
    a64_call(x, (const void *)x->g->short_call);
    uint8_t *declined = asm_branch(a, cb(CBZ, IR_I64, 1));
    asm_mov(a, IR_I64, a64_pin_of(at->value), 0);
    asm_mov(a, IR_I64, also, 1);
    uint8_t *leaves = asm_branch(a, tb_opc(TBNZ, 1, SHORT_LEAVE));
    frame(x, LDR, LR, FRAME_LR);
    thunk_ret(x);
    asm_patch(leaves, a->p);
    asm_extract(a, IR_I64, false, from_to(also, also), 0, SHORT_LEAVE);
    asm_patch(declined, a->p);
    thunk_regs(x, ALL_PINNED, true);
    vec_to_c(x);
    asm_mov(a, IR_I64, 1, arg);
    asm_mov(a, IR_I64, 0, ENV);
    a64_call(x, (const void *)x->g->short_else);
    thunk_regs(x, ALL_PINNED, false);
    frame(x, LDR, LR, FRAME_LR);
    thunk_ret(x);
}

static bool short_regs_are_pinned(const GuestDesc *g)
{
    const ShortRegs *at = &g->short_regs;
    bool all = a64_pin_of(at->arg) != NO_REG && a64_pin_of(at->value) != NO_REG &&
               a64_pin_of(at->also) != NO_REG;
    for (unsigned i = 0; i < ARRAY_SIZE(at->in); i++) {
        all &= a64_pin_of(at->in[i]) != NO_REG;
    }
    return all;
}

static void emit_thunks(A64 *x)
{
    if (a64_thunks.has_vecs) {
        a64_vec_thunks(x);
    }
    thunk_enter(x);
    thunk_exit(x);
    thunks_of_exits(x, false);
    thunks_of_exits(x, true);
    thunk_jump_miss(x);
    if (x->g->direct) {
        thunk_fault(x);
    }
    thunks_of_calls(x, ALL_PINNED, PINNED_CALLER);
    thunk_call_c(x);
    thunks_around_c(x);
    thunk_cc_load(x);
    if (a64_thunks.has_vecs) {
        thunk_exact(x);
    }
    a64_thunks.short_call = NULL;
    if (x->g->short_call && short_regs_are_pinned(x->g)) {
        thunk_short_call(x);
    }
    thunk_divu(x);
    thunk_divs(x);
    thunk_atomic(x);
    thunk_of_three(x, &tcg_thunks.probe, (const void *)x->g->probe);
    thunk_of_three(x, &tcg_thunks.x87_st, (const void *)a64_x87_store);
    thunk_x87(x);
    thunks_of_accesses(x);
}

bool a64_make_thunks(TCGContext *s, CodeBuf *b, const uint8_t *pinned)
{
    int32_t vec_at[16];
    if (likely(tcg_thunks.context == s->id)) {
        return true;
    }
    a64_vec_homes(s, vec_at);
    if (thunks_fit(s, pinned) && !memcmp(vec_at, a64_thunks.vec_at, sizeof vec_at)) {
        return true;
    }
    memcpy(a64_thunks.vec_at, vec_at, sizeof vec_at);
    a64_thunks.has_vecs = false;
    for (unsigned i = 0; i < ARRAY_SIZE(vec_at); i++) {
        a64_thunks.has_vecs |= vec_at[i] != NOT_PINNED;
    }
    a64_thunks.afp = a64_thunks.has_vecs && host_has(HOST_ARM_AFP);
    A64 x = {
        EMISSION_AT(s, b, b->rw + tcg_thunks.room,
                    b->rw + tcg_thunks.room + A64_THUNK_ROOM),
    };
    emit_thunks(&x);
    g_assert(!asm_full(&x.a));
    host_flush_icache(rx_of(&x, x.entry), x.entry, A64_THUNK_ROOM);
    return true;
}
