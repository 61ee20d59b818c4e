/* The aarch64 back end: units, ops, helper calls, branches. */
/* SPDX-License-Identifier: MIT */
/*
 * a64_gen_code() makes one pass over the ops. Each has a function in emitters[]; what has
 * none is computed in C (a64_emit_in_c). Hot code comes first, then what is rarely
 * reached: slow paths of memory accesses, the parts of exits that are not linked, data,
 * and the side table.
 *
 * Thunks are made by the first unit, since only units tell where globals live, in room
 * that a64_init() reserves.
 */
#include "tcg/aarch64-internal.h"
#include "tcg/disas.h"
#include "util/host.h"

A64Thunks a64_thunks;
static const TCGBackend a64_backend;

static const HostPin pins[] = {
    {"rax", 8 },
    {"rcx", 9 },
    {"rdx", 10},
    {"rbx", 11},
    {"rsp", 12},
    {"rbp", 13},
    {"rsi", 14},
    {"rdi", 15},
    {"r8",  19},
    {"r9",  20},
    {"r10", 21},
    {"r11", 22},
    {"r12", 23},
    {"r13", 24},
    {"r14", 25},
    {"r15", 26},
};

/* ---- moves, calls ---- */

void a64_address(A64 *x, unsigned reg, const void *rx)
{
    intptr_t here = (intptr_t)rx_of(x, x->a.p), to = (intptr_t)rx;
    int64_t pages = (to >> 12) - (here >> 12);
    if (pages >= -(1 << 20) && pages < 1 << 20) {
        asm_adrp(&x->a, reg, pages);
        if (to & 0xfff) {
            asm_addsub_imm(&x->a, ADD, IR_I64, reg, reg, to & 0xfff);
        }
    } else {
        asm_movi(&x->a, reg, to);
    }
}

void a64_call(A64 *x, const void *rx)
{
    ptrdiff_t d = (const uint8_t *)rx - rx_of(x, x->a.p);
    if (branch_fits(BL, d)) {
        asm_insn(&x->a, branch_word(BL, d));
    } else {
        a64_address(x, T0, rx);
        asm_insn(&x->a, BLR | T0 << 5);
    }
}

void a64_jmp(A64 *x, const void *rx)
{
    ptrdiff_t d = (const uint8_t *)rx - rx_of(x, x->a.p);
    if (branch_fits(B, d)) {
        asm_insn(&x->a, branch_word(B, d));
    } else {
        a64_address(x, T2, rx);
        asm_insn(&x->a, BR | T2 << 5);
    }
}

void a64_add_imm(A64 *x, unsigned reg, unsigned base, int64_t offset)
{
    uint64_t n = offset < 0 ? -(uint64_t)offset : (uint64_t)offset;
    uint32_t opc = offset < 0 ? SUB : ADD;
    if (n == 0) {
        asm_mov(&x->a, IR_I64, reg, base);
    } else if (is_addsub_imm(n)) {
        asm_addsub_imm(&x->a, opc, IR_I64, reg, base, n);
    } else if (n < 1 << 24) {
        asm_addsub_imm(&x->a, opc, IR_I64, reg, base, n & ~UINT64_C(0xfff));
        asm_addsub_imm(&x->a, opc, IR_I64, reg, reg, n & 0xfff);
    } else if (reg != base) {
        asm_movi(&x->a, reg, offset);
        asm_rrr(&x->a, ADD, IR_I64, reg, base, reg);
    } else {
        g_assert_not_reached();
    }
}

void a64_env(A64 *x, uint32_t opc, unsigned reg, int32_t offset)
{
    if (ls_fits(opc, offset)) {
        asm_ls(&x->a, opc, reg, ENV, offset);
    } else {
        a64_add_imm(x, T2, ENV, offset);
        asm_ls(&x->a, opc, reg, T2, 0);
    }
}

static void note_data(A64 *x, const void *bytes, size_t size)
{
    Data *d = arena_alloc(&x->s->arena, sizeof *d);
    *d = (Data){.next = x->data, .adr = x->a.p, .bytes = bytes, .size = size};
    x->data = d;
}

void a64_data(A64 *x, unsigned reg, const void *bytes, size_t size)
{
    note_data(x, bytes, size);
    asm_adr(&x->a, reg, 0);
}

