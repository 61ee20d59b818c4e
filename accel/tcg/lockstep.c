/* Lockstep: each unit on the interpreter and on the back end, all state compared. */
/* SPDX-License-Identifier: MIT */
/*
 * A unit is translated twice: without optimisation for the interpreter, and as always. It
 * is entered from the main loop only, with no links and no jump table. Then:
 *
 *   1. the vCPU's state is kept, and the interpreter runs the unit; each store goes
 * through ldst.c, which keeps the bytes that were there;
 *   2. what it left behind is kept, memory and state are put back;
 *   3. the back end runs the unit, and must leave the same behind: env, the bytes that
 * were stored, the exit or the exception.
 *
 * Flags are compared as flags, not as recipes, and where the unit ends in a link only
 * those that the front end calls live there. A unit that cannot be run twice (helpers
 * with HELPER_IO, devices, writes to code) is run by the back end alone. Units are cut in
 * front of an instruction with such a helper.
 *
 * In a program, user-mem.c is in ldst.c's place. Nobody may see what the interpreter has
 * stored, so the comparison ends when there is a second thread.
 */
#include "accel/tcg/lockstep.h"

#include <stdlib.h>

#include "cpu/regs.h"
#include "tcg/eval.h"
#include "util/atomic.h"
#include "util/log.h"

/* What a run of a unit leaves behind in the vCPU. */
typedef struct State {
    uint8_t *env;
    int exception_index;
    bool halted;
    int mode;
    uint64_t space; /* address space */
} State;

typedef struct Stored {
    uint8_t *host;
    size_t n, at; /* at: of the bytes in old and new */
} Stored;

typedef struct Undo {
    GArray *stored; /* Stored */
    GByteArray *old, *new_bytes;
    bool aborted;
} Undo;

typedef struct Lockstep {
    GuestDesc guest; /* of the interpreter: without the inline probe */
    CodeBuf *code;
    uint64_t left; /* instructions still to compare */
    State before, interp, native;
    Undo undo;
    const LockstepUnit *running; /* on the interpreter */
} Lockstep;

/* Life. */

static void state_init(State *s, size_t env_size)
{
    s->env = g_malloc0(env_size);
}

bool lockstep_new(TCGEngine *e, GError **errp)
{
    Lockstep *l = g_new0(Lockstep, 1);

    e->lockstep = l;
    l->left = log_lockstep_insns;
    l->guest = e->guest;
    l->guest.tlb_entry_bits = 0;
    l->guest.direct = false;
    state_init(&l->before, e->ops->env_size);
    state_init(&l->interp, e->ops->env_size);
    state_init(&l->native, e->ops->env_size);
    l->undo.stored = g_array_new(false, false, sizeof(Stored));
    l->undo.old = g_byte_array_new();
    l->undo.new_bytes = g_byte_array_new();
    l->code = code_buf_new(e->opts.tb_size, tcg_one_space, errp);
    return l->code && tcg_interp_backend.init(&l->guest, l->code, errp);
}

void lockstep_free(TCGEngine *e)
{
    Lockstep *l = e->lockstep;

    if (!l) {
        return;
    }
    if (l->code) {
        code_buf_free(l->code);
    }
    g_free(l->before.env);
    g_free(l->interp.env);
    g_free(l->native.env);
    g_array_unref(l->undo.stored);
    g_byte_array_unref(l->undo.old);
    g_byte_array_unref(l->undo.new_bytes);
    g_free(l);
    e->lockstep = NULL;
}

void lockstep_flush(TCGEngine *e)
{
    if (e->lockstep) {
        code_buf_reset(e->lockstep->code);
    }
}

/* Translation. */

bool lockstep_has_io(const TCGContext *s, unsigned first)
{
    for (unsigned i = first; i < s->nops; i++) {
        if (s->ops[i].code == OP_call && ir_helper(&s->ops[i])->flags & HELPER_IO) {
            return true;
        }
    }
    return false;
}

/*
 * Which flags x86 leaves undefined, from the unit's head to each place where it can be
 * left: interpreter and back end may differ in them. Control only goes forward, so one
 * pass does.
 */
typedef struct Undefined {
    const TCGContext *s;
    LockstepUnit *u;
    uint32_t now;
    uint32_t *at_label;
} Undefined;

static uint32_t undefined_by(const TCGContext *s, const IROp *op)
{
    int count = -1;

    if (op_info[op->code].ccw & OPCC_VAR) {
        IRRef r = op->in[ir_count_index(op->code)];

        if (ir_is_const(s, r)) {
            count = ir_t(s, r)->val & (op->type == IR_I64 ? 63 : 31);
        }
    }
    return count ? ir_undefined_flags(op->code, op->type, count) : 0;
}

