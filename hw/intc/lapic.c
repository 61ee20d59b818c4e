/* Local APIC: xAPIC and x2APIC registers, priorities, IPIs, timer. */
/* SPDX-License-Identifier: MIT */
/*
 * (Intel SDM vol. 3, chapter 11.) One device a vCPU. It drives five lines and implements
 * CPUIntc; it knows neither the vCPU nor the accelerator. Invariant: the intr line is
 * high exactly when lapic_pending() holds; whatever changes irr, isr, tpr, LINT0 or its
 * LVT entry ends in lapic_update().
 *
 * An accelerator may have its registers and all that is made of them (CPUIntcTaker); what
 * is left then is LINT0 and LINT1.
 *
 * Input lines: 0 is LINT0 (INTR of the 8259 pair), 1 is LINT1 (NMI).
 * The timer counts on the machine's clock at timer_hz; in TSC-deadline mode it
 * follows the guest's TSC. The clock and the TSC may differ by rounding: the timer
 * callback looks at the TSC again and never fires early.
 */
#include "cpu/intc.h"
#include "hw/intc/apic.h"
#include "util/bitops.h"
#include "util/log.h"

enum { /* register numbers: MMIO offset / 16, x2APIC MSR - 800h */
       REG_ID = 0x02,
       REG_VERSION = 0x03,
       REG_TPR = 0x08,
       REG_APR = 0x09,
       REG_PPR = 0x0a,
       REG_EOI = 0x0b,
       REG_RRD = 0x0c,
       REG_LDR = 0x0d,
       REG_DFR = 0x0e,
       REG_SVR = 0x0f,
       REG_ISR = 0x10,
       REG_TMR = 0x18,
       REG_IRR = 0x20,
       REG_ESR = 0x28,
       REG_ICR = 0x30,
       REG_ICR_HIGH = 0x31,
       REG_LVT = 0x32, /* six of them */
       REG_TIMER_INIT = 0x38,
       REG_TIMER_CURRENT = 0x39,
       REG_TIMER_DIVIDE = 0x3e,
       REG_SELF_IPI = 0x3f,
};

enum { LVT_TIMER, LVT_THERMAL, LVT_PERF, LVT_LINT0, LVT_LINT1, LVT_ERROR, NR_LVT };

FIELD(LVT, VECTOR, 0, 8)
FIELD(LVT, MODE, 8, 3)
FIELD(LVT, MASK, 16, 1)
FIELD(LVT, TIMER_MODE, 17, 2)
enum { TIMER_ONE_SHOT, TIMER_PERIODIC, TIMER_DEADLINE }; /* 3 is reserved: as one-shot */
#define LVT_MASKED 0x10000u

FIELD(ICR, VECTOR, 0, 8)
FIELD(ICR, MODE, 8, 3)
FIELD(ICR, LOGICAL, 11, 1)
FIELD(ICR, ASSERT, 14, 1)
FIELD(ICR, LEVEL, 15, 1)
FIELD(ICR, SHORTHAND, 18, 2)
enum { TO_DEST, TO_SELF, TO_ALL, TO_OTHERS };
#define ICR_WRITABLE 0xccfffu

#define SVR_ENABLE   0x100u
#define SVR_WRITABLE 0x3ffu
#define DFR_FLAT     0xfu
#define VERSION      ((NR_LVT - 1) << 16 | 0x14)

#define ESR_SEND_VECTOR 0x20u
#define ESR_RECV_VECTOR 0x40u
#define ESR_REGISTER    0x80u

#define BASE_BSP    (1u << 8)
#define BASE_X2APIC (1u << 10)
#define BASE_ENABLE (1u << 11)
#define BASE_RESERVED \
    (~MASK64(12, 40) & ~(uint64_t)(BASE_BSP | BASE_X2APIC | BASE_ENABLE))

#define MSR_APIC_BASE    0x1b
#define MSR_TSC_DEADLINE 0x6e0
#define MSR_X2APIC       0x800

/* A periodic timer may not keep the main loop busy: ticks closer than this are merged. */
#define MIN_PERIOD_NS 10000

typedef struct LapicState {
    Device dev;
    IRQLine intr, nmi, smi, init, sipi;
    ApicBus *bus;
    uint32_t cpu_id;   /* APIC ID at power-on; x2APIC ID always */
    uint32_t timer_hz; /* of the timer before its divider */

    uint64_t base; /* IA32_APIC_BASE */
    uint32_t id;   /* xAPIC ID, 8 bits */
    uint32_t tpr, ldr, dfr, svr;
    uint32_t irr[8], isr[8], tmr[8];
    uint32_t esr, esr_collected;
    uint64_t icr;
    uint32_t lvt[NR_LVT];
    uint32_t timer_init, timer_divide;
    int64_t timer_start; /* ns */
    uint64_t deadline;   /* TSC; 0: disarmed */
    Timer timer;
    uint8_t sipi_vector;
    bool lint[2];
    bool intr_level;
    const CPUIntcTaker *taker; /* who has it; NULL: it is here */
} LapicState;

/* Bits that a guest can set in each LVT entry. */
static const uint32_t lvt_writable[NR_LVT] = {
    [LVT_TIMER] = 0x700ff, [LVT_THERMAL] = 0x107ff, [LVT_PERF] = 0x107ff,
    [LVT_LINT0] = 0x1a7ff, [LVT_LINT1] = 0x1a7ff,   [LVT_ERROR] = 0x100ff,
};
#define LVT_STATUS 0x5000u /* delivery status and remote IRR: read-only */

