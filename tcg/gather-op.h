/* What the helpers of gathers and masked moves are told, and a back end that needs none.
 */
/* SPDX-License-Identifier: MIT */
#ifndef TCG_GATHER_OP_H
#define TCG_GATHER_OP_H

/* The first argument of a helper with HELPER_GATHER; the second is the address that the
 * scaled elements of the index are added to. */
enum {
    GATHER_DATA_SHIFT = 0,     /* numbers of vector registers, 4 bits each: ymm0 ...  */
    GATHER_MASK_SHIFT = 4,     /* elements that are done leave it                     */
    GATHER_INDEX_SHIFT = 8,    /*                                                     */
    GATHER_SCALE_SHIFT = 12,   /* log2 of what the index counts: 2 bits               */
    GATHER_256 = 1 << 14,      /* the longer of data and index has 256 bits, not 128  */
    GATHER_DATA_64 = 1 << 15,  /* elements have 64 bits, not 32                     */
    GATHER_INDEX_64 = 1 << 16, /* so have those of the index                        */
    GATHER_ADDR_SHIFT = 17,    /* address size, SZ16 ... SZ64: 2 bits               */
    GATHER_SEG_SHIFT = 19,     /* segment: 3 bits                                   */
    GATHER_PLAIN = 1 << 22,    /* addresses have 64 bits, are of no segment, and    */
                               /* need not be aligned                               */
};

/* The same of one with HELPER_MASKMOV; the second is the address. */
enum {
    MASKMOV_DATA_SHIFT = GATHER_DATA_SHIFT,
    MASKMOV_MASK_SHIFT = GATHER_MASK_SHIFT,
    MASKMOV_256 = 1 << 8, /* 256 bits, not 128                                     */
    MASKMOV_64 = 1 << 9,  /* elements have 64 bits, not 32                         */
    MASKMOV_STORE = 1 << 10,
};

#endif
