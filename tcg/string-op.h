/* What the helper of a repeated string instruction is told, and a back end that needs no
 * helper. */
/* SPDX-License-Identifier: MIT */
#ifndef TCG_STRING_OP_H
#define TCG_STRING_OP_H

#include <stdbool.h>

typedef enum StringKind {
    STRING_MOVS,
    STRING_STOS,
    STRING_LODS,
    STRING_CMPS,
    STRING_SCAS,
} StringKind;

/* The argument of a helper with HELPER_STRING. */
enum {
    STR_SIZE_MASK = 3,     /* log2 of the element's bytes                            */
    STR_ADDR_SHIFT = 2,    /* address size, SZ16 ... SZ64: 2 bits                    */
    STR_SEG_SHIFT = 4,     /* segment of the source: 3 bits                          */
    STR_ONE = 1 << 7,      /* one element a call                                     */
    STR_REPNE = 1 << 8,    /* F2: CMPS and SCAS stop at equal, not at unequal        */
    STR_KIND_SHIFT = 9,    /* StringKind: 3 bits                                     */
    STR_PLAIN = 1 << 12,   /* the registers are addresses of 64 bits, of no segment, */
                           /* and need not be aligned                                */
    STR_NONZERO = 1 << 13, /* rCX is not 0                                         */
};

static inline StringKind string_kind(unsigned how)
{
    return (StringKind)(how >> STR_KIND_SHIFT & 7);
}

static inline bool string_compares(unsigned how)
{
    return string_kind(how) == STRING_CMPS || string_kind(how) == STRING_SCAS;
}

#endif
