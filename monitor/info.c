/* The topics of "info". */
/* SPDX-License-Identifier: MIT */
#include "monitor/monitor-internal.h"

#include <stdio.h>
#include <stdlib.h>

#include "hw/core/device.h"
#include "memory/memory.h"

void hmp_info_status(MonCall *c)
{
    mon_printf(c, "VM status: %s\n", c->p->status(c->p->opaque));
}

void hmp_info_version(MonCall *c)
{
    mon_printf(c, "%s\n", c->p->version);
}

void hmp_info_name(MonCall *c)
{
    if (c->p->name) {
        mon_printf(c, "%s\n", c->p->name);
    }
}

void hmp_info_uuid(MonCall *c)
{
    const char *none = "00000000-0000-0000-0000-000000000000";
    mon_printf(c, "%s\n", c->p->uuid ? c->p->uuid : none);
}

/* ---- vCPUs ---- */

void hmp_info_cpus(MonCall *c)
{
    const Machine *m = c->p->machine;
    for (unsigned i = 0; i < m->ncpus; i++) {
        mon_printf(c, "%c CPU #%u: thread_id=%d\n", m->cpus[i] == c->cpu ? '*' : ' ', i,
                   c->p->thread_id(c->p->opaque, m->cpus[i]));
    }
}

void hmp_cpu(MonCall *c)
{
    if (c->num[0] >= 0 && c->num[0] < c->p->machine->ncpus) {
        *c->p->cpu = c->num[0];
    } else {
        mon_printf(c, "invalid CPU index\n");
    }
}

static void registers_on_cpu(CPUState *cpu, void *out)
{
    cpu->ops->dump_regs(cpu, CPU_DUMP_FPU, out);
}

static void print_registers(MonCall *c, CPUState *cpu)
{
    mon_printf(c, "\nCPU#%d\n", cpu->index);
    run_on_cpu(cpu, registers_on_cpu, c->out);
}

void hmp_info_registers(MonCall *c)
{
    const Machine *m = c->p->machine;
    if (c->flag) {
        for (unsigned i = 0; i < m->ncpus; i++) {
            print_registers(c, m->cpus[i]);
        }
        return;
    }
    uint64_t n = c->nnum ? c->num[0] : c->cpu->index;
    if (n < m->ncpus) {
        print_registers(c, m->cpus[n]);
    } else {
        mon_printf(c, "CPU#%" PRId64 " not available\n", n);
    }
}

static void print_mappings(MonCall *c, CPUMappings what)
{
    if (c->cpu->ops->dump_mappings) {
        c->cpu->ops->dump_mappings(c->cpu, what, c->out);
    }
}

void hmp_info_mem(MonCall *c)
{
    print_mappings(c, CPU_MAPPINGS_RANGES);
}

void hmp_info_tlb(MonCall *c)
{
    print_mappings(c, CPU_MAPPINGS_PAGES);
}

/* ---- accelerator ---- */

static void print_stats(MonCall *c)
{
    char *text = NULL;
    size_t len;
    if (!c->p->accel->print_stats) {
        return;
    }
    FILE *f = open_memstream(&text, &len);
    c->p->accel->print_stats(f);
    fclose(f);
    mon_printf(c, "%s", text);
    free(text);
}

void hmp_info_accel(MonCall *c)
{
    c->p->accel_info(c->p->opaque, c->out);
}

void hmp_info_jit(MonCall *c)
{
    print_stats(c);
}

/* ---- devices and memory ---- */

static void print_chardev(const char *label, const char *spec, void *opaque)
{
    mon_printf(opaque, "%s: filename=%s\n", label, spec);
}

void hmp_info_chardev(MonCall *c)
{
    chardev_foreach(print_chardev, c);
}

static void print_devices(MonCall *c, DeviceInfo what)
{
    const Machine *m = c->p->machine;
    for (unsigned i = 0; i < m->devices->len; i++) {
        Device *d = g_ptr_array_index(m->devices, i);
        if (d->cls->info) {
            d->cls->info(d, what, c->out);
        }
    }
}

void hmp_info_irq(MonCall *c)
{
    print_devices(c, DEVICE_INFO_IRQ);
}

static void nothing_on_cpu(CPUState *cpu, void *data) {}

/* Who has taken interrupt controllers shows them with the vCPUs' state, before work. */
static void print_controllers(MonCall *c, DeviceInfo what)
{
    const Machine *m = c->p->machine;
    for (unsigned i = 0; i < m->ncpus; i++) {
        run_on_cpu(m->cpus[i], nothing_on_cpu, NULL);
    }
    print_devices(c, what);
}

void hmp_info_pic(MonCall *c)
{
    print_controllers(c, DEVICE_INFO_PIC);
}

void hmp_info_lapic(MonCall *c)
{
    print_controllers(c, DEVICE_INFO_LAPIC);
}

static void print_space(AddressSpace *as, bool flat, MonCall *c)
{
    mon_printf(c, flat ? "FlatView of %s\n" : "address-space: %s\n", as->name);
    g_autofree char *text = flat ? address_space_describe(as) : memory_describe(as->root);
    mon_printf(c, "%s\n", text);
}

void hmp_info_mtree(MonCall *c)
{
    print_space(c->cpu->mem, c->flag, c);
    print_space(c->cpu->io, c->flag, c);
}