static void undefined_in_call(Undefined *f, const HelperInfo *h)
{
    f->u->once |= h->reads & HS_CC && f->now;
    f->u->defined &= ~f->now; /* it may raise an exception */
    if (h->writes & HS_CC) {
        f->now = 0;
    }
}

static void undefined_in_op(Undefined *f, const IROp *op)
{
    unsigned flags = op_info[op->code].flags;

    switch (op->code) {
    case OP_label:
        f->now |= f->at_label[op->label];
        return;
    case OP_exit_link:
        f->u->live[op->slot] = op->ccmask & ~f->now;
        break;
    case OP_exit_ind:
    case OP_exit_tb:
        f->u->defined &= ~f->now;
        break;
    case OP_call:
        undefined_in_call(f, ir_helper(op));
        return;
    default:
        f->u->once |= (ir_cc_reads(op) & f->now) != 0;
    }
    if (flags & OPF_FAULT) {
        f->u->defined &= ~f->now;
    }
    if (flags & OPF_BRANCH) {
        f->at_label[op->label] |= f->now;
    }
    if (op->setcc) {
        f->now = (f->now & ~ir_cc_kills(f->s, op)) | undefined_by(f->s, op);
    }
    if (flags & OPF_BB_END) {
        f->now = 0;
    }
}

static void find_undefined(const TCGContext *s, LockstepUnit *u)
{
    Undefined f = {.s = s, .u = u, .at_label = g_new0(uint32_t, s->nlabels + 1)};

    u->defined = CC_ALL;
    for (unsigned i = 0; i < s->nops; i++) {
        undefined_in_op(&f, &s->ops[i]);
    }
    g_free(f.at_label);
}

bool lockstep_gen_code(TCGEngine *e, LockstepUnit *u)
{
    TCGContext *s = e->ctx;
    uint64_t off = s->opt_off;

    u->once = lockstep_has_io(s, 0);
    find_undefined(s, u);
    s->opt_off = UINT64_MAX;
    s->guest = &e->lockstep->guest;
    tcg_optimize(s);
    bool ok = tcg_interp_backend.gen_code(s, e->lockstep->code, &u->code);

    s->guest = &e->guest;
    s->opt_off = off;
    return ok;
}

bool lockstep_restore_point(CPUState *cpu, uintptr_t ra, TCGRestore *out)
{
    const Lockstep *l = cpu_tcg(cpu)->engine->lockstep;

    return l && l->running && code_buf_contains(l->code, (void *)ra) &&
           tcg_restore_point(&l->running->code, (void *)ra, out);
}

/* State. */

static void state_keep(State *s, CPUState *cpu)
{
    const CPUTLB *tlb = &cpu_tcg(cpu)->tlb;

    memcpy(s->env, cpu_env(cpu), cpu->ops->env_size);
    s->exception_index = cpu->exception_index;
    s->halted = cpu->halted;
    s->mode = tlb->mode;
    s->space = tlb->table[0] ? tlb->table[0]->id : 0;
}

static void state_put_back(const State *s, CPUState *cpu)
{
    memcpy(cpu_env(cpu), s->env, cpu->ops->env_size);
    cpu->exception_index = s->exception_index;
    cpu->halted = s->halted;
    cpu_switch_address_space(cpu, s->space, true);
    cpu_mode_changed(cpu, s->mode);
}

/* Memory. */

void lockstep_record(CPUTCG *t, void *host, size_t n)
{
    Undo *u = t->undo;
    Stored s = {host, n, u->old->len};

    g_byte_array_append(u->old, host, n); /* may fault: nothing is noted then */
    g_array_append_val(u->stored, s);
}

void lockstep_abort(CPUState *cpu)
{
    cpu_tcg(cpu)->undo->aborted = true;
    siglongjmp(cpu->jmp_env, 1);
}

static Stored *nth_stored(const Undo *u, unsigned i)
{
    return &g_array_index(u->stored, Stored, i);
}

static void undo_begin(Undo *u)
{
    g_array_set_size(u->stored, 0);
    g_byte_array_set_size(u->old, 0);
    g_byte_array_set_size(u->new_bytes, 0);
    u->aborted = false;
}

/* Keeps what was stored, then puts back what was there. */
static void undo_end(Undo *u)
{
    for (unsigned i = 0; i < u->stored->len; i++) {
        Stored *s = nth_stored(u, i);

        g_byte_array_append(u->new_bytes, s->host, s->n);
    }
    for (unsigned i = u->stored->len; i-- > 0;) {
        Stored *s = nth_stored(u, i);

        memcpy(s->host, u->old->data + s->at, s->n);
    }
}

/* Running. */

typedef struct Outcome {
    bool raised; /* left by a jump */
    TCGExit exit;
} Outcome;

