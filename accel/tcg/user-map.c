/* The map of a guest program's memory, and the protection of pages that code was
 * translated from. */
/* SPDX-License-Identifier: MIT */
/*
 * A page's note (tb-pages.c) has NOTE_PROTECTED while the host must not write to it
 * although the guest may: units were made from it. A write fault on such a page makes it
 * writable again, and its units go. After a few times the page gets NOTE_SELF_CHECK: it
 * stays writable, and units made from it compare their bytes before they run. So does a
 * page of a shared mapping from the first: another mapping, a file's write() or another
 * process may change it. Once a unit has found that its bytes are others, the next from
 * there loads what is likely to be patched (DisasContextBase.reload).
 *
 * The tree is changed under both locks, the engine's and its own (a leaf); but for what
 * the host has let grow, which is noted when somebody looks.
 */
#include "accel/tcg/tb.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "util/atomic.h"
#include "util/host.h"
#include "util/interval-tree.h"

enum { NOTE_PROTECTED = 1, NOTE_SELF_CHECK = 2, NOTE_FAULT = 4 };
#define FAULTS_TO_SELF_CHECK 6

typedef struct Piece {
    IntervalNode node;
    unsigned flags;
} Piece;

static struct {
    TCGEngine *engine;
    IntervalTree tree;
    unsigned changes; /* of the tree: how many */
    unsigned growing; /* pieces that have USER_GROWS */
} map;
static WRITTEN_AT_FORK Mutex map_lock = MUTEX_INIT; /* of `map` */

void user_map_attach(TCGEngine *e)
{
    map.engine = e;
}

TCGEngine *user_map_engine(void)
{
    return map.engine;
}

RUN_AT_FORK void user_map_fork_begin(void)
{
    mutex_lock(&map_lock);
}

RUN_AT_FORK void user_map_fork_end(void)
{
    mutex_unlock(&map_lock);
}

void user_map_lock(void)
{
    mutex_lock(&map.engine->lock);
}

void user_map_unlock(void)
{
    mutex_unlock(&map.engine->lock);
}

/* The tree. Neighbours of equal flags are one piece. */

static Piece *piece_at(uint64_t start, uint64_t last)
{
    IntervalNode *n = interval_tree_first(&map.tree, start, last);

    return n ? container_of(n, Piece, node) : NULL;
}

static void piece_add(uint64_t start, uint64_t last, unsigned flags)
{
    Piece *p = g_new0(Piece, 1);

    p->node.start = start;
    p->node.last = last;
    p->flags = flags;
    map.growing += !!(flags & USER_GROWS);
    interval_tree_insert(&map.tree, &p->node);
    atomic_store_release(&map.changes, map.changes + 1);
}

static void piece_remove(Piece *p)
{
    interval_tree_remove(&map.tree, &p->node);
    map.growing -= !!(p->flags & USER_GROWS);
    atomic_store_release(&map.changes, map.changes + 1);
    g_free(p);
}

/* Where the host's mapping begins that `addr` lies in. */
static uint64_t host_start(uint64_t addr)
{
    g_autofree char *text = NULL;
    uint64_t start, end;

    g_file_get_contents("/proc/self/maps", &text, NULL, NULL);
    for (const char *line = text; line && *line;
         line = strchr(line, '\n'), line += !!line) {
        if (sscanf(line, "%" SCNx64 "-%" SCNx64, &start, &end) == 2 && addr >= start &&
            addr < end) {
            return start;
        }
    }
    return addr;
}

static bool is_on_host(uint64_t page)
{
    unsigned char vec;

    return mincore((void *)(uintptr_t)page, PAGE_SIZE, &vec) == 0;
}

/* Notes what has grown on the host. */
static void follow_growth(void)
{
    IntervalNode *next = NULL;

    if (!map.growing) {
        return;
    }
    for (IntervalNode *n = interval_tree_first(&map.tree, 0, UINT64_MAX); n; n = next) {
        Piece *p = container_of(n, Piece, node);
        uint64_t start = n->start, last = n->last, now;
        unsigned flags = p->flags;

        next = interval_tree_next(&map.tree, n, 0, UINT64_MAX);
        if (!(flags & USER_GROWS) || piece_at(start - 1, start - 1) ||
            !is_on_host(start - PAGE_SIZE)) {
            continue;
        }
        now = host_start(start);
        if (now < start) {
            piece_remove(p);
            piece_add(now, last, flags);
        }
    }
}

/* The kernel lets it grow when it is to copy something from there, and then finds fault
 * with the number. */
