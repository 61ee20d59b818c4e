/* kernel-irqchip=on: the 8259 pair and the I/O APIC in the kernel as well. */
/* SPDX-License-Identifier: MIT */
/*
 * (Linux: Documentation/virt/kvm/api.rst, 4.24 to 4.26 and 4.52.) They go there after the
 * local APICs (split.c) and come back after them. Devices drive the board's models, which
 * tell us of levels that change: input n of the I/O APIC is GSI n of KVM's, input n of
 * the pair GSI 24 + n.
 *
 * The 8254 stays in the board: the HPET may be in front of it, it stands still with the
 * machine, and KVM_SET_PIT2 would begin its counts anew. KVM does not say when an edge
 * has been taken, so ticks that come before the guest has taken the last one are lost.
 */
#include "accel/kvm/kvm-internal.h"

#include <errno.h>

#include "util/bitops.h"
#include "util/log.h"
#include "util/thread.h"

#define NR_PIC_PINS 16
#define RTE_LEVEL   (1u << 15)

static bool given; /* KVM has them; under the machine lock */

static void set_pin(void *opaque, bool ioapic, unsigned pin, int level)
{
    struct kvm_irq_level line = {.irq = ioapic ? pin : INTC_PINS + pin, .level = level};

    if (kvm_ioctl(kvm.vm, KVM_IRQ_LINE, &line) < 0) {
        log_guest_error("kvm: interrupt line %u: %s", line.irq, g_strerror(errno));
    }
}

static bool set_routes(void)
{
    struct {
        struct kvm_irq_routing head;
        struct kvm_irq_routing_entry entries[INTC_PINS + NR_PIC_PINS];
    } routes = {.head.nr = INTC_PINS + NR_PIC_PINS};

    for (unsigned i = 0; i < routes.head.nr; i++) {
        bool ioapic = i < INTC_PINS;
        unsigned pin = ioapic ? i : i - INTC_PINS;

        routes.entries[i] = (struct kvm_irq_routing_entry){
            .gsi = i,
            .type = KVM_IRQ_ROUTING_IRQCHIP,
            .u.irqchip = {.irqchip = ioapic    ? KVM_IRQCHIP_IOAPIC
                                     : pin < 8 ? KVM_IRQCHIP_PIC_MASTER
                                               : KVM_IRQCHIP_PIC_SLAVE,
                          .pin = ioapic ? pin : pin & 7},
        };
    }
    return kvm_ioctl(kvm.vm, KVM_SET_GSI_ROUTING, &routes) == 0;
}

bool kvm_chips_create(CPUIntcTaker *taker, GError **errp)
{
    given = false;
    taker->set_pin = set_pin;
    if (kvm_ioctl(kvm.vm, KVM_CREATE_IRQCHIP, NULL) < 0 || !set_routes()) {
        return user_error(errp, "kernel-irqchip=on: %s", g_strerror(errno));
    }
    return true;
}

/* Moving. */

static void pic_to_kvm(const CPUIntcChips *image, unsigned i, struct kvm_pic_state *to)
{
    static const uint8_t elcr_mask[2] = {0xf8, 0xde};

    *to = (struct kvm_pic_state){
        .last_irr = image->pic[i].lines,
        .irr = image->pic[i].irr,
        .imr = image->pic[i].imr,
        .isr = image->pic[i].isr,
        .priority_add = image->pic[i].first,
        .irq_base = image->pic[i].base,
        .read_reg_select = image->pic[i].read_isr,
        .poll = image->pic[i].poll,
        .special_mask = image->pic[i].special_mask,
        .init_state = image->pic[i].expect,
        .auto_eoi = image->pic[i].aeoi,
        .rotate_on_auto_eoi = image->pic[i].rotate_aeoi,
        .special_fully_nested_mode = image->pic[i].sfnm,
        .init4 = image->pic[i].icw4_needed,
        .elcr = image->pic[i].elcr,
        .elcr_mask = elcr_mask[i],
    };
}

