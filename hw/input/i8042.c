/* i8042 keyboard controller with a PS/2 keyboard and mouse that nobody touches. */
/* SPDX-License-Identifier: MIT */
/*
 * (IBM PS/2 technical reference, keyboard controller; 82C42.) Every answer goes into
 * out[], a queue of bytes marked with the port that they come from. The head of the queue
 * is what port 60h shows; it becomes visible at once, so that a driver never waits. The
 * interrupt of its port is high while a byte is visible and its enable bit is set, and
 * falls between bytes.
 *
 * `expect` says what the next byte written to port 60h is: an operand of a controller
 * command, or a byte for the keyboard. Each PS/2 device keeps the command whose operand
 * it waits for.
 */
#include "hw/core/device.h"
#include "memory/memory.h"
#include "util/bitops.h"
#include "util/log.h"

#define PORT_DATA    0x60
#define PORT_COMMAND 0x64
#define KBD_IRQ      1
#define AUX_IRQ      12
#define QUEUE_SIZE   64

#define STAT_OBF      0x01
#define STAT_SYS      0x04
#define STAT_COMMAND  0x08
#define STAT_UNLOCKED 0x10
#define STAT_AUX      0x20

#define MODE_KBD_INT 0x01
#define MODE_AUX_INT 0x02
#define MODE_SYS     0x04
#define MODE_KBD_OFF 0x10
#define MODE_AUX_OFF 0x20
#define MODE_XLATE   0x40

enum { /* controller commands */
       CMD_READ_MODE = 0x20,
       CMD_WRITE_MODE = 0x60,
       CMD_AUX_DISABLE = 0xa7,
       CMD_AUX_ENABLE = 0xa8,
       CMD_AUX_TEST = 0xa9,
       CMD_SELF_TEST = 0xaa,
       CMD_KBD_TEST = 0xab,
       CMD_KBD_DISABLE = 0xad,
       CMD_KBD_ENABLE = 0xae,
       CMD_READ_INPUT = 0xc0,
       CMD_READ_OUTPUT = 0xd0,
       CMD_WRITE_OUTPUT = 0xd1,
       CMD_LOOP_KBD = 0xd2,
       CMD_LOOP_AUX = 0xd3,
       CMD_WRITE_AUX = 0xd4,
       CMD_PULSE = 0xf0, /* to FFh: pulses the output bits that are 0 */
};

#define OUTPUT_RESET_N 0x01
#define OUTPUT_A20     0x02

enum { /* PS/2 bytes */
       PS2_SET_LEDS = 0xed,
       PS2_ECHO = 0xee,
       PS2_SCANCODE_SET = 0xf0,
       PS2_GET_ID = 0xf2,
       PS2_SET_RATE = 0xf3,
       PS2_ENABLE = 0xf4,
       PS2_DISABLE = 0xf5,
       PS2_DEFAULTS = 0xf6,
       PS2_RESET = 0xff,
       PS2_ACK = 0xfa,
       PS2_RESEND = 0xfe,
       PS2_TEST_OK = 0xaa,
       MOUSE_SCALE_1_1 = 0xe6,
       MOUSE_SCALE_2_1 = 0xe7,
       MOUSE_RESOLUTION = 0xe8,
       MOUSE_STATUS = 0xe9,
       MOUSE_STREAM = 0xea,
       MOUSE_READ = 0xeb,
       MOUSE_REMOTE = 0xf0,
};

#define MOUSE_ENABLED 0x20 /* bits of the status */
#define MOUSE_2_1     0x10

typedef struct I8042State {
    Device dev;
    MemoryRegion data_io, command_io;
    uint8_t mode, output_port;
    uint8_t expect; /* controller command that waits for its operand, 0: none */
    bool last_was_command;
    uint8_t out[QUEUE_SIZE];
    bool out_aux[QUEUE_SIZE];
    uint8_t head, count;
    uint8_t kbd_pending, mouse_pending; /* PS/2 commands that wait for an operand */
    uint8_t scancode_set;
    uint8_t mouse_flags, mouse_resolution, mouse_rate;
    bool irq1, irq12;
} I8042State;

static void i8042_update_irq(I8042State *s)
{
    bool aux = s->count && s->out_aux[s->head], kbd = s->count && !aux;
    bool irq1 = kbd && (s->mode & MODE_KBD_INT), irq12 = aux && (s->mode & MODE_AUX_INT);
    if (irq1 != s->irq1) {
        s->irq1 = irq1;
        device_set_gsi(&s->dev, KBD_IRQ, irq1);
    }
    if (irq12 != s->irq12) {
        s->irq12 = irq12;
        device_set_gsi(&s->dev, AUX_IRQ, irq12);
    }
}

/* Appends an answer; a guest that asks and never reads loses what does not fit. */
static void put(I8042State *s, bool aux, uint8_t byte)
{
    if (s->count == QUEUE_SIZE) {
        log_guest_error("i8042: answers are not read");
        return;
    }
    unsigned at = (s->head + s->count++) % QUEUE_SIZE;
    s->out[at] = byte;
    s->out_aux[at] = aux;
}

