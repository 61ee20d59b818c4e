/* x87 on an x86_64 host: the guest's stack in the host's, operations as the host's own.
 */
/* SPDX-License-Identifier: MIT */
/*
 * While the byte env.x87_loaded is set the host's x87 state is the guest's: registers,
 * tags, TOP, status and control word; so a guest instruction is the same instruction on
 * the host. Else the state is in env, and the host's is what C code wants: empty, the
 * default control word. It is as lazy as with vectors (x86_64-vec.c):
 *   - the first x87 op of a unit tests the byte (need()), and loads when it is 0
 *   - whatever goes to C saves when it is 1; slow paths of memory accesses load it again
 * The control word in env is right at any time. The host's may be an older one, since an
 * FLDCW that changes the rounding can take as long as a hundred other instructions: FLDCW
 * stores to env, and where that matters the host's is compared (env.x87_host_cw) and
 * loaded (opt "x87cw"). It matters to ops that round, and where control goes on in code
 * that does not know of it. A cast to an integer loads none: its FISTP is an FISTTP.
 *
 * All exceptions are masked in it, as GuestDesc.x87_op() says. The host's pointers to the
 * last instruction are not the guest's: those go to env where somebody may look at them
 * (x64_x87_flush()), and for faults to the side table.
 */
#include "tcg/x86_64-internal.h"

enum { HOST_CW = 0x37f };
enum { FXSAVE_SW = 2, FXSAVE_TAGS = 4, FXSAVE_REGS = 32, FXSAVE_SIZE = 512 };
enum { ENV_CW = 0, ENV_SW = 4, ENV_TAGS = 8, ENV_POINTERS = 12, ENV_SIZE = 32 };
enum { CW_RC = 3 << 10 };
enum { SW_TOP_SHIFT = 11, SW_TOP = 7 << SW_TOP_SHIFT };

/* Calls a thunk, and does the op if there is one. */
typedef struct X87Cold X87Cold;
struct X87Cold {
    X87Cold *next;
    uint8_t *jump, *resume;
    const uint8_t *thunk;
    const X87Info *op;
    Access acc; /* of op */
};

static X87Cold *new_cold(X64 *x, const uint8_t *thunk, Cond c)
{
    X87Cold *cold = arena_alloc(&x->s->arena, sizeof *cold);
    *cold = (X87Cold){.next = x->x87_cold, .thunk = thunk, .jump = asm_jcc(&x->a, c)};
    cold->resume = x->a.p;
    x->x87_cold = cold;
    return cold;
}

/* ---- residency ---- */

/* The state is in the host's x87 from here on. Destroys EFLAGS. */
static void need(X64 *x)
{
    if (x->x87_state == VEC_IN_REGS) {
        return;
    }
    cc_clobber(x);
    asm_alu_mi(&x->a, ALU_CMP, IR_I8, env_mem(x->g->x87_loaded), 0);
    new_cold(x, x64_thunks.x87_load, COND_E);
    x->x87_state = VEC_IN_REGS;
}

void x64_x87_want(X64 *x)
{
    need(x);
}

static void emit_cold(X64 *x, const X87Cold *c)
{
    asm_patch(c->jump, x->a.p);
    x64_call(x, c->thunk);
    if (c->op) {
        x64_access_here(x, &c->acc);
        asm_rm(&x->a, c->op->escape, c->op->byte, c->acc.host);
    }
    asm_jmp_to(&x->a, c->resume);
}

void x64_x87_cold(X64 *x)
{
    for (const X87Cold *c = x->x87_cold; c && !asm_full(&x->a); c = c->next) {
        emit_cold(x, c);
    }
}

static Mem env_reg(const X64 *x, unsigned i)
{
    return env_mem(x->g->x87_regs + 16 * i);
}

