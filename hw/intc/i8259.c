/* The PC's two i8259A interrupt controllers, cascaded, with the edge/level registers. */
/* SPDX-License-Identifier: MIT */
/*
 * (Intel 8259A data sheet, order 231468; ELCR: 82371SB PIIX3 data sheet.)
 * chip[0] is the master at 20h, chip[1] the slave at A0h, whose INT output is input 2 of
 * the master. Inputs 0-15 come in by irq_in; input 2 is not wired.
 *
 * lines is the level of each input. irr is what is requested: a latched rising edge, or
 * the level itself for inputs in level mode. After each change pic_update() computes both
 * INT outputs anew; nothing else drives them.
 *
 * An edge of input 0, the timer, that finds the last one still requested is owed: it
 * is requested again when that one is acknowledged (see ioapic.c).
 *
 * While somebody else has the chips (CPUIntcTaker.set_pin) only the levels are kept here,
 * and what asks for it is there.
 */
#include "hw/intc/i8259.h"
#include "cpu/intc.h"
#include "memory/memory.h"
#include "util/bitops.h"

#define TICK        0 /* inputs of the master */
#define CASCADE     2
#define ICW1        0x10
#define ICW1_IC4    0x01
#define ICW1_SINGLE 0x02
#define ICW1_LTIM   0x08
#define ICW4_AEOI   0x02
#define ICW4_SFNM   0x10
#define OCW3        0x08
#define OCW3_RR     0x02 /* read register command, RIS says which */
#define OCW3_RIS    0x01
#define OCW3_POLL   0x04
#define OCW3_ESMM   0x40 /* SMM is meant */
#define OCW3_SMM    0x20
#define POLL_INT    0x80
#define NO_IRQ      8

/* What the next write to the odd port is. */
enum { EXPECT_OCW1, EXPECT_ICW2, EXPECT_ICW3, EXPECT_ICW4 };

/* OCW2 bits 7:5 (R, SL, EOI). */
enum {
    OCW2_ROT_AEOI_OFF,
    OCW2_EOI,
    OCW2_NOP,
    OCW2_SPECIFIC_EOI,
    OCW2_ROT_AEOI_ON,
    OCW2_ROT_EOI,
    OCW2_SET_PRIORITY,
    OCW2_ROT_SPECIFIC_EOI
};

typedef struct Chip {
    uint8_t lines, irr, imr, isr;
    uint8_t elcr, elcr_mask;
    uint8_t base;  /* vector of input 0 */
    uint8_t first; /* input with the highest priority */
    uint8_t expect;
    bool icw4_needed, single, level_mode;
    bool aeoi, rotate_aeoi, sfnm, special_mask;
    bool read_isr, poll;
    bool out; /* level of INT */
} Chip;

typedef struct PICState {
    Device dev;
    MemoryRegion io[2], elcr_io;
    IRQLine intr;
    Chip chip[2];
    uint32_t owed;       /* ticks to request after the present one: 0 to TICKS_OWED_MAX */
    uint64_t raised[16]; /* rising edges, for people; not part of the state */
    const CPUIntcTaker *taker; /* who has them; NULL: they are here */
} PICState;

static bool is_master(const PICState *s, const Chip *c)
{
    return c == &s->chip[0];
}

static uint8_t level_inputs(const Chip *c)
{
    return c->level_mode ? 0xff : c->elcr;
}

/* Distance of the most important input in `mask` from `first`; NO_IRQ if it is empty. */
static unsigned top_priority(const Chip *c, uint8_t mask)
{
    return mask ? ctz32(ror8(mask, c->first)) : NO_IRQ;
}

/* The input that INT is for, or NO_IRQ. */
static unsigned chip_pending(const PICState *s, const Chip *c)
{
    uint8_t in_service = c->isr;
    if (c->special_mask) {
        in_service &= ~c->imr;
    }
    if (c->sfnm && is_master(s, c)) {
        in_service &= ~(1 << CASCADE);
    }
    unsigned p = top_priority(c, c->irr & ~c->imr);
    return p < top_priority(c, in_service) ? (p + c->first) & 7 : NO_IRQ;
}

