/* Files of /proc in which the guest must see itself and its processor, and not us. */
/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "accel/tcg/user.h"
#include "linux-user/guest-abi.h"
#include "linux-user/syscall.h"
#include "target/x86/cpuid.h"

/*
 * The kernel knows where arguments and environment of the guest are, so it shows them
 * itself, to other processes as well: proc_self_publish(). For the rest each opening
 * makes a file in memory with what holds at this moment. The guest gets it by a second
 * opening, with the flags that it asked for; the name of the process and all that is not
 * in the table is the kernel's.
 */

typedef bool FillFn(GString *text);

/* Appends guest memory; what cannot be read is left out, as the kernel does. */
static bool add_guest(GString *text, uint64_t start, uint64_t end)
{
    size_t n = end > start ? end - start : 0, old = text->len;

    g_string_set_size(text, old + n);
    if (copy_from_guest(text->str + old, start, n)) {
        g_string_set_size(text, old);
    }
    return true;
}

static bool fill_cmdline(GString *text)
{
    return add_guest(text, user_program.image.arg_start, user_program.image.arg_end);
}

static bool fill_environ(GString *text)
{
    return add_guest(text, user_program.image.env_start, user_program.image.env_end);
}

static bool fill_auxv(GString *text)
{
    uint64_t start = user_program.image.auxv;

    return add_guest(text, start, start + user_program.image.auxv_size);
}

/* Numbers of fields of the kernel's line in proc(5). */
enum {
    STAT_START_CODE = 26,
    STAT_END_CODE,
    STAT_START_STACK,
    STAT_START_DATA = 45,
    STAT_END_DATA,
    STAT_START_BRK,
    STAT_ARG_START,
    STAT_ARG_END,
    STAT_ENV_START,
    STAT_ENV_END,
};

/* Those that are the guest's. */
static bool fill_stat(GString *text)
{
    const ImageInfo *image = &user_program.image;
    const struct {
        int number;
        uint64_t value;
    } fields[] = {
        {STAT_START_CODE,  image->start_code },
        {STAT_END_CODE,    image->end_code   },
        {STAT_START_STACK, image->start_stack},
        {STAT_START_DATA,  image->start_data },
        {STAT_END_DATA,    image->end_data   },
        {STAT_START_BRK,   image->start_brk  },
        {STAT_ARG_START,   image->arg_start  },
        {STAT_ARG_END,     image->arg_end    },
        {STAT_ENV_START,   image->env_start  },
        {STAT_ENV_END,     image->env_end    },
    };
    g_autofree char *line = NULL;

    if (!g_file_get_contents("/proc/self/stat", &line, NULL, NULL) ||
        !strrchr(line, ')')) {
        return false;
    }
    /* The name, field 2, may have spaces. */
    char *rest = strrchr(line, ')') + 1;
    g_auto(GStrv) words = g_strsplit(rest, " ", -1);
    g_string_append_len(text, line, rest - line);
    for (int i = 1; words[i]; i++) {
        const char *word = words[i];
        char number[24];
        for (size_t k = 0; k < ARRAY_SIZE(fields); k++) {
            if (fields[k].number == i + 2) {
                snprintf(number, sizeof number, "%" PRIu64, fields[k].value);
                word = number;
            }
        }
        g_string_append_printf(text, " %s", word);
    }
    return true;
}

/* The number in that field of the kernel's line; it has no name with spaces in it. */
static uint64_t host_stat(const char *line, int number)
{
    enum { STATE = 3 };
    const char *p = strrchr(line, ')');

    for (int i = STATE; p && i <= number; i++) {
        p = strchr(p + 1, ' ');
    }
    return p ? strtoull(p + 1, NULL, 10) : 0;
}

static bool published;

/* Our own heap and data stay what the kernel thinks they are, and so does the auxv, by
 * which debuggers know where we are. */
