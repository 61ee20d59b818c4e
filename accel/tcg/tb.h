/* The engine: options, translation blocks, their cache; per-vCPU state. Private to
 * accel/tcg. */
/* SPDX-License-Identifier: MIT */
#ifndef ACCEL_TCG_TB_H
#define ACCEL_TCG_TB_H

#include "accel/accel.h"
#include "accel/tcg/tlb.h"
#include "accel/tcg/user.h"
#include "tcg/tcg.h"
#include "util/error.h"
#include "util/htab.h"

#define RAM_ADDR_NONE UINT64_MAX
#define CPU_TB_BREAKPOINT \
    3                  /* an exit_tb beside those of cpu/cpu.h: a breakpoint is here */
#define CPU_TB_STALE 5 /* the unit's bytes are others now */
/* log2 of the entries of a jump table: of a machine's and of a program's at first, of one
 * that is a huge page, and at most. */
#define JC_BITS         14
#define JC_BITS_PROGRAM 8
#define JC_BITS_HUGE    16
#define JC_BITS_MAX     18
#define JC_TAG_NONE     UINT64_MAX /* no unit has it */

typedef struct TranslationBlock TranslationBlock;

/* Of one address, or relative. A link leads from a unit to one of its kind: a relative
 * unit's entry wants to be told the pc. */
typedef enum TBKind { TB_ANY, TB_FIXED, TB_RELATIVE } TBKind;

/* The direct jump of an exit slot. */
typedef struct TBLink {
    TranslationBlock *from, *to; /* to NULL: not linked */
    struct TBLink *next;         /* in to->incoming */
} TBLink;

/* Byte ranges of a page. When there are more than fit, some grow together. */
#define PEEK_RANGES 4
typedef struct PeekSet {
    uint16_t n;
    struct {
        uint16_t start, end; /* end does not belong to it */
    } range[PEEK_RANGES];
} PeekSet;

/*
 * A translated unit. It is found by where its first byte is in RAM, its linear pc,
 * cs_base and flags. A unit whose last instruction goes on in the next page also depends
 * on where that page is: `second`.
 */
struct TranslationBlock {
    vaddr pc; /* what a look-up compares comes first: one cache line */
    uint64_t cs_base;
    ram_addr_t addr;   /* of the first byte */
    ram_addr_t second; /* page of the second part, or RAM_ADDR_NONE */
    uint32_t flags;
    uint32_t ip;   /* low bits of env's pc, which is without the base of the segment */
    uint16_t size; /* bytes of guest code */
    uint16_t num_insns;
    bool invalid;          /* out of all tables; may still be running */
    bool asleep;           /* invalid but for the lists of its pages: may come back */
    bool one_shot;         /* was never in a table */
    bool kept;             /* came from the file of TCGEngine.cache */
    bool head_guard;       /* checks its second page by itself */
    bool unshared;         /* has no probes; for who comes from one that failed */
    bool relative;         /* runs wherever its page is; pc is where it was made for */
    uint16_t probe_misses; /* weighted; in probe_window */
    uint16_t probe_window; /* low bits of its number */
    PeekSet peeked; /* bytes of the first page that it depends on beyond its code */
    TranslationBlock *page_next[2]; /* in the list of the first page and of `second` */
    TBLink *incoming;
    struct LockstepUnit *lockstep; /* lockstep.h */
    TCGCode code; /* cut behind the exits that there are; then tb_links() */
};

/* One for each of code.nexits. */
static inline TBLink *tb_links(const TranslationBlock *tb)
{
    return (TBLink *)ROUND_UP((uintptr_t)&tb->code.exits[tb->code.nexits], 8);
}

/* -accel tcg,... */
typedef struct TCGOptions {
    const TCGBackend *backend;
    uint64_t tb_size; /* bytes of code memory */
    uint64_t opt_off; /* OPTBIT_* */
    bool one_insn_per_tb;
    enum { TCG_COUNT_AUTO, TCG_COUNT_ON, TCG_COUNT_OFF } count; /* auto: for -d stats */
    uint64_t lockstep;                                          /* instructions; 0: off */
    const char *cache;   /* on, off, or a folder; NULL: as the door has it */
    uint64_t cache_size; /* bytes, at most, of a program's file there */
} TCGOptions;

