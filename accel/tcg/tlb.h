/* The soft-MMU TLB of one vCPU: tables, second level, code mappings. Private to
 * accel/tcg. */
/* SPDX-License-Identifier: MIT */
#ifndef ACCEL_TCG_TLB_H
#define ACCEL_TCG_TLB_H

#include "accel/tcg/page-set.h"
#include "cpu/cpu.h"
#include "cpu/mmu.h"

/*
 * Level 1 is what generated code probes: one table for each kernel mode, shared by all
 * address spaces, and USER_TABLES tables for mode 0, each of one address space. A table
 * is direct-mapped, 4,096 entries of 32 bytes. It keeps a log of the entries that have
 * been filled, so that emptying it costs what filling it did. Kernel tables keep a second
 * log, of entries that are not global: a change of address space empties these.
 *
 * Level 2 is looked up on a miss in level 1, before the page tables: one array for 4 KiB
 * pages and one for 2 MiB pieces of larger ones. Its entries carry the generation of
 * their address space (or of the global mappings), so that emptying it costs nothing.
 *
 * Behind the entries of a user table stands its code map: for each page number modulo
 * 4,096 the token of a page from which code has been run, or 0. A token names a pair
 * (virtual page, page of RAM), the same in all address spaces: so equal tokens mean that
 * the virtual page holds the same code. Generated code compares them (guards of
 * guest-desc.h).
 *
 * Behind the code map stand the recent pages of guest-desc.h. They are forgotten whenever
 * an entry of the table is emptied, or filled anew for its page.
 *
 * A page is writable in level 1 without TLB_NOTDIRTY only if RAM_PAGE_CODE is clear.
 */
struct TCGEngine;

#define TLB_INDEX_BITS 12
#define TLB_ENTRIES    (1u << TLB_INDEX_BITS)
#define TLB_LOG        1024
#define TLB_CODE_MAP   (TLB_ENTRIES * sizeof(TLBEntry)) /* behind the entries */
#define TLB_LOCAL_LOG  512
#define TLB_RECENT     (TLB_CODE_MAP + TLB_ENTRIES * sizeof(uint32_t)) /* behind it */
#define USER_TABLES    8

#define TLB2_SMALL_BITS 12
#define TLB2_LARGE_BITS 9
#define LARGE_SHIFT     21

#define PAGE_BITS RAM_PAGE_BITS
#define PAGE_SIZE (UINT64_C(1) << PAGE_BITS)
#define PAGE_MASK (~(PAGE_SIZE - 1))

/* Tags are page addresses; these bits make the inline probe miss. */
#define TLB_INVALID  (UINT64_C(1) << 11) /* set in TLB_EMPTY only */
#define TLB_MMIO     (UINT64_C(1) << 10) /* not RAM, or a write to what is read-only    */
#define TLB_NOTDIRTY (UINT64_C(1) << 9)  /* a write: the page holds translated code  */
#define TLB_WATCH    (UINT64_C(1) << 8)  /* a watchpoint lies in the page               */
#define TLB_EMPTY    (~UINT64_C(0))

/* The addend comes first: without a displacement it arrives a cycle earlier. */
typedef struct TLBEntry {
    uint64_t addend;            /* host address - guest address */
    uint64_t read, write, exec; /* tags */
} TLBEntry;
static_assert(sizeof(TLBEntry) == 32, "generated code shifts by 5");

/* What level 1 knows of an entry beyond the probe. */
typedef struct TLBFull {
    hwaddr pa;        /* of the page */
    MemoryRegion *mr; /* NULL: more than one region in the page */
    hwaddr offset;    /* of the page in mr */
    bool global;
    bool readonly; /* RAM that ignores writes */
} TLBFull;

/* The pages that code has been run from by way of the jump table or of links between
 * pages. */
typedef struct CodeSpace {
    uint32_t
        epoch; /* in jump-table tags; moves when one of the mappings may have changed */
    bool has_local; /* kernel: some page is not global */
    uint64_t last;  /* page number + 1 that was added last */
    PageSet pages;
} CodeSpace;

typedef struct TLBTable {
    TLBEntry *entry;
    uint32_t *code_map;
    TLBFull *full;
    unsigned nlog, nlocal; /* beyond TLB_LOG, TLB_LOCAL_LOG: the log is incomplete */
    uint16_t log[TLB_LOG];
    uint16_t local[TLB_LOCAL_LOG];
    /* of a user table */
    bool used;
    uint64_t id; /* address space */
    uint64_t last_used;
    uint32_t generation; /* of its entries in level 2 */
    CodeSpace code;
} TLBTable;