void a64_vec_literal(A64 *x, unsigned reg, const void *bytes)
{
    note_data(x, bytes, 16);
    asm_insn(&x->a, V_LITERAL | reg);
}

static void emit_data(A64 *x)
{
    for (const Data *d = x->data; d && !asm_full(&x->a); d = d->next) {
        while ((uintptr_t)x->a.p & 7) {
            asm_insn(&x->a, NOP);
        }
        Asm at = {d->adr, d->adr + 4};
        uint32_t insn = ldl_he_p(d->adr);
        if ((insn & ~31u) == V_LITERAL) {
            asm_insn(&at, insn | literal_offset(x->a.p - d->adr));
        } else {
            asm_adr(&at, insn & 31, x->a.p - d->adr);
        }
        memcpy(x->a.p, d->bytes, d->size);
        x->a.p += ROUND_UP(d->size, 4);
    }
}

static void hook_mov(RegAlloc *ra, unsigned dst, unsigned src)
{
    asm_mov(&emission_of(ra)->a, IR_I64, dst, src);
}
static void hook_movi(RegAlloc *ra, unsigned dst, uint64_t val)
{
    asm_movi(&emission_of(ra)->a, dst, val);
}
static void hook_load_env(RegAlloc *ra, unsigned dst, int32_t offset)
{
    a64_env(emission_of(ra), ls_opc(LDR, 3), dst, offset);
}
static void hook_store_env(RegAlloc *ra, unsigned src, int32_t offset)
{
    a64_env(emission_of(ra), ls_opc(STR, 3), src, offset);
}
static void hook_load_slot(RegAlloc *ra, unsigned dst, unsigned slot)
{
    asm_ls(&emission_of(ra)->a, ls_opc(LDR, 3), dst, SP, FRAME_SLOTS + 8 * slot);
}
static void hook_store_slot(RegAlloc *ra, unsigned src, unsigned slot)
{
    asm_ls(&emission_of(ra)->a, ls_opc(STR, 3), src, SP, FRAME_SLOTS + 8 * slot);
}

static const RAHost ra_host = {
    .nscratch = 8,
    .scratch = {0, 1, 2, 3, 4, 5, 6, 7},
    RA_HOOKS,
};

/* ---- env and helpers ---- */

/* MXCSR is in env while vectors are. */
static void mxcsr_in_env(A64 *x, const IROp *op)
{
    if (op->imm == x->g->mxcsr) {
        a64_vec_in_env(x);
    }
}

static void emit_ld_env(A64 *x, const IROp *op)
{
    mxcsr_in_env(x, op);
    unsigned d = a64_out(x, op, 0);
    a64_env(x, ls_opc(LDR, op->type), d, op->imm);
    a64_out_done(x, op, 0, d);
}

static void emit_st_env(A64 *x, const IROp *op)
{
    mxcsr_in_env(x, op);
    a64_env(x, ls_opc(STR, op->type), a64_in(x, op->in[0], op->type), op->imm);
}

/* An argument of a helper: where it comes from, found out before registers are given up.
 */
typedef struct Arg {
    uint8_t reg, from; /* from: a register, or NO_REG */
    IRRef ref;
} Arg;

static void load_arg(A64 *x, const Arg *arg)
{
    const IRTemp *t = ir_t(x->s, arg->ref);
    if (arg->from != NO_REG) {
        asm_mov(&x->a, IR_I64, arg->reg, arg->from);
    } else if (t->kind == TEMP_CONST) {
        asm_movi(&x->a, arg->reg, t->val);
    } else if (t->kind == TEMP_SSA) {
        hook_load_slot(&x->ra, arg->reg, t->slot - 1);
    } else {
        a64_env(x, ls_opc(LDR, 3), arg->reg, t->env_offset);
    }
}

