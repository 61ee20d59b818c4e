/* One TLB check for several guest memory accesses off one base (opt "share"). */
/* SPDX-License-Identifier: MIT */
/*
 * Forward over the unit. The value of each ref is kept as a root, a value that nobody
 * looks into, and a number that was added to it. Accesses off the same root (or the same
 * base and index) near each other become a group. In front of the first of them, the
 * leader, stands a `probe` of the bytes of all; its result is the host address of the
 * lowest, off which all are done by MO_HOST ops, which cannot fault.
 *
 * When the bytes are not all in one page of plain RAM that allows the access, the probe
 * does not come back: the engine makes the state precise and goes on, at the leader's
 * instruction, with a unit made without this pass. So
 *   - a leader is the first thing in its instruction that has an effect: it may be begun
 *     again;
 *   - nothing between leader and last member may change what the page is: a group ends at
 *     calls, and at labels;
 *   - a store joins a group that was checked for reading only where it is certain to be
 *     reached: then the whole group is checked for writing. (The dirty bit of the page
 *     table may be set early, if an access in between faults.)
 */
#include "tcg/passes.h"
#include "tcg/tcg.h"

/* Bytes that a group may span: displacements of one byte, and few that cross a page. */
enum { REACH = 128, MAX_OPEN = 8 };

typedef struct Place {
    uint32_t root, era; /* of a global: valid in this era */
    uint64_t off;
} Place;

typedef struct Group {
    uint32_t base, index; /* roots; 0: none */
    uint8_t scale;
    bool write, lead_write;
    uint8_t align, residue; /* lowest byte: residue (mod align); align 0: any */
    uint16_t lead, block, count;
    uint64_t lo, hi, lead_off; /* relative to base + index << scale */
    IRRef host;
} Group;

typedef struct Member {
    Group *group;
    uint64_t off;
    uint16_t op;
} Member;

typedef struct Share {
    TCGContext *s;
    Place *place; /* by ref */
    uint32_t next_root, era;
    uint16_t block;        /* branches passed */
    bool fresh;            /* the instruction has had no effect so far */
    Group *open[MAX_OPEN]; /* the newest is at `newest` */
    unsigned newest;
    Member *members;
    unsigned nmembers;
} Share;

/* ---- values ---- */

static Place new_place(Share *h)
{
    return (Place){.root = ++h->next_root, .era = h->era};
}

static Place place_of(Share *h, IRRef r)
{
    if (r == IR_NONE) {
        return (Place){0};
    }
    if (ir_is_const(h->s, r)) {
        return (Place){.off = ir_t(h->s, r)->val};
    }
    Place *p = &h->place[r];
    if (ir_is_global(h->s, r) && p->era != h->era) {
        *p = new_place(h);
    }
    return *p;
}

/* What the op's output is; a root of its own unless it is a sum with a number. */
static Place value_of(Share *h, const IROp *op)
{
    bool is_sum = op->code == OP_add || op->code == OP_sub;
    if (op->type != IR_I64 || !(is_sum || op->code == OP_lea || op->code == OP_mov)) {
        return new_place(h);
    }
    Place a = place_of(h, op->in[0]), b = place_of(h, is_sum ? op->in[1] : IR_NONE);
    if (b.root || (op->code == OP_lea && op->in[1] != IR_NONE)) {
        return new_place(h);
    }
    a.off += op->code == OP_sub ? -b.off : b.off;
    a.off += op->code == OP_lea ? (uint64_t)op->imm : 0;
    return a;
}

static void write_outs(Share *h, const IROp *op)
{
    for (unsigned k = 0; k < op_info[op->code].outs; k++) {
        if (op->out[k] != IR_NONE) {
            Place p = k == 0 ? value_of(h, op) : new_place(h);
            p.era = h->era;
            h->place[op->out[k]] = p;
        }
    }
}

/* ---- groups ---- */

/* Globals may have changed, and so may what pages are. */
static void end_groups(Share *h)
{
    memset(h->open, 0, sizeof h->open);
    h->era++;
}

static bool is_write(const IROp *op)
{
    return op->code == OP_st || op->code == OP_x87st || op->memop & MO_RMW;
}

/* Makes the group's alignment that of the op as well; false: it has another. */
static bool join_alignment(Group *g, const IROp *op, uint64_t off)
{
    unsigned n = memop_bytes(op->memop);
    if (!(op->memop & MO_ALIGN)) {
        return true;
    }
    if (!g->align) {
        g->align = n;
        g->residue = off & (n - 1);
    }
    return g->align == n && (off & (n - 1)) == g->residue;
}

/* The op as a member of the group, whose roots are those of its address. */
static bool join(Share *h, Group *g, const IROp *op, uint64_t off)
{
    uint64_t end = off + memop_bytes(op->memop);
    uint64_t lo = (int64_t)(off - g->lo) < 0 ? off : g->lo;
    uint64_t hi = (int64_t)(end - g->hi) > 0 ? end : g->hi;
    bool upgrade = is_write(op) && !g->write;
    if (hi - lo > REACH || (upgrade && g->block != h->block) ||
        !join_alignment(g, op, off)) {
        return false;
    }
    g->lo = lo;
    g->hi = hi;
    g->write |= upgrade;
    g->count++;
    return true;
}

static Group *find_group(Share *h, const Group *key, const IROp *op, uint64_t off)
{
    for (unsigned i = 0; i < MAX_OPEN; i++) {
        Group *g = h->open[(h->newest - i) % MAX_OPEN];
        if (g && g->base == key->base && g->index == key->index &&
            g->scale == key->scale && join(h, g, op, off)) {
            return g;
        }
    }
    return NULL;
}

