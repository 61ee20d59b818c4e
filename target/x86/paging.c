/* The page walk: 32-bit, PAE, 4- and 5-level paging, with permissions and A/D bits. */
/* SPDX-License-Identifier: MIT */
/*
 * SDM vol. 3, chapter 4. A walk reads guest page tables through host pointers, from the
 * root down; the rights of the levels are ANDed. Only when the access is allowed are the
 * accessed bits (and for a write the dirty bit) stored, by compare-and-exchange, as
 * another vCPU may change the entry; if one did, the walk starts again.
 *
 * What the walk returns is what the TLB may cache: rights for every kind of access in the
 * given MMU mode. Write permission is held back while the dirty bit is clear, so that the
 * first write comes here.
 */
#include "target/x86/excp.h"
#include "target/x86/paging.h"

enum { /* bits of an entry of any level (SDM vol. 3, tables 4-5 to 4-20) */
       PTE_P = 1 << 0,
       PTE_RW = 1 << 1,
       PTE_US = 1 << 2,
       PTE_A = 1 << 5,
       PTE_D = 1 << 6,
       PTE_PS = 1 << 7,
       PTE_G = 1 << 8,
};
#define PTE_NX  (1ull << 63)
#define PTE_PFN 0x000ffffffffff000ull

#define MAX_LEVELS 5

typedef struct Walk {
    CPUState *cpu;
    CPUX86State *env;
    vaddr va;
    unsigned level;      /* of the entry looked at: 1 is the page table */
    unsigned entry_size; /* 8, or 4 for 32-bit paging */
    unsigned depth;      /* entries visited so far */
    void *host[MAX_LEVELS];
    uint64_t entry[MAX_LEVELS];
    uint64_t rights; /* PTE_RW and PTE_US of all levels; PTE_NX of any */
    hwaddr table;
} Walk;

typedef enum WalkEnd { WALK_PAGE, WALK_ABSENT, WALK_RESERVED } WalkEnd;

/* Physical address bits: MAXPHYADDR of CPUID 80000008h. */
static uint64_t reserved_bits(const CPUX86State *env)
{
    uint64_t high = ~((1ull << X86_PHYS_BITS) - 1) & PTE_PFN;

    return high | (env->efer & EFER_NXE ? 0 : PTE_NX);
}

static uint64_t read_entry(Walk *w, hwaddr pa)
{
    hwaddr len = w->entry_size;
    void *p = address_space_ram_ptr(w->cpu->mem, pa, &len, true);

    w->host[w->depth] = p;
    if (!p) { /* a table in I/O space or nowhere: A and D bits are lost */
        return w->entry_size == 8 ? address_space_ldq(w->cpu->mem, pa)
                                  : address_space_ldl(w->cpu->mem, pa);
    }
    return w->entry_size == 8 ? __atomic_load_n((uint64_t *)p, __ATOMIC_RELAXED)
                              : __atomic_load_n((uint32_t *)p, __ATOMIC_RELAXED);
}

static unsigned level_shift(const Walk *w, unsigned level)
{
    unsigned bits = w->entry_size == 8 ? 9 : 10;

    return 12 + bits * (level - 1);
}

/* True if an entry with PS set at this level maps a page. */
static bool may_be_large(const Walk *w)
{
    if (w->entry_size == 4) {
        return w->level == 2 && w->env->cr4 & CR4_PSE;
    }
    return w->level == 2 || (w->level == 3 && w->env->efer & EFER_LMA);
}

static bool entry_is_reserved(const Walk *w, uint64_t e, bool leaf)
{
    if (w->entry_size == 4) {
        /* PSE-36: bits 20:13 are address bits 39:32, bit 21 is reserved */
        return leaf && w->level == 2 && e & (1 << 21);
    }
    uint64_t rsvd = reserved_bits(w->env);

    if (leaf && w->level > 1) {
        rsvd |= ((1ull << level_shift(w, w->level)) - 1) & ~0x1fffull; /* bit 12 is PAT */
    }
    if (!leaf && w->level >= 4) {
        rsvd |= PTE_PS;
    }
    if (!leaf && w->level == 3 && !(w->env->efer & EFER_LMA)) {
        rsvd |= 0x1e6 | PTE_NX; /* a PAE page-directory-pointer entry */
    }
    return e & rsvd;
}

