/* Hosts whose operations do not trap. */
/* SPDX-License-Identifier: MIT */
#include "accel/tcg/machine-traps.h"

bool machine_traps_catch(TCGEngine *e)
{
    return false;
}

void machine_traps_leave(const TCGEngine *e) {}
