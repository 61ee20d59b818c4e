/* Names that the printer and the parser of units share. */
/* SPDX-License-Identifier: MIT */
#ifndef TCG_IR_TEXT_H
#define TCG_IR_TEXT_H

#include "tcg/ir.h"

extern const char *const ir_type_names[NR_IR_TYPES];
extern const char *const ir_cond_names[NR_CONDS];

typedef struct IRFlagName {
    uint32_t bit;
    const char *name;
} IRFlagName;
enum { NR_CC_NAMES = 6, NR_HELPER_NAMES = 4, NR_STATE_NAMES = 3 };
extern const IRFlagName ir_cc_names[NR_CC_NAMES];
extern const IRFlagName ir_helper_names[NR_HELPER_NAMES];
extern const IRFlagName ir_state_names[NR_STATE_NAMES];

/* Ops whose name carries op->cond. */
static inline bool ir_text_has_cond(OpCode code)
{
    return (op_info[code].ccr & OPCC_COND) || code == OP_setcond || code == OP_select ||
           code == OP_brcond;
}

#endif
