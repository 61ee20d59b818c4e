/* Direct boot: plans of made-up bzImages and ELF files, bad input, ACPI tables. */
/* SPDX-License-Identifier: MIT */
#include "hw/x86/acpi-tables.h"
#include "hw/x86/boot.h"
#include "hw/x86/memmap.h"
#include "hw/x86/smbios.h"
#include "tests/qtest/board.h"
#include "util/bitops.h"

#include <glib/gstdio.h>
#include <unistd.h>

#define SETUP_SIZE (5 * 512)
#define BODY_SIZE  0x3000
#define LOAD_ADDR  0x1000000
#define INIT_SIZE  0x800000

static char *dir, *kernel, *initrd;

static void setup(void)
{
    dir = g_dir_make_tmp("qtest-boot-XXXXXX", NULL);
    kernel = g_build_filename(dir, "kernel", NULL);
    initrd = g_build_filename(dir, "initrd", NULL);
}

static void teardown(void)
{
    g_unlink(kernel);
    g_unlink(initrd);
    g_rmdir(dir);
    g_free(kernel);
    g_free(initrd);
    g_free(dir);
}

static void write_file(const char *path, const void *data, size_t size)
{
    g_unlink(path); /* to truncate a file may wait for the disk, and so does GLib */
    FILE *f = fopen(path, "wb");
    ck_assert(f && fwrite(data, 1, size, f) == size && fclose(f) == 0);
}

/* ---- bzImage ---- */

typedef struct BzImage {
    uint8_t b[SETUP_SIZE + BODY_SIZE];
} BzImage;

static void make_bzimage(BzImage *im)
{
    memset(im, 0, sizeof *im);
    memset(im->b + SETUP_SIZE, 0xab, BODY_SIZE);
    im->b[0x1f1] = 4;
    stl_le_p(im->b + 0x1f4, BODY_SIZE / 16);
    stw_le_p(im->b + 0x1fe, 0xaa55);
    stw_le_p(im->b + 0x200, 0x6aeb); /* jmp over the header */
    memcpy(im->b + 0x202, "HdrS", 4);
    stw_le_p(im->b + 0x206, 0x020f);
    im->b[0x211] = 1;
    stl_le_p(im->b + 0x22c, 0x7fffffff);
    stw_le_p(im->b + 0x236, 0x3f);
    stl_le_p(im->b + 0x238, 2047);
    stq_le_p(im->b + 0x258, LOAD_ADDR);
    stl_le_p(im->b + 0x260, INIT_SIZE);
}

static BootConfig config(void)
{
    return (BootConfig){.kernel = kernel, .low_ram = 64 << 20, .rsdp = 0xe0000};
}

static BootPlan *must_plan(const BootConfig *cfg)
{
    GError *err = NULL;
    BootPlan *p = boot_plan_new(cfg, &err);
    ck_assert_msg(p != NULL, "%s", err ? err->message : "");
    return p;
}

/* The message is "-option ...", one line, and says `text`. */
static void must_fail(const BootConfig *cfg, const char *text)
{
    GError *err = NULL;
    ck_assert_ptr_null(boot_plan_new(cfg, &err));
    ck_assert_ptr_nonnull(err);
    ck_assert_msg(strstr(err->message, text) != NULL, "%s", err->message);
    ck_assert(err->message[0] == '-' && !strchr(err->message, '\n'));
    g_error_free(err);
}

/* What the plan puts at `addr`: the last blob that covers it wins. */
static const uint8_t *planned(const BootPlan *p, uint64_t addr)
{
    for (guint i = p->blobs->len; i-- > 0;) {
        const BootBlob *b = &g_array_index(p->blobs, BootBlob, i);
        if (addr >= b->addr && addr - b->addr < b->len) {
            return b->data + (addr - b->addr);
        }
    }
    ck_abort_msg("nothing at 0x%" PRIx64, addr);
    return NULL;
}

