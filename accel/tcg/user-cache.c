/* Units of a program are kept for its next run: opening the file, and writing it. */
/* SPDX-License-Identifier: MIT */
/*
 * One file for each program and configuration, in a folder of the user's cache. It is
 * mapped before the program starts and read where it lies. At the end of the process, and
 * before it executes another, a new file is written if enough units were made that the
 * present one has not. It then has both; of two processes that do so at a time one gets
 * its way.
 *
 * The program must not notice. No descriptor stays open; the folder is opened anew by its
 * path, and only used if it is still the same (the program may have changed its root).
 * What goes wrong is as if there was no cache.
 *
 * Only units of files' private mappings are kept, not what a program has made itself.
 */
#include "accel/tcg/perf.h"
#include "accel/tcg/unit-cache.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/hash.h"
#include "util/host.h"
#include "util/log.h"

#define FOLDER_LIMIT ((uint64_t)1 << 30)

/* A new file is worth its time when it has so many more units, or more by this part. */
enum { MIN_FRESH = 16, PART_FRESH = 32 };

/* ---- the key ---- */

static void add_key(UnitCache *c, const void *p, size_t n)
{
    if (c->key_size + n <= sizeof c->key) {
        memcpy(c->key + c->key_size, p, n);
    }
    c->key_size += n;
}

/* Of our own program: the linker's note, which says what was linked. */
static const ElfW(Nhdr) * build_id(void)
{
    extern const char __ehdr_start[];
    const ElfW(Ehdr) *eh = (const void *)__ehdr_start;
    const ElfW(Phdr) *ph = (const void *)(__ehdr_start + eh->e_phoff);
    for (unsigned i = 0; i < eh->e_phnum; i++) {
        const char *p = __ehdr_start + ph[i].p_offset; /* all are in the first segment */
        const char *end = p + ph[i].p_filesz;
        while (ph[i].p_type == PT_NOTE && p + sizeof(ElfW(Nhdr)) <= end) {
            const ElfW(Nhdr) *note = (const void *)p;
            if (note->n_type == NT_GNU_BUILD_ID && note->n_namesz == 4) {
                return note;
            }
            p += sizeof *note + ROUND_UP(note->n_namesz, 4) + ROUND_UP(note->n_descsz, 4);
        }
    }
    return NULL;
}

/* False: there is nothing that tells this build from another. */
static bool make_key(UnitCache *c, TCGEngine *e, const void *guest, size_t size)
{
    const ElfW(Nhdr) *note = build_id();
    uint64_t options[] = {e->opts.opt_off, e->count, e->guest.ordered};
    uint64_t basis = e->backend->mover->basis(e->ctx, e->code);
    if (!note) {
        return false;
    }
    add_key(c, note + 1, ROUND_UP(note->n_namesz, 4) + note->n_descsz);
    add_key(c, options, sizeof options);
    add_key(c, &basis, sizeof basis);
    add_key(c, guest, size);
    return c->key_size <= sizeof c->key;
}

/* ---- the folder ---- */

/* Where the cache lies: as asked for, or in the user's folder for such; NULL: nowhere. */
static char *folder_path(const TCGEngine *e)
{
    const char *base = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    if (e->opts.cache && *e->opts.cache == '/') {
        return g_strdup(e->opts.cache);
    }
    if (base && *base == '/') {
        return g_build_filename(base, "mynah", "units", NULL);
    }
    return home && *home == '/' ? g_build_filename(home, ".cache", "mynah", "units", NULL)
                                : NULL;
}

/* It is there, or can and may be made, and is nobody else's. */
static bool have_folder(UnitCache *c, bool make)
{
    struct stat st;
    if (stat(c->dir, &st) < 0 &&
        (!make || g_mkdir_with_parents(c->dir, 0700) < 0 || stat(c->dir, &st) < 0)) {
        return false;
    }
    c->dir_dev = st.st_dev;
    c->dir_ino = st.st_ino;
    return S_ISDIR(st.st_mode) && st.st_uid == c->owner && !(st.st_mode & 022);
}

static bool is_wanted(const TCGEngine *e)
{
    const char *cache = e->opts.cache;
    return !(cache && !strcmp(cache, "off")) && e->backend->mover && e->guest.direct &&
           !e->opts.one_insn_per_tb && !getauxval(AT_SECURE) &&
           !log_enabled(LOG_IN_ASM | LOG_OP | LOG_OP_OPT | LOG_OUT_ASM | LOG_LOCKSTEP |
                        LOG_NOCHAIN | LOG_VERIFY);
}

