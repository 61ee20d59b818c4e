/* kernel-irqchip=split: local APICs in the kernel, PIC and I/O APIC in the board. */
/* SPDX-License-Identifier: MIT */
/*
 * With kernel-irqchip=on those are in the kernel too: chips.c, and no routes.
 * (Linux: Documentation/virt/kvm/api.rst, 7.5 KVM_CAP_SPLIT_IRQCHIP, 4.52 and 4.70.) KVM
 * has the local APICs while a vCPU is in vcpu_run(): the first that comes gives them all
 * away, the last that leaves takes them all back, so that none is sent what it would
 * lose, and all timers stand still with the machine. A vCPU that is translated for a
 * while has its own back as well. Of several vCPUs only a look comes back: they stay.
 *
 * Messages of the I/O APIC and of devices go by KVM_SIGNAL_MSI. KVM is told of the I/O
 * APIC's inputs as routes: of those that are level-triggered it says when the guest ends
 * the interrupt. The timer's is among them, so that ticks it still owes are sent. What
 * the 8259 pair asks for is put into the vCPU's events, so that it is part of the state
 * whenever that is fetched.
 *
 * HLT does not exit; whether a vCPU waits is its MP state.
 */
#include "accel/kvm/kvm-internal.h"

#include <errno.h>
#include <signal.h>
#include <sys/ioctl.h>

#include "hw/core/clock.h"
#include "hw/core/machine.h"
#include "util/log.h"
#include "util/thread.h"

#ifndef KVM_CAP_X86_APIC_BUS_CYCLES_NS
#define KVM_CAP_X86_APIC_BUS_CYCLES_NS 237 /* Linux 6.10 */
#endif
#define MSR_APIC_BASE    0x1b
#define MSR_TSC_DEADLINE 0x6e0

enum { /* SDM vol. 3, table 11-1; offsets in the register page */
       APIC_TPR = 0x80,
       APIC_IRR = 0x200,
       APIC_LVT_TIMER = 0x320,
       APIC_LVT_LINT1 = 0x360,
       APIC_TIMER_INIT = 0x380,
       APIC_TIMER_NOW = 0x390,
       LVT_MASKED = 1 << 16,
       LVT_DEADLINE = 1 << 18,
       LVT_MODE = 7 << 8,
       LVT_NMI = 4 << 8,
};

/* What the kernel gives the board's APICs away to. Under the machine lock. */

static struct {
    struct kvm_irq_routing head;
    struct kvm_irq_routing_entry entries[MACHINE_GSIS];
} routes;

static bool send_msi(void *opaque, uint64_t addr, uint32_t data)
{
    struct kvm_msi msi = {.address_lo = addr, .address_hi = addr >> 32, .data = data};

    return kvm_ioctl(kvm.vm, KVM_SIGNAL_MSI, &msi) > 0;
}

static void set_route(void *opaque, unsigned pin, uint64_t addr, uint32_t data)
{
    struct kvm_irq_routing_entry e = {
        .gsi = pin,
        .type = KVM_IRQ_ROUTING_MSI,
        .u.msi = {.address_lo = addr, .address_hi = addr >> 32, .data = data},
    };

    if (memcmp(&e, &routes.entries[pin], sizeof e) != 0) {
        routes.entries[pin] = e;
        if (kvm_ioctl(kvm.vm, KVM_SET_GSI_ROUTING, &routes) < 0) {
            log_guest_error("kvm: route of interrupt %u: %s", pin, g_strerror(errno));
        }
    }
}

static CPUIntcTaker taker = {.send = send_msi, .route = set_route};

/* Set-up. */

/* Before Linux 6.10 timers count at 1 GHz; CPUID 15h will tell the guest. */
static void set_timer_rate(void)
{
    struct kvm_enable_cap cap = {
        .cap = KVM_CAP_X86_APIC_BUS_CYCLES_NS,
        .args = {NS_PER_SEC / X86_CRYSTAL_HZ},
    };

    taker.timer_hz =
        kvm_ioctl(kvm.vm, KVM_ENABLE_CAP, &cap) < 0 ? NS_PER_SEC : X86_CRYSTAL_HZ;
}

void kvm_split_init_vcpu(KVMVcpu *v)
{
    if (kvm.split) {
        x86_set_crystal_hz(cpu_env(v->cpu), taker.timer_hz);
    }
}

static bool enable_split(GError **errp)
{
    struct kvm_enable_cap cap = {.cap = KVM_CAP_SPLIT_IRQCHIP, .args = {MACHINE_GSIS}};

    if (kvm_ioctl(kvm.vm, KVM_ENABLE_CAP, &cap) < 0) {
        return user_error(errp, "kernel-irqchip=split: %s", g_strerror(errno));
    }
    taker.set_pin = NULL;
    memset(&routes, 0, sizeof routes);
    routes.head.nr = MACHINE_GSIS;
    for (unsigned i = 0; i < MACHINE_GSIS; i++) {
        routes.entries[i].gsi = i;
        routes.entries[i].type = KVM_IRQ_ROUTING_MSI;
    }
    return true;
}

