/* PIIX4 power management function: ACPI fixed hardware. */
/* SPDX-License-Identifier: MIT */
/*
 * (ACPI 6.4, 4.8; 82371AB data sheet for where the block lies.) The block is at the
 * address in PMBA while PMREGMISC enables it. SCI is high exactly while an enabled status
 * bit of PM1 or GPE0 is set: pm_update() after every change. SCI_EN is wired to 1, there
 * is no SMM.
 *
 * The PM timer's status bit follows bit 23 of the count; a Timer runs only while TMR_EN
 * asks for the interrupt, and otherwise the toggles since `tmr_seen` are found out on a
 * read. Input line 0 is the power button.
 */
#include "hw/pci/pci.h"
#include "util/bitops.h"
#include "util/log.h"

#define SCI_IRQ       9
#define PM_TIMER_HZ   3579545
#define TMR_HALF_BITS 23

#define REG_PMBA      0x40 /* configuration space */
#define REG_PMREGMISC 0x80
#define PMBA_MASK     0xffc0u
#define PM_IO_SIZE    64

enum { /* offsets in the block */
       PM1_STS = 0x00,
       PM1_EN = 0x02,
       PM1_CNT = 0x04,
       PM_TMR = 0x08,
       GPE0_STS = 0x0c,
       GPE0_EN = 0x0e,
};

#define TMR_STS    0x0001u
#define GBL_STS    0x0020u
#define PWRBTN_STS 0x0100u
#define WAK_STS    0x8000u
#define STS_BITS   (TMR_STS | GBL_STS | PWRBTN_STS | 0x0200u | 0x0400u | WAK_STS)
#define EN_BITS    (TMR_STS | GBL_STS | PWRBTN_STS | 0x0200u | 0x0400u)
#define SCI_EN     0x0001u
FIELD(CNT, SLP_TYP, 10, 3)
#define SLP_EN 0x2000u

/* Sleep types that mean soft-off: PIIX4's own, and 5, which our DSDT does not use. */
#define SLP_TYP_OFF     0
#define SLP_TYP_OFF_ALT 5

typedef struct PMState {
    PCIDevice pci;
    MemoryRegion io;
    bool mapped;
    uint16_t pm1_sts, pm1_en, pm1_cnt;
    uint16_t gpe_sts, gpe_en;
    uint64_t tmr_seen; /* toggles of bit 23 that TMR_STS has told */
    bool sci;
    bool button;
    Timer timer;
} PMState;

static uint64_t pm_ticks(const PMState *s)
{
    return muldiv64(clock_ns(s->pci.dev.machine->clock), PM_TIMER_HZ, NS_PER_SEC);
}

static void pm_note_overflow(PMState *s)
{
    uint64_t toggles = pm_ticks(s) >> TMR_HALF_BITS;
    if (toggles != s->tmr_seen) {
        s->tmr_seen = toggles;
        s->pm1_sts |= TMR_STS;
    }
}

static void pm_update(PMState *s)
{
    bool level = (s->pm1_sts & s->pm1_en) || (s->gpe_sts & s->gpe_en);
    if (level != s->sci) {
        s->sci = level;
        device_set_gsi(&s->pci.dev, SCI_IRQ, level);
    }
    if (s->pm1_en & TMR_STS) {
        uint64_t next = ((pm_ticks(s) >> TMR_HALF_BITS) + 1) << TMR_HALF_BITS;
        timer_mod(&s->timer, muldiv64_up(next, NS_PER_SEC, PM_TIMER_HZ));
    } else {
        timer_del(&s->timer);
    }
}

static void pm_timer(void *opaque)
{
    PMState *s = opaque;
    pm_note_overflow(s);
    pm_update(s);
}

static void pm_irq_in(void *opaque, int n, int level)
{
    PMState *s = opaque;
    if (level && !s->button) {
        s->pm1_sts |= PWRBTN_STS;
    }
    s->button = level;
    pm_update(s);
}

static void pm_write_cnt(PMState *s, uint16_t v)
{
    unsigned type = FIELD_GET(v, CNT, SLP_TYP);
    s->pm1_cnt = v & 0x1c07 & ~SCI_EN; /* SLP_EN reads as 0 */
    if (!(v & SLP_EN)) {
        return;
    }
    if (type == SLP_TYP_OFF || type == SLP_TYP_OFF_ALT) {
        machine_request(s->pci.dev.machine, MACHINE_POWEROFF, 0);
    } else {
        log_unimp("acpi: sleep type %u", type);
    }
}

/* A 16-bit register, by its even offset. */
static uint16_t pm_read16(PMState *s, unsigned reg)
{
    switch (reg) {
    case PM1_STS:
        pm_note_overflow(s);
        return s->pm1_sts;
    case PM1_EN:
        return s->pm1_en;
    case PM1_CNT:
        return s->pm1_cnt | SCI_EN;
    case PM_TMR:
        return pm_ticks(s);
    case PM_TMR + 2:
        return pm_ticks(s) >> 16 & 0xff;
    case GPE0_STS:
        return s->gpe_sts;
    case GPE0_EN:
        return s->gpe_en;
    default:
        return 0;
    }
}

