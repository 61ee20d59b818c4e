/* The toy guest architecture: front end, helpers, MMU, exceptions, and an interpreter as
 * oracle. */
/* SPDX-License-Identifier: MIT */
#include "tests/unit/toy.h"

#include "cpu/debug.h"
#include "util/bitops.h"

#define ENV_OFF(field) ((int32_t)offsetof(ToyEnv, field))

static ToyEnv *toy_env(CPUState *cpu)
{
    return cpu_env(cpu);
}

/* MMU. */

static uint64_t *phys_word(AddressSpace *mem, hwaddr pa)
{
    hwaddr len = 8;
    return address_space_ram_ptr(mem, pa, &len, true);
}

/* The entry that maps va, or NULL; *shift: of the page. */
static uint64_t *find_pte(AddressSpace *mem, uint64_t root, vaddr va, unsigned *shift)
{
    uint64_t *e = phys_word(mem, root + (va >> 21 & 511) * 8);

    *shift = 21;
    if (!(*e & PTE_P) || *e & PTE_L) {
        return e;
    }
    *shift = 12;
    return phys_word(mem, (*e & ~UINT64_C(0xfff)) + (va >> 12 & 511) * 8);
}

static bool page_allows(uint64_t pte, MMUAccess acc, int mode)
{
    if (!(pte & PTE_P) || (mode == 0 && !(pte & PTE_U)) || (mode == 1 && pte & PTE_U)) {
        return false; /* mode 1 sees no user pages, mode 2 does */
    }
    return acc == MMU_READ ? true : acc == MMU_WRITE ? pte & PTE_W : pte & PTE_X;
}

typedef struct WalkFor {
    vaddr va;
    MMUAccess acc;
    int mode;
    bool probe;
} WalkFor;

static bool walk_tables(const ToyEnv *env, AddressSpace *mem, WalkFor w, MMUResult *res)
{
    unsigned shift;
    uint64_t *pte = find_pte(mem, env->root, w.va, &shift);
    uint64_t base = *pte & ~((UINT64_C(1) << shift) - 1);

    if (!page_allows(*pte, w.acc, w.mode)) {
        return false;
    }
    if (!w.probe) {
        *pte |= PTE_A | (w.acc == MMU_WRITE ? PTE_D : 0);
    }
    *res = (MMUResult){
        .pa = base | (w.va & ((UINT64_C(1) << shift) - 1) & PAGE_MASK),
        .page_shift = shift,
        .can_read = true,
        .can_write = page_allows(*pte, MMU_WRITE, w.mode) && *pte & PTE_D,
        .can_exec = page_allows(*pte, MMU_EXEC, w.mode),
        .global = *pte & PTE_G,
    };
    return true;
}

static bool walk(const ToyEnv *env, AddressSpace *mem, WalkFor w, MMUResult *res)
{
    if (env->paging) {
        return walk_tables(env, mem, w, res);
    }
    if (env->limit && w.va >= env->limit) {
        return false;
    }
    *res = (MMUResult){.pa = w.va & PAGE_MASK,
                       .page_shift = 12,
                       .can_read = true,
                       .can_write = true,
                       .can_exec = true};
    return true;
}

static bool toy_walk(CPUState *cpu, vaddr va, MMUAccess acc, int mmu_idx, bool probe,
                     MMUResult *res)
{
    /* Tables may be in a device, whose lock comes before the engine's: docs/threads.md.
     */
    g_assert_false(cpu_tcg(cpu)->has_lock);
    if (walk(toy_env(cpu), cpu->mem, (WalkFor){va, acc, mmu_idx, probe}, res)) {
        return true;
    }
    if (!probe) {
        toy_env(cpu)->bad = va;
        cpu->exception_index = acc == MMU_READ    ? TOY_EXCP_READ
                               : acc == MMU_WRITE ? TOY_EXCP_WRITE
                                                  : TOY_EXCP_FETCH;
    }
    return false;
}

