/* Interrupts of a vCPU under KVM: from the board's controllers into the guest. */
/* SPDX-License-Identifier: MIT */
/*
 * The board's own PIC, I/O APIC and local APIC are in front of the vCPU (KVM calls that a
 * user-space irqchip): each interrupt is acknowledged here and queued by KVM_INTERRUPT
 * when the guest can take it; until then KVM exits as soon as it can. CR8 and the APIC
 * base travel in struct kvm_run.
 */
#include "accel/kvm/kvm-internal.h"

#include <errno.h>

#include "util/log.h"
#include "util/thread.h"

/* True: an interrupt was taken from the controller and given to KVM. */
static bool inject_irq(KVMVcpu *v)
{
    CPUIntc *intc = &v->cpu->intc;

    machine_lock();
    int vector = intc->ack(intc->opaque);
    machine_unlock();
    if (vector < 0) {
        return false;
    }
    struct kvm_interrupt irq = {.irq = vector};

    if (kvm_ioctl(v->fd, KVM_INTERRUPT, &irq) < 0) {
        log_guest_error("kvm: interrupt %d is lost: %s", vector, g_strerror(errno));
    }
    return true;
}

void kvm_inject(KVMVcpu *v, uint32_t pending)
{
    struct kvm_run *run = v->run;

    if (pending & CPU_INTERRUPT_NMI) {
        cpu_reset_interrupt(v->cpu, CPU_INTERRUPT_NMI);
        if (kvm_split_takes_nmi(v)) {
            kvm_ioctl(v->fd, KVM_NMI, NULL);
        }
    }
    if (kvm.split) {
        kvm_split_inject(v, pending & CPU_INTERRUPT_HARD);
        return;
    }
    run->request_interrupt_window = false;
    if (pending & CPU_INTERRUPT_HARD) {
        bool injected = run->ready_for_interrupt_injection && inject_irq(v);

        /* another one may wait behind it */
        run->ready_for_interrupt_injection &= !injected;
        run->request_interrupt_window =
            __atomic_load_n(&v->cpu->interrupt_request, __ATOMIC_ACQUIRE) &
            CPU_INTERRUPT_HARD;
    }
    CPUIntc *intc = &v->cpu->intc;

    if (intc->get_tpr) {
        machine_lock();
        run->cr8 = intc->get_tpr(intc->opaque) >> 4;
        machine_unlock();
    }
}

void kvm_after_run(KVMVcpu *v)
{
    CPUIntc *intc = &v->cpu->intc;
    struct kvm_run *run = v->run;

    if (!intc->get_tpr || kvm.split) {
        return;
    }
    machine_lock();
    if (intc->get_tpr(intc->opaque) >> 4 != run->cr8) {
        intc->set_tpr(intc->opaque, run->cr8 << 4);
    }
    if (intc->get_base(intc->opaque) != run->apic_base) {
        intc->set_base(intc->opaque, run->apic_base);
    }
    machine_unlock();
}
