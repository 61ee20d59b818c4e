/* gdb's side: the socket, the thread that serves it, and what the stub asks of us. */
/* SPDX-License-Identifier: MIT */
#include "linux-user/gdb-internal.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "cpu/debug.h"
#include "linux-user/guest-mem.h"
#include "linux-user/signals.h"
#include "linux-user/syscall.h"
#include "util/host.h"
#include "util/log.h"
#include "util/options.h"

/* ---- coming to rest ---- */

enum { LOOK_AGAIN_NS = 10000000 };

static bool somebody_runs(UserGDB *g)
{
    bool any = false;

    for (unsigned i = 0; i < g->tasks->len; i++) {
        TaskState *ts = g->tasks->pdata[i];

        if (ts->gdb.where == GDB_TASK_RUNNING) {
            cpu_interrupt(ts->cpu, CPU_INTERRUPT_EXIT);
            any = true;
        }
    }
    return any;
}

/* An event that a thread has told comes before `signal`. */
static void stand_still(UserGDB *g, int signal)
{
    if (g->still) {
        return;
    }
    atomic_set(&gdb_stopping, 1);
    while (somebody_runs(g)) {
        cond_wait_until(&g->changed, &g->lock, clock_monotonic_ns() + LOOK_AGAIN_NS);
    }
    TaskState *ts = g->event;

    g->still = true;
    g->event = NULL;
    gdb_server_stopped(g->server, ts ? ts->cpu : NULL, ts ? g->event_signal : signal);
}

/* ---- GDBProgram ---- */

static TaskState *task_of(CPUState *cpu)
{
    return cpu->opaque;
}

static CPUState *program_thread(void *opaque, unsigned n)
{
    UserGDB *g = opaque;

    return n < g->tasks->len ? ((TaskState *)g->tasks->pdata[n])->cpu : NULL;
}

static unsigned program_thread_id(void *opaque, CPUState *cpu)
{
    return task_of(cpu)->tid;
}

static unsigned program_process_id(void *opaque)
{
    return getpid();
}

/* Its name, and whether it waits in the kernel. */
static void program_thread_text(void *opaque, CPUState *cpu, GString *to)
{
    g_autofree char *path = g_strdup_printf("/proc/self/task/%d/comm", task_of(cpu)->tid);
    g_autofree char *name = NULL;

    if (g_file_get_contents(path, &name, NULL, NULL)) {
        g_string_append(to, g_strchomp(name));
    }
    if (task_of(cpu)->gdb.where == GDB_TASK_AWAY) {
        g_string_append(to, " (in a system call)");
    }
}

static void program_stop(void *opaque)
{
    stand_still(opaque, GDB_SIGNAL_INT);
}

static void program_set_action(void *opaque, CPUState *cpu, GDBAction action, int signal)
{
    TaskState *ts = task_of(cpu);

    ts->gdb.held = action == GDB_STAY;
    ts->gdb.signal = signal ? gdb_signal_from_gdb(signal) : 0;
    if (cpu->singlestep != (action == GDB_STEP)) {
        cpu_single_step(cpu, action == GDB_STEP);
    }
}

static void program_run(void *opaque)
{
    UserGDB *g = opaque;

    g->still = false;
    atomic_set(&gdb_stopping, 0);
    cond_broadcast(&g->changed);
}

static void program_detached(void *opaque)
{
    UserGDB *g = opaque;

    g->attached = false;
}

static void program_kill(void *opaque)
{
    UserGDB *g = opaque;

    if (g->path) {
        unlink(g->path);
    }
    kill(getpid(), SIGKILL);
}

static bool program_object(void *opaque, CPUState *cpu, const char *name,
                           const char *annex, GString *out)
{
    const TaskState *ts = task_of(cpu);
    const ImageInfo *im = &user_program.image;

    if (strcmp(name, "exec-file") == 0) {
        g_string_append(out, user_program.exe_path);
        return true;
    }
    if (strcmp(name, "auxv") == 0) {
        g_string_set_size(out, im->auxv_size);
        return copy_from_guest(out->str, im->auxv, im->auxv_size) == 0;
    }
    if (strcmp(name, "siginfo") == 0 && ts->gdb.has_info) {
        g_string_append_len(out, (const char *)&ts->gdb.info, sizeof ts->gdb.info);
        return true;
    }
    return false;
}