/* eax: a bit for each empty register becomes a tag word: 11 for these, 00 else. */
static void spread_tags(X64 *x)
{
    static const struct {
        uint8_t shift;
        uint16_t mask;
    } steps[] = {
        {4, 0x0f0f},
        {2, 0x3333},
        {1, 0x5555},
    };
    Asm *a = &x->a;
    for (unsigned i = 0; i < ARRAY_SIZE(steps); i++) {
        asm_mov(a, IR_I32, RCX, RAX);
        asm_shift_ri(a, SH_SHL, IR_I32, RCX, steps[i].shift);
        asm_alu_rr(a, ALU_OR, IR_I32, RAX, RCX);
        asm_alu_ri(a, ALU_AND, IR_I32, RAX, steps[i].mask);
    }
    asm_lea(a, IR_I32, RAX, (Mem){RAX, RAX, 1, 0});
}

/* The control, status and tag word as an environment, at rsp. The control word counts as
 * loaded. */
static void make_environment(X64 *x)
{
    const GuestDesc *g = x->g;
    Asm *a = &x->a;
    asm_rm(a, opc_extend(IR_I32, IR_I16, false), RAX, env_mem(g->x87_cw));
    asm_store(a, IR_I16, RAX, env_mem(g->x87_host_cw));
    asm_store(a, IR_I32, RAX, mem_at(RSP, ENV_CW));
    asm_rm(a, opc_extend(IR_I32, IR_I16, false), RAX, env_mem(g->x87_sw));
    asm_rm(a, opc_extend(IR_I32, IR_I8, false), RCX, env_mem(g->x87_top));
    asm_shift_ri(a, SH_SHL, IR_I32, RCX, SW_TOP_SHIFT);
    asm_alu_rr(a, ALU_OR, IR_I32, RAX, RCX);
    asm_store(a, IR_I32, RAX, mem_at(RSP, ENV_SW));
    asm_rm(a, opc_extend(IR_I32, IR_I8, false), RAX, env_mem(g->x87_empty));
    spread_tags(x);
    asm_store(a, IR_I32, RAX, mem_at(RSP, ENV_TAGS));
    asm_storei(a, IR_I64, mem_at(RSP, ENV_POINTERS), 0);
    asm_storei(a, IR_I64, mem_at(RSP, ENV_POINTERS + 8), 0);
}

/* Registers are pushed from an empty stack, so that R7 ... R0 are in their places; the
 * environment says which are empty. Destroys EFLAGS. */
static void thunk_load(X64 *x)
{
    Asm *a = &x->a;
    x64_thunks.x87_load = rx_of(x, a->p);
    asm_push(a, RAX);
    asm_push(a, RCX);
    asm_lea(a, IR_I64, RSP, mem_at(RSP, -ENV_SIZE));
    asm_b(a, 0x0f); /* emms: all empty; TOP is 0 */
    asm_b(a, 0x77);
    for (unsigned i = 8; i-- > 0;) {
        asm_rm(a, 0xdb, 5, env_reg(x, i)); /* fld tbyte */
    }
    make_environment(x);
    asm_rm(a, 0xd9, 4, mem_at(RSP, 0)); /* fldenv */
    asm_storei(a, IR_I8, env_mem(x->g->x87_loaded), 1);
    asm_lea(a, IR_I64, RSP, mem_at(RSP, ENV_SIZE));
    asm_pop(a, RCX);
    asm_pop(a, RAX);
    asm_b(a, 0xc3);
}

/* From the FXSAVE image at rsp; there ST(0) comes first. */
static void take_image(X64 *x)
{
    const GuestDesc *g = x->g;
    Asm *a = &x->a;
    asm_rm(a, opc_extend(IR_I32, IR_I8, false), RAX, mem_at(RSP, FXSAVE_TAGS));
    asm_rr(a, 0xf7, 2, RAX); /* not */
    asm_store(a, IR_I8, RAX, env_mem(g->x87_empty));
    asm_rm(a, opc_extend(IR_I32, IR_I16, false), RAX, mem_at(RSP, FXSAVE_SW));
    asm_mov(a, IR_I32, RCX, RAX);
    asm_alu_ri(a, ALU_AND, IR_I32, RAX, ~SW_TOP);
    asm_store(a, IR_I16, RAX, env_mem(g->x87_sw));
    asm_shift_ri(a, SH_SHR, IR_I32, RCX, SW_TOP_SHIFT);
    asm_alu_ri(a, ALU_AND, IR_I32, RCX, 7);
    asm_store(a, IR_I8, RCX, env_mem(g->x87_top));
    asm_shift_ri(a, SH_SHL, IR_I32, RCX, 4);
    for (unsigned i = 0; i < 8; i++) {
        Mem from = mem_at(RSP, FXSAVE_REGS + 16 * i), to = env_reg(x, 0);
        to.index = RCX;
        asm_load(a, IR_I64, RAX, from);
        asm_store(a, IR_I64, RAX, to);
        asm_load(a, IR_I32, RAX, mem_add(from, 8));
        asm_store(a, IR_I16, RAX, mem_add(to, 8));
        asm_alu_ri(a, ALU_ADD, IR_I32, RCX, 16);
        asm_alu_ri(a, ALU_AND, IR_I32, RCX, 0x70);
    }
}

