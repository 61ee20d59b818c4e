/* Guest memory of a program: host addresses. Accesses, faults, forks, and the parts of
 * the engine's interface that a TLB has and this has not. */
/* SPDX-License-Identifier: MIT */
/*
 * An access by generated code is one host instruction; what it may not do arrives as a
 * signal, and the side table tells which guest instruction it was. An access by C code in
 * a helper, or by the translator, is a plain load or store as well: `fault.ra` says whose
 * it is, and the signal handler lets the thread go on in user_fault_leave().
 */
#include "accel/tcg/lockstep.h"
#include "accel/tcg/perf.h"
#include "accel/tcg/tb.h"

#include <fcntl.h>
#include <unistd.h>

#include "cpu/debug.h"
#include "cpu/ldst.h"
#include "cpu/mmu.h"
#include "cpu/rseq.h"
#include "util/atomic.h"
#include "util/bitops.h"
#include "util/epoch.h"

const bool tcg_one_space = true;
const bool tcg_many_vcpus = true;

static TCGEngine *the_engine;
static MemoryRegion all_memory; /* says "RAM" where the machine has regions */

static inline void *host(vaddr va)
{
    return (void *)(uintptr_t)va;
}

/* Set-up. */

static const void *leave_generated(void *env, uintptr_t pc)
{
    CPUState *cpu = env_cpu(env);
    const void *resume = tcg_resume_point(cpu, pc);

    cpu_tcg(cpu)->fault.ra = resume ? 0 : pc;
    if (!resume) {
        user_fault_leave(cpu);
    }
    return resume;
}

ShortCall *user_short_call;

void tcg_memory_init(TCGEngine *e)
{
    e->guest.short_call = user_short_call;
    e->guest.direct = e->backend == tcg_native_backend;
    e->guest.fault = leave_generated;
    the_engine = e;
    user_map_attach(e);
}

void tcg_memory_exit(TCGEngine *e)
{
    user_cache_close(e);
    the_engine = NULL;
}

void tcg_memory_vcpu(TCGEngine *e, CPUState *cpu) {}

void tcg_memory_stats(const CPUTCG *t, GString *to) {}

/* Faults. */

/* Host pc is in generated code. */
static bool user_pc_is_generated(uintptr_t pc)
{
    return the_engine && code_buf_contains(the_engine->code, (void *)pc);
}

UserFaultAction user_fault(CPUState *cpu, const UserFault *f, uintptr_t pc)
{
    CPUTCG *t = cpu ? cpu_tcg(cpu) : NULL;
    bool generated = user_pc_is_generated(pc);
    bool fp = f->kind == USER_FAULT_FP, redo = fp; /* a helper raises it */

    /* What goes on in C finds out there. */
    if (f->access == MMU_WRITE && f->kind == USER_FAULT_FORBIDDEN &&
        !(t && generated && tcg_resume_point(cpu, pc))) {
        uintptr_t ra = generated ? pc : t ? t->fault.ra : 0;

        switch (user_write_fault(f->addr, ra)) {
        case USER_WRITE_NOW:
            return USER_FAULT_RETRY;
        case USER_WRITE_RUNNING:
            if (t->in_one_shot || !ra) {
                return USER_FAULT_RETRY;
            }
            redo = true;
            break;
        default:
            break;
        }
    }
    if (!t || !t->running || cpu->in_syscall || (fp && (!generated || t->in_one_shot))) {
        return USER_FAULT_OURS;
    }
    uintptr_t ra = t->fault.ra;

    t->fault = *f;
    t->fault.redo = redo;
    t->fault.ra = ra;
    return generated ? USER_FAULT_GENERATED : USER_FAULT_C;
}

const void *user_fault_entry(void)
{
    return the_engine->backend->fault_entry();
}