START_TEST(bzimage_64)
{
    BzImage im;
    BootConfig cfg = config();
    make_bzimage(&im);
    write_file(kernel, &im, sizeof im);
    write_file(initrd, "initrd contents", 15);
    cfg.initrd = initrd;
    cfg.append = "console=ttyS0";
    BootPlan *p = must_plan(&cfg);
    ck_assert(p->state.mode == BOOT_LONG && p->state.rip == LOAD_ADDR + 0x200);
    ck_assert_uint_eq(p->state.rsi, MEM_BOOT_PARAMS);
    ck_assert_uint_eq(*planned(p, LOAD_ADDR), 0xab);
    ck_assert_uint_eq(*planned(p, LOAD_ADDR + BODY_SIZE - 1), 0xab);
    const uint8_t *bp = planned(p, MEM_BOOT_PARAMS);
    ck_assert_uint_eq(ldl_le_p(bp + 0x228), MEM_CMDLINE);
    ck_assert_str_eq((const char *)planned(p, MEM_CMDLINE), "console=ttyS0");
    ck_assert_uint_eq(bp[0x210], 0xff);
    ck_assert_uint_eq(bp[0x211], 0x81);
    ck_assert_uint_eq(ldl_le_p(bp + 0x218), (64 << 20) - 4096);
    ck_assert_uint_eq(ldl_le_p(bp + 0x21c), 15);
    ck_assert_mem_eq(planned(p, (64 << 20) - 4096), "initrd contents", 15);
    ck_assert_uint_eq(ldq_le_p(bp + 0x070), 0xe0000);
    /* Page tables: 1 GiB + 2 MiB maps to itself. */
    uint64_t pml4e = ldq_le_p(planned(p, MEM_PAGE_TABLES));
    uint64_t pdpte = ldq_le_p(planned(p, (pml4e & ~0xfffull) + 8));
    uint64_t pde = ldq_le_p(planned(p, (pdpte & ~0xfffull) + 8));
    ck_assert_uint_eq(pde, 0x40200083);
    boot_plan_free(p);
}
END_TEST

START_TEST(bzimage_32)
{
    BzImage im;
    BootConfig cfg = config();
    make_bzimage(&im);
    stw_le_p(im.b + 0x236, 0x3e); /* no 64-bit entry */
    write_file(kernel, &im, sizeof im);
    BootPlan *p = must_plan(&cfg);
    ck_assert(p->state.mode == BOOT_PROTECTED && p->state.rip == LOAD_ADDR);
    ck_assert_uint_eq(*planned(p, MEM_CMDLINE), 0);
    boot_plan_free(p);
    make_bzimage(&im);
    write_file(kernel, &im, sizeof im);
    cfg.force_entry32 = true;
    p = must_plan(&cfg);
    ck_assert(p->state.mode == BOOT_PROTECTED && p->state.rip == LOAD_ADDR);
    boot_plan_free(p);
}
END_TEST

START_TEST(memory_map)
{
    E820Entry e[E820_MAX];
    BootConfig cfg = config();
    cfg.low_ram = 3ull << 30;
    cfg.high_ram = 1ull << 30;
    unsigned n = boot_memory_map(&cfg, e);
    uint64_t ram = 0;
    for (unsigned i = 0; i < n; i++) {
        ck_assert(e[i].len && (i == 0 || e[i].addr >= e[i - 1].addr + e[i - 1].len));
        ram += e[i].type == E820_RAM ? e[i].len : 0;
    }
    ck_assert_uint_eq(e[n - 1].addr, 1ull << 32);
    ck_assert_uint_eq(ram, (4ull << 30) - 0x100000 + 0x9fc00);
}
END_TEST

START_TEST(bad_bzimage)
{
    BzImage im;
    BootConfig cfg = config();
    must_fail(&cfg, "no such file");
    cfg.kernel = dir;
    must_fail(&cfg, "is a directory");
    cfg.kernel = kernel;
    write_file(kernel, "", 0);
    must_fail(&cfg, "empty");
    write_file(kernel, "hello", 5);
    must_fail(&cfg, "neither a Linux bzImage nor an ELF file");
    make_bzimage(&im);
    write_file(kernel, &im, sizeof im - 100);
    must_fail(&cfg, "truncated: 14748 bytes of 14848");
    write_file(kernel, &im, sizeof im - 10); /* less than a unit is missing */
    boot_plan_free(must_plan(&cfg));
    stw_le_p(im.b + 0x206, 0x0204);
    write_file(kernel, &im, sizeof im);
    must_fail(&cfg, "boot protocol 2.04 is older");
    make_bzimage(&im);
    stl_le_p(im.b + 0x260, 0x4000000);
    write_file(kernel, &im, sizeof im);
    must_fail(&cfg, "needs memory up to 80 MiB, the guest has 64 MiB");
    make_bzimage(&im);
    stq_le_p(im.b + 0x258, 1ull << 60);
    write_file(kernel, &im, sizeof im);
    must_fail(&cfg, "wants to be loaded at");
}
END_TEST