static WalkEnd walk_tables(Walk *w)
{
    for (;; w->level--) {
        unsigned shift = level_shift(w, w->level);
        unsigned index = w->va >> shift & ((1u << (w->entry_size == 8 ? 9 : 10)) - 1);
        bool pdpte = w->level == 3 && w->entry_size == 8 && !(w->env->efer & EFER_LMA);

        if (pdpte) {
            index &= 3;
        }
        uint64_t e = read_entry(w, w->table + index * w->entry_size);

        w->entry[w->depth] = e;
        if (!(e & PTE_P)) {
            return WALK_ABSENT;
        }
        bool leaf = w->level == 1 || (e & PTE_PS && may_be_large(w));

        if (entry_is_reserved(w, e, leaf)) {
            return WALK_RESERVED;
        }
        w->depth++;
        if (!pdpte) { /* those of PAE have no rights and no A bit */
            w->rights = (w->rights & e & (PTE_RW | PTE_US)) | ((w->rights | e) & PTE_NX);
        } else {
            w->host[w->depth - 1] = NULL;
        }
        if (leaf) {
            return WALK_PAGE;
        }
        w->table = e & (w->entry_size == 8 ? PTE_PFN : 0xfffff000);
    }
}

static void walk_begin(Walk *w, CPUState *cpu, vaddr va)
{
    CPUX86State *env = cpu_env(cpu);

    *w = (Walk){.cpu = cpu, .env = env, .va = va, .rights = PTE_RW | PTE_US};
    if (!(env->cr4 & CR4_PAE)) {
        w->entry_size = 4;
        w->level = 2;
        w->table = env->cr3 & 0xfffff000;
    } else if (!(env->efer & EFER_LMA)) {
        w->entry_size = 8;
        w->level = 3;
        w->table = env->cr3 & 0xffffffe0;
    } else {
        w->entry_size = 8;
        w->level = env->cr4 & CR4_LA57 ? 5 : 4;
        w->table = env->cr3 & PTE_PFN;
    }
    if (w->entry_size == 4 || !(env->efer & EFER_LMA)) {
        w->va = (uint32_t)va;
    }
}

/* The rights that the translation gives in the MMU mode (SDM vol. 3, 4.6). */
static void page_rights(const Walk *w, int mmu_idx, MMUResult *res)
{
    const CPUX86State *env = w->env;
    bool user_page = w->rights & PTE_US;
    bool rw = w->rights & PTE_RW;
    bool nx = w->rights & PTE_NX && env->efer & EFER_NXE;

    if (mmu_idx == MMU_USER) {
        res->can_read = user_page;
        res->can_write = user_page && rw;
        res->can_exec = user_page && !nx;
        return;
    }
    bool smap_hides = user_page && mmu_idx == MMU_KERNEL_SMAP;

    res->can_read = !smap_hides;
    res->can_write = !smap_hides && (rw || !(env->cr0 & CR0_WP));
    res->can_exec = !nx && !(user_page && env->cr4 & CR4_SMEP);
}

/* Stores A bits, and D for a write. False: an entry changed meanwhile. */
static bool set_accessed(Walk *w, bool dirty)
{
    for (unsigned i = 0; i < w->depth; i++) {
        uint64_t want = PTE_A | (dirty && i == w->depth - 1 ? PTE_D : 0);

        if ((w->entry[i] & want) == want || !w->host[i]) {
            continue;
        }
        if (w->entry_size == 8) {
            if (!__atomic_compare_exchange_n((uint64_t *)w->host[i], &w->entry[i],
                                             w->entry[i] | want, false, __ATOMIC_SEQ_CST,
                                             __ATOMIC_RELAXED)) {
                return false;
            }
        } else {
            uint32_t old = w->entry[i];

            if (!__atomic_compare_exchange_n((uint32_t *)w->host[i], &old, old | want,
                                             false, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED)) {
                return false;
            }
        }
        w->entry[i] |= want;
    }
    return true;
}

