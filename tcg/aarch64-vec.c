/* Vectors on an aarch64 host: residency, places, moves, memory, operations in C. */
/* SPDX-License-Identifier: MIT */
/*
 * Guest registers xmm0 ... xmm15 are pinned to v16-v31, upper halves of ymm0 ... ymm7 to
 * v8-v15; the other upper halves live in env. Temps are in v0-v7 as long as these last,
 * and else in slots; 256 bits are two registers, which are allocated one by one. What is
 * left of v0-v7 keeps halves that live in env, which are stored before something may look
 * at env, and constants; some stay there in a loop (opt "halves").
 *
 * Pinned registers are loaded lazily: the byte env.vec_loaded says whether they are
 * there, and the guest's floating-point modes in FPCR, or all in env. C code always finds
 * them in env:
 *   - the first vector op of a unit tests the byte (v_need()), and loads all when it is 0
 *   - what goes to C stores all when it is 1, and leaves them there; slow paths of memory
 *     accesses load them again on their way back
 * so integer code pays a test for each call and nothing else. What is known while a unit
 * is emitted is in A64.vec_state.
 *
 * At a branch all temps are in slots besides, and at a label nowhere else.
 */
#include "tcg/aarch64-simd.h"

#include "tcg/aarch64-simd-enc.h"

typedef struct VecCold VecCold;
struct VecCold {
    VecCold *next;
    uint8_t *jump, *resume;
};

enum { NR_HIGH_PINS = 8, FIRST_HIGH = 8, FIRST_LOW = 16 };

/* ---- places ---- */

/* 5 of "ymm5"; for other names one that is too large. */
static unsigned ymm_number(const char *name)
{
    if (strncmp(name, "ymm", 3) != 0) {
        return UINT_MAX;
    }
    return name[4] ? 10 * (name[3] - '0') + (name[4] - '0') : name[3] - '0';
}

void a64_vec_pins(TCGContext *s)
{
    for (unsigned r = 0; r < s->nglobals; r++) {
        IRTemp *t = &s->temps[r];
        unsigned n = t->type == IR_V256 ? ymm_number(t->name) : UINT_MAX;
        t->loc = n < 16 ? n + 1 : 0;
        s->globals[r].loc = t->loc;
    }
}

void a64_vec_homes(const TCGContext *s, int32_t *at)
{
    for (unsigned i = 0; i < 16; i++) {
        at[i] = NOT_PINNED;
    }
    for (unsigned r = 0; r < s->nglobals; r++) {
        if (s->temps[r].loc) {
            at[s->temps[r].loc - 1] = s->temps[r].env_offset;
        }
    }
}

IRRef v_ymm(const A64 *x, unsigned n)
{
    unsigned r = 0;
    while (x->s->temps[r].loc != n + 1) {
        r++;
        assert(r < x->s->nglobals);
    }
    return r;
}

int v_pin(const A64 *x, IRRef ref, unsigned half)
{
    const IRTemp *t = ir_t(x->s, ref);
    if (t->kind != TEMP_GLOBAL || !t->loc) {
        return -1;
    }
    unsigned n = t->loc - 1;
    return half == 0          ? (int)(FIRST_LOW + n)
           : n < NR_HIGH_PINS ? (int)(FIRST_HIGH + n)
                              : -1;
}

/* Where the vector lives in memory: offset from ENV or SP. */
typedef struct Home {
    unsigned base;
    int32_t offset;
} Home;

static Home home(A64 *x, IRRef ref)
{
    if (ir_is_global(x->s, ref)) {
        return (Home){ENV, ir_t(x->s, ref)->env_offset};
    }
    return (Home){SP, FRAME_SLOTS + 8 * ra_vec_slot(&x->ra, ref)};
}

static void move_home(A64 *x, unsigned what, unsigned reg, IRRef ref, unsigned half)
{
    Home h = home(x, ref);
    asm_ls(&x->a, ls_vec_opc(what, 4), reg, h.base, h.offset + 16 * half);
}

/* ---- temps in v0-v7 ---- */

static void spill(A64 *x, unsigned r)
{
    VHeld *h = &x->vheld[r];
    if (h->used && !h->stored) {
        move_home(x, STR, r, h->ref, h->half);
        h->stored = true;
    }
}