START_TEST(bad_initrd_and_cmdline)
{
    BzImage im;
    BootConfig cfg = config();
    make_bzimage(&im);
    write_file(kernel, &im, sizeof im);
    cfg.initrd = initrd;
    must_fail(&cfg, "-initrd");
    write_file(initrd, "x", 1);
    ck_assert_int_eq(truncate(initrd, 100 << 20), 0); /* sparse */
    must_fail(&cfg, "100 MiB do not fit into 40 MiB");
    cfg.initrd = NULL;
    g_autofree char *text = g_strnfill(2048, 'a');
    cfg.append = text;
    must_fail(&cfg, "-append: 2048 characters, this kernel takes 2047");
    text[2047] = '\0';
    boot_plan_free(must_plan(&cfg));
    cfg.firmware = kernel;
    must_fail(&cfg, "only one of them");
    cfg.kernel = cfg.firmware = NULL;
    must_fail(&cfg, "-append: there is no -kernel");
}
END_TEST

/* ---- ELF ---- */

typedef struct ElfFile {
    uint8_t b[0x3000];
} ElfFile;

#define ELF_PADDR 0x200000

/* One PT_LOAD of 1000h bytes in the file and 2000h in memory, and the note. */
static void make_elf64(ElfFile *e)
{
    uint8_t *b = e->b, *ph = b + 64, *note = b + 0x800;
    memset(e, 0, sizeof *e);
    memcpy(b, "\177ELF\2\1\1", 7);
    stw_le_p(b + 16, 2);
    stw_le_p(b + 18, 62);
    stq_le_p(b + 32, 64);
    stw_le_p(b + 54, 56);
    stw_le_p(b + 56, 2);
    stl_le_p(ph, 1);
    stq_le_p(ph + 8, 0x1000);
    stq_le_p(ph + 24, ELF_PADDR);
    stq_le_p(ph + 32, 0x1000);
    stq_le_p(ph + 40, 0x2000);
    ph += 56;
    stl_le_p(ph, 4);
    stq_le_p(ph + 8, 0x800);
    stq_le_p(ph + 32, 60);
    stq_le_p(ph + 48, 4);
    stl_le_p(note, 4); /* another note first */
    stl_le_p(note + 4, 5);
    stl_le_p(note + 8, 1);
    memcpy(note + 12, "GNU", 4);
    note += 24;
    stl_le_p(note, 4);
    stl_le_p(note + 4, 4);
    stl_le_p(note + 8, 18);
    memcpy(note + 12, "Xen", 4);
    stl_le_p(note + 16, ELF_PADDR + 0x40);
    memset(b + 0x1000, 0xcd, 0x1000);
}

START_TEST(elf_pvh)
{
    ElfFile e;
    BootConfig cfg = config();
    make_elf64(&e);
    write_file(kernel, &e, sizeof e);
    write_file(initrd, "module", 6);
    cfg.initrd = initrd;
    cfg.append = "pvh";
    BootPlan *p = must_plan(&cfg);
    ck_assert(p->state.mode == BOOT_PROTECTED && p->state.rip == ELF_PADDR + 0x40);
    ck_assert_uint_eq(p->state.rbx, MEM_PVH_INFO);
    ck_assert_uint_eq(*planned(p, ELF_PADDR + 0xfff), 0xcd);
    ck_assert_uint_eq(*planned(p, ELF_PADDR + 0x1000), 0x00);
    const uint8_t *info = planned(p, MEM_PVH_INFO);
    ck_assert_uint_eq(ldl_le_p(info), 0x336ec578);
    ck_assert_uint_eq(ldl_le_p(info + 12), 1);
    const uint8_t *module = planned(p, ldq_le_p(info + 16));
    ck_assert_mem_eq(planned(p, ldq_le_p(module)), "module", 6);
    ck_assert_uint_eq(ldq_le_p(module + 8), 6);
    ck_assert_str_eq((const char *)planned(p, ldq_le_p(info + 24)), "pvh");
    const uint8_t *map = planned(p, ldq_le_p(info + 40));
    ck_assert_uint_eq(ldq_le_p(map), 0);
    ck_assert_uint_eq(ldl_le_p(map + 16), 1);
    boot_plan_free(p);
}
END_TEST

