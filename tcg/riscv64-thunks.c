/* Code of the riscv64 back end that all units share: entry, exits, slow paths. */
/* SPDX-License-Identifier: MIT */
/*
 * Thunks that a unit calls run on its frame (riscv64-internal.h). Pinned registers are
 * stored to env for whatever may look at the guest's state; what C functions do not
 * preserve is loaded again. Slow paths keep the scratch registers as well. T2 is free.
 */
#include "tcg/riscv64-internal.h"
#include "util/host.h"

/* x8, x9, x18-x25; x16, x17, x28-x31. */
enum { PINNED_CALLEE = 0x03fc0300, ALL_PINNED = (int)0xf3ff0300 };
#define PINNED_CALLER (ALL_PINNED & ~PINNED_CALLEE)

static void thunk_regs(RV64 *x, uint32_t regs, uint32_t opc)
{
    for (unsigned r = 0; r < 32; r++) {
        if (regs >> r & 1 && tcg_thunks.pinned_at[r] != NOT_PINNED) {
            rv_ls(x, opc, r, ENV, tcg_thunks.pinned_at[r]);
        }
    }
}

static const uint8_t *thunk_start(RV64 *x)
{
    while ((uintptr_t)x->a.p & 15) {
        asm_insn(&x->a, NOP);
    }
    return rx_of(x, x->a.p);
}

static void thunk_ret(RV64 *x)
{
    asm_rri(&x->a, JALR, ZERO, LR, 0);
}

static void jump_to(RV64 *x, unsigned reg)
{
    asm_rri(&x->a, JALR, ZERO, reg, 0);
}

static void load_memory_base(RV64 *x)
{
    if (tcg_thunks.use_tlb) {
        rv_ls(x, LD, MEM, ENV, x->g->tlb_base);
    } else if (x->g->guest_base) {
        asm_movi(&x->a, MEM, (int64_t)x->g->guest_base);
    }
}

/* What the C ABI wants preserved, above the frame; no unit touches a floating-point
 * register. */
static void callee_regs(RV64 *x, uint32_t opc)
{
    static const uint8_t saved[] = {LR, 8, 9, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27};
    for (unsigned i = 0; i < ARRAY_SIZE(saved); i++) {
        rv_ls(x, opc, saved[i], SP, FRAME_SIZE + 8 * i);
    }
}
enum { WHOLE_FRAME = FRAME_SIZE + 112 };
static_assert(WHOLE_FRAME % 16 == 0, "sp is aligned");

static void move_sp(RV64 *x, int32_t by)
{
    asm_movi(&x->a, T2, by);
    asm_rrr(&x->a, ADD, SP, SP, T2);
}

/* To `code`, the entry of the unit of env's pc. */
static void go_to_entry(RV64 *x, unsigned code)
{
    load_memory_base(x);
    thunk_regs(x, ALL_PINNED, LD);
    rv_ls(x, LD, T0, ENV, x->g->pc);
    jump_to(x, code);
}

/* TCGExit enter(void *env, const void *entry) */
static void thunk_enter(RV64 *x)
{
    tcg_thunks.enter = thunk_start(x);
    move_sp(x, -WHOLE_FRAME);
    callee_regs(x, SD);
    asm_mov(&x->a, ENV, A0);
    go_to_entry(x, A0 + 1);
}

/* T0: reason, T1: unit. */
static void thunk_exit(RV64 *x)
{
    tcg_thunks.exit_lookup = thunk_start(x);
    asm_movi(&x->a, T0, TCG_EXIT_LOOKUP);
    asm_movi(&x->a, T1, 0);
    tcg_thunks.exit = rx_of(x, x->a.p);
    thunk_regs(x, ALL_PINNED, SD);
    asm_mov(&x->a, A0, T0);
    asm_mov(&x->a, A0 + 1, T1);
    callee_regs(x, LD);
    move_sp(x, WHOLE_FRAME);
    thunk_ret(x);
}

/* T0: guest pc. Of an exit besides A0: the reason, T1: the unit. */
static void thunks_of_exits(RV64 *x)
{
    static const uint8_t reason[] = {TCG_EXIT_REQUEST, TCG_EXIT_LOOKUP};
    rv_thunks.unlinked = thunk_start(x);
    rv_ls(x, SD, T0, ENV, x->g->pc);
    asm_mov(&x->a, T0, A0);
    rv_jmp(x, tcg_thunks.exit);
    for (unsigned i = 0; i < ARRAY_SIZE(reason); i++) {
        tcg_thunks.head[i] = thunk_start(x);
        asm_movi(&x->a, A0, reason[i]);
        asm_movi(&x->a, T1, 0);
        rv_jmp(x, rv_thunks.unlinked);
    }
}