/* Destroys EFLAGS. */
static void thunk_save(X64 *x)
{
    Asm *a = &x->a;
    x64_thunks.x87_save = rx_of(x, a->p);
    asm_push(a, RAX);
    asm_push(a, RCX);
    asm_push(a, RDX);
    asm_mov(a, IR_I64, RDX, RSP);
    asm_alu_ri(a, ALU_SUB, IR_I64, RSP, FXSAVE_SIZE);
    asm_alu_ri(a, ALU_AND, IR_I64, RSP, -16);
    asm_rm(a, 0xae | MAP_0F | REX_W, 0, mem_at(RSP, 0)); /* fxsave64 */
    take_image(x);
    asm_b(a, 0x0f); /* pxor mm0, mm0: TOP = 0, which emms leaves alone on some hosts */
    asm_b(a, 0xef);
    asm_b(a, 0xc0);
    asm_b(a, 0x0f); /* emms: all empty */
    asm_b(a, 0x77);
    asm_storei(a, IR_I32, mem_at(RSP, 0), HOST_CW);
    asm_rm(a, 0xd9, 5, mem_at(RSP, 0)); /* fldcw */
    asm_storei(a, IR_I8, env_mem(x->g->x87_loaded), 0);
    asm_storei(a, IR_I16, env_mem(x->g->x87_host_cw), 0);
    asm_mov(a, IR_I64, RSP, RDX);
    asm_pop(a, RDX);
    asm_pop(a, RCX);
    asm_pop(a, RAX);
    asm_b(a, 0xc3);
}

/* The host's control word becomes that in env. Destroys nothing. */
static void thunk_control(X64 *x)
{
    Asm *a = &x->a;
    x64_thunks.x87_control = rx_of(x, a->p);
    asm_push(a, RAX);
    asm_rm(a, opc_extend(IR_I32, IR_I16, false), RAX, env_mem(x->g->x87_cw));
    asm_store(a, IR_I16, RAX, env_mem(x->g->x87_host_cw));
    asm_rm(a, 0xd9, 5, env_mem(x->g->x87_cw)); /* fldcw */
    asm_pop(a, RAX);
    asm_b(a, 0xc3);
}

/* void exec(void *env): one operation, on the state in env. */
static void thunk_exec(X64 *x, X87Id id)
{
    x64_thunks.x87_exec[id - X87_f2xm1] = rx_of(x, x->a.p);
    asm_push(&x->a, ENV);
    x64_env_from(x, RDI);
    x64_call(x, x64_thunks.x87_load);
    asm_b(&x->a, x87_info[id].escape);
    asm_b(&x->a, x87_info[id].byte);
    x64_call(x, x64_thunks.x87_save);
    asm_pop(&x->a, ENV);
    asm_b(&x->a, 0xc3);
}

bool tcg_x87_exec(void *env, X87Id id)
{
    const uint8_t *rx = x64_thunks.x87_exec[id - X87_f2xm1];
    if (rx) {
        void (*exec)(void *) = (void *)(uintptr_t)rx;
        exec(env);
    }
    return rx;
}

