/* Of the program as a whole: the accelerator, the CPU model, loading. */
/* SPDX-License-Identifier: MIT */
#ifndef LINUX_USER_PROGRAM_H
#define LINUX_USER_PROGRAM_H

#include "accel/accel.h"
#include "linux-user/task.h"
#include "target/x86/cpuid.h"

extern const AccelOps *program_accel;
extern X86Model program_cpu_model;

/* What a shell says of a program that cannot be run, and of one that is not there. */
enum { CANNOT_RUN = 126, NOT_FOUND = 127 };

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

/* The program that is to be run in the end; its strings are owned. */
typedef struct ProgramTarget {
    char *path;
    GPtrArray *argv; /* of g_free() */
    int lent_fd;     /* that the path leads by, and that the program does not get; -1 */
} ProgramTarget;

/*
 * Finds out what the path is, as the kernel does: a script becomes its interpreter, and
 * argv what that is given. `executable`: the file must be. 0 or -errno; path is the file
 * that is at fault then.
 */
int program_resolve(ProgramTarget *t, bool executable);

/* The path in the sysroot if it is absolute and there is one there; else itself. To be
 * freed. */
char *program_find(const char *path);

/* Our own file, by which what the program executes is started from now on. */
void exec_keep_self(int fd);
/* The guest is going to have another root, or a mount namespace that may get one. */
void exec_before_root(TaskState *ts);

/* --- mmap.c --- */

/* As mmap(2), for loading: -errno or the address. */
int64_t target_mmap(uint64_t addr, uint64_t len, int prot, int flags, int fd,
                    uint64_t offset);
/* Where a file of `size` bytes goes that the guest leaves to us: an address to wish for,
 * or 0. */
uint64_t target_place(uint64_t size);
int64_t target_mprotect(uint64_t addr, uint64_t len, int prot);
/* The heap begins here. */
void target_set_brk(uint64_t addr);

/* --- names.c --- */

/* Code of a file was mapped: its functions get their names, if somebody wants them. */
void names_of_mapping(uint64_t addr, int fd, uint64_t offset);

#endif
