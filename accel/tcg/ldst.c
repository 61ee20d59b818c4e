/* Guest memory accesses that the inline probe does not serve: slow paths and cpu/ldst.h.
 */
/* SPDX-License-Identifier: MIT */
/*
 * An access is cut at the page border into at most two parts. First every part's TLB
 * entry is made valid, which raises any fault, and for a write every part that lies in a
 * code page is prepared (which may end the unit instead). Only then is memory read or
 * written: nothing can stop the access half way.
 *
 * With MMU_CURRENT and an `ra` of generated code this serves GuestDesc; helpers come by
 * cpu_ld*() and cpu_st*().
 */
#include "accel/tcg/lockstep.h"
#include "accel/tcg/tb.h"

#include "cpu/debug.h"
#include "cpu/ldst.h"
#include "util/bitops.h"
#include "util/log.h"

/* One access, or the part of it that lies in one page. */
typedef struct Part {
    vaddr va;
    unsigned n;
    uint64_t flags; /* TLB_* of the entry's tag */
    uint8_t *host;  /* of RAM */
    TLBEntry *entry;
    const TLBFull *full;
} Part;

typedef struct Access {
    CPUState *cpu;
    int mode;
    MMUAccess acc;
    uintptr_t ra;
    unsigned nparts;
    Part part[2];
} Access;

static int actual_mode(CPUState *cpu, int mmu_idx)
{
    return mmu_idx == MMU_CURRENT ? cpu_tcg(cpu)->tlb.mode : mmu_idx;
}

static unsigned left_in_page(vaddr va)
{
    return PAGE_SIZE - (va & ~PAGE_MASK);
}

/* Preparing. */

static void part_resolve(const Access *a, Part *p)
{
    TLBTable *t = cpu_tcg(a->cpu)->tlb.table[a->mode];
    unsigned index = tlb_index(p->va);
    TLBEntry *e = &t->entry[index];

    if (!tlb_hit(tlb_tag(e, a->acc), p->va)) {
        e = tlb_fill(a->cpu, a->mode, p->va, a->acc, a->ra);
    }
    p->flags = tlb_tag(e, a->acc) & ~PAGE_MASK;
    p->host = (uint8_t *)(uintptr_t)(p->va + e->addend);
    p->entry = e;
    p->full = &t->full[index];
}

static ram_addr_t part_ram_addr(const Part *p)
{
    return memory_region_ram_addr(p->full->mr, p->full->offset) + (p->va & ~PAGE_MASK);
}

/* Units made from these bytes go. */
static void prepare_code_write(const Access *a, Part *p)
{
    if (!tb_before_store(a->cpu, part_ram_addr(p), p->n, a->ra)) {
        p->entry->write &= ~TLB_NOTDIRTY; /* the page holds no code any more */
        tb_page_writable(cpu_tcg(a->cpu)->engine, part_ram_addr(p) & PAGE_MASK,
                         tlb_index(p->va));
    }
}

/* The first part is valid; fills in the second when there is one. */
static void access_resolve(Access *a, vaddr va, unsigned n)
{
    unsigned first = MIN(n, left_in_page(va));

    a->nparts = 1;
    a->part[0] = (Part){.va = va, .n = first};
    part_resolve(a, &a->part[0]);
    if (unlikely(first < n)) {
        a->nparts = 2;
        a->part[1] = (Part){.va = va + first, .n = n - first};
        part_resolve(a, &a->part[1]);
    }
    for (unsigned i = 0; i < a->nparts; i++) {
        if (unlikely(a->part[i].flags & TLB_WATCH)) {
            cpu_watchpoint_check(a->cpu, a->part[i].va, a->part[i].n,
                                 a->acc == MMU_WRITE ? BP_WRITE : BP_READ, a->ra);
        }
    }
}

/* True if all bytes of the part are in memory already. */
static bool bytes_unchanged(const Part *p, const uint8_t *bytes)
{
    return !memcmp(p->host, bytes, p->n);
}

/* I/O. */

static bool is_io_size(unsigned n)
{
    return n <= 8 && !(n & (n - 1));
}