static bool is_x2apic(const LapicState *s)
{
    return s->base & BASE_X2APIC;
}

/* ---- the three 256-bit registers ---- */

static void vec_set(uint32_t *r, uint8_t v)
{
    r[v / 32] |= 1u << v % 32;
}

static void vec_clear(uint32_t *r, uint8_t v)
{
    r[v / 32] &= ~(1u << v % 32);
}

static bool vec_test(const uint32_t *r, uint8_t v)
{
    return r[v / 32] >> v % 32 & 1;
}

/* The highest vector that is set, or -1. */
static int vec_top(const uint32_t *r)
{
    for (int i = 7; i >= 0; i--) {
        if (r[i]) {
            return 32 * i + 31 - clz32(r[i]);
        }
    }
    return -1;
}

/* ---- priorities and the request line ---- */

static uint8_t lapic_ppr(const LapicState *s)
{
    int top = vec_top(s->isr);
    uint8_t serviced = top < 0 ? 0 : top & 0xf0;
    return (s->tpr & 0xf0) >= serviced ? s->tpr : serviced;
}

/* The fixed interrupt that may go to the vCPU now, or -1. */
static int lapic_deliverable(const LapicState *s)
{
    int top = vec_top(s->irr);
    return top >= 0 && (s->base & BASE_ENABLE) && (top & 0xf0) > (lapic_ppr(s) & 0xf0)
               ? top
               : -1;
}

/* The 8259 pair asks and is heard: through LINT0, or directly when there is no APIC. */
static bool lapic_extint(const LapicState *s)
{
    uint32_t lvt = s->lvt[LVT_LINT0];
    return s->lint[0] &&
           (!(s->base & BASE_ENABLE) ||
            (!(lvt & LVT_MASKED) && FIELD_GET(lvt, LVT, MODE) == APIC_EXTINT));
}

static bool lapic_pending(void *opaque)
{
    LapicState *s = opaque;
    if (s->taker) {
        return s->lint[0];
    }
    return lapic_deliverable(s) >= 0 || lapic_extint(s);
}

static void lapic_update(LapicState *s)
{
    bool level = lapic_pending(s);
    if (level != s->intr_level) {
        s->intr_level = level;
        irq_set(&s->intr, level);
    }
}

static void lapic_fixed(LapicState *s, uint8_t vector, bool level);

static void lapic_error(LapicState *s, uint32_t bit)
{
    uint32_t lvt = s->lvt[LVT_ERROR];
    bool first = !(s->esr_collected & bit);
    s->esr_collected |= bit;
    if (first && !(lvt & LVT_MASKED) && FIELD_GET(lvt, LVT, VECTOR) >= 16) {
        lapic_fixed(s, FIELD_GET(lvt, LVT, VECTOR), false);
    }
}

/* A fixed interrupt arrives. Vectors 0-15 are errors. */
static void lapic_fixed(LapicState *s, uint8_t vector, bool level)
{
    if (vector < 16) {
        lapic_error(s, ESR_RECV_VECTOR);
        return;
    }
    if (level) {
        vec_set(s->tmr, vector);
    } else {
        vec_clear(s->tmr, vector);
    }
    vec_set(s->irr, vector);
    lapic_update(s);
}

static void lapic_fire_lvt(LapicState *s, unsigned n)
{
    uint32_t lvt = s->lvt[n];
    if (lvt & LVT_MASKED) {
        return;
    }
    switch (n == LVT_TIMER || n == LVT_ERROR ? APIC_FIXED : FIELD_GET(lvt, LVT, MODE)) {
    case APIC_FIXED:
        lapic_fixed(s, FIELD_GET(lvt, LVT, VECTOR), false);
        break;
    case APIC_NMI:
        irq_pulse(&s->nmi);
        break;
    case APIC_SMI:
        irq_pulse(&s->smi);
        break;
    case APIC_INIT:
        irq_pulse(&s->init);
        break;
    default:
        break;
    }
}

static void lapic_irq_in(void *opaque, int n, int level)
{
    LapicState *s = opaque;
    bool rise = level && !s->lint[n & 1];
    s->lint[n & 1] = level;
    if (rise && s->taker && n) {
        irq_pulse(&s->nmi);
    } else if (rise && !s->taker) {
        lapic_fire_lvt(s, LVT_LINT0 + (n & 1));
    }
    lapic_update(s);
}

static int lapic_ack(void *opaque)
{
    LapicState *s = opaque;
    int vector = s->taker ? -1 : lapic_deliverable(s);
    if (vector >= 0) {
        vec_clear(s->irr, vector);
        vec_set(s->isr, vector);
        if (s->bus->taken) {
            s->bus->taken(s->bus->eoi_opaque, vector);
        }
    } else if (lapic_pending(s) && s->bus->extint_ack) {
        vector = s->bus->extint_ack(s->bus->extint_opaque);
    }
    lapic_update(s);
    return vector;
}

static void lapic_eoi(LapicState *s)
{
    int vector = vec_top(s->isr);
    if (vector < 0) {
        return;
    }
    vec_clear(s->isr, vector);
    if (vec_test(s->tmr, vector) && s->bus->eoi) {
        s->bus->eoi(s->bus->eoi_opaque, vector);
    }
    lapic_update(s);
}

/* ---- timer ---- */

static unsigned timer_mode(const LapicState *s)
{
    return FIELD_GET(s->lvt[LVT_TIMER], LVT, TIMER_MODE);
}

/* Bits 3, 1, 0 of the divide register: 2, 4, ... 128, 1. */
static unsigned timer_shift(const LapicState *s)
{
    return (((s->timer_divide & 3) | (s->timer_divide & 8) >> 1) + 1) & 7;
}

