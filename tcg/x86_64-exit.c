/* Where units of the x86_64 back end are left, and what leads from one to the next. */
/* SPDX-License-Identifier: MIT */
/*
 * An exit_link is one jump whose rel32 is patched: to the next unit, or to a stub at the
 * unit's end that leaves for the main loop. A conditional branch that leads to nothing
 * but an exit is that jump itself, provided what the exit has to store can be stored in
 * front of the branch (opt "exits").
 */
#include "tcg/x86_64-internal.h"
#include "util/atomic.h"

/* Four bytes that are patched lie in one aligned eight: `at` bytes from here. */
static void align_patch(X64 *x, unsigned at)
{
    unsigned off = ((uintptr_t)x->a.p + at) % 8;
    if (off > 4) {
        asm_nops(&x->a, 8 - off);
    }
}

/* Compares the token of pc's page (guest-desc.h); returns where the immediate is. */
static uint8_t *emit_guard(X64 *x, uint64_t pc, uint32_t token)
{
    Mem m = mem_at(TLB, guard_offset(x, pc));
    bool disp8 = m.disp == (int8_t)m.disp;
    align_patch(x, disp8 ? 4 : 7);
    asm_rm(&x->a, 0x81, ALU_CMP, m);
    asm_d(&x->a, token);
    return x->a.p - 4;
}

static Exit *new_exit(X64 *x, const IROp *op)
{
    Exit *e = &x->exits[x->nexits++];
    e->guard = e->guard_jump = NULL; /* not all of it: `cc` is large, and rarely used */
    e->pc = op->imm;
    e->slot = op->slot + x->slot_base;
    return e;
}

/* Whether what the exit stores may as well be stored in front of the branch to it: there
 * is nothing, or the other way stores it, too, or it is the way of a loop. */
static bool stores_in_front(const X64 *x, const IROp *exit)
{
    const IROp *other = exit_behind(x, x->at);
    if (other) {
        return !exit->ccmask || (other->ccmask && x64_loop_edge(x, other) != EDGE_LAZY);
    }
    return (uint64_t)exit->imm <= x->pc || (!exit->ccmask && !ra_has_dirty(&x->ra));
}

/* What the exit shows is in env, but for what an edge leaves where it is. */
static Exit *begin_exit(X64 *x, const IROp *exit, LoopEdge edge)
{
    Exit *e = new_exit(x, exit);
    ra_sync(&x->ra);
    if (exit->ccmask && edge != EDGE_LAZY) {
        cc_store(x);
    }
    x64_loop_take_edge(x, e, exit, edge);
    return e;
}

bool x64_may_exit(const X64 *x, const Label *l)
{
    return l->preds == 1 && exit_behind(x, l->at);
}

bool x64_branch_exits(X64 *x, Label *l, Cond c)
{
    const IROp *exit = l->preds == 1 ? exit_behind(x, l->at) : NULL;
    if (!exit || TCG_OPT_OFF(x->s, exits) || is_guarded(x, exit)) {
        return false;
    }
    LoopEdge edge = x64_loop_edge(x, exit);
    if (edge != EDGE_LAZY && !stores_in_front(x, exit)) {
        return false;
    }
    Exit *e = begin_exit(x, exit, edge);
    align_patch(x, 2);
    e->jump = asm_jcc(&x->a, c);
    l->is_exit = true;
    return true;
}

void x64_emit_exit_link(X64 *x, const IROp *op)
{
    x64_x87_flush(x);
    x64_x87_control(x);
    Exit *e = begin_exit(x, op, x64_loop_edge(x, op));
    if (is_guarded(x, op)) {
        e->guard = emit_guard(x, op->imm, UINT32_MAX);
        e->guard_jump = asm_jcc(&x->a, COND_NE);
    }
    align_patch(x, 1);
    e->jump = asm_jmp(&x->a);
}

void x64_emit_exit_tb(X64 *x, const IROp *op)
{
    x64_x87_flush(x);
    ra_sync(&x->ra);
    cc_store(x);
    asm_movi(&x->a, R10, TCG_EXIT_TB + op->imm);
    asm_movi(&x->a, R11, 0);
    x64_jmp(x, tcg_thunks.exit);
}

/* r10: guest pc without code in the jump table. */
static void emit_jump_miss(X64 *x, int64_t note)
{
    if (note) {
        asm_movi(&x->a, R11, note);
        asm_store(&x->a, IR_I64, R11, env_mem(x->g->exit_note));
    }
    x64_jmp(x, tcg_thunks.jump_miss);
}

static_assert(JUMP_SHIFT == 2, "an entry is eight times what the mask leaves of pc");
static Mem in_entry(int32_t at)
{
    return (Mem){R12, R11, 3, at};
}