/* Lockstep: this cannot be done twice. */
static void not_twice(CPUState *cpu)
{
    if (unlikely(cpu_tcg(cpu)->undo)) {
        lockstep_abort(cpu);
    }
}

static void io_read(const Access *a, const Part *p, uint8_t *buf)
{
    const TLBFull *f = p->full;
    hwaddr in_page = p->va & ~PAGE_MASK;
    uint64_t val;

    not_twice(a->cpu);
    cpu_tcg(a->cpu)->tlb.stats.mmio++;
    if (f->mr && is_io_size(p->n)) {
        memory_region_dispatch_read(f->mr, f->offset + in_page, &val, p->n);
        stn_le_p(buf, p->n, val);
    } else {
        address_space_read(a->cpu->mem, f->pa + in_page, buf, p->n);
    }
}

static void io_write(const Access *a, const Part *p, const uint8_t *buf)
{
    const TLBFull *f = p->full;
    hwaddr in_page = p->va & ~PAGE_MASK;

    cpu_tcg(a->cpu)->tlb.stats.mmio++;
    if (f->mr && is_io_size(p->n)) {
        memory_region_dispatch_write(f->readonly ? &memory_rom_write : f->mr,
                                     f->offset + in_page, ldn_le_p(buf, p->n), p->n);
    } else {
        address_space_write(a->cpu->mem, f->pa + in_page, buf, p->n);
    }
}

/* Reading and writing through resolved parts. */

static void access_read(const Access *a, uint8_t *buf)
{
    for (unsigned i = 0; i < a->nparts; i++) {
        const Part *p = &a->part[i];

        if (unlikely(p->flags & TLB_MMIO)) {
            io_read(a, p, buf);
        } else {
            memcpy(buf, p->host, p->n);
        }
        buf += p->n;
    }
}

/* Lockstep: the part is going to be written, and that to be undone. */
static void record_part(const Access *a, const Part *p)
{
    if (p->flags & (TLB_MMIO | TLB_NOTDIRTY)) {
        not_twice(a->cpu);
    }
    lockstep_record(cpu_tcg(a->cpu), p->host, p->n);
}

static void access_write(Access *a, const uint8_t *buf)
{
    CPUTCG *t = cpu_tcg(a->cpu);
    const uint8_t *bytes = buf;

    for (unsigned i = 0; unlikely(t->undo) && i < a->nparts; i++) {
        record_part(a, &a->part[i]);
    }
    for (unsigned i = 0; i < a->nparts; bytes += a->part[i++].n) {
        Part *p = &a->part[i];

        if (!(p->flags & TLB_NOTDIRTY)) {
            continue;
        }
        if (bytes_unchanged(p, bytes)) {
            t->engine->stats.code_stores_same++;
        } else {
            prepare_code_write(a, p);
        }
    }
    for (unsigned i = 0; i < a->nparts; buf += a->part[i++].n) {
        const Part *p = &a->part[i];

        if (unlikely(p->flags & TLB_MMIO)) {
            io_write(a, p, buf);
        } else {
            memcpy(p->host, buf, p->n);
        }
    }
}

/* The host address if the entry is there, for plain RAM of one page; else NULL: what the
 * inline probe does. */
static inline uint8_t *direct(CPUState *cpu, int mode, vaddr va, MMUAccess acc,
                              unsigned n)
{
    const CPUTCG *t = cpu_tcg(cpu);
    const TLBEntry *e = &t->tlb.table[mode]->entry[tlb_index(va)];

    return likely(tlb_tag(e, acc) == ((va + n - 1) & PAGE_MASK) &&
                  !(acc == MMU_WRITE && t->undo))
               ? (uint8_t *)(uintptr_t)(va + e->addend)
               : NULL;
}

static uint64_t load_slow(CPUState *cpu, int mode, vaddr va, MMUAccess acc, unsigned n,
                          uintptr_t ra)
{
    Access a = {.cpu = cpu, .mode = mode, .acc = acc, .ra = ra};
    uint8_t buf[8];

    access_resolve(&a, va, n);
    access_read(&a, buf);
    return ldn_le_p(buf, n);
}

