/* Names of files: -L, and what the guest asks about itself in /proc. */
/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "linux-user/syscall.h"

/* Behind `prefix` and a number that is `id`; NULL: something else is there. */
static const char *after_id(const char *path, const char *prefix, long id)
{
    char *end;

    if (!g_str_has_prefix(path, prefix)) {
        return NULL;
    }
    path += strlen(prefix);
    if (*path < '1' || *path > '9' || strtol(path, &end, 10) != id) {
        return NULL;
    }
    return end;
}

static const char *after(const char *path, const char *prefix)
{
    return g_str_has_prefix(path, prefix) ? path + strlen(prefix) : NULL;
}

/* A thread's folder has the files of its process. */
static const char *skip_task(const char *rest)
{
    const char *end = rest ? after_id(rest, "/task/", syscall(SYS_gettid)) : NULL;

    return end ? end : rest;
}

const char *path_own_proc(const char *path)
{
    const char *rest;

    if (!g_str_has_prefix(path, "/proc/")) {
        return NULL;
    }
    rest = after(path, "/proc/self");
    if (!rest) {
        rest = after(path, "/proc/thread-self");
    }
    if (!rest) {
        rest = after_id(path, "/proc/", getpid());
    }
    rest = skip_task(rest);
    return rest && *rest == '/' ? rest + 1 : NULL;
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
