/* Making a VM of the options: accelerator, vCPUs, board, devices. */
/* SPDX-License-Identifier: MIT */
#include "softmmu/vm.h"

#include <errno.h>
#include <unistd.h>

#include "hw/core/clock.h"
#include "hw/core/device.h"
#include "hw/x86/pc.h"
#include "util/options.h"
#include "util/symbols.h"

/*
 * What can fail for reasons of words or files is done before what can be seen from
 * outside, so that a bad command line leaves nothing behind. vm_destroy() undoes as much
 * as was done.
 */

static const MachineClass *const machine_classes[] = {&pc_machine,
                                                      NULL}; /* default first */

/* ---- choice of the board ---- */

static const MachineClass *machine_find(const char *name, GError **errp)
{
    const char *names[ARRAY_SIZE(machine_classes)] = {NULL};
    for (size_t i = 0; machine_classes[i]; i++) {
        const MachineClass *c = machine_classes[i];
        if (strcmp(c->name, name) == 0 || g_strcmp0(c->alias, name) == 0) {
            return c;
        }
        names[i] = c->name;
    }
    unknown_name(name, "machine", names, errp);
    user_error_prefix(errp, "-machine %s: ", name);
    return NULL;
}

void machine_print_help(FILE *out)
{
    fprintf(out, "Machines:\n");
    for (size_t i = 0; machine_classes[i]; i++) {
        const MachineClass *c = machine_classes[i];
        fprintf(out, "  %-12s %s%s\n", c->name, c->desc, i ? "" : " (default)");
        if (c->alias) {
            fprintf(out, "  %-12s the same as %s\n", c->alias, c->name);
        }
    }
}

/* ---- checks that need no machine ---- */

static bool check_readable(const char *option, const char *path, GError **errp)
{
    if (path && access(path, R_OK) != 0) {
        return user_error(errp, "-%s %s: %s", option, path, strerror(errno));
    }
    return true;
}

static bool check_options(const Options *o, const MachineClass *cls, GError **errp)
{
    if (o->ncpus > cls->max_cpus) {
        return user_error(errp, "-smp %u: the machine '%s' has at most %u CPU%s",
                          o->ncpus, cls->name, cls->max_cpus,
                          cls->max_cpus == 1 ? "" : "s");
    }
    return check_readable("kernel", o->kernel, errp) &&
           check_readable("initrd", o->initrd, errp) &&
           check_readable("bios", o->bios, errp);
}

/* ---- accelerator and vCPUs ---- */

static bool wants_until(const Options *o, const char *what)
{
    for (unsigned i = 0; o->accels->pdata[i]; i++) {
        if (strstr(o->accels->pdata[i], what)) {
            return true;
        }
    }
    return false;
}

/* The kernel's own symbols, if it has any; those that were asked for must be there. */
static bool read_symbols(const Options *o, GError **errp)
{
    if (o->kernel && (o->perfmap || o->jitdump || wants_until(o, "until="))) {
        GError *none = NULL;
        if (!symbols_add_file(o->kernel, 0, &none)) {
            g_error_free(none);
        }
    }
    return !o->symbols || symbols_add_file(o->symbols, 0, errp) ||
           user_error_prefix(errp, "-symbols: ");
}

static bool init_model(VM *vm, GError **errp)
{
    const char *spec = vm->opts->cpu ? vm->opts->cpu : "max";
    if (!x86_model_parse(spec, &vm->model, errp)) {
        return user_error_prefix(errp, "-cpu %s: ", spec);
    }
    return true;
}

static uint64_t machine_tsc(void *opaque, unsigned n)
{
    return x86_tsc(cpu_env(((Machine *)opaque)->cpus[n]));
}

/* A triple fault; in the vCPU's thread, with the machine lock held. */
static void cpu_wants_reset(void *opaque)
{
    vm_request_reset(opaque);
}

