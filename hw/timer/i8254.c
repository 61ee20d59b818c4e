/* i8254 programmable interval timer, with the speaker port 61h of the PC. */
/* SPDX-License-Identifier: MIT */
/*
 * (Intel 8254 data sheet, order 231164.) A counter does not count: it remembers when it
 * was loaded, and its value and output are functions of the ticks since then. Only
 * counter 0 has a timer, because only its output is wired to an interrupt. The low pulse
 * of mode 2 (one tick of 838 ns) is delivered as low-high at the end of the period.
 *
 * A count written to a counter that runs in mode 2 or 3 starts a new period at once,
 * where the chip would finish the current one.
 */
#include "hw/core/device.h"
#include "memory/memory.h"
#include "util/bitops.h"

#define PIT_HZ    1193182
#define PIT_PORT  0x40
#define PORT61    0x61
#define NCOUNTERS 3

/* Ticks of a period (10 us) below which late interrupts are merged, to let the main loop
 * live. */
#define MIN_PERIOD 12

FIELD(CW, BCD, 0, 1) /* control word */
FIELD(CW, MODE, 1, 3)
FIELD(CW, RW, 4, 2)
FIELD(CW, SC, 6, 2)
#define RW_LATCH     0
#define RW_LSB       1
#define RW_MSB       2
#define RW_WORD      3
#define SC_READBACK  3
#define RB_NO_COUNT  0x20 /* read-back: do not latch the count */
#define RB_NO_STATUS 0x10
#define STATUS_OUT   0x80
#define STATUS_NULL  0x40

#define P61_GATE2   0x01
#define P61_SPEAKER 0x02
#define P61_RW      0x0f
#define P61_REFRESH 0x10
#define P61_OUT2    0x20
#define REFRESH_NS  15085 /* the bit toggles with the DRAM refresh of the first PCs */

typedef struct Counter {
    uint8_t mode; /* 0-5 */
    uint8_t rw;   /* RW_LSB to RW_WORD */
    bool bcd;
    bool gate;
    bool running;             /* loaded (and triggered, in modes 1 and 5) */
    bool null_count;          /* written, not yet loaded */
    bool write_msb, read_msb; /* RW_WORD: the next byte is the upper one */
    uint8_t lsb;              /* first byte of a word being written */
    uint32_t count;           /* ticks in a period, 1 to 65536 (10000 in BCD) */
    int64_t load_ns;          /* when counting began */
    uint64_t held;            /* ticks already counted when the gate stopped it */
    bool latched, status_latched;
    uint16_t latch;
    uint8_t status;
} Counter;

typedef struct PITState {
    Device dev;
    MemoryRegion io, io61;
    IRQLine irq;
    Timer timer;
    uint64_t seen; /* ticks of counter 0 up to which the line has been driven */
    Counter c[NCOUNTERS];
    uint8_t port61;
} PITState;

static int64_t pit_now(const PITState *s)
{
    return clock_ns(s->dev.machine->clock);
}

/*
 * Ticks from the load of the counter to `now` ns, not counting those under a low gate.
 * Who drives the line and arms the timer looks at the clock once: what happens in between
 * would be lost.
 */
static uint64_t counter_ticks(const Counter *c, int64_t now)
{
    if (!c->gate && c->mode != 1 && c->mode != 5) {
        return c->held;
    }
    int64_t ns = now - c->load_ns;
    return c->held + (ns > 0 ? muldiv64(ns, PIT_HZ, NS_PER_SEC) : 0);
}

static uint16_t to_bcd(uint32_t v)
{
    return v % 10 | v / 10 % 10 << 4 | v / 100 % 10 << 8 | v / 1000 % 10 << 12;
}

static uint32_t from_bcd(uint16_t v)
{
    return (v & 15) + 10 * (v >> 4 & 15) + 100 * (v >> 8 & 15) + 1000 * (v >> 12);
}

