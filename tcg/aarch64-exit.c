/* Where units of the aarch64 back end are left, and what leads from one to the next. */
/* SPDX-License-Identifier: MIT */
/*
 * An exit_link is one branch that is patched: to the next unit, or to a stub at the
 * unit's end that leaves for the main loop. A conditional branch that leads to nothing
 * but an exit is that branch itself, provided what the exit has to store can be stored in
 * front of it (opt "exits"). It reaches 1 MiB, or 32 KiB as TBZ; what is farther is
 * reached by a B at the stub, the veneer.
 */
#include "tcg/aarch64-internal.h"
#include "util/atomic.h"
#include "util/host.h"

/* T0 = what is at MEM + offset, T1 = the token, and a branch where they differ. */
static uint8_t *emit_guard(A64 *x, uint64_t pc)
{
    uint32_t at = guard_offset(x, pc);
    a64_add_imm(x, T0, MEM, at & ~0xfffu);
    asm_ls(&x->a, ls_opc(LDR, 2), T0, T0, at & 0xfff);
    asm_rrr(&x->a, SUB, IR_I32, T0, T0, T1);
    return asm_branch(&x->a, cb(CBNZ, IR_I32, T0));
}

/* What is not in pinned registers, in env. */
static void env_exact(A64 *x)
{
    a64_x87_flush(x);
    if (x->wanted) {
        cc_store(x);
    } else {
        cc_drop(x);
    }
    ra_sync(&x->ra);
}

/* What the exit shows is in env, but for what an edge leaves where it is. */
static Exit *begin_exit(A64 *x, const IROp *op, LoopEdge edge)
{
    Exit *e = &x->exits[x->nexits++];
    *e = (Exit){.pc = op->imm, .slot = op->slot + x->slot_base, .edge = edge};
    if (op->ccmask && edge != EDGE_LAZY) {
        cc_store(x);
    }
    ra_sync_but(&x->ra, x->own, op->ccmask ? 0 : ARRAY_SIZE(x->own));
    a64_loop_take_edge(x, op, edge);
    return e;
}

/* Whether what the exit stores may as well be stored in front of the branch to it: there
 * is nothing, or the other way stores it, too, or it is the way of a loop. */
static bool stores_in_front(A64 *x, const IROp *exit)
{
    const IROp *other = exit_behind(x, x->at);
    if (!exit->ccmask || !recipe_is_pending(&x->cc)) {
        return true;
    }
    return other ? other->ccmask && a64_loop_edge(x, other) != EDGE_LAZY
                 : (uint64_t)exit->imm <= x->pc;
}

/* What stands in front of the exit would change what is tested. */
static bool is_lost_before(const A64 *x, const IROp *exit, LoopEdge edge, Test t)
{
    bool is_free = edge == EDGE_LAZY ? !x->loop.u.copied
                                     : !exit->ccmask || !recipe_is_pending(&x->cc);
    return !is_free && t.kind != TEST_NZCV && (t.reg == T0 || t.reg == T1 || t.reg == T2);
}

/* A TBZ reaches the stub of an exit of a unit that is no longer, emitted twice. */
enum { NEAR_EXIT_OPS = 75 };

bool a64_branch_exits(A64 *x, Label *l, Test t)
{
    const IROp *exit = l->preds == 1 ? exit_behind(x, l->at) : NULL;
    if (!exit || TCG_OPT_OFF(x->s, exits) || is_guarded(x, exit) ||
        (t.kind == TEST_BIT && x->s->nops > NEAR_EXIT_OPS)) {
        return false;
    }
    LoopEdge edge = a64_loop_edge(x, exit);
    if ((edge != EDGE_LAZY && !stores_in_front(x, exit)) ||
        is_lost_before(x, exit, edge, t)) {
        return false;
    }
    Exit *e = begin_exit(x, exit, edge);
    e->jump = a64_test_branch(x, t, true);
    l->is_exit = true;
    return true;
}

void a64_emit_exit_link(A64 *x, const IROp *op)
{
    a64_x87_flush(x);
    Exit *e = begin_exit(x, op, a64_loop_edge(x, op));
    if (is_guarded(x, op)) {
        e->guard = x->a.p;
        asm_literal(&x->a, IR_I32, T1, 0);
        e->guard_jump = emit_guard(x, op->imm);
    }
    e->jump = asm_branch(&x->a, B);
}

