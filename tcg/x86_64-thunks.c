/* Code of the x86_64 back end that all units share: entry, exits, slow paths. */
/* SPDX-License-Identifier: MIT */
/*
 * Thunks that a unit calls see its frame (x86_64-internal.h) above their return address
 * and what the unit has pushed. Pinned registers are stored to env for whatever may look
 * at the guest's state; what C functions do not preserve is loaded again.
 */
#include "tcg/x86_64-internal.h"
#include "util/host.h"

enum { THUNK_ROOM = X64_THUNK_ROOM };

static void thunk_regs(X64 *x, uint32_t regs, bool store)
{
    for (unsigned r = 0; r < 16; r++) {
        int32_t at = tcg_thunks.pinned_at[r];
        if (!(regs >> r & 1) || at == NOT_PINNED) {
            continue;
        }
        if (store) {
            asm_store(&x->a, IR_I64, r, env_mem(at));
        } else {
            asm_load(&x->a, IR_I64, r, env_mem(at));
        }
    }
}

static const uint8_t *thunk_start(X64 *x)
{
    asm_nops(&x->a, -(uintptr_t)x->a.p & 15);
    return rx_of(x, x->a.p);
}

static void thunk_ret(X64 *x)
{
    asm_b(&x->a, 0xc3);
}

static const uint8_t callee_saved[] = {RBP, RBX, R12, R13, R14, R15};

static void load_memory_base(X64 *x)
{
    if (tcg_thunks.use_tlb) {
        asm_load(&x->a, IR_I64, TLB, env_mem(x->g->tlb_base));
    } else if (x->g->guest_base) {
        asm_movi(&x->a, TLB, x->g->guest_base);
    }
}

/* To what is in r11, the entry of the unit of env's pc. */
static void go_to_entry(X64 *x)
{
    load_memory_base(x);
    thunk_regs(x, ALL_PINNED, false);
    asm_load(&x->a, IR_I64, R10, env_mem(x->g->pc));
    asm_rr(&x->a, 0xff, 4, R11);
}

/* TCGExit enter(void *env, const void *entry) */
static void thunk_enter(X64 *x)
{
    tcg_thunks.enter = thunk_start(x);
    for (unsigned i = 0; i < ARRAY_SIZE(callee_saved); i++) {
        asm_push(&x->a, callee_saved[i]);
    }
    asm_alu_ri(&x->a, ALU_SUB, IR_I64, RSP, FRAME_SIZE);
    x64_env_from(x, RDI);
    asm_mov(&x->a, IR_I64, R11, RSI);
    go_to_entry(x);
}

/* r10: reason, r11: unit. */
static void thunk_exit(X64 *x)
{
    tcg_thunks.exit_lookup = thunk_start(x);
    asm_movi(&x->a, R10, TCG_EXIT_LOOKUP);
    asm_movi(&x->a, R11, 0);
    tcg_thunks.exit = rx_of(x, x->a.p);
    x64_vec_to_c(x);
    thunk_regs(x, ALL_PINNED, true);
    asm_mov(&x->a, IR_I64, RAX, R10);
    asm_mov(&x->a, IR_I64, RDX, R11);
    asm_alu_ri(&x->a, ALU_ADD, IR_I64, RSP, FRAME_SIZE);
    for (unsigned i = ARRAY_SIZE(callee_saved); i-- > 0;) {
        asm_pop(&x->a, callee_saved[i]);
    }
    thunk_ret(x);
}

/* r10: guest pc. Exits call: what is on the stack then says which unit it was. */
static void thunks_of_exits(X64 *x)
{
    static const uint8_t reason[] = {TCG_EXIT_REQUEST, TCG_EXIT_LOOKUP};
    for (unsigned i = 0; i < ARRAY_SIZE(reason); i++) {
        tcg_thunks.head[i] = thunk_start(x);
        asm_store(&x->a, IR_I64, R10, env_mem(x->g->pc));
        asm_movi(&x->a, R10, reason[i]);
        asm_movi(&x->a, R11, 0);
        x64_jmp(x, tcg_thunks.exit);
    }
    for (unsigned i = 0; i < TCG_MAX_EXITS; i++) {
        x64_thunks.unlinked[i] = thunk_start(x);
        asm_pop(&x->a, R11);
        asm_store(&x->a, IR_I64, R10, env_mem(x->g->pc));
        asm_movi(&x->a, R10, TCG_EXIT_LINK + i);
        x64_jmp(x, tcg_thunks.exit);
    }
}

