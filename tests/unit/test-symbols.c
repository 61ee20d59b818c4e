/* Symbol tables: text, ELF files of our own making, and damaged ones. */
/* SPDX-License-Identifier: MIT */
#include <elf.h>
#include <unistd.h>

#include "tests/unit/unit.h"
#include "util/symbols.h"

static bool add(const void *data, size_t size, uint64_t bias)
{
    char path[] = "/tmp/mynah-XXXXXX";
    g_autoptr(GError) error = NULL;
    int fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, data, size), size);
    close(fd);
    bool ok = symbols_add_file(path, bias, &error);
    ck_assert(ok == !error);
    unlink(path);
    return ok;
}

static void expect(uint64_t addr, const char *name, uint64_t offset)
{
    uint64_t got;
    ck_assert_pstr_eq(symbols_find(addr, &got), name);
    ck_assert_uint_eq(got, offset);
}

START_TEST(text)
{
    const char map[] = "ffffffff81000000 T _text\nffffffff81000100 t inner\n"
                       "ffffffff81000180 d data\nffffffff81000200 W last\t[module]\n";
    expect(0xffffffff81000000, NULL, 0);
    ck_assert(add(map, sizeof map - 1, 0));
    expect(0xffffffff80ffffff, NULL, 0);
    expect(0xffffffff81000000, "_text", 0);
    expect(0xffffffff810001ff, "inner", 0xff);
    expect(0xffffffff81000210, "last", 0x10);
}
END_TEST

typedef struct File {
    Elf64_Ehdr eh;
    Elf64_Shdr sh[3];
    Elf64_Sym sym[4];
    char names[32];
} File;

static File elf_file(void)
{
    File f = {.names = "\0main\0helper"};
    memcpy(f.eh.e_ident, ELFMAG, SELFMAG);
    f.eh.e_ident[EI_CLASS] = ELFCLASS64;
    f.eh.e_ident[EI_DATA] = ELFDATA2LSB;
    f.eh.e_shoff = offsetof(File, sh);
    f.eh.e_shnum = 3;
    f.eh.e_shentsize = sizeof(Elf64_Shdr);
    f.sh[1] = (Elf64_Shdr){.sh_type = SHT_SYMTAB,
                           .sh_offset = offsetof(File, sym),
                           .sh_size = sizeof f.sym,
                           .sh_link = 2};
    f.sh[2] = (Elf64_Shdr){.sh_type = SHT_STRTAB,
                           .sh_offset = offsetof(File, names),
                           .sh_size = sizeof f.names};
    f.sym[1] = (Elf64_Sym){1, ELF64_ST_INFO(STB_GLOBAL, STT_FUNC), 0, 1, 0x1000, 0x20};
    f.sym[2] = (Elf64_Sym){6, ELF64_ST_INFO(STB_LOCAL, STT_FUNC), 0, 1, 0x1040, 0};
    f.sym[3] = (Elf64_Sym){6, ELF64_ST_INFO(STB_LOCAL, STT_OBJECT), 0, 1, 0x900, 0};
    return f;
}

START_TEST(elf)
{
    File f = elf_file();
    ck_assert(add(&f, sizeof f, 0x400000));
    expect(0x400fff, NULL, 0);
    expect(0x401000, "main", 0);
    expect(0x40101f, "main", 0x1f);
    expect(0x401020, NULL, 0);
    expect(0x401048, "helper", 8);
}
END_TEST

/* Whatever is wrong with a file, it is refused or read as far as it makes sense. */
START_TEST(damaged)
{
    Rand rnd = {1};
    ck_assert(!add("", 0, 0));
    ck_assert(!add("#!/bin/sh\n", 10, 0));
    ck_assert(!add("\x7f"
                   "ELF",
                   4, 0));
    for (int i = 0; i < 2000; i++) {
        File f = elf_file();
        for (int n = rand_below(&rnd, 4); n >= 0; n--) {
            ((uint8_t *)&f)[rand_below(&rnd, sizeof f)] = rand_u64(&rnd);
        }
        add(&f, rand_below(&rnd, 2) ? sizeof f : rand_below(&rnd, sizeof f), 0);
    }
    uint64_t offset;
    symbols_find(0x1000, &offset);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, text);
    tcase_add_test(tc, elf);
    tcase_add_test(tc, damaged);
}

int main(void)
{
    return unit_main("symbols", add_tests);
}
