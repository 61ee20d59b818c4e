/* Declares the device classes of the program. */
/* SPDX-License-Identifier: MIT */
#ifndef HW_DEVICES_H
#define HW_DEVICES_H

#include "hw/core/device.h"

#define DEVICE_CLASS(name) extern const DeviceClass name;
#include "hw/devices.def"

#endif