void a64_emit_exit_tb(A64 *x, const IROp *op)
{
    env_exact(x);
    asm_movi(&x->a, T0, TCG_EXIT_TB + op->imm);
    asm_movi(&x->a, T1, 0);
    a64_jmp(x, tcg_thunks.exit);
}

/* T0: guest pc without code in the jump table. */
static void emit_jump_miss(A64 *x, int64_t note)
{
    if (note) {
        asm_movi(&x->a, T1, note);
        a64_env(x, ls_opc(STR, 3), T1, x->g->exit_note);
    }
    a64_jmp(x, tcg_thunks.jump_miss);
}

/* Where the table of jumps is, and which bits of pc count: two loads, or one. */
static void load_jump_table(A64 *x, unsigned table, unsigned mask)
{
    const GuestDesc *g = x->g;
    if (g->jc_mask == g->jc_base + 8 && pair_fits(PAIR_X, g->jc_base)) {
        asm_pair(&x->a, PAIR_X | PAIR_LD, from_to(table, mask), ENV, g->jc_base);
    } else {
        a64_env(x, ls_opc(LDR, 3), table, g->jc_base);
        a64_env(x, ls_opc(LDR, 3), mask, g->jc_mask);
    }
}

/* pc: the register of the guest pc. All other scratch registers are free. */
static void emit_jump_probe(A64 *x, unsigned pc, int64_t note)
{
    Asm *a = &x->a;
    unsigned first = pc < 4 ? 4 : 0; /* of four registers, pc not among them */
    unsigned entry = first, entry_pc = first + 1, code = first + 2, tag = first + 3;
    load_jump_table(x, entry, T1);
    asm_rrr(a, AND, IR_I64, T1, T1, pc);
    asm_shifted(a, ADD, IR_I64, entry, entry, shifted(T1, LSL, 5 - JUMP_SHIFT));
    asm_pair(a, PAIR_X | PAIR_LD, from_to(entry_pc, code), entry,
             offsetof(JumpEntry, pc));
    if (!x->g->direct) {
        asm_ls(a, ls_opc(LDR, 3), entry, entry, offsetof(JumpEntry, tag));
        a64_env(x, ls_opc(LDR, 3), tag, x->g->jc_tag);
    }
    asm_rrr(a, SUBS, IR_I64, XZR, entry_pc, pc);
    bool told = !x->g->direct; /* a relative unit: it wants to know the pc */
    if (!x->g->direct) {
        asm_ccmp(a, CCMP, IR_I64, from_to(entry, tag), A_EQ, 0);
    }
    if (pc != T0 && told) {
        asm_mov(a, IR_I64, T0, pc);
    }
    uint8_t *miss = asm_branch(a, b_cond(A_NE));
    asm_insn(a, BR | code << 5);
    asm_patch(miss, a->p);
    if (pc != T0 && !told) {
        asm_mov(a, IR_I64, T0, pc);
    }
    emit_jump_miss(x, note);
}
static_assert(offsetof(JumpEntry, code) == offsetof(JumpEntry, pc) + 8,
              "one load of both");

void a64_emit_exit_ind(A64 *x, const IROp *op)
{
    env_exact(x);
    int pc = ir_is_const(x->s, op->in[0]) ? -1 : ra_reg(&x->ra, op->in[0]);
    bool probe = !TCG_OPT_OFF(x->s, jumptable);
    if (pc < 0 || !probe) {
        a64_load_fixed(x, T0, op->in[0]);
        pc = T0;
    }
    if (probe) {
        emit_jump_probe(x, pc, op->imm);
    } else {
        emit_jump_miss(x, op->imm);
    }
}

/* ---- heads, and stubs behind the unit ---- */

/* For store_pc() of the thunks. */
static void put_pc(A64 *x, uint64_t pc)
{
    asm_quad(&x->a, pc - (x->s->relative ? page_of_unit(x) : 0));
}

/* T0: guest pc of the unit. */
static void emit_relative_entry(A64 *x)
{
    a64_add_imm(x, T0, T0, page_of_unit(x) - x->s->pc);
    a64_env(x, ls_opc(STR, 3), T0, x->g->unit_page);
    x->direct = x->a.p - x->entry;
}

/* The part of an exit that runs while it is not linked. In front of that of a conditional
 * branch there is a B, which reaches further. */
