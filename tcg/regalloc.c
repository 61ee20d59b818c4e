/* Register allocation inside a unit: scratch registers, spill slots, cached globals. */
/* SPDX-License-Identifier: MIT */
#include "tcg/regalloc.h"

#include "util/bitops.h"

struct RAState {
    RAHeld held[RA_MAX_SCRATCH];
    unsigned nslots;
    struct {
        IRRef ref;
        uint16_t slot;
    } slots[];
};

static IRTemp *temp(RegAlloc *ra, IRRef ref)
{
    return &ra->s->temps[ref];
}

/* ---- where temps are used last ---- */

/* Where a path begins: the branch that leads to it, and the path of that branch. */
typedef struct Origin {
    uint16_t path, branch;
} Origin;

/* A use on `path`: on the path of the definition it counts where it is, from elsewhere at
 * the branch that leads there. */
static void note_use(RegAlloc *ra, const Origin *origin, IRRef ref, unsigned path,
                     unsigned at)
{
    while (path != ra->path_of[ref] && path) {
        at = origin[path].branch;
        path = origin[path].path;
    }
    if (path == ra->path_of[ref] && at > ra->last[ref]) {
        ra->last[ref] = at;
    }
}

/*
 * Asked for by the first branch that has temps in registers: few units have one. By temp,
 * the number of the last op that needs it on the path where it is defined: the
 * ops up to the next BB_END. Behind that only branches have needed it, and these keep a
 * copy of the state.
 */
static void find_last_uses(RegAlloc *ra)
{
    TCGContext *s = ra->s;
    size_t size = s->ntemps * sizeof(uint16_t);
    Origin *origin = arena_alloc(&s->arena, (s->nlabels + 2) * sizeof(Origin));
    Origin *to_label = arena_alloc(&s->arena, s->nlabels * sizeof(Origin));
    unsigned path = 0;
    bool ended = false;
    ra->last = arena_alloc(&s->arena, size);
    ra->path_of = arena_alloc(&s->arena, size);
    memset(ra->path_of, 0xff, size);
    memset(origin, 0, (s->nlabels + 2) * sizeof(Origin));
    for (unsigned i = 0; i < s->nops; i++) {
        const IROp *op = &s->ops[i];
        const OpInfo *info = &op_info[op->code];
        for (unsigned k = 0; k < info->ins; k++) {
            if (op->in[k] != IR_NONE && s->temps[op->in[k]].kind == TEMP_SSA) {
                note_use(ra, origin, op->in[k], path, i);
            }
        }
        for (unsigned k = 0; k < info->outs; k++) {
            if (op->out[k] != IR_NONE) {
                ra->path_of[op->out[k]] = path;
                ra->last[op->out[k]] = i;
            }
        }
        if (info->flags & OPF_BRANCH) {
            to_label[op->label] = (Origin){path, i};
        } else if (op->code == OP_label && ended) {
            origin[path] = to_label[op->label];
        }
        ended = info->flags & OPF_BB_END || (ended && op->code != OP_label);
        path += (info->flags & OPF_BB_END) != 0;
    }
}

void ra_start(RegAlloc *ra, const RAHost *host, TCGContext *s, const uint8_t *pinned)
{
    ra->host = host;
    ra->s = s;
    ra->locked = 0;
    ra->clock = 0;
    ra->path = 0;
    memset(ra->index_of, 0xff, sizeof ra->index_of);
    memset(ra->slots_used, 0, sizeof ra->slots_used);
    for (unsigned i = 0; i < host->nscratch; i++) {
        ra->held[i] = (RAHeld){.ref = IR_NONE};
        ra->index_of[host->scratch[i]] = i;
    }
    ra->dirty = false;
    ra->last = NULL;
    if (!s->pinned) { /* from the next unit on, tcg_start() does it */
        for (unsigned r = 0; r < s->nglobals; r++) {
            s->globals[r].reg = s->temps[r].reg = (int8_t)(pinned[r] + 1);
        }
        s->pinned = true;
    }
}

/* ---- slots ---- */

static unsigned new_slot(RegAlloc *ra, IRRef ref)
{
    for (unsigned w = 0; w < ARRAY_SIZE(ra->slots_used); w++) {
        if (~ra->slots_used[w]) {
            unsigned slot = w * 64 + ctz64(~ra->slots_used[w]);
            ra->slots_used[w] |= BIT64(slot % 64);
            ra->slot_ref[slot] = ref;
            temp(ra, ref)->slot = slot + 1;
            return slot;
        }
    }
    g_error("a unit has more temps at once than there are spill slots");
}

