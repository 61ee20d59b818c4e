/* The riscv64 back end: units, ops, helper calls, exits. */
/* SPDX-License-Identifier: MIT */
/*
 * rv_gen_code() makes one pass over the ops. Each has a function in emitters[]; what has
 * none is computed in C (rv_emit_in_c). Hot code comes first, then what is rarely
 * reached: slow paths of memory accesses, the parts of exits that are not linked, data,
 * and the side table.
 *
 * An exit jumps to an address in memory beside it, eight aligned bytes. To link it is a
 * store of data: no instruction changes, so no hart needs a fence.i.
 */
#include "tcg/disas.h"
#include "tcg/riscv64-internal.h"
#include "util/atomic.h"
#include "util/host.h"

RVThunks rv_thunks;
static const TCGBackend rv_backend;

struct Data {
    Data *next;
    uint8_t *at; /* AUIPC, ADDI */
    const void *bytes;
    size_t size;
};

static const HostPin pins[] = {
    {"rax", 8 },
    {"rcx", 9 },
    {"rdx", 18},
    {"rbx", 19},
    {"rsp", 20},
    {"rbp", 21},
    {"rsi", 22},
    {"rdi", 23},
    {"r8",  16},
    {"r9",  17},
    {"r10", 28},
    {"r11", 29},
    {"r12", 24},
    {"r13", 25},
    {"r14", 30},
    {"r15", 31},
};

/* ---- addresses, calls ---- */

/* AUIPC: reg = the address, but for its low bits, which are returned. */
static int32_t upper_address(RV64 *x, unsigned reg, const void *rx)
{
    intptr_t d = (intptr_t)rx - (intptr_t)rx_of(x, x->a.p);
    if (fits_upper(d)) {
        asm_upper(&x->a, AUIPC, reg, upper_of(d));
        return lower_of(d);
    }
    asm_movi(&x->a, reg, (intptr_t)rx);
    return 0;
}

void rv_address(RV64 *x, unsigned reg, const void *rx)
{
    asm_rri(&x->a, ADDI, reg, reg, upper_address(x, reg, rx));
}

void rv_call(RV64 *x, const void *rx)
{
    asm_rri(&x->a, JALR, LR, LR, upper_address(x, LR, rx));
}

void rv_jmp(RV64 *x, const void *rx)
{
    asm_rri(&x->a, JALR, ZERO, T2, upper_address(x, T2, rx));
}

void rv_add_imm(RV64 *x, unsigned reg, unsigned base, int64_t offset)
{
    if (fits_imm12(offset)) {
        if (offset || reg != base) {
            asm_rri(&x->a, ADDI, reg, base, (int32_t)offset);
        }
    } else {
        assert(reg != base);
        asm_movi(&x->a, reg, offset);
        asm_rrr(&x->a, ADD, reg, reg, base);
    }
}

void rv_ls(RV64 *x, uint32_t opc, unsigned reg, unsigned base, int64_t offset)
{
    if (!fits_imm12(offset)) {
        asm_upper(&x->a, LUI, T2, upper_of(offset));
        asm_rrr(&x->a, ADD, T2, T2, base);
        offset = lower_of(offset);
        base = T2;
    }
    asm_ls(&x->a, opc, reg, base, (int32_t)offset);
}

void rv_data(RV64 *x, unsigned reg, const void *bytes, size_t size)
{
    Data *d = arena_alloc(&x->s->arena, sizeof *d);
    *d = (Data){.next = x->data, .at = x->a.p, .bytes = bytes, .size = size};
    x->data = d;
    asm_upper(&x->a, AUIPC, reg, 0);
    asm_rri(&x->a, ADDI, reg, reg, 0);
}

static void align8(RV64 *x)
{
    if ((uintptr_t)x->a.p & 7) {
        asm_insn(&x->a, NOP);
    }
}

static void emit_data(RV64 *x)
{
    for (const Data *d = x->data; d && !asm_full(&x->a); d = d->next) {
        align8(x);
        unsigned reg = ldl_he_p(d->at) >> 7 & 31;
        ptrdiff_t distance = x->a.p - d->at;
        Asm at = {d->at, d->at + 8};
        asm_upper(&at, AUIPC, reg, upper_of(distance));
        asm_rri(&at, ADDI, reg, reg, lower_of(distance));
        memcpy(x->a.p, d->bytes, d->size);
        x->a.p += ROUND_UP(d->size, 4);
    }
}

/* ---- the allocator ---- */

