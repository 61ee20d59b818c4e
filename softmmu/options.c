/* The command line: what the rows of options.def call. */
/* SPDX-License-Identifier: MIT */
#include "softmmu/options-internal.h"

#include "util/host.h"
#include "util/option-table.h"
#include "util/options.h"

/*
 * Here words are checked, not things: whether a file can be read or a device exists is
 * found out by whoever uses it.
 */

static void replace(const char **field, const char *value)
{
    g_free((char *)*field);
    *field = g_strdup(value);
}

/* ---- machine ---- */

static bool take_irqchip(Options *o, OptList *list, const char *key, GError **errp)
{
    static const char *const values[] = {"on", "split", "off"};
    const char *value = optlist_get(list, key);

    for (size_t i = 0; value && i < ARRAY_SIZE(values); i++) {
        if (!strcmp(value, values[i])) {
            o->kernel_irqchip = values[i];
            return true;
        }
    }
    return !value || user_error(errp, "%s=%s: expected on, split or off", key, value);
}

/* Properties of QEMU's boards, and the one value that is true of ours. */
static bool check_fixed(OptList *list, GError **errp)
{
    static const struct {
        const char *key;
        bool value;
        const char *text;
    } fixed[] = {
        {"acpi",     true,
         "the board always has ACPI; the guest's kernel can be told acpi=off (-append)"},
        {"hpet",     true,
         "the board always has an HPET; the guest's kernel can be told hpet=disable "
         "(-append)"                                                                   },
        {"pit",      true,  "the board always has a PIT"                               },
        {"pic",      true,  "the board always has 8259s"                               },
        {"usb",      false, "there is no USB yet"                                      },
        {"vmport",   false, "there is no VMware port"                                  },
        {"smm",      false, "there is no SMM yet"                                      },
        {"graphics", false, "there is no display yet"                                  },
    };
    for (size_t i = 0; i < ARRAY_SIZE(fixed); i++) {
        bool value = fixed[i].value;
        if (!optlist_get_bool(list, fixed[i].key, &value, errp)) {
            return false;
        }
        if (value != fixed[i].value) {
            return user_error(errp, "%s=%s: %s", fixed[i].key, value ? "on" : "off",
                              fixed[i].text);
        }
    }
    return true;
}

static bool opt_machine(void *opaque, const char *arg, GError **errp)
{
    Options *o = opaque;

    static const char *const keys[] = {"type",
                                       "accel",
                                       "kernel_irqchip",
                                       "kernel-irqchip",
                                       "acpi",
                                       "hpet",
                                       "pit",
                                       "pic",
                                       "usb",
                                       "vmport",
                                       "smm",
                                       "graphics",
                                       NULL};
    g_autoptr(OptList) list = optlist_parse(arg, "type", errp);
    if (!list || !optlist_check_keys(list, keys, errp) || !check_fixed(list, errp)) {
        return false;
    }
    const char *type = optlist_get(list, "type"), *accel = optlist_get(list, "accel");
    if (type) {
        replace(&o->machine, type);
    }
    if (accel) {
        replace(&o->machine_accel, accel);
    }
    return take_irqchip(o, list, "kernel_irqchip", errp) &&
           take_irqchip(o, list, "kernel-irqchip", errp);
}

/* As in QEMU: the same as -machine accel=kvm. */
static bool opt_enable_kvm(void *opaque, const char *arg, GError **errp)
{
    Options *o = opaque;

    replace(&o->machine_accel, "kvm");
    return true;
}

static bool opt_smp(void *opaque, const char *arg, GError **errp)
{
    Options *o = opaque;

    static const char *const keys[] = {"cpus",    "sockets", "cores",
                                       "threads", "maxcpus", NULL};
    g_autoptr(OptList) list = optlist_parse(arg, "cpus", errp);
    uint64_t n = 1;
    if (!list || !optlist_check_keys(list, keys, errp) ||
        !optlist_get_u64(list, "cpus", &n, errp)) {
        return false;
    }
    if (n == 0 || n > 255) {
        return user_error(errp, "expected a number of CPUs from 1 to 255");
    }
    o->ncpus = n;
    return true;
}

