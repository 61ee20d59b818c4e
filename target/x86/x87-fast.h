/* x87 operations on what is common, for back ends that have no x87. */
/* SPDX-License-Identifier: MIT */
#ifndef TARGET_X86_X87_FAST_H
#define TARGET_X86_X87_FAST_H

#include "tcg/guest-desc.h"

/* GuestDesc.x87_fast: by X87Id; NULL where there is none. */
extern X87FastFn *const x87_fast[NR_X87_IDS];

#endif
