/* What the engine has done: the text of -d stats. */
/* SPDX-License-Identifier: MIT */
#include "accel/tcg/tb.h"

static double ratio(uint64_t a, uint64_t b)
{
    return b ? (double)a / b : 0;
}

static void line(GString *to, const char *name, uint64_t value)
{
    g_string_append_printf(to, "  %-28s %12" PRIu64 "\n", name, value);
}

static void line_ratio(GString *to, const char *name, double value)
{
    g_string_append_printf(to, "  %-28s %12.2f\n", name, value);
}

static void translation_text(const TCGEngine *e, GString *to)
{
    const TCGStats *s = &e->stats;

    g_string_append(to, "Translation\n");
    line(to, "units", s->tbs);
    line(to, "units of earlier runs", s->kept);
    line(to, "units for any address", s->relative);
    line(to, "guest instructions", s->insns);
    line_ratio(to, "instructions a unit", ratio(s->insns, s->tbs));
    line_ratio(to, "ns an instruction", ratio(s->translate_ns, s->insns));
    line_ratio(to, "milliseconds in all", s->translate_ns / 1e6);
    line_ratio(to, "host bytes / guest bytes", ratio(s->host_bytes, s->guest_bytes));
    line_ratio(to, "the same with side tables", ratio(s->host_bytes_all, s->guest_bytes));
    line(to, "code memory used", code_buf_used(e->code));
    line(to, "flushes of it", s->flushes);
    line(to, "links", s->links);
    line(to, "of these between pages", s->cross_links);
    line(to, "of these undone", s->kernel_unlinks);
    line(to, "code pages", s->code_pages);
    line(to, "invalidated units", s->invalidated);
    line(to, "stores into code pages", s->code_stores);
    line(to, "of these beside code", s->code_stores_miss);
    line(to, "stores of the same bytes", s->code_stores_same);
}

/* Of what was executed; a TLB's slow paths are none where there is no TLB. */
static void rates_text(const CPUTCG *t, GString *to)
{
    const CPUTCGStats *s = &t->stats;
    const TLBStats *tlb = &t->tlb.stats;
    uint64_t insns = t->cpu->counts.insns, indirect = t->cpu->counts.indirect;
    uint64_t slow = tlb->slow_loads + tlb->slow_stores + tlb->slow_probes;

    g_string_append(to, "  Rates\n");
    line(to, "guest instructions run", insns);
    line(to, "accesses to memory", t->cpu->counts.accesses);
    line(to, "indirect branches", indirect);
    line_ratio(to, "% of accesses that are slow",
               100 * ratio(slow, t->cpu->counts.accesses));
    line_ratio(to, "slow ones per 1000 insns", 1000 * ratio(slow, insns));
    line_ratio(to, "look-ups per 1000 insns", 1000 * ratio(s->lookups, insns));
    line_ratio(to, "% of indirect that leave", 100 * ratio(s->jump_misses, indirect));
}

static void vcpu_text(const TCGEngine *e, const CPUTCG *t, GString *to)
{
    const CPUTCGStats *s = &t->stats;

    g_string_append_printf(to, "vCPU %d\n", t->cpu->index);
    line(to, "entries of generated code", s->entered);
    line(to, "exits: request", s->exit_request);
    line(to, "exits: no code for the pc", s->exit_lookup);
    line(to, "exits: jump not linked", s->exit_link);
    line(to, "exits: asked for", s->exit_tb);
    line(to, "exceptions", s->excp);
    line(to, "instructions run alone", s->one_shots);
    line(to, "probes that failed", s->unshared);
    if (e->lockstep) {
        line(to, "units compared (lockstep)", s->lockstep_units);
        line(to, "units run only once", s->lockstep_alone);
    }
    line(to, "look-ups", s->lookups);
    line(to, "look-ups that found", s->lookup_hits);
    line(to, "of these for indirect jumps", s->jump_misses);
    if (e->count) {
        rates_text(t, to);
    }
}

void tcg_stats_text(const TCGEngine *e, GString *to)
{
    translation_text(e, to);
    for (unsigned i = 0; i < e->cpus->len; i++) {
        const CPUTCG *t = e->cpus->pdata[i];

        vcpu_text(e, t, to);
        tcg_memory_stats(t, to);
    }
}