static void chip_input(Chip *c, unsigned n, bool level)
{
    uint8_t bit = 1 << n, level_triggered = level_inputs(c) & bit;
    if (level_triggered) {
        c->irr = level ? c->irr | bit : c->irr & ~bit;
    } else if (level && !(c->lines & bit)) {
        c->irr |= bit;
    }
    c->lines = level ? c->lines | bit : c->lines & ~bit;
}

static void pic_update(PICState *s)
{
    s->chip[1].out = chip_pending(s, &s->chip[1]) != NO_IRQ;
    chip_input(&s->chip[0], CASCADE, s->chip[1].out);
    if (!s->chip[1].out) { /* the slave withdraws a request that nobody took */
        s->chip[0].irr &= ~(1 << CASCADE);
    }
    bool out = chip_pending(s, &s->chip[0]) != NO_IRQ;
    if (out != s->chip[0].out) {
        s->chip[0].out = out;
        irq_set(&s->intr, out);
    }
}

/* A rising edge of the timer now would add nothing to the request that stands. */
static bool tick_is_lost(const PICState *s)
{
    const Chip *c = &s->chip[0];
    uint8_t bit = 1 << TICK;
    return (c->irr & ~c->imr & ~c->lines & ~level_inputs(c)) & bit;
}

static void count_rise(PICState *s, unsigned n, int level)
{
    s->raised[n] += level && !(s->chip[n >> 3].lines >> (n & 7) & 1);
}

/* The chips are somewhere else. */
static void pass_on(PICState *s, unsigned n, int level)
{
    Chip *c = &s->chip[n >> 3];
    uint8_t bit = 1 << (n & 7), lines = level ? c->lines | bit : c->lines & ~bit;
    if (lines != c->lines) {
        c->lines = lines;
        s->taker->set_pin(s->taker->opaque, false, n, level);
    }
}

static void pic_irq_in(void *opaque, int n, int level)
{
    PICState *s = opaque;
    if (n == CASCADE) {
        return;
    }
    count_rise(s, n & 15, level);
    if (s->taker) {
        pass_on(s, n & 15, level);
        return;
    }
    if (n == TICK && level && tick_is_lost(s)) {
        s->owed = MIN(s->owed + 1, TICKS_OWED_MAX);
    }
    chip_input(&s->chip[n >> 3 & 1], n & 7, level);
    pic_update(s);
}

static void chip_ack(PICState *s, Chip *c, unsigned n)
{
    if (!c->aeoi) {
        c->isr |= 1 << n;
    } else if (c->rotate_aeoi) {
        c->first = (n + 1) & 7;
    }
    if (!(level_inputs(c) & 1 << n)) {
        c->irr &= ~(1 << n);
    }
    if (is_master(s, c) && n == TICK && s->owed) {
        s->owed--;
        c->irr |= 1 << TICK;
    }
}

int i8259_ack(Device *d)
{
    PICState *s = (PICState *)d;
    unsigned n = chip_pending(s, &s->chip[0]);
    int vector = s->chip[0].base + 7;
    if (n != NO_IRQ) {
        chip_ack(s, &s->chip[0], n);
        vector = s->chip[0].base + n;
    }
    if (n == CASCADE) {
        unsigned m = chip_pending(s, &s->chip[1]);
        vector = s->chip[1].base + 7;
        if (m != NO_IRQ) {
            chip_ack(s, &s->chip[1], m);
            vector = s->chip[1].base + m;
        }
        /* The cascade line falls between the INTA pulses: a further request is an edge.
         */
        s->chip[0].lines &= ~(1 << CASCADE);
    }
    pic_update(s);
    return vector;
}