/* Timer ticks since the initial count was written. */
static int64_t timer_now(const LapicState *s)
{
    return clock_ns(s->dev.machine->clock);
}

/* Counts since the start, at `now` ns: whoever goes on to arm the timer looks at the
 * clock once. */
static uint64_t timer_ticks(const LapicState *s, int64_t now)
{
    int64_t ns = now - s->timer_start;
    return ns > 0 ? muldiv64(ns, s->timer_hz, NS_PER_SEC) >> timer_shift(s) : 0;
}

static uint32_t timer_left(const LapicState *s, int64_t now)
{
    if (!s->timer_init || timer_mode(s) == TIMER_DEADLINE) {
        return 0;
    }
    uint64_t t = timer_ticks(s, now);
    if (timer_mode(s) == TIMER_PERIODIC) {
        return s->timer_init - t % s->timer_init;
    }
    return t < s->timer_init ? s->timer_init - t : 0;
}

static uint64_t lapic_tsc(const LapicState *s)
{
    const Machine *m = s->dev.machine;
    return m->tsc_now ? m->tsc_now(m->tsc_opaque, s->cpu_id)
                      : (uint64_t)clock_ns(m->clock);
}

static void timer_arm_deadline(LapicState *s)
{
    uint64_t now = lapic_tsc(s), hz = s->dev.machine->tsc_hz;
    uint64_t left = s->deadline > now ? s->deadline - now : 0;
    if (!s->deadline) {
        timer_del(&s->timer);
        return;
    }
    uint64_t ns =
        muldiv64_up(MIN(left, UINT64_MAX / 8), NS_PER_SEC, hz ? hz : NS_PER_SEC);
    timer_mod(&s->timer, clock_ns(s->dev.machine->clock) + MIN(ns, INT64_MAX / 4));
}

/* Arms the host timer for the next time when the count reaches 0. What has run out has
 * fired, or is about to. */
static void timer_arm_count(LapicState *s, int64_t now)
{
    uint64_t t = timer_ticks(s, now), end = s->timer_init;
    if (!end) {
        timer_del(&s->timer);
        return;
    }
    if (timer_mode(s) == TIMER_PERIODIC) {
        end *= t / s->timer_init + 1;
    } else if (t >= end) {
        return;
    }
    int64_t at =
        s->timer_start + muldiv64_up(end << timer_shift(s), NS_PER_SEC, s->timer_hz);
    timer_mod(&s->timer,
              timer_mode(s) == TIMER_PERIODIC ? MAX(at, now + MIN_PERIOD_NS) : at);
}

static void timer_arm(LapicState *s)
{
    if (timer_mode(s) == TIMER_DEADLINE) {
        timer_arm_deadline(s);
    } else {
        timer_arm_count(s, timer_now(s));
    }
}

static void lapic_timer(void *opaque)
{
    LapicState *s = opaque;
    if (timer_mode(s) == TIMER_DEADLINE) {
        if (lapic_tsc(s) < s->deadline) {
            timer_arm_deadline(s);
            return;
        }
        s->deadline = 0;
    } else {
        timer_arm_count(s, timer_now(s));
    }
    lapic_fire_lvt(s, LVT_TIMER);
}

static void timer_write_init(LapicState *s, uint32_t v)
{
    if (timer_mode(s) == TIMER_DEADLINE) {
        return;
    }
    s->timer_init = v;
    s->timer_start = timer_now(s);
    timer_arm_count(s, s->timer_start);
}

static void timer_write_divide(LapicState *s, uint32_t v)
{
    int64_t now = timer_now(s);
    uint32_t left = timer_left(s, now);
    s->timer_divide = v & 0xb;
    if (left) { /* what is left goes on at the new rate */
        uint64_t done = (uint64_t)(s->timer_init - left) << timer_shift(s);
        s->timer_start = now - muldiv64(done, NS_PER_SEC, s->timer_hz);
        timer_arm_count(s, now);
    }
}

static void timer_write_deadline(LapicState *s, uint64_t v)
{
    if (timer_mode(s) != TIMER_DEADLINE) {
        return;
    }
    s->deadline = v;
    if (v && lapic_tsc(s) >= v) {
        s->deadline = 0;
        timer_del(&s->timer);
        lapic_fire_lvt(s, LVT_TIMER);
    } else {
        timer_arm_deadline(s);
    }
}

/* ---- interrupt messages ---- */

static bool lapic_matches(const LapicState *s, const ApicMsg *msg)
{
    if (!(s->base & BASE_ENABLE)) {
        return false;
    }
    if (msg->broadcast) {
        return true;
    }
    if (is_x2apic(s)) {
        uint32_t ldr = (s->cpu_id >> 4) << 16 | 1u << (s->cpu_id & 15);
        return msg->logical ? ldr >> 16 == msg->dest >> 16 && (ldr & msg->dest & 0xffff)
                            : msg->dest == s->cpu_id;
    }
    if (!msg->logical) {
        return msg->dest == s->id;
    }
    uint8_t ldr = s->ldr >> 24, dest = msg->dest;
    if (msg->dest > 0xff) {
        return false;
    }
    return s->dfr >> 28 == DFR_FLAT ? ldr & dest
                                    : ldr >> 4 == dest >> 4 && (ldr & dest & 15);
}

