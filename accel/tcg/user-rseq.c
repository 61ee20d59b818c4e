/* Restartable sequences of a program: those that are known, and accesses inside. */
/* SPDX-License-Identifier: MIT */
/*
 * A descriptor is recognised by what it says: an address that is a multiple of 32, a
 * version that there is, an abort address outside of the sequence with the signature in
 * front. It is looked for whether or not a thread has an area yet, since code is
 * translated but once. Known sequences are under the engine's lock and are never freed;
 * one that is `gone` is no longer what its memory says.
 *
 * In a sequence the area holds the descriptor's address D, or 0 once the thread was
 * disturbed. An access exchanges D for the address of a descriptor of ours, whose
 * sequence is the host instructions of that access: should the kernel disturb it, it goes
 * on at our abort address without the access. Then D is put back.
 *
 * A kernel may leave the area alone while the thread is in a system call, which sequences
 * have none of. We have: for locks, and for memory of ours. Where that may happen inside
 * a sequence, it is ended: tcg_rseq_disturb().
 */
#include "accel/tcg/tb.h"

#include <linux/rseq.h>

#include "accel/tcg/user-rseq.h"
#include "cpu/rseq.h"
#include "util/atomic.h"
#include "util/log.h"

enum { MAX_SEQUENCES = 1 << 14 };

typedef struct Known {
    RseqSequence seq;
    bool gone;
} Known;

unsigned rseq_sequences;
static GPtrArray *known;

PeekGuest *user_peek_guest;

/* Descriptors. */

/* What the kernel would take for one, with something at both addresses. */
static bool is_plausible(const struct rseq_cs *cs)
{
    enum {
        FLAGS = RSEQ_CS_FLAG_NO_RESTART_ON_PREEMPT | RSEQ_CS_FLAG_NO_RESTART_ON_SIGNAL |
                RSEQ_CS_FLAG_NO_RESTART_ON_MIGRATE
    };

    return !cs->version && !(cs->flags & ~FLAGS) && cs->post_commit_offset &&
           !(cs->post_commit_offset >> 32) && !(cs->start_ip >> 47) &&
           !(cs->abort_ip >> 47) &&
           cs->abort_ip - cs->start_ip >= cs->post_commit_offset &&
           user_map_flags(cs->start_ip) >= 0 && user_map_flags(cs->abort_ip) >= 0;
}

static bool read_descriptor(uint64_t at, RseqSequence *q)
{
    struct rseq_cs cs;
    uint32_t signature;

    if (!user_peek_guest || user_peek_guest(&cs, at, sizeof cs) || !is_plausible(&cs) ||
        user_peek_guest(&signature, cs.abort_ip - sizeof signature, sizeof signature)) {
        return false;
    }
    *q = (RseqSequence){.descriptor = at,
                        .start = cs.start_ip,
                        .end = cs.start_ip + cs.post_commit_offset,
                        .abort = cs.abort_ip};
    return signature == USER_RSEQ_SIGNATURE;
}

static bool same(const RseqSequence *a, const RseqSequence *b)
{
    return a->descriptor == b->descriptor && a->start == b->start && a->end == b->end &&
           a->abort == b->abort;
}

/* What was known is what its memory says. */
static bool is_valid(const RseqSequence *q)
{
    RseqSequence now;

    return read_descriptor(q->descriptor, &now) && same(&now, q);
}

/* From `i` on, the next one that has an instruction in start .. last; NULL: no more. */
static Known *next_in(unsigned *i, uint64_t start, uint64_t last)
{
    while (known && *i < known->len) {
        Known *k = known->pdata[(*i)++];

        if (!k->gone && k->seq.start <= last && start < k->seq.end) {
            return k;
        }
    }
    return NULL;
}

static void make_known(TCGEngine *e, Known *k)
{
    k->gone = false;
    tb_invalidate_range(e, k->seq.start, k->seq.end - 1, NULL);
    atomic_set(&rseq_sequences, rseq_sequences + 1);
}