G_GNUC_NORETURN static void toy_raise_pending(CPUState *cpu, uintptr_t ra)
{
    cpu_loop_exit_restore(cpu, ra);
}

G_GNUC_NORETURN static void toy_raise(CPUState *cpu, int excp, uintptr_t ra)
{
    cpu->exception_index = excp;
    cpu_loop_exit_restore(cpu, ra);
}

G_GNUC_NORETURN static void toy_unaligned(CPUState *cpu, vaddr va, unsigned n,
                                          uintptr_t ra)
{
    toy_env(cpu)->bad = va;
    toy_raise(cpu, TOY_EXCP_ALIGN, ra);
}

/* Exceptions and interrupts. */

static void enter_handler(ToyEnv *env, int cause, uint64_t vector)
{
    env->epc = env->pc;
    env->emode = env->mode;
    env->cause = cause;
    env->mode = 1;
    env->ie = env->shadow = false;
    env->pc = vector;
}

static void toy_deliver_exception(CPUState *cpu)
{
    int index = cpu->exception_index;

    cpu->exception_index = -1;
    enter_handler(toy_env(cpu), index, toy_env(cpu)->vector);
    cpu_mode_changed(cpu, 1);
}

static bool toy_take_interrupt(CPUState *cpu, uint32_t pending)
{
    ToyEnv *env = toy_env(cpu);

    if (!(pending & CPU_INTERRUPT_HARD) || !env->ie || env->shadow) {
        return false;
    }
    cpu_reset_interrupt(cpu, CPU_INTERRUPT_HARD);
    cpu->halted = false;
    env->interrupts++;
    enter_handler(env, -1, env->vector + 256);
    cpu_mode_changed(cpu, 1);
    return true;
}

static bool toy_has_work(CPUState *cpu)
{
    return cpu->interrupt_request & CPU_INTERRUPT_HARD && toy_env(cpu)->ie;
}

/* Helpers. */

/* What SYS does to the state; returns the next pc, or says with *excp that it raises. */
static uint64_t sys_effect(ToyEnv *env, unsigned n, uint64_t next, int *excp)
{
    switch (n) {
    case SYS_ERET:
        env->mode = env->emode;
        env->ie = true;
        return env->epc;
    case SYS_MODE:
        env->mode = env->r[0] % 3;
        break;
    case SYS_SPACE:
        env->root = env->r[0];
        break;
    case SYS_STI:
        env->shadow = !env->ie;
        env->ie = true;
        break;
    case SYS_CLI:
        env->ie = false;
        break;
    case SYS_TRAP:
        *excp = TOY_EXCP_TRAP;
        break;
    case SYS_PAGING:
        env->paging = env->r[0] & 1;
        break;
    default:
        break;
    }
    return next;
}

static uint64_t helper_sys(void *envp, uint64_t n, uint64_t next)
{
    ToyEnv *env = envp;
    CPUState *cpu = env_cpu(env);
    uintptr_t ra = GETPC();
    int excp = -1;

    next = sys_effect(env, n, next, &excp);
    if (excp >= 0) {
        toy_raise(cpu, excp, ra);
    }
    if (n == SYS_SPACE) {
        cpu_switch_address_space(cpu, env->root, env->r[1]);
    } else if (n == SYS_INVLPG) {
        tlb_flush_page(cpu, env->root, env->r[0]);
    } else if (n == SYS_FLUSH || n == SYS_PAGING) {
        tlb_flush(cpu);
    } else if (n == SYS_FLUSH_LOCAL) {
        tlb_flush_non_global(cpu);
    }
    cpu_mode_changed(cpu, env->mode);
    return next;
}

static void helper_unshadow(void *envp)
{
    ToyEnv *env = envp;

    env->shadow = false;
    cpu_mode_changed(env_cpu(env), env->mode);
}

static void helper_copy(void *envp, uint64_t to, uint64_t from, uint64_t n)
{
    CPUState *cpu = env_cpu(envp);
    uint8_t buf[256];

    cpu_ld_bytes(cpu, from, buf, n, MMU_CURRENT, GETPC());
    cpu_st_bytes(cpu, to, buf, n, MMU_CURRENT, GETPC());
}