START_TEST(bad_elf)
{
    ElfFile e;
    BootConfig cfg = config();
    make_elf64(&e);
    e.b[0x800 + 24 + 8] = 17;
    write_file(kernel, &e, sizeof e);
    must_fail(&cfg, "no PVH entry note");
    make_elf64(&e);
    write_file(kernel, &e, 0x1800);
    must_fail(&cfg, "truncated: segment 0");
    write_file(kernel, &e, 60);
    must_fail(&cfg, "not an ELF file for x86");
    make_elf64(&e);
    stq_le_p(e.b + 64 + 24, 0x10000000);
    write_file(kernel, &e, sizeof e);
    must_fail(&cfg, "is not in free memory");
    stq_le_p(e.b + 64 + 24, MEM_PVH_INFO); /* would overwrite the start info */
    write_file(kernel, &e, sizeof e);
    must_fail(&cfg, "is not in free memory");
    make_elf64(&e);
    stw_le_p(e.b + 18, 183);
    write_file(kernel, &e, sizeof e);
    must_fail(&cfg, "not an ELF file for x86");
}
END_TEST

/* Headers full of rubbish: an error or a plan, never a crash. */
START_TEST(random_headers)
{
    Rand r = {0xe1f};
    GByteArray *files[2] = {g_byte_array_new(), g_byte_array_new()};
    ElfFile e;
    BzImage im;
    make_elf64(&e);
    make_bzimage(&im);
    g_byte_array_append(files[0], e.b, sizeof e);
    g_byte_array_append(files[1], im.b, sizeof im);
    for (int i = 0; i < 2000; i++) {
        GByteArray *f = files[i & 1];
        g_autofree uint8_t *bad = g_memdup2(f->data, f->len);
        unsigned base = i & 1 ? 0x1f0 : rand_below(&r, 2) ? 0 : 0x800;
        for (int k = 0; k < 4; k++) {
            bad[base + rand_below(&r, 180)] = rand_u64(&r);
        }
        write_file(kernel, bad, rand_below(&r, 4) ? f->len : rand_below(&r, f->len) + 1);
        BootConfig cfg = config();
        boot_plan_free(boot_plan_new(&cfg, NULL));
    }
    g_byte_array_unref(files[0]);
    g_byte_array_unref(files[1]);
}
END_TEST

/* ---- the board carries the plan out at each reset ---- */

START_TEST(board_loads)
{
    BzImage im;
    Board b;
    make_bzimage(&im);
    write_file(kernel, &im, sizeof im);
    board_init(&b, 64u << 20, kernel, NULL);
    for (int i = 0; i < 2; i++) {
        ck_assert_uint_eq(address_space_ldl(b.m.as_mem, LOAD_ADDR), 0xabababab);
        ck_assert_uint_eq(address_space_ldl(b.m.as_mem, MEM_BOOT_PARAMS + 0x202),
                          0x53726448);
        ck_assert_uint_eq(address_space_ldq(b.m.as_mem, MEM_BOOT_GDT + BOOT_CS),
                          0x00af9b000000ffff);
        ck_assert_uint_eq(address_space_ldw(b.m.as_io, IO_PM + 4), 1);
        ck_assert_uint_eq(address_space_ldb(b.m.as_io, 0x4d1), 0x0c);
        ck_assert_uint_eq(address_space_ldq(b.m.as_mem, MEM_BIOS), 0x2052545020445352);
        ck_assert_uint_eq(address_space_ldl(b.m.as_mem, MEM_SMBIOS), 0x5f4d535f);
        address_space_set(b.m.as_mem, LOAD_ADDR, 0, BODY_SIZE);
        address_space_set(b.m.as_mem, MEM_BIOS, 0, 0x20000);
        machine_reset(&b.m);
    }
    board_fini(&b);
}
END_TEST

