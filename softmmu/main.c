/* mynah-system-x86_64: from the command line to a running machine, and back. */
/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <unistd.h>

#include "hw/core/device.h"
#include "softmmu/daemon.h"
#include "softmmu/vm.h"
#include "util/log.h"
#include "util/thread.h"

static void print_version(void)
{
    printf("Mynah emulator version %s\n"
           "compatible with QEMU emulator version 10.0 options\n",
           MYNAH_VERSION);
}

static void print_cpu_help(void)
{
    g_autoptr(GString) text = g_string_new(NULL);
    x86_model_help(text);
    fputs(text->str, stdout);
}

static bool print_device_help(const char *name, GError **errp)
{
    if (!name) {
        device_print_classes(stdout);
        return true;
    }
    const DeviceClass *cls = device_class_find(name);
    if (!cls || !cls->bus) {
        return user_error(errp, "-device %s,help: there is no such device", name);
    }
    device_print_props(cls, stdout);
    return true;
}

static bool print_help(const Options *o, GError **errp)
{
    switch (o->help) {
    case HELP_NONE:
        break;
    case HELP_OPTIONS:
        options_print_help(stdout);
        break;
    case HELP_VERSION:
        print_version();
        break;
    case HELP_MACHINE:
        machine_print_help(stdout);
        break;
    case HELP_CPU:
        print_cpu_help();
        break;
    case HELP_ACCEL:
        accel_print_help(stdout);
        break;
    case HELP_DEVICE:
        return print_device_help(o->help_device, errp);
    case HELP_LOG:
        log_print_help(stdout);
        break;
    }
    return true;
}

static bool start_log(const Options *o, GError **errp)
{
    if (o->log_items && !log_set_items(o->log_items, errp)) {
        return user_error_prefix(errp, "-d %s: ", o->log_items);
    }
    if (o->log_filter && !log_set_filter(o->log_filter, errp)) {
        return user_error_prefix(errp, "-dfilter %s: ", o->log_filter);
    }
    if (o->log_file && !log_set_file(o->log_file, false, errp)) {
        return user_error_prefix(errp, "-D %s: ", o->log_file);
    }
    return true;
}

/* -d stats: what there is of it; else what `info accel` says. */
static void print_stats(VM *vm)
{
    g_autoptr(GString) text = g_string_new(NULL);
    FILE *out = log_lock();

    if (vm->accel->print_stats) {
        vm->accel->print_stats(out);
    } else {
        vm_accel_info(vm, text);
        fputs(text->str, out);
    }
    log_unlock();
}

/* Makes, runs and frees the machine. False: a user's error; nothing was started. */
static bool run(const Options *o, int *status, GError **errp)
{
    VM vm;
    bool has_pidfile = false, ok = vm_create(&vm, o, errp);
    if (ok && o->pidfile) {
        ok = has_pidfile = pidfile_write(o->pidfile, errp);
    }
    ok = ok && daemon_ready(errp);
    if (ok) {
        *status = vm_run(&vm);
        if (log_enabled(LOG_STATS)) {
            print_stats(&vm);
        }
    }
    vm_destroy(&vm);
    if (has_pidfile) {
        unlink(o->pidfile);
    }
    return ok;
}

int main(int argc, char **argv)
{
    GError *err = NULL;
    Options opts = {.version = MYNAH_VERSION};
    int status = EXIT_SUCCESS;
    g_autofree char *program = g_path_get_basename(argv[0]);

    g_set_prgname(program);
    errors_init();
    machine_lock();
    bool ok = options_parse(&opts, argc, argv, &err) && print_help(&opts, &err);
    if (ok && opts.help == HELP_NONE) {
        ok = (!opts.daemonize || daemon_begin(&err)) && start_log(&opts, &err) &&
             run(&opts, &status, &err);
    }
    if (!ok) {
        report_gerror(err);
        status = EXIT_FAILURE;
    }
    options_clear(&opts);
    machine_unlock();
    return status;
}