void v_spill_temps(A64 *x)
{
    for (unsigned r = 0; r < NR_VTEMPS; r++) {
        spill(x, r);
    }
}

void v_forget_temps(A64 *x)
{
    memset(x->vheld, 0, sizeof x->vheld);
}

/* The register that holds half of ref, or -1. */
static int holder(const A64 *x, IRRef ref, unsigned half)
{
    for (unsigned r = 0; r < NR_VTEMPS; r++) {
        const VHeld *h = &x->vheld[r];
        if (h->used && h->ref == ref && h->half == half && !h->word) {
            return (int)r;
        }
    }
    return -1;
}

/* What is made of it goes, too. */
static void drop_half(A64 *x, IRRef ref, unsigned half)
{
    for (unsigned r = 0; r < NR_VTEMPS; r++) {
        VHeld *h = &x->vheld[r];
        h->used &= h->ref != ref || h->half != half;
    }
}

void v_drop(A64 *x, IRRef ref)
{
    drop_half(x, ref, 0);
    drop_half(x, ref, 1);
}

static void drop_temp(A64 *x, IRRef ref)
{
    if (ref != IR_NONE && !ir_is_global(x->s, ref)) {
        v_drop(x, ref);
    }
}

void v_end_op(A64 *x, const IROp *op)
{
    x->vlocked = 0;
    for (unsigned k = 0; k < op_info[op->code].ins; k++) {
        if ((op->dead >> k & 1) && op->in[k] != op->out[0]) {
            drop_temp(x, op->in[k]);
        }
    }
    for (unsigned k = 0; k < op_info[op->code].outs; k++) {
        if (op->out[k] != IR_NONE && !ir_t(x->s, op->out[k])->uses) {
            drop_temp(x, op->out[k]);
        }
    }
    if (!a64_thunks.has_vecs) { /* slow paths do not keep v0-v7 */
        v_spill_temps(x);
        v_forget_temps(x);
    }
}

/* What it costs to take the register away. A global is to be stored once in any case. */
static unsigned loss(const A64 *x, const VHeld *h)
{
    bool temp = h->used && !h->stored && !ir_is_global(x->s, h->ref);
    return !h->used ? 0 : temp ? 3 : h->keep ? 2 : 1;
}

static bool is_worse(const A64 *x, const VHeld *h, const VHeld *than)
{
    return loss(x, h) < loss(x, than) ||
           (loss(x, h) == loss(x, than) && h->used && h->when < than->when);
}

/* One that is free, else of those that are in memory, too, else of all the one that has
 * not been used for longest. */
unsigned v_tmp(A64 *x)
{
    unsigned best = NR_VTEMPS;
    for (unsigned i = 1; i <= NR_VTEMPS; i++) {
        unsigned r = (x->vnext + i) % NR_VTEMPS;
        if (!(x->vlocked >> r & 1) &&
            (best == NR_VTEMPS || is_worse(x, &x->vheld[r], &x->vheld[best]))) {
            best = r;
        }
    }
    assert(best < NR_VTEMPS);
    spill(x, best);
    x->vheld[best].used = false;
    x->vlocked |= 1u << best;
    x->vnext = best;
    return best;
}

unsigned v_tmp_pair(A64 *x)
{
    unsigned r = 0;
    while (r + 1 < NR_VTEMPS &&
           ((x->vlocked >> r & 3) || x->vheld[r].used || x->vheld[r + 1].used)) {
        r++;
    }
    if (r + 1 == NR_VTEMPS) { /* none is free */
        for (r = 0; x->vlocked >> r & 3; r++) {
        }
    }
    assert(r + 1 < NR_VTEMPS);
    for (unsigned i = r; i < r + 2; i++) {
        spill(x, i);
        x->vheld[i].used = false;
    }
    x->vlocked |= 3u << r;
    return r;
}

/* Some op of the unit writes it, or a call leaves nothing where it was. */
static bool is_written(const A64 *x, IRRef ref)
{
    bool any = false;
    for (unsigned i = 0; i < x->s->nops && !any; i++) {
        const IROp *op = &x->s->ops[i];
        any = op->out[0] == ref ||
              (op->code == OP_call && !(ir_helper(op)->flags & HELPER_GATHER));
    }
    return any;
}

