/* A minimal engine around the translator: user mode, one table of units, identity-mapped
 * memory. */
/* SPDX-License-Identifier: MIT */
/*
 * It implements what cpu/cpu.h, cpu/ldst.h and cpu/mmu.h leave to the engine, as simply
 * as can be: no page walk, no self-modifying code, no interrupts. The TLB has the
 * geometry of the real one, so that inline probes of a back end are taken: entries are
 * filled by the slow path.
 */
#include "tests/asm/rig.h"

#include "cpu/debug.h"
#include "target/x86/cpuid.h"
#include "target/x86/excp.h"
#include "target/x86/seg.h"
#include "target/x86/translate.h"
#include "util/bitops.h"

#include <sys/mman.h>

#define PAGE_BITS 12
#define PAGE_SIZE 4096u
#define TLB_BITS  10
#define JC_BITS   10
#define MAX_UNITS 4096
#define BUF_SIZE  (32u << 20)
#define MISS      256 /* a tag that no address has */

typedef struct TLBEntry {
    uint64_t tag_read, tag_write, addend, pad;
} TLBEntry;

typedef struct Unit {
    uint64_t pc;
    uint32_t flags; /* of TBKey */
    TCGCode code;
} Unit;

struct Rig {
    CPUOps ops;
    CPUState *cpu;
    CPUX86State *env;
    TCGContext *tcg;
    const TCGBackend *backend;
    GuestDesc desc;
    CodeBuf *buf;
    X86Model model;
    uint64_t xcr0;
    uint64_t opts_off;
    bool one_insn;
    unsigned max_insns;
    bool only_code; /* is made: rig_run() could not go on where a probe fails */
    bool ended;     /* the last unit made, by its last instruction */
    Unit *units;
    unsigned nunits;
    TLBEntry tlb[1 << TLB_BITS];
    JumpEntry jumps[1 << JC_BITS];
    union {
        DisasContextBase base;
        DisasContext x86;
    } disas;
};

static const struct {
    uint64_t base, size;
    bool write;
} places[] = {
    {CODE_BASE,  CODE_SIZE,  false},
    {DATA_BASE,  DATA_SIZE,  true },
    {STACK_BASE, STACK_SIZE, true },
    {CONST_BASE, CONST_SIZE, false},
    {GDT_BASE,   GDT_SIZE,   false},
};

/* User code and data segments, accessed, flat: 32-bit code, data, 64-bit code, 16-bit
 * code. */
static const uint64_t gdt[] = {
    [4] = 0x00cffb000000ffff,
    [5] = 0x00cff3000000ffff,
    [6] = 0x00affb000000ffff,
    [7] = 0x008ffb000000ffff,
};
#define USER_CS32 0x23
#define USER_DS   0x2b
#define USER_CS64 0x33
#define USER_CS16 0x3b

/* The read-only page is there: a write faults for its protection. */
static bool fill_read_only(void)
{
    void *page = (void *)(uintptr_t)CONST_BASE, *table = (void *)(uintptr_t)GDT_BASE;

    if (mprotect(page, CONST_SIZE, PROT_READ | PROT_WRITE) != 0 ||
        mprotect(table, GDT_SIZE, PROT_READ | PROT_WRITE) != 0) {
        return false;
    }
    memset(page, 0x33, CONST_SIZE);
    for (unsigned n = 0; n < ARRAY_SIZE(gdt); n++) {
        stq_le_p((uint64_t *)table + n, gdt[n]);
    }
    return mprotect(page, CONST_SIZE, PROT_READ) == 0 &&
           mprotect(table, GDT_SIZE, PROT_READ) == 0;
}

bool rig_map_memory(void)
{
    for (unsigned n = 0; n < ARRAY_SIZE(places); n++) {
        bool code = places[n].base == CODE_BASE;
        int prot = PROT_READ | (code              ? PROT_WRITE | PROT_EXEC
                                : places[n].write ? PROT_WRITE
                                                  : 0);
        void *at = (void *)(uintptr_t)places[n].base;
        if (mmap(at, places[n].size, prot,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE | MAP_POPULATE, -1,
                 0) != at) {
            return false;
        }
    }
    return fill_read_only();
}

static bool may_access(vaddr va, MMUAccess acc)
{
    for (unsigned n = 0; n < ARRAY_SIZE(places); n++) {
        if (va - places[n].base < places[n].size) {
            bool code = places[n].base == CODE_BASE;
            return acc == MMU_READ || (acc == MMU_EXEC ? code : places[n].write);
        }
    }
    return false;
}