bool user_map_grow(uint64_t addr)
{
    if (!atomic_read(&map.growing)) {
        return false;
    }
    mutex_lock(&map_lock);
    Piece *above = piece_at(addr, UINT64_MAX);
    bool may = above && above->node.start > addr && above->flags & USER_GROWS;

    mutex_unlock(&map_lock);
    return may && syscall(SYS_rt_sigprocmask, -1, addr & PAGE_MASK, NULL, 8) < 0 &&
           errno == EINVAL;
}

static void cut_out(uint64_t start, uint64_t last)
{
    for (Piece *p; (p = piece_at(start, last));) {
        uint64_t a = p->node.start, b = p->node.last;
        unsigned flags = p->flags;

        piece_remove(p);
        if (a < start) {
            piece_add(a, start - 1, flags);
        }
        if (b > last) {
            piece_add(last + 1, b, flags);
        }
    }
}

void user_map_set(uint64_t start, uint64_t last, unsigned flags)
{
    mutex_lock(&map_lock);
    cut_out(start, last);
    Piece *before = start ? piece_at(start - 1, start - 1) : NULL;
    Piece *after = piece_at(last + 1, last + 1);

    if (before && before->flags == flags) {
        start = before->node.start;
        piece_remove(before);
    }
    if (after && after->flags == flags) {
        last = after->node.last;
        piece_remove(after);
    }
    piece_add(start, last, flags);
    mutex_unlock(&map_lock);
}

void user_map_clear(uint64_t start, uint64_t last)
{
    mutex_lock(&map_lock);
    cut_out(start, last);
    mutex_unlock(&map_lock);
}

/* The piece that was asked for last, as long as the map is that of `changes`. */
typedef struct LastPiece {
    uint64_t start, last;
    unsigned changes;
    int flags;
} LastPiece;

/* Each unit that is made asks several times for the same piece. */
int user_map_flags(uint64_t addr)
{
    static __thread LastPiece cache = {.start = 1};

    if (cache.changes == atomic_load_acquire(&map.changes) && addr >= cache.start &&
        addr <= cache.last) {
        return cache.flags;
    }
    mutex_lock(&map_lock);
    Piece *p = piece_at(addr, addr);

    if (!p && map.growing) {
        follow_growth();
        p = piece_at(addr, addr);
    }
    int flags = p ? (int)p->flags : -1;

    if (p) {
        cache = (LastPiece){p->node.start, p->node.last, map.changes, flags};
    }
    mutex_unlock(&map_lock);
    return flags;
}

bool user_map_has(uint64_t start, uint64_t last, unsigned flags)
{
    bool ok = true;

    mutex_lock(&map_lock);
    follow_growth();
    while (ok) {
        Piece *p = piece_at(start, start);

        ok = p && (p->flags & flags) == flags;
        if (!ok || p->node.last >= last) {
            break;
        }
        start = p->node.last + 1;
    }
    mutex_unlock(&map_lock);
    return ok;
}

bool user_map_touches(uint64_t start, uint64_t last)
{
    mutex_lock(&map_lock);
    follow_growth();
    bool any = piece_at(start, last);

    mutex_unlock(&map_lock);
    return any;
}

uint64_t user_map_next_hole(uint64_t start, uint64_t last)
{
    mutex_lock(&map_lock);
    follow_growth();
    for (Piece *p; start <= last && (p = piece_at(start, start));) {
        start = p->node.last + 1;
    }
    mutex_unlock(&map_lock);
    return MIN(start, last + 1);
}

uint64_t user_map_next_piece(uint64_t start, uint64_t last)
{
    mutex_lock(&map_lock);
    follow_growth();
    Piece *p = piece_at(start, last);
    uint64_t at = p ? MAX(p->node.start, start) : last + 1;

    mutex_unlock(&map_lock);
    return at;
}

typedef struct Copy {
    uint64_t start, last;
    unsigned flags;
} Copy;

/* Works on a copy, so that fn may do what it likes. */
void user_map_foreach(uint64_t start, uint64_t last,
                      bool (*fn)(uint64_t start, uint64_t last, unsigned flags,
                                 void *opaque),
                      void *opaque)
{
    g_autoptr(GArray) pieces = g_array_new(false, false, sizeof(Copy));

    mutex_lock(&map_lock);
    follow_growth();
    for (IntervalNode *n = interval_tree_first(&map.tree, start, last); n;
         n = interval_tree_next(&map.tree, n, start, last)) {
        Copy c = {MAX(n->start, start), MIN(n->last, last),
                  container_of(n, Piece, node)->flags};
        g_array_append_val(pieces, c);
    }
    mutex_unlock(&map_lock);
    for (unsigned i = 0; i < pieces->len; i++) {
        const Copy *c = &g_array_index(pieces, Copy, i);

        if (!fn(c->start, c->last, c->flags, opaque)) {
            return;
        }
    }
}