typedef struct TLB2Entry {
    uint64_t key; /* page or piece number << 2 | (mode + 1); 0: empty */
    hwaddr pa;
    uint32_t generation;
    uint8_t rights; /* 1 << MMUAccess */
    bool global;
} TLB2Entry;

typedef struct TLBStats {
    uint64_t fills, l2_small, l2_large, walks, slow_loads, slow_stores, mmio;
    uint64_t slow_probes;
    uint64_t flushes, page_flushes, space_flushes, switches, switch_hits, kernel_epochs;
} TLBStats;

typedef struct CPUTLB {
    int mode;                   /* current MMU mode */
    TLBTable *table[MMU_MODES]; /* [0]: of the current address space */
    TLBTable *kernel;           /* MMU_MODES of them, [0] is not used */
    TLBTable *user;             /* USER_TABLES */
    CodeSpace kernel_code;
    uint64_t clock; /* of last_used */
    uint32_t global_generation;
    uint32_t next_id; /* for generations, epochs and contexts: never 0 */
    PageSet large;    /* regions that have been mapped by large pages */
    bool user_global; /* some page of mode 0 is global: it may be in all user tables */
    TLB2Entry *small2, *large2;
    MemorySection section; /* of the last fill, if `section.mr` */
    TLBStats stats;
} CPUTLB;

void tlb_init(CPUState *cpu);
void tlb_free(CPUState *cpu);

static inline bool tlb_hit(uint64_t tag, vaddr va)
{
    return (tag & (PAGE_MASK | TLB_INVALID)) == (va & PAGE_MASK);
}
static inline unsigned tlb_index(vaddr va)
{
    return va >> PAGE_BITS & (TLB_ENTRIES - 1);
}
static inline uint64_t tlb_tag(const TLBEntry *e, MMUAccess acc)
{
    return acc == MMU_READ ? e->read : acc == MMU_WRITE ? e->write : e->exec;
}

/*
 * Makes the entry for `va` valid for the access, or raises the fault at `ra`. The entry
 * may have flags in its tag.
 */
TLBEntry *tlb_fill(CPUState *cpu, int mode, vaddr va, MMUAccess acc, uintptr_t ra);
/* The same; NULL instead of a fault. */
TLBEntry *tlb_fill_nofault(CPUState *cpu, int mode, vaddr va, MMUAccess acc);

/* Where an instruction is fetched from. */
typedef struct CodeFetch {
    MemoryRegion *mr;    /* RAM or ROM; NULL: not RAM, or not one region */
    ram_addr_t page;     /* of RAM */
    const uint8_t *host; /* of RAM: the page's first byte */
    hwaddr pa;
    bool global;
} CodeFetch;
/* The page of `pc` for execution in the current mode. False (nofault) or a fault raised
 * at ra 0. */
bool tlb_code_page(CPUState *cpu, vaddr pc, bool nofault, CodeFetch *out);
/* The same, to read code from: where the former relies on units being invalidated with
 * their mapping, this one looks. */
bool tlb_fetch_page(CPUState *cpu, vaddr pc, bool nofault, CodeFetch *out);
/* The same under the engine's lock: page tables are not walked, since they may be in a
 * device. False when that would be needed, and when the page is no RAM. */
bool tlb_fetch_known_page(CPUState *cpu, vaddr pc, CodeFetch *out);

/*
 * Code was run from the page of `pc` in the current mode: its mapping is to be watched.
 * False: that has just been said.
 */
bool tlb_note_code(CPUState *cpu, vaddr pc, bool global);
/* The same for guards: the page of RAM is what pc's page is mapped to. User mode, no
 * cs_base. */
void tlb_map_code(CPUState *cpu, vaddr pc, uint32_t token);
/* jc_tag for the current mode. */
void tlb_update_tag(CPUState *cpu);

/* Writes to this host page take the slow path from now on. index: the only one of level 1
 * that may do it now, or -1. */
void tlb_protect_page(CPUState *cpu, const void *host_page, int index);

/* An entry of level 1 with this index is going to write to the page directly. */
void tb_page_writable(struct TCGEngine *e, ram_addr_t page, unsigned index);
/* For checks: it has been told so. */
bool tb_page_knows_writer(const struct TCGEngine *e, ram_addr_t page, unsigned index);

/* The layout of physical memory has changed. */
void tlb_flush_all(CPUState *cpu);

/* Checks what this file's head promises; aborts where it does not hold. */
void tlb_verify(CPUState *cpu);

#endif