/* Registers first, each when nobody needs what it overwrites; a circle by way of T1. */
static void load_args(A64 *x, Arg *args, unsigned n)
{
    uint32_t todo = 0;
    for (unsigned i = 0; i < n; i++) {
        todo |= (args[i].from != NO_REG && args[i].from != args[i].reg) ? 1u << i : 0;
    }
    while (todo) {
        bool any = false;
        for (unsigned i = 0; i < n; i++) {
            bool needed = false;
            for (unsigned k = 0; k < n; k++) {
                needed |= k != i && (todo >> k & 1) && args[k].from == args[i].reg;
            }
            if ((todo >> i & 1) && !needed) {
                load_arg(x, &args[i]);
                todo &= ~(1u << i);
                any = true;
            }
        }
        for (unsigned i = 0; !any && i < n; i++) {
            if (todo >> i & 1) {
                asm_mov(&x->a, IR_I64, T1, args[i].from);
                args[i].from = T1;
                any = true;
            }
        }
    }
    for (unsigned i = 0; i < n; i++) {
        if (args[i].from == NO_REG) {
            load_arg(x, &args[i]);
        }
    }
}

static unsigned find_args(A64 *x, const IROp *op, const HelperInfo *h, Arg *args)
{
    unsigned n = 0;
    for (unsigned i = 0; i < h->nargs; i++, n++) {
        int at = ir_is_const(x->s, op->in[i]) ? -1 : ra_reg(&x->ra, op->in[i]);
        args[n] = (Arg){
            .reg = n + h->takes_env,
            .from = at < 0 ? NO_REG : at,
            .ref = op->in[i],
        };
        if (at < 0 && ir_t(x->s, op->in[i])->kind == TEMP_SSA) {
            /* its slot may be free, and taken, before the arguments are loaded */
            args[n].from = ra_use(&x->ra, op->in[i]);
        }
    }
    return n;
}

static void call_flags(A64 *x, const HelperInfo *h)
{
    bool leaves = (h->flags & HELPER_NORETURN) && !(h->flags & HELPER_FAULT);
    if ((h->reads & HS_CC) || leaves) {
        cc_store(x);
    }
    if (x->needed) {
        cc_own(x, (h->writes & HS_GPR) && !(h->writes & HS_CC));
    }
    cc_clobber(x);
}

static void call_result(A64 *x, const IROp *op, const HelperInfo *h)
{
    a64_call(x, h->writes & HS_GPR ? tcg_thunks.load_all : tcg_thunks.load_caller);
    if (!(h->flags & HELPER_PURE) && tcg_thunks.use_tlb) {
        a64_env(x, ls_opc(LDR, 3), MEM, x->g->tlb_base);
    }
    if (op->out[0] == IR_NONE) {
        return;
    }
    if (ir_is_global(x->s, op->out[0])) {
        a64_out_done(x, op, 0, 0);
    } else if (ir_t(x->s, op->out[0])->uses) {
        ra_bind(&x->ra, op->out[0], 0);
    }
}

static bool is_short(const A64 *x, const HelperInfo *h)
{
    return h->flags & HELPER_SHORT && a64_thunks.short_call;
}

/* The argument is where short_regs says. Faults of such a helper come when env is
 * precise. */
static void emit_short_call(A64 *x, const HelperInfo *h)
{
    g_assert(h->takes_env && h->nargs == 1 && !h->has_result && h->writes == HS_GPR);
    ra_drop_globals(&x->ra);
    x->align.n = 0;
    if (x->g->ordered) {
        asm_insn(&x->a, DMB_ISH);
    }
    a64_call(x, a64_thunks.short_call);
    if (x->vec_state == VEC_IN_REGS) {
        x->vec_state = VEC_UNKNOWN;
    }
    a64_after_load(x);
}