/* What it takes to make it anew. */
static unsigned worth(const A64 *x, const VHeld *h)
{
    bool global = h->ref != IR_NONE;
    if (!h->used || (global && (!ir_is_global(x->s, h->ref) || is_written(x, h->ref)))) {
        return 0;
    }
    return global && h->word ? 2 : 1;
}

/* As many as leave the ops enough; those that are worth least. */
enum { MAX_LASTING = 4, MAX_LASTING_CHEAP = 2 };

/* The next round of a loop may want what the register holds now. */
static void keep(A64 *x, unsigned reg)
{
    unsigned value =
        x->loop.u.may_copy && x->loop.u.is_loop ? worth(x, &x->vheld[reg]) : 0;
    unsigned n = 0;
    for (unsigned r = 0; r < NR_VTEMPS; r++) {
        n += x->vheld[r].used && x->vheld[r].keep;
    }
    x->vheld[reg].keep = value && n < (value > 1 ? MAX_LASTING : MAX_LASTING_CHEAP);
}

static void hold(A64 *x, unsigned r, IRRef ref, unsigned half, bool stored)
{
    x->vheld[r] = (VHeld){
        .used = true, .stored = stored, .half = half, .ref = ref, .when = ++x->vclock};
}

/* Halves of globals that have no register of their own stay in one of v0-v7. */
static bool is_cached(const A64 *x, IRRef ref)
{
    return !ir_is_global(x->s, ref) || !TCG_OPT_OFF(x->s, halves);
}

unsigned v_in(A64 *x, IRRef ref, unsigned half)
{
    int pin = v_pin(x, ref, half), held = holder(x, ref, half);
    if (pin >= 0) {
        return pin;
    }
    if (held >= 0) {
        x->vheld[held].when = ++x->vclock;
        x->vlocked |= 1u << held;
        return held;
    }
    unsigned r = v_tmp(x);
    move_home(x, LDR, r, ref, half);
    if (is_cached(x, ref)) {
        hold(x, r, ref, half, true);
        keep(x, r);
    }
    return r;
}

unsigned v_out(A64 *x, IRRef ref, unsigned half)
{
    int pin = v_pin(x, ref, half);
    unsigned r = pin >= 0 ? (unsigned)pin : v_tmp(x);
    if (pin >= 0) {
        drop_half(x, ref, half);
    }
    if (!ir_is_global(x->s, ref)) {
        hold(x, r, ref, half, false);
    }
    return r;
}

int v_derived(A64 *x, IRRef ref, unsigned half, uint32_t word)
{
    for (unsigned r = 0; r < NR_VTEMPS; r++) {
        VHeld *h = &x->vheld[r];
        if (h->used && h->ref == ref && h->half == half && h->word == word) {
            h->when = ++x->vclock;
            x->vlocked |= 1u << r;
            return (int)r;
        }
    }
    return -1;
}

void v_note_derived(A64 *x, unsigned reg, IRRef ref, unsigned half, uint32_t word)
{
    if (ir_is_global(x->s, ref) && !TCG_OPT_OFF(x->s, halves)) {
        hold(x, reg, ref, half, true);
        x->vheld[reg].word = word;
        keep(x, reg);
    }
}

bool v_is_stored(const A64 *x, IRRef ref, unsigned half)
{
    return ir_is_global(x->s, ref) && v_pin(x, ref, half) < 0;
}

void v_out_done(A64 *x, IRRef ref, unsigned half, unsigned reg)
{
    if (!v_is_stored(x, ref, half)) {
        return;
    }
    drop_half(x, ref, half);
    if (is_cached(x, ref) && reg < NR_VTEMPS && !x->vheld[reg].used) {
        hold(x, reg, ref, half, false);
    } else {
        move_home(x, STR, reg, ref, half);
    }
}

void v_store_globals(A64 *x)
{
    for (unsigned r = 0; r < NR_VTEMPS; r++) {
        if (x->vheld[r].used && !x->vheld[r].stored &&
            ir_is_global(x->s, x->vheld[r].ref)) {
            spill(x, r);
        }
    }
}

void v_set_zero(A64 *x, IRRef ref, unsigned half)
{
    if (v_is_stored(x, ref, half)) {
        Home h = home(x, ref);
        drop_half(x, ref, half);
        for (unsigned i = 0; i < 2; i++) {
            a64_env(x, ls_opc(STR, 3), XZR, h.offset + 16 * half + 8 * i);
        }
    } else {
        asm_insn(&x->a, V_ZERO | v_out(x, ref, half));
    }
}

