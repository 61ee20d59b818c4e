/* Memory: random layouts against a naive model, access sizes, copies, ROM, listeners,
 * code hook. */
/* SPDX-License-Identifier: MIT */
#include "memory/memory.h"
#include "tests/unit/unit.h"
#include "util/bitops.h"
#include "util/log.h"
#include "util/thread.h"

enum { SPACE = 256, NR_REGIONS = 12, NR_LAYOUTS = 400 };

/* ---- random layouts ---- */

typedef struct Hit {
    MemoryRegion *mr;
    hwaddr offset;
    bool readonly;
} Hit;

/* Who answers at `addr`, by the definition: the first child that has an answer wins. */
static bool naive_find(MemoryRegion *mr, int64_t addr, bool readonly, Hit *hit)
{
    if (!mr->enabled || addr < 0 || (uint64_t)addr >= mr->size) {
        return false;
    }
    readonly |= mr->readonly;
    if (mr->alias) {
        return naive_find(mr->alias, addr + mr->alias_offset, readonly, hit);
    }
    if (mr->ops) {
        *hit = (Hit){mr, addr, readonly};
        return true;
    }
    int best = INT32_MIN;
    bool found = false;
    for (MemoryRegion *c = mr->children; c; c = c->next) {
        Hit h;
        if ((!found || c->priority > best) &&
            naive_find(c, addr - (int64_t)c->addr, readonly, &h)) {
            *hit = h;
            best = c->priority;
            found = true;
        }
    }
    return found;
}

static bool same_answer(AddressSpace *as, hwaddr addr)
{
    Hit hit = {0};
    MemorySection s = address_space_find(as, addr);
    if (s.start > addr || addr > s.last) {
        return false;
    }
    if (!naive_find(as->root, addr, false, &hit)) {
        return s.mr == &memory_unassigned;
    }
    return s.mr == hit.mr && s.offset + (addr - s.start) == hit.offset &&
           s.readonly == hit.readonly;
}

static void check_layout(AddressSpace *as)
{
    memory_verify(as);
    for (hwaddr a = 0; a < SPACE; a++) {
        if (!same_answer(as, a)) { /* ck_assert() costs a system call */
            ck_abort_msg("at 0x%" PRIx64, a);
        }
    }
}

/* Region i may be placed in any earlier container, or be an alias of any earlier region.
 */
static void random_region(Rand *r, MemoryRegion *mr, int i)
{
    static const MemoryRegionOps ops;
    hwaddr size = 1 + rand_below(r, SPACE / 2);
    switch (rand_below(r, 3)) {
    case 0:
        memory_region_init_container(&mr[i], "container", size);
        break;
    case 1:
        memory_region_init_io(&mr[i], &ops, NULL, "io", size);
        break;
    default:
        memory_region_init_alias(&mr[i], "alias", &mr[1 + rand_below(r, i - 1)],
                                 rand_below(r, 32), size);
        break;
    }
    MemoryRegion *parent = &mr[rand_below(r, i)];
    while (parent->ops || parent->alias) {
        parent = &mr[rand_below(r, i)];
    }
    /* An alias must not be put inside its own target: that would have no end. */
    for (MemoryRegion *p = parent; p && mr[i].alias; p = p->container) {
        if (p != mr) {
            parent = mr;
        }
    }
    memory_region_add_subregion_overlap(parent, rand_below(r, SPACE), &mr[i],
                                        (int)rand_below(r, 3) - 1);
}

static void random_change(Rand *r, MemoryRegion *mr)
{
    MemoryRegion *m = &mr[1 + rand_below(r, NR_REGIONS - 1)];
    switch (rand_below(r, 5)) {
    case 0:
        memory_region_set_enabled(m, !m->enabled);
        break;
    case 1:
        memory_region_set_readonly(m, !m->readonly);
        break;
    case 2:
        memory_region_set_address(m, rand_below(r, SPACE));
        break;
    case 3:
        memory_region_set_size(m, rand_below(r, SPACE));
        break;
    default:
        if (m->container) {
            memory_region_del_subregion(m->container, m);
        }
        break;
    }
}

