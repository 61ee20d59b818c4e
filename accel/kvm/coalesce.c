/* Coalesced I/O: writes that KVM collects, and that reach their device later. */
/* SPDX-License-Identifier: MIT */
/*
 * (Linux: Documentation/virt/kvm/api.rst, 4.116 and KVM_CAP_COALESCED_MMIO.) Where a
 * region's ops say that writes may wait (`coalesced`), KVM puts them into a
 * ring that all vCPUs share, and the guest goes on. The ring is emptied, in order,
 * whenever a vCPU has left the guest, before anything else is done for it.
 *
 * An entry stays in the ring until its device has it: a vCPU that finds the ring empty
 * knows that nothing written before is still on its way in another thread.
 */
#include "accel/kvm/kvm-internal.h"

#include "util/atomic.h"
#include "util/host.h"
#include "util/log.h"
#include "util/thread.h"

/* Zones of memory and of ports; the layout changes under the machine lock. */

static MemoryListener memory_listener, port_listener;

/* The part of a section that may be written late; false: none, or it is cut. */
static bool zone_of(const MemorySection *s, bool pio, struct kvm_coalesced_mmio_zone *z)
{
    const MemoryRegionOps *ops = s->mr->ops;
    hwaddr size = s->last - s->start + 1;

    if (!ops || !ops->coalesced_size || ops->coalesced < s->offset ||
        ops->coalesced - s->offset + ops->coalesced_size > size) {
        return false;
    }
    *z = (struct kvm_coalesced_mmio_zone){
        .addr = s->start + (ops->coalesced - s->offset),
        .size = ops->coalesced_size,
        .pio = pio,
    };
    /* what KVM has itself does not come to us at all */
    return pio || !kvm.chips || z->addr != KVM_IOAPIC_BASE;
}

/* What KVM does not take exits at once, as all else does. */
static void add_zone(MemoryListener *l, const MemorySection *s)
{
    struct kvm_coalesced_mmio_zone z;

    if (zone_of(s, l == &port_listener, &z) &&
        kvm_ioctl(kvm.vm, KVM_REGISTER_COALESCED_MMIO, &z) < 0) {
        log_unimp("kvm: writes of %s are not coalesced", s->mr->name);
    }
}

static void del_zone(MemoryListener *l, const MemorySection *s)
{
    struct kvm_coalesced_mmio_zone z;

    if (zone_of(s, l == &port_listener, &z)) {
        kvm_ioctl(kvm.vm, KVM_UNREGISTER_COALESCED_MMIO, &z);
    }
}

static void start_listener(MemoryListener *l, AddressSpace *as)
{
    l->region_add = add_zone;
    l->region_del = del_zone;
    memory_listener_register(l, as);
}

void kvm_coalesce_start(CPUState *cpu)
{
    if (kvm.coalesces) {
        start_listener(&memory_listener, cpu->mem);
    }
    if (kvm.coalesces && kvm_check(KVM_CAP_COALESCED_PIO)) {
        start_listener(&port_listener, cpu->io);
    }
}

static void stop_listener(MemoryListener *l)
{
    if (l->as) {
        memory_listener_unregister(l);
        l->as = NULL;
    }
}

void kvm_coalesce_stop(void)
{
    stop_listener(&memory_listener);
    stop_listener(&port_listener);
}

/* The ring. */

void kvm_coalesce_map(KVMVcpu *v)
{
    unsigned page = kvm.coalesces ? kvm_check(KVM_CAP_COALESCED_MMIO) : 0;

    if (page && (page + 1) * host_page_size() <= kvm.run_size) {
        v->ring = (void *)((char *)v->run + page * host_page_size());
    }
}

static bool is_empty(const struct kvm_coalesced_mmio_ring *ring)
{
    return atomic_load_acquire(&ring->first) == atomic_load_acquire(&ring->last);
}

void kvm_coalesce_drain(KVMVcpu *v)
{
    struct kvm_coalesced_mmio_ring *ring = v->ring;

    if (!ring || is_empty(ring)) {
        return;
    }
    unsigned max = (host_page_size() - sizeof *ring) / sizeof ring->coalesced_mmio[0];

    machine_lock();
    for (; !is_empty(ring); v->late_writes++) {
        struct kvm_coalesced_mmio *e = &ring->coalesced_mmio[ring->first % max];

        kvm_access_device(e->pio ? v->cpu->io : v->cpu->mem, e->phys_addr, e->data,
                          e->len, true);
        atomic_store_release(&ring->first, (ring->first + 1) % max);
    }
    machine_unlock();
}