/* False: it is disabled by software and does not take the interrupt. */
static bool lapic_receive(LapicState *s, const ApicMsg *msg)
{
    switch (msg->mode) {
    case APIC_FIXED:
    case APIC_LOWEST:
        if (!(s->svr & SVR_ENABLE)) {
            return false;
        }
        lapic_fixed(s, msg->vector, msg->level);
        break;
    case APIC_SMI:
        irq_pulse(&s->smi);
        break;
    case APIC_NMI:
        irq_pulse(&s->nmi);
        break;
    case APIC_INIT:
        irq_pulse(&s->init);
        break;
    case APIC_STARTUP:
        s->sipi_vector = msg->vector;
        irq_pulse(&s->sipi);
        break;
    default: /* ExtINT from an I/O APIC pin: as if the 8259 asked on LINT0 */
        log_unimp("lapic: ExtINT message");
        break;
    }
    return true;
}

/* The enabled match with the lowest priority; the first one among equals. */
static LapicState *lowest_match(ApicBus *bus, const ApicMsg *msg)
{
    LapicState *best = NULL;
    for (unsigned i = 0; i < bus->nlapics; i++) {
        LapicState *s = (LapicState *)bus->lapic[i];
        if (lapic_matches(s, msg) && (s->svr & SVR_ENABLE) &&
            (!best || lapic_ppr(s) < lapic_ppr(best))) {
            best = s;
        }
    }
    return best;
}

static bool bus_send_except(ApicBus *bus, const ApicMsg *msg, const LapicState *except)
{
    bool taken = false;
    if (msg->mode == APIC_LOWEST) {
        LapicState *s = lowest_match(bus, msg);
        return s && lapic_receive(s, msg);
    }
    for (unsigned i = 0; i < bus->nlapics; i++) {
        LapicState *s = (LapicState *)bus->lapic[i];
        if (s != except && lapic_matches(s, msg)) {
            taken |= lapic_receive(s, msg);
        }
    }
    return taken;
}

void apic_msg_to_msi(const ApicMsg *msg, uint64_t *addr, uint32_t *data)
{
    uint32_t dest = msg->broadcast ? 0xff : msg->dest & 0xff;
    *addr = APIC_DEFAULT_BASE | dest << 12 | (msg->mode == APIC_LOWEST) << 3 |
            (uint32_t)msg->logical << 2;
    *data =
        msg->vector | (uint32_t)msg->mode << 8 | 1u << 14 | (uint32_t)msg->level << 15;
}

bool apic_bus_send(ApicBus *bus, const ApicMsg *msg)
{
    if (bus->taker) {
        uint64_t addr;
        uint32_t data;
        apic_msg_to_msi(msg, &addr, &data);
        return bus->taker->send(bus->taker->opaque, addr, data);
    }
    return bus_send_except(bus, msg, NULL);
}

void apic_bus_send_msi(ApicBus *bus, uint64_t addr, uint32_t data)
{
    ApicMsg msg = {
        .dest = extract64(addr, 12, 8),
        .logical = extract64(addr, 2, 1),
        .broadcast = extract64(addr, 12, 8) == 0xff,
        .level = extract32(data, 15, 1),
        .mode = extract32(data, 8, 3),
        .vector = data,
    };
    if (addr >> 20 == APIC_DEFAULT_BASE >> 20) {
        apic_bus_send(bus, &msg);
    } else {
        log_guest_error("msi: no APIC at address 0x%" PRIx64, addr);
    }
}

static void lapic_send_icr(LapicState *s)
{
    unsigned shorthand = FIELD_GET(s->icr, ICR, SHORTHAND);
    uint32_t dest = is_x2apic(s) ? s->icr >> 32 : s->icr >> 56;
    ApicMsg msg = {
        .dest = dest,
        .logical = FIELD_GET(s->icr, ICR, LOGICAL),
        .broadcast = shorthand >= TO_ALL || dest == (is_x2apic(s) ? UINT32_MAX : 0xff),
        .mode = FIELD_GET(s->icr, ICR, MODE),
        .vector = FIELD_GET(s->icr, ICR, VECTOR),
    };
    if (msg.mode == APIC_INIT && !FIELD_GET(s->icr, ICR, ASSERT)) {
        return; /* INIT level de-assert: nothing since the Pentium 4 */
    }
    if (msg.mode <= APIC_LOWEST && msg.vector < 16) {
        lapic_error(s, ESR_SEND_VECTOR);
        return;
    }
    if (msg.mode == APIC_EXTINT || msg.mode == 3) {
        log_guest_error("lapic: IPI of delivery mode %u", msg.mode);
    } else if (shorthand == TO_SELF) {
        lapic_receive(s, &msg);
    } else {
        bus_send_except(s->bus, &msg, shorthand == TO_OTHERS ? s : NULL);
    }
}

/* ---- registers ---- */

static uint32_t read_ldr(const LapicState *s)
{
    return is_x2apic(s) ? (s->cpu_id >> 4) << 16 | 1u << (s->cpu_id & 15) : s->ldr;
}

