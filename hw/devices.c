/* The list of all device classes. */
/* SPDX-License-Identifier: MIT */
#include "hw/core/device.h"
#include "hw/devices.h"

#define DEVICE_CLASS(name) &name,
const DeviceClass *const device_classes[] = {
#include "hw/devices.def"
    NULL,
};
