/* Making a unit: fetching code bytes, the instruction loop, passes, dumps; and the way
 * back from host pc to guest state. */
/* SPDX-License-Identifier: MIT */
/*
 * A unit begins at env's pc and ends at the latest with the instruction that reaches the
 * end of the page: only its last instruction may go on in the next page. The bytes are
 * read in place while the unit is inside one page, and copied when they come from two, or
 * from a device.
 *
 * A fetch fault is raised by the unit's first instruction only; in front of a later one
 * the unit ends, so that it is met again as the first of the next.
 */
#include "accel/tcg/lockstep.h"
#include "accel/tcg/perf.h"
#include "accel/tcg/tb.h"
#include "accel/tcg/unit-cache.h"

#include "cpu/debug.h"
#include "cpu/rseq.h"
#include "util/bitops.h"
#include "util/host.h"
#include "util/log.h"

#define MAX_INSNS  64
#define INSN_BYTES 16 /* none is longer */
static_assert(MAX_INSNS * INSN_BYTES <= DISAS_MAX_BYTES, "DisasContextBase.reloaded");

/* What a translation needs beyond the DisasContextBase. */
typedef struct Translation {
    CodeFetch page, second;
    bool next_known; /* the next page is in the TLB: no walk is needed for `second` */
    bool has_second;
    unsigned cut; /* lockstep: where to end; 0: nowhere */
    bool checks;  /* the unit compares its bytes before it runs */
    bool kept;    /* the unit came from the cache */
    PeekSet peeked;
    uint8_t buf[PAGE_SIZE + INSN_BYTES];
} Translation;

/* Code bytes. */

static Translation *translation_of(DisasContextBase *db)
{
    return cpu_tcg(db->cpu)->engine->translation;
}

static void fetch_bytes(CPUState *cpu, const CodeFetch *f, unsigned offset, uint8_t *buf,
                        unsigned n)
{
    if (f->host) {
        memcpy(buf, f->host + offset, n);
    } else if (!machine_lock_held()) { /* see tb_make() */
        memset(buf, 0xff, n);
    } else {
        address_space_read(cpu->mem, f->pa + offset, buf, n);
    }
}

/* A unit that is not kept need not know of writes. */
static void protect_page(const DisasContextBase *db, const CodeFetch *f)
{
    if (f->mr && !db->one_insn) {
        tb_page_protect(cpu_tcg(db->cpu)->engine, f->mr, f->page);
    }
}

static unsigned bytes_in_first_page(const DisasContextBase *db)
{
    return PAGE_SIZE - (db->pc_first & ~PAGE_MASK);
}

/*
 * The unit's first instruction goes on in a page that is not there. The walk may read
 * tables in a device, so the lock is given back before; should there be a page now, the
 * vCPU tries again.
 */
static void raise_for_second(CPUState *cpu, vaddr next)
{
    CodeFetch f;

    engine_unlock(cpu_tcg(cpu));
    if (machine_lock_held()) {
        machine_unlock();
    }
    tlb_fetch_page(cpu, next, false, &f);
    cpu->exception_index = CPU_EXCP_LEAVE;
    cpu_loop_exit(cpu);
}

static bool code_more(DisasContextBase *db, unsigned len)
{
    Translation *tr = translation_of(db);
    unsigned n = bytes_in_first_page(db);
    vaddr next = (db->pc_first & PAGE_MASK) + PAGE_SIZE;

    if (len <= db->code_len) {
        return true;
    }
    if (tr->has_second) {
        return false;
    }
    if (!db->num_insns && !tr->next_known) {
        raise_for_second(db->cpu, next);
    }
    bool found = !db->num_insns
                     ? tlb_fetch_page(db->cpu, next, true, &tr->second) /* it is known */
                     : tlb_fetch_known_page(db->cpu, next, &tr->second);

    if (!found) {
        return false; /* the instruction is met again as the first of a unit */
    }
    if (!tr->checks && db->num_insns &&
        tb_page_self_checks(cpu_tcg(db->cpu)->engine, tr->second.page)) {
        return false; /* the instruction is a unit of its own */
    }
    protect_page(db, &tr->second);
    if (tr->page.host && db->code != tr->buf) {
        memcpy(tr->buf, db->code, n);
    } /* else they are in buf already */
    fetch_bytes(db->cpu, &tr->second, 0, tr->buf + n, INSN_BYTES);
    tr->has_second = true;
    db->code = tr->buf;
    db->code_len = n + INSN_BYTES;
    return len <= db->code_len;
}