static Rig *rig_of(CPUState *cpu)
{
    return cpu->opaque;
}

/* --- memory: what cpu/ldst.h asks for --- */

static G_NORETURN void page_fault(CPUState *cpu, vaddr va, MMUAccess acc, uintptr_t ra)
{
    CPUX86State *env = cpu_env(cpu);
    uint32_t err = PF_USER | (acc == MMU_WRITE ? PF_WRITE : 0) |
                   (acc == MMU_EXEC ? PF_FETCH : 0) |
                   (may_access(va, MMU_READ) ? PF_PRESENT : 0);

    if (sign_extend(va, 48) != (int64_t)va) {
        x86_raise_err(env, EXCP_GP, 0, ra);
    }
    env->fault_cr2 = va;
    x86_raise_err(env, EXCP_PF, err, ra);
}

/* Checks n bytes, n below a page; the first byte of a page that may not be accessed
 * faults. */
static void check(CPUState *cpu, vaddr va, size_t n, MMUAccess acc, uintptr_t ra)
{
    vaddr second = (va | (PAGE_SIZE - 1)) + 1;

    if (!may_access(va, acc)) {
        page_fault(cpu, va, acc, ra);
    }
    if (va + n > second && !may_access(second, acc)) {
        page_fault(cpu, second, acc, ra);
    }
}

static void fill_tlb(CPUState *cpu, vaddr va)
{
    TLBEntry *e = &rig_of(cpu)->tlb[va >> PAGE_BITS & ((1 << TLB_BITS) - 1)];
    uint64_t page = va & -(uint64_t)PAGE_SIZE;

    *e = (TLBEntry){
        .tag_read = may_access(va, MMU_READ) ? page : MISS,
        .tag_write = may_access(va, MMU_WRITE) ? page : MISS,
    };
}

void cpu_ld_bytes(CPUState *cpu, vaddr va, void *buf, size_t n, int mmu_idx, uintptr_t ra)
{
    check(cpu, va, n, MMU_READ, ra);
    memcpy(buf, (void *)(uintptr_t)va, n);
}

void cpu_st_bytes(CPUState *cpu, vaddr va, const void *buf, size_t n, int mmu_idx,
                  uintptr_t ra)
{
    check(cpu, va, n, MMU_WRITE, ra);
    memcpy((void *)(uintptr_t)va, buf, n);
}

#define ACCESS(type, ld, st, bits)                                            \
    type cpu_##ld(CPUState *cpu, vaddr va, int mmu_idx, uintptr_t ra)         \
    {                                                                         \
        check(cpu, va, bits / 8, MMU_READ, ra);                               \
        return ldn_le_p((void *)(uintptr_t)va, bits / 8);                     \
    }                                                                         \
    void cpu_##st(CPUState *cpu, vaddr va, type v, int mmu_idx, uintptr_t ra) \
    {                                                                         \
        check(cpu, va, bits / 8, MMU_WRITE, ra);                              \
        stn_le_p((void *)(uintptr_t)va, bits / 8, v);                         \
    }
ACCESS(uint8_t, ldub, stb, 8)
ACCESS(uint16_t, lduw, stw, 16)
ACCESS(uint32_t, ldl, stl, 32)
ACCESS(uint64_t, ldq, stq, 64)

void *cpu_probe(CPUState *cpu, vaddr va, size_t n, MMUAccess acc, int mmu_idx,
                uintptr_t ra)
{
    check(cpu, va, n, acc, ra);
    return (va ^ (va + n - 1)) < PAGE_SIZE ? (void *)(uintptr_t)va : NULL;
}

void *cpu_probe_nofault(CPUState *cpu, vaddr va, size_t n, MMUAccess acc, int mmu_idx)
{
    bool one_page = (va ^ (va + n - 1)) < PAGE_SIZE;

    return one_page && may_access(va, acc) ? (void *)(uintptr_t)va : NULL;
}

bool cpu_cmpxchg16(CPUState *cpu, vaddr va, uint64_t expected[2],
                   const uint64_t desired[2], uintptr_t ra)
{
    uint64_t old[2];

    check(cpu, va, 16, MMU_WRITE, ra);
    memcpy(old, (void *)(uintptr_t)va, 16);
    if (old[0] != expected[0] || old[1] != expected[1]) {
        memcpy(expected, old, 16);
        return false;
    }
    memcpy((void *)(uintptr_t)va, desired, 16);
    return true;
}

