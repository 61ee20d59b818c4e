/* Guest of test-cache.py: an instruction that is changed in the file, and ways to end. */
/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <elf.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* The bytes b8 11 22 33 04 are nowhere else. */
static unsigned __attribute__((noinline)) answer(void)
{
    unsigned a;
    __asm__ volatile("mov $0x04332211, %%eax" : "=a"(a));
    return a;
}

/* Open descriptors, and what is mapped from files. */
static void look(void)
{
    char line[512];
    DIR *dir = opendir("/proc/self/fd");
    FILE *maps;
    int fds[64] = {0};
    for (struct dirent *d; (d = readdir(dir));) {
        if (d->d_name[0] != '.' && atoi(d->d_name) < 64) {
            fds[atoi(d->d_name)] = 1;
        }
    }
    closedir(dir);
    printf("fd");
    for (int i = 0; i < 64; i++) {
        fds[i] ? printf(" %d", i) : 0;
    }
    puts("");
    maps = fopen("/proc/self/maps", "r");
    while (fgets(line, sizeof line, maps)) {
        strchr(line, '/') ? fputs(line, stdout) : 0;
    }
    fclose(maps);
}

static void child(int quick)
{
    int status;
    pid_t pid = quick ? vfork() : fork();
    if (!pid) {
        quick ? (void)0 : (void)printf("child %x\n", answer());
        fflush(quick ? NULL : stdout);
        _exit(3);
    }
    waitpid(pid, &status, 0);
    printf("ended %d\n", WEXITSTATUS(status));
}

/* Where answer() is in our file, which is mapped as it is. */
static size_t offset_of_answer(void)
{
    const Elf64_Phdr *p = (const void *)getauxval(AT_PHDR);
    for (unsigned long i = 0; i < getauxval(AT_PHNUM); i++) {
        size_t in_segment = (uintptr_t)answer - p[i].p_vaddr;
        if (p[i].p_type == PT_LOAD && in_segment < p[i].p_filesz) {
            return p[i].p_offset + in_segment;
        }
    }
    return 0;
}

/* Our file once more, at an address as the dynamic linker takes for a library that wants
 * to be aligned to 2 MiB. */
static void aligned(void)
{
    const size_t huge = 2 << 20;
    size_t offset = offset_of_answer(), size = (offset | 4095) + 1;
    int fd = open("/proc/self/exe", O_RDONLY);
    char *room = mmap(NULL, size + huge, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    char *at = (char *)(((uintptr_t)room + huge - 1) & -huge);
    if (at > room) {
        munmap(room, at - room);
    }
    munmap(at + size, room + huge - at);
    at = mmap(at, size, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_FIXED, fd, 0);
    close(fd);
    printf("there %p 0x%x\n", (void *)at, ((unsigned (*)(void))(at + offset))());
}

/* Our file once more, where it may be written; the number is changed, if it is asked for.
 */
static void writable(int patch)
{
    size_t offset = offset_of_answer(), size = (offset | 4095) + 1;
    int fd = open("/proc/self/exe", O_RDONLY);
    uint8_t *at = mmap((void *)0x5200000000, size, PROT_READ | PROT_WRITE | PROT_EXEC,
                       MAP_PRIVATE | MAP_FIXED, fd, 0);
    unsigned (*fn)(void) = (unsigned (*)(void))(at + offset);
    close(fd);
    printf("there 0x%x\n", fn());
    if (patch) {
        uint8_t *mov = at + offset;
        while (memcmp(mov, "\xb8\x11\x22\x33\x04", 5)) {
            mov++;
        }
        mov[1] = 0x12;
        printf("changed 0x%x\n", fn());
    }
}

/* A copy of our file, which is run and then has no bytes any more. */
static void shorter(const char *copy)
{
    size_t offset = offset_of_answer(), size = (offset | 4095) + 1;
    int fd = open(copy, O_RDWR);
    uint8_t *at = mmap(NULL, size, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);
    printf("there 0x%x\n", ((unsigned (*)(void))(at + offset))());
    printf("shorter %d\n", ftruncate(fd, 0));
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    printf("answer 0x%x\n", answer());
    fflush(stdout);
    if (!strcmp(what, "look")) {
        look();
    } else if (!strcmp(what, "fork") || !strcmp(what, "vfork")) {
        child(what[0] == 'v');
    } else if (!strcmp(what, "aligned")) {
        aligned();
    } else if (!strcmp(what, "writable") || !strcmp(what, "patched")) {
        writable(what[0] == 'p');
    } else if (!strcmp(what, "shorter")) {
        shorter(argv[2]);
    } else if (!strcmp(what, "exec")) {
        execl(argv[0], argv[0], (char *)NULL);
    } else if (!strcmp(what, "chroot")) {
        return chroot(argv[2]) || chdir("/") ? 1 : 7;
    } else if (!strcmp(what, "limit")) {
        struct rlimit lim = {10000, 10000};
        return setrlimit(RLIMIT_FSIZE, &lim) ? 1 : 7;
    }
    return 7;
}
