/* 16550A UART. */
/* SPDX-License-Identifier: MIT */
/*
 * (National Semiconductor PC16550D data sheet.) A byte written to THR goes to the chardev
 * at once, whatever the baud rate; the transmitter is busy only while the chardev takes
 * nothing. tx[] then keeps up to a FIFO of bytes and CHARDEV_WRITABLE goes on.
 *
 * thri is the latched "THR empty" interrupt: set when THR becomes empty and when
 * IER.ETHREI is turned on while it is; cleared by a write of THR and by an IIR read that
 * reports it. timeout is the latched character timeout. The interrupt line is a function
 * of these, of LSR, MSR and IER: serial_update_irq() is called after every change.
 */
#include "hw/core/device.h"
#include "backends/chardev.h"
#include "memory/memory.h"
#include "util/bitops.h"

#define FIFO_SIZE 16
#define CLOCK_HZ  1843200 /* crystal; a baud is 1/16 of it over the divisor */

enum { /* registers; DLAB shows the divisor at 0 and 1 */
       REG_DATA,
       REG_IER,
       REG_IIR_FCR,
       REG_LCR,
       REG_MCR,
       REG_LSR,
       REG_MSR,
       REG_SCR
};

#define IER_ERBFI 0x01
#define IER_ETBEI 0x02
#define IER_ELSI  0x04
#define IER_EDSSI 0x08

#define IIR_NONE    0x01
#define IIR_MSR     0x00
#define IIR_THRE    0x02
#define IIR_RX      0x04
#define IIR_LSR     0x06
#define IIR_TIMEOUT 0x0c
#define IIR_FIFO    0xc0

#define FCR_ENABLE   0x01
#define FCR_CLEAR_RX 0x02
#define FCR_CLEAR_TX 0x04
#define FCR_KEPT     0xc9

#define LCR_BREAK 0x40
#define LCR_DLAB  0x80

#define MCR_DTR  0x01
#define MCR_RTS  0x02
#define MCR_OUT1 0x04
#define MCR_OUT2 0x08 /* gates the interrupt on PC boards */
#define MCR_LOOP 0x10

#define LSR_DR      0x01
#define LSR_OE      0x02
#define LSR_BI      0x10
#define LSR_ERRORS  0x1e
#define LSR_THRE    0x20
#define LSR_TEMT    0x40
#define LSR_FIFOERR 0x80

#define MSR_DELTAS 0x0f
#define MSR_TERI   0x04
#define MSR_CTS    0x10
#define MSR_DSR    0x20
#define MSR_RI     0x40
#define MSR_DCD    0x80

typedef struct SerialState {
    Device dev;
    MemoryRegion io;
    Chardev *chr; /* NULL: nothing is connected */
    uint16_t iobase;
    uint8_t irq_num;

    uint16_t divisor;
    uint8_t ier, fcr, lcr, mcr, lsr, msr, scr;
    bool thri, timeout;
    uint8_t rx[FIFO_SIZE], rx_err[FIFO_SIZE]; /* a ring; LSR error bits of each byte */
    uint8_t rx_head, rx_count;
    uint8_t tx[FIFO_SIZE];
    uint8_t tx_count;
    bool irq_level;
    Timer timeout_timer;
} SerialState;

static bool fifo_on(const SerialState *s)
{
    return s->fcr & FCR_ENABLE;
}

static unsigned rx_capacity(const SerialState *s)
{
    return fifo_on(s) ? FIFO_SIZE : 1;
}

static unsigned rx_trigger(const SerialState *s)
{
    static const uint8_t level[4] = {1, 4, 8, 14};
    return fifo_on(s) ? level[s->fcr >> 6] : 1;
}

/* ---- interrupts ---- */

/* The most important reason, as IIR tells it. */
static uint8_t serial_iir(const SerialState *s)
{
    if ((s->ier & IER_ELSI) && (s->lsr & LSR_ERRORS)) {
        return IIR_LSR;
    }
    if ((s->ier & IER_ERBFI) && s->rx_count >= rx_trigger(s)) {
        return IIR_RX;
    }
    if ((s->ier & IER_ERBFI) && s->timeout) {
        return IIR_TIMEOUT;
    }
    if ((s->ier & IER_ETBEI) && s->thri) {
        return IIR_THRE;
    }
    if ((s->ier & IER_EDSSI) && (s->msr & MSR_DELTAS)) {
        return IIR_MSR;
    }
    return IIR_NONE;
}

