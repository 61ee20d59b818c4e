/* Segments and descriptors (SDM vol. 3, chapters 3 and 5). */
/* SPDX-License-Identifier: MIT */
/*
 * The hidden part of a segment register is what counts; selectors are only looked at
 * again when the guest reads them. Everything that may raise comes before the first
 * change of env.
 */
#include "target/x86/seg.h"

#include "target/x86/excp.h"
#include "target/x86/paging.h"
#include "util/log.h"

X86Seg seg_from_desc(uint16_t selector, uint64_t desc)
{
    X86Seg s = {
        .selector = selector,
        .attr = desc >> 40 & 0xf0ff,
        .limit = (desc & 0xffff) | (desc >> 32 & 0xf0000),
        .base = (desc >> 16 & 0xffffff) | (desc >> 56 & 0xff) << 24,
    };

    if (s.attr & SEG_G) {
        s.limit = s.limit << 12 | 0xfff;
    }
    return s;
}

/* The table that a selector points into. */
static X86Table table_of(const CPUX86State *env, uint16_t selector)
{
    if (selector & 4) {
        return (X86Table){.base = env->ldt.base,
                          .limit =
                              env->ldt.attr & SEG_P ? MIN(env->ldt.limit, 0xffff) : 0};
    }
    return env->gdt;
}

bool seg_read_desc(CPUX86State *env, uint16_t selector, uint64_t *desc, uintptr_t ra)
{
    X86Table t = table_of(env, selector);

    if ((selector | 7u) > t.limit) {
        return false;
    }
    *desc = cpu_ldq(env_cpu(env), t.base + (selector & ~7u), x86_mmu_system(env), ra);
    return true;
}

bool seg_read_desc_high(CPUX86State *env, uint16_t selector, uint64_t *high, uintptr_t ra)
{
    X86Table t = table_of(env, selector);

    if ((selector | 7u) + 8 > t.limit) {
        return false;
    }
    *high = cpu_ldq(env_cpu(env), t.base + (selector & ~7u) + 8, x86_mmu_system(env), ra);
    return true;
}

void seg_mark_accessed(CPUX86State *env, uint16_t selector, uint64_t desc, uintptr_t ra)
{
    if (!(desc >> 40 & SEG_A)) {
        X86Table t = table_of(env, selector);

        cpu_stb(env_cpu(env), t.base + (selector & ~7u) + 5, (desc >> 40) | SEG_A,
                x86_mmu_system(env), ra);
    }
}

void seg_set(CPUX86State *env, int reg, X86Seg seg)
{
    env->seg[reg] = seg;
    env->seg_base[reg] = seg.base;
}

void seg_set_real(CPUX86State *env, int reg, uint16_t selector)
{
    X86Seg s = env->seg[reg];

    s.selector = selector;
    s.base = (uint32_t)selector << 4;
    if (env->eflags & EFL_VM) {
        s.limit = 0xffff;
        s.attr = 0xf3; /* present, DPL 3, writable data, accessed */
    }
    seg_set(env, reg, s);
}

/* A null selector: usable for nothing, except that 64-bit code ignores the check. */
static void load_null(CPUX86State *env, int reg, uint16_t selector, uintptr_t ra)
{
    if (reg == R_SS) {
        bool allowed =
            env->hflags & HF_CS64 && x86_cpl(env) != 3 && (selector & 3u) == x86_cpl(env);

        if (!allowed) {
            x86_raise_err(env, EXCP_GP, 0, ra);
        }
    }
    uint32_t attr =
        reg == R_SS ? SEG_S | SEG_W | SEG_DB | x86_cpl(env) << SEG_DPL_SHIFT : 0;
    uint64_t base =
        env->seg[reg]
            .base; /* FS and GS keep nothing: the base becomes 0 on Intel, stays on AMD */

    if (!x86_long_mode(env)) {
        base = 0;
    }
    seg_set(env, reg,
            (X86Seg){.selector = selector, .attr = attr, .base = reg >= R_FS ? base : 0});
}