/* Runs code and catches the jump of an exception. */
static void run_code(CPUState *cpu, const TCGBackend *backend, const TCGCode *code,
                     Outcome *out)
{
    CPUTCG *t = cpu_tcg(cpu);
    sigjmp_buf saved;

    memcpy(saved, cpu->jmp_env, sizeof saved);
    out->raised = true;
    if (!sigsetjmp(cpu->jmp_env, 0)) {
        out->exit = backend->enter(cpu_env(cpu), code->entry);
        out->raised = false;
    }
    memcpy(cpu->jmp_env, saved, sizeof saved);
    t->fault.ra = 0;
    if (t->has_lock) {
        engine_unlock(t);
    }
    if (machine_lock_held()) {
        machine_unlock();
    }
}

static void run_interp(CPUState *cpu, const LockstepUnit *u, Outcome *out)
{
    CPUTCG *t = cpu_tcg(cpu);
    Lockstep *l = t->engine->lockstep;

    undo_begin(&l->undo);
    t->undo = &l->undo;
    l->running = u;
    run_code(cpu, &tcg_interp_backend, &u->code, out);
    l->running = NULL;
    t->undo = NULL;
    undo_end(&l->undo);
}

/* Comparing. */

static uint32_t state_flags(const TCGEngine *e, const State *s)
{
    const GuestDesc *g = &e->guest;
    const uint8_t *env = s->env;
    CCState cc = {
        .op = *(uint32_t *)(env + g->cc_op),
        .a = *(uint64_t *)(env + g->cc_a),
        .b = *(uint64_t *)(env + g->cc_b),
        .c = *(uint64_t *)(env + g->cc_c),
        .r = *(uint64_t *)(env + g->cc_r),
    };

    return cc_compute(&cc);
}

/* The recipe's fields of b become those of a. */
static void copy_recipe(const TCGEngine *e, const State *a, State *b)
{
    const GuestDesc *g = &e->guest;
    const int32_t words[] = {g->cc_a, g->cc_b, g->cc_c, g->cc_r};

    memcpy(b->env + g->cc_op, a->env + g->cc_op, 4);
    for (unsigned i = 0; i < ARRAY_SIZE(words); i++) {
        memcpy(b->env + words[i], a->env + words[i], 8);
    }
}

static uint32_t live_flags(const LockstepUnit *u, const Outcome *out)
{
    uintptr_t slot = out->exit.reason - TCG_EXIT_LINK;

    return !out->raised && slot < TCG_MAX_EXITS ? u->live[slot] : u->defined;
}

static void describe_env(const TCGEngine *e, const State *a, const State *b, GString *to)
{
    const CPUOps *ops = e->ops;

    for (size_t i = 0; i < ops->env_size; i += 8) {
        const char *name = "";

        if (!memcmp(a->env + i, b->env + i, MIN(8, ops->env_size - i))) {
            continue;
        }
        for (size_t k = 0; k < ops->nregs; k++) {
            if (ops->regs[k].offset / 8 == i / 8) {
                name = ops->regs[k].name;
            }
        }
        g_string_append_printf(
            to, "env+0x%zx %s: interpreter %016" PRIx64 ", back end %016" PRIx64 "\n", i,
            name, *(uint64_t *)(a->env + i), *(uint64_t *)(b->env + i));
    }
}

static void describe_memory(const Undo *u, GString *to)
{
    for (unsigned i = 0; i < u->stored->len; i++) {
        const Stored *s = nth_stored(u, i);
        const uint8_t *want = u->new_bytes->data + s->at;
        ram_addr_t addr;

        for (size_t k = 0; k < s->n; k++) {
            if (s->host[k] != want[k]) {
                bool is_ram = ram_addr_from_host(s->host + k, &addr);

                g_string_append_printf(
                    to, "%s 0x%" PRIx64 ": interpreter %02x, back end %02x\n",
                    is_ram ? "RAM" : "memory", is_ram ? addr : (uintptr_t)(s->host + k),
                    want[k], s->host[k]);
            }
        }
    }
}

static void describe_ends(const Lockstep *l, const Outcome *a, const Outcome *b,
                          GString *to)
{
    if (a->raised != b->raised ||
        l->interp.exception_index != l->native.exception_index) {
        g_string_append_printf(to, "exception: interpreter %d, back end %d\n",
                               a->raised ? l->interp.exception_index : -1,
                               b->raised ? l->native.exception_index : -1);
    } else if (!a->raised && a->exit.reason != b->exit.reason) {
        g_string_append_printf(to, "exit reason: interpreter %d, back end %d\n",
                               (int)a->exit.reason, (int)b->exit.reason);
    }
    if (l->interp.halted != l->native.halted) {
        g_string_append_printf(to, "halted: interpreter %d, back end %d\n",
                               l->interp.halted, l->native.halted);
    }
}