static void helper_undef(void *envp)
{
    toy_raise(env_cpu(envp), TOY_EXCP_UNDEF, GETPC());
}

static const HelperInfo info_sys = {"toy_sys", helper_sys, HELPER_FAULT, HS_ALL,
                                    HS_ALL,    2,          true,         true};
static const HelperInfo info_unshadow = {
    "toy_unshadow", helper_unshadow, 0, 0, 0, 0, true, false};
static const HelperInfo info_copy = {"toy_copy", helper_copy, HELPER_FAULT, 0,
                                     0,          3,           true,         false};
static const HelperInfo info_undef = {
    "toy_undef", helper_undef, HELPER_FAULT | HELPER_NORETURN, 0, 0, 0, true, false};

/* Front end. */

static const uint8_t insn_len[TOY_NR_OPS] = {1, 6, 3, 2, 7, 7, 7, 7, 5, 5, 2, 2, 4};

static void toy_fill_guest_desc(GuestDesc *g)
{
    g->pc = ENV_OFF(pc);
    g->cc_op = ENV_OFF(cc_op);
    g->cc_a = ENV_OFF(cc_a);
    g->cc_b = ENV_OFF(cc_b);
    g->cc_c = ENV_OFF(cc_c);
    g->cc_r = ENV_OFF(cc_r);
    g->mxcsr = ENV_OFF(mxcsr);
}

/* Globals are refs 0 to 7. */
static void toy_init_globals(TCGContext *s)
{
    static const char *const names[] = {"r0", "r1", "r2", "r3", "r4", "r5", "r6", "r7"};

    for (int i = 0; i < 8; i++) {
        IRRef g = ir_global(s, IR_I64, ENV_OFF(r) + 8 * i, names[i]);

        assert(g == i);
    }
}

static TBKey toy_tb_key(CPUState *cpu)
{
    const ToyEnv *env = toy_env(cpu);

    return (TBKey){.pc = env->pc,
                   .flags = env->mode | env->shadow << 2 | env->paging << 3};
}

static void toy_translate_start(DisasContextBase *db) {}

/* Leaves to pc; an ADD there overwrites the flags before anybody reads them. */
static void link_to(DisasContextBase *db, uint64_t pc)
{
    unsigned len = 3;
    const uint8_t *code = db->code_peek ? db->code_peek(db, pc, &len) : NULL;
    bool dead = code && len >= 3 && code[0] == TOY_ADD;

    ir_exit_link(db->tcg, pc, dead ? 0 : CC_ALL);
}

static void toy_translate_stop(DisasContextBase *db)
{
    if (db->is_jmp == DISAS_NEXT) {
        link_to(db, db->pc_next);
    }
}

static void gen_mem(TCGContext *s, unsigned op, IRRef r, IRRef base, int32_t disp)
{
    IRAddr a = {.base = base, .index = IR_NONE, .disp = disp};

    switch (op) {
    case TOY_LD:
        ir_ld(s, IR_I64, r, a, MO_64);
        break;
    case TOY_ST:
        ir_st(s, IR_I64, r, a, MO_64);
        break;
    case TOY_STB:
        ir_st(s, IR_I8, r, a, MO_8);
        break;
    default: {
        IRRef old = ir_temp(s, IR_I64);

        ir_atomic(s, OP_at_add, old, a, r, IR_NONE, MO_64);
        ir_mov(s, IR_I64, r, old);
    }
    }
}

static void gen_sys(DisasContextBase *db, unsigned n)
{
    TCGContext *s = db->tcg;
    IRRef next = ir_temp(s, IR_I64);

    ir_call(s, &info_sys, next, (IRRef[]){ir_const(s, n), ir_const(s, db->pc_next)});
    ir_exit_ind(s, next);
    db->is_jmp = DISAS_END;
}

