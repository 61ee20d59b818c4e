/* High precision event timers: three comparators on a 100 MHz counter. */
/* SPDX-License-Identifier: MIT */
/*
 * (IA-PC HPET specification 1.0a.) The main counter is not counted: while enabled it is
 * offset + the machine's clock in ticks. Comparators are kept in `cmp`; a periodic one
 * moves forward by `period` at each match.
 *
 * A timer that nobody hears (edge-triggered, interrupt off) is not woken for: kernels
 * leave periodic ones running like that. Its comparator is moved when somebody looks.
 *
 * With the legacy replacement route timers 0 and 1 take over IRQ 0 and IRQ 8. Input lines
 * 0 and 1 are the outputs of the PIT and the RTC, which pass through while the route is
 * off.
 */
#include "hw/core/device.h"
#include "memory/memory.h"
#include "util/bitops.h"
#include "util/log.h"

#define BASE_ADDR   0xfed00000
#define SPACE_SIZE  0x400
#define NTIMERS     3
#define TICK_NS     10
#define PERIOD_FS   (TICK_NS * 1000000ULL)
#define VENDOR_ID   0x8086
#define ROUTE_CAP   0x00f00000u /* interrupts that a timer can be routed to: 20-23 */
#define LEGACY_GSI0 0
#define LEGACY_GSI1 8

enum { /* offsets of 64-bit registers */
       REG_CAP = 0x000,
       REG_CONFIG = 0x010,
       REG_STATUS = 0x020,
       REG_COUNTER = 0x0f0,
       REG_TIMERS = 0x100, /* 20h each */
};
enum { TIMER_CONFIG = 0x00, TIMER_CMP = 0x08, TIMER_STRIDE = 0x20 };

#define CONFIG_ENABLE 1u
#define CONFIG_LEGACY 2u

FIELD(TN, ROUTE, 9, 5)
#define TN_LEVEL        0x0002u
#define TN_INT_ENABLE   0x0004u
#define TN_PERIODIC     0x0008u
#define TN_PERIODIC_CAP 0x0010u
#define TN_64BIT_CAP    0x0020u
#define TN_VAL_SET      0x0040u
#define TN_32BIT        0x0100u
#define TN_WRITABLE     0x3f4eu /* VAL_SET among them; MSI delivery is not offered */

/* Closest ticks of a periodic timer: a faster one is merged, to let the main loop live.
 */
#define MIN_PERIOD_NS 10000

typedef struct HPETTimer {
    uint64_t config;
    uint64_t cmp, period;
    int64_t due; /* enabled: when the counter comes to `cmp` */
    bool line;   /* level that it drives */
    Timer timer;
} HPETTimer;

typedef struct HPETState {
    Device dev;
    MemoryRegion mmio;
    uint64_t config, status;
    uint64_t counter; /* stopped: its value; running: value - ticks of the clock */
    bool inputs[2];
    HPETTimer t[NTIMERS];
} HPETState;

static bool hpet_enabled(const HPETState *s)
{
    return s->config & CONFIG_ENABLE;
}

static int64_t hpet_now(const HPETState *s)
{
    return clock_ns(s->dev.machine->clock);
}

static uint64_t counter_at(const HPETState *s, int64_t now)
{
    return hpet_enabled(s) ? s->counter + (uint64_t)now / TICK_NS : s->counter;
}

static uint64_t hpet_counter(const HPETState *s)
{
    return counter_at(s, hpet_now(s));
}

/* ---- interrupts ---- */

static bool timer_is_legacy(const HPETState *s, unsigned n)
{
    return (s->config & CONFIG_LEGACY) && n < 2;
}

static unsigned timer_gsi(const HPETState *s, unsigned n)
{
    if (timer_is_legacy(s, n)) {
        return n ? LEGACY_GSI1 : LEGACY_GSI0;
    }
    return FIELD_GET(s->t[n].config, TN, ROUTE);
}

static bool gsi_routable(const HPETState *s, unsigned n)
{
    return timer_is_legacy(s, n) || (ROUTE_CAP >> timer_gsi(s, n) & 1);
}

static void timer_drive(HPETState *s, unsigned n, bool level)
{
    s->t[n].line = level;
    if (gsi_routable(s, n)) {
        device_set_gsi(&s->dev, timer_gsi(s, n), level);
    }
}