static void peek_add(PeekSet *s, unsigned offset, unsigned len)
{
    unsigned end = offset + len;

    for (unsigned i = 0; i < s->n; i++) {
        bool last = i == PEEK_RANGES - 1;

        if (last || (offset <= s->range[i].end && s->range[i].start <= end)) {
            s->range[i].start = MIN(s->range[i].start, offset);
            s->range[i].end = MAX(s->range[i].end, end);
            return;
        }
    }
    s->range[s->n].start = offset;
    s->range[s->n++].end = end;
}

static const uint8_t *code_peek(DisasContextBase *db, vaddr pc, unsigned *len)
{
    Translation *tr = translation_of(db);
    unsigned offset = pc & ~PAGE_MASK;

    if ((pc ^ db->pc_first) & PAGE_MASK) {
        return NULL;
    }
    unsigned avail = PAGE_SIZE - offset;

    peek_add(&tr->peeked, offset, MIN(*len, avail));
    *len = avail;
    return tr->page.host + offset;
}

/* The first instruction is in a page where units check themselves, at least in part. */
static bool may_self_check(const DisasContextBase *db, ram_addr_t addr)
{
    const TCGEngine *e = cpu_tcg(db->cpu)->engine;

    ram_addr_t page = addr & PAGE_MASK, last = (addr + INSN_BYTES - 1) & PAGE_MASK;

    return tb_page_self_checks(e, page) || (last != page && tb_page_self_checks(e, last));
}

static void fetch_begin(DisasContextBase *db)
{
    Translation *tr = translation_of(db);
    unsigned offset = db->pc_first & ~PAGE_MASK;

    tr->has_second = false;
    tr->cut = 0;
    tr->peeked.n = 0;
    tr->kept = false;
    tlb_fetch_page(db->cpu, db->pc_first, false, &tr->page);
    protect_page(db, &tr->page);
    tr->checks = !db->one_insn && may_self_check(db, tr->page.page + offset);
    db->code_len = bytes_in_first_page(db);
    if (tr->checks) { /* all of it is made from what is there now */
        memcpy(tr->buf, tr->page.host + offset, db->code_len);
        db->code = tr->buf;
    } else if (tr->page.host) {
        db->code = tr->page.host + offset;
    } else {
        db->code_len = MIN(db->code_len, INSN_BYTES);
        db->code = tr->buf;
        fetch_bytes(db->cpu, &tr->page, offset, tr->buf, db->code_len);
    }
}

/* The instruction loop. */

static bool breakpoint_stops(const DisasContextBase *db)
{
    return unlikely(db->cpu->breakpoints) && !db->one_insn &&
           cpu_breakpoint_at(db->cpu, db->pc_next);
}

static bool may_go_on(const DisasContextBase *db)
{
    return db->is_jmp == DISAS_NEXT && db->num_insns < db->max_insns &&
           ir_room(db->tcg) && !((db->pc_next ^ db->pc_first) & PAGE_MASK);
}

/* A unit that only says that it is at a breakpoint. */
static void gen_breakpoint(DisasContextBase *db)
{
    TCGContext *s = db->tcg;

    ir_st_env(s, IR_I64, ir_const(s, *env_pc(db->cpu)), s->guest->pc);
    ir_exit_tb(s, CPU_TB_BREAKPOINT);
    db->is_jmp = DISAS_END;
}

/* For lockstep: the unit should end before this instruction, whose ops begin at `first`.
 */
static void note_io(DisasContextBase *db, unsigned first)
{
    Translation *tr = translation_of(db);

    if (lockstep_on(cpu_tcg(db->cpu)->engine) && db->num_insns > 1 && !tr->cut &&
        lockstep_has_io(db->tcg, first)) {
        tr->cut = db->num_insns - 1;
    }
}