void user_fault_leave(CPUState *cpu)
{
    CPUTCG *t = cpu_tcg(cpu);
    UserFault f = t->fault;

    t->fault.ra = 0;
    if (f.redo) {
        tcg_redo_alone(cpu, f.ra);
    }
    if (f.kind == USER_FAULT_UNALIGNED) {
        tcg_redo_unaligned(cpu, f.ra);
    }
    cpu_restore_state(cpu, f.ra);
    cpu->ops->user_fault(cpu, f.addr, f.access,
                         f.kind == USER_FAULT_FORBIDDEN && user_map_flags(f.addr) > 0,
                         f.kind == USER_FAULT_GENERAL);
    cpu_loop_exit(cpu);
}

/* A check in C has failed. */
static void raise_fault(CPUState *cpu, vaddr va, MMUAccess acc, uintptr_t ra)
    __attribute__((noreturn));
static void raise_fault(CPUState *cpu, vaddr va, MMUAccess acc, uintptr_t ra)
{
    cpu_tcg(cpu)->fault.ra = 0;
    cpu_restore_state(cpu, ra);
    cpu->ops->user_fault(cpu, va, acc, user_map_flags(va) > 0, va >> 47 != 0);
    cpu_loop_exit(cpu);
}

/* Accesses of helpers. */

#define ACCESS_BEGIN(cpu, ra) (atomic_set(&cpu_tcg(cpu)->fault.ra, ra), barrier())
#define ACCESS_END(cpu)       (barrier(), atomic_set(&cpu_tcg(cpu)->fault.ra, 0))

static inline void check_user_alignment(CPUState *cpu, vaddr va, unsigned n, uintptr_t ra)
{
    if (unlikely(cpu->align_user) && va & (n - 1)) {
        cpu->ops->unaligned(cpu, va, n, ra);
    }
}

/* The first address of va .. va + n - 1 that may not be accessed so, or its end. */
static vaddr first_bad(vaddr va, size_t n, MMUAccess acc)
{
    unsigned want = acc == MMU_WRITE ? USER_WRITE : 0;
    vaddr end = va + n;

    while (va < end) {
        int flags = user_map_flags(va);

        if (flags < 0 && user_map_grow(va)) {
            flags = user_map_flags(va);
        }
        if (flags < 0 || !(flags & (want ? want : USER_READ | USER_WRITE | USER_EXEC))) {
            return va;
        }
        va = (va & PAGE_MASK) + PAGE_SIZE;
    }
    return end;
}

static inline void check_watch(CPUState *cpu, vaddr va, size_t n, int access,
                               uintptr_t ra)
{
    if (unlikely(cpu->watchpoints)) {
        cpu_watchpoint_check(cpu, va, n, access, ra);
    }
}

/* Lockstep: what is going to be written will be undone. What the guest may not write
 * faults by itself, and code is not to be touched twice. */
static void record(CPUState *cpu, vaddr va, size_t n)
{
    CPUTCG *t = cpu_tcg(cpu);

    if (likely(!t->undo) || !n || first_bad(va, n, MMU_WRITE) != va + n) {
        return;
    }
    for (vaddr p = va & PAGE_MASK; p < va + n; p += PAGE_SIZE) {
        if (tb_page_is_protected(t->engine, p)) {
            lockstep_abort(cpu);
        }
    }
    lockstep_record(t, host(va), n);
}

/* `_any`: aligned or not; generated code says by MO_ALIGN what it wants checked. */
#define DEFINE_CPU_LDST(ld, st, type, bits)                             \
    static type ld##_any(CPUState *cpu, vaddr va, uintptr_t ra)         \
    {                                                                   \
        check_watch(cpu, va, sizeof(type), BP_READ, ra);                \
        ACCESS_BEGIN(cpu, ra);                                          \
        type v = ldn_le_p(host(va), sizeof(type));                      \
        ACCESS_END(cpu);                                                \
        return v;                                                       \
    }                                                                   \
    type ld(CPUState *cpu, vaddr va, int mmu_idx, uintptr_t ra)         \
    {                                                                   \
        check_user_alignment(cpu, va, sizeof(type), ra);                \
        return ld##_any(cpu, va, ra);                                   \
    }                                                                   \
    static void st##_any(CPUState *cpu, vaddr va, type v, uintptr_t ra) \
    {                                                                   \
        check_watch(cpu, va, sizeof(type), BP_WRITE, ra);               \
        ACCESS_BEGIN(cpu, ra);                                          \
        record(cpu, va, sizeof(type));                                  \
        stn_le_p(host(va), sizeof(type), v);                            \
        ACCESS_END(cpu);                                                \
    }                                                                   \
    void st(CPUState *cpu, vaddr va, type v, int mmu_idx, uintptr_t ra) \
    {                                                                   \
        check_user_alignment(cpu, va, sizeof(type), ra);                \
        st##_any(cpu, va, v, ra);                                       \
    }

