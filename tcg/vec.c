/* The table of vector operations. */
/* SPDX-License-Identifier: MIT */
#include "tcg/vec.h"

#define FP                                             VECF_FP
#define UNARY                                          VECF_UNARY
#define IMM                                            VECF_IMM
#define VEC(name, flags, feature, prefix, map, opcode) [VEC_##name] = {#name, flags},
const VecInfo vec_info[NR_VEC_IDS] = {
    [VEC_NONE] = {"none"},
#include "tcg/vec.def"
};
