/* The choice of an accelerator by -accel, and changing from one to another. */
/* SPDX-License-Identifier: MIT */
#include "accel/accel.h"

#include "util/options.h"

/* Those of accel_list between init() and exit(), a bit each. */
static uint32_t initialized;

/* ---- names and properties ---- */

/* The names of the accelerators, or of the properties of one; the caller frees the array.
 */
static const char **accel_names(void)
{
    size_t n = 0;
    while (accel_list[n]) {
        n++;
    }
    const char **names = g_new0(const char *, n + 1);
    for (size_t i = 0; accel_list[i]; i++) {
        names[i] = accel_list[i]->name;
    }
    return names;
}

static const char **option_names(const AccelOps *ops)
{
    GPtrArray *names = g_ptr_array_new();
    for (const AccelOption *o = ops->options; o && o->name; o++) {
        g_ptr_array_add(names, (void *)o->name);
    }
    g_ptr_array_add(names, NULL);
    return (const char **)g_ptr_array_free(names, false);
}

typedef struct Selection {
    const AccelOps *ops;
    const char **options;
    const char *const *own; /* of the program; may be NULL */
} Selection;

static bool take_option(const char *key, const char *value, void *opaque, GError **errp)
{
    Selection *s = opaque;
    if (strcmp(key, "accel") == 0 || (s->own && g_strv_contains(s->own, key))) {
        return true;
    }
    if (!g_strv_contains(s->options, key)) {
        return unknown_name(key, "property", s->options, errp);
    }
    return s->ops->set_option(key, value, errp);
}

static const AccelOps *accel_find(const char *name, GError **errp)
{
    for (size_t i = 0; accel_list[i]; i++) {
        if (strcmp(accel_list[i]->name, name) == 0) {
            return accel_list[i];
        }
    }
    g_autofree const char **names = accel_names();
    unknown_name(name, "accelerator", names, errp);
    return NULL;
}

static bool set_options(const AccelOps *ops, OptList *opts, const char *const *own,
                        GError **errp)
{
    g_autofree const char **options = option_names(ops);
    Selection s = {ops, options, own};
    return optlist_foreach(opts, take_option, &s, errp);
}

static bool set_switches(const AccelOps *ops, const char *const *names, GError **errp)
{
    g_autofree const char **options = option_names(ops);
    for (; names && *names; names++) {
        if (!g_strv_contains(options, *names)) {
            return user_error(errp, "%s has no property '%s'", ops->name, *names);
        }
        if (!ops->set_option(*names, "on", errp)) {
            return false;
        }
    }
    return true;
}

/* What the machine asks of accelerators that have a say in it; their own options come
 * after it. */
static bool set_irqchip(const AccelOps *ops, const char *value, GError **errp)
{
    static const char key[] = "kernel-irqchip";
    g_autofree const char **options = option_names(ops);
    return !value || !g_strv_contains(options, key) || ops->set_option(key, value, errp);
}

/* ---- which are initialized ---- */

static uint32_t accel_bit(const AccelOps *ops)
{
    uint32_t bit = 1;
    for (size_t i = 0; accel_list[i] != ops; i++) {
        bit <<= 1;
    }
    return bit;
}

static bool ensure_init(const AccelOps *ops, GError **errp)
{
    if (!(initialized & accel_bit(ops))) {
        if (!ops->init(errp)) {
            return false;
        }
        initialized |= accel_bit(ops);
    }
    return true;
}

static void ensure_exit(const AccelOps *ops)
{
    if (initialized & accel_bit(ops)) {
        ops->exit();
        initialized &= ~accel_bit(ops);
    }
}

const AccelOps *accel_translator(GError **errp)
{
    for (size_t i = 0; accel_list[i]; i++) {
        if (accel_list[i]->translates) {
            return ensure_init(accel_list[i], errp) ? accel_list[i] : NULL;
        }
    }
    user_error(errp, "this program has none");
    return NULL;
}

void accel_exit_all(void)
{
    for (size_t i = 0; accel_list[i]; i++) {
        ensure_exit(accel_list[i]);
    }
}

/* ---- the choice ---- */

/* ACCEL_WRONG: what the user wrote, which no other accelerator makes right. */
typedef enum AccelTry { ACCEL_OK, ACCEL_UNUSABLE, ACCEL_WRONG } AccelTry;

static AccelTry try_one(AccelChoice *c, GError **errp)
{
    g_autoptr(OptList) opts = optlist_parse(c->specs[c->which], "accel", errp);
    if (!opts) {
        return ACCEL_WRONG;
    }
    const char *name = optlist_get(opts, "accel");
    const AccelOps *ops = accel_find(name ? name : "", errp);
    if (!ops) {
        return ACCEL_UNUSABLE;
    }
    if (!set_irqchip(ops, c->kernel_irqchip, errp) ||
        !set_options(ops, opts, c->own, errp)) {
        return ACCEL_WRONG;
    }
    if (!set_switches(ops, c->switches, errp) || !ensure_init(ops, errp)) {
        return ACCEL_UNUSABLE;
    }
    c->ops = ops;
    return ACCEL_OK;
}

