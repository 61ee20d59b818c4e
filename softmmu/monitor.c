/* Monitors of the machine: what commands ask of us, and where monitors are. */
/* SPDX-License-Identifier: MIT */
#include "softmmu/vm.h"

static const char *status(void *opaque)
{
    static const char *const names[] = {
        [RUN_STATE_PRELAUNCH] = "paused (prelaunch)", [RUN_STATE_PAUSED] = "paused",
        [RUN_STATE_DEBUG] = "paused (debug)",         [RUN_STATE_RUNNING] = "running",
        [RUN_STATE_SHUTDOWN] = "paused (shutdown)",
    };
    return names[((VM *)opaque)->state];
}

static void stop(void *opaque)
{
    vm_stop(opaque);
}

static bool cont(void *opaque, GError **errp)
{
    VM *vm = opaque;
    if (vm->state == RUN_STATE_SHUTDOWN) {
        return user_error(errp, "Resetting the Virtual Machine is required");
    }
    vm_start(vm);
    return true;
}

static void quit(void *opaque)
{
    vm_request_exit(opaque, 0);
}

static int thread_id(void *opaque, CPUState *cpu)
{
    VM *vm = opaque;
    return vm->vcpus[cpu->index].tid;
}

static bool gdbserver(void *opaque, const char *spec, GError **errp)
{
    VM *vm = opaque;
    if (vm->in_gdb_command) {
        return user_error(errp, "gdb cannot do that to its own connection");
    }
    vm_gdb_close(vm);
    return strcmp(spec, "none") == 0 || (vm_gdb_open(vm, spec, errp) && vm_gdb_start(vm));
}

static bool change_accel(void *opaque, const char *spec, GError **errp)
{
    return vm_change_accel(opaque, spec, errp);
}

static void accel_info(void *opaque, GString *to)
{
    vm_accel_info(opaque, to);
}

void vm_monitor_init(VM *vm)
{
    const char *version = vm->opts->version;
    vm->monitors = g_ptr_array_new_with_free_func((GDestroyNotify)monitor_free);
    vm->muxed = g_ptr_array_new_with_free_func((GDestroyNotify)chardev_close);
    vm->monitor_version = g_strdup_printf("%s, compatible with QEMU 10.0", version);
    vm->monitor_banner =
        g_strdup_printf("Mynah %s monitor - type 'help' for more information", version);
    vm->monitor_program = (MonitorProgram){
        .version = vm->monitor_version,
        .banner = vm->monitor_banner,
        .name = vm->opts->name,
        .uuid = vm->opts->uuid,
        .accel = vm->accel,
        .machine = &vm->machine,
        .cpu = &vm->monitor_cpu,
        .opaque = vm,
        .status = status,
        .stop = stop,
        .cont = cont,
        .quit = quit,
        .thread_id = thread_id,
        .gdbserver = gdbserver,
        .change_accel = change_accel,
        .accel_info = accel_info,
    };
}

static void add_monitor(VM *vm, Chardev *c)
{
    g_ptr_array_add(vm->monitors, monitor_new(&vm->monitor_program, c));
}

static bool open_one(VM *vm, const char *spec, GError **errp)
{
    g_autofree char *label = g_strdup_printf("monitor%u", vm->monitors->len);
    if (strcmp(spec, "none") == 0) {
        return true;
    }
    Chardev *c = vm_chardev_open(vm, label, spec, errp);
    if (!c) {
        return user_error_prefix(errp, "-monitor %s: ", spec);
    }
    add_monitor(vm, c);
    return true;
}

bool vm_monitors_open(VM *vm, GError **errp)
{
    while (vm->muxed->len) {
        add_monitor(vm, g_ptr_array_steal_index(vm->muxed, 0));
    }
    for (unsigned i = 0; i < vm->opts->monitors->len; i++) {
        if (!open_one(vm, g_ptr_array_index(vm->opts->monitors, i), errp)) {
            return false;
        }
    }
    return true;
}

void vm_monitors_close(VM *vm)
{
    if (vm->monitors) {
        g_ptr_array_unref(vm->monitors);
        g_ptr_array_unref(vm->muxed);
        g_free(vm->monitor_version);
        g_free(vm->monitor_banner);
    }
}