/* ---- PS/2 devices ---- */

static void kbd_operand(I8042State *s, uint8_t command, uint8_t v)
{
    put(s, false, PS2_ACK);
    if (command == PS2_SCANCODE_SET) {
        if (!v) {
            put(s, false, s->scancode_set);
        } else if (v <= 3) {
            s->scancode_set = v;
        }
    }
}

static void kbd_write(I8042State *s, uint8_t v)
{
    uint8_t pending = s->kbd_pending;
    s->kbd_pending = 0;
    if (pending) {
        kbd_operand(s, pending, v);
        return;
    }
    switch (v) {
    case PS2_SET_LEDS:
    case PS2_SCANCODE_SET:
    case PS2_SET_RATE:
        s->kbd_pending = v;
        put(s, false, PS2_ACK);
        break;
    case PS2_ECHO:
        put(s, false, PS2_ECHO);
        break;
    case PS2_GET_ID:
        put(s, false, PS2_ACK);
        put(s, false, 0xab);
        put(s, false, s->mode & MODE_XLATE ? 0x41 : 0x83);
        break;
    case PS2_ENABLE:
    case PS2_DISABLE:
    case PS2_DEFAULTS:
        put(s, false, PS2_ACK);
        break;
    case PS2_RESET:
        s->scancode_set = 2;
        put(s, false, PS2_ACK);
        put(s, false, PS2_TEST_OK);
        break;
    default:
        put(s, false, PS2_RESEND);
        break;
    }
}

static void mouse_defaults(I8042State *s)
{
    s->mouse_flags = 0;
    s->mouse_resolution = 2;
    s->mouse_rate = 100;
}

static void mouse_answer(I8042State *s, uint8_t a, uint8_t b, uint8_t c)
{
    put(s, true, a);
    put(s, true, b);
    put(s, true, c);
}

static void mouse_command(I8042State *s, uint8_t v)
{
    put(s, true, PS2_ACK);
    switch (v) {
    case MOUSE_RESOLUTION:
    case PS2_SET_RATE:
        s->mouse_pending = v;
        break;
    case MOUSE_SCALE_1_1:
        s->mouse_flags &= ~MOUSE_2_1;
        break;
    case MOUSE_SCALE_2_1:
        s->mouse_flags |= MOUSE_2_1;
        break;
    case MOUSE_STATUS:
        mouse_answer(s, s->mouse_flags, s->mouse_resolution, s->mouse_rate);
        break;
    case MOUSE_READ:
        mouse_answer(s, 0x08, 0, 0);
        break;
    case PS2_GET_ID:
        put(s, true, 0);
        break;
    case PS2_ENABLE:
        s->mouse_flags |= MOUSE_ENABLED;
        break;
    case PS2_DISABLE:
        s->mouse_flags &= ~MOUSE_ENABLED;
        break;
    case PS2_RESET:
        mouse_defaults(s);
        put(s, true, PS2_TEST_OK);
        put(s, true, 0);
        break;
    case PS2_DEFAULTS:
        mouse_defaults(s);
        break;
    default: /* MOUSE_STREAM, MOUSE_REMOTE and what we do not know */
        break;
    }
}

static void mouse_write(I8042State *s, uint8_t v)
{
    uint8_t pending = s->mouse_pending;
    s->mouse_pending = 0;
    if (!pending) {
        mouse_command(s, v);
        return;
    }
    put(s, true, PS2_ACK);
    if (pending == MOUSE_RESOLUTION) {
        s->mouse_resolution = v & 3;
    } else {
        s->mouse_rate = v;
    }
}

/* ---- controller ---- */

static void write_output_port(I8042State *s, uint8_t v)
{
    s->output_port = v;
    if (!(v & OUTPUT_RESET_N)) {
        machine_request(s->dev.machine, MACHINE_RESET, 0);
    }
}

static uint8_t read_output_port(const I8042State *s)
{
    return s->output_port | (s->irq1 ? 0x10 : 0) | (s->irq12 ? 0x20 : 0);
}

static void i8042_command(I8042State *s, uint8_t v)
{
    s->expect = 0;
    switch (v) {
    case CMD_READ_MODE:
        put(s, false, s->mode);
        break;
    case CMD_WRITE_MODE:
    case CMD_WRITE_OUTPUT:
    case CMD_LOOP_KBD:
    case CMD_LOOP_AUX:
    case CMD_WRITE_AUX:
        s->expect = v;
        break;
    case CMD_AUX_DISABLE:
        s->mode |= MODE_AUX_OFF;
        break;
    case CMD_AUX_ENABLE:
        s->mode &= ~MODE_AUX_OFF;
        break;
    case CMD_AUX_TEST:
    case CMD_KBD_TEST:
        put(s, false, 0x00);
        break;
    case CMD_SELF_TEST:
        s->mode |= MODE_SYS;
        put(s, false, 0x55);
        break;
    case CMD_KBD_DISABLE:
        s->mode |= MODE_KBD_OFF;
        break;
    case CMD_KBD_ENABLE:
        s->mode &= ~MODE_KBD_OFF;
        break;
    case CMD_READ_INPUT:
        put(s, false, 0x80); /* the key lock is open */
        break;
    case CMD_READ_OUTPUT:
        put(s, false, read_output_port(s));
        break;
    default:
        if (v >= CMD_PULSE && !(v & OUTPUT_RESET_N)) {
            machine_request(s->dev.machine, MACHINE_RESET, 0);
        }
        break;
    }
}