/* r10: guest pc that the jump table does not know. */
static void thunk_jump_miss(X64 *x)
{
    tcg_thunks.jump_miss = thunk_start(x);
    asm_store(&x->a, IR_I64, R10, env_mem(x->g->pc));
    x64_vec_to_c(x);
    thunk_regs(x, ALL_PINNED, true);
    x64_env_to(x, RDI);
    x64_call(x, (const void *)x->g->lookup);
    asm_movi(&x->a, R11, (uintptr_t)tcg_thunks.exit_lookup);
    asm_test_rr(&x->a, IR_I64, RAX, RAX);
    asm_cmov(&x->a, COND_NE, IR_I64, R11, RAX);
    go_to_entry(x);
}

/* r10: pc of an access that has faulted in a unit, or of an instruction that traps. */
static void thunk_fault(X64 *x)
{
    tcg_thunks.fault = thunk_start(x);
    if (x->g->fault_regs) {
        asm_b(&x->a, 0x9c); /* pushfq */
        asm_rm(&x->a, 0x8f, 0, env_mem(x->g->fault_regs));
    }
    x64_vec_to_c(x);
    thunk_regs(x, ALL_PINNED, true);
    x64_env_to(x, RDI);
    asm_mov(&x->a, IR_I64, RSI, R10);
    x64_call(x, (const void *)x->g->fault);
}

static void thunk_save(X64 *x, uint32_t regs)
{
    x64_vec_to_c(x);
    thunk_regs(x, regs, true);
    thunk_ret(x);
}

static void thunk_load(X64 *x, uint32_t regs)
{
    thunk_regs(x, regs, false);
    thunk_ret(x);
}

/* Slow paths see the frame `up` bytes above rsp: return address, and what the unit has
 * pushed. */
static void slow_begin(X64 *x, unsigned up)
{
    asm_store(&x->a, IR_I64, R10, mem_at(RSP, up + FRAME_SAVE));
    asm_store(&x->a, IR_I64, R11, mem_at(RSP, up + FRAME_SAVE + 8));
    x64_x87_note_loaded(x, mem_at(RSP, up + FRAME_X87));
    x64_vec_to_c_noting(x, mem_at(RSP, up + FRAME_VECS));
    thunk_regs(x, ALL_PINNED, true);
    x64_env_to(x, RDI);
}

static void slow_end(X64 *x, unsigned up)
{
    load_memory_base(x);
    x64_vec_from_c(x, mem_at(RSP, up + FRAME_VECS));
    x64_x87_from_c(x, mem_at(RSP, up + FRAME_X87));
    thunk_regs(x, CALLER_SAVED, false);
    asm_load(&x->a, IR_I64, R10, mem_at(RSP, up + FRAME_SAVE));
    asm_load(&x->a, IR_I64, R11, mem_at(RSP, up + FRAME_SAVE + 8));
}

/*
 * The unit has pushed the guest address and pops what is to be added to it to get at the
 * value: the distance to FRAME_BUF.
 */
static void thunk_ld(X64 *x, unsigned memop)
{
    bool vec = (memop & MO_SIZE) > MO_64;
    Mem buf = mem_at(RSP, 16 + FRAME_BUF);
    tcg_thunks.ld[memop] = thunk_start(x);
    slow_begin(x, 16);
    asm_load(&x->a, IR_I64, RSI, mem_at(RSP, 8));
    if (vec) {
        asm_lea(&x->a, IR_I64, RDX, buf);
    }
    asm_movi(&x->a, vec ? RCX : RDX, memop);
    asm_load(&x->a, IR_I64, vec ? R8 : RCX, mem_at(RSP, 0));
    if (vec) {
        x64_call(x, (const void *)x->g->ld_vec);
    } else {
        x64_call(x, (const void *)x->g->ld);
        asm_store(&x->a, IR_I64, RAX, buf);
    }
    asm_lea(&x->a, IR_I64, RAX, buf);
    asm_alu_rm(&x->a, ALU_SUB, IR_I64, RAX, mem_at(RSP, 8));
    asm_store(&x->a, IR_I64, RAX, mem_at(RSP, 8));
    slow_end(x, 16);
    thunk_ret(x);
}

/* The unit has pushed the guest address, which goes on return; the value is in FRAME_VAL.
 */
