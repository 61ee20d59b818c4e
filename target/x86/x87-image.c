/* The x87 state as FNSTENV, FNSAVE and FXSAVE lay it out in memory. */
/* SPDX-License-Identifier: MIT */
/*
 * A tag word has two bits a register, but all except "empty" follows from the contents:
 * only the empty ones are kept, and loaded. Loading keeps the rules of the status word:
 * ES and B are what flags and masks say, whatever the image has.
 */
#include "target/x86/x87.h"
#include "util/bitops.h"

enum { TAG_VALID, TAG_ZERO, TAG_SPECIAL, TAG_EMPTY };

/* SDM vol. 1, 8.1.7: by physical register. */
static unsigned register_tag(const X87State *x, unsigned i)
{
    if (x->empty >> i & 1) {
        return TAG_EMPTY;
    }
    switch (fx80_classify(x->r[i])) {
    case FLOAT_CLASS_NORMAL:
        return TAG_VALID;
    case FLOAT_CLASS_ZERO:
        return TAG_ZERO;
    default:
        return TAG_SPECIAL;
    }
}

static uint16_t tag_word(const X87State *x)
{
    uint16_t tags = 0;
    for (unsigned i = 0; i < 8; i++) {
        tags |= register_tag(x, i) << 2 * i;
    }
    return tags;
}

static uint8_t empty_from_tags(uint16_t tags)
{
    uint8_t empty = 0;
    for (unsigned i = 0; i < 8; i++) {
        empty |= ((tags >> 2 * i & 3) == TAG_EMPTY) << i;
    }
    return empty;
}

/* A status word comes before its control word here, so that ES is settled by the latter.
 */
static void load_words(X87State *x, uint16_t cw, uint16_t sw)
{
    x->top = sw >> X87_SW_TOP_SHIFT & 7;
    x->sw = sw & ~(7 << X87_SW_TOP_SHIFT);
    x87_set_cw(x, cw);
}

/*
 * Environments. The words of the 16-bit and the 32-bit image have the same order.
 */

enum { ENV_CW, ENV_SW, ENV_TAGS, ENV_FIP, ENV_FCS, ENV_FDP, ENV_FDS, NR_ENV_WORDS };

void x87_store_env(const X87State *x, X87Format format, uint8_t *image)
{
    uint32_t word[NR_ENV_WORDS] = {
        [ENV_CW] = 0xffff0000 | x->cw,
        [ENV_SW] = 0xffff0000 | x87_sw(x),
        [ENV_TAGS] = 0xffff0000 | tag_word(x),
    };
    if (format.real) {
        word[ENV_FIP] = x->fip & 0xffff;
        word[ENV_FCS] = (x->fip >> 16) << 12 | (x->fop & 0x7ff);
        word[ENV_FDP] = x->fdp & 0xffff;
        word[ENV_FDS] = (x->fdp >> 16) << 12;
    } else {
        word[ENV_FIP] = x->fip;
        word[ENV_FCS] = x->fcs | (uint32_t)(x->fop & 0x7ff) << 16;
        word[ENV_FDP] = x->fdp;
        word[ENV_FDS] = 0xffff0000 | x->fds;
    }
    for (unsigned i = 0; i < NR_ENV_WORDS; i++) {
        if (format.wide) {
            stl_le_p(image + 4 * i, word[i]);
        } else {
            stw_le_p(image + 2 * i, word[i]);
        }
    }
}

void x87_load_env(X87State *x, X87Format format, const uint8_t *image)
{
    uint32_t word[NR_ENV_WORDS];
    for (unsigned i = 0; i < NR_ENV_WORDS; i++) {
        word[i] = format.wide ? ldl_le_p(image + 4 * i) : ldw_le_p(image + 2 * i);
    }
    load_words(x, word[ENV_CW], word[ENV_SW]);
    x->empty = empty_from_tags(word[ENV_TAGS]);
    if (format.real) {
        x->fip = (word[ENV_FIP] & 0xffff) | (uint64_t)(word[ENV_FCS] >> 12 & 0xffff)
                                                << 16;
        x->fdp = (word[ENV_FDP] & 0xffff) | (uint64_t)(word[ENV_FDS] >> 12 & 0xffff)
                                                << 16;
        x->fop = word[ENV_FCS] & 0x7ff;
        x->fcs = x->fds = 0;
    } else {
        x->fip = word[ENV_FIP];
        x->fcs = word[ENV_FCS];
        x->fdp = word[ENV_FDP];
        x->fds = word[ENV_FDS];
        x->fop = format.wide ? word[ENV_FCS] >> 16 & 0x7ff : 0;
    }
}

/*
 * Registers.
 */

static void store_register(uint8_t *image, floatx80 v)
{
    stq_le_p(image, v.lo);
    stw_le_p(image + 8, v.hi);
}

static floatx80 load_register(const uint8_t *image)
{
    return (floatx80){ldq_le_p(image), ldw_le_p(image + 8)};
}

void x87_store_regs(const X87State *x, uint8_t image[X87_REGS_SIZE])
{
    for (unsigned i = 0; i < 8; i++) {
        store_register(image + 10 * i, x->r[(x->top + i) & 7]);
    }
}

void x87_load_regs(X87State *x, const uint8_t image[X87_REGS_SIZE])
{
    for (unsigned i = 0; i < 8; i++) {
        x87_put(&x->r[(x->top + i) & 7], load_register(image + 10 * i));
    }
}

/*
 * FXSAVE. Its tag byte has one bit a register: not empty.
 */

void x87_fxsave(const X87State *x, bool wide, uint8_t image[X87_FXSAVE_END])
{
    stw_le_p(image, x->cw);
    stw_le_p(image + 2, x87_sw(x));
    image[4] = ~x->empty;
    image[5] = 0;
    stw_le_p(image + 6, x->fop);
    stq_le_p(image + 8, wide ? x->fip : (uint32_t)x->fip | (uint64_t)x->fcs << 32);
    stq_le_p(image + 16, wide ? x->fdp : (uint32_t)x->fdp | (uint64_t)x->fds << 32);
    for (unsigned i = 0; i < 8; i++) {
        uint8_t *slot = image + X87_FXSAVE_REGS + 16 * i;
        memset(slot, 0, 16);
        store_register(slot, x->r[(x->top + i) & 7]);
    }
}

void x87_fxrstor(X87State *x, bool wide, const uint8_t image[X87_FXSAVE_END])
{
    uint64_t fip = ldq_le_p(image + 8), fdp = ldq_le_p(image + 16);
    load_words(x, ldw_le_p(image), ldw_le_p(image + 2));
    x->empty = ~image[4];
    x->fop = ldw_le_p(image + 6) & 0x7ff;
    x->fip = wide ? fip : (uint32_t)fip;
    x->fdp = wide ? fdp : (uint32_t)fdp;
    x->fcs = wide ? 0 : fip >> 32;
    x->fds = wide ? 0 : fdp >> 32;
    for (unsigned i = 0; i < 8; i++) {
        x87_put(&x->r[(x->top + i) & 7], load_register(image + X87_FXSAVE_REGS + 16 * i));
    }
}
