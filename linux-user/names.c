/* For perf: names of the functions in files that the guest maps. */
/* SPDX-License-Identifier: MIT */
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "accel/tcg/perf.h"
#include "linux-user/elf-file.h"
#include "linux-user/guest-mem.h"
#include "linux-user/program.h"
#include "util/symbols.h"

static bool read_at(const ElfFile *f, void *buf, size_t n, uint64_t offset)
{
    return pread(f->fd, buf, n, offset) == (ssize_t)n;
}

/* By how much the file's addresses are moved, if its code at `offset` is mapped at
 * `addr`. */
static bool find_bias(const ElfFile *f, uint64_t addr, uint64_t offset, uint64_t *bias)
{
    for (unsigned i = 0; i < f->eh.e_phnum; i++) {
        const Elf64_Phdr *p = &f->ph[i];

        if (p->p_type == PT_LOAD && p->p_flags & PF_X &&
            ELF_PAGE_DOWN(p->p_offset) == offset) {
            *bias = addr - ELF_PAGE_DOWN(p->p_vaddr);
            return true;
        }
    }
    return false;
}

void names_of_mapping(uint64_t addr, int fd, uint64_t offset)
{
    char link[40], path[PATH_MAX];
    struct stat st;
    GError *none = NULL;
    uint64_t bias;

    if (!tcg_perf_active() || fstat(fd, &st) < 0) {
        return;
    }
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, path, sizeof path - 1);

    if (n <= 0) {
        return;
    }
    path[n] = 0;
    ElfFile f = {.path = path, .fd = fd, .size = st.st_size, .read = read_at};
    bool is_elf = elf_file_read(&f, GUEST_ADDR_END, &none);

    if (is_elf && find_bias(&f, addr, offset, &bias)) {
        is_elf = symbols_add_file(path, bias, &none);
    }
    g_clear_error(&none); /* what has no names goes by its addresses */
    g_free(f.interp);
}
