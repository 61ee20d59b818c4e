/* Names of files: -L, and what the guest asks about itself in /proc. */
/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "linux-user/syscall.h"

static const char *after(const char *path, const char *prefix)
{
    return g_str_has_prefix(path, prefix) ? path + strlen(prefix) : NULL;
}

/* Behind the number of a thread of ours; NULL: something else is there. */
static const char *after_thread(const char *path)
{
    char *end, name[40];

    if (!path || *path < '1' || *path > '9') {
        return NULL;
    }
    long id = strtol(path, &end, 10);

    snprintf(name, sizeof name, "/proc/self/task/%ld", id);
    return id == getpid() || access(name, F_OK) == 0 ? end : NULL;
}

const char *path_own_proc(const char *path)
{
    const char *rest, *of_thread;

    if (!g_str_has_prefix(path, "/proc/")) {
        return NULL;
    }
    rest = after(path, "/proc/self");
    if (!rest) {
        rest = after(path, "/proc/thread-self");
    }
    if (!rest) {
        rest = after_thread(path + strlen("/proc/"));
    }
    if (!rest) {
        return NULL;
    }
    of_thread = after_thread(after(rest, "/task/"));
    if (of_thread) {
        rest = of_thread;
    }
    return *rest == '/' ? rest + 1 : NULL;
}

void path_resolve_proc(int dirfd, char path[PATH_MAX])
{
    char link[32] = "/proc/self/cwd", full[PATH_MAX];
    size_t n = strlen(path);

    if (dirfd != AT_FDCWD) {
        snprintf(link, sizeof link, "/proc/self/fd/%d", dirfd);
    }
    ssize_t dir = *path == '/' ? -1 : readlink(link, full, sizeof full);

    if (dir < 5 || strncmp(full, "/proc", 5) != 0 || dir + 1 + n >= sizeof full) {
        return;
    }
    full[dir] = '/';
    memcpy(full + dir + 1, path, n + 1);
    memcpy(path, full, dir + n + 2);
}

/* The file below -L, if there is one of this name. */
static char *in_sysroot(const char *path)
{
    if (!user_program.sysroot || path[0] != '/') {
        return NULL;
    }
    char *name = g_strconcat(user_program.sysroot, path, NULL);

    if (faccessat(AT_FDCWD, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0) {
        return name;
    }
    g_free(name);
    return NULL;
}

char *path_redirect(const char *path, bool follow)
{
    const char *own = path_own_proc(path);

    if (own) {
        return follow && strcmp(own, "exe") == 0 ? g_strdup(user_program.exe_path) : NULL;
    }
    return in_sysroot(path);
}

char *path_redirect_guest(uint64_t addr, bool follow)
{
    char path[PATH_MAX];

    return addr && copy_string_from_guest(path, addr, sizeof path) > 0
               ? path_redirect(path, follow)
               : NULL;
}