DEFINE_CPU_LDST(cpu_ldub, cpu_stb, uint8_t, 8)
DEFINE_CPU_LDST(cpu_lduw, cpu_stw, uint16_t, 16)
DEFINE_CPU_LDST(cpu_ldl, cpu_stl, uint32_t, 32)
DEFINE_CPU_LDST(cpu_ldq, cpu_stq, uint64_t, 64)

bool cpu_rseq_access(CPUState *cpu, const RseqAccess *a, uintptr_t ra)
{
    unsigned n = memop_bytes(a->memop);

    if (n <= 8) {
        check_user_alignment(cpu, a->va, n, ra);
    }
    check_watch(cpu, a->va, n, a->write ? BP_WRITE : BP_READ, ra);
    ACCESS_BEGIN(cpu, ra);
    if (a->write) {
        record(cpu, a->va, n);
    }
    bool done = tcg_rseq_access(cpu, a);

    ACCESS_END(cpu);
    return done;
}

void cpu_ld_bytes(CPUState *cpu, vaddr va, void *buf, size_t n, int mmu_idx, uintptr_t ra)
{
    check_watch(cpu, va, n, BP_READ, ra);
    ACCESS_BEGIN(cpu, ra);
    memcpy(buf, host(va), n);
    ACCESS_END(cpu);
}

void cpu_st_bytes(CPUState *cpu, vaddr va, const void *buf, size_t n, int mmu_idx,
                  uintptr_t ra)
{
    if (n > 8) { /* nothing is written unless all can be */
        cpu_probe(cpu, va, n, MMU_WRITE, mmu_idx, ra);
    }
    check_watch(cpu, va, n, BP_WRITE, ra);
    ACCESS_BEGIN(cpu, ra);
    record(cpu, va, n);
    memcpy(host(va), buf, n);
    ACCESS_END(cpu);
}

/*
 * What the caller then does with the pointer may still fault (a file has become shorter,
 * another thread unmaps): it counts as a fault at `ra`.
 */
void *cpu_probe(CPUState *cpu, vaddr va, size_t n, MMUAccess acc, int mmu_idx,
                uintptr_t ra)
{
    CPUTCG *t = cpu_tcg(cpu);
    vaddr bad = n ? first_bad(va, n, acc) : va;

    if (n && (bad < va + n || va + n < va)) {
        raise_fault(cpu, bad, acc, ra);
    }
    if (acc == MMU_WRITE) {
        atomic_set(&t->fault.ra, ra);
        record(cpu, va, n);
    }
    for (vaddr p = va; acc == MMU_WRITE && n && p < va + n;
         p = (p & PAGE_MASK) + PAGE_SIZE) {
        if (tb_page_is_protected(t->engine, p & PAGE_MASK) &&
            user_write_fault(p, ra) == USER_WRITE_RUNNING && ra && !t->in_one_shot) {
            tcg_redo_alone(cpu, ra);
        }
    }
    if (n && ra) {
        check_watch(cpu, va, n, acc == MMU_WRITE ? BP_WRITE : BP_READ, ra);
    }
    atomic_set(&t->fault.ra, ra);
    return n <= PAGE_SIZE - (va & ~PAGE_MASK) ? host(va) : NULL;
}

void *cpu_probe_nofault(CPUState *cpu, vaddr va, size_t n, MMUAccess acc, int mmu_idx)
{
    return n <= PAGE_SIZE - (va & ~PAGE_MASK) && first_bad(va, n, acc) == va + n &&
                   !(acc == MMU_WRITE &&
                     tb_page_is_protected(cpu_tcg(cpu)->engine, va & PAGE_MASK)) &&
                   !cpu->watchpoints && !cpu_tcg(cpu)->undo
               ? host(va)
               : NULL;
}

