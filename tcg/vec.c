/* The table of vector operations. */
/* SPDX-License-Identifier: MIT */
#include "tcg/vec.h"

#define FP    VECF_FP
#define UNARY VECF_UNARY
#define IMM   VECF_IMM
#define TERN  VECF_TERN
#define CROSS VECF_CROSS
#define VEX   VECF_VEX
#define W1    VECF_W1
#define OUTRM VECF_OUTRM

enum { MEM_0 = 0, MEM_4 = 4, MEM_8 = 8, MEM_16 = 16 };
enum {
    MEM_x = VEC_MEM_PART,
    MEM_h = VEC_MEM_PART + 1,
    MEM_f = VEC_MEM_PART + 2,
    MEM_e = VEC_MEM_PART + 3
};

#define VEC(name, flags, memory, feature, prefix, map, opcode) \
    [VEC_##name] = {#name, flags, MEM_##memory},
const VecInfo vec_info[NR_VEC_IDS] = {
    [VEC_NONE] = {"none"},
#include "tcg/vec.def"
};
