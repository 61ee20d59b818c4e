/* What the engine has to know of a machine's memory: TLB geometry, layout, code in RAM.
 */
/* SPDX-License-Identifier: MIT */
/*
 * user-mem.c is the same for a program. A code page has RAM_PAGE_CODE, and as long no TLB
 * lets generated code write to it directly.
 *
 * The order that makes a write by anybody seen: tb_page_protect() sets the flag and takes
 * the direct writes away before the first byte is read for translation.
 */
#include "accel/tcg/machine-traps.h"
#include "accel/tcg/tb.h"

#include "util/atomic.h"
#include "util/thread.h"

const bool tcg_one_space = false;
const bool tcg_many_vcpus = false;

static void flush_work(CPUState *cpu, void *data)
{
    tlb_flush_all(cpu);
}

static void layout_changed(MemoryListener *l)
{
    TCGEngine *e = container_of(l, TCGEngine, listener);

    for (unsigned i = 0; i < e->cpus->len; i++) {
        CPUTCG *t = e->cpus->pdata[i];

        if (!t->cpu->thread || thread_is_self(t->cpu->thread)) {
            tlb_flush_all(t->cpu);
        } else {
            run_on_cpu_async(t->cpu, flush_work, NULL);
        }
    }
}

/* A helper raises the exception. */
static const void *redo_trapped(void *env, uintptr_t pc)
{
    tcg_redo_alone(env_cpu(env), pc);
}

void tcg_memory_init(TCGEngine *e)
{
    GuestDesc *g = &e->guest;

    g->code_map = TLB_CODE_MAP;
    g->recent = TLB_RECENT;
    g->tlb_index_bits = TLB_INDEX_BITS;
    g->tlb_entry_bits = 5;
    g->tag_read = offsetof(TLBEntry, read);
    g->tag_write = offsetof(TLBEntry, write);
    g->addend = offsetof(TLBEntry, addend);
    g->probe = tcg_probe;
    g->fault = machine_traps_catch(e) ? redo_trapped : NULL;
    memory_set_code_write_hook(tb_code_written, e);
}

void tcg_memory_exit(TCGEngine *e)
{
    memory_set_code_write_hook(NULL, NULL);
    machine_traps_leave(e);
    if (e->listener.as) {
        memory_listener_unregister(&e->listener);
    }
}

void tcg_memory_vcpu(TCGEngine *e, CPUState *cpu)
{
    if (!e->listener.as) {
        e->listener.commit = layout_changed;
        memory_listener_register(&e->listener, cpu->mem);
    }
}

/* Code pages. */

/*
 * A page's note says which TLB entries may write to it directly: none (0), those with one
 * index of level 1 (index + 1), or more. It says too many rather than too few: entries go
 * without notice.
 */
#define WRITERS_MANY UINT16_MAX
static_assert(TLB_ENTRIES < WRITERS_MANY, "indexes fit");

void tb_page_writable(TCGEngine *e, ram_addr_t page, unsigned index)
{
    uint16_t *w = tb_page_note(e, page);

    if (*w != index + 1) {
        *w = *w ? WRITERS_MANY : index + 1;
    }
}

bool tb_page_knows_writer(const TCGEngine *e, ram_addr_t page, unsigned index)
{
    uint16_t w = tb_page_note_peek(e, page);

    return w == WRITERS_MANY || w == index + 1;
}

void tb_page_protect(TCGEngine *e, MemoryRegion *mr, ram_addr_t page)
{
    RAMBlock *block = mr->ram;
    hwaddr offset = page - block->base;

    if (ram_page_flags(block, offset) & RAM_PAGE_CODE) {
        return;
    }
    ram_page_set_code(block, offset);
    uint16_t *w = tb_page_note(e, page);

    for (unsigned i = 0; *w && i < e->cpus->len; i++) {
        CPUTCG *t = e->cpus->pdata[i];

        tlb_protect_page(t->cpu, block->host + offset, *w == WRITERS_MANY ? -1 : *w - 1);
    }
    *w = 0;
    smp_mb();
}

void tb_page_unprotect(TCGEngine *e, ram_addr_t page)
{
    RAMBlock *block = ram_block_find(page);

    if (block) { /* at the program's end memory may be gone already */
        ram_page_clear_code(block, page - block->base);
    }
}

bool tb_page_is_protected(const TCGEngine *e, ram_addr_t page)
{
    RAMBlock *block = ram_block_find(page);

    return ram_page_flags(block, page - block->base) & RAM_PAGE_CODE;
}

bool tb_page_may_run(ram_addr_t page)
{
    return true;
}

bool tb_page_self_checks(const TCGEngine *e, ram_addr_t page)
{
    return false;
}

/* Restartable sequences are programs'. */

bool tcg_rseq_touches(vaddr start, vaddr last)
{
    return false;
}

void tcg_rseq_disturb(CPUState *cpu, vaddr pc) {}

/* Statistics. */

static void line(GString *to, const char *what, uint64_t n)
{
    g_string_append_printf(to, "  %-28s %12" PRIu64 "\n", what, n);
}

void tcg_memory_stats(const CPUTCG *t, GString *to)
{
    const TLBStats *s = &t->tlb.stats;

    g_string_append(to, "  TLB\n");
    line(to, "slow loads", s->slow_loads);
    line(to, "slow stores", s->slow_stores);
    line(to, "slow probes", s->slow_probes);
    line(to, "I/O accesses", s->mmio);
    line(to, "fills", s->fills);
    line(to, "  from level 2, 4 KiB", s->l2_small);
    line(to, "  from level 2, large", s->l2_large);
    line(to, "  by page walk", s->walks);
    line(to, "address space switches", s->switches);
    line(to, "  to one that was kept", s->switch_hits);
    line(to, "flushes: page", s->page_flushes);
    line(to, "flushes: address space", s->space_flushes);
    line(to, "flushes: more", s->flushes);
    line(to, "kernel code epochs", s->kernel_epochs);
}
