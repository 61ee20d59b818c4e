/* CPUState: making a vCPU, requests from other threads, queued work, sleeping. */
/* SPDX-License-Identifier: MIT */
/*
 * Whoever wants something of a vCPU first says so (interrupt_request, the work queue,
 * `stopped`), then kicks: exit_request gets it out of generated code, halt_cond out of
 * its sleep. The vCPU looks at these things only after it has cleared exit_request, and
 * before it sleeps under work_lock, which the kick takes as well: so no request is lost.
 */
#include "cpu/cpu.h"

#include <stdlib.h>

#include "util/atomic.h"
#include "util/error.h"

typedef struct RunOnCPUItem {
    void (*fn)(CPUState *cpu, void *data);
    void *data;
    bool *done; /* of who waits, or NULL */
    struct RunOnCPUItem *next;
} RunOnCPUItem;

CPUState *cpu_new(const CPUOps *ops, int index, AddressSpace *mem, AddressSpace *io)
{
    size_t size = ROUND_UP(sizeof(CPUState) + ops->env_size, CPU_ENV_ALIGN);
    CPUState *cpu = aligned_alloc(CPU_ENV_ALIGN, size);

    if (!cpu) {
        out_of_memory("a vCPU");
    }
    memset(cpu, 0, size);
    cpu->ops = ops;
    cpu->index = index;
    cpu->mem = mem;
    cpu->io = io;
    cpu->exception_index = -1;
    cpu->work_last = &cpu->work;
    mutex_init(&cpu->work_lock);
    cond_init(&cpu->halt_cond);
    return cpu;
}

void cpu_free(CPUState *cpu)
{
    cond_destroy(&cpu->halt_cond);
    mutex_destroy(&cpu->work_lock);
    free(cpu);
}

static bool in_own_thread(const CPUState *cpu)
{
    return !cpu->thread || thread_is_self(cpu->thread);
}

void cpu_kick(CPUState *cpu)
{
    smp_mb(); /* the request is seen by who sees exit_request */
    atomic_set(&cpu->exit_request, 1);
    if (cpu->kick) {
        cpu->kick(cpu);
    }
    mutex_lock(&cpu->work_lock);
    cond_broadcast(&cpu->halt_cond);
    mutex_unlock(&cpu->work_lock);
}

void cpu_interrupt(CPUState *cpu, uint32_t mask)
{
    atomic_fetch_or(&cpu->interrupt_request, mask);
    cpu_kick(cpu);
}

void cpu_reset_interrupt(CPUState *cpu, uint32_t mask)
{
    atomic_fetch_and(&cpu->interrupt_request, ~mask);
}

static void queue_work(CPUState *cpu, void (*fn)(CPUState *cpu, void *data), void *data,
                       bool *done)
{
    RunOnCPUItem *item = g_new(RunOnCPUItem, 1);

    *item = (RunOnCPUItem){.fn = fn, .data = data, .done = done};
    mutex_lock(&cpu->work_lock);
    *cpu->work_last = item;
    cpu->work_last = &item->next;
    mutex_unlock(&cpu->work_lock);
    cpu_kick(cpu);
}

void run_on_cpu_async(CPUState *cpu, void (*fn)(CPUState *cpu, void *data), void *data)
{
    queue_work(cpu, fn, data, NULL);
}

void run_on_cpu(CPUState *cpu, void (*fn)(CPUState *cpu, void *data), void *data)
{
    if (in_own_thread(cpu)) {
        fn(cpu, data);
        return;
    }
    bool done = false, locked = machine_lock_held();

    if (locked) {
        machine_unlock();
    }
    queue_work(cpu, fn, data, &done);
    mutex_lock(&cpu->work_lock);
    while (!done) {
        cond_wait(&cpu->halt_cond, &cpu->work_lock);
    }
    mutex_unlock(&cpu->work_lock);
    if (locked) {
        machine_lock();
    }
}

static RunOnCPUItem *take_work(CPUState *cpu)
{
    RunOnCPUItem *item = cpu->work;

    if (item) {
        cpu->work = item->next;
        if (!cpu->work) {
            cpu->work_last = &cpu->work;
        }
    }
    return item;
}

void cpu_process_work(CPUState *cpu)
{
    mutex_lock(&cpu->work_lock);
    for (RunOnCPUItem *item; (item = take_work(cpu)) != NULL; g_free(item)) {
        mutex_unlock(&cpu->work_lock);
        item->fn(cpu, item->data);
        mutex_lock(&cpu->work_lock);
        if (item->done) {
            *item->done = true;
            cond_broadcast(&cpu->halt_cond);
        }
    }
    mutex_unlock(&cpu->work_lock);
}

/* Something is to be done: asked with work_lock held. */
static bool is_wanted(CPUState *cpu)
{
    return cpu->work || atomic_load_acquire(&cpu->interrupt_request) & CPU_INTERRUPT_EXIT;
}

static bool may_go_on(CPUState *cpu)
{
    return is_wanted(cpu) || !cpu->stopped;
}

static bool must_wake(CPUState *cpu)
{
    return is_wanted(cpu) || (!cpu->stopped && (!cpu->halted || cpu->ops->has_work(cpu)));
}

static void wait_until(CPUState *cpu, bool (*awake)(CPUState *cpu))
{
    mutex_lock(&cpu->work_lock);
    while (!awake(cpu)) {
        cond_wait(&cpu->halt_cond, &cpu->work_lock);
    }
    mutex_unlock(&cpu->work_lock);
}

void cpu_wait(CPUState *cpu)
{
    wait_until(cpu, must_wake);
}

void cpu_wait_stopped(CPUState *cpu)
{
    wait_until(cpu, may_go_on);
}