static void serial_update_irq(SerialState *s)
{
    bool level =
        serial_iir(s) != IIR_NONE && (s->mcr & (MCR_OUT2 | MCR_LOOP)) == MCR_OUT2;
    if (level != s->irq_level) {
        s->irq_level = level;
        device_set_gsi(&s->dev, s->irq_num, level);
    }
}

/* ---- receiver ---- */

static void timeout_fire(void *opaque)
{
    SerialState *s = opaque;
    if (fifo_on(s) && s->rx_count) {
        s->timeout = true;
        serial_update_irq(s);
    }
}

/* Four characters of ten bits after the last access of the receive FIFO. */
static void timeout_restart(SerialState *s)
{
    s->timeout = false;
    if (!fifo_on(s) || !s->rx_count) {
        timer_del(&s->timeout_timer);
        return;
    }
    uint64_t bit_ns = NS_PER_SEC * 16 * MAX(s->divisor, 1) / CLOCK_HZ;
    timer_mod(&s->timeout_timer, clock_ns(s->dev.machine->clock) + 40 * bit_ns);
}

/* LSR shows the errors of the byte at the head of the FIFO. */
static void rx_show_head(SerialState *s)
{
    s->lsr = s->rx_count ? s->lsr | LSR_DR : s->lsr & ~LSR_DR;
    s->lsr |= s->rx_count ? s->rx_err[s->rx_head] : 0;
}

static void rx_put(SerialState *s, uint8_t byte, uint8_t err)
{
    if (s->rx_count == rx_capacity(s)) {
        s->lsr |= LSR_OE;
        if (!fifo_on(s)) {
            s->rx[s->rx_head] = byte;
        }
        return;
    }
    unsigned at = (s->rx_head + s->rx_count++) % FIFO_SIZE;
    s->rx[at] = byte;
    s->rx_err[at] = err;
    rx_show_head(s);
    timeout_restart(s);
}

static uint8_t rx_get(SerialState *s)
{
    uint8_t byte = s->rx[s->rx_head];
    if (s->rx_count) {
        s->rx_head = (s->rx_head + 1) % FIFO_SIZE;
        s->rx_count--;
        rx_show_head(s);
    }
    timeout_restart(s);
    serial_update_irq(s);
    if (s->chr && !(s->mcr & MCR_LOOP)) {
        chardev_accept_input(s->chr);
    }
    return byte;
}

static void rx_clear(SerialState *s)
{
    s->rx_head = s->rx_count = 0;
    s->lsr &= ~(LSR_DR | LSR_BI);
    timeout_restart(s);
}

static size_t serial_can_receive(void *opaque)
{
    SerialState *s = opaque;
    return s->mcr & MCR_LOOP ? 0 : rx_capacity(s) - s->rx_count;
}

static void serial_receive(void *opaque, const uint8_t *buf, size_t len)
{
    SerialState *s = opaque;
    for (size_t i = 0; i < len; i++) {
        rx_put(s, buf[i], 0);
    }
    serial_update_irq(s);
}

/* ---- transmitter ---- */

static void tx_became_empty(SerialState *s)
{
    s->lsr |= LSR_THRE | LSR_TEMT;
    s->thri = true;
}

static void tx_flush(SerialState *s)
{
    size_t n = chardev_write(s->chr, s->tx, s->tx_count);
    memmove(s->tx, s->tx + n, s->tx_count - n);
    s->tx_count -= n;
    if (!s->tx_count) {
        tx_became_empty(s);
    }
}

static void tx_put(SerialState *s, uint8_t byte)
{
    s->thri = false;
    if (s->mcr & MCR_LOOP) {
        rx_put(s, byte, 0);
        tx_became_empty(s);
    } else if (!s->chr || (!s->tx_count && chardev_write(s->chr, &byte, 1))) {
        tx_became_empty(s);
    } else if (s->tx_count < rx_capacity(s)) {
        s->tx[s->tx_count++] = byte;
        s->lsr &= ~(LSR_THRE | LSR_TEMT);
    }
    serial_update_irq(s);
}

static void serial_event(void *opaque, ChardevEvent event)
{
    SerialState *s = opaque;
    if (event == CHARDEV_WRITABLE && s->tx_count) {
        tx_flush(s);
    } else if (event == CHARDEV_BREAK && !(s->mcr & MCR_LOOP)) {
        rx_put(s, 0, LSR_BI);
    }
    serial_update_irq(s);
}