/* The spec of c->which cannot be had, as `error` says. True: there is another, a warning
 * was given. */
static bool try_next(AccelChoice *c, GError *error, GError **errp)
{
    user_error_prefix(&error, "-accel %s: ", c->specs[c->which]);
    c->ops = NULL;
    if (!c->specs[c->which + 1]) {
        g_propagate_error(errp, error);
        return false;
    }
    report_warning("%s", error->message);
    g_error_free(error);
    c->which++;
    return true;
}

bool accel_choose(AccelChoice *c, GError **errp)
{
    GError *error;
    do {
        error = NULL;
        switch (try_one(c, &error)) {
        case ACCEL_OK:
            return true;
        case ACCEL_WRONG:
            user_error_prefix(&error, "-accel %s: ", c->specs[c->which]);
            g_propagate_error(errp, error);
            return false;
        case ACCEL_UNUSABLE:
            break;
        }
    } while (try_next(c, error, errp));
    return false;
}

static void vcpus_fini(const AccelOps *ops, CPUState *const *cpus, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        ops->vcpu_fini(cpus[i]);
    }
}

static bool vcpus_init(const AccelOps *ops, CPUState *const *cpus, unsigned n,
                       GError **errp)
{
    if (ops->max_vcpus && n > ops->max_vcpus) {
        return user_error(errp, "it runs %u vCPU%s, and not the %u of -smp",
                          ops->max_vcpus, ops->max_vcpus == 1 ? "" : "s", n);
    }
    for (unsigned i = 0; i < n; i++) {
        if (!ops->vcpu_init(cpus[i], errp)) {
            vcpus_fini(ops, cpus, i);
            return false;
        }
    }
    return true;
}

bool accel_start(AccelChoice *c, CPUState *const *cpus, unsigned n, GError **errp)
{
    do {
        GError *error = NULL;
        if (vcpus_init(c->ops, cpus, n, &error)) {
            return true;
        }
        ensure_exit(c->ops);
        if (!try_next(c, error, errp)) {
            return false;
        }
    } while (accel_choose(c, errp));
    return false;
}

/* ---- changes ---- */

static void restore(const AccelOps *ops, const void *settings)
{
    if (settings) {
        memcpy(ops->settings, settings, ops->settings_size);
    }
}

/* The vCPUs are nobody's now. */
static bool take_over(const AccelOps *to, CPUState *const *cpus, unsigned n,
                      GError **errp)
{
    return ensure_init(to, errp) && vcpus_init(to, cpus, n, errp);
}

/* fresh: `to` was initialized with its present properties; else it has helped `from`. */
static bool move_vcpus(const AccelOps **ops, const AccelOps *to, bool fresh,
                       CPUState *const *cpus, unsigned n, GError **errp)
{
    const AccelOps *from = *ops;
    vcpus_fini(from, cpus, n);
    ensure_exit(from);
    if (!fresh) {
        ensure_exit(to);
    }
    *ops = to;
    return take_over(to, cpus, n, errp);
}

bool accel_change(const AccelOps **ops, const char *spec, const char *const *own,
                  CPUState *const *cpus, unsigned n, GError **errp)
{
    const AccelOps *from = *ops;
    g_autoptr(OptList) opts = optlist_parse(spec, "accel", errp);
    const char *name = opts ? optlist_get(opts, "accel") : NULL;
    const AccelOps *to = opts ? accel_find(name ? name : "", errp) : NULL;
    if (!to) {
        return false;
    }
    g_autofree void *before = g_memdup2(to->settings, to->settings_size);
    bool fresh = !(initialized & accel_bit(to));
    /* What most often fails does so while `from` has the vCPUs still. */
    if (!set_options(to, opts, own, errp) || (to != from && !ensure_init(to, errp))) {
        restore(to, before);
        return false;
    }
    if (move_vcpus(ops, to, fresh, cpus, n, errp)) {
        return true;
    }
    restore(to, before);
    ensure_exit(to);
    *ops = take_over(from, cpus, n, NULL) ? from : NULL;
    return false;
}

void accel_print_help(FILE *out)
{
    for (size_t i = 0; accel_list[i]; i++) {
        fprintf(out, "%-8s %s\n", accel_list[i]->name, accel_list[i]->desc);
        for (const AccelOption *o = accel_list[i]->options; o && o->name; o++) {
            fprintf(out, "  %-24s %s\n", o->usage, o->desc);
        }
    }
}
