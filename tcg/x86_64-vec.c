/* Vectors on an x86_64 host: the host's own instructions, moves, residency. */
/* SPDX-License-Identifier: MIT */
/*
 * With AVX2 guest registers ymm0..ymm13 are pinned to the host's of the same numbers, and
 * the guest's VEX instructions become the same VEX instructions; legacy SSE ones stay
 * legacy: they keep upper halves just as the guest wants it, and cost there what they
 * cost natively, because VZEROUPPER is the host's, too, and registers whose upper halves
 * are all zero are loaded so that the CPU knows. On other hosts, or with opt-avx=off,
 * the lower halves are pinned and the upper ones live in env; what SSE lacks goes to C.
 *
 * Pinned registers are loaded lazily: the byte env.vec_loaded says whether they are
 * there, and the guest's MXCSR in the host's, or all in env. C code always finds them in
 * env:
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
 * that could raise one, or it has TCGContext.fp_traps: then the host's instruction traps,
 * and finds the state of fp_point in the side table.
 */
#include "tcg/gather-op.h"
#include "tcg/strcmp-op.h"
#include "tcg/x86_64-internal.h"
#include "util/host.h"

enum { NR_PINNED_VECS = 14, WORK = 14, LAST = 15 };
enum { HOST_MXCSR = 0x1f80 };
enum { VZEROUPPER = 0x77 | MAP_0F };
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

static bool is_vex_only(unsigned vec)
{
    unsigned need = codes[vec].need;
    return need == NEED_AVX2 || need == NEED_FMA || need == NEED_F16C ||
           need == NEED_VNNI;
}

/* With VEX the mask is an operand, and the opcode another one. */
static bool is_blendv(unsigned vec)
{
    return vec == VEC_PBLENDVB || vec == VEC_BLENDVPS || vec == VEC_BLENDVPD;
}

static bool has_vex(unsigned vec)
{
    return vec_info[vec].flags & VECF_VEX || is_vex_only(vec) || is_blendv(vec);
}

/* The upper halves of registers are where this op has them. */
static bool use_vex(const X64 *x, const IROp *op)
{
    bool to_vec = op->code != OP_vtoi && op->code != OP_vcmpcc;
    return x64_thunks.avx && (op->type == IR_V256 || op->vzero || !to_vec ||
                              !ir_is_global(x->s, op->out[0]));
}

static bool host_has_256(unsigned vec)
{
    switch (vec) {
    case VEC_AESENC:
    case VEC_AESENCLAST:
    case VEC_AESDEC:
    case VEC_AESDECLAST:
        return host_has(HOST_X86_VAES);
    case VEC_PCLMULQDQ:
        return host_has(HOST_X86_VPCLMUL);
    default:
        return true;
    }
}

static bool on_host(const X64 *x, const IROp *op)
{
    unsigned need = codes[op->vec].need;
    if (codes[op->vec].opc == NO_OPCODE || TCG_OPT_OFF(x->s, vector) ||
        (need != NEED_NOTHING && !host_has((HostFeature)need))) {
        return false;
    }
    if (use_vex(x, op) && has_vex(op->vec)) {
        return op->type == IR_V128 || host_has_256(op->vec);
    }
    return op->type == IR_V128 && !is_vex_only(op->vec) &&
           !(is_compare(op->vec) && op->imm > 7);
}

/* The VEX prefix and opcode; v: the register beside reg and r/m. */
static void vex_prefix(X64 *x, uint32_t opc, bool l, unsigned rex, unsigned v)
{
    unsigned pp = opc & PRE_66 ? 1 : opc & PRE_F3 ? 2 : opc & PRE_F2 ? 3 : 0;
    unsigned tail = (~v & 15) << 3 | l << 2 | pp;
    if (!(rex & 3) && !(opc & REX_W) && (opc & MAP_MASK) == MAP_0F) {
        asm_b(&x->a, 0xc5);
        asm_b(&x->a, (rex & 4 ? 0 : 0x80) | tail);
    } else {
        asm_b(&x->a, 0xc4);
        asm_b(&x->a, (~rex & 7) << 5 | (opc & MAP_MASK) >> 8);
        asm_b(&x->a, (opc & REX_W ? 0x80 : 0) | tail);
    }
    asm_b(&x->a, opc);
}

static void vex_rr(X64 *x, uint32_t opc, bool l, unsigned reg, unsigned v, unsigned rm)
{
    vex_prefix(x, opc, l, (reg >> 3) << 2 | rm >> 3, v);
    asm_b(&x->a, 0xc0 | (reg & 7) << 3 | (rm & 7));
}

static void vex_rm(X64 *x, uint32_t opc, bool l, unsigned reg, unsigned v, Mem m)
{
    vex_prefix(x, opc, l, mem_rex(reg, m), v);
    asm_modrm(&x->a, reg, m);
}

/* Between a register and memory, all of a value of type t; for loads upper halves do not
 * matter. */
static void move_rm(X64 *x, uint32_t opc, IRType t, unsigned reg, Mem m)
{
    if (x64_thunks.avx) {
        vex_rm(x, opc, t == IR_V256, reg, 0, m);
    } else {
        asm_rm(&x->a, opc, reg, m);
    }
}