/* ---- constants in v0-v7 ---- */

static void make_const(A64 *x, unsigned r, const VHeld *c)
{
    if (c->word == V_LITERAL) {
        uint64_t *bytes = arena_alloc(&x->s->arena, 2 * sizeof *bytes);
        bytes[0] = bytes[1] = c->quad;
        a64_vec_literal(x, r, bytes);
    } else {
        asm_insn(&x->a, c->word | r);
    }
}

static bool is_same(const VHeld *a, const VHeld *b)
{
    return a->used && b->used && a->ref == b->ref && a->half == b->half &&
           a->word == b->word && a->quad == b->quad;
}

static unsigned find_const(A64 *x, VHeld c)
{
    for (unsigned r = 0; r < NR_VTEMPS; r++) {
        if (is_same(&x->vheld[r], &c)) {
            x->vheld[r].when = ++x->vclock;
            x->vlocked |= 1u << r;
            return r;
        }
    }
    unsigned r = v_tmp(x);
    make_const(x, r, &c);
    if (!TCG_OPT_OFF(x->s, halves)) {
        c.when = ++x->vclock;
        x->vheld[r] = c;
        keep(x, r);
    }
    return r;
}

unsigned v_const(A64 *x, uint32_t word)
{
    return find_const(
        x, (VHeld){.used = true, .stored = true, .ref = IR_NONE, .word = word});
}

unsigned v_const_quads(A64 *x, uint64_t quad)
{
    return find_const(x, (VHeld){.used = true,
                                 .stored = true,
                                 .ref = IR_NONE,
                                 .word = V_LITERAL,
                                 .quad = quad});
}

unsigned v_const_words(A64 *x, uint32_t value)
{
    return value < 256 ? v_const(x, V_MOVI_4S | v_imm8(value))
                       : v_const_quads(x, value * UINT64_C(0x100000001));
}

void v_meet(const A64 *x, Label *l)
{
    for (unsigned r = 0; r < NR_VTEMPS; r++) {
        const VHeld *h = &x->vheld[r];
        bool stays = h->used && (h->ref == IR_NONE || ir_is_global(x->s, h->ref));
        if (!l->met) {
            l->vheld[r] = stays ? *h : (VHeld){0};
        } else {
            l->vheld[r].used &= stays && is_same(h, &l->vheld[r]);
        }
    }
    for (unsigned half = 0; half < 2; half++) {
        l->vmask[half] = x->vmask[half] & (l->met ? l->vmask[half] : UINT16_MAX);
    }
}

bool v_lasting(const A64 *x, VHeld *to)
{
    bool any = false;
    for (unsigned r = 0; r < NR_VTEMPS; r++) {
        bool lasts = x->vheld[r].keep && worth(x, &x->vheld[r]);
        to[r] = lasts ? x->vheld[r] : (VHeld){0};
        any |= lasts;
    }
    return any;
}

bool v_can_make(const A64 *x, const VHeld *list)
{
    bool can = true;
    for (unsigned r = 0; r < NR_VTEMPS; r++) {
        bool derived = list[r].used && list[r].ref != IR_NONE && list[r].word;
        can &= !derived || is_same(&x->vheld[r], &list[r]);
    }
    return can;
}

void v_make_held(A64 *x, const VHeld *list)
{
    for (unsigned r = 0; r < NR_VTEMPS; r++) {
        const VHeld *h = &list[r];
        if (!h->used || is_same(&x->vheld[r], h)) {
            continue;
        }
        if (h->ref == IR_NONE) {
            make_const(x, r, h);
        } else {
            move_home(x, LDR, r, h->ref, h->half);
        }
        x->vheld[r] = *h;
    }
}

/* The upper half of a global that op has written the lower half of. */
void v_clear_upper(A64 *x, const IROp *op)
{
    if (op->vzero && ir_is_global(x->s, op->out[0])) {
        v_set_zero(x, op->out[0], 1);
    }
}

/* ---- masks ---- */

/* The bit of a global in A64.vmask. */
static unsigned mask_bit(const A64 *x, IRRef ref)
{
    const IRTemp *t = ir_t(x->s, ref);
    return t->kind == TEMP_GLOBAL && t->loc ? 1u << (t->loc - 1) : 0;
}