/* Levels follow the status bits; a masked timer drives nothing. */
static void timer_update_level(HPETState *s, unsigned n)
{
    const HPETTimer *t = &s->t[n];
    bool level =
        (t->config & TN_LEVEL) && (t->config & TN_INT_ENABLE) && (s->status >> n & 1);
    if (level != t->line) {
        timer_drive(s, n, level);
    }
}

static void timer_match(HPETState *s, unsigned n)
{
    const HPETTimer *t = &s->t[n];
    if (t->config & TN_LEVEL) {
        s->status |= 1u << n;
        timer_update_level(s, n);
    } else if (t->config & TN_INT_ENABLE) {
        timer_drive(s, n, true);
        timer_drive(s, n, false);
    }
}

/* ---- comparators ---- */

static uint64_t timer_mask(const HPETTimer *t)
{
    return t->config & TN_32BIT ? UINT32_MAX : UINT64_MAX;
}

/* Ticks until the counter equals the comparator: 1 to 2^32 or 2^64. */
static uint64_t timer_distance(const HPETState *s, const HPETTimer *t, int64_t now)
{
    uint64_t d = (t->cmp - counter_at(s, now)) & timer_mask(t);
    return d ? d : timer_mask(t);
}

/* Whether a match can be noticed: by an interrupt, or by the status bit. */
static bool timer_heard(const HPETTimer *t)
{
    return t->config & (TN_LEVEL | TN_INT_ENABLE);
}

static void timer_wake(const HPETState *s, HPETTimer *t, int64_t now)
{
    if (hpet_enabled(s) && timer_heard(t)) {
        timer_mod(&t->timer,
                  t->config & TN_PERIODIC ? MAX(t->due, now + MIN_PERIOD_NS) : t->due);
    } else {
        timer_del(&t->timer);
    }
}

static void timer_arm(const HPETState *s, HPETTimer *t, int64_t now)
{
    uint64_t ticks = MIN(timer_distance(s, t, now), (uint64_t)INT64_MAX / 4 / TICK_NS);
    t->due = now / TICK_NS * TICK_NS + (int64_t)ticks * TICK_NS;
    timer_wake(s, t, now);
}

/*
 * Moves a periodic comparator behind the counter. Returns the matches that came too late
 * for their own call; of a timer that is too fast for the main loop none.
 */
static uint64_t timer_advance(HPETTimer *t, int64_t now)
{
    if (!(t->config & TN_PERIODIC) || !t->period) {
        return 0;
    }
    uint64_t late = ((uint64_t)now - (uint64_t)t->due) / TICK_NS / t->period;
    t->cmp = (t->cmp + (late + 1) * t->period) & timer_mask(t);
    return t->period < MIN_PERIOD_NS / TICK_NS ? 0 : MIN(late, TICKS_OWED_MAX);
}

static void hpet_timer_fire(HPETState *s, unsigned n)
{
    HPETTimer *t = &s->t[n];
    int64_t now =
        hpet_now(s); /* once: a period that ends in between would be a round away */
    uint64_t matches = timer_advance(t, now) + 1;
    timer_arm(s, t, now);
    while (matches--) {
        timer_match(s, n);
    }
}

/* The comparators of timers that nobody hears, before they are looked at or change. */
static void catch_up(HPETState *s)
{
    int64_t now = hpet_now(s);
    for (unsigned n = 0; n < NTIMERS; n++) {
        HPETTimer *t = &s->t[n];
        if (hpet_enabled(s) && !timer_heard(t) && now >= t->due) {
            timer_advance(t, now);
            timer_arm(s, t, now);
        }
    }
}

static void fire0(void *opaque)
{
    hpet_timer_fire(opaque, 0);
}

static void fire1(void *opaque)
{
    hpet_timer_fire(opaque, 1);
}

static void fire2(void *opaque)
{
    hpet_timer_fire(opaque, 2);
}

/* ---- registers ---- */

static uint64_t timer_config(const HPETTimer *t)
{
    return (uint64_t)ROUTE_CAP << 32 | TN_PERIODIC_CAP | TN_64BIT_CAP |
           (t->config & ~(uint64_t)TN_VAL_SET);
}