/* dst = src; `keep`: but for the upper half, which stays. */
static void move_rr(X64 *x, IRType t, unsigned dst, unsigned src, bool keep)
{
    if (x64_thunks.avx && !keep) {
        vex_rr(x, MOVAPS, t == IR_V256, dst, 0, src);
    } else {
        asm_rr(&x->a, MOVAPS, dst, src);
    }
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
        s->globals[r].loc = t->loc;
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

static IRType type_of(const X64 *x, IRRef ref)
{
    return (IRType)ir_t(x->s, ref)->type;
}

/* The value in a register: its own, or `reg`. */
static unsigned in_reg(X64 *x, IRRef ref, unsigned reg)
{
    int r = reg_of(x, ref);
    if (r >= 0) {
        return r;
    }
    move_rm(x, MOVUPS_LD, type_of(x, ref), reg, home(x, ref));
    return reg;
}

/* The whole of reg = ref. */
static void mov_to(X64 *x, unsigned reg, IRRef ref)
{
    unsigned r = in_reg(x, ref, reg);
    if (r != reg) {
        move_rr(x, type_of(x, ref), reg, r, false);
    }
}

/* 64 bits of env as a vector, for itov; vop, if not NULL, has it as its first operand. */
typedef struct EnvOperand {
    const IROp *itov, *vop;
    unsigned at, at_vop;
} EnvOperand;

static bool is_movq(const IROp *op)
{
    return op->vec == VEC_MOVD && (IRType)op->memop == IR_I64;
}

/* The host's instruction has the operands as registers and memory in the usual places. */
static bool is_plain_vex(const X64 *x, const IROp *op)
{
    return op->code == OP_vop && op->in[1] != IR_NONE && op->in[2] == IR_NONE &&
           !(vec_info[op->vec].flags & (VECF_TERN | VECF_OUTRM)) &&
           op->vec != VEC_VBROADCAST128 && use_vex(x, op) && has_vex(op->vec) &&
           on_host(x, op);
}

/* ops[at] is loaded by such an instruction alone; it is of the guest's present one. */
static bool env_operand(const X64 *x, unsigned at, EnvOperand *e)
{
    const IROp *ld = &x->s->ops[at], *itov;
    *e = (EnvOperand){.at = at};
    itov = x64_next_op(x, &e->at);
    if (TCG_OPT_OFF(x->s, fuse) || !x64_thunks.avx || ld->type != IR_I64 ||
        !x64_used_once(x, ld->out[0]) || !itov || itov->code != OP_itov ||
        !is_movq(itov) || itov->in[0] != IR_NONE || itov->in[1] != ld->out[0] ||
        ir_is_global(x->s, itov->out[0]) || !on_host(x, itov)) {
        return false;
    }
    e->itov = itov;
    e->at_vop = e->at;
    const IROp *op = x64_next_op(x, &e->at_vop);
    if (op && is_plain_vex(x, op) && op->in[0] == itov->out[0] &&
        x64_used_once(x, op->in[0])) {
        e->vop = op;
    }
    return true;
}

/* The temp is read by the next op and nowhere else. */
static bool is_for_next(const X64 *x, IRRef ref)
{
    const TCGContext *s = x->s;
    EnvOperand e;
    unsigned n = x->at + 1;
    while (n < s->nops && s->ops[n].code == OP_nop) {
        n++;
    }
    if (n == s->nops || ir_t(s, ref)->uses != 1) {
        return false;
    }
    const IROp *op = &s->ops[n];
    if (op->code == OP_ld_env && env_operand(x, n, &e)) {
        op = e.vop ? e.vop : op; /* they are emitted as one */
    }
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

/* The upper half of an output of 128 bits, where it is in memory. */
static void clear_upper(X64 *x, const IROp *op)
{
    if (op->vzero && ir_is_global(x->s, op->out[0])) {
        Mem upper = mem_add(home(x, op->out[0]), 16);
        asm_storei(&x->a, IR_I64, upper, 0);
        asm_storei(&x->a, IR_I64, mem_add(upper, 8), 0);
    }
}

/* The output has been computed in reg; `whole`: with its upper half. */
static void out_done(X64 *x, const IROp *op, unsigned reg, bool whole)
{
    IRRef out = op->out[0];
    const IRTemp *t = ir_t(x->s, out);
    bool pinned = t->kind == TEMP_GLOBAL && t->loc;
    IRType type = whole ? IR_V256 : (IRType)op->type;
    if (t->kind == TEMP_SSA) {
        type = (IRType)t->type;
    }
    if (pinned && reg != t->loc - 1u) {
        move_rr(x, type, t->loc - 1, reg, !whole);
    } else if (!pinned && (t->kind == TEMP_GLOBAL || !is_for_next(x, out))) {
        move_rm(x, MOVUPS_ST, type, reg, home(x, out));
    }
    if (t->kind == TEMP_SSA) {
        if (reg != LAST) {
            move_rr(x, type, LAST, reg, false);
        }
        x->vec_made = out;
    }
    if (!whole) {
        clear_upper(x, op);
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

void x64_vec_want(X64 *x)
{
    need(x);
}

bool x64_vec_fp_traps(void)
{
    return x64_thunks.has_vecs && x64_thunks.avx && host_has(HOST_X86_FMA) &&
           host_has(HOST_X86_F16C) && !(x64_thunks.opt_off >> OPTBIT_vector & 1);
}

void x64_vec_mxcsr(X64 *x, bool to_env)
{
    if (x64_thunks.has_vecs) {
        need(x);
        asm_rm(&x->a, 0xae | MAP_0F, to_env ? 3 : 2, env_mem(x->g->mxcsr));
    }
}

void x64_vec_cold(X64 *x)
{
    for (const VecCold *c = x->vec_cold; c && !asm_full(&x->a); c = c->next) {
        asm_patch(c->jump, x->a.p);
        x64_call(x, x64_thunks.vec_load);
        asm_jmp_to(&x->a, c->resume);
    }
}

/* All pinned registers, or their lower halves, from env or to it. */
static void thunk_vecs(X64 *x, uint32_t opc, IRType t)
{
    for (unsigned i = 0; i < NR_PINNED_VECS; i++) {
        if (x64_thunks.vec_at[i] != NOT_PINNED) {
            move_rm(x, opc, t, i, env_mem(x64_thunks.vec_at[i]));
        }
    }
}

/*
 * Loads lower halves only if all upper ones are 0, so that the CPU knows that they are:
 * legacy SSE instructions would otherwise be slower. EFLAGS stay.
 */
static void thunk_load_256(X64 *x)
{
    enum { VPOR = 0xeb | MAP_0F | PRE_66, VPXOR = 0xef | MAP_0F | PRE_66 };
    Mem save = mem_at(RSP, -16);
    vex_rr(x, VPXOR, false, WORK, WORK, WORK);
    vex_rr(x, VPXOR, false, LAST, LAST, LAST);
    for (unsigned i = 0; i < NR_PINNED_VECS; i++) {
        if (x64_thunks.vec_at[i] != NOT_PINNED) {
            vex_rm(x, VPOR, false, WORK, WORK, env_mem(x64_thunks.vec_at[i] + 16));
        }
    }
    vex_rr(x, 0x74 | MAP_0F | PRE_66, false, WORK, WORK, LAST); /* vpcmpeqb */
    asm_store(&x->a, IR_I64, RCX, save);
    vex_rr(x, 0xd7 | MAP_0F | PRE_66, false, RCX, 0, WORK); /* vpmovmskb */
    asm_lea(&x->a, IR_I64, RCX, mem_at(RCX, -0xffff));
    asm_b(&x->a, 0xe3); /* jrcxz over the jump */
    asm_b(&x->a, 5);
    uint8_t *full = asm_jmp(&x->a);
    thunk_vecs(x, MOVUPS_LD, IR_V128);
    uint8_t *done = asm_jmp(&x->a);
    asm_patch(full, x->a.p);
    thunk_vecs(x, MOVUPS_LD, IR_V256);
    asm_patch(done, x->a.p);
    asm_load(&x->a, IR_I64, RCX, save);
}

/* Both leave EFLAGS and all other registers alone. */
void x64_vec_thunks(X64 *x)
{
    Mem loaded = env_mem(x->g->vec_loaded), mxcsr = env_mem(x->g->mxcsr);
    Mem below = mem_at(RSP, -8); /* nothing else is pushed meanwhile */

    x64_thunks.vec_load = rx_of(x, x->a.p);
    if (x64_thunks.avx) {
        thunk_load_256(x);
    } else {
        thunk_vecs(x, MOVUPS_LD, IR_V128);
    }
    asm_rm(&x->a, 0xae | MAP_0F, 2, mxcsr); /* ldmxcsr */
    asm_storei(&x->a, IR_I8, loaded, 1);
    asm_b(&x->a, 0xc3);

    x64_thunks.vec_save = rx_of(x, x->a.p);
    thunk_vecs(x, MOVUPS_ST, x64_thunks.avx ? IR_V256 : IR_V128);
    if (x64_thunks.avx) {
        vex_prefix(x, VZEROUPPER, false, 0, 0);
    }
    asm_rm(&x->a, 0xae | MAP_0F, 3, mxcsr); /* stmxcsr */
    asm_storei(&x->a, IR_I32, below, HOST_MXCSR);
    asm_rm(&x->a, 0xae | MAP_0F, 2, below);
    asm_storei(&x->a, IR_I8, loaded, 0);
    asm_b(&x->a, 0xc3);
}

/* In thunks: C code comes next; vectors and x87 state go to env. Destroys EFLAGS. */
void x64_vec_to_c(X64 *x)
{
    x64_x87_to_c(x);
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
    if (x64_thunks.has_vecs) {
        asm_rm(&x->a, opc_extend(IR_I32, IR_I8, false), R10, env_mem(x->g->vec_loaded));
        asm_store(&x->a, IR_I32, R10, was);
    }
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
        move_rm(x, MOVUPS_ST, type_of(x, x->vec_last), LAST, home(x, x->vec_last));
    }
    ra_evict(&x->ra, 1u << R10 | 1u << R11);
    x64_call(x, tcg_thunks.save_caller);
    x->vec_state = VEC_IN_ENV;
    x64_x87_unknown(x);
}

static const uint8_t *put_vec_op(X64 *x, const IROp *op)
{
    VecOp v = {.vec = op->vec, .imm = op->imm, .n = op->type == IR_V128 ? 16 : 32};
    uint8_t *over = asm_jmp(&x->a);
    asm_nops(&x->a, -(uintptr_t)x->a.p & 7);
    const uint8_t *rx = rx_of(x, x->a.p);
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
    x64_env_to(x, RDI);
    address_of(x, RSI, to_vec ? op->out[0] : IR_NONE);
    address_of(x, RDX, op->in[0]);
    if (op->code == OP_itov) {
        asm_lea(&x->a, IR_I64, RCX, mem_at(RSP, FRAME_ARGS));
    } else {
        address_of(x, RCX, op->in[1]);
    }
    address_of(x, R8, op->code == OP_vop ? op->in[2] : IR_NONE);
    x64_lea_code(x, R9, v);
    x64_call(x, (const void *)vec_op_in_env);
    if (op->setcc) {
        flags_of_c(x);
    }
    if (op->code == OP_vtoi) {
        asm_store(&x->a, IR_I64, RAX, mem_at(RSP, FRAME_ARGS));
    }
    x64_call(x, tcg_thunks.load_caller);
    clear_upper(x, op);
    if (op->code == OP_vtoi) {
        unsigned d = x64_out(x, op, 0, 0);
        asm_load(&x->a, IR_I64, d, mem_at(RSP, FRAME_ARGS));
        x64_out_done(x, op, 0, d);
    }
}

/* ---- operations on the host ---- */

/* The last operand: a register or memory; acc: of the guest. */
typedef struct Src {
    bool is_mem;
    unsigned reg;
    Mem mem;
    const Access *acc;
} Src;

static unsigned last_input(const IROp *op)
{
    return vec_info[op->vec].flags & VECF_TERN ? 2 : 1;
}

/* Bytes that the op's last operand reads in memory; 0: it must be a register. */
static unsigned memory_bytes(const IROp *op)
{
    unsigned m = vec_info[op->vec].memory;
    if (op->vec == VEC_MOVSD) {
        return 8; /* MOVLPS */
    }
    if (op->vec == VEC_INSERTPS && op->imm >> 6) {
        return 0; /* the form with memory does not choose a lane */
    }
    return m >= VEC_MEM_PART ? (op->type == IR_V256 ? 32u : 16u) >> (m - VEC_MEM_PART)
                             : m;
}

/* A register other than `busy` for what an op reads. */
static unsigned other_than(int busy)
{
    return busy == LAST ? WORK : LAST;
}

/* The last operand where it is; `busy`: register of another one. */
static Src last_source(X64 *x, const IROp *op, int busy)
{
    IRRef ref = op->in[last_input(op)];
    int r = reg_of(x, ref);
    if (r >= 0) {
        return (Src){.reg = r};
    }
    if (memory_bytes(op) && op->vec != VEC_MOVSD && op->vec != VEC_VBROADCAST128) {
        return (Src){.is_mem = true, .mem = home(x, ref)};
    }
    return (Src){.reg = in_reg(x, ref, other_than(busy))};
}

static uint32_t opcode_of(const IROp *op, const Src *src)
{
    if (op->vec == VEC_MOVSD && src->is_mem) {
        return 0x12 | MAP_0F;
    }
    return codes[op->vec].opc | (vec_info[op->vec].flags & VECF_W1 ? REX_W : 0);
}

static void imm_byte(X64 *x, const IROp *op)
{
    if (vec_info[op->vec].flags & VECF_IMM) {
        asm_b(&x->a, op->imm);
    }
}

/* The op's instruction may trap: its registers must not be written before. */
static bool traps(const X64 *x, const IROp *op)
{
    return unlikely(x->s->fp_traps) && vec_info[op->vec].flags & VECF_FP;
}

/* The instruction of the present op follows; acc: its access, or NULL. */
static void raises_here(X64 *x, const Access *acc)
{
    if (acc) {
        x64_access_here(x, acc);
    }
    if (traps(x, x->op) && !(acc && acc->direct)) {
        add_side(x, &x->fp_point);
    }
}

static void vex_src(X64 *x, uint32_t opc, bool l, unsigned reg, unsigned v,
                    const Src *src)
{
    raises_here(x, src->acc);
    if (src->is_mem) {
        vex_rm(x, opc, l, reg, v, src->mem);
    } else {
        vex_rr(x, opc, l, reg, v, src->reg);
    }
}

static void legacy_src(X64 *x, uint32_t opc, unsigned reg, const Src *src)
{
    raises_here(x, src->acc);
    if (src->is_mem) {
        asm_rm(&x->a, opc, reg, src->mem);
    } else {
        asm_rr(&x->a, opc, reg, src->reg);
    }
}

/* A register with in[0] in its lower half that becomes the output; not `busy`. */
static unsigned begin_out(X64 *x, const IROp *op, int busy)
{
    unsigned w = out_reg(x, op->out[0]);
    if (op->in[0] == IR_NONE || op->in[0] == op->out[0]) {
        return op->in[0] == IR_NONE ? w : in_reg(x, op->in[0], w);
    }
    w = (int)w == busy || traps(x, op) ? WORK : w;
    int r = reg_of(x, op->in[0]);
    if (r < 0) {
        asm_rm(&x->a, MOVUPS_LD, w, home(x, op->in[0]));
    } else if (r != (int)w) {
        asm_rr(&x->a, MOVAPS, w, r);
    }
    return w;
}

static void emit_shift_imm(X64 *x, const IROp *op)
{
    unsigned w, i = 0;
    bool vex = use_vex(x, op);
    while (shifts[i].vec != op->vec) {
        i++;
    }
    uint32_t opc = shifts[i].opcode | MAP_0F | PRE_66;
    if (vex) {
        w = out_reg(x, op->out[0]);
        unsigned a = in_reg(x, op->in[0], WORK);
        vex_rr(x, opc, op->type == IR_V256, shifts[i].digit, w, a);
    } else {
        w = begin_out(x, op, -1);
        asm_rr(&x->a, opc, shifts[i].digit, w);
    }
    asm_b(&x->a, op->imm);
    out_done(x, op, w, vex);
}

/* A mask is an implicit operand, xmm0, and must still be there when the output begins to
 * be made. */
static bool mask_is_xmm0(const X64 *x, const IROp *op)
{
    bool lost = out_reg(x, op->out[0]) == 0 && op->in[0] != op->out[0];
    return op->in[2] == IR_NONE || (reg_of(x, op->in[2]) == 0 && !lost);
}

/* in[0] and the output are one register, in[1] another, in[2] is the last. */
static void emit_tern(X64 *x, const IROp *op, Src *src)
{
    unsigned w = out_reg(x, op->out[0]);
    int b = reg_of(x, op->in[1]);
    bool l = op->type == IR_V256;
    if (op->in[0] != op->out[0] &&
        ((int)w == b || (!src->is_mem && w == src->reg) || traps(x, op))) {
        w = WORK;
    }
    mov_to(x, w, op->in[0]);
    vex_src(x, opcode_of(op, src), l, w, in_reg(x, op->in[1], LAST), src);
    out_done(x, op, w, true);
}

/* The last operand of VBROADCASTI128 is in memory: between registers it is another. */
static void emit_broadcast128(X64 *x, const IROp *op, const Src *src, unsigned w)
{
    if (src->is_mem) {
        vex_src(x, codes[op->vec].opc, true, w, 0, src);
        return;
    }
    vex_rr(x, codes[VEC_VINSERT128].opc, true, w, src->reg, src->reg);
    asm_b(&x->a, 1);
}

static void emit_blendv(X64 *x, const IROp *op, const Src *src, unsigned w, unsigned a)
{
    static const uint8_t opcodes[] = {0x4a, 0x4b, 0x4c};
    unsigned which = op->vec == VEC_BLENDVPS ? 0 : op->vec == VEC_BLENDVPD ? 1 : 2;
    unsigned mask = in_reg(x, op->in[2], other_than(a));
    vex_src(x, opcodes[which] | MAP_0F3A | PRE_66, op->type == IR_V256, w, a, src);
    asm_b(&x->a, mask << 4);
}

static void emit_vex(X64 *x, const IROp *op, Src *src)
{
    unsigned flags = vec_info[op->vec].flags, w = out_reg(x, op->out[0]), a = 0;
    if (flags & VECF_TERN) {
        emit_tern(x, op, src);
        return;
    }
    if (op->in[0] != IR_NONE) {
        bool last_is_src = !src->is_mem && src->reg == LAST;
        a = in_reg(x, op->in[0], last_is_src ? WORK : other_than(WORK));
    }
    if (op->vec == VEC_VBROADCAST128) {
        emit_broadcast128(x, op, src, w);
    } else if (is_blendv(op->vec)) {
        emit_blendv(x, op, src, w, a);
    } else if (flags & VECF_OUTRM) {
        raises_here(x, NULL);
        vex_rr(x, opcode_of(op, src), op->type == IR_V256, src->reg, 0, w);
        imm_byte(x, op);
    } else {
        vex_src(x, opcode_of(op, src), op->type == IR_V256, w, a, src);
        imm_byte(x, op);
    }
    out_done(x, op, w, true);
}

/* All operands are where they are, but for the last, which is in src. */
static void emit_operation(X64 *x, const IROp *op, Src *src)
{
    if (use_vex(x, op) && has_vex(op->vec)) {
        emit_vex(x, op, src);
        return;
    }
    unsigned w = begin_out(x, op, src->is_mem ? -1 : (int)src->reg);
    legacy_src(x, opcode_of(op, src), w, src);
    imm_byte(x, op);
    out_done(x, op, w, false);
}

/* The operands are right for the form that the host has. */
static bool can_emit(const X64 *x, const IROp *op)
{
    bool vex = use_vex(x, op) && has_vex(op->vec);
    return on_host(x, op) && (vex || op->code != OP_vop || mask_is_xmm0(x, op));
}

/* Three operands in memory would need three registers. */
static void make_room(X64 *x, const IROp *op)
{
    if (op->in[2] != IR_NONE && x->vec_last != IR_NONE) {
        move_rm(x, MOVUPS_ST, type_of(x, x->vec_last), LAST, home(x, x->vec_last));
        x->vec_last = IR_NONE;
    }
}

void x64_emit_vop(X64 *x, const IROp *op)
{
    if (!can_emit(x, op)) {
        emit_vec_in_c(x, op);
        return;
    }
    need(x);
    if (op->in[1] == IR_NONE) {
        emit_shift_imm(x, op);
        return;
    }
    make_room(x, op);
    int busy = op->in[0] == IR_NONE ? -1 : reg_of(x, op->in[0]);
    Src src = last_source(x, op, busy);
    if (src.is_mem && !(use_vex(x, op) && has_vex(op->vec))) {
        src = (Src){.reg = in_reg(x, op->in[1], other_than(busy))};
    }
    emit_operation(x, op, &src);
}

/* `vmov.z G, G`; or there was one, until G turned out to be overwritten. */
static bool is_clear(const IROp *op)
{
    return (op->code == OP_vmov || op->code == OP_nop) && op->vzero &&
           op->in[0] == op->out[0];
}

/* VZEROUPPER, if all pinned registers are cleared above from here on. */
static bool emit_vzeroupper(X64 *x)
{
    unsigned first = x->at, end = x->at, cleared = 0, all = 0;
    const IROp *ops = x->s->ops;
    while (first > 0 && is_clear(&ops[first - 1])) {
        first--;
    }
    while (end < x->s->nops && is_clear(&ops[end])) {
        end++;
    }
    for (unsigned at = first; at < end; at++) {
        int r = reg_of(x, ops[at].out[0]);
        cleared |= r >= 0 ? 1u << r : 0;
    }
    for (unsigned i = 0; i < NR_PINNED_VECS; i++) {
        all |= x64_thunks.vec_at[i] != NOT_PINNED ? 1u << i : 0;
    }
    if (cleared != all) {
        return false;
    }
    vex_prefix(x, VZEROUPPER, false, 0, 0);
    for (unsigned at = x->at; at < end; at++) {
        if (ops[at].code == OP_vmov && reg_of(x, ops[at].out[0]) < 0) {
            clear_upper(x, &ops[at]);
        }
    }
    x->at = end - 1;
    return true;
}

static void emit_vmov_halves(X64 *x, const IROp *op)
{
    asm_rm(&x->a, MOVUPS_LD, WORK, mem_add(home(x, op->in[0]), 16));
    asm_rm(&x->a, MOVUPS_ST, WORK, mem_add(home(x, op->out[0]), 16));
}

void x64_emit_vmov(X64 *x, const IROp *op)
{
    bool whole = use_vex(x, op);
    need(x);
    if (op->in[0] == op->out[0] && !x64_thunks.avx) {
        clear_upper(x, op);
        return;
    }
    if (op->in[0] == op->out[0] && op->vzero) {
        if (emit_vzeroupper(x)) {
            return;
        }
        int r = reg_of(x, op->out[0]);
        if (r >= 0) {
            vex_rr(x, MOVAPS, false, r, 0, r);
        } else {
            clear_upper(x, op);
        }
        return;
    }
    if (op->type == IR_V256 && !x64_thunks.avx) {
        emit_vmov_halves(x, op);
    }
    unsigned w = out_reg(x, op->out[0]), r = in_reg(x, op->in[0], WORK);
    if (whole && w != r) {
        vex_rr(x, MOVAPS, op->type == IR_V256, w, 0, r);
        r = w;
    } else if (whole) {
        vex_rr(x, MOVAPS, op->type == IR_V256, WORK, 0, r);
        r = WORK;
    }
    out_done(x, op, r, whole);
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
    uint32_t opc = codes[op->vec].opc | wide(op);
    bool vex = use_vex(x, op);
    unsigned w;
    if (vex) {
        w = out_reg(x, op->out[0]);
        unsigned a = op->in[0] == IR_NONE ? 0 : in_reg(x, op->in[0], WORK);
        raises_here(x, NULL);
        vex_rr(x, opc, false, w, a, v);
    } else {
        w = begin_out(x, op, -1);
        raises_here(x, NULL);
        asm_rr(&x->a, opc, w, v);
    }
    imm_byte(x, op);
    out_done(x, op, w, vex);
}

bool x64_vec_ld_env(X64 *x, const IROp *ld)
{
    enum { MOVQ_LD = 0x7e | MAP_0F | PRE_F3 };
    EnvOperand e;
    if (!env_operand(x, x->at, &e)) {
        return false;
    }
    need(x);
    vex_rm(x, MOVQ_LD, false, e.vop ? WORK : LAST, 0, env_mem(ld->imm));
    x64_begin_op(x, e.at);
    if (!e.vop) {
        out_done(x, e.itov, LAST, true);
    } else {
        x64_begin_op(x, e.at_vop);
        Src src = last_source(x, e.vop, WORK);
        unsigned w = ir_is_global(x->s, e.vop->out[0]) ? out_reg(x, e.vop->out[0]) : LAST;
        vex_src(x, opcode_of(e.vop, &src), e.vop->type == IR_V256, w, WORK, &src);
        imm_byte(x, e.vop);
        out_done(x, e.vop, w, true);
        ra_end_op(&x->ra, e.vop);
    }
    ra_end_op(&x->ra, e.itov);
    return true;
}

/* The op behind makes it 64 bits of env. */
static bool vtoi_to_env(X64 *x, const IROp *op)
{
    enum { MOVQ_ST = 0xd6 | MAP_0F | PRE_66 };
    unsigned at = x->at;
    const IROp *st = x64_next_op(x, &at);
    if (TCG_OPT_OFF(x->s, fuse) || !x64_thunks.avx || !is_movq(op) || !st ||
        st->code != OP_st_env || st->type != IR_I64 || st->in[0] != op->out[0] ||
        !x64_used_once(x, op->out[0])) {
        return false;
    }
    unsigned r = in_reg(x, op->in[1], WORK);
    x64_begin_op(x, at);
    vex_rm(x, MOVQ_ST, false, r, 0, env_mem(st->imm));
    ra_end_op(&x->ra, st);
    return true;
}

/* The vector register is in the r/m field, or in the reg field. */
static bool vector_is_reg(unsigned vec)
{
    return vec == VEC_MOVD || vec == VEC_PEXTRB || vec == VEC_PEXTRD || vec == VEC_PEXTRQ;
}

static void emit_to_int(X64 *x, const IROp *op, const Src *src)
{
    uint32_t opc = codes[op->vec].opc | wide(op);
    unsigned d = x64_out(x, op, 0, 0);
    if (op->vec == VEC_MOVD) {
        opc = 0x7e | MAP_0F | PRE_66 | wide(op);
    }
    Src gpr = {.reg = d};
    unsigned reg = vector_is_reg(op->vec) ? src->reg : d;
    const Src *rm = vector_is_reg(op->vec) ? &gpr : src;
    if (use_vex(x, op)) {
        vex_src(x, opc, op->type == IR_V256, reg, 0, rm);
    } else {
        legacy_src(x, opc, reg, rm);
    }
    imm_byte(x, op);
    x64_out_done(x, op, 0, d);
}

void x64_emit_vtoi(X64 *x, const IROp *op)
{
    if (!on_host(x, op)) {
        emit_vec_in_c(x, op);
        return;
    }
    need(x);
    if (vtoi_to_env(x, op)) {
        return;
    }
    Src src = {.reg = in_reg(x, op->in[1], WORK)};
    emit_to_int(x, op, &src);
}

static void emit_compare(X64 *x, const IROp *op, const Src *src)
{
    bool busy = !src->is_mem && src->reg == WORK;
    unsigned a = in_reg(x, op->in[0], busy ? LAST : WORK);
    if (use_vex(x, op)) {
        vex_src(x, codes[op->vec].opc, op->type == IR_V256, a, 0, src);
    } else {
        legacy_src(x, codes[op->vec].opc, a, src);
    }
}

static void plan_flags(X64 *x, const IROp *op, CCPlan *p)
{
    if (op->setcc) {
        cc_plan(x, p, CC_HOST_ONLY, IR_NONE, IR_NONE);
    } else {
        cc_clobber(x);
    }
}

void x64_emit_vcmpcc(X64 *x, const IROp *op)
{
    CCPlan p;
    if (!on_host(x, op)) {
        emit_vec_in_c(x, op);
        return;
    }
    need(x);
    plan_flags(x, op, &p);
    int a = reg_of(x, op->in[0]);
    Src src = {.reg = in_reg(x, op->in[1], a == LAST ? WORK : LAST)};
    emit_compare(x, op, &src);
    if (op->setcc) {
        cc_done(x, &p, NO_REG);
    }
}

/* ---- gathers and masked moves ---- */

/* A helper with this flag can be the host's instruction: its vector registers are the
 * host's of the same numbers, so when it faults they are what the architecture says. */
static bool moves_on_host(const X64 *x, const IROp *op, unsigned flag)
{
    return ir_helper(op)->flags & flag && ir_is_const(x->s, op->in[0]) && x->g->direct &&
           !x->g->guest_base && x64_thunks.avx && x64_thunks.has_vecs &&
           !TCG_OPT_OFF(x->s, vector);
}

/* False: a register is not the host's, and nothing was done. */
static bool move_on_host(X64 *x, const IROp *op, uint32_t opc, bool long_vec, Mem m)
{
    TCGRestore state;
    unsigned how = ir_t(x->s, op->in[0])->val;
    unsigned data = how >> GATHER_DATA_SHIFT & 15, mask = how >> GATHER_MASK_SHIFT & 15;
    if (data >= NR_PINNED_VECS || mask >= NR_PINNED_VECS) {
        return false;
    }
    cc_fault_point(x);
    need(x);
    m.base = x64_in_reg(x, op->in[1]);
    cc_describe(x, &state);
    ra_sync(&x->ra);
    add_side(x, &state);
    vex_rm(x, opc | MAP_0F38 | PRE_66, long_vec, data, mask, m);
    return true;
}

bool x64_emit_gather(X64 *x, const IROp *op)
{
    if (!moves_on_host(x, op, HELPER_GATHER)) {
        return false;
    }
    unsigned how = ir_t(x->s, op->in[0])->val, index = how >> GATHER_INDEX_SHIFT & 15;
    uint32_t opc =
        (how & GATHER_INDEX_64 ? 0x91 : 0x90) | (how & GATHER_DATA_64 ? REX_W : 0);
    Mem m = {.index = index, .scale = how >> GATHER_SCALE_SHIFT & 3};
    return how & GATHER_PLAIN && index < NR_PINNED_VECS &&
           move_on_host(x, op, opc, how & GATHER_256, m);
}

bool x64_emit_maskmov(X64 *x, const IROp *op)
{
    if (!moves_on_host(x, op, HELPER_MASKMOV)) {
        return false;
    }
    unsigned how = ir_t(x->s, op->in[0])->val;
    uint32_t opc = 0x2c | (how & MASKMOV_64 ? 1 : 0) | (how & MASKMOV_STORE ? 2 : 0);
    return move_on_host(x, op, opc, how & MASKMOV_256, (Mem){.index = NO_REG});
}
/* ---- comparisons of strings ---- */

static bool compares_on_host(const X64 *x, const IROp *op)
{
    if (!(ir_helper(op)->flags & HELPER_STRCMP) || !ir_is_const(x->s, op->in[0]) ||
        !x64_thunks.sse4_2 || !x64_thunks.has_vecs || TCG_OPT_OFF(x->s, vector) ||
        TCG_OPT_OFF(x->s, hostflags)) {
        return false;
    }
    uint64_t how = ir_t(x->s, op->in[0])->val;
    return how & STRCMP_INDEX && (how >> STRCMP_A_SHIFT & 15) < NR_PINNED_VECS &&
           (how & STRCMP_B_IN_ENV || (how >> STRCMP_B_SHIFT & 15) < NR_PINNED_VECS) &&
           tcg_thunks.pinned_at[RAX] != NOT_PINNED &&
           tcg_thunks.pinned_at[RCX] != NOT_PINNED &&
           tcg_thunks.pinned_at[RDX] != NOT_PINNED;
}

/* The op behind the call that makes its result the flags; NULL: nobody wants them. */
static bool flags_of_call(const X64 *x, const IROp *op, const IROp **put, unsigned *at)
{
    unsigned uses = op->out[0] == IR_NONE ? 0 : ir_t(x->s, op->out[0])->uses;
    *at = x->at;
    *put = uses ? x64_next_op(x, at) : NULL;
    return !uses || (*put && (*put)->code == OP_putcc && uses == 1 &&
                     (*put)->in[0] == op->out[0] && (*put)->imm == CC_ALL);
}

/* All registers are the host's of the same names, and so are the flags. */
bool x64_emit_strcmp(X64 *x, const IROp *op)
{
    const IROp *put;
    unsigned at;
    if (!compares_on_host(x, op) || !flags_of_call(x, op, &put, &at)) {
        return false;
    }
    uint64_t how = ir_t(x->s, op->in[0])->val;
    uint32_t opc = (how & STRCMP_EXPLICIT ? 0x61 : 0x63) | MAP_0F3A | PRE_66 |
                   (how & STRCMP_64 ? REX_W : 0);
    unsigned a = how >> STRCMP_A_SHIFT & 15, b = how >> STRCMP_B_SHIFT & 15;
    Mem m = env_mem((int32_t)(how >> STRCMP_ENV_SHIFT));
    cc_clobber(x);
    need(x);
    ra_sync(&x->ra);
    ra_drop_globals(&x->ra);
    if (x64_thunks.avx && how & STRCMP_B_IN_ENV) {
        vex_rm(x, opc, false, a, 0, m);
    } else if (x64_thunks.avx) {
        vex_rr(x, opc, false, a, 0, b);
    } else if (how & STRCMP_B_IN_ENV) {
        asm_rm(&x->a, opc, a, m);
    } else {
        asm_rr(&x->a, opc, a, b);
    }
    asm_b(&x->a, how >> STRCMP_IMM_SHIFT);
    if (put) {
        x64_begin_op(x, at);
        x->cc = (CCInfo){.host = CC_ALL};
        ra_end_op(&x->ra, put);
    }
    return true;
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

static bool is_256(const IROp *op)
{
    return (op->memop & MO_SIZE) == MO_256;
}

/* The upper half of a load of 256 bits, before the lower one: nothing is written when it
 * faults. */
static void load_upper(X64 *x, const IROp *op, const Access *acc)
{
    Mem to = mem_add(home(x, op->out[0]), 16);
    if (is_256(op)) {
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
    bool whole = use_vex(x, op);
    need(x);
    x64_access_begin(x, &acc, op, SLOW_LD);
    if (op->type == IR_V256 && !whole) {
        load_upper(x, op, &acc);
    }
    unsigned w = out_reg(x, op->out[0]);
    x64_access_here(x, &acc);
    if (whole) {
        vex_rm(x, move_opcode(op, &acc, false), is_256(op), w, 0, acc.host);
    } else {
        asm_rm(&x->a, move_opcode(op, &acc, false), w, acc.host);
    }
    out_done(x, op, w, whole);
}

static void store_halves(X64 *x, const Access *acc, Mem from)
{
    for (unsigned i = 32; i > 0;) {
        i -= 16;
        asm_rm(&x->a, MOVUPS_LD, WORK, mem_add(from, i));
        x64_access_here(x, acc);
        asm_rm(&x->a, MOVUPS_ST, WORK, mem_add(acc->host, i));
    }
}

void x64_emit_vec_st(X64 *x, const IROp *op)
{
    Access acc;
    bool halves = is_256(op) && !x64_thunks.avx;
    need(x);
    Mem from = home(x, op->in[2]);
    x->vec_stored = in_reg(x, op->in[2], LAST);
    if (halves) {
        asm_rm(&x->a, MOVUPS_ST, x->vec_stored, from);
        x->vec_stored = NO_REG;
    }
    x64_access_begin(x, &acc, op, SLOW_ST);
    if (halves) {
        store_halves(x, &acc, from);
    } else {
        x64_access_here(x, &acc);
        if (x64_thunks.avx) {
            vex_rm(x, move_opcode(op, &acc, true), is_256(op), x->vec_stored, 0,
                   acc.host);
        } else {
            asm_rm(&x->a, move_opcode(op, &acc, true), x->vec_stored, acc.host);
        }
    }
    x64_access_done(x, &acc);
}

/* The op takes the loaded value as its last operand, and from memory. */
static bool takes_load(const X64 *x, const IROp *ld, const IROp *op)
{
    IRRef t = ld->out[0];
    if (!op || op_info[op->code].class != CLASS_VEC || op->code == OP_vmov ||
        (traps(x, op) && !x->g->direct) || /* a slow path has no entry for it */
        op->code == OP_itov || op->in[1] == IR_NONE || op->in[last_input(op)] != t ||
        ir_t(x->s, t)->kind != TEMP_SSA || ir_t(x->s, t)->uses != 1 || !can_emit(x, op)) {
        return false;
    }
    unsigned bytes = memory_bytes(op);
    bool vex = use_vex(x, op) && has_vex(op->vec);
    bool align = ld->memop & MO_ALIGN; /* without a TLB the instruction checks it */
    return bytes && bytes == memop_bytes(ld->memop) &&
           (vex ? !align || !x->g->direct : align || bytes < 16);
}

bool x64_vec_fuse(X64 *x, const IROp *ld)
{
    Access acc;
    CCPlan p;
    unsigned at = x->at;
    const IROp *op = x64_next_op(x, &at);
    if (!takes_load(x, ld, op)) {
        return false;
    }
    x64_begin_op(x, x->at);
    x64_begin_op(x, at);
    x->vec_last = IR_NONE; /* what the op before has made is in its slot, too */
    need(x);
    x64_access_begin(x, &acc, ld, SLOW_LD);
    if (!acc.direct && acc.host.base != acc.t && acc.host.index != acc.t) {
        ra_release(&x->ra, acc.t);
    }
    Src src = {.is_mem = true, .mem = acc.host, .acc = &acc};
    if (op->code == OP_vcmpcc) {
        plan_flags(x, op, &p);
    }
    if (op->code == OP_vop) {
        emit_operation(x, op, &src);
    } else if (op->code == OP_vtoi) {
        emit_to_int(x, op, &src);
    } else {
        emit_compare(x, op, &src);
    }
    if (op->code == OP_vcmpcc && op->setcc) {
        cc_done(x, &p, NO_REG);
    }
    x->vec_last = x->vec_made;
    x->vec_made = IR_NONE;
    ra_end_op(&x->ra, op);
    ra_end_op(&x->ra, ld);
    return true;
}

void x64_vec_to_frame(X64 *x, unsigned reg, Mem from, unsigned bytes)
{
    if (bytes == 32 && reg != NO_REG) {
        vex_rm(x, MOVUPS_ST, true, reg, 0, mem_at(RSP, FRAME_VAL));
        return;
    }
    for (unsigned i = 0; i < bytes; i += 16) {
        if (reg == NO_REG) {
            asm_rm(&x->a, MOVUPS_LD, WORK, mem_add(from, i));
        }
        asm_rm(&x->a, MOVUPS_ST, reg == NO_REG ? WORK : reg, mem_at(RSP, FRAME_VAL + i));
    }
}