/* False: no such register. */
static bool reg_read(LapicState *s, unsigned reg, uint64_t *v)
{
    switch (reg) {
    case REG_ID:
        *v = is_x2apic(s) ? s->cpu_id : s->id << 24;
        return true;
    case REG_VERSION:
        *v = VERSION;
        return true;
    case REG_TPR:
        *v = s->tpr;
        return true;
    case REG_PPR:
        *v = lapic_ppr(s);
        return true;
    case REG_LDR:
        *v = read_ldr(s);
        return true;
    case REG_SVR:
        *v = s->svr;
        return true;
    case REG_ISR ... REG_ISR + 7:
        *v = s->isr[reg - REG_ISR];
        return true;
    case REG_TMR ... REG_TMR + 7:
        *v = s->tmr[reg - REG_TMR];
        return true;
    case REG_IRR ... REG_IRR + 7:
        *v = s->irr[reg - REG_IRR];
        return true;
    case REG_ESR:
        *v = s->esr;
        return true;
    case REG_ICR:
        *v = is_x2apic(s) ? s->icr : (uint32_t)s->icr;
        return true;
    case REG_LVT ... REG_LVT + NR_LVT - 1:
        *v = s->lvt[reg - REG_LVT];
        return true;
    case REG_TIMER_INIT:
        *v = s->timer_init;
        return true;
    case REG_TIMER_CURRENT:
        *v = timer_left(s, timer_now(s));
        return true;
    case REG_TIMER_DIVIDE:
        *v = s->timer_divide;
        return true;
    default:
        return false;
    }
}

/* Registers that only the MMIO page has. */
static bool xapic_reg_read(LapicState *s, unsigned reg, uint64_t *v)
{
    switch (reg) {
    case REG_DFR:
        *v = s->dfr;
        return true;
    case REG_ICR_HIGH:
        *v = s->icr >> 32;
        return true;
    case REG_APR:
    case REG_RRD:
    case REG_EOI:
        *v = 0;
        return true;
    default:
        return reg_read(s, reg, v);
    }
}

static void write_svr(LapicState *s, uint32_t v)
{
    s->svr = v & SVR_WRITABLE;
    for (int i = 0; !(v & SVR_ENABLE) && i < NR_LVT; i++) {
        s->lvt[i] |= LVT_MASKED;
    }
    lapic_update(s);
}

static void write_lvt(LapicState *s, unsigned n, uint32_t v)
{
    unsigned old_mode = timer_mode(s);
    s->lvt[n] = (v & lvt_writable[n]) | (s->svr & SVR_ENABLE ? 0 : LVT_MASKED);
    if (n == LVT_TIMER && timer_mode(s) != old_mode) {
        if (old_mode == TIMER_DEADLINE || timer_mode(s) == TIMER_DEADLINE) {
            s->deadline = 0;
            s->timer_init = 0;
        }
        timer_arm(s);
    }
    lapic_update(s);
}

static void set_tpr(void *opaque, uint8_t v)
{
    LapicState *s = opaque;
    s->tpr = v;
    lapic_update(s);
}

static uint8_t get_tpr(void *opaque)
{
    return ((LapicState *)opaque)->tpr;
}

/* False: no such register, or read-only. */
static bool reg_write(LapicState *s, unsigned reg, uint64_t v)
{
    switch (reg) {
    case REG_TPR:
        set_tpr(s, v);
        return true;
    case REG_EOI:
        lapic_eoi(s);
        return true;
    case REG_SVR:
        write_svr(s, v);
        return true;
    case REG_ESR: /* a write shows what was collected since the last one */
        s->esr = s->esr_collected;
        s->esr_collected = 0;
        return true;
    case REG_ICR:
        s->icr = is_x2apic(s) ? v & (MASK64(32, 32) | ICR_WRITABLE)
                              : (s->icr & MASK64(32, 32)) | (v & ICR_WRITABLE);
        lapic_send_icr(s);
        return true;
    case REG_LVT ... REG_LVT + NR_LVT - 1:
        write_lvt(s, reg - REG_LVT, v);
        return true;
    case REG_TIMER_INIT:
        timer_write_init(s, v);
        return true;
    case REG_TIMER_DIVIDE:
        timer_write_divide(s, v);
        return true;
    default:
        return false;
    }
}

static bool xapic_reg_write(LapicState *s, unsigned reg, uint32_t v)
{
    switch (reg) {
    case REG_ID:
        s->id = v >> 24;
        return true;
    case REG_LDR:
        s->ldr = v & 0xff000000;
        return true;
    case REG_DFR:
        s->dfr = v | 0x0fffffff;
        return true;
    case REG_ICR_HIGH:
        s->icr = (uint32_t)s->icr | (uint64_t)(v & 0xff000000) << 32;
        return true;
    default:
        return reg_write(s, reg, v);
    }
}

uint32_t lapic_mmio_read(Device *d, uint32_t offset)
{
    LapicState *s = (LapicState *)d;
    uint64_t v = 0;
    if (!(s->base & BASE_ENABLE) || is_x2apic(s)) {
        return UINT32_MAX;
    }
    if (!xapic_reg_read(s, offset >> 4, &v)) {
        lapic_error(s, ESR_REGISTER);
    }
    return v;
}

void lapic_mmio_write(Device *d, uint32_t offset, uint32_t v)
{
    LapicState *s = (LapicState *)d;
    if ((s->base & BASE_ENABLE) && !is_x2apic(s) && !xapic_reg_write(s, offset >> 4, v)) {
        lapic_error(s, ESR_REGISTER);
    }
}

/* Bits that may be set when a register is written by WRMSR (SDM vol. 3, 11.12.1.3). */
static uint64_t x2apic_writable(unsigned reg)
{
    switch (reg) {
    case REG_TPR:
    case REG_SELF_IPI:
        return 0xff;
    case REG_SVR:
        return SVR_WRITABLE | 0x1000;
    case REG_ICR:
        return MASK64(32, 32) | ICR_WRITABLE | 0x1000;
    case REG_LVT ... REG_LVT + NR_LVT - 1:
        return lvt_writable[reg - REG_LVT] | LVT_STATUS;
    case REG_TIMER_INIT:
        return UINT32_MAX;
    case REG_TIMER_DIVIDE:
        return 0xb;
    default: /* EOI, ESR: only 0 */
        return 0;
    }
}

