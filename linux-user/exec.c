/* execve(): the new program runs under us as well. */
/* SPDX-License-Identifier: MIT */
/*
 * What the kernel would find wrong with the file is found here, before anything is lost.
 * Then we start ourselves again with our own options, the program's path, and -0 for its
 * argv[0]. A script is started by its interpreter, as the kernel does.
 *
 * Our own file is /proc/self/exe, but in another root there may be no /proc, and nothing
 * else that we are: so before the guest changes its root the file is opened, and that
 * descriptor is what is executed, and handed on.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "accel/tcg/user.h"
#include "linux-user/clone-internal.h"
#include "linux-user/elf-file.h"
#include "linux-user/gdb.h"
#include "linux-user/guest-mem.h"
#include "linux-user/host-nr.h"
#include "linux-user/program.h"
#include "linux-user/rlimit.h"
#include "linux-user/signals.h"
#include "linux-user/syscall.h"
#include "util/atomic.h"

#define MAX_ARG_STRING (32 * 4096)
#define MAX_ARGS       (1 << 20)
enum { MAX_SCRIPTS = 5 };

/* A list of strings of the guest's, in our memory. NULL and *err. */
static GPtrArray *read_list(uint64_t at, int *err)
{
    GPtrArray *list = g_ptr_array_new_with_free_func(g_free);
    uint64_t p = 0;

    *err = 0;
    for (unsigned i = 0; at && !*err; i++) {
        int64_t len = 0;

        if (get_guest(p, at + 8 * (uint64_t)i)) {
            *err = -EFAULT;
        } else if (!p) {
            break;
        } else if (i == MAX_ARGS) {
            *err = -E2BIG;
        } else {
            char *s = dup_string_from_guest(p, MAX_ARG_STRING, &len);

            *err = s ? 0 : len == -ENAMETOOLONG ? -E2BIG : (int)len;
            g_ptr_array_add(list, s);
        }
    }
    return list;
}

static int probe(int fd, char **script)
{
    char head[ELF_HEAD + 1] = {0};
    ssize_t n = pread(fd, head, ELF_HEAD, 0);

    *script = NULL;
    return n < 0 ? -errno : elf_kind(head, n, script);
}

static void put_script(ProgramTarget *t, const char *script)
{
    const char *arg = script + strlen(script) + 1;
    GPtrArray *argv = t->argv;

    if (argv->len) {
        g_ptr_array_remove_index(argv, 0);
    }
    g_ptr_array_insert(argv, 0, g_strdup(t->path));
    if (*arg) {
        g_ptr_array_insert(argv, 0, g_strdup(arg));
    }
    g_ptr_array_insert(argv, 0, g_strdup(script));
    g_free(t->path);
    t->path = g_strdup(script);
}

static int check_file(const char *path, bool executable, int *fd)
{
    struct stat st;

    if (executable && faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) < 0) {
        return -errno;
    }
    *fd = open(path, O_RDONLY | O_CLOEXEC);
    if (*fd < 0) {
        return -errno;
    }
    if (fstat(*fd, &st) < 0 || !S_ISREG(st.st_mode)) {
        return -EACCES;
    }
    return 0;
}

int program_resolve(ProgramTarget *t, bool executable)
{
    for (int i = 0; i <= MAX_SCRIPTS; i++) {
        g_autofree char *where = program_find(t->path), *script = NULL;
        int fd = -1, err = check_file(where, executable, &fd);

        if (!err) {
            err = probe(fd, &script);
        }
        if (fd >= 0) {
            close(fd);
        }
        if (err || !script) {
            return err;
        }
        if (t->lent_fd >= 0) { /* it could not be read then */
            return -ENOENT;
        }
        put_script(t, script);
    }
    return -ELOOP;
}

static int self_fd = -1;

void exec_keep_self(int fd)
{
    int ours = host_fd_reserve(fd);

    if (ours >= 0) {
        self_fd = ours;
    } else {
        close(fd);
    }
}

/* A child of vfork() has descriptors of its own, but what we note is its parent's. */
void exec_before_root(TaskState *ts)
{
    static int asked;

    if (self_fd < 0 && process_is_own(ts) && !user_program.exec_with &&
        !atomic_xchg(&asked, 1)) {
        int fd = open("/proc/self/exe", O_PATH | O_CLOEXEC);

        if (fd >= 0) {
            exec_keep_self(fd);
        }
    }
}

int64_t sys_chroot(TaskState *ts, const uint64_t args[6])
{
    exec_before_root(ts);
    return HOST_CALL(chroot, args[0]);
}

int64_t sys_pivot_root(TaskState *ts, const uint64_t args[6])
{
    exec_before_root(ts);
    return HOST_CALL(pivot_root, args[0], args[1]);
}

/* Another process may change the root of a whole mount namespace. */
int64_t sys_unshare(TaskState *ts, const uint64_t args[6])
{
    exec_before_root(ts);
    return HOST_CALL(unshare, args[0]);
}

int64_t sys_setns(TaskState *ts, const uint64_t args[6])
{
    exec_before_root(ts);
    return HOST_CALL(setns, args[0], args[1]);
}

/* Arguments of our options that are made for it; "": the option is left out. */
typedef struct OwnWords {
    char self[16], lent[16], limits[LIMITS_WORD_MAX];
} OwnWords;

