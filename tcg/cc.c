/* Computes the six arithmetic flags from recipes, and conditions from flags. */
/* SPDX-License-Identifier: MIT */
#include "tcg/cc-inline.h"

uint32_t cc_of_result(uint64_t r, IRType t)
{
    return cc_of_result_inline(r, t);
}

uint32_t cc_compute(const CCState *cc)
{
    return cc_compute_inline(cc);
}

bool cc_test(uint32_t eflags, Cond cond)
{
    bool less = !(eflags & CC_S) != !(eflags & CC_O);
    bool r = false;
    switch (cond >> 1) {
    case COND_O >> 1:
        r = eflags & CC_O;
        break;
    case COND_B >> 1:
        r = eflags & CC_C;
        break;
    case COND_E >> 1:
        r = eflags & CC_Z;
        break;
    case COND_BE >> 1:
        r = eflags & (CC_C | CC_Z);
        break;
    case COND_S >> 1:
        r = eflags & CC_S;
        break;
    case COND_P >> 1:
        r = eflags & CC_P;
        break;
    case COND_L >> 1:
        r = less;
        break;
    case COND_LE >> 1:
        r = less || (eflags & CC_Z);
        break;
    }
    return r != (cond & 1);
}

uint32_t cc_of_cond(Cond cond)
{
    static const uint16_t flags[] = {
        CC_O, CC_C, CC_Z, CC_C | CC_Z, CC_S, CC_P, CC_S | CC_O, CC_S | CC_O | CC_Z,
    };
    assert(cond <= COND_G);
    return flags[cond >> 1];
}