typedef struct TCGStats {
    uint64_t tbs, insns, guest_bytes, host_bytes, host_bytes_all, translate_ns;
    uint64_t kept; /* came from the cache: not among tbs */
    uint64_t relative;
    uint64_t links, cross_links, kernel_unlinks, invalidated, flushes;
    uint64_t code_stores, code_stores_same, code_stores_miss, code_pages;
} TCGStats;

/* Stopping all other vCPUs: exclusive.c. */
typedef struct Exclusive {
    Mutex lock; /* a leaf */
    CondVar changed;
    bool pending; /* somebody is, or wants to be, exclusive */
} Exclusive;

/* All that the vCPUs of one machine share. */
typedef struct TCGEngine TCGEngine;
struct TCGEngine {
    TCGOptions opts;
    const TCGBackend *backend;
    const CPUOps *ops;
    GuestDesc guest;
    /*
     * Lock of everything that changes translated code: translation, the tables below,
     * links. A vCPU that holds it may leave by longjmp: exec.c then releases it.
     */
    Mutex lock;
    TCGContext *ctx;
    DisasContextBase *dc; /* ops->disas_size bytes */
    struct Translation *translation;
    bool verify;     /* check IR and tables */
    bool count;      /* units count what they execute */
    bool relative;   /* some may be relative */
    unsigned nmoved; /* that were made since their page had others of another address */
    bool
        no_chain; /* -d nochain, or lockstep: units are entered from the main loop only */
    CodeBuf *code;
    HTab tbs;
    /* Sorted by code.entry, appended to; beside it the offsets of these in code memory,
     * and where the units begin that begin in each page of it. */
    void *lists; /* these three: */
    TranslationBlock **by_code;
    uint32_t *code_at, *first_in;
    size_t ntbs, max_tbs;
    size_t nasleep;                            /* units that tb_wake() may find */
    GPtrArray *chunks;                         /* memory of TBs; given back by a flush */
    char *chunk_cur, *chunk_ready, *chunk_end; /* ready: pages up to there exist */
    struct PageTable *pages;                   /* tb-pages.c */
    GHashTable *tokens;                        /* PageToken */
    uint32_t last_token;
    GPtrArray *kernel_links; /* TBLink: between pages, kernel modes */
    GPtrArray *cpus;         /* under the lock */
    bool has_had_more;       /* vCPUs at a time than one */
    JumpEntry *jc_spare;     /* a table of the first size, of a thread that has ended */
    unsigned flush_count;
    struct ForkNotes *fork_own, *fork_tell; /* fork-notes.c; NULL: none */
    unsigned fork_taken;
    TCGStats stats;
    struct Lockstep *lockstep;
    MemoryListener listener;
    PageSet unshared;  /* RAM addresses where units have no probes: they fail too often */
    PageSet patched;   /* ... where units have found that their bytes are others */
    PageSet unaligned; /* pages whose code has made accesses that are not aligned */
    Exclusive *exclusive;
    struct UnitCache *cache; /* unit-cache.h; NULL: none */
};

typedef struct CPUTCGStats {
    uint64_t entered, exit_request, exit_lookup, exit_link, exit_tb, excp, one_shots;
    uint64_t unshared;
    uint64_t lookups, lookup_hits, jump_misses;
    uint64_t lockstep_units, lockstep_alone;
} CPUTCGStats;

/* A name for (cs_base, epoch) in jump-table tags. */
typedef struct JumpContext {
    uint64_t cs_base;
    uint32_t epoch, id;
} JumpContext;
#define JC_CONTEXTS 64

/* See jump-table.c. */
typedef struct JumpTable {
    JumpEntry *entries;       /* or NULL */
    uint64_t tag;             /* of a program: that of its entries */
    uint32_t mask, displaced; /* entries that others have taken the place of */
} JumpTable;
#define JC_TABLES 4