static void command_write(void *opaque, hwaddr addr, uint64_t v, unsigned size)
{
    I8042State *s = opaque;
    s->last_was_command = true;
    i8042_command(s, v);
    i8042_update_irq(s);
}

static uint64_t status_read(void *opaque, hwaddr addr, unsigned size)
{
    const I8042State *s = opaque;
    uint8_t v = STAT_UNLOCKED | (s->mode & MODE_SYS ? STAT_SYS : 0) |
                (s->last_was_command ? STAT_COMMAND : 0);
    if (s->count) {
        v |= STAT_OBF | (s->out_aux[s->head] ? STAT_AUX : 0);
    }
    return v;
}

static void data_write(void *opaque, hwaddr addr, uint64_t v, unsigned size)
{
    I8042State *s = opaque;
    uint8_t expect = s->expect;
    s->expect = 0;
    s->last_was_command = false;
    switch (expect) {
    case CMD_WRITE_MODE:
        s->mode = v;
        break;
    case CMD_WRITE_OUTPUT:
        write_output_port(s, v);
        break;
    case CMD_LOOP_KBD:
        put(s, false, v);
        break;
    case CMD_LOOP_AUX:
        put(s, true, v);
        break;
    case CMD_WRITE_AUX:
        s->mode &= ~MODE_AUX_OFF;
        mouse_write(s, v);
        break;
    default:
        s->mode &= ~MODE_KBD_OFF;
        kbd_write(s, v);
        break;
    }
    i8042_update_irq(s);
}

static uint64_t data_read(void *opaque, hwaddr addr, unsigned size)
{
    I8042State *s = opaque;
    uint8_t v = s->out[s->head];
    if (s->count) {
        uint8_t rest = s->count - 1;
        s->count = 0; /* the line falls, then rises for the next byte */
        i8042_update_irq(s);
        s->head = (s->head + (rest ? 1 : 0)) % QUEUE_SIZE;
        s->count = rest;
        i8042_update_irq(s);
    }
    return v;
}

static const MemoryRegionOps data_ops = {
    .read = data_read, .write = data_write, .impl = {.max_access_size = 1}};
static const MemoryRegionOps command_ops = {
    .read = status_read, .write = command_write, .impl = {.max_access_size = 1}};

static void i8042_reset(Device *d)
{
    I8042State *s = (I8042State *)d;
    s->mode = MODE_KBD_INT | MODE_AUX_INT | MODE_SYS | MODE_XLATE;
    s->output_port = OUTPUT_RESET_N | OUTPUT_A20;
    s->expect = s->kbd_pending = s->mouse_pending = 0;
    s->last_was_command = false;
    s->head = s->count = 0;
    s->scancode_set = 2;
    mouse_defaults(s);
    i8042_update_irq(s);
}

static bool i8042_realize(Device *d, GError **errp)
{
    I8042State *s = (I8042State *)d;
    device_map_io(d, &s->data_io, &data_ops, PORT_DATA, 1);
    device_map_io(d, &s->command_io, &command_ops, PORT_COMMAND, 1);
    return true;
}

static bool i8042_post_load(void *opaque, uint32_t version, GError **errp)
{
    I8042State *s = opaque;
    if (s->head >= QUEUE_SIZE || s->count > QUEUE_SIZE) {
        return user_error(errp, "i8042: bad queue in saved state");
    }
    i8042_update_irq(s);
    return true;
}

static const VMField i8042_fields[] = {
    VMF_INT(I8042State, mode),
    VMF_INT(I8042State, output_port),
    VMF_INT(I8042State, expect),
    VMF_BOOL(I8042State, last_was_command),
    VMF_BYTES(I8042State, out),
    VMF_BOOL_ARRAY(I8042State, out_aux),
    VMF_INT(I8042State, head),
    VMF_INT(I8042State, count),
    VMF_INT(I8042State, kbd_pending),
    VMF_INT(I8042State, mouse_pending),
    VMF_INT(I8042State, scancode_set),
    VMF_INT(I8042State, mouse_flags),
    VMF_INT(I8042State, mouse_resolution),
    VMF_INT(I8042State, mouse_rate),
    VMF_BOOL(I8042State, irq1),
    VMF_BOOL(I8042State, irq12),
    VMF_END(),
};

static const VMState i8042_vmstate = {1, 1, i8042_fields, .post_load = i8042_post_load};

const DeviceClass i8042_class = {
    .name = "i8042",
    .desc = "keyboard controller",
    .size = sizeof(I8042State),
    .state = &i8042_vmstate,
    .realize = i8042_realize,
    .reset = i8042_reset,
};