static void describe_page(const Walk *w, MMUResult *res)
{
    uint64_t e = w->entry[w->depth - 1];
    unsigned shift = level_shift(w, w->level);
    hwaddr base;

    if (w->entry_size == 4) {
        base = e & 0xfffff000;
        if (w->level == 2) {
            base = (e & 0xffc00000) | (e >> 13 & 0xff) << 32;
        }
    } else {
        base = e & PTE_PFN & ~((1ull << shift) - 1);
    }
    res->page_shift = shift;
    res->pa = (base | (w->va & ((1ull << shift) - 1))) & ~0xfffull;
    res->global = e & PTE_G && w->env->cr4 & CR4_PGE;
}

static bool page_fault(CPUState *cpu, vaddr va, MMUAccess acc, int mmu_idx, uint32_t code)
{
    CPUX86State *env = cpu_env(cpu);

    env->bad_address = false;
    code |= acc == MMU_WRITE ? PF_WRITE : 0;
    code |= mmu_idx == MMU_USER ? PF_USER : 0;
    if (acc == MMU_EXEC &&
        ((env->efer & EFER_NXE && env->cr4 & CR4_PAE) || env->cr4 & CR4_SMEP)) {
        code |= PF_FETCH;
    }
    env->fault_cr2 = va;
    x86_pend(env, EXCP_PF, code);
    return false;
}

/* True if va is canonical for the current paging mode (SDM vol. 1, 3.3.7.1). */
bool x86_canonical(const CPUX86State *env, vaddr va)
{
    unsigned bits = env->cr4 & CR4_LA57 ? 57 : 48;

    return (uint64_t)sign_extend(va, bits) == va;
}

static bool walk_unpaged(CPUState *cpu, vaddr va, MMUResult *res)
{
    *res = (MMUResult){
        .pa = va & 0xfffff000,
        .page_shift = 12,
        .can_read = true,
        .can_write = true,
        .can_exec = true,
    };
    return true;
}

static bool walk_paged(CPUState *cpu, vaddr va, MMUAccess acc, int mmu_idx, bool probe,
                       MMUResult *res)
{
    CPUX86State *env = cpu_env(cpu);
    Walk w;
    WalkEnd end;
    bool allowed;

    if (env->efer & EFER_LMA && !x86_canonical(env, va)) {
        if (!probe) {
            env->bad_address = acc != MMU_EXEC;
            env->fault_cr2 = va;
            x86_pend(env, EXCP_GP, 0);
        }
        return false;
    }
    do {
        walk_begin(&w, cpu, va);
        end = walk_tables(&w);
        if (end != WALK_PAGE) {
            return !probe &&
                   page_fault(cpu, va, acc, mmu_idx,
                              end == WALK_RESERVED ? PF_PRESENT | PF_RESERVED : 0);
        }
        page_rights(&w, mmu_idx, res);
        allowed = acc == MMU_READ    ? res->can_read
                  : acc == MMU_WRITE ? res->can_write
                                     : res->can_exec;
        if (!allowed) {
            return !probe && page_fault(cpu, va, acc, mmu_idx, PF_PRESENT);
        }
    } while (!probe && !set_accessed(&w, acc == MMU_WRITE));

    describe_page(&w, res);
    if (!(w.entry[w.depth - 1] & PTE_D)) {
        res->can_write = false;
    }
    return true;
}

bool x86_walk(CPUState *cpu, vaddr va, MMUAccess acc, int mmu_idx, bool probe,
              MMUResult *res)
{
    CPUX86State *env = cpu_env(cpu);

    if (!(env->cr0 & CR0_PG)) {
        return walk_unpaged(cpu, va, res);
    }
    return walk_paged(cpu, va, acc, mmu_idx, probe, res);
}
