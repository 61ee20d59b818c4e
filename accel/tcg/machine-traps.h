/* Operations of generated code that trap, in a machine (TCGContext.fp_traps). */
/* SPDX-License-Identifier: MIT */
#ifndef ACCEL_TCG_MACHINE_TRAPS_H
#define ACCEL_TCG_MACHINE_TRAPS_H

#include "accel/tcg/tb.h"

/* SIGFPE in code of the engine leads to its back end's fault_entry(). False: this host's
 * operations do not trap. For one engine at a time. */
bool machine_traps_catch(TCGEngine *e);
/* SIGFPE ends the program again, unless it is another engine's by now. */
void machine_traps_leave(const TCGEngine *e);

#endif