/* The unit that checks itself has been patched before. */
static bool is_patched(const TCGEngine *e)
{
    const Translation *tr = e->translation;

    return tr->checks && !(e->opts.opt_off >> OPTBIT_reload & 1) &&
           page_set_has(&e->patched, tr->page.page + (e->dc->pc_first & ~PAGE_MASK));
}

/* In a unit that checks itself: does the instruction write to memory? Then the unit ends
 * here: the store may change what follows. */
static void note_store(DisasContextBase *db, unsigned first)
{
    const Translation *tr = translation_of(db);

    for (unsigned i = first; tr->checks && i < db->tcg->nops; i++) {
        const IROp *op = &db->tcg->ops[i];

        if (op_info[op->code].class == CLASS_MEM ? op_info[op->code].flags & OPF_SIDE
                                                 : op->code == OP_call) {
            db->max_insns = 0;
        }
    }
}

/* A bit for each of n bytes, as eight bits of each that is 0. */
static uint64_t mask_without(const uint64_t *bits, unsigned at, unsigned n)
{
    uint64_t mask = 0;

    for (unsigned i = 0; i < n; i++) {
        bool skip = bits[(at + i) / 64] >> (at + i) % 64 & 1;

        mask |= skip ? 0 : UINT64_C(0xff) << 8 * i;
    }
    return mask;
}

/* The bytes at the head of the unit, but for those of `reloaded`, are those that it is
 * made from; else to `stale`. */
static void gen_check(DisasContextBase *db, unsigned size, const uint64_t *reloaded,
                      unsigned stale)
{
    TCGContext *s = db->tcg;

    ir_insn_start(s, *env_pc(db->cpu));
    for (unsigned at = 0, n; at < size; at += n) {
        unsigned log = size - at >= 8   ? MO_64
                       : size - at >= 4 ? MO_32
                       : size - at >= 2 ? MO_16
                                        : MO_8;
        IRAddr addr = {.base = ir_const(s, db->pc_first + at), .index = IR_NONE};
        IRRef now = ir_temp(s, IR_I64), part = now;

        n = 1u << log;
        uint64_t mask = mask_without(reloaded, at, n);

        if (!mask) {
            continue;
        }
        ir_ld(s, IR_I64, now, addr, log);
        if (mask != mask_without((const uint64_t[DISAS_MAX_BYTES / 64]){0}, at, n)) {
            part = ir_temp(s, IR_I64);
            ir_op2(s, OP_and, IR_I64, part, now, ir_const(s, mask));
        }
        ir_brcond(s, IR_I64, COND_NE, part,
                  ir_const(s, ldn_le_p(db->code + at, n) & mask), stale);
    }
}

static void gen_stale(DisasContextBase *db, unsigned label)
{
    TCGContext *s = db->tcg;

    ir_label(s, label);
    ir_st_env(s, IR_I64, ir_const(s, *env_pc(db->cpu)), s->guest->pc);
    ir_exit_tb(s, CPU_TB_STALE);
}

static void translate_insns(DisasContextBase *db)
{
    const CPUOps *ops = db->cpu->ops;
    const Translation *tr = translation_of(db);
    bool watched =
        tr->checks || db->cpu->breakpoints || lockstep_on(cpu_tcg(db->cpu)->engine);

    if (breakpoint_stops(db)) {
        gen_breakpoint(db);
        return;
    }
    ops->translate_start(db);
    do {
        vaddr pc = db->pc_next;
        unsigned first = db->tcg->nops;

        ops->translate_insn(db);
        db->num_insns += db->pc_next != pc;
        if (unlikely(watched)) {
            note_io(db, first);
            note_store(db, first);
            db->max_insns = breakpoint_stops(db) ? 0 : db->max_insns;
        }
    } while (may_go_on(db));
    ops->translate_stop(db);
}

/* Probes have failed too often in a unit that began here. */
static bool is_unshared(const TCGEngine *e)
{
    const CodeFetch *f = &e->translation->page;

    return e->unshared.count && f->mr &&
           page_set_has(&e->unshared, f->page + (e->dc->pc_first & ~PAGE_MASK));
}

