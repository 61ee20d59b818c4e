/* Register allocation inside a unit: temps and unpinned globals in scratch registers. */
/* SPDX-License-Identifier: MIT */
#ifndef TCG_REGALLOC_H
#define TCG_REGALLOC_H

#include "tcg/ir.h"

/*
 * One forward pass: the back end asks for the operands of an op as it emits it. A pinned
 * global is always in its host register. Everything else lives in a scratch register, in
 * a spill slot of the host stack (temps), or in env (globals):
 *   temp     in a register, a slot or both (the slot never goes stale: a temp is
 *            written once)
 *   global   in env, and maybe in a register; `dirty` when only the register is right
 *
 * IRTemp.reg and IRTemp.slot say where, plus one; 0 is nowhere.
 *
 * A register that an op uses is locked until ra_end_op(), so that allocation does not
 * take it.
 */
enum { RA_MAX_SCRATCH = 8, RA_MAX_SLOTS = 256 };

typedef struct RegAlloc RegAlloc;

/* The host's side. Emits moves that leave the host's flags alone. */
typedef struct RAHost {
    unsigned nscratch;
    uint8_t scratch[RA_MAX_SCRATCH];
    void (*mov)(RegAlloc *ra, unsigned dst, unsigned src);
    void (*movi)(RegAlloc *ra, unsigned dst, uint64_t val);
    void (*load_env)(RegAlloc *ra, unsigned dst, int32_t offset);
    void (*store_env)(RegAlloc *ra, unsigned src, int32_t offset);
    void (*load_slot)(RegAlloc *ra, unsigned dst, unsigned slot);
    void (*store_slot)(RegAlloc *ra, unsigned src, unsigned slot);
} RAHost;

typedef struct RAHeld {
    IRRef ref; /* IR_NONE: nothing, or an anonymous scratch if locked */
    bool dirty;
    uint32_t age;
} RAHeld;

struct RegAlloc {
    const RAHost *host;
    TCGContext *s;
    RAHeld held[RA_MAX_SCRATCH];
    uint8_t index_of[32]; /* host register -> index in held[], 0xff: not scratch */
    uint32_t locked;      /* host registers */
    bool dirty;           /* one of held[] may be */
    uint32_t clock;
    uint64_t slots_used[RA_MAX_SLOTS / 64];
    IRRef slot_ref[RA_MAX_SLOTS];
    uint16_t *path_of, *last; /* by temp: the path that defines it, its last use there */
    uint16_t path;
};

/* What the registers and slots hold at a branch, for the label that continues its block.
 */
typedef struct RAState RAState;

/* Begins a unit; pinned[r]: host register of global r, or 0xff. */
void ra_start(RegAlloc *ra, const RAHost *host, TCGContext *s, const uint8_t *pinned);

/* Host register that holds ref now, or -1. */
static inline int ra_reg(const RegAlloc *ra, IRRef ref)
{
    return ra->s->temps[ref].reg - 1;
}
static inline bool ra_is_scratch(const RegAlloc *ra, unsigned reg)
{
    return ra->index_of[reg] != 0xff;
}

/* The register that holds ref, loaded if necessary; locked until the end of the op.
 * Constants are loaded anew each time. */
unsigned ra_use_scratch(RegAlloc *ra, IRRef ref);
static inline unsigned ra_use(RegAlloc *ra, IRRef ref)
{
    int reg = ra_reg(ra, ref);
    return reg >= 0 && !ra_is_scratch(ra, reg) ? (unsigned)reg : ra_use_scratch(ra, ref);
}
/* A register for the op's own use until ra_release() or the end of the op. */
unsigned ra_alloc(RegAlloc *ra);
void ra_lock(RegAlloc *ra, unsigned reg);
void ra_release(RegAlloc *ra, unsigned reg);
/* Number of scratch registers that are not locked. */
unsigned ra_nfree(const RegAlloc *ra);
/* Whether no scratch register is locked or holds a value. */
bool ra_all_empty(const RegAlloc *ra);
/* The register that is going to hold ref's new value (all of it): the caller writes it. A
 * global becomes dirty. Locked. */
unsigned ra_def_scratch(RegAlloc *ra, IRRef ref);
static inline unsigned ra_def(RegAlloc *ra, IRRef ref)
{
    int reg = ra_reg(ra, ref);
    return reg >= 0 && !ra_is_scratch(ra, reg) ? (unsigned)reg : ra_def_scratch(ra, ref);
}
/* The scratch register `reg` (locked, anonymous, or of a dead temp) becomes ref's: it
 * holds the value already. */
void ra_bind(RegAlloc *ra, IRRef ref, unsigned reg);
/* The value of a global's register has been changed in part (the register was right
 * before). */
void ra_dirty(RegAlloc *ra, IRRef ref);
/* A temp will not be read again. */
void ra_kill(RegAlloc *ra, IRRef ref);
/* A global was written in env: a cached value is no longer right. */
void ra_forget(RegAlloc *ra, IRRef ref);
/* The slot where a vector temp lives, of four times the size; made if it has none. */
unsigned ra_vec_slot(RegAlloc *ra, IRRef ref);
/* The inputs that are dead behind the op. */
void ra_kill_inputs(RegAlloc *ra, const IROp *op);
/* Of an op that has made a temp that nobody wants. */
void ra_kill_unread(RegAlloc *ra, const IROp *op);
/* Frees dead inputs and outputs that nobody reads, and unlocks all. */
static inline void ra_end_op(RegAlloc *ra, const IROp *op)
{
    ra->locked = 0;
    if (op->dead) {
        ra_kill_inputs(ra, op);
    }
    if (op->unread) {
        ra_kill_unread(ra, op);
    }
}

/* Some global is right in its register only. */
bool ra_has_dirty(const RegAlloc *ra);
/* Env becomes right for all dirty globals; they stay in registers. */
void ra_sync_dirty(RegAlloc *ra);
static inline void ra_sync(RegAlloc *ra)
{
    if (ra->dirty) {
        ra_sync_dirty(ra);
    }
}
/* The same but for `keep`, n globals that stay dirty. */
void ra_sync_but(RegAlloc *ra, const IRRef *keep, unsigned n);
/* The back end has stored the global in env. */
void ra_stored(RegAlloc *ra, IRRef ref);
/* Only the register of ref is right, if it has one. */
bool ra_is_dirty(const RegAlloc *ra, IRRef ref);
/* After something has changed globals in env: none is in a register any more. */
void ra_drop_globals(RegAlloc *ra);
/* What lives in these host registers (bit mask) moves to slots and env. */
void ra_evict(RegAlloc *ra, uint32_t regs);
/* At a label that several paths reach: nothing is in registers. ra_sync() before each of
 * the branches. */
void ra_reset(RegAlloc *ra);

/* Drops temps that the path that goes on behind op number `at` (a branch) does not use.
 */
void ra_prune(RegAlloc *ra, unsigned at);
RAState *ra_save(RegAlloc *ra);
void ra_restore(RegAlloc *ra, const RAState *st);

/* Calls fn(reg, offset) for each dirty global. */
void ra_each_dirty(RegAlloc *ra, void (*fn)(RegAlloc *ra, unsigned reg, int32_t offset));

#endif