static bool opt_m(void *opaque, const char *arg, GError **errp)
{
    Options *o = opaque;

    static const char *const keys[] = {"size", NULL};
    g_autoptr(OptList) list = optlist_parse(arg, "size", errp);
    if (!list || !optlist_check_keys(list, keys, errp)) {
        return false;
    }
    const char *text = optlist_get(list, "size");
    uint64_t size;
    if (!text || !parse_size(text, 'M', &size)) {
        return user_error(errp, "expected a size such as 512M or 2G");
    }
    uint64_t host = host_memory_size();
    if (size == 0) {
        return user_error(errp, "a machine needs memory");
    }
    if (host && size > host) {
        return user_error(errp, "the host has only %.1f GiB of memory", host / 0x1p30);
    }
    o->ram_size = ROUND_UP(size, 4096);
    o->ram_text = arg;
    return true;
}

static bool opt_device(void *opaque, const char *arg, GError **errp)
{
    Options *o = opaque;

    const char *comma = strchr(arg, ',');
    if (comma && opttable_is_help(comma + 1)) {
        if (o->help == HELP_NONE) {
            o->help = HELP_DEVICE;
            o->help_device = g_strndup(arg, comma - arg);
        }
        return true;
    }
    return opt_list(&o->devices, arg, errp);
}

static bool opt_name(void *opaque, const char *arg, GError **errp)
{
    Options *o = opaque;

    static const char *const keys[] = {"guest", "process", "debug-threads", NULL};
    g_autoptr(OptList) list = optlist_parse(arg, "guest", errp);
    if (!list || !optlist_check_keys(list, keys, errp)) {
        return false;
    }
    replace(&o->name, optlist_get(list, "guest"));
    return true;
}

/* The file is removed when the program may be in another folder. */
static bool opt_pidfile(void *opaque, const char *arg, GError **errp)
{
    Options *o = opaque;

    replace(&o->pidfile, NULL);
    o->pidfile = g_canonicalize_filename(arg, NULL);
    return true;
}

/* ---- ports, gdb ---- */

static bool opt_display(void *opaque, const char *arg, GError **errp)
{
    Options *o = opaque;

    o->display_none = true;
    return strcmp(arg, "none") == 0 ||
           user_error(errp, "there is no such display; only 'none'");
}

static bool opt_serial(void *opaque, const char *arg, GError **errp)
{
    Options *o = opaque;

    if (o->nserial == MACHINE_SERIALS) {
        return user_error(errp, "there are only %d serial ports", MACHINE_SERIALS);
    }
    o->serial[o->nserial++] = arg;
    return true;
}

static bool opt_mon(void *opaque, const char *arg, GError **errp)
{
    Options *o = opaque;

    static const char *const keys[] = {"chardev", "mode", "pretty", NULL};
    g_autoptr(OptList) list = optlist_parse(arg, "chardev", errp);
    if (!list || !optlist_check_keys(list, keys, errp)) {
        return false;
    }
    const char *id = optlist_get(list, "chardev"), *mode = optlist_get(list, "mode");
    if (!id) {
        return user_error(errp, "it needs chardev=ID");
    }
    if (mode && strcmp(mode, "readline") != 0) {
        return user_error(errp, "mode=%s: there is no such mode yet; only 'readline'",
                          mode);
    }
    g_ptr_array_add(o->monitors, g_strconcat("chardev:", id, NULL));
    return true;
}

static bool opt_gdb(void *opaque, const char *arg, GError **errp)
{
    Options *o = opaque;

    o->gdb = strcmp(arg, "none") == 0 ? NULL : arg;
    return true;
}

static bool opt_gdb_1234(void *opaque, const char *arg, GError **errp)
{
    Options *o = opaque;

    o->gdb = "tcp::1234";
    return true;
}

/* ---- what changes nothing ---- */

static bool opt_ignored(void *opaque, const char *arg, GError **errp)
{
    return true;
}

static bool opt_only_none(void *opaque, const char *arg, GError **errp)
{
    return strcmp(arg, "none") == 0 || user_error(errp, "only 'none' is possible");
}

/* ---- the table ---- */

#define OPTIONS Options
static const OptRow rows[] = {
#include "softmmu/options.def"
};

static const OptMissing missing[] = {
#include "softmmu/options-missing.def"
};

static const OptTable table = {rows, ARRAY_SIZE(rows), missing, ARRAY_SIZE(missing),
                               offsetof(Options, help)};

static int take_option(Options *o, char **argv, GError **errp)
{
    if (argv[0][0] != '-' || !argv[0][1]) {
        user_error(errp, "%s: this is no option; a kernel is given by '-kernel %s'",
                   argv[0], argv[0]);
        return 0;
    }
    return opttable_take(&table, o, argv, errp);
}

