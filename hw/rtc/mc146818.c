/* MC146818 real-time clock with the PC's CMOS memory. */
/* SPDX-License-Identifier: MIT */
/*
 * (Motorola MC146818A data sheet; 82371SB for ports 70h and 71h.) The time of day is not
 * counted: it is base_ns + a clock, the machine's or one of the host's, and the ten time
 * registers in cmos[] are a picture of it that rtc_show_time() refreshes. While register
 * B has SET the picture stands still, and clearing SET makes it the time.
 *
 * Timers run only while an interrupt is enabled. The flags of register C that nobody has
 * asked to be interrupted for are found out when C is read, from how much time has passed
 * since the last read.
 */
#include "hw/rtc/mc146818.h"
#include "memory/memory.h"
#include "util/bitops.h"
#include "util/host.h"

#define PORT      0x70
#define NMI_MASK  0x80 /* of the index port: not wired */
#define IRQ       8
#define CMOS_SIZE 128
#define BASE_HZ   32768
#define UIP_NS    244141 /* UIP is set this long before the update */

enum {
    REG_SEC,
    REG_SEC_ALARM,
    REG_MIN,
    REG_MIN_ALARM,
    REG_HOUR,
    REG_HOUR_ALARM,
    REG_WEEKDAY,
    REG_DAY,
    REG_MONTH,
    REG_YEAR,
    REG_A,
    REG_B,
    REG_C,
    REG_D,
    REG_CENTURY = 0x32,
};

FIELD(A, RS, 0, 4)
FIELD(A, DV, 4, 3)
#define A_UIP     0x80
#define A_DEFAULT 0x26 /* 32768 Hz time base, 1024 Hz periodic */
#define B_24H     0x02
#define B_BINARY  0x04
#define B_UIE     0x10
#define B_AIE     0x20
#define B_PIE     0x40
#define B_SET     0x80
#define C_UF      0x10
#define C_AF      0x20
#define C_PF      0x40
#define C_IRQF    0x80
#define D_VALID   0x80
#define ALARM_ANY 0xc0 /* such an alarm register matches every value */
#define HOUR_PM   0x80

typedef struct RTCState {
    Device dev;
    MemoryRegion io;
    IRQLine irq;
    uint64_t epoch;  /* property: seconds since 1970 at the start, 0: the host's time */
    int64_t offset;  /* property: seconds from the host's time to the guest's */
    uint8_t runs_on; /* property: RTCRunsOn */
    uint8_t index;
    uint8_t cmos[CMOS_SIZE];
    int64_t base_ns;  /* time of day when the clock that it runs on is 0, ns since 1970 */
    int64_t seen_sec; /* up to when UF and AF have been accounted for */
    int64_t seen_tick; /* same for PF */
    Timer periodic, update;
} RTCState;

/* ---- calendar (proleptic Gregorian) ---- */

typedef struct Date {
    int64_t year;
    unsigned month, day; /* from 1 */
} Date;