static void emit_call(A64 *x, const IROp *op)
{
    const HelperInfo *h = ir_helper(op);
    unsigned reads = ir_helper_reads(h);
    TCGRestore state;
    Arg args[IR_MAX_INS];
    if (a64_emit_string(x, op) || a64_emit_gather(x, op)) {
        return;
    }
    a64_x87_flush(x);
    v_spill_temps(x);
    v_forget_temps(x);
    call_flags(x, h);
    cc_describe(x, &state);
    if (reads & HS_GPR) {
        ra_sync(&x->ra);
    }
    unsigned n = find_args(x, op, h, args);
    a64_end_op(x, op);
    ra_evict(&x->ra, 0xff);
    if (is_short(x, h)) {
        args[0].reg = a64_pin_of(x->g->short_regs.arg);
        load_args(x, args, n);
        emit_short_call(x, h);
        return;
    }
    a64_call(x, reads & HS_GPR ? tcg_thunks.save_all : tcg_thunks.save_caller);
    load_args(x, args, n);
    if (h->takes_env) {
        asm_mov(&x->a, IR_I64, 0, ENV);
    }
    if (h->writes & HS_GPR) {
        ra_drop_globals(&x->ra);
        x->align.n = 0;
    }
    if (x->g->ordered && !(h->flags & HELPER_PURE)) { /* it may access guest memory */
        asm_insn(&x->a, DMB_ISH);
    }
    a64_call(x, h->fn);
    x->vec_state = VEC_IN_ENV;
    if (h->flags & (HELPER_FAULT | HELPER_NORETURN)) {
        add_side(x, &state);
    }
    if (h->writes & HS_CC) {
        cc_set_env(x);
    }
    if (h->flags & HELPER_NORETURN) {
        x->ended = true;
    } else {
        if (!(h->flags & HELPER_PURE)) {
            a64_after_load(x);
        }
        call_result(x, op, h);
    }
}

void a64_call_c(A64 *x, const void *fn)
{
    a64_address(x, T0, fn);
    a64_call(x, a64_thunks.call_c);
}

static void emit_fence(A64 *x, const IROp *op)
{
    asm_insn(&x->a, DMB_ISH);
}

/* ---- control flow inside the unit ---- */

static void emit_nothing(A64 *x, const IROp *op) {}

/* A path leads to the label. */
static void meet(A64 *x, Label *l)
{
    v_meet(x, l);
    if (!l->met) {
        l->vec_state = x->vec_state;
        l->align = x->align;
    } else {
        l->vec_state = l->vec_state == x->vec_state ? x->vec_state : VEC_UNKNOWN;
        a64_meet_facts(x, &l->align);
    }
    l->met = true;
}

/* Flags that somebody may see behind the label. */
static bool wants_flags(const A64 *x, const Label *l)
{
    const IROp *op = &x->s->ops[l->at];
    return op->ccmask | op->ccfault;
}

/* Before the branch's own instructions: where several paths meet no integer is in a
 * scratch register. */
static Label *branch_to(A64 *x, const IROp *op)
{
    Label *l = &x->labels[op->label];
    a64_x87_flush(x);
    v_spill_temps(x);
    meet(x, l);
    bool store = l->preds > 1 && wants_flags(x, l);
    if (x->wanted && store) {
        cc_store(x);
    } else if (x->wanted) {
        cc_own(x, false);
    }
    if (l->preds > 1) {
        ra_sync_but(&x->ra, x->own, store ? 0 : ARRAY_SIZE(x->own));
    }
    return l;
}

static void emit_br(A64 *x, const IROp *op)
{
    Label *l = branch_to(x, op);
    label_branched(x, l, asm_branch(&x->a, B));
}

static void emit_branch_if(A64 *x, Label *l, Test t)
{
    bool exits = a64_branch_exits(x, l, t);
    x->ra.locked = 0;
    if (!exits) {
        label_branched(x, l, a64_test_branch(x, t, true));
    }
    ra_prune(&x->ra, x->at);
}

static void emit_brcond(A64 *x, const IROp *op)
{
    Label *l = branch_to(x, op);
    emit_branch_if(x, l, a64_compare(x, op->type, op->cond, op->in[0], op->in[1]));
}

static void emit_brcc(A64 *x, const IROp *op)
{
    Label *l = branch_to(x, op);
    emit_branch_if(x, l, cc_test_of(x, op->cond));
}

static void emit_label(A64 *x, const IROp *op)
{
    Label *l = &x->labels[op->label];
    if (l->preds > 1 && !x->ended) {
        if (x->wanted) {
            cc_store(x);
        }
        ra_sync(&x->ra);
    }
    if (!x->ended) {
        a64_x87_flush(x);
        meet(x, l);
    }
    x->x87_note.pending = false;
    memcpy(x->vheld, l->vheld, sizeof x->vheld);
    memcpy(x->vmask, l->vmask, sizeof x->vmask);
    x->vec_state = l->vec_state;
    x->align = l->align;
    label_reached(x, l);
}

/* ---- units ---- */