bool kvm_split_create(GError **errp)
{
    const int needed[] = {kvm.chips ? KVM_CAP_IRQCHIP : KVM_CAP_SPLIT_IRQCHIP,
                          KVM_CAP_SIGNAL_MSI, KVM_CAP_IRQ_ROUTING, KVM_CAP_MP_STATE,
                          KVM_CAP_TSC_DEADLINE_TIMER};

    for (size_t i = 0; i < ARRAY_SIZE(needed); i++) {
        if (!kvm_check(needed[i])) {
            return user_error(errp,
                              "kernel-irqchip=%s: this kernel's KVM has not what it "
                              "takes (capability %d)",
                              kvm.chips ? "on" : "split", needed[i]);
        }
    }
    if (!(kvm.chips ? kvm_chips_create(&taker, errp) : enable_split(errp))) {
        return false;
    }
    set_timer_rate();
    return true;
}

/* A local APIC there and back. Under the machine lock. */

static void apic_failed(const char *what)
{
    if (!kvm.failure) {
        kvm.failure = g_strdup_printf("%s: %s", what, g_strerror(errno));
    }
}

static void give(KVMVcpu *v)
{
    CPUIntc *intc = &v->cpu->intc;
    CPUIntcImage image;

    if (intc->is_given(intc->opaque)) {
        return;
    }
    intc->give(intc->opaque, &taker, &image);
    v->apic_base = image.base;
    v->apic_cr8 = image.page[APIC_TPR] >> 4;
    v->deadline = image.deadline;
    v->timer_seen = ldl_le_p(image.page + APIC_TIMER_NOW);
    /* what its LINT1 was to hold back has not come here */
    v->nmi_passed = v->cpu->interrupt_request & CPU_INTERRUPT_NMI;
    if (!kvm_one_msr(v, KVM_SET_MSRS, MSR_APIC_BASE, &image.base) ||
        kvm_ioctl(v->fd, KVM_SET_LAPIC, image.page) < 0) {
        apic_failed("it refuses the vCPU's APIC");
    }
}

bool kvm_split_put_deadline(KVMVcpu *v)
{
    uint64_t deadline = v->deadline;

    v->deadline = 0;
    return !deadline || kvm_one_msr(v, KVM_SET_MSRS, MSR_TSC_DEADLINE, &deadline);
}

/* The timer has come to 0 since kvm_split_settle(): its interrupt is not in IRR yet. */
static void add_late_tick(const KVMVcpu *v, uint8_t *page)
{
    uint32_t lvt = ldl_le_p(page + APIC_LVT_TIMER);
    uint32_t now = ldl_le_p(page + APIC_TIMER_NOW);
    uint8_t *irr = page + APIC_IRR + (lvt & 0xff) / 32 * 16;
    bool fired = now > v->timer_seen || (v->timer_seen && !now);

    if (fired && !(lvt & (LVT_MASKED | LVT_DEADLINE))) {
        stl_le_p(irr, ldl_le_p(irr) | 1u << lvt % 32);
    }
}

/* The deadline of the vCPU's timer, which is KVM's no longer unless this is a look. */
static uint64_t take_deadline(KVMVcpu *v, bool look)
{
    uint64_t deadline = 0, none = 0;

    if (v->deadline) { /* KVM has not got it yet */
        deadline = v->deadline;
        v->deadline = look ? deadline : 0;
        return deadline;
    }
    kvm_one_msr(v, KVM_GET_MSRS, MSR_TSC_DEADLINE, &deadline);
    if (deadline && !look) {
        kvm_one_msr(v, KVM_SET_MSRS, MSR_TSC_DEADLINE, &none);
    }
    return deadline;
}

static void take(KVMVcpu *v, bool look)
{
    CPUIntc *intc = &v->cpu->intc;
    CPUIntcImage image = {.base = v->apic_base};

    if (v->fd < 0 || !intc->is_given(intc->opaque)) {
        return;
    }
    if (kvm_ioctl(v->fd, KVM_GET_LAPIC, image.page) < 0) {
        apic_failed("it does not tell the vCPU's APIC");
    }
    image.deadline = take_deadline(v, look);
    if (!look) {
        add_late_tick(v, image.page);
    }
    intc->take_back(intc->opaque, &image, look);
}

void kvm_split_take(KVMVcpu *v)
{
    if (kvm.split) {
        machine_lock();
        take(v, kvm.nvcpus > 1);
        kvm_chips_take(v, kvm.nvcpus > 1);
        machine_unlock();
    }
}

void kvm_split_give(KVMVcpu *v)
{
    if (kvm.split) {
        machine_lock();
        give(v);
        kvm_chips_give(v, &taker);
        machine_unlock();
    }
}

void kvm_split_enter(void)
{
    if (!kvm.split) {
        return;
    }
    machine_lock();
    if (kvm.nrunning++ == 0) {
        for (KVMVcpu *v = kvm.vcpus; v; v = v->next) {
            give(v);
        }
        kvm_chips_give(kvm.vcpus, &taker);
    }
    machine_unlock();
}

