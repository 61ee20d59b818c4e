/* Vectors on an x86_64 host: the host's own instructions, moves, residency. */
/* SPDX-License-Identifier: MIT */
/*
 * Guest registers xmm0..xmm13 are pinned to the host's registers of the same numbers, but
 * lazily: the byte env.vec_loaded says whether they are there, and the guest's MXCSR in
 * the host's, or all in env. C code always finds them in env:
 *   - the first vector op of a unit tests the byte (need()), and loads all when it is 0
 *   - whatever goes to C stores all when it is 1 (x64_vec_to_c()), and leaves them there;
 *     slow paths of memory accesses load them again on their way back
 * so integer code pays a predictable compare for each call and nothing else. What is
 * known while a unit is emitted is in X64.vec_state.
 *
 * The other guest registers live in env, temps in spill slots; the temp that the op
 * before has made is in register LAST besides, and in its slot only if it is read again
 * later. WORK is free between ops.
 *
 * Exceptions are masked in the guest's MXCSR while it is loaded, or the unit has no op
 * that could raise one: see GuestDesc.vec_op().
 */
#include "tcg/x86_64-internal.h"
#include "util/host.h"

enum { NR_PINNED_VECS = 14, WORK = 14, LAST = 15 };
enum { HOST_MXCSR = 0x1f80 };
enum { MOVUPS_LD = 0x10 | MAP_0F, MOVUPS_ST = 0x11 | MAP_0F, MOVAPS = 0x28 | MAP_0F };

typedef struct VecCold VecCold;
struct VecCold {
    VecCold *next;
    uint8_t *jump, *resume;
};

/* ---- encodings ---- */

enum { PP_NP = 0, PP_66 = PRE_66, PP_F3 = PRE_F3, PP_F2 = PRE_F2 };
enum {
    NEED_NOTHING = 0x80,
    NEED_NONE = NEED_NOTHING,
    NEED_SSE2 = NEED_NOTHING,
    NEED_SSE3 = HOST_X86_SSE3,
    NEED_SSSE3 = HOST_X86_SSSE3,
    NEED_SSE4_1 = HOST_X86_SSE4_1,
    NEED_SSE4_2 = HOST_X86_SSE4_2,
    NEED_AES = HOST_X86_AES,
    NEED_PCLMUL = HOST_X86_PCLMUL,
    NEED_SHA = HOST_X86_SHA,
    NEED_GFNI = HOST_X86_GFNI,
    NEED_AVX2 = HOST_X86_AVX2,
    NEED_FMA = HOST_X86_FMA,
    NEED_F16C = HOST_X86_F16C,
    NEED_VNNI = HOST_X86_AVX_VNNI,
};

