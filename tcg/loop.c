/* Units that lead to themselves: what back ends share. */
/* SPDX-License-Identifier: MIT */
#include "tcg/loop.h"

enum { MAX_COPIED_OPS = 300 };

Loop loop_begin(const TCGContext *s)
{
    Loop l = {0};
    if (TCG_OPT_OFF(s, loops) || s->head_guard) {
        return l;
    }
    l.is_loop = s->leads_to_itself;
    l.may_copy = 2 * s->nexits <= TCG_MAX_EXITS && s->nops <= MAX_COPIED_OPS;
    return l;
}

void loop_wants(const TCGContext *s, bool *vec, bool *x87)
{
    *vec = *x87 = false;
    for (unsigned i = 0; i < s->nops; i++) {
        const IROp *op = &s->ops[i];
        const OpInfo *info = &op_info[op->code];
        if (op->code == OP_call || info->flags & (OPF_BRANCH | OPF_BB_END)) {
            return;
        }
        *vec |= info->class == CLASS_VEC ||
                ((op->code == OP_ld || op->code == OP_st) && op->type >= IR_V128);
        *x87 |= op->code == OP_x87 || op->code == OP_x87ld || op->code == OP_x87st;
    }
}

void loop_forget_temps(RegAlloc *ra)
{
    TCGContext *s = ra->s;
    ra_reset(ra);
    for (unsigned r = s->nglobals; r < s->ntemps; r++) {
        s->temps[r].reg = s->temps[r].slot = 0;
    }
    ra->path = 0;
}

const uint8_t *loop_link_target(const TCGCode *from, unsigned slot, const void *to)
{
    const uint8_t *entry = from->entry;
    uint32_t again = from->exits[slot].again;
    if (again && to == entry + from->direct) {
        return entry + again;
    }
    return again || !to ? entry + from->exits[slot].unlinked : to;
}