/* One vCPU's part of the engine. */
typedef struct CPUTCG {
    CPUState *cpu;
    TCGEngine *engine;
    CPUTLB tlb;
    JumpTable *jc;                  /* the one of the mode */
    JumpTable jc_tables[JC_TABLES]; /* others look at them with the lock */
    unsigned jc_turn;
    JumpContext context[JC_CONTEXTS];
    /*
     * The next unit is to be one instruction and not to be kept: a store into its own
     * unit goes through, watchpoints and breakpoints do not hit.
     */
    bool one_shot, in_one_shot;
    bool want_alone, alone; /* ... and while it runs the others stand still */
    bool unshared;          /* the next unit is to be one without probes */
    TBKind want;            /* what the next unit may be */
    bool is_stopped; /* vcpu_run() ended at a debugger's breakpoint, at stopped_at */
    vaddr stopped_at;
    bool has_lock;    /* the engine's; exec.c gives it back after a longjmp */
    bool debug_after; /* of cpu_debug_after(): not acted on yet */
    bool running; /* inside tcg_vcpu_run(), so it may be in generated code: exclusive.c */
    uint64_t *epoch;   /* epoch_place() of the thread, in tcg_vcpu_run() */
    bool want_flush;   /* code memory is full: tb_flush() before anything else */
    UserFault fault;   /* of a program: why a signal handler has it leave the code */
    struct Undo *undo; /* lockstep.h: stores are to be kept and undone */
    CPUTCGStats stats;
} CPUTCG;

static inline CPUTCG *cpu_tcg(const CPUState *cpu)
{
    return cpu->accel_data;
}
static inline uint64_t *env_pc(CPUState *cpu)
{
    return (uint64_t *)((char *)cpu_env(cpu) + cpu_tcg(cpu)->engine->guest.pc);
}

/* --- engine.c --- */

/* The native back end if this host has one, 64 MiB of code. */
TCGOptions tcg_default_options(void);
TCGEngine *tcg_engine_new(const TCGOptions *opts, const CPUOps *ops, GError **errp);
/* After the last tcg_vcpu_fini(). */
void tcg_engine_free(TCGEngine *e);
void tcg_vcpu_init(TCGEngine *e, CPUState *cpu);
void tcg_vcpu_fini(CPUState *cpu);

static inline void engine_lock(CPUTCG *t)
{
    mutex_lock(&t->engine->lock);
    t->has_lock = true;
}
static inline void engine_unlock(CPUTCG *t)
{
    t->has_lock = false;
    mutex_unlock(&t->engine->lock);
}

/* --- stats.c --- */

/* The text of -d stats. */
void tcg_stats_text(const TCGEngine *e, GString *to);

/* --- count.c --- */

/* Adds to the unit in s, which is not optimised yet, what TCGEngine.count wants. */
void tb_count_ops(TCGContext *s);

/* --- jump-table.c --- */

/* A vCPU's jump table, empty. It grows when many entries displace others: short programs
 * and threads touch few pages of it. */
void tb_jump_table_new(CPUTCG *t);
void tb_jump_table_free(CPUTCG *t);
/* All entries are gone. */
void tb_jump_table_clear(CPUTCG *t);
/* Generated code finds no entry, and none is entered, up to the next change of the tag.
 */
void tb_jump_table_none(CPUTCG *t);
/* Of a program: the tag has become this. */
void tb_jump_table_mode(CPUTCG *t, uint64_t tag);
/* An indirect jump has led to the unit: the next time the inline probe finds it. Units
 * that only links lead to stay out, so that the table has fewer pages in use. */
void tb_remember_jump(CPUState *cpu, const TranslationBlock *tb);
/* No vCPU finds the unit any more. With the lock; `invalid` has been set. */
void tb_forget_jump(TCGEngine *e, const TranslationBlock *tb);

/* --- tb-cache.c --- */

/* The unit for env's pc and the current mode, or NULL; a fetch fault is raised, or with
 * nofault NULL. */