/* All n bytes are the guest's, whatever it may do there itself. */
static bool is_mapped(vaddr va, size_t n)
{
    return n && va + n > va && user_map_has(va, va + n - 1, 0);
}

/* By the kernel, for which page protections do not count and bad pages are no fault. */
bool cpu_memory_rw_debug(CPUState *cpu, vaddr va, void *buf, size_t n, bool is_write)
{
    ssize_t done = -1;
    int fd = is_mapped(va, n)
                 ? open("/proc/self/mem", (is_write ? O_WRONLY : O_RDONLY) | O_CLOEXEC)
                 : -1;

    if (fd < 0) {
        return false;
    }
    if (is_write) {
        user_will_be_written(va, va + n - 1);
        done = pwrite(fd, buf, n, va);
    } else {
        done = pread(fd, buf, n, va);
    }
    close(fd);
    return done == (ssize_t)n;
}

/* Slow paths of generated code, for a back end that does no direct accesses. */

static void check_alignment(CPUState *cpu, vaddr va, uint32_t oi, uintptr_t ra)
{
    if (oi & MO_ALIGN && va & (memop_bytes(oi) - 1)) {
        cpu->ops->unaligned(cpu, va, memop_bytes(oi), ra);
    }
}

/* As one host access where it is aligned. */
uint64_t tcg_ld(void *env, uint64_t va, uint32_t oi, uintptr_t ra)
{
    CPUState *cpu = env_cpu(env);

    check_alignment(cpu, va, oi, ra);
    switch (memop_bytes(oi)) {
    case 1:
        return cpu_ldub_any(cpu, va, ra);
    case 2:
        return cpu_lduw_any(cpu, va, ra);
    case 4:
        return cpu_ldl_any(cpu, va, ra);
    default:
        return cpu_ldq_any(cpu, va, ra);
    }
}

void tcg_st(void *env, uint64_t va, uint64_t val, uint32_t oi, uintptr_t ra)
{
    CPUState *cpu = env_cpu(env);

    check_alignment(cpu, va, oi, ra);
    switch (memop_bytes(oi)) {
    case 1:
        cpu_stb_any(cpu, va, val, ra);
        break;
    case 2:
        cpu_stw_any(cpu, va, val, ra);
        break;
    case 4:
        cpu_stl_any(cpu, va, val, ra);
        break;
    default:
        cpu_stq_any(cpu, va, val, ra);
        break;
    }
}

void tcg_ld_vec(void *env, uint64_t va, void *val, uint32_t oi, uintptr_t ra)
{
    check_alignment(env_cpu(env), va, oi, ra);
    cpu_ld_bytes(env_cpu(env), va, val, memop_bytes(oi), MMU_CURRENT, ra);
}

void tcg_st_vec(void *env, uint64_t va, const void *val, uint32_t oi, uintptr_t ra)
{
    check_alignment(env_cpu(env), va, oi, ra);
    cpu_st_bytes(env_cpu(env), va, val, memop_bytes(oi), MMU_CURRENT, ra);
}

/* Code. Units go with their mapping, so that finding one asks nobody. */

RUN_AT_FORK bool tlb_code_page(CPUState *cpu, vaddr pc, bool nofault, CodeFetch *out)
{
    *out = (CodeFetch){
        .mr = &all_memory,
        .page = pc & PAGE_MASK,
        .host = host(pc & PAGE_MASK),
        .pa = pc & PAGE_MASK,
        .global = true,
    };
    return true;
}

bool tlb_fetch_page(CPUState *cpu, vaddr pc, bool nofault, CodeFetch *out)
{
    int flags = user_map_flags(pc);

    cpu_tcg(cpu)->fault.ra = 0;
    if (flags < 0 && !nofault) {
        user_map_grow(pc); /* even if it may not be run then */
        flags = user_map_flags(pc);
    }
    if (flags < 0 || !(flags & USER_EXEC)) {
        if (nofault) {
            return false;
        }
        raise_fault(cpu, pc, MMU_EXEC, 0);
    }
    return tlb_code_page(cpu, pc, nofault, out);
}

