/* Fuzz target: elf_file_read() and elf_kind() on files that are nearly right. */
/* SPDX-License-Identifier: MIT */
#include "linux-user/elf-file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define LIMIT UINT64_C(0x7ffffffff000)

typedef struct Bytes {
    uint8_t at[640];
} Bytes;

static bool read_bytes(const ElfFile *f, void *buf, size_t n, uint64_t offset)
{
    if (offset > f->size || n > f->size - offset) {
        return false;
    }
    memcpy(buf, ((const Bytes *)f->opaque)->at + offset, n);
    return true;
}

/* A good program: headers, an interpreter, code, data. */
static void make_good(Bytes *b)
{
    static const Elf64_Phdr ph[] = {
        {.p_type = PT_INTERP,     .p_offset = 576,   .p_filesz = 27 },
        { .p_type = PT_LOAD, .p_flags = PF_R | PF_X,   .p_filesz = 640,  .p_memsz = 640},
        { .p_type = PT_LOAD, .p_flags = PF_R | PF_W, .p_vaddr = 0x2000, .p_memsz = 4096},
    };
    Elf64_Ehdr eh = {.e_ident = ELFMAG,
                     .e_type = ET_DYN,
                     .e_machine = EM_X86_64,
                     .e_phoff = sizeof eh,
                     .e_phentsize = sizeof ph[0],
                     .e_phnum = ARRAY_SIZE(ph)};

    eh.e_ident[EI_CLASS] = ELFCLASS64;
    eh.e_ident[EI_DATA] = ELFDATA2LSB;
    memset(b, 0, sizeof *b);
    memcpy(b->at, &eh, sizeof eh);
    memcpy(b->at + sizeof eh, ph, sizeof ph);
    strcpy((char *)b->at + 576, "/lib64/ld-linux-x86-64.so.2");
}

static void check(const ElfFile *f)
{
    uint64_t end = 0;

    assert(f->low < f->high && f->high <= ELF_PAGE_UP(LIMIT) && f->brk <= LIMIT);
    assert(!f->interp || *f->interp);
    for (unsigned i = 0; i < f->eh.e_phnum; i++) {
        const Elf64_Phdr *p = &f->ph[i];

        if (p->p_type == PT_LOAD && p->p_memsz) {
            assert(p->p_vaddr >= end && p->p_vaddr >= f->low);
            end = p->p_vaddr + p->p_memsz;
            assert(end > p->p_vaddr && end <= f->high && p->p_filesz <= p->p_memsz);
            assert(p->p_offset <= f->size && p->p_filesz <= f->size - p->p_offset);
        }
    }
}

/* What the file is: the data as it is, in a buffer of its own size. */
static void check_kind(const uint8_t *data, size_t size)
{
    size_t n = MIN(size, ELF_HEAD);
    g_autofree char *head = g_malloc0(n + 1), *script = NULL;

    memcpy(head, data, n);
    if (elf_kind(head, n, &script) == 0 && script) {
        assert(*script && strlen(script) + strlen(script + strlen(script) + 1) < n);
    }
}

/* The data are changes: where, and the eight bytes or the one that are there then. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static Bytes b;
    ElfFile f = {.path = "-", .read = read_bytes, .opaque = &b, .size = sizeof b};
    g_autoptr(GError) err = NULL;

    check_kind(data, size);
    make_good(&b);
    for (; size >= 4; data += 4, size -= 4) {
        unsigned at = (data[0] | data[1] << 8) % (sizeof b - 8);

        if (data[2] & 1) {
            memset(b.at + at, data[3], 1 + (data[2] >> 5));
        } else {
            b.at[at] = data[3];
        }
    }
    if (size) { /* it is cut off */
        f.size = data[0] * 5 % sizeof b;
    }
    if (elf_file_read(&f, LIMIT, &err)) {
        check(&f);
    } else {
        assert(err);
    }
    g_free(f.interp);
    return 0;
}