bool v_is_mask(const A64 *x, IRRef ref, unsigned half)
{
    return x->vmask[half] & mask_bit(x, ref);
}

static bool makes_mask(unsigned vec)
{
    switch (vec) {
    case VEC_PCMPEQB:
    case VEC_PCMPEQW:
    case VEC_PCMPEQD:
    case VEC_PCMPEQQ:
    case VEC_PCMPGTB:
    case VEC_PCMPGTW:
    case VEC_PCMPGTD:
    case VEC_PCMPGTQ:
    case VEC_CMPPS:
    case VEC_CMPPD:
        return true;
    default:
        return false;
    }
}

void v_note_masks(A64 *x, const IROp *op)
{
    unsigned to = op->out[0] != IR_NONE ? mask_bit(x, op->out[0]) : 0;
    if (op->code == OP_call) {
        x->vmask[0] = x->vmask[1] = 0;
    }
    if (!to || TCG_OPT_OFF(x->s, fuse)) {
        return;
    }
    bool makes = op->code == OP_vop && makes_mask(op->vec);
    for (unsigned half = 0; half < 2; half++) {
        bool written = half == 0 || op->type == IR_V256 || op->vzero;
        bool mask = makes || (half && op->vzero) ||
                    (op->code == OP_vmov && v_is_mask(x, op->in[0], half));
        if (written) {
            x->vmask[half] = mask ? x->vmask[half] | to : x->vmask[half] & ~to;
        }
    }
}

/* ---- residency ---- */

/* Guest registers are in registers from here on. Destroys T0 and T1. */
void v_need(A64 *x)
{
    if (!a64_thunks.has_vecs) {
        return;
    }
    if (x->vec_state == VEC_IN_ENV) {
        a64_call(x, a64_thunks.vec_load);
    } else if (x->vec_state == VEC_UNKNOWN) {
        VecCold *c = arena_alloc(&x->s->arena, sizeof *c);
        a64_env(x, ls_opc(LDR, 0), T0, x->g->vec_loaded);
        *c = (VecCold){.next = x->vec_cold,
                       .jump = asm_branch(&x->a, cb(CBZ, IR_I32, T0))};
        c->resume = x->a.p;
        x->vec_cold = c;
    }
    x->vec_state = VEC_IN_REGS;
}

void a64_vec_cold(A64 *x)
{
    for (const VecCold *c = x->vec_cold; c && !asm_full(&x->a); c = c->next) {
        asm_patch(c->jump, x->a.p);
        a64_call(x, a64_thunks.vec_load);
        asm_insn(&x->a, branch_word(B, c->resume - x->a.p));
    }
}

void a64_vec_in_env(A64 *x)
{
    if (a64_thunks.has_vecs && x->vec_state != VEC_IN_ENV) {
        a64_call(x, a64_thunks.vec_to_c);
    }
    v_spill_temps(x);
    v_forget_temps(x);
    x->vec_state = VEC_IN_ENV;
}

/* All pinned registers from env, or to it. */
static void thunk_vecs(A64 *x, unsigned what)
{
    uint32_t opc = (uint32_t)PAIR_Q | (what == LDR ? PAIR_LD : 0);
    for (unsigned i = 0; i < 16; i++) {
        int32_t at = a64_thunks.vec_at[i];
        if (at == NOT_PINNED) {
            continue;
        }
        if (i < NR_HIGH_PINS && pair_fits(opc, at)) {
            asm_pair(&x->a, opc, from_to(FIRST_LOW + i, FIRST_HIGH + i), ENV, at);
            continue;
        }
        asm_ls(&x->a, ls_vec_opc(what, 4), FIRST_LOW + i, ENV, at);
        if (i < NR_HIGH_PINS) {
            asm_ls(&x->a, ls_vec_opc(what, 4), FIRST_HIGH + i, ENV, at + 16);
        }
    }
}

