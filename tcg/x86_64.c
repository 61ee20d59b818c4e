/* The x86_64 back end: units, ops, helper calls, exits and thunks. */
/* SPDX-License-Identifier: MIT */
/*
 * x64_gen_code() makes one pass over the ops. Each has a function in emitters[]; what has
 * none is computed in C (x64_emit_in_c). Hot code comes first, then what is rarely
 * reached: slow paths of memory accesses, the parts of exits that are not linked, and the
 * side table.
 *
 * Thunks are made by the first unit, since only units tell where globals live, in room
 * that x64_init() reserves.
 */
#include "tcg/disas.h"
#include "tcg/x86_64-internal.h"
#include "util/host.h"

X64Thunks x64_thunks;
static const TCGBackend x64_backend;

/* The last one where that register is free: opt "spare". */
static const HostPin pins[] = {
    {"rax", RAX},
    {"rcx", RCX},
    {"rdx", RDX},
    {"rbx", RBX},
    {"rbp", RBP},
    {"rsi", RSI},
    {"rdi", RDI},
    {"r8",  R8 },
    {"r9",  R9 },
    {"rsp", R13},
    {"r12", TLB},
};

/* ---- moves, calls ---- */

void x64_call(X64 *x, const void *rx)
{
    ptrdiff_t d = (const uint8_t *)rx - (rx_of(x, x->a.p) + 5);
    if (d == (int32_t)d) {
        asm_b(&x->a, 0xe8);
        asm_d(&x->a, d);
        x64_leads_out(x, x->a.p - 4, rx);
    } else {
        x64_fixed(x);
        asm_movi(&x->a, R11, (uintptr_t)rx);
        asm_rr(&x->a, 0xff, 2, R11);
    }
}

void x64_jmp(X64 *x, const void *rx)
{
    asm_b(&x->a, 0xe9);
    asm_d(&x->a, (const uint8_t *)rx - (rx_of(x, x->a.p) + 4));
    x64_leads_out(x, x->a.p - 4, rx);
}

void x64_lea_code(X64 *x, unsigned reg, const uint8_t *rx)
{
    asm_b(&x->a, 0x48 | (reg >> 3) << 2);
    asm_b(&x->a, 0x8d);
    asm_b(&x->a, 5 | (reg & 7) << 3); /* rip + disp32 */
    asm_d(&x->a, rx - (rx_of(x, x->a.p) + 4));
}