/* The value in the counting element, as it is read from the port. */
static uint16_t counter_value(const PITState *s, const Counter *c)
{
    uint32_t modulo = c->bcd ? 10000 : 0x10000;
    uint64_t t = c->running ? counter_ticks(c, pit_now(s)) : 0;
    uint32_t v;
    if (c->mode == 2) {
        v = c->count - t % c->count;
    } else if (c->mode == 3) {
        v = (c->count & ~1u) - 2 * t % MAX(c->count & ~1u, 2);
    } else {
        v = c->count + modulo - t % modulo;
    }
    v %= modulo;
    return c->bcd ? to_bcd(v) : v;
}

static bool counter_out(const Counter *c, int64_t now)
{
    if (!c->running) {
        return c->mode != 0;
    }
    uint64_t t = counter_ticks(c, now);
    switch (c->mode) {
    case 0:
    case 1:
        return t >= c->count;
    case 2:
        return !c->gate || t % c->count != c->count - 1;
    case 3:
        return !c->gate || t % c->count < (c->count + 1) / 2;
    default:
        return t != c->count;
    }
}

/* Ticks after load of the next change of the output, or UINT64_MAX. */
static uint64_t next_change(const Counter *c, uint64_t t)
{
    uint64_t period = t - t % c->count, half = (c->count + 1) / 2;
    switch (c->mode) {
    case 2:
        return period + c->count;
    case 3:
        return t - period < half && c->count > 1 ? period + half : period + c->count;
    case 4:
    case 5:
        return t < c->count ? c->count : t == c->count ? t + 1 : UINT64_MAX;
    default:
        return t < c->count ? c->count : UINT64_MAX;
    }
}

static void pit_arm(PITState *s, int64_t now)
{
    const Counter *c = &s->c[0];
    uint64_t next =
        c->running && c->gate ? next_change(c, counter_ticks(c, now)) : UINT64_MAX;
    if (next == UINT64_MAX) {
        timer_del(&s->timer);
    } else {
        uint64_t ticks = next - MIN(c->held, next);
        timer_mod(&s->timer, c->load_ns + muldiv64_up(ticks, NS_PER_SEC, PIT_HZ));
    }
}

static void pit_update_irq(PITState *s, int64_t now)
{
    irq_set(&s->irq, counter_out(&s->c[0], now));
    s->seen = counter_ticks(&s->c[0], now);
    pit_arm(s, now);
}

/* Rises of the output since the line was driven: one for each period or strobe that has
 * ended, however late that is noticed. */
static uint64_t rises_owed(const PITState *s, int64_t now)
{
    const Counter *c = &s->c[0];
    uint64_t t = counter_ticks(c, now);
    if (c->mode >= 4) { /* one pulse of one tick, which is over when noticed late */
        return c->running && s->seen <= c->count && t > c->count;
    }
    if (c->mode < 2) {
        return 0;
    }
    uint64_t n = t / c->count - s->seen / c->count;
    return MIN(n, c->count < MIN_PERIOD ? 1 : TICKS_OWED_MAX);
}

static void pit_timer(void *opaque)
{
    PITState *s = opaque;
    int64_t now = pit_now(s);
    for (uint64_t n = rises_owed(s, now); n; n--) {
        irq_set(&s->irq, 0);
        irq_set(&s->irq, 1);
    }
    pit_update_irq(s, now);
}

static void counter_start(Counter *c, int64_t now)
{
    c->load_ns = now;
    c->held = 0;
    c->running = true;
    c->null_count = false;
}

static void counter_load(PITState *s, Counter *c, uint16_t v)
{
    int64_t now = pit_now(s);
    uint32_t n = c->bcd ? from_bcd(v) : v;
    c->count = n ? n : c->bcd ? 10000 : 0x10000;
    c->null_count = true;
    if (c->mode != 1 && c->mode != 5) { /* those wait for the gate */
        counter_start(c, now);
    }
    if (c == &s->c[0]) {
        pit_update_irq(s, now);
    }
}

