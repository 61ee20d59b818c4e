/* Text of registers and mappings, as QEMU prints them: -d cpu, the monitor. */
/* SPDX-License-Identifier: MIT */
#include "target/x86/dump.h"

#include "target/x86/seg.h"
#include "target/x86/x87.h"

/* ---- segments ---- */

static const char *system_type_name(unsigned type, bool long_mode)
{
    static const char *const names16[] = {
        "Reserved",  "TSS16-avl",  "LDT",       "TSS16-busy", "CALL16",   "TaskGate",
        "IntGate16", "TrapGate16", "Reserved",  "TSS32-avl",  "Reserved", "TSS32-busy",
        "CALL32",    "Reserved",   "IntGate32", "TrapGate32",
    };
    static const char *const names64[] = {
        "<hiword>", "Reserved", "LDT",       "Reserved",   "Reserved", "Reserved",
        "Reserved", "Reserved", "Reserved",  "TSS64-avl",  "Reserved", "TSS64-busy",
        "CALL64",   "Reserved", "IntGate64", "TrapGate64",
    };
    return long_mode ? names64[type] : names16[type];
}

/* The descriptor's second word: attributes, and bits 19:16 of the limit as it stands
 * there. */
static uint32_t descriptor_high(const X86Seg *s)
{
    uint32_t limit = s->attr & SEG_G ? s->limit >> 12 : s->limit;
    return s->attr << 8 | (limit & 0xf0000);
}

static void dump_type(CPUX86State *env, const X86Seg *s, GString *to)
{
    unsigned a = s->attr;
    g_string_append_printf(to, " DPL=%u ", seg_dpl(s));
    if (!(a & SEG_S)) {
        g_string_append(to, system_type_name(a & SEG_TYPE, env->efer & EFER_LMA));
        return;
    }
    if (a & SEG_CODE) {
        const char *width = a & SEG_L ? "CS64" : a & SEG_DB ? "CS32" : "CS16";
        g_string_append_printf(to, "%s [%c%c", width, a & SEG_C ? 'C' : '-',
                               a & SEG_R ? 'R' : '-');
    } else {
        const char *width = a & SEG_DB || env->efer & EFER_LMA ? "DS  " : "DS16";
        g_string_append_printf(to, "%s [%c%c", width, a & SEG_E ? 'E' : '-',
                               a & SEG_W ? 'W' : '-');
    }
    g_string_append(to, a & SEG_A ? "A]" : "-]");
}

static void dump_segment(CPUX86State *env, const char *name, const X86Seg *s, GString *to)
{
    if (env->hflags & HF_CS64) {
        g_string_append_printf(to, "%-3s=%04x %016" PRIx64 " %08x %08x", name,
                               s->selector, s->base, s->limit, descriptor_high(s));
    } else {
        g_string_append_printf(to, "%-3s=%04x %08x %08x %08x", name, s->selector,
                               (uint32_t)s->base, s->limit, descriptor_high(s));
    }
    if (env->cr0 & CR0_PE && s->attr & SEG_P) {
        dump_type(env, s, to);
    }
    g_string_append_c(to, '\n');
}

static void dump_segments(CPUX86State *env, GString *to)
{
    static const char *const names[] = {"ES", "CS", "SS", "DS", "FS", "GS"};
    for (unsigned i = 0; i < NR_SEGS; i++) {
        dump_segment(env, names[i], &env->seg[i], to);
    }
    dump_segment(env, "LDT", &env->ldt, to);
    dump_segment(env, "TR", &env->tr, to);
}

/* ---- registers ---- */

static const uint8_t gpr_order[] = {R_RAX, R_RBX, R_RCX, R_RDX,
                                    R_RSI, R_RDI, R_RBP, R_RSP};
static const char *const gpr_names[] = {"AX", "BX", "CX", "DX", "SI", "DI", "BP", "SP"};

static void dump_gprs(CPUX86State *env, GString *to)
{
    bool wide = env->hflags & HF_CS64;
    for (unsigned i = 0; i < 8; i++) {
        uint64_t v = env->regs[gpr_order[i]];
        char end = i % 4 == 3 ? '\n' : ' ';
        if (wide) {
            g_string_append_printf(to, "R%s=%016" PRIx64 "%c", gpr_names[i], v, end);
        } else {
            g_string_append_printf(to, "E%s=%08x%c", gpr_names[i], (uint32_t)v, end);
        }
    }
    for (unsigned i = 8; wide && i < 16; i++) {
        g_string_append_printf(to, "R%-2u=%016" PRIx64 "%c", i, env->regs[i],
                               i % 4 == 3 ? '\n' : ' ');
    }
}