static bool x2apic_write(LapicState *s, unsigned reg, uint64_t v)
{
    if (!is_x2apic(s) || v & ~x2apic_writable(reg)) {
        return false;
    }
    if (reg == REG_SELF_IPI) {
        ApicMsg msg = {.mode = APIC_FIXED, .vector = v};
        lapic_receive(s, &msg);
        return true;
    }
    return reg_write(s, reg, v);
}

static void lapic_reset_regs(LapicState *s);

static uint64_t get_base(void *opaque)
{
    return ((LapicState *)opaque)->base;
}

/* Transitions: SDM vol. 3, figure 11-27. Leaving enabled state resets the APIC. */
static bool set_base(void *opaque, uint64_t v)
{
    LapicState *s = opaque;
    bool en = v & BASE_ENABLE, x2 = v & BASE_X2APIC;
    bool was_en = s->base & BASE_ENABLE, was_x2 = is_x2apic(s);
    if ((v & BASE_RESERVED) || (x2 && !en) || (was_x2 && en && !x2) || (x2 && !was_en)) {
        return false;
    }
    s->base = v;
    if ((v & ~UINT64_C(0xfff)) != APIC_DEFAULT_BASE) {
        log_unimp("lapic: registers moved to 0x%" PRIx64, v & ~UINT64_C(0xfff));
    }
    if (was_en && !en) {
        lapic_reset_regs(s);
    }
    lapic_update(s);
    return true;
}

static bool msr_read(void *opaque, uint32_t msr, uint64_t *v)
{
    LapicState *s = opaque;
    if (msr == MSR_APIC_BASE) {
        *v = s->base;
        return true;
    }
    if (msr == MSR_TSC_DEADLINE) {
        *v = s->deadline;
        return true;
    }
    return is_x2apic(s) && msr - MSR_X2APIC < 0x100 && reg_read(s, msr - MSR_X2APIC, v);
}

static bool msr_write(void *opaque, uint32_t msr, uint64_t v)
{
    LapicState *s = opaque;
    if (msr == MSR_TSC_DEADLINE) {
        timer_write_deadline(s, v);
        return true;
    }
    if (msr == MSR_APIC_BASE) {
        return set_base(s, v);
    }
    return msr - MSR_X2APIC < 0x100 && x2apic_write(s, msr - MSR_X2APIC, v);
}

static uint8_t get_sipi_vector(void *opaque)
{
    return ((LapicState *)opaque)->sipi_vector;
}

/* ---- life ---- */

/* What RESET and INIT have in common (SDM vol. 3, 11.4.7). */
static void lapic_reset_regs(LapicState *s)
{
    s->tpr = s->ldr = 0;
    s->dfr = UINT32_MAX;
    s->svr = 0xff;
    s->esr = s->esr_collected = 0;
    s->icr = 0;
    s->timer_init = s->timer_divide = 0;
    s->deadline = 0;
    memset(s->irr, 0, sizeof s->irr);
    memset(s->isr, 0, sizeof s->isr);
    memset(s->tmr, 0, sizeof s->tmr);
    for (int i = 0; i < NR_LVT; i++) {
        s->lvt[i] = LVT_MASKED;
    }
    timer_del(&s->timer);
    lapic_update(s);
}

static void intc_reset(void *opaque, bool cold)
{
    LapicState *s = opaque;
    if (cold) {
        s->taker = s->bus->taker = NULL;
        s->base = APIC_DEFAULT_BASE | BASE_ENABLE | (s->cpu_id ? 0 : BASE_BSP);
        s->id = s->cpu_id & 0xff;
        s->sipi_vector = 0;
    }
    lapic_reset_regs(s);
}

static void lapic_reset(Device *d)
{
    intc_reset(d, true);
}

void lapic_set_virtual_wire(Device *d)
{
    LapicState *s = (LapicState *)d;
    write_svr(s, SVR_ENABLE | 0xff);
    write_lvt(s, LVT_LINT0, APIC_EXTINT << LVT_MODE_SHIFT);
    write_lvt(s, LVT_LINT1, APIC_NMI << LVT_MODE_SHIFT);
}

/* ---- moving: the registers to and from who has them ---- */

/* Registers that have nothing behind them. */
static const struct {
    uint8_t reg, n;
    uint32_t offset;
} moved[] = {
    {REG_TPR,          1,      offsetof(LapicState, tpr)         },
    {REG_LDR,          1,      offsetof(LapicState, ldr)         },
    {REG_DFR,          1,      offsetof(LapicState, dfr)         },
    {REG_SVR,          1,      offsetof(LapicState, svr)         },
    {REG_ISR,          8,      offsetof(LapicState, isr)         },
    {REG_TMR,          8,      offsetof(LapicState, tmr)         },
    {REG_IRR,          8,      offsetof(LapicState, irr)         },
    {REG_ESR,          1,      offsetof(LapicState, esr)         },
    {REG_LVT,          NR_LVT, offsetof(LapicState, lvt)         },
    {REG_TIMER_INIT,   1,      offsetof(LapicState, timer_init)  },
    {REG_TIMER_DIVIDE, 1,      offsetof(LapicState, timer_divide)},
};

static uint32_t *moved_at(LapicState *s, unsigned row)
{
    return (uint32_t *)(void *)((char *)s + moved[row].offset);
}

static void put_reg(CPUIntcImage *image, unsigned reg, uint32_t v)
{
    stl_le_p(image->page + 16 * reg, v);
}