static Group *new_group(Share *h, const Group *key, const IROp *op, uint64_t off)
{
    Group *g = arena_alloc(&h->s->arena, sizeof *g);
    *g = *key;
    g->lo = g->lead_off = off;
    g->hi = off;
    g->block = h->block;
    g->lead = op - h->s->ops;
    g->write = g->lead_write = is_write(op);
    join(h, g, op, off);
    h->newest = (h->newest + 1) % MAX_OPEN;
    h->open[h->newest] = g;
    return g;
}

static void add_access(Share *h, const IROp *op)
{
    if (op->memop & MO_HOST) { /* behind a probe of the front end's */
        return;
    }
    Place base = place_of(h, op->in[0]), index = place_of(h, op->in[1]);
    uint64_t off = op->imm + base.off + (index.off << op->scale);
    Group key = {.base = base.root, .index = index.root};
    key.scale = index.root ? op->scale : 0;
    Group *g = find_group(h, &key, op, off);
    if (!g && h->fresh) {
        g = new_group(h, &key, op, off);
    }
    if (g) {
        h->members[h->nmembers++] = (Member){g, off, op - h->s->ops};
    }
}

/* ---- ops ---- */

static void call(Share *h, const IROp *op)
{
    if (!(ir_helper(op)->flags & HELPER_PURE)) {
        end_groups(h);
        h->fresh = false;
    }
}

static void visit(Share *h, const IROp *op)
{
    switch (op->code) {
    case OP_label:
        end_groups(h);
        return;
    case OP_ld:
    case OP_st:
    case OP_x87ld:
    case OP_x87st:
        add_access(h, op);
        h->fresh = false;
        break;
    case OP_at_xchg ... OP_at_cmpxchg:
    case OP_st_env:
    case OP_fence:
    case OP_x87:
    case OP_x87_note:
        h->fresh = false;
        break;
    case OP_call:
        call(h, op);
        break;
    default:
        h->block += (op_info[op->code].flags & OPF_BRANCH) != 0;
    }
    write_outs(h, op);
}

/* ---- rewriting ---- */

/* Groups of two and more get their temp; returns how many. */
static unsigned keep_groups(Share *h)
{
    unsigned n = 0;
    for (unsigned i = 0; i < h->nmembers; i++) {
        Group *g = h->members[i].group;
        g->host = IR_NONE;
        if (g->count < 2 || g->lead != h->members[i].op) {
            continue;
        }
        if (g->align) {
            g->lo -= (g->lo - g->residue) & (g->align - 1);
            g->hi += -(g->hi - g->lo) & (g->align - 1);
        }
    }
    for (unsigned i = 0; i < h->nmembers; i++) {
        Group *g = h->members[i].group;
        if (g->count >= 2 && g->lead == h->members[i].op) {
            g->host = ir_temp(h->s, IR_I64);
            n++;
        }
    }
    return n;
}

/* The check, in front of the leader; `lead` is as it was. */
static IROp make_probe(const Group *g, const IROp *lead)
{
    IROp op = *lead;
    op.code = OP_probe;
    op.type = IR_I64;
    op.out[0] = g->host;
    op.in[2] = IR_NONE;
    op.imm = lead->imm + (int64_t)(g->lo - g->lead_off);
    op.imm2 = PROBE_WHAT(g->hi - g->lo, g->lead_off - g->lo, g->lead_write);
    op.memop = g->align ? __builtin_ctz(g->align) | MO_ALIGN : MO_8;
    op.memop |= g->write ? MO_RMW : 0;
    return op;
}

static void to_host(IROp *op, const Member *m)
{
    op->in[0] = m->group->host;
    op->in[1] = IR_NONE;
    op->scale = 0;
    op->imm = m->off - m->group->lo;
    op->memop |= MO_HOST;
}

static void rewrite(Share *h, unsigned probes)
{
    TCGContext *s = h->s;
    unsigned m = h->nmembers, to = s->nops + probes;
    s->nops = to;
    for (unsigned i = to - probes; probes; i--) {
        IROp *op = &s->ops[--to];
        *op = s->ops[i - 1];
        if (!m || h->members[m - 1].op != i - 1) {
            continue;
        }
        const Member *member = &h->members[--m];
        if (member->group->host == IR_NONE) {
            continue;
        }
        IROp was = *op;
        to_host(op, member);
        if (member->group->lead == i - 1) {
            s->ops[--to] = make_probe(member->group, &was);
            probes--;
        }
    }
}

static unsigned count_accesses(const TCGContext *s)
{
    unsigned n = 0;
    for (unsigned i = 0; i < s->nops; i++) {
        n += s->ops[i].code >= OP_ld && s->ops[i].code <= OP_x87st;
    }
    return n;
}

static_assert(OP_x87st == OP_ld + 3, "ld st x87ld x87st");

void opt_share(TCGContext *s)
{
    unsigned n = s->share ? count_accesses(s) : 0;
    if (n < 2 || s->nops + n / 2 > IR_MAX_OPS || s->ntemps + n / 2 > IR_MAX_TEMPS) {
        return;
    }
    Share h = {.s = s, .era = 1};
    h.place = arena_alloc(&s->arena, s->ntemps * sizeof(Place));
    h.members = arena_alloc(&s->arena, n * sizeof(Member));
    for (unsigned r = 0; r < s->nglobals; r++) {
        h.place[r].era = 0;
    }
    for (unsigned i = 0; i < s->nops; i++) {
        h.fresh |= !i || s->ops[i].insn != s->ops[i - 1].insn;
        if (s->ops[i].code != OP_nop) {
            visit(&h, &s->ops[i]);
        }
    }
    unsigned probes = keep_groups(&h);
    if (probes) {
        rewrite(&h, probes);
    }
}
