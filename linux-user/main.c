/* mynah-x86_64: from the command line to a running program. */
/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "accel/tcg/user.h"
#include "linux-user/clone.h"
#include "linux-user/gdb.h"
#include "linux-user/guest-mem.h"
#include "linux-user/mmap-place.h"
#include "linux-user/options.h"
#include "linux-user/program.h"
#include "linux-user/signals.h"
#include "linux-user/syscall-short.h"
#include "util/bitops.h"
#include "util/host.h"
#include "util/log.h"

const AccelOps *program_accel;
X86Model program_cpu_model;

static void print_version(void)
{
    printf("Mynah emulator version %s\n"
           "compatible with qemu-x86_64 version 10.0 options\n",
           MYNAH_VERSION);
}

static void print_help(const UserOptions *o)
{
    g_autoptr(GString) text = g_string_new(NULL);

    switch (o->help) {
    case USER_HELP_NONE:
        break;
    case USER_HELP_OPTIONS:
        user_options_print_help(stdout);
        break;
    case USER_HELP_VERSION:
        print_version();
        break;
    case USER_HELP_CPU:
        x86_model_help(text);
        fputs(text->str, stdout);
        break;
    case USER_HELP_ACCEL:
        accel_print_help(stdout);
        break;
    case USER_HELP_LOG:
        log_print_help(stdout);
        break;
    }
}

static bool start_log(const UserOptions *o, GError **errp)
{
    if (o->log_items && !log_set_items(o->log_items, errp)) {
        return user_error_prefix(errp, "-d %s: ", o->log_items);
    }
    if (o->log_filter && !log_set_filter(o->log_filter, errp)) {
        return user_error_prefix(errp, "-dfilter %s: ", o->log_filter);
    }
    if (o->log_file && !log_set_file(o->log_file, o->log_append, errp)) {
        return user_error_prefix(errp, "-D %s: ", o->log_file);
    }
    if (o->strace) {
        log_set_mask(log_mask | LOG_STRACE);
    }
    if (log_enabled(UINT32_MAX)) {
        log_own_fd(host_fd_reserve);
    }
    return true;
}

/* What starts us is given the path of our file. */
static void keep_exec_with(const UserOptions *o)
{
    char *path = o->exec_with ? realpath("/proc/self/exe", NULL) : NULL;

    if (path) {
        g_free(o->inherited->pdata[0]);
        o->inherited->pdata[0] = path;
        user_program.exec_with = o->exec_with;
    }
}

/* The file that runs in the end, in new memory, and what it is given: *argv. A file need
 * not be executable; elf_load() says what else may be wrong with it. */
static char *find_program(const char *path, char ***argv, int *status, GError **errp)
{
    ProgramTarget t = {g_strdup(path), g_ptr_array_new(), -1};

    for (char **p = *argv; *p; p++) {
        g_ptr_array_add(t.argv, g_strdup(*p));
    }
    unsigned nargs = t.argv->len;
    int err = program_resolve(&t, false);
    bool is_script = t.argv->len > nargs;

    *status = err == -ENOENT || err == -ENOTDIR ? NOT_FOUND : CANNOT_RUN;
    if (err && is_script) {
        user_error(errp, "%s: a script for %s: %s", path, t.path, g_strerror(-err));
        return NULL;
    }
    if (err && err != -ENOEXEC) {
        user_error(errp, "%s: %s", path, g_strerror(-err));
        return NULL;
    }
    if (is_script) {
        g_ptr_array_add(t.argv, NULL);
        *argv = (char **)g_ptr_array_free(t.argv, false);
    }
    return program_find(t.path);
}

static TaskState *first_task(const UserOptions *o, GError **errp)
{
    g_autofree char *accel =
        g_strconcat(o->accel ? o->accel : "tcg", o->properties, NULL);
    const char *accels[] = {accel, NULL};
    AccelChoice choice = {.specs = accels};

    if (!accel_choose(&choice, errp)) {
        return NULL;
    }
    program_accel = choice.ops;
    user_short_call = syscall_short;
    user_peek_guest = copy_from_guest;
    const char *cpu = o->cpu ? o->cpu : "max";

    if (!x86_model_parse(cpu, &program_cpu_model, errp)) {
        user_error_prefix(errp, "-cpu %s: ", cpu);
        return NULL;
    }
    TaskState *ts = task_new(NULL);

    if (!program_accel->vcpu_init(ts->cpu, errp)) {
        return NULL;
    }
    ts->cpu->ops->reset(ts->cpu);
    return ts;
}

static bool open_gdb(const UserOptions *o, GError **errp)
{
    if (o->gdb_exec) {
        return !o->gdb ? user_error(errp, "-gdb-exec: only with -g")
                       : gdb_take_over(o->gdb, o->gdb_exec, errp) ||
                             user_error_prefix(errp, "-gdb-exec %s: ", o->gdb_exec);
    }
    return !o->gdb || gdb_open(o->gdb, errp) ||
           user_error_prefix(errp, "-g %s: ", o->gdb);
}

/* Translated code that was kept is that of this program, on such a CPU. */
static void open_cache(const char *path, bool make_folder)
{
    struct {
        uint64_t dev, ino, size;
        int64_t sec, nsec;
        uint64_t features[ARRAY_SIZE(program_cpu_model.features)];
    } key = {0};
    struct stat st;

    if (stat(path, &st) == 0) {
        key.dev = st.st_dev;
        key.ino = st.st_ino;
        key.size = st.st_size;
        key.sec = st.st_mtim.tv_sec;
        key.nsec = st.st_mtim.tv_nsec;
        memcpy(key.features, program_cpu_model.features, sizeof key.features);
        user_cache_open(&key, sizeof key, make_folder);
    }
}