static uint32_t get_reg(const CPUIntcImage *image, unsigned reg)
{
    return ldl_le_p(image->page + 16 * reg);
}

static void make_image(LapicState *s, CPUIntcImage *image)
{
    *image = (CPUIntcImage){.base = s->base, .deadline = s->deadline};
    for (unsigned i = 0; i < ARRAY_SIZE(moved); i++) {
        for (unsigned n = 0; n < moved[i].n; n++) {
            put_reg(image, moved[i].reg + n, moved_at(s, i)[n]);
        }
    }
    put_reg(image, REG_ID, (is_x2apic(s) ? s->cpu_id : s->id) << 24);
    put_reg(image, REG_VERSION, VERSION);
    put_reg(image, REG_ICR, s->icr);
    put_reg(image, REG_ICR_HIGH, s->icr >> 32);
    uint32_t left = timer_left(s, timer_now(s));
    bool late = !left && timer_pending(&s->timer);
    put_reg(image, REG_TIMER_CURRENT, late ? 1 : left);
    if (timer_mode(s) != TIMER_PERIODIC && !left && !late) {
        put_reg(image, REG_TIMER_INIT, 0); /* has fired: not once more */
    }
}

static void from_image(LapicState *s, const CPUIntcImage *image)
{
    s->base = image->base;
    s->deadline = image->deadline;
    for (unsigned i = 0; i < ARRAY_SIZE(moved); i++) {
        for (unsigned n = 0; n < moved[i].n; n++) {
            moved_at(s, i)[n] = get_reg(image, moved[i].reg + n);
        }
    }
    if (!is_x2apic(s)) {
        s->id = get_reg(image, REG_ID) >> 24;
    }
    s->icr = get_reg(image, REG_ICR) | (uint64_t)get_reg(image, REG_ICR_HIGH) << 32;
    uint64_t done = s->timer_init - get_reg(image, REG_TIMER_CURRENT);
    s->timer_start = clock_ns(s->dev.machine->clock) -
                     muldiv64_up(done << timer_shift(s), NS_PER_SEC, s->timer_hz);
}

static void lapic_give(void *opaque, const CPUIntcTaker *taker, CPUIntcImage *image)
{
    LapicState *s = opaque;
    bool first = !s->bus->taker;
    make_image(s, image);
    s->timer_hz = taker->timer_hz;
    s->taker = s->bus->taker = taker;
    if (first && s->bus->tell_routes) {
        s->bus->tell_routes(s->bus->eoi_opaque);
    }
    timer_del(&s->timer);
    lapic_update(s);
}

/* What is in service has been taken meanwhile. */
static void tell_taken(LapicState *s)
{
    for (unsigned v = 0; s->bus->taken && v < 256; v++) {
        if (vec_test(s->isr, v) && !vec_test(s->irr, v)) {
            s->bus->taken(s->bus->eoi_opaque, v);
        }
    }
}

static void lapic_take_back(void *opaque, const CPUIntcImage *image, bool look)
{
    LapicState *s = opaque;
    from_image(s, image);
    if (!look) {
        s->taker = s->bus->taker = NULL;
        tell_taken(s);
        timer_arm(s);
        lapic_update(s);
    }
}

static bool lapic_is_given(void *opaque)
{
    return ((LapicState *)opaque)->taker;
}

static void give_chips(void *opaque, const CPUIntcTaker *taker, CPUIntcChips *image)
{
    const ApicBus *bus = ((LapicState *)opaque)->bus;
    bus->give_chips(bus->chips_opaque, taker, image);
}

static void take_chips(void *opaque, const CPUIntcChips *image, bool look)
{
    const ApicBus *bus = ((LapicState *)opaque)->bus;
    bus->take_chips(bus->chips_opaque, image, look);
}

/* Only now is it known that it was taken. */
static void lapic_ended(void *opaque, uint8_t vector)
{
    LapicState *s = opaque;
    if (s->bus->taken) {
        s->bus->taken(s->bus->eoi_opaque, vector);
    }
    if (s->bus->eoi) {
        s->bus->eoi(s->bus->eoi_opaque, vector);
    }
}

void lapic_get_intc(Device *d, CPUIntc *out)
{
    *out = (CPUIntc){
        .opaque = d,
        .pending = lapic_pending,
        .ack = lapic_ack,
        .get_tpr = get_tpr,
        .set_tpr = set_tpr,
        .get_base = get_base,
        .set_base = set_base,
        .msr_read = msr_read,
        .msr_write = msr_write,
        .sipi_vector = get_sipi_vector,
        .reset = intc_reset,
        .give = lapic_give,
        .take_back = lapic_take_back,
        .is_given = lapic_is_given,
        .give_chips = give_chips,
        .take_chips = take_chips,
        .eoi = lapic_ended,
    };
}

static bool lapic_realize(Device *d, GError **errp)
{
    LapicState *s = (LapicState *)d;
    assert(s->timer_hz && s->bus && s->bus->nlapics < APIC_MAX_CPUS);
    timer_init(&s->timer, d->machine->clock, lapic_timer, s);
    s->bus->lapic[s->bus->nlapics++] = d;
    return true;
}

static void lapic_unrealize(Device *d)
{
    timer_del(&((LapicState *)d)->timer);
}

static bool lapic_post_load(void *opaque, uint32_t version, GError **errp)
{
    LapicState *s = opaque;
    if (s->tpr > 0xff || s->id > 0xff) {
        return user_error(errp, "lapic: bad register in saved state");
    }
    timer_arm(s);
    irq_set(&s->intr, s->intr_level);
    lapic_update(s);
    return true;
}