static void hook_mov(RegAlloc *ra, unsigned dst, unsigned src)
{
    asm_mov(&emission_of(ra)->a, dst, src);
}
static void hook_movi(RegAlloc *ra, unsigned dst, uint64_t val)
{
    asm_movi(&emission_of(ra)->a, dst, (int64_t)val);
}
static void hook_load_env(RegAlloc *ra, unsigned dst, int32_t offset)
{
    rv_ls(emission_of(ra), LD, dst, ENV, offset);
}
static void hook_store_env(RegAlloc *ra, unsigned src, int32_t offset)
{
    rv_ls(emission_of(ra), SD, src, ENV, offset);
}
static void hook_load_slot(RegAlloc *ra, unsigned dst, unsigned slot)
{
    rv_ls(emission_of(ra), LD, dst, SP, FRAME_SLOTS + 8 * slot);
}
static void hook_store_slot(RegAlloc *ra, unsigned src, unsigned slot)
{
    rv_ls(emission_of(ra), SD, src, SP, FRAME_SLOTS + 8 * slot);
}

static const RAHost ra_host = {
    .nscratch = 6,
    .scratch = {A0, A0 + 1, A0 + 2, A0 + 3, A0 + 4, A0 + 5},
    RA_HOOKS,
};

/* ---- env and helpers ---- */

static void emit_ld_env(RV64 *x, const IROp *op)
{
    unsigned d = rv_out(x, op, 0);
    rv_ls(x, load_opc(op->type, false), d, ENV, op->imm);
    rv_out_done(x, op, 0, d);
}

static void emit_st_env(RV64 *x, const IROp *op)
{
    rv_ls(x, store_opc(op->type), rv_in(x, op->in[0], op->type), ENV, op->imm);
}

static void call_result(RV64 *x, const IROp *op, const HelperInfo *h)
{
    rv_call(x, h->writes & HS_GPR ? tcg_thunks.load_all : tcg_thunks.load_caller);
    if (!(h->flags & HELPER_PURE) && tcg_thunks.use_tlb) {
        rv_ls(x, LD, MEM, ENV, x->g->tlb_base);
    }
    if (op->out[0] == IR_NONE) {
        return;
    }
    if (ir_is_global(x->s, op->out[0])) {
        rv_out_done(x, op, 0, A0);
    } else if (ir_t(x->s, op->out[0])->uses) {
        ra_bind(&x->ra, op->out[0], A0);
    }
}

/* The arguments go by way of the frame: nothing is in anybody's way there. */
static void emit_call(RV64 *x, const IROp *op)
{
    const HelperInfo *h = ir_helper(op);
    unsigned reads = ir_helper_reads(h);
    bool orders = x->g->ordered && !(h->flags & HELPER_PURE);
    for (unsigned i = 0; i < h->nargs; i++) {
        unsigned r = rv_in(x, op->in[i], IR_I64);
        rv_ls(x, SD, r, SP, FRAME_ARGS + 8 * i);
        ra_release(&x->ra, r);
    }
    rv_end_op(x, op);
    ra_evict(&x->ra, SCRATCH);
    rv_call(x, reads & HS_GPR ? tcg_thunks.save_all : tcg_thunks.save_caller);
    for (unsigned i = 0; i < h->nargs; i++) {
        rv_ls(x, LD, A0 + h->takes_env + i, SP, FRAME_ARGS + 8 * i);
    }
    if (h->takes_env) {
        asm_mov(&x->a, A0, ENV);
    }
    if (h->writes & HS_GPR) {
        ra_drop_globals(&x->ra);
    }
    if (orders) { /* it may access guest memory */
        asm_insn(&x->a, FENCE_RW_RW);
    }
    rv_call(x, h->fn);
    if (h->flags & (HELPER_FAULT | HELPER_NORETURN)) {
        rv_side(x);
    }
    if (h->writes & HS_CC) {
        cc_set_env(x);
    }
    x->ended = h->flags & HELPER_NORETURN;
    if (!x->ended) {
        if (orders) {
            asm_insn(&x->a, FENCE_R_RW);
        }
        call_result(x, op, h);
    }
}

void rv_call_c(RV64 *x, const void *fn)
{
    rv_address(x, T0, fn);
    rv_call(x, rv_thunks.call_c);
}

static void emit_fence(RV64 *x, const IROp *op)
{
    asm_insn(&x->a, FENCE_RW_RW);
}

/* ---- control flow inside the unit ---- */