static void store_slow(CPUState *cpu, int mode, vaddr va, uint64_t val, unsigned n,
                       uintptr_t ra)
{
    Access a = {.cpu = cpu, .mode = mode, .acc = MMU_WRITE, .ra = ra};
    uint8_t buf[8];

    access_resolve(&a, va, n);
    stn_le_p(buf, n, val);
    access_write(&a, buf);
}

static inline uint64_t load(CPUState *cpu, int mode, vaddr va, MMUAccess acc, unsigned n,
                            uintptr_t ra)
{
    uint8_t *host = direct(cpu, mode, va, acc, n);

    return host ? ldn_le_p(host, n) : load_slow(cpu, mode, va, acc, n, ra);
}

static inline void store(CPUState *cpu, int mode, vaddr va, uint64_t val, unsigned n,
                         uintptr_t ra)
{
    uint8_t *host = direct(cpu, mode, va, MMU_WRITE, n);

    if (host) {
        stn_le_p(host, n, val);
    } else {
        store_slow(cpu, mode, va, val, n, ra);
    }
}

static void load_bytes(CPUState *cpu, int mode, vaddr va, void *buf, unsigned n,
                       uintptr_t ra)
{
    Access a = {.cpu = cpu, .mode = mode, .acc = MMU_READ, .ra = ra};

    access_resolve(&a, va, n);
    access_read(&a, buf);
}

static void store_bytes(CPUState *cpu, int mode, vaddr va, const void *buf, unsigned n,
                        uintptr_t ra)
{
    Access a = {.cpu = cpu, .mode = mode, .acc = MMU_WRITE, .ra = ra};

    access_resolve(&a, va, n);
    access_write(&a, buf);
}

/* Slow paths of generated code. */

static void check_alignment(CPUState *cpu, vaddr va, uint32_t oi, uintptr_t ra)
{
    if (oi & MO_ALIGN && va & (memop_bytes(oi) - 1)) {
        cpu->ops->unaligned(cpu, va, memop_bytes(oi), ra);
    }
}

uint64_t tcg_ld(void *env, uint64_t va, uint32_t oi, uintptr_t ra)
{
    CPUState *cpu = env_cpu(env);
    CPUTLB *tlb = &cpu_tcg(cpu)->tlb;
    unsigned n = memop_bytes(oi);

    tlb->stats.slow_loads++;
    check_alignment(cpu, va, oi, ra);
    return load_slow(cpu, tlb->mode, va, oi & MO_RMW ? MMU_WRITE : MMU_READ, n, ra);
}

void tcg_st(void *env, uint64_t va, uint64_t val, uint32_t oi, uintptr_t ra)
{
    CPUState *cpu = env_cpu(env);
    CPUTLB *tlb = &cpu_tcg(cpu)->tlb;

    tlb->stats.slow_stores++;
    check_alignment(cpu, va, oi, ra);
    store_slow(cpu, tlb->mode, va, val, memop_bytes(oi), ra);
}

void tcg_ld_vec(void *env, uint64_t va, void *val, uint32_t oi, uintptr_t ra)
{
    CPUState *cpu = env_cpu(env);
    CPUTLB *tlb = &cpu_tcg(cpu)->tlb;

    tlb->stats.slow_loads++;
    check_alignment(cpu, va, oi, ra);
    load_bytes(cpu, tlb->mode, va, val, memop_bytes(oi), ra);
}

void tcg_st_vec(void *env, uint64_t va, const void *val, uint32_t oi, uintptr_t ra)
{
    CPUState *cpu = env_cpu(env);
    CPUTLB *tlb = &cpu_tcg(cpu)->tlb;

    tlb->stats.slow_stores++;
    check_alignment(cpu, va, oi, ra);
    store_bytes(cpu, tlb->mode, va, val, memop_bytes(oi), ra);
}