static bool is_vec(const RegAlloc *ra, IRRef ref)
{
    return ra->s->temps[ref].type >= IR_V128;
}

static void free_slot(RegAlloc *ra, IRRef ref)
{
    IRTemp *t = temp(ra, ref);
    if (t->slot) {
        ra->slots_used[(t->slot - 1) / 64] &=
            ~((is_vec(ra, ref) ? 15ull : 1ull) << (t->slot - 1) % 64);
        t->slot = 0;
    }
}

/* Four slots at a multiple of four. */
unsigned ra_vec_slot(RegAlloc *ra, IRRef ref)
{
    IRTemp *t = temp(ra, ref);
    for (unsigned slot = 0; !t->slot && slot < RA_MAX_SLOTS; slot += 4) {
        uint64_t mask = 15ull << slot % 64;
        if (!(ra->slots_used[slot / 64] & mask)) {
            ra->slots_used[slot / 64] |= mask;
            for (unsigned i = 0; i < 4; i++) {
                ra->slot_ref[slot + i] = ref;
            }
            t->slot = slot + 1;
        }
    }
    assert(t->slot);
    return t->slot - 1;
}

/* ---- scratch registers ---- */

static void empty(RegAlloc *ra, unsigned i)
{
    RAHeld *h = &ra->held[i];
    if (h->ref != IR_NONE) {
        temp(ra, h->ref)->reg = 0;
        h->ref = IR_NONE;
        h->dirty = false;
    }
}

static void store_dirty(RegAlloc *ra, unsigned i)
{
    RAHeld *h = &ra->held[i];
    if (h->ref != IR_NONE && h->dirty) {
        ra->host->store_env(ra, ra->host->scratch[i], temp(ra, h->ref)->env_offset);
        h->dirty = false;
    }
}

/* Makes register i free; its value stays somewhere. */
static void spill(RegAlloc *ra, unsigned i)
{
    RAHeld *h = &ra->held[i];
    if (h->ref == IR_NONE) {
        return;
    }
    store_dirty(ra, i);
    if (temp(ra, h->ref)->kind == TEMP_SSA && !temp(ra, h->ref)->slot) {
        ra->host->store_slot(ra, ra->host->scratch[i], new_slot(ra, h->ref));
    }
    empty(ra, i);
}

/* What it costs to take register i away; the cheapest is taken, the oldest of several. */
static unsigned spill_cost(const RegAlloc *ra, const RAHeld *h)
{
    if (h->ref == IR_NONE) {
        return 0;
    }
    const IRTemp *t = &ra->s->temps[h->ref];
    if (t->kind == TEMP_SSA) {
        return t->slot ? 2 : 4;
    }
    return h->dirty ? 3 : 1;
}

static bool is_locked(const RegAlloc *ra, unsigned i)
{
    return ra->locked >> ra->host->scratch[i] & 1;
}

static unsigned take(RegAlloc *ra)
{
    unsigned best = UINT_MAX, best_cost = UINT_MAX;
    for (unsigned i = 0; i < ra->host->nscratch; i++) {
        const RAHeld *h = &ra->held[i];
        unsigned cost = spill_cost(ra, h);
        if (!is_locked(ra, i) &&
            (cost < best_cost || (cost == best_cost && h->age < ra->held[best].age))) {
            best = i;
            best_cost = cost;
        }
    }
    assert(best != UINT_MAX);
    spill(ra, best);
    return best;
}

static void hold(RegAlloc *ra, unsigned i, IRRef ref)
{
    ra->held[i] = (RAHeld){.ref = ref, .age = ++ra->clock};
    temp(ra, ref)->reg = ra->host->scratch[i] + 1;
}

/* The value in register i is newer than that in env, if it has a place there. */
static void set_dirty(RegAlloc *ra, unsigned i, const IRTemp *t)
{
    ra->held[i].dirty = t->kind == TEMP_GLOBAL;
    ra->dirty |= ra->held[i].dirty;
}

void ra_lock(RegAlloc *ra, unsigned reg)
{
    ra->locked |= 1u << reg;
}

void ra_release(RegAlloc *ra, unsigned reg)
{
    ra->locked &= ~(1u << reg);
}

