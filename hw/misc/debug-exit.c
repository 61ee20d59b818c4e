/* Debug exit: a write of v ends the program with status 2 * v + 1. */
/* SPDX-License-Identifier: MIT */
#include "hw/core/device.h"
#include "memory/memory.h"

typedef struct DebugExitState {
    Device dev;
    MemoryRegion io;
    uint32_t iobase, iosize;
} DebugExitState;

static void debug_exit_write(void *opaque, hwaddr addr, uint64_t v, unsigned size)
{
    DebugExitState *s = opaque;
    machine_request(s->dev.machine, MACHINE_EXIT, (int)((uint32_t)v << 1 | 1));
}

static uint64_t debug_exit_read(void *opaque, hwaddr addr, unsigned size)
{
    return 0;
}

static const MemoryRegionOps debug_exit_ops = {.read = debug_exit_read,
                                               .write = debug_exit_write};

static bool debug_exit_realize(Device *d, GError **errp)
{
    DebugExitState *s = (DebugExitState *)d;
    if (!s->iosize || s->iosize > 8 || s->iobase > 0x10000 - s->iosize) {
        return user_error(errp,
                          "isa-debug-exit: iobase=0x%x, iosize=0x%x: not 1 to 8 ports",
                          s->iobase, s->iosize);
    }
    device_map_io(d, &s->io, &debug_exit_ops, s->iobase, s->iosize);
    return true;
}

static const Property debug_exit_props[] = {
    PROP_UINT(DebugExitState, "iobase", iobase, 0x501, "first of its ports"),
    PROP_UINT(DebugExitState, "iosize", iosize, 2, "number of ports"),
    PROP_END(),
};

const DeviceClass isa_debug_exit_class = {
    .name = "isa-debug-exit",
    .desc = "ends the emulator with a status chosen by the guest",
    .bus = "ISA",
    .size = sizeof(DebugExitState),
    .props = debug_exit_props,
    .realize = debug_exit_realize,
};
