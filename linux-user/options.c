/* The command line of mynah-x86_64: what the rows of options.def call, and what goes on
 * to executed programs. */
/* SPDX-License-Identifier: MIT */
#include "linux-user/options.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "linux-user/rlimit.h"
#include "util/option-table.h"
#include "util/options.h"

#define DEFAULT_STACK (UINT64_C(8) << 20)
#define MIN_STACK     (UINT64_C(64) << 10)
#define MAX_STACK     (UINT64_C(64) << 30)

/* The guest may change the working directory. In new memory. */
static char *absolute(const char *path)
{
    g_autofree char *here = g_get_current_dir();

    return g_path_is_absolute(path) ? g_strdup(path) : g_build_filename(here, path, NULL);
}

static bool opt_sysroot(void *opaque, const char *arg, GError **errp)
{
    UserOptions *o = opaque;

    g_free(o->sysroot);
    o->sysroot = absolute(arg);
    return true;
}

static bool opt_set_env(void *opaque, const char *arg, GError **errp)
{
    UserOptions *o = opaque;
    const char *eq = strchr(arg, '=');

    if (!eq || eq == arg) {
        return user_error(errp, "expected NAME=VALUE");
    }
    g_autofree char *name = g_strndup(arg, eq - arg);

    o->envp = g_environ_setenv(o->envp, name, eq + 1, true);
    return true;
}

static bool opt_unset_env(void *opaque, const char *arg, GError **errp)
{
    UserOptions *o = opaque;

    if (!*arg || strchr(arg, '=')) {
        return user_error(errp, "expected the name of a variable");
    }
    o->envp = g_environ_unsetenv(o->envp, arg);
    return true;
}

static bool opt_stack(void *opaque, const char *arg, GError **errp)
{
    UserOptions *o = opaque;

    if (!parse_size(arg, 'B', &o->stack_size) || o->stack_size < MIN_STACK ||
        o->stack_size > MAX_STACK) {
        return user_error(errp, "expected a size from 64K to 64G");
    }
    o->stack_size = ROUND_UP(o->stack_size, UINT64_C(4096));
    return true;
}

static bool opt_release(void *opaque, const char *arg, GError **errp)
{
    UserOptions *o = opaque;

    o->uname_release = arg;
    return strlen(arg) < 65 || user_error(errp, "longer than 64 characters");
}

static bool opt_exec_with(void *opaque, const char *arg, GError **errp)
{
    UserOptions *o = opaque;
    g_auto(GStrv) words = NULL;

    if (!g_shell_parse_argv(arg, NULL, &words, NULL)) {
        return user_error(errp, "expected a command");
    }
    char *path = g_find_program_in_path(words[0]);

    if (!path) {
        return user_error(errp, "there is no program %s", words[0]);
    }
    g_free(words[0]);
    words[0] = path;
    g_strfreev(o->exec_with);
    o->exec_with = g_steal_pointer(&words);
    return true;
}

/* Short for a property of the accelerator. */
static bool add_property(UserOptions *o, const char *name)
{
    char *joined =
        g_strconcat(o->properties ? o->properties : "", ",", name, "=on", NULL);

    g_free(o->properties);
    o->properties = joined;
    return true;
}

static bool opt_one_insn(void *opaque, const char *arg, GError **errp)
{
    return add_property(opaque, "one-insn-per-tb");
}

static bool opt_perfmap(void *opaque, const char *arg, GError **errp)
{
    return add_property(opaque, "perfmap");
}

static bool opt_jitdump(void *opaque, const char *arg, GError **errp)
{
    return add_property(opaque, "jitdump");
}

static bool opt_base(void *opaque, const char *arg, GError **errp)
{
    uint64_t base;

    return (parse_u64(arg, &base) && base == 0) || user_error(errp, "only 0 is possible");
}

static bool opt_reserve(void *opaque, const char *arg, GError **errp)
{
    uint64_t size;

    return parse_size(arg, 'B', &size) || user_error(errp, "expected a size");
}