/* The guest's accesses in this page are often not aligned. */
static bool is_unaligned(const TCGEngine *e)
{
    return e->unaligned.count && page_set_has(&e->unaligned, e->translation->page.page);
}

static bool may_skip_jumps(const CPUState *cpu)
{
    const TCGEngine *e = cpu_tcg(cpu)->engine;

    return !(e->opts.opt_off >> OPTBIT_jumps & 1) && !e->count &&
           !e->opts.one_insn_per_tb && !log_enabled(LOG_NOCHAIN) && !cpu->breakpoints;
}

/* Code that has been run at another address, as that of a library is which each process
 * has elsewhere; and, where there is much of such code, all that is met in a page for the
 * first time: the next process will have it elsewhere. */
static bool is_moved(TCGEngine *e, const TBKey *key)
{
    enum { MOVES_CODE = 256 };
    bool may_guess = !(e->opts.opt_off >> OPTBIT_early & 1);

    switch (tb_page_place(e, e->translation->page.page, key)) {
    case TB_PAGE_NEW:
        return may_guess && e->nmoved >= MOVES_CODE;
    case TB_PAGE_HERE:
        return false;
    default:
        e->nmoved += e->nmoved < MOVES_CODE;
        return true;
    }
}

/* Who debugs wants to see units as they are. */
static bool is_relative(const CPUTCG *t, const DisasContextBase *db)
{
    TCGEngine *e = t->engine;
    const Translation *tr = e->translation;

    return tb_may_be_relative(t, &db->key) && t->want != TB_FIXED && !db->one_insn &&
           tr->page.mr && !tr->checks && !t->cpu->breakpoints &&
           (t->want == TB_RELATIVE || is_moved(e, &db->key));
}

/* The bytes of a unit at env's pc. cut: most instructions, 0: as many as usual. */
static DisasContextBase *fetch_unit(CPUState *cpu, bool one_shot, unsigned cut)
{
    TCGEngine *e = cpu_tcg(cpu)->engine;
    const Translation *tr = e->translation;
    DisasContextBase *db = e->dc;

    db->tcg = e->ctx;
    db->cpu = cpu;
    db->key = cpu->ops->tb_key(cpu);
    db->pc_first = db->pc_next = db->key.pc;
    db->num_insns = 0;
    db->max_insns = one_shot || e->opts.one_insn_per_tb ? 1 : cut ? cut : MAX_INSNS;
    db->is_jmp = DISAS_NEXT;
    db->one_insn = one_shot;
    db->code_more = code_more;
    db->skip_jumps = may_skip_jumps(cpu);
    db->head_ops = 0;
    fetch_begin(db);
    db->reload = is_patched(e);
    if (tr->checks) {
        memset(db->reloaded, 0, sizeof db->reloaded);
    }
    if (!tr->page.host) {
        db->max_insns = 1;
    }
    /* one instruction: who steps wants to see all state */
    db->code_peek = tr->page.host && !tr->checks && !one_shot ? code_peek : NULL;
    return db;
}

/* Which tells the interpreter nothing, so that lockstep does without. */
static bool has_fp_traps(const TCGEngine *e)
{
    return e->guest.fault && e->backend->fp_traps && e->backend->fp_traps() &&
           !lockstep_on(e) && !TCG_OPT_OFF(e->ctx, fptraps);
}

/* Its ops begin. may_keep: it is one that another run may have use for. */
static void begin_ops(DisasContextBase *db, bool may_keep)
{
    const CPUTCG *t = cpu_tcg(db->cpu);
    TCGEngine *e = t->engine;
    TCGContext *s = e->ctx;

    tcg_start(s, *env_pc(db->cpu));
    s->share = !tcg_one_space && e->backend->probes && !db->one_insn && !t->unshared &&
               !is_unshared(e);
    s->adx = e->backend->has_adx && e->backend->has_adx() && !TCG_OPT_OFF(s, adx);
    s->fp_traps = has_fp_traps(e) && !db->one_insn;
    s->movable = may_keep;
    s->late_sp = e->backend->late_sp && !TCG_OPT_OFF(s, pushes);
    s->unaligned = is_unaligned(e);
    s->relative = e->relative && is_relative(t, db);
    s->guard_links =
        !s->relative && !tcg_one_space && t->tlb.mode == 0 && e->backend->guard;
}