/* Modes 0 and 4: a low gate holds the count. 1 and 5: a rising one triggers. 2 and 3:
 * both. */
static void counter_set_gate(PITState *s, Counter *c, bool gate)
{
    int64_t now = pit_now(s);
    bool rise = gate && !c->gate;
    if (c->mode != 1 && c->mode != 5 && c->gate && !gate) {
        c->held = counter_ticks(c, now);
    }
    c->gate = gate;
    if (rise && (c->mode == 0 || c->mode == 4)) {
        c->load_ns = now;
    } else if (rise && (c->running || c->null_count)) {
        counter_start(c, now);
    }
}

static void counter_latch(PITState *s, Counter *c)
{
    if (!c->latched) {
        c->latch = counter_value(s, c);
        c->latched = true;
    }
}

static void counter_latch_status(PITState *s, Counter *c)
{
    if (!c->status_latched) {
        c->status = (counter_out(c, pit_now(s)) ? STATUS_OUT : 0) |
                    (c->null_count ? STATUS_NULL : 0) | c->rw << 4 | c->mode << 1 |
                    c->bcd;
        c->status_latched = true;
    }
}

static void pit_read_back(PITState *s, uint8_t v)
{
    for (int i = 0; i < NCOUNTERS; i++) {
        if (!(v & 2 << i)) {
            continue;
        }
        if (!(v & RB_NO_COUNT)) {
            counter_latch(s, &s->c[i]);
        }
        if (!(v & RB_NO_STATUS)) {
            counter_latch_status(s, &s->c[i]);
        }
    }
}

static void pit_write_control(PITState *s, uint8_t v)
{
    unsigned n = FIELD_GET(v, CW, SC), rw = FIELD_GET(v, CW, RW);
    if (n == SC_READBACK) {
        pit_read_back(s, v);
        return;
    }
    Counter *c = &s->c[n];
    if (rw == RW_LATCH) {
        counter_latch(s, c);
        return;
    }
    unsigned mode = FIELD_GET(v, CW, MODE);
    c->rw = rw;
    c->mode = mode > 5 ? mode - 4 : mode; /* 6 and 7 are 2 and 3 */
    c->bcd = FIELD_GET(v, CW, BCD);
    c->write_msb = c->read_msb = c->latched = c->status_latched = false;
    c->running = false;
    c->null_count = true;
    if (n == 0) {
        pit_update_irq(s, pit_now(s));
    }
}

static void pit_write(void *opaque, hwaddr addr, uint64_t v, unsigned size)
{
    PITState *s = opaque;
    if (addr == 3) {
        pit_write_control(s, v);
        return;
    }
    Counter *c = &s->c[addr & 3];
    if (c->rw == RW_WORD && !c->write_msb) {
        c->lsb = v;
        c->write_msb = true;
        if (c->mode == 0) { /* the first byte stops the count */
            c->running = false;
            c->null_count = true;
        }
        return;
    }
    c->write_msb = false;
    counter_load(s, c,
                 c->rw == RW_LSB   ? (uint8_t)v
                 : c->rw == RW_MSB ? (uint8_t)v << 8
                                   : (uint8_t)v << 8 | c->lsb);
}

static uint64_t pit_read(void *opaque, hwaddr addr, unsigned size)
{
    PITState *s = opaque;
    if (addr == 3) {
        return 0xff; /* the control word cannot be read */
    }
    Counter *c = &s->c[addr & 3];
    if (c->status_latched) {
        c->status_latched = false;
        return c->status;
    }
    uint16_t v = c->latched ? c->latch : counter_value(s, c);
    bool msb = c->rw == RW_MSB || (c->rw == RW_WORD && c->read_msb);
    c->read_msb = c->rw == RW_WORD && !c->read_msb;
    if (!c->read_msb) {
        c->latched = false;
    }
    return msb ? v >> 8 : v & 0xff;
}