/* r10: guest pc. Of its place in the table an eighth is made in r11, for r12. */
static void emit_jump_probe(X64 *x, int64_t note)
{
    const GuestDesc *g = x->g;
    Asm *a = &x->a;
    uint8_t *miss[2];
    unsigned tests = g->direct ? 1 : 2;
    asm_load(a, IR_I32, R11, env_mem(g->jc_mask));
    asm_alu_rr(a, ALU_AND, IR_I32, R11, R10);
    asm_load(a, IR_I64, R12, env_mem(g->jc_base));
    asm_alu_rm(a, ALU_CMP, IR_I64, R10, in_entry(offsetof(JumpEntry, pc)));
    miss[0] = asm_jcc(a, COND_NE);
    if (tests == 2) {
        asm_lea(a, IR_I64, R11, in_entry(0));
        asm_load(a, IR_I64, R12, env_mem(g->jc_tag));
        asm_alu_rm(a, ALU_CMP, IR_I64, R12, mem_at(R11, offsetof(JumpEntry, tag)));
        miss[1] = asm_jcc(a, COND_NE);
    }
    asm_rm(a, 0xff, 4,
           tests == 2 ? mem_at(R11, offsetof(JumpEntry, code))
                      : in_entry(offsetof(JumpEntry, code)));
    const uint8_t *to = note ? rx_of(x, a->p) : tcg_thunks.jump_miss;
    for (unsigned i = 0; i < tests; i++) {
        stl_he_p(miss[i], to - (rx_of(x, miss[i]) + 4));
        if (!note) {
            x64_leads_out(x, miss[i], to);
        }
    }
    if (note) {
        emit_jump_miss(x, note);
    }
}

void x64_emit_exit_ind(X64 *x, const IROp *op)
{
    x64_x87_flush(x);
    x64_x87_control(x);
    ra_sync(&x->ra);
    cc_store(x);
    x64_load_fixed(x, IR_I64, R10, op->in[0]);
    if (TCG_OPT_OFF(x->s, jumptable)) {
        emit_jump_miss(x, op->imm);
    } else {
        emit_jump_probe(x, op->imm);
    }
}

/* ---- heads, and stubs behind the unit ---- */

/* r10 = the guest address `pc`. */
static void load_pc(X64 *x, uint64_t pc)
{
    if (x->s->relative) {
        asm_load(&x->a, IR_I64, R10, env_mem(x->g->unit_page));
        asm_lea(&x->a, IR_I64, R10, mem_at(R10, pc - page_of_unit(x)));
    } else {
        asm_movi(&x->a, R10, pc);
    }
}

/* r10: guest pc of the unit. */
static void emit_relative_entry(X64 *x)
{
    asm_lea(&x->a, IR_I64, R10, mem_at(R10, page_of_unit(x) - x->s->pc));
    asm_store(&x->a, IR_I64, R10, env_mem(x->g->unit_page));
    x->direct = x->a.p - x->entry;
}

/* The part of an exit that runs while it is not linked. */
void x64_emit_unlinked(X64 *x, TCGCode *out, const Exit *e)
{
    asm_patch(e->jump, x->a.p);
    if (e->guard) {
        asm_patch(e->guard_jump, x->a.p);
        out->exits[e->slot].guard = e->guard - x->entry;
    }
    out->exits[e->slot].jump = e->jump - 1 - x->entry;
    out->exits[e->slot].unlinked = x->a.p - x->entry;
    out->exits[e->slot].again = x64_loop_target(x, e);
    out->exits[e->slot].leads = tcg_leads(x->s->pc, e->pc);
    out->nexits = MAX(out->nexits, e->slot + 1);
    x64_loop_stub(x, e);
    load_pc(x, e->pc);
    x64_call(x, x64_thunks.unlinked[e->slot]);
}

uint8_t *x64_test_exit_request(X64 *x)
{
    asm_alu_mi(&x->a, ALU_CMP, IR_I32, env_mem(x->g->exit_request), 0);
    return asm_jcc(&x->a, COND_NE);
}

void x64_emit_head(X64 *x)
{
    if (x->s->relative) {
        emit_relative_entry(x);
    }
    x64_loop_begin(x);
    if (x->loop.u.is_loop) {
        x64_loop_head(x);
        return;
    }
    x->head_jump[0] = x64_test_exit_request(x);
    x->body = x->a.p - x->entry;
    if (x->s->head_guard) {
        emit_guard(x, x->s->head_pc, x->s->head_token);
        x->head_jump[1] = asm_jcc(&x->a, COND_NE);
    }
}

void x64_emit_head_exit(X64 *x, unsigned reason)
{
    load_pc(x, x->s->pc);
    x64_jmp(x, tcg_thunks.head[reason]);
}

/* Where the head goes instead of into the unit. */
void x64_emit_head_exits(X64 *x)
{
    for (unsigned i = 0; i < 2; i++) {
        if (x->head_jump[i]) {
            asm_patch(x->head_jump[i], x->a.p);
            x64_emit_head_exit(x, i);
        }
    }
    x64_loop_cold(x);
}

/* ---- patching ---- */

/* Four bytes of code that do not cross a multiple of eight, at once. */
static void patch_code(CodeBuf *b, const uint8_t *rx, uint32_t v)
{
    uint8_t *p = code_buf_rw(b, rx);
    uint64_t *word = (uint64_t *)ROUND_DOWN((uintptr_t)p, 8), now = *word;
    stl_he_p((uint8_t *)&now + (p - (uint8_t *)word), v);
    atomic_set(word, now);
}

void x64_guard(CodeBuf *b, const TCGCode *from, unsigned slot, uint32_t token)
{
    patch_code(b, (const uint8_t *)from->entry + from->exits[slot].guard, token);
}

void x64_link(CodeBuf *b, const TCGCode *from, unsigned slot, const void *to)
{
    const uint8_t *jump = (const uint8_t *)from->entry + from->exits[slot].jump;
    const uint8_t *target = loop_link_target(from, slot, to);
    patch_code(b, jump + 1, (uint32_t)(target - (jump + 5)));
}