static void emit_nothing(RV64 *x, const IROp *op) {}

/* Before the branch's own instructions: where several paths meet nothing is in registers.
 */
static Label *branch_to(RV64 *x, const IROp *op)
{
    Label *l = &x->labels[op->label];
    if (l->preds > 1) {
        ra_sync(&x->ra);
    }
    return l;
}

static void emit_br(RV64 *x, const IROp *op)
{
    Label *l = branch_to(x, op);
    label_branched(x, l, asm_jump(&x->a));
}

static void emit_branch_if(RV64 *x, Label *l, Test t)
{
    x->ra.locked = 0;
    label_branched(x, l, asm_jump_if(&x->a, t.opc, t.a, t.b));
    ra_prune(&x->ra, x->at);
}

static void emit_brcond(RV64 *x, const IROp *op)
{
    Label *l = branch_to(x, op);
    emit_branch_if(x, l, rv_compare(x, op->type, op->cond, op->in[0], op->in[1]));
}

static void emit_brcc(RV64 *x, const IROp *op)
{
    Label *l = branch_to(x, op);
    emit_branch_if(x, l, cc_test_of(x, op->cond));
}

static void emit_label(RV64 *x, const IROp *op)
{
    Label *l = &x->labels[op->label];
    if (l->preds > 1 && !x->ended) {
        ra_sync(&x->ra);
    }
    label_reached(x, l);
}

/* ---- exits ---- */

/* T1: the token. A branch where the map of code says another. */
static uint8_t *emit_guard(RV64 *x, uint64_t pc)
{
    rv_ls(x, LW, T0, MEM, guard_offset(x, pc));
    return asm_jump_if(&x->a, BNE, T0, T1);
}

/* Beside the jump are its target and, where there is a guard, its token. */
static void emit_exit_link(RV64 *x, const IROp *op)
{
    Exit *e = &x->exits[x->nexits++];
    uint8_t *guard = NULL;
    *e = (Exit){.pc = (uint64_t)op->imm, .slot = op->slot};
    ra_sync(&x->ra);
    if (is_guarded(x, op)) {
        guard = x->a.p;
        asm_upper(&x->a, AUIPC, T1, 0);
        asm_insn(&x->a, NOP); /* LW, as soon as its distance is known */
        e->guard_jump = emit_guard(x, e->pc);
    }
    uint8_t *at = x->a.p;
    int32_t distance = (uintptr_t)at & 7 ? 12 : 16;
    asm_upper(&x->a, AUIPC, T2, 0);
    asm_rri(&x->a, LD, T2, T2, distance);
    asm_rri(&x->a, JALR, ZERO, T2, 0);
    align8(x);
    e->target = x->a.p;
    x->a.p += 8;
    assert(e->target == at + distance);
    if (guard) {
        Asm load = {guard + 4, guard + 8};
        asm_rri(&load, LW, T1, T1, (int32_t)(x->a.p - guard));
        e->guard = x->a.p;
        asm_insn(&x->a, UINT32_MAX);
    }
}

static void emit_exit_tb(RV64 *x, const IROp *op)
{
    ra_sync(&x->ra);
    asm_movi(&x->a, T0, TCG_EXIT_TB + op->imm);
    asm_movi(&x->a, T1, 0);
    rv_jmp(x, tcg_thunks.exit);
}

/* T0: guest pc without code in the jump table. */
static void emit_jump_miss(RV64 *x, int64_t note)
{
    if (note) {
        asm_movi(&x->a, T1, note);
        rv_ls(x, SD, T1, ENV, x->g->exit_note);
    }
    rv_jmp(x, tcg_thunks.jump_miss);
}

/* T0: guest pc. All scratch registers are free. */
static void emit_jump_probe(RV64 *x, int64_t note)
{
    const GuestDesc *g = x->g;
    Asm *a = &x->a;
    rv_ls(x, LD, A0, ENV, g->jc_base);
    rv_ls(x, LD, T1, ENV, g->jc_mask);
    asm_rrr(a, AND, T1, T1, T0);
    asm_rri(a, SLLI, T1, T1, 5 - JUMP_SHIFT);
    asm_rrr(a, ADD, A0, A0, T1);
    asm_rri(a, LD, A0 + 2, A0, offsetof(JumpEntry, pc));
    asm_rri(a, LD, A0 + 4, A0, offsetof(JumpEntry, code));
    if (!g->direct) {
        rv_ls(x, LD, A0 + 1, ENV, g->jc_tag);
        asm_rri(a, LD, A0 + 3, A0, offsetof(JumpEntry, tag));
    }
    asm_branch(a, BNE, A0 + 2, T0, g->direct ? 8 : 12);
    if (!g->direct) {
        asm_branch(a, BNE, A0 + 3, A0 + 1, 8);
    }
    asm_rri(a, JALR, ZERO, A0 + 4, 0);
    emit_jump_miss(x, note);
}

