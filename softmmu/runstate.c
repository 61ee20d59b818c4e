/* Run state: start, stop, and requests for reset, power-off and exit. */
/* SPDX-License-Identifier: MIT */
#include "softmmu/vm.h"

#include "hw/core/clock.h"

/*
 * A request stops all vCPUs at once, so that the one that made it executes no further
 * than the end of its block; the main thread then decides. An exit beats a power-off
 * beats a reset. The first exit status stays.
 */

void vm_start(VM *vm)
{
    if (vm->state == RUN_STATE_PAUSED) {
        vm->state = RUN_STATE_RUNNING;
        clock_resume(vm->machine.clock);
        vcpus_resume(vm);
    }
}

void vm_stop(VM *vm)
{
    if (vm->state == RUN_STATE_RUNNING) {
        vcpus_pause(vm);
        clock_pause(vm->machine.clock);
        vm->state = RUN_STATE_PAUSED;
    }
}

/* With the vCPUs paused: the state of power-on. The board's handlers set up what boots.
 */
static void reset(VM *vm)
{
    for (unsigned i = 0; i < vm->machine.ncpus; i++) {
        CPUState *cpu = vm->machine.cpus[i];
        cpu->ops->reset(cpu);
    }
    machine_reset(&vm->machine);
}

static void leave(VM *vm, int status)
{
    vm->exit_status = status;
    evloop_quit(vm->loop);
}

static void grant_requests(void *opaque)
{
    VM *vm = opaque;
    bool was_running = vm->state == RUN_STATE_RUNNING;
    vm_stop(vm);
    if (vm->exit_requested) {
        leave(vm, vm->exit_status);
        return;
    }
    bool shutdown = vm->shutdown_requested, rst = vm->reset_requested;
    vm->shutdown_requested = vm->reset_requested = false;
    if (shutdown || (rst && vm->opts->no_reboot)) {
        if (vm->opts->no_shutdown) {
            vm->state = RUN_STATE_SHUTDOWN;
        } else {
            leave(vm, 0);
        }
        return;
    }
    if (rst) {
        reset(vm);
    }
    if (was_running) {
        vm_start(vm);
    }
}

static void request(VM *vm, bool *flag)
{
    *flag = true;
    vcpus_stop_soon(vm);
    evbh_schedule(vm->request_bh);
}

void vm_request_reset(VM *vm)
{
    request(vm, &vm->reset_requested);
}

void vm_request_shutdown(VM *vm)
{
    request(vm, &vm->shutdown_requested);
}

void vm_request_exit(VM *vm, int status)
{
    if (!vm->exit_requested) {
        vm->exit_status = status;
    }
    request(vm, &vm->exit_requested);
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
    }
}

int vm_run(VM *vm)
{
    vm->request_bh = evbh_new(vm->loop, grant_requests, vm);
    reset(vm);
    vcpus_create(vm);
    vm_start(vm);
    evloop_run(vm->loop);
    vcpus_join(vm);
    evbh_free(vm->request_bh);
    return vm->exit_status;
}
