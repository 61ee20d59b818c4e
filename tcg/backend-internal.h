/* What back ends know of code memory. */
/* SPDX-License-Identifier: MIT */
#ifndef TCG_BACKEND_INTERNAL_H
#define TCG_BACKEND_INTERNAL_H

#include "tcg/tcg.h"

/*
 * The same memory is mapped at rw (to write) and at rx (to run, and to read). Thunks come
 * first; a unit is written at rw + used by its back end, which then moves `used`. One
 * writer at a time: the engine sees to it.
 */
struct CodeBuf {
    uint8_t *rw, *rx;
    size_t size, used;
    size_t ready;  /* bytes whose pages are there */
    size_t thunks; /* bytes that code_buf_reset() keeps: init() of a back end sets it */
};

static inline void *code_buf_rw(const CodeBuf *b, const void *rx)
{
    return b->rw + ((const uint8_t *)rx - b->rx);
}

static inline void *code_buf_rx(const CodeBuf *b, const void *rw)
{
    return b->rx + ((const uint8_t *)rw - b->rw);
}

/* Bytes that are left. */
static inline size_t code_buf_room(const CodeBuf *b)
{
    return b->size - b->used;
}

#endif