/* The program's own view: -L, and its own file in /proc. */
static char *program_file_path(void *opaque, const char *name)
{
    char *other = path_redirect(name, true);

    return other ? other : g_strdup(name);
}

static const GDBProgram gdb_program = {
    .scope = REG_USER,
    .objects = "auxv exec-file siginfo",
    .thread = program_thread,
    .thread_id = program_thread_id,
    .process_id = program_process_id,
    .thread_text = program_thread_text,
    .stop = program_stop,
    .set_action = program_set_action,
    .run = program_run,
    .detached = program_detached,
    .kill = program_kill,
    .object = program_object,
    .executes = true,
    .file_path = program_file_path,
};

/* ---- the connection ---- */

static void send_bytes(void *opaque, const uint8_t *buf, size_t len)
{
    UserGDB *g = opaque;

    while (len) {
        ssize_t n = send(g->fd, buf, len, MSG_NOSIGNAL);

        if (n < 0 && errno != EINTR) {
            return; /* the end of the connection is seen when it is read */
        }
        buf += MAX(n, 0);
        len -= MAX(n, 0);
    }
}

/* What has come in. False: the connection is over. */
static bool receive(UserGDB *g)
{
    uint8_t buf[4096];
    ssize_t n = recv(g->fd, buf, sizeof buf, 0);

    if (n <= 0) {
        return n < 0 && errno == EINTR;
    }
    mutex_lock(&g->lock);
    gdb_server_receive(g->server, buf, n);
    mutex_unlock(&g->lock);
    return true;
}

static void woken(UserGDB *g)
{
    uint64_t n;

    if (read(g->wake_fd, &n, sizeof n) == sizeof n) {
        mutex_lock(&g->lock);
        if (g->event) {
            stand_still(g, 0);
        }
        mutex_unlock(&g->lock);
    }
}

static void serve(UserGDB *g)
{
    struct pollfd p[2] = {
        {.fd = g->fd,      .events = POLLIN},
        {.fd = g->wake_fd, .events = POLLIN}
    };
    bool open = true;

    mutex_lock(&g->lock);
    g->attached = true;
    if (g->executed) {
        gdb_server_executed(g->server, g->executed, user_program.exe_path);
        g_clear_pointer(&g->executed, g_free);
    } else {
        gdb_server_connected(g->server);
    }
    mutex_unlock(&g->lock);
    while (open) {
        if (poll(p, 2, -1) < 0) {
            continue;
        }
        if (p[1].revents) {
            woken(g);
        }
        if (p[0].revents) {
            open = receive(g);
        }
    }
    mutex_lock(&g->lock);
    g->attached = false;
    gdb_server_disconnected(g->server);
    mutex_unlock(&g->lock);
}

/* The connection always has the same number, which the guest does not see. */
static bool next_connection(UserGDB *g)
{
    int fd = accept4(g->listen_fd, NULL, NULL, SOCK_CLOEXEC);

    if (fd < 0) {
        return false;
    }
    if (g->fd < 0) {
        g->fd = host_fd_reserve(fd);
    } else if (dup3(fd, g->fd, O_CLOEXEC) >= 0) {
        close(fd);
    }
    return g->fd >= 0;
}

static void *gdb_main(void *opaque)
{
    UserGDB *g = opaque;

    for (;;) {
        if (g->executed || next_connection(g)) {
            serve(g);
            shutdown(g->fd, SHUT_RDWR);
        }
    }
    return NULL;
}

/* ---- opening ---- */

static int listen_on(const struct sockaddr *sa, socklen_t len)
{
    int on = 1, fd = socket(sa->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0) {
        return -errno;
    }
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, sa, len) < 0 || listen(fd, 1) < 0) {
        int err = errno;

        close(fd);
        return -err;
    }
    return host_fd_reserve(fd);
}

