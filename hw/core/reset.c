/* Machine-wide reset, save and load: walks the devices and the registered handlers. */
/* SPDX-License-Identifier: MIT */
/*
 * Devices are reset in the order in which they were realized, then the handlers run (the
 * board's firmware work, the loader, the vCPUs). A reset may lower IRQ lines of devices
 * that are reset later; no device may rely on another's state inside its reset.
 */
#include "hw/core/device.h"
#include "util/error.h"

struct ResetHandler {
    void (*fn)(void *opaque);
    void *opaque;
};

void machine_init_core(Machine *m)
{
    m->devices = g_ptr_array_new();
    m->reset_handlers = g_array_new(FALSE, FALSE, sizeof(ResetHandler));
}

void machine_fini_core(Machine *m)
{
    for (guint i = m->devices->len; i-- > 0;) {
        device_free(m->devices->pdata[i]);
    }
    if (m->cls && m->cls->fini) {
        m->cls->fini(m);
    }
    g_ptr_array_free(m->devices, TRUE);
    g_array_free(m->reset_handlers, TRUE);
}

void machine_add_reset(Machine *m, void (*fn)(void *opaque), void *opaque)
{
    ResetHandler h = {fn, opaque};
    g_array_append_val(m->reset_handlers, h);
}

void machine_reset(Machine *m)
{
    for (guint i = 0; i < m->devices->len; i++) {
        device_reset(m->devices->pdata[i]);
    }
    for (guint i = 0; i < m->reset_handlers->len; i++) {
        ResetHandler *h = &g_array_index(m->reset_handlers, ResetHandler, i);
        h->fn(h->opaque);
    }
}

void machine_request(Machine *m, MachineRequest what, int code)
{
    if (m->request) {
        m->request(m, what, code);
    }
}

/* "isa-serial", or "isa-serial/2" for the third of its class. */
static char *section_name(Machine *m, guint index)
{
    const Device *d = m->devices->pdata[index];
    unsigned nth = 0;
    for (guint i = 0; i < index; i++) {
        nth += ((const Device *)m->devices->pdata[i])->cls == d->cls;
    }
    return nth ? g_strdup_printf("%s/%u", d->cls->name, nth) : g_strdup(d->cls->name);
}

void machine_save(Machine *m, GByteArray *out)
{
    for (guint i = 0; i < m->devices->len; i++) {
        Device *d = m->devices->pdata[i];
        if (d->cls->state) {
            g_autofree char *name = section_name(m, i);
            vmstate_save(out, name, d->cls->state, d);
        }
    }
}

bool machine_load(Machine *m, const uint8_t *data, size_t size, GError **errp)
{
    size_t pos = 0;
    for (guint i = 0; i < m->devices->len; i++) {
        Device *d = m->devices->pdata[i];
        g_autofree char *name = section_name(m, i);
        if (d->cls->state &&
            !vmstate_load(data, size, &pos, name, d->cls->state, d, errp)) {
            return false;
        }
    }
    return pos == size || user_error(errp, "saved state has unknown devices at its end");
}