static void gen_branch(DisasContextBase *db, unsigned op, int32_t disp)
{
    TCGContext *s = db->tcg;

    if (op == TOY_JNZ) {
        unsigned taken = ir_label_new(s);

        ir_brcc(s, COND_NE, taken);
        link_to(db, db->pc_next);
        ir_label(s, taken);
    }
    link_to(db, db->pc_next + disp);
    db->is_jmp = DISAS_END;
}

static void gen_halt(DisasContextBase *db)
{
    TCGContext *s = db->tcg;

    ir_st_env(s, IR_I64, ir_const(s, db->pc_next), ENV_OFF(pc));
    ir_exit_tb(s, CPU_TB_HALT);
    db->is_jmp = DISAS_END;
}

static void gen_undef(DisasContextBase *db)
{
    ir_call(db->tcg, &info_undef, IR_NONE, NULL);
    ir_exit_tb(db->tcg, CPU_TB_LEAVE);
    db->is_jmp = DISAS_END;
}

static void gen_insn(DisasContextBase *db, const uint8_t *p)
{
    TCGContext *s = db->tcg;
    unsigned op = p[0], r = p[1] & 7;

    switch (op) {
    case TOY_HALT:
        gen_halt(db);
        break;
    case TOY_LI:
        ir_movi(s, IR_I64, r, (int32_t)ldl_le_p(p + 2));
        break;
    case TOY_ADD:
        ir_op2f(s, OP_add, IR_I64, r, r, p[2] & 7);
        break;
    case TOY_DEC:
        ir_op1f(s, OP_dec, IR_I64, r, r);
        break;
    case TOY_LD ... TOY_XADD:
        gen_mem(s, op, r, p[2] & 7, ldl_le_p(p + 3));
        break;
    case TOY_JNZ:
    case TOY_JMP:
        gen_branch(db, op, ldl_le_p(p + 1));
        break;
    case TOY_JR:
        ir_exit_ind(s, r);
        db->is_jmp = DISAS_END;
        break;
    case TOY_SYS:
        gen_sys(db, p[1]);
        break;
    case TOY_COPY:
        ir_call(s, &info_copy, IR_NONE, (IRRef[]){r, p[2] & 7, ir_const(s, p[3])});
        break;
    default:
        gen_undef(db);
    }
}

static void toy_translate_insn(DisasContextBase *db)
{
    TCGContext *s = db->tcg;
    unsigned at = db->pc_next - db->pc_first, len = 1;
    bool ok = db->code_more(db, at + 1);

    if (ok && db->code[at] < TOY_NR_OPS) {
        len = insn_len[db->code[at]];
        ok = db->code_more(db, at + len);
    }
    if (!ok) {
        link_to(db, db->pc_next);
        db->is_jmp = DISAS_END;
        return;
    }
    ir_insn_start(s, db->pc_next);
    db->pc_next += len;
    if (db->key.flags & 4) {
        ir_call(s, &info_unshadow, IR_NONE, NULL);
    }
    gen_insn(db, db->code + at);
    if (db->key.flags & 4 &&
        db->is_jmp == DISAS_NEXT) { /* the shadow is one instruction long */
        link_to(db, db->pc_next);
        db->is_jmp = DISAS_END;
    }
}

static void toy_restore_state(CPUState *cpu, uint64_t pc)
{
    toy_env(cpu)->pc = pc;
}

static void toy_debug_hit(CPUState *cpu, bool after)
{
    toy_raise(cpu, TOY_EXCP_DEBUG, 0);
}

static void toy_dump_regs(CPUState *cpu, unsigned flags, GString *to)
{
    const ToyEnv *env = toy_env(cpu);

    g_string_append_printf(to, "pc=%" PRIx64, env->pc);
    for (int i = 0; i < 8; i++) {
        g_string_append_printf(to, " r%d=%" PRIx64, i, env->r[i]);
    }
    g_string_append_c(to, '\n');
}

