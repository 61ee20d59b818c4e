/* I/O APIC with 24 pins. */
/* SPDX-License-Identifier: MIT */
/*
 * (Intel 82093AA data sheet, order 290566, with the EOI register of version 20h.)
 * A pin in edge mode sends at each rising edge; an edge while it is masked is lost, as
 * the data sheet says. A pin in level mode sends while its line is high, it is not masked
 * and remote IRR is clear; the EOI of its vector clears remote IRR, and it may send
 * again. Lines carry logical levels, so the polarity bit is stored and has no effect.
 *
 * An edge that comes before the vCPU has taken the last one adds nothing to its IRR. For
 * a device that is right, but a guest that counts ticks would lose time whenever the host
 * lets its vCPU wait. So edges of the timer's pin are counted (`owed`), and each is sent
 * when the one before it has been taken.
 *
 * While somebody else has the chip (CPUIntcTaker.set_pin) only the lines are kept here,
 * and no tick is owed.
 */
#include "cpu/intc.h"
#include "hw/intc/apic.h"
#include "memory/memory.h"
#include "util/bitops.h"
#include "util/log.h"

#define NPINS       MACHINE_GSIS
#define BASE_ADDR   0xfec00000
#define REGSEL      0x00 /* MMIO offsets */
#define WINDOW      0x10
#define EOIR        0x40
#define IND_ID      0x00 /* indirect registers */
#define IND_VERSION 0x01
#define IND_ARB     0x02
#define IND_REDIR   0x10
#define VERSION     ((NPINS - 1) << 16 | 0x20)
#define TICK_PIN    2 /* ISA IRQ 0 */

FIELD(RTE, VECTOR, 0, 8)
FIELD(RTE, MODE, 8, 3)
FIELD(RTE, LOGICAL, 11, 1)
FIELD(RTE, REMOTE_IRR, 14, 1)
FIELD(RTE, LEVEL, 15, 1)
FIELD(RTE, MASK, 16, 1)
FIELD(RTE, DEST, 56, 8)
#define RTE_READ_ONLY (FIELD_MASK(RTE, REMOTE_IRR) | 1u << 12)
#define RTE_WRITABLE  (MASK64(56, 8) | (0x1ffffu & ~RTE_READ_ONLY))

typedef struct IOAPICState {
    Device dev;
    MemoryRegion mmio;
    ApicBus *bus;
    uint8_t select;
    uint8_t id;
    uint32_t lines;
    uint64_t rte[NPINS];
    bool tick_waits;      /* a tick was sent that no vCPU has taken */
    uint32_t owed;        /* ticks to send after it: 0 to TICKS_OWED_MAX */
    uint64_t sent[NPINS]; /* messages of each pin, for people; not part of the state.
                             Rising edges while somebody else has it */
    const CPUIntcTaker *has_chip; /* NULL: nobody else */
} IOAPICState;

static ApicMsg pin_msg(const IOAPICState *s, unsigned n)
{
    uint64_t e = s->rte[n];
    return (ApicMsg){
        .dest = FIELD_GET(e, RTE, DEST),
        .logical = FIELD_GET(e, RTE, LOGICAL),
        .broadcast = FIELD_GET(e, RTE, DEST) == 0xff,
        .level = FIELD_GET(e, RTE, LEVEL),
        .mode = FIELD_GET(e, RTE, MODE),
        .vector = FIELD_GET(e, RTE, VECTOR),
    };
}

static bool is_fixed(const IOAPICState *s, unsigned n)
{
    return FIELD_GET(s->rte[n], RTE, MODE) <= APIC_LOWEST;
}

/* Who has the local APICs is to know which interrupts end here. The timer's do because of
 * the ticks owed. */
static void tell_route(IOAPICState *s, unsigned n)
{
    const CPUIntcTaker *taker = s->bus->taker;
    ApicMsg msg = pin_msg(s, n);
    uint64_t addr;
    uint32_t data;
    if (taker && !taker->set_pin) {
        msg.level |= n == TICK_PIN && is_fixed(s, n);
        apic_msg_to_msi(&msg, &addr, &data);
        taker->route(taker->opaque, n, addr, data);
    }
}

static void tell_routes(void *opaque)
{
    for (unsigned n = 0; n < NPINS; n++) {
        tell_route(opaque, n);
    }
}

static bool pin_send(IOAPICState *s, unsigned n)
{
    s->sent[n]++;
    ApicMsg msg = pin_msg(s, n);
    if (msg.mode == APIC_EXTINT) {
        if (!s->bus->extint_ack) {
            return false;
        }
        msg.vector = s->bus->extint_ack(s->bus->extint_opaque);
        msg.mode = APIC_FIXED;
        msg.level = false;
    }
    bool accepted = apic_bus_send(s->bus, &msg);
    if (accepted && msg.level && msg.mode <= APIC_LOWEST) {
        s->rte[n] |= FIELD_MASK(RTE, REMOTE_IRR);
    }
    return accepted;
}

static void forget_ticks(IOAPICState *s)
{
    s->tick_waits = false;
    s->owed = 0;
}