/* The entry for va, valid for the access; with nofault NULL if there is none. */
static const TLBEntry *entry_for(CPUState *cpu, vaddr va, MMUAccess acc, bool nofault,
                                 uintptr_t ra)
{
    CPUTLB *tlb = &cpu_tcg(cpu)->tlb;
    const TLBEntry *e = &tlb->table[tlb->mode]->entry[tlb_index(va)];

    if (tlb_hit(tlb_tag(e, acc), va)) {
        return e;
    }
    return nofault ? tlb_fill_nofault(cpu, tlb->mode, va, acc)
                   : tlb_fill(cpu, tlb->mode, va, acc, ra);
}

/* The host address of va if all its page is plain RAM and the access is allowed; a fault
 * is raised for the access of the leader alone, if that begins in this page. */
static char *probe_page(CPUState *cpu, vaddr va, uint32_t what, vaddr leader,
                        uintptr_t ra)
{
    MMUAccess lead = what & PROBE_LEAD_WRITE ? MMU_WRITE : MMU_READ;
    MMUAccess acc = what & PROBE_WRITE ? MMU_WRITE : MMU_READ;

    if (!((leader ^ va) & PAGE_MASK)) {
        entry_for(cpu, leader, lead, false, ra);
    }
    const TLBEntry *e = entry_for(cpu, va, acc, true, ra);

    return e && tlb_tag(e, acc) == (va & PAGE_MASK) ? (char *)(uintptr_t)(va + e->addend)
                                                    : NULL;
}

void *tcg_probe(void *env, uint64_t va, uint32_t what, uintptr_t ra)
{
    CPUState *cpu = env_cpu(env);
    vaddr leader = va + PROBE_LEAD(what), last = va + PROBE_LEN(what) - 1;
    bool aligned = !(va & ((1u << PROBE_ALIGN(what)) - 1));
    bool crossing = (va ^ last) & PAGE_MASK;

    cpu_tcg(cpu)->tlb.stats.slow_probes++;
    if (aligned) {
        char *first = probe_page(cpu, va, what, leader, ra);
        char *end = crossing ? probe_page(cpu, last, what, leader, ra) : NULL;

        /* two pages may well follow each other on the host, too */
        if (first && (!crossing || end == first + (last - va))) {
            return first;
        }
    }
    tcg_redo_unshared(cpu, ra, crossing);
}

/* cpu/ldst.h. */

static inline void check_user_alignment(CPUState *cpu, int mode, vaddr va, unsigned n,
                                        uintptr_t ra)
{
    if (unlikely(cpu->align_user) && mode == 0 && va & (n - 1)) {
        cpu->ops->unaligned(cpu, va, n, ra);
    }
}

#define DEFINE_CPU_LDST(ld, st, type)                                     \
    type ld(CPUState *cpu, vaddr va, int mmu_idx, uintptr_t ra)           \
    {                                                                     \
        int mode = actual_mode(cpu, mmu_idx);                             \
        check_user_alignment(cpu, mode, va, sizeof(type), ra);            \
        return load(cpu, mode, va, MMU_READ, sizeof(type), ra);           \
    }                                                                     \
    void st(CPUState *cpu, vaddr va, type val, int mmu_idx, uintptr_t ra) \
    {                                                                     \
        int mode = actual_mode(cpu, mmu_idx);                             \
        check_user_alignment(cpu, mode, va, sizeof(type), ra);            \
        store(cpu, mode, va, val, sizeof(type), ra);                      \
    }

DEFINE_CPU_LDST(cpu_ldub, cpu_stb, uint8_t)
DEFINE_CPU_LDST(cpu_lduw, cpu_stw, uint16_t)
DEFINE_CPU_LDST(cpu_ldl, cpu_stl, uint32_t)
DEFINE_CPU_LDST(cpu_ldq, cpu_stq, uint64_t)

/* Checks every page before the first byte is moved. */
static void check_pages(CPUState *cpu, int mode, vaddr va, size_t n, MMUAccess acc,
                        uintptr_t ra)
{
    for (size_t done = 0; done < n; done += left_in_page(va + done)) {
        Access a = {.cpu = cpu, .mode = mode, .acc = acc, .ra = ra};

        access_resolve(&a, va + done, 1);
    }
}