static void chip_icw1(Chip *c, uint8_t v)
{
    c->expect = EXPECT_ICW2;
    c->icw4_needed = v & ICW1_IC4;
    c->single = v & ICW1_SINGLE;
    c->level_mode = v & ICW1_LTIM;
    c->imr = c->isr = 0;
    c->first = 0;
    c->aeoi = c->rotate_aeoi = c->sfnm = c->special_mask = c->read_isr = c->poll = false;
    c->irr = c->lines & level_inputs(c);
}

static void chip_eoi(Chip *c, uint8_t bits)
{
    c->isr &= ~bits;
}

static void chip_ocw2(Chip *c, uint8_t v)
{
    unsigned command = v >> 5, n = v & 7;
    uint8_t serviced = c->special_mask ? c->isr & ~c->imr : c->isr;
    unsigned top = top_priority(c, serviced);
    switch (command) {
    case OCW2_ROT_AEOI_OFF:
    case OCW2_ROT_AEOI_ON:
        c->rotate_aeoi = command == OCW2_ROT_AEOI_ON;
        break;
    case OCW2_EOI:
    case OCW2_ROT_EOI:
        if (top == NO_IRQ) {
            break;
        }
        n = (top + c->first) & 7;
        chip_eoi(c, 1 << n);
        c->first = command == OCW2_ROT_EOI ? (n + 1) & 7 : c->first;
        break;
    case OCW2_SPECIFIC_EOI:
        chip_eoi(c, 1 << n);
        break;
    case OCW2_ROT_SPECIFIC_EOI:
        chip_eoi(c, 1 << n);
        c->first = (n + 1) & 7;
        break;
    case OCW2_SET_PRIORITY:
        c->first = (n + 1) & 7;
        break;
    default:
        break;
    }
}

static void chip_ocw3(Chip *c, uint8_t v)
{
    if (v & OCW3_POLL) {
        c->poll = true;
    }
    if (v & OCW3_RR) {
        c->read_isr = v & OCW3_RIS;
    }
    if (v & OCW3_ESMM) {
        c->special_mask = v & OCW3_SMM;
    }
}

static void chip_write_odd(Chip *c, uint8_t v)
{
    switch (c->expect) {
    case EXPECT_ICW2:
        c->base = v & 0xf8;
        c->expect = !c->single ? EXPECT_ICW3 : c->icw4_needed ? EXPECT_ICW4 : EXPECT_OCW1;
        break;
    case EXPECT_ICW3: /* the cascade is wired; there is nothing to choose */
        c->expect = c->icw4_needed ? EXPECT_ICW4 : EXPECT_OCW1;
        break;
    case EXPECT_ICW4:
        c->aeoi = v & ICW4_AEOI;
        c->sfnm = v & ICW4_SFNM;
        c->expect = EXPECT_OCW1;
        break;
    default:
        c->imr = v;
        break;
    }
}

/* Which chip a port region belongs to: the two regions have the same opaque. */
static void chip_write(PICState *s, Chip *c, hwaddr addr, uint8_t v)
{
    if (addr) {
        chip_write_odd(c, v);
    } else if (v & ICW1) {
        chip_icw1(c, v);
    } else if (v & OCW3) {
        chip_ocw3(c, v);
    } else {
        chip_ocw2(c, v);
    }
    if (!(s->chip[0].irr & 1 << TICK)) {
        s->owed = 0; /* the chip was set up anew */
    }
    pic_update(s);
}

static uint8_t chip_poll(PICState *s, Chip *c)
{
    unsigned n = chip_pending(s, c);
    c->poll = false;
    if (n == NO_IRQ) {
        return 7;
    }
    chip_ack(s, c, n);
    pic_update(s);
    return POLL_INT | n;
}

static uint8_t chip_read(PICState *s, Chip *c, hwaddr addr)
{
    if (c->poll) {
        return chip_poll(s, c);
    }
    return addr ? c->imr : c->read_isr ? c->isr : c->irr;
}