void x64_x87_thunks(X64 *x)
{
    if (!x->g->x87_op) {
        return;
    }
    thunk_load(x);
    thunk_save(x);
    thunk_control(x);
    for (unsigned id = X87_f2xm1; id <= X87_fcos; id++) {
        thunk_exec(x, id);
    }
}

void x64_x87_to_c(X64 *x)
{
    if (!x->g->x87_op) {
        return;
    }
    asm_alu_mi(&x->a, ALU_CMP, IR_I8, env_mem(x->g->x87_loaded), 0);
    uint8_t *over = asm_jcc(&x->a, COND_E);
    x64_call(x, x64_thunks.x87_save);
    asm_patch(over, x->a.p);
}

/* Destroys r10. */
void x64_x87_note_loaded(X64 *x, Mem was)
{
    if (x->g->x87_op) {
        asm_rm(&x->a, opc_extend(IR_I32, IR_I8, false), R10, env_mem(x->g->x87_loaded));
        asm_store(&x->a, IR_I32, R10, was);
    }
}

/* EFLAGS stay; destroys rcx. */
void x64_x87_from_c(X64 *x, Mem was)
{
    if (!x->g->x87_op) {
        return;
    }
    asm_load(&x->a, IR_I32, RCX, was);
    asm_b(&x->a, 0xe3); /* jrcxz over the call */
    uint8_t *rel = x->a.p;
    asm_b(&x->a, 0);
    asm_b(&x->a, 0x9c); /* pushfq */
    x64_call(x, x64_thunks.x87_load);
    asm_b(&x->a, 0x9d); /* popfq */
    *rel = x->a.p - (rel + 1);
}

/* ---- the control word ---- */

/* The host's becomes the guest's unless that is r. Destroys EFLAGS. */
static void load_if_not(X64 *x, unsigned r)
{
    asm_alu_mr(&x->a, ALU_CMP, IR_I16, env_mem(x->g->x87_host_cw), r);
    new_cold(x, x64_thunks.x87_control, COND_NE);
    x->x87_lazy = false;
}

void x64_x87_control(X64 *x)
{
    if (!x->x87_lazy) {
        return;
    }
    cc_clobber(x);
    unsigned r = ra_alloc(&x->ra);
    asm_rm(&x->a, opc_extend(IR_I32, IR_I16, false), r, env_mem(x->g->x87_cw));
    load_if_not(x, r);
    ra_release(&x->ra, r);
}

/* Two in a row: the second is likely to put back what the host has. */
static void emit_fldcw(X64 *x, unsigned r)
{
    asm_store(&x->a, IR_I16, r, env_mem(x->g->x87_cw));
    if (TCG_OPT_OFF(x->s, x87cw)) {
        asm_rm(&x->a, 0xd9, 5, env_mem(x->g->x87_cw));
    } else if (x->x87_lazy) {
        cc_clobber(x);
        load_if_not(x, r);
    } else {
        x->x87_lazy = true;
    }
}

/* FISTP by the control word in env, whatever the host's. With truncation FISTTP does the
 * same: C1 is 0, no value is out of range for one of them alone (SDM vol. 1, 8.1.5.3;
 * vol. 2, FISTP, FISTTP). Flags have been clobbered. */
static void emit_fistp(X64 *x, const IROp *op, Access *acc)
{
    static_assert(X87_fistp_i16 + 3 == X87_fisttp_i16 &&
                      X87_fistp_i32 + 3 == X87_fisttp_i32 &&
                      X87_fistp_i64 + 3 == X87_fisttp_i64,
                  "in the same order");
    const X87Info *truncate = &x87_info[op->vec + 3];
    unsigned r = x64_access_scratch(x, acc);
    asm_rm(&x->a, opc_extend(IR_I32, IR_I16, false), r, env_mem(x->g->x87_cw));
    asm_alu_ri(&x->a, ALU_AND, IR_I32, r, CW_RC);
    asm_alu_ri(&x->a, ALU_CMP, IR_I32, r, CW_RC);
    X87Cold *c = new_cold(x, x64_thunks.x87_control, COND_NE);
    c->op = &x87_info[op->vec];
    c->acc = *acc;
    x64_access_here(x, acc);
    asm_rm(&x->a, truncate->escape, truncate->byte, acc->host);
    c->resume = x->a.p;
}

