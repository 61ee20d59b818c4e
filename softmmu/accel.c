/* The machine's accelerator: the first one, and changing it while the machine runs. */
/* SPDX-License-Identifier: MIT */
#include "softmmu/vm.h"

#include <stdlib.h>

#include "util/host.h"

/* Properties of -accel that are ours. */
static const char *const own_options[] = {"until", NULL};

bool vm_init_accel(VM *vm, GError **errp)
{
    const Options *o = vm->opts;
    unsigned n = 0;
    if (o->perfmap) { /* short for properties of the accelerator */
        vm->accel_switches[n++] = "perfmap";
    }
    if (o->jitdump) {
        vm->accel_switches[n++] = "jitdump";
    }
    vm->accel_choice = (AccelChoice){.specs = (const char *const *)o->accels->pdata,
                                     .switches = vm->accel_switches,
                                     .own = own_options,
                                     .kernel_irqchip = o->kernel_irqchip};
    bool ok = accel_choose(&vm->accel_choice, errp);
    vm->accel = vm->accel_choice.ops;
    return ok;
}

bool vm_start_accel(VM *vm, GError **errp)
{
    Machine *m = &vm->machine;
    bool ok = accel_start(&vm->accel_choice, m->cpus, m->ncpus, errp);
    vm->accel = vm->monitor_program.accel = vm->accel_choice.ops;
    if (ok) {
        vm->nready = m->ncpus;
        m->tsc_hz = x86_tsc_hz(cpu_env(m->cpus[0]));
    }
    return ok;
}

bool vm_accel_wait(VM *vm, GError **errp)
{
    const AccelChoice *c = &vm->accel_choice;
    const char *spec = c->specs[c->which], *then = c->specs[c->which + 1];
    Until u;
    if (!vm_until_parse(vm, spec, &u, errp)) {
        return user_error_prefix(errp, "-accel %s: ", spec);
    }
    if (u.kind != UNTIL_NONE && vm->machine.ncpus > 1) {
        return user_error(errp, "-accel %s: until= is for a machine with one vCPU", spec);
    }
    vm_until_arm(vm, &u, then ? then : accel_list[0]->name);
    return true;
}

/* Nobody runs the vCPUs any more. */
static void lose_vcpus(VM *vm)
{
    vm->nready = 0;
    vm_request_exit(vm, EXIT_FAILURE);
}

/* An accelerator may be unable to give the TSC another rate than the host's, or timers
 * another than `timer_hz`, which the guest knows. */
static void update_rates(VM *vm, uint32_t timer_hz)
{
    Machine *m = &vm->machine;
    uint64_t hz = x86_tsc_hz(cpu_env(m->cpus[0]));
    uint32_t now_hz = x86_crystal_hz(cpu_env(m->cpus[0]));
    if (now_hz != timer_hz) {
        report_warning("the guest's APIC timers go on at %.0f MHz instead of %.0f",
                       now_hz / 1e6, timer_hz / 1e6);
    }
    if (hz != m->tsc_hz) {
        report_warning("the guest's TSC goes on at %.0f MHz instead of %.0f", hz / 1e6,
                       m->tsc_hz / 1e6);
        m->tsc_hz = hz;
    }
}

/* With the vCPUs paused. */
static bool change(VM *vm, const char *spec, GError **errp)
{
    const AccelOps *ops = vm->accel;
    bool ok = accel_change(&ops, spec, own_options, vm->machine.cpus, vm->nready, errp);
    if (ops) {
        vm->accel = vm->monitor_program.accel = ops;
    } else {
        lose_vcpus(vm);
    }
    return ok;
}

bool vm_change_accel(VM *vm, const char *spec, GError **errp)
{
    int64_t start = clock_monotonic_ns();
    Until u;
    if (vm->machine.ncpus > 1) {
        return user_error(errp,
                          "a machine with %u vCPUs keeps its accelerator: the "
                          "translator runs one",
                          vm->machine.ncpus);
    }
    if (!vm_until_parse(vm, spec, &u, errp)) {
        return false;
    }
    bool was_running = vm_hold(vm);
    uint32_t timer_hz = x86_crystal_hz(cpu_env(vm->machine.cpus[0]));
    const char *before = vm->accel->name;
    bool ok = change(vm, spec, errp);
    if (ok) {
        vm_until_arm(vm, &u, before);
        update_rates(vm, timer_hz);
    }
    vm_release(vm, was_running);
    if (ok) {
        vm->accel_changes++;
        vm->accel_change_ns = clock_monotonic_ns() - start;
    }
    return ok;
}

void vm_accel_info(VM *vm, GString *to)
{
    g_string_append_printf(to, "%s: %s\n", vm->accel->name, vm->accel->desc);
    for (unsigned i = 0; vm->accel->info && i < vm->nready; i++) {
        vm->accel->info(vm->machine.cpus[i], to);
    }
    if (vm->accel_changes) {
        g_string_append_printf(to, "changed %u times, the last time in %.2f ms\n",
                               vm->accel_changes, vm->accel_change_ns / 1e6);
    }
}