static const struct {
    uint32_t opc; /* NO_OPCODE: there is none */
    uint8_t need;
} codes[NR_VEC_IDS] = {
#define VEC(name, flags, memory, feature, prefix, map, opcode) \
    [VEC_##name] = {PP_##prefix | MAP_##map | (opcode), NEED_##feature},
#include "tcg/vec.def"
};

enum { NO_OPCODE = PP_NP | MAP_0F | 0x00 };

/* Shifts by an immediate: groups 12, 13, 14. */
static const struct {
    uint16_t vec;
    uint8_t opcode, digit;
} shifts[] = {
    {VEC_PSRLW,  0x71, 2},
    {VEC_PSRAW,  0x71, 4},
    {VEC_PSLLW,  0x71, 6},
    {VEC_PSRLD,  0x72, 2},
    {VEC_PSRAD,  0x72, 4},
    {VEC_PSLLD,  0x72, 6},
    {VEC_PSRLQ,  0x73, 2},
    {VEC_PSLLQ,  0x73, 6},
    {VEC_PSRLDQ, 0x73, 3},
    {VEC_PSLLDQ, 0x73, 7},
};

/* SSE has the first eight predicates. */
static bool is_compare(unsigned vec)
{
    return vec == VEC_CMPPS || vec == VEC_CMPPD || vec == VEC_CMPSS || vec == VEC_CMPSD;
}

static bool is_vex_only(unsigned need)
{
    return need == NEED_AVX2 || need == NEED_FMA || need == NEED_F16C ||
           need == NEED_VNNI;
}

static bool on_host(const X64 *x, const IROp *op)
{
    unsigned need = codes[op->vec].need;
    return !is_vex_only(need) && !(is_compare(op->vec) && op->imm > 7) &&
           op->type == IR_V128 && codes[op->vec].opc != NO_OPCODE &&
           !TCG_OPT_OFF(x->s, vector) &&
           (need == NEED_NOTHING || host_has((HostFeature)need));
}

/* ---- places ---- */

/* 5 of "ymm5"; for other names one that is too large. */
static unsigned ymm_number(const char *name)
{
    if (strncmp(name, "ymm", 3) != 0) {
        return UINT_MAX;
    }
    return name[4] ? 10 * (name[3] - '0') + (name[4] - '0') : name[3] - '0';
}

void x64_vec_pins(const TCGContext *s, int32_t *at)
{
    for (unsigned i = 0; i < 16; i++) {
        at[i] = NOT_PINNED;
    }
    for (unsigned r = 0; r < s->nglobals; r++) {
        IRTemp *t = &s->temps[r];
        t->loc = 0;
        if (t->type != IR_V256) {
            continue;
        }
        unsigned n = ymm_number(t->name);
        if (n < NR_PINNED_VECS) {
            t->loc = n + 1;
            at[n] = t->env_offset;
        }
    }
}

/* The register that holds ref, or -1. */
static int reg_of(const X64 *x, IRRef ref)
{
    if (ref == x->vec_last) {
        return LAST;
    }
    const IRTemp *t = ir_t(x->s, ref);
    return t->kind == TEMP_GLOBAL ? t->loc - 1 : -1;
}

/* Its place in memory; right unless it is in a register. */
static Mem home(X64 *x, IRRef ref)
{
    const IRTemp *t = ir_t(x->s, ref);
    return t->kind == TEMP_GLOBAL ? env_mem(t->env_offset)
                                  : slot_mem(ra_vec_slot(&x->ra, ref));
}

/* The value in a register: its own, or `reg`. */
static unsigned in_reg(X64 *x, IRRef ref, unsigned reg)
{
    int r = reg_of(x, ref);
    if (r >= 0) {
        return r;
    }
    asm_rm(&x->a, MOVUPS_LD, reg, home(x, ref));
    return reg;
}

static void mov_to(X64 *x, unsigned reg, IRRef ref)
{
    unsigned r = in_reg(x, ref, reg);
    if (r != reg) {
        asm_rr(&x->a, MOVAPS, reg, r);
    }
}

/* The temp is read by the next op and nowhere else. */
static bool is_for_next(const X64 *x, IRRef ref)
{
    const TCGContext *s = x->s;
    unsigned n = x->at + 1;
    while (n < s->nops && s->ops[n].code == OP_nop) {
        n++;
    }
    if (n == s->nops || ir_t(s, ref)->uses != 1) {
        return false;
    }
    const IROp *op = &s->ops[n];
    if (op->code == OP_st) {
        return op->in[2] == ref;
    }
    return op_info[op->code].class == CLASS_VEC &&
           (op->in[0] == ref || op->in[1] == ref || op->in[2] == ref);
}

/* Where to compute the output. */
static unsigned out_reg(const X64 *x, IRRef out)
{
    const IRTemp *t = ir_t(x->s, out);
    return t->kind == TEMP_GLOBAL && t->loc ? t->loc - 1u : WORK;
}

/* The output has been computed in reg. */
static void out_done(X64 *x, IRRef out, unsigned reg)
{
    const IRTemp *t = ir_t(x->s, out);
    if (t->kind == TEMP_GLOBAL && t->loc) {
        if (reg != t->loc - 1u) {
            asm_rr(&x->a, MOVAPS, t->loc - 1, reg);
        }
        return;
    }
    if (t->kind == TEMP_GLOBAL || !is_for_next(x, out)) {
        asm_rm(&x->a, MOVUPS_ST, reg, home(x, out));
    }
    if (t->kind == TEMP_SSA) {
        asm_rr(&x->a, MOVAPS, LAST, reg);
        x->vec_made = out;
    }
}

/* The upper half of an output of 128 bits, which is in memory. */
static void clear_upper(X64 *x, const IROp *op)
{
    if (op->vzero && ir_is_global(x->s, op->out[0])) {
        asm_storei(&x->a, IR_I64, mem_add(home(x, op->out[0]), 16), 0);
        asm_storei(&x->a, IR_I64, mem_add(home(x, op->out[0]), 24), 0);
    }
}

/* ---- residency ---- */

/* Guest registers are in registers from here on. */
static void need(X64 *x)
{
    if (!x64_thunks.has_vecs) {
        return;
    }
    if (x->vec_state == VEC_IN_ENV) {
        x64_call(x, x64_thunks.vec_load);
    } else if (x->vec_state == VEC_UNKNOWN) {
        VecCold *c = arena_alloc(&x->s->arena, sizeof *c);
        cc_clobber(x);
        asm_alu_mi(&x->a, ALU_CMP, IR_I8, env_mem(x->g->vec_loaded), 0);
        *c = (VecCold){.next = x->vec_cold, .jump = asm_jcc(&x->a, COND_E)};
        c->resume = x->a.p;
        x->vec_cold = c;
    }
    x->vec_state = VEC_IN_REGS;
}

void x64_vec_cold(X64 *x)
{
    for (const VecCold *c = x->vec_cold; c && !asm_full(&x->a); c = c->next) {
        asm_patch(c->jump, x->a.p);
        x64_call(x, x64_thunks.vec_load);
        asm_jmp_to(&x->a, c->resume);
    }
}

static void thunk_vecs(X64 *x, uint32_t opc)
{
    for (unsigned i = 0; i < NR_PINNED_VECS; i++) {
        if (x64_thunks.vec_at[i] != NOT_PINNED) {
            asm_rm(&x->a, opc, i, env_mem(x64_thunks.vec_at[i]));
        }
    }
}

/* Both leave EFLAGS and all other registers alone. */
void x64_vec_thunks(X64 *x)
{
    Mem loaded = env_mem(x->g->vec_loaded), mxcsr = env_mem(x->g->mxcsr);
    Mem below = mem_at(RSP, -8); /* nothing else is pushed meanwhile */

    x64_thunks.vec_load = x64_rx(x, x->a.p);
    thunk_vecs(x, MOVUPS_LD);
    asm_rm(&x->a, 0xae | MAP_0F, 2, mxcsr); /* ldmxcsr */
    asm_storei(&x->a, IR_I8, loaded, 1);
    asm_b(&x->a, 0xc3);

    x64_thunks.vec_save = x64_rx(x, x->a.p);
    thunk_vecs(x, MOVUPS_ST);
    asm_rm(&x->a, 0xae | MAP_0F, 3, mxcsr); /* stmxcsr */
    asm_storei(&x->a, IR_I32, below, HOST_MXCSR);
    asm_rm(&x->a, 0xae | MAP_0F, 2, below);
    asm_storei(&x->a, IR_I8, loaded, 0);
    asm_b(&x->a, 0xc3);
}

/* In thunks: C code comes next. Destroys EFLAGS. */
void x64_vec_to_c(X64 *x)
{
    if (!x64_thunks.has_vecs) {
        return;
    }
    asm_alu_mi(&x->a, ALU_CMP, IR_I8, env_mem(x->g->vec_loaded), 0);
    uint8_t *over = asm_jcc(&x->a, COND_E);
    x64_call(x, x64_thunks.vec_save);
    asm_patch(over, x->a.p);
}

/* The same, and notes at `was` whether they were loaded, for x64_vec_from_c(). Destroys
 * EFLAGS and r10. */
void x64_vec_to_c_noting(X64 *x, Mem was)
{
    if (!x64_thunks.has_vecs) {
        return;
    }
    asm_rm(&x->a, opc_extend(IR_I32, IR_I8, false), R10, env_mem(x->g->vec_loaded));
    asm_store(&x->a, IR_I32, R10, was);
    x64_vec_to_c(x);
}

/* EFLAGS stay; destroys rcx. */
void x64_vec_from_c(X64 *x, Mem was)
{
    if (!x64_thunks.has_vecs) {
        return;
    }
    asm_load(&x->a, IR_I32, RCX, was);
    asm_b(&x->a, 0xe3); /* jrcxz over the call */
    uint8_t *rel = x->a.p;
    asm_b(&x->a, 0);
    x64_call(x, x64_thunks.vec_load);
    *rel = x->a.p - (rel + 1);
}

/* ---- operations in C ---- */

static uint64_t run_in_c(void *env, void *r, const void *a, const void *b, const void *c,
                         const VecOp *op)
{
    VecOp v = *op;
    v.r = r;
    v.a = a;
    v.b = b;
    v.c = c;
    return x64_thunks.guest->vec_op(env, &v);
}

/* reg = address of in[i], or NULL. */
static void address_of(X64 *x, unsigned reg, IRRef ref)
{
    if (ref == IR_NONE) {
        asm_movi(&x->a, reg, 0);
    } else {
        asm_lea(&x->a, IR_I64, reg, home(x, ref));
    }
}

/* Temps in memory, guest registers in env, what C destroys saved. */
static void before_c(X64 *x, const IROp *op)
{
    cc_clobber(x);
    if (op->code == OP_itov) {
        asm_storei(&x->a, IR_I64, mem_at(RSP, FRAME_ARGS), 0);
        asm_storei(&x->a, IR_I64, mem_at(RSP, FRAME_ARGS + 8), 0);
        asm_store(&x->a, (IRType)op->memop, x64_in_reg(x, op->in[1]),
                  mem_at(RSP, FRAME_ARGS));
    }
    if (x->vec_last != IR_NONE) {
        asm_rm(&x->a, MOVUPS_ST, LAST, home(x, x->vec_last));
    }
    ra_evict(&x->ra, 1u << R10 | 1u << R11);
    x64_call(x, x64_thunks.save_caller);
    x->vec_state = VEC_IN_ENV;
    x64_x87_unknown(x);
}

static const uint8_t *put_vec_op(X64 *x, const IROp *op)
{
    VecOp v = {.vec = op->vec, .imm = op->imm, .n = op->type == IR_V128 ? 16 : 32};
    uint8_t *over = asm_jmp(&x->a);
    asm_nops(&x->a, -(uintptr_t)x->a.p & 7);
    const uint8_t *rx = x64_rx(x, x->a.p);
    memcpy(x->a.p, &v, sizeof v);
    x->a.p += sizeof v;
    asm_patch(over, x->a.p);
    return rx;
}

static void flags_of_c(X64 *x)
{
    asm_alu_ri(&x->a, ALU_AND, IR_I32, RAX, CC_ALL);
    asm_store(&x->a, IR_I64, RAX, env_mem(x->g->cc_a));
    asm_storei(&x->a, IR_I32, env_mem(x->g->cc_op), CC_OP(CC_EFLAGS, 0));
    cc_set_env(x);
}

static void emit_vec_in_c(X64 *x, const IROp *op)
{
    const uint8_t *v = put_vec_op(x, op);
    bool to_vec = op->code == OP_vop || op->code == OP_itov;
    before_c(x, op);
    asm_mov(&x->a, IR_I64, RDI, ENV);
    address_of(x, RSI, to_vec ? op->out[0] : IR_NONE);
    address_of(x, RDX, op->in[0]);
    if (op->code == OP_itov) {
        asm_lea(&x->a, IR_I64, RCX, mem_at(RSP, FRAME_ARGS));
    } else {
        address_of(x, RCX, op->in[1]);
    }
    address_of(x, R8, op->code == OP_vop ? op->in[2] : IR_NONE);
    asm_movi(&x->a, R9, (uintptr_t)v);
    x64_call(x, (const void *)run_in_c);
    if (op->setcc) {
        flags_of_c(x);
    }
    if (op->code == OP_vtoi) {
        asm_store(&x->a, IR_I64, RAX, mem_at(RSP, FRAME_ARGS));
    }
    x64_call(x, x64_thunks.load_caller);
    clear_upper(x, op);
    if (op->code == OP_vtoi) {
        unsigned d = x64_out(x, op, 0, 0);
        asm_load(&x->a, IR_I64, d, mem_at(RSP, FRAME_ARGS));
        x64_out_done(x, op, 0, d);
    }
}

/* ---- operations on the host ---- */

static void imm_byte(X64 *x, const IROp *op)
{
    if (vec_info[op->vec].flags & VECF_IMM) {
        asm_b(&x->a, op->imm);
    }
}

/* A register with in[0] in it that becomes the output; not `busy`. */
static unsigned begin_out(X64 *x, const IROp *op, int busy)
{
    unsigned w = out_reg(x, op->out[0]);
    if ((int)w == busy && op->in[0] != IR_NONE && op->in[0] != op->out[0]) {
        w = WORK;
    }
    if (op->in[0] != IR_NONE) {
        mov_to(x, w, op->in[0]);
    }
    return w;
}

static void emit_shift_imm(X64 *x, const IROp *op)
{
    unsigned w = begin_out(x, op, -1), i = 0;
    while (shifts[i].vec != op->vec) {
        i++;
    }
    asm_rr(&x->a, shifts[i].opcode | MAP_0F | PRE_66, shifts[i].digit, w);
    asm_b(&x->a, op->imm);
    out_done(x, op->out[0], w);
    clear_upper(x, op);
}

/* A mask is an implicit operand, xmm0, and must still be there when the output begins to
 * be made. */
static bool mask_is_xmm0(const X64 *x, const IROp *op)
{
    bool lost = out_reg(x, op->out[0]) == 0 && op->in[0] != op->out[0];
    return op->in[2] == IR_NONE || (reg_of(x, op->in[2]) == 0 && !lost);
}

void x64_emit_vop(X64 *x, const IROp *op)
{
    if (!on_host(x, op) || !mask_is_xmm0(x, op)) {
        emit_vec_in_c(x, op);
        return;
    }
    need(x);
    if (op->in[1] == IR_NONE) {
        emit_shift_imm(x, op);
        return;
    }
    unsigned w = begin_out(x, op, reg_of(x, op->in[1]));
    unsigned b = in_reg(x, op->in[1], LAST);
    asm_rr(&x->a, codes[op->vec].opc, w, b);
    imm_byte(x, op);
    out_done(x, op->out[0], w);
    clear_upper(x, op);
}

void x64_emit_vmov(X64 *x, const IROp *op)
{
    need(x);
    if (op->type == IR_V256) {
        asm_rm(&x->a, MOVUPS_LD, WORK, mem_add(home(x, op->in[0]), 16));
        asm_rm(&x->a, MOVUPS_ST, WORK, mem_add(home(x, op->out[0]), 16));
    }
    if (op->out[0] != op->in[0]) {
        out_done(x, op->out[0], in_reg(x, op->in[0], WORK));
    }
    clear_upper(x, op);
}

/* The integer is of 64 bits: what an instruction's REX.W says. */
static uint32_t wide(const IROp *op)
{
    return (IRType)op->memop == IR_I64 ? REX_W : 0;
}

void x64_emit_itov(X64 *x, const IROp *op)
{
    if (!on_host(x, op)) {
        emit_vec_in_c(x, op);
        return;
    }
    need(x);
    unsigned v = x64_in_reg(x, op->in[1]);
    unsigned w = begin_out(x, op, -1);
    asm_rr(&x->a, codes[op->vec].opc | wide(op), w, v);
    imm_byte(x, op);
    out_done(x, op->out[0], w);
    clear_upper(x, op);
}

/* The vector register is in the r/m field, or in the reg field. */
static bool vector_is_reg(unsigned vec)
{
    return vec == VEC_MOVD || vec == VEC_PEXTRB || vec == VEC_PEXTRD || vec == VEC_PEXTRQ;
}

void x64_emit_vtoi(X64 *x, const IROp *op)
{
    uint32_t opc = codes[op->vec].opc | wide(op);
    if (!on_host(x, op)) {
        emit_vec_in_c(x, op);
        return;
    }
    need(x);
    unsigned v = in_reg(x, op->in[1], WORK);
    unsigned d = x64_out(x, op, 0, 0);
    if (op->vec == VEC_MOVD) {
        opc = 0x7e | MAP_0F | PRE_66 | wide(op);
    }
    if (vector_is_reg(op->vec)) {
        asm_rr(&x->a, opc, v, d);
    } else {
        asm_rr(&x->a, opc, d, v);
    }
    imm_byte(x, op);
    x64_out_done(x, op, 0, d);
}

void x64_emit_vcmpcc(X64 *x, const IROp *op)
{
    CCPlan p;
    if (!on_host(x, op)) {
        emit_vec_in_c(x, op);
        return;
    }
    need(x);
    if (op->setcc) {
        cc_plan(x, &p, CC_HOST_ONLY, IR_NONE, IR_NONE);
    } else {
        cc_clobber(x);
    }
    unsigned a = in_reg(x, op->in[0], WORK);
    unsigned b = in_reg(x, op->in[1], a == WORK ? LAST : WORK);
    asm_rr(&x->a, codes[op->vec].opc, a, b);
    if (op->setcc) {
        cc_done(x, &p, NO_REG);
    }
}

/* ---- memory ---- */

static uint32_t move_opcode(const IROp *op, const Access *acc, bool store)
{
    bool aligned = acc->direct && op->memop & MO_ALIGN;

    switch (op->memop & MO_SIZE) {
    case MO_32: /* movss */
        return (store ? 0x11 : 0x10) | MAP_0F | PRE_F3;
    case MO_64: /* movsd */
        return (store ? 0x11 : 0x10) | MAP_0F | PRE_F2;
    default:
        if (aligned) {
            return (store ? 0x29 : 0x28) | MAP_0F; /* movaps: faults itself */
        }
        return store ? MOVUPS_ST : MOVUPS_LD;
    }
}

/* The upper half of a load of 256 bits, before the lower one: nothing is written when it
 * faults. */
static void load_upper(X64 *x, const IROp *op, const Access *acc)
{
    Mem to = mem_add(home(x, op->out[0]), 16);
    if ((op->memop & MO_SIZE) == MO_256) {
        x64_access_here(x, acc);
        asm_rm(&x->a, MOVUPS_LD, WORK, mem_add(acc->host, 16));
        asm_rm(&x->a, MOVUPS_ST, WORK, to);
    } else {
        asm_storei(&x->a, IR_I64, to, 0);
        asm_storei(&x->a, IR_I64, mem_add(to, 8), 0);
    }
}

void x64_emit_vec_ld(X64 *x, const IROp *op)
{
    Access acc;
    need(x);
    x64_access_begin(x, &acc, op, SLOW_LD);
    if (op->type == IR_V256) {
        load_upper(x, op, &acc);
    }
    unsigned w = out_reg(x, op->out[0]);
    x64_access_here(x, &acc);
    asm_rm(&x->a, move_opcode(op, &acc, false), w, acc.host);
    out_done(x, op->out[0], w);
    clear_upper(x, op);
}

void x64_emit_vec_st(X64 *x, const IROp *op)
{
    Access acc;
    bool whole = (op->memop & MO_SIZE) == MO_256;
    need(x);
    Mem from = home(x, op->in[2]);
    x->vec_stored = in_reg(x, op->in[2], LAST);
    if (whole) {
        asm_rm(&x->a, MOVUPS_ST, x->vec_stored, from);
        x->vec_stored = NO_REG;
    }
    x64_access_begin(x, &acc, op, SLOW_ST);
    if (whole) {
        for (unsigned i = 32; i > 0;) {
            i -= 16;
            asm_rm(&x->a, MOVUPS_LD, WORK, mem_add(from, i));
            x64_access_here(x, &acc);
            asm_rm(&x->a, MOVUPS_ST, WORK, mem_add(acc.host, i));
        }
    } else {
        x64_access_here(x, &acc);
        asm_rm(&x->a, move_opcode(op, &acc, true), x->vec_stored, acc.host);
    }
    x64_access_done(x, &acc);
}

void x64_vec_to_frame(X64 *x, unsigned reg, Mem from, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i += 16) {
        if (reg == NO_REG) {
            asm_rm(&x->a, MOVUPS_LD, WORK, mem_add(from, i));
        }
        asm_rm(&x->a, MOVUPS_ST, reg == NO_REG ? WORK : reg, mem_at(RSP, FRAME_VAL + i));
    }
}