bool tlb_fetch_known_page(CPUState *cpu, vaddr pc, CodeFetch *out)
{
    return tlb_fetch_page(cpu, pc, true, out);
}

bool tlb_note_code(CPUState *cpu, vaddr pc, bool global)
{
    return false;
}

void tlb_map_code(CPUState *cpu, vaddr pc, uint32_t token) {}

/* Flags are not 0 and not all ones, so no tag is what an empty entry has. */
void tlb_update_tag(CPUState *cpu)
{
    tb_jump_table_mode(cpu_tcg(cpu), cpu->ops->tb_key(cpu).flags);
}

void cpu_mode_changed(CPUState *cpu, int mmu_idx)
{
    CPUTCG *t = cpu->accel_data;

    if (t && !t->in_one_shot) {
        tlb_update_tag(cpu);
    }
    cpu_check_interrupts(cpu);
}

/* There is no TLB. */

void tlb_init(CPUState *cpu) {}
void tlb_free(CPUState *cpu) {}
void tlb_flush(CPUState *cpu) {}
void tlb_flush_all(CPUState *cpu) {}
void tlb_flush_address_space(CPUState *cpu, uint64_t id) {}
void tlb_flush_page(CPUState *cpu, uint64_t id, vaddr va) {}
void tlb_flush_non_global(CPUState *cpu) {}
void cpu_switch_address_space(CPUState *cpu, uint64_t id, bool keep) {}

/* System calls that sleep. */

unsigned user_sleep_begin(CPUState *cpu)
{
    CPUTCG *t = cpu_tcg(cpu);
    unsigned flushes = t->engine->flush_count;

    exclusive_stop(t);
    epoch_leave();
    return flushes;
}

bool user_sleep_end(CPUState *cpu, unsigned begin)
{
    CPUTCG *t = cpu_tcg(cpu);

    epoch_enter();
    exclusive_run(t);
    return t->engine->flush_count == begin;
}

/* Forks. */

RUN_AT_FORK void user_fork_begin(CPUState *cpu)
{
    fork_notes_take(cpu);
    mutex_lock(&the_engine->lock);
    user_map_fork_begin();
    epoch_fork_begin();
}

RUN_AT_FORK void user_fork_end(CPUState *cpu, bool child)
{
    TCGEngine *e = the_engine;

    epoch_fork_end(child);
    user_map_fork_end();
    if (child) {
        if (e->cpus->len != 1) {
            exclusive_after_fork(e);
            e->cpus->pdata[0] = cpu_tcg(cpu); /* the others' memory stays where it is; */
            e->cpus->len = 1; /* and no call of code that the child has not touched */
        }
        tcg_perf_forked();
        user_cache_forked(e);
        fork_notes_forked(e);
    }
    mutex_unlock(&e->lock);
}

void user_vfork_end(CPUState *cpu)
{
    CPUTCG *t = cpu_tcg(cpu);

    cpu->in_syscall = false;
    t->running = false;
    t->in_one_shot = t->one_shot = false;
    t->fault.ra = 0;
    if (t->has_lock) {
        engine_unlock(t);
    }
    epoch_reset();
}

/*
 * Watchpoints are found by C code, so while there are any, units run on the interpreter,
 * where all accesses come by. All vCPUs are outside vcpu_run() when that changes: a
 * debugger sets the first and takes away the last while they stand still.
 */
void cpu_watchpoints_changed(CPUState *cpu, vaddr va)
{
    TCGEngine *e = the_engine;
    const TCGBackend *want = e->opts.backend;

    mutex_lock(&e->lock);
    for (unsigned i = 0; i < e->cpus->len; i++) {
        if (((CPUTCG *)e->cpus->pdata[i])->cpu->watchpoints) {
            want = &tcg_interp_backend;
        }
    }
    if (want != e->backend) {
        tb_flush(e);
        tcg_interp_backend.init(&e->guest, e->code,
                                NULL); /* of no effect beyond itself */
        e->backend = want;
        e->guest.direct = want == tcg_native_backend;
    }
    mutex_unlock(&e->lock);
}