static uint64_t timer_reg_read(const HPETState *s, unsigned offset)
{
    unsigned n = offset / TIMER_STRIDE;
    if (n >= NTIMERS) {
        return 0;
    }
    switch (offset % TIMER_STRIDE) {
    case TIMER_CONFIG:
        return timer_config(&s->t[n]);
    case TIMER_CMP:
        return s->t[n].cmp;
    default:
        return 0;
    }
}

static uint64_t reg_read(const HPETState *s, unsigned reg)
{
    switch (reg) {
    case REG_CAP:
        return PERIOD_FS << 32 | (uint64_t)VENDOR_ID << 16 | 1 << 15 | 1 << 13 |
               (NTIMERS - 1) << 8 | 1;
    case REG_CONFIG:
        return s->config;
    case REG_STATUS:
        return s->status;
    case REG_COUNTER:
        return hpet_counter(s);
    default:
        return reg >= REG_TIMERS ? timer_reg_read(s, reg - REG_TIMERS) : 0;
    }
}

static uint64_t hpet_read(void *opaque, hwaddr addr, unsigned size)
{
    if (addr >= REG_TIMERS) {
        catch_up(opaque);
    }
    uint64_t v = reg_read(opaque, addr & ~7ULL);
    return addr & 4 ? v >> 32 : v;
}

/* PIT and RTC get their interrupts back, or lose them. */
static void pass_inputs(HPETState *s)
{
    bool legacy = s->config & CONFIG_LEGACY;
    device_set_gsi(&s->dev, LEGACY_GSI0, s->inputs[0] && !legacy);
    device_set_gsi(&s->dev, LEGACY_GSI1, s->inputs[1] && !legacy);
}

static void write_config(HPETState *s, uint64_t v)
{
    bool legacy_changed = (v ^ s->config) & CONFIG_LEGACY;
    bool was = hpet_enabled(s);
    int64_t now = hpet_now(s);
    uint64_t counter = counter_at(s, now);
    for (unsigned n = 0; n < NTIMERS; n++) { /* the route may change */
        if (s->t[n].line) {
            timer_drive(s, n, false);
        }
    }
    s->config = v & (CONFIG_ENABLE | CONFIG_LEGACY);
    if (legacy_changed) {
        pass_inputs(s);
    }
    if (hpet_enabled(s) != was) {
        s->counter = was ? counter : counter - (uint64_t)now / TICK_NS;
    }
    for (unsigned n = 0; n < NTIMERS; n++) {
        timer_arm(s, &s->t[n], now);
        timer_update_level(s, n);
    }
}

/* Interrupt status: write 1 to clear. */
static void write_status(HPETState *s, uint64_t v)
{
    s->status &= ~v;
    for (unsigned n = 0; n < NTIMERS; n++) {
        timer_update_level(s, n);
    }
}

static void write_counter(HPETState *s, uint64_t v)
{
    int64_t now = hpet_now(s);
    if (hpet_enabled(s)) {
        log_guest_error("hpet: counter written while it runs");
        v -= (uint64_t)now / TICK_NS;
    }
    s->counter = v;
    for (unsigned n = 0; n < NTIMERS; n++) {
        timer_arm(s, &s->t[n], now);
    }
}

static void write_timer_config(HPETState *s, unsigned n, uint64_t v)
{
    HPETTimer *t = &s->t[n];
    if (t->line) {
        timer_drive(s, n, false);
    }
    t->config = v & TN_WRITABLE;
    t->cmp &= timer_mask(t);
    t->period &= timer_mask(t);
    if (!(t->config & TN_LEVEL)) {
        s->status &= ~(1u << n);
    }
    timer_arm(s, t, hpet_now(s));
    timer_update_level(s, n);
}

/*
 * 2.3.9.2.2: of a periodic timer the first write after VAL_SET is the first match, the
 * others are the period. `lanes` are the bits that are written; the upper half comes
 * second.
 */
static void write_timer_cmp(HPETState *s, HPETTimer *t, uint64_t v, uint64_t lanes)
{
    if (!(t->config & TN_PERIODIC) || (t->config & TN_VAL_SET)) {
        t->cmp = ((t->cmp & ~lanes) | v) & timer_mask(t);
    }
    t->period = ((t->period & ~lanes) | v) & timer_mask(t);
    if (lanes & 1) {
        t->config &= ~(uint64_t)TN_VAL_SET;
    }
    timer_arm(s, t, hpet_now(s));
}

