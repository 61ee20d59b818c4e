/* Devices: classes by name, properties, realize, reset. */
/* SPDX-License-Identifier: MIT */
/*
 * Properties are written straight into the state struct at the offsets of the class's
 * table. A device belongs to its creator until device_realize() succeeds, then to
 * m->devices.
 */
#include "hw/core/device.h"
#include "memory/memory.h"
#include "util/bitops.h"

#include <errno.h>
#include <stdlib.h>

const DeviceClass *device_class_find(const char *name)
{
    for (const DeviceClass *const *c = device_classes; *c; c++) {
        if (!strcmp((*c)->name, name)) {
            return *c;
        }
    }
    return NULL;
}

static void *prop_ptr(Device *d, const Property *p)
{
    return (char *)d + p->offset;
}

static void prop_store(Device *d, const Property *p, uint64_t v)
{
    stn_le_p(prop_ptr(d, p), p->size, v);
}

static const Property *prop_find(const DeviceClass *cls, const char *name)
{
    for (const Property *p = cls->props; p && p->name; p++) {
        if (!strcmp(p->name, name)) {
            return p;
        }
    }
    return NULL;
}

static bool prop_from_user(const Property *p)
{
    return p->kind != PROP_PTR && p->kind != PROP_IRQ;
}

Device *device_new(const DeviceClass *cls, Machine *m)
{
    Device *d = g_malloc0(cls->size);
    d->cls = cls;
    d->machine = m;
    for (const Property *p = cls->props; p && p->name; p++) {
        if (prop_from_user(p) && p->kind != PROP_STRING) {
            prop_store(d, p, p->def);
        }
    }
    return d;
}

/* Parses all of `text`; `suffixes` allows K, M, G and T. */
static bool parse_number(const char *text, bool suffixes, uint64_t *out)
{
    char *end;
    if (!g_ascii_isdigit(*text)) {
        return false;
    }
    errno = 0;
    uint64_t v = strtoull(text, &end, 0);
    if (errno) {
        return false;
    }
    if (suffixes && *end) {
        const char *at = strchr("KMGT", g_ascii_toupper(*end));
        unsigned shift = at ? 10 * (at - "KMGT" + 1) : 0;
        if (!at || v > UINT64_MAX >> shift) {
            return false;
        }
        v <<= shift;
        end++;
    }
    *out = v;
    return !*end;
}

static bool set_number(Device *d, const Property *p, const char *value, GError **errp)
{
    uint64_t v, max = p->size == 8 ? UINT64_MAX : (1ULL << (8 * p->size)) - 1;
    if (!parse_number(value, p->kind == PROP_SIZE, &v) || v > max) {
        return user_error(errp, "%s: %s=%s is not a number from 0 to 0x%" PRIx64,
                          d->cls->name, p->name, value, max);
    }
    prop_store(d, p, v);
    return true;
}

static bool set_bool(Device *d, const Property *p, const char *value, GError **errp)
{
    bool on = !strcmp(value, "on");
    if (!on && strcmp(value, "off")) {
        return user_error(errp, "%s: %s=%s is neither 'on' nor 'off'", d->cls->name,
                          p->name, value);
    }
    *(bool *)prop_ptr(d, p) = on;
    return true;
}

static bool no_such_prop(const Device *d, const char *prop, GError **errp)
{
    g_autoptr(GString) known = g_string_new("id");
    for (const Property *p = d->cls->props; p && p->name; p++) {
        if (prop_from_user(p)) {
            g_string_append_printf(known, ", %s", p->name);
        }
    }
    return user_error(errp, "%s has no property '%s' (it has: %s)", d->cls->name, prop,
                      known->str);
}

bool device_set(Device *d, const char *prop, const char *value, GError **errp)
{
    const Property *p = prop_find(d->cls, prop);
    assert(!d->realized);
    if (!strcmp(prop, "id")) {
        g_free(d->id);
        d->id = g_strdup(value);
        return true;
    }
    if (!p || !prop_from_user(p)) {
        return no_such_prop(d, prop, errp);
    }
    switch (p->kind) {
    case PROP_BOOL:
        return set_bool(d, p, value, errp);
    case PROP_STRING:
        g_free(*(char **)prop_ptr(d, p));
        *(char **)prop_ptr(d, p) = g_strdup(value);
        return true;
    default:
        return set_number(d, p, value, errp);
    }
}

void device_set_uint(Device *d, const char *prop, uint64_t value)
{
    const Property *p = prop_find(d->cls, prop);
    assert(p && p->kind <= PROP_SIZE);
    prop_store(d, p, value);
}

void device_set_ptr(Device *d, const char *prop, void *value)
{
    const Property *p = prop_find(d->cls, prop);
    assert(p && p->kind == PROP_PTR);
    *(void **)prop_ptr(d, p) = value;
}