TranslationBlock *tb_find(CPUState *cpu, bool nofault);
/* The key is of a unit that may be made relative, or that a relative one may be run for:
 * user mode, a flat code segment. */
bool tb_may_be_relative(const CPUTCG *t, const TBKey *key);
/* Puts a new unit in the tables. With the lock. */
void tb_install(TCGEngine *e, TranslationBlock *tb);
/* Memory of a TB with room for the links of `code`. With the lock. */
TranslationBlock *tb_alloc(TCGEngine *e, const TCGCode *code);
/* The name of (page of pc, page of RAM) in guards; never 0 or UINT32_MAX. */
void tb_tokens_init(TCGEngine *e);
uint32_t tb_token(TCGEngine *e, vaddr pc, ram_addr_t page);
/* The unit whose host code contains the address, or NULL. */
TranslationBlock *tb_by_code(const TCGEngine *e, const void *code);
/* Bytes of TCGEngine.first_in: one for each page of code memory, and one more. */
static inline size_t tb_first_in_size(const TCGEngine *e)
{
    return ((e->opts.tb_size >> PAGE_BITS) + 2) * sizeof(uint32_t);
}
/* The exit `slot` of `from` was taken and `to` runs next: link them if that stays right.
 */
void tb_try_link(CPUState *cpu, TranslationBlock *from, unsigned slot,
                 TranslationBlock *to);
/* Takes a unit out of all tables; with the lock. Memory stays until the flush. */
void tb_invalidate(TCGEngine *e, TranslationBlock *tb);
/*
 * Takes it out of all tables but the lists of its pages. As long as nobody writes to its
 * bytes, which would invalidate it, tb_wake() finds it by env's pc and puts it back;
 * NULL: there is none. Both with the lock.
 */
void tb_sleep(TCGEngine *e, TranslationBlock *tb);
TranslationBlock *tb_wake(CPUState *cpu);
/* Invalidates all units whose code contains linear address pc, or that have left out a
 * jump there; and all relative ones, since none is made while there are breakpoints.
 * Takes the lock. */
void tb_invalidate_at(CPUTCG *t, vaddr pc);
/* Code mappings of kernel modes have changed: drops links between pages. */
void tb_unlink_kernel(CPUTCG *t);
/* Forgets everything. Only while no vCPU runs generated code; with the lock. */
void tb_flush(TCGEngine *e);
/* Code memory is full and other vCPUs run: leaves to the loop, which flushes. Does
 * nothing where this vCPU is the only one: then the caller may flush. */
void tb_flush_from_loop(CPUState *cpu, bool one_shot);
/* GuestDesc.lookup */
const void *tb_lookup_code(void *env);
void tb_verify(TCGEngine *e);

/* --- tb-pages.c --- */

void tb_pages_init(TCGEngine *e);
void tb_pages_free(TCGEngine *e);
/* What the memory's side keeps of a page: its own affair, 0 at first. With the lock. */
uint16_t *tb_page_note(TCGEngine *e, ram_addr_t page);
/* The same for any thread: 0 where there is none. */
uint16_t tb_page_note_peek(const TCGEngine *e, ram_addr_t page);
bool peek_hit(const PeekSet *s, unsigned offset, unsigned len);
/* The page is going to be translated from: writes to it are seen from now on. With the
 * lock. */
void tb_page_protect(TCGEngine *e, MemoryRegion *mr, ram_addr_t page);
/* The last unit made from it is gone. With the lock. */
void tb_page_unprotect(TCGEngine *e, ram_addr_t page);
/* For checks: it is so. */
bool tb_page_is_protected(const TCGEngine *e, ram_addr_t page);
/* Adds to or removes from the lists of its pages. With the lock. */
void tb_page_add(TCGEngine *e, TranslationBlock *tb);
void tb_page_remove(TCGEngine *e, TranslationBlock *tb);
/* Whether it is on the lists that it should be on. */
bool tb_page_lists(const TCGEngine *e, const TranslationBlock *tb);
/* All lists become empty. With the lock. */
void tb_pages_reset(TCGEngine *e);
/* Invalidates all units that depend on bytes start .. last. True: `running`, an address
 * of host code, was in one. With the lock. */
