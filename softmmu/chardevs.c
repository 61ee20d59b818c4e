/* The machine's character devices: -chardev, and what -serial and -monitor name. */
/* SPDX-License-Identifier: MIT */
#include "softmmu/vm.h"

#include "util/options.h"

/*
 * A device of -chardev waits under its id until a front end takes it ("chardev:ID"). One
 * with mux=on may be taken by several.
 */
typedef struct NamedChardev {
    char *id;
    Chardev *chr; /* NULL: taken, or behind the mux */
    ChardevMux *mux;
    bool mux_taken; /* it closes with the last that has taken it */
} NamedChardev;

static void mux_quit(void *opaque)
{
    vm_request_exit(opaque, 0);
}

static const ChardevMuxHooks mux_hooks = {.quit = mux_quit};

/* Behind a mux all keys are for the guest: Ctrl-C is no signal. */
static ChardevMux *open_mux(VM *vm, const char *label, const char *spec, GError **errp)
{
    bool stdio = strcmp(spec, "stdio") == 0;
    Chardev *c = chardev_open(vm->loop, label, stdio ? "stdio,signal=off" : spec, errp);
    return c ? chardev_mux_new(c, &mux_hooks, vm) : NULL;
}

/* ---- -chardev ---- */

static NamedChardev *find_named(VM *vm, const char *id)
{
    for (unsigned i = 0; i < vm->chardevs->len; i++) {
        NamedChardev *n = &g_array_index(vm->chardevs, NamedChardev, i);
        if (strcmp(n->id, id) == 0) {
            return n;
        }
    }
    return NULL;
}

static void append_switches(GString *spec, OptList *list)
{
    static const char *const keys[] = {"server", "wait", "nowait", "nodelay", "signal"};
    for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
        const char *value = optlist_get(list, keys[i]);
        if (value) {
            g_string_append_printf(spec, ",%s=%s", keys[i], value);
        }
    }
}

/* The words of -chardev as the text that chardev_open() takes. */
static char *spec_of(OptList *list)
{
    const char *kind = optlist_get(list, "backend"), *path = optlist_get(list, "path");
    const char *host = optlist_get(list, "host"), *port = optlist_get(list, "port");
    GString *spec = g_string_new(kind);
    if (strcmp(kind, "socket") == 0 && path) {
        g_string_printf(spec, "unix:%s", path);
    } else if (strcmp(kind, "socket") == 0) {
        g_string_printf(spec, "tcp:%s:%s", host ? host : "", port ? port : "");
    } else if (path) {
        g_string_append_printf(spec, ":%s", path);
    }
    append_switches(spec, list);
    return g_string_free(spec, false);
}

static bool open_named(VM *vm, const char *arg, GError **errp)
{
    static const char *const keys[] = {"backend", "id",     "path",    "host",
                                       "port",    "mux",    "server",  "wait",
                                       "nowait",  "signal", "nodelay", NULL};
    g_autoptr(OptList) list = optlist_parse(arg, "backend", errp);
    bool mux = false;
    if (!list || !optlist_check_keys(list, keys, errp) ||
        !optlist_get_bool(list, "mux", &mux, errp)) {
        return false;
    }
    const char *id = optlist_get(list, "id");
    if (!id || !*id) {
        return user_error(errp, "it needs a name: id=NAME");
    }
    if (find_named(vm, id)) {
        return user_error(errp, "there is one called '%s' already", id);
    }
    g_autofree char *spec = spec_of(list);
    NamedChardev n = {.id = g_strdup(id)};
    if (mux) {
        n.mux = open_mux(vm, id, spec, errp);
    } else {
        n.chr = chardev_open(vm->loop, id, spec, errp);
    }
    g_array_append_val(vm->chardevs, n);
    return n.mux || n.chr;
}

bool vm_chardevs_open(VM *vm, GError **errp)
{
    vm->chardevs = g_array_new(false, false, sizeof(NamedChardev));
    for (unsigned i = 0; i < vm->opts->chardevs->len; i++) {
        const char *arg = g_ptr_array_index(vm->opts->chardevs, i);
        if (!open_named(vm, arg, errp)) {
            return user_error_prefix(errp, "-chardev %s: ", arg);
        }
    }
    return true;
}

/* Those that nobody has taken. */
void vm_chardevs_close(VM *vm)
{
    for (unsigned i = 0; vm->chardevs && i < vm->chardevs->len; i++) {
        NamedChardev *n = &g_array_index(vm->chardevs, NamedChardev, i);
        chardev_close(n->mux && !n->mux_taken ? chardev_mux_add(n->mux, n->id) : n->chr);
        g_free(n->id);
    }
    if (vm->chardevs) {
        g_array_unref(vm->chardevs);
    }
}

static Chardev *take_named(VM *vm, const char *label, const char *id, GError **errp)
{
    NamedChardev *n = find_named(vm, id);
    if (!n) {
        user_error(errp, "there is no -chardev with id=%s", id);
        return NULL;
    }
    if (n->mux) {
        n->mux_taken = true;
        return chardev_mux_add(n->mux, label);
    }
    Chardev *c = n->chr;
    n->chr = NULL;
    if (!c) {
        user_error(errp, "'%s' is in use already (mux=on lets several use it)", id);
    }
    return c;
}

Chardev *vm_chardev_open(VM *vm, const char *label, const char *spec, GError **errp)
{
    if (g_str_has_prefix(spec, "chardev:")) {
        return take_named(vm, label, spec + strlen("chardev:"), errp);
    }
    return chardev_open(vm->loop, label, spec, errp);
}

/* ---- serial ports ---- */

/* "mon:SPEC" has a monitor behind Ctrl-A C. */
static Chardev *open_with_monitor(VM *vm, const char *label, const char *spec,
                                  GError **errp)
{
    ChardevMux *mux = open_mux(vm, label, spec, errp);
    if (!mux) {
        return NULL;
    }
    Chardev *c = chardev_mux_add(mux, label);
    g_ptr_array_add(vm->muxed, chardev_mux_add(mux, "monitor"));
    return c;
}

static bool open_serial(VM *vm, unsigned i, const char *spec, GError **errp)
{
    g_autofree char *label = g_strdup_printf("serial%u", i);
    if (strcmp(spec, "none") == 0) {
        return true;
    }
    bool mux = g_str_has_prefix(spec, "mon:");
    vm->machine.serial[i] = mux ? open_with_monitor(vm, label, spec + 4, errp)
                                : vm_chardev_open(vm, label, spec, errp);
    if (!vm->machine.serial[i]) {
        return user_error_prefix(errp, "-serial %s: ", spec);
    }
    return true;
}

bool vm_serials_open(VM *vm, GError **errp)
{
    const Options *o = vm->opts;
    if (o->nserial == 0) {
        const char *spec = !o->nographic      ? "null"
                           : o->monitors->len ? "stdio"
                                              : "mon:stdio";
        return open_serial(vm, 0, spec, errp);
    }
    for (unsigned i = 0; i < o->nserial; i++) {
        if (!open_serial(vm, i, o->serial[i], errp)) {
            return false;
        }
    }
    return true;
}