/* With a guest_base there may be no register for emit_fistp(). */
static bool truncates_lazily(const X64 *x, const IROp *op)
{
    return x->x87_lazy && x64_thunks.sse3 && !(x->g->direct && x->g->guest_base) &&
           op->vec >= X87_fistp_i16 && op->vec <= X87_fistp_i64;
}

/* ---- the last instruction ---- */

void x64_emit_x87_note(X64 *x, const IROp *op)
{
    x->x87_note = (X87Note){.pending = true, .fip = op->imm, .fop = op->imm2};
}

void x64_x87_flush(X64 *x)
{
    if (x->x87_note.pending) {
        x64_store_imm(x, IR_I64, env_mem(x->g->x87_fip), x->x87_note.fip);
        asm_storei(&x->a, IR_I16, env_mem(x->g->x87_fop), x->x87_note.fop);
        x->x87_note.pending = false;
    }
}

/* ---- operations ---- */

static void emit_row(X64 *x, const IROp *op)
{
    const X87Info *info = &x87_info[op->vec];
    asm_b(&x->a, info->escape);
    asm_b(&x->a, info->byte + op->imm);
}

static void emit_compare(X64 *x, const IROp *op)
{
    CCPlan p;
    if (op->setcc) {
        cc_plan(x, &p, CC_HOST_ONLY, IR_NONE, IR_NONE);
        emit_row(x, op);
        cc_done(x, &p, NO_REG);
    } else {
        cc_clobber(x);
        emit_row(x, op);
    }
}

/* FCMOV: as FCMOVNE after a test. FLDCW. */
static void emit_in(X64 *x, const IROp *op)
{
    unsigned r = x64_in_reg(x, op->in[0]);
    if (op->vec == X87_fldcw) {
        emit_fldcw(x, r);
        return;
    }
    cc_clobber(x);
    asm_test_rr(&x->a, IR_I16, r, r);
    emit_row(x, op);
}

/* FNSTSW. */
static void emit_out(X64 *x, const IROp *op)
{
    Mem m = mem_at(RSP, FRAME_ARGS);
    unsigned d = x64_out(x, op, 0, 0);
    asm_rm(&x->a, 0xdd, 7, m);
    asm_rm(&x->a, opc_extend(IR_I64, IR_I16, false), d, m);
    x64_out_done(x, op, 0, d);
}

void x64_emit_x87(X64 *x, const IROp *op)
{
    need(x);
    if (x87_info[op->vec].rounds) {
        x64_x87_control(x);
    }
    switch (x87_info[op->vec].form) {
    case X87_FORM_CC:
        emit_compare(x, op);
        break;
    case X87_FORM_IN:
        emit_in(x, op);
        break;
    case X87_FORM_OUT:
        emit_out(x, op);
        break;
    default:
        emit_row(x, op);
        break;
    }
}

static void emit_mem(X64 *x, const IROp *op, SlowKind kind)
{
    const X87Info *info = &x87_info[op->vec];
    bool truncates = truncates_lazily(x, op);
    Access acc;
    need(x);
    if (truncates) {
        cc_clobber(x);
    } else if (info->rounds) {
        x64_x87_control(x);
    }
    x64_access_begin(x, &acc, op, kind);
    if (truncates) {
        emit_fistp(x, op, &acc);
    } else {
        x64_access_here(x, &acc);
        asm_rm(&x->a, info->escape, info->byte, acc.host);
    }
    if (kind == SLOW_X87) {
        x64_access_done(x, &acc);
    }
}

void x64_emit_x87_ld(X64 *x, const IROp *op)
{
    emit_mem(x, op, SLOW_LD);
}

void x64_emit_x87_st(X64 *x, const IROp *op)
{
    emit_mem(x, op, SLOW_X87);
}

uint64_t x64_x87_store(void *env, uint64_t addr, uint64_t id, uintptr_t ra)
{
    X87Op op = {.id = id, .addr = addr, .ra = ra};
    return tcg_thunks.guest->x87_op(env, &op);
}