unsigned ra_alloc(RegAlloc *ra)
{
    unsigned reg = ra->host->scratch[take(ra)];
    ra_lock(ra, reg);
    return reg;
}

unsigned ra_nfree(const RegAlloc *ra)
{
    unsigned n = 0;
    for (unsigned i = 0; i < ra->host->nscratch; i++) {
        n += !is_locked(ra, i);
    }
    return n;
}

bool ra_all_empty(const RegAlloc *ra)
{
    for (unsigned i = 0; i < ra->host->nscratch; i++) {
        if (is_locked(ra, i) || ra->held[i].ref != IR_NONE) {
            return false;
        }
    }
    return true;
}

/* ra_use() of what is not pinned. */
unsigned ra_use_scratch(RegAlloc *ra, IRRef ref)
{
    IRTemp *t = temp(ra, ref);
    if (t->kind == TEMP_CONST) {
        unsigned reg = ra_alloc(ra);
        ra->host->movi(ra, reg, t->val);
        return reg;
    }
    if (t->reg) {
        unsigned reg = t->reg - 1;
        ra->held[ra->index_of[reg]].age = ++ra->clock;
        ra_lock(ra, reg);
        return reg;
    }
    unsigned reg = ra_alloc(ra);
    if (t->kind == TEMP_SSA) {
        assert(t->slot);
        ra->host->load_slot(ra, reg, t->slot - 1);
    } else {
        ra->host->load_env(ra, reg, t->env_offset);
    }
    hold(ra, ra->index_of[reg], ref);
    return reg;
}

/* ra_def() of what is not pinned. */
unsigned ra_def_scratch(RegAlloc *ra, IRRef ref)
{
    IRTemp *t = temp(ra, ref);
    if (!t->reg) {
        unsigned reg = ra_alloc(ra);
        hold(ra, ra->index_of[reg], ref);
    }
    unsigned reg = t->reg - 1;
    ra_lock(ra, reg);
    set_dirty(ra, ra->index_of[reg], t);
    return reg;
}

void ra_bind(RegAlloc *ra, IRRef ref, unsigned reg)
{
    unsigned i = ra->index_of[reg];
    empty(ra, i);
    ra_forget(ra, ref);
    hold(ra, i, ref);
    ra_lock(ra, reg);
    set_dirty(ra, i, temp(ra, ref));
}

void ra_dirty(RegAlloc *ra, IRRef ref)
{
    unsigned reg = temp(ra, ref)->reg - 1;
    if (ra_is_scratch(ra, reg)) {
        set_dirty(ra, ra->index_of[reg], temp(ra, ref));
    }
}

void ra_forget(RegAlloc *ra, IRRef ref)
{
    IRTemp *t = temp(ra, ref);
    if (t->reg && ra_is_scratch(ra, t->reg - 1)) {
        empty(ra, ra->index_of[t->reg - 1]);
    }
}

void ra_kill(RegAlloc *ra, IRRef ref)
{
    if (temp(ra, ref)->kind == TEMP_SSA) {
        ra_forget(ra, ref);
        free_slot(ra, ref);
    }
}

void ra_kill_unread(RegAlloc *ra, const IROp *op)
{
    for (unsigned k = 0; k < IR_MAX_OUTS; k++) {
        if (op->out[k] != IR_NONE && !temp(ra, op->out[k])->uses) {
            ra_kill(ra, op->out[k]);
        }
    }
}

void ra_kill_inputs(RegAlloc *ra, const IROp *op)
{
    for (unsigned k = 0, d = op->dead; d; k++, d >>= 1) {
        if ((d & 1) && op->in[k] != op->out[0] && op->in[k] != op->out[1]) {
            ra_kill(ra, op->in[k]);
        }
    }
}

/* ---- all of them ---- */

void ra_sync_dirty(RegAlloc *ra)
{
    for (unsigned i = 0; i < ra->host->nscratch; i++) {
        store_dirty(ra, i);
    }
    ra->dirty = false;
}

void ra_sync_but(RegAlloc *ra, const IRRef *keep, unsigned n)
{
    for (unsigned i = 0; i < ra->host->nscratch; i++) {
        bool kept = false;
        for (unsigned k = 0; k < n; k++) {
            kept |= ra->held[i].ref == keep[k];
        }
        if (!kept) {
            store_dirty(ra, i);
        }
    }
}

void ra_stored(RegAlloc *ra, IRRef ref)
{
    int reg = ra_reg(ra, ref);
    if (reg >= 0 && ra_is_scratch(ra, reg)) {
        ra->held[ra->index_of[reg]].dirty = false;
    }
}

