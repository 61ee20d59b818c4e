/* Files of records that are found by a number: a header, an index, the records. */
/* SPDX-License-Identifier: MIT */
/*
 * All numbers are in the host's byte order. The index is a hash table with open
 * addressing, of a power of two of slots of which at most half are used; a record is
 * found through the slot that its number points to, or one behind it. Nothing is
 * believed before it was looked at: header and key have a sum, and so has each record,
 * which is checked when it is found.
 */
#include "util/record-file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/atomic.h"
#include "util/bitops.h"
#include "util/hash.h"
#include "util/host.h"

#define MAGIC "Mynah\nR\1"

typedef struct Header {
    char magic[8];
    uint64_t sum;  /* of what follows in here, and of the key */
    uint64_t size; /* of the file */
    uint32_t count, slot_bits;
    uint32_t key_size, unused;
} Header;

typedef struct Slot {
    uint32_t tag; /* half of the record's number */
    uint32_t at;  /* offset in the file / 8; 0: the slot is free */
} Slot;

typedef struct Record {
    uint64_t sum; /* of the rest, and the bytes */
    uint64_t id;
    uint32_t size, unused; /* of the bytes that follow */
} Record;

struct RecordFile {
    const uint8_t *map;
    size_t size;
    const Header *header;
    const Slot *index;
    uint32_t mask;
    uint32_t
        next; /* behind the record found last, as Slot.at: threads may look at once */
};

static size_t index_offset(size_t key_size)
{
    return ROUND_UP(sizeof(Header) + key_size, 8);
}

static size_t records_offset(size_t key_size, unsigned slot_bits)
{
    return index_offset(key_size) + (sizeof(Slot) << slot_bits);
}

static uint64_t header_sum(const Header *h, const void *key)
{
    size_t skip = offsetof(Header, size);
    return hash_bytes(key, h->key_size,
                      hash_bytes(&h->size, sizeof *h - skip, sizeof *h));
}

static uint64_t record_sum(const Record *r, const void *bytes)
{
    return hash_bytes(bytes, r->size, hash_mix(r->id, r->size));
}

static uint32_t first_slot(uint64_t id)
{
    return id >> 32;
}

/* ---- reading ---- */

static bool is_trusted(const struct stat *st, size_t limit)
{
    return S_ISREG(st->st_mode) && st->st_uid == geteuid() && !(st->st_mode & 022) &&
           (size_t)st->st_size >= sizeof(Header) && (size_t)st->st_size <= limit;
}

static bool is_whole(const RecordFile *f, const void *key, size_t key_size)
{
    const Header *h = f->header;
    return !memcmp(h->magic, MAGIC, sizeof h->magic) && h->size == f->size &&
           h->key_size == key_size && h->slot_bits < 28 &&
           records_offset(key_size, h->slot_bits) <= f->size &&
           !memcmp(h + 1, key, key_size) && h->sum == header_sum(h, key);
}

RecordFile *record_file_open(const char *path, const void *key, size_t key_size,
                             size_t limit)
{
    enum { ALL_AT_ONCE = 4 << 20 };
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    struct stat st;
    void *map = MAP_FAILED;
    if (fd < 0) {
        return NULL;
    }
    if (fstat(fd, &st) == 0 && is_trusted(&st, limit)) {
        int populate = st.st_size <= ALL_AT_ONCE ? MAP_POPULATE : 0;
        map = mmap(NULL, st.st_size, PROT_READ, MAP_PRIVATE | populate, fd, 0);
    }
    close(fd);
    if (map == MAP_FAILED) {
        return NULL;
    }
    RecordFile *f = g_new0(RecordFile, 1);
    f->map = map;
    f->size = st.st_size;
    f->header = map;
    if (!is_whole(f, key, key_size)) {
        record_file_close(f);
        return NULL;
    }
    f->index = (const Slot *)(f->map + index_offset(key_size));
    f->mask = (1u << f->header->slot_bits) - 1;
    f->next = records_offset(key_size, f->header->slot_bits) / 8;
    return f;
}

void record_file_close(RecordFile *f)
{
    if (f) {
        munmap((void *)f->map, f->size);
        g_free(f);
    }
}

size_t record_file_count(const RecordFile *f)
{
    return f->header->count;
}

