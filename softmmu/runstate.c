/* Run state: start, stop, and requests for reset, power-off and exit. */
/* SPDX-License-Identifier: MIT */
#include "softmmu/vm.h"

#include "cpu/debug.h"
#include "hw/core/clock.h"
#include "util/log.h"

/*
 * A request stops all vCPUs at once, so that the one that made it executes no further
 * than the end of its block; the main thread then decides. An exit beats a power-off
 * beats a reset. The first exit status stays.
 */

static void pause_all(VM *vm)
{
    vcpus_pause(vm);
    clock_pause(vm->machine.clock);
}

/* Several vCPUs may have stopped at once, and gdb is told of one. What the others stopped
 * for may have gone when it is their turn, or gone and come again. */
static bool still_holds(VCPU *v)
{
    CPUState *cpu = v->cpu;
    switch (cpu->stop_cause) {
    case CPU_STOP_STEP:
        return cpu->singlestep;
    case CPU_STOP_BREAKPOINT:
        return cpu_breakpoint_at(cpu, cpu->ops->tb_key(cpu).pc) & BP_DEBUGGER;
    default:
        if (!cpu->stop_watch) {
            cpu->stop_watch = cpu_watchpoint_find(cpu, v->hit, 1, v->hit_access);
        }
        return cpu->stop_watch && cpu->stop_watch->flags & BP_DEBUGGER;
    }
}

/* Tells gdb of the first vCPU that has stopped for it. One that is to stay where it is
 * waits with it. */
static bool report_debug(VM *vm)
{
    for (unsigned i = 0; i < vm->nvcpus; i++) {
        VCPU *v = &vm->vcpus[i];
        if (v->debug_hit && !v->held) {
            v->debug_hit = false;
            if (!still_holds(v)) {
                continue;
            }
            vm->state = RUN_STATE_DEBUG;
            gdb_server_stopped(gdb_chardev_server(vm->gdb), v->cpu, 0);
            return true;
        }
    }
    return false;
}

static bool may_start(const VM *vm)
{
    return vm->state == RUN_STATE_PRELAUNCH || vm->state == RUN_STATE_PAUSED ||
           vm->state == RUN_STATE_DEBUG;
}

void vm_start(VM *vm)
{
    if (may_start(vm) && !report_debug(vm)) {
        vm->state = RUN_STATE_RUNNING;
        clock_resume(vm->machine.clock);
        vcpus_resume(vm);
    }
}

/* Comes to rest in `state`. */
static void stop_in(VM *vm, RunState state, int gdb_signal)
{
    vm->state = state;
    if (vm->gdb) {
        gdb_server_stopped(gdb_chardev_server(vm->gdb), NULL, gdb_signal);
    }
}

bool vm_hold(VM *vm)
{
    bool was_running = vm->state == RUN_STATE_RUNNING;
    if (was_running) {
        pause_all(vm);
        vm->state = RUN_STATE_PAUSED;
    } else {
        vcpus_pause(vm);
    }
    return was_running;
}

void vm_release(VM *vm, bool was_running)
{
    if (was_running && vm->nready) {
        vm_start(vm); /* which sees what stopped for the debugger */
    }
}

void vm_stop(VM *vm)
{
    if (vm->state == RUN_STATE_RUNNING) {
        pause_all(vm);
        stop_in(vm, RUN_STATE_PAUSED, GDB_SIGNAL_INT);
    }
}

static void dump_registers(CPUState *cpu, void *out)
{
    cpu->ops->dump_regs(cpu, log_enabled(LOG_FPU) ? CPU_DUMP_FPU : 0, out);
}

static void log_reset(const VM *vm, CPUState *cpu)
{
    g_autoptr(GString) text = g_string_new(NULL);
    if (vm->nvcpus) {
        run_on_cpu(cpu, dump_registers, text);
    } else {
        dump_registers(cpu, text);
    }
    log_printf("CPU Reset (CPU %d)\n%s", cpu->index, text->str);
}

/* With the vCPUs paused: the state of power-on. The board's handlers set up what boots.
 */
static void reset(VM *vm)
{
    for (unsigned i = 0; i < vm->machine.ncpus; i++) {
        CPUState *cpu = vm->machine.cpus[i];
        if (log_enabled(LOG_CPU_RESET)) {
            log_reset(vm, cpu);
        }
        cpu->ops->reset(cpu);
    }
    machine_reset(&vm->machine);
}

static void leave(VM *vm, int status)
{
    vm->exit_status = status;
    evloop_quit(vm->loop);
}

/* What else than an end was asked for, with the vCPUs paused. True: the machine goes on.
 */
static bool grant_others(VM *vm)
{
    bool shutdown = vm->shutdown_requested, rst = vm->reset_requested;
    vm->shutdown_requested = vm->reset_requested = false;
    if (shutdown || (rst && vm->opts->no_reboot)) {
        if (vm->opts->no_shutdown) {
            stop_in(vm, RUN_STATE_SHUTDOWN, GDB_SIGNAL_QUIT);
        } else {
            leave(vm, 0);
        }
        return false;
    }
    if (rst) {
        reset(vm);
    }
    return true;
}

static void grant_requests(void *opaque)
{
    VM *vm = opaque;
    bool was_running = vm_hold(vm);
    vm_until_check(vm);
    if (vm->exit_requested) {
        leave(vm, vm->exit_status);
    } else if (grant_others(vm)) {
        vm_release(vm, was_running);
    }
}

void vm_request_check(VM *vm)
{
    vcpus_stop_soon(vm);
    evbh_schedule(vm->request_bh);
}

void vm_request_reset(VM *vm)
{
    vm->reset_requested = true;
    vm_request_check(vm);
}

void vm_request_shutdown(VM *vm)
{
    vm->shutdown_requested = true;
    vm_request_check(vm);
}

void vm_request_debug(VM *vm, VCPU *v)
{
    CPUWatchpoint *wp = v->cpu->stop_watch;
    v->debug_hit = true;
    if (v->cpu->stop_cause == CPU_STOP_WATCHPOINT && wp) {
        v->hit = MAX(wp->hit, wp->va);
        v->hit_access = wp->flags & (BP_READ | BP_WRITE);
    }
    vm_request_check(vm);
}

void vm_request_exit(VM *vm, int status)
{
    if (!vm->exit_requested) {
        vm->exit_status = status;
    }
    vm->exit_requested = true;
    vm_request_check(vm);
}

void vm_machine_request(Machine *m, MachineRequest what, int code)
{
    VM *vm = m->request_opaque;
    switch (what) {
    case MACHINE_RESET:
        vm_request_reset(vm);
        break;
    case MACHINE_POWEROFF:
        vm_request_shutdown(vm);
        break;
    case MACHINE_EXIT:
        vm_request_exit(vm, code);
        break;
    case MACHINE_MARKER:
        vm_request_marker(vm);
        break;
    }
}

int vm_run(VM *vm)
{
    vm->request_bh = evbh_new(vm->loop, grant_requests, vm);
    reset(vm);
    vcpus_create(vm);
    if (!vm->opts->stopped) {
        vm_start(vm);
    }
    if (vm->gdb) {
        vm_gdb_start(vm);
    }
    evloop_run(vm->loop);
    vm_until_disarm(vm);
    vm_gdb_close(vm);
    vcpus_join(vm);
    evbh_free(vm->request_bh);
    return vm->exit_status;
}
