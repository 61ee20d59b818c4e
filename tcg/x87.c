/* The table of x87 operations. */
/* SPDX-License-Identifier: MIT */
#include "tcg/x87.h"

#define X87(op, form, control, esc, byte) \
    [X87_##op] = {#op, X87_FORM_##form, X87_CONTROL_##control, esc, byte},
const X87Info x87_info[NR_X87_IDS] = {
    [X87_NO_OP] = {"none"},
#include "tcg/x87.def"
};