/* Loads all, or stores them; both keep everything but T0 and T1, NZCV included. */
static void thunk_load_save(A64 *x)
{
    a64_thunks.vec_load = rx_of(x, x->a.p);
    thunk_vecs(x, LDR);
    v_thunk_mxcsr_load(x);
    asm_movi(&x->a, T0, 1);
    a64_env(x, ls_opc(STR, 0), T0, x->g->vec_loaded);
    asm_insn(&x->a, RET | LR << 5);

    a64_thunks.vec_to_c = rx_of(x, x->a.p);
    a64_env(x, ls_opc(LDR, 0), T0, x->g->vec_loaded);
    uint8_t *some = asm_branch(&x->a, cb(CBNZ, IR_I32, T0));
    asm_insn(&x->a, RET | LR << 5);
    asm_patch(some, x->a.p);
    thunk_vecs(x, STR);
    v_thunk_mxcsr_save(x);
    a64_env(x, ls_opc(STR, 0), XZR, x->g->vec_loaded);
    asm_insn(&x->a, RET | LR << 5);
}

void v_frame_temps(A64 *x, uint32_t opc)
{
    for (unsigned r = 0; r < NR_VTEMPS; r += 2) {
        asm_pair(&x->a, opc, from_to(r, r + 1), SP, FRAME_VECS + 16 * r);
    }
}

/* Around C in a thunk whose unit goes on with its registers, temps included. */
static void thunk_noting(A64 *x)
{
    a64_thunks.vec_slow_begin = rx_of(x, x->a.p);
    a64_env(x, ls_opc(LDR, 0), T0, x->g->vec_loaded);
    asm_ls(&x->a, ls_opc(STR, 3), T0, SP, FRAME_VEC_LOADED);
    uint8_t *some = asm_branch(&x->a, cb(CBNZ, IR_I32, T0));
    asm_insn(&x->a, RET | LR << 5);
    asm_patch(some, x->a.p);
    v_frame_temps(x, PAIR_Q);
    a64_jmp(x, a64_thunks.vec_to_c);

    a64_thunks.vec_slow_end = rx_of(x, x->a.p);
    asm_ls(&x->a, ls_opc(LDR, 3), T0, SP, FRAME_VEC_LOADED);
    some = asm_branch(&x->a, cb(CBNZ, IR_I32, T0));
    asm_insn(&x->a, RET | LR << 5);
    asm_patch(some, x->a.p);
    v_frame_temps(x, PAIR_Q | PAIR_LD);
    a64_jmp(x, a64_thunks.vec_load);
}

void a64_vec_thunks(A64 *x)
{
    thunk_load_save(x);
    thunk_noting(x);
    v_thunks_look(x);
}

/* ---- moves ---- */

void a64_emit_vmov(A64 *x, const IROp *op)
{
    v_need(x);
    for (unsigned half = 0; half <= (op->type == IR_V256) && op->in[0] != op->out[0];
         half++) {
        unsigned from = v_in(x, op->in[0], half);
        if (v_is_stored(x, op->out[0], half)) {
            v_out_done(x, op->out[0], half, from);
        } else {
            asm_vmov(&x->a, v_out(x, op->out[0], half), from);
        }
    }
    v_clear_upper(x, op);
}

/* ---- guest memory ---- */

static uint32_t access_opc(unsigned what, const Access *acc)
{
    unsigned size = acc->memop & MO_SIZE;
    return ls_vec_opc(what, MIN(size, MO_128));
}

/* 256 bits: without a TLB the upper half first, and to no guest register, so that nothing
 * is written when one of the halves faults. Those that are aligned are in one page. A
 * load of both at once may leave anything in both when it faults, so none to guest
 * registers. */
static void load_halves(A64 *x, const IROp *op)
{
    Access acc = {.vec = true, .reg = v_out(x, op->out[0], 0)};
    unsigned d = v_out(x, op->out[0], 1);
    bool splits = x->g->direct && !(op->memop & MO_ALIGN);
    acc.reg2 = splits && d >= NR_VTEMPS ? v_tmp(x) : d;
    a64_access_begin(x, &acc, op, SLOW_LD);
    if (acc.reg < NR_VTEMPS && acc.reg2 < NR_VTEMPS) {
        a64_access_pair(x, &acc, (uint32_t)PAIR_Q | PAIR_LD);
    } else {
        a64_access(x, &acc, access_opc(LDR, &acc), acc.reg2, 16);
        a64_access(x, &acc, access_opc(LDR, &acc), acc.reg, 0);
    }
    a64_access_done(x, &acc);
    if (acc.reg2 != d) {
        asm_vmov(&x->a, d, acc.reg2);
    }
    a64_after_load(x);
    v_out_done(x, op->out[0], 0, acc.reg);
    v_out_done(x, op->out[0], 1, d);
}