/* T0: guest pc that the jump table does not know. */
static void thunk_jump_miss(RV64 *x)
{
    tcg_thunks.jump_miss = thunk_start(x);
    rv_ls(x, SD, T0, ENV, x->g->pc);
    thunk_regs(x, ALL_PINNED, SD);
    asm_mov(&x->a, A0, ENV);
    rv_call(x, (const void *)x->g->lookup);
    asm_mov(&x->a, T1, A0);
    uint8_t *found = asm_jump_if(&x->a, BNE, A0, ZERO);
    rv_address(x, T1, tcg_thunks.exit_lookup);
    asm_patch(found, x->a.p);
    go_to_entry(x, T1);
}

/* T0: pc of an access that has faulted in a unit. */
static void thunk_fault(RV64 *x)
{
    tcg_thunks.fault = thunk_start(x);
    thunk_regs(x, ALL_PINNED, SD);
    asm_mov(&x->a, A0, ENV);
    asm_mov(&x->a, A0 + 1, T0);
    rv_call(x, (const void *)x->g->fault);
}

static void thunk_save(RV64 *x, uint32_t regs)
{
    thunk_regs(x, regs, SD);
    thunk_ret(x);
}

static void thunk_load(RV64 *x, uint32_t regs)
{
    thunk_regs(x, regs, LD);
    thunk_ret(x);
}

static void thunk_call_c(RV64 *x)
{
    rv_thunks.call_c = thunk_start(x); /* T0: the function */
    rv_ls(x, SD, LR, SP, FRAME_LR);
    thunk_regs(x, PINNED_CALLER, SD);
    asm_rri(&x->a, JALR, LR, T0, 0);
    thunk_regs(x, PINNED_CALLER, LD);
    rv_ls(x, LD, LR, SP, FRAME_LR);
    thunk_ret(x);
}

static void scratch_regs(RV64 *x, uint32_t opc)
{
    for (unsigned i = 0; i < 6; i++) {
        rv_ls(x, opc, A0 + i, SP, FRAME_SAVE + 8 * i);
    }
}

static void slow_begin(RV64 *x)
{
    scratch_regs(x, SD);
    rv_ls(x, SD, LR, SP, FRAME_LR);
    thunk_regs(x, ALL_PINNED, SD);
    asm_mov(&x->a, A0, ENV);
}

static void slow_call(RV64 *x, const void *fn, bool result)
{
    rv_call(x, fn);
    asm_mov(&x->a, T0, A0);
}

static void slow_end(RV64 *x)
{
    load_memory_base(x);
    thunk_regs(x, PINNED_CALLER, LD);
    scratch_regs(x, LD);
    rv_ls(x, LD, LR, SP, FRAME_LR);
    thunk_ret(x);
}

/* Argument i of the function. */
static void arg_reg(RV64 *x, unsigned i, unsigned reg)
{
    asm_mov(&x->a, A0 + i, reg);
}
static void arg_imm(RV64 *x, unsigned i, unsigned val)
{
    asm_movi(&x->a, A0 + i, val);
}
static void arg_frame(RV64 *x, unsigned i, unsigned offset)
{
    rv_add_imm(x, A0 + i, SP, offset);
}
static void arg_extend(RV64 *x, unsigned i, IRType t, unsigned reg)
{
    asm_extend(&x->a, t, false, A0 + i, reg);
}
static void args_load(RV64 *x, unsigned offset)
{
    for (unsigned i = 0; i < 3; i++) {
        rv_ls(x, LD, A0 + 2 + i, SP, offset + 8 * i);
    }
}

#include "tcg/slow-thunks.h"
#include "tcg/thunks.h"

static void emit_thunks(RV64 *x)
{
    thunk_enter(x);
    thunk_exit(x);
    thunks_of_exits(x);
    thunk_jump_miss(x);
    if (x->g->direct) {
        thunk_fault(x);
    }
    thunks_of_calls(x, ALL_PINNED, PINNED_CALLER);
    thunk_call_c(x);
    thunk_cc_load(x);
    thunk_atomic(x);
    thunk_of_three(x, &tcg_thunks.probe, (const void *)x->g->probe);
    thunk_of_three(x, &tcg_thunks.x87_st, (const void *)rv_x87_store);
    thunks_of_accesses(x);
}

void rv_make_thunks(TCGContext *s, CodeBuf *b, const uint8_t *pinned)
{
    if (likely(tcg_thunks.context == s->id) || thunks_fit(s, pinned)) {
        return;
    }
    RV64 x = {
        EMISSION_AT(s, b, b->rw + tcg_thunks.room,
                    b->rw + tcg_thunks.room + RV_THUNK_ROOM),
    };
    emit_thunks(&x);
    g_assert(!asm_full(&x.a));
    host_flush_icache(rx_of(&x, x.entry), x.entry, RV_THUNK_ROOM);
}