static void check_data_segment(CPUX86State *env, int reg, const X86Seg *s, uintptr_t ra)
{
    unsigned cpl = x86_cpl(env), rpl = s->selector & 3, dpl = seg_dpl(s);
    uint32_t err = s->selector & ~3u;
    bool ok;

    if (reg == R_SS) {
        ok = s->attr & SEG_S && !(s->attr & SEG_CODE) && s->attr & SEG_W && rpl == cpl &&
             dpl == cpl;
    } else {
        bool code = s->attr & SEG_CODE;
        bool conforming = code && s->attr & SEG_C;

        ok = s->attr & SEG_S && (!code || s->attr & SEG_R) &&
             (conforming || (dpl >= cpl && dpl >= rpl));
    }
    if (!ok) {
        x86_raise_err(env, EXCP_GP, err, ra);
    }
    if (!(s->attr & SEG_P)) {
        x86_raise_err(env, reg == R_SS ? EXCP_SS : EXCP_NP, err, ra);
    }
}

void seg_load(CPUX86State *env, int reg, uint16_t selector, uintptr_t ra)
{
    uint64_t desc;

    if (x86_real_or_vm86(env)) {
        seg_set_real(env, reg, selector);
    } else if (!(selector & ~3u)) {
        load_null(env, reg, selector, ra);
    } else {
        if (!seg_read_desc(env, selector, &desc, ra)) {
            x86_raise_err(env, EXCP_GP, selector & ~3u, ra);
        }
        X86Seg s = seg_from_desc(selector, desc);

        check_data_segment(env, reg, &s, ra);
        seg_mark_accessed(env, selector, desc, ra);
        s.attr |= SEG_A;

        seg_set(env, reg, s);
    }
    x86_update_hflags(env);
}

bool seg_allows(const X86Seg *seg, bool real, uint64_t ea, uint64_t bytes, bool write)
{
    uint64_t last = ea + bytes - 1;
    unsigned type = seg->attr & (SEG_CODE | SEG_W);

    if (real) {
        return last <= seg->limit;
    }
    if (!(seg->attr & SEG_P) || (write ? type != SEG_W : type == SEG_CODE)) {
        return false;
    }
    if ((seg->attr & (SEG_CODE | SEG_E)) == SEG_E) {
        uint64_t top = seg->attr & SEG_DB ? UINT32_MAX : UINT16_MAX;
        return ea > seg->limit && last <= top;
    }
    return last <= seg->limit;
}

SegStack seg_stack(CPUX86State *env, unsigned size, uintptr_t ra)
{
    SegStack st = {.env = env,
                   .size = size,
                   .ra = ra,
                   .sp = env->regs[R_RSP],
                   .mmu_idx = x86_mmu_idx(env)};

    if (env->hflags & HF_CS64) {
        st.mask = UINT64_MAX;
    } else {
        st.seg = env->seg[R_SS];
        st.base = env->seg[R_SS].base;
        st.mask = env->seg[R_SS].attr & SEG_DB ? 0xffffffff : 0xffff;
    }
    return st;
}

/* The linear address of the slot at sp, which has been found to be accessible. */
static vaddr stack_address(const SegStack *st, bool write)
{
    CPUX86State *env = st->env;
    uint64_t sp = st->sp & st->mask;
    bool code64 = st->mask == UINT64_MAX;
    bool ok = code64 ? x86_canonical(env, sp) && x86_canonical(env, sp + st->size - 1)
                     : seg_allows(&st->seg, x86_real_or_vm86(env) && !st->inner, sp,
                                  st->size, write);

    if (unlikely(!ok)) {
        x86_raise_err(env, EXCP_SS, st->error, st->ra);
    }
    return code64 ? sp : (uint32_t)(st->base + sp);
}