static void create_cpus(VM *vm)
{
    Machine *m = &vm->machine;
    vm->vcpus = g_new0(VCPU, m->ncpus);
    m->cpus = g_new0(CPUState *, m->ncpus);
    for (unsigned i = 0; i < m->ncpus; i++) {
        CPUState *cpu = cpu_new(&x86_cpu_ops, i, NULL, NULL);
        CPUX86State *env = cpu_env(cpu);
        x86_set_model(env, &vm->model);
        env->clock = m->clock;
        env->reset_request = cpu_wants_reset;
        env->reset_opaque = vm;
        m->cpus[i] = cpu;
        vm->vcpus[i] = (VCPU){.vm = vm, .cpu = cpu};
    }
    m->tsc_now = machine_tsc;
    m->tsc_opaque = m;
    m->tsc_hz = X86_TSC_HZ;
}

static bool init_vcpus(VM *vm, GError **errp)
{
    for (unsigned i = 0; i < vm->machine.ncpus; i++) {
        CPUState *cpu = vm->machine.cpus[i];
        cpu->mem = vm->machine.as_mem;
        cpu->io = vm->machine.as_io;
    }
    return vm_start_accel(vm, errp);
}

/* ---- the whole ---- */

static void fill_machine(VM *vm, const MachineClass *cls)
{
    const Options *o = vm->opts;
    Machine *m = &vm->machine;
    m->cls = cls;
    m->ram_size = o->ram_size ? o->ram_size : cls->default_ram;
    m->ncpus = o->ncpus;
    m->kernel = o->kernel;
    m->initrd = o->initrd;
    m->append = o->append;
    m->firmware = o->bios;
    m->rtc = &o->rtc;
    m->smbios = &o->smbios;
    m->request = vm_machine_request;
    m->request_opaque = vm;
    machine_init_core(m);
}

static bool add_devices(VM *vm, GError **errp)
{
    bool has_marker = false;
    for (unsigned i = 0; i < vm->opts->devices->len; i++) {
        const char *spec = g_ptr_array_index(vm->opts->devices, i);
        has_marker |= g_str_has_prefix(spec, "isa-marker");
        if (!device_add_from_spec(&vm->machine, spec, errp)) {
            return user_error_prefix(errp, "-device %s: ", spec);
        }
    }
    return has_marker || !wants_until(vm->opts, "until=marker") ||
           device_add_from_spec(&vm->machine, "isa-marker", errp);
}

bool vm_create(VM *vm, const Options *opts, GError **errp)
{
    *vm = (VM){.opts = opts};
    const char *name = opts->machine ? opts->machine : machine_classes[0]->name;
    const MachineClass *cls = machine_find(name, errp);
    if (!cls || !check_options(opts, cls, errp) || !init_model(vm, errp) ||
        !read_symbols(opts, errp) || !vm_init_accel(vm, errp)) {
        return false;
    }
    fill_machine(vm, cls);
    vm->loop = evloop_new();
    vm->signals = signals_new(vm);
    vm->machine.clock = clock_new_host(vm->loop);
    clock_pause(vm->machine.clock);
    create_cpus(vm);
    vm_monitor_init(vm);
    if (!vm_chardevs_open(vm, errp) || !vm_serials_open(vm, errp) ||
        (opts->gdb && !vm_gdb_open(vm, opts->gdb, errp)) ||
        !cls->init(&vm->machine, errp) || !add_devices(vm, errp) ||
        !init_vcpus(vm, errp) || !vm_accel_wait(vm, errp) ||
        !vm_monitors_open(vm, errp)) {
        return false;
    }
    if (!opts->nographic && !opts->display_none && !opts->nserial) {
        report_warning("there is no display; -nographic shows the serial port here");
    }
    return true;
}

void vm_destroy(VM *vm)
{
    Machine *m = &vm->machine;
    if (!m->clock) {
        return;
    }
    vm_until_disarm(vm);
    gdb_chardev_free(vm->gdb);
    vm_monitors_close(vm);
    for (unsigned i = 0; i < vm->nready; i++) {
        vm->accel->vcpu_fini(m->cpus[i]);
    }
    machine_fini_core(m);
    for (unsigned i = 0; i < MACHINE_SERIALS; i++) {
        chardev_close(m->serial[i]);
    }
    vm_chardevs_close(vm);
    for (unsigned i = 0; i < m->ncpus; i++) {
        cpu_free(m->cpus[i]);
    }
    clock_free(m->clock);
    signals_free(vm->signals);
    evloop_free(vm->loop);
    accel_exit_all();
    g_free(m->cpus);
    g_free(vm->vcpus);
}
