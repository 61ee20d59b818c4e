/* What is the same in all back ends and need not be inline. */
/* SPDX-License-Identifier: MIT */
#include "tcg/backend-internal.h"
#include "tcg/disas.h"
#include "tcg/eval.h"
#include "tcg/string-op.h"
#include "util/atomic.h"

Thunks tcg_thunks;

uint8_t *code_buf_next(CodeBuf *b)
{
    b->used = ROUND_UP(b->used, 16);
    return code_buf_room(b) < UNIT_SLACK ? NULL : b->rw + b->used;
}

void thunks_init(const GuestDesc *g, CodeBuf *b, size_t room)
{
    tcg_thunks = (Thunks){
        .guest = g,
        .room = ROUND_UP(b->used, 64),
        .use_tlb = !g->direct && g->tlb_entry_bits,
    };
    b->used = tcg_thunks.room + room;
    b->thunks = MAX(b->thunks, b->used);
}

/* ---- globals in host registers ---- */

static uint8_t pin_of(const IRTemp *t, const HostPin *pins, unsigned n)
{
    for (unsigned i = 0; i < n && t->type == IR_I64; i++) {
        if (!strcmp(t->name, pins[i].name)) {
            return pins[i].reg;
        }
    }
    return 0xff;
}

void pin_globals(const TCGContext *s, const HostPin *pins, unsigned n, uint8_t *pinned)
{
    for (unsigned r = 0; r < s->nglobals; r++) {
        pinned[r] = pin_of(&s->temps[r], pins, n);
    }
}

const uint8_t *pinned_globals(TCGContext *s, const HostPin *pins, unsigned n)
{
    if (!s->backend) {
        uint8_t *pinned = g_new(uint8_t, s->nglobals + 1);
        pin_globals(s, pins, n, pinned);
        s->backend = pinned;
    }
    return s->backend;
}

static void pinned_homes(const TCGContext *s, const uint8_t *pinned, int32_t at[32])
{
    for (unsigned r = 0; r < 32; r++) {
        at[r] = NOT_PINNED;
    }
    for (unsigned r = 0; r < s->nglobals; r++) {
        if (pinned[r] != 0xff) {
            at[pinned[r]] = s->temps[r].env_offset;
        }
    }
}

bool thunks_fit(TCGContext *s, const uint8_t *pinned)
{
    int32_t at[32];
    tcg_thunks.context = s->id;
    pinned_homes(s, pinned, at);
    bool fit = tcg_thunks.enter && !memcmp(at, tcg_thunks.pinned_at, sizeof at);
    memcpy(tcg_thunks.pinned_at, at, sizeof at);
    return fit;
}

bool string_is_plain(const TCGContext *s, const IROp *call, const uint8_t regs[4])
{
    if (!s->guest->direct || s->guest->guest_base || TCG_OPT_OFF(s, hoststrings) ||
        !ir_is_const(s, call->in[0])) {
        return false;
    }
    for (unsigned i = 0; i < 4; i++) {
        if (tcg_thunks.pinned_at[regs[i]] == NOT_PINNED) {
            return false;
        }
    }
    unsigned how = ir_t(s, call->in[0])->val;
    return how & STR_PLAIN && !(how & STR_ONE) && string_kind(how) != STRING_LODS;
}

/* ---- what generated code calls ---- */

uint32_t flags_in_env(const char *env)
{
    const GuestDesc *g = tcg_thunks.guest;
    return cc_compute(&(CCState){
        .op = *(const uint32_t *)(env + g->cc_op),
        .a = *(const uint64_t *)(env + g->cc_a),
        .b = *(const uint64_t *)(env + g->cc_b),
        .c = *(const uint64_t *)(env + g->cc_c),
        .r = *(const uint64_t *)(env + g->cc_r),
    });
}

void eval_in_env(const IROp *op, uint64_t *args, char *env)
{
    const GuestDesc *g = tcg_thunks.guest;
    uint32_t cc = flags_in_env(env);
    ir_eval(op, args, args + IR_MAX_INS, &cc);
    if (op->setcc) {
        *(uint32_t *)(env + g->cc_op) = CC_OP(CC_EFLAGS, 0);
        *(uint64_t *)(env + g->cc_a) = cc;
    }
}

uint64_t vec_op_in_env(void *env, void *r, const void *a, const void *b, const void *c,
                       const VecOp *op)
{
    VecOp v = *op;
    v.r = r;
    v.a = a;
    v.b = b;
    v.c = c;
    return tcg_thunks.guest->vec_op(env, &v);
}

/* ---- members of TCGBackend ---- */

RUN_AT_FORK TCGExit backend_enter(void *env, const void *entry)
{
    TCGExit (*enter)(void *, const void *) = (void *)(uintptr_t)tcg_thunks.enter;
    return enter(env, entry);
}

bool backend_restore_point(const TCGCode *code, const void *ra, TCGRestore *out)
{
    const uint8_t *entry = code->entry;
    return side_find(entry + code->code_size, (const uint8_t *)ra - entry, out);
}

const void *backend_fault_entry(void)
{
    return tcg_thunks.fault;
}

void backend_disas(const TCGCode *code, GString *to)
{
    disas_host(code->entry, code->code_size, code->entry, to);
}

void backend_guard(CodeBuf *b, const TCGCode *from, unsigned slot, uint32_t token)
{
    const uint8_t *at = (const uint8_t *)from->entry + from->exits[slot].guard;
    atomic_set((uint32_t *)code_buf_rw(b, at), token);
}
