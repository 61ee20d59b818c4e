/* Marker: a write to its port says that the guest has come to a point of interest. */
/* SPDX-License-Identifier: MIT */
#include "hw/core/device.h"
#include "memory/memory.h"

typedef struct MarkerState {
    Device dev;
    MemoryRegion io;
    uint32_t iobase;
} MarkerState;

static void marker_write(void *opaque, hwaddr addr, uint64_t v, unsigned size)
{
    MarkerState *s = opaque;
    machine_request(s->dev.machine, MACHINE_MARKER, (int)v);
}

static uint64_t marker_read(void *opaque, hwaddr addr, unsigned size)
{
    return 0;
}

static const MemoryRegionOps marker_ops = {.read = marker_read, .write = marker_write};

static bool marker_realize(Device *d, GError **errp)
{
    MarkerState *s = (MarkerState *)d;
    if (s->iobase > 0xffff) {
        return user_error(errp, "isa-marker: iobase=0x%x: there is no such port",
                          s->iobase);
    }
    device_map_io(d, &s->io, &marker_ops, s->iobase, 1);
    return true;
}

static const Property marker_props[] = {
    PROP_UINT(MarkerState, "iobase", iobase, 0x4d59, "its port"),
    PROP_END(),
};

const DeviceClass isa_marker_class = {
    .name = "isa-marker",
    .desc = "a port by which the guest says 'here': -accel NAME,until=marker",
    .bus = "ISA",
    .size = sizeof(MarkerState),
    .props = marker_props,
    .realize = marker_realize,
};
