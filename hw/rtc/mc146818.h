/* The PC's real-time clock, as the board sees it. */
/* SPDX-License-Identifier: MIT */
#ifndef HW_RTC_MC146818_H
#define HW_RTC_MC146818_H

#include "hw/core/device.h"

/*
 * Sets a byte of the CMOS memory (14-127) to what firmware would have stored; it survives
 * reset, as with a battery.
 */
void mc146818_set_cmos(Device *d, unsigned index, uint8_t value);

#endif
