/* Packets that read files: gdb gets the program and its libraries from here. */
/* SPDX-License-Identifier: MIT */
/*
 * Only reading is offered. No descriptor stays open between two packets, since the
 * program shares them with us and would see it: a file of gdb's is a name, and what it
 * stood for when it was opened; it is opened anew for each packet.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gdbstub/server-internal.h"

/* Both by gdb's numbers ("File-I/O Remote Protocol Extension" of its manual). */
enum { FILE_RDONLY = 0, FILE_EUNKNOWN = 9999, FILE_ENAMETOOLONG = 91 };

struct GDBFile {
    char *path;
    dev_t dev;
    ino_t ino;
};

static void file_free(void *opaque)
{
    struct GDBFile *f = opaque;

    if (f) {
        g_free(f->path);
        g_free(f);
    }
}

void gdb_files_clear(GDBServer *s)
{
    g_ptr_array_set_size(s->files, 0);
}

void gdb_files_init(GDBServer *s)
{
    s->files = g_ptr_array_new_with_free_func(file_free);
}

/* Up to ESPIPE and EROFS its numbers are Linux's, but for some that it does not have. */
static bool file_error(GDBServer *s, int err)
{
    static const uint8_t known[] = {EPERM,  ENOENT, EINTR,  EBADF,   EACCES, EFAULT,
                                    EBUSY,  EEXIST, ENODEV, ENOTDIR, EISDIR, EINVAL,
                                    ENFILE, EMFILE, EFBIG,  ENOSPC,  ESPIPE, EROFS};
    int code = err == ENAMETOOLONG                ? FILE_ENAMETOOLONG
               : memchr(known, err, sizeof known) ? err
                                                  : FILE_EUNKNOWN;

    g_string_printf(s->reply, "F-1,%x", code);
    return true;
}

static bool file_result(GDBServer *s, unsigned n, const void *data, size_t len)
{
    g_string_printf(s->reply, "F%x", n);
    if (data) {
        g_string_append_c(s->reply, ';');
        g_string_append_len(s->reply, data, len);
    }
    return true;
}

/* The name in hexadecimal; NULL: it is none. */
static char *take_name(GDBServer *s, char **args)
{
    char name[PATH_MAX];
    size_t n = gdb_take_bytes(args, (uint8_t *)name, sizeof name - 1);

    name[n] = 0;
    return n && strlen(name) == n ? s->p->file_path(s->opaque, name) : NULL;
}

static struct GDBFile *take_file(GDBServer *s, char **args)
{
    uint64_t n;

    return gdb_take_hex(args, &n) && n < s->files->len ? s->files->pdata[n] : NULL;
}

