/* Files of /proc/self in which the guest must see itself and not us. */
/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "linux-user/guest-abi.h"
#include "linux-user/syscall.h"

/*
 * Each opening makes a file in memory with what holds at this moment. The guest gets it
 * by a second opening, with the flags that it asked for; the name of the process and all
 * that is not in the table is the kernel's.
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

/* Fields of the kernel's line by their number in proc(5) that are the guest's. */
static bool fill_stat(GString *text)
{
    const ImageInfo *image = &user_program.image;
    const struct {
        int number;
        uint64_t value;
    } fields[] = {
        {26, image->start_code },
        {27, image->end_code   },
        {28, image->start_stack},
        {45, image->start_data },
        {46, image->end_data   },
        {47, image->start_brk  },
        {48, image->arg_start  },
        {49, image->arg_end    },
        {50, image->env_start  },
        {51, image->env_end    },
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

static const struct {
    const char *name;
    FillFn *fill;
} files[] = {
    {"auxv",    fill_auxv   },
    {"cmdline", fill_cmdline},
    {"environ", fill_environ},
    {"stat",    fill_stat   },
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

int64_t proc_self_open(const char *path, uint64_t flags)
{
    const char *own = path_own_proc(path);

    if (!own || (flags & (O_ACCMODE | O_PATH | GUEST_O_DIRECTORY)) != O_RDONLY) {
        return NOT_OURS;
    }
    for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
        if (strcmp(files[i].name, own) == 0) {
            GString *text = g_string_new(NULL);
            int64_t ret =
                files[i].fill(text) ? open_text(own, text, flags) : (int64_t)NOT_OURS;
            g_string_free(text, true);
            return ret;
        }
    }
    return NOT_OURS;
}