/* The order of preference, the default included. */
static bool gather_accels(Options *o, GError **errp)
{
    if (o->accels->len && o->machine_accel) {
        return user_error(errp,
                          "-accel %s: -machine accel=%s (or -enable-kvm) says it already",
                          (char *)g_ptr_array_index(o->accels, 0), o->machine_accel);
    }
    g_auto(GStrv) names = g_strsplit(o->machine_accel ? o->machine_accel : "", ":", -1);
    for (char **n = names; *n; n++) {
        g_ptr_array_add(o->accels, g_strdup(*n));
    }
    if (!o->accels->len) {
        g_ptr_array_add(o->accels, g_strdup("tcg"));
    }
    g_ptr_array_add(o->accels, NULL);
    return true;
}

/* "stdio", "mon:stdio", or "stdio,id=..." of -chardev. */
static bool is_terminal(const char *device)
{
    return g_str_has_prefix(device, "stdio") || strcmp(device, "mon:stdio") == 0;
}

/* -daemonize: nobody is at the terminal. */
static bool check_background(const Options *o, GError **errp)
{
    const GPtrArray *lists[] = {o->monitors, o->chardevs};
    const char *found = o->nographic                    ? "-nographic"
                        : o->gdb && is_terminal(o->gdb) ? o->gdb
                                                        : NULL;

    for (unsigned i = 0; i < o->nserial; i++) {
        found = is_terminal(o->serial[i]) ? o->serial[i] : found;
    }
    for (size_t n = 0; n < ARRAY_SIZE(lists); n++) {
        for (unsigned i = 0; i < lists[n]->len; i++) {
            const char *device = g_ptr_array_index(lists[n], i);
            found = is_terminal(device) ? device : found;
        }
    }
    return !found ||
           user_error(
               errp,
               "-daemonize: %s is for a terminal; give -display none, and file:PATH "
               "or unix:PATH,server=on,wait=off to -serial and -monitor",
               found);
}

/* What can be said only when all options are known. */
static bool check_together(const Options *o, GError **errp)
{
    if (o->help != HELP_NONE) {
        return true;
    }
    if (o->initrd && !o->kernel) {
        return user_error(errp, "-initrd %s: it needs a kernel (-kernel)", o->initrd);
    }
    if (o->append && !o->kernel) {
        return user_error(errp, "-append %s: it needs a kernel (-kernel)", o->append);
    }
    if (!o->kernel && !o->bios) {
        return user_error(errp,
                          "there is nothing to start: give a kernel by -kernel FILE");
    }
    return !o->daemonize || check_background(o, errp);
}

bool options_parse(Options *o, int argc, char **argv, GError **errp)
{
    *o = (Options){.version = o->version,
                   .ncpus = 1,
                   .accels = g_ptr_array_new_with_free_func(g_free),
                   .devices = g_ptr_array_new_with_free_func(g_free),
                   .chardevs = g_ptr_array_new_with_free_func(g_free),
                   .owned = g_ptr_array_new_with_free_func(g_free),
                   .rtc = {.runs_on = RTC_ON_HOST},
                   .smbios = {.oem = g_ptr_array_new()},
                   .monitors = g_ptr_array_new_with_free_func(g_free)};
    for (int i = 1; i < argc;) {
        int n = take_option(o, argv + i, errp);
        if (!n) {
            return false;
        }
        i += n;
    }
    return check_together(o, errp) && gather_accels(o, errp);
}

void options_clear(Options *o)
{
    replace(&o->machine, NULL);
    replace(&o->machine_accel, NULL);
    g_free(o->log_items);
    replace(&o->help_device, NULL);
    replace(&o->name, NULL);
    replace(&o->pidfile, NULL);
    g_ptr_array_unref(o->owned);
    g_ptr_array_unref(o->smbios.oem);
    g_ptr_array_unref(o->accels);
    g_ptr_array_unref(o->devices);
    g_ptr_array_unref(o->chardevs);
    g_ptr_array_unref(o->monitors);
}

/* ---- -help ---- */

void options_print_help(FILE *out)
{
    fprintf(out,
            "usage: %s [options]\n\n"
            "Runs an x86_64 machine. Options are those of QEMU as far as they are here;\n"
            "one dash or two may be used.\n",
            g_get_prgname());
    opttable_print(&table, out);
}