void cpu_ld_bytes(CPUState *cpu, vaddr va, void *buf, size_t n, int mmu_idx, uintptr_t ra)
{
    int mode = actual_mode(cpu, mmu_idx);

    check_pages(cpu, mode, va, n, MMU_READ, ra);
    for (size_t done = 0, run; done < n; done += run) {
        run = MIN(n - done, left_in_page(va + done));
        load_bytes(cpu, mode, va + done, (char *)buf + done, run, ra);
    }
}

void cpu_st_bytes(CPUState *cpu, vaddr va, const void *buf, size_t n, int mmu_idx,
                  uintptr_t ra)
{
    int mode = actual_mode(cpu, mmu_idx);

    if (n > left_in_page(va)) {
        cpu_probe(cpu, va, n, MMU_WRITE, mmu_idx, ra);
    }
    for (size_t done = 0, run; done < n; done += run) {
        run = MIN(n - done, left_in_page(va + done));
        store_bytes(cpu, mode, va + done, (const char *)buf + done, run, ra);
    }
}

void *cpu_probe(CPUState *cpu, vaddr va, size_t n, MMUAccess acc, int mmu_idx,
                uintptr_t ra)
{
    int mode = actual_mode(cpu, mmu_idx);
    uint8_t *host = direct(cpu, mode, va, acc, MAX(n, 1));

    if (host && n <= left_in_page(va)) {
        return host;
    }
    check_pages(cpu, mode, va, n, acc, ra);
    for (size_t done = 0, run; done < n; done += run) {
        Access a = {.cpu = cpu, .mode = mode, .acc = acc, .ra = ra};

        run = MIN(n - done, left_in_page(va + done));
        access_resolve(&a, va + done, run);
        if (acc == MMU_WRITE && unlikely(cpu_tcg(cpu)->undo)) {
            record_part(&a, &a.part[0]);
        }
        if (acc == MMU_WRITE && a.part[0].flags & TLB_NOTDIRTY) {
            prepare_code_write(&a, &a.part[0]);
        }
        host = a.part[0].flags & (TLB_MMIO | TLB_WATCH) ? NULL : a.part[0].host;
    }
    return n <= left_in_page(va) ? host : NULL;
}

void *cpu_probe_nofault(CPUState *cpu, vaddr va, size_t n, MMUAccess acc, int mmu_idx)
{
    int mode = actual_mode(cpu, mmu_idx);
    TLBEntry *e = &cpu_tcg(cpu)->tlb.table[mode]->entry[tlb_index(va)];

    if (n > left_in_page(va)) {
        return NULL;
    }
    if (!tlb_hit(tlb_tag(e, acc), va)) {
        e = tlb_fill_nofault(cpu, mode, va, acc);
    }
    if (!e || tlb_tag(e, acc) &
                  (TLB_MMIO | TLB_WATCH | (acc == MMU_WRITE ? TLB_NOTDIRTY : 0))) {
        return NULL;
    }
    void *host = (void *)(uintptr_t)(va + e->addend);

    if (acc == MMU_WRITE && unlikely(cpu_tcg(cpu)->undo)) {
        lockstep_record(cpu_tcg(cpu), host, n);
    }
    return host;
}

/* Debuggers. */

bool cpu_memory_rw_debug(CPUState *cpu, vaddr va, void *buf, size_t n, bool is_write)
{
    for (uint8_t *p = buf; n;) {
        unsigned run = MIN(n, left_in_page(va));
        MMUResult res;

        if (!cpu->ops->walk(cpu, va, MMU_READ, MMU_MODES - 1, true, &res)) {
            return false; /* not even for the mode that sees most */
        }
        hwaddr pa = res.pa + (va & ~PAGE_MASK);

        if (is_write) {
            address_space_write_rom(cpu->mem, pa, p, run);
        } else {
            address_space_read(cpu->mem, pa, p, run);
        }
        va += run;
        p += run;
        n -= run;
    }
    return true;
}