/* ---- modem lines ---- */

/* Lines of a terminal that is always there, or MCR's outputs looped back. */
static uint8_t modem_inputs(const SerialState *s)
{
    if (!(s->mcr & MCR_LOOP)) {
        return s->chr ? MSR_CTS | MSR_DSR | MSR_DCD : 0;
    }
    return (s->mcr & MCR_RTS ? MSR_CTS : 0) | (s->mcr & MCR_DTR ? MSR_DSR : 0) |
           (s->mcr & MCR_OUT1 ? MSR_RI : 0) | (s->mcr & MCR_OUT2 ? MSR_DCD : 0);
}

/* A delta bit for each input that changed; of RI only its trailing edge counts. */
static void modem_update(SerialState *s)
{
    uint8_t now = modem_inputs(s), changed = (now ^ s->msr) & 0xf0;
    if (now & MSR_RI) {
        changed &= ~MSR_RI;
    }
    s->msr = now | (s->msr & MSR_DELTAS) | changed >> 4;
}

/* ---- registers ---- */

static void write_fcr(SerialState *s, uint8_t v)
{
    if ((v ^ s->fcr) & FCR_ENABLE) {
        v |= FCR_CLEAR_RX | FCR_CLEAR_TX;
    }
    s->fcr = v & FCR_ENABLE ? v & FCR_KEPT : 0;
    if (v & FCR_CLEAR_RX) {
        rx_clear(s);
    }
    if ((v & FCR_CLEAR_TX) && s->tx_count) {
        s->tx_count = 0;
        tx_became_empty(s);
    }
}

static void write_ier(SerialState *s, uint8_t v)
{
    bool etbei = (v & IER_ETBEI) && !(s->ier & IER_ETBEI);
    s->ier = v & 0x0f;
    if (etbei && (s->lsr & LSR_THRE)) {
        s->thri = true;
    }
}

static void write_reg(SerialState *s, unsigned reg, uint8_t v)
{
    switch (reg) {
    case REG_IER:
        write_ier(s, v);
        break;
    case REG_IIR_FCR:
        write_fcr(s, v);
        break;
    case REG_LCR:
        s->lcr = v;
        break;
    case REG_MCR:
        s->mcr = v & 0x1f;
        modem_update(s);
        break;
    case REG_SCR:
        s->scr = v;
        break;
    default: /* LSR and MSR are written by factory tests only */
        break;
    }
    serial_update_irq(s);
    if (s->chr && serial_can_receive(s)) {
        chardev_accept_input(s->chr);
    }
}

static void serial_write(void *opaque, hwaddr addr, uint64_t v, unsigned size)
{
    SerialState *s = opaque;
    if (addr <= REG_IER && (s->lcr & LCR_DLAB)) {
        s->divisor = deposit32(s->divisor, 8 * addr, 8, v);
    } else if (addr == REG_DATA) {
        tx_put(s, v);
    } else {
        write_reg(s, addr, v);
    }
}

static uint8_t read_iir(SerialState *s)
{
    uint8_t iir = serial_iir(s);
    if (iir == IIR_THRE) {
        s->thri = false;
        serial_update_irq(s);
    }
    return iir | (fifo_on(s) ? IIR_FIFO : 0);
}

static uint8_t read_lsr(SerialState *s)
{
    uint8_t v = s->lsr;
    for (unsigned i = 0; fifo_on(s) && i < s->rx_count; i++) {
        v |= s->rx_err[(s->rx_head + i) % FIFO_SIZE] ? LSR_FIFOERR : 0;
    }
    if (s->lsr & LSR_ERRORS) {
        s->lsr &= ~LSR_ERRORS;
        s->rx_err[s->rx_head] = 0;
        serial_update_irq(s);
    }
    return v;
}

static uint8_t read_msr(SerialState *s)
{
    uint8_t v = s->msr;
    s->msr &= ~MSR_DELTAS;
    serial_update_irq(s);
    return v;
}