static void pm_write16(PMState *s, unsigned reg, uint16_t v)
{
    switch (reg) {
    case PM1_STS:
        pm_note_overflow(s);
        s->pm1_sts &= ~(v & STS_BITS);
        break;
    case PM1_EN:
        s->pm1_en = v & EN_BITS;
        break;
    case PM1_CNT:
        pm_write_cnt(s, v);
        break;
    case GPE0_STS:
        s->gpe_sts &= ~v;
        break;
    case GPE0_EN:
        s->gpe_en = v;
        break;
    default:
        return;
    }
    pm_update(s);
}

static uint64_t pm_read(void *opaque, hwaddr addr, unsigned size)
{
    if (addr == PM_TMR && size == 4) { /* one reading of the clock */
        return pm_ticks(opaque) & 0xffffff;
    }
    if (size == 1) {
        return pm_read16(opaque, addr & ~1ULL) >> 8 * (addr & 1);
    }
    uint32_t v = pm_read16(opaque, addr);
    return size == 4 ? v | (uint32_t)pm_read16(opaque, addr + 2) << 16 : v;
}

static void pm_write(void *opaque, hwaddr addr, uint64_t v, unsigned size)
{
    PMState *s = opaque;
    unsigned reg = addr & ~1ULL;
    if (size == 1) { /* status bits of the other half are not cleared by it */
        bool sts = reg == PM1_STS || reg == GPE0_STS;
        uint16_t old = sts ? 0 : pm_read16(s, reg);
        pm_write16(s, reg, deposit32(old, 8 * (addr & 1), 8, v));
        return;
    }
    pm_write16(s, reg, v);
    if (size == 4) {
        pm_write16(s, reg + 2, v >> 16);
    }
}

static const MemoryRegionOps pm_ops = {.read = pm_read, .write = pm_write};

static void pm_map(PMState *s)
{
    MemoryRegion *space = s->pci.dev.machine->io;
    uint16_t at = pci_config_get(&s->pci, REG_PMBA, 2) & PMBA_MASK;
    bool on = (s->pci.config[REG_PMREGMISC] & 1) && at;
    if (s->mapped && (!on || s->io.addr != at)) {
        memory_region_del_subregion(space, &s->io);
        s->mapped = false;
    }
    if (on && !s->mapped) {
        memory_region_add_subregion(space, at, &s->io);
        s->mapped = true;
    }
}

static void pm_config_written(PCIDevice *d, unsigned addr, unsigned size)
{
    pm_map((PMState *)d);
}

static const PCIInfo pm_info = {
    .vendor = 0x8086,
    .device = 0x7113,
    .class_code = 0x068000,
    .revision = 3,
};

static bool pm_realize(Device *d, GError **errp)
{
    PMState *s = (PMState *)d;
    s->pci.devfn = PCI_DEVFN(1, 3);
    if (!pci_device_init(&s->pci, &pm_info, errp)) {
        return false;
    }
    pci_set_initial(&s->pci, REG_PMBA, 1, 4);
    pci_set_wmask(&s->pci, REG_PMBA, PMBA_MASK, 4);
    pci_set_wmask(&s->pci, REG_PMREGMISC, 1, 1);
    s->pci.config_written = pm_config_written;
    timer_init(&s->timer, d->machine->clock, pm_timer, s);
    memory_region_init_io(&s->io, &pm_ops, s, d->cls->name, PM_IO_SIZE);
    return true;
}

static void pm_unrealize(Device *d)
{
    PMState *s = (PMState *)d;
    timer_del(&s->timer);
    s->pci.config[REG_PMREGMISC] = 0;
    pm_map(s);
    pci_device_fini(&s->pci);
}

static void pm_reset(Device *d)
{
    PMState *s = (PMState *)d;
    pci_device_reset(&s->pci);
    s->pm1_sts = s->pm1_en = s->pm1_cnt = s->gpe_sts = s->gpe_en = 0;
    s->tmr_seen = pm_ticks(s) >> TMR_HALF_BITS;
    pm_map(s);
    pm_update(s);
}

static bool pm_post_load(void *opaque, uint32_t version, GError **errp)
{
    PMState *s = opaque;
    pci_device_loaded(&s->pci);
    pm_map(s);
    device_set_gsi(&s->pci.dev, SCI_IRQ, s->sci);
    pm_update(s);
    return true;
}

static const VMField pm_fields[] = {
    VMF_STRUCT(PMState, pci, pci_vmfields),
    VMF_INT(PMState, pm1_sts),
    VMF_INT(PMState, pm1_en),
    VMF_INT(PMState, pm1_cnt),
    VMF_INT(PMState, gpe_sts),
    VMF_INT(PMState, gpe_en),
    VMF_INT(PMState, tmr_seen),
    VMF_BOOL(PMState, sci),
    VMF_BOOL(PMState, button),
    VMF_END(),
};

static const VMState pm_vmstate = {1, 1, pm_fields, .post_load = pm_post_load};

const DeviceClass piix4_pm_class = {
    .name = "piix4-pm",
    .desc = "ACPI power management",
    .size = sizeof(PMState),
    .state = &pm_vmstate,
    .realize = pm_realize,
    .unrealize = pm_unrealize,
    .reset = pm_reset,
    .irq_in = pm_irq_in,
};