static bool may_keep(const DisasContextBase *db, unsigned cut)
{
    return cpu_tcg(db->cpu)->engine->cache && !db->one_insn && !db->cpu->breakpoints &&
           !cut;
}

static DisasContextBase *begin_unit(CPUState *cpu, bool one_shot, unsigned cut)
{
    DisasContextBase *db = fetch_unit(cpu, one_shot, cut);

    begin_ops(db, may_keep(db, cut));
    return db;
}

/* Once more if it was found out meanwhile that the unit's head is in a sequence. */
static DisasContextBase *translate_unit(DisasContextBase *db)
{
    unsigned sequences = rseq_sequences;

    translate_insns(db);
    if (unlikely(rseq_sequences != sequences)) {
        db = begin_unit(db->cpu, db->one_insn, db->max_insns);
        translate_insns(db);
    }
    return db;
}

/* A unit of a page whose code is written all the time: how long it is, and what of it
 * need not be compared, has to be known before its head is made. */
static void translate_checked(CPUState *cpu, DisasContextBase *db)
{
    uint64_t reloaded[ARRAY_SIZE(db->reloaded)];

    for (unsigned size;;) {
        translate_insns(db);
        size = db->pc_next - db->pc_first;
        memcpy(reloaded, db->reloaded, sizeof reloaded);
        db = begin_unit(cpu, false, db->num_insns);
        unsigned stale = ir_label_new(db->tcg);

        gen_check(db, size, reloaded, stale);
        db->head_ops = db->tcg->nops;
        translate_insns(db);
        gen_stale(db, stale);
        if (db->pc_next - db->pc_first == size &&
            !memcmp(reloaded, db->reloaded, sizeof reloaded)) {
            return;
        }
        db = begin_unit(cpu, false, 0); /* it has just been changed */
    }
}

/* Dumps. */

static void dump(const char *title, const GString *text)
{
    FILE *f = log_lock();

    fprintf(f, "%s:\n%s\n", title, text->str);
    log_unlock();
}

static void dump_in_asm(const DisasContextBase *db)
{
    g_autoptr(GString) text = g_string_new(NULL);

    db->cpu->ops->disas(db->cpu, db->pc_first, db->code, db->pc_next - db->pc_first,
                        UINT_MAX, text);
    dump("IN", text);
}

static void dump_ir(const TCGContext *s, const char *title)
{
    g_autoptr(GString) text = g_string_new(NULL);

    ir_print(s, text);
    dump(title, text);
}

static void dump_host(const TCGBackend *backend, const TCGCode *code)
{
    g_autoptr(GString) text = g_string_new(NULL);

    g_string_printf(text, "size %u at %p\n", code->code_size, code->entry);
    if (backend->disas) {
        backend->disas(code, text);
    }
    dump("OUT", text);
}

static bool dumps(const DisasContextBase *db, uint32_t mask)
{
    return log_enabled(mask) && log_addr_in_filter(db->pc_first);
}

/* The whole way. */

/* A unit of user mode in two pages checks where its second page is. */
static void guard_head(TCGEngine *e, const DisasContextBase *db)
{
    const Translation *tr = e->translation;
    bool crosses = (db->pc_next - 1) >> PAGE_BITS != db->pc_first >> PAGE_BITS;

    if (e->ctx->guard_links && !db->key.cs_base && crosses && tr->second.mr) {
        e->ctx->head_guard = true;
        e->ctx->head_pc = (db->pc_first & PAGE_MASK) + PAGE_SIZE;
        e->ctx->head_token = tb_token(e, e->ctx->head_pc, tr->second.page);
    }
}

static void verify(const TCGContext *s, const char *after)
{
    g_autoptr(GError) err = NULL;

    if (!ir_verify(s, &err)) {
        dump_ir(s, after);
        g_error("IR is wrong after %s: %s", after, err->message);
    }
}