void kvm_split_leave(void)
{
    if (!kvm.split) {
        return;
    }
    machine_lock();
    if (--kvm.nrunning == 0) {
        for (KVMVcpu *v = kvm.vcpus; v; v = v->next) {
            take(v, false);
        }
        kvm_chips_take(kvm.vcpus, false);
    }
    machine_unlock();
}

/* KVM_RUN with a signal on its way, so that no instruction is executed. */
static int run_nothing(KVMVcpu *v)
{
    struct {
        struct kvm_signal_mask head;
        uint8_t set[8];
    } mask = {.head.len = sizeof mask.set};
    sigset_t kick, old;

    sigemptyset(&kick);
    sigaddset(&kick, KVM_KICK_SIGNAL);
    pthread_sigmask(SIG_BLOCK, &kick, &old);
    memcpy(mask.set, &old, sizeof mask.set);
    pthread_kill(pthread_self(), KVM_KICK_SIGNAL);
    kvm_ioctl(v->fd, KVM_SET_SIGNAL_MASK, &mask);
    v->run->immediate_exit = 0;
    int r = ioctl(v->fd, KVM_RUN, 0);

    kvm_ioctl(v->fd, KVM_SET_SIGNAL_MASK, NULL);
    pthread_sigmask(SIG_SETMASK, &old, NULL); /* here the signal comes */
    return r;
}

void kvm_split_settle(KVMVcpu *v)
{
    CPUIntcImage image;

    if (!kvm.split) {
        return;
    }
    while (run_nothing(v) == 0 && v->run->exit_reason == KVM_EXIT_IOAPIC_EOI) {
        kvm_split_eoi(v);
    }
    if (kvm_ioctl(v->fd, KVM_GET_LAPIC, image.page) == 0) {
        v->timer_seen = ldl_le_p(image.page + APIC_TIMER_NOW);
    }
}

bool kvm_split_get_waiting(KVMVcpu *v, CPUX86State *env)
{
    struct kvm_mp_state mp;

    if (!kvm.split) {
        return true;
    }
    if (kvm_ioctl(v->fd, KVM_GET_MP_STATE, &mp) < 0) {
        return false;
    }
    env->wait_sipi = mp.mp_state == KVM_MP_STATE_UNINITIALIZED ||
                     mp.mp_state == KVM_MP_STATE_INIT_RECEIVED;
    v->cpu->halted = env->wait_sipi || mp.mp_state == KVM_MP_STATE_HALTED;
    return true;
}

bool kvm_split_put_waiting(KVMVcpu *v, CPUX86State *env)
{
    struct kvm_mp_state mp = {
        .mp_state = env->wait_sipi   ? KVM_MP_STATE_INIT_RECEIVED
                    : v->cpu->halted ? KVM_MP_STATE_HALTED
                                     : KVM_MP_STATE_RUNNABLE,
    };

    if (!kvm.split) {
        return true;
    }
    v->cpu->halted = false; /* KVM_RUN waits */
    return kvm_ioctl(v->fd, KVM_SET_MP_STATE, &mp) == 0;
}

/* Interrupts of the 8259 pair. */

static bool deliver(KVMVcpu *v, int vector)
{
    struct kvm_vcpu_events e;
    struct kvm_mp_state mp = {.mp_state = KVM_MP_STATE_RUNNABLE};

    if (kvm_ioctl(v->fd, KVM_GET_VCPU_EVENTS, &e) < 0) {
        return false;
    }
    e.flags &= KVM_VCPUEVENT_VALID_SHADOW;
    e.interrupt.injected = true;
    e.interrupt.nr = vector;
    e.interrupt.soft = false;
    return kvm_ioctl(v->fd, KVM_SET_VCPU_EVENTS, &e) == 0 &&
           kvm_ioctl(v->fd, KVM_SET_MP_STATE, &mp) == 0;
}

void kvm_split_inject(KVMVcpu *v, bool pending)
{
    CPUIntc *intc = &v->cpu->intc;
    struct kvm_run *run = v->run;

    run->request_interrupt_window = pending;
    if (!pending || !run->ready_for_interrupt_injection) {
        return;
    }
    machine_lock();
    int vector = intc->ack(intc->opaque);

    machine_unlock();
    if (vector >= 0 && !deliver(v, vector)) {
        log_guest_error("kvm: interrupt %d is lost: %s", vector, g_strerror(errno));
    }
    run->ready_for_interrupt_injection = false;
}

void kvm_split_eoi(KVMVcpu *v)
{
    CPUIntc *intc = &v->cpu->intc;

    machine_lock();
    intc->eoi(intc->opaque, v->run->eoi.vector);
    machine_unlock();
}

bool kvm_split_takes_nmi(KVMVcpu *v)
{
    CPUIntcImage image;

    if (!kvm.split || v->nmi_passed) {
        v->nmi_passed = false;
        return true;
    }
    if (kvm_ioctl(v->fd, KVM_GET_LAPIC, image.page) < 0) {
        return false;
    }
    uint32_t lint1 = ldl_le_p(image.page + APIC_LVT_LINT1);

    return !(lint1 & LVT_MASKED) && (lint1 & LVT_MODE) == LVT_NMI;
}