/* Protection on the host. */

int user_host_prot(unsigned flags)
{
    return (flags & (USER_READ | USER_EXEC) ? PROT_READ : 0) |
           (flags & USER_WRITE ? PROT_READ | PROT_WRITE : 0);
}

static bool host_protect(uint64_t start, uint64_t n, int prot)
{
    return mprotect((void *)(uintptr_t)start, n, prot) == 0;
}

/* The first page from `page` on, up to `last`, that is (not) protected; or last + 1. */
static uint64_t run_end(uint64_t page, uint64_t last, bool is_protected)
{
    while (page <= last && tb_page_is_protected(map.engine, page) == is_protected) {
        page += PAGE_SIZE;
    }
    return page;
}

/* A host page larger than the guest's becomes writable: nobody will see writes to code in
 * it, so that has to check itself. */
static void page_opens(uint64_t host_page)
{
    TCGEngine *e = map.engine;
    uint64_t last = host_page + host_page_size() - 1;

    if (!tb_range_has_notes(e, host_page, last)) {
        return;
    }
    for (uint64_t page = host_page; page <= last; page += PAGE_SIZE) {
        if (tb_page_is_protected(e, page)) {
            tb_invalidate_range(e, page, page + PAGE_SIZE - 1, NULL);
            atomic_set(tb_page_note(e, page), NOTE_SELF_CHECK);
        }
    }
}

/* What the guest may do anywhere in the host page, apart from start .. last. */
static unsigned flags_beside(uint64_t host_page, uint64_t start, uint64_t last)
{
    unsigned all = 0;

    for (uint64_t page = host_page; page < host_page + host_page_size();
         page += PAGE_SIZE) {
        int flags = page >= start && page <= last ? 0 : user_map_flags(page);

        all |= flags > 0 ? (unsigned)flags : 0;
    }
    return all;
}

static int protect_large_page(uint64_t host_page, uint64_t n, unsigned flags)
{
    if (flags & USER_WRITE) {
        for (uint64_t p = host_page; p < host_page + n; p += host_page_size()) {
            page_opens(p);
        }
    }
    return mprotect((void *)(uintptr_t)host_page, n, user_host_prot(flags)) < 0 ? -errno
                                                                                : 0;
}

/* The first and the last host page may have others' parts in them. */
static int protect_large_pages(uint64_t start, uint64_t last, unsigned flags)
{
    uint64_t size = host_page_size(), first = start & -size, end = (last & -size) + size;
    int r = protect_large_page(first, size, flags | flags_beside(first, start, last));

    if (r == 0 && end - first > 2 * size) {
        r = protect_large_page(first + size, end - first - 2 * size, flags);
    }
    if (r == 0 && end - first > size) {
        r = protect_large_page(end - size, size,
                               flags | flags_beside(end - size, start, last));
    }
    return r;
}

int user_host_protect(uint64_t start, uint64_t last, unsigned flags)
{
    if (host_page_size() > PAGE_SIZE) {
        return protect_large_pages(start, last, flags);
    }
    int prot = user_host_prot(flags);
    bool all = !(prot & PROT_WRITE) || !tb_range_has_notes(map.engine, start, last);

    for (uint64_t p = start, end; p <= last;
         p = end) { /* protected ones stay so always */
        bool is_protected = !all && tb_page_is_protected(map.engine, p);

        end = all ? last + 1 : run_end(p, last, is_protected);
        if (mprotect((void *)(uintptr_t)p, end - p,
                     is_protected ? prot & ~PROT_WRITE : prot) < 0) {
            return -errno;
        }
    }
    return 0;
}

/* The kernel writes there whenever it likes, and kills who has forbidden it. */
static bool holds_area(const TCGEngine *e, uint64_t page)
{
    for (unsigned i = 0; i < e->cpus->len; i++) {
        if (user_rseq_has(((CPUTCG *)e->cpus->pdata[i])->cpu, page)) {
            return true;
        }
    }
    return false;
}