static void send_tick(IOAPICState *s)
{
    s->tick_waits = pin_send(s, TICK_PIN) && is_fixed(s, TICK_PIN);
}

/* An edge of the timer. It is sent in any case: an INIT may have cleared the IRR. */
static void tick(IOAPICState *s)
{
    s->owed = s->tick_waits ? MIN(s->owed + 1, TICKS_OWED_MAX) : 0;
    send_tick(s);
}

static void ioapic_taken(void *opaque, uint8_t vector)
{
    IOAPICState *s = opaque;
    if (s->tick_waits && FIELD_GET(s->rte[TICK_PIN], RTE, VECTOR) == vector) {
        s->tick_waits = false;
        if (s->owed) {
            s->owed--;
            send_tick(s);
        }
    }
}

/* A level pin sends if it has a reason to. */
static void pin_service_level(IOAPICState *s, unsigned n)
{
    uint64_t e = s->rte[n];
    if (FIELD_GET(e, RTE, LEVEL) && !FIELD_GET(e, RTE, MASK) &&
        !FIELD_GET(e, RTE, REMOTE_IRR) && (s->lines >> n & 1)) {
        pin_send(s, n);
    }
}

static void ioapic_irq_in(void *opaque, int n, int level)
{
    IOAPICState *s = opaque;
    uint32_t bit = 1u << n;
    bool rise = level && !(s->lines & bit);
    bool change = !!level != !!(s->lines & bit);
    s->lines = level ? s->lines | bit : s->lines & ~bit;
    if (s->has_chip) {
        s->sent[n] += rise;
        if (change) {
            s->has_chip->set_pin(s->has_chip->opaque, true, n, level);
        }
        return;
    }
    if (FIELD_GET(s->rte[n], RTE, LEVEL)) {
        pin_service_level(s, n);
    } else if (!rise || FIELD_GET(s->rte[n], RTE, MASK)) {
        return;
    } else if (n == TICK_PIN) {
        tick(s);
    } else {
        pin_send(s, n);
    }
}

static void ioapic_eoi(void *opaque, uint8_t vector)
{
    IOAPICState *s = opaque;
    for (unsigned n = 0; n < NPINS; n++) {
        if (FIELD_GET(s->rte[n], RTE, VECTOR) == vector &&
            FIELD_GET(s->rte[n], RTE, REMOTE_IRR)) {
            s->rte[n] &= ~FIELD_MASK(RTE, REMOTE_IRR);
            pin_service_level(s, n);
        }
    }
}

static uint32_t indirect_read(const IOAPICState *s)
{
    unsigned n = (s->select - IND_REDIR) / 2;
    switch (s->select) {
    case IND_ID:
    case IND_ARB:
        return (uint32_t)s->id << 24;
    case IND_VERSION:
        return VERSION;
    default:
        if (s->select < IND_REDIR || n >= NPINS) {
            log_guest_error("ioapic: read of register %02x", s->select);
            return 0;
        }
        return s->select & 1 ? s->rte[n] >> 32 : s->rte[n];
    }
}

static void rte_write(IOAPICState *s, unsigned n, bool high, uint32_t v)
{
    uint64_t old = s->rte[n];
    uint64_t e = high ? deposit64(old, 32, 32, v) : deposit64(old, 0, 32, v);
    e = (e & RTE_WRITABLE) | (old & RTE_READ_ONLY);
    if (!FIELD_GET(e, RTE, LEVEL)) {
        e &= ~FIELD_MASK(RTE, REMOTE_IRR);
    }
    s->rte[n] = e;
    tell_route(s, n);
    if (n == TICK_PIN && e != old) {
        forget_ticks(s);
    }
    pin_service_level(s, n);
}

static void indirect_write(IOAPICState *s, uint32_t v)
{
    unsigned n = (s->select - IND_REDIR) / 2;
    if (s->select == IND_ID) {
        s->id = v >> 24 & 0xf;
    } else if (s->select >= IND_REDIR && n < NPINS) {
        rte_write(s, n, s->select & 1, v);
    } else {
        log_guest_error("ioapic: write of register %02x", s->select);
    }
}

static uint64_t ioapic_read(void *opaque, hwaddr addr, unsigned size)
{
    IOAPICState *s = opaque;
    switch (addr) {
    case REGSEL:
        return s->select;
    case WINDOW:
        return indirect_read(s);
    default:
        return 0;
    }
}

static void ioapic_write(void *opaque, hwaddr addr, uint64_t v, unsigned size)
{
    IOAPICState *s = opaque;
    switch (addr) {
    case REGSEL:
        s->select = v;
        break;
    case WINDOW:
        indirect_write(s, v);
        break;
    case EOIR:
        ioapic_eoi(s, v);
        break;
    default:
        log_guest_error("ioapic: write at offset 0x%" PRIx64, addr);
        break;
    }
}

static const MemoryRegionOps ioapic_ops = {
    .read = ioapic_read,
    .write = ioapic_write,
    .impl = {.min_access_size = 4, .max_access_size = 4},
    .coalesced = REGSEL,
    .coalesced_size = 4,
};

