/* Numbers and properties of the IR's x87 operations. */
/* SPDX-License-Identifier: MIT */
#ifndef TCG_X87_H
#define TCG_X87_H

#include "util/common.h"

/* What IROp.vec holds. */
typedef enum X87Id {
    X87_NO_OP,
#define X87(name, form, escape, byte) X87_##name,
#include "tcg/x87.def"
    NR_X87_IDS
} X87Id;

typedef enum X87Form {
    X87_FORM_NONE,
    X87_FORM_STI,
    X87_FORM_IN,
    X87_FORM_OUT,
    X87_FORM_CC,
    X87_FORM_LD,
    X87_FORM_ST,
} X87Form;

typedef struct X87Info {
    const char *name;
    uint8_t form; /* X87Form */
    uint8_t escape, byte;
} X87Info;
extern const X87Info x87_info[NR_X87_IDS];

/*
 * An x87 op for GuestDesc.x87_op(). lo, hi: the operand as it is in memory, zero-extended
 * (bits 79:64 are hi), or the integer input. A store goes to `host`, or, if that is NULL,
 * to guest memory at addr in the current mode; ra is for the fault that it may raise.
 */
typedef struct X87Op {
    unsigned id; /* X87Id */
    unsigned i;  /* of ST(i) */
    uint64_t lo, hi;
    uint64_t addr;
    void *host;
    uintptr_t ra;
} X87Op;

#endif