void proc_self_publish(void)
{
    const ImageInfo *image = &user_program.image;
    g_autofree char *line = NULL;

    if (!g_file_get_contents("/proc/self/stat", &line, NULL, NULL)) {
        return;
    }
    struct prctl_mm_map map = {
        .start_code = image->start_code,
        .end_code = image->end_code,
        .start_data = host_stat(line, STAT_START_DATA),
        .end_data = host_stat(line, STAT_END_DATA),
        .start_brk = host_stat(line, STAT_START_BRK),
        .brk = (uintptr_t)sbrk(0),
        .start_stack = image->start_stack,
        .arg_start = image->arg_start,
        .arg_end = image->arg_end,
        .env_start = image->env_start,
        .env_end = image->env_end,
        .exe_fd = -1,
    };
    published = prctl(PR_SET_MM, PR_SET_MM_MAP, &map, sizeof map, 0) == 0;
}

/* ---- maps ---- */

/* A line of /proc/self/maps: the kernel's of ours, or a part of one that is the guest's.
 */
typedef struct Mapping {
    uint64_t start, last, offset;
    unsigned flags; /* USER_* */
    char shared;    /* 'p' or 's' */
    char device[16];
    uint64_t inode;
    const char *name; /* "" or with the kernel's quoting */
} Mapping;

typedef struct Maps {
    GString *text;
    Mapping host; /* whose parts are being looked at */
    Mapping line; /* not printed yet: the next one may continue it */
    char *line_name;
} Maps;

static bool overlaps(const Mapping *m, uint64_t start, uint64_t end)
{
    return m->start < end && m->last >= start;
}

static uint64_t heap_end(void)
{
    return sys_brk(current_task, (const uint64_t[6]){0});
}

static const char *mapping_name(const Mapping *m)
{
    const ImageInfo *image = &user_program.image;

    if (m->inode) {
        return m->name;
    }
    if (overlaps(m, image->stack_limit, image->stack_base)) {
        return "[stack]";
    }
    if (overlaps(m, image->vdso, image->vdso_end)) {
        return "[vdso]";
    }
    return overlaps(m, image->start_brk, heap_end()) ? "[heap]" : "";
}

static void print_mapping(GString *text, const Mapping *m)
{
    const char *name = mapping_name(m);
    size_t start = text->len;

    g_string_append_printf(text, "%08" PRIx64 "-%08" PRIx64 " %c%c%c%c", m->start,
                           m->last + 1, m->flags & USER_READ ? 'r' : '-',
                           m->flags & USER_WRITE ? 'w' : '-',
                           m->flags & USER_EXEC ? 'x' : '-', m->shared);
    g_string_append_printf(text, " %08" PRIx64 " %s %" PRIu64 " ", m->offset, m->device,
                           m->inode);
    if (*name) {
        g_string_append_printf(text, "%*s", MAX(0, 73 - (int)(text->len - start)), "");
        g_string_append(text, name);
    }
    g_string_append_c(text, '\n');
}

/* One mapping of the guest is several of ours when only some of its pages have code. */
static bool continues(const Mapping *a, const Mapping *b)
{
    return a->last + 1 == b->start && b->start != user_program.image.start_brk &&
           a->flags == b->flags && a->shared == b->shared && a->inode == b->inode &&
           strcmp(a->device, b->device) == 0 &&
           (!a->inode || a->offset + (b->start - a->start) == b->offset);
}

static void end_line(Maps *maps)
{
    if (maps->line_name) {
        maps->line.name = maps->line_name;
        print_mapping(maps->text, &maps->line);
        g_free(maps->line_name);
        maps->line_name = NULL;
    }
}

static void add_part(Maps *maps, uint64_t start, uint64_t last, unsigned flags)
{
    Mapping part = maps->host;

    part.offset += part.inode ? start - part.start : 0;
    part.start = start;
    part.last = last;
    part.flags = flags & (USER_READ | USER_WRITE | USER_EXEC);
    if (maps->line_name && continues(&maps->line, &part)) {
        maps->line.last = last;
        return;
    }
    end_line(maps);
    maps->line = part;
    maps->line_name = g_strdup(part.name);
}

