/* gdb and the machine: what the stub asks of us. */
/* SPDX-License-Identifier: MIT */
#include "softmmu/vm.h"

#include "cpu/debug.h"

static CPUState *gdb_thread(void *opaque, unsigned n)
{
    VM *vm = opaque;
    return n < vm->machine.ncpus ? vm->machine.cpus[n] : NULL;
}

static unsigned gdb_thread_id(void *opaque, CPUState *cpu)
{
    return cpu->index + 1;
}

static unsigned gdb_process_id(void *opaque)
{
    return 1;
}

static void gdb_thread_text(void *opaque, CPUState *cpu, GString *to)
{
    g_string_append_printf(to, "CPU#%d [%s]", cpu->index,
                           cpu->halted ? "halted " : "running");
}

static void gdb_stop(void *opaque)
{
    vm_stop(opaque);
}

static void gdb_set_action(void *opaque, CPUState *cpu, GDBAction action, int signal)
{
    VM *vm = opaque;
    vm->vcpus[cpu->index].held = action == GDB_STAY;
    if (cpu->singlestep != (action == GDB_STEP)) {
        cpu_single_step(cpu, action == GDB_STEP);
    }
}

static void gdb_run(void *opaque)
{
    VM *vm = opaque;
    vm_start(vm);
    if (vm->state == RUN_STATE_SHUTDOWN) { /* it does not run any more */
        gdb_server_stopped(gdb_chardev_server(vm->gdb), NULL, GDB_SIGNAL_QUIT);
    }
}

static void gdb_kill(void *opaque)
{
    vm_request_exit(opaque, 0);
}

static void gdb_command(void *opaque, const char *line, GString *out)
{
    VM *vm = opaque;
    vm->in_gdb_command = true;
    monitor_command(&vm->monitor_program, line, out);
    vm->in_gdb_command = false;
}

static const GDBProgram gdb_program = {
    .scope = REG_SYSTEM,
    .thread = gdb_thread,
    .thread_id = gdb_thread_id,
    .process_id = gdb_process_id,
    .thread_text = gdb_thread_text,
    .stop = gdb_stop,
    .set_action = gdb_set_action,
    .run = gdb_run,
    .kill = gdb_kill,
    .command = gdb_command,
};

static bool is_socket(const char *spec)
{
    return g_str_has_prefix(spec, "tcp:") || g_str_has_prefix(spec, "unix:");
}

bool vm_gdb_open(VM *vm, const char *spec, GError **errp)
{
    bool plain = is_socket(spec) && !strstr(spec, ",server");
    g_autofree char *full = g_strconcat(spec, plain ? ",server=on,wait=off" : "", NULL);
    if (vm->gdb) {
        return user_error(errp, "-gdb %s: there is one already", spec);
    }
    Chardev *c = chardev_open(vm->loop, "gdb", full, errp);
    if (!c) {
        return user_error_prefix(errp, "-gdb %s: ", spec);
    }
    vm->gdb = gdb_chardev_new(&gdb_program, vm, c);
    return true;
}

bool vm_gdb_start(VM *vm)
{
    gdb_chardev_start(vm->gdb);
    return true;
}

void vm_gdb_close(VM *vm)
{
    if (vm->gdb) {
        gdb_server_exited(gdb_chardev_server(vm->gdb), false, vm->exit_status);
        gdb_chardev_free(vm->gdb);
        vm->gdb = NULL;
    }
}