bool cpu_memory_rw_debug(CPUState *cpu, vaddr va, void *buf, size_t n, bool is_write)
{
    if (is_write || !may_access(va, MMU_READ) || !may_access(va + n - 1, MMU_READ)) {
        return false;
    }
    memcpy(buf, (void *)(uintptr_t)va, n);
    return true;
}

/* --- slow paths of generated code --- */

static uint64_t slow_ld(void *env, uint64_t addr, uint32_t oi, uintptr_t ra)
{
    unsigned n = memop_bytes(oi);
    CPUState *cpu = env_cpu(env);
    uint64_t v;

    check(cpu, addr, n, oi & MO_RMW ? MMU_WRITE : MMU_READ, ra);
    fill_tlb(cpu, addr);
    v = ldn_le_p((void *)(uintptr_t)addr, n);
    return v;
}

static void slow_st(void *env, uint64_t addr, uint64_t val, uint32_t oi, uintptr_t ra)
{
    CPUState *cpu = env_cpu(env);

    check(cpu, addr, memop_bytes(oi), MMU_WRITE, ra);
    fill_tlb(cpu, addr);
    stn_le_p((void *)(uintptr_t)addr, memop_bytes(oi), val);
}

static void check_alignment(CPUState *cpu, uint64_t addr, uint32_t oi, uintptr_t ra)
{
    if (oi & MO_ALIGN && addr % memop_bytes(oi)) {
        cpu->ops->unaligned(cpu, addr, memop_bytes(oi), ra);
    }
}

static void slow_ld_vec(void *env, uint64_t addr, void *val, uint32_t oi, uintptr_t ra)
{
    CPUState *cpu = env_cpu(env);

    check_alignment(cpu, addr, oi, ra);
    check(cpu, addr, memop_bytes(oi), oi & MO_RMW ? MMU_WRITE : MMU_READ, ra);
    fill_tlb(cpu, addr);
    memcpy(val, (void *)(uintptr_t)addr, memop_bytes(oi));
}

static void slow_st_vec(void *env, uint64_t addr, const void *val, uint32_t oi,
                        uintptr_t ra)
{
    CPUState *cpu = env_cpu(env);

    check_alignment(cpu, addr, oi, ra);
    check(cpu, addr, memop_bytes(oi), MMU_WRITE, ra);
    fill_tlb(cpu, addr);
    memcpy((void *)(uintptr_t)addr, val, memop_bytes(oi));
}

static uint64_t slow_atomic(void *env, uint64_t addr, uint64_t b, uint64_t c,
                            uint32_t op_oi, uintptr_t ra)
{
    unsigned n = memop_bytes(op_oi & 0xff);
    uint64_t mask = UINT64_MAX >> (64 - 8 * n), old, val = 0;
    CPUState *cpu = env_cpu(env);

    check(cpu, addr, n, MMU_WRITE, ra);
    fill_tlb(cpu, addr);
    old = ldn_le_p((void *)(uintptr_t)addr, n);
    switch (op_oi >> 8) {
    case OP_at_xchg:
        val = b;
        break;
    case OP_at_add:
        val = old + b;
        break;
    case OP_at_and:
        val = old & b;
        break;
    case OP_at_or:
        val = old | b;
        break;
    case OP_at_xor:
        val = old ^ b;
        break;
    case OP_at_cmpxchg:
        val = old == (b & mask) ? c : old;
        break;
    default:
        g_error("atomic op %u", op_oi >> 8);
    }
    stn_le_p((void *)(uintptr_t)addr, n, val);
    return old;
}

static const void *slow_lookup(void *env)
{
    return NULL;
}

/* --- state at an exception --- */

static uint64_t value_of(CPUX86State *env, const TCGValue *v)
{
    return tcg_value(v, env);
}

static void apply(CPUX86State *env, const TCGRestore *p)
{
    uint64_t a = value_of(env, &p->a), b = value_of(env, &p->b), c = value_of(env, &p->c);
    uint64_t r = value_of(env, &p->r);

    if (p->base_pending) {
        env->cc_op = p->cc_op & 0xffff;
        env->cc_a = a;
        env->cc_b = b;
        env->cc_c = c;
    }
    if (p->overlay_pending) {
        env->cc_op = (env->cc_op & 0xffff) | (p->cc_op & 0xffff0000);
        env->cc_r = r;
    }
    if (p->x87_pending) {
        env->x87.fip = p->fip;
        env->x87.fop = p->fop;
    }
    env->regs[R_RSP] += p->sp;
}

