/* Lockstep: each unit on the interpreter and on the back end, all state compared. Private
 * to accel/tcg. */
/* SPDX-License-Identifier: MIT */
#ifndef ACCEL_TCG_LOCKSTEP_H
#define ACCEL_TCG_LOCKSTEP_H

#include "accel/tcg/tb.h"

/* What a unit needs to be compared. */
typedef struct LockstepUnit {
    TCGCode code; /* for the interpreter, in code memory of its own */
    bool once;    /* cannot be run twice, or depends on flags that nobody defines */
    uint16_t live[TCG_MAX_EXITS]; /* flags that exit slot i leaves behind, and that are
                                     defined */
    uint16_t defined; /* flags that are defined wherever else it can be left */
} LockstepUnit;

bool lockstep_new(TCGEngine *e, GError **errp);
void lockstep_free(TCGEngine *e);
static inline bool lockstep_on(const TCGEngine *e)
{
    return unlikely(e->lockstep != NULL);
}

/*
 * The unit in e->ctx, not optimised: makes the interpreter's code of it. False: no room.
 * The context is spoilt for the back end: the caller translates anew.
 */
bool lockstep_gen_code(TCGEngine *e, LockstepUnit *u);
/* Whether the ops from number `first` on call a helper that cannot be run twice. */
bool lockstep_has_io(const TCGContext *s, unsigned first);
/* tb_flush(): units are gone. */
void lockstep_flush(TCGEngine *e);

/* Instead of TCGBackend.enter(). A difference is reported, and ends the program. */
TCGExit lockstep_enter(CPUState *cpu, TranslationBlock *tb);
/* cpu_restore_state() for the interpreter's code; false: ra is not in it. */
bool lockstep_restore_point(CPUState *cpu, uintptr_t ra, TCGRestore *out);

/*
 * While t->undo is set the interpreter runs first: memory is going to be put back.
 * lockstep_record() keeps n bytes that will be written; lockstep_abort() gives up this
 * unit's comparison (it meets a device or changes code) and does not return.
 */
void lockstep_record(CPUTCG *t, void *host, size_t n);
void lockstep_abort(CPUState *cpu) __attribute__((noreturn));

#endif
