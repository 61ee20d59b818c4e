/* -strace: a line for each system call, from the types in its row. */
/* SPDX-License-Identifier: MIT */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

#include "linux-user/syscall.h"
#include "util/log.h"

/*
 *     PID name(argument,argument) = result
 *
 * The part up to the parenthesis is printed before the call, so that a call that hangs is
 * seen. When another thread prints meanwhile, the line is broken in two as strace does
 * it. What the call wrote to memory stands behind the result in parentheses.
 */

enum { MAX_DATA = 32, MAX_ELEMENTS = 8 };

/* The thread whose line has no end yet, 0: none. Changed while the log is locked. */
static int open_line;

/* ---- values ---- */

static void print_chars(GString *s, const char *data, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        unsigned char c = data[i];
        if (c == '"' || c == '\\') {
            g_string_append_printf(s, "\\%c", c);
        } else if (c >= ' ' && c < 0x7f) {
            g_string_append_c(s, c);
        } else if (c == '\n') {
            g_string_append(s, "\\n");
        } else if (c == '\t') {
            g_string_append(s, "\\t");
        } else {
            g_string_append_printf(s, "\\%o", c);
        }
    }
}

static void print_address(GString *s, uint64_t addr)
{
    if (addr) {
        g_string_append_printf(s, "0x%" PRIx64, addr);
    } else {
        g_string_append(s, "NULL");
    }
}

static void print_data(GString *s, uint64_t addr, uint64_t size)
{
    char data[MAX_DATA];
    size_t n = MIN(size, sizeof data);

    if (!addr || copy_from_guest(data, addr, n)) {
        print_address(s, addr);
        return;
    }
    g_string_append_c(s, '"');
    print_chars(s, data, n);
    g_string_append(s, size > n ? "\"..." : "\"");
}

static void print_string(GString *s, uint64_t addr)
{
    int64_t len = 0;
    g_autofree char *string = addr ? dup_string_from_guest(addr, 4096, &len) : NULL;

    if (!string) {
        print_address(s, addr);
        return;
    }
    g_string_append_c(s, '"');
    print_chars(s, string, len);
    g_string_append_c(s, '"');
}

static void print_signal(GString *s, int sig)
{
    const char *name = sig > 0 && sig < 32 ? sigabbrev_np(sig) : NULL;

    if (name) {
        g_string_append_printf(s, "SIG%s", name);
    } else {
        g_string_append_printf(s, "%d", sig);
    }
}

static void print_sockaddr(GString *s, uint64_t addr, uint64_t size)
{
    union {
        struct sockaddr any;
        struct sockaddr_in in;
        struct sockaddr_in6 in6;
        struct sockaddr_un un;
    } a = {.any.sa_family = AF_UNSPEC};
    char text[INET6_ADDRSTRLEN];
    size_t n = MIN(size, sizeof a);

    if (!addr || n < sizeof a.any.sa_family || copy_from_guest(&a, addr, n)) {
        print_address(s, addr);
        return;
    }
    g_string_append(s, "{sa_family=");
    print_flags(s, FLAGSET_af, a.any.sa_family, true);
    switch (a.any.sa_family) {
    case AF_INET:
        g_string_append_printf(s, ",sin_port=htons(%d),sin_addr=inet_addr(\"%s\")",
                               ntohs(a.in.sin_port),
                               inet_ntop(AF_INET, &a.in.sin_addr, text, sizeof text));
        break;
    case AF_INET6:
        g_string_append_printf(s, ",sin6_port=htons(%d),sin6_addr=inet_addr(\"%s\")",
                               ntohs(a.in6.sin6_port),
                               inet_ntop(AF_INET6, &a.in6.sin6_addr, text, sizeof text));
        break;
    case AF_UNIX:
        g_string_append(s, ",sun_path=\"");
        n -= MIN(n, offsetof(struct sockaddr_un, sun_path));
        print_chars(s, a.un.sun_path, a.un.sun_path[0] ? strnlen(a.un.sun_path, n) : n);
        g_string_append_c(s, '"');
        break;
    }
    g_string_append_c(s, '}');
}