void cpu_restore_state(CPUState *cpu, uintptr_t ra)
{
    Rig *r = rig_of(cpu);
    TCGRestore p;

    for (unsigned n = 0; ra && n < r->nunits; n++) {
        if (tcg_restore_point(&r->units[n].code, (const void *)ra, &p)) {
            apply(r->env, &p);
            r->ops.restore_state(cpu, p.pc);
            return;
        }
    }
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

/* Of the same place in another mode there is another unit. */
void cpu_mode_changed(CPUState *cpu, int mmu_idx)
{
    cpu->jc_tag = cpu->ops->tb_key(cpu).flags;
}

/* --- what there is none of here --- */

void cpu_switch_address_space(CPUState *cpu, uint64_t id, bool keep) {}

void cpu_breakpoint_changed(CPUState *cpu, vaddr pc) {}

void cpu_watchpoints_changed(CPUState *cpu, vaddr va) {}

void cpu_debug_after(CPUState *cpu, uintptr_t ra) {}

void tlb_flush(CPUState *cpu) {}

void tlb_flush_address_space(CPUState *cpu, uint64_t id) {}

void tlb_flush_page(CPUState *cpu, uint64_t id, vaddr va) {}

void tlb_flush_non_global(CPUState *cpu) {}

/* --- units --- */

static bool code_more(DisasContextBase *db, unsigned len)
{
    vaddr end = db->pc_first + db->code_len;

    if (may_access(end, MMU_EXEC)) {
        db->code_len += PAGE_SIZE;
        return true;
    }
    if (db->pc_next == db->pc_first) {
        page_fault(db->cpu, end, MMU_EXEC, 0);
    }
    return false;
}

static const uint8_t *code_peek(DisasContextBase *db, vaddr pc, unsigned *len)
{
    if (!may_access(pc, MMU_EXEC)) {
        return NULL;
    }
    *len = MIN(*len, PAGE_SIZE - pc % PAGE_SIZE);
    return (const uint8_t *)(uintptr_t)pc;
}

static void make_ir(Rig *r)
{
    DisasContextBase *db = &r->disas.base;
    TBKey key = r->ops.tb_key(r->cpu);

    r->tcg->adx =
        r->backend->has_adx && r->backend->has_adx() && !TCG_OPT_OFF(r->tcg, adx);
    r->tcg->late_sp = r->backend->late_sp && !TCG_OPT_OFF(r->tcg, pushes);
    if (!may_access(key.pc, MMU_EXEC)) {
        page_fault(r->cpu, key.pc, MMU_EXEC, 0);
    }
    memset(&r->disas, 0, sizeof(r->disas));
    *db = (DisasContextBase){
        .tcg = r->tcg,
        .cpu = r->cpu,
        .key = key,
        .pc_first = key.pc,
        .pc_next = key.pc,
        .max_insns = r->one_insn ? 1 : r->max_insns,
        .one_insn = r->one_insn,
        .code = (const uint8_t *)(uintptr_t)key.pc,
        .code_len = PAGE_SIZE - key.pc % PAGE_SIZE,
        .code_more = code_more,
        .code_peek = code_peek,
        .skip_jumps = true,
    };
    r->tcg->opt_off = r->opts_off;
    tcg_start(r->tcg, r->env->rip);
    r->tcg->share = r->only_code && !r->desc.direct; /* as the engine */
    r->ops.translate_start(db);
    while (db->is_jmp == DISAS_NEXT && db->num_insns < db->max_insns && ir_room(r->tcg) &&
           (db->pc_next ^ db->pc_first) < PAGE_SIZE) {
        r->ops.translate_insn(db);
        db->num_insns++;
    }
    r->ended = db->is_jmp != DISAS_NEXT;
    r->ops.translate_stop(db);
}

static void verify(Rig *r, const char *when)
{
    GError *err = NULL;

    if (!ir_verify(r->tcg, &err)) {
        g_autoptr(GString) text = g_string_new(NULL);
        ir_print(r->tcg, text);
        g_error("IR %s: %s\n%s", when, err->message, text->str);
    }
}

/* A unit that can be moved runs in another place than it was made in. */
static void move_unit(Rig *r, TCGCode *code)
{
    if (code->movable) {
        g_autofree uint8_t *bytes = g_malloc(code->size);
        r->backend->mover->take(r->buf, code, bytes);
        r->backend->mover->put(r->tcg, r->buf, bytes, code); /* or it stays */
    }
}

static Unit *translate(Rig *r)
{
    make_ir(r);
    r->tcg->movable = r->backend->mover != NULL;
    verify(r, "of the front end");
    tcg_optimize(r->tcg);
    verify(r, "after the passes");
    if (r->nunits == MAX_UNITS) {
        rig_forget(r);
    }
    Unit *u = &r->units[r->nunits];
    if (!r->backend->gen_code(r->tcg, r->buf, &u->code)) {
        rig_forget(r);
        u = r->units;
        g_assert_true(r->backend->gen_code(r->tcg, r->buf, &u->code));
    }
    move_unit(r, &u->code);
    u->pc = r->disas.base.key.pc;
    u->flags = r->disas.base.key.flags;
    r->nunits++;
    return u;
}

static Unit *find(Rig *r)
{
    TBKey key = r->ops.tb_key(r->cpu);

    for (unsigned n = r->nunits; n-- > 0;) {
        if (r->units[n].pc == key.pc && r->units[n].flags == key.flags) {
            return &r->units[n];
        }
    }
    return NULL;
}

static void enter_jump(Rig *r, const Unit *u)
{
    uint64_t pc = r->env->rip;

    r->jumps[jump_index(pc, r->cpu->jc_mask)] =
        (JumpEntry){.pc = pc, .tag = r->cpu->jc_tag, .code = u->code.entry};
}

/* The unit that was left by exit slot `n` is linked to `to`. */
static void link_units(Rig *r, const void *from, unsigned slot, const Unit *to)
{
    for (unsigned n = 0; n < r->nunits; n++) {
        const TCGCode *code = &r->units[n].code;

        if ((uintptr_t)from - (uintptr_t)code->entry < code->size) {
            r->backend->link(r->buf, code, slot, to->code.entry);
        }
    }
}

/* Runs until an exception leaves by longjmp, or the units are used up. */
static void run_units(Rig *r, unsigned max_units)
{
    TCGExit ex = {.reason = TCG_EXIT_LOOKUP};

    while (max_units-- > 0) {
        Unit *u = find(r);
        if (!u) {
            u = translate(r);
        }
        if (ex.reason >= TCG_EXIT_LINK && ex.reason < TCG_EXIT_TB &&
            !(r->opts_off >> OPTBIT_chain & 1)) {
            link_units(r, ex.unit, ex.reason - TCG_EXIT_LINK, u);
        } else if (ex.reason == TCG_EXIT_LOOKUP) {
            enter_jump(r, u);
        }
        r->cpu->exit_request = 0;
        ex = r->backend->enter(r->env, u->code.entry);
    }
}

/* --- state in and out --- */

/* 16-bit segments; SEGS_VM86 differs in EFLAGS only. */
static void set_limited_segments(CPUX86State *env)
{
    const uint32_t data = SEG_P | SEG_S | SEG_W | SEG_A | 3 << SEG_DPL_SHIFT;
    const X86Seg code = {
        .attr = (data & ~SEG_W) | SEG_CODE | SEG_R, .base = CODE_BASE, .limit = 0xffff};

    for (unsigned n = 0; n < NR_SEGS; n++) {
        env->seg[n] = (X86Seg){.attr = data, .base = DATA_BASE, .limit = DATA_SIZE - 1};
    }
    env->seg[R_CS] = code;
    env->seg[R_SS].base = STACK_BASE;
    env->seg[R_ES].limit = ES_LIMIT;
    env->seg[R_GS].attr |= SEG_E;
    env->seg[R_GS].base = DATA_BASE - GS_START;
    env->seg[R_GS].limit = GS_START - 1;
    for (unsigned n = 0; n < NR_SEGS; n++) {
        env->seg_base[n] = env->seg[n].base;
    }
}

/* As Linux has them: FS and GS of 64-bit code are null. */
static void set_segments(CPUX86State *env, unsigned mode)
{
    uint16_t cs = mode == X86_MODE_64   ? USER_CS64
                  : mode == X86_MODE_32 ? USER_CS32
                                        : USER_CS16;

    for (unsigned n = 0; n < NR_SEGS; n++) {
        bool null = mode == X86_MODE_64 && (n == R_FS || n == R_GS);
        uint16_t sel = n == R_CS ? cs : null ? 0 : USER_DS;
        env->seg[n] = seg_from_desc(sel, gdt[sel >> 3]);
        env->seg_base[n] = 0;
    }
    env->gdt = (X86Table){.base = GDT_BASE, .limit = sizeof(gdt) - 1};
    env->tr = (X86Seg){.limit = 0}; /* no port is permitted */
}

static void state_in(Rig *r, const MachineState *st)
{
    CPUX86State *env = r->env;

    set_segments(env, st->mode);
    if (st->segs != SEGS_FLAT) {
        set_limited_segments(env);
    }
    env->cr0 = CR0_PG | CR0_PE | CR0_MP | CR0_ET | CR0_NE | CR0_WP;
    env->cr4 =
        CR4_PAE | CR4_OSFXSR | CR4_OSXMMEXCPT | CR4_OSXSAVE | CR4_FSGSBASE | CR4_UMIP;
    env->xcr0 = r->xcr0;
    env->efer = EFER_LMA | EFER_LME | EFER_SCE | EFER_NXE;
    memcpy(env->regs, st->regs, sizeof(env->regs));
    memcpy(env->vec, st->vec, sizeof(env->vec));
    env->rip = st->rip;
    env->mxcsr = st->mxcsr;
    env->inhibit_irq = false;
    x86_set_eflags(env, st->eflags | EFL_IF | (st->segs == SEGS_VM86 ? EFL_VM : 0));
    env->x87.cw = st->fcw;
    env->x87.sw = st->fsw & ~(7 << 11);
    env->x87.top = st->fsw >> 11 & 7;
    env->x87.empty = ~st->ftw;
    for (unsigned n = 0; n < 8; n++) {
        floatx80 *f = &env->x87.r[(env->x87.top + n) & 7];
        f->lo = ldq_le_p(st->st[n]);
        f->hi = ldw_le_p(st->st[n] + 8);
    }
    x86_x87_masks_changed(env);
}

static void state_out(Rig *r, MachineState *st)
{
    CPUX86State *env = r->env;

    memcpy(st->regs, env->regs, sizeof(env->regs));
    memcpy(st->vec, env->vec, sizeof(env->vec));
    st->rip = env->rip;
    st->mxcsr = env->mxcsr;
    st->eflags = x86_eflags(env) & RIG_EFLAGS;
    st->fcw = env->x87.cw;
    st->fsw = env->x87.sw | env->x87.top << 11;
    st->ftw = ~env->x87.empty;
    for (unsigned n = 0; n < 8; n++) {
        const floatx80 *f = &env->x87.r[(env->x87.top + n) & 7];
        stq_le_p(st->st[n], f->lo);
        stw_le_p(st->st[n] + 8, f->hi);
    }
}

/* --- public --- */

static void fill_desc(Rig *r)
{
    GuestDesc *g = &r->desc;

    r->ops.fill_guest_desc(g);
    g->exit_request = CPU_ENV_OFFSET(exit_request);
    g->tlb_base = CPU_ENV_OFFSET(tlb_base);
    g->jc_base = CPU_ENV_OFFSET(jc_base);
    g->jc_tag = CPU_ENV_OFFSET(jc_tag);
    g->jc_mask = CPU_ENV_OFFSET(jc_mask);
    g->fault_regs = CPU_ENV_OFFSET(fault_regs);
    g->page_bits = PAGE_BITS;
    g->tlb_index_bits = TLB_BITS;
    g->tlb_entry_bits = 5;
    g->tag_read = offsetof(TLBEntry, tag_read);
    g->tag_write = offsetof(TLBEntry, tag_write);
    g->addend = offsetof(TLBEntry, addend);
    g->ld = slow_ld;
    g->st = slow_st;
    g->ld_vec = slow_ld_vec;
    g->st_vec = slow_st_vec;
    g->atomic = slow_atomic;
    g->lookup = slow_lookup;
}

static Rig *make_rig(const TCGBackend *backend, uint64_t opts_off, bool direct)
{
    Rig *r = g_new0(Rig, 1);
    GError *err = NULL;

    r->ops = x86_cpu_ops;
    r->backend = backend;
    r->opts_off = opts_off;
    r->max_insns = 64;
    r->xcr0 = 7;
    r->units = g_new0(Unit, MAX_UNITS + 1);
    fill_desc(r);
    r->desc.direct = direct;
    r->buf = code_buf_new(BUF_SIZE, false, &err);
    if (!r->buf || !backend->init(&r->desc, r->buf, &err) ||
        !x86_model_parse("max", &r->model, &err)) {
        g_error("%s", err->message);
    }
    r->tcg = tcg_context_new(&r->desc);
    r->tcg->whole_writes = backend->whole_writes;
    r->ops.init_globals(r->tcg);
    r->cpu = cpu_new(&r->ops, 0, NULL, NULL);
    r->cpu->opaque = r;
    r->cpu->tlb_base = r->tlb;
    r->cpu->jc_base = r->jumps;
    r->jumps[0].pc = 1 << JUMP_SHIFT; /* empty: its place is elsewhere */
    r->cpu->jc_mask = jump_mask(JC_BITS);
    r->env = cpu_env(r->cpu);
    x86_set_model(r->env, &r->model);
    /* Every feature: rows without a generator are #UD. */
    memset(r->env->features, 0xff, sizeof(r->env->features));
    r->ops.reset(r->cpu);
    for (unsigned n = 0; n < ARRAY_SIZE(r->tlb); n++) {
        r->tlb[n].tag_read = r->tlb[n].tag_write = MISS;
    }
    return r;
}

Rig *rig_new(const TCGBackend *backend, uint64_t opts_off)
{
    return make_rig(backend, opts_off, false);
}

Rig *rig_new_direct(const TCGBackend *backend, uint64_t opts_off)
{
    return make_rig(backend, opts_off, true);
}

void rig_free(Rig *r)
{
    cpu_free(r->cpu);
    tcg_context_free(r->tcg);
    code_buf_free(r->buf);
    g_free(r->units);
    g_free(r);
}

void rig_forget(Rig *r)
{
    r->nunits = 0;
    code_buf_reset(r->buf);
    memset(r->jumps, 0, sizeof(r->jumps));
    r->jumps[0].pc = 1 << JUMP_SHIFT;
}

void rig_set_model(Rig *r, const X86Model *m, uint64_t xcr0)
{
    r->model = *m;
    r->xcr0 = xcr0;
    x86_set_model(r->env, &r->model);
    rig_forget(r);
}

void rig_set_ordered(Rig *r, bool on)
{
    r->desc.ordered = on;
    rig_forget(r);
}

void rig_set_one_insn(Rig *r, bool on)
{
    r->one_insn = on;
}

MachineResult rig_run(Rig *r, MachineState *st, unsigned max_units)
{
    MachineResult res = {.vector = -1};
    CPUX86State *env = r->env;

    state_in(r, st);
    r->cpu->exception_index = -1;
    env->old_exception = -1;
    if (sigsetjmp(r->cpu->jmp_env, 0) == 0) {
        run_units(r, max_units);
    } else {
        int v = r->cpu->exception_index;
        res.vector = v & 0xff;
        if (v & EXCP_INT) {
            env->rip = env->exception_next;
        }
        if (res.vector == EXCP_PF) {
            res.error = env->error_code;
            res.cr2 = env->fault_cr2;
        }
    }
    state_out(r, st);
    return res;
}

const TCGContext *rig_translate(Rig *r, const MachineState *st, unsigned max_insns,
                                TCGCode *code, bool *ended)
{
    unsigned before = r->max_insns;
    bool ok = false;

    state_in(r, st);
    r->max_insns = max_insns;
    r->only_code = true;
    if (sigsetjmp(r->cpu->jmp_env, 0) == 0) {
        make_ir(r);
        *ended = r->ended;
        tcg_optimize(r->tcg);
        ok = r->backend->gen_code(r->tcg, r->buf, code);
    }
    r->only_code = false;
    r->max_insns = before;
    return ok ? r->tcg : NULL;
}

void rig_print_ir(Rig *r, const MachineState *st, GString *to)
{
    state_in(r, st);
    if (sigsetjmp(r->cpu->jmp_env, 0) == 0) {
        make_ir(r);
        ir_print(r->tcg, to);
        tcg_optimize(r->tcg);
        g_string_append(to, "--- after the passes\n");
        ir_print(r->tcg, to);
        TCGCode code;
        if (r->backend->disas && r->backend->gen_code(r->tcg, r->buf, &code)) {
            g_string_append_printf(to, "--- host code, %u bytes\n", code.code_size);
            r->backend->disas(&code, to);
        }
    }
}