static void master_write(void *opaque, hwaddr addr, uint64_t v, unsigned size)
{
    PICState *s = opaque;
    chip_write(s, &s->chip[0], addr, v);
}

static uint64_t master_read(void *opaque, hwaddr addr, unsigned size)
{
    PICState *s = opaque;
    return chip_read(s, &s->chip[0], addr);
}

static void slave_write(void *opaque, hwaddr addr, uint64_t v, unsigned size)
{
    PICState *s = opaque;
    chip_write(s, &s->chip[1], addr, v);
}

static uint64_t slave_read(void *opaque, hwaddr addr, unsigned size)
{
    PICState *s = opaque;
    return chip_read(s, &s->chip[1], addr);
}

static void elcr_write(void *opaque, hwaddr addr, uint64_t v, unsigned size)
{
    PICState *s = opaque;
    Chip *c = &s->chip[addr & 1];
    c->elcr = v & c->elcr_mask;
    c->irr = (c->irr & ~c->elcr) | (c->lines & c->elcr);
    pic_update(s);
}

static uint64_t elcr_read(void *opaque, hwaddr addr, unsigned size)
{
    PICState *s = opaque;
    return s->chip[addr & 1].elcr;
}

/* The levels of the inputs are the other devices' and survive. */
static void pic_reset(Device *d)
{
    PICState *s = (PICState *)d;
    for (int i = 0; i < 2; i++) {
        Chip *c = &s->chip[i];
        *c = (Chip){.lines = c->lines, .elcr_mask = c->elcr_mask, .out = c->out};
    }
    s->owed = 0;
    s->taker = NULL;
    pic_update(s);
}

/* ---- moving ---- */

void i8259_give(Device *d, const CPUIntcTaker *taker, CPUIntcChips *image)
{
    PICState *s = (PICState *)d;
    for (int i = 0; i < 2; i++) {
        const Chip *c = &s->chip[i];
        image->pic[i].lines = c->lines;
        image->pic[i].irr = c->irr;
        image->pic[i].imr = c->imr;
        image->pic[i].isr = c->isr;
        image->pic[i].elcr = c->elcr;
        image->pic[i].base = c->base;
        image->pic[i].first = c->first;
        image->pic[i].expect = c->expect;
        image->pic[i].icw4_needed = c->icw4_needed;
        image->pic[i].aeoi = c->aeoi;
        image->pic[i].rotate_aeoi = c->rotate_aeoi;
        image->pic[i].sfnm = c->sfnm;
        image->pic[i].special_mask = c->special_mask;
        image->pic[i].read_isr = c->read_isr;
        image->pic[i].poll = c->poll;
    }
    s->taker = taker;
    s->owed = 0;
    s->chip[0].out = false;
    irq_set(&s->intr, 0);
}

/* The levels are those that came here. */
void i8259_take_back(Device *d, const CPUIntcChips *image, bool look)
{
    PICState *s = (PICState *)d;
    for (int i = 0; i < 2; i++) {
        Chip *c = &s->chip[i];
        c->irr = image->pic[i].irr;
        c->imr = image->pic[i].imr;
        c->isr = image->pic[i].isr;
        c->elcr = image->pic[i].elcr & c->elcr_mask;
        c->base = image->pic[i].base;
        c->first = image->pic[i].first & 7;
        c->expect = image->pic[i].expect & 3;
        c->icw4_needed = image->pic[i].icw4_needed;
        c->aeoi = image->pic[i].aeoi;
        c->rotate_aeoi = image->pic[i].rotate_aeoi;
        c->sfnm = image->pic[i].sfnm;
        c->special_mask = image->pic[i].special_mask;
        c->read_isr = image->pic[i].read_isr;
        c->poll = image->pic[i].poll;
    }
    if (!look) {
        s->taker = NULL;
        s->chip[0].lines &= ~(1 << CASCADE);
        pic_update(s);
    }
}