/* Days since 1970-01-01; month may be out of range, day too. */
static int64_t days_from_date(Date d)
{
    int64_t y = d.year - (d.month <= 2);
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    unsigned yoe = y - era * 400;
    unsigned doy = (153 * (d.month + (d.month > 2 ? -3 : 9)) + 2) / 5 + d.day - 1;
    return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

static Date date_from_days(int64_t days)
{
    int64_t z = days + 719468;
    int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    unsigned doe = z - era * 146097;
    unsigned yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    unsigned doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    unsigned mp = (5 * doy + 2) / 153;
    unsigned month = mp < 10 ? mp + 3 : mp - 9;
    return (Date){yoe + era * 400 + (month <= 2), month, doy - (153 * mp + 2) / 5 + 1};
}

/* ---- registers and time ---- */

static uint8_t to_reg(const RTCState *s, unsigned v)
{
    return s->cmos[REG_B] & B_BINARY ? v : v / 10 % 10 << 4 | v % 10;
}

static unsigned from_reg(const RTCState *s, uint8_t v)
{
    return s->cmos[REG_B] & B_BINARY ? v : (v >> 4) * 10 + (v & 15);
}

static uint8_t hour_to_reg(const RTCState *s, unsigned hour)
{
    if (s->cmos[REG_B] & B_24H) {
        return to_reg(s, hour);
    }
    return to_reg(s, hour % 12 ? hour % 12 : 12) | (hour >= 12 ? HOUR_PM : 0);
}

static unsigned hour_from_reg(const RTCState *s, uint8_t v)
{
    if (s->cmos[REG_B] & B_24H) {
        return from_reg(s, v);
    }
    return from_reg(s, v & ~HOUR_PM) % 12 + (v & HOUR_PM ? 12 : 0);
}

/* What time goes by. Interrupts are timed by the machine's clock all the same. */
static int64_t clock_of_day(const RTCState *s)
{
    switch (s->runs_on) {
    case RTC_ON_RT:
        return clock_monotonic_ns();
    case RTC_ON_HOST:
        return g_get_real_time() * 1000;
    default:
        return clock_ns(s->dev.machine->clock);
    }
}

/* Nanoseconds since 1970, as the guest has set its clock. */
static int64_t rtc_now(const RTCState *s)
{
    return s->base_ns + clock_of_day(s);
}

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

static void rtc_show_time(RTCState *s)
{
    if (s->cmos[REG_B] & B_SET) {
        return;
    }
    int64_t sec = floor_div(rtc_now(s), NS_PER_SEC), days = floor_div(sec, 86400);
    unsigned in_day = sec - days * 86400;
    Date d = date_from_days(days);
    s->cmos[REG_SEC] = to_reg(s, in_day % 60);
    s->cmos[REG_MIN] = to_reg(s, in_day / 60 % 60);
    s->cmos[REG_HOUR] = hour_to_reg(s, in_day / 3600);
    s->cmos[REG_WEEKDAY] = to_reg(s, ((days + 4) % 7 + 7) % 7 + 1); /* Sunday is 1 */
    s->cmos[REG_DAY] = to_reg(s, d.day);
    s->cmos[REG_MONTH] = to_reg(s, d.month);
    s->cmos[REG_YEAR] = to_reg(s, d.year % 100);
    s->cmos[REG_CENTURY] = to_reg(s, d.year / 100);
}

/* The time registers become the time; the second begins now. */
static void rtc_take_time(RTCState *s)
{
    Date d = {
        .year = from_reg(s, s->cmos[REG_CENTURY]) * 100 + from_reg(s, s->cmos[REG_YEAR]),
        .month = CLAMP(from_reg(s, s->cmos[REG_MONTH]), 1, 12),
        .day = from_reg(s, s->cmos[REG_DAY]),
    };
    int64_t sec = days_from_date(d) * 86400 + hour_from_reg(s, s->cmos[REG_HOUR]) * 3600 +
                  from_reg(s, s->cmos[REG_MIN]) * 60 + from_reg(s, s->cmos[REG_SEC]);
    s->base_ns = sec * NS_PER_SEC - clock_of_day(s);
    s->seen_sec = sec;
}

static bool alarm_matches(const RTCState *s, unsigned reg, uint8_t now)
{
    return (s->cmos[reg] & ALARM_ANY) == ALARM_ANY || s->cmos[reg] == now;
}

static bool alarm_at(const RTCState *s, int64_t sec)
{
    unsigned in_day = sec - floor_div(sec, 86400) * 86400;
    return alarm_matches(s, REG_SEC_ALARM, to_reg(s, in_day % 60)) &&
           alarm_matches(s, REG_MIN_ALARM, to_reg(s, in_day / 60 % 60)) &&
           alarm_matches(s, REG_HOUR_ALARM, hour_to_reg(s, in_day / 3600));
}

/* ---- interrupts ---- */

/* Period of PF in ticks of BASE_HZ, 0: off. */
static unsigned periodic_ticks(const RTCState *s)
{
    unsigned rs = FIELD_GET(s->cmos[REG_A], A, RS);
    return rs == 0 ? 0 : rs <= 2 ? 1u << (rs + 6) : 1u << (rs - 1);
}

static int64_t rtc_tick(const RTCState *s)
{
    return muldiv64(clock_ns(s->dev.machine->clock), BASE_HZ, NS_PER_SEC);
}

static void rtc_raise(RTCState *s, uint8_t flags)
{
    s->cmos[REG_C] |= flags;
    if (s->cmos[REG_C] & s->cmos[REG_B] & (C_PF | C_AF | C_UF)) {
        s->cmos[REG_C] |= C_IRQF;
        irq_set(&s->irq, 1);
    }
}

/* Accounts for the seconds and periods that have passed. */
static void rtc_catch_up(RTCState *s)
{
    int64_t sec = floor_div(rtc_now(s), NS_PER_SEC), tick = rtc_tick(s);
    unsigned period = periodic_ticks(s);
    uint8_t flags = 0;
    if (period && tick / period > s->seen_tick / period) {
        flags |= C_PF;
    }
    if (sec > s->seen_sec && !(s->cmos[REG_B] & B_SET)) {
        flags |= C_UF;
        /* After a day of nobody looking every alarm has come. */
        int64_t first = MAX(s->seen_sec + 1, sec - 86400);
        for (int64_t t = first; t <= sec && !(flags & C_AF); t++) {
            flags |= alarm_at(s, t) ? C_AF : 0;
        }
    }
    s->seen_sec = sec;
    s->seen_tick = tick;
    if (flags) {
        rtc_raise(s, flags);
    }
}

static void rtc_arm(RTCState *s)
{
    int64_t now = clock_ns(s->dev.machine->clock);
    unsigned period = periodic_ticks(s);
    if ((s->cmos[REG_B] & B_PIE) && period) {
        int64_t next = (rtc_tick(s) / period + 1) * period;
        timer_mod(&s->periodic, muldiv64_up(next, NS_PER_SEC, BASE_HZ));
    } else {
        timer_del(&s->periodic);
    }
    if ((s->cmos[REG_B] & (B_UIE | B_AIE)) && !(s->cmos[REG_B] & B_SET)) {
        int64_t into = rtc_now(s) - floor_div(rtc_now(s), NS_PER_SEC) * NS_PER_SEC;
        timer_mod(&s->update, now + NS_PER_SEC - into);
    } else {
        timer_del(&s->update);
    }
}

static void rtc_timer(void *opaque)
{
    rtc_catch_up(opaque);
    rtc_arm(opaque);
}

/* ---- ports ---- */

static uint8_t read_a(const RTCState *s)
{
    int64_t now = rtc_now(s);
    int64_t left = NS_PER_SEC - (now - floor_div(now, NS_PER_SEC) * NS_PER_SEC);
    bool uip = left <= UIP_NS && !(s->cmos[REG_B] & B_SET);
    return s->cmos[REG_A] | (uip ? A_UIP : 0);
}

static uint8_t read_c(RTCState *s)
{
    rtc_catch_up(s);
    uint8_t v = s->cmos[REG_C];
    s->cmos[REG_C] = 0;
    irq_set(&s->irq, 0);
    return v;
}

static uint64_t rtc_read(void *opaque, hwaddr addr, unsigned size)
{
    RTCState *s = opaque;
    if (!addr) {
        return 0xff; /* the index cannot be read */
    }
    switch (s->index) {
    case REG_A:
        return read_a(s);
    case REG_C:
        return read_c(s);
    case REG_SEC ... REG_YEAR:
    case REG_CENTURY:
        rtc_show_time(s);
        return s->cmos[s->index];
    default:
        return s->cmos[s->index];
    }
}

static void write_b(RTCState *s, uint8_t v)
{
    uint8_t old = s->cmos[REG_B];
    rtc_catch_up(s);
    if (!(old & B_SET) && (v & B_SET)) {
        rtc_show_time(s);
        v &= ~B_UIE; /* SET clears it, says the data sheet */
    }
    s->cmos[REG_B] = v;
    if ((old & B_SET) && !(v & B_SET)) {
        rtc_take_time(s);
    }
    rtc_raise(s, 0); /* a flag may already be up */
    rtc_arm(s);
}

static void write_time(RTCState *s, uint8_t v)
{
    rtc_show_time(s);
    s->cmos[s->index] = v;
    if (!(s->cmos[REG_B] & B_SET)) {
        rtc_take_time(s);
        rtc_arm(s);
    }
}

static void rtc_write(void *opaque, hwaddr addr, uint64_t v, unsigned size)
{
    RTCState *s = opaque;
    if (!addr) {
        s->index = v & ~NMI_MASK;
        return;
    }
    switch (s->index) {
    case REG_SEC:
    case REG_MIN:
    case REG_HOUR:
    case REG_WEEKDAY ... REG_YEAR:
    case REG_CENTURY:
        write_time(s, v);
        break;
    case REG_A:
        rtc_catch_up(s);
        s->cmos[REG_A] = v & ~A_UIP;
        rtc_arm(s);
        break;
    case REG_B:
        write_b(s, v);
        break;
    case REG_C:
    case REG_D:
        break; /* read-only */
    default:
        s->cmos[s->index] = v;
        break;
    }
}

void mc146818_set_cmos(Device *d, unsigned index, uint8_t value)
{
    assert(index > REG_D && index < CMOS_SIZE);
    ((RTCState *)d)->cmos[index] = value;
}

/* RESET# clears the interrupt enables and flags and leaves time and memory alone. */
static void rtc_reset(Device *d)
{
    RTCState *s = (RTCState *)d;
    s->cmos[REG_B] &= ~(B_PIE | B_AIE | B_UIE);
    s->cmos[REG_C] = 0;
    s->index = 0;
    irq_set(&s->irq, 0);
    rtc_arm(s);
}

static const MemoryRegionOps rtc_ops = {
    .read = rtc_read,
    .write = rtc_write,
    .impl = {.max_access_size = 1},
    .coalesced_size = 1, /* the index */
};

static bool rtc_realize(Device *d, GError **errp)
{
    RTCState *s = (RTCState *)d;
    int64_t start = s->epoch ? (int64_t)s->epoch * NS_PER_SEC
                             : g_get_real_time() * 1000 + s->offset * NS_PER_SEC;
    s->base_ns = start - clock_of_day(s);
    s->cmos[REG_A] = A_DEFAULT;
    s->cmos[REG_B] = B_24H;
    s->cmos[REG_D] = D_VALID;
    s->seen_sec = floor_div(start, NS_PER_SEC);
    timer_init(&s->periodic, d->machine->clock, rtc_timer, s);
    timer_init(&s->update, d->machine->clock, rtc_timer, s);
    device_map_io(d, &s->io, &rtc_ops, PORT, 2);
    return true;
}

static void rtc_unrealize(Device *d)
{
    RTCState *s = (RTCState *)d;
    timer_del(&s->periodic);
    timer_del(&s->update);
}

static bool rtc_post_load(void *opaque, uint32_t version, GError **errp)
{
    RTCState *s = opaque;
    if (s->index >= CMOS_SIZE) {
        return user_error(errp, "mc146818: bad index in saved state");
    }
    irq_set(&s->irq, s->cmos[REG_C] >> 7);
    rtc_arm(s);
    return true;
}

static const VMField rtc_fields[] = {
    VMF_INT(RTCState, index),    VMF_BYTES(RTCState, cmos),    VMF_INT(RTCState, base_ns),
    VMF_INT(RTCState, seen_sec), VMF_INT(RTCState, seen_tick), VMF_END(),
};

static const VMState rtc_vmstate = {1, 1, rtc_fields, .post_load = rtc_post_load};

static const Property rtc_props[] = {
    PROP_UINT(RTCState, "epoch", epoch, 0,
              "seconds since 1970 at the start; 0: host time"),
    PROP_UINT(RTCState, "offset", offset, 0, "seconds added to the host's time"),
    PROP_UINT(RTCState, "runs-on", runs_on, RTC_ON_VM,
              "0: time of the guest, 1: clock of the host, 2: its time of day"),
    PROP_IRQ(RTCState, "irq", irq, "interrupt request"),
    PROP_END(),
};

const DeviceClass mc146818_class = {
    .name = "mc146818rtc",
    .desc = "real-time clock and CMOS memory",
    .size = sizeof(RTCState),
    .props = rtc_props,
    .state = &rtc_vmstate,
    .realize = rtc_realize,
    .unrealize = rtc_unrealize,
    .reset = rtc_reset,
};