size_t record_file_size(const RecordFile *f)
{
    return f->size;
}

/* The record at an offset of 8 * `at`, which may be anything; NULL: there is none. */
static const Record *record_at(const RecordFile *f, size_t at)
{
    const Record *r = (const Record *)(f->map + 8 * at);
    return at < f->size / 8 && f->size - 8 * at >= sizeof *r &&
                   f->size - 8 * at - sizeof *r >= r->size &&
                   r->sum == record_sum(r, r + 1)
               ? r
               : NULL;
}

/* The record at `at`, if it is number `id`. */
static const void *found_at(RecordFile *f, size_t at, uint64_t id, size_t *size)
{
    const Record *r = record_at(f, at);
    if (!r || r->id != id) {
        return NULL;
    }
    atomic_set(&f->next, at + record_room(r->size) / 8);
    *size = r->size;
    return r + 1;
}

/* A number that is wanted is mostly that of the next record. */
static uint32_t guess(const RecordFile *f, uint64_t id)
{
    uint32_t at = atomic_read(&f->next);
    const Record *r = (const Record *)(f->map + (size_t)8 * at);
    return (size_t)8 * at + sizeof *r <= f->size && r->id == id ? at : 0;
}

const void *record_file_find(RecordFile *f, uint64_t id, RecordCursor *at, size_t *size)
{
    const void *found = NULL;
    if (!at->probes && !at->guessed && (at->guessed = guess(f, id))) {
        found = found_at(f, at->guessed, id, size);
    }
    while (!found && at->probes <= f->mask) {
        const Slot *s = &f->index[(first_slot(id) + at->probes) & f->mask];
        if (!s->at) {
            break;
        }
        at->probes++;
        if (s->tag == (uint32_t)id && s->at != at->guessed) {
            found = found_at(f, s->at, id, size);
        }
    }
    return found;
}

/* ---- writing ---- */

struct RecordWriter {
    int dir_fd, fd;
    bool failed;
    char temp[64];
    Header header;
    void *key;
    Slot *index;
    size_t max_records;
    size_t at, filled; /* offset of `buf` in the file, bytes in it */
    uint8_t buf[64 << 10];
};

/* The kernel sends a signal to who writes more than it may. */
static uint64_t file_size_limit(void)
{
    struct rlimit lim;
    return getrlimit(RLIMIT_FSIZE, &lim) == 0 ? lim.rlim_cur : 0;
}

static void write_at(RecordWriter *w, const void *p, size_t n, size_t at)
{
    const char *from = p;
    w->failed |= at + n > file_size_limit();
    while (n && !w->failed) {
        ssize_t done = pwrite(w->fd, from, n, at);
        if (done < 0 && errno == EINTR) {
            continue;
        }
        w->failed = done <= 0;
        if (!w->failed) {
            from += done;
            at += done;
            n -= done;
        }
    }
}

static void flush(RecordWriter *w)
{
    write_at(w, w->buf, w->filled, w->at);
    w->at += w->filled;
    w->filled = 0;
}

static void put(RecordWriter *w, const void *p, size_t n)
{
    const uint8_t *from = p;
    while (n) {
        size_t part = MIN(n, sizeof w->buf - w->filled);
        memcpy(w->buf + w->filled, from, part);
        w->filled += part;
        from += part;
        n -= part;
        if (w->filled == sizeof w->buf) {
            flush(w);
        }
    }
}