static void dump_flags(CPUX86State *env, GString *to)
{
    static const struct {
        uint32_t bit;
        char name;
    } shown[] = {
        {EFL_DF, 'D'},
        {EFL_OF, 'O'},
        {EFL_SF, 'S'},
        {EFL_ZF, 'Z'},
        {EFL_AF, 'A'},
        {EFL_PF, 'P'},
        {EFL_CF, 'C'}
    };
    uint32_t fl = x86_eflags(env);
    if (env->hflags & HF_CS64) {
        g_string_append_printf(to, "RIP=%016" PRIx64 " RFL=%08x [", env->rip, fl);
    } else {
        g_string_append_printf(to, "EIP=%08x EFL=%08x [", (uint32_t)env->rip, fl);
    }
    for (size_t i = 0; i < ARRAY_SIZE(shown); i++) {
        g_string_append_c(to, fl & shown[i].bit ? shown[i].name : '-');
    }
    g_string_append_printf(to, "] CPL=%u II=%d A20=1 SMM=0 HLT=%d\n", x86_cpl(env),
                           env->inhibit_irq, env_cpu(env)->halted);
}

static void dump_system(CPUX86State *env, GString *to)
{
    if (env->efer & EFER_LMA) {
        g_string_append_printf(
            to,
            "GDT=     %016" PRIx64 " %08x\nIDT=     %016" PRIx64
            " %08x\nCR0=%08x CR2=%016" PRIx64 " CR3=%016" PRIx64 " CR4=%08x\n",
            env->gdt.base, env->gdt.limit, env->idt.base, env->idt.limit,
            (uint32_t)env->cr0, env->cr2, env->cr3, (uint32_t)env->cr4);
    } else {
        g_string_append_printf(to,
                               "GDT=     %08x %08x\nIDT=     %08x %08x\n"
                               "CR0=%08x CR2=%08x CR3=%08x CR4=%08x\n",
                               (uint32_t)env->gdt.base, env->gdt.limit,
                               (uint32_t)env->idt.base, env->idt.limit,
                               (uint32_t)env->cr0, (uint32_t)env->cr2, (uint32_t)env->cr3,
                               (uint32_t)env->cr4);
    }
    for (unsigned i = 0; i < 4; i++) {
        g_string_append_printf(to, "DR%u=%016" PRIx64 " ", i, env->dr[i]);
    }
    g_string_append_printf(
        to, "\nDR6=%016" PRIx64 " DR7=%016" PRIx64 "\nEFER=%016" PRIx64 "\n", env->dr[6],
        env->dr[7], env->efer);
}

static void dump_fpu(CPUX86State *env, GString *to)
{
    const X87State *x = &env->x87;
    bool avx = (env->xcr0 & 6) == 6;
    g_string_append_printf(to, "FCW=%04x FSW=%04x [ST=%u] FTW=%02x MXCSR=%08x\n", x->cw,
                           x87_sw(x), x->top, (uint8_t)~x->empty, env->mxcsr);
    for (unsigned i = 0; i < 8; i++) {
        g_string_append_printf(to, "FPR%u=%016" PRIx64 " %04x%c", i, x->r[i].lo,
                               x->r[i].hi, i % 2 ? '\n' : ' ');
    }
    for (unsigned i = 0; i < (env->hflags & HF_CS64 ? 16 : 8); i++) {
        const X86Vec *v = &env->vec[i];
        if (avx) {
            g_string_append_printf(to,
                                   "YMM%02u=%016" PRIx64 " %016" PRIx64 " %016" PRIx64
                                   " %016" PRIx64 "\n",
                                   i, v->q[3], v->q[2], v->q[1], v->q[0]);
        } else {
            g_string_append_printf(to, "XMM%02u=%016" PRIx64 " %016" PRIx64 "%c", i,
                                   v->q[1], v->q[0], i % 2 ? '\n' : ' ');
        }
    }
}

void x86_dump_regs(CPUState *cpu, unsigned flags, GString *to)
{
    CPUX86State *env = cpu_env(cpu);
    dump_gprs(env, to);
    dump_flags(env, to);
    dump_segments(env, to);
    dump_system(env, to);
    if (flags & CPU_DUMP_FPU) {
        dump_fpu(env, to);
    }
}

/* ---- mappings: SDM vol. 3, chapter 4 ---- */

enum {
    PTE_P = 1 << 0,
    PTE_RW = 1 << 1,
    PTE_US = 1 << 2,
    PTE_PS = 1 << 7,
};
#define PTE_NX  (1ull << 63)
#define PTE_PFN 0x000ffffffffff000ull

typedef struct Mappings {
    CPUState *cpu;
    CPUX86State *env;
    CPUMappings what;
    GString *to;
    unsigned entry_size; /* 4 or 8 */
    /* the range that is growing: rights 0 is none */
    uint64_t start, end, rights;
} Mappings;