static const VMField lapic_fields[] = {
    VMF_INT(LapicState, base),
    VMF_INT(LapicState, id),
    VMF_INT(LapicState, tpr),
    VMF_INT(LapicState, ldr),
    VMF_INT(LapicState, dfr),
    VMF_INT(LapicState, svr),
    VMF_INT_ARRAY(LapicState, irr),
    VMF_INT_ARRAY(LapicState, isr),
    VMF_INT_ARRAY(LapicState, tmr),
    VMF_INT(LapicState, esr),
    VMF_INT(LapicState, esr_collected),
    VMF_INT(LapicState, icr),
    VMF_INT_ARRAY(LapicState, lvt),
    VMF_INT(LapicState, timer_init),
    VMF_INT(LapicState, timer_divide),
    VMF_INT(LapicState, timer_start),
    VMF_INT(LapicState, deadline),
    VMF_INT(LapicState, sipi_vector),
    VMF_BOOL_ARRAY(LapicState, lint),
    VMF_BOOL(LapicState, intr_level),
    VMF_END(),
};

static const VMState lapic_vmstate = {1, 1, lapic_fields, .post_load = lapic_post_load};

static const Property lapic_props[] = {
    PROP_UINT(LapicState, "id", cpu_id, 0, "APIC ID"),
    PROP_UINT(LapicState, "timer-hz", timer_hz, NS_PER_SEC, "rate of the timer"),
    PROP_PTR(LapicState, "bus", bus, "wire between the APICs"),
    PROP_IRQ(LapicState, "intr", intr, "interrupt request to the vCPU"),
    PROP_IRQ(LapicState, "nmi", nmi, "NMI to the vCPU"),
    PROP_IRQ(LapicState, "smi", smi, "SMI to the vCPU"),
    PROP_IRQ(LapicState, "init", init, "INIT to the vCPU"),
    PROP_IRQ(LapicState, "sipi", sipi, "start-up IPI to the vCPU"),
    PROP_END(),
};

static void describe_lvt(const LapicState *s, const char *name, unsigned n, GString *to)
{
    static const char *const modes[] = {"Fixed", "...",  "SMI", "...",
                                        "NMI",   "INIT", "...", "ExtINT"};
    static const char *const timers[] = {"one-shot", "periodic", "tsc-deadline", "..."};
    uint32_t v = s->lvt[n];
    unsigned mode = FIELD_GET(v, LVT, MODE);
    g_string_append_printf(to, "%s\t 0x%08x active-%s %-5s %-6s %-12s %-6s", name, v,
                           v & 1u << 13 ? "lo" : "hi", v & 1u << 15 ? "level" : "edge",
                           v & LVT_MASKED ? "masked" : "",
                           n == LVT_TIMER ? timers[timer_mode(s)] : "", modes[mode]);
    if (mode != APIC_NMI) {
        g_string_append_printf(to, " (vec %u)", (unsigned)FIELD_GET(v, LVT, VECTOR));
    }
    g_string_append_c(to, '\n');
}

static void describe_vectors(const char *name, const uint32_t *r, GString *to)
{
    bool none = true;
    g_string_append_printf(to, "%s\t", name);
    for (unsigned v = 0; v < 256; v++) {
        if (vec_test(r, v)) {
            g_string_append_printf(to, " %u", v);
            none = false;
        }
    }
    g_string_append(to, none ? " (none)\n" : "\n");
}

static void lapic_info(Device *d, DeviceInfo what, GString *to)
{
    LapicState *s = (LapicState *)d;
    if (what != DEVICE_INFO_LAPIC) {
        return;
    }
    g_string_append_printf(to, "dumping local APIC state for CPU %u\n\n", s->cpu_id);
    describe_lvt(s, "LVT0", LVT_LINT0, to);
    describe_lvt(s, "LVT1", LVT_LINT1, to);
    describe_lvt(s, "LVTPC", LVT_PERF, to);
    describe_lvt(s, "LVTERR", LVT_ERROR, to);
    describe_lvt(s, "LVTTHMR", LVT_THERMAL, to);
    describe_lvt(s, "LVTT", LVT_TIMER, to);
    g_string_append_printf(to, "Timer\t DCR=0x%x initial_count = %u current_count = %u\n",
                           s->timer_divide, s->timer_init, timer_left(s, timer_now(s)));
    g_string_append_printf(to, "SPIV\t 0x%08x APIC %s, spurious vec %u\n", s->svr,
                           s->svr & SVR_ENABLE ? "enabled" : "disabled", s->svr & 0xff);
    g_string_append_printf(to, "ICR\t 0x%08x\nICR2\t 0x%08x\nESR\t 0x%08x\n",
                           (uint32_t)s->icr, (uint32_t)(s->icr >> 32), s->esr);
    describe_vectors("ISR", s->isr, to);
    describe_vectors("IRR", s->irr, to);
    g_string_append_printf(to, "\nTPR 0x%02x DFR 0x%08x LDR 0x%08x PPR 0x%02x\n", s->tpr,
                           s->dfr, s->ldr, lapic_ppr(s));
}

const DeviceClass lapic_class = {
    .name = "lapic",
    .desc = "local APIC",
    .size = sizeof(LapicState),
    .props = lapic_props,
    .state = &lapic_vmstate,
    .realize = lapic_realize,
    .unrealize = lapic_unrealize,
    .reset = lapic_reset,
    .irq_in = lapic_irq_in,
    .info = lapic_info,
};
