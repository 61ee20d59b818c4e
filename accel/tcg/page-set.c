/* PageSet: growing the table. */
/* SPDX-License-Identifier: MIT */
#include "accel/tcg/page-set.h"

void page_set_grow(PageSet *s)
{
    PageSet old = *s;

    s->nslots = MAX(64, 2 * old.nslots);
    s->slot = g_new0(uint64_t, s->nslots);
    for (unsigned i = 0; i < old.nslots; i++) {
        if (old.slot[i]) {
            s->slot[page_set_slot(s, old.slot[i] - 1)] = old.slot[i];
        }
    }
    g_free(old.slot);
}