static void ioapic_reset(Device *d)
{
    IOAPICState *s = (IOAPICState *)d;
    s->select = s->id = 0;
    for (unsigned n = 0; n < NPINS; n++) {
        s->rte[n] = FIELD_MASK(RTE, MASK);
    }
    forget_ticks(s);
    s->has_chip = NULL;
    tell_routes(s);
}

void ioapic_give(Device *d, const CPUIntcTaker *taker, CPUIntcChips *image)
{
    IOAPICState *s = (IOAPICState *)d;
    image->ioapic.select = s->select;
    image->ioapic.id = s->id;
    image->ioapic.lines = s->lines;
    memcpy(image->ioapic.rte, s->rte, sizeof s->rte);
    forget_ticks(s);
    s->has_chip = taker;
}

/* The lines are those that came here. */
void ioapic_take_back(Device *d, const CPUIntcChips *image, bool look)
{
    IOAPICState *s = (IOAPICState *)d;
    s->select = image->ioapic.select;
    s->id = image->ioapic.id & 0xf;
    for (unsigned n = 0; n < NPINS; n++) {
        s->rte[n] = image->ioapic.rte[n] & (RTE_WRITABLE | FIELD_MASK(RTE, REMOTE_IRR));
    }
    if (look) {
        return;
    }
    s->has_chip = NULL;
    for (unsigned n = 0; n < NPINS; n++) {
        pin_service_level(s, n);
    }
}

static bool ioapic_realize(Device *d, GError **errp)
{
    IOAPICState *s = (IOAPICState *)d;
    assert(s->bus);
    s->bus->taken = ioapic_taken;
    s->bus->eoi = ioapic_eoi;
    s->bus->tell_routes = tell_routes;
    s->bus->eoi_opaque = s;
    device_map_mem(d, &s->mmio, &ioapic_ops, BASE_ADDR, 0x1000);
    return true;
}

static const VMField ioapic_fields[] = {
    VMF_INT(IOAPICState, select),
    VMF_INT(IOAPICState, id),
    VMF_INT(IOAPICState, lines),
    VMF_INT_ARRAY(IOAPICState, rte),
    VMF_BOOL(IOAPICState, tick_waits),
    VMF_INT(IOAPICState, owed),
    VMF_END(),
};

static const VMState ioapic_vmstate = {1, 1, ioapic_fields};

static const Property ioapic_props[] = {
    PROP_PTR(IOAPICState, "bus", bus, "wire between the APICs"),
    PROP_END(),
};

static void describe_pin(const IOAPICState *s, unsigned n, GString *to)
{
    static const char *const modes[] = {"fixed", "lowest", "smi",  "rsvd",
                                        "nmi",   "init",   "rsvd", "extint"};
    uint64_t e = s->rte[n];
    g_string_append_printf(
        to,
        "  pin %-2u 0x%016" PRIx64 " dest=%-3u vec=%-3u active-%s %-5s %-6s %-6s %s\n", n,
        e, (unsigned)FIELD_GET(e, RTE, DEST), (unsigned)FIELD_GET(e, RTE, VECTOR),
        e & 1u << 13 ? "lo" : "hi", FIELD_GET(e, RTE, LEVEL) ? "level" : "edge",
        FIELD_GET(e, RTE, MASK) ? "masked" : "", modes[FIELD_GET(e, RTE, MODE)],
        FIELD_GET(e, RTE, LOGICAL) ? "logical" : "physical");
}

static void describe_pins(const char *name, uint32_t pins, GString *to)
{
    g_string_append_printf(to, "  %s", name);
    for (unsigned n = 0; n < NPINS; n++) {
        if (pins >> n & 1) {
            g_string_append_printf(to, " %u", n);
        }
    }
    g_string_append(to, pins ? "\n" : " (none)\n");
}

static void ioapic_info(Device *d, DeviceInfo what, GString *to)
{
    IOAPICState *s = (IOAPICState *)d;
    uint32_t remote = 0;
    if (what == DEVICE_INFO_IRQ) {
        g_string_append(to, "IRQ statistics for ioapic:\n");
        for (unsigned n = 0; n < NPINS; n++) {
            if (s->sent[n]) {
                g_string_append_printf(to, "%2u: %" PRIu64 "\n", n, s->sent[n]);
            }
        }
    }
    if (what != DEVICE_INFO_PIC) {
        return;
    }
    g_string_append_printf(to, "ioapic0: ver=0x%x id=0x%02x sel=0x%02x\n", VERSION & 0xff,
                           s->id, s->select);
    for (unsigned n = 0; n < NPINS; n++) {
        describe_pin(s, n, to);
        remote |= (uint32_t)FIELD_GET(s->rte[n], RTE, REMOTE_IRR) << n;
    }
    describe_pins("IRR     ", s->lines, to);
    describe_pins("Remote IRR", remote, to);
}

const DeviceClass ioapic_class = {
    .name = "ioapic",
    .desc = "I/O APIC",
    .size = sizeof(IOAPICState),
    .props = ioapic_props,
    .state = &ioapic_vmstate,
    .realize = ioapic_realize,
    .reset = ioapic_reset,
    .irq_in = ioapic_irq_in,
    .info = ioapic_info,
};