static uint64_t serial_read(void *opaque, hwaddr addr, unsigned size)
{
    SerialState *s = opaque;
    if (addr <= REG_IER && (s->lcr & LCR_DLAB)) {
        return s->divisor >> 8 * addr & 0xff;
    }
    switch (addr) {
    case REG_DATA:
        return rx_get(s);
    case REG_IER:
        return s->ier;
    case REG_IIR_FCR:
        return read_iir(s);
    case REG_LCR:
        return s->lcr;
    case REG_MCR:
        return s->mcr;
    case REG_LSR:
        return read_lsr(s);
    case REG_MSR:
        return read_msr(s);
    default:
        return s->scr;
    }
}

/* ---- life ---- */

static const MemoryRegionOps serial_ops = {
    .read = serial_read, .write = serial_write, .impl = {.max_access_size = 1}};

static const ChardevHandlers serial_handlers = {serial_can_receive, serial_receive,
                                                serial_event};

static void serial_reset(Device *d)
{
    SerialState *s = (SerialState *)d;
    s->divisor = 12; /* 9600 baud */
    s->ier = s->fcr = s->lcr = s->scr = 0;
    s->mcr = MCR_OUT2; /* so that a guest that forgets OUT2 gets its interrupts */
    s->lsr = LSR_THRE | LSR_TEMT;
    s->msr = modem_inputs(s);
    s->thri = s->timeout = false;
    s->rx_head = s->rx_count = s->tx_count = 0;
    timer_del(&s->timeout_timer);
    serial_update_irq(s);
}

static bool serial_realize(Device *d, GError **errp)
{
    SerialState *s = (SerialState *)d;
    if (s->irq_num >= 16 || s->iobase > 0x10000 - 8) {
        return user_error(errp,
                          "isa-serial: iobase=0x%x, irq=%u: no such port or interrupt",
                          s->iobase, s->irq_num);
    }
    timer_init(&s->timeout_timer, d->machine->clock, timeout_fire, s);
    device_map_io(d, &s->io, &serial_ops, s->iobase, 8);
    serial_reset(d);
    if (s->chr) {
        chardev_set_handlers(s->chr, &serial_handlers, s);
    }
    return true;
}

static void serial_unrealize(Device *d)
{
    SerialState *s = (SerialState *)d;
    timer_del(&s->timeout_timer);
    if (s->chr) {
        chardev_set_handlers(s->chr, NULL, NULL);
    }
}

static bool serial_post_load(void *opaque, uint32_t version, GError **errp)
{
    SerialState *s = opaque;
    if (s->rx_head >= FIFO_SIZE || s->rx_count > rx_capacity(s) ||
        s->tx_count > FIFO_SIZE) {
        return user_error(errp, "isa-serial: bad FIFO in saved state");
    }
    device_set_gsi(&s->dev, s->irq_num, s->irq_level);
    if (s->chr && s->tx_count) {
        tx_flush(s);
    }
    serial_update_irq(s);
    return true;
}

static const VMField serial_fields[] = {
    VMF_INT(SerialState, divisor),
    VMF_INT(SerialState, ier),
    VMF_INT(SerialState, fcr),
    VMF_INT(SerialState, lcr),
    VMF_INT(SerialState, mcr),
    VMF_INT(SerialState, lsr),
    VMF_INT(SerialState, msr),
    VMF_INT(SerialState, scr),
    VMF_BOOL(SerialState, thri),
    VMF_BOOL(SerialState, timeout),
    VMF_BYTES(SerialState, rx),
    VMF_BYTES(SerialState, rx_err),
    VMF_INT(SerialState, rx_head),
    VMF_INT(SerialState, rx_count),
    VMF_BYTES(SerialState, tx),
    VMF_INT(SerialState, tx_count),
    VMF_BOOL(SerialState, irq_level),
    VMF_TIMER(SerialState, timeout_timer),
    VMF_END(),
};

static const VMState serial_vmstate = {1, 1, serial_fields,
                                       .post_load = serial_post_load};

static const Property serial_props[] = {
    PROP_UINT(SerialState, "iobase", iobase, 0x3f8, "first of its eight ports"),
    PROP_UINT(SerialState, "irq", irq_num, 4, "ISA interrupt"),
    PROP_PTR(SerialState, "chardev", chr, "host side"),
    PROP_END(),
};

const DeviceClass isa_serial_class = {
    .name = "isa-serial",
    .desc = "16550A UART",
    .bus = "ISA",
    .size = sizeof(SerialState),
    .props = serial_props,
    .state = &serial_vmstate,
    .realize = serial_realize,
    .unrealize = serial_unrealize,
    .reset = serial_reset,
};
