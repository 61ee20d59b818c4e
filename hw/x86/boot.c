/* Direct boot: chooses the loader, places initrd and command line, makes GDT and page
 * tables. */
/* SPDX-License-Identifier: MIT */
#include "hw/x86/boot.h"

#include <errno.h>

#include "hw/x86/memmap.h"
#include "util/bitops.h"

#define PAGE_SIZE    4096u
#define PTE_P_RW     0x003
#define PTE_LARGE    0x080
#define FIRMWARE_MAX (8u << 20)

BootPlan *boot_plan_new(const BootConfig *cfg, GError **errp)
{
    BootPlan *p = g_new0(BootPlan, 1);
    uint64_t size = 0;
    bool ok = true;
    p->blobs = g_array_new(FALSE, FALSE, sizeof(BootBlob));
    p->files = g_ptr_array_new_with_free_func((GDestroyNotify)g_mapped_file_unref);
    p->owned = g_ptr_array_new_with_free_func(g_free);
    if (cfg->kernel && cfg->firmware) {
        ok = user_error(errp, "-kernel and -bios: only one of them can boot");
    } else if (cfg->kernel) {
        const uint8_t *file = boot_read_file(p, "-kernel", cfg->kernel, &size, errp);
        ok = file && (size >= 4 && !memcmp(file, "\177ELF", 4)
                          ? boot_load_elf(p, cfg, file, size, errp)
                          : boot_load_bzimage(p, cfg, file, size, errp));
    } else if (cfg->initrd || cfg->append) {
        ok = user_error(errp, "%s: there is no -kernel that it could be for",
                        cfg->initrd ? "-initrd" : "-append");
    } else if (cfg->firmware) {
        p->firmware = boot_read_file(p, "-bios", cfg->firmware, &p->firmware_size, errp);
        ok = p->firmware;
        if (ok && (p->firmware_size > FIRMWARE_MAX || p->firmware_size < 16)) {
            ok = user_error(errp,
                            "-bios %s: %" PRIu64 " bytes are not the size of firmware",
                            cfg->firmware, p->firmware_size);
        }
    }
    if (!ok) {
        boot_plan_free(p);
        return NULL;
    }
    return p;
}

void boot_plan_free(BootPlan *p)
{
    if (p) {
        g_array_free(p->blobs, TRUE);
        g_ptr_array_free(p->files, TRUE);
        g_ptr_array_free(p->owned, TRUE);
        g_free(p);
    }
}

const uint8_t *boot_read_file(BootPlan *p, const char *option, const char *path,
                              uint64_t *size, GError **errp)
{
    g_autoptr(GError) err = NULL;
    if (g_file_test(path, G_FILE_TEST_IS_DIR)) {
        user_error(errp, "%s %s: is a directory", option, path);
        return NULL;
    }
    if (g_file_test(path, G_FILE_TEST_EXISTS) &&
        !g_file_test(path, G_FILE_TEST_IS_REGULAR)) {
        user_error(errp, "%s %s: is a device or a pipe, not a file", option, path);
        return NULL;
    }
    GMappedFile *f = g_mapped_file_new(path, FALSE, &err);
    if (!f) {
        /* GLib's text repeats the path; its code says what the system said. */
        const char *why = err->code == G_FILE_ERROR_NOENT   ? "no such file"
                          : err->code == G_FILE_ERROR_ACCES ? "permission denied"
                                                            : err->message;
        user_error(errp, "%s %s: %s", option, path, why);
        return NULL;
    }
    g_ptr_array_add(p->files, f);
    *size = g_mapped_file_get_length(f);
    if (!*size) {
        user_error(errp, "%s %s: the file is empty", option, path);
        return NULL;
    }
    return (const uint8_t *)g_mapped_file_get_contents(f);
}

void boot_add_blob(BootPlan *p, uint64_t addr, const void *data, uint64_t len)
{
    BootBlob b = {addr, data, len};
    g_array_append_val(p->blobs, b);
}

void *boot_add_buffer(BootPlan *p, uint64_t addr, uint64_t len)
{
    void *mem = g_malloc0(len);
    g_ptr_array_add(p->owned, mem);
    boot_add_blob(p, addr, mem, len);
    return mem;
}

bool boot_add_cmdline(BootPlan *p, const BootConfig *cfg, uint64_t max, GError **errp)
{
    const char *text = cfg->append ? cfg->append : "";
    size_t n = strlen(text);
    max = MIN(max, MEM_CMDLINE_MAX - 1);
    if (n > max) {
        return user_error(errp, "-append: %zu characters, this kernel takes %" PRIu64, n,
                          max);
    }
    memcpy(boot_add_buffer(p, MEM_CMDLINE, n + 1), text, n);
    return true;
}

bool boot_add_initrd(BootPlan *p, const BootConfig *cfg, uint64_t floor, uint64_t limit,
                     E820Entry *where, GError **errp)
{
    uint64_t size;
    *where = (E820Entry){0};
    if (!cfg->initrd) {
        return true;
    }
    const uint8_t *data = boot_read_file(p, "-initrd", cfg->initrd, &size, errp);
    if (!data) {
        return false;
    }
    limit = MIN(limit, cfg->low_ram);
    uint64_t at = size < limit ? ROUND_DOWN(limit - size, PAGE_SIZE) : 0;
    if (at < floor) {
        return user_error(errp,
                          "-initrd %s: %" PRIu64 " MiB do not fit into %" PRIu64
                          " MiB of memory behind the kernel",
                          cfg->initrd, (size + 0xfffff) >> 20,
                          limit > floor ? (limit - floor) >> 20 : 0);
    }
    boot_add_blob(p, at, data, size);
    *where = (E820Entry){at, size, E820_RAM};
    return true;
}

static unsigned map_add(E820Entry e[E820_MAX], unsigned n, uint64_t start, uint64_t end,
                        E820Type type)
{
    if (end <= start) {
        return n;
    }
    assert(n < E820_MAX);
    e[n] = (E820Entry){start, end - start, type};
    return n + 1;
}

unsigned boot_memory_map(const BootConfig *cfg, E820Entry e[E820_MAX])
{
    unsigned n = map_add(e, 0, 0, MIN(MEM_EBDA, cfg->low_ram), E820_RAM);
    n = map_add(e, n, MEM_EBDA, MEM_VGA, E820_RESERVED);
    n = map_add(e, n, MEM_BIOS, MEM_BIOS_END, E820_RESERVED);
    n = map_add(e, n, MEM_HIGH, cfg->low_ram, E820_RAM);
    n = map_add(e, n, MEM_LAPIC, MEM_LAPIC_END, E820_RESERVED);
    return map_add(e, n, MEM_4G, MEM_4G + cfg->high_ram, E820_RAM);
}
