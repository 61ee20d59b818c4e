/* `until=` of -accel: where the guest has to come to for another accelerator to take
 * over. */
/* SPDX-License-Identifier: MIT */
#include "softmmu/vm.h"

#include "cpu/debug.h"
#include "hw/core/device.h"
#include "util/log.h"
#include "util/options.h"
#include "util/symbols.h"

/*
 * An address is waited for by a breakpoint of the vCPUs, as gdb's are; a marker is a
 * device. What -d has to say begins there.
 */

static bool has_marker(VM *vm)
{
    for (unsigned i = 0; i < vm->machine.devices->len; i++) {
        Device *d = g_ptr_array_index(vm->machine.devices, i);
        if (strcmp(d->cls->name, "isa-marker") == 0) {
            return true;
        }
    }
    return false;
}

static bool parse_place(VM *vm, const char *place, Until *u, GError **errp)
{
    if (strcmp(place, "marker") == 0) {
        u->kind = UNTIL_MARKER;
        return has_marker(vm) ||
               user_error(errp, "until=marker: the machine has no isa-marker "
                                "(-device isa-marker)");
    }
    u->kind = UNTIL_PC;
    return parse_u64(place, &u->pc) || symbols_address(place, &u->pc) ||
           user_error(errp,
                      "until=%s: neither an address nor a symbol of -kernel or -symbols",
                      place);
}

bool vm_until_parse(VM *vm, const char *spec, Until *u, GError **errp)
{
    g_autoptr(OptList) opts = optlist_parse(spec, "accel", errp);
    const char *place = opts ? optlist_get(opts, "until") : NULL;
    *u = (Until){UNTIL_NONE};
    return opts && (!place || parse_place(vm, place, u, errp));
}

static void insert(CPUState *cpu, void *data)
{
    cpu_breakpoint_insert(cpu, ((Until *)data)->pc, BP_DEBUGGER);
}

static void take_out(CPUState *cpu, void *data)
{
    cpu_breakpoint_remove(cpu, ((Until *)data)->pc, BP_DEBUGGER);
}

static void on_all(VM *vm, void (*fn)(CPUState *cpu, void *data))
{
    for (unsigned i = 0; i < vm->machine.ncpus && vm->until.kind == UNTIL_PC; i++) {
        run_on_cpu(vm->machine.cpus[i], fn, &vm->until);
    }
}

void vm_until_disarm(VM *vm)
{
    on_all(vm, take_out);
    if (vm->until.kind != UNTIL_NONE) {
        log_set_mask(vm->until.log_mask);
    }
    g_free(vm->until.then);
    vm->until = (Until){UNTIL_NONE};
}

void vm_until_arm(VM *vm, const Until *u, const char *then)
{
    vm_until_disarm(vm);
    if (u->kind == UNTIL_NONE) {
        return;
    }
    vm->until = *u;
    vm->until.then = g_strdup(then);
    vm->until.log_mask = log_mask;
    log_set_mask(0);
    on_all(vm, insert);
}

/* Whether this vCPU has stopped at the address; then it does not stop for gdb, unless gdb
 * has a breakpoint there as well. */
static bool take_stop(VM *vm, VCPU *v)
{
    CPUState *cpu = v->cpu;
    if (vm->until.kind != UNTIL_PC || !v->debug_hit ||
        cpu->stop_cause != CPU_STOP_BREAKPOINT ||
        cpu->ops->tb_key(cpu).pc != vm->until.pc) {
        return false;
    }
    run_on_cpu(cpu, take_out, &vm->until);
    v->debug_hit = cpu_breakpoint_at(cpu, vm->until.pc) & BP_DEBUGGER;
    run_on_cpu(cpu, insert, &vm->until);
    return true;
}

void vm_until_check(VM *vm)
{
    bool reached = vm->until.kind == UNTIL_MARKER && vm->until.marked;
    for (unsigned i = 0; i < vm->nvcpus; i++) {
        reached |= take_stop(vm, &vm->vcpus[i]);
    }
    if (!reached) {
        return;
    }
    GError *error = NULL;
    g_autofree char *then = g_strdup(vm->until.then);
    vm_until_disarm(vm);
    if (!vm_change_accel(vm, then, &error)) {
        user_error_prefix(&error, "until: accel %s: ", then);
        report_gerror(error);
        vm_request_exit(vm, 1);
    }
}

void vm_request_marker(VM *vm)
{
    if (vm->until.kind == UNTIL_MARKER) {
        vm->until.marked = true;
        vm_request_check(vm);
    }
}