void x64_store_imm(X64 *x, IRType t, Mem m, uint64_t v)
{
    if (t == IR_I64 && v != (uint64_t)(int64_t)(int32_t)v) {
        asm_storei(&x->a, IR_I32, m, v);
        asm_storei(&x->a, IR_I32, mem_add(m, 4), v >> 32);
    } else {
        asm_storei(&x->a, t, m, v);
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
    asm_load(&emission_of(ra)->a, IR_I64, dst, env_mem(offset));
}
static void hook_store_env(RegAlloc *ra, unsigned src, int32_t offset)
{
    asm_store(&emission_of(ra)->a, IR_I64, src, env_mem(offset));
}
static void hook_load_slot(RegAlloc *ra, unsigned dst, unsigned slot)
{
    asm_load(&emission_of(ra)->a, IR_I64, dst, slot_mem(slot));
}
static void hook_store_slot(RegAlloc *ra, unsigned src, unsigned slot)
{
    asm_store(&emission_of(ra)->a, IR_I64, src, slot_mem(slot));
}

static const RAHost ra_host = {
    .nscratch = 3,
    .scratch = {R10, R11, R12},
    RA_HOOKS,
};
/* Where guest addresses are host addresses, nothing is in the TLB's register; it holds
 * what most code wants next (opt "spare"), or is one more scratch register. */
static const RAHost ra_host_direct = {
    .nscratch = 4,
    .scratch = {R10, R11, R12, TLB},
    RA_HOOKS,
};

/* ---- env and helpers ---- */

static void emit_ld_env(X64 *x, const IROp *op)
{
    if (op->imm == x->g->mxcsr) {
        x64_vec_mxcsr(x, true);
    }
    if (x64_vec_ld_env(x, op)) {
        return;
    }
    unsigned d = x64_out(x, op, 0, 0);
    asm_rm(&x->a, opc_extend(IR_I64, op->type, false), d, env_mem(op->imm));
    x64_out_done(x, op, 0, d);
}

static void emit_st_env(X64 *x, const IROp *op)
{
    Opnd v = x64_in(x, op->in[0], op->type, MAY_IMM);
    if (v.kind == VAL_IMM) {
        asm_storei(&x->a, op->type, env_mem(op->imm), v.imm);
    } else {
        asm_store(&x->a, op->type, v.reg, env_mem(op->imm));
    }
    if (op->imm == x->g->mxcsr) {
        x64_vec_mxcsr(x, false);
    }
}

/* Pinned registers that arguments have overwritten are read from env, where the thunk has
 * put them. */
static void load_args(X64 *x, const IROp *op, const HelperInfo *h)
{
    static const uint8_t arg_regs[] = {RDI, RSI, RDX, RCX, R8, R9};
    uint32_t gone = 0;
    unsigned n = 0;
    if (h->takes_env) {
        x64_env_to(x, arg_regs[n]);
        gone |= 1u << arg_regs[n++];
    }
    for (unsigned i = 0; i < h->nargs; i++) {
        unsigned reg = arg_regs[n++];
        int at = ir_is_const(x->s, op->in[i]) ? -1 : ra_reg(&x->ra, op->in[i]);
        if (at >= 0 && (gone >> at & 1)) {
            asm_load(&x->a, IR_I64, reg, env_mem(ir_t(x->s, op->in[i])->env_offset));
        } else {
            x64_load_fixed(x, IR_I64, reg, op->in[i]);
        }
        gone |= 1u << reg;
    }
}

static void call_flags(X64 *x, const HelperInfo *h)
{
    bool leaves = (h->flags & HELPER_NORETURN) && !(h->flags & HELPER_FAULT);
    if ((h->reads & HS_CC) || leaves) {
        cc_store(x);
    } else if (h->flags & HELPER_FAULT) {
        cc_fault_point(x);
    }
    if ((h->writes & HS_GPR) && x->wanted && !(h->writes & HS_CC)) {
        cc_own_operands(x);
    }
    cc_clobber(x);
}

static void call_result(X64 *x, const IROp *op, const HelperInfo *h)
{
    unsigned d = NO_REG;
    if (op->out[0] != IR_NONE) {
        d = x64_out(x, op, 0, ALL_PINNED);
        asm_mov(&x->a, IR_I64, d, RAX);
    }
    x64_call(x, h->writes & HS_GPR ? tcg_thunks.load_all : tcg_thunks.load_caller);
    if (!(h->flags & HELPER_PURE) && tcg_thunks.use_tlb) {
        asm_load(&x->a, IR_I64, TLB, env_mem(x->g->tlb_base));
    }
    if (d != NO_REG) {
        x64_out_done(x, op, 0, d);
    }
}

static void emit_call(X64 *x, const IROp *op)
{
    const HelperInfo *h = ir_helper(op);
    unsigned reads = ir_helper_reads(h);
    TCGRestore state;
    if (x64_emit_string(x, op) || x64_emit_gather(x, op) || x64_emit_maskmov(x, op) ||
        x64_emit_strcmp(x, op)) {
        return;
    }
    x64_x87_flush(x);
    call_flags(x, h);
    cc_describe(x, &state);
    if (reads & HS_GPR) {
        ra_sync(&x->ra);
    }
    x64_call(x, reads & HS_GPR ? tcg_thunks.save_all : tcg_thunks.save_caller);
    x->vec_state = VEC_IN_ENV;
    x64_x87_unknown(x);
    load_args(x, op, h);
    ra_end_op(&x->ra, op);
    ra_evict(&x->ra, 1u << R10 | 1u << R11);
    if (h->writes & HS_GPR) {
        ra_drop_globals(&x->ra);
    }
    x64_call(x, h->fn);
    if (h->flags & (HELPER_FAULT | HELPER_NORETURN)) {
        add_side(x, &state);
    }
    if (h->writes & HS_CC) {
        cc_set_env(x);
    }
    if (h->flags & HELPER_NORETURN) {
        x->ended = true;
    } else {
        call_result(x, op, h);
    }
}

/* Flags are in env, where the ops up to the one that raises leave them alone. */
static void emit_fp_point(X64 *x, const IROp *op)
{
    cc_store(x);
    ra_sync(&x->ra);
    cc_describe(x, &x->fp_point);
}

static void emit_fence(X64 *x, const IROp *op)
{
    cc_clobber(x);
    asm_b(&x->a, 0xf0); /* lock */
    asm_alu_mi(&x->a, ALU_OR, IR_I32, mem_at(RSP, FRAME_VAL), 0);
}

/* ---- control flow inside the unit ---- */

/* Before the branch's own instructions: where several paths meet nothing is in registers.
 */
static Label *branch_to(X64 *x, const IROp *op)
{
    Label *l = &x->labels[op->label];
    x64_x87_flush(x);
    if (x->x87_lazy && (l->preds > 1 || x64_may_exit(x, l))) {
        x->wanted |= ir_cc_reads(op);
        x64_x87_control(x);
        x->wanted = op->ccmask | op->ccfault;
    }
    if (l->preds > 1) {
        ra_sync(&x->ra);
        if (x->wanted) {
            cc_store(x);
        }
    }
    return l;
}

/* A way to the label; where vectors and x87 are is known if it is so on all ways. */
static void join_states(const X64 *x, Label *l, bool first)
{
    l->vec_state = first || l->vec_state == x->vec_state ? x->vec_state : VEC_UNKNOWN;
    l->x87_state = first || l->x87_state == x->x87_state ? x->x87_state : VEC_UNKNOWN;
    l->x87_lazy = x->x87_lazy;
}

static void branch(X64 *x, Label *l, int cond)
{
    if (cond >= 0 && x64_branch_exits(x, l, (Cond)cond)) {
        ra_prune(&x->ra, x->at);
        return;
    }
    join_states(x, l, !l->fixups);
    label_branched(x, l, cond < 0 ? asm_jmp(&x->a) : asm_jcc(&x->a, (Cond)cond));
    if (cond >= 0) {
        ra_prune(&x->ra, x->at);
    }
}

static void emit_br(X64 *x, const IROp *op)
{
    branch(x, branch_to(x, op), -1);
}

static void emit_brcond(X64 *x, const IROp *op)
{
    Label *l = branch_to(x, op);
    Cond c = x64_compare_ints(x, op->type, op->cond, op->in[0], op->in[1]);
    branch(x, l, c);
}

static void emit_brcc(X64 *x, const IROp *op)
{
    Label *l = branch_to(x, op);
    branch(x, l, cc_condition(x, op->cond));
}

static void emit_label(X64 *x, const IROp *op)
{
    Label *l = &x->labels[op->label];
    if (!x->ended) {
        x64_x87_flush(x);
        if (l->preds > 1) {
            x64_x87_control(x);
        }
        join_states(x, l, !l->fixups);
    }
    x->vec_state = l->vec_state;
    x->x87_state = l->x87_state;
    x->x87_lazy = l->x87_lazy;
    x->x87_note.pending = false;
    if (l->preds > 1 && !x->ended) {
        ra_sync(&x->ra);
        if (x->wanted) {
            cc_store(x);
        }
    }
    label_reached(x, l);
}

/* ---- units ---- */

static EmitFn *const emitters[NR_OPS] = {
    [OP_label] = emit_label,
    [OP_mov] = x64_emit_mov,
    [OP_zext] = x64_emit_extend,
    [OP_sext] = x64_emit_extend,
    [OP_extract] = x64_emit_extract,
    [OP_sextract] = x64_emit_extract,
    [OP_deposit] = x64_emit_deposit,
    [OP_bswap] = x64_emit_bswap,
    [OP_lea] = x64_emit_lea,
    [OP_add... OP_xor] = x64_emit_alu,
    [OP_andn] = x64_emit_andn,
    [OP_inc... OP_not] = x64_emit_unary,
    [OP_mul] = x64_emit_mul,
    [OP_mulu2... OP_divs2] = x64_emit_rdx_rax,
    [OP_shl... OP_rcr] = x64_emit_shift,
    [OP_shld... OP_shrd] = x64_emit_double_shift,
    [OP_bt... OP_btc] = x64_emit_bit_test,
    [OP_bsf... OP_bsr] = x64_emit_scan,
    [OP_tzcnt... OP_popcnt] = x64_emit_count,
    [OP_pdep... OP_pext] = x64_emit_scatter,
    [OP_crc32] = x64_emit_crc32,
    [OP_adcx... OP_adox] = x64_emit_adx,
    [OP_setcond] = x64_emit_setcond,
    [OP_select] = x64_emit_select,
    [OP_brcond] = emit_brcond,
    [OP_br] = emit_br,
    [OP_setcc] = x64_emit_setcc,
    [OP_selcc] = x64_emit_selcc,
    [OP_brcc] = emit_brcc,
    [OP_getcc] = x64_emit_getcc,
    [OP_putcc] = x64_emit_putcc,
    [OP_probe] = x64_emit_probe,
    [OP_ld] = x64_emit_ld,
    [OP_st] = x64_emit_st,
    [OP_at_xchg... OP_at_cmpxchg] = x64_emit_atomic,
    [OP_fence] = emit_fence,
    [OP_fp_point] = emit_fp_point,
    [OP_ld_env] = emit_ld_env,
    [OP_st_env] = emit_st_env,
    [OP_call] = emit_call,
    [OP_exit_link] = x64_emit_exit_link,
    [OP_exit_ind] = x64_emit_exit_ind,
    [OP_exit_tb] = x64_emit_exit_tb,
    [OP_vmov] = x64_emit_vmov,
    [OP_vop] = x64_emit_vop,
    [OP_vcmpcc] = x64_emit_vcmpcc,
    [OP_vtoi] = x64_emit_vtoi,
    [OP_itov] = x64_emit_itov,
    [OP_x87ld] = x64_emit_x87_ld,
    [OP_x87st] = x64_emit_x87_st,
    [OP_x87] = x64_emit_x87,
    [OP_x87_note] = x64_emit_x87_note,
};
static_assert(OP_inc + 3 == OP_not && OP_add + 6 == OP_xor && OP_xor + 1 == OP_andn &&
                  OP_shl + 6 == OP_rcr,
              "the ranges above");

/* Old recipes stay good where an op writes globals but not all of the flags. */
static inline void globals_before_op(X64 *x, const IROp *op)
{
    if (!x->wanted || (op->setcc && op->code != OP_inc && op->code != OP_dec)) {
        return;
    }
    if (ir_is_global(x->s, op->out[0])) {
        cc_global_write(x, op->out[0]);
    }
    if (ir_is_global(x->s, op->out[1])) {
        cc_global_write(x, op->out[1]);
    }
}

static inline void begin_op(X64 *x, const IROp *op, unsigned at)
{
    uint32_t after = op->ccmask | op->ccfault; /* exits have no ccfault */
    x->op = op;
    x->at = at;
    x->wanted = after;
    if (op_info[op->code].flags & OPF_CC) {
        x->wanted |= ir_cc_reads(op);
        if (ir_op_faults(op) && !cc_shows_eflags(x, op)) {
            cc_fault_point(x);
        }
    }
    globals_before_op(x, op);
    x->wanted = after;
}

void x64_begin_op(X64 *x, unsigned at)
{
    begin_op(x, &x->s->ops[at], at);
}

static inline void emit_op(X64 *x, const IROp *op)
{
    if (op->code == OP_ld && !TCG_OPT_OFF(x->s, fuse) && x64_fuse(x, op)) {
        return;
    }
    begin_op(x, op, x->at);
    (emitters[op->code] ? emitters[op->code] : x64_emit_in_c)(x, op);
    x->vec_last = x->vec_made;
    x->vec_made = IR_NONE;
    ra_end_op(&x->ra, op);
}

bool x64_emit_ops(X64 *x)
{
    return emit_ops(x, emit_op);
}

static bool tlb_register_is_free(const GuestDesc *g)
{
    return g->direct && !g->guest_base;
}

/* Of a context: where its globals are, found out once. */
static X64Globals *globals_of(TCGContext *s)
{
    if (!s->backend) {
        X64Globals *globals = g_new0(X64Globals, 1);
        bool spare = tlb_register_is_free(s->guest) && !TCG_OPT_OFF(s, spare);
        pin_globals(s, pins, ARRAY_SIZE(pins) - !spare, globals->pinned);
        globals->host =
            tlb_register_is_free(s->guest) && !spare ? &ra_host_direct : &ra_host;
        x64_vec_pins(s, globals->vec_at);
        s->backend = globals;
    }
    return s->backend;
}

uint8_t *x64_next_unit(TCGContext *s, CodeBuf *b)
{
    uint8_t *entry = code_buf_next(b);
    if (entry) {
        x64_make_thunks(s, b, globals_of(s));
    }
    return entry;
}

static bool x64_gen_code(TCGContext *s, CodeBuf *b, TCGCode *out)
{
    uint8_t *entry = x64_next_unit(s, b);
    if (!entry) {
        return false;
    }
    X64 x = {
        EMISSION_AT(s, b, entry, b->rw + b->size - OP_SLACK),
        .vec_last = IR_NONE,
        .vec_made = IR_NONE,
    };
    begin_ops(&x);
    begin_sides(&x, 4); /* an op has two at the most, and may be there twice */
    x64_begin_places(&x);
    ra_start(&x.ra, globals_of(s)->host, s, globals_of(s)->pinned);
    cc_set_env(&x);
    x.eflags_at_faults = cc_faults_bring_eflags(&x);
    x.use_recent = x64_wants_recent(&x);
    *out = (TCGCode){.backend = &x64_backend, .entry = rx_of(&x, entry)};
    x64_emit_head(&x);
    if (!x64_emit_ops(&x) || !x64_loop_copy(&x)) {
        return false;
    }
    end_hot(&x, out);
    x64_emit_slow(&x);
    x64_vec_cold(&x);
    x64_x87_cold(&x);
    x64_string_cold(&x);
    for (unsigned i = 0; i < x.nexits && !asm_full(&x.a); i++) {
        x64_emit_unlinked(&x, out, &x.exits[i]);
    }
    x64_emit_head_exits(&x);
    return !asm_full(&x.a) && emit_side_table(&x, out) && x64_end_places(&x, out) &&
           end_unit(&x, out);
}

/* ---- the back end ---- */

static bool x64_init(const GuestDesc *g, CodeBuf *b, GError **errp)
{
    thunks_init(g, b, X64_THUNK_ROOM);
    x64_thunks = (X64Thunks){
        .bmi1 = host_has(HOST_X86_BMI1),
        .bmi2 = host_has(HOST_X86_BMI2),
        .adx = host_has(HOST_X86_ADX),
        .popcnt = host_has(HOST_X86_POPCNT),
        .lzcnt = host_has(HOST_X86_LZCNT),
        .sse3 = host_has(HOST_X86_SSE3),
        .sse4_2 = host_has(HOST_X86_SSE4_2),
    };
    return true;
}

static bool x64_has_adx(void)
{
    return x64_thunks.adx;
}

static const TCGBackend x64_backend = {
    .name = "x86_64",
    .has_adx = x64_has_adx,
    .fp_traps = x64_vec_fp_traps,
    .late_sp = true,
    .init = x64_init,
    .gen_code = x64_gen_code,
    .relative = true,
    .link = x64_link,
    .guard = x64_guard,
    .mover = &x64_mover,
    BACKEND_MEMBERS,
};

const TCGBackend *const tcg_native_backend = &x64_backend;
