/* Units of earlier runs: what of a unit is kept in a file, and finding it there. */
/* SPDX-License-Identifier: MIT */
#ifndef ACCEL_TCG_UNIT_CACHE_H
#define ACCEL_TCG_UNIT_CACHE_H

#include "accel/tcg/tb.h"
#include "util/record-file.h"

/*
 * A unit is a function of the guest's bytes that it was made from (its own, and those
 * that were peeked at), where they lie, the mode, and the configuration. The last is the
 * file's key; the others stand in the record and are compared each time. So a unit from
 * the file is the one that would be made now, whoever has changed the program meanwhile.
 *
 * Only the door for programs has such a cache (user-cache.c): its units do not depend on
 * where pages lie in RAM.
 */

/* A record: this, then peeked ranges, guest bytes, peeked bytes, the unit. */
typedef struct KeptUnit {
    uint64_t pc, cs_base;
    uint32_t flags;
    uint16_t guest_size, num_insns, npeeks;
    TCGCode code; /* without its backend and entry; cut behind the exits that there are */
} KeptUnit;
/* The offset of each part, and the size of all. */
typedef struct KeptLayout {
    size_t peeks, guest, peeked, host, size;
} KeptLayout;

/* The same of all; `u` may be the head alone. False: the numbers cannot be those of a
 * unit. */
bool kept_layout(const KeptUnit *u, const void *peeks, KeptLayout *l);

typedef struct UnitCache {
    RecordFile *file; /* NULL: there is none yet */
    char *dir, *name; /* of the file */
    uint8_t key[512];
    size_t key_size;
    uint64_t dir_dev, dir_ino; /* the folder is still that one */
    uid_t owner;
    /* Units made by this process since it looked at the file, some to be kept. */
    size_t fresh;
} UnitCache;

uint64_t kept_id(vaddr pc, uint64_t cs_base, uint32_t flags);

/* A unit with this key: *at begins with zeros. NULL: no more. Its bytes are still to be
 * compared. */
const KeptUnit *unit_cache_find(const UnitCache *c, const TBKey *key, RecordCursor *at,
                                KeptLayout *l);
/* Fills in all of `code` but where it is. */
void kept_code(const KeptUnit *u, TCGCode *code);
void kept_peeks(const KeptUnit *u, const KeptLayout *l, PeekSet *peeks);

#endif
