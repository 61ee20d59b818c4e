/* Host code as text. */
/* SPDX-License-Identifier: MIT */
#ifndef TCG_DISAS_H
#define TCG_DISAS_H

#include "util/common.h"

/*
 * Appends `size` bytes of this host's code at `code`, one instruction a line, with
 * offsets from `base` (the entry of the unit). Bytes that are no instruction are printed
 * as such.
 */
void disas_host(const void *code, size_t size, const void *base, GString *to);

#endif