static void thunk_st(X64 *x, unsigned memop)
{
    IRType t = (IRType)(memop & MO_SIZE);
    Mem val = mem_at(RSP, 16 + FRAME_VAL);
    tcg_thunks.st[memop] = thunk_start(x);
    slow_begin(x, 16);
    asm_load(&x->a, IR_I64, RSI, mem_at(RSP, 8));
    if (t > IR_I64) {
        asm_lea(&x->a, IR_I64, RDX, val);
    } else {
        asm_rm(&x->a, opc_extend(IR_I64, t, false), RDX, val);
    }
    asm_movi(&x->a, RCX, memop);
    asm_load(&x->a, IR_I64, R8, mem_at(RSP, 0));
    x64_call(x, t > IR_I64 ? (const void *)x->g->st_vec : (const void *)x->g->st);
    slow_end(x, 16);
    asm_b(&x->a, 0xc2);
    asm_w(&x->a, 8);
}

/* The unit has pushed the guest address, which goes on return; the row is in FRAME_OI. */
static void thunk_x87_st(X64 *x)
{
    tcg_thunks.x87_st = thunk_start(x);
    slow_begin(x, 16);
    asm_load(&x->a, IR_I64, RSI, mem_at(RSP, 8));
    asm_load(&x->a, IR_I32, RDX, mem_at(RSP, 16 + FRAME_OI));
    asm_load(&x->a, IR_I64, RCX, mem_at(RSP, 0));
    x64_call(x, (const void *)x64_x87_store);
    slow_end(x, 16);
    asm_b(&x->a, 0xc2);
    asm_w(&x->a, 8);
}

/* The unit has pushed the guest address and pops the old value. */
static void thunk_atomic(X64 *x)
{
    tcg_thunks.atomic = thunk_start(x);
    slow_begin(x, 16);
    asm_load(&x->a, IR_I64, RSI, mem_at(RSP, 8));
    asm_load(&x->a, IR_I64, RDX, mem_at(RSP, 16 + FRAME_VAL));
    asm_load(&x->a, IR_I64, RCX, mem_at(RSP, 16 + FRAME_VAL + 8));
    asm_load(&x->a, IR_I32, R8, mem_at(RSP, 16 + FRAME_OI));
    asm_load(&x->a, IR_I64, R9, mem_at(RSP, 0));
    x64_call(x, (const void *)x->g->atomic);
    asm_store(&x->a, IR_I64, RAX, mem_at(RSP, 8));
    slow_end(x, 16);
    thunk_ret(x);
}

/* The unit has pushed the guest address and pops the host address. */
static void thunk_probe(X64 *x)
{
    tcg_thunks.probe = thunk_start(x);
    slow_begin(x, 16);
    asm_load(&x->a, IR_I64, RSI, mem_at(RSP, 8));
    asm_load(&x->a, IR_I32, RDX, mem_at(RSP, 16 + FRAME_OI));
    asm_load(&x->a, IR_I64, RCX, mem_at(RSP, 0));
    x64_call(x, (const void *)x->g->probe);
    asm_store(&x->a, IR_I64, RAX, mem_at(RSP, 8));
    slow_end(x, 16);
    thunk_ret(x);
}

/* EFLAGS from the value in cc_a: OF from its bit 11 by an addition, the others by SAHF.
 */
static void flags_from_rax(X64 *x)
{
    Asm *a = &x->a;
    asm_shift_ri(a, SH_SHL, IR_I32, RAX, 8);
    asm_rr(a, 0xba | MAP_0F, 4, RAX); /* bt eax, 19 */
    asm_b(a, 19);
    asm_setcc(a, COND_B, RAX);
    asm_alu_ri(a, ALU_ADD, IR_I8, RAX, 0x7f);
    asm_b(a, 0x9e); /* sahf */
}

/* The flags of a base recipe in env, where a few instructions and rax do. */
static bool flags_of_recipe(X64 *x, CCKind kind, IRType t)
{
    Asm *p = &x->a;
    Mem a = env_mem(x->g->cc_a), b = env_mem(x->g->cc_b);
    /* of what save_eflags() stored: a wider load would wait until it is in the cache */
    asm_load(p, kind == CC_AH || kind == CC_EFLAGS ? IR_I32 : IR_I64, RAX, a);
    switch (kind) {
    case CC_EFLAGS:
        flags_from_rax(x);
        return true;
    case CC_AH:
        asm_alu_ri(p, ALU_ADD, IR_I8, RAX, 0x7f); /* OF = AL was 1 */
        asm_b(p, 0x9e);                           /* sahf */
        return true;
    case CC_ADD: /* back to the first operand, and once more */
        asm_alu_rm(p, ALU_SUB, t, RAX, b);
        asm_alu_rm(p, ALU_ADD, t, RAX, b);
        return true;
    case CC_SUB:
        asm_alu_rm(p, ALU_ADD, t, RAX, b);
        asm_alu_rm(p, ALU_CMP, t, RAX, b);
        return true;
    case CC_CMP:
        asm_alu_rm(p, ALU_CMP, t, RAX, b);
        return true;
    case CC_LOGIC: /* CMP clears AF, too */
        asm_alu_ri(p, ALU_CMP, t, RAX, 0);
        return true;
    default:
        return false;
    }
}

