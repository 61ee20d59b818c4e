/* Numbers and properties of the IR's x87 operations. */
/* SPDX-License-Identifier: MIT */
#ifndef TCG_X87_H
#define TCG_X87_H

#include "util/common.h"

/* What IROp.vec holds. */
typedef enum X87Id {
    X87_NO_OP,
#define X87(name, form, control, escape, byte) X87_##name,
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

enum { X87_CONTROL_ANY, X87_CONTROL_RC };

typedef struct X87Info {
    const char *name;
    uint8_t form; /* X87Form */
    bool rounds;  /* depends on the control word */
    uint8_t escape, byte;
} X87Info;
extern const X87Info x87_info[NR_X87_IDS];

struct X87State; /* what env has from GuestDesc.x87_regs on */

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

/*
 * An x87 op on what is common (GuestDesc.x87_fast). lo, hi: the operand, as above; of
 * form STI and CC lo is i of ST(i), of form IN hi is the integer. `done` 0: declined, the
 * state is as it was. value: the flags of form CC, the result of form OUT.
 *
 * Form ST: value is what is to be stored, with bits 79:64 above X87_FAST_HI_SHIFT of
 * `done`. The state is as it was; when memory has been written, the low 32 bits of `done`
 * are to go to the status word, TOP and the empty registers.
 */
typedef struct X87FastResult {
    uint64_t done, value;
} X87FastResult;
typedef X87FastResult X87FastFn(struct X87State *x, uint64_t lo, uint64_t hi);

#define X87_FAST_DONE     (UINT64_C(1) << 32)
#define X87_FAST_HI_SHIFT 48

#endif