static bool note(TCGEngine *e, const RseqSequence *q)
{
    known = known ? known : g_ptr_array_new();
    for (unsigned i = 0; i < known->len; i++) {
        Known *k = known->pdata[i];

        if (same(&k->seq, q)) {
            if (k->gone) {
                make_known(e, k);
            }
            return true;
        }
        k->gone |= k->seq.descriptor == q->descriptor;
    }
    if (known->len == MAX_SEQUENCES) {
        log_unimp("rseq: more than %d sequences", MAX_SEQUENCES);
        return false;
    }
    Known *k = g_new0(Known, 1);

    k->seq = *q;
    g_ptr_array_add(known, k);
    make_known(e, k);
    return true;
}

bool rseq_look(CPUState *cpu, vaddr va)
{
    RseqSequence q;

    return user_rseq_host && va % 32 == 0 && user_map_flags(va) >= 0 &&
           read_descriptor(va, &q) && note(cpu_tcg(cpu)->engine, &q);
}

const RseqSequence *rseq_at(CPUState *cpu, vaddr pc)
{
    unsigned i = 0;

    for (Known *k; (k = next_in(&i, pc, pc));) {
        if (is_valid(&k->seq)) {
            return &k->seq;
        }
        k->gone = true;
    }
    return NULL;
}

bool tcg_rseq_touches(vaddr start, vaddr last)
{
    unsigned i = 0;

    return next_in(&i, start, last);
}

void tcg_rseq_forget(vaddr start, vaddr last)
{
    unsigned i = 0;

    for (Known *k; (k = next_in(&i, start, last));) {
        k->gone = true;
    }
}

/* Inside a sequence. */

static uint64_t *area_pointer(const CPUState *cpu)
{
    return (uint64_t *)(uintptr_t)(cpu->rseq_area + offsetof(struct rseq, rseq_cs));
}

void tcg_rseq_disturb(CPUState *cpu, vaddr pc)
{
    if (tcg_rseq_touches(pc, pc)) {
        atomic_set(area_pointer(cpu), 0);
    }
}

/* The area has another descriptor than that of `seq`, and not 0: one of the same code?
 */
static bool is_rival(CPUState *cpu, const RseqSequence *seq, uint64_t descriptor)
{
    bool found = false;
    unsigned i = 0;

    engine_lock(cpu_tcg(cpu));
    for (Known *k; (k = next_in(&i, seq->start, seq->end - 1));) {
        found |= k->seq.descriptor == descriptor;
    }
    engine_unlock(cpu_tcg(cpu));
    return found;
}

bool cpu_rseq_goes_on(CPUState *cpu, const RseqSequence *seq)
{
    return !cpu->rseq_area || atomic_read(area_pointer(cpu)) || !is_valid(seq);
}

bool tcg_rseq_access(CPUState *cpu, const RseqAccess *a)
{
    void *guest = (void *)(uintptr_t)a->va;
    void *to = a->write ? guest : a->buf;
    const void *from = a->write ? a->buf : guest;

    if (!cpu->rseq_area) {
        return user_rseq_copy(NULL, 0, to, from, a->memop & MO_SIZE);
    }
    uint64_t *pointer = area_pointer(cpu), d = atomic_read(pointer);

    if (!d && is_valid(a->seq)) { /* code that checks itself may have outlived it */
        return false;
    }
    if (d != a->seq->descriptor && !(d && is_rival(cpu, a->seq, d))) {
        d = 0; /* the thread is not in the sequence */
    }
    return user_rseq_copy(pointer, d, to, from, a->memop & MO_SIZE);
}

/* Of the program around. */

bool user_rseq_has(CPUState *cpu, uint64_t page)
{
    uint64_t area = atomic_read(&cpu->rseq_area);

    return area && (area & PAGE_MASK) == page;
}

uint64_t user_rseq_signal(CPUState *cpu, uint64_t pc)
{
    uint64_t d = atomic_read(area_pointer(cpu)), to = pc;
    unsigned i = 0;

    if (atomic_read(&rseq_sequences)) {
        user_map_lock();
        for (Known *k; to == pc && (k = next_in(&i, pc, pc));) {
            if ((!d || d == k->seq.descriptor) && is_valid(&k->seq)) {
                to = k->seq.abort;
            }
        }
        user_map_unlock();
    }
    atomic_set(area_pointer(cpu), 0);
    return to;
}