/* A descriptor of the file that gdb has opened, for a moment; or -errno. */
static int file_open(const struct GDBFile *f, struct stat *st)
{
    int fd = open(f->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

    if (fd < 0 || fstat(fd, st) < 0) {
        int err = errno;

        if (fd >= 0) {
            close(fd);
        }
        return -err;
    }
    if (f->ino && (st->st_ino != f->ino || st->st_dev != f->dev)) {
        close(fd);
        return -EBADF; /* another one has its name */
    }
    return fd;
}

/* Files are those of the machine that we run on, for whatever process. */
bool gdb_packet_file_setfs(GDBServer *s, char *args, size_t len)
{
    return !s->p->file_path || file_result(s, 0, NULL, 0);
}

static unsigned free_slot(GDBServer *s)
{
    unsigned n = 0;

    while (n < s->files->len && s->files->pdata[n]) {
        n++;
    }
    if (n == s->files->len) {
        g_ptr_array_add(s->files, NULL);
    }
    return n;
}

/* "NAME,FLAGS,MODE" */
bool gdb_packet_file_open(GDBServer *s, char *args, size_t len)
{
    enum { MOST = 64 };
    struct stat st;
    uint64_t flags;

    if (!s->p->file_path) {
        return true;
    }
    g_autofree char *path = take_name(s, &args);

    if (!path || !gdb_take_char(&args, ',') || !gdb_take_hex(&args, &flags)) {
        return file_error(s, EINVAL);
    }
    if (flags != FILE_RDONLY) {
        return file_error(s, EROFS);
    }
    struct GDBFile f = {.path = path};
    int fd = file_open(&f, &st);

    if (fd < 0) {
        return file_error(s, -fd);
    }
    close(fd);
    unsigned n = free_slot(s);

    if (n >= MOST) {
        return file_error(s, EMFILE);
    }
    f.path = g_steal_pointer(&path);
    f.dev = st.st_dev;
    f.ino = st.st_ino;
    s->files->pdata[n] = g_memdup2(&f, sizeof f);
    return file_result(s, n, NULL, 0);
}

bool gdb_packet_file_close(GDBServer *s, char *args, size_t len)
{
    char *number = args;
    uint64_t n;

    if (!take_file(s, &args)) {
        return file_error(s, EBADF);
    }
    gdb_take_hex(&number, &n);
    file_free(s->files->pdata[n]);
    s->files->pdata[n] = NULL;
    return file_result(s, 0, NULL, 0);
}

/* "FILE,COUNT,OFFSET" */
bool gdb_packet_file_pread(GDBServer *s, char *args, size_t len)
{
    char buf[(GDB_PACKET_MAX - 16) / 2]; /* each byte may need an escape */
    struct GDBFile *f = take_file(s, &args);
    uint64_t count, offset;
    struct stat st;

    if (!f) {
        return file_error(s, EBADF);
    }
    if (!gdb_take_char(&args, ',') || !gdb_take_hex(&args, &count) ||
        !gdb_take_char(&args, ',') || !gdb_take_hex(&args, &offset)) {
        return file_error(s, EINVAL);
    }
    int fd = file_open(f, &st);

    if (fd < 0) {
        return file_error(s, -fd);
    }
    ssize_t n = pread(fd, buf, MIN(count, sizeof buf), offset);
    int err = errno;

    close(fd);
    return n < 0 ? file_error(s, err) : file_result(s, n, buf, n);
}

static uint8_t *put_be(uint8_t *to, uint64_t v, unsigned bytes)
{
    while (bytes--) {
        *to++ = v >> 8 * bytes;
    }
    return to;
}

/* struct stat as gdb's manual has it: big-endian. */
bool gdb_packet_file_fstat(GDBServer *s, char *args, size_t len)
{
    struct GDBFile *f = take_file(s, &args);
    struct stat st;
    int fd = f ? file_open(f, &st) : -EBADF;

    if (fd < 0) {
        return file_error(s, -fd);
    }
    close(fd);
    const struct {
        uint64_t value;
        unsigned bytes;
    } fields[] = {
        {st.st_dev,     4},
        {st.st_ino,     4},
        {st.st_mode,    4},
        {st.st_nlink,   4},
        {st.st_uid,     4},
        {st.st_gid,     4},
        {st.st_rdev,    4},
        {st.st_size,    8},
        {st.st_blksize, 8},
        {st.st_blocks,  8},
        {st.st_atime,   4},
        {st.st_mtime,   4},
        {st.st_ctime,   4},
    };
    uint8_t out[64], *p = out;

    for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
        p = put_be(p, fields[i].value, fields[i].bytes);
    }
    return file_result(s, p - out, out, p - out);
}

bool gdb_packet_file_readlink(GDBServer *s, char *args, size_t len)
{
    char to[PATH_MAX];

    if (!s->p->file_path) {
        return true;
    }
    g_autofree char *path = take_name(s, &args);

    if (!path) {
        return file_error(s, EINVAL);
    }
    ssize_t n = readlink(path, to, sizeof to);

    return n < 0 ? file_error(s, errno) : file_result(s, n, to, n);
}
