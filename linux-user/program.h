/* Of the program as a whole: the accelerator, the CPU model, loading. */
/* SPDX-License-Identifier: MIT */
#ifndef LINUX_USER_PROGRAM_H
#define LINUX_USER_PROGRAM_H

#include "accel/accel.h"
#include "linux-user/task.h"
#include "target/x86/cpuid.h"

extern const AccelOps *program_accel;
extern X86Model program_cpu_model;

/* What a program is started with. */
typedef struct ProgramStart {
    const char *path;
    char **argv, **envp; /* ended by NULL */
    uint64_t stack_size;
} ProgramStart;

/*
 * Maps the executable and its interpreter, makes its stack, and sets the registers of the
 * first task. False: *errp and *status (126 or 127, as a shell would say).
 */
bool elf_load(TaskState *ts, const ProgramStart *start, int *status, GError **errp);

/* What kind of file the path is for execve(): 0 and *script (NULL: an ELF file of ours,
 * else "interpreter\0argument" or "interpreter\0\0", to be freed), or -errno. */
int elf_probe(int fd, char **script);

/* The path in the sysroot if it is absolute and there is one there; else itself. To be
 * freed. */
char *program_find(const char *path);

/* --- mmap.c --- */

/* As mmap(2), for loading: -errno or the address. */
int64_t target_mmap(uint64_t addr, uint64_t len, int prot, int flags, int fd,
                    uint64_t offset);
int64_t target_munmap(uint64_t addr, uint64_t len);
int64_t target_mprotect(uint64_t addr, uint64_t len, int prot);
/* The heap begins here. */
void target_set_brk(uint64_t addr);

#endif