static EmitFn *const emitters[NR_OPS] = {
    [OP_nop] = emit_nothing,
    [OP_label] = emit_label,
    [OP_mov] = a64_emit_mov,
    [OP_zext] = a64_emit_zext,
    [OP_sext] = a64_emit_sext,
    [OP_extract] = a64_emit_extract,
    [OP_sextract] = a64_emit_extract,
    [OP_deposit] = a64_emit_deposit,
    [OP_bswap] = a64_emit_bswap,
    [OP_lea] = a64_emit_lea,
    [OP_add] = a64_emit_alu,
    [OP_sub] = a64_emit_alu,
    [OP_adc] = a64_emit_carry,
    [OP_sbb] = a64_emit_carry,
    [OP_and... OP_andn] = a64_emit_alu,
    [OP_inc... OP_dec] = a64_emit_incdec,
    [OP_neg] = a64_emit_neg,
    [OP_not] = a64_emit_not,
    [OP_mul] = a64_emit_mul,
    [OP_mulu2... OP_muls2] = a64_emit_mul2,
    [OP_divu2... OP_divs2] = a64_emit_div,
    [OP_shl... OP_rotr] = a64_emit_shift,
    [OP_shld... OP_shrd] = a64_emit_double_shift,
    [OP_bt... OP_btc] = a64_emit_bit,
    [OP_bsf... OP_bsr] = a64_emit_scan,
    [OP_tzcnt... OP_lzcnt] = a64_emit_count,
    [OP_crc32] = a64_emit_crc32,
    [OP_setcond] = a64_emit_setcond,
    [OP_select] = a64_emit_select,
    [OP_brcond] = emit_brcond,
    [OP_br] = emit_br,
    [OP_setcc] = a64_emit_setcc,
    [OP_selcc] = a64_emit_selcc,
    [OP_brcc] = emit_brcc,
    [OP_getcc] = a64_emit_getcc,
    [OP_putcc] = a64_emit_putcc,
    [OP_probe] = a64_emit_probe,
    [OP_ld] = a64_emit_ld,
    [OP_st] = a64_emit_st,
    [OP_at_xchg... OP_at_cmpxchg] = a64_emit_atomic,
    [OP_fence] = emit_fence,
    [OP_fp_point] = emit_nothing,
    [OP_ld_env] = emit_ld_env,
    [OP_st_env] = emit_st_env,
    [OP_call] = emit_call,
    [OP_exit_link] = a64_emit_exit_link,
    [OP_exit_ind] = a64_emit_exit_ind,
    [OP_exit_tb] = a64_emit_exit_tb,
    [OP_vmov] = a64_emit_vmov,
    [OP_vop] = a64_emit_vop,
    [OP_vcmpcc] = a64_emit_vcmpcc,
    [OP_vtoi] = a64_emit_vtoi,
    [OP_itov] = a64_emit_itov,
    [OP_x87ld... OP_x87st] = a64_emit_x87_mem,
    [OP_x87] = a64_emit_x87,
    [OP_x87_note] = a64_emit_x87_note,
};
static_assert(OP_and + 3 == OP_andn && OP_inc + 1 == OP_dec && OP_shl + 4 == OP_rotr &&
                  OP_tzcnt + 1 == OP_lzcnt,
              "the ranges above");

void a64_end_op(A64 *x, const IROp *op)
{
    cc_end_op(x, op);
    v_end_op(x, op);
    ra_end_op(&x->ra, op);
}

/* Ops that do so though they cannot fault, and labels, where paths meet. */
static bool looks_at_env(unsigned code)
{
    return code == OP_label || code == OP_call || code == OP_ld_env || code == OP_st_env;
}

/* Old recipes stay good where an op writes globals but not all of the flags. */
static void begin_op(A64 *x, const IROp *op)
{
    const OpInfo *info = &op_info[op->code];
    uint32_t after = op->code == OP_exit_link ? op->ccmask : op->ccmask | op->ccfault;
    bool shows =
        ir_op_faults(op) || (op->code == OP_call && ir_helper(op)->flags & HELPER_FAULT);
    x->op = op;
    x->wanted = info->flags & OPF_BB_END ? after | ir_cc_reads(op) : after;
    x->needed = after | ir_cc_reads(op) | (shows ? CC_ALL : 0);
    if (shows || info->flags & (OPF_BB_END | OPF_BRANCH) || looks_at_env(op->code)) {
        v_store_globals(x);
    }
    for (unsigned k = 0; k < info->outs; k++) {
        if (op->out[k] != IR_NONE && ir_is_global(x->s, op->out[k]) &&
            !(op->setcc && info->ccw == CC_ALL)) {
            cc_global_write(x, op->out[k]);
        }
        if (x->align.n && op->out[k] != IR_NONE) {
            a64_align_write(x, op, op->out[k]);
        }
    }
}