bool tb_invalidate_range(TCGEngine *e, ram_addr_t start, ram_addr_t last,
                         const void *running);
/* tb_sleep() for all units made from pages start .. last. With the lock. */
void tb_sleep_range(TCGEngine *e, ram_addr_t start, ram_addr_t last);
/* The unit on the page's list that sleeps and has this key; or NULL. With the lock. */
TranslationBlock *tb_page_find_asleep(const TCGEngine *e, ram_addr_t page,
                                      const TBKey *key);
/* Where units of the key's mode that were made from the page are: there are none, all are
 * at its pc's address, or some are at others, or at all. With the lock. */
typedef enum TBPagePlace { TB_PAGE_NEW, TB_PAGE_HERE, TB_PAGE_ELSEWHERE } TBPagePlace;
TBPagePlace tb_page_place(const TCGEngine *e, ram_addr_t page, const TBKey *key);
/*
 * A store of `len` bytes (inside one page) to code page RAM address `addr` is about to
 * happen. If it hits the unit that runs, does not return: the instruction is done again,
 * alone. `ra` as in cpu/ldst.h. False: the page holds no code now, so its TLB entry may
 * become fast.
 */
bool tb_before_store(CPUState *cpu, ram_addr_t addr, unsigned len, uintptr_t ra);
/* Of memory/: somebody wrote to a code page. */
void tb_code_written(void *opaque, ram_addr_t addr, hwaddr len);

/* --- machine-mem.c for a machine, user-mem.c for a program --- */

/* Units of one linear address are always the same code until they are invalidated. */
extern const bool tcg_one_space;
extern const bool tcg_many_vcpus;
void tcg_memory_init(TCGEngine *e);
void tcg_memory_exit(TCGEngine *e);
void tcg_memory_vcpu(TCGEngine *e, CPUState *cpu);
/* Part of -d stats. */
void tcg_memory_stats(const CPUTCG *t, GString *to);
/* Code from the page may be run. */
bool tb_page_may_run(ram_addr_t page);
/* Unit from the page check their own bytes: its code is written all the time. */
bool tb_page_self_checks(const TCGEngine *e, ram_addr_t page);

/* Some page of start .. last may have a note. */
bool tb_range_has_notes(const TCGEngine *e, ram_addr_t start, ram_addr_t last);
void tb_range_clear_notes(TCGEngine *e, ram_addr_t start, ram_addr_t last);

/* --- user-rseq.c, for a machine machine-mem.c; beside cpu/rseq.h --- */

/* With the lock: some known sequence has code in start .. last; has none any more. */
bool tcg_rseq_touches(vaddr start, vaddr last);
void tcg_rseq_forget(vaddr start, vaddr last);
/* With the lock: the thread, which has an area, may have been in a system call of ours
 * before the instruction at pc. */
void tcg_rseq_disturb(CPUState *cpu, vaddr pc);
/* The access itself of cpu_rseq_access(). */
struct RseqAccess;
bool tcg_rseq_access(CPUState *cpu, const struct RseqAccess *a);
/* The area of the vCPU's thread begins in this page. */
bool user_rseq_has(CPUState *cpu, uint64_t page);

/* --- user-map.c, beside accel/tcg/user.h --- */

void user_map_attach(TCGEngine *e);
TCGEngine *user_map_engine(void);
void user_map_fork_begin(void);
void user_map_fork_end(void);
/* A write to addr was refused by the host. ra: an address of host code or 0. */
typedef enum UserWrite {
    USER_WRITE_FAULT,   /* as the guest has it */
    USER_WRITE_NOW,     /* it may be done */
    USER_WRITE_RUNNING, /* ... but the unit of ra was made from the page */
} UserWrite;
UserWrite user_write_fault(uint64_t addr, uintptr_t ra);

/* --- user-cache.c, the same --- */

void user_cache_forked(TCGEngine *e);
void user_cache_close(TCGEngine *e);

/* --- fork-notes.c: what is the child's to know; of a program only --- */