/* The image ends at 4 GiB; its last 128 KiB are also below 1 MiB. */
START_TEST(board_firmware)
{
    static uint8_t image[0x30010];
    Board b;
    for (unsigned i = 0; i < sizeof image; i++) {
        image[i] = i % 251;
    }
    write_file(kernel, image, sizeof image);
    board_init(&b, 64u << 20, NULL, kernel);
    for (int i = 0; i < 2; i++) {
        ck_assert_uint_eq(address_space_ldl(b.m.as_mem, 0xfffffff0),
                          ldl_le_p(image + sizeof image - 16));
        ck_assert_uint_eq(address_space_ldl(b.m.as_mem, 0x100000000 - sizeof image),
                          ldl_le_p(image));
        ck_assert_uint_eq(address_space_ldl(b.m.as_mem, 0xe0000),
                          ldl_le_p(image + sizeof image - 0x20000));
        address_space_stl(b.m.as_mem, 0xfffffff0, 0);
        address_space_stl(b.m.as_mem, 0xe0000, 0);
        machine_reset(&b.m);
    }
    ck_assert_uint_eq(address_space_ldw(b.m.as_io, IO_PM + 4), 0xffff); /* not set up */
    board_fini(&b);
}
END_TEST

/* ---- ACPI ---- */

static uint8_t sum(const uint8_t *p, size_t n)
{
    uint8_t s = 0;
    while (n--) {
        s += *p++;
    }
    return s;
}

static const uint8_t *acpi_table(const GByteArray *a, uint64_t addr,
                                 const char *signature)
{
    ck_assert(addr >= MEM_BIOS && addr - MEM_BIOS + 36 <= a->len);
    const uint8_t *t = a->data + (addr - MEM_BIOS);
    uint32_t len = ldl_le_p(t + 4);
    ck_assert_mem_eq(t, signature, 4);
    ck_assert(len >= 36 && addr - MEM_BIOS + len <= a->len);
    ck_assert_uint_eq(sum(t, len), 0);
    return t;
}

/* MYNAH_ACPI_DUMP=DIR writes each table to a file, for the test that disassembles them.
 */
static void dump(const uint8_t *t)
{
    const char *to = g_getenv("MYNAH_ACPI_DUMP");
    if (to) {
        g_autofree char *path = g_strdup_printf("%s/%.4s.dat", to, t);
        write_file(path, t, ldl_le_p(t + 4));
    }
}

/* The nth string behind a structure; NULL: it has fewer. */
static const char *smbios_string(const uint8_t *t, unsigned n)
{
    const char *p = (const char *)t + t[1];
    while (*p && --n) {
        p += strlen(p) + 1;
    }
    return *p ? p : NULL;
}

START_TEST(smbios_tables)
{
    GPtrArray *oem = g_ptr_array_new();
    g_ptr_array_add(oem, (void *)"one");
    g_ptr_array_add(oem, (void *)"two");
    SmbiosChoice choice = {
        .text = {[SMBIOS_PRODUCT] = "product"},
        .oem = oem,
        .has_uuid = true,
        .uuid = { 0x55, 0x0e, 0x84, 0x00, 0xe2, 0x9b}
    };
    SmbiosConfig cfg = {
        .choice = &choice, .ncpus = 2, .low_ram = 3ull << 30, .high_ram = 1ull << 30};
    GByteArray *a = smbios_build(&cfg, MEM_SMBIOS, 0x10000, NULL);
    ck_assert_ptr_nonnull(a);
    const uint8_t *e = a->data;
    ck_assert_mem_eq(e, "_SM_", 4);
    ck_assert_mem_eq(e + 16, "_DMI_", 5);
    ck_assert_uint_eq(sum(e, e[5]), 0);
    ck_assert_uint_eq(sum(e + 16, 15), 0);
    const uint8_t *t = e + (ldl_le_p(e + 0x18) - MEM_SMBIOS), *end = e + a->len;
    ck_assert_uint_eq(ldw_le_p(e + 0x16), end - t);
    unsigned count = 0, kinds[128] = {0}, largest = 0;
    while (t < end) {
        const uint8_t *next = t + t[1];
        while (next[0] || next[1]) {
            next++;
        }
        next += 2;
        if (t[0] == 1) {
            static const uint8_t mixed[6] = {0x00, 0x84, 0x0e, 0x55, 0x9b, 0xe2};
            ck_assert_str_eq(smbios_string(t, t[5]), "product");
            ck_assert_mem_eq(t + 8, mixed, 6);
        } else if (t[0] == 11) {
            ck_assert_uint_eq(t[4], 2);
            ck_assert_str_eq(smbios_string(t, 2), "two");
        }
        kinds[t[0]]++;
        count++;
        largest = MAX(largest, next - t);
        t = next;
    }
    ck_assert(t == end && kinds[127] == 1 && kinds[4] == 2 && kinds[19] == 2);
    ck_assert_uint_eq(ldw_le_p(e + 0x1c), count);
    ck_assert_uint_eq(ldw_le_p(e + 8), largest);
    g_byte_array_unref(a);

    GError *err = NULL;
    ck_assert_ptr_null(smbios_build(&cfg, MEM_SMBIOS, 100, &err));
    ck_assert_ptr_nonnull(strstr(err->message, "there is room for 100"));
    g_error_free(err);
    g_ptr_array_unref(oem);
}
END_TEST

