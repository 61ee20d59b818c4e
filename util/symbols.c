/* Names of guest addresses: symbol tables of ELF files, and text as System.map has it. */
/* SPDX-License-Identifier: MIT */
#include "util/symbols.h"

#include <elf.h>

#include "util/thread.h"

typedef struct Symbol {
    uint64_t addr, size; /* 0: up to the next */
    const char *name;
} Symbol;

static Mutex lock = MUTEX_INIT;
static GArray *symbols; /* of Symbol */
static bool sorted;

static void add(uint64_t addr, uint64_t size, const char *name, size_t len)
{
    Symbol s = {addr, size, g_strndup(name, len)};
    symbols = symbols ? symbols : g_array_new(false, false, sizeof(Symbol));
    g_array_append_val(symbols, s);
    sorted = false;
}

/* ---- ELF ---- */

typedef struct Image {
    const char *data;
    size_t size;
} Image;

/* n items of `size` bytes at `offset`, or NULL if they are not all in the file. */
static const void *part(const Image *f, uint64_t offset, uint64_t n, size_t size)
{
    return offset <= f->size && n <= (f->size - offset) / size ? f->data + offset : NULL;
}

static bool is_elf(const Image *f)
{
    return f->size >= sizeof(Elf64_Ehdr) && memcmp(f->data, ELFMAG, SELFMAG) == 0;
}

static void add_elf_symbol(const Elf64_Sym *sym, const char *names, size_t names_size,
                           uint64_t bias)
{
    if (ELF64_ST_TYPE(sym->st_info) != STT_FUNC || sym->st_shndx == SHN_UNDEF ||
        sym->st_name >= names_size) {
        return;
    }
    const char *name = names + sym->st_name;
    size_t len = strnlen(name, names_size - sym->st_name);
    if (len) {
        add(sym->st_value + bias, sym->st_size, name, len);
    }
}

static bool add_table(const Image *f, const Elf64_Shdr *sh, const Elf64_Shdr *strings,
                      uint64_t bias)
{
    size_t n = sh->sh_size / sizeof(Elf64_Sym);
    const Elf64_Sym *sym = part(f, sh->sh_offset, n, sizeof *sym);
    const char *names = part(f, strings->sh_offset, strings->sh_size, 1);
    for (size_t i = 0; sym && names && i < n; i++) {
        Elf64_Sym s;
        memcpy(&s, &sym[i], sizeof s); /* it may not be aligned */
        add_elf_symbol(&s, names, strings->sh_size, bias);
    }
    return sym && names;
}

/* Adds the tables of a kind; false: one is damaged. */
static bool add_tables(const Image *f, const Elf64_Ehdr *eh, unsigned type, uint64_t bias,
                       bool *found)
{
    const char *headers = part(f, eh->e_shoff, eh->e_shnum, sizeof(Elf64_Shdr));
    for (unsigned i = 0; headers && i < eh->e_shnum; i++) {
        Elf64_Shdr sh, strings;
        memcpy(&sh, headers + i * sizeof sh, sizeof sh);
        if (sh.sh_type != type) {
            continue;
        }
        *found = true;
        if (sh.sh_link >= eh->e_shnum) {
            return false;
        }
        memcpy(&strings, headers + sh.sh_link * sizeof strings, sizeof strings);
        if (!add_table(f, &sh, &strings, bias)) {
            return false;
        }
    }
    return headers || !eh->e_shnum;
}

static bool add_elf(const Image *f, uint64_t bias)
{
    Elf64_Ehdr eh;
    bool found = false;
    memcpy(&eh, f->data, sizeof eh);
    if (eh.e_ident[EI_CLASS] != ELFCLASS64 || eh.e_ident[EI_DATA] != ELFDATA2LSB ||
        (eh.e_shnum && eh.e_shentsize != sizeof(Elf64_Shdr))) {
        return false;
    }
    return add_tables(f, &eh, SHT_SYMTAB, bias, &found) &&
           (found || add_tables(f, &eh, SHT_DYNSYM, bias, &found));
}

/* ---- text ---- */

/* "ADDRESS TYPE NAME"; functions are of type t, T, w and W. */
static bool add_line(const char *line, size_t len, uint64_t bias)
{
    size_t i = 0;
    uint64_t addr = 0;
    for (; i < len && i < 16 && g_ascii_isxdigit(line[i]); i++) {
        addr = addr << 4 | g_ascii_xdigit_value(line[i]);
    }
    if (!i || i + 4 > len || line[i] != ' ' || line[i + 2] != ' ') {
        return false;
    }
    if (strchr("tTwW", line[i + 1])) {
        size_t n = 0;
        while (i + 3 + n < len && g_ascii_isgraph(line[i + 3 + n])) {
            n++;
        }
        add(addr + bias, 0, line + i + 3, n);
    }
    return true;
}

static bool add_text(const Image *f, uint64_t bias)
{
    for (size_t at = 0; at < f->size;) {
        const char *end = memchr(f->data + at, '\n', f->size - at);
        size_t len = (end ? (size_t)(end - f->data) : f->size) - at;
        if (len && !add_line(f->data + at, len, bias)) {
            return false;
        }
        at += len + 1;
    }
    return f->size > 0;
}

bool symbols_add_file(const char *path, uint64_t bias, GError **errp)
{
    GMappedFile *file = g_mapped_file_new(path, false, errp);
    if (!file) {
        return false;
    }
    Image f = {g_mapped_file_get_contents(file), g_mapped_file_get_length(file)};
    mutex_lock(&lock);
    bool ok = is_elf(&f) ? add_elf(&f, bias) : add_text(&f, bias);
    mutex_unlock(&lock);
    g_mapped_file_unref(file);
    return ok || user_error(errp, "%s: it has no symbols that can be read", path);
}

/* ---- looking up ---- */

static int by_address(gconstpointer a, gconstpointer b)
{
    const Symbol *x = a, *y = b;
    return x->addr < y->addr ? -1 : x->addr > y->addr;
}

/* With the lock. */
static void sort(void)
{
    if (!sorted && symbols) {
        g_array_sort(symbols, by_address);
        sorted = true;
    }
}

const char *symbols_find(uint64_t addr, uint64_t *offset)
{
    const Symbol *found = NULL;
    mutex_lock(&lock);
    sort();
    for (size_t low = 0, high = symbols ? symbols->len : 0; low < high;) {
        size_t middle = low + (high - low) / 2;
        const Symbol *s = &g_array_index(symbols, Symbol, middle);
        if (s->addr <= addr) {
            found = s;
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (found && found->size && addr - found->addr >= found->size) {
        found = NULL;
    }
    const char *name = found ? found->name : NULL;
    *offset = found ? addr - found->addr : 0;
    mutex_unlock(&lock);
    return name;
}

bool symbols_address(const char *name, uint64_t *addr)
{
    bool found = false;
    mutex_lock(&lock);
    sort();
    for (size_t i = 0; symbols && i < symbols->len && !found; i++) {
        const Symbol *s = &g_array_index(symbols, Symbol, i);
        if (strcmp(s->name, name) == 0) {
            *addr = s->addr;
            found = true;
        }
    }
    mutex_unlock(&lock);
    return found;
}