static int listen_tcp(const char *where, GError **errp)
{
    uint64_t port;
    struct sockaddr_in in = {.sin_family = AF_INET};

    if (!parse_u64(where, &port) || port < 1 || port > 65535) {
        user_error(errp, "expected a port from 1 to 65535, or the path of a socket");
        return -1;
    }
    in.sin_port = htons(port);
    int fd = listen_on((struct sockaddr *)&in, sizeof in);

    if (fd < 0) {
        user_error(errp, "%s", g_strerror(-fd));
    }
    return fd;
}

static int listen_unix(UserGDB *g, const char *where, GError **errp)
{
    struct sockaddr_un un = {.sun_family = AF_UNIX};
    g_autofree char *path = log_expand_pid(where);

    if (!path) {
        user_error(errp, "only one %%d may stand in the name");
        return -1;
    }
    if (strlen(path) >= sizeof un.sun_path) {
        user_error(errp, "the path of a socket has at most %zu characters",
                   sizeof un.sun_path - 1);
        return -1;
    }
    strcpy(un.sun_path, path);
    int fd = listen_on((struct sockaddr *)&un, sizeof un);

    if (fd < 0) {
        user_error(errp, "%s", g_strerror(-fd));
    } else {
        g->path = g_steal_pointer(&path);
    }
    return fd;
}

void gdb_keep_open(UserGDB *g, bool keep)
{
    fcntl(g->fd, F_SETFD, keep ? 0 : FD_CLOEXEC);
    fcntl(g->listen_fd, F_SETFD, keep ? 0 : FD_CLOEXEC);
}

static bool open_rest(UserGDB *g, const char *where, GError **errp)
{
    g->where = where;
    g->wake_fd = host_fd_reserve(eventfd(0, EFD_CLOEXEC));
    if (g->wake_fd < 0) {
        return user_error(errp, "%s", g_strerror(-g->wake_fd));
    }
    cond_init(&g->changed);
    g->tasks = g_ptr_array_new();
    gdb_active = true;
    return true;
}

static int take_socket(const char *text, GError **errp)
{
    uint64_t fd;
    struct stat st;

    if (!text || !parse_u64(text, &fd) || fd > INT_MAX || fstat(fd, &st) < 0 ||
        !S_ISSOCK(st.st_mode)) {
        user_error(errp, "expected two sockets");
        return -1;
    }
    int ours = host_fd_reserve(fd);

    if (ours < 0) {
        user_error(errp, "%s", g_strerror(-ours));
    }
    return ours;
}

bool gdb_take_over(const char *where, const char *handed_over, GError **errp)
{
    UserGDB *g = &user_gdb;
    g_auto(GStrv) part = g_strsplit(handed_over, ":", 3);

    if (g_strv_length(part) != 3) {
        return user_error(errp, "expected FD:FD:TEXT");
    }
    g->fd = take_socket(part[0], errp);
    g->listen_fd = g->fd < 0 ? -1 : take_socket(part[1], errp);
    if (g->listen_fd < 0) {
        return false;
    }
    g->path = strchr(where, '/') ? log_expand_pid(where) : NULL;
    g->executed = g_strdup(part[2]);
    return open_rest(g, where, errp);
}

bool gdb_open(const char *where, GError **errp)
{
    UserGDB *g = &user_gdb;
    bool is_port = *where && strspn(where, "0123456789") == strlen(where);

    g->listen_fd =
        is_port || !*where ? listen_tcp(where, errp) : listen_unix(g, where, errp);
    if (g->listen_fd < 0) {
        return false;
    }
    return open_rest(g, where, errp);
}

void gdb_begin(TaskState *first)
{
    static Thread thread;
    UserGDB *g = &user_gdb;

    if (!gdb_active) {
        return;
    }
    g_ptr_array_add(g->tasks, first);
    g->server = gdb_server_new(&gdb_program, g, send_bytes, g);
    first->gdb.where = GDB_TASK_AT_REST;
    atomic_set(&gdb_stopping, 1);
    thread_create(&thread, "gdb", gdb_main, g);
    signal_take_back(first);
    gdb_rest(first); /* until then signals end us as any program that waits */
    signal_tell_gdb(first);
}