void tb_page_protect(TCGEngine *e, MemoryRegion *mr, ram_addr_t page)
{
    uint16_t *note = tb_page_note(e, page);

    if (*note & (NOTE_PROTECTED | NOTE_SELF_CHECK)) {
        return;
    }
    int flags = user_map_flags(page);
    uint64_t host_page = page & -(uint64_t)host_page_size();

    if (holds_area(e, page) ||
        (flags > 0 && flags & USER_SHARED) || /* it may be written by another way */
        (host_page_size() > PAGE_SIZE && flags_beside(host_page, 1, 0) & USER_WRITE)) {
        atomic_set(note, *note | NOTE_SELF_CHECK);
        return;
    }
    if (flags > 0 && flags & USER_WRITE &&
        !host_protect(page, PAGE_SIZE, user_host_prot(flags & ~USER_WRITE))) {
        atomic_set(note, *note | NOTE_SELF_CHECK); /* the host has no mapping left */
        return;
    }
    atomic_set(note, *note | NOTE_PROTECTED);
}

/* Stays as it is: units are likely to come back, and the next write finds it out. */
void tb_page_unprotect(TCGEngine *e, ram_addr_t page) {}

bool tb_page_is_protected(const TCGEngine *e, ram_addr_t page)
{
    return tb_page_note_peek(e, page) & NOTE_PROTECTED;
}

bool tb_page_self_checks(const TCGEngine *e, ram_addr_t page)
{
    return tb_page_note_peek(e, page) & NOTE_SELF_CHECK;
}

/* The page becomes writable; its units go. True: one of them has host code at `pc`. */
static bool open_page(uint64_t page, uintptr_t pc, bool count)
{
    uint16_t *note = tb_page_note(map.engine, page);
    int flags = user_map_flags(page);
    bool running =
        tb_invalidate_range(map.engine, page, page + PAGE_SIZE - 1, (void *)pc);
    unsigned v = *note & ~NOTE_PROTECTED;

    if (count) {
        v += NOTE_FAULT;
        v |= v / NOTE_FAULT >= FAULTS_TO_SELF_CHECK ? NOTE_SELF_CHECK : 0;
    }
    atomic_set(note, v);
    if (flags > 0 && flags & USER_WRITE) {
        host_protect(page, PAGE_SIZE, user_host_prot(flags));
    }
    return running;
}

UserWrite user_write_fault(uint64_t addr, uintptr_t pc)
{
    uint64_t page = addr & PAGE_MASK;
    UserWrite what = USER_WRITE_FAULT;
    int flags = user_map_flags(page);

    if (flags < 0 || !(flags & USER_WRITE)) {
        return what;
    }
    mutex_lock(&map.engine->lock);
    what = USER_WRITE_NOW;
    if (!tb_page_is_protected(map.engine, page)) { /* another thread was faster */
        host_protect(page, PAGE_SIZE, user_host_prot(user_map_flags(page)));
    } else if (open_page(page, pc, flags & USER_EXEC)) { /* written or run: no need */
        what = USER_WRITE_RUNNING;
    }
    mutex_unlock(&map.engine->lock);
    return what;
}

void user_will_be_written_locked(uint64_t start, uint64_t last)
{
    TCGEngine *e = map.engine;

    for (uint64_t page = start & PAGE_MASK; page <= last; page += PAGE_SIZE) {
        if (tb_page_is_protected(e, page)) {
            open_page(page, 0, false);
        } else if (tb_page_note_peek(e, page)) {
            tb_invalidate_range(e, page, page + PAGE_SIZE - 1, NULL);
        }
    }
}

void user_will_be_written(uint64_t start, uint64_t last)
{
    if (tb_range_has_notes(map.engine, start, last)) {
        mutex_lock(&map.engine->lock);
        user_will_be_written_locked(start, last);
        mutex_unlock(&map.engine->lock);
    }
}

void user_code_changed(uint64_t start, uint64_t last)
{
    if (tb_range_has_notes(map.engine, start, last)) {
        tb_invalidate_range(map.engine, start, last, NULL);
    }
}

bool tb_page_may_run(ram_addr_t page)
{
    int flags = user_map_flags(page);

    return flags > 0 && flags & USER_EXEC;
}

void user_code_sleep(uint64_t start, uint64_t last)
{
    TCGEngine *e = map.engine;

    if (e->opts.opt_off >> OPTBIT_sleep & 1) {
        user_code_forget(start, last);
    } else if (tb_range_has_notes(e, start, last)) {
        tb_sleep_range(e, start, last);
    }
}

void user_code_forget(uint64_t start, uint64_t last)
{
    TCGEngine *e = map.engine;

    tcg_rseq_forget(start, last);
    if (tb_range_has_notes(e, start, last)) {
        tb_invalidate_range(e, start, last, NULL);
        tb_range_clear_notes(e, start, last);
    }
}