static void cache_free(UnitCache *c)
{
    record_file_close(c->file);
    g_free(c->dir);
    g_free(c->name);
    g_free(c);
}

static RecordFile *open_file(const TCGEngine *e, const UnitCache *c)
{
    g_autofree char *path = g_build_filename(c->dir, c->name, NULL);
    return record_file_open(path, c->key, c->key_size, e->opts.cache_size);
}

void user_cache_open(const void *guest, size_t size, bool make_folder)
{
    TCGEngine *e = user_map_engine();
    UnitCache *c = g_new0(UnitCache, 1);
    c->owner = geteuid();
    if (!is_wanted(e) || !(c->dir = folder_path(e)) || !have_folder(c, make_folder) ||
        !make_key(c, e, guest, size)) {
        cache_free(c);
        return;
    }
    c->name =
        g_strdup_printf("%016" PRIx64 "%016" PRIx64, hash_bytes(c->key, c->key_size, 0),
                        hash_bytes(c->key, c->key_size, 1));
    c->file = open_file(e, c);
    e->cache = c;
}

void user_cache_close(TCGEngine *e)
{
    if (e->cache) {
        cache_free(e->cache);
        e->cache = NULL;
    }
}

RUN_AT_FORK void user_cache_forked(TCGEngine *e)
{
    if (e->cache && e->cache->fresh) {
        e->cache->fresh = 0; /* what the parent has made is its own to write */
    }
}

/* ---- writing ---- */

/* In a page that may be written it is still as it was when the unit was made, or the unit
 * would be gone or check itself. */
static bool is_of_file(const TCGEngine *e, uint64_t addr)
{
    int flags = user_map_flags(addr);
    return flags > 0 && flags & USER_FILE && !tb_page_self_checks(e, addr & PAGE_MASK);
}

static bool may_be_kept(const TCGEngine *e, const TranslationBlock *tb)
{
    return tb->code.movable && !tb->kept && !tb->invalid && !tb->one_shot &&
           is_of_file(e, tb->addr) &&
           (tb->second == RAM_ADDR_NONE || is_of_file(e, tb->second));
}

static uint64_t id_of(const TranslationBlock *tb)
{
    return kept_id(tb->pc, tb->cs_base, tb->flags);
}

/* Reads the guest's memory: a file may have become shorter since. 0: it is there. */
typedef int ReadGuest(void *to, uint64_t from, size_t n);

/* What the unit was made from, as a record begins in `buf`. False: it has no place there.
 */
static bool pack_source(const TranslationBlock *tb, ReadGuest *read_guest, uint8_t *buf,
                        size_t room, KeptLayout *l)
{
    const TCGCode *code = &tb->code;
    const PeekSet *peeked = &tb->peeked;
    KeptUnit u = {
        .pc = tb->pc,
        .cs_base = tb->cs_base,
        .flags = tb->flags,
        .guest_size = tb->size,
        .num_insns = tb->num_insns,
        .npeeks = peeked->n,
    };
    memcpy(&u.code, code,
           offsetof(TCGCode, exits) + code->nexits * sizeof code->exits[0]);
    u.code.backend = NULL;
    u.code.entry = NULL;
    if (!kept_layout(&u, peeked->range, l) || l->size > room ||
        read_guest(buf + l->guest, tb->pc, tb->size)) {
        return false;
    }
    memcpy(buf, &u, l->peeks);
    memcpy(buf + l->peeks, peeked->range, l->guest - l->peeks);
    uint8_t *p = buf + l->peeked;
    for (unsigned i = 0; i < peeked->n; i++) {
        unsigned start = peeked->range[i].start, n = peeked->range[i].end - start;
        if (read_guest(p, (tb->pc & PAGE_MASK) + start, n)) {
            return false;
        }
        p += n;
    }
    return true;
}