static size_t toy_disas(CPUState *cpu, vaddr pc, const uint8_t *code, size_t len,
                        unsigned max, GString *to)
{
    for (size_t i = 0; i < len; i++) {
        g_string_append_printf(to, "%02x", code[i]);
    }
    g_string_append_c(to, '\n');
    return len;
}

const CPUOps toy_ops = {
    .name = "toy",
    .env_size = sizeof(ToyEnv),
    .fill_guest_desc = toy_fill_guest_desc,
    .init_globals = toy_init_globals,
    .disas_size = sizeof(DisasContextBase),
    .tb_key = toy_tb_key,
    .translate_start = toy_translate_start,
    .translate_insn = toy_translate_insn,
    .translate_stop = toy_translate_stop,
    .restore_state = toy_restore_state,
    .walk = toy_walk,
    .raise_pending = toy_raise_pending,
    .unaligned = toy_unaligned,
    .deliver_exception = toy_deliver_exception,
    .take_interrupt = toy_take_interrupt,
    .has_work = toy_has_work,
    .debug_hit = toy_debug_hit,
    .dump_regs = toy_dump_regs,
    .disas = toy_disas,
};

/* The machine. */

static uint64_t io_read(void *opaque, hwaddr offset, unsigned size)
{
    Toy *t = opaque;

    t->io_reads++;
    return ldn_le_p((uint8_t *)t->io_reg + offset, size);
}

static void io_write(void *opaque, hwaddr offset, uint64_t value, unsigned size)
{
    Toy *t = opaque;

    t->io_writes++;
    stn_le_p((uint8_t *)t->io_reg + offset, size, value);
}

static const MemoryRegionOps io_ops = {
    .read = io_read,
    .write = io_write,
    .valid = {.max_access_size = 8, .unaligned = true},
};

static void build_memory(Toy *t)
{
    GError *err = NULL;
    bool ok = memory_region_init_ram(&t->ram, "ram", TOY_RAM, &err) &&
              memory_region_init_rom(&t->rom, "rom", 4096, &err);

    assert(ok);
    memory_region_init_container(&t->root, "root", UINT64_MAX);
    memory_region_init_container(&t->ports, "ports", 65536);
    memory_region_init_io(&t->io, &io_ops, t, "io", 4096);
    memory_region_add_subregion(&t->root, 0, &t->ram);
    memory_region_add_subregion(&t->root, TOY_IO, &t->io);
    memory_region_add_subregion(&t->root, TOY_ROM, &t->rom);
    address_space_init(&t->mem, &t->root, "mem");
    address_space_init(&t->pio, &t->ports, "pio");
    t->host = memory_region_ram_ptr(&t->ram);
}

Toy *toy_new(const TCGOptions *opts)
{
    Toy *t = g_new0(Toy, 1);
    GError *err = NULL;

    machine_lock();
    build_memory(t);
    machine_unlock();
    t->engine = tcg_engine_new(opts, &toy_ops, &err);
    if (!t->engine) {
        g_error("%s", err->message);
    }
    t->cpu = cpu_new(&toy_ops, 0, &t->mem, &t->pio);
    t->env = cpu_env(t->cpu);
    tcg_vcpu_init(t->engine, t->cpu);
    return t;
}

void toy_free(Toy *t)
{
    tcg_vcpu_fini(t->cpu);
    cpu_free(t->cpu);
    tcg_engine_free(t->engine);
    machine_lock();
    address_space_destroy(&t->mem);
    address_space_destroy(&t->pio);
    memory_region_del_subregion(&t->root, &t->ram);
    memory_region_del_subregion(&t->root, &t->rom);
    memory_region_destroy_ram(&t->ram);
    memory_region_destroy_ram(&t->rom);
    machine_unlock();
    g_free(t);
}

void toy_reset(Toy *t, uint64_t pc)
{
    *t->env = (ToyEnv){.pc = pc, .mode = 1};
    t->cpu->halted = false;
    t->cpu->exception_index = -1;
    t->cpu->interrupt_request = 0;
    cpu_switch_address_space(t->cpu, 0, false);
    tlb_flush(t->cpu);
    cpu_mode_changed(t->cpu, 1);
}

