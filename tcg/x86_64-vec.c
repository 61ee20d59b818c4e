/* Vectors on an x86_64 host: moves, loads and stores. */
/* SPDX-License-Identifier: MIT */
/*
 * Vector globals live in env, vector temps in spill slots: no vector register holds
 * anything between ops.
 */
#include "tcg/x86_64-internal.h"

enum { VEC_SCRATCH = 15 };

Mem x64_vec_home(X64 *x, IRRef ref)
{
    const IRTemp *t = ir_t(x->s, ref);
    return t->kind == TEMP_GLOBAL ? env_mem(t->env_offset) : slot_mem(ra_vec_slot(&x->ra, ref));
}

static void load_part(X64 *x, Mem m)
{
    asm_rm(&x->a, 0x10 | MAP_0F, VEC_SCRATCH, m); /* movups */
}

static void store_part(X64 *x, Mem m)
{
    asm_rm(&x->a, 0x11 | MAP_0F, VEC_SCRATCH, m);
}

static unsigned vec_bytes(const IROp *op)
{
    return op->type == IR_V128 ? 16 : 32;
}

void x64_emit_vmov(X64 *x, const IROp *op)
{
    Mem from = x64_vec_home(x, op->in[0]), to = x64_vec_home(x, op->out[0]);
    for (unsigned i = 0; i < vec_bytes(op); i += 16) {
        load_part(x, mem_add(from, i));
        store_part(x, mem_add(to, i));
    }
}

void x64_emit_vec_ld(X64 *x, const IROp *op)
{
    Access acc;
    x64_access_begin(x, &acc, op, SLOW_LD);
    Mem to = x64_vec_home(x, op->out[0]);
    for (unsigned i = vec_bytes(op); i > 0;) { /* the end first: nothing is written when it faults */
        i -= 16;
        x64_access_here(x, &acc);
        asm_rm(&x->a, 0x10 | MAP_0F, VEC_SCRATCH - i / 16, mem_add(acc.host, i));
    }
    for (unsigned i = 0; i < vec_bytes(op); i += 16) {
        asm_rm(&x->a, 0x11 | MAP_0F, VEC_SCRATCH - i / 16, mem_add(to, i));
    }
}

void x64_emit_vec_st(X64 *x, const IROp *op)
{
    Access acc;
    Mem from = x64_vec_home(x, op->in[2]);
    x64_access_begin(x, &acc, op, SLOW_ST);
    for (unsigned i = vec_bytes(op); i > 0;) {
        i -= 16;
        load_part(x, mem_add(from, i));
        x64_access_here(x, &acc);
        store_part(x, mem_add(acc.host, i));
    }
    x64_access_done(x, &acc);
}
