/* User program: executes others in roots where there is no /proc: after chroot(), and
 * after another process has changed the root of its mount namespace. */
/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void copy_self(const char *to)
{
    static char buf[1 << 16];
    int in = open("/proc/self/exe", O_RDONLY), out = open(to, O_WRONLY | O_CREAT, 0755);
    ssize_t n;

    while ((n = read(in, buf, sizeof buf)) > 0) {
        if (write(out, buf, n) != n) {
            perror("write");
        }
    }
    close(in);
    close(out);
}

static void run(const char *what)
{
    fflush(stdout);
    if (fork() == 0) {
        execl("/self", "me", what, NULL);
        perror(what);
        _exit(1);
    }
    int status = 0;
    wait(&status);
    printf("%s: status %d\n", what, WEXITSTATUS(status));
    fflush(stdout);
}

/* Entries of the root but "." and "..", and descriptors. */
static void look(const char *name, const char *what)
{
    DIR *d = opendir("/");
    unsigned fds = 0;

    printf("%s %s:", name, what);
    for (struct dirent *e; d && (e = readdir(d));) {
        if (e->d_name[0] != '.') {
            printf(" %s", e->d_name);
        }
    }
    closedir(d);
    for (int fd = 3; fd < 2000; fd++) {
        fds += fcntl(fd, F_GETFD) >= 0;
    }
    printf(", %u descriptors\n", fds);
}

static void by_pivot(const char *dir)
{
    if (fork() == 0) {
        if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
            mount(dir, dir, NULL, MS_BIND | MS_REC, NULL) < 0 || chdir(dir) < 0 ||
            syscall(SYS_pivot_root, ".", ".") < 0 || umount2(".", MNT_DETACH) < 0) {
            perror("pivot_root");
        }
        _exit(0);
    }
    wait(NULL);
}

int main(int argc, char **argv)
{
    char dir[] = "/tmp/user-roots-XXXXXX", path[64];

    if (argc > 1) {
        look(argv[0], argv[1]);
        if (strcmp(argv[1], "outer") == 0) {
            run("inner");
        }
        return 7;
    }
    setenv("HOME", "/home", 1);
    unsetenv("XDG_CACHE_HOME");
    if (!mkdtemp(dir)) {
        perror(dir);
        return 1;
    }
    snprintf(path, sizeof path, "%s/self", dir);
    copy_self(path);
    for (int pivot = 0; pivot < 2; pivot++) {
        printf("%s\n", pivot ? "pivot_root" : "chroot");
        fflush(stdout);
        if (fork() == 0) {
            if (unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0) {
                perror("unshare");
                _exit(1);
            }
            if (pivot) {
                by_pivot(dir);
            } else if (chroot(dir) < 0) {
                perror("chroot");
            }
            run("outer");
            _exit(0);
        }
        wait(NULL);
    }
    unlink(path);
    rmdir(dir);
    return 0;
}
