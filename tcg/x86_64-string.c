/* Repeated string instructions on an x86_64 host: the host's own, where there is no TLB.
 */
/* SPDX-License-Identifier: MIT */
/*
 * Guest addresses are host addresses, and rCX, rSI, rDI and rAX are pinned to the host's
 * of the same names: so `rep movs` is `rep movs`, and where it faults the registers are
 * what the architecture says. The helper does what is left: strings that go down, runs so
 * long that nobody could stop the thread, and comparisons with a count of zero, which
 * leave the flags as they were.
 */
#include "tcg/string-op.h"
#include "tcg/x86_64-internal.h"

enum { MAX_COUNT = 1 << 20 };

struct StringCold {
    struct StringCold *next;
    const HelperInfo *helper;
    uint8_t *jump[2], *resume;
    TCGRestore state;
    uint32_t how;
    uint8_t vec_state, x87_state;
    bool compares;
};

static void emit_instruction(X64 *x, unsigned how)
{
    static const uint8_t opcodes[] = {
        [STRING_MOVS] = 0xa4,
        [STRING_STOS] = 0xaa,
        [STRING_CMPS] = 0xa6,
        [STRING_SCAS] = 0xae,
    };
    IRType t = (IRType)(how & STR_SIZE_MASK);
    uint32_t opcode = opcodes[string_kind(how)] | (t != IR_I8);
    uint32_t rep = how & STR_REPNE && string_compares(how) ? PRE_F2 : PRE_F3;
    asm_prefixes(&x->a, opcode | rep | opc_size(t), 0);
}

/* Flags are out of the way, what C code does not preserve is where it can be found: both
 * paths leave the same behind. */
static void settle(X64 *x, const HelperInfo *h, bool keep_flags)
{
    x64_x87_flush(x);
    if (keep_flags) {
        cc_store(x);
    } else {
        cc_fault_point(x);
        if (x->wanted) {
            cc_own_operands(x);
        }
    }
    cc_clobber(x);
    ra_sync(&x->ra);
    ra_evict(&x->ra, 1u << R10 | 1u << R11);
    ra_drop_globals(&x->ra);
}

bool x64_emit_string(X64 *x, const IROp *op)
{
    static const uint8_t used[] = {RCX, RSI, RDI, RAX};
    const HelperInfo *h = ir_helper(op);
    if (!(h->flags & HELPER_STRING) || !string_is_plain(x->s, op, used)) {
        return false;
    }
    unsigned how = ir_t(x->s, op->in[0])->val;
    struct StringCold *c = arena_alloc(&x->s->arena, sizeof *c);
    *c = (struct StringCold){
        .next = x->string_cold,
        .helper = h,
        .how = how,
        .vec_state = x->vec_state,
        .x87_state = x->x87_state,
        .compares = string_compares(how),
    };
    x->string_cold = c;
    settle(x, h, c->compares);
    cc_describe(x, &c->state);
    asm_alu_mi(&x->a, ALU_CMP, IR_I8, env_mem(x->g->df + 7), 0);
    c->jump[0] = asm_jcc(&x->a, COND_L);
    if (c->compares && !(how & STR_NONZERO)) {
        asm_lea(&x->a, IR_I64, R10, mem_at(RCX, -1));
        asm_alu_ri(&x->a, ALU_CMP, IR_I64, R10, MAX_COUNT - 1);
    } else {
        asm_alu_ri(&x->a, ALU_CMP, IR_I64, RCX, MAX_COUNT);
    }
    c->jump[1] = asm_jcc(&x->a, COND_A);
    add_side(x, &c->state);
    emit_instruction(x, how);
    c->resume = x->a.p;
    if (c->compares) {
        x->cc = (CCInfo){.host = CC_ALL};
    }
    return true;
}

static void emit_cold(X64 *x, const struct StringCold *c)
{
    asm_patch(c->jump[0], x->a.p);
    asm_patch(c->jump[1], x->a.p);
    x64_call(x, tcg_thunks.save_all);
    x64_env_to(x, RDI);
    asm_movi(&x->a, RSI, c->how);
    x64_call(x, c->helper->fn);
    add_side(x, &c->state);
    x64_call(x, tcg_thunks.load_all);
    if (c->vec_state == VEC_IN_REGS && x64_thunks.has_vecs) {
        x64_call(x, x64_thunks.vec_load);
    }
    if (c->x87_state == VEC_IN_REGS) {
        x64_call(x, x64_thunks.x87_load);
    }
    if (c->compares) {
        cc_load(x);
    }
    asm_jmp_to(&x->a, c->resume);
}

void x64_string_cold(X64 *x)
{
    for (const struct StringCold *c = x->string_cold; c && !asm_full(&x->a);
         c = c->next) {
        emit_cold(x, c);
    }
}