static bool parse_fd(int *fd, const char *arg, GError **errp)
{
    uint64_t n;

    if (!parse_u64(arg, &n) || n > INT_MAX || fcntl(n, F_GETFD) < 0) {
        return user_error(errp, "expected a descriptor");
    }
    *fd = n;
    return true;
}

static bool opt_self(void *opaque, const char *arg, GError **errp)
{
    return parse_fd(&((UserOptions *)opaque)->self_fd, arg, errp);
}

static bool opt_lent(void *opaque, const char *arg, GError **errp)
{
    return parse_fd(&((UserOptions *)opaque)->lent_fd, arg, errp);
}

static bool opt_limits(void *opaque, const char *arg, GError **errp)
{
    return rlimit_parse(arg, ((UserOptions *)opaque)->limits) ||
           user_error(errp, "expected limits");
}

#define OPTIONS UserOptions
static const OptRow rows[] = {
#include "linux-user/options.def"
};
static const OptMissing missing[] = {
#include "linux-user/options-missing.def"
};
static const OptTable table = {rows, ARRAY_SIZE(rows), missing, ARRAY_SIZE(missing),
                               offsetof(UserOptions, help)};

/* What the kernel would give a program. */
static uint64_t default_stack(void)
{
    struct rlimit lim;

    if (getrlimit(RLIMIT_STACK, &lim) < 0 || lim.rlim_cur == RLIM_INFINITY) {
        return DEFAULT_STACK;
    }
    return ROUND_UP(MIN(MAX(lim.rlim_cur, MIN_STACK), MAX_STACK), UINT64_C(4096));
}

/* What becomes of an option when the program executes another one; the rest goes on as it
 * is. */
static const struct {
    const char *name;
    bool path; /* goes on, as an absolute one; else: it is for this program only */
} inheritance[] = {
    {"0",        false},
    {"D",        true },
    {"E",        false}, /* in the environment by now */
    {"L",        true },
    {"U",        false},
    {"append",   false}, /* comes with -D */
    {"g",        false},
    {"gdb-exec", false}, /* gdb.c adds them anew */
    {"lent",     false}, /* and exec.c this */
    {"limits",   false}, /* and this */
    {"self",     false}, /* and this */
};

static void inherit_words(UserOptions *o, char **words, int n)
{
    const char *name = words[0] + strspn(words[0], "-");

    for (size_t i = 0; i < ARRAY_SIZE(inheritance); i++) {
        if (strcmp(inheritance[i].name, name) == 0) {
            if (inheritance[i].path) {
                g_ptr_array_add(o->inherited, g_strdup(words[0]));
                g_ptr_array_add(o->inherited, absolute(words[1]));
            }
            if (strcmp(name, "D") == 0) {
                g_ptr_array_add(o->inherited, g_strdup("-append"));
            }
            return;
        }
    }
    for (int i = 0; i < n; i++) {
        g_ptr_array_add(o->inherited, g_strdup(words[i]));
    }
}

/* Options end at the first word that is none, or behind "--". */
bool user_options_parse(UserOptions *o, int argc, char **argv, GError **errp)
{
    int i = 1;

    *o = (UserOptions){.envp = g_get_environ(),
                       .stack_size = default_stack(),
                       .self_fd = -1,
                       .lent_fd = -1};
    o->inherited = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(o->inherited, g_strdup(argv[0]));
    while (i < argc && argv[i][0] == '-' && argv[i][1]) {
        if (strcmp(argv[i], "--") == 0) {
            i++;
            break;
        }
        int n = opttable_take(&table, o, argv + i, errp);

        if (!n) {
            return false;
        }
        inherit_words(o, argv + i, n);
        i += n;
    }
    o->program = i;
    if (o->help == USER_HELP_NONE && i >= argc) {
        return user_error(errp, "there is nothing to run: give the path of a program");
    }
    return true;
}

void user_options_print_help(FILE *out)
{
    fprintf(
        out,
        "usage: %s [options] PROGRAM [arguments of the program]\n\n"
        "Runs an x86_64 Linux program. Options are those of qemu-x86_64 as far as they\n"
        "are here; one dash or two may be used.\n",
        g_get_prgname());
    opttable_print(&table, out);
}