static bool generate(TCGEngine *e, DisasContextBase *db, TCGCode *code)
{
    TCGContext *s = e->ctx;

    if (e->translation->checks) {
        translate_checked(db->cpu, db);
    } else {
        translate_unit(db);
    }
    guard_head(e, db);
    if (unlikely(e->count)) {
        tb_count_ops(s);
    }
    if (dumps(db, LOG_IN_ASM)) {
        dump_in_asm(db);
    }
    if (dumps(db, LOG_OP)) {
        dump_ir(s, "OP");
    }
    if (e->verify) {
        verify(s, "the front end");
    }
    tcg_optimize(s);
    if (dumps(db, LOG_OP_OPT)) {
        dump_ir(s, "OP after optimization");
    }
    if (e->verify) {
        verify(s, "optimization");
    }
    code_buf_prepare(e->code);

    bool ok = e->backend->gen_code(s, e->code, code);

    if (ok && dumps(db, LOG_OUT_ASM)) {
        dump_host(e->backend, code);
    }
    return ok;
}

/* The interpreter's code of the unit, and where the unit is to end. False: no room. */
static bool translate_for_lockstep(CPUState *cpu, LockstepUnit **u, unsigned *cut)
{
    TCGEngine *e = cpu_tcg(cpu)->engine;

    *u = g_new0(LockstepUnit, 1);
    g_ptr_array_add(e->chunks, *u);
    translate_unit(begin_unit(cpu, false, 0));
    *cut = e->translation->cut;
    if (*cut) {
        translate_insns(begin_unit(cpu, false, *cut));
    }
    bool ok = lockstep_gen_code(e, *u);

    (*u)->once |=
        e->translation->checks; /* it is another unit: its bytes may have changed */
    return ok;
}

/* Units of earlier runs. */

/* What the unit was made from is what is there now. */
static bool same_bytes(DisasContextBase *db, const KeptUnit *u, const KeptLayout *l)
{
    Translation *tr = translation_of(db);
    const uint8_t *kept = (const uint8_t *)u, *peeked = kept + l->peeked;

    db->num_insns = u->num_insns; /* a second page that is not there is no fault */
    if (!code_more(db, u->guest_size) ||
        memcmp(db->code, kept + l->guest, u->guest_size)) {
        return false;
    }
    kept_peeks(u, l, &tr->peeked);
    for (unsigned i = 0; i < tr->peeked.n; i++) {
        unsigned start = tr->peeked.range[i].start;
        unsigned n = tr->peeked.range[i].end - start;

        if (memcmp(tr->page.host + start, peeked, n)) {
            return false;
        }
        peeked += n;
    }
    return true;
}

/* False: there is none, or no room for it. The unit's bytes have been fetched, but it has
 * no ops yet: most that are found need none. */
static bool take_kept(TCGEngine *e, DisasContextBase *db, TCGCode *code)
{
    Translation *tr = e->translation;
    const TCGMover *mover = e->backend->mover;
    RecordCursor at = {0};
    KeptLayout l;

    if (!mover || tr->checks || is_unaligned(e)) {
        return false;
    }
    for (const KeptUnit *u; (u = unit_cache_find(e->cache, &db->key, &at, &l));) {
        if (!tcg_rseq_touches(u->pc, u->pc + u->guest_size - 1) &&
            same_bytes(db, u, &l)) {
            kept_code(u, code);
            code_buf_prepare(e->code);
            if (mover->put(e->ctx, e->code, (const char *)u + l.host, code)) {
                e->ctx->head_guard = e->ctx->relative = false;
                tr->kept = true;
                db->pc_next = db->pc_first + u->guest_size;
                return true;
            }
        }
        fetch_unit(db->cpu, false, 0);
    }
    return false;
}

/* Translates and emits; flushes when there is no room. */
static DisasContextBase *make_code(CPUState *cpu, bool one_shot, LockstepUnit **u,
                                   TCGCode *code)
{
    TCGEngine *e = cpu_tcg(cpu)->engine;

    for (;;) {
        unsigned cut = 0;

        if (!lockstep_on(e) || one_shot || translate_for_lockstep(cpu, u, &cut)) {
            DisasContextBase *db = fetch_unit(cpu, one_shot, cut);
            bool keep = may_keep(db, cut);

            if (keep && take_kept(e, db, code)) {
                return db;
            }
            begin_ops(db, keep);
            if (generate(e, db, code)) {
                return db;
            }
        }
        if (!e->ntbs) {
            g_error("a unit does not fit into the code memory");
        }
        tb_flush_from_loop(cpu, one_shot);
        tb_flush(e);
    }
}