bool ra_is_dirty(const RegAlloc *ra, IRRef ref)
{
    int reg = ra_reg(ra, ref);
    return reg >= 0 && ra_is_scratch(ra, reg) && ra->held[ra->index_of[reg]].dirty;
}

bool ra_has_dirty(const RegAlloc *ra)
{
    bool any = false;
    for (unsigned i = 0; i < ra->host->nscratch; i++) {
        any |= ra->held[i].ref != IR_NONE && ra->held[i].dirty;
    }
    return any;
}

void ra_each_dirty(RegAlloc *ra, void (*fn)(RegAlloc *ra, unsigned reg, int32_t offset))
{
    for (unsigned i = 0; i < ra->host->nscratch; i++) {
        if (ra->held[i].ref != IR_NONE && ra->held[i].dirty) {
            fn(ra, ra->host->scratch[i], temp(ra, ra->held[i].ref)->env_offset);
        }
    }
}

void ra_drop_globals(RegAlloc *ra)
{
    for (unsigned i = 0; i < ra->host->nscratch; i++) {
        if (ra->held[i].ref != IR_NONE && ir_is_global(ra->s, ra->held[i].ref)) {
            empty(ra, i);
        }
    }
}

void ra_evict(RegAlloc *ra, uint32_t regs)
{
    for (unsigned i = 0; i < ra->host->nscratch; i++) {
        if (regs >> ra->host->scratch[i] & 1) {
            spill(ra, i);
        }
    }
}

static void drop_slots(RegAlloc *ra)
{
    for (unsigned w = 0; w < ARRAY_SIZE(ra->slots_used); w++) {
        for (uint64_t m = ra->slots_used[w]; m; m &= m - 1) {
            temp(ra, ra->slot_ref[w * 64 + ctz64(m)])->slot = 0;
        }
        ra->slots_used[w] = 0;
    }
}

void ra_reset(RegAlloc *ra)
{
    for (unsigned i = 0; i < ra->host->nscratch; i++) {
        empty(ra, i);
    }
    drop_slots(ra);
}

/* ---- branches ---- */

void ra_prune(RegAlloc *ra, unsigned at)
{
    for (unsigned i = 0; i < ra->host->nscratch; i++) {
        IRRef ref = ra->held[i].ref;
        if (ref == IR_NONE || ir_is_global(ra->s, ref)) {
            continue;
        }
        if (!ra->last) {
            find_last_uses(ra);
        }
        if (ra->path_of[ref] == ra->path && ra->last[ref] <= at) {
            ra_kill(ra, ref);
        }
    }
}

RAState *ra_save(RegAlloc *ra)
{
    unsigned n = 0;
    for (unsigned w = 0; w < ARRAY_SIZE(ra->slots_used); w++) {
        n += ra->slots_used[w] ? popcount64(ra->slots_used[w]) : 0;
    }
    RAState *st = arena_alloc(&ra->s->arena, sizeof *st + n * sizeof st->slots[0]);
    memcpy(st->held, ra->held, sizeof st->held);
    st->nslots = 0;
    for (unsigned w = 0; w < ARRAY_SIZE(ra->slots_used); w++) {
        for (uint64_t m = ra->slots_used[w]; m; m &= m - 1) {
            unsigned slot = w * 64 + ctz64(m);
            st->slots[st->nslots].ref = ra->slot_ref[slot];
            st->slots[st->nslots++].slot = slot;
        }
    }
    return st;
}

void ra_restore(RegAlloc *ra, const RAState *st)
{
    ra_reset(ra);
    for (unsigned i = 0; i < ra->host->nscratch; i++) {
        ra->held[i] = st->held[i];
        ra->dirty |= st->held[i].dirty;
        if (ra->held[i].ref != IR_NONE) {
            temp(ra, ra->held[i].ref)->reg = ra->host->scratch[i] + 1;
        }
    }
    for (unsigned n = 0; n < st->nslots; n++) {
        unsigned slot = st->slots[n].slot;
        ra->slots_used[slot / 64] |= BIT64(slot % 64);
        ra->slot_ref[slot] = st->slots[n].ref;
        if (!is_vec(ra, st->slots[n].ref) || slot % 4 == 0) {
            temp(ra, st->slots[n].ref)->slot = slot + 1;
        }
    }
}