static int view_sections; /* as the listener counts them */

static void count_add(MemoryListener *l, const MemorySection *s)
{
    view_sections++;
}

static void count_del(MemoryListener *l, const MemorySection *s)
{
    view_sections--;
}

static int count_lines(AddressSpace *as)
{
    g_autofree char *text = address_space_describe(as);
    int n = 0;
    for (char *p = text; *p; p++) {
        n += *p == '\n';
    }
    return n;
}

START_TEST(layouts)
{
    Rand r = {1};
    for (int n = 0; n < NR_LAYOUTS; n++) {
        MemoryRegion mr[NR_REGIONS];
        static const MemoryRegionOps ops;
        AddressSpace as;
        MemoryListener l = {.region_add = count_add, .region_del = count_del};
        memory_region_init_container(&mr[0], "root", UINT64_MAX);
        memory_region_init_io(&mr[1], &ops, NULL, "first", 40);
        memory_region_add_subregion(&mr[0], 100, &mr[1]);
        address_space_init(&as, &mr[0], "test");
        view_sections = 0;
        memory_listener_register(&l, &as);
        for (int i = 2; i < NR_REGIONS; i++) {
            random_region(&r, mr, i);
        }
        check_layout(&as);
        for (int i = 0; i < 8; i++) {
            random_change(&r, mr);
            check_layout(&as);
            ck_assert_int_eq(view_sections, count_lines(&as));
        }
        memory_listener_unregister(&l);
        address_space_destroy(&as);
    }
}
END_TEST

/* ---- accesses ---- */

/* A device that writes down each call: "r OFFSET SIZE;" or "w OFFSET SIZE VALUE;". */
static GString *calls;

static uint64_t dev_read(void *opaque, hwaddr offset, unsigned size)
{
    ck_assert(machine_lock_held());
    g_string_append_printf(calls, "r %x %u;", (unsigned)offset, size);
    return UINT64_C(0x8877665544332211) >> (8 * (offset & 7));
}

static void dev_write(void *opaque, hwaddr offset, uint64_t value, unsigned size)
{
    ck_assert(machine_lock_held());
    g_string_append_printf(calls, "w %x %u %" PRIx64 ";", (unsigned)offset, size, value);
}

typedef struct World {
    MemoryRegion root, ram, rom, dev, alias;
    MemoryRegionOps ops;
    AddressSpace as;
} World;

/* RAM at 0, the device at 0x10000, ROM at 0x20000, RAM again at 0x30000. */
static void world_new(World *w)
{
    memset(w, 0, sizeof *w);
    w->ops = (MemoryRegionOps){.read = dev_read, .write = dev_write};
    memory_region_init_container(&w->root, "root", UINT64_MAX);
    ck_assert(memory_region_init_ram(&w->ram, "ram", 0x10000, NULL));
    ck_assert(memory_region_init_rom(&w->rom, "rom", 0x1000, NULL));
    memory_region_init_io(&w->dev, &w->ops, w, "dev", 0x100);
    memory_region_init_alias(&w->alias, "alias", &w->ram, 0, 0x10000);
    memory_region_add_subregion(&w->root, 0, &w->ram);
    memory_region_add_subregion(&w->root, 0x10000, &w->dev);
    memory_region_add_subregion(&w->root, 0x20000, &w->rom);
    memory_region_add_subregion(&w->root, 0x30000, &w->alias);
    address_space_init(&w->as, &w->root, "test");
    calls = g_string_new(NULL);
}

static void world_free(World *w)
{
    address_space_destroy(&w->as);
    memory_region_del_subregion(&w->root, &w->ram);
    memory_region_del_subregion(&w->root, &w->rom);
    memory_region_destroy_ram(&w->ram);
    memory_region_destroy_ram(&w->rom);
    g_string_free(calls, true);
}

static void expect_calls(const char *text)
{
    ck_assert_str_eq(calls->str, text);
    g_string_truncate(calls, 0);
}