RecordWriter *record_writer_new(int dir_fd, const void *key, size_t key_size,
                                size_t max_records)
{
    RecordWriter *w = g_new0(RecordWriter, 1);
    unsigned bits = 64 - clz64(2 * max_records | 15);
    snprintf(w->temp, sizeof w->temp, "%x-%" PRIx64 ".new", (unsigned)getpid(),
             (uint64_t)clock_realtime_ns());
    w->dir_fd = dir_fd;
    w->fd = openat(dir_fd, w->temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (w->fd < 0) {
        g_free(w);
        return NULL;
    }
    w->failed = fchmod(w->fd, 0600) < 0; /* whatever the umask is */
    w->header = (Header){.magic = MAGIC, .slot_bits = bits, .key_size = key_size};
    w->key = g_memdup2(key, key_size);
    w->index = g_new0(Slot, (size_t)1 << bits);
    w->max_records = max_records;
    w->at = records_offset(key_size, bits);
    return w;
}

static void put_in_index(RecordWriter *w, uint64_t id, size_t at)
{
    uint32_t mask = (1u << w->header.slot_bits) - 1, i = first_slot(id) & mask;
    while (w->index[i].at) {
        i = (i + 1) & mask;
    }
    w->index[i] = (Slot){(uint32_t)id, at / 8};
    w->header.count++;
}

void record_writer_add(RecordWriter *w, uint64_t id, const void *bytes, size_t size)
{
    static const uint8_t zeros[8];
    Record r = {.id = id, .size = size};
    if (w->header.count == w->max_records || w->failed) {
        return;
    }
    r.sum = record_sum(&r, bytes);
    put_in_index(w, id, record_writer_size(w));
    put(w, &r, sizeof r);
    put(w, bytes, size);
    put(w, zeros, -size & 7);
}

void record_writer_add_all(RecordWriter *w, const RecordFile *f)
{
    size_t at = records_offset(f->header->key_size, f->header->slot_bits) / 8;
    for (const Record *r; (r = record_at(f, at)); at += record_room(r->size) / 8) {
        record_writer_add(w, r->id, r + 1, r->size);
    }
}

size_t record_room(size_t size)
{
    return sizeof(Record) + ROUND_UP(size, 8);
}

size_t record_writer_size(const RecordWriter *w)
{
    return w->at + w->filled;
}

bool record_writer_end(RecordWriter *w, const char *name)
{
    Header *h = &w->header;
    size_t index = index_offset(h->key_size);
    flush(w);
    h->size = w->at;
    h->sum = header_sum(h, w->key);
    write_at(w, w->index, sizeof(Slot) << h->slot_bits, index);
    write_at(w, w->key, h->key_size, sizeof *h);
    write_at(w, h, sizeof *h, 0);
    bool ok = close(w->fd) == 0 && !w->failed;
    if (ok) { /* not over the old one: some file systems then write to the disk at once */
        unlinkat(w->dir_fd, name, 0);
    }
    ok = ok && renameat(w->dir_fd, w->temp, w->dir_fd, name) == 0;
    if (!ok) {
        unlinkat(w->dir_fd, w->temp, 0);
    }
    g_free(w->index);
    g_free(w->key);
    g_free(w);
    return ok;
}

/* ---- the folder ---- */

typedef struct Found {
    char *name;
    int64_t time;
    uint64_t size;
} Found;

static gint by_time(gconstpointer a, gconstpointer b)
{
    const Found *x = a, *y = b;
    return (x->time > y->time) - (x->time < y->time);
}

static void clear_found(gpointer p)
{
    g_free(((Found *)p)->name);
}

/* The folder may be anyone's, and have other files. */
static bool is_our_name(const char *name)
{
    size_t digits = strspn(name, "0123456789abcdef");
    size_t more = name[digits] == '-' ? strspn(name + digits + 1, "0123456789abcdef") : 0;
    bool left_over = digits && more && !strcmp(name + digits + 1 + more, ".new");
    return left_over || (digits == RECORD_NAME_DIGITS && !name[digits]);
}

static uint64_t find_files(DIR *dir, GArray *files)
{
    uint64_t sum = 0;
    for (struct dirent *d; (d = readdir(dir));) {
        struct stat st;
        if (is_our_name(d->d_name) &&
            fstatat(dirfd(dir), d->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
            S_ISREG(st.st_mode)) {
            Found f = {g_strdup(d->d_name), st.st_mtime, st.st_size};
            g_array_append_val(files, f);
            sum += f.size;
        }
    }
    return sum;
}

void record_dir_trim(int dir_fd, uint64_t limit)
{
    int fd = openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    if (!dir) {
        return;
    }
    g_autoptr(GArray) files = g_array_new(false, false, sizeof(Found));
    g_array_set_clear_func(files, clear_found);
    uint64_t sum = find_files(dir, files);
    g_array_sort(files, by_time);
    for (unsigned i = 0; i < files->len && sum > limit; i++) {
        const Found *f = &g_array_index(files, Found, i);
        unlinkat(dir_fd, f->name, 0);
        sum -= f->size;
    }
    closedir(dir);
}