static void print_iovecs(GString *s, const ArgDesc *d, uint64_t addr, uint64_t n)
{
    struct iovec iov[MAX_ELEMENTS];
    size_t shown = MIN(n, ARRAY_SIZE(iov));

    if (!addr || copy_from_guest(iov, addr, shown * sizeof iov[0])) {
        print_address(s, addr);
        return;
    }
    g_string_append_c(s, '[');
    for (size_t i = 0; i < shown; i++) {
        uint64_t base = (uintptr_t)iov[i].iov_base;
        g_string_append(s, i ? ",{iov_base=" : "{iov_base=");
        if (d->dir == DIR_IN) {
            print_data(s, base, iov[i].iov_len);
        } else {
            print_address(s, base);
        }
        g_string_append_printf(s, ",iov_len=%zu}", iov[i].iov_len);
    }
    g_string_append(s, shown < n ? ",...]" : "]");
}

static void print_pollfds(GString *s, uint64_t addr, uint64_t n)
{
    struct pollfd fds[MAX_ELEMENTS];
    size_t shown = MIN(n, ARRAY_SIZE(fds));

    if (!addr || copy_from_guest(fds, addr, shown * sizeof fds[0])) {
        print_address(s, addr);
        return;
    }
    g_string_append_c(s, '[');
    for (size_t i = 0; i < shown; i++) {
        g_string_append_printf(s, "%s{fd=%d,events=0x%x}", i ? "," : "", fds[i].fd,
                               (uint16_t)fds[i].events);
    }
    g_string_append(s, shown < n ? ",...]" : "]");
}

/* ---- arguments ---- */

static void print_number(GString *s, const ArgDesc *d, uint64_t v)
{
    const char *name;

    switch (d->kind) {
    case ARG_DFD:
        if ((int)v == AT_FDCWD) {
            g_string_append(s, "AT_FDCWD");
            break;
        }
        /* fall through */
    case ARG_INT:
    case ARG_FD:
        g_string_append_printf(s, "%d", (int)v);
        break;
    case ARG_UINT:
        g_string_append_printf(s, "%u", (unsigned)v);
        break;
    case ARG_LONG:
        g_string_append_printf(s, "%" PRId64, v);
        break;
    case ARG_SIZE:
        g_string_append_printf(s, "%" PRIu64, v);
        break;
    case ARG_OCT:
        g_string_append_printf(s, "0%o", (unsigned)v);
        break;
    case ARG_REQUEST:
        name = ioctl_name(v);
        if (name) {
            g_string_append(s, name);
            break;
        }
        /* fall through */
    case ARG_HEX:
        g_string_append_printf(s, v ? "0x%" PRIx64 : "%" PRIx64, v);
        break;
    default:
        print_address(s, v);
        break;
    }
}

static void print_input(GString *s, const ArgDesc *d, const uint64_t args[6], unsigned i)
{
    switch (d->kind) {
    case ARG_PATH:
    case ARG_NAME:
    case ARG_STR:
        print_string(s, args[i]);
        break;
    case ARG_STRUCT:
        print_struct(s, d->info, args[i]);
        break;
    case ARG_SOCKADDR:
        print_sockaddr(s, args[i], syscall_buf_size(d, args, i));
        break;
    case ARG_POLLFDS:
        print_pollfds(s, args[i], (uint32_t)args[d->ref]);
        break;
    case ARG_BUF_ARG:
        if (d->info == 1) {
            print_data(s, args[i], syscall_buf_size(d, args, i));
            break;
        }
        /* fall through */
    default:
        print_address(s, args[i]);
        break;
    }
}

