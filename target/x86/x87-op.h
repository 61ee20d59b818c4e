/* The IR's x87 operations on an X87State. */
/* SPDX-License-Identifier: MIT */
#ifndef TARGET_X86_X87_OP_H
#define TARGET_X86_X87_OP_H

#include "target/x86/x87.h"
#include "tcg/x87.h"

/* Any operation but a store. Returns the flags of form CC, and the result of form OUT. */
uint64_t x87_run(X87State *x, const X87Op *op);

/*
 * A store in two steps: its bytes in memory, and how many; 0: an unmasked exception,
 * nothing is to be stored. What changed in the status word goes to *sw instead, unless
 * nothing is stored. When they are, x87_stored() completes it.
 */
#define X87_MAX_STORE 10
unsigned x87_store_image(X87State *x, X87Id id, uint8_t image[X87_MAX_STORE],
                         uint16_t *sw);
void x87_stored(X87State *x, X87Id id, uint16_t sw);

#endif
