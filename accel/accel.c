/* The list of accelerators, and the choice by -accel. */
/* SPDX-License-Identifier: MIT */
#include "accel/accel.h"

#include "util/options.h"

#define ACCEL(name) extern const AccelOps name;
#include "accel/accels.def"

const AccelOps *const accel_list[] = {
#define ACCEL(name) &name,
#include "accel/accels.def"
    NULL,
};

/* The names of the accelerators, or of the properties of one; the caller frees the array.
 */
static const char **accel_names(void)
{
    const char **names = g_new0(const char *, ARRAY_SIZE(accel_list));
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
} Selection;

static bool take_option(const char *key, const char *value, void *opaque, GError **errp)
{
    Selection *s = opaque;
    if (strcmp(key, "accel") == 0) {
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

const AccelOps *accel_select(const char *spec, GError **errp)
{
    g_autoptr(OptList) opts = optlist_parse(spec, "accel", errp);
    if (!opts) {
        return NULL;
    }
    const char *name = optlist_get(opts, "accel");
    const AccelOps *ops = accel_find(name ? name : "", errp);
    if (!ops) {
        return NULL;
    }
    g_autofree const char **options = option_names(ops);
    Selection s = {ops, options};
    return optlist_foreach(opts, take_option, &s, errp) ? ops : NULL;
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