static void emit_exit_ind(RV64 *x, const IROp *op)
{
    ra_sync(&x->ra);
    asm_mov(&x->a, T0, rv_in(x, op->in[0], IR_I64));
    if (TCG_OPT_OFF(x->s, jumptable)) {
        emit_jump_miss(x, op->imm);
    } else {
        emit_jump_probe(x, op->imm);
    }
}

/* ---- units ---- */

static EmitFn *const emitters[NR_OPS] = {
    [OP_nop] = emit_nothing,
    [OP_label] = emit_label,
    [OP_mov] = rv_emit_mov,
    [OP_zext... OP_sext] = rv_emit_ext,
    [OP_extract... OP_sextract] = rv_emit_extract,
    [OP_deposit] = rv_emit_deposit,
    [OP_lea] = rv_emit_lea,
    [OP_add... OP_sub] = rv_emit_alu,
    [OP_and... OP_andn] = rv_emit_alu,
    [OP_inc... OP_dec] = rv_emit_incdec,
    [OP_neg] = rv_emit_neg,
    [OP_not] = rv_emit_not,
    [OP_mul] = rv_emit_mul,
    [OP_shl... OP_sar] = rv_emit_shift,
    [OP_setcond] = rv_emit_setcond,
    [OP_select] = rv_emit_select,
    [OP_brcond] = emit_brcond,
    [OP_br] = emit_br,
    [OP_setcc] = rv_emit_setcc,
    [OP_selcc] = rv_emit_selcc,
    [OP_brcc] = emit_brcc,
    [OP_getcc] = rv_emit_getcc,
    [OP_probe] = rv_emit_probe,
    [OP_ld] = rv_emit_ld,
    [OP_st] = rv_emit_st,
    [OP_at_xchg... OP_at_cmpxchg] = rv_emit_atomic,
    [OP_fence] = emit_fence,
    [OP_fp_point] = emit_nothing,
    [OP_ld_env] = emit_ld_env,
    [OP_st_env] = emit_st_env,
    [OP_call] = emit_call,
    [OP_exit_link] = emit_exit_link,
    [OP_exit_ind] = emit_exit_ind,
    [OP_exit_tb] = emit_exit_tb,
    [OP_vmov] = rv_emit_vmov,
    [OP_vop] = rv_emit_vop,
    [OP_vcmpcc] = rv_emit_vcmpcc,
    [OP_vtoi] = rv_emit_vtoi,
    [OP_itov] = rv_emit_itov,
    [OP_x87ld... OP_x87st] = rv_emit_x87_mem,
    [OP_x87] = rv_emit_x87,
    [OP_x87_note] = rv_emit_x87_note,
};
static_assert(OP_zext + 1 == OP_sext && OP_extract + 1 == OP_sextract &&
                  OP_add + 1 == OP_sub && OP_and + 3 == OP_andn && OP_inc + 1 == OP_dec &&
                  OP_shl + 2 == OP_sar,
              "the ranges above");

void rv_side(RV64 *x)
{
    side_add(&x->side, x->a.p - x->entry, &(TCGRestore){.pc = x->pc, .sp = x->sp});
}

void rv_end_op(RV64 *x, const IROp *op)
{
    ra_end_op(&x->ra, op);
    x->op_ended = true;
}

static inline void emit_op(RV64 *x, const IROp *op)
{
    x->ra.locked = 0;
    x->op_ended = false;
    x->wanted = op->ccmask | op->ccfault;
    (emitters[op->code] ? emitters[op->code] : rv_emit_in_c)(x, op);
    if (!x->op_ended) {
        rv_end_op(x, op);
    }
}

/* T0 = the guest address `pc`. Changes T1. */
static void load_pc(RV64 *x, uint64_t pc)
{
    if (x->s->relative) {
        rv_ls(x, LD, T0, ENV, x->g->unit_page);
        asm_movi(&x->a, T1, pc - page_of_unit(x));
        asm_rrr(&x->a, ADD, T0, T0, T1);
    } else {
        asm_movi(&x->a, T0, (int64_t)pc);
    }
}