typedef struct ForkNotes ForkNotes;
/* A unit was made for pc, or an indirect jump led there. */
void fork_note_add(ForkNotes *to, vaddr pc, bool by_jump);
/* A link from the exit of the unit at `from` to the unit at `to`. */
void fork_note_link(ForkNotes *to, vaddr from, unsigned slot, vaddr pc);
/* Before a fork(), outside vcpu_run(): makes what earlier children have noted. */
void fork_notes_take(CPUState *cpu);
/* In the child. */
void fork_notes_forked(TCGEngine *e);

/* --- exclusive.c --- */

void exclusive_init(TCGEngine *e);
void exclusive_free(TCGEngine *e);
/* Around everything that may run generated code or hold on to units. The first waits
 * while another vCPU is exclusive. */
void exclusive_run(CPUTCG *t);
void exclusive_stop(CPUTCG *t);
/* At a safe point: somebody may want to be exclusive. */
void exclusive_park(CPUTCG *t);
/* The caller is `running`, holds no lock, and is the only one that runs between the two.
 */
void exclusive_begin(CPUTCG *t);
void exclusive_end(CPUTCG *t);
/* In the child of a fork: there is no other thread. */
void exclusive_after_fork(TCGEngine *e);

/* --- translate.c --- */

void tcg_translation_init(TCGEngine *e);
void tcg_translation_free(TCGEngine *e);
/* A new unit for env's pc; raises a fault of the fetch. one_shot: one instruction, in no
 * table. */
TranslationBlock *tb_make(CPUState *cpu, bool one_shot);
/* An access of generated code at host address pc has faulted: where the thread goes on
 * (TCGRestore.resume); NULL: nowhere, the guest faults. */
const void *tcg_resume_point(CPUState *cpu, uintptr_t pc);

/* --- exec.c --- */

CPUExit tcg_vcpu_run(CPUState *cpu);
/* Has a unit for pc, if code may begin there, without running it; by_jump: an indirect
 * jump finds it at once. The caller is outside vcpu_run(). Of a program only. */
void tcg_make_ahead(CPUState *cpu, vaddr pc, bool by_jump);
/* The same of a link, if both units are there and the exit leads to `pc`. */
void tcg_link_ahead(CPUState *cpu, vaddr from, unsigned slot, vaddr pc);
/* The instruction at `ra` is to be done again, alone, in a unit of its own. */
void tcg_redo_alone(CPUState *cpu, uintptr_t ra) __attribute__((noreturn));
/* ... and with all other vCPUs stopped. */
void tcg_redo_exclusive(CPUState *cpu, uintptr_t ra) __attribute__((noreturn));
/* Its access is not aligned as the host wants it of an ordered one: it is done again by a
 * unit that has none such, and so do all that are made of this page from now on. */
void tcg_redo_unaligned(CPUState *cpu, uintptr_t ra) __attribute__((noreturn));
/*
 * A probe at `ra` has failed: its instruction is done again by a unit without probes.
 * crossing: because its bytes are in two pages, else they are no plain RAM.
 */
void tcg_redo_unshared(CPUState *cpu, uintptr_t ra, bool crossing)
    __attribute__((noreturn));
/* The linear pc of the instruction at ra, whose state becomes precise. */
vaddr tcg_pc_at(CPUState *cpu, uintptr_t ra);

/* --- ldst.c, atomic.c: what GuestDesc points to --- */

uint64_t tcg_ld(void *env, uint64_t va, uint32_t oi, uintptr_t ra);
void tcg_st(void *env, uint64_t va, uint64_t val, uint32_t oi, uintptr_t ra);
void tcg_ld_vec(void *env, uint64_t va, void *val, uint32_t oi, uintptr_t ra);
void tcg_st_vec(void *env, uint64_t va, const void *val, uint32_t oi, uintptr_t ra);
void *tcg_probe(void *env, uint64_t va, uint32_t what, uintptr_t ra);
uint64_t tcg_atomic(void *env, uint64_t va, uint64_t b, uint64_t c, uint32_t op_oi,
                    uintptr_t ra);

#endif