static void pic_from_kvm(CPUIntcChips *image, unsigned i, const struct kvm_pic_state *s)
{
    image->pic[i].lines = s->last_irr;
    image->pic[i].irr = s->irr;
    image->pic[i].imr = s->imr;
    image->pic[i].isr = s->isr;
    image->pic[i].first = s->priority_add;
    image->pic[i].base = s->irq_base;
    image->pic[i].read_isr = s->read_reg_select;
    image->pic[i].poll = s->poll;
    image->pic[i].special_mask = s->special_mask;
    image->pic[i].expect = s->init_state;
    image->pic[i].aeoi = s->auto_eoi;
    image->pic[i].rotate_aeoi = s->rotate_on_auto_eoi;
    image->pic[i].sfnm = s->special_fully_nested_mode;
    image->pic[i].icw4_needed = s->init4;
    image->pic[i].elcr = s->elcr;
}

/* Edges have been sent; a line that is high is to be seen by level-triggered pins. */
static void ioapic_to_kvm(const CPUIntcChips *image, struct kvm_ioapic_state *to)
{
    *to = (struct kvm_ioapic_state){
        .base_address = KVM_IOAPIC_BASE,
        .ioregsel = image->ioapic.select,
        .id = image->ioapic.id,
    };
    for (unsigned n = 0; n < INTC_PINS; n++) {
        to->redirtbl[n].bits = image->ioapic.rte[n];
        if (image->ioapic.rte[n] & RTE_LEVEL) {
            to->irr |= image->ioapic.lines & 1u << n;
        }
    }
}

static void ioapic_from_kvm(CPUIntcChips *image, const struct kvm_ioapic_state *s)
{
    image->ioapic.select = s->ioregsel;
    image->ioapic.id = s->id;
    image->ioapic.lines = s->irr;
    for (unsigned n = 0; n < INTC_PINS; n++) {
        image->ioapic.rte[n] = s->redirtbl[n].bits;
    }
}

static void failed(const char *what)
{
    if (!kvm.failure) {
        kvm.failure = g_strdup_printf("%s: %s", what, g_strerror(errno));
    }
}

void kvm_chips_give(KVMVcpu *v, const CPUIntcTaker *taker)
{
    CPUIntc *intc = &v->cpu->intc;
    CPUIntcChips image = {0};

    if (!kvm.chips || given) {
        return;
    }
    given = true;
    intc->give_chips(intc->opaque, taker, &image);
    for (unsigned i = 0; i <= KVM_IRQCHIP_IOAPIC; i++) {
        struct kvm_irqchip chip = {.chip_id = i};

        if (i == KVM_IRQCHIP_IOAPIC) {
            ioapic_to_kvm(&image, &chip.chip.ioapic);
        } else {
            pic_to_kvm(&image, i, &chip.chip.pic);
        }
        if (kvm_ioctl(kvm.vm, KVM_SET_IRQCHIP, &chip) < 0) {
            failed("it refuses an interrupt controller");
        }
    }
}

void kvm_chips_take(KVMVcpu *v, bool look)
{
    CPUIntc *intc = &v->cpu->intc;
    CPUIntcChips image = {0};

    if (!given) {
        return;
    }
    for (unsigned i = 0; i <= KVM_IRQCHIP_IOAPIC; i++) {
        struct kvm_irqchip chip = {.chip_id = i};

        if (kvm_ioctl(kvm.vm, KVM_GET_IRQCHIP, &chip) < 0) {
            failed("it does not tell an interrupt controller");
        } else if (i == KVM_IRQCHIP_IOAPIC) {
            ioapic_from_kvm(&image, &chip.chip.ioapic);
        } else {
            pic_from_kvm(&image, i, &chip.chip.pic);
        }
    }
    given = look;
    intc->take_chips(intc->opaque, &image, look);
}
