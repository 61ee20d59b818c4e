/* Finding units of earlier runs in their file. */
/* SPDX-License-Identifier: MIT */
#include "accel/tcg/unit-cache.h"

#include "util/hash.h"

#define EXIT_BYTES sizeof(((TCGCode *)NULL)->exits[0])
#define PEEK_BYTES sizeof(((PeekSet *)NULL)->range[0])

uint64_t kept_id(vaddr pc, uint64_t cs_base, uint32_t flags)
{
    return hash_mix(hash_mix(hash_mix(flags, cs_base), pc), 0);
}

/* Where the peeked ranges are. */
static size_t kept_peeks_offset(const KeptUnit *u)
{
    return offsetof(KeptUnit, code.exits) + u->code.nexits * EXIT_BYTES;
}

bool kept_layout(const KeptUnit *u, const void *peeks, KeptLayout *l)
{
    PeekSet set = {0};
    if (u->code.nexits > TCG_MAX_EXITS || u->npeeks > PEEK_RANGES ||
        u->guest_size > DISAS_MAX_BYTES || u->code.code_size > u->code.size) {
        return false;
    }
    memcpy(set.range, peeks, u->npeeks * PEEK_BYTES);
    l->peeks = kept_peeks_offset(u);
    l->guest = l->peeks + u->npeeks * PEEK_BYTES;
    l->peeked = l->host = l->guest + u->guest_size;
    for (unsigned i = 0; i < u->npeeks; i++) {
        unsigned start = set.range[i].start, end = set.range[i].end;
        if (start > end || end > PAGE_SIZE) {
            return false;
        }
        l->host += end - start;
    }
    l->size = l->host + u->code.size;
    return true;
}

/* The record is as it was written, so its numbers are right; unless a mistake of ours
 * wrote it. */
static bool is_whole(const KeptUnit *u, size_t size, KeptLayout *l)
{
    return size >= offsetof(KeptUnit, code.exits) && u->code.nexits <= TCG_MAX_EXITS &&
           u->npeeks <= PEEK_RANGES &&
           size - u->npeeks * PEEK_BYTES >= kept_peeks_offset(u) &&
           kept_layout(u, (const char *)u + kept_peeks_offset(u), l) && l->size == size;
}

const KeptUnit *unit_cache_find(const UnitCache *c, const TBKey *key, RecordCursor *at,
                                KeptLayout *l)
{
    uint64_t id = kept_id(key->pc, key->cs_base, key->flags);
    size_t size;
    for (const KeptUnit *u; c->file && (u = record_file_find(c->file, id, at, &size));) {
        if (is_whole(u, size, l) && u->pc == key->pc && u->cs_base == key->cs_base &&
            u->flags == key->flags) {
            return u;
        }
    }
    return NULL;
}

void kept_code(const KeptUnit *u, TCGCode *code)
{
    memcpy(code, &u->code,
           offsetof(TCGCode, exits) + u->code.nexits * sizeof code->exits[0]);
}

void kept_peeks(const KeptUnit *u, const KeptLayout *l, PeekSet *peeks)
{
    *peeks = (PeekSet){.n = u->npeeks};
    memcpy(peeks->range, (const char *)u + l->peeks, u->npeeks * PEEK_BYTES);
}