#define BYTE_OPS(name, r, w)              \
    static const MemoryRegionOps name = { \
        .read = r, .write = w, .impl = {.max_access_size = 1}}
BYTE_OPS(master_ops, master_read, master_write);
BYTE_OPS(slave_ops, slave_read, slave_write);
BYTE_OPS(elcr_ops, elcr_read, elcr_write);

static bool pic_realize(Device *d, GError **errp)
{
    PICState *s = (PICState *)d;
    s->chip[0].elcr_mask = 0xf8; /* 0, 1, 2, 8 and 13 are always edge-triggered */
    s->chip[1].elcr_mask = 0xde;
    device_map_io(d, &s->io[0], &master_ops, 0x20, 2);
    device_map_io(d, &s->io[1], &slave_ops, 0xa0, 2);
    device_map_io(d, &s->elcr_io, &elcr_ops, 0x4d0, 2);
    return true;
}

static bool pic_post_load(void *opaque, uint32_t version, GError **errp)
{
    PICState *s = opaque;
    for (int i = 0; i < 2; i++) {
        Chip *c = &s->chip[i];
        if (c->first > 7 || c->expect > EXPECT_ICW4) {
            return user_error(errp, "i8259: bad state of chip %d", i);
        }
        c->elcr &= c->elcr_mask;
    }
    irq_set(&s->intr, s->chip[0].out);
    return true;
}

static const VMField chip_fields[] = {
    VMF_INT(Chip, lines),
    VMF_INT(Chip, irr),
    VMF_INT(Chip, imr),
    VMF_INT(Chip, isr),
    VMF_INT(Chip, elcr),
    VMF_INT(Chip, base),
    VMF_INT(Chip, first),
    VMF_INT(Chip, expect),
    VMF_BOOL(Chip, icw4_needed),
    VMF_BOOL(Chip, single),
    VMF_BOOL(Chip, level_mode),
    VMF_BOOL(Chip, aeoi),
    VMF_BOOL(Chip, rotate_aeoi),
    VMF_BOOL(Chip, sfnm),
    VMF_BOOL(Chip, special_mask),
    VMF_BOOL(Chip, read_isr),
    VMF_BOOL(Chip, poll),
    VMF_BOOL(Chip, out),
    VMF_END(),
};

static const VMField pic_fields[] = {
    VMF_STRUCT_ARRAY(PICState, chip, chip_fields),
    VMF_INT(PICState, owed),
    VMF_END(),
};

static const VMState pic_vmstate = {1, 1, pic_fields, .post_load = pic_post_load};

static const Property pic_props[] = {
    PROP_IRQ(PICState, "intr", intr, "INT output of the master"),
    PROP_END(),
};

static void pic_info(Device *d, DeviceInfo what, GString *to)
{
    PICState *s = (PICState *)d;
    if (what == DEVICE_INFO_IRQ) {
        g_string_append(to, "IRQ statistics for i8259:\n");
        for (unsigned n = 0; n < 16; n++) {
            if (s->raised[n]) {
                g_string_append_printf(to, "%2u: %" PRIu64 "\n", n, s->raised[n]);
            }
        }
    }
    for (int i = 1; what == DEVICE_INFO_PIC && i >= 0; i--) {
        const Chip *c = &s->chip[i];
        g_string_append_printf(to,
                               "pic%d: irr=%02x imr=%02x isr=%02x hprio=%d irq_base=%02x "
                               "rr_sel=%d elcr=%02x fnm=%d\n",
                               i, c->irr, c->imr, c->isr, c->first, c->base, c->read_isr,
                               c->elcr, c->sfnm);
    }
}

const DeviceClass i8259_class = {
    .name = "i8259",
    .desc = "pair of interrupt controllers",
    .size = sizeof(PICState),
    .props = pic_props,
    .state = &pic_vmstate,
    .realize = pic_realize,
    .reset = pic_reset,
    .irq_in = pic_irq_in,
    .info = pic_info,
};
