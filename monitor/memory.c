/* Commands on memory, ports and values. */
/* SPDX-License-Identifier: MIT */
#include "monitor/monitor-internal.h"

#include <errno.h>
#include <stdio.h>

#include "cpu/ldst.h"

/* ---- values as text ---- */

static uint64_t value_at(const uint8_t *p, int size)
{
    uint64_t v = 0;
    memcpy(&v, p, size);
    return v;
}

static void print_char(MonCall *c, uint8_t byte)
{
    static const struct {
        char byte, name;
    } named[] = {
        {'\n', 'n' },
        {'\r', 'r' },
        {'\t', 't' },
        {'\'', '\''},
        {'\\', '\\'}
    };
    for (size_t i = 0; i < ARRAY_SIZE(named); i++) {
        if (byte == named[i].byte) {
            mon_printf(c, "'\\%c'", named[i].name);
            return;
        }
    }
    if (byte >= 32 && byte < 127) {
        mon_printf(c, "'%c'", byte);
    } else {
        mon_printf(c, "'\\x%02x'", byte);
    }
}

/* One value of a dump, as wide as the widest of its size. */
static void print_item(MonCall *c, const uint8_t *p, char format, int size)
{
    static const int decimal_width[] = {[1] = 4, [2] = 6, [4] = 11, [8] = 20};
    uint64_t v = value_at(p, size);
    int width = decimal_width[size];
    switch (format) {
    case 'o':
        mon_printf(c, "%#*" PRIo64, (size * 8 + 2) / 3, v);
        break;
    case 'd':
        mon_printf(c, "%*" PRId64, width,
                   (int64_t)(v << (64 - 8 * size)) >> (64 - 8 * size));
        break;
    case 'u':
        mon_printf(c, "%*" PRIu64, width, v);
        break;
    case 'c':
        print_char(c, v);
        break;
    default:
        mon_printf(c, "0x%0*" PRIx64, size * 2, v);
    }
}

void hmp_print(MonCall *c)
{
    switch (c->fmt.format) {
    case 'o':
        mon_printf(c, "%#" PRIo64, c->num[0]);
        break;
    case 'd':
        mon_printf(c, "%" PRId64, c->num[0]);
        break;
    case 'u':
        mon_printf(c, "%" PRIu64, c->num[0]);
        break;
    case 'c':
        print_char(c, c->num[0]);
        break;
    default:
        mon_printf(c, "%#" PRIx64, c->num[0]);
    }
    mon_printf(c, "\n");
}

/* ---- memory ---- */

static bool read_memory(MonCall *c, bool physical, uint64_t addr, void *to, size_t n)
{
    return physical ? address_space_read(c->cpu->mem, addr, to, n) == MEMTX_OK
                    : cpu_memory_rw_debug(c->cpu, addr, to, n, false);
}

enum { INSN_BYTES = 16 };

/* Instructions: one out of as many bytes as can be read, again and again. */
static void dump_code(MonCall *c, bool physical)
{
    uint64_t addr = c->num[0];
    for (int i = 0; i < c->fmt.count; i++) {
        uint8_t code[INSN_BYTES];
        size_t n = 0;
        while (n < sizeof code && read_memory(c, physical, addr + n, code + n, 1)) {
            n++;
        }
        if (!n) {
            mon_printf(c, "%016" PRIx64 ": Cannot access memory\n", addr);
            return;
        }
        addr += c->cpu->ops->disas(c->cpu, addr, code, n, 1, c->out);
    }
}

static void dump(MonCall *c, bool physical)
{
    uint64_t addr = c->num[0];
    if (c->fmt.format == 'i') {
        dump_code(c, physical);
        return;
    }
    int size = c->fmt.format == 'c' ? 1 : c->fmt.size, line = size == 1 ? 8 : 16;
    for (int64_t left = (int64_t)c->fmt.count * size; left > 0;) {
        uint8_t bytes[16];
        int n = MIN(left, line);
        mon_printf(c, "%016" PRIx64 ":", addr);
        if (!read_memory(c, physical, addr, bytes, n)) {
            mon_printf(c, " Cannot access memory\n");
            return;
        }
        for (int i = 0; i < n; i += size) {
            mon_printf(c, " ");
            print_item(c, bytes + i, c->fmt.format, size);
        }
        mon_printf(c, "\n");
        addr += n;
        left -= n;
    }
}

void hmp_x(MonCall *c)
{
    dump(c, false);
}

void hmp_xp(MonCall *c)
{
    dump(c, true);
}

void hmp_gva2gpa(MonCall *c)
{
    vaddr va = c->num[0];
    MMUResult res;
    if (c->cpu->ops->walk(c->cpu, va, MMU_READ, MMU_MODES - 1, true, &res)) {
        mon_printf(c, "gpa: %#" PRIx64 "\n", res.pa + va % RAM_PAGE_SIZE);
    } else {
        mon_printf(c, "Unmapped\n");
    }
}

/* The checksum of BSD's sum: 16 bits, rotated right before each byte is added. */
void hmp_sum(MonCall *c)
{
    uint16_t sum = 0;
    for (int64_t i = 0; i < c->num[1]; i++) {
        uint8_t byte = 0;
        address_space_read(c->cpu->mem, c->num[0] + i, &byte, 1);
        sum = (uint16_t)(sum >> 1 | sum << 15) + byte;
    }
    mon_printf(c, "%05d\n", sum);
}

static void save(MonCall *c, bool physical)
{
    uint64_t addr = c->num[0], left = c->num[1];
    uint8_t buf[4096];
    FILE *f = fopen(c->text, "wb");
    bool ok = f != NULL;
    while (ok && left) {
        size_t n = MIN(left, sizeof buf - (addr & (sizeof buf - 1)));
        if (!read_memory(c, physical, addr, buf, n)) {
            user_error(&c->error,
                       "Invalid addr 0x%016" PRIx64 "/size %" PRId64 " specified",
                       (uint64_t)c->num[0], c->num[1]);
            break;
        }
        ok = fwrite(buf, 1, n, f) == n;
        addr += n;
        left -= n;
    }
    int err = errno;
    ok = (!f || fclose(f) == 0) && ok;
    if (!ok && !c->error) {
        user_error(&c->error, "Could not write '%s': %s", c->text, strerror(err));
    }
}

void hmp_memsave(MonCall *c)
{
    save(c, false);
}

void hmp_pmemsave(MonCall *c)
{
    save(c, true);
}

/* ---- ports ---- */

static const char *port_name(int size)
{
    return size == 1 ? "portb" : size == 2 ? "portw" : "portl";
}

void hmp_i(MonCall *c)
{
    uint16_t port = c->num[0];
    int size = MIN(c->fmt.size, 4);
    uint8_t value[4] = {0};
    address_space_read(c->cpu->io, port, value, size);
    mon_printf(c, "%s[0x%04x] = 0x%0*" PRIx64 "\n", port_name(size), port, size * 2,
               value_at(value, size));
}

void hmp_o(MonCall *c)
{
    uint32_t value = c->num[1];
    address_space_write(c->cpu->io, (uint16_t)c->num[0], &value, MIN(c->fmt.size, 4));
}