/*
 * A table by cc_op of code for the base recipes; what it does not have, and recipes with
 * an overlay, tcg_thunks.cc_load does.
 */
static void thunk_recipe_load(X64 *x)
{
    enum { SLOT = 32, NSLOTS = NR_CC_KINDS << 2 };
    Asm *a = &x->a;
    uint8_t *table = a->p + (-(uintptr_t)a->p & (SLOT - 1));
    asm_nops(a, table - a->p);
    for (unsigned op = 0; op < NSLOTS; op++) {
        bool here = flags_of_recipe(x, CC_OP_KIND(op), CC_OP_TYPE(op));
        asm_pop(a, RCX);
        asm_pop(a, RAX);
        if (here) {
            thunk_ret(x);
        } else {
            x64_jmp(x, tcg_thunks.cc_load);
        }
        asm_nops(a, table + (op + 1) * SLOT - a->p);
    }
    x64_thunks.recipe_load = thunk_start(x);
    asm_push(a, RAX);
    asm_push(a, RCX);
    asm_load(a, IR_I32, RAX, env_mem(x->g->cc_op));
    asm_movi(a, RCX, (uintptr_t)rx_of(x, table));
    asm_alu_ri(a, ALU_CMP, IR_I32, RAX, NSLOTS);
    asm_patch(asm_jcc(a, COND_AE), table + (CC_OP(CC_MULS, 0) * SLOT)); /* an overlay */
    asm_shift_ri(a, SH_SHL, IR_I32, RAX, ctz32(SLOT));
    asm_alu_rr(a, ALU_ADD, IR_I64, RCX, RAX);
    asm_rr(a, 0xff, 4, RCX);
}

static void thunks_of_flags(X64 *x)
{
    x64_thunks.flags_load = thunk_start(x);
    asm_push(&x->a, RAX);
    asm_load(&x->a, IR_I32, RAX, env_mem(x->g->cc_a));
    flags_from_rax(x);
    asm_pop(&x->a, RAX);
    thunk_ret(x);

    tcg_thunks.cc_load = thunk_start(x);
    asm_push(&x->a, RAX); /* aligns, too */
    slow_begin(x, 16);
    x64_call(x, (const void *)flags_in_env);
    flags_from_rax(x);
    slow_end(x, 16);
    asm_pop(&x->a, RAX);
    thunk_ret(x);
    thunk_recipe_load(x);
}

#include "tcg/thunks.h"

static void emit_thunks(X64 *x)
{
    x64_vec_thunks(x);
    x64_x87_thunks(x);
    thunk_enter(x);
    thunk_exit(x);
    thunks_of_exits(x);
    thunk_jump_miss(x);
    if (x->g->fault) {
        thunk_fault(x);
    }
    thunks_of_calls(x, ALL_PINNED, CALLER_SAVED);
    thunks_of_flags(x);
    thunk_atomic(x);
    thunk_probe(x);
    thunk_x87_st(x);
    thunks_of_accesses(x);
}

void x64_make_thunks(TCGContext *s, CodeBuf *b, const X64Globals *globals)
{
    if (likely(tcg_thunks.context == s->id && x64_thunks.opt_off == s->opt_off)) {
        return;
    }
    x64_thunks.opt_off = s->opt_off;
    bool avx = host_has(HOST_X86_AVX2) && !TCG_OPT_OFF(s, avx);
    if (thunks_fit(s, globals->pinned) && x64_thunks.avx == avx &&
        !memcmp(globals->vec_at, x64_thunks.vec_at, sizeof x64_thunks.vec_at)) {
        return;
    }
    memcpy(x64_thunks.vec_at, globals->vec_at, sizeof x64_thunks.vec_at);
    x64_thunks.avx = avx;
    x64_thunks.has_vecs = false;
    for (unsigned r = 0; r < 16; r++) {
        x64_thunks.has_vecs |= globals->vec_at[r] != NOT_PINNED;
    }
    X64 x = {
        EMISSION_AT(s, b, b->rw + tcg_thunks.room, b->rw + tcg_thunks.room + THUNK_ROOM),
    };
    emit_thunks(&x);
    g_assert(!asm_full(&x.a));
}