void device_connect(Device *d, const char *prop, IRQLine line)
{
    const Property *p = prop_find(d->cls, prop);
    assert(p && p->kind == PROP_IRQ);
    *(IRQLine *)prop_ptr(d, p) = line;
}

static void device_free_memory(Device *d)
{
    for (const Property *p = d->cls->props; p && p->name; p++) {
        if (p->kind == PROP_STRING) {
            g_free(*(char **)prop_ptr(d, p));
        }
    }
    for (GSList *l = d->regions; l; l = l->next) {
        MemoryRegion *mr = l->data;
        memory_region_del_subregion(mr->container, mr);
    }
    g_slist_free(d->regions);
    g_free(d->id);
    g_free(d);
}

bool device_realize(Device *d, GError **errp)
{
    if (!d->cls->realize(d, errp)) {
        device_free_memory(d);
        return false;
    }
    d->realized = true;
    g_ptr_array_add(d->machine->devices, d);
    return true;
}

Device *device_create(const DeviceClass *cls, Machine *m, GError **errp)
{
    Device *d = device_new(cls, m);
    return device_realize(d, errp) ? d : NULL;
}

void device_reset(Device *d)
{
    if (d->cls->reset) {
        d->cls->reset(d);
    }
}

void device_free(Device *d)
{
    if (d->realized && d->cls->unrealize) {
        d->cls->unrealize(d);
    }
    device_free_memory(d);
}

IRQLine device_irq_in(Device *d, int n)
{
    assert(d->cls->irq_in);
    return (IRQLine){d->cls->irq_in, d, n};
}

void device_map_io(Device *d, MemoryRegion *mr, const MemoryRegionOps *ops, uint64_t port,
                   uint64_t size)
{
    memory_region_init_io(mr, ops, d, d->cls->name, size);
    memory_region_add_subregion(d->machine->io, port, mr);
    d->regions = g_slist_prepend(d->regions, mr);
}

void device_map_mem(Device *d, MemoryRegion *mr, const MemoryRegionOps *ops,
                    uint64_t addr, uint64_t size)
{
    memory_region_init_io(mr, ops, d, d->cls->name, size);
    memory_region_add_subregion_overlap(d->machine->mem, addr, mr, 1);
    d->regions = g_slist_prepend(d->regions, mr);
}

static bool unknown_class(const char *name, GError **errp)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (const DeviceClass *const *c = device_classes; *c; c++) {
        if ((*c)->bus) {
            g_ptr_array_add(names, (void *)(*c)->name);
        }
    }
    g_ptr_array_add(names, NULL);
    const char *const *list = (const char *const *)names->pdata;
    const char *near = closest_name(name, list);
    g_autofree char *all = g_strjoinv(", ", (char **)list);
    if (near) {
        return user_error(errp, "no device '%s', did you mean '%s'? (known: %s)", name,
                          near, all);
    }
    return user_error(errp, "no device '%s' (known: %s)", name, all);
}

static bool set_from_spec(Device *d, char **words, GError **errp)
{
    for (; *words; words++) {
        char *eq = strchr(*words, '=');
        if (!eq) {
            return user_error(errp, "%s: '%s' is not of the form property=value",
                              d->cls->name, *words);
        }
        *eq = '\0';
        if (!device_set(d, *words, eq + 1, errp)) {
            return false;
        }
    }
    return true;
}

bool device_add_from_spec(Machine *m, const char *spec, GError **errp)
{
    g_auto(GStrv) words = g_strsplit(spec, ",", -1);
    const DeviceClass *cls = words[0] ? device_class_find(words[0]) : NULL;
    if (!cls || !cls->bus) {
        return unknown_class(words[0] ? words[0] : "", errp);
    }
    Device *d = device_new(cls, m);
    if (!set_from_spec(d, words + 1, errp)) {
        device_free_memory(d);
        return false;
    }
    return device_realize(d, errp);
}

void device_print_classes(FILE *f)
{
    for (const DeviceClass *const *c = device_classes; *c; c++) {
        if ((*c)->bus) {
            fprintf(f, "name \"%s\", bus %s, desc \"%s\"\n", (*c)->name, (*c)->bus,
                    (*c)->desc);
        }
    }
}

void device_print_props(const DeviceClass *cls, FILE *f)
{
    static const char *const kinds[] = {
        [PROP_UINT] = "number", [PROP_BOOL] = "on|off",  [PROP_SIZE] = "size",
        [PROP_STRING] = "text", [PROP_PTR] = "internal", [PROP_IRQ] = "internal",
    };
    fprintf(f, "%s: %s\n", cls->name, cls->desc);
    for (const Property *p = cls->props; p && p->name; p++) {
        if (prop_from_user(p)) {
            fprintf(f, "  %s=%s  %s (default: 0x%" PRIx64 ")\n", p->name, kinds[p->kind],
                    p->desc, p->def);
        }
    }
}