static void timer_reg_write(HPETState *s, unsigned offset, uint64_t v, uint64_t lanes)
{
    unsigned n = offset / TIMER_STRIDE;
    if (n >= NTIMERS) {
        return;
    }
    switch (offset % TIMER_STRIDE) {
    case TIMER_CONFIG:
        write_timer_config(s, n, (s->t[n].config & ~lanes) | v);
        break;
    case TIMER_CMP:
        write_timer_cmp(s, &s->t[n], v, lanes);
        break;
    default:
        break;
    }
}

static void hpet_write(void *opaque, hwaddr addr, uint64_t v, unsigned size)
{
    HPETState *s = opaque;
    unsigned shift = addr & 4 ? 32 : 0, reg = addr & ~7ULL;
    uint64_t lanes = MASK64(shift, 8 * size);
    v <<= shift;
    catch_up(s);
    switch (reg) {
    case REG_CONFIG:
        write_config(s, (s->config & ~lanes) | v);
        break;
    case REG_STATUS:
        write_status(s, v);
        break;
    case REG_COUNTER:
        write_counter(s, (hpet_counter(s) & ~lanes) | v);
        break;
    default:
        if (reg >= REG_TIMERS) {
            timer_reg_write(s, reg - REG_TIMERS, v, lanes);
        }
        break;
    }
}

static const MemoryRegionOps hpet_ops = {
    .read = hpet_read,
    .write = hpet_write,
    .impl = {.min_access_size = 4, .max_access_size = 8},
};

static void hpet_irq_in(void *opaque, int n, int level)
{
    HPETState *s = opaque;
    s->inputs[n & 1] = level;
    if (!(s->config & CONFIG_LEGACY)) {
        device_set_gsi(&s->dev, n & 1 ? LEGACY_GSI1 : LEGACY_GSI0, level);
    }
}

static void hpet_reset(Device *d)
{
    HPETState *s = (HPETState *)d;
    s->config = s->status = s->counter = 0;
    for (unsigned n = 0; n < NTIMERS; n++) {
        HPETTimer *t = &s->t[n];
        timer_del(&t->timer);
        t->config = t->period = 0;
        t->cmp = UINT64_MAX;
        t->line = false;
        t->due = 0;
    }
}

static bool hpet_realize(Device *d, GError **errp)
{
    static TimerFn *const fire[NTIMERS] = {fire0, fire1, fire2};
    HPETState *s = (HPETState *)d;
    for (unsigned n = 0; n < NTIMERS; n++) {
        timer_init(&s->t[n].timer, d->machine->clock, fire[n], s);
    }
    device_map_mem(d, &s->mmio, &hpet_ops, BASE_ADDR, SPACE_SIZE);
    return true;
}

static void hpet_unrealize(Device *d)
{
    for (unsigned n = 0; n < NTIMERS; n++) {
        timer_del(&((HPETState *)d)->t[n].timer);
    }
}

static bool hpet_post_load(void *opaque, uint32_t version, GError **errp)
{
    HPETState *s = opaque;
    for (unsigned n = 0; n < NTIMERS; n++) {
        timer_wake(s, &s->t[n], hpet_now(s));
    }
    return true;
}

static const VMField timer_fields[] = {
    VMF_INT(HPETTimer, config), VMF_INT(HPETTimer, cmp),   VMF_INT(HPETTimer, period),
    VMF_INT(HPETTimer, due),    VMF_BOOL(HPETTimer, line), VMF_END(),
};

static const VMField hpet_fields[] = {
    VMF_INT(HPETState, config),
    VMF_INT(HPETState, status),
    VMF_INT(HPETState, counter),
    VMF_BOOL_ARRAY(HPETState, inputs),
    VMF_STRUCT_ARRAY(HPETState, t, timer_fields),
    VMF_END(),
};

static const VMState hpet_vmstate = {2, 2, hpet_fields, .post_load = hpet_post_load};

const DeviceClass hpet_class = {
    .name = "hpet",
    .desc = "high precision event timers",
    .size = sizeof(HPETState),
    .state = &hpet_vmstate,
    .realize = hpet_realize,
    .unrealize = hpet_unrealize,
    .reset = hpet_reset,
    .irq_in = hpet_irq_in,
};
