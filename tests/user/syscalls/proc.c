/* /proc/self must show the program and not what runs it; hidden descriptors. */
/* SPDX-License-Identifier: MIT */
#include <elf.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "calls.h"

extern char **environ;
static char buf[1 << 20];

static long read_file(const char *name)
{
    int fd = open(name, O_RDONLY);
    long n = 0, r;

    if (fd < 0) {
        printf("%s: %s\n", name, strerror(errno));
        return 0;
    }
    while ((r = read(fd, buf + n, sizeof buf - 1 - n)) > 0) {
        n += r;
    }
    buf[n] = 0;
    close(fd);
    return n;
}

static void names(const char *argv0)
{
    char exe[4096] = "", name[64];
    struct stat a, b;

    SHOW(readlink("/proc/self/exe", exe, sizeof exe) > 0);
    printf("%s\n", strrchr(exe, '/'));
    memset(exe, 0, sizeof exe);
    snprintf(name, sizeof name, "/proc/%d/exe", getpid());
    CALL(readlink(name, exe, 5));
    printf("%s\n", exe);
    CALL(stat("/proc/self/exe", &a));
    CALL(stat(argv0, &b));
    SHOW(a.st_ino == b.st_ino);
    CALL(lstat("/proc/thread-self/exe", &a));
    SHOW(S_ISLNK(a.st_mode));
    int fd = open("/proc/self/exe", O_RDONLY);
    SHOW(fd >= 0);
    SHOW(fstat(fd, &a) == 0 && a.st_ino == b.st_ino);
    CALL(access("/proc/self/nothing", F_OK));
    CALL(open("/proc/self/maps", O_WRONLY | O_DIRECTORY));
    close(fd);
}

static void texts(int argc, char **argv)
{
    long n = read_file("/proc/self/cmdline"), at = 0;

    for (int i = 0; i < argc; i++) {
        SHOW(strcmp(buf + at, argv[i]) == 0);
        at += strlen(argv[i]) + 1;
    }
    SHOW(at == n);
    n = read_file("/proc/self/environ");
    SHOW(strcmp(buf, environ[0]) == 0);
    read_file("/proc/self/comm");
    printf("comm %s", buf);
    n = read_file("/proc/self/auxv");
    Elf64_auxv_t *aux = (void *)buf;
    for (size_t i = 0; i < n / sizeof *aux; i++) {
        if (aux[i].a_type == AT_ENTRY || aux[i].a_type == AT_PHDR ||
            aux[i].a_type == AT_PAGESZ || aux[i].a_type == AT_RANDOM) {
            SHOW(aux[i].a_un.a_val == getauxval(aux[i].a_type));
        }
    }
    SHOW(aux[n / sizeof *aux - 1].a_type == AT_NULL);
}

static void stat_line(char **argv)
{
    unsigned long start_stack = 0, start_code = 0, end_code = 0, arg_start = 0;
    char *p;

    read_file("/proc/self/stat");
    SHOW(atoi(buf) == getpid());
    p = strrchr(buf, ')') + 2;
    for (int field = 3; p; field++, p = strchr(p, ' ') ? strchr(p, ' ') + 1 : NULL) {
        unsigned long v = strtoul(p, NULL, 10);
        start_code = field == 26 ? v : start_code;
        end_code = field == 27 ? v : end_code;
        start_stack = field == 28 ? v : start_stack;
        arg_start = field == 48 ? v : arg_start;
    }
    SHOW(start_code <= (unsigned long)read_file && (unsigned long)read_file < end_code);
    SHOW(start_stack <= (unsigned long)argv && (unsigned long)argv - start_stack < 64);
    SHOW(arg_start == (unsigned long)argv[0]);
}

/* The line of /proc/self/maps that has the address, or NULL. */
static char *map_line(void *addr)
{
    static char line[4096];
    char *next;

    for (char *p = buf; *p; p = next) {
        unsigned long start, end;
        next = strchr(p, '\n') + 1;
        if (sscanf(p, "%lx-%lx", &start, &end) == 2 && (unsigned long)addr >= start &&
            (unsigned long)addr < end) {
            snprintf(line, sizeof line, "%.*s", (int)(next - p), p);
            return line;
        }
    }
    return NULL;
}

static void show_map(const char *what, void *addr)
{
    char *line = map_line(addr), perms[8] = "", path[4096] = "";

    if (!line) {
        printf("%s: none\n", what);
        return;
    }
    sscanf(line, "%*s %7s %*s %*s %*s %4095s", perms, path);
    printf("%s: %s %s\n", what, perms, strrchr(path, '/') ? strrchr(path, '/') : path);
}

