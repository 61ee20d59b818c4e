/* -daemonize and -pidfile: a machine in the background, and how its process is found. */
/* SPDX-License-Identifier: MIT */
#include "softmmu/daemon.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static int to_parent = -1; /* of the background process: its first byte says "ready" */

/* The first process: the other one reports its errors itself. */
static _Noreturn void await_child(int from)
{
    char byte;
    ssize_t n;

    do {
        n = read(from, &byte, 1);
    } while (n < 0 && errno == EINTR);
    _exit(n == 1 ? EXIT_SUCCESS : EXIT_FAILURE);
}

bool daemon_begin(GError **errp)
{
    int ends[2];

    if (pipe(ends) < 0) {
        return user_error(errp, "-daemonize: %s", g_strerror(errno));
    }
    fflush(NULL);
    pid_t child = fork();
    if (child < 0) {
        close(ends[0]);
        close(ends[1]);
        return user_error(errp, "-daemonize: %s", g_strerror(errno));
    }
    if (child > 0) {
        close(ends[1]);
        await_child(ends[0]);
    }
    close(ends[0]);
    setsid();
    pid_t last = fork(); /* one that leads no session gets no terminal by opening it */
    if (last < 0) {
        return user_error(errp, "-daemonize: %s", g_strerror(errno));
    }
    if (last > 0) {
        _exit(EXIT_SUCCESS);
    }
    to_parent = ends[1];
    fcntl(to_parent, F_SETFD, FD_CLOEXEC);
    return true;
}

bool daemon_ready(GError **errp)
{
    if (to_parent < 0) {
        return true;
    }
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (null < 0 || chdir("/") < 0) {
        return user_error(errp, "-daemonize: %s", g_strerror(errno));
    }
    fflush(NULL);
    for (int fd = 0; fd <= 2; fd++) {
        dup2(null, fd);
    }
    close(null);
    if (write(to_parent, "", 1) != 1) {
        return user_error(errp, "-daemonize: %s", g_strerror(errno));
    }
    close(to_parent);
    to_parent = -1;
    return true;
}

bool pidfile_write(const char *path, GError **errp)
{
    g_autofree char *text = g_strdup_printf("%ld\n", (long)getpid());
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    if (fd < 0) {
        return user_error(errp, "-pidfile %s: %s", path, g_strerror(errno));
    }
    bool ok = write(fd, text, strlen(text)) == (ssize_t)strlen(text);

    if (!ok) {
        user_error(errp, "-pidfile %s: %s", path, g_strerror(errno));
        unlink(path);
    }
    close(fd);
    return ok;
}
