/* Numbers and properties of the IR's vector operations. */
/* SPDX-License-Identifier: MIT */
#ifndef TCG_VEC_H
#define TCG_VEC_H

#include "util/common.h"

/* What IROp.vec holds. */
typedef enum VecId {
    VEC_NONE,
#define VEC(name, flags, memory, feature, prefix, map, opcode) VEC_##name,
#include "tcg/vec.def"
    NR_VEC_IDS
} VecId;

/* VecInfo.flags, as vec.def tells. */
enum {
    VECF_FP = 1 << 0,
    VECF_UNARY = 1 << 1,
    VECF_IMM = 1 << 2,
    VECF_TERN = 1 << 3,
    VECF_CROSS = 1 << 4,
    VECF_VEX = 1 << 5,
    VECF_W1 = 1 << 6,
    VECF_OUTRM = 1 << 7,
};

typedef struct VecInfo {
    const char *name;
    uint8_t flags;
    /* bytes that the last operand reads in memory; VEC_MEM_PART + n: the vector's >> n */
    uint8_t memory;
} VecInfo;
enum { VEC_MEM_PART = 64 };
extern const VecInfo vec_info[NR_VEC_IDS];

/*
 * A vector op for GuestDesc.vec_op(). r: where the result goes, or NULL; a, b, c: inputs
 * of the op, `n` bytes each, or NULL. Without b the immediate is in its place (shifts by
 * a constant); an integer input is zero-extended. Inputs may be where r is.
 */
typedef struct VecOp {
    unsigned vec; /* VecId */
    unsigned imm;
    unsigned n; /* 16 or 32 */
    void *r;
    const void *a, *b, *c;
} VecOp;

#endif
