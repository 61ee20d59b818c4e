/* An ELF program as a file: what its headers say, checked; and what else can be run. */
/* SPDX-License-Identifier: MIT */
/* System V ABI, chapters 4 and 5, and its AMD64 supplement, 3.4. */
#include "linux-user/elf-file.h"

#include <errno.h>

/* ---- reading and checking ---- */

static const struct {
    uint16_t machine;
    const char *name;
} machines[] = {
    {EM_386,     "i386"   },
    {EM_X86_64,  "x86_64" },
    {EM_AARCH64, "AArch64"},
    {EM_ARM,     "Arm"    },
    {EM_RISCV,   "RISC-V" },
    {EM_PPC64,   "PowerPC"},
    {EM_S390,    "S/390"  },
    {EM_MIPS,    "MIPS"   },
};

static const char *machine_name(const Elf64_Ehdr *eh)
{
    bool swapped = eh->e_ident[EI_DATA] == ELFDATA2MSB;
    uint16_t machine = swapped ? GUINT16_SWAP_LE_BE(eh->e_machine) : eh->e_machine;

    for (size_t i = 0; i < ARRAY_SIZE(machines); i++) {
        if (machines[i].machine == machine) {
            return machines[i].name;
        }
    }
    return swapped ? "its numbers are big-endian" : "an unknown one";
}

static bool check_header(const ElfFile *f, GError **errp)
{
    const Elf64_Ehdr *eh = &f->eh;

    if (eh->e_ident[EI_CLASS] != ELFCLASS64) {
        return user_error(errp, "%s: a 32-bit program (%s); only x86_64 programs can run",
                          f->path, machine_name(eh));
    }
    if (eh->e_machine != EM_X86_64 || eh->e_ident[EI_DATA] != ELFDATA2LSB) {
        return user_error(errp, "%s: made for another architecture (%s)", f->path,
                          machine_name(eh));
    }
    if (eh->e_type != ET_EXEC && eh->e_type != ET_DYN) {
        return user_error(errp, "%s: an ELF file, but no program", f->path);
    }
    if (eh->e_phentsize != sizeof(Elf64_Phdr) || !eh->e_phnum ||
        eh->e_phnum > ELF_MAX_PHDRS) {
        return user_error(errp, "%s: damaged: %u program headers of %u bytes", f->path,
                          eh->e_phnum, eh->e_phentsize);
    }
    return true;
}

static bool check_segment(ElfFile *f, const Elf64_Phdr *p, uint64_t *last_end,
                          uint64_t limit, GError **errp)
{
    uint64_t end = p->p_vaddr + p->p_memsz;

    if (p->p_filesz > p->p_memsz || end < p->p_vaddr || end > limit ||
        (p->p_vaddr - p->p_offset) % ELF_PAGE ||
        p->p_offset + p->p_filesz < p->p_offset || p->p_offset + p->p_filesz > f->size) {
        return user_error(errp, "%s: damaged: a segment lies outside the file or memory",
                          f->path);
    }
    if (p->p_vaddr < *last_end) {
        return user_error(errp, "%s: damaged: segments overlap", f->path);
    }
    *last_end = end;
    f->low = MIN(f->low, ELF_PAGE_DOWN(p->p_vaddr));
    f->high = MAX(f->high, ELF_PAGE_UP(end));
    f->brk = MAX(f->brk, end);
    return true;
}

static bool read_interp(ElfFile *f, const Elf64_Phdr *p, GError **errp)
{
    if (p->p_filesz < 2 || p->p_filesz > 4096) {
        return user_error(errp, "%s: damaged: no name of an interpreter", f->path);
    }
    f->interp = g_malloc0(p->p_filesz + 1);
    if (!f->read(f, f->interp, p->p_filesz, p->p_offset)) {
        return user_error(errp, "%s: damaged: it ends too early", f->path);
    }
    return *f->interp ||
           user_error(errp, "%s: damaged: no name of an interpreter", f->path);
}

static bool check_segments(ElfFile *f, uint64_t limit, GError **errp)
{
    uint64_t last_end = 0;

    f->low = UINT64_MAX;
    for (unsigned i = 0; i < f->eh.e_phnum; i++) {
        const Elf64_Phdr *p = &f->ph[i];

        if (p->p_type == PT_LOAD && p->p_memsz &&
            !check_segment(f, p, &last_end, limit, errp)) {
            return false;
        }
        if (p->p_type == PT_INTERP && !f->interp && !read_interp(f, p, errp)) {
            return false;
        }
    }
    return f->high || user_error(errp, "%s: damaged: nothing to load", f->path);
}

bool elf_file_read(ElfFile *f, uint64_t limit, GError **errp)
{
    if (!f->read(f, &f->eh, sizeof f->eh, 0) ||
        memcmp(f->eh.e_ident, ELFMAG, SELFMAG) != 0) {
        return user_error(errp, "%s: neither an ELF program nor a script with #!",
                          f->path);
    }
    if (!check_header(f, errp)) {
        return false;
    }
    if (!f->read(f, f->ph, f->eh.e_phnum * sizeof f->ph[0], f->eh.e_phoff)) {
        return user_error(errp, "%s: damaged: the program headers are cut off", f->path);
    }
    return check_segments(f, limit, errp);
}

/* ---- what kind of file ---- */

/* "#! interpreter argument": one argument at most, blanks around it cut off. */
static int parse_script(char *line, char **script)
{
    line[strcspn(line, "\n")] = 0;
    char *interp = g_strstrip(line + 2);
    size_t n = strcspn(interp, " \t");
    char *arg = interp + n;

    if (!n) {
        return -ENOEXEC;
    }
    if (*arg) {
        *arg++ = 0;
        arg = g_strchug(arg);
    }
    size_t total = n + 1 + strlen(arg) + 1;

    *script = g_malloc(total);
    memcpy(*script, interp, n + 1);
    strcpy(*script + n + 1, arg);
    return 0;
}

int elf_kind(char *head, size_t n, char **script)
{
    const Elf64_Ehdr *eh = (const Elf64_Ehdr *)head;

    *script = NULL;
    if (n > 2 && head[0] == '#' && head[1] == '!') {
        return parse_script(head, script);
    }
    if (n < sizeof *eh || memcmp(eh->e_ident, ELFMAG, SELFMAG) != 0 ||
        eh->e_ident[EI_CLASS] != ELFCLASS64 || eh->e_machine != EM_X86_64 ||
        (eh->e_type != ET_EXEC && eh->e_type != ET_DYN)) {
        return -ENOEXEC;
    }
    return 0;
}