/* All differences as text. */
static void compare(TCGEngine *e, const LockstepUnit *u, const Outcome *a,
                    const Outcome *b, GString *to)
{
    Lockstep *l = e->lockstep;
    uint32_t live = live_flags(u, a);
    uint32_t want = state_flags(e, &l->interp) & live,
             got = state_flags(e, &l->native) & live;

    if (want != got) {
        g_string_append_printf(
            to, "flags: interpreter %03x, back end %03x, of which %03x count\n", want,
            got, live);
    }
    copy_recipe(e, &l->native, &l->interp);
    describe_ends(l, a, b, to);
    describe_env(e, &l->interp, &l->native, to);
    describe_memory(&l->undo, to);
}

static void print_state(CPUState *cpu, const State *s, const char *title)
{
    g_autoptr(GString) text = g_string_new(NULL);

    memcpy(cpu_env(cpu), s->env, cpu->ops->env_size);
    cpu->ops->dump_regs(cpu, CPU_DUMP_FPU, text);
    log_printf("%s:\n%s\n", title, text->str);
}

/* Prints the unit in all its forms by translating it once more, and the states; then ends
 * the program. */
G_GNUC_NORETURN static void report(CPUState *cpu, const TranslationBlock *tb,
                                   const GString *what)
{
    Lockstep *l = cpu_tcg(cpu)->engine->lockstep;

    log_line("lockstep: interpreter and back end differ in the unit at 0x%" PRIx64
             " (flags 0x%x)",
             tb->pc, tb->flags);
    log_printf("%s\n", what->str);
    print_state(cpu, &l->interp, "after the interpreter");
    print_state(cpu, &l->native, "after the back end");
    print_state(cpu, &l->before, "before");
    cpu_mode_changed(cpu, l->before.mode);
    log_set_filter(NULL, NULL);
    log_set_mask(LOG_IN_ASM | LOG_OP | LOG_OP_OPT | LOG_OUT_ASM);
    tb_make(cpu, false);
    report_error("lockstep: a difference at pc 0x%" PRIx64 ": see the log", tb->pc);
    exit(1);
}

/* The back end alone. */
static TCGExit run_alone(CPUState *cpu, const TranslationBlock *tb)
{
    return tb->code.backend->enter(cpu_env(cpu), tb->code.entry);
}

/* The comparison is over, the rest of the run goes without. */
static void count_insns(TCGEngine *e, const TranslationBlock *tb)
{
    Lockstep *l = e->lockstep;

    if (l->left != UINT64_MAX) {
        l->left -= MIN(l->left, tb->num_insns);
        if (!l->left) {
            log_line("lockstep: no difference in %" PRIu64 " instructions",
                     log_lockstep_insns);
            e->no_chain = log_enabled(LOG_NOCHAIN);
        }
    }
}

TCGExit lockstep_enter(CPUState *cpu, TranslationBlock *tb)
{
    CPUTCG *t = cpu_tcg(cpu);
    TCGEngine *e = t->engine;
    Lockstep *l = e->lockstep;
    Outcome a, b;

    if (!l->left || !tb->lockstep || tb->lockstep->once || t->in_one_shot) {
        return run_alone(cpu, tb);
    }
    if (tcg_one_space && atomic_read(&e->cpus->len) > 1) {
        if (atomic_xchg(&l->left, 0)) { /* the other may be here, too */
            log_line("lockstep: no more comparisons: there is a second thread");
        }
        return run_alone(cpu, tb);
    }
    atomic_set(&cpu->exit_request,
               0); /* the loop looks at everything after this unit anyway */
    state_keep(&l->before, cpu);
    run_interp(cpu, tb->lockstep, &a);
    state_keep(&l->interp, cpu);
    state_put_back(&l->before, cpu);
    bool asked = atomic_xchg(&cpu->exit_request, 0); /* a request came meanwhile */
    if (!a.raised && a.exit.reason == TCG_EXIT_REQUEST) {
        return a.exit;
    }
    if (l->undo.aborted) {
        t->stats.lockstep_alone++;
        return run_alone(cpu, tb);
    }
    run_code(cpu, tb->code.backend, &tb->code, &b);
    state_keep(&l->native, cpu);

    g_autoptr(GString) what = g_string_new(NULL);

    if (b.raised && t->unshared) { /* it was left half way, and goes on in another unit */
        t->stats.lockstep_alone++;
        siglongjmp(cpu->jmp_env, 1);
    }
    if (b.raised || b.exit.reason != TCG_EXIT_REQUEST) { /* else it was not run at all */
        compare(e, tb->lockstep, &a, &b, what);
        t->stats.lockstep_units++;
        count_insns(e, tb);
    }
    /* a helper may stop early for a request of another thread, which comes when it comes
     */
    if (what->len && !asked && !atomic_read(&cpu->exit_request)) {
        report(cpu, tb, what);
    }
    if (b.raised) {
        g_string_free(g_steal_pointer(&what), true);
        siglongjmp(cpu->jmp_env, 1);
    }
    return b.exit;
}