static void maps(void)
{
    char local, *heap = sbrk(0);
    char *rw =
        mmap(NULL, 0x3000, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    int fd = open("/proc/self/exe", O_RDONLY);
    char *file = mmap(NULL, 0x2000, PROT_READ, MAP_SHARED, fd, 0x1000);
    char *code = mmap(NULL, 0x1000, PROT_READ | PROT_WRITE | PROT_EXEC,
                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    code[0] = (char)0xc3; /* ret */
    ((void (*)(void))code)();
    mprotect(rw + 0x1000, 0x1000, PROT_READ);
    SHOW(sbrk(0x1000) == heap);
    read_file("/proc/self/maps");
    show_map("code", read_file);
    show_map("data", buf);
    show_map("stack", &local);
    show_map("heap", heap - 1);
    show_map("rw", rw);
    show_map("r", rw + 0x1000);
    show_map("rw again", rw + 0x2000);
    show_map("file", file);
    show_map("jit", code);
    munmap(rw, 0x3000);
    read_file("/proc/self/maps");
    show_map("unmapped", rw);
    SHOW(strstr(buf, "mynah-x86_64") != NULL);
}

static void *sleeper(void *arg)
{
    *(volatile pid_t *)arg = RAW(gettid);
    pause();
    return NULL;
}

/* The same by the number of another thread. */
static void of_a_thread(void)
{
    static volatile pid_t tid;
    static const char *const names[] = {"/proc/%d/%s", "/proc/self/task/%d/%s"};
    pthread_t thread;
    char path[64], exe[4096] = "";
    struct stat a, b;

    pthread_create(&thread, NULL, sleeper, (void *)&tid);
    while (!tid) {
        usleep(1000);
    }
    for (int i = 0; i < 2; i++) {
        snprintf(path, sizeof path, names[i], tid, "cmdline");
        read_file(path);
        printf("%s\n", strrchr(buf, '/'));
        snprintf(path, sizeof path, names[i], tid, "maps");
        read_file(path);
        show_map("code", read_file);
        snprintf(path, sizeof path, names[i], tid, "exe");
        memset(exe, 0, sizeof exe);
        SHOW(readlink(path, exe, sizeof exe - 1) > 0);
        printf("%s\n", strrchr(exe, '/'));
        SHOW(stat(path, &a) == 0 && stat("/proc/self/exe", &b) == 0 &&
             a.st_ino == b.st_ino);
    }
}

/* Opened by the one program and read by the next; and what the parent sees of a child. */
static void of_others(char **argv)
{
    char fd_text[16], path[64], *again[] = {argv[0], (char *)"read", fd_text, NULL};
    int go[2], fd = open("/proc/self/cmdline", O_RDONLY);

    fflush(stdout);
    if (pipe(go) == 0 && fork() == 0) {
        dup2(go[1], 1);
        fd = open("/proc/self/cmdline", O_RDONLY);
        snprintf(fd_text, sizeof fd_text, "%d", fd);
        execv(argv[0], again);
        _exit(1);
    }
    close(go[1]);
    long n = read(go[0], path, sizeof path);
    for (long i = 0; i < n; i++) {
        putchar(path[i] ? path[i] : ' ');
    }
    wait(NULL);
    close(fd);
    pid_t pid = fork();
    if (pid == 0) {
        pause();
    }
    snprintf(path, sizeof path, "/proc/%d/cmdline", pid);
    read_file(path);
    SHOW(strcmp(buf, argv[0]) == 0);
    kill(pid, SIGKILL);
    wait(NULL);
}

/* All descriptors can be closed: what the emulator has open is not among them. */
static void descriptors(void)
{
    int open_ones = 0;

    for (int i = 3; i < 2000; i++) {
        open_ones += close(i) == 0;
    }
    SHOW(open_ones);
    CALL(RAW(close_range, 3, -1, 0));
    CALL(dup2(1, 1017));
    CALL(close(1017));
}

int main(int argc, char **argv)
{
    setvbuf(stdout, NULL, _IOFBF, 1 << 16);
    if (argc == 3 && strcmp(argv[1], "read") == 0) {
        long n = read(atoi(argv[2]), buf, sizeof buf);
        char *name = memrchr(buf, '/', strlen(buf));
        return write(1, name, n - (name - buf)) < 0;
    }
    names(argv[0]);
    texts(argc, argv);
    stat_line(argv);
    maps();
    of_a_thread();
    of_others(argv);
    descriptors();
    return 0;
}
