/* IRQLine: one end of a wire between devices, as a value that can be copied. */
/* SPDX-License-Identifier: MIT */
#ifndef HW_CORE_IRQ_H
#define HW_CORE_IRQ_H

#include "util/common.h"

/*
 * The receiver's end of a wire: input `n` of `opaque`. A device keeps the lines that it
 * drives by value; a zeroed line is not connected and may be driven. Levels are logical:
 * 1 is asserted, whatever the electrical polarity. The receiver remembers levels and
 * finds edges.
 */
typedef struct IRQLine {
    void (*set)(void *opaque, int n, int level);
    void *opaque;
    int n;
} IRQLine;

static inline void irq_set(const IRQLine *line, int level)
{
    if (line->set) {
        line->set(line->opaque, line->n, level);
    }
}

/* Ticks of the PC's timer that are delivered late rather than lost: a second at 1 kHz. */
#define TICKS_OWED_MAX 1000u

static inline void irq_pulse(const IRQLine *line)
{
    irq_set(line, 1);
    irq_set(line, 0);
}

#endif