/* The heap is a line of its own, though the kernel joins it to the memory before it. */
static bool add_piece(uint64_t start, uint64_t last, unsigned flags, void *opaque)
{
    uint64_t heap = user_program.image.start_brk;

    if (start < heap && heap <= last) {
        add_part(opaque, start, heap - 1, flags);
        start = heap;
    }
    add_part(opaque, start, last, flags);
    return true;
}

static void add_host_line(Maps *maps, char *line)
{
    Mapping *h = &maps->host;
    uint64_t end;
    char perms[5];
    int at = 0;

    if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %4s %" SCNx64 " %15s %" SCNu64 " %n",
               &h->start, &end, perms, &h->offset, h->device, &h->inode, &at) == 6) {
        h->last = end - 1;
        h->shared = perms[3];
        h->name = line + at;
        user_map_foreach(h->start, h->last, add_piece, maps);
    }
}

static bool fill_maps(GString *text)
{
    Maps maps = {.text = text};
    g_autofree char *host = NULL;

    user_map_lock();
    if (g_file_get_contents("/proc/self/maps", &host, NULL, NULL)) {
        g_auto(GStrv) lines = g_strsplit(host, "\n", -1);
        for (char **line = lines; *line; line++) {
            add_host_line(&maps, *line);
        }
    }
    user_map_unlock();
    end_line(&maps);
    return host != NULL;
}

/* ---- cpuinfo ---- */

static bool fill_cpuinfo(GString *text)
{
    long total = sysconf(_SC_NPROCESSORS_ONLN);

    for (long i = 0; i < total; i++) {
        x86_cpuinfo(task_env(current_task), i, total, text);
    }
    return total > 0;
}

static const struct {
    const char *name;
    FillFn *fill;
    bool published; /* the kernel's own is right once it has been told */
} files[] = {
    {"auxv",    fill_auxv,    false},
    {"cmdline", fill_cmdline, true },
    {"environ", fill_environ, true },
    {"maps",    fill_maps,    false},
    {"stat",    fill_stat,    false},
};

/* A file in memory with `text`, opened with the guest's flags. */
static int64_t open_text(const char *name, const GString *text, uint64_t flags)
{
    int fd = memfd_create(name, MFD_CLOEXEC);

    if (fd < 0) {
        return -errno;
    }
    int64_t ret = -EIO;
    if (write(fd, text->str, text->len) == (ssize_t)text->len) {
        char again[40];
        snprintf(again, sizeof again, "/proc/self/fd/%d", fd);
        ret = open(again, O_RDONLY | (flags & (O_CLOEXEC | O_NONBLOCK)));
        ret = ret < 0 ? -errno : ret;
    }
    close(fd);
    return ret;
}

static int64_t open_filled(const char *name, FillFn *fill, uint64_t flags)
{
    GString *text = g_string_new(NULL);
    int64_t ret = fill(text) ? open_text(name, text, flags) : (int64_t)NOT_OURS;

    g_string_free(text, true);
    return ret;
}

/* A file with this name may be one of ours. */
static bool may_be_own(const char *path)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;

    for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
        if (strcmp(files[i].name, name) == 0) {
            return true;
        }
    }
    return strcmp(name, "cpuinfo") == 0;
}

int64_t proc_self_open(int dirfd, char path[PATH_MAX], uint64_t flags)
{
    if ((flags & (O_ACCMODE | O_PATH | GUEST_O_DIRECTORY)) != O_RDONLY ||
        !may_be_own(path)) {
        return NOT_OURS;
    }
    path_resolve_proc(dirfd, path);
    const char *own = path_own_proc(path);

    if (strcmp(path, "/proc/cpuinfo") == 0) {
        return open_filled("cpuinfo", fill_cpuinfo, flags);
    }
    for (size_t i = 0; own && i < ARRAY_SIZE(files); i++) {
        if (strcmp(files[i].name, own) == 0 && !(files[i].published && published)) {
            return open_filled(own, files[i].fill, flags);
        }
    }
    return NOT_OURS;
}