CPUExit toy_run(Toy *t)
{
    CPUExit why = tcg_vcpu_run(t->cpu);

    if (t->runs++ % 128 == 0) {
        tlb_verify(t->cpu);
        tb_verify(t->engine);
    }
    return why;
}

/* The assembler writes through the address space, as a loader does. */

static uint64_t emit(Toy *t, const uint8_t *bytes, unsigned n)
{
    uint64_t at = t->at;

    address_space_write(&t->mem, at, bytes, n);
    t->at += n;
    return at;
}

uint64_t toy_li(Toy *t, int r, int32_t v)
{
    uint8_t b[6] = {TOY_LI, r};

    stl_le_p(b + 2, v);
    return emit(t, b, 6);
}

uint64_t toy_rr(Toy *t, int op, int r, int s)
{
    return emit(t, (uint8_t[]){op, r, s}, 3);
}

uint64_t toy_r(Toy *t, int op, int r)
{
    return emit(t, (uint8_t[]){op, r}, 2);
}

uint64_t toy_mem(Toy *t, int op, int r, int s, int32_t disp)
{
    uint8_t b[7] = {op, r, s};

    stl_le_p(b + 3, disp);
    return emit(t, b, 7);
}

uint64_t toy_branch(Toy *t, int op, uint64_t target)
{
    uint8_t b[5] = {op};

    stl_le_p(b + 1, target - (t->at + 5));
    return emit(t, b, 5);
}

uint64_t toy_sys(Toy *t, int n)
{
    return emit(t, (uint8_t[]){TOY_SYS, n}, 2);
}

uint64_t toy_halt(Toy *t)
{
    return emit(t, (uint8_t[]){TOY_HALT}, 1);
}

uint64_t *toy_pte(Toy *t, uint64_t root, vaddr va, uint64_t *pool)
{
    uint64_t *top = (uint64_t *)(t->host + root) + (va >> 21 & 511);

    if (!(*top & PTE_P)) {
        memset(t->host + *pool, 0, 4096);
        *top = *pool | PTE_P;
        *pool += 4096;
    }
    return (uint64_t *)(t->host + (*top & PAGE_MASK)) + (va >> 12 & 511);
}

/* The oracle. */

typedef struct Oracle {
    Toy *toy;
    ToyEnv *env;
    int excp;
} Oracle;

/* Host address of one byte for the access; NULL: excp and bad say what is raised. */
static uint8_t *oracle_byte(Oracle *o, vaddr va, MMUAccess acc)
{
    MMUResult res;

    if (!walk(o->env, &o->toy->mem, (WalkFor){va, acc, o->env->mode, false}, &res)) {
        o->env->bad = va;
        o->excp = acc == MMU_READ    ? TOY_EXCP_READ
                  : acc == MMU_WRITE ? TOY_EXCP_WRITE
                                     : TOY_EXCP_FETCH;
        return NULL;
    }
    return o->toy->host + res.pa + (va & ~PAGE_MASK);
}

/* Copies n bytes out of (or into) virtual memory; all or nothing. */
static bool oracle_bytes(Oracle *o, vaddr va, uint8_t *buf, unsigned n, MMUAccess acc)
{
    for (unsigned pass = 0; pass < 2; pass++) {
        for (unsigned i = 0; i < n; i++) {
            uint8_t *p = oracle_byte(o, va + i, acc);

            if (!p) {
                return false;
            }
            if (pass && acc == MMU_WRITE) {
                *p = buf[i];
            } else if (pass) {
                buf[i] = *p;
            }
        }
    }
    return true;
}