static inline void emit_op(A64 *x, const IROp *op)
{
    x->ra.locked = 0;
    begin_op(x, op);
    if (x->fused) {
        x->fused = false;
    } else {
        (emitters[op->code] ? emitters[op->code] : a64_emit_in_c)(x, op);
    }
    v_note_masks(x, op);
    if (op->code != OP_call) {
        a64_end_op(x, op);
    }
}

bool a64_emit_ops(A64 *x)
{
    return emit_ops(x, emit_op);
}

/* Temps that behave as globals of the allocator, with homes cc_a ... cc_r. */
static void make_own_globals(A64 *x)
{
    const int32_t homes[] = {x->g->cc_a, x->g->cc_b, x->g->cc_c, x->g->cc_r};
    for (unsigned i = 0; i < ARRAY_SIZE(homes); i++) {
        x->own[i] = ir_temp(x->s, IR_I64);
        IRTemp *t = ir_t(x->s, x->own[i]);
        t->kind = TEMP_GLOBAL;
        t->env_offset = homes[i];
        t->uses = 1;
    }
}

static bool emit_cold(A64 *x, TCGCode *out)
{
    a64_emit_slow(x);
    a64_string_cold(x);
    a64_gather_cold(x);
    a64_vec_cold(x);
    a64_vec_exact_cold(x);
    for (unsigned i = 0; i < x->nexits && !asm_full(&x->a); i++) {
        a64_emit_unlinked(x, out, &x->exits[i]);
    }
    a64_emit_head_exits(x);
    emit_data(x);
    return !asm_full(&x->a) && emit_side_table(x, out);
}

static const uint8_t *pinned_of(TCGContext *s)
{
    if (!s->backend) {
        a64_vec_pins(s);
    }
    return pinned_globals(s, pins, ARRAY_SIZE(pins));
}

static bool a64_gen_code(TCGContext *s, CodeBuf *b, TCGCode *out)
{
    const uint8_t *pinned = pinned_of(s);
    uint8_t *entry = code_buf_next(b);
    if (!entry || !a64_make_thunks(s, b, pinned)) {
        return false;
    }
    A64 x = {EMISSION_AT(s, b, entry, b->rw + b->size - OP_SLACK)};
    begin_ops(&x);
    x.loop.u = loop_begin(s);
    /* An op has three at the most, or many that are nearly the same. */
    begin_sides(&x, x.loop.u.may_copy ? 8 : 4);
    make_own_globals(&x);
    ra_start(&x.ra, &ra_host, s, pinned);
    cc_set_env(&x);
    *out = (TCGCode){.backend = &a64_backend, .entry = rx_of(&x, entry)};
    a64_emit_head(&x);
    if (!a64_emit_ops(&x) || !a64_loop_copy(&x)) {
        return false;
    }
    end_hot(&x, out);
    return emit_cold(&x, out) && end_unit(&x, out);
}

/* ---- the back end ---- */

static bool a64_init(const GuestDesc *g, CodeBuf *b, GError **errp)
{
    a64_thunks = (A64Thunks){.afp = false};
    thunks_init(g, b, A64_THUNK_ROOM);
    return true;
}

bool tcg_x87_exec(void *env, X87Id id)
{
    return false;
}

static const TCGBackend a64_backend = {
    .name = "aarch64",
    .weak = true,
    .whole_writes = true,
    .relative = true,
    .reach = 128 << 20,
    .needs = UINT64_C(1) << HOST_ARM_ASIMD,
    .init = a64_init,
    .gen_code = a64_gen_code,
    .link = a64_link,
    .guard = backend_guard,
    BACKEND_MEMBERS,
};

const TCGBackend *const tcg_native_backend = &a64_backend;
