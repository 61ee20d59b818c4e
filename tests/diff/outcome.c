/* What a run ended with; memory around a run. */
/* SPDX-License-Identifier: MIT */
#include "tests/diff/outcome.h"

#define HLT   0xf4
#define BLOCK 1024u

static uint8_t *host(uint64_t addr)
{
    return (uint8_t *)(uintptr_t)addr;
}

void outcome_begin(const Case *c, Outcome *out)
{
    out->st = c->before;
    memset(out->changed, 0, sizeof(out->changed));
    if (c->patch_len) {
        memcpy(host(c->patch_addr), c->patch, c->patch_len);
    }
    memcpy(host(CODE_BASE) + c->offset, c->code, c->len + 1);
}

/* Finds lines of `now` that are not as in `was`, and restores them; the first line is
 * number `first`. */
static void collect(Outcome *out, unsigned first, uint8_t *now, const uint8_t *was,
                    size_t size)
{
    for (size_t block = 0; block < size; block += BLOCK) {
        if (memcmp(now + block, was + block, BLOCK) == 0) {
            continue;
        }
        for (size_t off = block; off < block + BLOCK; off += LINE_SIZE) {
            unsigned line = first + off / LINE_SIZE;
            if (memcmp(now + off, was + off, LINE_SIZE) != 0) {
                out->changed[line / 64] |= 1ull << line % 64;
                memcpy(out->lines[line], now + off, LINE_SIZE);
                memcpy(now + off, was + off, LINE_SIZE);
            }
        }
    }
}

void outcome_end(const Gen *g, const Case *c, Outcome *out)
{
    collect(out, 0, host(DATA_BASE), gen_data(g), DATA_SIZE);
    collect(out, DATA_SIZE / LINE_SIZE, host(STACK_BASE), gen_stack(g), STACK_SIZE);
    memset(host(CODE_BASE) + c->offset, HLT, c->len + 1);
}

static bool states_equal(const MachineState *a, const MachineState *b, uint32_t flags)
{
    return memcmp(a->regs, b->regs, sizeof(a->regs)) == 0 && a->rip == b->rip &&
           ((a->eflags ^ b->eflags) & (flags | EFL_DF)) == 0 && a->mxcsr == b->mxcsr &&
           a->fcw == b->fcw && a->fsw == b->fsw && a->ftw == b->ftw &&
           memcmp(a->st, b->st, sizeof(a->st)) == 0 &&
           memcmp(a->vec, b->vec, sizeof(a->vec)) == 0;
}

bool outcome_equal(const Outcome *a, const Outcome *b, uint32_t flags)
{
    if (!states_equal(&a->st, &b->st, flags) || a->res.vector != b->res.vector ||
        a->res.error != b->res.error || a->res.cr2 != b->res.cr2 ||
        memcmp(a->changed, b->changed, sizeof(a->changed)) != 0) {
        return false;
    }
    for (unsigned n = 0; n < ARRAY_SIZE(a->changed); n++) {
        for (uint64_t left = a->changed[n]; left; left &= left - 1) {
            unsigned line = 64 * n + __builtin_ctzll(left);
            if (memcmp(a->lines[line], b->lines[line], LINE_SIZE) != 0) {
                return false;
            }
        }
    }
    return true;
}

void outcome_expand(const Gen *g, const Outcome *o, Snapshot *s)
{
    s->st = o->st;
    s->res = o->res;
    memcpy(s->data, gen_data(g), DATA_SIZE);
    memcpy(s->stack, gen_stack(g), STACK_SIZE);
    for (unsigned line = 0; line < NR_LINES; line++) {
        unsigned off = line * LINE_SIZE;
        if (o->changed[line / 64] >> line % 64 & 1) {
            uint8_t *to = off < DATA_SIZE ? s->data + off : s->stack + (off - DATA_SIZE);
            memcpy(to, o->lines[line], LINE_SIZE);
        }
    }
}

void outcome_before(const Gen *g, const Case *c, Snapshot *s)
{
    s->st = c->before;
    s->res = (MachineResult){.vector = EXCP_GP};
    memcpy(s->data, gen_data(g), DATA_SIZE);
    memcpy(s->stack, gen_stack(g), STACK_SIZE);
    memcpy(s->data + (c->patch_len ? c->patch_addr - DATA_BASE : 0), c->patch,
           c->patch_len);
}
