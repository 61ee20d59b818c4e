/* An ELF program as a file: what its headers say, checked. */
/* SPDX-License-Identifier: MIT */
#ifndef LINUX_USER_ELF_FILE_H
#define LINUX_USER_ELF_FILE_H

#include <elf.h>

#include "util/common.h"
#include "util/error.h"

enum { ELF_PAGE = 4096, ELF_MAX_PHDRS = 128 };
#define ELF_PAGE_DOWN(n) ((n) & ~(uint64_t)(ELF_PAGE - 1))
#define ELF_PAGE_UP(n)   ELF_PAGE_DOWN((n) + ELF_PAGE - 1)

/*
 * Nothing here touches guest memory, or trusts what it reads: after elf_file_read() the
 * loadable segments lie inside the file and below `limit`, in ascending order, without
 * overlap.
 */
typedef struct ElfFile {
    const char *path; /* for messages */
    int fd;
    uint64_t size; /* of the file */
    /* All n bytes at the offset; false: they are not there. */
    bool (*read)(const struct ElfFile *f, void *buf, size_t n, uint64_t offset);
    const void *opaque; /* of `read` */

    Elf64_Ehdr eh;
    Elf64_Phdr ph[ELF_MAX_PHDRS];
    uint64_t low, high; /* page-rounded addresses of all segments, not yet moved */
    uint64_t brk;       /* end of the last segment */
    uint64_t bias;      /* by which they are moved: whoever maps them says it */
    char *interp;       /* path, to be freed; or NULL */
} ElfFile;

/* Reads and checks the headers. path, size, read are set. False: *errp. */
bool elf_file_read(ElfFile *f, uint64_t limit, GError **errp) USER_CHECKED;

/*
 * What kind of file begins with these n bytes (a 0 follows them): 0 and *script NULL: an
 * ELF program of ours; 0 and "interpreter\0argument" or "interpreter\0\0", to be freed;
 * or -ENOEXEC.
 */
int elf_kind(char *head, size_t n, char **script);
enum { ELF_HEAD = 256 }; /* bytes that decide it */

#endif