static uint64_t port61_read(void *opaque, hwaddr addr, unsigned size)
{
    PITState *s = opaque;
    int64_t now = pit_now(s);
    bool refresh = now / REFRESH_NS & 1;
    return s->port61 | (refresh ? P61_REFRESH : 0) |
           (counter_out(&s->c[2], now) ? P61_OUT2 : 0);
}

static void port61_write(void *opaque, hwaddr addr, uint64_t v, unsigned size)
{
    PITState *s = opaque;
    s->port61 = v & P61_RW;
    counter_set_gate(s, &s->c[2], v & P61_GATE2);
}

static void pit_reset(Device *d)
{
    PITState *s = (PITState *)d;
    memset(s->c, 0, sizeof s->c);
    for (int i = 0; i < NCOUNTERS; i++) {
        s->c[i].rw = RW_WORD;
        s->c[i].gate = i != 2;
        s->c[i].count = 0x10000;
    }
    s->port61 = 0;
    timer_del(&s->timer);
    irq_set(&s->irq, 0);
}

static const MemoryRegionOps pit_ops = {
    .read = pit_read, .write = pit_write, .impl = {.max_access_size = 1}};
static const MemoryRegionOps port61_ops = {
    .read = port61_read, .write = port61_write, .impl = {.max_access_size = 1}};

static bool pit_realize(Device *d, GError **errp)
{
    PITState *s = (PITState *)d;
    timer_init(&s->timer, d->machine->clock, pit_timer, s);
    device_map_io(d, &s->io, &pit_ops, PIT_PORT, 4);
    device_map_io(d, &s->io61, &port61_ops, PORT61, 1);
    return true;
}

static void pit_unrealize(Device *d)
{
    timer_del(&((PITState *)d)->timer);
}

static bool pit_post_load(void *opaque, uint32_t version, GError **errp)
{
    PITState *s = opaque;
    for (int i = 0; i < NCOUNTERS; i++) {
        const Counter *c = &s->c[i];
        if (c->mode > 5 || c->rw < RW_LSB || c->rw > RW_WORD || !c->count ||
            c->count > 0x10000) {
            return user_error(errp, "i8254: bad state of counter %d", i);
        }
    }
    return true;
}

static const VMField counter_fields[] = {
    VMF_INT(Counter, mode),
    VMF_INT(Counter, rw),
    VMF_BOOL(Counter, bcd),
    VMF_BOOL(Counter, gate),
    VMF_BOOL(Counter, running),
    VMF_BOOL(Counter, null_count),
    VMF_BOOL(Counter, write_msb),
    VMF_BOOL(Counter, read_msb),
    VMF_INT(Counter, lsb),
    VMF_INT(Counter, count),
    VMF_INT(Counter, load_ns),
    VMF_INT(Counter, held),
    VMF_BOOL(Counter, latched),
    VMF_BOOL(Counter, status_latched),
    VMF_INT(Counter, latch),
    VMF_INT(Counter, status),
    VMF_END(),
};

static const VMField pit_fields[] = {
    VMF_STRUCT_ARRAY(PITState, c, counter_fields),
    VMF_INT(PITState, port61),
    VMF_INT(PITState, seen),
    VMF_TIMER(PITState, timer),
    VMF_END(),
};

static const VMState pit_vmstate = {1, 1, pit_fields, .post_load = pit_post_load};

static const Property pit_props[] = {
    PROP_IRQ(PITState, "irq", irq, "output of counter 0"),
    PROP_END(),
};

const DeviceClass i8254_class = {
    .name = "i8254",
    .desc = "programmable interval timer",
    .size = sizeof(PITState),
    .props = pit_props,
    .state = &pit_vmstate,
    .realize = pit_realize,
    .unrealize = pit_unrealize,
    .reset = pit_reset,
};
