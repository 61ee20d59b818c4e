/* The PC's real-time clock, as the board sees it. */
/* SPDX-License-Identifier: MIT */
#ifndef HW_RTC_MC146818_H
#define HW_RTC_MC146818_H

#include "hw/core/device.h"

/* What its time goes by. */
typedef enum RTCRunsOn {
    RTC_ON_VM,   /* the machine's clock, which stands still with the guest */
    RTC_ON_RT,   /* the host's monotonic clock */
    RTC_ON_HOST, /* the host's time of day */
} RTCRunsOn;

typedef struct RTCChoice {
    uint64_t epoch; /* seconds since 1970 at the start; 0: the host's time ... */
    int64_t offset; /* ... and this many seconds */
    RTCRunsOn runs_on;
} RTCChoice;

/*
 * Sets a byte of the CMOS memory (14-127) to what firmware would have stored; it survives
 * reset, as with a battery.
 */
void mc146818_set_cmos(Device *d, unsigned index, uint8_t value);

#endif
