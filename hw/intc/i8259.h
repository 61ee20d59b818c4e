/* The pair of 8259 interrupt controllers, as the board sees it. */
/* SPDX-License-Identifier: MIT */
#ifndef HW_INTC_I8259_H
#define HW_INTC_I8259_H

#include "hw/core/device.h"

struct CPUIntcChips;
struct CPUIntcTaker;

/*
 * Interrupt acknowledge: moves the highest pending request into service and returns its
 * vector. Without one it is a spurious IRQ 7 (or 15), as on the chip.
 */
int i8259_ack(Device *d);

/* The pair's part of CPUIntc.give_chips() and take_chips(). */
void i8259_give(Device *d, const struct CPUIntcTaker *taker, struct CPUIntcChips *image);
void i8259_take_back(Device *d, const struct CPUIntcChips *image, bool look);

#endif