/* T0: guest pc of the unit. */
static void emit_relative_entry(RV64 *x)
{
    asm_movi(&x->a, T1, page_of_unit(x) - x->s->pc);
    asm_rrr(&x->a, ADD, T0, T0, T1);
    rv_ls(x, SD, T0, ENV, x->g->unit_page);
    x->direct = x->a.p - x->entry;
}

/* The part of an exit that runs while it is not linked. */
static void emit_unlinked(RV64 *x, TCGCode *out, const Exit *e)
{
    out->exits[e->slot].jump = e->target - x->entry;
    out->exits[e->slot].unlinked = x->a.p - x->entry;
    out->exits[e->slot].leads = tcg_leads(x->s->pc, e->pc);
    out->nexits = MAX(out->nexits, e->slot + 1);
    stq_he_p(e->target, (uintptr_t)rx_of(x, x->a.p));
    if (e->guard) {
        asm_patch(e->guard_jump, x->a.p);
        out->exits[e->slot].guard = e->guard - x->entry;
    }
    load_pc(x, e->pc);
    rv_address(x, T1, out->entry);
    asm_movi(&x->a, A0, TCG_EXIT_LINK + e->slot);
    rv_jmp(x, rv_thunks.unlinked);
}

static void emit_head(RV64 *x)
{
    if (x->s->relative) {
        emit_relative_entry(x);
    }
    rv_ls(x, LW, T0, ENV, x->g->exit_request);
    x->head_jump[0] = asm_jump_if(&x->a, BNE, T0, ZERO);
    x->body = x->a.p - x->entry;
    if (x->s->head_guard) {
        asm_movi(&x->a, T1, (int32_t)x->s->head_token);
        x->head_jump[1] = emit_guard(x, x->s->head_pc);
    }
}

/* Where the head goes instead of into the unit. */
static void emit_head_exits(RV64 *x)
{
    for (unsigned i = 0; i < 2; i++) {
        if (x->head_jump[i]) {
            asm_patch(x->head_jump[i], x->a.p);
            load_pc(x, x->s->pc);
            rv_jmp(x, tcg_thunks.head[i]);
        }
    }
}

static bool emit_cold(RV64 *x, TCGCode *out)
{
    rv_emit_slow(x);
    for (unsigned i = 0; i < x->nexits && !asm_full(&x->a); i++) {
        emit_unlinked(x, out, &x->exits[i]);
    }
    emit_head_exits(x);
    emit_data(x);
    return !asm_full(&x->a) && emit_side_table(x, out);
}

static bool rv_gen_code(TCGContext *s, CodeBuf *b, TCGCode *out)
{
    const uint8_t *pinned = pinned_globals(s, pins, ARRAY_SIZE(pins));
    uint8_t *entry = code_buf_next(b);
    if (!entry) {
        return false;
    }
    rv_make_thunks(s, b, pinned);
    RV64 x = {EMISSION_AT(s, b, entry, b->rw + b->size - OP_SLACK)};
    begin_ops(&x);
    begin_sides(&x, 5); /* no op has more */
    ra_start(&x.ra, &ra_host, s, pinned);
    cc_set_env(&x);
    *out = (TCGCode){.backend = &rv_backend, .entry = rx_of(&x, entry)};
    emit_head(&x);
    if (!emit_ops(&x, emit_op)) {
        return false;
    }
    end_hot(&x, out);
    return emit_cold(&x, out) && end_unit(&x, out);
}

/* ---- the back end ---- */

static bool rv_init(const GuestDesc *g, CodeBuf *b, GError **errp)
{
    thunks_init(g, b, RV_THUNK_ROOM);
    return true;
}

static void rv_link(CodeBuf *b, const TCGCode *from, unsigned slot, const void *to)
{
    const uint8_t *entry = from->entry;
    const void *target = to ? to : entry + from->exits[slot].unlinked;
    uint64_t *at = code_buf_rw(b, entry + from->exits[slot].jump);
    atomic_set(at, (uintptr_t)target);
}

bool tcg_x87_exec(void *env, X87Id id)
{
    return false;
}

static const TCGBackend rv_backend = {
    .name = "riscv64",
    .weak = true,
    .whole_writes = true,
    .relative = true,
    .init = rv_init,
    .gen_code = rv_gen_code,
    .link = rv_link,
    .guard = backend_guard,
    BACKEND_MEMBERS,
};

const TCGBackend *const tcg_native_backend = &rv_backend;
