/* Units that children of a process have made, for its next children. */
/* SPDX-License-Identifier: MIT */
/*
 * What children of one process do is much alike, but what one of them has translated is
 * gone with it: the next finds nothing again, and each page that it writes to for that is
 * copied. So a child notes the units that it makes and the links between units, in memory
 * that it shares with its parent, and the parent makes them before its next fork().
 *
 * The child's program may write anything there, with fewer rights than the parent has. So
 * a note says no more than where code may begin, or which of its exits have been taken:
 * the parent makes of it what it would make if it got there by itself, of its own memory,
 * or nothing. A process has notes of its own (fork_own) from its first fork() on;
 * fork_tell is its parent's.
 */
#include "accel/tcg/tb.h"

#include <sys/mman.h>

#include "util/atomic.h"
#include "util/host.h"

/* Notes between two forks, and those that a process has looked at all in all: children
 * that do something else each time cost no more than that. */
enum { MAX_NOTES = 510, MAX_TAKEN = 8 * MAX_NOTES };

/* What led to the unit: nothing yet, an indirect jump, or a unit's exit. */
enum { BY_NOTHING, BY_JUMP, BY_LINK };

typedef struct ForkNote {
    uint64_t pc;
    uint64_t by; /* BY_*; of a link also << 8 the exit's slot, << 16 the unit's pc */
} ForkNote;

struct ForkNotes {
    uint32_t n; /* may be larger: there was no room */
    ForkNote note[MAX_NOTES];
};

static void add(ForkNotes *to, ForkNote note)
{
    uint32_t i = atomic_read(&to->n);

    if (i < MAX_NOTES) { /* of two children at once one may lose a note */
        to->note[i] = note;
        atomic_set(&to->n, i + 1);
    }
}

void fork_note_add(ForkNotes *to, vaddr pc, bool by_jump)
{
    add(to, (ForkNote){pc, by_jump ? BY_JUMP : BY_NOTHING});
}

void fork_note_link(ForkNotes *to, vaddr from, unsigned slot, vaddr pc)
{
    add(to, (ForkNote){pc, from << 16 | slot << 8 | BY_LINK});
}

static void take(CPUState *cpu, ForkNote note)
{
    unsigned how = note.by & 0xff;

    if (how == BY_LINK) {
        tcg_link_ahead(cpu, note.by >> 16, note.by >> 8 & 0xff, note.pc);
    } else {
        tcg_make_ahead(cpu, note.pc, how == BY_JUMP);
    }
}

RUN_AT_FORK void fork_notes_take(CPUState *cpu)
{
    TCGEngine *e = cpu_tcg(cpu)->engine;
    ForkNotes *own = e->fork_own;

    if (!own) {
        if (!e->no_chain && !(e->opts.opt_off >> OPTBIT_forks & 1)) {
            e->fork_own = host_share_apart(sizeof *own);
        }
        return;
    }
    uint32_t n = MIN(atomic_read(&own->n), MAX_NOTES);

    n = MIN(n, MAX_TAKEN - e->fork_taken);
    for (uint32_t i = 0; i < n; i++) {
        take(cpu, own->note[i]);
    }
    e->fork_taken += n;
    if (n) {
        atomic_set(&own->n, e->fork_taken < MAX_TAKEN ? 0 : MAX_NOTES);
    }
}

RUN_AT_FORK void fork_notes_forked(TCGEngine *e)
{
    if (e->fork_tell) {
        munmap(e->fork_tell, sizeof *e->fork_tell);
    }
    e->fork_tell = e->fork_own;
    e->fork_own = NULL;
    e->fork_taken = 0;
}