void a64_emit_vec_ld(A64 *x, const IROp *op)
{
    v_need(x);
    if ((op->memop & MO_SIZE) == MO_256) {
        load_halves(x, op);
        return;
    }
    Access acc = {.vec = true, .reg = v_out(x, op->out[0], 0)};
    a64_access_begin(x, &acc, op, SLOW_LD);
    a64_access(x, &acc, access_opc(LDR, &acc), acc.reg, 0);
    a64_access_done(x, &acc);
    a64_after_load(x);
    v_out_done(x, op->out[0], 0, acc.reg);
    if (op->type == IR_V256) {
        v_set_zero(x, op->out[0], 1);
    }
    v_clear_upper(x, op);
}

void a64_emit_vec_st(A64 *x, const IROp *op)
{
    bool halves = (op->memop & MO_SIZE) == MO_256;
    v_need(x);
    Access acc = {.vec = true, .reg = v_in(x, op->in[2], 0)};
    acc.reg2 = halves ? v_in(x, op->in[2], 1) : 0;
    a64_before_store(x);
    a64_access_begin(x, &acc, op, SLOW_ST);
    if (halves) {
        a64_access_pair(x, &acc, PAIR_Q);
    } else {
        a64_access(x, &acc, access_opc(STR, &acc), acc.reg, 0);
    }
    a64_access_done(x, &acc);
}

/* ---- operations in C ---- */

/* reg = address of the vector, or NULL. */
static void address_of(A64 *x, unsigned reg, IRRef ref)
{
    if (ref == IR_NONE) {
        asm_movi(&x->a, reg, 0);
    } else {
        Home h = home(x, ref);
        if (h.base == SP) {
            asm_addsub_imm(&x->a, ADD, IR_I64, reg, SP, h.offset);
        } else {
            a64_add_imm(x, reg, h.base, h.offset);
        }
    }
}

static void integer_input(A64 *x, const IROp *op)
{
    unsigned r = a64_in(x, op->in[1], (IRType)op->memop);
    asm_pair(&x->a, PAIR_X, from_to(XZR, XZR), SP, FRAME_ARGS);
    asm_ls(&x->a, ls_opc(STR, op->memop), r, SP, FRAME_ARGS);
}

/* x0: flags, or an integer. */
static void result_of_c(A64 *x, const IROp *op)
{
    if (op->setcc) {
        cc_set_value(x, 0);
    }
    if (op->code == OP_vtoi) {
        asm_extend(&x->a, IR_I64, (IRType)op->memop, false, T0, 0);
        a64_out_done(x, op, 0, T0);
    }
}

void v_in_c(A64 *x, const IROp *op)
{
    bool to_vec = op->code == OP_vop || op->code == OP_itov;
    VecOp *v = arena_alloc(&x->s->arena, sizeof *v);
    *v = (VecOp){.vec = op->vec, .imm = op->imm, .n = op->type == IR_V128 ? 16 : 32};
    a64_vec_in_env(x);
    if (op->code == OP_itov) {
        integer_input(x, op);
    }
    cc_clobber(x);
    ra_evict(&x->ra, 0xff);
    asm_mov(&x->a, IR_I64, 0, ENV);
    address_of(x, 1, to_vec ? op->out[0] : IR_NONE);
    address_of(x, 2, op->in[0]);
    if (op->code == OP_itov) {
        asm_addsub_imm(&x->a, ADD, IR_I64, 3, SP, FRAME_ARGS);
    } else {
        address_of(x, 3, op->in[1]);
    }
    address_of(x, 4, op->code == OP_vop ? op->in[2] : IR_NONE);
    a64_data(x, 5, v, sizeof *v);
    a64_call_c(x, (const void *)vec_op_in_env);
    result_of_c(x, op);
    if (to_vec && op->vzero && ir_is_global(x->s, op->out[0])) {
        int32_t at = ir_t(x->s, op->out[0])->env_offset + 16;
        a64_env(x, ls_opc(STR, 3), XZR, at);
        a64_env(x, ls_opc(STR, 3), XZR, at + 8);
    }
}