static TranslationBlock *finish_unit(TCGEngine *e, DisasContextBase *db,
                                     const TCGCode *code)
{
    const Translation *tr = e->translation;
    TranslationBlock *tb = tb_alloc(e, code);

    tb->pc = db->key.pc;
    tb->cs_base = db->key.cs_base;
    tb->flags = db->key.flags;
    tb->ip = *env_pc(db->cpu);
    tb->size = db->pc_next - db->pc_first;
    tb->num_insns = db->num_insns;
    tb->addr = tr->page.mr ? tr->page.page + (tb->pc & ~PAGE_MASK) : RAM_ADDR_NONE;
    tb->second = tb->size > bytes_in_first_page(db) ? tr->second.page : RAM_ADDR_NONE;
    tb->peeked = tr->peeked;
    tb->head_guard = e->ctx->head_guard;
    tb->unshared = cpu_tcg(db->cpu)->unshared;
    tb->relative = e->ctx->relative;
    tb->kept = tr->kept;
    tb->one_shot = db->one_insn || !tr->page.mr || (tr->has_second && !tr->second.mr);
    return tb;
}

static void count(TCGEngine *e, const TranslationBlock *tb, int64_t began)
{
    TCGStats *s = &e->stats;

    if (tb->kept) {
        s->kept++;
        return;
    }
    if (e->cache && tb->code.movable) {
        e->cache->fresh++;
    }
    s->relative += tb->relative;
    s->tbs++;
    s->insns += tb->num_insns;
    s->guest_bytes += tb->size;
    s->host_bytes += tb->code.code_size;
    s->host_bytes_all += tb->code.size;
    s->translate_ns += began ? clock_monotonic_ns() - began : 0;
}

/*
 * The machine lock comes before the engine's (a device that writes to code takes them
 * so). It is needed to fetch code from a device, and for page tables in one: so the pages
 * that the first instruction may lie in come to the TLB before the engine is locked.
 */
static void lock_for_translation(CPUState *cpu)
{
    CPUTCG *t = cpu_tcg(cpu);
    vaddr pc = cpu->ops->tb_key(cpu).pc, next = (pc & PAGE_MASK) + PAGE_SIZE;
    bool next_known = false;
    CodeFetch f;

    bool device = false;

    if (!tcg_one_space) {
        tlb_fetch_page(cpu, pc, false, &f);
        device = !f.mr;
    }
    if (next - pc < INSN_BYTES && tlb_fetch_page(cpu, next, true, &f)) {
        next_known = true;
        device |= !f.mr;
    }
    if (unlikely(device)) {
        machine_lock();
    }
    engine_lock(t);
    t->engine->translation->next_known = next_known;
}

TranslationBlock *tb_make(CPUState *cpu, bool one_shot)
{
    CPUTCG *t = cpu_tcg(cpu);
    TCGEngine *e = t->engine;
    int64_t began = log_enabled(LOG_STATS) ? clock_monotonic_ns() : 0;
    LockstepUnit *u = NULL;
    TCGCode code;

    lock_for_translation(cpu);
    if (unlikely(cpu->rseq_area)) {
        tcg_rseq_disturb(cpu, cpu->ops->tb_key(cpu).pc);
    }
    TranslationBlock *old = tcg_one_space && !one_shot ? tb_wake(cpu) : NULL;

    if (old) {
        engine_unlock(t);
        return old;
    }
    if (e->ntbs == e->max_tbs) {
        tb_flush_from_loop(cpu, one_shot);
        tb_flush(e);
    }
    DisasContextBase *db = make_code(cpu, one_shot, &u, &code);
    TranslationBlock *tb = finish_unit(e, db, &code);

    tb->lockstep = u;
    tb_install(e, tb);
    if (e->fork_tell && !tb->one_shot) {
        fork_note_add(e->fork_tell, tb->pc, false);
    }
    count(e, tb, began);
    tcg_perf_unit(tb);
    engine_unlock(t);
    if (machine_lock_held()) {
        machine_unlock();
    }
    return tb;
}