START_TEST(access_sizes)
{
    World w;
    world_new(&w);
    MemoryRegionOps *ops = &w.ops;

    ck_assert_uint_eq(address_space_ldq(&w.as, 0x10000), UINT64_C(0x8877665544332211));
    expect_calls("r 0 4;r 4 4;");
    address_space_stw(&w.as, 0x10003, 0xabcd);
    expect_calls("w 3 1 cd;w 4 1 ab;");
    ck_assert_uint_eq(address_space_ldl(&w.as, 0x10002), 0x66554433);
    expect_calls("r 2 2;r 4 2;");

    ops->impl.max_access_size = 1;
    address_space_stl(&w.as, 0x10010, 0x04030201);
    expect_calls("w 10 1 1;w 11 1 2;w 12 1 3;w 13 1 4;");

    ops->impl.max_access_size = 8;
    ck_assert_uint_eq(address_space_ldq(&w.as, 0x10008), UINT64_C(0x8877665544332211));
    expect_calls("r 8 8;");

    ops->impl = (AccessSizes){4, 4, false};
    ck_assert_uint_eq(address_space_ldb(&w.as, 0x10006), 0x77);
    expect_calls("r 4 4;");
    address_space_stb(&w.as, 0x10006, 0x5a);
    expect_calls("w 4 4 5a0000;");

    ops->impl = (AccessSizes){0};
    ops->valid = (AccessSizes){4, 4, false};
    ck_assert_uint_eq(address_space_ldw(&w.as, 0x10000), 0xffff);
    address_space_stb(&w.as, 0x10000, 1);
    ck_assert_uint_eq(address_space_ldl(&w.as, 0x10002), 0xffffffff);
    expect_calls("");

    ops->valid = (AccessSizes){0, 0, true};
    ck_assert_uint_eq(address_space_ldl(&w.as, 0x10002), 0x66554433);
    expect_calls("r 2 4;");
    world_free(&w);
}
END_TEST

START_TEST(lock_is_kept)
{
    World w;
    world_new(&w);
    machine_lock();
    address_space_ldb(&w.as, 0x10000);
    ck_assert(machine_lock_held());
    machine_unlock();
    address_space_ldb(&w.as, 0x10000);
    ck_assert(!machine_lock_held());
    world_free(&w);
}
END_TEST

START_TEST(copies)
{
    World w;
    uint8_t out[64], in[64];
    world_new(&w);
    for (int i = 0; i < 64; i++) {
        out[i] = i + 1;
    }
    ck_assert_int_eq(address_space_write(&w.as, 0x1234, out, 64), MEMTX_OK);
    ck_assert_int_eq(address_space_read(&w.as, 0x31234, in, 64), MEMTX_OK); /* alias */
    ck_assert_mem_eq(in, out, 64);

    /* Across the end of RAM into the device. */
    g_string_truncate(calls, 0);
    ck_assert_int_eq(address_space_write(&w.as, 0xfffe, out, 5), MEMTX_OK);
    expect_calls("w 0 2 403;w 2 1 5;");
    ck_assert_uint_eq(address_space_ldw(&w.as, 0xfffe), 0x0201);

    ck_assert_uint_eq(address_space_ldl(&w.as, 0xfffe), 0x22110201);
    expect_calls("r 0 2;");

    ck_assert_int_eq(address_space_set(&w.as, 0xfff0, 0x99, 16), MEMTX_OK);
    ck_assert_uint_eq(address_space_ldq(&w.as, 0xfff8), UINT64_C(0x9999999999999999));

    hwaddr len = 0x100;
    ck_assert_ptr_eq(address_space_ram_ptr(&w.as, 0x3fff0, &len, true),
                     (uint8_t *)memory_region_ram_ptr(&w.ram) + 0xfff0);
    ck_assert_uint_eq(len, 0x10);
    ck_assert_ptr_null(address_space_ram_ptr(&w.as, 0x10000, &len, false));
    world_free(&w);
}
END_TEST

