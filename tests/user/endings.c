/* Threads that take their own stack away, and programs that are executed by descriptor.
 */
/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/rseq.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { STACK = 256 * 1024 };

/* ---- threads ---- */

/* The C library's area is on the thread's stack: the kernel, which writes to it when the
 * thread comes to another CPU, would find it gone. */
static void forget_rseq(void)
{
    char *area = (char *)__builtin_thread_pointer() + __rseq_offset;

    if (__rseq_size &&
        syscall(SYS_rseq, area, sizeof(struct rseq), RSEQ_FLAG_UNREGISTER, RSEQ_SIG)) {
        exit(1);
    }
}

/* munmap(stack, STACK) and exit(0), between which there is no stack. */
static void *take_away(void *stack)
{
    forget_rseq();
    pthread_detach(pthread_self());
    __asm__ volatile("syscall\n"
                     "xor %%edi, %%edi\n"
                     "mov %1, %%eax\n"
                     "syscall"
                     :
                     : "a"(SYS_munmap), "i"(SYS_exit), "D"(stack), "S"((long)STACK)
                     : "rcx", "r11", "memory");
    return NULL;
}

static bool is_mapped(char *p)
{
    unsigned char in_core;

    return mincore(p, 4096, &in_core) == 0;
}

static void stacks(void)
{
    int gone = 0;

    for (int i = 0; i < 20; i++) {
        pthread_attr_t attr;
        pthread_t id;
        char *stack =
            mmap(NULL, STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

        pthread_attr_init(&attr);
        pthread_attr_setstack(&attr, stack, STACK);
        if (pthread_create(&id, &attr, take_away, stack)) {
            exit(1);
        }
        for (int k = 0; k < 1000 && is_mapped(stack); k++) {
            usleep(1000);
        }
        gone += !is_mapped(stack);
    }
    printf("stacks gone: %d\n", gone);
}

/* ---- programs ---- */

/* In the program that was executed: which descriptors it has. */
static int tell(const char *word)
{
    printf("%s:", word);
    for (int fd = 0; fd < 32; fd++) {
        if (fcntl(fd, F_GETFD) >= 0) {
            printf(" %d", fd);
        }
    }
    printf("\n");
    return 0;
}

static void execute(int fd, const char *path, int flags, const char *word)
{
    char *args[] = {(char *)"endings", (char *)word, NULL};
    int status, err;
    pid_t pid;

    fflush(stdout);
    pid = fork();
    if (pid == 0) {
        syscall(SYS_execveat, fd, path, args, environ, flags);
        err = errno;
        printf("%s: errno %d;", word, err);
        tell("now");
        exit(3);
    }
    waitpid(pid, &status, 0);
    printf("status %x\n", status);
}

static void script(const char *dir)
{
    char path[256];
    static const char text[] = "#!/bin/sh\necho script\n";

    snprintf(path, sizeof path, "%s/script", dir);
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0755);

    if (fd < 0 || write(fd, text, sizeof text - 1) < 0) {
        exit(1);
    }
    close(fd);
}

static void programs(void)
{
    char dir[] = "/tmp/mynah-endings-XXXXXX", self[256] = "", name[300];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);

    if (n < 0 || !mkdtemp(dir)) {
        exit(1);
    }
    script(dir);
    snprintf(name, sizeof name, "%s/self", dir);
    if (symlink(self, name) < 0) {
        exit(1);
    }
    for (int k = 0; k < 2; k++) {
        int flags = k ? O_CLOEXEC : 0;
        int of_dir = open(dir, O_RDONLY | O_DIRECTORY | flags);
        int of_self = open(self, O_RDONLY | flags);
        int of_path = open(name, O_PATH | flags);

        execute(of_dir, "self", 0, "in a directory");
        execute(of_self, "", AT_EMPTY_PATH, "a file");
        execute(of_path, "", AT_EMPTY_PATH, "a path");
        execute(of_self, "", 0, "no name");
        execute(of_dir, "", AT_EMPTY_PATH, "a directory");
        execute(of_dir, "script", 0, "a script");
        execute(of_dir, "none", 0, "no file");
        close(of_dir);
        close(of_self);
        close(of_path);
    }
    execute(99, "", AT_EMPTY_PATH, "no descriptor");
    execute(99, "self", 0, "in no descriptor");
    execute(99, name, 0, "by its whole name");
    unlink(name);
    snprintf(name, sizeof name, "%s/script", dir);
    unlink(name);
    rmdir(dir);
}

int main(int argc, char **argv)
{
    if (argc > 1) {
        return tell(argv[1]);
    }
    programs();
    stacks(); /* last: the C library does not know that they are gone */
    return 0;
}