void seg_push(SegStack *st, uint64_t val)
{
    CPUState *cpu = env_cpu(st->env);

    st->sp -= st->size;
    vaddr va = stack_address(st, true);
    switch (st->size) {
    case 2:
        cpu_stw(cpu, va, val, st->mmu_idx, st->ra);
        break;
    case 4:
        cpu_stl(cpu, va, val, st->mmu_idx, st->ra);
        break;
    default:
        cpu_stq(cpu, va, val, st->mmu_idx, st->ra);
        break;
    }
}

uint64_t seg_pop(SegStack *st)
{
    CPUState *cpu = env_cpu(st->env);
    vaddr va = stack_address(st, false);

    st->sp += st->size;
    switch (st->size) {
    case 2:
        return cpu_lduw(cpu, va, st->mmu_idx, st->ra);
    case 4:
        return cpu_ldl(cpu, va, st->mmu_idx, st->ra);
    default:
        return cpu_ldq(cpu, va, st->mmu_idx, st->ra);
    }
}

void seg_stack_commit(const SegStack *st)
{
    uint64_t *rsp = &st->env->regs[R_RSP];

    if (st->mask == UINT64_MAX) {
        *rsp = st->sp;
    } else if (st->mask == 0xffff) {
        *rsp = (*rsp & ~0xffffull) | (st->sp & 0xffff);
    } else {
        *rsp = (uint32_t)st->sp;
    }
}

uint64_t seg_tss_stack(CPUX86State *env, unsigned cpl, unsigned ist, uint16_t *ss,
                       uintptr_t ra)
{
    CPUState *cpu = env_cpu(env);
    int mmu = x86_mmu_system(env);
    bool tss16 = (env->tr.attr & SEG_TYPE & ~2) == SYS_TSS16;
    unsigned off, bytes;

    if (x86_long_mode(env)) {
        off = ist ? 36 + (ist - 1) * 8 : 4 + cpl * 8;
        bytes = 8;
    } else {
        off = tss16 ? 2 + cpl * 4 : 4 + cpl * 8;
        bytes = tss16 ? 4 : 6;
    }
    if (off + bytes - 1 > env->tr.limit) {
        x86_raise_err(env, EXCP_TS, env->tr.selector & ~3u, ra);
    }
    vaddr va = env->tr.base + off;

    if (x86_long_mode(env)) {
        uint64_t rsp = cpu_ldq(cpu, va, mmu, ra);

        *ss = 0;
        return rsp;
    }
    *ss = cpu_lduw(cpu, va + (tss16 ? 2 : 4), mmu, ra);
    return tss16 ? cpu_lduw(cpu, va, mmu, ra) : cpu_ldl(cpu, va, mmu, ra);
}

X86Seg seg_check_stack(CPUX86State *env, uint16_t selector, unsigned cpl, uint32_t ext,
                       uintptr_t ra)
{
    uint32_t err = (selector & ~3u) | ext;
    uint64_t desc;

    if (!(selector & ~3u) || !seg_read_desc(env, selector, &desc, ra)) {
        x86_raise_err(env, EXCP_TS, err, ra);
    }
    X86Seg s = seg_from_desc(selector, desc);

    if ((selector & 3u) != cpl || seg_dpl(&s) != cpl || !(s.attr & SEG_S) ||
        s.attr & SEG_CODE || !(s.attr & SEG_W)) {
        x86_raise_err(env, EXCP_TS, err, ra);
    }
    if (!(s.attr & SEG_P)) {
        x86_raise_err(env, EXCP_SS, err, ra);
    }
    seg_mark_accessed(env, selector, desc, ra);
    s.attr |= SEG_A;
    return s;
}

void seg_drop_privileged(CPUX86State *env, unsigned cpl)
{
    static const uint8_t data_segs[] = {R_ES, R_DS, R_FS, R_GS};

    for (size_t i = 0; i < ARRAY_SIZE(data_segs); i++) {
        const X86Seg *s = &env->seg[data_segs[i]];
        bool conforming = s->attr & SEG_CODE && s->attr & SEG_C;

        if (s->attr & SEG_P && !conforming && seg_dpl(s) < cpl) {
            seg_set(env, data_segs[i], (X86Seg){0});
        }
    }
}