static bool oracle_mem(Oracle *o, unsigned op, uint64_t *r, vaddr va)
{
    uint8_t buf[8];
    uint64_t old;

    if (op == TOY_LD) {
        if (!oracle_bytes(o, va, buf, 8, MMU_READ)) {
            return false;
        }
        *r = ldq_le_p(buf);
        return true;
    }
    if (op == TOY_STB || op == TOY_ST) {
        stq_le_p(buf, *r);
        return oracle_bytes(o, va, buf, op == TOY_STB ? 1 : 8, MMU_WRITE);
    }
    for (unsigned i = 0; i < 8; i++) { /* checked as a write */
        if (!oracle_byte(o, va + i, MMU_WRITE)) {
            return false;
        }
    }
    oracle_bytes(o, va, buf, 8, MMU_READ);
    old = ldq_le_p(buf);
    stq_le_p(buf, old + *r);
    oracle_bytes(o, va, buf, 8, MMU_WRITE);
    *r = old;
    return true;
}

static bool oracle_copy(Oracle *o, vaddr to, vaddr from, unsigned n)
{
    uint8_t buf[256];

    return oracle_bytes(o, from, buf, n, MMU_READ) &&
           oracle_bytes(o, to, buf, n, MMU_WRITE);
}

static bool zero_flag(const ToyEnv *env)
{
    CCState cc = {env->cc_op, env->cc_a, env->cc_b, env->cc_c, env->cc_r};

    return cc_compute(&cc) & CC_Z;
}

static void set_flags(ToyEnv *env, unsigned kind, uint64_t result, uint64_t b)
{
    if (kind == CC_ADD) {
        env->cc_op = CC_OP(CC_ADD, IR_I64);
        env->cc_a = result;
        env->cc_b = b;
    } else {
        env->cc_op = (env->cc_op & 0xffff) | CC_OP_OVERLAY(CC_OV_DEC, IR_I64);
        env->cc_r = result;
    }
}

/* One instruction that is no jump, SYS or HALT. */
static bool oracle_plain(Oracle *o, const uint8_t *p)
{
    ToyEnv *env = o->env;
    uint64_t *r = &env->r[p[1] & 7], *s = &env->r[p[2] & 7];

    switch (p[0]) {
    case TOY_LI:
        *r = (int32_t)ldl_le_p(p + 2);
        return true;
    case TOY_ADD: {
        uint64_t b = *s;

        *r += b;
        set_flags(env, CC_ADD, *r, b);
        return true;
    }
    case TOY_DEC:
        set_flags(env, CC_OV_DEC, --*r, 0);
        return true;
    case TOY_COPY:
        return oracle_copy(o, *r, *s, p[3]);
    default:
        return oracle_mem(o, p[0], r, *s + (int32_t)ldl_le_p(p + 3));
    }
}

static void oracle_insn(Oracle *o, const uint8_t *p)
{
    ToyEnv *env = o->env;
    uint64_t next = env->pc + insn_len[p[0]];

    switch (p[0]) {
    case TOY_JNZ:
        next += zero_flag(env) ? 0 : (int32_t)ldl_le_p(p + 1);
        break;
    case TOY_JMP:
        next += (int32_t)ldl_le_p(p + 1);
        break;
    case TOY_JR:
        next = env->r[p[1] & 7];
        break;
    case TOY_SYS:
        next = sys_effect(env, p[1], next, &o->excp);
        break;
    default:
        if (!oracle_plain(o, p)) {
            return;
        }
    }
    if (o->excp < 0) {
        env->pc = next;
    }
}

uint64_t toy_interpret(Toy *t, ToyEnv *env, uint64_t max)
{
    for (uint64_t n = 0; n < max; n++) {
        Oracle o = {t, env, -1};
        uint8_t code[8];

        if (oracle_bytes(&o, env->pc, code, 1, MMU_EXEC)) {
            if (code[0] == TOY_HALT) {
                return n;
            }
            if (code[0] >= TOY_NR_OPS) {
                o.excp = TOY_EXCP_UNDEF;
            } else if (oracle_bytes(&o, env->pc, code, insn_len[code[0]], MMU_EXEC)) {
                oracle_insn(&o, code);
            }
        }
        if (o.excp >= 0) {
            enter_handler(env, o.excp, env->vector);
        }
    }
    return max;
}