/* A unit that was made from the same is in the file. */
static bool is_in(const UnitCache *c, const TranslationBlock *tb, const uint8_t *record,
                  const KeptLayout *mine)
{
    TBKey key = {.pc = tb->pc, .cs_base = tb->cs_base, .flags = tb->flags};
    RecordCursor at = {0};
    KeptLayout l;
    for (const KeptUnit *u; (u = unit_cache_find(c, &key, &at, &l));) {
        if (u->guest_size == tb->size && l.host - l.peeks == mine->host - mine->peeks &&
            !memcmp((const uint8_t *)u + l.peeks, record + mine->peeks,
                    l.host - l.peeks)) {
            return true;
        }
    }
    return false;
}

static void write_units(TCGEngine *e, RecordWriter *w, const UnitCache *now,
                        ReadGuest *read_guest)
{
    enum { ROOM = 64 << 10 };
    g_autofree uint8_t *buf = g_malloc(ROOM);
    KeptLayout l;
    for (size_t i = 0; i < e->ntbs; i++) {
        const TranslationBlock *tb = e->by_code[i];
        if (may_be_kept(e, tb) && pack_source(tb, read_guest, buf, ROOM, &l) &&
            !is_in(now, tb, buf, &l) &&
            record_writer_size(w) + record_room(l.size) <= e->opts.cache_size) {
            e->backend->mover->take(e->code, &tb->code, buf + l.host);
            record_writer_add(w, id_of(tb), buf, l.size);
        }
    }
}

/* As far as their places tell, `least` units are not in the file. */
static bool has_new(const TCGEngine *e, RecordFile *now, size_t least)
{
    size_t n = 0;
    for (size_t i = 0; i < e->ntbs && n < least; i++) {
        const TranslationBlock *tb = e->by_code[i];
        RecordCursor at = {0};
        size_t size;
        n += may_be_kept(e, tb) && !(now && record_file_find(now, id_of(tb), &at, &size));
    }
    return n == least;
}

static size_t least_new(const RecordFile *f)
{
    return MAX((size_t)MIN_FRESH, f ? record_file_count(f) / PART_FRESH : 0);
}

/* `now` is a cache with nothing but the file as it is now, and NULL instead of one that
 * is to be begun anew. */
static void write_file(TCGEngine *e, int dir_fd, const UnitCache *now,
                       ReadGuest *read_guest)
{
    const UnitCache *c = e->cache;
    size_t old = now->file ? record_file_count(now->file) : 0;
    RecordWriter *w = record_writer_new(dir_fd, c->key, c->key_size, old + e->ntbs);
    if (!w) {
        return;
    }
    if (now->file) {
        record_writer_add_all(w, now->file);
    }
    write_units(e, w, now, read_guest);
    record_writer_end(w, c->name);
}

/* Much of it is of no use any more, as far as this run tells. */
static bool is_stale(const TCGEngine *e, const RecordFile *f)
{
    return record_file_size(f) > e->opts.cache_size / 2 &&
           e->stats.kept < record_file_count(f) / 4;
}

/* What is new would hardly find a place. */
static bool is_full(const TCGEngine *e, const RecordFile *f)
{
    return f && record_file_size(f) > e->opts.cache_size / 16 * 15;
}

/* Another process may have written the file meanwhile. With the engine's lock. */
static void renew_file(TCGEngine *e, int dir_fd, ReadGuest *read_guest)
{
    UnitCache now = {.file = open_file(e, e->cache)};
    bool is_new = !now.file;
    if (now.file && is_stale(e, now.file)) {
        record_file_close(now.file);
        now.file = NULL;
    }
    if (!is_full(e, now.file) && has_new(e, now.file, least_new(now.file))) {
        write_file(e, dir_fd, &now, read_guest);
    }
    record_file_close(now.file);
    if (is_new) {
        record_dir_trim(dir_fd, FOLDER_LIMIT);
    }
}

void user_cache_store(ReadGuest *copy_from_guest)
{
    TCGEngine *e = user_map_engine();
    UnitCache *c = e ? e->cache : NULL;
    struct stat st;
    if (!c || c->fresh < least_new(c->file) || geteuid() != c->owner) {
        return;
    }
    int fd = open(c->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        return;
    }
    if (fstat(fd, &st) == 0 && st.st_dev == c->dir_dev && st.st_ino == c->dir_ino) {
        mutex_lock(&e->lock);
        renew_file(e, fd, copy_from_guest);
        c->fresh = 0;
        mutex_unlock(&e->lock);
    }
    close(fd);
}