static void put_range(Mappings *m)
{
    if (m->rights) {
        g_string_append_printf(
            m->to, "%016" PRIx64 "-%016" PRIx64 " %016" PRIx64 " %cr%c\n", m->start,
            m->end, m->end - m->start, m->rights & PTE_US ? 'u' : '-',
            m->rights & PTE_RW ? 'w' : '-');
    }
    m->rights = 0;
}

static void grow_range(Mappings *m, uint64_t va, uint64_t size, uint64_t rights)
{
    if (m->rights != rights || m->end != va) {
        put_range(m);
        m->start = va;
        m->rights = rights;
    }
    m->end = va + size;
}

static void put_page(Mappings *m, uint64_t va, uint64_t entry, uint64_t size)
{
    static const struct {
        uint64_t bit;
        char name;
    } shown[] = {
        {PTE_NX, 'X'},
        {1 << 8, 'G'},
        {PTE_PS, 'P'},
        {1 << 6, 'D'},
        {1 << 5, 'A'},
        {1 << 4, 'C'},
        {1 << 3, 'T'},
        {PTE_US, 'U'},
        {PTE_RW, 'W'}
    };
    uint64_t pa = entry & (m->entry_size == 8 ? PTE_PFN : 0xfffff000) & ~(size - 1);
    if (m->entry_size == 4 && size > 4096) { /* PSE-36 */
        pa |= (entry >> 13 & 0xff) << 32;
    }
    g_string_append_printf(m->to, "%016" PRIx64 ": %016" PRIx64 " ", va, pa);
    for (size_t i = 0; i < ARRAY_SIZE(shown); i++) {
        g_string_append_c(m->to, entry & shown[i].bit ? shown[i].name : '-');
    }
    g_string_append_c(m->to, '\n');
}

static bool is_leaf(const Mappings *m, unsigned level, uint64_t entry)
{
    if (level == 1 || !(entry & PTE_PS)) {
        return level == 1;
    }
    if (m->entry_size == 4) {
        return m->env->cr4 & CR4_PSE;
    }
    return level == 2 || (level == 3 && m->env->efer & EFER_LMA);
}

static uint64_t entry_at(const Mappings *m, const uint8_t *table, unsigned i)
{
    return m->entry_size == 8 ? ldq_le_p(table + 8 * i) : ldl_le_p(table + 4 * i);
}

/* The table of `level` at physical address pa, which maps from va on. */
static void walk_table(Mappings *m, unsigned level, uint64_t pa, uint64_t va,
                       uint64_t rights)
{
    bool pdpt = level == 3 && !(m->env->efer & EFER_LMA);
    unsigned bits = m->entry_size == 8 ? 9 : 10, n = pdpt ? 4 : 1u << bits;
    uint64_t size = 1ull << (12 + bits * (level - 1));
    uint8_t table[4096];
    address_space_read(m->cpu->mem, pa, table, n * m->entry_size);
    for (unsigned i = 0; i < n; i++) {
        uint64_t e = entry_at(m, table, i), at = va + i * size;
        uint64_t r = pdpt ? rights : rights & e;
        if (level == 4 + !!(m->env->cr4 & CR4_LA57)) {
            at = sign_extend(at, 12 + bits * level);
        }
        if (!(e & PTE_P)) {
            continue;
        }
        if (!is_leaf(m, level, e)) {
            walk_table(m, level - 1, e & (m->entry_size == 8 ? PTE_PFN : 0xfffff000), at,
                       r);
        } else if (m->what == CPU_MAPPINGS_PAGES) {
            put_page(m, at, e, size);
        } else {
            grow_range(m, at, size, r);
        }
    }
}

void x86_dump_mappings(CPUState *cpu, CPUMappings what, GString *to)
{
    CPUX86State *env = cpu_env(cpu);
    Mappings m = {.cpu = cpu, .env = env, .what = what, .to = to, .entry_size = 8};
    const uint64_t all = PTE_P | PTE_RW | PTE_US;
    if (!(env->cr0 & CR0_PG)) {
        g_string_append(to, "PG disabled\n");
        return;
    }
    if (env->efer & EFER_LMA) {
        walk_table(&m, env->cr4 & CR4_LA57 ? 5 : 4, env->cr3 & PTE_PFN, 0, all);
    } else if (env->cr4 & CR4_PAE) {
        walk_table(&m, 3, env->cr3 & 0xffffffe0, 0, all);
    } else {
        m.entry_size = 4;
        walk_table(&m, 2, env->cr3 & 0xfffff000, 0, all);
    }
    put_range(&m);
}