void a64_emit_unlinked(A64 *x, TCGCode *out, const Exit *e)
{
    if (!is_b(ldl_he_p(e->jump))) {
        asm_insn(&x->a, branch_word(B, 4));
    }
    asm_patch(e->jump, x->a.p);
    if (e->guard) {
        asm_patch(e->guard_jump, x->a.p);
    }
    out->exits[e->slot].jump = e->jump - x->entry;
    out->exits[e->slot].unlinked = x->a.p - x->entry;
    out->exits[e->slot].again = a64_loop_target(x, e);
    out->exits[e->slot].leads = tcg_leads(x->s->pc, e->pc);
    out->nexits = MAX(out->nexits, e->slot + 1);
    a64_loop_stub(x, e);
    a64_call(x, a64_thunks.unlinked[x->s->relative][e->slot]);
    uint32_t offset = x->a.p - x->entry;
    put_pc(x, e->pc);
    asm_insn(&x->a, offset);
    if (e->guard) {
        Asm at = {e->guard, e->guard + 4};
        asm_literal(&at, IR_I32, T1, x->a.p - e->guard);
        out->exits[e->slot].guard = x->a.p - x->entry;
        asm_insn(&x->a, UINT32_MAX);
    }
}

uint8_t *a64_test_exit_request(A64 *x)
{
    a64_env(x, ls_opc(LDR, 2), T0, x->g->exit_request);
    return asm_branch(&x->a, cb(CBNZ, IR_I32, T0));
}

void a64_emit_head(A64 *x)
{
    if (x->s->relative) {
        emit_relative_entry(x);
    }
    if (x->loop.u.is_loop) {
        a64_loop_head(x);
        return;
    }
    x->head_jump[0] = a64_test_exit_request(x);
    x->body = x->a.p - x->entry;
    if (x->s->head_guard) {
        asm_movi(&x->a, T1, x->s->head_token);
        x->head_jump[1] = emit_guard(x, x->s->head_pc);
    }
}

void a64_head_exit(A64 *x, unsigned n)
{
    a64_call(x, a64_thunks.head[x->s->relative][n]);
    put_pc(x, x->s->pc);
}

/* Where the head goes instead of into the unit. */
void a64_emit_head_exits(A64 *x)
{
    for (unsigned i = 0; i < 2; i++) {
        if (x->head_jump[i]) {
            asm_patch(x->head_jump[i], x->a.p);
            a64_head_exit(x, i);
        }
    }
    a64_loop_cold(x);
}

/* ---- patching ---- */

/*
 * B, B.cond, CBZ, CBNZ, TBZ and TBNZ may be changed while other threads run them, if what
 * was and what comes are both of these: the old or the new one is run (Arm ARM B2.2.5,
 * "Concurrent modification and execution of instructions"; of branches its first editions
 * named B and BL alone). Nothing but the target changes. One store, since half an
 * instruction is none.
 */
static void patch_branch(CodeBuf *b, const uint8_t *at, const uint8_t *to)
{
    uint32_t *insn = code_buf_rw(b, at), word = branch_word(*insn, to - at);
    if (word != *insn) {
        atomic_set(insn, word);
        host_flush_icache(at, insn, 4);
    }
}

/* `to`, if B gets there. In code memory of more than 128 MiB an exit may stay unlinked.
 */
static const uint8_t *reached_by_b(const uint8_t *at, const uint8_t *to,
                                   const uint8_t *unlinked)
{
    return branch_fits(B, to - at) ? to : unlinked;
}

void a64_link(CodeBuf *b, const TCGCode *from, unsigned slot, const void *to)
{
    const uint8_t *jump = (const uint8_t *)from->entry + from->exits[slot].jump;
    const uint8_t *unlinked = (const uint8_t *)from->entry + from->exits[slot].unlinked;
    const uint8_t *target = loop_link_target(from, slot, to);
    uint32_t insn = ldl_he_p(code_buf_rw(b, jump));
    if (is_b(insn)) {
        patch_branch(b, jump, reached_by_b(jump, target, unlinked));
        return;
    }
    const uint8_t *veneer = unlinked - 4;
    bool near = branch_fits(insn, target - jump);
    patch_branch(b, veneer, near ? unlinked : reached_by_b(veneer, target, unlinked));
    patch_branch(b, jump, near ? target : veneer);
}
