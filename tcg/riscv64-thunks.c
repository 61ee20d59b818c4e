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

static void thunks_of_calls(RV64 *x)
{
    static const struct {
        const uint8_t **thunk;
        uint32_t regs, opc;
    } rows[] = {
        {&tcg_thunks.save_all,    ALL_PINNED,    SD},
        {&tcg_thunks.save_caller, PINNED_CALLER, SD},
        {&tcg_thunks.load_all,    ALL_PINNED,    LD},
        {&tcg_thunks.load_caller, PINNED_CALLER, LD},
    };
    for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
        *rows[i].thunk = thunk_start(x);
        thunk_regs(x, rows[i].regs, rows[i].opc);
        thunk_ret(x);
    }
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

/* T0 and T1 are the arguments of slow paths; LR is `ra`. */
static void slow_begin(RV64 *x)
{
    scratch_regs(x, SD);
    rv_ls(x, SD, LR, SP, FRAME_LR);
    thunk_regs(x, ALL_PINNED, SD);
    asm_mov(&x->a, A0, ENV);
}

/* The result, if there is one, is in A0, and then in T0. */
static void slow_end(RV64 *x)
{
    asm_mov(&x->a, T0, A0);
    load_memory_base(x);
    thunk_regs(x, PINNED_CALLER, LD);
    scratch_regs(x, LD);
    rv_ls(x, LD, LR, SP, FRAME_LR);
    thunk_ret(x);
}

/* T0: guest address; then T0, or FRAME_BUF, is the value. */
static void thunk_ld(RV64 *x, unsigned memop)
{
    bool wide = (memop & MO_SIZE) > MO_64;
    tcg_thunks.ld[memop] = thunk_start(x);
    slow_begin(x);
    asm_mov(&x->a, A0 + 1, T0);
    asm_mov(&x->a, A0 + (wide ? 4 : 3), LR);
    asm_movi(&x->a, A0 + (wide ? 3 : 2), memop);
    if (wide) {
        rv_add_imm(x, A0 + 2, SP, FRAME_BUF);
    }
    rv_call(x, wide ? (const void *)x->g->ld_vec : (const void *)x->g->ld);
    slow_end(x);
}

/* T0: guest address, T1 or FRAME_BUF: the value. */
static void thunk_st(RV64 *x, unsigned memop)
{
    bool wide = (memop & MO_SIZE) > MO_64;
    tcg_thunks.st[memop] = thunk_start(x);
    slow_begin(x);
    asm_mov(&x->a, A0 + 1, T0);
    if (wide) {
        rv_add_imm(x, A0 + 2, SP, FRAME_BUF);
    } else {
        asm_extend(&x->a, (IRType)(memop & MO_SIZE), false, A0 + 2, T1);
    }
    asm_movi(&x->a, A0 + 3, memop);
    asm_mov(&x->a, A0 + 4, LR);
    rv_call(x, wide ? (const void *)x->g->st_vec : (const void *)x->g->st);
    slow_end(x);
}

/* fn(env, T0, T1, ra), whose result is then T0. */
static void thunk_of_three(RV64 *x, const uint8_t **thunk, const void *fn)
{
    *thunk = thunk_start(x);
    slow_begin(x);
    asm_mov(&x->a, A0 + 1, T0);
    asm_mov(&x->a, A0 + 2, T1);
    asm_mov(&x->a, A0 + 3, LR);
    rv_call(x, fn);
    slow_end(x);
}

/* T0: guest address, FRAME_OI: operands; then T0 is the old value. */
static void thunk_atomic(RV64 *x)
{
    tcg_thunks.atomic = thunk_start(x);
    slow_begin(x);
    asm_mov(&x->a, A0 + 1, T0);
    for (unsigned i = 0; i < 3; i++) {
        rv_ls(x, LD, A0 + 2 + i, SP, FRAME_OI + 8 * i);
    }
    asm_mov(&x->a, A0 + 5, LR);
    rv_call(x, (const void *)x->g->atomic);
    slow_end(x);
}

/* T0: the six flags. */
static void thunk_cc_load(RV64 *x)
{
    tcg_thunks.cc_load = thunk_start(x);
    slow_begin(x);
    rv_call(x, (const void *)flags_in_env);
    slow_end(x);
}

static void emit_thunks(RV64 *x)
{
    thunk_enter(x);
    thunk_exit(x);
    thunks_of_exits(x);
    thunk_jump_miss(x);
    if (x->g->direct) {
        thunk_fault(x);
    }
    thunks_of_calls(x);
    thunk_cc_load(x);
    thunk_atomic(x);
    thunk_of_three(x, &tcg_thunks.probe, (const void *)x->g->probe);
    thunk_of_three(x, &tcg_thunks.x87_st, (const void *)rv_x87_store);
    thunk_ld(x, MO_80);
    for (unsigned size = MO_8; size <= MO_256; size++) {
        for (unsigned align = 0; align <= MO_ALIGN; align += MO_ALIGN) {
            thunk_st(x, size | align);
            thunk_ld(x, size | align);
            thunk_ld(x, size | align | MO_RMW);
        }
    }
}

void rv_make_thunks(TCGContext *s, CodeBuf *b, const uint8_t *pinned)
{
    int32_t at[32];
    if (likely(tcg_thunks.context == s->id)) {
        return;
    }
    tcg_thunks.context = s->id;
    pinned_homes(s, pinned, at);
    if (tcg_thunks.enter && !memcmp(at, tcg_thunks.pinned_at, sizeof at)) {
        return;
    }
    memcpy(tcg_thunks.pinned_at, at, sizeof at);
    RV64 x = {
        EMISSION_AT(s, b, b->rw + tcg_thunks.room,
                    b->rw + tcg_thunks.room + RV_THUNK_ROOM),
    };
    emit_thunks(&x);
    g_assert(!asm_full(&x.a));
    host_flush_icache(rx_of(&x, x.entry), x.entry, RV_THUNK_ROOM);
}
