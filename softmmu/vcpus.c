/* vCPU threads: run, sleep in HLT, pause and end. */
/* SPDX-License-Identifier: MIT */
#include "softmmu/vm.h"

#include "util/atomic.h"
#include "util/thread.h"

#include <unistd.h>

/*
 * A vCPU thread is in one of three places: in accel->vcpu_run(), asleep in cpu_wait*(),
 * or between them. cpu->stopped and vcpus_quit are set first, CPU_INTERRUPT_EXIT after
 * them; the thread clears that bit first and looks at them after it. So it sees each
 * change, wherever it is. `stopped` and `paused` change under the machine lock: a vCPU
 * that is `paused` does not run again before vcpus_resume().
 */

/* Whether the vCPU may run now; tells who waits for its pause. */
static bool may_run(VCPU *v)
{
    machine_lock();
    bool stopped = v->cpu->stopped;
    if (v->paused != stopped) {
        v->paused = stopped;
        cond_broadcast(&v->vm->pause_cond);
    }
    machine_unlock();
    return !stopped;
}

/* What CPU_EXIT_SHUTDOWN asks for: a machine whose CPU cannot go on is reset. */
static void cpu_gave_up(VCPU *v)
{
    machine_lock();
    vm_request_reset(v->vm);
    machine_unlock();
}

static void run_once(VCPU *v)
{
    switch (v->vm->accel->vcpu_run(v->cpu)) {
    case CPU_EXIT_REQUEST:
        break;
    case CPU_EXIT_DEBUG:
        machine_lock();
        vm_request_debug(v->vm, v);
        machine_unlock();
        break;
    case CPU_EXIT_SYSCALL:
    case CPU_EXIT_EXCEPTION: /* of programs */
        break;
    case CPU_EXIT_HALT:
        cpu_wait(v->cpu);
        break;
    case CPU_EXIT_SHUTDOWN:
        cpu_gave_up(v);
        break;
    case CPU_EXIT_POWEROFF:
        machine_lock();
        vm_request_shutdown(v->vm);
        machine_unlock();
        break;
    case CPU_EXIT_ERROR:
        machine_lock();
        vm_request_exit(v->vm, 1);
        machine_unlock();
        break;
    }
}

static void *vcpu_thread(void *opaque)
{
    VCPU *v = opaque;
    CPUState *cpu = v->cpu;
    atomic_set(&v->tid, gettid());
    for (;;) {
        cpu_reset_interrupt(cpu, CPU_INTERRUPT_EXIT);
        smp_mb();
        if (atomic_read(&v->vm->vcpus_quit)) {
            return NULL;
        }
        if (may_run(v)) {
            run_once(v);
        } else {
            cpu_process_work(cpu);
            cpu_wait_stopped(cpu);
        }
    }
}

void vcpus_create(VM *vm)
{
    cond_init(&vm->pause_cond);
    for (unsigned i = 0; i < vm->machine.ncpus; i++) {
        VCPU *v = &vm->vcpus[i];
        g_autofree char *name = g_strdup_printf("CPU %u", i);
        v->cpu->stopped = true;
        v->cpu->thread = &v->thread;
        thread_create(&v->thread, name, vcpu_thread, v);
        vm->nvcpus++;
    }
}

void vcpus_stop_soon(VM *vm)
{
    for (unsigned i = 0; i < vm->nvcpus; i++) {
        vm->vcpus[i].cpu->stopped = true;
        cpu_interrupt(vm->vcpus[i].cpu, CPU_INTERRUPT_EXIT);
    }
}

void vcpus_pause(VM *vm)
{
    vcpus_stop_soon(vm);
    for (unsigned i = 0; i < vm->nvcpus; i++) {
        while (!vm->vcpus[i].paused) {
            machine_cond_wait(&vm->pause_cond);
        }
    }
}

void vcpus_resume(VM *vm)
{
    for (unsigned i = 0; i < vm->nvcpus; i++) {
        if (!vm->vcpus[i].held) {
            vm->vcpus[i].cpu->stopped = false;
            cpu_kick(vm->vcpus[i].cpu);
        }
    }
}

void vcpus_join(VM *vm)
{
    atomic_set(&vm->vcpus_quit, true);
    vcpus_stop_soon(vm);
    machine_unlock();
    for (unsigned i = 0; i < vm->nvcpus; i++) {
        thread_join(&vm->vcpus[i].thread);
    }
    machine_lock();
    if (vm->nvcpus) {
        cond_destroy(&vm->pause_cond);
    }
    vm->nvcpus = 0;
}