void tcg_translation_init(TCGEngine *e)
{
    e->translation = g_new0(Translation, 1);
    e->dc = g_malloc0(e->ops->disas_size);
}

void tcg_translation_free(TCGEngine *e)
{
    g_free(e->translation);
    g_free(e->dc);
}

/* From host pc to guest state. */

/* From the address that the unit was made for to where it runs. */
static uint64_t slide_of(CPUState *cpu, const TranslationBlock *tb)
{
    int32_t at = cpu_tcg(cpu)->engine->guest.unit_page;

    return tb->relative
               ? *(const uint64_t *)((char *)cpu_env(cpu) + at) - (tb->pc & PAGE_MASK)
               : 0;
}

/* Stores what a TCGRestore says; values are read before any is written. */
static void apply_restore(CPUState *cpu, const TCGRestore *r)
{
    const GuestDesc *g = &cpu_tcg(cpu)->engine->guest;
    char *env = cpu_env(cpu);
    uint32_t *cc_op = (uint32_t *)(env + g->cc_op);
    uint64_t a = 0, b = 0, c = 0, over = 0;

    if (r->base_pending) {
        a = tcg_value(&r->a, env);
        b = tcg_value(&r->b, env);
        c = tcg_value(&r->c, env);
    }
    if (r->overlay_pending) {
        over = tcg_value(&r->r, env);
    }
    if (r->base_pending) {
        *cc_op = r->cc_op & 0xffff;
        *(uint64_t *)(env + g->cc_a) = a;
        *(uint64_t *)(env + g->cc_b) = b;
        *(uint64_t *)(env + g->cc_c) = c;
    }
    if (r->overlay_pending) {
        *cc_op = (*cc_op & 0xffff) | (r->cc_op & 0xffff0000);
        *(uint64_t *)(env + g->cc_r) = over;
    }
    if (r->x87_pending) {
        *(uint64_t *)(env + g->x87_fip) = r->fip;
        *(uint16_t *)(env + g->x87_fop) = r->fop;
    }
    *(uint64_t *)(env + g->sp) += r->sp;
    cpu->ops->restore_state(cpu, r->pc);
}

/* The state at ra; false: it is in env. */
static bool state_at(CPUState *cpu, uintptr_t ra, TCGRestore *r)
{
    TCGEngine *e = cpu_tcg(cpu)->engine;

    if (!ra) {
        return false;
    }
    if (lockstep_restore_point(cpu, ra, r)) {
        return true;
    }
    if (!code_buf_contains(e->code, (void *)ra)) {
        return false; /* the interpreter makes env precise before it calls */
    }
    const TranslationBlock *tb = tb_by_code(e, (void *)ra);

    if (!tb || !tcg_restore_point(&tb->code, (void *)ra, r)) {
        return false;
    }
    r->pc += slide_of(cpu, tb);
    return true;
}

void cpu_restore_state(CPUState *cpu, uintptr_t ra)
{
    TCGRestore r;

    if (state_at(cpu, ra, &r)) {
        apply_restore(cpu, &r);
    }
}

const void *tcg_resume_point(CPUState *cpu, uintptr_t pc)
{
    const TranslationBlock *tb = tb_by_code(cpu_tcg(cpu)->engine, (void *)pc);
    TCGRestore r;

    return tb && tcg_restore_point(&tb->code, (void *)pc, &r) && r.resume
               ? (const char *)tb->code.entry + r.resume
               : NULL;
}

void cpu_loop_exit(CPUState *cpu)
{
    siglongjmp(cpu->jmp_env, 1);
}

void cpu_loop_exit_restore(CPUState *cpu, uintptr_t ra)
{
    cpu_restore_state(cpu, ra);
    cpu_loop_exit(cpu);
}

vaddr tcg_pc_at(CPUState *cpu, uintptr_t ra)
{
    TCGRestore r;

    if (state_at(cpu, ra, &r)) {
        r.sp = 0; /* who asks may do so again, or go on */
        apply_restore(cpu, &r);
    }
    return cpu->ops->tb_key(cpu).pc;
}