static void put_option(GPtrArray *v, const char *option, char *word)
{
    if (*word) {
        g_ptr_array_add(v, (void *)option);
        g_ptr_array_add(v, word);
    }
}

static void print_fd(char word[16], int fd)
{
    *word = 0;
    if (fd >= 0) {
        snprintf(word, 16, "%d", fd);
    }
}

/* Ourselves, our options, -0 argv[0], path, the other arguments. */
static char **own_command(TaskState *ts, const ProgramTarget *t, OwnWords *w)
{
    GPtrArray *v = g_ptr_array_new();
    const char *argv0 = t->argv->len ? t->argv->pdata[0] : "";

    for (char **p = user_program.exec_with; p && *p; p++) {
        g_ptr_array_add(v, *p);
    }
    g_ptr_array_extend(v, user_program.own_options, NULL, NULL);
    gdb_begin_exec(ts, v);
    print_fd(w->self, self_fd);
    print_fd(w->lent, t->lent_fd);
    rlimit_print(ts, w->limits, sizeof w->limits);
    put_option(v, "-self", w->self);
    put_option(v, "-lent", w->lent);
    put_option(v, "-limits", w->limits);
    g_ptr_array_add(v, (void *)"-0");
    g_ptr_array_add(v, (void *)argv0);
    g_ptr_array_add(v, (void *)"--");
    g_ptr_array_add(v, t->path);
    for (unsigned i = 1; i < t->argv->len; i++) {
        g_ptr_array_add(v, t->argv->pdata[i]);
    }
    g_ptr_array_add(v, NULL);
    return (char **)g_ptr_array_free(v, false);
}

/* A caught signal comes first. */
static int64_t run_self(TaskState *ts, char **command, char **envp)
{
    const char *path = user_program.exec_with ? command[0] : "/proc/self/exe";
    const uint64_t by_path[6] = {(uintptr_t)path, (uintptr_t)command, (uintptr_t)envp};
    const uint64_t by_fd[6] = {self_fd, (uintptr_t) "", (uintptr_t)command,
                               (uintptr_t)envp, AT_EMPTY_PATH};

    if (self_fd < 0) {
        return host_safe_syscall(ts, SYS_execve, by_path);
    }
    fcntl(self_fd, F_SETFD, 0);
    int64_t r = host_safe_syscall(ts, SYS_execveat, by_fd);
    fcntl(self_fd, F_SETFD, FD_CLOEXEC);
    return r;
}

/* The guest's own program is under its name; for the kernel /proc/self/exe is us. */
static char *real_name(const char *path)
{
    const char *own = path_own_proc(path);

    return g_strdup(own && strcmp(own, "exe") == 0 ? user_program.exe_path : path);
}

/* lists: argv and envp. lent_fd: as ProgramTarget's. */
static int64_t exec_path(TaskState *ts, const char *path, const uint64_t lists[2],
                         int lent_fd)
{
    ProgramTarget t = {.path = real_name(path), .lent_fd = lent_fd};
    int err, env_err;

    t.argv = read_list(lists[0], &err);
    g_autoptr(GPtrArray) envp = read_list(lists[1], &env_err);
    err = err ? err : env_err ? env_err : program_resolve(&t, true);
    if (!err) {
        OwnWords words;
        g_autofree char **command = own_command(ts, &t, &words);

        g_ptr_array_add(envp, NULL);
        fflush(NULL);
        if (process_is_own(ts)) {
            user_cache_store(copy_from_guest);
        }
        signal_before_exec(ts);
        err = run_self(ts, command, (char **)envp->pdata);
        signal_after_exec(ts);
        gdb_end_exec(ts);
    }
    g_ptr_array_unref(t.argv);
    g_free(t.path);
    return err;
}

int64_t sys_execve(TaskState *ts, const uint64_t args[6])
{
    char path[PATH_MAX];

    int64_t n = copy_string_from_guest(path, args[0], sizeof path);

    return n < 0 ? n : n == 0 ? -ENOENT : exec_path(ts, path, args + 1, -1);
}

int64_t sys_execveat(TaskState *ts, const uint64_t args[6])
{
    char path[PATH_MAX], whole[PATH_MAX + 32];
    int fd = args[0], flags = args[4];

    int64_t n = copy_string_from_guest(path, args[1], sizeof path);

    if (n < 0) {
        return n;
    }
    if (flags & ~(AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW)) {
        return -EINVAL;
    }
    if (n == 0 && !(flags & AT_EMPTY_PATH)) {
        return -ENOENT;
    }
    if (path[0] == '/' || (fd == AT_FDCWD && n)) {
        return exec_path(ts, path, args + 2, -1);
    }
    int fd_flags = fcntl(fd, F_GETFD), lent = -1;

    if (fd_flags & FD_CLOEXEC) { /* or there is no such descriptor */
        lent = fd = dup(fd);
    }
    if (fd < 0) {
        return -errno;
    }
    snprintf(whole, sizeof whole, "/proc/self/fd/%d%s%s", fd, n ? "/" : "", path);
    int64_t r = exec_path(ts, whole, args + 2, lent);

    if (lent >= 0) {
        close(lent);
    }
    return r;
}