START_TEST(acpi_tables)
{
    static const char *const names[] = {"FACP", "APIC", "HPET", "WAET"};
    AcpiConfig cfg = {.ncpus = 3, .serial_io = {0x3f8}, .serial_irq = {4}};
    GByteArray *a = acpi_build(&cfg, MEM_BIOS);
    ck_assert_mem_eq(a->data, "RSD PTR ", 8);
    ck_assert_uint_eq(sum(a->data, 20), 0);
    ck_assert_uint_eq(sum(a->data, 36), 0);
    const uint8_t *xsdt = acpi_table(a, ldq_le_p(a->data + 24), "XSDT");
    ck_assert_uint_eq(ldl_le_p(xsdt + 4), 36 + 8 * ARRAY_SIZE(names));
    for (unsigned i = 0; i < ARRAY_SIZE(names); i++) {
        dump(acpi_table(a, ldq_le_p(xsdt + 36 + 8 * i), names[i]));
    }
    const uint8_t *fadt = acpi_table(a, ldq_le_p(xsdt + 36), "FACP");
    ck_assert_uint_eq(ldl_le_p(fadt + 4), 276);
    const uint8_t *dsdt = acpi_table(a, ldq_le_p(fadt + 140), "DSDT");
    ck_assert_uint_eq(ldl_le_p(fadt + 40), ldq_le_p(fadt + 140));
    dump(dsdt);
    dump(xsdt);
    const uint8_t *facs = a->data + (ldl_le_p(fadt + 36) - MEM_BIOS);
    ck_assert_mem_eq(facs, "FACS", 4);
    ck_assert_uint_eq(ldl_le_p(fadt + 36) % 64, 0);
    const uint8_t *madt = acpi_table(a, ldq_le_p(xsdt + 44), "APIC");
    unsigned kinds[16] = {0};
    const uint8_t *p = madt + 44, *end = madt + ldl_le_p(madt + 4);
    for (; p < end; p += p[1]) {
        kinds[p[0] & 15]++;
    }
    ck_assert(p == end && kinds[0] == 3 && kinds[1] == 1 && kinds[2] == 2 &&
              kinds[4] == 1);
    g_byte_array_unref(a);
}
END_TEST

static void add(TCase *tc)
{
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, bzimage_64);
    tcase_add_test(tc, bzimage_32);
    tcase_add_test(tc, memory_map);
    tcase_add_test(tc, bad_bzimage);
    tcase_add_test(tc, bad_initrd_and_cmdline);
    tcase_add_test(tc, elf_pvh);
    tcase_add_test(tc, bad_elf);
    tcase_add_test(tc, random_headers);
    tcase_add_test(tc, board_loads);
    tcase_add_test(tc, board_firmware);
    tcase_add_test(tc, acpi_tables);
    tcase_add_test(tc, smbios_tables);
}

int main(void)
{
    return unit_main("boot", add);
}