static bool start(const UserOptions *o, char **argv, int *status, GError **errp)
{
    ProgramStart p = {.envp = o->envp, .stack_size = o->stack_size};
    TaskState *ts;
    char *path = NULL;

    user_program.sysroot = g_strdup(o->sysroot);
    user_program.uname_release = g_strdup(o->uname_release);
    user_program.strace = o->strace;
    user_program.own_options = o->inherited;
    keep_exec_with(o);
    if (o->self_fd >= 0) {
        exec_keep_self(o->self_fd);
    }
    p.argv = argv + o->program;
    path = find_program(argv[o->program], &p.argv, status, errp);
    if (!path) {
        return false;
    }
    if (o->argv0 && p.argv == argv + o->program) {
        p.argv[0] = (char *)o->argv0;
    }
    p.path = path;
    user_program.exe_path = realpath(path, NULL);
    if (!user_program.exe_path) { /* it has no name any more */
        user_program.exe_path = g_strdup(path);
    }
    g_autofree char *name = g_path_get_basename(user_program.exe_path);
    prctl(PR_SET_NAME, name);
    *status = EXIT_FAILURE;
    ts = first_task(o, errp);
    if (!ts) {
        return false;
    }
    current_task = ts;
    ts->tid = syscall(SYS_gettid);
    process_init(ts);
    memcpy(ts->process->limits, o->limits, sizeof o->limits);
    if (!open_gdb(o, errp)) {
        return false;
    }
    signal_init(ts);
    if (!elf_load(ts, &p, status, errp)) {
        return false;
    }
    open_cache(path, o->self_fd < 0); /* other roots are left as they are */
    if (o->lent_fd >= 0) {
        close(o->lent_fd);
    }
    proc_self_publish();
    gdb_begin(ts);
    task_run(ts);
    first_task_exit(ts);
}

/*
 * binfmt_misc with the flag P: path and argv[0] of the program, then its arguments, and
 * nothing for us.
 */
static void from_binfmt_misc(int *argc, char ***argv)
{
    enum { PRESERVE_ARGV0 = 1 }; /* AT_FLAGS_PRESERVE_ARGV0 */
    GPtrArray *v;

    if (!(getauxval(AT_FLAGS) & PRESERVE_ARGV0) || *argc < 3) {
        return;
    }
    v = g_ptr_array_new();
    g_ptr_array_add(v, (*argv)[0]);
    g_ptr_array_add(v, (void *)"-0");
    g_ptr_array_add(v, (*argv)[2]);
    g_ptr_array_add(v, (void *)"--");
    g_ptr_array_add(v, (*argv)[1]);
    for (int i = 3; i < *argc; i++) {
        g_ptr_array_add(v, (*argv)[i]);
    }
    *argc = v->len;
    g_ptr_array_add(v, NULL);
    *argv = (char **)g_ptr_array_free(v, false);
}

/*
 * GLib before 2.76 has an allocator of small pieces of its own. fork() does not take its
 * locks as it does those of malloc(), so the child of a program with threads could wait
 * for ever for one that another thread had. The environment says that malloc() is to be
 * used: when GLib is initialised, which is before main(), and no longer. (A dynamic build
 * would be too late.)
 */
#ifdef MYNAH_STATIC
static const char *guests_g_slice;

static void begin_without_slices(void)
{
    guests_g_slice = getenv("G_SLICE");
    setenv("G_SLICE", "always-malloc", true);
}
__attribute__((section(".preinit_array"),
               used)) static void (*const before_glib)(void) = begin_without_slices;

static void end_without_slices(void)
{
    g_string_free(g_string_new(NULL), true); /* it has looked now at the latest */
    if (guests_g_slice) {
        setenv("G_SLICE", guests_g_slice, true);
    } else {
        unsetenv("G_SLICE");
    }
}
#else
static void end_without_slices(void) {}
#endif

/* What the C library has got for its heap so far: nearly all of it is going to be used,
 * and pages that come together cost less than faults. */
static void populate_heap(void)
{
    g_autofree char *lowest = g_malloc(1);
    char *first = (char *)ROUND_UP((uintptr_t)lowest, host_page_size());
    char *end = (char *)ROUND_DOWN((uintptr_t)sbrk(0), host_page_size());

    if (first < end && end - first <= 1 << 20) {
        host_populate(first, end - first, true);
    }
}

int main(int argc, char **argv)
{
    GError *err = NULL;
    UserOptions opts;
    int status = EXIT_FAILURE;
    end_without_slices();
    g_autofree char *program = g_path_get_basename(argv[0]);

    place_limit_host();
    populate_heap();
    g_set_prgname(program);
    errors_init();
    from_binfmt_misc(&argc, &argv);
    if (!user_options_parse(&opts, argc, argv, &err)) {
        report_gerror(err);
        return EXIT_FAILURE;
    }
    if (opts.help != USER_HELP_NONE) {
        print_help(&opts);
        return EXIT_SUCCESS;
    }
    if (!start_log(&opts, &err) || !start(&opts, argv, &status, &err)) {
        report_gerror(err);
    }
    return status;
}