static void print_argument(GString *s, const SyscallDesc *d, const uint64_t args[6],
                           unsigned i)
{
    const ArgDesc *arg = &d->args[i];

    switch (arg->kind) {
    case ARG_FLAGS:
    case ARG_ENUM:
        print_flags(s, arg->info, args[i], arg->kind == ARG_ENUM);
        break;
    case ARG_SIG:
        print_signal(s, args[i]);
        break;
    case ARG_IOV:
        print_iovecs(s, arg, args[i], args[arg->ref]);
        break;
    default:
        if (arg->dir & DIR_IN) {
            print_input(s, arg, args, i);
        } else {
            print_number(s, arg, args[i]);
        }
        break;
    }
}

/* What the call wrote: data and structures with fields. */
static void print_output(GString *s, const ArgDesc *d, const uint64_t args[6], unsigned i,
                         int64_t ret)
{
    if (!(d->dir & DIR_OUT) || !args[i]) {
        return;
    }
    if (d->kind == ARG_STRUCT) {
        g_string_append(s, " (");
        print_struct(s, d->info, args[i]);
        g_string_append_c(s, ')');
    } else if (d->kind == ARG_BUF_ARG && d->info == 1 && ret > 0) {
        g_string_append(s, " (");
        print_data(s, args[i], MIN((uint64_t)ret, syscall_buf_size(d, args, i)));
        g_string_append_c(s, ')');
    }
}

/* ---- lines ---- */

static void print_result(GString *s, const SyscallDesc *d, const uint64_t args[6],
                         int64_t ret)
{
    if (ret == -TASK_ERESTART) {
        g_string_append(s, " = ? (to be done again)");
    } else if (ret == -TASK_ESIGRETURN) {
        g_string_append(s, " = ?");
    } else if (ret < 0 && ret >= -4095) {
        g_string_append_printf(s, " = -1 errno=%d (%s)", (int)-ret, strerror(-ret));
    } else if (d && d->result_hex) {
        g_string_append_printf(s, " = 0x%" PRIx64, ret);
    } else {
        g_string_append_printf(s, " = %" PRId64, ret);
        for (unsigned i = 0; d && i < d->nr_args; i++) {
            print_output(s, &d->args[i], args, i, ret);
        }
    }
    g_string_append_c(s, '\n');
}

/* These end the thread or its program; the line would never be finished. */
static bool is_last_call(uint64_t nr)
{
    return nr == GUEST_NR_exit || nr == GUEST_NR_exit_group;
}

static bool may_be_last_call(uint64_t nr)
{
    return nr == GUEST_NR_execve || nr == GUEST_NR_execveat;
}

void strace_enter(uint64_t nr, const SyscallDesc *d, const uint64_t args[6])
{
    int tid = syscall(SYS_gettid);
    GString *s = g_string_new(NULL);

    if (d) {
        g_string_append_printf(s, "%d %s(", tid, d->name);
    } else {
        g_string_append_printf(s, "%d syscall_%" PRIu64 "(", tid, nr);
    }
    for (unsigned i = 0; d && i < d->nr_args; i++) {
        g_string_append(s, i ? "," : "");
        print_argument(s, d, args, i);
    }
    g_string_append_c(s, ')');
    bool ends = is_last_call(nr) || may_be_last_call(nr);
    g_string_append(s, is_last_call(nr) ? " = ?\n" : ends ? "\n" : "");

    FILE *f = log_lock();
    fprintf(f, "%s%s", open_line ? " <unfinished ...>\n" : "", s->str);
    fflush(f); /* before a fork() copies it */
    open_line = ends ? 0 : tid;
    log_unlock();
    g_string_free(s, true);
}

void strace_leave(uint64_t nr, const SyscallDesc *d, const uint64_t args[6], int64_t ret)
{
    int tid = syscall(SYS_gettid);
    GString *s = g_string_new(NULL);

    print_result(s, d, args, ret);
    FILE *f = log_lock();
    if (open_line != tid) {
        fprintf(f, "%s%d <... %s resumed>", open_line ? " <unfinished ...>\n" : "", tid,
                d ? d->name : "?");
    }
    fprintf(f, "%s", s->str);
    open_line = 0;
    log_unlock();
    g_string_free(s, true);
}