START_TEST(rom_and_holes)
{
    World w;
    uint32_t v = 0x12345678;
    world_new(&w);
    ck_assert_int_eq(address_space_write_rom(&w.as, 0x20010, &v, 4), MEMTX_OK);
    ck_assert_uint_eq(address_space_ldl(&w.as, 0x20010), v);
    address_space_stl(&w.as, 0x20010, 0);
    ck_assert_uint_eq(address_space_ldl(&w.as, 0x20010), v);
    ck_assert_int_eq(address_space_set(&w.as, 0x20010, 0, 4), MEMTX_ERROR);
    ck_assert_uint_eq(address_space_ldl(&w.as, 0x20010), v);

    ck_assert_uint_eq(address_space_ldq(&w.as, 0x500000), UINT64_MAX);
    ck_assert_int_eq(address_space_write(&w.as, 0x500000, &v, 4), MEMTX_ERROR);
    ck_assert_int_eq(address_space_write_rom(&w.as, 0x10000, &v, 4), MEMTX_ERROR);
    ck_assert_uint_eq(address_space_ldq(&w.as, UINT64_MAX - 7), UINT64_MAX);

    /* A read-only alias of RAM, as PAM registers make. */
    memory_region_set_readonly(&w.alias, true);
    address_space_stl(&w.as, 0x40, v);
    address_space_stl(&w.as, 0x30040, 0);
    ck_assert_uint_eq(address_space_ldl(&w.as, 0x30040), v);
    world_free(&w);
}
END_TEST

static GString *hook_calls;

static void hook(void *opaque, ram_addr_t addr, hwaddr len)
{
    World *w = opaque;
    g_string_append_printf(hook_calls, "%x+%x;",
                           (unsigned)(addr - memory_region_ram_addr(&w->ram, 0)),
                           (unsigned)len);
}

START_TEST(code_pages)
{
    World w;
    uint8_t buf[0x2100] = {0};
    world_new(&w);
    hook_calls = g_string_new(NULL);
    memory_set_code_write_hook(hook, &w);
    ram_page_set_code(w.ram.ram, 0x2abc);
    ram_page_set_code(w.ram.ram, 0x3000);

    address_space_stl(&w.as, 0x1ffe, 1); /* touches the code page by its last bytes */
    address_space_stq(&w.as, 0x1ff0, 1); /* does not */
    address_space_write(&w.as, 0x31f80, buf, sizeof buf);
    ck_assert_str_eq(hook_calls->str, "2000+2;2000+1000;3000+1000;");
    g_string_truncate(hook_calls, 0);

    ram_page_clear_code(w.ram.ram, 0x2000);
    address_space_set(&w.as, 0x2ff0, 0, 0x20);
    ck_assert_str_eq(hook_calls->str, "3000+10;");

    ram_addr_t addr;
    uint8_t *host = memory_region_ram_ptr(&w.ram);
    ck_assert(ram_addr_from_host(host + 0x123, &addr));
    ck_assert_uint_eq(addr, memory_region_ram_addr(&w.ram, 0x123));
    ck_assert_ptr_eq(ram_block_find(addr), w.ram.ram);
    ck_assert(!ram_addr_from_host(&addr, &addr));
    memory_set_code_write_hook(NULL, NULL);
    g_string_free(hook_calls, true);
    world_free(&w);
}
END_TEST

START_TEST(too_much_ram)
{
    MemoryRegion mr;
    GError *err = NULL;
    ck_assert(!memory_region_init_ram(&mr, "huge", UINT64_C(1) << 62, &err));
    ck_assert_ptr_nonnull(strstr(err->message, "cannot get"));
    g_error_free(err);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, layouts);
    tcase_add_test(tc, access_sizes);
    tcase_add_test(tc, lock_is_kept);
    tcase_add_test(tc, copies);
    tcase_add_test(tc, rom_and_holes);
    tcase_add_test(tc, code_pages);
    tcase_add_test(tc, too_much_ram);
}

int main(void)
{
    return unit_main("memory", add_tests);
}
